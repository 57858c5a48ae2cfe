"""Make of a query what PostgreSQL is asked: a ``tsquery``, and what is to be marked."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from sqlalchemy.ext.asyncio import AsyncSession

from hub.search import vocabulary
from hub.search.documents import phone_keys
from hub.search.passages import Wanted
from hub.search.queries import Query, Term
from hub.search.stems import stem
from hub.search.views import CorrectionView
from hub.search.words import NATIONAL, PHONE_DIGITS

#: Digits by which a number can be told while it is typed.
_FEW_DIGITS = 3
#: Digits at its end by which people name a number.
_LAST_DIGITS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A term, and what each of its words is looked for as."""

    term: Term
    meant: tuple[vocabulary.Meant, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A query whose words are known."""

    query: Query
    terms: tuple[Part, ...]
    by: tuple[Part, ...]
    to: tuple[Part, ...]
    orders: tuple[Part, ...]

    @property
    def wanted(self) -> Wanted:
        """What is marked in what was found."""
        parts = [one for one in (*self.terms, *self.orders) if not one.term.negative]
        return Wanted(
            stems=frozenset(
                key
                for one in parts
                if not one.term.phone
                for meant in one.meant
                for key in meant.stems
            ),
            beginnings=tuple(
                one.term.words[-1]
                for one in parts
                if one.term.unfinished and len(one.term.words[-1]) > 1
            ),
            phones=frozenset(
                key
                for one in parts
                if one.term.phone
                for key in phone_keys(one.term.phone)
            ),
        )

    @property
    def corrections(self) -> list[CorrectionView]:
        """Words that were taken for others."""
        return [
            CorrectionView(typed=word, taken=list(meant.corrected))
            for one in (*self.terms, *self.by, *self.to)
            for word, meant in zip(one.term.words, one.meant, strict=True)
            if meant.corrected
        ]

    def of(self, kind: str) -> str:
        """Write the query for one kind; "" when nothing limits it."""
        parts = [_term(one, kind) for one in self.terms]
        if kind == "item":
            parts += [_term(one, kind) for one in self.orders]
            parts += _marks(self)
        elif kind == "order":
            parts += [_number(one.term) for one in self.orders]
        return " & ".join(one for one in parts if one)

    def rank(self) -> str:
        """Write what counts for the order of what was found."""
        parts = [
            _words(one) for one in (*self.terms, *self.orders) if not one.term.negative
        ]
        return " & ".join(f"({one})" for one in parts)


async def understand(session: AsyncSession, query: Query) -> Asked:
    """Look up what the words of a query may mean."""

    async def parts(terms: Sequence[Term], *, names: bool = False) -> tuple[Part, ...]:
        return tuple([await _part(session, one, names=names) for one in terms])

    return Asked(
        query=query,
        terms=await parts(query.terms),
        by=await parts(query.by, names=True),
        to=await parts(query.to, names=True),
        orders=await parts(query.orders),
    )


async def _part(session: AsyncSession, term: Term, *, names: bool) -> Part:
    # Letters of the other keyboard may stand where this one has brackets.
    may_be_other = len(term.words) > 1 and not term.exact and not term.phone
    if may_be_other and (
        other := await vocabulary.on_other_keyboard(session, term.raw)
    ):
        return Part(
            term=replace(term, words=(term.raw,)),
            meant=(vocabulary.Meant(stems=(stem(other),), corrected=(other,)),),
        )
    last = len(term.words) - 1
    return Part(
        term=term,
        meant=tuple(
            [
                # What is excluded or quoted is meant as it is.
                vocabulary.Meant(stems=(stem(word),))
                if term.negative or term.exact or term.phone
                else await vocabulary.meant(
                    session,
                    word,
                    unfinished=(term.unfinished or names) and at == last,
                )
                for at, word in enumerate(term.words)
            ]
        ),
    )


def lexeme(text: str) -> str:
    """Quote a word for a tsquery."""
    escaped = text.replace("\\", "\\\\").replace("'", "''")
    return f"'{escaped}'"


def _term(part: Part, kind: str) -> str:
    ways = [_words(part), *_numbers(part.term, kind)]
    found = "(" + " | ".join(f"({one})" for one in ways) + ")"
    return f"!{found}" if part.term.negative else found


def _words(part: Part) -> str:
    """Any of the stems of each word, one word after the other."""
    return " <-> ".join(
        "(" + " | ".join(map(lexeme, meant.stems)) + ")" for meant in part.meant
    )


def _numbers(term: Term, kind: str) -> list[str]:
    """Ways to find a number to call or of an order, whole or still being typed."""
    ways = []
    if term.phone:
        # The last nine digits tell it; the seven of one town only when no more is there.
        ways.append(lexeme(phone_keys(term.phone)[-1]))
    joined = "".join(term.words)
    if kind == "client" and joined.isdecimal() and len(joined) >= _FEW_DIGITS:
        national = _national(joined)
        if _FEW_DIGITS - 1 <= len(national) <= NATIONAL:
            ways.append(lexeme(f"=pp:{national}"))
        if len(joined) == _LAST_DIGITS:
            ways.append(lexeme(f"=ps:{joined}"))
    if kind == "order":
        ways.append(_number(term))
    return ways


def _national(digits: str) -> str:
    for lead in ("00380", "380", "80", "0"):
        if digits.startswith(lead) and len(digits) > len(lead):
            return digits[len(lead) :]
    return digits if len(digits) < PHONE_DIGITS else digits[-NATIONAL:]


def _number(term: Term) -> str:
    return lexeme(f"=n:{''.join(term.words)[:20]}")


def _marks(asked: Asked) -> list[str]:
    query = asked.query
    found = [
        *(_person("from", one) for one in asked.by),
        *(_person("to", one) for one in asked.to),
    ]
    if query.channels:
        found.append(_any(_channel(one) for one in sorted(query.channels)))
    found += [f"!{_channel(one)}" for one in sorted(query.not_channels)]
    if query.attachment is not None:
        found.append(("" if query.attachment else "!") + lexeme("=has:attachment"))
    return found


def _person(mark: str, part: Part) -> str:
    if part.term.phone:
        found = lexeme(f"={mark}{phone_keys(part.term.phone)[-1]}")
    else:
        found = " & ".join(
            _any(lexeme(f"={mark}:{key}") for key in meant.stems)
            for meant in part.meant
        )
    return f"!({found})" if part.term.negative else f"({found})"


def _channel(name: str) -> str:
    return lexeme("=kind:note" if name == "note" else f"=channel:{name}")


def _any(ways: Iterable[str]) -> str:
    return "(" + " | ".join(ways) + ")"
