"""The built workspace, to whoever asks for whatever."""

import pytest
from aiohttp import web
from yarl import URL

from web import workspace


@pytest.fixture
def built(tmp_path):
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text("the page")
    (tmp_path / "assets" / "a-1.js").write_text("1")
    return tmp_path


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/assets/a-1.js", 200),
        ("/assets/b-2.js", 404),
        (f"/assets/{'x' * 3000}", 404),
        ("/assets/%00", 404),
        ("/assets/..%2Findex.html", 404),
        (f"/{'x' * 3000}", 200),
        ("/%00", 200),
        ("/desk/all/1", 200),
    ],
)
async def test_any_name_has_an_answer(serve, built, path, status) -> None:
    app = web.Application()
    workspace.add(app, built)
    async with serve(app) as client:
        answer = await client.get(URL(path, encoded=True))

        assert answer.status == status
