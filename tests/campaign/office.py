"""The county's office: a campaign whose settings name real servers, and the commands run in it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from campaign.scene import campaign_in
from support.mails import reply
from support.servers import Dovecot
from xlreport import get_form, read_roster
from xlreport.campaign.campaign import Campaign
from xlreport.campaign.settings import read_settings
from xlreport.cli.app import main

COUNTY = "xian@example.org"
"""The county's address; its mailbox has the same name."""

SETTINGS = """
form = "zfxxgk-2021"
year = 2025
county = "示例县"
deadline = 2026-01-31
roster = "roster.csv"
[mail]
from = "{sender}"
[mail.smtp]
host = "{smtp_host}"
port = {smtp_port}
security = "{smtp_security}"
user = "{smtp_user}"
verify = {verify}
pause = 0
[mail.imap]
host = "{host}"
port = {port}
security = "{security}"
user = "{user}"
verify = {verify}
folder = "{folder}"
since = "{since}"
"""


@dataclass
class Office:
    """A campaign folder. `settings` are the places in SETTINGS."""

    folder: Path
    dovecot: Dovecot
    capsys: pytest.CaptureFixture[str]
    settings: dict[str, Any] = field(default_factory=dict)
    said: str = ""
    """What the last command told people."""

    @classmethod
    def with_towns(
        cls, folder: Path, dovecot: Dovecot, capsys: pytest.CaptureFixture[str]
    ) -> Office:
        """A new campaign with the three towns of `scene`."""
        campaign_in(folder)
        return cls(folder, dovecot, capsys).set()

    def set(self, **changes: Any) -> Office:
        """Changes the settings."""
        start = {
            "sender": COUNTY,
            "smtp_host": "localhost",
            "smtp_port": 25,
            "smtp_security": "none",
            "smtp_user": "",
            "verify": "true",
            "host": "localhost",
            "port": self.dovecot.port,
            "security": "none",
            "user": COUNTY,
            "folder": "INBOX",
            "since": "",
        }
        self.settings = {**start, **self.settings, **changes}
        (self.folder / "xlreport.toml").write_text(SETTINGS.format(**self.settings), "utf-8")
        return self

    def run(self, *arguments: str) -> tuple[int, dict[str, Any]]:
        """A command with --json; its exit code and document (`{"error": …}` when it refused)."""
        self.capsys.readouterr()
        code = main([*arguments, "--json", "--campaign", str(self.folder)])
        out, self.said = self.capsys.readouterr()
        assert "Traceback" not in self.said
        return code, json.loads(out) if out else {}

    def collect(self, *arguments: str) -> tuple[int, list[str]]:
        """Collects; the exit code and the state of each message."""
        code, document = self.run("collect", *arguments)
        return code, [m["state"] for m in document.get("messages", ())]

    def refused(self, *arguments: str) -> str:
        """What a command says that must fail with one sentence and change nothing in the inbox."""
        code, document = self.run(*arguments)
        assert (code, set(document)) == (2, {"error"})
        lines = [line for line in self.said.splitlines() if not line.startswith("警告")]
        assert len(lines) == 1, self.said
        return lines[0]

    def mail(
        self,
        identity: str,
        file: bytes,
        *,
        sender: str = "jiazi@example.org",
        when: float = 0.0,
        **more: Any,
    ) -> bytes:
        """Puts a reply into the county's mailbox."""
        data = reply(
            sender,
            COUNTY,
            "年报",
            [(f"{identity}.xlsx", file)],
            identity=f"<{identity}@example.org>",
        )
        self.dovecot.deliver(COUNTY, data, when=when, **more)
        return data

    def campaign(self) -> Campaign:
        """The campaign for functions of `xlreport.campaign.campaign`."""
        campaign = read_settings(self.folder)
        return Campaign(campaign, get_form(campaign.form), read_roster(campaign.roster))

    @property
    def inbox(self) -> dict[str, str]:
        """The files of the inbox: SHA-256 by name."""
        return digests(self.folder / "inbox")


def digests(folder: Path) -> dict[str, str]:
    return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(folder.iterdir())}
