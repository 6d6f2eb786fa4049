"""How to reach the mail servers, and where their passwords come from: the environment, the
system's keyring, or a person. They are never written into a campaign."""

from __future__ import annotations

import os
import ssl
from collections.abc import Callable
from dataclasses import dataclass

TIMEOUT = 60.0
"""Seconds that a server may be silent."""

VARIABLE = "XLREPORT_{}_PASSWORD"
"""With SMTP or IMAP in it; `XLREPORT_MAIL_PASSWORD` serves both."""

_SERVICE = "xlreport"


@dataclass(frozen=True)
class Server:
    """A mail server: TLS from the start (`tls`), after STARTTLS, or not at all (`none`)."""

    host: str
    port: int
    security: str = "tls"
    user: str = ""
    verify: bool = True

    def context(self) -> ssl.SSLContext:
        """Certificates are verified against the system's authorities, unless that is turned off."""
        context = ssl.create_default_context()
        if not self.verify:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return context

    def warnings(self) -> tuple[str, ...]:
        """What is unsafe about these settings, loudly."""
        if self.security == "none":
            return (
                f"警告：与 {self.host} 的连接没有加密，密码和报表在路上可以被人看到。"
                "请改用 tls 或 starttls。",
            )
        if not self.verify:
            return (
                f"警告：没有核对 {self.host} 的证书，别人可以冒充邮件服务器。"
                "请把 verify 改回 true。",
            )
        return ()


@dataclass(frozen=True)
class Imap:
    """The mailbox to collect from; `since` is a date (YYYY-MM-DD) or empty."""

    server: Server
    folder: str = "INBOX"
    since: str = ""


@dataclass(frozen=True)
class Smtp:
    """The server to send through, and who sends. `pause` is in seconds between two messages."""

    server: Server
    sender: str
    name: str = ""
    reply_to: str = ""
    pause: float = 1.0

    @property
    def can_send(self) -> bool:
        """Whether there is a server, and a sender."""
        return bool(self.server.host and self.sender)


def password_for(kind: str, server: Server, ask: Callable[[str], str]) -> str:
    """The password of a server; `ask` gets the question in Chinese. Empty when the server has no
    user."""
    if not server.user:
        return ""
    for name in (VARIABLE.format(kind), VARIABLE.format("MAIL")):
        password = os.environ.get(name)
        if password:
            return password
    return _remembered(server) or ask(f"{server.user}（{server.host}）的密码或授权码")


def remember(server: Server, password: str) -> bool:
    """Puts a password into the system's keyring; False when there is none."""
    try:
        import keyring
        from keyring.errors import KeyringError
    except ImportError:
        return False
    try:
        keyring.set_password(_SERVICE, _account(server), password)
    except KeyringError:
        return False
    return True


def _remembered(server: Server) -> str:
    try:
        import keyring
        from keyring.errors import KeyringError
    except ImportError:
        return ""
    try:
        return keyring.get_password(_SERVICE, _account(server)) or ""
    except KeyringError:
        return ""


def _account(server: Server) -> str:
    return f"{server.user}@{server.host}"
