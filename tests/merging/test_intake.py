"""Every file gets one record: what is read, what is refused, what lies in archives."""

from __future__ import annotations

import errno
import hashlib
import io
import os
import zipfile
from concurrent.futures import Executor, Future
from pathlib import Path
from typing import Any, ClassVar

import pytest

from formats.packages import xlsx_parts
from formats.packages import zipped as package
from support.records import JIAZI, form, report
from xlreport import FileRecord, Form, FormCatalog, Limits, Outcome, ReadOptions, write_workbook
from xlreport.merging.discover import SourceFile
from xlreport.merging.intake import read_all, read_files
from xlreport.merging.outcome import Stage
from xlreport.merging.reader import IntakeStep, Reader
from xlreport.worker import DIED, MEMORY, RAISED, START, TIME
from xlreport.workers import InProcess, Lost, WorkerPool

FORMS = FormCatalog((form(),))


@pytest.fixture(scope="module")
def book() -> bytes:
    return write_workbook(report(), form())


def zipped(**members: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, data in members.items():
            archive.writestr(name.replace("_", "."), data)
    return target.getvalue()


def source(folder: Path, name: str, data: bytes) -> SourceFile:
    path = folder / name
    path.write_bytes(data)
    return SourceFile(path, name)


def read(folder: Path, *files: SourceFile, **limits: int) -> list[FileRecord]:
    spool = folder / "spool"
    spool.mkdir(exist_ok=True)
    reader = Reader(FORMS, spool, Limits(**limits))
    return list(read_all(files, reader, InProcess()))


def told(records: list[FileRecord]) -> list[tuple[str, str, str]]:
    return [(r.path, r.outcome.value, r.findings[-1].message) for r in records]


def test_a_workbook_is_read_and_waits_for_its_outcome(tmp_path: Path, book: bytes) -> None:
    (file,) = read(tmp_path, source(tmp_path, "甲.xlsx", book))
    assert (file.stage, file.unit, file.year) == (Stage.READ, JIAZI, 2025)
    assert file.form is FORMS("zfxxgk-2021")
    assert file.sha256 == hashlib.sha256(book).hexdigest()
    assert file.provenance.path == "甲.xlsx"
    assert file.provenance.modified == (tmp_path / "甲.xlsx").stat().st_mtime


def test_between_processes_a_record_travels_without_its_form(tmp_path: Path, book: bytes) -> None:
    reader = Reader(FORMS, tmp_path)
    file, inside = reader(source(tmp_path, "甲.xlsx", book))
    assert (file.form, file.form_id, inside) == (None, "zfxxgk-2021", [])


def test_a_large_workbook_of_nobodys_is_told_as_what_it_is(tmp_path: Path) -> None:
    """The limit on documents is none on workbooks: there is another one."""
    rows = "".join(f'<row r="{n}"><c r="A{n}"><v>{n}</v></c></row>' for n in range(1, 30))
    foreign = package(xlsx_parts(f"<sheetData>{rows}</sheetData>"))
    (file,) = read(tmp_path, source(tmp_path, "甲.xlsx", foreign), boxes=20)
    assert (file.outcome, file.findings[-1].code) == (Outcome.REJECTED, "F2")
    page = b"<html>" + b"<p>x" * 30
    (file,) = read(tmp_path, source(tmp_path, "甲.html", page), boxes=20)
    assert (file.outcome, file.findings[-1].code) == (Outcome.REJECTED, "R3")


def test_what_was_not_sent_is_ignored(tmp_path: Path) -> None:
    records = read(tmp_path, source(tmp_path, "~$甲.xlsx", b""), source(tmp_path, "thumbs.db", b""))
    assert told(records) == [
        ("~$甲.xlsx", "ignored", "这是 WPS 或 Excel 打开文件时留下的锁文件，不是报表"),
        ("thumbs.db", "ignored", "这是系统自动生成的文件，不是报表"),
    ]
    assert [r.findings[0].file for r in records] == ["~$甲.xlsx", "thumbs.db"]


NAMED_OTHERWISE = ("~$甲.xlsx", ".~甲.xlsx", "Thumbs.db", "desktop.ini", "._甲.xlsx")


@pytest.mark.parametrize("name", NAMED_OTHERWISE)
def test_a_workbook_with_the_name_of_a_lock_file_is_read(
    tmp_path: Path, book: bytes, name: str
) -> None:
    (file,) = read(tmp_path, source(tmp_path, name, book))
    assert (file.stage, file.unit, file.sha256) == (
        Stage.READ,
        JIAZI,
        hashlib.sha256(book).hexdigest(),
    )


def test_so_is_one_in_a_folder_of_the_system_and_in_an_archive_of_such_a_name(
    tmp_path: Path, book: bytes
) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("__MACOSX/甲.xlsx", book)
        archive.writestr("__MACOSX/._甲.xlsx", b"\x00\x05\x16\x07\x00\x02\x00\x00Mac OS X")
    records = read(tmp_path, source(tmp_path, "~$甲.zip", packed.getvalue()))
    assert [(r.path, r.stage is Stage.READ) for r in records] == [
        ("~$甲.zip", False),
        ("~$甲.zip!__MACOSX/._甲.xlsx", False),
        ("~$甲.zip!__MACOSX/甲.xlsx", True),
    ]
    assert told(records[1:2]) == [
        ("~$甲.zip!__MACOSX/._甲.xlsx", "ignored", "这是系统自动生成的文件，不是报表")
    ]


def test_a_damaged_or_locked_workbook_of_such_a_name_is_not_passed_over(
    tmp_path: Path, book: bytes
) -> None:
    (file,) = read(tmp_path, source(tmp_path, "~$甲.xlsx", book[: len(book) // 2]))
    assert file.decision is Outcome.REJECTED


def test_what_a_run_of_ours_is_writing_is_no_report(tmp_path: Path, book: bytes) -> None:
    (file,) = read(tmp_path, source(tmp_path, ".xlreport-甲.xlsx", book))
    assert told([file]) == [(".xlreport-甲.xlsx", "ignored", "这是系统自动生成的文件，不是报表")]


@pytest.mark.skipif(os.name != "posix", reason="needs links")
def test_a_lock_file_that_is_a_link_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / ".~lock.甲.xlsx#").symlink_to(tmp_path / "nowhere")
    (file,) = read(tmp_path, SourceFile(tmp_path / ".~lock.甲.xlsx#", ".~lock.甲.xlsx#"))
    assert file.decision is Outcome.IGNORED


def test_a_problem_of_the_listing_is_told(tmp_path: Path) -> None:
    (file,) = read(tmp_path, SourceFile(tmp_path, "a", "文件夹没有读取权限"))
    assert told([file]) == [("a", "rejected", "文件夹没有读取权限")]
    assert (file.findings[0].code, file.sha256) == ("R6", "")


def test_what_is_no_regular_file_is_not_read(tmp_path: Path) -> None:
    reason = "这是链接、管道或设备，不是普通文件"
    assert told(read(tmp_path, SourceFile(tmp_path, "folder"))) == [("folder", "rejected", reason)]
    gone = SourceFile(tmp_path / "gone.xlsx", "gone.xlsx")
    assert told(read(tmp_path, gone)) == [("gone.xlsx", "rejected", "文件在读取时不见了")]


@pytest.mark.skipif(os.name != "posix", reason="needs links and pipes")
def test_links_and_pipes_are_not_read(tmp_path: Path, book: bytes) -> None:
    source(tmp_path, "甲.xlsx", book)
    (tmp_path / "link.xlsx").symlink_to(tmp_path / "甲.xlsx")
    os.mkfifo(tmp_path / "pipe.xlsx")
    names = ("link.xlsx", "pipe.xlsx")
    records = read(tmp_path, *(SourceFile(tmp_path / name, name) for name in names))
    reason = "这是链接、管道或设备，不是普通文件"
    assert told(records) == [(name, "rejected", reason) for name in names]


def test_a_denied_file_is_told_as_denied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = source(tmp_path, "甲.xlsx", b"x")

    def denied(*_: Any) -> int:
        raise PermissionError(13, "denied")

    monkeypatch.setattr("xlreport.merging.reader.os.open", denied)
    assert told(read(tmp_path, file)) == [("甲.xlsx", "rejected", "没有读取权限")]


def test_the_limit_is_the_greatest_size_that_is_read(tmp_path: Path) -> None:
    at_limit = source(tmp_path, "a", b"x" * 100)
    above = source(tmp_path, "b", b"x" * 101)
    records = read(tmp_path, at_limit, above, file=100, archive=50)
    assert "超过" not in records[0].findings[0].message
    assert records[1].findings[0].message == "文件大小为 101 字节，超过允许的 100 字节"


def test_an_archive_is_followed_by_its_members(tmp_path: Path, book: bytes) -> None:
    archive = zipped(b_xlsx=book, a_txt=b"hello")
    records = read(tmp_path, source(tmp_path, "x.zip", archive), source(tmp_path, "y.xlsx", book))
    assert [(r.path, r.decision and r.decision.value) for r in records] == [
        ("x.zip", "ignored"),
        ("x.zip!a.txt", "rejected"),
        ("x.zip!b.xlsx", None),
        ("y.xlsx", None),
    ]
    assert records[0].findings[0].message == "这是 ZIP 压缩包，里面有 2 个文件，结果逐个列出"
    assert records[0].sha256 == hashlib.sha256(archive).hexdigest()
    assert records[2].provenance.modified != records[3].provenance.modified, "told by the archive"


def test_an_empty_archive_is_told(tmp_path: Path) -> None:
    (file,) = read(tmp_path, source(tmp_path, "x.zip", zipped()))
    assert file.findings[0].message == "这是 ZIP 压缩包，里面没有文件"


def test_archives_in_archives_are_opened_as_deep_as_allowed(tmp_path: Path) -> None:
    inner = zipped(z_txt=b"x")
    file = source(tmp_path, "x.zip", zipped(y_zip=inner))
    paths = [r.path for r in read(tmp_path, file, depth=2)]
    assert paths == ["x.zip", "x.zip!y.zip", "x.zip!y.zip!z.txt"]
    refused = read(tmp_path, file, depth=1)
    assert [r.path for r in refused] == ["x.zip", "x.zip!y.zip"]
    assert refused[1].findings[0].message == "压缩包套压缩包的层数为 2 层，超过允许的 1 层"


def test_all_archives_within_one_share_its_limit_on_members(tmp_path: Path) -> None:
    inner = zipped(a_txt=b"1", b_txt=b"2")
    file = source(tmp_path, "x.zip", zipped(y_zip=inner, z_txt=b"3"))
    records = read(tmp_path, file, parts=3)
    beyond = [r for r in records if r.findings[0].code == "R3"]
    assert [r.path for r in beyond] == ["x.zip!y.zip!b.txt"]
    assert beyond[0].findings[0].message == (
        "压缩包（含里层的压缩包）里的文件数为 4 个，超过允许的 3 个"
    )
    assert len(read(tmp_path, file, parts=4)) == 5


def test_a_member_whose_name_is_taken_gets_a_number(tmp_path: Path) -> None:
    (tmp_path / "x.zip!a.txt").write_bytes(b"beside")
    files = [
        SourceFile(tmp_path / "x.zip!a.txt", "x.zip!a.txt"),
        source(tmp_path, "x.zip", zipped(a_txt=b"within")),
    ]
    assert [r.path for r in read(tmp_path, *files)] == [
        "x.zip!a.txt",
        "x.zip",
        "x.zip!a.txt（第 2 个）",
    ]


def test_a_spool_that_cannot_be_written_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = source(tmp_path, "x.zip", zipped(a_txt=b"1"))

    def full(*_: Any, **__: Any) -> str:
        raise OSError(28, "full")

    monkeypatch.setattr("tempfile.mkdtemp", full)
    assert told(read(tmp_path, file)) == [("x.zip", "rejected", "解压时写不了临时文件")]


class Losing(Executor):
    """Loses every call for one reason."""

    def __init__(self, reason: str, detail: str = "") -> None:
        self.lost = Lost(reason, detail)

    def submit(self, *_: Any, **__: Any) -> Future[Any]:
        future: Future[Any] = Future()
        future.set_exception(self.lost)
        return future


@pytest.mark.parametrize(
    ("reason", "message"),
    [
        (START, "读取程序没有启动起来，没有读取；文件本身没有问题"),
        (TIME, "读取超过了 2.5 秒，已停止；其他文件不受影响"),
        (MEMORY, "读取要用的内存超过了 1,000 字节，已停止；其他文件不受影响"),
        (DIED, "读取时程序意外中断；其他文件不受影响"),
        (RAISED, "读取时程序出错（{x}）；其他文件不受影响"),
    ],
)
def test_a_lost_worker_costs_its_one_file(tmp_path: Path, reason: str, message: str) -> None:
    reader = Reader(FORMS, tmp_path, Limits(seconds=2.5, memory=1000))
    files = [SourceFile(tmp_path / name, name) for name in ("a", "b")]
    records = list(read_all(files, reader, Losing(reason, "{x}")))
    assert told(records) == [("a", "rejected", message), ("b", "rejected", message)]
    assert records[0].findings[0].code == "R26"


def test_equal_figures_of_many_files_are_one_object(tmp_path: Path, book: bytes) -> None:
    files = [source(tmp_path, name, book) for name in ("a.xlsx", "b.xlsx")]
    first, second = read_files(files, FORMS, ReadOptions(workers=0))
    pairs = zip(first.report.entries.values(), second.report.entries.values(), strict=True)
    assert all(a is b for a, b in pairs)
    assert first.report.provenance.places is second.report.provenance.places
    assert all(f.decision is None or f.outcome is Outcome.REJECTED for f in (first, second))


def test_once_the_limit_is_used_up_deeper_archives_give_nothing(tmp_path: Path) -> None:
    deepest = zipped(e_txt=b"1", f_txt=b"2")
    inner = zipped(c_zip=deepest, d_txt=b"3")
    file = source(tmp_path, "x.zip", zipped(a_zip=inner, b_txt=b"4"))
    records = read(tmp_path, file, parts=3, depth=9)
    beyond = [r.path for r in records if r.findings[0].code == "R3"]
    assert beyond == [
        "x.zip!a.zip!d.txt",
        "x.zip!a.zip!c.zip!e.txt",
        "x.zip!a.zip!c.zip!f.txt",
    ]


def zeros(count: int, size: int) -> bytes:
    return zipped(**{f"{i}_bin": bytes(size) for i in range(count)})


def test_all_archives_within_one_share_its_limit_on_bytes(tmp_path: Path) -> None:
    inner = [zeros(2, 4000) for _ in range(3)]
    file = source(tmp_path, "x.zip", zipped(a_zip=inner[0], b_zip=inner[1], c_zip=inner[2]))
    total = sum(map(len, inner)) + 3 * 4000
    records = read(tmp_path, file, total=total)
    refused = [r.path for r in records if r.findings[-1].code == "R3"]
    assert refused == [
        "x.zip!b.zip!1.bin",
        "x.zip!c.zip!0.bin",
        "x.zip!c.zip!1.bin",
    ]
    assert told(records)[-1][2] == (
        f"解压后的总大小为 {total + 4000:,} 字节，超过允许的 {total:,} 字节"
    )
    assert [r for r in read(tmp_path, file) if r.findings[-1].code == "R3"] == []


def test_what_was_read_leaves_the_spool_before_more_is_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two archives, one with one within: never more than the members of one in the folder."""
    inner = zipped(d_txt=b"4")
    files = [
        source(tmp_path, "x.zip", zipped(a_zip=inner, b_txt=b"2")),
        source(tmp_path, "y.zip", zipped(c_txt=b"3")),
    ]
    spooled: list[list[str]] = []

    def look(file: SourceFile, *rest: Any) -> IntakeStep:
        spooled.append([path.read_text("latin-1") for path in (tmp_path / "spool").rglob("*.bin")])
        return call(file, *rest)

    spool = tmp_path / "spool"
    spool.mkdir()
    reader = Reader(FORMS, spool)
    call = reader.__call__
    monkeypatch.setattr(Reader, "__call__", lambda self, file: look(file))
    records = list(read_all(files, reader, InProcess()))
    assert [r.path for r in records] == [
        "x.zip", "x.zip!a.zip", "x.zip!b.txt", "x.zip!a.zip!d.txt", "y.zip", "y.zip!c.txt",
    ]  # fmt: skip
    assert max(len(each) for each in spooled) == 2
    assert spooled[-1] == ["3"]
    assert list(spool.rglob("*.bin")) == []


def test_a_limit_reserves_nothing(tmp_path: Path, book: bytes) -> None:
    """What a limit allows may be more than there is memory."""
    (file,) = read(tmp_path, source(tmp_path, "甲.xlsx", book), file=10**15 - 1)
    assert file.unit == JIAZI


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        (errno.EMFILE, "电脑上同时打开的文件太多，没有读成；文件本身没有问题"),
        (errno.ENOENT, "文件在读取时不见了"),
        (errno.EPERM, "没有读取权限"),
        (errno.EIO, "文件打不开"),
    ],
)
def test_why_a_file_was_not_opened(
    tmp_path: Path, book: bytes, number: int, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        raise OSError(number, "?")

    file = source(tmp_path, "甲.xlsx", book)
    monkeypatch.setattr(os, "open", refused)
    assert told(read(tmp_path, file)) == [("甲.xlsx", "rejected", reason)]


class Counted(FormCatalog):
    """Counts how often a form is looked up in this process."""

    asked: ClassVar[list[str]] = []

    def __call__(self, form_id: str) -> Form | None:
        self.asked.append(form_id)
        return super().__call__(form_id)


def test_a_form_is_looked_up_once_and_not_for_each_file(tmp_path: Path, book: bytes) -> None:
    """To look it up lists the folder of definitions."""
    files = [source(tmp_path, f"{i}.xlsx", book) for i in range(6)]
    own = Counted((form(),))
    Counted.asked.clear()
    with WorkerPool(1, 600, 10**9) as pool:
        reader = Reader(own, tmp_path)
        assert len(list(read_all(files, reader, pool))) == 6
    assert Counted.asked == ["zfxxgk-2021"]
