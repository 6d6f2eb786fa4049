"""The conditional formats of an OOXML sheet (ECMA-376 part 1, 18.3.1.18 and 18.3.1.10)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from xlreport.a1 import Cell
from xlreport.formats.conditional import MOST_RULES, Change, Rule, areas_of
from xlreport.formats.conditions import (
    ALWAYS,
    NEVER,
    SELF,
    UNKNOWN,
    Condition,
    formula_condition,
    operand,
)
from xlreport.formats.styles import Styles

Attributes = dict[str, str]

_OPERATORS = {
    "equal": "=",
    "notEqual": "<>",
    "lessThan": "<",
    "lessThanOrEqual": "<=",
    "greaterThan": ">",
    "greaterThanOrEqual": ">=",
    "between": "between",
    "notBetween": "notBetween",
}
_TEXT_RULES = {
    "beginsWith": "beginsWith",
    "endsWith": "endsWith",
    "containsText": "containsText",
    "notContainsText": "notContains",
}
_OF_WHAT_IS_FILLED: Mapping[str, Condition] = {
    "containsBlanks": NEVER,
    "notContainsBlanks": ALWAYS,
    "dataBar": ALWAYS,
    "iconSet": ALWAYS,
}
"""Rules that are true, or not, of every cell that holds something."""

_ONLY_BARS = Change(only_bars=True)
_NO = ("0", "false")
_YES = ("1", "true")


@dataclass
class RuleReader:
    """Collects the rules of a sheet; fed with the elements inside its conditional formats."""

    styles: Styles
    rules: list[Rule] = field(default_factory=list)
    areas: tuple[tuple[Cell, Cell], ...] = ()
    attributes: Attributes = field(default_factory=dict)
    formulas: list[list[str]] = field(default_factory=list)
    only_bars: bool = False

    def start(self, name: str, attributes: Attributes) -> None:
        """An element begins."""
        if name == "conditionalFormatting":
            self.areas = areas_of(attributes.get("sqref", ""))
        elif name == "cfRule":
            self.attributes, self.formulas, self.only_bars = attributes, [], False
        elif name == "formula":
            self.formulas.append([])
        elif name in ("dataBar", "iconSet"):
            self.only_bars = attributes.get("showValue") in _NO

    def data(self, text: str) -> None:
        """A piece of the formula that began last."""
        if self.formulas:
            self.formulas[-1].append(text)

    def end_rule(self) -> None:
        """The rule that began last ends."""
        if not self.areas or len(self.rules) >= MOST_RULES:
            return
        condition = self._condition()
        priority = _whole(self.attributes.get("priority", ""))
        is_last = self.attributes.get("stopIfTrue") in _YES
        self.rules.append(Rule(self.areas, condition, self._change(), priority, is_last))

    def _change(self) -> Change:
        """What the rule makes of its cells."""
        if self.only_bars:
            return _ONLY_BARS
        style = _whole(self.attributes.get("dxfId", ""))
        return self.styles.change(style)

    def _condition(self) -> Condition:
        """What a rule says, as far as it is understood."""
        kind = self.attributes.get("type", "")
        base = self.areas[0][0]
        formulas = ["".join(pieces) for pieces in self.formulas]
        if kind == "cellIs":
            operator = _OPERATORS.get(self.attributes.get("operator", ""), "")
            operands = [operand(formula, base) for formula in formulas]
            return Condition(operator, (SELF, *operands))
        if kind == "expression" and len(formulas) == 1:
            return formula_condition(formulas[0], base)
        if kind in _TEXT_RULES and "text" in self.attributes:
            return Condition(_TEXT_RULES[kind], (SELF, self.attributes["text"]))
        return _OF_WHAT_IS_FILLED.get(kind, UNKNOWN)


def _whole(text: str) -> int:
    """A number as written; -1 for anything else."""
    is_number = text.isascii() and text.isdigit() and len(text) < 10
    return int(text) if is_number else -1
