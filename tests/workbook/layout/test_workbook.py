"""Where everything of a form stands: written by one, read by the other."""

from __future__ import annotations

from xlreport import Form
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
from xlreport.workbook.layout.identity import IDENTITY_ROW, KEYS, Identity, cover_cells
from xlreport.workbook.layout.prior_year import prior_year_cells, prior_year_name
from xlreport.workbook.layout.sheet import CHECKS, COVER, GUIDE, PRIOR_YEAR, TEXTS
from xlreport.workbook.layout.texts import layout_texts
from xlreport.workbook.layout.workbook import flag_name, layout_of, place_of


def test_the_same_form_has_the_same_layout(zfxxgk: Form) -> None:
    assert layout_of(zfxxgk) is layout_of(zfxxgk)


def test_the_layout_is_what_formulas_ask_for_addresses(zfxxgk: Form) -> None:
    addresses: Addresses = layout_of(zfxxgk)
    assert addresses.level == (COVER, (IDENTITY_ROW + 2, 2))
    first = next(iter(zfxxgk.fields))
    assert addresses.prior_year(first) == (PRIOR_YEAR, (3, 2))


def test_fields_keep_the_order_of_the_form(any_form: Form) -> None:
    layout = layout_of(any_form)
    texts = [text.field_id for text in any_form.texts]
    assert list(layout.cells) == [*any_form.fields, *texts]
    assert list(layout.prior_year_cells) == list(layout.cells)
    assert list(layout.flags) == [table.id for table in any_form.tables]


def test_sheets_in_the_order_of_the_report(any_form: Form) -> None:
    tables = [table.sheet for table in any_form.tables]
    assert layout_of(any_form).sheets == (COVER, GUIDE, *tables, TEXTS, PRIOR_YEAR, CHECKS)
    assert [s.name for s in layout_of(any_form).form_sheets] == [*tables, TEXTS]


def test_places_are_cells_as_excel_shows_them(zfxxgk: Form) -> None:
    layout = layout_of(zfxxgk)
    assert place_of(("封面", (4, 2))) == Place("封面", "C5")
    assert layout.place("text.overview") == Place(TEXTS, "B4")
    assert layout.places()["text.overview"] == Place(TEXTS, "B4")
    assert flag_name("requests") == "requests.blanks_are_zero"


def test_texts_stand_below_one_another_and_their_checks_below_them(zfxxgk: Form) -> None:
    rows = layout_of(zfxxgk).check_rows
    sheet = layout_texts(zfxxgk, rows)
    tops = [span.top for span in sheet.fields.values()]
    assert tops == [3 + 2 * i for i in range(len(zfxxgk.texts))]
    assert [cell.check_row.code for cell in sheet.checks] == [
        row.code for row in rows if row.table == "text"
    ]
    assert [cell.span.top for cell in sheet.checks] == list(
        range(tops[-1] + 1, tops[-1] + 1 + len(sheet.checks))
    )
    assert sheet.bottom == tops[-1] + len(sheet.checks)


# --- names and addresses that both sides need -----------------------------------------------


def test_keys_of_the_hidden_sheet_are_permanent() -> None:
    assert KEYS == (
        "form", "form_version", "fingerprint", "kind", "year", "county", "county_code", "unit",
        "code", "level", "with_errors", "missing", "submission",
    )  # fmt: skip
    assert Identity(kind="summary").is_summary
    assert not Identity(kind="unit").is_summary


def test_lines_of_the_cover(zfxxgk: Form) -> None:
    cells = cover_cells(zfxxgk)
    assert list(cells) == [item.id for item in zfxxgk.identity]
    assert list(cells.values()) == [(4 + i, 2) for i in range(len(cells))]


def test_lines_of_the_prior_year() -> None:
    assert prior_year_cells(["a", "b"]) == {"a": (3, 2), "b": (4, 2)}
    assert prior_year_name("t.a") == "previous.t.a"


def test_detail_sheets(zfxxgk: Form) -> None:
    table = zfxxgk.tables[0]
    assert detail_sheet(table) == f"明细·{table.sheet}"
    assert detail_name(table.id) == f"detail.{table.id}"
    fields = detail_fields(zfxxgk, table.id)
    assert [f.id for f in fields] == [n for n in zfxxgk.fields if n.startswith(f"{table.id}.")]
    assert field_column(0) == 3
    assert unit_cell(0, 3) == (FIRST_UNIT_ROW, 3)
    assert column_sum("明细·甲", 3, 2) == "=SUM('明细·甲'!$D$6:$D$7)"
