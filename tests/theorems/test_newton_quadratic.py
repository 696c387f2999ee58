"""thm-newton-quadratic: near a minimiser the error is squared, up to a constant."""

from itertools import pairwise

import numpy as np
from descents import vectors
from hypothesis import given
from hypothesis import strategies as st
from near import broken, missed
from newton_instances import (
    Smooth,
    bowl,
    cubic,
    folded,
    harmonic,
    quartic,
    ridge,
    root_like,
    smooth_functions,
    spectral,
)

NEAR_MISSES = {
    "the bound, times .99": {"times": 0.99},
    "the error to the power 2.01": {"power": 2.01},
    "M/(2μ) for M/(2(μ - M|e|))": {"lost": 0},
    "μ - M|e|/2 in the denominator": {"lost": 0.5},
    "M/(3(μ - M|e|))": {"half": 1 / 3},
    "a step half as long": {"length": 0.5},
    "a step the other way": {"length": -1},
    "the Hessian transposed and negated": {"curve": lambda H: -H.T},
    "in a ball of a third of the radius": {"ball": 1 / 3},
    "it arrives after three steps": {"arrived": lambda errors: errors[3] == 0},
}

STEPS = 12


def around(star, radius, d):
    """Return points of the ball, many of them near its centre and on a line."""
    rng = np.random.default_rng(0)
    directions = [*np.eye(d), *rng.normal(size=(2, d))]
    lengths = radius * np.array([1e-8, 1e-4, 0.01, 0.3, 0.7, 0.999])
    return [
        star + s * length * v / np.linalg.norm(v)
        for v in directions
        for length in lengths
        for s in (1, -1)
    ]


def hypotheses(f, star, r, mu, M, w0):
    points = around(star, r, len(star))
    H = f.hessian(star)
    return {
        "critical": bool(np.allclose(f.gradient(star), 0, atol=1e-12)),
        "curved": bool(np.linalg.eigvalsh((H + H.T) / 2).min() >= mu - 1e-12),
        "lipschitz": all(
            spectral(f.hessian(x) - f.hessian(y)) <= M * np.linalg.norm(x - y) * (1 + 1e-9) + 1e-12
            for x, y in [*pairwise(points), *((x, star) for x in points)]
        ),
        "near": bool(np.linalg.norm(w0 - star) < 2 * mu / (3 * M)),
    }


def vanishes(errors):
    return errors[-1] < 1e-6


def conclusion(
    f,
    star,
    r,
    mu,
    M,
    w0,
    *,
    times=1.0,
    power=2,
    half=0.5,
    lost=1,
    length=1,
    curve=lambda H: H,
    arrived=vanishes,
    ball=1.0,
):
    """All iterates are in the ball, e → 0, and |e₊| ≤ M|e|²/(2(μ - M|e|))."""
    w, errors = w0, [np.linalg.norm(w0 - star)]
    for _ in range(STEPS):
        w = w - length * np.linalg.solve(curve(f.hessian(w)), f.gradient(w))
        errors.append(np.linalg.norm(w - star))
    bounded = all(
        new <= times * M * half / (mu - lost * M * old) * old**power + 1e-14
        for old, new in pairwise(errors)
    )
    return bounded and arrived(errors) and max(errors) < ball * r


@given(st.data(), st.integers(1, 3), st.floats(0, 0.97))
def test_holds(data, d, part):
    f, mu, M = data.draw(smooth_functions(d))
    direction = data.draw(vectors(d, 1))
    M = max(M, 0.5)
    nearest = 2 * mu / (3 * M)
    w0 = part * min(nearest, 2.0) * direction / max(np.linalg.norm(direction), 1)
    instance = f, np.zeros(d), 2.0, mu, M, w0
    if np.linalg.norm(w0) < min(nearest, 2.0):
        assert not broken(hypotheses(*instance))
        assert conclusion(*instance)


ZERO = np.zeros(1)
TIGHT = cubic(), ZERO, 1.0, 1.0, 1.0, np.array([0.4])
DIAGONAL = np.array([1.0, 1.0]) / np.sqrt(2)
#: Of two variables: along a diagonal, and where the Hessian moves in two directions at once.
TIGHT_PLANE = [
    (ridge(DIAGONAL), np.zeros(2), 1.0, 1.0, 1.0, 0.4 * DIAGONAL),
    (harmonic(), np.zeros(2), 1.0, 1.0, 1.0, np.array([-0.4, 0.0])),
]


def test_near_misses():
    instances = [TIGHT, (cubic(), ZERO, 1.0, 1.0, 1.0, np.array([0.6]))]
    # The start is next to the border of the ball.
    instances += [(cubic(), ZERO, 0.5, 1.0, 1.0, np.array([0.49]))]
    instances += [(bowl([[2.0, 1.0], [1.0, 2.0]]), np.zeros(2), 3.0, 1.0, 0.5, np.ones(2) / 2)]
    assert not missed(NEAR_MISSES, instances, conclusion, hypotheses)


def test_every_clause_is_asked_for():
    f, star, r, mu, M, w0 = TIGHT
    assert not conclusion(f, star, 0.3, mu, M, w0)  # the start is outside of the ball
    # Where the bound allows it, the error need not vanish: with 2/3 it stays.
    assert not conclusion(f, star, r, mu, M, np.array([2 / 3]))


def test_tight():
    for instance in (TIGHT, *TIGHT_PLANE):
        assert not broken(hypotheses(*instance))
        assert conclusion(*instance)
        assert not conclusion(*instance, times=0.99)


def test_without_critical():
    for e in (np.ones(1), *np.eye(2)):
        instance = bowl(np.eye(len(e))), 0.1 * e, 1.0, 1.0, 1.0, 0.2 * e
        assert broken(hypotheses(*instance)) == ["critical"]
        assert not conclusion(*instance)


def test_without_curved():
    for instance in (
        (quartic(), ZERO, 1.0, 1.0, 24.0, np.array([0.02])),
        (cubic(), ZERO, 1.0, 1.01, 1.0, np.array([0.4])),  # a little less than is claimed
    ):
        assert broken(hypotheses(*instance)) == ["curved"]
        assert not conclusion(*instance)
    # The curvature is 1 along both axes, and .1 along a diagonal, in which a cubic term is added.
    A, u = np.array([[1.0, 0.9], [0.9, 1.0]]), np.array([1.0, -1.0]) / np.sqrt(2)
    f = Smooth(
        lambda w: A @ w - (u @ w) * abs(u @ w) / 2 * u,
        lambda w: A - abs(u @ w) * np.outer(u, u),
    )
    instance = f, np.zeros(2), 1.0, 1.0, 1.0, 0.02 * u
    assert broken(hypotheses(*instance)) == ["curved"]
    assert not conclusion(*instance)


def test_without_lipschitz():
    instance = root_like(), ZERO, 1.0, 2.0, 3.75, np.array([0.01])
    assert broken(hypotheses(*instance)) == ["lipschitz"]
    assert not conclusion(*instance)
    for instance in (
        # twice the curvature of the change that is claimed
        (cubic(), ZERO, 0.9, 1.0, 0.5, np.array([0.4])),
        # the same along a diagonal, where no entry of the Hessian changes more than is claimed
        (ridge(DIAGONAL), np.zeros(2), 0.9, 1.0, 0.5, 0.4 * DIAGONAL),
        # as claimed between any point and the minimiser, and not between two points
        (folded(), ZERO, 1.0, 1.0, 1.0, np.array([0.32])),
    ):
        assert broken(hypotheses(*instance)) == ["lipschitz"]
        assert not conclusion(*instance)


def test_without_near():
    for start in (2 / 3, 0.67):
        instance = cubic(), ZERO, 1.0, 1.0, 1.0, np.array([start])
        assert broken(hypotheses(*instance)) == ["near"]
        assert not conclusion(*instance)
    # Both entries are small enough, and the length is not.
    instance = ridge(DIAGONAL), np.zeros(2), 1.0, 1.0, 1.0, 0.7 * DIAGONAL
    assert broken(hypotheses(*instance)) == ["near"]
    assert not conclusion(*instance)
    # An error that stays is no error that vanishes, however small it is.
    instance = cubic(100.0), ZERO, 1.0, 1.0, 100.0, np.array([2 / 300])
    assert broken(hypotheses(*instance)) == ["near"]
    assert not conclusion(*instance)
