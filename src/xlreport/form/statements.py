"""What the report's texts may say about its numbers: the subjects and the words in which it is said.

Words are plain words, never patterns. Everything that says something about the form is in its
definition; how a sentence is read is in `checking.narrative`.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from xlreport.form.expression import Number
from xlreport.form.severity import Check, Severity


@dataclass(frozen=True, slots=True)
class Subject:
    """What is counted: the words for it, words that may stand beside them without changing what is
    counted, its measure words, and words after which a sentence counts something else."""

    id: str
    words: tuple[str, ...]
    measures: tuple[str, ...]
    beside: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Claim:
    """One thing that can be said about a subject. Without `verbs` the subject's words alone say it;
    one of `none` says that there were none. With `from_context` the subject may stand in an earlier clause.
    """

    subject: Subject
    verbs: tuple[str, ...]
    none: tuple[str, ...]
    measures: tuple[str, ...]
    from_context: bool
    readings: tuple[Number, ...]


@dataclass(frozen=True, slots=True)
class OwnReport:
    """How a text speaks of the report that it belongs to: its names, the words that announce it, and
    the words for its period."""

    names: tuple[str, ...]
    announced: tuple[str, ...]
    period: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Statement:
    """A permanent code with what its texts may say; a contradiction to all readings is a finding."""

    code: str
    title: str
    severity: Severity
    why: str
    texts: tuple[str, ...]
    claims: tuple[Claim, ...] = ()
    own: OwnReport | None = None

    @property
    def check(self) -> Check:
        """The statement as the check that a sentence about numbers needs."""
        return Check(self.code, self.title, self.severity, None, "", self.why, Decimal(0))
