"""Forms sent from pages, from other sites' scripts and from servers."""

from dataclasses import replace
from datetime import timedelta

import aiohttp
import pytest
import pytest_asyncio
from sqlalchemy import select

from hub.contracts import FormChoice, FormQuestion
from hub.storage.tables import (
    Attachment,
    Consent,
    Conversation,
    Queue,
    StoredFile,
    TimelineItem,
)
from tests.web.portal import Browser, make_app, served
from tests.web.sending import GOOD, LIMITS, edit

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4

KEYED = {"X-Form-Key": "a key of the site's"}


@pytest.fixture
def app(db, data_dir):
    return make_app(db, data_dir, forms=LIMITS)


@pytest_asyncio.fixture
async def http(app):
    async with served(app) as client:
        yield client


@pytest.fixture
def browser(http):
    return Browser(http)


def asks(name, kind="text", **more):
    return FormQuestion(name=name, kind=kind, label={"en": name.capitalize()}, **more)


async def rows(db, table):
    async with db.read() as session:
        return list(
            await session.scalars(select(table).order_by(*table.__mapper__.primary_key))
        )


async def came(db):
    return [one for one in await rows(db, TimelineItem) if one.kind == "form"]


def answers(item):
    return {one["label"]: one["value"] for one in item.data["fields"]}


async def token(http, **query):
    async with http.get("/forms/ask/definition", params=query) as answer:
        return (await answer.json())["token"]


# --- a form that is edited while people have it open ---------------------------------


async def test_who_has_an_old_form_open_loses_no_answer(browser, db) -> None:
    page = await browser.get("/forms/ask")
    await edit(db, asks("about"), keep={"email", "name"})

    thanked = await browser.send(page, GOOD)

    assert "We answer today." in thanked.text
    (item,) = await came(db)
    assert answers(item) == {
        "Your name": "Oksana",
        "Email": "oksana@mail.example",
        "Topic": "Delivery",
        "Question": "Where is it?",
    }
    assert item.data["form_version"] == 1


async def test_an_answer_keeps_the_label_that_its_author_saw(browser, db) -> None:
    page = await browser.get("/forms/ask")
    await edit(
        db,
        replace(asks("question", "textarea"), label={"en": "Tell us all"}),
        keep={"email", "topic"},
    )

    await browser.send(page, GOOD)

    (item,) = await came(db)
    assert answers(item)["Question"] == "Where is it?"


async def test_a_question_that_is_new_is_asked_for_and_nothing_is_lost(
    browser, db
) -> None:
    page = await browser.get("/forms/ask")
    await edit(db, asks("city", required=True), keep={"email", "question"})

    asked = await browser.send(page, GOOD)
    sent = await browser.send(asked, {"city": "Lviv", "topic": "Delivery"})

    assert asked.status == 422
    assert "was changed while you wrote" in asked.text
    assert asked.field("question") == "Where is it?"
    assert "We answer today." in sent.text
    (item,) = await came(db)
    assert answers(item) == {
        "Your name": "Oksana",
        "Email": "oksana@mail.example",
        "Topic": "Delivery",
        "Question": "Where is it?",
        "City": "Lviv",
    }


async def test_an_archived_form_still_takes_what_was_open(browser, db) -> None:
    page = await browser.get("/forms/ask")
    await edit(db, active=False)

    sent = await browser.send(page, GOOD)

    assert "We answer today." in sent.text
    assert len(await came(db)) == 1
    assert (await browser.get("/forms/ask")).status == 404


async def test_a_servers_answer_to_a_question_that_is_gone_keeps_its_label(
    http, db
) -> None:
    await edit(db, keep={"email", "question"})

    async with http.post(
        "/hooks/webform/ask", json={**GOOD, "source": "ads"}, headers=KEYED
    ) as answer:
        assert answer.status == 200

    (item,) = await came(db)
    assert answers(item)["Topic"] == "Delivery"
    assert answers(item)["source"] == "ads"


@pytest.mark.parametrize("nothing", [None, False, "", [], {}])
async def test_what_a_program_sends_for_nothing_is_nothing(http, db, nothing) -> None:
    ours = dict.fromkeys(("submission_id", "website", "lang", "form_version"), nothing)

    for question in ("Where is it?", "When does it come?"):
        said = {**GOOD, **ours, "question": question, "token": await token(http)}
        async with http.post("/forms/ask/submissions", json=said) as answer:
            assert (await answer.json())["repeated"] is False

    assert [answers(one)["Question"] for one in await came(db)] == [
        "Where is it?",
        "When does it come?",
    ]


# --- files -----------------------------------------------------------------------------


async def with_files(db, **more):
    await edit(db, asks("photos", "files", max_file_bytes=2000, **more))


def parts(said, *files):
    form = aiohttp.FormData(quote_fields=False)
    for name, content, filename in files:
        form.add_field(name, content, filename=filename)
    for name, value in said.items():
        form.add_field(name, value)
    return form


async def test_files_come_with_their_answers(http, db) -> None:
    await with_files(db, file_types=("image/*",))
    said = {**GOOD, "token": await token(http)}

    async with http.post(
        "/forms/ask", data=parts(said, ("photos", PNG, "a “lamp”.png"))
    ) as answer:
        assert answer.status == 200

    (item,) = await came(db)
    assert answers(item)["Photos"] == "a “lamp”.png"
    (attachment,) = await rows(db, Attachment)
    (stored,) = await rows(db, StoredFile)
    assert (attachment.item_id, attachment.name) == (item.id, "a “lamp”.png")
    assert stored.media_type == "image/png"


@pytest.mark.parametrize(
    ("files", "why"),
    [
        ([("photos", b"x" * 20_000, "big.txt")], "A file is too large"),
        ([("photos", PNG, f"{n}.png") for n in range(6)], "too many files"),
        ([("photos", PNG, "1.png"), ("photos", b"", "2.png")], "A file is empty"),
        (
            [("photos", b"y" * 1900, "1"), ("photos", b"z" * 1900, "2")],
            "too large together",
        ),
    ],
)
async def test_files_over_the_limit_are_refused_and_the_words_stay(
    http, db, files, why
) -> None:
    await with_files(db)
    said = {**GOOD, "token": await token(http)}

    # The file stands before the words, and is read to its end for their sake.
    async with http.post("/forms/ask", data=parts(said, *files)) as answer:
        page = await answer.text()

    assert answer.status == 422
    assert why in page
    assert "Where is it?" in page
    assert "Choose the files once more" in page
    assert await came(db) == []


async def test_who_chose_no_file_is_not_told_to_choose_it_again(http, db) -> None:
    label = {"en": "You may use my data."}
    await with_files(db)
    await edit(db, replace(asks("terms", "consent", required=True), label=label))
    said = {**GOOD, "token": await token(http)}

    # A browser sends a nameless part for a field of files that was left alone.
    async with http.post("/forms/ask", data=parts(said, ("photos", b"", ""))) as answer:
        page = await answer.text()

    assert answer.status == 422
    assert "Choose the files once more" not in page
    # A label that is a sentence ends by itself.
    assert "You may use my data.</a> Without your agreement" in page


async def test_a_file_is_what_its_bytes_say(http, db) -> None:
    await with_files(db, file_types=("image/*",))
    said = {**GOOD, "token": await token(http)}

    async with http.post(
        "/forms/ask",
        data=parts(said, ("photos", b"<html><script>1</script>", "lamp.png")),
    ) as answer:
        page = await answer.text()

    assert answer.status == 422
    assert "cannot take a file of this kind" in page
    assert "Where is it?" in page
    assert await rows(db, StoredFile) == []


async def test_a_body_without_an_end_is_not_read_for_ever(http, db) -> None:
    async def endless():
        yield b'--x\r\nContent-Disposition: form-data; name="photos"; filename="a"\r\n\r\n'
        while True:
            yield b"y" * 65_536

    async with http.post(
        "/forms/ask",
        data=endless(),
        headers={"Content-Type": "multipart/form-data; boundary=x"},
    ) as answer:
        assert answer.status == 413
    assert await came(db) == []


# --- consent, queue ---------------------------------------------------------------------


async def test_a_consent_is_kept_with_its_words_and_its_time(
    browser, db, clock
) -> None:
    words = "You may use my data to settle this."
    await edit(
        db,
        replace(asks("terms", "consent", required=True), label={"en": words}),
    )
    page = await browser.get("/forms/ask")

    refused = await browser.send(page, {**GOOD, "terms": ""})
    await browser.send(refused, {"terms": "yes", "topic": "Delivery"})

    assert "Without your agreement" in refused.text
    (item,) = await came(db)
    assert item.data["consents"] == [
        {"name": "terms", "wording": words, "at": clock.now.isoformat()}
    ]
    (kept,) = await rows(db, Consent)
    assert (kept.kind, kept.value) == ("email", "oksana@mail.example")
    assert (kept.state, kept.source, kept.wording) == ("given", "form", words)
    assert (kept.at, kept.item_id) == (clock.now, item.id)
    # A stranger who types a number lifts nobody's refusal.
    assert kept.purpose == "form.ask.terms"


async def test_a_form_may_name_its_queue_and_its_subject(browser, db, clock) -> None:
    async with db.begin() as uow:
        queue = Queue(
            name="Returns",
            channels=[],
            first_response=timedelta(hours=1),
            goal=0.8,
            fallback=False,
            created_at=clock.now,
        )
        uow.session.add(queue)
        await uow.session.flush()
    await edit(db, queue_id=queue.id, subject="{form}: {topic}")

    await browser.send(await browser.get("/forms/ask"), GOOD)

    (row,) = await rows(db, Conversation)
    assert (row.queue_id, row.subject) == (queue.id, "Ask us: Delivery")


async def test_choices_are_shown_in_words_and_kept_when_they_are_taken_away(
    browser, db
) -> None:
    red, blue = (
        FormChoice(value=one, label={"en": f"The {one} one"}) for one in ("red", "blue")
    )
    await edit(db, asks("colour", "choice", choices=(red, blue)))
    page = await browser.get("/forms/ask")
    await edit(
        db,
        asks("colour", "choice", choices=(blue,)),
        keep={"name", "email", "phone", "topic", "question"},
    )

    await browser.send(page, {**GOOD, "colour": "red"})

    (item,) = await came(db)
    assert answers(item)["Colour"] == "The red one"
