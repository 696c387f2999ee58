"""lem-subgraph-of-dag: what is left of a directed acyclic graph is one."""

# Not yet told from its near misses.

from hypothesis import given
from hypothesis import strategies as st
from instances import dags, is_acyclic

from dlbook.graph import DiGraph


def conclusion(graph, vertices, edges):
    """The graph is acyclic that has these of the vertices, and of their edges those chosen."""
    kept = zip(graph.edges(), edges, strict=True)
    left = [(u, v) for (u, v), stays in kept if stays and {u, v} <= vertices]
    return is_acyclic(DiGraph(left, nodes=vertices))


@given(dags(), st.data())
def test_holds(graph, data):
    vertices = {v for v in graph if data.draw(st.booleans())}
    edges = [data.draw(st.booleans()) for _ in graph.edges()]
    assert conclusion(graph, vertices, edges)


def test_without_acyclic():
    assert not conclusion(DiGraph([(1, 1)]), {1}, [True])
    assert not conclusion(DiGraph([(1, 2), (2, 1), (2, 3)]), {1, 2}, [True, True, True])
