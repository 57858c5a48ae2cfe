"""Write ``docs/channels/checks.md``: what each finding means and what to do.

PYTHONPATH=. python tools/findings_page.py
"""

import re
from pathlib import Path

from web.checks.words import UNKNOWN, catalogue

PAGE = Path(__file__).parents[1] / "docs" / "channels" / "checks.md"
HEAD = """\
# When it does not work

**Settings → Channels** has a test for each channel. It asks everything that the channel
needs, from the outside in, and then really sends and receives; results appear as they
come. `rozmova doctor` says the same, without sending anything. Only servers that your
settings name are asked, each question has a limit of time (`checks.patience`), and no
password or token is shown.

| channel | what is sent | what must come back |
|---|---|---|
| email | a mail to our own address, one to an address with a plus part, one to whom you name | the first two, by IMAP, SMTP or LMTP, within `checks.round_trip` |
| SMS, WhatsApp | a message to the phone that you name | Twilio's callback on how far it came |
| phone, web forms | nothing | |

Test messages come to no client's timeline and pass by the outbox. They are known by a
signature of the hub's own (in the mail, in the callback's address), so nobody else can
make a mail vanish by calling it a test. If a person answers one, his answer is an
ordinary message.

The hub knows itself at its public address by `GET /hooks/-/here/<nonce>`, which answers
with a proof that only a hub with the same secret can give. For Twilio's signature the
hub signs a callback as Twilio would and brings it by the public address, through your
proxy.

Over HTTP: `GET /api/v1/channels`, `POST /api/v1/channels/{name}/check`,
`GET /api/v1/channels/{name}/check/{id}`; the right is `channels` (managers, admins).
Each finding is `check` (what was tried), `grade` (`ok`, `warning`, `wrong`), `code` and
`facts`. The words for them, in every language, are in `web/checks/words/`.

Below are the codes, what they mean, and what to do.
"""
#: How codes begin, in the order of the page.
GROUPS = (
    (
        "Domain of the mail (DNS)",
        r"mx_|spf_|dkim_|dmarc_|dns_|domain_|private_",
    ),
    ("Who sends us mail", r"senders_|results_"),
    ("Test messages", r"(mail|plus|given|sms)_"),
    ("Twilio", r"twilio_|number|webhook_|sender_unseen|service_|signature_|clock_"),
    ("Public address", r"public_|near$|not_https$"),
    ("Web forms", r"form_|no_forms|origin_"),
    ("Lines, encryption, sign-in, mailbox", r""),
)


def page() -> str:
    """Write the page."""
    words = catalogue("en")
    left = [code for code in words["says"] if code != UNKNOWN and code in words["do"]]
    parts = [HEAD]
    for title, begins in GROUPS:
        codes = [code for code in left if re.match(begins, code)]
        left = [code for code in left if code not in codes]
        rows = [
            f"| `{c}` | {_cell(words['says'][c])} | {_cell(words['do'][c])} |"
            for c in codes
        ]
        parts += [
            "",
            f"## {title}",
            "",
            "| code | meaning | what to do |",
            "|---|---|---|",
            *rows,
        ]
    return "\n".join(parts) + "\n"


def _cell(text: str) -> str:
    """Show places of facts as what stands there is called."""
    return re.sub(r"{(\w+)}", r"*\1*", text)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
