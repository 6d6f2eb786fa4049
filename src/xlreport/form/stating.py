"""Statements from their definitions: subjects found, readings bound to fields."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from xlreport.findings import Severity
from xlreport.form import expression as ex
from xlreport.form.builder import Report
from xlreport.form.model import Check, Claim, OwnReport, Statement, Subject
from xlreport.form.parser import Names, RuleError, bind_number
from xlreport.form.schema import ClaimDef, FormDef, StatementDef, SubjectDef

_Path = tuple[str | int, ...]


def build_statements(definition: FormDef, names: Names, report: Report) -> tuple[Statement, ...]:
    """All statements of a form; mistakes go to `report(path, text, offset)`."""
    builder = _Builder(definition, names, report)
    return tuple(
        builder.statement(s, ("statements", i)) for i, s in enumerate(definition.statements)
    )


def too_large(statements: tuple[Statement, ...], bounds: Mapping[str, Decimal]) -> list[_Path]:
    """The places of readings that could leave 64-bit integers."""
    return [
        ("statements", i, "claims", j, "readings", k)
        for i, statement in enumerate(statements)
        for j, claim in enumerate(statement.claims)
        for k, reading in enumerate(claim.readings)
        if ex.overflows(reading, bounds)
    ]


class _Builder:
    def __init__(self, definition: FormDef, names: Names, report: Report) -> None:
        self.names = names
        self.report = report
        self.subjects: dict[str, Subject] = {}
        for i, item in enumerate(definition.subjects):
            self.subjects.setdefault(item.id, self.subject(item, ("subjects", i)))

    def subject(self, item: SubjectDef, path: _Path) -> Subject:
        pattern = self.subjects.get(item.like or "")
        if item.like and pattern is None:
            self.report((*path, "like"), f"前面没有“{item.like}”")
        elif pattern is None and not item.measures:
            self.report(path, "缺少“measures”")
        if pattern is None:
            return Subject(item.id, item.words, item.measures, item.beside, item.unless)
        measures, beside = item.measures or pattern.measures, item.beside or pattern.beside
        return Subject(item.id, item.words, measures, beside, item.unless or pattern.unless)

    def statement(self, item: StatementDef, path: _Path) -> Statement:
        for i, text in enumerate(item.texts):
            if text not in self.names.texts:
                self.report((*path, "texts", i), f"没有文字“{text}”")
        if not item.claims and item.own is None:
            self.report(
                path, f"{item.code} 要写 claims（说了哪些数）或者 own（本报告怎样称呼自己）"
            )
        own = OwnReport(item.own.names, item.own.announced, item.own.period) if item.own else None
        built = Statement(
            item.code, item.title, Severity(item.severity), item.why, item.texts, (), own
        )
        claims = (
            self.claim(c, built.check, (*path, "claims", i)) for i, c in enumerate(item.claims)
        )
        return Statement(
            item.code,
            item.title,
            built.severity,
            item.why,
            item.texts,
            tuple(c for c in claims if c),
            own,
        )

    def claim(self, item: ClaimDef, check: Check, path: _Path) -> Claim | None:
        subject = self.subjects.get(item.subject)
        if subject is None:
            self.report((*path, "subject"), f"subjects 里没有“{item.subject}”")
            return None
        if not item.verbs and item.subject_in == "clause":
            self.report((*path, "subject_in"), "没有 verbs 时主题总要在同一句里，不用写 subject_in")
        readings = tuple(
            reading
            for i, rule in enumerate(item.readings)
            if (reading := self.reading(rule, check, (*path, "readings", i))) is not None
        )
        measures = item.measures or subject.measures
        from_context = item.subject_in == "context" and bool(item.verbs or item.none)
        return Claim(subject, item.verbs, item.none, measures, from_context, readings)

    def reading(self, rule: str, check: Check, path: _Path) -> ex.Number | None:
        written = Check(
            check.code, check.title, check.severity, None, rule.strip(), check.why, Decimal(0)
        )
        try:
            return bind_number(written, self.names)
        except RuleError as error:
            self.report(path, f"{check.code}：{error.text}", error.offset)
            return None
