"""Mails with seals (DKIM) and what the DNS says of them, in tests."""

import base64
import hashlib
from functools import cache

import dkim
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

MAIL = b"""\
From: Olena <olena@client.com.ua>\r
To: support@shop.com.ua\r
Subject: My  order\r
Message-ID: <1@client.com.ua>\r
Date: Fri, 20 Nov 2026 10:00:00 +0200\r
\r
Where is  order 1001?  \r
\r
\r
"""


@cache
def _key(name):
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def record(name="one"):
    """Give the TXT record of a key of ours, in the pieces that DNS wants."""
    der = (
        _key(name)
        .public_key()
        .public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
    )
    text = f"v=DKIM1; k=rsa; p={base64.b64encode(der).decode()}"
    return " ".join(f'"{text[at : at + 200]}"' for at in range(0, len(text), 200))


def sealed(mail=MAIL, *, domain="client.com.ua", key="one", **how):
    """Seal a mail as the domain's server does."""
    private = _key(key).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )
    how = {"canonicalize": (b"relaxed", b"relaxed")} | how
    seal = dkim.sign(mail, b"s1", domain.encode(), private, **how)
    return seal + mail


def sealed_but_for_the_sender(mail=MAIL, *, domain="client.com.ua"):
    """Make a seal that holds, and that is not over the From line. No library would."""
    body = mail.partition(b"\r\n\r\n")[2]
    bh = base64.b64encode(hashlib.sha256(body.rstrip(b"\r\n") + b"\r\n").digest())
    seal = (
        b"DKIM-Signature:v=1; a=rsa-sha256; c=simple/simple; d=%b; s=s1; h=to; bh=%b; b="
    ) % (domain.encode(), bh)
    to = next(one for one in mail.split(b"\r\n") if one.startswith(b"To:"))
    signature = _key("one").sign(
        to + b"\r\n" + seal, padding.PKCS1v15(), hashes.SHA256()
    )
    return seal + base64.b64encode(signature) + b"\r\n" + mail
