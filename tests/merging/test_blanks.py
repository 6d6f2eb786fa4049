"""Blank workbooks that come back, and units of which nothing can be used: `merge` says of them what
`status` says."""

from __future__ import annotations

import hashlib
from pathlib import Path

from hostile.scene import COUNTY
from support.records import report
from xlreport import Form, MergeRequest, MergeResult, Roster, Unit, merge_folder, write_workbook
from xlreport.merging.arrivals import Arrival
from xlreport.telling.lines import merge_report
from xlreport.workbook.writer.template import blank


def outcomes(result: MergeResult) -> dict[str, str]:
    return {file.path: file.outcome.value for file in result.files}


def test_a_blank_that_came_back_is_no_report(zfxxgk: Form, tmp_path: Path) -> None:
    """As `status` says it: its unit has not reported, and is not asked to correct anything."""
    units = (Unit("甲子镇", "1", "乡镇"), Unit("乙丑镇", "2", "乡镇"), Unit("丙寅镇", "3", "乡镇"))
    filled = report(units[0])
    empty = blank(zfxxgk, 2025, units[1], COUNTY)
    for name, submission in (("甲.xlsx", filled), ("乙.xlsx", empty)):
        (tmp_path / name).write_bytes(write_workbook(submission, zfxxgk))
    (tmp_path / "丙.xlsx").write_bytes(b"no workbook")
    columns = {"3": {"邮箱": "bing@example.org"}}
    sha256 = hashlib.sha256(b"no workbook").hexdigest()
    request = MergeRequest(
        tmp_path,
        roster=Roster(units, {}, COUNTY, columns),
        arrivals={sha256: Arrival(9.0, ("bing@example.org",))},
    )
    result = merge_folder(request)
    assert outcomes(result) == {"甲.xlsx": "accepted", "乙.xlsx": "ignored", "丙.xlsx": "rejected"}
    (note,) = (f for file in result.files for f in file.findings if file.path == "乙.xlsx")
    assert (note.code, note.message, note.suggestion) == (
        "F12",
        "这是没有填过的空白表，“乙丑镇”仍算未报",
        "请催报",
    )
    assert (result.missing, result.only_unusable, result.returned) == (units[1:], units[2:], ())
    assert [(f.code, f.message) for f in result.own_findings] == [
        ("E3", "“乙丑镇”没有可以计入的报表"),
        ("E3", "“丙寅镇”报来的文件不能计入"),
    ]
    lines = list(merge_report(result))
    assert "未报：乙丑镇　→ 请催报" in lines
    assert "未报，报来的文件不能计入：丙寅镇　→ 请单位更正后重新报送" in lines
    assert "名册 3 个单位，计入汇总 1 个，未报 2 个。" in lines


def test_without_a_roster_a_blank_is_returned(zfxxgk: Form, tmp_path: Path) -> None:
    data = write_workbook(blank(zfxxgk, 2025, Unit("甲子镇", "1", "乡镇")), zfxxgk)
    (tmp_path / "甲.xlsx").write_bytes(data)
    assert outcomes(merge_folder(MergeRequest(tmp_path))) == {"甲.xlsx": "returned"}
