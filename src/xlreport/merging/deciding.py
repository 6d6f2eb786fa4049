"""Which of the files that could be read are summed: form, year, county, unit, newest version."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

from xlreport.checking.checks import check
from xlreport.checking.findings import Finding, excel_order, has_errors, record
from xlreport.form.model import Form
from xlreport.merging.gathering import FileResult, FormShelf, Outcome
from xlreport.merging.roster import Roster
from xlreport.submission import NOBODY, Submission, Unit
from xlreport.workbook.layout import layout_of

_ASIDE = "请把它移出文件夹，或另行汇总"


@dataclass(frozen=True)
class Target:
    """What is being merged."""

    form: str
    year: int
    county: Unit


def choose_target(
    files: Iterable[FileResult], roster: Roster | None, form: str | None, year: int | None, county: Unit
) -> Target | None:
    """Form, year and county as given; otherwise what most files say (of equal numbers the later year).

    None when no file could be read.
    """
    read = [f.submission for f in files if f.submission is not None]
    if not read:
        return None
    asked = [s for s in read if form in (None, s.form) and year in (None, s.year)]
    said = Counter((s.form, s.year) for s in asked or read)
    (most_form, most_year), _ = max(said.items(), key=lambda item: (item[1], item[0][1], item[0][0]))
    chosen_form, chosen_year = form or most_form, year or most_year
    if not county.name and roster is not None:
        county = roster.county
    if not county.name:
        named = Counter(s.county for s in read if s.county.name and not s.members)
        county = max(named, key=lambda c: (named[c], c.name, c.code), default=NOBODY)
    return Target(chosen_form, chosen_year, county)


def decide(files: list[FileResult], target: Target, roster: Roster | None, shelf: FormShelf) -> list[FileResult]:
    """The outcome of every file, in the same order."""
    decided = [_ours(f, target, roster) if f.submission else f for f in files]
    decided = _contradicting(decided)
    decided = _newest(decided)
    decided = _once(decided)
    return check_each(decided, shelf)


def _ours(file: FileResult, target: Target, roster: Roster | None) -> FileResult:
    """Whether the file belongs to this merge; the unit as the roster knows it."""
    submission = file.submission
    assert submission is not None

    def rejected(code: str, words: str, todo: str) -> FileResult:
        finding = record(code, words, todo, file=file.path, unit=file.unit.name)
        return replace(file.ended(Outcome.REJECTED, finding), submission=None)

    if submission.form != target.form:
        words = f"这是报表“{submission.form}”，本次汇总的是“{target.form}”"
        return rejected("F2", words, _ASIDE)
    if submission.year != target.year:
        words = f"这是 {submission.year} 年度的报表，本次汇总的是 {target.year} 年度"
        return rejected("F1", words, f"请用 {target.year} 年度的模板重新填报")
    if submission.members and target.county.name and submission.unit.name == target.county.name:
        words = f"这是{target.county.name}自己的汇总表，不再计入"
        return file.ended(Outcome.IGNORED, record("F13", words, file=file.path))
    county = submission.county
    if _other_county(target.county, county):
        words = f"这是“{county.name}”的报表，本次汇总的是“{target.county.name}”"
        return rejected("F3", words, _ASIDE)
    if roster is None:
        return file
    listed = roster.find(submission.unit)
    if listed is None:
        words = f"单位“{submission.unit.name}”（代码“{submission.unit.code}”）不在名册上"
        return rejected("F9", words, "请核对单位名称和代码；确应汇总的，请加进名册后重新汇总")
    if not roster.knows(listed, submission.unit.name):
        words = f"代码“{listed.code}”在名册上是“{listed.name}”，文件里写的是“{submission.unit.name}”"
        return rejected("F5", words, "请核对是哪个单位报的，改正后重新报送")
    return _as_listed(file, submission, listed)


def _other_county(wanted: Unit, seen: Unit) -> bool:
    """Whether two names or codes of collecting units contradict each other; an empty one does not."""
    return any(a and b and a != b for a, b in ((wanted.name, seen.name), (wanted.code, seen.code)))


def _as_listed(file: FileResult, submission: Submission, listed: Unit) -> FileResult:
    """The roster's name, code and level hold."""
    findings = file.findings
    if listed.level:
        findings = tuple(f for f in findings if f.code != "R17")
        if submission.unit.level and submission.unit.level != listed.level:
            words = f"封面的单位类别是“{submission.unit.level}”，名册上是“{listed.level}”，按名册校验"
            findings += (record("R17", words, "请核对单位类别", file=file.path),)
    level = listed.level or submission.unit.level
    unit = Unit(listed.name, listed.code, level)
    return replace(file, unit=unit, findings=findings, submission=replace(submission, unit=unit))


def _contradicting(files: list[FileResult]) -> list[FileResult]:
    """One code under two names, or one name under two codes: nobody guesses whose report it is."""
    units = {s.unit for f in files if (s := f.submission) is not None and f.outcome is Outcome.ACCEPTED}
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
            words = f"单位“{mine.name}”（代码“{mine.code}”）与另一份报表里的{'、'.join(others)}对不上"
            todo = "请核对单位名称和代码，改成一致后重新汇总；用名册可以避免这种情况"
            finding = record("F14", words, todo, file=file.path, unit=mine.name)
            decided[i] = replace(file.ended(Outcome.REJECTED, finding), submission=None)
    return decided


def _candidates(files: list[FileResult]) -> dict[tuple[str, str], list[int]]:
    found: dict[tuple[str, str], list[int]] = {}
    for i, file in enumerate(files):
        if file.submission is not None and file.outcome is Outcome.ACCEPTED:
            unit = file.submission.unit
            found.setdefault((unit.code, unit.name), []).append(i)
    return found


def _newest(files: list[FileResult]) -> list[FileResult]:
    """Of several files of one unit the newest stays: by last-saved time, then by time stamp, then by name."""
    decided = list(files)
    for places in _candidates(files).values():
        newest = max((files[i] for i in places), key=_age)
        alike = [i for i in places if _content(files[i]) == _content(newest)]
        kept = min(alike, key=lambda i: (len(files[i].path), files[i].path))
        winner = files[kept]
        for i in (i for i in places if i != kept):
            file = files[i]
            if _content(file) == _content(winner):
                words = f"内容与“{winner.path}”完全相同，只计一次"
                decided[i] = file.ended(Outcome.DUPLICATE, record("F8", words, file=file.path, unit=file.unit.name))
            else:
                words = f"同一单位另有“{winner.path}”，{_reason(file, winner)}，以那一份为准"
                todo = "如果应当以这一份为准，请删去另一份后重新汇总"
                note = record("F7", words, todo, file=file.path, unit=file.unit.name)
                decided[i] = file.ended(Outcome.SUPERSEDED, note)
    return decided


def _content(file: FileResult) -> tuple[object, ...]:
    assert file.submission is not None
    return file.submission.content


def _age(file: FileResult) -> tuple[str, float, str]:
    assert file.submission is not None
    return file.saved, file.submission.source.modified, file.path


def _reason(old: FileResult, new: FileResult) -> str:
    if old.saved != new.saved:
        return f"保存时间较新（{new.saved or '未注明'}，这一份是 {old.saved or '未注明'}）"
    assert old.submission is not None
    assert new.submission is not None
    if old.submission.source.modified != new.submission.source.modified:
        return "文件的修改时间较新"
    return "两份的时间相同，按文件名取后一份"


def _once(files: list[FileResult]) -> list[FileResult]:
    """No unit is counted twice: not by itself and again inside a summary, nor inside two summaries."""
    decided = list(files)
    holders: dict[tuple[str, str], list[int]] = {}
    for places in _candidates(files).values():
        for i in places:
            submission = files[i].submission
            assert submission is not None
            for unit in submission.members or (submission.unit,):
                holders.setdefault((unit.code, unit.name), []).append(i)
    for (_, name), places in holders.items():
        if len(places) < 2:
            continue
        for i in places:
            submission = files[i].submission
            if submission is not None and submission.members and decided[i].outcome is Outcome.ACCEPTED:
                others = "、".join(f"“{files[n].path}”" for n in places if n != i)
                words = f"汇总表里的“{name}”又出现在{others}中，都计入会重复"
                todo = "请只留下其中一种，再重新汇总"
                finding = record("F10", words, todo, file=files[i].path, unit=files[i].unit.name)
                decided[i] = replace(files[i].ended(Outcome.REJECTED, finding), submission=None)
    return decided


def check_each(files: list[FileResult], shelf: FormShelf) -> list[FileResult]:
    """Runs the checks on all candidates, those of one form together; errors mean `returned`."""
    decided = list(files)
    by_form: dict[str, list[int]] = {}
    for i, file in enumerate(files):
        if file.submission is not None and file.outcome is Outcome.ACCEPTED:
            by_form.setdefault(file.submission.form, []).append(i)
    for form_id, places in by_form.items():
        form = shelf(form_id)
        assert form is not None
        submissions = [s for i in places if (s := files[i].submission) is not None]
        for i, found in zip(places, check(form, submissions), strict=True):
            decided[i] = _judged(files[i], form, found)
    return decided


def _judged(file: FileResult, form: Form, found: tuple[Finding, ...]) -> FileResult:
    mine = [f.at(file=file.path, unit=file.unit.name) for f in (*file.findings, *found)]
    findings = tuple(excel_order(mine, layout_of(form).sheets))
    outcome = Outcome.RETURNED if has_errors(findings) else Outcome.ACCEPTED
    return replace(file, outcome=outcome, findings=findings)
