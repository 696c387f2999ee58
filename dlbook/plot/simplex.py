"""Places that minimise weighted distances: a network simplex (Gansner et al., 1993)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["least_lengths"]


def least_lengths(
    n: int, arcs: Sequence[tuple[int, int, float, float]], *, centred: bool = False
) -> NDArray[np.float64]:
    """Return places y, shape ``(n,)``, that minimise weighted distances along arcs.

    No y for which ``y[head] - y[tail] >= length`` for all arcs has a smaller sum of
    ``weight * (y[head] - y[tail])``.

    Parameters
    ----------
    n
        How many places, at least one.
    arcs
        Tail, head, length and weight ≥ 0 of each: without cycles, connected.
    centred
        Of several such y, one in which what can move freely is in the middle of its range.

    Examples
    --------
    >>> least_lengths(3, [(0, 1, 1, 1), (1, 2, 1, 1), (0, 2, 5, 1)], centred=True).tolist()
    [0.0, 2.5, 5.0]
    """
    return _Simplex(n, arcs).solved(centred)


class _Simplex:
    """A spanning tree of arcs without slack, which is exchanged until no exchange is better."""

    def __init__(self, n: int, arcs: Sequence[tuple[int, int, float, float]]) -> None:
        columns = np.array(arcs, dtype=float).reshape(-1, 4).T
        self.tails, self.heads = columns[:2].astype(int)
        self.ends = list(zip(self.tails.tolist(), self.heads.tolist(), strict=True))
        self.lengths = columns[2]
        # The sum is that of -pull * y, whatever the tree.
        self.pull = np.bincount(self.tails, columns[3], n) - np.bincount(self.heads, columns[3], n)
        self.places = np.zeros(n)
        self._start()
        self.tree: list[set[int]] = [set() for _ in range(n)]
        self._grow()

    def _start(self) -> None:
        """Find places that keep all lengths: the longest way to each."""
        out: list[list[int]] = [[] for _ in self.places]
        waiting = np.bincount(self.heads, minlength=len(self.places)).tolist()
        for arc, tail in enumerate(self.tails.tolist()):
            out[tail].append(arc)
        heads, lengths, places = self.heads.tolist(), self.lengths.tolist(), self.places.tolist()
        ready = [i for i, arcs in enumerate(waiting) if not arcs]
        while ready:
            i = ready.pop()
            for arc in out[i]:
                j = heads[arc]
                places[j] = max(places[j], places[i] + lengths[arc])
                waiting[j] -= 1
                if not waiting[j]:
                    ready.append(j)
        self.places = np.array(places)

    def _slack(self) -> NDArray[np.float64]:
        slack: NDArray[np.float64] = (
            self.places[self.heads] - self.places[self.tails] - self.lengths
        )
        return slack

    def _grow(self) -> None:
        """Grow a tree from the first place: take the arc out of it or into it with least slack."""
        inside = np.zeros(len(self.places), bool)
        inside[0] = True
        for _ in range(len(self.places) - 1):
            slack = self._slack()
            leads_out = inside[self.tails] & ~inside[self.heads]
            leads_in = inside[self.heads] & ~inside[self.tails]
            arc = int(np.where(leads_out | leads_in, slack, np.inf).argmin())
            self.places[inside] += slack[arc] if leads_out[arc] else -slack[arc]
            tail, head = self.ends[arc]
            inside[tail] = inside[head] = True
            self.tree[tail].add(arc)
            self.tree[head].add(arc)

    def _walk(self) -> tuple[list[int], list[int]]:
        """Return the nodes from the root outwards, and the arc to the parent of each."""
        ends = self.ends
        order, above = [0], [-1] * len(self.places)
        for i in order:
            for arc in self.tree[i]:
                if arc != above[i]:
                    tail, head = ends[arc]
                    j = head if tail == i else tail
                    above[j] = arc
                    order.append(j)
        return order, above

    def _below(self, i: int, arc: int) -> NDArray[np.bool_]:
        """Return which nodes hang on i when the arc is cut."""
        inside = np.zeros(len(self.places), bool)
        inside[i] = True
        waiting = [(i, arc)]
        while waiting:
            k, by = waiting.pop()
            for other in self.tree[k]:
                if other != by:
                    tail, head = self.ends[other]
                    j = head if tail == k else tail
                    inside[j] = True
                    waiting.append((j, other))
        return inside

    def _cuts(self) -> list[tuple[float, int, int]]:
        """Return for each arc of the tree what lengthening it costs, its lower node, and itself."""
        order, above = self._walk()
        hanging = self.pull.tolist()
        cuts = []
        for i in reversed(order[1:]):
            arc = above[i]
            tail, head = self.ends[arc]
            parent = head if tail == i else tail
            cuts.append((hanging[i] if tail == i else -hanging[i], i, arc))
            hanging[parent] += hanging[i]
        return cuts

    def _entering(self, i: int, arc: int) -> tuple[int, float, NDArray[np.bool_], int]:
        """Return the arc that stops the lengthening of another, its slack, and what then moves."""
        below = self._below(i, arc)
        away = self.tails[arc] == i  # lengthened, the part below moves back
        to, of = (self.heads, self.tails) if away else (self.tails, self.heads)
        slack = np.where(below[to] & ~below[of], self._slack(), np.inf)
        other = int(slack.argmin())
        return other, float(slack[other]), below, -1 if away else 1

    def solved(self, centred: bool) -> NDArray[np.float64]:
        """Exchange arcs, and then move what can move freely into the middle."""
        for _ in range(20 * len(self.places)):
            worst = min(self._cuts(), default=(0.0, 0, 0))
            if worst[0] >= -1e-9:
                break
            _, i, arc = worst
            other, slack, below, way = self._entering(i, arc)
            self.places[below] += way * slack
            for end in self.ends[arc]:
                self.tree[end].remove(arc)
            for end in self.ends[other]:
                self.tree[end].add(other)
        for cut, i, arc in self._cuts() if centred else ():
            if abs(cut) < 1e-9:
                _, slack, below, way = self._entering(i, arc)
                if 0 < slack < np.inf:
                    self.places[below] += way * slack / 2
        places: NDArray[np.float64] = self.places - self.places.min()
        return places
