"""The page of every day: what is dropped is taken and judged, and every unit stands in the table."""

from __future__ import annotations

import datetime as dt
import io
import re
import time
import zipfile
from dataclasses import replace
from http import HTTPStatus
from pathlib import Path

import openpyxl
import pytest

from campaign.scene import BINGYIN, JIAZI, YICHOU, Mailbox, workbook
from desk.scene import LONG, Visit, desk_in, desk_with_towns, words
from hostile.scene import REQUESTS, base
from support.cells import put
from xlreport import Form, write_workbook
from xlreport.atomic import locked
from xlreport.clock import present_day, seconds_of
from xlreport.desk.jobs import Job
from xlreport.desk.pages import office

SAMPLES = Path(__file__).parents[2] / "samples" / "2025"


A_UNIT = {"column-0": ["990101"], "column-1": ["甲子镇"]}


def rows(page: str) -> list[str]:
    """The lines of the table, in words."""
    table = page.partition('id="collection"')[2].partition("</table>")[0]
    body = table.partition("<tbody>")[2]
    return [words(row) for row in body.split("</tr>") if row.strip().startswith("<tr")]


def test_a_file_is_taken_and_judged(visit: Visit, zfxxgk: Form) -> None:
    data = workbook(zfxxgk, JIAZI)
    said = visit.send("乡镇/甲.xlsx", data, modified="2026-01-05T10:00:00Z")
    assert said == {
        "files": [
            {
                "name": "乡镇/甲.xlsx",
                "state": "taken",
                "sentence": "已收下",
                "path": "乡镇/甲.xlsx",
                "mail": "",
            }
        ]
    }
    taken = visit.folder / "inbox" / "乡镇" / "甲.xlsx"
    assert taken.read_bytes() == data
    assert taken.stat().st_mtime == 1767607200
    state = visit.data("/state.json?path=乡镇/甲.xlsx&path=没有.xlsx")
    assert (state["fresh"], state["trouble"], state["job"]) == (True, "", None)
    assert state["verdicts"] == [
        {
            "path": "乡镇/甲.xlsx",
            "state": "accepted",
            "label": "通过",
            "unit": "甲子镇",
            "code": "990101",
            "sentence": "没有错误和警示",
        },
        {
            "path": "没有.xlsx",
            "state": "reading",
            "label": "正在读取",
            "unit": "",
            "code": "",
            "sentence": "",
        },
    ]


def test_what_cannot_count_says_why(visit: Visit, zfxxgk: Form) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("甲.xlsx", workbook(zfxxgk, JIAZI))
        archive.writestr("乙.xlsx", workbook(zfxxgk, YICHOU))
    visit.send("包.zip", packed.getvalue())
    visit.send("坏.xlsx", b"no workbook")
    visit.send("错.xlsx", next(SAMPLES.glob("990103*")).read_bytes())
    asked = "path=包.zip&path=坏.xlsx&path=错.xlsx"
    verdicts = {each["path"]: each for each in visit.data(f"/state.json?{asked}")["verdicts"]}
    assert verdicts["包.zip"]["sentence"] == "乙丑镇通过、甲子镇通过"
    assert verdicts["坏.xlsx"]["state"] == "rejected"
    assert verdicts["坏.xlsx"]["sentence"]
    assert verdicts["错.xlsx"]["state"] == "returned"
    assert verdicts["错.xlsx"]["sentence"].startswith("错误 ")


def test_a_cover_that_contradicts_its_template_says_so_and_is_for_people(
    visit: Visit, zfxxgk: Form
) -> None:
    visit.send("甲.xlsx", workbook(zfxxgk, JIAZI))
    book = openpyxl.load_workbook(io.BytesIO(workbook(zfxxgk, JIAZI, 2)))
    book["封面"]["C5"] = "乙丑镇"
    renamed = io.BytesIO()
    book.save(renamed)
    visit.send("乙丑镇年报.xlsx", renamed.getvalue())
    (verdict,) = visit.data("/state.json?path=乙丑镇年报.xlsx")["verdicts"]
    reason = "封面的填报单位是“乙丑镇”，这份模板却是发给“甲子镇”的，无法判断是谁报的"
    assert verdict["sentence"] == f"{reason}，请用本单位自己的模板重新填报"
    assert verdict["unit"] == ""
    page = words(visit.page("/")).partition("要由人看的")[2]
    assert f"认不出单位的文件：乙丑镇年报.xlsx（{reason}）" in page
    assert "乙丑镇年报.xlsx" not in visit.page("/unit/990101"), "it may not be theirs"


def test_who_may_have_sent_a_file_of_nobody_is_not_reminded(visit: Visit, zfxxgk: Form) -> None:
    book = openpyxl.load_workbook(io.BytesIO(workbook(zfxxgk, JIAZI)))
    book["封面"]["C5"] = "乙丑镇"
    renamed = io.BytesIO()
    book.save(renamed)
    visit.send("年报.xlsx", renamed.getvalue())
    listed = rows(visit.page("/"))
    assert [("可能是它的" in row) for row in listed] == [True, True, False], listed
    job = visit.job(visit.post("/send/reminders", {"how": "try"}))
    told = [line for line in job.result.lines if line.startswith("【先不发】")]
    assert len(told) == 2
    assert "来过 1 个认不出单位的文件，可能是它的" in told[0]


def test_nothing_is_taken_while_the_inbox_is_gone(visit: Visit, zfxxgk: Form) -> None:
    inbox = visit.folder / "inbox"
    inbox.rename(visit.folder / "别处")
    answer = visit.post("/uploads", {"files": (io.BytesIO(workbook(zfxxgk, JIAZI)), "甲.xlsx")})
    assert answer.status_code == HTTPStatus.CONFLICT
    assert "不在了，里面的报表读不到。请把它移回来" in words(answer.text)
    assert not inbox.exists()


def test_a_town_whose_correction_cannot_count_shows_it(visit: Visit, zfxxgk: Form) -> None:
    visit.send("甲.xlsx", workbook(zfxxgk, JIAZI))
    other_year = replace(base(zfxxgk, JIAZI), year=2023)
    visit.send("更正.xlsx", write_workbook(other_year, zfxxgk))
    (row,) = [row for row in rows(visit.page("/")) if row.startswith("甲子镇")]
    assert "另有 1 个文件不能计入" in row


def test_what_is_wrong_inside_an_archive_is_told(visit: Visit, zfxxgk: Form) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("报来/甲.xlsx", workbook(zfxxgk, JIAZI))
        archive.writestr("报来/坏.xlsx", b"no workbook")
    alone = io.BytesIO()
    with zipfile.ZipFile(alone, "w") as archive:
        archive.writestr("坏.xlsx", b"no workbook")
    visit.send("包.zip", packed.getvalue())
    visit.send("坏的.zip", alone.getvalue())
    asked = "path=包.zip&path=坏的.zip"
    whole, broken = visit.data(f"/state.json?{asked}")["verdicts"]
    assert (whole["state"], whole["label"]) == ("rejected", "2 个文件")
    assert whole["sentence"] == "“报来/坏.xlsx”不能计入、甲子镇通过"
    assert broken["state"] == "rejected"
    assert broken["sentence"]


def test_the_table_has_every_unit_those_first_that_need_most(visit: Visit, zfxxgk: Form) -> None:
    visit.send("甲.xlsx", workbook(zfxxgk, JIAZI))
    visit.send("错.xlsx", next(SAMPLES.glob("990103*")).read_bytes())
    listed = rows(visit.page("/"))
    assert listed[0] == "乙丑镇 990102 未报 李二"
    assert listed[1].startswith("丙寅镇 990103 退回 1 周五 2026-01-01")
    assert listed[2].startswith("甲子镇 990101 通过 张一 2")
    assert len(listed) == 3


def test_it_is_filtered_and_searched_without_script(visit: Visit, zfxxgk: Form) -> None:
    visit.send("甲.xlsx", workbook(zfxxgk, JIAZI))
    for address, names in (
        ("/?state=accepted", ["甲子镇"]),
        ("/?state=missing", ["乙丑镇", "丙寅镇"]),
        ("/?q=乙丑", ["乙丑镇"]),
        ("/?q=990103", ["丙寅镇"]),
        ("/?q=镇 周五", ["丙寅镇"]),
        ("/?state=accepted&q=乙丑", []),
        ("/?state=什么", ["乙丑镇", "丙寅镇", "甲子镇"]),
    ):
        listed = rows(visit.page(address))
        assert [row.partition(" ")[0] for row in listed] == names, address
    assert "没有这样的单位。" in words(visit.page("/?q=没有"))


def test_without_script_files_are_taken_by_the_form(visit: Visit, zfxxgk: Form) -> None:
    files = [
        (io.BytesIO(workbook(zfxxgk, JIAZI)), "甲.xlsx"),
        (io.BytesIO(b""), "空.xlsx"),
        (io.BytesIO(workbook(zfxxgk, YICHOU)), "乙.xlsx"),
    ]
    answer = visit.post("/uploads", {"files": files})
    page = words(answer.text)
    assert "收下了 2 个文件" in page
    assert "空.xlsx 没有收：文件是空的" in page
    assert sorted(path.name for path in (visit.folder / "inbox").iterdir()) == [
        "乙.xlsx",
        "甲.xlsx",
    ]


def test_messages_are_collected_as_the_command_does(
    visit: Visit, zfxxgk: Form, tmp_path: Path
) -> None:
    box = Mailbox(tmp_path / "邮件")
    mail = box.put("a", "jiazi@example.org", [("年报.xlsx", workbook(zfxxgk, JIAZI))])
    said = visit.send("邮件/a.eml", mail.read_bytes())
    assert said["files"][0]["state"] == "mail"
    page = visit.page("/")
    (taken,) = (visit.folder / "inbox").iterdir()
    assert taken.name.startswith("990101_甲子镇_20260105-0930_jiazi@example.org_")
    assert rows(page)[2].startswith("甲子镇 990101 通过 张一 2026-01-05 09:30")
    (job,) = visit.desk.jobs.listed
    assert job.result.lines[-1] == "看了 1 封邮件：以前收过 0 封；新收 1 个文件放进 inbox。"


def test_messages_that_are_dropped_together_are_collected_once(
    visit: Visit, zfxxgk: Form, tmp_path: Path
) -> None:
    box = Mailbox(tmp_path / "邮件")
    for name, unit in (("a", JIAZI), ("b", YICHOU)):
        mail = box.put(name, "jiazi@example.org", [("年报.xlsx", workbook(zfxxgk, unit))])
        visit.send(f"{name}.eml", mail.read_bytes(), more="yes")
        visit.client.get("/", headers={**visit.headers, "Sec-Fetch-Dest": "empty"})
    assert visit.desk.jobs.listed == [], "the script will say when the last is there"
    job = visit.job(visit.post("/mails"))
    assert job.result.lines[-1] == "看了 2 封邮件：以前收过 0 封；新收 2 个文件放进 inbox。"
    visit.page("/")
    assert visit.desk.jobs.listed == [job]


def test_messages_whose_page_was_closed_are_collected_by_the_next(
    visit: Visit, zfxxgk: Form, tmp_path: Path
) -> None:
    box = Mailbox(tmp_path / "邮件")
    mail = box.put("a", "jiazi@example.org", [("年报.xlsx", workbook(zfxxgk, JIAZI))])
    visit.send("a.eml", mail.read_bytes(), more="yes")
    assert visit.desk.jobs.listed == []
    for _ in range(2):
        visit.page("/")
    (job,) = visit.desk.jobs.listed
    assert job.result.lines[-1] == "看了 1 封邮件：以前收过 0 封；新收 1 个文件放进 inbox。"


def test_messages_that_a_killed_desk_left_are_collected_by_the_next(
    tmp_path: Path, zfxxgk: Form
) -> None:
    box = Mailbox(tmp_path / "邮件")
    mail = box.put("a", "jiazi@example.org", [("年报.xlsx", workbook(zfxxgk, JIAZI))])
    with desk_with_towns(tmp_path / "工作") as visit:
        visit.page("/")
        visit.send("夹/a.eml", mail.read_bytes(), more="yes")
    for told in (["收取邮件里的报表"], []):
        with desk_in(tmp_path) as visit:
            visit.desk.open(tmp_path / "工作")
            visit.page("/")
            assert [job.title for job in visit.desk.jobs.listed] == told
            assert rows(visit.page("/"))[2].startswith("甲子镇 990101 通过")


def told_of_mails(visit: Visit, *paths: str) -> list[str]:
    asked = "&".join(f"mail={path}" for path in paths)
    mails = visit.data(f"/state.json?{asked}")["mails"]
    assert [each["path"] for each in mails] == list(paths)
    return [f"{each['label']}　{each['sentence']}" for each in mails]


def test_what_is_said_of_a_message_is_true_of_it(
    visit: Visit, zfxxgk: Form, tmp_path: Path
) -> None:
    box = Mailbox(tmp_path / "邮件")
    mails = {
        "好/a.eml": box.put("a", "jiazi@example.org", [("年报.xlsx", workbook(zfxxgk, JIAZI))]),
        "图.eml": box.put("b", "yichou@example.org", [("年报.jpg", b"\xff\xd8\xff\xe0 picture")]),
        "广告.eml": box.put("c", "x@example.com"),
    }
    for name, mail in mails.items():
        visit.send(name, mail.read_bytes(), more="yes")
    said = visit.send("坏.eml", b"\x00\x01", more="yes")
    (receipt,) = said["files"]
    assert (receipt["mail"], receipt["path"]) == ("坏.eml", "")
    assert visit.data("/state.json?mail=坏.eml")["mails"] == [], "nothing is said before"
    visit.job(visit.post("/mails"))
    good, picture, nothing, bad = told_of_mails(visit, *mails, "坏.eml")
    (file,) = (visit.folder / "inbox").iterdir()
    assert good == f"邮件　收取了：年报.xlsx → {file.name}（甲子镇）"
    assert picture.startswith("邮件　里面没有报表：")
    assert picture.endswith("，列在“要由人看的”里")
    assert nothing == "邮件　里面没有报表，别处没有列出"
    assert bad.startswith("邮件　没有读成：")
    assert bad.endswith("，列在“要由人看的”里")
    people = words(visit.page("/")).partition("要由人看的")[2]
    assert people.count("要由人打开的邮件") == 2
    visit.send("好/a.eml", mails["好/a.eml"].read_bytes())
    assert told_of_mails(visit, "好/a.eml", "别的.eml") == [
        good,
        "没有收取　没有当作邮件收取，请打开“收到的邮件”自己看。",
    ]


def test_messages_that_could_not_be_collected_are_not_said_to_be(
    visit: Visit, zfxxgk: Form, tmp_path: Path
) -> None:
    box = Mailbox(tmp_path / "邮件")
    mail = box.put("a", "jiazi@example.org", [("年报.xlsx", workbook(zfxxgk, JIAZI))])
    visit.send("a.eml", mail.read_bytes(), more="yes")
    with locked(visit.folder / "inbox"):
        job = visit.job(visit.post("/mails"))
    assert job.trouble
    assert told_of_mails(visit, "a.eml") == [f"没有收取　{job.trouble}"]
    visit.job(visit.post("/mails"))
    (told,) = told_of_mails(visit, "a.eml")
    assert told.startswith("邮件　收取了：年报.xlsx → 990101_甲子镇_")


def test_a_message_that_asks_for_a_person_is_settled_on_the_page(
    visit: Visit, tmp_path: Path
) -> None:
    box = Mailbox(tmp_path / "邮件")
    mail = box.put("a", "jiazi@example.org", [("年报.jpg", b"\xff\xd8\xff\xe0 picture")])
    visit.send("a.eml", mail.read_bytes())
    page = words(visit.page("/"))
    assert "要由人看的" in page
    assert "要由人打开的邮件 1：jiazi@example.org" in page
    answer = visit.post("/messages/1/settle")
    assert answer.headers["Location"] == "/#people"
    page = words(visit.page("/"))
    assert "要由人打开的邮件" not in page
    assert "已处理的 1 封 已处理的邮件 1：jiazi@example.org “年报” 撤销" in page
    answer = visit.post("/messages/1/reopen")
    assert answer.headers["Location"] == "/#people"
    page = words(visit.page("/"))
    assert "要由人打开的邮件 1：jiazi@example.org" in page
    assert 'id="settled"' not in visit.page("/")
    job = visit.job(visit.post("/messages/9/reopen"))
    assert job.trouble.startswith("没有编号是 9 的邮件")
    job = visit.job(visit.post("/messages/9/settle"))
    assert job.trouble.startswith("没有编号是 9 的邮件")


def test_while_another_run_has_the_records_that_is_told(visit: Visit) -> None:
    visit.page("/")
    (visit.folder / "inbox" / "新.xlsx").write_bytes(b"x")
    with locked(visit.folder / "records"):
        page = visit.client.get("/", headers=visit.headers).text
        assert 'data-fresh="no"' in page
        assert "读取收到的报表" in page
        assert rows(page), "the last state stays on the page"
    assert 'data-fresh="yes"' in visit.page("/")


def test_the_files_that_came_last_are_listed(visit: Visit, zfxxgk: Form) -> None:
    visit.send("甲.xlsx", workbook(zfxxgk, JIAZI))
    visit.send("坏.xlsx", b"x")
    visit.send("生.xlsx", workbook(zfxxgk, BINGYIN))
    recent = words(visit.page("/").partition('id="recent"')[2])
    assert recent.index("生.xlsx") < recent.index("甲.xlsx")
    assert "坏.xlsx" in recent


def test_the_log_tells_what_was_done_and_nothing_personal(visit: Visit) -> None:
    visit.job(visit.post("/act/templates"))
    page = words(visit.page("/log"))
    assert "生成模板 完成" in page
    assert re.search("[0-9]{2}:[0-9]{2}:[0-9]{2} 生成模板", page)
    log = (visit.folder / "desk.log").read_text("utf-8")
    guard = visit.desk.guard
    for secret in (guard.entry, guard.session, guard.form, "张一", "jiazi@example.org"):
        assert secret not in log


def test_the_log_counts_what_came_and_what_was_changed(
    visit: Visit, zfxxgk: Form, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    try:
        visit.send("甲.xlsx", workbook(zfxxgk, JIAZI))
        visit.send("空.xlsx", b"")
        visit.post("/settings", {"contact": "张三 0990-1"})
        visit.post("/roster/save", {"heading": ["单位代码", "单位名称"], **A_UNIT})
    finally:
        monkeypatch.undo()
        time.tzset()
    lines = (visit.folder / "desk.log").read_text("utf-8").splitlines()
    told = [line[20:] for line in lines]
    assert told[-4:] == [
        "收下 1 个文件，没有收 0 个",
        "收下 0 个文件，没有收 1 个",
        "改设置 1 项",
        "保存名册 1 行",
    ]
    assert abs(seconds_of(lines[-1][:19]) - time.time()) < LONG, "of China's clocks"


def test_what_is_not_there_is_told(visit: Visit) -> None:
    for address in ("/jobs/99", "/jobs/99.json", "/nothing", "/static/../app.py", "/static/x"):
        answer = visit.get(address)
        assert answer.status_code == HTTPStatus.NOT_FOUND, address
        assert "没有这一页，或者它已经不在了。" in answer.text
    assert visit.get("/close").status_code == HTTPStatus.METHOD_NOT_ALLOWED
    assert not visit.desk.closing.is_set()


def test_a_campaign_on_a_drive_that_vanished_is_told(visit: Visit, zfxxgk: Form) -> None:
    visit.page("/")
    away = visit.folder.rename(visit.folder.with_name("别处"))
    said = visit.data("/state.json")
    gone = f"工作文件夹“{visit.folder}”不在了：请检查它是不是被移走、改名或断开，再试一次。"
    assert said["sentence"] == gone
    answer = visit.send("甲.xlsx", workbook(zfxxgk, JIAZI))
    assert answer["sentence"] == gone, "and nothing is said to be taken"
    assert visit.get("/").status_code == HTTPStatus.CONFLICT
    away.rename(visit.folder)
    assert visit.get("/").status_code == HTTPStatus.OK


@pytest.mark.parametrize("action", ["repair", "archive", "merge", "report"])
def test_a_campaign_that_vanishes_during_an_action_is_not_made_again(
    visit: Visit, zfxxgk: Form, monkeypatch: pytest.MonkeyPatch, action: str
) -> None:
    visit.send("甲.xlsx", put(workbook(zfxxgk, JIAZI), REQUESTS, "J7", "number", "45"))
    away = visit.folder.with_name("别处")

    def moving(_job: Job, _name: str) -> None:
        if visit.folder.exists():
            visit.folder.rename(away)

    monkeypatch.setattr(Job, "_step", moving)
    job = visit.job(visit.post(f"/act/{action}"))
    assert job.trouble.startswith(f"工作文件夹“{visit.folder}”不在了：")
    assert not visit.folder.exists()
    assert away.exists()


def test_files_are_taken_also_while_the_roster_is_wrong(visit: Visit, zfxxgk: Form) -> None:
    (visit.folder / "roster.csv").write_text("单位代码,单位名称\n1,甲\n1,乙\n", "utf-8")
    said = visit.send("甲.xlsx", workbook(zfxxgk, JIAZI))
    assert said["files"][0]["state"] == "taken"
    assert (visit.folder / "inbox" / "甲.xlsx").exists()


def test_the_days_to_the_deadline(visit: Visit) -> None:
    settings = visit.folder / "xlreport.toml"
    text = settings.read_text("utf-8-sig")
    told = []
    for days in (-3, 0, 9):
        deadline = present_day() + dt.timedelta(days)
        settings.write_text(text.replace("2026-01-31", deadline.isoformat()), "utf-8")
        tile = visit.page("/").partition('data-count="days"')[2].partition("</li>")[0]
        told.append(words(tile).split()[-2:])
    assert told == [["3", "天前已截止"], ["0", "天，就是今天"], ["9", "天后"]]


def test_too_much_at_once_is_told(visit: Visit) -> None:
    visit.client.application.config["MAX_CONTENT_LENGTH"] = 1000
    said = visit.send("大.xlsx", b"x" * 2000)
    assert said["sentence"].startswith("一次放的文件太大，没有收下")
    assert list((visit.folder / "inbox").iterdir()) == []


def test_what_else_there_is_to_know_of_a_unit_stands_in_its_row(
    visit: Visit, zfxxgk: Form, tmp_path: Path
) -> None:
    box = Mailbox(tmp_path / "邮件")
    first = box.put("a", "jiazi@example.org", [("年报.xlsx", workbook(zfxxgk, JIAZI, 1))])
    second = box.put("b", "jiazi@example.org", [("年报.xlsx", workbook(zfxxgk, JIAZI, 2))], day=6)
    third = box.put("c", "yichou@example.org", [("照片.jpg", b"\xff\xd8\xff\xe0 x")])
    for mail in (first, second, third):
        visit.send(mail.name, mail.read_bytes())
    page = words(visit.page("/"))
    assert "甲子镇 990101 通过 收到 2 份 张一" in page
    assert "乙丑镇 990102 未报 1 封来信要由人打开 李二" in page
    versions = words(visit.page("/unit/990101")).partition("收到的文件")[2]
    assert "2026-01-06 09:30 jiazi@example.org" in versions
    (newest,) = [path for path in (visit.folder / "inbox").iterdir() if "20260106" in path.name]
    newest.rename(tmp_path / "拿走.xlsx")
    assert "收到过的 1 个文件不在了" in words(visit.page("/"))


def test_before_the_first_reading_the_page_says_that_it_reads(
    visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    with locked(visit.folder / "records"):
        page = visit.client.get("/", headers=visit.headers).text
        assert "读取收到的报表" in words(page)
        assert "…" in page.partition('data-count="missing"')[2].partition("</li>")[0]
        data = visit.client.get("/state.json?path=x", headers=visit.headers).get_json()
        assert data["verdicts"] == []
        assert data["job"]["title"] == "读取收到的报表"
        answer = visit.client.get("/unit/990101", headers=visit.headers)
        assert answer.headers["Location"] == "/"


def test_a_log_that_cannot_be_read_is_told(visit: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    (visit.folder / "desk.log").unlink()
    assert "desk.log" in words(visit.page("/log"))


def test_a_fault_of_ours_is_told_without_its_inside(
    visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fault(*_: object, **__: object) -> object:
        raise RuntimeError("the inside")

    monkeypatch.setattr("xlreport.desk.pages.work.fitting", fault)
    answer = visit.get("/")
    assert answer.status_code == HTTPStatus.INTERNAL_SERVER_ERROR
    assert "程序出了意外" in answer.text
    assert "the inside" not in answer.text


# --- since the last summary ---


def told_since(visit: Visit, address: str) -> str:
    return words(visit.page(address).partition('id="since">')[2].partition("</p>")[0])


def test_what_came_after_the_summary_is_told(visit: Visit, zfxxgk: Form) -> None:
    visit.send("甲.xlsx", workbook(zfxxgk, JIAZI))
    assert told_since(visit, "/") == ""
    visit.job(visit.post("/act/merge"))
    number = visit.data("/state.json")["number"]
    assert told_since(visit, "/") == told_since(visit, "/office") == ""
    visit.send("乙.xlsx", workbook(zfxxgk, YICHOU))
    sentence = "上次汇总以后新收 1 个文件；汇总表还是以前的，请重新汇总。"
    assert told_since(visit, "/") == f"{sentence} 去办理"
    assert told_since(visit, "/office") == sentence
    visit.job(visit.post("/act/merge"))
    assert told_since(visit, "/") == told_since(visit, "/office") == ""
    assert visit.data("/state.json")["number"] == number + 2, "a page that is open hears of it"


# --- a campaign that cannot be read, or not yet ---


def chips(page: str) -> list[str]:
    controls = page.partition('id="controls"')[2].partition("</fieldset>")[0]
    return re.findall(r"<span>([^<]*)</span>", controls)


def test_before_the_first_reading_no_state_has_a_number(visit: Visit) -> None:
    with locked(visit.folder / "records"):
        page = visit.client.get("/", headers=visit.headers).text
    assert chips(page) == ["全部 3", "未报", "报来的不能用", "退回", "通过"]
    assert chips(visit.page("/")) == ["全部 3", "未报 3", "报来的不能用 0", "退回 0", "通过 0"]


def test_a_campaign_whose_settings_cannot_be_read_is_no_dead_end(
    visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = visit.folder / "xlreport.toml"
    text = settings.read_text("utf-8-sig")
    opened: list[Path] = []

    def remembered(path: Path) -> bool:
        opened.append(path)
        return True

    monkeypatch.setattr(office, "_opened", remembered)
    for broken in (text.replace("year = 2025", "year = = 2025"), text.replace("zfxxgk-2021", "x")):
        settings.write_text(broken, "utf-8")
        for address in ("/", "/office", "/unit/990101"):
            answer = visit.client.get(address, headers=visit.headers)
            assert answer.status_code == HTTPStatus.CONFLICT
            page = answer.text.partition('id="main"')[2]
            assert re.findall(r'role="alert">([^<]+)', page)
            links = re.findall(r'<a class="button"[^>]* href="([^"]*)">([^<]*)', page)
            assert links == [(address, "再试一次"), ("/start", "换一项")]
            assert re.findall(r'action="([^"]*)"', page) == ["/open/settings", "/open/folder"]
        assert visit.post("/open/settings").status_code == HTTPStatus.SEE_OTHER
        assert opened.pop() == settings
        assert 'id="again" href="/"' in visit.post("/send/reminders").text
    assert visit.get("/start").status_code == HTTPStatus.OK
    settings.write_text(text, "utf-8")
    assert "各单位" in words(visit.page("/"))


def test_a_campaign_that_is_gone_offers_no_file(visit: Visit) -> None:
    visit.page("/")
    away = visit.folder.rename(visit.folder.with_name("别处"))
    page = visit.client.get("/", headers=visit.headers).text
    assert "不在了" in words(page)
    assert "/open/settings" not in page
    assert ">再试一次</a>" in page
    away.rename(visit.folder)
    assert visit.get("/").status_code == HTTPStatus.OK


# --- files for people ---


def test_files_for_people_say_what_to_do_and_do_not_bury_the_others(
    visit: Visit, zfxxgk: Form
) -> None:
    for number in range(12):
        visit.send(f"照片{number:02}.jpg", b"\xff\xd8\xff" + bytes([number]))
    page = visit.page("/")
    people = page.partition('id="people"')[2].partition("</section>")[0]
    at_once, _, folded = people.partition('<details id="more-odd">')
    assert len(re.findall("<li>认不出单位的文件：", at_once)) == 10
    assert words(folded).partition("是报表的")[0].count("照片") == 2
    assert "另有 2 个文件" in words(folded)
    assert "看过不用的，移到工作文件夹以外，不要删，这里就不再列出" in people
    assert 'action="/open/inbox"' in people
    for number in range(11):
        (visit.folder / "inbox" / f"照片{number:02}.jpg").rename(visit.folder / f"{number}.jpg")
    people = visit.page("/").partition('id="people"')[2].partition("</section>")[0]
    assert "more-odd" not in people
    assert people.count("照片") == 1
    (visit.folder / "inbox" / "照片11.jpg").unlink()
    assert 'id="people"' not in visit.page("/")
