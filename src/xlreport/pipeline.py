"""The commands as Python functions: templates, checking, merging."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import Executor
from dataclasses import replace
from pathlib import Path

from xlreport.checking.findings import Finding, record
from xlreport.files import safe_name, write_whole
from xlreport.form.model import Form
from xlreport.merging.deciding import check_each, choose_target, decide
from xlreport.merging.gathering import FileResult, FormShelf, Found, Outcome, list_files, read_all
from xlreport.merging.result import USABLE, CheckResult, MergeResult, counted
from xlreport.merging.roster import Roster
from xlreport.merging.summary import write_summary
from xlreport.merging.totals import sum_up, too_large, totals_of
from xlreport.submission import NOBODY, Unit
from xlreport.workbook.formulas import FormulaTooLong
from xlreport.workbook.writing import blank, write_workbook


class UsageError(Exception):
    """What was asked for makes no sense; the text is Chinese."""


def write_templates(
    form: Form,
    year: int,
    *,
    roster: Roster | None = None,
    county: Unit = NOBODY,
    out: Path = Path(),
    password: str = "",
) -> list[Path]:
    """Writes one locked workbook for each unit of the roster, or a blank one without a roster.

    Returns the paths. Raises UsageError for a year that the form does not cover or a password that
    is not plain ASCII, OSError when a file cannot be written.
    """
    if not form.covers(year):
        last = f"至 {form.last_year}" if form.last_year else "起"
        raise UsageError(f"报表 {form.id} 适用于 {form.first_year} {last}年度，不能用于 {year} 年度。")
    if not password.isascii() or len(password) > 15:
        raise UsageError("保护密码只能用半角字母、数字和符号，最多 15 个。")
    county = county if county.name or roster is None else roster.county
    try:
        write_workbook(blank(form, year), form)
    except FormulaTooLong as error:
        raise UsageError(f"报表 {form.id} 不能生成工作簿：{error}") from None
    title = f"{year}年{form.title}"
    if roster is None:
        path = out / safe_name(f"{title}（空白）")
        write_whole(path, write_workbook(blank(form, year, county=county), form, password=password))
        return [path]
    written: dict[str, Path] = {}
    for unit in roster.units:
        path = out / safe_name(f"{unit.code}_{unit.name}_{title}")
        if path.name.lower() in written:
            raise UsageError(f"单位“{unit.name}”与另一单位的文件名相同，请修改名册。")
        write_whole(path, write_workbook(blank(form, year, unit, county), form, password=password))
        written[path.name.lower()] = path
    return list(written.values())


def check_paths(paths: Iterable[Path], *, forms: Sequence[Form] = ()) -> CheckResult:
    """Reads and checks files, and all files of folders, each on its own.

    Raises UsageError for a path that does not exist.
    """
    found: list[Found] = []
    for path in paths:
        if path.is_dir() and not path.is_symlink():
            found += [Found(f.path, (path / f.shown).as_posix(), f.problem) for f in list_files(path)]
        elif path.exists() or path.is_symlink():
            found.append(Found(path, path.as_posix()))
        else:
            raise UsageError(f"找不到“{path}”，请检查路径。")
    shelf = FormShelf(tuple(forms))
    unique = list({f.path.absolute(): f for f in found}.values())
    return CheckResult(tuple(check_each(list(read_all(unique, shelf)), shelf)))


def merge_folder(
    folder: Path,
    *,
    roster: Roster | None = None,
    out: Path | None = None,
    with_errors: bool = False,
    form: str | None = None,
    year: int | None = None,
    county: Unit = NOBODY,
    forms: Sequence[Form] = (),
    inputs: Iterable[Path] = (),
    password: str = "",
    executor: Executor | None = None,
) -> MergeResult:
    """Merges all workbooks of a folder and writes the summary workbook into `out`.

    `inputs` names files of the caller's (the roster) that are no submissions even if they lie in
    the folder. Without `form` and `year` what most files say is merged. Raises UsageError when
    the folder does not exist, OSError when an output cannot be written.
    """
    if not folder.is_dir():
        raise UsageError(f"找不到文件夹“{folder}”，请检查路径。")
    out = out if out is not None else default_out(folder)
    shelf = FormShelf(tuple(forms))
    files = list(read_all(list_files(folder, frozenset(p.absolute() for p in inputs)), shelf, executor))
    result = merge_files(files, shelf, roster=roster, with_errors=with_errors, form=form, year=year, county=county)
    if result.county is None:
        return result
    definition = shelf(result.form)
    assert definition is not None
    path = out / safe_name(f"{result.county.unit.name}{result.year}年{definition.title}汇总表")
    write_whole(path, write_summary(definition, result, password=password))
    return replace(result, outputs=(path.as_posix(),))


def default_out(folder: Path) -> Path:
    """Beside the folder, never in it: a next merge must not read the last one's output."""
    absolute = folder.absolute()
    return absolute.parent / f"{absolute.name}-汇总"


def merge_files(
    files: list[FileResult],
    shelf: FormShelf,
    *,
    roster: Roster | None = None,
    with_errors: bool = False,
    form: str | None = None,
    year: int | None = None,
    county: Unit = NOBODY,
) -> MergeResult:
    """Decides on files that were read and sums up; writes nothing."""
    target = choose_target(files, roster, form, year, county)
    if target is None:
        return MergeResult(form or "", year, tuple(files))
    decided = tuple(decide(files, target, roster, shelf))
    if not any(f.outcome in USABLE for f in decided):
        return MergeResult(target.form, target.year, decided)
    definition = shelf(target.form)
    assert definition is not None
    summed = counted(decided, with_errors=with_errors)
    total = sum_up(definition, target.year, target.county, summed)
    missing = _missing(roster, decided)
    own = [*_missing_findings(missing), *_included(decided, with_errors), *too_large(definition, total)]
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


def _missing(roster: Roster | None, files: Sequence[FileResult]) -> tuple[Unit, ...]:
    sent = {f.unit.code for f in files if f.outcome in USABLE}
    return tuple(u for u in roster.units if u.code not in sent) if roster else ()


def _missing_findings(missing: Sequence[Unit]) -> list[Finding]:
    return [record("E3", f"“{u.name}”没有可以计入的报表", "请催报", unit=u.name) for u in missing]


def _included(files: Sequence[FileResult], with_errors: bool) -> list[Finding]:
    if not with_errors:
        return []
    words = "报表有错误，按 --with-errors 计入了合计；不是数字的格子没有计入"
    returned = [f for f in files if f.outcome is Outcome.RETURNED]
    return [record("E2", words, "公布前请改正并重新汇总", unit=f.unit.name, file=f.path) for f in returned]
