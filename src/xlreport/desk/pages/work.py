"""The page of every day: files are dropped, the collection stands as a table, actions tell how far
they are."""

from __future__ import annotations

from dataclasses import asdict, replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, abort, render_template, request

from xlreport.clock import seconds_of
from xlreport.desk.actions import letters
from xlreport.desk.collection import Look, Snapshot
from xlreport.desk.instance import LOG
from xlreport.desk.jobs import LOGGER, Job
from xlreport.desk.mails import NOT_COLLECTED
from xlreport.desk.pages import answers
from xlreport.desk.rows import STATES, fitting
from xlreport.desk.uploads import MAIL, TAKEN, Upload, take
from xlreport.errors import RosterError
from xlreport.telling.lines import failure

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

pages = Blueprint("work", __name__)

MOST_ASKED = 500
"""Files of which the script asks at once what became of them."""

MOST_LOG_LINES = 200

PATIENCE = 0.8
"""Seconds that a page waits for what is usually done at once."""

AT_ONCE = 0.5
"""Seconds that the page of an action waits for its end."""

MOST_FILES = 10
"""Files for people that are listed at once; further ones are folded away."""


@pages.get("/")
def index() -> AnyResponse | str:
    """Where the collection stands."""
    collection = answers.collection()
    if answers.desk().mails_wait and not _is_script():
        _collect()
    try:
        look = collection.look()
        campaign = collection.opened()
    except RosterError:
        return answers.to("start.roster")
    snapshot = look.snapshot
    state = request.args.get("state", "")
    state = state if state in STATES else ""
    words = request.args.get("q", "")
    listed = [] if snapshot is None else fitting(snapshot.rows, state, words)
    return render_template(
        "work.html",
        campaign=campaign,
        look=look,
        snapshot=snapshot,
        rows=listed,
        states=_states(snapshot),
        state=state,
        words=words,
        most_files=MOST_FILES,
    )


def _is_script() -> bool:
    """Whether our script asks for the page, to renew what is on it."""
    return request.headers.get("Sec-Fetch-Dest") == "empty"


def _states(snapshot: Snapshot | None) -> list[tuple[str, str, int]]:
    """Each state with its word and how many units are in it."""
    counts = dict.fromkeys(STATES, 0)
    if snapshot is not None:
        for row in snapshot.rows:
            counts[row.state] += 1
    return [(state, label, counts[state]) for state, label in STATES.items()]


# --- files that are dropped ---


@pages.post("/uploads")
def upload() -> AnyResponse:
    """Takes files; each is on the disk before it is said to be taken. Messages are collected then,
    or when the script says that the last of them is there."""
    collection = answers.collection()
    settings = collection.settings()
    receipts = [take(settings, _as_it_lay(file)) for file in answers.uploads("files")]
    taken = sum(receipt.state in (TAKEN, MAIL) for receipt in receipts)
    LOGGER.info("收下 %d 个文件，没有收 %d 个", taken, len(receipts) - taken)
    if any(receipt.state == MAIL for receipt in receipts):
        answers.desk().mails_wait = True
        if not answers.field("more"):
            _collect()
    if answers.wants_data():
        return answers.data({"files": list(map(asdict, receipts))})
    # for a browser without our script
    return answers.response(Response(render_template("taken.html", receipts=receipts, taken=taken)))


@pages.post("/mails")
def collect() -> AnyResponse:
    """Collects the messages that were dropped together."""
    answers.collection()
    return answers.to_job(_collect())


def _collect() -> Job:
    desk = answers.desk()
    desk.mails_wait = False
    desk.collecting = letters.collect_dropped(desk)
    return desk.collecting


def _as_it_lay(upload: Upload) -> Upload:
    """A file with the folders that it was dropped in and the time (ISO 8601) when it was changed
    last, which the script tells."""
    name = answers.field("path") or upload.name
    return replace(upload, name=name, modified=seconds_of(answers.field("modified")))


# --- how far things are ---


@pages.get("/state.json")
def state() -> Response:
    """For the script: whether the table is that of now, what runs, and what became of files."""
    collection = answers.collection()
    look = collection.look(patience=0)
    number = 0 if look.snapshot is None else look.snapshot.number
    document = {
        "number": number,
        "fresh": look.is_fresh,
        "trouble": look.trouble,
        "job": _job_as_dict(answers.desk().jobs.current),
        "verdicts": _verdicts(look),
        "mails": _mails(look),
    }
    return answers.data(document)


def _verdicts(look: Look) -> list[dict[str, str]]:
    """Of the files that the script asks about."""
    asked = request.args.getlist("path")[:MOST_ASKED]
    snapshot = look.snapshot
    if snapshot is None:
        return []
    return [asdict(snapshot.verdict(path)) for path in asked]


def _mails(look: Look) -> list[dict[str, str]]:
    """Of the messages that the script asks about, once they are collected and where they are
    listed is known."""
    desk = answers.desk()
    job = desk.collecting
    if job is None or job.is_open or look.snapshot is None or not look.is_fresh:
        return []
    asking = {message.origin for message in look.snapshot.status.messages}
    found = []
    for path in request.args.getlist("mail")[:MOST_ASKED]:
        told = desk.collected.told(path, asking)
        state, label = (MAIL, "邮件") if told else ("failed", "没有收取")
        sentence = told or job.trouble or NOT_COLLECTED
        found.append({"path": path, "state": state, "label": label, "sentence": sentence})
    return found


def _job_as_dict(job: Job | None) -> dict[str, Any] | None:
    if job is None:
        return None
    return {
        "number": job.number,
        "title": job.title,
        "state": job.state.label,
        "open": job.is_open,
        "what": job.what,
        "count": job.count,
        "total": job.total,
    }


@pages.get("/jobs/<int:number>")
def job(number: int) -> str:
    """What an action does, and what it said."""
    kept = _kept(number)
    answers.desk().jobs.wait(kept, AT_ONCE)
    return render_template("job.html", job=kept)


@pages.get("/jobs/<int:number>.json")
def job_state(number: int) -> Response:
    """The same for the script."""
    return answers.data(_job_as_dict(_kept(number)))


def _kept(number: int) -> Job:
    kept = answers.desk().jobs.get(number)
    if kept is None:
        abort(HTTPStatus.NOT_FOUND)
    return kept


@pages.post("/again")
def again() -> AnyResponse:
    """Tries once more to read what could not be read."""
    answers.collection().try_again()
    return answers.to("work.index")


@pages.post("/messages/<int:number>/settle")
def settle(number: int) -> AnyResponse:
    """A person has dealt with a message."""
    answers.collection()
    return _about_message(letters.settle(answers.desk(), number))


@pages.post("/messages/<int:number>/reopen")
def reopen(number: int) -> AnyResponse:
    """Nobody has, after all."""
    answers.collection()
    return _about_message(letters.reopen(answers.desk(), number))


def _about_message(job: Job) -> AnyResponse:
    """Back to the messages when it was done quickly; where not, or not at all, that is told."""
    if answers.desk().jobs.wait(job, PATIENCE) and not job.trouble:
        return answers.to("work.index", _anchor="people")
    return answers.to_job(job)


# --- the log, and the end ---


@pages.get("/log")
def log() -> str:
    """What was done, and what could not be done."""
    folder = answers.collection().folder
    try:
        lines = (folder / LOG).read_text("utf-8", "replace").splitlines()
    except OSError as error:
        lines = [failure(error)]
    jobs = answers.desk().jobs.listed
    return render_template("log.html", lines=lines[: -MOST_LOG_LINES - 1 : -1], jobs=jobs)


@pages.post("/close")
def close() -> AnyResponse:
    """Ends the desk; the answer is still given."""
    answers.desk().closing.set()
    return answers.response(Response(render_template("closed.html")))
