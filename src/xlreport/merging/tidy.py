"""Reports as tidy data: one row a unit and number, for those who go on in pandas or R."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import astuple, dataclass, fields
from decimal import Decimal
from typing import TYPE_CHECKING

from xlreport.form.expression import Ref
from xlreport.form.model import Field, Form
from xlreport.rules.evaluate import UnitView

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Observation:
    """One number of one unit. `value` is None where the cell is blank and not declared 0; computed
    numbers are worked out again. `measure` is what is counted, where the form tells it."""

    unit: str
    code: str
    level: str
    year: int
    field: str
    table: str
    row: str
    column: str
    label: str
    measure: str
    value: Decimal | None


COLUMNS = tuple(column.name for column in fields(Observation))
"""The columns of tidy data, in their order."""


def observations(form: Form, views: Iterable[UnitView]) -> Iterator[Observation]:
    """Every number of every report, report by report in the order of the form."""
    for view in views:
        for field in form.fields.values():
            yield _observation(view, field, form)


def _observation(view: UnitView, field: Field, form: Form) -> Observation:
    submission = view.submission
    unit = submission.unit
    return Observation(
        unit=unit.name,
        code=unit.code,
        level=unit.level,
        year=submission.year,
        field=field.id,
        table=form.table(field.table).title,
        row=field.row_label,
        column=field.column_label,
        label=field.label,
        measure=field.unit,
        value=_value(view, field),
    )


def _value(view: UnitView, field: Field) -> Decimal | None:
    if field.computed is None:
        return view.submission.effective(field.id).value
    if not view.knows(Ref(field.id)):
        return None
    return view.recomputed(field.id)


def tidy_frame(rows: Iterable[Observation]) -> pd.DataFrame:
    """The same as a pandas table; `value` as floats, NaN where there is none."""
    import pandas as pd

    table = list(map(astuple, rows))
    frame = pd.DataFrame(table, columns=list(COLUMNS))
    values = [float("nan") if value is None else float(value) for value in frame["value"]]
    frame["value"] = pd.Series(values, index=frame.index, dtype="float64")
    return frame
