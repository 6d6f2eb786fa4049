"""The sheets that a town fills in, tables and texts; and the guide to them."""

from __future__ import annotations

from xlreport.a1 import address, quoted, ranges
from xlreport.form import expression as ex
from xlreport.form.model import Field, Kind, Text
from xlreport.rules.excel import (
    NO_LAST_YEAR,
    TICK,
    UNKNOWN,
)
from xlreport.submission import NO, YES, Entry, Status, shown
from xlreport.text import MAX_CELL_TEXT
from xlreport.workbook.layout.sheet import (
    COVER,
    GUIDE,
    UNIT_ROW,
    SheetLayout,
    Span,
    height_of,
    lines_needed,
)
from xlreport.workbook.layout.workbook import flag_name
from xlreport.workbook.writer.book import WorkbookWriter, excel_number
from xlreport.workbook.writer.printing import MAX_ROW_HEIGHT, print_on_one_page, print_portrait
from xlreport.workbook.writer.sheet import Prompt, SheetWriter

_MARK_STYLES = (
    (TICK, "good"),
    ("✘", "bad"),
    ("！", "warn"),
    ("※", "warn"),
    (UNKNOWN, "grey"),
    (NO_LAST_YEAR, "grey"),
)
"""The colours of check cells, by what their text begins with."""

_ANSWER = Prompt(
    "空白处是否均为 0",
    "选“是”：没有填的格子都按 0 计算。\n选“否”或不选：没有填的格子算漏填。",
    "请从列表中选择",
    "这里只能选“是”或“否”。",
)


def write_guide(book: WorkbookWriter) -> None:
    """How to fill in, in plain words."""
    sheet = SheetWriter(book, GUIDE)
    sheet.widths(5, 84)
    sheet.merge(Span.line(0, 0, 1), GUIDE, "title")
    sheet.height(0, 34)
    for row, instruction in enumerate(book.form.instructions, start=1):
        sheet.row(row, (f"{row}.", instruction), "guide")
        sheet.height(row, 18 * lines_needed(instruction, 76) + 8)
    print_portrait(sheet.sheet, len(book.form.instructions), right=1)
    sheet.close((1, 1))


def write_table(book: WorkbookWriter, table: str) -> None:
    """One table as the official format prints it, with its check cells."""
    layout = book.layout.tables[table]
    _TableSheet(book, layout).write(table)


def write_texts(book: WorkbookWriter) -> None:
    """The texts of the report, one cell each."""
    _TextsSheet(book, book.layout.texts).write()


class _FormSheet(SheetWriter):
    """What the sheets of tables and of texts have in common."""

    def __init__(self, book: WorkbookWriter, layout: SheetLayout) -> None:
        super().__init__(book, layout.name)
        self.layout = layout

    def _frame(self) -> None:
        """Everything that is printed: widths, heights, labels, whose report it is."""
        self.widths(*self.layout.widths)
        for row, height in self.layout.heights.items():
            self.height(row, height)
        for label in self.layout.labels:
            self.merge(label.span, label.text, label.style)
        self._unit_line()

    def _unit_line(self) -> None:
        submission = self.book.submission
        span = Span.line(UNIT_ROW, 0, max(1, self.layout.form_right))
        formula = (
            f'="填报单位："&{self._on_cover("unit")}&"　　报告年度："&{self._on_cover("year")}'
        )
        result = f"填报单位：{submission.unit.name}　　报告年度：{submission.year}"
        self.join(span, "unit_line")
        self.formula(span.cell, formula, "unit_line", result)

    def _on_cover(self, item: str) -> str:
        """A reference to a line of the cover."""
        cell = self.book.layout.identity[item]
        return f"{quoted(COVER)}!{address(cell, absolute=True)}"

    # --- check cells ------------------------------------------------------------------------

    def _check_cells(self) -> None:
        formulas = self.book.formulas.marks
        for check in self.layout.checks:
            self.join(check.span, "check")
            mark = self.book.results.mark(check)
            formula = formulas[self.layout.name, check.span.cell]
            self.formula(check.span.cell, formula, "check", mark)
        self._mark_colours()

    def _mark_colours(self) -> None:
        """Colours by mark, once for each rectangle of check cells."""
        cells = [cell for check in self.layout.checks for cell in check.span.cells()]
        for text, style in _MARK_STYLES:
            for area in ranges(cells):
                self.colour_by_text(area, text, style)


class _TableSheet(_FormSheet):
    """A table: number cells, the question about blanks, check cells."""

    def write(self, table: str) -> None:
        """The whole sheet."""
        book, layout = self.book, self.layout
        self._frame()
        self._answer(table)
        for name, span in layout.fields.items():
            self._number_cell(book.form.fields[name], span)
            self.define(name, span.cell)
        self._check_cells()
        print_on_one_page(self.sheet, layout.bottom, layout.right, landscape=layout.wide)
        typed = [field.id for field in book.form.typed if field.table == table]
        self.close(layout.fields[typed[0]].cell if typed else (0, 0))

    def _answer(self, table: str) -> None:
        """The answer to 本表空白处是否均为 0."""
        _, cell = self.book.layout.flags[table]
        answer = self.book.submission.answers.get(table, "")
        takes_answers = self.book.context.takes_answers
        self.string(cell, answer, "input_choice" if takes_answers else "centre")
        self.define(flag_name(table), cell)
        if takes_answers:
            rule = {"validate": "list", "source": [YES, NO]}
            self.validate(cell, rule, _ANSWER)

    def _number_cell(self, field: Field, span: Span) -> None:
        source = self.book.context.sources.get(field.id)
        is_typed = field.computed is None and source is None
        use = "input" if is_typed else "computed"
        style = f"{use}_{field.kind.value}"
        self.join(span, style)
        entry = self._entry(field)
        if source is None and field.computed is not None and entry is None:
            source = self.book.formulas.computed[field.id]
        if source is None:
            self._value(span, entry, style)
        else:
            result = excel_number(self.book.results.number(ex.Ref(field.id)))
            self.formula(span.cell, source, style, result)
        if is_typed:
            self.validate(span.cell, _number_rule(field), self._prompt(field))

    def _entry(self, field: Field) -> Entry | None:
        """What was typed in, or typed over a formula."""
        submission = self.book.submission
        entries = submission.entries if field.computed is None else submission.overrides
        return entries.get(field.id)

    def _value(self, span: Span, entry: Entry | None, style: str) -> None:
        if entry is None or entry.status is Status.BLANK:
            self.blank(span.cell, style)
        elif entry.value is None:
            self.string(span.cell, entry.raw, style)
        else:
            self.number(span.cell, excel_number(entry.value), style)

    def _prompt(self, field: Field) -> Prompt:
        if field.kind is Kind.COUNT:
            wanted = "0 或者正整数"
        else:
            wanted = f"金额（{field.unit}），不能小于 0，最多 6 位小数"
        message = f"{field.row_label}：请填{wanted}。单位：{field.unit}，不要写单位。"
        return Prompt(
            field.column_label,
            self._prior_year(field) + message,
            "填写有误",
            f"这里只能填{wanted}，不能填文字或带单位。",
        )

    def _prior_year(self, field: Field) -> str:
        """A line with the number of the year before, if it is known."""
        figures = self.book.submission.prior_year
        if figures is None or field.id not in figures.numbers:
            return ""
        return f"上年：{shown(figures.numbers[field.id])}。\n"


def _number_rule(field: Field) -> dict[str, object]:
    """What may be typed into a number cell."""
    return {
        "validate": "integer" if field.kind is Kind.COUNT else "decimal",
        "criteria": "between",
        "minimum": 0,
        "maximum": int(ex.MAX_NUMBER) - 1,
    }


class _TextsSheet(_FormSheet):
    """The texts of the report."""

    def write(self) -> None:
        """The whole sheet."""
        self._frame()
        for text in self.book.form.texts:
            self._text(text)
        self._check_cells()
        print_portrait(self.sheet, self.layout.bottom, self.layout.right)
        cells = [span.cell for span in self.layout.fields.values()]
        self.close(cells[0] if cells else (0, 0))

    def _text(self, text: Text) -> None:
        cell = self.layout.fields[text.field_id].cell
        row, column = cell
        written = self.book.submission.texts.get(text.field_id, "")
        self.string(cell, written, "input_text")
        height = height_of(written, self.layout.widths[column], self.layout.heights[row])
        self.height(row, min(MAX_ROW_HEIGHT, height))
        self.define(text.field_id, cell)
        prompt = Prompt(
            text.label,
            (text.hint or "在此填写文字。") + "\n换行请按 Alt+Enter。",
            "文字太长",
            f"一格最多 {MAX_CELL_TEXT} 个字符。",
        )
        rule = {"validate": "length", "criteria": "<=", "value": MAX_CELL_TEXT}
        self.validate(cell, rule, prompt)
