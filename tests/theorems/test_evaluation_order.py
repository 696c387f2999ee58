"""thm-evaluation-order: a finite acyclic computation has one evaluation, in every order."""

# Not yet told from its near misses.

from computations import Computation, computations, topological_orders
from hypothesis import given
from hypothesis import strategies as st
from instances import Integers

MOST = 200  # topological orders of one graph that are tried


def conclusion(computation, candidates=()):
    """Some order exists, all of them give one evaluation, and no candidate is another.

    Candidates are assignments of values to the vertices.
    """
    if isinstance(computation.graph, Integers):
        return any(computation.graph.in_degree(v) == 0 for v in computation.graph)
    found = []
    for order, _ in zip(topological_orders(computation.graph), range(MOST), strict=False):
        values = computation.evaluate(order)
        found += [] if values in found else [values]
    if len(found) != 1 or not computation.is_evaluation(found[0]):
        return False
    return all(c == found[0] for c in candidates if computation.is_evaluation(c))


@given(computations(), st.data())
def test_holds(computation, data):
    values = st.fixed_dictionaries(dict.fromkeys(computation.graph, st.integers(0, 100)))
    assert conclusion(computation, data.draw(st.lists(values, max_size=3)))


def test_without_finite():
    # Each integer has the one before it as its operand, which it hands on. What comes first in
    # an order is a source, and there is none.
    computation = Computation({}, {}, {})
    computation.graph = Integers()
    assert not conclusion(computation)


def test_without_acyclic():
    for operation in (lambda v: v * v, lambda v: v + 1):
        loop = Computation({"v": ["v"]}, {"v": operation}, {})
        assert not conclusion(loop)
    squares = Computation({"v": ["v"]}, {"v": lambda v: v * v}, {})
    assert squares.is_evaluation({"v": 0})
    assert squares.is_evaluation({"v": 1})


def test_without_functions():
    def counts(_, calls=[0]):  # noqa: B006 (what it gives depends on more than its operand)
        calls[0] += 1
        return calls[0]

    computation = Computation(
        {"a": [], "b": ["a"], "c": ["a"]}, {"b": counts, "c": counts}, {"a": 3}
    )
    assert not conclusion(computation)
