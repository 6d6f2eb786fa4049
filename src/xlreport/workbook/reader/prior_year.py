"""The figures of the year before that a workbook carries.

They stand on sheets of their own in the shape of the form, found by its headings; workbooks of the
first edition have a list, where a value stands at the right of its table and item. A defined name
is a proposal that counts where the headings tell nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from dataclasses import field as attribute
from decimal import Decimal

from xlreport.findings import Finding, Severity
from xlreport.form.model import Form
from xlreport.formats.raw import RawBook, RawCell, RawSheet
from xlreport.submission import Figures, Status
from xlreport.text import quote
from xlreport.workbook.codes import FOUND_BY_HEADING, NO_PRIOR_NUMBER, NO_TEXT
from xlreport.workbook.layout.identity import EDITION
from xlreport.workbook.layout.prior_year import prior_year_name, prior_year_sheet
from xlreport.workbook.layout.sheet import PRIOR_YEAR_LIST, TEXTS
from xlreport.workbook.layout.workbook import Spot, WorkbookLayout, place_of
from xlreport.workbook.reader.defined_names import (
    cell_at,
    names_aside,
    no_text,
    seen_text,
    spot_of,
    text_of,
)
from xlreport.workbook.reader.headings import by_headings, squeezed
from xlreport.workbook.reader.numbers import read_entry

_NO_VALUES = (Status.BLANK, Status.ABSENT)


@dataclass(frozen=True)
class PriorYear:
    """What a workbook says of the year before: None when it carries nothing."""

    figures: Figures | None
    findings: tuple[Finding, ...] = ()


def read_prior_year(book: RawBook, layout: WorkbookLayout) -> PriorYear:
    """The figures of a form's fields and texts, and what was odd about them."""
    reader = _Reader(book, layout)
    numbers = reader.numbers()
    texts = reader.texts()
    figures = Figures(numbers, texts) if numbers or texts else None
    return PriorYear(figures, tuple(reader.findings()))


def certain_spots(book: RawBook, layout: WorkbookLayout) -> dict[str, Spot] | None:
    """Where the figures and texts stand, by the names of their cells, if names and headings agree
    on every one; those that stand nowhere are left out."""
    reader = _Reader(book, layout)
    spots: dict[str, Spot] = {}
    for field in (*layout.form.fields, *(text.field_id for text in layout.form.texts)):
        name = prior_year_name(field)
        by_name = spot_of(book, name)
        if reader.printed.get(field, by_name) != by_name:
            return None
        if by_name is not None:
            spots[name] = by_name
    return spots


@dataclass
class _Reader:
    book: RawBook
    layout: WorkbookLayout
    aside: list[tuple[Spot, str]] = attribute(default_factory=list)
    nameless: list[Spot] = attribute(default_factory=list)
    odd: list[Finding] = attribute(default_factory=list)

    def __post_init__(self) -> None:
        is_list = self.layout.edition < EDITION
        printed = _printed_in_list if is_list else _printed_in_form
        self.printed = printed(self.book, self.layout)

    @property
    def form(self) -> Form:
        return self.layout.form

    def numbers(self) -> dict[str, Decimal]:
        """The numbers by field id; R33 where something else stands."""
        known = {}
        for field in self.form.fields.values():
            spot = self._spot(field.id, field.label)
            raw = cell_at(self.book, spot)
            entry, _ = read_entry(raw)
            if entry.value is not None:
                known[field.id] = entry.value
            elif spot is not None and raw is not None and entry.status not in _NO_VALUES:
                content = no_text(raw) or f"“{quote(seen_text(raw).strip())}”"
                self._tell(NO_PRIOR_NUMBER(label=field.label, content=content), spot)
        return known

    def texts(self) -> dict[str, str]:
        """The texts by field id; R33 for a picture or an error value."""
        known = {}
        for text in self.form.texts:
            spot = self._spot(text.field_id, text.label)
            raw = cell_at(self.book, spot)
            content = "" if raw is None else no_text(raw)
            if spot is not None and content:
                self._tell(NO_TEXT(label=f"上年数·{text.label}", content=content), spot)
            elif raw is not None:
                known[text.field_id] = seen_text(raw)
        return known

    def _tell(self, finding: Finding, spot: Spot) -> None:
        self.odd.append(finding.on(place_of(spot)).at(severity=Severity.WARNING))

    def _spot(self, field: str, label: str) -> Spot | None:
        """Where a value stands."""
        by_name = spot_of(self.book, prior_year_name(field))
        beside = self.printed.get(field)
        if beside is None or by_name == beside:
            return by_name
        if by_name is None:
            if text_of(cell_at(self.book, beside)):
                self.nameless.append(beside)
        elif text_of(cell_at(self.book, beside)) or text_of(cell_at(self.book, by_name)):
            self.aside.append((beside, label))
        return beside

    def findings(self) -> Iterator[Finding]:
        """R8 and R33."""
        yield from names_aside(self.aside)
        if self.nameless:
            sheet, _ = self.nameless[0]
            cells = len(self.nameless)
            yield FOUND_BY_HEADING(cells=cells).at(sheet=sheet, observed=(("cells", cells),))
        yield from self.odd


def _printed_in_form(book: RawBook, layout: WorkbookLayout) -> Mapping[str, Spot]:
    """For each field: where its headings meet on the sheet of last year."""
    spots: dict[str, Spot] = {}
    for form_sheet in layout.form_sheets:
        sheet = book.sheets.get(prior_year_sheet(form_sheet.name))
        if sheet is not None:
            cells = by_headings(form_sheet, sheet).fields
            spots |= {field: (sheet.name, cell) for field, cell in cells.items()}
    return spots


def _printed_in_list(book: RawBook, layout: WorkbookLayout) -> Mapping[str, Spot]:
    """For each field that is printed in just one row of the 上年数 sheet: the cell beside it."""
    wanted = _labels(layout.form)
    sheet = book.sheets.get(PRIOR_YEAR_LIST) or _sheet_named(book, layout.form)
    if sheet is None:
        return {}
    spots: dict[str, list[Spot]] = {}
    for (row, column), raw in sheet.cells.items():
        table = sheet.cells.get((row, column - 1))
        field = wanted.get((_text(table), _text(raw)))
        if field is not None:
            spot = sheet.name, (row, column + 1)
            spots.setdefault(field, []).append(spot)
    return {field: found[0] for field, found in spots.items() if len(found) == 1}


def _labels(form: Form) -> Mapping[tuple[str, str], str]:
    """The fields by what is printed beside them: the sheet and the label."""
    fields: dict[tuple[str, str], str] = {}
    for field in form.fields.values():
        sheet = form.table(field.table).sheet
        fields[squeezed(sheet), squeezed(field.label)] = field.id
    for text in form.texts:
        fields[squeezed(TEXTS), squeezed(text.label)] = text.field_id
    return fields


def _text(raw: RawCell | None) -> str:
    return "" if raw is None else squeezed(raw.text)


def _sheet_named(book: RawBook, form: Form) -> RawSheet | None:
    """The sheet to which the first of the names points that points anywhere."""
    for field in form.fields:
        spot = spot_of(book, prior_year_name(field))
        if spot is not None:
            return book.sheets[spot[0]]
    return None
