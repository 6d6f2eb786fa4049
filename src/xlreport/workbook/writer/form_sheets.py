"""The sheets that a town fills in, tables and texts; and the guide to them."""

from __future__ import annotations

from xlreport.a1 import Cell, address, quoted, ranges
from xlreport.form import expression as ex
from xlreport.form.model import Field, Kind, Text
from xlreport.rules.grade import TICK, Grade
from xlreport.submission import NO, YES, Entry, Status, shown
from xlreport.text import MAX_CELL_TEXT
from xlreport.workbook.layout import calculation as at
from xlreport.workbook.layout.blanks import blank_formula
from xlreport.workbook.layout.calculation import status_key
from xlreport.workbook.layout.sheet import (
    COVER,
    GUIDE,
    LINE_HEIGHT,
    TITLE_ROW,
    SheetLayout,
    Span,
    StatusCell,
    lines_needed,
)
from xlreport.workbook.layout.workbook import flag_name
from xlreport.workbook.writer.book import WorkbookWriter, excel_number
from xlreport.workbook.writer.printing import (
    MAX_ROW_HEIGHT,
    Section,
    print_on_one_page,
    print_sections,
    print_when_asked,
)
from xlreport.workbook.writer.sheet import Prompt, SheetWriter

_VERDICT_STYLES = (
    (TICK, "good"),
    (Grade.ERROR.mark, "bad"),
    (Grade.WARNING.mark, "warn"),
    (Grade.NOTE.mark, "grey"),
    (Grade.OPEN.word, "grey"),
)
"""The colours of verdicts, by what their text begins with."""

_ANSWER = Prompt(
    "空白处是否均为 0",
    "选“是”：没有填的格子都按 0 计算。\n选“否”或不选：没有填的格子算漏填。",
    "请从列表中选择",
    "这里只能选“是”或“否”。",
)


_ROOM_TO_SIGN = "　　　　　"
"""Blanks to write a name on."""


_ON_PAPER = (
    "打印整份报表：打印时选“整个工作簿”，印出封面、各张表和文字材料。"
    "“填报说明”“校验”和“上年·”各页不随报表打印；要印的，先选中要印的格子，打印时选“选定区域”。"
)
"""The last instruction: how the report, and what is no part of it, get on paper."""


def write_guide(book: WorkbookWriter) -> None:
    """How to fill in, in plain words."""
    sheet = SheetWriter(book, GUIDE)
    sheet.widths(5, 84)
    sheet.merge(Span.line(0, 0, 1), GUIDE, "title")
    sheet.height(0, 34)
    for row, instruction in enumerate((*book.form.instructions, _ON_PAPER), start=1):
        sheet.row(row, (f"{row}.", instruction), "guide")
        sheet.height(row, 18 * lines_needed(instruction, 76) + 8)
    print_when_asked(sheet.sheet, 1, landscape=False)
    sheet.sheet.freeze_panes(1, 0)
    sheet.close((1, 1))


def write_table(book: WorkbookWriter, table: str) -> None:
    """One table as the official format prints it, with its verdicts."""
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
        """Everything that is printed but the figures: widths, heights, labels, whose report it
        is."""
        layout = self.layout
        self.widths(*layout.widths)
        hidden = len(layout.widths)
        self.sheet.set_column(hidden, layout.right, None, None, {"hidden": True})
        for row, height in layout.heights.items():
            self.height(row, height)
        for label in layout.labels:
            if label.style != "question" or self.book.context.takes_answers:
                self.merge(label.span, label.text, label.style)
        self._unit_line()
        self.sheet.freeze_panes(*layout.frozen)

    def _unit_line(self) -> None:
        submission = self.book.submission
        span = self.layout.unit_line
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

    @property
    def _printed(self) -> Span:
        """The official form, without what helps to fill it in."""
        layout = self.layout
        return Span(TITLE_ROW, layout.form_left, layout.form_bottom, layout.form_right)

    # --- verdicts ---------------------------------------------------------------------------

    def _verdicts(self) -> None:
        """The sheet's verdict, what is wrong with each row and column, how wrong each cell is."""
        layout = self.layout
        formulas = self.book.formulas
        row = formulas.sheet_row(layout)
        text = formulas.calculated(row, at.SHEET_TEXT)
        link = formulas.calculated(row, at.SHEET_LINK)
        result = self.book.results.sheet_text(layout)
        self.join(layout.verdict, "verdict")
        self.formula(layout.verdict.cell, f"=HYPERLINK({link},{text})", "verdict", result)
        self._colour_by_words(layout.verdict)
        for status in layout.statuses:
            self._status(status)
        self._states()

    def _status(self, status: StatusCell) -> None:
        row = self.book.layout.calculation.statuses[status_key(self.layout, status)]
        self.join(status.span, "status")
        result = self.book.results.status(status, self.layout)
        formula = f"={self.book.formulas.calculated(row, at.TEXT)}"
        self.formula(status.span.cell, formula, "status", result)

    def _colour_by_words(self, span: Span) -> None:
        for text, style in _VERDICT_STYLES:
            self.colour_by_text(span, text, style)

    def _states(self) -> None:
        """The grade of the worst rule that names a cell, and the colours that follow from it."""
        if self.layout.statuses:
            cells = [cell for status in self.layout.statuses for cell in status.span.cells()]
            self._colour_by_words(_around(cells))
        spans = self.layout.fields
        for name, span in spans.items():
            formula = self.book.formulas.states[name]
            self.formula(
                self.layout.state(span.cell), formula, "plain", self.book.results.state(name)
            )
        if not spans:
            return
        area = _around([cell for span in spans.values() for cell in span.cells()])
        state = address(self.layout.state(area.cell))
        self.colour(area, f"={state}={Grade.ERROR:d}", "bad")
        self.colour(area, f"={state}={Grade.WARNING:d}", "warn")


def _around(cells: list[Cell]) -> Span:
    """The smallest rectangle around some cells."""
    rows, columns = [row for row, _ in cells], [column for _, column in cells]
    return Span(min(rows), min(columns), max(rows), max(columns))


class _TableSheet(_FormSheet):
    """A table: number cells, the question about blanks, verdicts."""

    def write(self, table: str) -> None:
        """The whole sheet."""
        book, layout = self.book, self.layout
        self._frame()
        self._answer(table)
        for name, span in layout.fields.items():
            self._number_cell(book.form.fields[name], span)
            self.define(name, span.cell)
        self._measure_line(table)
        self._signatures()
        self._verdicts()
        print_on_one_page(self.sheet, self._printed, landscape=layout.wide)
        if book.context.takes_answers:
            self.sheet.ignore_errors({"formula_unlocked": self._typed_area(table)})
        typed = [field.id for field in book.form.typed if field.table == table]
        self.close(layout.fields[typed[0]].cell if typed else (0, 0))

    def _answer(self, table: str) -> None:
        """The answer to 本表空白处是否均为 0, where there is anything to answer."""
        if not self.book.context.takes_answers:
            return
        _, cell = self.book.layout.flags[table]
        answer = self.book.submission.answers.get(table, "")
        self.string(cell, answer, "input_choice")
        self.define(flag_name(table), cell)
        rule = {"validate": "list", "source": [YES, NO]}
        self.validate(cell, rule, _ANSWER)

    def _measure_line(self, table: str) -> None:
        """计量单位, and the legal marks of a form that has any in the head of the page."""
        form = self.book.form
        fields = [field for field in form.fields.values() if field.table == table]
        units = "、".join(dict.fromkeys(field.unit for field in fields))
        if self.layout.measure_line is not None:
            self.merge(self.layout.measure_line, f"计量单位：{units}", "measure_line")
        if form.marks:
            marks = "\n".join(f"{label}：{value}" for label, value in form.marks)
            self.sheet.set_header("&R" + marks.replace("&", "&&"), {"margin": 0.2})
            self.sheet.set_margins(left=0.4, right=0.4, top=1.0, bottom=0.5)

    def _signatures(self) -> None:
        """The signature block: what the cover says, and room for a pen."""
        span = self.layout.signatures
        if span is None:
            return
        parts, results = [], []
        lines = self.book.context.cover_lines()
        for signature in self.book.form.signatures:
            label = f"{signature.label}："
            if signature.line is None:
                parts.append(f'"{label}{_ROOM_TO_SIGN}"')
                results.append(label + _ROOM_TO_SIGN)
            else:
                parts.append(f'"{label}"&{self._on_cover(signature.line)}&"　"')
                results.append(f"{label}{lines.get(signature.line, '')}　")
        self.join(span, "signatures")
        self.formula(span.cell, f"={'&'.join(parts)}", "signatures", "".join(results))

    def _typed_area(self, table: str) -> str:
        """The ranges of the cells that are typed in, for Excel."""
        spans = [self.layout.fields[f.id] for f in self.book.form.typed if f.table == table]
        return " ".join(ranges(cell for span in spans for cell in span.cells()))

    def _number_cell(self, field: Field, span: Span) -> None:
        source = self.book.context.sources.get(field.id)
        is_typed = field.computed is None and source is None
        use = "input" if is_typed else "computed"
        style = f"{use}_{field.kind.value}"
        self.join(span, style)
        entry = self._entry(field)
        if source is None and field.computed is not None and entry is None:
            source = self.book.formulas.computed[field.id]
        is_blank = entry is None or entry.status is Status.BLANK
        if is_typed and is_blank and self.book.context.takes_answers:
            flag = address(self.book.layout.flags[field.table][1], absolute=True)
            is_zero = self.book.submission.blanks_are_zero(field.table)
            self.formula(span.cell, blank_formula(flag), style, 0 if is_zero else "")
        elif source is None:
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
        """What is said of a cell: while it is selected only its unit, where that is not the usual
        one, and last year's number; and what may be typed in, when something else was."""
        wanted = "0 或者正整数"
        told = []
        prior_year = self.book.submission.prior_year
        if prior_year is not None and field.id in prior_year.numbers:
            told.append(f"上年：{shown(prior_year.numbers[field.id])}。")
        if field.kind is Kind.MONEY:
            wanted = f"金额（{field.unit}），不能小于 0，最多 6 位小数"
            told.append(f"单位：{field.unit}，最多 6 位小数。")
        error = f"这里只能填{wanted}，不能填文字或带单位。"
        return Prompt(field.column_label if told else "", "\n".join(told), "填写有误", error)


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
        self._verdicts()
        print_sections(self.sheet, self._printed, self._sections())
        cells = [span.cell for span in self.layout.fields.values()]
        self.close(cells[0] if cells else (0, 0))

    def _sections(self) -> list[Section]:
        """Each text with its heading; what stands above the first belongs to it."""
        tops = [span.top - 1 for span in self.layout.fields.values()]
        starts = [TITLE_ROW, *tops[1:]]
        ends = [*tops[1:], self.layout.form_bottom + 1]
        sections = []
        for start, end in zip(starts, ends, strict=True):
            heights = [self.heights.get(row, LINE_HEIGHT) for row in range(start, end)]
            sections.append(Section(start, sum(heights)))
        return sections

    def _text(self, text: Text) -> None:
        span = self.layout.fields[text.field_id]
        written = self.book.submission.texts.get(text.field_id, "")
        self.join(span, "input_text")
        self.string(span.cell, written, "input_text")
        self._stretch(span, written)
        self.define(text.field_id, span.cell)
        # the hint stands beside the cell
        prompt = Prompt(text.label, "换行请按 Alt+Enter。", "文字太长", _TOO_LONG)
        rule = {"validate": "length", "criteria": "<=", "value": MAX_CELL_TEXT}
        self.validate(span.cell, rule, prompt)

    def _stretch(self, span: Span, written: str) -> None:
        """Makes the rows of a text higher where it needs more than they have."""
        needed = lines_needed(written, self.layout.widths[span.left])
        rows = span.bottom - span.top + 1
        if needed > rows:
            height = min(MAX_ROW_HEIGHT, LINE_HEIGHT * needed / rows)
            for row in range(span.top, span.bottom + 1):
                self.height(row, height)


_TOO_LONG = f"一格最多 {MAX_CELL_TEXT} 个字符。"
