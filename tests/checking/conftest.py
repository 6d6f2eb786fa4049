"""A report that all tests of checking share."""

from __future__ import annotations

import pytest

from xlreport import Entry, Form, Submission, Unit
from xlreport.submission import Provenance
from xlreport.workbook.layout.workbook import layout_of


@pytest.fixture(scope="module")
def town(zfxxgk: Form) -> Submission:
    """Zeros, but for one column: 40 + 2 = 36 + 5 + 1."""
    given_numbers = {
        "received": 40,
        "carried_in": 2,
        "granted": 36,
        "unavailable_not_held": 5,
        "carried_out": 1,
    }
    entries = {f.id: Entry.of(0) for f in zfxxgk.typed}
    entries |= {f"requests.{row}.natural_person": Entry.of(n) for row, n in given_numbers.items()}
    places = layout_of(zfxxgk).places()
    return Submission(
        zfxxgk.id,
        2025,
        Unit("甲子镇", "990101", "乡镇"),
        entries,
        provenance=Provenance(places=places),
    )
