"""What a unit was told to correct, as the ledger keeps it, and what it has done since."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from xlreport.merging.diff import Difference, differences
from xlreport.merging.outcome import FileRecord, Outcome
from xlreport.publishing.corrections import must_correct, to_correct
from xlreport.submission import Entry, Status, Submission, Unit, shown

if TYPE_CHECKING:
    from xlreport.publishing.notices import NoticeFile

CORRECTED, WRONG = "corrected", "wrong"

MOST_NAMED = 3
"""Cells that are named one by one."""


@dataclass(frozen=True)
class Notified:
    """A notice that was sent: the key of its message, the SHA-256 of the file that came, what the
    workbook holds that went back, and the cells that may have to be changed."""

    unit_code: str
    key: str
    moment: float
    came: str
    report: Submission
    concerned: frozenset[str]

    @classmethod
    def of(cls, notice: NoticeFile, key: str, came: str) -> Notified | None:
        """What the ledger keeps of a notice; None where there is no workbook."""
        if notice.fresh is None:
            return None
        return cls(notice.unit.code, key, 0.0, came, notice.fresh, notice.concerned)

    def as_text(self) -> str:
        """What the workbook holds and what is concerned, as JSON."""
        report = self.report
        document = {
            "came": self.came,
            "form": report.form,
            "year": report.year,
            "entries": {name: _as_list(entry) for name, entry in report.entries.items()},
            "texts": dict(report.texts),
            "answers": dict(report.answers),
            "explanations": dict(report.explanations),
            "concerned": sorted(self.concerned),
        }
        return json.dumps(document, ensure_ascii=True)

    @classmethod
    def from_text(cls, unit_code: str, key: str, moment: float, text: str) -> Notified:
        """The same again. Raises ValueError or KeyError for what `as_text` did not make."""
        document = json.loads(text)
        report = Submission(
            form=document["form"],
            year=document["year"],
            unit=Unit("", unit_code),
            entries={name: _entry(*parts) for name, parts in document["entries"].items()},
            texts=document["texts"],
            answers=document["answers"],
            explanations=document["explanations"],
        )
        concerned = frozenset(document["concerned"])
        return cls(unit_code, key, moment, document["came"], report, concerned)


def _as_list(entry: Entry) -> list[str | None]:
    value = None if entry.value is None else shown(entry.value)
    return [value, entry.status.value, entry.raw]


def _entry(value: str | None, status: str, raw: str) -> Entry:
    number = None if value is None else Decimal(value)
    return Entry(number, Status(status), raw)


@dataclass(frozen=True)
class FollowUp:
    """What became of a notice: `corrected` or `wrong`, how many things are left to correct, and
    what was changed that the notice did not ask for."""

    state: str
    left: int
    changed: tuple[Difference, ...]
    came_back: bool = False
    """Whether the unit has sent the same report once more."""

    @property
    def sentence(self) -> str:
        """The same in words."""
        if not self.changed:
            return self._state
        return f"{self._state}，与通知时相比又改了 {len(self.changed)} 格（{self._named}）"

    @property
    def _state(self) -> str:
        if self.state == CORRECTED:
            return "已改正"
        before = "寄回的内容没有改，" if self.came_back else ""
        return f"{before}仍有 {self.left} 处要改正或说明" if self.left else f"{before}仍有错误"

    @property
    def _named(self) -> str:
        places = [_where(difference) for difference in self.changed[:MOST_NAMED]]
        more = "等" if len(self.changed) > MOST_NAMED else ""
        return "、".join(places) + more

    def as_dict(self) -> dict[str, Any]:
        """The follow-up as `status --json` has it."""
        return {
            "state": self.state,
            "left": self.left,
            "changed": [difference.as_dict() for difference in self.changed],
        }


def _where(difference: Difference) -> str:
    place = difference.place
    if place is None or not place.cell:
        return difference.label
    return f"{place.sheet} {place.cell}"


def follow_up(notified: Notified, file: FileRecord) -> FollowUp | None:
    """What a unit's present report makes of a notice; None where it is still the report that went
    back, or none of this form."""
    report = file.submission
    if file.form is None or report is None or file.sha256 == notified.came:
        return None
    if (report.form, report.year) != (notified.report.form, notified.report.year):
        return None
    changes = tuple(differences(file.form, notified.report, report))
    if file.outcome is Outcome.ACCEPTED and not changes:
        # nobody corrected it: the county has accepted it as it is
        return None
    changed = tuple(change for change in changes if change.field not in notified.concerned)
    state = CORRECTED if file.outcome is Outcome.ACCEPTED else WRONG
    return FollowUp(state, _left(file), changed)


def unchanged(file: FileRecord) -> FollowUp:
    """What there is to tell where the report that went back came once more."""
    return FollowUp(WRONG, _left(file), (), came_back=True)


def _left(file: FileRecord) -> int:
    """How many things a unit still has to correct or to explain."""
    return sum(must_correct(finding) for finding in to_correct(file))


def last_notified(
    notices: Iterable[Notified], keys: Mapping[str, frozenset[str]]
) -> dict[str, Notified]:
    """The last notice of each unit that went out, by the unit's code; `keys` are those of the
    messages that did."""
    last: dict[str, Notified] = {}
    for notified in sorted(notices, key=lambda notified: notified.moment):
        if notified.key in keys.get(notified.unit_code, frozenset()):
            last[notified.unit_code] = notified
    return last
