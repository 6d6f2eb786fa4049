"""Names as they come out of other programs: made clean once, compared clean."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import pytest

from xlreport import (
    Form,
    FormCatalog,
    MergeRequest,
    TemplateRequest,
    merge_folder,
    read_roster,
    write_outputs,
    write_templates,
)
from xlreport.text import clean_name

HOSTILE = Path(__file__).parent / "hostile"

NAMES = {
    "inner blank": ("甲子 镇", "甲子镇"),
    "wide blank": ("甲\u3000子\u3000镇", "甲子镇"),
    "no-break blank": ("甲子\u00a0镇", "甲子镇"),
    "line break": ("甲子\n镇", "甲子镇"),
    "line break and blanks": ("甲子 \r\n 镇", "甲子镇"),
    "vertical tab": ("甲\x0b子镇", "甲子镇"),
    "line separator": ("甲子\u2028镇", "甲子镇"),
    "zero width blank": ("甲子\u200b镇", "甲子镇"),
    "byte order mark": ("\ufeff甲子镇", "甲子镇"),
    "bidirectional marks": ("\u202d甲子镇\u202c", "甲子镇"),
    "control character": ("甲\x01子镇", "甲子镇"),
    "filler": ("甲子\u3164镇", "甲子镇"),
    "no character": ("甲子镇\uffff", "甲子镇"),
    "lone surrogate": ("甲子\udc80镇", "甲子镇"),
    "over 100 letters": ("甲" * 120 + "镇", "甲" * 100),
    "Latin words": ("ABC  Centre", "ABC Centre"),
    "Latin and Chinese": ("示例县 A 中心", "示例县 A 中心"),
    "rare character": ("\U00020bb7镇", "\U00020bb7镇"),
}


@pytest.mark.parametrize(("raw", "plain"), NAMES.values(), ids=NAMES)
def test_a_name_as_people_see_it(raw: str, plain: str) -> None:
    assert clean_name(raw) == plain
    assert clean_name(plain) == plain


def all_xml_is_well_formed(path: Path) -> bool:
    with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as archive:
        for name in archive.namelist():
            if name.endswith((".xml", ".rels", ".vml")):
                ElementTree.fromstring(archive.read(name))
    return True


def merged_own_templates(folder: Path, roster: Path, form: Form) -> list[tuple[str, list[str]]]:
    """The roster's templates, as they are, merged; the outcome and codes of each."""
    units = read_roster(roster)
    written = write_templates(TemplateRequest(form, 2025, units), folder)
    assert all(all_xml_is_well_formed(path) for path in written)
    request = MergeRequest(folder, roster=units, forms=FormCatalog((form,)))
    result = write_outputs(merge_folder(request))
    assert all(all_xml_is_well_formed(Path(path)) for path in result.outputs)
    rejecting = {"F3", "F4", "F5", "F9", "F14", "R25"}
    return [
        (file.unit.name, sorted(rejecting.intersection(f.code for f in file.findings)))
        for file in result.files
    ]


@pytest.mark.parametrize("name", ["roster-newline-in-name.csv", "roster-vertical-tab-in-name.csv"])
def test_the_town_s_own_template_is_not_rejected(tmp_path: Path, name: str, zfxxgk: Form) -> None:
    assert merged_own_templates(tmp_path / "in", HOSTILE / name, zfxxgk) == [("甲子镇", [])]


@pytest.mark.parametrize(
    ("raw", "plain"),
    [pair for what, pair in NAMES.items() if what != "lone surrogate"],
    ids=[what for what in NAMES if what != "lone surrogate"],
)
def test_whatever_is_in_the_name_on_the_roster(
    tmp_path: Path, raw: str, plain: str, other_form: Form
) -> None:
    """With the smaller form, whose workbooks take a quarter of the time."""
    roster = tmp_path / "r.csv"
    text = f'单位代码,单位名称,类别,汇总单位,汇总单位代码\r\n990101,"{raw}",乡镇,"{raw}县",9901\r\n'
    roster.write_bytes(text.encode("utf-8"))
    assert merged_own_templates(tmp_path / "in", roster, other_form) == [(plain, [])]
