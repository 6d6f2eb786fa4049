"""From bytes to a workbook: the size, the passwords, the sheets."""

from __future__ import annotations

from pathlib import Path

import pytest

from formats.packages import ods, rows, xlsx_parts, zipped
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
        "工作簿加了打开密码，没有读取",
        "请给出打开密码（见用户手册第四节），或者取消打开密码后重新报送",
    )


def test_a_locked_workbook_with_wrong_passwords() -> None:
    assert finding(LOCKED, "x", "y") == (
        "R20",
        "工作簿加了打开密码，给出的 2 个密码都打不开",
        "请向报送单位问明密码，或者取消打开密码后重新报送",
    )


def test_passwords_are_tried_one_after_the_other() -> None:
    assert open_book(LOCKED, passwords=("x", PASSWORD, "y")).sheets


def test_a_locked_workbook_that_is_broken() -> None:
    code, message, _ = finding(LOCKED[:4000])
    assert (code, message) == ("R2", "加密工作簿的内容不完整或写法有误")


def test_a_locked_ods_is_not_tried() -> None:
    """msoffcrypto-tool cannot open it, so the passwords are not blamed."""
    data = ods("", more={"META-INF/manifest.xml": "<encryption-data/>"})
    assert finding(data, "x") == (
        "R20",
        "工作簿加了打开密码，这种格式（.ods）本软件不能用密码打开",
        "请取消打开密码后重新报送",
    )
