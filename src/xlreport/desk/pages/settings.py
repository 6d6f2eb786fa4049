"""The settings of a campaign, as a form: what is written goes into its file, which people can edit
all the same."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Blueprint, render_template, request

from xlreport.campaign.changing import Value, change_settings
from xlreport.campaign.settings import CampaignSettings
from xlreport.desk.actions.campaign import take_previous
from xlreport.desk.jobs import LOGGER
from xlreport.desk.pages import answers
from xlreport.errors import CampaignError, UsageError

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

pages = Blueprint("settings", __name__)

SECURITY = {
    "tls": "一开始就加密",
    "starttls": "先连接再加密",
    "none": "不加密（只能用在可靠的内网）",
}
"""The ways to reach a server, in words."""

IMPORTS = {"false": "不计入，按退回处理", "true": "也计入"}
"""Whether reports that are not our workbooks count, in words."""

VERIFY = {"true": "核对（应当核对）", "false": "不核对：别人能冒充服务器"}
"""Whether the certificate of a server is looked at, in words."""

LABELS = {
    "deadline": "截止日期（例如 2027-01-31）",
    "contact": "填表有疑问时找谁（姓名和电话）",
    "imports": "不是县里发的模板、但数字读得出来的报表（自己打的表、网页、Word）",
    "mail.from": "发信的邮箱地址",
    "mail.name": "发信人显示的名称",
    "mail.reply_to": "回信寄到哪个邮箱（不填就是发信的邮箱）",
    "mail.smtp.host": "发信服务器",
    "mail.smtp.port": "端口",
    "mail.smtp.security": "加密",
    "mail.smtp.user": "登录用户名",
    "mail.smtp.verify": "服务器证书",
    "mail.smtp.pause": "两封信之间停几秒（免得被当作垃圾邮件）",
    "mail.imap.host": "收信服务器",
    "mail.imap.port": "端口",
    "mail.imap.security": "加密",
    "mail.imap.user": "登录用户名",
    "mail.imap.verify": "服务器证书",
    "mail.imap.folder": "收哪个邮箱文件夹",
    "mail.imap.since": "只收这一天起的邮件（例如 2027-01-05，不填就全部收）",
}
"""What the form calls each setting; in brackets what helps to fill it in."""

_TEXTS = (
    "contact",
    "mail.from",
    "mail.name",
    "mail.reply_to",
    "mail.smtp.host",
    "mail.smtp.user",
    "mail.smtp.security",
    "mail.imap.host",
    "mail.imap.user",
    "mail.imap.security",
    "mail.imap.folder",
)
_IF_EMPTY = {"mail.imap.folder": "INBOX"}
_PORTS = ("mail.smtp.port", "mail.imap.port")
_CHOICES = {
    "imports": "请选择不是县里发的模板的报表计入不计入。",
    "mail.smtp.verify": "请选择核对不核对服务器证书。",
    "mail.imap.verify": "请选择核对不核对服务器证书。",
}
"""Settings that are so or not, and what is asked for."""

_OF_THE_FILE = re.compile("^设置“[^”]*”有误：")
_SECONDS = re.compile(r"[0-9]{1,4}(?:\.[0-9]{1,3})?")


@pages.get("/settings")
def show() -> str:
    """What is set."""
    settings = answers.collection().settings()
    now = _as_typed(settings)
    return _form(settings, now, now)


def _form(
    settings: CampaignSettings, typed: dict[str, str], shown: dict[str, str], trouble: str = ""
) -> str:
    """The form; `shown` is what stood in it before somebody typed."""
    return render_template(
        "settings.html",
        settings=settings,
        typed=typed,
        shown=shown,
        is_saved="saved" in request.args,
        trouble=trouble,
        security=SECURITY,
        imports=IMPORTS,
        verify=VERIFY,
        labels=LABELS,
    )


def _as_typed(settings: CampaignSettings) -> dict[str, str]:
    """The settings as the form has them."""
    smtp, imap = settings.smtp, settings.imap
    deadline = settings.deadline
    return {
        "deadline": deadline.isoformat() if deadline else "",
        "contact": settings.contact,
        "imports": str(settings.imports).lower(),
        "mail.from": smtp.sender,
        "mail.name": "" if smtp.name == settings.county.name else smtp.name,
        "mail.reply_to": smtp.reply_to,
        "mail.smtp.host": smtp.server.host,
        "mail.smtp.user": smtp.server.user,
        "mail.smtp.security": smtp.server.security,
        "mail.smtp.port": str(smtp.server.port),
        "mail.smtp.verify": str(smtp.server.verify).lower(),
        "mail.smtp.pause": f"{smtp.pause:g}",
        "mail.imap.host": imap.server.host,
        "mail.imap.user": imap.server.user,
        "mail.imap.security": imap.server.security,
        "mail.imap.port": str(imap.server.port),
        "mail.imap.verify": str(imap.server.verify).lower(),
        "mail.imap.folder": imap.folder,
        "mail.imap.since": imap.since,
    }


@pages.post("/settings")
def change() -> AnyResponse | str:
    """Writes what was typed; what cannot be is told with it, and nothing is changed."""
    collection = answers.collection()
    settings = collection.settings()
    now = _as_typed(settings)
    shown = {name: answers.field(f"shown-{name}", value) for name, value in now.items()}
    typed = {name: answers.field(name, value).strip() for name, value in shown.items()}
    # what was not touched stays as it is now: another window may have changed it
    changed = sorted(name for name in typed if typed[name] != shown[name])
    try:
        change_settings(collection.folder, {name: _value(name, typed[name]) for name in changed})
    except (CampaignError, UsageError) as error:
        return _form(settings, typed, shown, _on_form(error.message))
    if changed:
        LOGGER.info("改设置 %d 项", len(changed))
    return answers.to("settings.show", saved="")


def _on_form(message: str) -> str:
    """A sentence about the file of the settings, as one about the form."""
    told = _OF_THE_FILE.sub("没有改动：", message).replace("，不加引号", "")
    for name, label in LABELS.items():
        named = re.compile(rf"(?<![.\w]){re.escape(name)} (?=的值|只能|不能|最多)")
        told = named.sub(f"“{label.partition('（')[0]}”", told)
    return told


def _value(name: str, text: str) -> Value:
    """What was typed, as the file has it. Raises UsageError."""
    if name in _TEXTS:
        return text or _IF_EMPTY.get(name, "")
    if name in _PORTS:
        if not text.isdecimal():
            raise UsageError("端口要写成数字，例如 465。")
        return int(text)
    if name in _CHOICES:
        if text not in ("true", "false"):
            raise UsageError(_CHOICES[name])
        return text == "true"
    if name == "mail.smtp.pause":
        if not _SECONDS.fullmatch(text):
            raise UsageError("两封信之间停几秒，要写成数字，例如 1 或 0.5。")
        return float(text)
    if name == "mail.imap.since":
        since = answers.day(text, "收信从哪一天起")
        return since.isoformat() if since else ""
    return answers.day(text, "截止日期")


@pages.post("/settings/password")
def password() -> AnyResponse:
    """Remembers a password of encrypted workbooks until the desk is closed."""
    answers.collection()
    given = answers.field("password")
    if not given:
        return answers.sentence("请填写打开密码。", HTTPStatus.CONFLICT)
    answers.desk().open_with(given)
    return answers.to("work.index")


@pages.post("/settings/previous")
def previous() -> AnyResponse:
    """Takes the figures of last year: the summary, or the units' reports."""
    uploads = answers.uploads("files")
    if not uploads:
        return answers.sentence("请先选择上年的汇总表，或者上年各单位的报表。", HTTPStatus.CONFLICT)
    return answers.to_job(take_previous(answers.desk(), uploads))


@pages.post("/settings/previous/none")
def no_previous() -> AnyResponse:
    """Compares with no figures of last year from now on; the files stay where they are."""
    change_settings(answers.collection().folder, {"previous": ""})
    LOGGER.info("改设置 1 项")
    return answers.to("settings.show")
