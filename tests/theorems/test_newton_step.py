"""prp-newton-step: where H is positive definite, -H⁻¹g minimises the model, and leads downhill."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from near import broken, missed

NEAR_MISSES = {
    "a step uphill": {"step": lambda H, g: np.linalg.solve(H, g)},
    "the gradient step": {"step": lambda H, g: -g},
    "half the step": {"step": lambda H, g: -np.linalg.solve(H, g) / 2},
    "a hundredth less of the step": {"step": lambda H, g: -0.99 * np.linalg.solve(H, g)},
    "divided by the diagonal": {"step": lambda H, g: -g / H.diagonal()},
    "the model's maximum": {"sign": -1},
    "uphill": {"slope": lambda g, s: -(g @ s)},
}


def hypotheses(H, g):
    return {"positive": bool(np.linalg.eigvalsh(H).min() > 0)}


def conclusion(H, g, *, step=lambda H, g: -np.linalg.solve(H, g), sign=1, slope=lambda g, s: g @ s):
    """m(s) > m(s*) for many other s, and g·s* < 0 unless g = 0."""
    star = step(H, g)

    def model(s):
        return g @ s + s @ H @ s / 2

    rng = np.random.default_rng(0)
    directions = [*np.eye(len(g)), *np.linalg.eigh(H)[1].T, *rng.normal(size=(8, len(g)))]
    others = [star + h * v for v in directions for h in (-1.0, -0.01, 0.01, 1.0)]
    lowest = all(sign * (model(s) - model(star)) > 0 for s in others)
    return lowest and bool(slope(g, star) < 0 or not g.any())


@given(st.data(), st.integers(1, 3))
def test_holds(data, d):
    rng = np.random.default_rng(data.draw(st.integers(0, 2**16)))
    A = rng.integers(-2, 3, (d, d))
    g = np.array(data.draw(st.lists(st.integers(-3, 3), min_size=d, max_size=d)))
    H = data.draw(st.sampled_from([0.01, 1.0, 100.0])) * (A @ A.T + np.eye(d))
    assert not broken(hypotheses(H, g))
    assert conclusion(H, g)


def test_near_misses():
    instances = [(np.array([[2.0, 1.0], [1.0, 2.0]]), np.array([1.0, 3.0]))]
    instances += [(np.eye(2), np.zeros(2))]
    instances += [(np.array([[0.02, 0.01], [0.01, 0.01]]), np.array([1.0, 3.0]))]
    instances += [(np.eye(3) + 1, np.array([1.0, 0.0, -2.0]))]
    assert not missed(NEAR_MISSES, instances, conclusion, hypotheses)
    # Each of them tells, whatever d and g.
    assert not any(conclusion(*one, sign=0) for one in instances)


def test_every_clause_is_asked_for():
    H, g = np.eye(1), np.ones(1)
    assert not conclusion(H, g, slope=lambda g, s: 1.0)
    assert not conclusion(H, g, slope=lambda g, s: 0.0)
    assert not conclusion(H, g, sign=0)


def test_semidefinite_is_not_enough():
    assert broken(hypotheses(np.diag([1.0, 0.0]), np.array([1.0, 0.0]))) == ["positive"]


def test_without_positive():
    for H in (np.diag([2.0, -2.0]), np.diag([-1.0, -1.0]), np.array([[1.0, 2.0], [2.0, 1.0]])):
        for g in ([1.0, -2.0], [1.0, 1.0]):  # along the second the last model is convex
            instance = H, np.array(g)
            assert broken(hypotheses(*instance)) == ["positive"]
            assert not conclusion(*instance)
