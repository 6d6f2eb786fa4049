"""What an office sets once: until when, whom to ask, its mailbox, the figures of last year."""

from __future__ import annotations

import datetime as dt
import io
import re
from dataclasses import replace
from decimal import Decimal
from http import HTTPStatus

import pytest
from msoffcrypto.format.ooxml import OOXMLFile

from campaign.scene import JIAZI, workbook
from desk.scene import Visit, words
from hostile.scene import base
from xlreport import Entry, Form, Unit, write_workbook
from xlreport.campaign.settings import read_settings


def last_year(form: Form, number: int) -> bytes:
    """The report of 甲子镇 for 2024, with a number of its own."""
    report = replace(base(form, JIAZI), year=2024, county=Unit("示例县"))
    name = next(iter(report.entries))
    entries = {**report.entries, name: Entry.of(Decimal(number))}
    return write_workbook(replace(report, entries=entries), form)


def test_an_old_window_changes_only_what_was_typed_in_it(visit: Visit) -> None:
    old = dict(re.findall(r'name="(shown-[^"]*)" value="([^"]*)"', visit.page("/settings")))
    visit.post("/settings", {"contact": "张三"})
    before = {name.removeprefix("shown-"): value for name, value in old.items()}
    visit.post("/settings", {**old, **before, "deadline": "2026-02-05"})
    settings = read_settings(visit.folder)
    assert (settings.contact, str(settings.deadline)) == ("张三", "2026-02-05")


def test_what_is_typed_is_written_and_shown_again(visit: Visit) -> None:
    typed = {
        "deadline": "2026-02-03",
        "contact": "张三 0990-1",
        "mail.from": "xian@example.org",
        "mail.smtp.host": "smtp.example.org",
        "mail.smtp.port": "587",
        "mail.smtp.security": "starttls",
        "mail.smtp.user": "xian@example.org",
    }
    answer = visit.post("/settings", typed)
    assert answer.headers["Location"] == "/settings?saved="
    assert "已保存。" in words(visit.page("/settings?saved="))
    settings = read_settings(visit.folder)
    assert str(settings.deadline) == "2026-02-03"
    assert settings.contact == "张三 0990-1"
    server = settings.smtp.server
    assert (server.host, server.port, server.security) == ("smtp.example.org", 587, "starttls")
    page = visit.page("/settings")
    for value in ("2026-02-03", "张三 0990-1", "smtp.example.org", "587"):
        assert f'value="{value}"' in page
    assert '<option value="starttls" selected>' in page
    assert 'value="send"' in visit.page("/office"), "now letters can be sent"


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        (
            {"mail.from": "不是邮箱"},
            "没有改动：“发信的邮箱地址”的值“不是邮箱”不对，应当是：一个邮箱地址。",
        ),
        ({"mail.smtp.port": "很多"}, "端口要写成数字，例如 465。"),
        ({"deadline": "月底"}, "截止日期要写成 2026-01-20 这样。"),
        ({"imports": "也许"}, "请选择不是县里发的模板的报表计入不计入。"),
        ({"mail.smtp.pause": "一会儿"}, "两封信之间停几秒，要写成数字，例如 1 或 0.5。"),
        (
            {"mail.smtp.pause": "9999"},
            "“两封信之间停几秒”的值“9999.0”不对，应当是：从 0 到 3600 的秒数。",
        ),
        ({"mail.imap.verify": "也许"}, "请选择核对不核对服务器证书。"),
        ({"mail.imap.since": "月初"}, "收信从哪一天起要写成 2026-01-20 这样。"),
        ({"mail.smtp.security": "ssl"}, "只能是 tls、starttls 或 none"),
    ],
)
def test_what_cannot_be_is_told_and_changes_nothing(
    visit: Visit, typed: dict[str, str], told: str
) -> None:
    before = (visit.folder / "xlreport.toml").read_bytes()
    answer = visit.post("/settings", {"contact": "张三", **typed})
    assert told in words(answer.text)
    assert 'value="张三"' in answer.text, "what was typed stays on the page"
    assert (visit.folder / "xlreport.toml").read_bytes() == before


def test_whether_other_reports_count_is_chosen(visit: Visit) -> None:
    assert '<option value="false" selected>不计入，按退回处理' in visit.page("/settings")
    for chosen, counted in (("true", True), ("false", False)):
        visit.post("/settings", {"imports": chosen})
        assert read_settings(visit.folder).imports is counted
        assert f'<option value="{chosen}" selected>' in visit.page("/settings")
    assert "\nimports = false\n" in (visit.folder / "xlreport.toml").read_text("utf-8-sig")


def test_how_mail_is_sent_and_fetched_is_set_in_full(visit: Visit) -> None:
    page = visit.page("/settings")
    assert '<option value="true" selected>核对（应当核对）' in page
    for value in ('id="mail.smtp.pause" name="mail.smtp.pause" type="text" value="1"', "INBOX"):
        assert value in page
    typed = {
        "mail.smtp.pause": "2.5",
        "mail.smtp.verify": "false",
        "mail.imap.verify": "false",
        "mail.imap.folder": "年报",
        "mail.imap.since": "2026年1月5日",
        "deadline": "2026.1.20",
    }
    assert visit.post("/settings", typed).headers["Location"] == "/settings?saved="
    settings = read_settings(visit.folder)
    assert settings.smtp.pause == 2.5
    assert (settings.smtp.server.verify, settings.imap.server.verify) == (False, False)
    assert (settings.imap.folder, settings.imap.since) == ("年报", "2026-01-05")
    assert settings.deadline == dt.date(2026, 1, 20)
    text = (visit.folder / "xlreport.toml").read_text("utf-8-sig")
    assert "\npause = 2.5\n" in text
    page = visit.page("/settings")
    for value in ("2.5", "年报", "2026-01-05"):
        assert f'value="{value}"' in page
    assert page.count('<option value="false" selected>不核对：别人能冒充服务器') == 2
    visit.post("/settings", {"mail.imap.folder": " ", "mail.imap.since": ""})
    settings = read_settings(visit.folder)
    assert (settings.imap.folder, settings.imap.since) == ("INBOX", "")


def test_a_deadline_can_be_left_open(visit: Visit) -> None:
    visit.post("/settings", {"deadline": ""})
    assert read_settings(visit.folder).deadline is None
    assert 'data-count="days"' not in visit.page("/")


def test_the_figures_of_last_year_are_read_in(visit: Visit, zfxxgk: Form) -> None:
    visit.send("甲.xlsx", workbook(zfxxgk, JIAZI))
    files = [(io.BytesIO(last_year(zfxxgk, 4321)), "甲子镇.xlsx"), (io.BytesIO(b"x"), "坏.xlsx")]
    job = visit.job(visit.post("/settings/previous", {"files": files}))
    assert job.trouble == ""
    assert job.result.lines[0] == "已读入 2024 年度的数，名册上有 1 个单位有上年的数。"
    assert any("坏.xlsx" in line for line in job.result.lines[1:]), "what is of no use is told"
    assert read_settings(visit.folder).previous == visit.folder / "上年"
    assert "<small>上年 4321</small>" in visit.page("/unit/990101")
    assert "已有：上年。" in words(visit.page("/settings"))


def test_what_was_compared_with_is_so_no_more_and_stays(visit: Visit, zfxxgk: Form) -> None:
    assert 'id="no-previous"' not in visit.page("/settings")
    files = [(io.BytesIO(last_year(zfxxgk, 4321)), "甲子镇.xlsx")]
    visit.job(visit.post("/settings/previous", {"files": files}))
    visit.send("甲.xlsx", workbook(zfxxgk, JIAZI))
    assert 'id="no-previous"' in visit.page("/settings")
    assert visit.post("/settings/previous/none").headers["Location"] == "/settings"
    assert read_settings(visit.folder).previous is None
    assert "上年 4321" not in visit.page("/unit/990101")
    assert (visit.folder / "上年" / "甲子镇.xlsx").is_file()


def test_what_is_not_of_last_year_is_not_compared_with(visit: Visit, zfxxgk: Form) -> None:
    files = [(io.BytesIO(workbook(zfxxgk, JIAZI)), "甲.xlsx")]
    job = visit.job(visit.post("/settings/previous", {"files": files}))
    assert "没有 2024 年度的报表" in job.trouble
    assert read_settings(visit.folder).previous is None
    answer = visit.post("/settings/previous")
    assert answer.status_code == HTTPStatus.CONFLICT
    assert "请先选择上年的汇总表" in words(answer.text)


def test_an_encrypted_workbook_is_read_with_the_password_and_that_is_kept_nowhere(
    visit: Visit, zfxxgk: Form
) -> None:
    locked = io.BytesIO()
    OOXMLFile(io.BytesIO(workbook(zfxxgk, JIAZI))).encrypt("密码7", locked)
    visit.send("甲.xlsx", locked.getvalue())
    (verdict,) = visit.data("/state.json?path=甲.xlsx")["verdicts"]
    assert verdict["sentence"] == (
        "文件加了打开密码，没有读取，请在“设置”里给出打开密码，或者取消打开密码后重新报送"
    )
    assert visit.post("/settings/password", {"password": ""}).status_code == HTTPStatus.CONFLICT
    for given, state in (("别的", "rejected"), ("密码7", "accepted")):
        answer = visit.post("/settings/password", {"password": given})
        assert answer.headers["Location"] == "/"
        (verdict,) = visit.data("/state.json?path=甲.xlsx")["verdicts"]
        assert verdict["state"] == state
    assert "密码7" not in visit.page("/settings") + visit.page("/log") + visit.page("/")
    for path in visit.folder.rglob("*"):
        if path.is_file():
            assert "密码7".encode() not in path.read_bytes(), path
