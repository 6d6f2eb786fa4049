"""The summary workbook: the form's tables with live sums over detail sheets, and who sent what."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import inf

from xlreport.a1 import Cell, address, quoted
from xlreport.clock import minute, seconds_of
from xlreport.findings import Finding, Severity, excel_order, grouped
from xlreport.form import expression as ex
from xlreport.form.model import Field, Form, Table
from xlreport.merging.outcome import FileRecord, Outcome
from xlreport.merging.result import USABLE, MergeResult
from xlreport.rules.evaluate import UnitView
from xlreport.submission import Submission, Summary, Unit, by_rule
from xlreport.text import printed_code
from xlreport.workbook.codes import E5
from xlreport.workbook.layout import details
from xlreport.workbook.layout.sheet import Span, lines_needed
from xlreport.workbook.layout.workbook import layout_of
from xlreport.workbook.writer.book import WorkbookWriter, excel_number
from xlreport.workbook.writer.context import SummaryContext
from xlreport.workbook.writer.template import write_form_sheets, write_identity
from xlreport.workbook.writer.xlsxwriter_patches import share_cells

COLUMNS_A_PAGE = 15
"""Detail columns that fit on a landscape A4 page at 60 %."""

STATUS_SHEET = "报送情况"
FINDINGS_SHEET = "校验结果"
TEXTS_SHEET = "各单位文字材料"
EXPLANATIONS_SHEET = "各单位说明"

_HEADING_ROW = 2
_FIRST_ROW = 3
"""Rows of a list sheet, from 0: the title, a line about it, the headings, then one row an entry."""

_LINE_HEIGHT, _PADDING = 15, 4
"""Points that a line of text takes in a row, and that stay free."""


def write_summary(form: Form, county: Summary, result: MergeResult, password: str = "") -> bytes:
    """The summary as .xlsx bytes: same result, same bytes."""
    book = WorkbookWriter(_context(form, county, result), password)
    write_form_sheets(book)
    _status(book, result)
    _findings(book, form, result)
    for table in form.tables:
        _DetailSheet(book, form, table, result.counted_views).write()
    _texts(book, form, result.counted)
    _explanations(book, result.counted)
    write_identity(book)
    return book.finish()


def _context(form: Form, county: Summary, result: MergeResult) -> SummaryContext:
    returned = _names(file.unit for file in result.returned)
    missing = _names(result.missing)
    if result.with_errors:
        with_errors = returned
    else:
        with_errors = ()
        missing = (*missing, *returned)
    return SummaryContext(
        form,
        county,
        issued=bool(county.unit.name),
        sums=_sums(form, len(result.counted_files)),
        with_errors=with_errors,
        missing=missing,
        warnings=_warnings(result),
    )


def _names(units: Iterable[Unit]) -> tuple[str, ...]:
    return tuple(unit.name for unit in units)


def _sums(form: Form, units: int) -> dict[str, str]:
    """The live sum over the detail rows for each typed-in field; none without units."""
    sums: dict[str, str] = {}
    if not units:
        return sums
    for table in form.tables:
        sheet = details.detail_sheet(table)
        for index, field in enumerate(details.detail_fields(form, table.id)):
            if field.computed is None:
                column = details.field_column(index)
                sums[field.id] = details.column_sum(sheet, column, units)
    return sums


def _warnings(result: MergeResult) -> tuple[str, ...]:
    """What keeps the totals from being the county's final ones, for the cover."""
    warnings = []
    if result.missing:
        names = "、".join(_names(result.missing))
        warnings.append(f"未报单位（没有计入合计）：{names}")
    if result.returned:
        counted = "已计入合计，公布前必须改正" if result.with_errors else "没有计入合计"
        names = "、".join(_names(file.unit for file in result.returned))
        warnings.append(f"有错误的报表（{counted}）：{names}")
    for finding in result.findings:
        if finding.code == E5.code:
            warnings.append(f"{finding.unit}：{finding.message}")
    return tuple(warnings)


# --- lists ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Column:
    """A column of a list; `wraps` where the length of a text decides on the height of its row."""

    heading: str
    width: float
    style: str = "text"
    wraps: bool = False


class _ListSheet:
    """A sheet with a title, headings that stay in sight, and one row an entry."""

    def __init__(self, book: WorkbookWriter, name: str, columns: Sequence[_Column]) -> None:
        self.book = book
        self.name = name
        self.columns = columns
        self.right = len(columns) - 1
        self.last = _HEADING_ROW
        """The last row that was written."""
        self.sheet = book.sheet(name)
        for index, column in enumerate(columns):
            self.sheet.set_column(index, index, column.width)
        title = Span(0, 0, 0, self.right)
        book.merge(self.sheet, title, name, "title")
        self.sheet.set_row(0, 30)
        for index, column in enumerate(columns):
            book.string(self.sheet, (_HEADING_ROW, index), column.heading, "head")
        self.sheet.freeze_panes(_FIRST_ROW, 2)
        self.sheet.repeat_rows(_HEADING_ROW)
        self.sheet.set_landscape()
        self.sheet.fit_to_pages(1, 0)

    def about(self, words: str) -> None:
        """The line below the title."""
        line = Span(1, 0, 1, self.right)
        self.book.merge(self.sheet, line, words, "small")

    def add(self, texts: Sequence[str], highest: float = inf) -> int:
        """A row, as high as its texts need; gives its number."""
        self.last += 1
        lines = [1]
        filled = zip(self.columns, texts, strict=False)
        for index, (column, text) in enumerate(filled):
            self.book.string(self.sheet, (self.last, index), text, column.style)
            if column.wraps:
                lines.append(lines_needed(text, column.width))
        height = _LINE_HEIGHT * max(lines) + _PADDING
        self.sheet.set_row(self.last, min(highest, height))
        return self.last

    def paint(self, span: Span, style: str, *, begins_with: str = "") -> None:
        """A conditional format where a cell has a text, or one that begins so."""
        rule: dict[str, object]
        if begins_with:
            rule = {"type": "text", "criteria": "begins with", "value": begins_with}
        else:
            at = address((span.top, span.left), absolute=True)
            rule = {"type": "formula", "criteria": f'={at}<>""'}
        painted = {**rule, "format": self.book.styles[style]}
        self.sheet.conditional_format(span.top, span.left, span.bottom, span.right, painted)

    def name_range(self, name: str) -> None:
        """A defined name for the list with its headings, so that it can be read back."""
        first = address((_HEADING_ROW, 0), absolute=True)
        last_row = max(_FIRST_ROW, self.last)
        last = address((last_row, self.right), absolute=True)
        sheet = quoted(self.name)
        self.book.workbook.define_name(name, f"={sheet}!{first}:{last}")

    def finish(self) -> None:
        """Makes the rows a table with filters; the printed area, protection."""
        if self.last >= _FIRST_ROW:
            area = Span(_HEADING_ROW, 0, self.last, self.right)
            headings = [column.heading for column in self.columns]
            self.book.table(self.sheet, self.name, area, headings)
        self.sheet.print_area(0, 0, self.last, self.right)
        self.book.protect(self.sheet, autofilter=True, sort=True)
        self.book.select(self.sheet, (_FIRST_ROW, 0))


# --- who reported -----------------------------------------------------------------------------

_STATUS_COLUMNS = (
    _Column("单位代码", 13, "centre"),
    _Column("单位", 20),
    _Column("类别", 8, "centre"),
    _Column("状态", 14, "centre"),
    _Column("错误", 7, "centre"),
    _Column("警示", 7, "centre", wraps=True),
    _Column("文件", 34, wraps=True),
    _Column("最后保存时间", 22, "centre"),
    _Column("SHA-256", 26, wraps=True),
    _Column("说明", 46, wraps=True),
)
_STATE = 3
"""The column that says what became of the file."""

_STYLES = {Outcome.ACCEPTED: "good", Outcome.RETURNED: "bad", Outcome.REJECTED: "bad"}


@dataclass(frozen=True)
class _StatusRow:
    """A file, or a unit without one; `rank` puts rows in order before code and path do."""

    rank: int
    texts: tuple[str, ...]
    style: str

    @property
    def order(self) -> tuple[int, str, str]:
        code, path = self.texts[0], self.texts[6]
        return self.rank, code, path


def _status(book: WorkbookWriter, result: MergeResult) -> None:
    """Who reported, who did not, and what became of every file."""
    sheet = _ListSheet(book, STATUS_SHEET, _STATUS_COLUMNS)
    sheet.about(_in_all(result))
    rows = [_file_row(file, with_errors=result.with_errors) for file in result.files]
    rows += [_missing_row(unit) for unit in result.missing]
    rows.sort(key=lambda row: row.order)
    for row in rows:
        line = sheet.add(row.texts)
        state = Span(line, _STATE, line, _STATE)
        sheet.paint(state, row.style)
    sheet.finish()


def _in_all(result: MergeResult) -> str:
    """How many units there are of each kind."""
    counted = len(result.counted)
    returned = len(result.returned)
    missing = len(result.missing)
    told = f"计入汇总 {counted} 个，退回 {returned} 个，未报 {missing} 个"
    if result.expected is None:
        return told
    return f"名册 {result.expected} 个单位；{told}"


def _missing_row(unit: Unit) -> _StatusRow:
    nothing = ("", "", "", "", "", "没有收到可以计入的报表")
    texts = (unit.code, unit.name, unit.level, "未报", *nothing)
    return _StatusRow(2, texts, "bad")


def _file_row(file: FileRecord, *, with_errors: bool) -> _StatusRow:
    state = file.outcome.label
    if with_errors and file.outcome is Outcome.RETURNED:
        state = "有错误，已计入"
    unit = file.unit
    source = file.provenance
    texts = (
        unit.code,
        unit.name,
        unit.level,
        state,
        _count(file, Severity.ERROR),
        _count(file, Severity.WARNING) + _explained(file),
        file.path,
        minute(seconds_of(source.saved)),
        source.sha256,
        _reason(file),
    )
    rank = USABLE.index(file.outcome) if file.outcome in USABLE else 3
    return _StatusRow(rank, texts, _STYLES.get(file.outcome, "grey"))


def _count(file: FileRecord, severity: Severity) -> str:
    """How many findings of a file have this severity; empty for none."""
    severities = [finding.severity for finding in file.findings]
    return str(severities.count(severity) or "")


def _explained(file: FileRecord) -> str:
    """How many warnings the unit has explained, on a line of its own."""
    count = sum(finding.explanation != "" for finding in file.findings)
    return f"\n已说明 {count}" if count else ""


def _reason(file: FileRecord) -> str:
    """Why a file is not counted; empty for one that was checked."""
    if file.outcome in USABLE:
        return ""
    messages = [finding.message for finding in file.findings if not finding.cell]
    return messages[-1] if messages else ""


# --- what was found ---------------------------------------------------------------------------

_FINDING_COLUMNS = (
    _Column("单位", 18),
    _Column("性质", 7, "centre", wraps=True),
    _Column("代码", 12, "centre"),
    _Column("位置", 20),
    _Column("问题", 62, wraps=True),
    _Column("怎么办", 40, wraps=True),
    _Column("文件", 30, wraps=True),
    _Column("明细", 18),
)
_WEIGHT, _LINK = 1, 7


def _findings(book: WorkbookWriter, form: Form, result: MergeResult) -> None:
    """All findings, linked to the detail cells of units that are counted.

    Those of other units that differ only in their cell share a line.
    """
    sheet = _ListSheet(book, FINDINGS_SHEET, _FINDING_COLUMNS)
    sheet.about("错误必须更正；警示请更正或说明；提示供参考。")
    links = _Links(form, result)
    sheets = layout_of(form).sheets
    linked = []
    others = []
    for finding in result.findings:
        if finding.file in links.rows:
            linked.append(finding)
        else:
            others.append(finding)
    together = grouped(excel_order(others, sheets))
    for finding in excel_order([*together, *linked], sheets):
        line = sheet.add(_finding_texts(finding))
        _write_link(sheet, (line, _LINK), links.target(finding))
    if sheet.last >= _FIRST_ROW:
        weights = Span(_FIRST_ROW, _WEIGHT, sheet.last, _WEIGHT)
        sheet.paint(weights, "bad", begins_with="错误")
        sheet.paint(weights, "warn", begins_with="警示")
    sheet.finish()


def _finding_texts(finding: Finding) -> tuple[str, ...]:
    what_to_do = finding.suggestion
    if finding.explanation:
        what_to_do = f"说明：{finding.explanation}"
    return (
        finding.unit,
        finding.weight,
        finding.printed_code,
        finding.where,
        finding.message,
        what_to_do,
        finding.file,
    )


class _Links:
    """Where on the detail sheets the cells are that findings are about.

    `rows` gives the row (from 0) of each file whose unit is counted, by its path.
    """

    def __init__(self, form: Form, result: MergeResult) -> None:
        positions = {file.unit: row for row, file in enumerate(result.counted_files)}
        self.rows: dict[str, int] = {}
        for file in result.files:
            if file.unit in positions:
                self.rows[file.path] = positions[file.unit]
        self._columns: dict[str, tuple[str, int]] = {}
        for table in form.tables:
            sheet = details.detail_sheet(table)
            for index, field in enumerate(details.detail_fields(form, table.id)):
                self._columns[field.id] = sheet, details.field_column(index)

    def target(self, finding: Finding) -> tuple[str, str] | None:
        """Sheet and cell; None for a finding about no field of a counted unit."""
        row = self.rows.get(finding.file)
        column = self._columns.get(finding.field)
        if row is None or column is None:
            return None
        sheet, number = column
        cell = details.unit_cell(row, number)
        return sheet, address(cell)


def _write_link(sheet: _ListSheet, cell: Cell, target: tuple[str, str] | None) -> None:
    if target is None:
        sheet.book.string(sheet.sheet, cell, "", "centre")
        return
    name, at = target
    link = f"internal:{quoted(name)}!{at}"
    style = sheet.book.styles["link"]
    sheet.sheet.write_url(*cell, link, style, f"查看 {at}")


# --- every unit's figures ---------------------------------------------------------------------


class _DetailSheet:
    """One row a unit, one column a field; the totals above are live sums."""

    def __init__(
        self, book: WorkbookWriter, form: Form, table: Table, views: Sequence[UnitView]
    ) -> None:
        self.book = book
        self.table = table
        self.views = views
        self.name = details.detail_sheet(table)
        self.fields = details.detail_fields(form, table.id)
        self.right = details.field_column(len(self.fields)) - 1
        self.last = details.ID_ROW + max(1, len(views))
        self.sheet = book.sheet(self.name)

    def write(self) -> None:
        """The whole sheet."""
        self._columns()
        self._key_headings()
        self._field_headings()
        self._units()
        for index, field in enumerate(self.fields):
            column = details.field_column(index)
            self._total(column, field)
        self._page()

    def _columns(self) -> None:
        for column, width in enumerate((13, 20, 8)):
            self.sheet.set_column(column, column, width)
        self.sheet.set_column(details.field_column(0), self.right, 13)
        title = Span(0, 0, 0, min(self.right, 8))
        self.book.merge(self.sheet, title, f"{self.table.title}（各单位明细）", "title")
        self.sheet.set_row(0, 30)

    def _key_headings(self) -> None:
        for column, (key, label) in enumerate(zip(details.KEYS, details.KEY_LABELS, strict=True)):
            total = "合计" if key == "unit" else ""
            self.book.merge(self.sheet, Span(1, column, 2, column), label, "head")
            self.book.string(self.sheet, (details.TOTAL_ROW, column), total, "head")
            self.book.string(self.sheet, (details.ID_ROW, column), key, "id")

    def _field_headings(self) -> None:
        for first, last in _rows_of(self.fields):
            for index in range(first, last + 1):
                field = self.fields[index]
                column = details.field_column(index)
                self.book.string(self.sheet, (2, column), field.column_label, "head")
                self.book.string(self.sheet, (details.ID_ROW, column), field.id, "id")
            row = Span(1, details.field_column(first), 1, details.field_column(last))
            self.book.merge(self.sheet, row, self.fields[last].row_label, "head")
        for line, height in ((1, 48), (2, 34), (details.ID_ROW, 24)):
            self.sheet.set_row(line, height)

    def _units(self) -> None:
        known: dict[tuple[type, object], object] = {}
        for row, view in enumerate(self.views):
            unit = view.submission.unit
            for column, text in enumerate((unit.code, unit.name, unit.level)):
                cell = details.unit_cell(row, column)
                self.book.string(self.sheet, cell, text, "text")
            for index, field in enumerate(self.fields):
                column = details.field_column(index)
                self._value(details.unit_cell(row, column), field, view)
            share_cells(self.sheet, details.FIRST_UNIT_ROW + row, known)

    def _value(self, cell: Cell, field: Field, view: UnitView) -> None:
        """A typed-in number as it counts, a computed one worked out again."""
        if field.computed is not None:
            style = self.book.styles[f"computed_{field.kind.value}"]
            number = excel_number(view.recomputed(field.id))
            self.sheet.write_number(*cell, number, style)
            return
        style = self.book.styles[f"number_{field.kind.value}"]
        value = view.submission.effective(field.id).value
        if value is None:
            self.sheet.write_blank(*cell, None, style)
        else:
            self.sheet.write_number(*cell, excel_number(value), style)

    def _total(self, column: int, field: Field) -> None:
        style = self.book.styles[f"computed_{field.kind.value}"]
        if not self.views:
            self.sheet.write_blank(details.TOTAL_ROW, column, None, style)
            return
        result = self.book.results.number(ex.Ref(field.id))
        formula = details.column_sum(self.name, column, len(self.views))
        self.sheet.write_formula(details.TOTAL_ROW, column, formula, style, excel_number(result))

    def _page(self) -> None:
        """The defined name, the table with its filters, printing, protection."""
        first = address((details.ID_ROW, 0), absolute=True)
        last = address((self.last, self.right), absolute=True)
        name = details.detail_name(self.table.id)
        self.book.workbook.define_name(name, f"={quoted(self.name)}!{first}:{last}")
        sheet = self.sheet
        sheet.freeze_panes(details.FIRST_UNIT_ROW, len(details.KEYS))
        names = [*details.KEYS, *(field.id for field in self.fields)]
        rows = Span(details.ID_ROW, 0, self.last, self.right)
        self.book.table(sheet, self.name, rows, names, "id")
        sheet.set_landscape()
        sheet.set_print_scale(60)
        sheet.set_v_pagebreaks(page_breaks(self.fields))
        sheet.print_area(0, 0, self.last, self.right)
        sheet.repeat_rows(1, details.ID_ROW)
        sheet.repeat_columns(0, len(details.KEYS) - 1)
        self.book.protect(sheet, autofilter=True)
        first_number = details.unit_cell(0, details.field_column(0))
        self.book.select(sheet, first_number)


def _rows_of(fields: Sequence[Field]) -> Iterator[tuple[int, int]]:
    """The first and the last field of each row of the form, by their positions."""
    first = 0
    for index, field in enumerate(fields):
        following = index + 1
        if following == len(fields) or fields[following].row != field.row:
            yield first, index
            first = following


def page_breaks(fields: Sequence[Field]) -> list[int]:
    """Columns at which a printed page begins: the columns of one row of the form stay together."""
    breaks: list[int] = []
    page = 0
    for first, last in _rows_of(fields):
        columns = last + 1 - page
        if columns > COLUMNS_A_PAGE and first > page:
            breaks.append(details.field_column(first))
            page = first
    return breaks


# --- every unit's words -----------------------------------------------------------------------

_TEXT_WIDTH = 60
_HIGHEST = 400
"""Points that a row of texts may be high; Excel allows 409."""

_EXPLANATION_COLUMNS = (
    _Column("单位代码", 13),
    _Column("单位", 18),
    _Column("代码", 24),
    _Column("校验", 40, wraps=True),
    _Column("说明", 70, wraps=True),
)


def _texts(book: WorkbookWriter, form: Form, counted: Sequence[Submission]) -> None:
    """The texts of all units, a row a unit."""
    columns = [_Column("单位代码", 13), _Column("单位", 18)]
    columns += [_Column(text.label, _TEXT_WIDTH, wraps=True) for text in form.texts]
    sheet = _ListSheet(book, TEXTS_SHEET, columns)
    for submission in counted:
        unit = submission.unit
        texts = [submission.texts.get(text.field_id, "") for text in form.texts]
        sheet.add((unit.code, unit.name, *texts), _HIGHEST)
    sheet.name_range(details.TEXTS_NAME)
    sheet.finish()


def _explanations(book: WorkbookWriter, counted: Sequence[Submission]) -> None:
    """What units said about warnings: next year's workbooks and the next level show it."""
    sheet = _ListSheet(book, EXPLANATIONS_SHEET, _EXPLANATION_COLUMNS)
    titles = {listed.code: listed.title for listed in book.layout.listed}
    for submission in counted:
        unit = submission.unit
        for code, words in by_rule(submission.explanations).items():
            sheet.add((unit.code, unit.name, printed_code(code), titles.get(code, ""), words))
    sheet.name_range(details.EXPLANATIONS_NAME)
    sheet.finish()
