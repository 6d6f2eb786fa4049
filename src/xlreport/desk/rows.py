"""The collection as a table: a line for each unit, with what people look for in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from xlreport.campaign.status import ACCEPTED, MISSING, REJECTED, RETURNED, StatusResult, UnitStatus
from xlreport.desk.wording import on_page
from xlreport.findings import Finding, Severity
from xlreport.merging.arrivals import contradicts_itself
from xlreport.merging.outcome import FileRecord, Outcome
from xlreport.merging.result import label_of
from xlreport.publishing.overview import (
    as_printed,
    count,
    moment_of,
    reason_not_counted,
    why_not_counted,
)
from xlreport.submission import NOBODY
from xlreport.telling.lines import BLANK_CAME_BACK, to_look_at
from xlreport.text import first_of

STATES: Mapping[str, str] = {
    MISSING: "未报",
    REJECTED: "报来的不能用",
    RETURNED: "退回",
    ACCEPTED: "通过",
}
"""The states by which the table is filtered, those first that need most to be done."""

MOST_INSIDE = 8
"""Files of an archive whose outcome its verdict names."""

MOST_RECENT = 12
"""Files of the inbox that are listed as the last that came."""


@dataclass(frozen=True)
class Row:
    """A unit in the table."""

    code: str
    name: str
    state: str
    label: str
    errors: int
    warnings: int
    contact: str
    when: str
    remarks: tuple[str, ...]
    names: str
    """What a search looks in."""

    @property
    def rank(self) -> int:
        """0 for what needs most to be done."""
        return tuple(STATES).index(self.state)


def rows(status: StatusResult, aliases: Mapping[str, Sequence[str]]) -> tuple[Row, ...]:
    """All units: those first that need most to be done, then in the roster's order."""
    listed = [_row(unit, aliases.get(unit.unit.code, ())) for unit in status.units]
    return tuple(sorted(listed, key=lambda row: row.rank))


def _row(unit: UnitStatus, aliases: Sequence[str]) -> Row:
    file = judged(unit)
    findings = printed(file)
    names = " ".join((unit.unit.name, unit.unit.code, *aliases, unit.contact))
    return Row(
        code=unit.unit.code,
        name=unit.unit.name,
        state=unit.state,
        label=state_label(unit),
        errors=count(findings, Severity.ERROR),
        warnings=count(findings, Severity.WARNING),
        contact=unit.contact,
        when="" if file is None else moment_of(file),
        remarks=tuple(_remarks(unit)),
        names=names,
    )


def state_label(unit: UnitStatus) -> str:
    """Where a unit stands, in words."""
    return unit.label if unit.is_left_out else STATES[unit.state]


def judged(unit: UnitStatus) -> FileRecord | None:
    """The file that decides where a unit stands; None where nothing came."""
    if unit.current:
        return unit.current[-1].result
    return None


def printed(file: FileRecord | None) -> list[Finding]:
    """What was found in a file, as people read it."""
    return [] if file is None else as_printed(file.findings, file.form)


def _remarks(unit: UnitStatus) -> Iterator[str]:
    """What else there is to know before somebody is called or reminded."""
    if unit.versions > 1:
        yield f"收到 {unit.versions} 份"
    yield from to_look_at(unit)
    if unit.gone:
        yield f"收到过的 {unit.gone} 个文件不在了"
    if unit.blanks and unit.state == MISSING:
        yield BLANK_CAME_BACK
    if unit.follow_up is not None:
        yield unit.follow_up.sentence


def fitting(listed: Iterable[Row], state: str, words: str) -> list[Row]:
    """The rows in a state (any, when empty) in whose names all words occur."""
    wanted = words.lower().split()
    found = []
    for row in listed:
        names = row.names.lower()
        in_state = not state or row.state == state
        if in_state and all(word in names for word in wanted):
            found.append(row)
    return found


@dataclass(frozen=True)
class Verdict:
    """What became of a file of the inbox, in words; `state` is its outcome, or `reading`."""

    path: str
    state: str
    label: str
    unit: str = ""
    code: str = ""
    """Of the unit on the roster; empty where it is none of it."""
    sentence: str = ""


UNREAD = "正在读取"


def verdict(path: str, files: Sequence[FileRecord]) -> Verdict:
    """Of a file with what lies in it: of an archive what became of everything that was not passed
    over."""
    if not files:
        return Verdict(path, "reading", UNREAD)
    judged = [file for file in files if file.outcome is not Outcome.IGNORED] or list(files[:1])
    if len(judged) == 1:
        return _of_one(path, judged[0])
    judged.sort(key=_urgency)
    told = [f"{_inside(file, path)}{label_of(file)}" for file in judged]
    sentence = first_of(told, MOST_INSIDE, "个文件")
    return Verdict(path, judged[0].outcome.value, f"{len(judged)} 个文件", sentence=sentence)


def _inside(file: FileRecord, path: str) -> str:
    """A file that lies in another: by its unit, or by its name there."""
    return file.unit.name or f"“{file.path.removeprefix(f'{path}!')}”"


def _urgency(file: FileRecord) -> int:
    """0 for what needs most to be done."""
    order = (Outcome.REJECTED, Outcome.RETURNED)
    return order.index(file.outcome) if file.outcome in order else len(order)


def _of_one(path: str, file: FileRecord) -> Verdict:
    told = _counts(file)
    if file.outcome not in (Outcome.ACCEPTED, Outcome.RETURNED):
        told = _why(file)
    unit = NOBODY if contradicts_itself(file) else file.unit
    return Verdict(path, file.outcome.value, label_of(file), unit.name, unit.code, sentence=told)


def _why(file: FileRecord) -> str:
    """Why a file does not count, and what to do about it."""
    reason = reason_not_counted(file)
    advice = "" if reason is None else reason.suggestion
    return on_page("，".join(filter(None, (why_not_counted(file), advice))))


def _counts(file: FileRecord) -> str:
    findings = printed(file)
    counts = {severity: count(findings, severity) for severity in Severity}
    told = [
        f"{severity.label} {counts[severity]} 处"
        for severity in (Severity.ERROR, Severity.WARNING)
        if counts[severity]
    ]
    return "，".join(told) or "没有错误和警示"


def recent(inbox: Path, files: Sequence[FileRecord]) -> list[Verdict]:
    """The files that came into the inbox last, with what became of them."""
    stamped = []
    for name in dict.fromkeys(outermost(files)):
        try:
            status = (inbox / name).stat()
        except OSError:
            continue
        stamped.append((max(status.st_ctime, status.st_mtime), name))
    last = sorted(stamped, reverse=True)[:MOST_RECENT]
    return [verdict(name, members(files, name)) for _, name in last]


def outermost(files: Iterable[FileRecord]) -> list[str]:
    """The names of the files themselves, without what lies in them."""
    names: list[str] = []
    for file in files:
        inside = names and file.path.startswith(f"{names[-1]}!")
        if not inside:
            names.append(file.path)
    return names


def members(files: Iterable[FileRecord], path: str) -> list[FileRecord]:
    """What was read of a file: itself, and what lies in it."""
    inside = f"{path}!"
    return [file for file in files if file.path == path or file.path.startswith(inside)]
