"""What each person is told, when, and by which way."""
