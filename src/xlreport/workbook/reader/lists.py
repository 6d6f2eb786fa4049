"""Lists of a summary: detail sheets, the units' texts, the units' explanations.

Their printed headings say where they are, since they are what people see; a defined name is a
proposal that counts only where its first row holds those headings.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass

from xlreport.a1 import address
from xlreport.findings import Finding, Severity
from xlreport.formats.raw import RawBook, RawCell, RawSheet
from xlreport.submission import Place
from xlreport.text import quote
from xlreport.workbook.codes import LIST_BY_HEADINGS, LIST_LOST, LIST_TWO_COLUMNS, NO_TEXT
from xlreport.workbook.reader.defined_names import no_text, seen_text, target_of
from xlreport.workbook.reader.headings import squeezed


@dataclass(frozen=True, slots=True)
class UnitList:
    """A list: the row of its headings (the heading of each column) and the rows below it that are
    in use."""

    sheet: RawSheet
    top: int
    headings: Mapping[int, str]
    lines: range

    def cell(self, line: int, column: int) -> RawCell | None:
        """What stands there; None for nothing."""
        return self.sheet.cells.get((line, column))

    def place(self, line: int, column: int) -> Place:
        """A cell of it, as people find it."""
        return Place(self.sheet.name, address((line, column)))

    def texts(self, line: int) -> dict[str, str]:
        """What people see in a row, by heading; of two columns the first counts."""
        texts: dict[str, str] = {}
        for column, heading in self.headings.items():
            texts.setdefault(heading, seen_text(self.cell(line, column)))
        return texts

    def no_texts(self) -> Iterator[Finding]:
        """R33: pictures and error values in it."""
        for line in self.lines:
            for column, heading in self.headings.items():
                raw = self.cell(line, column)
                content = "" if raw is None else no_text(raw)
                if content:
                    finding = NO_TEXT(label=quote(heading), content=content)
                    yield finding.on(self.place(line, column)).at(severity=Severity.WARNING)


@dataclass(frozen=True, slots=True)
class FoundList:
    """A list, None where it is lost, and what was odd about finding it."""

    found: UnitList | None
    findings: tuple[Finding, ...] = ()


def find_list(
    book: RawBook, name: str, keys: Set[str], what: str, others: Set[str] = frozenset()
) -> FoundList:
    """The list with these headings; `what` it is called in messages, `others` are sheets on which
    it cannot be."""
    named = named_row(book, name, keys)
    if named is not None:
        return _list(book, *named)
    wanted = {squeezed(key) for key in keys}
    rows = [row for row in _rows_with(book, wanted) if row[0] not in others]
    if len(rows) == 1:
        sheet, top = rows[0]
        found = _list(book, sheet, top)
        finding = LIST_BY_HEADINGS(what=what).at(sheet=sheet)
        return FoundList(found.found, (finding, *found.findings))
    if name.lower() not in book.names:
        return FoundList(None)
    return FoundList(None, (LIST_LOST(what=what).at(severity=Severity.WARNING),))


def named_row(book: RawBook, name: str, keys: Set[str]) -> tuple[str, int] | None:
    """The sheet and the row that a name points to, where that row has these headings."""
    target = target_of(book, name)
    if target is None:
        return None
    top = target.first[0]
    cells = book.sheets[target.sheet].cells
    present = {squeezed(raw.text) for (row, _), raw in cells.items() if row == top}
    wanted = {squeezed(key) for key in keys}
    return (target.sheet, top) if wanted <= present else None


def _rows_with(book: RawBook, wanted: Set[str]) -> Iterator[tuple[str, int]]:
    """The rows that hold all of these headings, each on its sheet."""
    for sheet in book.sheets.values():
        rows: dict[int, set[str]] = {}
        for (row, _), raw in sheet.cells.items():
            text = squeezed(raw.text)
            if text in wanted:
                rows.setdefault(row, set()).add(text)
        for row, present in rows.items():
            if present == wanted:
                yield sheet.name, row


def _list(book: RawBook, name: str, top: int) -> FoundList:
    sheet = book.sheets[name]
    headings: dict[int, str] = {}
    columns = [column for row, column in sheet.cells if row == top]
    for column in sorted(columns):
        text = squeezed(sheet.cells[top, column].text)
        if text:
            headings[column] = text
    used = max(row for row, _ in sheet.cells)
    found = UnitList(sheet, top, headings, range(top + 1, used + 1))
    return FoundList(found, tuple(_two_columns(found)))


def _two_columns(found: UnitList) -> Iterator[Finding]:
    """E1: a heading that is there twice."""
    counts = Counter(found.headings.values())
    for column, heading in found.headings.items():
        if counts[heading] > 1:
            finding = LIST_TWO_COLUMNS(heading=quote(heading))
            yield finding.on(found.place(found.top, column))
            return
