"""Random directed graphs for Hypothesis to draw, and the same graphs as networkx has them."""

import networkx as nx
from hypothesis import strategies as st

from dlbook.graph import DiGraph

_simple = st.none() | st.integers() | st.text(max_size=2) | st.floats(allow_nan=False)
hashables = st.recursive(
    _simple | st.binary(max_size=2) | st.sampled_from([int, len, Ellipsis, float("nan")]),
    lambda some: st.tuples(some, some) | st.frozensets(some, max_size=2),
    max_leaves=3,
)


@st.composite
def digraphs(draw, max_nodes=6, least=0):
    """Draw a finite directed graph, perhaps with cycles, parallel edges and self-loops."""
    n = draw(st.integers(least, max_nodes))
    node = st.integers(0, max(n - 1, 0))
    edges = draw(st.lists(st.tuples(node, node), max_size=2 * n if n else 0))
    return DiGraph(edges, nodes=draw(st.permutations(range(n))))


@st.composite
def dags(draw, max_nodes=6, least=0):
    """Draw a finite acyclic one, perhaps with parallel edges, under shuffled names."""
    graph = draw(digraphs(max_nodes, least))
    names = draw(st.permutations(range(len(graph))))
    edges = [(names[u], names[v]) for u, v in graph.edges() if u < v]
    return DiGraph(edges, nodes=graph)


@st.composite
def renamed(draw, graphs):
    """Draw one of `graphs`, and give its nodes names of any kinds, which need not compare."""
    graph = draw(graphs)
    names = draw(st.lists(hashables, min_size=len(graph), max_size=len(graph), unique=True))
    edges = [(names[u], names[v]) for u, v in graph.edges()]
    return DiGraph(edges, nodes=[names[u] for u in graph])


def networkx(graph):
    """Return the same graph as networkx has it."""
    other = nx.MultiDiGraph()
    other.add_nodes_from((node, {}) for node in graph)
    other.add_edges_from(graph.edges())
    return other
