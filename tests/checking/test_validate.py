"""What is told of a report, stage by stage, and what is not told twice."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

import pytest

from support.balanced import changed, typed_over
from support.fills import fill
from xlreport import Entry, Finding, Form, Submission, a1, check_submissions
from xlreport.checking.failures import no_number
from xlreport.checking.validate import Report, uncovered_cells, without_consequential
from xlreport.findings import Severity, grouped
from xlreport.form.expression import And, Compare, Const, Filled, IsNumber, Ref
from xlreport.form.model import Instance
from xlreport.rules.evaluate import Verdict, evaluate_submissions, view_of
from xlreport.submission import BLANK, Figures, Provenance, Status, shown
from xlreport.text import printed_code
from xlreport.workbook.layout.workbook import layout_of

GRANTED = "requests.granted.natural_person"
LICENCES = "disclosure.licences.decisions"
FEES = "disclosure.fees.amount"


def findings(form: Form, report: Submission) -> tuple[Finding, ...]:
    (found,) = check_submissions(form, [report])
    return found


def with_entry(report: Submission, name: str, entry: Entry) -> Submission:
    return replace(report, entries={**report.entries, name: entry})


def instance(form: Form, code: str) -> Instance:
    return next(i for i in form.instances if i.code == code)


# --- consequential failures ----------------------------------------------------------------------


def test_every_rule_that_fails_or_is_unknown_is_told(any_form: Form) -> None:
    followed = 0
    for seed in range(30):
        submission = fill(any_form, seed)
        evaluation = evaluate_submissions(any_form, [submission])
        failing = evaluation.instances(0, Verdict.FAILS)
        told = without_consequential(any_form, failing, evaluation.view(0))
        followed += len(failing) - len(told)
        assert bool(told) == bool(failing), "something is always told"
        codes = {f.code for f in check_submissions(any_form, [submission])[0]}
        assert {i.code for i in told} <= codes, seed
        for instance in evaluation.instances(0, Verdict.UNKNOWN):
            assert codes & {instance.code, "V1", "V2"}, (seed, instance.code)
    assert followed


def test_the_balance_of_the_totals_follows_from_that_of_a_column(
    zfxxgk: Form, town: Submission
) -> None:
    evaluation = evaluate_submissions(zfxxgk, [changed(town, {GRANTED: 40})])
    view = evaluation.view(0)
    column, total = (instance(zfxxgk, f"A3.{name}") for name in ("natural_person", "total"))
    assert without_consequential(zfxxgk, [total, column], view) == [column]
    assert without_consequential(zfxxgk, [total], view) == [total]


def test_a_failure_of_another_check_explains_no_balance(zfxxgk: Form, town: Submission) -> None:
    view = view_of(zfxxgk, town)
    total = instance(zfxxgk, "A3.total")
    of_column = instance(zfxxgk, "A3.natural_person")
    other = replace(of_column, check=replace(of_column.check, code="Z9"))
    assert without_consequential(zfxxgk, [total, other], view) == [total, other]


def test_what_a_typed_over_total_breaks_is_told_once(zfxxgk: Form, town: Submission) -> None:
    wrong = replace(town, overrides={"requests.processed.natural_person": Entry.of(99)})
    codes = [f.code for f in findings(zfxxgk, wrong) if f.severity is Severity.ERROR]
    processed = zfxxgk.fields["requests.processed.natural_person"].computed
    assert processed is not None
    assert codes
    assert {code.split(".")[0] for code in codes} == {processed}


def test_an_empty_text_is_told_with_what_to_do(zfxxgk: Form, town: Submission) -> None:
    text = zfxxgk.texts[0]
    rule = replace(zfxxgk.instances[0], rule=Filled(text.field_id))
    form = replace(zfxxgk, instances=(rule,))
    evaluation = evaluate_submissions(form, [replace(town, texts={})])
    (finding,) = Report(evaluation, 0).of_rules
    assert (finding.code, finding.field) == (rule.code, text.field_id)
    assert finding.severity is rule.check.severity
    assert finding.message == f"“{text.label}”没有填写"
    assert finding.suggestion == _SUM_OF_KINDS + "请补写后重新报送", "the reason of the rule first"
    assert finding.observed == ((text.field_id, ""),)


def test_a_rule_about_no_cell_is_told_at_none(zfxxgk: Form, town: Submission) -> None:
    rule = replace(zfxxgk.instances[0], rule=Compare("==", Const(Decimal(1)), Const(Decimal(2))))
    evaluation = evaluate_submissions(replace(zfxxgk, instances=(rule,)), [town])
    (finding,) = Report(evaluation, 0).of_rules
    assert (finding.code, finding.field, finding.sheet, finding.cell) == (rule.code, "", "", "")


# --- cells without a number ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("entry", "message", "suggestion"),
    [
        (
            BLANK,
            "没有填写",
            "没有发生的填 0；本表空白处确实都是 0 的，在“本表空白处是否均为 0”选“是”",
        ),
        (Entry(None, Status.ERROR, "#REF!"), "是错误值 #REF!", "请删掉公式，直接填数字"),
        (
            Entry(None, Status.NO_RESULT, "=A1"),
            "是公式 =A1，而且没有结果",
            "请删掉公式，直接填数字",
        ),
        (
            Entry(None, Status.BOOLEAN, "TRUE"),
            "是逻辑值 TRUE，不是数字",
            "请只填阿拉伯数字，不带单位和符号；没有发生的填 0",
        ),
        (
            Entry(None, Status.DATE, "2025-01-02"),
            "是日期（2025-01-02），不是数字；可能把 1-2 这样的写法当成了日期",
            "请先按 Delete 清空这一格，把格式设为“常规”，再填数字",
        ),
        (
            Entry(None, Status.TOO_LARGE, "99999999999"),
            "数字 99999999999 太大",
            "请核对单位和位数；每格必须小于 10 亿",
        ),
        (
            Entry(None, Status.TEXT, "二{x}件"),
            "是文字“二{x}件”，不是数字",
            "请只填阿拉伯数字，不带单位和符号；没有发生的填 0",
        ),
        (
            Entry(None, Status.TEXT, " "),
            "只有空格，没有数字",
            "请按 Delete 清空这一格，再填数字；没有发生的填 0",
        ),
        (
            Entry(None, Status.TEXT, "（图片）"),
            "是一张图片，不是数字",
            "请按 Delete 清空这一格，再填数字；没有发生的填 0",
        ),
    ],
)
def test_a_cell_without_a_number_is_told_at_its_place(
    zfxxgk: Form, town: Submission, entry: Entry, message: str, suggestion: str
) -> None:
    finding = no_number(GRANTED, view_of(zfxxgk, with_entry(town, GRANTED, entry)))
    assert (finding.code, finding.sheet, finding.cell) == ("R16", "三、依申请公开", "D9")
    assert (finding.message, finding.suggestion) == (message, suggestion)
    assert finding.observed == ((GRANTED, entry.raw or None),)


def test_under_a_rule_a_blank_is_told_by_the_code_of_the_rule(
    zfxxgk: Form, town: Submission
) -> None:
    found = findings(zfxxgk, with_entry(town, GRANTED, BLANK))
    (finding,) = {f for f in found if f.field == GRANTED and f.message == "没有填写"}
    assert finding.code in {check.code for check in zfxxgk.checks}
    assert (finding.unit, finding.cell) == ("甲子镇", "D9")


def test_a_blank_is_told_behind_parts_that_are_about_no_blank_or_hold(
    zfxxgk: Form, town: Submission
) -> None:
    """`and` of a comparison, of a number that is there, and of the blank."""
    received = Ref("requests.received.natural_person")
    parts = (Compare("==", received, received), IsNumber(received), IsNumber(Ref(GRANTED)))
    rule = replace(zfxxgk.instances[0], rule=And(parts))
    form = replace(zfxxgk, instances=(rule,))
    evaluation = evaluate_submissions(form, [with_entry(town, GRANTED, BLANK)])
    (finding,) = Report(evaluation, 0).of_rules
    assert (finding.code, finding.field) == (rule.code, GRANTED)


def test_a_cell_that_no_rule_names_is_told_all_the_same(zfxxgk: Form, town: Submission) -> None:
    blank = with_entry(town, GRANTED, BLANK)
    evaluation = evaluate_submissions(replace_rules(zfxxgk), [blank])
    (finding,) = uncovered_cells(Report(evaluation, 0))
    assert (finding.code, finding.field) == ("R16", GRANTED)
    absent = with_entry(town, GRANTED, Entry(None, Status.ABSENT))
    evaluation = evaluate_submissions(replace_rules(zfxxgk), [absent])
    assert list(uncovered_cells(Report(evaluation, 0))) == []


def replace_rules(form: Form) -> Form:
    """The form without its rules."""
    return replace(form, instances=())


# --- what could not be verified ------------------------------------------------------------------


def test_without_last_year_one_note_names_the_checks(zfxxgk: Form, town: Submission) -> None:
    notes = [f for f in findings(zfxxgk, town) if f.code == "V2"]
    assert len(notes) == 1
    assert notes[0].message.startswith("没有上年的报表，有 ")
    known = replace(town, prior_year=Figures({GRANTED: Decimal(1)}))
    notes = [f for f in findings(zfxxgk, known) if f.code == "V2"]
    assert notes[0].message.startswith("上年的报表里缺数或缺文字，有 ")


def test_unverified_checks_are_named_without_their_rows(zfxxgk: Form, town: Submission) -> None:
    """A.received and its like are no words for people; 51 rules are of a few checks."""
    blank = {f.id: BLANK for f in zfxxgk.typed if f.table == "requests"}
    empty = replace(town, entries={**town.entries, **blank})
    (note,) = [f for f in findings(zfxxgk, empty) if f.code == "V1"]
    assert note.message == (
        "有 51 项校验因缺数、缺文字或单位类别未选而无法核对：A-1、A-2、A-3、C-2、C-4、C-5、G-1、G-2、G-6"
    )
    assert note.observed == (("checks", 51),)


def test_of_many_unverified_checks_twelve_are_named(zfxxgk: Form, town: Submission) -> None:
    empty = replace(town, entries=dict.fromkeys(town.entries, BLANK))
    (note,) = [f for f in findings(zfxxgk, empty) if f.code == "V1"]
    ((key, count),) = note.observed
    assert key == "checks"
    assert isinstance(count, int)
    assert count > 12
    assert note.message.startswith(f"有 {count} 项校验因缺数、缺文字或单位类别未选而无法核对：")
    assert note.message.endswith("等")
    names = note.message.removesuffix("等").partition("：")[2].split("、")
    assert len(names) == 12
    assert set(names) <= {printed_code(instance.code) for instance in zfxxgk.instances}


# --- explanations --------------------------------------------------------------------------------


def test_a_unit_explains_warnings_only(zfxxgk: Form, town: Submission) -> None:
    filled = [fill(zfxxgk, seed) for seed in range(40)]
    warned = next(
        (report, finding)
        for report, found in zip(filled, check_submissions(zfxxgk, filled), strict=True)
        for finding in found
        if finding.severity is Severity.WARNING
    )
    report, warning = warned
    error = next(f for f in findings(zfxxgk, changed(town, {GRANTED: 40})) if f.code != "V2")
    words = {warning.code: "清理了旧文件", error.code: "原表就是这样"}
    found = findings(zfxxgk, replace(report, explanations=words))
    assert {f.explanation for f in found if f.code == warning.code} == {"清理了旧文件"}
    assert {f.explanation for f in found if f.severity is not Severity.WARNING} <= {""}


# --- what is told at once ------------------------------------------------------------------------

_RESTORE = "请撤销改动后重新报送，或请汇总单位修复（xlreport repair）后发回"
_SUM_OF_KINDS = "总计由自然人和法人或其他组织五类相加得出。"


def test_what_would_fail_if_the_blanks_were_0_is_told_at_once(
    zfxxgk: Form, town: Submission
) -> None:
    """Beside a blank the number of granted requests is wrong, too."""
    wrong = with_entry(changed(town, {GRANTED: 40}), "requests.granted.other", BLANK)
    wrong = with_entry(wrong, "requests.declined_repeat.natural_person", BLANK)
    told = [f for f in findings(zfxxgk, wrong) if f.message.startswith("空白处都按 0 算时：")]
    assert [(f.code, f.severity, f.cell) for f in told] == [("V1", Severity.NOTE, "D7")]
    assert told[0].message.endswith("D30 的 45 ＋ D31 的 1 ＝ 46，差 4")
    assert told[0].suggestion == "请补填时一并核对，免得再退回一次"


def test_blanks_that_would_break_nothing_are_not_told_twice(zfxxgk: Form, town: Submission) -> None:
    blank = with_entry(town, "requests.declined_repeat.natural_person", BLANK)
    assert not [f for f in findings(zfxxgk, blank) if "按 0 算" in f.message]


def test_a_total_typed_over_is_told_though_a_part_is_blank(zfxxgk: Form, town: Submission) -> None:
    total = "requests.granted.total"
    blank = with_entry(town, "requests.granted.other", BLANK)
    wrong = replace(blank, overrides={total: Entry.of(99)})
    (foreseen,) = (f for f in findings(zfxxgk, wrong) if f.field == total)
    assert (foreseen.code, foreseen.cell) == ("V1", "J9")
    assert foreseen.message.startswith("空白处都按 0 算时：")
    assert foreseen.message.endswith("现相差 63；J9 锁定的公式被改成了数字")
    fits = replace(blank, overrides={total: Entry.of(36)})
    (told,) = (f for f in findings(zfxxgk, fits) if f.field == total)
    assert told.message == "锁定的公式被改成了 36；缺数补齐后才能核对"
    assert told.suggestion == _RESTORE


def test_a_total_typed_over_says_how_to_restore_it_and_what_is_right(
    zfxxgk: Form, town: Submission
) -> None:
    total = "requests.granted.total"
    wrong = replace(town, overrides={total: Entry.of(99)})
    failure, hint = (f for f in findings(zfxxgk, wrong) if f.field == total)
    right = shown(view_of(zfxxgk, town).value(Ref(total)))
    assert failure.message == f"锁定的公式被改成了 99，按公式应为 {right}"
    assert failure.suggestion == _SUM_OF_KINDS + _RESTORE
    assert (hint.code, hint.message) == ("H1", f"按公式应为 {right}（现为 99，公式被改掉了）")


@pytest.mark.parametrize(
    ("entry", "was"), [(Entry(None, Status.TEXT, "见附件"), "“见附件”"), (BLANK, "空白")]
)
def test_where_a_formula_is_gone_its_number_is_named(
    zfxxgk: Form, town: Submission, entry: Entry, was: str
) -> None:
    wrong = replace(town, overrides={"requests.granted.total": entry})
    (hint,) = (f for f in findings(zfxxgk, wrong) if f.code == "H1")
    assert hint.cell == "J9"
    assert hint.message == f"按公式应为 36（现为{was}，公式被改掉了）"


def test_a_formula_is_known_and_no_cell_is_guessed_beside_it(
    zfxxgk: Form, town: Submission
) -> None:
    """12 typed in and 21 pasted over their sum: either is the other's transposition."""
    report = changed(town, {"review.reconsideration.upheld": 12})
    wrong = replace(report, overrides={"review.reconsideration.total": Entry.of(21)})
    told = [(f.cell, f.message) for f in findings(zfxxgk, wrong) if f.code == "H1"]
    assert told == [("E7", "按公式应为 12（现为 21，公式被改掉了）")]


def test_the_right_total_is_named_while_something_else_fails(
    zfxxgk: Form, town: Submission
) -> None:
    wrong = changed(town, {"requests.received.natural_person": 44})
    wrong = replace(wrong, overrides={"requests.received.total": Entry.of(99)})
    told = [f.message for f in findings(zfxxgk, wrong) if f.code == "H1"]
    assert told == ["按公式应为 44（现为 99，公式被改掉了）"]


PROCESSED = "requests.processed.natural_person"


@pytest.mark.parametrize(
    ("total", "entry", "right"),
    [
        ("requests.granted.total", Entry.of(99), "J9 按公式应为 63（现为 99，公式被改掉了）"),
        (PROCESSED, Entry.of(14), "D30 按公式应为 68（现为 14，公式被改掉了）"),
        (PROCESSED, BLANK, "D30 按公式应为 68（现为空白，公式被改掉了）"),
    ],
)
def test_beside_a_total_typed_over_the_wrong_cell_is_searched_with_the_formula_restored(
    total: str, entry: Entry, right: str, zfxxgk: Form, town: Submission
) -> None:
    """63 was typed for 36, and something over a total that has nothing to do with it."""
    wrong = replace(changed(town, {GRANTED: 63}), overrides={total: entry})
    told = [f"{f.cell} {f.message}" for f in findings(zfxxgk, wrong) if f.code == "H1"]
    assert told == [
        "D9 可能是下列几处中的一处填错：D9 应为 36（现为 63，两位数字颠倒）；"
        "D8 应为 29（现为 2，漏了一位数字）",
        right,
    ]


def test_what_holds_with_the_formula_restored_is_said_so(zfxxgk: Form, town: Submission) -> None:
    """Last year's report leaves one cell that can be wrong."""
    known = replace(
        changed(town, {GRANTED: 63}),
        prior_year=Figures({"requests.carried_out.natural_person": Decimal(2)}),
        overrides={"review.reconsideration.total": Entry.of(5)},
    )
    told = [f"{f.cell} {f.message}" for f in findings(zfxxgk, known) if f.code == "H1"]
    assert told == [
        "D9 很可能应为 36（现为 63，两位数字颠倒）；恢复公式并改后 2 项校验全部成立",
        "E7 按公式应为 0（现为 5，公式被改掉了）",
    ]


def test_what_still_fails_with_the_formula_restored_is_counted(
    zfxxgk: Form, town: Submission
) -> None:
    known = replace(
        changed(town, {GRANTED: 63, "disclosure.regulations.issued": 1}),
        prior_year=Figures({"requests.carried_out.natural_person": Decimal(2)}),
        overrides={"review.reconsideration.total": Entry.of(5)},
    )
    hint = next(f for f in findings(zfxxgk, known) if f.code == "H1")
    assert hint.message == (
        "可能应为 36（现为 63，两位数字颠倒）；恢复公式并改后 2 项校验成立，还有 1 项不成立"
    )


def test_totals_that_one_wrong_cell_explains_are_right(zfxxgk: Form, town: Submission) -> None:
    """All formulas became their results, then 36 was typed into the row below."""
    pasted = typed_over(zfxxgk, town)
    wrong = changed(pasted, {"requests.partly_granted.natural_person": 36})
    told = [(f.cell, f.message[:7]) for f in findings(zfxxgk, wrong) if f.code == "H1"]
    assert told == [("D10", "很可能应为 0")]


def test_a_foreseen_total_that_follows_from_a_told_column_is_not_told(
    zfxxgk: Form, town: Submission
) -> None:
    wrong = with_entry(changed(town, {GRANTED: 40}), "requests.granted.other", BLANK)
    told = [f for f in findings(zfxxgk, wrong) if f.code.startswith(("A3", "V1"))]
    assert [(f.code, f.cell) for f in told] == [("A3.natural_person", "D7"), ("V1", "")]


def test_the_reason_of_a_rule_stands_with_every_finding_of_it(
    zfxxgk: Form, town: Submission
) -> None:
    wrong = with_entry(changed(town, {GRANTED: Decimal("36.5")}), LICENCES, BLANK)
    wrong = with_entry(wrong, FEES, Entry(None, Status.TEXT, "无"))
    wrong = replace(wrong, overrides={"requests.carried_in.total": Entry.of(9)})
    whys = {check.code: check.why for check in zfxxgk.checks}
    told = findings(zfxxgk, wrong)
    of_check = {f: f.code.partition(".")[0] for f in told}
    of_rules = {f: code for f, code in of_check.items() if code in whys}
    assert set(of_rules.values()) >= {"A1", "A3", "A5", "A6", "G3", "G5"}
    assert all(f.suggestion.startswith(whys[code]) for f, code in of_rules.items())


def test_a_rule_against_any_number_points_at_the_one_that_is_there(
    zfxxgk: Form, town: Submission
) -> None:
    wrong = changed(town, {"disclosure.regulations.in_force": 1})
    (told,) = (f for f in findings(zfxxgk, wrong) if f.code == "C1")
    assert told.cell == "D6"
    assert told.suggestion.startswith("《中华人民共和国立法法》只授权")
    assert told.suggestion.endswith("请核对更正后重新报送")


# --- the cells that are named --------------------------------------------------------------------

_ADDRESS = re.compile(r"(?<![A-Za-z0-9])[A-Z]{1,2}[0-9]{1,3}(?:\:[A-Z]{1,2}[0-9]{1,3})?(?![0-9])")


def cells_of(named: str) -> Iterator[str]:
    """The cells of an address or a range."""
    first, _, last = named.partition(":")
    start, end = a1.parse(first), a1.parse(last or first)
    assert start is not None
    assert end is not None
    for row in range(start[0], end[0] + 1):
        for column in range(start[1], end[1] + 1):
            yield a1.address((row, column))


def cells_listed(where: str) -> list[str]:
    """The ranges of a place, without the number of all cells: `D6:D7、E8 等 12 格`."""
    ranges, _, _ = where.partition(" 等 ")
    return [part for part in ranges.split("、") if part]


def test_every_cell_that_is_named_is_one_of_the_form(any_form: Form) -> None:
    """Also where findings of many cells are one line, and where a sum goes by its ranges."""
    places = layout_of(any_form).places()
    of_sheet = {(place.sheet, place.cell) for place in places.values()}
    anywhere = {cell for _, cell in of_sheet}
    named = 0
    for seed in range(25):
        report = replace(fill(any_form, seed), provenance=Provenance(places=places))
        for finding in grouped(findings(any_form, report)):
            for where in cells_listed(finding.cell):
                assert {(finding.sheet, cell) for cell in cells_of(where)} <= of_sheet
            if finding.code in ("V1", "V2"):
                continue
            for told in _ADDRESS.findall(finding.message):
                assert set(cells_of(told)) <= anywhere, finding.line()
                named += 1
    assert named > 100


def test_words_that_explain_nothing_leave_the_warning_and_say_what_is_missing(zfxxgk: Form) -> None:
    report = next(r for r in (fill(zfxxgk, s) for s in range(40)) if _warnings(zfxxgk, r))
    (warning, *_) = _warnings(zfxxgk, report)
    told = replace(report, explanations={warning.code: "属实"})
    again = next(f for f in _warnings(zfxxgk, told) if f.code == warning.code)
    assert again.explanation == ""
    assert again.suggestion == "填写说明“属实”没有说明原因：请写明发生了什么、涉及多少"
    assert again.message == warning.message


def _warnings(form: Form, report: Submission) -> list[Finding]:
    found = findings(form, report)
    return [finding for finding in found if finding.severity is Severity.WARNING]
