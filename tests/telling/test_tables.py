"""Tables on a terminal line up, whatever characters stand in them."""

from __future__ import annotations

from pathlib import Path

import pytest

from xlreport import MergeRequest, merge_folder, read_roster
from xlreport.telling.tables import WIDTH, coloured, folded, padded, width

SAMPLES = Path(__file__).resolve().parents[2] / "samples"


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


# --- who reported --------------------------------------------------------------------------------


def table(*, verbose: bool = False) -> list[str]:
    from xlreport.telling.tables import unit_table

    roster = read_roster(SAMPLES / "roster.csv")
    return list(unit_table(merge_folder(MergeRequest(SAMPLES / "2025", roster)), verbose=verbose))


def test_every_unit_has_a_line_and_the_columns_line_up() -> None:
    lines = table()
    assert len(lines) == 1 + 14
    assert max(map(width, lines)) <= WIDTH
    starts = {width(line.partition(state)[0]) for line, state in _with_states(lines)}
    assert starts == {32}
    assert [line.split()[:2] for line in lines[:3]] == [
        ["单位", "状态"],
        ["己巳乡", "未报"],
        ["丙寅镇", "退回"],
    ]
    assert lines[2].split()[2:] == ["1", "·", "2026-01-01", "08:00"]


def _with_states(lines: list[str]) -> list[tuple[str, str]]:
    return [(line, line.split()[1]) for line in lines[1:]]


def test_of_many_units_those_that_are_accepted_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xlreport.telling.tables.MOST_UNITS", 10)
    lines = table()
    assert lines[-1] == "另有 10 个单位通过。"
    assert len(lines) == 1 + 4 + 1
    assert len(table(verbose=True)) == 1 + 14


@pytest.mark.parametrize(
    ("terminal", "environment", "colour"),
    [
        (True, {}, True),
        (True, {"NO_COLOR": "1"}, False),
        (True, {"TERM": "dumb"}, False),
        (False, {}, False),
    ],
)
def test_colour_is_for_terminals_that_want_it(
    monkeypatch: pytest.MonkeyPatch, terminal: bool, environment: dict[str, str], colour: bool
) -> None:
    for name in ("NO_COLOR", "TERM"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("sys.stdout.isatty", lambda: terminal, raising=False)
    text = coloured("退回", "red")
    assert text == ("\x1b[31m退回\x1b[0m" if colour else "退回")
