"""Merging over HTTP: the export of both is the same before and after."""

from hub.storage.tables import Client


async def read(answer, status=200):
    said = await answer.json()
    assert answer.status == status, said
    return said


async def two(desk) -> list[int]:
    """Make two clients, each with a conversation and a note in it."""
    made = []
    for name, kind, value, more in (
        ("Оксана Гриценко", "email", "oksana@client.test", {"city": "Lviv"}),
        ("+380 50 111 22 33", "phone", "+380501112233", {"city": "Kyiv", "vip": "yes"}),
    ):
        client = await read(
            await desk.post(
                "/clients",
                json={"name": name, "addresses": [{"kind": kind, "value": value}]},
            ),
            201,
        )
        changed = {"attributes": more, "locale": "uk"}
        await read(await desk.patch(f"/clients/{client['id']}", json=changed))
        row = await read(
            await desk.post("/conversations", json={"client_id": client["id"]}), 201
        )
        note = {"text": f"about {name}", "mentions": []}
        key = {"Idempotency-Key": f"1b671a64-40d5-491e-99b0-da01ff1f334{len(made)}"}
        answer = await desk.post(
            f"/conversations/{row['id']}/notes", json=note, headers=key
        )
        assert answer.status == 201, await answer.text()
        made.append(client["id"])
    return made


async def exports(desk, ids) -> list[dict]:
    return [await read(await desk.get(f"/clients/{one}/export")) for one in ids]


async def test_merged_and_parted_both_exports_are_as_before(signed_in) -> None:
    desk = await signed_in("agent")
    kept, other = await two(desk)
    before = await exports(desk, (kept, other))
    asked = {
        "client_id": kept,
        "merged_id": other,
        "wins": {"attributes.city": "merged"},
    }

    preview = await read(await desk.post("/clients/merge/preview", json=asked))
    merge = await read(await desk.post("/clients/merge", json=asked), 201)
    joined, again = await exports(desk, (kept, other))
    undoing = await read(await desk.get(f"/merges/{merge['id']}/preview"))
    await read(await desk.post(f"/merges/{merge['id']}/undo"))

    assert joined == again
    assert joined["client"] == preview["after"]
    assert joined["client"]["attributes"] == {"city": "Kyiv", "vip": "yes"}
    assert joined["client"]["name"] == "Оксана Гриценко"
    assert {one["text"] for one in joined["entries"]} == {
        "about Оксана Гриценко",
        "about +380 50 111 22 33",
    }
    assert [one["id"] for one in joined["merges"]] == [merge["id"]]
    assert undoing["after"] == before[0]["client"]
    assert await exports(desk, (kept, other)) == before


async def test_what_stands_in_the_way_is_named(signed_in, db) -> None:
    desk = await signed_in("agent")
    one, two_ = await two(desk)
    async with db.begin() as uow:
        third = Client(name="Third", locale=None, attributes={}, created_at=uow.now)
        uow.session.add(third)
        await uow.session.flush()

    first = await read(
        await desk.post("/clients/merge", json={"client_id": one, "merged_id": two_}),
        201,
    )
    last = await read(
        await desk.post(
            "/clients/merge", json={"client_id": third.id, "merged_id": one}
        ),
        201,
    )
    refused = await read(await desk.post(f"/merges/{first['id']}/undo"), 409)

    assert (refused["code"], refused["first"]) == ("wrong_state", last["id"])
    listed = await read(await desk.get(f"/clients/{two_}/merges"))
    assert [row["id"] for row in listed] == [last["id"], first["id"]]


async def test_entries_are_moved_and_back(signed_in) -> None:
    desk = await signed_in("agent")
    kept, _ = await two(desk)
    (before, *_) = await exports(desk, (kept,))
    (note,) = before["entries"]

    moved = await read(
        await desk.post("/interactions/move", json={"item_ids": [note["id"]]})
    )
    linked = await read(
        await desk.get(f"/conversations/{note['conversation_id']}/links")
    )
    await read(await desk.post(f"/moves/{moved['move_id']}/undo"))

    assert [one["conversation_id"] for one in linked] == [moved["target"]["id"]]
    (after, *_) = await exports(desk, (kept,))
    assert [one for one in after["entries"] if one["id"] == note["id"]] == [note]
