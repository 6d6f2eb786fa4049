"""The resolved check language: what a rule means once its names are bound to fields.

Numbers are exact fixed-point: every number field has `SCALE` decimals, and every node knows
at definition time its own scale and the largest magnitude it can take, so that evaluation in
64-bit integers can never overflow (`bound` is checked when a form is loaded).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Literal, overload

from xlreport.compact import compact

SCALE = 6
"""Decimals of every number field (money is exact to the sixth decimal)."""

MAX_NUMBER = Decimal(1_000_000_000)
"""A typed-in number must be smaller than this; keeps 6 decimals exact in Excel's doubles."""

MAX_LENGTH = Decimal(32_767)
"""Characters that a cell can hold."""

INT64_LIMIT = 2**63 - 1


@compact
@dataclass(frozen=True, slots=True)
class Const:
    """A number that stands in the rule, such as 0.3."""

    value: Decimal


@compact
@dataclass(frozen=True, slots=True)
class Ref:
    """A number field."""

    field: str


@compact
@dataclass(frozen=True, slots=True)
class Previous:
    """A number field of the unit's report of the year before."""

    field: str


@compact
@dataclass(frozen=True, slots=True)
class Length:
    """How many characters a text has besides spaces and line breaks, as Excel's LEN counts them."""

    text: str


@compact
@dataclass(frozen=True, slots=True)
class Total:
    """`sum(…)` or a chain of `+`: the sum of the items."""

    items: tuple[Number, ...]
    spelled: Literal["sum", "+"] = "sum"


@compact
@dataclass(frozen=True, slots=True)
class Minus:
    """`left - right`."""

    left: Number
    right: Number


@compact
@dataclass(frozen=True, slots=True)
class Times:
    """A constant times a number; two fields are never multiplied."""

    factor: Decimal
    item: Number


@compact
@dataclass(frozen=True, slots=True)
class Absolute:
    """`abs(item)`."""

    item: Number


@compact
@dataclass(frozen=True, slots=True)
class Rounded:
    """One field rounded half away from zero, as Excel's ROUND does."""

    item: Ref
    digits: int


Number = Const | Ref | Previous | Length | Total | Minus | Times | Absolute | Rounded

Operator = Literal["==", "!=", "<", "<=", ">", ">="]


@compact
@dataclass(frozen=True, slots=True)
class Compare:
    """`left OPERATOR right`; with a tolerance the sides of `==` may lie so far apart. It cannot be
    verified where a number is missing."""

    operator: Operator
    left: Number
    right: Number
    tolerance: Decimal = Decimal(0)


@compact
@dataclass(frozen=True, slots=True)
class IsNumber:
    """A cell holds a number; the one rule that a cell with text in it breaks."""

    item: Ref


@compact
@dataclass(frozen=True, slots=True)
class Filled:
    """A text has a character besides spaces and line breaks."""

    text: str


@compact
@dataclass(frozen=True, slots=True)
class Mentions:
    """A text holds one of these words, spaces and line breaks left aside."""

    text: str
    words: tuple[str, ...]


@compact
@dataclass(frozen=True, slots=True)
class Differs:
    """A text is not (nearly) the one of the year before. No workbook formula can tell."""

    text: str


@compact
@dataclass(frozen=True, slots=True)
class LevelIn:
    """The unit's level is one of these."""

    levels: tuple[str, ...]


@compact
@dataclass(frozen=True, slots=True)
class Not:
    """`not item`."""

    item: Truth


@compact
@dataclass(frozen=True, slots=True)
class And:
    """All items hold."""

    items: tuple[Truth, ...]


@compact
@dataclass(frozen=True, slots=True)
class Or:
    """Some item holds."""

    items: tuple[Truth, ...]


@compact
@dataclass(frozen=True, slots=True)
class Implies:
    """`implies(premise, conclusion)`: where the premise holds, the conclusion does."""

    premise: Truth
    conclusion: Truth


Truth = Compare | IsNumber | Filled | Mentions | Differs | LevelIn | Not | And | Or | Implies
Node = Number | Truth
Leaf = Ref | Previous | Length
"""What a column of numbers stands for."""


def children(node: Node) -> tuple[Node, ...]:
    """The direct operands of a node, in the order in which they were written."""
    match node:
        case Total(items=items) | And(items=items) | Or(items=items):
            return items
        case Minus(left=left, right=right) | Compare(left=left, right=right):
            return (left, right)
        case Times(item=item) | Absolute(item=item) | Rounded(item=item) | Not(item=item):
            return (item,)
        case IsNumber(item=item):
            return (item,)
        case Implies(premise=premise, conclusion=conclusion):
            return (premise, conclusion)
        case (
            Const() | Ref() | Previous() | Length() | Filled() | Mentions() | Differs() | LevelIn()
        ):
            return ()


_remembered = lru_cache(maxsize=20_000)
"""The rules of a form are asked the same for every cell and every workbook."""


def walk(node: Node) -> Iterator[Node]:
    """The node and everything below it, in the order of writing."""
    yield node
    for child in children(node):
        yield from walk(child)


@_remembered
def fields_of(node: Node) -> tuple[str, ...]:
    """The number fields of a node, each once, in the order of writing."""
    fields = [part.field for part in walk(node) if isinstance(part, Ref)]
    return tuple(dict.fromkeys(fields))


@_remembered
def texts_of(node: Node) -> tuple[str, ...]:
    """The text fields of a node, each once."""
    texts: dict[str, None] = {}
    for part in walk(node):
        if isinstance(part, Filled | Mentions | Differs | Length):
            texts[part.text] = None
    return tuple(texts)


def key_of(node: Ref | Previous | Length) -> str:
    """What the column of a leaf is called: the field id, with a word before it for what is no
    field."""
    match node:
        case Ref(field=name):
            return name
        case Previous(field=name):
            return f"previous.{name}"
        case Length(text=name):
            return f"length.{name}"


@_remembered
def operands_of(node: Node) -> tuple[Ref | Previous | Length, ...]:
    """Everything that a node needs a number of, each once."""
    operands: dict[Ref | Previous | Length, None] = {}
    for part in walk(node):
        if isinstance(part, Ref | Previous | Length):
            operands[part] = None
    return tuple(operands)


@overload
def with_leaves(node: Number, new: Callable[[Leaf], Ref]) -> Number: ...
@overload
def with_leaves(node: Truth, new: Callable[[Leaf], Ref]) -> Truth: ...
def with_leaves(node: Node, new: Callable[[Leaf], Ref]) -> Node:
    """The node with other leaves in the places of its own; `new` gives the one for each, in the
    order of writing."""
    match node:
        case Const():
            return node
        case Ref() | Previous() | Length():
            return new(node)
        case Total(items=items, spelled=spelled):
            numbers = [with_leaves(item, new) for item in items]
            return Total(tuple(numbers), spelled)
        case Minus(left=left, right=right):
            return Minus(with_leaves(left, new), with_leaves(right, new))
        case Times(factor=factor, item=item):
            return Times(factor, with_leaves(item, new))
        case Absolute(item=item):
            return Absolute(with_leaves(item, new))
        case Rounded(item=field, digits=digits):
            return Rounded(new(field), digits)
        case _:
            return _truth_with_leaves(node, new)


def _truth_with_leaves(node: Truth, new: Callable[[Leaf], Ref]) -> Truth:
    """A condition with other leaves."""
    match node:
        case Filled() | Mentions() | Differs() | LevelIn():
            return node
        case Compare(left=left, right=right):
            first = with_leaves(left, new)
            return Compare(node.operator, first, with_leaves(right, new), node.tolerance)
        case IsNumber(item=field):
            return IsNumber(new(field))
        case Not(item=item):
            return Not(with_leaves(item, new))
        case And(items=items):
            parts = [with_leaves(item, new) for item in items]
            return And(tuple(parts))
        case Or(items=items):
            parts = [with_leaves(item, new) for item in items]
            return Or(tuple(parts))
        case Implies(premise=premise, conclusion=conclusion):
            first_part = with_leaves(premise, new)
            return Implies(first_part, with_leaves(conclusion, new))


def across_years(node: Node) -> bool:
    """Whether a node needs the report of the year before."""
    return any(isinstance(part, Previous | Differs) for part in walk(node))


def has_formula(node: Truth) -> bool:
    """Whether a workbook can show the verdict."""
    return not any(isinstance(part, Differs) for part in walk(node))


def conjuncts(node: Truth) -> tuple[Truth, ...]:
    """The parts that must all hold: the items of an `and`, otherwise the node itself."""
    if isinstance(node, And):
        return node.items
    return (node,)


def decimals_of(value: Decimal) -> int:
    """How many decimals a constant has as written (0.3 has 1)."""
    exponent = value.normalize().as_tuple().exponent
    if isinstance(exponent, int):
        return max(0, -exponent)
    return 0


@_remembered
def scale_of(node: Number) -> int:
    """The decimals of a node's exact value."""
    match node:
        case Const(value=value):
            return decimals_of(value)
        case Ref() | Previous() | Length() | Rounded():
            return SCALE
        case Total(items=items):
            return max(scale_of(item) for item in items)
        case Minus(left=left, right=right):
            return max(scale_of(left), scale_of(right))
        case Times(factor=factor, item=item):
            return decimals_of(factor) + scale_of(item)
        case Absolute(item=item):
            return scale_of(item)


def bound_of(node: Number, bounds: Mapping[str, Decimal]) -> Decimal:
    """The largest magnitude that a node can take when each field keeps within its bound."""
    match node:
        case Const(value=value):
            return abs(value)
        case Ref(field=name) | Previous(field=name) | Rounded(item=Ref(field=name)):
            return bounds[name]
        case Length():
            return MAX_LENGTH
        case Total(items=items):
            each = [bound_of(item, bounds) for item in items]
            return sum(each, Decimal(0))
        case Minus(left=left, right=right):
            return bound_of(left, bounds) + bound_of(right, bounds)
        case Times(factor=factor, item=item):
            return abs(factor) * bound_of(item, bounds)
        case Absolute(item=item):
            return bound_of(item, bounds)


def overflows(node: Number, bounds: Mapping[str, Decimal]) -> bool:
    """Whether a number could leave 64-bit integers for any typed-in numbers within bounds."""
    scale = max(SCALE, scale_of(node))
    largest = bound_of(node, bounds).scaleb(scale)
    return largest > INT64_LIMIT


def compares_inexactly(condition: Truth, bounds: Mapping[str, Decimal]) -> bool:
    """Whether a difference of compared numbers could leave 64-bit integers."""
    compared = [part for part in walk(condition) if isinstance(part, Compare)]
    differences = [Minus(part.left, part.right) for part in compared]
    return any(overflows(difference, bounds) for difference in differences)
