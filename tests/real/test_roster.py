"""Rosters as offices keep them."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from pathlib import Path

import olefile
import openpyxl
import pytest

from xlreport import (
    MergeRequest,
    Roster,
    RosterError,
    TemplateRequest,
    Unit,
    get_form,
    merge_folder,
    read_roster,
    write_templates,
)
from xlreport.cli.app import main

FILES = Path(__file__).parent / "files"
JIAZI, YICHOU = Unit("甲子镇", "990101", "乡镇"), Unit("乙丑镇", "990102", "乡镇")
ROWS = "单位代码,单位名称,类别\n990101,甲子镇,乡镇\n990102,乙丑镇,乡镇\n"


def roster_of(folder: Path, text: str, encoding: str = "utf-8") -> Roster:
    path = folder / "r.csv"
    path.write_bytes(text.encode(encoding))
    return read_roster(path)


def refusal(folder: Path, text: str) -> str:
    with pytest.raises(RosterError) as caught:
        roster_of(folder, text)
    return str(caught.value)


def book_of(folder: Path, *sheets: Sequence[Sequence[object]]) -> tuple[Path, openpyxl.Workbook]:
    """A workbook with these sheets, not yet saved."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for number, rows in enumerate(sheets, 1):
        sheet = book.create_sheet(f"表{number}")
        for row in rows:
            sheet.append(list(row))
    return folder / "r.xlsx", book


# --- codes ---


def test_codes_that_an_xls_holds_as_numbers() -> None:
    roster = read_roster(FILES / "roster-codes-as-numbers.xls")
    assert [unit.code for unit in roster.units] == [
        *(f"99010{i}" for i in range(1, 9)),
        *(f"99020{i}" for i in range(1, 7)),
    ]
    assert roster.units[0] == JIAZI
    assert roster.county == Unit("示例县", "9901")
    assert roster.warnings == ()


def test_a_code_in_scientific_notation_is_refused_with_the_cure() -> None:
    with pytest.raises(RosterError) as caught:
        read_roster(FILES / "roster-code-in-scientific-notation.csv")
    assert str(caught.value) == (
        "名册“roster-code-in-scientific-notation.csv”有误："
        "第 2 行的单位代码“3.40123E+11”是科学计数法，后面的数字已经丢失，"
        "请把这一列设为“文本”格式，重新填写后保存。请改正后再用。"
    )


def test_a_long_code_that_was_kept_as_a_number_is_refused(tmp_path: Path) -> None:
    path, book = book_of(tmp_path, [["单位代码", "单位名称"], [114101234567890123, "甲子镇"]])
    book.save(path)
    with pytest.raises(RosterError, match="存成了数字，15 位以后已经丢失"):
        read_roster(path)


@pytest.mark.parametrize("raw", ['"=""000101"""', "'000101", "０００１０１", " 000101 ", "000 101"])
def test_what_people_write_around_a_code(tmp_path: Path, raw: str) -> None:
    assert roster_of(tmp_path, f"单位代码,单位名称\n{raw},甲子镇\n").units[0].code == "000101"


def test_codes_of_unequal_length_are_warned_of(tmp_path: Path) -> None:
    roster = roster_of(tmp_path, "代码,单位\n101,甲\n990102,乙\n990103,丙\n")
    assert roster.warnings == (
        "单位代码多数是 6 位，第 2 行“101”不是；前面的 0 丢了的，请把这一列设为“文本”格式，补上 0",
    )
    assert roster_of(tmp_path, "代码,单位\nA1,甲\n990102,乙\n990103,丙\n").warnings == ()


def test_warnings_are_shown_beside_the_result(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    roster = tmp_path / "名册.csv"
    roster.write_text("代码,单位\n101,甲镇\n990102,乙镇\n990103,丙镇\n", "utf-8")
    arguments = ["template", "zfxxgk-2021", "--year", "2025", "--roster", str(roster)]
    assert main([*arguments, "--out", str(tmp_path / "out")]) == 0
    assert "注意：名册“名册.csv”单位代码多数是 6 位" in capsys.readouterr().err


def merged_with(folder: Path, issued: str, listed: str) -> list[tuple[str, str, str]]:
    """Templates issued by one roster, merged by another; the errors of each file."""
    form = get_form("zfxxgk-2021")
    write_templates(TemplateRequest(form, 2025, roster_of(folder, issued)), folder / "in")
    result = merge_folder(MergeRequest(folder / "in", roster=roster_of(folder, listed)))
    findings = [finding for file in result.files for finding in file.findings]
    return [(f.code, f.message, f.suggestion) for f in findings if f.code in ("F3", "F9")]


HEADINGS = "单位代码,单位名称,类别,汇总单位,汇总单位代码"


def test_a_lost_leading_zero_is_recognised(tmp_path: Path) -> None:
    issued = f"{HEADINGS}\n000101,甲子镇,乡镇,示例县,0099\n"
    assert merged_with(tmp_path, issued, f"{HEADINGS}\n101,甲子镇,乡镇,示例县,0099\n") == [
        (
            "F9",
            "“甲子镇”的代码在文件里是“000101”，名册上是“101”，只差前面的 0",
            "多半是名册里的代码丢了前面的 0，请改成“000101”后重新汇总",
        )
    ]


def test_both_codes_are_printed_where_only_they_differ(tmp_path: Path) -> None:
    issued = f"{HEADINGS}\n990101,甲子镇,乡镇,示例县,0099\n"
    assert merged_with(tmp_path, issued, f"{HEADINGS}\n990201,甲子镇,乡镇,示例县,0099\n") == [
        (
            "F9",
            "“甲子镇”的代码在文件里是“990101”，名册上是“990201”",
            "请核对代码，改成一致后重新汇总",
        )
    ]
    assert merged_with(tmp_path, issued, f"{HEADINGS}\n990101,甲子镇,乡镇,示例县,99\n") == [
        (
            "F3",
            "“示例县”的代码在文件里是“0099”，本次汇总的是“99”，只差前面的 0",
            "多半是名册里的代码丢了前面的 0，请改成“0099”后重新汇总",
        )
    ]


# --- where the table stands, and what its columns are called ---


@pytest.mark.parametrize(
    "headings",
    [
        "代码,单位,类型",
        "编码,单位全称,单位类型",
        "统一代码,部门,单位类别",
        "单位代码（必填）,单位名称*,类别：",
        "机构代码,填报单位,类别",
        "单 位 代 码,单位\u3000名称,类 别",
    ],
)
def test_columns_as_people_call_them(tmp_path: Path, headings: str) -> None:
    text = ROWS.replace("单位代码,单位名称,类别", headings)
    assert roster_of(tmp_path, text).units == (JIAZI, YICHOU)


def test_whom_to_call_under_any_heading(tmp_path: Path) -> None:
    text = "代码,单位,姓名,手机号,电子邮箱\n990101,甲子镇,张一,13900000000,A@Example.org\n"
    roster = roster_of(tmp_path, text)
    (unit,) = roster.units
    assert roster.contact(unit) == "张一 13900000000"
    assert roster.addresses(unit) == ("a@example.org",)


def test_our_own_heading_comes_first_and_the_other_column_is_kept(tmp_path: Path) -> None:
    text = "统一社会信用代码,单位代码,单位,电话,手机\n1141,990101,甲子镇,0990-1,139\n"
    roster = roster_of(tmp_path, text)
    assert roster.units == (Unit("甲子镇", "990101"),)
    assert roster.columns["990101"] == {"统一社会信用代码": "1141", "电话": "0990-1", "手机": "139"}


def test_titles_above_the_headings_are_skipped_and_rows_counted_as_people_do(
    tmp_path: Path,
) -> None:
    text = f"示例县政务公开单位名册,,\n,,\n（2025 年 12 月）,,\n{ROWS}"
    assert roster_of(tmp_path, text).units == (JIAZI, YICHOU)
    message = refusal(tmp_path, f"{text}\n,己巳镇,乡镇\n")
    assert "第 8 行没有单位代码" in message, "blank lines count: the row as programs show it"


def test_two_lines_of_headings(tmp_path: Path) -> None:
    text = "代码,单位,联系方式,\n,,联系人,电话\n990101,甲子镇,张一,0990-1\n"
    roster = roster_of(tmp_path, text)
    assert roster.contact(roster.units[0]) == "张一 0990-1"


def test_every_sheet_is_looked_at(tmp_path: Path) -> None:
    towns = [["示例县乡镇名册"], ["单位代码", "单位名称"], ["01", "甲子镇"]]
    offices = [["代码", "部门"], ["02", "教育局"], ["", "财政局"]]
    path, book = book_of(tmp_path, [["填表说明"], ["请如实填写"]], towns, offices[:2])
    book.save(path)
    assert [unit.name for unit in read_roster(path).units] == ["甲子镇", "教育局"]
    path, book = book_of(tmp_path, towns, offices)
    book.save(path)
    with pytest.raises(RosterError, match="“表2”页第 3 行没有单位代码"):
        read_roster(path)


@pytest.mark.parametrize("separator", [",", ";", "\t", "，"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le"])
def test_whatever_a_program_saves(tmp_path: Path, separator: str, encoding: str) -> None:
    text = ROWS.replace(",", separator).replace("\n", "\r\n")
    assert roster_of(tmp_path, text, encoding).units == (JIAZI, YICHOU)


def test_utf_16_big_endian_and_a_line_that_names_the_separator(tmp_path: Path) -> None:
    text = "sep=;\r\n" + ROWS.replace(",", ";")
    (tmp_path / "r.csv").write_bytes(b"\xfe\xff" + text.encode("utf-16-be"))
    assert read_roster(tmp_path / "r.csv").units == (JIAZI, YICHOU)


# --- what is wrong with it ---


def test_all_faults_at_once_with_their_rows(tmp_path: Path) -> None:
    message = refusal(
        tmp_path,
        "单位代码,单位名称,类别,邮箱\n"
        "1.2E+05,甲子镇,乡镇,jiazi@example\n"
        ",乙丑镇,村,\n"
        "03,甲子镇,乡镇,a@example.org、b.example.org\n",
    )
    assert message == (
        "名册“r.csv”有误："
        "第 2 行的单位代码“1.2E+05”是科学计数法，后面的数字已经丢失，"
        "请把这一列设为“文本”格式，重新填写后保存；"
        "第 2 行的邮箱“jiazi@example”写得不对；"
        "第 3 行没有单位代码；"
        "第 3 行的类别“村”不在乡镇、街道、部门、县、市之中；"
        "第 4 行的单位名称“甲子镇”与第 2 行重复；"
        "第 4 行的邮箱“b.example.org”写得不对。请改正后再用。"
    )


@pytest.mark.parametrize("written", ["无", "/", "—", "", "暂无"])
def test_no_address_is_no_fault(tmp_path: Path, written: str) -> None:
    roster = roster_of(tmp_path, f"单位代码,单位名称,邮箱\n01,甲子镇,{written}\n")
    assert roster.addresses(roster.units[0]) == ()


def test_addresses_in_full_width_and_with_what_cannot_be_seen(tmp_path: Path) -> None:
    text = "单位代码,单位名称,邮箱\n01,甲子镇,ｊｉａｚｉ＠example．org；\u200bb@example.org\n"
    roster = roster_of(tmp_path, text)
    assert roster.addresses(roster.units[0]) == ("jiazi@example.org", "b@example.org")


def test_names_that_look_alike_are_one_name(tmp_path: Path) -> None:
    message = refusal(tmp_path, "单位代码,单位名称\n01,甲子镇\n02,甲 子\u200b镇\n")
    assert "第 3 行的单位名称“甲子镇”与第 2 行重复" in message


def test_a_name_that_is_too_long_is_cut_and_told(tmp_path: Path) -> None:
    roster = roster_of(tmp_path, f"单位代码,单位名称\n01,{'甲' * 130}\n")
    assert roster.units[0].name == "甲" * 100
    assert roster.warnings == ("第 2 行的单位名称超过 100 个字，只用前 100 个字",)


def test_gaps_that_merged_cells_leave_are_told(tmp_path: Path) -> None:
    text = "单位代码,单位名称,类别\n01,甲子镇,乡镇\n02,乙丑镇,\n03,教育局,部门\n"
    assert roster_of(tmp_path, text).warnings == (
        "第 3 行没有类别；合并过单元格的，请取消合并，每行都填",
    )


# --- workbooks as people fill them in ---


def test_codes_as_their_formats_show_them(tmp_path: Path) -> None:
    path, book = book_of(
        tmp_path,
        [["单位代码", "单位名称"], [101, "甲"], [990102, "乙"], [990103, "丙"], [990104, "丁"]],
    )
    for row, code in enumerate(("000000", "0", "0.00E+00", "#,##0"), 2):
        book.worksheets[0].cell(row, 1).number_format = code
    book.save(path)
    roster = read_roster(path)
    assert [unit.code for unit in roster.units] == ["000101", "990102", "990103", "990104"]
    assert roster.warnings == ()


def test_merged_cells_hold_for_every_row_that_they_span(tmp_path: Path) -> None:
    path, book = book_of(
        tmp_path,
        [
            ["示例县名册", None, None],
            ["单位代码", "单位名称", "类别"],
            ["一、乡镇"],
            ["01", "甲子镇", "乡镇"],
            ["02", "乙丑镇"],
            ["03", "丙寅镇"],
            ["二、部门"],
            ["04", "教育局", "部门"],
        ],
    )
    for area in ("A1:C1", "A3:C3", "C4:C6", "A7:C7"):
        book.worksheets[0].merge_cells(area)
    book.save(path)
    roster = read_roster(path)
    assert [(unit.name, unit.level) for unit in roster.units] == [
        ("甲子镇", "乡镇"),
        ("乙丑镇", "乡镇"),
        ("丙寅镇", "乡镇"),
        ("教育局", "部门"),
    ]
    assert roster.warnings == ()


def test_a_unit_over_two_rows_is_told(tmp_path: Path) -> None:
    path, book = book_of(
        tmp_path,
        [["单位代码", "单位名称", "联系人"], ["01", "甲子镇", "张一"], [None, None, "张二"]],
    )
    book.worksheets[0].merge_cells("A2:A3")
    book.worksheets[0].merge_cells("B2:B3")
    book.save(path)
    with pytest.raises(RosterError) as caught:
        read_roster(path)
    assert "第 3 行的单位代码是合并单元格，一个单位只能占一行" in str(caught.value)


def old_workbook_with_format(number_format: str) -> bytes:
    """The workbook stream of the .xls with this number format on every cell ([MS-XLS] 2.4.126,
    2.4.353)."""
    text = number_format.encode("latin-1")
    body = struct.pack("<HHB", 200, len(text), 0) + text
    added = struct.pack("<HH", 0x41E, len(body)) + body
    with olefile.OleFileIO(str(FILES / "roster-codes-as-numbers.xls")) as file:
        stream = file.openstream("Workbook").read()
    records: list[bytes] = []
    position = 0
    while position + 4 <= len(stream):
        kind, size = struct.unpack_from("<HH", stream, position)
        record = bytearray(stream[position : position + 4 + size])
        position += 4 + size
        if kind == 0x85:  # BoundSheet8: where the sheet begins
            (start,) = struct.unpack_from("<I", record, 4)
            struct.pack_into("<I", record, 4, start + len(added))
        if kind == 0xE0:  # XF
            struct.pack_into("<H", record, 6, 200)
        records.append(bytes(record))
    return records[0] + added + b"".join(records[1:])


def test_codes_of_an_xls_as_their_format_shows_them(tmp_path: Path) -> None:
    path = tmp_path / "r.xls"
    path.write_bytes(old_workbook_with_format("00000000"))
    roster = read_roster(path)
    assert roster.units[0] == Unit("甲子镇", "00990101", "乡镇")
    assert roster.county == Unit("示例县", "00009901")
