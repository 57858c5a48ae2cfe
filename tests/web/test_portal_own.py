"""A client's own orders and cases in the portal, and nobody else's."""

# ruff: noqa: RUF001 - Ukrainian words are meant

import re
from datetime import timedelta
from uuid import uuid4

import pytest
import pytest_asyncio
from sqlalchemy import func, select

from config.settings import AttachmentSettings
from hub.contracts import Attachment
from hub.conversations.changes import set_state
from hub.conversations.entries import lock
from hub.conversations.notes import add_note
from hub.files import attachments
from hub.log.events import Actor
from hub.orders.buyers import Buyer
from hub.orders.given import LineGiven
from hub.storage.blobs import FolderBlobs
from hub.storage.tables import Account, TimelineItem
from tests.hub.orders import SHOP_TIME, put
from tests.web.portal import Browser, come_in, make_app, served
from tests.web.portal_story import HOSTILE, TARAS, link_to, say


@pytest.fixture
def app(db, data_dir):
    return make_app(db, data_dir)


@pytest_asyncio.fixture
async def browser(app):
    async with served(app) as client:
        yield Browser(client)


# --- what is one's own


async def test_a_client_sees_his_orders_and_writes_about_one(browser, app, db) -> None:
    view = await put(db)
    await put(db, "2002", client=TARAS)
    await come_in(browser, app, view.client_id)

    listed = await browser.get("/portal/orders")
    order = await browser.get("/portal/orders/1001")
    case = await browser.send(order, {"text": "Can it come on Friday?"})

    assert "Замовлення 1001" in listed.text
    assert "2002" not in listed.text
    assert "Can it come on Friday?" in case.text
    assert "скоро відповімо" in case.text


async def test_an_order_whose_time_has_passed_says_so(browser, app, db, clock) -> None:
    view = await put(db, status="shipped", expected_at=SHOP_TIME + timedelta(hours=2))
    await come_in(browser, app, view.client_id)
    clock.move(days=1)

    page = await browser.get("/portal/orders/1001")

    assert "Мало бути 14 травня, вибачте." in page.text


async def test_a_case_shows_what_was_said_and_nothing_of_the_team(
    browser, app, db, clock
) -> None:
    view = await put(db)
    case_id, _ = await say(db, view.client_id, "Where is my lamp?")
    await say(
        db,
        view.client_id,
        "It leaves tomorrow.",
        direction="out",
        conversation=case_id,
        delivery="delivered",
    )
    for state in ("held", "cancelled"):
        await say(
            db,
            view.client_id,
            f"Draft that is {state}",
            direction="out",
            conversation=case_id,
            delivery=state,
        )
    async with db.begin() as uow:
        account = Account(
            email="nadia@example.test", name="Nadia", role="agent", created_at=uow.now
        )
        uow.session.add(account)
        await uow.session.flush()
        uow.actor = Actor(kind="agent", id=account.id, name="Nadia")
        conversation = await lock(uow, case_id)
        await set_state(uow, conversation, "pending")
        await add_note(
            uow, case_id, "He is a difficult one", mentions=[], key=uuid4(), longest=99
        )
    await come_in(browser, app, view.client_id)

    page = await browser.get(f"/portal/cases/{case_id}")
    listed = await browser.get("/portal/cases")

    assert "Where is my lamp?" in page.text
    assert "Nadia, Zatyshok" in page.text
    assert "It leaves tomorrow." in page.text
    assert "Чекаємо на вас" in page.text
    for hidden in ("difficult", "Draft that is", "pending"):
        assert hidden not in page.html
        assert hidden not in listed.html
    assert "It leaves tomorrow." in listed.text


async def test_an_answer_opens_a_settled_case_and_thanks_do_not(
    browser, app, db
) -> None:
    view = await put(db)
    case_id, _ = await say(db, view.client_id, "Where is it?")
    async with db.begin() as uow:
        await set_state(uow, await lock(uow, case_id), "resolved")
    await come_in(browser, app, view.client_id)
    page = await browser.get(f"/portal/cases/{case_id}")

    thanked = await browser.send(page, {"text": "Дякую!"})
    reopened = await browser.send(thanked, {"text": "It has not come."})

    assert "Вирішено" in thanked.text
    assert "Ми цим займаємося" in reopened.text


async def test_a_new_question_begins_a_case(browser, app, db) -> None:
    view = await put(db)
    await come_in(browser, app, view.client_id)
    page = await browser.get("/portal/cases")

    case = await browser.send(page, {"text": "Do you sell shades too?"})

    assert case.path.startswith("/portal/cases/")
    assert "Do you sell shades too?" in case.text


async def test_files_are_given_to_be_kept_not_to_be_run(
    browser, app, db, data_dir
) -> None:
    view = await put(db)
    stored = await attachments.store(
        FolderBlobs(data_dir / "files"),
        [Attachment(name='a"б.html', media_type="text/html", content=b"<script>")],
        AttachmentSettings(),
    )
    case_id, _ = await say(db, view.client_id, "See", files=stored.stored)
    await come_in(browser, app, view.client_id)

    page = await browser.get(f"/portal/cases/{case_id}")
    path = page.html.partition('href="/portal/files/')[2].partition('"')[0]
    file = await browser.client.get(f"/portal/files/{path}", cookies=browser.cookies)

    assert await file.read() == b"<script>"
    assert file.headers["Content-Disposition"].startswith("attachment; filename=")
    assert file.content_type == "application/octet-stream"
    assert "sandbox" in file.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    "path", ["/portal/orders", "/portal/cases", "/portal/orders/1", "/portal/cases/1"]
)
async def test_without_a_sign_in_there_is_only_the_door(browser, path) -> None:
    page = await browser.get(path)

    assert page.forms[0][0] == "/portal/sign-in"


@pytest.mark.parametrize("before", ["x", "bm9uc2Vuc2U", "W10"])
async def test_a_place_that_no_list_gave_is_nowhere(browser, app, db, before) -> None:
    view = await put(db)
    await come_in(browser, app, view.client_id)

    for path in ("/portal/orders", "/portal/cases"):
        assert (await browser.get(f"{path}?before={before}")).status == 404


async def test_long_lists_go_on_where_the_page_ended(db, data_dir) -> None:
    app = make_app(db, data_dir, api={"page": 2})
    for number in range(5):
        view = await put(
            db, f"{number}00", placed_at=SHOP_TIME + timedelta(hours=number)
        )
        await say(db, view.client_id, f"Question {number}")
    async with served(app) as client:
        browser = Browser(client)
        await come_in(browser, app, view.client_id)
        for path, row in (
            ("orders", r'href="/portal/orders/(\d+)"'),
            ("cases", r'href="/portal/cases/(\d+)"'),
        ):
            seen, at = [], f"/portal/{path}"
            while at:
                page = await browser.get(at)
                seen += re.findall(row, page.html)
                older = re.search(rf'href="(/portal/{path}\?before=[^"]+)"', page.html)
                at = older and older[1]
            assert len(seen) == len(set(seen)) == 5


async def test_nothing_that_anybody_wrote_becomes_markup(browser, app, db) -> None:
    view = await put(
        db,
        title=HOSTILE,
        carrier=HOSTILE,
        tracking_number=HOSTILE,
        status="shipped",
        client=Buyer(email="x@mail.example", name=HOSTILE),
        lines=(LineGiven(name=HOSTILE, amount=1),),
    )
    case_id, _ = await say(
        db,
        view.client_id,
        HOSTILE,
        quoted=HOSTILE,
        subject=HOSTILE,
        html=HOSTILE,
        data={"fields": [{"name": "a", "label": HOSTILE, "value": HOSTILE}]},
        kind="form",
    )
    async with db.begin() as uow:
        (await lock(uow, case_id)).subject = HOSTILE
    await come_in(browser, app, view.client_id)
    link = await link_to(app)
    paths = [
        link,
        "/portal/orders",
        "/portal/orders/1001",
        "/portal/cases",
        f"/portal/cases/{case_id}",
    ]
    pages = [await browser.get(path) for path in paths]
    order = await browser.get("/portal/orders/1001")
    pages.append(await browser.send(order, {"text": HOSTILE}))
    browser.cookies.clear()
    door = await browser.get("/portal")
    pages.append(await browser.send(door, {"address": HOSTILE}))

    for page in pages:
        assert "alert(1)" in page.html
        assert "<img" not in page.html
        assert page.html.count("<script") == page.html.count('<script type="module"')
        assert "49" not in page.text.replace("1049", "")


async def walk(app):
    """Every route of the portal: (method, path with places for names)."""
    return sorted(
        {
            (route.method, route.resource.canonical)
            for route in app.router.routes()
            if route.method in {"GET", "POST"}
        }
    )


#: What a stranger may do with each route: it is open, asks for a sign-in, or speaks
#: only of what is his own.
OPEN = {
    ("GET", "/portal"),
    ("POST", "/portal/sign-in"),
    ("POST", "/portal/code"),
    ("GET", "/portal/in/{token}"),
    ("POST", "/portal/in/{token}"),
    ("POST", "/portal/sign-out"),
    ("GET", "/portal/language/{locale}"),
    ("GET", "/portal/static/{name}"),
    ("GET", "/forms/{name}"),
    ("POST", "/forms/{name}"),
    ("GET", "/forms/{name}/definition"),
    ("GET", "/forms/{name}/embed.js"),
    ("POST", "/forms/{name}/submissions"),
    ("POST", "/hooks/webform/{name}"),
}

LISTS = {
    ("GET", "/portal/orders"),
    ("GET", "/portal/cases"),
    ("POST", "/portal/cases"),
    ("GET", "/portal/live"),
    ("GET", "/portal/data"),
}


async def test_no_route_hands_out_what_is_anothers(browser, app, db, data_dir) -> None:
    mine = await put(db)
    theirs = await put(db, "2002", client=TARAS, title="Purple lamp")
    stored = await attachments.store(
        FolderBlobs(data_dir / "files"),
        [Attachment(name="a.txt", media_type="text/plain", content=b"Purple")],
        AttachmentSettings(),
    )
    case_id, item_id = await say(
        db, theirs.client_id, "Purple words", files=stored.stored
    )
    async with db.read() as session:
        item = await session.get_one(TimelineItem, item_id)
    ids = {
        "number": "2002",
        "id": None,
        "name": "a.txt",
        "token": (await link_to(app)).rpartition("/")[2][:-1] + "A",
    }
    await come_in(browser, app, mine.client_id)
    form = (await browser.get("/portal/cases")).forms[0][1]

    tried = set()
    for method, path in await walk(app):
        if (method, path) in OPEN | LISTS:
            continue
        place = ids | {"id": item.attachments[0]["id"] if "files" in path else case_id}
        address = path.format(**place)
        answer = await (
            browser.get(address)
            if method == "GET"
            else browser.post(address, {**form, "text": "Let me in"})
        )
        tried.add((method, path))
        assert answer.status == 404, (method, path)
        assert "Purple" not in answer.html
    assert len(tried) == 9
    for path in ("/portal/orders", "/portal/cases"):
        assert "Purple" not in (await browser.get(path)).html
    with await browser.fetch("/portal/data") as archive:
        held = [archive.read(name) for name in archive.namelist()]
    assert any(b"1001" in one for one in held)
    assert not any(b"Purple" in one for one in held)
    async with db.read() as session:
        written = await session.scalar(
            select(func.count())
            .select_from(TimelineItem)
            .where(TimelineItem.channel == "portal")
        )
    assert written == 0


async def test_every_route_is_known_to_this_file(app) -> None:
    judged = OPEN | LISTS
    others = {one for one in await walk(app) if one not in judged}

    assert others == {
        ("GET", "/portal/orders/{number}"),
        ("POST", "/portal/orders/{number}"),
        ("GET", "/portal/o/{token}"),
        ("POST", "/portal/o/{token}"),
        ("GET", "/portal/c/{token}"),
        ("POST", "/portal/c/{token}"),
        ("GET", "/portal/cases/{id}"),
        ("POST", "/portal/cases/{id}"),
        ("GET", "/portal/files/{id}/{name}"),
    }
