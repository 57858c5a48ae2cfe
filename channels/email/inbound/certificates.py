"""The certificate of our listeners, read again when it was renewed."""

import logging
import ssl
from pathlib import Path

from channels.email.settings import ListenTls
from hub.errors import ChannelError

log = logging.getLogger(__name__)


class Certificate:
    """A context for TLS that follows its files.

    Raises:
        ChannelError: The files cannot be used; it names the settings.
    """

    def __init__(self, settings: ListenTls) -> None:
        self._settings = settings
        self._read_at = self._changed_at()
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.minimum_version = ssl.TLSVersion.TLSv1_2
        try:
            self.context.load_cert_chain(settings.certificate, settings.key)
        except (OSError, ValueError) as error:
            raise ChannelError(
                f"channels.email.listen_tls: {settings.certificate} and {settings.key}"
                f" cannot be used: {error}"
            ) from error

    def follow(self) -> None:
        """Use what is in the files now, for connections from now on."""
        changed_at = self._changed_at()
        if changed_at == self._read_at:
            return
        self._read_at = changed_at
        try:
            self.context.load_cert_chain(self._settings.certificate, self._settings.key)
        except (OSError, ValueError) as error:
            # Half-way through a renewal: the old one serves on.
            log.warning(
                "channels.email.listen_tls: the old certificate stays: %s", error
            )

    def _changed_at(self) -> tuple[float, ...]:
        return tuple(
            _mtime(path) for path in (self._settings.certificate, self._settings.key)
        )


def _mtime(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0
