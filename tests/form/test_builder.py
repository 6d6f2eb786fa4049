"""Tables become fields; each computed field gets its formula, in an order in which each needs only earlier ones."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from form.test_loader import BASE, problems
from xlreport.form import expression as ex
from xlreport.form.builder import PREFIXES_OF_THE_HOUSE, SHEETS_OF_THE_HOUSE
from xlreport.form.loader import loads
from xlreport.form.model import Arrangement, Field, Kind
from xlreport.publishing.summary import names
from xlreport.workbook.layout import sheet
from xlreport.workbook.layout.details import detail_sheet
from xlreport.workbook.layout.prior_year import prior_year_sheet

NESTED = BASE.replace(
    """\
          - {id: a, label: 甲}
          - {id: b, label: 乙}
""",
    """\
          - {label: 合, columns: [{id: a, label: 甲, kind: money, unit: 万元}, {id: b, label: 乙}]}
""",
).replace(
    """\
          - {id: x, label: 一}
          - {id: y, label: 二}
""",
    """\
          - {id: top, label: 上, rows: [{id: mid, label: 中, rows: [{id: x, label: 一}]}, {id: y, label: 二}]}
""",
)


def test_a_field_knows_its_headings() -> None:
    form = loads(NESTED, "small.yaml")
    assert form.fields["t.x.a"] == Field(
        id="t.x.a",
        table="t",
        row="x",
        column="a",
        row_label="上 中 一",
        row_short="中 一",
        column_label="甲",
        kind=Kind.MONEY,
        unit="万元",
        computed=None,
    )
    assert form.fields["t.y.b"].row_short == "二"
    assert form.fields["t.y.b"].unit == "件"
    assert form.fields["t.x.total"].computed == "A1"
    assert form.table("t").arrangement is Arrangement.DOWN


def test_a_row_can_be_computed_as_well_as_a_column() -> None:
    text = BASE.replace("{id: y, label: 二}", "{id: y, label: 二, computed: B1}")
    text += (
        "  - {code: B1, title: 试, severity: error, each: column, rule: t.y == 2 * t.x, why: 试}\n"
    )
    form = loads(text, "small.yaml")
    assert form.fields["t.y.a"].computed == "B1"
    assert form.fields["t.y.total"].computed == "A1"
    assert form.formulas["t.y.b"] == ex.Times(Decimal(2), ex.Ref("t.x.b"))


def test_a_formula_stands_behind_those_that_it_needs() -> None:
    text = BASE.replace("label: 甲}", "label: 甲, computed: B1}").replace(
        "{id: total, label: 合计, computed: A1}",
        "{id: total, label: 合计, computed: A1}\n          - {id: c, label: 丙}",
    )
    text += "  - {code: B1, title: 试, severity: error, each: row, rule: t.a == t.c + 1, why: 试}\n"
    form = loads(text, "small.yaml")
    order = list(form.formulas)
    assert order.index("t.x.a") < order.index("t.x.total")
    assert [field.id for field in form.computed] == order
    assert form.leaves("t.x.total") == ("t.x.c", "t.x.b")


def test_the_circle_of_formulas_is_quoted() -> None:
    text = BASE.replace("label: 甲}", "label: 甲, computed: B1}")
    text += "  - {code: B1, title: 试, severity: error, each: row, rule: t.a == t.total, why: 试}\n"
    messages = [message for _, _, message in problems(text)]
    assert messages[0].startswith("计算公式互相引用，成了一个圈：t.")
    assert messages[0].count(" → ") == 2


def test_an_equation_with_a_tolerance_computes_nothing() -> None:
    text = BASE.replace("    why: 相加\n", "    why: 相加\n    tolerance: 1\n")
    assert {message for _, _, message in problems(text)} == {
        "“t.x.total”的 computed: A1 无效：该校验没有“t.x.total == …”这样的等式",
        "“t.y.total”的 computed: A1 无效：该校验没有“t.y.total == …”这样的等式",
    }


SECOND_TABLE = """\
  - id: {table}
    title: 表
    sheet: {sheet}
    blocks: [{{columns: [{{id: m, label: 甲}}], rows: [{{id: n, label: 一}}]}}]
texts:
"""
SECOND_BLOCK = """\
      - columns: [{id: m, label: 丙}]
        rows: [{id: ROW, label: 三}]
texts:
"""


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("texts:\n", SECOND_TABLE.format(table="t", sheet="另"), "id“t”用了两次"),
        ("texts:\n", SECOND_TABLE.format(table="u", sheet="表"), "工作表名“表”用了两次或被封面等页占用"),
        ("    sheet: 表\n", "    sheet: 计算\n", "工作表名“计算”用了两次或被封面等页占用"),
        ("    sheet: 表\n", "    sheet: XLReport\n", "工作表名“XLReport”用了两次或被封面等页占用"),
        ("    sheet: 表\n", "    sheet: 上年·甲\n", "工作表名“上年·甲”用了两次或被封面等页占用"),
        ("    sheet: 表\n", "    sheet: 上年甲\n", None),
        ("texts:\n", SECOND_BLOCK.replace("ROW", "x"), "id“x”用了两次"),
        ("label: 甲}", "label: 甲, columns: [{id: c, label: 丙}], computed: A1}", "合并的标题不能由公式算出，请写在它下面的行或列上"),
        ("    sheet: 表\n", "    sheet: 表\n    arrangement: across\n", None),
        ("texts:\n", SECOND_BLOCK.replace("ROW", "z"), None),
    ],
)  # fmt: skip
def test_tables_that_would_be_confused_are_refused(old: str, new: str, message: str | None) -> None:
    text = BASE.replace(old, new, 1)
    if message is None:
        loads(text, "small.yaml")
        return
    assert message in [text for _, _, text in problems(text)]


def test_names_that_would_be_cut_to_the_same_are_refused() -> None:
    """Sheets of last year and of details have the name of the table behind three characters."""
    first = BASE.replace("sheet: 表\n", f"sheet: {'长' * 28}甲\n", 1)
    second = SECOND_TABLE.format(table="u", sheet=f"{'长' * 28}乙")
    texts = [text for _, _, text in problems(first.replace("texts:\n", second, 1))]
    assert texts == [f"工作表名“{'长' * 28}乙”的前 28 个字与另一张表的相同"]
    loads(first.replace("texts:\n", second.replace("长", "短"), 1), "small.yaml")


def test_all_sheets_of_workbooks_and_summaries_are_taken() -> None:
    own = (sheet.COVER, sheet.GUIDE, sheet.TEXTS, sheet.CHECKS, sheet.CALCULATION, sheet.HIDDEN)
    of_summaries = {name for key, name in vars(names).items() if key.endswith("_SHEET")}
    assert len(of_summaries) == 7
    assert set(SHEETS_OF_THE_HOUSE) == {*own, sheet.PRIOR_YEAR_LIST, *of_summaries}
    form = loads(BASE, "small.yaml")
    longest = "长" * 31
    table = replace(form.tables[0], sheet=longest)
    further = (prior_year_sheet(longest), detail_sheet(table))
    assert further == tuple(prefix + "长" * 28 for prefix in PREFIXES_OF_THE_HOUSE)


def test_a_table_that_prints_across_has_one_block() -> None:
    text = BASE.replace("    sheet: 表\n", "    sheet: 表\n    arrangement: across\n")
    text = text.replace("texts:\n", SECOND_BLOCK.replace("ROW", "z"))
    assert "横排的表（across）只能有一个块" in [message for _, _, message in problems(text)]
