"""What servers report of mails that we sent."""
