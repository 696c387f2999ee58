"""A trace is the graph of a computation, with values, tangents and adjoints."""

import numpy as np
import pytest

from dlbook.autodiff import grad, jvp, trace_graph
from dlbook.graph import is_topological_order


def course_a(w1, w2):
    c = np.exp(w1) + np.exp(2 * w2)
    return np.exp(c) + np.sin(c), w1 * w2 + 1 / (1 + np.exp(-w1))


def course_b(w1, w2):
    return (
        np.cos(w1) * np.cos(w2) + 1 / (1 + np.exp(-w2)),
        np.log(w1 + w2) + w1**2 * w2,
    )


def test_an_operand_used_twice_has_two_edges():
    trace = trace_graph(lambda a: a + a, 3.0)
    assert list(trace.graph.edges()) == [(0, 1), (0, 1)]
    assert trace.edges() == [(0, 1, 0), (0, 1, 1)]
    assert trace.adjoints() == [2.0, 1.0]


@pytest.mark.parametrize("f", [course_a, course_b])
def test_numbers_are_a_topological_order_and_carry_the_derivatives(f):
    trace = trace_graph(f, 1.0, 2.0)
    assert is_topological_order(trace.graph, range(len(trace.nodes)))
    assert trace.inputs == (0, 1)
    values = [trace.nodes[i].value for i in trace.outputs]
    np.testing.assert_array_equal(values, f(1.0, 2.0))
    for k in range(2):
        seeds = [0.0, 0.0]
        seeds[k] = 1.0
        adjoints = trace.adjoints(*seeds)
        gradient = grad(lambda *w, k=k: f(*w)[k], (0, 1))(1.0, 2.0)
        np.testing.assert_allclose(adjoints[:2], gradient, rtol=1e-15)
        tangents = trace.tangents(*seeds)
        found = [tangents[i] for i in trace.outputs]
        np.testing.assert_allclose(found, jvp(f, (1.0, 2.0), tuple(seeds))[1], rtol=1e-15)


def test_an_adjoint_is_the_derivative_by_the_node():
    # For every node: the sum over its edges of adjoint times local derivative.
    trace = trace_graph(lambda x, y: (x + y) * (y + 1), 2.0, 3.0)
    assert trace.adjoints() == [4.0, 9.0, 4.0, 5.0, 1.0]
    assert trace.tangents(None, 1.0) == [None, 1.0, 1.0, 1.0, 9.0]


def test_constants_and_what_nothing_depends_on():
    trace = trace_graph(lambda x: (x * 2.0, np.exp(x))[0], 3.0)
    assert trace.nodes[1].constants == (None, 2.0)
    assert trace.nodes[1].operands == (0, None)
    assert trace.adjoints() == [2.0, 1.0, None]
    assert trace_graph(lambda x: 1.0, 3.0).outputs == (None,)


def test_arrays_have_adjoints_of_their_shape():
    x = np.arange(6.0).reshape(2, 3)
    trace = trace_graph(lambda x: np.sum(np.tanh(x) * np.ones(3)), x)
    for node, adjoint in zip(trace.nodes, trace.adjoints(), strict=True):
        assert np.shape(adjoint) == np.shape(node.value)
