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
    assert (around.text, around.has_tables) == ("", True)


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
