"""Directed graphs, topological order, cycle certificates."""

from dlbook.graph.csr import CSRGraph
from dlbook.graph.digraph import CycleError, DiGraph, OrderError
from dlbook.graph.order import (
    all_topological_sorts,
    check_topological_order,
    depth_first_sort,
    find_cycle,
    is_topological_order,
    topological_generations,
    topological_sort,
)
from dlbook.graph.paths import (
    ancestors,
    descendants,
    longest_path,
    sinks,
    sources,
    transitive_reduction,
)
from dlbook.graph.states import KahnState, SearchState

__all__ = [
    "CSRGraph",
    "CycleError",
    "DiGraph",
    "KahnState",
    "OrderError",
    "SearchState",
    "all_topological_sorts",
    "ancestors",
    "check_topological_order",
    "depth_first_sort",
    "descendants",
    "find_cycle",
    "is_topological_order",
    "longest_path",
    "sinks",
    "sources",
    "topological_generations",
    "topological_sort",
    "transitive_reduction",
]
