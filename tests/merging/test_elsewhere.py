"""An executor of somebody else's: the same records, the same limits, and nothing that it loses."""

from __future__ import annotations

import io
import multiprocessing
import os
import pickle
import sys
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import (
    BrokenExecutor,
    Executor,
    Future,
    ProcessPoolExecutor,
    ThreadPoolExecutor,
)
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from support.records import form, report
from xlreport import FileRecord, FormCatalog, Limits, Outcome, ReadOptions, write_workbook
from xlreport.merging import elsewhere
from xlreport.merging.discover import SourceFile, list_files
from xlreport.merging.elsewhere import Errand, ErrandLanes, FormsMissing, OtherProgram, errand_of
from xlreport.merging.intake import read_files

pytestmark = pytest.mark.isolated

FORMS = FormCatalog((form(),))
LIMITS = Limits()


def zipped(members: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name, (2026, 1, 2, 3, 4, 6)), data)
    return target.getvalue()


@pytest.fixture(scope="module")
def book() -> bytes:
    return write_workbook(report(), form())


@pytest.fixture(scope="module")
def folder(book: bytes, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Workbooks, an archive in an archive, a name that a member has too, and what is no report."""
    folder = tmp_path_factory.mktemp("towns")
    for i in range(6):
        (folder / f"{i}.xlsx").write_bytes(book)
    inner = zipped({"里.xlsx": book, "x.txt": b"hello"})
    (folder / "包.zip").write_bytes(zipped({"甲.xlsx": book, "内.zip": inner}))
    (folder / "包.zip!甲.xlsx").write_bytes(book)
    (folder / "坏.xlsx").write_bytes(book[:5000])
    (folder / "~$甲.xlsx").write_bytes(b"")
    return folder


def read(folder: Path, forms: FormCatalog = FORMS, **options: Any) -> list[FileRecord]:
    return read_files(list_files(folder), forms, ReadOptions(**options))


def spawning(workers: int) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn"))


@pytest.mark.parametrize("kind", [ThreadPoolExecutor, spawning])
def test_the_records_are_those_of_this_process(
    kind: Callable[[int], Executor], folder: Path
) -> None:
    """Also with a form of the user's own, which goes to a process that asks for it."""
    own = FormCatalog((replace(form(), version=77),))
    here = read(folder, own, workers=0)
    with kind(2) as executor:
        there = read(folder, own, executor=executor)
        assert executor.submit(len, "abc").result() == 3, "it stays open"
    assert [record.path for record in there] == [record.path for record in here]
    assert there == here
    assert "包.zip!甲.xlsx（第 2 个）" in [record.path for record in there]
    assert all(record.form is own.given[0] for record in there if record.submission)


def test_files_are_found_wherever_the_executor_runs(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its processes may stand in another folder."""
    monkeypatch.chdir(folder)
    files = [SourceFile(Path("0.xlsx"), "0.xlsx")]
    with spawning(1) as executor:
        executor.submit(os.chdir, "/").result()
        (record,) = read_files(files, FORMS, ReadOptions(executor=executor))
    assert record.submission is not None


@pytest.mark.parametrize(
    ("limits", "message"),
    [
        (Limits(seconds=0.001), "读取超过了 0.001 秒，已停止；其他文件不受影响"),
        pytest.param(
            Limits(memory=1),
            "读取要用的内存超过了 1 字节，已停止；其他文件不受影响",
            marks=pytest.mark.skipif(sys.platform != "linux", reason="needs RLIMIT_AS"),
        ),
    ],
)
def test_limits_hold_there_too(limits: Limits, message: str, folder: Path) -> None:
    files = [SourceFile(folder / "0.xlsx", "0.xlsx")]
    with ThreadPoolExecutor(1) as executor:
        (record,) = read_files(files, FORMS, ReadOptions(executor=executor, limits=limits))
    assert record.outcome is Outcome.REJECTED
    assert [finding.message for finding in record.findings] == [message]


class Failing(Executor):
    """Fails every call, or runs it at once."""

    def __init__(self, *errors: BaseException | None) -> None:
        self.errors = list(errors)
        self.tasks: list[Any] = []

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        self.tasks.append(fn)
        future: Future[Any] = Future()
        error = self.errors.pop(0) if self.errors else None
        if error is not None:
            future.set_exception(error)
            return future
        try:
            future.set_result(fn(*args, **kwargs))
        except (FormsMissing, OtherProgram) as raised:
            future.set_exception(raised)
        return future


@pytest.mark.parametrize(
    "error", [BrokenExecutor(), OSError(5, "x"), OtherProgram(), MemoryError()]
)
def test_what_it_loses_is_read_on_this_machine(error: BaseException, folder: Path) -> None:
    here = read(folder, workers=0)
    assert read(folder, executor=Failing(error, None, error)) == here


def test_an_executor_that_is_gone_costs_nothing(folder: Path) -> None:
    with ThreadPoolExecutor(1) as executor:
        pass
    assert read(folder, executor=executor) == read(folder, workers=0)


def test_a_file_that_lies_on_this_machine_only_is_read_here(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Blind(Failing):
        """A machine on which the path leads nowhere."""

        def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
            (files,) = args
            gone = [replace(file, path=tmp_path / "gone" / file.path.name) for file in files]
            return super().submit(fn, gone)

    monkeypatch.chdir(folder)
    executor = Blind()
    files = [SourceFile(Path("0.xlsx"), "0.xlsx"), SourceFile(Path("nowhere.xlsx"), "nowhere.xlsx")]
    first, second = read_files(files, FORMS, ReadOptions(executor=executor))
    assert first.submission is not None
    assert [finding.message for finding in second.findings] == ["文件在读取时不见了"]


# --- the errand ----------------------------------------------------------------------------------


@pytest.fixture
def other_process(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """As a process to which no form was sent."""
    monkeypatch.setattr(elsewhere, "_FORMS", {})
    yield
    elsewhere.end_workers()


def test_an_errand_is_small_and_forms_are_sent_where_they_are_missing(
    folder: Path, other_process: None
) -> None:
    executor = Failing()
    records = read(folder, executor=executor)
    assert records == read(folder, workers=0)
    sizes = [len(pickle.dumps(task)) for task in executor.tasks]
    assert sizes[0] < 1500
    assert max(sizes) > 50_000, "the first time with the forms"
    executor.tasks.clear()
    assert read(folder, executor=executor) == records
    assert max(len(pickle.dumps(task)) for task in executor.tasks) < 1500


def test_a_process_without_the_forms_says_so(folder: Path, other_process: None) -> None:
    errand = errand_of(FORMS, LIMITS, ())
    files = [SourceFile(folder / "0.xlsx", "0.xlsx")]
    with pytest.raises(FormsMissing):
        replace(errand, packed=())(files)
    assert errand(files)[0][0].path == "0.xlsx"
    assert replace(errand, packed=())(files)[0][0].path == "0.xlsx"


def test_another_program_does_nothing(folder: Path) -> None:
    errand = Errand(LIMITS, program="another one")
    with pytest.raises(OtherProgram):
        errand([SourceFile(folder / "0.xlsx", "0.xlsx")])


def test_the_digest_of_the_program_is_that_of_its_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    digest = elsewhere.program_digest()
    assert len(digest) == 64
    (tmp_path / "a.yaml").write_text("x")
    monkeypatch.setattr(elsewhere, "definitions_folder", lambda: tmp_path)
    other = elsewhere.program_digest.__wrapped__()
    assert other != digest
    (tmp_path / "a.yaml").rename(tmp_path / "b.yaml")
    assert elsewhere.program_digest.__wrapped__() not in (digest, other)


def test_workers_are_kept_for_the_next_errand_and_end_with_the_reading(folder: Path) -> None:
    errand = errand_of(FORMS, LIMITS, ())
    files = [SourceFile(folder / "0.xlsx", "0.xlsx")]
    errand(files)
    (pool,) = elsewhere._workers()._idle
    errand(files)
    assert elsewhere._workers()._idle == [pool]
    with ErrandLanes(Failing(), errand):
        pass
    assert elsewhere._workers()._idle == []
