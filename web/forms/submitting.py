"""Take one submission in: within its limits, with files of the right kinds."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from aiohttp import web

from channels.webform import TOKEN, Channel, as_seen, read_answers
from hub.contracts import (
    FormDefinition,
    InboundMessage,
    Outcome,
    Received,
    WebhookRequest,
)
from hub.errors import PayloadError
from hub.forms import files, limits
from hub.forms.limits import Sending
from web.keys import DATABASE, SETTINGS, TAKE
from web.security import remote_address


async def submit(
    request: web.Request,
    channel: Channel,
    form: FormDefinition,
    body: bytes,
    headers: Mapping[str, str],
) -> tuple[WebhookRequest, Sequence[Outcome]]:
    """Hand a submission to its channel; return after the commit.

    Raises:
        InvalidError: Something typed will not do; ``details["errors"]`` says what.
        TooManyError: Too many came from there, or into this form.
        SignatureError: It was not made by a page of ours, nor by the site.
    """
    app = request.app
    delivery = WebhookRequest(
        url=f"{app[SETTINGS].base_url}/hooks/{channel.name}/{form.name}",
        path=form.name,
        body=body,
        headers=dict(headers),
        remote=remote_address(request),
        form=form,
    )

    async def admit(received: Received) -> None:
        version, nonce = _shown(channel, form, delivery)
        for item in received.items:
            if isinstance(item, InboundMessage):
                files.check(
                    as_seen(form, version),
                    item,
                    most_bytes=app[SETTINGS].forms.max_total_bytes,
                )
        sending = Sending(
            form=form.name,
            remote=delivery.remote,
            showing=nonce,
            suspicious=bool(received.suspicion) or not received.items,
        )
        await limits.count(app[DATABASE], sending, settings=app[SETTINGS].forms)

    outcomes = await app[TAKE].take(channel, delivery, admit=admit)
    return delivery, outcomes


def _shown(
    channel: Channel, form: FormDefinition, delivery: WebhookRequest
) -> tuple[int, str]:
    """Tell which showing of the form this is: its version and its name."""
    kind = {name.lower(): value for name, value in delivery.headers.items()}
    try:
        given = read_answers(delivery.body, kind.get("content-type", ""))
    except PayloadError:
        return 0, ""
    showing = channel.showing(form.name, given.text(TOKEN))
    return (showing.version, showing.nonce) if showing else (0, "")


async def release(
    app: web.Application,
    channel: Channel,
    form: FormDefinition,
    kept: WebhookRequest,
) -> InboundMessage:
    """Take in what had been set aside; give the message that it is now.

    Raises:
        InvalidError: It cannot be a message at all.
        PayloadError: It cannot be read.
    """
    received = channel.receive(replace(kept, form=form))
    await app[TAKE].reception.take(received.items)
    message = received.items[0]
    if not isinstance(message, InboundMessage):
        raise PayloadError("webform")
    return message
