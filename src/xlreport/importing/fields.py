"""What each field of a form holds by the tables of a document: numbers as the reader of workbooks
understands them, totals compared and not taken."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from xlreport.form import expression as ex
from xlreport.form.model import Field, Form
from xlreport.formats.raw import RawCell
from xlreport.importing.regions import Placed
from xlreport.importing.tables import Tables
from xlreport.rules.fixed import fixed, number_of, shown_numbers
from xlreport.submission import BLANK, Entry, Place, Status, Submission, Unit
from xlreport.text import clean_line
from xlreport.workbook.reader.numbers import read_entry

ABSENT = Entry(None, Status.ABSENT)


@dataclass(frozen=True)
class Fields:
    """The entries of the typed-in fields, the totals that their formulas do not give, where each
    field stands; `contrary` are those that stand in several places with different contents,
    `missing` those that stand nowhere."""

    entries: Mapping[str, Entry]
    overrides: Mapping[str, Entry]
    places: Mapping[str, Place]
    contrary: Mapping[str, Sequence[Placed]]
    missing: tuple[Field, ...]


def entry_of(text: str) -> Entry:
    """What stands in a cell of a document; one in which nobody sees anything is blank."""
    if not clean_line(text):
        return BLANK
    entry, _ = read_entry(RawCell("s", text))
    return entry


def fields_of(tables: Tables) -> Fields:
    """What the fields of a form hold."""
    certain: dict[str, Placed] = {}
    contrary: dict[str, Sequence[Placed]] = {}
    for name, found in tables.candidates.items():
        if len({_content(entry_of(placed.text)) for placed in found}) == 1:
            certain[name] = found[0]
        else:
            contrary[name] = found
    entries = {name: entry_of(placed.text) for name, placed in certain.items()}
    typed = {field.id: entries.get(field.id, ABSENT) for field in tables.form.typed}
    overrides = _unlike_their_formulas(tables.form, typed, entries)
    places = {name: placed.place for name, placed in certain.items()}
    return Fields(typed, overrides, places, contrary, _missing(tables))


def _missing(tables: Tables) -> tuple[Field, ...]:
    fields = tables.form.fields.values()
    return tuple(field for field in fields if field.id not in tables.candidates)


def _content(entry: Entry) -> tuple[object, ...]:
    """What two entries have in common that say the same."""
    raw = clean_line(entry.raw) if entry.value is None else ""
    return entry.value, entry.status, raw


def _unlike_their_formulas(
    form: Form, entries: Mapping[str, Entry], standing: Mapping[str, Entry]
) -> dict[str, Entry]:
    """The totals that are not what their formulas give from the numbers beside them, blanks counted
    as nothing, as SUM does."""
    totals = {name: standing[name] for name in form.formulas if name in standing}
    told = {name: total for name, total in totals.items() if total.status is not Status.BLANK}
    submission = Submission(form.id, form.first_year, Unit(""), entries, overrides=told)
    numbers = shown_numbers(form, submission)
    unlike: dict[str, Entry] = {}
    for name, total in told.items():
        formula = form.formulas[name]
        parts = {part: numbers[part].whole for part in ex.fields_of(formula)}
        result = number_of(formula, parts).at_scale()
        if total.value is None or fixed(total) != result:
            unlike[name] = total
    return unlike
