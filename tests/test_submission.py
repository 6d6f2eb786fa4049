"""What one unit reported, as a value."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from xlreport import Entry, Submission, Unit
from xlreport.submission import (
    BLANK,
    NO,
    YES,
    Place,
    Pool,
    Provenance,
    Status,
    Summary,
    shown,
    values_of,
)

TOWN = Submission(
    "f",
    2025,
    Unit("甲子镇", "990101", "乡镇"),
    {"t.a": Entry.of(1), "t.b": BLANK, "u.a": BLANK},
    answers={"t": YES, "u": NO},
)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("1", "1"),
        ("1.50", "1.5"),
        ("100", "100"),
        ("1E+3", "1000"),
        ("-0.10", "-0.1"),
        ("0.0", "0"),
    ],
)
def test_numbers_as_people_write_them(value: str, text: str) -> None:
    assert shown(Decimal(value)) == text


def test_a_plain_number_is_an_entry() -> None:
    assert Entry.of(None) is BLANK
    assert Entry.of(3) == Entry(Decimal(3), Status.NUMBER, "3")


def test_a_declared_blank_is_0_and_no_other() -> None:
    assert TOWN.effective("t.a") == Entry.of(1)
    assert TOWN.effective("t.b").value == 0
    assert TOWN.effective("t.unknown").value == 0
    assert TOWN.effective("u.a") is BLANK
    assert TOWN.effective("v.a") is BLANK
    text = replace(TOWN, entries={"t.a": Entry(None, Status.TEXT, "无")})
    assert text.effective("t.a").value is None


@pytest.mark.parametrize(
    "other",
    [
        replace(TOWN, provenance=Provenance("b.xlsx", "b", number=2)),
        replace(TOWN, answers={"t": YES}),
        replace(TOWN, entries={**TOWN.entries, "t.a": Entry(Decimal(1), Status.NUMBER, "１")}),
        replace(TOWN, prior_year=None, county=Unit("示例县")),
    ],
)
def test_copies_of_a_report_have_one_content(other: Submission) -> None:
    assert other.content == TOWN.content


@pytest.mark.parametrize(
    "other",
    [
        replace(TOWN, form="g"),
        replace(TOWN, year=2024),
        replace(TOWN, unit=Unit("甲子镇", "990101", "街道")),
        replace(TOWN, entries={**TOWN.entries, "t.a": Entry.of(2)}),
        replace(TOWN, entries={**TOWN.entries, "t.b": Entry(None, Status.TEXT, "无")}),
        replace(TOWN, overrides={"t.c": Entry.of(2)}),
        replace(TOWN, texts={"text.a": "一"}),
        replace(TOWN, explanations={"A6": "一"}),
        replace(TOWN, answers={"t": NO, "u": NO}),
    ],
)
def test_another_report_has_another_content(other: Submission) -> None:
    assert other.content != TOWN.content


def test_a_summary_stands_for_its_members() -> None:
    members = (Unit("甲子镇"), Unit("乙丑镇"))
    assert Summary("f", 2025, Unit("示例县"), {}, members=members).reporting == members
    assert TOWN.reporting == (TOWN.unit,)


def test_cover_lines_of_an_equal_submission() -> None:
    assert TOWN.with_identity({"contact": "张三"}).provenance.identity == {"contact": "张三"}
    assert TOWN.with_identity({"contact": "张三"}).content == TOWN.content


def test_a_pool_keeps_one_copy_of_equal_values() -> None:
    pool = Pool()
    first, second = (
        replace(
            TOWN,
            entries={"t.a": Entry(Decimal(7), raw="7")},
            provenance=Provenance(places={"t.a": Place("表", "A1")}),
        )
        for _ in range(2)
    )
    one, other = pool.share(first), pool.share(second)
    assert (one, other) == (first, second)
    assert one.entries["t.a"] is other.entries["t.a"]
    assert one.provenance.places is other.provenance.places


def test_the_numbers_among_cells_are_those_that_have_a_value() -> None:
    entries = {"a": Entry.of(0), "b": BLANK, "c": Entry(None, Status.TEXT, "无"), "d": Entry.of(7)}
    assert values_of(entries) == {"a": Decimal(0), "d": Decimal(7)}
