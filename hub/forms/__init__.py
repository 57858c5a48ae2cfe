"""Forms: what is asked, by whom it may be shown, and what came in by them."""
