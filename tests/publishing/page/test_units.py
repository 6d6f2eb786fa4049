"""Which findings the page has room for: the same number for every unit."""

from __future__ import annotations

import pytest

from xlreport import FileRecord, Unit
from xlreport.findings import Finding, Severity
from xlreport.publishing.overview import Folded, UnitRow, UnitState
from xlreport.publishing.page import units
from xlreport.publishing.page.units import ListedUnit, listed_units, size

ERROR = Finding("A1", Severity.ERROR, "错" * 100)


def row(name: str, *findings: Finding) -> UnitRow:
    placed = tuple(finding.at(unit=name, file=f"{name}.xlsx") for finding in findings)
    file = FileRecord(f"{name}.xlsx", findings=placed)
    return UnitRow(Unit(name), UnitState.RETURNED, file)


def many(count: int) -> list[Finding]:
    return [
        ERROR.at(code=f"A{number}", message=f"{number:03}{ERROR.message}")
        for number in range(count)
    ]


def listed(*rows: UnitRow, shared: tuple[Folded, ...] = ()) -> list[tuple[int, int, int]]:
    found = listed_units(rows, shared)
    return [(len(unit.findings), unit.left, unit.shared) for unit in found]


def test_all_findings_are_listed_where_there_is_room() -> None:
    assert listed(row("甲", *many(3)), row("乙"), row("丙", ERROR)) == [
        (3, 0, 0),
        (0, 0, 0),
        (1, 0, 0),
    ]


def test_what_there_is_no_room_for_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Room for two of each unit and half a third one: nobody gets a third."""
    monkeypatch.setattr(units, "LEAST_ROOM", 0)
    each = size(many(1)[0])
    monkeypatch.setattr(units, "ROOM_A_UNIT", 2 * each + each // 2)
    assert listed(row("甲", *many(5)), row("乙", *many(3))) == [(2, 3, 0), (2, 1, 0)]
    assert listed(row("甲", *many(5)), row("乙")) == [(5, 0, 0), (0, 0, 0)]


def test_room_that_is_just_enough_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(units, "LEAST_ROOM", 2 * size(many(1)[0]))
    monkeypatch.setattr(units, "ROOM_A_UNIT", 1)
    assert listed(row("甲", *many(2))) == [(2, 0, 0)]
    monkeypatch.setattr(units, "LEAST_ROOM", units.LEAST_ROOM - 1)
    assert listed(row("甲", *many(2))) == [(1, 1, 0)]


def test_the_first_findings_are_the_heaviest() -> None:
    note = Finding("N", Severity.NOTE, "提示")
    (unit,) = listed_units([row("甲", note, ERROR)], ())
    assert isinstance(unit, ListedUnit)
    assert [finding.code for finding in unit.findings] == ["A1", "N"]


def test_notes_that_others_have_too_are_told_elsewhere() -> None:
    note = Finding("N", Severity.NOTE, "提示")
    shared = (Folded(note, ("甲", "乙", "丙")),)
    assert listed(row("甲", note, ERROR), row("丁", ERROR), shared=shared) == [(1, 0, 1), (1, 0, 0)]


def test_the_size_of_a_finding_is_that_of_its_bytes() -> None:
    plain = Finding("A1", Severity.ERROR, "")
    assert size(plain.at(message="错")) - size(plain) == 3
    assert size(plain.at(message="&")) - size(plain) >= len("&amp;")
    assert size(plain.at(explanation="说明")) - size(plain) >= 6
    assert size(plain.at(message="\ud800")) > 0
