"""Forms on web pages: ``/forms/<name>``, ``/hooks/webform/<name>``.

The hub keeps the forms and hands the one concerned along with each delivery
(``WebhookRequest.form``). A submission is genuine when it carries the site's key
(``X-Form-Key``, for a site's own servers) or a token that we put into the page
ourselves. What a person typed wrongly is told field by field with an ``InvalidError``;
the reasons are stable words that the page puts into the reader's language:

    required, too_long, not_text, not_an_email, not_a_phone, not_a_choice, not_a_date,
    not_a_number, not_agreed, too_many_files, file_too_large, file_empty, file_type,
    not_asked (a file under a name that no question has), no_address (no way to answer
    was given), expired (the page was open for too long)
"""

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from pydantic import SecretStr

from channels._glimpses import shortened
from channels.base import Adapter, Means, Place, Specimen
from channels.webform.answers import (
    HONEYPOT,
    RESERVED,
    SUBMISSION_ID,
    TOKEN,
    VERSION,
    Checked,
    Given,
    checked,
    language,
)
from channels.webform.bodies import read_answers
from channels.webform.checking import check
from channels.webform.settings import FieldSettings, FormSettings, Settings
from channels.webform.spam import suspicion
from channels.webform.versions import as_seen
from hub.contracts import (
    Finding,
    FormDefinition,
    FormSubmission,
    Glimpse,
    HookAnswer,
    InboundMessage,
    Outcome,
    Received,
    WebhookRequest,
    worded,
)
from hub.errors import InvalidError, NotFoundError, PayloadError, SignatureError

KEY_HEADER = "x-form-key"
LONGEST_ID = 100
LONGEST_SUBJECT = 300


@dataclass(frozen=True, slots=True)
class Showing:
    """One page that we handed out."""

    nonce: str
    version: int
    at: datetime


class Channel(Adapter):
    """The forms of one site. Nothing is sent by it: answers go by mail or SMS."""

    name = "webform"

    def __init__(self, settings: Settings, place: Place) -> None:
        self._settings = settings
        self._place = place
        self._now: Callable[[], datetime] = lambda: datetime.now(UTC)

    def seeds(self) -> list[FormDefinition]:
        """Give the forms of the settings, for a hub that does not have them yet."""
        return [form.definition(name) for name, form in self._settings.forms.items()]

    @property
    def open_for(self) -> timedelta:
        """How long a page of ours may stay open before it is sent."""
        return timedelta(hours=self._settings.token_hours)

    def token(self, form: str, now: datetime, *, version: int = 1) -> str:
        """Make the token of one showing of the form, for its field ``TOKEN``."""
        showing = f"{secrets.token_urlsafe(12)}.{version}.{int(now.timestamp())}"
        return f"{showing}.{self._signature(form, showing)}"

    def showing(self, form: str, token: str) -> Showing | None:
        """Read a token; None when it is not one of ours for this form."""
        said, _, signature = token.rpartition(".")
        wanted = self._signature(form, said)
        if not hmac.compare_digest(
            signature.encode("utf-8", "replace"), wanted.encode()
        ):
            return None
        nonce, version, at = said.split(".")
        return Showing(nonce, int(version), datetime.fromtimestamp(int(at), UTC))

    async def check(self, means: Means) -> AsyncIterator[Finding]:
        """See ``Adapter.check``."""
        own = {name: one.origins for name, one in self._settings.forms.items()}
        sites = own if means.forms is None else means.forms
        async for finding in check(sites, self._place, means):
            yield finding

    def allows(self, form: FormDefinition, origin: str) -> bool:
        """Tell whether pages at ``origin`` may send the form from a browser."""
        own = urlsplit(self._place.public_url)
        return (
            origin == f"{own.scheme}://{own.netloc}"
            or origin in form.origins
            or "*" in form.origins
        )

    def receive(self, request: WebhookRequest) -> Received:
        """See ``Adapter.receive``."""
        form = request.form
        if form is None or form.name != request.path:
            raise NotFoundError(f"form {request.path!r}")
        given, showing = self._genuine(request, form)
        seen = as_seen(form, _version(given, showing))
        found = checked(seen, given, self._place.country, extras=showing is None)
        trapped = bool(given.text(HONEYPOT))
        if showing is not None and showing.at + self.open_for <= self._now():
            found.errors[TOKEN] = "expired"
        if len(given.text(SUBMISSION_ID)) > LONGEST_ID:
            found.errors[SUBMISSION_ID] = "too_long"
        if request.trusted:
            # It was right when it came; the form may ask for more by now.
            _forgive(found)
        if found.errors:
            if trapped and not request.trusted:
                # A robot that fills everything learns nothing by its mistakes.
                return Received()
            raise InvalidError(f"form {form.name!r}", errors=found.errors)
        message = self._message(seen, given, found, showing)
        return Received((message,), self._suspicion(request, found, showing, trapped))

    def glimpse(self, request: WebhookRequest) -> Glimpse:
        """See ``Adapter.glimpse``: the answers, without what the page added itself."""
        kind = next(
            (
                value
                for name, value in request.headers.items()
                if name.lower() == "content-type"
            ),
            "",
        )
        try:
            given = read_answers(request.body, kind)
        except PayloadError:
            return super().glimpse(request)
        said = [(name, one) for name, one in given.said.items() if name not in RESERVED]
        files = [one.filename or "" for found in given.files.values() for one in found]
        return Glimpse(rows=shortened(said), files=tuple(filter(None, files)))

    def respond(
        self, request: WebhookRequest, outcomes: Sequence[Outcome]
    ) -> HookAnswer:
        """Thank the sender. A trapped robot is thanked just the same."""
        form = request.form
        thanks: dict[str, Any] = {"thanks": "", "repeated": False}
        if form is not None:
            thanks["thanks"] = worded(form.thanks, form.locale, form.locale)
            if form.redirect:
                thanks["redirect"] = form.redirect
        thanks["repeated"] = bool(outcomes) and not any(one.fresh for one in outcomes)
        body = json.dumps(thanks, ensure_ascii=False).encode()
        return HookAnswer(body=body, content_type="application/json")

    def _genuine(
        self, request: WebhookRequest, form: FormDefinition
    ) -> tuple[Given, Showing | None]:
        """Read the answers of who may send them.

        Raises:
            SignatureError: Nobody vouches for it, so it is not even kept.
            PayloadError: The site's own server sent what cannot be read.
        """
        headers = {name.lower(): value for name, value in request.headers.items()}
        kind = headers.get("content-type", "")
        if request.trusted:
            given = read_answers(request.body, kind)
            return given, self.showing(form.name, given.text(TOKEN))
        key, origin = headers.get(KEY_HEADER), headers.get("origin")
        if origin is not None and not self.allows(form, origin):
            raise SignatureError("webform")
        if key is not None:
            wanted = self._settings.key.get_secret_value()
            if not hmac.compare_digest(key.encode("utf-8", "replace"), wanted.encode()):
                raise SignatureError("webform")
            if not form.active:
                raise NotFoundError(f"form {form.name!r} is archived")
            return read_answers(request.body, kind), None
        try:
            given = read_answers(request.body, kind)
        except PayloadError:
            raise SignatureError("webform") from None
        showing = self.showing(form.name, given.text(TOKEN))
        if showing is None:
            raise SignatureError("webform")
        return given, showing

    def _suspicion(
        self,
        request: WebhookRequest,
        found: Checked,
        showing: Showing | None,
        trapped: bool,
    ) -> str:
        if request.trusted:
            return ""
        if showing is None and not trapped:
            # The site's own server vouches for what it sends.
            return ""
        hidden = (
            {one.name for one in request.form.questions if one.kind == "hidden"}
            if request.form
            else set()
        )
        return suspicion(
            self._settings,
            [value for name, value in found.values.items() if name not in hidden],
            trapped=trapped,
            took=None if showing is None else self._now() - showing.at,
        )

    def _signature(self, form: str, showing: str) -> str:
        said = f"webform\n{form}\n{showing}".encode("utf-8", "replace")
        digest = hmac.digest(self._place.secret, said, "sha256")
        return base64.urlsafe_b64encode(digest).decode().rstrip("=")

    def _submission_id(
        self, given: Given, found: Checked, showing: Showing | None
    ) -> str:
        if own := given.text(SUBMISSION_ID):
            return own
        said = repr(sorted((one.name, one.value) for one in found.fields)).encode()
        digest = hashlib.sha256(said)
        for one in found.attachments:
            digest.update(hashlib.sha256(one.content).digest())
        words = digest.hexdigest()[:32]
        if showing is not None:
            # Sent twice from one page it is one submission; with other words, two.
            return f"{showing.nonce}:{words}"
        # The same words from the same person within an hour are a repeat.
        return f"{self._now():%Y%m%d%H}:{words}"

    def _message(
        self,
        form: FormDefinition,
        given: Given,
        found: Checked,
        showing: Showing | None,
    ) -> InboundMessage:
        # An email comes first: an answer to a form is rarely short.
        addresses = [
            (kind, found.values[one.name])
            for kind in ("email", "phone")
            for one in form.questions
            if one.kind == kind and one.name in found.values
        ]
        (sender_kind, sender), *also = addresses
        locale = language(form, given)
        return InboundMessage(
            channel=self.name,
            external_id=f"{form.name}:{self._submission_id(given, found, showing)}",
            sender=sender,
            sender_kind=sender_kind,
            also=tuple(also),
            sender_name=found.values.get("name", ""),
            recipient=form.name,
            subject=_subject(form, found, locale),
            text="\n".join(f"{one.label}: {one.value}" for one in found.fields),
            fields=tuple(found.fields),
            attachments=tuple(found.attachments),
            submission=FormSubmission(
                form=form.name,
                version=_version(given, showing) or form.version,
                queue_id=form.queue_id,
                order_number=found.first(form, "order"),
                consents=tuple(found.consents),
                files=tuple(found.files),
                confirms=form.confirms and sender_kind == "email",
            ),
            locale=locale,
        )

    @classmethod
    def specimen(cls) -> Specimen:
        """See ``Adapter.specimen``."""
        key = "specimen-form-key"
        form = FormSettings(
            title="Ask us",
            fields=(
                FieldSettings(name="email", label="Email", kind="email"),
                FieldSettings(name="question", label="Question", kind="textarea"),
            ),
        )
        place = Place(
            public_url="https://hub.example",
            company="Specimen",
            country="UA",
            secret=b"specimen-place-secret",
        )

        def submitted(body: bytes, with_key: str) -> WebhookRequest:
            return WebhookRequest(
                url=f"{place.public_url}/hooks/webform/ask",
                path="ask",
                body=body,
                headers={"Content-Type": "application/json", "X-Form-Key": with_key},
                form=form.definition("ask"),
            )

        said = json.dumps(
            {
                "email": "oksana@mail.example",
                "question": "Where is my order?",
                SUBMISSION_ID: "specimen-1",
            }
        ).encode()
        return Specimen(
            adapter=cls(Settings(key=SecretStr(key), forms={"ask": form}), place),
            genuine=submitted(said, key),
            forged=submitted(said, "somebody-else"),
            unreadable=submitted(b'{"email": ', key),
        )


def _version(given: Given, showing: Showing | None) -> int:
    """Tell which version its sender saw; 0 when nothing says so."""
    if showing is not None:
        return showing.version
    said = given.text(VERSION)
    return int(said) if said.isascii() and said.isdigit() and len(said) < 10 else 0  # noqa: PLR2004


def _forgive(found: Checked) -> None:
    """Pass over what is missing, as long as there is an address."""
    missing = ("required", "not_agreed", "not_asked", "expired")
    found.errors = {
        name: reason for name, reason in found.errors.items() if reason not in missing
    }


def _subject(form: FormDefinition, found: Checked, locale: str) -> str:
    title = worded(form.title, locale, form.locale)
    if not form.subject:
        return title
    said = form.subject.replace("{form}", title)
    for question in form.questions:
        value = found.values.get(question.name, "")
        said = said.replace(f"{{{question.name}}}", " ".join(value.split())[:100])
    return " ".join(said.split())[:LONGEST_SUBJECT] or title
