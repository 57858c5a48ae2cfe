"""What a macro would do in a conversation, before it does it."""

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from hub.answers import canned, files, places
from hub.answers.views import CannedView, canned_view
from hub.conversations import outgoing
from hub.storage.tables import Account, Client, Conversation, Macro, Queue


@dataclass(frozen=True, slots=True, kw_only=True)
class FilledAnswer:
    """A ready answer with its places filled in, for one conversation."""

    answer: CannedView
    locale: str
    subject: str
    text: str
    html: str
    #: Places without a value; with any, it is not sent.
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanView:
    """What a macro would do, step by step."""

    macro_id: int
    title: str
    #: The steps with what they name in words: ``name``, ``text``, ``title``.
    steps: list[dict[str, Any]]
    #: What it would say, if it says anything.
    answer: FilledAnswer | None
    #: The answer leaves at once; else it is put into the composer.
    sends: bool
    #: Places that nothing is known for, in whatever it would write.
    missing: list[str] = field(default_factory=list)


async def fill_answer(
    session: AsyncSession,
    answer_id: int,
    conversation: Conversation,
    account_id: int,
    values: dict[str, str],
    *,
    company_locale: str,
    locale: str | None = None,
) -> FilledAnswer:
    """Fill a ready answer in, in the client's language if there is a variant.

    Raises:
        NotFoundError: There is no such answer for this account.
    """
    row = await canned.access(session, answer_id, account_id)
    client = await session.get_one(Client, conversation.client_id)
    text = canned.variant(row, locale, client.locale, company_locale)
    words = places.fill(text.text, values)
    look = places.fill_html(text.html, values)
    subject = places.fill(text.subject, values)
    kept = await files.of(session, [row.id])
    missing = dict.fromkeys((*subject.missing, *words.missing, *look.missing))
    return FilledAnswer(
        answer=canned_view(row, kept.get(row.id, ())),
        locale=text.locale,
        subject=subject.text,
        # As the mail's own text will be made.
        text=outgoing.says(look.text) if look.text else words.text,
        html=look.text,
        missing=tuple(missing),
    )


async def plan(
    session: AsyncSession,
    macro: Macro,
    conversation: Conversation,
    account_id: int,
    values: dict[str, str],
    *,
    company_locale: str,
) -> PlanView:
    """Say what a macro would do now."""
    shown: list[dict[str, Any]] = []
    answer: FilledAnswer | None = None
    missing: dict[str, None] = {}
    sends = False
    for step in macro.steps:
        said = dict(step)
        match step["do"]:
            case "answer":
                answer = await fill_answer(
                    session,
                    step["canned_id"],
                    conversation,
                    account_id,
                    values,
                    company_locale=company_locale,
                )
                sends = step["send"]
                said["name"] = answer.answer.title
                if sends:
                    missing |= dict.fromkeys(answer.missing)
            case "assign":
                said["name"] = await _name(session, step["to"], account_id)
            case "queue":
                queue = await session.get(Queue, step["queue_id"])
                said["name"] = queue.name if queue else ""
            case "note" | "task":
                field_ = "text" if step["do"] == "note" else "title"
                filled = places.fill(step[field_], values)
                said[field_] = filled.text
                missing |= dict.fromkeys(filled.missing)
            case _:
                pass
        shown.append(said)
    return PlanView(
        macro_id=macro.id,
        title=macro.title,
        steps=shown,
        answer=answer,
        sends=sends,
        missing=list(missing),
    )


async def _name(session: AsyncSession, to: int | str, account_id: int) -> str:
    if to == "nobody":
        return ""
    account = await session.get(Account, account_id if to == "me" else to)
    return account.name if account else ""
