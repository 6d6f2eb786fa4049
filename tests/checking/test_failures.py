"""What is said of a rule that fails is read at a glance, whatever the numbers and names."""

from __future__ import annotations

import random
from dataclasses import replace
from decimal import Decimal

import pytest

from support.balanced import changed
from support.examples import examples
from xlreport import Entry, Finding, Form, Severity, Submission, Unit, a1, check_submissions
from xlreport.findings import INDENT, TWO_LINES, grouped
from xlreport.form.expression import Ref
from xlreport.form.model import Kind
from xlreport.rules.evaluate import view_of
from xlreport.submission import BLANK, Figures, Place, Provenance, Status, shown
from xlreport.text import columns_of
from xlreport.workbook.layout.workbook import layout_of

GRANTED = "requests.granted.natural_person"
EXPLAINED = ("", "", "属实", "由更早的申请引起" * 30)
LONGEST = ("", "数" * 5, "数" * 2000)


def findings(form: Form, report: Submission) -> tuple[Finding, ...]:
    (found,) = check_submissions(form, [report])
    return found


# --- at most two lines ---------------------------------------------------------------------------


def number(rng: random.Random, kind: Kind) -> Entry:
    """A number of as many digits as a cell may have; seldom a small one, or none."""
    chance = rng.random()
    if chance < 0.1:
        return Entry.of(rng.choice((0, 1, 12, 21, 100)))
    if chance < 0.15:
        return rng.choice((BLANK, Entry(None, Status.TEXT, "见附件" * 20)))
    value = Decimal(rng.randrange(900_000_000, 1_000_000_000))
    if kind is Kind.MONEY or chance > 0.97:
        value += Decimal(rng.randrange(100_001, 1_000_000)).scaleb(-6)
    return Entry.of(-value if chance > 0.95 else value)


def worst(form: Form, seed: int) -> Submission:
    """A report in which nearly every rule fails, with the longest numbers."""
    rng = random.Random(seed)
    alike = rng.choice((0.0, 0.0, 0.9))
    entries = {}
    for field in form.typed:
        same = rng.random() < alike
        entries[field.id] = Entry.of(0) if same else number(rng, field.kind)
    typed_over = [field for field in form.computed if rng.random() < rng.choice((0.05, 0.6))]
    before = {field: Decimal(rng.randrange(10**9)) for field in form.fields}
    return Submission(
        form.id,
        2025,
        Unit("甲子镇", "990101", rng.choice(("乡镇", "街道", "县"))),
        entries,
        {text.field_id: rng.choice(LONGEST) for text in form.texts},
        {field.id: number(rng, field.kind) for field in typed_over},
        explanations={
            check.code: "由更早的申请引起" * 30 for check in form.checks if seed % 3 == 0
        },
        prior_year=Figures(before) if seed % 2 else None,
        provenance=Provenance(places=layout_of(form).places()),
    )


RARE = (26, 38, 68, 519)
"""Seeds of reports in which rules fail that seldom do."""

SEEDS = (*range(examples(20).max_examples), *RARE)


def test_no_finding_of_a_rule_is_longer_than_two_lines(any_form: Form) -> None:
    reports = [worst(any_form, seed) for seed in SEEDS]
    told: set[str] = set()
    for found in check_submissions(any_form, reports):
        for finding in grouped(found):
            assert columns_of(INDENT + finding.line()) <= TWO_LINES, finding.line()
            told.add(finding.code.partition(".")[0])
    rules = {check.code for check in any_form.checks} - {"B5"}
    assert told >= rules | {"H1", "V1"}, "every rule failed but the one about last year's texts"


def test_five_possible_cells_of_the_longest_numbers_are_named_all_the_same(
    zfxxgk: Form, town: Submission
) -> None:
    rows = ("granted", "partly_granted", "refused_state_secret", "unavailable_not_held")
    big = 212_345_678
    swapped = 221_345_678
    numbers = {f"requests.{row}.natural_person": big for row in rows}
    numbers["requests.received.natural_person"] = 3 * big + swapped
    numbers["requests.carried_in.natural_person"] = 0
    numbers["requests.carried_out.natural_person"] = 0
    hints = [f for f in findings(zfxxgk, changed(town, numbers)) if f.code == "H1"]
    assert [f.message for f in hints] == [
        "可能是下列几处中的一处填错：D9 应为 221345678；D10 应为 221345678；"
        "D11 应为 221345678；D19 应为 221345678"
    ]


def test_where_there_is_room_everything_is_said(zfxxgk: Form, town: Submission) -> None:
    wrong = changed(town, {"disclosure.regulations.in_force": 1})
    (told,) = (f for f in findings(zfxxgk, wrong) if f.code == "C1")
    assert told.line() == (
        "[错误] 二、主动公开 D6：单位类别为乡镇、街道、部门、县时，规章各列（B6:D6）1，应等于 0　→ "
        "《中华人民共和国立法法》只授权国务院部门、省级和设区的市、自治州的政府制定规章。"
        "请核对更正后重新报送　（C-1）"
    )


def test_where_there_is_none_cells_go_by_their_addresses(zfxxgk: Form, town: Submission) -> None:
    (told,) = (f for f in findings(zfxxgk, changed(town, {GRANTED: 35})) if f.code[:2] == "A3")
    assert told.line() == (
        "[错误] 三、依申请公开 D7：D7 的 40 ＋ D8 的 2 ＝ 42，D30 的 40 ＋ D31 的 1 ＝ 41，差 1　→ "
        "国办公开办函〔2021〕30号表头写明：第一项加第二项之和，等于第三项加第四项之和。"
        "请核对更正后重新报送　（A-3·自然人）"
    )


def test_a_warning_is_to_be_verified_or_explained(zfxxgk: Form, town: Submission) -> None:
    report = replace(
        changed(town, {"requests.carried_out.natural_person": 50}), prior_year=Figures()
    )
    (told,) = (f for f in findings(zfxxgk, report) if f.code == "C2.natural_person")
    assert told.message == "D31 的 50，应不大于 D7 的 40"
    assert told.suggestion.endswith("。请核实；数字无误的，请在“校验”页写明原因")


# --- totals typed over ---------------------------------------------------------------------------


@pytest.mark.parametrize("typed", [99, 999_999_999])
def test_a_total_typed_over_is_told_with_what_its_formula_gives(
    typed: int, zfxxgk: Form, town: Submission
) -> None:
    total = "requests.granted.total"
    wrong = replace(town, overrides={total: Entry.of(typed)})
    failure, _hint = (f for f in findings(zfxxgk, wrong) if f.field == total)
    right = shown(view_of(zfxxgk, town).value(Ref(total)))
    assert failure.message == f"锁定的公式被改成了 {typed}，按公式应为 {right}"


def test_a_total_typed_over_keeps_the_whole_sentence_where_there_is_room(other_form: Form) -> None:
    entries = {field.id: Entry.of(0) for field in other_form.typed}
    report = Submission(
        other_form.id,
        2025,
        Unit("甲", "1", "乡镇"),
        entries,
        overrides={"money.tax.year": Entry.of(7)},
        provenance=Provenance(places=layout_of(other_form).places()),
    )
    (told,) = (f for f in findings(other_form, report) if f.code == "M1.tax")
    assert told.message == (
        "“税收”行：全年（G8）7，上半年（D8:E8）0 ＋ 下半年（F8）0 ＝ 0，两者应当相等，现相差 7；"
        "G8 锁定的公式被改成了数字"
    )


# --- cells without a number ----------------------------------------------------------------------


def test_a_long_text_in_a_cell_is_quoted_as_far_as_there_is_room(
    zfxxgk: Form, town: Submission
) -> None:
    long = Entry(None, Status.TEXT, "一二三四五六七八九十" * 6)
    report = replace(town, entries={**town.entries, GRANTED: long})
    (told,) = (f for f in findings(zfxxgk, report) if f.code == "A6")
    assert told.message == "是文字“一二三四五六七八九十一二三四五六七八九…”，不是数字"
    assert told.observed == ((GRANTED, long.raw),), "what is not for people is whole"


def test_blanks_all_over_a_table_are_counted_where_they_cannot_be_listed(
    zfxxgk: Form, town: Submission
) -> None:
    here_and_there = [field.id for field in zfxxgk.typed if field.table == "requests"][::5]
    entries = {**town.entries, **dict.fromkeys(here_and_there, BLANK)}
    blanks = [f for f in findings(zfxxgk, replace(town, entries=entries)) if f.code == "A6"]
    (told,) = grouped(blanks)
    assert told.cell == ("D7、I7、H8、G9、F10、E11、D12、I12、H13、G14、F15 等 29 格")
    assert told.severity is Severity.ERROR


# --- what is said beside the sentence ------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "printed"),
    [
        ("granted", "A-1·（一）予以公开"),
        ("partly_granted", "A-1·（二）部分公开"),
        ("closed_fee_unpaid", "A-1·（六）其他处理 2.申请人逾期…"),
        ("received", "A-1·一、本年新收政府信息公开申请数量"),
    ],
)
def test_a_code_names_its_row_briefly(
    row: str, printed: str, zfxxgk: Form, town: Submission
) -> None:
    wrong = replace(town, overrides={f"requests.{row}.total": Entry.of(99)})
    (told,) = (f for f in findings(zfxxgk, wrong) if f.code == f"A1.{row}")
    assert told.printed_code == printed


@pytest.mark.parametrize(
    ("digits", "advice"),
    [
        ("", "填写说明“经核实无误。”没有说明原因：请写明发生了什么、涉及多少"),
        (".123457", "原来的说明不够，请写明原因"),
    ],
)
def test_what_is_wrong_with_an_explanation_is_said_as_far_as_there_is_room(
    digits: str, advice: str, other_form: Form
) -> None:
    entries = {field.id: Entry.of(0) for field in other_form.typed}
    entries["money.transfers.budget"] = Entry.of(Decimal(f"986369227{digits}"))
    entries["money.transfers.q1"] = Entry.of(Decimal(f"900000000{digits}"))
    entries["money.transfers.q2"] = Entry.of(Decimal(f"900000000{digits}"))
    entries["money.transfers.rest"] = Entry.of(Decimal(f"900000000{digits}"))
    report = Submission(
        other_form.id,
        2025,
        Unit("甲", "1", "乡镇"),
        entries,
        explanations={"M2": "经核实无误。"},
        provenance=Provenance(places=layout_of(other_form).places()),
    )
    (told,) = (f for f in findings(other_form, report) if f.code == "M2.transfers")
    assert told.suggestion == advice
    assert told.is_short


# --- reports that are not our workbooks ----------------------------------------------------------


@pytest.fixture
def published(zfxxgk: Form, town: Submission) -> Submission:
    """The town's report as it stands in a document: cells are counted, totals are typed."""
    places = {}
    for name, place in town.provenance.places.items():
        row, column = a1.parse(place.cell) or (0, 0)
        places[name] = Place("第2个表格", f"第{row + 1}行{column + 1}格")
    return replace(town, provenance=Provenance(places=places, document="网页"))


def test_a_total_in_a_document_is_a_number_like_any_other(
    zfxxgk: Form, published: Submission
) -> None:
    wrong = replace(published, overrides={"requests.received.total": Entry.of(41)})
    told = [f for f in findings(zfxxgk, wrong) if f.sheet and f.code[0] in "AH"]
    assert [f.message for f in told] == [
        "第7行10格 的 41，第7行4格 的 40 ＋ 法人或其他组织 0 ＝ 40，差 1",
        "各项相加是 40，表里写的是 41",
    ]
    assert told[0].suggestion.endswith("请核对更正后重新报送")


def test_a_total_in_a_document_that_cannot_be_verified_is_not_called_a_formula(
    zfxxgk: Form, published: Submission
) -> None:
    entries = {**published.entries, "requests.received.business": BLANK}
    overrides = {"requests.received.total": Entry.of(41)}
    wrong = replace(published, entries=entries, overrides=overrides)
    assert not [f for f in findings(zfxxgk, wrong) if "公式" in f.message + f.suggestion]


def test_the_balance_of_a_document_is_told_with_its_numbers(
    zfxxgk: Form, published: Submission
) -> None:
    entries = {**published.entries, "requests.carried_out.natural_person": Entry.of(9)}
    wrong = replace(published, entries=entries)
    (told,) = (f for f in findings(zfxxgk, wrong) if f.code == "A3.natural_person")
    assert told.message == (
        "第7行4格 的 40 ＋ 第8行4格 的 2 ＝ 42，第30行4格 的 41 ＋ 第31行4格 的 9 ＝ 50，差 8"
    )


def test_no_advice_about_a_document_speaks_of_our_workbook(
    zfxxgk: Form, published: Submission
) -> None:
    entries = {**published.entries, "requests.carried_out.natural_person": Entry.of(50)}
    blank = {**entries, "review.reconsideration.upheld": BLANK}
    told = findings(zfxxgk, replace(published, entries=blank, texts={}))
    advice = {f.code: f.suggestion for f in told}
    assert advice["C2.natural_person"].endswith("请核实")
    assert advice["A6"].endswith("没有发生的填 0")
    assert not [f.suggestion for f in told if "校验”页" in f.suggestion or "选“是”" in f.suggestion]
