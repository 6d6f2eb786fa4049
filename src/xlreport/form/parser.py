"""Rules as written, parsed with Python's own `ast` and bound to a form's fields."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from xlreport.form import expression as ex
from xlreport.form.model import LEVELS, Check, Field, Instance, Table, leaf_ids, paths

_OPERATORS: dict[type[ast.cmpop], ex.Operator] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
}


_FUNCTIONS = "sum abs round previous length implies is_number filled mentions differs"


class RuleError(Exception):
    """A mistake in a rule; `offset` is the position in the rule's text, in characters."""

    def __init__(self, text: str, offset: int = 0) -> None:
        super().__init__(text)
        self.text = text
        self.offset = offset


class _NotHere(Exception):
    """The rule does not apply to this row or column (a name has no field there)."""


@dataclass(frozen=True)
class Names:
    """What a rule may name: number fields by table, row (group) and column (group), and texts."""

    fields: dict[str, Field]
    rows: dict[str, dict[str, tuple[str, ...]]]
    columns: dict[str, dict[str, tuple[str, ...]]]
    texts: frozenset[str]

    @classmethod
    def of(
        cls, tables: tuple[Table, ...], fields: dict[str, Field], texts: frozenset[str]
    ) -> Names:
        """Collects the names of a form's tables; a group's name stands for all rows below it."""
        rows: dict[str, dict[str, tuple[str, ...]]] = {}
        columns: dict[str, dict[str, tuple[str, ...]]] = {}
        for table in tables:
            mine, theirs = rows.setdefault(table.id, {}), columns.setdefault(table.id, {})
            for block in table.blocks:
                for found, headings in ((mine, block.rows), (theirs, block.columns)):
                    for path in paths(headings):
                        for heading in path:
                            if heading.id:
                                found[heading.id] = leaf_ids((heading,))
        return cls(fields, rows, columns, texts)


def bind(check: Check, names: Names) -> tuple[Instance, ...]:
    """All instances of a check. Raises RuleError with the place of the mistake."""
    tree = _parsed(check.rule)
    found: list[Instance] = []
    try:
        for scope in _scopes(check, tree, names):
            try:
                binder = _Binder(check, names, scope)
                found.append(binder.instance(tree))
            except _NotHere:
                continue
    except RecursionError:
        raise RuleError("规则嵌套太深") from None
    if not found:
        raise RuleError("规则没有比较任何数：没有一行或一列同时具备规则里的各项")
    return tuple(found)


def bind_number(check: Check, names: Names) -> ex.Number:
    """The number that the rule of a check spells, without a comparison. Raises RuleError."""
    try:
        found = _Binder(check, names, _Scope()).number(_parsed(check.rule))
    except RecursionError:
        raise RuleError("规则嵌套太深") from None
    if not ex.operands_of(found):
        raise RuleError("里面没有填报的数字")
    return found


def _parsed(rule: str) -> ast.expr:
    try:
        return ast.parse(rule, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        offset = (getattr(error, "offset", 1) or 1) - 1
        raise RuleError("规则写法有误：检查括号、逗号和运算符", offset) from None


@dataclass(frozen=True, slots=True)
class _Scope:
    table: str = ""
    row: str | None = None
    column: str | None = None
    cell: Field | None = None


def _chains(tree: ast.AST) -> Iterator[tuple[str, ...]]:
    """Every dotted name of the rule, in the order of writing."""
    for node in ast.iter_child_nodes(tree) if not isinstance(tree, ast.Attribute) else ():
        yield from _chains(node)
    if isinstance(tree, ast.Attribute):
        yield tuple(ast.unparse(tree).split("."))


def _scopes(check: Check, tree: ast.expr, names: Names) -> Iterator[_Scope]:
    if check.each is None:
        yield _Scope()
        return
    if check.each == "cell":
        for field in names.fields.values():
            if field.computed is None:
                yield _Scope(field.table, field.row, field.column, field)
        return
    table = next((c[0] for c in _chains(tree) if len(c) == 2 and c[0] in names.rows), None)
    if table is None:
        word = "表.列" if check.each == "row" else "表.行"
        raise RuleError(f"each: {check.each} 的规则里至少要有一个“{word}”")
    ids = dict.fromkeys(
        f.row if check.each == "row" else f.column
        for f in names.fields.values()
        if f.table == table
    )
    for name in ids:
        yield _Scope(table, row=name) if check.each == "row" else _Scope(table, column=name)


class _Binder:
    """Turns one syntax tree into one bound rule for one row, column or cell."""

    def __init__(self, check: Check, names: Names, scope: _Scope) -> None:
        self.check = check
        self.names = names
        self.scope = scope

    def instance(self, tree: ast.expr) -> Instance:
        rule = self.truth(tree)
        fields = ex.fields_of(rule)
        texts = ex.texts_of(rule)
        if not fields and not texts:
            raise RuleError("规则没有比较任何数：里面没有填报的数字或文字")
        for part in ex.walk(rule):
            if isinstance(part, ex.Compare):
                if part.left == part.right:
                    raise RuleError("规则没有比较任何数：两边完全相同")
                if not ex.operands_of(part):
                    raise RuleError("规则没有比较任何数：这个比较里只有常数")
        table = self.scope.table or (self.names.fields[fields[0]].table if fields else "text")
        return Instance(self.check, rule, table, self.scope.row, self.scope.column)

    def truth(self, node: ast.expr) -> ex.Truth:
        match node:
            case ast.BoolOp(op=ast.And(), values=values):
                return ex.And(tuple(self.truth(v) for v in values))
            case ast.BoolOp(op=ast.Or(), values=values):
                return ex.Or(tuple(self.truth(v) for v in values))
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return ex.Not(self.truth(operand))
            case ast.Compare():
                return self.compare(node)
            case ast.Call(func=ast.Name(id="implies"), args=[premise, conclusion], keywords=[]):
                return ex.Implies(self.truth(premise), self.truth(conclusion))
            case ast.Call(func=ast.Name(id="is_number"), args=[item], keywords=[]):
                return ex.IsNumber(self.one(item))
            case ast.Call(func=ast.Name(id="filled"), args=[item], keywords=[]):
                return ex.Filled(self.text(item))
            case ast.Call(func=ast.Name(id="mentions"), args=[item, *words], keywords=[]):
                return ex.Mentions(self.text(item), self.words(words, node))
            case ast.Call(func=ast.Name(id="differs"), args=[item], keywords=[]):
                return ex.Differs(self.text(item))
        raise self.error("规则没有比较任何数：这里应当是一个比较，例如 a == b", node)

    def compare(self, node: ast.Compare) -> ex.Truth:
        if len(node.ops) != 1:
            raise self.error("一次只能比较两个数；a < b < c 请写成 a < b and b < c", node)
        if isinstance(node.ops[0], ast.In):
            return self.level(node)
        operator = _OPERATORS.get(type(node.ops[0]))
        if operator is None:
            raise self.error("不认识的比较符，可用 == != < <= > >=", node)
        tolerance = self.check.tolerance if operator == "==" else Decimal(0)
        return ex.Compare(
            operator, self.number(node.left), self.number(node.comparators[0]), tolerance
        )

    def level(self, node: ast.Compare) -> ex.LevelIn:
        listed = node.comparators[0]
        if ast.unparse(node.left) != "unit.level" or not isinstance(listed, ast.Tuple | ast.List):
            raise self.error('in 只能写成 unit.level in ("乡镇", "街道")', node)
        levels = tuple(
            item.value if isinstance(item, ast.Constant) else None for item in listed.elts
        )
        if not levels:
            raise self.error("规则没有比较任何数：单位类别一个也没有写", node)
        for item, level in zip(listed.elts, levels, strict=True):
            if level not in LEVELS:
                raise self.error(f"单位类别只能是：{'、'.join(LEVELS)}", item)
        return ex.LevelIn(tuple(str(level) for level in levels))

    def number(self, node: ast.expr) -> ex.Number:
        match node:
            case ast.Constant(value=int() | float() as value) if not isinstance(value, bool):
                return ex.Const(self.constant(node))
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return ex.Times(Decimal(-1), self.number(operand))
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                first, second = self.number(left), self.number(right)
                items = (
                    first.items
                    if isinstance(first, ex.Total) and first.spelled == "+"
                    else (first,)
                )
                return ex.Total((*items, second), "+")
            case ast.BinOp(left=left, op=ast.Sub(), right=right):
                return ex.Minus(self.number(left), self.number(right))
            case ast.BinOp(left=left, op=ast.Mult(), right=right):
                return self.times(left, right, node)
            case ast.Call(func=ast.Name(id="abs"), args=[item], keywords=[]):
                return ex.Absolute(self.number(item))
            case ast.Call(func=ast.Name(id="previous"), args=[item], keywords=[]):
                return ex.Previous(self.one(item).field)
            case ast.Call(func=ast.Name(id="length"), args=[item], keywords=[]):
                return ex.Length(self.text(item))
            case ast.Call(func=ast.Name(id="round"), args=[item, digits], keywords=[]):
                return ex.Rounded(self.one(item), self.digits(digits))
            case ast.Call(func=ast.Name(id="sum"), args=[_, *_] as items, keywords=[]):
                return ex.Total(tuple(part for item in items for part in self.summand(item)))
            case ast.Call(func=ast.Name(id=called)):
                raise self.error(f"函数“{called}”不认识或参数个数不对；可用 {_FUNCTIONS}", node)
            case ast.Attribute() | ast.Name():
                return self.one(node)
        raise self.error("这里应当是一个数：字段、数字，或它们的 + - * 和 sum、abs、round", node)

    def constant(self, node: ast.Constant) -> Decimal:
        written = ast.get_source_segment(self.check.rule, node) or ""
        try:
            value = Decimal(written)
        except InvalidOperation:
            raise self.error("数字写法不对", node) from None
        if not value.is_finite() or abs(value) > 10**12 or ex.decimals_of(value) > ex.SCALE:
            raise self.error(f"数字太大或小数超过 {ex.SCALE} 位", node)
        return value

    def times(self, left: ast.expr, right: ast.expr, node: ast.expr) -> ex.Times:
        first, second = self.number(left), self.number(right)
        if isinstance(first, ex.Const):
            return ex.Times(first.value, second)
        if isinstance(second, ex.Const):
            return ex.Times(second.value, first)
        raise self.error("乘号的一边必须是常数", node)

    def digits(self, node: ast.expr) -> int:
        if isinstance(node, ast.Name) and node.id == "decimals" and self.scope.cell:
            return self.scope.cell.decimals
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, int)
            and 0 <= node.value <= ex.SCALE
        ):
            return node.value
        raise self.error(
            f"小数位数应当是 0 到 {ex.SCALE} 的整数（each: cell 时可以写 decimals）", node
        )

    def summand(self, node: ast.expr) -> tuple[ex.Number, ...]:
        if isinstance(node, ast.Attribute):
            return tuple(ex.Ref(name) for name in self.resolve(node))
        return (self.number(node),)

    def one(self, node: ast.expr) -> ex.Ref:
        if isinstance(node, ast.Name) and node.id == "cell" and self.scope.cell:
            return ex.Ref(self.scope.cell.id)
        if not isinstance(node, ast.Attribute):
            raise self.error(f"“{ast.unparse(node)}”不是字段", node)
        found = self.resolve(node)
        if len(found) != 1:
            raise self.error(
                f"“{ast.unparse(node)}”是 {len(found)} 个数，这里只能有一个；求和请写 sum(…)", node
            )
        return ex.Ref(found[0])

    def words(self, nodes: list[ast.expr], call: ast.expr) -> tuple[str, ...]:
        words = tuple(
            n.value for n in nodes if isinstance(n, ast.Constant) and isinstance(n.value, str)
        )
        if (
            not words
            or len(words) < len(nodes)
            or any(w != "".join(w.split()) or not w or '"' in w for w in words)
        ):
            raise self.error(
                'mentions 要写成 mentions(text.名称, "词", "词")，词里没有空格、引号和换行', call
            )
        return words

    def text(self, node: ast.expr) -> str:
        name = ast.unparse(node)
        if name not in self.names.texts:
            raise self.error(f"没有文字“{name}”", node)
        return name

    def resolve(self, node: ast.Attribute) -> tuple[str, ...]:
        """The field ids behind `table.row.column`, `table.row` or `table.column`."""
        name = ast.unparse(node)
        table, *rest = name.split(".")
        rows, columns = self.names.rows.get(table), self.names.columns.get(table)
        if rows is None or columns is None or len(rest) > 2 or not all(rest):
            raise self.error(f"没有字段“{name}”", node)
        row_ids: tuple[str, ...] | None
        column_ids: tuple[str, ...] | None
        if len(rest) == 2:
            row_ids, column_ids = rows.get(rest[0]), columns.get(rest[1])
        elif rest[0] in columns:
            row_ids, column_ids = self._per("row", rows), columns[rest[0]]
        else:
            row_ids, column_ids = rows.get(rest[0]), self._per("column", columns)
        if row_ids is None or column_ids is None:
            raise self.error(f"没有字段“{name}”", node)
        found = tuple(f"{table}.{row}.{column}" for row in row_ids for column in column_ids)
        known = tuple(field for field in found if field in self.names.fields)
        if not known or (self.check.each in ("row", "column") and len(known) < len(found)):
            if len(rest) == 1 and self.check.each in ("row", "column"):
                raise _NotHere
            if not known:
                raise self.error(f"没有字段“{name}”", node)
        return known

    def _per(self, each: str, named: dict[str, tuple[str, ...]]) -> tuple[str, ...]:
        """The row or column of this instance; all of them when the rule has no `each` for it."""
        mine = self.scope.row if each == "row" else self.scope.column
        if self.check.each == each and mine is not None:
            return (mine,)
        return tuple(dict.fromkeys(name for ids in named.values() for name in ids))

    def error(self, text: str, node: ast.expr) -> RuleError:
        line = self.check.rule.splitlines()[node.lineno - 1]
        return RuleError(text, len(line.encode()[: node.col_offset].decode(errors="ignore")))
