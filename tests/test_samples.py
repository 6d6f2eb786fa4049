"""The sample county: made by the script, with exactly the faults that it is meant to have."""

from __future__ import annotations

from pathlib import Path

import make_mails
import make_published
import make_samples
from support.merges import merge_and_write
from xlreport import Form, Roster, check_files

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
