"""lem-subgraph-of-dag: the rest of a directed acyclic graph is one."""

from hypothesis import given
from hypothesis import strategies as st
from instances import Naturals, NaturalsAndLoop, dags, is_acyclic
from near import broken, missed

from dlbook.graph import DiGraph

NEAR_MISSES = {
    "after an edge is turned round": {"turned": 1},
    "after an edge is added": {"added": ((2, 1),)},
    "after a vertex is identified with another": {"identified": {3: 1}},
}


def hypotheses(graph, vertices, edges):
    return {"acyclic": is_acyclic(graph)}


def edges_among(graph, vertices):
    """Return the edges between some vertices, of which there are finitely many."""
    return [(u, v) for u in graph if u in vertices for v in graph.successors(u) if v in vertices]


def conclusion(graph, vertices, edges, *, turned=0, added=(), identified=None):
    """The graph is acyclic that has these of the vertices, and of their edges those chosen."""
    kept = zip(edges_among(graph, vertices), edges, strict=True)
    left = [(u, v) for (u, v), stays in kept if stays]
    left = [(v, u) for u, v in left[:turned]] + left[turned:]
    same = {v: v for v in vertices} | (identified or {})
    rest = [(same[u], same[v]) for u, v in (*left, *added)]
    return is_acyclic(DiGraph(rest, nodes=set(same.values())))


@given(dags(), st.data())
def test_holds(graph, data):
    vertices = {v for v in graph if data.draw(st.booleans())}
    edges = [data.draw(st.booleans()) for _ in edges_among(graph, vertices)]
    assert not broken(hypotheses(graph, vertices, edges))
    assert conclusion(graph, vertices, edges)


class Numbers(Naturals):
    """The numbers 0, 1, 2, … with all that there are up to 4 gone through."""

    def __iter__(self):
        return iter(range(5))


def test_near_misses():
    path = DiGraph([(1, 2), (2, 3), (1, 2)])
    instances = [(path, {1, 2, 3}, [True] * 3)]
    instances += [(path, {1, 2, 3}, [False, True, True]), (Numbers(), {0, 1, 2, 3}, [True] * 3)]
    assert not missed(NEAR_MISSES, instances, conclusion, hypotheses)


def test_without_acyclic():
    loops = [(DiGraph([(1, 1)]), {1}, [True])]
    loops.append((DiGraph([(1, 2), (2, 1), (2, 3)]), {1, 2}, [True, True]))
    loops.append((NaturalsAndLoop(), {1, "beside"}, [True]))
    for instance in loops:
        assert broken(hypotheses(*instance)) == ["acyclic"]
        assert not conclusion(*instance)


def test_what_is_removed_is_gone():
    cycle = DiGraph([(1, 2), (2, 1)])
    assert conclusion(cycle, {1, 2}, [True, False])
    assert conclusion(cycle, {1}, [])
    assert broken(hypotheses(cycle, set(), [])) == ["acyclic"]  # though what is left is
