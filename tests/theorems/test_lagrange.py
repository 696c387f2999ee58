"""cor-lagrange: at the best point of a level set the two gradients are parallel."""

import numpy as np
from convex_instances import matrices, vectors
from hypothesis import assume, given
from level_instances import is_differentiable, square_gradient
from near import broken, missed
from smooth_instances import partials_at_zero

NEAR_MISSES = {
    "the gradients are equal": {"factor": lambda h, f: 1.0},
    "the gradient of h is zero": {"factor": lambda h, f: 0.0},
    "the factor is not negative": {"factor": lambda h, f: max(h @ f / (f @ f), 0.0)},
    "the gradients are orthogonal": {"turned": lambda f: np.array([-f[1], f[0]])},
}


def hypotheses(h, h_gradient, f_gradient, x0, others):
    """`others` are points of the level set through x0."""
    return {
        "objective": is_differentiable(h, x0, h_gradient),
        "best": all(h(x0) >= h(x) - 1e-9 for x in others),
    }


def multiple(h, f):
    """Return the factor by which f is nearest to h."""
    return h @ f / (f @ f) if np.any(f) else 0.0


def conclusion(
    h,
    h_gradient,
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
    instance = (lambda x: c @ x, c, 2 * M.T @ (M @ x), x, others)
    assert not broken(hypotheses(*instance))
    assert conclusion(*instance)


CIRCLE = [np.array([np.cos(a), np.sin(a)]) for a in np.linspace(0, 2 * np.pi, 61)]


def on_the_circle(c, x0):
    """The linear function c·x on the unit circle."""
    return lambda x: np.dot(c, x), np.array(c), square_gradient(x0), np.array(x0), CIRCLE


def test_near_misses():
    inner = (
        lambda w: -((w[0] - 2) ** 2) - w[1] ** 2,
        np.array([2.0, 0.0]),
        np.array([2.0, 0.0]),
        np.array([1.0, 0.0]),
        CIRCLE,
    )
    # On the circle of radius 1 around 0, -f has the same value everywhere, and μ = -1.
    flat = (
        lambda w: -np.dot(w, w),
        np.array([-2.0, 0.0]),
        np.array([2.0, 0.0]),
        np.array([1.0, 0.0]),
        CIRCLE,
    )
    # Nowhere is h larger than at x0: μ = 0.
    x0 = np.array([0.6, 0.8])
    top = (lambda w: -np.sum((w - x0) ** 2), np.zeros(2), 2 * x0, x0, CIRCLE)

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
    instance = (h, np.array([0.1, 0.0]), np.ones(2), np.zeros(2), line)
    assert broken(hypotheses(*instance)) == ["objective"]
    assert not conclusion(*instance)


def test_what_is_supposed_of_f_is_needed():
    # Level sets through 0: of |x|², without a slope at 0, it is one point, at which all is best;
    # of `torn`, not continuous around 0, too; of `only_partials`, not differentiable, a line.
    line = [t * np.array([-np.cbrt(2), 1.0]) for t in np.linspace(-1, 1, 21)]
    for f_gradient, c, others in (
        (np.zeros(2), np.array([1.0, 0.0]), [np.zeros(2)]),
        (np.array([0.0, 1.0]), np.array([1.0, 0.0]), [np.zeros(2)]),
        (partials_at_zero, np.array([1.0, np.cbrt(2)]), line),
    ):
        instance = (lambda x, c=c: np.dot(c, x), c, f_gradient, np.zeros(2), others)
        assert not broken(hypotheses(*instance))
        assert not conclusion(*instance)


def test_without_objective():
    line = [np.array([t, -t]) for t in np.linspace(-1, 1, 21)]
    instance = (peaked, np.array([1.0, 4.0]), np.ones(2), np.zeros(2), line)
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


def test_best_is_the_largest_of_all():
    # On a sphere; then largest nearby alone, and smallest.
    x, y, _ = np.eye(3)
    instance = (lambda w: w @ y, y, 2 * x, x, [x, y, -y])
    assert broken(hypotheses(*instance)) == ["best"]
    assert not conclusion(*instance)
    one = np.array([1.0, 0.0])
    nearby = (lambda w: w[0] ** 2 - w[0] / 2, 1.5 * one, 2 * one, one, CIRCLE)
    assert broken(hypotheses(*nearby)) == ["best"]
    assert broken(hypotheses(*on_the_circle((-1.0, 0.0), one))) == ["best"]
