"""A desk with agents for tests of calls, and a screen that applies events."""

import orjson
from sqlalchemy import select

from hub.clients.views import client_view
from hub.conversations.views import conversation_view, item_view
from hub.log import feed
from hub.queues.views import agent_views
from hub.storage.tables import (
    Account,
    Address,
    AgentState,
    Client,
    Conversation,
    TimelineItem,
)


async def an_agent(db, name="Olena", number="", state="available", **more) -> int:
    """Seat an agent; his number is made from his name unless given."""
    async with db.begin() as uow:
        account = Account(
            email=f"{name.lower()}@desk.example",
            name=name,
            role="agent",
            locale="uk",
            outside_number=number or None,
            created_at=uow.now,
        )
        uow.session.add(account)
        await uow.session.flush()
        uow.session.add(
            AgentState(
                account_id=account.id,
                state=state,
                since=uow.now,
                seen_at=uow.now,
                gone_at=uow.now,
                usual_capacity=5,
                **more,
            )
        )
        return account.id


async def tables(db) -> dict:
    """Show all that is there, as the API would."""
    async with db.read() as session:
        addresses = list(await session.scalars(select(Address)))
        clients = {one.id: one for one in await session.scalars(select(Client))}
        shown = {
            "client": [
                client_view(one, [a for a in addresses if a.client_id == one.id])
                for one in clients.values()
            ],
            "conversation": [
                conversation_view(one, clients[one.client_id].name)
                for one in await session.scalars(select(Conversation))
            ],
            "item": [
                item_view(one) for one in await session.scalars(select(TimelineItem))
            ],
            "agent": await agent_views(session),
        }
    return {
        part: {view["id"]: view for view in orjson.loads(orjson.dumps(views))}
        for part, views in shown.items()
    }


async def events(db, after=0) -> list[dict]:
    """Read the log as a screen gets it."""
    async with db.read() as session:
        return [orjson.loads(one.wire) for one in await feed.after(session, after)]


async def head(db) -> int:
    """Tell how far the log is."""
    async with db.read() as session:
        return await feed.head(session)


def applied(before: dict, log: list[dict]) -> dict:
    """Give what a screen shows after these events."""
    shown = {part: dict(views) for part, views in before.items()}
    handed = {
        (event["data"]["former_client_id"], event["client_id"])
        for event in log
        if event["kind"] == "timeline.moved"
    }
    for event in log:
        for part, view in event["state"].items():
            if part in shown:
                shown[part][view["id"]] = view
        if event["kind"] == "conversation.handed":
            # Its entries go along with it.
            for item in shown["item"].values():
                if item["conversation_id"] == event["conversation_id"]:
                    item["client_id"] = event["client_id"]
        elif (event["data"].get("former_client_id"), event["client_id"]) in handed and (
            "order" in event["state"]
        ):
            number = event["state"]["order"]["id"]
            for item in shown["item"].values():
                if item["data"].get("order_id") == number:
                    item["client_id"] = event["client_id"]
    return shown
