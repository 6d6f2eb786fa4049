"""The roster: encodings, formats, mistakes, and who is known by what name."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from xlreport import Roster, RosterError, Unit, read_roster
from xlreport.merging.unit_index import normalised
from xlreport.merging.unit_matching import How, Match, match

TEXT = "单位代码,单位名称,类别,别名\n01,甲子镇,乡镇,甲子镇政府、示例县甲子镇\n02,教育局,部门,\n"


def test_the_sample_roster(roster: Roster) -> None:
    assert len(roster.units) == 14
    assert roster.county == Unit("示例县", "9901")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk"])
def test_csv_in_each_encoding(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "r.csv"
    path.write_bytes(TEXT.replace("\n", "\r\n").encode(encoding))
    roster = read_roster(path)
    assert roster.units == (Unit("甲子镇", "01", "乡镇"), Unit("教育局", "02", "部门"))
    assert match(roster, Unit("示例县甲子镇")) == Match(How.NAME, roster.units[0])
    assert match(roster, Unit("x", "02")) == Match(How.OTHER_NAME, roster.units[1])
    assert match(roster, Unit("甲子")) == Match(How.NOT, proposals=(roster.units[0],)), (
        "proposed, never done"
    )


@pytest.mark.parametrize(
    ("name", "county", "plain"),
    [
        ("示例县 甲子镇人民政府", "示例县", "甲子镇"),
        ("甲子镇（人民政府）", "示例县", "甲子镇"),
        ("示例县甲子镇人民政府办公室", "示例县", "甲子镇"),
        ("庚午街道办事处", "示例县", "庚午街道"),
        ("示例县人民政府办公室", "示例县", "人民政府办公室"),
        ("示例县", "示例县", "示例县"),
        ("别的县甲子镇", "示例县", "别的县甲子镇"),
    ],
)
def test_names_are_compared_without_what_people_add(name: str, county: str, plain: str) -> None:
    assert normalised(name, county) == plain


def test_a_name_that_fits_two_units_is_nobody_s(tmp_path: Path) -> None:
    path = tmp_path / "r.csv"
    path.write_text("单位代码,单位名称\n01,教育局\n02,教育局办公室\n", "utf-8")
    roster = read_roster(path)
    assert match(roster, Unit("示例县教育局"), "示例县") == Match(
        How.SEVERAL, proposals=roster.units
    )
    assert match(roster, Unit("教育局")) == Match(How.NAME, roster.units[0]), (
        "the exact name comes first"
    )


def test_further_columns_are_kept(roster: Roster) -> None:
    assert roster.columns["990101"]["邮箱"] == "jiazi@example.org"


def test_xlsx(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    for line in TEXT.splitlines():
        book.active.append(line.split(","))
    book.save(tmp_path / "r.xlsx")
    assert read_roster(tmp_path / "r.xlsx").units[0] == Unit("甲子镇", "01", "乡镇")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "是空的"),
        ("甲,乙\n", "没有标题行：请在第一行写上“单位代码”“单位名称”等标题"),
        ("单位代码,乙\n", "第 1 行缺少标题：单位名称"),
        ("单位代码,单位名称\n", "一个单位也没有"),
        ("单位代码,单位名称\n01,甲\n01,乙\n", "第 3 行的单位代码“01”与第 2 行重复"),
        ("单位代码,单位名称\n,甲\n", "第 2 行没有单位代码"),
        ("单位代码,单位名称,类别\n01,甲,村\n", "第 2 行的类别“村”不在乡镇、街道、部门、县、市之中"),
        ("单位代码,单位名称,汇总单位\n01,甲,某县\n02,乙,另一县\n", "各行的汇总单位不一致"),
        ("单位代码,单位名称\n01,甲子镇\n合 计,12\n", "第 3 行是“合计”，不是单位：请删去这一行"),
        ("单位代码,单位名称\n01,甲子镇\n,总计\n", "第 3 行是“总计”，不是单位：请删去这一行。"),
    ],
)
def test_mistakes_are_told(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "r.csv"
    path.write_text(text, "utf-8")
    with pytest.raises(RosterError) as caught:
        read_roster(path)
    assert words in str(caught.value)


def read(tmp_path: Path, text: str) -> Roster:
    path = tmp_path / "r.csv"
    path.write_text(text, "utf-8")
    return read_roster(path)


def test_empty_rows_and_remarks_are_passed_over_and_lines_still_counted(tmp_path: Path) -> None:
    text = "单位代码,单位名称\n01,甲\n , \n#02,乙\n\n03,丙\n"
    assert [unit.code for unit in read(tmp_path, text).units] == ["01", "03"]
    with pytest.raises(RosterError, match="第 4 行没有单位代码"):
        read(tmp_path, "单位代码,单位名称\n01,甲\n , \n,丙\n")


@pytest.mark.parametrize("mark", ["、", "，", "；", ";", "|"])
def test_several_things_in_one_cell_are_told_apart_by_any_mark(tmp_path: Path, mark: str) -> None:
    listed = f"甲 {mark}{mark} 乙"
    roster = read(tmp_path, f"单位代码,单位名称,别名,前身\n01,丙,{listed},{listed}\n")
    assert roster.aliases == {"01": ("甲", "乙")}
    assert roster.predecessors(roster.units[0]) == ("甲", "乙")
    assert roster.names(roster.units[0]) == ("丙", "甲", "乙")


def test_addresses_are_in_lower_case_once_each_whatever_stands_between(tmp_path: Path) -> None:
    roster = read(tmp_path, "单位代码,单位名称,邮箱\n01,甲,A@x.cn；b@x.cn a@X.cn\n02,乙,\n")
    assert roster.addresses(roster.units[0]) == ("a@x.cn", "b@x.cn")
    assert roster.owners(["b@x.cn"]) == (roster.units[0],)
    assert roster.owners(["c@x.cn"]) == ()


def test_columns_that_tell_no_unit_are_kept_as_they_are(tmp_path: Path) -> None:
    text = (
        "单位代码,单位名称,类别,别名,联系人,,汇总单位,汇总单位代码\n01,甲,乡镇,乙, 某人 ,x,东县,E\n"
    )
    roster = read(tmp_path, text)
    assert roster.columns == {"01": {"联系人": "某人", "汇总单位": "东县", "汇总单位代码": "E"}}
    assert roster.county == Unit("东县", "E")


def test_every_mistake_is_told_at_once(tmp_path: Path) -> None:
    text = "单位代码,单位名称,类别\n,甲,村\n01,甲,\n01,,\n"
    with pytest.raises(RosterError) as caught:
        read(tmp_path, text)
    assert str(caught.value) == (
        "名册“r.csv”有误：第 2 行没有单位代码；第 2 行的类别“村”不在乡镇、街道、部门、县、市之中；"
        "第 3 行的单位名称“甲”与第 2 行重复；第 4 行的单位代码“01”与第 3 行重复；"
        "第 4 行没有单位名称。请改正后再用。"
    )


def test_a_roster_that_cannot_be_opened_is_told(tmp_path: Path) -> None:
    path = tmp_path / "gone.csv"
    with pytest.raises(RosterError) as caught:
        read_roster(path)
    words = f"名册“{path}”打不开，请检查路径，并关闭正在使用它的程序。"
    assert caught.value.message == words


def test_a_broken_quote_and_an_unknown_encoding_are_told(tmp_path: Path) -> None:
    with pytest.raises(RosterError, match="不是正确的 CSV 文件"):
        read(tmp_path, '单位代码,单位名称\n01,"甲"x\n')
    (tmp_path / "b.csv").write_bytes(b"\xff\xff\xff,\xff")
    with pytest.raises(RosterError, match="编码认不出来"):
        read_roster(tmp_path / "b.csv")


def test_a_sheet_keeps_empty_cells_in_their_columns(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append(["单位代码", "单位名称", "类别", "联系人"])
    book.active.append(["01", "甲", None, "某人"])
    book.save(tmp_path / "r.xlsx")
    roster = read_roster(tmp_path / "r.xlsx")
    assert roster.units == (Unit("甲", "01"),)
    assert roster.columns["01"] == {"联系人": "某人"}
    empty = openpyxl.Workbook()
    empty.save(tmp_path / "e.xlsx")
    with pytest.raises(RosterError, match="是空的"):
        read_roster(tmp_path / "e.xlsx")
