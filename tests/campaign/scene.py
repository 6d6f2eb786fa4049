"""A campaign with three towns, and messages in a folder: the campaign without a server."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from email.message import EmailMessage
from pathlib import Path

from hostile.scene import numbered_book
from xlreport import Form, Unit, get_form
from xlreport.campaign.campaign import Campaign
from xlreport.campaign.settings import init_campaign, read_settings
from xlreport.clock import china
from xlreport.merging.roster import read_roster

ROSTER = """单位代码,单位名称,类别,联系人,邮箱
990101,甲子镇,乡镇,张一,jiazi@example.org
990102,乙丑镇,乡镇,李二,yichou@example.org、yichou2@example.org
990103,丙寅镇,乡镇,周五,
"""
JIAZI, YICHOU, BINGYIN = (
    Unit("甲子镇", "990101", "乡镇"),
    Unit("乙丑镇", "990102", "乡镇"),
    Unit("丙寅镇", "990103", "乡镇"),
)
FREE = "disclosure.licences.decisions"
"""A field that no rule relates to another."""


def campaign_in(folder: Path) -> Campaign:
    """A new campaign with three towns."""
    form = get_form("zfxxgk-2021")
    roster = folder.parent / "名册.csv"
    roster.write_text(ROSTER, "utf-8")
    init_campaign(folder, form.id, 2025, "示例县", roster=roster)
    settings = folder / "xlreport.toml"
    settings.write_text(settings.read_text("utf-8-sig").replace("# deadline", "deadline"), "utf-8")
    return Campaign(read_settings(folder), form, read_roster(folder / "roster.csv"))


def sending_campaign_in(folder: Path) -> Campaign:
    """The same with an address from which it sends."""
    campaign = campaign_in(folder)
    smtp = replace(campaign.settings.smtp, sender="xian@example.org")
    return replace(campaign, settings=replace(campaign.settings, smtp=smtp))


def workbook(form: Form, unit: Unit, number: int = 1) -> bytes:
    """A good report with one number of its own."""
    assert form.id == "zfxxgk-2021"
    return numbered_book(unit, number, Unit("示例县"))


@dataclass
class Mailbox:
    """A folder of .eml files."""

    folder: Path

    def put(
        self,
        name: str,
        sender: str,
        files: Sequence[tuple[str, bytes]] = (),
        *,
        subject: str = "年报",
        day: int = 5,
        hour: int = 9,
        message_id: str = "",
        text: str = "您好",
    ) -> Path:
        """Writes a message that arrived on that day of January 2026."""
        when = china(1767225600.0).replace(day=day, hour=hour, minute=30)
        mail = EmailMessage()
        mail["Received"] = f"from mx by mail; {when:%a, %d %b %Y %H:%M:%S +0800}"
        mail["From"] = sender
        mail["To"] = "xian@example.org"
        mail["Subject"] = subject
        mail["Date"] = f"{when:%a, %d %b %Y %H:%M:%S +0800}"
        mail["Message-ID"] = message_id or f"<{name}@example.org>"
        mail.set_content(text)
        for title, data in files:
            mail.add_attachment(data, "application", "octet-stream", filename=title)
        self.folder.mkdir(exist_ok=True)
        path = self.folder / f"{name}.eml"
        path.write_bytes(mail.as_bytes())
        return path
