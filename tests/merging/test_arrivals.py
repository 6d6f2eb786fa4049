"""Files that came by mail: the last to arrive counts, doubts are told, senders are compared with the roster."""

from __future__ import annotations

import hashlib
import io
import zipfile
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from hostile.scene import COUNTY, base
from support.records import record, report
from xlreport import (
    Entry,
    Form,
    MergeRequest,
    MergeResult,
    Unit,
    merge_folder,
    read_roster,
    write_workbook,
)
from xlreport.merging.arrivals import Arrival, sender_notes, with_arrivals
from xlreport.merging.roster import Roster

FREE = "disclosure.licences.decisions"
JIAZI = Unit("甲子镇", "990101", "乡镇")


@pytest.fixture
def roster(tmp_path: Path) -> Roster:
    path = tmp_path / "名册.csv"
    path.write_text(
        "单位代码,单位名称,类别,邮箱\n990101,甲子镇,乡镇,Jiazi@example.org；j2@example.org\n"
        "990102,乙丑镇,乡镇,shared@example.org\n990103,丙寅镇,乡镇,shared@example.org\n",
        "utf-8",
    )
    return read_roster(path)


def book(form: Form, number: int, saved: str = "", unit: Unit = JIAZI) -> bytes:
    submission = base(form, unit)
    entries = {**submission.entries, FREE: Entry.of(Decimal(number))}
    data = write_workbook(replace(submission, entries=entries), form)
    return stamped(data, saved) if saved else data


def stamped(data: bytes, saved: str) -> bytes:
    """The workbook with a last-saved time."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(made, "w") as new:
        for info in old.infolist():
            content = old.read(info)
            if info.filename == "docProps/core.xml":
                start = content.index(b"<dcterms:modified")
                start = content.index(b">", start) + 1
                content = content[:start] + saved.encode() + content[content.index(b"<", start) :]
            new.writestr(info, content)
    return made.getvalue()


def survey(folder: Path, roster: Roster, came: dict[bytes, Arrival]) -> MergeResult:
    arrivals = {hashlib.sha256(data).hexdigest(): arrival for data, arrival in came.items()}
    return merge_folder(MergeRequest(folder, roster=roster, county=COUNTY, arrivals=arrivals))


def codes(result: MergeResult, path: str) -> list[str]:
    found = (f.code for file in result.files if file.path == path for f in file.findings)
    return [code for code in found if code != "V2"]


MINE = ("jiazi@example.org",)


def test_the_last_to_arrive_counts_and_a_doubt_is_told(
    tmp_path: Path, roster: Roster, zfxxgk: Form
) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    first, second = book(zfxxgk, 5, "2026-01-09T00:00:00Z"), book(zfxxgk, 7, "2026-01-03T00:00:00Z")
    (folder / "a.xlsx").write_bytes(first)
    (folder / "b.xlsx").write_bytes(second)
    told = survey(folder, roster, {first: Arrival(100.0, MINE), second: Arrival(200.0, MINE)})
    assert told.totals[FREE] == 7
    assert codes(told, "b.xlsx") == ["F20"]
    (doubt,) = (f for file in told.files for f in file.findings if f.code == "F20")
    assert doubt.message == (
        "先收到的“a.xlsx”反而较新（第 1 次，保存时间 2026-01-09 08:00），"
        "计入的是后收到的这一份（第 1 次，保存时间 2026-01-03 08:00）"
    )
    told = survey(folder, roster, {first: Arrival(300.0, MINE), second: Arrival(200.0, MINE)})
    assert told.totals[FREE] == 5
    assert "F20" not in codes(told, "a.xlsx")


def test_without_an_arrival_of_all_they_are_ordered_as_ever(
    tmp_path: Path, roster: Roster, zfxxgk: Form
) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    first, second = book(zfxxgk, 5, "2026-01-09T00:00:00Z"), book(zfxxgk, 7, "2026-01-03T00:00:00Z")
    (folder / "a.xlsx").write_bytes(first)
    (folder / "b.xlsx").write_bytes(second)
    assert survey(folder, roster, {second: Arrival(200.0, MINE)}).totals[FREE] == 5


def test_a_file_put_in_by_hand_does_not_bring_back_what_a_later_message_replaced(
    tmp_path: Path, roster: Roster, zfxxgk: Form
) -> None:
    """The county keeps an old version by hand; the first message holds what was saved last of all."""
    folder = tmp_path / "in"
    folder.mkdir()
    first, last = book(zfxxgk, 5, "2026-01-09T00:00:00Z"), book(zfxxgk, 7, "2026-01-05T00:00:00Z")
    by_hand = book(zfxxgk, 9, "2026-01-01T00:00:00Z")
    for name, data in (("first", first), ("last", last), ("hand", by_hand)):
        (folder / f"{name}.xlsx").write_bytes(data)
    came = {first: Arrival(100.0, MINE), last: Arrival(200.0, MINE)}
    told = survey(folder, roster, came)
    assert told.totals[FREE] == 7
    reasons = {
        f.path: next(x.message for x in f.findings if x.code == "F7")
        for f in told.files
        if f.path != "last.xlsx"
    }
    assert "收到得较晚" in reasons["first.xlsx"]
    assert "收到得较晚" not in reasons["hand.xlsx"]
    newer = book(zfxxgk, 9, "2026-01-07T00:00:00Z")
    (folder / "hand.xlsx").write_bytes(newer)
    assert survey(folder, roster, came).totals[FREE] == 9


def test_what_lies_in_an_archive_came_with_it(tmp_path: Path, roster: Roster, zfxxgk: Form) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    old, new = book(zfxxgk, 5), book(zfxxgk, 7)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("甲.xlsx", new)
    (folder / "a.xlsx").write_bytes(old)
    (folder / "b!.zip").write_bytes(packed.getvalue())
    came = {old: Arrival(100.0, MINE), packed.getvalue(): Arrival(200.0, ("j3@example.org",))}
    told = survey(folder, roster, came)
    assert told.totals[FREE] == 7
    assert codes(told, "b!.zip!甲.xlsx") == ["M1"]
    swapped = {old: Arrival(300.0, MINE), packed.getvalue(): Arrival(200.0, MINE)}
    assert survey(folder, roster, swapped).totals[FREE] == 5


def test_what_came_and_is_gone_is_told(tmp_path: Path, roster: Roster, zfxxgk: Form) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.xlsx").write_bytes(book(zfxxgk, 5))
    told = survey(folder, roster, {b"gone": Arrival(1.0, MINE, "甲.xlsx")})
    assert [(f.code, f.file) for f in told.own_findings if f.code[0] == "M"] == [("M10", "甲.xlsx")]
    assert told.exit_code == 1


@pytest.mark.parametrize(
    ("senders", "unit", "expected"),
    [
        (("jiazi@example.org",), "甲子镇", []),
        (("j2@example.org", "county@example.org"), "甲子镇", []),
        (("county@example.org", "jiazi@example.org"), "甲子镇", []),
        (("nobody@example.org",), "甲子镇", ["M1"]),
        (("shared@example.org",), "甲子镇", ["M2"]),
        (("shared@example.org",), "丙寅镇", []),
        (("shared@example.org",), "乙丑镇", []),
        ((), "甲子镇", []),
    ],
)
def test_senders(roster: Roster, senders: tuple[str, ...], unit: str, expected: list[str]) -> None:
    mine = next(u for u in roster.units if u.name == unit)
    assert [f.code for f in sender_notes(senders, mine, roster)] == expected
    assert list(sender_notes(senders, mine, None)) == []


def test_a_time_stamp_counts_only_where_the_time_of_arrival_is_known() -> None:
    file = record("a", report(), modified=5.0)
    for moment, modified in ((9.0, 5.0), (0.0, 0.0)):
        (dated,) = with_arrivals([file], {file.sha256: Arrival(moment, ())}, None)
        assert (dated.provenance.arrived, dated.provenance.modified) == (moment, modified)


def test_a_member_with_a_mark_in_its_name_came_with_its_archive() -> None:
    arrivals = {"sha of a.zip": Arrival(9.0, ())}
    files = [record("a.zip", report()), record("a.zip!甲!乙.xlsx", report(), sha256="other")]
    files.append(record("b.zip!甲.xlsx", report(), sha256="third"))
    moments = [file.provenance.arrived for file in with_arrivals(files, arrivals, None)]
    assert moments == [9.0, 9.0, 0.0]
