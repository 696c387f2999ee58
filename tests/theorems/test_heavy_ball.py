"""thm-heavy-ball: on a quadratic |w_{t+1}| ≤ (1 + (1 + √β)t) √β^t |w_1|, spectral radius √β."""

import numpy as np
from descents import at_most, vectors
from hypothesis import given
from hypothesis import strategies as st
from momentum_instances import above, around, below, bent, heavy_ball, quadratic, quadratics
from near import broken, missed

NEAR_MISSES = {
    "the bound, times .99": {"times": 0.99},
    "√β^t alone": {"front": lambda root, t: 1.0},
    "3√β^t": {"front": lambda root, t: 3.0},
    "no growth after 20 steps": {"front": lambda root, t: 1 + (1 + root) * min(t, 20)},
    "1 + t": {"front": lambda root, t: 1 + t},
    "1 + (1 - √β)t": {"front": lambda root, t: 1 + (1 - root) * t},
    "the radius is β": {"radius": lambda root: root**2},
    "the radius is 1.01 √β": {"radius": lambda root: 1.01 * root},
    "a step 1.1 times as long": {"length": 1.1},
    "a momentum √β": {"momentum": lambda root: root},
    "a momentum .9β": {"momentum": lambda root: 0.9 * root**2},
}


def parameters(m, lipschitz):
    """Return the two numbers of the statement."""
    root = (np.sqrt(lipschitz / m) - 1) / (np.sqrt(lipschitz / m) + 1)
    return 4 / (np.sqrt(lipschitz) + np.sqrt(m)) ** 2, root**2


def hypotheses(f, m, lipschitz, start, alpha, beta):
    """Whether the function is a quadratic is read off third differences, along each axis."""
    points = around(start, 0 * start)
    third = [
        f(x + 3 * e) - 3 * f(x + 2 * e) + 3 * f(x + e) - f(x)
        for x in points
        for e in np.eye(len(start))
    ]
    scale = 1 + max(abs(f(x)) for x in points)
    assert above(f, m, points)
    assert below(f, lipschitz, points)
    return {
        "quadratic": bool(np.abs(third).max() < 1e-9 * scale),
        "parameters": bool(np.allclose((alpha, beta), parameters(m, lipschitz), rtol=1e-12)),
    }


def conclusion(
    f,
    m,
    lipschitz,
    start,
    alpha,
    beta,
    *,
    times=1.0,
    front=lambda root, t: 1 + (1 + root) * t,
    radius=lambda root: root,
    length=1.0,
    momentum=lambda root: root**2,
):
    """The bound holds for 120 steps, with equality on mode L; every block has radius √β."""
    root = parameters(m, lipschitz)[1] ** 0.5
    used = momentum(root) if beta == root**2 else beta
    ws = heavy_ball(f, start, length * alpha, used, 120)
    first = np.linalg.norm(start)
    blocks = [
        max(abs(np.roots([1, -(1 + used - length * alpha * v), used])))
        for v in np.linspace(m, lipschitz, 9)
    ]
    bounds = [times * front(root, t) * root**t * first for t in range(len(ws))]
    lengths = [np.linalg.norm(w) for w in ws]
    steepest = np.linalg.norm(f.slope(start) - lipschitz * start) < 1e-12 * first
    # Rounding separates a double root by the root of a rounding error.
    return bool(
        all(map(at_most, lengths, bounds))
        and (not steepest or np.allclose(lengths[:60], bounds[:60], rtol=1e-7, atol=0))
        and np.allclose(blocks, radius(root), atol=1e-6)
    )


@given(st.data(), quadratics())
def test_holds(data, drawn):
    A, m, lipschitz = drawn
    start = data.draw(vectors(len(A), 3))
    instance = quadratic(A), m, lipschitz, start, *parameters(m, lipschitz)
    assert not broken(hypotheses(*instance))
    assert conclusion(*instance)


def steepest(kappa):
    """Return the mode that attains the bound."""
    return quadratic(kappa), 1.0, kappa, np.ones(1), *parameters(1.0, kappa)


TIGHT = steepest(100.0)
#: The steepest mode of a plane, 50 along (.6, .8) and 2 across, with m = 2 and L = 50.
ALONG = np.array([0.6, 0.8])
PLANE = quadratic(2 * np.eye(2) + 48 * np.outer(ALONG, ALONG)), 2.0, 50.0, ALONG
PLANE = (*PLANE, *parameters(2.0, 50.0))


def test_near_misses():
    near = [TIGHT, steepest(25.0), (quadratic(1.0), *steepest(25.0)[1:]), PLANE]
    assert not missed(NEAR_MISSES, near, conclusion, hypotheses)


def test_tight():
    for instance in (TIGHT, PLANE):
        assert conclusion(*instance)
        assert not conclusion(*instance, times=0.99)


def test_every_step_is_asked_for():
    # The flattest mode has (1 - √β)t for (1 + √β)t.
    flattest = quadratic(1.0), *TIGHT[1:]
    assert conclusion(*flattest, front=lambda root, t: 1 + (1 - root) * t)
    assert not conclusion(*flattest, front=lambda root, t: 1 + (1 - root) * min(t, 20))


def test_that_it_is_attained_is_asked_for():
    # A bound that is wide is a bound, of this mode and of others.
    for wide in (
        lambda root, t: 1 + 2 * t,
        lambda root, t: 1 + (1.001 + root) * t,
        lambda root, t: 1 + (1 + root) * t + (t > 2) / 10,
    ):
        assert not conclusion(*TIGHT, front=wide)
        assert not conclusion(*PLANE, front=wide)
        assert conclusion(quadratic(1.0), *TIGHT[1:], front=wide)


def test_it_is_attained_at_every_step():
    f, _, kappa, start, alpha, beta = TIGHT
    for t, w in enumerate(heavy_ball(f, start, alpha, beta, 60)):
        expected = (1 + (1 + beta**0.5) * t) * beta ** (t / 2)
        np.testing.assert_allclose(abs(w[0]), expected, rtol=1e-8)
    assert kappa == 100


def test_without_quadratic():
    instance = (bent(), 1.0, 25.0, 3.3 * np.ones(1), *parameters(1.0, 25.0))
    assert broken(hypotheses(*instance)) == ["quadratic"]
    assert not conclusion(*instance)


def test_without_parameters():
    alpha, beta = parameters(1.0, 100.0)
    for a, b in ((1.25 * alpha, beta), (0.5 * alpha, beta), (alpha, 0.95)):
        for value in (1.0, 100.0):
            instance = (quadratic(value), 1.0, 100.0, np.ones(1), a, b)
            assert broken(hypotheses(*instance)) == ["parameters"]
            assert not conclusion(*instance)
