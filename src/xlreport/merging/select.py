"""Which of the files that could be read are summed: form, year, county, unit, newest version."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from xlreport.checking.validate import validate
from xlreport.findings import Code, Finding, excel_order, has_errors, record
from xlreport.form.catalog import FormCatalog
from xlreport.form.model import Form
from xlreport.merging.codes import F1, F3, F7, F8, F9, F10, F13, F14, F16, F17, F18, F20
from xlreport.merging.diff import differences
from xlreport.merging.outcome import FileRecord, Outcome
from xlreport.merging.prior_year import PriorYear, with_last_year
from xlreport.merging.request import MergeRequest, Policy
from xlreport.merging.unit_matching import How, match
from xlreport.rules.evaluate import evaluate_submissions
from xlreport.submission import CHINA, NOBODY, Provenance, Submission, Summary, Unit
from xlreport.workbook.codes import F2, F5, R17
from xlreport.workbook.layout.workbook import layout_of

_ASIDE = "请把它移出文件夹，或另行汇总"


@dataclass(frozen=True)
class Target:
    """What is being merged."""

    form: str
    year: int
    county: Unit


def choose_target(files: Iterable[FileRecord], request: MergeRequest) -> Target | None:
    """Form, year and county as asked for; otherwise what most files say (of equal numbers the later year).

    None when no file could be read.
    """
    form, year = request.form, request.year
    read = [f.submission for f in files if f.submission is not None]
    if not read:
        return None
    asked = [s for s in read if form in (None, s.form) and year in (None, s.year)]
    said = Counter((s.form, s.year) for s in asked or read)
    (most_form, most_year), _ = max(
        said.items(), key=lambda item: (item[1], item[0][1], item[0][0])
    )
    county = request.county
    if not county.name and request.roster is not None:
        county = request.roster.county
    if not county.name:
        named = Counter(s.county for s in read if s.county.name and not isinstance(s, Summary))
        county = max(named, key=lambda c: (named[c], c.name, c.code), default=NOBODY)
    return Target(form or most_form, year or most_year, county)


def decide(files: list[FileRecord], target: Target, request: MergeRequest) -> list[FileRecord]:
    """The outcome of every file, in the same order."""
    form = request.forms(target.form)
    decided = [_ours(f, target, request) if f.submission else f for f in files]
    if form is None:
        return decided
    decided = _contradicting(decided)
    decided = _newest(decided, form, request.policy)
    decided = _once(decided)
    return check_each(decided, request.forms, request.prior_year)


def _ours(file: FileRecord, target: Target, request: MergeRequest) -> FileRecord:
    """Whether the file belongs to this merge; the unit as the roster knows it."""
    submission = file.submission
    assert submission is not None
    if submission.form != target.form:
        words = f"这是报表“{submission.form}”，本次汇总的是“{target.form}”"
        return _rejected(file, F2, words, _ASIDE)
    if submission.year != target.year:
        words = f"这是 {submission.year} 年度的报表，本次汇总的是 {target.year} 年度"
        return _rejected(file, F1, words, f"请用 {target.year} 年度的模板重新填报")
    if (
        isinstance(submission, Summary)
        and target.county.name
        and submission.unit.name == target.county.name
    ):
        words = f"这是{target.county.name}自己的汇总表，不再计入"
        return file.ended(Outcome.IGNORED, record(F13, words, file=file.path))
    county = submission.county
    if _other_county(target.county, county):
        words = f"这是“{county.name}”的报表，本次汇总的是“{target.county.name}”"
        return _rejected(file, F3, words, _ASIDE)
    return file if request.roster is None else _listed(file, submission, target, request)


def _listed(
    file: FileRecord, submission: Submission, target: Target, request: MergeRequest
) -> FileRecord:
    """The unit on the roster; one that is not there is told, with units it may be."""
    assert request.roster is not None
    mine = submission.unit
    found = match(request.roster, mine, target.county.name)
    listed = found.unit
    proposed = "、".join(f"“{u.name}”（代码“{u.code}”）" for u in found.proposals)
    perhaps = f"，是不是{proposed}？" if proposed else ""
    if listed is None and request.policy.accept_unlisted:
        words = (
            f"单位“{mine.name}”（代码“{mine.code}”）不在名册上，按 --accept-unlisted 计入{perhaps}"
        )
        return file.ended(file.outcome, record(F18, words, "请核对后加进名册", file=file.path))
    if found.how is How.SEVERAL:
        words = f"没有单位代码，名称“{mine.name}”与名册上的{proposed}都对得上"
        return _rejected(file, F9, words, "请补填单位代码后重新报送")
    if listed is None:
        words = f"单位“{mine.name}”（代码“{mine.code}”）不在名册上{perhaps}"
        return _rejected(
            file, F9, words, "请核对单位名称和代码；确应汇总的，请加进名册或加上别名后重新汇总"
        )
    if found.how is How.OTHER_NAME:
        words = f"代码“{listed.code}”在名册上是“{listed.name}”，文件里写的是“{mine.name}”"
        return _rejected(file, F5, words, "请核对是哪个单位报的，改正后重新报送")
    if found.how is How.NAME:
        words = f"文件里没有单位代码，按名称“{mine.name}”认作名册上的“{listed.name}”（代码“{listed.code}”）"
        file = file.ended(file.outcome, record(F17, words, "请核对", file=file.path))
    return _as_listed(file, submission, listed)


def _rejected(file: FileRecord, code: Code, words: str, suggestion: str) -> FileRecord:
    finding = record(code, words, suggestion, file=file.path, unit=file.unit.name)
    return replace(file.ended(Outcome.REJECTED, finding), submission=None)


def _other_county(wanted: Unit, seen: Unit) -> bool:
    """Whether two names or codes of collecting units contradict each other; an empty one does not."""
    return any(a and b and a != b for a, b in ((wanted.name, seen.name), (wanted.code, seen.code)))


def _as_listed(file: FileRecord, submission: Submission, listed: Unit) -> FileRecord:
    """The roster's name, code and level hold."""
    findings = file.findings
    if listed.level:
        findings = tuple(f for f in findings if f.code != "R17")
        if submission.unit.level and submission.unit.level != listed.level:
            words = (
                f"封面的单位类别是“{submission.unit.level}”，名册上是“{listed.level}”，按名册校验"
            )
            findings += (record(R17, words, "请核对单位类别", file=file.path),)
    level = listed.level or submission.unit.level
    unit = Unit(listed.name, listed.code, level)
    return replace(file, unit=unit, findings=findings, submission=replace(submission, unit=unit))


def _contradicting(files: list[FileRecord]) -> list[FileRecord]:
    """One code under two names, or one name under two codes: nobody guesses whose report it is."""
    units = {
        s.unit for f in files if (s := f.submission) is not None and f.outcome is Outcome.ACCEPTED
    }
    decided = list(files)
    for i, file in enumerate(files):
        if file.submission is None or file.outcome is not Outcome.ACCEPTED:
            continue
        mine = file.submission.unit
        others = sorted(
            f"“{u.name}”（代码“{u.code}”）"
            for u in units
            if (u.name == mine.name) != (u.code == mine.code) and (u.name == mine.name or u.code)
        )
        if others:
            words = (
                f"单位“{mine.name}”（代码“{mine.code}”）与另一份报表里的{'、'.join(others)}对不上"
            )
            suggestion = "请核对单位名称和代码，改成一致后重新汇总；用名册可以避免这种情况"
            finding = record(F14, words, suggestion, file=file.path, unit=mine.name)
            decided[i] = replace(file.ended(Outcome.REJECTED, finding), submission=None)
    return decided


def _candidates(files: list[FileRecord]) -> dict[tuple[str, str], list[int]]:
    found: dict[tuple[str, str], list[int]] = {}
    for i, file in enumerate(files):
        if file.submission is not None and file.outcome is Outcome.ACCEPTED:
            unit = file.submission.unit
            found.setdefault((unit.code, unit.name), []).append(i)
    return found


def _newest(files: list[FileRecord], form: Form, policy: Policy) -> list[FileRecord]:
    """Of several files of one unit the newest stays: by the time of arrival where the ledger of the mail
    knows it of all, then by submission number, last-saved time, time stamp of the file. When nothing
    tells which is newer, or the policy asks for it, different files count for nobody. Each of the others
    tells what it says differently, cell by cell."""
    decided = list(files)
    for places in _candidates(files).values():
        contenders, age = _contenders(files, places)
        newest = max((files[i] for i in contenders), key=age)
        alike = [i for i in places if _content(files[i]) == _content(newest)]
        differ = len(alike) < len(places)
        # of equal copies any may stay, but a copy that takes another's place must be newer than that
        best = [
            i for i in alike if not differ or (i in contenders and age(files[i]) == age(newest))
        ]
        kept = min(best, key=lambda i: (len(files[i].path), files[i].path))
        winner = files[kept]
        tied = any(_as_old(age(files[i]), age(newest)) for i in contenders if i not in alike)
        undecided = differ and (tied or not policy.newest)
        for i in (i for i in places if i != kept):
            file = files[i]
            if i in alike:
                words = f"内容与“{winner.path}”完全相同，{'那一份也没有计入' if undecided else '只计一次'}"
                decided[i] = file.ended(
                    Outcome.DUPLICATE, record(F8, words, file=file.path, unit=file.unit.name)
                )
            elif undecided:
                words = f"与同一单位的“{winner.path}”内容不同，都没有计入"
                decided[i] = _superseded(file, winner, form, F16, words, Outcome.REJECTED)
            else:
                words = f"同一单位另有“{winner.path}”，{_reason(file, winner)}，以那一份为准"
                decided[i] = _superseded(file, winner, form, F7, words, Outcome.SUPERSEDED)
        if undecided:
            why = "分不出哪份较新" if policy.newest else "按 --on-conflict error"
            words = f"同一单位有 {len(places)} 份报表，内容不同，{why}，都没有计入"
            decided[kept] = _rejected(winner, F16, words, "请只留下应当计入的一份后重新汇总")
        elif age is _by_arrival:
            decided[kept] = _in_doubt(winner, (files[i] for i in places if i not in alike))
    return decided


def _superseded(
    file: FileRecord, winner: FileRecord, form: Form, code: Code, words: str, outcome: Outcome
) -> FileRecord:
    """The file without its own findings' weight: why it does not count, and every difference."""
    assert file.submission is not None
    assert winner.submission is not None
    suggestion = "如果应当以这一份为准，请删去另一份后重新汇总"
    who = {"file": file.path, "unit": file.unit.name}
    notes = [record(code, words, suggestion, **who)]
    for d in differences(form, file.submission, winner.submission):
        said = f"{d.label}：这一份是 {d.first}，“{winner.path}”是 {d.second}"
        seen = (("this", d.first), ("other", d.second))
        notes.append(
            record(
                code,
                said,
                sheet=d.place.sheet,
                cell=d.place.cell,
                field=d.field,
                observed=seen,
                **who,
            )
        )
    ended = file.ended(outcome, *notes)
    return ended if outcome is Outcome.SUPERSEDED else replace(ended, submission=None)


def _content(file: FileRecord) -> tuple[object, ...]:
    assert file.submission is not None
    return file.submission.content


def _source(file: FileRecord) -> Provenance:
    assert file.submission is not None
    return file.submission.provenance


Age = tuple[float, int, float, float]


def _by_itself(file: FileRecord) -> Age:
    source = _source(file)
    return 0.0, source.number, _moment(source.saved), source.modified


def _as_old(one: Age, other: Age) -> bool:
    """Whether nothing tells which of two is newer; a file without a time stamp (0) may be of any age."""
    return one[:3] == other[:3] and (one[3] == other[3] or 0.0 in (one[3], other[3]))


def _by_arrival(file: FileRecord) -> Age:
    return _source(file).arrived, *_by_itself(file)[1:3], 0.0


def _by_statement(file: FileRecord) -> Age:
    return *_by_itself(file)[:3], 0.0


def _contenders(
    files: list[FileRecord], places: list[int]
) -> tuple[list[int], Callable[[FileRecord], Age]]:
    """Which of a unit's files may count, and what tells their age. Those that came by mail are ordered by
    arrival; what was put into the folder by hand is compared with the last of them by what the files say
    (their time stamps tell when somebody copied them)."""
    came = [i for i in places if _source(files[i]).arrived]
    if not came:
        return places, _by_itself
    if len(came) == len(places):
        return places, _by_arrival
    last = max(_source(files[i]).arrived for i in came)
    return [i for i in places if _source(files[i]).arrived == last or i not in came], _by_statement


def _moment(saved: str) -> float:
    """A last-saved time in seconds, one without a zone taken as China's; before all others when not told."""
    try:
        moment = dt.datetime.fromisoformat(saved)
    except ValueError:
        return 0.0
    return (moment if moment.tzinfo else moment.replace(tzinfo=CHINA)).timestamp()


def _reason(old: FileRecord, new: FileRecord) -> str:
    mine, other = _source(old), _source(new)
    if other.arrived > mine.arrived > 0:
        return f"收到得较晚（{_said(other.arrived)}，这一份是 {_said(mine.arrived)}）"
    if _by_itself(old)[:3] > _by_itself(new)[:3]:
        return "这一份已被后来收到的取代，后来收到的又不如那一份新"
    if mine.number != other.number:
        return f"报送序号较大（第 {other.number} 次，这一份是第 {mine.number} 次）"
    if _moment(mine.saved) != _moment(other.saved):
        return f"保存时间较新（{other.saved or '未注明'}，这一份是 {mine.saved or '未注明'}）"
    return "文件的修改时间较新"


def _said(seconds: float) -> str:
    return f"{dt.datetime.fromtimestamp(seconds, CHINA):%Y-%m-%d %H:%M:%S}"


def _in_doubt(winner: FileRecord, others: Iterable[FileRecord]) -> FileRecord:
    """The file that counts because it came last, with a warning when another says it is newer itself."""
    newer = [f for f in others if _by_itself(f)[1:3] > _by_itself(winner)[1:3]]
    if not newer:
        return winner
    rival = max(newer, key=_by_itself)
    mine, other = _source(winner), _source(rival)
    words = (
        f"以后收到的这一份为准，但先收到的“{rival.path}”报送序号或保存时间较新"
        f"（第 {other.number} 次，{other.saved or '未注明'}；这一份第 {mine.number} 次，{mine.saved or '未注明'}）"
    )
    finding = record(
        F20, words, "请与单位核对以哪一份为准；不要的一份请移出文件夹", file=winner.path
    )
    return winner.ended(winner.outcome, finding.at(unit=winner.unit.name))


def _once(files: list[FileRecord]) -> list[FileRecord]:
    """No unit is counted twice: not by itself and again inside a summary, nor inside two summaries."""
    decided = list(files)
    holders: dict[tuple[str, str], list[int]] = {}
    for places in _candidates(files).values():
        for i in places:
            submission = files[i].submission
            assert submission is not None
            for unit in submission.reporting:
                holders.setdefault((unit.code, unit.name), []).append(i)
    for (_, name), places in holders.items():
        if len(places) < 2:
            continue
        for i in places:
            submission = files[i].submission
            if isinstance(submission, Summary) and decided[i].outcome is Outcome.ACCEPTED:
                others = "、".join(f"“{files[n].path}”" for n in places if n != i)
                words = f"汇总表里的“{name}”又出现在{others}中，都计入会重复"
                suggestion = "请只留下其中一种，再重新汇总"
                finding = record(
                    F10, words, suggestion, file=files[i].path, unit=files[i].unit.name
                )
                decided[i] = replace(files[i].ended(Outcome.REJECTED, finding), submission=None)
    return decided


def check_each(
    files: list[FileRecord], catalog: FormCatalog, last: PriorYear | None = None
) -> list[FileRecord]:
    """Runs the checks on all candidates, those of one form together; errors mean `returned`."""
    files = [with_last_year(file, last) for file in files]
    decided = list(files)
    by_form: dict[str, list[int]] = {}
    for i, file in enumerate(files):
        if file.submission is not None and file.outcome is Outcome.ACCEPTED:
            by_form.setdefault(file.submission.form, []).append(i)
    older = _older_versions(files)
    for form_id, places in by_form.items():
        form = catalog(form_id)
        assert form is not None
        submissions = [s for i in places if (s := files[i].submission) is not None]
        versions = [older.get((s.unit.code, s.unit.name), {}) for s in submissions]
        evaluation = evaluate_submissions(form, submissions)
        findings = validate(evaluation, versions)
        for i, view, found in zip(places, evaluation.views(), findings, strict=True):
            decided[i] = _judged(replace(files[i], view=view), form, found)
    return decided


def _older_versions(files: list[FileRecord]) -> dict[tuple[str, str], dict[str, Decimal]]:
    """The numbers of a superseded report of each unit that sent several."""
    return {
        (s.unit.code, s.unit.name): {
            name: e.value for name, e in s.entries.items() if e.value is not None
        }
        for file in files
        if file.outcome is Outcome.SUPERSEDED and (s := file.submission) is not None
    }


def _judged(file: FileRecord, form: Form, found: tuple[Finding, ...]) -> FileRecord:
    mine = [f.at(file=file.path, unit=file.unit.name) for f in (*file.findings, *found)]
    findings = tuple(excel_order(mine, layout_of(form).sheets))
    outcome = Outcome.RETURNED if has_errors(findings) else Outcome.ACCEPTED
    return replace(file, outcome=outcome, findings=findings)
