"""Passwords: from the environment, the system's keyring, or a person. They are never written into a campaign."""

from __future__ import annotations

import os
from collections.abc import Callable

from xlreport.mail.servers import Server

VARIABLE = "XLREPORT_{}_PASSWORD"
"""With SMTP or IMAP in it; `XLREPORT_MAIL_PASSWORD` serves both."""

_SERVICE = "xlreport"


def password_for(kind: str, server: Server, ask: Callable[[str], str]) -> str:
    """The password of a server; `ask` gets the question in Chinese. Empty when the server has no user."""
    if not server.user:
        return ""
    for name in (VARIABLE.format(kind), VARIABLE.format("MAIL")):
        if os.environ.get(name):
            return os.environ[name]
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
