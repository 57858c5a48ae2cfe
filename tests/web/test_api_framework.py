"""The framework: what a route may be given, and what it answers."""

from io import BytesIO

import pytest
from aiohttp import FormData

from hub.access.rights import Right
from tests.web.toys import routes
from web.api.call import Call
from web.api.routing import Routes


@pytest.fixture
async def toys(build, serve, signed_in):
    async with serve(build(list(routes))) as client:
        yield await signed_in("agent", on=client)


async def test_parameters_are_read_by_their_types(toys) -> None:
    answer = await toys.get(
        "/toys/7?kind=hard&since=2026-05-14T09:00:00%2B03:00&tags=a,b&tags=c&limit=3"
    )

    assert answer.status == 200
    assert await answer.json() == {
        "id": 7,
        "kind": "hard",
        "since": "2026-05-14T09:00:00+03:00",
        "tags": ["a", "b", "c"],
        "limit": 3,
    }


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("/toys/0", "toy_id"),
        ("/toys/x", "toy_id"),
        ("/toys/99999999999999999999", "toy_id"),
        ("/toys/" + "9" * 5000, "toy_id"),
        ("/toys/%00", "toy_id"),
        ("/toys/1?kind=medium", "kind"),
        ("/toys/1?kind=soft&kind=hard", "kind"),
        ("/toys/1?colour=red", "colour"),
        ("/toys/1?limit=0", "limit"),
        ("/toys/1?limit=201", "limit"),
        ("/toys/1?since=yesterday", "since"),
        ("/toys/1?since=2026-05-14T09:00:00", "since"),
        ("/toys/1?since=0001-01-01T00:00:00Z", "since"),
        ("/toys/1?tags=a%00b", "tags"),
    ],
)
async def test_a_wrong_parameter_is_named(toys, query, field) -> None:
    answer = await toys.get(query)

    assert answer.status == 422
    assert answer.content_type == "application/problem+json"
    problem = await answer.json()
    assert problem["code"] == "invalid"
    assert list(problem["errors"]) == [field]


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        (b'{"name": "a"', 400, None),
        (b"", 400, None),
        (b"\xff\xfe", 400, None),
        (b'{"name": "a", "name": "b"}', 400, None),
        (b'{"name": "a", "price": NaN}', 400, None),
        (b'{"name": "a", "price": ' + b"9" * 5000 + b"}", 400, None),
        (b"[" * 100_000, 400, None),
        (b'{"name": "a", "about": ' + b'{"a":' * 200 + b"1" + b"}" * 201, 422, None),
        (b'"name"', 422, "body"),
        (b'{"name": "a", "colour": 1}', 422, "colour"),
        (b'{"name": "a\\u0000"}', 422, "name"),
        (b'{"name": "a\\ud800"}', 422, "name"),
        (b'{"name": "a", "about": {"x": {"y": "\\u0000"}}}', 422, "about.x.y"),
        (b'{"name": "a", "about": {"x\\ud800": 1}}', 422, "about"),
        (b'{"name": "a", "x\\ud800": 1}', 422, "body"),
        (b'{"name": "a", "price": 99999999999999999999}', 422, "price"),
        (b'{"name": "a", "price": 1e30}', 422, "price"),
        (b'{"name": "a", "weight": 1e999}', 422, "weight"),
        (b'{"name": "a", "made_at": "2026-05-14T09:00:00"}', 422, "made_at"),
        (b'{"name": "a", "made_at": "9999-12-31T23:59:59-12:00"}', 422, "made_at"),
    ],
)
async def test_a_wrong_body_is_refused_and_named(toys, body, status, field) -> None:
    answer = await toys.put(
        "/toys/1", data=body, headers={"Content-Type": "application/json"}
    )

    problem = await answer.json()
    assert answer.status == status, problem
    if field:
        assert list(problem["errors"]) == [field]


async def test_a_body_of_another_kind_or_size_is_refused(toys) -> None:
    wrong = await toys.put(
        "/toys/1", data=b"a=b", headers={"Content-Type": "text/plain"}
    )
    large = await toys.put(
        "/toys/1",
        data=BytesIO(b" " * 1_100_000),
        headers={"Content-Type": "application/json"},
    )

    assert wrong.status == 415
    assert large.status == 413
    assert (await large.json())["code"] == "too_large"


async def test_a_damaged_compressed_body_is_the_callers_fault(toys) -> None:
    answer = await toys.put(
        "/toys/1",
        data=b"this is no gzip",
        headers={"Content-Type": "application/json", "Content-Encoding": "gzip"},
    )

    assert answer.status == 400


async def test_a_file_is_taken_within_its_limit(toys) -> None:
    def form(size: int) -> FormData:
        data = FormData()
        data.add_field("file", b"x" * size, filename="bear.png")
        return data

    taken = await toys.post("/pictures", data=form(1000))
    large = await toys.post("/pictures", data=form(1001))
    missing = await toys.post(
        "/pictures", data=FormData({"other": "x"}, default_to_multipart=True)
    )

    assert await taken.json() == {"name": "bear.png", "size": 1000}
    assert large.status == 413
    assert missing.status == 422


@pytest.mark.parametrize(
    ("which", "status", "code"),
    [
        ("not_found", 404, "not_found"),
        ("missed", 409, "missed_messages"),
        ("invalid", 422, "invalid"),
        ("too_many", 429, "too_many"),
        ("gone", 410, "http_410"),
        ("bug", 500, "internal"),
    ],
)
async def test_each_refusal_is_a_problem_document(toys, which, status, code) -> None:
    answer = await toys.client.get(f"/api/v1/refusals/{which}")

    problem = await answer.json()
    assert answer.status == problem["status"] == status
    assert answer.content_type == "application/problem+json"
    assert problem["code"] == code
    assert problem["request_id"] == answer.headers["X-Request-ID"]
    assert "hunter2" not in str(problem)
    if which == "missed":
        assert problem["missed"] == [{"id": 1, "name": "a", "made_at": None}]
    if which == "too_many":
        assert answer.headers["Retry-After"] == "7"


async def test_where_there_is_a_get_there_is_a_head(toys) -> None:
    answer = await toys.request("HEAD", "/toys/7")

    assert answer.status == 200
    assert await answer.read() == b""


async def test_an_unknown_address_is_a_problem_or_a_page(toys) -> None:
    html = {"Accept": "text/html", "Accept-Language": "uk-UA,uk;q=0.9,en;q=0.8"}
    program = await toys.client.get("/api/v1/nowhere", headers=html)
    person = await toys.client.get("/nowhere", headers=html)
    method = await toys.request("DELETE", "/toys/1")

    assert (await program.json())["code"] == "not_found"
    assert person.status == 404
    assert "За цією адресою нічого немає" in await person.text()  # noqa: RUF001
    assert method.status == 405
    assert "PUT" in method.headers["Allow"]


# --- declarations -------------------------------------------------------------------


def test_a_route_without_a_right_cannot_be_declared() -> None:
    with pytest.raises(TypeError, match="right"):
        Routes(tag="x").get("/x")


def test_a_route_must_fit_its_function() -> None:
    async def forgets(call: Call) -> None:
        """Forget the path's id."""

    async def bodiless(call: Call, body: dict) -> None:
        """Take anything."""

    async def silent(call: Call) -> None: ...

    declare = Routes(tag="x").post("/x/{x_id}", right=Right.READ)
    with pytest.raises(TypeError, match="path"):
        declare(forgets)
    with pytest.raises(TypeError, match="Body"):
        Routes(tag="x").post("/x", right=Right.READ)(bodiless)
    with pytest.raises(TypeError, match="docstring"):
        Routes(tag="x").post("/x", right=Right.READ)(silent)


async def test_the_document_tells_what_the_types_tell(toys) -> None:
    answer = await toys.client.get("/api/v1/openapi.json")
    document = await answer.json()
    page = await (await toys.client.get("/api/v1/docs")).text()

    post = document["paths"]["/toys"]["post"]
    shown = document["paths"]["/toys/{toy_id}"]["get"]
    assert document["openapi"] == "3.1.0"
    assert post["x-right"] == "reply"
    assert post["requestBody"]["content"]["application/json"]["schema"] == {
        "$ref": "#/components/schemas/ToyIn"
    }
    assert "Idempotency-Key" in [one["name"] for one in post["parameters"]]
    assert shown["summary"] == "Show a toy"
    assert shown["description"] == "It is given back as it was understood."
    assert {one["name"]: one["schema"] for one in shown["parameters"]}["kind"] == {
        "enum": ["soft", "hard"],
        "type": "string",
    }
    assert document["components"]["schemas"]["ToyIn"]["additionalProperties"] is False
    assert "Make a toy" in page
    assert "<script" not in page
