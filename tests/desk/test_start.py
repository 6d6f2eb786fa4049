"""From an empty folder to the templates: a campaign is made, its roster mended on the page."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from campaign.scene import ROSTER, campaign_in
from desk.scene import PORT, Visit, desk_in, words
from xlreport.campaign.settings import read_settings
from xlreport.desk.instance import Instance
from xlreport.merging.roster import read_roster

FIELDS = {
    "form": "zfxxgk-2021",
    "year": "2025",
    "county": "示例县",
    "deadline": "2026-01-20",
    "folder": "",
}

BAD = """单位代码,单位名称,类别,邮箱,备注
990101,甲子镇,乡镇,a@b,x
990101,乙丑镇,镇乡,,
,丙寅镇,乡镇,,
"""


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Visit]:
    with desk_in(tmp_path) as visit:
        yield visit


def typed(visit: Visit, rows: list[list[str]], headings: list[str]) -> Any:
    fields: dict[str, Any] = {"heading": headings}
    for position, _ in enumerate(headings):
        fields[f"column-{position}"] = [row[position] for row in rows]
    return visit.post("/roster/save", fields)


def upload(visit: Visit, name: str, data: bytes) -> Any:
    return visit.post("/roster/upload", {"roster": (io.BytesIO(data), name)})


# --- a campaign is made, or chosen ---


def test_without_a_campaign_every_page_leads_to_the_first(empty: Visit) -> None:
    for address in ("/", "/office", "/roster", "/log", "/unit/990101", "/state.json"):
        answer = empty.get(address)
        assert (answer.status_code, answer.headers["Location"]) == (303, "/start"), address
    assert "建立，下一步填名册" in empty.page("/start")


def test_a_campaign_is_made_as_init_makes_it(empty: Visit, tmp_path: Path) -> None:
    answer = empty.post("/start", FIELDS)
    assert answer.headers["Location"] == "/"
    folder = tmp_path / "2025年政府信息公开工作年度报告"
    settings = read_settings(folder)
    assert (settings.form, settings.year, settings.county.name) == ("zfxxgk-2021", 2025, "示例县")
    assert str(settings.deadline) == "2026-01-20"
    assert empty.folder == folder
    assert empty.get("/").headers["Location"] == "/roster", "there are no units yet"
    assert " 新建\n" in (folder / "desk.log").read_text("utf-8")


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"year": "去年"}, "年度要写成四位数字，例如 2025。"),
        ({"year": "2019"}, "《政府信息公开工作年度报告》适用于 2021 年度起，不能用于 2019 年度。"),
        ({"county": ""}, "汇总单位名称不能留空，也不能有换行等控制字符，最多 "),
        ({"deadline": "月底"}, "截止日期要写成 2026-01-20 这样。"),
        ({"form": "../../etc/passwd.yaml"}, "请选择一种报表。"),
    ],
)
def test_what_is_wrong_is_told_beside_what_was_typed(
    empty: Visit, tmp_path: Path, changed: dict[str, str], told: str
) -> None:
    answer = empty.post("/start", {**FIELDS, **changed})
    assert told in words(answer.text)
    assert list(tmp_path.iterdir()) == []
    if changed.get("county") is None:
        assert 'value="示例县"' in answer.text


def test_the_folder_is_always_below_the_folder_of_the_start(empty: Visit, tmp_path: Path) -> None:
    empty.post("/start", {**FIELDS, "folder": "../../别处"})
    (made,) = tmp_path.iterdir()
    assert made.name == "_.._别处"
    assert empty.folder == made


def test_an_existing_campaign_is_not_made_again(empty: Visit) -> None:
    empty.post("/start", FIELDS)
    answer = empty.post("/start", FIELDS)
    assert "里已经有 xlreport.toml，没有改动它" in words(answer.text)


def test_one_of_several_campaigns_is_chosen(tmp_path: Path) -> None:
    campaign_in(tmp_path / "甲")
    campaign_in(tmp_path / "乙")
    (tmp_path / "丙").mkdir()
    (tmp_path / "丙" / "xlreport.toml").write_text("坏", "utf-8")
    with desk_in(tmp_path) as visit:
        page = words(visit.page("/start"))
        assert "甲 示例县 2025 年度 政府信息公开工作年度报告" in page
        assert "写法不对" in page, "one that cannot be opened is told"
        assert visit.post("/start/open", {"campaign": "甲"}).headers["Location"] == "/"
        assert visit.folder == tmp_path / "甲"
        assert visit.post("/start/open", {"campaign": "乙"}).headers["Location"] == "/"
        assert visit.folder == tmp_path / "乙"
        assert Instance(tmp_path / "甲").claim(), "the first was left"
        for name in ("../甲", "没有", ""):
            answer = visit.post("/start/open", {"campaign": name})
            assert answer.status_code == HTTPStatus.NOT_FOUND


def test_a_campaign_that_another_desk_has_is_found_there(tmp_path: Path) -> None:
    campaign_in(tmp_path / "甲")
    with desk_in(tmp_path) as first, desk_in(tmp_path, port=PORT + 1) as second:
        first.post("/start/open", {"campaign": "甲"})
        assert first.post("/start/open", {"campaign": "甲"}).headers["Location"] == "/"
        with patch("xlreport.desk.instance._answers", return_value=True):
            answer = second.post("/start/open", {"campaign": "甲"})
        assert f'href="{first.desk.guard.door}"' in answer.text
        assert second.desk.collection is None


def test_a_campaign_elsewhere_is_opened_by_its_path(tmp_path: Path) -> None:
    home = tmp_path / "文档"
    home.mkdir()
    (tmp_path / "盘").mkdir()
    campaign_in(tmp_path / "盘" / "甲")
    with desk_in(home) as visit:
        for path in ("甲", "../盘/甲", str(home), str(tmp_path / "没有")):
            answer = visit.post("/start/elsewhere", {"path": path})
            assert f"“{path}”不是工作文件夹：里面没有 xlreport.toml。" in words(answer.text)
        for nothing in ("", " ", "“”"):
            answer = visit.post("/start/elsewhere", {"path": nothing})
            told = words(answer.text.partition('id="trouble">')[2].partition("</p>")[0])
            assert told == "请填写工作文件夹的完整路径。"
        answer = visit.post("/start/elsewhere", {"path": f'"{tmp_path / "盘" / "甲"}" '})
        assert answer.headers["Location"] == "/"
        assert visit.folder == tmp_path / "盘" / "甲"


def test_what_was_done_in_another_campaign_is_not_this_ones(tmp_path: Path) -> None:
    for name in ("甲", "乙"):
        (tmp_path / name).mkdir()
        campaign_in(tmp_path / name / "工作")
    with desk_in(tmp_path) as visit:
        visit.desk.open(tmp_path / "甲" / "工作")
        visit.job(visit.post("/act/templates"))
        assert "最近办理： 生成模板 完成" in words(visit.page("/"))
        visit.desk.open(tmp_path / "乙" / "工作")
        assert "最近办理" not in words(visit.page("/"))
        assert "这次做过的" not in words(visit.page("/log"))
        visit.job(visit.post("/act/merge"))
        assert [job.title for job in visit.desk.jobs.listed] == ["汇总"]


def test_of_a_campaign_the_folder_for_new_ones_is_the_one_around_it(tmp_path: Path) -> None:
    campaign_in(tmp_path / "甲")
    with desk_in(tmp_path / "甲") as visit:
        assert visit.desk.home == tmp_path
        assert [path.name for path in visit.desk.campaigns()] == ["甲"]


# --- the roster ---


def test_every_fault_stands_at_its_cell(visit: Visit) -> None:
    assert upload(visit, "名册.csv", BAD.encode("gb18030")).status_code == 303
    page = visit.page("/roster")
    assert "有 4 处要改" in words(page)
    assert page.count('class="wrong"') == 4
    for fault in (
        "第 2 行的邮箱“a@b”写得不对",
        "第 3 行的单位代码“990101”与第 2 行重复",
        "第 3 行的类别“镇乡”不在",
        "第 4 行没有单位代码",
    ):
        assert fault in words(page)
    answer = visit.get("/")
    assert answer.headers["Location"] == "/roster", "no work before the roster can be used"


def test_the_file_that_came_stays_and_what_stood_there_too(visit: Visit) -> None:
    upload(visit, "../名册.csv", BAD.encode("gb18030"))
    upload(visit, "名册.csv", ROSTER.encode())
    kept = {path.name: path.read_bytes() for path in (visit.folder / "名册原件").iterdir()}
    assert kept == {"名册.csv": BAD.encode("gb18030"), "名册（2）.csv": ROSTER.encode()}
    assert (visit.folder / "roster.csv.bak").read_text("utf-8") == ROSTER


def test_what_is_mended_on_the_page_is_written_for_excel(visit: Visit) -> None:
    upload(visit, "名册.csv", BAD.encode())
    headings = ["单位代码", "单位名称", "类别", "别名", "联系人", "电话", "邮箱", "前身", "备注"]
    rows = [
        ["990101", "甲子镇", "乡镇", "", "张一", "", "a@b.cn", "", "x"],
        ["", "", "", "", "", "", "", "", ""],
        ["990102", "  乙丑镇 ", "乡镇", "", "", "", "", "", ""],
    ]
    assert typed(visit, rows, headings).status_code == 303
    assert (visit.folder / "roster.csv").read_bytes() == (
        "\ufeff单位代码,单位名称,类别,联系人,电话,邮箱,备注\r\n"
        "990101,甲子镇,乡镇,张一,,a@b.cn,x\r\n"
        "990102,乙丑镇,乡镇,,,,\r\n"
    ).encode()
    roster = read_roster(visit.folder / "roster.csv")
    assert [unit.name for unit in roster.units] == ["甲子镇", "乙丑镇"]
    page = words(visit.page("/roster"))
    assert "名册可以用：2 个单位。" in page
    assert visit.get("/").status_code == 200


def test_faults_are_saved_too_so_that_nothing_typed_is_lost(visit: Visit) -> None:
    rows = [["990101", "甲子镇", "镇乡"], ["990101", "", "乡镇"]]
    typed(visit, rows, ["单位代码", "单位名称", "类别"])
    page = visit.page("/roster")
    assert 'value="镇乡"' in page
    assert "有 3 处要改" in words(page)


def test_a_roster_of_another_county_is_told(visit: Visit) -> None:
    upload(visit, "名册.csv", "单位代码,单位名称,汇总单位\n1,甲镇,邻县\n".encode())
    page = words(visit.page("/roster"))
    assert "名册里的汇总单位是“邻县”，这项工作里 写的是“示例县”，请改成一致。" in page
    assert "名册可以用" not in page
    assert "请改成一致" in words(visit.get("/").text)


def test_saving_the_same_changes_nothing(visit: Visit) -> None:
    rows = [["990101", "甲子镇"]]
    typed(visit, rows, ["单位代码", "单位名称"])
    before = sorted(path.name for path in visit.folder.iterdir())
    typed(visit, rows, ["单位代码", "单位名称"])
    assert sorted(path.name for path in visit.folder.iterdir()) == before


@pytest.mark.parametrize(
    ("name", "data", "told"),
    [
        ("名册.csv", "甲,乙\n1,2\n".encode(), "名册“名册.csv”没有标题行"),
        ("名册.xlsx", b"PK\x03\x04", "名册“名册.xlsx”读不出来"),
        ("名册.csv", b"\xff\xfe\x00", "名册“名册.csv”"),
        ("名册.csv", b"", "名册“名册.csv”是空的"),
    ],
)
def test_a_file_that_is_no_roster_changes_nothing(
    visit: Visit, name: str, data: bytes, told: str
) -> None:
    answer = upload(visit, name, data)
    assert told in words(answer.text)
    assert (visit.folder / "roster.csv").read_text("utf-8") == ROSTER
    assert not (visit.folder / "名册原件").exists()
    assert not list(visit.folder.glob(".xlreport-desk*"))


def test_a_table_that_did_not_arrive_whole_changes_nothing(visit: Visit) -> None:
    fields = {"heading": ["单位代码", "单位名称"], "column-0": ["990101", "2"], "column-1": ["甲"]}
    answer = visit.post("/roster/save", fields)
    assert "名册的表没有收全，没有改动，请再保存一次。" in words(answer.text)
    answer = typed(visit, [["甲子镇"]], ["单位名称"])
    assert "名册的表没有收全" in words(answer.text)
    answer = typed(visit, [["#990101", "甲子镇"]], ["单位代码", "单位名称"])
    assert "第 2 行以 # 开头" in words(answer.text)
    assert (visit.folder / "roster.csv").read_text("utf-8") == ROSTER


def test_an_old_window_does_not_write_over_what_changed_since(visit: Visit) -> None:
    headings = ["单位代码", "单位名称"]
    (seen,) = re.findall(r'name="seen" value="([^"]*)"', visit.page("/roster"))
    typed(visit, [["990101", "甲子镇"], ["990109", "新镇"]], headings)
    stands = (visit.folder / "roster.csv").read_bytes()
    fields = {"heading": headings, "column-0": ["990101"], "column-1": ["甲子乡"], "seen": seen}
    answer = visit.post("/roster/save", fields)
    assert "名册刚才在别的窗口或程序里改过了，没有保存" in words(answer.text)
    assert 'value="甲子乡"' in answer.text
    assert (visit.folder / "roster.csv").read_bytes() == stands
    (now,) = re.findall(r'name="seen" value="([^"]*)"', answer.text)
    assert visit.post("/roster/save", {**fields, "seen": now}).headers["Location"] == "/roster"
    assert "甲子乡" in (visit.folder / "roster.csv").read_text("utf-8")
    kept = [path.read_text("utf-8") for path in visit.folder.glob("*.bak*")]
    assert any("新镇" in text for text in kept)


def test_a_long_cell_is_kept_whole(visit: Visit) -> None:
    addresses = "；".join(f"town{number}@example.invalid" for number in range(60))
    typed(visit, [["990101", "甲子镇", addresses]], ["单位代码", "单位名称", "邮箱"])
    assert addresses in (visit.folder / "roster.csv").read_text("utf-8")


# --- templates ---


def test_templates_by_one_button_and_all_in_one_file(visit: Visit) -> None:
    job = visit.job(visit.post("/act/templates"))
    assert job.trouble == ""
    assert job.result.lines[0].startswith("已生成 3 份模板，在“")
    town_page = visit.folder / "letters" / "给乡镇的一页纸.docx"
    assert job.result.lines[-1] == f"给乡镇的一页纸：{town_page}"
    assert town_page.exists()
    page = words(visit.page(f"/jobs/{job.number}"))
    assert "打开模板文件夹" in page
    assert "打开信件文件夹" in page
    with visit.get("/templates.zip") as answer:
        packed = zipfile.ZipFile(io.BytesIO(answer.data))
        disposition = answer.headers["Content-Disposition"]
    assert "attachment" in disposition
    written = sorted(path.name for path in (visit.folder / "templates").glob("*.xlsx"))
    assert sorted(packed.namelist()) == written
    assert len(written) == 3


def test_of_several_files_none_is_taken_for_the_roster(visit: Visit) -> None:
    data = "单位代码,单位名称\n1,甲\n".encode()
    files = [(io.BytesIO(data), "甲.csv"), (io.BytesIO(data), "乙.csv")]
    answer = visit.post("/roster/upload", {"roster": files})
    assert "一次只读入一个名册文件，没有读入；请只放一个。" in words(answer.text)
    assert (visit.folder / "roster.csv").read_text("utf-8") == ROSTER
    assert not (visit.folder / "名册原件").exists()


def test_what_became_of_the_roster_before_is_told(visit: Visit) -> None:
    new = "单位代码,单位名称\n1,甲\n".encode()
    answer = upload(visit, "新.csv", new)
    assert answer.headers["Location"] == "/roster?kept=roster.csv.bak"
    page = words(visit.page(answer.headers["Location"]))
    assert (
        "原来的名册（3 个单位）改名为“roster.csv.bak”留着；"
        "弄错了的，把它从工作文件夹拖到“从文件读入”，就换回来。"
    ) in page
    kept = visit.folder / "roster.csv.bak"
    upload(visit, kept.name, kept.read_bytes())
    assert [u.name for u in read_roster(visit.folder / "roster.csv").units] == [
        "甲子镇",
        "乙丑镇",
        "丙寅镇",
    ]
    stands = (visit.folder / "roster.csv").read_bytes()
    assert upload(visit, "同.csv", stands).headers["Location"] == "/roster", "nothing was replaced"
    (visit.folder / "roster.csv.bak3").write_text("单位代码,单位名称\n", "utf-8")
    (visit.folder / "roster.csv.bak4").write_bytes(b"PK\x03\x04")
    (visit.folder.parent / "roster.csv.bak").write_bytes(new)
    for name in ("", "x", "roster.csv", "roster.csv.bak3", "roster.csv.bak4", "../roster.csv.bak"):
        assert 'id="kept"' not in visit.page(f"/roster?kept={name}")


def test_without_a_file_and_with_too_many_rows(
    visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = visit.post("/roster/upload")
    assert "请先选择名册文件。" in words(answer.text)
    monkeypatch.setattr("xlreport.desk.roster.MOST_ROWS", 1)
    answer = typed(visit, [["1", "甲"], ["2", "乙"]], ["单位代码", "单位名称"])
    assert "名册最多 1 行；更多的请用 Excel 编辑后再放进来。" in words(answer.text)


def test_a_roster_that_is_a_workbook_is_left_to_its_program(visit: Visit) -> None:
    settings = visit.folder / "xlreport.toml"
    text = settings.read_text("utf-8-sig").replace('"roster.csv"', '"roster.xlsx"')
    settings.write_text(text, "utf-8")
    answer = typed(visit, [["1", "甲"]], ["单位代码", "单位名称"])
    assert "这项工作的名册是“roster.xlsx”，不能在这里改" in words(answer.text)


def test_a_roster_that_is_gone_is_written_again(visit: Visit) -> None:
    (visit.folder / "roster.csv").unlink()
    assert "打不开" in words(visit.page("/roster"))
    typed(visit, [["990101", "甲子镇"]], ["单位代码", "单位名称"])
    assert [unit.name for unit in read_roster(visit.folder / "roster.csv").units] == ["甲子镇"]


def test_what_the_letters_lack_is_told_before_they_are_made(visit: Visit) -> None:
    page = words(visit.page("/roster"))
    assert "还没有填填表有疑问时找谁、报到哪个邮箱，发给各单位的材料上就没有。" in page
    visit.post("/settings", {"contact": "张三 0990-1"})
    assert "还没有填报到哪个邮箱，" in words(visit.page("/roster"))
    visit.post("/settings", {"mail.reply_to": "xian@example.org"})
    assert 'id="unsaid"' not in visit.page("/roster")
