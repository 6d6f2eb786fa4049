"""What the county has decided about reports: a finding or a whole report is accepted as it is,
queried, or left out.

A decision to accept or to query is about one version of a report: it lapses, and that is told, when
another with other contents comes. What is left out stays so until the decision is revoked.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from xlreport.clock import china
from xlreport.data_code import content_digest
from xlreport.findings import Finding, Severity, has_errors
from xlreport.importing.codes import R36
from xlreport.merging.codes import ACCEPTED_AS_IS, DECISION_LAPSED, E6, LEFT_OUT, QUERIED
from xlreport.merging.outcome import FileRecord, Outcome, UnitKey
from xlreport.submission import Unit
from xlreport.text import chinese_day, printed_code

ACCEPTED_WORDS = "县里认可：{reason}"
"""What stands beside a finding that the county accepts."""

WHOLE = "整份报表"


class Ruling(StrEnum):
    """What the county decides."""

    ACCEPT = "accept"
    QUERY = "query"
    EXCLUDE = "exclude"

    @property
    def label(self) -> str:
        """The Chinese word that users read."""
        return {"accept": "认可", "query": "要求核实", "exclude": "不计入"}[self.value]


@dataclass(frozen=True)
class Decision:
    """What was decided about a unit's report, by whom and when (seconds since 1970).

    `code` is a finding's code (`B4` for all findings of the rule, `B4.total` for one), empty for
    the whole report; `content` is the digest of the report that it was made about.
    """

    unit: Unit
    ruling: Ruling
    reason: str
    code: str = ""
    by: str = ""
    moment: float = 0.0
    content: str = ""

    @property
    def what(self) -> str:
        """What it is about, as people read it."""
        return printed_code(self.code) if self.code else WHOLE

    @property
    def day(self) -> str:
        """The day on which it was made, in China."""
        return chinese_day(china(self.moment).date())

    @property
    def signed(self) -> str:
        """The reason, with who decided and when."""
        who = "，".join(filter(None, (self.by, self.day)))
        return f"{self.reason}（{who}）"

    def is_of(self, unit: Unit) -> bool:
        """Whether it is about this unit: by code, by name where there is none."""
        return _key(self.unit) == _key(unit)

    def names(self, findings: Iterable[Finding]) -> str:
        """What it is about, with the row or column of a finding that is about one."""
        for finding in findings:
            if self.code and finding.code == self.code:
                return finding.printed_code
        return self.what

    def covers(self, finding: Finding) -> bool:
        """Whether it is about this finding."""
        return self.code in ("", finding.rule, finding.code)


def with_decisions(files: Iterable[FileRecord], decisions: Sequence[Decision]) -> list[FileRecord]:
    """The files with what the county has decided about them; only reports that were checked
    change."""
    by_unit: defaultdict[UnitKey, list[Decision]] = defaultdict(list)
    for decision in decisions:
        by_unit[_key(decision.unit)].append(decision)
    return [_decided(file, by_unit.get(_key(file.unit), ())) for file in files]


def _key(unit: Unit) -> UnitKey:
    """What two units have in common that a decision takes for one: code, name where there is
    none."""
    return (unit.code, "") if unit.code else ("", unit.name)


def _decided(file: FileRecord, own: Sequence[Decision]) -> FileRecord:
    """The file with the decisions about its unit."""
    if file.outcome not in (Outcome.ACCEPTED, Outcome.RETURNED):
        return file
    for decision in own:
        file = _applied(decision, file)
    if not own:
        return file
    outcome = Outcome.RETURNED if has_errors(file.findings) else Outcome.ACCEPTED
    return file.decided(outcome)


def _applied(decision: Decision, file: FileRecord) -> FileRecord:
    """The file with one decision told, and done."""
    if decision.ruling is Ruling.EXCLUDE:
        return file.noting(file.placed(LEFT_OUT(reason=decision.signed)))
    if decision.content != content_digest(file.report):
        lapsed = DECISION_LAPSED(
            ruling=decision.ruling.label, what=decision.what, reason=decision.signed
        )
        return file.noting(file.placed(lapsed))
    if decision.ruling is Ruling.QUERY:
        return _queried(decision, file)
    return _accepted(decision, file)


def _queried(decision: Decision, file: FileRecord) -> FileRecord:
    """An error at each place that the county asks about, so that the report goes back."""
    asked = QUERIED(what=decision.names(file.findings), reason=decision.reason)
    concerned = [finding for finding in file.findings if decision.covers(finding)]
    if not decision.code or not concerned:
        return file.noting(file.placed(asked))
    places = {}
    for finding in concerned:
        places[finding.sheet, finding.cell] = finding
    there = [
        asked.at(sheet=sheet, cell=cell, field=finding.field, subject=finding.subject)
        for (sheet, cell), finding in places.items()
    ]
    return file.noting(*map(file.placed, there))


def _accepted(decision: Decision, file: FileRecord) -> FileRecord:
    """What is accepted weighs no more than a warning that was explained."""
    words = ACCEPTED_WORDS.format(reason=decision.signed)
    findings = []
    for finding in file.findings:
        if decision.covers(finding) and is_acceptable(finding, file):
            finding = _explained(finding, words)
        findings.append(finding)
    told = ACCEPTED_AS_IS(what=decision.names(findings), reason=decision.signed)
    return file.telling(findings).noting(file.placed(told))


def accepted_as_is(findings: Iterable[Finding]) -> list[str]:
    """What the county has accepted of a report, in its words."""
    told = []
    for finding in findings:
        is_in_force = finding.suggestion == ACCEPTED_AS_IS.suggestion  # no decision that lapsed
        if finding.code == E6.code and is_in_force:
            told.append(finding.message)
    return told


def _explained(finding: Finding, words: str) -> Finding:
    """The finding as a warning with the county's words behind the unit's own."""
    both = "；".join(filter(None, (finding.explanation, words)))
    return finding.at(severity=Severity.WARNING, explanation=both)


def unacceptable(decision: Decision, file: FileRecord) -> list[Finding]:
    """What a decision to accept would be about and nobody can accept."""
    refused = []
    for finding in file.findings:
        is_told = finding.severity is not Severity.NOTE
        if is_told and decision.covers(finding) and not is_acceptable(finding, file):
            refused.append(finding)
    return refused


def is_acceptable(finding: Finding, file: FileRecord) -> bool:
    """Whether a county can accept this: a rule of the form that does not hold, or that a report
    whose numbers can be read is not our workbook. What is no number, or could not be read safely,
    can be accepted by nobody."""
    if finding.severity is Severity.NOTE or file.form is None:
        return False
    if finding.code == R36.code:
        return True
    own = file.form.text_rules.union(check.code for check in file.form.checks)
    return finding.rule in own and not _lacks_number(finding, file)


def _lacks_number(finding: Finding, file: FileRecord) -> bool:
    if finding.field not in file.report.entries:
        return False
    return file.report.effective(finding.field).value is None
