"""What came, changed or went since the last summary."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from campaign.scene import JIAZI, YICHOU, campaign_in, workbook
from xlreport import Form
from xlreport.api import write_outputs
from xlreport.campaign.campaign import Campaign, ledger_of, merged_inbox
from xlreport.campaign.decisions import Asked, decide
from xlreport.campaign.summed import data_of, since_summary


@pytest.fixture
def summed(tmp_path: Path, zfxxgk: Form) -> Campaign:
    """A campaign whose two reports were summed."""
    campaign = campaign_in(tmp_path / "工作")
    put(campaign, "甲.xlsx", workbook(zfxxgk, JIAZI))
    put(campaign, "乙.xlsx", workbook(zfxxgk, YICHOU))
    assert since(campaign) == "", "there is no summary yet"
    sum_up(campaign)
    return campaign


def put(campaign: Campaign, name: str, data: bytes) -> None:
    path = campaign.settings.inbox / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def sum_up(campaign: Campaign, *, with_errors: bool = False) -> None:
    with ledger_of(campaign.settings) as ledger:
        result = merged_inbox(campaign, ledger, with_errors=with_errors)
    write_outputs(result, campaign.settings.summary)


def since(campaign: Campaign) -> str:
    with ledger_of(campaign.settings) as ledger:
        told = since_summary(campaign, merged_inbox(campaign, ledger).files)
    return told.removeprefix("上次汇总以后").removesuffix("；汇总表还是以前的，请重新汇总。")


def test_nothing_is_told_of_what_was_summed(summed: Campaign) -> None:
    assert since(summed) == ""


def test_what_came_changed_and_went_is_counted(summed: Campaign, zfxxgk: Form) -> None:
    put(summed, "甲.xlsx", workbook(zfxxgk, JIAZI, 2))
    assert since(summed) == "有 1 个文件变了"
    put(summed, "坏.xlsx", b"no workbook")
    put(summed, "坏了.xlsx", b"nor this")
    assert since(summed) == "新收 2 个文件、有 1 个文件变了"
    (summed.settings.inbox / "乙.xlsx").unlink()
    assert since(summed) == "新收 2 个文件、有 1 个文件变了、有 1 个文件不在了"
    sum_up(summed)
    assert since(summed) == ""


def test_what_makes_no_difference_to_a_sum_is_not_told(summed: Campaign, zfxxgk: Form) -> None:
    inbox = summed.settings.inbox
    (inbox / "乙.xlsx").rename(inbox / "乙丑镇.xlsx")
    put(summed, "乡镇/甲.xlsx", workbook(zfxxgk, JIAZI))
    put(summed, "Thumbs.db", b"x")
    assert since(summed) == ""


def test_a_decision_changes_what_is_summed(summed: Campaign) -> None:
    decide(summed, Asked(JIAZI, "", "exclude", "并入邻镇", "张三"))
    assert since(summed) == "有 1 个文件的结果变了"
    sum_up(summed)
    assert since(summed) == ""
    decide(summed, Asked(JIAZI, "", "revoke"))
    assert since(summed) == "有 1 个文件的结果变了"


def test_errors_that_were_counted_are_none_of_it(summed: Campaign, zfxxgk: Form) -> None:
    decide(summed, Asked(JIAZI, "", "query", "请核实", "张三"))
    sum_up(summed, with_errors=True)
    assert since(summed) == ""


@pytest.mark.parametrize("data", [b"", b"[]", b"{}", b'{"schema": 1}', b"[" * 100_000, b"\xff"])
def test_a_summary_without_readable_data_says_nothing(summed: Campaign, data: bytes) -> None:
    (summed.settings.inbox / "乙.xlsx").unlink()
    data_of(summed.settings).write_bytes(data)
    assert since(summed) == ""


def test_data_that_lack_something_or_cannot_be_opened_say_nothing(summed: Campaign) -> None:
    (summed.settings.inbox / "乙.xlsx").unlink()
    data = data_of(summed.settings)
    data.write_bytes(data.read_bytes().replace(b'"sha256"', b'"sha1"'))
    assert since(summed) == ""
    data.unlink()
    assert since(summed) == ""
    data.mkdir()
    assert since(summed) == ""


def test_the_summary_of_another_year_is_another(summed: Campaign) -> None:
    (summed.settings.inbox / "乙.xlsx").unlink()
    assert since(summed) == "有 1 个文件不在了"
    other = replace(summed, settings=replace(summed.settings, year=2024))
    assert since(other) == ""
    data = data_of(summed.settings)
    data.write_bytes(data.read_bytes().replace(b'"year": 2025', b'"year": 2024', 1))
    assert since(summed) == ""


def test_a_summary_that_was_taken_away_says_nothing(summed: Campaign) -> None:
    (summed.settings.inbox / "乙.xlsx").unlink()
    (book,) = summed.settings.summary.glob("*.xlsx")
    book.unlink()
    assert since(summed) == ""
