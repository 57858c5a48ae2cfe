"""The domain of the hub and its storage."""
