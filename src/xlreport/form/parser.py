"""Rules as written, parsed with Python's own `ast` and bound to a form's fields.

A rule is Python's grammar and nothing of its meaning: the tree is read, never run. Each node that
has a place in the check language becomes a node of `expression`; anything else is a mistake with
its place.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from itertools import chain

from xlreport.form import expression as ex
from xlreport.form.model import LEVELS, Check, Field, Heading, Instance, Table, leaf_ids, paths

_OPERATORS: dict[type[ast.cmpop], ex.Operator] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
}

_FUNCTIONS = "sum abs round previous length implies is_number filled mentions differs"

LARGEST_CONSTANT = 10**12
"""A constant in a rule has at most this size, and `expression.SCALE` decimals."""

_SYNTAX = "规则写法有误：检查括号、逗号和运算符"
_TOO_DEEP = "规则嵌套太深"
_NO_COMPARISON = "规则没有比较任何数"


class RuleError(Exception):
    """A mistake in a rule; `offset` is the position in the rule's text, in characters."""

    def __init__(self, text: str, offset: int = 0) -> None:
        super().__init__(text)
        self.text = text
        self.offset = offset


class _NotHere(Exception):
    """The rule does not apply to this row or column (a name has no field there)."""


Groups = Mapping[str, tuple[str, ...]]
"""The rows (or columns) behind each name: the row of that id, or all rows below a heading of that
id."""


@dataclass(frozen=True)
class Names:
    """What a rule may name: number fields, rows and columns (or groups of them) by table, texts."""

    fields: Mapping[str, Field]
    rows: Mapping[str, Groups]
    columns: Mapping[str, Groups]
    texts: frozenset[str]

    @classmethod
    def of(
        cls, tables: tuple[Table, ...], fields: Mapping[str, Field], texts: frozenset[str]
    ) -> Names:
        """Collects the names of a form's tables; a group's name stands for all rows below it."""
        rows: dict[str, dict[str, tuple[str, ...]]] = {table.id: {} for table in tables}
        columns: dict[str, dict[str, tuple[str, ...]]] = {table.id: {} for table in tables}
        for table in tables:
            for block in table.blocks:
                rows[table.id].update(_groups(block.rows))
                columns[table.id].update(_groups(block.columns))
        return cls(fields, rows, columns, texts)


def _groups(headings: tuple[Heading, ...]) -> Iterator[tuple[str, tuple[str, ...]]]:
    for path in paths(headings):
        for heading in path:
            if heading.id:
                yield heading.id, leaf_ids((heading,))


def bind(check: Check, names: Names) -> tuple[Instance, ...]:
    """All instances of a check. Raises RuleError with the place of the mistake."""
    tree = _parsed(check.rule)
    instances: list[Instance] = []
    try:
        for scope in _scopes(check, tree, names):
            try:
                instance = _Binder(check, names, scope).instance(tree)
            except _NotHere:
                continue
            instances.append(instance)
    except RecursionError:
        raise RuleError(_TOO_DEEP) from None
    if not instances:
        raise RuleError(f"{_NO_COMPARISON}：没有一行或一列同时具备规则里的各项")
    return tuple(instances)


def bind_number(check: Check, names: Names) -> ex.Number:
    """The number that the rule of a check spells, without a comparison. Raises RuleError."""
    tree = _parsed(check.rule)
    try:
        number = _Binder(check, names, _Scope()).number(tree)
    except RecursionError:
        raise RuleError(_TOO_DEEP) from None
    if not ex.operands_of(number):
        raise RuleError("里面没有填报的数字")
    return number


def bind_condition(check: Check, names: Names) -> ex.Truth:
    """The condition that the rule of a check spells, for no row or column. Raises RuleError."""
    tree = _parsed(check.rule)
    try:
        return _Binder(check, names, _Scope()).instance(tree).rule
    except RecursionError:
        raise RuleError(_TOO_DEEP) from None


def _parsed(rule: str) -> ast.expr:
    try:
        return ast.parse(rule, mode="eval").body
    except SyntaxError as error:
        column = error.offset or 1
        raise RuleError(_SYNTAX, column - 1) from None
    except (ValueError, RecursionError, MemoryError):
        raise RuleError(_SYNTAX) from None


# --- rows, columns and cells for which a rule is bound ---


@dataclass(frozen=True, slots=True)
class _Scope:
    """The row, column or cell for which a rule is bound; empty for a rule that holds once."""

    table: str = ""
    row: str | None = None
    column: str | None = None
    cell: Field | None = None


def _scopes(check: Check, tree: ast.expr, names: Names) -> Iterator[_Scope]:
    match check.each:
        case None:
            yield _Scope()
        case "cell":
            for field in names.fields.values():
                if field.computed is None:
                    yield _Scope(field.table, field.row, field.column, field)
        case "row":
            table = _scoped_table(tree, names, "each: row 的规则里至少要有一个“表.列”")
            rows = [field.row for field in _fields_of(table, names)]
            for row in dict.fromkeys(rows):
                yield _Scope(table, row=row)
        case "column":
            table = _scoped_table(tree, names, "each: column 的规则里至少要有一个“表.行”")
            columns = [field.column for field in _fields_of(table, names)]
            for column in dict.fromkeys(columns):
                yield _Scope(table, column=column)


def _fields_of(table: str, names: Names) -> list[Field]:
    return [field for field in names.fields.values() if field.table == table]


def _scoped_table(tree: ast.expr, names: Names, mistake: str) -> str:
    """The table of the first name of two parts. Raises RuleError, with this mistake, when there is
    none."""
    for parts in _dotted_names(tree):
        if len(parts) == 2 and parts[0] in names.rows:
            return parts[0]
    raise RuleError(mistake)


def _dotted_names(tree: ast.AST) -> Iterator[tuple[str, ...]]:
    """Every dotted name of the rule, in the order of writing."""
    if isinstance(tree, ast.Attribute):
        yield tuple(ast.unparse(tree).split("."))
        return
    for node in ast.iter_child_nodes(tree):
        yield from _dotted_names(node)


# --- trees to expressions ---


class _Binder:
    """Turns one syntax tree into one bound rule for one row, column or cell."""

    def __init__(self, check: Check, names: Names, scope: _Scope) -> None:
        self.check = check
        self.names = names
        self.scope = scope
        self.by_line = check.each in ("row", "column")

    def instance(self, tree: ast.expr) -> Instance:
        """The rule here. Raises RuleError, _NotHere."""
        rule = self.truth(tree)
        fields = ex.fields_of(rule)
        if not fields and not ex.texts_of(rule):
            raise RuleError(f"{_NO_COMPARISON}：里面没有填报的数字或文字")
        for part in ex.walk(rule):
            if isinstance(part, ex.Compare):
                _require_comparison(part)
        scope = self.scope
        table = scope.table
        if not table:
            table = self.names.fields[fields[0]].table if fields else "text"
        row, column = self.scope.row, self.scope.column
        return Instance(self.check, rule, table, row, column, self._subject(fields))

    def _subject(self, fields: Sequence[str]) -> str:
        """The row or column that the rule is about here, as printed; of a cell its row."""
        named = [self.names.fields[name] for name in fields]
        if self.scope.row is not None:
            rows = (f.row_short or f.row_label for f in named if f.row == self.scope.row)
            return next(rows, "")
        return next((f.column_label for f in named if f.column == self.scope.column), "")

    # --- conditions ---

    def truth(self, node: ast.expr) -> ex.Truth:
        match node:
            case ast.BoolOp(op=ast.And(), values=values):
                return ex.And(self._truths(values))
            case ast.BoolOp(op=ast.Or(), values=values):
                return ex.Or(self._truths(values))
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return ex.Not(self.truth(operand))
            case ast.Compare(ops=[ast.In()]):
                return self._level(node)
            case ast.Compare():
                return self._compare(node)
            case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]):
                return self._condition_called(name, arguments, node)
        raise self.error(f"{_NO_COMPARISON}：这里应当是一个比较，例如 a == b", node)

    def _truths(self, nodes: list[ast.expr]) -> tuple[ex.Truth, ...]:
        return tuple(self.truth(node) for node in nodes)

    def _condition_called(self, name: str, arguments: list[ast.expr], call: ast.Call) -> ex.Truth:
        match name, arguments:
            case "implies", [premise, conclusion]:
                return ex.Implies(self.truth(premise), self.truth(conclusion))
            case "is_number", [item]:
                return ex.IsNumber(self._field(item))
            case "filled", [item]:
                return ex.Filled(self._text(item))
            case "mentions", [item, *words]:
                return ex.Mentions(self._text(item), self._words(words, call))
            case "differs", [item]:
                return ex.Differs(self._text(item))
        raise self.error(f"{_NO_COMPARISON}：这里应当是一个比较，例如 a == b", call)

    def _compare(self, node: ast.Compare) -> ex.Compare:
        if len(node.ops) != 1:
            raise self.error("一次只能比较两个数；a < b < c 请写成 a < b and b < c", node)
        operator = _OPERATORS.get(type(node.ops[0]))
        if operator is None:
            raise self.error("不认识的比较符，可用 == != < <= > >=", node)
        tolerance = self.check.tolerance if operator == "==" else Decimal(0)
        left = self.number(node.left)
        right = self.number(node.comparators[0])
        return ex.Compare(operator, left, right, tolerance)

    def _level(self, node: ast.Compare) -> ex.LevelIn:
        match node:
            case ast.Compare(
                left=ast.Attribute(value=ast.Name(id="unit"), attr="level"),
                comparators=[ast.Tuple(elts=items) | ast.List(elts=items)],
            ):
                if not items:
                    raise self.error(f"{_NO_COMPARISON}：单位类别一个也没有写", node)
                return ex.LevelIn(tuple(self._one_level(item) for item in items))
        raise self.error('in 只能写成 unit.level in ("乡镇", "街道")', node)

    def _one_level(self, node: ast.expr) -> str:
        match node:
            case ast.Constant(value=str() as level) if level in LEVELS:
                return level
        allowed = "、".join(LEVELS)
        raise self.error(f"单位类别只能是：{allowed}", node)

    # --- numbers ---

    def number(self, node: ast.expr) -> ex.Number:
        """A number node. Raises RuleError, _NotHere."""
        match node:
            case ast.Constant(value=int() | float() as value) if not isinstance(value, bool):
                return ex.Const(self._constant(node))
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return ex.Times(Decimal(-1), self.number(operand))
            case ast.Name(id="least") if self.scope.cell:
                return ex.Const(self.scope.cell.least)
            case ast.BinOp(op=ast.Add() | ast.Sub() | ast.Mult()):
                return self._arithmetic(node)
            case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]):
                return self._number_called(name, arguments, node)
            case ast.Call(func=ast.Name(id=name)):
                raise self._unknown_function(name, node)
            case ast.Attribute() | ast.Name():
                return self._field(node)
        raise self.error("这里应当是一个数：字段、数字，或它们的 + - * 和 sum、abs、round", node)

    def _arithmetic(self, node: ast.BinOp) -> ex.Number:
        left = self.number(node.left)
        right = self.number(node.right)
        match node.op:
            case ast.Add():
                return _added(left, right)
            case ast.Sub():
                return ex.Minus(left, right)
        if isinstance(left, ex.Const):
            return ex.Times(left.value, right)
        if isinstance(right, ex.Const):
            return ex.Times(right.value, left)
        raise self.error("乘号的一边必须是常数", node)

    def _number_called(self, name: str, arguments: list[ast.expr], call: ast.Call) -> ex.Number:
        match name, arguments:
            case "abs", [item]:
                return ex.Absolute(self.number(item))
            case "previous", [item]:
                return ex.Previous(self._field(item).field)
            case "length", [item]:
                return ex.Length(self._text(item))
            case "round", [item, digits]:
                return ex.Rounded(self._field(item), self._digits(digits))
            case "sum", [_, *_]:
                return ex.Total(tuple(self._summands(arguments)))
        raise self._unknown_function(name, call)

    def _unknown_function(self, name: str, node: ast.expr) -> RuleError:
        return self.error(f"函数“{name}”不认识或参数个数不对；可用 {_FUNCTIONS}", node)

    def _constant(self, node: ast.Constant) -> Decimal:
        written = ast.get_source_segment(self.check.rule, node) or ""
        try:
            value = Decimal(written)
        except InvalidOperation:
            raise self.error("数字写法不对", node) from None
        is_too_large = abs(value) > LARGEST_CONSTANT
        is_too_fine = ex.decimals_of(value) > ex.SCALE
        if is_too_large or is_too_fine:
            raise self.error(f"数字太大或小数超过 {ex.SCALE} 位", node)
        return value

    def _digits(self, node: ast.expr) -> int:
        match node:
            case ast.Name(id="decimals") if self.scope.cell:
                return self.scope.cell.decimals
            case ast.Constant(value=int() as digits) if 0 <= digits <= ex.SCALE:
                return digits
        message = f"小数位数应当是 0 到 {ex.SCALE} 的整数（each: cell 时可以写 decimals）"
        raise self.error(message, node)

    def _summands(self, nodes: list[ast.expr]) -> Iterator[ex.Number]:
        """The items of a sum; a name stands for all its fields."""
        for node in nodes:
            if isinstance(node, ast.Attribute):
                for field in self._fields(node):
                    yield ex.Ref(field)
            else:
                yield self.number(node)

    # --- names ---

    def _field(self, node: ast.expr) -> ex.Ref:
        """The one field that a name stands for."""
        match node:
            case ast.Name(id="cell") if self.scope.cell:
                return ex.Ref(self.scope.cell.id)
            case ast.Attribute():
                fields = self._fields(node)
            case _:
                raise self.error(f"“{ast.unparse(node)}”不是字段", node)
        if len(fields) != 1:
            counted = f"“{ast.unparse(node)}”是 {len(fields)} 个数"
            raise self.error(f"{counted}，这里只能有一个；求和请写 sum(…)", node)
        return ex.Ref(fields[0])

    def _fields(self, node: ast.Attribute) -> tuple[str, ...]:
        """The field ids behind `table.row.column`, `table.row` or `table.column`."""
        table, *rest = ast.unparse(node).split(".")
        lines = self._lines(table, rest)
        if lines is None:
            raise self._no_field(node)
        rows, columns = lines
        named = [f"{table}.{row}.{column}" for row in rows for column in columns]
        fields = tuple(name for name in named if name in self.names.fields)
        is_whole = len(fields) == len(named)
        if self.by_line and len(rest) == 1 and not is_whole:
            raise _NotHere
        if not fields:
            raise self._no_field(node)
        return fields

    def _lines(self, table: str, rest: list[str]) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
        """The rows and columns of a name; None when there are none of that name."""
        if table not in self.names.rows:
            return None
        rows = self.names.rows[table]
        columns = self.names.columns[table]
        match rest:
            case [row, column] if row in rows and column in columns:
                return rows[row], columns[column]
            case [column] if column in columns:
                return self._here(self.scope.row, "row", rows), columns[column]
            case [row] if row in rows:
                return rows[row], self._here(self.scope.column, "column", columns)
        return None

    def _here(self, line: str | None, each: str, groups: Groups) -> tuple[str, ...]:
        """The row or column of this instance; all of them when the rule has no `each` for it."""
        if self.check.each == each and line is not None:
            return (line,)
        names = chain.from_iterable(groups.values())
        return tuple(dict.fromkeys(names))

    def _no_field(self, node: ast.expr) -> RuleError:
        return self.error(f"没有字段“{ast.unparse(node)}”", node)

    def _text(self, node: ast.expr) -> str:
        name = ast.unparse(node)
        if name not in self.names.texts:
            raise self.error(f"没有文字“{name}”", node)
        return name

    def _words(self, nodes: list[ast.expr], call: ast.expr) -> tuple[str, ...]:
        words = []
        for node in nodes:
            match node:
                case ast.Constant(value=str() as word) if _is_word(word):
                    words.append(word)
        if not nodes or len(words) < len(nodes):
            written = 'mentions 要写成 mentions(text.名称, "词", "词")'
            raise self.error(f"{written}，词里没有空格、引号和换行", call)
        return tuple(words)

    def error(self, text: str, node: ast.expr) -> RuleError:
        """A mistake at a node. `ast` counts columns in bytes of UTF-8, people in characters."""
        line = self.check.rule.splitlines()[node.lineno - 1]
        encoded = line.encode()[: node.col_offset]
        before = encoded.decode(errors="ignore")
        return RuleError(text, len(before))


def _require_comparison(part: ex.Compare) -> None:
    """Raises RuleError for a comparison that says nothing."""
    if part.left == part.right:
        raise RuleError(f"{_NO_COMPARISON}：两边完全相同")
    if not ex.operands_of(part):
        raise RuleError(f"{_NO_COMPARISON}：这个比较里只有常数")


def _added(left: ex.Number, right: ex.Number) -> ex.Total:
    """A chain of `+` is one sum."""
    if isinstance(left, ex.Total) and left.spelled == "+":
        return ex.Total((*left.items, right), "+")
    return ex.Total((left, right), "+")


def _is_word(word: str) -> bool:
    """Whether a word can be looked for where spaces do not count, and quoted in a formula."""
    has_space = any(letter.isspace() for letter in word)
    return word != "" and '"' not in word and not has_space
