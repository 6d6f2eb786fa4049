"""What the commands say to people: lines, made of what the results say themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from xlreport.atomic import was_writing, why_failed
from xlreport.clock import china, minute
from xlreport.errors import XlreportError
from xlreport.findings import INDENT, Finding, Severity, grouped
from xlreport.text import first_of, harmless, in_marks

if TYPE_CHECKING:
    from pathlib import Path

    from xlreport.api import TemplateRequest
    from xlreport.campaign.archiving import Archived
    from xlreport.campaign.collect import CollectedFile, CollectedMessage, CollectResult
    from xlreport.campaign.ledger import Received, Sent
    from xlreport.campaign.send import SendItem, SendResult
    from xlreport.campaign.settings import CampaignSettings
    from xlreport.campaign.status import StatusResult, UnitFile, UnitStatus
    from xlreport.campaign.town_page import TownPage
    from xlreport.form.model import Form
    from xlreport.lint.result import LintResult
    from xlreport.merging.diff import Difference
    from xlreport.merging.outcome import FileRecord
    from xlreport.merging.repairs import RepairedFile
    from xlreport.merging.result import CheckResult, ImportResult, MergeResult, RepairResult
    from xlreport.publishing.archive import Verification
    from xlreport.publishing.report import Report
    from xlreport.submission import Unit

MOST_LINES = 40
"""Findings of one file that are shown on the console."""

MOST_OF_AN_IMPORT = 5
"""Lines about one imported report, of what was left out and of what the checks say."""

MOST_STRAYS = 5
"""Files that were passed over, named one by one."""

MOST_BROKEN = 3
"""Rules that the totals do not keep, told one by one."""

_WITH_TOTALS = ("E4", "E9", "M10")
"""Findings of a merge that no other line tells."""

_BROKEN = "E10"
"""The finding that says which rule the totals do not keep."""

_SUPERSEDED = "F7"
"""The finding that says which report counts in its place, and why."""

_DECIDED = "E6"
"""The finding that tells what the county has decided."""

_ONLY_BLANKS = "文件夹里只有空白表：是不是选错了文件夹？请给出收到的报表所在的文件夹。"

_ONLY_UNUSABLE = "报来的文件不能计入"
"""What is said of a unit of which nothing can be used."""

BLANK_CAME_BACK = "寄回的是空白表"
"""What is said of a unit that sent its template as it was."""

# --- what was not done ---


def failure(error: XlreportError | OSError) -> str:
    """Why something was not done, and what to do."""
    if isinstance(error, XlreportError):
        return error.message
    unchanged = "原有文件没有改动。" if was_writing(error) else ""
    return f"{why_failed(error)}{unchanged}"


def kept_line(path: Path, kept: Path) -> str:
    """A file that made room for another."""
    return harmless(f"原来的“{path}”改名为“{kept.name}”留着。")


# --- forms and templates ---


def form_line(form: Form) -> str:
    """A form in the list of `xlreport forms`."""
    return f"{form.id}　{form.title}　（{years_of(form)}，第 {form.version} 版）"


def years_of(form: Form) -> str:
    """The years of which a form reports."""
    if form.last_year is None:
        return f"{form.first_year} 年度起"
    return f"{form.first_year}–{form.last_year} 年度"


def field_lines(rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """The lines of `xlreport fields`."""
    for row in rows:
        computed = "（自动计算）" if row["computed"] else ""
        columns = (f"{row['sheet']} {row['cell']}", row["id"], row["label"])
        yield "　".join(columns) + computed


def template_lines(request: TemplateRequest, written: Sequence[Path], out: Path) -> Iterator[str]:
    """What `xlreport template` says about the files that it wrote."""
    yield f"已生成 {len(written)} 份模板，在“{out}”。"
    unknown = request.unknown_predecessors
    for unit, predecessors in unknown.items():
        told = f"提示：{unit.name}的前身{in_marks(predecessors)}在上年的报表里找不到，请核对名册"
        yield harmless(told)
    without = [unit.name for unit in request.without_prior_year if unit not in unknown]
    if without:
        names = "、".join(without)
        yield f"提示：没有上年的数（改名、合并的请在名册里写“前身”）：{names}"
    if request.password:
        yield "提示：保护密码只防误改，不是保密手段。"


def town_page_line(page: TownPage) -> str:
    """Where the page for the towns lies, and that it is not the one of now."""
    if page.kept:
        return harmless(f"给乡镇的一页纸{page.kept}，没有替换：{page.path}")
    return harmless(f"给乡镇的一页纸：{page.path}")


def init_lines(folder: Path, *, has_roster: bool, has_deadline: bool) -> Iterator[str]:
    """What `xlreport init` says, with the next steps that are still to be done."""
    roster = "" if has_roster else "填好名册 roster.csv，"
    deadline = "" if has_deadline else "截止日期和"
    yield harmless(
        f"已建立“{folder}”。下一步：{roster}在 xlreport.toml 里写明{deadline}邮箱"
        "（不用邮箱收发的不写），"
    )
    yield "然后在这个文件夹里运行 xlreport send templates --dry-run 看看会发给谁。"


# --- checking and merging ---


def check_report(result: CheckResult, *, verbose: bool = False) -> Iterator[str]:
    """The lines of `xlreport check`; all findings when `verbose`, else what a clerk must act on."""
    from xlreport.merging.outcome import Outcome

    for file in result.files:
        yield from _file(file, verbose=verbose)
    counts = result.counts
    accepted = counts.get(Outcome.ACCEPTED, 0)
    returned = counts.get(Outcome.RETURNED, 0)
    other = len(result.files) - accepted - returned
    yield (
        f"共 {len(result.files)} 个文件：通过 {accepted} 个，退回 {returned} 个，其余 {other} 个。"
    )
    if result.only_blanks and len(result.files) > 1:
        yield _ONLY_BLANKS


def merge_report(result: MergeResult, *, verbose: bool = False) -> Iterator[str]:
    """The lines of `xlreport merge`; all files and findings when `verbose`, else what a clerk must
    act on."""
    from xlreport.merging.outcome import Outcome
    from xlreport.telling.tables import unit_table

    if result.county is None:
        yield from _nothing_merged(result, verbose=verbose)
        return
    county = result.county.unit.name or "（汇总单位未注明）"
    title = f"　{result.form.title}" if result.form is not None else ""
    yield f"{harmless(county)}　{result.year} 年度{title}"
    yield ""
    most_urgent_first = (
        Outcome.RETURNED,
        Outcome.REJECTED,
        Outcome.SUPERSEDED,
        Outcome.DUPLICATE,
        Outcome.IGNORED,
    )
    for outcome in most_urgent_first:
        for file in result.with_outcome(outcome):
            yield from _file(file, verbose=verbose, contact=_contact(result, file.unit))
    for file in result.accepted:
        if verbose or _has_more_than_notes(file):
            yield from _file(file, verbose=verbose)
    yield from _not_reported(result)
    yield from unit_table(result, verbose=verbose)
    yield ""
    yield from _totals(result)
    if result.only_blanks:
        yield _ONLY_BLANKS


def _not_reported(result: MergeResult) -> Iterator[str]:
    """The units without a report: nothing came, or what came cannot be used."""
    unusable = result.only_unusable
    sent_something = frozenset(unusable)
    others = [unit for unit in result.missing if unit not in sent_something]
    if others:
        yield f"未报：{_with_contacts(result, others)}　→ 请催报"
    if unusable:
        named = _with_contacts(result, unusable)
        yield f"未报，{_ONLY_UNUSABLE}：{named}　→ 请单位更正后重新报送"
    if result.missing:
        yield ""


def _with_contacts(result: MergeResult, units: Iterable[Unit]) -> str:
    named = [f"{unit.name}{_contact(result, unit)}" for unit in units]
    return harmless("、".join(named))


def _contact(result: MergeResult, unit: Unit) -> str:
    """Whom to call, in brackets; empty when the roster does not tell."""
    roster = result.request.roster
    contact = roster.contact(unit) if roster is not None else ""
    if not contact:
        return ""
    return f"（{contact}）"


def _nothing_merged(result: MergeResult, *, verbose: bool) -> Iterator[str]:
    for file in result.files:
        yield from _file(file, verbose=verbose)
    for finding in result.own_findings:
        yield harmless(finding.line())
    others = {file.year for file in result.files if file.year not in (None, result.year)}
    if len(others) == 1 and result.year is not None:
        yield f"文件夹里是 {others.pop()} 年度的报表，要汇总的是 {result.year} 年度：年度写对了吗？"
    if result.files:
        yield "文件夹里没有可以汇总的报表，没有写出汇总表。"
    else:
        yield "文件夹是空的，没有可以汇总的报表。"


def merge_outcome(result: MergeResult) -> Iterator[str]:
    """How many files came and count, and what was written; or why nothing was."""
    if result.county is None:
        yield from _nothing_merged(result, verbose=False)
        return
    yield from _totals(result)


def _totals(result: MergeResult) -> Iterator[str]:
    from xlreport.merging.result import labels

    yield f"收到 {len(result.files)} 个文件：{_listed(labels(result.files), '个')}。"
    counted = f"计入汇总 {len(result.counted_files)} 个"
    if result.expected is None:
        yield f"{counted}，没有名册，不知道谁未报。"
    else:
        yield f"名册 {result.expected} 个单位，{counted}，未报 {len(result.missing)} 个。"
    if warned := with_errors_line(result):
        yield warned
    for finding in result.own_findings:
        if finding.code in _WITH_TOTALS:
            yield harmless(finding.line())
    yield from _broken_totals(result)
    yield from (harmless(finding.line()) for finding in result.about_texts)
    if not result.counted_files:
        yield "没有一份报表通过审核，汇总表里的数字留空。"
    for position, path in enumerate(result.outputs):
        title = "更正通知" if path in result.notices else _output_title(position, path)
        yield f"{title}：{harmless(path)}"
    if result.kept is not None:
        yield harmless(
            f"原来的汇总表有人改过或保存过，改名为“{result.kept.name}”留着；"
            "封面、文字材料和说明已带进新的汇总表。"
        )


def _broken_totals(result: MergeResult) -> Iterator[str]:
    """The rules that the totals do not keep; the summary's list has all of them."""
    broken = [finding for finding in result.own_findings if finding.code == _BROKEN]
    for finding in broken[:MOST_BROKEN]:
        yield harmless(finding.line())
    if len(broken) > MOST_BROKEN:
        yield f"全县的合计另有 {len(broken) - MOST_BROKEN} 处不成立，写在汇总表的“校验结果”页。"


def _output_title(position: int, path: str) -> str:
    """What a file that was written is called."""
    from xlreport.publishing.document import DATA_NAME
    from xlreport.publishing.page.render import PAGE_NAME

    if position == 0:
        return "汇总表"
    _, _, name = path.rpartition("/")
    return {PAGE_NAME: "汇总情况（网页）", DATA_NAME: "数据（供程序读取）"}.get(name, "修复")


def _file(file: FileRecord, *, verbose: bool, contact: str = "") -> Iterator[str]:
    from xlreport.merging.outcome import Outcome
    from xlreport.merging.result import label_of

    if file.outcome is Outcome.SUPERSEDED and not verbose:
        yield _superseded(file)
        yield ""
        return
    whom_to_call = contact if file.outcome is Outcome.RETURNED else ""
    unit = f"{file.unit.name}{whom_to_call}　" if file.unit.name else ""
    code = ""
    if file.outcome is Outcome.ACCEPTED and file.data_code:
        code = f"　数据校验码 {file.data_code}"
    yield harmless(f"【{label_of(file)}】{unit}{file.path}{code}")
    findings = _heaviest_first(file.findings)
    shown = findings
    if not verbose:
        shown = [f for f in findings if _to_act_on(f, file)][:MOST_LINES]
    for finding in shown:
        yield harmless(f"    {finding.line()}")
    left = len(findings) - len(shown)
    if left:
        yield f"    （另有 {left} 条，命令后加 --verbose 可看；汇总时也写在汇总表的“校验结果”页）"
    yield ""


def to_act_on(file: FileRecord) -> list[str]:
    """The findings of a report that ask for something, a line each, heaviest first."""
    findings = _heaviest_first(file.findings)
    return [finding.line() for finding in findings if _to_act_on(finding, file)]


def _superseded(file: FileRecord) -> str:
    """One line: nobody has to act on a report in whose place another counts."""
    unit = f"{file.unit.name}　" if file.unit.name else ""
    reasons = [f.message for f in file.findings if f.code == _SUPERSEDED and not f.cell]
    return harmless(f"【{file.outcome.label}】{unit}{file.path}　{'；'.join(reasons)}".rstrip())


def _has_more_than_notes(file: FileRecord) -> bool:
    return any(finding.severity is not Severity.NOTE for finding in file.findings)


def _to_act_on(finding: Finding, file: FileRecord) -> bool:
    """Whether a finding asks for something: notes about no cell do not, but where a file was not
    counted they say why."""
    from xlreport.merging.result import USABLE

    weighs = finding.severity is not Severity.NOTE or finding.code == _DECIDED
    return weighs or bool(finding.cell) or file.outcome not in USABLE


def _heaviest_first(findings: Sequence[Finding]) -> list[Finding]:
    """By weight; of equal weight those about a cell come first."""
    return sorted(grouped(findings), key=lambda f: (f.severity.rank, not f.cell))


def _listed(counts: Mapping[str, int], measure: str) -> str:
    """What there is, each with its number."""
    return "，".join(f"{name} {count} {measure}" for name, count in counts.items() if count)


def _names(units: Iterable[Unit]) -> str:
    return "、".join(harmless(unit.name) for unit in units)


def export_line(result: MergeResult, path: Path) -> str:
    """The line of `xlreport export`."""
    return f"{len(result.counted_files)} 个单位的数据：{harmless(str(path))}"


def with_errors_line(result: MergeResult) -> str:
    """That reports with errors count as was asked for; empty where none does."""
    if not (result.with_errors and result.returned):
        return ""
    units = _names(file.unit for file in result.returned)
    return f"注意：有错误的报表按要求计入了合计，公布前必须改正：{units}"


# --- the report ---


def report_lines(
    report: Report | None, written: Sequence[Path], template: Path | None = None
) -> Iterator[str]:
    """The lines of `xlreport report`; `template` is the office's own document, which need not have
    all tables."""
    if report is None:
        yield "没有可以汇总的报表，没有写报告。"
        return
    yield harmless(report.title)
    for note in report.notes:
        yield harmless(f"还不是最终数：{note}")
    for path in written:
        yield harmless(f"已写：{path}")
    if report.numbers and template is not None:
        yield "按自己的模板写的：里面有法定的表的，数字已从写好的报告里读出核对，与数据一致。"
    elif report.numbers:
        yield "各表的数字已从写好的报告里读出核对，与数据一致。"
    else:
        yield "没有一份报表通过审核，表里的数字留空。"
    if any(text.is_draft or text.note or text.materials for text in report.texts.values()):
        yield "文字部分是初稿或材料，请按红字的提示编写后再公布。"


# --- repairing, comparing, linting ---


def repair_report(result: RepairResult) -> Iterator[str]:
    """The lines of `xlreport repair`; what was carried over is in the list that it writes."""
    for file in result.files:
        yield from _not_carried(file)
    yield from _carried_in_all(result, "修复")


def damaged_report(result: RepairResult) -> Iterator[str]:
    """The lines of a repair of those alone that needed one, with what to do with them."""
    if not result.files:
        yield "收到的报表里没有要修复的。"
        return
    yield from repair_report(result)
    if result.repaired:
        yield _SEND_BACK


_SEND_BACK = "请把修复好的工作簿发给填报单位，核对后重新报送；重新报送以前，仍按原来的报表审核。"


def import_report(result: ImportResult) -> Iterator[str]:
    """The lines of `xlreport import`: of each file the first of what could not be placed, and of
    what the checks say; all of it is in the list that it writes."""
    from xlreport.merging.repairs import TOLD

    for file in result.files:
        lines = list(_not_carried(file))
        told = [line for line in lines if line.startswith(TOLD)]
        left = [line for line in lines if not line.startswith(TOLD)]
        yield from _first_of(left, 2 + MOST_OF_AN_IMPORT)
        yield from _first_of(told, MOST_OF_AN_IMPORT)
    yield from _carried_in_all(result, "导入")
    if any(finding.code in _ASKED for file in result.files for finding in file.findings):
        yield _SAY_WHOSE


def documents_report(result: ImportResult) -> Iterator[str]:
    """The lines of an import of those alone that are not our workbooks, with what to do with
    them."""
    if not result.files:
        yield "收到的文件里没有要导入的：都是县里发的模板，或者读不出是报表。"
        return
    yield from import_report(result)
    if result.repaired:
        yield _TO_BE_CONFIRMED


_TO_BE_CONFIRMED = (
    "请对照清单和原文核对、补填，请单位确认；确认了的与别的报表一样收下，就照模板审核、计入。"
)


_ASKED = frozenset({"R39", "R40", "F4"})
"""Findings of a title that does not tell whose report it is, of which year, or which is meant."""

_SAY_WHOSE = (
    "标题里没有年度、单位的，一个文件里有几份报告的："
    "一次导入一个文件，命令后加 --year、--unit 写明。"
)


def _first_of(lines: Sequence[str], most: int) -> Iterator[str]:
    yield from lines[:most]
    if len(lines) > most:
        yield f"{INDENT}（另有 {len(lines) - most} 条，都在清单里）"


def _not_carried(file: RepairedFile) -> Iterator[str]:
    """What became of a file, but for what was carried over."""
    from xlreport.merging.repairs import CARRIED

    for line in file.lines():
        if not line.startswith(CARRIED):
            yield line


def _carried_in_all(result: RepairResult, verb: str) -> Iterator[str]:
    done = len(result.repaired)
    left = len(result.files) - done
    yield f"共 {len(result.files)} 个文件：{verb} {done} 个，没有{verb} {left} 个。"
    for path in result.outputs[-1:]:
        yield f"逐项清单：{harmless(path)}"


def diff_report(differences: Sequence[Difference]) -> Iterator[str]:
    """The lines of `xlreport diff`."""
    for difference in differences:
        yield harmless(difference.line())
    yield f"共有 {len(differences)} 处不同。" if differences else "两份填报的内容完全相同。"


def lint_report(result: LintResult) -> Iterator[str]:
    """The lines of `xlreport lint`."""
    for lint in result.lints:
        yield harmless(lint.text())
    for question in result.undecided:
        yield harmless(f"{question}，请人工核对")
    if result.changes is not None:
        for change in result.changes:
            yield harmless(f"[改动] {change.message}")
        count = len(result.changes)
        yield f"共有 {count} 处改动。" if count else "两份定义的内容完全相同。"
    severities = {severity.label: count for severity, count in result.counts.items()}
    open_questions = f"有 {len(result.undecided)} 项没有查清" if result.undecided else ""
    listed = "，".join(filter(None, (_listed(severities, "处"), open_questions)))
    listed = listed or "没有发现问题"
    yield f"{result.form} 第 {result.version} 版：{listed}。"


# --- sending ---

KINDS = {
    "templates": "模板",
    "reminders": "催报",
    "returns": "退回更正通知",
    "receipts": "收到回执",
}
"""What is sent, by the words of the command line."""

_STATES = {
    "sent": "已发",
    "draft": "已写成草稿",
    "planned": "待发",
    "before": "以前发过",
    "refused": "没有发成",
    "no_address": "没有发",
    "held": "先不发",
    "sending": "不知道是否发成",
    "bounced": "退信",
}
"""The states of what is sent, by their words in the contract."""


def send_report(result: SendResult, settings: CampaignSettings, *, drafts: bool) -> Iterator[str]:
    """The lines of `xlreport send`."""
    labels = _STATES
    if drafts:
        labels = {**_STATES, "before": "以前发过或写过草稿"}
    for item in result.items:
        yield harmless(_item(item, labels))
    counts = {state: result.units_in(state) for state in _STATES}
    states = {labels[state]: count for state, count in counts.items()}
    listed = _listed(states, "个单位") or "没有要发的单位"
    yield f"{KINDS[result.kind]}：{listed}。"
    if drafts and counts["draft"]:
        yield (
            f"草稿在“{harmless(str(settings.drafts))}”，用 Outlook、Foxmail 等邮件程序打开后发送。"
        )
    if result.left_out:
        yield harmless(_left_out(result.left_out))
    if counts["refused"] or counts["no_address"]:
        yield "没有邮箱、没有发成的，请按上面的原因改正后再运行一次；发过的不会重发。"
    names_deadline = result.units_in("planned", "sent", "draft") > 0
    deadline = settings.deadline
    if names_deadline and deadline is not None and deadline < result.day:
        yield (
            f"注意：截止日期 {deadline} 已经过了，信里写的是这一天；"
            "要改请改 xlreport.toml 里的 deadline。"
        )
    if result.stopped:
        yield harmless(result.stopped)


def _left_out(names: Sequence[str]) -> str:
    """One line about files among the templates that go to nobody."""
    named = first_of(names, MOST_STRAYS, "个")
    return f"templates 里还有不是名册上单位的文件，没有发：{named}。不要的请移走。"


def _item(item: SendItem, labels: Mapping[str, str] = _STATES) -> str:
    file = f"　附件：{item.file}" if item.file else ""
    detail = f"　{item.detail}" if item.detail else ""
    address = item.address or "（名册里没有邮箱）"
    contact = f"　联系人 {item.contact}" if item.contact else ""
    state = labels[item.state]
    return f"【{state}】{item.unit.name}　{address}　{item.subject}{file}{detail}{contact}"


# --- collecting ---


def collect_report(result: CollectResult, *, verbose: bool = False) -> Iterator[str]:
    """The lines of `xlreport collect`: messages with files or findings and those of listed senders;
    the rest are counted."""
    for message in result.messages:
        if verbose or message.noteworthy:
            yield from _message(message)
    unread = f"；没有读成 {result.unread} 个" if result.unread else ""
    yield (
        f"看了 {result.looked_at} 封邮件：以前收过 {result.known} 封；"
        f"新收 {result.new_files} 个文件放进 inbox{unread}。"
    )
    if result.quiet and not verbose:
        yield (
            f"另有 {result.quiet} 封没有附件、发件人也不在名册上的邮件没有列出，"
            "命令后加 --verbose 可看。"
        )
    if result.asking:
        yield f"注意：有 {result.asking} 封邮件要由人打开处理，见上面的“错误”。"
    if result.strays:
        yield from map(harmless, _strays(result.strays))
    for reason in result.left:
        yield harmless(reason)
    if result.stopped:
        yield harmless(result.stopped)


def _message(message: CollectedMessage) -> Iterator[str]:
    known = message.state == "known"
    if known and not message.arrived:
        yield harmless(f"{message.origin}（以前收过）")
        return
    yield harmless(_message_heading(message))
    for file in message.files:
        if file.path:
            yield f"    {collected_line(file)}"
    if not message.files and not message.findings and not known:
        yield "    没有附件"
    for finding in message.findings:
        yield harmless(f"    {finding.line()}")


def _strays(names: Sequence[str]) -> Iterator[str]:
    """Files among the messages that are none, and what to do with them."""
    what_to_do = "是报表的请直接放进 inbox 文件夹"
    if any(name.lower().endswith(_PACKED) for name in names):
        what_to_do += "；压缩包里是邮件的，请先解压再收取"
    if len(names) <= MOST_STRAYS:
        yield f"不是邮件、没有看的文件：{'、'.join(names)}。{what_to_do}。"
        return
    yield f"不是邮件、没有看的文件有 {len(names)} 个，{what_to_do}："
    for name in names[:MOST_LINES]:
        yield f"    {name}"
    left = len(names) - MOST_LINES
    if left > 0:
        yield f"    另有 {left} 个"


_PACKED = (".zip", ".7z", ".rar", ".tar", ".gz", ".tgz")
"""How names of archives end."""

_MESSAGE_STATES = {"known": "（以前收过）", "trouble": "（没有收取）"}


def _message_heading(message: CollectedMessage) -> str:
    when = minute(message.arrived) or "时间不明"
    who = message.origin
    if message.sender or message.subject:
        who = f"{message.sender or '发件人不明'}　“{message.subject}”"
    where = f"　在 {message.origin}" if message.asks and who != message.origin else ""
    return f"{when}　{who}{_MESSAGE_STATES.get(message.state, '')}{where}"


def collected_line(file: CollectedFile) -> str:
    """A file that was taken from a message: its name there and in the inbox."""
    from xlreport.mail.messages import NAMELESS

    units = f"（{'、'.join(file.units)}）" if file.units else ""
    again = "，内容与以前收到的相同" if file.again else ""
    return harmless(f"{file.name or NAMELESS} → {file.path}{units}{again}")


# --- status ---


def status_report(result: StatusResult) -> Iterator[str]:
    """The lines of `xlreport status`: unit by unit, then what a person must do, then who is
    missing."""
    for unit in result.units:
        yield harmless(_unit(unit))
    yield ""
    yield from _for_people(result)
    yield f"名册 {len(result.units)} 个单位：{_listed(result.counts, '个')}。"
    yield from _who_is_missing(result)
    yield from _who_must_correct(result)
    if result.days is not None:
        yield f"截止日期 {result.deadline}，{_days_left(result.days)}。"


def _who_is_missing(result: StatusResult) -> Iterator[str]:
    """The units from which nothing came, with what is still to be done about them."""
    missing = [unit for unit in result.units if unit.state == "missing"]
    looked_at, others = _parted(missing, lambda unit: unit.must_be_looked_at)
    reminded, to_remind = _parted(others, lambda unit: unit.was_reminded(result.today))
    if to_remind:
        yield f"未报：{_statuses(to_remind)}　→ xlreport send reminders 催报"
    sent, drafts = _parted(reminded, lambda unit: unit.was_sent_reminder(result.today))
    if sent:
        yield f"未报：{_statuses(sent)}　今天已催报"
    if drafts:
        yield f"未报：{_statuses(drafts)}　今天的催报已写成草稿，请用邮件程序发出"
    if looked_at:
        yield f"未报：{_statuses(looked_at)}　→ 有来信或文件，先看上面写的情况，再定是否催报"


def _who_must_correct(result: StatusResult) -> Iterator[str]:
    """The units whose reports cannot be used as they are, with what is still to be done."""
    fine = ("missing", "accepted")
    behind = [unit for unit in result.units if unit.state not in fine]
    units = [unit for unit in behind if not unit.is_left_out]
    for unit in units:
        if unit.for_the_county:
            yield harmless(f"要先由县里处理：{unit.unit.name}（{unit.for_the_county}）")
    theirs = [unit for unit in units if not unit.for_the_county]
    notified, to_notify = _parted(theirs, lambda unit: unit.was_notified)
    if to_notify:
        yield f"要更正：{_statuses(to_notify)}　→ xlreport send returns 发通知"
    if notified:
        yield f"要更正：{_statuses(notified)}　更正通知已发或已写成草稿，等重新报送"


def _parted(
    units: Iterable[UnitStatus], belongs: Callable[[UnitStatus], bool]
) -> tuple[list[UnitStatus], list[UnitStatus]]:
    """The units that belong somewhere, and the others, in their order."""
    inside: list[UnitStatus] = []
    outside: list[UnitStatus] = []
    for unit in units:
        (inside if belongs(unit) else outside).append(unit)
    return inside, outside


def _statuses(units: Iterable[UnitStatus]) -> str:
    return _names(unit.unit for unit in units)


def _for_people(result: StatusResult) -> Iterator[str]:
    """What only a person can settle."""
    yield from map(harmless, result.stale)
    yield from map(stranger_line, result.strangers)
    yield from map(set_aside_line, result.set_aside)
    yield from map(message_line, result.messages)
    if any(message.number for message in result.messages):
        yield "（处理好的运行 xlreport status --done 编号，以后不再列出）"
    if result.settled:
        numbers = "、".join(str(message.number) for message in result.settled)
        yield f"已处理的邮件：{numbers}（勾错了的运行 xlreport status --not-done 编号，再列出来）"
    if any(not message.number for message in result.messages):
        yield (
            "（没有编号的没有读成：请打开看，里面的附件放进 inbox；"
            "处理好的移出存邮件的文件夹或邮箱，再收取一次，以后不再列出）"
        )
    for finding in result.findings:
        yield harmless(finding.line())


def stranger_line(file: FileRecord) -> str:
    """A file of nobody on the roster."""
    return harmless(f"认不出单位的文件：{file.path}（{_why_unknown(file)}）")


def set_aside_line(file: FileRecord) -> str:
    """A file that cannot count of a unit that another report stands for."""
    return harmless(f"{file.unit.name}不能计入的文件：{file.path}（{_why_unknown(file)}）")


def message_line(message: Received) -> str:
    """A message that a person must open."""
    return harmless(_to_open(message))


def settled_line(message: Received) -> str:
    """A message with which a person has dealt."""
    who = message.sender or message.origin
    return harmless(f"已处理的邮件 {message.number}：{who}　“{message.subject}”")


def _days_left(days: int) -> str:
    if days > 0:
        return f"还有 {days} 天"
    if days:
        return f"已过 {-days} 天"
    return "就是今天"


def _why_unknown(file: FileRecord) -> str:
    errors = [f.message for f in file.findings if f.severity is Severity.ERROR]
    return "；".join(errors) or "单位不在名册上"


def _to_open(message: Received) -> str:
    who = message.sender or message.origin
    number = f" {message.number}" if message.number else ""
    heaviest = min(message.findings, key=lambda f: f.severity.rank)
    return f"要由人打开的邮件{number}：{who}　“{message.subject}”　{heaviest.line()}"


def _unit(unit: UnitStatus) -> str:
    parts = [f"模板{_last_sent(unit.templates)}"]
    if unit.reminders:
        parts.append(f"催报 {len(unit.reminders)} 次，{_last_sent(unit.reminders)}")
    if unit.files:
        last = unit.files[-1]
        parts.append(f"收到 {unit.versions} 份，最后一份 {_arrival(last)}")
        if unit.state == "accepted" and last not in unit.current:
            parts.append(f"计入的是 {unit.current[-1].result.path}")
    parts += _nothing_usable(unit)
    parts += to_look_at(unit)
    if unit.gone:
        parts.append(f"收到过的 {unit.gone} 个文件不在 inbox 里了")
    parts += _corrected(unit)
    if unit.needs_call and unit.contact:
        parts.append(f"联系人 {unit.contact}")
    return f"【{unit.label}】{unit.unit.code} {unit.unit.name}　{'；'.join(parts)}"


def to_look_at(unit: UnitStatus) -> Iterator[str]:
    """What came from a unit, or may have, at which a person must look."""
    if unit.waiting:
        yield f"{unit.waiting} 封来信要由人打开"
    if unit.unclear and unit.state == "missing":
        yield f"来过 {unit.unclear} 个认不出单位的文件，可能是它的"
    if unit.set_aside:
        yield f"另有 {len(unit.set_aside)} 个文件不能计入"


def _corrected(unit: UnitStatus) -> Iterator[str]:
    """The notice that a unit had, what became of it, and whether it knows that its report
    counts."""
    if unit.returns:
        yield f"更正通知{_last_sent(unit.returns)}"
    if unit.follow_up is not None:
        yield unit.follow_up.sentence
    if unit.receipts:
        yield f"回执{_last_sent(unit.receipts)}"


def _nothing_usable(unit: UnitStatus) -> Iterator[str]:
    """What came instead of a report that can be used."""
    if unit.state == "rejected":
        yield _ONLY_UNUSABLE
    if unit.blanks and unit.state == "missing":
        yield BLANK_CAME_BACK


def _arrival(file: UnitFile) -> str:
    """When and from whom a file came."""
    arrival = file.arrival
    if arrival is None:
        return "放在 inbox 里"
    moment = f"{china(arrival.moment):%m-%d %H:%M}" if arrival.moment else "时间不明"
    senders = "、".join(dict.fromkeys(arrival.senders))
    return f"{moment} 自 {senders or '不明'}"


def _last_sent(sent: Sequence[Sent]) -> str:
    """The state and the day of the last message."""
    if not sent:
        return "未发"
    last = max(sent, key=lambda message: message.moment)
    return f"{_STATES[last.state]}（{china(last.moment):%m-%d}）"


# --- archiving ---


def archive_report(archived: Archived) -> Iterator[str]:
    """The lines of `xlreport archive`."""
    yield f"归档包：{harmless(str(archived.path))}"
    yield f"计入的报表 {archived.reports} 份。归档码 {archived.code}，请记在纸上，核对时用。"
    for point in archived.open_points:
        yield harmless(f"注意：{point}")


def verification_report(found: Verification) -> Iterator[str]:
    """The lines of `xlreport archive --verify`."""
    yield harmless(f"{found.title}　{found.day} 归档　归档码 {found.code}")
    yield from found.faults
    if found.faults:
        yield f"清单上 {found.files} 个文件，有 {len(found.faults)} 处不符。"
    else:
        yield f"清单上的 {found.files} 个文件都在，内容没有改动。"
