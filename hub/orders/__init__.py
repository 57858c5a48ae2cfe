"""Orders, their steps, and what clients can ask of them."""
