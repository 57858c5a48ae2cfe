"""The words that were met: which of them somebody means who begins or mistypes one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from hub.search import spelling
from hub.search.stems import bare, stem
from hub.search.words import words

#: Words that a beginning stands for, at the most; the most used ones.
BEGUN = 24
#: Letters that a word must have to be completed.
SHORTEST_BEGINNING = 2
#: Words that are compared with a mistyped one, and those that are taken for it.
COMPARED = 400
TAKEN = 6
#: A word met so seldom may itself be a slip: what is met far more often joins it.
SELDOM = 2

_LEARN = text("""
    WITH given AS (
        SELECT * FROM unnest(CAST(:words AS text[]), CAST(:stems AS text[]),
            CAST(:uses AS bigint[])) AS given(word, stem, uses)
    )
    UPDATE search_words w SET uses = w.uses + given.uses
    FROM given WHERE w.word = given.word COLLATE "C"
    RETURNING w.word
""")
_ADD = text("""
    INSERT INTO search_words (word, stem, uses, keys)
    SELECT word, stem, uses, CAST(keys AS int[])
    FROM unnest(CAST(:words AS text[]), CAST(:stems AS text[]),
        CAST(:uses AS bigint[]), CAST(:keys AS text[])) AS given(word, stem, uses, keys)
    ON CONFLICT (word) DO NOTHING
""")
_BEGUN = text("""
    SELECT stem FROM search_words
    WHERE word >= :first COLLATE "C" AND word < :beyond COLLATE "C"
    ORDER BY uses DESC, word LIMIT :limit
""")
_USES = text(
    "SELECT COALESCE(sum(uses), 0)::bigint FROM search_words WHERE stem = :stem"
)
_NEAR = text("""
    SELECT word, uses FROM search_words WHERE keys && CAST(:keys AS int[])
    LIMIT :limit
""")
_NEAR_LONG = text("""
    SELECT word, uses FROM search_words
    WHERE keys && CAST(:head AS int[]) AND keys && CAST(:tail AS int[])
    LIMIT :limit
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class Meant:
    """What a typed word is looked for as."""

    #: Any of these.
    stems: tuple[str, ...]
    #: Words that were taken for it, when it is not known as it is.
    corrected: tuple[str, ...] = ()


async def learn(session: AsyncSession, counts: Mapping[str, int], *, room: int) -> int:
    """Keep words with how often they were met; tell how many are new.

    Words with digits are not kept: nobody mistypes them in a way that can be told.

    Args:
        session: Of the unit that keeps the things themselves.
        counts: By folded word.
        room: New words, at the most.
    """
    kept = sorted(word for word in counts if word.isalpha() and len(word) > 1)
    if not kept:
        return 0
    known = set(
        await session.scalars(
            _LEARN,
            {
                "words": kept,
                "stems": [stem(one) for one in kept],
                "uses": [counts[one] for one in kept],
            },
        )
    )
    fresh = [one for one in kept if one not in known][:room]
    if fresh:
        await session.execute(
            _ADD,
            {
                "words": fresh,
                "stems": [stem(one) for one in fresh],
                "uses": [counts[one] for one in fresh],
                "keys": [
                    "{" + ",".join(map(str, spelling.keys(one))) + "}" for one in fresh
                ],
            },
        )
    return len(fresh)


async def meant(session: AsyncSession, word: str, *, unfinished: bool) -> Meant:
    """Tell what a folded word is to be looked for as.

    As it is; when it is still being typed, also as what begins so; when neither is
    known, as what it would be on the other keyboard, or as the nearest words.
    """
    own = stem(word)
    if not word.isalpha():
        return Meant(stems=(own,))
    begun = await _begun(session, word) if unfinished else ()
    uses = await session.scalar(_USES, {"stem": own}) or 0
    stems = tuple(dict.fromkeys((own, *begun)))
    if uses > SELDOM or begun:
        return Meant(stems=stems)
    if not uses and (swapped := await _swapped(session, word, unfinished=unfinished)):
        return swapped
    near = await _near(session, word, more_than=uses * 10)
    if not near and not uses and (base := bare(word)) != word:
        # A slip in a form of the word that nobody used: бойлира, for бойлер.
        near = await _near(session, base, more_than=0)
    return Meant(
        stems=tuple(dict.fromkeys((*stems, *(stem(one) for one in near)))),
        corrected=tuple(near),
    )


async def on_other_keyboard(session: AsyncSession, typed: str) -> str | None:
    """Give the word that was typed with the keyboard in the other language, if known."""
    found = [one.plain for one in words(spelling.other_layout(typed))]
    if len(found) != 1 or not await session.scalar(_USES, {"stem": stem(found[0])}):
        return None
    return found[0]


async def _begun(session: AsyncSession, word: str) -> Sequence[str]:
    if len(word) < SHORTEST_BEGINNING:
        return ()
    found = await session.scalars(
        _BEGUN, {"first": word, "beyond": f"{word}\U0010ffff", "limit": BEGUN}
    )
    return tuple(found)


async def _swapped(
    session: AsyncSession, word: str, *, unfinished: bool
) -> Meant | None:
    other = "".join(one for one in spelling.other_layout(word) if one.isalnum())
    if len(other) < SHORTEST_BEGINNING or other == word:
        return None
    begun = await _begun(session, other) if unfinished else ()
    uses = await session.scalar(_USES, {"stem": stem(other)}) or 0
    if not uses and not begun:
        return None
    stems = dict.fromkeys((stem(word), stem(other), *begun))
    return Meant(stems=tuple(stems), corrected=(other,))


async def _near(session: AsyncSession, word: str, *, more_than: int) -> list[str]:
    if not spelling.slips(word):
        return []
    rows: list[tuple[str, int]] = []
    # A long word may be mistyped into a short one, and the other way round.
    if len(word) <= spelling.LONG:
        keys = spelling.whole_keys(word)
        found = await session.execute(_NEAR, {"keys": keys, "limit": COMPARED})
        rows += [(one.word, one.uses) for one in found]
    if len(word) >= spelling.LONG - 1:
        found = await session.execute(
            _NEAR_LONG,
            {
                "head": spelling.head_keys(word),
                "tail": spelling.tail_keys(word),
                "limit": COMPARED,
            },
        )
        rows += [(one.word, one.uses) for one in found]
    known = {one: uses for one, uses in rows if uses > more_than}
    near = spelling.nearest(word, known.items(), limit=TAKEN)
    fewest = near[0][1] if near else 0
    return [one for one, apart in near if apart == fewest]
