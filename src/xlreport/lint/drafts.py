"""Drafts that contradict the tables: each is tried with numbers of many sizes."""

from __future__ import annotations

import random
from collections.abc import Iterator
from decimal import Decimal

from xlreport.findings import Finding
from xlreport.form.model import LEVELS, Form
from xlreport.narrative.drafting import contradictions, drafted
from xlreport.rules.evaluate import UnitView, view_of
from xlreport.submission import Entry, Figures, Submission, Unit

_SIZES = (0, 1, 2, 9, 80, 99_999)
"""Up to which numbers are tried."""

_TRIES = 3
"""How often each size is tried for a kind of unit."""

_NAME = "某某单位"


def contradicting_drafts(form: Form) -> dict[str, Finding]:
    """The texts, by field id, whose draft contradicts the form's statements for some numbers, each
    with the first contradiction."""
    found: dict[str, Finding] = {}
    if not form.drafts:
        return found
    for view in _tried(form):
        for draft in form.drafts:
            words = drafted(draft, view)
            for finding in contradictions(form, view, {draft.text: words}):
                found.setdefault(draft.text, finding)
    return found


def _tried(form: Form) -> Iterator[UnitView]:
    """Reports of units of each kind, the same every time; every other one knows the year before."""
    rng = random.Random(0)
    for level in LEVELS:
        for size in _SIZES:
            for number in range(_TRIES):
                entries = {field.id: Entry.of(rng.randint(0, size)) for field in form.typed}
                before = {name: Decimal(rng.randint(0, size)) for name in form.fields}
                prior_year = Figures(before) if number % 2 else None
                unit = Unit(_NAME, "", level)
                year = form.first_year + 1
                report = Submission(form.id, year, unit, entries, prior_year=prior_year)
                yield view_of(form, report)
