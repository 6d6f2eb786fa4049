"""Web pages: what a person sees of them, as lines and grids. Nothing is fetched, no script is run.

The page is read in one go, from its first tag to its last, by the parser of libxml2, which mends
what is not closed; no tree is built, so depth costs nothing.
Source: HTML Living Standard, 13.2 (parsing) and 15.3 (rendering).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from xlreport.formats.colours import LOWERED, RAISED
from xlreport.formats.drafts import Draft, Passage, count_of, document_of, tags_of
from xlreport.formats.encodings import page_text
from xlreport.formats.grid import Document
from xlreport.formats.guard import CellCount, Limits
from xlreport.formats.html_tables import (
    Group,
    PageCell,
    columns_asked_for,
    laid_out,
    rows_asked_for,
)
from xlreport.formats.runs import scripted
from xlreport.submission import PICTURE

KIND = "网页"

_BLOCKS_LISTED = """
    address article aside blockquote body center dd details dialog dir div dl dt fieldset
    figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr html legend li main menu nav ol
    p pre section summary ul br tr td th
"""
_BLOCKS = frozenset(_BLOCKS_LISTED.split())
"""What begins and ends on a line of its own; rows and cells only where they are in no table."""

_UNSEEN_LISTED = """
    applet area audio base canvas colgroup datalist embed frameset head iframe link map meta
    noembed noframes noscript object param rp rt script select style svg template title video
    xml
"""
_UNSEEN = frozenset(_UNSEEN_LISTED.split())
"""What shows nothing, or nothing of the page's own text."""

_CROSSED_OUT = frozenset(("del", "s", "strike"))
_NOT_SHOWN = re.compile(r"display\s*:\s*none", re.IGNORECASE)
_NO_TEXT = re.compile(
    r"visibility\s*:\s*(?:hidden|collapse)|text-decoration[^;]*line-through|mso-hide\s*:\s*all",
    re.IGNORECASE,
)
_TINY = re.compile(r"(?<![-\w])font-size\s*:\s*0+(?:\.0*)?(?![\d.])", re.IGNORECASE)
_SCRIPT = re.compile(
    r"(?<![-\w])(?:vertical-align|mso-text-raise)\s*:\s*"
    r"(?P<word>super|sub|baseline|(?P<sign>-?)(?P<height>[0-9]*\.?[0-9]+))",
    re.IGNORECASE,
)
_SCRIPTS = {"sup": RAISED, "sub": LOWERED}
"""What is written raised or lowered, by its element;"""

_SCRIPT_WORDS = {"super": RAISED, "sub": LOWERED, "baseline": ""}
"""and by its style."""

_TYPED_IN = frozenset(("", "text", "number", "tel"))
"""Kinds of `input` in which people see what was typed in."""


def read(data: bytes, limits: Limits) -> Document:
    """Reads a page. Raises Refused."""
    from lxml import etree

    page = _Page(limits)
    target: Any = page  # the stubs of lxml know texts as bytes too, which a page never gives
    # without huge_tree it looks again and again for the end of a comment beyond its limit
    parser = etree.HTMLParser(target=target, encoding="utf-8", no_network=True, huge_tree=True)
    parser.feed(page_text(data).encode("utf-8", "replace"))
    parser.close()
    return document_of(KIND, page.whole.closed().parts)


class _Table:
    """A table that is open: its rows so far, and what of it is open."""

    def __init__(self, count: CellCount) -> None:
        self.draft = Draft(Passage(count))
        self.cell: PageCell | None = None
        self._count = count
        self._groups: list[Group] = []
        self._group: Group | None = None
        self._row: list[PageCell] | None = None

    def begin_group(self, kind: str) -> Group:
        """Begins a head, a foot or a body."""
        self.end_group()
        group = Group(kind)
        self._groups.append(group)
        self._group = group
        return group

    def end_group(self) -> None:
        """Ends it; rows behind it are of another body."""
        self.end_row()
        self._group = None

    def begin_row(self) -> list[PageCell]:
        """Begins a row. Raises Refused."""
        self.end_row()
        self._count.add()
        group = self._group or self.begin_group("tbody")
        row: list[PageCell] = []
        group.rows.append(row)
        self._row = row
        return row

    def end_row(self) -> None:
        """Ends it with its last cell. Raises Refused."""
        self.end_cell()
        self._row = None

    def begin_cell(self, attributes: Mapping[str, str]) -> None:
        """Begins a cell, in a row of its own where none is open. Raises Refused."""
        self.end_cell()
        row = self.begin_row() if self._row is None else self._row
        rows = rows_asked_for(attributes.get("rowspan", ""))
        columns = columns_asked_for(attributes.get("colspan", ""))
        self._count.add()
        self.cell = PageCell(Passage(self._count), rows, columns)
        row.append(self.cell)

    def end_cell(self) -> None:
        """Ends it with its last line. Raises Refused."""
        if self.cell is None:
            return
        passage = self.cell.passage.closed()
        if passage.has_tables:
            self.draft.after.append(passage.parts)
        self.cell = None

    def finished(self) -> Draft:
        """The table as it is. Raises Refused."""
        self.end_row()
        self.draft.before.end_line()
        self.draft.shapes = laid_out(self._groups, self._count)
        return self.draft


_STARTS: Mapping[str, Callable[[_Table, Mapping[str, str]], object]] = {
    "thead": lambda table, _: table.begin_group("thead"),
    "tbody": lambda table, _: table.begin_group("tbody"),
    "tfoot": lambda table, _: table.begin_group("tfoot"),
    "tr": lambda table, _: table.begin_row(),
    "td": _Table.begin_cell,
    "th": _Table.begin_cell,
}
"""What an element means for the table that is open, when it begins,"""

_ENDS: Mapping[str, Callable[[_Table], None]] = {
    "thead": _Table.end_group,
    "tbody": _Table.end_group,
    "tfoot": _Table.end_group,
    "tr": _Table.end_row,
    "td": _Table.end_cell,
    "th": _Table.end_cell,
}
"""and when it ends."""


class _Page:
    """What the parser tells its events to (lxml's parser target). Elements are closed in the order
    in which they were opened."""

    def __init__(self, limits: Limits) -> None:
        self._count = count_of(limits)
        self._tags = tags_of(limits)
        self.whole = Passage(self._count)
        self._tables: list[_Table] = []
        self._hidden = 0
        """How many elements are open from the first one on that is not shown."""
        self._mute = 0
        """The same for one that takes its room, but whose text is not seen or crossed out."""
        self._starts: dict[str, Callable[[Mapping[str, str]], None]] = {
            "table": self._begin_table,
            "input": self._input,
            "img": self._picture,
        }
        self._scripts = [""]
        """For each element that is open and seen whether its text is raised or lowered."""

    # --- what the parser calls ----------------------------------------------------------------

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """An element begins. Raises Refused."""
        self._tags.add()
        if self._hidden or _is_hidden(tag, attributes):
            self._hidden += 1
            return
        if self._mute or _is_mute(tag, attributes):
            self._mute += 1
        self._scripts.append(_script(tag, attributes, self._scripts[-1]))
        if tag in _BLOCKS:
            self._passage.end_line()
        if tag in _STARTS and self._tables:
            _STARTS[tag](self._tables[-1], attributes)
        begin = self._starts.get(tag)
        if begin is not None:
            begin(attributes)

    def end(self, tag: str) -> None:
        """An element ends."""
        if self._hidden:
            self._hidden -= 1
            return
        self._scripts.pop()
        if self._mute:
            self._mute -= 1
        if tag in _BLOCKS:
            self._passage.end_line()
        if not self._tables:
            return
        if tag == "table":
            self._end_table()
        elif tag in _ENDS:
            _ENDS[tag](self._tables[-1])

    def data(self, text: str) -> None:
        """A piece of text."""
        if not self._hidden and not self._mute:
            self._passage.say(scripted(text, self._scripts[-1]))

    def close(self) -> None:
        """The page ends."""

    # --- what it means -----------------------------------------------------------------------

    @property
    def _passage(self) -> Passage:
        """Where text goes: into the cell that is open; what lies in a table and in no cell is shown
        before it."""
        if not self._tables:
            return self.whole
        table = self._tables[-1]
        return table.draft.before if table.cell is None else table.cell.passage

    def _begin_table(self, _: Mapping[str, str]) -> None:
        self._count.add()
        self._tables.append(_Table(self._count))

    def _end_table(self) -> None:
        draft = self._tables.pop().finished()
        self._passage.put(draft)

    def _input(self, attributes: Mapping[str, str]) -> None:
        if attributes.get("type", "").lower() in _TYPED_IN:
            self.data(attributes.get("value", ""))

    def _picture(self, _: Mapping[str, str]) -> None:
        if not self._mute:
            self._passage.marks.append(PICTURE)


def _is_hidden(tag: str, attributes: Mapping[str, str]) -> bool:
    """Whether an element is not shown at all."""
    if tag in _UNSEEN or "hidden" in attributes:
        return True
    return _NOT_SHOWN.search(attributes.get("style", "")) is not None


def _is_mute(tag: str, attributes: Mapping[str, str]) -> bool:
    """Whether the text of an element is not seen, or crossed out."""
    if tag in _CROSSED_OUT:
        return True
    style = attributes.get("style", "")
    return _NO_TEXT.search(style) is not None or _TINY.search(style) is not None


def _script(tag: str, attributes: Mapping[str, str], around: str) -> str:
    """Whether the text of an element is raised or lowered; what is said of blocks and cells is
    where they lie."""
    if tag in _BLOCKS:
        return around
    script = _SCRIPTS.get(tag, around)
    match = _SCRIPT.search(attributes.get("style", ""))
    if match is None:
        return script
    if match["height"] is None:
        return _SCRIPT_WORDS[match["word"].lower()]
    if not match["height"].strip("0."):
        return ""
    return LOWERED if match["sign"] else RAISED
