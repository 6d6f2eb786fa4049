"""Passwords come from where they are kept, and unsafe settings are told."""

from __future__ import annotations

import ssl
from collections.abc import Iterator

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.errors import PasswordSetError

from xlreport.mail.servers import Server, password_for, remember

SERVER = Server("mail.example.org", 465, user="xian@example.org")


class Box(KeyringBackend):
    """A keyring in memory; it may be locked."""

    priority = 1.0

    def __init__(self, *, locked: bool = False) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.locked = locked
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        if self.locked:
            raise PasswordSetError
        self.kept[service, username] = password


@pytest.fixture
def box(monkeypatch: pytest.MonkeyPatch) -> Iterator[Box]:
    for name in ("SMTP", "IMAP", "MAIL"):
        monkeypatch.delenv(f"XLREPORT_{name}_PASSWORD", raising=False)
    before = keyring.get_keyring()
    box = Box()
    keyring.set_keyring(box)
    yield box
    keyring.set_keyring(before)


def asked(question: str) -> str:
    return f"typed after “{question}”"


def test_where_a_password_comes_from(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    question = "xian@example.org（mail.example.org）的密码或授权码"
    assert password_for("SMTP", SERVER, asked) == f"typed after “{question}”"
    assert remember(SERVER, "kept")
    assert box.kept == {("xlreport", "xian@example.org@mail.example.org"): "kept"}
    assert password_for("SMTP", SERVER, asked) == "kept"
    monkeypatch.setenv("XLREPORT_MAIL_PASSWORD", "both")
    assert password_for("SMTP", SERVER, asked) == "both"
    monkeypatch.setenv("XLREPORT_SMTP_PASSWORD", "own")
    assert password_for("SMTP", SERVER, asked) == "own"
    assert password_for("IMAP", SERVER, asked) == "both"


def test_without_a_user_there_is_no_password(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XLREPORT_MAIL_PASSWORD", "both")
    assert password_for("SMTP", Server("mail.example.org", 25), asked) == ""


def test_a_locked_keyring_keeps_nothing(box: Box) -> None:
    box.locked = True
    assert not remember(SERVER, "x")


def test_certificates_are_verified_unless_that_is_turned_off() -> None:
    assert SERVER.context().verify_mode is ssl.CERT_REQUIRED
    assert SERVER.context().check_hostname
    unsafe = Server("h", 1, verify=False).context()
    assert (unsafe.verify_mode, unsafe.check_hostname) == (ssl.CERT_NONE, False)


@pytest.mark.parametrize(
    ("server", "warning"),
    [
        (Server("h", 1), ""),
        (Server("h", 1, "starttls"), ""),
        (Server("h", 1, "none"), "没有加密"),
        (Server("h", 1, verify=False), "没有核对"),
        (Server("h", 1, "none", verify=False), "没有加密"),
    ],
)
def test_what_is_unsafe_is_told(server: Server, warning: str) -> None:
    told = server.warnings()
    assert len(told) == bool(warning)
    assert all(warning in line for line in told)
