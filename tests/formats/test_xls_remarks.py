"""Comments and drawings over the cells of a BIFF8 sheet."""

from __future__ import annotations

import struct

import pytest

from xlreport.formats.raw import MOST_ODD, Remark
from xlreport.formats.remarks import MOST_LETTERS
from xlreport.formats.xls_remarks import XlsRemarks

NOTE, CONTINUE, OBJ, DRAWING, TEXT_OBJECT = 0x1C, 0x3C, 0x5D, 0xEC, 0x1B6


def told(*records: tuple[int, bytes]) -> list[Remark]:
    remarks = XlsRemarks()
    for kind, body in records:
        remarks.take(kind, body)
    return remarks.remarks()


def anchor(row: int, column: int) -> tuple[int, bytes]:
    cells = struct.pack("<HHHHHHHHH", 2, column, 0, row, 0, column + 2, 0, row + 3, 0)
    return DRAWING, b"\x0f\0\x04\xf0\0\0\0\0" + b"\0\0\x10\xf0\x12\0\0\0" + cells


def object_(kind: int, key: int = 1) -> tuple[int, bytes]:
    return OBJ, b"\x15\0\x12\0" + struct.pack("<HH", kind, key) + bytes(14)


def text(words: str, *, wide: bool = True) -> list[tuple[int, bytes]]:
    head = bytes(10) + struct.pack("<HH", len(words), 16) + bytes(4)
    body = words.encode("utf-16-le" if wide else "latin-1")
    return [(TEXT_OBJECT, head), (CONTINUE, bytes([wide]) + body), (CONTINUE, b"\1runs")]


def note(row: int, column: int, key: int) -> tuple[int, bytes]:
    return NOTE, struct.pack("<HHHH", row, column, 0, key) + bytes(4)


@pytest.mark.parametrize("kind", [1, 2, 3, 4, 6, 9, 0x1E])
def test_what_people_draw_and_write_on(kind: int) -> None:
    assert told(anchor(9, 1), object_(kind), *text("以 88 为准")) == [
        Remark((9, 1), "文本框", "以 88 为准")
    ]
    assert told(anchor(9, 1), object_(kind)) == []


@pytest.mark.parametrize(("kind", "name"), [(8, "图片"), (5, "图表")])
def test_pictures_and_charts_need_no_words(kind: int, name: str) -> None:
    assert told(anchor(9, 1), object_(kind)) == [Remark((9, 1), name, "")]
    assert told(anchor(9, 1), object_(kind), *text("图一")) == [Remark((9, 1), name, "图一")]


@pytest.mark.parametrize("kind", [0, 7, 0x0B, 0x14, 0x19, 0x1F])
def test_controls_and_arrows_are_not_told(kind: int) -> None:
    assert told(anchor(9, 1), object_(kind), *text("甲")) == []


def test_a_comment_has_the_words_of_its_object() -> None:
    found = told(
        anchor(0, 0), object_(0x19, 7), *text("甲"), object_(0x19, 8), *text("乙"),
        note(5, 1, 8), note(3, 2, 9), note(4, 4, 7),
    )  # fmt: skip
    assert found == [
        Remark((3, 2), "批注", ""),
        Remark((4, 4), "批注", "甲"),
        Remark((5, 1), "批注", "乙"),
    ]


def test_each_object_is_where_the_anchor_before_it_says() -> None:
    first, second = object_(8, 1), object_(8, 2)
    found = told(anchor(9, 1), first, (DRAWING, b"\x0f\0" + bytes(30)), second, anchor(3, 3), first)
    assert [each.cell for each in found] == [(3, 3), (9, 1), (9, 1)]
    assert told(object_(8))[0].cell == (0, 0)
    two = (DRAWING, anchor(1, 1)[1] + anchor(2, 2)[1])
    assert told(two, object_(8))[0].cell == (2, 2)
    cut = (DRAWING, anchor(9, 1)[1][:23])
    assert told(anchor(3, 3), cut, object_(8))[0].cell == (3, 3)
    whole = (DRAWING, anchor(9, 1)[1][:24])
    assert told(anchor(3, 3), whole, object_(8))[0].cell == (9, 1)


def test_words_in_one_byte_a_letter_or_two() -> None:
    box = object_(6)
    assert told(box, *text("caf\xe9", wide=False)) == [Remark((0, 0), "文本框", "caf\xe9")]
    assert told(box, *text("甲乙")) == [Remark((0, 0), "文本框", "甲乙")]
    assert told(box, *text(" 甲\r\n乙  丙 ")) == [Remark((0, 0), "文本框", "甲 乙 丙")]


def test_words_are_those_of_the_record_behind_the_text() -> None:
    box = object_(6)
    assert told(box, (CONTINUE, b"\0abc")) == []
    head, body, _ = text("abc", wide=False)
    assert told(box, head, (NOTE, b""), body) == []
    assert told(head, body) == []
    longer = (CONTINUE, b"\0abcdef")
    assert told(box, head, longer) == [Remark((0, 0), "文本框", "abc")]
    assert told(box, head, (CONTINUE, b"")) == []
    odd = (CONTINUE, b"\1" + "甲".encode("utf-16-le") + b"\x00\xd8")
    assert told(box, (TEXT_OBJECT, bytes(10) + b"\2\0"), odd)[0].text == "甲\ufffd"


def test_records_that_are_too_short_say_nothing() -> None:
    box = object_(6)
    assert told((OBJ, box[1][:7]), *text("甲")) == []
    assert told((OBJ, box[1][:8]), *text("甲")) != []
    assert told((OBJ, b"\x15\0\x11\0" + box[1][4:]), *text("甲")) == []
    head, body, _ = text("甲")
    assert told(box, (TEXT_OBJECT, head[1][:11]), body) == []
    assert told(box, (TEXT_OBJECT, head[1][:12]), body) != []
    assert told((NOTE, note(1, 1, 1)[1][:7])) == []
    assert told((NOTE, note(1, 1, 1)[1][:8])) == [Remark((1, 1), "批注", "")]


def test_long_words_and_many_objects_are_cut() -> None:
    assert told(object_(6), *text("字" * 600))[0].text == "字" * MOST_LETTERS
    assert len(told(*[object_(8)] * (MOST_ODD + 5))) == MOST_ODD
    assert len(told(*[note(1, 1, 1)] * (MOST_ODD + 5))) == MOST_ODD
    assert len(told(*[note(1, 1, 1)] * MOST_ODD, *[object_(8)] * 9)) == MOST_ODD
