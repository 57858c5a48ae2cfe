"""Channels: each translates between one kind of provider and the hub."""
