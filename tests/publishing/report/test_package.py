"""The same report gives the same bytes, and a document tells whether somebody has changed it."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Callable
from dataclasses import replace

import pytest

from support.reports import county, document_bytes, opened
from xlreport import Form
from xlreport.publishing.report.package import MOST_BYTES, is_untouched


@pytest.fixture(scope="module")
def data(zfxxgk: Form) -> bytes:
    return document_bytes(county(zfxxgk))


def test_the_same_report_gives_the_same_bytes(any_form: Form) -> None:
    assert document_bytes(county(any_form)) == document_bytes(county(any_form))


def test_nothing_in_it_tells_when_or_where_it_was_made(data: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = archive.infolist()
        assert {member.date_time for member in members} == {(1980, 1, 1, 0, 0, 0)}
        assert {member.create_system for member in members} == {3}
        assert not [member.filename for member in members if "thumbnail" in member.filename]
    properties = opened(data).core_properties
    first_day = dt.datetime(2023, 1, 1, tzinfo=dt.UTC)
    assert (properties.created, properties.modified) == (first_day, first_day)
    assert properties.author == "示例县"
    assert properties.title == "示例县2022年政府信息公开工作年度报告"
    assert properties.language == "zh-CN"
    assert properties.comments == ""


def test_a_long_name_is_cut_in_the_properties_only(zfxxgk: Form) -> None:
    report = replace(county(zfxxgk), author="县" * 300)
    document = opened(document_bytes(report))
    assert document.core_properties.author == "县" * 255
    assert "县" * 300 in [paragraph.text for paragraph in document.paragraphs]


def changed(data: bytes, change: Callable[[str, bytes], bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(buffer, "w") as new:
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
    return buffer.getvalue()


def test_a_document_as_it_was_written_is_untouched(data: bytes) -> None:
    assert is_untouched(data)
    assert is_untouched(changed(data, lambda name, content: content)), "only packed anew"


@pytest.mark.parametrize(
    "change",
    [
        lambda name, content: content.replace("总体情况".encode(), "总体状况".encode()),
        lambda name, content: content.replace(b"xlreport:", b"") if "core" in name else content,
        lambda name, content: content + b" " if "styles.xml" in name else content,
    ],
)
def test_a_document_that_somebody_changed_is_not(
    data: bytes, change: Callable[[str, bytes], bytes]
) -> None:
    assert not is_untouched(changed(data, change))


def test_a_document_that_somebody_saved_is_not(data: bytes) -> None:
    document = opened(data)
    document.add_paragraph("添一句。")
    buffer = io.BytesIO()
    document.save(buffer)
    assert not is_untouched(buffer.getvalue())


@pytest.mark.parametrize("data", [b"", b"PK", b"PK\x03\x04" + b"\0" * 60, "不是文档".encode()])
def test_what_is_no_document_is_not_ours(data: bytes) -> None:
    assert not is_untouched(data)


def test_a_zip_bomb_is_not_unpacked(monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    monkeypatch.setattr("xlreport.publishing.report.package.MOST_BYTES", 1000)
    assert not is_untouched(data)
    assert MOST_BYTES == 100_000_000
