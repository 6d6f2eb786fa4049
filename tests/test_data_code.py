"""The 数据校验码: what changes it, and what must not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest

from hostile.scene import FREE, base
from xlreport import FormCatalog, Unit, get_form, read_submission, write_workbook
from xlreport.data_code import ALPHABET, content_digest, data_code
from xlreport.submission import BLANK, NO, YES, Entry, Provenance, Status, Submission

FORM = get_form("zfxxgk-2021")
TOWN = Unit("甲子镇", "990101", "乡镇")
REPORT = base(FORM, TOWN)
SMALL = Submission("f", 2025, TOWN, {"t.a": Entry.of(3), "t.b": BLANK})


def with_entry(report: Submission, name: str, entry: Entry) -> Submission:
    return replace(report, entries={**report.entries, name: entry})


def test_a_code_of_known_figures() -> None:
    assert data_code(SMALL) == "DTC6XPXP"
    assert len(content_digest(SMALL)) == 64


def test_no_character_looks_like_another() -> None:
    assert len(set(ALPHABET)) == len(ALPHABET) == 23
    assert not set(ALPHABET) & set("0O1IL2Z5S8BUV")


@pytest.mark.parametrize(
    "change",
    [
        lambda r: with_entry(r, FREE, Entry.of(4711)),
        lambda r: with_entry(r, FREE, BLANK),
        lambda r: with_entry(r, FREE, Entry(None, Status.TEXT, "2件")),
        lambda r: replace(r, overrides={"requests.received.total": Entry.of(1)}),
        lambda r: replace(r, texts={**r.texts, next(iter(r.texts)): "改写"}),
        lambda r: replace(r, explanations={"C2": "原因"}),
        lambda r: replace(r, answers={**r.answers, FORM.tables[0].id: YES}),
        lambda r: replace(r, year=2024),
        lambda r: replace(r, form="other"),
    ],
)
def test_whatever_is_reported_changes_it(change: Callable[[Submission], Submission]) -> None:
    assert data_code(change(REPORT)) != data_code(REPORT)


@pytest.mark.parametrize(
    "change",
    [
        lambda r: replace(r, unit=Unit("甲子镇人民政府", "990101", "街道"), known_as=("甲子镇",)),
        lambda r: replace(r, county=Unit("别县")),
        lambda r: replace(r, provenance=Provenance("b.xlsx", "ff", number=7, identity={"x": "y"})),
        lambda r: replace(r, entries=dict(reversed(r.entries.items()))),
        lambda r: replace(r, texts={**dict(reversed(r.texts.items())), "text.none": ""}),
        lambda r: replace(r, answers={**r.answers, FORM.tables[0].id: NO}),
        lambda r: with_entry(r, "t.never", BLANK),
        lambda r: with_entry(r, FREE, replace(r.entries[FREE], raw="１２.0")),
        lambda r: with_entry(r, FREE, Entry(r.entries[FREE].value, Status.TOO_FINE)),
    ],
)
def test_nothing_else_changes_it(change: Callable[[Submission], Submission]) -> None:
    assert data_code(change(REPORT)) == data_code(REPORT)


def test_numbers_count_as_numbers() -> None:
    assert data_code(with_entry(SMALL, "t.a", Entry.of(Decimal("3.000")))) == data_code(SMALL)
    assert data_code(with_entry(SMALL, "t.a", Entry.of(Decimal("3.1")))) != data_code(SMALL)


def test_explanations_of_the_rows_of_a_rule_are_those_of_the_rule() -> None:
    by_row = replace(SMALL, explanations={"C2.total": "原因"})
    assert data_code(by_row) == data_code(replace(SMALL, explanations={"C2": "原因"}))


def test_it_is_the_same_when_the_workbook_comes_back() -> None:
    again = read_submission(write_workbook(REPORT, FORM), FormCatalog()).submission
    assert again is not None
    assert data_code(again) == data_code(REPORT)
