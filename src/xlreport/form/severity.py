"""How much a finding matters, and the record of one check."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class Severity(StrEnum):
    """How much a finding matters; declared in order of weight."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"

    @property
    def label(self) -> str:
        """The Chinese word that users read."""
        return {"error": "错误", "warning": "警示", "note": "提示"}[self.value]

    @property
    def rank(self) -> int:
        """0 for the heaviest."""
        return tuple(Severity).index(self)


@dataclass(frozen=True, slots=True)
class Check:
    """One rule: permanent code, severity, the rule as written and why it must hold."""

    code: str
    title: str
    severity: Severity
    each: str | None
    rule: str
    why: str
    tolerance: Decimal
