"""The headings of a form by how they are compared: what each can be, and what stands under it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

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
    def depth(self) -> int:
        """How many headings stand one over the other."""
        return 1 + max((len(node.ancestors) for node in self.nodes), default=0)

    @cached_property
    def leaf_nodes(self) -> tuple[int, ...]:
        """The nodes that stand for one row or column each, in their order."""
        return tuple(number for number, node in enumerate(self.nodes) if node.is_leaf)

    def leaves_of(self, names: Iterable[int]) -> list[int]:
        """Those of some nodes that stand for one row or column."""
        return [name for name in names if self.nodes[name].is_leaf]


@dataclass(frozen=True)
class Pattern:
    """One way to lay out a block: what stands at the left of its numbers, and what above them."""

    table: str
    left: Axis
    above: Axis

    def field(self, row: int, column: int) -> str:
        """The id of the field at a leaf of each axis."""
        parts = (self.table, self.left.ids[row], self.above.ids[column])
        return ".".join(filter(None, parts))

    @cached_property
    def keys(self) -> frozenset[str]:
        """All headings of its block."""
        return frozenset(self.left.by_key) | frozenset(self.above.by_key)


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
        keys: set[str] = set()
        for block in self.blocks:
            keys |= block.patterns[0].keys
        return frozenset(keys)

    @cached_property
    def beginnings(self) -> frozenset[str]:
        """What may be the first piece of a heading that stands in two cells."""
        starts: set[str] = set()
        for name in self.keys:
            starts.update(name[:length] for length in range(1, len(name)))
        return frozenset(starts - self.keys)

    def walls(self, pattern: Pattern) -> frozenset[str]:
        """What ends a table of a pattern: titles, and the headings of other blocks' columns."""
        others: set[str] = set(self.titles)
        for block in self.blocks:
            others |= set(block.patterns[0].above.by_key)
        return frozenset(others - pattern.keys)


@lru_cache(maxsize=32)
def headings_of(form: Form) -> FormHeadings:
    """The headings of a form, worked out once."""
    spelled = _Spelled(form.spellings)
    titles = [table.title for table in form.tables] + [text.label for text in form.texts]
    corners: list[str] = []
    blocks: list[BlockHeadings] = []
    for table in form.tables:
        titles += [block.title or "" for block in table.blocks]
        corners += [block.corner for block in table.blocks]
        blocks += [_block(table, block, spelled) for block in table.blocks]
    return FormHeadings(form, tuple(blocks), spelled.all_keys(titles), spelled.all_keys(corners))


def _block(table: Table, block: Block, spelled: _Spelled) -> BlockHeadings:
    return BlockHeadings(table, block, tuple(_patterns(table, block, spelled)))


@dataclass(frozen=True)
class _Spelled:
    """How labels may be written."""

    spellings: Mapping[str, Sequence[str]]

    def keys(self, label: str) -> set[str]:
        """All ways to write a label, as they are compared."""
        ways = (label, *self.spellings.get(label, ()))
        return {key(way) for way in ways} - {""}

    def all_keys(self, labels: Iterable[str]) -> frozenset[str]:
        """All ways to write some labels."""
        return frozenset().union(*map(self.keys, labels))


def label_keys(form: Form, label: str) -> set[str]:
    """All ways to write a label of a form, as they are compared."""
    return _Spelled(form.spellings).keys(label)


def _patterns(table: Table, block: Block, spelled: _Spelled) -> Iterator[Pattern]:
    """Rows beside and columns above; or everything above, the columns of each row under it."""
    rows = tuple(paths(block.rows))
    columns = tuple(paths(block.columns))
    yield Pattern(table.id, _axis(rows, spelled), _axis(columns, spelled))
    together = [(*row, *column) for row in rows for column in columns]
    ids = [f"{row[-1].id}.{column[-1].id}" for row in rows for column in columns]
    depths = [len(row) for row in rows for _ in columns]
    yield Pattern(table.id, _NOTHING, _axis(together, spelled, ids, depths))


_NOTHING = Axis((), {}, ("",))
"""An axis without headings, of one row."""


def _axis(
    branches: Sequence[Path],
    spelled: _Spelled,
    ids: Sequence[str] = (),
    depths: Sequence[int] = (),
) -> Axis:
    """The axis of these paths; a heading that several of them begin with is one node. `depths` are
    how many of each path's headings are of the row: the last of these is needed over a column."""
    spans = _spans(branches)
    numbers = {prefix: number for number, prefix in enumerate(spans)}
    nodes = []
    by_key: defaultdict[str, list[int]] = defaultdict(list)
    for prefix, (first, last) in spans.items():
        over = _numbers_over(prefix, numbers)
        is_leaf = len(prefix) == len(branches[first])
        needed = over[depths[first] - 1] if is_leaf and depths else -1
        nodes.append(Node(_number(prefix), first, last, is_leaf, frozenset(over), needed))
        _collect(by_key, spelled.keys(prefix[-1].label), numbers[prefix])
    return Axis(tuple(nodes), dict(by_key), tuple(ids) or _last_ids(branches))


def _number(path: Path) -> str:
    return numbering(path[-1].label)


def _numbers_over(path: Path, numbers: Mapping[Path, int]) -> list[int]:
    return [numbers[path[:depth]] for depth in range(1, len(path))]


def _collect(by_key: defaultdict[str, list[int]], names: Iterable[str], node: int) -> None:
    for name in names:
        by_key[name].append(node)


def _last_ids(branches: Sequence[Path]) -> tuple[str, ...]:
    return tuple(branch[-1].id or "" for branch in branches)


def _spans(branches: Sequence[Path]) -> dict[Path, tuple[int, int]]:
    """The beginnings of the paths in printed order, each with the leaves under it."""
    spans: dict[Path, tuple[int, int]] = {}
    for position, branch in enumerate(branches):
        for depth in range(1, len(branch) + 1):
            first, _ = spans.get(branch[:depth], (position, position))
            spans[branch[:depth]] = (first, position + 1)
    return spans
