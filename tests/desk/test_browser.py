"""The whole year of the sample county in Chromium, from an empty folder to the archive, with clicks
and drops and nothing else."""

from __future__ import annotations

import re
import shutil
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from desk.visitor import Clerk, clerk_at, done, seated
from xlreport.cli.app import main

pytestmark = [pytest.mark.browser, pytest.mark.isolated]

SAMPLES = Path(__file__).parents[2] / "samples"
REPORTS = sorted((SAMPLES / "2025").glob("*.xlsx"))
NAME = "2025年政府信息公开工作年度报告"

WRONG = (
    ("990102,乙丑镇,乡镇", "990101,乙丑镇,镇乡"),
    ("990104,丁卯镇", ",丁卯镇"),
    ("jisi@example.org", "jisi@x"),
)
"""What is wrong in the roster that the clerk has."""

MENDED = (
    ("第 2 个单位的单位代码", "990101", "990102"),
    ("第 2 个单位的类别", "镇乡", "乡镇"),
    ("第 4 个单位的单位代码", "", "990104"),
    ("第 6 个单位的邮箱", "jisi@x", "jisi@example.org"),
)
"""The fields that are marked, what stands there and what belongs there."""


def files_of(folder: Path) -> dict[str, bytes]:
    """The files below a folder by their paths."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            found[path.relative_to(folder).as_posix()] = path.read_bytes()
    return found


def code_of(path: Path) -> str:
    return path.name[:6]


# --- what the clerk does ---


def make(page: Page) -> None:
    """The campaign."""
    expect(page.get_by_role("heading", level=1)).to_have_text("选择或建立一项工作")
    page.get_by_label("报告年度").fill("2025")
    page.get_by_label("汇总单位").fill("示例县")
    page.get_by_label("截止日期").press_sequentially("2026年1月20日")
    page.get_by_role("button", name="建立，下一步填名册").click()
    page.wait_for_url("**/roster")


def mend_roster(clerk: Clerk, file: Path) -> None:
    """Drops the roster, mends what is marked, and nothing else is marked."""
    page = clerk.page
    clerk.drop([file, SAMPLES / "roster.csv"], "#roster-drop")
    expect(page.locator("#roster-drop [role=alert]")).to_have_text(
        "一次只放一个文件，没有读入；请只放一个。"
    )
    clerk.drop([file], "#roster-drop")
    expect(page.locator("#wrong")).to_contain_text("有 4 处要改")
    marked = page.locator("input[aria-invalid=true]")
    told = [(field.get_attribute("aria-label"), field.input_value()) for field in marked.all()]
    assert told == [(label, wrong) for label, wrong, _ in MENDED]
    for label, _, right in MENDED:
        page.get_by_label(label, exact=True).fill(right)
    page.get_by_role("button", name="保存名册").click()
    expect(page.locator("#fine")).to_have_text("名册可以用：14 个单位。")


def give_last_year(page: Page) -> None:
    """Last year's summary, by the button for files."""
    (previous,) = (SAMPLES / "2024").glob("*.xlsx")
    page.get_by_role("navigation", name="工作台").get_by_role("link", name="设置").click()
    with page.expect_file_chooser() as chooser:
        page.get_by_text("选择上年的文件").click()
    chooser.value.set_files(previous)
    assert done(page)[0].startswith("已读入 2024 年度的数，名册上有 ")
    page.get_by_role("link", name="名册").first.click()


def open_from(page: Page, what: str, title: str) -> None:
    """A button that opens something with another program; the page stays."""
    page.get_by_role("button", name=f"打开{what}", exact=True).click()
    expect(page.locator("#live")).to_have_text(f"已打开{what}。")
    expect(page.get_by_role("heading", level=1)).to_have_text(title)


def act(page: Page, button: str) -> list[str]:
    """A button of the office."""
    page.get_by_role("link", name="办理").first.click()
    page.get_by_role("button", name=button, exact=True).click()
    return done(page)


def deliver(root: Path) -> tuple[list[Path], Path, Path]:
    """The reports as they come: files, a folder with folders, a zip."""
    files = [path for path in REPORTS if code_of(path) in ("990101", "990103")]
    folder = root / "乡镇报来"
    for path in REPORTS:
        if code_of(path) in ("990102", "990104", "990105"):
            place = folder / "乡" if code_of(path) == "990105" else folder
            place.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, place / path.name)
    packed = root / "街道和部门.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for path in REPORTS:
            if code_of(path) >= "990107":
                archive.write(path, path.name)
    return files, folder, packed


def drop_reports(clerk: Clerk, root: Path) -> dict[str, bytes]:
    """Drops everything, until each has its verdict; what must be in the inbox then."""
    files, folder, packed = deliver(root)
    for dropped in (files, [folder], [packed]):
        clerk.drop(dropped)
    told = clerk.page.locator("#upload-list li")
    expect(told).to_have_count(6)
    expect(clerk.page.locator("#upload-count")).to_have_text("已处理 6 / 6，收下 6 个")
    expect(clerk.page.locator("#upload-list .tag.reading")).to_have_count(0)
    expect(clerk.page.locator("#upload-list .tag.taken")).to_have_count(0)
    expect(told.filter(has_text="丙寅镇")).to_contain_text("退回")
    expect(told.filter(has_text="丙寅镇")).to_contain_text("错误 1 处")
    expect(told.filter(has_text="街道和部门.zip")).to_contain_text("示例县教育局退回")
    wanted = {path.name: path.read_bytes() for path in files}
    wanted[packed.name] = packed.read_bytes()
    for name, data in files_of(folder).items():
        wanted[f"{folder.name}/{name}"] = data
    return wanted


def names(page: Page) -> list[str]:
    """The units that are to be seen in the table."""
    listed = page.locator("#collection tbody tr:visible th a")
    return listed.all_inner_texts()


def tile(page: Page, state: str) -> str:
    """The number of units in a state."""
    return page.locator(f".tiles li[data-count={state}] b").inner_text()


def look_at_table(page: Page) -> None:
    """Filter and search; the units that need most stand first."""
    expect(page.locator(".tiles li[data-count=accepted] b")).to_have_text("10")
    counted = [tile(page, state) for state in ("expected", "returned", "rejected", "missing")]
    assert counted == ["14", "3", "0", "1"]
    assert names(page)[:4] == ["己巳乡", "丙寅镇", "丁卯镇", "示例县教育局"]
    assert len(names(page)) == 14
    row = page.locator("#collection tbody tr", has_text="示例县教育局")
    assert re.split(r"\s+", row.inner_text())[2:6] == ["退回", "2", "1", "尤八"]
    page.get_by_role("radio", name="退回 3").check()
    assert names(page) == ["丙寅镇", "丁卯镇", "示例县教育局"]
    page.get_by_role("searchbox").fill("0990-5550110")
    assert names(page) == ["示例县教育局"]
    page.get_by_role("radio", name="全部 14").check()
    page.get_by_role("searchbox").fill("街道")
    assert names(page) == ["庚午街道", "辛未街道"]
    expect(page.locator("#shown")).to_have_text("列出 2 个单位")
    page.get_by_role("searchbox").fill("")


def look_at_unit(page: Page) -> None:
    """The wrong cell is red, the one that is likely to be the cause is named."""
    page.get_by_role("link", name="丙寅镇", exact=True).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("丙寅镇 退回")
    wrong = page.locator("table.form td.error")
    assert [text.split() for text in wrong.all_inner_texts()] == [["22", "上年", "34"]]
    assert wrong.evaluate("e => getComputedStyle(e).backgroundColor") == "rgb(253, 236, 234)"
    assert page.locator("table.form td.likely a").all_inner_texts() == ["21"]
    wrong.get_by_role("link").click()
    finding = page.locator("li:target")
    expect(finding).to_contain_text("D7 的 22 ＋ D8 的 2 ＝ 24，D30 的 32 ＋ D31 的 1 ＝ 33，差 9")
    finding.get_by_role("link", name="三、依申请公开 D7").click()
    assert page.locator("td:target a").inner_text() == "22"
    expect(page.locator(".findings")).to_contain_text("很可能应为 12（现为 21，两位数字颠倒）")
    assert page.locator("table.form").count() == 3


def decide(page: Page, about: str, ruling: str, reason: str) -> None:
    """A decision, as its form takes it."""
    page.get_by_label("关于").select_option(label=about)
    page.get_by_label(ruling, exact=True).check()
    page.get_by_label("理由").fill(reason)
    page.get_by_label("谁决定的").fill("李科长")
    page.get_by_role("button", name="记下决定").click()


def decide_and_undo(page: Page) -> None:
    """A wrong sum is accepted, a report is left out, and that is taken back."""
    page.locator(".findings li.error").get_by_role("link", name="作决定").click()
    chosen = page.get_by_label("关于").evaluate("e => e.selectedOptions[0].textContent")
    assert chosen.startswith("A-3")
    decide(page, chosen, "认可", "镇里来电：按原件")
    expect(page.get_by_role("heading", level=1)).to_have_text("丙寅镇 通过")
    expect(page.locator(".decision")).to_contain_text("镇里来电：按原件")
    expect(page.locator(".findings")).to_contain_text("说明：")
    decide(page, "整份报表", "不计入", "等区划调整")
    expect(page.get_by_role("heading", level=1)).to_contain_text("不计入")
    page.get_by_role("button", name="撤销对整份报表的决定").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("丙寅镇 通过")
    expect(page.locator(".decision")).to_have_count(1)


def see_explanation(page: Page) -> None:
    """What a unit wrote about a warning, and that it wrote the same last year."""
    page.get_by_role("link", name="收报情况").first.click()
    page.get_by_role("link", name="示例县市场监管局").first.click()
    warning = page.locator(".findings li.warning")
    expect(warning).to_contain_text("填写说明与上年的一字不差")
    explained = page.locator("section", has=page.get_by_role("heading", name="单位的填写说明"))
    expect(explained).to_contain_text("有 8 件是同一批举报人撤回申请")


def write_letters(page: Page, folder: Path) -> None:
    """Returns, reminders and receipts as drafts; at first only who would get one."""
    tried = act(page, "催报：看看会发给谁")
    assert any("己巳乡" in line for line in tried)
    assert not list((folder / "drafts").glob("*.eml"))
    for kind in ("催报", "退回更正通知"):
        lines = act(page, f"{kind}：写成草稿")
        expect(page.locator("main")).not_to_contain_text("xlreport.toml")
        assert any("要改请到“设置”里改" in line for line in lines)
        expect(page.locator(".whose")).to_have_text("示例县　2025 年度")
    act(page, "收到回执：写成草稿")
    drafts = sorted(path.name for path in (folder / "drafts").glob("*.eml"))
    assert [name for name in drafts if "催报" in name] == ["990106_己巳乡_催报.eml"]
    returned = [name.split("_")[1] for name in drafts if "退回" in name]
    assert returned == ["丁卯镇", "示例县教育局"]
    assert len(drafts) > 3


# --- the tests ---


def test_files_of_long_paths_get_their_verdicts(chromium: Browser, tmp_path: Path) -> None:
    """More than a server takes in one line, when all are asked for at once."""
    folder = tmp_path / "年报"
    words = ["--form", "zfxxgk-2021", "--year", "2025", "--county", "示例县"]
    assert main(["init", str(folder), *words, "--roster", str(SAMPLES / "roster.csv")]) == 0
    place = tmp_path.joinpath(*("很长的文件夹名称" * 7 for _ in range(8)))
    place.mkdir(parents=True)
    for number in range(70):
        (place / f"{number}.xlsx").write_bytes(b"no workbook %d" % number)
    with seated(folder) as seat, clerk_at(chromium, seat) as clerk:
        clerk.drop([tmp_path / place.relative_to(tmp_path).parts[0]])
        expect(clerk.page.locator("#upload-list .tag.rejected")).to_have_count(70)
        assert clerk.complaints == []


def test_the_whole_year_by_clicks_and_drops(
    chromium: Browser, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = tmp_path / "工作 #1"
    home.mkdir()
    roster = tmp_path / "单位名册.csv"
    text = (SAMPLES / "roster.csv").read_text("utf-8-sig")
    for right, wrong in WRONG:
        assert text.count(right) == 1
        text = text.replace(right, wrong)
    roster.write_text(text, "utf-8-sig")
    folder = home / NAME

    with seated(home) as seat, clerk_at(chromium, seat) as clerk:
        page = clerk.page
        make(page)
        mend_roster(clerk, roster)
        assert (folder / "名册原件" / roster.name).read_bytes() == roster.read_bytes()

        give_last_year(page)
        page.get_by_role("button", name="生成各单位的模板").click()
        assert done(page)[0].startswith("已生成 14 份模板")
        with page.expect_download() as download:
            page.get_by_role("link", name="下载全部模板").click()
        with zipfile.ZipFile(download.value.path()) as archive:
            assert len(archive.namelist()) == 14
        open_from(page, "模板文件夹", "生成模板")
        assert seat.opened() == [str(folder / "templates")]

        page.get_by_role("link", name="收报情况").first.click()
        wanted = drop_reports(clerk, tmp_path)
        look_at_table(page)
        assert files_of(folder / "inbox") == wanted

        clerk.drop([SAMPLES / "mails"])
        expect(page.locator("#upload-list .tag.mail")).to_have_count(7)
        expect(page.locator("#people")).to_contain_text("QQ 邮箱超大附件")
        sentences = page.locator("#upload-list li:has(.tag.mail) .advice")
        expect(sentences.filter(has_text="等待收取")).to_have_count(0)
        expect(sentences.filter(has_text="收取了：")).not_to_have_count(0)
        listed = sentences.filter(has_text="列在“要由人看的”里")
        expect(listed).to_have_count(page.locator("#people li", has_text="邮件").count())
        expect(page.locator("#recent")).to_contain_text("内容与")
        open_letter = page.locator("#collection tr", has_text="1 封来信要由人打开")
        expect(open_letter).to_contain_text("示例县教育局")
        assert (folder / "desk.log").read_text("utf-8").count("收取邮件里的报表") == 1
        page.locator("#people").get_by_role("button", name="已处理").click()
        expect(page.locator("#collection")).not_to_contain_text("来信")
        assert files_of(folder / "mails" / "mails") == files_of(SAMPLES / "mails")

        look_at_unit(page)
        decide_and_undo(page)
        see_explanation(page)
        write_letters(page, folder)

        merged = act(page, "汇总")
        assert merged[1] == "名册 14 个单位，计入汇总 11 个，未报 1 个。"
        open_from(page, "汇总表", "汇总")
        open_from(page, "汇总情况（网页）", "汇总")
        assert done(page) == merged
        summary = folder / "summary" / f"示例县{NAME}汇总表.xlsx"
        page.get_by_role("link", name="办理").first.click()
        with page.expect_download() as download:
            page.get_by_role("link", name="下载汇总表", exact=True).click()
        assert download.value.path().read_bytes() == summary.read_bytes()

        act(page, "写 Word 报告")
        open_from(page, "报告（Word）", "写 Word 报告")
        report = folder / "summary" / f"示例县{NAME}.docx"
        assert report.read_bytes().startswith(b"PK")
        assert seat.opened()[1:] == [
            str(summary),
            str(folder / "summary" / "汇总情况.html"),
            str(report),
        ]
        act(page, "归档")
        (archived,) = (folder / "archive").glob("*.zip")
        assert zipfile.is_zipfile(archived)

        inbox = files_of(folder / "inbox")
        assert {name: inbox[name] for name in wanted} == wanted
        page.get_by_role("button", name="关闭工作台").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("工作台已关闭")
        assert seat.ended() == 0
        assert clerk.complaints == []
        assert clerk.strangers() == []

    published = files_of(folder / "summary")
    shutil.rmtree(folder / "summary")
    assert main(["merge", str(folder)]) == 1
    assert main(["report", str(folder)]) in (0, 1)
    assert "计入汇总 11 个" in capsys.readouterr().out
    assert files_of(folder / "summary") == published
