"""Workbooks as real programs and real people leave them: what is read, and what is said."""

from __future__ import annotations

import io
import zipfile
from decimal import Decimal
from pathlib import Path

import pytest

from hostile.scene import book_of
from support.cells import put
from xlreport import Finding, Form, FormCatalog, Submission, Unit, check_files, get_form
from xlreport.checking.validate import check_submissions
from xlreport.formats.open import open_book
from xlreport.submission import Status
from xlreport.workbook.reader.submission import Reading, read_submission
from xlreport.workbook.repair import Repaired, repair

HERE = Path(__file__).parent
FORMS = FormCatalog()
DISCLOSURE = "二、主动公开"
LICENCES = "disclosure.licences.decisions"
FEES = "disclosure.fees.amount"
REGULATIONS = "disclosure.regulations.issued"

Told = tuple[str, str, str, str, str]


@pytest.fixture
def form() -> Form:
    return get_form("zfxxgk-2021")


def read(name: str) -> Reading:
    return read_submission((HERE / name).read_bytes(), FORMS)


def report(reading: Reading) -> Submission:
    assert reading.submission is not None
    return reading.submission


def told(reading: Reading) -> list[Told]:
    """What is said of a file and of its figures, but for the year before that none of them has."""
    findings: tuple[Finding, ...] = reading.findings
    if reading.submission is not None and reading.form is not None:
        (checked,) = check_submissions(reading.form, [reading.submission])
        findings = (*findings, *checked)
    return [
        (f.code, f.severity.value, f"{f.sheet} {f.cell}".strip(), f.message, f.suggestion)
        for f in findings
        if f.code != "V2"
    ]


def repaired(reading: Reading) -> Repaired:
    assert reading.form is not None
    return repair(reading.form, report(reading), reading.findings, FORMS)


# --- numbers as they are shown --------------------------------------------------------------

_GENERAL = "请核对应填的是哪个数；格子的格式改动过的，请改回“常规”"


@pytest.mark.parametrize(
    ("name", "cell", "message"),
    [
        ("files/money-shown-rounded.xlsx", "B17", "显示的是“0”，格子里存的是 0.4；已按 0.4 读取"),
        ("hostile/format-0-dot-0.xlsx", "B10", "显示的是“13.5”，格子里存的是 135；已按 135 读取"),
        ("hostile/format-minus-0.xlsx", "B10", "显示的是“-135”，格子里存的是 135；已按 135 读取"),
    ],
)
def test_a_number_that_is_shown_otherwise_is_told(name: str, cell: str, message: str) -> None:
    assert told(read(name)) == [
        ("R29", "warning", f"{DISCLOSURE} {cell}", message, _GENERAL),
    ]


@pytest.mark.parametrize(
    "name", ["files/money-format-backslash-yen.xlsx", "files/number-format-dbnum1.xlsx"]
)
def test_a_format_that_shows_the_same_number_is_not_told(name: str) -> None:
    reading = read(name)
    assert report(reading).entries[LICENCES].value == 135
    assert told(reading) == []


# --- characters that nobody sees ------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "characters"),
    [
        ("files/number-with-zero-width-space.xlsx", "零宽空格"),
        ("files/number-with-invisible-bidi-marks.xlsx", "书写方向标记"),
    ],
)
def test_a_number_beside_what_nobody_sees_counts(name: str, characters: str) -> None:
    reading = read(name)
    message = f"数字旁有看不见的字符（{characters}），已按 135 读取；表里的公式不会计算它"
    cure = "请清空这一格，直接输入数字"
    assert told(reading) == [("R11", "note", f"{DISCLOSURE} B10", message, cure)]
    fresh = repaired(reading)
    assert fresh.left == ()
    again = read_submission(fresh.data, FORMS)
    assert report(again).entries[LICENCES].value == 135


@pytest.mark.parametrize("text", ["\u202e531", "5\u200f31", "\u2067531\u2069,000"])
def test_a_number_shown_in_another_order_is_returned(tmp_path: Path, text: str) -> None:
    """U+202E before 531 shows 135, and nobody sees why."""
    data = put(book_of(Unit("甲子镇", "990101", "乡镇")), DISCLOSURE, "B10", "text", text)
    (tmp_path / "报表.xlsx").write_bytes(data)
    (file,) = check_files([tmp_path]).files
    (finding,) = (f for f in file.findings if f.code == "A6")
    raw = "531,000" if "," in text else "531"
    assert (file.outcome.value, finding.where, finding.message) == (
        "returned",
        f"{DISCLOSURE} B10",
        f"“{raw}”里有改变书写方向的字符，显示的可能是另一个数，不能按数字读取",
    )
    fresh = repaired(read_submission(data, FORMS))
    assert report(read_submission(fresh.data, FORMS)).entries[LICENCES].status is Status.BLANK


def test_a_space_is_blank_where_blanks_are_zero() -> None:
    reading = read("files/space-in-a-cell-with-blanks-are-zero.xlsx")
    assert report(reading).entries[REGULATIONS].status is Status.BLANK
    assert report(reading).effective(REGULATIONS).value == 0
    message, cure = "这里只有空格，已按空白读取", "请按 Delete 清空这一格"
    assert told(reading) == [("R11", "note", f"{DISCLOSURE} B6", message, cure)]
    assert len(repaired(reading).carried) == 171


def test_a_rounded_amount_counts_as_it_is_stored() -> None:
    entry = report(read("files/money-shown-rounded.xlsx")).entries[FEES]
    assert entry.value == Decimal("0.4")


# --- names against headings -----------------------------------------------------------------

NUMBERS_CHECK = "请核对这几格的数"
PENALTIES = "disclosure.penalties.decisions"
MEASURES = "disclosure.coercive_measures.decisions"
REQUESTS = "三、依申请公开"
TWO_LABELS = "B13（行政处罚·本年处理决定数量）、B14（行政强制·本年处理决定数量）"


@pytest.mark.parametrize(
    ("name", "cells"),
    [
        ("files/numbers-exchanged-by-dragging.xlsx", {PENALTIES: 20, MEASURES: 1}),
        ("files/numbers-exchanged-by-dragging-libreoffice.xlsx", {PENALTIES: 20, MEASURES: 1}),
        ("hostile/cut-and-paste-swapped-B10-B13.xlsx", {MEASURES: 1}),
    ],
)
def test_exchanged_numbers_are_read_beside_their_headings(name: str, cells: dict[str, int]) -> None:
    reading = read(name)
    sheet = open_book((HERE / name).read_bytes()).sheets[DISCLOSURE]
    seen = {LICENCES: (9, 1), PENALTIES: (12, 1), MEASURES: (13, 1), REGULATIONS: (5, 1)}
    for field, cell in seen.items():
        assert report(reading).entries[field].value == Decimal(sheet.cells[cell].text), field
    for field, value in cells.items():
        assert report(reading).entries[field].value == value
    aside = [line for line in told(reading) if "跟着拖动或剪切走了" in line[3]]
    assert [(line[0], line[2], line[4]) for line in aside] == [("R8", DISCLOSURE, NUMBERS_CHECK)]
    assert not [line for line in told(reading) if line[1] == "error"]


def test_the_cells_of_exchanged_numbers_are_named() -> None:
    assert (
        "R8",
        "note",
        DISCLOSURE,
        f"有 2 个格子的名称跟着拖动或剪切走了，已按表头读取：{TWO_LABELS}",
        NUMBERS_CHECK,
    ) in told(read("files/numbers-exchanged-by-dragging.xlsx"))


def test_a_number_dragged_onto_another_is_nobodys() -> None:
    reading = read("files/one-number-dragged-onto-another.xlsx")
    doubts = [line for line in told(reading) if line[0] == "R15"]
    message = (
        "D9（（一）予以公开·自然人）的数被拖到了"
        " D10（（二）部分公开（区分处理的，只计这一情形，不计其他情形）·自然人）上，无法判断是哪一项的数"
    )
    cure = "请在 D9 和 D10 重新填写；其他格子不用重填"
    assert doubts == [
        ("R15", "error", f"{REQUESTS} D9", message, cure),
        ("R15", "error", f"{REQUESTS} D10", message, cure),
    ]
    fresh = repaired(reading)
    assert len(fresh.carried) == 170
    assert len(fresh.left) == 2


def test_names_that_lead_nowhere_are_no_names() -> None:
    reading = read("files/all-names-are-ref-errors.xlsx")
    assert {line[0] for line in told(reading)} == {"R8"}
    lines = report(reading).provenance.identity
    assert all(lines[item] for item in ("contact", "telephone", "approver", "date"))
    again = read_submission(repaired(reading).data, FORMS)
    assert report(again).provenance.identity == lines


def test_sheets_that_apple_numbers_renamed_are_found() -> None:
    reading = read("files/numbers-export-all-sheets-renamed.xlsx")
    assert {line[0] for line in told(reading)} == {"F19", "R8", "R5"}
    assert [line[2] for line in told(reading) if line[0] == "R5"] == ["导出摘要"]
    lost = "名称丢失，位置也变了（行列被移动或工作表改了名），已按表头文字找到并读取"
    assert sorted(f.message for f in reading.findings if f.code in ("F19", "R8")) == [
        "文件里的报表标识丢失，已按表头和封面的文字认出报表和年度",
        *(f"有 {cells} 个格子的{lost}" for cells in (11, 16, 176, 3)),
    ]
    assert repaired(reading).left == (
        "有 34 处锁定的公式曾被改掉，已全部恢复（三、依申请公开 31 处，四、复议诉讼 3 处）",
        "导出摘要：多出一张有内容的工作表“导出摘要”，不会读取",
    )
    assert report(reading).unit == Unit("甲子镇", "990101", "乡镇")
    assert len(repaired(reading).carried) == 172


# --- cells that are read as text ------------------------------------------------------------


def test_a_date_on_the_cover_is_read_as_people_see_it() -> None:
    reading = read("files/cover-date-as-date-cell.xlsx")
    assert report(reading).provenance.identity["date"] == "2026-01-15"
    assert told(reading) == []


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("files/text-cell-is-a-wps-picture.xlsx", "一张图片"),
        ("files/text-cell-is-a-ref-error.xlsx", "错误值"),
    ],
)
def test_a_picture_or_an_error_value_is_no_text(name: str, content: str) -> None:
    reading = read(name)
    message = f"“一、总体情况”里是{content}，不是文字，读不出来"
    cure = "请按 Delete 清空这一格，把文字直接打进去"
    assert ("R33", "error", "文字材料 B4", message, cure) in told(reading)
    assert not [line for line in told(reading) if "DISPIMG" in line[3] or "#REF" in line[3]]
    assert all(
        "DISPIMG" not in text and "#REF" not in text for text in report(reading).texts.values()
    )
    assert any("是" + content in line for line in repaired(reading).left)


# --- what lies over the cells, and what nobody sees -----------------------------------------


@pytest.mark.parametrize(
    ("name", "kind", "words"),
    [
        (
            "files/comment-on-a-number-cell.xlsx",
            "批注",
            "含委托实施的 12 件，与上报司法局的口径不同",
        ),
        ("files/text-box-over-a-number.xlsx", "文本框", "此数有误，应为 153，以此为准"),
    ],
)
def test_what_lies_over_a_number_is_quoted(name: str, kind: str, words: str) -> None:
    reading = read(name)
    message = f"这里有{kind}“{words}”，不会读取"
    cure = f"请把要说的写在格子里或“文字材料”里，然后删去{kind}"
    assert told(reading) == [("R5", "warning", f"{DISCLOSURE} B10", message, cure)]
    assert repaired(reading).left == (f"{DISCLOSURE} B10：{message}",)


def test_a_sheet_of_the_report_that_nobody_sees_is_told() -> None:
    message = f"工作表“{DISCLOSURE}”被隐藏了，里面的内容已照常读取"
    cure = "请取消隐藏，核对后重新报送"
    reading = read("hostile/form-sheet-very-hidden.xlsx")
    assert told(reading) == [("R34", "warning", DISCLOSURE, message, cure)]


def changed_sheet(old: str, new: str) -> bytes:
    """The workbook with other XML on the sheet of 主动公开."""
    data = (HERE / "files/cover-date-as-date-cell.xlsx").read_bytes()
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(written, "w") as target:
        for name in source.namelist():
            content = source.read(name).decode("utf-8", "surrogateescape")
            if name == "xl/worksheets/sheet3.xml":
                assert old in content
                content = content.replace(old, new, 1)
            target.writestr(name, content.encode("utf-8", "surrogateescape"))
    return written.getvalue()


ROW = '<row r="10" spans="1:9" ht="21.75" customHeight="1">'
HIDDEN_COLUMN = '<cols><col min="2" max="2" hidden="1" width="9"/></cols><sheetData>'


@pytest.mark.parametrize("row", ['<row r="10" hidden="1">', '<row r="10" ht="0" customHeight="1">'])
def test_a_number_in_a_row_that_nobody_sees_is_told(row: str) -> None:
    message = "格子里的“135”看不见（所在的行或列被隐藏了），已照常读取"
    cure = "请让它显示出来，核对后重新报送"
    reading = read_submission(changed_sheet(ROW, row), FORMS)
    assert told(reading) == [("R34", "warning", f"{DISCLOSURE} B10", message, cure)]


def test_a_hidden_column_is_told_once() -> None:
    message = (
        "有 6 个格子的内容看不见（所在的行或列被隐藏了）：B7、B10、B13、B14、B17等；已照常读取"
    )
    cure = "请让它们显示出来，核对后重新报送"
    reading = read_submission(changed_sheet("<sheetData>", HIDDEN_COLUMN), FORMS)
    assert told(reading) == [("R34", "warning", f"{DISCLOSURE} B7", message, cure)]
