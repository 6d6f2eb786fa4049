"""An .xlsb as raw cells, record by record."""

from __future__ import annotations

import struct

import pytest

from formats.packages import refusal, relations, zipped
from support.xlsb import _record as record
from support.xlsb import _wide as wide
from xlreport.formats import xlsb
from xlreport.formats.guard import Limits
from xlreport.formats.open import open_book
from xlreport.formats.raw import Format, RawBook, RawCell, RawSheet, Remark

WHOLE_BOOK = 0xFFFFFFFF


def parts(sheet: bytes, book: bytes = b"", **more: bytes) -> dict[str, str | bytes]:
    """The parts of a workbook with one sheet of these records."""
    listed = record(156, struct.pack("<II", 0, 1) + wide("r1") + wide("表"))
    return {
        "[Content_Types].xml": "<Types/>",
        "_rels/.rels": relations(("officeDocument", "xl/workbook.bin")),
        "xl/workbook.bin": listed + book,
        "xl/_rels/workbook.bin.rels": relations(
            ("worksheet", "sheet.bin"), ("sharedStrings", "strings.bin"), ("styles", "styles.bin")
        ),
        "xl/sheet.bin": sheet,
        **{f"xl/{name}.bin": content for name, content in more.items()},
    }


def book(sheet: bytes, book: bytes = b"", **more: bytes) -> RawBook:
    return open_book(zipped(parts(sheet, book, **more)))


def sheet(*records: bytes, **more: bytes) -> RawSheet:
    return book(b"".join(records), **more).sheets["表"]


def cell(kind: int, value: bytes, column: int = 0, style: int = 0) -> bytes:
    return record(kind, struct.pack("<II", column, style) + value)


def row(number: int) -> bytes:
    return record(0, struct.pack("<I", number))


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        (2, struct.pack("<i", 12 << 2 | 2), RawCell("n", "12.0")),
        (2, struct.pack("<i", -12 << 2 | 2), RawCell("n", "-12.0")),
        (2, struct.pack("<i", 1234 << 2 | 3), RawCell("n", "12.34")),
        (2, struct.pack("<d", 1.5)[4:], RawCell("n", "1.5")),
        (2, struct.pack("<I", struct.unpack("<I", struct.pack("<d", 1.5)[4:])[0] | 1), RawCell("n", "0.015")),
        (5, struct.pack("<d", 1.25), RawCell("n", "1.25")),
        (9, struct.pack("<d", 1.25), RawCell("n", "1.25", "")),
        (4, b"\1", RawCell("b", "1")),
        (10, b"\0", RawCell("b", "0", "")),
        (3, b"\x17", RawCell("e", "#REF!")),
        (11, b"\x63", RawCell("e", "#?", "")),
        *[
            (3, bytes([code]), RawCell("e", text))
            for code, text in [
                (0, "#NULL!"), (7, "#DIV/0!"), (15, "#VALUE!"), (29, "#NAME?"), (36, "#NUM!"), (42, "#N/A"),
            ]
        ],
        (6, wide("甲"), RawCell("str", "甲")),
        (8, wide("甲"), RawCell("str", "甲", "")),
        (6, b"\xff\xff\xff\xff", RawCell("str", "")),
        (7, struct.pack("<I", 1), RawCell("s", "乙")),
    ],
)  # fmt: skip
def test_a_cell_as_it_is_written(kind: int, value: bytes, expected: RawCell) -> None:
    strings = record(19, b"\0" + wide("甲")) + record(19, b"\0" + wide("乙"))
    found = sheet(row(2), cell(kind, value, column=3), strings=strings)
    assert found.cells == {(2, 3): expected}


def test_dates_come_from_the_styles_of_cells() -> None:
    xf = [record(47, struct.pack("<HH", 0, key)) for key in (14, 0, 164)]
    styles = record(44, struct.pack("<H", 164) + wide("yyyy")) + xf[0] + record(617)
    styles += xf[1] + xf[2] + record(618) + xf[0]
    one = struct.pack("<d", 1)
    cells = [cell(5, one, column=i, style=i | 0x1000000) for i in range(3)]
    cells.append(cell(6, wide("甲"), column=3, style=1))
    found = sheet(row(0), *cells, styles=styles)
    assert [raw.date for raw in found.cells.values()] == [False, True, False, False]


def test_marks_and_protection() -> None:
    found = sheet(
        record(176, struct.pack("<IIII", 1, 2, 3, 4)),
        record(494, struct.pack("<IIII", 5, 5, 6, 6)),
        record(535, struct.pack("<HH", 0, 1)),
    )
    assert (found.marks, found.protected) == ({(1, 3), (5, 6)}, True)
    assert not sheet(record(535, struct.pack("<HH", 1, 0))).protected


def named(name: str, rule: bytes, scope: int = WHOLE_BOOK) -> bytes:
    head = struct.pack("<IBI", 0, 0, scope)
    return record(39, head + wide(name) + struct.pack("<I", len(rule)) + rule)


ONE = struct.pack("<BHIH", 0x3A, 0, 1, 2)
AREA = struct.pack("<BHIIHH", 0x3B, 0, 1, 3, 2, 4)


@pytest.mark.parametrize(
    ("rule", "reference", "target"),
    [
        (ONE, (0, 0, 0), "'表'!$C$2"),
        (struct.pack("<BHIH", 0x5A, 0, 1, 2 | 0xC000), (0, 0, 0), "'表'!$C$2"),
        (AREA, (0, 0, 0), "'表'!$C$2:$E$4"),
        (struct.pack("<BHIH", 0x3A, 1, 1, 2), (0, 0, 0), ""),
        (ONE, (1, 0, 0), ""),
        (ONE, (2, 0, 0), ""),
        (ONE, (0, 0, 1), ""),
        (ONE, (0, 1, 1), ""),
        (ONE, (0, -1, -1), ""),
        (ONE + b"\0", (0, 0, 0), ""),
        (AREA[:-1], (0, 0, 0), ""),
        (b"\x17" + ONE[1:], (0, 0, 0), ""),
    ],
)
def test_the_target_of_a_name(rule: bytes, reference: tuple[int, int, int], target: str) -> None:
    references = record(357) + record(355)
    references += record(362, struct.pack("<I", 1) + struct.pack("<Iii", *reference))
    assert book(b"", references + named("甲", rule)).names == {"甲": target}


def test_a_sheets_own_name_is_left_out() -> None:
    assert book(b"", named("甲", ONE, scope=0)).names == {}


@pytest.mark.parametrize(
    ("records", "message"),
    [
        (row(1_048_576) + cell(4, b"\1"), "工作表“表”里有不存在的格子"),
        (row(0) + cell(4, b"\1", column=16_384), "工作表“表”里有不存在的格子"),
        (cell(7, struct.pack("<I", 0)), "文件里的二进制记录不完整或写法有误"),
        (cell(6, struct.pack("<I", 9)), "文件里的二进制记录不完整或写法有误"),
        (record(5, b"\0"), "文件里的二进制记录不完整或写法有误"),
        (cell(4, b"\1")[:-1], "文件里的二进制记录不完整或写法有误"),
        (b"\x05", "文件里的二进制记录不完整或写法有误"),
    ],
)
def test_broken_records_are_damage(records: bytes, message: str) -> None:
    assert refusal(zipped(parts(records))) == ("R2", message)


def test_the_last_row_and_column_are_read() -> None:
    found = sheet(row(1_048_575), cell(4, b"\1", column=16_383))
    assert list(found.cells) == [(1_048_575, 16_383)]


def test_a_sheet_given_twice_or_missing_is_damage() -> None:
    again = record(156, struct.pack("<II", 0, 1) + wide("r1") + wide("表"))
    assert refusal(zipped(parts(b"", again))) == ("R2", "工作表“表”出现了两次")
    missing = record(156, struct.pack("<II", 0, 1) + wide("r9") + wide("另"))
    assert refusal(zipped(parts(b"", missing))) == ("R2", "工作表“另”的内容缺失")


def test_what_is_counted() -> None:
    """Rows, cells and merges; not what is passed over."""
    records = row(0) + cell(4, b"\1") + record(176, bytes(16)) + record(129)
    assert refusal(zipped(parts(records)), Limits(cells=3)) == ("", "")
    told = ("R3", "行、单元格、合并和链接的总数为 3 个，超过允许的 2 个")
    assert refusal(zipped(parts(records)), Limits(cells=2)) == told


def test_types_and_sizes_have_up_to_two_and_four_groups() -> None:
    long = bytes(300)
    content = record(129, b"x") + record(5, long)
    assert list(xlsb._records(content)) == [(129, b"x"), (5, long)]


def test_the_format_is_told() -> None:
    assert book(b"").format is Format.XLSB


def short(kind: int, value: bytes = b"", style: int = 0) -> bytes:
    return record(kind, struct.pack("<I", style) + value)


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        (13, struct.pack("<i", 12 << 2 | 2), RawCell("n", "12.0")),
        (14, b"\x17", RawCell("e", "#REF!")),
        (15, b"\1", RawCell("b", "1")),
        (16, struct.pack("<d", 1.25), RawCell("n", "1.25")),
        (17, wide("甲"), RawCell("str", "甲")),
        (18, struct.pack("<I", 1), RawCell("s", "乙")),
    ],
)
def test_a_short_record_stands_behind_its_neighbour(
    kind: int, value: bytes, expected: RawCell
) -> None:
    """As SheetJS writes them; a blank has a place too."""
    strings = record(19, b"\0" + wide("甲")) + record(19, b"\0" + wide("乙"))
    found = sheet(
        row(0), short(kind, value), row(2), cell(1, b"", column=3), short(12), short(kind, value),
        strings=strings,
    )  # fmt: skip
    assert found.cells == {(0, 0): expected, (2, 5): expected}


def test_a_short_record_has_a_style() -> None:
    styles = record(617) + record(47, struct.pack("<HH", 0, 14)) + record(618)
    found = sheet(row(0), short(16, struct.pack("<d", 1)), styles=styles)
    assert found.cells[(0, 0)].date


def test_a_text_with_formats_is_read() -> None:
    found = sheet(row(0), cell(62, b"\1" + wide("甲") + bytes(8)))
    assert found.cells == {(0, 0): RawCell("str", "甲")}


@pytest.mark.parametrize("kind", [19, 34, 48, 64, 425, 1023])
def test_a_record_among_the_cells_that_is_not_understood_ends_the_sheet(kind: int) -> None:
    cells = record(145) + row(6) + cell(kind, bytes(8)) + record(146)
    assert refusal(zipped(parts(cells))) == ("R2", "工作表“表”第 7 行有读不懂的格子")


@pytest.mark.parametrize("kind", [35, 36, 37, 38, 49, 50, 426, 427, 428, 1024, 4096])
def test_records_that_carry_no_cell_are_passed_over(kind: int) -> None:
    cells = record(145) + row(0) + cell(4, b"\1") + record(kind, bytes(9)) + record(146)
    assert list(sheet(cells).cells) == [(0, 0)]
    assert sheet(record(425) + cells + record(425)).cells


def test_blank_rows_and_cells_are_no_data() -> None:
    blank = b"".join(row(i) + cell(1, b"") for i in range(1, 50))
    data = zipped(parts(row(0) + cell(4, b"\1") + blank))
    assert refusal(data, Limits(cells=2)) == ("", "")
    assert refusal(data, Limits(cells=1))[0] == "R3"


@pytest.mark.parametrize("body", [b"", bytes(5), bytes(5) + b"\xff" * 4 + b"\x09\0\0\0a"])
def test_a_broken_name_costs_nothing(body: bytes) -> None:
    found = book(row(0) + cell(4, b"\1"), record(39, body) + named("甲", ONE))
    assert (found.names, len(found.sheets["表"].cells)) == ({"甲": ""}, 1)


# --- what nobody sees, and what lies over the cells --------------------------------------------


def test_hidden_rows_and_columns() -> None:
    def sized(number: int, height: int, flags: int) -> bytes:
        return record(0, struct.pack("<IIHBB", number, 0, height, 0, flags))

    def width(first: int, last: int, size: int, flags: int) -> bytes:
        return record(60, struct.pack("<IIIIH", first, last, size, 0, flags))

    hidden = sheet(
        width(0, 0, 2000, 0), width(1, 1, 2000, 1), width(3, 4, 256, 0), record(60, bytes(4)),
        sized(0, 300, 0x10), sized(1, 60, 0x20), sized(2, 0, 0), sized(3, 61, 0x20), row(9),
    ).hidden  # fmt: skip
    assert (hidden.rows, hidden.columns) == (((0, 1),), ((1, 1), (3, 4)))


@pytest.mark.parametrize(("flags", "hidden"), [(0x38, False), (0x01, True), (0x02, True)])
def test_a_hidden_window(flags: int, hidden: bool) -> None:
    assert book(row(0), record(158, bytes(28) + bytes([flags, 0]))).hidden is hidden


def colour(kind: int, index: int = 0, rgb: bytes = b"\0\0\0", tint: int = 0) -> bytes:
    return struct.pack("<BBh", kind << 1, index, tint) + rgb + b"\xff"


def font(given: bytes, height: int = 220) -> bytes:
    return record(43, struct.pack("<H", height) + bytes(10) + given + b"\0")


def fill(pattern: int, given: bytes) -> bytes:
    return record(45, struct.pack("<I", pattern) + given + colour(0))


@pytest.mark.parametrize(
    ("text", "ground", "reason"),
    [
        (font(colour(0)), fill(0, colour(0)), ""),
        (font(colour(2, rgb=b"\xff\xff\xff")), fill(0, colour(0)), "字的颜色与底色相同"),
        (font(colour(1, 9)), fill(1, colour(2, rgb=b"\0\0\xff")), ""),
        (font(colour(3, 4)), fill(1, colour(3, 4)), "字的颜色与底色相同"),
        (font(colour(3, 4, tint=20000)), fill(1, colour(3, 4)), ""),
        (font(colour(3, 99)), fill(1, colour(0)), ""),
        (font(colour(0), height=40), fill(0, colour(0)), "字号太小"),
    ],
)
def test_texts_in_the_colour_of_their_ground(text: bytes, ground: bytes, reason: str) -> None:
    style = record(47, struct.pack("<HHHH", 0, 0, 0, 0) + bytes(8))
    styles = text + ground + record(617) + style + record(618)
    cells = sheet(row(0), cell(5, struct.pack("<d", 7.0)), styles=styles).cells
    assert cells[0, 0].unseen == reason


def test_comments_and_days_since_1904() -> None:
    members = parts(
        row(0) + cell(5, struct.pack("<d", 44575.0)),
        record(153, struct.pack("<I", 1)),
        styles=record(617) + record(47, struct.pack("<HH", 0, 14)) + record(618),
    )
    members["xl/_rels/sheet.bin.rels"] = relations(("comments", "comments.bin"))
    members["xl/comments.bin"] = record(
        635, struct.pack("<IIIII", 0, 5, 5, 1, 1) + bytes(16)
    ) + record(637, b"\0" + wide("应为 77"))
    read = open_book(zipped(members)).sheets["表"]
    assert read.remarks == [Remark((5, 1), "批注", "应为 77")]
    assert read.cells[0, 0].shown == "2026-01-15"


def test_a_part_beside_the_figures_with_a_dtd_is_told() -> None:
    members = {**parts(row(0)), "docProps/app.xml": "<!DOCTYPE x []><x/>"}
    assert [note.code for note in open_book(zipped(members)).notes] == ["R31"]
