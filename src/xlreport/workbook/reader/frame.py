"""A whole workbook without its contents, and the reading of one that has just this frame.

What the careful reader finds in a workbook depends on its frame and on the contents of the cells
that are read. With a frame of which it had nothing to say, the contents are all that is left to
look at; they are looked at by its own functions, and whatever one of them had something to say of
is left to it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple, Self

from xlreport.findings import Finding, has_errors
from xlreport.form import expression as ex
from xlreport.form.model import Form
from xlreport.formats.guard import Limits, Refused, XmlHandler, parse_xml
from xlreport.formats.opc import relations_of, time_or_nothing
from xlreport.formats.plain_zip import plain_members
from xlreport.formats.raw import RawCell, RawSheet
from xlreport.formats.sheet_cells import (
    SHARED,
    VALUE,
    SheetCells,
    are_plain,
    sheet_cells,
    string_table,
    text_in,
    without_kinds,
    without_texts,
    without_values,
)
from xlreport.rules.linear import NotLinear, linear_terms
from xlreport.submission import (
    BLANK,
    NO,
    YES,
    Entry,
    Figures,
    Place,
    Provenance,
    Status,
    Submission,
    Unit,
)
from xlreport.text import clean
from xlreport.workbook.codes import REFUSING
from xlreport.workbook.layout.identity import KEYS, PREFIX, Identity, identity_name
from xlreport.workbook.layout.lines import explanation_name
from xlreport.workbook.layout.prior_year import prior_year_name
from xlreport.workbook.layout.workbook import WorkbookLayout, flag_name
from xlreport.workbook.reader.cover import Cover, cover_of
from xlreport.workbook.reader.defined_names import no_text, seen_text, text_of
from xlreport.workbook.reader.identify import Forms, identity_from
from xlreport.workbook.reader.printed import line_told
from xlreport.workbook.reader.sheet_frame import Contents, SheetFrame, Strings, Unknown

WORKBOOK, STYLES = "xl/workbook.xml", "xl/styles.xml"
"""Parts by which kinds of workbooks are told apart, as every program calls them."""

LOOSE = frozenset({"docprops/app.xml", "xl/calcchain.xml", WORKBOOK})
"""Parts of which nothing is read that is not compared elsewhere; they have to be well-formed."""

_OF_THE_UNIT = frozenset({"unit", "code", "level", "county", "county_code", "submission"})
"""Keys of the identity that differ from copy to copy."""


Kind = tuple[tuple[str, ...], bytes, bytes]
"""What tells kinds of workbooks apart at a glance: the names of the parts, the workbook's part, the
styles."""

_SEEN_LAST = re.compile(
    rb' (?:activeTab|firstSheet|[xy]Window|windowWidth|windowHeight)="-?[0-9]*"'
)
"""How a workbook was looked at last (18.2.30): nothing of it is read."""

_NAMES = b"<definedNames"

STRINGS = "xl/sharedstrings.xml"
"""The part with the shared strings, as every program calls it."""


class Package:
    """The members of a workbook, each taken apart once, whatever the frames it is held against."""

    def __init__(self, members: Mapping[str, bytes]) -> None:
        self.members = members
        self._cells: dict[str, SheetCells] = {}

    def cells(self, part: str) -> SheetCells:
        """The cells of a sheet."""
        if part not in self._cells:
            self._cells[part] = _cells_of(part, self.members[part])
        return self._cells[part]

    @cached_property
    def kind(self) -> Kind:
        """The kind of the workbook."""
        before, names, rest = self.members.get(WORKBOOK, b"").partition(_NAMES)
        workbook = _SEEN_LAST.sub(b"", before) + names + rest
        return tuple(self.members), workbook, self.members.get(STYLES, b"")

    @cached_property
    def strings(self) -> Strings:
        """The shared strings. Raises Unknown."""
        content = self.members.get(STRINGS)
        if content is None:
            return {}
        strings = string_table(content)
        if strings is None:
            raise Unknown
        return strings


_LARGEST = 20_000_000
"""Bytes of all parts of a workbook that is held against frames; a template has one million."""

_last_cells: dict[str, tuple[bytes, SheetCells]] = {}
"""The sheets of the last workbook: the next one often has the very same."""


def _cells_of(part: str, xml: bytes) -> SheetCells:
    last_xml, cells = _last_cells.get(part, (b"", None))
    if cells is None or last_xml != xml:
        cells = sheet_cells(xml)
        _last_cells[part] = xml, cells
    return cells


def package_of(data: bytes, limits: Limits) -> Package | None:
    """The members of a workbook package with nothing odd about its zip; None for any other, and for
    one that is too large to be a filled-in template: it need not be kept beside what is read."""
    members = plain_members(data, replace(limits, total=min(limits.total, _LARGEST)))
    return None if members is None else Package(members)


@dataclass(frozen=True)
class Properties:
    """A part of document properties without its texts; `saved` is the number of the text that says
    when the workbook was saved, None where none does."""

    part: str
    bones: bytes
    saved: int | None = None

    def texts(self, package: Package) -> list[bytes]:
        """The texts of a part with the same bones. Raises Unknown."""
        skeleton = without_texts(package.members[self.part])
        if skeleton.bones != self.bones or not are_plain(skeleton.texts):
            raise Unknown
        return skeleton.texts

    def saved_in(self, package: Package) -> str:
        """When a workbook was saved last, as its properties say. Raises Unknown."""
        texts = self.texts(package)
        if self.saved is None:
            return ""
        return time_or_nothing(text_in(texts[self.saved]).strip())


@dataclass(frozen=True)
class Bones:
    """A sheet of which nothing is read: the XML of its rows, the values of their cells left out,
    and what the careful reader made of it."""

    rows: list[bytes]
    sheet: RawSheet
    known: dict[bytes, KnownRow] = field(default_factory=dict)
    accepted: dict[bytes, int] = field(default_factory=dict)
    """Whole sheets that were found to be the same, with the highest number of a shared string."""

    @classmethod
    def of(cls, xml: bytes, sheet: RawSheet) -> Self:
        """The bones of a sheet."""
        rows = [without_values(row).bones for row in xml.split(_END_OF_ROW)]
        return cls(rows, sheet)

    def are_of(self, xml: bytes, strings: Strings) -> bool:
        """Whether a sheet is the same but for what its cells hold, which no program refuses."""
        highest = self.accepted.get(xml)
        if highest is None:
            highest = self._highest(xml)
        return highest is not None and highest < len(strings)

    def _highest(self, xml: bytes) -> int | None:
        """The highest number of a shared string in a sheet that is the same; None for another."""
        rows = xml.split(_END_OF_ROW)
        if len(rows) != len(self.rows):
            return None
        highest = -1
        for index, row in enumerate(rows):
            known = self.known.get(row) or self._row(index, row)
            if known is None or known.place != index:
                return None
            highest = max(highest, known.highest)
        if len(self.accepted) < _MOST_ACCEPTED:
            self.accepted[xml] = highest
        return highest

    def _row(self, index: int, row: bytes) -> KnownRow | None:
        """What there is to know of a row that is the same but for its values and their types."""
        bones, texts = without_values(row)
        own = self.rows[index]
        is_same = bones == own or without_kinds(bones) == without_kinds(own)
        if not is_same or not are_plain(texts):
            return None
        highest = -1
        for before, text in zip(bones.split(VALUE), texts, strict=False):
            if before.endswith(SHARED):
                if _NUMBER.fullmatch(text) is None:
                    return None
                highest = max(highest, int(text))
        known = KnownRow(index, highest)
        if len(self.known) < _MOST_ROWS:
            self.known[row] = known
        return known


class KnownRow(NamedTuple):
    """Which row of its sheet it is, and the highest number of a shared string in it."""

    place: int
    highest: int


_MOST_ACCEPTED, _MOST_ROWS = 8, 10_000
_END_OF_ROW = b"</row>"
_NUMBER = re.compile(rb"0|[1-9][0-9]{0,8}")


@dataclass(frozen=True)
class Known:
    """What the careful reader found in the workbook that taught a frame: its identity, the places
    of all cells, and what it said of the package."""

    layout: WorkbookLayout
    identity: Identity
    cover_places: Mapping[str, Place]
    places: Mapping[str, Place]
    explained: tuple[str, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class Report:
    """What the parts of a workbook with a known frame hold."""

    contents: Contents
    saved: str


@dataclass(frozen=True)
class Frame:
    """What all copies of a template have in common, saved by one program.

    `fixed` are the parts that are the same in all, `sheets` the frames of those with cells that are
    read, `unread` the other sheets without their values, `strings` the shared strings of the
    workbook that taught the frame. `marks` is how many elements its sheets have.
    """

    known: Known
    fixed: Mapping[str, bytes]
    sheets: Mapping[str, SheetFrame]
    unread: Mapping[str, Bones]
    strings: Strings
    properties: tuple[Properties, ...]
    marks: int
    well_formed: set[bytes] = field(default_factory=set)

    @cached_property
    def sums(self) -> Mapping[str, Terms]:
        """The computed fields, in an order in which each needs only earlier ones. Raises
        Unknown."""
        return {name: whole_terms(formula) for name, formula in self.form.formulas.items()}

    @property
    def form(self) -> Form:
        """The form of the workbooks."""
        return self.known.layout.form

    def holds(self, package: Package) -> bool:
        """Whether a workbook differs from the frame in nothing but what is read of it."""
        members = package.members
        if any(members[part] != content for part, content in self.fixed.items()):
            return False
        for part, bones in self.unread.items():
            if not bones.are_of(members[part], package.strings):
                return False
        return all(self._is_well_formed(members[part]) for part in LOOSE & members.keys())

    def spared(self, package: Package) -> dict[str, RawSheet]:
        """The sheets of a workbook of the same kind that need not be read again, by their parts."""
        try:
            strings = package.strings
        except Unknown:
            return {}
        sheets = {}
        for part, bones in self.unread.items():
            is_alone = relations_of(part) not in package.members
            if is_alone and bones.are_of(package.members[part], strings):
                sheets[part] = bones.sheet
        return sheets

    def _is_well_formed(self, content: bytes) -> bool:
        if content in self.well_formed:
            return True
        try:
            parse_xml(content, XmlHandler(), {})
        except Refused:
            return False
        if len(self.well_formed) < _MOST_KEPT:
            self.well_formed.add(content)
        return True

    def report(self, package: Package) -> Report:
        """What a workbook holds that differs in nothing else. Raises Unknown."""
        if not self.holds(package):
            raise Unknown
        saved = ""
        for properties in self.properties:
            saved = properties.saved_in(package) or saved
        together = Contents({}, {}, {}, {}, [])
        for part, frame in self.sheets.items():
            found = frame.contents(package.cells(part), package.strings, self.strings)
            together.entries.update(found.entries)
            together.figures.update(found.figures)
            together.results.update(found.results)
            together.cells.update(found.cells)
            together.printed.extend(found.printed)
        return Report(together, saved)


_MOST_KEPT = 50
"""Parts of which a frame keeps that they are well-formed."""


@dataclass(frozen=True)
class Quick:
    """What was read of a workbook with a known frame."""

    submission: Submission
    findings: tuple[Finding, ...]


def read_by(frame: Frame, package: Package, forms: Forms, provenance: Provenance) -> Quick:
    """The report of a workbook with this frame. Raises Unknown for any other, and for what the
    careful reader has something to say of."""
    report = frame.report(package)
    reader = _Contents(frame, report.contents)
    identity = reader.identity(forms)
    cover = reader.cover(identity)
    reader.require_own_lines(cover, identity)
    answers = reader.answers()
    entries = reader.entries(answers)
    source = replace(
        provenance,
        saved=report.saved,
        number=identity.number,
        identity=cover.lines,
        places=frame.known.places,
    )
    submission = Submission(
        form=frame.form.id,
        year=int(identity.year),
        unit=cover.unit,
        entries=entries,
        texts=reader.texts(),
        answers=answers,
        county=Unit(identity.county, identity.county_code),
        explanations=reader.explanations(),
        prior_year=reader.prior_year(),
        provenance=source,
    )
    return Quick(submission, (*cover.findings, *frame.known.findings))


@dataclass(frozen=True)
class _Contents:
    """The contents of a workbook, read as the careful reader reads them; each method raises Unknown
    where that would have something to say."""

    frame: Frame
    found: Contents

    def _text(self, name: str) -> str:
        """What people see in a cell that is read as text."""
        cell = self._cell(name)
        return "" if cell is None else seen_text(cell)

    def _cell(self, name: str) -> RawCell | None:
        cell = self.found.cells.get(name)
        if cell is not None and no_text(cell):
            raise Unknown
        return cell

    def identity(self, forms: Forms) -> Identity:
        """The identity, which is that of the frame but for the unit."""
        values = {key: text_of(self.found.cells.get(PREFIX + key)) for key in KEYS}
        identity = identity_from(values)
        own = self.frame.known.identity
        of_unit = {key: getattr(identity, key) for key in _OF_THE_UNIT}
        is_same = replace(own, **of_unit) == identity
        if not is_same or forms(identity.form) is not self.frame.form:
            raise Unknown
        return identity

    def cover(self, identity: Identity) -> Cover:
        """What the cover says, which contradicts nothing."""
        form = self.frame.form
        written = {item.id: self._text(identity_name(item.id)).strip() for item in form.identity}
        cover = cover_of(form, written, identity, self.frame.known.cover_places)
        is_refused = any(finding.code in REFUSING for finding in cover.findings)
        if is_refused or has_errors(cover.findings):
            raise Unknown
        return cover

    def require_own_lines(self, cover: Cover, identity: Identity) -> None:
        """Every sheet says that it is of this unit and year."""
        for line in self.found.printed:
            told = line_told(line)
            if told is None:
                raise Unknown
            unit, year = told
            if (unit and unit not in cover.names) or (year and year != identity.year):
                raise Unknown

    def answers(self) -> dict[str, str]:
        """The answers to 本表空白处是否均为 0 by table."""
        answers = {}
        for table in self.frame.form.tables:
            answer = self._text(flag_name(table.id)).strip()
            if answer not in ("", YES, NO):
                raise Unknown
            answers[table.id] = answer
        return answers

    def entries(self, answers: Mapping[str, str]) -> dict[str, Entry]:
        """The typed-in cells, from which the results follow that the workbook shows."""
        entries = self.found.entries
        form = self.frame.form
        numbers: dict[str, Decimal | None] = {}
        for item in form.typed:
            entry = entries[item.id]
            is_zero = entry.status is Status.BLANK and answers[item.table] == YES
            numbers[item.id] = _ZERO if is_zero else entry.value
        for name, terms in self.frame.sums.items():
            number = _sum(terms, numbers)
            numbers[name] = number
            shown = self.found.results[name]
            if number is None or shown.status is Status.BLANK:
                continue
            if shown.value != number:
                raise Unknown
        return {item.id: entries[item.id] for item in form.typed}

    def texts(self) -> dict[str, str]:
        """The texts by field id, none of which has lost a character."""
        texts = {}
        for text in self.frame.form.texts:
            written = self._text(text.field_id)
            texts[text.field_id] = clean(written)
            if texts[text.field_id] != written:
                raise Unknown
        return texts

    def explanations(self) -> dict[str, str]:
        """The explanations by the code of their row."""
        explanations = {}
        for code in self.frame.known.explained:
            explanation = clean(self._text(explanation_name(code))).strip()
            if explanation:
                explanations[code] = explanation
        return explanations

    def prior_year(self) -> Figures | None:
        """The figures of the year before."""
        numbers = {}
        for name in self.frame.form.fields:
            entry = self.found.figures.get(name, BLANK)
            if entry.value is not None:
                numbers[name] = entry.value
        texts = {}
        for text in self.frame.form.texts:
            cell = self._cell(prior_year_name(text.field_id))
            if cell is not None:
                texts[text.field_id] = seen_text(cell)
        return Figures(numbers, texts) if numbers or texts else None


_ZERO = Decimal(0)


Terms = Mapping[str, Decimal]
"""The coefficients of the fields of a sum; the key "" has the constant."""


def whole_terms(formula: ex.Number) -> Terms:
    """The terms of a formula that only adds whole multiples, of which nothing is rounded. Raises
    Unknown for any other."""
    try:
        terms = linear_terms(formula)
    except NotLinear:
        raise Unknown from None
    if any(factor != factor.to_integral_value() for factor in terms.values()):
        raise Unknown
    return terms


def _sum(terms: Terms, numbers: Mapping[str, Decimal | None]) -> Decimal | None:
    """What a sum gives; None where one of its fields is no number."""
    total = terms.get("", _ZERO)
    for name, factor in terms.items():
        number = numbers[name] if name else _ZERO
        if number is None:
            return None
        total += factor * number
    return total
