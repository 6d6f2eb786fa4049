"""报送情况: who has to be called first, and what became of every file."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from xlreport.merging.outcome import FileRecord, Outcome
from xlreport.publishing.overview import Overview, UnitRow, UnitState, moment_of, why_not_counted
from xlreport.publishing.summary.list_sheet import Column, Content, ListSheet, column_range
from xlreport.publishing.summary.names import STATUS_SHEET
from xlreport.workbook.writer.book import WorkbookWriter

_COLUMNS = (
    Column("单位代码", 12, "centre"),
    Column("单位", 18, wraps=True),
    Column("类别", 8, "centre"),
    Column("状态", 13, "centre"),
    Column("错误", 8, "centre"),
    Column("警示", 8, "centre"),
    Column("已说明", 10, "centre"),
    Column("联系人、电话", 20, wraps=True),
    Column("报送时间", 18, "centre"),
    Column("数据校验码", 12, "centre"),
    Column("文件", 32, wraps=True),
    Column("说明", 36, wraps=True),
)
_STATE = 3

_COLOURS = {
    UnitState.MISSING.label: "warn",
    UnitState.RETURNED.label: "bad",
    Outcome.REJECTED.label: "bad",
    "有错误": "bad",
    "县里决定": "grey",
    UnitState.ACCEPTED.label: "good",
}
"""The colours of states, by what they begin with."""


@dataclass(frozen=True)
class StatusRow:
    """A unit, or a file that cannot count or was set aside; `state` is what it is counted by."""

    state: str
    contents: tuple[Content, ...]


def status_rows(overview: Overview) -> list[StatusRow]:
    """Units without a report, those with errors, files that cannot count; then what is well, and
    files that were set aside."""
    to_do = [row for row in overview.units if row.state is not UnitState.ACCEPTED]
    rows = [_unit_row(row) for row in to_do]
    rows += [_file_row(file) for file in overview.unusable]
    rows += [_unit_row(row) for row in overview.in_state(UnitState.ACCEPTED)]
    aside = sorted(overview.others, key=_place_aside)
    rows += [_file_row(file) for file in aside]
    return rows


def row_count(overview: Overview) -> int:
    """How many rows the list has."""
    return len(overview.units) + len(overview.unusable) + len(overview.others)


def _place_aside(file: FileRecord) -> tuple[int, str, str]:
    """Copies, superseded files, files that are no reports; by unit and path."""
    return tuple(Outcome).index(file.outcome), file.unit.code, file.path


def count_formula(rows: int, states: Iterable[str]) -> str:
    """How many rows of the list are in these states, as a formula for other sheets."""
    cells = column_range(STATUS_SHEET, _STATE, rows)
    counts = [f'COUNTIF({cells},"{state}")' for state in states]
    return "=" + "+".join(counts)


def write_status(book: WorkbookWriter, overview: Overview) -> None:
    """The sheet."""
    sheet = ListSheet(book, STATUS_SHEET, _COLUMNS)
    sheet.about(_in_all(overview))
    for row in status_rows(overview):
        sheet.add(row.contents)
    for state, style in _COLOURS.items():
        sheet.paint(_STATE, state, style)
    sheet.finish()


def _in_all(overview: Overview) -> str:
    """How many units there are of each kind."""
    returned = len(overview.in_state(UnitState.RETURNED))
    missing = len(overview.in_state(UnitState.MISSING))
    told = f"计入汇总 {overview.counted} 个，退回 {returned} 个，未报 {missing} 个"
    if overview.expected is None:
        return told
    return f"名册 {overview.expected} 个单位；{told}"


def _unit_row(row: UnitRow) -> StatusRow:
    unit = row.unit
    path = "" if row.file is None else row.file.path
    contents = (
        unit.code,
        row.name,
        unit.level,
        row.state_label,
        row.errors or None,
        row.warnings or None,
        row.explained or None,
        row.contact,
        row.when,
        row.data_code,
        path,
        row.remark,
    )
    return StatusRow(row.state_label, contents)


def _file_row(file: FileRecord) -> StatusRow:
    unit = file.unit
    state = file.outcome.label
    counts = (None, None, None)
    rest = ("", moment_of(file), "", file.path, why_not_counted(file))
    return StatusRow(state, (unit.code, unit.name, unit.level, state, *counts, *rest))
