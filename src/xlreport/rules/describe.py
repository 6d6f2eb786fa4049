"""A rule as a Chinese sentence: what it says, or what was seen where it does not hold."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from enum import IntEnum
from typing import ClassVar

from xlreport import a1
from xlreport.form import expression as ex
from xlreport.form.model import Form, Instance
from xlreport.rules.columns import bare
from xlreport.rules.evaluate import UnitView, Verdict
from xlreport.rules.linear import rounding_of
from xlreport.submission import Place, Status, shown
from xlreport.text import cut, in_marks

_SIGNS = {"==": "＝", "!=": "≠", "<": "＜", "<=": "≤", ">": "＞", ">=": "≥"}
_RELATIONS = {
    "==": "等于",
    "!=": "不等于",
    "<": "小于",
    "<=": "不大于",
    ">": "大于",
    ">=": "不小于",
}

_TOLD_WITH_VALUE = ex.Const | ex.Ref | ex.Previous | ex.Length | ex.Rounded
"""Numbers of which the words say the value."""

MOST_OF_A_HEADING = 24
"""Characters of a heading in a sentence about a failure."""

_EXPLANATION = re.compile(r"(?<=.)（[^（）]{8,}）$")

_Items = tuple[ex.Number, ...]


class RuleDescriber:
    """What one instance of a check says, without numbers. `FailureDescriber` says the same of a
    unit's numbers: it overrides how an operand, a sum and a relation are put."""

    operators: ClassVar[Mapping[str, str]] = _SIGNS

    def __init__(self, form: Form, instance: Instance) -> None:
        self.form = form
        self.instance = instance
        tables = {form.fields[name].table for name in ex.fields_of(instance.rule)}
        self.several_tables = len(tables) > 1

    def rule(self) -> str:
        """The whole rule, with the row or column that it is about."""
        return self.scope() + self.says(self.instance.rule)

    def scope(self) -> str:
        """The row or column that the instance is about, empty for other checks."""
        names = ex.fields_of(self.instance.rule)
        has_scope = self.instance.check.each in ("row", "column")
        if not names or not has_scope:
            return ""
        field = self.form.fields[names[0]]
        if self.instance.row:
            return f"“{self.heading(field.row_short)}”行："
        return f"“{self.heading(field.column_label)}”列："

    def heading(self, printed: str) -> str:
        """A heading as it is put in the sentence."""
        return printed

    def label(self, name: str) -> str:
        """A field or text by its headings, those left out that the scope tells."""
        if name not in self.form.fields:
            return self._text_label(name)
        field = self.form.fields[name]
        in_row = field.row == self.instance.row
        in_column = field.column == self.instance.column
        each = self.instance.check.each
        row = self.heading(field.row_short)
        column = self.heading(field.column_label)
        if each == "row" and in_row:
            return column
        if each == "column" and in_column:
            return row
        return f"{row}·{column}"

    def _text_label(self, name: str) -> str:
        labels = {text.field_id: text.label for text in self.form.texts}
        return labels[name]

    # --- numbers ---------------------------------------------------------------------------------

    def term(self, node: ex.Number) -> str:
        """One side of a relation."""
        return self.expression(node)

    def expression(self, node: ex.Number) -> str:
        """A number in words."""
        match node:
            case ex.Const(value=value):
                return shown(value)
            case ex.Ref() | ex.Previous() | ex.Length():
                return self._operand(node)
            case ex.Total(items=items):
                return self._total(self._grouped(items))
            case ex.Minus(left=left, right=right):
                taken_away = self._in_brackets(right)
                return f"{self.expression(left)} － {taken_away}"
            case ex.Times(factor=factor, item=item):
                multiplied = self._in_brackets(item)
                return f"{shown(factor)} × {multiplied}"
            case ex.Absolute(item=item):
                return f"|{self.expression(item)}|"
            case ex.Rounded(item=item, digits=digits):
                return f"{self.expression(item)} 保留 {digits} 位小数"

    def _operand(self, node: ex.Ref | ex.Previous | ex.Length) -> str:
        match node:
            case ex.Ref(field=name):
                return self.label(name)
            case ex.Previous(field=name):
                return f"上年的“{self.label(name)}”"
            case ex.Length(text=name):
                return f"{self.label(name)}的字数"

    def _in_brackets(self, node: ex.Number) -> str:
        """A number as part of another: sums and differences in brackets."""
        words = self.expression(node)
        is_chain = isinstance(node, ex.Total | ex.Minus)
        several = len(ex.children(node)) > 1
        if is_chain and several:
            return f"（{words}）"
        return words

    def _total(self, parts: Sequence[_Items]) -> str:
        return " ＋ ".join(self._part(part) for part in parts)

    def _part(self, items: _Items) -> str:
        """One item of a sum, or several by the name of their common heading."""
        heading = self._heading(items)
        if heading is None:
            return self._in_brackets(items[0])
        return self._group_label(items, *heading)

    def _grouped(self, items: _Items) -> list[_Items]:
        """The items of a sum, those that stand under one heading taken together."""
        groups = []
        while items:
            size = self._longest_group(items)
            groups.append(items[:size])
            items = items[size:]
        return groups

    def _longest_group(self, items: _Items) -> int:
        """How many of the first items have one heading; 1 where not even two have."""
        for size in range(len(items), 1, -1):
            if self._heading(items[:size]) is not None:
                return size
        return 1

    def _heading(self, items: _Items) -> tuple[str, str] | None:
        """The row and column label of fields that stand together; None when they do not."""
        names = frozenset(item.field for item in _fields(items))
        if len(names) < len(items):
            return None
        return self.form.groups.get(names)

    def _group_label(self, items: _Items, row: str, column: str) -> str:
        """What the fields under one heading are called together."""
        each = self.instance.check.each
        if each == "column" and row:
            return row
        if each == "row" and column:
            return column
        if row and column:
            return f"{row}·{column}"
        if row:
            return f"{row}各列"
        sheet = self._sheet_of(items) if self.several_tables else ""
        if column:
            return f"{sheet}各行{column}"
        return f"{sheet}各格"

    def _sheet_of(self, items: _Items) -> str:
        first = ex.fields_of(items[0])[0]
        field = self.form.fields[first]
        table = self.form.table(field.table)
        return f"“{table.sheet}”"

    # --- conditions ------------------------------------------------------------------------------

    def says(self, node: ex.Truth) -> str:
        """A condition as a statement."""
        match node:
            case ex.Compare():
                return self._rounding(node) or self._relation(node)
            case ex.IsNumber(item=item):
                return f"{self.label(item.field)}是数字"
            case ex.Filled() | ex.Mentions() | ex.Differs():
                return self._says_of_text(node)
            case ex.LevelIn(levels=levels):
                listed = "、".join(levels)
                return f"单位类别为{listed}"
            case ex.Not(item=item):
                return f"不应出现“{self.says(item)}”"
            case ex.And(items=items):
                return "，并且".join(self.says(item) for item in items)
            case ex.Or(items=items):
                return "，或者".join(self.says(item) for item in items)
            case ex.Implies(premise=premise, conclusion=conclusion):
                when = self.when(premise)
                return f"{when}，{self.says(conclusion)}"

    def when(self, premise: ex.Truth) -> str:
        """A condition as a clause of time; digits keep a space before the Chinese word."""
        words = self.says(premise)
        ends_in_digit = words[-1:].isascii()
        return f"{words} 时" if ends_in_digit else f"{words}时"

    def _says_of_text(self, node: ex.Filled | ex.Mentions | ex.Differs) -> str:
        label = self.label(node.text)
        match node:
            case ex.Filled():
                return f"{label}有文字"
            case ex.Mentions(words=words):
                return f"{label}写到{_one_of(words)}"
            case ex.Differs():
                return f"{label}与上年的不（几乎）相同"

    def _relation(self, node: ex.Compare) -> str:
        operator = self.operators[node.operator]
        left = self.term(node.left)
        right = self.term(node.right)
        return f"{left} {operator} {right}{_tolerance(node)}"

    def _rounding(self, node: ex.Compare) -> str:
        """`round(x, n) == x` says how many decimals x may have; empty for other comparisons."""
        rounded = rounding_of(node)
        if rounded is None:
            return ""
        allowed = "是整数" if rounded.digits == 0 else f"不超过 {rounded.digits} 位小数"
        return self._allows(rounded.item, allowed)

    def _allows(self, item: ex.Ref, allowed: str) -> str:
        return f"{self.expression(item)}{allowed}"


class Brevity(IntEnum):
    """How much a sentence about a failure leaves out: each says less than the one before."""

    HEADINGS = 0
    """Every cell by its headings and its address."""

    CELLS = 1
    """Every cell by its address alone; no row or column, no condition of a comparison."""

    RESULTS = 2
    """Of numbers that are worked out the cells and the result alone; no condition at all."""


class FailureDescriber(RuleDescriber):
    """What was seen of one unit where an instance of a check fails, with the numbers in the cells.
    `name_sheets` names the sheet of each cell even if all are on one. What has been named by its
    headings goes by its cell when it comes again in the sentence."""

    operators = _RELATIONS

    def __init__(
        self,
        form: Form,
        instance: Instance,
        view: UnitView,
        *,
        name_sheets: bool = False,
        brevity: Brevity = Brevity.HEADINGS,
    ) -> None:
        super().__init__(form, instance)
        self.view = view
        self.several_tables = self.several_tables or name_sheets
        self.brevity = brevity
        self._named: set[ex.Node | _Items] = set()

    def failure(self, part: ex.Truth) -> str:
        """What was seen where a part of the rule fails."""
        self._named.clear()
        scope = "" if self._is_brief else self.scope()
        return scope + self.fails(part)

    @property
    def _is_brief(self) -> bool:
        return self.brevity > Brevity.HEADINGS

    @property
    def _tells_results_only(self) -> bool:
        return self.brevity is Brevity.RESULTS

    def heading(self, printed: str) -> str:
        """A heading without the explanation behind it, and not longer than can be read: the cell
        stands beside it."""
        return cut(without_explanation(printed), MOST_OF_A_HEADING)

    # --- numbers ---------------------------------------------------------------------------------

    def term(self, node: ex.Number) -> str:
        """One side of a relation, with its value where several numbers make it up."""
        if self._tells_value(node):
            return self.expression(node)
        if self._tells_results_only:
            return f"{self._sources(node)}算得的 {self._value(node)}"
        return f"{self.expression(node)} ＝ {self._value(node)}"

    def _sources(self, node: ex.Number) -> str:
        """Out of what a number is worked out, with a space behind a cell."""
        sources = []
        if ex.across_years(node):
            sources.append("上年的数")
        if ex.texts_of(node):
            sources.append("字数")
        ranges = self._ranges_by_sheet(ex.fields_of(node))
        sources += ranges
        listed = "、".join(sources)
        return f"{listed} " if ranges else listed

    def _ranges_by_sheet(self, names: Sequence[str]) -> list[str]:
        """The cells of some fields as few ranges, those of one sheet together."""
        cells: dict[str, list[a1.Cell]] = {}
        for name in names:
            place = self._place(name)
            cell = a1.parse(place.cell) if place is not None else None
            if place is not None and cell is not None:
                cells.setdefault(place.sheet, []).append(cell)
        found = []
        for sheet, places in cells.items():
            ranges = "、".join(a1.ranges(places))
            found.append(f"{sheet} {ranges}" if self.several_tables else ranges)
        return found

    def _value(self, node: ex.Number) -> str:
        return shown(self.view.value(node))

    def _tells_value(self, node: ex.Number) -> bool:
        """Whether the words for a number hold its value."""
        if isinstance(node, ex.Total):
            return len(self._grouped(node.items)) == 1
        return isinstance(node, _TOLD_WITH_VALUE)

    def _operand(self, node: ex.Ref | ex.Previous | ex.Length) -> str:
        again = self._is_again(node)
        if isinstance(node, ex.Ref):
            place = self._place(node.field)
            held = self._held(node.field)
            if again and place is not None:
                return f"{self._cell(place)} 的 {held}"
            return self._at_cell(node.field) + held
        if again and isinstance(node, ex.Previous):
            return f"上年的 {self._value(node)}"
        words = super()._operand(node)
        return f"{words} {self._value(node)}"

    def _is_again(self, what: ex.Node | _Items) -> bool:
        """Whether something was named before in the sentence, or is not to be named at all; from
        now on it is."""
        again = what in self._named or self._is_brief
        self._named.add(what)
        return again

    def _at_cell(self, name: str) -> str:
        """Label and cell, with a space where no cell is known."""
        label = self.label(name)
        place = self._place(name)
        if place is None:
            return f"{label} "
        return f"{label}（{self._cell(place)}）"

    def _cell(self, place: Place) -> str:
        """A cell, with its sheet where the rule is about several."""
        if self.several_tables:
            return f"{place.sheet} {place.cell}"
        return place.cell

    def _place(self, name: str) -> Place | None:
        return self.view.submission.provenance.places.get(name)

    def _held(self, name: str) -> str:
        """What the cell shows."""
        entry = self.view.entry(name)
        if entry.status is Status.BLANK:
            return self._value(ex.Ref(name))
        if entry.value is None:
            return entry.raw
        return shown(entry.value)

    def _total(self, parts: Sequence[_Items]) -> str:
        """A sum; of more than two parts those that are 0 are left out."""
        if len(parts) <= 2:
            return super()._total(parts)
        not_zero = [part for part in parts if self._sum_of(part) != 0]
        if not not_zero:
            return f"{self._part(parts[0])} 等（都是 0）"
        told = super()._total(not_zero)
        if len(not_zero) == len(parts):
            return told
        return f"{told}（其余为 0）"

    def _sum_of(self, items: _Items) -> Decimal:
        return self.view.value(ex.Total(items))

    def _part(self, items: _Items) -> str:
        if self._heading(items) is None:
            return super()._part(items)
        total = shown(self._sum_of(items))
        ranges = self._ranges(items)
        if ranges and self._is_again(items):
            return f"{ranges} 的 {total}"
        words = super()._part(items)
        cells = f"（{ranges}）" if ranges else " "
        return f"{words}{cells}{total}"

    def _ranges(self, items: _Items) -> str:
        """The cells of some fields as few ranges."""
        names = [item.field for item in _fields(items)]
        return "、".join(self._ranges_by_sheet(names))

    # --- conditions ------------------------------------------------------------------------------

    def fails(self, node: ex.Truth) -> str:
        """What was seen where a condition fails."""
        match node:
            case ex.Compare():
                return self._rounding(node) or self._unequal(node)
            case ex.IsNumber(item=item):
                cell = self._at_cell(item.field)
                entry = self.view.entry(item.field)
                return f"{cell} 现为“{entry.raw}”，不是数字"
            case ex.Filled() | ex.Mentions() | ex.Differs():
                return self._fails_of_text(node)
            case ex.LevelIn(levels=levels):
                level = self.view.submission.unit.level
                allowed = "、".join(levels)
                return f"单位类别现为“{level}”，应为{allowed}"
            case ex.Not(item=item):
                return f"{self.says(item)}，不应如此"
            case ex.And(items=items):
                return self._failing_items(items)
            case ex.Or(items=items):
                each = "；".join(self.fails(item) for item in items)
                return f"以下至少应有一项成立：{each}"
            case ex.Implies():
                return self._fails_conditionally(node)

    def _fails_conditionally(self, node: ex.Implies) -> str:
        """The condition that holds, and what fails; the condition goes where words are short."""
        compares = isinstance(node.conclusion, ex.Compare)
        if self._tells_results_only or (self._is_brief and compares):
            return self.fails(node.conclusion)
        when = self.when(node.premise)
        return f"{when}，{self.fails(node.conclusion)}"

    def _failing_items(self, items: Sequence[ex.Truth]) -> str:
        failing = []
        for item in items:
            if self.view.verdict(item) is Verdict.FAILS:
                failing.append(self.fails(item))
        return "；".join(failing)

    def _fails_of_text(self, node: ex.Filled | ex.Mentions | ex.Differs) -> str:
        label = self.label(node.text)
        match node:
            case ex.Filled():
                written = self.view.submission.texts.get(node.text, "")
                if bare(written):
                    return f"{label}未填"
                return f"{label}只有空格"
            case ex.Mentions(words=words):
                return f"{label}没有写到{_one_of(words)}"
            case ex.Differs():
                return f"{label}与上年的几乎完全相同"

    def _unequal(self, node: ex.Compare) -> str:
        """Both sides, what should be, and by how much it is missed."""
        left = self.term(node.left)
        right = self.term(node.right)
        if node.operator == "!=":
            return f"{left}，{right}，两者不应相等"
        if node.operator == "==" and isinstance(node.right, ex.Const):
            return f"{left}，应等于 {right}{_tolerance(node)}"
        if node.operator == "==":
            return f"{left}，{right}，{self._unlike(node)}"
        relation = self.operators[node.operator]
        words = f"{left}，应{relation} {right}"
        gap = self._gap(node)
        if gap == "0" or self._is_brief:
            return words
        direction = "多" if node.operator in ("<", "<=") else "少"
        return f"{words}，现{direction} {gap}"

    def _unlike(self, node: ex.Compare) -> str:
        """That two numbers should be equal, and by how much they are not."""
        match self.brevity:
            case Brevity.HEADINGS:
                return f"两者应当相等{_tolerance(node)}，现相差 {self._gap(node)}"
            case Brevity.CELLS:
                return f"差 {self._gap(node)}"
            case Brevity.RESULTS:
                return "不相等"

    def _gap(self, node: ex.Compare) -> str:
        minus = ex.Minus(node.left, node.right)
        return shown(abs(self.view.value(minus)))

    def _allows(self, item: ex.Ref, allowed: str) -> str:
        return f"{self.expression(item)} 应{allowed}"


def without_explanation(printed: str) -> str:
    """A heading without what stands in brackets behind it."""
    return _EXPLANATION.sub("", printed)


def _fields(items: _Items) -> list[ex.Ref]:
    """The items that are fields."""
    return [item for item in items if isinstance(item, ex.Ref)]


def _one_of(words: Sequence[str]) -> str:
    return in_marks(words, "或")


def _tolerance(node: ex.Compare) -> str:
    if node.tolerance:
        return f"（允许相差 {shown(node.tolerance)}）"
    return ""
