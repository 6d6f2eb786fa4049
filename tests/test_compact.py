"""Values that are pickled by their fields."""

from __future__ import annotations

import copy
import pickle
import pickletools
from dataclasses import dataclass, fields, is_dataclass
from decimal import Decimal

import pytest

from xlreport import Entry, Form, Unit
from xlreport.compact import compact
from xlreport.findings import Finding, Severity
from xlreport.form import expression, model
from xlreport.submission import Place


@compact
@dataclass(frozen=True, slots=True)
class One:
    only: str


@compact
@dataclass(frozen=True, slots=True)
class Two:
    first: str
    second: int = 5


VALUES = (
    One("x"),
    Two("x"),
    Two("x", 6),
    Entry.of(Decimal("1.5")),
    Place("表", "B3"),
    Unit("甲", "1", "乡镇"),
    Finding("R1", Severity.NOTE, "message", "suggestion", sheet="表"),
)


@pytest.mark.parametrize("value", VALUES, ids=lambda value: type(value).__name__)
def test_a_value_comes_back_equal(value: object) -> None:
    for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
        assert pickle.loads(pickle.dumps(value, protocol)) == value
    assert copy.copy(value) == value


@pytest.mark.parametrize("value", VALUES, ids=lambda value: type(value).__name__)
def test_it_is_made_anew_from_its_fields_and_has_no_state(value: object) -> None:
    operations = {operation.name for operation, _, _ in pickletools.genops(pickle.dumps(value, 5))}
    assert "REDUCE" in operations
    assert "BUILD" not in operations


def test_all_parts_of_a_form_are_compact(zfxxgk: Form) -> None:
    """They are many: one that is not makes every start of a worker slower."""
    for module in (expression, model):
        for made in vars(module).values():
            if isinstance(made, type) and is_dataclass(made) and "__slots__" in vars(made):
                assert "__reduce__" in vars(made), made
    again = pickle.loads(pickle.dumps(zfxxgk))
    assert [f.name for f in fields(Form) if getattr(again, f.name) != getattr(zfxxgk, f.name)] == []
