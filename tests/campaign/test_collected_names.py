"""Names of collected files: they tell unit, time and origin, and never leave the folder."""

from __future__ import annotations

import string
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlreport.atomic import safe_name
from xlreport.campaign.collect import MOST_BYTES, collected_name
from xlreport.formats.detect import Kind
from xlreport.mail.messages import Attachment
from xlreport.merging.arrivals import MARK
from xlreport.submission import Unit

SHA = "0123456789abcdef" * 4
JIAZI = Unit("甲子镇", "990101", "乡镇")
MORNING = 1767576600.0  # 2026-01-05 09:30 in China


def attachment(name: str, kind: Kind = Kind.OOXML, sha256: str = SHA) -> Attachment:
    return Attachment(name, Path("x"), sha256, 1, (), "", True, kind=kind)


def test_a_name_tells_unit_time_and_origin() -> None:
    name = collected_name(JIAZI, MORNING, "jiazi@example.org", attachment("年报.xlsx"))
    assert name == "990101_甲子镇_20260105-0930_jiazi@example.org_0123456789ab.xlsx"
    assert (
        collected_name(Unit(""), 0.0, "", attachment(""))
        == "未知单位_时间不明_发件人不明_0123456789ab.xlsx"
    )


@pytest.mark.parametrize(
    ("name", "kind", "extension"),
    [
        ("年报.XLS", Kind.BIFF, ".xls"),
        ("年报.et", Kind.BIFF, ".et"),
        ("年报", Kind.OOXML, ".xlsx"),
        ("年报.dat", Kind.ZIP, ".zip"),
        ("年报.dat", Kind.RAR, ".rar"),
        ("年报.xlsx.exe", Kind.OOXML, ".xlsx"),
        ("打包.tar.gz", Kind.FOREIGN, ".gz"),
        ("打包.rar", Kind.FOREIGN, ".rar"),
        ("x.xlsx. ", Kind.FOREIGN, ".xlsx"),
        ("密.bin", Kind.LOCKED, ".xlsx"),
        ("无", Kind.FOREIGN, ".bin"),
    ],
)
def test_the_extension_opens_the_file(name: str, kind: Kind, extension: str) -> None:
    assert collected_name(JIAZI, MORNING, "a@b.cn", attachment(name, kind)).endswith(
        f"_0123456789ab{extension}"
    )


HOSTILE = [
    "..\\..\\x.xlsx",
    "../../etc/passwd",
    "CON.xlsx",
    "a\x00b\x1b[2J.xlsx",
    "\u202excod.xlsx",
    "长" * 300,
    ".",
    " ",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_names_become_harmless(text: str) -> None:
    for name in (
        collected_name(Unit(text, text), MORNING, text, attachment(text)),
        collected_name(JIAZI, MORNING, text, attachment(text)),
    ):
        assert safe_name(name, "") == name
        assert "/" not in name
        assert len(name.encode()) <= MOST_BYTES + 5
        assert SHA[:MARK] in name


@given(
    st.text(), st.text(), st.text(), st.text(), st.text(string.hexdigits, min_size=64, max_size=64)
)
def test_any_name_is_one_component_and_keeps_its_mark(
    unit: str, code: str, sender: str, name: str, sha: str
) -> None:
    made = collected_name(Unit(unit, code), MORNING, sender, attachment(name, sha256=sha))
    assert Path(made).name == made
    assert len(made.encode()) <= MOST_BYTES + 5
    assert f"_{sha[:MARK]}." in made
    assert not {unicodedata.category(c) for c in made} & {"Cc", "Cf", "Cs", "Zl", "Zp"}
