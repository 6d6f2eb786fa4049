"""A unit's page: what was found is at its cell, versions are told apart, decisions taken and undone."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from http import HTTPStatus
from pathlib import Path

import pytest

from campaign.scene import BINGYIN, JIAZI, workbook
from desk.scene import Visit, words
from hostile.scene import base
from xlreport import Entry, Form, Unit, get_form, write_workbook
from xlreport.campaign.campaign import read_campaign
from xlreport.campaign.decisions import decisions_of
from xlreport.desk.drawing import Drawing
from xlreport.findings import Finding, Severity
from xlreport.workbook.layout.workbook import layout_of

SAMPLES = Path(__file__).parents[2] / "samples" / "2025"


@pytest.fixture
def wrong(visit: Visit) -> Visit:
    """丙寅镇 has sent the sample in which two digits are exchanged."""
    visit.send("丙寅镇.xlsx", next(SAMPLES.glob("990103*")).read_bytes())
    return visit


def drawing_of(visit: Visit, code: str) -> Drawing:
    opened = visit.desk.collection
    assert opened is not None
    visit.settle()
    snapshot = opened.known
    assert snapshot is not None
    status = snapshot.unit(code)
    assert status is not None
    file = status.current[-1].result
    assert file.form is not None
    return Drawing(file, file.form)


def test_the_tables_are_drawn_as_the_form_with_every_number(wrong: Visit) -> None:
    page = wrong.page("/unit/990103")
    form = get_form("zfxxgk-2021")
    cells = re.findall(r'<td id="c-([^"]+)"', page)
    assert sorted(cells) == sorted(form.fields)
    for table in form.tables:
        assert f"<caption>{table.title}</caption>" in page
    for drawn in drawing_of(wrong, "990103").tables:
        widths = {sum(cell.columns * cell.rows for row in drawn.rows for cell in row)}
        columns = sum(cell.columns for cell in drawn.rows[0])
        assert widths == {columns * len(drawn.rows)}, "nothing overlaps, nothing is left open"


def test_a_wrong_cell_and_its_finding_lead_to_each_other(wrong: Visit) -> None:
    page = wrong.page("/unit/990103")
    marked = dict(re.findall(r'<td id="c-([^"]+)"[^>]* class="(\w+)"', page))
    assert sorted(marked.values()) == ["error", "likely"]
    for name, mark in marked.items():
        cell = page.partition(f'<td id="c-{name}"')[2].partition("</td>")[0]
        (number,) = re.findall(r'href="#f(\d+)"', cell)
        finding = page.partition(f'<li id="f{number}"')[2].partition("</li>")[0]
        assert f'href="#c-{name}"' in finding
        assert ("可能填错" in cell) == (mark == "likely")
        assert ("很可能应为 12（现为 21" in finding) == (mark == "likely")


def test_findings_that_are_told_together_lead_from_each_of_their_cells(
    visit: Visit, zfxxgk: Form
) -> None:
    report = base(zfxxgk, JIAZI)
    blank = [name for name in report.entries if name.startswith("disclosure.")][:3]
    entries = {**report.entries, **dict.fromkeys(blank, Entry.of(None))}
    visit.send("甲.xlsx", write_workbook(replace(report, entries=entries), zfxxgk))
    told = [each for each in drawing_of(visit, "990101").told if set(blank) & set(each.fields)]
    covered: set[str] = set()
    for each in told:
        covered.update(each.fields)
    assert set(blank) <= covered
    page = visit.page("/unit/990101")
    for name in blank:
        assert re.search(rf'<td id="c-{re.escape(name)}"[^>]* class="(error|likely)"', page), name


def test_every_cell_that_may_be_wrong_is_marked(wrong: Visit) -> None:
    drawing = drawing_of(wrong, "990103")
    names = list(drawing.form.fields)[:3]
    observed = [*((name, Decimal(1)) for name in names), (f"{names[0]}.proposed", Decimal(2))]
    hint = Finding("H1", Severity.NOTE, "可能", field=names[0], observed=tuple(observed))
    drawn = Drawing(drawing.file.telling([hint]), drawing.form)
    assert [told.fields for told in drawn.told] == [tuple(names)]
    cells = [cell for table in drawn.tables for row in table.rows for cell in row]
    assert {cell.name for cell in cells if cell.mark == "likely"} == set(names)
    wide = Drawing(drawing.file.telling([hint.at(code="A3")]), drawing.form)
    assert [told.fields for told in wide.told] == [(names[0],)], "of others only where they stand"


def test_last_years_figure_stands_beside(visit: Visit, zfxxgk: Form, tmp_path: Path) -> None:
    before = tmp_path / "上年"
    before.mkdir()
    last = replace(base(zfxxgk, JIAZI), year=2024)
    name = next(iter(last.entries))
    entries = {**last.entries, name: Entry.of(Decimal(4321))}
    data = write_workbook(replace(last, entries=entries, county=Unit("示例县")), zfxxgk)
    (before / "甲.xlsx").write_bytes(data)
    settings = visit.folder / "xlreport.toml"
    text = settings.read_text("utf-8-sig").replace('previous = ""', 'previous = "../上年"')
    settings.write_text(text, "utf-8")
    visit.send("甲.xlsx", workbook(zfxxgk, JIAZI))
    cell = visit.page("/unit/990101").partition(f'<td id="c-{name}"')[2].partition("</td>")[0]
    assert "<small>上年 4321</small>" in cell


def test_versions_with_what_differs(visit: Visit, zfxxgk: Form) -> None:
    visit.send("先.xlsx", workbook(zfxxgk, JIAZI, 1), modified="2026-01-05T10:00:00Z")
    visit.send("后.xlsx", workbook(zfxxgk, JIAZI, 2), modified="2026-01-06T10:00:00Z")
    page = words(visit.page("/unit/990101"))
    received = page.partition("收到的文件")[2]
    assert "与现在这份有 1 处不同" in page
    assert "1 → 2" in page or "2 → 1" in page
    assert "先.xlsx" in received
    assert "后.xlsx" in received


def test_texts_are_shown_with_their_paragraphs(visit: Visit, zfxxgk: Form) -> None:
    report = base(zfxxgk, JIAZI)
    field = zfxxgk.texts[0].field_id
    texts = {**report.texts, field: "第一段。\n<b>第二段</b>。"}
    visit.send("甲.xlsx", write_workbook(replace(report, texts=texts), zfxxgk))
    page = visit.page("/unit/990101")
    assert "<p>第一段。</p><p>&lt;b&gt;第二段&lt;/b&gt;。</p>" in page


def test_a_unit_without_a_report(visit: Visit) -> None:
    page = words(visit.page("/unit/990101"))
    assert "甲子镇 未报" in page
    assert "还没有可以看的报表。" in page
    assert "没有收到文件。" in page
    for code in ("1", "990101/x", "../x"):
        assert visit.get(f"/unit/{code}").status_code == HTTPStatus.NOT_FOUND


# --- decisions ---


def decided(visit: Visit, code: str = "990103", page: str = "", **fields: str) -> str:
    """What a decision leads to, taken on a page of the unit (the present one unless another is
    given): empty for the unit's page, or why not."""
    page = page or visit.page(f"/unit/{code}")
    answer = visit.post(f"/unit/{code}/decide", {**fields, **stood_on(page)})
    if answer.status_code == HTTPStatus.SEE_OTHER:
        assert answer.headers["Location"] == f"/unit/{code}#decisions"
        return ""
    assert answer.status_code == HTTPStatus.CONFLICT
    return words(answer.text.partition('id="trouble"')[2].partition("</p>")[0].partition(">")[2])


def stood_on(page: str) -> dict[str, str]:
    """What the form for a decision knows of the page that it stands on."""
    return dict(re.findall(r'name="(seen|standing)" value="([^"]*)"', page))


def decisions(visit: Visit) -> list[tuple[str, str, str, str]]:
    listed = decisions_of(read_campaign(visit.folder))
    return [(each.code, each.ruling.value, each.reason, each.by) for each in listed]


def test_a_finding_is_accepted_and_that_is_undone(wrong: Visit) -> None:
    page = wrong.page("/unit/990103")
    (code,) = set(re.findall(r"about=([A-Z]\d[^\"&#]*)#decide", page))
    assert "selected" in wrong.page(f"/unit/990103?about={code}")
    assert decided(wrong, about=code, ruling="accept", reason="已电话核实", by="张三") == ""
    assert decisions(wrong) == [(code, "accept", "已电话核实", "张三")]
    assert wrong.desk.jobs.listed[0].title == "县里的决定（丙寅镇）"
    page = words(wrong.page("/unit/990103"))
    assert "丙寅镇 通过" in page
    assert "认可 ：已电话核实（张三，" in page
    answer = wrong.post("/unit/990103/revoke", {"about": code})
    assert answer.headers["Location"] == "/unit/990103#decisions"
    assert decisions(wrong) == []
    assert "丙寅镇 退回" in words(wrong.page("/unit/990103"))


def test_a_whole_report_is_queried_or_left_out(wrong: Visit) -> None:
    assert decided(wrong, about="", ruling="query", reason="请核实") == ""
    assert "要求核实" in words(wrong.page("/unit/990103"))
    assert decided(wrong, about="", ruling="exclude", reason="并入邻镇") == ""
    assert "丙寅镇 县里决定不计入" in words(wrong.page("/unit/990103"))


def test_nothing_is_decided_about_a_report_that_nobody_has_seen(visit: Visit, zfxxgk: Form) -> None:
    nothing = visit.page("/unit/990101")
    visit.send("先.xlsx", workbook(zfxxgk, JIAZI, 1), modified="2026-01-05T10:00:00Z")
    first = visit.page("/unit/990101")
    visit.send("后.xlsx", workbook(zfxxgk, JIAZI, 2), modified="2026-01-06T10:00:00Z")
    query = {"about": "", "ruling": "query", "reason": "请核实"}
    assert 'id="decide"' not in nothing
    assert "还没有可用的报表，现在没有可以决定的。" in nothing
    nothing += '<input name="seen" value="">'
    for old in (nothing, first):
        told = decided(visit, "990101", old, **query)
        assert told == (
            "“甲子镇”现在计入的不是刚才看的那一份报表，没有记下；请看过现在这份再决定。"
            + ("这一页已经是现在的情况。" if old is first else "")
        )
    assert decisions(visit) == []
    assert decided(visit, "990101", first, about="", ruling="exclude", reason="并入邻镇") == ""
    assert decided(visit, "990101", **query) == "", "left out, but what would count is shown"


def test_nobodys_decision_is_replaced_unseen(wrong: Visit) -> None:
    old = wrong.page("/unit/990103")
    assert decided(wrong, about="", ruling="exclude", reason="并入邻镇") == ""
    for ruling in ("accept", "exclude"):
        told = decided(wrong, "990103", old, about="", ruling=ruling, reason="另一个人")
        assert told == (
            "对“丙寅镇”的决定刚才在别的窗口改过，没有记下；请看过现在的决定再记。这一页已经是现在的情况。"
        )
    assert [reason for _, _, reason, _ in decisions(wrong)] == ["并入邻镇"]
    assert decided(wrong, about="", ruling="accept", reason="另一个人") == ""


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"ruling": "accept", "reason": ""}, "请写明为什么这样决定"),
        ({"ruling": "accept", "reason": "长" * 201}, "理由有 201 个字，最多 200 个字。"),
        ({"ruling": "删除", "reason": "x"}, "“删除”不是决定"),
        ({"about": "Z9", "ruling": "accept", "reason": "x"}, "的报表没有 Z-9 这一条"),
    ],
)
def test_what_cannot_be_decided_is_told(wrong: Visit, fields: dict[str, str], told: str) -> None:
    assert told in decided(wrong, **fields)
    assert decisions(wrong) == []
    assert wrong.post("/unit/1/decide", fields).status_code == HTTPStatus.NOT_FOUND


def test_what_was_typed_stays_where_it_cannot_be_decided(visit: Visit, zfxxgk: Form) -> None:
    report = base(zfxxgk, JIAZI)
    blank = next(name for name in report.entries if name.startswith("disclosure."))
    visit.send(
        "甲.xlsx",
        write_workbook(replace(report, entries={**report.entries, blank: Entry.of(None)}), zfxxgk),
    )
    page = visit.page("/unit/990101")
    assert "作决定" not in page.partition('id="decisions"')[0], "no link where nobody can accept"
    (option,) = re.findall(r"<option[^>]*>([^<]*（不能认可）)</option>", page)
    (code,) = re.findall(r'<option value="([^"]+)">[^<]*（不能认可）', page)
    (seen,) = re.findall(r'name="seen" value="([^"]*)"', page)
    typed = {"about": code, "ruling": "accept", "reason": "“已”核实", "by": "张三"}
    answer = visit.post("/unit/990101/decide", {**typed, "seen": seen})
    assert answer.status_code == HTTPStatus.CONFLICT
    assert "不能认可：不是数字的、读不准的，要由单位更正。" in answer.text
    form = answer.text.partition('id="decide"')[2]
    assert f'<option value="{code}" selected>{option}</option>' in form
    assert '<input type="radio" name="ruling" value="accept" checked' in form
    assert 'value="“已”核实"' in form
    assert 'value="张三"' in form
    assert f'name="seen" value="{seen}"' in form
    assert "甲子镇 退回" in words(answer.text), "it is the unit's page"
    assert decisions(visit) == []


def test_what_can_be_decided_about_is_told_apart(visit: Visit, zfxxgk: Form) -> None:
    report = base(zfxxgk, JIAZI)
    names = [name for name in report.entries if name.startswith("disclosure.")]
    blank = dict.fromkeys((names[0], names[-1]), Entry.of(None))
    sent = replace(report, entries={**report.entries, **blank})
    visit.send("甲.xlsx", write_workbook(sent, zfxxgk))
    page = visit.page("/unit/990101").partition('id="decide"')[2]
    options = re.findall(r"<option[^>]*>([^<]*)</option>", page)
    assert len(set(options)) == len(options) >= 2
    named = re.findall(r"[A-Z]\d+", " ".join(options))
    for name in blank:
        assert layout_of(zfxxgk).place(name).cell in named


def test_a_report_that_cannot_be_used_is_not_decided_about(visit: Visit, zfxxgk: Form) -> None:
    report = replace(base(zfxxgk, BINGYIN), year=2023)
    visit.send("旧.xlsx", write_workbook(report, zfxxgk))
    page = visit.page("/unit/990103")
    assert 'id="decide"' not in page
    assert "还没有可用的报表，现在没有可以决定的。" in page


def test_taking_back_what_is_not_there_is_told_on_the_page(wrong: Visit) -> None:
    wrong.page("/unit/990103")
    answer = wrong.post("/unit/990103/revoke", {"about": "Z9"})
    assert answer.status_code == HTTPStatus.CONFLICT
    assert "“丙寅镇”没有要撤销的这个决定，也没有别的决定。" in answer.text


def test_a_report_that_cannot_count_is_shown_all_the_same(visit: Visit, zfxxgk: Form) -> None:
    """Of another year: it is rejected, but people want to see what came."""
    report = replace(base(zfxxgk, BINGYIN), year=2023)
    visit.send("旧.xlsx", write_workbook(report, zfxxgk))
    page = words(visit.page("/unit/990103"))
    assert "丙寅镇 报来的不能用" in page
    assert "2023" in page
    assert "这是 2023 年度的报表" in page.rpartition("收到的文件")[2]
