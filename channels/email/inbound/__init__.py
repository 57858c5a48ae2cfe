"""How mail comes to us: mailboxes that are read, and servers that hand it in."""
