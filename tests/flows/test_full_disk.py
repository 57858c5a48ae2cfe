"""The data folder takes nothing for a while: nothing is lost, and it is told."""

import aiohttp
import pytest

from hub.storage.tables import Attachment
from tests.flows.test_hooks import count

SENDER = "oksana@client.example"
#: The rest of it is kept as a file.
LONG = "It drips in the cellar. " * 5000


@pytest.fixture
def broken(tmp_path):
    """Put a file where the folder of files should be; give the way to mend it."""
    place = tmp_path / "files"
    assert not place.exists()
    place.write_bytes(b"")
    return place


async def test_mail_waits_at_its_server_and_uploads_are_refused(stage, broken) -> None:
    nadia = await stage.hire("Nadia")

    mail = await stage.simulator.mails.write(SENDER, "All of it", LONG)
    assert mail.status != "sent"
    form = aiohttp.FormData()
    form.add_field("file", b"A plan of the house", filename="plan.txt")
    async with nadia.http.post(f"{stage.url}/api/v1/attachments", data=form) as answer:
        assert answer.status == 503
    async with stage.http.get(f"{stage.url}/readyz") as answer:
        parts = (await answer.json())["parts"]
        assert answer.status == 503
    assert parts["files"] == {
        "ready": False,
        "why": "cannot be written: File exists",
    }
    broken.unlink()
    again = await stage.simulator.mails.write(SENDER, "All of it", LONG)

    assert again.status == "sent"
    await nadia.sees(lambda item: item["attachments"] != [])
    # The whole text, and the mail as it came.
    assert await count(stage, Attachment) == 2
    async with stage.http.get(f"{stage.url}/readyz") as answer:
        assert (await answer.json())["parts"]["files"] == {"ready": True}
