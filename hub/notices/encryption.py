"""Seal a push for one browser, and sign for who sends it. Pure.

By RFC 8291 and 8188 (the payload) and RFC 8292 (the hub's word for itself). The push service carries the payload and cannot read it.
"""

import base64
import json
import os
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from hub.access.secret import derive
from hub.errors import InvalidError

_CURVE = ec.SECP256R1()
#: Its order: private keys are below it.
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_POINT_BYTES = 65
_AUTH_BYTES = 16
_RECORD = 4096
#: How long the hub's word is good; push services allow a day at the most.
_GOOD_FOR = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class PushKeys:
    """The hub's key pair: browsers accept pushes only from who holds it."""

    private: ec.EllipticCurvePrivateKey = field(repr=False)

    @property
    def public(self) -> str:
        """The public key as browsers want it, base64url."""
        return encode(_point(self.private.public_key()))


def push_keys(secret: bytes) -> PushKeys:
    """Make the key pair, the same for ever from the hub's own secret.

    So it is made once with that secret, is kept and backed up where that is, and all
    processes of a hub agree on it.
    """
    number = int.from_bytes(
        derive(secret, "web-push") + derive(secret, "web-push-more")
    )
    return PushKeys(ec.derive_private_key(number % (_ORDER - 1) + 1, _CURVE))


def check_keys(p256dh: str, auth: str) -> None:
    """Check the keys that a browser gives.

    Raises:
        InvalidError: They are none.
    """
    try:
        point, secret = decode(p256dh), decode(auth)
        fits = len(point) == _POINT_BYTES and len(secret) == _AUTH_BYTES
        ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, point)
    except ValueError:
        fits = False
    if not fits:
        raise InvalidError("keys", errors={"p256dh": "not a browser’s keys"})


def seal(payload: bytes, *, p256dh: str, auth: str) -> bytes:
    """Encrypt a payload for the one browser that has the other halves of these keys."""
    theirs = ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, decode(p256dh))
    once = ec.generate_private_key(_CURVE)
    ours = _point(once.public_key())
    salt = os.urandom(16)
    key, nonce = _keys(
        once.exchange(ec.ECDH(), theirs),
        auth=decode(auth),
        salt=salt,
        theirs=decode(p256dh),
        ours=ours,
    )
    # The mark says that this record is the last one.
    sealed = AESGCM(key).encrypt(nonce, payload + b"\x02", None)
    head = salt + _RECORD.to_bytes(4) + len(ours).to_bytes(1) + ours
    return head + sealed


def unseal(sealed: bytes, private: ec.EllipticCurvePrivateKey, auth: bytes) -> bytes:
    """Decrypt as the browser does. For whoever plays one.

    Raises:
        InvalidError: It was not sealed for these keys.
    """
    salt, ours = sealed[:16], sealed[21 : 21 + sealed[20]]
    sender = ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, ours)
    key, nonce = _keys(
        private.exchange(ec.ECDH(), sender),
        auth=auth,
        salt=salt,
        theirs=_point(private.public_key()),
        ours=ours,
    )
    try:
        opened = AESGCM(key).decrypt(nonce, sealed[21 + len(ours) :], None)
    except InvalidTag as error:
        raise InvalidError("sealed for somebody else") from error
    return opened.rstrip(b"\x00")[:-1]


def word(keys: PushKeys, endpoint: str, *, subject: str, now: datetime) -> str:
    """Sign for one push service who is asking: the ``Authorization`` header.

    Args:
        keys: The hub's.
        endpoint: The browser's address at its push service.
        subject: Whom the push service may turn to, ``mailto:`` or ``https:``.
        now: The present.
    """
    parts = urlsplit(endpoint)
    head = encode(json.dumps({"typ": "JWT", "alg": "ES256"}).encode())
    claims = {
        "aud": f"{parts.scheme}://{parts.netloc}",
        "exp": int((now + _GOOD_FOR).timestamp()),
        "sub": subject,
    }
    said = f"{head}.{encode(json.dumps(claims).encode())}"
    der = keys.private.sign(said.encode(), ec.ECDSA(hashes.SHA256()))
    first, second = decode_dss_signature(der)
    signature = encode(first.to_bytes(32) + second.to_bytes(32))
    return f"vapid t={said}.{signature}, k={keys.public}"


def encode(raw: bytes) -> str:
    """Write bytes as base64url without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def decode(written: str) -> bytes:
    """Read base64url with or without padding.

    Raises:
        ValueError: It is none.
    """
    return base64.urlsafe_b64decode(written + "=" * (-len(written) % 4))


def _keys(
    shared: bytes, *, auth: bytes, salt: bytes, theirs: bytes, ours: bytes
) -> tuple[bytes, bytes]:
    first = _hkdf(shared, auth, b"WebPush: info\x00" + theirs + ours, 32)
    key = _hkdf(first, salt, b"Content-Encoding: aes128gcm\x00", 16)
    nonce = _hkdf(first, salt, b"Content-Encoding: nonce\x00", 12)
    return key, nonce


def _hkdf(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(hashes.SHA256(), length=length, salt=salt, info=info).derive(secret)


def _point(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(
        serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    )
