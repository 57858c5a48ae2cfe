"""What the channels over Twilio share: its REST, its signatures, its words."""
