"""The commands as Python functions: templates, checking, merging, repairing, comparing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType

from xlreport.atomic import locked, safe_name
from xlreport.errors import UsageError, WouldReplace
from xlreport.findings import Severity
from xlreport.form.catalog import SHIPPED, FormCatalog, get_form
from xlreport.form.model import Form
from xlreport.importing.codes import R37, R38, R41, R42
from xlreport.merging.codes import F1, TYPED_LINES_LOST
from xlreport.merging.diff import Difference, differences
from xlreport.merging.discover import SourceFile, list_files, own_files
from xlreport.merging.eligibility import on_roster
from xlreport.merging.folder import read_folder, require_apart, require_folder, require_places
from xlreport.merging.imported import (
    each_report_once,
    for_import,
    is_document,
    is_imported,
    without_choice,
)
from xlreport.merging.intake import read_files
from xlreport.merging.merge import merge_files, with_county, with_typed_lines
from xlreport.merging.outcome import FileRecord, Outcome
from xlreport.merging.prior_year import PriorYear, gather
from xlreport.merging.remote import address_of, list_remote
from xlreport.merging.repairs import (
    IMPORT,
    REPAIR,
    Purpose,
    RepairedFile,
    imports,
    list_of,
    needs_repair,
    repairs,
)
from xlreport.merging.replacing import (
    Replacing,
    StandingSummary,
    Told,
    is_open,
    put_all,
    require_own,
    require_room,
    standing_summary,
    write_all,
    write_summary_over,
)
from xlreport.merging.request import MergeRequest, Policy, ReadOptions
from xlreport.merging.result import CheckResult, ImportResult, MergeResult, RepairResult
from xlreport.merging.roster import Roster
from xlreport.merging.validation import validated
from xlreport.publishing.document import DATA_NAME, result_document
from xlreport.publishing.export import Format, exported
from xlreport.publishing.notices import LIST_NAME as NOTICE_LIST
from xlreport.publishing.notices import notice_list
from xlreport.publishing.notices import notices as notices_of
from xlreport.publishing.overview import Overview, overview_of
from xlreport.publishing.page.render import PAGE_NAME, status_page
from xlreport.publishing.report import Report, county_report, is_ours, report_files, unit_report
from xlreport.publishing.summary.verification import verify_summary
from xlreport.publishing.summary.workbook import write_summary
from xlreport.rules.excel import FormulaTooLong
from xlreport.submission import NOBODY, Submission, Unit
from xlreport.workbook.writer.context import NO_SERVICE, Service
from xlreport.workbook.writer.copies import splice_copies, write_copies
from xlreport.workbook.writer.template import blank, workbook_name

_SET_ASIDE = re.compile(r"\.bak[0-9]*$")
"""How names of files end that made room for others."""

_OF_LAST_YEAR = Policy(with_errors=True, imports=True)
"""Last year's figures only serve to compare: those that were published are as good as any."""

MAX_PASSWORD = 15
"""Characters that a sheet's password may have."""


NO_NAMES: Mapping[Path, str] = MappingProxyType({})
"""Files are called by their paths."""


@dataclass(frozen=True)
class TemplateRequest:
    """Which workbooks are written for filling in: one for each unit of the roster, or a blank one
    without a roster. With `prior_year` each carries what its unit reported the year before. The
    `password` only guards against slips of the hand."""

    form: Form
    year: int
    roster: Roster | None = None
    county: Unit = NOBODY
    prior_year: PriorYear | None = None
    password: str = ""
    service: Service = NO_SERVICE

    def only(self, units: tuple[Unit, ...]) -> TemplateRequest:
        """The same for some of the roster's units."""
        if self.roster is None:
            return self
        return replace(self, roster=replace(self.roster, units=units))

    def blank(self, unit: Unit = NOBODY) -> Submission:
        """The empty report of a unit. Without a county of its own the roster names it."""
        county = self.county
        if self.roster is not None and not county.name:
            county = self.roster.county
        empty = blank(self.form, self.year, unit, county)
        if self.prior_year is None:
            return empty
        prior_year = self.prior_year.understood_by(self.form)
        return replace(empty, prior_year=prior_year.of(unit))

    @property
    def without_prior_year(self) -> tuple[Unit, ...]:
        """The units of the roster whose figures of last year are not known, where others' are."""
        prior_year = self.prior_year
        if self.roster is None or prior_year is None:
            return ()
        return tuple(unit for unit in self.roster.units if prior_year.of(unit) is None)

    @property
    def unknown_predecessors(self) -> dict[Unit, tuple[str, ...]]:
        """The units of the roster with a 前身 that the year before does not have."""
        prior_year = self.prior_year
        if self.roster is None or prior_year is None:
            return {}
        unknown = {unit: prior_year.unknown_predecessors(unit) for unit in self.roster.units}
        return {unit: names for unit, names in unknown.items() if names}

    def blanks(self) -> dict[str, Submission]:
        """The empty reports by the file names of their workbooks. Raises UsageError when two would
        have the same."""
        return {name: self.blank(unit) for name, unit in self.names().items()}

    def names(self) -> dict[str, Unit]:
        """The workbooks by file name. Raises UsageError when two would have the same."""
        if self.roster is None:
            return {safe_name(f"{self.year}年{self.form.title}（空白）"): NOBODY}
        names: dict[str, Unit] = {}
        taken: set[str] = set()
        for unit in self.roster.units:
            name = template_name(self.form, self.year, unit)
            if name.lower() in taken:
                raise UsageError(f"单位“{unit.name}”与另一单位的文件名相同，请修改名册。")
            taken.add(name.lower())
            names[name] = unit
        return names


def write_templates(
    request: TemplateRequest,
    out: Path = Path(),
    *,
    keep: Told | None = None,
    reading: ReadOptions = ReadOptions(),
) -> list[Path]:
    """Writes the workbooks into a folder; returns their paths.

    Only blanks of ours are replaced. With `keep` any other file of the same name makes room and
    stays as `.bak`; it is called with the old and the new path of each. `reading` says how files
    are read that stand there, and its progress hears of each that is written. Raises UsageError for
    a year that the form does not cover or a password that is not plain ASCII, WouldReplace for a
    file that must stay (then nothing is written), OSError when a file cannot be written.
    """
    form, password = request.form, request.password
    require_folder(out)
    _require_year(form, request.year)
    if not password.isascii() or len(password) > MAX_PASSWORD:
        raise UsageError("保护密码只能用半角字母、数字和符号，最多 15 个。")
    service = _service(request)
    try:
        workbooks = write_copies(request.blanks(), form, password=password, service=service)
    except FormulaTooLong as error:
        raise UsageError(f"{form.named}不能生成工作簿：{error}") from None
    return write_all(out, workbooks, Replacing(FormCatalog((form,)), reading, keep))


def spliced_templates(request: TemplateRequest) -> Mapping[str, bytes]:
    """The workbooks that write_templates splices, by their file names, each made when it is asked
    for: what stands in a folder as it was written can be told without reading it. Raises
    UsageError, UnknownForm, FormError, FormulaTooLong, OSError."""
    form, password = request.form, request.password
    service = _service(request)
    return splice_copies(request.blanks(), form, password=password, service=service)


def _service(request: TemplateRequest) -> Service:
    """What the covers say, with what is new in the form. Raises UnknownForm, FormError, OSError."""
    return replace(request.service, changes=_news(request.form))


def _news(form: Form) -> tuple[str, ...]:
    """What is new against the definition that was in force before. Raises UnknownForm, FormError,
    OSError."""
    if not form.follows:
        return ()
    from xlreport.lint.changes import changes

    beside = Path(form.path).parent / form.follows
    old = get_form(beside if form.path and beside.is_file() else form.follows)
    return tuple(change.message for change in changes(old, form))


def _require_year(form: Form, year: int) -> None:
    if objection := form.objection(year):
        raise UsageError(objection)


def template_name(form: Form, year: int, unit: Unit) -> str:
    """What a unit's workbook is called."""
    return workbook_name(form, year, unit)


def check_files(
    paths: Iterable[Path],
    *,
    forms: FormCatalog = SHIPPED,
    exclude: Iterable[Path] = (),
    prior_year: PriorYear | None = None,
    reading: ReadOptions = ReadOptions(),
    names: Mapping[Path, str] = NO_NAMES,
) -> CheckResult:
    """Reads and checks files, and all files of folders, each on its own.

    `exclude` names files of the caller's (passwords) that are no reports even if they lie in a
    folder; `names` are what people call files, where these are not their paths. Raises UsageError
    for a path that does not exist.
    """
    listed = _listed(paths, exclude)
    called = [replace(file, shown=names.get(file.path, file.shown)) for file in listed]
    files = read_files(called, forms, reading)
    return CheckResult(tuple(validated(files, prior_year)))


def repair_files(
    paths: Iterable[Path],
    out: Path,
    *,
    forms: FormCatalog = SHIPPED,
    exclude: Iterable[Path] = (),
    reading: ReadOptions = ReadOptions(),
    keep: Told | None = None,
) -> RepairResult:
    """Writes a fresh workbook of the current template for each file, with the same values.

    A list of what was carried over lies beside them. `exclude` as for check_files, `keep` as for
    write_templates. Raises UsageError for a path that does not exist or an `out` in one of the
    folders, WouldReplace for a file that must stay, OSError when an output cannot be written.
    """
    listed = _apart(paths, out, exclude)
    read = read_files(listed, forms, reading)
    files = [file for file in read if file.decision is not Outcome.IGNORED]
    # a file that was repaired before may lie in `out` and be repaired again; it is not replaced
    here = out.resolve()
    own = {file.path.name for file in listed if file.path.parent.resolve() == here}
    return _written_anew(validated(files), out, Replacing(forms, reading, keep), own)


def repair_damaged(
    folder: Path,
    out: Path,
    *,
    forms: FormCatalog = SHIPPED,
    reading: ReadOptions = ReadOptions(),
    keep: Told | None = None,
) -> RepairResult:
    """As repair_files, but only of those files of a folder that a merge would repair."""
    read = read_files(_apart([folder], out, ()), forms, reading)
    damaged = [file for file in validated(read) if needs_repair(file)]
    return _written_anew(damaged, out, Replacing(forms, reading, keep))


def _apart(
    paths: Iterable[Path], out: Path, exclude: Iterable[Path], what: str = "修复的工作簿"
) -> list[SourceFile]:
    """The files at some paths, none of which holds `out`, where `what` is written. Raises
    UsageError."""
    paths = list(paths)
    require_folder(out)
    for path in paths:
        require_apart(out, path, what)
    return _listed(paths, exclude)


def _written_anew(
    files: Iterable[FileRecord], out: Path, replacing: Replacing, own: Iterable[str] = ()
) -> RepairResult:
    """Writes the fresh workbooks of some files; none is called as one of `own`."""
    repaired = repairs(files, replacing.forms, own)
    written = write_all(out, _workbooks(repaired), replacing)
    return RepairResult(tuple(repaired), tuple(path.as_posix() for path in written))


@dataclass(frozen=True)
class ImportRequest:
    """Reports to be read that are not our workbooks. `unit` and `year` are those of reports that do
    not say theirs; the units are those of the `roster`, where there is one."""

    paths: tuple[Path, ...]
    forms: FormCatalog = SHIPPED
    roster: Roster | None = None
    unit: str = ""
    year: int | None = None
    exclude: tuple[Path, ...] = ()
    reading: ReadOptions = field(default_factory=ReadOptions)


def import_files(request: ImportRequest, out: Path, *, keep: Told | None = None) -> ImportResult:
    """Writes a workbook of the current template for each report that is not our workbook: official
    tables that were typed anew, a published page, a Word document.

    A list of what came from where, and of what could not be placed, lies beside them. What was
    published wrong stays wrong and is a finding. `keep` as for write_templates. Raises UsageError
    for a path that does not exist or an `out` in one of the folders, WouldReplace for a file that
    must stay, OSError when an output cannot be written.
    """
    apart = _apart(request.paths, out, request.exclude, "导入的工作簿")
    listed = [replace(file, unit=request.unit, year=request.year) for file in apart]
    read = read_files(listed, request.forms, request.reading)
    files = [file for file in read if file.decision is not Outcome.IGNORED]
    return _imported(files, request, out, keep)


def import_documents(
    request: ImportRequest, out: Path, *, keep: Told | None = None
) -> ImportResult:
    """As import_files, but only of those files that are reports, and not our workbooks."""
    apart = _apart(request.paths, out, request.exclude, "导入的工作簿")
    read = read_files(apart, request.forms, request.reading)
    return _imported([file for file in read if is_document(file)], request, out, keep)


def _imported(
    files: Sequence[FileRecord], request: ImportRequest, out: Path, keep: Told | None
) -> ImportResult:
    known = [on_roster(file, request.roster) for file in for_import(files)]
    imported = imports(validated(each_report_once(known)), request.forms)
    how = Replacing(request.forms, request.reading, keep)
    written = write_all(out, _workbooks(imported, IMPORT), how)
    return ImportResult(tuple(imported), tuple(path.as_posix() for path in written))


def diff_files(
    first: Path,
    second: Path,
    *,
    forms: FormCatalog = SHIPPED,
    reading: ReadOptions = ReadOptions(),
    names: tuple[str, str] | None = None,
) -> list[Difference]:
    """What two reports fill in differently.

    Each is a file, or a folder or an archive with one report in it; `names` are what people call
    the two, where these are not their paths. Raises UsageError when one cannot be read, or when
    they are of different forms.
    """
    files = [read_files(_listed([path]), forms, reading) for path in (first, second)]
    one, other = names or (str(first), str(second))
    a = _only_report(one, files[0], "不能比较")
    b = _only_report(other, files[1], "不能比较")
    if a.form is None or b.form is None or a.form_id != b.form_id:
        titles = " 和 ".join(file.form.named for file in (a, b) if file.form is not None)
        raise UsageError(f"两份不是同一种报表（{titles}），不能比较。")
    return list(differences(a.form, a.report, b.report))


def read_report(
    path: Path, *, forms: FormCatalog = SHIPPED, reading: ReadOptions = ReadOptions()
) -> FileRecord:
    """The one report of a file, or of a folder or an archive with one report in it, checked. Raises
    UsageError when there is none, or several."""
    files = validated(read_files(_listed([path]), forms, reading))
    return _only_report(str(path), files, "不能显示")


def _only_report(path: str, files: Sequence[FileRecord], refused: str) -> FileRecord:
    """The one report among the files of a path. Raises UsageError for none or several."""
    reports = [file for file in files if file.submission is not None]
    if len(reports) > 1:
        raise UsageError(f"“{path}”{refused}：里面有 {len(reports)} 份报表，请给出其中一份。")
    if reports:
        return reports[0]
    messages = [finding.message for file in files for finding in file.findings]
    reason = "；".join(messages) or "里面没有报表"
    raise UsageError(f"“{path}”{refused}：{reason}。")


def merge_folder(request: MergeRequest) -> MergeResult:
    """Merges all workbooks of a folder; writes nothing.

    Raises UsageError when the folder does not exist.
    """
    return merge_files(read_folder(request), request)


def write_outputs(
    result: MergeResult,
    out: Path | None = None,
    *,
    repair: Path | None = None,
    notices: Path | None = None,
    password: str = "",
    keep: Told | None = None,
) -> MergeResult:
    """Writes the summary workbook of a merge into `out`, with the status page and the result for
    machines beside it; gives the result with what was written.

    `out` is beside the merged folder unless told otherwise. Nothing is written when nothing could
    be used. `repair` is a folder for fresh workbooks of the files that need one, `notices` one for
    the workbooks of returned reports with what is wrong marked, `keep` as for write_templates. An
    earlier summary that somebody has saved or changed stays as `.bak`, which the result tells.
    Raises UsageError for one inside the merged folder, WouldReplace for a file that must stay, Busy
    when another run writes there, SummaryDiffers for a summary that does not show the result,
    OSError when an output cannot be written.
    """
    request = result.request
    require_places(request.folder, out=out, repair=repair, notices=notices)
    folder = out or default_out(request.folder)
    how = Replacing(request.forms, request.reading, keep)
    return _write(result, folder, how, repair=repair, notices=notices, password=password)


def _write(
    result: MergeResult,
    folder: Path,
    how: Replacing,
    *,
    repair: Path | None,
    notices: Path | None,
    password: str,
) -> MergeResult:
    form, county = result.form, result.county
    if form is None or county is None:
        return result
    path = folder / summary_name(form, county.unit, county.year)
    standing = standing_summary(path, form.id, county.year, how)
    require_room(standing, how)
    county = with_typed_lines(county, standing.summary)
    result = _telling_what_is_lost(with_county(result, form, county), standing)
    overview = overview_of(result, form, county)
    summary = write_summary(form, county, result, password, overview)
    verify_summary(summary, result, overview)
    beside = _beside(path, result, form, overview)
    require_own(beside, how)
    result = _with_workbooks(result, repair, notices, how)
    kept = write_summary_over(standing, summary, beside, how)
    outputs = (*_named(path, *beside), *result.outputs)
    return replace(result, outputs=outputs, kept=kept)


def _telling_what_is_lost(result: MergeResult, standing: StandingSummary) -> MergeResult:
    """The result; with a warning where the earlier summary makes room and nobody could read what
    was typed into it."""
    if not standing.unread:
        return result
    lost = TYPED_LINES_LOST(reason=standing.unread)
    return replace(result, own_findings=(*result.own_findings, lost))


def _named(*paths: Path) -> tuple[str, ...]:
    return tuple(path.as_posix() for path in paths)


def _with_workbooks(
    result: MergeResult, repair: Path | None, notices: Path | None, how: Replacing
) -> MergeResult:
    """The result with the workbooks that were written for the units."""
    fresh: list[Path] = []
    sent_back: list[Path] = []
    if repair is not None:
        fresh = write_all(repair, _fresh_workbooks(result), how)
    if notices is not None:
        sent_back = write_all(notices, _notices(result), how)
    return replace(result, outputs=_named(*fresh, *sent_back), notices=_named(*sent_back))


def _beside(
    summary: Path, result: MergeResult, form: Form, overview: Overview
) -> dict[Path, bytes]:
    """What goes beside the summary: the status page and the result for machines."""
    page = status_page(overview, summary.name, DATA_NAME)
    document = result_document(result, form, overview)
    return {summary.with_name(PAGE_NAME): page, summary.with_name(DATA_NAME): document}


def data_name(form: Format) -> str:
    """What the file of the data is called."""
    return f"数据.{form.value}"


def write_data(result: MergeResult, path: Path, form: Format, *, keep: Told | None = None) -> None:
    """Writes every number that a merge counts into a file, a line each; `keep` as for
    write_templates. Raises UsageError when nothing counts or the format cannot be written,
    WouldReplace for a file that must stay, Busy, OSError."""
    if not result.counted_files:
        raise UsageError("没有一份报表可以计入，没有写出数据。")
    data = exported(result.observations, form)
    request = result.request
    how = Replacing(request.forms, request.reading, keep)
    write_all(path.parent, {path.name: data}, how)


def report_of_merge(
    result: MergeResult, out: Path | None = None, *, author: str = ""
) -> Report | None:
    """The county's report of a merge; None when nothing could be used.

    What somebody typed into the summary that stands in `out` (beside the merged folder unless told
    otherwise) goes into it. Raises ReportError for a draft that contradicts the numbers, UsageError
    for a summary that stands there and cannot be read.
    """
    request = result.request
    form, county = result.form, result.county
    if form is None or county is None:
        return None
    how = Replacing(request.forms, request.reading)
    path = (out or default_out(request.folder)) / summary_name(form, county.unit, county.year)
    standing = standing_summary(path, form.id, county.year, how)
    if standing.unread:
        raise UsageError(_UNREAD_FOR_REPORT.format(path=path, objection=standing.objection))
    county = with_typed_lines(county, standing.summary)
    return county_report(with_county(result, form, county), form, county, author=author)


_UNREAD_FOR_REPORT = (
    "“{path}”{objection}，县里填在里面的写不进报告，没有写报告。\n"
    "请用 WPS 或 Excel 打开这份汇总表，另存为“.xlsx”格式后再试。"
)


def report_of_file(
    path: Path,
    *,
    forms: FormCatalog = SHIPPED,
    prior_year: PriorYear | None = None,
    reading: ReadOptions = ReadOptions(),
    author: str = "",
) -> Report:
    """The report of one workbook: a unit's own, or a county's from its summary. Raises UsageError
    for a path that does not exist or holds not one report, ReportError as `report_of_merge`."""
    # whether a document of a unit's own counts is no matter of the unit's report
    files = without_choice(read_files(_listed([path]), forms, reading))
    file = _only_report(str(path), validated(files, prior_year), "不能生成报告")
    if file.form is None:
        raise UsageError(f"“{path}”不能生成报告：没有这种报表的定义。")
    return unit_report(file, file.form, author=author)


def write_report(
    report: Report, out: Path, *, template: Path | None = None, keep: Told | None = None
) -> list[Path]:
    """Writes a report as a Word document, with the same data as CSV and JSON beside it; returns
    their paths.

    `template` is the office's own document with names to fill in, `keep` as for write_templates: a
    document that somebody has worked in stays as `.bak`. Raises ReportError for a template that
    cannot be used or a document that does not show the data, WouldReplace for a file that must
    stay, Busy when another run writes there, OSError when a file cannot be written.
    """
    require_folder(out)
    files = {out / name: data for name, data in report_files(report, template).items()}
    with locked(out):
        reasons = {path: _why_it_stays(path, data) for path, data in files.items()}
        must_stay = {path: reason for path, reason in reasons.items() if reason}
        for path, reason in must_stay.items():
            if keep is None:
                raise WouldReplace(_REPORT_STAYS.format(path=path, reason=reason))
        put_all(files, must_stay, keep)
    return list(files)


_REPORT_STAYS = (
    "“{path}”{reason}，没有替换，也没有写报告。\n"
    "请另给一个文件夹；确实要写在这里，命令后加 --force，旧文件改名为 .bak 留着。"
)


def _why_it_stays(path: Path, data: bytes) -> str:
    """Why a file that stands there must stay; empty for this one, and for an earlier one of ours as
    it was written."""
    try:
        found = path.read_bytes()
    except FileNotFoundError:
        return ""
    if found == data:
        return ""
    if is_open(path):
        return "正在 WPS 或 Word 里打开着"
    return "" if is_ours(path.name, found) else "有人改过"


def summary_name(form: Form, county: Unit, year: int) -> str:
    """What a county's summary is called."""
    return safe_name(f"{county.name}{year}年{form.title}汇总表")


def _fresh_workbooks(result: MergeResult) -> dict[str, bytes]:
    """Those of the usable files that need one, with the list of them."""
    damaged = [file for file in result.usable if needs_repair(file)]
    return _workbooks(repairs(damaged, result.request.forms))


def _notices(result: MergeResult) -> dict[str, bytes]:
    """The workbooks of the returned reports, with the list of them; nothing without any."""
    files = notices_of(result.returned, result.request)
    if not files:
        return {}
    workbooks = {file.name: file.data for file in files if file.name}
    return {**workbooks, NOTICE_LIST: notice_list(files)}


def default_out(folder: Path) -> Path:
    """Beside the folder, never in it: a next merge must not read the last one's output. Of a folder
    of an object store in the current one."""
    if address := address_of(folder):
        return Path.cwd() / f"{address.rpartition('/')[2]}-汇总"
    absolute = folder.absolute()
    return absolute.parent / f"{absolute.name}-汇总"


def read_prior_year(
    path: Path,
    year: int | None = None,
    *,
    roster: Roster | None = None,
    forms: FormCatalog = SHIPPED,
    reading: ReadOptions = ReadOptions(),
) -> PriorYear:
    """The prior year's figures from a county summary, a folder of workbooks or one workbook.

    `year` is the report year that they are for (of several years in it the latest before that).
    Raises UsageError for a path that does not exist or that holds no report of the year before.
    """
    files = read_files(_listed([path], _set_aside(path)), forms, reading)
    prior = _year_before(path, files, year)
    request = MergeRequest(path, year=prior, forms=forms, policy=_OF_LAST_YEAR)
    result = merge_files(files, request)
    unused = _rejections(result.files)
    if not result.counted:
        reasons = "".join(f"\n{reason}" for reason in unused)
        raise UsageError(f"“{path}”里 {prior} 年度的报表都不能使用。{reasons}")
    county = roster.county.name if roster else ""
    figures = gather(result.counted_files)
    partly = tuple(_not_all_read(result.counted_files))
    return PriorYear(prior, figures, roster, county, tuple(unused), result.form, partly)


def _not_all_read(files: Iterable[FileRecord]) -> Iterator[str]:
    """Of documents that were not read as a whole, what was left out."""
    for file in files:
        left_out = [f.message for f in file.findings if f.code in _LEFT_OUT]
        if is_imported(file) and left_out:
            yield f"{file.path}：{'；'.join(left_out)}"


_LEFT_OUT = frozenset({R37.code, R38.code, R41.code, R42.code})
"""Findings about numbers of a document that were not placed."""


def _set_aside(path: Path) -> list[Path]:
    """Old summaries that made room in a folder: the new one of the same name counts."""
    return [
        old for old in path.glob("*.bak*") if path.joinpath(_SET_ASIDE.sub("", old.name)).exists()
    ]


def _year_before(path: Path, files: Sequence[FileRecord], year: int | None) -> int:
    """The latest year of the files' reports, before `year`.

    Raises UsageError when it is not the year just before.
    """
    years = {file.submission.year for file in files if file.submission is not None}
    earlier = {y for y in years if year is None or y < year}
    if earlier and (year is None or max(earlier) == year - 1):
        return max(earlier)
    wanted = f" {year - 1} 年度的" if year is not None else ""
    if years:
        others = "、".join(str(y) for y in sorted(years))
        raise UsageError(f"“{path}”里没有{wanted}报表，只有 {others} 年度的。")
    reasons = "".join(f"\n{reason}" for reason in _rejections(files))
    raise UsageError(f"“{path}”里没有{wanted}报表。{reasons}")


def _rejections(files: Iterable[FileRecord]) -> list[str]:
    """Why each rejected file is; one of another year is none of the year that was asked for."""
    reasons = []
    for file in files:
        another_year = any(finding.code == F1.code for finding in file.findings)
        if file.outcome is not Outcome.REJECTED or another_year:
            continue
        errors = [f.message for f in file.findings if f.severity is Severity.ERROR]
        reasons.append(f"{file.path}：{'；'.join(errors)}")
    return reasons


def _listed(paths: Iterable[Path], exclude: Iterable[Path] = ()) -> list[SourceFile]:
    """Files as given, and all files of folders but for `exclude`, each once. Raises UsageError for
    what does not exist."""
    leave_out = own_files(exclude)
    listed: dict[Path, SourceFile] = {}
    for path in paths:
        for file in _files_at(path, leave_out):
            listed[file.path.absolute()] = file
    return list(listed.values())


def _files_at(path: Path, leave_out: frozenset[Path]) -> list[SourceFile]:
    """The file of a path, or those of its folder. Raises UsageError when there is nothing."""
    if path.is_dir() and not path.is_symlink():
        files = list_files(path, leave_out)
        return [replace(file, shown=(path / file.shown).as_posix()) for file in files]
    if path.exists() or path.is_symlink():
        return [SourceFile(path, path.as_posix())]
    if address := address_of(path):
        return [replace(file, shown=file.address) for file in list_remote(address)]
    raise UsageError(f"找不到“{path}”，请检查路径。")


def _workbooks(files: Sequence[RepairedFile], purpose: Purpose = REPAIR) -> dict[str, bytes]:
    """The fresh workbooks and the list of them; nothing when there was no file."""
    if not files:
        return {}
    workbooks = {file.name: file.data for file in files if file.name}
    return {**workbooks, purpose.list_name: list_of(files, purpose)}
