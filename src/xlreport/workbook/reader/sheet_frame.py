"""What all copies of one sheet have in common, and what a copy of it holds.

A frame is made of a sheet that was read with care. A sheet that has the same XML but for the
contents of some cells is read by looking at those cells alone; whatever else is different, however
little, makes it a sheet that the frame does not know.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from functools import partial
from operator import itemgetter
from typing import Any, NamedTuple

from xlreport.formats.guard import Refused, XmlHandler, parse_xml
from xlreport.formats.opc import PREFIXES
from xlreport.formats.raw import RawCell
from xlreport.formats.sheet_cells import (
    SheetCells,
    Shell,
    are_plain,
    inline_text,
    shell_of,
    text_in,
)
from xlreport.formats.styles import Styles
from xlreport.formats.xlsx import raw_cell, unescape
from xlreport.submission import BLANK, Entry, Status
from xlreport.workbook.layout.blanks import is_blank_formula
from xlreport.workbook.reader.figures import is_unseen_zero, read_typed
from xlreport.workbook.reader.headings import squeezed
from xlreport.workbook.reader.numbers import read_entry
from xlreport.workbook.reader.printed import BEGINNING

CellXml = tuple[int, bytes, bytes | None]
"""The place of a cell among those of its sheet, its shell, and what stands in its `<v>`."""

ReadEntry = Callable[[SheetCells, int], Entry]

_SHARED = b' t="s"'
"""Among the attributes of a cell whose text only its file knows."""

Strings = Mapping[bytes, str]
"""Shared strings by their number as cells write it."""


class Role(Enum):
    """What is read in a cell of a frame."""

    NUMBER = auto()
    """A number that is typed in."""
    FIGURE = auto()
    """A number of the year before."""
    RESULT = auto()
    """The result of a computed field."""
    CONTENT = auto()
    """A text, an answer, an explanation, a line of the cover, a key of the identity."""
    PRINTED = auto()
    """The line that says whose sheet it is."""


_READ = (Role.NUMBER, Role.FIGURE, Role.CONTENT)
"""Cells that differ from copy to copy in what was typed into them."""


@dataclass(frozen=True)
class Expected:
    """A sheet as its frame needs it: its cells, the names of those that are read by their
    positions, and what its other cells must not say: `words` are the headings by which the careful
    reader finds its way."""

    cells: SheetCells
    named: Mapping[int, tuple[Role, str]]
    words: frozenset[str]
    styles: Styles
    since_1904: bool
    shows_zeros: bool


class Contents(NamedTuple):
    """What a sheet holds: entries of the numbers, of those of the year before, and of the results
    of computed fields by field id, the cells of all else by name (None for an empty one), the lines
    that say whose sheet it is."""

    entries: dict[str, Entry]
    figures: dict[str, Entry]
    results: dict[str, Entry]
    cells: dict[str, RawCell | None]
    printed: list[str]


class Unknown(Exception):
    """A sheet that is not one of the frame's."""


_FORMULA = re.compile(rb"<f(?: [^<>]*[^<>/])?>([^<]*)</f>")
_KINDS = frozenset((b"n", b"s", b"str", b"inlineStr"))
_RESULT_KINDS = frozenset((b"n", b"str", b"b"))
"""Types of cells (18.18.11) that are read here, without a formula and with one."""

_VIEW = re.compile(
    rb"<selection [^<>]*/>"
    rb"| (?:tabSelected|topLeftCell|zoomScale|zoomScaleNormal|activePane)=\"[A-Za-z0-9]*\""
)
"""How a sheet was looked at last (18.3.1.78 and 18.3.1.87): nothing of it is read."""

_ROW_LOOK = re.compile(rb' (?:ht="([0-9]{1,3}(?:\.[0-9]+)?)"|customHeight="1"|spans="[0-9:]+")')
"""How high a row is, and which of its cells are used (18.3.1.73)."""

_VALIDATIONS, _END_OF_VALIDATIONS = b"<dataValidations ", b"</dataValidations>"
"""How cells may be filled in, and what they say to who types into them (18.3.1.33)."""

_LINE_FEED = re.compile(rb"&#(?:10|x0?[Aa]);")
_ATTRIBUTE_VALUE = re.compile(rb'="[^"<]*"')
_TAG_ATTRIBUTES = re.compile(rb"<dataValidations?([ A-Za-z]*)/?>")
_VALIDATION_TAGS = re.compile(
    rb"<dataValidations[ A-Za-z]*>"
    rb"(?:<dataValidation[ A-Za-z]*(?:/>|>(?:<formula1>[^<]*</formula1>)?"
    rb"(?:<formula2>[^<]*</formula2>)?</dataValidation>))*"
    rb"</dataValidations>"
)
_VALIDATION_ATTRIBUTES = frozenset(
    b"allowBlank count disablePrompts error errorStyle errorTitle imeMode operator prompt"
    b" promptTitle showDropDown showErrorMessage showInputMessage sqref type".split()
)

_ROOT, _END_OF_ROOT = re.compile(rb"<worksheet [^<>]*>"), b"</worksheet>"
LOWEST_ROW = 3.0
"""Points of a row that nobody sees."""

_EMPTY_VALUE = b"<v/>"
_NOTHING = (None, "")

_END_OF_HEAD = b"</row></sheetData></worksheet>"
_MOST_KEPT = 20_000
"""Contents of cells that a frame keeps with what they mean."""


def _plain_row(xml: bytes) -> bytes | None:
    """What stands between two cells without the look of a row; None where one cannot be seen, or
    more is odd about it."""
    for attribute in (b" ht=", b" customHeight=", b" spans="):
        if xml.count(attribute) > 1:
            return None
    heights = [height for height in _ROW_LOOK.findall(xml) if height]
    if any(float(height) <= LOWEST_ROW for height in heights):
        return None
    return _ROW_LOOK.sub(b"", xml)


def _without_validations(tail: bytes) -> tuple[bytes, bytes]:
    """What stands behind the last cell without the validations of data, and these."""
    before, start, rest = tail.partition(_VALIDATIONS)
    inside, end, behind = rest.partition(_END_OF_VALIDATIONS)
    if not end:
        return tail, b""
    return before + _VALIDATIONS + behind, start + inside + end


def _are_usual_validations(block: bytes) -> bool:
    """Whether a block of validations is well-formed and has nothing but the usual attributes; most
    are told so without a parser."""
    if not are_plain([_LINE_FEED.sub(b"", block)]):
        return False
    bare = _ATTRIBUTE_VALUE.sub(b"", block)
    if _VALIDATION_TAGS.fullmatch(bare) is None:
        return False
    for attributes in set(_TAG_ATTRIBUTES.findall(bare)):
        names = attributes.split()
        if len(set(names)) < len(names) or not _VALIDATION_ATTRIBUTES.issuperset(names):
            return False
    return True


class _Validations(XmlHandler):
    """Takes nothing but validations of data. Raises Unknown."""

    _KNOWN = frozenset({"worksheet", "dataValidations", "dataValidation", "formula1", "formula2"})

    def start(self, name: str, _attributes: dict[str, str]) -> None:
        if name not in self._KNOWN:
            raise Unknown

    def foreign(self, _local: str) -> None:
        raise Unknown


def _getter(positions: Sequence[int]) -> Any:
    """Picks the items at these positions out of a list, as a tuple."""
    if len(positions) > 1:
        return itemgetter(*positions)
    return lambda items: tuple(items[position] for position in positions)


@dataclass
class SheetFrame:
    """The frame of a sheet; the sets and dictionaries keep what was found out before."""

    expected: Expected
    accepted: SheetCells | None = None
    heads: set[bytes] = field(default_factory=set)
    harmless: set[bytes | None] = field(default_factory=lambda: {None, b""})
    entries: dict[CellXml, Entry] = field(default_factory=dict)
    amounts: dict[tuple[int, bytes | None], Entry] = field(default_factory=dict)
    shown: dict[tuple[int, bytes, bytes | None], Entry] = field(default_factory=dict)
    shells: dict[bytes, Shell] = field(default_factory=dict)
    empty: set[tuple[int, bytes]] = field(default_factory=set)

    def __post_init__(self) -> None:
        cells, named = self.expected.cells, self.expected.named
        self._shells = [shell_of(shell) for shell in cells.shells]
        every = range(len(cells.shells))
        read = {position for position, (role, _) in named.items() if role in _READ}
        formulas = [i for i in every if i not in read and self._has_formula(i)]
        static = [i for i in every if i not in read and not self._has_formula(i)]
        shared = [i for i in static if self._is_shared(i)]
        own = [i for i in static if not self._is_shared(i)]
        self._formulas = formulas
        self._shell_of_formulas = _getter(formulas)
        self._shell_of_static = _getter(static)
        self._shared_values = _getter(shared)
        self._own_values = _getter(own)
        self._numbers = self._named(Role.NUMBER)
        self._figures = self._named(Role.FIGURE)
        self._contents = self._named(Role.CONTENT)
        self._results = self._named(Role.RESULT)
        self._printed = [position for position, _ in self._named(Role.PRINTED)]
        self._harmless_values = _getter([i for i in formulas if i not in self._printed])
        self._has_others = any(cells.others)
        self.heads.add(cells.between[0])
        self._plain_head = _VIEW.sub(b"", cells.between[0])
        self._plain_tail, _ = _without_validations(cells.between[-1])

    def _has_formula(self, position: int) -> bool:
        shell = self._shells[position]
        return shell is None or shell.formula is not None

    def _named(self, role: Role) -> list[tuple[int, str]]:
        """The cells of a role with their names, in the order of the sheet."""
        named = self.expected.named.items()
        return sorted((position, name) for position, (own, name) in named if own is role)

    def _is_shared(self, position: int) -> bool:
        shell = self._shells[position]
        has_value = self.expected.cells.values[position] is not None
        return shell is not None and shell.kind == b"s" and has_value

    def contents(self, cells: SheetCells, strings: Strings, own_strings: Strings) -> Contents:
        """What a sheet holds whose shared strings these are; `own_strings` are those of the frame.
        Raises Unknown."""
        self._require_same(cells, strings, own_strings)
        numbers = self._entries_in(cells, self._numbers, partial(self._number, strings))
        figures = self._entries_in(cells, self._figures, partial(self._figure, strings))
        results = self._entries_in(cells, self._results, self._result_entry)
        found = {name: self._content(cells, position, strings) for position, name in self._contents}
        printed = [self._result(cells, position).text for position in self._printed]
        return Contents(numbers, figures, results, found, printed)

    # --- what must be the same ------------------------------------------------------------------

    def _require_same(self, cells: SheetCells, strings: Strings, own_strings: Strings) -> None:
        if cells is not self.accepted:
            self._require_same_xml(cells)
            self.accepted = cells
        self._require_words(cells, strings, own_strings)

    def _require_same_xml(self, cells: SheetCells) -> None:
        expected = self.expected.cells
        static, formulas = self._shell_of_static, self._shell_of_formulas
        is_same = (
            len(cells.shells) == len(expected.shells)
            and static(cells.shells) == static(expected.shells)
            and self._own_values(cells.values) == self._own_values(expected.values)
        )
        if not is_same or not self._has_head(cells.between[0]):
            raise Unknown
        if cells.between[1:] != expected.between[1:] and not self._looks_same(cells.between):
            raise Unknown
        if formulas(cells.shells) != formulas(expected.shells):
            self._require_kinds(cells)
        if self._has_others or any(cells.others):
            self._require_others(cells)
        self._require_harmless(cells)

    def _require_others(self, cells: SheetCells) -> None:
        """Texts of their own have only cells that are read; formulas may have an empty `<v/>`."""
        own = self.expected.cells.others
        for position, other in enumerate(cells.others):
            role, _ = self.expected.named.get(position, _NOTHING)
            is_empty = other in (None, _EMPTY_VALUE) and self._has_formula(position)
            if other != own[position] and not is_empty and role is not Role.CONTENT:
                raise Unknown

    def _has_head(self, head: bytes) -> bool:
        """Whether what stands before the first cell is the same, but for the view."""
        if head in self.heads:
            return True
        has_cells = len(self.expected.cells.shells) > 0
        if not has_cells or _VIEW.sub(b"", head) != self._plain_head:
            return False
        try:
            parse_xml(head + _END_OF_HEAD, XmlHandler(), {})
        except Refused:
            return False
        if len(self.heads) < _MOST_KEPT:
            self.heads.add(head)
        return True

    def _looks_same(self, between: list[bytes]) -> bool:
        """Whether all between the cells is the same but for the heights of rows that can be seen,
        and for what the cells say to who types into them."""
        *rows, tail = between[1:]
        *own_rows, _ = self.expected.cells.between[1:]
        for row, own in zip(rows, own_rows, strict=True):
            if row != own and (_plain_row(own) is None or _plain_row(row) != _plain_row(own)):
                return False
        rest, validations = _without_validations(tail)
        return rest == self._plain_tail and self._are_validations(validations)

    def _are_validations(self, block: bytes) -> bool:
        """Whether what says how cells may be filled in is just that."""
        if _are_usual_validations(block):
            return True
        root = _ROOT.search(self.expected.cells.between[0])
        if root is None:
            return not block
        try:
            parse_xml(root[0] + block + _END_OF_ROOT, _Validations(), PREFIXES)
        except (Refused, Unknown):
            return False
        return True

    def _require_words(self, cells: SheetCells, strings: Strings, own_strings: Strings) -> None:
        """The printed texts are the same, whatever their numbers."""
        numbers = self._shared_values(cells.values)
        own_numbers = self._shared_values(self.expected.cells.values)
        try:
            words = list(map(strings.__getitem__, numbers))
        except KeyError:
            raise Unknown from None
        if words != list(map(own_strings.__getitem__, own_numbers)):
            raise Unknown

    def _require_kinds(self, cells: SheetCells) -> None:
        """The cells with formulas are the same, whatever the kind of their results."""
        expected = self.expected.cells.shells
        for position in self._formulas:
            if cells.shells[position] == expected[position]:
                continue
            own, shell = self._shells[position], self._same_base(cells, position)
            is_same = own is not None and own.formula == shell.formula
            if not is_same or shell.kind not in _RESULT_KINDS:
                raise Unknown

    def _require_harmless(self, cells: SheetCells) -> None:
        """What formulas give can stand in XML, and cannot be taken for a heading."""
        values = set(self._harmless_values(cells.values)) - self.harmless
        if not values:
            return
        if not are_plain(values):
            raise Unknown
        for value in values:
            self._require_no_heading(unescape(text_in(value or b"")))
        if len(self.harmless) < _MOST_KEPT:
            self.harmless |= values

    def _require_no_heading(self, text: str) -> None:
        plain = squeezed(text)
        if plain in self.expected.words or BEGINNING in plain:
            raise Unknown

    # --- what is read ---------------------------------------------------------------------------

    def _result_entry(self, cells: SheetCells, position: int) -> Entry:
        """What the formula of a computed field gives."""
        shell = self._same_base(cells, position)
        amount = shell.style, shell.kind, cells.values[position]
        entry = self.shown.get(amount)
        if entry is None:
            entry, _ = read_entry(self._result(cells, position))
            self._keep_shown(amount, entry)
        return entry

    def _keep_shown(self, amount: tuple[int, bytes, bytes | None], entry: Entry) -> None:
        if entry.status is Status.NUMBER and len(self.shown) < _MOST_KEPT:
            self.shown[amount] = entry

    def _result(self, cells: SheetCells, position: int) -> RawCell:
        """A cell with the result of its formula in the place of it."""
        value = cells.values[position] or b""
        shell = self._same_base(cells, position)
        if not are_plain([value]):
            raise Unknown
        text = text_in(value)
        if shell.kind == b"str":
            text = unescape(text)
        return raw_cell(self.expected.styles, shell.kind.decode(), text, None, shell.style)

    def _entries_in(
        self, cells: SheetCells, named: Sequence[tuple[int, str]], read: ReadEntry
    ) -> dict[str, Entry]:
        """The entries of cells by name; what was read before is looked up."""
        shells, values = cells.shells, cells.values
        kept = self.entries
        entries: dict[str, Entry] = {}
        for position, name in named:
            content = position, shells[position], values[position]
            entry = kept.get(content)
            if entry is None:
                entry = read(cells, position)
                self._keep(content, entry)
            entries[name] = entry
        return entries

    def _keep(self, content: CellXml, entry: Entry) -> None:
        is_of_file = _SHARED in content[1]
        if not is_of_file and len(self.entries) < _MOST_KEPT:
            self.entries[content] = entry

    def _number(self, strings: Strings, cells: SheetCells, position: int) -> Entry:
        """A typed-in cell that there is nothing to say of but what it holds."""
        shell = self._same_base(cells, position)
        if shell.formula is not None:
            self._require_no_heading(self._result(cells, position).text)
            return _blank(shell.formula)
        amount = shell.style, cells.values[position]
        entry = self.amounts.get(amount) if shell.kind == b"n" else None
        if entry is not None:
            return entry
        cell = self._cell(cells, position, strings)
        typed = read_typed(cell, is_summary=False)
        is_odd = not typed.is_plain or typed.entry.status is Status.TOO_LARGE
        if is_odd or is_unseen_zero(cell, shows_zeros=self.expected.shows_zeros):
            raise Unknown
        if shell.kind == b"n" and len(self.amounts) < _MOST_KEPT:
            self.amounts[amount] = typed.entry
        return typed.entry

    def _figure(self, strings: Strings, cells: SheetCells, position: int) -> Entry:
        """A number of the year before, or nothing."""
        shell = self._same_base(cells, position)
        amount = shell.style, shell.kind, cells.values[position]
        entry = self.shown.get(amount) if shell.formula is None else None
        if entry is not None and shell.kind == b"n":
            return entry
        entry, _ = read_entry(self._cell(cells, position, strings))
        if entry.value is None and entry.status is not Status.BLANK:
            raise Unknown
        if shell.kind == b"n":
            self._keep_shown(amount, entry)
        return entry

    def _same_base(self, cells: SheetCells, position: int) -> Shell:
        """The shell of a cell, which has the reference and the style of the frame's."""
        xml = cells.shells[position]
        own = self._shells[position]
        shell = self.shells.get(xml) or shell_of(xml)
        if own is None or shell is None or own.base != shell.base:
            raise Unknown
        if len(self.shells) < _MOST_KEPT:
            self.shells[xml] = shell
        return shell

    def _content(self, cells: SheetCells, position: int, strings: Strings) -> RawCell | None:
        """A cell that is read as a text; most of them are empty."""
        place = position, cells.shells[position]
        is_empty = cells.values[position] is None and cells.others[position] is None
        if is_empty and place in self.empty:
            return None
        cell = self._cell(cells, position, strings)
        if is_empty and len(self.empty) < _MOST_KEPT:
            self.empty.add(place)
        return cell

    def _cell(self, cells: SheetCells, position: int, strings: Strings) -> RawCell | None:
        """A cell without a formula, as the careful reader has it; None for an empty one."""
        shell = self._same_base(cells, position)
        if shell.formula is not None or shell.kind not in _KINDS:
            raise Unknown
        text = self._text(cells, position, shell.kind, strings)
        if text is None:
            return None
        self._require_no_heading(text)
        kind = shell.kind.decode()
        since_1904 = self.expected.since_1904
        cell = raw_cell(self.expected.styles, kind, text, None, shell.style, since_1904=since_1904)
        if cell.unseen:
            raise Unknown
        return cell

    def _text(self, cells: SheetCells, position: int, kind: bytes, strings: Strings) -> str | None:
        """What a cell holds; None for nothing."""
        value, other = cells.values[position], cells.others[position]
        if kind == b"inlineStr":
            text = None if other is None else inline_text(other)
            if text is None and (other or value) is not None:
                raise Unknown
            return text
        if other == _EMPTY_VALUE:
            value = b""
        elif other is not None:
            raise Unknown
        if value is None or (kind != b"str" and not value.strip()):
            return None
        if kind == b"s":
            if value not in strings:
                raise Unknown
            return strings[value]
        if not are_plain([value]):
            raise Unknown
        text = text_in(value)
        return unescape(text) if kind == b"str" else text


def words_of(texts: Iterable[str]) -> frozenset[str]:
    """Headings as they are compared."""
    return frozenset(map(squeezed, texts))


def _blank(formula: bytes) -> Entry:
    """A cell that nobody has filled in, as its formula tells. Raises Unknown."""
    match = _FORMULA.fullmatch(formula)
    if match is None or not are_plain([match[1]]):
        raise Unknown
    if not is_blank_formula(text_in(match[1])):
        raise Unknown
    return BLANK
