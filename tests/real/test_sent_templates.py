"""Only a blank of this campaign goes to the unit that it names."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest

from campaign.scene import JIAZI, YICHOU, campaign_in, workbook
from xlreport import Form, TemplateRequest, Unit, get_form, write_workbook
from xlreport.campaign.campaign import Campaign
from xlreport.campaign.send import Drafts, SendItem, SendRequest, SendResult, send
from xlreport.cli.app import main
from xlreport.workbook.writer.template import blank

COUNTY = Unit("示例县")
MOVE = "没有发；请核对是不是该放进 inbox，把它移走后再运行一次 xlreport template"
AGAIN = "没有发；请再运行一次 xlreport template"
NAME = "990101_甲子镇_2025年政府信息公开工作年度报告.xlsx"


@pytest.fixture
def campaign(tmp_path: Path) -> Campaign:
    return campaign_in(tmp_path / "campaign")


@pytest.fixture
def form() -> Form:
    return get_form("zfxxgk-2021")


def sent(campaign: Campaign) -> SendResult:
    return send(campaign, SendRequest("templates"), Drafts(campaign.settings.drafts))


def item_of(result: SendResult, unit: Unit) -> SendItem:
    return next(item for item in result.items if item.unit == unit)


def put(campaign: Campaign, data: bytes) -> None:
    campaign.settings.templates.mkdir(exist_ok=True)
    (campaign.settings.templates / NAME).write_bytes(data)


def issued(form: Form, unit: Unit = JIAZI, year: int = 2025, county: Unit = COUNTY) -> bytes:
    return write_workbook(blank(form, year, unit, county), form)


def other_version(form: Form) -> bytes:
    old = replace(form, version=0, fingerprint="0" * 64)
    return write_workbook(blank(old, 2025, JIAZI, COUNTY), old)


OTHERS: dict[str, tuple[Callable[[Form], bytes], str]] = {
    "a filled report": (
        lambda form: workbook(form, JIAZI),
        "是“甲子镇”2025 年度的报表，填了：166 个数、3 段文字，" + MOVE,
    ),
    "another unit's": (
        lambda form: issued(form, YICHOU),
        "是发给“乙丑镇”（代码“990102”）的表，" + AGAIN,
    ),
    "another year's": (lambda form: issued(form, year=2024), "是 2024 年度的表，" + AGAIN),
    "another county's": (
        lambda form: issued(form, county=Unit("西县", "77")),
        "上的汇总单位是“西县”（代码“77”），" + AGAIN,
    ),
    "of another level": (
        lambda form: issued(form, replace(JIAZI, level="街道")),
        "上的单位类别是“街道”，名册已改为“乡镇”，" + AGAIN,
    ),
    "an older version": (other_version, "是按旧的报表定义生成的（第 0 版），" + AGAIN),
    "no workbook": (
        lambda _: b"%PDF-1.7",
        "读不出来（这是 PDF 文件，不是能读取的工作簿），" + MOVE,
    ),
}


@pytest.mark.parametrize(("make", "reason"), OTHERS.values(), ids=OTHERS)
def test_whatever_else_lies_there_is_told_and_not_sent(
    campaign: Campaign, form: Form, make: Callable[[Form], bytes], reason: str
) -> None:
    put(campaign, make(form))
    result = sent(campaign)
    item = item_of(result, JIAZI)
    assert (item.state, item.detail) == ("held", f"templates 里的“{NAME}”{reason}")
    assert item_of(result, YICHOU).state == "draft", "the others go on"
    assert list(campaign.settings.drafts.glob("990101*")) == []
    assert result.exit_code == 1


def test_a_blank_that_another_program_saved_again_is_sent(campaign: Campaign, form: Form) -> None:
    request = TemplateRequest(form, 2025, campaign.roster, campaign.county)
    saved_again = io.BytesIO()
    book = openpyxl.load_workbook(io.BytesIO(write_workbook(request.blank(JIAZI), form)))
    book.save(saved_again)
    put(campaign, saved_again.getvalue())
    assert item_of(sent(campaign), JIAZI).state == "draft"


def test_templates_with_a_password_and_those_of_an_earlier_run_are_sent(
    campaign: Campaign, form: Form
) -> None:
    request = TemplateRequest(form, 2025, campaign.roster, campaign.county)
    put(campaign, write_workbook(request.blank(JIAZI), form, password="abc"))
    assert item_of(sent(campaign), JIAZI).state == "draft"
    assert item_of(sent(campaign), JIAZI).state == "before"


def test_files_that_are_nobody_s_are_told(
    campaign: Campaign, form: Form, capsys: pytest.CaptureFixture[str]
) -> None:
    put(campaign, issued(form))
    folder = campaign.settings.templates
    (folder / "990199_撤销的镇_2025年政府信息公开工作年度报告.xlsx").write_bytes(issued(form))
    (folder / "~$x.xlsx").write_bytes(b"x")
    result = sent(campaign)
    assert result.left_out == ("990199_撤销的镇_2025年政府信息公开工作年度报告.xlsx",)
    main(["send", "templates", "--dry-run", "--campaign", str(campaign.settings.folder)])
    assert (
        "templates 里还有不是名册上单位的文件，没有发："
        "990199_撤销的镇_2025年政府信息公开工作年度报告.xlsx。不要的请移走。"
    ) in capsys.readouterr().out.splitlines()
