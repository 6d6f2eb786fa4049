"""The vectorised evaluation against a plain one, unit by unit, in Python's own exact decimals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.examples import examples
from support.fills import fill
from xlreport import Entry, Form, Submission, check_submissions, get_form
from xlreport.form import expression as ex
from xlreport.rules.columns import bare
from xlreport.rules.evaluate import (
    Verdict,
    evaluate,
    evaluate_submissions,
    nearly_the_same,
    view_of,
)
from xlreport.rules.filling import column_store
from xlreport.submission import Figures, Status

OPERATORS: Mapping[str, Callable[[Decimal, Decimal], bool]] = {
    "==": lambda gap, tolerance: abs(gap) <= tolerance,
    "!=": lambda gap, _: gap != 0,
    "<": lambda gap, _: gap < 0,
    "<=": lambda gap, _: gap <= 0,
    ">": lambda gap, _: gap > 0,
    ">=": lambda gap, _: gap >= 0,
}


class Plain:
    """Evaluates one rule for one submission by the book: None is "cannot be verified"."""

    def __init__(self, form: Form, submission: Submission) -> None:
        self.form, self.submission = form, submission

    def shown(self, name: str) -> Decimal | None:
        """What a cell shows: typed over, typed in, or the result of its formula."""
        if name in self.submission.overrides:
            return self.submission.overrides[name].value
        if name not in self.form.formulas:
            return self.submission.effective(name).value
        return self.number(self.form.formulas[name], blank=Decimal(0))

    def ready(self, name: str) -> bool:
        leaves = [self.submission.effective(leaf).value for leaf in self.form.leaves(name)]
        return self.shown(name) is not None and None not in leaves

    def there(self, operand: ex.Ref | ex.Previous | ex.Length) -> bool:
        match operand:
            case ex.Ref(field=name):
                return self.ready(name)
            case ex.Previous(field=name):
                return (
                    self.submission.prior_year is not None
                    and name in self.submission.prior_year.numbers
                )
            case ex.Length(text=name):
                return bool(self.submission.texts.get(name))

    def number(self, node: ex.Number, blank: Decimal | None = None) -> Decimal:
        match node:
            case ex.Const(value=value):
                return value
            case ex.Ref(field=name):
                there = self.shown(name)
                if there is not None:
                    return there
                assert blank is not None
                return blank
            case ex.Previous(field=name):
                assert self.submission.prior_year is not None
                return self.submission.prior_year.numbers[name]
            case ex.Length(text=name):
                return Decimal(len(bare(self.submission.texts[name])))
            case ex.Total(items=items):
                return sum((self.number(i, blank) for i in items), Decimal(0))
            case ex.Minus(left=left, right=right):
                return self.number(left, blank) - self.number(right, blank)
            case ex.Times(factor=factor, item=item):
                return factor * self.number(item, blank)
            case ex.Absolute(item=item):
                return abs(self.number(item, blank))
            case ex.Rounded(item=item, digits=digits):
                return self.number(item, blank).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)

    def truth(self, node: ex.Truth) -> bool | None:
        match node:
            case ex.Compare():
                if not all(self.there(operand) for operand in ex.operands_of(node)):
                    return None
                return OPERATORS[node.operator](
                    self.number(node.left) - self.number(node.right), node.tolerance
                )
            case ex.IsNumber(item=item):
                entry = self.submission.effective(item.field)
                return (
                    True
                    if entry.value is not None
                    else None
                    if entry.status is Status.BLANK
                    else False
                )
            case ex.Filled(text=name):
                text = self.submission.texts.get(name, "")
                return None if not text else bool(bare(text))
            case ex.Mentions(text=name, words=words):
                text = self.submission.texts.get(name, "")
                return any(word in bare(text) for word in words) if text else None
            case ex.Differs(text=name):
                text, old = (
                    self.submission.texts.get(name, ""),
                    (self.submission.prior_year or Figures()).texts.get(name),
                )
                return text != old if bare(text) and bare(old or "") else None
            case ex.LevelIn(levels=levels):
                level = self.submission.unit.level
                return None if not level else level in levels
            case ex.Not(item=item):
                inner = self.truth(item)
                return None if inner is None else not inner
            case ex.And(items=items):
                found = [self.truth(i) for i in items]
                return False if False in found else None if None in found else True
            case ex.Or(items=items):
                found = [self.truth(i) for i in items]
                return True if True in found else None if None in found else False
            case ex.Implies(premise=premise, conclusion=conclusion):
                return self.truth(ex.Or((ex.Not(premise), conclusion)))


WORDS = {Verdict.HOLDS: True, Verdict.FAILS: False, Verdict.UNKNOWN: None}


@examples(25)
@given(
    seeds=st.lists(st.integers(0, 10**6), min_size=1, max_size=4),
    name=st.sampled_from(["zfxxgk-2019", "zfxxgk-2021", "other"]),
)
def test_the_vectorised_evaluation_equals_the_plain_one(seeds: list[int], name: str) -> None:
    form = get_form(name if name != "other" else "tests/forms/xiangzhen-caizheng.yaml")
    submissions = [fill(form, seed) for seed in seeds]
    verdicts = evaluate(form.instances, column_store(form, submissions))
    for unit, submission in enumerate(submissions):
        plain = Plain(form, submission)
        for instance, verdict in zip(form.instances, verdicts[:, unit], strict=True):
            assert WORDS[Verdict(int(verdict))] == plain.truth(instance.rule), (
                instance.code,
                seeds[unit],
            )


def test_units_do_not_influence_one_another(zfxxgk: Form) -> None:
    submissions = [fill(zfxxgk, seed) for seed in range(12)]
    alone = [check_submissions(zfxxgk, [s])[0] for s in submissions]
    assert check_submissions(zfxxgk, submissions) == alone


def test_a_text_that_was_copied_from_last_year_is_recognised() -> None:
    """New years and numbers do not make it another text; a rewritten paragraph does."""
    text = (
        "2024年，本镇共召开政务公开工作会议3次，主动公开各类信息126条。存在的问题：一是公开的及时性不够；"
        "二是业务人员不足。下一步将加强培训，明确专人负责，按月检查。"
    )
    copied = text.replace("2024", "2025").replace("126", "158").replace("3次", "5次")
    assert nearly_the_same(text, copied)
    assert nearly_the_same(text, " " + text.replace("。", "。\n"))
    assert not nearly_the_same(
        text,
        text[: len(text) // 2] + "今年新设了政务公开专区，群众满意度明显提高，解读材料更加通俗。",
    )
    assert not nearly_the_same("", "")


def test_texts_are_the_same_from_nine_tenths_on() -> None:
    """Of 21 characters in a row that is 20 pairs; each letter changed at the end costs one."""
    text = "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌"
    assert nearly_the_same(text, text[:-2] + "天地")
    assert not nearly_the_same(text, text[:-3] + "天地人")


@pytest.mark.parametrize(
    ("gap", "verdict"),
    [("0.5", Verdict.HOLDS), ("-0.5", Verdict.HOLDS), ("0.500001", Verdict.FAILS)],
)
def test_a_tolerance_includes_its_ends(other_form: Form, gap: str, verdict: Verdict) -> None:
    tax, rest = ex.Ref("money.tax.q1"), ex.Ref("money.tax.q2")
    filled = fill(other_form, 0)
    numbers = {tax.field: Decimal(7) + Decimal(gap), rest.field: Decimal(7)}
    entries = {**filled.entries, **{name: Entry.of(value) for name, value in numbers.items()}}
    view = view_of(other_form, replace(filled, entries=entries))
    assert view.verdict(ex.Compare("==", tax, rest, Decimal("0.5"))) is verdict


def test_a_view_shows_what_stood_in_a_cell(other_form: Form) -> None:
    filled = fill(other_form, 0, wild=0.0)
    year, tax = "money.tax.year", "money.tax.q1"
    large = Entry(None, Status.TOO_LARGE, "123456789012")
    entries = {name: Entry.of(0) for name in filled.entries} | {tax: large}
    plain = view_of(other_form, replace(filled, entries=entries, overrides={}))
    assert plain.entry(tax) == large
    assert plain.number(ex.Ref(tax)) == Decimal(1_000_000_000)
    assert plain.entry(year) == Entry.of(Decimal(1_000_000_000))
    over = view_of(other_form, replace(filled, entries=entries, overrides={year: Entry.of(5)}))
    assert over.entry(year) == Entry.of(5)
    assert (over.value(ex.Ref(year)), over.recomputed(year)) == (Decimal(5), Decimal(10) ** 9)
    equation = ex.Compare(">", ex.Ref(year), ex.Const(Decimal(6)))
    assert over.verdict(equation) is Verdict.FAILS
    assert over.holds_restored(equation)


def test_an_evaluation_gives_each_unit_its_rules(zfxxgk: Form) -> None:
    submissions = [fill(zfxxgk, seed) for seed in range(4)]
    evaluation = evaluate_submissions(zfxxgk, submissions)
    assert [view.submission for view in evaluation.views()] == submissions
    for unit, view in enumerate(evaluation.views()):
        counted = 0
        for verdict in Verdict:
            rules = evaluation.instances(unit, verdict)
            assert {view.verdict(rule.rule) for rule in rules} <= {verdict}
            counted += len(rules)
        assert counted == len(zfxxgk.instances)


def test_the_words_of_verdicts() -> None:
    assert [verdict.label for verdict in Verdict] == ["待填", "未通过", "通过"]


def test_a_node_is_known_when_all_its_numbers_are(other_form: Form) -> None:
    first, second = (ex.Ref(field.id) for field in other_form.typed[:2])
    entries = {first.field: Entry.of(1), second.field: Entry(None, Status.TEXT, "无")}
    view = view_of(other_form, replace(fill(other_form, 1), entries=entries, overrides={}))
    assert view.knows_all(ex.Compare("==", first, first))
    assert not view.knows_all(ex.Compare("==", first, second))


@examples(200)
@given(first=st.text("甲乙丙1²\n ", max_size=30), second=st.text("甲乙丙1²\n ", max_size=30))
def test_pairs_are_counted_as_they_stand(first: str, second: str) -> None:
    """By Dice's coefficient over all pairs, however long the texts are."""
    pairs = []
    for text in (first, second):
        plain = [c for c in bare(text) if not c.isdigit()]
        pairs.append(Counter(pairwise(plain)))
    total = pairs[0].total() + pairs[1].total()
    common = 2 * (pairs[0] & pairs[1]).total()
    assert nearly_the_same(first, second) == (total > 0 and common >= 0.9 * total)
