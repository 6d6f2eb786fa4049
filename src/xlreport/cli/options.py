"""Every argument and option, declared once; and the groups of them that several commands share."""

from __future__ import annotations

import datetime as dt
import inspect
import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields, is_dataclass, replace
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, get_type_hints

import typer

if TYPE_CHECKING:
    from xlreport.campaign.settings import CampaignSettings
    from xlreport.form.catalog import FormCatalog
    from xlreport.form.model import Form
    from xlreport.formats.guard import Limits
    from xlreport.mail.servers import Imap
    from xlreport.merging.prior_year import PriorYear
    from xlreport.merging.request import MergeRequest, ReadOptions
    from xlreport.merging.roster import Roster

FIRST_YEAR, LAST_YEAR = 1949, 9999
LIMIT = re.compile(r"0*[1-9][0-9]{0,14}")
"""What a limit may be: a positive number that every later calculation can bear."""
_YEAR = re.compile(r"[0-9]{4}")
_AFTER_A_YEAR = re.compile(r"\s*年度?$")


def day_from(text: str) -> dt.date:
    """A date as people write it. Raises ValueError with the form that is expected."""
    from xlreport.text import day_of

    day = day_of(text)
    if day is None:
        raise ValueError("应当是日期，例如 2026-01-20、2026/1/20、2026年1月20日")
    return day


def typed(text: str) -> str:
    """A text of the command line; where the system knows no Chinese its bytes are UTF-8. Raises
    ValueError with the form that is expected."""
    try:
        return text.encode("utf-8", "surrogateescape").decode()
    except UnicodeError:
        raise ValueError("应当是 UTF-8 的文字") from None


def unit_name(text: str) -> str:
    """The name of a unit. Raises ValueError with the form that is expected."""
    from xlreport.text import MOST_IN_A_NAME

    name = typed(text)
    if not name.isprintable() or len(name) > MOST_IN_A_NAME:
        raise ValueError(f"应当是一行文字，最多 {MOST_IN_A_NAME} 个字")
    return name


def year_from(text: str) -> int:
    """A report year as people write it. Raises ValueError with the form that is expected."""
    plain = unicodedata.normalize("NFKC", text).strip()
    digits = _AFTER_A_YEAR.sub("", plain)
    if _YEAR.fullmatch(digits) is None or not FIRST_YEAR <= int(digits) <= LAST_YEAR:
        raise ValueError(f"应当是从 {FIRST_YEAR} 到 {LAST_YEAR} 的整数")
    return int(digits)


def form_names(incomplete: str) -> list[str]:
    """The forms that ship, for completion."""
    from xlreport.form.catalog import shipped

    return [name for name in shipped() if name.startswith(incomplete)]


def _flag(name: str, explanation: str) -> Any:
    return typer.Option(name, help=explanation)


def _value(name: str, metavar: str, explanation: str, **more: Any) -> Any:
    return typer.Option(name, metavar=metavar, help=explanation, **more)


def _argument(metavar: str, explanation: str, **more: Any) -> Any:
    return typer.Argument(metavar=metavar, help=explanation, **more)


_CAMPAIGN_HELP = "xlreport init 建立的工作文件夹；默认是当前文件夹。"
_FORM_HELP = "报表名称或定义文件，xlreport forms 列出全部。"
_LIMITS_HELP = (
    "放宽或收紧读取一个文件的限制，可重复，例如 seconds=60。名称："
    "seconds 秒数，memory 内存；file 工作簿大小，archive 压缩包大小；"
    "parts 里面的部件（文件）数，part 一个部件解开后的大小，total 全部部件解开后的大小；"
    "ratio 压缩比，ratio_from 部件解开后超过多大才看压缩比；"
    "cells 行和格子数，boxes 文档里的格子和行数，depth 压缩包套几层。大小和内存以字节计。"
)
_PREVIOUS_HELP = "上年的汇总表，或存放上年各单位报表的文件夹，用来与上年比较。"
_PREPARED_ROSTER_HELP = "已有的名册，复制进来；没有就给一份样子。"

# --- arguments ---

FormName = Annotated[str, _argument("报表", _FORM_HELP, autocompletion=form_names)]
OptionalFormName = Annotated[
    str | None,
    _argument("报表", f"{_FORM_HELP}在工作文件夹里不用写。", autocompletion=form_names),
]
ReportPaths = Annotated[
    list[Path] | None,
    _argument("文件", "报表、压缩包或文件夹，可以写几个。在工作文件夹里不写就是 inbox。"),
]
ImportPaths = Annotated[
    list[Path],
    _argument("文件", "工作簿、网页、Word 文档、文本文件、压缩包或文件夹，可以写几个。"),
]
InboxFolder = Annotated[
    Path | None, _argument("文件夹", "收到的报表所在的文件夹。在工作文件夹里不用写。")
]
FirstFile = Annotated[Path, _argument("甲文件", "一份报表。")]
SecondFile = Annotated[Path, _argument("乙文件", "与它比较的另一份。")]
ReportSource = Annotated[
    Path | None,
    _argument("报表", "收到的报表所在的文件夹，或者一份报表。在工作文件夹里不用写。"),
]
ReportFile = Annotated[Path, _argument("文件", "要显示的报表。")]
NewFolder = Annotated[Path, _argument("文件夹", "要建立的工作文件夹。")]
DeskFolder = Annotated[
    Path | None, _argument("文件夹", "工作文件夹，或者放它们的文件夹；默认是当前文件夹。")
]
SendKind = Annotated[
    Literal["templates", "reminders", "returns", "receipts"],
    _argument(
        "种类",
        "templates 发模板，reminders 催报，returns 退回更正通知，receipts 收到回执。",
    ),
]
MailPath = Annotated[
    Path | None,
    _argument("邮件", "存放 .eml、.msg 的文件夹，或者 mbox、Maildir；不写就从邮箱收。"),
]

# --- options ---

DeskPort = Annotated[
    int,
    _value("--port", "端口", "用哪个端口；默认自己找一个空的。", min=0, max=65535),
]
AmongDocuments = Annotated[bool, _flag("--documents", "默认的文件夹是「文档」里的 xlreport。")]
NoBrowser = Annotated[bool, _flag("--no-browser", "只显示地址，不打开浏览器。")]

AsJson = Annotated[bool, _flag("--json", "只输出一份 JSON。")]
Verbose = Annotated[bool, _flag("--verbose", "显示全部结果，连同不用处理的提示。")]
CampaignFolder = Annotated[Path | None, _value("--campaign", "文件夹", _CAMPAIGN_HELP)]
RosterFile = Annotated[
    Path | None,
    _value("--roster", "文件", "名册（CSV、xlsx 或 xls）：有哪些单位，谁改了名、合并了，谁未报。"),
]
PreparedRoster = Annotated[Path | None, _value("--roster", "文件", _PREPARED_ROSTER_HELP)]
PreviousPath = Annotated[Path | None, _value("--previous", "文件", _PREVIOUS_HELP)]
Year = Annotated[int | None, _value("--year", "年度", "报告年度，例如 2025。", parser=year_from)]
RequiredYear = Annotated[int, _value("--year", "年度", "报告年度，例如 2025。", parser=year_from)]
YearOfMerge = Annotated[
    int | None,
    _value("--year", "年度", "只汇总这一年度，例如 2025；默认按多数报表。", parser=year_from),
]
County = Annotated[
    str, _value("--county", "名称", "汇总单位名称；默认用名册或报表里的。", parser=unit_name)
]
RequiredCounty = Annotated[str, _value("--county", "名称", "汇总单位名称。", parser=unit_name)]
RequiredForm = Annotated[str, _value("--form", "报表", _FORM_HELP, autocompletion=form_names)]
SheetPassword = Annotated[
    str, _value("--password", "密码", "工作表保护密码，只防误改，不是保密手段。")
]
TemplatesFolder = Annotated[Path | None, _value("--out", "文件夹", "写到哪里；默认是当前文件夹。")]
SummaryFolder = Annotated[
    Path | None, _value("--out", "文件夹", "汇总表写到哪里；默认在文件夹旁边。")
]
RepairedFolder = Annotated[Path | None, _value("--out", "文件夹", "新工作簿写到哪里。")]
ImportFolder = Annotated[Path, _value("--out", "文件夹", "新工作簿写到哪里。")]
ImportedUnit = Annotated[
    str,
    _value("--unit", "名称", "填报单位，标题里没有写单位时用。", parser=unit_name),
]
ImportedYear = Annotated[
    int | None,
    _value("--year", "年度", "报告年度，标题里没有写年度时用。", parser=year_from),
]
RepairFolder = Annotated[
    Path | None, _value("--repair", "文件夹", "把需要修复的报表搬到新模板，写到这里。")
]
NoticesFolder = Annotated[
    Path | None,
    _value("--notices", "文件夹", "给退回的单位各写一份标出问题的工作簿，写到这里。"),
]
ReportFolder = Annotated[
    Path | None,
    _value("--out", "文件夹", "报告写到哪里；默认与汇总表在一起，一份报表的写在当前文件夹。"),
]
OfficeTemplate = Annotated[
    Path | None, _value("--template", "文件", "本单位自己的 Word 模板（.docx），默认按公文格式。")
]
Author = Annotated[
    str, _value("--author", "名称", "署名的单位；默认是汇总或填报单位。", parser=unit_name)
]
Force = Annotated[bool, _flag("--force", "有填过的同名文件也照样写，旧文件改名为 .bak 留着。")]
WithErrors = Annotated[bool, _flag("--with-errors", "有错误的报表也计入合计（会注明）。")]
Imports = Annotated[
    bool,
    _flag("--import", "不是县里发的模板、但数字读得出来的报表也计入合计（会注明）。"),
]
AcceptUnlisted = Annotated[bool, _flag("--accept-unlisted", "名册以外的单位也计入合计（会注明）。")]
OnConflict = Annotated[
    Literal["newest", "error"],
    _value(
        "--on-conflict",
        "newest|error",
        "同一单位有内容不同的几份时：newest 以最新的为准，error 都不计入。",
    ),
]
OlderDefinition = Annotated[
    str | None, _value("--since", "旧定义", "旧的报表定义；列出与它相比的全部改动。")
]
Deadline = Annotated[
    dt.date | None,
    _value("--deadline", "日期", "各单位报送的截止日期，例如 2026-01-20。", parser=day_from),
]
OpenPasswords = Annotated[
    list[str] | None, _value("--open-password", "密码", "加密工作簿的打开密码，可重复。")
]
OpenPasswordFile = Annotated[
    Path | None, _value("--open-passwords", "文件", "存放打开密码的文本文件，一行一个。")
]
LimitTexts = Annotated[list[str] | None, _value("--limit", "名称=数值", _LIMITS_HELP)]
ClusterAddress = Annotated[
    str,
    _value("--cluster", "地址", "由集群里的多台机器一起读取，见用户手册第九节。"),
]
FormFiles = Annotated[
    list[str] | None, _value("--form", "定义文件", "另外的报表定义（.yaml），可重复。")
]
DryRun = Annotated[bool, _flag("--dry-run", "只列出会给谁发什么，不发。")]
AsDrafts = Annotated[
    bool,
    _flag("--drafts", "不发送，写成 .eml 草稿放进 drafts 文件夹，用自己的邮件程序发。"),
]
UnitNames = Annotated[
    list[str] | None, _value("--unit", "单位", "只发给这个单位（名称或代码），可重复。")
]
Again = Annotated[bool, _flag("--again", "发过的也再发一次。")]
Remember = Annotated[bool, _flag("--remember", "把密码存进系统的密码箱，下次不用再输。")]
MailboxFolder = Annotated[str | None, _value("--folder", "名称", "收哪个邮箱文件夹；默认按设置。")]
SinceDay = Annotated[
    dt.date | None,
    _value("--since", "日期", "只收这一天起的邮件，例如 2026-01-05；默认按设置。", parser=day_from),
]
MarkSeen = Annotated[bool, _flag("--mark-seen", "收过的邮件标为已读。")]
MoveTo = Annotated[str, _value("--move-to", "名称", "收过的邮件移到这个邮箱文件夹。")]
EveryMessage = Annotated[bool, _flag("--verbose", "以前收过的、没有附件的邮件也逐封列出。")]
DoneNumbers = Annotated[
    list[int] | None,
    _value("--done", "编号", "要由人打开的邮件里，这一封已经处理好了；可重复。"),
]


NotDoneNumbers = Annotated[
    list[int] | None,
    _value("--not-done", "编号", "勾错了的邮件，这一封还没有处理好，再列出来；可重复。"),
]
DataFormat = Annotated[
    Literal["csv", "json", "parquet"],
    _value("--to", "格式", "csv 表格程序都能打开，json、parquet 供程序使用；默认是 csv。"),
]
DataFile = Annotated[Path | None, _value("--out", "文件", "写到哪个文件；默认放在汇总表旁边。")]
ArchiveFolder = Annotated[
    Path | None, _value("--out", "文件夹", "归档包写到哪里；默认是工作文件夹里的 archive。")
]
ArchiveToVerify = Annotated[
    Path | None, _value("--verify", "归档包", "核对这个归档包是否完整、有没有改动。")
]
UnitAndMatter = Annotated[
    list[str] | None,
    _argument(
        "单位 代码 决定",
        "单位的名称或代码；问题的代码，整份报表的不写；accept 认可、query 要求核实、"
        "exclude 不计入、revoke 撤销。都不写就列出现有的决定。",
    ),
]
Reason = Annotated[
    str, _value("--reason", "理由", "为什么这样决定；汇总表、汇总情况和信里都会写上。")
]
DecidedBy = Annotated[str, _value("--by", "姓名", "谁决定的；默认是这台电脑的用户名。")]


# --- groups ---


@dataclass(frozen=True)
class Workplace:
    """The campaign in which a command runs, and what it takes in place of the campaign's."""

    campaign: CampaignFolder = None
    roster: RosterFile = None
    previous: PreviousPath = None

    def filled_from(self, settings: CampaignSettings) -> Workplace:
        """With the campaign's own roster and last year's figures where none were named."""
        used = self.over(settings)
        return Workplace(self.campaign, used.roster, used.previous)

    def over(self, settings: CampaignSettings) -> CampaignSettings:
        """The campaign's settings with the roster and last year's figures that are named."""
        roster = self.roster or settings.roster
        previous = self.previous or settings.previous
        return replace(settings, roster=roster, previous=previous)


@dataclass(frozen=True)
class Opening:
    """How files that people sent are opened."""

    passwords: OpenPasswords = None
    password_file: OpenPasswordFile = None
    limits: LimitTexts = None

    def read_options(self) -> ReadOptions:
        """The options as the reader takes them. Raises UsageError."""
        from xlreport.cli.progress import progress
        from xlreport.merging.request import ReadOptions

        passwords = tuple(self.passwords or ())
        if self.password_file is not None:
            passwords += _passwords_in(self.password_file)
        limits = _limits_from(self.limits or ())
        return ReadOptions(limits=limits, passwords=passwords, progress=progress())


@dataclass(frozen=True)
class Reading(Opening):
    """How reports of whatever form are read."""

    form_files: FormFiles = None
    cluster: ClusterAddress = ""

    def read_options(self) -> ReadOptions:
        """The options as the reader takes them. Raises UsageError."""
        return replace(super().read_options(), cluster=self.cluster)

    def forms(self, *more: Form) -> FormCatalog:
        """The forms of the user's own beside those that ship. Raises XlreportError."""
        from xlreport.form.catalog import FormCatalog, get_form

        own = [get_form(name) for name in self.form_files or ()]
        return FormCatalog((*own, *more))

    def own_files(self, *more: Path | None) -> tuple[Path, ...]:
        """What the user gave beside the reports: none of it is a report, wherever it lies."""
        definitions = [Path(name) for name in self.form_files or ()]
        named = [path for path in (*more, self.password_file) if path is not None]
        return (*definitions, *named)


@dataclass(frozen=True)
class ImportedAs:
    """Whose reports are imported, and of which year, where they do not say so."""

    unit: ImportedUnit = ""
    year: ImportedYear = None
    roster: RosterFile = None


@dataclass(frozen=True)
class Counting:
    """Which reports are summed up, and for whom."""

    with_errors: WithErrors = False
    imports: Imports = False
    accept_unlisted: AcceptUnlisted = False
    on_conflict: OnConflict = "newest"
    year: YearOfMerge = None
    county: County = ""

    def applied_to(self, request: MergeRequest) -> MergeRequest:
        """The request on these terms; a year and a county of its own stay where none are named."""
        from xlreport.merging.request import Policy
        from xlreport.submission import Unit

        newest = self.on_conflict == "newest"
        imports = self.imports or request.policy.imports
        policy = Policy(self.with_errors, self.accept_unlisted, newest, imports)
        year = self.year or request.year
        county = Unit(self.county) if self.county else request.county
        return replace(request, year=year, county=county, policy=policy)


@dataclass(frozen=True)
class Outputs:
    """Where a merge writes."""

    out: SummaryFolder = None
    repair: RepairFolder = None
    notices: NoticesFolder = None
    force: Force = False


@dataclass(frozen=True)
class ReportOutput:
    """How a report is written, and where."""

    out: ReportFolder = None
    template: OfficeTemplate = None
    author: Author = ""
    force: Force = False


@dataclass(frozen=True)
class DataOutput:
    """In which format data are written, and where."""

    to: DataFormat = "csv"
    out: DataFile = None
    force: Force = False


@dataclass(frozen=True)
class TemplateOutput:
    """Where templates are written, and what locks them."""

    password: SheetPassword = ""
    out: TemplatesFolder = None
    force: Force = False


@dataclass(frozen=True)
class FormChoice:
    """Which form is meant: by its name or its file, or as one of the user's own."""

    form: OptionalFormName = None
    form_files: FormFiles = None

    @property
    def is_made(self) -> bool:
        """Whether the command line says anything of it."""
        return self.form is not None or bool(self.form_files)

    def forms(self) -> FormCatalog:
        """The form that is meant, before the others that are given. Raises BadParameter where none
        or several could be meant, XlreportError."""
        from xlreport.form.catalog import FormCatalog, get_form

        own = FormCatalog(tuple(get_form(name) for name in self.form_files or ()))
        if self.form is None:
            if len(own.given) != 1:
                raise typer.BadParameter("缺少“报表”。xlreport forms 列出全部报表。")
            return own
        meant = own(self.form) or get_form(self.form)
        others = [form for form in own.given if form.id != meant.id]
        return FormCatalog((meant, *others))


@dataclass(frozen=True)
class View:
    """How much is said, and to whom."""

    verbose: Verbose = False
    as_json: AsJson = False


@dataclass(frozen=True)
class Sending:
    """To whom mail goes, and how."""

    dry_run: DryRun = False
    drafts: AsDrafts = False
    units: UnitNames = None
    again: Again = False
    remember: Remember = False


@dataclass(frozen=True)
class Mailbox:
    """What is collected from a server, and what is left there."""

    folder: MailboxFolder = None
    since: SinceDay = None
    mark_seen: MarkSeen = False
    move_to: MoveTo = ""
    remember: Remember = False

    def narrowed(self, imap: Imap) -> Imap:
        """The settings of the mailbox with what the command line names."""
        since = self.since.isoformat() if self.since else imap.since
        return replace(imap, folder=self.folder or imap.folder, since=since)

    @property
    def only_on_server(self) -> bool:
        """Whether an option was given that means nothing for files."""
        return bool(self.folder or self.since or self.mark_seen or self.move_to)


def spread(command: Callable[..., int]) -> Callable[..., int]:
    """The command as typer must see it: each group of options taken apart into its options. Its
    parameters are keyword-only."""
    hints = get_type_hints(command)
    groups: dict[str, Any] = {name: hint for name, hint in hints.items() if is_dataclass(hint)}
    parameters: list[inspect.Parameter] = []
    for parameter in inspect.signature(command, eval_str=True).parameters.values():
        group = groups.get(parameter.name)
        if group is None:
            parameters.append(parameter)
        else:
            parameters.extend(_parameters(group))

    @wraps(command)
    def taken_apart(**values: Any) -> int:
        for name, group in groups.items():
            own = {field.name: values.pop(field.name) for field in fields(group)}
            values[name] = group(**own)
        return command(**values)

    signature = inspect.Signature(parameters, return_annotation=int)
    taken_apart.__signature__ = signature  # type: ignore[attr-defined]
    return taken_apart


def _parameters(group: type[Any]) -> Iterable[inspect.Parameter]:
    hints = get_type_hints(group, include_extras=True)
    for field in fields(group):
        yield inspect.Parameter(
            field.name,
            inspect.Parameter.KEYWORD_ONLY,
            default=field.default,
            annotation=hints[field.name],
        )


# --- what the options name, read ---


def _limits_from(texts: Iterable[str]) -> Limits:
    """The limits with those changed that are given as `name=number`. Raises UsageError."""
    from xlreport.errors import UsageError
    from xlreport.formats.guard import DEFAULT_LIMITS

    limits = DEFAULT_LIMITS
    names = [field.name for field in fields(limits)]
    for text in texts:
        name, _, number = text.partition("=")
        if name not in names or LIMIT.fullmatch(number) is None:
            known = "、".join(names)
            raise UsageError(f"--limit 的“{text}”不对，要写成 名称=正整数；名称只能是：{known}。")
        kind = type(getattr(limits, name))
        changed: dict[str, Any] = {name: kind(number)}
        limits = replace(limits, **changed)
    return limits


def _passwords_in(file: Path) -> tuple[str, ...]:
    from xlreport.errors import UsageError

    try:
        lines = file.read_text("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError):
        raise UsageError(f"密码文件“{file}”打不开，或者不是 UTF-8 文本。") from None
    return tuple(line for line in lines if line)


def roster_at(path: Path) -> Roster:
    """The roster in a file; says on stderr what is odd about it. Raises RosterError."""
    from xlreport.merging.roster import read_roster

    roster = read_roster(path)
    tell_warnings(roster, path)
    return roster


def tell_warnings(roster: Roster, path: Path) -> None:
    """Says on stderr what is odd about the roster in a file."""
    from xlreport.text import harmless

    for warning in roster.warnings:
        typer.echo(harmless(f"注意：名册“{path.name}”{warning}。"), err=True)


def prior_year_at(
    path: Path | None,
    year: int | None,
    roster: Roster | None,
    reading: ReadOptions,
    forms: FormCatalog,
) -> PriorYear | None:
    """What `--previous` names, read, with a word about each file that could not be used; None
    without it. Raises UsageError."""
    if path is None:
        return None
    from xlreport.api import read_prior_year

    prior_year = read_prior_year(path, year, roster=roster, forms=forms, reading=reading)
    tell_unused(prior_year)
    return prior_year


def tell_unused(prior_year: PriorYear) -> None:
    """Says on stderr which reports of last year could not be used."""
    from xlreport.text import harmless

    for reason in prior_year.unused:
        typer.echo(f"上年的报表里有一个文件没有使用：{harmless(reason)}", err=True)
    for reason in prior_year.partly:
        typer.echo(f"上年的报表没有读全：{harmless(reason)}", err=True)
