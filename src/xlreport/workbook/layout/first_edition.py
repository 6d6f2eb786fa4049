"""What is otherwise in workbooks of the first layout, which towns still send: only what a reader
needs. The tables stand in the same cells; titles, the question about blanks, texts and explanations
do not, and the figures of last year are a list.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from xlreport.a1 import Cell
from xlreport.form import expression as ex
from xlreport.form.model import Check, Form, Statement, Text
from xlreport.workbook.layout.sheet import TEXTS, Label, SheetLayout, Span
from xlreport.workbook.layout.workbook import Spot, WorkbookLayout, layout_of

NUMBER, CODE, EXPLANATION = 0, 1, 7
"""Columns of a check on the 校验 sheet, which had a row for each instance."""

_VERDICT = re.compile(r"✔|[✘！※](?: 差 -?[0-9.]+)?|待填|无上年数")

_TITLE_ROW, _UNIT_ROW, _FLAG_ROW = range(3)
_FIRST_TEXT_ROW = 2

_CHECK_ROWS, _CHECK_COLUMNS = 40, 10
"""Check cells stood below and beside a table, at most so many."""


@dataclass(frozen=True, slots=True)
class ListedInstance:
    """A row of the 校验 sheet: its number from 1, its code in full and as printed, its title."""

    number: int
    code: str
    printed_code: str
    title: str


@lru_cache(maxsize=16)
def first_edition(form: Form) -> WorkbookLayout:
    """The layout of a form's first workbooks; the same object for the same form."""
    layout = layout_of(form)
    tables = {table: _table(sheet) for table, sheet in layout.tables.items()}
    texts = _texts(form, layout.texts)
    cells: dict[str, Spot] = dict(layout.cells)
    for name, span in texts.fields.items():
        cells[name] = (TEXTS, span.cell)
    flags = {}
    for table, (name, (_, column)) in layout.flags.items():
        flags[table] = (name, (_FLAG_ROW, column))
    return replace(layout, tables=tables, texts=texts, cells=cells, flags=flags, edition=1)


def is_verdict(text: str) -> bool:
    """Whether a cell says what a check cell beside or below a table did."""
    return _VERDICT.fullmatch(text) is not None


def _table(sheet: SheetLayout) -> SheetLayout:
    """A table whose title stood in the first row and whose question in the third."""
    rows = {"title": _TITLE_ROW, "question": _FLAG_ROW}
    labels = []
    for label in sheet.labels:
        if label.style in rows:
            row = rows[label.style]
            moved = replace(label.span, top=row, bottom=row)
            labels.append(replace(label, span=moved))
        elif label.style != "margin":
            labels.append(label)
    form_widths = sheet.widths[: sheet.form_right + 1]
    check_widths = (1.0,) * _CHECK_COLUMNS
    bare = _without_verdicts(sheet, sheet.bottom)
    return replace(
        bare,
        labels=tuple(labels),
        widths=form_widths + check_widths,
        measure_line=None,
        signatures=None,
        flag=_flag(sheet),
    )


def _flag(sheet: SheetLayout) -> Cell | None:
    """Where the question about blanks was answered."""
    if sheet.flag is None:
        return None
    _, column = sheet.flag
    return _FLAG_ROW, column


def _without_verdicts(sheet: SheetLayout, bottom: int) -> SheetLayout:
    """A sheet that said nothing of what is wrong but in check cells below its last row."""
    title = Span.line(_TITLE_ROW, 0, 0)
    unit = Span.line(_UNIT_ROW, 0, 0)
    end = bottom + _CHECK_ROWS
    return replace(sheet, statuses=(), verdict=title, unit_line=unit, bottom=end)


def _texts(form: Form, sheet: SheetLayout) -> SheetLayout:
    """Two columns: hints, and the texts in one row each."""
    title = Span.line(_TITLE_ROW, 0, 1)
    labels = [Label(title, TEXTS, "title")]
    fields = {}
    row = _FIRST_TEXT_ROW
    for text in form.texts:
        labels += _text_labels(text, row)
        fields[text.field_id] = Span.line(row + 1, 1, 1)
        row += 2
    bare = _without_verdicts(sheet, row)
    return replace(bare, labels=tuple(labels), fields=fields)


def _text_labels(text: Text, row: int) -> Iterator[Label]:
    heading = Span.line(row, 0, 1)
    hint = Span.line(row + 1, 0, 0)
    yield Label(heading, text.label, "block")
    yield Label(hint, text.hint, "hint")


def listed_instances(form: Form) -> Iterator[ListedInstance]:
    """The rows of the 校验 sheet in their order: those with formulas, then the deferred ones."""
    number = 0
    with_formula: set[str] = set()
    for check in form.checks:
        instances = [i for i in form.instances if i.check.code == check.code]
        instances = [i for i in instances if ex.has_formula(i.rule)]
        if instances:
            with_formula.add(check.code)
        tables = dict.fromkeys(i.table for i in instances)
        per_table = (f"{check.code}.{table}" for table in tables)
        codes = per_table if check.each == "cell" else (i.code for i in instances)
        for code in codes:
            number += 1
            yield ListedInstance(number, code, check.code, check.title)
    deferred: list[Check | Statement] = []
    deferred += [check for check in form.checks if check.code not in with_formula]
    deferred += form.statements
    for item in deferred:
        number += 1
        yield ListedInstance(number, item.code, item.code, item.title)
