"""The county decides about a report: told in every output, bound to one version, revocable."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from campaign.scene import JIAZI, YICHOU, campaign_in, workbook
from xlreport import Submission
from xlreport.campaign.campaign import Campaign, ledger_of, merged_inbox
from xlreport.campaign.decisions import Asked, decide, decisions_of
from xlreport.campaign.ledger import NAME
from xlreport.cli.app import main
from xlreport.errors import UsageError
from xlreport.findings import Severity
from xlreport.merging.outcome import FileRecord, Outcome
from xlreport.merging.result import MergeResult
from xlreport.publishing.overview import open_points
from xlreport.submission import Entry
from xlreport.telling.lines import merge_outcome
from xlreport.workbook.writer.template import write_workbook

GRANTED = "requests.granted.natural_person"
IN_FORCE = "disclosure.normative_documents.in_force"


@pytest.fixture
def campaign(tmp_path: Path) -> Campaign:
    made = campaign_in(tmp_path / "campaign")
    with ledger_of(made.settings):
        pass
    return made


def report(campaign: Campaign, **numbers: int | None) -> Submission:
    """A sound report of 甲子镇, but for the granted and the documents in force that are given."""
    entries = {field.id: Entry.of(0) for field in campaign.form.typed}
    for key, name in (("granted", GRANTED), ("in_force", IN_FORCE)):
        if key in numbers:
            entries[name] = Entry.of(numbers[key])
    texts = {text.field_id: "本年度没有收到申请。" * 3 for text in campaign.form.texts}
    return Submission(campaign.form.id, 2025, JIAZI, entries, texts, county=campaign.county)


def put(campaign: Campaign, submission: Submission) -> None:
    folder = campaign.settings.inbox
    folder.mkdir(exist_ok=True)
    (folder / "甲子镇.xlsx").write_bytes(write_workbook(submission, campaign.form))


def merged(campaign: Campaign) -> MergeResult:
    with ledger_of(campaign.settings) as ledger:
        return merged_inbox(campaign, ledger)


def the_file(campaign: Campaign) -> FileRecord:
    (file,) = merged(campaign).files
    return file


def codes(file: FileRecord) -> dict[str, str]:
    return {finding.code: finding.severity.value for finding in file.findings}


def wrong(campaign: Campaign) -> Submission:
    return report(campaign, granted=7)


def test_an_error_that_the_county_accepts_counts_and_is_told(campaign: Campaign) -> None:
    put(campaign, wrong(campaign))
    before = the_file(campaign)
    assert before.outcome is Outcome.RETURNED
    assert codes(before)["A3.natural_person"] == "error"
    told = decide(campaign, Asked(JIAZI, "A-3", "accept", "上年数报错", "王五"))
    assert told.startswith("已记下：甲子镇　A-3　认可：上年数报错（王五，")
    after = the_file(campaign)
    assert after.outcome is Outcome.ACCEPTED
    accepted = next(f for f in after.findings if f.code == "A3.natural_person")
    assert accepted.severity.value == "warning"
    assert accepted.explanation.startswith("县里认可：上年数报错（王五，")
    note = next(f for f in after.findings if f.code == "E6")
    assert note.message.startswith("县里认可A-3：上年数报错（王五，")
    counted = merged(campaign)
    assert counted.totals[GRANTED] == wrong(campaign).entries[GRANTED].value


def test_a_whole_report_is_accepted_with_all_its_errors(campaign: Campaign) -> None:
    put(campaign, wrong(campaign))
    decide(campaign, Asked(JIAZI, "", "认可", "按原报数公布", "王五"))
    assert the_file(campaign).outcome is Outcome.ACCEPTED


def test_an_accepted_error_is_told_of_the_totals(campaign: Campaign) -> None:
    put(campaign, wrong(campaign))
    others = campaign.settings.inbox
    good = workbook(campaign.form, YICHOU)
    (others / "乙丑镇.xlsx").write_bytes(good)
    before = merged(campaign)
    assert [f for f in before.own_findings if f.code == "E10"] == []
    decide(campaign, Asked(JIAZI, "A3", "accept", "上年数报错", "王五"))
    after = merged(campaign)
    (broken,) = [f for f in after.own_findings if f.code == "E10"]
    assert broken.severity is Severity.WARNING
    assert (broken.sheet, broken.cell) == ("三、依申请公开", "D7")
    assert broken.message == (
        "全县的合计不成立（A-3）：D7 的 40 ＋ D8 的 2 ＝ 42，D30 的 48 ＋ D31 的 1 ＝ 49，差 7"
    )
    assert (
        broken.suggestion
        == "计入了没有更正的报表：甲子镇。公布前请更正；照样公布的，请在文字材料里写明"
    )
    point = "全县的合计有校验不成立，公布前请更正，照样公布的在文字材料里写明：三、依申请公开 D7"
    assert point in open_points(after)
    assert broken.line() in list(merge_outcome(after))


def test_many_broken_totals_do_not_flood(campaign: Campaign) -> None:
    entries = dict(report(campaign).entries)
    for name in entries:
        if name.startswith("requests.granted."):
            entries[name] = Entry.of(7)
    put(campaign, replace(report(campaign), entries=entries))
    decide(campaign, Asked(JIAZI, "A3", "accept", "上年数报错", "王五"))
    result = merged(campaign)
    broken = [f for f in result.own_findings if f.code == "E10"]
    assert len(broken) == 6
    lines = [line for line in merge_outcome(result) if "全县的合计" in line]
    assert lines == [
        *(finding.line() for finding in broken[:3]),
        "全县的合计另有 3 处不成立，写在汇总表的“校验结果”页。",
    ]
    (point,) = [point for point in open_points(result) if "全县的合计" in point]
    assert point.endswith("G7、三、依申请公开 H7等 6 处")


def test_a_blank_that_counts_all_the_same_is_told_of_the_totals(campaign: Campaign) -> None:
    """The report with a blank keeps every rule as far as anybody knows; the totals do not."""
    sound = report(campaign, granted=7)
    entries = {**sound.entries, "requests.received.natural_person": Entry.of(None)}
    put(campaign, replace(sound, entries=entries))
    with ledger_of(campaign.settings) as ledger:
        result = merged_inbox(campaign, ledger, with_errors=True)
    (broken,) = [f for f in result.own_findings if f.code == "E10"]
    assert "计入了没有更正的报表：甲子镇。" in broken.suggestion


def test_what_is_no_number_can_be_accepted_by_nobody(campaign: Campaign) -> None:
    put(campaign, report(campaign, granted=None))
    for code in ("A6", ""):
        with pytest.raises(UsageError, match="A-6不能认可：不是数字的、读不准的，要由单位更正"):
            decide(campaign, Asked(JIAZI, code, "accept", "不用填", "王五"))
    assert the_file(campaign).outcome is Outcome.RETURNED


def test_a_decision_lapses_with_the_version_it_is_about(campaign: Campaign) -> None:
    put(campaign, wrong(campaign))
    decide(campaign, Asked(JIAZI, "A3", "accept", "上年数报错", "王五"))
    put(campaign, report(campaign, granted=8))
    file = the_file(campaign)
    assert file.outcome is Outcome.RETURNED
    assert codes(file)["A3.natural_person"] == "error"
    lapsed = next(f for f in file.findings if f.code == "E6")
    assert lapsed.message.startswith(
        "报表的内容变了，以前的决定不再适用（认可A-3：上年数报错（王五，"
    )


def test_what_is_queried_goes_back_until_other_contents_come(campaign: Campaign) -> None:
    put(campaign, report(campaign))
    assert the_file(campaign).outcome is Outcome.ACCEPTED
    decide(campaign, Asked(JIAZI, "", "query", "与上月说的不同", "王五"))
    file = the_file(campaign)
    assert file.outcome is Outcome.RETURNED
    asked = next(f for f in file.findings if f.code == "E8")
    assert asked.message == "县里要求核实整份报表：与上月说的不同"
    put(campaign, report(campaign, in_force=9))
    assert the_file(campaign).outcome is Outcome.ACCEPTED


def test_a_query_about_a_finding_stands_at_its_cell(campaign: Campaign) -> None:
    put(campaign, wrong(campaign))
    decide(campaign, Asked(JIAZI, "A3.natural_person", "query", "请对照台账", "王五"))
    file = the_file(campaign)
    asked = next(f for f in file.findings if f.code == "E8")
    about = next(f for f in file.findings if f.code == "A3.natural_person")
    assert (asked.sheet, asked.cell) == (about.sheet, about.cell)


@pytest.mark.parametrize("with_errors", [False, True])
def test_what_is_left_out_is_never_summed(campaign: Campaign, *, with_errors: bool) -> None:
    put(campaign, report(campaign))
    decide(campaign, Asked(JIAZI, "", "exclude", "已并入乙丑镇", "王五"))
    with ledger_of(campaign.settings) as ledger:
        decisions = ledger.decisions()
    policy = replace(campaign.request.policy, with_errors=with_errors)
    request = replace(campaign.request, policy=policy, decisions=decisions)
    from xlreport import merge_folder

    result = merge_folder(request)
    (file,) = result.files
    assert file.outcome is Outcome.RETURNED
    (left_out,) = [finding for finding in file.findings if finding.code == "E7"]
    assert left_out.message.startswith("县里决定不计入：已并入乙丑镇（王五，")
    assert left_out.suggestion == "要计入的，请县里撤销这个决定"
    assert result.counted_files == ()
    assert JIAZI not in result.missing
    assert result.exit_code == 1


def test_a_decision_is_revoked_and_replaced(campaign: Campaign) -> None:
    put(campaign, wrong(campaign))
    decide(campaign, Asked(JIAZI, "A3", "accept", "一", "王五"))
    decide(campaign, Asked(JIAZI, "A3", "accept", "二", "王五"))
    assert [d.reason for d in decisions_of(campaign)] == ["二"]
    assert decide(campaign, Asked(JIAZI, "A-3", "revoke")) == "已撤销：甲子镇　A-3　认可"
    assert decisions_of(campaign) == ()
    assert the_file(campaign).outcome is Outcome.RETURNED
    with pytest.raises(UsageError, match="没有要撤销的这个决定，也没有别的决定"):
        decide(campaign, Asked(JIAZI, "A-3", "revoke"))
    history = sqlite3.connect(campaign.settings.records / NAME)
    rows = history.execute("SELECT reason, revoked > 0 FROM decision ORDER BY id").fetchall()
    history.close()
    assert rows == [("一", 1), ("二", 1)]


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        (Asked(JIAZI, "A3", "accept", "", "王五"), "命令后加 --reason 和理由"),
        (Asked(JIAZI, "A3", "approve", "好", "王五"), "不是决定"),
        (Asked(JIAZI, "B-1", "accept", "好", "王五"), "没有 B-1 这一条；它有："),
        (Asked(JIAZI, "A3", "accept", "好" * 201, "王五"), "最多 200 个字"),
    ],
)
def test_what_cannot_be_decided_is_said(campaign: Campaign, asked: Asked, why: str) -> None:
    put(campaign, wrong(campaign))
    with pytest.raises(UsageError, match=why):
        decide(campaign, asked)
    assert decisions_of(campaign) == ()


def test_there_is_nothing_to_decide_without_a_report(campaign: Campaign) -> None:
    with pytest.raises(UsageError, match="还没有可用的报表"):
        decide(campaign, Asked(JIAZI, "A3", "accept", "好", "王五"))


def test_a_ledger_of_an_earlier_version_gets_the_table(campaign: Campaign) -> None:
    path = campaign.settings.records / NAME
    old = sqlite3.connect(path)
    old.execute("DROP TABLE decision")
    old.commit()
    old.close()
    put(campaign, wrong(campaign))
    decide(campaign, Asked(JIAZI, "", "exclude", "并入邻镇", "王五"))
    assert [d.ruling.label for d in decisions_of(campaign)] == ["不计入"]


def test_the_command_records_lists_and_revokes(
    campaign: Campaign, capsys: pytest.CaptureFixture[str]
) -> None:
    put(campaign, wrong(campaign))
    here = ["--campaign", str(campaign.settings.folder)]
    by = ["--by", "王五"]
    assert (
        main(["decide", "甲子镇", "A-3·自然人", "accept", "--reason", "台账无误", *by, *here]) == 0
    )
    assert "已记下：甲子镇　A-3　认可：台账无误（王五，" in capsys.readouterr().out
    assert main(["decide", *here]) == 0
    assert "甲子镇　A-3　认可：台账无误（王五，" in capsys.readouterr().out
    assert main(["merge", *here]) == 1  # two other units are missing
    shown = capsys.readouterr().out
    assert "县里认可A-3·自然人：台账无误（王五，" in shown
    assert "【通过】甲子镇" in shown
    assert main(["decide", "甲子镇", "A-3", "revoke", *here]) == 0
    assert main(["decide", "甲子镇", *here]) == 2
    assert main(["decide", "没有的镇", "accept", "--reason", "好", *here]) == 2


def test_what_is_left_out_has_one_name_everywhere(
    campaign: Campaign, capsys: pytest.CaptureFixture[str]
) -> None:
    put(campaign, report(campaign))
    decide(campaign, Asked(JIAZI, "", "exclude", "已并入乙丑镇", "王五"))
    here = ["--campaign", str(campaign.settings.folder)]
    assert main(["merge", *here]) == 1
    merged_lines = capsys.readouterr().out
    assert "【县里决定不计入】甲子镇" in merged_lines
    assert "收到 1 个文件：县里决定不计入 1 个。" in merged_lines
    assert "退回" not in merged_lines
    main(["status", *here])
    told = capsys.readouterr().out
    assert "【县里决定不计入】990101 甲子镇" in told
    assert "要先由县里处理" not in told
    assert "要更正" not in told
