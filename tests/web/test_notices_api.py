"""How one is told, over REST; offers and states likewise."""

from cryptography.hazmat.primitives.asymmetric import ec

from hub.notices import encryption


async def read(answer, status=200):
    said = await answer.json()
    assert answer.status == status, said
    return said


async def test_one_says_how_one_is_told(signed_in) -> None:
    agent = await signed_in("agent")

    before = await read(await agent.get("/me/notices"))
    wishes = {
        "timezone": "Europe/London",
        "kinds": {"message": ["app", "sound"]},
        "quiet_from": "22:00",
        "quiet_to": "07:30",
        "digest_at": ["18:00", "09:00"],
        "discreet": True,
    }
    await read(await agent.put("/me/notices", json=wishes))
    after = await read(await agent.get("/me/notices"))

    assert before["usual"]["queue_message"] == []
    assert after["wishes"]["kinds"] == {"message": ["app", "sound"]}
    assert after["wishes"]["digest_at"] == ["09:00", "18:00"]


async def test_half_a_quiet_time_is_refused(signed_in) -> None:
    agent = await signed_in("agent")

    answer = await agent.put(
        "/me/notices", json={"timezone": "Europe/Kyiv", "quiet_from": "22:00"}
    )

    assert "quiet_to" in (await read(answer, 422))["errors"]


async def test_browsers_take_pushes_at_public_places_only(signed_in) -> None:
    agent, other = await signed_in("agent"), await signed_in("agent")
    public = ec.generate_private_key(ec.SECP256R1()).public_key()
    keys = {
        "p256dh": encryption.encode(encryption._point(public)),
        "auth": encryption.encode(b"0123456789abcdef"),
    }

    within = await agent.post(
        "/me/push", json={"endpoint": "https://10.0.0.1/x", **keys}
    )
    fine = {"endpoint": "https://push.example.com/abc", **keys}
    made = await read(await agent.post("/me/push", json=fine), 201)
    listed = await read(await agent.get("/me/push"))
    foreign = await other.delete(f"/me/push/{made['id']}")
    gone = await agent.delete(f"/me/push/{made['id']}")

    assert within.status == 422
    assert [one["id"] for one in listed["browsers"]] == [made["id"]]
    assert listed["key"]
    assert (foreign.status, gone.status) == (404, 204)


async def test_a_break_has_a_reason_of_the_settings(signed_in) -> None:
    agent = await signed_in("agent")

    lunch = await agent.put("/me/state", json={"state": "break", "reason": "lunch"})
    odd = await agent.put("/me/state", json={"state": "break", "reason": "beach"})
    active = await agent.post("/me/activity")

    assert (await read(lunch))["reason"] == "lunch"
    assert odd.status == 422
    assert (await read(active))["state"] == "break"


async def test_weights_and_ways_of_queues_are_a_managers(signed_in) -> None:
    manager, agent = await signed_in("manager"), await signed_in("agent")

    refused = await agent.put("/queues/weights", json={"weights": {"phone": 3}})
    await read(await manager.put("/queues/weights", json={"weights": {"phone": 3}}))
    seen = await read(await agent.get("/queues/weights"))
    made = await read(
        await manager.post(
            "/queues",
            json={"name": "Sales", "mode": "offer", "offer_s": 20, "wrap_s": 30},
        ),
        201,
    )

    assert refused.status == 403
    assert seen == {"weights": {"phone": 3}}
    assert (made["mode"], made["offer_s"], made["wrap_s"]) == ("offer", 20, 30)
