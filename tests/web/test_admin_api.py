"""Tags, attributes, keeping times and invitations over HTTP."""

from config.work import ConversationSettings
from hub.access import passwords
from hub.storage.tables import Client
from web import security

PASSWORD = "a long enough word"


async def client_id(db) -> int:
    async with db.begin() as uow:
        row = Client(name="Oksana", attributes={"limit": "5"}, created_at=uow.now)
        uow.session.add(row)
        await uow.session.flush()
        return row.id


async def conversation_of(caller, client) -> int:
    made = await caller.post(
        "/conversations", json={"client_id": client, "subject": "Boiler"}
    )
    assert made.status == 201
    return (await made.json())["id"]


async def test_agents_make_tags_by_typing_them_only_where_that_is_wanted(
    build, serve, db, settings, signed_in
) -> None:
    strict = settings.model_copy(
        update={"conversations": ConversationSettings(free_tags=False)}
    )
    client = await client_id(db)
    async with serve(build()) as free, serve(build(settings=strict)) as managed:
        agent = await signed_in("agent", on=free)
        one = await conversation_of(agent, client)
        made = await agent.patch(f"/conversations/{one}", json={"tags": ["vip"]})
        agent = await signed_in("agent", on=managed)
        refused = await agent.patch(
            f"/conversations/{one}", json={"tags": ["vip", "new"]}
        )
        manager = await signed_in("manager", on=managed)
        by_right = await manager.patch(
            f"/conversations/{one}", json={"tags": ["vip", "new"]}
        )
        listed = await (await agent.get("/tags")).json()

    assert (made.status, refused.status, by_right.status) == (200, 422, 200)
    assert [(row["tag"]["name"], row["conversations"]) for row in listed] == [
        ("new", 1),
        ("vip", 1),
    ]


async def test_tags_are_made_renamed_merged_and_removed(signed_in) -> None:
    manager = await signed_in("manager")
    one = await (
        await manager.post("/tags", json={"name": "a", "colour": "teal"})
    ).json()
    two = await (await manager.post("/tags", json={"name": "b"})).json()
    taken = await manager.post("/tags", json={"name": "A"})
    renamed = await manager.patch(f"/tags/{one['id']}", json={"name": "c"})
    use = await manager.get(f"/tags/{two['id']}/use")
    merged = await manager.post(f"/tags/{two['id']}/merge", json={"into_id": one["id"]})
    removed = await manager.delete(f"/tags/{one['id']}")

    assert taken.status == 409
    assert (await taken.json())["tag"]["id"] == one["id"]
    assert (await renamed.json())["former"] == ["a"]
    assert (await use.json())["conversations"] == 0
    assert (await merged.json())["former"] == ["a", "b"]
    assert removed.status == 204
    assert await (await manager.get("/tags")).json() == []


async def test_who_may_change_an_attribute_is_as_its_definition_says(
    signed_in, db
) -> None:
    one = await client_id(db)
    manager = await signed_in("manager")
    made = await manager.post(
        "/attributes",
        json={
            "name": "limit",
            "kind": "number",
            "labels": {"uk": "Ліміт"},
            "editors": "managers",
        },
    )
    agent = await signed_in("agent")
    refused = await agent.patch(f"/clients/{one}", json={"attributes": {"limit": "9"}})
    taken = await manager.patch(
        f"/clients/{one}", json={"attributes": {"limit": "9,5"}}
    )
    wrong = await manager.patch(f"/clients/{one}", json={"attributes": {"limit": "x"}})

    assert made.status == 201
    assert refused.status == 422
    assert (await refused.json())["errors"] == {"attributes.limit": "not_yours"}
    assert (await taken.json())["attributes"] == {"limit": "9.5"}
    assert (await wrong.json())["errors"] == {"attributes.limit": "number"}


async def test_the_screen_begins_with_tags_and_attributes(signed_in) -> None:
    manager = await signed_in("manager")
    await manager.post("/tags", json={"name": "vip"})
    await manager.post("/attributes", json={"name": "born", "kind": "date"})

    screen = await (await manager.get("/sync")).json()

    assert [one["name"] for one in screen["tags"]] == ["vip"]
    assert [one["name"] for one in screen["attributes"]] == ["born"]
    assert screen["settings"]["free_tags"] is True


async def test_how_long_things_are_kept_is_chosen_and_previewed(signed_in) -> None:
    admin = await signed_in("admin")
    chosen = await admin.put("/retention/bodies", json={"days": 365})
    short = await admin.put("/retention/log", json={"days": 5})
    seen = await admin.get("/retention/bodies/preview?days=30")
    listed = await (await admin.get("/retention")).json()

    assert chosen.status == 200
    assert short.status == 422
    assert (await seen.json())["count"] == 0
    assert {one["kind"]: one["days"] for one in listed}["bodies"] == 365
    assert (await admin.post("/retention/run")).status == 202


async def test_who_is_invited_comes_in_and_is_signed_in(client, signed_in) -> None:
    admin = await signed_in("admin")
    made = await admin.post(
        "/invitations", json={"email": "new@hub.test", "role": "agent", "locale": "en"}
    )
    token = (await made.json())["link"].partition("#")[2]

    seen = await client.post("/api/v1/session/link", json={"token": token})
    taken = await client.post(
        "/api/v1/session/link/take",
        json={"token": token, "name": "Petro", "password": PASSWORD},
    )
    again = await client.post("/api/v1/session/link", json={"token": token})

    assert (await seen.json())["purpose"] == "invitation"
    said = await taken.json()
    assert (taken.status, said["account"]["name"]) == (200, "Petro")
    assert said["account"]["locale"] == "en"
    assert security.COOKIE in taken.headers["Set-Cookie"]
    assert again.status == 404


async def test_a_lost_password_is_asked_for_in_the_same_words_by_everybody(
    client, account
) -> None:
    hashed = await passwords.hashed(PASSWORD, min_length=10)
    await account("agent", email="olena@example.test", password_hash=hashed)

    known, unknown = [
        await client.post("/api/v1/session/forgot", json={"email": email})
        for email in ("olena@example.test", "nobody@example.test")
    ]

    assert known.status == unknown.status == 202
    assert await known.json() == await unknown.json() == {"mails": True}
