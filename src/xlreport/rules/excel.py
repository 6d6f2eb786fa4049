"""The check language as Excel formulas.

Only functions on which every engine agrees: SUM IF AND OR NOT ROUND ABS COUNT COUNTBLANK COUNTIF
TEXT, and LEN with SUBSTITUTE for texts. Each condition becomes a pair: where it certainly holds and
where it certainly fails; what is neither cannot be verified yet.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple, Protocol

from xlreport.a1 import Cell, address, quoted, ranges
from xlreport.errors import XlreportError
from xlreport.form import expression as ex
from xlreport.form.model import Form, Kind
from xlreport.rules.excel_text import and_, call, if_, literal, not_, or_
from xlreport.rules.grade import Grade
from xlreport.submission import YES, shown

MAX_FORMULA = 8192
"""Excel's limit on a formula's length, in characters."""

_SPACES = ('" "', '"\u3000"', "CHAR(10)")
"""What is taken out of a text before it is looked at."""


class FormulaTooLong(XlreportError):
    """A rule whose formula Excel would refuse."""


class Addresses(Protocol):
    """Where the workbook of a form has what formulas refer to: sheet and cell."""

    @property
    def form(self) -> Form:
        """The form."""
        ...

    @property
    def cells(self) -> Mapping[str, tuple[str, Cell]]:
        """Of each field, text fields included."""
        ...

    @property
    def flags(self) -> Mapping[str, tuple[str, Cell]]:
        """Of each table's answer whether its blanks are 0."""
        ...

    @property
    def level(self) -> tuple[str, Cell]:
        """Of the unit's level."""
        ...

    def prior_year(self, name: str) -> tuple[str, Cell]:
        """Of a field's value of last year."""
        ...


class Condition(NamedTuple):
    """Two formulas: where something certainly holds, and where it certainly fails."""

    holds: str
    fails: str

    @classmethod
    def where(cls, known: str, holds: str) -> Condition:
        """What counts where its numbers are known."""
        fails = not_(holds)
        known_to_hold = if_(known, holds, "FALSE")
        known_to_fail = if_(known, fails, "FALSE")
        return cls(known_to_hold, known_to_fail)

    @classmethod
    def all_of(cls, parts: Sequence[Condition]) -> Condition:
        """Holds where all parts hold, fails where one fails."""
        all_hold = and_(*(part.holds for part in parts))
        one_fails = or_(*(part.fails for part in parts))
        return cls(all_hold, one_fails)

    def negated(self) -> Condition:
        """Holds where this fails, and the other way round."""
        return Condition(self.fails, self.holds)


def _counts(ranges: Iterable[str], count: int) -> str:
    """Whether so many cells of some ranges hold a number."""
    numbers = call("COUNT", *ranges)
    return f"{numbers}={count}"


class Formulas:
    """Formulas for one form, as seen from one sheet (references to it carry no sheet name)."""

    def __init__(self, addresses: Addresses, sheet: str) -> None:
        self.addresses = addresses
        self.form = addresses.form
        self.sheet = sheet

    # --- references ------------------------------------------------------------------------------

    def ref(self, sheet: str, target: str) -> str:
        """A cell or range of a sheet."""
        if sheet == self.sheet:
            return target
        return f"{quoted(sheet)}!{target}"

    def cell(self, name: str) -> str:
        """The cell of a field."""
        return self._at(self.addresses.cells[name])

    def previous(self, name: str) -> str:
        """The cell with last year's number."""
        return self._at(self.addresses.prior_year(name))

    def flag(self, table: str) -> str:
        """The cell that says whether a table's blanks are 0."""
        return self._at(self.addresses.flags[table], absolute=True)

    def bare(self, name: str) -> str:
        """A text without spaces and line feeds."""
        text = self.cell(name)
        for space in _SPACES:
            text = call("SUBSTITUTE", text, space, '""')
        return text

    def ranges(self, names: Iterable[str]) -> list[str]:
        """The cells of some fields as few ranges, sheet by sheet."""
        by_sheet: dict[str, list[Cell]] = {}
        for name in names:
            sheet, cell = self.addresses.cells[name]
            by_sheet.setdefault(sheet, []).append(cell)
        found: list[str] = []
        for sheet, cells in by_sheet.items():
            found += [self.ref(sheet, part) for part in ranges(cells)]
        return found

    def _at(self, place: tuple[str, Cell], *, absolute: bool = False) -> str:
        sheet, cell = place
        return self.ref(sheet, address(cell, absolute=absolute))

    # --- numbers ---------------------------------------------------------------------------------

    def computed(self, name: str) -> str:
        """The formula of a computed cell; texts and blanks in its parts are passed over. Raises
        FormulaTooLong."""
        formula = self.number(self.form.formulas[name], tolerant=True)
        return within_limit(f"={formula}", name)

    def number(self, node: ex.Number, *, tolerant: bool = False) -> str:
        """A number; `tolerant` passes over texts and blanks."""
        match node:
            case ex.Const(value=value):
                return shown(value)
            case ex.Ref() | ex.Previous() | ex.Length():
                return self._operand(node, tolerant=tolerant)
            case ex.Total():
                return self._total(node, tolerant=tolerant)
            case ex.Minus():
                return self._minus(node, tolerant=tolerant)
            case ex.Times(factor=factor, item=item):
                number = self.number(item, tolerant=tolerant)
                return f"{shown(factor)}*({number})"
            case ex.Absolute(item=item):
                number = self.number(item, tolerant=tolerant)
                return call("ABS", number)
            case ex.Rounded(item=item, digits=digits):
                number = self.number(item, tolerant=tolerant)
                return call("ROUND", number, str(digits))

    def _operand(self, node: ex.Ref | ex.Previous | ex.Length, *, tolerant: bool) -> str:
        match node:
            case ex.Ref(field=name) if tolerant:
                return call("SUM", self.cell(name))
            case ex.Ref(field=name):
                return self.cell(name)
            case ex.Previous(field=name):
                return self.previous(name)
            case ex.Length(text=name):
                return call("LEN", self.bare(name))

    def _minus(self, node: ex.Minus, *, tolerant: bool) -> str:
        left = self.number(node.left, tolerant=tolerant)
        right = self.number(node.right, tolerant=tolerant)
        several = isinstance(node.right, ex.Minus | ex.Total)
        if several:
            return f"{left}-({right})"
        return f"{left}-{right}"

    def _total(self, node: ex.Total, *, tolerant: bool) -> str:
        """A chain of + as it was written; else a SUM over ranges, unless a cell counts twice."""
        items = []
        names = []
        others = []
        for item in node.items:
            written = self.number(item, tolerant=tolerant)
            items.append(written)
            if isinstance(item, ex.Ref):
                names.append(item.field)
            else:
                others.append(written)
        if node.spelled == "+" and not tolerant:
            return "+".join(items)
        if len(set(names)) < len(names):
            return call("SUM", *items)
        return call("SUM", *self.ranges(names), *others)

    # --- comparisons -----------------------------------------------------------------------------

    def known(self, node: ex.Node) -> str:
        """Whether every number that a node needs is there (declared blanks count as 0)."""
        fields = ex.fields_of(node)
        conditions = []
        computed = [name for name in fields if self.form.fields[name].computed]
        if computed:
            ranges_of_computed = self.ranges(computed)
            conditions.append(_counts(ranges_of_computed, len(computed)))
        leaves = self._leaves(fields)
        if leaves:
            filled_in = self._filled_in(leaves)
            conditions.append(f"{filled_in}={len(leaves)}")
        for operand in ex.operands_of(node):
            if isinstance(operand, ex.Length):
                conditions.append(self._is_written(operand.text))
        conditions += self.last_year(node)
        if len(conditions) == 1:
            return conditions[0]
        return and_(*conditions)

    def _leaves(self, fields: Sequence[str]) -> list[str]:
        """The typed-in cells behind some fields, each once."""
        leaves: dict[str, None] = {}
        for name in fields:
            leaves.update(dict.fromkeys(self.form.leaves(name)))
        return list(leaves)

    def _filled_in(self, names: Sequence[str]) -> str:
        """How many of these cells hold a number, or are blank where that means 0."""
        counted = [call("COUNT", *self.ranges(names))]
        by_table: dict[str, list[str]] = {}
        for name in names:
            table = self.form.fields[name].table
            by_table.setdefault(table, []).append(name)
        for table, members in by_table.items():
            blanks = [call("COUNTBLANK", part) for part in self.ranges(members)]
            declared = f"{self.flag(table)}={literal(YES)}"
            counted.append(if_(declared, "+".join(blanks), "0"))
        return "+".join(counted)

    def _is_written(self, name: str) -> str:
        """Whether a cell is not blank."""
        blanks = call("COUNTBLANK", self.cell(name))
        return f"{blanks}=0"

    def last_year(self, node: ex.Node) -> list[str]:
        """The condition that last year's numbers are there, if a node needs any."""
        cells = []
        for operand in ex.operands_of(node):
            if isinstance(operand, ex.Previous):
                cells.append(self.previous(operand.field))
        if not cells:
            return []
        return [_counts(cells, len(cells))]

    def comparison(self, node: ex.Compare) -> str:
        """Whether two numbers that are there compare as they should."""
        gap = self.gap(node)
        if node.operator == "==" and node.tolerance:
            distance = call("ABS", gap)
            return f"{distance}<={shown(node.tolerance)}"
        operator = {"==": "=", "!=": "<>"}.get(node.operator, node.operator)
        return f"{gap}{operator}0"

    def gap(self, node: ex.Compare) -> str:
        """Left minus right, rounded to its exact decimals against the noise of binary fractions."""
        minus = ex.Minus(node.left, node.right)
        against_zero = node.right == ex.Const(Decimal(0))
        difference = self.number(node.left if against_zero else minus)
        decimals = str(ex.scale_of(minus))
        return call("ROUND", difference, decimals)

    # --- conditions ------------------------------------------------------------------------------

    def condition(self, node: ex.Truth) -> Condition:
        """Where a condition certainly holds and certainly fails. Raises ValueError for one that no
        formula can tell."""
        match node:
            case ex.Compare():
                return Condition.where(self.known(node), self.comparison(node))
            case ex.IsNumber(item=item):
                return Condition(self.known(node), self._is_other(item.field))
            case ex.Filled() | ex.Mentions() | ex.Differs():
                return self._of_text(node)
            case ex.LevelIn(levels=levels):
                return self._level_in(levels)
            case ex.Not(item=item):
                return self.condition(item).negated()
            case ex.And(items=items):
                return self._all_of(items)
            case ex.Or(items=items):
                return self._one_of(items)
            case ex.Implies(premise=premise, conclusion=conclusion):
                return self._one_of((ex.Not(premise), conclusion))

    def _is_other(self, name: str) -> str:
        """Whether a cell holds something that is no number."""
        cell = self.cell(name)
        return f"COUNT({cell})+COUNTBLANK({cell})=0"

    def _of_text(self, node: ex.Filled | ex.Mentions | ex.Differs) -> Condition:
        """A blank text can be filled in yet: neither holds nor fails."""
        written = self._is_written(node.text)
        match node:
            case ex.Filled():
                length = call("LEN", self.bare(node.text))
                only_spaces = and_(written, f"{length}=0")
                return Condition(f"{length}>0", only_spaces)
            case ex.Mentions(words=words):
                each = [self._has(node.text, word) for word in words]
                mentioned = or_(*each)
                silent = and_(written, not_(mentioned))
                return Condition(mentioned, silent)
            case ex.Differs():
                raise ValueError("no workbook formula can compare texts")

    def _has(self, name: str, word: str) -> str:
        """Whether a text gets shorter without a word."""
        text = self.bare(name)
        without = call("SUBSTITUTE", text, literal(word), '""')
        return f"LEN({without})<LEN({text})"

    def _level_in(self, levels: Sequence[str]) -> Condition:
        cell = self._at(self.addresses.level, absolute=True)
        each = [f"{cell}={literal(level)}" for level in levels]
        listed = or_(*each)
        another = and_(f'{cell}<>""', not_(listed))
        return Condition(listed, another)

    def _all_of(self, items: Sequence[ex.Truth]) -> Condition:
        """Comparisons of the same cells ask only once whether these are known."""
        if not self._asks_once(items):
            conditions = [self.condition(item) for item in items]
            return Condition.all_of(conditions)
        known = self.known(items[0])
        return Condition.where(known, self._compared(items))

    def _asks_once(self, items: Sequence[ex.Truth]) -> bool:
        """Whether all are comparisons of the same cells, last year's and texts included."""
        operands = {frozenset(ex.operands_of(item)) for item in items}
        return len(operands) == 1 and all(isinstance(item, ex.Compare) for item in items)

    def _compared(self, items: Sequence[ex.Truth]) -> str:
        """Whether the comparisons among some conditions all hold."""
        return and_(*(self.comparison(item) for item in items if isinstance(item, ex.Compare)))

    def _one_of(self, items: Sequence[ex.Truth]) -> Condition:
        negated = [self.condition(item).negated() for item in items]
        return Condition.all_of(negated).negated()

    # --- grades ----------------------------------------------------------------------------------

    def judgement(self, rule: ex.Truth) -> Judgement:
        """How a rule is judged, in parts that can stand in cells of their own."""
        open_ = self.open(rule)
        if isinstance(rule, ex.Compare):
            return Judgement(self.known(rule), self.comparison(rule), open_, is_known=True)
        if isinstance(rule, ex.And) and self._asks_once(rule.items):
            return Judgement(self.known(rule), self._compared(rule.items), open_, is_known=True)
        condition = self.condition(rule)
        return Judgement(condition.holds, condition.fails, open_, is_known=False)

    def open(self, rule: ex.Truth) -> str:
        """The grade of a rule that cannot be verified: for want of last year's numbers, or of cells
        that are not filled in."""
        there = self.last_year(rule)
        if not there:
            return str(int(Grade.OPEN))
        return if_(there[0], str(int(Grade.OPEN)), str(int(Grade.NO_PRIOR_YEAR)))


@dataclass(frozen=True, slots=True)
class Judgement:
    """A rule as two conditions: `first` whether its numbers are known and `second` whether they
    compare (`is_known`), else where it certainly holds and where it certainly fails. `open_` is the
    grade where nothing is certain."""

    first: str
    second: str
    open_: str
    is_known: bool

    def grade(self, failing: str, first: str = "", second: str = "") -> str:
        """The grade as a formula without `=`; `failing` is the grade of a failing rule, `first` and
        `second` the cells of the conditions where they stand apart."""
        holds = str(int(Grade.HOLDS))
        if self.is_known:
            judged = if_(second or self.second, holds, failing)
            return if_(first or self.first, judged, self.open_)
        otherwise = if_(second or self.second, failing, self.open_)
        return if_(first or self.first, holds, otherwise)


def within_limit(formula: str, name: str) -> str:
    """The formula, unless Excel would refuse it. Raises FormulaTooLong."""
    if len(formula) > MAX_FORMULA:
        raise FormulaTooLong(
            f"“{name}”的 Excel 公式有 {len(formula):,} 个字符，"
            f"超过 Excel 允许的 {MAX_FORMULA:,} 个；请把规则拆短，或减少一行里的列数。"
        )
    return formula


def has_money(form: Form, rule: ex.Truth) -> bool:
    """Whether a rule compares amounts, whose differences are shown with all decimals."""
    fields = [form.fields[name] for name in ex.fields_of(rule)]
    return any(field.kind is Kind.MONEY for field in fields)
