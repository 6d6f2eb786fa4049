"""The pages put together: Flask with our guard at the door, and sentences for what goes wrong."""

from __future__ import annotations

from http import HTTPStatus
from pathlib import Path

from flask import Flask, Response, redirect, render_template, request
from jinja2 import StrictUndefined
from markupsafe import Markup
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge
from werkzeug.wrappers import Response as AnyResponse

from xlreport.desk.desk import Desk
from xlreport.desk.jobs import UNEXPECTED
from xlreport.desk.pages import answers, handbook, office, settings, start, unit, work
from xlreport.desk.places import TITLES, fixed
from xlreport.desk.security import TOKEN_FIELD, secured
from xlreport.desk.wording import on_page
from xlreport.errors import RosterError, XlreportError
from xlreport.publishing.page.render import STYLE
from xlreport.telling.lines import failure, message_line, settled_line, years_of
from xlreport.text import harmless, printed_code

HERE = Path(__file__).parent

MOST_UPLOADED = 1 << 30
"""Bytes of one request; a mailbox as one file may be large."""

ROUND_A_FILE = 64 << 10
"""Bytes of a request that has one file, beside it."""

MOST_FIELDS = 4 << 20
"""Bytes of the fields of a form: a roster of thousands of units."""

MOST_PARTS = 60_000
"""Fields of a form."""

_TOKEN = Markup('<input type="hidden" name="{}" value="{}">')

_STATIC = {
    "page.css": STYLE,
    "desk.css": HERE / "static" / "desk.css",
    "desk.js": HERE / "static" / "desk.js",
}
"""The files of our pages; the first is the style of the status page."""

_KINDS = {".css": "text/css", ".js": "text/javascript"}

_OPEN_TO_ALL = frozenset({"enter", "alive"})
"""Addresses that need no session, but a token of their own."""

_TOO_LARGE = "一次放的文件太大，没有收下；请分几次放，或者直接复制到工作文件夹的 inbox 里。"
_REFUSED = {
    HTTPStatus.FORBIDDEN: "这个页面只能从程序打开：请双击“开始.cmd”，或者运行 xlreport desk。",
    HTTPStatus.MISDIRECTED_REQUEST: "这个地址不对：请从程序打开。",
    HTTPStatus.CONFLICT: (
        "这个窗口里的是另一项工作，现在打开的已经不是它，没有做。请从“收报情况”重新打开。"
    ),
    HTTPStatus.NOT_FOUND: "没有这一页，或者它已经不在了。请回到工作页面。",
    HTTPStatus.METHOD_NOT_ALLOWED: "没有这一页。请回到工作页面。",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: _TOO_LARGE,
}
_BAD_REQUEST = "页面上填的内容读不出来，没有改动；请回到上一页再试一次。"


def create_app(desk: Desk) -> Flask:
    """The desk as a WSGI application."""
    app = Flask("xlreport.desk", static_folder=None, template_folder=str(HERE / "templates"))
    app.config["MAX_CONTENT_LENGTH"] = MOST_UPLOADED
    app.config["MAX_FORM_MEMORY_SIZE"] = MOST_FIELDS
    app.config["MAX_FORM_PARTS"] = MOST_PARTS
    app.config["PROPAGATE_EXCEPTIONS"] = False
    app.extensions["desk"] = desk
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.finalize = _printed
    app.jinja_env.filters.update(code=printed_code, on_page=on_page, years=years_of)
    app.jinja_env.globals.update(
        handbook=handbook.offered,
        message=message_line,
        most_of_a_file=MOST_UPLOADED - ROUND_A_FILE,
        settled=settled_line,
        titles=TITLES,
        token=lambda: _TOKEN.format(TOKEN_FIELD, desk.guard.form),
        too_large=_TOO_LARGE,
        whose=answers.whose,
    )
    app.context_processor(lambda: {"desk": desk, "guard": desk.guard})
    app.after_request(secured)
    app.before_request(_admit)
    app.register_error_handler(HTTPException, _refused)
    app.register_error_handler(XlreportError, _not_done)
    app.register_error_handler(OSError, _not_done)
    app.add_url_rule("/enter", "enter", _enter)
    app.add_url_rule("/alive", "alive", _alive)
    app.add_url_rule("/static/<name>", "static", _static)
    for pages in (work, start, unit, office, settings, handbook):
        app.register_blueprint(pages.pages)
    return app


def _printed(value: object) -> object:
    """A text without what deceives; parts of our pages stay as they are."""
    if type(value) is str:
        return harmless(value)
    return value


def _admit() -> Response | None:
    """Lets a request in, or answers it."""
    guard = answers.desk().guard
    objection = guard.objection(request)
    has_own_token = request.endpoint in _OPEN_TO_ALL and objection is HTTPStatus.FORBIDDEN
    if objection is None or (has_own_token and guard.opens(request.args.get("token", ""))):
        return None
    return _told(objection)


def _enter() -> AnyResponse:
    """The door: from here on the browser has the session, and no address has a token."""
    return answers.desk().guard.let_in(answers.response(redirect("/", HTTPStatus.SEE_OTHER)))


def _alive() -> Response:
    """For a second start."""
    return Response(status=HTTPStatus.NO_CONTENT)


def _static(name: str) -> Response:
    path = _STATIC.get(name)
    if path is None:
        return _told(HTTPStatus.NOT_FOUND)
    # what the system thinks of an ending may be wrong, and browsers are told not to guess
    return Response(path.read_bytes(), mimetype=_KINDS[path.suffix])


def _refused(error: HTTPException) -> Response:
    status = HTTPStatus(error.code or HTTPStatus.INTERNAL_SERVER_ERROR)
    if isinstance(error, RequestEntityTooLarge):
        status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    return _told(status)


def _not_done(error: XlreportError | OSError) -> Response:
    """What a page could not do, in the words of the command line; of a campaign that cannot be
    opened with what to do from here."""
    told = on_page(failure(error))
    if answers.wants_data() or not _is_shut():
        return answers.sentence(told, HTTPStatus.CONFLICT)
    opened = answers.collection()
    address = request.path if request.method == "GET" else "/"
    there = fixed(opened.folder)
    page = render_template("shut.html", sentence=told, address=address, there=there)
    return Response(page, HTTPStatus.CONFLICT)


def _is_shut() -> bool:
    """Whether the campaign cannot be opened at all; a roster is mended on its page."""
    opened = answers.desk().collection
    try:
        if opened is not None:
            opened.opened()
    except RosterError:
        return False
    except (XlreportError, OSError):
        return True
    return False


def _told(status: HTTPStatus) -> Response:
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return answers.sentence(UNEXPECTED, status)
    told = _REFUSED.get(status, _BAD_REQUEST)
    if status in (HTTPStatus.FORBIDDEN, HTTPStatus.MISDIRECTED_REQUEST):
        return Response(render_template("refused.html", sentence=told), status)
    return answers.sentence(told, status)
