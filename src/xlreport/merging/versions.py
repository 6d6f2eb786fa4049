"""Which of several reports of one unit counts: the newest, unless nobody can tell which that is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass

from xlreport.clock import seconds_of, told_apart
from xlreport.findings import Finding, Message
from xlreport.merging.codes import (
    ALL_UNDECIDED,
    BLANK_BESIDE,
    COPY_COUNTED,
    COPY_NOT_COUNTED,
    LATER_IS_OLDER,
    OLDER,
    OLDER_SAYS,
    UNDECIDED,
    UNDECIDED_SAYS,
)
from xlreport.merging.diff import differences
from xlreport.merging.outcome import FileRecord, Outcome, Stage, UnitKey
from xlreport.submission import Provenance

NOT_TOLD = "未注明"


@dataclass(frozen=True, order=True)
class Age:
    """How new a report is: the greater the newer, the first difference decides.

    `arrived` and `modified` (the file's time stamp) are in seconds, 0 where they are not known or
    do not matter; `number` is the submission number, `saved` the last-saved time in seconds.
    """

    arrived: float
    number: int
    saved: float
    modified: float

    def may_be_as_old(self, other: Age) -> bool:
        """Whether nothing tells which of two is newer.

        Without a time stamp a file may be of any age.
        """
        if self.stated != other.stated or self.arrived != other.arrived:
            return False
        unknown = 0.0 in (self.modified, other.modified)
        return unknown or self.modified == other.modified

    @property
    def stated(self) -> tuple[int, float]:
        """What the report itself says of its age."""
        return self.number, self.saved


Clock = Callable[[FileRecord], Age]
"""What tells the age of a unit's files."""


def by_itself(file: FileRecord) -> Age:
    """By what the file says, then by its time stamp; that of a document that is not our workbook
    tells when somebody saved the page."""
    source = file.provenance
    modified = 0.0 if source.document else source.modified
    return Age(0.0, source.number, seconds_of(source.saved), modified)


def by_statement(file: FileRecord) -> Age:
    """By what the file says; its time stamp tells when somebody copied it."""
    source = file.provenance
    return Age(0.0, source.number, seconds_of(source.saved), 0.0)


def by_arrival(file: FileRecord) -> Age:
    """By the time at which it came by mail, then by what it says."""
    source = file.provenance
    return Age(source.arrived, source.number, seconds_of(source.saved), 0.0)


@dataclass(frozen=True)
class Ranking:
    """The reports of one unit: the newest, its copies, and those that say something else.

    `tied` when one of the others may be as new; `clock` is what told the ages.
    """

    winner: FileRecord
    equal: tuple[FileRecord, ...]
    older: tuple[FileRecord, ...]
    tied: bool
    clock: Clock


def rank(candidates: Sequence[FileRecord]) -> Ranking:
    """Ranks the reports of one unit by their age."""
    contenders, clock = _contenders(candidates)
    newest = max(contenders, key=clock)
    age = clock(newest)
    may_count = frozenset(file.path for file in contenders)
    alike, older = _told_apart(candidates, newest)
    fit = alike
    if older:
        # of equal copies any may stay, but one that takes another's place must be newer than that
        fit = [file for file in alike if file.path in may_count and clock(file) == age]
    winner = min(fit, key=lambda file: (len(file.path), file.path))
    alike.remove(winner)
    tied = any(clock(file).may_be_as_old(age) for file in older if file.path in may_count)
    return Ranking(winner, tuple(alike), tuple(older), tied=tied, clock=clock)


def _told_apart(
    files: Iterable[FileRecord], newest: FileRecord
) -> tuple[list[FileRecord], list[FileRecord]]:
    """The files that say the same as the newest, and those that say something else."""
    content = newest.report.content
    alike: list[FileRecord] = []
    older: list[FileRecord] = []
    for file in files:
        is_alike = file is newest or file.report.content == content
        (alike if is_alike else older).append(file)
    return alike, older


def _contenders(candidates: Sequence[FileRecord]) -> tuple[Sequence[FileRecord], Clock]:
    """Which of a unit's files may count, and what tells their age.

    Those that came by mail are ordered by arrival. What was put into the folder by hand is compared
    with the last of them by what the files say.
    """
    mailed = [file for file in candidates if file.provenance.arrived]
    if not mailed:
        return candidates, by_itself
    if len(mailed) == len(candidates):
        return candidates, by_arrival
    last = max(file.provenance.arrived for file in mailed)
    contenders = [file for file in candidates if file.provenance.arrived in (0.0, last)]
    return contenders, by_statement


Rule = Callable[[Sequence[FileRecord]], Iterable[FileRecord]]
"""Decides about files that belong together; gives those about which there is something to say."""


def decided_together(
    files: Sequence[FileRecord], key: Callable[[FileRecord], Hashable | None], rule: Rule
) -> list[FileRecord]:
    """The files in their order, decided by a rule that sees all of one key at once; a file whose
    key is None stays as it is."""
    alike: defaultdict[Hashable, list[FileRecord]] = defaultdict(list)
    for file in files:
        own = key(file)
        if own is not None:
            alike[own].append(file)
    ruled: dict[str, FileRecord] = {}
    for together in alike.values():
        ruled.update((file.path, file) for file in rule(together))
    return [ruled.get(file.path, file) for file in files]


def unit_of_candidate(file: FileRecord) -> UnitKey | None:
    """The unit of a report that may count; None for any other file."""
    return file.unit_key if file.stage is Stage.CANDIDATE else None


def newest_versions(files: Sequence[FileRecord], *, newest: bool) -> list[FileRecord]:
    """Of several files of one unit the newest stays a candidate.

    When nothing tells which is newer, or `newest` is false, different files count for nobody. Each
    of the others tells what it says differently, cell by cell.
    """

    def rule(candidates: Sequence[FileRecord]) -> list[FileRecord]:
        return _one_counts(candidates, newest=newest)

    return decided_together(files, unit_of_candidate, rule)


def _one_counts(candidates: Sequence[FileRecord], *, newest: bool) -> list[FileRecord]:
    """The reports of one unit, decided."""
    if len(candidates) == 1:
        return []
    filled_in = [file for file in candidates if not file.report.is_blank]
    ranking = rank(filled_in or candidates)
    is_certain = newest and not ranking.tied
    if ranking.older and not is_certain:
        reason = "分不出哪份较新" if newest else "按要求由人决定"
        decided = _none_counts(ranking, reason)
    else:
        decided = _winner_counts(ranking)
    if filled_in:
        decided += _blanks(candidates, ranking.winner)
    return decided


def _blanks(candidates: Iterable[FileRecord], winner: FileRecord) -> list[FileRecord]:
    """A blank takes no report's place, however late it came."""
    note = BLANK_BESIDE(winner=winner.path)
    blanks = (file for file in candidates if file.report.is_blank)
    return [file.decided(Outcome.SUPERSEDED, file.placed(note)) for file in blanks]


def _winner_counts(ranking: Ranking) -> list[FileRecord]:
    winner = ranking.winner
    if ranking.clock is by_arrival:
        winner = _warned_of_rivals(winner, ranking.older)
    decided = [winner]
    for file in ranking.equal:
        note = file.placed(COPY_COUNTED(winner=winner.path))
        decided.append(file.decided(Outcome.DUPLICATE, note))
    for file in ranking.older:
        why = _why_older(file, winner)
        note = file.placed(OLDER(winner=winner.path, reason=why))
        different = contrasts(file, winner, OLDER_SAYS)
        decided.append(file.decided(Outcome.SUPERSEDED, note, *different))
    return decided


def _none_counts(ranking: Ranking, reason: str) -> list[FileRecord]:
    winner = ranking.winner
    count = 1 + len(ranking.equal) + len(ranking.older)
    undecided = winner.placed(ALL_UNDECIDED(count=count, reason=reason))
    decided = [winner.decided(Outcome.REJECTED, undecided)]
    for file in ranking.equal:
        note = file.placed(COPY_NOT_COUNTED(winner=winner.path))
        decided.append(file.decided(Outcome.DUPLICATE, note))
    for file in ranking.older:
        different = contrasts(file, winner, UNDECIDED_SAYS)
        note = file.placed(UNDECIDED(winner=winner.path))
        decided.append(file.decided(Outcome.REJECTED, note, *different))
    return decided


def contrasts(file: FileRecord, winner: FileRecord, message: Message) -> list[Finding]:
    """Every cell in which a file differs from the one that counts, as findings of the message."""
    if winner.form is None:
        return []
    told = []
    for cell in differences(winner.form, file.report, winner.report):
        finding = message(
            winner=winner.path, label=cell.label, first=cell.first, second=cell.second
        )
        observed = (("this", cell.first), ("other", cell.second))
        there = finding.on(cell.place, cell.field).at(observed=observed)
        told.append(file.placed(there))
    return told


def _why_older(file: FileRecord, winner: FileRecord) -> str:
    """What tells that a file is not as new as the one that counts."""
    mine = file.provenance
    other = winner.provenance
    if other.arrived > mine.arrived > 0:
        theirs, ours = told_apart(other.arrived, mine.arrived)
        return f"收到得较晚（{theirs}，这一份是 {ours}）"
    if by_itself(file).stated > by_itself(winner).stated:
        return "这一份已被后来收到的取代，后来收到的又不如那一份新"
    if mine.number != other.number:
        return f"报送序号较大（第 {other.number} 次，这一份是第 {mine.number} 次）"
    if seconds_of(mine.saved) != seconds_of(other.saved):
        theirs, ours = _times_saved(other, mine)
        return f"保存时间较新（{theirs}，这一份是 {ours}）"
    return "文件的修改时间较新"


def _times_saved(first: Provenance, second: Provenance) -> tuple[str, str]:
    """When two files were last saved."""
    times = told_apart(seconds_of(first.saved), seconds_of(second.saved))
    return times[0] or NOT_TOLD, times[1] or NOT_TOLD


def _warned_of_rivals(winner: FileRecord, others: Iterable[FileRecord]) -> FileRecord:
    """The file that counts because it came last, with a warning when another says it is newer."""
    stated = by_itself(winner).stated
    newer = [file for file in others if by_itself(file).stated > stated]
    if not newer:
        return winner
    rival = max(newer, key=by_itself)
    mine = winner.provenance
    other = rival.provenance
    saved, own_saved = _times_saved(other, mine)
    warning = LATER_IS_OLDER(
        rival=rival.path,
        number=other.number,
        saved=saved,
        own_number=mine.number,
        own_saved=own_saved,
    )
    return winner.noting(winner.placed(warning))
