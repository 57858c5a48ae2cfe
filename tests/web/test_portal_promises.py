"""A client sees what was promised to him, as promises read, and nothing else."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio
from sqlalchemy import select

from hub.collaboration import tasks
from hub.collaboration.promises import PromiseView
from hub.collaboration.rules import task_rules
from hub.collaboration.tasks import TaskGiven
from hub.contracts import InboundMessage
from hub.storage.tables import Account, Conversation
from tests.web.portal import Browser, come_in, make_app, served
from web.keys import DATABASE, SETTINGS, TAKE
from web.portal.promises import lines

KYIV = ZoneInfo("Europe/Kyiv")
NOW = datetime(2026, 5, 14, 9, tzinfo=UTC)
NUMBER, OTHER = "+380501112233", "+380671112233"


@pytest.fixture
def app(db, data_dir):
    return make_app(db, data_dir)


@pytest_asyncio.fixture
async def browser(app):
    async with served(app) as client:
        yield Browser(client)


async def writes(app, number) -> Conversation:
    message = InboundMessage(
        channel="sms",
        external_id=f"SM{number}",
        sender=number,
        sender_kind="phone",
        text="Where is my parcel?",
    )
    await app[TAKE].reception.take([message])
    async with app[DATABASE].read() as session:
        return await session.scalar(
            select(Conversation).order_by(Conversation.id.desc()).limit(1)
        )


async def promise(app, conversation, title, *, kind="promise"):
    async def work(uow):
        agent = await uow.session.scalar(select(Account))
        if agent is None:
            agent = Account(
                email="n@hub.test",
                name="Надія Коваленко",
                role="agent",
                locale="uk",
                active=True,
                created_at=uow.now,
            )
            uow.session.add(agent)
            await uow.session.flush()
        given = TaskGiven(
            kind=kind,
            title=title,
            conversation_id=conversation.id,
            assignee_id=agent.id,
            due_at=uow.now + timedelta(hours=2),
            deed="send" if kind == "promise" else "do",
        )
        return await tasks.create(uow, given, rules=task_rules(app[SETTINGS]))

    return await app[DATABASE].run(work)


@pytest.mark.parametrize("page", ["cases", "orders", "case"])
async def test_a_client_sees_his_own_promises_and_no_task(app, browser, page) -> None:
    mine = await writes(app, NUMBER)
    theirs = await writes(app, OTHER)
    await promise(app, mine, "The new label")
    await promise(app, mine, "Ask the workshop", kind="task")
    await promise(app, theirs, "Another one's parcel")
    await come_in(browser, app, mine.client_id)

    path = f"/portal/cases/{mine.id}" if page == "case" else f"/portal/{page}"
    html = (await browser.get(path)).text

    assert "The new label" in html
    assert "Ask the workshop" not in html
    assert "Another one" not in html
    # A first name, and no more of whoever promised.
    assert "Надія" in html
    assert "Коваленко" not in html


def view(**about) -> PromiseView:
    given = {
        "id": 1,
        "title": "The label",
        "state": "open",
        "deed": "send",
        "by": "Nadia",
        "due_at": NOW + timedelta(hours=2),
        "kept_at": None,
        "conversation_id": None,
    }
    return PromiseView(**given | about)


@pytest.mark.parametrize(
    ("about", "en", "uk"),
    [
        (
            {},
            "Nadia will send it today by 14:00",
            "Nadia надішле сьогодні до 14:00",
        ),
        (
            {"due_at": NOW + timedelta(days=1), "deed": "call"},
            "Nadia will call you tomorrow by 12:00",
            "Nadia зателефонує вам завтра до 12:00",
        ),
        (
            {"due_at": NOW - timedelta(days=1), "state": "late"},
            "was due yesterday. Nadia will send it today, sorry",
            "мала бути вчора. Nadia надішле сьогодні, вибачте",
        ),
        (
            # Its timer has not come yet: it is late all the same.
            {"due_at": NOW, "deed": "do"},
            "was due today at 12:00. Nadia will do it today, sorry",
            "мала бути сьогодні о 12:00. Nadia зробить сьогодні, вибачте",
        ),
        (
            {"state": "done", "kept_at": NOW - timedelta(days=1)},
            "done yesterday",
            "виконано вчора",
        ),
    ],
)
def test_promises_read_as_people_speak(about, en, uk) -> None:
    found = [
        lines([view(**about)], locale, KYIV, now=NOW)[0].text for locale in ("en", "uk")
    ]

    assert found == [en, uk]
