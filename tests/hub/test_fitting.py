"""What a channel cannot take is refused before it is queued."""

from types import SimpleNamespace

import pytest

from hub.contracts import SendingRules
from hub.conversations import fitting
from hub.conversations.fitting import Content
from hub.errors import InvalidError
from hub.storage.tables import Account, Attachment, StoredFile


async def stored(uow, media_type, size):
    account = Account(
        email="n@hub.test",
        name="N",
        role="agent",
        locale="en",
        active=True,
        created_at=uow.now,
    )
    file = StoredFile(
        hash="a" * 64,
        size=size,
        media_type=media_type,
        has_thumbnail=False,
        created_at=uow.now,
    )
    uow.session.add_all([account, file])
    await uow.session.flush()
    row = Attachment(
        hash=file.hash, name="a", account_id=account.id, created_at=uow.now
    )
    uow.session.add(row)
    await uow.session.flush()
    return row.id


async def fitted(db, media_type="image/png", size=10, **rules):
    async with db.trying() as uow:
        number = await stored(uow, media_type, size)
        return await fitting.fit(
            uow,
            Content(text="", attachment_ids=[number], template_values={}),
            SimpleNamespace(kind="phone", value="+380501112233"),
            channel="sms",
            rules=SendingRules(**rules),
            leaves=uow.now,
        )


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"max_files": 0}, "too_many_files"),
        ({"files": {"image/*": 9}}, "file_size"),
        ({"files": {"audio/*": 99}}, "file_kind"),
        ({"files": {"image/png": 9, "image/*": 99}}, "file_size"),
    ],
)
async def test_a_file_that_the_channel_does_not_take_is_refused(db, given, reason):
    with pytest.raises(InvalidError) as refused:
        await fitted(db, **given)

    assert refused.value.details["reason"] == reason


@pytest.mark.parametrize(
    "given", [{}, {"max_files": 1}, {"files": {"image/jpeg": 1, "image/*": 10}}]
)
async def test_a_file_that_it_takes_goes_with_it(db, given):
    assert await fitted(db, **given) == ("", {})


async def test_a_text_that_is_too_long_for_the_channel_is_refused(db):
    async with db.trying() as uow:
        with pytest.raises(InvalidError) as refused:
            await fitting.fit(
                uow,
                Content(text="a" * 11, template_values={}),
                SimpleNamespace(kind="phone", value="+380501112233"),
                channel="whatsapp",
                rules=SendingRules(max_text=10),
                leaves=uow.now,
            )

    assert refused.value.details["reason"] == "too_long"
