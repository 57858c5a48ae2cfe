"""What a mail says: its words, people, files and quotes, whatever was done to it."""
