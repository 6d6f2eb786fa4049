"""What goes out and what is published: letters, the summary, the report, the archive."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING

from flask import Blueprint, Response, abort, render_template, request, send_file

from xlreport.api import summary_name
from xlreport.atomic import safe_name
from xlreport.campaign.settings import NAME, CampaignSettings
from xlreport.desk import actions
from xlreport.desk.pages import answers
from xlreport.desk.uploads import MAILS
from xlreport.publishing.document import DATA_NAME
from xlreport.publishing.page.render import PAGE_NAME
from xlreport.submission import Unit
from xlreport.telling.lines import KINDS

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

    from xlreport.campaign.campaign import Campaign

pages = Blueprint("office", __name__)

SANDBOX = (
    "sandbox allow-scripts; default-src 'none'; style-src 'unsafe-inline'; "
    "script-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'"
)
"""The status page is shown as a stranger: its script is its own and reaches nothing of ours."""

TITLES = {
    "summary": "汇总表",
    "page": "汇总情况（网页）",
    "report": "Word 报告",
    "data": "数据（供程序读取）",
    "archive": "归档包",
    "templates": "模板文件夹",
    "drafts": "草稿文件夹",
    "letters": "信件文件夹",
    "inbox": "收到的报表",
    "mails": "收到的邮件",
    "published": "汇总文件夹",
    "settings": "设置文件",
    "folder": "工作文件夹",
}
"""What can be opened, and what it is called; nothing else of the disk is."""


def places(campaign: Campaign) -> dict[str, Path]:
    """Where each of these lies that is there."""
    settings = campaign.settings
    summary = settings.summary / summary_name(campaign.form, campaign.county, settings.year)
    found: dict[str, Path | None] = {
        "summary": summary,
        "page": settings.summary / PAGE_NAME,
        "report": _last(settings.summary, ".docx"),
        "data": settings.summary / DATA_NAME,
        "archive": _last(settings.folder / "archive", ".zip"),
        "templates": settings.templates,
        "drafts": settings.drafts,
        "letters": settings.letters,
        "inbox": settings.inbox,
        "mails": settings.folder / MAILS,
        "published": settings.summary,
        "settings": settings.folder / NAME,
        "folder": settings.folder,
    }
    there = {key: path for key, path in found.items() if path is not None}
    return {key: path for key, path in there.items() if _is_own(path, settings)}


def _is_own(path: Path, settings: CampaignSettings) -> bool:
    """Whether something is there that lies in the campaign, wherever links lead."""
    return path.exists() and path.resolve().is_relative_to(settings.folder.resolve())


def _last(folder: Path, extension: str) -> Path | None:
    """The newest file of a kind in a folder; what an office program keeps beside it is none."""
    files = [path for path in folder.glob(f"*{extension}") if not path.name.startswith("~$")]
    return max(files, key=lambda path: path.stat().st_mtime, default=None)


@pages.get("/office")
def index() -> str:
    """The buttons."""
    campaign = answers.collection().opened()
    settings = campaign.settings
    return render_template(
        "office.html",
        campaign=campaign,
        kinds=KINDS,
        can_send=bool(settings.smtp.server.host and settings.smtp.sender),
        can_fetch=bool(settings.imap.server.host),
        warnings=(*settings.smtp.server.warnings(), *settings.imap.server.warnings()),
        there=places(campaign),
        titles=TITLES,
    )


@pages.post("/act/<name>")
def act(name: str) -> AnyResponse:
    """A button that needs nothing but a click."""
    action = actions.ACTIONS.get(name)
    if action is None:
        abort(HTTPStatus.NOT_FOUND)
    answers.collection()
    return answers.to_job(action(answers.desk()))


@pages.post("/send/<kind>")
def send(kind: str) -> AnyResponse:
    """Letters of a kind; the password goes no further than to the server."""
    how = request.form.get("how", "try")
    if kind not in KINDS or how not in actions.HOW:
        abort(HTTPStatus.NOT_FOUND)
    letters = actions.Letters(
        kind, how, request.form.get("password", ""), tuple(_only(request.form.get("unit", "")))
    )
    return answers.to_job(actions.send(answers.desk(), letters))


def _only(code: str) -> list[Unit]:
    """The one unit that gets a letter; none named means all that need one."""
    units = answers.collection().opened().roster.units
    found = [unit for unit in units if unit.code == code]
    if code and not found:
        abort(HTTPStatus.NOT_FOUND)
    return found


@pages.post("/fetch")
def fetch() -> AnyResponse:
    """Collects from the mailbox."""
    answers.collection()
    return answers.to_job(actions.fetch(answers.desk(), request.form.get("password", "")))


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
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for path in _workbooks(campaign.settings):
            archive.write(path, path.name)
    packed.seek(0)
    name = safe_name(f"{campaign.settings.year}年{campaign.form.title}模板", ".zip")
    return send_file(packed, "application/zip", as_attachment=True, download_name=name)


def _workbooks(settings: CampaignSettings) -> Iterator[Path]:
    for path in sorted(settings.templates.glob("*.xlsx")):
        if path.is_file() and not path.name.startswith(("~$", ".")):
            yield path


@pages.post("/open/<key>")
def open_place(key: str) -> AnyResponse:
    """Opens a file or a folder with the program that this machine has for it."""
    path = _place(key).absolute()
    if not _opened(path):
        return answers.sentence(f"没有打开，请自己打开：{path}", HTTPStatus.CONFLICT)
    if answers.wants_data():
        return answers.data({"sentence": f"已打开{TITLES[key]}。"})
    return answers.to("office.index")


def _place(key: str) -> Path:
    found = places(answers.collection().opened()).get(key)
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
