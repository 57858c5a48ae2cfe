"""Delivery: what leaves, how far it has come, and when to try again."""
