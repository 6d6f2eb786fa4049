"""The detail sheets of a summary: one a table, a row a unit, a column a field.

Written and read by the same description, so that a summary can itself be submitted one level up.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from xlreport import a1
from xlreport.a1 import Cell
from xlreport.findings import Finding, record
from xlreport.form.model import Field, Form, Table
from xlreport.submission import Entry, Figures, Place, Status, Unit, shown
from xlreport.workbook.codes import E1
from xlreport.workbook.reader.locate import Located, parse_target
from xlreport.workbook.reader.numbers import read_entry

KEYS = ("code", "unit", "level")
"""The first columns of a detail sheet, before one column a field."""

KEY_LABELS = ("单位代码", "单位", "类别")
ID_ROW = 4
"""The row of field ids; one row a unit follows."""

FIRST_UNIT_ROW = ID_ROW + 1
TOTAL_ROW = 3


def detail_name(table: str) -> str:
    """The defined name of a table's detail range: the row of ids and all unit rows."""
    return f"detail.{table}"


def detail_sheet(table: Table) -> str:
    """The name of a table's detail sheet."""
    return f"明细·{table.sheet}"[:31]


def detail_fields(form: Form, table: str) -> list[Field]:
    """The fields of a detail sheet in the order of its columns."""
    return [f for f in form.fields.values() if f.table == table]


def field_column(index: int) -> int:
    """The sheet column of the index-th field."""
    return len(KEYS) + index


TEXTS_NAME, EXPLANATIONS_NAME = "detail.text", "detail.explanations"
"""The defined names of the units' texts and explanations, each with its headings."""


@dataclass
class Members:
    """What a summary says of the units below it: totals by field id, figures by unit."""

    units: tuple[Unit, ...] = ()
    totals: dict[str, Entry] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    figures: dict[Unit, Figures] = field(default_factory=dict)


def read_members(
    located: Located, shown_entries: Mapping[str, Entry], places: Mapping[str, Place]
) -> Members:
    """The units of a summary with their figures, and its totals, summed again from the detail rows.

    A total that the form's own table shows otherwise is an E1 finding.
    """
    form = located.layout.form
    units: tuple[Unit, ...] | None = None
    found = Members()
    totals, findings = found.totals, found.findings
    numbers: dict[Unit, dict[str, Decimal]] = {}
    for table in form.tables:
        rows = _rows(located, detail_name(table.id))
        if rows is None:
            words = f"找不到明细表“{detail_sheet(table)}”，无法核对汇总数"
            findings.append(
                record(E1, words, "请用 xlreport merge 重新生成汇总表", sheet=table.sheet)
            )
            continue
        mine = tuple(Unit(r["unit"].raw, r["code"].raw, r["level"].raw) for r in rows)
        if units is not None and mine != units:
            words = "各明细表的单位不一致"
            findings.append(
                record(E1, words, "请用 xlreport merge 重新生成汇总表", sheet=detail_sheet(table))
            )
        units = units or mine
        for unit, row in zip(mine, rows, strict=True):
            numbers.setdefault(unit, {}).update(
                {n: e.value for n, e in row.items() if e.value is not None}
            )
        for item in (f for f in detail_fields(form, table.id) if f.computed is None):
            totals[item.id], problem = _total(
                item, [r.get(item.id) for r in rows], shown_entries, places
            )
            findings.extend(problem)
    found.units = units or ()
    texts, explanations = _texts(located), _explanations(located)
    for unit, values in numbers.items():
        key = unit.code, unit.name
        found.figures[unit] = Figures(values, texts.get(key, {}), explanations.get(key, {}))
    return found


def _texts(located: Located) -> dict[tuple[str, str], dict[str, str]]:
    """The texts of each unit, by code and name."""
    ids = {text.label: text.field_id for text in located.layout.form.texts}
    found = {}
    for row in _cells(located, TEXTS_NAME):
        texts = {ids[label]: text for label, text in row.items() if label in ids and text}
        found[row.get(KEY_LABELS[0], ""), row.get(KEY_LABELS[1], "")] = texts
    return found


def _explanations(located: Located) -> dict[tuple[str, str], dict[str, str]]:
    """The explanations of each unit, by code and name."""
    found: dict[tuple[str, str], dict[str, str]] = {}
    for row in _cells(located, EXPLANATIONS_NAME):
        key = row.get(KEY_LABELS[0], ""), row.get(KEY_LABELS[1], "")
        if row.get("代码") and row.get("说明"):
            found.setdefault(key, {})[row["代码"]] = row["说明"]
    return found


def _cells(located: Located, name: str) -> list[dict[str, str]]:
    """The rows of a named range as texts by heading; none when the range is lost."""
    target = parse_target(located.book.names.get(name, ""))
    if target is None or target[0] not in located.book.sheets:
        return []
    cells = located.book.sheets[target[0]].cells
    (top, left), (bottom, right) = target[1], target[2]
    heads = {
        column: cells[top, column].text
        for column in range(left, right + 1)
        if (top, column) in cells
    }
    used = min(bottom, max((cell[0] for cell in cells), default=top))
    return [
        {head: cells[row, column].text for column, head in heads.items() if (row, column) in cells}
        for row in range(top + 1, used + 1)
    ]


def _total(
    field: Field,
    entries: Sequence[Entry | None],
    shown_entries: Mapping[str, Entry],
    places: Mapping[str, Place],
) -> tuple[Entry, list[Finding]]:
    known = [e.value for e in entries if e is not None and e.value is not None]
    place = places.get(field.id, Place("", ""))
    total = sum(known, Decimal(0))
    odd = [
        e.raw for e in entries if e is not None and e.value is None and e.status is not Status.BLANK
    ]
    if odd:
        words = f"明细表里有不是数字的内容“{odd[0]}”，合计不可信"
        suggestion = "请用 xlreport merge 重新生成汇总表"
        finding = record(E1, words, suggestion, sheet=place.sheet, cell=place.cell, field=field.id)
        return (Entry.of(total) if known else Entry(None, Status.BLANK)), [finding]
    if not known:
        return Entry(None, Status.BLANK), []
    seen = shown_entries.get(field.id)
    if seen is None or seen.status in (Status.BLANK, Status.ABSENT) or seen.value == total:
        return Entry.of(total), []
    words = f"汇总表上是 {seen.raw}，各单位之和是 {shown(total)}"
    observed = ((field.id, seen.value if seen.value is not None else seen.raw), ("sum", total))
    suggestion = "请不要直接改汇总数；改正下级报表后重新汇总"
    finding = record(
        E1, words, suggestion, sheet=place.sheet, cell=place.cell, field=field.id, observed=observed
    )
    return Entry.of(total), [finding]


def _rows(located: Located, name: str) -> list[dict[str, Entry]] | None:
    """The unit rows of a detail range, as entries by column id; None when the range is lost."""
    target = parse_target(located.book.names.get(name, ""))
    if target is None or target[0] not in located.book.sheets:
        return None
    cells = located.book.sheets[target[0]].cells
    (top, left), (bottom, right) = target[1], target[2]
    used = max((cell[0] for cell in cells), default=top)
    ids = {
        column: cells[top, column].text
        for column in range(left, right + 1)
        if (top, column) in cells
    }
    found = []
    for row in range(top + 1, min(bottom, used) + 1):
        entries: dict[str, Entry] = {}
        for column, name in ids.items():
            cell = cells.get((row, column))
            text = cell.text.strip() if cell else ""
            entries[name] = Entry(None, Status.TEXT, text) if name in KEYS else read_entry(cell)[0]
        if all(key in entries for key in KEYS) and entries["unit"].raw:
            found.append(entries)
    return found


def unit_cell(row: int, column: int) -> Cell:
    """The cell of the row-th unit and a sheet column."""
    return FIRST_UNIT_ROW + row, column


def column_sum(sheet: str, column: int, units: int) -> str:
    """The live SUM over all unit rows of one column."""
    name = a1.column_name(column)
    return f"=SUM({a1.quoted(sheet)}!${name}${FIRST_UNIT_ROW + 1}:${name}${FIRST_UNIT_ROW + units})"
