"""Where headings of an axis stand in an area, and for which row or column each of them stands."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

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
    for name, nodes in axis.by_key.items():
        for spot in area.by_key.get(name, ()):
            elsewhere = other.by_key.get(name, ())
            if not _is_of_the_other(spot, axis, nodes, (other, elsewhere)):
                yield Mark(spot, nodes)


def _is_of_the_other(
    spot: Spot, axis: Axis, nodes: Iterable[int], rival: tuple[Axis, Sequence[int]]
) -> bool:
    other, others = rival
    number = numbering(spot.box.text)
    if not others or not number:
        return False
    fits = any(axis.nodes[node].numbering == number for node in nodes)
    fits_there = any(other.nodes[node].numbering == number for node in others)
    return fits_there and not fits


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
            lane, first, last = spot.top, spot.left, spot.right
            if beside:
                lane, first, last = spot.left, spot.top, spot.bottom
            lanes[lane].append(Stretch(first, last, nodes))
        for stretches in lanes.values():
            stretches.sort(key=lambda stretch: stretch.first)
        return cls(dict(sorted(lanes.items())))

    def nearest(self, lane: int) -> Sequence[int]:
        """The lanes before one, the nearest last; of very many the nearest."""
        end = bisect_left(self._numbers, lane)
        return self._numbers[max(0, end - _MOST_LANES) : end]

    def before(self, lane: int, position: int) -> int:
        """Which box of a lane is the last that begins up to a position; -1 for none."""
        if lane not in self._firsts:
            self._firsts[lane] = [stretch.first for stretch in self.stretches[lane]]
        return bisect_right(self._firsts[lane], position) - 1

    def next_first(self, lane: int, index: int) -> int | None:
        """Where the box behind one begins; None for the last."""
        stretches = self.stretches[lane]
        return stretches[index + 1].first if index + 1 < len(stretches) else None


@dataclass(frozen=True, slots=True)
class _Over:
    """A box in a lane before a heading: at its position, or with blanks behind up to it."""

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
        leaves = {
            stretch.first: stretch.nodes
            for stretches in lanes.stretches.values()
            for stretch in stretches
            if axis.leaves_of(stretch.nodes)
        }
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
        return self.axis.nodes[fitting[0]].first if len(fitting) == 1 else None

    def _over(self, lane: int, position: int) -> Iterator[_Over]:
        """The headings in the lanes before one, at a position or with blanks behind up to it."""
        for above in self.lanes.nearest(lane):
            index = self.lanes.before(above, position)
            if index >= 0:
                stretch = self.lanes.stretches[above][index]
                yield _Over(above, index, stretch.nodes, covers=stretch.last >= position)

    def _is_under(self, leaf: int, nodes: Iterable[int]) -> bool:
        ancestors = self.axis.nodes[leaf].ancestors
        return any(node == leaf or node in ancestors for node in nodes)

    def _has_needed(self, leaf: int, over: Iterable[_Over]) -> bool:
        """Whether the heading stands over a leaf without which it may be another's."""
        needed = self.axis.nodes[leaf].needed
        if needed < 0:
            return True
        return any(
            needed in headed.nodes and (headed.covers or self._is_counted(headed, needed))
            for headed in over
        )

    def _goes_on_over(self, leaf: int, wider: Iterable[_Over]) -> bool:
        """Whether each of the headings with blanks behind goes on over a leaf, and one does."""
        groups = 0
        for headed in wider:
            if not headed.nodes or self.axis.leaves_of(headed.nodes):
                continue
            ancestors = self.axis.nodes[leaf].ancestors.intersection(headed.nodes)
            if not any(self._is_counted(headed, node) for node in ancestors):
                return False
            groups += 1
        return groups > 0

    def _is_counted(self, headed: _Over, node: int) -> bool:
        """Whether under a heading, up to the next in its lane, stand the form's leaves in their
        order."""
        case = (headed.lane, headed.index, node)
        if case not in self._counted:
            self._counted[case] = self._counts(*case)
        return self._counted[case]

    def _counts(self, lane: int, index: int, node: int) -> bool:
        group = self.axis.nodes[node]
        wanted = self.axis.leaf_nodes[group.first : group.last]
        begin = bisect_left(self._positions, self.lanes.stretches[lane][index].first)
        next_first = self.lanes.next_first(lane, index)
        end = bisect_left(self._positions, next_first) if next_first is not None else None
        standing = self._leaves[begin:end]
        if len(standing) != len(wanted):
            return False
        return all(leaf in nodes for nodes, leaf in zip(standing, wanted, strict=True))
