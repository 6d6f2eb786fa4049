"""An .ods as raw cells."""

from __future__ import annotations

import pytest

from formats.packages import cell, ods, refusal
from xlreport.formats.guard import Limits
from xlreport.formats.open import open_book
from xlreport.formats.raw import Format, RawBook, RawCell


def table(*cells: str) -> str:
    return f'<table name="表"><table-row>{"".join(cells)}</table-row></table>'


def book(content: str, **more: str) -> RawBook:
    return open_book(ods(content, **more))  # type: ignore[arg-type]


def texts(content: str) -> dict[tuple[int, int], str]:
    return {at: raw.text for at, raw in book(content).sheets["表"].cells.items()}


@pytest.mark.parametrize(
    ("attributes", "inside", "expected"),
    [
        ('value-type="float" value="1.50"', "<p>2</p>", RawCell("n", "1.50", shown="2")),
        ('value-type="percentage" value="0.5"', "", RawCell("n", "0.5")),
        ('value-type="float"', "<p>2</p>", RawCell("str", "2")),
        ('value-type="float" value="2" formula="of:=1+1"', "", RawCell("n", "2", "of:=1+1")),
        ('value-type="date" date-value="2025-01-02"', "", RawCell("d", "2025-01-02", date=True)),
        ('value-type="time"', "<p>08:00</p>", RawCell("d", "08:00", date=True, shown="08:00")),
        ('value-type="boolean" boolean-value="true"', "<p>是</p>", RawCell("b", "1")),
        ('value-type="boolean" boolean-value="false"', "", RawCell("b", "0")),
        ('value-type="string" string-value="甲"', "<p>乙</p>", RawCell("str", "甲")),
        ('value-type="string"', "<p>甲</p><p>乙</p>", RawCell("str", "甲\n乙")),
        (
            'value-type="string"',
            '<p>甲<s c="2"/>乙<tab/>丙<line-break/>丁<span>戊</span></p>',
            RawCell("str", "甲  乙\t丙\n丁戊"),
        ),
        ('formula="of:=1/0"', "<p>#DIV/0!</p>", RawCell("e", "#DIV/0!", "of:=1/0")),
        ('formula="of:=x"', "<p>Err:508</p>", RawCell("e", "Err:508", "of:=x")),
        ('value-type="string"', "<p>#1</p>", RawCell("str", "#1")),
        ('value-type="string" calcext:value-type="error"', "<p>x</p>", RawCell("e", "x")),
        ('formula="of:=A2"', "", RawCell("str", "", "of:=A2")),
        ("", "", None),
        ("", "<p>甲<annotation><p>乙</p></annotation></p>", RawCell("str", "甲")),
        ("", "<shapes><p>乙</p></shapes>", None),
        ("", "乙", None),
    ],
)
def test_a_cell_as_it_is_written(attributes: str, inside: str, expected: RawCell | None) -> None:
    content = table(f"<table-cell {attributes}>{inside}</table-cell>")
    assert cell(book(content), "A1") == expected


def test_repeated_rows_and_columns() -> None:
    rows = (
        '<table name="表"><table-row number-rows-repeated="2"/>'
        '<table-row number-rows-repeated="2"><table-cell number-columns-repeated="2"/>'
        '<table-cell number-columns-repeated="2"><p>甲</p></table-cell><table-cell><p>乙</p></table-cell></table-row>'
        "<table-row><covered-table-cell><p>丙</p></covered-table-cell></table-row></table>"
    )
    assert texts(rows) == {
        (2, 2): "甲",
        (2, 3): "甲",
        (2, 4): "乙",
        (3, 2): "甲",
        (3, 3): "甲",
        (3, 4): "乙",
        (4, 0): "丙",
    }


@pytest.mark.parametrize("repeated", ["0", "-1", "x", ""])
def test_an_odd_repetition_is_one(repeated: str) -> None:
    content = table(
        f'<table-cell number-columns-repeated="{repeated}"/>', "<table-cell><p>甲</p></table-cell>"
    )
    assert texts(content) == {(0, 1): "甲"}


def test_a_repeated_cell_counts_as_often_as_it_is_there() -> None:
    """A row, and four cells."""
    data = ods(table('<table-cell number-columns-repeated="4"><p>甲</p></table-cell>'))
    assert refusal(data, Limits(cells=5)) == ("", "")
    told = ("R3", "行、单元格的总数为 5 个，超过允许的 4 个")
    assert refusal(data, Limits(cells=4)) == told


def test_marks_protection_and_links() -> None:
    content = (
        '<table name="表" protected="true"><table-row><table-cell/>'
        '<table-cell number-columns-spanned="2"><p>甲</p></table-cell>'
        "<table-cell><annotation><p>x</p></annotation></table-cell></table-row></table>"
    )
    found = book(content)
    assert found.sheets["表"].marks == {(0, 1), (0, 2)}
    assert (found.sheets["表"].protected, found.links, found.format) == (True, False, Format.ODS)


@pytest.mark.parametrize(
    "content",
    [
        table("<table-cell formula=\"of:=['file:///x.ods'#$A.A1]\"/>"),
        table("<table-cell/>") + "<dde-link/>",
        '<table name="表"><table-source/></table>',
        table("<table-cell/>") + "<table name=\"'file:///x.ods'#表\"/>",
    ],
)
def test_links_to_other_files_are_told_and_no_sheets(content: str) -> None:
    found = book(content)
    assert (found.links, list(found.sheets)) == (True, ["表"])


@pytest.mark.parametrize(
    ("address", "target"),
    [
        ("$表.$A$1", "'表'!$A$1"),
        ("$表.$A$1:.$B$2", "'表'!$A$1:$B$2"),
        ("$'我''s'.A1:$'我''s'.B2", "'我''s'!$A$1:$B$2"),
        ("$表.$A$1:$另.$B$2", ""),
        (".$A$1", ""),
        ("x", ""),
    ],
)
def test_the_target_of_a_name(address: str, target: str) -> None:
    names = f'<named-expressions><named-range name="甲" cell-range-address="{address}"/></named-expressions>'
    assert book(table("<table-cell/>") + names).names == {"甲": target}


def test_names_of_a_table_and_expressions_have_no_target() -> None:
    inner = '<table name="表"><named-expressions><named-range name="乙" cell-range-address="$表.$A$1"/></named-expressions></table>'
    assert book(inner + '<named-expression name="甲"/>').names == {"甲": ""}


def test_properties_and_the_last_saved_time() -> None:
    meta = '<user-defined name="a"> 1</user-defined><date>2025-01-02T03:04:05</date><x>y</x>'
    found = book(table("<table-cell/>"), meta=meta)
    assert (found.properties, found.saved) == ({"a": "1"}, "2025-01-02T03:04:05")
    assert book(table("<table-cell/>")).saved == ""


@pytest.mark.parametrize(
    ("name", "macros"),
    [
        ("Basic/Standard/script.xml", True),
        ("scripts/a.py", True),
        ("scripts\\", False),
        ("x/basic/", False),
    ],
)
def test_macros_are_scripts_not_folders(name: str, macros: bool) -> None:
    content = table("<table-cell/>")
    assert open_book(ods(content, more={name: "x"})).macros is macros


def test_what_cannot_be_read_is_refused() -> None:
    manifest = {"META-INF/manifest.xml": "<encryption-data/>"}
    assert refusal(ods(table(), more=manifest)) == (
        "R20",
        "工作簿加了打开密码，这种格式（.ods）本软件不能用密码打开",
    )
    assert refusal(ods(table() + table())) == ("R2", "工作表“表”出现了两次")
    nested = '<table name="外"><table name="里"/></table>'
    assert refusal(ods(nested)) == ("R2", "工作表“外”里嵌套了表格")
    assert refusal(ods("")) == ("R2", "工作簿里没有工作表")
