"""Which files may count: of the form, year and county that are merged, of units that are known."""

from __future__ import annotations

import heapq
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from xlreport.findings import Finding
from xlreport.merging.codes import (
    CODE_OF_OTHER,
    COUNTED_TWICE,
    KNOWN_BY_NAME,
    NAME_UNLISTED,
    NAMED_AFTER_ANOTHER,
    NAMES_CONTRADICT,
    OTHER_CODE,
    OTHER_COUNTY,
    OTHER_COUNTY_CODE,
    OTHER_FORM,
    OTHER_LEVEL,
    OTHER_YEAR,
    OWN_SUMMARY,
    SEVERAL_FIT,
    UNLISTED,
    UNLISTED_COUNTED,
)
from xlreport.merging.outcome import FileRecord, Outcome, Stage, UnitKey
from xlreport.merging.request import MergeRequest
from xlreport.merging.roster import Roster
from xlreport.merging.unit_matching import How, Match, differ_in_zeros, match
from xlreport.submission import NOBODY, Submission, Summary, Unit
from xlreport.text import clean_name, first_of
from xlreport.workbook.codes import NO_UNIT

MOST_NAMED = 20
"""Units or files that are named one by one in a message."""


@dataclass(frozen=True)
class Target:
    """What is being merged; `form` is an id."""

    form: str
    year: int
    county: Unit


def choose_target(files: Iterable[FileRecord], request: MergeRequest) -> Target | None:
    """Form, year and county as asked for; otherwise what most files say.

    Of equal numbers the later year. None when no file could be read.
    """
    reports = [file.submission for file in files if file.submission is not None]
    if not reports:
        return None
    asked_for = [report for report in reports if _asked_for(report, request)]
    form, year = _most_frequent(asked_for or reports)
    county = _county_of(reports, request)
    return Target(request.form or form, request.year or year, county)


def _asked_for(report: Submission, request: MergeRequest) -> bool:
    form_fits = request.form in (None, report.form)
    year_fits = request.year in (None, report.year)
    return form_fits and year_fits


def _most_frequent(reports: Sequence[Submission]) -> tuple[str, int]:
    """Form and year of most reports."""
    counts = Counter((report.year, report.form) for report in reports)
    year, form = max(counts, key=lambda pair: (counts[pair], pair))
    return form, year


def _county_of(reports: Sequence[Submission], request: MergeRequest) -> Unit:
    """The county that was asked for, that of the roster, or the one that most reports name."""
    if request.county.name:
        return request.county
    if request.roster is not None and request.roster.county.name:
        return request.roster.county
    counts: Counter[Unit] = Counter()
    for report in reports:
        if report.county.name and not isinstance(report, Summary):
            counts[report.county] += 1
    return max(counts, key=lambda c: (counts[c], c.name, c.code), default=NOBODY)


def eligible(
    files: Iterable[FileRecord], target: Target, request: MergeRequest
) -> list[FileRecord]:
    """Decides on files that do not belong to the merge; the others become candidates."""
    listed = _Listed(request.roster) if request.roster is not None else None
    judged = []
    for file in files:
        if file.submission is not None:
            file = _judged(file, target, request, listed)
        judged.append(file)
    return _without_contradictions(_without_summaries_of_nobody(judged))


def _without_summaries_of_nobody(files: Sequence[FileRecord]) -> list[FileRecord]:
    """The files; a summary without a name counts only by itself (as last year's), for beside
    reports it may well be the one that was made of them."""
    candidates = [file for file in files if file.stage is Stage.CANDIDATE]
    if all(map(_is_summary_of_nobody, candidates)):
        return list(files)
    judged = []
    for file in files:
        if file.stage is Stage.CANDIDATE and _is_summary_of_nobody(file):
            file = _rejected(file, NO_UNIT())
        judged.append(file)
    return judged


def _is_summary_of_nobody(file: FileRecord) -> bool:
    return isinstance(file.report, Summary) and not file.unit.name


def on_roster(file: FileRecord, roster: Roster | None) -> FileRecord:
    """A file with its unit as a roster knows it, and the roster's county; one whose unit is not
    there is rejected. Without a roster, and where no report was read, the file as it is."""
    if roster is None or file.submission is None:
        return file
    found = match(roster, file.unit, roster.county.name)
    matched = _matched(file, found, accept_unlisted=False)
    if matched.submission is None:
        return matched
    return matched.reporting(replace(matched.report, county=roster.county))


class _Listed:
    """What reports are told of a roster, worked out once for all of them."""

    def __init__(self, roster: Roster) -> None:
        self.roster = roster
        self.names = frozenset(unit.name for unit in roster.units)
        self._named_files: dict[str, tuple[int, Unit]] = {}
        for position, unit in enumerate(roster.units):
            beginning = f"{unit.code}_{unit.name}_"
            self._named_files.setdefault(beginning, (position, unit))

    def named_after(self, name: str) -> list[Unit]:
        """The units with whose code and name a file's name begins, in the roster's order."""
        ends = [end for end, character in enumerate(name, start=1) if character == "_"]
        beginnings = [name[:end] for end in ends]
        found = [self._named_files[begins] for begins in beginnings if begins in self._named_files]
        return [unit for _, unit in sorted(found, key=lambda placed: placed[0])]


def _judged(
    file: FileRecord, target: Target, request: MergeRequest, listed: _Listed | None
) -> FileRecord:
    """Whether the file belongs to this merge; the unit as the roster knows it."""
    objection = _other_report(file.report, target, request)
    if objection is not None:
        return _rejected(file, objection)
    if _is_own_summary(file.report, target.county):
        note = OWN_SUMMARY(county=target.county.name)
        return file.telling(()).decided(Outcome.IGNORED, note.at(file=file.path))
    foreign = _other_county(file.report.county, target.county)
    if foreign is not None:
        return _rejected(file, foreign)
    if listed is None:
        return file.as_candidate()
    found = match(listed.roster, file.unit, target.county.name)
    file = _matched(file, found, accept_unlisted=request.policy.accept_unlisted)
    file = _with_names(file, listed)
    return _named_after_another(file, listed)


def _named_after_another(file: FileRecord, listed: _Listed) -> FileRecord:
    """The file, with a note where its name begins as that of another unit's workbook does."""
    name = file.path.rpartition("!")[2].rpartition("/")[2]
    for unit in listed.named_after(name):
        if unit.code != file.unit.code:
            note = NAMED_AFTER_ANOTHER(named=unit.name, unit=file.unit.name)
            return file.noting(file.placed(note))
    return file


def _with_names(file: FileRecord, listed: _Listed) -> FileRecord:
    """What the roster calls the unit, and the names of all its units: texts are read with them."""
    known_as = listed.roster.aliases.get(file.unit.code, ())
    return file.reporting(replace(file.report, known_as=known_as, listed=listed.names))


def _other_report(report: Submission, target: Target, request: MergeRequest) -> Finding | None:
    """Why a report is not of the form and the year that are merged."""
    if report.form != target.form:
        return OTHER_FORM(form=_form(report.form, request), wanted=_form(target.form, request))
    if report.year != target.year:
        return OTHER_YEAR(year=report.year, wanted=target.year)
    return None


def _form(name: str, request: MergeRequest) -> str:
    """A form by its title and the year from which it is used; by its id where nobody knows it."""
    form = request.forms(name)
    return f"“{name}”" if form is None else form.named


def _other_county(county: Unit, wanted: Unit) -> Finding | None:
    """Why a report is of another county than the one that sums."""
    if _contradict(wanted.name, county.name):
        return OTHER_COUNTY(county=county.name, wanted=wanted.name)
    if not _contradict(wanted.code, county.code):
        return None
    zeros, cure = _about_codes(county.code, wanted.code)
    name = county.name or wanted.name
    return OTHER_COUNTY_CODE(
        county=name, code=county.code, wanted=wanted.code, zeros=zeros, cure=cure
    )


def _about_codes(told: str, listed: str) -> tuple[str, str]:
    """What can be said of two codes of one name, and what to do."""
    if not differ_in_zeros(told, listed):
        return "", "请核对代码，改成一致后重新汇总"
    where = "名册" if len(listed) < len(told) else "文件"
    whole = max(told, listed, key=len)
    cure = f"多半是{where}里的代码丢了前面的 0，请改成“{whole}”后重新汇总"
    return "，只差前面的 0", cure


def _is_own_summary(report: Submission, county: Unit) -> bool:
    """Whether a report is the summary that the county itself made before."""
    if not isinstance(report, Summary) or not county.name:
        return False
    return _same_name(report.unit, county)


def _contradict(wanted: str, told: str) -> bool:
    """Whether two names (or two codes) are different; an empty one says nothing."""
    both_told = bool(wanted and told)
    return both_told and clean_name(wanted) != clean_name(told)


def _matched(file: FileRecord, found: Match, *, accept_unlisted: bool) -> FileRecord:
    """The unit as the roster has it; one that is not there is told, with units it may be."""
    name = file.unit.name
    listed = found.unit
    if listed is None:
        return _unlisted(file, found, accept_unlisted=accept_unlisted)
    if found.how is How.OTHER_NAME:
        reason = CODE_OF_OTHER(code=listed.code, listed=listed.name, name=name)
        return _rejected(file, reason)
    if found.how is How.NAME:
        note = KNOWN_BY_NAME(name=name, listed=listed.name, code=listed.code)
        file = file.noting(note.at(file=file.path))
    return _as_listed(file, listed).as_candidate()


def _unlisted(file: FileRecord, found: Match, *, accept_unlisted: bool) -> FileRecord:
    """A unit that is not on the roster, or that may be several on it."""
    name = file.unit.name
    code = file.unit.code
    proposed = "、".join(map(_with_code, found.proposals))
    perhaps = f"，是不是{proposed}？" if proposed else ""
    if accept_unlisted:
        note = UNLISTED_COUNTED(name=name, code=code, perhaps=perhaps)
        return file.noting(note.at(file=file.path)).as_candidate()
    same_name = [known for known in found.proposals if _same_name(file.unit, known)]
    if code and len(same_name) == 1:
        listed = same_name[0].code
        zeros, cure = _about_codes(code, listed)
        reason = OTHER_CODE(name=name, code=code, listed=listed, zeros=zeros, cure=cure)
        return _rejected(file, reason)
    if found.how is How.SEVERAL:
        return _rejected(file, SEVERAL_FIT(name=name, proposed=proposed))
    if file.provenance.document:
        return _rejected(file, NAME_UNLISTED(name=name, perhaps=perhaps))
    return _rejected(file, UNLISTED(name=name, code=code, perhaps=perhaps))


def _with_code(unit: Unit) -> str:
    return f"“{unit.name}”（代码“{unit.code}”）"


def _same_name(unit: Unit, other: Unit) -> bool:
    return clean_name(unit.name) == clean_name(other.name)


def _rejected(file: FileRecord, reason: Finding) -> FileRecord:
    return file.decided(Outcome.REJECTED, file.placed(reason))


def _as_listed(file: FileRecord, listed: Unit) -> FileRecord:
    """The roster's name, code and level hold."""
    report = file.report
    told = report.unit.level
    if listed.level:
        # the roster answers what the cover left open
        left = [f for f in file.findings if f.code != OTHER_LEVEL.code.code]
        file = file.telling(left)
    if _contradict(listed.level, told):
        note = OTHER_LEVEL(level=told, listed=listed.level)
        file = file.noting(note.at(file=file.path))
    unit = Unit(listed.name, listed.code, listed.level or told)
    return file.reporting(replace(report, unit=unit))


def _without_contradictions(files: list[FileRecord]) -> list[FileRecord]:
    """One code under two names, or one name under two codes: nobody guesses whose report it is."""
    rivals = _Rivals(file.unit for file in files if file.stage is Stage.CANDIDATE)
    judged = []
    for file in files:
        others = rivals.named(file.unit) if file.stage is Stage.CANDIDATE else ""
        if others:
            unit = file.unit
            reason = NAMES_CONTRADICT(name=unit.name, code=unit.code, others=others)
            file = _rejected(file, reason)
        judged.append(file)
    return judged


class _Rivals:
    """Units that have the name in common with one but not the code, or a code but not the name."""

    def __init__(self, units: Iterable[Unit]) -> None:
        self._of_name: defaultdict[str, list[Unit]] = defaultdict(list)
        self._of_code: defaultdict[str, list[Unit]] = defaultdict(list)
        self._twins: Counter[UnitKey] = Counter()
        for unit in sorted(frozenset(units), key=_with_code):
            self._of_name[unit.name].append(unit)
            self._of_code[unit.code].append(unit)
            self._twins[unit.code, unit.name] += 1

    def named(self, unit: Unit) -> str:
        """Those of one of the units, the first of very many; empty where there are none."""
        of_code = self._of_code[unit.code] if unit.code else []
        groups = [group for group in (self._of_name[unit.name], of_code) if len(group) > 1]
        twins = self._twins[unit.code, unit.name]
        count = sum(len(group) - twins for group in groups)
        both = heapq.merge(*groups, key=_with_code)
        rivals = (other for other in both if not _is_twin(other, unit))
        first = [_with_code(other) for other in islice(rivals, min(count, MOST_NAMED))]
        told = "、".join(first)
        return told if count <= MOST_NAMED else f"{told}等 {count} 个单位"


def _is_twin(unit: Unit, other: Unit) -> bool:
    """Whether two units have code and name in common."""
    return (unit.code, unit.name) == (other.code, other.name)


def each_unit_once(files: list[FileRecord]) -> list[FileRecord]:
    """No unit is counted twice: by itself and again in a summary, or in two summaries."""
    holders: defaultdict[UnitKey, list[FileRecord]] = defaultdict(list)
    for file in files:
        if file.stage is Stage.CANDIDATE:
            for unit in file.report.reporting:
                holders[unit.code, unit.name].append(file)
    rejected: dict[str, FileRecord] = {}
    for (_, name), holding in holders.items():
        if len(holding) == 1:
            continue
        for file in holding:
            if isinstance(file.report, Summary) and file.path not in rejected:
                rejected[file.path] = _counted_twice(file, name, holding)
    return [rejected.get(file.path, file) for file in files]


def _counted_twice(file: FileRecord, unit: str, holding: Sequence[FileRecord]) -> FileRecord:
    # a summary may name a unit twice itself
    others = [other for other in holding if other is not file] or [file]
    paths = [f"“{other.path}”" for other in others]
    reason = COUNTED_TWICE(unit=unit, others=first_of(paths, MOST_NAMED, "个文件"))
    return _rejected(file, reason)
