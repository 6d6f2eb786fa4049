"""Tables and fields from their definitions; which check computes which field, and in what order."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter

from xlreport.form import expression as ex
from xlreport.form.model import (
    Arrangement,
    Block,
    Field,
    Heading,
    Instance,
    Kind,
    Table,
    paths,
)
from xlreport.form.schema import ColumnDef, FormDef, RowDef, TableDef

RESERVED = frozenset(
    {
        "text",
        "identity",
        "check",
        "detail",
        "unit",
        "form",
        "previous",
        "length",
        "explain",
        "xlreport",
    }
)
"""Table ids that would collide with other names of the check language or the workbook."""

SHEETS_OF_THE_HOUSE = ("封面", "填报说明", "文字材料", "上年数", "校验")
"""Sheet names that every workbook uses for itself."""

Report = Callable[..., None]


@dataclass
class Draft:
    """Tables and fields before the checks are bound; `places` tells where each field was written."""

    tables: tuple[Table, ...] = ()
    fields: dict[str, Field] = field(default_factory=dict)
    places: dict[str, tuple[str | int, ...]] = field(default_factory=dict)


def build_tables(definition: FormDef, report: Report) -> Draft:
    """All tables with their fields; mistakes go to `report(path, text)`."""
    draft = Draft()
    sheets = set(SHEETS_OF_THE_HOUSE)
    seen: set[str] = set()
    tables = []
    for i, table in enumerate(definition.tables):
        if table.id in RESERVED:
            report(("tables", i, "id"), f"“{table.id}”是保留的词，表的 id 请换一个")
        if table.id in seen:
            report(("tables", i, "id"), f"id“{table.id}”用了两次")
        if table.sheet in sheets:
            report(("tables", i, "sheet"), f"工作表名“{table.sheet}”用了两次或被封面等页占用")
        if table.arrangement == "across" and len(table.blocks) > 1:
            report(("tables", i, "blocks", 1), "横排的表（across）只能有一个块")
        seen.add(table.id)
        sheets.add(table.sheet)
        tables.append(_table(table, ("tables", i), draft, report))
    draft.tables = tuple(tables)
    return draft


def _table(
    definition: TableDef, path: tuple[str | int, ...], draft: Draft, report: Report
) -> Table:
    rows_seen: set[str] = set()
    blocks = []
    for i, block in enumerate(definition.blocks):
        here = (*path, "blocks", i)
        columns_seen: set[str] = set()
        columns = tuple(
            _column(c, (*here, "columns", n), columns_seen, report)
            for n, c in enumerate(block.columns)
        )
        rows = tuple(
            _row(r, (*here, "rows", n), rows_seen, report) for n, r in enumerate(block.rows)
        )
        for name in columns_seen & rows_seen:
            report(here, f"“{name}”既是行又是列的 id，规则里会分不清")
        built = Block(block.title, block.corner, columns, rows)
        blocks.append(built)
        _add_fields(definition.id, built, here, draft, report)
    return Table(
        definition.id,
        definition.title,
        definition.sheet,
        Arrangement(definition.arrangement),
        tuple(blocks),
    )


def _column(
    item: ColumnDef, path: tuple[str | int, ...], seen: set[str], report: Report
) -> Heading:
    inner = tuple(
        _column(c, (*path, "columns", n), seen, report) for n, c in enumerate(item.columns)
    )
    _name(item.id, bool(inner), item.computed, path, seen, report)
    return Heading(item.label, item.id, inner, Kind(item.kind), item.unit, item.computed)


def _row(item: RowDef, path: tuple[str | int, ...], seen: set[str], report: Report) -> Heading:
    inner = tuple(_row(r, (*path, "rows", n), seen, report) for n, r in enumerate(item.rows))
    _name(item.id, bool(inner), item.computed, path, seen, report)
    return Heading(item.label, item.id, inner, computed=item.computed)


def _name(
    name: str | None,
    group: bool,
    computed: str | None,
    path: tuple[str | int, ...],
    seen: set[str],
    report: Report,
) -> None:
    if name is None and not group:
        report(path, "行和列都要有 id")
    if computed is not None and group:
        report((*path, "computed"), "合并的标题不能由公式算出，请写在它下面的行或列上")
    if name is not None and name in seen:
        report((*path, "id"), f"id“{name}”用了两次")
    if name is not None:
        seen.add(name)


def _add_fields(
    table: str, block: Block, path: tuple[str | int, ...], draft: Draft, report: Report
) -> None:
    for rows in paths(block.rows):
        for columns in paths(block.columns):
            row, column = rows[-1], columns[-1]
            name = f"{table}.{row.id}.{column.id}"
            if name in draft.fields:
                continue
            draft.fields[name] = Field(
                id=name,
                table=table,
                row=row.id or "",
                column=column.id or "",
                row_label=" ".join(h.label for h in rows),
                row_short=" ".join(h.label for h in rows[1:] or rows),
                column_label=column.label,
                kind=column.kind,
                unit=column.unit,
                computed=column.computed or row.computed,
            )
            draft.places[name] = path


def order_formulas(
    draft: Draft, instances: tuple[Instance, ...], report: Report
) -> dict[str, ex.Number]:
    """The formula of each computed field, in an order in which each needs only earlier ones."""
    defining = dict(_defining(instances))
    formulas: dict[str, ex.Number] = {}
    for name, item in draft.fields.items():
        if item.computed is None:
            continue
        formula = defining.get((item.computed, name))
        if formula is None:
            words = f"“{name}”的 computed: {item.computed} 无效：该校验没有“{name} == …”这样的等式"
            report(draft.places[name], words)
        else:
            formulas[name] = formula
    graph = {
        name: [f for f in ex.fields_of(formula) if f in formulas]
        for name, formula in formulas.items()
    }
    try:
        return {name: formulas[name] for name in TopologicalSorter(graph).static_order()}
    except CycleError as error:
        report(
            draft.places[error.args[1][0]],
            f"计算公式互相引用，成了一个圈：{' → '.join(error.args[1])}",
        )
        return {}


def _defining(instances: tuple[Instance, ...]) -> Iterator[tuple[tuple[str, str], ex.Number]]:
    for instance in instances:
        match instance.rule:
            case ex.Compare(
                operator="==", left=ex.Ref(field=name), right=right, tolerance=tolerance
            ) if not tolerance:
                yield (instance.check.code, name), right
