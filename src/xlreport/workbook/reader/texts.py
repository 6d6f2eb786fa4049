"""What a unit writes in words: texts, answers about blanks, explanations of warnings."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from xlreport.a1 import Cell
from xlreport.findings import Finding
from xlreport.formats.raw import RawBook, RawCell
from xlreport.submission import NO, YES
from xlreport.text import clean, printed_code, quote
from xlreport.workbook.codes import NO_TEXT, TEXT_CUT, WRONG_ANSWER
from xlreport.workbook.layout import first_edition
from xlreport.workbook.layout.checks import CODE, EXPLANATION
from xlreport.workbook.layout.identity import EDITION
from xlreport.workbook.layout.lines import explanation_name
from xlreport.workbook.layout.sheet import CALCULATION, CHECKS
from xlreport.workbook.layout.workbook import WorkbookLayout, flag_name
from xlreport.workbook.reader.defined_names import named_text, no_text, seen_text
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
        answer = _content(located, name).strip()
        answers[table.id] = answer if answer in (YES, NO) else ""
        if answer not in ("", YES, NO):
            finding = WRONG_ANSWER(answer=quote(answer), yes=YES, no=NO)
            findings.append(located.at(name, finding, answer))
    return answers, findings


def read_explanations(book: RawBook, layout: WorkbookLayout) -> dict[str, str]:
    """What the unit wrote beside warnings, by the code of the row.

    It stands in the row that has the check's code, which holds when a program moves rows and leaves
    names behind; in the named cell where there is no such row.
    """
    listing = _FIRST_LISTING if layout.edition < EDITION else _LISTING
    cells = _check_cells(book, listing)
    rows = listing.rows(cells)
    explanations = {}
    for code, key in listing.keys(layout):
        row = rows.get(key)
        if row is None:
            written = named_text(book, explanation_name(code))
        else:
            written = _text_at(cells, (row, listing.explanation))
        explanation = clean(written).strip()
        if explanation:
            explanations[code] = explanation
    return explanations


@dataclass(frozen=True)
class _Listing:
    """How the 校验 sheet of an edition lists checks: what a row says of itself, where explanations
    stand, and the codes that it lists."""

    key_of: Callable[[Mapping[Cell, RawCell], int], Hashable]
    code_column: int
    explanation: int
    keys: Callable[[WorkbookLayout], Iterable[tuple[str, Hashable]]]

    def rows(self, cells: Mapping[Cell, RawCell]) -> dict[Hashable, int]:
        """The sheet rows of checks by their keys, where each is there just once."""
        rows: dict[Hashable, list[int]] = {}
        for row, column in cells:
            if column == self.code_column:
                rows.setdefault(self.key_of(cells, row), []).append(row)
        return {key: members[0] for key, members in rows.items() if len(members) == 1}


def _printed_code(cells: Mapping[Cell, RawCell], row: int) -> str:
    return cells[row, CODE].text.strip()


def _number_and_code(cells: Mapping[Cell, RawCell], row: int) -> tuple[str, str]:
    number = cells.get((row, first_edition.NUMBER))
    match = None if number is None else _WHOLE.fullmatch(number.text.strip())
    code = cells[row, first_edition.CODE].text.strip()
    return ("" if match is None else match[1], code)


def _codes(layout: WorkbookLayout) -> Iterator[tuple[str, str]]:
    for listed in layout.listed:
        yield listed.code, printed_code(listed.code)


def _first_codes(layout: WorkbookLayout) -> Iterator[tuple[str, tuple[str, str]]]:
    for listed in first_edition.listed_instances(layout.form):
        yield listed.code, (str(listed.number), listed.printed_code)


_LISTING = _Listing(_printed_code, CODE, EXPLANATION, _codes)
_FIRST_LISTING = _Listing(
    _number_and_code, first_edition.CODE, first_edition.EXPLANATION, _first_codes
)


def _check_cells(book: RawBook, listing: _Listing) -> Mapping[Cell, RawCell]:
    """The sheet of checks: of this name, else the one that lists most of them."""
    if CHECKS in book.sheets:
        return book.sheets[CHECKS].cells
    own = [sheet.cells for name, sheet in book.sheets.items() if name != CALCULATION]
    best = max(own, key=lambda cells: _codes_in(listing, cells), default={})
    return best if _codes_in(listing, best) >= _ENOUGH_CHECKS else {}


def _codes_in(listing: _Listing, cells: Mapping[Cell, RawCell]) -> int:
    """How many rows of a sheet begin as those of checks do."""
    texts = [raw.text for (_, column), raw in cells.items() if column == listing.code_column]
    return sum(_CODE.fullmatch(text.strip()) is not None for text in texts)


def _text_at(cells: Mapping[Cell, RawCell], cell: Cell) -> str:
    return seen_text(cells.get(cell))
