"""Test messages: what they say, and how a channel tells that one came back."""

from hub.contracts import TRIAL_KEY, DeliveryReceipt, DeliveryState, OutboundMessage

SUBJECT = "Rozmova: test message / тестове повідомлення"
TEXT = (
    "This is a test of {company}'s Rozmova. Nobody needs to answer.\n"
    "Це перевірка Rozmova компанії {company}. Відповідати не треба."
)


def message(channel: str, key: str, recipient: str, company: str) -> OutboundMessage:
    """Write a test message; no machine answers it."""
    return OutboundMessage(
        channel=channel,
        key=key,
        recipient=recipient,
        subject=SUBJECT,
        text=TEXT.format(company=company),
        automatic=True,
    )


def came_back(channel: str, key: str) -> tuple[DeliveryReceipt, ...]:
    """Tell of a test message that came back; nothing of any other message of ours."""
    if not key.startswith(TRIAL_KEY):
        return ()
    return (
        DeliveryReceipt(channel=channel, state=DeliveryState.DELIVERED, reference=key),
    )
