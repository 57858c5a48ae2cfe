"""Search: all that was ever said, by whom, and what it was about."""
