"""A role's rights change while its people sit before their screens."""

import asyncio

from tests.flows.stage import PATIENCE

PHONE = "+380501112233"


def said(text: str):
    return lambda item: item["text"] == text


async def until(worker, conversation_id: int, *, may_look: bool) -> None:
    """Wait until an open connection may, or may not, say what it looks at."""
    looks = {"conversation_id": conversation_id}
    async with asyncio.timeout(PATIENCE):
        while True:
            answer = await worker.socket.call("presence", looks, namespace="/agents")
            if answer["ok"] is may_look:
                return


async def test_who_may_not_read_any_more_hears_nothing_more(stage) -> None:
    admin = await stage.hire("Ada", role="admin")
    await admin.call(
        "POST", "/roles", {"name": "Helper", "rights": ["read", "reply", "tags"]}
    )
    helper = await stage.hire("Helga", role="helper")
    await stage.text(PHONE, "The first words")
    first = await helper.sees(said("The first words"))

    await admin.call("PATCH", "/roles/helper", {"rights": ["tokens"], "revision": 0})
    await until(helper, first["conversation_id"], may_look=False)
    await stage.text(PHONE, "The second words")
    second = await admin.sees(said("The second words"))
    await helper.comes(lambda: helper.cursor >= admin.cursor)

    assert second["id"] not in helper.items
    await helper.call("GET", "/sync", status=403)
    me = await helper.call("GET", "/session")
    assert me["account"]["rights"] == ["self", "tokens"]


async def test_who_may_read_from_now_on_hears_from_now_on(stage) -> None:
    admin = await stage.hire("Ada", role="admin")
    await admin.call("POST", "/roles", {"name": "Helper", "rights": ["read"]})
    helper = await stage.hire("Helga", role="helper")
    await admin.call("PATCH", "/roles/helper", {"rights": [], "revision": 0})
    await admin.call(
        "PATCH", "/roles/helper", {"rights": ["read", "reply"], "revision": 1}
    )
    await until(helper, 1, may_look=True)

    await stage.text(PHONE, "The first words")

    await helper.sees(said("The first words"))
