"""The tags that conversations may have: named, merged, counted, let go."""
