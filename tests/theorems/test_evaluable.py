"""prp-evaluable: values can be given along a list exactly if it is a topological order."""

# Not yet told from its near misses.

from computations import computations
from hypothesis import given
from hypothesis import strategies as st
from instances import leads_forward

from dlbook.graph import topological_sort


def conclusion(computation, order):
    """Evaluation along the list succeeds exactly if the list is a topological order."""
    try:
        computation.evaluate(order)
        succeeds = True
    except KeyError:  # an operand that has no value yet
        succeeds = False
    return succeeds == leads_forward(computation.graph, order)


@given(computations(), st.data())
def test_holds(computation, data):
    assert conclusion(computation, data.draw(st.permutations(list(computation.graph))))


@given(computations())
def test_holds_for_an_order(computation):
    assert conclusion(computation, topological_sort(computation.graph))


@given(computations(max_nodes=4))
def test_without_once(computation):
    order = topological_sort(computation.graph)
    if order:
        assert not conclusion(computation, [*order, order[-1]])
