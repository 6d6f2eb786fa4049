"""No workbook that somebody worked in is replaced: not by a template, not by a repaired one."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

from campaign.scene import campaign_in, workbook
from hostile.scene import COUNTY
from support.cells import part, put, rewrite, sheet_parts
from support.records import JIAZI, YICHOU, form, report
from xlreport import (
    Entry,
    Form,
    MergeRequest,
    Roster,
    TemplateRequest,
    UsageError,
    check_files,
    merge_folder,
    read_prior_year,
    repair_files,
    write_templates,
    write_workbook,
)
from xlreport.api import report_of_merge, template_name
from xlreport.cli.app import main
from xlreport.errors import WouldReplace
from xlreport.submission import Figures, Provenance, Submission, Unit
from xlreport.workbook.writer.template import blank

REQUEST = TemplateRequest(form(), 2025, Roster((JIAZI,), {}, COUNTY))
BOTH = TemplateRequest(form(), 2025, Roster((JIAZI, YICHOU), {}, COUNTY))
NAME = template_name(form(), 2025, JIAZI)
OTHER = template_name(form(), 2025, YICHOU)


def tree(folder: Path) -> dict[str, bytes]:
    paths = folder.rglob("*")
    return {path.name: path.read_bytes() if path.is_file() else b"" for path in paths}


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def a_blank(unit: Unit = JIAZI) -> Submission:
    return blank(form(), 2025, unit, COUNTY)


def filled(**changes: object) -> bytes:
    return write_workbook(replace(a_blank(), **changes), form())  # type: ignore[arg-type]


ENTRIES: dict[str, tuple[dict[str, object], str]] = {
    "a number": ({"entries": {"review.litigation_direct.upheld": Entry.of(0)}}, "填了：1 个数"),
    "a text": ({"texts": {"text.overview": "本年度"}}, "填了：1 段文字"),
    "an answer": ({"answers": {"review": "是"}}, "填了：封面、选项或说明"),
    "a line of the cover": (
        {"provenance": Provenance(identity={"contact": "张三"})},
        "填了：封面、选项或说明",
    ),
    "an explanation": ({"explanations": {"C4": "年底集中收到"}}, "填了：封面、选项或说明"),
}


@pytest.mark.parametrize("kind", ENTRIES)
def test_a_template_never_replaces_what_was_filled_in(tmp_path: Path, kind: str) -> None:
    changes, what = ENTRIES[kind]
    before = filled(**changes)
    (tmp_path / NAME).write_bytes(before)
    with pytest.raises(WouldReplace) as error:
        write_templates(REQUEST, tmp_path)
    assert contents(tmp_path) == {NAME: before}, "nothing at all is written"
    assert error.value.exit_code == 2
    assert error.value.message == (
        "有 1 个同名的文件不是空白表，没有替换，也没有写出任何文件：\n"
        f"  “{tmp_path / NAME}”是“甲子镇”2025 年度的报表，{what}\n"
        "请另给一个文件夹；确实要写在这里，命令后加 --force，旧文件改名为 .bak 留着。"
    )


def with_a_typed_cover() -> bytes:
    """A blank without a unit in which a town has written its name."""
    empty = write_workbook(blank(form(), 2025), form())
    return put(empty, "封面", "C5", "text", "甲子镇")


def held(data: Callable[[], bytes]) -> Callable[[Path], None]:
    return lambda path: void(path.write_bytes(data()))


def void(_: object) -> None:
    """Nothing."""


def opened(path: Path) -> None:
    path.write_bytes(filled(prior_year=Figures({})))
    path.with_name(f"~${path.name}").write_bytes(b"")


STANDING: dict[str, tuple[Callable[[Path], None], str]] = {
    "no workbook": (held(lambda: b"notes of the clerk"), "读不出来（"),
    "another program's": (held(lambda: foreign_workbook()), "认不出是哪种报表"),
    "a typed-in total": (
        held(lambda: put(filled(), "四、复议诉讼", "E7", "number", "3")),
        "是“甲子镇”2025 年度的报表，填了：1 个数",
    ),
    "a number beside the form": (
        held(lambda: put(filled(), "四、复议诉讼", "T40", "number", "3")),
        "与空白表不同（",
    ),
    "an unlocked sheet": (held(lambda: unlocked(filled())), "与空白表不同（工作表保护被取消："),
    "open in WPS": (opened, "正在 WPS 或 Excel 里打开着"),
    "a folder": (lambda path: path.mkdir(), "这是链接、管道或设备，不是普通文件"),
}


def foreign_workbook() -> bytes:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as book:
        book.add_worksheet("Sheet1").write(0, 0, "台账")
    return target.getvalue()


def unlocked(data: bytes) -> bytes:
    name = sheet_parts(data)["文字材料"]
    xml = re.sub("<sheetProtection[^>]*/>", "", part(data, name))
    return rewrite(data, {name: xml.encode()})


@pytest.mark.parametrize("kind", STANDING)
def test_what_differs_from_a_blank_of_ours_stays(tmp_path: Path, kind: str) -> None:
    lay, what = STANDING[kind]
    lay(tmp_path / NAME)
    before = tree(tmp_path)
    with pytest.raises(WouldReplace) as error:
        write_templates(REQUEST, tmp_path)
    assert what in error.value.message
    assert tree(tmp_path) == before


def test_a_blank_in_which_only_the_unit_s_name_was_written_stays(tmp_path: Path) -> None:
    (path,) = write_templates(TemplateRequest(form(), 2025), tmp_path)
    path.write_bytes(with_a_typed_cover())
    with pytest.raises(WouldReplace, match="2025 年度的报表，填了：封面、选项或说明"):
        write_templates(TemplateRequest(form(), 2025, county=COUNTY), tmp_path)


BLANKS: dict[str, Callable[[], bytes]] = {
    "of another county": lambda: write_workbook(blank(form(), 2025, JIAZI), form()),
    "with last year's figures": lambda: filled(
        prior_year=Figures(
            {"review.litigation_direct.upheld": Decimal(3)}, {"text.overview": "上年"}
        )
    ),
    "of a repaired workbook": lambda: filled(provenance=Provenance(number=4)),
    "with a password": lambda: write_workbook(a_blank(), form(), password="abc"),
    "of an older version": lambda: filled_of(older_form(), blank(older_form(), 2025, JIAZI)),
}


def older_form() -> Form:
    """The form before a rule was added: its checks stood in other rows."""
    return replace(form(), version=0, fingerprint="0" * 64, instances=form().instances[1:])


def filled_of(definition: Form, submission: Submission) -> bytes:
    return write_workbook(submission, definition)


@pytest.mark.parametrize("kind", BLANKS)
def test_a_blank_of_ours_is_replaced(tmp_path: Path, kind: str) -> None:
    before = BLANKS[kind]()
    (tmp_path / NAME).write_bytes(before)
    write_templates(REQUEST, tmp_path)
    assert sorted(contents(tmp_path)) == [NAME]
    assert (tmp_path / NAME).read_bytes() != before


def test_an_entry_that_only_an_older_version_has_keeps_the_workbook(tmp_path: Path) -> None:
    """The name of its cell tells that something was typed there."""
    old = add_a_named_entry(filled_of(older_form(), blank(older_form(), 2025, JIAZI)))
    (tmp_path / NAME).write_bytes(old)
    with pytest.raises(WouldReplace, match="填了：封面、选项或说明"):
        write_templates(REQUEST, tmp_path)


def add_a_named_entry(data: bytes) -> bytes:
    book = part(data, "xl/workbook.xml")
    name = "<definedName name=\"text.dropped\">'填报说明'!$A$2</definedName>"
    with_name = book.replace("</definedNames>", f"{name}</definedNames>")
    return rewrite(data, {"xl/workbook.xml": with_name.encode()})


def test_the_same_templates_may_be_written_again(tmp_path: Path) -> None:
    first = write_templates(REQUEST, tmp_path)
    before = contents(tmp_path)
    assert write_templates(REQUEST, tmp_path) == first
    assert contents(tmp_path) == before


def test_every_file_that_stays_is_named(tmp_path: Path) -> None:
    for name in (NAME, OTHER):
        (tmp_path / name).write_bytes(b"x")
    with pytest.raises(WouldReplace, match="有 2 个同名的文件") as error:
        write_templates(BOTH, tmp_path)
    assert NAME in error.value.message
    assert OTHER in error.value.message


# --- by force ---------------------------------------------------------------------------------


def test_by_force_the_old_one_is_kept_and_no_older_one_is_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    command = ["template", "zfxxgk-2021", "--year", "2025"]
    assert main(command) == 0
    (name,) = contents(tmp_path)
    blank_one = contents(tmp_path)[name]
    for number in range(3):
        (tmp_path / name).write_bytes(b"work %d" % number)
        assert main(command) == 2
        capsys.readouterr()
        assert main([*command, "--force"]) == 0
        suffix = f".bak{number or ''}"
        told = capsys.readouterr().err
        assert told.startswith(f"原来的“{name}”改名为“{name}{suffix}”留着。\n")
    kept = {f"{name}.bak{number or ''}": b"work %d" % number for number in range(3)}
    assert contents(tmp_path) == {name: blank_one, **kept}


def test_by_force_blanks_leave_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / NAME).write_bytes(write_workbook(blank(form(), 2025, JIAZI), form()))
    (tmp_path / OTHER).write_bytes(b"work")
    made_room: list[tuple[str, str]] = []
    write_templates(
        BOTH, tmp_path, keep=lambda path, kept: made_room.append((path.name, kept.name))
    )
    assert made_room == [(OTHER, f"{OTHER}.bak")]
    assert sorted(contents(tmp_path)) == [NAME, OTHER, f"{OTHER}.bak"]


# --- in a campaign ----------------------------------------------------------------------------


def test_a_filled_in_report_among_a_campaign_s_templates_stays(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = campaign_in(tmp_path / "年报").settings
    command = ["template", "--campaign", str(settings.folder)]
    assert main(command) == 0
    path = settings.templates / NAME
    path.write_bytes(workbook(form(), JIAZI))
    before = contents(settings.templates)
    capsys.readouterr()
    assert main(command) == 2
    told = capsys.readouterr()
    assert (told.out, told.err.splitlines()[1].startswith(f"  “{path}”是“甲子镇”")) == ("", True)
    assert contents(settings.templates) == before


# --- repaired workbooks -----------------------------------------------------------------------


def damaged() -> bytes:
    """A report in which a total was typed over."""
    return put(write_workbook(report(), form()), "四、复议诉讼", "E7", "number", "1")


def test_a_repaired_workbook_that_was_corrected_is_not_repaired_anew(tmp_path: Path) -> None:
    source, out = tmp_path / "甲.xlsx", tmp_path / "修复"
    source.write_bytes(damaged())
    first, listed = repair_files([source], out).outputs
    again = repair_files([source], out)
    assert again.outputs == (first, listed), "the very same workbook is no loss"
    corrected = put(Path(first).read_bytes(), "四、复议诉讼", "A7", "number", "2")
    Path(first).write_bytes(corrected)
    before = contents(out)
    with pytest.raises(WouldReplace, match="是“甲子镇”2025 年度的报表，填了："):
        repair_files([source], out)
    assert contents(out) == before
    repair_files([source], out, keep=lambda *_: None)
    assert Path(f"{first}.bak").read_bytes() == corrected


def test_a_merge_that_may_not_replace_a_repaired_workbook_writes_nothing(tmp_path: Path) -> None:
    inbox, out, summary = tmp_path / "inbox", tmp_path / "修复", tmp_path / "汇总"
    inbox.mkdir()
    (inbox / "甲.xlsx").write_bytes(damaged())
    command = ["merge", str(inbox), "--repair", str(out), "--out", str(summary)]
    assert main(command) == 0
    (name,) = (path.name for path in out.glob("*.xlsx"))
    (out / name).write_bytes(b"work")
    for path in summary.iterdir():
        path.unlink()
    assert main(command) == 2
    assert list(summary.iterdir()) == []
    assert main([*command, "--force"]) == 0
    assert (out / f"{name}.bak").read_bytes() == b"work"


def test_a_file_of_the_user_s_is_no_list_of_ours(tmp_path: Path) -> None:
    source, out = tmp_path / "甲.xlsx", tmp_path / "修复"
    source.write_bytes(damaged())
    out.mkdir()
    (out / "修复清单.txt").write_text("我的清单", "utf-8")
    with pytest.raises(UsageError, match=r"修复清单\.txt"):
        repair_files([source], out)
    assert sorted(contents(out)) == ["修复清单.txt"]


# --- the county's summary ---------------------------------------------------------------------


def merged_twice(tmp_path: Path, changed: Callable[[Path], None]) -> tuple[list[str], Path]:
    """The command of a merge, and the summary that stood there when it was changed."""
    inbox, out = tmp_path / "inbox", tmp_path / "汇总"
    inbox.mkdir()
    (inbox / "甲.xlsx").write_bytes(write_workbook(report(), form()))
    command = ["merge", str(inbox), "--out", str(out)]
    assert main(command) == 0
    (path,) = out.glob("*.xlsx")
    changed(path)
    return command, path


def cell(sheet: str, at: str, kind: str, text: str) -> Callable[[Path], None]:
    return lambda path: void(path.write_bytes(put(path.read_bytes(), sheet, at, kind, text)))


def saved_by_another_program(path: Path) -> None:
    book = openpyxl.load_workbook(path)
    book["报送情况"]["K4"] = "已电话核实"
    book.save(path)


def linked(path: Path) -> None:
    path.rename(path.with_name("我的"))
    path.symlink_to("我的")


NO_SUMMARIES: dict[str, tuple[Callable[[Path], None], str]] = {
    "notes": (held(lambda: b"notes of the clerk"), "不是汇总表（"),
    "a town's report": (
        held(lambda: write_workbook(report(), form())),
        "是“甲子镇”2025 年度的报表，没有替换",
    ),
    "open in WPS": (
        lambda path: void(path.with_name(f"~${path.name}").write_bytes(b"")),
        "正在 WPS 或 Excel 里打开着",
    ),
    "a link": (
        linked,
        "不是汇总表（这是链接、管道或设备，不是普通文件）",
    ),
}


@pytest.mark.parametrize("kind", NO_SUMMARIES)
def test_a_summary_replaces_no_file_that_is_no_summary_of_ours(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], kind: str
) -> None:
    changed, what = NO_SUMMARIES[kind]
    command, path = merged_twice(tmp_path, changed)
    before = tree(path.parent)
    capsys.readouterr()
    assert main(command) == 2
    told = capsys.readouterr().err
    assert told.startswith(f"“{path}”{what}")
    assert told.endswith(
        "请另给一个文件夹；确实要写在这里，命令后加 --force，旧文件改名为 .bak 留着。\n"
    )
    assert tree(path.parent) == before
    assert main([*command, "--force"]) == 0
    assert path.with_name(f"{path.name}.bak").read_bytes() == before[path.name]


@pytest.mark.parametrize(
    "changed",
    [
        cell("二、主动公开", "B6", "number", "77"),
        cell("二、主动公开", "T40", "text", "核对过"),
        saved_by_another_program,
    ],
    ids=["a total", "a note beside", "saved"],
)
def test_a_summary_that_somebody_changed_is_kept_beside_the_new_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], changed: Callable[[Path], None]
) -> None:
    command, path = merged_twice(tmp_path, changed)
    before = path.read_bytes()
    capsys.readouterr()
    assert main(command) == 0
    kept = path.with_name(f"{path.name}.bak")
    assert kept.read_bytes() == before
    assert f"原来的汇总表有人改过或保存过，改名为“{kept.name}”留着" in capsys.readouterr().out
    assert main(command) == 0
    workbooks = [name for name in contents(path.parent) if name.startswith(path.name)]
    assert sorted(workbooks) == [path.name, kept.name], "the new one is as written"


def test_a_summary_with_errors_of_its_towns_is_as_written_too(tmp_path: Path) -> None:
    command, path = merged_twice(tmp_path, lambda path: None)
    (tmp_path / "inbox" / "乙.xlsx").write_bytes(write_workbook(report(YICHOU, entries={}), form()))
    for _ in range(2):
        assert main([*command, "--with-errors"]) == 1
    assert [name for name in contents(path.parent) if name.startswith(path.name)] == [path.name]


def test_what_the_county_typed_stays_whatever_the_reports_may_hold(tmp_path: Path) -> None:
    typed = cell("文字材料", "B5", "text", "县里写的")
    command, path = merged_twice(tmp_path, typed)
    few = [*command, "--limit", "cells=4000"]
    for _ in range(2):
        assert main(few) == 0
        (reading,) = check_files([path]).files
        assert reading.report.texts["text.overview"] == "县里写的"


UNREADABLE = (
    "读不出来（部件“xl/styles.xml”损坏（校验码不符或不完整）），里面填的带不到新表；"
    "没有替换，也没有写出汇总表。\n请用 WPS 或 Excel 打开这份表，另存为“.xlsx”格式后再汇总；"
)


def damaged_summary(path: Path) -> None:
    data = path.read_bytes()
    name = data.index(b"xl/styles.xml") + len("xl/styles.xml")
    path.write_bytes(data[: name + 20] + bytes(20) + data[name + 40 :])


def test_a_summary_that_nobody_can_read_stays_and_the_reason_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command, path = merged_twice(tmp_path, damaged_summary)
    before = tree(path.parent)
    capsys.readouterr()
    assert main(command) == 2
    assert capsys.readouterr().err.startswith(f"“{path}”{UNREADABLE}")
    assert tree(path.parent) == before


def test_what_is_lost_when_it_has_to_make_room_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command, path = merged_twice(tmp_path, damaged_summary)
    damaged_ = path.read_bytes()
    capsys.readouterr()
    assert main([*command, "--force"]) == 0
    out = capsys.readouterr().out
    told = "原来的汇总表读不出来（部件“xl/styles.xml”损坏（校验码不符或不完整）），县里填在里面的没有带到新表"
    assert told in out
    assert path.with_name(f"{path.name}.bak").read_bytes() == damaged_


def test_no_report_is_written_without_what_the_county_typed(tmp_path: Path) -> None:
    _, path = merged_twice(tmp_path, damaged_summary)
    result = merge_folder(MergeRequest(tmp_path / "inbox"))
    with pytest.raises(UsageError, match="县里填在里面的写不进报告，没有写报告"):
        report_of_merge(result, path.parent)


def test_a_summary_set_aside_is_no_second_report_of_last_year(tmp_path: Path) -> None:
    _, path = merged_twice(tmp_path, cell("文字材料", "B3", "text", "县里写的"))
    path.with_name(f"{path.name}.bak1").write_bytes(b"no workbook")
    assert read_prior_year(path.parent, 2026).unused == ()
    path.rename(path.with_name("改名.xlsx"))
    assert len(read_prior_year(path.parent, 2026).unused) == 1
