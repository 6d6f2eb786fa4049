"""What the office does beside the year's way, in Chromium: by keys, by choosing and by dropping."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from campaign.scene import JIAZI, YICHOU, Mailbox, campaign_in, workbook
from desk.test_actions import document, own_template, paragraphs
from desk.visitor import Seat, clerk_at, done, seated
from hostile.scene import REQUESTS
from support.cells import put
from xlreport import Form

pytestmark = [pytest.mark.browser, pytest.mark.isolated]

COUNTED = "注意：有错误的报表按要求计入了合计，公布前必须改正："
IMPORTED = "990103_丙寅镇_2025年政府信息公开工作年度报告_导入.xlsx"


@pytest.fixture
def seat(tmp_path: Path, zfxxgk: Form) -> Iterator[Seat]:
    """A good report, one with a wrong sum, and a Word document."""
    folder = tmp_path / "工作"
    campaign_in(folder)
    inbox = folder / "inbox"
    (inbox / "甲.xlsx").write_bytes(workbook(zfxxgk, JIAZI))
    wrong = put(workbook(zfxxgk, YICHOU), REQUESTS, "D8", "number", "99")
    (inbox / "乙.xlsx").write_bytes(wrong)
    (inbox / "丙.docx").write_bytes(document(zfxxgk, "丙寅镇"))
    with seated(folder) as opened:
        yield opened


def office(page: Page) -> None:
    page.get_by_role("navigation", name="工作台").get_by_role("link", name="办理").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("办理")


def test_errors_count_once_by_keys_alone(chromium: Browser, seat: Seat) -> None:
    with clerk_at(chromium, seat) as clerk:
        page = clerk.page
        expect(page.locator("#collection tbody tr")).to_have_count(3)
        office(page)
        box = page.get_by_label("有错误的报表也计入").first
        box.focus()
        page.keyboard.press("Space")
        expect(box).to_be_checked()
        page.keyboard.press("Shift+Tab")
        assert clerk.focused() == "act-merge"
        page.keyboard.press("Enter")
        lines = done(page)
        assert lines[1] == "名册 3 个单位，计入汇总 3 个，未报 0 个。"
        assert any(line.startswith(COUNTED) for line in lines)
        page.go_back()
        expect(page.get_by_role("heading", level=1)).to_have_text("办理")
        expect(page.locator("#errors-merge")).not_to_be_checked()
        page.locator("#act-merge").click()
        lines = done(page)
        assert lines[1] == "名册 3 个单位，计入汇总 1 个，未报 0 个。"
        assert not any(line.startswith(COUNTED) for line in lines)
        assert clerk.complaints == []


def test_documents_are_imported_by_a_click_or_one_by_one(
    chromium: Browser, seat: Seat, tmp_path: Path, zfxxgk: Form
) -> None:
    one = tmp_path / "我镇.docx"
    one.write_bytes(document(zfxxgk, "我镇"))
    imported = seat.folder / "imported"
    with clerk_at(chromium, seat) as clerk:
        page = clerk.page
        office(page)
        page.get_by_role("button", name="导入", exact=True).click()
        assert "共 1 个文件：导入 1 个，没有导入 0 个。" in done(page)
        assert (imported / IMPORTED).is_file()
        page.get_by_role("button", name="打开导入的工作簿").click()
        expect(page.locator("#live")).to_have_text("已打开导入的工作簿。")
        office(page)
        assert seat.opened() == [str(imported)]
        clerk.drop([one], "#document")
        page.locator("#unit").select_option(label="甲子镇")
        page.locator("#year").fill("2025")
        page.get_by_role("button", name="导入这个文件").click()
        assert "共 1 个文件：导入 1 个，没有导入 0 个。" in done(page)
        assert (imported / IMPORTED.replace("990103_丙寅镇", "990101_甲子镇")).is_file()
        shutil.rmtree(imported)
        clerk.go("/unit/990103")
        page.get_by_role("button", name="把丙.docx填进模板").click()
        assert "共 1 个文件：导入 1 个，没有导入 0 个。" in done(page)
        assert (imported / IMPORTED).is_file()
        assert clerk.complaints == []


def test_reports_are_written_in_an_own_document_and_of_one_unit(
    chromium: Browser, seat: Seat, tmp_path: Path
) -> None:
    template = tmp_path / "本县模板.docx"
    template.write_bytes(own_template("{{ 标题 }}，{{ 署名 }}").getvalue())
    with clerk_at(chromium, seat) as clerk:
        page = clerk.page
        office(page)
        expect(page.locator("#template")).to_be_hidden()
        page.get_by_text("用自己的文档模板").click()
        page.locator("#template").set_input_files(template)
        page.get_by_label("署名的单位").fill("示例县人民政府")
        page.get_by_role("button", name="写 Word 报告").click()
        done(page)
        (report,) = (seat.folder / "summary").glob("*.docx")
        assert paragraphs(report) == ["示例县2025年政府信息公开工作年度报告，示例县人民政府"]
        clerk.go("/unit/990101")
        page.get_by_role("button", name="写这个单位的 Word 报告").click()
        assert done(page)[0] == "甲子镇2025年政府信息公开工作年度报告"
        page.get_by_role("button", name="打开各单位的 Word 报告").click()
        expect(page.locator("#live")).to_have_text("已打开各单位的 Word 报告。")
        assert clerk.complaints == []


def test_files_are_compared_written_and_verified(
    chromium: Browser, seat: Seat, tmp_path: Path, zfxxgk: Form
) -> None:
    other = tmp_path / "另一份.xlsx"
    other.write_bytes(workbook(zfxxgk, JIAZI, 7))
    with clerk_at(chromium, seat) as clerk:
        page = clerk.page
        office(page)
        clerk.drop([seat.folder / "inbox" / "甲.xlsx"], "#first")
        page.locator("#second").set_input_files(other)
        page.get_by_role("button", name="比较", exact=True).click()
        lines = done(page)
        assert lines[0] == "甲.xlsx → 另一份.xlsx"
        assert lines[-1] == "共有 1 处不同。"
        office(page)
        clerk.drop([seat.folder / "inbox" / "乙.xlsx"], "#checked")
        page.get_by_role("button", name="审核", exact=True).click()
        assert done(page)[0] == "【退回】乙丑镇　乙.xlsx"
        office(page)
        page.locator("#to").select_option(value="json")
        page.get_by_role("button", name="写出数据文件").click()
        data = seat.folder / "summary" / "数据.json"
        assert done(page) == [f"1 个单位的数据：{data}"]
        office(page)
        with page.expect_download() as download:
            page.get_by_role("link", name="下载数据文件（JSON）").click()
        assert download.value.path().read_bytes() == data.read_bytes()
        page.get_by_role("button", name="归档", exact=True).click()
        done(page)
        office(page)
        page.get_by_role("button", name="核对归档").click()
        assert done(page)[-1].endswith("个文件都在，内容没有改动。")
        assert clerk.complaints == []
        assert clerk.strangers() == []


def test_what_was_ticked_wrongly_is_taken_back(
    chromium: Browser, seat: Seat, tmp_path: Path
) -> None:
    box = Mailbox(tmp_path / "邮件")
    box.put("a", "yichou@example.org", [("年报.jpg", b"\xff\xd8\xff\xe0 picture")])
    with clerk_at(chromium, seat) as clerk:
        page = clerk.page
        expect(page.locator("#collection tbody tr")).to_have_count(3)
        clerk.drop([box.folder])
        people = page.locator("#people")
        expect(people).to_contain_text("要由人打开的邮件 1：yichou@example.org")
        people.get_by_role("button", name="年报：已处理").click()
        expect(people).not_to_contain_text("要由人打开的邮件")
        people.get_by_text("已处理的 1 封").click()
        people.get_by_role("button", name="年报：撤销已处理").click()
        expect(people).to_contain_text("要由人打开的邮件 1：yichou@example.org")
        expect(page.locator("#settled")).to_have_count(0)
        assert clerk.complaints == []
