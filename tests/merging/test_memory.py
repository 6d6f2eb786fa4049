"""What was read stays known until the file changes; the result is that of reading everything."""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest

from campaign.scene import BINGYIN, JIAZI, YICHOU, workbook
from xlreport import Form, MergeRequest, merge_folder
from xlreport.merging import folder as merged_folder
from xlreport.merging.discover import SourceFile
from xlreport.merging.intake import read_files
from xlreport.merging.memory import Memory
from xlreport.merging.outcome import FileRecord
from xlreport.merging.request import ReadOptions


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files that were really read."""
    names: list[str] = []

    def counted(files: Sequence[SourceFile], *rest: object) -> list[FileRecord]:
        names.extend(file.shown for file in files)
        return read_files(files, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(merged_folder, "read_files", counted)
    return names


def merged(folder: Path, memory: Memory | None) -> list[tuple[str, str]]:
    result = merge_folder(MergeRequest(folder, reading=ReadOptions(memory=memory)))
    return [(file.path, file.outcome.value) for file in result.files]


def test_only_what_changed_is_read_again(tmp_path: Path, zfxxgk: Form, read: list[str]) -> None:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("内.xlsx", workbook(zfxxgk, YICHOU))
    (inbox / "甲!.xlsx").write_bytes(workbook(zfxxgk, JIAZI))
    (inbox / "包.zip").write_bytes(packed.getvalue())
    memory = Memory()
    first = merged(inbox, memory)
    assert first == merged(inbox, None)
    assert [path for path, _ in first] == ["包.zip", "包.zip!内.xlsx", "甲!.xlsx"]
    read.clear()
    assert merged(inbox, memory) == first
    assert read == []

    (inbox / "丙.xlsx").write_bytes(workbook(zfxxgk, BINGYIN))
    (inbox / "甲!.xlsx").write_bytes(workbook(zfxxgk, JIAZI, 2))
    read.clear()
    assert [path for path, _ in merged(inbox, memory)] == [
        "丙.xlsx",
        "包.zip",
        "包.zip!内.xlsx",
        "甲!.xlsx",
    ]
    assert read == ["丙.xlsx", "甲!.xlsx"]

    (inbox / "包.zip").unlink()
    assert [path for path, _ in merged(inbox, memory)] == ["丙.xlsx", "甲!.xlsx"]


def test_the_same_size_and_another_time_is_another_file(
    tmp_path: Path, zfxxgk: Form, read: list[str]
) -> None:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    path = inbox / "甲.xlsx"
    path.write_bytes(workbook(zfxxgk, JIAZI))
    memory = Memory()
    merged(inbox, memory)
    os.utime(path, ns=(1, 1))
    merged(inbox, memory)
    assert read == ["甲.xlsx", "甲.xlsx"]


def test_a_file_that_changes_while_it_is_read_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "甲.xlsx"
    path.write_bytes(b"1")
    calls: list[int] = []

    def reading(files: Sequence[SourceFile]) -> list[FileRecord]:
        calls.append(len(files))
        path.write_bytes(b"22")
        os.utime(path, ns=(len(calls), len(calls)))
        return [FileRecord(file.shown) for file in files]

    memory = Memory()
    listed = [SourceFile(path, "甲.xlsx")]
    memory.read(listed, reading)
    memory.read(listed, reading)
    assert calls == [1, 1]
