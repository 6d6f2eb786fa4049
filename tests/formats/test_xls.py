"""An .xls as raw cells: a real file, and records made by hand for what xlrd does not tell."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
import xlrd

from formats.packages import refusal
from xlreport.formats import ole, xls
from xlreport.formats.colours import Font
from xlreport.formats.conditional import Look
from xlreport.formats.guard import Limits
from xlreport.formats.ole import BrokenOle
from xlreport.formats.open import open_book
from xlreport.formats.raw import Format, Hidden, RawCell, Remark
from xlreport.formats.xls_styles import XlsStyles

FILES = Path(__file__).resolve().parents[1] / "hostile" / "files"
XLS = (FILES / "甲子镇.xls").read_bytes()


def record(kind: int, body: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


BOF, EOF = record(0x809, bytes(4)), record(0x0A)


def stream(*facts: bytes, book: bytes = b"", kind: int = 0) -> bytes:
    """A workbook stream with one sheet of these records."""
    sheet = BOF + b"".join(facts) + EOF
    size = len(BOF) + len(record(xls.BOUNDSHEET, bytes(8))) + len(book) + len(EOF)
    listed = record(xls.BOUNDSHEET, struct.pack("<IBB", size, 0, kind) + b"\0\0")
    return BOF + listed + book + EOF + sheet


def test_the_types_of_cells_are_those_of_xlrd() -> None:
    assert (xls.TEXT, xls.NUMBER, xls.DATE, xls.BOOLEAN, xls.ERROR) == (
        xlrd.XL_CELL_TEXT,
        xlrd.XL_CELL_NUMBER,
        xlrd.XL_CELL_DATE,
        xlrd.XL_CELL_BOOLEAN,
        xlrd.XL_CELL_ERROR,
    )


@pytest.mark.parametrize(
    ("kind", "value", "formula", "expected"),
    [
        (1, "甲", None, RawCell("str", "甲")),
        (2, 1.5, "", RawCell("n", "1.5", "")),
        (3, 45000.0, None, RawCell("n", "45000.0", date=True)),
        (4, 1, None, RawCell("b", "1")),
        (5, 0x17, "", RawCell("e", "#REF!", "")),
        (5, 0x99, None, RawCell("e", "#?")),
        (6, "", "", RawCell("str", "", "")),
        (6, "", None, None),
    ],
)
def test_a_cell_as_xlrd_gives_it(
    kind: int, value: str | float, formula: str | None, expected: RawCell | None
) -> None:
    assert xls._raw_cell(kind, value, formula) == expected


def test_formulas_marks_and_protection() -> None:
    facts = xls._Records(
        stream(
            record(xls.FORMULA, struct.pack("<HH", 3, 4) + bytes(16)),
            record(xls.NOTE, struct.pack("<HH", 5, 6)),
            record(
                xls.MERGE_CELLS, struct.pack("<H", 2) + struct.pack("<8H", 1, 2, 3, 4, 7, 7, 8, 8)
            ),
            record(xls.PROTECT, b"\1\0"),
        )
    ).sheet(0)
    assert (facts.formulas, facts.marks, facts.protected) == (
        {(3, 4)},
        {(5, 6), (1, 3), (7, 8)},
        True,
    )


def test_a_sheet_that_is_not_protected() -> None:
    assert not xls._Records(stream(record(xls.PROTECT, b"\0\0"))).sheet(0).protected


def test_charts_inside_a_sheet_do_not_end_it() -> None:
    chart = BOF + record(xls.FORMULA, struct.pack("<HH", 9, 9)) + EOF
    facts = xls._Records(stream(chart, record(xls.FORMULA, struct.pack("<HH", 1, 1)))).sheet(0)
    assert facts.formulas == {(1, 1)}


def test_what_follows_a_sheet_is_not_its_own() -> None:
    data = stream() + record(xls.FORMULA, struct.pack("<HH", 1, 1))
    assert xls._Records(data).sheet(0).formulas == set()


def test_only_worksheets_are_counted() -> None:
    records = xls._Records(stream(record(xls.PROTECT, b"\1\0"), kind=2))
    assert not records.sheet(0).protected


@pytest.mark.parametrize(
    ("body", "links"),
    [(b"\1\0\1\x04", False), (b"\1\0\1\x3a", False), (b"\1\0\5\0file", True)],
)
def test_links_to_other_books(body: bytes, links: bool) -> None:
    assert xls._Records(stream(book=record(xls.SUPBOOK, body))).links is links


def summary(*properties: tuple[int, int, int]) -> bytes:
    """A property set of these keys, types and values ([MS-OLEPS] 2.20)."""
    head = bytes(44) + struct.pack("<I", 48) + struct.pack("<II", 0, len(properties))
    table, values = b"", b""
    for key, kind, value in properties:
        table += struct.pack("<II", key, 8 + 8 * len(properties) + len(values))
        values += struct.pack("<IQ", kind, value)
    return head + table + values


TICKS = 116_444_736_000_000_000 + 1_735_702_200 * 10_000_000
"""2025-01-01T03:30:00 in units of 100 nanoseconds since 1601 (1970 and the seconds since then)."""


@pytest.mark.parametrize(
    ("data", "saved"),
    [
        (summary((0x0C, 0x40, 1), (0x0D, 0x40, TICKS)), "2025-01-01T03:30:00Z"),
        (summary((0x0D, 0x40, 0)), ""),
        (summary((0x0D, 0x1E, TICKS)), ""),
        (summary((0x0C, 0x40, TICKS)), ""),
        (summary((0x0D, 0x40, 2**64 - 1)), ""),
        (summary(*[(1, 0x40, 1)] * 99, (0x0D, 0x40, TICKS)), "2025-01-01T03:30:00Z"),
        (summary(*[(1, 0x40, 1)] * 100, (0x0D, 0x40, TICKS)), ""),
        (b"", ""),
        (bytes(60)[:50], ""),
    ],
)
def test_the_last_saved_time(data: bytes, saved: str) -> None:
    assert xls._saved(data) == saved


def test_a_workbook_that_a_program_wrote() -> None:
    book = open_book(XLS)
    assert book.format is Format.XLS
    assert not book.macros
    assert not book.links
    assert any(sheet.protected for sheet in book.sheets.values())
    cells = [raw for sheet in book.sheets.values() for raw in sheet.cells.values()]
    assert {raw.kind for raw in cells} == {"n", "str"}
    assert any(raw.formula == "" for raw in cells)
    assert book.names == open_book((FILES / "甲子镇.ods").read_bytes()).names
    assert book.names["identity.code"] == "'封面'!$C$6"


def test_cells_are_counted() -> None:
    count = sum(len(sheet.cells) for sheet in open_book(XLS).sheets.values())
    assert refusal(XLS, Limits(cells=count)) == ("", "")
    told = ("R3", f"单元格的总数为 {count:,} 个，超过允许的 {count - 1:,} 个")
    assert refusal(XLS, Limits(cells=count - 1)) == told


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (
            XLS[:30_000] + b"\xff" * 100_000 + XLS[130_000:],
            "旧格式文件的内容不完整或写法有误",
        ),
        (b"\x09\x08\x10\x00", "这个旧格式文件里没有可以读取的工作簿"),
    ],
)
def test_a_broken_file_is_damage(data: bytes, message: str) -> None:
    assert refusal(data) == ("R2", message)


def lbl(name: str, formula: bytes, *, scope: int = 0, flags: int = 0, wide: bool = True) -> bytes:
    """A defined name ([MS-XLS] 2.4.150)."""
    written = name.encode("utf-16-le" if wide else "latin-1")
    head = struct.pack("<HBBHHHI", flags, 0, len(name), len(formula), 0, scope, 0)
    return record(xls.NAME, head + bytes([wide]) + written + formula)


def ref(column: int = 2, token: int = 0x3A, index: int = 0) -> bytes:
    return struct.pack("<BHHH", token, index, 1, column)


AREA = struct.pack("<BHHHHH", 0x3B, 0, 1, 3, 2, 4)
RELATIVE = 0xC000


def named(*names: bytes, range_of: tuple[int, int, int] = (0, 0, 0)) -> dict[str, str]:
    """The names of a book with the sheet 表 and these records."""
    listed = b"\2\1" + "表".encode("utf-16-le")
    books = record(xls.SUPBOOK, b"\1\0\1\4") + record(xls.SUPBOOK, b"\1\0\5\0file")
    ranges = record(xls.EXTERN_SHEET, struct.pack("<HHhh", 1, *range_of))
    sheet = record(xls.BOUNDSHEET, struct.pack("<IBB", 0, 0, 2) + b"\1" + listed[1:])
    begin = record(0x809, b"\0\6" + bytes(14))
    return dict(xls._Records(begin + sheet + books + ranges + b"".join(names) + EOF).names())


@pytest.mark.parametrize(
    ("formula", "range_of", "target"),
    [
        (ref(), (0, 0, 0), "'表'!$C$2"),
        (ref(token=0x5A), (0, 0, 0), "'表'!$C$2"),
        (AREA, (0, 0, 0), "'表'!$C$2:$E$4"),
        (ref(2 | RELATIVE), (0, 0, 0), ""),
        (ref(2 | 0x4000), (0, 0, 0), ""),
        (ref(0xFF | RELATIVE), (0, 0, 0), ""),
        (ref(index=1), (0, 0, 0), ""),
        (ref(), (1, 0, 0), ""),
        (ref(), (9, 0, 0), ""),
        (ref(), (0, 0, 1), ""),
        (ref(), (0, -1, -1), ""),
        (ref(), (0, 1, 1), ""),
        (ref() + b"\0", (0, 0, 0), ""),
        (b"", (0, 0, 0), ""),
    ],
)
def test_the_target_of_a_name(formula: bytes, range_of: tuple[int, int, int], target: str) -> None:
    assert named(lbl("甲", formula), range_of=range_of) == {"甲": target}


def test_only_names_of_the_whole_book_count() -> None:
    names = [
        lbl("a", ref(), wide=False),
        lbl("乙", ref(), scope=1),
        lbl("\6", ref(), flags=0x20),
        record(xls.NAME, b"\0"),
        record(xls.NAME, b"\xff" * 14),
    ]
    assert named(*names) == {"a": "'表'!$C$2"}


def test_names_never_reach_xlrd() -> None:
    """It evaluates each, which for some references never ends."""
    data = stream(book=lbl("甲", ref(2 | RELATIVE)) + record(xls.SUPBOOK, b"\1\0\1\4"))
    changed = xls._Records(data).without_names()
    assert len(changed) == len(data)
    kinds = [kind for _, kind, _ in xls._Records(changed)._substream(0)]
    assert xls.NAME not in kinds
    assert xls.SUPBOOK in kinds


def test_sheets_that_share_records_are_not_read_again_and_again() -> None:
    inner = BOF + record(xls.FORMULA, struct.pack("<HH", 1, 1)) + EOF
    sheet = BOF + inner + EOF
    listed = 2 * len(record(xls.BOUNDSHEET, bytes(8)))
    start = len(BOF) + listed + len(EOF)
    for second in (start, start + len(BOF)):
        sheets = [struct.pack("<IBB", each, 0, 0) + b"\0\0" for each in (start, second)]
        globals_ = BOF + b"".join(record(xls.BOUNDSHEET, body) for body in sheets) + EOF
        with pytest.raises(BrokenOle):
            xls._Records(globals_ + sheet).sheet(0)


def test_what_follows_the_record_of_a_password_is_not_looked_at() -> None:
    records = xls._Records(stream(book=record(xls.FILE_PASS, bytes(4)) + record(xls.SUPBOOK)))
    assert (records.encrypted, records.links) == (True, False)


# --- what nobody sees, and what lies over the cells --------------------------------------------


def facts(*records: bytes) -> xls._SheetFacts:
    return xls._Records(stream(*records)).sheet(0)


def row_record(height: int, flags: int) -> bytes:
    return record(xls.ROW, struct.pack("<HHHHHHBBH", 4, 0, 9, height, 0, 0, flags, 1, 15))


@pytest.mark.parametrize(
    ("height", "flags", "hidden"),
    [
        (300, 0x20, [(4, 4)]),
        (0, 0x40, [(4, 4)]),
        (60, 0x40, [(4, 4)]),
        (61, 0x40, []),
        (0, 0x00, []),
        (0x8000, 0x40, []),
    ],
)
def test_hidden_rows(height: int, flags: int, hidden: list[tuple[int, int]]) -> None:
    assert facts(row_record(height, flags)).hidden_rows == hidden


@pytest.mark.parametrize(
    ("width", "flags", "hidden"),
    [(2000, 1, [(1, 3)]), (256, 0, [(1, 3)]), (257, 0, []), (2000, 2, [])],
)
def test_hidden_columns(width: int, flags: int, hidden: list[tuple[int, int]]) -> None:
    body = struct.pack("<HHHHHH", 1, 3, width, 15, flags, 0)
    assert facts(record(xls.COL_INFO, body)).hidden_columns == hidden


def test_a_cell_that_is_there_twice_is_doubtful() -> None:
    number = struct.pack("<HHHd", 9, 1, 15, 135.0)
    other = struct.pack("<HHHI", 9, 1, 15, 7)
    blank = struct.pack("<HHH", 9, 1, 15)
    assert facts(record(xls.NUMBER_CELL, number), record(0x201, blank)).twice == []
    twice = facts(*[record(xls.NUMBER_CELL, number), record(xls.SHARED_TEXT, other)] * 2)
    assert twice.twice == [(9, 1)]


@pytest.mark.parametrize(("flags", "hidden"), [(0x38, False), (0x39, True)])
def test_a_hidden_window(flags: int, hidden: bool) -> None:
    window = record(xls.WINDOW1, bytes(8) + struct.pack("<HHHHH", flags, 0, 0, 1, 600))
    assert xls._Records(stream(book=window)).hidden is hidden


def font(colour: int, height: int = 220) -> bytes:
    return struct.pack("<HHH", height, 0, colour) + bytes(10)


def style(font_index: int, pattern: int, fore: int) -> bytes:
    return struct.pack("<H", font_index) + bytes(12) + struct.pack("<IH", pattern << 26, fore)


@pytest.mark.parametrize(
    ("cell_style", "reason"),
    [
        (style(0, 0, 64), ""),
        (style(1, 0, 64), "字的颜色与底色相同"),
        (style(1, 1, 10), ""),
        (style(5, 1, 10), "字的颜色与底色相同"),
        (style(6, 0, 64), "字号太小"),
        (style(99, 0, 64), ""),
    ],
)
def test_texts_in_the_colour_of_their_ground(cell_style: bytes, reason: str) -> None:
    """Font 4 is left out in counting; colour 10 is the workbook's own."""
    styles = XlsStyles()
    for given in (font(0x7FFF), font(9), font(8), font(8), font(10), font(8, height=40)):
        styles.take(0x31, given)
    styles.take(0x92, struct.pack("<H", 3) + b"\0\0\0\0\xff\xff\xff\0\x11\x22\x33\0")
    styles.take(0xE0, cell_style)
    assert styles.look(0, "General").why_unseen() == reason
    assert styles.look(1, "General").why_unseen() == ""


def drawn(kind: int, key: int, words: str, row: int, column: int) -> list[bytes]:
    anchor = struct.pack("<HHHHH", 0, column, 0, row, 0) + bytes(8)
    return [
        record(0xEC, b"\x0f\0\x04\xf0\0\0\0\0" + b"\0\0\x10\xf0\x12\0\0\0" + anchor),
        record(0x5D, b"\x15\0\x12\0" + struct.pack("<HH", kind, key) + bytes(14)),
        record(0x1B6, bytes(10) + struct.pack("<HH", len(words), 16) + bytes(4)),
        record(0x3C, b"\1" + words.encode("utf-16-le")),
        record(0x3C, bytes(16)),
    ]


def test_comments_and_drawings_of_a_sheet() -> None:
    note = record(xls.NOTE, struct.pack("<HHHH", 5, 1, 0, 7) + bytes(4))
    records = [*drawn(0x19, 7, "应为 77", 0, 0), *drawn(6, 8, "以 88 为准", 9, 1)]
    records += [*drawn(8, 9, "", 2, 2), *drawn(0x14, 10, "", 3, 3), *drawn(6, 11, "", 4, 4), note]
    assert facts(*records).remarks.remarks() == [
        Remark((2, 2), "图片", ""),
        Remark((5, 1), "批注", "应为 77"),
        Remark((9, 1), "文本框", "以 88 为准"),
    ]


@pytest.mark.parametrize("kind", [0x5D, 0x1B6, 0xEC, xls.ROW, xls.COL_INFO, 0x31, 0xE0, 0x92])
def test_records_that_are_too_short_tell_nothing(kind: int) -> None:
    told = facts(record(kind, b"\1"))
    assert (told.hidden_rows, told.hidden_columns, told.remarks.remarks()) == ([], [], [])
    styles = XlsStyles()
    styles.take(kind, b"\1")
    assert styles == XlsStyles()


def test_cells_that_repeat_their_text() -> None:
    def aligned(alignment: int) -> bytes:
        return bytes(6) + bytes([alignment]) + bytes(13)

    styles = XlsStyles()
    for alignment in (1, 4, 0xFC, 5):
        styles.take(0xE0, aligned(alignment))
    assert styles.repeats == {1, 2}


def test_colours_of_the_workbook_of_the_usual_palette_and_of_nobody() -> None:
    styles = XlsStyles()
    styles.take(0x92, struct.pack("<H", 9) + b"\x11\x22\x33\0" * 2 + b"\x44")
    assert styles.palette == {8: (0x11, 0x22, 0x33), 9: (0x11, 0x22, 0x33)}
    red, white = (255, 0, 0), (255, 255, 255)
    assert styles.colour(9, white) == (0x11, 0x22, 0x33)
    assert styles.colour(10, white) == red
    assert styles.colour(99, white) == white
    assert styles.colour(0x7FFF, red) == red
    many = struct.pack("<H", 57) + b"\x01\x02\x03\0" * 57
    styles.take(0x92, many)
    assert sorted(styles.palette) == list(range(8, 64))


def styled_look(cell_style: bytes) -> Look:
    styles = XlsStyles()
    styles.take(0x31, font(10, height=160))
    styles.take(0xE0, cell_style)
    return styles.look(0, "0.0")


@pytest.mark.parametrize(
    ("cell_style", "expected"),
    [
        (style(0, 0, 10), Look(Font((255, 0, 0), 8.0), (255, 255, 255), "0.0")),
        (style(0, 1, 10), Look(Font((255, 0, 0), 8.0), (255, 0, 0), "0.0")),
        (style(0, 1, 10 | 9 << 7), Look(Font((255, 0, 0), 8.0), (255, 0, 0), "0.0")),
        (style(7, 0, 0), Look(code="0.0")),
    ],
)
def test_how_cells_of_a_style_look(cell_style: bytes, expected: Look) -> None:
    assert styled_look(cell_style) == expected
    assert XlsStyles().look(0, "0.0") == Look(code="0.0")


def test_a_cell_with_what_its_style_makes_of_it() -> None:
    codes = ["General", "0.0", ";;;"]
    looks = xls._Looks([Look(code=code) for code in codes], ["", "", ""], {1})
    number, text = RawCell("n", "1"), RawCell("str", "甲")
    day = RawCell("n", "1", date=True)
    assert (
        looks.styled(number, None) == looks.styled(number, 3) == looks.styled(number, 0) == number
    )
    assert looks.styled(number, 1) == RawCell("n", "1", number_format="0.0", repeats=True)
    assert looks.styled(number, 1).style == 1
    assert looks.styled(day, 1) == day
    assert looks.styled(text, 1) == text
    assert looks.styled(number, 2) == RawCell("n", "1", number_format=";;;")
    assert looks.styled(text, 2) == RawCell("str", "甲", unseen="数字格式不显示文字")
    white = xls._Looks([Look(code=";;;")], ["字号太小"], set())
    assert white.styled(text, 0).unseen == white.styled(number, 0).unseen == "字号太小"


class Row:
    """A sheet of one row, as xlrd gives it."""

    nrows = 1

    def __init__(self, *cells: tuple[int, str | float]) -> None:
        self.cells = cells

    def row_types(self, _row: int) -> list[int]:
        return [kind for kind, _ in self.cells]

    def row_values(self, _row: int) -> list[str | float]:
        return [value for _, value in self.cells]


@pytest.mark.parametrize(("since_1904", "day"), [(False, "2026-01-15"), (True, "2030-01-16")])
def test_dates_are_shown_by_the_calendar_of_the_workbook(since_1904: bool, day: str) -> None:
    row = Row((xls.TEXT, "甲"), (0, ""), (xls.DATE, 46037.0), (xls.NUMBER, 2.0))
    cells = dict(xls._cells(row, {(0, 3)}, since_1904=since_1904))  # type: ignore[arg-type]
    assert cells == {
        (0, 0): RawCell("str", "甲"),
        (0, 2): RawCell("n", "46037.0", date=True, shown=day),
        (0, 3): RawCell("n", "2.0", ""),
    }


def test_the_facts_of_a_sheet_are_its_own() -> None:
    records = [row_record(300, 0x20), record(xls.COL_INFO, struct.pack("<6H", 1, 3, 9, 15, 1, 0))]
    found = facts(*records, record(xls.PROTECT, b"\1\0"), record(0x23E, b"\x0f\0"))
    sheet = found.sheet("表", is_hidden=True)
    assert sheet.hidden == Hidden(True, ((4, 4),), ((1, 3),))
    assert (sheet.name, sheet.protected, sheet.zeros) == ("表", True, False)
    other = facts(record(0x23E, b"\x10\0"), record(0x23E, b"\x00")).sheet("表", is_hidden=False)
    assert (other.hidden, other.protected, other.zeros) == (Hidden(), False, True)


def test_the_styles_of_cells_in_each_kind_of_record() -> None:
    one = struct.pack("<HHHd", 9, 1, 15, 135.0)
    many = struct.pack("<HH", 8, 2) + struct.pack("<HIHI", 16, 7, 17, 8) + b"\3\0"
    found = facts(record(xls.NUMBER_CELL, one), record(xls.MUL_RK, many), record(xls.RK, b"short"))
    assert found.styles == {(9, 1): 15, (8, 2): 16, (8, 3): 17}
    again = facts(*[record(xls.NUMBER_CELL, one)] * 3, record(xls.RK, one[:4] + b"\x63\0"))
    assert (again.styles, again.twice) == ({(9, 1): 15}, [(9, 1)])


def test_a_conditional_format_of_a_workbook() -> None:
    area = bytes.fromhex("01000100050006000100010001000500060001000100")
    true = struct.pack("<BBHHIH", 2, 0, 2, 0, 0, 0) + b"\x1d\x01"
    (rule,) = facts(record(0x1B0, area), record(0x1B1, true)).rules.rules(lambda _: None)
    assert rule.areas == (((5, 1), (6, 1)),)


@pytest.mark.parametrize("is_shared", [True, False])
def test_sectors_that_two_parts_share_are_a_note(
    monkeypatch: pytest.MonkeyPatch, is_shared: bool
) -> None:
    monkeypatch.setattr(ole.CompoundFile, "shared", lambda *_: is_shared)
    assert [note.code for note in open_book(XLS).notes] == (["R31"] if is_shared else [])


def test_a_workbook_that_says_nothing_hides_nothing() -> None:
    records = xls._Records(stream())
    assert (records.hidden, records.links, records.encrypted) == (False, False, False)
    assert list(records.names()) == []
