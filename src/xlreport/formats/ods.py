"""An OpenDocument spreadsheet (.ods) as raw cells. Source: OASIS OpenDocument 1.3 part 3."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import partial
from typing import ClassVar

from xlreport import a1
from xlreport.a1 import Cell
from xlreport.formats import codes, opc
from xlreport.formats.colours import Font
from xlreport.formats.conditional import MOST_RULES, Change, Rule, may_hide
from xlreport.formats.conditions import ALWAYS
from xlreport.formats.guard import (
    FOREIGN,
    CellCount,
    Limits,
    Refused,
    XmlHandler,
    open_package,
    parse_optional,
    parse_xml,
)
from xlreport.formats.ods_rules import base_cell, ods_areas, ods_condition
from xlreport.formats.ods_styles import OdsStyles
from xlreport.formats.opc import Parts, time_or_nothing
from xlreport.formats.raw import (
    MOST_ODD,
    Format,
    Hidden,
    RawBook,
    RawCell,
    RawSheet,
    Remark,
    add_range,
    join_names,
)
from xlreport.formats.remarks import CHART, COMMENT, MOST_LETTERS, PICTURE, TEXT_BOX
from xlreport.formats.runs import Run
from xlreport.formats.shown import date_shown, number_read

Attributes = dict[str, str]

_OASIS = "urn:oasis:names:tc:opendocument:xmlns"
_PREFIXES: Mapping[str, str] = {
    f"{_OASIS}:office:1.0": "office",
    f"{_OASIS}:table:1.0": "table",
    f"{_OASIS}:text:1.0": "text",
    f"{_OASIS}:meta:1.0": "meta",
    f"{_OASIS}:drawing:1.0": "draw",
    f"{_OASIS}:style:1.0": "style",
    f"{_OASIS}:datastyle:1.0": "number",
    f"{_OASIS}:config:1.0": "config",
    f"{_OASIS}:svg-compatible:1.0": "svg",
    f"{_OASIS}:xsl-fo-compatible:1.0": "fo",
    "http://purl.org/dc/elements/1.1/": "dc",
    "http://www.w3.org/1999/xlink": "xlink",
    "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0": "calcext",
    "urn:org:documentfoundation:names:experimental:office:xmlns:loext:1.0": "loext",
}
"""The namespaces whose names can stand in a table: the standard's, and those of LibreOffice."""

_ELSEWHERE = (FOREIGN, "number:", "config:", "style:", "meta:")
"""How names begin of elements that no table is in."""

_NOTHING = '""'
"""A number format that shows nothing."""

_ONLY_BARS = Change(only_bars=True)
_NUMBERS = frozenset({"float", "percentage", "currency"})
_HIDDEN = frozenset({"office:annotation", "table:tracked-changes", "table:shapes"})
"""Elements whose text is no cell's; drawings are such too."""

_DRAWINGS = "draw:"
_KINDS = {"draw:image": PICTURE, "draw:object": CHART, "draw:object-ole": CHART}
"""What a drawing is called by an element in it; any other is a text box."""

_OWN = frozenset(
    {"table", "table-row", "table-cell", "covered-table-cell", "p", "name", "formula"}
    | {"value", "value-type", "string-value", "boolean-value", "date-value", "time-value"}
    | {"number-columns-repeated", "number-rows-repeated"}
)
"""Names that mean something in a table and must not come from another namespace there."""

_AROUND_CELLS = frozenset(
    {"office:spreadsheet", "table:table", "table:table-row", "table:table-cell", "text:p"}
)
_MOST_SPACES = 1000
_CORNER = (
    r"\$?(?:'(?P<quoted{0}>(?:[^']|'')+)'|(?P<plain{0}>[^.']+))?"
    r"\.\$?(?P<column{0}>[A-Z]+)\$?(?P<row{0}>[0-9]+)"
)
_RANGE = re.compile(_CORNER.format("1") + "(?::" + _CORNER.format("2") + ")?")


def read(data: bytes, limits: Limits) -> RawBook:
    """Reads every table of a package. Raises Refused."""
    parts = open_package(data, limits)
    if b"encryption-data" in parts.get("meta-inf/manifest.xml", b""):
        raise Refused(codes.LOCKED_ODS())
    if "content.xml" not in parts:
        raise Refused(codes.NO_TABLES())
    content = _Content(CellCount(codes.ODS_CELLS, limits.cells), _styles(parts))
    parse_xml(parts["content.xml"], content, _PREFIXES)
    names, repeated = join_names(content.names)
    if not _shows_zeros(parts):
        for sheet in content.sheets.values():
            sheet.zeros = False
    meta = _Meta()
    if "meta.xml" in parts:
        parse_optional(parts["meta.xml"], meta, _PREFIXES)
    return RawBook(
        content.sheets,
        names,
        repeated,
        properties={key: value.strip() for key, value in meta.properties.items()},
        saved=time_or_nothing(meta.date.strip()),
        format=Format.ODS,
        macros=_holds_macros(parts),
        links=content.links,
        notes=opc.odd_parts(parts, ("content.xml",)),
    )


class _Common(XmlHandler):
    """Collects the styles of styles.xml."""

    def __init__(self) -> None:
        self.styles = OdsStyles()

    def start(self, name: str, attributes: Attributes) -> None:
        self.styles.start(name, attributes)

    def data(self, text: str) -> None:
        self.styles.numbers.data(text)

    def end(self, name: str) -> None:
        self.styles.end(name)


def _styles(parts: Parts) -> OdsStyles:
    """The styles that a spreadsheet's parts share."""
    common = _Common()
    if "styles.xml" in parts:
        parse_optional(parts["styles.xml"], common, _PREFIXES)
    return common.styles


class _Settings(XmlHandler):
    """Collects whether zeros are shown, from what LibreOffice keeps of how a file is looked at."""

    def __init__(self) -> None:
        self.in_zeros = False
        self.zeros = ""

    def start(self, name: str, attributes: Attributes) -> None:
        self.in_zeros = (
            name == "config:config-item" and attributes.get("config:name") == "ShowZeroValues"
        )

    def data(self, text: str) -> None:
        if self.in_zeros:
            self.zeros += text

    def end(self, _name: str) -> None:
        self.in_zeros = False


def _shows_zeros(parts: Parts) -> bool:
    """Whether the cells of all tables show a 0."""
    settings = _Settings()
    if "settings.xml" in parts:
        parse_optional(parts["settings.xml"], settings, _PREFIXES)
    return settings.zeros.strip() != "false"


def _holds_macros(parts: Parts) -> bool:
    """Whether there are scripts in the package (they are never run)."""
    scripts = [name for name in parts if name.startswith(("basic/", "scripts/"))]
    return any(not name.endswith("/") for name in scripts)


class _Meta(XmlHandler):
    """Collects user-defined properties and the last-saved time (part 3, 4.3)."""

    def __init__(self) -> None:
        self.properties: dict[str, str] = {}
        self.date = ""
        self.current = ""
        self.in_date = False

    def start(self, name: str, attributes: Attributes) -> None:
        self.in_date = name == "dc:date"
        self.current = attributes.get("meta:name", "") if name == "meta:user-defined" else ""

    def data(self, text: str) -> None:
        if self.in_date:
            self.date += text
        elif self.current:
            self.properties[self.current] = self.properties.get(self.current, "") + text

    def end(self, _name: str) -> None:
        self.in_date = False
        self.current = ""


@dataclass
class _Cell:
    """The cell being read: its attributes, repetition, number of its style, why nobody sees it,
    what its style makes of its number (None where that is not known), paragraphs."""

    attributes: Attributes
    repeat: int
    style: int = 0
    unseen: str = ""
    styled: str | None = None
    is_date: bool = False
    repeats: bool = False
    lines: list[str] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)
    """The parts of the paragraphs, where they are not all in the font of the cell."""

    def raw(self) -> RawCell | None:
        """The cell by its value type (19.387); None when there is nothing in it."""
        formula = self.attributes.get("table:formula")
        made = partial(RawCell, formula=formula, unseen=self.unseen, style=self.style)
        shown = "\n".join(self.lines)
        kind = self.attributes.get("office:value-type", "")
        if self._is_error(shown):
            return made("e", shown)
        if kind in _NUMBERS and "office:value" in self.attributes:
            return self._number(made, shown)
        if kind in ("date", "time"):
            moment = self.attributes.get(f"office:{kind}-value", shown)
            return made("d", moment, date=True, shown=shown)
        if kind == "boolean":
            is_true = self.attributes.get("office:boolean-value") == "true"
            return made("b", "1" if is_true else "0")
        text = self.attributes.get("office:string-value", shown)
        if not text and formula is None:
            return None
        has_fonts = any(run.font is not None for run in self.runs)
        return made("str", text, runs=tuple(self.runs) if has_fonts else ())

    def _number(self, made: Callable[..., RawCell], shown: str) -> RawCell:
        """A number with what its style shows; what is written beside it counts where that is the
        same number, or not known."""
        text = self.attributes["office:value"]
        if self.is_date:
            return made("n", text, date=True, shown=shown or date_shown(text))
        is_other = self.styled is not None and number_read(self.styled) != _decimal(text)
        if is_other and not self.styled:
            return made("n", text, number_format=_NOTHING)
        if self.styled is not None and is_other:
            shown = self.styled
        return made("n", text, shown=shown, repeats=self.repeats)

    def _is_error(self, shown: str) -> bool:
        """A formula's error is shown as a text; LibreOffice does not mark it."""
        if self.attributes.get("calcext:value-type") == "error":
            return True
        return "table:formula" in self.attributes and shown.startswith(("#", "Err:"))

    def is_doubtful(self) -> bool:
        """Whether the cell says twice, in two ways, what it holds: programs differ in which they
        take."""
        kind = self.attributes.get("office:value-type", "")
        other = self.attributes.get("calcext:value-type", kind)
        if other not in (kind, "error", "void"):
            return True
        text = self.attributes.get("office:string-value")
        if kind != "string" or text is None or not self.lines:
            return False
        return "".join(text.split()) != "".join("".join(self.lines).split())


def _is_hidden(name: str) -> bool:
    """Whether an element's text is no cell's; programs pass over those of other namespaces."""
    return name in _HIDDEN or name.startswith((FOREIGN, _DRAWINGS))


@dataclass
class _Overlay:
    """A comment or drawing being read: what it is called, its words, how deep it lies."""

    kind: str
    depth: int
    pieces: list[str] = field(default_factory=list)

    def remark(self, cell: Cell) -> Remark | None:
        """The whole of it; None for a text box without words."""
        words = "".join(self.pieces)[:MOST_LETTERS].strip()
        return Remark(cell, self.kind, words) if words or self.kind != TEXT_BOX else None


class _Content(XmlHandler):
    """Collects the tables of content.xml (chapter 9).

    `rows` is how often the current row is repeated and `line` what stands in it; `hidden` counts
    open elements whose text is no cell's, `closed` open groups of rows or columns that are not
    shown.
    """

    def __init__(self, count: CellCount, styles: OdsStyles) -> None:
        self.styles = styles
        self.overlay: _Overlay | None = None
        self.closed = 0
        self.columns: list[tuple[int, str]] = []
        self.hidden_columns: list[tuple[int, int]] = []
        self.hidden_rows: list[tuple[int, int]] = []
        self.row_style = ""
        self.sheets: dict[str, RawSheet] = {}
        self.names: list[tuple[str, str]] = []
        self.links = False
        self.count = count
        self.path: list[str] = []
        self.sheet: RawSheet | None = None
        self.row = self.column = 0
        self.rows = 1
        self.line: list[tuple[int, RawCell]] = []
        self.cell: _Cell | None = None
        self.spans: list[tuple[int, str]] = []
        """How deep each open part of a text lies, and its style."""
        self.hidden = 0
        self.style_numbers: dict[str, int] = {}
        self.rules: list[Rule] = []
        self.areas: tuple[tuple[Cell, Cell], ...] = ()

    def start(self, name: str, attributes: Attributes) -> None:
        if _is_hidden(name):
            self.hidden += 1
        self.path.append(name)
        while self.spans and self.spans[-1][0] >= len(self.path):
            self.spans.pop()
        if name in _AROUND_CELLS and any(each.startswith(_ELSEWHERE) for each in self.path):
            raise Refused(codes.SMUGGLED())
        if self.hidden:
            self._start_overlay(name)
            return
        if self.sheet is None:
            self.styles.start(name, attributes)
        handle = self._STARTS.get(name)
        if handle is not None:
            handle(self, attributes)

    def foreign(self, local: str) -> None:
        """Refuses what is called like something of a table, but belongs to another namespace."""
        if local in _OWN and self.path[-1:] and self.path[-1] in _AROUND_CELLS:
            raise Refused(codes.SMUGGLED())

    def end(self, name: str) -> None:
        self._end_overlay()
        self.path.pop()
        if self.sheet is None:
            self.styles.end(name)
        if _is_hidden(name):
            self.hidden -= 1
            return
        handle = self._ENDS.get(name)
        if handle is not None and not self.hidden:
            handle(self)

    def data(self, text: str) -> None:
        if self.overlay is not None and "text:p" in self.path[self.overlay.depth :]:
            self.overlay.pieces.append(text)
        if self.sheet is None:
            self.styles.numbers.data(text)
        if self.cell is None or not self.cell.lines or self.hidden:
            return
        if "text:p" in self.path:
            self.cell.lines[-1] += text
            self.cell.runs.append(Run(text, self._run_font()))

    # --- where an element begins -----------------------------------------------------------

    def _start_table(self, attributes: Attributes) -> None:
        name = attributes.get("table:name", "")
        if self.sheet is not None:
            raise Refused(codes.NESTED_TABLE(sheet=self.sheet.name))
        if name in self.sheets:
            raise Refused(codes.TWO_SHEETS(sheet=name))
        self.sheet = RawSheet(name, protected=attributes.get("table:protected") == "true")
        is_hidden = self.styles.hides_table(attributes.get("table:style-name", ""))
        self.sheet.hidden = Hidden(sheet=is_hidden)
        self.row = self.column = 0
        self.columns, self.hidden_columns, self.hidden_rows, self.rules = [], [], [], []

    def _start_column(self, attributes: Attributes) -> None:
        count = _repetition(attributes, "table:number-columns-repeated")
        first = self.column
        self.column += count
        if len(self.columns) < a1.MAX_COLUMNS:
            style = attributes.get("table:default-cell-style-name", "")
            self.columns.append((self.column, style))
        if self._is_unseen("table-column", attributes):
            add_range(self.hidden_columns, first, self.column - 1)

    def _is_unseen(self, family: str, attributes: Attributes) -> bool:
        """Whether a row or column is not shown (19.749), or too small to be seen."""
        visibility = attributes.get("table:visibility", "visible")
        style = attributes.get("table:style-name", "")
        return visibility != "visible" or self.closed > 0 or self.styles.hides_line(family, style)

    def _start_group(self, attributes: Attributes) -> None:
        if self.closed or attributes.get("table:display") == "false":
            self.closed += 1

    def _start_row(self, attributes: Attributes) -> None:
        self.rows = _repetition(attributes, "table:number-rows-repeated")
        self.row_style = attributes.get("table:default-cell-style-name", "")
        if self._is_unseen("table-row", attributes):
            add_range(self.hidden_rows, self.row, self.row + self.rows - 1)
        self.column = 0
        self.line = []

    def _start_cell(self, attributes: Attributes) -> None:
        repeat = _repetition(attributes, "table:number-columns-repeated")
        self.cell = self._new_cell(attributes, repeat, self._style(attributes))
        if "table:number-columns-spanned" in attributes:
            self._merge(attributes)
        if "file:" in attributes.get("table:formula", ""):
            self.links = True

    def _new_cell(self, attributes: Attributes, repeat: int, style: str) -> _Cell:
        """A cell with what its style makes of it."""
        cell = _Cell(attributes, repeat)
        cell.style = self.style_numbers.setdefault(style, len(self.style_numbers))
        number = _decimal(attributes.get("office:value", ""))
        cell.unseen = self.styles.why_unseen(style, number)
        if number is None:
            return cell
        cell.styled = self.styles.shown(style, number)
        cell.is_date = self.styles.shows_date(style)
        cell.repeats = self.styles.repeats(style)
        return cell

    def _start_format(self, attributes: Attributes) -> None:
        """A conditional format as LibreOffice writes it beside the table."""
        self.areas = ods_areas(attributes.get("calcext:target-range-address", ""))

    def _start_condition(self, attributes: Attributes) -> None:
        base = base_cell(attributes.get("calcext:base-cell-address", ""))
        condition = ods_condition(attributes.get("calcext:value", ""), base)
        change = self.styles.change(attributes.get("calcext:apply-style-name", ""))
        self._add_rule(Rule(self.areas, condition, change, is_last=True))

    def _start_bars(self, attributes: Attributes) -> None:
        if attributes.get("calcext:show-value") == "false":
            self._add_rule(Rule(self.areas, ALWAYS, _ONLY_BARS))

    def _add_rule(self, rule: Rule) -> None:
        self.count.add()
        if len(self.rules) < MOST_RULES:
            self.rules.append(rule)

    def _start_range_name(self, attributes: Attributes) -> None:
        self._name(attributes, _target(attributes.get("table:cell-range-address", "")))

    def _start_expression_name(self, attributes: Attributes) -> None:
        self._name(attributes, "")

    def _start_link(self, _attributes: Attributes) -> None:
        self.links = True

    def _start_paragraph(self, _attributes: Attributes) -> None:
        if self.cell is not None:
            if self.cell.lines:
                self.cell.runs.append(Run("\n"))
            self.cell.lines.append("")

    def _start_span(self, attributes: Attributes) -> None:
        self.spans.append((len(self.path), attributes.get("text:style-name", "")))

    def _run_font(self) -> Font | None:
        """The font of the text that comes; None for that of the cell."""
        while self.spans and self.spans[-1][0] > len(self.path):
            self.spans.pop()
        if not self.spans or self.cell is None:
            return None
        font = self.styles.look(self._style(self.cell.attributes)).font
        for _, style in self.spans:
            font = self.styles.run_font(style, font)
        return font

    def _start_spaces(self, attributes: Attributes) -> None:
        self.data(" " * min(_repetition(attributes, "text:c"), _MOST_SPACES))

    def _start_tab(self, _attributes: Attributes) -> None:
        self.data("\t")

    def _start_line_break(self, _attributes: Attributes) -> None:
        self.data("\n")

    _STARTS: ClassVar[Mapping[str, Callable[[_Content, Attributes], None]]] = {
        "table:table": _start_table,
        "table:table-column": _start_column,
        "table:table-column-group": _start_group,
        "table:table-row-group": _start_group,
        "table:table-row": _start_row,
        "table:table-cell": _start_cell,
        "table:covered-table-cell": _start_cell,
        "table:named-range": _start_range_name,
        "table:named-expression": _start_expression_name,
        "table:table-source": _start_link,
        "table:cell-range-source": _start_link,
        "table:dde-link": _start_link,
        "calcext:conditional-format": _start_format,
        "calcext:condition": _start_condition,
        "calcext:data-bar": _start_bars,
        "calcext:icon-set": _start_bars,
        "text:p": _start_paragraph,
        "text:span": _start_span,
        "text:s": _start_spaces,
        "text:tab": _start_tab,
        "text:line-break": _start_line_break,
    }
    """What is done at each element; all others are passed over."""

    # --- where an element ends -------------------------------------------------------------

    def _end_cell(self) -> None:
        cell = self.cell
        if cell is None:
            return
        raw = cell.raw()
        if raw is not None:
            if self.sheet is not None and cell.is_doubtful():
                self.sheet.doubt((self.row, self.column))
            self._add_style_rules(cell)
            self.count.add(cell.repeat * self.rows)
            if not self.line:
                self.count.add(self.rows)
            columns = range(self.column, self.column + cell.repeat)
            self.line += [(column, raw) for column in columns]
        self.column += cell.repeat
        self.cell = None

    def _add_style_rules(self, cell: _Cell) -> None:
        """The conditional formats in the style of a cell, if one of them could hide it."""
        maps = self.styles.maps(self._style(cell.attributes))
        if not maps:
            return
        changes = [self.styles.change(each.style) for each in maps]
        if not any(map(may_hide, changes)):
            return
        first = self.row, self.column
        last = self.row + self.rows - 1, self.column + cell.repeat - 1
        for each, change in zip(maps, changes, strict=True):
            condition = ods_condition(each.condition, base_cell(each.base))
            self._add_rule(Rule(((first, last),), condition, change, is_last=True))

    def _end_row(self) -> None:
        if self.sheet is not None and self.line:
            for row in range(self.row, self.row + self.rows):
                for column, raw in self.line:
                    self.sheet.put((row, column), raw)
        self.row += self.rows

    def _end_table(self) -> None:
        if self.sheet is None:
            return
        self.sheet.hidden = replace(
            self.sheet.hidden, rows=tuple(self.hidden_rows), columns=tuple(self.hidden_columns)
        )
        self.sheet.rules = self.rules
        self.sheet.looks = [self.styles.look(name) for name in self.style_numbers]
        if self.sheet.name.startswith("'file:"):  # the copy of another file's table
            self.links = True
        else:
            self.sheets[self.sheet.name] = self.sheet
        self.sheet = None

    def _end_group(self) -> None:
        self.closed = max(0, self.closed - 1)

    _ENDS: ClassVar[Mapping[str, Callable[[_Content], None]]] = {
        "table:table-column-group": _end_group,
        "table:table-row-group": _end_group,
        "table:table-cell": _end_cell,
        "table:covered-table-cell": _end_cell,
        "table:table-row": _end_row,
        "table:table": _end_table,
    }

    # --- what they share -------------------------------------------------------------------

    def _start_overlay(self, name: str) -> None:
        """A comment or a drawing begins, or goes on."""
        if self.overlay is not None:
            self.overlay.kind = _KINDS.get(name, self.overlay.kind)
            if name == "text:p" and self.overlay.pieces:
                self.overlay.pieces.append(" ")
            return
        is_comment = name == "office:annotation"
        if self.sheet is None or not (is_comment or name.startswith(_DRAWINGS)):
            return
        self.count.add()
        self.sheet.marks.add((self.row, self.column))
        self.overlay = _Overlay(COMMENT if is_comment else TEXT_BOX, len(self.path))

    def _end_overlay(self) -> None:
        """The element in which an overlay began ends."""
        overlay, sheet = self.overlay, self.sheet
        if overlay is None or sheet is None or len(self.path) > overlay.depth:
            return
        self.overlay = None
        remark = overlay.remark((self.row, self.column))
        if remark is not None and len(sheet.remarks) < MOST_ODD:
            sheet.remarks.append(remark)

    def _merge(self, attributes: Attributes) -> None:
        """A cell that covers others."""
        if self.sheet is None:
            return
        first = self.row, self.column
        self.sheet.marks.add(first)
        rows = _repetition(attributes, "table:number-rows-spanned")
        columns = _repetition(attributes, "table:number-columns-spanned")
        last = self.row + rows - 1, self.column + columns - 1
        self.sheet.merges.append((first, last))

    def _style(self, attributes: Attributes) -> str:
        """The style of a cell: its own, else its row's, else its column's (19.615)."""
        own = attributes.get("table:style-name", "") or self.row_style
        if own:
            return own
        return next((style for end, style in self.columns if self.column < end), "")

    def _name(self, attributes: Attributes, target: str) -> None:
        """A table's own name never replaces the book's."""
        if "table:table" not in self.path:
            self.names.append((attributes.get("table:name", ""), target))


def _decimal(text: str) -> Decimal | None:
    """A number as written; None for anything else."""
    try:
        number = Decimal(text)
    except ArithmeticError:
        return None
    return number if number.is_finite() else None


def _repetition(attributes: Mapping[str, str], name: str) -> int:
    """How often something is there: at least 1, at most the number of rows that Excel has."""
    text = attributes.get(name, "1")
    if not text.isascii() or not text.isdigit():
        return 1
    return max(1, min(int(text[:9]), a1.MAX_ROWS))


def _target(address: str) -> str:
    """`$'sheet'.$A$1:.$B$2` as `'sheet'!$A$1:$B$2`; empty for anything else (19.610)."""
    corners = _RANGE.fullmatch(address)
    if corners is None:
        return ""
    sheet = _sheet_of(corners, 1)
    other = _sheet_of(corners, 2)
    if not sheet or (other and other != sheet):
        return ""
    area = f"${corners['column1']}${corners['row1']}"
    if corners["column2"]:
        area += f":${corners['column2']}${corners['row2']}"
    return f"{a1.quoted(sheet)}!{area}"


def _sheet_of(corners: re.Match[str], corner: int) -> str:
    """The sheet that a corner of a range names; empty where it names none."""
    quoted = corners[f"quoted{corner}"]
    if quoted:
        return quoted.replace("''", "'")
    return corners[f"plain{corner}"] or ""
