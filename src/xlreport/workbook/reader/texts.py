"""What a unit writes in words: texts, answers about blanks, explanations of warnings."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from xlreport.a1 import Cell
from xlreport.findings import Finding
from xlreport.formats.raw import RawBook, RawCell
from xlreport.submission import NO, YES
from xlreport.text import clean, quote
from xlreport.workbook.codes import NO_TEXT, TEXT_CUT, WRONG_ANSWER
from xlreport.workbook.layout.check_rows import (
    CODE,
    EXPLANATION,
    NUMBER,
    explanation_name,
)
from xlreport.workbook.layout.sheet import CHECKS
from xlreport.workbook.layout.workbook import WorkbookLayout, flag_name
from xlreport.workbook.reader.defined_names import named_text, no_text, seen_text
from xlreport.workbook.reader.locate import Located

_ENOUGH_CHECKS = 10
"""So many numbered checks make a sheet the one of checks, whatever its name."""

_WHOLE = re.compile(r"([0-9]{1,5})(?:\.0*)?")
"""A row's number, as any program stores it."""


def _content(located: Located, name: str) -> str:
    return seen_text(located.cell(name))


def read_texts(located: Located) -> tuple[dict[str, str], list[Finding]]:
    """The texts by field id, as they may go on; R25 where that cost any characters."""
    texts: dict[str, str] = {}
    findings = []
    for text in located.layout.form.texts:
        name = text.field_id
        written = _content(located, name)
        texts[name] = clean(written)
        cell = located.cell(name)
        content = "" if cell is None else no_text(cell)
        if content:
            findings.append(located.at(name, NO_TEXT(label=text.label, content=content)))
        if len(texts[name]) < len(written.replace("\r\n", "\n")):
            gone = len(written) - len(texts[name])
            finding = TEXT_CUT(length=len(written), gone=gone)
            findings.append(located.at(name, finding))
    return texts, findings


def read_answers(located: Located) -> tuple[dict[str, str], list[Finding]]:
    """The answers to 本表空白处是否均为 0 by table; R13 for one that is neither 是 nor 否."""
    answers: dict[str, str] = {}
    findings = []
    for table in located.layout.form.tables:
        name = flag_name(table.id)
        answer = _content(located, name).strip()
        answers[table.id] = answer if answer in (YES, NO) else ""
        if answer not in ("", YES, NO):
            finding = WRONG_ANSWER(answer=quote(answer), yes=YES, no=NO)
            findings.append(located.at(name, finding, answer))
    return answers, findings


def read_explanations(book: RawBook, layout: WorkbookLayout) -> dict[str, str]:
    """What the unit wrote beside warnings, by the code of the row.

    It stands in the row that has the check's number and code, which holds when a program moves rows
    and leaves names behind; in the named cell where there is no such row.
    """
    cells = _check_cells(book)
    rows = _rows(cells)
    explanations = {}
    for listed in (*layout.check_rows, *layout.deferred):
        row = rows.get((listed.index + 1, listed.printed_code))
        if row is None:
            written = named_text(book, explanation_name(listed.code))
        else:
            written = _text_at(cells, (row, EXPLANATION))
        explanation = clean(written).strip()
        if explanation:
            explanations[listed.code] = explanation
    return explanations


def _check_cells(book: RawBook) -> Mapping[Cell, RawCell]:
    """The sheet of checks: of this name, else the one that lists most of them."""
    if CHECKS in book.sheets:
        return book.sheets[CHECKS].cells
    sheets = (sheet.cells for sheet in book.sheets.values())
    best = max(sheets, key=lambda cells: len(_rows(cells)), default={})
    if len(_rows(best)) >= _ENOUGH_CHECKS:
        return best
    return {}


def _text_at(cells: Mapping[Cell, RawCell], cell: Cell) -> str:
    return seen_text(cells.get(cell))


def _rows(cells: Mapping[Cell, RawCell]) -> dict[tuple[int, str], int]:
    """The sheet rows of checks by number and code, where each is there just once."""
    rows: dict[tuple[int, str], list[int]] = {}
    for row, number, code in _numbered(cells):
        rows.setdefault((number, code), []).append(row)
    return {key: found[0] for key, found in rows.items() if len(found) == 1}


def _numbered(cells: Mapping[Cell, RawCell]) -> Iterator[tuple[int, int, str]]:
    """Row, number and code of each row that looks like a check's."""
    for (row, column), cell in cells.items():
        if column != CODE or (row, NUMBER) not in cells:
            continue
        match = _WHOLE.fullmatch(cells[row, NUMBER].text.strip())
        if match is not None:
            yield row, int(match[1]), cell.text.strip()
