"""Messages from an IMAP server. Nothing is ever deleted there: the folder is opened read-only
unless marking or moving was asked for, and no EXPUNGE is sent. Sources: RFC 9051 (IMAP), RFC
2971 (ID), RFC 6851 (MOVE)."""

from __future__ import annotations

import datetime as dt
import imaplib
import re
import ssl
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from xlreport.clock import minute
from xlreport.errors import SourceError
from xlreport.mail.codes import GIVEN_EMPTY, NOT_GIVEN
from xlreport.mail.mailboxes import Raw, Uid
from xlreport.mail.servers import TIMEOUT, Imap, Server
from xlreport.text import harmless

if TYPE_CHECKING:
    from imap_tools.mailbox import BaseMailBox

_BATCH = 200
"""UIDs that one command names."""

_SIZE = re.compile(rb"RFC822\.SIZE (\d+)")
_UID = re.compile(rb"UID (\d+)")
_INTERNALDATE = re.compile(rb'INTERNALDATE "([^"]+)"')


_MONTHS = (
    *("Jan", "Feb", "Mar", "Apr", "May", "Jun"),
    *("Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
)


@dataclass(frozen=True)
class _Fetched:
    """A server's answer to FETCH: the line that introduces the message, its bytes, the other
    lines."""

    ok: bool
    head: bytes
    data: bytes
    lines: tuple[bytes, ...]

    @property
    def is_nothing(self) -> bool:
        """Whether the server knows no such message and sees nothing wrong in that."""
        return self.ok and not self.head and not self.data and not self.lines

    @property
    def delivered(self) -> float:
        """INTERNALDATE in seconds, 0 when it is not there; it stands before or behind the
        message."""
        stamp = _INTERNALDATE.search(b" ".join((self.head, *self.lines)))
        if stamp is None:
            return 0.0
        try:
            when = dt.datetime.strptime(stamp[1].decode(), "%d-%b-%Y %H:%M:%S %z")
        except ValueError:
            return 0.0
        return when.timestamp()


class ImapSource:
    """A folder on a server, as `connected` gives it. `taken_before` tells which UIDs of a
    mailbox were taken before; those are not fetched again."""

    def __init__(
        self,
        box: BaseMailBox,
        settings: Imap,
        taken_before: Callable[[str, int], Collection[int]],
        *,
        mark_seen: bool,
        move_to: str,
    ) -> None:
        self._box = box
        self._settings = settings
        self._mark_seen = mark_seen
        self._move_to = move_to
        self.name = f"imap://{settings.server.user}@{settings.server.host}/{settings.folder}"
        with _told(settings.server):
            self.validity = _validity(box, settings.folder)
            box.folder.set(settings.folder, readonly=not (mark_seen or move_to))
        self._known = frozenset(taken_before(self.name, self.validity))
        self._listed: frozenset[int] = frozenset()

    def messages(self, most: int) -> Iterator[Raw]:
        """Those that were not taken before. One that is too large is not fetched."""
        uids = self._uids()
        self._listed = frozenset(uids)
        wanted = [uid for uid in uids if uid not in self._known]
        for start in range(0, len(wanted), _BATCH):
            batch = wanted[start : start + _BATCH]
            sizes = self._sizes(batch)
            for uid in batch:
                yield from self._message(uid, sizes.get(uid, 0), most)

    def _uids(self) -> list[int]:
        """The UIDs of all messages, or of those since a day (its criterion names months in
        English)."""
        criteria = "ALL"
        if self._settings.since:
            day = dt.date.fromisoformat(self._settings.since)
            criteria = f"SINCE {day.day}-{_MONTHS[day.month - 1]}-{day.year}"
        with _told(self._settings.server):
            return sorted(int(uid) for uid in self._box.uids(criteria, charset=None))

    def _sizes(self, uids: list[int]) -> dict[int, int]:
        """The sizes in bytes that the server tells, by UID."""
        with _told(self._settings.server):
            _, lines = self._box.client.uid("FETCH", ",".join(map(str, uids)), "(UID RFC822.SIZE)")
        sizes = {}
        for line in lines or ():
            text = b"".join(line) if isinstance(line, tuple) else line or b""
            uid = _UID.search(text)
            size = _SIZE.search(text)
            if uid and size:
                sizes[int(uid[1])] = int(size[1])
        return sizes

    def _message(self, number: int, size: int, most: int) -> Iterator[Raw]:
        """The message of a UID; none when it was moved or deleted in the meantime."""
        answer = self._fetch(number, only_header=size > most)
        if answer.is_nothing and self._is_gone(number):
            return
        # within a second, which is all that INTERNALDATE tells, the UID gives the order
        arrived = answer.delivered + number % 1_000_000 / 1_000_000
        uid = Uid(self.name, self.validity, number)
        origin = f"{self._settings.folder}：第 {number} 号邮件"
        if answer.data:
            yield Raw(f"{origin}（{minute(arrived)}）", answer.data, arrived, uid, seen=size)
        elif answer.ok:
            yield Raw(origin, b"", arrived, uid, GIVEN_EMPTY())
        else:
            yield Raw(origin, b"", arrived, uid, NOT_GIVEN(answer=_words(answer.lines)))

    def _is_gone(self, number: int) -> bool:
        """Whether a message is not in the folder any more. A UID never comes again (RFC 9051,
        2.3.1.1): what the last list of them lacks is gone."""
        if number in self._listed:
            self._listed = frozenset(self._uids())
        return number not in self._listed

    def _fetch(self, number: int, *, only_header: bool) -> _Fetched:
        """Of a message that is too large only the header is fetched, to tell people which one it
        is."""
        section = "BODY.PEEK[HEADER]" if only_header else "BODY.PEEK[]"
        with _told(self._settings.server):
            answer, lines = self._box.client.uid("FETCH", str(number), f"({section} INTERNALDATE)")
        literals = [line for line in lines or () if isinstance(line, tuple)]
        others = tuple(line for line in lines or () if isinstance(line, bytes))
        head, data = literals[0] if literals else (b"", b"")
        return _Fetched(answer == "OK", bytes(head), bytes(data), others)

    def finish(self, taken: Collection[Uid]) -> Iterator[str]:
        """Marks as read or moves what was taken now or before, and still lies here."""
        if not (self._mark_seen or self._move_to):
            return
        here_now = (self.name, self.validity)
        now = {uid.uid for uid in taken if (uid.source, uid.validity) == here_now}
        done = self._known | now
        here = [uid for uid in self._uids() if uid in done]
        with _told(self._settings.server):
            if self._mark_seen:
                yield from self._each(here, "STORE", ("+FLAGS.SILENT", r"(\Seen)"), "标为已读")
            if self._move_to and here:
                yield from self._move(here)

    def _move(self, here: list[int]) -> Iterator[str]:
        from imap_tools.utils import encode_folder

        _, lines = self._box.client.capability()
        capabilities = b" ".join(line for line in lines if isinstance(line, bytes))
        if b"MOVE" not in capabilities.upper().split():
            yield "服务器没有移动邮件的功能（MOVE），邮件都留在原处；请在邮箱里自己移动。"
            return
        if not self._box.folder.exists(self._move_to):
            self._box.folder.create(self._move_to)
        yield from self._each(
            here, "MOVE", (encode_folder(self._move_to),), f"移到“{self._move_to}”"
        )

    def _each(
        self, here: list[int], command: str, rest: tuple[Any, ...], what: str
    ) -> Iterator[str]:
        for start in range(0, len(here), _BATCH):
            uids = ",".join(map(str, here[start : start + _BATCH]))
            answer, lines = self._box.client.uid(command, uids, *rest)
            if answer != "OK":
                yield f"有邮件没能{what}：{_words(lines)}"


@dataclass(frozen=True)
class ImapMailbox:
    """A mailbox on a server, to be collected from: how to reach it, and what is done with
    messages that were taken."""

    settings: Imap
    password: str = field(repr=False)
    mark_seen: bool = False
    move_to: str = ""

    @contextmanager
    def opened(self, taken_before: Callable[[str, int], Collection[int]]) -> Iterator[ImapSource]:
        """The open mailbox; `taken_before` as for ImapSource. Raises SourceError."""
        with connected(self.settings, self.password) as box:
            yield ImapSource(
                box, self.settings, taken_before, mark_seen=self.mark_seen, move_to=self.move_to
            )


def _validity(box: BaseMailBox, folder: str) -> int:
    """The folder's UIDVALIDITY. Raises SourceError with the folders that there are."""
    from imap_tools.errors import MailboxFolderStatusError

    try:
        return box.folder.status(folder, ["UIDVALIDITY"]).get("UIDVALIDITY", 0)
    except (IndexError, ValueError):  # imap-tools expects data after the answer
        raise SourceError(
            "邮件服务器的回答看不懂，请检查地址和端口；它可能不是收信服务器。"
        ) from None
    except MailboxFolderStatusError:
        try:
            folders = [listed.name for listed in box.folder.list()]
        except ValueError:  # a name that is not written as RFC 3501, 5.1.3 wants it
            folders = []
        if folder in folders:
            raise
    there = "、".join(f"“{harmless(name)}”" for name in folders) or "（列不出来）"
    raise SourceError(f"邮箱里没有文件夹“{folder}”；有：{there}。")


def _words(lines: Any) -> str:
    answer = [line.decode("utf-8", "replace") for line in lines or () if isinstance(line, bytes)]
    return "；".join(answer) or "服务器没有说明原因"


def _said(error: Exception) -> str:
    """What the server itself answered, in brackets."""
    from imap_tools.errors import UnexpectedCommandStatusError

    if isinstance(error, UnexpectedCommandStatusError):
        _, lines = error.command_result
        return f"（{harmless(_words(lines))}）"
    return ""


@contextmanager
def _told(server: Server) -> Iterator[None]:
    """Turns what goes wrong on the network into one sentence that says what to do."""
    from imap_tools.errors import ImapToolsError

    where = f"邮件服务器“{server.host}”"
    try:
        yield
    except ssl.SSLCertVerificationError:
        raise SourceError(
            f"{where}的证书核对不上，没有登录。请检查服务器名称；可能有人冒充。"
        ) from None
    except ssl.SSLError:
        words = f"与{where}不能加密连接，请检查端口和 security（993 用 tls，143 用 starttls）。"
        raise SourceError(words) from None
    except TimeoutError:
        raise SourceError(f"{where}没有回应，请检查网络，稍后再试；已收的不会丢。") from None
    except ConnectionRefusedError:
        raise SourceError(f"{where}的 {server.port} 端口拒绝连接，请检查地址和端口。") from None
    except (ConnectionError, imaplib.IMAP4.abort):
        raise SourceError(f"与{where}的连接断了，请稍后再试；已收的不会丢，也不会重收。") from None
    except (ImapToolsError, imaplib.IMAP4.error) as error:
        raise SourceError(
            f"{where}没有照办{_said(error)}，请稍后再试；已收的不会丢，也不会重收。"
        ) from None
    except (OSError, UnicodeError):  # the latter for a name that no host can have
        raise SourceError(f"连不上{where}（{server.port} 端口），请检查网络和地址。") from None


@contextmanager
def connected(settings: Imap, password: str) -> Iterator[BaseMailBox]:
    """Logs in and says who we are (163 and 126 refuse mailboxes to programs that do not, RFC
    2971). Raises SourceError with what to do."""
    try:
        from imap_tools.mailbox import MailBox, MailBoxStartTls, MailBoxUnencrypted
    except ImportError:
        words = "本机没有安装从邮箱收取的组件，请运行 pip install .[mail]，或者改用 .eml 文件。"
        raise SourceError(words) from None
    server = settings.server
    address = (server.host, server.port, TIMEOUT)
    box: BaseMailBox
    with _told(server):
        if server.security == "none":
            box = MailBoxUnencrypted(*address)
        elif server.security == "starttls":
            box = MailBoxStartTls(*address, ssl_context=server.context())
        else:
            box = MailBox(*address, ssl_context=server.context())
    try:
        with _told(server):
            _log_in(box, server.user, password)
        yield box
    finally:
        with suppress(SourceError), _told(server):
            box.logout()
        # after a broken connection LOGOUT fails and leaves the socket open
        with suppress(OSError):
            box.client.shutdown()


def _log_in(box: BaseMailBox, user: str, password: str) -> None:
    from imap_tools.errors import MailboxLoginError

    try:
        if user.isascii() and password.isascii():
            box.login(user, password, initial_folder=None)
        else:
            box.login_utf8(user, password, initial_folder=None)
    except imaplib.IMAP4.abort:
        raise
    except (
        MailboxLoginError,
        imaplib.IMAP4.error,
        ValueError,
    ):  # the last for characters that IMAP cannot say
        raise SourceError(
            f"邮箱“{user}”登录不了：请检查用户名和密码。"
            "163、126、QQ 等邮箱要先在网页上开通 IMAP，用授权码代替密码。"
        ) from None
    try:
        box.client.xatom("ID", f'("name" "xlreport" "version" "{version("xlreport")}")')
    except imaplib.IMAP4.abort:
        raise
    except imaplib.IMAP4.error:
        return
