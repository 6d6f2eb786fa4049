"""Reports in workbooks of the first layout, which are still out with towns.

The first layout's own program wrote the .xlsx files; LibreOffice saved 甲子镇's in the other formats.
"""

from __future__ import annotations

import gzip
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from support.cells import part, put, rewrite, sheet_parts
from support.merges import merge_and_write
from xlreport import (
    FormCatalog,
    ReadOptions,
    Submission,
    Unit,
    get_form,
    read_prior_year,
    read_submission,
)
from xlreport.formats.open import open_book
from xlreport.merging.discover import SourceFile
from xlreport.merging.intake import read_files
from xlreport.merging.validation import validated
from xlreport.submission import Summary
from xlreport.workbook.layout.identity import is_current_edition
from xlreport.workbook.reader.identify import identity_of
from xlreport.workbook.reader.submission import Reading
from xlreport.workbook.repair import Repaired, repair

FOLDER = Path(__file__).parent / "first_edition"
FORM = get_form("zfxxgk-2021")
FORMS = FormCatalog()
COUNTY = Unit("示例县", "9901")
NAME = "{}_2025年政府信息公开工作年度报告.xlsx"
JIAZI, DINGMAO, WUCHEN, MARKET = (
    NAME.format(unit)
    for unit in ("990101_甲子镇", "990104_丁卯镇", "990105_戊辰乡", "990206_示例县市场监管局")
)
TOWNS = (JIAZI, DINGMAO, WUCHEN, MARKET)
SUMMARY = "示例县2024年政府信息公开工作年度报告汇总表.xlsx"
BOOK, PROPERTIES = "xl/workbook.xml", "docProps/custom.xml"

ROW_EXPLAINED = "上年报表的这一格填错，实为 2 件。"
TOTAL_EXPLAINED = "总计随自然人一列改变。"
CLEARED = "清理时多计 1 件。"
WITHDRAWN = "有 8 件是同一批举报人撤回申请，不再处理，均有书面记录。"
EXPLANATIONS = {
    "B1.natural_person": ROW_EXPLAINED,
    "B1.total": TOTAL_EXPLAINED,
    "B2.normative_documents": CLEARED,
}
"""What 甲子镇 wrote, a row each."""


# --- what is said of each -------------------------------------------------------------------

NO_PRIOR_YEAR = (
    "note V2 ：没有上年的报表，有 179 项与上年比较的校验无法核对：B-1、B-2、B-3、B-4、B-5"
)
CARRIED_IN = (
    "warning B1.natural_person 三、依申请公开 D8：D8 的 2，上年的 {}，差 {}（说明："
    + ROW_EXPLAINED
    + "）"
)
IN_FORCE = (
    "warning B2.normative_documents 二、主动公开 D7：D7 的 14，上年的 12 ＋ B7 的 2 － C7 的 1 ＝ 13，差 1"
    f"（说明：{CLEARED}）"
)
OTHER_OUTCOMES = (
    "warning C4 三、依申请公开 J27：J27:J29 的 10，应不大于 0.3 × J30 的 27 ＝ 8.1"
    f"（说明：{WITHDRAWN}）"
)
BLANK = [
    f"error A6 三、依申请公开 {x}{row}：没有填写" for row in (*range(11, 30), 31) for x in "DEFGHI"
]
OF_EACH: dict[str, list[str]] = {
    JIAZI: [IN_FORCE, CARRIED_IN.format(5, 3)],
    DINGMAO: [
        "note V1 ：有 45 项校验因缺数、缺文字或单位类别未选而无法核对：A-1、A-2、A-3、C-2、C-4、G-2、G-6",
        NO_PRIOR_YEAR,
        "note V1 三、依申请公开 D7：空白处都按 0 算时：D7 的 5 ＋ D8 的 0 ＝ 5，D30 的 4 ＋ D31 的 0 ＝ 4，差 1",
        *BLANK,
        "warning G5 文字材料 B6：“五、存在的主要问题及改进情况”没有填写",
    ],
    WUCHEN: [NO_PRIOR_YEAR],
    MARKET: [NO_PRIOR_YEAR, OTHER_OUTCOMES],
    SUMMARY: [
        "warning E5 ：下级汇总时还缺单位：丁卯镇、戊辰乡、己巳乡、示例县教育局",
        "note V1 ：有 3 项校验因缺数、缺文字或单位类别未选而无法核对：G-1、G-2、G-6",
        NO_PRIOR_YEAR,
        "note C9 二、主动公开 B17：行政事业性收费·本年收费金额（单位：万元）（B17）3318.990582 应不超过 4 位小数",
        "warning G5 文字材料 B4：“一、总体情况”没有填写",
        "warning G5 文字材料 B6：“五、存在的主要问题及改进情况”没有填写",
        "warning G3 文字材料 B8：“六、其他需要报告的事项”没有填写",
    ],
}


def told(path: Path) -> list[str]:
    """All that a check says of a file."""
    read = read_files([SourceFile(path, path.name)], FORMS, ReadOptions(workers=0))
    (file,) = validated(read)
    return [
        f"{f.severity.value} {f.code} {f.where}：{f.message}"
        + (f"（说明：{f.explanation}）" if f.explanation else "")
        for f in file.findings
    ]


@pytest.mark.parametrize("name", OF_EACH)
def test_each_is_told_what_it_was_told_before(name: str) -> None:
    assert told(FOLDER / name) == OF_EACH[name]


# --- what is read ----------------------------------------------------------------------------


def read(data: bytes) -> Reading:
    return read_submission(data, FORMS)


def report(reading: Reading) -> Submission:
    assert reading.submission is not None
    return reading.submission


def contents(submission: Submission) -> tuple[object, ...]:
    """All that a town typed in, and last year's figures, but for explanations."""
    prior_year = submission.prior_year
    return (
        submission.unit,
        submission.year,
        {name: (e.value, e.raw, e.status) for name, e in submission.entries.items()},
        dict(submission.texts),
        {table: answer for table, answer in submission.answers.items() if answer},
        dict(submission.provenance.identity),
        prior_year and (dict(prior_year.numbers), dict(prior_year.texts)),
    )


def jiazi() -> Submission:
    return report(read((FOLDER / JIAZI).read_bytes()))


def test_everything_that_a_town_says_is_read() -> None:
    town = jiazi()
    assert (town.unit, town.year, town.county) == (Unit("甲子镇", "990101", "乡镇"), 2025, COUNTY)
    assert town.explanations == EXPLANATIONS
    assert town.answers == {"disclosure": "否", "requests": "否", "review": "是"}
    assert town.effective("review.reconsideration.upheld").value == 0
    assert town.entries["review.reconsideration.upheld"].value is None
    assert town.texts["text.other_matters"] == "本年度未收取信息处理费。"
    assert town.prior_year is not None
    assert set(town.prior_year.numbers) == set(FORM.fields)
    assert town.prior_year.numbers["requests.carried_out.natural_person"] == 5
    assert set(town.prior_year.texts.values()) == {"上年写的是完全不同的一段话。"}


ODS, XLS = FOLDER / "990101.ods", FOLDER / "990101.xls.gz"
OLD_FORMAT = "旧格式（.xls）工作簿，已照常读取；这种格式没有校验码，传输中的损坏查不出来"


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (ODS, "note R24 ：这是 OpenDocument（.ods）工作簿，已照常读取"),
        (XLS, f"note R24 ：这是{OLD_FORMAT}"),
    ],
)
def test_another_program_s_format_says_the_same(path: Path, expected: str, tmp_path: Path) -> None:
    packed = path.suffix == ".gz"
    data = gzip.decompress(path.read_bytes()) if packed else path.read_bytes()
    town = report(read(data))
    assert contents(town) == contents(jiazi())
    assert (town.county, town.explanations) == (COUNTY, EXPLANATIONS)
    copy = tmp_path / path.name.removesuffix(".gz")
    copy.write_bytes(data)
    assert told(copy) == [expected, *OF_EACH[JIAZI]]


# --- damaged by people and programs -----------------------------------------------------------


def without(data: bytes, *patterns: str, name: str = BOOK) -> bytes:
    """The workbook without some elements of a part, each of which it has."""
    content = part(data, name)
    for pattern in patterns:
        content, count = re.subn(pattern, "", content)
        assert count
    return rewrite(data, {name: content.encode()})


def without_hidden_sheet(data: bytes) -> bytes:
    """The workbook without the sheet of its identity, and what refers to it."""
    name = sheet_parts(data)["xlreport"]
    target = re.escape(name.removeprefix("xl/"))
    data = without(
        data, '<sheet name="xlreport"[^>]*/>', r'<definedName name="xlreport\.[^<]*</definedName>'
    )
    data = without(
        data, f'<Relationship [^>]*Target="{target}"[^>]*/>', name="xl/_rels/workbook.xml.rels"
    )
    data = without(data, f'<Override PartName="/{name}"[^>]*/>', name="[Content_Types].xml")
    return rewrite(data, {name: None})


def without_identity(data: bytes) -> bytes:
    return without(without_hidden_sheet(data), "<property .*</property>", name=PROPERTIES)


def without_names(data: bytes) -> bytes:
    return without(data, "<definedNames>.*</definedNames>")


def renamed(data: bytes, old: str, new: str = "Sheet9") -> bytes:
    """The workbook with another name of a sheet, everywhere, as office programs do it."""
    changed: dict[str, bytes | None] = {}
    for name in (BOOK, *sheet_parts(data).values()):
        content = part(data, name).replace(f'<sheet name="{old}"', f'<sheet name="{new}"')
        content = content.replace(f"'{old}'!", f"'{new}'!").replace(f">{old}!", f">{new}!")
        changed[name] = content.encode()
    return rewrite(data, changed)


def lost(sheet: str, cells: int) -> str:
    return f"R8 {sheet}：有 {cells} 个格子的名称丢失，已按表头文字找到并读取"


def moved(cells: int) -> str:
    where = "不在原来的位置（行列被移动或工作表改了名）"
    return f"R8 Sheet9：有 {cells} 个格子{where}，已照常读取"


LOST_IDENTITY = "F19 ：文件里的报表标识丢失，已按表头和封面的文字认出报表和年度"
NOT_READ = "R5 Sheet9：多出一张有内容的工作表“Sheet9”，不会读取"
DISCLOSURE, TEXTS, CHECKS, PRIOR_YEAR = "二、主动公开", "文字材料", "校验", "上年数"
ALL_NAMES_LOST = [
    lost(DISCLOSURE, 11),
    lost("三、依申请公开", 176),
    lost("四、复议诉讼", 16),
    lost(TEXTS, 3),
]

DAMAGES: dict[str, tuple[Callable[[bytes], bytes], list[str]]] = {
    "no hidden sheet": (without_hidden_sheet, []),
    "no identity": (without_identity, [LOST_IDENTITY]),
    "no identity, no names": (
        lambda data: without_names(without_identity(data)),
        [LOST_IDENTITY, lost(PRIOR_YEAR, 203), *ALL_NAMES_LOST],
    ),
    "a table renamed": (lambda data: renamed(data, DISCLOSURE), [moved(11)]),
    "texts renamed": (lambda data: renamed(data, TEXTS), [moved(3)]),
    "checks renamed": (lambda data: renamed(data, CHECKS), [NOT_READ]),
    "last year renamed": (lambda data: renamed(data, PRIOR_YEAR), [NOT_READ]),
    "a table renamed, no identity": (
        lambda data: renamed(without_identity(data), DISCLOSURE),
        [LOST_IDENTITY, moved(11)],
    ),
    "texts renamed, no identity": (
        lambda data: renamed(without_identity(data), TEXTS),
        [LOST_IDENTITY, moved(3)],
    ),
    "checks renamed, no identity": (
        lambda data: renamed(without_identity(data), CHECKS),
        [LOST_IDENTITY, NOT_READ],
    ),
    "last year renamed, no identity": (
        lambda data: renamed(without_identity(data), PRIOR_YEAR),
        [LOST_IDENTITY, NOT_READ],
    ),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_what_is_left_of_the_layout_is_enough(damage: str) -> None:
    change, expected = DAMAGES[damage]
    reading = read(change((FOLDER / JIAZI).read_bytes()))
    assert [f"{f.code} {f.where}：{f.message}" for f in reading.findings] == expected
    town = report(reading)
    assert contents(town) == contents(jiazi())
    assert town.explanations == EXPLANATIONS
    assert town.county == (Unit("") if LOST_IDENTITY in expected else COUNTY)


def test_an_explanation_without_its_name_is_found_although_rules_were_added_since() -> None:
    """G6 stands before D1 now, so that every number behind it is another one."""
    data = without_names((FOLDER / JIAZI).read_bytes())
    data = put(data, CHECKS, "H88", "text", "旧稿的数字，正文已改。")
    assert report(read(data)).explanations == {**EXPLANATIONS, "D1": "旧稿的数字，正文已改。"}


# --- where the reports go ---------------------------------------------------------------------


def repaired(reading: Reading) -> Repaired:
    return repair(FORM, report(reading), reading.findings, FORMS)


@pytest.mark.parametrize("name", TOWNS)
def test_a_repaired_report_has_the_present_layout_and_every_value(name: str) -> None:
    reading = read((FOLDER / name).read_bytes())
    fresh = repaired(reading)
    assert fresh.left == ()
    again = read(fresh.data)
    assert again.findings == ()
    assert is_current_edition(identity_of(open_book(fresh.data)))
    assert contents(report(again)) == contents(report(reading))
    assert report(again).county == report(reading).county
    assert report(again).provenance.number == 2
    assert {c.target.sheet for c in fresh.carried} <= set(open_book(fresh.data).sheets)


def test_explanations_of_rows_are_put_together_by_rule() -> None:
    again = report(read(repaired(read((FOLDER / JIAZI).read_bytes())).data))
    assert again.explanations == {"B1": f"{ROW_EXPLAINED}\n{TOTAL_EXPLAINED}", "B2": CLEARED}
    market = report(read(repaired(read((FOLDER / MARKET).read_bytes())).data))
    assert market.explanations == {"C4": WITHDRAWN}


def test_the_summary_of_the_year_before_is_the_year_before() -> None:
    last = read_prior_year(FOLDER / SUMMARY, 2025)
    summary = report(read((FOLDER / SUMMARY).read_bytes()))
    assert isinstance(summary, Summary)
    assert last.year == 2024
    assert set(last.units) == set(summary.members)
    assert len(last.units) == 10
    assert {frozenset(figures.numbers) for figures in last.units.values()} == {
        frozenset(FORM.fields)
    }


def test_a_merge_of_the_first_edition_gives_a_summary_of_the_present_one(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for name in TOWNS:
        shutil.copy(FOLDER / name, folder)
    result = merge_and_write(
        folder,
        out=tmp_path / "out",
        county=COUNTY,
        prior_year=read_prior_year(FOLDER / SUMMARY, 2025),
    )
    outcomes = {Path(file.path).name: file.outcome.value for file in result.files}
    accepted = dict.fromkeys((JIAZI, WUCHEN, MARKET), "accepted")
    assert outcomes == {**accepted, DINGMAO: "returned"}
    said = {
        Path(file.path).name: [(f.code, f.explanation) for f in file.findings]
        for file in result.files
        if Path(file.path).name != DINGMAO
    }
    assert said == {
        JIAZI: [("R27", ""), ("B1.natural_person", ROW_EXPLAINED), ("B4", "")],
        WUCHEN: [("V2", "")],
        MARKET: [("C4", "")],  # the same words as last year explain nothing
    }
    data = Path(result.outputs[0]).read_bytes()
    assert is_current_edition(identity_of(open_book(data)))
    summary = report(read(data))
    reports = [report(read((FOLDER / name).read_bytes())) for name in (JIAZI, WUCHEN, MARKET)]
    assert isinstance(summary, Summary)
    assert tuple(summary.members) == tuple(one.unit for one in reports)
    for field in FORM.typed:
        values = [one.effective(field.id).value for one in reports]
        assert summary.effective(field.id).value == sum(v for v in values if v is not None)
