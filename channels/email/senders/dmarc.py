"""What a domain wants done with mail that only pretends to be its own (DMARC, RFC 7489).

Who may speak for a domain: itself, the domains above it, and those below the place at
which its policy was found. That place is looked for upwards from the domain, so that no
list of public suffixes is needed, which would have to be kept fresh.
"""

from dataclasses import dataclass

from channels._checking import Names

#: Labels of a domain that are looked at, from its end.
_DEEPEST = 5
#: Policies that call what fails forged.
STRICT = frozenset({"quarantine", "reject"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What a domain says of its mail."""

    #: Where it was found; "" where there is none.
    place: str = ""
    #: ``none``, ``quarantine`` or ``reject``.
    wants: str = "none"
    strict_dkim: bool = False
    strict_spf: bool = False


async def policy_of(names: Names, domain: str) -> Policy:
    """Find a domain's policy.

    Raises:
        NamesSilentError: Nobody answered.
    """
    labels = domain.split(".")[-_DEEPEST:]
    # The last label alone belongs to nobody who sends mail.
    above = [".".join(labels[start:]) for start in range(len(labels) - 1)]
    for place in dict.fromkeys((domain, *above)):
        records = [_tags(one) for one in await names.texts(f"_dmarc.{place}")]
        found = [one for one in records if one.get("v") == "dmarc1"]
        # Several are none; one of a registry speaks for nobody below it.
        if len(found) == 1 and (place == domain or found[0].get("psd") != "y"):
            return _policy(place, found[0], is_above=place != domain)
    return Policy()


def is_aligned(other: str, domain: str, policy: Policy, *, strict: bool) -> bool:
    """Tell whether mail that ``other`` vouches for may name ``domain`` as its sender."""
    if other == domain:
        return True
    if strict or "." not in other:
        return False
    place = policy.place or domain
    return domain.endswith(f".{other}") or f".{other}".endswith(f".{place}")


def _policy(place: str, tags: dict[str, str], *, is_above: bool) -> Policy:
    wants = tags.get("p", "none")
    if is_above:
        wants = tags.get("sp", wants)
    # Below a registry's own name are strangers to it.
    is_registry = tags.get("psd") == "y"
    return Policy(
        place=place,
        wants=wants if wants in STRICT else "none",
        strict_dkim=is_registry or tags.get("adkim") == "s",
        strict_spf=is_registry or tags.get("aspf") == "s",
    )


def _tags(record: str) -> dict[str, str]:
    pairs = (one.partition("=") for one in record.lower().split(";"))
    return {name.strip(): value.strip() for name, _, value in reversed(list(pairs))}
