"""Mails of the sizes that a support mailbox gets, made up and the same each time."""

import random
from collections.abc import Iterator
from email import policy
from email.message import EmailMessage

WORDS = (
    "the boiler hums at night please call me back order lamp arrived broken thank you"
    " коли буде доставка я замовила лампу а прийшла інша дякую за швидку відповідь"
).split()
#: Shares of a hundred mails: a few lines, a newsletter or a styled answer, with files.
SMALL, STYLED = 70, 24


def letters(
    count: int, *, run: str, to: str, small_only: bool = False
) -> Iterator[tuple[str, bytes]]:
    """Give mails with their senders, one at a time.

    Args:
        count: How many.
        run: What their ids begin with.
        to: Whom they are written to.
        small_only: No newsletters and no files.
    """
    chance = random.Random(7)  # noqa: S311 - nothing secret
    for number in range(count):
        sender = f"client{chance.randrange(200)}@mail.example"
        kind = 0 if small_only else chance.randrange(100)
        mail = EmailMessage(policy=policy.SMTP)
        mail["From"] = f"Client <{sender}>"
        mail["To"] = to
        mail["Subject"] = _said(chance, 5)
        mail["Message-ID"] = f"<{run}-{number}@mail.example>"
        mail["Date"] = "Fri, 20 Nov 2026 10:00:00 +0200"
        mail.set_content(_said(chance, chance.randrange(20, 300)))
        if kind >= SMALL:
            rows = chance.randrange(50, 400)
            mail.add_alternative(_page(chance, rows), subtype="html")
        if kind >= SMALL + STYLED:
            content = chance.randbytes(chance.randrange(1_000_000, 5_000_000))
            mail.add_attachment(
                content, maintype="image", subtype="jpeg", filename="photo.jpg"
            )
        yield sender, mail.as_bytes()


def _said(chance: random.Random, count: int) -> str:
    return " ".join(chance.choices(WORDS, k=count)) + "\n"


def _page(chance: random.Random, rows: int) -> str:
    cell = '<td style="padding:4px 8px;font:14px/20px Arial;color:#333">{}</td>'
    body = "".join(
        f"<tr>{cell.format(_said(chance, 6))}{cell.format(_said(chance, 3))}</tr>"
        for _ in range(rows)
    )
    return f"<html><body><table width='600'>{body}</table></body></html>"
