"""Setting up: whether channels work, and what was lately seen on them."""
