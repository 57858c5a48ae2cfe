"""Let a client into the portal: by a mailed link, or by a code in an SMS.

Whoever asks is told the same, and in the same time, whether we know the address or
not: the request only leaves a due row, and its handler looks the address up. Links and
codes go to verified addresses alone, because only those surely belong to the client
whose things they open. The secret never stands on the timeline, and the database has
only its hash; until the message has left, its due row carries the text.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from uuid import UUID, uuid5

from sqlalchemy import delete, select, update

from config.settings import AccessSettings
from hub.access import portal_sessions, portal_words, throttles
from hub.access.keys import digest, new_secret
from hub.clients import addresses, matching
from hub.clients.matching import Match
from hub.delivery.outbound import send_automatic, sent_as
from hub.errors import InvalidError, NotSignedInError
from hub.orders.shop import Shop
from hub.storage.database import Database
from hub.storage.due import Claim
from hub.storage.tables import Address, Client, PortalCode
from hub.storage.unit import UnitOfWork

#: The kind of due row; ``send_secret`` is its handler.
PORTAL_SIGN_IN = "portal.sign_in"
#: From one place many people may ask: a whole town stands behind one phone mast.
PEOPLE_PER_PLACE = 20
#: Parts a salt from a hash; a link's hash has none.
_MARK = "$"
_DIGITS = 6
_NAMES = UUID("8d0c3f0e-6c0b-4f0a-a6b9-57b0a3c4d1ee")


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimant:
    """Somebody who says that an address is his."""

    kind: str
    #: Normalised.
    value: str
    #: Where he asks from, for throttling.
    remote: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """A client who has just come in."""

    client_id: int
    #: For the cookie; kept nowhere.
    secret: str = field(repr=False)


def claimant(written: str, *, country: str, remote: str) -> Claimant:
    """Read the address that somebody says is his.

    Raises:
        InvalidError: It is neither a mail address nor a phone number.
    """
    kind = "email" if "@" in written else "phone"
    try:
        value = addresses.check(kind, written, country=country)
    except InvalidError as error:
        raise InvalidError("address", errors={"address": "not_an_address"}) from error
    return Claimant(kind=kind, value=value, remote=remote)


async def ask(db: Database, who: Claimant, *, policy: AccessSettings) -> None:
    """Ask for a link or a code; the address may be known to us or not.

    Raises:
        TooManyError: Too many were asked for, for this address or from this place.
    """
    await _count(db, "portal-ask", who, tries=policy.portal_asks, policy=policy)

    async def owe(uow: UnitOfWork) -> None:
        await uow.owe(
            PORTAL_SIGN_IN,
            f"{PORTAL_SIGN_IN}:{_named(who)}",
            at=uow.now,
            payload={"kind": who.kind, "value": who.value},
        )

    await db.run(owe)


async def send_secret(uow: UnitOfWork, claim: Claim, *, shop: Shop) -> None:
    """Send a link or a code, if the address is a client's. ``PORTAL_SIGN_IN``'s handler."""
    kind, value = str(claim.payload["kind"]), str(claim.payload["value"])
    known = await matching.find(uow, kind, value)
    key = uuid5(_NAMES, f"sign-in:{claim.id}:{claim.created_at.isoformat()}")
    if (
        known is None
        or known.address.verified_at is None
        or kind not in shop.channels
        or await sent_as(uow, key) is not None
    ):
        return
    locale = shop.locale_of(known.client)
    if kind == "email":
        token = new_secret()
        kept = digest(token)
        said = portal_words.phrase(
            "link",
            locale,
            company=shop.company,
            link=f"{shop.base_url}/portal/in/{token}",
            minutes=str(shop.sign_in_for // timedelta(minutes=1)),
        )
    else:
        code = f"{secrets.randbelow(10**_DIGITS):0{_DIGITS}}"
        kept = _code_hash(shop.code_key, known.address.id, secrets.token_hex(8), code)
        said = portal_words.phrase("code", locale, company=shop.company, code=code)
    # Those that have ended open nothing, used or not.
    await uow.session.execute(
        delete(PortalCode).where(
            PortalCode.address_id == known.address.id, PortalCode.expires_at <= uow.now
        )
    )
    uow.session.add(
        PortalCode(
            address_id=known.address.id,
            code_hash=kept,
            created_at=uow.now,
            expires_at=uow.now + shop.sign_in_for,
        )
    )
    await send_automatic(
        uow,
        client=known.client,
        address=known.address,
        channel=shop.channels[kind],
        text=portal_words.phrase(f"told_{kind}", locale),
        subject=portal_words.phrase("subject", locale, company=shop.company),
        key=key,
        secret_text=said,
    )


async def redeem_link(db: Database, token: str, *, policy: AccessSettings) -> SignedIn:
    """Let in whoever holds a link that was mailed and not used yet.

    Raises:
        NotSignedInError: It was used, has ended, or never was.
    """

    async def redeem(uow: UnitOfWork) -> SignedIn | None:
        row = await uow.session.scalar(
            select(PortalCode)
            .where(
                PortalCode.code_hash == digest(token),
                PortalCode.used_at.is_(None),
                PortalCode.expires_at > uow.now,
            )
            .with_for_update()
        )
        return None if row is None else await _let_in(uow, row, policy)

    return _or_refuse(await db.run(redeem))


async def redeem_code(
    db: Database,
    who: Claimant,
    code: str,
    *,
    policy: AccessSettings,
    code_key: bytes,
) -> SignedIn:
    """Let in whoever knows the newest code that was sent to an address.

    Raises:
        NotSignedInError: It is another one, was tried too often, or has ended.
        TooManyError: Too many codes were tried for this address or from this place.
    """
    tries = policy.portal_asks * policy.portal_code_tries
    await _count(db, "portal-code", who, tries=tries, policy=policy)

    async def redeem(uow: UnitOfWork) -> SignedIn | None:
        known = await matching.find(uow, who.kind, who.value)
        row = None if known is None else await _newest_code(uow, known)
        if row is None or row.tries >= policy.portal_code_tries:
            return None
        # Counted whether it fits or not, and kept, since this unit ends well.
        row.tries += 1
        salt = row.code_hash.partition(_MARK)[0]
        wanted = _code_hash(code_key, row.address_id, salt, _plain(code))
        if not hmac.compare_digest(wanted, row.code_hash):
            return None
        return await _let_in(uow, row, policy)

    return _or_refuse(await db.run(redeem))


async def _newest_code(uow: UnitOfWork, known: Match) -> PortalCode | None:
    return await uow.session.scalar(
        select(PortalCode)
        .where(
            PortalCode.address_id == known.address.id,
            PortalCode.code_hash.contains(_MARK, autoescape=True),
            PortalCode.used_at.is_(None),
            PortalCode.expires_at > uow.now,
        )
        .order_by(PortalCode.id.desc())
        .limit(1)
        .with_for_update()
    )


async def _let_in(
    uow: UnitOfWork, row: PortalCode, policy: AccessSettings
) -> SignedIn | None:
    address = await uow.session.get_one(Address, row.address_id)
    if address.verified_at is None:
        return None
    # Whatever else was sent there is void from now on.
    await uow.session.execute(
        update(PortalCode)
        .where(PortalCode.address_id == row.address_id, PortalCode.used_at.is_(None))
        .values(used_at=uow.now)
    )
    client = await uow.session.get_one(Client, address.client_id)
    secret = await portal_sessions.start(uow, client, policy=policy)
    return SignedIn(client_id=client.id, secret=secret)


def _or_refuse(signed_in: SignedIn | None) -> SignedIn:
    if signed_in is None:
        raise NotSignedInError("the link or code is not good, or not any more")
    return signed_in


async def _count(
    db: Database, what: str, who: Claimant, *, tries: int, policy: AccessSettings
) -> None:
    free = {
        f"{what}:{_named(who)}": tries,
        f"{what}:from:{throttles.place(who.remote)}": tries * PEOPLE_PER_PLACE,
    }
    for key, most in free.items():
        take = partial(
            throttles.take, keys=[key], tries=most, window=policy.sign_in_window
        )
        (await db.run(take)).check(db.clock())


def _named(who: Claimant) -> str:
    """Name an address without writing it down."""
    return hashlib.sha256(f"{who.kind}:{who.value}".encode()).hexdigest()[:32]


def _code_hash(key: bytes, address_id: int, salt: str, code: str) -> str:
    # A million codes are soon tried, so the hash also needs a key of the hub's.
    said = f"{address_id}:{salt}:{code}".encode("utf-8", "replace")
    return f"{salt}{_MARK}{hmac.digest(key, said, 'sha256').hex()}"


def _plain(code: str) -> str:
    return "".join(letter for letter in code if letter.isdigit())
