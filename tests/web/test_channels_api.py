"""Channels that are not set up are shown all the same, and cannot be tried."""

from channels import registry


async def test_every_channel_is_listed_also_where_none_is_set_up(signed_in) -> None:
    boss = await signed_in("manager")

    answer = await boss.get("/channels")
    rows = (await answer.json())["items"]

    assert answer.status == 200
    assert [one["name"] for one in rows] == registry.names()
    assert not any(one["configured"] or one["last_check"] for one in rows)


async def test_what_is_not_set_up_cannot_be_tried(signed_in) -> None:
    boss = await signed_in("manager")

    answer = await boss.post("/channels/sms/check", json={})

    assert answer.status == 404
