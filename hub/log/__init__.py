"""The log: numbered facts, and the ways to read them."""
