"""How long things are kept, and letting go of what was kept long enough."""
