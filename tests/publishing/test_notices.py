"""Correction notices: the same figures, what is wrong marked and listed, and nothing found of them
when they come back."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from functools import cache
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from hostile.scene import FREE, REQUESTS, Scene, base
from support.cells import part, put, rewrite, sheet_parts
from support.fills import fill
from support.soffice import convert
from xlreport import (
    FileRecord,
    Form,
    FormCatalog,
    MergeRequest,
    Outcome,
    ReadOptions,
    Unit,
    get_form,
    merge_folder,
    read_submission,
    repair_files,
    write_outputs,
    write_workbook,
)
from xlreport.data_code import content_digest, data_code
from xlreport.errors import UsageError, WouldReplace
from xlreport.findings import Finding, Severity
from xlreport.importing.codes import NOT_OUR_WORKBOOK
from xlreport.merging.codes import LATER_IS_OLDER
from xlreport.merging.decisions import Decision, Ruling, with_decisions
from xlreport.merging.validation import validated
from xlreport.publishing.notices import LIST_NAME, NoticeFile, _note, notice_list, notices
from xlreport.submission import BLANK, NO, Entry, Status, Submission
from xlreport.workbook.codes import STRAY_SHEET
from xlreport.workbook.layout.lines import explanation_name
from xlreport.workbook.layout.notice import MOST_NOTED, MOST_NOTES, NOTE_COLUMN, NOTICE
from xlreport.workbook.layout.sheet import COVER, HIDDEN
from xlreport.workbook.layout.workbook import flag_name, layout_of
from xlreport.workbook.reader.submission import Reading
from xlreport.workbook.writer.context import NO_SERVICE, Service

FORM = get_form("zfxxgk-2021")
JIAZI = Unit("甲子镇", "990101", "乡镇")
NAME = "990101_甲子镇_2025年政府信息公开工作年度报告.xlsx"
RECEIVED = "requests.received.natural_person"
FEES = "disclosure.fees.amount"
TEXT = FORM.texts[0].field_id
LINE = ("序号", "性质", "位置（点一下到那一格）", "哪里不对", "怎么办")


def report(**entries: Entry) -> Submission:
    """The golden base of a town, with other cells: `requests__received__…` is a field's id."""
    town = base(FORM, JIAZI)
    changed = {name.replace("__", "."): entry for name, entry in entries.items()}
    return replace(town, entries={**town.entries, **changed})


WRONG = report(
    disclosure__licences__decisions=Entry(None, Status.TEXT, "2件"),
    requests__received__natural_person=Entry.of(400),
    disclosure__fees__amount=Entry.of(251000),
)
"""A word in a number cell, a column that does not add up, and a warning."""


def in_folder(folder: Path, data: bytes, name: str = "甲子镇.xlsx") -> MergeRequest:
    folder.mkdir(exist_ok=True)
    (folder / name).write_bytes(data)
    return MergeRequest(folder, reading=ReadOptions(workers=0))


@cache
def notice_of(data: bytes, service: Service = NO_SERVICE) -> NoticeFile:
    """The notice of a workbook that came."""
    reading = read_submission(data, FormCatalog(), path="甲子镇.xlsx")
    read = FileRecord("甲子镇.xlsx", reading, reading.findings)
    request = MergeRequest(Path())
    (notice,) = notices(validated([read]), request, service)
    return notice


@pytest.fixture
def notice() -> NoticeFile:
    return notice_of(write_workbook(WRONG, FORM))


def opened(notice: NoticeFile) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(notice.data))


def cell_of(name: str) -> tuple[str, str]:
    place = layout_of(FORM).place(name)
    return place.sheet, place.cell


def listed(notice: NoticeFile) -> list[tuple[str, ...]]:
    """The lines of the first sheet's list."""
    sheet = openpyxl.load_workbook(io.BytesIO(notice.data), data_only=True)[NOTICE]
    rows = [tuple(str(value) for value in row) for row in sheet.iter_rows(values_only=True)]
    first = rows.index(LINE)
    return [row for row in rows[first + 1 :] if row[0].isdigit()]


def comments(sheet: Worksheet) -> dict[str, str]:
    found = {}
    for row in sheet.iter_rows():
        for cell in row:
            if cell.comment is not None:
                found[cell.coordinate] = cell.comment.text
    return found


# --- what it holds ---


def test_it_says_the_same_and_nothing_is_found_of_what_is_ours(notice: NoticeFile) -> None:
    again = read_submission(notice.data, FormCatalog())
    assert again.findings == ()
    assert again.submission is not None
    came = read_submission(write_workbook(WRONG, FORM), FormCatalog()).submission
    assert came is not None
    assert again.submission.content == came.content
    assert again.submission.provenance.identity == came.provenance.identity
    assert again.submission.provenance.number == 2
    assert (notice.name, notice.unit, notice.listed, notice.left) == (NAME, JIAZI, 3, ())


def test_both_forms_come_back_as_they_went(any_form: Form, catalog: FormCatalog) -> None:
    filled = replace(fill(any_form, 3), overrides={})
    spoiled = {field.id: BLANK for field in any_form.typed[:3]}
    answers = {table.id: NO for table in any_form.tables}
    sent = replace(filled, entries={**filled.entries, **spoiled}, answers=answers)
    reading = read_submission(write_workbook(sent, any_form), catalog)
    assert reading.submission is not None
    request = MergeRequest(Path(), forms=catalog)
    (notice,) = notices([FileRecord("a.xlsx", reading)], request)
    assert notice.problem == ""
    again = read_submission(notice.data, catalog)
    assert again.submission is not None
    assert again.submission.content == reading.submission.content
    assert [f.code for f in again.findings if f.code.startswith("R")] == [
        f.code for f in reading.findings if f.code.startswith("R")
    ]


@pytest.mark.parametrize("extension", ["xlsx", "ods", "xls"])
def test_saved_by_libreoffice_it_says_the_same_and_our_notes_are_ours(
    notice: NoticeFile, tmp_path: Path, extension: str
) -> None:
    (tmp_path / "a.xlsx").write_bytes(notice.data)
    (saved,) = convert(tmp_path, [tmp_path / "a.xlsx"], extension)
    reading = read_submission(saved.read_bytes(), FormCatalog())
    # R24 tells another format
    assert {finding.code for finding in reading.findings} <= {"R24"}
    assert reading.submission is not None
    assert data_code(reading.submission) == data_code(as_submission(notice))


def as_submission(notice: NoticeFile) -> Submission:
    assert notice.fresh is not None
    return notice.fresh


def test_the_file_is_valid(notice: NoticeFile, tmp_path: Path) -> None:
    """By the schemas of ECMA-376, comments and their shapes included."""
    openxml_audit = pytest.importorskip("openxml_audit")
    path = tmp_path / "a.xlsx"
    path.write_bytes(notice.data)
    errors = openxml_audit.OpenXmlValidator().validate(path).errors
    assert [str(error) for error in errors] == []


def test_the_same_file_gives_the_same_bytes(notice: NoticeFile) -> None:
    again = notice_of.__wrapped__(write_workbook(WRONG, FORM))
    assert again.data == notice.data


def test_what_was_corrected_in_it_takes_the_place_of_the_report(
    notice: NoticeFile, tmp_path: Path
) -> None:
    right = notice.data
    for name, value in ((FREE, "7"), (RECEIVED, value_of(RECEIVED)), (FEES, "25.1")):
        right = put(right, *cell_of(name), "number", value)
    in_folder(tmp_path / "in", write_workbook(WRONG, FORM))
    request = in_folder(tmp_path / "in", right, "更正.xlsx")
    outcomes = {file.path: file.outcome for file in merge_folder(request).files}
    assert outcomes == {"更正.xlsx": Outcome.ACCEPTED, "甲子镇.xlsx": Outcome.SUPERSEDED}


def value_of(name: str) -> str:
    return str(base(FORM, JIAZI).entries[name].value)


def test_a_notice_of_a_notice_counts_on(notice: NoticeFile, tmp_path: Path) -> None:
    again = notice_of(put(notice.data, *cell_of(FREE), "text", "三件"))
    reading = read_submission(again.data, FormCatalog())
    assert reading.submission is not None
    assert reading.submission.provenance.number == 3
    assert reading.findings == ()


def test_the_cover_has_the_code_of_what_is_in_it(notice: NoticeFile) -> None:
    again = read_submission(notice.data, FormCatalog()).submission
    assert again is not None
    texts = [str(c.value) for row in opened(notice)[COVER].iter_rows() for c in row if c.value]
    (told,) = [text for text in texts if "写出本工作簿时的" in text]
    assert told.startswith(f"{data_code(again)}（")


def test_a_new_template_has_no_code_and_a_repaired_workbook_has_its_own(tmp_path: Path) -> None:
    sent = write_workbook(WRONG, FORM)
    assert "数据校验码" not in cover_text(sent)
    (tmp_path / "a.xlsx").write_bytes(sent)
    (file,) = repair_files([tmp_path / "a.xlsx"], tmp_path / "out").files
    again = read_submission(file.data, FormCatalog()).submission
    assert again is not None
    assert data_code(again) in cover_text(file.data)


def cover_text(data: bytes) -> str:
    cover = openpyxl.load_workbook(io.BytesIO(data))[COVER]
    return "".join(str(c.value) for row in cover.iter_rows() for c in row if c.value)


def test_the_cover_tells_until_when_and_where_to(tmp_path: Path) -> None:
    service = Service("2026年1月31日", "xian@example.org", "王五")
    sent = notice_of(write_workbook(WRONG, FORM), service)
    assert "请2026年1月31日前报送到 xian@example.org" in cover_text(sent.data)


# --- the first sheet ---


def test_the_first_sheet_lists_what_is_wrong_with_a_link_to_each_cell(notice: NoticeFile) -> None:
    rows = listed(notice)
    assert [row[1] for row in rows] == ["错误", "错误", "警示", "提示"]
    licences, received, fees, hint = rows
    assert licences[2] == "二、主动公开 B10"
    assert licences[3].startswith("行政许可·本年处理决定数量：是文字“2件”，不是数字")
    assert licences[3].endswith("（A-6）")
    assert "请只填阿拉伯数字" in licences[4]
    assert [row[2] for row in (received, fees, hint)] == [
        "三、依申请公开 D7",
        "二、主动公开 B17",
        "三、依申请公开 D7",
    ]
    assert "D7 的 400 ＋ D8 的 2 ＝ 402" in received[3]
    sheet = opened(notice)[NOTICE]
    formulas = [str(sheet.cell(row, 3).value) for row in range(6, 10)]
    target = "#'二、主动公开'!B10"
    assert formulas[0] == f'=HYPERLINK("{target}","二、主动公开 B10")'
    assert [re.findall("![A-Z0-9]+", formula) for formula in formulas] == [
        ["!B10"],
        ["!D7"],
        ["!B17"],
        ["!D7"],
    ]


def test_it_opens_at_the_list_and_no_sheets_are_selected_together(notice: NoticeFile) -> None:
    book = opened(notice)
    assert book.sheetnames[:2] == [NOTICE, COVER]
    assert book.active is book[NOTICE]
    selected = [sheet.title for sheet in book if sheet.sheet_view.tabSelected]
    assert selected == [NOTICE]


def test_the_report_prints_as_it_did(notice: NoticeFile) -> None:
    before = openpyxl.load_workbook(io.BytesIO(write_workbook(WRONG, FORM)))
    after = opened(notice)
    for sheet in before:
        assert after[sheet.title].print_area == sheet.print_area
        assert after[sheet.title].page_setup.cellComments is None
    printed = [after[COVER].cell(row, 2).value for row in range(1, 30)]
    assert printed == [before[COVER].cell(row, 2).value for row in range(1, 30)]
    # an empty cell: no program prints a page of it
    area = after[NOTICE].print_area.rpartition("!")[2].replace("$", "")
    assert after[NOTICE][area.partition(":")[0]].value is None


def test_what_was_not_carried_over_is_told(tmp_path: Path) -> None:
    sent = put(write_workbook(WRONG, FORM), REQUESTS, "J7", "number", "45")
    notice = notice_of(sent)
    (left,) = notice.left
    assert "公式曾被改成“45”，已恢复公式" in left
    sheet = opened(notice)[NOTICE]
    texts = [str(row[0]) for row in sheet.iter_rows(values_only=True)]
    assert texts[texts.index("换成新表时没有照搬、或已恢复的内容") + 1] == left


def test_what_the_roster_knows_of_the_unit_is_known_of_the_fresh_report() -> None:
    """Checks of texts look for the names of other units."""
    reading = read_submission(write_workbook(WRONG, FORM), FormCatalog())
    read = FileRecord("甲子镇.xlsx", reading, reading.findings)
    known = replace(read.report, known_as=("甲子公社",), listed=frozenset(["乙丑镇"]))
    (notice,) = notices(validated([read.reporting(known)]), MergeRequest(Path()))
    fresh = as_submission(notice)
    assert (fresh.known_as, fresh.listed) == (("甲子公社",), frozenset(["乙丑镇"]))


def test_a_report_that_only_needs_a_fresh_workbook_is_not_accused(tmp_path: Path) -> None:
    sent = put(write_workbook(base(FORM, JIAZI), FORM), REQUESTS, "J7", "blank")
    notice = notice_of(sent)
    assert (notice.problem, notice.listed) == ("", 0)
    texts = [str(row[0]) for row in opened(notice)[NOTICE].iter_rows(values_only=True)]
    assert "数字没有要改的" in texts[1]
    assert LINE[0] not in texts
    assert read_submission(notice.data, FormCatalog()).findings == ()


def notice_of_a_page(report: Submission, *unplaced: str) -> NoticeFile:
    """The notice of a report that came as a web page; some of it could not be placed."""
    source = replace(report.provenance, document="网页")
    report = replace(report, provenance=source)
    found = (NOT_OUR_WORKBOOK(),)
    reading = Reading(found, submission=report, unit=JIAZI, year=2025, form=FORM, unplaced=unplaced)
    file = FileRecord("甲子镇.html", reading, found)
    (notice,) = notices(validated([file]), MergeRequest(Path()))
    return notice


def test_a_report_that_was_no_workbook_of_ours_is_one_now() -> None:
    notice = notice_of_a_page(base(FORM, JIAZI))
    assert (notice.problem, notice.listed, notice.left) == ("", 0, ())
    texts = [str(row[0]) for row in opened(notice)[NOTICE].iter_rows(values_only=True)]
    assert texts[1] == (
        "甲子镇：你单位报来的 2025 年度政府信息公开工作年度报告不是用县里发的模板填的；"
        "认得准的数字已填进这份新表，没有查出要改的。"
    )
    assert LINE[0] not in texts


def test_what_of_a_page_could_not_be_placed_is_told() -> None:
    lost = "第2个表格 第24行3格：“8”，认不准"
    notice = notice_of_a_page(WRONG, lost)
    assert notice.left == (lost,)
    texts = [str(row[0]) for row in opened(notice)[NOTICE].iter_rows(values_only=True)]
    assert f"有 {notice.listed} 处要改正或核实，这些格子已标出。" in texts[1]
    assert not any("R-36" in row[3] for row in listed(notice))
    assert texts[texts.index("换成新表时没有照搬、或已恢复的内容") + 1] == lost


def test_cells_are_those_of_the_fresh_workbook(tmp_path: Path) -> None:
    """A row that somebody inserted moves all cells of the file that came, and none of ours."""
    (tmp_path / "in").mkdir()
    scene = Scene(tmp_path / "in")
    moved = scene.row_inserted(REQUESTS, 7, names=True)
    sheet, cell = REQUESTS, "D8"
    notice = notice_of(put(moved, sheet, cell, "number", "99"))
    wrong = [row for row in listed(notice) if row[1] == "错误"]
    assert {row[2] for row in wrong} == {"三、依申请公开 D7"}
    assert "D7 的 99" in wrong[0][3]


def test_what_is_wrong_with_the_whole_file_is_listed_too() -> None:
    """But not what is left behind with the file: that stands below the list."""
    reading = read_submission(write_workbook(WRONG, FORM), FormCatalog())
    stray = STRAY_SHEET(sheet="附表").at(sheet="附表")
    older = LATER_IS_OLDER(rival="b", number=3, saved="", own_number=2, own_saved="")
    read = FileRecord("甲子镇.xlsx", reading, (*reading.findings, stray, older))
    (notice,) = notices(validated([read]), MergeRequest(Path()))
    messages = [row[3] for row in listed(notice)]
    assert [text for text in messages if "（F-20）" in text]
    assert not [text for text in messages if "附表" in text]
    assert [text for text in notice.left if "附表" in text]


# --- the marks ---


def test_cells_are_marked_by_more_than_their_colour(notice: NoticeFile) -> None:
    book = opened(notice)
    marked = {}
    for name in (FREE, RECEIVED, FEES, "disclosure.coercive_measures.decisions"):
        sheet, cell = cell_of(name)
        style = book[sheet][cell]
        marked[name] = style.border.left.style, style.fill.start_color.rgb
    assert marked == {
        FREE: ("medium", "FFF8CBAD"),
        RECEIVED: ("medium", "FFF8CBAD"),
        FEES: ("mediumDashed", "FFFFE699"),
        "disclosure.coercive_measures.decisions": ("thin", "FFFFF9DB"),
    }


def test_what_is_wrong_stands_at_the_cell_and_nowhere_else(notice: NoticeFile) -> None:
    book = opened(notice)
    disclosure, requests = comments(book["二、主动公开"]), comments(book["三、依申请公开"])
    assert set(disclosure) == {"B10", "B17"}
    assert set(requests) == {"D7"}
    assert disclosure["B10"].startswith("错误：是文字“2件”，不是数字\n→ ")
    # all that is found of one cell stands together
    assert requests["D7"].startswith("错误：D7 的 400 ＋ D8 的 2")
    assert "\n提示：可能是下列几处中的一处填错" in requests["D7"]
    assert comments(book[COVER]) == {}
    checks = comments(book["校验"])
    assert len(checks) == 1
    assert "数字无误的，在这里写明原因" in next(iter(checks.values()))


def test_the_place_of_an_explanation_is_marked_too(notice: NoticeFile) -> None:
    again = read_submission(notice.data, FormCatalog()).submission
    assert again is not None
    assert {"explain.C7", FEES, FREE} <= notice.concerned
    name = explanation_name("C7")
    spot = opened(notice).defined_names[name].attr_text.replace("$", "")
    sheet, _, cell = spot.rpartition("!")
    assert opened(notice)[sheet.strip("'")][cell].border.left.style == "mediumDashed"


def test_live_checks_and_their_colours_stay(notice: NoticeFile) -> None:
    """Our own rule comes last, so that what a check finds wrong keeps the colour of that."""
    name = sheet_parts(notice.data)["二、主动公开"]
    plain = write_workbook(WRONG, FORM)
    before = part(plain, sheet_parts(plain)["二、主动公开"])
    after = part(notice.data, name)
    assert after.count("<cfRule ") == before.count("<cfRule ") + 2
    assert '<formula>$B$10&lt;&gt;"2件"</formula>' in after
    assert "<formula>$B$17&lt;&gt;251000</formula>" in after
    assert before.count("<f>") == after.count("<f>")
    priorities = [int(text.split('"')[0]) for text in after.split('priority="')[1:]]
    ours = int(after.split("$B$10&lt;")[0].rpartition('priority="')[2].split('"')[0])
    assert ours > len(priorities) - 2


def test_many_marked_cells_leave_room_for_what_a_town_writes(tmp_path: Path) -> None:
    town = base(FORM, JIAZI)
    blank = {f.id: BLANK for f in FORM.typed if f.table == "requests"}
    sent = replace(
        town, entries={**town.entries, **blank}, answers={**town.answers, "requests": NO}
    )
    notice = notice_of(write_workbook(sent, FORM))
    sheet = opened(notice)[REQUESTS]
    assert len(comments(sheet)) == MOST_NOTES < len(blank)
    sheet_name, last = cell_of(list(blank)[-1])
    assert opened(notice)[sheet_name][last].border.left.style == "medium"
    assert read_submission(notice.data, FormCatalog()).findings == ()


def test_a_long_note_is_cut_and_says_where_the_rest_stands() -> None:
    finding = Finding("A6", Severity.ERROR, "错" * 200, "改" * 100)
    other = replace(finding, message="另" * 200)
    whole = _note([finding])
    assert whole == f"错误：{finding.message}\n→ {finding.suggestion}"
    cut = _note([finding, other])
    assert len(cut) == MOST_NOTED
    assert cut.endswith("另……详见“更正通知”页")
    # the same advice stands once
    assert cut.count("改") == 100


@pytest.mark.parametrize("raw", ["=1+1", '"&"', "<b>&", "@SUM(A1)"])
def test_hostile_words_stay_words(tmp_path: Path, raw: str) -> None:
    sent = report(disclosure__licences__decisions=Entry(None, Status.TEXT, raw))
    notice = notice_of(write_workbook(sent, FORM))
    again = read_submission(notice.data, FormCatalog())
    assert again.findings == ()
    assert again.submission is not None
    assert again.submission.entries[FREE].raw == raw
    cells = [c for row in opened(notice)[NOTICE].iter_rows() for c in row if c.column != 3]
    types = {cell.data_type for cell in cells if cell.value}
    assert "f" not in types


# --- what the county decided ---


@pytest.mark.parametrize("typed_over", [False, True])
def test_what_the_county_accepts_is_not_asked_and_what_it_asks_is(typed_over: bool) -> None:
    """Also where the file that came differs from the fresh workbook in what that restores."""
    data = write_workbook(WRONG, FORM)
    if typed_over:
        data = put(data, REQUESTS, "J7", "number", "409")
    reading = read_submission(data, FormCatalog(), path="甲子镇.xlsx")
    read = FileRecord("甲子镇.xlsx", reading, reading.findings)
    about = content_digest(read.report)
    decisions = (
        Decision(JIAZI, Ruling.ACCEPT, "已核对收费票据", "C7", "王五", 1.0, about),
        Decision(JIAZI, Ruling.QUERY, "请附台账", "A3", "王五", 1.0, about),
    )
    request = replace(MergeRequest(Path()), decisions=decisions)
    (notice,) = notices(with_decisions(validated([read]), decisions), request)
    rows = listed(notice)
    assert "C-7" not in "".join(row[3] for row in rows)
    assert any("请附台账" in row[3] for row in rows)
    note = comments(opened(notice)[REQUESTS])["D7"]
    # the gravest first, whenever it was found
    assert note.index("错误：") < note.index("请附台账") < note.index("提示：")


# --- what a town adds ---


def add_comment(data: bytes, cell: str, text: str) -> bytes:
    """The workbook with another comment at a cell of the sheet 二、主动公开."""
    name = "xl/comments1.xml"
    xml = part(data, name)
    note = f'<comment ref="{cell}" authorId="0"><text><t>{text}</t></text></comment>'
    return rewrite(data, {name: xml.replace("<commentList>", f"<commentList>{note}").encode()})


def test_a_towns_own_comment_is_told_beside_ours(notice: NoticeFile) -> None:
    (finding,) = read_submission(add_comment(notice.data, "C6", "请核对"), FormCatalog()).findings
    assert (finding.code, finding.cell) == ("R5", "C6")
    assert "请核对" in finding.message


def test_a_note_of_ours_to_which_a_town_answered_is_told(notice: NoticeFile) -> None:
    xml = part(notice.data, "xl/comments1.xml")
    answered = xml.replace("错误：是文字", "是按件算的。错误：是文字")
    assert answered != xml
    changed = rewrite(notice.data, {"xl/comments1.xml": answered.encode()})
    (finding,) = read_submission(changed, FormCatalog()).findings
    assert (finding.code, finding.cell) == ("R5", "B10")


def test_a_sheet_of_this_name_in_another_workbook_is_told(notice: NoticeFile) -> None:
    name = sheet_parts(notice.data)[HIDDEN]
    xml = part(notice.data, name)
    column = chr(ord("A") + NOTE_COLUMN)
    without = re.sub(rf'<c r="{column}\d+"[^>]*>.*?</c>', "", xml)
    assert without != xml
    findings = read_submission(
        rewrite(notice.data, {name: without.encode()}), FormCatalog()
    ).findings
    assert NOTICE in {finding.sheet for finding in findings}
    assert {finding.code for finding in findings} == {"R5"}


# --- files ---


def test_the_notices_of_a_merge_are_written_with_their_list(tmp_path: Path) -> None:
    request = in_folder(tmp_path / "in", write_workbook(WRONG, FORM))
    result = write_outputs(merge_folder(request), tmp_path / "out", notices=tmp_path / "back")
    assert sorted(path.name for path in (tmp_path / "back").iterdir()) == [NAME, LIST_NAME]
    assert result.notices == result.outputs[-2:]
    assert [Path(path).name for path in result.notices] == [NAME, LIST_NAME]
    text = (tmp_path / "back" / LIST_NAME).read_bytes().decode("utf-8-sig")
    assert f"  → {NAME}：3 处要改正或核实\r\n" in text


def test_nothing_is_written_where_nothing_was_returned(tmp_path: Path) -> None:
    request = in_folder(tmp_path / "in", write_workbook(base(FORM, JIAZI), FORM))
    result = write_outputs(merge_folder(request), tmp_path / "out", notices=tmp_path / "back")
    assert (result.notices, (tmp_path / "back").exists()) == ((), False)


def test_a_notice_that_somebody_worked_in_is_not_replaced(tmp_path: Path) -> None:
    request = in_folder(tmp_path / "in", write_workbook(WRONG, FORM))
    good = replace(base(FORM, JIAZI), unit=Unit("乙丑镇", "990102", "乡镇"))
    in_folder(tmp_path / "in", write_workbook(good, FORM), "乙丑镇.xlsx")
    back = tmp_path / "back"
    write_outputs(merge_folder(request), tmp_path / "out", notices=back)
    # as written it makes room for the next one
    other = report(disclosure__licences__decisions=Entry(None, Status.TEXT, "三件"))
    in_folder(tmp_path / "in", write_workbook(other, FORM))
    write_outputs(merge_folder(request), tmp_path / "out", notices=back)
    standing = (back / NAME).read_bytes()
    core = part(standing, "docProps/core.xml")
    saved = core.replace(
        "2026-01-01T00:00:00Z</dcterms:modified>", "2026-01-08T00:00:00Z</dcterms:modified>"
    )
    assert saved != core
    worked_in = rewrite(standing, {"docProps/core.xml": saved.encode()})
    (back / NAME).write_bytes(worked_in)
    in_folder(tmp_path / "in", write_workbook(WRONG, FORM))
    with pytest.raises(WouldReplace, match=NAME):
        write_outputs(merge_folder(request), tmp_path / "out", notices=back)
    assert (back / NAME).read_bytes() == worked_in


def test_a_summary_in_which_nothing_counts_yet_makes_room_for_the_next(tmp_path: Path) -> None:
    request = in_folder(tmp_path / "in", write_workbook(WRONG, FORM))
    first = write_outputs(merge_folder(request), tmp_path / "out")
    again = write_outputs(merge_folder(request), tmp_path / "out")
    assert (again.kept, again.outputs) == (None, first.outputs)
    # a report of the same form and year is none of ours
    Path(first.outputs[0]).write_bytes(write_workbook(base(FORM, JIAZI), FORM))
    with pytest.raises(WouldReplace, match="是“甲子镇”2025 年度的报表"):
        write_outputs(merge_folder(request), tmp_path / "out")


def test_notices_are_not_written_where_the_next_merge_reads(tmp_path: Path) -> None:
    request = in_folder(tmp_path / "in", write_workbook(WRONG, FORM))
    with pytest.raises(UsageError, match="更正通知不能写进收报表的文件夹"):
        write_outputs(merge_folder(request), tmp_path / "out", notices=tmp_path / "in" / "x")


def test_why_there_is_no_notice_is_told() -> None:
    files = [NoticeFile(JIAZI, "a.xlsx", problem="有一张表和它的副本内容不同")]
    text = notice_list(files).decode("utf-8-sig")
    assert "甲子镇　a.xlsx\r\n  没有更正通知：有一张表和它的副本内容不同\r\n" in text


def test_two_reports_of_one_unit_have_notices_of_their_own(tmp_path: Path) -> None:
    reading = read_submission(write_workbook(WRONG, FORM), FormCatalog())
    files = [FileRecord(name, reading) for name in ("a.xlsx", "b.xlsx")]
    names = [file.name for file in notices(files, MergeRequest(tmp_path))]
    assert names == [NAME, NAME.replace(".xlsx", "2.xlsx")]


# --- what may have to be changed ---


def test_everything_on_which_an_error_depends_is_concerned(notice: NoticeFile) -> None:
    """The column adds up when any of its cells is corrected, the first or one behind the total."""
    behind = {RECEIVED, "requests.carried_in.natural_person"}
    assert behind <= notice.concerned
    column = {
        f.id for f in FORM.typed if f.id.startswith("requests.") and f.id.endswith("natural_person")
    }
    assert column <= notice.concerned
    assert flag_name("requests") in notice.concerned
    assert "disclosure.coercive_measures.decisions" not in notice.concerned
    assert TEXT not in notice.concerned
