"""The county's numbers: sums over the units that are counted, itself a submission one level up."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from xlreport.findings import Finding, record
from xlreport.form.expression import MAX_NUMBER, Ref
from xlreport.form.model import Form
from xlreport.merging.codes import E4
from xlreport.rules.evaluate import UnitView
from xlreport.submission import BLANK, Entry, Figures, Provenance, Submission, Summary, Unit, shown
from xlreport.workbook.layout.workbook import layout_of


def summary_level(levels: Sequence[str]) -> str:
    """The level of the unit that sums these: counties are summed by a city, all else by a county."""
    return "市" if {"县", "市"} & set(levels) else "县"


def sum_up(
    form: Form,
    year: int,
    county: Unit,
    counted: Sequence[Submission],
    previous: Figures | None = None,
) -> Summary:
    """The county's submission. Every typed-in field is the exact sum over the counted units;
    without any unit all fields stay blank (0 would be a statement)."""
    entries: dict[str, Entry] = {}
    for field in form.typed:
        known = [v for s in counted if (v := s.effective(field.id).value) is not None]
        entries[field.id] = Entry.of(sum(known, Decimal(0))) if known else BLANK
    level = county.level or summary_level([s.unit.level for s in counted])
    return Summary(
        form=form.id,
        year=year,
        unit=Unit(county.name, county.code, level),
        entries=entries,
        members=tuple(s.unit for s in counted),
        previous=previous,
        provenance=Provenance(places=layout_of(form).places()),
    )


def totals_of(form: Form, view: UnitView) -> dict[str, Decimal]:
    """All fields of a submission with their values, computed ones included; blanks are left out."""
    found: dict[str, Decimal] = {}
    for name in form.fields:
        entries = [view.submission.effective(leaf) for leaf in form.leaves(name)]
        if any(entry.value is not None for entry in entries):
            found[name] = view.value(Ref(name)).normalize() + 0
    return found


def too_large(form: Form, county: Submission) -> list[Finding]:
    """E4 for every total beyond what can be summed exactly."""
    return [
        record(
            E4,
            f"{form.fields[name].label}的合计是 {shown(entry.value)}，超过 10 亿",
            "请核对各单位的数字和单位",
            sheet=county.provenance.places[name].sheet,
            cell=county.provenance.places[name].cell,
            field=name,
            observed=((name, entry.value),),
        )
        for name, entry in county.entries.items()
        if entry.value is not None and abs(entry.value) >= MAX_NUMBER
    ]
