"""Forms in the hub: made, changed by one at a time, seeded once, kept in versions."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from config.settings import FormSettings
from hub.contracts import FormChoice, FormDefinition, FormQuestion
from hub.errors import ConflictError, InvalidError, NotFoundError, StaleUpdateError
from hub.forms import forms
from hub.forms.definitions import check, dump, load
from hub.storage.tables import EventRow

LIMITS = FormSettings()
EMAIL = FormQuestion(
    name="email", kind="email", label={"en": "Email", "uk": "Пошта"}, required=True
)
ASK = FormDefinition(
    name="ask",
    title={"en": "Ask us"},
    questions=(
        EMAIL,
        FormQuestion(
            name="topic",
            kind="choice",
            label={"en": "Topic"},
            choices=(FormChoice(value="a", label={"en": "An A"}),),
        ),
    ),
    origins=("https://shop.example",),
)


async def made(db, form=ASK):
    return await db.run(lambda uow: forms.create(uow, form, settings=LIMITS))


async def changed(db, form_id, form):
    return await db.run(lambda uow: forms.change(uow, form_id, form, settings=LIMITS))


async def found(db, name="ask", *, ago=timedelta(days=7)):
    async with db.read() as session:
        return await forms.access_form(
            session, name, settings=LIMITS, since=db.clock() - ago
        )


def test_what_is_kept_is_what_was_said() -> None:
    assert load(dump(ASK), name="ask", version=1) == ASK


async def test_a_change_keeps_the_version_that_others_have_open(db, clock) -> None:
    view = await made(db)
    clock.move(hours=1)

    after = await changed(db, view.id, replace(ASK, title={"en": "Ask"}))

    form = await found(db)
    assert (after.version, form.version, form.title) == (2, 2, {"en": "Ask"})
    assert [(one.version, one.title) for one in form.earlier] == [(1, {"en": "Ask us"})]
    clock.move(days=8)
    assert (await found(db)).earlier == ()


async def test_of_two_who_change_a_form_the_second_is_told(db) -> None:
    view = await made(db)
    await changed(db, view.id, replace(ASK, title={"en": "Mine"}))

    with pytest.raises(StaleUpdateError) as refused:
        await changed(db, view.id, replace(ASK, title={"en": "Theirs"}))

    assert refused.value.details["form"].title == {"en": "Mine"}
    assert (await found(db)).title == {"en": "Mine"}


async def test_the_same_again_changes_nothing(db) -> None:
    view = await made(db)

    again = await changed(db, view.id, ASK)

    assert again.version == 1
    async with db.read() as session:
        kinds = list(await session.scalars(select(EventRow.kind)))
    assert kinds == ["form.changed"]


async def test_a_name_is_one_forms(db) -> None:
    await made(db)

    with pytest.raises(ConflictError):
        await made(db)


async def test_the_settings_seed_a_form_once(db) -> None:
    for _ in range(2):
        await db.run(lambda uow: forms.seed(uow, [ASK], settings=LIMITS))
    async with db.read() as session:
        (view,) = await forms.page(session, limit=10)
    await changed(db, view.id, replace(ASK, active=False, title={"en": "Old"}))

    await db.run(lambda uow: forms.seed(uow, [ASK], settings=LIMITS))

    form = await found(db)
    assert (form.active, form.title) == (False, {"en": "Old"})


async def test_a_form_that_nobody_used_can_be_removed(db) -> None:
    view = await made(db)
    await changed(db, view.id, replace(ASK, title={"en": "Ask"}))

    await db.run(lambda uow: forms.remove(uow, view.id))

    with pytest.raises(NotFoundError):
        await found(db)


@pytest.mark.parametrize(
    ("form", "place"),
    [
        (replace(ASK, name="Ask us"), "name"),
        (replace(ASK, title={"uk": "Питання"}), "title"),
        (replace(ASK, title={"en": "a" * 301}), "title"),
        (replace(ASK, redirect="javascript:alert(1)"), "redirect"),
        (replace(ASK, redirect="https://"), "redirect"),
        (replace(ASK, origins=("https://a.example; script-src *",)), "origins.0"),
        (replace(ASK, origins=("https://a.example/page",)), "origins.0"),
        (replace(ASK, questions=()), "questions"),
        (replace(ASK, questions=ASK.questions[1:]), "questions"),
        (replace(ASK, questions=(EMAIL, EMAIL)), "questions.1.name"),
        (replace(ASK, questions=(replace(EMAIL, name="token"),)), "questions.0.name"),
        (replace(ASK, questions=(replace(EMAIL, kind="secret"),)), "questions.0.kind"),
        (
            replace(ASK, questions=(EMAIL, replace(ASK.questions[1], choices=()))),
            "questions.1.choices",
        ),
        (
            replace(ASK, questions=(EMAIL, replace(EMAIL, name="f", kind="hidden"))),
            "questions.1.value",
        ),
        (
            replace(
                ASK,
                questions=(
                    EMAIL,
                    replace(EMAIL, name="f", kind="files", max_file_bytes=10**9),
                ),
            ),
            "questions.1.max_file_bytes",
        ),
    ],
)
def test_a_form_that_cannot_work_is_refused_with_the_place(form, place) -> None:
    with pytest.raises(InvalidError) as refused:
        check(form, LIMITS)

    assert place in refused.value.details["errors"]
