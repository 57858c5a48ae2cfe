"""A hub with the demo company, for as long as pictures are taken of it."""

import asyncio
import os
import smtplib
import socket
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw

from channels.simulator import Simulator
from config import Settings, load
from hub.access import secret
from hub.orders.shop import Shop, shop_of
from hub.storage import embedded
from hub.storage.blobs import FolderBlobs
from hub.storage.database import Database
from web.app import Ground, build_app
from web.demo import with_demo
from web.demo.company import fill, is_filled
from web.demo.simulated import SIMULATOR, SUPPORT
from web.demo.telling import REACHES
from web.serving import channels_of, database, running, upgrade

#: It is read in the addresses that the pictures show.
PORT = 8080
CHANNELS = {kind: name for name, kind in REACHES.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """The hub, and who plays its providers."""

    settings: Settings
    db: Database
    simulator: Simulator
    shop: Shop
    secret: bytes = field(repr=False)

    @property
    def base(self) -> str:
        """Its address, without a slash at the end."""
        return self.settings.base_url

    async def mail(
        self, sender: str, subject: str, text: str, html: str, *names: str
    ) -> None:
        """Let a client's mail program send a mail with a look and with plans."""
        letter = EmailMessage()
        letter["From"], letter["To"], letter["Subject"] = sender, SUPPORT, subject
        letter.set_content(text)
        letter.add_alternative(html, subtype="html")
        for name in names:
            content, kind = _plan(name), name.rsplit(".", 1)[1]
            major = "application" if kind == "pdf" else "image"
            letter.add_attachment(content, maintype=major, subtype=kind, filename=name)
        host, port = self.simulator.mails.hub
        await asyncio.to_thread(_hand_over, host, port, letter)


@asynccontextmanager
async def standing(kept: Path | None = None) -> AsyncIterator[House]:
    """Run a hub with the demo company.

    Args:
        kept: Where it is kept for the next time; without, it is gone at the end.
    """
    with tempfile.TemporaryDirectory(prefix="rozmova-pictures-") as place:
        folder = Path(place) if kept is None else kept
        folder.mkdir(parents=True, exist_ok=True)
        # The embedded server may run as another user, who must get through.
        os.chmod(folder, 0o755)  # noqa: PTH101, S103 - before anything else runs
        with embedded.running(folder / "postgres", durable=kept is not None) as url:
            await asyncio.to_thread(upgrade, url)
            async with _opened(folder, url) as house:
                yield house


@asynccontextmanager
async def _opened(folder: Path, url: str) -> AsyncIterator[House]:
    settings = with_demo(load(_environment(folder)))
    key = secret.load(folder, None)
    db = await database(settings, url)
    if not await is_filled(db):
        await fill(db, settings, FolderBlobs(folder / "files"), secret=key)
    app = build_app(
        Ground(
            settings=settings,
            engine=db.engine,
            data=folder,
            secret=key,
            channels=lambda place: channels_of(settings, place),
        )
    )
    async with running(app, settings):
        yield House(
            settings=settings,
            db=db,
            simulator=app[SIMULATOR],
            shop=shop_of(settings, key, CHANNELS),
            secret=key,
        )


def _plan(name: str) -> bytes:
    """Draw the plan of a room, as a picture or a page."""
    image = Image.new("RGB", (640, 420), "#f6f2ea")
    draw = ImageDraw.Draw(image)
    draw.rectangle((60, 50, 580, 370), outline="#444", width=6)
    draw.line((320, 50, 320, 230), fill="#444", width=6)
    draw.arc((60, 250, 180, 370), 270, 360, fill="#1d5bd6", width=3)
    draw.rectangle((400, 90, 540, 180), fill="#dff3e6", outline="#1a7440", width=3)
    out = BytesIO()
    image.save(out, "PDF" if name.endswith(".pdf") else "JPEG")
    return out.getvalue()


def _hand_over(host: str, port: int, letter: EmailMessage) -> None:
    with smtplib.SMTP(host, port) as line:
        line.send_message(letter)


def _environment(folder: Path) -> dict[str, str]:
    free = [_free_port(PORT), *(_free_port() for _ in range(3))]
    return {
        "ROZMOVA_DEMO": "true",
        "ROZMOVA_DATA_DIR": str(folder),
        "ROZMOVA_PORT": str(free[0]),
        "ROZMOVA_SIMULATOR__SMTP_LISTEN": f"127.0.0.1:{free[1]}",
        "ROZMOVA_SIMULATOR__LMTP_LISTEN": f"127.0.0.1:{free[2]}",
        "ROZMOVA_SIMULATOR__RELAY": f"127.0.0.1:{free[3]}",
        "ROZMOVA_SIMULATOR__TRICKLE": "0",
    }


def _free_port(wanted: int = 0) -> int:
    """Give a port that nobody listens on, if possible the wanted one."""
    with socket.socket() as one:
        try:
            one.bind(("127.0.0.1", wanted))
        except OSError:
            one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
