"""From submissions to columns: each number of a form for all units, computed ones included."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from itertools import chain, count
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from xlreport.form import expression as ex
from xlreport.form.model import Form
from xlreport.rules.columns import (
    Columns,
    ColumnStore,
    Integers,
    bare,
    everywhere,
    number,
    rescaled,
)
from xlreport.rules.fixed import ONE, fixed, is_number, to_fixed
from xlreport.rules.shapes import Rows, Shape, shapes_of, together
from xlreport.submission import BLANK, Entry, Status, Submission
from xlreport.text import excel_length

NUMBER, NO_NUMBER, EMPTY, ABSENT = range(4)
"""What a cell holds: a number, something else, nothing; or it was not found."""

Contents = NDArray[np.int8]
"""One of these for each cell."""

_WITHOUT_NUMBER = {Status.BLANK: EMPTY, Status.ABSENT: ABSENT}

T = TypeVar("T")


def column_store(form: Form, submissions: Sequence[Submission]) -> ColumnStore:
    """The columns of a form for these submissions, in their order."""
    layout = column_layout(form)
    recomputed = _filled(layout, submissions)
    texts: dict[str, list[str]] = {}
    previous_texts: dict[str, list[str]] = {}
    for text in form.texts:
        name = text.field_id
        texts[name] = [submission.texts.get(name, "") for submission in submissions]
        previous_texts[name] = [_text_before(name, submission) for submission in submissions]
    return ColumnStore(
        size=len(submissions),
        columns=_as_shown(layout, recomputed, submissions),
        recomputed=recomputed.first(layout.fields),
        texts=texts,
        levels=[submission.unit.level for submission in submissions],
        previous_texts=previous_texts,
    )


def _text_before(name: str, submission: Submission) -> str:
    """Last year's text, "" where there is none."""
    if submission.prior_year is None:
        return ""
    return submission.prior_year.texts.get(name, "")


# --- where each column stands --------------------------------------------------------------------


class Step(NamedTuple):
    """Computed fields whose formulas have one shape and need only what steps before it give."""

    names: tuple[str, ...]
    rows: Rows
    formula: Shape[ex.Number]


class ColumnLayout:
    """The rows of a form's columns: typed-in fields, computed ones, each behind its parts, then
    what rules need besides fields."""

    def __init__(self, form: Form) -> None:
        self.typed = [field.id for field in form.typed]
        self.tables = [field.table for field in form.typed]
        self.fields = _numbered((*self.typed, *form.formulas))
        previous = [each for each in form.operands if isinstance(each, ex.Previous)]
        lengths = [each for each in form.operands if isinstance(each, ex.Length)]
        self.previous = [operand.field for operand in previous]
        self.lengths = [operand.text for operand in lengths]
        keys = (*map(ex.key_of, previous), *map(ex.key_of, lengths))
        self.rows = _numbered((*self.fields, *keys))
        self.steps = tuple(_steps(form, self.rows))


@lru_cache(maxsize=8)
def column_layout(form: Form) -> ColumnLayout:
    """The rows of a form's columns, worked out once."""
    return ColumnLayout(form)


def _numbered(names: Iterable[str]) -> dict[str, int]:
    return {name: row for row, name in enumerate(names)}


def _steps(form: Form, rows: Mapping[str, int]) -> Iterator[Step]:
    """The computed fields by how many formulas they stand on, those of one shape together."""
    depths = {field.id: 0 for field in form.typed}
    same_depth: defaultdict[int, list[str]] = defaultdict(list)
    for name, formula in form.formulas.items():
        below = [depths[part] for part in ex.fields_of(formula)]
        depths[name] = 1 + max(below)
        same_depth[depths[name]].append(name)
    for _, names in sorted(same_depth.items()):
        formulas = [form.formulas[name] for name in names]
        for shape in shapes_of(formulas, rows):
            of_shape = tuple(names[position] for position in shape.positions)
            of_results = together([rows[name] for name in of_shape])
            yield Step(of_shape, of_results, shape)


# --- what the cells hold -------------------------------------------------------------------------


class Cells(NamedTuple):
    """Cells of the shape (columns, units): the values in units of 10**-SCALE, 0 for what is no
    number, and what each cell holds."""

    values: Integers
    contents: Contents


def _filled(layout: ColumnLayout, submissions: Sequence[Submission]) -> Columns:
    """All columns, computed fields as their formulas give them."""
    units = len(submissions)
    to_work_out = (len(layout.fields) - len(layout.typed), units)
    blocks = (
        _typed_in(layout, submissions),
        Cells(np.zeros(to_work_out, np.int64), np.full(to_work_out, NUMBER, np.int8)),
        _before(layout, submissions),
        _lengths(layout, submissions),
    )
    values = np.concatenate([block.values for block in blocks])
    contents = np.concatenate([block.contents for block in blocks])
    columns = Columns(layout.rows, values, contents == NUMBER, contents >= EMPTY)
    for step in layout.steps:
        _work_out(step, columns)
    return columns


def _typed_in(layout: ColumnLayout, submissions: Sequence[Submission]) -> Cells:
    """The typed-in fields; a declared blank is 0. A number too large to be exact still counts as
    one, so that its own check can fail."""
    reports = [_picked(submission.entries, layout.typed, BLANK) for submission in submissions]
    values, contents = _cells(reports, len(layout.typed), _content_of)
    declared = [_blanks_are_zero(layout, submission) for submission in submissions]
    if any(map(any, declared)):
        are_zero = np.array(declared, np.bool_).T & (contents == EMPTY)
        contents[are_zero] = NUMBER
    return Cells(values, contents)


def _picked(held: Mapping[str, T], names: Iterable[str], nothing: T) -> list[T]:
    """What is held under these names."""
    get = held.get
    return [get(name, nothing) for name in names]


def _blanks_are_zero(layout: ColumnLayout, submission: Submission) -> list[bool]:
    """For each typed-in field whether the unit declared that the blanks of its table are 0."""
    declared = {table: submission.blanks_are_zero(table) for table in submission.answers}
    return _picked(declared, layout.tables, nothing=False)


def _before(layout: ColumnLayout, submissions: Sequence[Submission]) -> Cells:
    """Last year's fields, empty where they are not known."""
    unknown: list[Decimal | None] = [None] * len(layout.previous)
    reports: list[list[Decimal | None]] = []
    for submission in submissions:
        if submission.prior_year is None:
            reports.append(unknown)
        else:
            get = submission.prior_year.numbers.get
            reports.append([get(name) for name in layout.previous])
    return _cells(reports, len(layout.previous), _content_of_number)


def _lengths(layout: ColumnLayout, submissions: Sequence[Submission]) -> Cells:
    """The lengths of texts without their blanks; one that is not there has none."""
    reports = [_picked(submission.texts, layout.lengths, "") for submission in submissions]
    return _cells(reports, len(layout.lengths), _content_of_text)


def _cells(reports: Sequence[Sequence[T]], width: int, read: Callable[[T], Content]) -> Cells:
    """What the cells of some reports hold, of which each has so many. What several cells share, as
    those of a `submission.Pool` do, is read once."""
    held = list(chain.from_iterable(reports))
    distinct = dict(zip(map(id, held), held, strict=True))
    position = dict(zip(distinct, count()))
    contents = list(map(read, distinct.values()))
    values = np.array([content.value for content in contents], np.int64)
    kinds = np.array([content.kind for content in contents], np.int8)
    index = np.fromiter(map(position.__getitem__, map(id, held)), np.intp, len(held))
    by_column = index.reshape(len(reports), width).T
    return Cells(values[by_column], kinds[by_column])


class Content(NamedTuple):
    """What one cell holds."""

    value: int
    kind: int


_NOTHING = Content(0, EMPTY)


def _content_of(entry: Entry) -> Content:
    """What a number cell holds."""
    if entry.value is not None:
        return _content_of_number(entry.value)
    if is_number(entry):
        return Content(fixed(entry), NUMBER)
    return Content(0, _WITHOUT_NUMBER.get(entry.status, NO_NUMBER))


@lru_cache(maxsize=8192)
def _content_of_number(value: Decimal | None) -> Content:
    """What is known of a number."""
    return _NOTHING if value is None else Content(to_fixed(value), NUMBER)


def _content_of_text(text: str) -> Content:
    """The length of a text."""
    length = excel_length(bare(text))
    return Content(length * ONE, NUMBER) if text else _NOTHING


# --- computed fields -----------------------------------------------------------------------------


def _work_out(step: Step, columns: Columns) -> None:
    """Puts in the results of some formulas. What is no number has the value 0, and an incomplete
    total what is there of it, as in SUM; it counts as known when all its parts are numbers."""
    parts = columns.over(step.formula.slots)
    exact = number(step.formula.node, parts)
    columns.numbers[step.rows] = rescaled(*exact)
    columns.known[step.rows] = everywhere([part.known for part in parts.values()])


def _as_shown(
    layout: ColumnLayout, recomputed: Columns, submissions: Sequence[Submission]
) -> Columns:
    """What the cells show: in computed ones what was typed over the formula, or else the result of
    the formula from what its parts show."""
    typed_over = _typed_over(submissions)
    if not typed_over:
        return recomputed
    shown = recomputed.copy()
    for step in layout.steps:
        exact = number(step.formula.node, shown.over(step.formula.slots))
        shown.numbers[step.rows] = rescaled(*exact)
        for name in step.names:
            row = layout.rows[name]
            for unit, entry in typed_over.get(name, ()):
                content = _content_of(entry)
                shown.numbers[row, unit] = content.value
                shown.known[row, unit] &= content.kind == NUMBER
    return shown


def _typed_over(submissions: Sequence[Submission]) -> dict[str, list[tuple[int, Entry]]]:
    """What was typed over formulas, by field, with the position of each submission."""
    entries: defaultdict[str, list[tuple[int, Entry]]] = defaultdict(list)
    for unit, submission in enumerate(submissions):
        for name, entry in submission.overrides.items():
            entries[name].append((unit, entry))
    return entries
