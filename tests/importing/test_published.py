"""Reports that towns retyped and published, in every layout: each number comes to its field, or to none.

A number in a wrong place is the one thing that must never happen; a blank where a number is printed
under its headings is a failure too.
"""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.examples import examples
from support.published import (
    Case,
    any_layout,
    cases,
    outdated_case,
    previous_form_cases,
    report,
)
from support.read_back import checked, of_case, written
from xlreport import FileRecord, Outcome, Submission, get_form
from xlreport.submission import rule_of

FORM = get_form("zfxxgk-2021")
FORMER = get_form("zfxxgk-2019")
OLD = report(FORMER, 1, distinct=True)
CASES = [*cases(FORM), *previous_form_cases(OLD), outdated_case(OLD, FORM)]


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_every_number_comes_to_its_field(case: Case, tmp_path: Path) -> None:
    record = checked(written(case, tmp_path))
    submission = record.reading.submission
    assert record.outcome in (Outcome.RETURNED, Outcome.REJECTED)
    assert set(case.told) <= codes_of(record)
    if submission is None:
        assert case.may_be_refused, [finding.message for finding in record.findings]
    else:
        assert of_case(case, record.reading) == []
        assert "R36" in codes_of(record)
        assert (record.reading.form, submission.year) == (case.form, case.year)
        assert is_named(case, submission)
        assert {name: submission.texts[name].strip() for name in case.texts} == case.texts


def codes_of(record: FileRecord) -> set[str]:
    return {rule_of(finding.code) for finding in record.findings}


def is_named(case: Case, submission: Submission) -> bool:
    """Whether the unit is that of the title, with 人民政府 or without; none where it names none."""
    name = submission.unit.name
    return name.startswith(case.unit) if case.unit else name == ""


@given(seed=st.integers(0, 10**6))
@examples(25)
def test_any_report_in_any_layout_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, seed: int
) -> None:
    case = any_layout(report(FORM, seed), random.Random(seed))
    record = checked(written(case, tmp_path_factory.mktemp("any")))
    assert of_case(case, record.reading) == []
