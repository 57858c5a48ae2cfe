"""Small pages of our own that need no files: refusals, the API's documentation."""

import base64
import hashlib
from html import escape

from aiohttp import web

_STYLE = """
:root{color-scheme:light dark;--bg:#F4F5F7;--surface:#FFF;--text:#16181D;--soft:#474D57;
--line:#DFE2E7;--accent:#1D5BD6}
@media(prefers-color-scheme:dark){:root{--bg:#0F1114;--surface:#16181C;--text:#ECEEF1;
--soft:#B6BCC5;--line:#2A2E35;--accent:#8AB4FF}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--text);font:16px/24px system-ui,sans-serif}
main{max-width:960px;margin:0 auto;padding:32px 16px}
h1{font-size:28px;line-height:36px;margin:0 0 8px}h2{font-size:20px;margin:32px 0 8px}
p{margin:0 0 12px}a{color:var(--accent)}.soft{color:var(--soft)}
details{background:var(--surface);border:1px solid var(--line);border-radius:6px;
margin:8px 0;padding:8px 12px}summary{cursor:pointer}
summary:focus-visible,a:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
code,pre{font:13px/20px ui-monospace,monospace}pre{overflow:auto;margin:8px 0}
.method{display:inline-block;min-width:64px;font-weight:600}
table{border-collapse:collapse;width:100%}
td,th{text-align:left;vertical-align:top;padding:4px 12px 4px 0;
border-bottom:1px solid var(--line)}
"""
_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()

#: First what happened, then what to do: English, Ukrainian.
_SAID = {
    401: (
        ("You are not signed in.", "Sign in and try again."),
        ("Ви не ввійшли.", "Увійдіть і спробуйте ще раз."),
    ),
    403: (
        ("This is not open to you.", "Ask whoever manages your account."),
        ("Це вам недоступно.", "Зверніться до того, хто керує вашим записом."),
    ),
    404: (
        ("There is nothing at this address.", "Check the link or start anew."),
        (
            "За цією адресою нічого немає.",  # noqa: RUF001
            "Перевірте посилання або почніть спочатку.",  # noqa: RUF001
        ),
    ),
    429: (
        ("Too many tries.", "Wait a little and try again."),
        ("Забагато спроб.", "Зачекайте трохи й спробуйте ще раз."),
    ),
    503: (
        ("We cannot answer right now.", "Try again in a minute."),
        ("Зараз ми не можемо відповісти.", "Спробуйте ще раз за хвилину."),
    ),
}
_ELSE = (
    ("This did not work.", "Go back and try again."),
    ("Це не вдалося.", "Поверніться й спробуйте ще раз."),
)


def page(title: str, body: str, *, locale: str, status: int = 200) -> web.Response:
    """Put a page together; its policy allows its own style and nothing else.

    Args:
        title: Plain text.
        body: HTML that is safe as it is.
        locale: ``en`` or ``uk``.
        status: The HTTP status.
    """
    return web.Response(
        status=status,
        text=(
            f'<!doctype html><html lang="{locale}"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width,initial-scale=1">'
            f"<title>{escape(title)}</title><style>{_STYLE}</style></head>"
            f"<body><main>{body}</main></body></html>"
        ),
        content_type="text/html",
        headers={
            "Content-Security-Policy": (
                f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; "
                "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
            )
        },
    )


def refusal(request: web.Request, status: int) -> web.Response:
    """Tell a person that something was refused or failed."""
    locale = "uk" if _prefers_ukrainian(request) else "en"
    happened, next_step = _SAID.get(status, _ELSE)[locale == "uk"]
    return page(
        happened,
        f"<h1>{escape(happened)}</h1><p>{escape(next_step)}</p>",
        locale=locale,
        status=status,
    )


def _prefers_ukrainian(request: web.Request) -> bool:
    wanted = [
        part.partition(";")[0].strip().lower()
        for part in request.headers.get("Accept-Language", "").split(",")
    ]
    for language in wanted:
        if language.startswith(("uk", "en")):
            return language.startswith("uk")
    return False
