"""The sheets that a town fills in, tables and texts; and the guide to them."""

from __future__ import annotations

from collections.abc import Iterable

from xlreport.a1 import address, ranges, reference
from xlreport.form import expression as ex
from xlreport.form.model import Field, Kind, Text
from xlreport.rules.excel_text import joined, link, literal
from xlreport.rules.grade import TICK, Grade
from xlreport.submission import NO, YES, Entry, Figures, Status, shown
from xlreport.text import MAX_CELL_TEXT
from xlreport.workbook.layout import calculation as at
from xlreport.workbook.layout.blanks import blank_formula
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

_STATE_STYLES = {Grade.ERROR: "bad", Grade.WARNING: "warn"}
"""The colours of cells, by the worst grade of the rules that name them."""

_ANSWER = Prompt(
    "空白处是否均为 0",
    "选“是”：没有填的格子都按 0 计算。\n选“否”或不选：没有填的格子算漏填。",
    "请从列表中选择",
    "这里只能选“是”或“否”。",
)


_MOST_COMPARED = 60
"""Characters of a text with which a cell is compared."""

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
    instructions = (*book.form.instructions, _ON_PAPER)
    for row, instruction in enumerate(instructions, start=1):
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
        first_hidden = len(layout.widths)
        self.sheet.set_column(first_hidden, layout.right, None, None, {"hidden": True})
        for row, height in layout.heights.items():
            self.height(row, height)
        for label in layout.labels:
            is_needed = label.style != "question" or self.book.context.takes_answers
            if is_needed:
                self.merge(label.span, label.text, label.style)
        self._unit_line()
        self.sheet.freeze_panes(*layout.frozen)

    def _unit_line(self) -> None:
        submission = self.book.submission
        span = self.layout.unit_line
        before_unit, before_year = "填报单位：", "　　报告年度："
        unit = joined(literal(before_unit), self._on_cover("unit"))
        year = joined(literal(before_year), self._on_cover("year"))
        result = f"{before_unit}{submission.unit.name}{before_year}{submission.year}"
        self.join(span, "unit_line")
        self.formula(span.cell, joined(unit, year), "unit_line", result)

    def _on_cover(self, item: str) -> str:
        """A reference to a line of the cover."""
        cell = self.book.layout.identity[item]
        return reference(COVER, cell, absolute=True)

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
        target = formulas.calculated(row, at.SHEET_LINK)
        verdict = link(target, text)
        result = self.book.results.sheet_text(layout)
        self.join(layout.verdict, "verdict")
        self.formula(layout.verdict.cell, verdict, "verdict", result)
        self._colour_by_words(layout.verdict)
        for status in layout.statuses:
            self._status(status)
        self._states()

    def _status(self, status: StatusCell) -> None:
        row = self.book.layout.calculation.status_row(self.layout, status)
        self.join(status.span, "status")
        words = self.book.formulas.calculated(row, at.TEXT)
        result = self.book.results.status(status, self.layout)
        self.formula(status.span.cell, words, "status", result)

    def _colour_by_words(self, span: Span) -> None:
        for text, style in _VERDICT_STYLES:
            self.colour_by_text(span, text, style)

    def _states(self) -> None:
        """The grade of the worst rule that names a cell, and the colours that follow from it."""
        if self.layout.statuses:
            verdicts = _around(status.span for status in self.layout.statuses)
            self._colour_by_words(verdicts)
        for name, span in self.layout.fields.items():
            cell = self.layout.state(span.cell)
            formula = self.book.formulas.states[name]
            self.formula(cell, formula, "plain", self.book.results.state(name))
        if self.layout.fields:
            area = _around(self.layout.fields.values())
            state = address(self.layout.state(area.cell))
            for grade, style in _STATE_STYLES.items():
                self.colour(area, f"={state}={grade:d}", style)


def _around(spans: Iterable[Span]) -> Span:
    """The smallest rectangle around some others."""
    corners = [span.corners for span in spans]
    tops, lefts, bottoms, rights = zip(*corners, strict=True)
    return Span(min(tops), min(lefts), max(bottoms), max(rights))


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
        self._unmark_changed()
        print_on_one_page(self.sheet, self._printed, landscape=layout.wide)
        typed = [layout.fields[name] for name in book.layout.typed_on(layout)]
        if book.context.takes_answers:
            # ranges as Excel lists them, between blanks
            cells = [cell for span in typed for cell in span.cells()]
            self.sheet.ignore_errors({"formula_unlocked": " ".join(ranges(cells))})
        self.close(typed[0].cell if typed else (0, 0))

    def _answer(self, table: str) -> None:
        """The answer to 本表空白处是否均为 0, where there is anything to answer."""
        if not self.book.context.takes_answers:
            return
        _, cell = self.book.layout.flags[table]
        answer = self.book.submission.answers.get(table, "")
        name = flag_name(table)
        self.string(cell, answer, self.marked(name, "input_choice"))
        self.annotate(name, cell)
        self.define(name, cell)
        rule = {"validate": "list", "source": [YES, NO]}
        self.validate(cell, rule, _ANSWER)

    def _measure_line(self, table: str) -> None:
        """计量单位, and the legal marks of a form that has any in the head of the page."""
        form = self.book.form
        fields = form.fields.values()
        units = dict.fromkeys(field.unit for field in fields if field.table == table)
        if self.layout.measure_line is not None:
            named = "、".join(units)
            self.merge(self.layout.measure_line, f"计量单位：{named}", "measure_line")
        if form.marks:
            marks = "\n".join(f"{label}：{value}" for label, value in form.marks)
            # & begins a code of a header (ECMA-376 part 1, 18.3.1.39)
            written = marks.replace("&", "&&")
            self.sheet.set_header(f"&R{written}", {"margin": 0.2})
            self.sheet.set_margins(left=0.4, right=0.4, top=1.0, bottom=0.5)

    def _signatures(self) -> None:
        """The signature block: what the cover says, and room for a pen."""
        span = self.layout.signatures
        if span is None:
            return
        parts = []
        result = ""
        lines = self.book.context.cover_lines()
        for signature in self.book.form.signatures:
            label = f"{signature.label}："
            if signature.line is None:
                words = label + _ROOM_TO_SIGN
                parts.append(literal(words))
                result += words
            else:
                parts += [literal(label), self._on_cover(signature.line), literal("　")]
                written = lines.get(signature.line, "")
                result += f"{label}{written}　"
        self.join(span, "signatures")
        self.formula(span.cell, joined(*parts), "signatures", result)

    def _number_cell(self, field: Field, span: Span) -> None:
        source = self._source(field)
        entry = self._entry(field)
        is_typed = field.computed is None and source is None
        use = "input" if is_typed else "computed"
        style = self.marked(field.id, f"{use}_{field.kind.value}")
        self.join(span, style)
        self.annotate(field.id, span.cell)
        if is_typed and _is_blank(entry) and self.book.context.takes_answers:
            self._blank(span, field, style)
        elif source is None:
            self._value(span, entry, style)
        else:
            number = self.book.results.number(ex.Ref(field.id))
            self.formula(span.cell, source, style, excel_number(number))
        if is_typed:
            self.validate(span.cell, _number_rule(field), self._prompt(field))

    def _source(self, field: Field) -> str | None:
        """The formula of a field, unless something was typed over it."""
        source = self.book.context.sources.get(field.id)
        if source is not None:
            return source
        is_computed = field.computed is not None and self._entry(field) is None
        return self.book.formulas.computed[field.id] if is_computed else None

    def _unmark_changed(self) -> None:
        """A cell that holds something else than what was sent back is marked no longer, unless a
        check still finds it wrong: those colours come first."""
        form = self.book.form
        for name in self.book.layout.typed_on(self.layout):
            if name not in self.book.context.marks:
                continue
            was = _as_constant(self._entry(form.fields[name]))
            if was:
                span = self.layout.fields[name]
                differs = f"={address(span.cell, absolute=True)}<>{was}"
                self.colour(span, differs, "unmarked")

    def _entry(self, field: Field) -> Entry | None:
        """What was typed in, or typed over a formula."""
        submission = self.book.submission
        entries = submission.entries if field.computed is None else submission.overrides
        return entries.get(field.id)

    def _blank(self, span: Span, field: Field, style: str) -> None:
        """A cell to be filled in, which shows 0 where the answer says that blanks are."""
        _, answer = self.book.layout.flags[field.table]
        formula = blank_formula(address(answer, absolute=True))
        is_zero = self.book.submission.blanks_are_zero(field.table)
        self.formula(span.cell, formula, style, 0 if is_zero else "")

    def _value(self, span: Span, entry: Entry | None, style: str) -> None:
        if entry is None or _is_blank(entry):
            self.blank(span.cell, style)
        elif entry.value is None:
            self.string(span.cell, entry.raw, style)
        else:
            self.number(span.cell, excel_number(entry.value), style)

    def _prompt(self, field: Field) -> Prompt:
        """What is said of a cell: while it is selected only its unit, where that is not the usual
        one, and last year's number; and what may be typed in, when something else was."""
        wanted = "整数，可以是负数" if field.signed else "0 或者正整数"
        told = []
        prior_year = self.book.submission.prior_year or Figures()
        number = prior_year.numbers.get(field.id)
        if number is not None:
            told.append(f"上年：{shown(number)}。")
        if field.kind is Kind.MONEY:
            least = "可以是负数" if field.signed else "不能小于 0"
            wanted = f"金额（{field.unit}），{least}，最多 6 位小数"
            told.append(f"单位：{field.unit}，最多 6 位小数。")
        error = f"这里只能填{wanted}，不能填文字或带单位。"
        title = field.column_label if told else ""
        return Prompt(title, "\n".join(told), "填写有误", error)


def _is_blank(entry: Entry | None) -> bool:
    """Whether nothing was typed in."""
    return entry is None or entry.status is Status.BLANK


def _as_constant(entry: Entry | None) -> str:
    """What a cell holds, in a formula; empty for what is too long."""
    if entry is not None and entry.value is not None:
        return shown(entry.value)
    raw = "" if entry is None else entry.raw
    return literal(raw) if len(raw) <= _MOST_COMPARED else ""


def _number_rule(field: Field) -> dict[str, object]:
    """What may be typed into a number cell."""
    return {
        "validate": "integer" if field.kind is Kind.COUNT else "decimal",
        "criteria": "between",
        "minimum": int(field.least),
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
        headings = [span.top - 1 for span in self.layout.fields.values()]
        others = headings[1:]
        starts = [TITLE_ROW, *others]
        ends = [*others, self.layout.form_bottom + 1]
        sections = []
        for start, end in zip(starts, ends, strict=True):
            heights = [self.heights.get(row, LINE_HEIGHT) for row in range(start, end)]
            sections.append(Section(start, sum(heights)))
        return sections

    def _text(self, text: Text) -> None:
        span = self.layout.fields[text.field_id]
        written = self.book.submission.texts.get(text.field_id, "")
        style = self.marked(text.field_id, "input_text")
        self.join(span, style)
        self.string(span.cell, written, style)
        self.annotate(text.field_id, span.cell)
        self._stretch(span, written)
        self.define(text.field_id, span.cell)
        # the hint stands beside the cell
        prompt = Prompt(text.label, "换行请按 Alt+Enter。", "文字太长", _TOO_LONG)
        rule = {"validate": "length", "criteria": "<=", "value": MAX_CELL_TEXT}
        self.validate(span.cell, rule, prompt)

    def _stretch(self, span: Span, written: str) -> None:
        """Makes the rows of a text higher where it needs more than they have."""
        needed = lines_needed(written, self.layout.widths[span.left])
        rows = range(span.top, span.bottom + 1)
        if needed > len(rows):
            height = min(MAX_ROW_HEIGHT, LINE_HEIGHT * needed / len(rows))
            for row in rows:
                self.height(row, height)


_TOO_LONG = f"一格最多 {MAX_CELL_TEXT} 个字符。"
