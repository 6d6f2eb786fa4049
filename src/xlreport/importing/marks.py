"""Where headings of an axis stand in an area, and for which row or column each of them stands.

A mark is a box with a heading. A lane is a line of boxes in which headings stand: a row of them
over columns, or a column of them beside rows. What stands over a heading is in the lanes before.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from operator import attrgetter

from xlreport.importing.areas import Area, Spot
from xlreport.importing.headings import Axis
from xlreport.importing.labels import numbering


@dataclass(frozen=True, slots=True)
class Mark:
    """A box with a heading; `nodes` are those of the axis that it may be."""

    spot: Spot
    nodes: Sequence[int]


def marks_of(axis: Axis, other: Axis, area: Area) -> Iterator[Mark]:
    """The headings of an axis in an area. One that stands on the other axis too is taken for that
    where only there it has the number that it begins with."""
    for name in area.keys & axis.keys:
        nodes = axis.by_key[name]
        others = other.by_key.get(name, ())
        for spot in area.by_key[name]:
            number = numbering(spot.box.text) if others else ""
            is_others = number != "" and other.has_number(others, number)
            if not is_others or axis.has_number(nodes, number):
                yield Mark(spot, nodes)


@dataclass(frozen=True, slots=True)
class Stretch:
    """A box in a lane, from its first to its last position; `nodes` is empty for what is no heading
    of the axis."""

    first: int
    last: int
    nodes: Sequence[int] = ()


_MOST_LANES = 12
"""How far from a heading its own headings are looked for."""


@dataclass
class Lanes:
    """The boxes that are not blank, by the row in which they stand over columns (or the column in
    which they stand beside rows), in their order."""

    stretches: Mapping[int, Sequence[Stretch]]
    _firsts: dict[int, list[int]] = field(default_factory=dict)

    @cached_property
    def _numbers(self) -> list[int]:
        return list(self.stretches)

    @classmethod
    def of(cls, spots: Iterable[Spot], marks: Mapping[int, Mark], *, beside: bool) -> Lanes:
        """Lanes of rows, or with `beside` of columns; `marks` are by the numbers of their boxes."""
        lanes: defaultdict[int, list[Stretch]] = defaultdict(list)
        for spot in spots:
            if spot.is_blank:
                continue
            mark = marks.get(spot.number)
            nodes: Sequence[int] = () if mark is None else mark.nodes
            if beside:
                lanes[spot.left].append(Stretch(spot.top, spot.bottom, nodes))
            else:
                lanes[spot.top].append(Stretch(spot.left, spot.right, nodes))
        for stretches in lanes.values():
            stretches.sort(key=_first_of)
        return cls(dict(sorted(lanes.items())))

    def nearest(self, lane: int) -> Sequence[int]:
        """The lanes before one, the nearest last; of very many the nearest."""
        end = bisect_left(self._numbers, lane)
        begin = max(0, end - _MOST_LANES)
        return self._numbers[begin:end]

    def before(self, lane: int, position: int) -> int:
        """Which box of a lane is the last that begins up to a position; -1 for none."""
        if lane not in self._firsts:
            self._firsts[lane] = [stretch.first for stretch in self.stretches[lane]]
        return bisect_right(self._firsts[lane], position) - 1

    def next_first(self, lane: int, index: int) -> int | None:
        """Where the box behind one begins; None for the last."""
        behind = self.stretches[lane][index + 1 : index + 2]
        return behind[0].first if behind else None


_first_of = attrgetter("first")


@dataclass(frozen=True, slots=True)
class _Over:
    """A box in a lane before a heading. It `covers` the heading's position, or it is the nearest
    before it with blanks behind."""

    lane: int
    index: int
    nodes: Sequence[int]
    covers: bool


class Resolver:
    """Tells for which row or column a heading stands, by what stands over it: merged headings, and
    those that are written once with blanks behind if what is under them is what the form has."""

    def __init__(self, axis: Axis, lanes: Lanes) -> None:
        self.axis = axis
        self.lanes = lanes
        self._counted: dict[tuple[int, int, int], bool] = {}
        leaves: dict[int, Sequence[int]] = {}
        for stretches in lanes.stretches.values():
            for stretch in stretches:
                if axis.leaves_of(stretch.nodes):
                    leaves[stretch.first] = stretch.nodes
        self._positions = sorted(leaves)
        self._leaves = [leaves[position] for position in self._positions]

    def leaf(self, nodes: Sequence[int], lane: int, position: int) -> int | None:
        """The leaf (its place among the leaves) of a heading in a lane; None where it may be
        several, or what stands over it contradicts."""
        fitting = self.axis.leaves_of(nodes)
        over = list(self._over(lane, position))
        for headed in over:
            if headed.covers and headed.nodes:
                fitting = [leaf for leaf in fitting if self._is_under(leaf, headed.nodes)]
        fitting = [leaf for leaf in fitting if self._has_needed(leaf, over)]
        if len(fitting) > 1:
            wider = [headed for headed in over if not headed.covers]
            fitting = [leaf for leaf in fitting if self._goes_on_over(leaf, wider)]
        if len(fitting) != 1:
            return None
        return self.axis.nodes[fitting[0]].first

    def _over(self, lane: int, position: int) -> Iterator[_Over]:
        """The boxes over a heading: in each lane before it the last up to its position."""
        for above in self.lanes.nearest(lane):
            index = self.lanes.before(above, position)
            if index >= 0:
                stretch = self.lanes.stretches[above][index]
                yield _Over(above, index, stretch.nodes, covers=stretch.last >= position)

    def _is_under(self, leaf: int, nodes: Iterable[int]) -> bool:
        """Whether a leaf is one of some nodes or stands under one."""
        branch = self.axis.nodes[leaf].ancestors | {leaf}
        return not branch.isdisjoint(nodes)

    def _has_needed(self, leaf: int, over: Iterable[_Over]) -> bool:
        """Whether the heading stands over a leaf without which it may be another's."""
        needed = self.axis.nodes[leaf].needed
        return needed < 0 or any(self._stands_over(headed, needed) for headed in over)

    def _stands_over(self, headed: _Over, node: int) -> bool:
        """Whether a box over a heading is this node, there or with blanks behind."""
        if node not in headed.nodes:
            return False
        return headed.covers or self._is_counted(headed, node)

    def _goes_on_over(self, leaf: int, wider: Iterable[_Over]) -> bool:
        """Whether each of the headings with blanks behind goes on over a leaf, and one does."""
        groups = [headed for headed in wider if self._is_group(headed.nodes)]
        return bool(groups) and all(self._has_in_its_group(headed, leaf) for headed in groups)

    def _is_group(self, nodes: Sequence[int]) -> bool:
        """Whether a box has a heading that can only stand over several."""
        return bool(nodes) and not self.axis.leaves_of(nodes)

    def _has_in_its_group(self, headed: _Over, leaf: int) -> bool:
        ancestors = self.axis.nodes[leaf].ancestors.intersection(headed.nodes)
        return any(self._is_counted(headed, node) for node in ancestors)

    def _is_counted(self, headed: _Over, node: int) -> bool:
        """Whether under a heading, up to the next in its lane, stand the form's leaves in their
        order."""
        case = (headed.lane, headed.index, node)
        if case not in self._counted:
            standing = self._leaves_up_to_the_next(headed)
            self._counted[case] = self._are_those_of(node, standing)
        return self._counted[case]

    def _leaves_up_to_the_next(self, headed: _Over) -> Sequence[Sequence[int]]:
        """What each leaf may be that stands from a box on up to the next in its lane."""
        first = self.lanes.stretches[headed.lane][headed.index].first
        next_first = self.lanes.next_first(headed.lane, headed.index)
        begin = bisect_left(self._positions, first)
        end = None if next_first is None else bisect_left(self._positions, next_first)
        return self._leaves[begin:end]

    def _are_those_of(self, node: int, standing: Sequence[Sequence[int]]) -> bool:
        """Whether leaves are those under a node, in their order."""
        group = self.axis.nodes[node]
        wanted = self.axis.leaf_nodes[group.first : group.last]
        if len(standing) != len(wanted):
            return False
        return all(leaf in nodes for nodes, leaf in zip(standing, wanted, strict=True))
