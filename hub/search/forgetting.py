"""Take things out of the search at once, and words that nothing else has.

``filling.py`` follows the log and would find them changed a moment later; but the words
that it has met stay known, so that a slip is taken for the right one. Of somebody who is
erased they must not.
"""

from collections import Counter

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from hub.search import filling
from hub.search.asking import lexeme
from hub.search.stems import stem

#: A word that was met in more things than this is somebody else's too.
COMMON = 200

_GONE = text("DELETE FROM search_entries WHERE kind = :kind AND row_id = ANY(:ids)")
_FEWER = text("""
    UPDATE search_words SET uses = greatest(0, uses - given.times)
    FROM (SELECT word, times FROM unnest(
        CAST(:words AS text[]), CAST(:times AS bigint[])) AS one(word, times)
        ORDER BY word) AS given
    WHERE search_words.word = given.word
    RETURNING search_words.word, search_words.uses
""")
_HELD = text("""
    SELECT EXISTS (SELECT FROM search_entries
        WHERE words @@ CAST(CAST(:asked AS text) AS tsquery))
""")
_FORGET = text("DELETE FROM search_words WHERE word = ANY(:words)")


async def forget(session: AsyncSession, kind: str, ids: list[int]) -> None:
    """Take things (``FOUND_KINDS``) out of the search; they still stand as they were.

    Called in the unit that then writes over them, which must record events of them.
    """
    if not ids:
        return
    await filling.hold(session)
    counts: Counter[str] = Counter()
    for document in await filling.documents_of(session, kind, ids):
        counts.update(document.plain)
    await session.execute(_GONE, {"kind": kind, "ids": ids})
    if not counts:
        return
    words = sorted(counts)
    rows = await session.execute(
        _FEWER, {"words": words, "times": [counts[one] for one in words]}
    )
    rare = [row.word for row in rows if row.uses <= COMMON]
    lost = [one for one in rare if not await _is_held(session, one)]
    await session.execute(_FORGET, {"words": lost})


async def _is_held(session: AsyncSession, word: str) -> bool:
    return bool(await session.scalar(_HELD, {"asked": lexeme(stem(word))}))
