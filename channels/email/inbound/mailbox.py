r"""IMAP in: all mail of a folder from a certain number on, whoever has read it.

What is taken is told by numbers (UIDs), not by ``\Seen``: a colleague who reads along in
webmail hides nothing from us. The order is: fetch, commit, mark (or move, or delete),
then note how far we have come. Cut off anywhere, the rest is done again, and what was
committed before is a repeat, which changes nothing.
"""

import asyncio
import logging
import re
import ssl
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, date, datetime, timedelta

from channels._checking import why_no_line
from channels.base import Deliver, Keep
from channels.email.inbound import reading_place
from channels.email.inbound.imap import (
    Folder,
    ImapError,
    Line,
    RefusedError,
    SignInRefusedError,
    connected,
)
from channels.email.inbound.imap_words import Mail
from channels.email.inbound.reading_place import MOST_LEFT, Place
from channels.email.inbound.ways import WHOLE_SIZE_HEADER, judged_by
from channels.email.oauth import NoTokenError, Tokens
from channels.email.settings import ImapSettings, Settings
from hub.contracts import WebhookRequest

log = logging.getLogger(__name__)

#: Bytes of mails that are in hand at a time, unless one alone is larger.
_HANDFUL = 8 * 1024 * 1024
#: Seconds that the first wait after a mail lasts.
_BRIEFLY = 1.0
_FROM = re.compile(rb"(?im)^from[ \t]*:[ \t]*(.*)$")
_SEARCHED_FOR_HEADERS = 16 * 1024


@asynccontextmanager
async def reading_mailbox(
    settings: Settings,
    imap: ImapSettings,
    deliver: Deliver,
    keep: Keep,
    tokens: Tokens | None = None,
) -> AsyncIterator["Reader"]:
    """Read one folder while the block lasts."""
    reader = Reader(settings, imap, deliver, keep, tokens)
    task = asyncio.create_task(reader.run(), name=f"channels.email.imap {imap.where}")
    try:
        yield reader
    finally:
        reader.stop()
        # Not cancelled: that would break a commit in the middle.
        done, _ = await asyncio.wait({task}, timeout=settings.shutdown_timeout)
        if not done:
            log.warning("%s: the server does not answer; given up", imap.where)
            task.cancel()
        with suppress(asyncio.CancelledError):
            await task


class Reader:
    """Keeps one connection, for as long as it is wanted."""

    def __init__(
        self,
        settings: Settings,
        imap: ImapSettings,
        deliver: Deliver,
        keep: Keep,
        tokens: Tokens | None,
    ) -> None:
        #: ``starting``, ``receiving`` or ``failing``, and since when.
        self.state = "starting"
        self.since = datetime.now(UTC)
        #: Why it fails, in plain words, and as the code of a finding if it is one.
        self.trouble = self.code = ""
        self._settings = settings
        self._imap = imap
        self._deliver = deliver
        self._keep = keep
        self._tokens = tokens
        self._stopping = asyncio.Event()
        self._pause = imap.retry
        self._place: Place | None = None
        #: When a mail that was not taken is tried again, by number.
        self._put_off: dict[int, float] = {}

    async def run(self) -> None:
        """Connect and read, again and again."""
        while not self._stopping.is_set():
            try:
                await self._read()
            except (SignInRefusedError, NoTokenError) as error:
                code = getattr(error, "code", "sign_in_refused")
                self._fails(f"it refuses us: {error}", logging.ERROR, code)
            except EOFError:
                self._fails("the line broke", logging.WARNING)
            except (ImapError, OSError) as error:
                said = str(error) or "no answer in time"
                code = why_no_line(error)[0] if isinstance(error, OSError) else ""
                self._fails(said, logging.WARNING, code)
            except Exception as error:  # the rim: the mailbox must be read on
                self._turn("failing", type(error).__name__)
                log.exception("%s", self._imap.where)
            await self._rest(self._pause)
            self._pause = min(self._pause * 2, self._imap.retry_at_most)

    def stop(self) -> None:
        """Finish the mails in hand, then end."""
        self._stopping.set()

    def _fails(self, why: str, level: int, code: str = "") -> None:
        self._turn("failing", why, code)
        if not self._stopping.is_set():
            log.log(
                level, "%s: %s; next try in %.0f s", self._imap.where, why, self._pause
            )

    def _turn(self, state: str, trouble: str = "", code: str = "") -> None:
        if state != self.state:
            self.since = datetime.now(UTC)
        self.state, self.trouble, self.code = state, trouble, code

    async def _read(self) -> None:
        imap = self._imap
        async with connected(
            imap.host,
            imap.port,
            security=imap.tls,
            timeout=imap.timeout,
            context=_trust(imap),
        ) as line:
            await self._sign_in(line)
            await self._find_place(line, await line.select(imap.folder))
            self._turn("receiving")
            is_brief = True
            while not self._stopping.is_set():
                line.has_news = False
                if await self._take_new(line):
                    is_brief = True
                # The line holds and mails come through it.
                self._pause = imap.retry
                await self._wait_for_news(line, is_brief=is_brief)
                is_brief = False

    async def _sign_in(self, line: Line) -> None:
        imap = self._imap
        if imap.username is None:
            return
        if imap.password is not None:
            await line.sign_in(imap.username, imap.password.get_secret_value())
            return
        if self._tokens is None:
            raise NoTokenError("there is no oauth part", lasting=True)
        token = await self._tokens.token()
        try:
            await line.sign_in_by_token(imap.username, token)
        except SignInRefusedError:
            # It may have been withdrawn before its time; the next try has a new one.
            self._tokens.refused(token)
            raise

    async def _find_place(self, line: Line, folder: Folder) -> None:
        # Where the server does not tell the next number, it is after the last one.
        next_uid = folder.next_uid or max(await line.search(1), default=0) + 1
        kept = self._place
        if kept is None and (said := await self._keep.get(self._name)):
            kept = reading_place.read(said)
        if kept is None:
            place = reading_place.begin(
                folder.validity,
                next_uid,
                first=self._imap.first,
                days=self._imap.first_days,
                now=datetime.now(UTC),
            )
        elif kept.validity != folder.validity:
            log.warning(
                "%s: the server has numbered its mails anew; all are looked at again",
                self._imap.where,
            )
            place = reading_place.anew(kept, folder.validity, next_uid)
            self._put_off.clear()
        else:
            self._place = kept
            return
        await self._note(place)

    async def _take_new(self, line: Line) -> bool:
        """Take all that can be taken now; tell whether there was anything."""
        place = self._known()
        now = time.monotonic()
        again = [uid for uid in place.left if self._put_off.get(uid, now) <= now]
        found: list[int] = []
        if place.uid + 1 < place.new_from:
            found += await line.search(
                place.uid + 1,
                place.new_from - 1,
                since=_day(place.since),
                unread=place.unread_only,
            )
        found += await line.search(max(place.uid + 1, place.new_from))
        waiting = again + found
        for start in range(0, len(waiting), self._imap.batch):
            uids = waiting[start : start + self._imap.batch]
            details = await line.details(uids)
            for handful in _handfuls(uids, details):
                if self._stopping.is_set():
                    return True
                await self._take(line, handful, details)
        place = self._known()
        if place.uid + 1 < place.new_from:
            # What was there before us has been looked at, once and for all.
            await self._note(place.past(place.new_from - 1, left=place.left))
        return bool(waiting)

    async def _take(
        self, line: Line, uids: Sequence[int], details: dict[int, Mail]
    ) -> None:
        """Take a handful of mails in and note that they are taken."""
        place = self._known()
        wanted = [
            uid
            for uid in uids
            if uid in details and place.is_ours(uid, details[uid].arrived_at)
        ]
        requests = await self._fetch(line, wanted, details)
        failed = await self._hand_over(requests)
        taken = [uid for uid in requests if uid not in failed]
        if taken:
            await self._settle(line, taken)
        later = time.monotonic() + self._imap.retry
        self._put_off.update(dict.fromkeys(failed, later))
        left = (set(place.left) - set(uids)) | failed
        if len(left) > MOST_LEFT:
            raise ImapError(f"{len(left)} mails could not be taken in; reading stops")
        after = place.past(max(uids), left=left)
        if after != place:
            await self._note(after)

    async def _fetch(
        self, line: Line, uids: Sequence[int], details: dict[int, Mail]
    ) -> dict[int, WebhookRequest]:
        most = self._settings.max_message_bytes
        sizes = {uid: details[uid].size or 0 for uid in uids}
        whole = [uid for uid in uids if sizes[uid] <= most]
        found = await line.bodies(whole) if whole else {}
        for uid in uids:
            if sizes[uid] > most:
                log.warning(
                    "%s: of mail %d only the beginning is taken, its %d bytes are more"
                    " than max_message_bytes",
                    self._imap.where,
                    uid,
                    sizes[uid],
                )
                found |= await line.bodies([uid], at_most=most)
        # One that is missing was deleted between two questions.
        return {
            uid: WebhookRequest(
                url="",
                body=body,
                headers=judged_by(self._settings.judges_of(self._imap))
                | ({WHOLE_SIZE_HEADER: str(sizes[uid])} if sizes[uid] > most else {}),
                path="imap",
                trusted=True,
            )
            for uid in uids
            if uid in found and (body := found[uid].body) is not None
        }

    async def _hand_over(self, requests: dict[int, WebhookRequest]) -> set[int]:
        """Have the hub take mails in; give those that it did not take.

        They go in side by side, so that they share commits, but those of one writer
        one after the other: he is read in the order in which he wrote.
        """
        failed: dict[int, Exception] = {}
        by_writer: dict[bytes, list[int]] = {}
        for uid, request in requests.items():
            by_writer.setdefault(_writer(request.body), []).append(uid)

        async def one_after_the_other(uids: list[int]) -> None:
            for uid in uids:
                try:
                    await self._deliver(requests[uid])
                except Exception as error:  # noqa: BLE001 - one must not block the others
                    failed[uid] = error

        async with asyncio.TaskGroup() as group:
            for uids in by_writer.values():
                group.create_task(one_after_the_other(uids))
        for uid, error in list(failed.items())[:1]:
            # One stands for all: usually it is the database that is away.
            log.error(
                "%s: %d mails (%d, ...) were not taken in; later again",
                self._imap.where,
                len(failed),
                uid,
                exc_info=error,
            )
        return set(failed)

    async def _settle(self, line: Line, uids: Sequence[int]) -> None:
        """Do with mails that are kept what the settings say."""
        imap = self._imap
        try:
            if imap.mark_read:
                await line.mark(uids, "\\Seen")
            if imap.afterwards == "move":
                await line.move(uids, imap.move_to)
            elif imap.afterwards == "delete":
                await line.delete(uids)
        except RefusedError as error:
            # They are on the timeline; that they stay in the mailbox harms nobody.
            log.warning(
                "%s: kept mails cannot be marked or moved: %s", imap.where, error
            )

    async def _wait_for_news(self, line: Line, *, is_brief: bool) -> None:
        if self._put_off:
            self._put_off = {
                uid: at
                for uid, at in self._put_off.items()
                if uid in self._known().left
            }
        limit = self._imap.retry if self._put_off else self._imap.idle
        if is_brief:
            # Mails come in swarms, and some servers tell of one that came while they
            # were asked something else only when IDLE ends.
            limit = min(limit, _BRIEFLY)
        if line.has_news:
            return
        if "IDLE" in line.capabilities:
            await line.idle(limit, self._stopping)
        else:
            await self._rest(min(limit, self._imap.poll))
            await line.look()

    async def _note(self, place: Place) -> None:
        """Note how far we have come, for ever."""
        await self._keep.put(self._name, reading_place.written(place))
        self._place = place

    def _known(self) -> Place:
        if self._place is None:
            raise AssertionError
        return self._place

    @property
    def _name(self) -> str:
        return f"imap:{self._imap.where}"

    async def _rest(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._stopping.wait()


def _handfuls(uids: Sequence[int], details: dict[int, Mail]) -> list[list[int]]:
    """Part mails so that no part is too much to have in memory."""
    parts: list[list[int]] = [[]]
    weight = 0
    for uid in uids:
        size = (details[uid].size or 0) if uid in details else 0
        if parts[-1] and weight + size > _HANDFUL:
            parts.append([])
            weight = 0
        parts[-1].append(uid)
        weight += size
    return [one for one in parts if one]


def _writer(body: bytes) -> bytes:
    found = _FROM.search(body[:_SEARCHED_FOR_HEADERS])
    return found[1].strip().lower() if found else b""


def _day(since: datetime) -> date | None:
    """Give a day that surely begins before ``since``, wherever the server is."""
    if since.year < 1970:  # noqa: PLR2004 - no mail is older
        return None
    return (since - timedelta(days=1)).date()


def _trust(imap: ImapSettings) -> ssl.SSLContext | None:
    if imap.tls == "none":
        return None
    return ssl.create_default_context(cafile=imap.ca_file)
