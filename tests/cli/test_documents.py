"""A double-click finds the documents where Windows has them."""

from __future__ import annotations

import ctypes
import uuid
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from xlreport.cli.app import main
from xlreport.cli.documents import campaigns, documents
from xlreport.desk import launch


class Windows:
    """What Windows answers; a folder that it does not know is empty."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self.freed: list[str | None] = []
        self.shell32 = SimpleNamespace(SHGetKnownFolderPath=self._told)
        self.ole32 = SimpleNamespace(CoTaskMemFree=lambda path: self.freed.append(path.value))

    def _told(self, guid: Any, flags: int, token: object, out: Any) -> int:
        assert uuid.UUID(bytes_le=guid.raw) == uuid.UUID("FDD39AD0-238F-46AF-ADB4-6C85480369C7")
        assert (flags, token) == (0x4000, None)
        if not self.folder:
            return -2147024894  # 0x80070002, no such file
        out._obj.value = self.folder
        return 0


def on_windows(monkeypatch: pytest.MonkeyPatch, folder: str) -> Windows:
    windows = Windows(folder)
    monkeypatch.setattr(ctypes, "windll", windows, raising=False)
    return windows


def test_they_may_lie_on_another_drive(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    moved = tmp_path / "D" / "我的文档"
    windows = on_windows(monkeypatch, str(moved))
    assert campaigns() == moved / "xlreport"
    assert (moved / "xlreport").is_dir()
    assert windows.freed == [str(moved)]


def test_where_windows_does_not_know_they_have_their_usual_place(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    windows = on_windows(monkeypatch, "")
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    assert documents() == tmp_path
    (tmp_path / "Documents").mkdir()
    assert documents() == tmp_path / "Documents"
    assert windows.freed == [None, None]


def test_on_another_system_they_are_below_the_home(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("USERPROFILE", raising=False)
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    assert documents() == tmp_path


@pytest.mark.parametrize("given", [True, False])
def test_the_desk_opens_there_unless_another_folder_is_given(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, *, given: bool
) -> None:
    on_windows(monkeypatch, str(tmp_path / "文档"))
    started: list[launch.Start] = []
    monkeypatch.setattr(launch, "run", lambda start, _tell: started.append(start))
    words = [str(tmp_path)] if given else []
    assert main(["desk", *words, "--documents"]) == 0
    assert [start.folder for start in started] == (
        [tmp_path] if given else [tmp_path / "文档" / "xlreport"]
    )
    assert (tmp_path / "文档").exists() != given
