"""prp-shared-weight: a shared weight w > 0 multiplies the outputs by a power of w."""

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from near import broken, missed

from dlbook.graph import DiGraph, topological_sort

HOMOGENEOUS = {
    "linear": lambda z: z,
    "inverse": lambda z: -z,
    "abs": abs,
    "ReLU": lambda z: max(z, 0.0),
}
OTHERS = {
    "sine": np.sin,
    "tanh": np.tanh,
    "step": lambda z: float(z > 0),
    "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
    "exponential below 0": lambda z: z if z > 0 else np.expm1(z),
    "capped": lambda z: min(z, 1.0),
}
ACTIVATIONS = HOMOGENEOUS | OTHERS

NEAR_MISSES = {
    "one power more": {"power": lambda length: length + 1},
    "one power less": {"power": lambda length: length - 1},
    "the power of twice the length": {"power": lambda length: 2 * length},
    "not at all": {"power": lambda length: 0},
    "compared with the weight 2": {"base": 2.0},
    "up to the sign": {"sign": -1},
}


def same(length):
    return length


def outputs(net, w):
    edges, kinds, inputs, ends = net
    values = dict(inputs)
    graph = DiGraph(edges, nodes=[*inputs, *kinds])
    for v in topological_sort(graph):
        if v not in inputs:
            values[v] = ACTIVATIONS[kinds[v]](w * sum(values[u] for u in graph.predecessors(v)))
    return np.array([values[v] for v in ends])


def lengths(net):
    """The lengths of all paths from an input to an output."""
    edges, kinds, inputs, ends = net
    graph = DiGraph(edges, nodes=[*inputs, *kinds])
    reach = {}
    for v in topological_sort(graph):
        reach[v] = {k + 1 for u in graph.predecessors(v) for k in reach[u]}
        reach[v] |= {0} if v in inputs else set()
    return set().union(*(reach[v] for v in ends))


def hypotheses(net, w):
    trials = [(t, z) for t in (0.25, 3.0) for z in (-2.0, -0.5, 0.0, 0.7, 2.0)]
    kinds = [ACTIVATIONS[kind] for kind in net[1].values()]
    return {
        "homogeneous": all(np.isclose(f(t * z), t * f(z)) for f in kinds for t, z in trials),
        "one-length": len(lengths(net)) <= 1,
        "positive": w > 0,
    }


def conclusion(net, w, *, power=same, base=1.0, sign=1):
    """The outputs for w are w to the length of the paths, times those for 1."""
    length = max(lengths(net), default=0)
    return np.allclose(outputs(net, w), sign * w ** power(length) * outputs(net, base))


@st.composite
def networks(draw):
    """Layers of one or two nodes, all edges to the next; dead ends, and nodes no input reaches."""
    kind = st.sampled_from(sorted(HOMOGENEOUS))
    layers = [[(k, i) for i in range(draw(st.integers(1, 2)))] for k in range(4)]
    edges = [
        (u, v) for one, two in pairwise(layers) for u in one for v in two if draw(st.booleans())
    ]
    kinds = {v: draw(kind) for layer in layers[1:] for v in layer}
    inputs = {v: draw(st.integers(-3, 3)) * 0.5 for v in layers[0]}
    edges += [("unreached", layers[-1][0]), (layers[0][0], "dead end")]
    kinds |= {"unreached": draw(kind), "dead end": draw(kind)}
    return edges, kinds, inputs, layers[-1]


@given(networks(), st.sampled_from([0.25, 0.5, 1.0, 2.0, 3.0]))
def test_holds(net, w):
    assert not broken(hypotheses(net, w))
    assert conclusion(net, w)


CHAIN = ([("x", "h"), ("h", "y")], {"h": "ReLU", "y": "linear"}, {"x": 1.0}, ["y"])


def test_near_misses():
    assert not missed(NEAR_MISSES, [(CHAIN, 2.0), (CHAIN, 0.5)], conclusion, hypotheses)


def test_two_classifiers_in_all():
    net = ([("x", "a"), ("x", "b")], {"a": "linear", "b": "abs"}, {"x": 0.5}, ["a", "b"])
    for w in (-2.0, -0.5):
        assert np.allclose(outputs(net, w), abs(w) * outputs(net, -1.0))


def test_without_homogeneous():
    for kind in OTHERS:
        x = -1.0 if kind == "exponential below 0" else 1.0
        for kinds in {"h": kind, "y": "linear"}, {"h": "linear", "y": kind}:  # one vertex alone
            net = ([("x", "h"), ("h", "y")], kinds, {"x": x}, ["y"])
            assert broken(hypotheses(net, 2.0)) == ["homogeneous"]
            assert not conclusion(net, 2.0)


def test_without_one_length():
    edges = [("x", "h"), ("h", "y1"), ("z", "y2")]
    kinds = {"h": "ReLU", "y1": "linear", "y2": "linear"}
    net = (edges, kinds, {"x": 1.0, "z": 0.8}, ["y1", "y2"])
    assert broken(hypotheses(net, 0.5)) == ["one-length"]
    assert not conclusion(net, 0.5)
    assert [int(np.argmax(outputs(net, w))) for w in (0.5, 2.0)] == [1, 0]


def test_a_connection_that_skips_a_layer_is_a_second_length():
    edges, kinds = [("x", "h"), ("h", "y"), ("x", "y")], {"h": "ReLU", "y": "linear"}
    net = (edges, kinds, {"x": 1.0}, ["y"])
    assert broken(hypotheses(net, 0.5)) == ["one-length"]
    assert not conclusion(net, 0.5)


def test_without_positive():
    net = ([("x", "y")], {"y": "abs"}, {"x": 1.0}, ["y"])
    assert broken(hypotheses(net, -1.0)) == ["positive"]
    assert not conclusion(net, -1.0)
    assert broken(hypotheses(net, 0.0)) == ["positive"]
