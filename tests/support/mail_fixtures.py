"""Fixtures: mail servers for the tests that are marked `post`; one Dovecot for all tests of a worker."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from campaign.office import Office
from support.servers import PASSWORD, Dovecot, Smtp, dovecot_server, smtp_server


@pytest.fixture(scope="session")
def one_dovecot() -> Iterator[Dovecot]:
    with dovecot_server() as server:
        yield server


@pytest.fixture
def dovecot(one_dovecot: Dovecot, monkeypatch: pytest.MonkeyPatch) -> Iterator[Dovecot]:
    """With empty mailboxes, a certificate that is trusted, and the password known."""
    monkeypatch.setenv("SSL_CERT_FILE", str(one_dovecot.certificate))
    monkeypatch.setenv("XLREPORT_MAIL_PASSWORD", PASSWORD)
    one_dovecot.clear()
    yield one_dovecot
    assert ": Panic:" not in one_dovecot.log


@pytest.fixture
def smtp(dovecot: Dovecot) -> Iterator[Callable[..., Smtp]]:
    """Makes SMTP servers that deliver into Dovecot."""
    with ExitStack() as stack:
        yield lambda *how, **more: stack.enter_context(smtp_server(dovecot, *how, **more))


@pytest.fixture
def office(dovecot: Dovecot, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Office:
    """The county's campaign with three towns and its mailbox."""
    return Office.with_towns(tmp_path / "campaign", dovecot, capsys)
