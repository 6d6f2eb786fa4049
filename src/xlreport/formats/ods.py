"""An OpenDocument spreadsheet (.ods) as raw cells. Source: OASIS OpenDocument 1.3 part 3."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from xlreport import a1
from xlreport.formats import codes
from xlreport.formats.guard import (
    FOREIGN,
    CellCount,
    Limits,
    Refused,
    XmlHandler,
    open_package,
    parse_xml,
)
from xlreport.formats.opc import Parts, time_or_nothing
from xlreport.formats.raw import Format, RawBook, RawCell, RawSheet, join_names

Attributes = dict[str, str]

_OASIS = "urn:oasis:names:tc:opendocument:xmlns"
_PREFIXES: Mapping[str, str] = {
    f"{_OASIS}:office:1.0": "office",
    f"{_OASIS}:table:1.0": "table",
    f"{_OASIS}:text:1.0": "text",
    f"{_OASIS}:meta:1.0": "meta",
    f"{_OASIS}:drawing:1.0": "draw",
    f"{_OASIS}:style:1.0": "style",
    f"{_OASIS}:svg-compatible:1.0": "svg",
    "http://purl.org/dc/elements/1.1/": "dc",
    "http://www.w3.org/1999/xlink": "xlink",
    "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0": "calcext",
    "urn:org:documentfoundation:names:experimental:office:xmlns:loext:1.0": "loext",
}
"""The namespaces whose names can stand in a table: the standard's, and those of LibreOffice."""

_NUMBERS = frozenset({"float", "percentage", "currency"})
_HIDDEN = frozenset({"office:annotation", "table:tracked-changes", "table:shapes"})
"""Elements whose text is no cell's."""

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
    content = _Content(CellCount(codes.ODS_CELLS, limits.cells))
    parse_xml(parts["content.xml"], content, _PREFIXES)
    names, repeated = join_names(content.names)
    meta = _Meta()
    if "meta.xml" in parts:
        parse_xml(parts["meta.xml"], meta, _PREFIXES)
    return RawBook(
        content.sheets,
        names,
        repeated,
        properties={key: value.strip() for key, value in meta.properties.items()},
        saved=time_or_nothing(meta.date.strip()),
        format=Format.ODS,
        macros=_holds_macros(parts),
        links=content.links,
    )


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
    """The cell being read: its attributes, repetition, paragraphs."""

    attributes: Attributes
    repeat: int
    lines: list[str] = field(default_factory=list)

    def raw(self) -> RawCell | None:
        """The cell by its value type (19.387); None when there is nothing in it."""
        formula = self.attributes.get("table:formula")
        shown = "\n".join(self.lines)
        kind = self.attributes.get("office:value-type", "")
        if self._is_error(shown):
            return RawCell("e", shown, formula)
        if kind in _NUMBERS and "office:value" in self.attributes:
            return RawCell("n", self.attributes["office:value"], formula, shown=shown)
        if kind in ("date", "time"):
            moment = self.attributes.get(f"office:{kind}-value", shown)
            return RawCell("d", moment, formula, date=True, shown=shown)
        if kind == "boolean":
            is_true = self.attributes.get("office:boolean-value") == "true"
            return RawCell("b", "1" if is_true else "0", formula)
        text = self.attributes.get("office:string-value", shown)
        if not text and formula is None:
            return None
        return RawCell("str", text, formula)

    def _is_error(self, shown: str) -> bool:
        """A formula's error is shown as a text; LibreOffice does not mark it."""
        if self.attributes.get("calcext:value-type") == "error":
            return True
        return "table:formula" in self.attributes and shown.startswith(("#", "Err:"))


def _is_hidden(name: str) -> bool:
    """Whether an element's text is no cell's; programs pass over those of other namespaces."""
    return name in _HIDDEN or name.startswith(FOREIGN)


class _Content(XmlHandler):
    """Collects the tables of content.xml (chapter 9).

    `rows` is how often the current row is repeated and `line` what stands in it; `hidden` counts
    open elements whose text is no cell's.
    """

    def __init__(self, count: CellCount) -> None:
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
        self.hidden = 0

    def start(self, name: str, attributes: Attributes) -> None:
        if _is_hidden(name):
            self.hidden += 1
        self.path.append(name)
        if self.hidden:
            if name == "office:annotation":
                self._mark()
            return
        handle = self._STARTS.get(name)
        if handle is not None:
            handle(self, attributes)

    def foreign(self, local: str) -> None:
        """Refuses what is called like something of a table, but belongs to another namespace."""
        if local in _OWN and self.path[-1:] and self.path[-1] in _AROUND_CELLS:
            raise Refused(codes.SMUGGLED())

    def end(self, name: str) -> None:
        self.path.pop()
        if _is_hidden(name):
            self.hidden -= 1
            return
        handle = self._ENDS.get(name)
        if handle is not None and not self.hidden:
            handle(self)

    def data(self, text: str) -> None:
        if self.cell is None or not self.cell.lines or self.hidden:
            return
        if "text:p" in self.path:
            self.cell.lines[-1] += text

    # --- where an element begins -----------------------------------------------------------

    def _start_table(self, attributes: Attributes) -> None:
        name = attributes.get("table:name", "")
        if self.sheet is not None:
            raise Refused(codes.NESTED_TABLE(sheet=self.sheet.name))
        if name in self.sheets:
            raise Refused(codes.TWO_SHEETS(sheet=name))
        self.sheet = RawSheet(name, protected=attributes.get("table:protected") == "true")
        self.row = 0

    def _start_row(self, attributes: Attributes) -> None:
        self.rows = _repetition(attributes, "table:number-rows-repeated")
        self.column = 0
        self.line = []

    def _start_cell(self, attributes: Attributes) -> None:
        self.cell = _Cell(attributes, _repetition(attributes, "table:number-columns-repeated"))
        if "table:number-columns-spanned" in attributes:
            self._mark()
        if "file:" in attributes.get("table:formula", ""):
            self.links = True

    def _start_range_name(self, attributes: Attributes) -> None:
        self._name(attributes, _target(attributes.get("table:cell-range-address", "")))

    def _start_expression_name(self, attributes: Attributes) -> None:
        self._name(attributes, "")

    def _start_link(self, _attributes: Attributes) -> None:
        self.links = True

    def _start_paragraph(self, _attributes: Attributes) -> None:
        if self.cell is not None:
            self.cell.lines.append("")

    def _start_spaces(self, attributes: Attributes) -> None:
        self.data(" " * min(_repetition(attributes, "text:c"), _MOST_SPACES))

    def _start_tab(self, _attributes: Attributes) -> None:
        self.data("\t")

    def _start_line_break(self, _attributes: Attributes) -> None:
        self.data("\n")

    _STARTS: ClassVar[Mapping[str, Callable[[_Content, Attributes], None]]] = {
        "table:table": _start_table,
        "table:table-row": _start_row,
        "table:table-cell": _start_cell,
        "table:covered-table-cell": _start_cell,
        "table:named-range": _start_range_name,
        "table:named-expression": _start_expression_name,
        "table:table-source": _start_link,
        "table:cell-range-source": _start_link,
        "table:dde-link": _start_link,
        "text:p": _start_paragraph,
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
            self.count.add(cell.repeat * self.rows)
            if not self.line:
                self.count.add(self.rows)
            columns = range(self.column, self.column + cell.repeat)
            self.line += [(column, raw) for column in columns]
        self.column += cell.repeat
        self.cell = None

    def _end_row(self) -> None:
        if self.sheet is not None and self.line:
            for row in range(self.row, self.row + self.rows):
                for column, raw in self.line:
                    self.sheet.put((row, column), raw)
        self.row += self.rows

    def _end_table(self) -> None:
        if self.sheet is None:
            return
        if self.sheet.name.startswith("'file:"):  # the copy of another file's table
            self.links = True
        else:
            self.sheets[self.sheet.name] = self.sheet
        self.sheet = None

    _ENDS: ClassVar[Mapping[str, Callable[[_Content], None]]] = {
        "table:table-cell": _end_cell,
        "table:covered-table-cell": _end_cell,
        "table:table-row": _end_row,
        "table:table": _end_table,
    }

    # --- what they share -------------------------------------------------------------------

    def _mark(self) -> None:
        """Notes that something stands at the current cell."""
        if self.sheet is not None:
            self.sheet.marks.add((self.row, self.column))

    def _name(self, attributes: Attributes, target: str) -> None:
        """A table's own name never replaces the book's."""
        if "table:table" not in self.path:
            self.names.append((attributes.get("table:name", ""), target))


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
