"""Tables on a terminal line up, whatever characters stand in them."""

from __future__ import annotations

import pytest

from xlreport.cli.tables import WIDTH, folded, padded, width


def test_a_chinese_character_takes_two_places() -> None:
    assert width("甲a") == 3
    assert padded("甲", 4) == "甲  "
    assert padded("甲", 4, right=True) == "  甲"
    assert padded("甲乙丙", 4) == "甲乙丙"


@pytest.mark.parametrize(
    ("text", "lines"),
    [("", [""]), ("甲乙丙", ["甲乙", "丙"]), ("a甲乙", ["a甲", "乙"]), ("abcd", ["abcd"])],
)
def test_a_long_name_goes_on_in_the_next_line(text: str, lines: list[str]) -> None:
    assert folded(text, 4) == lines


def test_the_terminal_is_eighty_wide() -> None:
    assert WIDTH == 80
