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
    identity = submission.provenance.identity
    lines = {item: clean_line(line) for item, line in identity.items()}
    cleaned = replace(
        submission.with_identity(lines),
        unit=_unit(submission.unit),
        county=_unit(submission.county),
        texts=_texts(submission.texts),
        explanations=_texts(submission.explanations),
    )
    if submission.prior_year is None:
        return cleaned
    return replace(cleaned, prior_year=_figures(submission.prior_year))


def _unit(unit: Unit) -> Unit:
    name = clean_line(unit.name)
    code = clean_line(unit.code)
    level = clean_line(unit.level)
    return Unit(name, code, level)


def _texts(texts: Mapping[str, str]) -> dict[str, str]:
    return {name: clean(text) for name, text in texts.items()}


def _figures(figures: Figures) -> Figures:
    texts = _texts(figures.texts)
    explanations = _texts(figures.explanations)
    return Figures(figures.numbers, texts, explanations)
