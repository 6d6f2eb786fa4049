"""Files that stand where workbooks are written: only a blank of ours gives way."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from support.fills import fill
from xlreport import Form, FormCatalog, Unit, write_workbook
from xlreport.atomic import locked
from xlreport.errors import Busy, WouldReplace
from xlreport.formats.guard import DEFAULT_LIMITS
from xlreport.merging import replacing
from xlreport.merging.replacing import Replacing, objections, write_all
from xlreport.merging.request import ReadOptions
from xlreport.workbook.writer.template import blank
from xlreport.workers import Lost

IN_PROCESS = ReadOptions(workers=0)
NAME = "甲子镇.xlsx"


@pytest.fixture(scope="module")
def empty(zfxxgk: Form) -> bytes:
    """A blank of ours."""
    return write_workbook(blank(zfxxgk, 2025, Unit("甲子镇", "990101", "乡镇")), zfxxgk)


@pytest.fixture
def how(zfxxgk: Form) -> Replacing:
    return Replacing(FormCatalog((zfxxgk,)), IN_PROCESS)


def standing(folder: Path, data: bytes, name: str = NAME) -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


# --- what is written ------------------------------------------------------------------------


def test_progress_hears_of_each_file_once_it_is_written(tmp_path: Path, how: Replacing) -> None:
    heard: list[object] = []

    @contextmanager
    def progress(what: str, total: int) -> Iterator[Callable[[str], None]]:
        heard.append((what, total))
        yield lambda name: heard.append((name, (tmp_path / name).read_bytes()))
        heard.append("end")

    told = replace(how, reading=replace(how.reading, progress=progress))
    write_all(tmp_path, {"a.csv": b"1", "b.csv": b"2"}, told)
    assert heard == [("写出文件", 2), ("a.csv", b"1"), ("b.csv", b"2"), "end"]


class Counted(dict[str, bytes]):
    """Files that are made when they are asked for."""

    asked = 0

    def __getitem__(self, name: str) -> bytes:
        self.asked += 1
        return super().__getitem__(name)


def test_a_file_is_made_when_it_is_written_and_compared_only_where_one_stands(
    tmp_path: Path, how: Replacing
) -> None:
    files = Counted({"a.csv": b"1", "b.csv": b"2"})
    assert write_all(tmp_path, files, how) == [tmp_path / "a.csv", tmp_path / "b.csv"]
    assert files.asked == 2
    assert (tmp_path / "b.csv").read_bytes() == b"2"
    write_all(tmp_path, files, how)
    assert files.asked == 6, "each compared with what stands there, and written"


def test_files_are_written_where_nothing_stands(tmp_path: Path, how: Replacing) -> None:
    paths = write_all(tmp_path / "new", {"a.xlsx": b"1", "b.csv": b"2"}, how)
    assert [path.name for path in paths] == ["a.xlsx", "b.csv"]
    assert [path.read_bytes() for path in paths] == [b"1", b"2"]


def test_without_files_not_even_a_folder_is_made(tmp_path: Path, how: Replacing) -> None:
    assert write_all(tmp_path / "new", {}, how) == []
    assert not (tmp_path / "new").exists()


def test_a_blank_gives_way(tmp_path: Path, how: Replacing, empty: bytes) -> None:
    path = standing(tmp_path, empty)
    assert write_all(tmp_path, {NAME: b"new"}, how) == [path]
    assert path.read_bytes() == b"new"


def test_one_file_that_must_stay_keeps_all_from_being_written(
    tmp_path: Path, how: Replacing
) -> None:
    path = standing(tmp_path, b"no workbook")
    with pytest.raises(WouldReplace) as refused:
        write_all(tmp_path, {"a.xlsx": b"1", NAME: b"2"}, how)
    first, second, last = str(refused.value).splitlines()
    assert first == "有 1 个同名的文件不是空白表，没有替换，也没有写出任何文件："
    assert second.startswith(f"  “{path}”读不出来（")
    assert last == "请另给一个文件夹；确实要写在这里，命令后加 --force，旧文件改名为 .bak 留着。"
    assert not (tmp_path / "a.xlsx").exists()
    assert path.read_bytes() == b"no workbook"


def test_ten_files_that_must_stay_are_named(tmp_path: Path, how: Replacing) -> None:
    for count, tail in ((10, []), (12, ["  另有 2 个"])):
        files = {f"{number:02}.xlsx": b"new" for number in range(count)}
        for name in files:
            standing(tmp_path, b"old", name)
        with pytest.raises(WouldReplace) as refused:
            write_all(tmp_path, files, how)
        lines = str(refused.value).splitlines()
        assert lines[0].startswith(f"有 {count} 个")
        assert [line for line in lines if line.startswith("  另")] == tail
        assert sum(line.startswith("  “") for line in lines) == 10


def test_names_in_a_refusal_cannot_deceive_the_terminal(tmp_path: Path, how: Replacing) -> None:
    name = "a\x1b[31m.xlsx"
    standing(tmp_path, b"old", name)
    with pytest.raises(WouldReplace) as refused:
        write_all(tmp_path, {name: b"new"}, how)
    assert "\x1b" not in str(refused.value)


def test_kept_files_make_room_and_are_told(tmp_path: Path, how: Replacing, empty: bytes) -> None:
    told: list[tuple[Path, Path]] = []
    keeping = replace(how, keep=lambda old, new: told.append((old, new)))
    path, other = standing(tmp_path, b"old"), standing(tmp_path, empty, "乙.xlsx")
    write_all(tmp_path, {NAME: b"new", "乙.xlsx": b"2"}, keeping)
    kept = tmp_path / f"{NAME}.bak"
    assert told == [(path, kept)]
    assert (path.read_bytes(), kept.read_bytes(), other.read_bytes()) == (b"new", b"old", b"2")


def test_a_folder_that_another_run_holds_is_left(
    tmp_path: Path, how: Replacing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("xlreport.atomic.PATIENCE", 0.1)
    with locked(tmp_path), pytest.raises(Busy):
        write_all(tmp_path, {NAME: b"new"}, how)
    assert not (tmp_path / NAME).exists()


# --- what must stay -------------------------------------------------------------------------


def test_the_same_bytes_need_no_look(tmp_path: Path, how: Replacing) -> None:
    path = standing(tmp_path, b"same")
    assert objections({path: b"same"}, how) == {}
    assert objections({path: b"sam"}, how), "longer"
    assert objections({path: b"samt"}, how)


def test_a_report_must_stay(tmp_path: Path, how: Replacing, zfxxgk: Form) -> None:
    path = standing(tmp_path, write_workbook(fill(zfxxgk, 4, wild=0.0), zfxxgk))
    (reason,) = objections({path: b"new"}, how).values()
    assert "年度的报表，填了：" in reason


def test_an_open_workbook_must_stay(tmp_path: Path, how: Replacing, empty: bytes) -> None:
    for mark in (f"~${NAME}", f".~{NAME}", f".~lock.{NAME}#"):
        path = standing(tmp_path, empty)
        open_mark = standing(tmp_path, b"", mark)
        assert objections({path: b"new"}, how) == {path: "正在 WPS 或 Excel 里打开着"}
        open_mark.unlink()
    assert objections({path: b"new"}, how) == {}


def test_reasons_belong_to_their_files(tmp_path: Path, how: Replacing, empty: bytes) -> None:
    opened = standing(tmp_path, empty, "a.xlsx")
    standing(tmp_path, b"", "~$a.xlsx")
    fine, bad = standing(tmp_path, empty, "b.xlsx"), standing(tmp_path, b"x", "c.xlsx")
    reasons = objections({bad: b"1", fine: b"2", opened: b"3"}, how)
    assert list(reasons) == [bad, opened]
    assert reasons[bad].startswith("读不出来（")


@pytest.mark.skipif(os.name == "nt", reason="links need rights")
def test_a_link_must_stay(tmp_path: Path, how: Replacing, empty: bytes) -> None:
    path = tmp_path / NAME
    path.symlink_to(standing(tmp_path, empty, "a.xlsx"))
    (reason,) = objections({path: b"new"}, how).values()
    assert "这是链接、管道或设备，不是普通文件" in reason
    path.unlink()
    path.symlink_to(tmp_path / "nowhere")
    assert objections({path: b"new"}, how), "a link to nothing stands there, too"


def test_a_file_that_does_not_open_must_stay(
    tmp_path: Path, how: Replacing, monkeypatch: pytest.MonkeyPatch
) -> None:
    def denied(path: Path, most: int) -> tuple[bytes, float]:
        raise PermissionError

    monkeypatch.setattr(replacing, "bytes_of", denied)
    path = standing(tmp_path, b"old")
    assert objections({path: b"new"}, how) == {path: "打不开"}


def test_limits_and_passwords_are_those_of_the_caller(
    tmp_path: Path, how: Replacing, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[tuple[object, ...]] = []

    def asked(*call: object) -> str:
        calls.append(call)
        return ""

    monkeypatch.setattr(replacing, "why_not_blank", asked)
    limits = replace(DEFAULT_LIMITS, file=5)
    reading = replace(IN_PROCESS, limits=limits, passwords=("geheim",))
    path = standing(tmp_path, b"123456789")
    assert objections({path: b"new"}, replace(how, reading=reading)) == {}
    assert calls == [(b"123456", how.forms, limits, ("geheim",))], "one byte more than allowed"


def test_a_file_that_is_lost_in_a_worker_must_stay(tmp_path: Path, how: Replacing) -> None:
    @dataclass
    class Losing(Executor):
        """A pool whose workers give no answer."""

        asked: list[Any] = field(default_factory=list)

        def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
            self.asked += args
            future: Future[Any] = Future()
            future.set_exception(Lost("died"))
            return future

    pool = Losing()
    path = standing(tmp_path, b"old")
    losing = replace(how, reading=ReadOptions(executor=pool))
    assert objections({path: b"new"}, losing) == {path: "读不出来"}
    assert pool.asked == [path]


# --- lists of ours --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "old", "new", "stays"),
    [
        ("a.csv", b"code,name\n1,2\n", b"code,name\n3,4\n", False),
        ("a.csv", b"code,name\n", b"code,name\n3,4\n", False),
        ("a.csv", b"code,name", b"code,name\n3,4\n", True),
        ("a.csv", b"other\n1,2\n", b"code,name\n3,4\n", True),
        ("a.csv", b"code\n", b"code", True),
        ("a.xlsx", b"code,name\n1,2\n", b"code,name\n3,4\n", True),
    ],
)
def test_a_list_of_ours_gives_way_to_a_newer_one(
    tmp_path: Path, how: Replacing, name: str, old: bytes, new: bytes, stays: bool
) -> None:
    path = standing(tmp_path, old, name)
    assert bool(objections({path: new}, how)) is stays
