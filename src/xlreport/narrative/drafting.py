"""A text drafted from the numbers of a report, and the proof that it says what the tables say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from xlreport.findings import Finding
from xlreport.form.model import Draft, Form, Sentence, Word
from xlreport.narrative.compare import compare_texts
from xlreport.rules.evaluate import UnitView, Verdict
from xlreport.submission import Submission, shown


def drafted(draft: Draft, view: UnitView) -> str:
    """What a draft says of these numbers, a line for each paragraph; empty when nothing."""
    paragraphs = [_paragraph(sentences, view) for sentences in draft.paragraphs]
    return "\n".join(filter(None, paragraphs))


def contradictions(form: Form, view: UnitView, texts: Mapping[str, str]) -> list[Finding]:
    """What these texts, by field id, say against the numbers."""
    report = replace(view.submission, texts=texts)
    return compare_texts(form, replace(view, submission=report)).findings


def _paragraph(sentences: Sequence[Sentence], view: UnitView) -> str:
    """A paragraph; empty where none is said of the sentences that depend on numbers, if it has
    such: its heading alone would say nothing."""
    said = {sentence: _said(sentence, view) for sentence in sentences}
    counting = [sentence for sentence in sentences if sentence.counts]
    if counting and not any(said[sentence] for sentence in counting):
        return ""
    return "".join(said.values())


def _said(sentence: Sentence, view: UnitView) -> str:
    """A sentence; empty where its condition does not hold, or a number in it is not known."""
    if not all(map(view.knows_all, sentence.numbers)):
        return ""
    if sentence.when is not None and view.verdict(sentence.when) is not Verdict.HOLDS:
        return ""
    return "".join(_pieces(sentence, view))


def _pieces(sentence: Sentence, view: UnitView) -> Iterator[str]:
    for piece in sentence.pieces:
        if isinstance(piece, Word):
            yield _named(piece, view.submission)
        elif isinstance(piece, str):
            yield piece
        else:
            yield shown(view.value(piece))


def _named(word: Word, report: Submission) -> str:
    match word:
        case Word.YEAR:
            return str(report.year)
        case Word.LAST_YEAR:
            return str(report.year - 1)
        case Word.UNIT:
            return report.unit.name
