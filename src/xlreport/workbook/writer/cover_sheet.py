"""The cover: whose report it is, the verdict on it, and the list of what does not hold."""

from __future__ import annotations

from collections.abc import Mapping

from xlreport.a1 import Cell, address, quoted
from xlreport.data_code import data_code
from xlreport.form.model import LEVELS, IdentityItem
from xlreport.rules.excel_text import (
    NOTHING,
    call,
    if_,
    is_empty,
    is_positive,
    joined,
    link,
    literal,
)
from xlreport.rules.grade import TICK, Grade
from xlreport.workbook.layout import calculation as at
from xlreport.workbook.layout.cover import (
    DIRECTIONS_ROW,
    LIST_HEAD_ROW,
    PANEL,
    PANEL_RIGHT,
    SERVICE_ROW,
    VERDICT_ROW,
    CoverLayout,
    by_hand,
    panel_line,
)
from xlreport.workbook.layout.identity import COVER_LABEL, COVER_VALUE, identity_name
from xlreport.workbook.layout.sheet import (
    CHECKS,
    COVER,
    GUIDE,
    Span,
    height_of,
)
from xlreport.workbook.writer.book import WorkbookWriter
from xlreport.workbook.writer.calculation import LONGEST_FORMULA
from xlreport.workbook.writer.printing import MAX_ROW_HEIGHT, print_on_one_page
from xlreport.workbook.writer.sheet import Prompt, SheetWriter

PROTECTION_NOTE = "工作表保护只防止误改，不是保密手段；列宽、行高可以调整。"

OVERALL_NAME = "check.overall"
"""The defined name of the overall verdict."""

_WIDTHS = (2.0, 20.0, 42.0, 2.0, 20.0, 52.0)
_LINE_ROW_HEIGHT, _SEAL_HEIGHT, _SERVICE_HEIGHT = 26.0, 60.0, 32.0

_REMARK_PADDING = 4.0
"""Points above and below a remark, beside those of every text."""

_NOTHING_FAILS = "没有不成立的校验"

_VERDICT_COLOURS = {
    Grade.ERROR.mark: "bad",
    Grade.WARNING.mark: "warn",
    TICK: "good",
    "还有": "grey",
}
"""By what the verdict on the report begins with."""


def write_cover(book: WorkbookWriter) -> None:
    """Identity, signatures, verdict and links."""
    _CoverSheet(book).write()


class _CoverSheet(SheetWriter):
    def __init__(self, book: WorkbookWriter) -> None:
        super().__init__(book, COVER)
        self.context = book.context

    def write(self) -> None:
        """The whole sheet."""
        self.widths(*_WIDTHS)
        self._titles()
        for item in self.book.form.identity:
            self._identity(item)
        rows = CoverLayout(self.book.form)
        self._signatures(rows.first_signature)
        last = self._notes(rows.first_note)
        self._verdict()
        self._service()
        self._list()
        self._directions(DIRECTIONS_ROW)
        printed = Span(1, COVER_LABEL, last, COVER_VALUE)
        print_on_one_page(self.sheet, printed, landscape=False)
        self.sheet.freeze_panes(LIST_HEAD_ROW, 0)
        self.close(self._cursor())
        if self.context.opens_at == COVER:
            self.sheet.activate()
            self.sheet.set_first_sheet()

    def _titles(self) -> None:
        self.height(1, 40)
        self.merge(_form_line(1), self.context.title, "title")
        year = f"（{self.book.submission.year} 年度）"
        self.merge(_form_line(2), year, "subtitle")

    def _cursor(self) -> Cell:
        """The first line that is typed in."""
        for item, cell in self.book.layout.identity.items():
            if self.context.is_typed(item):
                return cell
        return 0, 0

    # --- whose report it is -----------------------------------------------------------------

    def _identity(self, item: IdentityItem) -> None:
        cell = self.book.layout.identity[item.id]
        row = cell[0]
        self.height(row, _LINE_ROW_HEIGHT)
        self.string((row, COVER_LABEL), item.label, "label")
        text = self.context.cover_lines().get(item.id, "")
        name = identity_name(item.id)
        if self.context.is_typed(item.id):
            self.string(cell, text, self.marked(name, "input_line"))
            self._prompt(item, cell)
        else:
            self.string(cell, text, self.marked(name, "value"))
        self.annotate(name, cell)
        self.define(name, cell)

    def _prompt(self, item: IdentityItem, cell: Cell) -> None:
        rule: Mapping[str, object] = {"validate": "any"}
        prompt = Prompt(item.label, item.hint)
        if item.id == "level":
            rule = {"validate": "list", "source": list(LEVELS)}
            error = f"单位类别只能是：{'、'.join(LEVELS)}。"
            prompt = Prompt(item.label, item.hint, "请从列表中选择", error)
        self.validate(cell, rule, prompt)

    # --- signatures -------------------------------------------------------------------------

    def _signatures(self, row: int) -> None:
        """Room for a pen where the cover's lines do not say it already, and for the seal."""
        for label in by_hand(self.book.form):
            self.string((row, COVER_LABEL), f"{label}（签字）", "label")
            self.string((row, COVER_VALUE), "", "sign")
            self.height(row, _LINE_ROW_HEIGHT)
            row += 1
        if self.book.form.signatures:
            self.string((row, COVER_LABEL), "（公章）", "label")
            self.string((row, COVER_VALUE), "", "sign")
            self.height(row, _SEAL_HEIGHT)

    # --- the verdict ------------------------------------------------------------------------

    def _verdict(self) -> None:
        """The largest words on the cover."""
        span = panel_line(VERDICT_ROW)
        report = self.book.layout.calculation.report
        verdict = self.book.formulas.calculated(report, at.SHEET_TEXT)
        self.join(span, "overall")
        self.formula(span.cell, verdict, "overall", self.book.results.overall())
        self.define(OVERALL_NAME, span.cell)
        for text, style in _VERDICT_COLOURS.items():
            self.colour_by_text(span, text, style)

    def _service(self) -> None:
        """Until when, where to and whom to ask; the address is a link."""
        address_of_issuer = self.context.service.address
        sentence = self.context.service.sentence
        span = panel_line(SERVICE_ROW)
        self.height(span.top, _SERVICE_HEIGHT)
        target = f"mailto:{address_of_issuer}"
        formula = "=" + link(literal(target), literal(sentence))
        if not address_of_issuer or len(formula) > LONGEST_FORMULA:
            self.merge(span, sentence, "service")
            return
        self.join(span, "service")
        self.formula(span.cell, formula, "service", sentence)

    def _list(self) -> None:
        """What does not hold, the worst first, each a link to its cell."""
        heading = panel_line(LIST_HEAD_ROW)
        self.merge(heading, "不成立的校验（点一行，到那一格）", "panel_head")
        row = LIST_HEAD_ROW + 1
        for position, result in enumerate(self._shown_entries()):
            span = panel_line(row)
            self.join(span, "list_entry")
            self.formula(span.cell, self._entry(position), "list_entry", result)
            row += 1
        self._more(panel_line(row))

    def _shown_entries(self) -> list[str]:
        """What the list shows, blank lines included."""
        results = self.book.results
        entries = [results.entry(line) for line in results.worst_lines]
        if not entries:
            entries = [_NOTHING_FAILS]
        missing = at.LISTED - len(entries)
        return entries + [""] * missing

    def _entry(self, position: int) -> str:
        """The formula of an entry of the list; the first says when there is none."""
        row = self.book.layout.calculation.entries[position]
        text = self.book.formulas.calculated(row, at.ENTRY_TEXT)
        target = self.book.formulas.calculated(row, at.ENTRY_LINK)
        without = "" if position else _NOTHING_FAILS
        return if_(is_empty(text), literal(without), link(target, text))

    def _more(self, span: Span) -> None:
        """How many checks more do not hold."""
        before, behind = "另有 ", f" 处，见“{CHECKS}”页"
        more = f"{self._failing()}-{at.LISTED}"
        told = joined(literal(before), f"({more})", literal(behind))
        formula = if_(is_positive(more), told, NOTHING)
        shown_more = self.book.results.count_failing - at.LISTED
        result = f"{before}{shown_more}{behind}" if shown_more > 0 else ""
        self.join(span, "margin")
        self.formula(span.cell, formula, "margin", result)

    def _failing(self) -> str:
        """The formula of how many check lines do not hold."""
        last = self.book.layout.calculation.last_line_row
        first_key = self.book.formulas.calculated(at.FIRST_LINE_ROW, at.KEY)
        last_key = address((last, at.KEY), absolute=True)
        return call("COUNT", f"{first_key}:{last_key}")

    # --- where to go ------------------------------------------------------------------------

    def _directions(self, row: int) -> None:
        """A link to each sheet with its verdict, and what is new."""
        self.merge(panel_line(row), "各页", "panel_head")
        for sheet in self.book.layout.form_sheets:
            row += 1
            self._link(row, sheet.name)
            calculated = self.book.formulas.sheet_row(sheet)
            verdict = self.book.formulas.calculated(calculated, at.SHEET_TEXT)
            result = self.book.results.sheet_text(sheet)
            self.formula((row, PANEL_RIGHT), verdict, "status", result)
        beside = {CHECKS: "每一条校验和它的结果"}
        if self.context.takes_answers:
            beside[GUIDE] = "怎样填"
        for name, words in beside.items():
            row += 1
            self._link(row, name)
            self.string((row, PANEL_RIGHT), words, "status")
        row = self._code(row)
        self._changes(row + 2)

    def _code(self, row: int) -> int:
        """The 数据校验码 of what is written into the workbook; gives the last row. It stands where
        nothing prints: on paper it would outlive what it is true of."""
        if not self.context.tells_code:
            return row
        self.merge(panel_line(row + 2), "数据校验码", "panel_head")
        told = f"{data_code(self.book.submission)}（写出本工作簿时的；改动填报的内容以后就不是它）"
        self.merge(panel_line(row + 3), told, "status")
        return row + 3

    def _changes(self, row: int) -> None:
        """What is new in the form, a line each."""
        changes = self.context.service.changes
        if not changes:
            return
        self.merge(panel_line(row), "本年变化", "panel_head")
        width = _WIDTHS[PANEL] + _WIDTHS[PANEL_RIGHT]
        for change in changes:
            row += 1
            self.merge(panel_line(row), change, "status")
            self._grow(row, height_of(change, width))

    def _link(self, row: int, sheet: str) -> None:
        style = self.book.styles["list_entry"]
        target = f"internal:{quoted(sheet)}!A1"
        self.sheet.write_url(row, PANEL, target, style, sheet)

    def _grow(self, row: int, points: float) -> None:
        """Makes a row higher if it is not high enough."""
        present = self.heights.get(row, 0.0)
        self.height(row, max(points, present))

    # --- notes ------------------------------------------------------------------------------

    def _notes(self, row: int) -> int:
        """What to know of the workbook, and the remarks; gives the last row."""
        source = f"依据：{self.book.form.source}"
        width = _WIDTHS[COVER_LABEL] + _WIDTHS[COVER_VALUE]
        for note in (self.context.note, PROTECTION_NOTE, source, self._version()):
            self.merge(_form_line(row), note, "small")
            self.height(row, height_of(note, width))
            row += 1
        for remark in self.context.remarks:
            self.merge(_form_line(row), remark, "alert")
            height = height_of(remark, width) + _REMARK_PADDING
            self.height(row, min(MAX_ROW_HEIGHT, height))
            row += 1
        return row - 1

    def _version(self) -> str:
        return f"报表第 {self.book.form.version} 版；用 WPS 表格、Excel 2010 或更新的版本填写。"


def _form_line(row: int) -> Span:
    """A row of what prints."""
    return Span.line(row, COVER_LABEL, COVER_VALUE)
