"""The commands as Python functions: templates, checking, merging, repairing, comparing."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypedDict, Unpack

from xlreport.atomic import locked, safe_name, write_atomically
from xlreport.errors import UsageError
from xlreport.findings import Severity
from xlreport.form.catalog import FormCatalog
from xlreport.form.model import Form
from xlreport.formats.guard import DEFAULT_LIMITS, Limits
from xlreport.merging.arrivals import Arrival, moved_away, with_arrivals
from xlreport.merging.diff import Difference, differences
from xlreport.merging.discover import SourceFile, list_files, own_files
from xlreport.merging.intake import Reader, read_all
from xlreport.merging.merge import included, missing_findings, missing_units, unused
from xlreport.merging.outcome import FileRecord, Outcome
from xlreport.merging.prior_year import PriorYear, gather
from xlreport.merging.repairs import LIST_NAME, RepairedFile, needs_repair, repair_list, repairs
from xlreport.merging.result import USABLE, CheckResult, MergeResult, RepairResult, counted
from xlreport.merging.roster import Roster
from xlreport.merging.select import Policy, check_each, choose_target, decide
from xlreport.merging.summary_workbook import write_summary
from xlreport.merging.totals import sum_up, too_large, totals_of
from xlreport.rules.excel import FormulaTooLong
from xlreport.submission import NOBODY, Submission, Summary, Unit
from xlreport.workbook.writer.template import blank, write_workbook
from xlreport.workers import InProcess, WorkerPool

WORKERS = min(4, os.cpu_count() or 1)
"""Worker processes that read files, unless told otherwise."""


@dataclass(frozen=True)
class ReadOptions:
    """How files are read: in how many worker processes (0: in this one, without isolation), within
    which limits, with which passwords for encrypted workbooks. An `executor` of the caller's takes
    the place of the workers; it must see the same file system."""

    workers: int | None = None
    limits: Limits = DEFAULT_LIMITS
    passwords: tuple[str, ...] = ()
    executor: Executor | None = None

    def pool(self, files: int) -> AbstractContextManager[Executor]:
        """The executor for so many files."""
        if self.executor is not None:
            return nullcontext(self.executor)
        workers = min(files, WORKERS if self.workers is None else self.workers)
        return (
            WorkerPool(workers, self.limits.seconds, self.limits.memory) if workers else InProcess()
        )


def _read(
    found: Sequence[SourceFile], catalog: FormCatalog, options: ReadOptions
) -> list[FileRecord]:
    with tempfile.TemporaryDirectory(prefix="xlreport-") as spool, options.pool(len(found)) as pool:
        reader = Reader(catalog, Path(spool), options.limits, options.passwords)
        return list(read_all(found, reader, pool))


def write_templates(
    form: Form,
    year: int,
    *,
    roster: Roster | None = None,
    county: Unit = NOBODY,
    out: Path = Path(),
    password: str = "",
    last: PriorYear | None = None,
) -> list[Path]:
    """Writes one locked workbook for each unit of the roster, or a blank one without a roster. With `last`
    each workbook carries what its unit reported the year before.

    Returns the paths. Raises UsageError for a year that the form does not cover or a password that
    is not plain ASCII, OSError when a file cannot be written.
    """
    if not form.covers(year):
        until = f"至 {form.last_year} 年度" if form.last_year else "年度起"
        raise UsageError(f"报表 {form.id} 适用于 {form.first_year} {until}，不能用于 {year} 年度。")
    if not password.isascii() or len(password) > 15:
        raise UsageError("保护密码只能用半角字母、数字和符号，最多 15 个。")
    county = county if county.name or roster is None else roster.county
    try:
        write_workbook(blank(form, year), form)
    except FormulaTooLong as error:
        raise UsageError(f"报表 {form.id} 不能生成工作簿：{error}") from None
    title = f"{year}年{form.title}"
    if roster is None:
        targets = {safe_name(f"{title}（空白）"): NOBODY}
    else:
        targets = {}
        for unit in roster.units:
            name = template_name(form, year, unit)
            if name.lower() in {known.lower() for known in targets}:
                raise UsageError(f"单位“{unit.name}”与另一单位的文件名相同，请修改名册。")
            targets[name] = unit
    with locked(out):
        for name, unit in targets.items():
            empty = replace(
                blank(form, year, unit, county), previous=last.of(unit) if last else None
            )
            write_atomically(out / name, write_workbook(empty, form, password=password))
    return [out / name for name in targets]


def template_name(form: Form, year: int, unit: Unit) -> str:
    """What a unit's workbook is called."""
    return safe_name(f"{unit.code}_{unit.name}_{year}年{form.title}")


def _listed(paths: Iterable[Path], inputs: Iterable[Path] = ()) -> list[SourceFile]:
    """Files as given, and all files of folders but for `inputs`, each once. Raises UsageError for what
    does not exist."""
    leave_out = own_files(inputs)
    found: list[SourceFile] = []
    for path in paths:
        if path.is_dir() and not path.is_symlink():
            found += [
                replace(f, shown=(path / f.shown).as_posix()) for f in list_files(path, leave_out)
            ]
        elif path.exists() or path.is_symlink():
            found.append(SourceFile(path, path.as_posix()))
        else:
            raise UsageError(f"找不到“{path}”，请检查路径。")
    return list({f.path.absolute(): f for f in found}.values())


def check_files(
    paths: Iterable[Path],
    *,
    forms: Sequence[Form] = (),
    inputs: Iterable[Path] = (),
    last: PriorYear | None = None,
    options: ReadOptions = ReadOptions(),
) -> CheckResult:
    """Reads and checks files, and all files of folders, each on its own.

    `inputs` names files of the caller's (passwords) that are no reports even if they lie in a folder.
    Raises UsageError for a path that does not exist.
    """
    catalog = FormCatalog(tuple(forms))
    return CheckResult(
        tuple(check_each(_read(_listed(paths, inputs), catalog, options), catalog, last))
    )


def repair_files(
    paths: Iterable[Path],
    out: Path,
    *,
    forms: Sequence[Form] = (),
    inputs: Iterable[Path] = (),
    options: ReadOptions = ReadOptions(),
) -> RepairResult:
    """Writes a fresh workbook of the current template for each file, with the same values, and a list
    of what was carried over. `inputs` as for check_files. Raises UsageError for a path that does not
    exist or an `out` in one of the folders, OSError when an output cannot be written."""
    paths = list(paths)
    for path in paths:
        _apart(out, path)
    catalog = FormCatalog(tuple(forms))
    listed = _listed(paths, inputs)
    found = [
        file for file in _read(listed, catalog, options) if file.outcome is not Outcome.IGNORED
    ]
    # a file that was repaired before may lie in `out` and be repaired again; it is not replaced
    own = {f.path.name for f in listed if f.path.parent.resolve() == out.resolve()}
    done = repairs(check_each(found, catalog), catalog, own)
    return RepairResult(tuple(done), tuple(_write_repairs(done, out)))


def _apart(out: Path, folder: Path) -> None:
    """Fresh workbooks never go where the next run would read them. Raises UsageError."""
    if folder.is_dir() and out.resolve().is_relative_to(folder.resolve()):
        raise UsageError(f"修复的工作簿不能写进收报表的文件夹“{folder}”，请另给一个文件夹。")


def _write_repairs(done: Sequence[RepairedFile], out: Path) -> list[str]:
    if not done:
        return []
    with locked(out):
        written = []
        for file in done:
            if file.name:
                write_atomically(out / file.name, file.data)
                written.append((out / file.name).as_posix())
        write_atomically(out / LIST_NAME, repair_list(done))
    return [*written, (out / LIST_NAME).as_posix()]


def diff_files(
    first: Path, second: Path, *, forms: Sequence[Form] = (), options: ReadOptions = ReadOptions()
) -> list[Difference]:
    """What two reports fill in differently, each a file, or a folder or an archive with one report in
    it. Raises UsageError when one cannot be read, or when they are of different forms."""
    catalog = FormCatalog(tuple(forms))
    results = [_read(_listed([path]), catalog, options) for path in (first, second)]
    read = []
    for path, files in zip((first, second), results, strict=True):
        found = [f.submission for f in files if f.submission is not None]
        if len(found) > 1:
            raise UsageError(f"“{path}”不能比较：里面有 {len(found)} 份报表，请给出其中一份。")
        if not found:
            why = "；".join(x.message for f in files for x in f.findings) or "里面没有报表"
            raise UsageError(f"“{path}”不能比较：{why}。")
        read += found
    form = catalog(read[0].form)
    if form is None or read[1].form != form.id:
        raise UsageError(f"两份不是同一种报表（{read[0].form} 和 {read[1].form}），不能比较。")
    return list(differences(form, *read))


def survey_folder(
    folder: Path,
    *,
    roster: Roster | None = None,
    with_errors: bool = False,
    accept_unlisted: bool = False,
    newest: bool = True,
    form: str | None = None,
    year: int | None = None,
    county: Unit = NOBODY,
    forms: Sequence[Form] = (),
    inputs: Iterable[Path] = (),
    last: PriorYear | None = None,
    arrivals: Mapping[str, Arrival] | None = None,
    options: ReadOptions = ReadOptions(),
) -> MergeResult:
    """What `merge_folder` would do, with nothing written. `arrivals` tells when and from whom files came by
    mail, by SHA-256. Raises UsageError when the folder does not exist."""
    if not folder.is_dir():
        raise UsageError(f"找不到文件夹“{folder}”，请检查路径。")
    catalog = FormCatalog(tuple(forms))
    files = _read(list_files(folder, own_files(inputs)), catalog, options)
    if arrivals:
        files = with_arrivals(files, arrivals, roster)
    policy = Policy(roster, accept_unlisted, newest)
    result = merge_files(
        files,
        catalog,
        policy,
        with_errors=with_errors,
        form=form,
        year=year,
        county=county,
        last=last,
    )
    return replace(result, own_findings=(*result.own_findings, *moved_away(files, arrivals or {})))


class Terms(TypedDict, total=False):
    """What is merged and on which terms, as survey_folder takes it."""

    roster: Roster | None
    with_errors: bool
    accept_unlisted: bool
    newest: bool
    form: str | None
    year: int | None
    county: Unit
    inputs: Iterable[Path]
    last: PriorYear | None
    arrivals: Mapping[str, Arrival] | None


def merge_folder(
    folder: Path,
    *,
    out: Path | None = None,
    repair: Path | None = None,
    password: str = "",
    forms: Sequence[Form] = (),
    options: ReadOptions = ReadOptions(),
    **terms: Unpack[Terms],
) -> MergeResult:
    """Merges all workbooks of a folder and writes the summary workbook into `out`.

    `inputs` names files of the caller's (the roster) that are no submissions
    even if they lie in the folder. Without `form` and `year` what most files say is merged. With `newest`
    false, different reports of one unit count for nobody. `repair` is a folder for fresh workbooks of the
    files that need one. Raises UsageError when the folder does not exist, Busy when another run writes
    there, OSError when an output cannot be written.
    """
    if repair is not None:
        _apart(repair, folder)
    result = survey_folder(folder, forms=forms, options=options, **terms)
    if result.county is None:
        return result
    out = out if out is not None else default_out(folder)
    catalog = FormCatalog(tuple(forms))
    definition = catalog(result.form)
    assert definition is not None
    done = (
        repairs([f for f in result.files if f.outcome in USABLE and needs_repair(f)], catalog)
        if repair
        else []
    )
    path = out / safe_name(f"{result.county.unit.name}{result.year}年{definition.title}汇总表")
    result = replace(result, county=_with_what_was_typed(result.county, path, catalog, options))
    summary = write_summary(definition, result, password=password)
    fresh = _write_repairs(done, repair) if repair is not None else []
    with locked(out):
        write_atomically(path, summary)
    return replace(result, outputs=(path.as_posix(), *fresh))


def read_prior_year(
    path: Path,
    year: int | None = None,
    *,
    roster: Roster | None = None,
    forms: Sequence[Form] = (),
    options: ReadOptions = ReadOptions(),
) -> PriorYear:
    """Last year's figures from a county summary, a folder of workbooks or one workbook; `year` is the
    report year that they are for (of several years in it the latest before that).

    Raises UsageError for a path that does not exist or that holds no report of the year before.
    """
    catalog = FormCatalog(tuple(forms))
    read = _read(_listed([path]), catalog, options)
    years = {
        f.submission.year
        for f in read
        if f.submission is not None and (year is None or f.submission.year < year)
    }
    if not years or (year is not None and max(years) != year - 1):
        seen = "、".join(
            str(y) for y in sorted({f.submission.year for f in read if f.submission is not None})
        )
        wanted = f" {year - 1} 年度的" if year is not None else ""
        why = (
            f"，只有 {seen} 年度的。"
            if seen
            else "。" + "".join(f"\n{said}" for said in _reasons(read))
        )
        raise UsageError(f"“{path}”里没有{wanted}报表{why}")
    before = max(years)
    county = roster.county.name if roster else ""
    result = merge_files(read, catalog, Policy(None), with_errors=True, year=before)
    if not result.counted:
        why = "".join(f"\n{said}" for said in _reasons(result.files))
        raise UsageError(f"“{path}”里 {before} 年度的报表都不能使用。{why}")
    return PriorYear(
        before, gather(result.counted, catalog), roster, county, tuple(_reasons(result.files))
    )


def _reasons(files: Iterable[FileRecord]) -> list[str]:
    """Why each rejected file is; one of another year is none of the year that was asked for."""
    return [
        f"{file.path}：{'；'.join(f.message for f in file.findings if f.severity is Severity.ERROR)}"
        for file in files
        if file.outcome is Outcome.REJECTED and not any(f.code == "F1" for f in file.findings)
    ]


def _with_what_was_typed(
    county: Submission, path: Path, catalog: FormCatalog, options: ReadOptions
) -> Submission:
    """The county's submission with the texts, the lines of the cover and the explanations that somebody typed
    into the summary that is about to be replaced."""
    if not path.is_file():
        return county
    (old,) = _read([SourceFile(path, path.as_posix())], catalog, options)[:1]
    typed = old.submission
    if not isinstance(typed, Summary) or (typed.form, typed.year) != (county.form, county.year):
        return county
    return replace(
        county.with_identity(typed.provenance.identity),
        texts=typed.texts,
        explanations=typed.explanations,
    )


def default_out(folder: Path) -> Path:
    """Beside the folder, never in it: a next merge must not read the last one's output."""
    absolute = folder.absolute()
    return absolute.parent / f"{absolute.name}-汇总"


def merge_files(
    files: list[FileRecord],
    catalog: FormCatalog,
    policy: Policy = Policy(),
    *,
    with_errors: bool = False,
    form: str | None = None,
    year: int | None = None,
    county: Unit = NOBODY,
    last: PriorYear | None = None,
) -> MergeResult:
    """Decides on files that were read and sums up; writes nothing."""
    roster = policy.roster
    target = choose_target(files, roster, form, year, county)
    if target is None:
        return MergeResult(form or "", year, tuple(files))
    decided = tuple(decide(files, target, policy, catalog, last))
    if not any(f.outcome in USABLE for f in decided):
        return MergeResult(target.form, target.year, decided)
    if last is not None and last.year != target.year - 1:
        raise UsageError(
            f"--previous 给出的是 {last.year} 年度的报表，汇总 {target.year} 年度要用 {target.year - 1} 年度的。"
        )
    definition = catalog(target.form)
    assert definition is not None
    summed = counted(decided, with_errors=with_errors)
    missing = missing_units(roster, decided)
    whole = not missing and len(summed) == sum(1 for f in decided if f.outcome in USABLE)
    before = (
        last.together(() if whole else [s.unit for s in summed])
        if last is not None and summed
        else None
    )
    total = sum_up(definition, target.year, target.county, summed, before)
    own = [
        *unused(last),
        *missing_findings(missing),
        *included(decided, with_errors),
        *too_large(definition, total),
    ]
    return MergeResult(
        form=target.form,
        year=target.year,
        files=decided,
        county=total,
        expected=len(roster.units) if roster else None,
        missing=missing,
        totals=totals_of(definition, total),
        own_findings=tuple(own),
        with_errors=with_errors,
    )
