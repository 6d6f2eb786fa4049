"""Which files there are: all of them, in one order, and why some are none that was sent."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from xlreport.merging.codes import LOCK_FILE, SYSTEM_FILE
from xlreport.merging.discover import (
    FOLDER_DENIED,
    FOLDER_UNREADABLE,
    LINK,
    SourceFile,
    list_files,
    own_files,
    system_file,
)


@pytest.mark.parametrize("name", ["~$甲.xlsx", ".~甲.xlsx", "a/~$甲.xlsx", ".~lock.甲.xlsx#"])
def test_lock_files_are_told(name: str) -> None:
    assert system_file(name) is LOCK_FILE


@pytest.mark.parametrize(
    "name",
    ["Thumbs.db", "a/desktop.INI", ".DS_Store", "._甲.xlsx", ".xlreport-lock", "__MACOSX/甲.xlsx"],
)
def test_what_systems_leave_is_told(name: str) -> None:
    assert system_file(name) is SYSTEM_FILE


@pytest.mark.parametrize(
    "name", ["甲.xlsx", "a~$甲.xlsx", "~甲.xlsx", "thumbs.db.xlsx", "my__macosx"]
)
def test_other_names_are_files_that_were_sent(name: str) -> None:
    assert system_file(name) is None


def put(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")


def test_all_files_below_a_folder_in_the_order_of_their_names(tmp_path: Path) -> None:
    put(tmp_path, "b.xlsx", "a/z.xlsx", "a.xlsx", "a/b/c.xlsx")
    found = list_files(tmp_path)
    assert [f.shown for f in found] == ["a.xlsx", "a/b/c.xlsx", "a/z.xlsx", "b.xlsx"]
    assert found[0] == SourceFile(tmp_path / "a.xlsx", "a.xlsx")


def test_the_callers_own_files_are_left_out_however_they_are_named(tmp_path: Path) -> None:
    put(tmp_path, "a/roster.csv", "a/甲.xlsx")
    named = tmp_path / "a" / ".." / "a" / "roster.csv"
    assert [f.shown for f in list_files(tmp_path, own_files([named]))] == ["a/甲.xlsx"]


@pytest.mark.skipif(os.name != "posix", reason="needs links")
def test_links_are_not_followed(tmp_path: Path) -> None:
    put(tmp_path / "elsewhere", "x.xlsx")
    put(tmp_path / "in", "a.xlsx")
    (tmp_path / "in" / "folder").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "in" / "link.xlsx").symlink_to(tmp_path / "elsewhere" / "x.xlsx")
    found = {f.shown: f.problem for f in list_files(tmp_path / "in")}
    assert found == {"a.xlsx": "", "folder": LINK, "link.xlsx": ""}
    link = tmp_path / "in" / "link.xlsx"
    assert "link.xlsx" not in {f.shown for f in list_files(tmp_path / "in", own_files([link]))}


def test_a_folder_that_cannot_be_listed_is_an_entry(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path, "a/甲.xlsx", "b.xlsx")
    scandir = os.scandir

    def denied(path: str) -> object:
        if os.fspath(path).endswith("a"):
            raise PermissionError(13, "denied", os.fspath(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", denied)
    found = [(f.shown, f.problem) for f in list_files(tmp_path)]
    assert found == [("a", FOLDER_DENIED), ("b.xlsx", "")]


@pytest.fixture
def deep(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A thousand folders within each other with a file, and below it folders whose paths are too
    long to be opened; no recursive function could take them away."""
    monkeypatch.chdir(tmp_path)
    names = ["d"] * 1000 + ["x" * 200] * 20
    for number, name in enumerate(names):
        if number == 1000:
            Path("甲.xlsx").write_bytes(b"")
        Path(name).mkdir()
        os.chdir(name)
    yield tmp_path
    for name in reversed(names):
        os.chdir("..")
        Path("甲.xlsx").unlink(missing_ok=True)
        Path(name).rmdir()


@pytest.mark.skipif(os.name != "posix", reason="needs paths longer than may be opened")
def test_a_thousand_folders_within_each_other(deep: Path) -> None:
    found = {(f.shown.rpartition("/")[2], f.problem) for f in list_files(deep)}
    assert found == {("甲.xlsx", ""), ("x" * 200, FOLDER_UNREADABLE)}


def test_a_members_own_name_is_that_in_its_archive() -> None:
    assert (
        SourceFile(Path("spool/000001.bin"), "a.zip!b/甲.xlsx", member="b/甲.xlsx").name
        == "b/甲.xlsx"
    )
    assert SourceFile(Path("in/甲.xlsx"), "甲.xlsx").name == "甲.xlsx"
