"""How many workers read, and who gives them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from xlreport import ReadOptions
from xlreport.merging import MODULES, request
from xlreport.workers import InProcess, WorkerPool


@pytest.mark.parametrize(
    ("workers", "files", "threads"), [(2, 9, 2), (9, 2, 2), (0, 9, 0), (2, 0, 0)]
)
def test_there_are_never_more_workers_than_files(workers: int, files: int, threads: int) -> None:
    with ReadOptions(workers=workers).pool(files) as pool:
        if threads:
            assert isinstance(pool, WorkerPool)
            assert len(pool._workers) == threads
        else:
            assert isinstance(pool, InProcess)


def test_without_a_number_the_machine_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xlreport.merging.request.WORKERS", 3)
    with ReadOptions().pool(9) as pool:
        assert isinstance(pool, WorkerPool)
        assert len(pool._workers) == 3


def test_an_executor_of_the_callers_is_used_and_stays_open() -> None:
    with ThreadPoolExecutor(1) as mine:
        with ReadOptions(workers=5, executor=mine).pool(9) as pool:
            assert pool is mine
        assert mine.submit(lambda: 1).result() == 1


def test_a_worker_starts_ahead_where_workers_of_ours_read(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[object] = []
    monkeypatch.setattr(request, "start_ahead", started.append)
    with ThreadPoolExecutor(1) as executor:
        for options in (
            ReadOptions(workers=0),
            ReadOptions(executor=executor),
            ReadOptions(cluster="tcp://host:1"),
        ):
            options.start_ahead()
    assert started == []
    ReadOptions(workers=1).start_ahead()
    assert started == [MODULES]
