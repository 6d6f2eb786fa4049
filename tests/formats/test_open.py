"""From bytes to a workbook: the size, the passwords, the sheets."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping, Sequence
from copy import deepcopy
from pathlib import Path

import pytest

from formats.packages import entry, ods, patched, rows, xlsx_parts, zipped
from formats.test_locked import old
from hostile.scene import COUNTY, book_of
from support.mails import compound
from support.merges import merge_and_write
from xlreport import Form, Unit, check_files, read_prior_year, repair_files
from xlreport.formats import open as opening
from xlreport.formats.guard import Limits, Refused
from xlreport.formats.open import open_book

FILES = Path(__file__).resolve().parents[1] / "hostile" / "files"
LOCKED = (FILES / "加密.xlsx").read_bytes()
PASSWORD = "示例密码2025"


def finding(data: bytes, *passwords: str) -> tuple[str, str, str]:
    with pytest.raises(Refused) as caught:
        open_book(data, passwords=passwords)
    found = caught.value.finding
    return found.code, found.message, found.suggestion


def test_the_size_counts_before_anything_else() -> None:
    with pytest.raises(Refused, match="文件大小为 5 字节，超过允许的 4 字节"):
        open_book(b"%PDF-", Limits(file=4))
    with pytest.raises(Refused, match="是 PDF 文件"):
        open_book(b"%PDF-", Limits(file=5))


def test_a_workbook_without_sheets_is_damage() -> None:
    parts = xlsx_parts(rows())
    empty = str(parts["xl/workbook.xml"]).split("<sheets>")[0] + "</workbook>"
    assert finding(zipped({**parts, "xl/workbook.xml": empty}))[:2] == ("R2", "工作簿里没有工作表")


def test_a_locked_workbook_without_a_password() -> None:
    assert finding(LOCKED) == (
        "R20",
        "文件加了打开密码，没有读取",
        "请给出打开密码（见用户手册第四节），或者取消打开密码后重新报送",
    )


def test_a_locked_workbook_with_wrong_passwords() -> None:
    assert finding(LOCKED, "x", "y") == (
        "R20",
        "文件加了打开密码，给出的 2 个密码都打不开",
        "请向报送单位问明密码，或者取消打开密码后重新报送",
    )


def test_passwords_are_tried_one_after_the_other() -> None:
    assert open_book(LOCKED, passwords=("x", PASSWORD, "y")).sheets


def test_a_locked_workbook_that_is_broken() -> None:
    code, message, _ = finding(LOCKED[:4000])
    assert (code, message) == ("R2", "加密文件的内容不完整或写法有误")


def test_a_locked_ods_is_not_tried() -> None:
    """msoffcrypto-tool cannot open it, so the passwords are not blamed."""
    data = ods("", more={"META-INF/manifest.xml": "<encryption-data/>"})
    assert finding(data, "x") == (
        "R20",
        "工作簿加了打开密码，这种格式（.ods）本软件不能用密码打开",
        "请取消打开密码后重新报送",
    )


def test_nobody_changes_a_book_that_was_read(
    zfxxgk: Form, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    path = folder / "甲子镇.xlsx"
    path.write_bytes(book_of(Unit("甲子镇", "990101", "乡镇")))
    book = open_book(path.read_bytes())
    before = deepcopy(book)
    with monkeypatch.context() as patched:
        patched.setattr(opening, "_read", lambda *_: book)
        assert check_files([path]).files[0].submission is not None
        repair_files([path], tmp_path / "repaired")
        result = merge_and_write(folder, out=tmp_path / "out", county=COUNTY)
    assert book == before
    summary = Path(result.outputs[0])
    book = open_book(summary.read_bytes())
    before = deepcopy(book)
    monkeypatch.setattr(opening, "_read", lambda *_: book)
    assert read_prior_year(summary, 2026).together() is not None
    assert check_files([summary]).files[0].submission is not None
    assert book == before


XLS = (FILES / "甲子镇.xls").read_bytes()


@pytest.mark.parametrize(
    ("data", "is_tried"),
    [
        (old(1, 1, 1), True),
        (compound({"Workbook": b"\x09\x08" + bytes(5000)}), False),
        (b"PK", False),
    ],
)
def test_an_xls_is_decrypted_where_its_reader_says_so(
    monkeypatch: pytest.MonkeyPatch, data: bytes, is_tried: bool
) -> None:
    tried: list[tuple[bytes, Sequence[str]]] = []

    def decrypted(locked: bytes, passwords: Sequence[str]) -> bytes:
        tried.append((locked, passwords))
        return XLS

    monkeypatch.setattr(opening, "decrypt", decrypted)
    if is_tried:
        assert "封面" in open_book(data, passwords=("密",)).sheets
        assert tried == [(data, ("密",))]
        return
    with pytest.raises(Refused):
        open_book(data, passwords=("密",))
    assert tried == []


ODD = (
    "R2",
    "文件内部用了表格程序不用的压缩方法，读不出来",
    "请在自己的电脑上打开原表，确认完好后重新另存、报送",
)
"""No standard allows anything but deflate in a workbook, and no office program opens such a one."""

SPREADSHEET: dict[str, str | bytes] = {
    "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
    "content.xml": "<x/>",
}


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
@pytest.mark.parametrize("parts", [xlsx_parts(rows()), SPREADSHEET])
def test_a_workbook_packed_with_bzip2_or_lzma_is_told(
    method: int, parts: Mapping[str, str | bytes]
) -> None:
    assert finding(zipped(parts, method)) == ODD


@pytest.mark.parametrize(
    ("parts", "name"),
    [(xlsx_parts(rows()), "xl/workbook.xml"), (SPREADSHEET, "content.xml")],
)
def test_so_is_one_with_deflate64(parts: Mapping[str, str | bytes], name: str) -> None:
    data = zipped(parts)
    assert finding(patched(data, entry(data, name) + 10, "<H", 9)) == ODD
