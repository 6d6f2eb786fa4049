"""Relationships and document properties of a package."""

from __future__ import annotations

import pytest

from formats.packages import relations as part
from xlreport.formats import opc
from xlreport.formats.guard import Refused

CUSTOM = "docprops/custom.xml"
CORE = "docprops/core.xml"


def package(kind: str, target: str, content: str) -> dict[str, bytes]:
    return {"_rels/.rels": part((kind, target)).encode(), target: content.encode()}


@pytest.mark.parametrize(
    ("written", "target"),
    [
        ("Worksheets/Sheet1.xml", "xl/worksheets/sheet1.xml"),
        ("/xl/a.xml", "xl/a.xml"),
        ("../a.xml", "a.xml"),
        ("..\\a.xml", "a.xml"),
        ("./b/../c.xml", "xl/c.xml"),
    ],
)
def test_targets_are_parts_in_lower_case(written: str, target: str) -> None:
    parts = {"xl/_rels/workbook.xml.rels": part(("worksheet", written)).encode()}
    assert opc.relations(parts, "xl/workbook.xml") == [opc.Relation("r1", target, "worksheet")]
    assert opc.targets_by_id(parts, "xl/workbook.xml") == {"r1": target}


def test_outside_targets_are_left_out() -> None:
    rels = part(("externalLink", "x")).replace("Target=", 'TargetMode="External" Target=')
    assert opc.relations({"_rels/.rels": rels.encode()}, "") == []


def test_only_parts_that_exist_are_related() -> None:
    parts = {
        "_rels/.rels": part(("styles", "a"), ("styles", "b"), ("other", "b")).encode(),
        "b": b"x",
    }
    assert opc.related(parts, "", "styles") == ["b"]
    assert opc.only_related(parts, "", "styles") == b"x"
    assert opc.only_related(parts, "", "nothing") is None
    assert opc.relations({}, "xl/workbook.xml") == []


def test_there_is_one_workbook() -> None:
    one, two = ("officeDocument", "a"), ("officeDocument", "b")
    parts = {"a": b"", "b": b""}
    assert opc.workbook_part({**parts, "_rels/.rels": part(one, one).encode()}) == "a"
    with pytest.raises(Refused, match="文件里有两个工作簿部件"):
        opc.workbook_part({**parts, "_rels/.rels": part(one, two).encode()})
    with pytest.raises(Refused, match="找不到工作簿部件"):
        opc.workbook_part({"_rels/.rels": part(one).encode()})


@pytest.mark.parametrize(
    ("name", "macros"),
    [("xl/vbaproject.bin", True), ("xl/macrosheets/sheet1.xml", True), ("xl/workbook.xml", False)],
)
def test_macros(name: str, macros: bool) -> None:
    assert opc.holds_macros({name: b""}) is macros


@pytest.mark.parametrize(
    ("kind", "links"), [("externalLink", True), ("connections", True), ("worksheet", False)]
)
def test_links(kind: str, links: bool) -> None:
    assert opc.holds_links({"_rels/b.rels": part((kind, "x")).encode()}, "b") is links


def test_custom_properties() -> None:
    space = "http://schemas.openxmlformats.org/officeDocument/2006/custom-properties"
    listed = '<property name="a"> <v>1</v>2 </property>x<property><v>3</v></property>'
    content = f'<p xmlns="{space}">{listed}</p>'
    assert opc.custom_properties(package("custom-properties", CUSTOM, content)) == {"a": "12"}
    assert opc.custom_properties({}) == {}


def test_a_property_as_sheetjs_writes_it() -> None:
    """UTF-8 bytes, each written as a letter; other texts stay as they are."""
    space = "http://schemas.openxmlformats.org/officeDocument/2006/custom-properties"
    for written, read in [
        ("甲子镇".encode().decode("latin-1"), "甲子镇"),
        ("é", "é"),
        ("甲", "甲"),
    ]:
        content = f'<p xmlns="{space}"><property name="a">{written}</property></p>'
        found = opc.custom_properties(package("custom-properties", CUSTOM, content))
        assert found == {"a": read}


@pytest.mark.parametrize(
    ("written", "saved"),
    [
        ("2025-01-02T03:04:05Z", "2025-01-02T03:04:05Z"),
        (" 2025-01-02T03:04:05+08:00 ", "2025-01-02T03:04:05+08:00"),
        ("2025-01-02T03:04", "2025-01-02T03:04"),
        ("2025-01-02", ""),
        ("2025-01-02T03:04:05Zx", ""),
        ("x" * 40, ""),
    ],
)
def test_the_last_saved_time(written: str, saved: str) -> None:
    times = f"<created>2024-01-01T00:00:00Z</created><modified>{written}</modified>"
    content = f'<p xmlns="http://purl.org/dc/terms/">{times}x</p>'
    assert opc.last_saved(package("core-properties", CORE, content)) == saved


def test_no_properties_tell_no_time() -> None:
    assert opc.last_saved({}) == ""


@pytest.mark.parametrize(
    ("types", "kind"),
    [
        ('<Override PartName="/xl/B.xml" ContentType="A/Sheet"/>', "a/sheet"),
        ('<Default Extension="XML" ContentType="a/xml"/>', "a/xml"),
        ('<Default Extension="xml" ContentType="a/xml"/><Override PartName="/xl/b.xml" ContentType="b"/>', "b"),
        ('<Override PartName="/xl/c.xml" ContentType="b"/><Default Extension="bin" ContentType="c"/>', ""),
        ("", ""),
    ],
)  # fmt: skip
def test_what_a_package_is_about(types: str, kind: str) -> None:
    space = "http://schemas.openxmlformats.org/package/2006/content-types"
    parts = {
        "[content_types].xml": f'<Types xmlns="{space}">{types}</Types>'.encode(),
        "_rels/.rels": part(("officeDocument", "xl/b.xml")).encode(),
    }
    assert opc.main_type(parts) == kind
    assert opc.main_type({"_rels/.rels": parts["_rels/.rels"]}) == ""
    assert opc.main_type({"[content_types].xml": parts["[content_types].xml"]}) == ""
