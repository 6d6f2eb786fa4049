"""Files are whole, names are harmless, and a folder has one writer."""

from __future__ import annotations

import errno
import os
import stat
import sys
from collections.abc import Callable
from pathlib import Path

import filelock
import pytest

from xlreport import atomic
from xlreport.atomic import (
    LOCK_NAME,
    MOST_BYTES,
    locked,
    safe_name,
    set_aside,
    was_writing,
    why_not_written,
    write_atomically,
    write_together,
)
from xlreport.errors import Busy

posix = pytest.mark.skipif(os.name != "posix", reason="about POSIX permissions and folders")


@pytest.fixture(autouse=True)
def nobody_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who finds a folder locked is told so at once."""
    monkeypatch.setattr(atomic, "PATIENCE", 0.0)


# --- one file ---


def test_a_file_is_replaced_as_a_whole(tmp_path: Path) -> None:
    path = tmp_path / "new" / "folder" / "a.txt"
    write_atomically(path, b"old")
    write_atomically(path, b"new")
    assert path.read_bytes() == b"new"
    assert [p.name for p in path.parent.iterdir()] == ["a.txt"]


def test_all_bytes_are_in_the_file_before_it_is_flushed_to_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes: list[int] = []
    real = os.fsync

    def fsync(handle: int) -> None:
        status = os.fstat(handle)
        if stat.S_ISREG(status.st_mode):
            sizes.append(status.st_size)
        real(handle)

    monkeypatch.setattr(os, "fsync", fsync)
    write_atomically(tmp_path / "a", b"12345")
    assert sizes == [5]


@posix
@pytest.mark.parametrize(("mask", "mode"), [(0o022, 0o644), (0o077, 0o600), (0o002, 0o664)])
def test_who_may_read_the_file_follows_the_umask(tmp_path: Path, mask: int, mode: int) -> None:
    before = os.umask(mask)
    try:
        write_atomically(tmp_path / "a", b"1")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == mode


def test_a_failure_without_a_name_gets_that_of_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="full") as error:
        write_atomically(tmp_path / "a", b"1")
    assert why_not_written(error.value) == f"磁盘满了，写不了“{tmp_path / 'a'}”：请腾出空间。"
    assert list(tmp_path.iterdir()) == []


def test_old_files_are_set_aside_under_names_of_their_own(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    for number in range(3):
        path.write_bytes(b"%d" % number)
        kept = set_aside(path)
        assert (kept.name, kept.read_bytes()) == (f"a.xlsx.bak{number or ''}", b"%d" % number)
    assert not path.exists()


def test_the_time_stamp_is_the_one_that_was_asked_for(tmp_path: Path) -> None:
    write_atomically(tmp_path / "a", b"1", 1_700_000_000.0)
    assert (tmp_path / "a").stat().st_mtime == 1_700_000_000.0


def test_a_replacement_that_fails_leaves_the_old_file_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"old")

    def refused(*_: object) -> None:
        raise PermissionError(errno.EACCES, "open in Excel", str(path))

    monkeypatch.setattr(os, "replace", refused)
    with pytest.raises(PermissionError):
        write_atomically(path, b"new")
    assert path.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["a"]


# --- several files ---


def held(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def refuse_at(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """No file can be put into this place."""
    real = os.replace

    def replace(source: Path, target: Path) -> None:
        if Path(target).name == name:
            raise PermissionError(errno.EACCES, "open in Excel", str(source), None, str(target))
        real(source, target)

    monkeypatch.setattr(os, "replace", replace)
    monkeypatch.setattr(Path, "replace", lambda self, target: replace(self, target))


def test_files_are_replaced_together(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"old a")
    write_together({tmp_path / name: name.encode() for name in "abc"})
    assert held(tmp_path) == {"a": b"a", "b": b"b", "c": b"c"}


@pytest.mark.parametrize("name", ["a", "b", "c"])
def test_none_is_replaced_when_one_cannot_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Of `b` there was none before."""
    before = {"a": b"old a", "c": b"old c"}
    for old, data in before.items():
        (tmp_path / old).write_bytes(data)
    refuse_at(monkeypatch, name)
    with pytest.raises(PermissionError) as error:
        write_together({tmp_path / new: new.encode() for new in "abc"})
    assert held(tmp_path) == before
    assert f"“{tmp_path / name}”" in why_not_written(error.value)
    assert was_writing(error.value)


def test_none_is_touched_when_one_cannot_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a").write_bytes(b"old a")
    handles: list[int] = []
    real = os.fsync

    def full(handle: int) -> None:
        handles.append(handle)
        if len(handles) == 2:
            raise OSError(errno.ENOSPC, "full")
        real(handle)

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="full") as error:
        write_together({tmp_path / name: b"new" for name in "ab"})
    assert held(tmp_path) == {"a": b"old a"}
    assert why_not_written(error.value) == f"磁盘满了，写不了“{tmp_path / 'b'}”：请腾出空间。"


def test_without_hard_links_files_are_still_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_links(*_: object, **__: object) -> None:
        raise OSError(errno.EPERM, "no links")

    monkeypatch.setattr(os, "link", no_links)
    (tmp_path / "a").write_bytes(b"old a")
    write_together({tmp_path / name: name.encode() for name in "ab"})
    assert held(tmp_path) == {"a": b"a", "b": b"b"}


def test_one_file_needs_no_second_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "link")
    (tmp_path / "a").write_bytes(b"old")
    write_atomically(tmp_path / "a", b"new")
    assert held(tmp_path) == {"a": b"new"}


def test_why_a_file_was_not_written() -> None:
    closed = "请关闭正打开它的 WPS 或 Excel，检查磁盘空间和写入权限。"
    denied = PermissionError(errno.EACCES, "denied", "a.xlsx")
    renaming = PermissionError(errno.EACCES, "denied", ".tmp", None, "b.xlsx")
    full = OSError(errno.ENOSPC, "full", "a.xlsx")
    assert why_not_written(denied) == f"写不了“a.xlsx”：{closed}"
    assert why_not_written(renaming) == f"写不了“b.xlsx”：{closed}"
    assert why_not_written(OSError(errno.EIO, "broken")) == f"写不了文件：{closed}"
    assert why_not_written(full) == "磁盘满了，写不了“a.xlsx”：请腾出空间。"
    assert why_not_written(OSError(errno.ENOSPC, "full")) == "磁盘满了，写不了文件：请腾出空间。"


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("甲子镇", "甲子镇.xlsx"),
        ("a/b\\c:d*e?f", "a_b_c_d_e_f.xlsx"),
        ("a\x00b\u202ec\u2028d", "a_b_c_d.xlsx"),
        (" . x . ", "x.xlsx"),
        ("CON .x", "_CON .x.xlsx"),
        ("...", "_.xlsx"),
        ("", "_.xlsx"),
        ("a" * 300, "a" * (MOST_BYTES - 5) + ".xlsx"),
        ("镇" * 300, "镇" * 65 + ".xlsx"),
    ],
)
def test_a_safe_name(name: str, safe: str) -> None:
    assert safe_name(name) == safe


# --- one writer in a folder ---


def test_the_lock_names_its_holder_and_is_gone_afterwards(tmp_path: Path) -> None:
    folder = tmp_path / "new"
    with locked(folder):
        assert (folder / LOCK_NAME).read_bytes() == f" {os.getpid()}".encode()
    assert list(folder.iterdir()) == []


def test_who_finds_the_folder_locked_is_told_by_whom(tmp_path: Path) -> None:
    told = f"另一个 xlreport（进程号 {os.getpid()}）正在写“{tmp_path}”，请等它结束后再运行。"
    with locked(tmp_path), pytest.raises(Busy) as busy, locked(tmp_path):
        pass
    assert busy.value.message == told


@posix
@pytest.mark.parametrize("content", [b"", b" ", b" 12x", b" \xff"])
def test_a_holder_that_did_not_sign_is_not_named(tmp_path: Path, content: bytes) -> None:
    with locked(tmp_path):
        (tmp_path / LOCK_NAME).write_bytes(content)
        with pytest.raises(Busy, match="另一个 xlreport正在写"), locked(tmp_path):
            pass


def test_the_lock_of_a_dead_process_is_taken_over(tmp_path: Path) -> None:
    """Its file is still there; the system has dropped the lock."""
    (tmp_path / LOCK_NAME).write_bytes(b" 123456789012345")
    with locked(tmp_path):
        assert (tmp_path / LOCK_NAME).read_bytes() == f" {os.getpid()}".encode()
    assert list(tmp_path.iterdir()) == []


@posix
def test_a_lock_file_that_was_removed_locks_nothing(tmp_path: Path) -> None:
    """Who waits for a lock whose holder removes the file at the end does not wait for ever."""
    with locked(tmp_path):
        (tmp_path / LOCK_NAME).unlink()
        with locked(tmp_path):
            held = (tmp_path / LOCK_NAME).read_bytes()
    assert held == f" {os.getpid()}".encode()


def test_litter_of_killed_runs_is_cleared_and_nothing_else(tmp_path: Path) -> None:
    for name in (".xlreport-abc.tmp", ".xlreport-abc", "x.tmp", "a.xlsx"):
        (tmp_path / name).write_bytes(b"1")
    with locked(tmp_path):
        pass
    assert {p.name for p in tmp_path.iterdir()} == {".xlreport-abc", "x.tmp", "a.xlsx"}


def failing(number: int) -> Callable[..., None]:
    """An `acquire` that the system answers with this error."""

    def acquire(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number), "lock")

    return acquire


@pytest.mark.parametrize("name", ["ENOLCK", "ENOTSUP", "EINVAL", "ENOSYS"])
def test_a_file_system_without_locks_counts_as_free(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / LOCK_NAME).touch()
    monkeypatch.setattr(filelock.FileLock, "acquire", failing(getattr(errno, name)))
    with locked(tmp_path):
        pass
    if sys.platform != "win32":
        assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["EAGAIN", "EACCES", "EROFS", "ENOSPC"])
def test_any_other_error_of_the_lock_is_one_of_writing(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(filelock.FileLock, "acquire", failing(getattr(errno, name)))
    with pytest.raises(OSError, match="lock") as error, locked(tmp_path):
        pass
    assert error.value.errno == getattr(errno, name)


@posix
def test_a_link_in_place_of_the_lock_is_not_followed(tmp_path: Path) -> None:
    target = tmp_path / "precious"
    target.write_bytes(b"precious")
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / LOCK_NAME).symlink_to(target)
    with pytest.raises(OSError, match=LOCK_NAME), locked(folder):
        pass
    assert target.read_bytes() == b"precious"


def test_the_lock_is_dropped_when_the_work_fails(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="x"), locked(tmp_path):
        raise ValueError("x")
    with locked(tmp_path):
        pass
    assert LOCK_NAME not in {p.name for p in tmp_path.iterdir()}


def test_looking_at_a_file_is_no_writing(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"")
    looking: tuple[Callable[[], object], ...] = (
        (tmp_path / ("x" * 300)).lstat,
        (tmp_path / "none").read_bytes,
        (tmp_path / "none").read_text,
        lambda: list((tmp_path / "a").iterdir()),
    )
    for look in looking:
        with pytest.raises(OSError, match="Errno") as error:
            look()
        assert not was_writing(error.value)
    for write in (
        lambda: write_atomically(tmp_path / "a" / "b", b""),
        lambda: write_atomically(tmp_path / ("x" * 300) / "b", b""),
        lambda: (tmp_path / "none" / "b").write_bytes(b""),
        (tmp_path / "none" / "b").mkdir,
    ):
        with pytest.raises(OSError, match="Errno") as error:
            write()
        assert was_writing(error.value)
