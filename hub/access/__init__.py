"""Who works here, how he proves it, and what he may do."""
