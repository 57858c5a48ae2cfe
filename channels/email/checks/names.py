"""What may be wrong with the mail domain in the DNS."""

import asyncio
from collections.abc import AsyncIterator

from channels._checking import (
    Names,
    NamesSilentError,
    NoSuchNameError,
    fine,
    is_private,
    warning,
    wrong,
)
from channels.base import Means
from hub.contracts import Finding

#: Names that mail services give their DKIM keys. Which one is ours only the service
#: knows, so that none of them is found proves nothing.
SELECTORS = (
    *("default", "dkim", "mail", "google", "selector1", "selector2", "s1", "s2"),
    *("k1", "k2", "k3", "smtp", "mx", "pm", "zoho", "fm1", "mxvault", "mandrill"),
)


async def check(domain: str, means: Means) -> AsyncIterator[Finding]:
    """Look at what the DNS says of our mail domain."""
    if is_private(domain) and not means.name_servers:
        yield fine("dns", "private_domain", domain=domain)
        return
    names = Names(means)
    try:
        mail = await _mx(names, domain)
        yield mail
        if mail.code == "domain_unknown":
            # Nothing else of it can be there.
            return
        yield await _spf(names, domain)
        yield await _dkim(names, domain)
        yield await _dmarc(names, domain)
    except NamesSilentError:
        yield warning("dns", "dns_silent", domain=domain)


async def _mx(names: Names, domain: str) -> Finding:
    check = "dns.mx"
    try:
        found = await names.mx(domain)
        if not found:
            # Servers then try the domain itself (RFC 5321, 5.1).
            bare = await names.addresses(domain)
            code = "mx_none" if bare else "mx_nowhere"
            return warning(check, code, domain=domain)
        if found == [(0, "")]:
            return wrong(check, "mx_refuses", domain=domain)
        first = found[0][1]
        try:
            there = await names.addresses(first)
        except NoSuchNameError:
            there = []
        if not there:
            return wrong(check, "mx_unknown", domain=domain, host=first)
    except NoSuchNameError:
        return wrong(check, "domain_unknown", domain=domain)
    return fine(check, "mx_found", host=first, domain=domain)


async def _spf(names: Names, domain: str) -> Finding:
    check = "dns.spf"
    found = [
        one.lower().split()
        for one in await names.texts(domain)
        if one.lower().split()[:1] == ["v=spf1"]
    ]
    if not found:
        return warning(check, "spf_missing", domain=domain)
    if len(found) > 1:
        return wrong(check, "spf_twice", domain=domain, count=len(found))
    if "+all" in found[0] or "all" in found[0]:
        return warning(check, "spf_anybody", domain=domain)
    return fine(check, "spf_found", domain=domain)


async def _dkim(names: Names, domain: str) -> Finding:
    asked = [names.texts(f"{one}._domainkey.{domain}") for one in SELECTORS]
    records = await asyncio.gather(*asked)
    for selector, texts in zip(SELECTORS, records, strict=True):
        keys = [one for one in texts if "p=" in one]
        if any("p=" in key.replace(" ", "").removesuffix("p=") for key in keys):
            return fine("dns.dkim", "dkim_found", domain=domain, selector=selector)
    return warning("dns.dkim", "dkim_not_seen", domain=domain)


async def _dmarc(names: Names, domain: str) -> Finding:
    check = "dns.dmarc"
    above = domain.split(".", 1)[1]
    for place in (domain, above) if "." in above else (domain,):
        found = [
            one
            for one in await names.texts(f"_dmarc.{place}")
            if one.replace(" ", "").lower().startswith("v=dmarc1")
        ]
        if len(found) > 1:
            return wrong(check, "dmarc_twice", domain=place)
        if found:
            return fine(check, "dmarc_found", domain=place)
    return warning(check, "dmarc_missing", domain=domain)
