"""What goes out and what is published: letters, the summary, the report, the archive."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import threading
import zipfile
from dataclasses import dataclass
from http import HTTPStatus
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from flask import Blueprint, Response, abort, render_template, send_file

from xlreport.atomic import safe_name
from xlreport.desk.actions import campaign as campaigns
from xlreport.desk.actions import documents, letters, sums
from xlreport.desk.pages import answers
from xlreport.desk.places import TITLES, fixed, places, workbooks
from xlreport.errors import UsageError
from xlreport.publishing.export import Format
from xlreport.publishing.page.render import PAGE_NAME
from xlreport.submission import Unit
from xlreport.telling.lines import KINDS
from xlreport.text import clean_name

if TYPE_CHECKING:
    from collections.abc import Callable

    from werkzeug.wrappers import Response as AnyResponse

    from xlreport.campaign.campaign import Campaign
    from xlreport.desk.desk import Desk
    from xlreport.desk.jobs import Job

pages = Blueprint("office", __name__)

SANDBOX = (
    "sandbox allow-scripts; default-src 'none'; style-src 'unsafe-inline'; "
    "script-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'"
)
"""The status page is shown as a stranger: its script is its own and reaches nothing of ours."""

FORMATS = {
    Format.CSV: "CSV（表格程序都能打开）",
    Format.JSON: "JSON",
    Format.PARQUET: "Parquet（统计软件用）",
}
"""The formats of the data, in words."""

_BY_A_CLICK: dict[str, Callable[[Desk], Job]] = {
    "templates": campaigns.write_templates,
    "archive": campaigns.pack,
    "repair": documents.repair,
    "import": documents.take_in,
}
"""The buttons that need nothing but a click."""


@dataclass(frozen=True)
class Office:
    """What the page of the buttons shows."""

    campaign: Campaign

    @property
    def warnings(self) -> tuple[str, ...]:
        """What is unsafe about the servers."""
        settings = self.campaign.settings
        return (*settings.smtp.server.warnings(), *settings.imap.server.warnings())

    @property
    def has_filler(self) -> bool:
        """Whether what fills in a document of the office's own is installed."""
        return find_spec("docxtpl") is not None

    @property
    def has_parquet(self) -> bool:
        """Whether what writes Parquet is installed."""
        return all(find_spec(name) is not None for name in ("pandas", "pyarrow"))

    @property
    def there(self) -> dict[str, Path]:
        """What can be opened."""
        return places(self.campaign)


@pages.before_request
def _with_campaign() -> None:
    """Nothing of this can be done before a campaign is chosen."""
    answers.collection()


@pages.get("/office")
def index() -> str:
    """The buttons."""
    campaign = answers.collection().opened()
    office = Office(campaign)
    look = answers.collection().look()
    return render_template(
        "office.html", campaign=campaign, look=look, office=office, kinds=KINDS, formats=FORMATS
    )


@pages.post("/act/<name>")
def act(name: str) -> AnyResponse:
    """A button that needs nothing but a click."""
    action = _BY_A_CLICK.get(name)
    if action is None:
        abort(HTTPStatus.NOT_FOUND)
    return answers.to_job(action(answers.desk()))


@pages.post("/act/merge")
def merge() -> AnyResponse:
    """Sums the inbox."""
    return answers.to_job(sums.merge(answers.desk(), with_errors=_with_errors()))


@pages.post("/act/report")
def publish() -> AnyResponse:
    """Writes the Word report, in the office's own document where one is given."""
    template = answers.upload("template")
    author = clean_name(answers.field("author"))
    job = sums.publish(answers.desk(), template, author, with_errors=_with_errors())
    return answers.to_job(job)


def _with_errors() -> bool:
    return answers.field("with_errors") == "yes"


@pages.post("/export")
def export() -> AnyResponse:
    """Writes the numbers for other programs."""
    to = answers.field("to")
    if to not in tuple(Format):
        abort(HTTPStatus.NOT_FOUND)
    job = sums.export(answers.desk(), Format(to), with_errors=_with_errors())
    return answers.to_job(job)


@pages.post("/import")
def take_in() -> AnyResponse:
    """Imports a file that was given; it is kept."""
    upload = answers.upload("document")
    if upload is None:
        raise UsageError("请先选择要导入的文件。")
    units = [unit.name for unit in _chosen()]
    typed = answers.field("year").strip()
    year = answers.year(typed) if typed else None
    path = documents.keep_to_import(answers.desk(), upload)
    document = documents.Document(path, "".join(units), year)
    return answers.to_job(documents.take_in_one(answers.desk(), document))


@pages.post("/check")
def check() -> AnyResponse:
    """Checks a file that was given, and does not take it."""
    upload = answers.upload("checked")
    if upload is None:
        raise UsageError("请先选择要审核的文件。")
    return answers.to_job(documents.check(answers.desk(), upload))


@pages.post("/compare")
def compare() -> AnyResponse:
    """Compares two files that were given."""
    first, second = answers.upload("first"), answers.upload("second")
    if first is None or second is None:
        raise UsageError("请选择要比较的两个文件。")
    return answers.to_job(documents.compare(answers.desk(), first, second))


@pages.post("/verify")
def verify() -> AnyResponse:
    """Verifies the archive that was given; without one, those of the campaign."""
    return answers.to_job(campaigns.verify(answers.desk(), answers.upload("archive")))


@pages.post("/send/<kind>")
def send(kind: str) -> AnyResponse:
    """Letters of a kind; the password goes no further than to the server."""
    how = answers.field("how", "try")
    if kind not in KINDS or how not in letters.HOW:
        abort(HTTPStatus.NOT_FOUND)
    again = answers.field("again") == "yes"
    wanted = letters.Letters(kind, how, answers.field("password"), _chosen(), again)
    return answers.to_job(letters.send(answers.desk(), wanted))


def _chosen() -> tuple[Unit, ...]:
    """The one unit that was chosen, if any was."""
    answers.collection().opened()  # where it cannot be, that is told before anything is begun
    code = answers.field("unit")
    return (answers.unit(code),) if code else ()


@pages.post("/fetch")
def fetch() -> AnyResponse:
    """Collects from the mailbox."""
    mark_seen = answers.field("mark_seen") == "yes"
    move_to = answers.field("move_to").strip()
    box = letters.Mailbox(answers.field("password"), mark_seen, move_to)
    return answers.to_job(letters.fetch(answers.desk(), box))


# --- what lies in the campaign ---


@pages.get("/files/<key>")
def file(key: str) -> Response:
    """A file of the campaign, by what it is and never by a path."""
    path = _place(key)
    if path.is_dir():
        abort(HTTPStatus.NOT_FOUND)
    if path.name == PAGE_NAME:
        answer = send_file(path.absolute())
        answer.headers["Content-Security-Policy"] = SANDBOX
        return answer
    return send_file(path.absolute(), as_attachment=True, download_name=path.name)


@pages.get("/templates.zip")
def templates() -> Response:
    """All templates in one file."""
    campaign = answers.collection().opened()
    settings = campaign.settings
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for path in workbooks(settings):
            archive.write(path, path.name)
    packed.seek(0)
    name = safe_name(f"{settings.year}年{campaign.form.title}模板", ".zip")
    return send_file(packed, "application/zip", as_attachment=True, download_name=name)


@pages.post("/open/<key>")
def open_place(key: str) -> AnyResponse:
    """Opens a file or a folder with the program that this machine has for it."""
    path = _place(key).absolute()
    if not _opened(path):
        return answers.sentence(f"没有打开，请自己打开：{path}", HTTPStatus.CONFLICT)
    if answers.wants_data():
        return answers.data({"sentence": f"已打开{TITLES[key]}。"})
    return answers.back("office.index")


def _place(key: str) -> Path:
    collection = answers.collection()
    found = fixed(collection.folder).get(key)
    if found is None:
        found = places(collection.opened()).get(key)
    if found is None:
        abort(HTTPStatus.NOT_FOUND)
    return found


def _opened(path: Path) -> bool:
    """Whether the system could be asked."""
    if sys.platform == "win32":
        try:
            os.startfile(path)
        except OSError:
            return False
        return True
    program = "open" if sys.platform == "darwin" else "xdg-open"
    silent = subprocess.DEVNULL
    try:
        process = subprocess.Popen([program, path], stdout=silent, stderr=silent)
    except OSError:
        return False
    threading.Thread(target=process.wait, daemon=True).start()
    return True
