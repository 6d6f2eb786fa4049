"""What stands in a report: its numbers, its texts, and what must still be done to it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property

from xlreport.errors import ReportError
from xlreport.findings import Severity
from xlreport.form.model import Form, Table, Text
from xlreport.merging.outcome import FileRecord, Outcome
from xlreport.merging.result import MergeResult
from xlreport.merging.totals import totals_of
from xlreport.narrative.drafting import contradictions, drafted
from xlreport.publishing.overview import open_points
from xlreport.rules.evaluate import UnitView, view_of
from xlreport.submission import Submission, Summary, Unit, shown
from xlreport.text import clean
from xlreport.workbook.codes import E5

_NOT_FINAL = "本报告还不是最终数。请处理下列问题后重新生成，定稿时删去红字："
_NO_NAME = "报表里没有写单位名称，请补上标题和署名里的名称，再删去这句话。"
_NOT_WRITTEN = "（没有填写，请补上）"


@dataclass(frozen=True)
class Material:
    """What one unit wrote, for whoever writes the county's text."""

    unit: str
    text: str

    @property
    def paragraphs(self) -> tuple[str, ...]:
        """Its paragraphs, without the blanks around them."""
        return paragraphs_of(self.text)


@dataclass(frozen=True)
class ReportText:
    """A text of the report. `note` is what must still be done to it, `materials` what units wrote
    while nobody has written the county's own text, `silent` are the units that wrote nothing."""

    field: str
    label: str
    text: str = ""
    note: str = ""
    materials: tuple[Material, ...] = ()
    silent: tuple[str, ...] = ()
    is_draft: bool = False

    @property
    def paragraphs(self) -> tuple[str, ...]:
        """Its paragraphs, without the blanks around them."""
        return paragraphs_of(self.text)


@dataclass(frozen=True)
class Report:
    """A report as it is published. `numbers` holds every number that is known, by field id, `texts`
    one for each text of the form; `notes` keep it from being final."""

    form: Form
    unit: Unit
    year: int
    author: str
    notes: tuple[str, ...]
    numbers: Mapping[str, Decimal]
    texts: Mapping[str, ReportText]

    @property
    def title(self) -> str:
        """The title as official reports have it."""
        return f"{self.unit.name}{self.year}年{self.form.title}"

    def shown(self, field: str) -> str:
        """A number as people write it; empty where it is not known."""
        number = self.numbers.get(field)
        return "" if number is None else shown(number)

    @property
    def is_final(self) -> bool:
        """Whether nothing keeps its numbers from being published."""
        return not self.notes

    @property
    def parts(self) -> Iterator[Table | ReportText]:
        """Tables and texts in the order of the official document."""
        tables = {table.id: table for table in self.form.tables}
        for name in self.form.order:
            yield tables[name] if name in tables else self.texts[name]

    @cached_property
    def warnings(self) -> tuple[str, ...]:
        """The lines in red at its top."""
        lines = (_NOT_FINAL, *self.notes) if self.notes else ()
        return lines if self.unit.name else (*lines, _NO_NAME)


def county_report(result: MergeResult, form: Form, county: Summary, *, author: str = "") -> Report:
    """The report of a merge that could use something; `county` may hold texts that somebody typed
    into its summary. Raises ReportError for a draft that contradicts the numbers."""
    written = [(file.unit.name, file.report.texts) for file in result.counted_files]
    for file in result.usable:
        if not result.is_counted(file):
            written.append((f"{file.unit.name}（退回，数字没有计入）", file.report.texts))
    report = _begun(form, county, author, open_points(result))
    return _filled(report, county, written)


def unit_report(file: FileRecord, form: Form, *, author: str = "") -> Report:
    """The report of one workbook: a unit's own, or a county's from its summary. Raises ReportError
    for a draft that contradicts the numbers."""
    submission = file.report
    written = []
    if isinstance(submission, Summary):
        details = submission.details.items()
        written = [(unit.name, figures.texts) for unit, figures in details]
    report = _begun(form, submission, author, _notes(file))
    return _filled(report, submission, written)


def _begun(form: Form, submission: Submission, author: str, notes: Iterable[str]) -> Report:
    """A report still without numbers and texts."""
    unit = submission.unit
    signed = author or unit.name
    return Report(form, unit, submission.year, signed, tuple(notes), {}, {})


def _notes(file: FileRecord) -> Iterator[str]:
    """What keeps the numbers of a workbook from being published."""
    errors = [finding for finding in file.findings if finding.severity is Severity.ERROR]
    if file.outcome is not Outcome.ACCEPTED or errors:
        yield f"这份报表有 {len(errors)} 处错误，请更正后重新生成"
    yield from (finding.message for finding in file.findings if finding.code == E5.code)


_Written = tuple[str, Mapping[str, str]]
"""What a unit is called, and its texts by field id."""


def _filled(report: Report, submission: Submission, written: Sequence[_Written]) -> Report:
    """The report with the numbers and texts of a submission."""
    form = report.form
    # a total that somebody typed over is worked out again
    view = view_of(form, replace(submission, overrides={}))
    texts = {text.field_id: _text(form, text, view, written) for text in form.texts}
    _require_agreement(form, view, texts.values())
    return replace(report, numbers=totals_of(form, view), texts=texts)


def _text(form: Form, text: Text, view: UnitView, written: Sequence[_Written]) -> ReportText:
    """A text: as somebody wrote it, else drafted, else what the units wrote."""
    own = clean(view.submission.texts.get(text.field_id, "")).strip()
    if own:
        return ReportText(text.field_id, text.label, own)
    for draft in form.drafts:
        if draft.text == text.field_id:
            note = f"（{draft.note}）" if draft.note else ""
            words = drafted(draft, view)
            return ReportText(text.field_id, text.label, words, note, is_draft=True)
    return _gathered(text, written)


def _gathered(text: Text, written: Sequence[_Written]) -> ReportText:
    """What the units wrote, for a text that nobody has written yet."""
    materials = []
    silent = []
    for unit, texts in written:
        words = clean(texts.get(text.field_id, "")).strip()
        if words:
            materials.append(Material(unit, words))
        else:
            silent.append(unit)
    note = "" if materials else _NOT_WRITTEN
    return ReportText(text.field_id, text.label, "", note, tuple(materials), tuple(silent))


def _require_agreement(form: Form, view: UnitView, texts: Iterable[ReportText]) -> None:
    """Raises ReportError for a draft that says something else than the tables."""
    drafts = {text.field: text.text for text in texts if text.is_draft}
    for finding in contradictions(form, view, drafts):
        raise ReportError(
            f"报表定义里的初稿与数字矛盾，没有写报告：{finding.message}。请改正报表定义里的初稿。"
        )


def paragraphs_of(text: str) -> tuple[str, ...]:
    """The paragraphs of a text, without blank ones and without the blanks around them."""
    lines = [line.strip() for line in clean(text).split("\n")]
    return tuple(filter(None, lines))
