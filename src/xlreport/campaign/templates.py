"""The workbooks that go out: only blanks of this campaign, each to the unit that it names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path

from xlreport.api import TemplateRequest, spliced_templates, template_name
from xlreport.campaign.campaign import Campaign
from xlreport.errors import XlreportError
from xlreport.form.catalog import FormCatalog
from xlreport.form.model import Form
from xlreport.formats.guard import Limits, Refused
from xlreport.formats.open import open_book
from xlreport.merging.discover import list_files, system_file
from xlreport.merging.reader import bytes_of
from xlreport.submission import Unit
from xlreport.text import chinese_day, clean_name, quote
from xlreport.workbook.layout.identity import Identity, is_current_edition
from xlreport.workbook.reader.blank import why_not_blank
from xlreport.workbook.reader.identify import identity_of
from xlreport.workbook.writer.context import Service
from xlreport.workers import Lost

LEAST_COMPARED = 4
"""Workbooks from which on making them anew to compare with takes less time than reading them."""

_MAKE_AGAIN = "请再运行一次 xlreport template"
_MOVE_AWAY = "请核对是不是该放进 inbox，把它移走后再运行一次 xlreport template"


def template_request(campaign: Campaign) -> TemplateRequest:
    """What the units' workbooks are made from; their covers say until when and where to send them,
    and whom to ask."""
    settings = campaign.settings
    service = Service(
        deadline="" if settings.deadline is None else chinese_day(settings.deadline),
        address=settings.smtp.reply_to or settings.smtp.sender,
        contact=settings.contact,
    )
    return TemplateRequest(
        form=campaign.form,
        year=settings.year,
        roster=campaign.roster,
        county=campaign.county,
        prior_year=campaign.prior_year,
        service=service,
    )


@dataclass(frozen=True)
class Objection:
    """Why a workbook among the templates must not go to its unit, and what to do."""

    reason: str
    cure: str

    @property
    def why_not_sent(self) -> str:
        """For who wanted it sent."""
        return f"{self.reason}，没有发；{self.cure}"

    @property
    def why_stale(self) -> str:
        """For who looks at the state of things."""
        return f"{self.reason}，不能发；{self.cure}"


def template_names(campaign: Campaign) -> dict[Unit, str]:
    """What each unit's workbook is called, in the roster's order."""
    form, year = campaign.form, campaign.settings.year
    return {unit: template_name(form, year, unit) for unit in campaign.roster.units}


def others_in(folder: Path, names: Mapping[Unit, str]) -> list[str]:
    """The files in the folder of templates that are nobody's on the roster."""
    if not folder.is_dir():
        return []
    ours = set(names.values())
    others = []
    for file in list_files(folder):
        is_of_system = system_file(file.name) is not None
        if not is_of_system and file.shown not in ours:
            others.append(file.shown)
    return others


def standing_templates(campaign: Campaign) -> dict[Unit, Path]:
    """The workbooks that are there, by their units."""
    folder = campaign.settings.templates
    paths = {unit: folder / name for unit, name in template_names(campaign).items()}
    return {unit: path for unit, path in paths.items() if path.exists()}


def objections(campaign: Campaign, paths: Mapping[Unit, Path]) -> dict[Unit, Objection]:
    """Why a workbook must not go to its unit; nothing for those that may."""
    doubtful = _not_as_written(campaign, paths)
    reading = campaign.reading
    issued = _Issued(campaign.form, campaign.settings.year, campaign.county)
    test = _Test(issued, campaign.forms, reading.limits)
    told: dict[Unit, Objection] = {}
    with reading.pool(len(doubtful)) as pool:
        tested = {unit: pool.submit(test, path, unit) for unit, path in doubtful.items()}
        for unit, answer in tested.items():
            objection = _answer(answer)
            if objection is not None:
                told[unit] = objection
    return told


def _not_as_written(campaign: Campaign, paths: Mapping[Unit, Path]) -> Mapping[Unit, Path]:
    """Those that are not byte for byte what `template` would write now: only these must be read."""
    if len(paths) < LEAST_COMPARED:
        return paths
    try:
        written = spliced_templates(template_request(campaign))
    except (XlreportError, OSError):
        return paths
    names = template_names(campaign)
    limits = campaign.reading.limits
    others = {}
    for unit, path in paths.items():
        data = written.get(names.get(unit, ""), b"")
        is_allowed = 0 < len(data) <= limits.file
        if not is_allowed or not _holds(path, data):
            others[unit] = path
    return others


def _holds(path: Path, data: bytes) -> bool:
    """Whether a file holds these bytes and no others."""
    try:
        found, _ = bytes_of(path, len(data))
    except (OSError, Refused):
        return False
    return found == data


def _answer(tested: Future[Objection | None]) -> Objection | None:
    """What the test said; a file on which it fails is not sent."""
    try:
        return tested.result()
    except Lost:
        return Objection("读不出来", _MOVE_AWAY)


@dataclass(frozen=True)
class _Issued:
    """What the workbooks of this campaign say of themselves."""

    form: Form
    year: int
    county: Unit

    def differences(self, identity: Identity, unit: Unit) -> Iterator[str]:
        """In which way a workbook is another one than the unit's."""
        if identity.form != self.form.id:
            yield f"是报表“{quote(identity.form)}”的表"
        if identity.year != str(self.year):
            yield f"是 {quote(identity.year)} 年度的表"
        yield from self._other_unit(identity, unit)
        same_name = identity.county == clean_name(self.county.name)
        same_code = identity.county_code == self.county.code
        if not (same_name and same_code):
            yield f"上的汇总单位是{_named(identity.county, identity.county_code)}"
        is_current = is_current_edition(identity)
        if not is_current or not self.form.has_workbook(identity.fingerprint):
            yield f"是按旧的报表定义生成的（第 {quote(identity.form_version)} 版）"

    @staticmethod
    def _other_unit(identity: Identity, unit: Unit) -> Iterator[str]:
        same_name = identity.unit == clean_name(unit.name)
        same_code = identity.code == unit.code
        if not (same_name and same_code):
            yield f"是发给{_named(identity.unit, identity.code)}的表"
        elif identity.level != unit.level:
            level = quote(identity.level)
            yield f"上的单位类别是“{level}”，名册已改为“{unit.level}”"


def _named(name: str, code: str) -> str:
    return f"“{quote(name)}”（代码“{quote(code)}”）"


@dataclass(frozen=True)
class _Test:
    """Looks at one workbook; can be sent to another process."""

    issued: _Issued
    forms: FormCatalog
    limits: Limits

    def __call__(self, path: Path, unit: Unit) -> Objection | None:
        """Why it must not go out; None for the unit's own blank."""
        try:
            data, _ = bytes_of(path, self.limits.file)
            book = open_book(data, self.limits)
            identity = identity_of(book)
        except Refused as refused:
            return Objection(f"读不出来（{refused.finding.message}）", _MOVE_AWAY)
        except OSError:
            return Objection("打不开", _MOVE_AWAY)
        filled_in = why_not_blank(data, self.forms, self.limits)
        if filled_in:
            return Objection(filled_in, _MOVE_AWAY)
        another = next(self.issued.differences(identity, unit), "")
        if not another:
            return None
        return Objection(another, _MAKE_AGAIN)
