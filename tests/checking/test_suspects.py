"""The suspects: each keying error by hand, and what must never be said."""

from __future__ import annotations

import random
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.balanced import balanced, changed, corrupted, failing, typed_over
from support.examples import examples
from support.fills import fill
from xlreport import Form, Submission, check_submissions, get_form
from xlreport.checking import suspects as suspects_module
from xlreport.checking.keying_errors import EXCHANGED, SUBSTITUTION, TRANSPOSITION
from xlreport.checking.localization import Change
from xlreport.checking.suspects import (
    Correction,
    Explanation,
    Suspects,
    find_suspects,
    suspects_finding,
)
from xlreport.rules.evaluate import evaluate_submissions
from xlreport.rules.linear import LinearConstraint
from xlreport.submission import Place, Provenance, Summary

FORMS = {
    "zfxxgk": "zfxxgk-2021",
    "2019": "zfxxgk-2019",
    "other": "tests/forms/xiangzhen-caizheng.yaml",
}


def suspects_in(form: Form, report: Submission, **more: Any) -> list[Suspects]:
    return find_suspects(evaluate_submissions(form, [report]), 0, **more)


def said(form: Form, report: Submission, **more: Any) -> list[str]:
    findings = [suspects_finding(form, found) for found in suspects_in(form, report, **more)]
    return [f"{finding.where} {finding.message}" for finding in findings]


PERSON = "requests.{}.natural_person"


@pytest.mark.parametrize(
    ("row", "now", "words"),
    [
        (
            "granted",
            366,
            "三、依申请公开 D9 很可能应为 36（现为 366，一位数字重复）；改后 2 项校验全部成立",
        ),
        (
            "granted",
            360,
            "三、依申请公开 D9 很可能应为 36（现为 360，多了一个 0）；改后 2 项校验全部成立",
        ),
        (
            "granted",
            316,
            "三、依申请公开 D9 很可能应为 36（现为 316，多了一位数字）；改后 2 项校验全部成立",
        ),
        (
            "granted",
            -36,
            "三、依申请公开 D9 很可能应为 36（现为 -36，多了负号）；改后 3 项校验全部成立",
        ),
        (
            "granted",
            "3.6",
            "三、依申请公开 D9 很可能应为 36（现为 3.6，小数点错了一位）；改后 3 项校验全部成立",
        ),
    ],
)
def test_one_likely_cell(
    zfxxgk: Form, town: Submission, row: str, now: str | int, words: str
) -> None:
    assert said(zfxxgk, changed(town, {PERSON.format(row): Decimal(now)})) == [words]


def test_several_likely_cells(zfxxgk: Form, town: Submission) -> None:
    numbers = {
        PERSON.format("received"): 25,
        PERSON.format("carried_in"): 6,
        PERSON.format("granted"): 52,
    }
    assert said(zfxxgk, changed(town, numbers)) == [
        "三、依申请公开 D7 可能是下列几处中的一处填错：D7 应为 52（现为 25，两位数字颠倒）；"
        "D9 应为 25（现为 52，两位数字颠倒）"
    ]


def test_a_forgotten_cell_is_no_reason_to_accuse_another(zfxxgk: Form, town: Submission) -> None:
    """One digit more turns 2 into 20, and 18 in a cell that was left at 0 explains the same difference."""
    numbers = {
        PERSON.format("received"): 24,
        PERSON.format("carried_in"): 0,
        PERSON.format("granted"): 0,
    }
    assert said(zfxxgk, changed(town, {**numbers, PERSON.format("carried_out"): 1})) == []


def test_neighbours_exchanged_or_a_number_in_the_wrong_column(
    zfxxgk: Form, town: Submission
) -> None:
    left, right = PERSON.format("granted"), "requests.granted.business"
    moved = changed(town, {left: 0, right: 36})
    assert said(zfxxgk, moved) == [
        "三、依申请公开 E9 现填的 36 很可能应填在 D9：E9 应为 0（现为 36），D9 应为 36（现为 0）；改后 2 项校验全部成立"
    ]
    assert not any(
        "应填在" in words
        for words in said(zfxxgk, changed(moved, {"requests.received.business": 5}))
    )
    busy = changed(town, {right: 12, "requests.received.business": 12})
    assert said(zfxxgk, changed(busy, {left: 12, right: 36})) == [
        "三、依申请公开 D9 与 E9 很可能填反了：D9 应为 36（现为 12），E9 应为 12（现为 36）；改后 2 项校验全部成立"
    ]


def test_neighbours_exchanged_in_one_column(zfxxgk: Form, town: Submission) -> None:
    new = {PERSON.format("carried_in"): 36, PERSON.format("granted"): 2}
    assert said(zfxxgk, changed(town, new))[0].startswith(
        "三、依申请公开 D8 与 D9 很可能填反了：D8 应为 2（现为 36）"
    )


def test_a_number_read_in_the_wrong_row(zfxxgk: Form, town: Submission) -> None:
    report = typed_over(zfxxgk, town)
    wrong = changed(report, {PERSON.format("partly_granted"): 36})
    (words,) = said(zfxxgk, wrong)
    assert words.startswith(
        "三、依申请公开 D10 很可能应为 0（现为 36，与上下相邻的 D9 相同，可能看错了行）；改后 2 项"
    )


def test_another_version_of_the_report_tells(zfxxgk: Form, town: Submission) -> None:
    wrong = changed(town, {PERSON.format("granted"): 71})
    assert said(zfxxgk, wrong) == []
    other = {name: entry.value for name, entry in town.entries.items()}
    assert said(zfxxgk, wrong, other_version=other) == [
        "三、依申请公开 D9 很可能应为 36（现为 71，该单位的另一份报表填的就是这个数）；改后 2 项校验全部成立"
    ]


def test_ties_of_the_caller_narrow_the_answers(zfxxgk: Form, town: Submission) -> None:
    wrong = changed(town, {PERSON.format("granted"): 63})
    tie = LinearConstraint({PERSON.format("carried_in"): Decimal(1)}, "==", Decimal(2), name="上年")
    assert said(zfxxgk, wrong, extra=(tie,)) == [
        "三、依申请公开 D9 很可能应为 36（现为 63，两位数字颠倒）；改后 2 项校验全部成立"
    ]


def test_two_slips_in_two_columns_are_told_apart(zfxxgk: Form, town: Submission) -> None:
    busy = changed(
        town,
        {
            "requests.received.business": 30,
            "requests.carried_in.business": 11,
            "requests.granted.business": 41,
        },
    )
    wrong = changed(busy, {PERSON.format("granted"): 366, "requests.granted.business": 411})
    assert said(zfxxgk, wrong) == [
        "三、依申请公开 D9 可能应为 36（现为 366，一位数字重复）；改后 1 项校验成立，还有 2 项不成立",
        "三、依申请公开 E9 可能应为 41（现为 411，一位数字重复）；改后 1 项校验成立，还有 2 项不成立",
    ]


def test_the_finding_says_what_is_and_what_should_be(zfxxgk: Form, town: Submission) -> None:
    (findings,) = check_submissions(zfxxgk, [changed(town, {PERSON.format("granted"): 366})])
    (hint,) = (f for f in findings if f.code == "H1")
    assert hint.line().startswith(
        "[提示] 三、依申请公开 D9：很可能应为 36（现为 366，一位数字重复）；改后 2 项校验全部成立　→ "
    )
    assert hint.line().endswith("　（H-1）")
    name = PERSON.format("granted")
    assert dict(hint.observed) == {name: Decimal(366), f"{name}.proposed": Decimal(36)}
    assert hint.field == name


def test_a_pair_among_several_is_told_with_both_cells(zfxxgk: Form) -> None:
    def correction(name: str, cell: str, now: int, proposed: int) -> Correction:
        return Correction(name, Place("表", cell), Decimal(now), Decimal(proposed))

    first, second, third = (PERSON.format(row) for row in ("received", "granted", "carried_in"))
    pair = Explanation((correction(first, "D7", 3, 9), correction(second, "D9", 9, 3)), EXCHANGED)
    single = Explanation((replace(correction(third, "D8", 0, 6), blank=True),), SUBSTITUTION)
    finding = suspects_finding(zfxxgk, Suspects((pair, single), failing=2))
    assert (finding.field, finding.cell) == (first, "D7")
    assert finding.message == (
        "可能是下列几处中的一处填错：D7 与 D9 两格填反（D7 应为 9，D9 应为 3）；"
        "D8 应为 6（现为 空白，一位数字有误）"
    )
    now = {first: Decimal(3), second: Decimal(9), third: None}
    right = {first: Decimal(9), second: Decimal(3), third: Decimal(6)}
    assert dict(finding.observed) == now | {f"{name}.proposed": n for name, n in right.items()}


def test_a_cell_on_another_sheet_is_told_with_its_sheet(zfxxgk: Form) -> None:
    cells = (("received", Place("甲", "D7")), ("granted", Place("乙", "D9")))
    first, second = (
        Correction(PERSON.format(row), place, Decimal(3), Decimal(9)) for row, place in cells
    )
    several = Suspects(
        (Explanation((first,), SUBSTITUTION), Explanation((second,), SUBSTITUTION)), failing=2
    )
    message = suspects_finding(zfxxgk, several).message
    assert "：D7 应为 9（现为 3，一位数字有误）；乙 D9 应为 9（" in message


def test_a_report_without_failures_costs_nothing(
    zfxxgk: Form, town: Submission, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(suspects_module, "constraint_system", None)
    warned = changed(town, {"disclosure.fees.amount": 50_000})
    assert not any(
        f.code == "H1" for found in check_submissions(zfxxgk, [town, warned]) for f in found
    )


def test_a_number_that_is_wrong_by_itself_has_no_proposal(zfxxgk: Form, town: Submission) -> None:
    for number in (Decimal("13.5"), Decimal(-13)):
        assert said(zfxxgk, changed(town, {"disclosure.licences.decisions": number})) == []


def test_where_every_cell_is_as_likely_nothing_is_said(zfxxgk: Form, town: Submission) -> None:
    report = typed_over(zfxxgk, changed(town, {"review.reconsideration.upheld": 1}))
    assert said(zfxxgk, changed(report, {"review.reconsideration.total": 2})) == []


def test_what_would_break_another_rule_is_not_said(zfxxgk: Form, town: Submission) -> None:
    evaluation = evaluate_submissions(zfxxgk, [changed(town, {PERSON.format("granted"): 366})])
    (suspects,) = find_suspects(evaluation, 0)
    (explanation,) = suspects.explanations
    regulation = Correction("disclosure.regulations.issued", None, Decimal(0), Decimal(3))
    bad = replace(explanation, corrections=(*explanation.corrections, regulation))
    rules = suspects_module._failing_errors(evaluation, 0)
    proof = suspects_module._Proof(evaluation, 0, rules)
    assert proof.proved([[explanation, bad], [bad]]) == [[explanation], []]


def test_what_makes_no_rule_hold_is_not_said(zfxxgk: Form, town: Submission) -> None:
    wrong = changed(town, {PERSON.format("granted"): 366})
    evaluation = evaluate_submissions(zfxxgk, [wrong])
    fees = Correction("disclosure.fees.amount", None, Decimal(0), Decimal(1))
    proof = suspects_module._Proof(evaluation, 0, suspects_module._failing_errors(evaluation, 0))
    assert proof.proved([[Explanation((fees,), SUBSTITUTION)]]) == [[]]
    assert proof.proved([]) == []


def test_among_many_only_what_is_seldom_chance_is_told() -> None:
    correction = Correction("x", None, Decimal(1), Decimal(2))
    explanation = Explanation((correction,), SUBSTITUTION)
    assert suspects_module._worth_telling([explanation] * 5)
    assert not suspects_module._worth_telling([explanation] * 6)
    doubtful = replace(explanation, error=replace(SUBSTITUTION, alone=False))
    assert not suspects_module._worth_telling([doubtful] * 2)
    swapped = replace(explanation, error=TRANSPOSITION)
    assert suspects_module._worth_telling([explanation] * 6 + [swapped])
    doubtful = replace(explanation, error=replace(TRANSPOSITION, alone=False))
    assert not suspects_module._worth_telling([explanation] * 6 + [doubtful])


def test_the_best_explanations_come_first() -> None:
    correction = Correction("x", None, Decimal(1), Decimal(2))
    plain = Explanation((correction,), SUBSTITUTION, 2)
    doubtful = Explanation((correction,), replace(TRANSPOSITION, alone=False), 3)
    swapped = Explanation((correction,), TRANSPOSITION, 1)
    mends_more = Explanation((correction,), TRANSPOSITION, 2)
    given_order = [plain, doubtful, swapped, mends_more]
    assert suspects_module._ranked(given_order) == (mends_more, swapped, doubtful, plain)


def test_of_more_than_five_the_best_are_named_and_the_rest_counted(
    zfxxgk: Form, town: Submission
) -> None:
    rows = (
        "granted",
        "partly_granted",
        "refused_state_secret",
        "refused_forbidden_by_law",
        "refused_safety_stability",
        "unavailable_not_held",
    )
    numbers = {PERSON.format(row): 12 for row in rows}
    numbers |= {PERSON.format("received"): 81, PERSON.format("carried_in"): 0}
    (words,) = said(zfxxgk, changed(town, {**numbers, PERSON.format("carried_out"): 0}))
    listed = "；".join(f"D{row} 应为 21" for row in (9, 10, 11, 12, 13))
    assert words == (
        f"三、依申请公开 D9 可能是下列几处中的一处填错：{listed}；另有 1 处也可能，没有列出"
    )


def test_a_pair_is_not_very_likely_while_another_rule_still_fails(
    zfxxgk: Form, town: Submission
) -> None:
    left, right = PERSON.format("granted"), "requests.granted.business"
    elsewhere = {"requests.received.research": 3}
    moved = changed(town, {left: 0, right: 36, **elsewhere})
    assert said(zfxxgk, moved) == [
        "三、依申请公开 E9 现填的 36 可能应填在 D9：E9 应为 0（现为 36），D9 应为 36（现为 0）；"
        "改后 2 项校验成立，还有 2 项不成立"
    ]
    busy = changed(town, {"requests.received.business": 12, left: 12, right: 36, **elsewhere})
    assert said(zfxxgk, busy) == [
        "三、依申请公开 D9 与 E9 可能填反了：D9 应为 36（现为 12），E9 应为 12（现为 36）；"
        "改后 2 项校验成立，还有 2 项不成立"
    ]


def test_two_cells_as_likely_as_each_other_are_alike() -> None:
    change = Change("x", Decimal(1), Decimal(2), Decimal(2))
    alike = Explanation((Correction("x", None, Decimal(1), Decimal(2)),), SUBSTITUTION)
    assert not SUBSTITUTION.is_telling
    assert suspects_module._all_alike([alike] * 2, [change] * 2)
    assert not suspects_module._all_alike([alike], [change]), "one alone is the one"
    assert not suspects_module._all_alike([alike] * 2, [change] * 3)
    telling = replace(alike, error=EXCHANGED)
    assert EXCHANGED.is_telling
    assert not suspects_module._all_alike([alike, telling], [change] * 2)


def test_exchanges_that_share_a_component_explain_nothing() -> None:
    first, second, third = frozenset((0, 1)), frozenset((1, 2)), frozenset((3, 4))
    assert suspects_module._apart([first, second, third]) == [third]
    assert suspects_module._apart([first, third]) == [first, third]


def test_a_summary_gets_no_hints(zfxxgk: Form, town: Submission) -> None:
    filled = changed(town, {PERSON.format("granted"): 366})
    wrong = Summary(**vars(filled), members=(town.unit,))
    assert said(zfxxgk, wrong) == []


def test_without_places_the_cell_goes_by_its_label(zfxxgk: Form, town: Submission) -> None:
    numbers = {
        PERSON.format("received"): 25,
        PERSON.format("carried_in"): 6,
        PERSON.format("granted"): 52,
    }
    wrong = replace(changed(town, numbers), provenance=Provenance())
    (message,) = said(zfxxgk, wrong)
    assert "“一、本年新收政府信息公开申请数量·自然人” 应为 52" in message
    assert "“三、本年度办理结果 （一）予以公开·自然人” 应为 25" in message


@examples(60)
@given(seed=st.integers(0, 10**6), name=st.sampled_from(sorted(FORMS)))
def test_no_hint_breaks_a_rule_and_each_mends_one(seed: int, name: str) -> None:
    form, rng = get_form(FORMS[name]), random.Random(seed)
    if seed % 2:
        report = fill(form, seed)
    else:
        report = balanced(form, rng)
        names = rng.sample(sorted(report.entries), 3)
        report = corrupted(form, typed_over(form, report) if seed % 4 else report, rng, names)
    before = {(i.code, id(i)) for i in failing(form, report)}
    for hint in suspects_in(form, report):
        assert hint.failing == len(before)
        for explanation in hint.explanations:
            new = {c.field: c.proposed for c in explanation.corrections}
            after = {(i.code, id(i)) for i in failing(form, changed(report, new))}
            assert after < before
            assert explanation.holding == len(before) - len(after)


def test_only_so_many_corrections_are_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    """A group that is too much is left out whole, and those behind it may still be tried."""
    explanation = Explanation((), SUBSTITUTION)
    groups = [[explanation] * size for size in (3, 2, 1, 1)]
    monkeypatch.setattr(suspects_module, "MOST_TRIED", 4)
    assert suspects_module._within_bound(groups) == [groups[0], groups[2]]


def test_in_a_report_where_too_much_fails_nothing_is_searched(
    zfxxgk: Form, town: Submission, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = changed(town, {PERSON.format("granted"): 366})
    evaluation = evaluate_submissions(zfxxgk, [wrong])
    assert len(find_suspects(evaluation, 0)) == 1
    monkeypatch.setattr(suspects_module, "MOST_PARTS", 1)
    assert len(find_suspects(evaluation, 0)) == 1
    monkeypatch.setattr(suspects_module, "MOST_PARTS", 0)
    assert find_suspects(evaluation, 0) == []
