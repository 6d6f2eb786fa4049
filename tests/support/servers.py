"""Real mail servers on this machine: Dovecot (IMAP), aiosmtpd (SMTP) that delivers into it, and a connection
that breaks where a test wants it to.

Dovecot runs as an unprivileged user with folders of its own, so neither root nor the system's Dovecot is needed.
"""

from __future__ import annotations

import asyncio
import imaplib
import os
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

import pytest

PASSWORD = "secret"
USER = "nobody"
"""Who runs Dovecot when the tests are run by root."""

_PATIENCE = 20.0

_CONFIG = """
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
info_log_path = {folder}/log
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
protocols = imap
listen = 127.0.0.1
mail_location = maildir:{folder}/mail/%Lu
ssl = yes
ssl_cert = <{folder}/certificate.pem
ssl_key = <{folder}/key.pem
disable_plaintext_auth = no
auth_failure_delay = 0
mail_max_userip_connections = 0
imap_id_log = *
first_valid_uid = 1
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
  }}
}}
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={folder}/home/%Lu
}}
"""


def missing(what: str) -> NoReturn:
    """A skip on a user's machine, a failure in CI."""
    if os.environ.get("CI"):
        pytest.fail(f"{what} is missing in CI: the tests with mail servers did not run")
    pytest.skip(f"{what} is not installed; the tests with mail servers did not run")


def program(name: str) -> str:
    """Where a program is, though it may not be on the PATH of ordinary users."""
    return (
        shutil.which(name, path=os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/sbin")))
        or ""
    )


def make_certificate(folder: Path) -> None:
    """A key and a certificate for `localhost` that signs itself."""
    openssl = program("openssl") or missing("openssl")
    subject = ("-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost")
    usage = ("-addext", "keyUsage=critical,digitalSignature,keyCertSign")
    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    files = ("-keyout", str(folder / "key.pem"), "-out", str(folder / "certificate.pem"))
    run = [openssl, "req", "-x509", "-days", "2", *key, *subject, *usage, *files]
    subprocess.run(run, check=True, capture_output=True)


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@contextmanager
def saying(words: bytes) -> Iterator[int]:
    """The port of a server that says the same to everybody and then takes leave."""

    def answer() -> None:
        with suppress(OSError):
            while True:
                one, _ = listening.accept()
                with one, suppress(OSError):
                    one.sendall(words)

    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        thread = threading.Thread(target=answer)
        thread.start()
        yield int(listening.getsockname()[1])
        listening.shutdown(socket.SHUT_RDWR)
    thread.join()


# --- IMAP -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Dovecot:
    """A running server. Every user exists, with the one password, and has an INBOX."""

    folder: Path
    port: int
    tls_port: int

    @property
    def certificate(self) -> Path:
        return self.folder / "certificate.pem"

    @property
    def log(self) -> str:
        return (self.folder / "log").read_text("utf-8", "replace")

    @contextmanager
    def client(self, user: str, folder: str = "INBOX") -> Iterator[imaplib.IMAP4]:
        """A mail program of the user's, looking into a folder."""
        with imaplib.IMAP4("127.0.0.1", self.port, timeout=30) as client:
            client.login(user, PASSWORD)
            answer, words = client.select(coded(folder))
            assert answer == "OK", words
            yield client

    def deliver(self, user: str, data: bytes, *, when: float = 0.0, folder: str = "INBOX") -> None:
        """Puts a message into a mailbox, as arrived at `when`."""
        with imaplib.IMAP4("127.0.0.1", self.port, timeout=30) as client:
            client.login(user, PASSWORD)
            if folder != "INBOX":
                client.create(coded(folder))
            answer, words = client.append(
                coded(folder), "", imaplib.Time2Internaldate(when or time.time()), data
            )
            assert answer == "OK", words

    def messages(self, user: str, folder: str = "INBOX") -> list[bytes]:
        """The messages of a mailbox by UID; looking changes nothing."""
        return [data for data, _ in self._all(user, folder)]

    def flags(self, user: str, folder: str = "INBOX") -> list[set[str]]:
        """The flags of each message, but for \\Recent."""
        return [flags for _, flags in self._all(user, folder)]

    def _all(self, user: str, folder: str) -> list[tuple[bytes, set[str]]]:
        with self.client(user, folder) as client:
            _, lines = client.uid("FETCH", "1:*", "(FLAGS BODY.PEEK[])")
        found = [line for line in lines if isinstance(line, tuple)]
        return [
            (data, {f.decode() for f in imaplib.ParseFlags(head)} - {r"\Recent"})
            for head, data in found
        ]

    def forget_uids(self, user: str) -> None:
        """The server loses its lists of a mailbox, as after a move to another machine: UIDVALIDITY changes.

        A process that is still closing an earlier connection may write the lists once more, and UIDVALIDITY is
        the second in which the lists are made; so they are deleted until the server tells another one.
        """
        before = self.validity(user)
        deadline = time.monotonic() + _PATIENCE
        while self.validity(user) == before:
            assert time.monotonic() < deadline, "Dovecot keeps its UIDVALIDITY"
            time.sleep(0.1)
            for path in (self.folder / "mail" / user).glob("dovecot*"):
                path.unlink(missing_ok=True)

    def validity(self, user: str) -> int:
        """The UIDVALIDITY of a user's INBOX."""
        with imaplib.IMAP4("127.0.0.1", self.port, timeout=30) as client:
            client.login(user, PASSWORD)
            _, (line, *_) = client.status("INBOX", "(UIDVALIDITY)")
        return int(line.rpartition(b" ")[2].rstrip(b")"))

    def clear(self) -> None:
        """Empties all mailboxes."""
        shutil.rmtree(self.folder / "mail", ignore_errors=True)


def coded(folder: str) -> str:
    """A folder's name in modified UTF-7 (RFC 3501, 5.1.3), quoted."""
    words = "".join(c if c.isascii() else f"\x00{c}" for c in folder)
    plain, run = "", ""
    for c in [*words.replace("\x00", ""), ""]:
        if c and not c.isascii():
            run += c
            continue
        if run:
            plain += "&" + run.encode("utf-7").decode().strip("+-").replace("/", ",") + "-"
            run = ""
        plain += "&-" if c == "&" else c
    return f'"{plain}"'


def _dovecot() -> str:
    """The program, of a version whose settings we know how to write."""
    command = program("dovecot") or missing("Dovecot (Debian: dovecot-imapd)")
    version = subprocess.run(
        [command, "--version"], capture_output=True, text=True, check=False
    ).stdout
    if not version.startswith("2.3."):
        missing("Dovecot 2.3")
    if not any(Path(place, "dovecot", "imap").exists() for place in ("/usr/lib", "/usr/libexec")):
        missing("Dovecot's IMAP (Debian: dovecot-imapd)")
    return command


@contextmanager
def dovecot_server() -> Iterator[Dovecot]:
    """Dovecot in the foreground, in a folder whose name is short enough for sockets."""
    command = _dovecot()
    root = os.geteuid() == 0
    with tempfile.TemporaryDirectory(prefix="xlr-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        make_certificate(folder)
        for part in ("run", "state", "mail", "home"):
            (folder / part).mkdir()
        if root:
            for path in (folder, *folder.iterdir()):
                shutil.chown(path, USER)
        for _ in range(5):
            server = Dovecot(folder, free_port(), free_port())
            with _running(command, server, root) as lives:
                if lives:
                    yield server
                    return
        pytest.fail(f"Dovecot does not start:\n{server.log}")


@contextmanager
def _running(command: str, server: Dovecot, root: bool) -> Iterator[bool]:
    import grp
    import pwd

    who = pwd.getpwnam(USER) if root else pwd.getpwuid(os.geteuid())
    group = grp.getgrgid(who.pw_gid).gr_name
    names = {"user": who.pw_name, "group": group, "password": PASSWORD}
    text = _CONFIG.format(folder=server.folder, port=server.port, tls_port=server.tls_port, **names)
    config = server.folder / "dovecot.conf"
    config.write_text(text, "utf-8")
    as_whom: dict[str, Any] = (
        {"user": who.pw_uid, "group": who.pw_gid, "extra_groups": []} if root else {}
    )
    run = subprocess.Popen(
        [command, "-F", "-c", str(config)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        **as_whom,
    )
    try:
        yield _answers(run, server)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(run.pid, signal.SIGTERM)
        try:
            run.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            os.killpg(run.pid, signal.SIGKILL)
            run.wait()


def _answers(run: subprocess.Popen[bytes], server: Dovecot) -> bool:
    end = time.monotonic() + _PATIENCE
    while time.monotonic() < end and run.poll() is None:
        with suppress(OSError, imaplib.IMAP4.error), server.client("wait@example.org"):
            return True
        time.sleep(0.05)
    return False


# --- servers in this process ------------------------------------------------------------------------


@contextmanager
def _served(
    make: Callable[[asyncio.AbstractEventLoop, socket.socket], Coroutine[Any, Any, Any]],
) -> Iterator[int]:
    """Runs a server of an event loop in a thread; gives its port."""
    loop = asyncio.new_event_loop()
    listening = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    async def end() -> None:
        server.close()
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    try:
        server = asyncio.run_coroutine_threadsafe(make(loop, listening), loop).result(_PATIENCE)
        try:
            yield int(listening.getsockname()[1])
        finally:
            asyncio.run_coroutine_threadsafe(end(), loop).result(_PATIENCE)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(_PATIENCE)
        loop.close()
        listening.close()


@dataclass
class Smtp:
    """A server that delivers into Dovecot's mailboxes, and the orders that it has. `refuses` and `refuses_data`
    are answers by address; `drops` counts down: at 1 the next message is taken or (`loses`) lost, and the
    connection breaks instead of an answer. `hangs_up` are addresses at which it takes leave with 421."""

    dovecot: Dovecot
    security: str
    login: bool
    port: int = 0
    refuses: dict[str, str] = field(default_factory=dict)
    refuses_data: dict[str, str] = field(default_factory=dict)
    hangs_up: set[str] = field(default_factory=set)
    drops: int = 0
    loses: bool = True
    taken: list[tuple[str, tuple[str, ...], bytes]] = field(default_factory=list)
    logins: list[str] = field(default_factory=list)

    # what aiosmtpd calls

    async def handle_MAIL(  # noqa: N802 (aiosmtpd's name)
        self, server: Any, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        if self.login and not session.authenticated:
            return "530 5.7.0 Authentication required"
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(  # noqa: N802 (aiosmtpd's name)
        self, server: Any, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        if address in self.hangs_up:
            return "421 4.7.0 too many messages, try later"
        if address in self.refuses:
            return self.refuses[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 (aiosmtpd's name)
        for address in envelope.rcpt_tos:
            if address in self.refuses_data:
                return self.refuses_data[address]
        self.drops -= 1
        breaks = self.drops == 0
        if not (breaks and self.loses):
            data = bytes(envelope.original_content)
            await asyncio.get_running_loop().run_in_executor(None, self._take, envelope, data)
        if breaks:
            server.transport.abort()
            return "421 gone"
        return "250 OK"

    def _take(self, envelope: Any, data: bytes) -> None:
        self.taken.append((envelope.mail_from, tuple(envelope.rcpt_tos), data))
        for address in envelope.rcpt_tos:
            self.dovecot.deliver(address, data)

    def authenticate(
        self, server: Any, session: Any, envelope: Any, mechanism: str, said: Any
    ) -> Any:
        from aiosmtpd.smtp import AuthResult

        self.logins.append(said.login.decode())
        return AuthResult(success=said.password == PASSWORD.encode(), handled=False)


@contextmanager
def smtp_server(dovecot: Dovecot, security: str = "none", *, login: bool = False) -> Iterator[Smtp]:
    """A server with TLS from the start (`tls`), STARTTLS (`starttls`) or neither (`none`)."""
    from aiosmtpd.smtp import SMTP

    orders = Smtp(dovecot, security, login)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(dovecot.certificate, dovecot.folder / "key.pem")

    async def make(loop: asyncio.AbstractEventLoop, listening: socket.socket) -> asyncio.Server:
        def one() -> SMTP:
            return SMTP(
                orders,
                hostname="localhost",
                tls_context=context if security == "starttls" else None,
                require_starttls=security == "starttls",
                auth_require_tls=security == "starttls",
                authenticator=orders.authenticate if login else None,
                data_size_limit=None,
                enable_SMTPUTF8=True,
                loop=loop,
            )

        return await loop.create_server(
            one, sock=listening, ssl=context if security == "tls" else None
        )

    with _served(make) as orders.port:
        yield orders


@dataclass
class Proxy:
    """Stands before a server. At the `times`-th `word` that the server says, the connection breaks within
    the answer, or (`silent`) nothing more comes. After that it lets everything pass."""

    target: int
    word: bytes = b""
    times: int = 0
    silent: bool = False
    port: int = 0
    passed: int = 0
    """Bytes that the server has said."""

    async def answer(self, near: asyncio.StreamReader, near_out: asyncio.StreamWriter) -> None:
        far, far_out = await asyncio.open_connection("127.0.0.1", self.target)
        try:
            await asyncio.gather(_pass(near, far_out), self._back(far, near_out))
        finally:
            for out in (near_out, far_out):
                out.close()

    async def _back(self, far: asyncio.StreamReader, out: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while data := await far.read(65536):
                self.passed += len(data)
                if self.times and self.word in data:
                    self.times -= data.count(self.word)
                    if self.times <= 0:
                        self.times = 0
                        out.write(data[: data.index(self.word) + len(self.word) + 4])
                        await out.drain()
                        if self.silent:
                            with suppress(asyncio.CancelledError):  # the end of the test
                                await asyncio.sleep(3600)
                        out.transport.abort()
                        return
                out.write(data)
                await out.drain()
        out.close()


async def _pass(reader: asyncio.StreamReader, out: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while data := await reader.read(65536):
            out.write(data)
            await out.drain()
    out.close()


@contextmanager
def proxy_for(
    port: int, word: bytes = b"", times: int = 0, *, silent: bool = False
) -> Iterator[Proxy]:
    """A proxy before a server without TLS."""
    proxy = Proxy(port, word, times, silent)

    async def make(loop: asyncio.AbstractEventLoop, listening: socket.socket) -> asyncio.Server:
        return await asyncio.start_server(proxy.answer, sock=listening)

    with _served(make) as proxy.port:
        yield proxy


@contextmanager
def servers() -> Iterator[tuple[Dovecot, Callable[..., Smtp]]]:
    """Dovecot, and a maker of SMTP servers before it."""
    with ExitStack() as stack:
        dovecot = stack.enter_context(dovecot_server())
        yield dovecot, lambda *how, **more: stack.enter_context(smtp_server(dovecot, *how, **more))
