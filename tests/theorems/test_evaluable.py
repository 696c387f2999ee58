"""prp-evaluable: a list can be evaluated if and only if it is a topological order."""

from computations import Computation, computations
from hypothesis import given
from hypothesis import strategies as st
from instances import leads_forward
from near import broken, missed

from dlbook.graph import topological_sort

NEAR_MISSES = {
    "if, for if and only if": {"same": lambda timely, order: timely},
    "only orders can be evaluated, and not all of them": {"same": lambda timely, order: not timely},
    "one operand in time, for every one": {"enough": any},
    "operands after the vertex": {"along": reversed},
    "each vertex once suffices": {"is_order": lambda graph, order: sorted(order) == sorted(graph)},
}


def hypotheses(computation, order):
    return {"once": sorted(order) == sorted(computation.graph)}


def conclusion(
    computation,
    order,
    *,
    enough=all,
    along=list,
    is_order=leads_forward,
    same=lambda timely, order: timely == order,
):
    """Every operand has its value in time if and only if the list is a topological order."""
    order, done, timely = list(along(order)), set(), True
    for v in order:
        in_time = [u in done for u in computation.operands[v]]
        timely = timely and (not in_time or enough(in_time))
        done.add(v)
    return same(timely, is_order(computation.graph, list(along(order))))


@given(computations(), st.data())
def test_holds(computation, data):
    order = data.draw(st.permutations(list(computation.graph)))
    assert not broken(hypotheses(computation, order))
    assert conclusion(computation, order)


@given(computations())
def test_holds_for_an_order(computation):
    order = topological_sort(computation.graph)
    assert not broken(hypotheses(computation, order))
    assert conclusion(computation, order)


def total():
    """Return x + y."""
    return Computation(
        {"x": [], "y": [], "v": ["x", "y"]}, {"v": lambda x, y: x + y}, {"x": 2, "y": 3}
    )


def test_near_misses():
    instances = [(total(), list(order)) for order in ("xyv", "xvy", "vxy")]
    square = Computation({"x": [], "v": ["x", "x"]}, {"v": lambda x, y: x * y}, {"x": 2})
    loop = Computation({"a": ["b"], "b": ["a"]}, dict.fromkeys("ab", lambda x: x), {})
    instances += [(loop, ["a", "b"])]
    instances += [(square, ["x", "v"]), (square, ["v", "x"]), (Computation({}, {}, {}), [])]
    assert not missed(NEAR_MISSES, instances, conclusion, hypotheses)
    # Each of them tells, with a loop and without a vertex too.
    opposite = {"same": lambda timely, order: timely != order}
    assert not any(conclusion(*one, **opposite) for one in instances)


def test_without_once():
    for order in ("xyyv", "xy"):
        instance = (total(), list(order))
        assert broken(hypotheses(*instance)) == ["once"]
        assert not conclusion(*instance)
