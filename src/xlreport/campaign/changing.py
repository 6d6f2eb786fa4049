"""Changes of a campaign's settings that leave the file as people know it: other lines stay."""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from xlreport.atomic import write_atomically
from xlreport.campaign.settings import (
    NAME,
    CampaignSettings,
    for_windows,
    quoted,
    settings_of,
    text_of,
)
from xlreport.errors import CampaignError

Value = str | int | float | bool | dt.date | None
"""What a setting can be; None takes it out, where it may be missing."""

_SECTION = re.compile(r"\s*\[([^\[\]]+)\]\s*(?:#.*)?$")
_ODD = "设置“{path}”的写法特别，程序改不了，没有改动：请用记事本打开，改好后保存。"


def change_settings(folder: Path, changes: Mapping[str, Value]) -> CampaignSettings:
    """Changes settings, by their keys (`deadline`, `mail.smtp.host`); gives the new ones. Raises
    CampaignError for values that cannot be, or a file that is written in another way than ours:
    then nothing is changed. Raises OSError."""
    path = folder / NAME
    before = text_of(path)
    lines = before.splitlines()
    for key, value in changes.items():
        _change(lines, key, value)
    text = "\n".join(lines) + "\n"
    settings = settings_of(path, text)
    if not _holds(text, changes):
        raise CampaignError(_ODD.format(path=path))
    if lines != before.splitlines():
        write_atomically(path, for_windows(text))
    return settings


def _change(lines: list[str], key: str, value: Value) -> None:
    section, _, name = key.rpartition(".")
    first, end = _section(lines, section)
    place = _place(lines[first:end], name)
    written = _written(name, value)
    if place is not None:
        lines[first + place] = written
    elif value is not None:
        lines.insert(_last_filled(lines, first, end), written)


def _section(lines: list[str], section: str) -> tuple[int, int]:
    """Where the lines of a section begin and end; it is added where there is none."""
    headers = {"": -1}
    for number, line in enumerate(lines):
        header = _SECTION.match(line)
        if header is not None:
            headers[header[1].strip()] = number
    if section not in headers:
        lines += ["", f"[{section}]"]
        return len(lines), len(lines)
    first = headers[section] + 1
    later = [number for number in headers.values() if number >= first]
    return first, min(later, default=len(lines))


def _place(lines: Sequence[str], name: str) -> int | None:
    """The line of a setting, else the one that shows how it is written behind a `#`."""
    for start in ("", "#"):
        pattern = re.compile(rf"\s*{start}\s*{re.escape(name)}\s*=")
        for number, line in enumerate(lines):
            if pattern.match(line):
                return number
    return None


def _last_filled(lines: Sequence[str], first: int, end: int) -> int:
    """Behind the last line of a section that is not blank."""
    while end > first and not lines[end - 1].strip():
        end -= 1
    return end


def _written(name: str, value: Value) -> str:
    match value:
        case None:
            return f"# {name} ="
        case bool():
            return f"{name} = {str(value).lower()}"
        case dt.date():
            return f"{name} = {value.isoformat()}"
        case int() | float():
            return f"{name} = {value}"
    return f"{name} = {quoted(value)}"


def _holds(text: str, changes: Mapping[str, Value]) -> bool:
    """Whether a file says what was to be changed."""
    document = tomllib.loads(text)
    return all(_value(document, key) == value for key, value in changes.items())


def _value(document: Mapping[str, Any], key: str) -> Any:
    value: Any = document
    for part in key.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value
