"""When things can be done that depend on each other: by one, by several, at the earliest."""

from __future__ import annotations

import heapq
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Generic

from dlbook.graph.digraph import DiGraph, Node, require_digraph
from dlbook.graph.given import count, number_for_each, shown
from dlbook.graph.order import _generations

__all__ = ["Schedule", "Scheduler", "Timing", "schedule", "timing"]


class Scheduler(Generic[Node]):
    """Hand out the nodes of a graph as they become ready, in the words of `graphlib`.

    A node is ready once all its predecessors are done. What does the work, and how much of it at a
    time, is the caller's choice: threads, processes, people.

    Parameters
    ----------
    graph
        Without cycles.

    Examples
    --------
    >>> scheduler = Scheduler(DiGraph([("melt", "mix"), ("weigh", "mix"), ("mix", "fry")]))
    >>> scheduler.prepare()
    >>> while scheduler.is_active():
    ...     ready = scheduler.get_ready()
    ...     print(ready)
    ...     scheduler.done(*ready)
    ('melt', 'weigh')
    ('mix',)
    ('fry',)
    """

    def __init__(self, graph: DiGraph[Node]) -> None:
        require_digraph(graph)
        self._graph = graph
        self._remaining: list[int] | None = None  # edges from nodes that are not done
        self._ready: list[int] = []
        self._handed_out: set[int] = set()
        self._left = len(graph)  # nodes that are not done

    def prepare(self) -> None:
        """Begin; the nodes that no edge enters are ready.

        Raises
        ------
        CycleError
            If the graph has a cycle; the error carries it.
        ValueError
            If this scheduler has begun.
        """
        if self._remaining is not None:
            raise ValueError("prepare() was called before; a new Scheduler begins again")
        for _ in _generations(self._graph):  # which raises where there is a cycle
            pass
        self._remaining = self._graph._in_degree.copy()
        self._ready = [i for i, degree in enumerate(self._remaining) if not degree]

    def is_active(self) -> bool:
        """Return whether a node is ready, or one that was handed out is not done."""
        self._begun()
        return self._left > 0

    def __bool__(self) -> bool:
        return self.is_active()

    def get_ready(self) -> tuple[Node, ...]:
        """Return the nodes that have become ready since the last call, each once."""
        self._begun()
        ready, self._ready = self._ready, []
        self._handed_out.update(ready)
        return tuple(self._graph.nodes[i] for i in ready)

    def done(self, *nodes: Node) -> None:
        """Say of nodes that `get_ready` returned that they are done.

        Raises
        ------
        ValueError
            If one of them is not a node of the graph, was not handed out, or is done already;
            those before it count.
        """
        remaining = self._begun()
        for node in nodes:
            i = self._graph._number(node)
            if i not in self._handed_out:
                raise ValueError(
                    f"{shown(node)} is not being done; expected what get_ready() returned, once"
                )
            self._handed_out.remove(i)
            self._left -= 1
            for j in self._graph._heads[i]:
                remaining[j] -= 1
                if not remaining[j]:
                    self._ready.append(j)

    def _begun(self) -> list[int]:
        if self._remaining is None:
            raise ValueError("prepare() must be called first")
        return self._remaining


@dataclass(frozen=True)
class Timing(Generic[Node]):
    """When each node can begin, and must, for all to be done as early as possible.

    Attributes
    ----------
    earliest
        Node to the earliest moment at which it can begin; the first is 0.
    latest
        Node to the latest moment at which it can begin without making the whole longer.
    slack
        Node to the difference: by how much it can be late.
    length
        When all is done, at the earliest: the length of a longest path.
    critical
        The nodes of such a path.
    """

    earliest: dict[Node, Any]
    latest: dict[Node, Any]
    slack: dict[Node, Any]
    length: Any
    critical: list[Node]


def timing(graph: DiGraph[Node], durations: Mapping[Node, Any] | None = None) -> Timing[Node]:
    """Return earliest and latest times, slack and a critical path (Kelley and Walker, 1959).

    Parameters
    ----------
    graph
        Without cycles.
    durations
        Node to how long it takes, a number ≥ 0; by default each takes 1.

    Raises
    ------
    CycleError
        If the graph has a cycle.
    ValueError
        If a duration is missing, negative or not finite, or is of something else.

    Examples
    --------
    >>> graph = DiGraph([("weigh", "mix"), ("melt", "mix"), ("mix", "fry"), ("heat", "fry")])
    >>> times = timing(graph, {"weigh": 2, "melt": 5, "mix": 3, "heat": 4, "fry": 10})
    >>> times.length, times.critical
    (18, ['melt', 'mix', 'fry'])
    >>> times.slack
    {'weigh': 3, 'mix': 0, 'melt': 0, 'fry': 0, 'heat': 4}
    """
    require_digraph(graph)
    nodes = graph.nodes
    take = number_for_each("durations", durations, nodes)
    earliest, before = [0] * len(nodes), [-1] * len(nodes)
    order = [i for generation in _generations(graph) for i in generation]
    for i in order:
        end = earliest[i] + take[i]
        for j in graph._heads[i]:
            if end > earliest[j] or before[j] < 0:
                earliest[j], before[j] = end, i
    behind = [0] * len(nodes)  # from the beginning of a node to the end of all that needs it
    for i in reversed(order):
        behind[i] = take[i] + max((behind[j] for j in graph._heads[i]), default=0)
    length = max(behind, default=0)
    critical = [] if not nodes else [max(order, key=lambda i: earliest[i] + take[i])]
    while critical and before[critical[-1]] >= 0:
        critical.append(before[critical[-1]])
    latest = [length - rest for rest in behind]
    slack = [late - early for late, early in zip(latest, earliest, strict=True)]
    return Timing(
        dict(zip(nodes, earliest, strict=True)),
        dict(zip(nodes, latest, strict=True)),
        dict(zip(nodes, slack, strict=True)),
        length,
        [nodes[i] for i in reversed(critical)],
    )


@dataclass(frozen=True)
class Schedule(Generic[Node]):
    """Which worker does what, and when.

    Attributes
    ----------
    start
        Node to the moment at which it begins, in the order in which nodes begin.
    worker
        Node to its worker, 0 to `workers` - 1.
    length
        When all is done.
    workers
        How many workers there are.
    critical_path
        The length of a longest path: no schedule is shorter.
    work
        The sum of all durations: no schedule is shorter than ``work / workers``.
    """

    start: dict[Node, Any]
    worker: dict[Node, int]
    length: Any
    workers: int
    critical_path: Any
    work: Any

    @property
    def bound(self) -> Any:
        """The larger of the two lower bounds; a schedule of this length is one of the shortest."""
        return max(self.critical_path, self.work / self.workers)


def schedule(
    graph: DiGraph[Node], workers: int, durations: Mapping[Node, Any] | None = None
) -> Schedule[Node]:
    """Return a schedule for several workers, in which nobody waits while something is ready.

    A free worker takes the ready node with the longest way to go, the length of a longest path
    that begins with it; of equals, the first in the graph. Such a schedule is at most
    ``work / workers + (1 - 1 / workers) * critical_path`` long, less than twice the shortest
    (Graham, 1969); finding the shortest is NP-hard.

    Parameters
    ----------
    graph
        Without cycles.
    workers
        How many there are, at least 1.
    durations
        Node to how long it takes, a number ≥ 0; by default each takes 1.

    Raises
    ------
    CycleError
        If the graph has a cycle.
    TypeError, ValueError
        If `workers` is not an integer ≥ 1, or as `timing` does.

    Examples
    --------
    >>> graph = DiGraph([("weigh", "mix"), ("melt", "mix"), ("mix", "fry"), ("heat", "fry")])
    >>> planned = schedule(graph, 2)
    >>> planned.start
    {'weigh': 0, 'melt': 0, 'mix': 1, 'heat': 1, 'fry': 2}
    >>> planned.length, planned.critical_path, planned.work / 2
    (3, 3, 2.5)
    """
    workers = count("workers", workers, least=1)
    times = timing(graph, durations)
    take = dict(zip(graph, number_for_each("durations", durations, graph.nodes), strict=True))
    scheduler = Scheduler(graph)
    scheduler.prepare()
    free = list(range(min(workers, len(graph))))
    ready: list[tuple[Any, int]] = []  # smallest first: the longest way to go
    running: list[tuple[Any, int, int]] = []
    start: dict[Node, Any] = {}
    worker: dict[Node, int] = {}
    now: Any = 0
    while scheduler:
        for node in scheduler.get_ready():
            heapq.heappush(ready, (times.latest[node], graph._number(node)))
        while free and ready:
            i = heapq.heappop(ready)[1]
            node = graph.nodes[i]
            start[node], worker[node] = now, heapq.heappop(free)
            heapq.heappush(running, (now + take[node], i, worker[node]))
        now = running[0][0]
        while running and running[0][0] == now:
            _, i, one = heapq.heappop(running)
            heapq.heappush(free, one)
            scheduler.done(graph.nodes[i])
    return Schedule(start, worker, now, workers, times.length, sum(take.values()))
