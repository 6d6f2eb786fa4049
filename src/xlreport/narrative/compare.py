"""Findings from what the texts say: numbers that no cell bears out, another year, another unit."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from decimal import Decimal

from xlreport.findings import Finding
from xlreport.form import expression as ex
from xlreport.form.model import Form, Instance, Statement, Text
from xlreport.narrative.claims import said
from xlreport.narrative.clauses import Said, shortened
from xlreport.narrative.lexicon import lexicon, readable
from xlreport.narrative.self_reference import mentions
from xlreport.rules.describe import RuleDescriber
from xlreport.rules.evaluate import UnitView
from xlreport.rules.linear import LinearConstraint, NotLinear, as_constraint
from xlreport.submission import Place, Submission

MOST_FINDINGS = 50
"""A unit's texts that contradict its tables more often are no report; the rest is not listed."""

_ENDS = "。！？；\n"
_COUNT = re.compile(r"(?<![0-9])([0-9]{1,9})(?=[ 　]*[件份宗起条])")
_DOUBTS = ("无关", "除上述", "除此", "另收", "其余", "口头", "联合", "名义", "新的")
"""Words after which a number may be a part of the year's, or none of the report's."""

_TODO = "请核对文字和表格，改成一致"
_TODO_OWN = "请把文字改成本单位、本年度的情况"


@dataclass(slots=True)
class Told:
    """What came of a unit's texts: findings, the codes of what could not be verified, and what a number
    that can be meant in one way only ties a table to."""

    findings: list[Finding] = field(default_factory=list)
    unverified: list[str] = field(default_factory=list)
    ties: list[LinearConstraint] = field(default_factory=list)


def contradictions(form: Form, seen: UnitView) -> Told:
    """All contradictions between a unit's texts and its tables."""
    told = Told()
    submission = seen.submission
    county = submission.county.name
    own = (submission.unit.name, submission.unit.name.removeprefix(county) if county else "")
    for text in form.texts:
        written = submission.texts.get(text.field_id, "")
        if not written.strip():
            continue
        words = readable(written, own, submission.unit.level)
        told.findings += _about_itself(form, text, written, words, submission)
        known = lexicon(form, text.field_id)
        claims = said(known, words, submission.year) if known else []
        for claim in {(id(c.claim), c.number, c.quote(written)): c for c in claims}.values():
            if len(told.findings) < MOST_FINDINGS and not _doubted(words, claim):
                _compare(form, text, written, claim, seen, told)
    told.findings = list(dict.fromkeys(told.findings))
    return told


def _compare(form: Form, text: Text, written: str, claim: Said, seen: UnitView, told: Told) -> None:
    """A contradiction only if every reading is known and none is the number said."""
    known = [seen.knows_all(reading) for reading in claim.claim.readings]
    values = [seen.value(reading) for reading in claim.claim.readings]
    if len(known) == 1 and known[0]:
        stated = ex.Compare("==", claim.claim.readings[0], ex.Const(Decimal(claim.number)))
        with suppress(NotLinear):
            told.ties.append(as_constraint(stated, claim.statement.code))
    if any(k and v == claim.number for k, v in zip(known, values, strict=True)):
        return
    if _in_parts(written, claim, values):
        return
    if not all(known):
        told.unverified.append(claim.statement.code)
        return
    speaker = RuleDescriber(form, _instance(claim.statement, claim.claim.readings), seen)
    speaker.sheets |= {""}  # the finding stands at a text: the tables' sheets are always named
    parts = list(dict.fromkeys(speaker.term(reading) for reading in claim.claim.readings))
    none = f"{'都' if len(parts) > 1 else ''}不是 {claim.number}"
    message = f"{text.label}里写“{claim.quote(written)}”，表里是：{'，'.join(parts)}，{none}"
    observed: list[tuple[str, Decimal | str | int | None]] = [("said", claim.number)]
    operands = dict.fromkeys(o for reading in claim.claim.readings for o in ex.operands_of(reading))
    observed += [(ex.key_of(o), seen.number(o)) for o in operands]
    told.findings.append(
        _finding(claim.statement, text, seen.submission, message, _TODO, tuple(observed))
    )


def _sentence(text: str, claim: Said) -> str:
    start = max(text.rfind(mark, 0, claim.place[0]) for mark in _ENDS) + 1
    ends = [end for mark in _ENDS if (end := text.find(mark, claim.place[1])) >= 0]
    return text[start : min(ends, default=len(text))]


def _doubted(text: str, claim: Said) -> bool:
    """Whether the sentence has a word that makes its numbers some of those of the year, or others."""
    sentence = _sentence(text, claim)
    return any(word in sentence for word in _DOUBTS)


def _in_parts(text: str, claim: Said, values: list[Decimal]) -> bool:
    """Whether all numbers of the sentence together add up to what a table has (收到10件，另一处3件)."""
    counts = [int(n) for n in _COUNT.findall(_sentence(text, claim))]
    return len(counts) > 1 and claim.number in counts and sum(counts) in values


def _instance(statement: Statement, readings: tuple[ex.Number, ...]) -> Instance:
    rule = ex.Or(tuple(ex.Compare("==", reading, ex.Const(Decimal(0))) for reading in readings))
    return Instance(statement.check, rule, "text")


def _about_itself(
    form: Form, text: Text, written: str, words: str, submission: Submission
) -> Iterator[Finding]:
    for statement in form.statements:
        if statement.own is None or text.field_id not in statement.texts:
            continue
        for mention in mentions(statement.own, words, submission.year, submission.unit.name):
            quote = shortened(written[slice(*mention.place)])
            if isinstance(mention.named, int):
                mine = f"本报告是 {submission.year} 年度的"
                observed: tuple[tuple[str, Decimal | str | int | None], ...] = (
                    ("year", mention.named),
                )
            else:
                mine = f"本报告的填报单位是{submission.unit.name}"
                observed = (("unit", mention.named),)
            message = f"{text.label}里写“{quote}”，{mine}"
            yield _finding(statement, text, submission, message, _TODO_OWN, observed)


def _finding(
    statement: Statement,
    text: Text,
    submission: Submission,
    message: str,
    suggestion: str,
    observed: tuple[tuple[str, Decimal | str | int | None], ...],
) -> Finding:
    place = submission.provenance.places.get(text.field_id, Place("", ""))
    return Finding(
        statement.code,
        statement.severity,
        message,
        suggestion,
        sheet=place.sheet,
        cell=place.cell,
        field=text.field_id,
        observed=observed,
    )
