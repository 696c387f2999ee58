"""prp-backward-mean-square: backward a layer has half its variance times its fan-out."""

from itertools import product

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from near import broken, missed
from variance_instances import (
    AXES,
    CYCLE,
    SIGNS,
    SKEWED,
    SKEWED_ROW,
    TWINS,
    independent,
    mean,
    relu,
    row_moments,
    symmetric,
)

NEAR_MISSES = {
    "no half": {"half": 1.0},
    "half, times 1.01": {"half": 0.505},
    "the fan-in": {"fan": lambda n, m: m},
    "the entries correlated": {"cross": 0.5},
    "the variance of the weights alone": {"arriving": lambda rho: 1},
    "W for its transpose": {"back": lambda W, r: W @ r if W.shape[0] == W.shape[1] else 0 * W[0]},
}


def hypotheses(joint, a, v, rho):
    """Of cases ((W, r), probability)."""
    weights = [(W, p) for (W, _), p in joint]
    given = {}
    for (W, r), p in joint:
        mass, second = given.get(W.tobytes(), (0.0, 0.0))
        given[W.tobytes()] = mass + p, second + p * np.outer(r, r)
    return {
        "variance": all(np.allclose(row, v * np.eye(len(a))) for row in row_moments(weights)),
        "symmetric": symmetric(weights),
        "nonzero": all(np.all(np.abs(W @ a) > 1e-9) for W, _ in weights),
        "unrelated": all(
            np.allclose(second / mass, rho * np.eye(len(second))) for mass, second in given.values()
        ),
    }


def conclusion(
    joint,
    a,
    v,
    rho,
    *,
    half=0.5,
    fan=lambda n, m: n,
    cross=0.0,
    back=lambda W, r: W.T @ r,
    arriving=lambda rho: rho,
):
    passed = [(back(W, r * (W @ a > 0)), p) for (W, r), p in joint]
    n, m = joint[0][0][0].shape
    matrix = (1 - cross) * np.eye(m) + cross
    found = mean(passed, lambda g: np.outer(g, g))
    return bool(np.allclose(found, half * fan(n, m) * v * arriving(rho) * matrix))


def layer(n, m, v, rho):
    return [
        ((W, r), p * q)
        for W, p in independent((n, m), scale=np.sqrt(v))
        for r, q in independent((n,), scale=np.sqrt(rho))
    ]


@given(st.integers(1, 2), st.integers(1, 2), st.integers(1, 3), st.integers(1, 3))
def test_holds(n, m, v, rho):
    instance = (layer(n, m, v, rho), np.array([1.0, 2.0])[:m], v, rho)
    assert not broken(hypotheses(*instance))
    assert conclusion(*instance)


ONE = np.ones(1)


def test_near_misses():
    a = np.array([1.0, 2.0])
    near = [
        (layer(1, 2, 2, 3), a, 2, 3),
        (layer(2, 2, 2, 1), a, 2, 1),
        (layer(1, 2, 2, 0), a, 2, 0),
    ]
    # Signals of both signs; entries that are not independent, rows that are equal, and what
    # arrives with another law where a weight is negative.
    dependent = [
        ((W, np.array([r if W[0, 0] > 0 else s / np.sqrt(2)])), p * q * share)
        for W, p in independent((1, 2))
        for r, q in SIGNS
        for s, share in SKEWED
    ]
    both = [((W, r), p * q) for W, p in TWINS for r, q in independent((2,))]
    axes = [((W, r), p * q) for W, p in AXES for r, q in independent((1,))]
    near += [(law, np.array([-1.0, 2.0]), 1, 1) for law in (dependent, both, axes)]
    cycle = [((W, r), p * q) for W, p in CYCLE for r, q in independent((2,))]
    near += [(cycle, np.array([-3.0]), 1, 1)]
    # What arrives need not have the mean 0.
    near += [([((W, ONE), p) for W, p in AXES], np.array([-1.0, 2.0]), 1, 1)]
    assert not missed(NEAR_MISSES, near, conclusion, hypotheses)


def test_without_variance():
    joint = [((np.array([[s, s]]), ONE), p) for s, p in SIGNS]
    instance = (joint, np.ones(2), 1, 1)
    assert broken(hypotheses(*instance)) == ["variance"]
    assert not conclusion(*instance)
    for place, scale in product(range(3), (1.1, 0.9)):  # in one row of three
        scales = np.where(np.arange(3) == place, scale, 1.0)[:, None]
        law = [((scales * W, r), p) for (W, r), p in layer(3, 1, 1, 1)]
        assert broken(hypotheses(law, ONE, 1, 1)) == ["variance"]
        assert not conclusion(law, ONE, 1, 1)


def test_each_row_and_each_unit_is_asked_for():
    scales = np.sqrt([1.5, 0.5])
    rows = [((scales[:, None] * W, r), p) for (W, r), p in layer(2, 1, 1, 1)]
    assert broken(hypotheses(rows, ONE, 1, 1)) == ["variance"]
    units = [((W, scales * r), p) for (W, r), p in layer(2, 1, 1, 1)]
    assert broken(hypotheses(units, ONE, 1, 1)) == ["unrelated"]


def test_without_symmetric():
    joint = [((np.array([[w]]), ONE), p) for w, p in SKEWED]
    row = [((W, ONE), p) for W, p in SKEWED_ROW]
    for instance in (joint, ONE, 2, 1), (row, np.ones(2), 1, 1):
        assert broken(hypotheses(*instance)) == ["symmetric"]
        assert not conclusion(*instance)


def test_without_nonzero():
    joint = [((W, ONE), p) for W, p in independent((1, 2))]
    # Of these two units one is never at its kink.
    root = np.sqrt(2)
    first = [(s * root * e, 0.25) for e in np.eye(2) for s in (1, -1)]
    both = [
        ((np.stack([row, W[0]]), r), p * q * share)
        for row, p in first
        for W, q in independent((1, 2))
        for r, share in independent((2,))
    ]
    swapped = [((W[::-1], r), p) for (W, r), p in both]
    for law in joint, both, swapped:
        instance = (law, np.ones(2), 1, 1)
        assert broken(hypotheses(*instance)) == ["nonzero"]
        assert not conclusion(*instance)


def test_without_unrelated():
    joint = [((np.array([[s]]), relu(np.array([s]))), p) for s, p in SIGNS]
    equal = [((W, s * np.ones(2)), p * q) for W, p in independent((2, 1)) for s, q in SIGNS]
    # Given one value of W they are unrelated, given the other one they are not.
    half = [((np.array([[s]]), relu(np.array([-s]))), p) for s, p in SIGNS]
    # Given the sign of a weight they are, and not given its size.
    sized = [
        ((np.array([[k * s]]), np.array([r])), p / 2)
        for s, p in SIGNS
        for k, r in ((1.0, np.sqrt(1.5)), (3.0, np.sqrt(0.5)))
    ]
    for instance in (
        (sized, ONE, 5, 1),
        (joint, ONE, 1, 0.5),
        (equal, ONE, 1, 1),
        (half, ONE, 1, 1),
        (half[::-1], ONE, 1, 1),
    ):
        assert broken(hypotheses(*instance)) == ["unrelated"]
        assert not conclusion(*instance)
