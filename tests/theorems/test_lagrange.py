"""cor-lagrange: at the best point of a level set the two gradients are parallel."""

import numpy as np
from convex_instances import matrices, vectors
from hypothesis import assume, given
from level_instances import is_differentiable, square, square_gradient, torn, ways
from near import broken, missed
from smooth_instances import only_partials, partials_at_zero

NEAR_MISSES = {
    "the gradients are equal": {"factor": lambda h, f: 1.0},
    "the gradient of h is zero": {"factor": lambda h, f: 0.0},
    "the factor is not negative": {"factor": lambda h, f: max(h @ f / (f @ f), 0.0)},
    "the gradients are orthogonal": {"turned": lambda f: np.array([-f[1], f[0]])},
}


def hypotheses(h, h_gradient, f, f_gradient, x0, others):
    """`others` are points of the level set through x0; around it f is tried for jumps."""
    near = [x0 + t * v for t in (0.1, 0.01) for v in ways(len(x0))]
    jumps = [abs(f(p + 1e-12 * u) - f(p - 1e-12 * u)) for p in near for u in np.eye(len(x0))]
    return {
        "continuous": max(jumps) < 1e-8,
        "differentiable": is_differentiable(f, x0, f_gradient),
        "nonzero": bool(np.any(f_gradient)),
        "objective": is_differentiable(h, x0, h_gradient),
        "best": all(h(x0) >= h(x) - 1e-9 for x in others),
    }


def multiple(h, f):
    """Return the factor by which f is nearest to h."""
    return h @ f / (f @ f) if np.any(f) else 0.0


def conclusion(
    h,
    h_gradient,
    f,
    f_gradient,
    x0,
    others,
    *,
    factor=multiple,
    turned=lambda f: f,
):
    """∇h(x0) = μ ∇f(x0) for some μ."""
    one, other = np.asarray(h_gradient), turned(np.asarray(f_gradient))
    return np.abs(one - factor(one, other) * other).max() < 1e-9 * (1 + np.abs(one).max())


@given(matrices(3, 3), vectors(3))
def test_holds(M, c):
    M = M + 10 * np.eye(3)
    assume(np.any(c))
    x = np.linalg.solve(M.T @ M, c)
    x /= np.linalg.norm(M @ x)  # the largest c·x on ‖Mx‖ = 1
    others = np.random.default_rng(0).standard_normal((50, 3))
    others /= np.linalg.norm(others @ M.T, axis=1)[:, None]
    length = (lambda x: np.sum((M @ x) ** 2) / 200), M.T @ (M @ x) / 100
    instance = (lambda x: c @ x, c, *length, x, others)
    assert not broken(hypotheses(*instance))
    assert conclusion(*instance)


CIRCLE = [np.array([np.cos(a), np.sin(a)]) for a in np.linspace(0, 2 * np.pi, 61)]


def on_the_circle(c, x0):
    """The linear function c·x on the unit circle."""
    return lambda x: np.dot(c, x), np.array(c), square, square_gradient(x0), np.array(x0), CIRCLE


def test_near_misses():
    inner = (
        lambda w: -((w[0] - 2) ** 2) - w[1] ** 2,
        np.array([2.0, 0.0]),
        square,
        np.array([2.0, 0.0]),
        np.array([1.0, 0.0]),
        CIRCLE,
    )
    # On the circle of radius 1 around 0, -f has the same value everywhere, and μ = -1.
    flat = (
        lambda w: -np.dot(w, w),
        np.array([-2.0, 0.0]),
        square,
        np.array([2.0, 0.0]),
        np.array([1.0, 0.0]),
        CIRCLE,
    )
    # Nowhere is h larger than at x0: μ = 0.
    x0 = np.array([0.6, 0.8])
    top = (lambda w: -np.sum((w - x0) ** 2), np.zeros(2), square, 2 * x0, x0, CIRCLE)

    def torn(w):  # differentiable at x0, and not continuous elsewhere
        return 3 * w[0] + 4 * w[1] - np.sum((w - x0) ** 2) * (np.floor(1e3 * w[0]) % 2)

    near = [
        inner,
        flat,
        top,
        on_the_circle((3.0, 4.0), x0),
        (torn, *on_the_circle((3.0, 4.0), x0)[1:]),
    ]
    assert not missed(NEAR_MISSES, near, conclusion, hypotheses)


def peaked(w):
    """1 and 4 are its partial derivatives at 0, and 0 is its largest value on w₁ + w₂ = 0."""
    if w[0] and w[1]:
        return -abs(w[0]) - abs(w[1])
    return w[0] + 4 * w[1]


def test_a_small_kink_is_a_kink():
    def h(w):
        return -0.1 * abs(w[0] - w[1])

    # The slopes along both axes are ∓.1; 0 is the number that stands for them.
    line = [np.array([t, -t]) for t in np.linspace(-1, 1, 21)]
    instance = (h, np.array([0.1, 0.0]), np.sum, np.ones(2), np.zeros(2), line)
    assert broken(hypotheses(*instance)) == ["objective"]
    assert not conclusion(*instance)


def at_zero(c, f, f_gradient, others=()):
    """The linear function c·x on the level set of f through 0, which is 0 and other points."""
    zero = np.zeros(2)
    return lambda x: np.dot(c, x), np.array(c), f, np.array(f_gradient), zero, [zero, *others]


def test_without_continuous():
    # The level set is one point, at which everything is best.
    instance = at_zero([1.0, 0.0], torn, [0.0, 1.0])
    assert broken(hypotheses(*instance)) == ["continuous"]
    assert not conclusion(*instance)


def test_without_differentiable():
    # On this line, the level set, the linear function is the same everywhere.
    line = [t * np.array([-np.cbrt(2), 1.0]) for t in np.linspace(-1, 1, 21)]
    instance = at_zero([1.0, np.cbrt(2)], only_partials, partials_at_zero, line)
    assert broken(hypotheses(*instance)) == ["differentiable"]
    assert not conclusion(*instance)


def test_without_nonzero():
    for c in np.eye(2):  # again the level set is one point
        instance = at_zero(c, square, [0.0, 0.0])
        assert broken(hypotheses(*instance)) == ["nonzero"]
        assert not conclusion(*instance)


def test_without_objective():
    line = [np.array([t, -t]) for t in np.linspace(-1, 1, 21)]
    instance = (peaked, np.array([1.0, 4.0]), np.sum, np.ones(2), np.zeros(2), line)
    assert broken(hypotheses(*instance)) == ["objective"]
    assert not conclusion(*instance)


def test_without_best():
    beside = (np.cos(0.005), np.sin(0.005))
    for instance in (
        on_the_circle((1.0, 1.0), (1.0, 0.0)),
        on_the_circle((1.0, 0.0), beside),
    ):
        assert broken(hypotheses(*instance)) == ["best"]
        assert not conclusion(*instance)
