"""One workbook being written: xlsxwriter, its formats, names, protection and cached results."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property

from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from xlreport.a1 import Cell, address, quoted
from xlreport.form import expression as ex
from xlreport.form.model import Form
from xlreport.rules.evaluate import UnitView, Verdict, truth, view_of
from xlreport.rules.excel import NO_LAST_YEAR
from xlreport.submission import Submission
from xlreport.text import BITING, clean
from xlreport.workbook.layout.sheet import Span
from xlreport.workbook.layout.workbook import Layout, layout_of
from xlreport.workbook.writer.styles import Styles
from xlreport.workbook.writer.xlsxwriter_patches import PlainSheet, StreamingPackager


class _Protectable(Workbook):
    """xlsxwriter does not write `workbookProtection` (ECMA-376 part 1, 18.2.29); it belongs
    between `workbookPr` and `bookViews`."""

    structure_password: str | None = None

    def __init__(self, target: io.BytesIO) -> None:
        # what XlsxWriter packs itself stays empty: the parts go straight into `target`
        super().__init__(
            io.BytesIO(),
            {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False},
        )
        self._target = target

    def _get_packager(self) -> StreamingPackager:
        return StreamingPackager(self._target)

    def _write_book_views(self) -> None:
        attributes = [("lockStructure", "1")]
        if self.structure_password:
            # the same 16-bit hash as for sheets
            hashed = self.worksheets_objs[0]._encode_password(self.structure_password)
            attributes.insert(0, ("workbookPassword", hashed))
        self._xml_empty_tag("workbookProtection", attributes)
        super()._write_book_views()


@dataclass
class WorkbookWriter:
    """A workbook in memory and what it is made from.

    `sources` gives typed-in fields that are formulas (in a summary) instead of input cells.
    """

    form: Form
    submission: Submission
    password: str = ""
    sources: Mapping[str, str] = field(default_factory=dict)
    kind: str = "unit"
    with_errors: tuple[str, ...] = ()
    """The units that a summary counts although their reports have errors."""
    missing: tuple[str, ...] = ()
    """The units on the roster that a summary lacks."""
    remarks: tuple[str, ...] = ()
    """Lines of warning on the cover."""
    issued: bool = True
    """Whether unit, code and level are given with the workbook (locked) or typed in by the town."""

    _words: dict[tuple[int, ...], str] = field(default_factory=dict, init=False, repr=False)
    """Words that were found, by the identity of their rules (which live as long as the form)."""

    def __post_init__(self) -> None:
        self._buffer = io.BytesIO()
        self.workbook = _Protectable(self._buffer)
        self.workbook.structure_password = self.password
        self.styles = Styles(self.workbook)
        self.layout: Layout = layout_of(self.form)

    @property
    def summary(self) -> bool:
        return self.kind == "summary"

    @cached_property
    def seen(self) -> UnitView:
        """The numbers behind all cached results."""
        return view_of(self.form, self.submission)

    def verdict(self, *rules: ex.Truth) -> Verdict:
        """The cached verdict of some rules together."""
        pairs = [truth(rule, self.seen.store) for rule in rules]
        if any(fails[0] for _, fails in pairs):
            return Verdict.FAILS
        return Verdict.HOLDS if all(holds[0] for holds, _ in pairs) else Verdict.UNKNOWN

    def word(self, *rules: ex.Truth) -> str:
        """The cached word for some rules together: 通过, 未通过, 待填 or 无上年数."""
        key = tuple(map(id, rules))
        if key not in self._words:
            self._words[key] = self._word(rules)
        return self._words[key]

    def _word(self, rules: Sequence[ex.Truth]) -> str:
        verdict = self.verdict(*rules)
        operands = (o for rule in rules for o in ex.operands_of(rule))
        lacks = any(isinstance(o, ex.Previous) and not self.seen.knows(o) for o in operands)
        return NO_LAST_YEAR if verdict is Verdict.UNKNOWN and lacks else verdict.label

    def sheet(self, name: str) -> Worksheet:
        """A new worksheet, locked but for the cells that are to be filled in."""
        sheet: Worksheet = self.workbook.add_worksheet(name, PlainSheet)
        sheet.set_paper(9)
        sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.6)
        sheet.set_footer("&C第 &P 页，共 &N 页")
        sheet.hide_gridlines(2)
        return sheet

    def protect(self, sheet: Worksheet, **allowed: bool) -> None:
        """Locks a sheet; widths, heights and selecting stay allowed."""
        options = {"format_columns": True, "format_rows": True, **allowed}
        sheet.protect(self.password, options)

    def select(self, sheet: Worksheet, cell: Cell) -> None:
        """Puts the sheet's cursor on a cell."""
        sheet.set_selection(*cell, *cell)

    def merge(self, sheet: Worksheet, span: Span, text: str, style: str) -> None:
        """A text over a span of cells; never taken for a formula, a number or a link."""
        if not span.single:
            sheet.merge_range(span.top, span.left, span.bottom, span.right, "", self.styles[style])
        self.string(sheet, span.cell, text, style)

    def string(self, sheet: Worksheet, cell: Cell, text: str, style: str) -> None:
        """A text cell, never a formula, a number or a link; not even after a later edit (quotePrefix)."""
        kept = clean(text)
        if kept:
            sheet.write_string(
                *cell,
                kept,
                self.styles.quoted(style) if kept.startswith(BITING) else self.styles[style],
            )
        else:
            sheet.write_blank(*cell, None, self.styles[style])

    def name(self, name: str, sheet: str, cell: Cell) -> None:
        """A defined name for one cell."""
        self.workbook.define_name(name, f"={quoted(sheet)}!{address(cell, absolute=True)}")

    def finish(self) -> bytes:
        """Closes the workbook; the same content always gives the same bytes."""
        self.workbook.set_properties(
            {
                "title": f"{self.form.title}（{self.submission.year} 年度）",
                "subject": self.submission.unit.name,
                "author": "xlreport",
                "created": dt.datetime(self.submission.year + 1, 1, 1),
            }
        )
        self.workbook.close()
        return self._buffer.getvalue()


def excel_number(value: Decimal) -> int | float:
    """The number as Excel stores it: 15 significant digits are exact."""
    return int(value) if value == value.to_integral_value() else float(value)
