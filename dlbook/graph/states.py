"""What an observer of a walk is told: the walk's own state, copied."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Literal

from dlbook.graph.digraph import DiGraph, Node

__all__ = ["KahnState", "SearchState"]


@dataclass(frozen=True)
class KahnState(Generic[Node]):
    """Kahn's algorithm, at the start and after each vertex.

    Attributes
    ----------
    taken
        The vertex that has just been listed; ``None`` at the start.
    listed
        All that have been, in order.
    queue
        Those that are ready, the next first.
    remaining
        Vertex to the number of edges into it from vertices that are not listed.
    """

    taken: Node | None
    listed: list[Node]
    queue: list[Node]
    remaining: dict[Node, int]


@dataclass(frozen=True)
class SearchState(Generic[Node]):
    """Depth-first search, whenever it has visited or left a vertex, or found a cycle.

    Attributes
    ----------
    event
        What has just happened.
    node
        The vertex that was visited or left; of a cycle, the one in which its last edge ends.
    path
        The vertices on the path, the first root first.
    postorder
        Those that have been left, in order.
    """

    event: Literal["visit", "leave", "cycle"]
    node: Node
    path: list[Node]
    postorder: list[Node]


KahnReport = Callable[[int | None, list[int], list[int]], None]
SearchReport = Callable[[Literal["visit", "leave", "cycle"], int, list[int], list[int]], None]


def kahn_report(
    graph: DiGraph[Node], observe: Callable[[KahnState[Node]], object] | None
) -> KahnReport | None:
    """Return what the walk on numbers calls, so that `observe` hears of nodes."""
    if observe is None:
        return None
    nodes, listed = graph.nodes, []

    def report(taken: int | None, queue: list[int], remaining: list[int]) -> None:
        if taken is not None:
            listed.append(nodes[taken])
        observe(
            KahnState(
                None if taken is None else nodes[taken],
                listed.copy(),
                [nodes[i] for i in queue],
                dict(zip(nodes, remaining, strict=True)),
            )
        )

    return report


def search_report(
    graph: DiGraph[Node], observe: Callable[[SearchState[Node]], object] | None
) -> SearchReport | None:
    """Return what the walk on numbers calls, so that `observe` hears of nodes."""
    if observe is None:
        return None
    nodes = graph.nodes

    def report(
        event: Literal["visit", "leave", "cycle"], i: int, path: list[int], postorder: list[int]
    ) -> None:
        observe(
            SearchState(event, nodes[i], [nodes[j] for j in path], [nodes[j] for j in postorder])
        )

    return report
