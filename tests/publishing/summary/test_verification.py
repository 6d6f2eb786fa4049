"""A summary is opened again before it replaces an earlier one."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

import openpyxl
import pytest

from support.cells import part, put, rewrite, sheet_parts
from support.records import JIAZI, LICENCES, form, record, report
from support.summaries import merged, summary_bytes, wrong
from xlreport import MergeResult, api
from xlreport.errors import XlreportError
from xlreport.publishing.summary import written_sheets
from xlreport.publishing.summary.names import OVERVIEW_SHEET
from xlreport.publishing.summary.verification import SummaryDiffers, verify_summary
from xlreport.publishing.summary.written_sheets import WrittenSheets
from xlreport.workbook.layout.details import detail_sheet
from xlreport.workbook.layout.workbook import Spot, layout_of


@lru_cache(maxsize=1)
def result() -> MergeResult:
    return merged()


@lru_cache(maxsize=1)
def data() -> bytes:
    return summary_bytes(result())


def changed(sheet: str, cell: str, value: str | float | None) -> bytes:
    """The summary with another number in a cell, as if it had been written wrongly."""
    if value is None:
        return put(data(), sheet, cell, "blank")
    if isinstance(value, bool):
        return put(data(), sheet, cell, "boolean", str(int(value)))
    return put(data(), sheet, cell, "text" if isinstance(value, str) else "number", str(value))


def test_a_summary_as_it_is_written_shows_its_result() -> None:
    verify_summary(data(), result())


def test_so_does_one_in_which_nothing_is_counted() -> None:
    empty = merged(reports=[record("a", wrong(JIAZI))])
    assert empty.counted_files == ()
    verify_summary(summary_bytes(empty), empty)


@pytest.mark.parametrize(
    ("sheet", "cell", "value", "told"),
    [
        ("二、主动公开", "B10", 17, "“二、主动公开”B10 是 17，应当是 16"),
        ("二、主动公开", "B10", None, "“二、主动公开”B10 没有数，应当是 16"),
        ("二、主动公开", "B10", "无", "“二、主动公开”B10 没有数，应当是 16"),
        ("二、主动公开", "B10", True, "“二、主动公开”B10 没有数，应当是 16"),
        ("二、主动公开", "B10", 16.00001, "“二、主动公开”B10 是 16.00001，应当是 16"),
        ("明细·二、主动公开", "D6", 999, "“明细·二、主动公开”D4 是 999，应当是 0"),
        ("明细·二、主动公开", "D6", "无", "明细的第 1 行缺少格子"),
        (OVERVIEW_SHEET, "A6", 5, "“概况”A6 是 5，应当是 4"),
        (OVERVIEW_SHEET, "J6", 0, "“概况”J6 是 0，应当是 1"),
        (OVERVIEW_SHEET, "C10", 87, "“概况”C10 是 87，应当是 88"),
        (OVERVIEW_SHEET, "D10", 1, "“概况”D10 是 1，应当没有数"),
    ],
)
def test_another_number_is_told_with_its_cell(
    sheet: str, cell: str, value: str | float | None, told: str
) -> None:
    with pytest.raises(SummaryDiffers) as caught:
        verify_summary(changed(sheet, cell, value), result())
    assert caught.value.message == (
        f"写好的汇总表与汇总结果不一致：{told}。"
        "没有替换原来的汇总表，请把这句话和所用的版本告诉开发者。"
    )


def as_openpyxl_shows(spots: set[Spot]) -> dict[Spot, object]:
    book = openpyxl.load_workbook(io.BytesIO(data()), data_only=True)
    shown = {
        (sheet, cell): book[sheet].cell(cell[0] + 1, cell[1] + 1).value for sheet, cell in spots
    }
    return {spot: value for spot, value in shown.items() if isinstance(value, int | float)}


def test_every_number_is_the_one_that_openpyxl_reads() -> None:
    spots = set(layout_of(form()).cells.values()) | {(OVERVIEW_SHEET, (5, i)) for i in range(11)}
    with WrittenSheets(data()) as written:
        assert written.numbers(spots) == as_openpyxl_shows(spots)
        for table in form().tables:
            sheet = detail_sheet(table)
            book = openpyxl.load_workbook(io.BytesIO(data()), data_only=True)
            rows = list(book[sheet].iter_rows(min_row=6, min_col=4, values_only=True))
            texts = [[float(text or 0) for text in row[3:]] for row in written.rows(sheet, 6)]
            assert texts == [[float(str(value or 0)) for value in row] for row in rows]


def test_rows_may_end_in_another_piece(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(written_sheets, "_PIECE", 7)
    verify_summary(data(), result())


def without_a_row(xml: str) -> str:
    return re.sub(r'<row r="7".*?</row>', "", xml)


def without_a_cell(xml: str) -> str:
    return re.sub(r'<c r="D7"[^>]*?(/>|>.*?</c>)', "", xml)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (without_a_row, "“明细·二、主动公开”A5 是 1，应当是 2"),
        (without_a_cell, "明细的第 2 行缺少格子"),
        (lambda xml: xml.replace("<row ", "<wor "), "“明细·二、主动公开”读不出来"),
        (lambda xml: xml.replace("<v>0</v>", "<v>零</v>"), "明细的第 1 行有不是数的格子"),
    ],
)
def test_rows_of_units_that_are_not_there_are_told(change: Callable[[str], str], told: str) -> None:
    name = sheet_parts(data())["明细·二、主动公开"]
    other = rewrite(data(), {name: change(part(data(), name)).encode()})
    with pytest.raises(SummaryDiffers, match=re.escape(told)):
        verify_summary(other, result())


def test_what_is_no_package_or_no_xml_is_told() -> None:
    name = sheet_parts(data())["二、主动公开"]
    with pytest.raises(SummaryDiffers, match="“二、主动公开”读不出来"):
        verify_summary(rewrite(data(), {name: b"<worksheet"}), result())
    with pytest.raises(SummaryDiffers, match="文件的结构读不出来"):
        verify_summary(rewrite(data(), {"xl/workbook.xml": None}), result())


def test_each_total_of_each_table_is_compared() -> None:
    base = result()
    for name in base.totals:
        other = {**base.totals, name: base.totals[name] + 1}
        with pytest.raises(SummaryDiffers):
            verify_summary(data(), replace(base, totals=other))


def test_a_lost_sheet_shows_nothing() -> None:
    book = openpyxl.load_workbook(io.BytesIO(data()), data_only=True)
    del book["四、复议诉讼"]
    out = io.BytesIO()
    book.save(out)
    with pytest.raises(SummaryDiffers):
        verify_summary(out.getvalue(), result())


def test_amounts_are_compared_to_their_last_decimal() -> None:
    town = report(JIAZI)
    amount = "disclosure.fees.amount"
    entry = replace(town.entries[amount], value=Decimal("0.100001"), raw="0.100001")
    paid = merged(
        reports=[record("a", replace(town, entries={**town.entries, amount: entry}))],
        with_errors=True,
    )
    assert paid.totals[amount] == Decimal("0.100001")
    verify_summary(summary_bytes(paid), paid)


def test_a_difference_stops_the_run_and_the_old_summary_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = replace(result(), request=replace(result().request, folder=tmp_path / "in"))
    written = api.write_outputs(base, tmp_path / "out")
    before = {p.name: p.read_bytes() for p in sorted((tmp_path / "out").iterdir())}
    assert len(before) == len(written.outputs)

    def wrong_by_one(*_: object) -> bytes:
        return changed("二、主动公开", "B10", 17)

    monkeypatch.setattr(api, "write_summary", wrong_by_one)
    with pytest.raises(XlreportError) as caught:
        api.write_outputs(base, tmp_path / "out", repair=tmp_path / "fresh")
    assert caught.value.exit_code == 2
    assert {p.name: p.read_bytes() for p in sorted((tmp_path / "out").iterdir())} == before
    assert not (tmp_path / "fresh").exists(), "nothing is written at all"


def test_the_total_that_is_changed_above_is_the_one_of_licences() -> None:
    assert result().totals[LICENCES] == 16
