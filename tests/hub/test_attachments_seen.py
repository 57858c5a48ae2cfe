"""What a file is, its small picture, and its content in the folder."""

import asyncio
import io
import os
import threading
from datetime import timedelta

import pytest
from PIL import Image

from hub.errors import ContentLostError
from hub.files import attachments, thumbnails
from hub.files.media_types import sniff
from hub.files.thumbnails import thumbnail
from hub.storage.blobs import FolderBlobs, thumbnail_of


@pytest.fixture
def blobs(data_dir):
    return FolderBlobs(data_dir / "files")


def picture(size=(800, 400), kind="PNG", **options) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "teal").save(out, kind, **options)
    return out.getvalue()


# --- what a file is


@pytest.mark.parametrize(
    ("content", "name", "told"),
    [
        (picture(), "holiday.html", "image/png"),
        (picture(kind="JPEG"), "", "image/jpeg"),
        (b"%PDF-1.7\n%\xe2\xe3\n", "bill.pdf", "application/pdf"),
        (b"RIFF\x24\x00\x00\x00WAVEfmt \x10\x00\x00\x00", "call", "audio/wav"),
        ("Добрий день".encode(), "лист.txt", "text/plain"),
        (b"", "empty", "text/plain"),
        (b"BMW sold, thank you", "note", "text/plain"),
        (b"GIF89a=1;alert(1)//", "pixel.gif", "text/plain"),
        (b"a;b\n1;2\n", "table.csv", "text/csv"),
        (b"BEGIN:VCALENDAR\r\n", "invite.ics", "text/calendar"),
        (b"<html><script>alert(1)</script>", "page.txt", "application/octet-stream"),
        (b"\xef\xbb\xbf \n<!-- x --><svg onload=a()>", "", "application/octet-stream"),
        (b"hello <ScRiPt src=//x>", "readme.txt", "application/octet-stream"),
        (b"alert(1)", "tool.js", "application/octet-stream"),
        (b"plain words", "page.html", "application/octet-stream"),
        (b"MZ\x90\x00" + b"\x00" * 200, "photo.jpg", "application/octet-stream"),
        (b"\xff\xfeh\x00i\x00", "utf16.txt", "application/octet-stream"),
    ],
)
def test_a_file_is_what_its_bytes_show(content, name, told) -> None:
    assert sniff(content, name) == told


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("C:\\Users\\me\\bill.pdf", "bill.pdf"),
        ("../../etc/passwd", "passwd"),
        ("a\r\nSet-Cookie: x.txt", "aSet-Cookie: x.txt"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("", "file"),
        ("...", "file"),
    ],
)
def test_a_name_is_only_a_name(given, kept) -> None:
    assert attachments.file_name(given) == kept


def test_a_long_name_keeps_its_kind() -> None:
    name = attachments.file_name("ж" * 400 + ".pdf")

    assert len(name.encode()) <= 200
    assert name.endswith(".pdf")


# --- thumbnails


def test_a_thumbnail_is_small_and_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was held on its side
    small = thumbnail(
        picture((800, 400), "JPEG", exif=exif), pixels=100, max_pixels=10**6
    )

    assert small is not None
    drawn = Image.open(io.BytesIO(small))
    assert (drawn.format, drawn.size) == ("WEBP", (50, 100))


@pytest.mark.parametrize(
    "content",
    [
        picture((2000, 2000)),  # beyond the limit
        picture()[:60],
        b"\x89PNG\r\n\x1a\n" + b"\x00" * 50,
        b"GIF89a" + b"\xff" * 20,
        b"no image at all",
    ],
)
def test_what_cannot_be_drawn_has_no_thumbnail(content) -> None:
    assert thumbnail(content, pixels=100, max_pixels=1_000_000) is None


async def test_pictures_are_drawn_one_at_a_time(monkeypatch) -> None:
    meeting = threading.Barrier(2)

    def drawn(content, **_) -> bytes:
        try:
            meeting.wait(timeout=0.1)
        except threading.BrokenBarrierError:
            return b"alone"
        return b"in company"

    monkeypatch.setattr(thumbnails, "thumbnail", drawn)

    found = await asyncio.gather(
        *(thumbnails.draw(b"", pixels=1, max_pixels=1) for _ in range(3))
    )

    assert found == [b"alone"] * 3


# --- contents


async def test_one_content_is_kept_once(blobs, data_dir) -> None:
    names = await asyncio.gather(*(blobs.put(b"same") for _ in range(20)))

    assert len(set(names)) == 1
    assert await blobs.read(names[0]) == b"same"
    files = [path for path in (data_dir / "files").rglob("*") if path.is_file()]
    assert len(files) == 1


async def test_a_damaged_content_is_never_given_out(blobs, data_dir) -> None:
    name = await blobs.put(b"contract")
    (path,) = (path for path in (data_dir / "files").rglob(name))
    path.write_bytes(b"contrast")

    with pytest.raises(ContentLostError):
        await blobs.read(name)
    with pytest.raises(ContentLostError):
        await blobs.read("0" * 64)
    with pytest.raises(ContentLostError):
        await blobs.read("../../secret")


async def test_a_content_that_was_cut_off_is_written_anew(blobs, data_dir) -> None:
    name = await blobs.put(b"contract")
    (path,) = (path for path in (data_dir / "files").rglob(name))
    path.write_bytes(b"con")

    await blobs.put(b"contract")

    assert await blobs.read(name) == b"contract"


async def test_a_part_of_a_content_can_be_given(blobs) -> None:
    name = await blobs.put(bytes(range(100)) * 10_000)

    pieces = [piece async for piece in blobs.chunks(name, start=99, stop=600_001)]

    assert b"".join(pieces) == (bytes(range(100)) * 10_000)[99:600_001]
    assert len(pieces) > 1


async def test_a_content_just_put_again_is_not_deleted(blobs, data_dir) -> None:
    name = await blobs.put(b"logo")
    await blobs.put(b"small logo", beside=name)

    assert not await blobs.delete(name, untouched_for=timedelta(hours=1))
    assert await blobs.read(name) == b"logo"

    (path,) = (path for path in (data_dir / "files").rglob(name))
    os.utime(path, (0, 0))

    assert await blobs.delete(name, untouched_for=timedelta(hours=1))
    assert await blobs.size(name) is None
    assert await blobs.size(thumbnail_of(name)) is None
