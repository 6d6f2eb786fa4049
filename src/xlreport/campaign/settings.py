"""A campaign: one folder with everything of one form, year and county."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    field_validator,
)

from xlreport.atomic import made, write_atomically
from xlreport.campaign.letters import write_letters
from xlreport.errors import CampaignError
from xlreport.form.catalog import get_form
from xlreport.mail.servers import Imap, Server, Smtp
from xlreport.merging.roster import Roster, read_roster
from xlreport.submission import Unit
from xlreport.text import MOST_IN_A_NAME, clean_name, day_of, decoded, harmless

NAME = "xlreport.toml"
RECORDS = "records"

VERSION = 1
"""Of the settings. A program that adds a key writes `version = 2`, so that this one can say why it
does not know it; a file without the key is of version 1."""
ROSTER = "roster.csv"

_SETTINGS = """# xlreport 的工作设置。“#”后面是说明；改完保存即可，下一条命令就按新的设置运行。

# 报表名称（xlreport forms 列出全部），也可以是报表定义文件（.yaml）的路径
form = {form}
# 报告年度
year = {year}
# 汇总单位名称
county = {county}
# 各单位报送的截止日期，写成 年-月-日；发出的信里会写明，xlreport status 会算还有几天
{deadline}
# 填表有疑问时找谁：姓名和电话，印在各单位工作簿的封面上；没有就留空
contact = ""
# 名册文件
roster = {roster}
# 上年的汇总表，或存放上年各单位报表的文件夹；没有就留空
previous = ""
# 不是县里发的模板、但数字读得出来的报表（自己打的表、网页、Word）也计入：true 或 false
imports = false

[mail]
# 发信的邮箱地址
from = ""
# 发信人显示的名称；留空就是汇总单位名称
name = ""
# 回信寄到哪个邮箱；留空就是发信的邮箱
reply_to = ""
# 密码不写在这里：运行时会问；也可以放进环境变量 XLREPORT_MAIL_PASSWORD，\
或者命令后加 --remember 存进系统的密码箱

[mail.smtp]
# 发信服务器，例如 smtp.163.com、smtp.qq.com；只写 .eml 草稿就留空
host = ""
# 端口：tls 多为 465，starttls 多为 587
port = 465
# 加密：tls（一开始就加密）、starttls（先连接再加密）、none（不加密，只能用在可靠的内网）
security = "tls"
# 登录用户名，多为完整的邮箱地址；不用登录就留空
user = ""
# 核对服务器证书。改成 false 别人就能冒充服务器，每次运行都会警告
verify = true
# 两封信之间停几秒，免得被当作垃圾邮件
pause = 1.0

[mail.imap]
# 收信服务器，例如 imap.163.com、imap.qq.com；只收 .eml 文件就留空
host = ""
# 端口：tls 多为 993，starttls 多为 143
port = 993
# 加密：tls、starttls、none，同上
security = "tls"
# 登录用户名
user = ""
# 核对服务器证书，同上
verify = true
# 收哪个邮箱文件夹；收件箱是 INBOX
folder = "INBOX"
# 只收这一天起的邮件，写成 "年-月-日"；留空就全部收
since = ""
"""

_EXAMPLE = """单位代码,单位名称,类别,别名,联系人,电话,邮箱,汇总单位,汇总单位代码
#990101,示例镇,乡镇,示例镇人民政府、示例镇政府,张三,0990-5550101,shili@example.org,{county},
"""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


_HOST_OR_IPV6 = r"^([A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?\.?)*$|^[0-9A-Fa-f:]+$"
_Host = Annotated[str, StringConstraints(pattern=_HOST_OR_IPV6)]
_ADDRESS_OR_NONE = r"""^$|^[^\s@<>,;:"“”，；：]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*$"""
_Address = Annotated[str, StringConstraints(pattern=_ADDRESS_OR_NONE)]


class _Server(_Strict):
    host: _Host = ""
    port: int = Field(ge=1, le=65535)
    security: Literal["tls", "starttls", "none"] = "tls"
    user: str = ""
    verify: bool = True

    def server(self) -> Server:
        return Server(self.host, self.port, self.security, self.user, self.verify)


class _Smtp(_Server):
    port: int = Field(default=465, ge=1, le=65535)
    pause: float = Field(default=1.0, ge=0, le=3600)


class _Imap(_Server):
    port: int = Field(default=993, ge=1, le=65535)
    folder: str = Field(default="INBOX", min_length=1)
    since: str = ""

    @field_validator("since", mode="before")
    @classmethod
    def _day(cls, value: object) -> object:
        if isinstance(value, dt.date):
            return value.isoformat()[:10]
        if not isinstance(value, str) or not value.strip():
            return value
        day = day_of(value)
        if day is None:
            raise ValueError("no date")
        return day.isoformat()


class _Mail(_Strict):
    sender: _Address = Field(default="", alias="from")
    name: str = ""
    reply_to: _Address = ""
    smtp: _Smtp = Field(default_factory=_Smtp)
    imap: _Imap = Field(default_factory=_Imap)


class _Settings(_Strict):
    version: int = Field(default=VERSION, ge=1)
    form: str = Field(min_length=1)
    year: int = Field(ge=1949, le=9999)
    county: str = Field(min_length=1, max_length=MOST_IN_A_NAME)
    deadline: dt.date | None = None
    contact: str = ""
    roster: str = ROSTER
    previous: str = ""
    imports: bool = False
    mail: _Mail = Field(default_factory=_Mail)

    @field_validator("deadline", mode="before")
    @classmethod
    def _day(cls, value: object) -> object:
        """A date in quotes is taken as people write it."""
        day = day_of(value) if isinstance(value, str) else None
        return day or value


@dataclass(frozen=True)
class CampaignSettings:
    """The settings of a campaign folder; paths are absolute or relative to the working folder.
    `form` is the name of a shipped form, or the path of a definition."""

    folder: Path
    form: str
    year: int
    county: Unit
    deadline: dt.date | None
    contact: str
    roster: Path
    previous: Path | None
    smtp: Smtp
    imap: Imap
    imports: bool = False

    @property
    def templates(self) -> Path:
        """The units' workbooks."""
        return self.folder / "templates"

    @property
    def inbox(self) -> Path:
        """What came: the folder that is merged."""
        return self.folder / "inbox"

    @property
    def summary(self) -> Path:
        """The county's workbook."""
        return self.folder / "summary"

    @property
    def letters(self) -> Path:
        """The texts of what is sent."""
        return self.folder / "letters"

    @property
    def drafts(self) -> Path:
        """Messages to be sent from another mail program."""
        return self.folder / "drafts"

    @property
    def records(self) -> Path:
        """The ledger, and each received content once."""
        return self.folder / RECORDS

    @property
    def records_note(self) -> Path:
        """A note for people, by which a later run knows that there must be records."""
        return self.folder / "records.txt"

    @property
    def has_records(self) -> bool:
        """Whether there are records, or were."""
        return self.records.exists() or self.records_note.exists()


def find_settings(folder: Path) -> CampaignSettings | None:
    """The settings in a folder or above it; None when there are none. Raises CampaignError with
    every mistake."""
    if (folder / NAME).is_file():
        return read_settings(folder)
    for above in folder.absolute().parents:
        if (above / NAME).is_file():
            return read_settings(above)
    return None


def read_settings(folder: Path) -> CampaignSettings:
    """Reads a campaign's settings. Raises CampaignError with every mistake, OSError."""
    path = folder / NAME
    return settings_of(path, text_of(path))


def settings_of(path: Path, text: str) -> CampaignSettings:
    """The settings that a file with this text would hold. Raises CampaignError with every
    mistake."""
    try:
        written = tomllib.loads(text)
        _require_known(written, path)
        settings = _Settings.model_validate(written)
    except tomllib.TOMLDecodeError as error:
        where = _where(error)
        raise CampaignError(
            f"设置“{path}”的写法不对（{where}）：文字要加英文引号，日期写成 2026-01-20。"
        ) from None
    except ValidationError as error:
        mistakes = "；".join(_mistake(mistake) for mistake in error.errors())
        raise CampaignError(f"设置“{path}”有误：{mistakes}。") from None
    return _in_folder(path.parent, settings)


def _require_known(written: Mapping[str, object], path: Path) -> None:
    """Raises CampaignError for a newer program's settings, before their keys count as mistakes."""
    version = written.get("version")
    if isinstance(version, int) and version > VERSION:
        raise CampaignError(f"设置“{path}”是较新的版本写的，请换用新版本的 xlreport。")


def _in_folder(folder: Path, settings: _Settings) -> CampaignSettings:
    """What is written, with the paths that it means."""
    form = settings.form
    if _is_definition(form):
        form = str(folder / form)
    previous = folder / settings.previous if settings.previous else None
    return CampaignSettings(
        folder=folder,
        form=form,
        year=settings.year,
        county=Unit(settings.county),
        deadline=settings.deadline,
        contact=settings.contact,
        roster=folder / settings.roster,
        previous=previous,
        smtp=_smtp(settings),
        imap=_imap(settings.mail.imap),
        imports=settings.imports,
    )


def _is_definition(form: str) -> bool:
    """Whether a form is named by the path of its definition."""
    return form.endswith((".yaml", ".yml"))


def _smtp(settings: _Settings) -> Smtp:
    mail = settings.mail
    sender = mail.sender
    if not sender and "@" in mail.smtp.user:
        sender = mail.smtp.user
    name = mail.name or settings.county
    return Smtp(mail.smtp.server(), sender, name, mail.reply_to, mail.smtp.pause)


def _imap(imap: _Imap) -> Imap:
    return Imap(imap.server(), imap.folder, imap.since)


def text_of(path: Path) -> str:
    """The text of a file of settings. Raises CampaignError, OSError."""
    text = decoded(path.read_bytes())
    if text is None:
        raise CampaignError(f"设置“{path}”的编码认不出来，请用记事本另存为 UTF-8。")
    return text


def _where(error: tomllib.TOMLDecodeError) -> str:
    """The place that the parser names: `… (at line 3, column 7)`."""
    _, _, place = str(error).rpartition("(at line ")
    line, _, column = place.rstrip(")").partition(", column ")
    if column:
        return f"第 {line} 行第 {column} 列"
    return "末尾"


_RIGHT = {
    "version": "1",
    "year": "年份，例如 2025",
    "deadline": "日期，例如 2026-01-20，不加引号",
    "since": "日期，例如 2026-01-05",
    "from": "一个邮箱地址",
    "reply_to": "一个邮箱地址",
    "host": "服务器的名称，例如 smtp.163.com",
    "port": "从 1 到 65535 的整数，不加引号",
    "verify": "true 或 false，不加引号",
    "imports": "true 或 false，不加引号",
    "pause": "从 0 到 3600 的秒数，不加引号",
}
"""What each key takes, but for plain texts."""


def _mistake(error: Any) -> str:
    key = ".".join(str(part) for part in error["loc"])
    match error["type"]:
        case "missing":
            return f"缺少 {key}"
        case "extra_forbidden":
            return f"没有 {key} 这一项"
        case "literal_error":
            return f"{key} 只能是 tls、starttls 或 none"
        case "string_too_short":
            return f"{key} 不能留空"
        case "string_too_long":
            return f"{key} 最多 {MOST_IN_A_NAME} 个字"
    _, _, name = key.rpartition(".")
    right = _RIGHT.get(name, "加英文引号的文字")
    value = harmless(str(error["input"]))
    return f"{key} 的值“{value}”不对，应当是：{right}"


def init_campaign(
    folder: Path,
    form: str,
    year: int,
    county: str,
    *,
    deadline: dt.date | None = None,
    roster: Path | None = None,
) -> list[Path]:
    """Makes a campaign folder; `form` is a shipped form's name or the path of a definition,
    `roster` is copied. Returns the files that were written. Raises CampaignError when there is a
    campaign already or the form does not cover the year, UnknownForm, FormError, RosterError,
    OSError when it cannot be written."""
    definition = get_form(form)
    if (folder / NAME).exists():
        raise CampaignError(f"“{folder}”里已经有 {NAME}，没有改动它；要从头来请换一个文件夹。")
    if not county.strip() or not county.isprintable() or len(county) > MOST_IN_A_NAME:
        raise CampaignError(
            f"汇总单位名称不能留空，也不能有换行等控制字符，最多 {MOST_IN_A_NAME} 个字。"
        )
    if objection := definition.objection(year):
        raise CampaignError(objection)
    data = _example(county) if roster is None else _usable_roster(roster, county)
    is_workbook = roster is not None and roster.suffix.lower() == ".xlsx"
    roster_path = folder / ("roster.xlsx" if is_workbook else ROSTER)
    settings = _SETTINGS.format(
        form=quoted(_path_or_name(form)),
        year=year,
        county=quoted(county),
        deadline=_deadline_line(year, deadline),
        roster=quoted(roster_path.name),
    )
    for part in ("templates", "inbox", "summary"):
        made(folder / part)
    if not roster_path.exists():
        write_atomically(roster_path, data)
    letters = write_letters(folder / "letters")
    path = folder / NAME
    write_atomically(path, for_windows(settings))
    return [path, roster_path, *letters]


def require_same_county(roster: Roster, county: Unit, source: str) -> None:
    """Raises CampaignError when a roster names another county than the `source` does."""
    listed = roster.county.name
    if listed and listed != clean_name(county.name):
        raise CampaignError(
            f"名册里的汇总单位是“{listed}”，{source} 写的是“{harmless(county.name)}”，请改成一致。"
        )


def _path_or_name(form: str) -> str:
    """A definition's path is absolute, so that it holds wherever the campaign folder lies."""
    if _is_definition(form):
        return str(Path(form).absolute())
    return form


def _usable_roster(path: Path, county: str) -> bytes:
    """A roster's bytes, when it can be read and is this county's. Raises RosterError,
    CampaignError."""
    try:
        data = path.read_bytes()
    except OSError:
        raise CampaignError(f"名册“{path}”打不开，请检查路径。") from None
    require_same_county(read_roster(path), Unit(county), "--county")
    return data


def _example(county: str) -> bytes:
    return for_windows(_EXAMPLE.format(county=county))


def for_windows(text: str) -> bytes:
    """As Notepad and Excel know it to be UTF-8: with a byte order mark and CRLF."""
    return text.replace("\n", "\r\n").encode("utf-8-sig")


def _deadline_line(year: int, deadline: dt.date | None) -> str:
    """The setting; without a deadline a comment that shows how it is written."""
    if deadline is None:
        return f"# deadline = {year + 1}-01-31"
    return f"deadline = {deadline.isoformat()}"


def quoted(text: str) -> str:
    """A TOML basic string."""
    content = "".join(map(_escaped, text))
    return f'"{content}"'


def _escaped(character: str) -> str:
    if character in '\\"':
        return f"\\{character}"
    is_control = character < " " or character == "\x7f"
    if is_control:
        return f"\\u{ord(character):04x}"
    return character
