"""Which form and year: identity first, headings only where there is none."""

from __future__ import annotations

from dataclasses import replace

import pytest

from support.raw_books import COVER, COVER_LINES, identity, put, raw_book, target, without_names
from xlreport import Form, FormCatalog
from xlreport.formats.raw import RawBook, RawCell, RawSheet
from xlreport.workbook.layout.first_edition import first_edition
from xlreport.workbook.layout.identity import KEYS, Identity
from xlreport.workbook.layout.sheet import HIDDEN, PRIOR_YEAR_LIST, UNIT_ROW
from xlreport.workbook.layout.workbook import WorkbookLayout, layout_of
from xlreport.workbook.reader.identify import (
    Identified,
    edition_of,
    identify,
    identity_of,
    plain_year,
    unidentified,
)


def identified(book: RawBook, *forms: Form) -> Identified | None:
    return identify(book, identity_of(book), FormCatalog(forms))


def bare(form: Form, year: str = "") -> RawBook:
    """A workbook without identity, its cover naming this year."""
    book = raw_book(form, {**COVER_LINES, "year": year})
    return replace(book, properties={})


def test_the_identity_in_names_counts_before_the_properties(zfxxgk: Form) -> None:
    book = raw_book(zfxxgk)
    hidden = RawSheet(HIDDEN, {(0, 1): RawCell("s", "甲子镇"), (1, 1): RawCell("n", "9.90101E5")})
    names = {"xlreport.unit": target((HIDDEN, (0, 1))), "xlreport.code": target((HIDDEN, (1, 1)))}
    properties = identity(zfxxgk, unit="乙丑镇", level="街道")
    book = replace(book, names=names, properties=properties, sheets={HIDDEN: hidden})
    found = identity_of(book)
    assert (found.unit, found.code, found.level) == ("甲子镇", "990101", "街道")
    assert (found.form, found.fingerprint) == (zfxxgk.id, zfxxgk.fingerprint)


def test_the_hidden_sheet_counts_where_names_and_properties_are_lost(zfxxgk: Form) -> None:
    cells = {(row, 0): RawCell("s", key) for row, key in enumerate(KEYS)}
    cells |= {(0, 1): RawCell("s", f" {zfxxgk.id} "), (4, 1): RawCell("s", "2025")}
    cells |= {(30, 0): RawCell("s", "other"), (30, 1): RawCell("s", "x")}
    sheets = {HIDDEN: RawSheet(HIDDEN, cells)}
    assert identity_of(RawBook(sheets, {})) == Identity(form=zfxxgk.id, year="2025")
    with_form = RawBook(sheets, {}, properties={"xlreport.form": "x"})
    assert identity_of(with_form) == Identity(form="x"), "else the sheet does not count"


def test_a_known_form_of_a_plain_year(any_form: Form) -> None:
    found = identified(raw_book(any_form), any_form)
    assert found == Identified(any_form, 2025)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"form": "unbekannt"}, "这是另一种报表（代号“unbekannt”），没有它的定义，无法读取"),
        ({"year": "zwei"}, "文件里没有报表标识，表头也认不出是哪种报表、哪个年度"),
        ({"form": "", "year": ""}, "文件里没有报表标识，表头也认不出是哪种报表、哪个年度"),
    ],
)
def test_why_a_workbook_is_not_known(zfxxgk: Form, changes: dict[str, str], message: str) -> None:
    book = replace(raw_book(zfxxgk), properties=identity(zfxxgk, **changes))
    finding = unidentified(identity_of(book))
    assert (finding.code, finding.message) == ("F2", message)


@pytest.mark.parametrize("changes", [{"form": "unbekannt"}, {"year": "zwei"}])
def test_a_strange_identity_is_never_overruled_by_headings(
    zfxxgk: Form, changes: dict[str, str]
) -> None:
    book = replace(raw_book(zfxxgk), properties=identity(zfxxgk, **changes))
    assert identified(book, zfxxgk) is None


@pytest.mark.parametrize("named", [True, False])
def test_headings_tell_the_form_and_the_cover_the_year(any_form: Form, named: bool) -> None:
    book = bare(any_form, "2024")
    book = book if named else without_names(book, *book.names)
    found = identified(book, any_form)
    assert found is not None
    assert (found.form.id, found.year) == (any_form.id, 2024)
    assert [f.code for f in found.findings] == ["F19"]


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("（2023 年度）", 2023),
        ("填报单位：甲子镇　　报告年度：2023", 2023),
        ("（12023年度）", None),
        ("（1823年度）", None),
        ("2023年", None),
    ],
)
def test_the_year_may_be_printed_at_the_top(zfxxgk: Form, text: str, year: int | None) -> None:
    book = bare(zfxxgk)
    put(book, (COVER, (2, 0)), RawCell("s", text))
    found = identified(book, zfxxgk)
    assert (found.year if found else None) == year


def test_years_that_contradict_one_another_or_stand_lower_tell_nothing(zfxxgk: Form) -> None:
    book = bare(zfxxgk)
    sheet = zfxxgk.tables[0].sheet
    put(book, (COVER, (2, 0)), RawCell("s", "（2023 年度）"))
    put(book, (sheet, (UNIT_ROW, 0)), RawCell("s", "报告年度：2024"))
    assert identified(book, zfxxgk) is None
    put(book, (sheet, (UNIT_ROW, 0)), RawCell("s", ""))
    put(book, (sheet, (4, 0)), RawCell("s", "报告年度：2024"))
    found = identified(book, zfxxgk)
    assert found is not None
    assert found.year == 2023


def test_headings_that_fit_two_forms_tell_neither(zfxxgk: Form) -> None:
    again = replace(zfxxgk, id="again")
    assert identified(bare(zfxxgk, "2025"), zfxxgk, again) is None


def test_a_table_that_is_gone_tells_no_form(zfxxgk: Form) -> None:
    book = bare(zfxxgk, "2025")
    sheets = {n: s for n, s in book.sheets.items() if n != zfxxgk.tables[0].sheet}
    assert identified(replace(book, sheets=sheets), zfxxgk) is None


@pytest.mark.parametrize(
    ("text", "year"), [("2025", 2025), ("25", None), ("２０２５", None), ("20 5", None), ("", None)]
)
def test_a_year_is_four_digits(text: str, year: int | None) -> None:
    assert plain_year(text) == year


# --- which edition of the layout -----------------------------------------------------------------


def edition(book: RawBook, form: Form) -> WorkbookLayout:
    return edition_of(book, identity_of(book), form)


def asking_below_the_title(form: Form) -> RawBook:
    """A workbook without identity whose tables have the labels of the first edition."""
    book = bare(form, "2025")
    for sheet in first_edition(form).tables.values():
        for cell in [cell for cell in book.sheets[sheet.name].cells if cell[0] < 3]:
            del book.sheets[sheet.name].cells[cell]
        for label in sheet.labels:
            put(book, (sheet.name, label.span.cell), RawCell("s", label.text))
    return book


def test_the_identity_tells_the_edition(any_form: Form) -> None:
    book = raw_book(any_form)
    assert edition(book, any_form) is layout_of(any_form)
    then = replace(book, properties=identity(any_form, edition=""))
    assert edition(then, any_form) is first_edition(any_form)


def test_without_identity_the_edition_shows_in_what_only_the_first_one_had(any_form: Form) -> None:
    assert edition(bare(any_form), any_form) is layout_of(any_form)
    listed = replace(bare(any_form), sheets={PRIOR_YEAR_LIST: RawSheet(PRIOR_YEAR_LIST)})
    assert edition(listed, any_form) is first_edition(any_form)
    assert edition(asking_below_the_title(any_form), any_form) is first_edition(any_form)


def test_a_table_without_title_or_question_tells_no_edition(zfxxgk: Form) -> None:
    first, second, *_ = first_edition(zfxxgk).tables.values()
    book = asking_below_the_title(zfxxgk)
    for sheet, style in ((first, "title"), (second, "question")):
        (label,) = [label for label in sheet.labels if label.style == style]
        del book.sheets[sheet.name].cells[label.span.cell]
    assert edition(book, zfxxgk) is first_edition(zfxxgk), "the third one tells"
    for sheet in first_edition(zfxxgk).tables.values():
        for label in sheet.labels:
            if label.style == "question":
                book.sheets[sheet.name].cells.pop(label.span.cell, None)
    assert edition(book, zfxxgk) is layout_of(zfxxgk)
