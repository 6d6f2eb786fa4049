"""A Dask cluster of two processes on this machine: the same records, and a killed one costs nothing."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from support.records import form, report
from xlreport import FileRecord, FormCatalog, ReadOptions, UsageError, write_workbook
from xlreport.merging import cluster
from xlreport.merging.cluster import connected
from xlreport.merging.discover import list_files
from xlreport.merging.elsewhere import program_digest
from xlreport.merging.intake import read_files

pytestmark = pytest.mark.isolated

FORMS = FormCatalog((form(),))


@pytest.fixture(scope="module")
def local() -> Iterator[Any]:
    """A cluster of two worker processes with one thread each."""
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, host="127.0.0.1"
    ) as made:
        yield made


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("towns")
    data = write_workbook(report(), form())
    for i in range(30):
        (folder / f"{i:02}.xlsx").write_bytes(data)
    (folder / "坏.xlsx").write_bytes(data[:5000])
    return folder


def read(folder: Path, **options: Any) -> list[FileRecord]:
    return read_files(list_files(folder), FORMS, ReadOptions(**options))


def test_the_records_are_those_of_this_process(local: Any, folder: Path) -> None:
    assert read(folder, cluster=local.scheduler_address) == read(folder, workers=0)


def test_a_machine_that_is_killed_in_the_middle_costs_nothing(local: Any, folder: Path) -> None:
    """It is killed while it has files: after the first record has come."""
    killed: list[int] = []

    class Count:
        def __enter__(self) -> Any:
            return self.kill

        def __exit__(self, *_: object) -> None:
            pass

        def kill(self, _name: str) -> None:
            if not killed:
                first = next(iter(local.workers.values()))
                killed.append(first.pid)
                os.kill(first.pid, signal.SIGKILL)

    records = read(folder, cluster=local.scheduler_address, progress=lambda what, total: Count())
    assert killed
    assert records == read(folder, workers=0)


# --- what keeps a cluster from being used --------------------------------------------------------


def test_a_machine_with_another_program_is_refused(
    local: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    distributed = pytest.importorskip("distributed")
    with distributed.Client(local.scheduler_address) as client:
        # the one that was killed is started again by its nanny
        client.wait_for_workers(2, timeout=60)
    monkeypatch.setattr(cluster, "program_digest", other_digest)
    with pytest.raises(UsageError) as error, connected(local.scheduler_address):
        pass
    assert error.value.message.startswith(
        "集群里有 2 台机器装的 xlreport 与本机不同，或没有装（tcp://127.0.0.1:"
    )
    assert error.value.message.endswith("）：请都装成同一版本，重新启动工作程序后再运行。")


def other_digest() -> str:
    """This process differs from all others."""
    return f"{program_digest()} {os.getpid()}"


class Without:
    """A cluster in which nobody works."""

    def run(self, *_: object, **__: object) -> dict[str, str]:
        return {}


def test_a_cluster_without_machines_is_refused() -> None:
    with pytest.raises(UsageError, match="集群里没有可以用的机器"):
        cluster._require_same_program(Without())


def test_without_dask_it_is_told_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(UsageError) as error, connected("tcp://127.0.0.1:1"):
        pass
    assert error.value.message == (
        "用集群读取的组件没有安装：请运行 pip install 'xlreport[cluster]' 后再试。"
    )


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "没有"])
def test_where_nobody_answers_it_is_told(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "CONNECTING", 0.2)
    with pytest.raises(UsageError) as error, connected(address):
        pass
    assert error.value.message.startswith(f"连不上集群“{address}”：请检查地址")


def test_one_file_is_read_on_this_machine(folder: Path) -> None:
    (record,) = read_files(list_files(folder)[:1], FORMS, ReadOptions(cluster="tcp://127.0.0.1:1"))
    assert record.submission is not None
