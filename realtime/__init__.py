"""Live screens: follow the log, see who looks at what, see who writes."""
