"""The first pages: a campaign is chosen or made, its roster mended, the templates written."""

from __future__ import annotations

from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING

from flask import Blueprint, abort, render_template, request

from xlreport.atomic import safe_name
from xlreport.campaign.settings import NAME, init_campaign, read_settings
from xlreport.clock import present_day
from xlreport.desk import roster as rosters
from xlreport.desk.jobs import LOGGER
from xlreport.desk.pages import answers
from xlreport.desk.uploads import spooled
from xlreport.errors import RosterError, UsageError, XlreportError
from xlreport.form.catalog import get_form, shipped
from xlreport.form.model import LEVELS, Form
from xlreport.telling.lines import failure

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

    from xlreport.campaign.settings import CampaignSettings
    from xlreport.desk.roster import Table

pages = Blueprint("start", __name__)

_CHANGED = (
    "名册刚才在别的窗口或程序里改过了，没有保存；下面是你填的。"
    "要看改过的，请重新打开“名册”；仍按下面的保存，请再按一次“保存名册”。"
)
_ONE_ROSTER = "一次只读入一个名册文件，没有读入；请只放一个。"
_FIELDS = ("form", "year", "county", "deadline", "folder")


@pages.get("/start")
def first() -> str:
    """A campaign is chosen among those that are there, or made."""
    year = present_day().year - 1
    return _first({"year": str(year)})


def _first(typed: dict[str, str], trouble: str = "") -> str:
    desk = answers.desk()
    return render_template(
        "start.html",
        home=desk.home,
        campaigns=[(path.name, _title(path)) for path in desk.campaigns()],
        forms=[get_form(name) for name in shipped()],
        typed={**dict.fromkeys(_FIELDS, ""), **typed},
        trouble=trouble,
    )


def _title(folder: Path) -> str:
    """What a campaign is about; why it cannot be opened."""
    try:
        settings = read_settings(folder)
        form = get_form(settings.form)
    except (XlreportError, OSError) as error:
        return failure(error)
    return f"{settings.county.name}　{settings.year} 年度　{form.title}"


@pages.post("/start")
def make() -> AnyResponse | str:
    """Makes a campaign; what is wrong with the form is told with what was typed."""
    typed = {name: answers.field(name).strip() for name in _FIELDS}
    try:
        folder = _made(typed)
    except (XlreportError, OSError) as error:
        return _first(typed, failure(error))
    opened = _opened(folder)
    LOGGER.info("新建")
    return opened


def _made(typed: dict[str, str]) -> Path:
    """The new campaign's folder. Raises XlreportError, OSError."""
    form = typed["form"]
    if form not in shipped():
        raise UsageError("请选择一种报表。")
    year = answers.year(typed["year"])
    deadline = answers.day(typed["deadline"], "截止日期")
    folder = answers.desk().home / _folder_name(typed, get_form(form))
    init_campaign(folder, form, year, typed["county"], deadline=deadline)
    return folder


def _folder_name(typed: dict[str, str], form: Form) -> str:
    """A folder below the folder of the start, never another place."""
    otherwise = f"{typed['year']}年{form.title}"
    return safe_name(typed["folder"] or otherwise, "")


@pages.post("/start/open")
def choose() -> AnyResponse | str:
    """Opens one of the campaigns that are there."""
    wanted = answers.field("campaign")
    found = [folder for folder in answers.desk().campaigns() if folder.name == wanted]
    if not found:
        abort(HTTPStatus.NOT_FOUND)
    return _opened(found[0])


@pages.post("/start/elsewhere")
def elsewhere() -> AnyResponse | str:
    """Opens a campaign wherever it lies: on a drive of the network, say."""
    path = answers.field("path").strip().strip('"“”')
    if not path:
        return _first({}, "请填写工作文件夹的完整路径。")
    folder = Path(path)
    if not folder.is_absolute() or not (folder / NAME).is_file():
        return _first({}, f"“{path}”不是工作文件夹：里面没有 {NAME}。请核对路径。")
    return _opened(folder)


def _opened(folder: Path) -> AnyResponse | str:
    """The work page of a campaign, or the way to the desk that has it."""
    other = answers.desk().open(folder)
    if other:
        # no redirect: the policy of our forms (`form-action`) holds for where they lead, too
        return render_template("elsewhere.html", door=other, name=folder.name)
    return answers.to("work.index")


# --- the roster ---


@pages.get("/roster")
def roster() -> str:
    """The roster with every fault at its place."""
    settings = answers.collection().settings()
    kept = rosters.kept_line(settings.roster, request.args.get("kept", ""))
    return _roster(settings, kept=kept)


def _roster(settings: CampaignSettings, trouble: str = "", kept: str = "") -> str:
    table = None
    seen = rosters.version_of(settings.roster)
    try:
        table = rosters.read(settings.roster)
        if not table.wrong:
            answers.collection().opened()
    except XlreportError as error:
        trouble = trouble or error.message
    return _drawn(settings, table, trouble, seen, kept)


def _drawn(
    settings: CampaignSettings, table: Table | None, trouble: str, seen: str, kept: str = ""
) -> str:
    """The page with a table, of the version of the roster that was `seen`, and where the one
    before is `kept`."""
    empty = table is None or not table.lines
    return render_template(
        "roster.html",
        settings=settings,
        table=table or rosters.examined(()),
        empty=empty,
        trouble=trouble,
        seen=seen,
        kept=kept,
        levels=LEVELS,
        spare=rosters.SPARE,
        needed=rosters.NEEDED,
    )


@pages.post("/roster/upload")
def upload_roster() -> AnyResponse | str:
    """Takes a roster as it lies in the office."""
    settings = answers.collection().settings()
    uploads = answers.uploads("roster")
    if not uploads:
        return _roster(settings, "请先选择名册文件。")
    if len(uploads) > 1:
        return _roster(settings, _ONE_ROSTER)
    (upload,) = uploads
    try:
        with spooled(settings.folder, upload) as path:
            kept = rosters.take(path, upload.name, settings)
    except RosterError as error:
        return _roster(settings, error.message)
    LOGGER.info("读入名册")
    return answers.to("start.roster", kept=kept.name) if kept else answers.to("start.roster")


@pages.post("/roster/save")
def save_roster() -> AnyResponse | str:
    """Writes what was mended in the page; a roster that was changed elsewhere meanwhile is not
    written over unasked."""
    settings = answers.collection().settings()
    headings = request.form.getlist("heading")
    values = {h: request.form.getlist(f"column-{i}") for i, h in enumerate(headings)}
    rows = rosters.filled_in(values, headings)
    now = rosters.version_of(settings.roster)
    if answers.field("seen", now) != now:
        return _drawn(settings, rosters.examined(rows), _CHANGED, now)
    rosters.save(rows, settings.roster)
    LOGGER.info("保存名册 %d 行", len(rows))
    return answers.to("start.roster")
