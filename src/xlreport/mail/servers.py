"""How to reach the mail servers. Passwords are not among it."""

from __future__ import annotations

import ssl
from dataclasses import dataclass

SECURITIES = ("tls", "starttls", "none")
TIMEOUT = 60.0
"""Seconds that a server may be silent."""


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
                f"警告：与 {self.host} 的连接没有加密，密码和报表在路上可以被人看到。请改用 tls 或 starttls。",
            )
        if not self.verify:
            return (
                f"警告：没有核对 {self.host} 的证书，别人可以冒充邮件服务器。请把 verify 改回 true。",
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
