"""Numbers, each traceable to the events behind it."""
