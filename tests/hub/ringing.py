"""Calls and their legs, and what the hub makes of them, for tests."""

from functools import partial

from sqlalchemy import func, select

from config.settings import Settings
from hub.calls import calls, early
from hub.contracts import CallEvent, CallMoment
from hub.storage.tables import (
    TimelineItem,
)
from hub.storage.timers import fire_due
from tests.hub.desks import events

SETTINGS = Settings(company="Lark & Sons", locale="en")

IRYNA = "+380501112233"


def said(moment, call="CA1", caller=IRYNA, called="+380441110000", **more) -> CallEvent:
    return CallEvent(
        channel="phone",
        external_id=call,
        moment=CallMoment(moment),
        caller=caller,
        called=called,
        **more,
    )


def leg(moment, call="CA1", **more) -> CallEvent:
    """A callback that does not tell who calls."""
    return said(moment, call, caller="", called="", **more)


async def hear(db, event):
    return await db.run(
        partial(calls.take, event=event, country="UA", settings=SETTINGS)
    )


async def fire(db) -> int:
    return await fire_due(
        db,
        {
            early.EARLY: partial(calls.take_early, settings=SETTINGS),
            calls.STUCK: partial(calls.end_stuck, settings=SETTINGS),
        },
    )


async def the(db, table):
    async with db.read() as session:
        return (await session.scalars(select(table))).one()


async def the_call(db) -> TimelineItem:
    async with db.read() as session:
        calls_only = select(TimelineItem).where(TimelineItem.kind == "call")
        return (await session.scalars(calls_only)).one()


async def count(db, table) -> int:
    async with db.read() as session:
        return await session.scalar(select(func.count()).select_from(table)) or 0


async def kinds(db, after=0) -> list[str]:
    return [event["kind"] for event in await events(db, after)]
