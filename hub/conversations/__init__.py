"""Conversations: what arrives, where it belongs, and how it is answered."""
