"""How what is read becomes lines and grids."""

from __future__ import annotations

from formats.shapes import told
from xlreport.formats.drafts import Draft, Part, Passage, Shape, count_of, document_of, seen_text
from xlreport.formats.guard import Limits


def passage(*lines: str) -> Passage:
    made = Passage(count_of(Limits()))
    for line in lines:
        made.say(line)
        made.end_line()
    return made


def test_lines_are_what_is_seen_of_them() -> None:
    assert passage(" 甲 ", "", "\xa0", "乙\x07丙").parts == ["甲", "乙丙"]
    assert seen_text("\u3000 甲\u3000乙\t\n丙 ") == "甲\u3000乙 丙"


def test_the_text_of_a_passage() -> None:
    assert passage("甲", "乙").text == "甲\n乙"
    around = passage("甲")
    around.put(Draft(passage(), {(0, 0): Shape("1")}))
    assert (around.text, around.has_tables) == ("（格子里的表格）", True)


def test_a_table_in_which_nothing_is_seen_is_none() -> None:
    around = passage("甲")
    around.put(Draft(passage(), {(0, 0): Shape("")}))
    assert (around.text, around.parts) == ("甲", ["甲"])
    around.put(Draft(passage("题"), {(0, 0): Shape("")}))
    assert (around.text, around.parts) == ("甲\n题", ["甲", "题"])


def test_parts_however_deep_they_lie() -> None:
    deep: list[Part] = ["底"]
    for _ in range(50_000):
        deep = [deep]
    document = document_of("网页", ["顶", deep, "后"], "2022-01-05T08:00:00Z")
    assert told(document) == ["顶", "底", "后"]
    assert document.saved == "2022-01-05T08:00:00Z"


def test_a_cell_around_a_long_table_says_nothing() -> None:
    for shapes in ({(0, 0): Shape("1" * 61)}, {(0, 0): Shape("甲")}):
        around = passage()
        around.put(Draft(passage(), shapes))
        assert around.text == ""


def test_what_is_no_text_is_told_where_a_number_may_stand() -> None:
    number, words, nothing = passage("1"), passage("甲1"), passage()
    for each in (number, words, nothing):
        each.marks += ["（图片）", "（图片）"]
    assert [each.text for each in (number, words, nothing)] == ["1（图片）", "甲1", "（图片）"]
    around = passage()
    around.put(Draft(passage(), {(0, 0): Shape("（图片）")}))
    assert around.has_tables is False
