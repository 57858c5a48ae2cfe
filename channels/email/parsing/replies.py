"""The client's own words in an answer, without what it quotes.

A rule that cuts too little costs a glance; one that cuts too much hides what a client
said. So where the two cannot be told apart, everything stays, and nothing is ever
left blank. Time grows with the length alone.
"""

import re

from channels.email.parsing.quote_words import (
    BEHIND_WORDS,
    DAY,
    DEVICE,
    ENDS_WITH_HOUR,
    ENDS_WITH_WRITER,
    FIELD,
    FORWARDED,
    HOUR,
    INSIDE,
    MARKS,
    OPENS,
    ORIGINAL,
    TITLE,
    VERB,
    WROTE,
)

#: Who points at something writes ">>> here <<<".
_QUOTED = re.compile(r"^\s{0,3}>(?!.*<<\s*$)")
#: The last line of one that was folded within its brackets.
_CLOSES = re.compile(r"^\s*>\s*\w[\w ()]{0,30}:\s*$")
_DATED = re.compile(
    r"\b(?:19|20)\d\d\b|\b\d{1,2}[:.]\d\d\b|\b\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\d年|\d월"
)
#: "2011/4/7 Somebody <who@b.example>", as some ended it without a word.
_UNTOLD = re.compile(
    r"^\d{4}[/.-]\d{1,2}[/.-]\d{1,2}\s[^\n<>]{1,80}<[^\s<>]+@[^\s<>]+>\s*$"
)
_LINK = re.compile(r"^\s*[(<\[]https?://[^\s()<>\[\]]+[)>\]][\s>]*$")
_RULE = re.compile(r"^[\s*]*[-_=—]{5,}[\s*]*$")
_SIGNATURE = re.compile(r"^\s*(?:--|—|––)\s*$")
#: The end of a line that says who wrote what follows.
_ENDS = re.compile(rf"[:\uff1a][ \t*\xa0{MARKS}]*$")
#: A text that is signed by PGP within the text. The first signature that begins is the
#: one: looking for another when that one has no end would take the square of the time.
_ARMOUR = re.compile(
    r"-----BEGIN PGP SIGNED MESSAGE-----\n(?:[^\n]+\n)*+\n"
    r"(?>(.*?)\n?^-----BEGIN PGP SIGNATURE-----\n)"
    r".*?^-----END PGP SIGNATURE-----[ \t]*$",
    re.MULTILINE | re.DOTALL,
)
_ARMOUR_BEGINS = re.compile(r"^-----BEGIN PGP SIGNED MESSAGE-----$", re.MULTILINE)
_LONGEST_SIGNATURE = 12
_LINES_OF_ATTRIBUTION = 6
_LINES_OF_BLOCK = 9
_LONGEST_HEADER = 1000
_LONGEST_ATTRIBUTION = 400
_LONGEST_DEVICE = 160
_ADDRESS = re.compile(r"[^\s<>]@[^\s<>]")


def visible_text(text: str) -> str:
    """Give the own words of ``text``; all of it where they cannot be told."""
    text = _unsigned(text)
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    cut = _header_of_old_mail(lines)
    own = lines if cut is None else lines[:cut]
    if cut is not None and (not _says_something(own) or INSIDE.search("\n".join(own))):
        # A bare forward, or answers within the old mail: all of it counts.
        return text.strip()
    said = "\n".join(_without_signature(_without_quotes(own))).strip("\n").rstrip()
    return said if said.strip() else text.strip()


def _unsigned(text: str) -> str:
    """Give what stands between the lines that tell who signed it."""
    begins = _ARMOUR_BEGINS.search(text)
    signed = _ARMOUR.match(text, begins.start()) if begins else None
    if signed is None:
        return text
    inside = re.sub(r"(?m)^- (?=-)", "", signed[1])
    around = text[: signed.start()] + text[signed.end() :]
    is_whole = _says_something(inside.split("\n")) and not around.strip()
    return inside if is_whole else text


def _header_of_old_mail(lines: list[str]) -> int | None:
    """Find where an old mail begins that is not marked line by line."""
    is_field = [bool(FIELD.match(line)) for line in lines]
    for index, line in enumerate(lines):
        if _QUOTED.match(line) or len(line) > _LONGEST_HEADER:
            continue
        if ORIGINAL.match(line) or FORWARDED.match(line):
            return _with_rule(lines, index)
        if is_field[index] and _is_block(lines, is_field, index):
            return _with_rule(lines, index)
    return None


def _is_block(lines: list[str], is_field: list[bool], start: int) -> bool:
    """Tell whether three header fields of a mail follow one another here."""
    fields: list[str] = []
    for index in range(start, min(start + _LINES_OF_BLOCK, len(lines))):
        if is_field[index]:
            fields.append(lines[index])
        # One that is folded goes on, and the next one follows.
        elif lines[index].strip() and not any(is_field[index + 1 : index + 2]):
            break
    # Two may be chance, and three a journey ("From: Kyiv, To: Lviv, Date: Monday").
    is_of_a_mail = any("@" in line or TITLE.match(line) for line in fields)
    return len(fields) >= 3 and is_of_a_mail  # noqa: PLR2004


def _with_rule(lines: list[str], index: int) -> int:
    above = index - 1
    while above >= 0 and not lines[above].strip():
        above -= 1
    return above if above >= 0 and _RULE.match(lines[above]) else index


def _without_quotes(lines: list[str]) -> list[str]:
    attributions = _attributions(lines)
    headers = {number for one in attributions for number in one}
    quoted = [
        bool(_QUOTED.match(line)) and number not in headers
        for number, line in enumerate(lines)
    ]
    if attributions and not any(quoted):
        first = next((one for one in attributions if _is_sure(lines, one)), None)
        if first is None:
            return lines
        begin = _with_fields(lines, first.start)
        if _says_something(lines[:begin]):
            return lines[:begin]
        # Nothing stands above: what stands below is all that there is.
        return lines[first.stop :]
    if not any(quoted):
        return lines
    own = {one.start: _words_before(lines[one.start]) for one in attributions}
    kept = [
        own.get(number) or line
        for number, line in enumerate(lines)
        if own.get(number) or not (quoted[number] or number in headers)
    ]
    return kept if not _answers_between(lines, quoted, headers) else lines


def _words_before(attribution: str) -> str:
    """Give the client's own words on the line on which an attribution begins."""
    found = BEHIND_WORDS.search(attribution[:_LONGEST_HEADER])
    return attribution[: found.start()] if found else ""


def _attributions(lines: list[str]) -> list[range]:
    """Find the "On that day, somebody wrote:", each perhaps over several lines."""
    found = []
    for end, line in enumerate(lines):
        if not _ENDS.search(line[-40:]) and not _UNTOLD.match(line):
            continue
        if _QUOTED.match(line) and not _CLOSES.match(line):
            continue
        if _wrote(line) or _is_quoted_next(lines, end):
            found += _from_its_date(lines, end)
    return found


def _from_its_date(lines: list[str], end: int) -> list[range]:
    """Go up from the last line until a date and a writer are among the lines."""
    lowest = max(0, end - _LINES_OF_ATTRIBUTION)
    for start in range(end, lowest - 1, -1):
        if _QUOTED.match(lines[start]) and start != end:
            break
        said = " ".join(lines[start : end + 1])[-1000:]
        if _DATED.search(said) and ("@" in said or VERB.search(said)):
            return [range(start, end + 1)]
    # No date at all: an address and the verb in one line are enough.
    is_plain = "@" in lines[end] and VERB.search(lines[end])
    return [range(end, end + 1)] if is_plain else []


def _is_sure(lines: list[str], attribution: range) -> bool:
    """Tell whether all below is an old mail though no line of it is marked.

    "On Monday your colleague wrote:" may be the client's own sentence.
    """
    start = attribution.start
    stands_alone = (
        start == 0
        or not lines[start - 1].strip()
        # Some programs set it back instead, or put it below fields of the old mail.
        or lines[start].startswith("    ")
        or FIELD.match(lines[start - 1]) is not None
    )
    said = " ".join(lines[number] for number in attribution)
    # Nobody types the day, the hour and the address into a sentence of his own.
    is_full = OPENS.match(said) and HOUR.search(said) and _ADDRESS.search(said)
    return (
        bool(stands_alone or is_full)
        and len(said) <= _LONGEST_ATTRIBUTION
        and bool(_ADDRESS.search(said) or (OPENS.match(said) and _DATED.search(said)))
    )


def _with_fields(lines: list[str], start: int) -> int:
    """Give where what belongs to an attribution begins, fields and a rule above it."""
    while start and FIELD.match(lines[start - 1]):
        start -= 1
    return _with_rule(lines, start)


def _is_quoted_next(lines: list[str], index: int) -> bool:
    following = next(
        (line for line in lines[index + 1 : index + 4] if line.strip()), ""
    )
    return bool(_QUOTED.match(following))


def _wrote(line: str) -> bool:
    # Only the end matters, and a bounded one keeps the search fast.
    line = line[-200:]
    if WROTE.search(line):
        return True
    if not DAY.search(line) or not HOUR.search(line):
        return False
    return bool(ENDS_WITH_WRITER.search(line)) or bool(
        ENDS_WITH_HOUR.search(line) and VERB.search(line)
    )


def _answers_between(lines: list[str], quoted: list[bool], headers: set[int]) -> bool:
    """Tell whether own words stand between quotes, so that they need each other."""
    first = quoted.index(True)
    last = len(quoted) - 1 - quoted[::-1].index(True)
    return any(
        line.strip() and not (quoted[number] or number in headers or _LINK.match(line))
        for number, line in enumerate(lines[first:last], first)
    )


def _without_signature(lines: list[str]) -> list[str]:
    below = 0
    cut = len(lines)
    for index in range(len(lines) - 1, -1, -1):
        line = lines[index]
        if _SIGNATURE.match(line) or (not below and _is_of_a_device(line)):
            cut = index
        below += bool(line.strip())
        if below > _LONGEST_SIGNATURE + 1:
            break
    return lines[:cut] if _says_something(lines[:cut]) else lines


def _is_of_a_device(line: str) -> bool:
    return len(line) <= _LONGEST_DEVICE and bool(DEVICE.match(line))


def _says_something(lines: list[str]) -> bool:
    return any(re.search(r"\w", line) and not _QUOTED.match(line) for line in lines)
