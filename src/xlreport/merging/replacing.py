"""Workbooks are written where files may stand: of these only what nobody has worked in is ever
replaced, a blank of ours or a summary as it was written."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from zipfile import ZIP_DEFLATED

from xlreport.atomic import keep_beside, locked, write_atomically, write_together
from xlreport.errors import WouldReplace
from xlreport.findings import Finding
from xlreport.form.catalog import FormCatalog
from xlreport.form.model import Form
from xlreport.formats.codes import R2, R3, R4, R20, R30
from xlreport.formats.excerpt import LIMITS, excerpt
from xlreport.formats.guard import Limits, Refused, open_zip
from xlreport.formats.open import open_book
from xlreport.formats.raw import RawBook
from xlreport.merging.codes import R26
from xlreport.merging.discover import SourceFile
from xlreport.merging.intake import read_files
from xlreport.merging.outcome import FileRecord
from xlreport.merging.reader import bytes_of
from xlreport.merging.request import Progress, ReadOptions, uncounted
from xlreport.submission import Submission, Summary
from xlreport.text import harmless, in_marks
from xlreport.workbook.codes import DETAILS_LOST, E2, E5, LIST_LOST
from xlreport.workbook.layout.sheet import HIDDEN
from xlreport.workbook.layout.workbook import layout_of
from xlreport.workbook.reader.blank import why_not_blank
from xlreport.workbook.reader.identify import identity_of, plain_year
from xlreport.workbook.reader.integrity import is_notice
from xlreport.workbook.reader.submission import read_submission
from xlreport.workbook.writer.book import issued
from xlreport.workbook.writer.xlsxwriter_patches import UNIX
from xlreport.workers import Lost

WORKBOOK = ".xlsx"

MOST_LISTED = 10
"""Files that are named one by one when they are not replaced."""

_OPEN_MARKS = ("~${}", ".~{}", ".~lock.{}#")
"""What Excel and WPS, older WPS, and LibreOffice put beside a workbook while it is open."""

_OPEN = "正在 WPS 或 Excel 里打开着"
_WHAT_TO_DO = "请另给一个文件夹；确实要写在这里，命令后加 --force，旧文件改名为 .bak 留着。"

_SAVE_AS = (
    "请用 WPS 或 Excel 打开这份表，另存为“.xlsx”格式后再汇总；打不开的，请另给一个文件夹，"
    "或者命令后加 --force，旧文件改名为 .bak 留着，里面填的自己抄到新表。"
)

Told = Callable[[Path, Path], None]
"""Hears of each file that made room: where it stood, and its new name."""


@dataclass(frozen=True)
class Replacing:
    """How to deal with files that stand where workbooks are written.

    `forms` and `reading` tell blanks from others. With `keep` the others are kept under another
    name, of which it hears.
    """

    forms: FormCatalog
    reading: ReadOptions
    keep: Told | None = None


@dataclass(frozen=True)
class _BlankTest:
    """Reads what stands there; can be sent to another process."""

    forms: FormCatalog
    limits: Limits
    passwords: tuple[str, ...]

    def __call__(self, path: Path) -> str:
        """Why the file must stay; empty for a blank of ours."""
        try:
            data, _ = bytes_of(path, self.limits.file)
        except Refused as refused:
            return refused.finding.message
        except OSError:
            return "打不开"
        reason = why_not_blank(data, self.forms, self.limits, self.passwords)
        if reason and _is_notice_as_written(data, self.limits):
            return ""
        return reason


def _is_notice_as_written(data: bytes, limits: Limits) -> bool:
    """Whether a workbook is a notice of ours that nobody has saved since: the report from which it
    was made lies where that came from."""
    try:
        book = open_book(data, limits)
    except Refused:
        return False
    year = plain_year(identity_of(book).year)
    return year is not None and is_notice(book) and book.saved == _stamp(year)


def _stamp(year: int) -> str:
    """When a workbook about a year says that it was saved, until somebody saves it."""
    return f"{issued(year).isoformat()}Z"


def write_all(folder: Path, files: Mapping[str, bytes], how: Replacing) -> list[Path]:
    """Writes files into a folder: all of them, or none when one may not be replaced. Gives their
    paths. Raises WouldReplace, Busy, OSError."""
    if not files:
        return []
    paths = _Placed(folder, files)
    with locked(folder):
        must_stay = objections(paths, how)
        if must_stay and how.keep is None:
            raise WouldReplace(_refusal(must_stay))
        put_all(paths, must_stay, how.keep, how.reading.progress)
    return list(paths)


class _Placed(Mapping[Path, bytes]):
    """Files by where they are written; each is asked for when its turn comes, for they may be made
    only then."""

    def __init__(self, folder: Path, files: Mapping[str, bytes]) -> None:
        self._files = files
        self._names = {folder / name: name for name in files}

    def __getitem__(self, path: Path) -> bytes:
        return self._files[self._names[path]]

    def __iter__(self) -> Iterator[Path]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


def put_all(
    files: Mapping[Path, bytes],
    must_stay: Iterable[Path],
    keep: Told | None,
    progress: Progress = uncounted,
) -> None:
    """Writes files; with `keep` those that must stay make room first. `progress` hears of each.
    Raises OSError."""
    aside = frozenset(must_stay)
    with progress("写出文件", len(files)) as count:
        for path, data in files.items():
            if path in aside and keep is not None:
                keep(path, keep_beside(path))
            write_atomically(path, data)
            count(path.name)


def objections(files: Mapping[Path, bytes], how: Replacing) -> dict[Path, str]:
    """The files that must stay, each with the reason."""
    reasons: dict[Path, str] = {}
    closed = []
    standing = [path for path in files if os.path.lexists(path)]
    for path in standing:
        if not _differs(path, files[path]):
            continue
        reasons[path] = _OPEN if is_open(path) else ""
        if not reasons[path]:
            closed.append(path)
    tested = _tested(closed, how)
    reasons.update(zip(closed, tested, strict=True))
    return {path: reason for path, reason in reasons.items() if reason}


def _differs(path: Path, data: bytes) -> bool:
    """Whether something else stands there than this file, or an older one of ours."""
    if not os.path.lexists(path) or _is_ours(path, data):
        return False
    try:
        found, _ = bytes_of(path, len(data))
    except (OSError, Refused):
        return True
    return found != data


def _is_ours(path: Path, data: bytes) -> bool:
    """Whether a list of ours stands where this one is to be written: it begins with the same line.
    A workbook never does: it is read."""
    heading, end, _ = data.partition(b"\n")
    if path.suffix == WORKBOOK or not end:
        return False
    try:
        found, _ = bytes_of(path, len(heading))
    except (OSError, Refused):
        return False
    return found == heading + end


def is_open(path: Path) -> bool:
    """Whether an office program says that it has the file open."""
    marks = [path.with_name(mark.format(path.name)) for mark in _OPEN_MARKS]
    return any(mark.exists() for mark in marks)


def _tested(paths: list[Path], how: Replacing) -> Iterator[str]:
    """Why each file must stay, in their order."""
    reading = how.reading
    test = _BlankTest(how.forms, reading.limits, reading.passwords)
    with reading.pool(len(paths)) as pool:
        answers = [pool.submit(test, path) for path in paths]
        for answer in answers:
            try:
                yield answer.result()
            except Lost:
                yield "读不出来"


def _refusal(reasons: Mapping[Path, str]) -> str:
    """Which files, what they hold, and what to do."""
    count = len(reasons)
    lines = [f"有 {count} 个同名的文件不是空白表，没有替换，也没有写出任何文件："]
    lines += _listed(reasons.items())
    lines.append(_WHAT_TO_DO)
    return "\n".join(lines)


def _listed(reasons: Iterable[tuple[Path, str]]) -> Iterator[str]:
    told = [f"  “{path}”{reason}" for path, reason in reasons]
    yield from map(harmless, told[:MOST_LISTED])
    more = len(told) - MOST_LISTED
    if more > 0:
        yield f"  另有 {more} 个"


# --- where a summary is written ---


_OF_SUMMARIES = frozenset({E2.code, E5.code})
"""Findings of a summary that nobody has changed: whose reports are in it."""

_OF_DETAILS = frozenset({DETAILS_LOST.code.code, LIST_LOST.code.code})
_UNREAD = frozenset({R2.code, R3.code, R4.code, R20.code, R26.code, R30.code})
"""Findings of a file that is or may be a workbook, of which nothing could be read."""

_PACKED = (ZIP_DEFLATED, UNIX, (1980, 1, 1, 0, 0, 0))
"""How our own writer packs every part: compression, system, time."""


@dataclass(frozen=True)
class StandingSummary:
    """What stands where a summary of a form and year is to be written. `file` is None where
    nothing does."""

    path: Path
    form: str
    year: int
    file: FileRecord | None = None
    without_units: bool = False
    """Whether it is a summary that tells no units: none is counted yet, or they were not read."""
    is_changed: bool = False
    """Whether it shows that somebody has typed over its sums, or a program written it anew."""

    @property
    def summary(self) -> Submission | None:
        """The earlier summary of the same form and year, whoever saved it last."""
        report = self.file.submission if self.file is not None else None
        if report is None or (report.form, report.year) != (self.form, self.year):
            return None
        return report if isinstance(report, Summary) or self.without_units else None

    @property
    def is_as_written(self) -> bool:
        """Whether nobody has saved or changed the earlier summary since it was written."""
        file, summary = self.file, self.summary
        if file is None or summary is None or self.is_changed:
            return False
        untouched = summary.provenance.saved == _stamp(self.year)
        return untouched and all(finding.code in _OF_SUMMARIES for finding in file.findings)

    @property
    def objection(self) -> str:
        """Why it must stay; empty where it may make room."""
        if self.file is None:
            return ""
        if is_open(self.path):
            return _OPEN
        if self.summary is not None:
            return ""
        return f"读不出来（{self.unread}）" if self.unread else _what_it_is(self.file)

    @property
    def unread(self) -> str:
        """Why nobody knows what is in it: it may well be a summary. Empty where that is known."""
        if self.file is None or self.file.submission is not None:
            return ""
        return next((f.message for f in self.file.findings if f.code in _UNREAD), "")


_READING = Limits(seconds=120.0)
"""Of what is read of a standing summary: never more than its cover, texts and explanations, however
many units it has; what the user allows the reports is no matter here."""


@dataclass(frozen=True)
class _SummaryReader:
    """Reads what somebody types into a summary, without the units' details; can be sent to another
    process."""

    form: Form

    def __call__(self, path: Path) -> tuple[FileRecord, bool] | None:
        """The record of a summary of this form, and whether it shows that it was changed; None for
        anything else, and for a workbook that is not as programs write it."""
        try:
            data, modified = bytes_of(path, LIMITS.file)
            small = excerpt(data, {*layout_of(self.form).sheets, HIDDEN})
            book = open_book(small)
        except (OSError, Refused):
            return None
        identity = identity_of(book)
        if not identity.is_summary or identity.form != self.form.id:
            return None
        is_changed = _is_repacked(data) or _is_typed_over(book, self.form)
        record = self._record(small, path, modified)
        return (record, is_changed) if record.submission is not None else None

    def _record(self, data: bytes, path: Path, modified: float) -> FileRecord:
        """What is read of a summary without details, as it lies at a path."""
        forms = FormCatalog((self.form,))
        reading = read_submission(data, forms, path=path.as_posix(), modified=modified)
        findings = tuple(f for f in reading.findings if not _is_of_details(f))
        return FileRecord(path.as_posix(), replace(reading, form=None), findings)


def _is_of_details(finding: Finding) -> bool:
    """Whether a finding says that the units' details, which were left out, are not there."""
    is_whole_sheet = not finding.cell and not finding.field
    return finding.code in _OF_DETAILS and is_whole_sheet


def _is_repacked(data: bytes) -> bool:
    """Whether a part was not packed as our writer packs all of them. Raises Refused."""
    with open_zip(data) as archive:
        packed = {(i.compress_type, i.create_system, i.date_time) for i in archive.infolist()}
    return packed != {_PACKED}


def _is_typed_over(book: RawBook, form: Form) -> bool:
    """Whether something was typed where a sum over the units' details stood."""
    cells = layout_of(form).cells
    for field in form.typed:
        sheet, cell = cells[field.id]
        raw = book.sheets[sheet].cells.get(cell) if sheet in book.sheets else None
        if raw is not None and raw.formula is None:
            return True
    return False


def standing_summary(path: Path, form: str, year: int, how: Replacing) -> StandingSummary:
    """Looks at what stands where a summary is to be written."""
    if not os.path.lexists(path):
        return StandingSummary(path, form, year)
    typed_in = _typed_in(path, form, how)
    if typed_in is not None:
        file, is_changed = typed_in
        return StandingSummary(path, form, year, file, True, is_changed)
    file, *_ = read_files([SourceFile(path, path.as_posix())], how.forms, how.reading)
    is_read = file.submission is not None
    without_units = is_read and _says_summary(path, how.reading.limits)
    return StandingSummary(path, form, year, file, without_units)


def _typed_in(path: Path, form: str, how: Replacing) -> tuple[FileRecord, bool] | None:
    """What is typed into a summary of a form; None where none stands there, or it has to be read as
    a whole."""
    known = how.forms(form)
    if known is None:
        return None
    with replace(how.reading, limits=_READING).pool(1) as pool:
        try:
            return pool.submit(_SummaryReader(known), path).result()
        except Lost:
            return None


def _says_summary(path: Path, limits: Limits) -> bool:
    """Whether a workbook that was read says of itself that it is a summary."""
    try:
        data, _ = bytes_of(path, limits.file)
        return identity_of(open_book(data, limits)).is_summary
    except (OSError, Refused):
        return False


def write_summary_over(
    standing: StandingSummary, data: bytes, beside: Mapping[Path, bytes], how: Replacing
) -> Path | None:
    """Writes a summary and the files beside it, all or none. A summary that somebody has saved or
    changed stays as `.bak`: gives its new path. Any other file stays, and only with `keep` makes
    room; earlier editions of the files beside it are replaced. Raises WouldReplace, Busy,
    OSError."""
    path, kept = standing.path, None
    require_room(standing, how)
    require_own(beside, how)
    with locked(path.parent):
        for other in _others(beside):
            _make_room(other, how)
        if standing.objection:
            _make_room(path, how)
        elif standing.file is not None and not standing.is_as_written:
            kept = keep_beside(path)
        write_together({**beside, path: data})
    return kept


def _make_room(path: Path, how: Replacing) -> None:
    if how.keep is not None:
        how.keep(path, keep_beside(path))


def require_room(standing: StandingSummary, how: Replacing) -> None:
    """Raises WouldReplace for a file that must stay."""
    objection = standing.objection
    if not objection or how.keep is not None:
        return
    file = harmless(f"“{standing.path}”{objection}")
    if standing.unread:
        raise WouldReplace(f"{file}，里面填的带不到新表；没有替换，也没有写出汇总表。\n{_SAVE_AS}")
    raise WouldReplace(f"{file}，没有替换，也没有写出汇总表。\n{_WHAT_TO_DO}")


def require_own(files: Mapping[Path, bytes], how: Replacing) -> None:
    """Raises WouldReplace where something else stands than an earlier edition of one of these
    files, which a merge writes beside its summary."""
    others = _others(files)
    if not others or how.keep is not None:
        return
    named = harmless(in_marks(path.as_posix() for path in others))
    raise WouldReplace(f"{named}不是汇总时写出的，没有替换，也没有写出汇总表。\n{_WHAT_TO_DO}")


def _others(files: Mapping[Path, bytes]) -> list[Path]:
    """Where something else stands."""
    return [path for path, data in files.items() if _differs(path, data)]


def _what_it_is(file: FileRecord) -> str:
    """What stands where a summary would be written, and is none of this form and year."""
    report = file.submission
    if isinstance(report, Summary):
        return f"是 {report.year} 年度另一种汇总表"
    if report is not None:
        return f"是{_whose(report)}{report.year} 年度的报表"
    messages = [finding.message for finding in file.findings]
    return f"不是汇总表（{messages[0]}）" if messages else "不是汇总表"


def _whose(report: Submission) -> str:
    return f"“{report.unit.name}”" if report.unit.name else ""
