"""The files of a report, and which of those that stand there nobody has worked in."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from support.reports import county
from xlreport import Form, ReportError, Unit
from xlreport.publishing.report import is_ours, report_files


def test_the_files_are_named_after_the_report(zfxxgk: Form) -> None:
    stem = "示例县2022年政府信息公开工作年度报告"
    assert list(report_files(county(zfxxgk))) == [f"{stem}.docx", f"{stem}.csv", f"{stem}.json"]


@pytest.mark.parametrize("name", ["../../镇", "a/b", "con", "县" * 300])
def test_a_name_never_leads_elsewhere(zfxxgk: Form, name: str) -> None:
    names = list(report_files(replace(county(zfxxgk), unit=Unit(name))))
    assert [Path(one).name for one in names] == names
    assert [Path(one).suffix for one in names] == [".docx", ".csv", ".json"]
    assert all(len(one.encode()) <= 200 for one in names)


def test_its_own_files_are_ours_and_no_others(any_form: Form) -> None:
    for name, data in report_files(county(any_form)).items():
        assert is_ours(name, data)
        assert not is_ours(name, data[:-40].replace("编号".encode(), "号码".encode()))
        assert not is_ours(name, b"")
        assert not is_ours(name, b'{"kind": "other"}')
        assert not is_ours(name, b"[" * 100_000)


def test_a_document_that_does_not_show_the_data_is_not_written(
    zfxxgk: Form, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("xlreport.publishing.report.tables.shown", lambda number: f"{number}0")
    with pytest.raises(ReportError, match="没有写报告，原有文件没有改动"):
        report_files(county(zfxxgk))


def test_without_the_library_of_templates_it_says_what_to_install(
    zfxxgk: Form, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "docxtpl", None)
    monkeypatch.delitem(sys.modules, "xlreport.publishing.report.template", raising=False)
    with pytest.raises(ReportError) as caught:
        report_files(county(zfxxgk), tmp_path / "模板.docx")
    assert caught.value.message == "要用自己的模板，先运行 pip install .[template]。"


def test_the_room_is_entered_without_loading_word() -> None:
    program = "import sys, xlreport.api; print([m for m in ('docx', 'docxtpl', 'jinja2', 'lxml') if m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
