"""Files that may count are checked, those of one form together; the others stay as they are."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from support.records import JIAZI, LICENCES, YICHOU, record, report
from xlreport import Entry, Outcome, Unit
from xlreport.merging import validation
from xlreport.merging.codes import OLDER
from xlreport.merging.prior_year import PriorYear
from xlreport.merging.validation import validated
from xlreport.submission import Figures

REGULATIONS = "disclosure.regulations.issued"


def test_errors_return_a_file_and_the_findings_tell_file_and_unit() -> None:
    town = report(YICHOU)
    wrong = replace(town, entries={**town.entries, REGULATIONS: Entry.of(3)})
    good, bad = validated([record("a", report()), record("b", wrong)])
    assert (good.outcome, bad.outcome) == (Outcome.ACCEPTED, Outcome.RETURNED)
    assert {(finding.file, finding.unit) for finding in bad.findings} == {("b", "乙丑镇")}


def test_each_file_knows_its_own_numbers() -> None:
    files = validated([record("a", report(licences=7)), record("b", report(YICHOU, 8))])
    views = [file.view for file in files]
    assert [view and view.submission.entries[LICENCES].value for view in views] == [7, 8]


def test_what_is_decided_stays_as_it_is() -> None:
    ignored = record("a", report()).decided(Outcome.IGNORED)
    rejected = record("b", report()).decided(Outcome.REJECTED)
    assert validated([ignored, rejected]) == [ignored, rejected]
    assert validated([]) == []


def test_findings_stand_in_the_order_of_the_cells() -> None:
    town = report()
    slips = {REGULATIONS: Entry.of(3), LICENCES: Entry.of(-1)}
    wrong = record("a", replace(town, entries={**town.entries, **slips}))
    note = OLDER(winner="b", reason="x").at(sheet="二、主动公开", cell="C10")
    (file,) = validated([wrong.noting(note)])
    cells = [finding.cell for finding in file.findings if finding.sheet == "二、主动公开"]
    assert cells == sorted(cells, key=lambda cell: (int(cell[1:]), cell[0]))
    assert "C10" in cells


def test_a_superseded_version_helps_to_find_the_wrong_cell_and_gets_prior_years_notes() -> None:
    prior_year = PriorYear(2023, {JIAZI: Figures({LICENCES: Decimal(1)})})
    old = record("a", report()).decided(Outcome.SUPERSEDED)
    rejected = record("b", report()).decided(Outcome.REJECTED)
    new = record("c", report())
    codes = [
        [f.code for f in file.findings] for file in validated([old, rejected, new], prior_year)
    ]
    assert codes[0] == ["R28"]
    assert codes[1] == []
    assert "R28" in codes[2]


def test_files_are_evaluated_some_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    files = [record(f"{i}.xlsx", report(Unit(f"{i}镇", f"{i}"), i)) for i in range(5)]
    together = validated(files)
    monkeypatch.setattr(validation, "AT_ONCE", 2)
    apart = validated(files)
    assert [file.findings for file in apart] == [file.findings for file in together]
    stores = [id(file.view.store) for file in apart if file.view is not None]
    assert [stores.count(store) for store in dict.fromkeys(stores)] == [2, 2, 1]
