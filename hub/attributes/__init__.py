"""What is known of clients under which name: defined, checked, shown in order."""
