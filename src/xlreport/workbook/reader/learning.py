"""What a workbook teaches that was read with care: the frame of all copies like it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping

from xlreport.a1 import Cell, parse
from xlreport.findings import Finding
from xlreport.formats import opc, xlsx
from xlreport.formats.conditional import may_hide
from xlreport.formats.raw import Format, RawBook, RawSheet
from xlreport.formats.sheet_cells import (
    SheetCells,
    shell_of,
    string_table,
    without_texts,
)
from xlreport.submission import Submission
from xlreport.text import printed_code
from xlreport.workbook.codes import COVER_INCOMPLETE, LINKS, MACROS, NO_LEVEL, UNPROTECTED
from xlreport.workbook.layout.identity import KEYS, PREFIX, is_current_edition
from xlreport.workbook.layout.lines import explanation_name
from xlreport.workbook.layout.prior_year import PREFIX as PRIOR
from xlreport.workbook.layout.prior_year import prior_year_sheet
from xlreport.workbook.layout.sheet import CALCULATION, CHECKS, COVER
from xlreport.workbook.layout.workbook import Spot, WorkbookLayout
from xlreport.workbook.reader.cover import cover_spots, read_cover
from xlreport.workbook.reader.defined_names import spot_of
from xlreport.workbook.reader.frame import (
    LOOSE,
    STRINGS,
    Bones,
    Frame,
    Known,
    Package,
    Properties,
    Quick,
)
from xlreport.workbook.reader.identify import identity_of
from xlreport.workbook.reader.integrity import covered_cells
from xlreport.workbook.reader.locate import locate
from xlreport.workbook.reader.printed import line_told
from xlreport.workbook.reader.prior_year import certain_spots
from xlreport.workbook.reader.sheet_frame import (
    LOWEST_ROW,
    Expected,
    Role,
    SheetFrame,
    Strings,
    words_of,
)
from xlreport.workbook.reader.texts import explanation_spots

OF_THE_PACKAGE = frozenset(message.code.code for message in (LINKS, MACROS, UNPROTECTED))
"""Findings that depend on the frame alone, whatever its cells hold."""

OF_THE_COVER = frozenset(message.code.code for message in (COVER_INCOMPLETE, NO_LEVEL))
"""Findings that follow from the lines of the cover alone, which are read of every copy."""


def may_be_told(finding: Finding) -> bool:
    """Whether a workbook of which this is told can teach a frame all the same."""
    return finding.code in OF_THE_PACKAGE or finding.code in OF_THE_COVER


_DEFAULT_HEIGHT = re.compile(rb' defaultRowHeight="([0-9]{1,3}(?:\.[0-9]+)?)"')

Named = dict[str, dict[Cell, tuple[Role, str]]]
"""What is read of each sheet: the cells with their roles and names."""


class Unteachable(Exception):
    """A workbook of which no frame can be made."""


def frame_of(package: Package, book: RawBook, careful: Quick, layout: WorkbookLayout) -> Frame:
    """The frame of a workbook, from what the careful reader made of it. Raises Unteachable."""
    return _Teacher(package, book, careful.submission, layout).frame(careful.findings)


class _Teacher:
    def __init__(
        self, package: Package, book: RawBook, submission: Submission, layout: WorkbookLayout
    ) -> None:
        self.package = package
        self.book = book
        self.submission = submission
        self.layout = layout
        self.anatomy = xlsx.anatomy(package.members)
        self.located = locate(book, layout)
        self.identity = identity_of(book)
        self.cover = read_cover(book, layout, self.identity)

    def frame(self, told: tuple[Finding, ...]) -> Frame:
        """The frame of a workbook of which this was told, first of all about its cover."""
        of_cover = len(self.cover.findings)
        findings = told[of_cover:]
        if told[:of_cover] != self.cover.findings:
            raise Unteachable
        self._require_plain(findings)
        named = self._named()
        sheets: dict[str, SheetFrame] = {}
        unread: dict[str, Bones] = {}
        for name, part in self.anatomy.sheets.items():
            if name == CALCULATION:
                unread[part] = Bones.of(self.package.members[part], self.book.sheets[name])
            else:
                sheets[part] = self._sheet(name, part, named.get(name, {}))
        properties = tuple(self._properties())
        members = self.package.members
        return Frame(
            known=self._known(findings),
            fixed=self._fixed((*sheets, *unread, *(each.part for each in properties))),
            sheets=sheets,
            unread=unread,
            strings=self._strings(),
            properties=properties,
            marks=sum(members[part].count(b"<") for part in (*sheets, *unread)),
        )

    def _fixed(self, read: Collection[str]) -> dict[str, bytes]:
        """The parts that are the same in all copies; `read` are those that are looked into."""
        apart = {*read, *LOOSE, STRINGS}
        members = self.package.members.items()
        return {part: content for part, content in members if part not in apart}

    def _require_plain(self, findings: tuple[Finding, ...]) -> None:
        """Nothing was odd about the workbook itself."""
        book, layout = self.book, self.layout
        if self.identity.is_summary or not is_current_edition(self.identity):
            raise Unteachable
        is_usual = book.format is Format.XLSX and not book.notes and not book.hidden
        has_all = all(name in book.sheets for name in layout.sheets)
        of_package = all(finding.code in OF_THE_PACKAGE for finding in findings)
        strings_usual = self.anatomy.strings in ("", STRINGS)
        if not (is_usual and has_all and of_package and strings_usual):
            raise Unteachable
        if self.located.findings or self.submission.overrides:
            raise Unteachable
        if any(sheet.twice for sheet in book.sheets.values()):
            raise Unteachable

    def _strings(self) -> Strings:
        content = self.package.members.get(STRINGS)
        strings = {} if content is None else string_table(content)
        if strings is None:
            raise Unteachable
        return strings

    # --- what is read -----------------------------------------------------------------------------

    def _named(self) -> Named:
        """The cells that are read, each under one name."""
        named: Named = {}
        for role, name, (sheet, cell) in self._roles():
            cells = named.setdefault(sheet, {})
            if cells.setdefault(cell, (role, name)) != (role, name):
                raise Unteachable
        self._require_visible(named)
        return named

    def _roles(self) -> Iterator[tuple[Role, str, Spot]]:
        book, layout, form = self.book, self.layout, self.layout.form
        for name, spot in self.located.spots.items():
            field = form.fields.get(name)
            if field is None:
                yield Role.CONTENT, name, spot
            else:
                yield (Role.NUMBER if field.computed is None else Role.RESULT), name, spot
        contents = {**cover_spots(book, form), **explanation_spots(book, layout)}
        for name, spot in contents.items():
            if spot_of(book, name) not in (None, spot):
                raise Unteachable
            yield Role.CONTENT, name, spot
        yield from self._of_prior_year()
        for key in KEYS:
            of_key = spot_of(book, PREFIX + key)
            if of_key is None:
                raise Unteachable
            yield Role.CONTENT, PREFIX + key, of_key
        yield from self._printed()

    def _of_prior_year(self) -> Iterator[tuple[Role, str, Spot]]:
        spots = certain_spots(self.book, self.layout)
        if spots is None:
            raise Unteachable
        for name, spot in spots.items():
            field = name.removeprefix(PRIOR)
            if field in self.layout.form.fields:
                yield Role.FIGURE, field, spot
            else:
                yield Role.CONTENT, name, spot

    def _printed(self) -> Iterator[tuple[Role, str, Spot]]:
        """The lines above the tables."""
        filled_in = set(self.located.spots.values())
        for name in self.located.used:
            for cell, raw in self.book.sheets[name].cells.items():
                spot = name, cell
                if line_told(raw.text) is not None and spot not in filled_in:
                    yield Role.PRINTED, f"{name}{cell}", spot

    def _require_visible(self, named: Named) -> None:
        """Whatever is typed into the cells that are read, people see it."""
        for name, cells in named.items():
            sheet = self.book.sheets[name]
            counted = [cell for cell, (role, _) in cells.items() if role in _COUNTED]
            if name in self.located.used and sheet.hidden.sheet:
                raise Unteachable
            if covered_cells(sheet, counted):
                raise Unteachable
            if any(_may_be_unseen(sheet, cell) for cell in counted):
                raise Unteachable

    # --- sheets -----------------------------------------------------------------------------------

    def _sheet(self, name: str, part: str, named: Mapping[Cell, tuple[Role, str]]) -> SheetFrame:
        """The frame of a sheet."""
        cells = self.package.cells(part)
        has_odd_xml = any(b"<!" in piece or b"<c " in piece for piece in cells.between)
        if has_odd_xml or _shows_no_rows(cells.between[0]):
            raise Unteachable
        positions = _positions(cells)
        missing = [role for cell, (role, _) in named.items() if cell not in positions]
        if not _ALWAYS_THERE.isdisjoint(missing):
            raise Unteachable
        by_position = {positions[cell]: own for cell, own in named.items() if cell in positions}
        for position, (role, _) in by_position.items():
            shell = shell_of(cells.shells[position])
            if shell is None:
                raise Unteachable
            is_result = role in (Role.RESULT, Role.PRINTED)
            if (shell.formula is not None) is not is_result and role is not Role.NUMBER:
                raise Unteachable
        sheet = self.book.sheets[name]
        return SheetFrame(
            Expected(
                cells,
                by_position,
                self._words(name),
                self.anatomy.styles,
                self.anatomy.since_1904,
                sheet.zeros,
            )
        )

    def _words(self, name: str) -> frozenset[str]:
        """The headings by which the careful reader finds its way on a sheet."""
        if name == COVER:
            return words_of(item.label for item in self.layout.form.identity)
        if name == CHECKS:
            return words_of(printed_code(check.code) for check in self.layout.listed)
        for sheet in self.layout.form_sheets:
            if name in (sheet.name, prior_year_sheet(sheet.name)):
                return words_of(label.text for label in sheet.labels)
        return frozenset()

    # --- the rest ---------------------------------------------------------------------------------

    def _properties(self) -> Iterator[Properties]:
        members = self.package.members
        core = opc.properties_part(members, opc.CORE)
        if core is not None:
            skeleton = without_texts(members[core])
            saved = self.submission.provenance.saved
            told = [i for i, text in enumerate(skeleton.texts) if text.strip() == saved.encode()]
            if saved and not told:
                raise Unteachable
            yield Properties(core, skeleton.bones, told[-1] if saved else None)
        custom = opc.properties_part(members, opc.CUSTOM)
        if custom is not None:
            yield Properties(custom, without_texts(members[custom]).bones)

    def _known(self, findings: tuple[Finding, ...]) -> Known:
        explained = explanation_spots(self.book, self.layout)
        prefix = explanation_name("")
        return Known(
            self.layout,
            self.identity,
            self.cover.places,
            self.submission.provenance.places,
            tuple(name.removeprefix(prefix) for name in explained),
            findings,
        )


_ALWAYS_THERE = frozenset((Role.NUMBER, Role.RESULT, Role.PRINTED))
"""Cells of which something stands in every copy."""

_COUNTED = (Role.NUMBER, Role.RESULT, Role.CONTENT)


def _may_be_unseen(sheet: RawSheet, cell: Cell) -> bool:
    """Whether a cell lies in a hidden row or column, or a rule could hide what it holds."""
    changes = [rule.change for rule in sheet.rules if rule.is_for(cell)]
    return sheet.hidden.hides(cell) or any(map(may_hide, changes))


def _shows_no_rows(head: bytes) -> bool:
    """Whether rows that do not give their own height are too low to be seen: copies may differ in
    which rows do."""
    height = _DEFAULT_HEIGHT.search(head)
    return height is not None and float(height[1]) <= LOWEST_ROW


def _positions(cells: SheetCells) -> dict[Cell, int]:
    """The place of each cell in the order of the XML. Raises Unteachable for one that is there
    twice."""
    positions: dict[Cell, int] = {}
    for position, shell in enumerate(cells.shells):
        reference = shell.partition(b'"')[2].partition(b'"')[0]
        cell = parse(reference.decode())
        if cell is None or positions.setdefault(cell, position) != position:
            raise Unteachable
    return positions
