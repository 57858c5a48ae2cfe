"""Events of the log, sent to addresses of others."""
