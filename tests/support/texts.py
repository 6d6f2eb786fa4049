"""The findings of texts only: the other rules of a report are not evaluated."""

from __future__ import annotations

from collections.abc import Sequence

from xlreport import Form, Submission
from xlreport.findings import Finding
from xlreport.narrative import compare_texts
from xlreport.rules.evaluate import UnitView
from xlreport.rules.filling import column_store


def text_findings(form: Form, submissions: Sequence[Submission]) -> list[list[Finding]]:
    """What the texts of each submission say against its tables."""
    store = column_store(form, submissions)
    views = [UnitView(filled, store, i) for i, filled in enumerate(submissions)]
    return [compare_texts(form, view).findings for view in views]
