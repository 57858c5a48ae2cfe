"""Small files that the demo company's clients and agents send, made on the spot."""

import io
import random

from PIL import Image, ImageDraw, ImageFilter

from hub.contracts import Attachment

_SIZE = (640, 480)
#: Plates that somebody took a picture of: what is written there.
_PLATES = (
    ("ZHAR 24", "E03"),
    ("TEPLA 8", "42 C"),
    ("LEHIT 35", "S/N 20481"),
    ("TEPLA 12", "LOCK"),
)


def pictures(chance: random.Random) -> list[Attachment]:
    """Draw what a phone's camera might have seen of a device's plate."""
    return [
        Attachment(
            name=f"IMG_{chance.randint(1000, 9999)}.png",
            media_type="image/png",
            content=_plate(model, shown, chance),
        )
        for model, shown in _PLATES
    ]


def papers() -> list[Attachment]:
    """Write papers of one page."""
    return [
        Attachment(
            name="zatyshok-certificate.pdf",
            media_type="application/pdf",
            content=_pdf("Zatyshok: certificate of conformity"),
        ),
        Attachment(
            name="zatyshok-contract.pdf",
            media_type="application/pdf",
            content=_pdf("Zatyshok: contract of sale and fitting"),
        ),
    ]


def unreadable_mails() -> list[bytes]:
    """Write mails that nobody can make anything of."""
    return [
        b"\xff\xfe\x00\x01 meter 0x1f reading \x9c\x80\r\n\r\n\x00\x00",
        b"From: scanner@office.example\r\nContent-Type: multipart/mixed\r\n\r\n",
        b"%PDF-1.4 sent without a letter around it",
    ]


def _plate(model: str, shown: str, chance: random.Random) -> bytes:
    width, height = _SIZE
    light = chance.randint(150, 200)
    picture = Image.new("RGB", _SIZE)
    draw = ImageDraw.Draw(picture)
    for row in range(height):
        shade = light - row * 90 // height
        draw.line((0, row, width, row), fill=(shade, shade - 6, shade - 14))
    draw.rounded_rectangle((110, 90, 530, 390), 24, fill=(226, 229, 231))
    draw.rounded_rectangle((150, 210, 490, 350), 12, fill=(24, 34, 30))
    draw.text((150, 130), model, fill=(60, 64, 70), font_size=48)
    draw.text((190, 240), shown, fill=(124, 236, 150), font_size=64)
    soft = picture.filter(ImageFilter.GaussianBlur(1))
    content = io.BytesIO()
    soft.quantize(64).save(content, "PNG", optimize=True)
    return content.getvalue()


def _pdf(line: str) -> bytes:
    """Write the smallest PDF that shows a line."""
    shown = f"BT /F1 20 Tf 60 760 Td ({line}) Tj ET".encode()
    parts = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox %s /Contents 4 0 R /Resources %s >>"
        % (b"[0 0 595 842]", b"<< /Font << /F1 5 0 R >> >>"),
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(shown), shown),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    out = bytearray(b"%PDF-1.4\n")
    places = []
    for number, part in enumerate(parts, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, part)
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(parts) + 1)
    for place in places:
        out += b"%010d 00000 n \n" % place
    out += b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (
        len(parts) + 1,
        table,
    )
    return bytes(out)
