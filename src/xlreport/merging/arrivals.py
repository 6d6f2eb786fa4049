"""When and from whom files came by mail, where a ledger knows it; files are told by their content."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from xlreport.findings import Finding, record
from xlreport.merging.codes import M1, M2, M10
from xlreport.merging.outcome import FileRecord
from xlreport.merging.roster import Roster
from xlreport.submission import Unit


@dataclass(frozen=True)
class Arrival:
    """When a content last arrived (seconds), who sent the messages it came in (the innermost first), under
    which name it was put into the folder, and what it was called in the message."""

    moment: float
    senders: tuple[str, ...]
    path: str = ""
    name: str = ""


def with_arrivals(
    files: Iterable[FileRecord], arrivals: Mapping[str, Arrival], roster: Roster | None
) -> list[FileRecord]:
    """Each file with the time at which it arrived, and notes about who sent it. What lies in an archive
    came when the archive came."""
    done: list[FileRecord] = []
    archives: dict[str, Arrival] = {}
    for file in files:
        arrival = arrival_of(file, arrivals, archives)
        done.append(_arrived(file, arrival, roster) if arrival is not None else file)
    return done


def arrival_of(
    file: FileRecord, arrivals: Mapping[str, Arrival], archives: dict[str, Arrival]
) -> Arrival | None:
    """A file's arrival by its content, else that of the archive it lies in; `archives` collects them by path."""
    found = arrivals.get(file.sha256) or _outer(file.path, archives)
    if found is not None:
        archives[file.path] = found
    return found


def _outer(path: str, archives: Mapping[str, Arrival]) -> Arrival | None:
    at = path.rfind("!")
    while at > 0:
        if path[:at] in archives:
            return archives[path[:at]]
        at = path.rfind("!", 0, at)
    return None


def _arrived(file: FileRecord, arrival: Arrival, roster: Roster | None) -> FileRecord:
    submission = file.submission
    if submission is None:
        return file
    source = replace(submission.provenance, arrived=arrival.moment)
    if not arrival.moment:
        source = replace(source, modified=0.0)  # the file's time stamp is that of its collection
    notes = sender_notes(arrival.senders, submission.unit, roster)
    findings = (*file.findings, *(note.at(file=file.path, unit=file.unit.name) for note in notes))
    return replace(file, submission=replace(submission, provenance=source), findings=findings)


def moved_away(files: Iterable[FileRecord], arrivals: Mapping[str, Arrival]) -> list[Finding]:
    """What came by mail and is not among the files any more, or not as it came."""
    here = {file.sha256 for file in files}
    gone = sorted((a.path, sha256, a) for sha256, a in arrivals.items() if sha256 not in here)
    words = "收到过“{}”（{}），现在不在文件夹里，或者内容被改过"
    suggestion = "确实不要的不用管；要计入的请把 records/originals 里的 {}… 复制回来，改成这个名称"
    return [
        record(
            M10, words.format(path, "、".join(a.senders)), suggestion.format(sha256[:12]), file=path
        )
        for path, sha256, a in gone
    ]


def sender_notes(senders: tuple[str, ...], unit: Unit, roster: Roster | None) -> Iterator[Finding]:
    """Whether a unit's workbook came from an address that is not its own. One of the senders is enough:
    a colleague may have forwarded it."""
    if roster is None or not senders:
        return
    known = roster.owners(senders)
    if any(owner.code == unit.code or owner.name == unit.name for owner in known):
        return
    who = "、".join(senders)
    if known:
        others = "、".join(f"“{o.name}”" for o in known)
        yield record(
            M2, f"报表是“{unit.name}”的，来自{others}的邮箱（{who}）", "请核对是不是发错了附件"
        )
    else:
        yield record(
            M1,
            f"发件人 {who} 不在名册的邮箱里",
            "请核对是不是该单位报的；是的话可以加进名册的“邮箱”",
        )
