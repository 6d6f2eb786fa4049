"""What is published agrees in every number: page, workbook, result for machines, report.

Each reader gives the numbers of one output by the same names, read from the file that a merge wrote and
from nothing else. A new output joins with a reader of its own in `READERS`.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from xml.etree import ElementTree as ET

import openpyxl
import pytest
from docx import Document
from openpyxl.worksheet.worksheet import Worksheet

from support.counties import COUNTY, county, last_year, samples, unbalanced, wrong
from support.pages import parsed, rows, section, units, words
from support.records import form
from xlreport import (
    Entry,
    MergeResult,
    Submission,
    report_of_merge,
    write_outputs,
    write_report,
)
from xlreport.publishing.document import DATA_NAME
from xlreport.publishing.page.render import PAGE_NAME
from xlreport.rules.evaluate import view_of
from xlreport.workbook.layout.table import official_table
from xlreport.workbook.layout.workbook import layout_of

Numbers = dict[str, Decimal | None]
"""Numbers by name; None where an output says that there is none."""

Reader = Callable[[Path], Numbers]
"""Reads one output out of the folder of a merge."""


def number(text: str) -> Decimal | None:
    """A number as the page has it."""
    if text == "—":
        return None
    word, _, more = text.rpartition(" ")
    if word == "减少":
        return -Decimal(more)
    return Decimal(0) if text == "持平" else Decimal(more)


# --- the page ---


def on_the_page(folder: Path) -> Numbers:
    root = parsed((folder / PAGE_NAME).read_bytes())
    found: Numbers = {}
    for tile in section(root, "state").findall(".//li[@data-count]"):
        found[f"count {tile.attrib['data-count']}"] = number(words(tile.find(".//b")))
    found.update(_figures_of_the_page(root))
    for unit in units(root):
        name = unit.attrib["data-unit"]
        _, _, errors, warnings, *_ = next(rows(unit))
        found[f"errors {name}"] = number(errors)
        counted, *explained = warnings.split(" 已说明 ")
        found[f"warnings {name}"] = number(counted)
        found[f"explained {name}"] = number(explained[0] if explained else "0")
    return found


def _figures_of_the_page(root: ET.Element) -> Numbers:
    found: Numbers = {}
    for table in section(root, "figures").iter("table"):
        for label, value, before, change in list(rows(table))[1:]:
            name, _, _ = label.partition("（")
            found[f"headline {name}"] = number(value)
            found[f"headline {name} before"] = number(before)
            found[f"headline {name} change"] = number(change)
    for figure in root.iter("figure"):
        title, _, _ = words(figure.find("figcaption")).partition("（")
        (table,) = figure.iter("table")
        (_, *series), *lines = rows(table)
        for category, *values in lines:
            for label, value in zip(series, values, strict=True):
                bars, _, _ = label.partition("（")
                found[f"chart {title} {bars} {category}"] = number(value)
    return found


# --- the result for machines ---


def in_the_data(folder: Path) -> Numbers:
    data = json.loads((folder / DATA_NAME).read_bytes(), parse_float=Decimal, parse_int=Decimal)
    found: Numbers = {f"count {name}": value for name, value in data["collection"].items()}
    found |= {f"total {name}": value for name, value in data["totals"].items()}
    for figure in data["headlines"]:
        label = figure["label"]
        found[f"headline {label}"] = figure["value"]
        found[f"headline {label} before"] = figure["prior_year"]
        found[f"headline {label} change"] = figure["change"]
    for chart in data["charts"]:
        for bars in chart["series"]:
            for category, value in zip(chart["categories"], bars["values"], strict=True):
                found[f"chart {chart['title']} {bars['label']} {category}"] = value
    for unit in data["units"]:
        name = f"{unit['unit_code']} {unit['unit']}"
        for kind in ("errors", "warnings", "explained"):
            found[f"{kind} {name}"] = unit[kind]
    return found


# --- the workbook ---


def in_the_workbook(folder: Path) -> Numbers:
    (path,) = folder.glob("*汇总表.xlsx")
    book = openpyxl.load_workbook(io.BytesIO(path.read_bytes()), data_only=True)
    found: Numbers = {}
    layout = layout_of(form())
    for name in form().fields:
        place = layout.place(name)
        found[f"total {name}"] = exact(book[place.sheet][place.cell].value)
    worked_out = _headlines(found)
    found |= _first_sheet(book["概况"])
    assert {name: found[name] for name in worked_out} == worked_out
    return found | dict(_status(book["报送情况"]))


def _headlines(totals: Numbers) -> Numbers:
    """What the headlines come to with the workbook's numbers."""
    entries = {field.id: Entry.of(totals[f"total {field.id}"]) for field in form().typed}
    view = view_of(form(), Submission(form().id, 2025, COUNTY, entries))
    found: Numbers = {}
    for headline in form().headlines:
        known = view.knows_all(headline.value)
        found[f"headline {headline.label}"] = view.value(headline.value) if known else None
    return found


def exact(value: object) -> Decimal | None:
    """A number as a cell holds it."""
    return None if value in (None, "", "—") else Decimal(str(value))


_COUNTS = {
    "应报单位": "expected",
    "通过": "accepted",
    "退回": "returned",
    "未报": "missing",
    "不能计入的文件": "rejected_files",
}
"""The large numbers of the first sheet, by the words above them."""


def _first_sheet(sheet: Worksheet) -> Numbers:
    found: Numbers = {}
    figures = 0
    for row in sheet.iter_rows():
        for cell in row:
            if cell.value in _COUNTS and not figures:
                below = sheet.cell(cell.row + 1, cell.column).value
                found[f"count {_COUNTS[str(cell.value)]}"] = exact(below)
        label, _, value, before, change = (cell.value for cell in row[:5])
        if label == "主要数字":
            figures = len(form().headlines)
        elif figures:
            figures -= 1
            name, _, _ = str(label).partition("（")
            found[f"headline {name}"] = exact(value)
            found[f"headline {name} before"] = exact(before)
            found[f"headline {name} change"] = exact(change)
            if not figures:
                return found
    raise AssertionError("the first sheet has no figures")


def _status(sheet: Worksheet) -> Iterator[tuple[str, Decimal | None]]:
    """What was found in each unit's report; other files stand below the units."""
    lines = list(sheet.iter_rows(min_row=3, values_only=True))
    heading = lines[0]
    for line in lines[1:]:
        row = dict(zip(heading, line, strict=True))
        if row["状态"] in ("重复", "已被取代", "不能计入", "略过"):
            continue
        name = f"{row['单位代码']} {row['单位']}"
        for kind, title in (("errors", "错误"), ("warnings", "警示"), ("explained", "已说明")):
            yield f"{kind} {name}", exact(row[title]) or Decimal(0)


# --- the report ---


def in_the_report(folder: Path) -> Numbers:
    """The totals in the tables of the Word document; a number that is not known is blank there."""
    (path,) = folder.glob("*.docx")
    tables = Document(str(path)).tables
    found: Numbers = {}
    for table, word in zip(form().tables, tables, strict=True):
        cells = [row.cells for row in word.rows]
        for name, span in official_table(table).fields.items():
            row, column = span.cell
            text = cells[row][column].text
            if text:
                found[f"total {name}"] = Decimal(text)
    return found


def in_the_table_of_the_report(folder: Path) -> Numbers:
    (path,) = folder.glob("*.csv")
    with path.open(encoding="utf-8-sig", newline="") as stream:
        lines = [line for line in csv.DictReader(stream) if line["编号"] in form().fields]
    return {f"total {line['编号']}": Decimal(line["数值"]) for line in lines if line["数值"]}


def in_the_data_of_the_report(folder: Path) -> Numbers:
    (path,) = folder.glob("*年度报告.json")
    data = json.loads(path.read_bytes(), parse_float=Decimal, parse_int=Decimal)
    return {f"total {name}": value for name, value in data["numbers"].items()}


READERS: dict[str, Reader] = {
    "page": on_the_page,
    "data": in_the_data,
    "workbook": in_the_workbook,
    "report": in_the_report,
    "table of the report": in_the_table_of_the_report,
    "data of the report": in_the_data_of_the_report,
}
"""Every output that holds numbers of a merge."""

RESULTS: dict[str, Callable[[], MergeResult]] = {
    "samples": samples,
    "samples with errors": lambda: samples(with_errors=True),
    "explained": lambda: samples(prior_year=False),
    "last year": lambda: last_year(county(4)),
    "missing and wrong": lambda: county(5, wrong, missing=2),
    "errors counted": lambda: county(5, unbalanced, missing=2, with_errors=True),
}


@pytest.fixture(scope="module", params=RESULTS)
def published(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Numbers]:
    """The numbers of each output of a merge."""
    folder = tmp_path_factory.mktemp("out")
    publish(RESULTS[request.param](), folder)
    return {name: read(folder) for name, read in READERS.items()}


def publish(result: MergeResult, folder: Path) -> None:
    """Writes all outputs of a merge into a folder."""
    write_outputs(result, folder)
    report = report_of_merge(result, folder)
    assert report is not None
    write_report(report, folder)


def told_twice(published: dict[str, Numbers]) -> Iterator[tuple[str, dict[str, Decimal | None]]]:
    """The numbers that several outputs have, with what each says."""
    names = dict.fromkeys(name for numbers in published.values() for name in numbers)
    for name in names:
        said = {output: numbers[name] for output, numbers in published.items() if name in numbers}
        if len(said) > 1:
            yield name, said


def test_page_workbook_and_data_agree_in_every_number(published: dict[str, Numbers]) -> None:
    differing = {name: said for name, said in told_twice(published) if len(set(said.values())) > 1}
    assert differing == {}


def test_no_output_leaves_a_number_out(published: dict[str, Numbers]) -> None:
    """The page has all that the data has but the totals of every field. The workbook has all but how
    many units are counted, which 报送情况 says in words, and its charts, whose cells are compared
    before it is written."""
    data, workbook = set(published["data"]), set(published["workbook"])
    totals = {name for name in data if name.startswith("total ")}
    charts = {name for name in data if name.startswith("chart ")}
    assert data - totals == set(published["page"])
    assert data - charts - {"count counted"} <= workbook
    assert workbook - data == {f"total {name}" for name in form().fields} - totals
    for output in ("report", "table of the report", "data of the report"):
        assert set(published[output]) == totals


def test_a_difference_is_seen(tmp_path: Path) -> None:
    publish(last_year(county(2)), tmp_path)
    published = {name: read(tmp_path) for name, read in READERS.items()}
    first = next(name for name in published["page"] if name.startswith("headline"))
    published["page"][first] = Decimal(-1)
    assert [name for name, said in told_twice(published) if len(set(said.values())) > 1] == [first]
