"""Whether mail would come and go: what the set-up page tries."""
