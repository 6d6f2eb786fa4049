"""Tables and fields from their definitions; which check computes which field, and in what order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from typing import Protocol, TypeVar

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
from xlreport.form.schema import BlockDef, ColumnDef, FormDef, HeadingDef, RowDef, TableDef
from xlreport.form.yaml_source import Path

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

SHEETS_OF_THE_HOUSE = (
    "封面",
    "填报说明",
    "文字材料",
    "上年数",
    "校验",
    "计算",
    "xlreport",
    "报送情况",
    "校验结果",
    "各单位文字材料",
    "各单位说明",
    "概况",
    "图表数据",
    "技术信息",
)
"""Sheet names that workbooks and summaries use for themselves."""

PREFIXES_OF_THE_HOUSE = ("上年·", "明细·")
"""How the names of further sheets begin, one a table, before the name of its own."""

_TELLING = 28
"""Characters of a sheet's name that are left behind such a beginning (Excel allows 31)."""


class Report(Protocol):
    """Takes note of mistakes."""

    def __call__(self, path: Path, text: str, offset: int = 0) -> None:
        """The path of a value in the definition, what is wrong, and how many characters into it."""


@dataclass
class Draft:
    """Tables and fields before the checks are bound; `places` tells where each field was
    written."""

    tables: tuple[Table, ...] = ()
    fields: dict[str, Field] = field(default_factory=dict)
    places: dict[str, Path] = field(default_factory=dict)


def build_tables(definition: FormDef, report: Report) -> Draft:
    """All tables with their fields; mistakes go to `report`."""
    _check_tables(definition.tables, report)
    draft = Draft()
    tables = []
    for table, path in with_paths(definition.tables, (), "tables"):
        builder = _TableBuilder(table, path, draft, report)
        tables.append(builder.table())
    draft.tables = tuple(tables)
    return draft


_Item = TypeVar("_Item")


def with_paths(items: Iterable[_Item], path: Path, key: str) -> Iterator[tuple[_Item, Path]]:
    """Each item of a list that stands under a key, with its path in the definition."""
    for i, item in enumerate(items):
        yield item, (*path, key, i)


def _check_tables(tables: tuple[TableDef, ...], report: Report) -> None:
    sheets = set(SHEETS_OF_THE_HOUSE)
    ids: set[str] = set()
    for table, path in with_paths(tables, (), "tables"):
        if table.id in RESERVED:
            report((*path, "id"), f"“{table.id}”是保留的词，表的 id 请换一个")
        if table.id in ids:
            report((*path, "id"), f"id“{table.id}”用了两次")
        problem = _sheet_problem(table.sheet, sheets)
        if problem:
            report((*path, "sheet"), problem)
        several = len(table.blocks) > 1
        if table.arrangement == "across" and several:
            report((*path, "blocks", 1), "横排的表（across）只能有一个块")
        ids.add(table.id)
        sheets.add(table.sheet)


def _sheet_problem(name: str, taken: set[str]) -> str:
    """Why a sheet cannot have this name; empty where it can. Excel takes capitals for small
    letters."""
    folded = {other.casefold() for other in taken}
    if name.casefold() in folded or name.startswith(PREFIXES_OF_THE_HOUSE):
        return f"工作表名“{name}”用了两次或被封面等页占用"
    beginnings = {other[:_TELLING] for other in folded}
    if name.casefold()[:_TELLING] in beginnings:
        return f"工作表名“{name}”的前 {_TELLING} 个字与另一张表的相同"
    return ""


class _TableBuilder:
    """Builds one table, and puts its fields into the draft. Row ids are used once in a table,
    column ids once in a block."""

    def __init__(self, definition: TableDef, path: Path, draft: Draft, report: Report) -> None:
        self.definition = definition
        self.path = path
        self.draft = draft
        self.report = report
        self.row_ids: set[str] = set()

    def table(self) -> Table:
        """The table with its blocks."""
        item = self.definition
        placed = with_paths(item.blocks, self.path, "blocks")
        blocks = tuple(self._block(block, path) for block, path in placed)
        arrangement = Arrangement(item.arrangement)
        return Table(item.id, item.title, item.sheet, arrangement, blocks)

    def _block(self, item: BlockDef, path: Path) -> Block:
        column_ids: set[str] = set()
        columns = self._columns(item.columns, path, column_ids)
        rows = self._rows(item.rows, path)
        for name in column_ids & self.row_ids:
            self.report(path, f"“{name}”既是行又是列的 id，规则里会分不清")
        block = Block(item.title, item.corner, columns, rows)
        for built in _fields(self.definition.id, block):
            if built.id not in self.draft.fields:
                self.draft.fields[built.id] = built
                self.draft.places[built.id] = path
        return block

    def _columns(
        self, items: Iterable[ColumnDef], path: Path, ids: set[str]
    ) -> tuple[Heading, ...]:
        placed = with_paths(items, path, "columns")
        return tuple(self._column(item, here, ids) for item, here in placed)

    def _column(self, item: ColumnDef, path: Path, ids: set[str]) -> Heading:
        inner = self._columns(item.columns, path, ids)
        self._check_heading(item, path, ids, is_group=bool(inner))
        kind = Kind(item.kind)
        return Heading(item.label, item.id, inner, kind, item.unit, item.computed, item.signed)

    def _rows(self, items: Iterable[RowDef], path: Path) -> tuple[Heading, ...]:
        placed = with_paths(items, path, "rows")
        return tuple(self._row(item, here) for item, here in placed)

    def _row(self, item: RowDef, path: Path) -> Heading:
        inner = self._rows(item.rows, path)
        self._check_heading(item, path, self.row_ids, is_group=bool(inner))
        return Heading(item.label, item.id, inner, computed=item.computed)

    def _check_heading(
        self, item: HeadingDef, path: Path, ids: set[str], *, is_group: bool
    ) -> None:
        """Reports what is wrong with a heading; adds its id to those that are used."""
        if is_group and item.computed is not None:
            message = "合并的标题不能由公式算出，请写在它下面的行或列上"
            self.report((*path, "computed"), message)
        if item.id is None:
            if not is_group:
                self.report(path, "行和列都要有 id")
            return
        if item.id in ids:
            self.report((*path, "id"), f"id“{item.id}”用了两次")
        ids.add(item.id)


def _fields(table: str, block: Block) -> Iterator[Field]:
    """The numbers of a block, row by row."""
    for rows in paths(block.rows):
        for columns in paths(block.columns):
            yield _field(table, rows, columns)


def _field(table: str, rows: tuple[Heading, ...], columns: tuple[Heading, ...]) -> Field:
    row = rows[-1]
    column = columns[-1]
    return Field(
        id=f"{table}.{row.id}.{column.id}",
        table=table,
        row=row.id or "",
        column=column.id or "",
        row_label=_labels(rows),
        row_short=_labels(rows[1:] or rows),
        column_label=column.label,
        kind=column.kind,
        unit=column.unit,
        computed=column.computed or row.computed,
        signed=column.signed,
    )


def _labels(headings: Iterable[Heading]) -> str:
    return " ".join(heading.label for heading in headings)


def order_formulas(
    draft: Draft, instances: tuple[Instance, ...], report: Report
) -> dict[str, ex.Number]:
    """The formula of each computed field, in an order in which each needs only earlier ones."""
    formulas = _formulas(draft, instances, report)
    graph = {name: _computed_parts(formula, formulas) for name, formula in formulas.items()}
    try:
        order = tuple(TopologicalSorter(graph).static_order())
    except CycleError as error:
        circle = error.args[1]
        listed = " → ".join(circle)
        report(draft.places[circle[0]], f"计算公式互相引用，成了一个圈：{listed}")
        return {}
    return {name: formulas[name] for name in order}


def _computed_parts(formula: ex.Number, formulas: dict[str, ex.Number]) -> list[str]:
    return [name for name in ex.fields_of(formula) if name in formulas]


def _formulas(
    draft: Draft, instances: tuple[Instance, ...], report: Report
) -> dict[str, ex.Number]:
    """The formula of each computed field; one without an equation is reported."""
    defining = dict(_defining(instances))
    formulas: dict[str, ex.Number] = {}
    for name, item in draft.fields.items():
        if item.computed is None:
            continue
        if (item.computed, name) in defining:
            formulas[name] = defining[item.computed, name]
        else:
            missing = f"该校验没有“{name} == …”这样的等式"
            message = f"“{name}”的 computed: {item.computed} 无效：{missing}"
            report(draft.places[name], message)
    return formulas


def _defining(instances: tuple[Instance, ...]) -> Iterator[tuple[tuple[str, str], ex.Number]]:
    """Every equation that could compute a field, by code and field."""
    for instance in instances:
        match instance.rule:
            case ex.Compare("==", ex.Ref(name), formula, tolerance) if not tolerance:
                yield (instance.check.code, name), formula
