"""thm-adjoint-path-sum: the backward sweep finds the sum over all walks to the result."""

from operator import add, mul

from hypothesis import given
from hypothesis import strategies as st
from instances import dags
from near import broken, missed
from sweeps import is_order, path_sum, sweep

from dlbook.graph import topological_sort

NEAR_MISSES = {
    "along the list forwards": {"along": list},
    "a share replaces another": {"put": lambda old, share: share},
    "the adjoint passed on unmultiplied": {"share": lambda adjoint, slope: adjoint},
    "the local derivative alone": {"share": lambda adjoint, slope: slope},
    "all adjoints start at 1": {"start": (1, 1)},
    "the result starts at 0": {"start": (0, 0)},
    "parallel edges count once": {"read": dict.fromkeys},
}


def hypotheses(edges, order, r):
    return {"order": is_order(edges, order)}


def conclusion(edges, order, r, *, along=reversed, put=add, share=mul, start=(0, 1), read=list):
    """Every vertex has its path sum for adjoint; an edge is (tail, head, number)."""
    found = sweep(read(edges), order, r, along=along, put=put, share=share, start=start)
    return all(found[v] == path_sum(edges, v, r) for v in order)


@given(dags(max_nodes=6, least=1), st.data())
def test_holds(graph, data):
    number = st.integers(-5, 5)
    edges = [(tail, head, data.draw(number)) for tail, head in graph.edges()]
    order = topological_sort(graph)
    r = data.draw(st.sampled_from(order))
    assert not broken(hypotheses(edges, order, r))
    assert conclusion(edges, order, r)


EXAMPLE = [("x", "a", 3), ("x", "a", 3), ("a", "b", 1), ("a", "c", 10), ("b", "c", 9)]


def test_near_misses():
    signed = [("x", "a", -0.5), ("x", "a", 3), ("a", "b", 0), ("a", "c", -2), ("b", "c", 1)]
    instances = [(EXAMPLE, "xabc", "c"), (EXAMPLE, "xabc", "a"), ([], "v", "v")]
    instances += [(signed, "xabc", "c")]
    assert not missed(NEAR_MISSES, instances, conclusion, hypotheses)


def test_every_vertex_is_asked_for():
    # From the second vertex no walk leads to the result, whose own adjoint is right.
    instance = ([("x", "a", 0)], "xa", "x")
    assert conclusion(*instance)
    assert not conclusion(*instance, start=(1, 1))


def test_without_order():
    for order in ("xbac", "xaabc"):  # in the second a passes its adjoint on twice
        assert broken(hypotheses(EXAMPLE, order, "c")) == ["order"]
        assert not conclusion(EXAMPLE, order, "c")
    assert broken(hypotheses(EXAMPLE, "xac", "c")) == ["order"]  # b is missing
