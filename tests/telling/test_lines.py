"""What people are told, line by line, from results that are made here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from support import records
from support.growth import is_linear
from xlreport import Unit, get_form
from xlreport.api import TemplateRequest
from xlreport.campaign import ledger, send
from xlreport.campaign.collect import CollectedFile, CollectedMessage, CollectResult
from xlreport.campaign.ledger import Received, Sent
from xlreport.campaign.send import SendItem, SendResult
from xlreport.campaign.status import StatusResult, UnitFile, UnitStatus
from xlreport.campaign.town_page import TownPage
from xlreport.data_code import data_code
from xlreport.findings import Finding, Severity
from xlreport.lint.result import Lint, LintResult
from xlreport.mail.smtp import SENT
from xlreport.merging.arrivals import Arrival
from xlreport.merging.diff import Difference
from xlreport.merging.outcome import FileRecord, Outcome
from xlreport.merging.prior_year import PriorYear
from xlreport.merging.repairs import RepairedFile
from xlreport.merging.request import MergeRequest, Policy
from xlreport.merging.result import CheckResult, MergeResult, RepairResult
from xlreport.merging.roster import Roster
from xlreport.submission import NOBODY, Entry, Place, Submission, Summary
from xlreport.telling import lines as render
from xlreport.workbook.reader.submission import Reading
from xlreport.workbook.repair import Carried

JIAZI = Unit("甲子镇", "990101")
YICHOU = Unit("乙丑镇", "990102")
NOON = dt.datetime(2026, 1, 5, 12, 30, tzinfo=dt.timezone(dt.timedelta(hours=8))).timestamp()
ERROR = Finding("M6", Severity.ERROR, "读不出来", "请重发")
WARNING = Finding("C3", Severity.WARNING, "不寻常")


def record(path: str, outcome: Outcome, *findings: Finding, unit: Unit = NOBODY) -> FileRecord:
    """A file of which this became."""
    reading = Reading((), unit=unit, sha256=path)
    return FileRecord(path, reading, findings).decided(outcome)


# --- forms and templates ---


def test_a_form_tells_its_years() -> None:
    form = get_form("zfxxgk-2021")
    start = "zfxxgk-2021　政府信息公开工作年度报告　"
    assert render.form_line(form) == f"{start}（2021 年度起，第 2 版）"
    ended = replace(form, last_year=2030)
    assert render.form_line(ended) == f"{start}（2021–2030 年度，第 2 版）"


def test_templates_tell_whose_figures_of_last_year_are_missing() -> None:
    roster = Roster((JIAZI, YICHOU), {})
    figures = {JIAZI: {"a": Decimal(1)}}
    request = TemplateRequest(get_form("zfxxgk-2021"), 2025, roster)
    out = Path("模板")
    first = "已生成 1 份模板，在“模板”。"
    assert list(render.template_lines(request, [out], out)) == [first]
    known = replace(request, prior_year=PriorYear(2024, figures), password="x")  # type: ignore[arg-type]
    assert list(render.template_lines(known, [out], out)) == [
        first,
        "提示：没有上年的数（改名、合并的请在名册里写“前身”）：乙丑镇",
        "提示：保护密码只防误改，不是保密手段。",
    ]


def test_a_page_for_the_towns_that_stays_is_told() -> None:
    path = Path("letters") / "给乡镇的一页纸.docx"
    assert render.town_page_line(TownPage(path)) == f"给乡镇的一页纸：{path}"
    told = render.town_page_line(TownPage(path, "有人改过"))
    assert told == f"给乡镇的一页纸有人改过，没有替换：{path}"


# --- checking and merging ---

NOTE = Finding("H1", Severity.NOTE, "可能是手误")
NOTE_OF_CELL = replace(NOTE, sheet="表", cell="B2")


def told(outcome: Outcome, *findings: Finding, verbose: bool = False) -> list[str]:
    return list(render._file(record("甲.xlsx", outcome, *findings), verbose=verbose))


def test_a_file_is_told_with_its_heaviest_findings_first() -> None:
    of_cell = replace(ERROR, sheet="表", cell="B2")
    assert told(Outcome.RETURNED, WARNING, ERROR, of_cell) == [
        "【退回】甲.xlsx",
        "    [错误] 表 B2：读不出来　→ 请重发　（M-6）",
        "    [错误] 读不出来　→ 请重发　（M-6）",
        "    [警示] 不寻常　（C-3）",
        "",
    ]
    named = record("甲.xlsx", Outcome.ACCEPTED, unit=JIAZI)
    assert list(render._file(named, verbose=False)) == ["【通过】甲子镇　甲.xlsx", ""]


def test_an_accepted_report_is_told_with_its_code() -> None:
    read = records.record("甲.xlsx", records.report())
    code = data_code(read.report)
    accepted = read.decided(Outcome.ACCEPTED)
    assert next(iter(render._file(accepted, verbose=False))) == (
        f"【通过】甲子镇　甲.xlsx　数据校验码 {code}"
    )
    returned = read.decided(Outcome.RETURNED)
    assert next(iter(render._file(returned, verbose=False))) == "【退回】甲子镇　甲.xlsx"


@pytest.mark.parametrize(
    ("outcome", "finding", "shown"),
    [
        (Outcome.ACCEPTED, NOTE, False),
        (Outcome.RETURNED, NOTE, False),
        (Outcome.REJECTED, NOTE, True),
        (Outcome.DUPLICATE, NOTE, True),
        (Outcome.ACCEPTED, NOTE_OF_CELL, True),
        (Outcome.ACCEPTED, WARNING, True),
        (Outcome.ACCEPTED, ERROR, True),
    ],
)
def test_a_note_is_told_where_it_asks_for_something(
    outcome: Outcome, finding: Finding, shown: bool
) -> None:
    left = "    （另有 1 条，命令后加 --verbose 可看；汇总时也写在汇总表的“校验结果”页）"
    line = f"    {finding.line()}"
    assert told(outcome, finding)[1:] == [line if shown else left, ""]
    assert told(outcome, finding, verbose=True)[1:] == [line, ""]


def test_of_many_findings_forty_are_told() -> None:
    many = [replace(ERROR, message=f"第 {i} 处") for i in range(43)]
    lines = told(Outcome.RETURNED, *many)
    assert len(lines) == 1 + 40 + 1 + 1
    assert lines[-2].startswith("    （另有 3 条")
    assert len(told(Outcome.RETURNED, *many, verbose=True)) == 1 + 43 + 1


def test_a_check_is_summed_up() -> None:
    outcomes = [Outcome.ACCEPTED, Outcome.ACCEPTED, Outcome.RETURNED, Outcome.IGNORED]
    files = tuple(record(f"{i}.xlsx", outcome) for i, outcome in enumerate(outcomes))
    lines = list(render.check_report(CheckResult(files)))
    assert lines[-1] == "共 4 个文件：通过 2 个，退回 1 个，其余 1 个。"
    assert list(render.check_report(CheckResult(())))[-1] == (
        "共 0 个文件：通过 0 个，退回 0 个，其余 0 个。"
    )


def merged(*files: FileRecord, **more: Any) -> MergeResult:
    request = MergeRequest(Path("in"))
    form = get_form("zfxxgk-2021")
    return MergeResult(request, form.id, 2025, files, form=form, **more)


def test_a_merge_of_nothing_says_why() -> None:
    assert list(render.merge_report(merged())) == ["文件夹是空的，没有可以汇总的报表。"]
    rejected = merged(record("甲.xlsx", Outcome.REJECTED, ERROR), own_findings=(WARNING,))
    assert list(render.merge_report(rejected)) == [
        "【不能计入】甲.xlsx",
        "    [错误] 读不出来　→ 请重发　（M-6）",
        "",
        "[警示] 不寻常　（C-3）",
        "文件夹里没有可以汇总的报表，没有写出汇总表。",
    ]


def summary(unit: Unit) -> Summary:
    return Summary("zfxxgk-2021", 2025, unit, {})


def test_a_merge_tells_files_by_urgency_and_accepted_ones_last() -> None:
    outcomes = [o for o in Outcome if o is not Outcome.ACCEPTED]
    accepted = [
        record("通过.xlsx", Outcome.ACCEPTED, NOTE),
        record("警示.xlsx", Outcome.ACCEPTED, WARNING),
    ]
    files = (*accepted, *(record(f"{o.value}.xlsx", o) for o in outcomes))
    result = merged(*files, county=summary(NOBODY))
    lines = list(render.merge_report(result))
    assert lines[:2] == ["（汇总单位未注明）　2025 年度　政府信息公开工作年度报告", ""]
    assert [line for line in lines if line.startswith("【")] == [
        "【退回】returned.xlsx",
        "【不能计入】rejected.xlsx",
        "【已被取代】superseded.xlsx",
        "【重复】duplicate.xlsx",
        "【略过】ignored.xlsx",
        "【通过】警示.xlsx",
    ]
    verbose = list(render.merge_report(result, verbose=True))
    assert "【通过】通过.xlsx" in verbose
    assert lines[-2:] == [
        "收到 7 个文件：通过 2 个，退回 1 个，重复 1 个，已被取代 1 个，不能计入 1 个，略过 1 个。",
        "计入汇总 2 个，没有名册，不知道谁未报。",
    ]


def test_a_merge_in_which_no_report_passed_says_so() -> None:
    result = merged(record("甲.xlsx", Outcome.RETURNED, ERROR), county=summary(NOBODY))
    assert list(render.merge_report(result))[-2:] == [
        "计入汇总 0 个，没有名册，不知道谁未报。",
        "没有一份报表通过审核，汇总表里的数字留空。",
    ]


def test_a_merge_tells_who_is_missing_and_what_was_written() -> None:
    own = tuple(replace(WARNING, code=code) for code in ("E3", "E4", "R28", "M10"))
    files = (record("甲.xlsx", Outcome.RETURNED, ERROR, unit=JIAZI),)
    request = MergeRequest(Path("in"), Roster((JIAZI, YICHOU), {}), policy=Policy(with_errors=True))
    result = replace(
        merged(*files, county=summary(Unit("示例县")), own_findings=own),
        request=request,
        outputs=(
            "out/汇总.xlsx",
            "out/汇总情况.html",
            "out/结果.json",
            "fix/甲.xlsx",
            "fix/清单.txt",
        ),
    )
    lines = list(render.merge_report(result))
    assert lines[0] == "示例县　2025 年度　政府信息公开工作年度报告"
    assert "未报：乙丑镇　→ 请催报" in lines
    at = lines.index("收到 1 个文件：退回 1 个。")
    assert lines[at + 1] == "名册 2 个单位，计入汇总 1 个，未报 1 个。"
    assert lines[at + 2] == "注意：有错误的报表按要求计入了合计，公布前必须改正：甲子镇"
    assert [line for line in lines[at + 3 :] if line.startswith("[")] == [
        "[警示] 不寻常　（E-4）",
        "[警示] 不寻常　（M-10）",
    ]
    assert lines[-5:] == [
        "汇总表：out/汇总.xlsx",
        "汇总情况（网页）：out/汇总情况.html",
        "数据（供程序读取）：out/结果.json",
        "修复：fix/甲.xlsx",
        "修复：fix/清单.txt",
    ]


# --- fields and repairs ---


def test_a_computed_field_is_marked() -> None:
    row = {"sheet": "表", "cell": "B2", "id": "a.b", "label": "甲·乙", "computed": False}
    rows = [row, {**row, "computed": True}]
    line = "表 B2　a.b　甲·乙"
    assert list(render.field_lines(rows)) == [line, f"{line}（自动计算）"]


def test_a_repair_tells_what_was_left_and_where_the_list_is() -> None:
    carried = Carried("a.b", "甲·乙", None, Place("表", "B2"), "1")
    whole = RepairedFile("甲.xls", "甲子镇", "新.xlsx", carried=(carried,), left=("一段文字",))
    broken = RepairedFile("乙.xls", "", problem="读不出来")
    result = RepairResult((whole, broken), ("out/新.xlsx", "out/修复清单.txt"))
    assert list(render.repair_report(result)) == [
        "甲子镇　甲.xls",
        "  → 新.xlsx：搬移 1 项，1 项没有搬移",
        "  没有照搬　一段文字",
        "乙.xls",
        "  没有修复：读不出来",
        "共 2 个文件：修复 1 个，没有修复 1 个。",
        "逐项清单：out/修复清单.txt",
    ]


def test_differences_are_counted() -> None:
    difference = Difference("a.b", "甲·乙", Place("表", "B2"), "1", "2")
    assert list(render.diff_report([])) == ["两份填报的内容完全相同。"]
    assert list(render.diff_report([difference])) == ["表 B2　甲·乙：1 → 2", "共有 1 处不同。"]


# --- lint ---


def test_a_lint_counts_by_severity() -> None:
    def lint(severity: Severity) -> Lint:
        return Lint("L2", severity, ("A1",), "永远成立", "删去")

    result = LintResult("表", 3, (), (), ())
    assert list(render.lint_report(result)) == ["表 第 3 版：没有发现问题。"]
    noted = replace(result, lints=(lint(Severity.NOTE),))
    assert list(render.lint_report(noted))[-1] == "表 第 3 版：提示 1 处。"
    not_examined = replace(result, undecided=("校验没有检查",))
    assert list(render.lint_report(not_examined))[-1] == "表 第 3 版：有 1 项没有查清。"
    lints = (lint(Severity.ERROR), lint(Severity.WARNING), lint(Severity.WARNING))
    mixed = replace(result, lints=lints, undecided=("A1 是否可能",), changes=())
    assert list(render.lint_report(mixed)) == [
        "[错误 L2] 永远成立　→ 删去",
        "[警示 L2] 永远成立　→ 删去",
        "[警示 L2] 永远成立　→ 删去",
        "A1 是否可能，请人工核对",
        "两份定义的内容完全相同。",
        "表 第 3 版：错误 1 处，警示 2 处，有 1 项没有查清。",
    ]


# --- sending ---


def test_a_status_grows_with_the_units() -> None:
    """Missing ones of which every other was reminded today, by a message or by a draft."""
    today = dt.date(2026, 1, 5)
    states = ((), (ledger.DRAFT,), (SENT,))

    def work(count: int) -> Callable[[], object]:
        units = []
        for number in range(count):
            unit = Unit(f"{number}镇", f"99{number:04}")
            to = (unit.code, unit.name, "a@example.org")
            rows = [
                Sent("reminders", *to, today.isoformat(), "<1>", "", NOON, state)
                for state in states[number % 3]
            ]
            units.append(UnitStatus(unit, "missing", (), (), tuple(rows), ()))
        result = StatusResult(tuple(units), (), (), (), None, None, today)
        return lambda: list(render.status_report(result))

    assert is_linear(work, 60)


def test_every_state_of_a_message_has_a_word() -> None:
    states = {SENT, send.NOW, send.BEFORE, send.NOWHERE, send.HELD}
    states |= {ledger.DRAFT, ledger.REFUSED, ledger.SENDING, ledger.BOUNCED}
    assert set(render._STATES) == states


class Settings:
    """What a report of sending asks of the settings."""

    drafts = Path("drafts")
    deadline = dt.date(2026, 1, 31)


def sending(
    *states: str, stopped: str = "", drafts: bool = False, today: dt.date = dt.date(2026, 2, 1)
) -> list[str]:
    units = (JIAZI, YICHOU)
    items = [SendItem(units[i], "", state, "主题") for i, state in enumerate(states)]
    result = SendResult("reminders", today, tuple(items), stopped)
    settings: Any = Settings()
    return list(render.send_report(result, settings, drafts=drafts))[len(items) :]


LATE = (
    "注意：截止日期 2026-01-31 已经过了，信里写的是这一天；要改请改 xlreport.toml 里的 deadline。"
)
AGAIN = "没有邮箱、没有发成的，请按上面的原因改正后再运行一次；发过的不会重发。"


@pytest.mark.parametrize(
    ("states", "lines"),
    [
        ([], ["催报：没有要发的单位。"]),
        (["before"], ["催报：以前发过 1 个单位。"]),
        (["held"], ["催报：先不发 1 个单位。"]),
        (["sent", "sent"], ["催报：已发 2 个单位。", LATE]),
        (["planned"], ["催报：待发 1 个单位。", LATE]),
        (["draft"], ["催报：已写成草稿 1 个单位。", LATE]),
        (["refused"], ["催报：没有发成 1 个单位。", AGAIN]),
        (["sent", "no_address"], ["催报：已发 1 个单位，没有发 1 个单位。", AGAIN, LATE]),
    ],
)
def test_sending_is_summed_up(states: list[str], lines: list[str]) -> None:
    assert sending(*states) == lines


def test_a_deadline_of_today_has_not_passed() -> None:
    assert sending("sent", today=dt.date(2026, 1, 31)) == ["催报：已发 1 个单位。"]


def test_drafts_tell_where_they_lie_and_a_stop_why() -> None:
    where = "草稿在“drafts”，用 Outlook、Foxmail 等邮件程序打开后发送。"
    assert sending("draft", drafts=True)[1] == where
    assert where not in sending("sent", drafts=True)
    assert sending("sent", stopped="服务器断开了")[-1] == "服务器断开了"


def test_an_item_tells_address_file_and_detail() -> None:
    item = SendItem(JIAZI, "a@b.cn", "refused", "主题", "表.xlsx", "地址不存在")
    told = "【没有发成】甲子镇　a@b.cn　主题　附件：表.xlsx　地址不存在"
    assert render._item(item) == told
    bare = SendItem(JIAZI, "", "no_address", "主题")
    assert render._item(bare) == "【没有发】甲子镇　（名册里没有邮箱）　主题"


# --- collecting ---

FILE = CollectedFile("表.xlsx", "甲子镇-1.xlsx", "aa", "工作簿", ("甲子镇",))
MESSAGE = CollectedMessage("1.eml", "new", "a@b.cn", "年报", NOON, (FILE,), listed=True)


@pytest.mark.parametrize(
    ("message", "lines"),
    [
        (
            MESSAGE,
            ["2026-01-05 12:30　a@b.cn　“年报”", "    表.xlsx → 甲子镇-1.xlsx（甲子镇）"],
        ),
        (
            replace(MESSAGE, files=(replace(FILE, name="", units=(), again=True),)),
            [
                "2026-01-05 12:30　a@b.cn　“年报”",
                "    （没有文件名） → 甲子镇-1.xlsx，内容与以前收到的相同",
            ],
        ),
        (
            replace(MESSAGE, files=(replace(FILE, path=""),), findings=(WARNING,)),
            ["2026-01-05 12:30　a@b.cn　“年报”", "    [警示] 不寻常　（C-3）"],
        ),
        (replace(MESSAGE, files=()), ["2026-01-05 12:30　a@b.cn　“年报”", "    没有附件"]),
        (
            replace(MESSAGE, files=(), findings=(ERROR,), state="trouble", sender="", arrived=0.0),
            [
                "时间不明　发件人不明　“年报”（没有收取）　在 1.eml",
                "    [错误] 读不出来　→ 请重发　（M-6）",
            ],
        ),
        (
            replace(MESSAGE, files=(), findings=(ERROR,), sender="", subject=""),
            ["2026-01-05 12:30　1.eml", "    [错误] 读不出来　→ 请重发　（M-6）"],
        ),
        (
            replace(MESSAGE, files=(), state="known"),
            ["2026-01-05 12:30　a@b.cn　“年报”（以前收过）"],
        ),
        (replace(MESSAGE, state="known", arrived=0.0), ["1.eml（以前收过）"]),
    ],
)
def test_a_message_is_told(message: CollectedMessage, lines: list[str]) -> None:
    assert list(render._message(message)) == lines


def test_a_collection_is_summed_up() -> None:
    stranger = CollectedMessage("2.eml", "new", "x@y.cn", "广告", NOON)
    known = replace(MESSAGE, state="known", files=())
    trouble = replace(MESSAGE, state="trouble", files=(), findings=(ERROR,))
    result = CollectResult((MESSAGE, stranger, known, trouble), ("不能标为已读",), "断开了")
    lines = list(render.collect_report(result))
    assert [line for line in lines if line.startswith("2026")] == [
        "2026-01-05 12:30　a@b.cn　“年报”",
        "2026-01-05 12:30　a@b.cn　“年报”（没有收取）　在 1.eml",
    ]
    assert lines[-5:] == [
        "看了 3 封邮件：以前收过 1 封；新收 1 个文件放进 inbox；没有读成 1 个。",
        "另有 1 封没有附件、发件人也不在名册上的邮件没有列出，命令后加 --verbose 可看。",
        "注意：有 1 封邮件要由人打开处理，见上面的“错误”。",
        "不能标为已读",
        "断开了",
    ]
    everything = list(render.collect_report(result, verbose=True))
    assert len([line for line in everything if line.startswith("2026")]) == 4
    assert not any(line.startswith("另有") for line in everything)


# --- status ---


def sent(state: str, moment: float) -> Sent:
    return Sent("templates", "990101", "甲子镇", "a@b.cn", "k", "<1@b>", "", moment, state)


def unit(state: str = "missing", **more: Any) -> UnitStatus:
    nothing: dict[str, Any] = {"files": (), "templates": (), "reminders": (), "returns": ()}
    return UnitStatus(JIAZI, state, **{**nothing, **more})


def file(path: str, outcome: Outcome, arrival: Arrival | None = None) -> UnitFile:
    return UnitFile(record(path, outcome), arrival)


def arrival(moment: float, *senders: str) -> Arrival:
    return Arrival(moment, senders, "表.xlsx", "甲.xlsx")


DAY = 86_400.0
FIRST, SECOND = file("甲.xlsx", Outcome.ACCEPTED), file("乙.xlsx", Outcome.RETURNED)


@pytest.mark.parametrize(
    ("status", "line"),
    [
        (unit(), "【未报】990101 甲子镇　模板未发"),
        (
            unit(templates=(sent("sent", NOON + DAY), sent("draft", NOON))),
            "【未报】990101 甲子镇　模板已发（01-06）",
        ),
        (
            unit(reminders=(sent("sent", NOON),), waiting=2, gone=1),
            "【未报】990101 甲子镇　模板未发；催报 1 次，已发（01-05）；2 封来信要由人打开；"
            "收到过的 1 个文件不在 inbox 里了",
        ),
        (
            unit("accepted", files=(FIRST,)),
            "【通过】990101 甲子镇　模板未发；收到 1 份，最后一份 放在 inbox 里",
        ),
        (
            unit("accepted", files=(FIRST, SECOND)),
            "【通过】990101 甲子镇　模板未发；收到 2 份，最后一份 放在 inbox 里；计入的是 甲.xlsx",
        ),
        (
            unit(
                "returned",
                files=(
                    file("甲.xlsx", Outcome.RETURNED, arrival(NOON, "a@b.cn", "a@b.cn", "c@d.cn")),
                ),
                returns=(sent("bounced", NOON),),
            ),
            "【退回】990101 甲子镇　模板未发；收到 1 份，最后一份 01-05 12:30 自 a@b.cn、c@d.cn；"
            "更正通知退信（01-05）",
        ),
        (
            unit("rejected", files=(file("甲.xlsx", Outcome.REJECTED, arrival(0.0)),)),
            "【未报】990101 甲子镇　模板未发；收到 1 份，最后一份 时间不明 自 不明；"
            "报来的文件不能计入",
        ),
    ],
)
def test_a_unit_is_told(status: UnitStatus, line: str) -> None:
    assert render._unit(status) == line


def test_reminders_that_are_drafts_are_not_called_sent() -> None:
    day = dt.date(2026, 1, 5)
    drafted, mailed = (
        replace(sent(state, NOON), key=day.isoformat()) for state in ("draft", "sent")
    )
    units = (unit(reminders=(drafted,)), unit(reminders=(drafted, mailed)))
    result = StatusResult(units, (), (), (), None, None, day)
    lines = list(render.status_report(result))
    assert lines[0] == "【未报】990101 甲子镇　模板未发；催报 1 次，已写成草稿（01-05）"
    assert lines[-2:] == [
        "未报：甲子镇　今天已催报",
        "未报：甲子镇　今天的催报已写成草稿，请用邮件程序发出",
    ]


def test_a_status_is_summed_up() -> None:
    stranger = record("丙.xlsx", Outcome.REJECTED, WARNING, ERROR)
    unlisted = record("丁.xlsx", Outcome.RETURNED)
    message = Received("1.eml", "", "年报", NOON, (WARNING, ERROR), number=4)
    units = (unit(), unit("returned", files=(SECOND,)), unit("accepted", files=(FIRST,)))
    result = StatusResult(units, (message,), (stranger, unlisted), (WARNING,), None, None)
    lines = list(render.status_report(result))
    assert lines[3:] == [
        "",
        "认不出单位的文件：丙.xlsx（读不出来）",
        "认不出单位的文件：丁.xlsx（单位不在名册上）",
        "要由人打开的邮件 4：1.eml　“年报”　[错误] 读不出来　→ 请重发　（M-6）",
        "（处理好的运行 xlreport status --done 编号，以后不再列出）",
        "[警示] 不寻常　（C-3）",
        "名册 3 个单位：未报 1 个，退回 1 个，通过 1 个。",
        "未报：甲子镇　→ xlreport send reminders 催报",
        "要更正：甲子镇　→ xlreport send returns 发通知",
    ]
    unnumbered = replace(result, messages=(replace(message, number=0, sender="a@b.cn"),))
    told = list(render.status_report(unnumbered))
    assert "要由人打开的邮件：a@b.cn　“年报”　[错误] 读不出来　→ 请重发　（M-6）" in told
    assert not any("--done" in line for line in told)
    assert (
        "（没有编号的没有读成：请打开看，里面的附件放进 inbox；"
        "处理好的移出存邮件的文件夹或邮箱，再收取一次，以后不再列出）"
    ) in told
    assert not any("没有编号的" in line for line in lines)


@pytest.mark.parametrize(("days", "words"), [(1, "还有 1 天"), (0, "就是今天"), (-1, "已过 1 天")])
def test_the_deadline_is_counted_in_days(days: int, words: str) -> None:
    result = StatusResult((), (), (), (), dt.date(2026, 1, 20), days)
    assert list(render.status_report(result))[-1] == f"截止日期 2026-01-20，{words}。"


# --- what asks for nothing, and who is to be called -------------------------------------------


SUPERSEDED = (
    replace(NOTE, code="F7", message="同一单位另有“乙.xlsx”，报送序号较大，以那一份为准"),
    *(replace(NOTE, code="F7", cell=f"B{i}", message="这一份是 1") for i in range(3)),
)


def test_a_superseded_file_is_one_line() -> None:
    line = "【已被取代】甲子镇　甲.xlsx　同一单位另有“乙.xlsx”，报送序号较大，以那一份为准"
    file = record("甲.xlsx", Outcome.SUPERSEDED, *SUPERSEDED, unit=JIAZI)
    assert list(render.check_report(CheckResult((file,))))[:2] == [line, ""]
    assert len(list(render.check_report(CheckResult((file,)), verbose=True))) == 1 + 4 + 2
    assert len(file.as_dict()["findings"]) == 4


def test_who_must_be_called_is_told_with_the_telephone() -> None:
    columns = {
        JIAZI.code: {"联系人": "张一", "电话": "0990-5550101"},
        YICHOU.code: {"联系人": "李二"},
    }
    files = (record("甲.xlsx", Outcome.RETURNED, ERROR, unit=JIAZI),)
    request = MergeRequest(Path("in"), Roster((JIAZI, YICHOU), {}, columns=columns))
    result = replace(merged(*files, county=summary(Unit("示例县"))), request=request)
    lines = list(render.merge_report(result))
    assert "【退回】甲子镇（张一 0990-5550101）　甲.xlsx" in lines
    assert "未报：乙丑镇（李二）　→ 请催报" in lines


def blank_record(path: str, *entries: tuple[str, Entry]) -> FileRecord:
    report = Submission("zfxxgk-2021", 2025, JIAZI, dict(entries))
    return record(path, Outcome.RETURNED, ERROR).reporting(report)


def test_a_folder_of_blanks_is_asked_about() -> None:
    question = "文件夹里只有空白表：是不是选错了文件夹？请给出收到的报表所在的文件夹。"
    blanks = (blank_record("甲.xlsx"), blank_record("乙.xlsx"))
    filled = blank_record("丙.xlsx", ("review.litigation_direct.upheld", Entry.of(0)))
    assert list(render.check_report(CheckResult(blanks)))[-1] == question
    assert question not in list(render.check_report(CheckResult((*blanks, filled))))
    assert question not in list(render.check_report(CheckResult(blanks[:1]))), "a file is no folder"
    county = summary(Unit("示例县"))
    assert list(render.merge_report(merged(*blanks, county=county)))[-1] == question
    assert question not in list(render.merge_report(merged(*blanks, filled, county=county)))


def test_archives_among_the_messages_are_to_be_unpacked() -> None:
    (line,) = render._strays(["mails.ZIP", "说明.txt"])
    assert line == (
        "不是邮件、没有看的文件：mails.ZIP、说明.txt。"
        "是报表的请直接放进 inbox 文件夹；压缩包里是邮件的，请先解压再收取。"
    )
    (line,) = render._strays(["说明.txt"])
    assert line == "不是邮件、没有看的文件：说明.txt。是报表的请直接放进 inbox 文件夹。"
