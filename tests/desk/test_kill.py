"""The whole desk is killed while files come in: what a page was told is taken is there, whole."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
import threading
import urllib.parse
from http import HTTPStatus
from pathlib import Path

import pytest

from campaign.scene import campaign_in
from xlreport.desk import launch
from xlreport.desk.instance import Instance, running_door
from xlreport.desk.security import TOKEN_HEADER

LONG = 60.0
BOUNDARY = "--------grenze"


class Sender:
    """A browser that sends files, one after the other, until nobody answers."""

    def __init__(self, door: str) -> None:
        parts = urllib.parse.urlsplit(door)
        self.host = f"127.0.0.1:{parts.port}"
        _, headers, _ = self.ask("GET", f"{parts.path}?{parts.query}")
        cookie = headers["Set-Cookie"].partition(";")[0]
        self.headers = {"Cookie": cookie, "Origin": f"http://{self.host}"}
        _, _, page = self.ask("GET", "/log", headers=self.headers)
        token = page.decode().partition('name="desk-token" content="')[2].partition('"')[0]
        self.headers[TOKEN_HEADER] = token
        self.taken: dict[str, bytes] = {}
        self.enough = threading.Event()

    def ask(
        self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None
    ) -> tuple[int, dict[str, str], bytes]:
        connection = http.client.HTTPConnection(self.host, timeout=LONG)
        try:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read()
        finally:
            connection.close()

    def send(self, number: int) -> None:
        data = f"{number:06}".encode() * 30_000
        body = (
            (
                f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="files"; '
                f'filename="{number % 5}.xlsx"\r\n\r\n'
            ).encode()
            + data
            + f"\r\n--{BOUNDARY}--\r\n".encode()
        )
        headers = {
            **self.headers,
            "Accept": "application/json",
            "Content-Type": f"multipart/form-data; boundary={BOUNDARY}",
        }
        status, _, answer = self.ask("POST", "/uploads", body, headers)
        assert status == HTTPStatus.OK
        (receipt,) = json.loads(answer)["files"]
        assert receipt["state"] == "taken"
        self.taken[receipt["path"]] = data

    def until_nobody_answers(self, enough: int) -> None:
        for number in range(1_000_000):
            try:
                self.send(number)
            except (OSError, http.client.HTTPException):
                return
            if len(self.taken) >= enough:
                self.enough.set()


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no SIGKILL on this system")
@pytest.mark.parametrize("enough", [1, 9])
def test_kill_9_while_files_come_in(tmp_path: Path, enough: int) -> None:
    folder = tmp_path / "工作"
    campaign_in(folder)
    source = Path(launch.__file__).parents[2]
    words = [sys.executable, "-m", "xlreport", "desk", str(folder), "--no-browser"]
    process = subprocess.Popen(
        words,
        env={**os.environ, "PYTHONPATH": str(source)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    with process:
        try:
            sender = Sender(running_door(folder))
            thread = threading.Thread(target=sender.until_nobody_answers, args=(enough,))
            thread.start()
            assert sender.enough.wait(LONG)
        finally:
            process.kill()
        thread.join(LONG)
    assert len(sender.taken) >= enough
    for path, data in sender.taken.items():
        assert (folder / "inbox" / path).read_bytes() == data
    for file in (folder / "inbox").iterdir():
        assert file.stat().st_size == 180_000, "and nothing in the inbox is a half"
    again = Instance(folder)
    assert again.claim(), "the next start is not in the way of the killed one"
    again.give_up()
