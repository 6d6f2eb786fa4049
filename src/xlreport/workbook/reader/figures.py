"""The number cells of a workbook: what counts of each, and what was odd about it.

Values are taken from the typed-in cells only. Cached results of computed cells serve to detect that
somebody pasted over a formula, never as numbers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import NamedTuple

from xlreport.a1 import address
from xlreport.findings import Finding
from xlreport.formats.raw import RawCell
from xlreport.formats.shown import number_read, number_shown
from xlreport.rules.fixed import shown_numbers
from xlreport.submission import BLANK, YES, Entry, Status, Submission, shown
from xlreport.text import quote
from xlreport.workbook.codes import (
    FORMULA_DELETED,
    FORMULA_REPLACED,
    FORMULA_TYPED_IN,
    INVISIBLE_BESIDE,
    NUMBER_AS_TEXT,
    SHOWN_OTHERWISE,
    SHOWN_REPEATED,
    SPACES_ARE_BLANK,
    STALE_TOTAL,
    TOO_FINE,
    ZERO_UNSEEN,
    ZEROS_UNSEEN,
)
from xlreport.workbook.layout.blanks import is_blank_formula
from xlreport.workbook.reader.locate import Located
from xlreport.workbook.reader.numbers import invisible_in, read_entry


@dataclass(frozen=True)
class FigureCells:
    """All number cells of a workbook by field id.

    `entries` holds what was typed in, `overrides` what was typed over formulas, `results` the cells
    of formulas that are still there; `from_text` are the fields whose number was stored as a text.
    """

    entries: Mapping[str, Entry]
    overrides: Mapping[str, Entry]
    results: Mapping[str, RawCell]
    from_text: frozenset[str]
    findings: tuple[Finding, ...]


def read_figures(located: Located, answers: Mapping[str, str], *, is_summary: bool) -> FigureCells:
    """Every number cell of the form; a summary has formulas where a unit types in numbers.

    `answers` are those to 本表空白处是否均为 0 by table.
    """
    entries: dict[str, Entry] = {}
    overrides: dict[str, Entry] = {}
    results: dict[str, RawCell] = {}
    from_text: set[str] = set()
    findings: list[Finding] = []
    for field in located.layout.form.fields.values():
        cell = located.cell(field.id)
        if field.id not in located.spots:
            entries[field.id] = Entry(None, Status.ABSENT)
        elif field.computed is None:
            typed = read_typed(cell, is_summary=is_summary)
            if answers.get(field.table) == YES and _is_spaces(typed.entry):
                typed = Typed(BLANK, from_text=False)
                findings.append(located.at(field.id, SPACES_ARE_BLANK()))
            entries[field.id] = typed.entry
            if typed.from_text:
                from_text.add(field.id)
            findings += _typed_findings(typed, field.id, located)
        elif cell is not None and cell.formula is not None:
            results[field.id] = cell
        else:
            overrides[field.id], _ = read_entry(cell)
            findings += _override_findings(field.id, overrides[field.id], located)
    if not is_summary:
        findings += _unseen_zeros(located, answers)
    return FigureCells(entries, overrides, results, frozenset(from_text), tuple(findings))


class Typed(NamedTuple):
    """A typed-in cell as it was read: whether a text was understood as a number, whether it holds a
    formula, the invisible characters beside it, and what the cell shows where that is another
    number (None where it is the same), and whether its text is repeated to fill the cell."""

    entry: Entry
    from_text: bool
    is_formula: bool = False
    invisible: str = ""
    other: str | None = None
    repeats: bool = False

    @property
    def is_plain(self) -> bool:
        """Whether there is nothing to be said of how it was typed in."""
        is_odd = self.from_text or self.is_formula or self.other is not None or self.repeats
        has_odd_value = self.entry.status is Status.TOO_FINE or _is_spaces(self.entry)
        return not (is_odd or has_odd_value)


def read_typed(cell: RawCell | None, *, is_summary: bool) -> Typed:
    """What counts of a cell: of a formula the shown result."""
    if cell is not None and _is_blank(cell):
        return Typed(BLANK, from_text=False)
    entry, from_text = read_entry(cell)
    if cell is None or is_summary:
        return Typed(entry, from_text)
    if cell.formula is not None and entry.status is Status.BLANK:
        entry = Entry(None, Status.NO_RESULT, quote("=" + cell.formula))
    is_formula = cell.formula is not None
    invisible = invisible_in(cell.text) if from_text else ""
    other = _other_shown(cell, entry)
    return Typed(entry, from_text, is_formula, invisible, other, _is_repeated(cell, entry))


_RESULTS_OF_BLANKS = ("", "0", "0.0")
"""What the formula of a blank cell gives, as formats store it."""


def _is_blank(cell: RawCell) -> bool:
    """Whether a cell holds the formula of one that nobody has filled in. Where a format does not
    show formulas, one whose result is nothing or 0 is taken for it: only the answer about blanks
    makes a 0 of it, never the result."""
    if cell.formula is None:
        return False
    is_unseen = not cell.formula
    return (is_unseen and cell.text in _RESULTS_OF_BLANKS) or is_blank_formula(cell.formula)


def _is_spaces(entry: Entry) -> bool:
    """Whether a cell holds nothing that anybody sees."""
    return entry.status is Status.TEXT and not entry.raw.strip()


def _other_shown(cell: RawCell, entry: Entry) -> str | None:
    """What a cell shows if people read another number in it than the one that counts.

    A number of more than six decimals is told by itself.
    """
    if entry.value is None or entry.status is Status.TOO_FINE:
        return None
    if cell.kind != "n":
        return None
    seen = cell.shown
    if cell.number_format:
        told = number_shown(cell.number_format, entry.value)
        if told is None:
            return None
        seen = told
    elif not seen:
        return None
    if number_read(seen) == entry.value:
        return None
    return seen


def _is_repeated(cell: RawCell, entry: Entry) -> bool:
    """Whether a number becomes another one where its text is repeated to fill the cell."""
    return cell.repeats and cell.kind == "n" and bool(entry.value)


def _typed_findings(typed: Typed, name: str, located: Located) -> Iterator[Finding]:
    """R10, R11, R18 and R29: a number that was understood, but should be typed in otherwise."""
    entry = typed.entry
    is_known = entry.value is not None
    value = entry.value or Decimal(0)
    as_read = shown(value)
    if typed.is_formula and is_known:
        yield located.at(name, FORMULA_TYPED_IN(value=as_read), value)
    if typed.invisible:
        finding = INVISIBLE_BESIDE(characters=typed.invisible, value=as_read)
        yield located.at(name, finding, entry.raw)
    elif typed.from_text:
        finding = NUMBER_AS_TEXT(raw=entry.raw, value=as_read)
        yield located.at(name, finding, entry.raw)
    if typed.other is not None:
        seen = quote(typed.other.strip()) or "空"
        finding = SHOWN_OTHERWISE(shown=seen, value=as_read)
        yield located.at(name, finding, value)
    elif typed.repeats:
        finding = SHOWN_REPEATED(shown=as_read * 2, value=as_read)
        yield located.at(name, finding, value)
    if entry.status is Status.TOO_FINE:
        yield located.at(name, TOO_FINE(raw=entry.raw), entry.raw)


# --- zeros that look like blanks ------------------------------------------------------------------

MOST_LISTED = 5
"""How many cells with such a 0 are listed."""


def _unseen_zeros(located: Located, answers: Mapping[str, str]) -> Iterator[Finding]:
    """R35: typed-in zeros that nobody sees, by sheet. Where the unit says that what is blank is 0,
    they say nothing else."""
    fields: dict[str, list[str]] = {}
    for field in located.layout.form.typed:
        is_blank_too = answers.get(field.table) == YES
        if field.id in located.spots and not is_blank_too and _is_unseen_zero(located, field.id):
            sheet, _ = located.spots[field.id]
            fields.setdefault(sheet, []).append(field.id)
    for names in fields.values():
        yield _zeros_finding(located, names)


def _is_unseen_zero(located: Located, name: str) -> bool:
    """Whether a 0 was typed in that the sheet or the format of its cell does not show."""
    sheet, _ = located.spots[name]
    return is_unseen_zero(located.cell(name), shows_zeros=located.book.sheets[sheet].zeros)


def is_unseen_zero(cell: RawCell | None, *, shows_zeros: bool) -> bool:
    """Whether a cell holds a typed-in 0 that its sheet or its format does not show."""
    if cell is None or cell.kind != "n" or cell.formula is not None or cell.date:
        return False
    entry, _ = read_entry(cell)
    if entry.value is None or entry.value:
        return False
    if not shows_zeros:
        return True
    seen = number_shown(cell.number_format, entry.value) if cell.number_format else None
    return seen is not None and not seen.strip()


def _zeros_finding(located: Located, names: Sequence[str]) -> Finding:
    """One finding for the zeros of a sheet."""
    if len(names) == 1:
        return located.at(names[0], ZERO_UNSEEN())
    cells = [address(located.spots[name][1]) for name in names[:MOST_LISTED]]
    listed = "、".join(cells)
    if len(names) > MOST_LISTED:
        listed += "等"
    return located.at(names[0], ZEROS_UNSEEN(count=len(names), cells=listed))


def _override_findings(name: str, entry: Entry, located: Located) -> Iterator[Finding]:
    """R12: a formula was deleted, or replaced by what is no number."""
    if entry.value is not None:
        return
    finding = FORMULA_REPLACED(raw=entry.raw) if entry.raw else FORMULA_DELETED()
    yield located.at(name, finding, entry.raw)


def stale_results(
    submission: Submission, cells: FigureCells, located: Located
) -> Iterator[Finding]:
    """R9: a result that the file shows but its numbers do not give.

    A result that misses a number stored as a text is not told again, nor is an empty one.
    """
    form = located.layout.form
    numbers = shown_numbers(form, submission)
    for name, raw in cells.results.items():
        if raw.text == "" or not numbers[name].is_known:
            continue
        if not cells.from_text.isdisjoint(form.leaves(name)):
            continue
        entry, _ = read_entry(replace(raw, formula=None))
        recomputed = numbers[name].value
        if entry.value != recomputed:
            finding = STALE_TOTAL(shown=entry.raw or "空", recomputed=shown(recomputed))
            observed = ((name, entry.raw), ("recomputed", recomputed))
            yield located.at(name, finding).at(observed=observed)
