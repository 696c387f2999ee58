"""networkx's own tests, from the installed package, run on what we have in its stead."""

import importlib
from collections.abc import Mapping
from itertools import pairwise

import networkx as nx
import pytest

from dlbook import graph as ours

DAG = "networkx.algorithms.tests.test_dag"
STRONG = "networkx.algorithms.components.tests.test_strongly_connected"


def adapted(function, undirected=nx.NetworkXNotImplemented, none=False):
    """Return one of our functions for graphs of networkx, with its errors."""

    def call(graph, *args, **options):
        if not graph.is_directed():
            raise undirected("directed graphs only")
        try:
            return function(ours.from_networkx(graph), *args, **options)
        except ours.CycleError as error:
            raise nx.NetworkXUnfeasible(str(error)) from error
        except ValueError as error:
            raise nx.NetworkXError(str(error)) from error

    return call


def one_by_one(function):
    def call(*args, **options):
        yield from function(*args, **options)

    return call


def longest_path(graph, weight="weight", default_weight=1):
    weights = [data.get(weight, default_weight) for _, _, data in graph.edges(data=True)]
    return adapted(ours.longest_path)(graph, weights)


def longest_path_length(graph):
    path = longest_path(graph)
    several = [graph.get_edge_data(u, v) for u, v in pairwise(path)]
    if graph.is_multigraph():
        several = [max(data.values(), key=lambda one: one.get("weight", 1)) for data in several]
    return sum(data.get("weight", 1) for data in several)


def condensation(graph, _components=None):
    if not graph.is_directed():
        raise nx.NetworkXNotImplemented("directed graphs only")
    parts = ours.condensation(ours.from_networkx(graph))
    # networkx numbers the components so that edges lead from larger to smaller numbers.
    number = {part: len(parts) - 1 - k for k, part in enumerate(parts)}
    other = nx.DiGraph()
    for part in reversed(parts.nodes):
        other.add_node(number[part], members=set(part))
    other.add_edges_from((number[u], number[v]) for u, v in parts.edges())
    other.graph["mapping"] = {node: k for part, k in number.items() for node in part}
    return other


def components(graph):
    found = adapted(ours.strongly_connected_components)(graph)
    return [set(component) for component in reversed(found)]


def reduction(graph):
    return ours.to_networkx(adapted(ours.transitive_reduction)(graph))


def key_or_node(graph, key=None):
    return adapted(ours.topological_sort)(graph, key=key or (lambda node: node))


IN_ITS_STEAD: Mapping = {
    "dag_longest_path": longest_path,
    "dag_longest_path_length": longest_path_length,
    "topological_sort": one_by_one(adapted(ours.topological_sort, nx.NetworkXError)),
    "lexicographical_topological_sort": one_by_one(key_or_node),
    "all_topological_sorts": one_by_one(adapted(ours.all_topological_sorts)),
    "topological_generations": one_by_one(adapted(ours.topological_generations)),
    "is_directed_acyclic_graph": lambda graph: (
        graph.is_directed() and ours.find_cycle(ours.from_networkx(graph)) is None
    ),
    "ancestors": adapted(ours.ancestors),
    "descendants": adapted(ours.descendants),
    "transitive_reduction": reduction,
    "strongly_connected_components": one_by_one(components),
    "condensation": condensation,
}
CASES = [
    (DAG, group, name)
    for group, names in {
        "TestDagLongestPath": "empty unweighted1 unweighted2 weighted undirected_not_implemented "
        "unorderable_nodes multigraph_unweighted multigraph_weighted "
        "multigraph_weighted_default_weight",
        "TestDagLongestPathLength": "unweighted undirected_not_implemented weighted "
        "multigraph_unweighted multigraph_weighted",
        # Not topological_sort6, which changes a graph while it is sorted: ours do not change.
        "TestDAG": "topological_sort1 is_directed_acyclic_graph topological_sort2 "
        "topological_sort3 topological_sort4 topological_sort5 all_topological_sorts_1 "
        "all_topological_sorts_2 all_topological_sorts_3 all_topological_sorts_4 "
        "all_topological_sorts_multigraph_1 "
        "all_topological_sorts_multigraph_2 ancestors descendants transitive_reduction "
        "lexicographical_topological_sort lexicographical_topological_sort2",
        "": "topological_generations topological_generations_empty topological_generations_cycle",
    }.items()
    for name in names.split()
] + [
    (STRONG, "TestStronglyConnected", name)
    for name in [
        "tarjan",
        "contract_scc1",
        "contract_scc_isolate",
        "contract_scc_edge",
        "condensation_mapping_and_members",
        "null_graph",
        "connected_raise",
    ]
]


@pytest.mark.parametrize(("module", "group", "name"), CASES)
def test_networkx_own(module, group, name, monkeypatch):
    theirs = importlib.import_module(module)
    called = []
    for function, stand_in in IN_ITS_STEAD.items():

        def watched(*args, stand_in=stand_in, **options):
            called.append(stand_in)
            return stand_in(*args, **options)

        monkeypatch.setattr(nx, function, watched)
        if hasattr(nx.algorithms.dag, function):
            monkeypatch.setattr(nx.algorithms.dag, function, watched)
    if group:
        cases = getattr(theirs, group)()
        cases.setup_class() if hasattr(cases, "setup_class") else None
        getattr(cases, f"test_{name}")()
    else:
        getattr(theirs, f"test_{name}")()
    assert called, "the test did not reach our function"
