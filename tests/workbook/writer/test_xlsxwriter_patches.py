"""What is done to XlsxWriter behind its public names."""

from __future__ import annotations

import ast
import inspect
import io
import sys
import zipfile
from pathlib import Path

import pytest
import xlsxwriter
from xlsxwriter.core import Core
from xlsxwriter.format import Format
from xlsxwriter.packager import Packager
from xlsxwriter.sharedstrings import SharedStringTable
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from support.fills import fill
from xlreport import Form, write_workbook
from xlreport.workbook.writer import xlsxwriter_patches
from xlreport.workbook.writer.xlsxwriter_patches import (
    PRIVATE_NAMES,
    LockedWorkbook,
    PlainSheet,
)


def private_names_of_xlsxwriter() -> set[str]:
    """All private methods of the classes that are patched."""
    classes = (Core, Format, Packager, SharedStringTable, Workbook, Worksheet)
    names = {name for cls in classes for name in dir(cls)}
    return {name for name in names if name.startswith("_") and not name.startswith("__")}


def test_each_private_name_that_is_used_is_named_and_there() -> None:
    for cls, name in PRIVATE_NAMES:
        assert callable(getattr(cls, name)), f"XlsxWriter {xlsxwriter.__version__} has no {name}"
    tree = ast.parse(inspect.getsource(xlsxwriter_patches))
    used = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    used |= {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    assert used & private_names_of_xlsxwriter() == {name for _, name in PRIVATE_NAMES}


def test_no_other_module_uses_a_private_name() -> None:
    private = private_names_of_xlsxwriter()
    folder = Path(xlsxwriter_patches.__file__).parents[2]
    for path in folder.rglob("*.py"):
        text = path.read_text("utf-8")
        if "xlsxwriter" not in text or path.name == "xlsxwriter_patches.py":
            continue
        tree = ast.parse(text)
        calls = {
            node.attr
            for node in ast.walk(tree)
            if isinstance(node, ast.Attribute)
            and not (isinstance(node.value, ast.Name) and node.value.id == "self")
        }
        assert not calls & private, path


def test_windows_and_linux_write_the_same_bytes(
    zfxxgk: Form, monkeypatch: pytest.MonkeyPatch
) -> None:
    submission = fill(zfxxgk, 3)
    monkeypatch.setattr(sys, "platform", "linux")
    on_linux = write_workbook(submission, zfxxgk)
    monkeypatch.setattr(sys, "platform", "win32")
    assert zipfile.ZipInfo("a").create_system == 0, "what Windows would write of its own"
    on_windows = write_workbook(submission, zfxxgk)
    assert on_windows == on_linux
    with zipfile.ZipFile(io.BytesIO(on_windows)) as archive:
        assert {info.create_system for info in archive.infolist()} == {3}


def test_a_part_is_written_whole_however_long_it_is() -> None:
    target = io.BytesIO()
    book = LockedWorkbook(target, "")
    sheet = book.add_worksheet("表", PlainSheet)
    for row in range(3000):
        sheet.write_string(row, 0, f"第 {row} 行：一段较长的文字")
    book.close()
    with zipfile.ZipFile(io.BytesIO(target.getvalue())) as archive:
        texts = archive.read("xl/sharedStrings.xml").decode()
        assert archive.testzip() is None
    assert texts.count("<si>") == 3000
    assert texts.endswith("</sst>")


def test_the_language_is_named_in_the_document_properties() -> None:
    target = io.BytesIO()
    book = LockedWorkbook(target, "")
    book.add_worksheet("表", PlainSheet)
    book.set_properties({"title": "报表", "status": "稿"})
    book.close()
    with zipfile.ZipFile(io.BytesIO(target.getvalue())) as archive:
        xml = archive.read("docProps/core.xml").decode()
    assert xml.count("<dc:title>报表</dc:title>") == 1
    assert xml.endswith(
        "<cp:contentStatus>稿</cp:contentStatus><dc:language>zh-CN</dc:language></cp:coreProperties>"
    )


def test_pictures_are_refused_rather_than_lost() -> None:
    book = LockedWorkbook(io.BytesIO(), "")
    sheet = book.add_worksheet("表", PlainSheet)
    png = (
        "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489"
        "0000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
    )
    sheet.insert_image(0, 0, "a.png", {"image_data": io.BytesIO(bytes.fromhex(png))})
    with pytest.raises(NotImplementedError):
        book.close()
    book.fileclosed = True  # else its destructor tries again


@pytest.mark.parametrize(
    ("password", "attributes"),
    [("", 'lockStructure="1"'), ("password", 'workbookPassword="83AF" lockStructure="1"')],
)
def test_the_structure_is_locked(password: str, attributes: str) -> None:
    target = io.BytesIO()
    book = LockedWorkbook(target, password)
    book.add_worksheet("表", PlainSheet)
    book.close()
    with zipfile.ZipFile(io.BytesIO(target.getvalue())) as archive:
        xml = archive.read("xl/workbook.xml").decode()
    before, after = xml.index("<workbookPr "), xml.index("<bookViews>")
    assert f"<workbookProtection {attributes}/>" in xml[before:after]
