"""A desk without a server: a campaign with three towns, and a browser that came in by its door."""

from __future__ import annotations

import html
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from campaign.scene import campaign_in
from xlreport.campaign.campaign import DEFAULT_OPTIONS
from xlreport.desk.app import create_app
from xlreport.desk.desk import Desk
from xlreport.desk.jobs import Job
from xlreport.desk.security import TOKEN_FIELD, TOKEN_HEADER, Guard
from xlreport.errors import XlreportError

PORT = 41234
LONG = 60.0
"""Seconds that nothing takes."""

_TAG = re.compile(r"<[^>]*>")


def words(page: str) -> str:
    """What a page says, in one line."""
    return " ".join(html.unescape(_TAG.sub(" ", page)).split())


@dataclass
class Visit:
    """A browser at the desk; it does as browsers do with forms of our pages."""

    desk: Desk
    client: FlaskClient
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def folder(self) -> Path:
        opened = self.desk.collection
        assert opened is not None
        return opened.folder

    def enter(self) -> TestResponse:
        return self.client.get(f"/enter?token={self.desk.guard.entry}", headers=self.headers)

    def get(self, address: str, **more: Any) -> TestResponse:
        """A page; the desk has read everything before."""
        self.settle()
        return self.client.get(address, headers=self.headers, **more)

    def page(self, address: str) -> str:
        answer = self.get(address)
        assert answer.status_code == 200, answer.text
        return answer.text

    def data(self, address: str) -> Any:
        self.settle()
        answer = self.client.get(address, headers={**self.headers, "Accept": "application/json"})
        return answer.get_json()

    def post(self, address: str, fields: dict[str, Any] | None = None) -> TestResponse:
        """A form of a page, sent by a button."""
        form = {TOKEN_FIELD: self.desk.guard.form, **(fields or {})}
        headers = {**self.headers, "Origin": self.desk.guard.origin}
        return self.client.post(address, data=form, headers=headers)

    def send(self, name: str, data: bytes, **fields: str) -> Any:
        """A file as the script sends it; what the script is told."""
        headers = {
            **self.headers,
            "Origin": self.desk.guard.origin,
            TOKEN_HEADER: self.desk.guard.form,
            "Accept": "application/json",
        }
        form = {"path": name, "files": (io.BytesIO(data), name.rpartition("/")[2] or "_"), **fields}
        answer = self.client.post("/uploads", data=form, headers=headers)
        return answer.get_json()

    def settle(self) -> None:
        """Waits for the jobs, and until the collection is that of now."""
        for job in [*self.desk.jobs._jobs]:
            assert self.desk.jobs.wait(job, LONG)
        if self.desk.collection is not None:
            with suppress(XlreportError, OSError):
                self.desk.collection.look(LONG)

    def job(self, answer: TestResponse) -> Job:
        """The job that an answer leads to, at its end."""
        number = int(answer.headers["Location"].rpartition("/")[2])
        job = self.desk.jobs.get(number)
        assert job is not None
        assert self.desk.jobs.wait(job, LONG)
        return job


@contextmanager
def desk_in(home: Path, *, port: int = PORT) -> Iterator[Visit]:
    """A desk that was started in a folder, and a browser in it."""
    guard = Guard(port)
    desk = Desk(home, guard, DEFAULT_OPTIONS)
    client = create_app(desk).test_client()
    visit = Visit(desk, client, {"Host": guard.host})
    assert visit.enter().status_code == 303
    try:
        yield visit
    finally:
        desk.close()


@contextmanager
def desk_with_towns(folder: Path) -> Iterator[Visit]:
    """A desk with a campaign of three towns."""
    campaign_in(folder)
    with desk_in(folder.parent) as visit:
        assert visit.desk.open(folder) == ""
        yield visit
