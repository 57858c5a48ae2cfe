"""What a person may ask for: all that is kept of him, and that it is erased."""
