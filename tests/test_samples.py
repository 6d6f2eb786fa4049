"""The sample county: made by the script, with exactly the faults that it is meant to have."""

from __future__ import annotations

from pathlib import Path

import make_mails
import make_published
import make_samples
from support.merges import merge_and_write
from xlreport import Form, Roster, Severity, check_files, read_prior_year
from xlreport.findings import grouped

SAMPLES = Path(__file__).resolve().parent.parent / "samples"


def test_the_script_makes_the_committed_workbooks(tmp_path: Path) -> None:
    made = make_samples.make(tmp_path)
    committed = sorted(p.relative_to(SAMPLES) for p in SAMPLES.glob("20*/*.xlsx"))
    assert sorted(p.relative_to(tmp_path) for p in made) == committed
    for path in made:
        assert path.read_bytes() == (SAMPLES / path.relative_to(tmp_path)).read_bytes(), path.name


def test_the_script_makes_the_committed_messages(tmp_path: Path) -> None:
    made = make_mails.make(tmp_path)
    assert {p.name for p in made} == {p.name for p in (SAMPLES / "mails").iterdir()}
    for path in made:
        assert path.read_bytes() == (SAMPLES / "mails" / path.name).read_bytes(), path.name


def test_the_script_makes_the_committed_published_reports(tmp_path: Path) -> None:
    made = make_published.make(tmp_path)
    assert {p.name for p in made} == {p.name for p in (SAMPLES / "published").iterdir()}
    for path in made:
        assert path.read_bytes() == (SAMPLES / "published" / path.name).read_bytes(), path.name


def test_the_county(roster: Roster, tmp_path: Path) -> None:
    result = merge_and_write(SAMPLES / "2025", roster=roster, out=tmp_path)
    seen = {
        f.path.split("_")[1] + ("*" if "副本" in f.path else ""): f.outcome.value
        for f in result.files
    }
    returned = {"丙寅镇", "丁卯镇", "示例县教育局"}
    assert {unit for unit, outcome in seen.items() if outcome == "returned"} == returned
    assert {unit for unit, outcome in seen.items() if outcome == "duplicate"} == {"庚午街道*"}
    assert [u.name for u in result.missing] == ["己巳乡"]
    assert len(result.accepted) == 10
    assert result.totals["requests.received.total"] == 255
    assert result.totals["disclosure.fees.amount"] == sum(
        s.entries["disclosure.fees.amount"].value or 0 for s in result.counted
    )


def test_baiyang_2021_has_exactly_the_published_figures(zfxxgk: Form) -> None:
    (file,) = check_files(SAMPLES.glob("2021/*.xlsx")).files
    assert file.outcome.value == "accepted"
    assert file.submission is not None
    assert (file.submission.unit.name, file.submission.year) == ("白杨镇", 2021)
    assert {e.value for e in file.submission.entries.values()} == {0}
    overview = file.submission.texts["text.overview"]
    assert all(number in overview for number in ("268", "125", "157", "65"))


def test_the_town_of_2021_is_compared_with_its_report_of_2020() -> None:
    """The two reports are in different formats; nobody names a form."""
    old, new = sorted(SAMPLES.glob("2020-2021/*.xlsx"))
    (before,) = check_files([old]).files
    assert (before.outcome.value, before.form_id) == ("accepted", "zfxxgk-2019")
    assert [f.code for f in before.findings if f.severity is not Severity.NOTE] == []
    (file,) = check_files([new], prior_year=read_prior_year(old, 2021)).files
    assert (file.outcome.value, file.form_id) == ("accepted", "zfxxgk-2021")
    told = [f.line() for f in grouped(file.findings) if f.code[0] in "BV"]
    assert sorted(told) == [
        "[提示] 上年的报表是另一种格式，规章、行政规范性文件、行政事业性收费等 6 项没有可比的数，"
        "有 27 项与上年比较的校验无法核对：B-2、B-4　→ 不用补报；需要时请对照上年的报表人工核对　（V-2）",
        "[提示] 四、复议诉讼 E7：“行政复议”行：上年的“尚未审结” 1，应不大于 总计（E7）0，现多 1　→ "
        "上年尚未审结的复议、诉讼，今年有结果或仍未审结，都会再统计一次。　（B-3·行政复议）",
        "[警示] 三、依申请公开 D8：D8 的 1，上年的 2，差 1　→ 上年没有办完、结转下来的申请，就是今年的上年结转；"
        "上年数字报错的，请说明。请核实；数字无误的，请在“校验”页写明原因　（B-1·自然人）",
    ]
