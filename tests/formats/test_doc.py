"""A Word 97 document as lines and grids."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import NoReturn

import pytest

from formats.shapes import places, told
from support.soffice import require_soffice
from xlreport.formats import doc
from xlreport.formats.detect import format_of
from xlreport.formats.doc import as_docx
from xlreport.formats.documents import is_document, open_document
from xlreport.formats.guard import DEFAULT_LIMITS, Limits, Refused

FILE = Path(__file__).parent / "files" / "丁卯乡.doc"
REAL = Path(__file__).resolve().parents[1] / "real" / "files"

EXPECTED = [
    "丁卯乡2021年政府信息公开工作年度报告",
    "| 项目 2×1 | 数量 1×2 |",
    "| 甲 | 乙 |",
    "| 规章\n二 | 3 |  |",
    "五、问题",
    "新增（上标2）",
    "| 外 | （格子里的表格） |",
    "| 里 | 1 |",
    "完",
]


def refusal(data: bytes, limits: Limits = DEFAULT_LIMITS) -> tuple[str, str, str]:
    with pytest.raises(Refused) as refused:
        open_document(data, limits)
    finding = refused.value.finding
    return finding.code, finding.message, finding.suggestion


def test_what_it_shows() -> None:
    document = open_document(FILE.read_bytes())
    assert told(document) == EXPECTED
    assert ("3", "第1个表格", "第3行2格") in places(document)
    assert document.kind == "Word 文档"


def test_a_document_with_a_workbook_in_it_is_a_document() -> None:
    data = (REAL / "word-with-an-excel-table.doc").read_bytes()
    assert is_document(format_of(data, DEFAULT_LIMITS))


def test_without_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "doc2docx", None)
    assert refusal(FILE.read_bytes()) == (
        "R1",
        "这是 Word 文档（.doc），本机没有安装读取它的组件",
        "请用 WPS 或 Word 打开，另存为“.docx”格式后再试；也可以安装组件（见用户手册第六节）",
    )


def test_broken_documents() -> None:
    data = bytearray(FILE.read_bytes())
    start = data.index(b"\xec\xa5")
    data[start + 32 : start + 512] = b"\xff" * 480
    found = refusal(bytes(data))
    assert found == (
        "R1",
        "这是 Word 文档（.doc），里面的内容读不出来",
        "请用 WPS 或 Word 打开，另存为“.docx”格式后再试",
    )


@pytest.mark.parametrize("error", [ValueError, KeyError, RecursionError, AttributeError])
def test_whatever_the_library_stumbles_over(
    error: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    def stumble(*_: object, **__: object) -> NoReturn:
        raise error

    monkeypatch.setattr("doc2docx.convert", stumble)
    assert refusal(FILE.read_bytes())[:2] == ("R1", "这是 Word 文档（.doc），里面的内容读不出来")


def test_a_document_with_a_password() -> None:
    """fEncrypted of the FIB ([MS-DOC] 2.5.2), with a header of RC4 that nobody made."""
    data = bytearray(FILE.read_bytes())
    start = data.index(b"\xec\xa5")
    data[start + 11] |= 1
    assert refusal(bytes(data)) == (
        "R20",
        "Word 文档加了打开密码，没有读取",
        "请用 WPS 或 Word 打开，取消打开密码后重新报送",
    )


def test_nothing_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert as_docx(FILE.read_bytes(), DEFAULT_LIMITS).startswith(b"PK")
    assert refusal(FILE.read_bytes()[:1024])[0] == "R1"
    assert list(tmp_path.iterdir()) == []


def test_limits() -> None:
    data = FILE.read_bytes()
    assert refusal(data, Limits(boxes=5))[:2] == (
        "R3",
        "表格的格子和段落的总数为 6 个，超过允许的 5 个",
    )
    assert doc.as_docx(data, Limits(file=len(data)))


@pytest.mark.oracle
def test_the_document_is_the_one_that_libreoffice_writes(tmp_path: Path) -> None:
    from formats.make_files import make

    require_soffice()
    make(tmp_path)
    assert told(open_document((tmp_path / FILE.name).read_bytes())) == EXPECTED
