"""The likely wrong cell: each slip by hand, the search against brute force, and what must never be said."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from itertools import combinations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.balanced import balanced, changed, corrupted, failing, typed_over
from support.fills import fill
from xlreport import Entry, Form, Submission, Unit, check_submissions, get_form
from xlreport.checking import suspects as likely_module
from xlreport.checking.hints import render
from xlreport.checking.integers import solve
from xlreport.checking.keying_errors import digit_slip
from xlreport.checking.localization import localise, search
from xlreport.checking.parts import failing_parts
from xlreport.checking.suspects import Correction, likely
from xlreport.rules.linear import Cell, LinearConstraint, Row, System
from xlreport.submission import BLANK, Place, Provenance, Status, Summary
from xlreport.workbook.layout.workbook import layout_of

FORMS = {"zfxxgk": "zfxxgk-2021", "other": "tests/forms/xiangzhen-caizheng.yaml"}


@pytest.fixture(scope="module")
def town(zfxxgk: Form) -> Submission:
    """Zeros, but for one column: 40 + 2 = 36 + 5 + 1."""
    given_numbers = {
        "received": 40,
        "carried_in": 2,
        "granted": 36,
        "unavailable_not_held": 5,
        "carried_out": 1,
    }
    entries = {f.id: Entry.of(0) for f in zfxxgk.typed}
    entries |= {f"requests.{row}.natural_person": Entry.of(n) for row, n in given_numbers.items()}
    places = layout_of(zfxxgk).places()
    return Submission(
        zfxxgk.id,
        2025,
        Unit("甲子镇", "990101", "乡镇"),
        entries,
        provenance=Provenance(places=places),
    )


def said(form: Form, report: Submission, **more: object) -> list[str]:
    rules = failing(form, report)
    return [render(form, hint) for hint in likely(form, report, rules, **more)]  # type: ignore[arg-type]


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
        "可能是下列几处中的一处填错：三、依申请公开 D7 应为 52（现为 25，两位数字颠倒）；"
        "D9 应为 25（现为 52，两位数字颠倒）；不能确定是哪一处，请逐一对照原始记录"
    ]


@pytest.mark.parametrize(
    ("now", "right", "words"),
    [
        ("63", "36", "两位数字颠倒"),
        ("1213", "1231", "两位数字颠倒"),
        ("0.53", "0.35", "两位数字颠倒"),
        ("37", "36", "一位数字有误"),
        ("3", "36", "漏了一位数字"),
        ("36", "366", "漏了一位数字"),
        ("366", "36", "一位数字重复"),
        ("361", "36", "多了一位数字"),
        ("360", "36", "多了一个 0"),
        ("4", "40", "少了一个 0"),
        ("40", "400", "少了一个 0"),
        ("35", "3.5", "小数点错了一位"),
        ("-36", "36", "多了负号"),
        ("2", "0", "一位数字有误"),
        ("631", "136", None),
        ("63", "63.5", None),
        ("0", "36", None),
        ("-5", "36", None),
    ],
)
def test_slips_in_digits(now: str, right: str, words: str | None) -> None:
    slip = digit_slip(Decimal(now), Decimal(right))
    assert (slip and slip.words) == words


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
    assert said(zfxxgk, wrong, other=other) == [
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
        "三、依申请公开 D9 很可能应为 36（现为 366，一位数字重复）；改后 1 项校验成立，还有 2 项不成立",
        "三、依申请公开 E9 很可能应为 41（现为 411，一位数字重复）；改后 1 项校验成立，还有 2 项不成立",
    ]


def test_the_finding_says_what_is_and_what_should_be(zfxxgk: Form, town: Submission) -> None:
    (findings,) = check_submissions(zfxxgk, [changed(town, {PERSON.format("granted"): 366})])
    (hint,) = (f for f in findings if f.code == "H1")
    assert hint.line().startswith(
        "[提示 H1] 三、依申请公开 D9：很可能应为 36（现为 366，一位数字重复）；改后 2 项校验全部成立"
    )
    name = PERSON.format("granted")
    assert dict(hint.observed) == {name: Decimal(366), f"{name}.proposed": Decimal(36)}


def test_a_report_without_failures_costs_nothing(
    zfxxgk: Form, town: Submission, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(likely_module, "read_system", None)
    warned = changed(town, {"disclosure.fees.amount": 50_000})
    assert not any(
        f.code == "H1" for found in check_submissions(zfxxgk, [town, warned]) for f in found
    )


def test_cells_without_a_number_are_left_out(zfxxgk: Form, town: Submission) -> None:
    wrong = changed(town, {PERSON.format("granted"): 366})
    for entry in (
        BLANK,
        Entry(None, Status.TEXT, "无"),
        Entry(None, Status.TOO_LARGE, "123456789012"),
    ):
        holed = replace(wrong, entries={**wrong.entries, PERSON.format("declined_repeat"): entry})
        assert localise(zfxxgk, holed) == ()
    over = replace(
        typed_over(zfxxgk, town),
        overrides={"requests.processed.natural_person": Entry(None, Status.TEXT, "无")},
    )
    assert localise(zfxxgk, over) == ()


def test_a_rule_with_a_blank_behind_a_typed_over_total_is_left_out(
    zfxxgk: Form, town: Submission
) -> None:
    report = typed_over(zfxxgk, town)
    wrong = changed(report, {PERSON.format("processed"): 99})
    assert localise(zfxxgk, wrong) != ()
    wrong = replace(wrong, entries={**wrong.entries, PERSON.format("declined_repeat"): BLANK})
    assert localise(zfxxgk, wrong) == ()


def test_a_number_that_is_wrong_by_itself_has_no_proposal(zfxxgk: Form, town: Submission) -> None:
    for number in (Decimal("13.5"), Decimal(-13)):
        wrong = changed(town, {"disclosure.licences.decisions": number})
        (part,) = localise(zfxxgk, wrong)
        ((change,),) = part.answers
        assert (change.field, change.lowest, change.value) == (
            "disclosure.licences.decisions",
            Decimal(0),
            None,
        )
        assert said(zfxxgk, wrong) == []


def test_where_every_cell_is_as_likely_nothing_is_said(zfxxgk: Form, town: Submission) -> None:
    report = typed_over(zfxxgk, changed(town, {"review.reconsideration.upheld": 1}))
    wrong = changed(report, {"review.reconsideration.total": 2})
    (part,) = localise(zfxxgk, wrong)
    assert len(part.answers) == 5
    assert said(zfxxgk, wrong) == []


def test_what_would_break_another_rule_is_not_said(zfxxgk: Form, town: Submission) -> None:
    wrong = changed(town, {PERSON.format("granted"): 366})
    (hint,) = likely(zfxxgk, wrong, failing(zfxxgk, wrong))
    (explanation,) = hint.explanations
    regulation = Correction("disclosure.regulations.issued", Place("", ""), Decimal(0), Decimal(3))
    bad = replace(explanation, corrections=(*explanation.corrections, regulation))
    proved = likely_module._proved(zfxxgk, wrong, failing(zfxxgk, wrong), [explanation, bad])
    assert proved == [explanation, None]


def test_a_summary_gets_no_hints(zfxxgk: Form, town: Submission) -> None:
    filled = changed(town, {PERSON.format("granted"): 366})
    wrong = Summary(**vars(filled), members=(town.unit,))
    assert said(zfxxgk, wrong) == []


def test_ties_mean_what_their_signs_say(zfxxgk: Form, town: Submission) -> None:
    both = {PERSON.format("carried_in"): Decimal(1), PERSON.format("carried_out"): Decimal(1)}
    for operator, fails in (("<", True), ("<=", False), ("==", False), (">=", False), (">", True)):
        tie = LinearConstraint(both, operator, Decimal(3))  # type: ignore[arg-type]
        assert bool(localise(zfxxgk, town, (tie,))) is fails
    near = LinearConstraint(both, "==", Decimal(5), tolerance=Decimal(2))
    assert localise(zfxxgk, town, (near,)) == ()


def test_a_typed_over_sum_of_counts_cannot_become_negative(zfxxgk: Form, town: Submission) -> None:
    tie = LinearConstraint({"requests.received.total": Decimal(1)}, "<", Decimal(0))
    (part,) = localise(zfxxgk, typed_over(zfxxgk, town), (tie,))
    assert part.decided
    assert part.answers == ()


def test_without_places_the_cell_goes_by_its_label(zfxxgk: Form, town: Submission) -> None:
    wrong = replace(changed(town, {PERSON.format("granted"): 366}), provenance=Provenance())
    assert said(zfxxgk, wrong)[0].startswith(
        "“三、本年度办理结果 （一）予以公开·自然人” 很可能应为 36"
    )


# --- the search ----------------------------------------------------------------------------------


@st.composite
def systems(draw: st.DrawFn) -> System:
    cells = {
        f"c{i}": Cell(draw(st.integers(-1, 5)), draw(st.sampled_from((1, 1, 2))), 0, 4)
        for i in range(draw(st.integers(2, 5)))
    }
    cells = {
        n: replace(c, wrong=not 0 <= c.now <= 4 or c.now % c.step != 0) for n, c in cells.items()
    }
    rows = []
    for i in range(draw(st.integers(1, 5))):
        names = draw(st.lists(st.sampled_from(sorted(cells)), min_size=2, max_size=4, unique=True))
        factors = {n: draw(st.sampled_from((1, 1, -1, -1, 2, -3))) for n in names}
        low = draw(st.integers(-6, 8))
        limits = draw(
            st.sampled_from(((low, low), (low, low), (low, None), (None, low), (low, low + 2)))
        )
        rows.append(Row(f"r{i}", factors, *limits))
    if draw(st.booleans()) and len(rows) > 1 and (both := _sum(rows[0], rows[1])).coefficients:
        rows.append(both)
    return System(cells, tuple(rows))


def _sum(first: Row, second: Row) -> Row:
    """A rule that follows from two others, as the balance of the totals does."""
    names = dict.fromkeys((*first.coefficients, *second.coefficients))
    factors = {n: first.coefficients.get(n, 0) + second.coefficients.get(n, 0) for n in names}
    ends = (
        None if None in pair else sum(pair)
        for pair in ((first.lowest, second.lowest), (first.highest, second.highest))
    )
    return Row("sum", {n: f for n, f in factors.items() if f}, *ends)


def brute_force(system: System, most: int) -> dict[frozenset[str], list[dict[str, int]]]:
    """All smallest sets of cells with all their new numbers, by trying everything."""
    for size in range(most + 1):
        found: dict[frozenset[str], list[dict[str, int]]] = {}
        for names in combinations(system.cells, size):
            choices = [range(c.lowest, c.highest + 1) for n in names if (c := system.cells[n])]
            for numbers in product(*choices):
                new = dict(zip(names, numbers, strict=True))
                if _allowed(system, new):
                    found.setdefault(frozenset(names), []).append(new)
        if found:
            return found
    return {}


def _allowed(system: System, new: Mapping[str, int]) -> bool:
    if any(c.wrong and n not in new for n, c in system.cells.items()):
        return False
    if any(number % system.cells[n].step for n, number in new.items()):
        return False
    values = {n: new.get(n, c.now) for n, c in system.cells.items()}
    return all(
        row.keeps(sum(f * values[n] for n, f in row.coefficients.items())) for row in system.rows
    )


@settings(max_examples=300, deadline=None)
@given(systems())
def test_the_search_agrees_with_brute_force(system: System) -> None:
    truth = brute_force(system, 3)
    parts = [search(part, 3, 10**6) for part in failing_parts(system)]
    if not all(part.decided for part in parts):
        return
    combined = [
        frozenset(change.field for answer in answers for change in answer)
        for answers in product(*(p.answers for p in parts))
    ]
    assert {names for names in combined if len(names) <= 3} == set(truth)
    assert len(set(combined)) == len(combined)
    for part in parts if truth else ():
        for answer in part.answers:
            mine = {change.field for change in answer}
            solutions = [new for names, found in truth.items() if mine <= names for new in found]
            for change in answer:
                if change.lowest is not None and change.highest is not None:
                    seen = {Decimal(new[change.field]).scaleb(-6) for new in solutions}
                    assert (min(seen), max(seen)) == (change.lowest, change.highest)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.tuples(st.tuples(*[st.integers(-4, 4)] * 3), st.integers(-9, 9), st.integers(0, 6)),
        min_size=1,
        max_size=4,
    )
)
def test_small_systems_are_decided_rightly(
    rows: list[tuple[tuple[int, int, int], int, int]],
) -> None:
    bounds = [(vector, low, low + width) for vector, low, width in rows]
    box = [(tuple(int(i == j) for j in range(3)), -3, 3) for i in range(3)]
    points = [
        p
        for p in product(range(-3, 4), repeat=3)
        if all(lo <= sum(a * x for a, x in zip(v, p, strict=True)) <= hi for v, lo, hi in bounds)
    ]
    solution = solve([*bounds, *box], 3)
    assert solution.feasible in (None, bool(points))
    if solution.ranges:
        assert solution.ranges == tuple(
            (min(p[i] for p in points), max(p[i] for p in points)) for i in range(3)
        )


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    count=st.integers(1, 3),
    name=st.sampled_from(sorted(FORMS)),
    over=st.booleans(),
)
def test_corrupted_cells_are_among_the_answers_or_fewer_suffice(
    seed: int, count: int, name: str, over: bool
) -> None:
    form, rng = get_form(FORMS[name]), random.Random(seed)
    report = balanced(form, rng)
    report = typed_over(form, report) if over else report
    names = rng.sample(sorted({*report.entries, *report.overrides}), count)
    parts = localise(form, corrupted(form, report, rng, names))
    for part in parts:
        mine = frozenset(names) & part.cells.keys()
        assert part.decided
        assert part.size is not None
        sets = {frozenset(change.field for change in answer) for answer in part.answers}
        assert mine in sets or part.size < len(mine)


def test_what_the_effort_does_not_suffice_for_is_undecided(zfxxgk: Form) -> None:
    rng = random.Random(1)
    report = typed_over(zfxxgk, balanced(zfxxgk, rng))
    wrong = corrupted(
        zfxxgk,
        report,
        rng,
        rng.sample(sorted(n for n in report.entries if n.startswith("requests.")), 4),
    )
    for effort in range(0, 40, 3):
        (part,) = localise(zfxxgk, wrong, effort=effort)
        assert not part.decided
        assert part.answers == ()
    (part,) = localise(zfxxgk, wrong, effort=1000)
    assert part.decided
    (part,) = localise(zfxxgk, wrong, most=2)
    assert part.decided
    assert part.size is None


@settings(max_examples=60, deadline=None)
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
    for hint in likely(form, report, failing(form, report)):
        assert hint.failing == len(before)
        for explanation in hint.explanations:
            new = {c.field: c.proposed for c in explanation.corrections}
            after = {(i.code, id(i)) for i in failing(form, changed(report, new))}
            assert after < before
            assert explanation.holding == len(before) - len(after)
