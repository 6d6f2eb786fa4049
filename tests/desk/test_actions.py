"""What else the office does: sums with errors, imports, data, comparing, verifying."""

from __future__ import annotations

import csv
import errno
import io
import json
import re
import shutil
import zipfile
from collections.abc import Iterator
from decimal import Decimal
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest
from docx import Document

from campaign.scene import JIAZI, YICHOU, workbook
from desk.scene import Visit, desk_with_towns, words
from hostile.scene import REQUESTS
from support import published
from support.cells import put
from support.printed_files import word
from support.records import report
from xlreport import Form
from xlreport.cli.app import main
from xlreport.desk.jobs import Job
from xlreport.submission import shown

WRONG = "注意：有错误的报表按要求计入了合计，公布前必须改正：乙丑镇"
SUMMED = "名册 3 个单位，计入汇总 {} 个，未报 1 个。"


@pytest.fixture
def visit(tmp_path: Path, zfxxgk: Form) -> Iterator[Visit]:
    """甲子镇 sent a good report, 乙丑镇 one with a wrong sum."""
    wrong = put(workbook(zfxxgk, YICHOU), REQUESTS, "D8", "number", "99")
    with desk_with_towns(tmp_path / "工作") as opened:
        opened.send("甲.xlsx", workbook(zfxxgk, JIAZI))
        opened.send("乙.xlsx", wrong)
        yield opened


def done(visit: Visit, address: str, **fields: Any) -> Job:
    job = visit.job(visit.post(address, fields))
    assert job.trouble == ""
    return job


def files(visit: Visit) -> set[str]:
    """Everything below the campaign but for the log and what is locked."""
    visit.settle()
    found = set()
    for path in visit.folder.rglob("*"):
        if path.is_file() and path.suffix not in (".log", ".lock"):
            found.add(path.relative_to(visit.folder).as_posix())
    return found


# --- reports with errors ---


def test_reports_with_errors_count_when_that_is_ticked_and_only_then(visit: Visit) -> None:
    job = done(visit, "/act/merge", with_errors="yes")
    assert job.title == "汇总（有错误的报表也计入）"
    assert job.result.lines[1] == SUMMED.format(2)
    assert WRONG in job.result.lines
    assert WRONG in words(visit.page(f"/jobs/{job.number}"))
    page = visit.page("/office")
    assert 'name="with_errors" value="yes" id="errors-merge"' in page
    assert page.count('type="checkbox"') == 3
    assert not re.search(r'type="checkbox"[^>]* checked', page)
    job = done(visit, "/act/merge")
    assert job.title == "汇总"
    assert job.result.lines[1] == SUMMED.format(1)
    assert WRONG not in job.result.lines


def test_the_command_writes_the_same(visit: Visit, capsys: pytest.CaptureFixture[str]) -> None:
    done(visit, "/act/merge", with_errors="yes")
    summary = visit.folder / "summary"
    before = {path.name: path.read_bytes() for path in summary.iterdir()}
    shutil.rmtree(summary)
    assert main(["merge", "--with-errors", str(visit.folder)]) == 1
    assert WRONG in capsys.readouterr().out
    assert {path.name: path.read_bytes() for path in summary.iterdir()} == before


def test_a_sum_with_errors_does_not_stand_in_for_another_that_waits(visit: Visit) -> None:
    """Nor the other way round: each is what was asked for."""
    answers = [
        visit.post("/act/merge", fields)
        for fields in ({}, {"with_errors": "yes"}, {}, {"with_errors": "yes"})
    ]
    counted = [visit.job(answer).result.lines[1] for answer in answers]
    assert counted == [SUMMED.format(n) for n in (1, 2, 1, 2)]


def test_the_report_says_that_reports_with_errors_count(visit: Visit) -> None:
    plain = done(visit, "/act/report").result.lines
    with_errors = done(visit, "/act/report", with_errors="yes").result.lines
    assert plain != with_errors
    assert any(line.startswith("还不是最终数：") and "乙丑镇" in line for line in with_errors)


# --- Word reports ---


def own_template(*paragraphs: str) -> io.BytesIO:
    """An office's own document with names to fill in."""
    made = Document()
    for text in paragraphs:
        made.add_paragraph(text)
    stream = io.BytesIO()
    made.save(stream)
    stream.seek(0)
    return stream


def paragraphs(path: Path) -> list[str]:
    return [paragraph.text for paragraph in Document(str(path)).paragraphs]


def test_the_report_is_written_in_the_offices_own_document(visit: Visit) -> None:
    given = {"template": (own_template("{{ 标题 }}，{{ 署名 }}"), "本县模板.docx")}
    lines = done(visit, "/act/report", author="示例县人民政府", **given).result.lines
    (path,) = (visit.folder / "summary").glob("*.docx")
    assert f"已写：{path}" in lines
    assert paragraphs(path) == ["示例县2025年政府信息公开工作年度报告，示例县人民政府"]
    assert not list(visit.folder.glob(".xlreport*"))
    given = {"template": (own_template("{{ 没有 }}"), "本县模板.docx")}
    job = visit.job(visit.post("/act/report", given))
    assert job.trouble == "模板“本县模板.docx”里没有“没有”这个名称，没有写报告。"
    assert not list(visit.folder.glob(".xlreport*"))
    done(visit, "/act/report")
    assert len(paragraphs(path)) > 1, "the next one is as official documents are"


def test_the_report_of_one_unit_is_written_from_its_page(visit: Visit) -> None:
    assert 'id="publish"' in visit.page("/unit/990101")
    assert 'id="publish"' not in visit.page("/unit/990103"), "nothing came"
    job = done(visit, "/unit/990101/report")
    assert job.result.lines[0] == "甲子镇2025年政府信息公开工作年度报告"
    (path,) = (visit.folder / "单位报告").glob("*.docx")
    assert f"已写：{path}" in job.result.lines
    assert "打开各单位的 Word 报告" in words(visit.page(f"/jobs/{job.number}"))
    for code in ("990103", "999999"):
        assert visit.post(f"/unit/{code}/report").status_code == HTTPStatus.NOT_FOUND


# --- importing ---


def document(form: Form, unit: str, year: int = 2025) -> bytes:
    """A Word document of a unit's own, without errors."""
    values = {name: shown(e.value or Decimal(0)) for name, e in report().entries.items()}
    values = published.with_totals(form, values)
    return word(published.page(published.Published(form, year, unit, values)))


def test_what_is_no_template_is_imported_from_the_inbox(visit: Visit, zfxxgk: Form) -> None:
    job = done(visit, "/act/import")
    assert job.result.lines == ("收到的文件里没有要导入的：都是县里发的模板，或者读不出是报表。",)
    assert job.result.files == ()
    visit.send("丙寅.docx", document(zfxxgk, "丙寅镇"))
    visit.send("信.txt", "您好".encode())
    inbox = {path.name: path.read_bytes() for path in (visit.folder / "inbox").iterdir()}
    job = done(visit, "/act/import")
    assert job.result.lines[0] == f"丙寅镇　{visit.folder}/inbox/丙寅.docx"
    assert "共 1 个文件：导入 1 个，没有导入 0 个。" in job.result.lines
    assert job.result.lines[-1].startswith("请对照清单和原文核对、补填")
    name = "990103_丙寅镇_2025年政府信息公开工作年度报告_导入.xlsx"
    written = sorted(path.name for path in (visit.folder / "imported").iterdir())
    assert written == [name, "导入清单.txt"]
    assert {p.name: p.read_bytes() for p in (visit.folder / "inbox").iterdir()} == inbox
    page = words(visit.page(f"/jobs/{job.number}"))
    assert "打开导入的工作簿" in page
    visit.send(name, (visit.folder / "imported" / name).read_bytes())
    assert done(visit, "/act/merge").result.lines[1] == (
        "名册 3 个单位，计入汇总 2 个，未报 0 个。"
    )


def test_a_workbook_that_somebody_completed_stays(visit: Visit, zfxxgk: Form) -> None:
    visit.send("丙寅.docx", document(zfxxgk, "丙寅镇"))
    done(visit, "/act/import")
    (path,) = (visit.folder / "imported").glob("*.xlsx")
    completed = put(path.read_bytes(), REQUESTS, "D8", "number", "3")
    path.write_bytes(completed)
    lines = done(visit, "/act/import").result.lines
    kept = path.with_name(f"{path.name}.bak")
    assert lines[0] == f"原来的“{path}”改名为“{kept.name}”留着。"
    assert kept.read_bytes() == completed


def test_one_file_is_imported_as_whose_it_is_said_to_be(visit: Visit, zfxxgk: Form) -> None:
    values = {"document": (io.BytesIO(document(zfxxgk, "我镇")), "年报.docx")}
    job = done(visit, "/import", unit="990103", year="２０２５年", **values)
    assert "共 1 个文件：导入 1 个，没有导入 0 个。" in job.result.lines
    assert (visit.folder / "导入原件" / "年报.docx").is_file()
    assert [path.name for path in (visit.folder / "imported").glob("*.xlsx")] == [
        "990103_丙寅镇_2025年政府信息公开工作年度报告_导入.xlsx"
    ]


def test_a_title_that_names_nobody_is_asked_about_in_textof_the_page(
    visit: Visit, zfxxgk: Form
) -> None:
    values = {"document": (io.BytesIO(document(zfxxgk, "我镇")), "年报.docx")}
    job = done(visit, "/import", **values)
    assert job.result.files == ("imported",), "the list that says why"
    assert job.result.lines[-1] == (
        "标题里没有年度、单位的，一个文件里有几份报告的：请在“办理”里一个一个导入，写明单位和年度。"
    )


@pytest.mark.parametrize(
    ("fields", "told"),
    [({}, "请先选择要导入的文件。"), ({"year": "去年"}, "年度要写成四位数字，例如 2025。")],
)
def test_what_is_missing_in_the_form_is_told(
    visit: Visit, fields: dict[str, str], told: str
) -> None:
    given: dict[str, Any] = dict(fields)
    if fields:
        given["document"] = (io.BytesIO(b"x"), "年报.docx")
    before = files(visit)
    answer = visit.post("/import", given)
    assert answer.status_code == HTTPStatus.CONFLICT
    assert told in words(answer.text)
    assert files(visit) == before
    given["unit"] = "999999"
    given["document"] = (io.BytesIO(b"x"), "年报.docx")
    assert visit.post("/import", given).status_code == HTTPStatus.NOT_FOUND


def test_a_file_is_imported_from_the_page_of_its_unit(visit: Visit, zfxxgk: Form) -> None:
    visit.send("丙寅.docx", document(zfxxgk, "丙寅镇"))
    page = visit.page("/unit/990103")
    content = page.partition('name="content" value="')[2].partition('"')[0]
    assert len(content) == 64
    assert "填进模板" not in visit.page("/unit/990101"), "there it is in one"
    job = done(visit, "/unit/990103/import", content=content)
    assert "共 1 个文件：导入 1 个，没有导入 0 个。" in job.result.lines
    for code, asked in (("990101", content), ("990103", "0" * 64), ("999999", content)):
        answer = visit.post(f"/unit/{code}/import", {"content": asked})
        assert answer.status_code == HTTPStatus.NOT_FOUND


# --- data ---


@pytest.mark.parametrize("to", ["csv", "json", "parquet"])
def test_data_are_written_as_the_command_writes_them(
    visit: Visit, to: str, capsys: pytest.CaptureFixture[str]
) -> None:
    job = done(visit, "/export", to=to)
    path = visit.folder / "summary" / f"数据.{to}"
    assert job.result.lines == (f"1 个单位的数据：{path}",)
    assert job.result.files == (to, "published")
    written = path.read_bytes()
    with visit.get(f"/files/{to}") as answer:
        assert answer.data == written
    path.unlink()
    main(["export", str(visit.folder), "--to", to])
    assert job.result.lines[0] in capsys.readouterr().out
    assert path.read_bytes() == written


def test_data_with_errors_say_so(visit: Visit) -> None:
    job = done(visit, "/export", to="csv", with_errors="yes")
    path = visit.folder / "summary" / "数据.csv"
    assert job.result.lines == (WRONG, f"2 个单位的数据：{path}")
    rows = list(csv.DictReader(path.read_text("utf-8-sig").splitlines()))
    assert {row["unit"] for row in rows} == {"甲子镇", "乙丑镇"}


def test_data_make_room_and_what_has_no_format_is_refused(visit: Visit) -> None:
    path = visit.folder / "summary" / "数据.json"
    path.write_text("mine")
    job = done(visit, "/export", to="json")
    assert job.result.lines[0] == f"原来的“{path}”改名为“数据.json.bak”留着。"
    assert json.loads(path.read_text("utf-8"))["xlreport"] == "export"
    assert visit.post("/export", {"to": "xml"}).status_code == HTTPStatus.NOT_FOUND


def test_a_format_that_cannot_be_written_here_is_told_without_a_command(
    visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    from xlreport.desk.pages import office

    monkeypatch.setattr("xlreport.publishing.export.tidy_frame", missing)
    job = visit.job(visit.post("/export", {"to": "parquet"}))
    assert job.trouble == "写 Parquet 要的部件这里没有装，请写成 CSV 或 JSON。"
    monkeypatch.setattr(office, "find_spec", lambda _name: None)
    assert '<option value="parquet" disabled>' in visit.page("/office")


def missing(_rows: object) -> None:
    raise ImportError


# --- checking what is not taken ---


def test_a_file_is_checked_and_not_taken(visit: Visit) -> None:
    before = files(visit)
    wrong = (visit.folder / "inbox" / "乙.xlsx").read_bytes()
    job = done(visit, "/check", checked=(io.BytesIO(wrong), "看看.xlsx"))
    assert job.result.lines[0] == "【退回】乙丑镇　看看.xlsx"
    assert any("（A-3·" in line for line in job.result.lines)
    assert job.result.lines[-1] == "共 1 个文件：通过 0 个，退回 1 个，其余 0 个。"
    assert files(visit) == before
    assert not list(visit.folder.glob(".xlreport*"))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("里面.xlsx", wrong)
    packed.seek(0)
    lines = done(visit, "/check", checked=(packed, "包.zip")).result.lines
    assert "【退回】乙丑镇　包.zip!里面.xlsx" in lines
    answer = visit.post("/check")
    assert answer.status_code == HTTPStatus.CONFLICT
    assert "请先选择要审核的文件。" in words(answer.text)


# --- comparing ---


def test_two_files_are_compared_and_not_kept(visit: Visit, zfxxgk: Form) -> None:
    before = files(visit)
    given = {
        "first": (io.BytesIO(workbook(zfxxgk, JIAZI)), "年报.xlsx"),
        "second": (io.BytesIO(workbook(zfxxgk, JIAZI, 7)), "年报.xlsx"),
    }
    job = done(visit, "/compare", **given)
    assert job.result.lines[0] == "年报.xlsx → 年报.xlsx"
    assert len(job.result.lines) == 3
    assert job.result.lines[2] == "共有 1 处不同。"
    assert words(job.result.lines[1]) in words(visit.page(f"/jobs/{job.number}"))
    assert files(visit) == before
    assert not list(visit.folder.glob(".xlreport*"))


def test_what_cannot_be_compared_is_called_by_its_name(visit: Visit, zfxxgk: Form) -> None:
    given = {
        "first": (io.BytesIO(workbook(zfxxgk, JIAZI)), "年报.xlsx"),
        "second": (io.BytesIO(b"no workbook"), "坏.xlsx"),
    }
    job = visit.job(visit.post("/compare", given))
    assert job.trouble.startswith("“坏.xlsx”不能比较：")
    assert not list(visit.folder.glob(".xlreport*"))
    answer = visit.post("/compare", {"first": (io.BytesIO(b"x"), "年报.xlsx")})
    assert answer.status_code == HTTPStatus.CONFLICT
    assert "请选择要比较的两个文件。" in words(answer.text)


def test_on_a_full_disk_nothing_is_left_and_the_file_is_called_by_its_name(
    visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    before = files(visit)
    monkeypatch.setattr("xlreport.desk.uploads.os.fsync", full)
    given = {"first": (io.BytesIO(b"x"), "甲.xlsx"), "second": (io.BytesIO(b"x"), "乙.xlsx")}
    answer = visit.post("/compare", given)
    assert answer.status_code == HTTPStatus.CONFLICT
    assert "“甲.xlsx”" in words(answer.text)
    assert "磁盘" in words(answer.text)
    monkeypatch.undo()
    assert files(visit) == before


def test_what_a_killed_desk_held_is_cleared_away(tmp_path: Path) -> None:
    with desk_with_towns(tmp_path / "工作") as visit:
        folder = visit.folder
    held = folder / ".xlreport-desk-0123456789abcdef.part"
    (held / "1").mkdir(parents=True)
    (held / "1" / "年报.xlsx").write_bytes(b"x")
    (folder / ".xlreport-desk-fedcba9876543210.part").write_bytes(b"x")
    from desk.scene import desk_in

    with desk_in(folder.parent) as again:
        assert again.desk.open(folder) == ""
        assert not list(folder.glob(".xlreport-desk-*"))


# --- verifying archives ---


def test_the_archives_of_the_campaign_are_verified(visit: Visit) -> None:
    job = done(visit, "/verify")
    assert job.result.lines == ("还没有归档包；别处的归档包，请选它的文件来核对。",)
    packed = done(visit, "/act/archive").result.lines
    (path,) = (visit.folder / "archive").glob("*.zip")
    code = packed[1].partition("归档码 ")[2].partition("，")[0]
    (visit.folder / "archive" / "别的.zip").write_bytes(b"no archive")
    lines = done(visit, "/verify").result.lines
    assert lines[0] == "“别的.zip”不是完好的压缩包，不能核对；请找另一份备份。"
    assert lines[1] == f"{path.name}："
    assert lines[2].endswith(f"归档码 {code}")
    assert lines[3].endswith("个文件都在，内容没有改动。")


def test_an_archive_of_elsewhere_is_verified_and_not_kept(visit: Visit) -> None:
    done(visit, "/act/archive")
    (path,) = (visit.folder / "archive").glob("*.zip")
    before = files(visit)
    changed = io.BytesIO()
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(changed, "w") as target:
        for name in source.namelist():
            target.writestr(name, b"x" if name == "说明.txt" else source.read(name))
    given = {"archive": (io.BytesIO(changed.getvalue()), "备份.zip")}
    lines = done(visit, "/verify", **given).result.lines
    assert lines[0] == "备份.zip："
    assert lines[2] == "“说明.txt”与清单不符，内容改过或损坏了"
    assert lines[3].endswith("个文件，有 1 处不符。")
    job = visit.job(visit.post("/verify", {"archive": (io.BytesIO(b"x"), "坏.zip")}))
    assert job.trouble == "“坏.zip”不是完好的压缩包，不能核对；请找另一份备份。"
    assert files(visit) == before
    assert not list(visit.folder.glob(".xlreport*"))


def test_the_log_names_what_was_done(visit: Visit) -> None:
    done(visit, "/act/merge", with_errors="yes")
    done(visit, "/export", to="csv")
    done(visit, "/verify")
    page = words(visit.page("/log"))
    for title in ("汇总（有错误的报表也计入） 完成", "写出数据文件（CSV） 完成", "核对归档 完成"):
        assert title in page
