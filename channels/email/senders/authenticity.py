"""Whether a mail comes from whom it names, in DMARC's sense.

Genuine is what a domain vouches for that may speak for the one in From: by its seal
(DKIM), or by naming the machine that sent it (SPF). A server that we trust has found that
out already and written it down (``results.py``), or we look ourselves, within a limit of
time. Why something is not genuine is one of these words:

``unclear``: it names no sender, or several. ``reply_to``: our own site wrote it, and who
filled in its form only typed his address. ``unsigned``: nobody vouches for it. ``failed``:
it fails, and its domain wants nothing done about that. ``no_results``: the server that
should have judged it has not. ``no_answer``: the DNS was silent.
"""

import asyncio
import re
from dataclasses import dataclass
from email.message import Message
from ipaddress import ip_address
from typing import TypeGuard

import idna

from channels._checking import Names, NamesSilentError
from channels.email.parsing import headers
from channels.email.senders import dmarc, results
from channels.email.senders.dkim_seals import is_sealed
from channels.email.senders.dmarc import STRICT, Policy, is_aligned
from channels.email.senders.results import Result, Results
from channels.email.senders.spf import Sending, is_sent_by
from hub.contracts import Authenticity, Verdict

#: "p=REJECT" in Gmail's words and OpenDMARC's, "policy=reject" in rspamd's.
_WANTS = re.compile(r"\bp(?:olicy)?\s*=\s*(quarantine|reject)\b", re.IGNORECASE)
_WANTED = ("policy.published-domain-policy", "policy.dmarc", "action")
#: What Microsoft does, by what the domain wants.
_ACTIONS = {"oreject": "reject", "pct.quarantine": "quarantine", "pct.reject": "reject"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Proof:
    """What was found out."""

    passed: bool = False
    #: All was looked at, and nothing vouches for it where something should.
    failed: bool = False
    #: What the domain wants done with what fails.
    wants: str = "none"
    #: Not all could be looked at.
    silent: bool = False


def told(
    message: Message, sender: str, judges: tuple[str, ...], *, will_look: bool
) -> Authenticity | None:
    """Give what a trusted server has found out about a mail.

    Args:
        message: The mail.
        sender: Whose it is taken for.
        judges: Whose results are believed on the way that it came.
        will_look: We look ourselves, if nobody has; see ``found_out``.

    Returns:
        None where nobody looks at all.
    """
    domain, writer = _named(message)
    why = "" if domain else "unclear"
    if domain and writer != sender.lower():
        why = "reply_to"
    found = results.believed(message, judges)
    if found is not None:
        return _judged(
            domain, why, _proof(found, domain), by=found.by or "Microsoft 365"
        )
    if not (judges or will_look):
        return None
    why = why or ("no_answer" if will_look else "no_results")
    return Authenticity(verdict=Verdict.UNPROVEN, domain=domain, why=why)


def waits(found: Authenticity | None) -> TypeGuard[Authenticity]:
    """Tell whether nobody has looked so far."""
    return found is not None and not found.by and bool(found.domain)


async def found_out(
    names: Names,
    mail: bytes,
    given: Authenticity,
    sending: Sending | None,
    *,
    limit: float,
) -> Authenticity:
    """Look ourselves; takes no longer than ``limit`` seconds.

    Args:
        names: The DNS.
        mail: As it came.
        given: What ``told`` said of it.
        sending: Who handed it over, where a stranger did.
        limit: Seconds.
    """
    try:
        async with asyncio.timeout(limit):
            proof = await _looked(names, mail, given.domain, sending)
    except TimeoutError:
        proof = _Proof(silent=True)
    why = given.why if given.why == "reply_to" else ""
    return _judged(given.domain, why, proof, by="")


def stranger(client: str, helo: str, sender: str) -> Sending | None:
    """Tell who hands a mail over; None where that is no stranger's machine."""
    try:
        address = ip_address(client.partition("%")[0])
    except ValueError:
        return None
    address = getattr(address, "ipv4_mapped", None) or address
    # From next door only a server of our own, or one that translates addresses, comes.
    if not address.is_global:
        return None
    return Sending(client=address, helo=helo, sender=sender)


def plain(domain: str) -> str:
    """Write a domain in its one form."""
    domain = domain.strip().strip(".").lower()
    if domain.isascii():
        return domain
    try:
        return idna.encode(domain, uts46=True).decode("ascii")
    except (idna.IDNAError, UnicodeError):
        return domain


def _named(message: Message) -> tuple[str, str]:
    """Give the domain that is named as the sender, and the address; "" if several are."""
    people = headers.mailboxes(message, "From")
    domains = {plain(one.address.rpartition("@")[2]) for one in people}
    if len(headers.raws(message, "From")) != 1 or len(domains) != 1:
        return "", ""
    return domains.pop(), people[0].address.lower()


def _judged(domain: str, why: str, proof: _Proof, *, by: str) -> Authenticity:
    if domain and proof.failed and proof.wants in STRICT and not proof.passed:
        return Authenticity(verdict=Verdict.FORGED, domain=domain, by=by)
    if proof.passed and not why:
        return Authenticity(verdict=Verdict.GENUINE, domain=domain, by=by)
    if not why:
        why = "no_answer" if proof.silent else "failed" if proof.failed else "unsigned"
    return Authenticity(verdict=Verdict.UNPROVEN, domain=domain, why=why, by=by)


# --- what others found out ----------------------------------------------------------------


def _proof(found: Results, domain: str) -> _Proof:
    # Whatever a stranger smuggled into a header stands beside the server's own words.
    about = [
        one
        for one in found.of("dmarc")
        if plain(one.property("header.from").rpartition("@")[2]) == domain
    ]
    values = {one.value for one in about}
    if values == {"pass"} and len(about) == len(found.of("dmarc")):
        return _Proof(passed=True)
    if "fail" in values:
        wants = next((one for one in map(_wants, about) if one), "none")
        return _Proof(failed=True, wants=wants)
    if "pass" in values or {one.value for one in found.of("dmarc")} & {"pass", "fail"}:
        # It speaks of another sender than the one that we read.
        return _Proof()
    vouching = [
        *(
            one.property("header.d", "header.i")
            for one in found.of("dkim")
            if _passed(one)
        ),
        *(
            one.property("smtp.mailfrom", "smtp.mail", "smtp.helo")
            for one in found.of("spf")
            if _passed(one)
        ),
    ]
    passed = any(
        is_aligned(plain(one.rpartition("@")[2]), domain, Policy(), strict=False)
        for one in vouching
    )
    return _Proof(passed=bool(domain) and passed, silent="temperror" in values)


def _passed(one: Result) -> bool:
    return one.value == "pass"


def _wants(one: Result) -> str:
    named = one.property(*_WANTED).lower()
    named = _ACTIONS.get(named, named)
    if named in STRICT:
        return named
    said = _WANTS.search(one.comment)
    return said[1].lower() if said else ""


# --- what we find out ---------------------------------------------------------------------


async def _looked(
    names: Names, mail: bytes, domain: str, sending: Sending | None
) -> _Proof:
    is_silent = False
    policy = Policy()
    try:
        policy = await dmarc.policy_of(names, domain)
    except NamesSilentError:
        is_silent = True

    def may_seal(other: str) -> bool:
        return is_aligned(other, domain, policy, strict=policy.strict_dkim)

    try:
        if await is_sealed(names, mail, may_seal):
            return _Proof(passed=True)
    except NamesSilentError:
        is_silent = True
    if sending is None:
        # Who sent it may be known to its domain; we cannot ask.
        return _Proof(silent=is_silent)
    if is_aligned(sending.domain, domain, policy, strict=policy.strict_spf):
        try:
            if await is_sent_by(names, sending):
                return _Proof(passed=True)
        except NamesSilentError:
            is_silent = True
    has_failed = bool(policy.place) and not is_silent
    return _Proof(failed=has_failed, wants=policy.wants, silent=is_silent)
