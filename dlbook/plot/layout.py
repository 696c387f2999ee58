"""Where the nodes of a graph are in its drawing, and along which lines its edges run.

Layers and orders come from `dlbook.plot.ordering`. Within the order of its layer, each node is
where the lines to its neighbours are shortest, which makes them straight wherever they can be, and
edges bend only between layers, where there are no nodes. All lengths are points, a 72nd of an inch.

The whole is ours, after Graphviz's ``dot`` (Gansner et al., 1993), because nothing else that we
tried served: ``fast-sugiyama``, which once ordered the layers, ends the process on a self-loop and
never returns on some repeated edges, knows neither the size of a label nor how an edge gets around
a node, and had to be asked up to 240 times with its numbers shuffled. On the graphs of the book
the ordering here finds just as few crossings, in about the same time, and depends only on NumPy.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise, product

import numpy as np
from numpy.typing import NDArray

from dlbook.graph import DiGraph, find_cycle
from dlbook.plot.ordering import ordered
from dlbook.plot.simplex import least_lengths

__all__ = ["Layout", "Route", "lay_out"]

#: Between nodes of one layer; between lines, and between a line and a node.
NODE_GAP, LINE_GAP = 12.0, 8.0
#: From layer to layer, at least and at most; of it, straight, for arrowheads.
RUN, LONG_RUN, STUB = 34.0, 90.0, 7.0
#: How far a self-loop stands out of its node.
LOOP = 14.0
#: How far from its middle edges meet a node's side, as a share of its extent.
SIDE = 0.4


@dataclass(frozen=True)
class Route:
    """The line of one edge, from tail to head: cubic Bézier curves, end to end.

    Attributes
    ----------
    points
        Shape ``(3 k + 1, 2)``: where the first curve begins, its two handles and its end,
        where the next begins, and so on.
    label
        Where the middle of the edge's label stands, if it has one.
    """

    points: NDArray[np.float64]
    label: tuple[float, float] | None = None

    def sampled(self, per_curve: int = 24) -> NDArray[np.float64]:
        """Return points along the line, shape ``(n, 2)``.

        Examples
        --------
        >>> Route(np.array([[0.0, 0], [1, 0], [2, 0], [3, 0]])).sampled(2)
        array([[0. , 0. ], [1.5, 0. ], [3. , 0. ]])
        """
        t = np.linspace(0, 1, per_curve + 1)[1:, None]
        parts = [self.points[:1]]
        for i in range(0, len(self.points) - 1, 3):
            a, b, c, d = self.points[i : i + 4]
            s = 1 - t
            parts.append(s**3 * a + 3 * s**2 * t * b + 3 * s * t**2 * c + t**3 * d)
        return np.concatenate(parts)


@dataclass(frozen=True)
class Layout:
    """Where everything stands, in points, y upwards.

    Attributes
    ----------
    centres
        Shape ``(n, 2)``: the middles of the nodes, in the order of the graph.
    sizes
        Shape ``(n, 2)``: their widths and heights.
    routes
        One for each edge, in the order of :meth:`~dlbook.graph.DiGraph.edges`.
    width, height
        Of the whole picture, whose lower left corner is (0, 0).
    """

    centres: NDArray[np.float64]
    sizes: NDArray[np.float64]
    routes: list[Route]
    width: float
    height: float


@dataclass
class _Piece:
    """What has a place in a layer: a node, the label of an edge, or a bend of an edge.

    Attributes
    ----------
    extent, depth
        Its size along the layer and across.
    margin
        Kept free on the side of the smaller places, for self-loops.
    place
        Its middle, along the layer.
    begin, end
        Of its layer, across.
    before, behind
        Its neighbours in the layers beside, each with how strongly they pull.
    """

    extent: float
    depth: float = 0.0
    margin: float = 0.0
    bend: bool = False
    place: float = 0.0
    begin: float = 0.0
    end: float = 0.0
    before: list[tuple[_Piece, float]] = field(default_factory=list)
    behind: list[tuple[_Piece, float]] = field(default_factory=list)

    @property
    def low(self) -> float:
        """Where it begins along the layer, with its margin."""
        return self.place - self.extent / 2 - self.margin

    @property
    def middle(self) -> tuple[float, float]:
        """Its middle: across, along."""
        return (self.begin + self.end) / 2, self.place


def lay_out(
    graph: DiGraph[int],
    sizes: Sequence[tuple[float, float]],
    *,
    label_sizes: Mapping[int, tuple[float, float]] | None = None,
    down: bool = False,
    early: bool = False,
) -> Layout:
    """Place the nodes of a graph in layers, and route its edges between them.

    Parameters
    ----------
    graph
        Its nodes are 0 to n - 1, in this order. Cycles, parallel edges and self-loops are fine.
    sizes
        Width and height of each node.
    label_sizes
        Number of an edge, in the order of :meth:`~dlbook.graph.DiGraph.edges`, to width and
        height of its label.
    down
        Edges lead downwards, not to the right.
    early
        Each node stands in the first layer that its edges allow. If the graph is acyclic and no
        edge has a label, the layers are the generations of the graph.

    Raises
    ------
    ValueError
        If the nodes are others, or `sizes` has another length.

    Examples
    --------
    >>> layout = lay_out(DiGraph([(0, 1)]), [(20, 10), (40, 10)])
    >>> layout.centres.tolist(), layout.width
    ([[10.0, 5.0], [74.0, 5.0]], 94.0)
    """
    n = len(graph)
    if graph.nodes != tuple(range(n)):
        raise ValueError(f"the nodes must be 0 to {n - 1}, in this order")
    if len(sizes) != n:
        raise ValueError(f"sizes has {len(sizes)} entries; expected one for each of {n} nodes")
    return _Drawing(graph, sizes, label_sizes or {}, down, early).layout()


class _Drawing:
    """The making of one layout. *Along* is in the direction of a layer, *across* from it."""

    def __init__(
        self,
        graph: DiGraph[int],
        sizes: Sequence[tuple[float, float]],
        label_sizes: Mapping[int, tuple[float, float]],
        down: bool,
        early: bool,
    ) -> None:
        self.down = down
        self.early = early
        self.label_sizes = label_sizes
        self.edges = list(graph.edges())
        self.nodes = [_Piece(*self._turned(*size)) for size in sizes]
        self.labels = {
            number: _Piece(*self._turned(*size), bend=True)
            for number, size in label_sizes.items()
            if len(set(self.edges[number])) == 2
        }
        self.loops = [number for number, (tail, head) in enumerate(self.edges) if tail == head]
        for number in self.loops:
            room = LOOP + self._turned(*label_sizes.get(number, (0.0, 0.0)))[0]
            self.nodes[self.edges[number][0]].margin += room
        self.ways: list[_Way] = []
        self.components = self._fill_layers(graph)
        for layers in self.components:
            _settle(layers)
        self._spread()

    def _turned(self, width: float, height: float) -> tuple[float, float]:
        return (width, height) if self.down else (height, width)

    def _fill_layers(self, graph: DiGraph[int]) -> list[list[list[_Piece]]]:
        """Return layers of pieces for each component, in order.

        Edges from one node to another take the same way, side by side; one with a label takes a
        way of its own, through its label. Where a way passes a layer, it has a bend there.
        """
        against = _leading_back(graph)
        self.stub = STUB if against else 0.0  # on the side where edges leave
        n = len(self.nodes)
        vertex = {number: n + i for i, number in enumerate(self.labels)}
        piece = dict(enumerate([*self.nodes, *self.labels.values()]))
        shared: dict[tuple[int, ...], list[tuple[int, bool]]] = {}
        for number, (tail, head) in enumerate(self.edges):
            if tail != head:
                back = (tail, head) in against
                u, v = (head, tail) if back else (tail, head)
                through = (u, vertex[number], v) if number in vertex else (u, v)
                shared.setdefault(through, []).append((number, back))
        weight = {step: len(edges) for way, edges in shared.items() for step in pairwise(way)}
        chains: dict[tuple[int, int], list[_Piece]] = {}
        components = []
        fans = {v: [0, 0] for v in piece}  # how many steps lead in, and how many out
        for u, v in weight:
            fans[v][0] += 1
            fans[u][1] += 1
        for order in ordered(weight, piece, early=self.early):
            for step, (u, *bends, v) in order.chains.items():
                for bend in bends:
                    piece[bend] = _Piece((weight[step] - 1) * LINE_GAP, bend=True)
                chains[step] = [piece[x] for x in (u, *bends, v)]
                for one, two in pairwise(chains[step]):
                    # Pulled straight first of all are long ways, then paths that do not branch.
                    alone = fans[step[0]][1] == fans[step[1]][0] == 1
                    pull = weight[step] * (2 if alone else 1, 4, 8)[one.bend + two.bend]
                    one.behind.append((two, pull))
                    two.before.append((one, pull))
            components.append([[piece[v] for v in layer] for layer in order.layers])
        for way, edges in shared.items():
            pieces = [piece[way[0]]]
            for step in pairwise(way):
                pieces += chains[step][1:]
            self.ways.append(_Way(pieces, edges))
        return components

    def _spread(self) -> None:
        """Move the components apart, and find where each layer begins and ends."""
        free = 0.0
        for layers in self.components:
            pieces = [piece for layer in layers for piece in layer]
            shift = free - min(one.low for one in pieces)
            for one in pieces:
                one.place += shift
            free = max(one.place + one.extent / 2 for one in pieces) + 1.5 * NODE_GAP
            begin = 0.0
            for layer in layers:
                end = begin + max(one.depth for one in layer)
                for one in layer:
                    one.begin, one.end = begin, end
                climb = [abs(one.place - two.place) for one in layer for two, _ in one.behind]
                begin = end + min(max(RUN, 0.5 * max(climb, default=0)), LONG_RUN)

    def layout(self) -> Layout:
        """Return what was found, in coordinates of the picture."""
        lines: dict[int, list[tuple[float, float]]] = {}
        ports = self._ports()
        for way in self.ways:
            for lane, (number, back) in enumerate(way.edges):
                aside = (lane - (len(way.edges) - 1) / 2) * LINE_GAP
                start, end = ports[id(way), lane, "out"], ports[id(way), lane, "in"]
                line = _line(way.pieces, start, end, aside, self.stub)
                lines[number] = line[::-1] if back else line
        places = {number: piece.middle for number, piece in self.labels.items()}
        for number, line, place in self._looped():
            lines[number], places[number] = line, place
        boxes = [
            (one.middle, one.extent, one.depth) for one in [*self.nodes, *self.labels.values()]
        ]
        boxes += [
            (places[number], *self._turned(*self.label_sizes[number]))
            for number in self.loops
            if number in self.label_sizes
        ]
        corners = [
            (across + i * depth / 2, along + j * extent / 2)
            for (across, along), extent, depth in boxes
            for i, j in product((-1, 1), repeat=2)
        ]
        reach = np.array([*corners, *(point for line in lines.values() for point in line)])
        low, high = (reach.min(0), reach.max(0)) if len(reach) else (np.zeros(2), np.zeros(2))

        def picture(points: Sequence[tuple[float, float]]) -> NDArray[np.float64]:
            moved = np.array(points, dtype=np.float64).reshape(-1, 2) - low
            if self.down:
                return np.column_stack([moved[:, 1], (high - low)[0] - moved[:, 0]])
            return np.column_stack([moved[:, 0], (high - low)[1] - moved[:, 1]])

        width, height = (high - low)[::-1] if self.down else high - low
        routes = []
        for number in range(len(self.edges)):
            label = None
            if number in self.label_sizes:
                x, y = picture([places[number]])[0]
                label = (float(x), float(y))
            routes.append(Route(picture(lines[number]), label))
        return Layout(
            picture([one.middle for one in self.nodes]),
            np.array([self._turned(one.extent, one.depth) for one in self.nodes]).reshape(-1, 2),
            routes,
            float(width),
            float(height),
        )

    def _ports(self) -> dict[tuple[int, int, str], float]:
        """Return where along its node each end of each edge is: in order, straight where it can be.

        Ends are spread around the middle of their side; but an edge that can run straight, since
        its two ends overlap, has both ends at one place.
        """
        ends: dict[tuple[int, str], list[tuple[float, int, int, float | None]]] = {}
        for number, way in enumerate(self.ways):
            for side, node, other in (
                ("out", way.pieces[0], way.pieces[1]),
                ("in", way.pieces[-1], way.pieces[-2]),
            ):
                for lane in range(len(way.edges)):
                    aside = (lane - (len(way.edges) - 1) / 2) * LINE_GAP
                    level = _level(node, other, aside)
                    ends.setdefault((id(node), side), []).append((other.place, number, lane, level))
        node_of = {id(node): node for node in self.nodes}
        ports = {}
        for (key, side), there in ends.items():
            node = node_of[key]
            there.sort(key=lambda end: end[:3])
            found = _spread(node.place, SIDE * node.extent, [level for _, _, _, level in there])
            for (_, number, lane, _), at in zip(there, found, strict=True):
                ports[id(self.ways[number]), lane, side] = at
        return ports

    def _looped(self) -> list[tuple[int, list[tuple[float, float]], tuple[float, float]]]:
        """Return number, line and label's place of each self-loop."""
        found = []
        at_node: dict[int, list[int]] = {}
        for number in self.loops:
            at_node.setdefault(self.edges[number][0], []).append(number)
        for v, numbers in at_node.items():
            node, risen = self.nodes[v], 0.0
            side = node.place - node.extent / 2
            # One within the other, each with ends, and so an arrowhead, of its own.
            widest = min(0.6 * LOOP + LINE_GAP * (len(numbers) - 1), 0.45 * node.depth)
            halves = np.linspace(widest, 3, len(numbers))[::-1].tolist()
            for number, half in zip(numbers, halves, strict=True):
                room = self._turned(*self.label_sizes.get(number, (0.0, 0.0)))[0]
                risen += LOOP
                across = node.middle[0]
                handle = side - 4 / 3 * risen
                line = [(across + s * half, at) for s, at in ((-1, side), (-1, handle))]
                line += [(across + half, handle), (across + half, side)]
                found.append((number, line, (across, side - risen - room / 2)))
                risen += room
        return found


def _level(one: _Piece, two: _Piece, aside: float) -> float | None:
    """Return the place at which a line between two pieces is straight, if there is one.

    A bend has no width, and a line through it is aside by its lane.
    """
    centres = [piece.place + aside * piece.bend for piece in (one, two)]
    halves = [0.0 if piece.bend else SIDE * piece.extent for piece in (one, two)]
    low = max(c - h for c, h in zip(centres, halves, strict=True))
    high = min(c + h for c, h in zip(centres, halves, strict=True))
    if low > high + 1e-6:
        return None
    if abs(halves[0] - halves[1]) < 1:
        level = sum(centres) / 2
    else:  # in the middle of the narrower one
        level = centres[halves.index(min(halves))]
    if not (one.bend or two.bend):
        level += aside
    return min(max(level, low), high)


def _spread(middle: float, half: float, levels: Sequence[float | None]) -> list[float]:
    """Return places within half of a middle, in order and apart; at their levels, if they have any.

    A level that leaves too little room between it and the last one, or beyond it, is given up.
    """
    last = len(levels) - 1
    apart = min(LINE_GAP, 2 * half / len(levels))
    low, high = middle - half, middle + half
    fixed: list[tuple[int, float]] = []
    for i, level in enumerate(levels):
        if level is not None:
            room = level - (fixed[-1][1] if fixed else low)
            steps = i - (fixed[-1][0] if fixed else 0)
            if min(room - steps * apart / 2, high - level - (last - i) * apart / 2) > -1e-6:
                fixed.append((i, level))
    if not fixed:
        return [middle + (i - last / 2) * apart for i in range(last + 1)]
    (first, begin), (final, end) = fixed[0], fixed[-1]
    if first:
        fixed.insert(0, (0, max(begin - first * apart, low)))
    if final < last:
        fixed.append((last, min(end + (last - final) * apart, high)))
    at, places = np.array(fixed).T
    found: list[float] = np.interp(np.arange(last + 1), at, places).tolist()
    return found


@dataclass
class _Way:
    """What an edge, or several side by side, runs through; each edge with whether it leads back."""

    pieces: list[_Piece]
    edges: list[tuple[int, bool]]


def _line(
    way: Sequence[_Piece], start: float, end: float, aside: float, stub: float
) -> list[tuple[float, float]]:
    """Return the Bézier points of an edge: straight beside nodes, bent between the layers."""
    first, last = way[0], way[-1]
    line = [(first.middle[0] + first.depth / 2, start)]

    def straight(across: float) -> None:
        (a, along) = line[-1]
        line.extend((a + (across - a) * t, along) for t in (1 / 3, 2 / 3, 1))

    straight(first.end + stub)
    for piece in way[1:]:
        along = end if piece is last else piece.place + aside
        (a, before), b = line[-1], piece.begin - STUB
        line += [((a + b) / 2, before), ((a + b) / 2, along), (b, along)]
        straight(piece.end + stub if piece is not last else last.middle[0] - last.depth / 2)
    return line


def _leading_back(graph: DiGraph[int]) -> set[tuple[int, int]]:
    """Return edges (no self-loops) without which, or turned around, there is no cycle."""
    rest = dict.fromkeys((tail, head) for tail, head in graph.edges() if tail != head)
    found = set()
    while cycle := find_cycle(DiGraph(list(rest), nodes=graph)):
        # The last edge leads back into the path of the search: turned, it leads forward in it.
        found.add(cycle[-1])
        del rest[cycle[-1]]
    return found


def _settle(layers: list[list[_Piece]]) -> None:
    """Give each piece its place: in the order of the layer, apart enough, its lines short.

    The sum of the lengths along the layers, each times the strength of its pull, is minimised.
    Unlike that of their squares, it is smallest where a line is straight, or bends only once.
    """
    pieces = [piece for layer in layers for piece in layer]
    number = {id(piece): i for i, piece in enumerate(pieces)}
    arcs: list[tuple[int, int, float, float]] = []
    for layer in layers:
        for one, two in pairwise(layer):
            gap = LINE_GAP if one.bend or two.bend else NODE_GAP
            apart = (one.extent + two.extent) / 2 + two.margin + gap
            arcs.append((number[id(one)], number[id(two)], apart, 0))
    size = len(pieces)
    for i, piece in enumerate(pieces):
        for other, pull in piece.behind:
            # A point before both, pulled to both: at the end it is with the nearer one.
            arcs += [(size, i, 0.0, pull), (size, number[id(other)], 0.0, pull)]
            size += 1
    for piece, place in zip(pieces, least_lengths(size, arcs, centred=True), strict=False):
        piece.place = float(place)
