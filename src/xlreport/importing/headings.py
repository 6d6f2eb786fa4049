"""The headings of a form by how they are compared: what each can be, and what stands under it.

An axis is the headings on one side of a table, as a tree: each is a node, and those that stand for
one row or column are its leaves. A pattern is one way to lay out a block: the axis beside its
numbers and the axis above them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import product

from xlreport.form.model import Block, Form, Heading, Table, paths
from xlreport.importing.labels import key, numbering

Path = tuple[Heading, ...]
"""Headings from the outermost to the one that stands for a row or a column."""


@dataclass(frozen=True, slots=True)
class Node:
    """A heading of an axis. It stands over the leaves from `first` up to `last`, that not included;
    `ancestors` are the nodes over it, of which `needed` must stand there (-1 for none of them)."""

    numbering: str
    first: int
    last: int
    is_leaf: bool
    ancestors: frozenset[int]
    needed: int = -1


@dataclass(frozen=True)
class Axis:
    """The headings on one side of a table. `ids` are what its leaves give to the ids of fields."""

    nodes: tuple[Node, ...]
    by_key: Mapping[str, Sequence[int]]
    ids: tuple[str, ...]

    @property
    def size(self) -> int:
        """How many rows or columns it has."""
        return len(self.ids)

    @cached_property
    def keys(self) -> frozenset[str]:
        """All its headings."""
        return frozenset(self.by_key)

    @cached_property
    def leaf_keys(self) -> frozenset[str]:
        """Its headings that may stand for one row or column."""
        return frozenset(name for name, nodes in self.by_key.items() if self.leaves_of(nodes))

    @cached_property
    def depth(self) -> int:
        """How many headings stand one over the other."""
        return 1 + max((len(node.ancestors) for node in self.nodes), default=0)

    @cached_property
    def leaf_nodes(self) -> tuple[int, ...]:
        """The nodes that stand for one row or column each, in their order."""
        return tuple(number for number, node in enumerate(self.nodes) if node.is_leaf)

    def leaves_of(self, nodes: Iterable[int]) -> list[int]:
        """Those of some nodes that stand for one row or column."""
        return [node for node in nodes if self.nodes[node].is_leaf]

    def has_number(self, nodes: Iterable[int], number: str) -> bool:
        """Whether one of some nodes begins with a number."""
        return any(self.nodes[node].numbering == number for node in nodes)


@dataclass(frozen=True)
class Pattern:
    """One way to lay out a block: what stands at the left of its numbers, and what above them."""

    table: str
    left: Axis
    above: Axis
    units: frozenset[str]
    """What its numbers are counted in, as people write it beside or under headings."""

    def field(self, row: int, column: int) -> str:
        """The id of the field at a leaf of each axis."""
        parts = (self.table, self.left.ids[row], self.above.ids[column])
        return ".".join(filter(None, parts))

    @cached_property
    def keys(self) -> frozenset[str]:
        """All headings of its block."""
        return self.left.keys | self.above.keys


@dataclass(frozen=True)
class BlockHeadings:
    """A block with the ways to lay it out."""

    table: Table
    block: Block
    patterns: tuple[Pattern, ...]


@dataclass(frozen=True)
class FormHeadings:
    """Everything that a form prints over and beside numbers and texts."""

    form: Form
    blocks: tuple[BlockHeadings, ...]
    titles: frozenset[str]
    """Titles of tables and blocks, labels of texts."""

    corners: frozenset[str]

    @cached_property
    def keys(self) -> frozenset[str]:
        """All headings of all blocks."""
        keys = [block.patterns[0].keys for block in self.blocks]
        return frozenset().union(*keys)

    @cached_property
    def every(self) -> frozenset[str]:
        """Everything that it prints: headings, titles and corners."""
        return self.keys | self.titles | self.corners

    @cached_property
    def _enders(self) -> frozenset[str]:
        above = [block.patterns[0].above.keys for block in self.blocks]
        return self.titles.union(*above)

    def walls(self, pattern: Pattern) -> frozenset[str]:
        """What ends a table of a pattern: titles, and the headings of other blocks' columns."""
        return self._enders - pattern.keys


@lru_cache(maxsize=32)
def headings_of(form: Form) -> FormHeadings:
    """The headings of a form, worked out once."""
    spelled = _Spelled(form.spellings, _units(form))
    titles = [table.title for table in form.tables] + [text.label for text in form.texts]
    corners: list[str] = []
    blocks: list[BlockHeadings] = []
    for table in form.tables:
        titles += [block.title or "" for block in table.blocks]
        corners += [block.corner for block in table.blocks]
        blocks += [_block(table, block, spelled) for block in table.blocks]
    return FormHeadings(form, tuple(blocks), spelled.all_keys(titles), spelled.all_keys(corners))


def _units(form: Form) -> frozenset[str]:
    units = {key(field.unit) for field in form.fields.values()}
    return frozenset(before + unit for before, unit in product(("", "单位"), units))


def label_keys(form: Form, label: str) -> set[str]:
    """All ways to write a label of a form, as they are compared."""
    return _Spelled(form.spellings).keys(label)


@dataclass(frozen=True)
class _Spelled:
    """How labels may be written."""

    spellings: Mapping[str, Sequence[str]]
    units: frozenset[str] = frozenset()

    def keys(self, label: str) -> set[str]:
        """All ways to write a label, as they are compared."""
        ways = (label, *self.spellings.get(label, ()))
        return {key(way) for way in ways} - {""}

    def all_keys(self, labels: Iterable[str]) -> frozenset[str]:
        """All ways to write some labels."""
        return frozenset().union(*map(self.keys, labels))


def _block(table: Table, block: Block, spelled: _Spelled) -> BlockHeadings:
    return BlockHeadings(table, block, tuple(_patterns(table, block, spelled)))


def _patterns(table: Table, block: Block, spelled: _Spelled) -> Iterator[Pattern]:
    """Rows beside and columns above; or everything above, the columns of each row under it."""
    rows = [_Branch(row, row[-1].id or "") for row in paths(block.rows)]
    columns = [_Branch(column, column[-1].id or "") for column in paths(block.columns)]
    yield Pattern(table.id, _axis(rows, spelled), _axis(columns, spelled), spelled.units)
    together = [_under(row, column) for row, column in product(rows, columns)]
    yield Pattern(table.id, _NOTHING, _axis(together, spelled), spelled.units)


_NOTHING = Axis((), {}, ("",))
"""An axis without headings, of one row."""


@dataclass(frozen=True)
class _Branch:
    """The headings of one leaf. The last of the first `of_the_row` headings, which are those of a
    row, must stand over the leaf; with 0 none must."""

    path: Path
    id: str
    of_the_row: int = 0


def _under(row: _Branch, column: _Branch) -> _Branch:
    """The branch of a column under the headings of a row."""
    return _Branch((*row.path, *column.path), f"{row.id}.{column.id}", len(row.path))


@dataclass
class _Span:
    """The leaves under a heading: from the first up to the last, that not included."""

    first: int
    last: int


@dataclass
class _Tree:
    """An axis as it grows from its branches; a heading that several begin with is one node."""

    branches: Sequence[_Branch]
    spans: dict[Path, _Span] = field(default_factory=dict)

    def grow(self) -> None:
        """Makes the nodes, in printed order."""
        for position, branch in enumerate(self.branches):
            for depth in range(1, len(branch.path) + 1):
                span = self.spans.setdefault(branch.path[:depth], _Span(position, position))
                span.last = position + 1

    @cached_property
    def numbers(self) -> Mapping[Path, int]:
        """The number of each node, by the headings down to it."""
        return {path: number for number, path in enumerate(self.spans)}

    def node(self, path: Path) -> Node:
        """The node with these headings down to it."""
        span = self.spans[path]
        branch = self.branches[span.first]
        over = [self.numbers[path[:depth]] for depth in range(1, len(path))]
        is_leaf = len(path) == len(branch.path)
        has_needed = is_leaf and branch.of_the_row > 0
        needed = over[branch.of_the_row - 1] if has_needed else -1
        number = numbering(path[-1].label)
        return Node(number, span.first, span.last, is_leaf, frozenset(over), needed)


def _axis(branches: Sequence[_Branch], spelled: _Spelled) -> Axis:
    """The axis of these branches."""
    tree = _Tree(branches)
    tree.grow()
    by_key: defaultdict[str, list[int]] = defaultdict(list)
    for path, number in tree.numbers.items():
        for name in spelled.keys(path[-1].label):
            by_key[name].append(number)
    nodes = tuple(map(tree.node, tree.numbers))
    return Axis(nodes, dict(by_key), tuple(branch.id for branch in branches))
