"""The test mails: to ourselves, to ourselves with a plus part, and to whom one names."""

from collections.abc import Sequence

from email_validator import EmailNotValidError, validate_email

from channels import _trials
from channels.base import Place
from channels.email.settings import Settings
from hub.contracts import Trial
from hub.errors import InvalidError


def trials(
    settings: Settings, place: Place, recipient: str, mark: str
) -> Sequence[Trial]:
    """See ``Adapter.trials``."""
    if settings.smtp is None:
        return ()

    def trial(name: str, check: str, to: str, *, returns: bool = True) -> Trial:
        message = _trials.message("email", f"{mark}-{name}", to, place.company)
        return Trial(
            name=name,
            check=check,
            message=message,
            needs=("smtp.",),
            returns=returns,
        )

    found: list[Trial] = []
    if settings.smtp_listen or settings.lmtp_listen or settings.inboxes:
        found.append(trial("mail", "trial.mail", settings.address))
        if settings.plus_addressing:
            plus = f"{settings.local_part}+test@{settings.domain}"
            found.append(trial("plus", "trial.plus", plus))
    if recipient.strip():
        to = _address(recipient)
        found.append(trial("given", "trial.given", to, returns=False))
    return found


def _address(given: str) -> str:
    try:
        found = validate_email(
            given.strip(), check_deliverability=False, test_environment=True
        )
    except EmailNotValidError:
        raise InvalidError(
            "not a mail address", errors={"recipient": "is not a mail address"}
        ) from None
    return found.normalized
