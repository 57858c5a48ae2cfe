"""What ``rozmova`` can do beside serving, a command or a family a file."""
