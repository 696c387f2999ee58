"""In which layer each node of a drawn graph is, and which comes before which there.

After Graphviz's ``dot`` (Gansner et al., 1993): layers that make the edges short, then sweeps over
the layers, each time sorting one by the middles of its neighbours in the last, and swaps of
neighbours while that saves crossings; all this from several first orders, of which the best wins.
What no swap of neighbours improves, a node may that moves further: in the end each is tried in all
places of its layer (sifting; Matuszewski, Schönfeld and Molitor, 1999).
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, count, pairwise

from dlbook.graph import DiGraph, topological_generations
from dlbook.plot.simplex import least_lengths

__all__ = ["Order", "crossings", "ordered"]

#: Sweeps without a gain after which an order is as good as it gets.
PATIENCE = 5
#: How many edges, between neighbouring layers, are looked at in all first orders together.
EFFORT = 4000


@dataclass
class Order:
    """The layers of a component, each in order, and the chain of nodes that each edge became.

    A chain leads through bends, which are numbered from where the nodes end.
    """

    layers: list[list[int]]
    chains: dict[tuple[int, int], list[int]]


def ordered(
    weight: Mapping[tuple[int, int], int], nodes: Iterable[int], *, early: bool = False
) -> list[Order]:
    """Return the order of each component, components in the order of their first nodes.

    Parameters
    ----------
    weight
        Edge to how often it counts. Without cycles.
    nodes
        All nodes, 0 or larger.
    early
        Each node is in the first layer that its edges allow; otherwise the layers make the sum of
        the edges' lengths least.

    Examples
    --------
    >>> ordered({(0, 2): 1, (1, 2): 1, (0, 3): 1}, range(5))[0].layers
    [[0, 1], [3, 2]]
    """
    component = {v: [v] for v in sorted(nodes)}
    for u, v in weight:
        one, two = component[u], component[v]
        if one is not two:
            one.extend(two)
            component.update(dict.fromkeys(two, one))
    fresh = count(max(component, default=0) + 1)
    orders = []
    for v, members in component.items():
        if v == min(members):
            inside = set(members)
            here = {edge: times for edge, times in weight.items() if edge[0] in inside}
            rank = _ranks(here, sorted(members), early)
            orders.append(_Sweeps(here, rank, fresh).best())
    return orders


def _ranks(
    weight: Mapping[tuple[int, int], int], names: Sequence[int], early: bool
) -> dict[int, int]:
    """Return the number of each node's layer."""
    if early:
        generations = topological_generations(DiGraph(list(weight), names))
        return {v: k for k, generation in enumerate(generations) for v in generation}
    number = {v: i for i, v in enumerate(names)}
    arcs: list[tuple[int, int, float, float]] = [
        (number[u], number[v], 1, times) for (u, v), times in weight.items()
    ]
    return dict(zip(names, map(round, least_lengths(len(names), arcs).tolist()), strict=True))


def crossings(order: Order, weight: Mapping[tuple[int, int], int]) -> int:
    """Return how many edges cross: the order of the layers alone decides it.

    Examples
    --------
    >>> edges = {(0, 3): 1, (1, 2): 2}
    >>> crossings(Order([[0, 1], [2, 3]], {edge: [*edge] for edge in edges}), edges)
    2
    """
    place = {v: i for layer in order.layers for i, v in enumerate(layer)}
    between: dict[int, list[tuple[int, int, int]]] = {}
    depth = {v: k for k, layer in enumerate(order.layers) for v in layer}
    for edge, chain in order.chains.items():
        for u, v in pairwise(chain):
            between.setdefault(depth[u], []).append((place[u], place[v], weight[edge]))
    return sum(map(_crossings, between.values()))


def _crossings(links: list[tuple[int, int, int]]) -> int:
    """Return how often lines cross that lead from one place to another, each with a weight.

    A tree of sums (Fenwick, 1994) knows how many of the lines before end behind a place.
    """
    links.sort()
    size = 1 + max((end for _, end, _ in links), default=0)
    sums = [0] * (size + 1)
    total = drawn = first = 0
    for k, (start, end, times) in enumerate(links):
        i, not_behind = end + 1, 0
        while i:
            not_behind += sums[i]
            i &= i - 1
        total += times * (drawn - not_behind)
        if k + 1 == len(links) or links[k + 1][0] != start:
            for _, end, times in links[first : k + 1]:
                drawn += times
                i = end + 1
                while i <= size:
                    sums[i] += times
                    i += i & -i
            first = k + 1
    return total


class _Sweeps:
    """The search for an order of one component with few crossings."""

    def __init__(
        self, weight: Mapping[tuple[int, int], int], rank: Mapping[int, int], fresh: Iterable[int]
    ) -> None:
        self.weight = weight
        self.nodes = set(rank)
        self.depth = dict(rank)
        self.before: dict[int, list[tuple[int, int]]] = {v: [] for v in rank}
        self.behind: dict[int, list[tuple[int, int]]] = {v: [] for v in rank}
        self.chains: dict[tuple[int, int], list[int]] = {}
        bends = iter(fresh)
        for (u, v), times in weight.items():
            chain = [u]
            for k in range(rank[u] + 1, rank[v]):
                bend = next(bends)
                self.depth[bend] = k
                self.before[bend], self.behind[bend] = [], []
                chain.append(bend)
            self.chains[u, v] = [*chain, v]
            for one, two in pairwise(self.chains[u, v]):
                self.behind[one].append((two, times))
                self.before[two].append((one, times))
        self.place: dict[int, int] = {}

    def best(self) -> Order:
        """Return, of the orders that sweeps find, the one with the fewest crossings.

        Of several, the one in which nodes come most as they were given.
        """
        best: tuple[tuple[int, int], Order] | None = None
        shuffle = random.Random(0).shuffle
        links = sum(map(len, self.behind.values()))
        for start in range(min(max(EFFORT // max(links, 1), 3), 60)):
            order = Order(self._first(start, shuffle), self.chains)
            cost = self._sweep(order)
            swaps = self._swaps(order)
            if swaps > 0:  # the mirror image is nearer to the order in which nodes were given
                order.layers = [layer[::-1] for layer in order.layers]
            if best is None or (cost, -abs(swaps)) < best[0]:
                best = (cost, -abs(swaps)), order
            if best[0][0] == 0 and start >= PATIENCE:
                break
        assert best is not None
        self._tidy(best[1])
        return best[1]

    def _first(self, start: int, shuffle: Callable[[list[int]], None]) -> list[list[int]]:
        """Return an order to begin with, of a depth-first search: it draws trees without crossings.

        The first two search forwards and backwards, all others in both directions, at random.
        """
        roots = sorted(self.depth, key=lambda v: self.depth[v] if start != 1 else -self.depth[v])
        sides = [(self.behind,), (self.before,)][start] if start < 2 else (self.behind, self.before)
        if start > 1:
            shuffle(roots)
        layers: list[list[int]] = [[] for _ in range(1 + max(self.depth.values()))]
        seen = set()
        for root in roots:
            waiting = [root]
            while waiting:
                v = waiting.pop()
                if v not in seen:
                    seen.add(v)
                    layers[self.depth[v]].append(v)
                    beside = [other for side in sides for other, _ in side[v]]
                    if start > 1:
                        shuffle(beside)
                    waiting += beside[::-1]
        return layers

    def _sweep(self, order: Order) -> int:
        """Sweep down and up until that gains nothing; return how many edges cross then."""
        self._number(order.layers)
        cost, best, tired = crossings(order, self.weight), order.layers, 0
        layers = [layer.copy() for layer in order.layers]
        sweep = 0
        while cost and tired < PATIENCE:
            down = sweep % 2 == 0
            side = self.before if down else self.behind
            for layer in layers[1:] if down else layers[-2::-1]:
                self._sort(layer, side, turned=sweep % 4 > 1)
            while self._transpose(layers):
                pass
            now = crossings(Order(layers, self.chains), self.weight)
            tired += 1
            if now < cost:
                cost, best, tired = now, [layer.copy() for layer in layers], 0
            sweep += 1
        order.layers = best
        self._number(best)
        while cost and (saved := self._sift(best)):
            cost -= saved
        return cost

    def _number(self, layers: list[list[int]]) -> None:
        self.place = {v: i for layer in layers for i, v in enumerate(layer)}

    def _sort(
        self, layer: list[int], side: dict[int, list[tuple[int, int]]], *, turned: bool
    ) -> None:
        """Sort a layer by the means of the neighbours; what has none stays where it is.

        Equals stay in their order, or are turned around, so that sweeps see both.
        """
        mean = {
            v: sum(self.place[u] * times for u, times in side[v]) / sum(t for _, t in side[v])
            for v in (reversed(layer) if turned else layer)
            if side[v]
        }
        known = iter(sorted(mean, key=mean.__getitem__))
        layer[:] = [next(known) if v in mean else v for v in layer]
        self.place.update((v, i) for i, v in enumerate(layer))

    def _saved(self, u: int, v: int) -> int:
        """Return how many crossings fewer there are with u and v, now neighbours, swapped."""
        place, saved = self.place, 0
        for side in (self.before, self.behind):
            for one, times in side[u]:
                at = place[one]
                for two, more in side[v]:
                    if at != place[two]:
                        saved += times * more if at > place[two] else -times * more
        return saved

    def _transpose(self, layers: list[list[int]]) -> bool:
        """Swap neighbours where that saves crossings; return whether it did anywhere."""
        swapped = False
        for layer in layers:
            for i, (u, v) in enumerate(pairwise(layer.copy())):
                if layer[i] == u and self._saved(u, v) > 0:
                    self._swap(layer, i)
                    swapped = True
        return swapped

    def _sift(self, layers: list[list[int]]) -> int:
        """Move each node to the best place of its layer; return how many crossings that saves."""
        total = 0
        for layer in layers:
            for v in layer.copy():
                start = layer.index(v)
                saved, best = 0, (0, start)
                for i in range(start, 0, -1):
                    saved += self._saved(layer[i - 1], v)
                    self._swap(layer, i - 1)
                    best = max(best, (saved, i - 1), key=lambda found: found[0])
                for i in range(len(layer) - 1):
                    saved += self._saved(v, layer[i + 1])
                    self._swap(layer, i)
                    best = max(best, (saved, i + 1), key=lambda found: found[0])
                for i in range(len(layer) - 1, best[1], -1):
                    self._swap(layer, i - 1)
                total += best[0]
        return total

    def _swap(self, layer: list[int], i: int) -> None:
        u, v = layer[i : i + 2]
        layer[i : i + 2] = v, u
        self.place[u], self.place[v] = i + 1, i

    def _tidy(self, order: Order) -> None:
        """Swap neighbours into the order in which they were given, where that costs no crossing."""
        self._number(order.layers)
        swapped = True
        while swapped:
            swapped = False
            for layer in order.layers:
                for i, (u, v) in enumerate(pairwise(layer.copy())):
                    given = layer[i] == u and u > v and {u, v} <= self.nodes
                    if given and self._saved(u, v) >= 0:
                        self._swap(layer, i)
                        swapped = True

    def _swaps(self, order: Order) -> int:
        """Return how many pairs in a layer are against the order of the nodes, less those in it."""
        known = ([v for v in layer if v in self.nodes] for layer in order.layers)
        return sum(1 if u > v else -1 for layer in known for u, v in combinations(layer, 2))
