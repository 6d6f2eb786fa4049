"""Labels, headings and cells in the sentences of rules."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from support.balanced import changed
from xlreport import Entry, Form, Submission, Unit
from xlreport.form import expression as ex
from xlreport.form.model import Instance
from xlreport.rules.describe import Brevity, FailureDescriber, RuleDescriber
from xlreport.rules.evaluate import view_of
from xlreport.submission import Figures, Provenance
from xlreport.workbook.layout.workbook import layout_of


@pytest.fixture(scope="module")
def report(other_form: Form) -> Submission:
    """Zeros, at their places."""
    entries = {field.id: Entry.of(0) for field in other_form.typed}
    provenance = Provenance(places=layout_of(other_form).places())
    unit = Unit("甲", "1", "乡镇")
    return Submission(other_form.id, 2025, unit, entries, provenance=provenance)


def instance(form: Form, code: str) -> Instance:
    return next(i for i in form.instances if i.code == code)


def failure(form: Form, code: str, report: Submission) -> str:
    bound = instance(form, code)
    return FailureDescriber(form, bound, view_of(form, report)).failure(bound.rule)


def test_a_rule_of_each_row_leaves_the_row_out_of_its_labels(other_form: Form) -> None:
    rule = RuleDescriber(other_form, instance(other_form, "M1.tax")).rule()
    assert rule == "“税收”行：全年 ＝ 上半年 ＋ 下半年"


def test_a_rule_of_each_column_leaves_the_column_out(zfxxgk: Form) -> None:
    rule = RuleDescriber(zfxxgk, instance(zfxxgk, "A3.natural_person")).rule()
    assert rule.startswith("“自然人”列：一、本年新收政府信息公开申请数量 ＋ 二、上年结转")


def test_sums_over_several_tables_name_the_sheets(other_form: Form) -> None:
    rule = RuleDescriber(other_form, instance(other_form, "M3")).rule()
    assert (
        rule
        == "（“收支”各行支出数） ＋ （“人员经费”各行工资） ＋ （“人员经费”各行公用） ≤ “收支”各行全年"
    )


def test_a_sum_of_zeros_is_not_listed(other_form: Form, report: Submission) -> None:
    told = failure(other_form, "M3", changed(report, {"money.roads.spent": 5}))
    assert told == (
        "（“收支”各行支出数（收支 C13:C14）5）（其余为 0） ＝ 5，"
        "应不大于 “收支”各行全年（收支 G8:G10）0，现多 5"
    )


def test_of_zeros_only_the_first_is_named(other_form: Form, report: Submission) -> None:
    told = failure(other_form, "M3", changed(report, {"money.tax.q1": -5}))
    assert told == (
        "（“收支”各行支出数（收支 C13:C14）0） 等（都是 0） ＝ 0，"
        "应不大于 “收支”各行全年（收支 G8:G10）-5，现多 5"
    )


def test_a_blank_that_means_0_is_shown_as_0(other_form: Form, report: Submission) -> None:
    blank = replace(
        changed(report, {"money.tax.budget": 200}),
        answers={"money": "是"},
    )
    entries = {**blank.entries, "money.tax.q1": Entry.of(None)}
    told = failure(
        other_form, "M7.tax", changed(replace(blank, entries=entries), {"money.tax.q2": 600})
    )
    assert told == ("“税收”行：|一季度（D8）0 － 二季度（E8）600| ＝ 600，应不大于 500，现多 100")


def test_without_places_labels_stand_alone(other_form: Form, report: Submission) -> None:
    nowhere = replace(report, provenance=Provenance())
    told = failure(other_form, "M2.tax", changed(nowhere, {"money.tax.budget": 200}))
    assert told == "“税收”行：全年 0，预算数 200，两者应当相等（允许相差 100.5），现相差 200"


def test_at_a_text_the_sheet_is_always_named(other_form: Form, report: Submission) -> None:
    view = view_of(other_form, changed(report, {"money.tax.q1": Decimal("1.50")}))
    bound = instance(other_form, "M9")
    tax = ex.Ref("money.tax.q1")
    assert FailureDescriber(other_form, bound, view).term(tax) == "税收·一季度（D8）1.5"
    named = FailureDescriber(other_form, bound, view, name_sheets=True)
    assert named.term(tax) == "税收·一季度（收支 D8）1.5"


def test_a_number_keeps_its_space_before_a_chinese_word(other_form: Form) -> None:
    describer = RuleDescriber(other_form, instance(other_form, "M9"))
    above = ex.Compare(">", ex.Ref("money.tax.q1"), ex.Const(Decimal(0)))
    assert describer.when(above) == "税收·一季度 ＞ 0 时"
    assert describer.when(ex.LevelIn(("县",))) == "单位类别为县时"


def town_of(form: Form, **numbers: int) -> Submission:
    """Zeros and some numbers, at their places."""
    entries = {field.id: Entry.of(0) for field in form.typed}
    entries |= {name.replace("__", "."): Entry.of(number) for name, number in numbers.items()}
    provenance = Provenance(places=layout_of(form).places())
    unit = Unit("甲子镇", "990101", "乡镇")
    return Submission(form.id, 2025, unit, entries, provenance=provenance)


def test_what_was_named_goes_by_its_cell_when_it_comes_again(zfxxgk: Form) -> None:
    licences = "disclosure.licences.decisions"
    town = town_of(zfxxgk, disclosure__licences__decisions=135)
    town = replace(town, prior_year=Figures({licences: Decimal(13)}))
    bound = next(
        i for i in zfxxgk.instances if i.check.code == "B4" and licences in ex.fields_of(i.rule)
    )
    describer = FailureDescriber(zfxxgk, bound, view_of(zfxxgk, town))
    failing = next(part for part in ex.conjuncts(bound.rule) if part != bound.rule)
    first = describer.failure(failing)
    assert first == (
        "行政许可·本年处理决定数量（B10）135 － 上年的“行政许可·本年处理决定数量” 13 ＝ 122 大于 20 时，"
        "B10 的 135，应小于 5 × 上年的 13 ＝ 65，现多 70"
    )
    assert describer.failure(failing) == first, "each sentence names everything once"


def test_a_sum_that_was_named_goes_by_its_cells_when_it_comes_again(zfxxgk: Form) -> None:
    town = town_of(
        zfxxgk,
        requests__closed_not_corrected__natural_person=20,
        requests__granted__natural_person=20,
    )
    assert failure(zfxxgk, "C4", town) == (
        "（六）其他处理·总计（J27:J29）20 不小于 5 时，J27:J29 的 20，"
        "应不大于 0.3 × （七）总计·总计（J30）40 ＝ 12，现多 8"
    )


@pytest.mark.parametrize(
    ("printed", "told"),
    [
        ("（二）部分公开（区分处理的，只计这一情形，不计其他情形）", "（二）部分公开"),
        ("本年收费金额（单位：万元）", "本年收费金额（单位：万元）"),
        ("（区分处理的，只计这一情形）", "（区分处理的，只计这一情形）"),
        ("甲" * 24, "甲" * 24),
        ("甲" * 25, "甲" * 23 + "…"),
    ],
)
def test_a_heading_in_a_failure_is_no_longer_than_can_be_read(
    zfxxgk: Form, printed: str, told: str
) -> None:
    town = town_of(zfxxgk)
    bound = instance(zfxxgk, "A3.natural_person")
    assert FailureDescriber(zfxxgk, bound, view_of(zfxxgk, town)).heading(printed) == told
    assert RuleDescriber(zfxxgk, bound).heading(printed) == printed


# --- fewer words ---------------------------------------------------------------------------------

OVER_TABLES = {"money.roads.spent": 5, "staff.school.wages": 7}
BREVITIES = [
    (
        "M1.tax",
        {"money.tax.q1": 7},
        (
            "“税收”行：全年（G8）9，上半年（D8:E8）7 ＋ 下半年（F8）0 ＝ 7，两者应当相等，现相差 2",
            "G8 的 9，D8:E8 的 7 ＋ F8 的 0 ＝ 7，差 2",
            "G8 的 9，D8:F8 算得的 7，不相等",
        ),
    ),
    (
        "M3",
        OVER_TABLES,
        (
            "（“收支”各行支出数（收支 C13:C14）5） ＋ （“人员经费”各行工资（人员经费 B8、E8、H8）7）"
            "（其余为 0） ＝ 12，应不大于 “收支”各行全年（收支 G8:G10）9，现多 3",
            "（收支 C13:C14 的 5） ＋ （人员经费 B8、E8、H8 的 7）（其余为 0） ＝ 12，"
            "应不大于 收支 G8:G10 的 9",
            "收支 C13:C14、人员经费 B8:C8、E8:F8、H8:I8 算得的 12，应不大于 收支 G8:G10 的 9",
        ),
    ),
    (
        "M5.civil",
        {"staff.civil.heads": 3},
        (
            "“行政”行：人数（A8）3 大于 0 时，工资（B8）0，0，两者不应相等",
            "B8 的 0，0，两者不应相等",
            "B8 的 0，0，两者不应相等",
        ),
    ),
]


@pytest.mark.parametrize(("code", "numbers", "told"), BREVITIES, ids=[row[0] for row in BREVITIES])
def test_a_briefer_sentence_says_less_each_time(
    code: str,
    numbers: dict[str, int],
    told: tuple[str, ...],
    other_form: Form,
    report: Submission,
) -> None:
    typed_over = replace(changed(report, numbers), overrides={"money.tax.year": Entry.of(9)})
    view = view_of(other_form, typed_over)
    bound = instance(other_form, code)
    assert told == tuple(
        FailureDescriber(other_form, bound, view, brevity=brevity).failure(bound.rule)
        for brevity in Brevity
    )


def test_what_comes_of_last_year_and_of_texts_is_named(zfxxgk: Form) -> None:
    in_force = "disclosure.normative_documents.in_force"
    town = town_of(zfxxgk, disclosure__normative_documents__issued=1)
    town = replace(
        town, prior_year=Figures({in_force: Decimal(4)}), texts={"text.overview": "五个字呀呀"}
    )
    bound = instance(zfxxgk, "B2.normative_documents")
    view = view_of(zfxxgk, town)
    describer = FailureDescriber(zfxxgk, bound, view, brevity=Brevity.RESULTS)
    before = ex.Times(Decimal(2), ex.Previous(in_force))
    words = ex.Times(Decimal(2), ex.Length("text.overview"))
    assert isinstance(bound.rule, ex.Compare)
    assert describer.term(bound.rule.right) == "上年的数、B7:C7 算得的 5"
    assert describer.term(before) == "上年的数算得的 8"
    assert describer.term(words) == "字数算得的 10"


def test_what_a_text_lacks_keeps_its_condition_while_there_is_room(zfxxgk: Form) -> None:
    town = town_of(zfxxgk, requests__closed_fee_unpaid__natural_person=2)
    town = replace(town, texts={"text.other_matters": "无"})
    bound = instance(zfxxgk, "C5")
    view = view_of(zfxxgk, town)
    lacks = "六、其他需要报告的事项没有写到“信息处理费”"
    told = {
        brevity: FailureDescriber(zfxxgk, bound, view, brevity=brevity).failure(bound.rule)
        for brevity in Brevity
    }
    assert told[Brevity.CELLS] == f"J28 的 2 大于 0 时，{lacks}"
    assert told[Brevity.RESULTS] == lacks
