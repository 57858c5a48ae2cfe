"""Clients: who they are, how they are reached, and all that was said with them."""
