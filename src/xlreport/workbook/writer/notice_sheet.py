"""更正通知: the first sheet of a workbook that is sent back, a line for each thing to put right."""

from __future__ import annotations

from dataclasses import dataclass

from xlreport.a1 import quoted
from xlreport.rules.excel_text import link, literal
from xlreport.submission import Place
from xlreport.text import clean
from xlreport.workbook.layout.notice import NOTICE
from xlreport.workbook.layout.sheet import LINE_HEIGHT, Span, height_of, lines_needed
from xlreport.workbook.writer.book import WorkbookWriter
from xlreport.workbook.writer.context import NoticeContext
from xlreport.workbook.writer.printing import MAX_ROW_HEIGHT, print_when_asked
from xlreport.workbook.writer.sheet import SheetWriter
from xlreport.workbook.writer.template import write_form_sheets, write_identity

_HEADINGS = ("序号", "性质", "位置（点一下到那一格）", "哪里不对", "怎么办")
_WIDTHS = (6.0, 8.0, 28.0, 58.0, 52.0)
_NUMBER, _WEIGHT, _WHERE, _MESSAGE, _ADVICE = range(5)

_TAB_COLOUR = "#C00000"
_LEAST_HEIGHT = 20.0
_GAP = 2
"""Rows from one part of the sheet to the next."""

_FIRST_CELL = "A1"

_MOST_NAMED = 120
"""Characters of a place; a formula takes words of 255 (ECMA-376 part 1, 18.17.2)."""

_LEFT_OUT = "换成新表时没有照搬、或已恢复的内容"


@dataclass(frozen=True, slots=True)
class NoticeLine:
    """One thing to put right: how grave, where (None where that is no cell; `where` as people
    read it), what is wrong, what to do."""

    weight: str
    where: str
    place: Place | None
    message: str
    advice: str


@dataclass(frozen=True)
class Notice:
    """What the first sheet says: sentences at the top, the list, and what of the file was not
    carried over."""

    intro: tuple[str, ...]
    lines: tuple[NoticeLine, ...]
    left: tuple[str, ...] = ()


def write_notice(context: NoticeContext, notice: Notice) -> bytes:
    """The workbook of a notice: same content, same bytes."""
    book = WorkbookWriter(context)
    _NoticeSheet(book, notice).write()
    write_form_sheets(book)
    write_identity(book)
    return book.finish()


class _NoticeSheet(SheetWriter):
    def __init__(self, book: WorkbookWriter, notice: Notice) -> None:
        super().__init__(book, NOTICE)
        self.notice = notice

    def write(self) -> None:
        """The whole sheet."""
        self.widths(*_WIDTHS)
        self.sheet.set_tab_color(_TAB_COLOUR)
        self.merge(Span.line(0, _NUMBER, _ADVICE), NOTICE, "title")
        self.height(0, 34)
        row = self._sentences(1, self.notice.intro, "guide")
        if self.notice.lines:
            row = self._list(row)
        if self.notice.left:
            self.merge(Span.line(row, _NUMBER, _ADVICE), _LEFT_OUT, "panel_head")
            self._sentences(row + 1, self.notice.left, "status")
        print_when_asked(self.sheet, _ADVICE, landscape=True)
        self.close((0, 0), autofilter=True)
        self.sheet.activate()

    def _sentences(self, row: int, sentences: tuple[str, ...], style: str) -> int:
        """A row each, over the whole width; gives the row that follows."""
        for sentence in sentences:
            self.merge(Span.line(row, _NUMBER, _ADVICE), sentence, style)
            height = LINE_HEIGHT * 1.2 * lines_needed(sentence, sum(_WIDTHS) / 1.2) + 4
            self.height(row, min(MAX_ROW_HEIGHT, height))
            row += 1
        return row

    def _list(self, row: int) -> int:
        """The list with its headings; gives the row of what follows it."""
        self.row(row, _HEADINGS, "head")
        self.height(row, _LEAST_HEIGHT)
        for number, line in enumerate(self.notice.lines, 1):
            self._line(row + number, number, line)
        last = row + len(self.notice.lines)
        self.book.table(self.sheet, NOTICE, Span(row, _NUMBER, last, _ADVICE), _HEADINGS)
        self.sheet.freeze_panes(row + 1, 0)
        return last + _GAP

    def _line(self, row: int, number: int, line: NoticeLine) -> None:
        self.number((row, _NUMBER), number, "centre")
        self.string((row, _WEIGHT), line.weight, "centre")
        self._where(row, line)
        self.string((row, _MESSAGE), line.message, "text")
        self.string((row, _ADVICE), line.advice, "text")
        heights = [
            height_of(text, _WIDTHS[column], _LEAST_HEIGHT)
            for column, text in (
                (_WHERE, line.where),
                (_MESSAGE, line.message),
                (_ADVICE, line.advice),
            )
        ]
        self.height(row, min(MAX_ROW_HEIGHT, max(heights)))

    def _where(self, row: int, line: NoticeLine) -> None:
        """The place, as a link to it where it is a cell. (A formula wraps in every program, the
        words of a link of the cell do not.)"""
        if line.place is None:
            self.string((row, _WHERE), line.where, "text")
            return
        where = clean(line.where)[:_MOST_NAMED]
        target = f"#{quoted(line.place.sheet)}!{line.place.cell or _FIRST_CELL}"
        self.formula((row, _WHERE), link(literal(target), literal(where)), "link", where)
