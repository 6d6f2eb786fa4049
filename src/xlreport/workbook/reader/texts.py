"""What a unit writes in words: texts, answers about blanks, explanations of warnings."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from xlreport.a1 import Cell
from xlreport.findings import Finding, Severity
from xlreport.formats.raw import RawBook, RawCell
from xlreport.submission import NO, YES
from xlreport.text import clean, printed_code, quote
from xlreport.workbook.codes import NO_TEXT, TEXT_CUT, WRONG_ANSWER
from xlreport.workbook.layout import first_edition
from xlreport.workbook.layout.checks import CODE, EXPLANATION
from xlreport.workbook.layout.identity import EDITION
from xlreport.workbook.layout.lines import explanation_name
from xlreport.workbook.layout.sheet import CALCULATION, CHECKS
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

_CODE = re.compile(r"[A-Z]-?[0-9]{1,3}")
"""A check's code as printed."""

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
        cell = located.cell(name)
        nothing = "" if cell is None else no_text(cell)
        answer = nothing or _content(located, name).strip()
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


def _label(listed: _Listed) -> str:
    return f"{listed.title}的填写说明"


def _no_explanation(listed: _Listed, spot: Spot, raw: RawCell | None) -> Iterator[Finding]:
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


def _explanation_spots(book: RawBook, layout: WorkbookLayout) -> Iterator[tuple[_Listed, Spot]]:
    """An explanation stands in the row that has the check's code, which holds when a program moves
    rows and leaves names behind; in the named cell where there is no such row."""
    listing = _FIRST_LISTING if layout.edition < EDITION else _LISTING
    sheet = _check_sheet(book, listing)
    listed_checks = list(listing.listed(layout))
    rows = listing.rows(book.sheets[sheet].cells, listed_checks) if sheet else {}
    for listed in listed_checks:
        row = rows.get(listed.code)
        by_name = spot_of(book, explanation_name(listed.code))
        if row is not None:
            yield listed, (sheet, (row, listing.explanation))
        elif by_name is not None:
            yield listed, by_name


class _Listed(NamedTuple):
    """A row of the 校验 sheet: its code in full and as printed, its title, and its number where an
    edition numbers them."""

    code: str
    printed_code: str
    title: str
    number: str = ""


class _FoundRow(NamedTuple):
    """A row of a sheet that has a code, and its number if it has any."""

    row: int
    number: str


_Rows = Mapping[str, int]
"""Sheet rows by the full codes of checks."""


@dataclass(frozen=True)
class _Listing:
    """How the 校验 sheet of an edition lists checks: the columns of codes and explanations, what it
    lists, and how rows are told from one another that have the same code."""

    code_column: int
    explanation: int
    listed: Callable[[WorkbookLayout], Iterable[_Listed]]
    told_apart: Callable[[Sequence[_Listed], Sequence[_FoundRow]], _Rows]

    def rows(self, cells: Mapping[Cell, RawCell], listed: Iterable[_Listed]) -> _Rows:
        """The sheet rows of checks, where they can be told."""
        found: dict[str, list[_FoundRow]] = {}
        for row, column in sorted(cells):
            if column == self.code_column:
                code = cells[row, column].text.strip()
                found.setdefault(code, []).append(_FoundRow(row, _number(cells, row)))
        checks: dict[str, list[_Listed]] = {}
        for own in listed:
            checks.setdefault(own.printed_code, []).append(own)
        rows: dict[str, int] = {}
        for code, members in checks.items():
            rows |= self.told_apart(members, found.get(code, []))
        return rows


def _number(cells: Mapping[Cell, RawCell], row: int) -> str:
    number = cells.get((row, first_edition.NUMBER))
    match = None if number is None else _WHOLE.fullmatch(number.text.strip())
    return "" if match is None else match[1]


def _once(listed: Sequence[_Listed], found: Sequence[_FoundRow]) -> _Rows:
    """One row a code: no other may have it."""
    if len(found) != 1:
        return {}
    return {own.code: found[0].row for own in listed}


def _by_rank(listed: Sequence[_Listed], found: Sequence[_FoundRow]) -> _Rows:
    """The rows of a code in the order of their numbers, which another version of the form counts
    from elsewhere. Where there are more or fewer than there should be, those with the very same
    number."""
    numbers = [row.number for row in found]
    are_apart = len(set(numbers)) == len(numbers)
    if are_apart and "" not in numbers and len(listed) == len(found):
        ordered = sorted(found, key=lambda row: int(row.number))
        return {own.code: row.row for own, row in zip(listed, ordered, strict=True)}
    rows = {}
    for own in listed:
        same = [row.row for row in found if row.number == own.number]
        if len(same) == 1:
            rows[own.code] = same[0]
    return rows


def _listed(layout: WorkbookLayout) -> Iterator[_Listed]:
    for check in layout.listed:
        yield _Listed(check.code, printed_code(check.code), check.title)


def _first_listed(layout: WorkbookLayout) -> Iterator[_Listed]:
    for row in first_edition.listed_instances(layout.form):
        yield _Listed(row.code, row.printed_code, row.title, str(row.number))


_LISTING = _Listing(CODE, EXPLANATION, _listed, _once)
_FIRST_LISTING = _Listing(first_edition.CODE, first_edition.EXPLANATION, _first_listed, _by_rank)


def _check_sheet(book: RawBook, listing: _Listing) -> str:
    """The sheet of checks: of this name, else the one that lists most of them; empty for none."""
    if CHECKS in book.sheets:
        return CHECKS
    found = {name: _codes_in(listing, book.sheets[name].cells) for name in book.sheets}
    found.pop(CALCULATION, None)
    best = max(found, key=lambda name: found[name], default="")
    return best if best and found[best] >= _ENOUGH_CHECKS else ""


def _codes_in(listing: _Listing, cells: Mapping[Cell, RawCell]) -> int:
    """How many rows of a sheet begin as those of checks do."""
    rows = 0
    for (_, column), raw in cells.items():
        if column == listing.code_column and _CODE.fullmatch(raw.text.strip()):
            rows += 1
    return rows
