"""Adjoints that are added to in place: of arrays of which a program takes entries again and again.

Only sums that the sweep made may be changed; what a rule returned, and the seed, may be somebody
else's array.
"""

import itertools

import numpy as np
import pytest

from dlbook.autodiff import grad, jvp, trace_graph, vjp
from dlbook.autodiff.rules import indexing

X = np.array([[0.5, -1.5, 0.8], [1.2, 0.3, -0.7]])
CONTRIBUTIONS = {
    "an entry": lambda y: np.stack([y[1, 2] * 3, y[0, 0]]),
    "a row": lambda y: y[1] * np.array([1.0, 2.0, 3.0]),
    "a slice": lambda y: y[:, 1:] * 2,
    "one entry several times": lambda y: y[[1, 1, 0], [2, 2, 1]] * np.array([1.0, 5.0, 7.0]),
    "a mask": lambda y: y[y > 0],
    "all": lambda y: y[...],
    "one more axis": lambda y: y[None] * 2,
    "its adjoint itself": lambda y: y + 0.0,
    "a view of its adjoint": lambda y: y.T,
    "a number for all": lambda y: np.sum(y),
}


@pytest.mark.parametrize("names", list(itertools.permutations(CONTRIBUTIONS, 3)), ids="; ".join)
def test_contributions_in_every_order(names):
    def f(x):
        y = np.sin(x)
        return [CONTRIBUTIONS[name](y) for name in names]

    value, pullback = vjp(f, X)
    seeds = [np.cos(np.arange(1.0, 1 + np.size(v)).reshape(np.shape(v))) for v in value]
    before = [seed.copy() for seed in seeds]
    (found,) = pullback(seeds)
    np.testing.assert_array_equal(pullback(seeds)[0], found)
    for seed, was in zip(seeds, before, strict=True):
        np.testing.assert_array_equal(seed, was)
    for place in np.ndindex(X.shape):
        unit = np.zeros_like(X)
        unit[place] = 1.0
        tangents = jvp(f, (X,), (unit,))[1]
        expected = sum(np.sum(t * seed) for t, seed in zip(tangents, seeds, strict=True))
        assert found[place] == pytest.approx(expected, rel=1e-14, abs=1e-15)


def test_second_derivatives_through_entries():
    def f(x):
        return sum([x[i] * x[i - 1] ** 2 for i in range(3)])

    x = np.array([2.0, 3.0, 5.0])
    second = grad(lambda x: np.sum(grad(f)(x) * np.array([1.0, -1.0, 2.0])))(x)
    h = np.zeros((3, 3))
    for i in range(3):
        j = i - 1
        h[i, j] += 2 * x[j]
        h[j, i] += 2 * x[j]
        h[j, j] += 2 * x[i]
    np.testing.assert_allclose(second, h @ np.array([1.0, -1.0, 2.0]), rtol=1e-15)


def test_a_loop_over_entries_makes_one_array(monkeypatch):
    scatter, made = indexing.scatter, []

    def counted(g, **options):
        made.append(options["index"])
        return scatter(g, **options)

    monkeypatch.setattr(indexing, "scatter", counted)
    x = np.linspace(-1.0, 1.0, 50)
    found = grad(lambda x: sum([x[i] * i for i in range(50)]))(x)
    np.testing.assert_array_equal(found, np.arange(50.0))
    assert len(made) == 1


def test_kept_adjoints_are_those_of_their_nodes():
    trace = trace_graph(lambda x: x[0] * x[1] + np.sum(x * 2.0), np.array([3.0, 5.0]))
    adjoints = dict(zip([n.operation for n in trace.nodes], trace.adjoints(), strict=True))
    np.testing.assert_array_equal(adjoints["input"], [7.0, 5.0])
    np.testing.assert_array_equal(adjoints["multiply"], [1.0, 1.0])
