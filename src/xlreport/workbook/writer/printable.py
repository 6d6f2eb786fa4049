"""Text from outside as it may stand in a workbook: an XML part holds no other characters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TypeVar

from xlreport.submission import Figures, Submission, Unit
from xlreport.text import clean, clean_line

AnySubmission = TypeVar("AnySubmission", bound=Submission)


def printable(submission: AnySubmission) -> AnySubmission:
    """The same submission without control characters and halves of surrogate pairs."""
    lines = {item: clean_line(line) for item, line in submission.provenance.identity.items()}
    prior_year = submission.prior_year
    return replace(
        submission.with_identity(lines),
        unit=_unit(submission.unit),
        county=_unit(submission.county),
        texts=_texts(submission.texts),
        explanations=_texts(submission.explanations),
        prior_year=None if prior_year is None else _figures(prior_year),
    )


def _unit(unit: Unit) -> Unit:
    return Unit(clean_line(unit.name), clean_line(unit.code), clean_line(unit.level))


def _texts(texts: Mapping[str, str]) -> dict[str, str]:
    return {name: clean(text) for name, text in texts.items()}


def _figures(figures: Figures) -> Figures:
    explanations = _texts(figures.explanations)
    return Figures(figures.numbers, _texts(figures.texts), explanations)
