"""退回通知: a unit's own workbook again, fresh, with what it must put right marked and listed.

What is wrong is found anew in the fresh workbook, so that every cell is that of this workbook,
wherever it stood in the file that came. The figures are proved to be those of that file.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from xlreport.data_code import content_digest
from xlreport.findings import Finding, Severity
from xlreport.form import expression as ex
from xlreport.form.catalog import FormCatalog
from xlreport.form.model import Form
from xlreport.importing.codes import R36
from xlreport.merging.decisions import Decision, with_decisions
from xlreport.merging.imported import is_imported
from xlreport.merging.marks import NOTICES
from xlreport.merging.outcome import FileRecord
from xlreport.merging.request import MergeRequest
from xlreport.merging.validation import validated
from xlreport.publishing.corrections import is_hint, must_correct, to_correct
from xlreport.submission import Place, Submission, Unit
from xlreport.text import harmless
from xlreport.workbook.layout.identity import identity_name
from xlreport.workbook.layout.lines import explanation_name
from xlreport.workbook.layout.notice import MOST_NOTED, NOTICE
from xlreport.workbook.layout.sheet import COVER
from xlreport.workbook.layout.workbook import WorkbookLayout, flag_name, layout_of, place_of
from xlreport.workbook.reader.submission import read_submission
from xlreport.workbook.repair import REPAIRABLE, UNREAD, NotRepairable, repair, require_proof
from xlreport.workbook.writer.context import NO_SERVICE, Mark, NoticeContext, Service
from xlreport.workbook.writer.notice_sheet import Notice, NoticeLine, write_notice
from xlreport.workbook.writer.template import workbook_name

LIST_NAME = "更正通知清单.txt"

_FIRST_CELL = re.compile(r"[A-Z]+[0-9]+")
_CUT = f"……详见“{NOTICE}”页"
_EXPLAIN = "数字无误的，在这里写明原因；有误的，改正数字。"

_WHAT_TO_DO = (
    "请在本工作簿里改：点下面的“位置”到那一格，格上的批注写着哪里不对、怎么办。"
    "警示的数字无误的，不用改，在“校验”页同一行写明原因。",
    "改好以后看“封面”上的结果，再报送本工作簿；它会取代你单位原来报的那一份。",
)
_NOTHING_TO_CORRECT = "请核对下面的内容和各页的数，再报送本工作簿；它会取代你单位原来报的那一份。"


@dataclass(frozen=True)
class NoticeFile:
    """The notice of one returned report: its workbook, how many things are listed in it, what of
    the file it does not hold; or why there is none.

    `fresh` is what the workbook holds, `concerned` are the names of the cells that may have to be
    changed: fields, answers and explanations as `diff` calls them.
    """

    unit: Unit
    path: str
    name: str = ""
    data: bytes = field(default=b"", repr=False)
    listed: int = 0
    left: tuple[str, ...] = ()
    problem: str = ""
    fresh: Submission | None = field(default=None, repr=False)
    concerned: frozenset[str] = frozenset()

    def lines(self) -> Iterator[str]:
        """The file's part of the list."""
        yield f"{harmless(self.unit.name)}　{harmless(self.path)}"
        if self.problem:
            yield f"  没有更正通知：{harmless(self.problem)}"
            return
        yield f"  → {self.name}：{self.listed} 处要改正或核实"
        for words in self.left:
            yield f"  没有照搬或已恢复　{harmless(words)}"


@dataclass(frozen=True)
class _Fresh:
    """A report that was moved into a fresh workbook, checked there: `record` is as if that had
    come, `left` what it does not hold."""

    came: FileRecord
    record: FileRecord
    form: Form
    left: tuple[str, ...]

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What the unit must do, each cell on its own."""
        findings = self.record.findings
        return tuple(f for f in findings if must_correct(f) or is_hint(f))

    @property
    def listed(self) -> tuple[Finding, ...]:
        """What the unit must do, like findings together; with what is wrong with the file that
        came, as a whole, and is not cured by the fresh workbook."""
        own = to_correct(self.record)
        codes = {finding.code for finding in own} | REPAIRABLE | UNREAD | {R36.code}
        others = [f for f in to_correct(self.came) if not f.cell and f.code not in codes]
        whole = [finding for finding in others if not finding.field]
        return (*own, *whole)

    @property
    def count(self) -> int:
        """How many things are to be corrected or explained; hints say where, and are none."""
        return sum(not is_hint(finding) for finding in self.listed)


def notices(
    files: Iterable[FileRecord], request: MergeRequest, service: Service = NO_SERVICE
) -> list[NoticeFile]:
    """The notice of each returned report. `service` is what the covers tell the units."""
    notices: list[NoticeFile] = []
    fresh: list[_Fresh] = []
    for file in files:
        try:
            fresh.append(_fresh(file, request.forms))
        except NotRepairable as error:
            notices.append(NoticeFile(file.unit, file.path, problem=str(error)))
    checked = validated([one.record for one in fresh], request.prior_year)
    taken: set[str] = set()
    for one, record in zip(fresh, checked, strict=True):
        name = _free_name(one, taken)
        taken.add(name.lower())
        (judged,) = with_decisions([record], _about_fresh(one, request.decisions))
        notices.append(_written(replace(one, record=judged), name, request.forms, service))
    return notices


def _about_fresh(fresh: _Fresh, decisions: Iterable[Decision]) -> list[Decision]:
    """The decisions, those about the file that came as about the fresh workbook."""
    came = content_digest(fresh.came.report)
    now = content_digest(fresh.record.report)
    return [replace(d, content=now) if d.content == came else d for d in decisions]


def notice_list(files: Iterable[NoticeFile]) -> bytes:
    """The list as text that Notepad opens: UTF-8 with a byte-order mark, lines ended by CR LF."""
    lines = [NOTICES, ""]
    for file in files:
        lines += [*file.lines(), ""]
    return "\r\n".join(lines).encode("utf-8-sig", "replace")


# --- the fresh workbook ---


def _fresh(file: FileRecord, forms: FormCatalog) -> _Fresh:
    """A report in a fresh workbook, not checked yet. Raises NotRepairable."""
    form = file.form
    if file.submission is None or form is None:
        raise NotRepairable("读不出来")
    repaired = repair(form, file.submission, file.findings, forms)
    reading = read_submission(repaired.data, forms, path=file.path)
    if reading.submission is None:
        raise NotRepairable("读不出来")
    old, again = file.submission, reading.submission
    known = replace(again, unit=old.unit, known_as=old.known_as, listed=old.listed)
    record = FileRecord(file.path, replace(reading, submission=known), reading.findings)
    return _Fresh(file, record, form, (*repaired.left, *file.reading.unplaced))


def _free_name(fresh: _Fresh, taken: set[str]) -> str:
    """The name of the unit's template; with a number when that is taken."""
    report = fresh.record.report
    name = workbook_name(fresh.form, report.year, report.unit)
    number = 1
    while name.lower() in taken:
        number += 1
        name = workbook_name(fresh.form, report.year, report.unit, number)
    return name


def _written(fresh: _Fresh, name: str, forms: FormCatalog, service: Service) -> NoticeFile:
    """The workbook with its marks and its list, read back."""
    came, report = fresh.came, fresh.record.report
    context = NoticeContext(
        fresh.form,
        report,
        service=service,
        tells_code=True,
        marked=_marks(fresh),
    )
    data = write_notice(context, _notice(fresh))
    try:
        require_proof(fresh.form, report, data, forms)
    except NotRepairable as error:
        return NoticeFile(came.unit, came.path, problem=str(error))
    return NoticeFile(
        came.unit,
        came.path,
        name,
        data,
        fresh.count,
        fresh.left,
        fresh=report,
        concerned=_concerned(fresh),
    )


# --- the first sheet ---


def _notice(fresh: _Fresh) -> Notice:
    report = fresh.record.report
    opening = f"{report.unit.name}：你单位报来的 {report.year} 年度{fresh.form.title}"
    if not fresh.listed:
        return Notice((opening + _why_fresh(fresh), _NOTHING_TO_CORRECT), (), fresh.left)
    lines = tuple(_line(fresh.form, finding) for finding in fresh.listed)
    return Notice((opening + _what_is_wrong(fresh), *_WHAT_TO_DO), lines, fresh.left)


def _why_fresh(fresh: _Fresh) -> str:
    """Why a unit gets a fresh workbook in which nothing is wrong."""
    if is_imported(fresh.came):
        return "不是用县里发的模板填的；认得准的数字已填进这份新表，没有查出要改的。"
    return "，数字没有要改的；原来的文件有问题，已换成这份新表，你单位填的已照搬。"


def _what_is_wrong(fresh: _Fresh) -> str:
    told = f"有 {fresh.count} 处要改正或核实"
    if is_imported(fresh.came):
        form = "不是用县里发的模板填的；认得准的数字已填进这份新表"
        return f"{form}，{told}，这些格子已标出。"
    return f"{told}。你单位填的已照搬到这份新表，这些格子已标出。"


def _line(form: Form, finding: Finding) -> NoticeLine:
    first = _FIRST_CELL.search(finding.cell)
    place = None
    if finding.sheet:
        place = Place(finding.sheet, first[0] if first else "")
    where = finding.where or "整份报表"
    label = ""
    if finding.field in form.fields:
        label = f"{form.fields[finding.field].label}："
    message = harmless(f"{label}{finding.message}　（{finding.printed_code}）")
    return NoticeLine(finding.weight, where, place, message, harmless(finding.suggestion))


# --- the marks ---


def _marks(fresh: _Fresh) -> dict[str, Mark]:
    """The cells concerned, by their names."""
    names = _Names(layout_of(fresh.form))
    by_name: defaultdict[str, list[Finding]] = defaultdict(list)
    for finding in fresh.findings:
        name = names.of(finding)
        if name:
            by_name[name].append(finding)
    marks = {}
    for name, findings in by_name.items():
        findings.sort(key=lambda finding: finding.severity.rank)
        marks[name] = Mark(findings[0].severity, _note(findings))
    for finding in fresh.findings:
        name = names.explanation(finding)
        if name:
            marks[name] = Mark(Severity.WARNING, f"{finding.message}\n{_EXPLAIN}"[:MOST_NOTED])
    return marks


def _note(findings: Iterable[Finding]) -> str:
    """What is wrong and what to do, a few lines."""
    lines: dict[str, None] = {}
    for finding in findings:
        lines[f"{finding.weight}：{finding.message}"] = None
        if finding.suggestion:
            lines[f"→ {finding.suggestion}"] = None
    whole = "\n".join(lines)
    if len(whole) <= MOST_NOTED:
        return whole
    return whole[: MOST_NOTED - len(_CUT)] + _CUT


class _Names:
    """The names of a workbook's cells, as marks and differences call them."""

    def __init__(self, layout: WorkbookLayout) -> None:
        self._layout = layout
        spots = {
            **layout.cells,
            **{flag_name(table): spot for table, spot in layout.flags.items()},
            **{identity_name(item): (COVER, cell) for item, cell in layout.identity.items()},
        }
        self._places = {place_of(spot): name for name, spot in spots.items()}
        self._warnings = {
            listed.code for listed in layout.listed if listed.severity is Severity.WARNING
        }

    def of(self, finding: Finding) -> str:
        """The name of a finding's cell; empty where it has none."""
        return self._places.get(Place(finding.sheet, finding.cell), "")

    def explanation(self, finding: Finding) -> str:
        """The name of the cell in which a warning is explained; empty where it cannot be."""
        is_explained = finding.rule in self._warnings
        return explanation_name(finding.rule) if is_explained else ""


# --- what may have to be changed ---


def _concerned(fresh: _Fresh) -> frozenset[str]:
    """Everything on which what is wrong depends: whoever changes it does what was asked."""
    form = fresh.form
    behind: set[str] = set()
    for finding in fresh.findings:
        behind.add(finding.field)
        behind.update(name for name, _ in finding.observed)
        behind.add(explanation_name(finding.rule))
    for name in tuple(behind):
        behind.update(_typed_behind(form, name))
    tables = {form.fields[name].table for name in behind if name in form.fields}
    return frozenset(behind | {flag_name(table) for table in tables} - {""})


def _typed_behind(form: Form, name: str) -> Iterator[str]:
    """The fields from which a computed one is worked out, however far behind."""
    if name not in form.formulas:
        return
    for below in ex.fields_of(form.formulas[name]):
        yield below
        yield from _typed_behind(form, below)
