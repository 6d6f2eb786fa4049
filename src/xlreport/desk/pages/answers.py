"""How pages answer: what all of them need of the desk, sentences, and JSON for the script."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, cast

from flask import Response, abort, current_app, jsonify, make_response, redirect, request, url_for
from flask import render_template as rendered

from xlreport.desk.collection import Collection
from xlreport.desk.desk import Desk
from xlreport.desk.jobs import Job
from xlreport.desk.uploads import Upload
from xlreport.errors import UsageError, XlreportError
from xlreport.text import day_of, year_told

if TYPE_CHECKING:
    import datetime as dt

    from werkzeug.wrappers import Response as AnyResponse

    from xlreport.submission import Unit

_YEAR = re.compile("[0-9]{4}")


def desk() -> Desk:
    """The desk that answers."""
    return cast("Desk", current_app.extensions["desk"])


def collection() -> Collection:
    """The campaign that is open; where there is none yet, the answer is the first page."""
    opened = desk().collection
    if opened is None:
        abort(redirect(url_for("start.first"), HTTPStatus.SEE_OTHER))
    return opened


def unit(code: str) -> Unit:
    """A unit of the roster; where that has none of this code, there is no such page."""
    units = collection().opened().roster.units
    found = [unit for unit in units if unit.code == code]
    if not found:
        abort(HTTPStatus.NOT_FOUND)
    return found[0]


def whose() -> str:
    """Whose work is open, and of which year; where its settings cannot be read, by its folder."""
    opened = desk().collection
    if opened is None:
        return ""
    try:
        settings = opened.settings()
    except (XlreportError, OSError):
        return opened.folder.name
    return f"{settings.county.name}　{settings.year} 年度"


def response(answer: AnyResponse) -> Response:
    """An answer as Flask has them."""
    made: Response = make_response(answer)
    return made


def field(name: str, otherwise: str = "") -> str:
    """What was typed or chosen in a form."""
    return request.form.get(name, otherwise)


def year(text: str) -> int:
    """A year that was typed. Raises UsageError."""
    told = year_told(text)
    if not _YEAR.fullmatch(told):
        raise UsageError("年度要写成四位数字，例如 2025。")
    return int(told)


def day(text: str, what: str) -> dt.date | None:
    """A day that was typed; None where it is left open. Raises UsageError."""
    if not text:
        return None
    told = day_of(text)
    if told is None:
        raise UsageError(f"{what}要写成 2026-01-20 这样。")
    return told


def uploads(name: str) -> list[Upload]:
    """The files of a form's field; where none was chosen browsers send one without a name."""
    sent = request.files.getlist(name)
    return [Upload(file.filename, file.stream) for file in sent if file.filename]


def upload(name: str) -> Upload | None:
    """The file of a form's field; None where none was chosen."""
    return next(iter(uploads(name)), None)


def wants_data() -> bool:
    """Whether the script asks, and not a person."""
    return request.accept_mimetypes.best == "application/json"


def sentence(text: str, status: HTTPStatus = HTTPStatus.OK) -> Response:
    """One sentence, for a person or for the script."""
    if wants_data():
        return data({"sentence": text}, status)
    return make_response(rendered("sentence.html", sentence=text), status)


def data(document: Any, status: HTTPStatus = HTTPStatus.OK) -> Response:
    """A JSON document."""
    answer = jsonify(document)
    answer.status_code = status
    return answer


def to(endpoint: str, **places: Any) -> AnyResponse:
    """Goes to a page after something was done (RFC 9110, 15.4.4)."""
    return redirect(url_for(endpoint, **places), HTTPStatus.SEE_OTHER)


def back(endpoint: str) -> AnyResponse:
    """Goes back to the page whose button it was, or else to another of ours."""
    came = request.referrer or ""
    if not came.startswith(f"{desk().guard.origin}/"):
        return to(endpoint)
    return redirect(came, HTTPStatus.SEE_OTHER)


def to_job(job: Job) -> AnyResponse:
    """Goes to the page of a job that was started."""
    if wants_data():
        return data({"job": job.number, "address": url_for("work.job", number=job.number)})
    return to("work.job", number=job.number)
