"""Statements from their definitions: subjects by name, readings bound to fields."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal

from xlreport.findings import Severity
from xlreport.form import expression as ex
from xlreport.form.builder import Report
from xlreport.form.model import Check, Claim, OwnReport, Statement, Subject
from xlreport.form.parser import Names, RuleError, bind_number
from xlreport.form.schema import ClaimDef, FormDef, OwnReportDef, StatementDef, SubjectDef
from xlreport.form.yaml_source import Path


def build_statements(definition: FormDef, names: Names, report: Report) -> tuple[Statement, ...]:
    """All statements of a form; mistakes go to `report(path, text, offset)`."""
    builder = _StatementBuilder(definition, names, report)
    return tuple(
        builder.statement(item, ("statements", i)) for i, item in enumerate(definition.statements)
    )


def too_large(statements: tuple[Statement, ...], bounds: Mapping[str, Decimal]) -> list[Path]:
    """The places of readings that could leave 64-bit integers."""
    return [place for place, reading in _readings(statements) if ex.overflows(reading, bounds)]


def _readings(statements: tuple[Statement, ...]) -> Iterator[tuple[Path, ex.Number]]:
    for i, statement in enumerate(statements):
        for j, claim in enumerate(statement.claims):
            for k, reading in enumerate(claim.readings):
                yield ("statements", i, "claims", j, "readings", k), reading


class _StatementBuilder:
    def __init__(self, definition: FormDef, names: Names, report: Report) -> None:
        self.names = names
        self.report = report
        self.subjects: dict[str, Subject] = {}
        for i, item in enumerate(definition.subjects):
            subject = self.subject(item, ("subjects", i))
            self.subjects.setdefault(item.id, subject)

    def subject(self, item: SubjectDef, path: Path) -> Subject:
        """A subject, completed by the earlier one that it is like."""
        own = Subject(
            id=item.id,
            words=item.words,
            measures=item.measures,
            beside=item.beside,
            unless=item.unless,
            parts=item.parts,
            made_of=item.made_of,
            made_with=item.made_with,
        )
        if not item.like:
            if not item.measures:
                self.report(path, "缺少“measures”")
            return own
        pattern = self.subjects.get(item.like)
        if pattern is None:
            self.report((*path, "like"), f"前面没有“{item.like}”")
            return own
        return replace(
            own,
            measures=item.measures or pattern.measures,
            beside=item.beside or pattern.beside,
            unless=item.unless or pattern.unless,
            parts=item.parts or pattern.parts,
        )

    def statement(self, item: StatementDef, path: Path) -> Statement:
        """A statement with its claims."""
        for i, text in enumerate(item.texts):
            if text not in self.names.texts:
                self.report((*path, "texts", i), f"没有文字“{text}”")
        if not item.claims and item.own is None:
            needed = "要写 claims（说了哪些数）或者 own（本报告怎样称呼自己）"
            self.report(path, f"{item.code} {needed}")
        severity = Severity(item.severity)
        own = _own_report(item.own)
        statement = Statement(item.code, item.title, severity, item.why, item.texts, (), own)
        claims = tuple(self.claims(item, statement.check, path))
        return replace(statement, claims=claims)

    def claims(self, item: StatementDef, check: Check, path: Path) -> Iterator[Claim]:
        """The claims whose subject is known."""
        for i, claim in enumerate(item.claims):
            here: Path = (*path, "claims", i)
            subject = self.subjects.get(claim.subject)
            if subject is None:
                self.report((*here, "subject"), f"subjects 里没有“{claim.subject}”")
                continue
            if claim.subject_in == "clause" and not claim.verbs:
                needless = "没有 verbs 时主题总要在同一句里，不用写 subject_in"
                self.report((*here, "subject_in"), needless)
            readings = tuple(self.readings(claim, check, here))
            yield _claim(claim, subject, readings)

    def readings(self, item: ClaimDef, check: Check, path: Path) -> Iterator[ex.Number]:
        """The numbers that a claim may mean, those without mistakes."""
        for i, rule in enumerate(item.readings):
            written = replace(check, rule=rule.strip())
            try:
                yield bind_number(written, self.names)
            except RuleError as error:
                place = (*path, "readings", i)
                self.report(place, f"{check.code}：{error.text}", error.offset)


def _own_report(item: OwnReportDef | None) -> OwnReport | None:
    if item is None:
        return None
    return OwnReport(item.names, item.announced, item.period)


def _claim(item: ClaimDef, subject: Subject, readings: tuple[ex.Number, ...]) -> Claim:
    measures = item.measures or subject.measures
    says_more = bool(item.verbs or item.none)
    from_context = item.subject_in == "context" and says_more
    return Claim(subject, item.verbs, item.none, measures, from_context, readings)
