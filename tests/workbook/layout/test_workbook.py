"""Where everything of a form stands: written by one, read by the other."""

from __future__ import annotations

from xlreport import Form
from xlreport.form import expression as ex
from xlreport.rules.excel import Addresses
from xlreport.submission import Place
from xlreport.workbook.layout.details import (
    FIRST_UNIT_ROW,
    column_sum,
    detail_fields,
    detail_name,
    detail_sheet,
    field_column,
    unit_cell,
)
from xlreport.workbook.layout.identity import (
    EDITION,
    IDENTITY_ROW,
    KEYS,
    Identity,
    cover_cells,
    identity_name,
    is_current_edition,
)
from xlreport.workbook.layout.prior_year import prior_year_name, prior_year_sheet
from xlreport.workbook.layout.sheet import CALCULATION, CHECKS, COVER, GUIDE, TEXTS, Span
from xlreport.workbook.layout.texts import layout_texts
from xlreport.workbook.layout.workbook import flag_name, layout_of, place_of, summary_layout


def test_the_same_form_has_the_same_layout(zfxxgk: Form) -> None:
    assert layout_of(zfxxgk) is layout_of(zfxxgk)


def test_the_layout_is_what_formulas_ask_for_addresses(zfxxgk: Form) -> None:
    addresses: Addresses = layout_of(zfxxgk)
    assert addresses.level == (COVER, (IDENTITY_ROW + 2, 2))
    first = next(iter(zfxxgk.fields))
    sheet, cell = addresses.cells[first]
    assert addresses.prior_year(first) == (f"上年·{sheet}", cell)


def test_fields_keep_the_order_of_the_form(any_form: Form) -> None:
    layout = layout_of(any_form)
    texts = [text.field_id for text in any_form.texts]
    assert list(layout.cells) == [*any_form.fields, *texts]
    assert list(layout.flags) == [table.id for table in any_form.tables]


def test_sheets_in_the_order_of_the_report(any_form: Form) -> None:
    tables = [table.sheet for table in any_form.tables]
    last_year = [f"上年·{name}" for name in (*tables, TEXTS)]
    layout = layout_of(any_form)
    assert layout.sheets == (COVER, GUIDE, *tables, TEXTS, CHECKS, *last_year, CALCULATION)
    assert [s.name for s in layout.form_sheets] == [*tables, TEXTS]


def test_places_are_cells_as_excel_shows_them(zfxxgk: Form) -> None:
    layout = layout_of(zfxxgk)
    assert place_of(("封面", (4, 2))) == Place("封面", "C5")
    assert layout.place("text.overview") == Place(TEXTS, "B5")
    assert layout.places()["text.overview"] == Place(TEXTS, "B5")
    assert flag_name("requests") == "requests.blanks_are_zero"


def test_a_line_leads_to_the_first_cell_that_its_rule_names(any_form: Form) -> None:
    layout = layout_of(any_form)
    for line in layout.lines:
        rule = line.instances[0].rule
        named = [*ex.fields_of(rule), *ex.texts_of(rule)]
        assert layout.home(line) == layout.cells[named[0]]


def test_each_field_knows_the_lines_that_name_it(any_form: Form) -> None:
    layout = layout_of(any_form)
    assert set(layout.lines_of) == set(layout.cells)
    for name, lines in layout.lines_of.items():
        assert lines == tuple(line for line in layout.lines if name in line.fields)


def test_the_lines_of_a_sheet_stand_beside_one_another(any_form: Form) -> None:
    """Their keys are one range."""
    layout = layout_of(any_form)
    shown = []
    for sheet in layout.form_sheets:
        indexes = [line.index for line in layout.lines_on(sheet)]
        assert indexes == list(range(indexes[0], indexes[0] + len(indexes)))
        shown += indexes
    assert shown == [line.index for line in layout.lines]


def test_what_is_typed_on_a_sheet_and_which_texts_are_wanted(zfxxgk: Form) -> None:
    layout = layout_of(zfxxgk)
    for table, sheet in layout.tables.items():
        typed = [field.id for field in zfxxgk.typed if field.table == table]
        assert layout.typed_on(sheet) == typed
        assert layout.wanted_texts_on(sheet) == []
    assert layout.wanted_texts == {"text.overview", "text.problems"}
    assert layout.wanted_texts_on(layout.texts) == ["text.overview", "text.problems"]
    assert layout.typed_on(layout.texts) == []


def test_whether_rules_ask_for_the_level(zfxxgk: Form) -> None:
    rules = [instance.rule for instance in zfxxgk.instances]
    asks = any(isinstance(part, ex.LevelIn) for rule in rules for part in ex.walk(rule))
    assert layout_of(zfxxgk).asks_level is asks is True


# --- texts ----------------------------------------------------------------------------------


def test_texts_stand_below_one_another_with_room_for_their_lines(zfxxgk: Form) -> None:
    sheet = layout_of(zfxxgk).texts
    row = 3
    for text in zfxxgk.texts:
        span = sheet.fields[text.field_id]
        assert span == Span(row + 1, 1, row + text.lines, 1)
        row = span.bottom + 1
    assert (sheet.bottom, sheet.form_bottom) == (row - 1, row - 1)
    assert (sheet.form_left, sheet.form_right, sheet.shown_right) == (0, 1, 2)
    assert sheet.frozen == (3, 0)


def test_hints_and_verdicts_stand_beside_their_text(zfxxgk: Form) -> None:
    sheet = layout_of(zfxxgk).texts
    hints = {label.text: label.span for label in sheet.labels if label.style == "hint"}
    for text, status in zip(zfxxgk.texts, sheet.statuses, strict=True):
        span = sheet.fields[text.field_id]
        assert hints[text.hint] == Span(span.top, 2, span.bottom, 2)
        assert status.span == Span.line(span.top - 1, 2, 2)


def test_a_check_on_texts_stands_beside_the_first_that_it_names_the_gravest_first(
    zfxxgk: Form,
) -> None:
    lines = layout_of(zfxxgk).lines
    sheet = layout_texts(zfxxgk, lines)
    shown = [[line.code for line in status.lines] for status in sheet.statuses]
    mine = {line.code: line for line in lines if line.table == "text"}
    assert sorted(code for codes in shown for code in codes) == sorted(mine)
    for text, codes in zip(zfxxgk.texts, shown, strict=True):
        assert all(mine[code].fields[0] == text.field_id for code in codes)
        ranks = [mine[code].severity.rank for code in codes]
        assert ranks == sorted(ranks)


# --- names and addresses that both sides need -----------------------------------------------


def test_keys_of_the_hidden_sheet_are_permanent() -> None:
    assert KEYS == (
        "form", "form_version", "fingerprint", "kind", "year", "county", "county_code", "unit",
        "code", "level", "with_errors", "missing", "submission", "edition",
    )  # fmt: skip
    assert Identity(kind="summary").is_summary
    assert not Identity(kind="unit").is_summary


def test_workbooks_of_the_first_edition_do_not_say_so() -> None:
    assert EDITION == 2
    assert is_current_edition(Identity(edition="2"))
    assert not is_current_edition(Identity(edition=""))
    assert not is_current_edition(Identity(edition="1"))


def test_summaries_do_not_ask_about_blanks(zfxxgk: Form) -> None:
    units, summaries = layout_of(zfxxgk), summary_layout(zfxxgk)
    assert summaries is summary_layout(zfxxgk)
    assert units.flags
    assert summaries.flags == {}
    assert summaries.cells == units.cells
    for table, sheet in summaries.tables.items():
        asking = units.tables[table]
        assert sheet.flag is None
        assert asking.flag is not None
        (question,) = set(asking.labels) - set(sheet.labels)
        assert question.style == "question"
        assert asking.known - sheet.known == {question.span.cell, asking.flag}


def test_lines_of_the_cover(zfxxgk: Form) -> None:
    cells = cover_cells(zfxxgk)
    assert list(cells) == [item.id for item in zfxxgk.identity]
    assert list(cells.values()) == [(4 + i, 2) for i in range(len(cells))]
    assert identity_name("unit") == "identity.unit"


def test_sheets_and_names_of_the_prior_year() -> None:
    assert prior_year_name("t.a") == "previous.t.a"
    assert prior_year_sheet("收支") == "上年·收支"
    assert prior_year_sheet("长" * 31) == "上年·" + "长" * 28, "Excel allows 31 characters"


def test_detail_sheets(zfxxgk: Form) -> None:
    table = zfxxgk.tables[0]
    assert detail_sheet(table) == f"明细·{table.sheet}"
    assert detail_name(table.id) == f"detail.{table.id}"
    fields = detail_fields(zfxxgk, table.id)
    assert [f.id for f in fields] == [n for n in zfxxgk.fields if n.startswith(f"{table.id}.")]
    assert field_column(0) == 3
    assert unit_cell(0, 3) == (FIRST_UNIT_ROW, 3)
    assert column_sum("明细·甲", 3, 2) == "=SUM('明细·甲'!$D$6:$D$7)"
