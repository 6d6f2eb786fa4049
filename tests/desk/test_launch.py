"""A real server on a free port: what the command does from its start to its end."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
import threading
import urllib.parse
import webbrowser
from collections.abc import Iterator
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path

import pytest

from campaign.scene import campaign_in
from xlreport.cli.app import main
from xlreport.desk import launch
from xlreport.desk.instance import LOG, NOTE, running_door
from xlreport.desk.launch import Start
from xlreport.errors import UsageError

LONG = 30.0


@dataclass
class Running:
    """A desk that was started in a thread, by the lines that it told."""

    folder: Path
    port: int = 0
    browser: bool = False
    lines: list[str] = field(default_factory=list)
    told: threading.Event = field(default_factory=threading.Event)
    failed: list[BaseException] = field(default_factory=list)

    def start(self) -> Running:
        self.thread = threading.Thread(target=self._run)
        self.thread.start()
        assert self.told.wait(LONG)
        return self

    def _run(self) -> None:
        try:
            launch.run(Start(self.folder, self.port, self.browser), self._tell)
        except UsageError as error:
            self.failed.append(error)
        finally:
            self.told.set()

    def _tell(self, line: str) -> None:
        self.lines.append(line)
        self.told.set()

    @property
    def door(self) -> str:
        return self.lines[0].partition("：")[2]

    @property
    def address(self) -> tuple[str, int]:
        parts = urllib.parse.urlsplit(self.door)
        return str(parts.hostname), int(parts.port or 0)

    def ask(
        self, method: str, path: str, body: str | Iterator[bytes] = "", **headers: str
    ) -> tuple[int, dict[str, str], str]:
        """An iterator is sent in chunks."""
        connection = http.client.HTTPConnection(*self.address, timeout=LONG)
        sent = body.encode() if isinstance(body, str) else body
        try:
            connection.request(method, path, sent, headers)
            answer = connection.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read().decode()
        finally:
            connection.close()

    def cookie(self) -> str:
        path = self.door.removeprefix(f"http://127.0.0.1:{self.address[1]}")
        _, headers, _ = self.ask("GET", path)
        return headers["Set-Cookie"].partition(";")[0]

    def end(self, address: str = "/log") -> None:
        """By the button of a page, until the thread has ended."""
        self.close_from(address)
        self.thread.join(LONG)
        assert not self.thread.is_alive()

    def close_from(self, address: str) -> None:
        """The button of a page."""
        cookie = self.cookie()
        _, _, page = self.ask("GET", address, Cookie=cookie)
        token = page.partition('name="desk-token" content="')[2].partition('"')[0]
        status, _, said = self.ask(
            "POST",
            "/close",
            f"token={token}",
            **{
                "Cookie": cookie,
                "Origin": f"http://127.0.0.1:{self.address[1]}",
                "Content-Type": "application/x-www-form-urlencoded",
            },
        )
        assert status == HTTPStatus.OK
        assert "工作台已关闭" in said


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    campaign_in(tmp_path / "工作")
    desk = Running(tmp_path / "工作").start()
    yield desk
    if desk.thread.is_alive():
        desk.end()


def test_it_listens_on_this_machine_only(running: Running) -> None:
    host, port = running.address
    assert host == "127.0.0.1"
    with socket.socket() as outside, pytest.raises(ConnectionRefusedError):
        outside.connect(("127.0.0.2", port))
    status, _, _ = running.ask("GET", "/")
    assert status == HTTPStatus.FORBIDDEN


def test_a_request_with_another_host_is_refused(running: Running) -> None:
    cookie = running.cookie()
    status, _, _ = running.ask("GET", "/", Cookie=cookie, Host="evil.example")
    assert status == HTTPStatus.MISDIRECTED_REQUEST
    status, headers, page = running.ask("GET", "/", Cookie=cookie)
    assert status == HTTPStatus.OK
    assert "收报情况" in page
    assert "Server" not in headers, "nothing tells which server it is"


def test_a_second_start_leads_to_the_first(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[str] = []

    def remembered(what: str) -> bool:
        shown.append(what)
        return True

    monkeypatch.setattr(webbrowser, "open", remembered)
    second = Running(running.folder, browser=True).start()
    second.thread.join(LONG)
    assert second.lines == [f"已经打开了：{running.door}"]
    assert shown == [running.door]


def test_the_end_leaves_the_log_and_nothing_of_the_run(running: Running) -> None:
    door, folder = running.door, running.folder
    assert (folder / NOTE).exists()
    running.end()
    assert not (folder / NOTE).exists()
    log = (folder / LOG).read_text("utf-8")
    assert "打开" in log
    assert "关闭" in log
    assert door.rpartition("=")[2] not in log, "no token"
    again = Running(folder).start()
    again.end()


def test_a_note_of_a_killed_run_is_passed_over(tmp_path: Path) -> None:
    campaign_in(tmp_path / "工作")
    (tmp_path / "工作" / NOTE).write_text('{"door": "http://127.0.0.1:1/enter?token=x"}', "utf-8")
    desk = Running(tmp_path / "工作").start()
    assert desk.lines[0].startswith("工作台已打开：http://127.0.0.1:")
    desk.end()


def test_a_port_that_another_program_has_is_told(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        desk = Running(tmp_path, port).start()
        desk.thread.join(LONG)
    (error,) = desk.failed
    assert str(error) == f"端口 {port} 被另一个程序占用：请换一个，或者不写端口，会自己找一个空的。"


def test_the_command_refuses_a_folder_that_is_not_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["desk", str(tmp_path / "没有"), "--no-browser"]) == 2
    assert capsys.readouterr().err == f"找不到文件夹“{tmp_path}/没有”，请检查路径。\n"


def test_without_a_browser_the_address_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webbrowser, "open", lambda _address: False)
    desk = Running(tmp_path, browser=True).start()
    page = desk.ask("GET", "/start", Cookie=desk.cookie())[2]
    assert "选择或建立一项工作" in page
    desk.end("/start")
    assert "浏览器没有打开，请把上面的地址粘贴到浏览器里。" in desk.lines


def test_a_second_start_in_a_folder_for_campaigns_leads_to_the_first(tmp_path: Path) -> None:
    first = Running(tmp_path).start()
    second = Running(tmp_path).start()
    second.thread.join(LONG)
    assert second.lines == [f"已经打开了：{first.door}"]
    first.end("/start")
    assert not (tmp_path / NOTE).exists()


def test_without_a_console_it_serves_all_the_same(tmp_path: Path) -> None:
    """As pythonw starts it: there is no stdout and no stderr."""
    campaign_in(tmp_path / "工作")
    code = (
        "import sys; sys.stdout = sys.stderr = None; "
        "from xlreport.__main__ import entry_point; entry_point()"
    )
    words = [sys.executable, "-c", code, "desk", str(tmp_path / "工作"), "--no-browser"]
    source = Path(launch.__file__).parents[2]
    process = subprocess.Popen(words, env={**os.environ, "PYTHONPATH": str(source)})
    with process:
        try:
            door = running_door(tmp_path / "工作")
            desk = Running(tmp_path / "工作", lines=[f"：{door}"])
            desk.close_from("/log")
            assert process.wait(LONG) == 0
        finally:
            process.kill()
    assert "关闭" in (tmp_path / "工作" / LOG).read_text("utf-8")


def test_the_keyboard_ends_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl+C, here while it looks whether to end."""
    campaign_in(tmp_path / "工作")
    lines: list[str] = []

    def interrupted(_event: threading.Event, _seconds: float) -> bool:
        raise KeyboardInterrupt

    monkeypatch.setattr(launch, "_ended", interrupted)
    launch.run(Start(tmp_path / "工作", browser=False), lines.append)
    assert lines[-1] == "工作台已关闭。"
    assert not (tmp_path / "工作" / NOTE).exists()


def test_an_address_that_cannot_be_had_is_told_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(launch, "ADDRESS", "203.0.113.1")
    with pytest.raises(OSError, match=r".*"):
        launch.run(Start(tmp_path, browser=False), lambda _line: None)
