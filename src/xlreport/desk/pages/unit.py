"""A unit's page: what was found beside the tables, its versions, and what the county decides."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask import Blueprint, abort, make_response, render_template, request

from xlreport.campaign.decisions import LONGEST_REASON, REVOKE, Asked, mark_of
from xlreport.campaign.status import ACCEPTED, MISSING, REJECTED, RETURNED
from xlreport.clock import minute
from xlreport.desk.actions import campaign, documents
from xlreport.desk.collection import Look, Snapshot
from xlreport.desk.drawing import Choice, Drawing
from xlreport.desk.pages import answers
from xlreport.desk.rows import judged, state_label
from xlreport.merging.decisions import Decision, Ruling
from xlreport.merging.diff import Difference, differences
from xlreport.merging.imported import is_document
from xlreport.merging.outcome import FileRecord, Outcome
from xlreport.merging.result import USABLE, label_of
from xlreport.publishing.overview import moment_of, why_not_counted
from xlreport.submission import Figures
from xlreport.telling.lines import KINDS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from werkzeug.wrappers import Response as AnyResponse

    from xlreport.campaign.status import UnitFile, UnitStatus

pages = Blueprint("unit", __name__)

MOST_DIFFERENCES = 60
"""Differences of two versions that are listed."""

TO_DECIDE = 5.0
"""Seconds that a page waits for a decision: the inbox is read for it."""

LETTERS = {
    MISSING: "reminders",
    REJECTED: "returns",
    RETURNED: "returns",
    ACCEPTED: "receipts",
}
"""The letter that a unit in a state may need."""


@dataclass(frozen=True)
class Version:
    """A file of the unit with what became of it, and how it differs from the report that counts."""

    path: str
    name: str
    label: str
    state: str
    came: str
    sentence: str
    differences: tuple[Difference, ...] = ()
    left: int = 0
    """How many differences are not listed."""
    content: str = ""
    """The SHA-256 of a file that can be imported; empty for others."""


@dataclass(frozen=True)
class UnitPage:
    """What the page of a unit shows."""

    snapshot: Snapshot
    status: UnitStatus

    @property
    def label(self) -> str:
        """Where the unit stands, in words."""
        return state_label(self.status)

    @property
    def letter(self) -> str:
        """The kind of letter that the unit may need."""
        return LETTERS[self.status.state]

    @cached_property
    def drawing(self) -> Drawing | None:
        """The report that is shown, drawn as the form."""
        file = self.shown
        if file is None or file.form is None:
            return None
        return Drawing(file, file.form, self._before)

    @property
    def shown(self) -> FileRecord | None:
        """The report that decides where the unit stands, else its last one."""
        candidates = [file.result for file in self.status.files]
        deciding = judged(self.status)
        if deciding is not None:
            candidates.append(deciding)
        read = [file for file in candidates if file.reading.submission is not None]
        return read[-1] if read else None

    @property
    def _before(self) -> Figures | None:
        """Last year's figures of the unit, where the campaign knows them."""
        prior_year = self.snapshot.result.request.prior_year
        return None if prior_year is None else prior_year.of(self.status.unit)

    @property
    def is_publishable(self) -> bool:
        """Whether a Word report can be written of the report that is shown."""
        return self.shown is not None and _lies_alone(self.shown)

    @property
    def can_decide(self) -> bool:
        """Whether there is a report that counts, or would."""
        return self.shown is not None and self.shown.outcome in USABLE

    @property
    def choices(self) -> list[Choice]:
        """What the county can decide about, but for the whole report."""
        return [] if self.drawing is None else self.drawing.choices

    @property
    def versions(self) -> list[Version]:
        """All files of the unit, the latest first."""
        current = judged(self.status)
        return [_version(file, current) for file in reversed(self.status.files)]

    @property
    def decisions(self) -> list[Decision]:
        """What the county has decided about the unit."""
        unit = self.status.unit
        return [decision for decision in self.snapshot.decisions if decision.is_of(unit)]

    @property
    def standing(self) -> str:
        """The mark of these decisions."""
        return mark_of(self.decisions)


@pages.get("/unit/<path:code>")
def show(code: str) -> AnyResponse | str:
    """Everything about one unit."""
    look = answers.collection().look()
    if look.snapshot is None:
        return answers.to("work.index")
    typed = {"about": request.args.get("about", "")}
    return _drawn(look, code, typed)


def _page(look: Look, code: str) -> UnitPage:
    """The page of a unit; there is none of a code that the roster has not, or before the collection
    was read."""
    status = None if look.snapshot is None else look.snapshot.unit(code)
    if look.snapshot is None or status is None:
        abort(HTTPStatus.NOT_FOUND)
    return UnitPage(look.snapshot, status)


def _drawn(look: Look, code: str, typed: Mapping[str, str], trouble: str = "") -> str:
    """The page with what was typed for a decision, and why that was not recorded."""
    return render_template(
        "unit.html",
        look=look,
        page=_page(look, code),
        typed={**dict.fromkeys(_TYPED, ""), **typed},
        trouble=trouble,
        **_CONSTANTS,
    )


_TYPED = ("about", "ruling", "reason", "by", "seen", "standing")
"""The fields of a decision, as `Asked` has them."""

_CONSTANTS: dict[str, Any] = {"rulings": tuple(Ruling), "longest": LONGEST_REASON, "kinds": KINDS}


def _version(file: UnitFile, current: FileRecord | None) -> Version:
    result = file.result
    changed = _changes(result, current)
    # what was found in the report that counts stands beside its tables
    is_drawn = result is current and result.outcome is not Outcome.REJECTED
    return Version(
        path=result.path,
        name=file.name,
        label=label_of(result),
        state=result.outcome.value,
        came=_came(file),
        sentence="" if is_drawn else why_not_counted(result),
        differences=changed[:MOST_DIFFERENCES],
        left=max(0, len(changed) - MOST_DIFFERENCES),
        content=result.sha256 if _is_importable(result) else "",
    )


def _is_importable(file: FileRecord) -> bool:
    """Whether a file of the inbox is a report, and not our workbook; what lies in an archive is
    imported with all that is in it."""
    return is_document(file) and _lies_alone(file)


def _lies_alone(file: FileRecord) -> bool:
    """Whether a file is one of the inbox itself, and no member of an archive."""
    return "!" not in file.path


def _came(file: UnitFile) -> str:
    """When and from whom a file came."""
    if file.arrival is None:
        return moment_of(file.result)
    senders = "、".join(dict.fromkeys(file.arrival.senders))
    return "　".join(filter(None, (minute(file.arrival.moment), senders)))


def _changes(file: FileRecord, current: FileRecord | None) -> tuple[Difference, ...]:
    """What the report that counts fills in otherwise than this one."""
    if current is None or current is file or current.form is None:
        return ()
    old, new = file.reading.submission, current.reading.submission
    if old is None or new is None:
        return ()
    if (old.form, old.year) != (new.form, new.year):
        return ()
    return tuple(differences(current.form, old, new))


# --- what the county decides ---


@pages.post("/unit/<path:code>/decide")
def decide(code: str) -> AnyResponse:
    """Accepts, queries, leaves out, or takes that back."""
    unit = answers.unit(code)
    typed = {name: answers.field(name) for name in _TYPED}
    return _done(code, Asked(unit, *typed.values()), typed)


@pages.post("/unit/<path:code>/revoke")
def revoke(code: str) -> AnyResponse:
    """Takes a decision back."""
    asked = Asked(answers.unit(code), answers.field("about"), REVOKE)
    return _done(code, asked, {})


@pages.post("/unit/<path:code>/import")
def take_in(code: str) -> AnyResponse:
    """Imports one of the unit's files, as this unit's where its title names nobody."""
    unit = answers.unit(code)
    settings = answers.collection().settings()
    file = _file_of(code, answers.field("content"))
    year = settings.year if file.year is None else None
    name = "" if file.unit.name else unit.name
    document = documents.Document(settings.inbox / file.path, name, year)
    return answers.to_job(documents.take_in_one(answers.desk(), document))


@pages.post("/unit/<path:code>/report")
def publish(code: str) -> AnyResponse:
    """Writes the Word report of the unit, from the report that its page shows."""
    collection = answers.collection()
    page = _page(collection.look(), code)
    if page.shown is None or not page.is_publishable:
        abort(HTTPStatus.NOT_FOUND)
    path = collection.settings().inbox / page.shown.path
    return answers.to_job(documents.publish_one(answers.desk(), path))


def _file_of(code: str, content: str) -> FileRecord:
    """A file of the unit that can be imported, by its SHA-256."""
    page = _page(answers.collection().look(), code)
    files = [file.result for file in page.status.files if file.result.sha256 == content]
    found = list(filter(_is_importable, files))
    if not found:
        abort(HTTPStatus.NOT_FOUND)
    return found[0]


def _done(code: str, asked: Asked, typed: Mapping[str, str]) -> AnyResponse:
    """Back to the unit when it was done quickly; where it was not done that is told there, with
    what was typed."""
    desk = answers.desk()
    job = campaign.decide(desk, asked)
    if not desk.jobs.wait(job, TO_DECIDE):
        return answers.to_job(job)
    if not job.trouble:
        return answers.to("unit.show", code=code, _anchor="decisions")
    look = answers.collection().look()
    if look.snapshot is None:
        return answers.to_job(job)
    page = _drawn(look, code, typed, job.trouble)
    return make_response(page, HTTPStatus.CONFLICT)
