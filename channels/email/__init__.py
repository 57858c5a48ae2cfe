"""Email: SMTP, LMTP and IMAP in, SMTP out."""

from channels.email.channel import Channel
from channels.email.settings import Settings

__all__ = ["Channel", "Settings"]
