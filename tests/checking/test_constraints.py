"""What else is known of a report narrows the search for the wrong cell: last year, another version."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from hostile.scene import COUNTY, base
from support.merges import merge_and_write
from xlreport import Entry, Form, Submission, Unit, check_submissions, write_workbook
from xlreport.checking.constraints import (
    Limits,
    _limits,
    _RuleMaker,
    constraint_system,
    prior_year_constraints,
)
from xlreport.form import expression as ex
from xlreport.rules.evaluate import view_of
from xlreport.rules.linear import LinearConstraint
from xlreport.submission import Figures

GRANTED, RECEIVED = "requests.granted.natural_person", "requests.received.natural_person"
CARRIED_IN, CARRIED_OUT = (
    "requests.carried_in.natural_person",
    "requests.carried_out.natural_person",
)


def slipped(form: Form, before: Figures | None) -> Submission:
    """35 typed as 53: without last year, 13 carried in may as well be 31."""
    town = base(form, Unit("甲子镇", "990101", "乡镇"))
    new = {RECEIVED: Entry.of(28), CARRIED_IN: Entry.of(13), GRANTED: Entry.of(53)}
    return replace(town, entries={**town.entries, **new}, prior_year=before)


def hints(form: Form, submission: Submission) -> list[str]:
    return [f.message for f in check_submissions(form, [submission])[0] if f.code == "H1"]


def test_last_year_ties_a_cell_down(zfxxgk: Form) -> None:
    (loose,) = hints(zfxxgk, slipped(zfxxgk, None))
    assert loose == (
        "可能是下列几处中的一处填错：“二、上年结转政府信息公开申请数量·自然人” 应为 31；"
        "“三、本年度办理结果 （一）予以公开·自然人” 应为 35"
    )
    (tied,) = hints(zfxxgk, slipped(zfxxgk, Figures({CARRIED_OUT: Decimal(13)})))
    assert tied == "很可能应为 35（现为 53，两位数字颠倒）；改后 2 项校验全部成立"


def test_a_number_said_in_the_text_ties_a_cell_down(zfxxgk: Form) -> None:
    town = slipped(zfxxgk, None)
    texts = {**town.texts, "text.overview": "2025年，上年结转政府信息公开申请13件，均已办结。"}
    (tied,) = hints(zfxxgk, replace(town, texts=texts))
    assert tied == "很可能应为 35（现为 53，两位数字颠倒）；改后 2 项校验全部成立"


def test_a_number_of_times_ties_nothing_down(zfxxgk: Form) -> None:
    """13件次 may be fewer than 13件."""
    town = slipped(zfxxgk, None)
    texts = {**town.texts, "text.overview": "2025年，上年结转政府信息公开申请13件次，均已办结。"}
    assert hints(zfxxgk, replace(town, texts=texts)) == hints(zfxxgk, town)


def test_a_tie_that_the_unit_has_explained_ties_nothing(zfxxgk: Form) -> None:
    town = slipped(zfxxgk, Figures({CARRIED_OUT: Decimal(13)}))
    explained = replace(town, explanations={"B1.natural_person": "上年误报"})
    assert hints(zfxxgk, explained) == hints(zfxxgk, slipped(zfxxgk, None))


def test_the_cell_that_last_year_contradicts_is_the_one(zfxxgk: Form) -> None:
    """Both the balance and last year say that 20 carried in should be 2."""
    town = base(zfxxgk, Unit("甲子镇", "990101", "乡镇"))
    wrong = replace(town, entries={**town.entries, CARRIED_IN: Entry.of(20)})
    told = hints(zfxxgk, replace(wrong, prior_year=Figures({CARRIED_OUT: Decimal(2)})))
    assert told == ["很可能应为 2（现为 20，多了一个 0）；改后 2 项校验全部成立"]


def test_another_version_of_the_report_tells_which_cell(zfxxgk: Form, tmp_path: Path) -> None:
    """The number that the older file had makes everything hold: whoever corrected it slipped."""
    town = base(zfxxgk, Unit("甲子镇", "990101", "乡镇"))
    old = replace(town, provenance=replace(town.provenance, number=1))
    new = replace(
        town,
        entries={**town.entries, GRANTED: Entry.of(52)},
        provenance=replace(town.provenance, number=2),
    )
    for name, one in (("旧", old), ("新", new)):
        (tmp_path / f"{name}.xlsx").write_bytes(write_workbook(one, zfxxgk))
    result = merge_and_write(tmp_path, out=tmp_path / "out", county=COUNTY)
    by_path = {f.path: f for f in result.files}
    assert by_path["旧.xlsx"].outcome.value == "superseded"
    (hint,) = [f for f in by_path["新.xlsx"].findings if f.code == "H1"]
    assert (hint.cell, dict(hint.observed)[f"{GRANTED}.proposed"]) == ("D9", 36)
    assert "另一份" in hint.message


# --- limits --------------------------------------------------------------------------------------


def test_limits_are_divided_to_whole_numbers() -> None:
    assert Limits(5, 11).divided(3) == (2, 3)
    assert Limits(5, 11).divided(-3) == (-3, -2)
    assert Limits(None, 11).divided(-3) == (-3, None)
    assert Limits(5, None).less(7) == (-2, None)
    assert Limits(None, 4).keeps(4)
    assert not Limits(5, None).keeps(4)


@pytest.mark.parametrize(
    ("operator", "limits"),
    [
        ("==", Limits(3, 7)),
        ("<", Limits(None, 4)),
        ("<=", Limits(None, 5)),
        (">", Limits(6, None)),
        (">=", Limits(5, None)),
    ],
)
def test_what_a_comparison_leaves_of_whole_numbers(operator: str, limits: Limits) -> None:
    assert _limits(operator, 5, 2) == limits


def test_a_rule_about_one_cell_narrows_it(zfxxgk: Form) -> None:
    town = base(zfxxgk, Unit("甲子镇", "990101", "乡镇"))
    name = "disclosure.licences.decisions"
    at_most = LinearConstraint({name: Decimal(2)}, "<=", Decimal(9))
    system = constraint_system(zfxxgk, town, [at_most])
    assert system.cells[name].highest == 4_500_000
    assert system.cells[name].step == 1_000_000
    assert all(len(row.coefficients) > 1 for row in system.rows)


def test_fractions_are_cleared(zfxxgk: Form) -> None:
    town = base(zfxxgk, Unit("甲子镇", "990101", "乡镇"))
    shares = {RECEIVED: Decimal("0.25"), GRANTED: Decimal("-0.1")}
    constraint = LinearConstraint(shares, "==", Decimal(3), Decimal("0.5"), "X1")
    row = constraint_system(zfxxgk, town, [constraint]).rows[-1]
    assert row.coefficients == {RECEIVED: 5, GRANTED: -2}
    assert row.limits == (50_000_000, 70_000_000)
    assert not row.is_equation


def test_last_years_numbers_are_put_into_sums_differences_and_multiples(zfxxgk: Form) -> None:
    """received − granted = 2 · (last year's received + 3) − last year's granted, of 4 and 5."""
    before = Figures({RECEIVED: Decimal(4), GRANTED: Decimal(5)})
    town = replace(base(zfxxgk, Unit("甲子镇", "990101", "乡镇")), prior_year=before)
    received, granted = ex.Ref(RECEIVED), ex.Ref(GRANTED)
    doubled = ex.Times(Decimal(2), ex.Total((ex.Previous(RECEIVED), ex.Const(Decimal(3))), "+"))
    right = ex.Minus(doubled, ex.Previous(GRANTED))
    rule = ex.Compare("==", ex.Minus(received, granted), right, Decimal(1))
    form = replace(zfxxgk, instances=(replace(zfxxgk.instances[0], rule=rule),))
    (tie,) = prior_year_constraints(form, view_of(form, town))
    assert tie.coefficients == {RECEIVED: 1, GRANTED: -1}
    assert tie.operator == "=="
    assert (tie.constant, tie.tolerance) == (Decimal(9), Decimal(1))
    assert tie.name == form.instances[0].code


def test_a_constant_in_a_formula_goes_to_the_other_side(zfxxgk: Form) -> None:
    total = next(iter(zfxxgk.computed)).id
    maker = _RuleMaker(zfxxgk, frozenset())
    maker.formulas[total] = {RECEIVED: Decimal(1), "": Decimal(5)}
    constraint = LinearConstraint({total: Decimal(1)}, "==", Decimal(9), name="X1")
    row = maker.rule(constraint).row
    assert row.coefficients == {RECEIVED: 1}
    assert row.limits == (4_000_000, 4_000_000)


def test_a_total_typed_over_can_hold_what_its_formula_can_give(zfxxgk: Form) -> None:
    total = "requests.granted.total"
    town = base(zfxxgk, Unit("甲子镇", "990101", "乡镇"))
    wrong = replace(town, overrides={total: Entry.of(99)})
    cell = constraint_system(zfxxgk, wrong, []).cells[total]
    assert (cell.now, cell.lowest) == (99_000_000, 0)
