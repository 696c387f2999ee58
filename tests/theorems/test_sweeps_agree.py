"""thm-sweeps-agree: both sweeps along one list give one number, if rules are transposes."""

from itertools import permutations
from operator import add

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from instances import dags
from near import broken, missed

NEAR_MISSES = {
    "backward along the list forwards": {"backward": list},
    "forward along the list backwards": {"forward": reversed},
    "a share replaces another": {"put": lambda old, share: share},
    "the first input alone": {"gathered": lambda inputs: inputs[:1]},
    "all vertices, for the inputs": {"gathered": lambda inputs: [*inputs, "c"]},
    "the adjoint begins twice as large": {"start": 2},
    "the result's tangent alone": {"weigh": lambda c, tangent: tangent},
}


def hypotheses(edges, inputs, tangents, c, lists):
    """An edge is (tail, head, push, pull), where both rules are matrices."""
    return {
        "transposes": all(np.array_equal(push, pull.T) for _, _, push, pull in edges),
        "same": list(lists[0]) == list(lists[1]),
    }


def two_sides(edges, inputs, tangents, c, lists, backward, forward, put, gathered, start, weigh):
    zero = {v: np.zeros(tangents[v].shape) for v in lists[0]}
    tangent = zero | {u: tangents[u] for u in inputs}
    for v in forward(lists[0]):
        if v not in inputs:
            shares = [push @ tangent[tail] for tail, head, push, _ in edges if head == v]
            tangent[v] = sum(shares, zero[v])
    r, seed = c
    adjoint = zero | {r: start * seed}
    for v in backward(lists[1]):
        for tail, head, _, pull in edges:
            if head == v:
                adjoint[tail] = put(adjoint[tail], pull @ adjoint[v])
    left = np.sum(weigh(seed, tangent[r]))
    return left, sum(np.sum(adjoint[u] * tangent[u]) for u in gathered(inputs))


def conclusion(
    edges,
    inputs,
    tangents,
    c,
    lists,
    *,
    backward=reversed,
    forward=list,
    put=add,
    gathered=list,
    start=1,
    weigh=np.multiply,
):
    """⟨c, ṙ⟩ is the sum of ⟨ū, u̇⟩ over the inputs u; all numbers are small integers."""
    left, right = two_sides(
        edges, inputs, tangents, c, lists, backward, forward, put, gathered, start, weigh
    )
    return left == right


sizes = st.integers(0, 3)


@given(dags(max_nodes=5, least=1), st.data())
def test_holds(graph, data):
    rng = np.random.default_rng(data.draw(st.integers(0, 2**16)))
    size = {v: data.draw(sizes) for v in graph}

    def matrix(*shape):
        return rng.integers(-3, 4, shape)

    pushes = [(u, v, matrix(size[v], size[u])) for u, v in graph.edges()]
    edges = [(u, v, push, push.T) for u, v, push in pushes]
    inputs = [v for v in graph if not list(graph.predecessors(v))]
    order = data.draw(st.permutations(list(graph)))  # a topological order or not
    tangents = {v: matrix(size[v]) for v in graph}
    r = data.draw(st.sampled_from(order))
    instance = edges, inputs, tangents, (r, matrix(size[r])), (order, order)
    assert not broken(hypotheses(*instance))
    assert conclusion(*instance)


def number(x):
    return np.array([[x]])


def small(first, second, flip=1, r="c"):
    """Return c = a·b, b = a + y, a = x·x at 3, with slopes for rules; r is the result."""
    slopes = [("x", "a", 3), ("x", "a", 3), ("a", "b", 1), ("y", "b", 1)]
    slopes += [("a", "c", 10), ("b", "c", 9)]
    edges = [(u, v, number(slope), number(slope * flip)) for u, v, slope in slopes]
    tangents = {v: np.array([2]) for v in "xyabc"}
    return edges, ["x", "y"], tangents, (r, np.array([5])), (first, second)


def test_near_misses():
    instances = [small(order, order) for order in ("xyabc", "yxbac")]
    instances += [small("xyabc", "xyabc", r=r) for r in "abx"]
    assert not missed(NEAR_MISSES, instances, conclusion, hypotheses)
    # Each of them tells, whichever vertex is the result.
    assert not any(conclusion(*one, start=2) for one in instances)


def test_any_list_will_do():
    for order in permutations("xyabc"):
        assert conclusion(*small(order, order))


def test_without_transposes():
    instance = small("xyabc", "xyabc", flip=-1)
    assert broken(hypotheses(*instance)) == ["transposes"]
    assert not conclusion(*instance)
    whole, *rest = small("xyabc", "xyabc")
    for k, (tail, head, push, pull) in enumerate(whole):  # one rule of all that is wrong
        edges = [*whole[:k], (tail, head, push, -pull), *whole[k + 1 :]]
        assert broken(hypotheses(edges, *rest)) == ["transposes"]
        assert not conclusion(edges, *rest)
    # A square matrix that is not transposed has the right shape.
    push = np.array([[1, 2], [3, 4]])
    tangents = {"x": np.array([1, 0]), "y": np.array([0, 0])}
    edges, c = [("x", "y", push, push)], ("y", np.array([1, 1]))
    instance = edges, ["x"], tangents, c, ("xy", "xy")
    assert broken(hypotheses(*instance)) == ["transposes"]
    assert not conclusion(*instance)


def test_without_same():
    instance = small("xyabc", "xybac")
    assert broken(hypotheses(*instance)) == ["same"]
    assert not conclusion(*instance)
    assert broken(hypotheses(*small("xyabc", "yxabc"))) == ["same"]  # two orders are two lists
