"""Reports that towns and counties really published or typed themselves: every number comes to its field.

`published/` holds each with what it prints (`values`: a number, its words, or "" for a blank).
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from support.read_back import checked, differences, values_of
from xlreport import Form, get_form

PUBLISHED = Path(__file__).parent / "published"

REPORTS = {
    "baiyang-2021.txt": "baiyang-2021",
    "白杨镇2021-retyped.xlsx": "baiyang-2021",
    "sh-office-2019.html": "sh-office-2019",
    "jiazi-official.doc": "jiazi-official",
    "gengwu-blanks-split.doc": "gengwu-blanks-split",
}
"""Each file with the name of its values."""

RUN_TOGETHER = ("pingtan-2021.txt", "pingtan-2023.txt")
"""Pages saved as text: nothing stands between the numbers, so that none can be told from the next."""


def printed(name: str) -> tuple[Form, int, str, dict[str, str]]:
    """What a report prints: its form, year and unit, and the words in its cells by field."""
    told = json.loads((PUBLISHED / f"{name}.json").read_text("utf-8"))
    values = {field: str(value) for field, value in told["values"].items()}
    return get_form(told["form"]), told["year"], told["unit"], values


@pytest.mark.parametrize("file", REPORTS)
def test_every_number_comes_to_its_field(file: str) -> None:
    form, year, unit, values = printed(REPORTS[file])
    reading = checked(PUBLISHED / file).reading
    assert reading.form is form
    assert reading.year == year
    assert reading.unit.name.startswith(unit)
    assert differences(form, reading, values) == []


@pytest.mark.parametrize("file", RUN_TOGETHER)
def test_numbers_that_run_together_are_not_told_apart(file: str) -> None:
    form, *_ = printed(file.removesuffix(".txt"))
    record = checked(PUBLISHED / file)
    assert set(values_of(form, record.reading.submission).values()) == {""}
    assert "R42" in {finding.code for finding in record.findings}


def test_an_amount_with_its_unit_stays_as_it_was_published() -> None:
    submission = checked(PUBLISHED / "sh-office-2019.html").reading.submission
    assert submission is not None
    amount = submission.entries["disclosure.procurement.amount"]
    assert (amount.value, amount.raw) == (None, "251000元")
