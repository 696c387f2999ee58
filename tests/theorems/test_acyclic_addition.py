"""prp-acyclic-addition: an edge may be added if and only if some order has its tail first."""

from itertools import permutations, product

from hypothesis import given
from hypothesis import strategies as st
from instances import Integers, dags, is_acyclic
from near import broken, missed

from dlbook.graph import DiGraph, all_topological_sorts

NEAR_MISSES = {
    "the first order, for some": {"orders": lambda graph: list(all_topological_sorts(graph))[:1]},
    "the other way round": {"turned": True},
    "every order, for some": {"some": all},
    "the edge the other way round": {"added": lambda u, v: (v, u)},
    "no edge back, for no path": {"back": lambda graph, v: set(graph.successors(v))},
    "no path to it, for no path from it": {"back": lambda graph, v: reached(graph.reversed(), v)},
}


class Line(Integers):
    """The integers, of which 0 and 2 are looked at: no list of them is an order."""


def orders_of(graph):
    """Return all topological orders; a list has a first entry, so the integers have none."""
    none = isinstance(graph, Line) or not is_acyclic(graph)
    return [] if none else list(all_topological_sorts(graph))


def reached(graph, v):
    if isinstance(graph, Line):
        return {0, 2} if v == 0 else {2}
    seen, stack = set(), [v]
    while stack:
        w = stack.pop()
        if w not in seen:
            seen.add(w)
            stack += graph.successors(w)
    return seen


def stays_acyclic(graph, u, v):
    """In the integers an edge from 0 to 2 leads forward like all others."""
    if isinstance(graph, Line):
        return u < v
    return is_acyclic(DiGraph([*graph.edges(), (u, v)], nodes=graph))


def hypotheses(graph, u, v):
    line = isinstance(graph, Line)
    return {"finite": not line, "acyclic": line or is_acyclic(graph)}


def conclusion(
    graph, u, v, *, orders=None, turned=False, some=any, back=None, added=lambda u, v: (u, v)
):
    """The three are true together, or none of them."""
    first, last = (v, u) if turned else (u, v)
    found = (orders or orders_of)(graph)
    precedes = some(order.index(first) < order.index(last) for order in found)
    no_path = u not in (back or reached)(graph, v)
    return len({stays_acyclic(graph, *added(u, v)), precedes, no_path}) == 1


@given(dags(), st.data())
def test_holds(graph, data):
    graph = graph.subgraph(list(graph)[:4])
    for u, v in permutations(graph, 2):
        assert not broken(hypotheses(graph, u, v))
        assert conclusion(graph, u, v)


def test_near_misses():
    path = DiGraph([(1, 2), (2, 3)], nodes=[1, 2, 3, 4])
    near = [(path, u, v) for u, v in permutations(path, 2)]
    assert not missed(NEAR_MISSES, near, conclusion, hypotheses)


def test_counts():
    """Over all labelled DAGs, as the text says: pairs that may be added, and by the first order."""
    found = {}
    for n in (3, 4):
        places = list(permutations(range(n), 2))
        graphs = may = first = 0
        for chosen in product([False, True], repeat=len(places)):
            edges = [place for place, there in zip(places, chosen, strict=True) if there]
            graph = DiGraph(edges, nodes=range(n))
            if not is_acyclic(graph):
                continue
            graphs += 1
            order = min(all_topological_sorts(graph))
            for u, v in places:
                if (u, v) not in edges:
                    may += u not in reached(graph, v)
                    first += order.index(u) < order.index(v)
        found[n] = (graphs, may, first)
    assert found == {3: (25, 48, 27), 4: (543, 2016, 1242)}


def test_without_finite():
    assert broken(hypotheses(Line(), 0, 2)) == ["finite"]
    assert not conclusion(Line(), 0, 2)


def test_without_acyclic():
    graph = DiGraph([(3, 4), (4, 3)], nodes=[1, 2, 3, 4])
    assert broken(hypotheses(graph, 1, 2)) == ["acyclic"]
    assert not conclusion(graph, 1, 2)
