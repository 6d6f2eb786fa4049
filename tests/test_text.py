"""Texts as they come and as they may go on."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlreport.text import (
    MAX_CELL_TEXT,
    MOST_QUOTED,
    clean,
    columns_of,
    cut,
    cut_to_columns,
    day_of,
    decoded,
    first_of,
    harmless,
    in_marks,
    in_one_line,
    quote,
    with_short_quotations,
)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("一\r\n二\r三\n四", "一\n二\n三\n四"),
        ("a\tb", "a\tb"),
        ("a\x00\x0b\x1fb\x7f\x85c", "abc"),
        ("a\udc80b", "ab"),
        ("a\u200bb\u202ec", "a\u200bb\u202ec"),
        ("", ""),
    ],
)
def test_what_cannot_stand_in_a_cell_goes(text: str, kept: str) -> None:
    assert clean(text) == kept


def test_a_text_is_cut_where_excel_ends_and_never_in_a_character() -> None:
    assert clean("一" * (MAX_CELL_TEXT + 5)) == "一" * MAX_CELL_TEXT
    assert clean("一" * MAX_CELL_TEXT) == "一" * MAX_CELL_TEXT
    assert clean("a" + "😀" * MAX_CELL_TEXT) == "a" + "😀" * (MAX_CELL_TEXT // 2)


@given(st.text(st.characters(codec="utf-16-le"), max_size=50))
def test_what_is_clean_stays_as_it_is(text: str) -> None:
    assert clean(clean(text)) == clean(text)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("甲子镇.xlsx", "甲子镇.xlsx"),
        ("a\x1b[31mb", "a�[31mb"),
        ("a\u202exslx.b", "a�xslx.b"),
        ("a\u2028b\u2029c\u200bd", "a�b�c�d"),
        ("a\udcffb", "a\\xffb"),
        ("a\udc80b", "a\\x80b"),
        ("a\ud800b", "a�b"),
        ("a\u3000b\n", "a\u3000b�"),
    ],
)
def test_a_name_cannot_deceive(name: str, shown: str) -> None:
    assert harmless(name) == shown


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("示例".encode(), "示例"),
        ("示例".encode("utf-8-sig"), "示例"),
        ("示例".encode("gbk"), "示例"),
        ("㐀".encode("gb18030"), "㐀"),
        (b"\xff\xff\xff", None),
        (b"", ""),
    ],
)
def test_texts_that_people_saved(data: bytes, text: str | None) -> None:
    assert decoded(data) == text


def test_a_quoted_content_is_one_short_line() -> None:
    assert quote("a\nb\tc\u202e") == "a b c "
    assert quote("甲" * MOST_QUOTED) == "甲" * MOST_QUOTED
    assert quote("甲" * (MOST_QUOTED + 1)) == "甲" * (MOST_QUOTED - 1) + "…"


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-20",
        "2026-1-20",
        "2026/1/20",
        "2026/01/20",
        "2026.1.20",
        "2026年1月20日",
        "2026年1月20",
        "2026 年 1 月 20 日",
        " 2026-01-20 ",
        "２０２６年１月２０日",
        "2026／1／20",
        "20260120",
    ],
)
def test_a_date_is_read_as_people_write_it(text: str) -> None:
    assert day_of(text) == dt.date(2026, 1, 20)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "明天",
        "2026-1",
        "1-20",
        "26-1-20",
        "2026-13-1",
        "2026-2-30",
        "2026-1-200",
        "2026-1-20 8:00",
    ],
)
def test_what_is_no_date_is_none(text: str) -> None:
    assert day_of(text) is None


def test_names_are_listed_in_quotation_marks() -> None:
    assert in_marks(["甲子镇", "乙丑镇"]) == "“甲子镇”、“乙丑镇”"
    assert in_marks(["收件", "受理"], "或") == "“收件”或“受理”"
    assert in_marks([]) == ""


@pytest.mark.parametrize(
    ("names", "listed"),
    [(["甲"], "甲"), (["甲", "乙"], "甲、乙"), (["甲", "乙", "丙"], "甲、乙等 3 个"), ([], "")],
)
def test_of_many_names_the_first_are_listed(names: list[str], listed: str) -> None:
    assert first_of(names, 2, "个") == listed


@pytest.mark.parametrize(
    ("text", "columns"), [("", 0), ("a1 ", 3), ("甲", 2), ("。Ａ", 4), ("“·→…", 8)]
)
def test_a_chinese_character_takes_two_columns(text: str, columns: int) -> None:
    assert columns_of(text) == columns


def test_a_text_is_cut_with_a_sign() -> None:
    assert cut("一二三四", 4) == "一二三四"
    assert cut("一二三四五", 4) == "一二三…"


@pytest.mark.parametrize(
    ("most", "kept"), [(8, "一二三四"), (7, "一二…"), (6, "一二…"), (5, "一…"), (1, "…")]
)
def test_a_text_is_cut_to_columns_with_a_sign(most: int, kept: str) -> None:
    assert cut_to_columns("一二三四", most) == kept


@pytest.mark.parametrize(
    ("most", "kept"),
    [
        (200, "“" + "一" * 70 + "”和“二”"),
        (151, "“" + "一" * 59 + "…”和“二”"),
        (132, "“" + "一" * 59 + "…”和“二”"),
        (131, "“" + "一" * 39 + "…”和“二”"),
        (50, "“" + "一" * 11 + "…”和“二”"),
        (1, "“" + "一" * 11 + "…”和“二”"),
    ],
)
def test_only_what_is_quoted_is_cut_and_never_to_nothing(most: int, kept: str) -> None:
    assert with_short_quotations("“" + "一" * 70 + "”和“二”", most) == kept


def test_a_text_in_one_line_has_blanks_for_what_cannot_be_shown() -> None:
    assert in_one_line("一\n二\x00三 四") == "一 二 三 四"
