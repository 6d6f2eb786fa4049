"""Folders of an object store: a server of S3 on this machine, and what goes wrong with one."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from support.records import form, report
from xlreport import (
    Limits,
    MergeRequest,
    ReadOptions,
    UsageError,
    check_files,
    merge_folder,
    write_workbook,
)
from xlreport.api import default_out
from xlreport.cli.app import main
from xlreport.formats.guard import Refused
from xlreport.merging.remote import address_of, bytes_at, list_remote

# --- addresses -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "address"),
    [
        (Path("s3://bucket/2025/报表"), "s3://bucket/2025/报表"),
        (Path("s3://bucket/2025/"), "s3://bucket/2025"),
        (Path("memory://x"), "memory://x"),
        (Path("s3:\\bucket\\x"), "s3://bucket/x"),
        (Path("C:/报表"), ""),
        (Path("报表"), ""),
        (Path("/s3:/x"), ""),
        (Path("s3:"), ""),
    ],
)
def test_an_address_is_known_however_it_was_written(path: Path, address: str) -> None:
    assert address_of(path) == address


def test_a_folder_of_this_machine_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    path = Path("s3://bucket")
    path.mkdir(parents=True)
    assert address_of(path) == ""


def test_a_summary_goes_to_the_current_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert default_out(Path("s3://bucket/2025")) == tmp_path / "2025-汇总"


# --- a server of S3 ------------------------------------------------------------------------------

BUCKET = "baobiao"


@pytest.fixture(scope="module")
def book() -> bytes:
    return write_workbook(report(), form())


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """The address of the server; nobody else's account is used."""
    moto = pytest.importorskip("moto.server")
    running = moto.ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    running.start()
    host, port = running.get_host_and_port()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
        patch.setenv("AWS_ACCESS_KEY_ID", "testing")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
        patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        patch.setenv("NO_PROXY", "127.0.0.1")
        yield f"http://{host}:{port}"
    running.stop()


@pytest.fixture(scope="module")
def bucket(server: str, book: bytes) -> str:
    """Two reports, one in a folder, one that is damaged, and what is no report."""
    import s3fs

    store = s3fs.S3FileSystem()
    store.mkdir(BUCKET)
    objects = {
        "2025/甲.xlsx": book,
        "2025/东片/乙.xlsx": book,
        "2025/坏.xlsx": book[:5000],
        "2025/说明.txt": b"hello",
        "2024/甲.xlsx": book,
    }
    for name, data in objects.items():
        store.pipe_file(f"{BUCKET}/{name}", data)
    return f"s3://{BUCKET}/2025"


NAMES = ["东片/乙.xlsx", "坏.xlsx", "甲.xlsx", "说明.txt"]


def test_all_objects_below_an_address_are_listed(bucket: str, book: bytes) -> None:
    files = list_remote(bucket)
    assert [file.shown for file in files] == NAMES
    assert [file.address for file in files] == [f"{bucket}/{name}" for name in NAMES]
    assert all(file.modified for file in files)
    assert bytes_at(files[0].address, len(book)) == book


@pytest.mark.isolated
@pytest.mark.parametrize("workers", [0, 2])
def test_a_merge_of_a_bucket_is_that_of_a_folder(
    workers: int, bucket: str, book: bytes, tmp_path: Path
) -> None:
    for name, data in zip(NAMES, (book, book[:5000], book, b"hello"), strict=True):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)

    def told(folder: Path) -> list[tuple[Any, ...]]:
        request = MergeRequest(folder, reading=ReadOptions(workers=workers))
        return [
            (file.path, file.outcome, [(f.code, f.message) for f in file.findings], file.sha256)
            for file in merge_folder(request).files
        ]

    assert told(Path(bucket)) == told(tmp_path)


@pytest.mark.isolated
def test_the_command_line_takes_an_address(
    bucket: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    code = main(["merge", bucket, "--json"])
    document = json.loads(capsys.readouterr().out)
    assert [file["path"] for file in document["files"]] == NAMES
    assert code == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["2025-汇总"]
    assert main(["check", f"{bucket}/甲.xlsx", "--json"]) == 0
    (file,) = json.loads(capsys.readouterr().out)["files"]
    assert file["path"] == f"{bucket}/甲.xlsx"


def test_the_limit_on_size_holds_before_anything_is_fetched(bucket: str, book: bytes) -> None:
    limits = Limits(file=len(book) - 1, archive=1)
    result = check_files([Path(f"{bucket}/甲.xlsx")], reading=ReadOptions(0, limits))
    (finding,) = result.files[0].findings
    assert finding.code == "R3"
    assert finding.message == f"文件大小为 {len(book):,} 字节，超过允许的 {len(book) - 1:,} 字节"


def test_an_object_that_went_away_is_told(bucket: str) -> None:
    with pytest.raises(Refused) as refused:
        bytes_at(f"{bucket}/没有.xlsx", 10)
    finding = refused.value.finding
    assert (finding.code, finding.message) == ("R6", "没有从网上读到：没有这个文件或文件夹")


@pytest.mark.parametrize(
    ("address", "message"),
    [
        (
            f"s3://{BUCKET}/2023",
            f"“s3://{BUCKET}/2023”里没有文件，或者没有这个文件夹：请检查地址。",
        ),
        ("nix://bucket", "不认识“nix://”开头的地址，可以用 s3://。"),
    ],
)
def test_a_folder_that_is_not_there_is_told(address: str, message: str, bucket: str) -> None:
    with pytest.raises(UsageError) as error:
        merge_folder(MergeRequest(Path(address)))
    assert error.value.message == message


def test_a_bucket_that_is_not_there_is_told(bucket: str) -> None:
    with pytest.raises(UsageError, match="“s3://meiyou"):
        list_remote("s3://meiyou")


# --- without a network, without the package ------------------------------------------------------


class Broken:
    """A store whose every call fails."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def _strip_protocol(self, address: str) -> str:
        return address

    def find(self, *_: object, **__: object) -> dict[str, Any]:
        raise self.error

    def size(self, _: str) -> int:
        raise self.error


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (FileNotFoundError(), "没有这个文件或文件夹"),
        (PermissionError(), "没有读取权限"),
        (TimeoutError(), "网络或存储出错（TimeoutError）"),
        (RuntimeError("secret"), "网络或存储出错（RuntimeError）"),
    ],
)
def test_what_a_store_says_is_told_in_chinese(
    error: Exception, why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("xlreport.merging.remote._store", lambda _: Broken(error))
    with pytest.raises(UsageError) as told:
        list_remote("s3://bucket/x")
    assert told.value.message == f"列不出“s3://bucket/x”里的文件：{why}。"
    with pytest.raises(Refused) as refused:
        bytes_at("s3://bucket/x", 10)
    assert refused.value.finding.message == f"没有从网上读到：{why}"
    assert refused.value.finding.suggestion == "请检查网络和账号的权限，再重新运行"


def test_an_object_that_grew_while_it_was_fetched_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Growing(Broken):
        def size(self, _: str) -> int:
            return 10

        def cat_file(self, _: str) -> bytes:
            return bytes(11)

    monkeypatch.setattr("xlreport.merging.remote._store", lambda _: Growing(OSError()))
    with pytest.raises(Refused) as refused:
        bytes_at("s3://bucket/x", 10)
    assert refused.value.finding.message == "文件大小为 11 字节，超过允许的 10 字节"


@pytest.mark.parametrize("missing", ["fsspec", "s3fs"])
def test_without_the_package_it_is_told_how_to_get_it(
    missing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def absent(_: str) -> None:
        raise ImportError("Install s3fs to access S3")

    if missing == "s3fs":
        monkeypatch.setattr("fsspec.filesystem", absent)
    else:
        monkeypatch.setitem(sys.modules, missing, None)
    with pytest.raises(UsageError) as error:
        list_remote("s3://bucket/x")
    assert error.value.message == (
        "读取“s3://bucket/x”要用的组件没有安装：请运行 pip install 'xlreport[s3]' 后再试"
        "（其他存储请安装它的 fsspec 组件）。"
    )
