"""Trying whether channels work, and saying it in plain words."""
