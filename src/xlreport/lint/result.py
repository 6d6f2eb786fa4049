"""What the linter reports: mistakes of a definition, what stayed open, and fills that prove a check
useful."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from xlreport.findings import Severity
from xlreport.lint.changes import Change


@dataclass(frozen=True)
class Lint:
    """One mistake of a form definition; `codes` are the checks it is about, the one to change last;
    `levels` the kinds of units for which it is one, when it is not for all."""

    kind: str
    severity: Severity
    codes: tuple[str, ...]
    message: str
    suggestion: str
    levels: tuple[str, ...] = ()
    line: int = 0
    column: int = 0

    def as_dict(self) -> dict[str, Any]:
        """The mistake as `lint --json` has it."""
        return {
            "kind": self.kind,
            "severity": self.severity.value,
            "checks": list(self.codes),
            "levels": list(self.levels),
            "line": self.line or None,
            "column": self.column or None,
            "message": self.message,
            "suggestion": self.suggestion,
        }

    def text(self) -> str:
        """The mistake as one line of text."""
        told = f"{self.message}　→ {self.suggestion}"
        if self.line:
            told = f"第 {self.line} 行第 {self.column} 列：{told}"
        return f"[{self.severity.label} {self.kind}] {told}"


@dataclass(frozen=True)
class Example:
    """A fill in which a check fails: proof that it can. `numbers` has None for a cell without a
    number; cells that it does not name are 0."""

    code: str
    level: str
    numbers: tuple[tuple[str, str | None], ...]
    texts: tuple[tuple[str, str], ...]

    def as_dict(self) -> dict[str, Any]:
        """The example as `lint --json` has it."""
        return {
            "check": self.code,
            "level": self.level,
            "numbers": dict(self.numbers),
            "texts": dict(self.texts),
        }


@dataclass(frozen=True)
class LintResult:
    """All that is known about a form's rules. `undecided` are questions that stayed open, as
    sentences."""

    form: str
    version: int
    lints: tuple[Lint, ...]
    undecided: tuple[str, ...]
    examples: tuple[Example, ...]
    changes: tuple[Change, ...] | None = None

    @property
    def counts(self) -> dict[Severity, int]:
        """How many mistakes weigh how much, where there are any; the heaviest first."""
        counts = dict.fromkeys(Severity, 0)
        for lint in self.lints:
            counts[lint.severity] += 1
        return {severity: count for severity, count in counts.items() if count}

    @property
    def exit_code(self) -> int:
        """1 when there is an error; warnings and notes alone are 0."""
        return int(Severity.ERROR in self.counts)

    def as_dict(self) -> dict[str, Any]:
        """The result as `lint --json` has it."""
        changes = None
        if self.changes is not None:
            changes = [change.as_dict() for change in self.changes]
        return {
            "form": self.form,
            "version": self.version,
            "findings": [lint.as_dict() for lint in self.lints],
            "undecided": list(self.undecided),
            "can_fail": [example.as_dict() for example in self.examples],
            "changes": changes,
        }
