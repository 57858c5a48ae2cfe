"""How mail of ours leaves: composed, signed, and handed to a relay."""
