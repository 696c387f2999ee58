"""Where the nodes of a graph stand in its picture, and along which lines its edges run.

In which layer a node stands, and which is before which there, comes from a library,
``fast-sugiyama``, made after Graphviz's ``dot`` (Gansner et al., 1993). It knows neither that a
label has a size nor how an edge gets around a node, so the coordinates are ours: within the order
of its layer, each node stands as near to its neighbours as the sizes allow, and edges bend only
between layers, where there are no nodes. All lengths are points, a 72nd of an inch.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations, count, islice, pairwise, product
from typing import Any

import fast_sugiyama
import numpy as np
from numpy.typing import NDArray

from dlbook.graph import DiGraph, find_cycle

__all__ = ["Layout", "Route", "lay_out"]

# It reports every step of every layout, to whoever listens to all that is logged.
for _name in ("rust-sugiyama", "connected_components"):
    logging.getLogger(_name).setLevel(logging.WARNING)

#: Between nodes of one layer; between lines, and between a line and a node.
NODE_GAP, LINE_GAP = 12.0, 8.0
#: From layer to layer, at least and at most; of it, straight, for arrowheads.
RUN, LONG_RUN, STUB = 34.0, 90.0, 7.0
#: How far a self-loop stands out of its node.
LOOP = 14.0


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
        self.ranks = ("up",) if early else ("minimize", "up", "down")
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
        """Return layers of pieces for each component, in the library's order.

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
        for order in _ordered(weight, set(piece), self.ranks):
            for step, (u, *bends, v) in order.chains.items():
                for bend in bends:
                    piece[bend] = _Piece((weight[step] - 1) * LINE_GAP, bend=True)
                chains[step] = [piece[x] for x in (u, *bends, v)]
                for one, two in pairwise(chains[step]):
                    # A way is pulled straight first of all, and then short.
                    pull = weight[step] * (1, 3, 8)[one.bend + two.bend]
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
        """Return where along its node each end of each edge is, so that they do not tangle."""
        ends: dict[tuple[int, str], list[tuple[float, int, int]]] = {}
        for number, way in enumerate(self.ways):
            for side, node, other in (
                ("out", way.pieces[0], way.pieces[1]),
                ("in", way.pieces[-1], way.pieces[-2]),
            ):
                for lane in range(len(way.edges)):
                    ends.setdefault((id(node), side), []).append((other.place, number, lane))
        node_of = {id(node): node for node in self.nodes}
        ports = {}
        for (key, side), there in ends.items():
            node = node_of[key]
            apart = min(LINE_GAP, 0.7 * node.extent / len(there))
            for i, (_, number, lane) in enumerate(sorted(there)):
                at = node.place + (i - (len(there) - 1) / 2) * apart
                ports[id(self.ways[number]), lane, side] = at
        return ports

    def _looped(self) -> list[tuple[int, list[tuple[float, float]], tuple[float, float]]]:
        """Return number, line and label's place of each self-loop."""
        found = []
        risen = dict.fromkeys((self.edges[number][0] for number in self.loops), 0.0)
        for number in self.loops:
            v = self.edges[number][0]
            node = self.nodes[v]
            room = self._turned(*self.label_sizes.get(number, (0.0, 0.0)))[0]
            side = node.place - node.extent / 2
            risen[v] += LOOP
            across, half = node.middle[0], min(0.3 * node.depth, 0.6 * risen[v])
            handle = side - 4 / 3 * risen[v]
            line = [(across + s * half, at) for s, at in ((-1, side), (-1, handle))]
            line += [(across + half, handle), (across + half, side)]
            found.append((number, line, (across, side - risen[v] - room / 2)))
            risen[v] += room
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


@dataclass
class _Order:
    """The layers of a component, each in order, and the chain of numbers that each step became."""

    layers: list[list[int]]
    chains: dict[tuple[int, int], list[int]]


def _ordered(
    weight: Mapping[tuple[int, int], int], nodes: set[int], ranks: Sequence[str]
) -> list[_Order]:
    """Return the order of each component, components in the order of their first nodes."""
    component = {v: {v} for v in nodes}
    for u, v in weight:
        if component[u] is not component[v]:
            component[u] |= component[v]
            component.update(dict.fromkeys(component[v], component[u]))
    fresh = count(max(nodes, default=0) + 1)
    orders = []
    for v in sorted(nodes):
        if v == min(component[v]):
            here = {
                step: edges for step, edges in weight.items() if component[step[0]] is component[v]
            }
            orders.append(_best(here, component[v], fresh, ranks) if here else _Order([[v]], {}))
    return orders


def _best(
    weight: Mapping[tuple[int, int], int],
    nodes: set[int],
    fresh: Iterator[int],
    ranks: Sequence[str],
) -> _Order:
    """Return, of many orders that the library finds, the one with the fewest crossings.

    What it finds depends on its heuristics and on the order in which it is given the graph; so it
    is run with all of them, several times if the graph is small. It is handed a simple, connected
    graph without cycles: a self-loop makes it end the process, it may hang on repeated edges, and
    in one component it may give a bend the number of a node in another.
    """
    runs = min(max(800_000 // len(weight) ** 2, 4), 240)
    best: tuple[tuple[int, int, int], _Order] | None = None
    asked = islice(_ways_to_ask(list(weight), ranks), runs)
    for run, (names, steps, heuristics) in enumerate(asked):
        if run >= 12 and best is not None and best[0][0] == 0:
            break
        (layout,) = fast_sugiyama.from_edges(steps, dummy_vertices=True, **heuristics)
        order = _read(layout, names, fresh)
        swaps = _swaps(order, nodes)
        if swaps > 0:  # the mirror image is nearer to the order in which nodes were given
            order.layers = [layer[::-1] for layer in order.layers]
        cost = (_crossings(order, weight), sum(map(len, order.layers)), -abs(swaps))
        if best is None or cost < best[0]:
            best = cost, order
    assert best is not None
    _tidy(best[1], weight, nodes)
    return best[1]


def _tidy(order: _Order, weight: Mapping[tuple[int, int], int], nodes: set[int]) -> None:
    """Swap neighbours into the order in which they were given, where that costs no crossing."""
    place = {v: i for layer in order.layers for i, v in enumerate(layer)}
    before: dict[int, list[tuple[int, int]]] = {v: [] for v in place}
    behind: dict[int, list[tuple[int, int]]] = {v: [] for v in place}
    for step, chain in order.chains.items():
        for u, v in pairwise(chain):
            behind[u].append((v, weight[step]))
            before[v].append((u, weight[step]))

    def crossings(u: int, v: int) -> int:
        """Return how many edges of the two cross where u is the first."""
        beside = ((before[u], before[v]), (behind[u], behind[v]))
        return sum(w * x for us, vs in beside for a, w in us for b, x in vs if place[a] > place[b])

    swapped = True
    while swapped:
        swapped = False
        for layer in order.layers:
            for i, (u, v) in enumerate(pairwise(layer.copy())):
                if (
                    layer[i : i + 2] == [u, v]
                    and u > v
                    and {u, v} <= nodes
                    and crossings(v, u) <= crossings(u, v)
                ):
                    layer[i : i + 2] = v, u
                    place[u], place[v] = place[v], place[u]
                    swapped = True


def _swaps(order: _Order, nodes: set[int]) -> int:
    """Return how many pairs in a layer are against the order of the nodes, less those in it."""
    known = ([v for v in layer if v in nodes] for layer in order.layers)
    return sum(1 if u > v else -1 for layer in known for u, v in combinations(layer, 2))


def _ways_to_ask(
    steps: list[tuple[int, int]], ranks: Sequence[str]
) -> Iterator[tuple[list[int], list[tuple[int, int]], dict[str, Any]]]:
    """Yield names, steps between their numbers, and heuristics: the same question, asked anew.

    Each heuristic is tried once, with each of `ranks`, and then, with the nodes renumbered, again
    and again the first, which on the graphs of the book and on random ones is the best by far.
    Numbers have no gaps, since the library gives bends those from where the nodes' end.
    """
    names = sorted({node for step in steps for node in step})
    shuffle = random.Random(0).shuffle
    choices = [
        {"ranking_type": rank, "crossing_minimization": crossing, "transpose": transpose}
        for rank, crossing, transpose in product(ranks, ("barycenter", "median"), (True, False))
    ]
    while True:
        number = {node: i for i, node in enumerate(names)}
        asked = [(number[u], number[v]) for u, v in steps]
        for heuristics in choices:
            yield names, asked, heuristics
        del choices[1:]
        names, steps = names.copy(), steps.copy()
        shuffle(names)
        shuffle(steps)


def _read(layout: Any, names: list[int], fresh: Iterator[int]) -> _Order:
    """Return the library's layout of a component, with numbers of our own."""
    positions, _, _, links = layout
    name = {v: names[v] if v < len(names) else next(fresh) for v, _ in positions}
    rows: dict[int, list[tuple[float, int]]] = {}
    for v, (x, y) in positions:
        rows.setdefault(round(-y), []).append((x, name[v]))
    behind: dict[int, list[int]] = {}
    for u, v in links:
        behind.setdefault(u, []).append(v)
    chains = {}
    for u, heads in behind.items():
        for head in heads if u < len(names) else ():
            chain = [u, head]
            while chain[-1] >= len(names):
                chain += behind[chain[-1]]
            chains[name[u], name[chain[-1]]] = [name[v] for v in chain]
    return _Order([[v for _, v in sorted(rows[y])] for y in sorted(rows)], chains)


def _crossings(order: _Order, weight: Mapping[tuple[int, int], int]) -> int:
    """Return how many edges cross: the order of the layers alone decides it."""
    place = {v: (depth, i) for depth, layer in enumerate(order.layers) for i, v in enumerate(layer)}
    between: list[list[tuple[int, int, int]]] = [[] for _ in order.layers]
    for step, chain in order.chains.items():
        for u, v in pairwise(chain):
            between[place[u][0]].append((place[u][1], place[v][1], weight[step]))
    total = 0
    for links in between:
        start, end, times = np.array(links, dtype=int).reshape(-1, 3).T
        total += int(times @ ((start[:, None] < start) & (end[:, None] > end)) @ times)
    return total


def _settle(layers: list[list[_Piece]], rounds: int = 12) -> None:
    """Give each piece its place: near its neighbours, in the order of the layer, apart enough."""
    for layer in layers:
        _put(layer, np.zeros(len(layer)), np.ones(len(layer)))
    for i in range(2 * rounds):
        sides = (("before",), ("behind",))[i % 2] if i < rounds else ("before", "behind")
        for layer in layers[:: 1 if i % 2 == 0 else -1]:
            wanted, pull = np.empty(len(layer)), np.empty(len(layer))
            for k, piece in enumerate(layer):
                beside = [link for side in sides for link in getattr(piece, side)]
                total = sum(strength for _, strength in beside)
                # Whom nobody pulls stays where it is, if nobody pushes it.
                wanted[k] = (
                    sum(one.place * strength for one, strength in beside) / total
                    if total
                    else piece.place
                )
                pull[k] = total or 1e-3
            _put(layer, wanted, pull)


def _put(layer: list[_Piece], wanted: NDArray[np.float64], pull: NDArray[np.float64]) -> None:
    """Put the pieces of a layer where the weighted squares of their moves are least.

    With the distances that neighbours need subtracted, the places must not fall: an isotonic
    regression, solved by pooling adjacent violators (Ayer et al., 1955).
    """
    offset = np.zeros(len(layer))
    for k, (one, two) in enumerate(pairwise(layer), 1):
        gap = LINE_GAP if one.bend or two.bend else NODE_GAP
        offset[k] = offset[k - 1] + (one.extent + two.extent) / 2 + two.margin + gap
    pools: list[tuple[float, float, int]] = []  # mean, weight, how many
    for value, weight in zip(wanted - offset, pull, strict=True):
        mean, total, members = float(value), float(weight), 1
        while pools and pools[-1][0] > mean:
            other, more, others = pools.pop()
            mean = (mean * total + other * more) / (total + more)
            total, members = total + more, members + others
        pools.append((mean, total, members))
    places = np.repeat([mean for mean, _, _ in pools], [many for _, _, many in pools]) + offset
    for piece, place in zip(layer, places, strict=True):
        piece.place = float(place)
