"""prp-kkt-sufficient: the KKT conditions make a minimiser of a convex function."""

import numpy as np
from convex_instances import chords_above, convex_functions, vectors
from hypothesis import given
from hypothesis import strategies as st
from near import broken, missed

NEAR_MISSES = {
    "larger by one": {"gap": 1.0},
    "a maximiser": {"sign": -1},
    "among points outside as well": {"among": lambda G, h, ys: ys},
}


def hypotheses(g, gradient, y, G, h, mu, ys):
    """Constraints Gy ≤ h with multipliers mu; an equation is two of them. `ys` are points."""
    mu = np.array(mu, float)
    feasible = [one for one in ys if np.all(G @ one <= h + 1e-9)]
    return {
        "convex": chords_above(g, [*feasible, y]),
        "stationary": np.abs(gradient(y) + G.T @ mu).max() < 1e-9,
        "sign": bool(np.all(mu >= 0)),
        "slack": np.abs(mu * (G @ y - h)).max(initial=0) < 1e-9,
    }


def conclusion(
    g,
    gradient,
    y,
    G,
    h,
    mu,
    ys,
    *,
    gap=0.0,
    sign=1,
    among=lambda G, h, ys: [one for one in ys if np.all(G @ one <= h + 1e-9)],
):
    """g(y) ≤ g at all feasible points."""
    return all(sign * (g(one) - g(y)) >= gap - 1e-9 for one in among(G, h, ys))


@given(convex_functions(2), vectors(2), st.lists(st.integers(0, 3), min_size=3, max_size=3))
def test_holds(g, y, multipliers):
    G = np.array([[1.0, 1.0], [-1.0, 0.0], [0.0, -1.0]])
    mu = np.array(multipliers, float)
    h = G @ y + (mu == 0)  # tight where there is a multiplier
    # Tilt g so that its gradient is what stationarity asks for.
    tilted = g.with_gradient_zero_at(y)
    tilted.c = tilted.c - G.T @ mu
    ys = [y + np.array([a, b]) for a in (-2, -0.5, 0, 1) for b in (-2, -0.5, 0, 1)]
    instance = (tilted, tilted.gradient, y, G, h, mu, ys)
    assert not broken(hypotheses(*instance))
    assert conclusion(*instance)


def on_an_interval(g, slope, y, low, high, multipliers):
    """A problem on an interval: -y ≤ -low with the first multiplier, y ≤ high with the second."""
    return (
        lambda w: g(w[0]),
        lambda w: np.array([slope(w[0])]),
        np.array([y]),
        np.array([[-1.0], [1.0]]),
        np.array([-low, high]),
        np.array(multipliers),
        [np.array([one]) for one in np.linspace(low - 1, high + 1, 41)],
    )


def test_near_misses():
    half, ys = np.ones(2) / 2, [np.array([t, 1 - t]) for t in (-2.0, 0.0, 0.5, 1.0)]
    both = np.array([[1.0, 1.0], [-1.0, -1.0]])
    near = [
        on_an_interval(np.square, lambda w: 2 * w, 1.0, 1.0, 2.0, [2.0, 0.0]),
        on_an_interval(np.square, lambda w: 2 * w, 0.0, -1.0, 2.0, [0.0, 0.0]),
        # A tight constraint that needs no multiplier.
        on_an_interval(np.square, lambda w: 2 * w, 0.0, 0.0, 2.0, [0.0, 0.0]),
        # A kink elsewhere.
        on_an_interval(
            lambda w: w**2 + max(w - 1, 0), lambda w: 2 * w + (w > 1), 0.0, -1.0, 2.0, [0.0, 0.0]
        ),
        # Convex on D, from 0 on, and not beyond.
        on_an_interval(lambda w: w**3, lambda w: 3 * w**2, 0.0, 0.0, 2.0, [0.0, 0.0]),
        # The equation y₁ + y₂ = 1, whose multiplier is -½; then ½.
        (lambda y: y @ y / 2, lambda y: y, half, both, np.array([1.0, -1.0]), [0.0, 0.5], ys),
        (lambda y: -y.sum() / 2, lambda y: -half, half, both, np.array([1.0, -1.0]), [0.5, 0], ys),
        # No constraint.
        (lambda y: y @ y, lambda y: 2 * y, np.zeros(2), np.zeros((0, 2)), np.zeros(0), [], ys),
    ]
    assert not missed(NEAR_MISSES, near, conclusion, hypotheses)


def test_without_convex():
    instance = on_an_interval(lambda w: -(w**2), lambda w: -2 * w, -1.0, -1.0, 2.0, [2.0, 0.0])
    assert broken(hypotheses(*instance)) == ["convex"]
    assert not conclusion(*instance)
    # Chords from the minimiser alone are not enough to be convex.
    instance = on_an_interval(
        lambda w: min(w**2, abs(w)), lambda w: 2 * w, 0.0, 0.0, 2.0, [0.0, 0.0]
    )
    assert broken(hypotheses(*instance)) == ["convex"]


def test_without_stationary():
    instance = on_an_interval(
        lambda w: (w - 1) ** 2, lambda w: 2 * (w - 1), 0.0, 0.0, 2.0, [0.0, 0.0]
    )
    assert broken(hypotheses(*instance)) == ["stationary"]
    assert not conclusion(*instance)
    for e in np.eye(2):  # in a quadrant, where one of the two equations is false
        zero = np.zeros(2)
        g = (lambda y, e=e: (e @ y - 1) ** 2), (lambda y, e=e: 2 * (e @ y - 1) * e)
        instance = (*g, zero, -np.eye(2), zero, zero, [zero, e])
        assert broken(hypotheses(*instance)) == ["stationary"]
        assert not conclusion(*instance)


def test_without_sign():
    for s in (1.0, 1e-3):  # a little is too much
        instance = on_an_interval(lambda w, s=s: s * w, lambda w, s=s: s, 1.0, 0.0, 1.0, [0.0, -s])
        assert broken(hypotheses(*instance)) == ["sign"]
        assert not conclusion(*instance)
    # In the corner of a quadrant; the multipliers add up to 1.
    mu = np.array([2.0, -1.0])
    for order in [0, 1], [1, 0]:
        c, corner = mu[order], np.zeros(2)
        ys = [np.array([a, b]) for a in (0.0, 1.0) for b in (0.0, 1.0)]
        instance = (lambda y, c=c: c @ y, lambda y, c=c: c, corner, -np.eye(2), corner, c, ys)
        assert broken(hypotheses(*instance)) == ["sign"]
        assert not conclusion(*instance)


def test_without_slack():
    instance = on_an_interval(np.square, lambda w: 2 * w, 2.0, 1.0, 2.0, [4.0, 0.0])
    assert broken(hypotheses(*instance)) == ["slack"]
    assert not conclusion(*instance)
    for e in np.eye(2):  # where entries are at least 1, and one of the two has some slack
        one = np.ones(2)
        g = (lambda y, e=e: (e @ y) ** 2), (lambda y, e=e: 2 * (e @ y) * e)
        instance = (*g, one + e, -np.eye(2), -one, 4 * e, [one, one + e])
        assert broken(hypotheses(*instance)) == ["slack"]
        assert not conclusion(*instance)
