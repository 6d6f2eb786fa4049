"""What a workbook is made from: a unit's own template, or the summary of many units."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import ClassVar

from xlreport.findings import Severity
from xlreport.form.model import Form
from xlreport.submission import NOBODY, Submission
from xlreport.workbook.layout.identity import EDITION, SUMMARY, UNIT, Identity
from xlreport.workbook.layout.notice import NOTICE
from xlreport.workbook.layout.sheet import COVER

_OF_THE_UNIT = ("unit", "code", "level")


@dataclass(frozen=True, slots=True)
class Service:
    """What the issuer of a workbook tells the town: until when and where to send it, whom to ask,
    what is new in the form."""

    deadline: str = ""
    address: str = ""
    contact: str = ""
    changes: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        """Until when, where to, whom to ask, as far as they are known."""
        before = f"{self.deadline}前" if self.deadline else ""
        to = f"到 {self.address}" if self.address else ""
        sending = f"请{before}报送{to}" if before or to else ""
        asking = f"有疑问请问{self.contact}" if self.contact else ""
        return "；".join(part for part in (sending, asking) if part)


NO_SERVICE = Service()


@dataclass(frozen=True, slots=True)
class Mark:
    """How a cell is marked of which a notice speaks: by the gravest that there is to say of it,
    with a note at the cell."""

    severity: Severity
    note: str


@dataclass(frozen=True)
class TemplateContext:
    """A unit's own workbook, blank or filled in.

    `issued` says whether unit, code and level are given with the workbook (locked) or typed in,
    `tells_code` whether the cover tells the 数据校验码 of what is written into it.
    """

    form: Form
    submission: Submission
    issued: bool = True
    service: Service = NO_SERVICE
    tells_code: bool = False

    opens_at: ClassVar[str] = COVER
    """The sheet that is seen first."""

    kind: ClassVar[str] = UNIT
    """What the identity says of the workbook."""

    takes_answers: ClassVar[bool] = True
    """Whether 本表空白处是否均为 0 can be answered."""

    note: ClassVar[str] = "填表前请先看“填报说明”。"
    """What the cover says of the workbook's use."""

    @property
    def title(self) -> str:
        """The title on the cover."""
        return self.form.title

    @property
    def remarks(self) -> tuple[str, ...]:
        """Lines of warning on the cover."""
        return ()

    @property
    def sources(self) -> Mapping[str, str]:
        """The formulas of fields that a unit would type in, where they are not typed in."""
        return {}

    @property
    def marks(self) -> Mapping[str, Mark]:
        """The cells that a notice speaks of, by their names."""
        return {}

    @property
    def notes(self) -> tuple[str, ...]:
        """What the hidden sheet repeats of a notice; nothing where it is none."""
        return ()

    def cover_lines(self) -> dict[str, str]:
        """What the cover shows, by identity id."""
        unit = self.submission.unit
        lines = dict(self.submission.provenance.identity)
        lines |= {"unit": unit.name, "code": unit.code, "level": unit.level}
        lines["year"] = str(self.submission.year)
        return lines

    def is_typed(self, item: str) -> bool:
        """Whether the town types in a line of the cover: all but the year, and what the issuer
        knows of the unit. A level or code that the issuer does not know stays open, else nobody
        could ever give it."""
        if item not in _OF_THE_UNIT:
            return item != "year"
        return not self.issued or not self.cover_lines()[item]

    def identity(self) -> Identity:
        """What the workbook says of itself; unit, code and level only where they are given."""
        form, submission = self.form, self.submission
        given = submission.unit if self.issued else NOBODY
        return Identity(
            form=form.id,
            form_version=str(form.version),
            fingerprint=form.fingerprint,
            kind=self.kind,
            year=str(submission.year),
            county=submission.county.name,
            county_code=submission.county.code,
            unit=given.name,
            code=given.code,
            level=given.level,
            submission=str(submission.provenance.number or 1),
            edition=str(EDITION),
        )


@dataclass(frozen=True)
class NoticeContext(TemplateContext):
    """A unit's own workbook sent back to it, with what it must put right marked."""

    marked: Mapping[str, Mark] = field(default_factory=dict)

    opens_at: ClassVar[str] = NOTICE

    @property
    def marks(self) -> Mapping[str, Mark]:
        """The cells that the notice speaks of, by their names."""
        return self.marked

    @property
    def notes(self) -> tuple[str, ...]:
        """That it is a notice, and each note once."""
        return tuple(dict.fromkeys((NOTICE, *(mark.note for mark in self.marked.values()))))


@dataclass(frozen=True)
class SummaryContext(TemplateContext):
    """The summary of many units.

    `sums` gives the formula of each field that a unit would type in. `with_errors` names the units
    that are counted although their reports have errors, `missing` those on the roster that are not;
    `warnings` are lines for the cover.
    """

    sums: Mapping[str, str] = field(default_factory=dict)
    with_errors: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    kind: ClassVar[str] = SUMMARY
    takes_answers: ClassVar[bool] = False
    opens_at: ClassVar[str] = ""
    """None of the sheets that every workbook has: a summary has a first one of its own."""

    note: ClassVar[str] = "本表由下级报表汇总生成，数字不在此处修改。"

    @property
    def title(self) -> str:
        """The title on the cover."""
        return self.form.title + "汇总表"

    @property
    def remarks(self) -> tuple[str, ...]:
        """Lines of warning on the cover."""
        return self.warnings

    @property
    def sources(self) -> Mapping[str, str]:
        """The sums over the detail rows; none where nothing is counted."""
        return self.sums

    def is_typed(self, item: str) -> bool:
        """Whether the county types in a line of the cover."""
        if item not in _OF_THE_UNIT:
            return item != "year"
        return not self.issued

    def identity(self) -> Identity:
        """What the workbook says of itself, the units that it counts or lacks included."""
        return replace(
            super().identity(),
            with_errors="、".join(self.with_errors),
            missing="、".join(self.missing),
        )
