"""Every kind of workbook that is written, by the checklists of those who publish spreadsheets.

UK Government Analysis Function, "Making spreadsheets accessible"; ICAEW, "Twenty principles for good
spreadsheet practice"; the FAST Standard; WCAG 2.2, 1.4.1 and 1.4.3.
"""

from __future__ import annotations

import io
import re
import warnings
import zipfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from xml.etree import ElementTree as ET

import openpyxl
import pytest
from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.styles.colors import Color
from openpyxl.utils import range_boundaries
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from support.cells import part, rewrite
from support.formula_cells import formula_cells
from support.written import COUNTY, KINDS, submission, written
from xlreport import Form
from xlreport.a1 import parse
from xlreport.form.model import Arrangement
from xlreport.publishing.summary.names import (
    CHART_DATA_SHEET,
    EXPLANATIONS_SHEET,
    FINDINGS_SHEET,
    OVERVIEW_SHEET,
    STATUS_SHEET,
    TECHNICAL_SHEET,
    TEXTS_SHEET,
)
from xlreport.workbook.layout.details import detail_sheet
from xlreport.workbook.layout.sheet import CALCULATION, CHECKS, COVER, GUIDE, HIDDEN
from xlreport.workbook.layout.workbook import layout_of
from xlreport.workbook.writer.calculation import LONGEST_FORMULA
from xlreport.workbook.writer.results import CachedResults

SUMMARIES = tuple(kind for kind in KINDS if kind.startswith("summary"))
REPORTS = tuple(kind for kind in KINDS if kind not in SUMMARIES)

every_kind = pytest.mark.parametrize("kind", KINDS)
every_report = pytest.mark.parametrize("kind", REPORTS)
every_summary = pytest.mark.parametrize("kind", SUMMARIES)

A4 = (595.3, 841.9)
"""Points (ISO 216)."""

LONGEST_LITERAL = 255
"""Characters of a text in a formula (Excel specifications and limits)."""

LEAST_CONTRAST = 4.5
"""WCAG 2.2, 1.4.3."""

LEAST_SIZE = 9.0
"""Points of anything that is printed."""

FIRST_SCREEN = 20
"""Rows that are seen when a sheet opens."""

MOST_PAGES = 6
"""Pages of a town's report."""


@cache
def book(form: Form, kind: str) -> Workbook:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return openpyxl.load_workbook(io.BytesIO(written(form, kind)))


def visible(form: Form, kind: str) -> list[Worksheet]:
    return [sheet for sheet in book(form, kind).worksheets if sheet.sheet_state == "visible"]


def all_cells(sheet: Worksheet) -> Iterator[Cell]:
    """The cells of the sheet in use, empty or not, but for those that are merged away."""
    for row in sheet.iter_rows():
        for cell in row:
            if not isinstance(cell, MergedCell):
                yield cell


def cells_of(sheet: Worksheet) -> Iterator[Cell]:
    """The cells that hold something."""
    return (cell for cell in all_cells(sheet) if cell.value is not None)


def parts_of(data: bytes) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.namelist()


# --- the file -------------------------------------------------------------------------------


def audited(data: bytes, folder: Path) -> list[str]:
    """What a validator of the schemas of ECMA-376 finds."""
    openxml_audit = pytest.importorskip("openxml_audit")
    path = folder / "book.xlsx"
    path.write_bytes(data)
    result = openxml_audit.OpenXmlValidator().validate(path)
    return [str(error) for error in result.errors]


@every_kind
def test_the_file_is_valid(any_form: Form, kind: str, tmp_path: Path) -> None:
    assert audited(written(any_form, kind), tmp_path) == []


def test_a_file_that_is_not_valid_is_found(zfxxgk: Form, tmp_path: Path) -> None:
    data = written(zfxxgk, "blank of a unit")
    name = "xl/worksheets/sheet1.xml"
    broken = part(data, name).replace('state="frozen"', 'state="cold"')
    assert audited(rewrite(data, {name: broken.encode()}), tmp_path) != []


@every_kind
def test_no_macro_and_no_link_to_another_file(any_form: Form, kind: str) -> None:
    data = written(any_form, kind)
    names = parts_of(data)
    assert not [
        name for name in names if re.search("vba|externalLink|connections|embeddings", name)
    ]
    for name in names:
        if name.endswith(".rels"):
            root = ET.fromstring(part(data, name))
            outside = [r.get("Target", "") for r in root if r.get("TargetMode") == "External"]
            assert all(target.startswith("mailto:") for target in outside), name


@every_kind
def test_title_author_and_language_are_set(any_form: Form, kind: str) -> None:
    properties = book(any_form, kind).properties
    assert properties.title == f"{any_form.title}（{any_form.first_year + 1} 年度）"
    assert properties.creator == COUNTY.name
    assert properties.language == "zh-CN"


@every_kind
def test_the_version_is_visible(any_form: Form, kind: str) -> None:
    texts = [str(cell.value) for cell in cells_of(book(any_form, kind)[COVER])]
    assert any(f"报表第 {any_form.version} 版" in text for text in texts)


# --- sheets ---------------------------------------------------------------------------------


@every_kind
def test_sheet_names_are_unique_and_telling(any_form: Form, kind: str) -> None:
    names = book(any_form, kind).sheetnames
    assert len({name.casefold() for name in names}) == len(names)
    for name in names:
        assert len(name) <= 31
        assert name == HIDDEN or re.search("[\u4e00-\u9fff]{2}", name)


@every_kind
def test_no_visible_sheet_is_empty(any_form: Form, kind: str) -> None:
    for sheet in visible(any_form, kind):
        texts = [cell for cell in cells_of(sheet) if isinstance(cell.value, str)]
        assert len(texts) >= 2, sheet.title


@every_kind
def test_links_lead_to_a_sheet_that_people_see(any_form: Form, kind: str) -> None:
    names = {sheet.title for sheet in visible(any_form, kind)}
    cells = [cell for sheet in visible(any_form, kind) for cell in cells_of(sheet)]
    links = [cell.hyperlink for cell in cells if cell.hyperlink is not None]
    targets = {str(link.location).rpartition("!")[0].strip("'") for link in links}
    assert targets
    assert targets <= names
    assert {layout.name for layout in layout_of(any_form).form_sheets} <= targets


@every_kind
def test_links_of_formulas_lead_to_a_cell_that_people_see(any_form: Form, kind: str) -> None:
    names = {sheet.title for sheet in visible(any_form, kind)}
    cells = formula_cells(written(any_form, kind)).values()
    links = [cell.shown for cell in cells if str(cell.shown).startswith("#'")]
    assert links
    for link in links:
        sheet, _, cell = str(link).removeprefix("#").rpartition("!")
        assert sheet.strip("'") in names
        assert parse(cell) is not None


@every_kind
def test_what_is_worked_out_stays_hidden(any_form: Form, kind: str) -> None:
    assert book(any_form, kind)[CALCULATION].sheet_state == "hidden"
    assert book(any_form, kind)[HIDDEN].sheet_state == "veryHidden"


def frozen_at(sheet: Worksheet) -> tuple[int, int]:
    """The first row and column that scroll, from 0."""
    cell = parse(str(sheet.freeze_panes))
    assert cell is not None
    return cell


@every_kind
def test_headings_stay_in_sight_on_every_sheet(any_form: Form, kind: str) -> None:
    for sheet in visible(any_form, kind):
        assert sheet.freeze_panes, sheet.title
        assert frozen_at(sheet)[0] > 0, "rows stay, not only columns"


@every_kind
def test_panes_are_frozen_right_below_the_headings(any_form: Form, kind: str) -> None:
    """Of a table of the form, of last year's copy of it, and of every list; and beside the row
    headings."""
    frozen = {layout.name: layout.frozen for layout in layout_of(any_form).form_sheets}
    for table in any_form.tables:
        beside = frozen[table.sheet][1]
        is_down = table.arrangement is Arrangement.DOWN
        depths = [heading.depth for block in table.blocks for heading in block.rows]
        assert beside == (max(depths) if is_down else 0)
    for sheet in visible(any_form, kind):
        own = frozen.get(sheet.title.removeprefix("上年·"))
        for listed in sheet.tables.values():
            _, top, _, _ = range_boundaries(listed.ref)
            own = (int(top or 0), frozen_at(sheet)[1])
        if own is not None:
            assert frozen_at(sheet) == own, sheet.title


@every_report
def test_the_verdict_stays_in_sight_on_every_sheet_of_the_form(any_form: Form, kind: str) -> None:
    for layout in layout_of(any_form).form_sheets:
        assert layout.verdict.bottom < layout.frozen[0]
        frozen = str(book(any_form, kind)[layout.name].freeze_panes)
        assert int(re.sub("[A-Z]", "", frozen)) == layout.frozen[0] + 1


@every_kind
def test_every_sheet_opens_at_its_top_on_the_first_cell_to_fill_in(
    any_form: Form, kind: str
) -> None:
    active_sheet = book(any_form, kind).active
    assert active_sheet is not None
    assert active_sheet.title == (OVERVIEW_SHEET if kind in SUMMARIES else COVER)
    for sheet in visible(any_form, kind):
        view = sheet.sheet_view
        assert view.topLeftCell in (None, "A1")
        assert view.pane is not None
        assert int(re.sub("[A-Z]", "", str(view.pane.topLeftCell))) <= 10, (
            "nothing is scrolled away"
        )
        (active,) = (s.activeCell for s in view.selection if s.pane == view.pane.activePane)
        fillable = [
            cell.coordinate
            for row in sheet.iter_rows()
            for cell in row
            if not isinstance(cell, MergedCell)
            and not cell.protection.locked
            and not _answers(any_form, sheet.title, cell)
        ]
        if fillable and sheet.title != CHECKS:
            assert active == fillable[0], sheet.title
        else:
            assert int(re.sub("[A-Z]", "", active)) <= FIRST_SCREEN, sheet.title


def _answers(form: Form, sheet: str, cell: Cell) -> bool:
    """Whether a cell takes the answer about blanks, which can wait until the table is filled in."""
    return (sheet, (cell.row - 1, cell.column - 1)) in set(layout_of(form).flags.values())


# --- colours --------------------------------------------------------------------------------


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours (WCAG 2.2)."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def rgb(colour: Color | None, default: str) -> str:
    if colour is None or colour.type != "rgb" or not isinstance(colour.rgb, str):
        return default
    return colour.rgb[-6:]


def pairs(sheet: Worksheet) -> set[tuple[str, str]]:
    """Font and fill of every cell, for what is empty can be filled in, and of every conditional
    format."""
    found = set()
    for cell in all_cells(sheet):
        fill = cell.fill.fgColor if cell.fill.fill_type else None
        found.add((rgb(cell.font.color, "000000"), rgb(fill, "FFFFFF")))
    for area in sheet.conditional_formatting:
        for rule in area.rules:
            assert rule.dxf is not None
            assert rule.dxf.font is not None, "a fill alone says nothing where it is printed grey"
            assert rule.dxf.fill is not None
            # a differential fill has its colour in bgColor (ECMA-376 part 1, 18.8.20)
            found.add((rgb(rule.dxf.font.color, "000000"), rgb(rule.dxf.fill.bgColor, "FFFFFF")))
    return found


def test_the_measure_of_contrast_is_right() -> None:
    assert contrast("000000", "FFFFFF") == pytest.approx(21)
    assert contrast("777777", "FFFFFF") == pytest.approx(4.48, abs=0.01)


@every_kind
def test_everything_can_be_read_on_its_ground(any_form: Form, kind: str) -> None:
    faint = {
        (sheet.title, pair)
        for sheet in visible(any_form, kind)
        for pair in pairs(sheet)
        if contrast(*pair) < LEAST_CONTRAST
    }
    assert faint == set()


@pytest.mark.parametrize("kind", ["wrong", "half filled", "explained"])
def test_whatever_is_coloured_is_told_in_words_too(any_form: Form, kind: str) -> None:
    layout = layout_of(any_form)
    results = CachedResults(submission(any_form, kind), layout)
    told = {
        line.index: results.status(status, sheet)
        for sheet in layout.form_sheets
        for status in sheet.statuses
        for line in status.lines
    }
    for name in layout.cells:
        if results.state(name) >= 3:
            words = [told[line.index] for line in layout.lines_of[name]]
            assert any(word.startswith(("✘ ", "！ ")) for word in words), name


@every_kind
def test_a_conditional_format_looks_at_words_or_at_a_hidden_state(
    any_form: Form, kind: str
) -> None:
    states = {sheet.name for sheet in layout_of(any_form).form_sheets}
    for sheet in visible(any_form, kind):
        for area in sheet.conditional_formatting:
            for rule in area.rules:
                formula = rule.formula[0] if rule.formula else ""
                by_words = rule.type == "beginsWith" or '"' in formula
                by_state = sheet.title in states and re.fullmatch("[A-Z]+[0-9]+=[34]", formula)
                assert by_words or by_state, (sheet.title, formula)


# --- lists ----------------------------------------------------------------------------------


def beside_lists(form: Form) -> set[str]:
    """The sheets that are no list, nor a table of anything but what the form prints."""
    report = {layout.name for layout in layout_of(form).form_sheets}
    last_year = {f"上年·{name}" for name in report}
    shown_first = {OVERVIEW_SHEET, CHART_DATA_SHEET}
    return {COVER, GUIDE, CHECKS, *report, *last_year, *shown_first}


@every_kind
def test_every_list_is_a_table(any_form: Form, kind: str) -> None:
    """The 校验 sheet is none, for a line over each group says what to do."""
    lists = [s for s in visible(any_form, kind) if s.title not in beside_lists(any_form)]
    assert bool(lists) == (kind in SUMMARIES)
    for sheet in visible(any_form, kind):
        is_empty = sheet.title == EXPLANATIONS_SHEET and sheet.max_row <= 3
        assert len(sheet.tables) == (sheet in lists and not is_empty), sheet.title
        has_filter = bool(sheet.auto_filter.ref)
        assert has_filter == (sheet.title == CHECKS), sheet.title


@every_summary
def test_lists_are_tables_with_one_row_of_headings(any_form: Form, kind: str) -> None:
    lists = [STATUS_SHEET, FINDINGS_SHEET, TEXTS_SHEET, TECHNICAL_SHEET]
    lists += [detail_sheet(table) for table in any_form.tables]
    if book(any_form, kind)[EXPLANATIONS_SHEET].tables:
        lists.append(EXPLANATIONS_SHEET)
    names = set()
    for name in lists:
        sheet = book(any_form, kind)[name]
        (table,) = sheet.tables.values()
        left, top, right, bottom = range_boundaries(table.ref)
        assert table.headerRowCount == 1
        headings = [
            sheet.cell(int(top or 0), c).value for c in range(int(left or 0), int(right or 0) + 1)
        ]
        assert headings == [column.name for column in table.tableColumns]
        assert len(set(headings)) == len(headings)
        assert int(bottom or 0) == sheet.max_row
        for merged in sheet.merged_cells.ranges:
            assert merged.max_row < int(top or 0), "nothing is merged in a table"
        assert sheet.protection.autoFilter is False, "False means allowed"
        names.add(table.displayName)
    assert len(names) == len(lists)


@every_summary
def test_a_list_without_entries_is_no_table(any_form: Form, kind: str) -> None:
    """Excel refuses a table without a row."""
    sheet = book(any_form, kind)[EXPLANATIONS_SHEET]
    assert len(sheet.tables) == (1 if sheet.max_row > 3 else 0)


# --- formulas -------------------------------------------------------------------------------


@every_kind
def test_formulas_that_people_see_are_short(any_form: Form, kind: str) -> None:
    seen = {sheet.title for sheet in visible(any_form, kind)}
    long = [
        (sheet, cell, len(own.formula))
        for (sheet, cell), own in formula_cells(written(any_form, kind)).items()
        if sheet in seen and len(own.formula) > LONGEST_FORMULA
    ]
    assert long == []


@every_kind
def test_texts_in_formulas_are_no_longer_than_excel_takes(any_form: Form, kind: str) -> None:
    for spot, cell in formula_cells(written(any_form, kind)).items():
        literals = re.findall('"((?:[^"]|"")*)"', cell.formula)
        assert all(len(literal) <= LONGEST_LITERAL for literal in literals), spot


@every_kind
def test_no_internal_name_is_shown(any_form: Form, kind: str) -> None:
    for sheet in visible(any_form, kind):
        for cell in cells_of(sheet):
            if cell.data_type == "s":
                assert not re.search("[a-z]+[._][a-z_]+", str(cell.value)), (
                    sheet.title,
                    cell.value,
                )


# --- paper ----------------------------------------------------------------------------------


def points(width: float) -> float:
    """Points of a column of this width in characters, as it is stored (ECMA-376 part 1, 18.3.1.13)."""
    return int(width * 7 + 0.5) * 0.75


def printed_size(sheet: Worksheet) -> tuple[float, float]:
    """Width and height of the print area in points."""
    left, top, right, bottom = (
        int(n or 0) for n in range_boundaries(sheet.print_area.split("!")[1])
    )
    widths: dict[int, float] = {}
    for dimension in sheet.column_dimensions.values():
        widths |= dict.fromkeys(
            range(int(dimension.min or 0), int(dimension.max or 0) + 1), dimension.width
        )
    width = sum(points(widths.get(column, 9.14)) for column in range(left, right + 1))
    height = sum(sheet.row_dimensions[row].height or 15.0 for row in range(top, bottom + 1))
    return width, height


def page(sheet: Worksheet) -> tuple[float, float]:
    """Points of a page that can be printed on."""
    short, long = A4
    width, height = (long, short) if sheet.page_setup.orientation == "landscape" else A4
    margins = sheet.page_margins
    return width - 72 * (margins.left + margins.right), height - 72 * (margins.top + margins.bottom)


def scale(sheet: Worksheet) -> float:
    """How much smaller than on the screen a sheet prints."""
    width, height = printed_size(sheet)
    room, room_down = page(sheet)
    fit = sheet.sheet_properties.pageSetUpPr
    if fit is not None and fit.fitToPage:
        return min(1.0, room / width, room_down / height)
    return float(sheet.page_setup.scale or 100) / 100


def printed_sheets(form: Form, kind: str) -> list[Worksheet]:
    """The sheets of the report itself."""
    own = {COVER, *(sheet.name for sheet in layout_of(form).form_sheets)}
    return [sheet for sheet in visible(form, kind) if sheet.title in own]


@every_kind
def test_everything_prints_large_enough_and_nothing_is_cut(any_form: Form, kind: str) -> None:
    for sheet in printed_sheets(any_form, kind):
        area = range_boundaries(sheet.print_area.split("!")[1].replace("$", ""))
        left, top, right, bottom = (int(n or 0) for n in area)
        sizes = {
            float(cell.font.sz)
            for cell in cells_of(sheet)
            if top <= cell.row <= bottom and left <= cell.column <= right
        }
        assert min(sizes) * scale(sheet) >= LEAST_SIZE, (sheet.title, min(sizes), scale(sheet))
        assert printed_size(sheet)[0] * scale(sheet) <= page(sheet)[0] + 0.5, sheet.title


@every_report
def test_a_report_prints_on_few_pages(any_form: Form, kind: str) -> None:
    pages = 0
    for sheet in printed_sheets(any_form, kind):
        fit = sheet.sheet_properties.pageSetUpPr
        on_one = fit is not None and fit.fitToPage
        pages += 1 if on_one else len(sheet.row_breaks.brk) + 1
    assert pages <= MOST_PAGES


@every_kind
def test_whatever_is_no_part_of_the_report_prints_an_empty_cell(any_form: Form, kind: str) -> None:
    """No program prints a page of empty cells without borders or fills (Microsoft KB 288968)."""
    report = {sheet.title for sheet in printed_sheets(any_form, kind)}
    sheets = book(any_form, kind).worksheets
    last_year = [sheet.title for sheet in sheets if sheet.title.startswith("上年·")]
    beside = {GUIDE, CHECKS, *last_year} & {sheet.title for sheet in sheets}
    assert not beside & report
    assert last_year
    for name in beside:
        sheet = book(any_form, kind)[name]
        left, top, right, bottom = range_boundaries(sheet.print_area.split("!")[1])
        assert (left, top) == (right, bottom)
        assert top == 1, "above the rows that are repeated on every page"
        assert int(left or 0) > sheet.max_column, "free of content, borders and fills"


@every_kind
def test_each_sheet_of_the_report_keeps_to_its_pages(any_form: Form, kind: str) -> None:
    """The cover and each table one, the texts as many as their breaks make of it, two at most."""
    tables = {layout.name for layout in layout_of(any_form).tables.values()}
    for sheet in printed_sheets(any_form, kind):
        fit = sheet.sheet_properties.pageSetUpPr
        is_on_one = fit is not None and bool(fit.fitToPage)
        assert is_on_one == (sheet.title in {COVER, *tables}), sheet.title
        if is_on_one:
            setup = sheet.page_setup
            assert (setup.fitToWidth or 1, setup.fitToHeight or 1) == (1, 1)
        assert len(sheet.row_breaks.brk) <= 1


@every_kind
def test_colours_that_help_to_fill_in_do_not_print(any_form: Form, kind: str) -> None:
    for sheet in printed_sheets(any_form, kind):
        assert sheet.page_setup.blackAndWhite, sheet.title


@every_kind
def test_every_page_says_which_it_is(any_form: Form, kind: str) -> None:
    for sheet in visible(any_form, kind):
        assert sheet.oddFooter is not None
        footer = sheet.oddFooter.center
        assert footer is not None
        assert footer.text == "第 &P 页，共 &N 页"
        assert sheet.page_setup.paperSize == 9
