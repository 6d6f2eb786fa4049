"""Last year's figures where the form before was another one: what is the same, what is not known."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from hostile.scene import COUNTY
from support.engine import differences
from support.merges import merge_and_write
from xlreport import (
    Entry,
    Finding,
    Form,
    FormCatalog,
    MergeRequest,
    Policy,
    ReadOptions,
    Roster,
    Submission,
    TemplateRequest,
    Unit,
    check_files,
    get_form,
    merge_folder,
    read_prior_year,
    read_submission,
    write_templates,
    write_workbook,
)
from xlreport.merging.prior_year import PriorYear
from xlreport.merging.translation import understood
from xlreport.publishing.overview import last_year_of, overview_of
from xlreport.submission import Figures
from xlreport.workbook.layout.prior_year import prior_year_sheet
from xlreport.workbook.layout.workbook import layout_of

JIA, YI = Unit("甲子镇", "990101", "乡镇"), Unit("乙丑镇", "990102", "乡镇")
CARRIED_OUT = "requests.carried_out.natural_person"
CLOSED = "requests.closed.natural_person"
PARTS = [
    f"requests.{row}.natural_person"
    for row in ("closed_not_corrected", "closed_fee_unpaid", "closed_other")
]
NOT_COMPARED = (
    "上年的报表是另一种格式，规章、行政规范性文件、行政事业性收费等 6 项没有可比的数，"
    "有 27 项与上年比较的校验无法核对：B-2、B-4"
)


@pytest.fixture(scope="module")
def before() -> Form:
    return get_form("zfxxgk-2019")


def report(form: Form, year: int, unit: Unit = JIA, **values: int) -> Submission:
    """A report of zeros but for these, whose balance is kept by what was received."""
    entries = {field.id: Entry.of(0) for field in form.typed}
    entries |= {name.replace("__", "."): Entry.of(value) for name, value in values.items()}
    words = {2020: "旧的一年写旧事，项项都有着落", 2021: "今年另起一段，把几件新事说清楚"}[year]
    texts = {text.field_id: f"{words}。没有收取信息处理费。" for text in form.texts}
    return Submission(form.id, year, unit, entries, texts, county=COUNTY)


def old_report(before: Form, unit: Unit = JIA, **values: int) -> Submission:
    """2020: 9 received, 4 granted, 2 closed otherwise, 3 carried out; one case pending."""
    return report(
        before,
        2020,
        unit,
        requests__received__natural_person=9,
        requests__granted__natural_person=4,
        requests__closed__natural_person=2,
        requests__carried_out__natural_person=3,
        review__reconsideration__pending=1,
        disclosure__licences__decisions=500,
        disclosure__normative_documents__public_total=7,
        **values,
    )


def new_report(form: Form, unit: Unit = JIA, **values: int) -> Submission:
    """2021: what was carried in is what was carried out, and all of it was granted."""
    numbers = {
        "requests__carried_in__natural_person": 3,
        "requests__granted__natural_person": 3,
        "review__reconsideration__upheld": 1,
        "disclosure__licences__decisions": 400,
    }
    numbers |= values
    return report(form, 2021, unit, **numbers)


def put(folder: Path, form: Form, *reports: Submission) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for one in reports:
        (folder / f"{one.unit.name}{one.year}.xlsx").write_bytes(write_workbook(one, form))
    return folder


@pytest.fixture
def last_year(before: Form, tmp_path: Path) -> Path:
    return put(tmp_path / "2020", before, old_report(before), old_report(before, YI))


def findings(zfxxgk: Form, tmp_path: Path, last_year: Path, **values: int) -> list[Finding]:
    """What is told of a report of 2021 beside its one of 2020."""
    path = put(tmp_path / "2021", zfxxgk, new_report(zfxxgk, JIA, **values)) / "甲子镇2021.xlsx"
    (file,) = check_files([path], prior_year=read_prior_year(last_year, 2021)).files
    return [f for f in file.findings if f.code[0] in "BV"]


def test_figures_go_where_they_mean_the_same(before: Form, zfxxgk: Form) -> None:
    numbers = {name: Decimal(1) for name in before.fields}
    figures = Figures(numbers, {"text.problems": "旧"}, {"C2.total": "因", "A8.fees": "因"})
    now = understood(figures, before, zfxxgk)
    continues = zfxxgk.continues
    assert continues is not None
    assert sorted(now.numbers) == sorted(set(continues.same) - {t.field_id for t in zfxxgk.texts})
    assert now.texts == {"text.problems": "旧"}
    assert now.explanations == {"C2.total": "因"}
    assert not any(name in now.numbers for name in (*PARTS, *continues.new))


def test_a_total_of_which_a_part_was_not_reported_is_not_taken(before: Form, zfxxgk: Form) -> None:
    numbers = {name: Decimal(1) for name in before.fields if name != CLOSED}
    now = understood(Figures(numbers), before, zfxxgk)
    assert "requests.processed.natural_person" not in now.numbers
    assert "requests.processed.total" not in now.numbers
    assert now.numbers["requests.processed.business"] == 1


def test_a_form_understands_its_own_figures(before: Form, zfxxgk: Form) -> None:
    figures = Figures({"requests.closed.total": Decimal(1)})
    assert understood(figures, before, before) is figures
    assert understood(figures, zfxxgk, before) is figures, "an earlier form continues none"
    prior_year = PriorYear(2020, {JIA: figures}, form=before)
    assert prior_year.understood_by(before) is prior_year
    assert prior_year.understood_by(zfxxgk) is prior_year.understood_by(zfxxgk)
    assert PriorYear(2020, {JIA: figures}).understood_by(zfxxgk).of(JIA) is figures


def test_what_holds_across_the_two_forms_is_not_told(
    zfxxgk: Form, tmp_path: Path, last_year: Path
) -> None:
    (told,) = findings(zfxxgk, tmp_path, last_year)
    assert (told.code, told.message) == ("V2", NOT_COMPARED)
    assert told.suggestion == "不用补报；需要时请对照上年的报表人工核对"
    assert dict(told.observed) == {"checks": 27}


@pytest.mark.parametrize(
    ("values", "code", "message"),
    [
        (
            {"requests__carried_in__natural_person": 2, "requests__granted__natural_person": 2},
            "B1.natural_person",
            "D8 的 2，上年的 3，差 1",
        ),
        (
            {"review__reconsideration__upheld": 0},
            "B3.reconsideration",
            "“行政复议”行：上年的“尚未审结” 1，应不大于 总计（E7）0，现多 1",
        ),
        ({"disclosure__licences__decisions": 90}, "B4", "上年的 500，应小于 5 × B10 的 90 ＝ 450"),
    ],
)
def test_what_does_not_hold_is_found(
    zfxxgk: Form, tmp_path: Path, last_year: Path, values: dict[str, int], code: str, message: str
) -> None:
    told = {f.code: f.message for f in findings(zfxxgk, tmp_path, last_year, **values)}
    assert told.pop("V2") == NOT_COMPARED
    assert told[code] == message


def test_the_wrong_cell_is_searched_with_last_years_figures(
    zfxxgk: Form, tmp_path: Path, last_year: Path
) -> None:
    """A digit too many: without last year several cells could be the wrong one."""
    wrong = new_report(zfxxgk, JIA, requests__carried_in__natural_person=30)
    path = put(tmp_path / "2021", zfxxgk, wrong) / "甲子镇2021.xlsx"
    (alone,) = check_files([path]).files
    (file,) = check_files([path], prior_year=read_prior_year(last_year, 2021)).files
    (several,) = (f.message for f in alone.findings if f.code == "H1")
    (one,) = (f.message for f in file.findings if f.code == "H1")
    assert several == (
        "可能是下列几处中的一处填错：D8 应为 3（现为 30，多了一个 0）；D9 应为 30（现为 3，少了一个 0）"
    )
    assert one == "很可能应为 3（现为 30，多了一个 0）；改后 2 项校验全部成立"


def test_the_text_of_the_year_before_is_known_again(
    before: Form, zfxxgk: Form, tmp_path: Path, last_year: Path
) -> None:
    copied = replace(new_report(zfxxgk), texts=old_report(before).texts)
    path = put(tmp_path / "2021", zfxxgk, copied) / "甲子镇2021.xlsx"
    (file,) = check_files([path], prior_year=read_prior_year(last_year, 2021)).files
    assert {f.field for f in file.findings if f.code == "B5"} == {"text.overview", "text.problems"}


def test_without_last_year_that_is_told_as_ever(zfxxgk: Form, tmp_path: Path) -> None:
    path = put(tmp_path / "2021", zfxxgk, new_report(zfxxgk)) / "甲子镇2021.xlsx"
    (file,) = check_files([path]).files
    (told,) = (f for f in file.findings if f.code == "V2")
    assert (
        told.message == "没有上年的报表，有 179 项与上年比较的校验无法核对：B-1、B-2、B-3、B-4、B-5"
    )


def test_a_number_that_was_not_reported_is_told_beside(
    before: Form, zfxxgk: Form, tmp_path: Path
) -> None:
    """What the unit left blank last year is not what its form did not ask."""
    old = old_report(before)
    blank = {**old.entries, CARRIED_OUT: Entry.of(None)}
    folder = put(tmp_path / "2020", before, replace(old, entries=blank))
    told = [f.message for f in findings(zfxxgk, tmp_path, folder) if f.code == "V2"]
    assert sorted(told) == [
        NOT_COMPARED,
        "上年的报表里缺数或缺文字，有 3 项与上年比较的校验无法核对：B-1、B-4",
    ]


def test_a_template_shows_what_is_known(zfxxgk: Form, tmp_path: Path, last_year: Path) -> None:
    request = TemplateRequest(zfxxgk, 2021, prior_year=read_prior_year(last_year, 2021))
    blank = request.blank(JIA)
    assert blank.prior_year is not None
    path = tmp_path / "甲子镇.xlsx"
    path.write_bytes(write_workbook(blank, zfxxgk))
    assert differences(path.read_bytes()) == []
    book = openpyxl.load_workbook(path)
    layout = layout_of(zfxxgk)

    def shown(name: str) -> object:
        sheet, cell = layout.prior_year(name)
        assert sheet.startswith("上年·")
        return book[sheet].cell(cell[0] + 1, cell[1] + 1).value

    assert [shown(name) for name in PARTS] == [None, None, None]
    assert shown("disclosure.normative_documents.in_force") is None
    assert shown("disclosure.fees.amount") is None
    assert (shown(CARRIED_OUT), shown("requests.processed.total")) == (3, 6)
    assert shown("disclosure.licences.decisions") == 500
    sheet = book[prior_year_sheet("三、依申请公开")]
    notes = [cell.value for row in sheet.iter_rows(max_row=4) for cell in row if cell.value]
    assert (
        "这是本单位 2020 年度报送的数，只供对照，不能修改。2020 年度用的是另一种格式，那里没有的数空着。"
        in notes
    )
    prompts = {
        str(v.sqref): v.prompt for v in book["三、依申请公开"].data_validations.dataValidation
    }
    cells = {name: layout.place(name).cell for name in (CARRIED_OUT, *PARTS)}
    assert prompts[cells[CARRIED_OUT]] == "上年：3。"
    assert not any(prompts.get(cells[name]) for name in PARTS)


def test_what_a_template_carries_is_checked_like_what_the_county_knows(
    zfxxgk: Form, tmp_path: Path, last_year: Path
) -> None:
    """The workbook alone tells that the form before was another one."""
    prior_year = read_prior_year(last_year, 2021)
    carried = replace(new_report(zfxxgk), prior_year=prior_year.understood_by(zfxxgk).of(JIA))
    reading = read_submission(write_workbook(carried, zfxxgk), FormCatalog())
    assert reading.submission is not None
    assert reading.submission.prior_year is not None
    known = carried.prior_year
    assert known is not None
    assert reading.submission.prior_year.numbers == known.numbers
    path = put(tmp_path / "2021", zfxxgk, carried) / "甲子镇2021.xlsx"
    for given in (None, prior_year):
        (file,) = check_files([path], prior_year=given).files
        assert [f.message for f in file.findings if f.code[0] in "BV"] == [NOT_COMPARED]
        assert not [f for f in file.findings if f.code in ("R26", "R27")], "nothing was changed"


def test_the_template_of_each_unit_on_a_roster_has_its_own_figures(
    zfxxgk: Form, tmp_path: Path, last_year: Path, roster: Roster
) -> None:
    """The workbooks are spliced from one; what stands in each is read back."""
    prior_year = read_prior_year(last_year, 2021, roster=roster)
    request = TemplateRequest(zfxxgk, 2021, roster, prior_year=prior_year)
    request = request.only(roster.units[:2])
    written = write_templates(request, tmp_path / "out")
    for path, unit in zip(sorted(written), (JIA, YI), strict=True):
        reading = read_submission(path.read_bytes(), FormCatalog())
        assert reading.submission is not None
        assert reading.submission.unit.name == unit.name
        expected = prior_year.understood_by(zfxxgk).of(unit)
        assert expected is not None
        assert reading.submission.prior_year is not None
        assert reading.submission.prior_year.numbers == expected.numbers


def test_the_summary_of_2021_beside_that_of_2020(
    before: Form, zfxxgk: Form, tmp_path: Path, last_year: Path
) -> None:
    """Read from the summary of last year: no number that is not known is shown as 0."""
    merge_and_write(last_year, out=tmp_path / "summary 2020")
    prior_year = read_prior_year(tmp_path / "summary 2020", 2021)
    assert prior_year.form is not None
    assert prior_year.form.id == before.id
    inbox = put(tmp_path / "2021", zfxxgk, new_report(zfxxgk), new_report(zfxxgk, YI))
    merge_and_write(inbox, out=tmp_path / "summary 2021", prior_year=prior_year)
    document = json.loads((tmp_path / "summary 2021" / "结果.json").read_text("utf-8"))
    headlines = {one["label"]: (one["value"], one["prior_year"]) for one in document["headlines"]}
    assert headlines == {
        "新收申请": (0, 18),
        "上年结转": (6, 0),
        "办理结果总计": (6, 12),
        "结转下年度": (0, 6),
        "行政复议": (2, 2),
        "行政诉讼": (0, 0),
        "现行有效规范性文件": (0, None),
        "行政事业性收费": (0, None),
    }
    (chart,) = (one for one in document["charts"] if one["kind"] == "years")
    assert chart["series"][0]["values"] == [18, 12, 8, 0, 6, 2]
    assert CLOSED not in document["prior_year"]
    assert not any(name in document["prior_year"] for name in PARTS)
    (summary,) = (tmp_path / "summary 2021").glob("*.xlsx")
    sheet = openpyxl.load_workbook(summary, data_only=True)["概况"]
    rows = {row[0].value: [cell.value for cell in row[1:4]] for row in sheet.iter_rows(min_row=2)}
    assert rows["办理结果总计（件）"] == [None, 6, 12]
    assert rows["现行有效规范性文件（件）"] == [None, 0, "—"]
    assert differences(summary.read_bytes()) == [], "an engine that calculates anew shows the same"
    (county,) = check_files([summary], prior_year=prior_year).files
    assert county.submission is not None


def test_a_total_is_known_though_its_parts_are_not(before: Form, zfxxgk: Form) -> None:
    figures = {name: Decimal(2) for name in before.fields}
    prior_year = understood(Figures(figures), before, zfxxgk)
    known = last_year_of(zfxxgk, replace(new_report(zfxxgk), prior_year=prior_year))
    assert known is not None
    processed, closed = zfxxgk.headlines[2].value, zfxxgk.charts[1].series[5].value
    assert known.value(processed) == 2
    assert known.value(closed) is None
    assert known.value(zfxxgk.headlines[0].value) == 12, "the sum of what was typed in"


def test_an_incomplete_total_of_the_same_form_is_not_known(zfxxgk: Form) -> None:
    """Only where the form before had no such parts is a total taken without them."""
    numbers = {name: Decimal(2) for name in zfxxgk.fields if name not in PARTS}
    later = replace(new_report(zfxxgk), year=2022, prior_year=Figures(numbers))
    known = last_year_of(zfxxgk, later)
    assert known is not None
    assert known.value(zfxxgk.headlines[2].value) is None


def test_a_form_of_ones_own_is_read_by_the_form_before_it(
    before: Form, zfxxgk: Form, tmp_path: Path, last_year: Path
) -> None:
    """Nobody names the form before: it is found by the definition."""
    text = Path(zfxxgk.path).read_text("utf-8").replace("form: zfxxgk-2021\n", "form: mine\n", 1)
    text = text.replace("  form: zfxxgk-2019\n", "  form: old.yaml\n", 1)
    old = Path(before.path).read_text("utf-8").replace("form: zfxxgk-2019\n", "form: old\n", 1)
    (tmp_path / "old.yaml").write_text(old, "utf-8")
    (tmp_path / "mine.yaml").write_text(text, "utf-8")
    mine, own_before = get_form(tmp_path / "mine.yaml"), get_form(tmp_path / "old.yaml")
    folder = put(tmp_path / "own 2020", own_before, old_report(own_before))
    forms = FormCatalog((mine,))
    prior_year = read_prior_year(folder, 2021, forms=forms)
    inbox = put(tmp_path / "own 2021", mine, new_report(mine))
    request = MergeRequest(
        inbox,
        forms=forms,
        prior_year=prior_year,
        policy=Policy(),
        reading=ReadOptions(workers=0),
    )
    result = merge_folder(request)
    (file,) = result.files
    assert [f.message for f in file.findings if f.code[0] in "BV"] == [NOT_COMPARED]
    assert result.form is mine
    assert result.county is not None
    overview = overview_of(result, mine, result.county)
    assert [figure.before for figure in overview.headlines][:4] == [9, 0, 6, 3]
