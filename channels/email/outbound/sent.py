"""Whether a mail of ours went out, told by the folder where the provider keeps them.

Gmail and Microsoft 365 put a copy there when they take a mail over. What is there went
out. What is not there may have gone out all the same, so absence proves nothing.
"""

import logging
import ssl

from channels.email.inbound.imap import (
    ImapError,
    RefusedError,
    SignInRefusedError,
    connected,
)
from channels.email.oauth import NoTokenError, Tokens
from channels.email.settings import ImapSettings
from hub.errors import TransientSendError, UncertainSendError

log = logging.getLogger(__name__)


async def look_for(
    message_id: str, imap: ImapSettings, folder: str, tokens: Tokens | None
) -> None:
    """Return when the mail is in the folder.

    Raises:
        UncertainSendError: It is not, or there is no such folder.
        TransientSendError: The mailbox cannot be read now.
    """
    context = (
        None if imap.tls == "none" else ssl.create_default_context(cafile=imap.ca_file)
    )
    try:
        async with connected(
            imap.host,
            imap.port,
            security=imap.tls,
            timeout=imap.timeout,
            context=context,
        ) as line:
            if imap.username is not None and imap.password is not None:
                password = imap.password.get_secret_value()
                await line.sign_in(imap.username, password)
            elif imap.username is not None and tokens is not None:
                await line.sign_in_by_token(imap.username, await tokens.token())
            await line.select(folder)
            found = await line.named(message_id)
    except SignInRefusedError:
        raise TransientSendError("email: the mailbox refuses our sign-in") from None
    except RefusedError as error:
        log.error(  # noqa: TRY400 - the reason is all there is to tell
            "channels.email.smtp.sent_folder: %s cannot be read: %s", folder, error
        )
        raise UncertainSendError(
            "email: the folder of sent mail is not there"
        ) from None
    except NoTokenError as error:
        raise TransientSendError(f"email: {error}") from None
    except (ImapError, OSError, EOFError, TimeoutError) as error:
        raise TransientSendError(
            f"email: the mailbox cannot be read ({type(error).__name__})"
        ) from error
    if not found:
        raise UncertainSendError("email: not among the sent mails")
