"""What a collected file is called: unit, time, origin and content; it can neither collide nor leave the folder."""

from __future__ import annotations

from xlreport.atomic import safe_name
from xlreport.formats.detect import Kind
from xlreport.mail.headers import china
from xlreport.mail.messages import EXTENSIONS, Attachment
from xlreport.submission import Unit

UNKNOWN = "未知单位"
MOST_BYTES = 120
MARK = 12
"""Hexadecimal digits of the SHA-256 that a name ends with."""


def collected_name(unit: Unit, arrived: float, sender: str, file: Attachment) -> str:
    """`990101_甲子镇_20260105-0930_jiazi@example.org_0123456789ab.xlsx`; the time is China's."""
    when = f"{china(arrived):%Y%m%d-%H%M}" if arrived else "时间不明"
    who = "_".join(part for part in (unit.code, unit.name) if part) or UNKNOWN
    tail = f"_{when}_{_cut(_plain(sender) or '发件人不明', 40)}_{file.sha256[:MARK]}"
    extension = extension_of(file)
    return safe_name(
        _cut(_plain(who), MOST_BYTES - len((tail + extension).encode())) + tail, extension
    )


def extension_of(file: Attachment) -> str:
    """The one it came with if it is one of a workbook or an archive, else that of its content."""
    lower = file.name.lower().strip(" .")
    said = next((e for e in sorted(EXTENSIONS, key=len, reverse=True) if lower.endswith(e)), "")
    return said or {Kind.LOCKED: ".xlsx", Kind.FOREIGN: ".bin"}.get(file.kind, f".{file.kind}")


def _plain(text: str) -> str:
    """Without what `safe_name` would replace, so that cutting afterwards is exact."""
    return safe_name(text, "") if text else ""


def _cut(text: str, most: int) -> str:
    """As many whole characters as fit into so many bytes."""
    return text.encode("utf-8", "replace")[: max(most, 0)].decode("utf-8", "ignore")
