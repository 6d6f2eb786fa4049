"""Where each field stands in a workbook that came back: by defined name, then by address."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal

from xlreport import a1
from xlreport.a1 import Cell
from xlreport.checking.findings import Finding, record
from xlreport.submission import Place, shown
from xlreport.workbook.layout import COVER, Layout
from xlreport.workbook.ooxml import RawBook, RawCell

_TARGET = re.compile(r"=?(?:'((?:[^']|'')+)'|([^'!\[\]]+))!([$A-Z0-9]+)(?::([$A-Z0-9]+))?")

_NUMBER = re.compile(r"[0-9]{1,15}(\.[0-9]{1,15})?(E\+?[0-9]{1,2})?", re.IGNORECASE)

Spot = tuple[str, Cell]
"""Sheet name and cell."""


@dataclass
class Located:
    """Cells of a workbook by name, and what was odd about finding them."""

    book: RawBook
    layout: Layout
    findings: list[Finding] = field(default_factory=list)
    moved: dict[str, list[str]] = field(default_factory=dict)
    """By sheet, the names found elsewhere than where the form has them."""
    used: set[str] = field(default_factory=set)
    _by_address: dict[str, list[str]] = field(default_factory=dict)
    _absent: dict[str, list[str]] = field(default_factory=dict)
    _taken: dict[Spot, str] = field(default_factory=dict)

    def spot(self, name: str, home: Spot) -> Spot | None:
        """The cell of a name; at its home address when the name is lost; None when the sheet is gone."""
        if name.lower() in self.book.repeated_names:
            self._ambiguous(name, f"名称“{name}”在文件里指向两处")
        target = parse_target(self.book.names.get(name.lower(), ""))
        found = (target[0], target[1]) if target and target[0] in self.book.sheets else None
        if target is not None and found is not None and target[1] != target[2] and found != home:
            self._ambiguous(name, f"名称“{name}”指向的不是一个格子")
        if found is None:
            if home[0] not in self.book.sheets:
                self._absent.setdefault(home[0], []).append(name)
                return None
            self._by_address.setdefault(home[0], []).append(name)
            found = home
        self.used.add(found[0])
        if found != home:
            self.moved.setdefault(found[0], []).append(name)
        self._claim(name, found)
        return found

    def _claim(self, name: str, found: Spot) -> None:
        other = self._taken.setdefault(found, name)
        if other != name:
            words = f"“{other}”和“{name}”指向同一个格子，无法判断是哪一项的数"
            self._ambiguous(name, words, Place(found[0], a1.address(found[1])))
        sheet = self.book.sheets[found[0]]
        if found[1] in sheet.twice:
            words = "文件里这一格出现了两次，内容无法判断"
            self._ambiguous(name, words, Place(found[0], a1.address(found[1])))

    def _ambiguous(self, name: str, words: str, place: Place = Place("", "")) -> None:
        todo = "请把数字重新填到县里发的模板里再报送"
        self.findings.append(record("R15", words, todo, sheet=place.sheet, cell=place.cell, field=name))

    def cell(self, spot: Spot | None) -> RawCell | None:
        """The content of a cell; None when it is empty."""
        return self.book.sheets[spot[0]].cells.get(spot[1]) if spot else None

    def report(self) -> list[Finding]:
        """All that was odd, weaker ways of finding cells told once a sheet."""
        found = list(self.findings)
        for sheet, names in self._by_address.items():
            if sheet != COVER:
                words = f"有 {len(names)} 个格子的名称丢失，已按原来的位置读取"
                observed = (("cells", len(names)),)
                found.append(record("R8", words, "请核对读到的数字", sheet=sheet, observed=observed))
        for sheet, names in self.moved.items():
            words = f"有 {len(names)} 个格子不在原来的位置（行列被移动或工作表改了名），已按名称读取"
            observed = (("cells", len(names)),)
            found.append(record("R8", words, "请核对读到的数字", sheet=sheet, observed=observed))
        for sheet, names in self._absent.items():
            words = f"找不到工作表“{sheet}”，{len(names)} 个格子无法读取"
            todo = "请不要删除或改名工作表，把数字填到县里发的模板里重新报送"
            found.append(record("R7", words, todo, sheet=sheet, observed=(("cells", len(names)),)))
        return found


def named_text(book: RawBook, name: str) -> str:
    """The text of a named cell that need not be there (cover, hidden sheet)."""
    target = parse_target(book.names.get(name.lower(), ""))
    if target is None or target[0] not in book.sheets:
        return ""
    cell = book.sheets[target[0]].cells.get(target[1])
    return _plain(cell) if cell else ""


def _plain(cell: RawCell) -> str:
    """A text; a number as people write it (a code typed as 990101 may be stored as 9.90101E5)."""
    text = cell.text.strip()
    if cell.kind == "n" and _NUMBER.fullmatch(text):
        return shown(Decimal(text))
    return text


def parse_target(formula: str) -> tuple[str, Cell, Cell] | None:
    """`'sheet'!$D$6` or a range → sheet, first and last cell; None for anything else (#REF! too)."""
    match = _TARGET.fullmatch(formula.strip())
    if match is None:
        return None
    sheet = match[1].replace("''", "'") if match[1] else match[2]
    first = a1.parse(match[3])
    last = a1.parse(match[4]) if match[4] else first
    return (sheet, first, last) if first is not None and last is not None else None
