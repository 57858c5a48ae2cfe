"""Lists of conversations: what is shown, in which order, and acted on together."""
