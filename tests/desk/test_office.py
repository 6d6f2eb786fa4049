"""The buttons: each does what the command does, says it in the same lines, and files are opened by
what they are."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path

import pytest

from campaign.scene import JIAZI, YICHOU, workbook
from desk.scene import PORT, Visit, desk_in, desk_with_towns, words
from hostile.scene import REQUESTS
from support.cells import put
from xlreport import Form
from xlreport.campaign import send as sending
from xlreport.campaign.campaign import Campaign, read_campaign
from xlreport.campaign.collect import CollectResult
from xlreport.campaign.send import Drafts, SendRequest
from xlreport.desk.actions import sums
from xlreport.desk.pages import office
from xlreport.desk.wording import on_page
from xlreport.errors import CampaignError
from xlreport.mail.imap import ImapMailbox
from xlreport.mail.servers import Smtp
from xlreport.mail.smtp import SENT
from xlreport.telling.lines import send_report


@pytest.fixture
def visit(tmp_path: Path, zfxxgk: Form) -> Iterator[Visit]:
    with desk_with_towns(tmp_path / "工作") as opened:
        for unit in (JIAZI, YICHOU):
            opened.send(f"{unit.name}.xlsx", workbook(zfxxgk, unit))
        yield opened


def done(visit: Visit, address: str, **fields: str) -> tuple[str, ...]:
    job = visit.job(visit.post(address, fields))
    assert job.trouble == ""
    return job.result.lines


def test_a_merge_writes_what_the_command_writes(visit: Visit) -> None:
    lines = done(visit, "/act/merge")
    assert lines[:2] == (
        "收到 2 个文件：通过 2 个。",
        "名册 3 个单位，计入汇总 2 个，未报 1 个。",
    )
    names = {path.name for path in (visit.folder / "summary").iterdir()}
    assert names == {
        "示例县2025年政府信息公开工作年度报告汇总表.xlsx",
        "汇总情况.html",
        "结果.json",
    }
    page = words(visit.page("/office"))
    assert "打开汇总表" in page
    assert "打开汇总情况（网页）" in page


def test_the_word_report_and_the_archive(visit: Visit) -> None:
    lines = done(visit, "/act/report")
    assert lines[0] == "示例县2025年政府信息公开工作年度报告"
    assert "各表的数字已从写好的报告里读出核对，与数据一致。" in lines
    lines = done(visit, "/act/archive")
    assert lines[0].startswith("归档包：")
    with visit.get("/files/archive") as answer:
        assert answer.data.startswith(b"PK")
    with visit.get("/files/report") as answer:
        assert answer.data.startswith(b"PK")
        assert "attachment" in answer.headers["Content-Disposition"]


def test_a_summary_that_is_open_elsewhere_is_told_and_stays(
    visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    """WPS keeps it open: Windows lets nobody replace it."""
    done(visit, "/act/merge")
    summary = next((visit.folder / "summary").glob("*.xlsx"))
    before = summary.read_bytes()
    real = Path.replace

    def locked(path: Path, target: Path) -> Path:
        if Path(target).suffix == ".xlsx":
            raise PermissionError(13, "sharing violation", str(target))
        return real(path, target)

    monkeypatch.setattr(Path, "replace", locked)
    job = visit.job(visit.post("/act/merge"))
    assert "请关闭正打开它的 WPS 或 Excel" in job.trouble
    assert summary.read_bytes() == before
    assert job.trouble in words(visit.page(f"/jobs/{job.number}"))


def test_a_report_that_somebody_worked_in_makes_room_and_stays(visit: Visit) -> None:
    done(visit, "/act/report")
    report = next((visit.folder / "summary").glob("*.docx"))
    report.write_bytes(b"worked in")
    lines = done(visit, "/act/report")
    assert lines[0] == f"原来的“{report}”改名为“{report.name}.bak”留着。"
    assert report.with_name(f"{report.name}.bak").read_bytes() == b"worked in"
    assert report.read_bytes().startswith(b"PK")


def test_only_damaged_workbooks_are_repaired(visit: Visit, zfxxgk: Form) -> None:
    assert done(visit, "/act/repair") == ("收到的报表里没有要修复的。",)
    assert not (visit.folder / "repaired").exists()
    damaged = put(workbook(zfxxgk, YICHOU), REQUESTS, "J7", "number", "45")
    visit.send("改了公式.xlsx", damaged)
    lines = done(visit, "/act/repair")
    assert lines[-3] == "共 1 个文件：修复 1 个，没有修复 0 个。"
    assert lines[-1].startswith("请把修复好的工作簿发给填报单位，核对后重新报送；")
    (repaired,) = (visit.folder / "repaired").glob("*.xlsx")
    assert YICHOU.name in repaired.name
    assert "打开修复的工作簿" in words(visit.page("/office"))


@pytest.mark.parametrize("kind", ["templates", "reminders", "returns", "receipts"])
def test_letters_are_tried_and_written_as_the_command_does(visit: Visit, kind: str) -> None:
    campaign = read_campaign(visit.folder)
    request = SendRequest(kind, dry_run=True)
    result = sending.send(campaign, request, Drafts(campaign.settings.drafts))
    expected = tuple(map(on_page, send_report(result, campaign.settings, drafts=True)))
    assert done(visit, f"/send/{kind}", how="try") == expected
    assert not campaign.settings.drafts.exists()
    done(visit, f"/send/{kind}", how="drafts")
    written = list(campaign.settings.drafts.glob("*.eml"))
    assert bool(written) == (kind in ("templates", "receipts"))


def test_the_password_goes_to_the_server_and_nowhere_else(
    visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = visit.folder / "xlreport.toml"
    text = settings.read_text("utf-8-sig")
    text = text.replace('from = ""', 'from = "xian@example.org"', 1)
    text = text.replace('host = ""', 'host = "smtp.example.org"', 1)
    text = text.replace('user = ""', 'user = "xian@example.org"', 1)
    settings.write_text(text, "utf-8")
    got: list[str] = []

    def opened(_smtp: Smtp, password: str) -> None:
        got.append(password)
        raise OSError(111, "refused")

    monkeypatch.setattr("xlreport.mail.smtp.opened", opened)
    assert "邮箱密码或授权码" in words(visit.page("/office"))
    job = visit.job(visit.post("/send/reminders", {"how": "send", "password": "秘密123"}))
    assert got == ["秘密123"]
    assert job.trouble
    assert "秘密123" not in visit.page(f"/jobs/{job.number}") + visit.page("/log")
    for path in visit.folder.rglob("*"):
        if path.is_file():
            assert "秘密123".encode() not in path.read_bytes(), path


def test_letters_past_the_deadline_name_the_settings_of_the_desk(visit: Visit) -> None:
    visit.post("/settings", {"deadline": "2026-01-20"})
    done(visit, "/act/templates")
    lines = done(visit, "/send/templates", how="try")
    assert lines[-1] == (
        "注意：截止日期 2026-01-20 已经过了，信里写的是这一天；要改请到“设置”里改。"
    )


def test_a_letter_to_one_unit(visit: Visit) -> None:
    lines = done(visit, "/send/receipts", how="try", unit=JIAZI.code)
    assert [line[:5] for line in lines if line.startswith("【")] == ["【待发】甲"]
    assert lines[1] == "收到回执：待发 1 个单位。"
    assert visit.desk.jobs.listed[0].title == "收到回执（甲子镇）：看看会发给谁"
    assert 'value="990101"' in visit.page("/unit/990101")
    answer = visit.post("/send/receipts", {"how": "try", "unit": "1"})
    assert answer.status_code == HTTPStatus.NOT_FOUND


def test_without_a_server_letters_become_drafts(visit: Visit) -> None:
    page = visit.page("/office")
    assert "只能写成草稿" in words(page)
    assert 'value="send"' not in page
    job = visit.job(visit.post("/send/reminders", {"how": "send"}))
    assert job.trouble == "设置里没有写发信服务器和发信邮箱；不用邮箱发的，请写成草稿。"
    job = visit.job(visit.post("/fetch"))
    assert job.trouble == "设置里没有写收信服务器；请把收到的邮件存成文件，拖到工作页面上。"


@pytest.mark.parametrize(
    "address",
    [
        "/files/..%2fxlreport.toml",
        "/files/xlreport.toml",
        "/files/inbox",
        "/files/nothing",
        "/files/summary",
        "/open/nothing",
        "/act/nothing",
        "/send/everything",
    ],
)
def test_only_what_has_a_name_can_be_asked_for(visit: Visit, address: str) -> None:
    method = visit.get if address.startswith("/files") else visit.post
    assert method(address).status_code == HTTPStatus.NOT_FOUND


def test_the_status_page_is_shown_as_a_stranger(visit: Visit) -> None:
    """Its script is its own; it reaches nothing of the desk."""
    done(visit, "/act/merge")
    with visit.get("/files/page") as answer:
        assert answer.headers["Content-Security-Policy"].startswith("sandbox allow-scripts;")
        assert "allow-same-origin" not in answer.headers["Content-Security-Policy"]
        assert "汇总情况" in answer.get_data(as_text=True)


def test_a_link_out_of_the_campaign_is_not_served(visit: Visit, tmp_path: Path) -> None:
    secret = tmp_path / "别处.docx"
    secret.write_bytes(b"secret")
    (visit.folder / "summary" / "报告.docx").symlink_to(secret)
    assert visit.get("/files/report").status_code == HTTPStatus.NOT_FOUND


def test_a_place_is_opened_by_the_program_of_the_system(
    visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[Path] = []

    def remembered(what: Path) -> bool:
        opened.append(what)
        return True

    monkeypatch.setattr(office, "_opened", remembered)
    assert visit.post("/open/inbox").headers["Location"] == "/office"
    assert opened == [visit.folder / "inbox"]
    origin = visit.desk.guard.origin
    for came, then in (
        (f"{origin}/jobs/1", f"{origin}/jobs/1"),
        (f"{origin}.example/jobs/1", "/office"),
        ("http://127.0.0.1:1/jobs/1", "/office"),
    ):
        visit.headers["Referer"] = came
        assert visit.post("/open/inbox").headers["Location"] == then, "where the button was"
    monkeypatch.setattr(office, "_opened", lambda _path: False)
    answer = visit.post("/open/inbox")
    assert answer.status_code == HTTPStatus.CONFLICT
    assert f"没有打开，请自己打开：{visit.folder / 'inbox'}" in words(answer.text)


class Post:
    """A server that takes every letter."""

    state = SENT

    def __init__(self) -> None:
        self.delivered: list[str] = []

    def ready(self) -> None:
        pass

    def deliver(self, name: str, data: bytes, recipients: tuple[str, ...]) -> dict[str, str]:
        self.delivered += recipients
        return {}

    def keeps(self, name: str) -> bool:
        return True


def with_mail(visit: Visit) -> None:
    server = {"host": "mail.example.org", "user": "xian@example.org"}
    visit.post(
        "/settings",
        {
            "mail.from": "xian@example.org",
            **{f"mail.smtp.{key}": value for key, value in server.items()},
            **{f"mail.imap.{key}": value for key, value in server.items()},
        },
    )


def test_letters_are_sent_once(visit: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    with_mail(visit)
    post = Post()
    asked: list[tuple[Smtp, str]] = []

    @contextmanager
    def opened(smtp: Smtp, password: str) -> Iterator[Post]:
        asked.append((smtp, password))
        yield post

    monkeypatch.setattr("xlreport.mail.smtp.opened", opened)
    lines = done(visit, "/send/receipts", how="send", password="x")
    assert post.delivered == ["jiazi@example.org", "yichou@example.org", "yichou2@example.org"]
    assert lines[0].startswith("【已发】甲子镇")
    assert [(smtp.server.host, password) for smtp, password in asked] == [("mail.example.org", "x")]
    again = done(visit, "/send/receipts", how="send", password="x")
    assert "收到回执：以前发过 2 个单位。" in again
    assert len(post.delivered) == 3
    page = visit.page("/unit/990101")
    assert 'aria-label="收到回执：发送"' in page
    assert 'name="again" value="yes"' in page
    one = {"unit": "990101", "how": "send", "password": "x"}
    assert "收到回执：以前发过 1 个单位。" in done(visit, "/send/receipts", **one)
    lines = done(visit, "/send/receipts", again="yes", **one)
    assert "收到回执：已发 1 个单位。" in lines
    assert post.delivered[3:] == ["jiazi@example.org"]


def test_the_mailbox_is_collected_with_the_password(
    visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_mail(visit)
    asked: list[ImapMailbox] = []

    def collect(_campaign: Campaign, mailbox: ImapMailbox) -> CollectResult:
        asked.append(mailbox)
        return CollectResult(())

    monkeypatch.setattr("xlreport.campaign.collect.collect", collect)
    assert 'id="fetch"' in visit.page("/office")
    lines = done(visit, "/fetch", password="秘")
    assert lines == ("看了 0 封邮件：以前收过 0 封；新收 0 个文件放进 inbox。",)
    ((box,),) = (asked,)
    assert (box.password, box.settings.server.host) == ("秘", "mail.example.org")
    assert (box.mark_seen, box.move_to) == (False, ""), "the mailbox stays as it is"
    done(visit, "/fetch", password="秘", mark_seen="yes", move_to=" 已收 ")
    assert (asked[1].mark_seen, asked[1].move_to) == (True, "已收")


@pytest.mark.parametrize(("platform", "program"), [("linux", "xdg-open"), ("darwin", "open")])
def test_the_system_opens_a_place(
    visit: Visit, monkeypatch: pytest.MonkeyPatch, platform: str, program: str
) -> None:
    started: list[list[object]] = []

    class Started:
        def __init__(self, words: list[object], **_: object) -> None:
            started.append(words)

        def wait(self) -> int:
            return 0

    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setattr(subprocess, "Popen", Started)
    assert visit.post("/open/inbox").status_code == HTTPStatus.SEE_OTHER
    assert started == [[program, visit.folder / "inbox"]]

    def missing(*_: object, **__: object) -> None:
        raise FileNotFoundError(2, "no such program")

    monkeypatch.setattr(subprocess, "Popen", missing)
    assert visit.post("/open/inbox").status_code == HTTPStatus.CONFLICT


def test_the_script_is_told_in_data(visit: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    visit.headers["Accept"] = "application/json"
    answer = visit.post("/act/merge")
    job = answer.get_json()
    assert job["address"] == f"/jobs/{job['job']}"
    told = visit.data(f"{job['address']}.json")
    assert (told["title"], told["state"], told["open"]) == ("汇总", "完成", False)
    monkeypatch.setattr(office, "_opened", lambda _path: True)
    assert visit.post("/open/summary").get_json() == {"sentence": "已打开汇总表。"}


def test_no_action_is_begun_without_a_campaign(tmp_path: Path) -> None:
    home = tmp_path / "空"
    home.mkdir()
    with desk_in(home, port=PORT + 7) as empty:
        for address in (
            "/act/merge",
            "/act/import",
            "/send/reminders",
            "/fetch",
            "/uploads",
            "/settings",
            "/settings/previous/none",
            "/import",
            "/export",
            "/check",
            "/compare",
            "/verify",
            "/messages/1/reopen",
        ):
            assert empty.post(address).headers["Location"] == "/start"
        with pytest.raises(CampaignError):
            sums.merge(empty.desk)


def test_an_own_document_is_only_offered_where_it_can_be_filled_in(
    visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert 'name="template"' in visit.page("/office")
    monkeypatch.setattr("xlreport.desk.pages.office.find_spec", lambda name: None)
    page = visit.page("/office")
    assert 'name="template"' not in page
    assert "这里没有装填写文档模板的部件" in page
