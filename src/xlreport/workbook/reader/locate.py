"""Where each field stands in a workbook that came back: by defined name, then by its printed headings,
then by address. Whatever was found in a weaker way is told; what is ambiguous is a finding."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal

from xlreport import a1
from xlreport.a1 import Cell
from xlreport.findings import Code, Finding, record
from xlreport.formats.raw import RawBook, RawCell
from xlreport.submission import Place, shown
from xlreport.workbook.codes import R7, R8, R15
from xlreport.workbook.layout.sheet import SheetPlan
from xlreport.workbook.layout.workbook import COVER, Layout
from xlreport.workbook.reader.labels import by_labels, sheet_like, squeezed

_TARGET = re.compile(r"=?(?:'((?:[^']|'')+)'|([^'!\[\]]+))!([$A-Z0-9]+)(?::([$A-Z0-9]+))?")

_NUMBER = re.compile(r"[0-9]{1,15}(\.[0-9]{1,15})?(E\+?[0-9]{1,2})?", re.IGNORECASE)

_REFILL = "请把数字填到县里发的模板里重新报送"

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
    _by_label: dict[str, list[str]] = field(default_factory=dict)
    _by_address: dict[str, list[str]] = field(default_factory=dict)
    _absent: dict[str, list[str]] = field(default_factory=dict)
    _taken: dict[Spot, str] = field(default_factory=dict)
    _labelled: dict[str, tuple[str | None, dict[str, Cell]]] = field(default_factory=dict)

    def spot(self, name: str, home: Spot) -> Spot | None:
        """The cell of a name; None when it cannot be told where it is."""
        found = self._named(name, home) or self._unnamed(name, home)
        if found is None:
            self._absent.setdefault(home[0], []).append(name)
            return None
        self.used.add(found[0])
        if found != home:
            self.moved.setdefault(found[0], []).append(name)
        self._claim(name, found)
        return found

    def _named(self, name: str, home: Spot) -> Spot | None:
        if name.lower() in self.book.repeated_names:
            self._ambiguous(name, f"名称“{name}”在文件里指向两处")
        target = parse_target(self.book.names.get(name.lower(), ""))
        found = (target[0], target[1]) if target and target[0] in self.book.sheets else None
        if target is not None and found is not None and target[1] != target[2] and found != home:
            self._ambiguous(name, f"名称“{name}”指向的不是一个格子")
        return found

    def _unnamed(self, name: str, home: Spot) -> Spot | None:
        """By the headings; at the old address only where no heading of the sheet has moved."""
        sheet, cells = self._headings(home[0])
        if sheet is None:
            return None
        key = "" if name not in self.layout.cells else name
        if key in cells:
            self._by_label.setdefault(sheet, []).append(name)
            return sheet, cells[key]
        plan = self._plan(home[0])
        if plan is not None and any(plan.fields[n].cell != at for n, at in cells.items() if n):
            return None
        self._by_address.setdefault(sheet, []).append(name)
        return sheet, home[1]

    def _headings(self, home: str) -> tuple[str | None, dict[str, Cell]]:
        """The sheet that has a plan's headings (its own name first), and the cells told by them."""
        if home not in self._labelled:
            plan = self._plan(home)
            sheet = home if home in self.book.sheets else None
            if sheet is None and plan is not None:
                sheet = sheet_like(plan, self.book, self.layout.sheets)
            cells = (
                by_labels(plan, self.book.sheets[sheet])
                if plan is not None and sheet is not None
                else {}
            )
            self._labelled[home] = sheet, cells
        return self._labelled[home]

    def _plan(self, sheet: str) -> SheetPlan | None:
        plans = (*self.layout.tables.values(), self.layout.texts)
        return next((plan for plan in plans if plan.name == sheet), None)

    def _claim(self, name: str, found: Spot) -> None:
        other = self._taken.setdefault(found, name)
        if other != name:
            words = f"“{other}”和“{name}”指向同一个格子，无法判断是哪一项的数"
            for one in (other, name):
                self._ambiguous(one, words, Place(found[0], a1.address(found[1])))
        sheet = self.book.sheets[found[0]]
        if found[1] in sheet.twice:
            words = "文件里这一格出现了两次，内容无法判断"
            self._ambiguous(name, words, Place(found[0], a1.address(found[1])))

    def _ambiguous(self, name: str, words: str, place: Place = Place("", "")) -> None:
        self.findings.append(
            record(R15, words, _REFILL, sheet=place.sheet, cell=place.cell, field=name)
        )

    def cell(self, spot: Spot | None) -> RawCell | None:
        """The content of a cell; None when it is empty."""
        return self.book.sheets[spot[0]].cells.get(spot[1]) if spot else None

    def identity_text(self, name: str, label: str) -> str:
        """A line of the cover: by its name, else beside its printed label."""
        found = named_text(self.book, f"identity.{name}")
        if found or f"identity.{name}" in self.book.names:
            return found
        sheet = self.book.sheets.get(COVER)
        at = (
            [c for c, raw in sheet.cells.items() if squeezed(raw.text) == squeezed(label)]
            if sheet
            else []
        )
        cell = sheet.cells.get((at[0][0], at[0][1] + 1)) if sheet and len(at) == 1 else None
        return _plain(cell) if cell else ""

    def report(self) -> list[Finding]:
        """All that was odd, weaker ways of finding cells told once a sheet."""
        found = list(self.findings)

        def told(code: Code, sheet: str, names: list[str], words: str, suggestion: str) -> None:
            observed = (("cells", len(names)),)
            found.append(
                record(
                    code,
                    words.format(n=len(names), s=sheet),
                    suggestion,
                    sheet=sheet,
                    observed=observed,
                )
            )

        check = "请核对读到的数字"
        for sheet, names in self._by_label.items():
            told(R8, sheet, names, "有 {n} 个格子的名称丢失，已按表头文字找到并读取", check)
        for sheet, names in self._by_address.items():
            if sheet != COVER:
                told(R8, sheet, names, "有 {n} 个格子的名称丢失，已按原来的位置读取", check)
        for sheet, names in self.moved.items():
            told(
                R8,
                sheet,
                names,
                "有 {n} 个格子不在原来的位置（行列被移动或工作表改了名），已照常读取",
                check,
            )
        for sheet, names in self._absent.items():
            if sheet in self.book.sheets:
                words = "有 {n} 个格子的名称丢失，表头也对不上，无法判断在哪里"
            else:
                words = "找不到工作表“{s}”，{n} 个格子无法读取"
            suggestion = "请不要删除或改名工作表、改动表头，把数字填到县里发的模板里重新报送"
            told(R7, sheet, names, words, suggestion)
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
