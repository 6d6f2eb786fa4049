"""An archive is checked against its list years later: what is missing, added or changed is told."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from xlreport.errors import UsageError
from xlreport.publishing.archive import ABOUT, LIST, Contents, pack, verify

FILES = {"原件/甲子镇.xlsx": b"PK one" * 50, "记录/决定.csv": "单位\r\n".encode(), "空.txt": b""}
CONTENTS = Contents("示例县2025年报", "0.1", "2026-03-01", FILES, {"year": 2025})


def written(folder: Path, data: bytes) -> Path:
    path = folder / "归档.zip"
    path.write_bytes(data)
    return path


def rewritten(folder: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    """The archive with its members changed."""
    archive = zipfile.ZipFile(io.BytesIO(pack(CONTENTS).data))
    members = {name: archive.read(name) for name in archive.namelist()}
    change(members)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as again:
        for name, data in members.items():
            again.writestr(name, data)
    return written(folder, buffer.getvalue())


def test_what_was_packed_is_whole(tmp_path: Path) -> None:
    packed = pack(CONTENTS)
    found = verify(written(tmp_path, packed.data))
    assert found.faults == ()
    assert found.code == packed.code
    assert (found.title, found.version, found.day) == ("示例县2025年报", "0.1", "2026-03-01")
    assert found.files == len(FILES) + 1


def test_the_same_contents_give_the_same_bytes() -> None:
    assert pack(CONTENTS) == pack(CONTENTS)


def test_it_opens_without_the_program(tmp_path: Path) -> None:
    with zipfile.ZipFile(written(tmp_path, pack(CONTENTS).data)) as archive:
        assert archive.testzip() is None
        assert archive.read("原件/甲子镇.xlsx") == FILES["原件/甲子镇.xlsx"]
        about = archive.read(ABOUT).decode("utf-8-sig")
    assert about.startswith("示例县2025年报\r\n")
    assert "xlreport archive --verify" in about


def remove(members: dict[str, bytes]) -> None:
    del members["空.txt"]


def add(members: dict[str, bytes]) -> None:
    members["多.txt"] = b"x"


def alter(members: dict[str, bytes]) -> None:
    members["记录/决定.csv"] = "单立\r\n".encode()


def lengthen(members: dict[str, bytes]) -> None:
    members["空.txt"] = b"x"


def shorten(members: dict[str, bytes]) -> None:
    members["原件/甲子镇.xlsx"] = FILES["原件/甲子镇.xlsx"][:-1]


def test_an_archive_that_is_cut_off_is_told_as_that(tmp_path: Path) -> None:
    """The directory that is found is that of a workbook in it."""
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as workbook:
        workbook.writestr("xl/workbook.xml", b"x" * 400)
    files = {"原件/甲子镇.xlsx": inner.getvalue(), "原件/乙丑镇.xlsx": b"PK two" * 99}
    whole = pack(replace(CONTENTS, files=files)).data
    end = whole.index(b"PK\x05\x06") + 30
    with pytest.raises(UsageError, match="不是完好的压缩包，不能核对；请找另一份备份"):
        verify(written(tmp_path, whole[:end]))


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (remove, "缺少“空.txt”"),
        (add, "多出“多.txt”，清单里没有它"),
        (alter, "“记录/决定.csv”与清单不符，内容改过或损坏了"),
        (lengthen, "“空.txt”与清单不符，内容改过或损坏了"),
        (shorten, "“原件/甲子镇.xlsx”与清单不符，内容改过或损坏了"),
    ],
)
def test_each_change_is_told(
    tmp_path: Path, change: Callable[[dict[str, bytes]], None], fault: str
) -> None:
    assert verify(rewritten(tmp_path, change)).faults == (fault,)


def test_a_second_file_of_a_name_is_told(tmp_path: Path) -> None:
    path = written(tmp_path, pack(CONTENTS).data)
    with pytest.warns(UserWarning, match="Duplicate name"), zipfile.ZipFile(path, "a") as archive:
        archive.writestr("空.txt", b"")
    assert verify(path).faults == ("“空.txt”有两份",)


def test_a_list_that_was_changed_has_another_code(tmp_path: Path) -> None:
    def forge(members: dict[str, bytes]) -> None:
        document = json.loads(members[LIST])
        document["files"]["空.txt"]["sha256"] = "0" * 64
        members[LIST] = json.dumps(document).encode()

    found = verify(rewritten(tmp_path, forge))
    assert found.code != pack(CONTENTS).code
    assert found.faults == ("“空.txt”与清单不符，内容改过或损坏了",)


def test_a_damaged_member_is_told(tmp_path: Path) -> None:
    data = bytearray(pack(CONTENTS).data)
    at = data.index(b"PK one")
    data[at] ^= 1
    found = verify(written(tmp_path, bytes(data)))
    assert found.faults == ("“原件/甲子镇.xlsx”与清单不符，内容改过或损坏了",)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"no zip", "不是完好的压缩包"),
        (pack(CONTENTS).data[:-30], "不是完好的压缩包"),
    ],
)
def test_what_is_no_archive_is_said(tmp_path: Path, data: bytes, why: str) -> None:
    with pytest.raises(UsageError, match=why):
        verify(written(tmp_path, data))


@pytest.mark.parametrize(
    ("listed", "why"),
    [
        (None, "里没有“清单.json”"),
        (b"[]", "读不懂"),
        (b"{}", "读不懂"),
        (b"[" * 100_000, "读不懂"),
        (b'{"made_by": "x", "schema": 1, "files": {}}', "不是 xlreport 做的归档包"),
        (b'{"made_by": "xlreport", "schema": 2, "files": {}}', "较新的版本做的"),
        (b'{"made_by": "xlreport", "schema": 1, "files": {"a": {"size": "x"}}}', "读不懂"),
    ],
)
def test_a_list_of_something_else_is_said(tmp_path: Path, listed: bytes | None, why: str) -> None:
    def put(members: dict[str, bytes]) -> None:
        members.clear()
        members["a"] = b""
        if listed is not None:
            members[LIST] = listed

    with pytest.raises(UsageError, match=why):
        verify(rewritten(tmp_path, put))
