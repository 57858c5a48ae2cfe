"""Phone calls: a state machine that stands late and swapped callbacks."""
