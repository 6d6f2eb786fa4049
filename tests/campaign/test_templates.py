"""What goes out: only blanks of this campaign, each to the unit that it names."""

from __future__ import annotations

from concurrent.futures import Executor, Future
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from campaign.scene import BINGYIN, JIAZI, YICHOU, campaign_in, workbook
from xlreport import Form, Unit, UsageError, write_templates, write_workbook
from xlreport.campaign import templates
from xlreport.campaign.campaign import Campaign
from xlreport.campaign.templates import (
    LEAST_COMPARED,
    Objection,
    objections,
    others_in,
    standing_templates,
    template_names,
    template_request,
)
from xlreport.merging.request import ReadOptions
from xlreport.workbook.reader.identify import identity_of
from xlreport.workbook.writer.context import Service
from xlreport.workbook.writer.template import blank
from xlreport.workers import Lost

AGAIN = "，没有发；请再运行一次 xlreport template"
AWAY = "，没有发；请核对是不是该放进 inbox，把它移走后再运行一次 xlreport template"
COUNTY = Unit("示例县")


@pytest.fixture(scope="module")
def campaign(tmp_path_factory: pytest.TempPathFactory) -> Campaign:
    made = campaign_in(tmp_path_factory.mktemp("office") / "campaign")
    return replace(made, reading=ReadOptions(workers=0))


@pytest.fixture(scope="module")
def good(zfxxgk: Form) -> bytes:
    """The workbook of 甲子镇."""
    return write_workbook(blank(zfxxgk, 2025, JIAZI, county=COUNTY), zfxxgk)


def objection(campaign: Campaign, folder: Path, data: bytes, unit: Unit = JIAZI) -> str:
    path = folder / "a.xlsx"
    path.write_bytes(data)
    told = objections(campaign, {unit: path}).get(unit)
    return "" if told is None else told.why_not_sent


def test_each_unit_has_a_name_in_the_rosters_order(campaign: Campaign) -> None:
    names = template_names(campaign)
    assert list(names) == [JIAZI, YICHOU, BINGYIN]
    assert len(set(names.values())) == 3
    assert all(unit.name in name for unit, name in names.items())


def told_on_covers(campaign: Campaign, contact: str = "", **mail: str) -> Service:
    """What the workbooks of a campaign with these settings say on their covers."""
    smtp = replace(campaign.settings.smtp, **mail)  # type: ignore[arg-type]
    settings = replace(campaign.settings, contact=contact, smtp=smtp)
    return template_request(replace(campaign, settings=settings)).service


def test_covers_say_until_when_where_to_and_whom_to_ask(campaign: Campaign) -> None:
    day = "2026年1月31日"
    assert told_on_covers(campaign) == Service(deadline=day)
    assert told_on_covers(campaign, sender="a@example.org") == Service(day, "a@example.org")
    both = {"sender": "a@example.org", "reply_to": "b@example.org"}
    assert told_on_covers(campaign, "张三 0990-1", **both) == Service(
        day, "b@example.org", "张三 0990-1"
    )
    settings = replace(campaign.settings, deadline=None)
    assert template_request(replace(campaign, settings=settings)).service == Service()


def test_the_workbooks_are_the_campaigns(campaign: Campaign) -> None:
    request = template_request(campaign)
    assert (request.form, request.year, request.county) == (campaign.form, 2025, COUNTY)
    assert list(request.names()) == list(template_names(campaign).values())
    assert list(request.only((YICHOU,)).names().values()) == [YICHOU]


def test_files_of_nobody_are_named(campaign: Campaign, tmp_path: Path) -> None:
    names = template_names(campaign)
    assert others_in(tmp_path / "none", names) == []
    (tmp_path / names[JIAZI]).write_bytes(b"")
    (tmp_path / "Thumbs.db").write_bytes(b"")
    (tmp_path / "丁卯镇.xlsx").write_bytes(b"")
    (tmp_path / "别的.xlsx").write_bytes(b"")
    assert sorted(others_in(tmp_path, names)) == ["丁卯镇.xlsx", "别的.xlsx"]


def test_the_units_own_blank_may_go(campaign: Campaign, tmp_path: Path, good: bytes) -> None:
    assert objection(campaign, tmp_path, good) == ""


def test_objections_are_told_by_unit(campaign: Campaign, tmp_path: Path, good: bytes) -> None:
    (tmp_path / "a.xlsx").write_bytes(good)
    paths = dict.fromkeys((YICHOU, JIAZI), tmp_path / "a.xlsx")
    assert list(objections(campaign, paths)) == [YICHOU]


def test_a_workbook_of_another_unit(campaign: Campaign, tmp_path: Path, good: bytes) -> None:
    assert objection(campaign, tmp_path, good, YICHOU) == (
        f"是发给“甲子镇”（代码“990101”）的表{AGAIN}"
    )
    for unit in (replace(JIAZI, code="990102"), replace(JIAZI, name="乙丑镇")):
        assert objection(campaign, tmp_path, good, unit).startswith("是发给“甲子镇”")
    level = replace(JIAZI, level="街道")
    assert objection(campaign, tmp_path, good, level) == (
        f"上的单位类别是“乡镇”，名册已改为“街道”{AGAIN}"
    )


@pytest.mark.parametrize(
    ("key", "text", "words"),
    [
        ("year", "2024", "是 2024 年度的表"),
        ("county", "别的县", "上的汇总单位是“别的县”（代码“”）"),
        ("county_code", "990000", "上的汇总单位是“示例县”（代码“990000”）"),
        ("fingerprint", "0" * 16, "是按旧的报表定义生成的（第 2 版）"),
        ("form", "xiangzhen-caizheng", "是报表“xiangzhen-caizheng”的表"),
    ],
)
def test_a_blank_that_differs_is_made_again(
    campaign: Campaign,
    good: bytes,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    key: str,
    text: str,
    words: str,
) -> None:
    monkeypatch.setattr(templates, "why_not_blank", lambda data, forms, limits: "")
    monkeypatch.setattr(
        templates, "identity_of", lambda book: replace(identity_of(book), **{key: text})
    )
    assert objection(campaign, tmp_path, good) == words + AGAIN


def test_what_was_filled_in_stays(campaign: Campaign, tmp_path: Path, zfxxgk: Form) -> None:
    words = objection(campaign, tmp_path, workbook(zfxxgk, JIAZI))
    assert words.startswith("是“甲子镇”2025 年度的报表，填了：")
    assert words.endswith(AWAY)


def test_what_cannot_be_read_stays(
    campaign: Campaign, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = objection(campaign, tmp_path, b"x")
    assert words.startswith("读不出来（")
    assert words.endswith(f"）{AWAY}")
    assert objections(campaign, {JIAZI: tmp_path / "none.xlsx"}) == {
        JIAZI: Objection("打不开", AWAY.removeprefix("，没有发；"))
    }


def test_limits_are_the_campaigns(campaign: Campaign, tmp_path: Path, good: bytes) -> None:
    limits = replace(campaign.reading.limits, file=100)
    small = replace(campaign, reading=replace(campaign.reading, limits=limits))
    assert objection(small, tmp_path, good).startswith("读不出来（")


def test_a_file_that_is_lost_in_a_worker_stays(campaign: Campaign, tmp_path: Path) -> None:
    class Losing(Executor):
        def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
            future: Future[Any] = Future()
            future.set_exception(Lost("died"))
            return future

    losing = replace(campaign, reading=ReadOptions(executor=Losing()))
    assert objection(losing, tmp_path, b"") == f"读不出来{AWAY}"


# --- many ---


def units(count: int) -> tuple[Unit, ...]:
    return tuple(Unit(f"第{number}镇", f"99010{number}", "乡镇") for number in range(count))


@pytest.fixture
def county(campaign: Campaign, tmp_path: Path) -> Campaign:
    """A campaign whose templates are written."""
    roster = replace(campaign.roster, units=units(5))
    settings = replace(campaign.settings, folder=tmp_path)
    made = replace(campaign, roster=roster, settings=settings)
    write_templates(template_request(made), settings.templates)
    return made


class Refusing(Executor):
    """Reads nothing."""

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        raise AssertionError("a template that is as it was written need not be read")


def test_templates_as_they_were_written_are_not_read(county: Campaign) -> None:
    standing = standing_templates(county)
    assert len(standing) == 5
    unread = replace(county, reading=ReadOptions(executor=Refusing()))
    assert objections(unread, standing) == {}
    with pytest.raises(AssertionError, match="need not be read"):
        objections(unread, dict(list(standing.items())[: LEAST_COMPARED - 1]))


def test_each_that_differs_is_read(county: Campaign, zfxxgk: Form, tmp_path: Path) -> None:
    first, second, third, fourth, fifth = (paths := standing_templates(county))
    whole = write_workbook(blank(zfxxgk, 2025, first, county=COUNTY), zfxxgk)
    paths[first].write_bytes(whole)
    paths[second].write_bytes(paths[third].read_bytes())
    paths[fourth].write_bytes(b"x")
    paths[fifth].unlink()
    told = objections(county, paths)
    assert list(told) == [second, fourth, fifth]
    assert told[second].reason == "是发给“第2镇”（代码“990102”）的表"
    assert told[fourth].reason.startswith("读不出来（")
    assert told[fifth].reason == "打不开"


def test_templates_of_a_roster_that_changed_are_read(county: Campaign) -> None:
    standing = standing_templates(county)
    changed = [replace(unit, level="街道") for unit in county.roster.units]
    paths = dict(zip(changed, standing.values(), strict=True))
    moved = replace(county, roster=replace(county.roster, units=tuple(changed)))
    told = objections(moved, paths)
    assert {objection.reason for objection in told.values()} == {
        "上的单位类别是“乡镇”，名册已改为“街道”"
    }
    assert list(told) == changed


def test_templates_larger_than_the_limit_are_read(county: Campaign) -> None:
    limits = replace(county.reading.limits, file=100)
    small = replace(county, reading=replace(county.reading, limits=limits))
    told = objections(small, standing_templates(small))
    assert len(told) == 5
    assert all(objection.reason.startswith("读不出来（") for objection in told.values())


def test_without_anything_to_compare_with_all_are_read(
    county: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(_: object) -> dict[str, bytes]:
        raise UsageError("two units of one name")

    monkeypatch.setattr(templates, "spliced_templates", failing)
    standing = standing_templates(county)
    standing[county.roster.units[0]].write_bytes(b"x")
    assert list(objections(county, standing)) == [county.roster.units[0]]
