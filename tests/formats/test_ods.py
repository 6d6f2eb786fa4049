"""An .ods as raw cells."""

from __future__ import annotations

from decimal import Decimal

import pytest

from formats.packages import cell, ods, refusal
from xlreport.formats.conditional import MOST_RULES, Change, Look, Rule
from xlreport.formats.conditions import ALWAYS, SELF, Condition, Reference
from xlreport.formats.guard import Limits, Refused
from xlreport.formats.open import open_book
from xlreport.formats.raw import MOST_ODD, Format, RawBook, RawCell, RawSheet, Remark


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


# --- what nobody sees, and what lies over the cells --------------------------------------------

ODF = "urn:oasis:names:tc:opendocument:xmlns"
SPACES = " ".join(
    f'xmlns:{name}="{ODF}:{space}:1.0"'
    for name, space in {
        "office": "office",
        "table": "table",
        "text": "text",
        "style": "style",
        "number": "datastyle",
        "fo": "xsl-fo-compatible",
        "draw": "drawing",
        "config": "config",
    }.items()
)
CALC = 'xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"'
P = "<text:p>甲</text:p>"
NUMBER = 'office:value-type="float" office:value="5"'


def written(inside: str, own: str = "", **more: str) -> RawBook:
    """A spreadsheet of one table with this in it, all names as they are written."""
    table_ = f'<table:table table:name="表">{inside}</table:table>'
    content = (
        f"<office:document-content {SPACES} {CALC}><office:automatic-styles>{own}"
        f"</office:automatic-styles><office:spreadsheet>{table_}</office:spreadsheet>"
        "</office:document-content>"
    )
    members = {"content.xml": content, **{f"{name}.xml": xml for name, xml in more.items()}}
    return open_book(ods("", more=members))


def sheet(inside: str, own: str = "", **more: str) -> RawSheet:
    return written(inside, own, **more).sheets["表"]


def line(*cells: str, attributes: str = "") -> str:
    return f"<table:table-row {attributes}>{''.join(cells)}</table:table-row>"


def one(attributes: str = "", inside: str = P) -> str:
    return f"<table:table-cell {attributes}>{inside}</table:table-cell>"


def style(name: str, inside: str, more: str = "", family: str = "table-cell") -> str:
    return f'<style:style style:name="{name}" style:family="{family}" {more}>{inside}</style:style>'


WHITE = style("white", '<style:text-properties fo:color="#ffffff"/>')
FAINT = "字的颜色与底色相同"


def test_hidden_rows_are_told_by_their_numbers() -> None:
    low = style("low", '<style:table-row-properties style:row-height="0cm"/>', family="table-row")
    found = sheet(
        line(one(), attributes='table:number-rows-repeated="2"')
        + line(one(), attributes='table:visibility="collapse" table:number-rows-repeated="3"')
        + line(one(), attributes='table:visibility="visible"')
        + line(one(), attributes='table:visibility="filter"')
        + line(one(), attributes='table:style-name="low"')
        + line(one()),
        low,
    )
    assert found.hidden.rows == ((2, 4), (6, 7))
    assert found.hidden.columns == ()
    assert sorted(found.cells) == [(row, 0) for row in range(9)]


def test_hidden_columns_are_told_by_their_numbers() -> None:
    narrow = style(
        "narrow", '<style:table-column-properties style:column-width="1pt"/>', family="table-column"
    )
    columns = (
        "<table:table-column/>"
        '<table:table-column table:visibility="collapse" table:number-columns-repeated="2"/>'
        "<table:table-column/>"
        '<table:table-column table:style-name="narrow"/>'
    )
    found = sheet(columns + line(one()), narrow)
    assert (found.hidden.columns, found.hidden.rows) == (((1, 2), (4, 4)), ())


@pytest.mark.parametrize("kind", ["row", "column"])
def test_rows_and_columns_of_closed_groups(kind: str) -> None:
    def group(inside: str, display: str = "true") -> str:
        name = f"table:table-{kind}-group"
        return f'<{name} table:display="{display}">{inside}</{name}>'

    lines = [line(one())] * 6 if kind == "row" else ["<table:table-column/>"] * 6
    inside = (
        lines[0]
        + group(lines[1] + group(lines[2]), "false")
        + group(lines[3] + group(lines[4], "false"))
        + lines[5]
    )
    hidden = sheet(inside if kind == "row" else inside + line(one())).hidden
    expected = ((1, 2), (4, 4))
    assert (hidden.rows if kind == "row" else hidden.columns) == expected
    assert (hidden.columns if kind == "row" else hidden.rows) == ()


def test_a_hidden_table() -> None:
    hidden = style("no", '<style:table-properties table:display="false"/>', family="table")
    table_ = '<table:table table:name="乙" table:style-name="no"/>'
    found = written(f"{line(one())}</table:table>{table_}<table:table table:name='丙'>", hidden)
    assert [each.hidden.sheet for each in found.sheets.values()] == [False, True, False]


@pytest.mark.parametrize(
    ("columns", "row", "cell_", "reason"),
    [
        ("", "", 'table:style-name="white"', FAINT),
        ("", 'table:default-cell-style-name="white"', "", FAINT),
        ("", 'table:default-cell-style-name="white"', 'table:style-name="black"', ""),
        ('table:default-cell-style-name="white"', "", "", FAINT),
        ('table:default-cell-style-name="white"', 'table:default-cell-style-name="black"', "", ""),
        ("", "", "", ""),
    ],
)
def test_the_style_of_a_cell_is_its_own_or_its_rows_or_its_columns(
    columns: str, row: str, cell_: str, reason: str
) -> None:
    found = sheet(
        f"<table:table-column/><table:table-column {columns}/>"
        + line(one(), one(cell_), one(), attributes=row),
        WHITE + style("black", ""),
    )
    assert found.cells[0, 1].unseen == reason


def test_a_row_has_its_own_default_style_only() -> None:
    found = sheet(
        line(one(), attributes='table:default-cell-style-name="white"') + line(one()), WHITE
    )
    assert [raw.unseen for raw in found.cells.values()] == [FAINT, ""]


@pytest.mark.parametrize(
    ("attributes", "inside", "doubtful"),
    [
        ('office:value-type="string" office:string-value="甲 "', P, False),
        ('office:value-type="string" office:string-value="乙"', P, True),
        ('office:value-type="string" office:string-value="甲乙"', f"{P}<text:p>乙</text:p>", False),
        ('office:value-type="string" office:string-value="乙"', "", False),
        (f'{NUMBER} office:string-value="乙"', P, False),
        (f'{NUMBER} calcext:value-type="float"', P, False),
        (f'{NUMBER} calcext:value-type="string"', P, True),
        (f'{NUMBER} calcext:value-type="error"', P, False),
        (f'{NUMBER} calcext:value-type="void"', P, False),
        ('calcext:value-type="string"', P, True),
        ('office:value-type="string"', P, False),
    ],
)
def test_a_cell_that_says_two_things_is_doubtful(
    attributes: str, inside: str, doubtful: bool
) -> None:
    found = sheet(line(one(), one(attributes, inside)))
    assert found.twice == ([(0, 1)] if doubtful else [])


def test_a_blank_cell_is_never_doubtful() -> None:
    assert sheet(line(one('calcext:value-type="string"', ""), one())).twice == []


def test_merges_and_what_they_cover() -> None:
    span = 'table:number-columns-spanned="3" table:number-rows-spanned="2"'
    found = sheet(line(one()) + line(one(), one(span), one('table:number-columns-spanned="1"')))
    assert found.merges == [((1, 1), (2, 3)), ((1, 2), (1, 2))]
    assert found.marks == {(1, 1), (1, 2)}


# --- comments and drawings ---------------------------------------------------------------------


def note(*lines: str) -> str:
    return f"<office:annotation>{''.join(f'<text:p>{each}</text:p>' for each in lines)}</office:annotation>"


def frame(inside: str, name: str = "frame") -> str:
    return f"<draw:{name}>{inside}</draw:{name}>"


@pytest.mark.parametrize(
    ("inside", "remark"),
    [
        (note("应为 77"), ("批注", "应为 77")),
        (note("一", "二"), ("批注", "一 二")),
        (note(), ("批注", "")),
        (frame("<draw:text-box><text:p>以 88</text:p></draw:text-box>"), ("文本框", "以 88")),
        (frame("<text:p>甲</text:p>", "custom-shape"), ("文本框", "甲")),
        (frame("<draw:image/>"), ("图片", "")),
        (frame("<draw:image><text:p>图一</text:p></draw:image>"), ("图片", "图一")),
        (frame("<draw:object/><draw:image/>"), ("图片", "")),
        (frame("<draw:object/>"), ("图表", "")),
        (frame("<draw:object-ole/>"), ("图表", "")),
        (frame("<draw:object/><draw:x/>"), ("图表", "")),
    ],
)
def test_what_lies_over_a_cell_is_told_and_is_none_of_its_text(
    inside: str, remark: tuple[str, str]
) -> None:
    found = sheet(line(one(), one("", inside + P), one()))
    assert found.remarks == [Remark((0, 1), *remark)]
    assert (found.cells[0, 1].text, found.cells[0, 2].text) == ("甲", "甲")
    assert found.marks == {(0, 1)}


def test_an_empty_box_says_nothing() -> None:
    assert sheet(line(one("", frame("<text:p> </text:p>") + P))).remarks == []


def test_each_overlay_is_its_own() -> None:
    found = sheet(line(one("", note("甲") + note("乙") + P)) + line(one("", note("丙") + P)))
    assert [(each.cell, each.text) for each in found.remarks] == [
        ((0, 0), "甲"),
        ((0, 0), "乙"),
        ((1, 0), "丙"),
    ]


def test_long_words_and_many_remarks_are_cut() -> None:
    found = sheet(line(one("", note("字" * 600) * (MOST_ODD + 5) + P)))
    assert (len(found.remarks), found.remarks[0].text) == (MOST_ODD, "字" * 500)


def test_overlays_are_counted() -> None:
    inside = table("<table-cell><annotation><p>甲</p></annotation><p>乙</p></table-cell>")
    assert refusal(ods(inside), Limits(cells=3)) == ("", "")
    assert refusal(ods(inside), Limits(cells=2))[0] == "R3"


# --- what styles make of numbers ----------------------------------------------------------------


def data_style(inside: str, kind: str = "number") -> str:
    return f'<number:{kind}-style style:name="N">{inside}</number:{kind}-style>'


STYLED = style("own", "", 'style:data-style-name="N"')
OWN = f'{NUMBER} table:style-name="own"'


@pytest.mark.parametrize(
    ("inside", "text", "expected"),
    [
        ('<number:number number:decimal-places="0"/>', "5", RawCell("n", "5", shown="5")),
        ('<number:number number:decimal-places="0"/>', "7", RawCell("n", "5", shown="7")),
        ('<number:number number:decimal-places="0"/><number:text>0</number:text>', "5", RawCell("n", "5", shown="50")),
        ("<number:text/>", "5", RawCell("n", "5", number_format='""')),
        ("<number:scientific-number/>", "5", RawCell("n", "5", shown="5")),
    ],
)  # fmt: skip
def test_a_number_shows_what_its_style_makes_of_it(
    inside: str, text: str, expected: RawCell
) -> None:
    cells = sheet(line(one(OWN, f"<text:p>{text}</text:p>")), data_style(inside) + STYLED).cells
    assert cells[0, 0] == expected


def test_the_styles_of_both_parts_count() -> None:
    inside = data_style("<number:text>见附件</number:text>")
    common = f"<office:document-styles {SPACES}>{inside}{WHITE}</office:document-styles>"
    cells = sheet(line(one(OWN), one('table:style-name="white"')), STYLED, styles=common).cells
    assert (cells[0, 0].shown, cells[0, 1].unseen) == ("见附件", FAINT)


@pytest.mark.parametrize(
    ("kind", "text", "shown"),
    [("date", "", "1900-01-04"), ("date", P, "甲"), ("time", "", "1900-01-04")],
)
def test_a_number_in_a_style_of_dates_is_a_date(kind: str, text: str, shown: str) -> None:
    cells = sheet(line(one(OWN, text)), data_style("", kind) + STYLED).cells
    assert cells[0, 0] == RawCell("n", "5", date=True, shown=shown)


def test_a_number_that_is_none_is_left_as_it_is() -> None:
    odd = 'office:value-type="float" office:value="x" table:style-name="own"'
    styles = data_style("<number:text>甲</number:text>") + STYLED
    assert sheet(line(one(odd)), styles).cells[0, 0] == RawCell("n", "x", shown="甲")
    infinite = odd.replace('"x"', '"INF"')
    assert sheet(line(one(infinite)), styles).cells[0, 0] == RawCell("n", "INF", shown="甲")


def test_a_repeated_number() -> None:
    repeats = style("own", '<style:table-cell-properties style:repeat-content="true"/>')
    cells = sheet(line(one(OWN), one(NUMBER)), repeats).cells
    assert [cells[0, column].repeats for column in (0, 1)] == [True, False]


# --- conditional formats ------------------------------------------------------------------------

MAP = '<style:map style:condition="cell-content()&gt;0" style:apply-style-name="{}" style:base-cell-address="表.A1"/>'
HIDES = Change(colour=(255, 255, 255))
MORE_THAN_0 = Condition(">", (SELF, Decimal(0)))


def test_a_style_with_a_condition_is_a_rule_for_its_cells() -> None:
    seen = style("red", '<style:text-properties fo:color="#ff0000"/>')
    styles = seen + WHITE + style("own", MAP.format("white")) + style("other", MAP.format("seen"))
    repeated = 'table:number-columns-repeated="2" table:style-name="own" '
    found = sheet(
        line(one(), one(repeated + NUMBER), attributes='table:number-rows-repeated="3"')
        + line(one('table:style-name="own"', ""), one('table:style-name="other"')),
        styles,
    )
    assert list(found.rules) == [Rule((((0, 1), (2, 2)),), MORE_THAN_0, HIDES, is_last=True)]
    assert found.looks[found.cells[0, 1].style] == Look()


def test_all_conditions_of_a_style_count_if_one_could_hide() -> None:
    red = style(
        "red",
        '<style:text-properties fo:color="#ff0000"/><style:table-cell-properties fo:background-color="#ffffff"/>',
    )
    both = style("own", MAP.format("red") + MAP.format("white"))
    found = sheet(line(one(OWN)), red + WHITE + both)
    assert [rule.change.colour for rule in found.rules] == [(255, 0, 0), (255, 255, 255)]
    alone = sheet(line(one(OWN)), red + style("own", MAP.format("red")))
    assert list(alone.rules) == []


def formats(inside: str, areas: str = "表.A1:表.B2") -> str:
    opened = f'<calcext:conditional-format calcext:target-range-address="{areas}">'
    return f"<calcext:conditional-formats>{opened}{inside}</calcext:conditional-format></calcext:conditional-formats>"


def test_the_conditional_formats_beside_a_table() -> None:
    condition = '<calcext:condition calcext:apply-style-name="white" calcext:value="&gt;[.A1]" calcext:base-cell-address="表.B2"/>'
    bars = '<calcext:data-bar calcext:show-value="false"/><calcext:icon-set calcext:show-value="true"/>'
    found = sheet(line(one()) + formats(condition + bars), WHITE)
    area = ((0, 0), (1, 1))
    assert list(found.rules) == [
        Rule((area,), Condition(">", (SELF, Reference(-1, -1))), HIDES, is_last=True),
        Rule((area,), ALWAYS, Change(only_bars=True)),
    ]


def test_rules_belong_to_their_own_table_and_are_not_too_many() -> None:
    icons = '<calcext:icon-set calcext:show-value="false"/>' * (MOST_RULES + 5)
    found = written(f"{line(one())}{formats(icons)}</table:table><table:table table:name='乙'>")
    assert [len(each.rules) for each in found.sheets.values()] == [MOST_RULES, 0]


@pytest.mark.parametrize(
    ("item", "zeros"),
    [
        ('config:name="ShowZeroValues">false', False),
        ('config:name="ShowZeroValues"> false ', False),
        ('config:name="ShowZeroValues">true', True),
        ('config:name="ShowNotes">false', True),
    ],
)
def test_whether_zeros_are_shown(item: str, zeros: bool) -> None:
    items = f"<config:config-item {item}</config:config-item><config:x>true</config:x>"
    settings = f"<office:settings {SPACES}>{items}</office:settings>"
    assert sheet(line(one()), settings=settings).zeros is zeros
    assert sheet(line(one())).zeros


@pytest.mark.parametrize("name", ["number:x", "style:x", "config:x"])
def test_tables_in_elements_of_other_parts_are_refused(name: str) -> None:
    with pytest.raises(Refused, match="表格里夹带了表格程序不会写的内容"):
        written(f"<{name}>{line(one())}</{name}>")


def test_a_table_without_a_name() -> None:
    found = book("<table><table-row><table-cell><p>甲</p></table-cell></table-row></table>")
    assert list(found.sheets) == [""]
