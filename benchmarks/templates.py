"""What the templates of a roster cost: XlsxWriter from nothing, openpyxl by changing one, xlreport.

Each makes the workbooks of the same units in memory. xlreport makes all of a round's, its masters
and their proof included; the others a few of them, for each takes the same time. What openpyxl
saves is no template of ours (it leaves cached results out): it is what others do.
"""

from __future__ import annotations

import io
import sys
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace

import openpyxl

from measuring import Contender, Table, contest, main
from workbooks import COUNTY, FORM, YEAR, submission, unit, with_prior_year
from xlreport import Submission, write_workbook
from xlreport.a1 import address
from xlreport.workbook.layout.identity import PREFIX
from xlreport.workbook.layout.sheet import COVER
from xlreport.workbook.layout.workbook import layout_of
from xlreport.workbook.writer.context import NO_SERVICE
from xlreport.workbook.writer.copies import write_copies
from xlreport.workbook.writer.template import blank

UNIT = "ms a template"
FROM_NOTHING = "XlsxWriter from nothing"
BASELINES = (FROM_NOTHING,)


def template(number: int) -> Submission:
    """The blank report of a unit."""
    return blank(FORM, YEAR, unit(number), COUNTY)


def with_history(number: int) -> Submission:
    """A blank report that carries what the unit reported the year before."""
    before = with_prior_year(submission(number)).prior_year
    return replace(template(number), prior_year=before)


def spliced(blanks: Sequence[Submission]) -> None:
    """All of them, as `xlreport template` makes them."""
    named = {f"{number}.xlsx": empty for number, empty in enumerate(blanks)}
    copies = write_copies(named, FORM, password="", service=NO_SERVICE)
    for name in copies:
        _ = copies[name]


def from_nothing(blanks: Sequence[Submission]) -> None:
    for empty in blanks:
        write_workbook(empty, FORM)


def changed_by_openpyxl(blanks: Sequence[Submission]) -> None:
    """Opens a template, puts the unit into it and saves it."""
    cells = layout_of(FORM).identity
    data = write_workbook(blanks[0], FORM)
    for empty in blanks[1:]:
        book = openpyxl.load_workbook(io.BytesIO(data))
        for key in ("unit", "code", "level"):
            value = getattr(empty.unit, {"unit": "name"}.get(key, key))
            book[COVER][address(cells[key])] = value
            name, cell = book.defined_names[PREFIX + key].attr_text.split("!")
            book[name.strip("'")][cell.replace("$", "")] = value
        book.save(io.BytesIO())


CONTENDERS = (
    Contender(FROM_NOTHING, from_nothing, most=8),
    Contender("openpyxl: one opened, changed and saved", changed_by_openpyxl, most=4),
    Contender("xlreport", spliced),
)


@dataclass(frozen=True)
class Roster:
    """How many units a round has, and whether last year's figures are known of them."""

    name: str
    units: int
    rounds: int
    has_history: bool = False

    def larger(self) -> Roster:
        """The same with more of all."""
        return replace(self, units=5 * self.units, rounds=2 * self.rounds)

    def table(self) -> Table:
        """All contenders over units that none of them met before; the first round warms up."""
        make = with_history if self.has_history else template
        numbers = range(self.units * (self.rounds + 1))
        blanks = [make(number) for number in numbers]
        starts = numbers[:: self.units]
        rounds = [blanks[start : start + self.units] for start in starts]
        return contest(CONTENDERS, rounds).table(self.name, UNIT, BASELINES)


ROSTERS = (
    Roster("a county of 20", units=20, rounds=5),
    Roster("1,000 units", units=1_000, rounds=4),
    Roster("1,000 units with last year", units=1_000, rounds=3, has_history=True),
)


def measure(large: bool) -> list[Table]:
    warnings.simplefilter("ignore")
    rosters = [roster.larger() for roster in ROSTERS] if large else ROSTERS
    tables = []
    for roster in rosters:
        print(f"templates: {roster.name}", file=sys.stderr, flush=True)
        tables.append(roster.table())
    return tables


if __name__ == "__main__":
    main(measure)
