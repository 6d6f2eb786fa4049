"""The table that a roster is kept in, as people see it: any sheet of a workbook, or a CSV file in
whatever encoding and with whatever separator an office program saved it.

The headings may stand below a title and be called as offices call them; a cell gives the text that
it shows; merged cells give theirs to every row that they span.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from pathlib import Path

from xlreport.errors import RosterError
from xlreport.formats.guard import Refused
from xlreport.formats.open import open_book
from xlreport.formats.raw import RawCell, RawSheet
from xlreport.text import clean_name, decoded
from xlreport.workbook.reader.defined_names import text_of

CODE, NAME, LEVEL, ALIASES = "单位代码", "单位名称", "类别", "别名"
CONTACT, TELEPHONE = "联系人", "电话"
ADDRESSES = "邮箱"
"""Optional: the unit's e-mail addresses."""

ORIGINS = "前身"
"""Optional: the units (codes or names) that this one was renamed or merged from since last year."""

COUNTY, COUNTY_CODE = "汇总单位", "汇总单位代码"
"""Optional further columns: the unit that collects and sums; the same in every row."""

HEADINGS: Mapping[str, tuple[str, ...]] = {
    CODE: (
        *("单位编码", "单位编号", "代码", "编码", "统一代码", "机构代码", "机构编码"),
        *("组织机构代码", "统一社会信用代码", "社会信用代码", "区划代码", "行政区划代码"),
    ),
    NAME: (
        *("单位全称", "单位", "填报单位", "填报单位名称", "报送单位", "机构名称", "机关名称"),
        *("部门名称", "部门", "全称", "名称", "乡镇街道", "单位部门"),
    ),
    LEVEL: ("类型", "单位类别", "单位类型", "单位性质", "级别", "单位级别", "层级"),
    ALIASES: ("单位简称", "简称", "单位别名", "其他名称"),
    CONTACT: ("联系人姓名", "姓名", "经办人", "填报人", "负责人"),
    TELEPHONE: (
        *("联系电话", "联系人电话", "电话号码", "联系方式", "手机号", "手机号码", "手机"),
        *("移动电话", "办公电话", "座机"),
    ),
    ADDRESSES: (
        *("邮箱地址", "电子邮箱", "电子邮箱地址", "电子邮件", "邮件", "邮件地址", "联系邮箱"),
        *("email", "e-mail", "mail"),
    ),
    ORIGINS: ("原单位", "原名称", "曾用名"),
    COUNTY: ("汇总单位名称", "汇总机关"),
    COUNTY_CODE: (),
}
"""What people call the columns, beside our own words; the first that is there counts."""

MOST_COLUMNS = 200
"""Columns of a sheet that are read; a cell far to the right is a slip."""

MOST_TITLE_ROWS = 30
"""Rows in which the headings are looked for."""

MOST_SPANNED = 5_000
"""Rows of a merged range into which its text goes."""

MOST_DIGITS = 15
"""Digits of a number that a spreadsheet program keeps; it makes the others zeros."""

_WORKBOOKS = (b"PK", b"\xd0\xcf\x11\xe0", b"\x09\x08")
"""How .xlsx and .xls files begin."""

_SEPARATORS = (",", ";", "\t", "|", "，", "；")
_ASIDE = re.compile(r"[（(【\[〔].*?[)）】\]〕]|[*＊:：]")
"""What headings bear beside their words: （必填）, *."""

_AS_FORMULA = re.compile(r"=\"(.*)\"|'(.*)")
"""How people keep a program from taking a code for a number."""

_SCIENTIFIC = re.compile(r"\d(?:\.\d+)?[Ee]\+?\d{1,3}")


@dataclass(frozen=True)
class Row:
    """A row: where it stands, in words, and its cells by heading. `faults` are cells whose text
    is no longer what was typed, by heading."""

    place: str
    cells: Mapping[str, str]
    faults: tuple[str, ...] = ()

    def get(self, heading: str) -> str:
        """The text under a heading; empty where there is none."""
        return self.cells.get(heading, "")

    @property
    def further(self) -> dict[str, str]:
        """The cells of columns that no unit is told by."""
        known = ("", CODE, NAME, LEVEL, ALIASES)
        return {heading: text for heading, text in self.cells.items() if heading not in known}


@dataclass(frozen=True)
class _Cell:
    """A text as it is shown; `is_number` where a workbook holds a number."""

    text: str = ""
    is_number: bool = False


_BLANK = _Cell()


@dataclass(frozen=True)
class _Grid:
    """A sheet or a CSV file: its rows by number, from 1; merged cells in the other rows that they
    span, by row and column."""

    name: str
    rows: Mapping[int, Sequence[_Cell]]
    spanned: Mapping[tuple[int, int], _Cell] = field(default_factory=dict)


@dataclass(frozen=True)
class _Headed:
    """A grid with its headings: the number of their row, and which column is under which."""

    grid: _Grid
    row: int
    columns: Mapping[int, str]

    @property
    def lacking(self) -> list[str]:
        """The headings that must be there and are not."""
        here = set(self.columns.values())
        return [heading for heading in (CODE, NAME) if heading not in here]


def read_table(path: Path) -> list[Row]:
    """The rows with something in them, of all sheets that have the headings, but for those that
    begin with #. Raises RosterError, OSError."""
    data = path.read_bytes()
    read = _sheets if data.startswith(_WORKBOOKS) else _csv_grids
    tables = [_headed(grid) for grid in read(data, path) if grid.rows]
    if not tables:
        raise RosterError(f"名册“{path.name}”是空的，请填写单位后再用。")
    usable = [table for table in tables if not table.lacking]
    if not usable:
        raise _without_headings(tables, path)
    several = len(usable) > 1
    rows: list[Row] = []
    for table in usable:
        rows += _rows(table, with_name=several)
    return rows


def _without_headings(tables: Sequence[_Headed], path: Path) -> RosterError:
    """What is missing where most is there."""
    nearest = min(tables, key=lambda table: len(table.lacking))
    also = "（也可以叫“代码”“编码”，“单位”“单位全称”）"
    if set(nearest.lacking) == {CODE, NAME}:
        return RosterError(
            f"名册“{path.name}”没有标题行：请在第一行写上“{CODE}”“{NAME}”等标题{also}。"
        )
    where = _place(nearest.grid, nearest.row, with_name=len(tables) > 1)
    missing = "、".join(nearest.lacking)
    return RosterError(f"名册“{path.name}”{where}缺少标题：{missing}{also}。")


def _place(grid: _Grid, row: int, *, with_name: bool) -> str:
    if with_name:
        return f"“{grid.name}”页第 {row} 行"
    return f"第 {row} 行"


# --- headings ---


def _headed(grid: _Grid) -> _Headed:
    """The grid with the row that has most of our headings; the first of several."""
    top = list(grid.rows)[:MOST_TITLE_ROWS]
    candidates = [_Headed(grid, number, _columns(grid.rows[number])) for number in top]
    best = max(candidates, key=_weight)
    second_line = best.row + 1
    below = grid.rows.get(second_line, ())
    if best.lacking or not _continues(below):
        return best
    columns = _columns(below)
    columns.update(_own_columns(best.columns, below))
    return _Headed(grid, second_line, columns)


def _weight(headed: _Headed) -> tuple[int, int]:
    """How likely a row holds the headings: those that must be there, then all that we know."""
    known = [heading for heading in headed.columns.values() if heading in HEADINGS]
    return -len(headed.lacking), len(known)


def _continues(below: Sequence[_Cell]) -> bool:
    """Whether the next row has headings of a second line: 联系人 and 电话 under 联系方式."""
    texts = [cell.text for cell in below if cell.text]
    return bool(texts) and all(map(_own_word, texts))


def _own_columns(columns: Mapping[int, str], below: Sequence[_Cell]) -> dict[int, str]:
    """The headings of the upper line that have none below."""
    taken = {column for column, cell in enumerate(below) if cell.text}
    return {column: heading for column, heading in columns.items() if column not in taken}


def _columns(cells: Sequence[_Cell]) -> dict[int, str]:
    """Which column is under which heading: ours where a column is called so, or, where none is, as
    people call it; the others keep their own. Of two of the same name the first counts."""
    written = [clean_name(cell.text) for cell in cells]
    plain = list(map(_plain, written))
    columns: dict[int, str] = {}
    for heading in HEADINGS:
        column = _column_of(heading, plain, columns)
        if column is not None:
            columns[column] = heading
    taken = set(columns.values())
    for column, text in enumerate(written):
        if column not in columns and text and text not in taken:
            columns[column] = text
            taken.add(text)
    return dict(sorted(columns.items()))


def _column_of(heading: str, plain: Sequence[str], taken: Collection[int]) -> int | None:
    """The first column that is called like a heading of ours, and is not under another."""
    for name in (heading, *HEADINGS[heading]):
        for column, text in enumerate(plain):
            if text == name and column not in taken:
                return column
    return None


def _plain(heading: str) -> str:
    word = _ASIDE.sub("", heading).lower()
    return "".join(word.split())


def _own_word(text: str) -> str:
    """Our word for a heading; empty when it is none."""
    plain = _plain(clean_name(text))
    for ours, others in HEADINGS.items():
        if plain == ours or plain in others:
            return ours
    return ""


# --- rows ---


def _rows(table: _Headed, *, with_name: bool) -> Iterator[Row]:
    """The rows below the headings."""
    for number, cells in table.grid.rows.items():
        is_remark = bool(cells) and cells[0].text.startswith("#")
        if number > table.row and _has_text(cells) and not is_remark:
            place = _place(table.grid, number, with_name=with_name)
            yield _row(table, number, place)


def _row(table: _Headed, number: int, place: str) -> Row:
    """One row: a cell under a merged one has its text, but for who the unit is."""
    own = table.grid.rows[number]
    spanned = table.grid.spanned
    cells: dict[str, str] = {}
    faults: list[str] = []
    for column, heading in table.columns.items():
        cell = own[column] if column < len(own) else _BLANK
        above = spanned.get((number, column))
        if above is not None and heading in (CODE, NAME):
            faults.append(f"{place}的{heading}是合并单元格，一个单位只能占一行")
        elif above is not None:
            cell = above
        cells[heading] = _content(heading, cell)
        faults += _lost(place, heading, cell)
    return Row(place, cells, tuple(faults))


def _content(heading: str, cell: _Cell) -> str:
    """A cell's text, free of what people write around a code."""
    if heading not in (CODE, COUNTY_CODE):
        return cell.text.strip()
    return _bare_code(cell.text)


def _bare_code(text: str) -> str:
    """A code without blanks, in half-width characters."""
    kept = _AS_FORMULA.fullmatch(text.strip())
    if kept is not None:
        text = kept[1] or kept[2] or ""
    narrow = clean_name(text).translate(_NARROW)
    return "".join(narrow.split())


_NARROW = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
"""Full-width forms to ASCII."""


def _lost(place: str, heading: str, cell: _Cell) -> Iterator[str]:
    """A code of which a program kept only the beginning."""
    if heading not in (CODE, COUNTY_CODE):
        return
    cure = "请把这一列设为“文本”格式，重新填写后保存"
    text = cell.text.strip()
    has_sign_or_point = "+" in text or "." in text
    if _SCIENTIFIC.fullmatch(text) and has_sign_or_point:
        yield f"{place}的{heading}“{text}”是科学计数法，后面的数字已经丢失，{cure}"
    elif cell.is_number and len(text) > MOST_DIGITS:
        yield f"{place}的{heading}“{text}”存成了数字，{MOST_DIGITS} 位以后已经丢失，{cure}"


# --- CSV ---


def _csv_grids(data: bytes, path: Path) -> list[_Grid]:
    """A CSV file, split at whatever gives it the headings; if nothing does, at commas."""
    text = decoded(data)
    if text is None:
        raise RosterError(f"名册“{path.name}”的编码认不出来，请另存为“CSV UTF-8”。")
    text = text.removeprefix("\ufeff")
    for separator in _SEPARATORS:
        grid = _split_at(separator, text)
        if grid is not None and grid.rows and not _headed(grid).lacking:
            return [grid]
    plain = _split_at(",", text)
    if plain is None:
        raise RosterError(f"名册“{path.name}”不是正确的 CSV 文件，请检查引号和逗号。")
    return [plain]


def _split_at(separator: str, text: str) -> _Grid | None:
    """The rows of a CSV file; None when the quotes are not right."""
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        rows = dict(enumerate(map(_cells, lines), 1))
    except csv.Error:
        return None
    return _Grid("", {number: cells for number, cells in rows.items() if _has_text(cells)})


def _cells(line: Iterable[str]) -> list[_Cell]:
    return [_Cell(text.strip()) for text in line]


def _has_text(cells: Iterable[_Cell]) -> bool:
    return any(cell.text for cell in cells)


# --- workbooks ---


def _sheets(data: bytes, path: Path) -> list[_Grid]:
    """Every sheet of a workbook."""
    try:
        book = open_book(data)
    except Refused as refused:
        raise RosterError(f"名册“{path.name}”读不出来：{refused.finding.message}。") from None
    return [_grid(sheet) for sheet in book.sheets.values()]


def _grid(sheet: RawSheet) -> _Grid:
    """The rows of a sheet that have any text, but for titles that span the columns."""
    rightmost = max((column for _, column in sheet.cells), default=-1)
    right = min(rightmost, MOST_COLUMNS)
    titles = {top for (top, left), (_, last) in sheet.merges if left == 0 and last > 0}
    rows: dict[int, Sequence[_Cell]] = {}
    for row in sorted({row for row, _ in sheet.cells}):
        cells = _sheet_row(sheet, row, right)
        is_title = row in titles and not _has_text(cells[1:])
        if _has_text(cells) and not is_title:
            rows[row + 1] = cells
    return _Grid(sheet.name, rows, _spanned(sheet, right))


def _spanned(sheet: RawSheet, right: int) -> dict[tuple[int, int], _Cell]:
    """What stands in the first cell of each range that is merged downwards, for its other rows."""
    spanned: dict[tuple[int, int], _Cell] = {}
    for (top, left), (bottom, _) in sheet.merges:
        first = sheet.cells.get((top, left))
        if first is None or left > right:
            continue
        last = min(bottom, top + MOST_SPANNED)
        for row in range(top + 1, last + 1):
            spanned[row + 1, left] = _shown(first)
    return spanned


def _sheet_row(sheet: RawSheet, row: int, right: int) -> list[_Cell]:
    """The texts of a row, up to and with the column `right`."""
    cells = [sheet.cells.get((row, column)) for column in range(right + 1)]
    return [_shown(cell) if cell is not None else _BLANK for cell in cells]


def _shown(raw: RawCell) -> _Cell:
    """A cell as people see it; of a whole number all digits, whatever its format leaves out."""
    seen = text_of(raw)
    if raw.kind != "n" or raw.date:
        return _Cell(seen)
    number = _whole(raw.text)
    if number is None:
        return _Cell(seen, is_number=True)
    all_digits = seen.isdecimal() and int(seen) == number
    return _Cell(seen if all_digits else str(number), is_number=True)


def _whole(text: str) -> int | None:
    """A whole number as a program stores it; None for any other."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    is_whole = number.is_finite() and number == number.to_integral_value()
    return int(number) if is_whole else None
