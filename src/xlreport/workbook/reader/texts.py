"""What a unit writes in words: texts, answers about blanks, explanations of warnings."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from xlreport.a1 import Cell
from xlreport.findings import Finding, Severity
from xlreport.formats.raw import RawBook, RawCell
from xlreport.submission import NO, YES
from xlreport.text import clean, quote
from xlreport.workbook.codes import NO_TEXT, TEXT_CUT, WRONG_ANSWER
from xlreport.workbook.layout.check_rows import (
    CODE,
    EXPLANATION,
    NUMBER,
    ListedCheck,
    explanation_name,
)
from xlreport.workbook.layout.sheet import CHECKS
from xlreport.workbook.layout.workbook import Spot, WorkbookLayout, flag_name, place_of
from xlreport.workbook.reader.defined_names import (
    cell_at,
    names_aside,
    no_text,
    seen_text,
    spot_of,
    text_of,
)
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
            finding = NO_TEXT(label=text.label, content=content)
            findings.append(located.at(name, finding))
        kept = len(texts[name])
        if kept < len(written.replace("\r\n", "\n")):
            finding = TEXT_CUT(length=len(written), gone=len(written) - kept)
            findings.append(located.at(name, finding))
    return texts, findings


def read_answers(located: Located) -> tuple[dict[str, str], list[Finding]]:
    """The answers to 本表空白处是否均为 0 by table; R13 for one that is neither 是 nor 否."""
    answers: dict[str, str] = {}
    findings = []
    for table in located.layout.form.tables:
        name = flag_name(table.id)
        cell = located.cell(name)
        answer = ("" if cell is None else no_text(cell)) or _content(located, name).strip()
        answers[table.id] = answer if answer in (YES, NO) else ""
        if answer not in ("", YES, NO):
            finding = WRONG_ANSWER(answer=quote(answer), yes=YES, no=NO)
            findings.append(located.at(name, finding, answer))
    return answers, findings


def read_explanations(
    book: RawBook, layout: WorkbookLayout
) -> tuple[dict[str, str], list[Finding]]:
    """What the unit wrote beside warnings, by the code of the row; R33 where that is no text, R8
    where a name went elsewhere than its row."""
    explanations: dict[str, str] = {}
    findings: list[Finding] = []
    aside: list[tuple[Spot, str]] = []
    for listed, spot in _explanation_spots(book, layout):
        raw = cell_at(book, spot)
        findings += _no_explanation(listed, spot, raw)
        explanation = clean(seen_text(raw)).strip()
        if explanation:
            explanations[listed.code] = explanation
        by_name = spot_of(book, explanation_name(listed.code))
        if by_name not in (None, spot) and (explanation or text_of(cell_at(book, by_name))):
            aside.append((spot, _label(listed)))
    return explanations, [*findings, *names_aside(aside)]


def _label(listed: ListedCheck) -> str:
    return f"{listed.title}的填写说明"


def _no_explanation(listed: ListedCheck, spot: Spot, raw: RawCell | None) -> Iterator[Finding]:
    """R33: a picture or an error value; it costs no report."""
    content = "" if raw is None else no_text(raw)
    if content:
        finding = NO_TEXT(label=_label(listed), content=content)
        placed = finding.on(place_of(spot), explanation_name(listed.code))
        yield placed.at(severity=Severity.WARNING)


def explanation_spots(book: RawBook, layout: WorkbookLayout) -> dict[str, Spot]:
    """Where explanations stand, by the names of their cells."""
    spots = _explanation_spots(book, layout)
    return {explanation_name(listed.code): spot for listed, spot in spots}


def _explanation_spots(book: RawBook, layout: WorkbookLayout) -> Iterator[tuple[ListedCheck, Spot]]:
    """An explanation stands in the row that has the check's number and code, which holds when a
    program moves rows and leaves names behind; in the named cell where there is no such row."""
    sheet = _check_sheet(book)
    rows = _rows(book.sheets[sheet].cells) if sheet else {}
    for listed in (*layout.check_rows, *layout.deferred):
        row = rows.get((listed.index + 1, listed.printed_code))
        by_name = spot_of(book, explanation_name(listed.code))
        if row is not None:
            yield listed, (sheet, (row, EXPLANATION))
        elif by_name is not None:
            yield listed, by_name


def _check_sheet(book: RawBook) -> str:
    """The sheet of checks: of this name, else the one that lists most of them; empty for none."""
    if CHECKS in book.sheets:
        return CHECKS
    listed = {name: len(_rows(sheet.cells)) for name, sheet in book.sheets.items()}
    best = max(listed, key=lambda name: listed[name], default="")
    return best if best and listed[best] >= _ENOUGH_CHECKS else ""


_CheckKey = tuple[int, str]
"""A check's number and code, as the sheet of checks lists them."""


def _rows(cells: Mapping[Cell, RawCell]) -> dict[_CheckKey, int]:
    """The sheet rows of checks, where each is there just once."""
    rows: dict[_CheckKey, int] = {}
    twice: set[_CheckKey] = set()
    for row, key in _numbered(cells):
        if key in rows:
            twice.add(key)
        rows[key] = row
    return {key: row for key, row in rows.items() if key not in twice}


def _numbered(cells: Mapping[Cell, RawCell]) -> Iterator[tuple[int, _CheckKey]]:
    """Each row that looks like a check's."""
    for (row, column), cell in cells.items():
        number = cells.get((row, NUMBER))
        if column != CODE or number is None:
            continue
        match = _WHOLE.fullmatch(number.text.strip())
        if match is not None:
            yield row, (int(match[1]), cell.text.strip())
