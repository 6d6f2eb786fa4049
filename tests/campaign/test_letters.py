"""The letters: editable, checked before anything goes out."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from xlreport.campaign.letters import (
    _FORMER,
    FILES,
    KINDS,
    PLACES,
    REMINDERS,
    RETURNS,
    TEMPLATES,
    Letter,
    read_letter,
    write_letters,
)
from xlreport.errors import LetterError
from xlreport.rules.grade import TICK
from xlreport.workbook.writer.sentences import ALL_PASSED, overall


def test_originals_are_written_once(tmp_path: Path) -> None:
    assert len(write_letters(tmp_path)) == 4
    (tmp_path / "催报.txt").write_text("主题：快\n\n请{单位}快报。\n", "utf-8")
    assert write_letters(tmp_path) == []
    assert read_letter(tmp_path, REMINDERS) == Letter("快", "请{单位}快报。\n")


@pytest.mark.parametrize("kind", KINDS)
def test_the_original_serves_when_the_file_is_gone(tmp_path: Path, kind: str) -> None:
    without = read_letter(tmp_path, kind)
    write_letters(tmp_path)
    assert read_letter(tmp_path, kind) == without
    filled = without.filled(dict.fromkeys(PLACES, "某某"))
    assert "{" not in filled.subject + filled.body


def test_the_original_says_what_the_cover_says(tmp_path: Path) -> None:
    """Units look for these words on the cover of their workbooks."""
    passed = ALL_PASSED.removeprefix(f"{TICK} ")
    must = "必须改正"
    body = read_letter(tmp_path, TEMPLATES).body
    assert re.findall("写着“([^”]+)”", body) == [passed, must]
    assert overall(errors=0, warnings=0, blanks=0, open_=0) == f"{TICK} {passed}"
    assert must in overall(errors=2, warnings=0, blanks=3, open_=0)


def test_an_original_of_an_earlier_version_makes_room_for_the_present_one(tmp_path: Path) -> None:
    (former,) = _FORMER[RETURNS]
    (tmp_path / FILES[RETURNS]).write_bytes(former.replace("\n", "\r\n").encode("utf-8-sig"))
    assert "改法" in read_letter(tmp_path, RETURNS).places
    changed = former.replace("请在原表上改正后", "请改")
    (tmp_path / FILES[RETURNS]).write_text(changed, "utf-8")
    letter = read_letter(tmp_path, RETURNS)
    assert "改法" not in letter.places
    assert "请改，于" in letter.body


def test_gbk_is_read(tmp_path: Path) -> None:
    (tmp_path / FILES[REMINDERS]).write_bytes(
        "主题：催报{年度}\r\n\r\n{单位}：\r\n".encode("gb18030")
    )
    assert read_letter(tmp_path, REMINDERS) == Letter("催报{年度}", "{单位}：\n")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("催报\n\n正文", "第 1 行应当是“主题：……”"),
        ("主题：\n\n正文", "第 1 行应当是“主题：……”"),
        ("", "第 1 行应当是“主题：……”"),
        ("主题：{单位}\n\n{镇名}请报", "{镇名}不能用，这封信只能用{单位}"),
        ("主题：{单位}\n\n{问题}", "{问题}不能用"),
        ("主题：{单位}\n\n{单位请报", "大括号没有成对"),
        ("主题：{单位}\n\n｛单位｝请报", "大括号没有成对，或者是全角的"),
    ],
)
def test_mistakes_are_told(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / FILES[REMINDERS]).write_text(text, "utf-8")
    with pytest.raises(LetterError) as error:
        read_letter(tmp_path, REMINDERS)
    assert words in str(error.value)


def test_a_subject_is_one_line_and_values_are_not_filled_again() -> None:
    filled = Letter("甲{单位}", "{单位}").filled({"单位": "乙\r\nBcc: x@example.org {年度}"})
    assert filled == Letter("甲乙 Bcc: x@example.org {年度}", "乙\r\nBcc: x@example.org {年度}")
