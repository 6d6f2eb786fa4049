"""The status page as a file: what it says, that nothing in it comes from outside, how large it is."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from real.test_hostile_text import HOSTILE
from support.counties import (
    county,
    grown,
    last_year,
    merged_anew,
    overview,
    samples,
    unchanged,
    wrong,
)
from support.pages import DATA, SUMMARY, page, parsed, rows, section, units, words
from xlreport import Entry, FileRecord, Outcome, Submission, Unit
from xlreport.atomic import safe_name
from xlreport.findings import Finding, Severity
from xlreport.form.model import ChartKind
from xlreport.merging.marks import PAGE, is_own
from xlreport.publishing.overview import (
    Bars,
    ChartData,
    Figure,
    Folded,
    Overview,
    UnitRow,
    UnitState,
)
from xlreport.publishing.page.render import status_page

STRUCTURE = Path(__file__).with_name("structure.txt")


def structure(data: bytes) -> str:
    """Every element of the page with what tells it, indented, and the text that stands in it; of
    findings only that they are there: their words are tested where they are made."""
    lines = []

    def add(element: ET.Element, depth: int) -> None:
        names = ("id", "class", "role", "scope", "href", "data-count", "data-state", "aria-sort")
        told = "".join(f" {n}={element.attrib[n]}" for n in names if n in element.attrib)
        text = " ".join((element.text or "").split()) if element.tag != "style" else ""
        lines.append(f"{'  ' * depth}{element.tag}{told}{f': {text}' if text else ''}")
        children = [] if element.attrib.get("class") == "findings" else list(element)
        for child in children:
            add(child, depth + 1)

    add(parsed(data), 0)
    return "\n".join(lines) + "\n"


def test_the_page_of_the_samples_has_this_structure(pytestconfig: pytest.Config) -> None:
    seen = structure(page(samples()))
    if pytestconfig.getoption("--update-golden"):
        STRUCTURE.write_text(seen, "utf-8", newline="\n")
    assert seen == STRUCTURE.read_text("utf-8")


def test_the_same_merge_gives_the_same_bytes() -> None:
    assert page(samples()) == page(samples())
    assert page(merged_anew(3)) == page(merged_anew(3))


def test_it_begins_with_the_mark_of_the_page() -> None:
    data = page(county(1))
    assert data.startswith(PAGE.encode())
    assert is_own(data)
    assert data.decode().count("<!DOCTYPE") == 1


# --- nothing comes from outside ---


def policy_of(data: bytes) -> dict[str, list[str]]:
    (meta,) = parsed(data).findall(".//meta[@http-equiv='Content-Security-Policy']")
    directives = [part.split() for part in meta.attrib["content"].split(";")]
    return {name: sources for name, *sources in directives}


def digest(text: str) -> str:
    hashed = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(hashed).decode()}'"


def test_only_its_own_style_and_script_may_run() -> None:
    data = page(samples())
    (style,) = re.findall(r"<style>(.*?)</style>", data.decode(), re.DOTALL)
    (script,) = re.findall(r"<script>(.*?)</script>", data.decode(), re.DOTALL)
    assert policy_of(data) == {
        "default-src": ["'none'"],
        "style-src": [digest(style)],
        "script-src": [digest(script)],
        "base-uri": ["'none'"],
        "form-action": ["'none'"],
    }


def test_it_names_no_address_but_its_own_places_and_the_files_beside_it() -> None:
    data = page(samples())
    root = parsed(data)
    ids = {element.attrib["id"] for element in root.iter() if "id" in element.attrib}
    for element in root.iter():
        assert "src" not in element.attrib
        assert "style" not in element.attrib
        assert not [name for name in element.attrib if name.startswith("on")]
        address = element.attrib.get("href")
        if address is None or address.startswith("./"):
            continue
        assert address.removeprefix("#") in ids
    assert b"http:" not in data
    assert b"https:" not in data
    style = data.decode().partition("<style>")[2].partition("</style>")[0]
    assert "url(" not in style
    assert "@import" not in style


def test_ids_are_told_once_and_labels_lead_somewhere() -> None:
    root = parsed(page(grown(last_year(county(3)), 70)))
    ids = [element.attrib["id"] for element in root.iter() if "id" in element.attrib]
    assert len(ids) == len(set(ids))
    for element in root.iter():
        for name in element.attrib.get("aria-labelledby", "").split():
            assert name in ids


def test_links_lead_to_the_files_beside_it() -> None:
    data = status_page(overview(county(1)), "a:b 100%#?.xlsx", DATA)
    addresses = [a.attrib["href"] for a in parsed(data).iter("a")]
    beside = [address for address in addresses if address.startswith("./")]
    assert sorted(set(beside)) == ["./%E7%BB%93%E6%9E%9C.json", "./a%3Ab%20100%25%23%3F.xlsx"]
    assert len(beside) == 3


# --- what it says ---


def test_every_unit_stands_with_its_state_contact_and_findings() -> None:
    told = overview(samples())
    listed = units(parsed(page(samples())))
    assert len(listed) == len(told.units) == 14
    for row, element in zip(told.units, listed, strict=True):
        name, state, errors, warnings, contact, when = next(rows(element))
        assert name.startswith(row.name)
        assert name.endswith(row.unit.code)
        assert state.endswith(row.state_label)
        assert errors == str(row.errors)
        assert warnings.split()[0] == str(row.warnings)
        assert contact == row.contact
        assert when == (row.when or "—")
        for finding in row.findings:
            if finding.code != "V2":
                assert finding.message in words(element)
                assert (finding.explanation or finding.suggestion) in words(element)
                assert finding.printed_code in words(element)


def test_a_missing_unit_is_told_with_the_reason() -> None:
    missing, *others = units(parsed(page(samples())))
    assert missing.attrib["data-state"] == "missing"
    assert "没有收到报表" in words(missing)
    assert all("没有收到报表" not in words(other) for other in others)


def test_a_warning_that_is_explained_counts_as_explained() -> None:
    root = parsed(page(samples(prior_year=False)))
    (explained,) = [unit for unit in units(root) if "市场监管局" in words(unit)]
    _, _, _, warnings, *_ = next(rows(explained))
    assert warnings == "1 已说明 1"
    assert "警示·已说明" in words(explained)


def test_what_keeps_the_totals_from_being_final_is_told() -> None:
    state = words(section(parsed(page(samples())), "state"))
    for sentence in (*overview(samples()).open_points, *overview(samples()).next_steps):
        assert sentence in state
    assert "合计还不是最后的数" in state


def test_a_sentence_with_many_names_is_folded_behind_what_they_are_named_for() -> None:
    names = "、".join(f"第{number}乡" for number in range(60))
    points = (f"未报单位（没有计入合计）：{names}", "有错误的报表：甲乡", "没有冒号" * 60)
    told = replace(overview(county(2)), open_points=points)
    root = section(parsed(status_page(told, SUMMARY, DATA)), "state")
    (folded,) = root.iter("details")
    assert words(folded.find("summary")) == "未报单位（没有计入合计）："
    assert words(folded) == points[0]
    assert all(point in words(root) for point in points)


def test_when_nothing_is_open_it_says_so() -> None:
    state = words(section(parsed(page(county(2))), "state"))
    assert "✔ 各单位都已计入合计" in state
    assert "合计还不是最后的数" not in state


def test_without_a_roster_nobody_knows_who_is_missing() -> None:
    told = replace(overview(county(2)), expected=None)
    state = words(section(parsed(status_page(told, SUMMARY, DATA)), "state"))
    assert "没有名册，不知道还有没有单位未报" in state
    assert "各单位都已计入合计" not in state
    assert "应报 — 没有名册" in state


def test_figures_stand_beside_last_years() -> None:
    table = section(parsed(page(last_year(county(2)))), "figures").find(".//table")
    assert table is not None
    heading, first, *_ = rows(table)
    assert heading == ["项目", "2025 年", "2024 年", "比上年"]
    (figure, *_) = overview(last_year(county(2))).headlines
    assert figure.value is not None
    assert figure.before is not None
    assert first[0] == f"{figure.label}（{figure.unit}）"
    assert [int(first[1]), int(first[2])] == [figure.value, figure.before]
    more = int(figure.value - figure.before)
    assert first[3] == (f"增加 {more}" if more > 0 else f"减少 {-more}")


def test_the_figures_of_last_year_that_are_not_known_are_no_zeros() -> None:
    figures = section(parsed(page(county(2))), "figures")
    (table,) = figures.iter("table")
    _, *figured = rows(table)
    assert {(row[2], row[3]) for row in figured} == {("—", "—")}
    assert "没有上年的报表，不能与上年比较。" in words(figures)


def test_a_note_of_many_units_is_told_once_with_their_names() -> None:
    def fee(number: int, submission: Submission) -> Submission:
        entries = {**submission.entries, "disclosure.fees.amount": Entry.of(0)}
        return replace(submission, entries=entries)

    result = county(5, fee)
    told = overview(result)
    assert told.shared_notes
    root = parsed(page(result))
    notes = section(root, "notes")
    for note in told.shared_notes:
        assert words(notes).count(note.finding.message) == 1
        assert words(section(root, "units")).count(note.finding.message) == 0
        assert "、".join(note.units) in words(notes)


def test_what_was_not_counted_is_told_with_the_reason() -> None:
    files = words(section(parsed(page(samples())), "files"))
    assert "重复 990107_庚午街道_2025年政府信息公开工作年度报告 - 副本.xlsx" in files
    assert "完全相同，只计一次" in files


def test_reports_with_errors_that_are_counted_are_called_so() -> None:
    root = parsed(page(samples(with_errors=True)))
    states = [next(rows(unit))[1] for unit in units(root)]
    assert states.count("✘ 有错误，已计入") == 3


def test_charts_have_a_title_a_description_and_their_numbers_in_a_table() -> None:
    result = last_year(county(2))
    root = parsed(page(result))
    charts = section(root, "charts").findall(".//figure")
    told = overview(result).charts
    assert len(charts) == len(told) > 0
    for chart, figure in zip(told, charts, strict=True):
        (drawing,) = figure.findall("svg")
        assert drawing.attrib["role"] == "img"
        assert words(drawing.find("title")) == chart.title
        assert words(drawing.find("desc"))
        (table,) = figure.iter("table")
        heading, *lines = rows(table)
        assert len(heading) == len(chart.series) + 1
        for place, line in enumerate(lines):
            numbers = [bars.values[place] for bars in chart.series]
            assert line[0] == chart.categories[place]
            assert [int(text) for text in line[1:]] == numbers


# --- whatever the towns write ---


MARKUP = "</title></style></script><script>alert(1)</script><img src=x onerror=alert(1)>\"'&amp;&#0;{{ 7*7 }}"
"""What would be markup, a template or an entity, were it not only a text."""


def everywhere(text: str) -> Overview:
    """An overview in which every text from outside is this one."""
    unit = Unit(text, text, text)
    error = Finding("A1", Severity.ERROR, text, text, text, text, text, text, subject=text)
    warning = error.at(severity=Severity.WARNING, explanation=text)
    file = FileRecord(text, findings=(error, warning)).decided(Outcome.RETURNED)
    lost = FileRecord(text, findings=(error.at(cell=""),)).decided(Outcome.REJECTED)
    bars = Bars(text, text, (Decimal(1), None))
    return Overview(
        title=text,
        county=text,
        year=2025,
        expected=2,
        units=(
            UnitRow(unit, UnitState.MISSING, contact=text, unusable=(lost,)),
            UnitRow(unit, UnitState.RETURNED, file, contact=text),
        ),
        unusable=(lost,),
        others=(lost,),
        headlines=(Figure(text, text, Decimal(1)),),
        charts=(ChartData(text, ChartKind.UNITS, (text, text), (bars, bars)),),
        open_points=(text,),
        next_steps=(text,),
        shared_notes=(Folded(error.at(severity=Severity.NOTE), (text, text, text)),),
    )


def shape(root: ET.Element) -> list[tuple[str, list[str]]]:
    """Every element with the names of its attributes."""
    return [(element.tag, sorted(element.attrib)) for element in root.iter()]


@pytest.mark.parametrize("text", [*HOSTILE.values(), MARKUP], ids=[*HOSTILE, "markup and a script"])
def test_hostile_texts_are_only_texts(text: str) -> None:
    data, harmless = (
        status_page(everywhere(told), safe_name(told), DATA) for told in (text, "甲乡")
    )
    root = parsed(data)
    assert shape(root) == shape(parsed(harmless))
    assert policy_of(data) == policy_of(harmless)


def test_texts_stand_as_they_are_written() -> None:
    data = status_page(everywhere(MARKUP), "a.xlsx", DATA)
    assert b"49" not in data.partition(b"<body>")[2].partition(b"<script>")[0]
    root = parsed(data)
    for name in ("state", "figures", "units", "charts", "notes", "files"):
        assert MARKUP in words(section(root, name))
    assert MARKUP in words(root.find(".//title"))


def test_what_deceives_the_eye_is_shown() -> None:
    told = overview(county(1))
    (row,) = told.units
    odd = replace(row, unit=Unit("甲\u202e乙\x00丙\ufffe丁\ud800", "1"), contact="一\n二")
    text = status_page(replace(told, units=(odd,)), SUMMARY, DATA).decode()
    assert "甲�乙�丙�丁�" in text
    assert "一 二" in text


# --- how large it is ---

KINDS = 28
"""Towns with errors of their own; a larger county has theirs again."""


@pytest.mark.parametrize(
    ("size", "most"), [(100, 300 * 1024), (200, 600 * 1024)], ids=["100 units", "200 units"]
)
def test_a_large_county_with_errors_everywhere_is_still_a_small_file(size: int, most: int) -> None:
    result = grown(county(KINDS, wrong, with_errors=True), size)
    told = overview(result)
    assert min(row.errors for row in told.units) > 3
    data = page(result)
    assert len(data) <= most
    root = parsed(data)
    assert len(units(root)) == size
    assert "另有" in words(section(root, "units"))
    assert len(told.in_state(UnitState.RETURNED)) == size


def test_a_large_county_in_order_is_a_small_file() -> None:
    data = page(county(100, unchanged, missing=3))
    assert len(data) <= 300 * 1024
