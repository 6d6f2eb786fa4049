"""校验结果: errors first, then warnings; notes once a rule, with the units that they are about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from xlreport import a1
from xlreport.a1 import address, quoted
from xlreport.findings import Finding, Severity, excel_order, grouped
from xlreport.form.model import Form
from xlreport.merging.result import MergeResult
from xlreport.publishing.summary.list_sheet import Column, Link, ListSheet
from xlreport.publishing.summary.names import FINDINGS_SHEET
from xlreport.workbook.layout import details
from xlreport.workbook.layout.workbook import layout_of
from xlreport.workbook.writer.book import WorkbookWriter
from xlreport.workbook.writer.printing import MAX_ROW_HEIGHT

_COLUMNS = (
    Column("性质", 12, "centre"),
    Column("单位", 18, wraps=True),
    Column("代码", 13, "centre", wraps=True),
    Column("位置", 20, wraps=True),
    Column("问题", 58, wraps=True),
    Column("怎么办", 54, wraps=True),
    Column("明细", 11, "centre"),
)
_WEIGHT = 0

_LONGEST_NAMES = 500
"""Characters of a list of units: more would not fit into the highest row that Excel allows."""

_FEW = 3
"""So many times more units are meant than not, where those that are not meant are named."""

_MOST_MESSAGES = 8
"""How many different notes of a rule are told in its row."""


def write_findings(book: WorkbookWriter, form: Form, result: MergeResult) -> None:
    """The sheet; what is about a unit that is counted leads to its cell on the detail sheet."""
    sheet = ListSheet(book, FINDINGS_SHEET, _COLUMNS)
    sheet.about("错误必须更正；警示请更正或说明；提示供参考，同样的提示只列一行。")
    links = _Links(form, result)
    heavy, notes = _by_weight(form, result)
    for finding in heavy:
        sheet.add((*_texts(finding), links.to(finding)), MAX_ROW_HEIGHT)
    units = [file.unit.name for file in result.usable]
    for folded in fold_notes(notes, units):
        sheet.add((*folded.texts, None), MAX_ROW_HEIGHT)
    sheet.paint(_WEIGHT, Severity.ERROR.label, "bad")
    sheet.paint(_WEIGHT, Severity.WARNING.label, "warn")
    sheet.finish()


def _by_weight(form: Form, result: MergeResult) -> tuple[list[Finding], list[Finding]]:
    """Errors and warnings, the heaviest first and those with an explanation last; and notes."""
    together = excel_order(grouped(result.findings), layout_of(form).sheets)
    together.sort(key=lambda finding: (finding.severity.rank, finding.explanation != ""))
    notes = [finding for finding in together if finding.severity is Severity.NOTE]
    heavy = [finding for finding in together if finding.severity is not Severity.NOTE]
    return heavy, notes


def _texts(finding: Finding) -> tuple[str, ...]:
    what_to_do = finding.suggestion
    if finding.explanation:
        what_to_do = f"说明：{finding.explanation}"
    return (
        finding.weight,
        finding.unit or finding.file,
        finding.printed_code,
        finding.where,
        finding.message,
        what_to_do,
    )


# --- notes ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class FoldedNote:
    """The notes of one rule in a row."""

    texts: tuple[str, ...]


def fold_notes(notes: Iterable[Finding], units: Sequence[str]) -> list[FoldedNote]:
    """A row for each rule that made notes, in the order in which they are found; `units` are all
    whose reports were read."""
    by_rule: dict[str, list[Finding]] = {}
    for note in notes:
        by_rule.setdefault(note.code, []).append(note)
    return [_folded(members, units) for members in by_rule.values()]


def _folded(notes: Sequence[Finding], units: Sequence[str]) -> FoldedNote:
    if len(notes) == 1:
        return FoldedNote(_texts(notes[0]))
    first = notes[0]
    about = list(dict.fromkeys(note.unit or note.file for note in notes))
    places = {note.where for note in notes}
    subjects = {note.subject for note in notes}
    code = first if len(subjects) == 1 else first.at(subject="")
    return FoldedNote(
        (
            first.weight,
            about[0] if len(about) == 1 else f"{len(about)} 个单位",
            code.printed_code,
            first.where if len(places) == 1 else "",
            "\n".join(_told(notes, units)),
            first.suggestion,
        )
    )


def _told(notes: Sequence[Finding], units: Sequence[str]) -> Iterator[str]:
    """Each message once with the units that it is about; of many messages the first."""
    about: dict[str, list[str]] = {}
    for note in notes:
        place = f"{note.where}：" if note.cell and len(notes) > 1 else ""
        named = about.setdefault(place + note.message, [])
        named.append(note.unit or note.file)
    messages = list(about.items())
    for message, named in messages[:_MOST_MESSAGES]:
        yield f"{message}　（{named_units(named, units)}）"
    more = len(messages) - _MOST_MESSAGES
    if more > 0:
        yield f"另有 {more} 处不同的提示"


def named_units(named: Sequence[str], units: Sequence[str]) -> str:
    """Some of all units by their names, in as few words as possible."""
    about = list(dict.fromkeys(named))
    known = frozenset(about)
    others = [unit for unit in units if unit not in known]
    if not others and len(about) > 1:
        return f"全部 {len(about)} 个单位"
    if 0 < len(others) * _FEW < len(about):
        return f"除{'、'.join(others)}以外的 {len(about)} 个单位"
    listed = "、".join(about)
    if len(listed) <= _LONGEST_NAMES:
        return listed
    whole = listed[:_LONGEST_NAMES].rpartition("、")[0]
    return f"{whole}等 {len(about)} 个单位"


# --- links ------------------------------------------------------------------------------------


class _Links:
    """Where on the detail sheets the cells are that findings are about.

    `rows` gives the row (from 0) of each file whose unit is counted, by its path.
    """

    def __init__(self, form: Form, result: MergeResult) -> None:
        positions = {file.unit: row for row, file in enumerate(result.counted_files)}
        self.rows: dict[str, int] = {}
        for file in result.files:
            if file.unit in positions:
                self.rows[file.path] = positions[file.unit]
        self._columns: dict[tuple[str, str], tuple[str, int]] = {}
        cells = layout_of(form).cells
        for name, column in details.detail_columns(form).items():
            home, cell = cells[name]
            self._columns[home, address(cell)] = column

    def to(self, finding: Finding) -> Link | None:
        """The link to a cell; None for a finding about no number of a counted unit. One about
        several cells leads to the first."""
        row = self.rows.get(finding.file)
        first = finding.cell.split("、")[0].split(":")[0]
        column = self._columns.get((finding.sheet, first))
        if row is None or column is None or a1.parse(first) is None:
            return None
        sheet, number = column
        cell = address(details.unit_cell(row, number))
        return Link(f"{quoted(sheet)}!{cell}", f"查看 {cell}")
