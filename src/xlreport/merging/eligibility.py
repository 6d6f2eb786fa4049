"""Which files may count: of the form, year and county that are merged, of units that are known."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from xlreport.findings import Finding
from xlreport.merging.codes import (
    CODE_OF_OTHER,
    COUNTED_TWICE,
    KNOWN_BY_NAME,
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
from xlreport.text import clean_name, in_marks


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
    judged = []
    for file in files:
        if file.submission is not None:
            file = _judged(file, target, request)
        judged.append(file)
    return _without_contradictions(judged)


def _judged(file: FileRecord, target: Target, request: MergeRequest) -> FileRecord:
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
    if request.roster is None:
        return file.as_candidate()
    found = match(request.roster, file.unit, target.county.name)
    file = _matched(file, found, accept_unlisted=request.policy.accept_unlisted)
    file = _with_names(file, request.roster)
    return _named_after_another(file, request.roster)


def _named_after_another(file: FileRecord, roster: Roster) -> FileRecord:
    """The file, with a note where its name begins as that of another unit's workbook does."""
    name = file.path.rpartition("!")[2].rpartition("/")[2]
    for unit in roster.units:
        is_other = unit.code != file.unit.code
        if is_other and name.startswith(f"{unit.code}_{unit.name}_"):
            note = NAMED_AFTER_ANOTHER(named=unit.name, unit=file.unit.name)
            return file.noting(file.placed(note))
    return file


def _with_names(file: FileRecord, roster: Roster) -> FileRecord:
    """What the roster calls the unit, and the names of all its units: texts are read with them."""
    known_as = roster.aliases.get(file.unit.code, ())
    listed = tuple(unit.name for unit in roster.units)
    return file.reporting(replace(file.report, known_as=known_as, listed=listed))


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
    units = {file.unit for file in files if file.stage is Stage.CANDIDATE}
    judged = []
    for file in files:
        rivals = [unit for unit in units if _half_the_same(unit, file.unit)]
        if file.stage is Stage.CANDIDATE and rivals:
            others = "、".join(sorted(map(_with_code, rivals)))
            unit = file.unit
            reason = NAMES_CONTRADICT(name=unit.name, code=unit.code, others=others)
            file = _rejected(file, reason)
        judged.append(file)
    return judged


def _half_the_same(unit: Unit, other: Unit) -> bool:
    """Whether two units have the name in common but not the code, or a code but not the name."""
    same_name = unit.name == other.name
    same_code = unit.code == other.code
    if same_name:
        return not same_code
    return same_code and bool(unit.code)


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
    paths = in_marks(other.path for other in others)
    reason = COUNTED_TWICE(unit=unit, others=paths)
    return _rejected(file, reason)
