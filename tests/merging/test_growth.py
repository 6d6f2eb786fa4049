"""Twice as many units are twice the work, whatever is to be decided about them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from hostile.scene import COUNTY
from support.growth import is_linear
from support.records import record, report, summary
from xlreport import FileRecord, MergeRequest, Roster, Unit
from xlreport.merging.arrivals import Arrival, with_arrivals
from xlreport.merging.decisions import Decision, Ruling, with_decisions
from xlreport.merging.eligibility import Target, each_unit_once, eligible
from xlreport.merging.merge import _missing
from xlreport.merging.outcome import Outcome
from xlreport.merging.result import MergeResult
from xlreport.merging.versions import newest_versions
from xlreport.publishing.overview import open_points

TARGET = Target("zfxxgk-2021", 2025, COUNTY)
BASE = report()


def units(count: int) -> tuple[Unit, ...]:
    return tuple(Unit(f"{i}镇", f"99{i:04d}", "乡镇") for i in range(count))


def roster_of(count: int) -> Roster:
    columns = {unit.code: {"邮箱": f"{unit.code}@a.cn"} for unit in units(count)}
    return Roster(
        units(count), {unit.code: (f"第{unit.name}",) for unit in units(count)}, COUNTY, columns
    )


def files_of(named: list[Unit]) -> list[FileRecord]:
    return [record(f"{i}.xlsx", replace(BASE, unit=unit)) for i, unit in enumerate(named)]


def merge_of(count: int, change: Callable[[Unit], Unit]) -> tuple[list[FileRecord], MergeRequest]:
    request = MergeRequest(Path(), roster_of(count), county=COUNTY)
    return files_of([change(unit) for unit in request.roster.units]), request  # type: ignore[union-attr]


HOW_UNITS_ARE_TOLD: dict[str, Callable[[Unit], Unit]] = {
    "by_code": lambda unit: unit,
    "by_name": lambda unit: Unit(f"{unit.name}人民政府", "", ""),
    "by_alias": lambda unit: Unit(f"第{unit.name}", "", ""),
    "code_of_another": lambda unit: Unit("某局", unit.code),
    "without_zeros": lambda unit: Unit("某局", f"0{unit.code}"),
    "under_two_names": lambda unit: Unit(unit.name, f"9{unit.code}"),
}


@pytest.mark.parametrize("told", HOW_UNITS_ARE_TOLD)
def test_units_are_matched_with_the_roster(told: str) -> None:
    def work(count: int) -> Callable[[], object]:
        files, request = merge_of(count, HOW_UNITS_ARE_TOLD[told])
        return lambda: eligible(files, TARGET, request)

    assert is_linear(work, 40)


def test_names_and_codes_that_contradict_each_other() -> None:
    def work(count: int) -> Callable[[], object]:
        request = MergeRequest(Path(), county=COUNTY)
        pairs = [
            unit for i in range(count) for unit in (Unit(f"{i}镇", "1"), Unit(f"{i}镇", f"{i}"))
        ]
        files = files_of(pairs)
        return lambda: eligible(files, TARGET, request)

    assert is_linear(work, 40)


def test_who_sent_the_files() -> None:
    def work(count: int) -> Callable[[], object]:
        files, request = merge_of(count, lambda unit: unit)
        arrivals = {file.sha256: Arrival(1.0, ("990000@a.cn",)) for file in files}
        return lambda: with_arrivals(files, arrivals, request.roster)

    assert is_linear(work, 40)


def test_many_reports_of_one_unit() -> None:
    def work(count: int) -> Callable[[], object]:
        own = [
            record(f"{i}.xlsx", report(licences=i), saved=f"2026-01-01T00:{i:02d}:00Z")
            for i in range(count)
        ]
        candidates = [file.as_candidate() for file in own]
        return lambda: newest_versions(candidates, newest=True)

    assert is_linear(work, 10)


def test_units_inside_summaries() -> None:
    def work(count: int) -> Callable[[], object]:
        alone = files_of(list(units(count)))
        inside = [
            record(f"s{i}.xlsx", summary(Unit(f"区{i}"), units(count)[i : i + 2]))
            for i in range(count)
        ]
        candidates = [file.as_candidate() for file in (*alone, *inside)]
        return lambda: each_unit_once(candidates)

    assert is_linear(work, 40)


def test_what_the_county_decided() -> None:
    def work(count: int) -> Callable[[], object]:
        decisions = [Decision(unit, Ruling.EXCLUDE, "重复") for unit in units(count)]
        files = [file.decided(Outcome.ACCEPTED) for file in files_of(list(units(count)))]
        return lambda: with_decisions(files, decisions)

    assert is_linear(work, 40)


def test_who_is_missing_and_sent_what_cannot_be_used() -> None:
    def work(count: int) -> Callable[[], object]:
        files, request = merge_of(count, lambda unit: unit)
        rejected = [file.decided(Outcome.REJECTED) for file in files[1:]]
        usable = files[0].decided(Outcome.ACCEPTED)
        result = MergeResult(request, "zfxxgk-2021", 2025, (usable, *rejected))
        return lambda: _missing(result)

    assert is_linear(work, 40)


def test_what_keeps_the_totals_from_being_final() -> None:
    def work(count: int) -> Callable[[], object]:
        files, request = merge_of(count, lambda unit: unit)
        decisions = [Decision(file.unit, Ruling.EXCLUDE, "重复") for file in files[::2]]
        returned = with_decisions([file.decided(Outcome.RETURNED) for file in files], decisions)
        again = tuple(file.decided(Outcome.RETURNED) for file in returned)
        result = MergeResult(request, "zfxxgk-2021", 2025, again)
        return lambda: open_points(result)

    assert is_linear(work, 40)
