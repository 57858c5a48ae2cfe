"""Copies of a whole hub: take one, and bring one back."""
