"""Workbooks as real programs and real people leave them: what is read, and what is said."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from xlreport import Finding, Form, FormCatalog, Submission, get_form
from xlreport.checking.validate import check_submissions
from xlreport.submission import Status
from xlreport.workbook.reader.submission import Reading, read_submission
from xlreport.workbook.repair import Repaired, repair

HERE = Path(__file__).parent
FORMS = FormCatalog()
DISCLOSURE = "二、主动公开"
LICENCES = "disclosure.licences.decisions"
FEES = "disclosure.fees.amount"
REGULATIONS = "disclosure.regulations.issued"

Told = tuple[str, str, str, str, str]


@pytest.fixture
def form() -> Form:
    return get_form("zfxxgk-2021")


def read(name: str) -> Reading:
    return read_submission((HERE / name).read_bytes(), FORMS)


def report(reading: Reading) -> Submission:
    assert reading.submission is not None
    return reading.submission


def told(reading: Reading) -> list[Told]:
    """What is said of a file and of its figures, but for the year before that none of them has."""
    findings: tuple[Finding, ...] = reading.findings
    if reading.submission is not None and reading.form is not None:
        (checked,) = check_submissions(reading.form, [reading.submission])
        findings = (*findings, *checked)
    return [
        (f.code, f.severity.value, f"{f.sheet} {f.cell}".strip(), f.message, f.suggestion)
        for f in findings
        if f.code != "V2"
    ]


def repaired(reading: Reading) -> Repaired:
    assert reading.form is not None
    return repair(reading.form, report(reading), reading.findings, FORMS)


# --- numbers as they are shown --------------------------------------------------------------

_GENERAL = "请把格子的格式改成“常规”，核对后重新报送"


@pytest.mark.parametrize(
    ("name", "cell", "message"),
    [
        ("files/money-shown-rounded.xlsx", "B17", "显示的是“0”，格子里存的是 0.4；已按 0.4 读取"),
        ("hostile/format-0-dot-0.xlsx", "B10", "显示的是“13.5”，格子里存的是 135；已按 135 读取"),
        ("hostile/format-minus-0.xlsx", "B10", "显示的是“-135”，格子里存的是 135；已按 135 读取"),
    ],
)
def test_a_number_that_is_shown_otherwise_is_told(name: str, cell: str, message: str) -> None:
    assert told(read(name)) == [("R29", "warning", f"{DISCLOSURE} {cell}", message, _GENERAL)]


@pytest.mark.parametrize(
    "name", ["files/money-format-backslash-yen.xlsx", "files/number-format-dbnum1.xlsx"]
)
def test_a_format_that_shows_the_same_number_is_not_told(name: str) -> None:
    reading = read(name)
    assert report(reading).entries[LICENCES].value == 135
    assert told(reading) == []


# --- characters that nobody sees ------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "characters"),
    [
        ("files/number-with-zero-width-space.xlsx", "零宽空格"),
        ("files/number-with-invisible-bidi-marks.xlsx", "书写方向标记"),
    ],
)
def test_a_number_beside_what_nobody_sees_counts(name: str, characters: str) -> None:
    reading = read(name)
    message = f"数字旁有看不见的字符（{characters}），已按 135 读取；表里的公式不会计算它"
    cure = "请清空这一格，直接输入数字"
    assert told(reading) == [("R11", "note", f"{DISCLOSURE} B10", message, cure)]
    fresh = repaired(reading)
    assert fresh.left == ()
    again = read_submission(fresh.data, FORMS)
    assert report(again).entries[LICENCES].value == 135


def test_a_space_is_blank_where_blanks_are_zero() -> None:
    reading = read("files/space-in-a-cell-with-blanks-are-zero.xlsx")
    assert report(reading).entries[REGULATIONS].status is Status.BLANK
    assert report(reading).effective(REGULATIONS).value == 0
    message, cure = "这里只有空格，已按空白读取", "请按 Delete 清空这一格"
    assert told(reading) == [("R11", "note", f"{DISCLOSURE} B6", message, cure)]
    assert len(repaired(reading).carried) == 171


def test_a_rounded_amount_counts_as_it_is_stored() -> None:
    assert report(read("files/money-shown-rounded.xlsx")).entries[FEES].value == Decimal("0.4")
