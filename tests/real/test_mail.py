"""Messages as offices and their mail programs really send them."""

from __future__ import annotations

import base64
import email
import io
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from email import policy
from pathlib import Path

import openpyxl
import pytest

from campaign.scene import JIAZI, YICHOU, Mailbox, workbook
from hostile.scene import base
from xlreport import Form, TemplateRequest, Unit, get_form, write_workbook
from xlreport.campaign.campaign import Campaign, read_campaign
from xlreport.campaign.collect import CollectedMessage, CollectResult, collect
from xlreport.campaign.letters import TEMPLATES, read_letter
from xlreport.campaign.send import HELD, Drafts, SendItem, SendRequest, send
from xlreport.campaign.settings import init_campaign
from xlreport.campaign.status import MISSING, UnitStatus, status
from xlreport.cli.app import main

FILES = Path(__file__).parent / "files"
BINGYIN = Unit("丙寅镇", "990103", "乡镇")
ROSTER = """单位代码,单位名称,类别,联系人,电话,邮箱
990101,甲子镇,乡镇,张一,0990-5550101,jiazi@example.org
990102,乙丑镇,乡镇,李二,0990-5550102,yichou@example.org
990103,丙寅镇,乡镇,周五,0990-5550103,bingyin@example.org
"""


@pytest.fixture
def campaign(tmp_path: Path) -> Campaign:
    roster = tmp_path / "名册.csv"
    roster.write_text(ROSTER, "utf-8")
    folder = tmp_path / "campaign"
    init_campaign(folder, "zfxxgk-2021", 2025, "示例县", roster=roster)
    settings = folder / "xlreport.toml"
    settings.write_text(settings.read_text("utf-8-sig").replace("# deadline", "deadline"), "utf-8")
    return read_campaign(folder)


@pytest.fixture
def box(tmp_path: Path) -> Mailbox:
    return Mailbox(tmp_path / "mails")


@pytest.fixture
def form() -> Form:
    return get_form("zfxxgk-2021")


def told(message: CollectedMessage) -> list[tuple[str, str]]:
    return [(finding.code, finding.message) for finding in message.findings]


def only(result: CollectResult) -> CollectedMessage:
    (message,) = result.messages
    return message


def state(campaign: Campaign, unit: Unit) -> UnitStatus:
    (found,) = [one for one in status(campaign).units if one.unit == unit]
    return found


def items(campaign: Campaign, kind: str) -> dict[str, SendItem]:
    result = send(campaign, SendRequest(kind, dry_run=True), Drafts(campaign.settings.drafts))
    return {item.unit.name: item for item in result.items}


def inbox(campaign: Campaign) -> list[str]:
    return [path.name for path in campaign.settings.inbox.iterdir()]


# --- links in place of files ---


def test_each_service_is_named_and_the_unit_is_not_told_that_nothing_came(
    campaign: Campaign,
) -> None:
    result = collect(campaign, FILES / "mail-feishu-link")
    services = (
        *("飞书文档", "钉钉文档", "企业微信文档", "石墨文档", "坚果云"),
        *("蓝奏云", "115 网盘", "联通云盘", "UC 网盘"),
    )
    sentence = "正文里有{}链接，文件不在邮件里，程序不打开链接"
    assert [told(message) for message in result.messages] == [
        [("M3", sentence.format(service))] for service in services
    ]
    assert inbox(campaign) == []
    unit = state(campaign, BINGYIN)
    assert (unit.state, unit.waiting) == (MISSING, 9)
    reminders = items(campaign, "reminders")
    assert reminders["丙寅镇"].state == HELD
    assert reminders["甲子镇"].state != HELD, "from whom nothing came"
    assert items(campaign, "returns") == {}


@pytest.mark.parametrize(
    "text",
    [
        "年报见 https://files.jiazi.example.cn/d/2025.xlsx",
        "<p>年报：<a href='https://files.jiazi.example.cn/d?id=1'>下载</a></p>",
        "files 在 www.files.jiazi.example.cn/d/1",
    ],
)
def test_a_link_to_an_unknown_place_is_told_by_its_host(
    campaign: Campaign, box: Mailbox, text: str
) -> None:
    box.put("1", "jiazi@example.org", text=text)
    host = "www.files.jiazi.example.cn" if "www" in text else "files.jiazi.example.cn"
    message = only(collect(campaign, box.folder))
    sentence = f"正文里有链接（{host}），邮件里没有能用的报表，程序不打开链接"
    assert told(message) == [("M3", sentence)]
    assert items(campaign, "reminders")["甲子镇"].state == HELD


def test_only_a_unit_s_link_without_a_report_is_told(
    campaign: Campaign, box: Mailbox, form: Form
) -> None:
    link = "https://files.example.cn/d/1"
    box.put("1", "stranger@example.org", text=link)
    box.put("2", "jiazi@example.org", [("年报.xlsx", workbook(form, JIAZI))], text=link)
    box.put("3", "yichou@example.org", text="收到。\n乙丑镇 http://www.yichou.gov.cn/")
    assert [told(message) for message in collect(campaign, box.folder).messages] == [[], [], []]
    assert items(campaign, "reminders")["乙丑镇"].state != HELD


def test_a_link_beside_a_blank_or_another_document_is_told(
    campaign: Campaign, box: Mailbox
) -> None:
    box.put("1", "jiazi@example.org", [("说明.pdf", b"%PDF-1.7")], text="https://a.cn/f/1")
    codes = [code for code, _ in told(only(collect(campaign, box.folder)))]
    assert codes == ["M4", "M3"]


# --- documents in place of workbooks ---


@pytest.mark.parametrize(
    ("folder", "sentence"),
    [
        (
            "mail-word-with-an-excel-table",
            "附件“情况说明.doc”是 Word 文档（.doc），不是工作簿或压缩包，没有放进 inbox",
        ),
        (
            "mail-ofd",
            "附件“乙丑镇年报盖章件.ofd”是 OFD 版式文件，不是工作簿或压缩包，没有放进 inbox",
        ),
    ],
)
def test_a_document_is_no_damaged_workbook(campaign: Campaign, folder: str, sentence: str) -> None:
    message = only(collect(campaign, FILES / folder))
    assert told(message) == [("M4", sentence)]
    assert inbox(campaign) == []
    unit = state(campaign, YICHOU)
    assert (unit.state, unit.label, unit.waiting) == (MISSING, "未报", 1)
    assert items(campaign, "returns") == {}
    assert items(campaign, "reminders")["乙丑镇"].state == HELD


# --- files in places where nobody looks ---

XLSX = base64.encodebytes(b"PK\x03\x04" + bytes(range(256)) * 4).decode()


def raw(head: str, body: str) -> bytes:
    text = (
        "Received: from mx by mail; Thu, 15 Jan 2026 10:01:00 +0800\r\n"
        "From: jiazi@example.org\r\nTo: county@example.org\r\nSubject: =?utf-8?B?5bm05oql?=\r\n"
        "Date: Thu, 15 Jan 2026 10:00:00 +0800\r\nMessage-ID: <1@example.org>\r\n"
        f"MIME-Version: 1.0\r\n{head}\r\n\r\n{body}"
    )
    return text.replace("\r\n", "\n").replace("\n", "\r\n").encode("utf-8")


def mixed(*parts: str, behind: str = "") -> bytes:
    body = "".join(f"--b\n{part}\n" for part in parts)
    return raw("Content-Type: multipart/mixed; boundary=b", f"{body}--b--\n{behind}")


LETTER = "Content-Type: text/plain; charset=utf-8\n\n您好"
CALENDAR = (
    "BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:x\n"
    "ATTACH;FMTTYPE=application/vnd.ms-excel;ENCODING=BASE64;\n VALUE=BINARY:UEsDBBQAAAA\n"
    "END:VEVENT\nEND:VCALENDAR"
)


def hidden() -> Iterator[tuple[str, bytes, str]]:
    """What it is, the message, and the sentence."""
    embedded = "正文里嵌着文件（data:），读不出来"
    page = "<html><body>见<a href='data:;base64,UEsDBBQAAAA'>年报</a></body></html>"
    yield "data link", raw("Content-Type: text/html; charset=utf-8", page), embedded
    attached = f'Content-Type: text/html; name="a.html"\nContent-Disposition: attachment; filename="a.html"\n\n{page}'
    yield "data link in an attached page", mixed(LETTER, attached), embedded
    in_calendar = "日程邀请里夹着文件，读不出来"
    yield (
        "calendar",
        mixed(LETTER, f"Content-Type: text/calendar; charset=utf-8\n\n{CALENDAR}"),
        in_calendar,
    )
    attached = f'Content-Type: application/ics; name="a.ics"\nContent-Disposition: attachment; filename="a.ics"\n\n{CALENDAR}'
    yield "calendar as a file", mixed(LETTER, attached), in_calendar
    yenc = "=ybegin line=128 size=1028 name=年报.xlsx\nzn-.\n=yend size=1028\n"
    told_yenc = "正文里有用 yEnc 编码的附件，读不出来"
    yield "yEnc", raw("Content-Type: text/plain; charset=utf-8", f"您好\n{yenc}"), told_yenc
    damaged = "邮件的结构坏了，里面可能还有附件"
    yield "base64 behind the last boundary", mixed(LETTER, behind=XLSX), damaged
    one_line = XLSX.replace("\n", "") + "\n"
    yield "base64 in one line behind it", mixed(LETTER, behind=one_line), damaged
    yield "yEnc behind it", mixed(LETTER, behind=yenc), damaged


@pytest.mark.parametrize(
    ("data", "sentence"), [pytest.param(*rest, id=name) for name, *rest in hidden()]
)
def test_a_hidden_file_is_told(
    campaign: Campaign, tmp_path: Path, data: bytes, sentence: str
) -> None:
    path = tmp_path / "1.eml"
    path.write_bytes(data)
    message = only(collect(campaign, path))
    assert ("M6", sentence) in told(message)
    assert state(campaign, JIAZI).waiting == 1
    assert items(campaign, "reminders")["甲子镇"].state == HELD


def test_what_gateways_write_behind_a_message_is_no_file(
    campaign: Campaign, tmp_path: Path
) -> None:
    path = tmp_path / "1.eml"
    path.write_bytes(mixed(LETTER, behind="_______\n本邮件已经过病毒扫描 https://a.cn\n" * 9))
    assert told(only(collect(campaign, path))) == []


# --- what lies beside the messages ---


def test_files_among_the_messages_are_one_plain_line(
    campaign: Campaign, box: Mailbox, form: Form, capsys: pytest.CaptureFixture[str]
) -> None:
    box.put("1", "jiazi@example.org", [("年报.xlsx", workbook(form, JIAZI))])
    for name in (".DS_Store", "Thumbs.db", "desktop.ini", "~$年报.xlsx", ".~lock.年报.xlsx#"):
        (box.folder / name).write_bytes(b"x")
    (box.folder / "通知.pdf").write_bytes(b"%PDF-1.7")
    (box.folder / "乙丑镇.xlsx").write_bytes(workbook(form, YICHOU))
    arguments = ["collect", str(box.folder), "--campaign", str(campaign.settings.folder)]
    assert main([*arguments, "--json"]) == 0
    shown = capsys.readouterr()
    document = json.loads(shown.out)
    assert [message["findings"] for message in document["messages"]] == [[]]
    assert document["strays"] == ["乙丑镇.xlsx", "通知.pdf"]
    line = "不是邮件、没有看的文件：乙丑镇.xlsx、通知.pdf。是报表的请直接放进 inbox 文件夹。"
    assert line in shown.err.splitlines()
    assert status(campaign).messages == ()


# --- letters ---


def test_the_letter_quotes_what_the_workbook_shows(campaign: Campaign, form: Form) -> None:
    letter = read_letter(campaign.settings.letters, TEMPLATES)
    assert re.findall(r"“(全部通过[^”]*)”", letter.body) == ["全部通过，可以报送"]
    book = openpyxl.load_workbook(io.BytesIO(workbook(form, JIAZI)), data_only=True)
    cover = [str(cell.value) for row in book["封面"].iter_rows() for cell in row if cell.value]
    assert "✔ 全部通过，可以报送" in cover


# --- blanks that came back ---


def blank_of(campaign: Campaign, unit: Unit) -> bytes:
    request = TemplateRequest(campaign.form, 2025, campaign.roster, campaign.county)
    return write_workbook(request.blank(unit), campaign.form)


def test_a_blank_that_came_back_is_told_as_one(
    campaign: Campaign, box: Mailbox, capsys: pytest.CaptureFixture[str]
) -> None:
    saved_again = io.BytesIO()
    openpyxl.load_workbook(io.BytesIO(blank_of(campaign, JIAZI))).save(saved_again)
    box.put("1", "jiazi@example.org", [("年报.xlsx", saved_again.getvalue())])
    send(campaign, SendRequest("templates"), Drafts(campaign.settings.drafts))
    (template,) = campaign.settings.templates.glob("990102*")
    box.put("2", "yichou@example.org", [("年报.xlsx", template.read_bytes())])
    collect(campaign, box.folder)
    for unit in (JIAZI, YICHOU):
        found = state(campaign, unit)
        assert (found.state, found.label, found.blanks) == (MISSING, "未报", 1)
    assert items(campaign, "returns") == {}, "nobody is told of 200 blanks"
    folder = str(campaign.settings.folder)
    main(["status", "--campaign", folder])
    lines = capsys.readouterr().out.splitlines()
    assert "寄回的是空白表；联系人 张一 0990-5550101" in next(
        one for one in lines if "甲子镇" in one
    )
    assert "寄回的是空白表；联系人 李二 0990-5550102" in next(
        one for one in lines if "乙丑镇" in one
    )
    assert "空白表" not in next(one for one in lines if "丙寅镇" in one)
    transport = Drafts(campaign.settings.drafts)
    send(campaign, SendRequest("reminders"), transport)
    letters = {
        path.name.split("_")[1]: email.message_from_bytes(path.read_bytes(), policy=policy.default)
        for path in campaign.settings.drafts.glob("*催报*")
    }
    blank = "你单位寄回的2025年政府信息公开工作年度报告是空白表，没有填报。"
    nothing = "还没有收到你单位2025年政府信息公开工作年度报告。"
    assert [blank in letters[name].get_content() for name in ("甲子镇", "乙丑镇", "丙寅镇")] == [
        *(True, True),
        False,
    ]
    assert nothing in letters["丙寅镇"].get_content()


def test_an_edited_letter_without_the_place_begins_with_the_blank(
    campaign: Campaign, box: Mailbox
) -> None:
    letter = campaign.settings.letters / "催报.txt"
    letter.write_text("主题：催报\n\n请报{报表}。\n", "utf-8")
    box.put("1", "jiazi@example.org", [("年报.xlsx", blank_of(campaign, JIAZI))])
    collect(campaign, box.folder)
    send(campaign, SendRequest("reminders"), Drafts(campaign.settings.drafts))
    (draft,) = campaign.settings.drafts.glob("*甲子镇*")
    body = email.message_from_bytes(draft.read_bytes(), policy=policy.default).get_content()
    assert body.startswith("你单位寄回的2025年政府信息公开工作年度报告是空白表，没有填报。")


def test_a_report_beside_a_blank_counts(campaign: Campaign, box: Mailbox, form: Form) -> None:
    box.put("1", "jiazi@example.org", [("年报.xlsx", workbook(form, JIAZI))], day=5)
    box.put("2", "jiazi@example.org", [("空白.xlsx", blank_of(campaign, JIAZI))], day=6)
    collect(campaign, box.folder)
    found = state(campaign, JIAZI)
    assert (found.state, found.versions) == ("accepted", 2)
    counted, blank = (
        next(file for file in found.files if file.name == name)
        for name in ("年报.xlsx", "空白.xlsx")
    )
    assert [(f.code, f.message) for f in blank.result.findings if f.code == "F7"] == [
        ("F7", f"这是没有填过的空白表，同一单位另有“{counted.result.path}”，以那一份为准")
    ]


# --- whom to call ---


def test_contacts_stand_in_the_list_of_reminders(
    campaign: Campaign, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["send", "reminders", "--dry-run", "--campaign", str(campaign.settings.folder)])
    lines = capsys.readouterr().out.splitlines()
    assert next(one for one in lines if "甲子镇" in one).endswith("　联系人 张一 0990-5550101")


def test_whom_the_cover_names_where_the_roster_does_not(
    campaign: Campaign, form: Form, box: Mailbox
) -> None:
    columns: dict[str, dict[str, str]] = {code: {} for code in campaign.roster.columns}
    campaign = replace(campaign, roster=replace(campaign.roster, columns=columns))
    report = base(form, JIAZI).with_identity({"contact": "钱二", "telephone": "0990-1"})
    campaign.settings.inbox.mkdir(exist_ok=True)
    (campaign.settings.inbox / "a.xlsx").write_bytes(write_workbook(report, form))
    assert state(campaign, JIAZI).contact == "钱二 0990-1"


def test_a_file_from_a_shared_address_is_nobody_s_until_it_says_whose(
    campaign: Campaign, box: Mailbox, form: Form, capsys: pytest.CaptureFixture[str]
) -> None:
    columns = {
        code: {**further, "邮箱": "nongban@example.org"}
        for code, further in campaign.roster.columns.items()
    }
    campaign = replace(campaign, roster=replace(campaign.roster, columns=columns))
    other = io.BytesIO()
    openpyxl.Workbook().save(other)
    box.put("1", "nongban@example.org", [("表.xlsx", other.getvalue())], day=5)
    box.put("2", "nongban@example.org", [("年报.xlsx", workbook(form, JIAZI))], day=6)
    collect(campaign, box.folder)
    assert [state(campaign, unit).state for unit in (JIAZI, YICHOU, BINGYIN)] == [
        *("accepted", MISSING),
        MISSING,
    ]
    assert items(campaign, "returns") == {}, "no letter to whom it may not concern"
    reminders = items(campaign, "reminders")
    assert {name: item.state for name, item in reminders.items()} == {
        "乙丑镇": HELD,
        "丙寅镇": HELD,
    }
    assert "来过 1 个认不出单位的文件，可能是它的" in reminders["乙丑镇"].detail
    assert [file.path for file in status(campaign).strangers] != []
