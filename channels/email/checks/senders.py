"""What came of late, for whoever asks whether senders are looked at."""

from collections import Counter
from collections.abc import Iterator
from email.message import Message

from channels._checking import fine, is_private, warning
from channels.email.senders.results import writers
from channels.email.settings import Settings
from hub.contracts import Authenticity, Finding


class Witness:
    """Counts, in this process and since it began."""

    def __init__(self) -> None:
        #: Mails by the server that judged them.
        self._judged: Counter[str] = Counter()
        self._others = 0
        #: Who has written results into the last mail that nobody trusted judged.
        self._seen = ""

    def saw(self, message: Message, found: Authenticity | None) -> None:
        """Note a mail."""
        if found is not None and found.by:
            self._judged[found.by] += 1
        else:
            self._others += 1
            self._seen = next(iter(writers(message)), "")

    def findings(self, settings: Settings) -> Iterator[Finding]:
        """Tell whether senders are looked at, and by whom."""
        wanted = {one for imap in settings.inboxes for one in settings.judges_of(imap)}
        wanted.update(settings.senders.trust_results)
        names = ", ".join(sorted(wanted))
        for by, count in self._judged.most_common():
            yield fine("senders", "results_come", by=by, count=count)
        if settings.checks_senders:
            yield fine("senders", "senders_checked")
        elif self._judged:
            return
        elif not wanted and is_private(settings.domain):
            # Nobody in the world writes to such a domain.
            return
        elif not wanted:
            if self._seen:
                yield warning("senders", "results_unnamed", by=self._seen)
            else:
                yield warning("senders", "senders_unchecked")
        elif not self._others:
            yield fine("senders", "results_awaited", by=names)
        elif self._seen:
            yield warning("senders", "results_other", by=names, seen=self._seen)
        else:
            yield warning("senders", "results_missing", by=names)
