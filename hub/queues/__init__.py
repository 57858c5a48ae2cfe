"""Queues: who gets what, and when it is late."""
