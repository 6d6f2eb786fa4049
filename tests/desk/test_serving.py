"""A real server: what is too large or does not fit on the disk is told in our words, for it is heard
to its end, and nothing of it is kept."""

from __future__ import annotations

import errno
import json
import shutil
import tempfile
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path
from types import SimpleNamespace

import pytest

from campaign.scene import campaign_in
from desk.test_launch import Running
from xlreport.desk import app

LIMIT = 1 << 20
BOUNDARY = "x"
MEBIBYTE = "x" * (1 << 20)


@pytest.fixture
def running(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Running]:
    """With a low limit."""
    monkeypatch.setattr(app, "MOST_UPLOADED", LIMIT)
    campaign_in(tmp_path / "工作")
    desk = Running(tmp_path / "工作").start()
    yield desk
    monkeypatch.undo()
    assert not list((tmp_path / "工作" / "inbox").iterdir())
    assert not list((tmp_path / "工作").glob(".xlreport-desk*"))
    desk.end()


def sent(desk: Running, content: str, *, script: bool, chunked: bool = False) -> tuple[int, str]:
    """A file, as the script or the browser alone sends it; the status, and what is told."""
    cookie = desk.cookie()
    _, _, page = desk.ask("GET", "/log", Cookie=cookie)
    token = page.partition('name="desk-token" content="')[2].partition('"')[0]
    parts = ['Content-Disposition: form-data; name="files"; filename="甲.xlsx"', "", content]
    if not script:
        parts = ['Content-Disposition: form-data; name="token"', "", token, f"--{BOUNDARY}", *parts]
    body = "\r\n".join((f"--{BOUNDARY}", *parts, f"--{BOUNDARY}--", ""))
    headers = {
        "Cookie": cookie,
        "Origin": f"http://127.0.0.1:{desk.address[1]}",
        "Content-Type": f"multipart/form-data; boundary={BOUNDARY}",
    }
    if script:
        headers |= {"Accept": "application/json", "X-Desk-Token": token}
    given = iter([body.encode()]) if chunked else body
    status, answered, answer = desk.ask("POST", "/uploads", given, **headers)
    if script:
        return status, json.loads(answer)["sentence"]
    assert answered["Content-Type"] == "text/html; charset=utf-8"
    return status, answer.partition('role="alert">')[2].partition("</p>")[0]


def full(*_: object, **__: object) -> object:
    """No temporary file can be had."""
    raise OSError(errno.ENOSPC, "full")


@pytest.mark.parametrize("chunked", [False, True])
@pytest.mark.parametrize("script", [True, False])
def test_what_is_too_large_is_told_in_our_words(
    running: Running, *, script: bool, chunked: bool
) -> None:
    """So many times the limit that no socket holds it: who closes early is never heard."""
    status, told = sent(running, MEBIBYTE * 20, script=script, chunked=chunked)
    assert status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    assert told == app._TOO_LARGE


def test_what_is_told_to_be_too_large_is_written_nowhere(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "TemporaryFile", full)
    status, told = sent(running, MEBIBYTE * 20, script=False)
    assert (status, told) == (HTTPStatus.REQUEST_ENTITY_TOO_LARGE, app._TOO_LARGE)


@pytest.mark.parametrize("script", [True, False])
def test_a_disk_that_fills_while_a_file_comes_is_told(
    running: Running, monkeypatch: pytest.MonkeyPatch, *, script: bool
) -> None:
    """Its beginning is in memory; the file for the rest cannot be made."""
    monkeypatch.setattr(tempfile, "TemporaryFile", full)
    status, told = sent(running, "x" * (LIMIT - 1000), script=script)
    assert status == HTTPStatus.CONFLICT
    assert told == (f"磁盘满了，写不了“{tempfile.gettempdir()}”：请腾出空间。原有文件没有改动。")


def test_a_file_for_which_no_room_is_free_is_not_begun(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[object] = []
    monkeypatch.setattr(tempfile, "TemporaryFile", lambda *_, **__: made.append(1))
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: SimpleNamespace(free=600_000))
    status, told = sent(running, "x" * (LIMIT - 1000), script=True)
    assert status == HTTPStatus.CONFLICT
    assert told.startswith("磁盘满了，写不了")
    assert made == []


def test_what_strangers_send_is_written_nowhere(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page of somebody else in the same browser sends without the session."""
    made: list[object] = []
    monkeypatch.setattr(tempfile, "TemporaryFile", lambda *_, **__: made.append(1))
    for cookie in ("", f"xlreport-desk-{running.address[1]}=x"):
        status, _, told = running.ask("POST", "/uploads", "x" * (LIMIT - 1000), Cookie=cookie)
        assert status == HTTPStatus.FORBIDDEN
        assert "这个页面只能从程序打开" in told
    assert made == []


def test_where_nobody_knows_what_is_free_files_are_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    campaign_in(tmp_path / "工作")
    desk = Running(tmp_path / "工作").start()
    monkeypatch.setattr(shutil, "disk_usage", full)
    status, told = sent(desk, MEBIBYTE, script=False)
    assert (status, told) == (HTTPStatus.OK, "")
    assert (tmp_path / "工作" / "inbox" / "甲.xlsx").read_text() == MEBIBYTE
    monkeypatch.undo()
    desk.end()
