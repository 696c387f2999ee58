"""Directed graphs, topological orders, cycle certificates, schedules."""

from dlbook.graph.components import condensation, strongly_connected_components
from dlbook.graph.csr import CSRGraph
from dlbook.graph.digraph import CycleError, DiGraph, OrderError
from dlbook.graph.exchange import from_networkx, to_dot, to_networkx
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
from dlbook.graph.schedule import Schedule, Scheduler, Timing, schedule, timing
from dlbook.graph.states import KahnState, SearchState

__all__ = [
    "CSRGraph",
    "CycleError",
    "DiGraph",
    "KahnState",
    "OrderError",
    "Schedule",
    "Scheduler",
    "SearchState",
    "Timing",
    "all_topological_sorts",
    "ancestors",
    "check_topological_order",
    "condensation",
    "depth_first_sort",
    "descendants",
    "find_cycle",
    "from_networkx",
    "is_topological_order",
    "longest_path",
    "schedule",
    "sinks",
    "sources",
    "strongly_connected_components",
    "timing",
    "to_dot",
    "to_networkx",
    "topological_generations",
    "topological_sort",
    "transitive_reduction",
]
