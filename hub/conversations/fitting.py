"""Whether what an author wants to say fits the channel that he chose.

He is told before anything is queued: that the client asked not to be written to, that
a template is needed, that a file is of a kind that the channel cannot take.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatch
from typing import Any

from sqlalchemy import select

from hub.contracts import SendingRules, Template
from hub.delivery import permission
from hub.delivery.permission import OPTED_OUT, REASONS, Place
from hub.delivery.segments import segments
from hub.errors import InvalidError, OptedOutError, WindowClosedError
from hub.storage.tables import Address, Attachment, StoredFile
from hub.storage.unit import UnitOfWork

MAX_VALUE = 500
_HOLE = re.compile(r"\{\{\s*([A-Za-z0-9_]{1,40})\s*\}\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What is to be said."""

    text: str
    attachment_ids: Sequence[int] = ()
    template_id: str = ""
    template_values: Mapping[str, str]


async def fit(
    uow: UnitOfWork,
    content: Content,
    address: Address,
    *,
    channel: str,
    rules: SendingRules,
    leaves: datetime,
) -> tuple[str, dict[str, Any]]:
    """Check that it may and can be sent; give its text and what its entry keeps.

    Raises:
        OptedOutError: The client asked not to be written to there.
        WindowClosedError: Only a template may be sent at the time when it leaves.
        InvalidError: The template, its values, the length or the files will not do.
    """
    text, data = content.text, dict[str, Any]()
    if content.template_id:
        text, data["template"] = _filled(content, rules.templates)
    code = await permission.obstacle(
        uow.session,
        Place(channel=channel, kind=address.kind, value=address.value),
        rules=rules,
        now=leaves,
        has_template=bool(content.template_id),
    )
    if code is not None:
        error = OptedOutError if code == OPTED_OUT else WindowClosedError
        raise error(REASONS[code])
    _check_length(text, rules)
    await _check_files(uow, content.attachment_ids, rules)
    if content.template_id and content.attachment_ids:
        raise InvalidError(
            "attachments", errors={"attachment_ids": "a template takes no files"}
        )
    return text, data


def _filled(
    content: Content, templates: Sequence[Template]
) -> tuple[str, dict[str, Any]]:
    template = next((one for one in templates if one.id == content.template_id), None)
    if template is None:
        raise InvalidError(
            "template", errors={"template_id": "there is no such template"}
        )
    names = list(dict.fromkeys(_HOLE.findall(template.text)))
    values = {name: content.template_values.get(name, "").strip() for name in names}
    if empty := [name for name, value in values.items() if not value]:
        raise InvalidError(
            "template", errors={"template_values": f"missing: {', '.join(empty)}"}
        )
    if any(len(value) > MAX_VALUE for value in values.values()):
        raise InvalidError(
            "template", errors={"template_values": f"at most {MAX_VALUE} letters each"}
        )
    text = _HOLE.sub(lambda hole: values[hole[1]], template.text)
    return text, {"id": template.id, "name": template.name, "values": values}


def _check_length(text: str, rules: SendingRules) -> None:
    if rules.max_text is not None and len(text) > rules.max_text:
        raise InvalidError(
            "text",
            errors={"text": f"at most {rules.max_text} letters"},
            reason="too_long",
        )
    if rules.max_segments is not None and segments(text) > rules.max_segments:
        raise InvalidError(
            "text",
            errors={"text": f"at most {rules.max_segments} SMS long"},
            reason="too_long",
        )


async def _check_files(
    uow: UnitOfWork, ids: Sequence[int], rules: SendingRules
) -> None:
    if not ids:
        return
    if rules.max_files is not None and len(ids) > rules.max_files:
        raise InvalidError(
            "attachments",
            errors={"attachment_ids": f"at most {rules.max_files} files a message"},
            reason="too_many_files",
        )
    if not rules.files:
        return
    rows = await uow.session.execute(
        select(Attachment.name, StoredFile.media_type, StoredFile.size)
        .join(StoredFile, StoredFile.hash == Attachment.hash)
        .where(Attachment.id.in_(ids))
    )
    for name, media_type, size in rows:
        largest = next(
            (most for kind, most in rules.files.items() if fnmatch(media_type, kind)),
            None,
        )
        if largest is None:
            wrong, reason = f"{name}: this channel takes no such files", "file_kind"
        elif size > largest:
            wrong, reason = f"{name}: at most {largest // 1024} KB here", "file_size"
        else:
            continue
        raise InvalidError(
            "attachments", errors={"attachment_ids": wrong}, reason=reason
        )
