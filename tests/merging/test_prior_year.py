"""Last year's figures: where they come from, whose they are, and how far they travel."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from hostile.scene import COUNTY, base
from support.merges import merge_and_write
from support.records import record
from support.records import report as make_report
from support.records import summary as make_summary
from xlreport import (
    Entry,
    Form,
    FormCatalog,
    MergeRequest,
    Outcome,
    ReadOptions,
    Roster,
    Submission,
    TemplateRequest,
    Unit,
    UsageError,
    check_files,
    merge_folder,
    read_prior_year,
    read_roster,
    read_submission,
    write_templates,
    write_workbook,
)
from xlreport.cli.app import main
from xlreport.form.catalog import SHIPPED
from xlreport.merging.merge import merge_files, with_typed_lines
from xlreport.merging.prior_year import PriorYear, with_prior_year
from xlreport.merging.replacing import Replacing, standing_summary
from xlreport.publishing.summary.workbook import write_summary
from xlreport.submission import Figures
from xlreport.telling.lines import template_lines

CARRIED_IN, CARRIED_OUT = (
    "requests.carried_in.natural_person",
    "requests.carried_out.natural_person",
)
IN_FORCE = "disclosure.normative_documents.in_force"
JIA, YI = Unit("甲子镇", "990101", "乡镇"), Unit("乙丑镇", "990102", "乡镇")
EXPLANATION = "上年误报，已向县里说明。"


def report(form: Form, unit: Unit, year: int, **values: int) -> Submission:
    """The golden base by any unit in any year; the balance is kept by what was received."""
    town = replace(base(form, unit), year=year)
    entries = {
        **town.entries,
        **{name.replace("__", "."): Entry.of(value) for name, value in values.items()},
    }
    return replace(town, entries=entries, county=COUNTY)


def put(folder: Path, form: Form, *reports: Submission) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for one in reports:
        (folder / f"{one.unit.name}{one.year}.xlsx").write_bytes(write_workbook(one, form))
    return folder


@pytest.fixture
def before(zfxxgk: Form, tmp_path: Path) -> Path:
    """Two towns of 2024; 甲子镇 explained a warning."""
    jia = report(zfxxgk, JIA, 2024, disclosure__normative_documents__in_force=13)
    jia = replace(jia, explanations={"C2.natural_person": EXPLANATION})
    return put(tmp_path / "2024", zfxxgk, jia, report(zfxxgk, YI, 2024))


@pytest.fixture
def summary(before: Path, tmp_path: Path) -> Path:
    return Path(merge_and_write(before, out=tmp_path / "sum2024", county=COUNTY).outputs[0])


def test_a_summary_and_the_folder_behind_it_say_the_same(
    before: Path, summary: Path, zfxxgk: Form
) -> None:
    folder, book = read_prior_year(before, 2025), read_prior_year(summary, 2025)
    assert folder.year == book.year == 2024
    assert set(folder.units) == set(book.units) == {JIA, YI}
    for unit in (JIA, YI):
        mine, theirs = folder.units[unit], book.units[unit]
        assert set(mine.numbers) == set(zfxxgk.fields), "computed fields too"
        assert mine == theirs
    assert book.units[JIA].explanations == {"C2": EXPLANATION}
    one = read_prior_year(before / "甲子镇2024.xlsx", 2025)
    assert one.units == {JIA: folder.units[JIA]}


def test_templates_carry_last_year_and_towns_give_it_back(
    summary: Path, zfxxgk: Form, tmp_path: Path
) -> None:
    roster_file = tmp_path / "名册.csv"
    roster_file.write_text(
        "单位代码,单位名称,类别\n990101,甲子镇,乡镇\n990109,新设镇,乡镇\n", "utf-8"
    )
    roster = read_roster(roster_file)
    last = read_prior_year(summary, 2025, roster=roster)
    paths = write_templates(
        TemplateRequest(zfxxgk, 2025, roster=roster, prior_year=last), tmp_path / "templates"
    )
    old, new = (read_submission(p.read_bytes(), FormCatalog()).submission for p in paths)
    assert old is not None
    assert new is not None
    assert old.prior_year == replace(last.units[JIA], explanations={})
    assert new.prior_year is None
    import openpyxl

    book = openpyxl.load_workbook(paths[0])
    (row,) = [r for r in book["校验"].iter_rows(min_row=4, values_only=True) if r[0] == "C-2"]
    assert row[6] == EXPLANATION, "what was said last year stands beside the check"
    last_year = book["上年·二、主动公开"]
    assert last_year.sheet_state == "visible"
    assert last_year.protection.sheet
    assert (last_year["A10"].value, last_year["B10"].value) == ("行政许可", 135)
    assert openpyxl.load_workbook(paths[1])["上年·二、主动公开"].sheet_state == "hidden"
    prompts = {str(v.sqref): v.prompt for v in book["二、主动公开"].data_validations.dataValidation}
    assert prompts["B10"] == "上年：135。"


def test_checks_across_years_use_the_county_s_figures(
    before: Path, zfxxgk: Form, tmp_path: Path
) -> None:
    """What a workbook carries is used when nothing better is known; a difference is told."""
    forged = Figures({CARRIED_OUT: Decimal(2), IN_FORCE: Decimal(13)}, {}, {})
    town = replace(report(zfxxgk, JIA, 2025), prior_year=forged)
    folder = put(tmp_path / "2025", zfxxgk, town)
    (alone,) = check_files([folder]).files
    assert not {"B1.natural_person", "R27"} & {f.code for f in alone.findings}
    (file,) = check_files([folder], prior_year=read_prior_year(before)).files
    told = {f.code: f for f in file.findings}
    assert "V2" not in told
    assert told["B1.natural_person"].observed == ((CARRIED_IN, 2), (f"previous.{CARRIED_OUT}", 1))
    assert (
        told["R27"].message
        == "工作簿里的上年数有 1 个与县里的不同（例如 2，县里是 1），以县里的为准"
    )
    assert file.outcome.value == "accepted", "warnings return nothing"


def test_without_last_year_what_cannot_be_verified_is_counted(zfxxgk: Form, tmp_path: Path) -> None:
    folder = put(tmp_path / "2025", zfxxgk, report(zfxxgk, JIA, 2025))
    (file,) = check_files([folder]).files
    (note,) = [f for f in file.findings if f.code == "V2"]
    lines = 7 + 2 + 3 + 166 + 1
    assert (
        note.message
        == f"没有上年的报表，有 {lines} 项与上年比较的校验无法核对：B-1、B-2、B-3、B-4、B-5"
    )


def test_the_year_must_be_the_one_before(before: Path, zfxxgk: Form, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="里没有 2025 年度的报表，只有 2024 年度的"):
        read_prior_year(before, 2026)
    with pytest.raises(UsageError, match="里没有报表。"):
        read_prior_year(put(tmp_path / "leer", zfxxgk))
    with pytest.raises(UsageError, match="找不到"):
        read_prior_year(tmp_path / "没有")
    folder = put(tmp_path / "2026", zfxxgk, report(zfxxgk, JIA, 2026))
    with pytest.raises(
        UsageError,
        match=r"^给出的上年报表是 2024 年度的，汇总 2026 年度要用 2025 年度的，请换一份。$",
    ):
        merge_and_write(
            folder, out=tmp_path / "out", county=COUNTY, prior_year=read_prior_year(before)
        )
    (file,) = check_files([folder], prior_year=read_prior_year(before)).files
    assert [f.message for f in file.findings if f.code == "R28"] == [
        "给出的上年报表是 2024 年度的，这份报表是 2026 年度的，没有用来比较"
    ]


def test_what_cannot_be_used_of_last_year_is_told(
    before: Path, zfxxgk: Form, tmp_path: Path
) -> None:
    (before / "坏.xlsx").write_bytes((before / "甲子镇2024.xlsx").read_bytes()[:9000])
    last = read_prior_year(before, 2025)
    (words,) = last.unused
    assert words.endswith("坏.xlsx：文件不完整，压缩目录读不出来")
    folder = put(tmp_path / "2025", zfxxgk, report(zfxxgk, JIA, 2025))
    result = merge_and_write(folder, out=tmp_path / "out", county=COUNTY, prior_year=last)
    assert [f.code for f in result.own_findings] == ["R28"]
    (before / "甲子镇2024.xlsx").unlink()
    (before / "乙丑镇2024.xlsx").unlink()
    with pytest.raises(UsageError, match=r"里没有 2024 年度的报表。\n.*坏\.xlsx：文件不完整"):
        read_prior_year(before, 2025)


def test_a_code_that_was_another_unit_s_last_year_is_not_believed(
    before: Path, zfxxgk: Form, tmp_path: Path
) -> None:
    path = tmp_path / "名册.csv"
    path.write_text(
        "单位代码,单位名称,类别,别名\n990101,新设镇,乡镇,\n990109,甲子镇,乡镇,\n990102,新丑镇,乡镇,乙丑镇\n",
        "utf-8",
    )
    last = read_prior_year(before, 2025, roster=read_roster(path))
    new, moved, alias = (last.of(unit) for unit in read_roster(path).units)
    assert new is None
    assert moved == last.units[JIA]
    assert alias == last.units[YI]
    folder = put(tmp_path / "2025", zfxxgk, report(zfxxgk, Unit("新设镇", "990101", "乡镇"), 2025))
    (file,) = check_files([folder], prior_year=last).files
    assert "代码“990101”上年是“甲子镇”，与“新设镇”不同，没有用来比较" in {
        f.message for f in file.findings
    }


def test_renamed_and_merged_units_add_up(before: Path, tmp_path: Path) -> None:
    path = tmp_path / "名册.csv"
    path.write_text(
        "单位代码,单位名称,类别,前身\n990201,甲乙镇,乡镇,990101、乙丑镇\n990202,新镇,乡镇,990101、没有的镇\n"
        "990203,乙丑镇,乡镇,\n",
        "utf-8",
    )
    roster = read_roster(path)
    last = read_prior_year(before, 2025, roster=roster)
    joined, unknown, renumbered = (last.of(u) for u in roster.units)
    assert joined is not None
    assert joined.numbers[CARRIED_OUT] == 2
    assert joined.numbers["disclosure.licences.decisions"] == 270
    assert unknown is None, "a sum with a part missing would be a wrong number"
    assert renumbered == last.units[YI], "the same name under a new code"


def test_a_name_that_two_units_share_is_nobody_s() -> None:
    units = {Unit("甲子镇", "1"): Figures(), Unit("甲子镇人民政府", "2"): Figures()}
    assert PriorYear(2024, units).of(Unit("甲子镇", "9")) is None


def test_the_county_is_compared_with_the_sum_of_last_year(
    before: Path, zfxxgk: Form, tmp_path: Path
) -> None:
    folder = put(tmp_path / "2025", zfxxgk, report(zfxxgk, JIA, 2025), report(zfxxgk, YI, 2025))
    result = merge_and_write(
        folder, out=tmp_path / "out", county=COUNTY, prior_year=read_prior_year(before, 2025)
    )
    assert result.county is not None
    assert result.county.prior_year is not None
    assert result.county.prior_year.numbers[CARRIED_OUT] == 2
    read = read_submission(Path(result.outputs[0]).read_bytes(), FormCatalog()).submission
    assert read is not None
    assert read.prior_year is not None
    assert read.prior_year.numbers[IN_FORCE] == 13 + 14


def test_a_part_of_the_county_is_compared_with_the_same_part(
    before: Path, zfxxgk: Form, tmp_path: Path
) -> None:
    path = tmp_path / "名册.csv"
    path.write_text("单位代码,单位名称,类别\n990101,甲子镇,乡镇\n990102,乙丑镇,乡镇\n", "utf-8")
    roster = read_roster(path)
    folder = put(tmp_path / "2025", zfxxgk, report(zfxxgk, JIA, 2025))
    last = read_prior_year(before, 2025, roster=roster)
    result = merge_and_write(
        folder, roster=roster, out=tmp_path / "out", county=COUNTY, prior_year=last
    )
    assert [u.name for u in result.missing] == ["乙丑镇"]
    assert result.county is not None
    assert result.county.prior_year is not None
    assert result.county.prior_year.numbers[IN_FORCE] == 13, "not the whole county's 27"


def test_what_the_county_typed_into_its_summary_stays(before: Path, tmp_path: Path) -> None:
    """A second merge replaces the sums, not the words."""
    import openpyxl

    first = merge_and_write(before, out=tmp_path / "out", county=COUNTY)
    path = Path(first.outputs[0])
    assert merge_and_write(before, out=tmp_path / "out", county=COUNTY).outputs == first.outputs
    book = openpyxl.load_workbook(path)
    book["文字材料"]["B5"] = "全县认真做好政府信息公开工作。"
    book["封面"]["C9"] = "张一"
    book.save(path)
    (before / "乙丑镇2024.xlsx").unlink()
    merge_and_write(before, out=tmp_path / "out", county=COUNTY)
    again = openpyxl.load_workbook(path)
    assert again["文字材料"]["B5"].value == "全县认真做好政府信息公开工作。"
    assert again["封面"]["C9"].value == "张一"
    read = read_submission(path.read_bytes(), FormCatalog()).submission
    assert read is not None
    assert read.entries["disclosure.licences.decisions"].value == 135


def test_an_explanation_follows_its_line_when_rows_move(zfxxgk: Form) -> None:
    """A program that inserts a row and leaves the names where they were must not lend words to another check."""
    import io

    import openpyxl

    town = replace(report(zfxxgk, JIA, 2025), explanations={"B2": "规章说明"})
    book = openpyxl.load_workbook(io.BytesIO(write_workbook(town, zfxxgk)))
    book["校验"].insert_rows(10)
    target = io.BytesIO()
    book.save(target)
    read = read_submission(target.getvalue(), FormCatalog()).submission
    assert read is not None
    assert read.explanations == {"B2": "规章说明"}


def test_an_explanation_travels_into_every_output(
    before: Path, zfxxgk: Form, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = "=上年漏报 1 件"
    town = replace(report(zfxxgk, JIA, 2025), explanations={"B1": words})
    folder = put(tmp_path / "2025", zfxxgk, town)
    arguments = [
        "merge",
        str(folder),
        "--previous",
        str(before),
        "--county",
        "示例县",
        "--out",
        str(tmp_path / "o"),
    ]
    assert main([*arguments, "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    found = {f["code"]: f for f in document["files"][0]["findings"]}
    assert found["B1.natural_person"]["explanation"] == words
    assert found["B1.natural_person"]["severity"] == "warning"
    assert main(arguments) == 0
    assert "[警示·已说明] 三、依申请公开 D8" in capsys.readouterr().out
    import openpyxl

    book = openpyxl.load_workbook(document["outputs"][0])
    assert [c.value for c in book["各单位说明"][4]][:3] == ["990101", "甲子镇", "B-1"]
    assert (book["各单位说明"]["E4"].value, book["各单位说明"]["E4"].data_type) == (words, "s")
    weights = {row[2]: row[0] for row in book["校验结果"].iter_rows(min_row=4, values_only=True)}
    assert weights["B-1·自然人"] == "警示·已说明"
    counts = [book["报送情况"][cell].value for cell in ("E4", "F4", "G4")]
    assert counts == [None, 3, 1], "B1, and both texts as last year"


# --- figures, without files -------------------------------------------------------------------


def prior_year(**numbers: dict[str, int]) -> PriorYear:
    units = {"jia": JIA, "yi": YI}
    return PriorYear(
        2024,
        {
            units[name]: Figures({field: Decimal(value) for field, value in values.items()})
            for name, values in numbers.items()
        },
    )


def test_units_together_need_every_one_of_them() -> None:
    known = prior_year(jia={"a": 1, "b": 2})
    assert known.together([JIA]) == Figures({"a": Decimal(1), "b": Decimal(2)})
    assert known.together([JIA, YI]) is None
    assert known.together() == known.together([JIA])
    assert PriorYear(2024, {}).together() is None


def test_only_numbers_that_all_have_are_added() -> None:
    known = prior_year(jia={"a": 1, "b": 2}, yi={"a": 3, "c": 4})
    assert known.together() == Figures({"a": Decimal(4)})


def test_the_prior_year_of_another_year_is_not_compared() -> None:
    known = prior_year(jia={IN_FORCE: 1})
    file = with_prior_year(record("a", make_report(year=2026)), known)
    assert [finding.message for finding in file.findings] == [
        "给出的上年报表是 2024 年度的，这份报表是 2026 年度的，没有用来比较"
    ]
    assert file.report.prior_year is None


def test_the_countys_figures_take_the_place_of_the_workbooks_and_a_difference_is_told() -> None:
    known = prior_year(jia={"a": 1, "b": 2, "c": 3})
    carried = Figures({"a": Decimal(1), "b": Decimal(5), "c": Decimal(6), "d": Decimal(7)})
    file = with_prior_year(record("a", make_report(prior_year=carried)), known)
    assert file.report.prior_year == known.units[JIA]
    (finding,) = file.findings
    assert finding.message == (
        "工作簿里的上年数有 2 个与县里的不同（例如 5，县里是 2），以县里的为准"
    )
    assert (finding.field, finding.observed) == (
        "b",
        (("carried", Decimal(5)), ("known", Decimal(2))),
    )


def test_a_summary_is_compared_with_its_members_together() -> None:
    known = prior_year(jia={"a": 1}, yi={"a": 2})
    file = with_prior_year(record("s", make_summary(Unit("东区"), (JIA, YI))), known)
    assert file.report.prior_year == Figures({"a": Decimal(3)})


def test_nothing_changes_without_a_prior_year_or_for_a_rejected_file() -> None:
    known = prior_year(jia={"a": 1})
    file = record("a", make_report())
    assert with_prior_year(file, None) is file
    rejected = file.decided(Outcome.REJECTED)
    assert with_prior_year(rejected, known) is rejected


def test_a_whole_county_is_compared_with_all_units_of_the_year_before() -> None:
    gone = Unit("撤并镇", "990199", "乡镇")
    known = PriorYear(
        2024,
        {unit: Figures({IN_FORCE: Decimal(n)}) for n, unit in enumerate((JIA, YI, gone), 1)},
    )
    files = [record("a", make_report(JIA)), record("b", make_report(YI))]
    for roster, total in (((JIA, YI), 6), ((JIA, YI, Unit("丙", "9")), 3)):
        request = MergeRequest(Path(), Roster(roster, {}, COUNTY), prior_year=known)
        county = merge_files(files, request).county
        assert county is not None
        assert county.prior_year == Figures({IN_FORCE: Decimal(total)})


@pytest.mark.parametrize(("year", "kept"), [(2025, True), (2024, False)])
def test_only_a_summary_of_the_same_year_gives_its_typed_texts(
    tmp_path: Path, year: int, kept: bool
) -> None:
    old = merge_files([record("a", make_report(JIA, year=year))], MergeRequest(Path()))
    assert old.form is not None
    assert old.county is not None
    typed = replace(old.county, texts={"text.overview": "县里写的"})
    path = tmp_path / "汇总表.xlsx"
    path.write_bytes(write_summary(old.form, typed, old))
    county = make_summary(COUNTY, (JIA,), texts={})
    how = Replacing(SHIPPED, ReadOptions())
    standing = standing_summary(path, county.form, county.year, how)
    texts = with_typed_lines(county, standing.summary).texts
    assert texts.get("text.overview") == ("县里写的" if kept else None)
    gone = standing_summary(tmp_path / "gone.xlsx", county.form, county.year, how)
    assert with_typed_lines(county, gone.summary) is county


def test_a_predecessor_that_nobody_was_is_the_roster_s_mistake(
    before: Path, zfxxgk: Form, tmp_path: Path
) -> None:
    """It is not said that last year's report is missing: it is there."""
    path = tmp_path / "名册.csv"
    path.write_text("单位代码,单位名称,类别,前身\n990101,甲子镇,乡镇,990101、不存在的镇\n", "utf-8")
    roster = read_roster(path)
    last = read_prior_year(before, 2025, roster=roster)
    folder = put(tmp_path / "2025", zfxxgk, report(zfxxgk, JIA, 2025))
    request = MergeRequest(folder, roster=roster, prior_year=last, county=COUNTY)
    (file,) = merge_folder(request).files
    said = [(f.code, f.message, f.suggestion) for f in file.findings if f.code in ("R28", "V2")]
    assert said == [
        (
            "R28",
            "名册上写的前身“不存在的镇”在上年的报表里找不到，没有用来比较",
            "请核对名册的“前身”：写上年报表里的单位名称或代码",
        )
    ]
    templates = TemplateRequest(zfxxgk, 2025, roster, prior_year=last)
    assert list(template_lines(templates, (), tmp_path))[1:] == [
        "提示：甲子镇的前身“不存在的镇”在上年的报表里找不到，请核对名册"
    ]


def test_a_new_unit_without_a_predecessor_is_still_told_so(
    before: Path, zfxxgk: Form, tmp_path: Path
) -> None:
    path = tmp_path / "名册.csv"
    path.write_text("单位代码,单位名称,类别,前身\n990109,新设镇,乡镇,\n", "utf-8")
    roster = read_roster(path)
    last = read_prior_year(before, 2025, roster=roster)
    new = Unit("新设镇", "990109", "乡镇")
    folder = put(tmp_path / "2025", zfxxgk, report(zfxxgk, new, 2025))
    (file,) = merge_folder(MergeRequest(folder, roster=roster, prior_year=last)).files
    assert [f.code for f in file.findings if f.code in ("R28", "V2")] == ["V2"]
    templates = TemplateRequest(zfxxgk, 2025, roster, prior_year=last)
    assert list(template_lines(templates, (), tmp_path))[1:] == [
        "提示：没有上年的数（改名、合并的请在名册里写“前身”）：新设镇"
    ]
