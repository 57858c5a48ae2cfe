"""Files: what came with a message or waits to go out with one."""
