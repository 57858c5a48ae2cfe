"""Views and actions on many, over the API."""

OPEN = {"match": "all", "of": [{"field": "state", "op": "in", "value": ["open"]}]}


async def test_a_view_is_kept_read_counted_and_listed(signed_in) -> None:
    nadia = await signed_in("agent")
    made = await nadia.post("/views", json={"name": "Open", "filter": OPEN})
    assert made.status == 201
    view = await made.json()

    listed = await nadia.get(f"/conversations?view={view['id']}&order=urgency")
    assert (listed.status, (await listed.json())["items"]) == (200, [])
    counts = await (await nadia.get("/views/counts")).json()
    assert counts["counts"] == {"mentions": 0, "at_risk": 0, str(view["id"]): 0}
    preview = await nadia.post("/views/preview", json={"filter": OPEN})
    assert (await preview.json())["count"] == 0
    assert [
        one["id"] for one in (await (await nadia.get("/sync")).json())["views"]
    ] == [view["id"]]
    assert (await nadia.delete(f"/views/{view['id']}")).status == 204
    gone = await nadia.get(f"/conversations?view={view['id']}")
    assert gone.status == 404
    assert (await nadia.post(f"/views/{view['id']}/restore")).status == 200


async def test_sharing_takes_the_right_and_names_are_known(signed_in) -> None:
    nadia, oleh = await signed_in("agent"), await signed_in("manager")
    shared = {"name": "All", "filter": OPEN, "shared": True}

    assert (await nadia.post("/views", json=shared)).status == 403
    made = await (await oleh.post("/views", json=shared)).json()
    assert (await nadia.get(f"/conversations?view={made['id']}")).status == 200
    wrong = await nadia.get("/conversations?view=everything")
    assert (wrong.status, (await wrong.json())["code"]) == (422, "invalid")


async def test_an_action_says_which_and_is_begun(signed_in) -> None:
    nadia = await signed_in("agent")

    assert (await nadia.post("/conversations/bulk", json={"do": "open"})).status == 422
    begun = await nadia.post(
        "/conversations/bulk",
        json={"do": "resolve", "all_of": {"view": "mine", "state": "open"}},
    )
    assert begun.status == 202
    said = await begun.json()
    assert (said["state"], said["total"]) == ("running", 0)
    assert (await nadia.get(f"/bulk/{said['id']}")).status == 200
    assert (await nadia.post(f"/bulk/{said['id']}/undo")).status == 200
