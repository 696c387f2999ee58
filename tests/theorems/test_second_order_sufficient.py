"""prp-second-order-sufficient: gradient zero, Hessian positive definite: a strict minimiser."""

import numpy as np
from convex_instances import strictly_convex_functions, vectors
from hypothesis import given
from level_instances import WAYS, peano, ways
from near import broken, missed

NEAR_MISSES = {
    "the rise is half of μ‖h‖²": {"factor": 0.5},
    "the rise is μ‖h‖²": {"factor": 1.0},
    "the largest curvature, for the smallest": {"curvature": -1},
    "far away as well": {"far": 10.0},
}

ENDS = [np.array([1.0]), np.array([-1.0])]


def hypotheses(g, gradient, hessian, w, ways):
    return {
        "critical": np.abs(gradient).max() < 1e-6,
        "positive": np.linalg.eigvalsh(hessian)[0] > 1e-9,
    }


def conclusion(g, gradient, hessian, w, ways, *, factor=0.49, curvature=0, far=1e-3, times=1.0):
    """g(w + h) ≥ g(w) + θ‖h‖² for a θ < μ/2, and > g(w), for all short h ≠ 0."""
    theta = factor * np.linalg.eigvalsh(hessian)[curvature] / times
    return all(
        g(w + r * u) - g(w) >= theta * r**2 and g(w + r * u) > g(w)
        for r in (far, far / 3)
        for u in ways
    )


@given(strictly_convex_functions(2), vectors(2))
def test_holds(g, w):
    g = g.with_gradient_zero_at(w)
    instance = (g, g.gradient(w), g.hessian(w), w, WAYS)
    assert not broken(hypotheses(*instance))
    assert conclusion(*instance)


def cubic(w):
    """½w² - w³: its rise is less than half of μ‖h‖² on one side."""
    return w[0] ** 2 / 2 - w[0] ** 3


CUBIC = (cubic, np.zeros(1), np.eye(1), np.zeros(1), ENDS)


def test_near_misses():
    valley = (
        lambda w: w[0] ** 2 / 2 + 5 * w[1] ** 2,
        np.zeros(2),
        np.diag([1.0, 10.0]),
        np.zeros(2),
        WAYS,
    )
    A = np.array([[1.0, 0.9, 0.0], [0.9, 1.0, 0.0], [0.0, 0.0, 2.0]])
    slanting = (lambda w: w @ A @ w / 2, np.zeros(3), A, np.zeros(3))
    along = np.array([1.0, -1.0, 0.0]) / np.sqrt(2)  # the flattest way

    def restless(w):  # its second derivative is 1 at 0, and next to 0 between -1 and 3
        return w[0] ** 2 / 2 + 2 * w[0] ** 4 * np.sin(1 / w[0]) if w[0] else 0.0

    near = [CUBIC, valley, (*slanting, [*ways(3), along]), (restless, *CUBIC[1:])]
    assert not missed(NEAR_MISSES, near, conclusion, hypotheses)


def test_tight():
    # Any θ < μ/2 will do, and no other.
    assert conclusion(*CUBIC, factor=0.498)
    assert not conclusion(*CUBIC, factor=0.498, times=0.99)
    # A rise of .48μ‖h‖² is less than is asked for.
    assert not conclusion(*CUBIC, far=0.02)


def test_without_critical():
    for s in (1.0, 0.01):  # a little slope is too much
        tilted = (lambda w, s=s: s * w[0] + w[0] ** 2, s * np.ones(1))
        instance = (*tilted, 2 * np.eye(1), np.zeros(1), ENDS)
        assert broken(hypotheses(*instance)) == ["critical"]
        assert not conclusion(*instance)
    for e in np.eye(2):  # along one of two axes
        tilted = (lambda w, e=e: 0.01 * e @ w + w @ w, 0.01 * e)
        instance = (*tilted, 2 * np.eye(2), np.zeros(2), WAYS)
        assert broken(hypotheses(*instance)) == ["critical"]
        assert not conclusion(*instance)


def test_without_positive():
    parabola = [np.array([r, 2 * r**2]) / np.hypot(r, 2 * r**2) for r in (1e-3, 1e-3 / 3)]
    instance = (peano, np.zeros(2), np.diag([0.0, 2.0]), np.zeros(2), parabola)
    assert broken(hypotheses(*instance)) == ["positive"]
    assert not conclusion(*instance)
    # Level along an axis: not a strict minimiser.
    instance = (lambda w: w[1] ** 2, np.zeros(2), np.diag([0.0, 2.0]), np.zeros(2), WAYS)
    assert broken(hypotheses(*instance)) == ["positive"]
    assert not conclusion(*instance)
    # Positive along both axes, and along neither diagonal: one is down, or both.
    for H in (np.array([[1.0, 2.0], [2.0, 1.0]]), -np.eye(2)):
        instance = (lambda w, H=H: w @ H @ w / 2, np.zeros(2), H, np.zeros(2), WAYS)
        assert broken(hypotheses(*instance)) == ["positive"]
        assert not conclusion(*instance)


def test_without_positive_in_space():
    H = np.diag([1.0, 1.0, -1.0])
    instance = (lambda w: w @ H @ w / 2, np.zeros(3), H, np.zeros(3), ways(3))
    assert broken(hypotheses(*instance)) == ["positive"]
    assert not conclusion(*instance)
