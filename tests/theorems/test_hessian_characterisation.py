"""thm-hessian-characterisation: convex if and only if all Hessians are positive semidefinite."""

import numpy as np
from convex_instances import Smooth, chords_above, convex_functions, matrices, points, vectors
from hypothesis import given
from near import missed


def smallest(eigenvalues):
    return eigenvalues.min()


NEAR_MISSES = {
    "the trace, for the smallest eigenvalue": {"measure": np.sum},
    "the largest eigenvalue, for the smallest": {"measure": np.max},
    "the eigenvalues' sizes": {"measure": lambda eigenvalues: np.abs(eigenvalues).min()},
    "negative semidefinite": {"measure": lambda eigenvalues: -eigenvalues.max()},
    "convex if and only if positive definite": {"semi": 1e-3},
    "positive semidefinite gives strictly convex": {"definite": -1e-9},
    "strictly convex gives positive definite": {"converse": True},
}


def conclusion(g, hessian, xs, *, measure=smallest, semi=-1e-9, definite=1e-3, converse=False):
    """Chords between the points and Hessians agree; Hessians ≻ 0 give strict chords."""
    least = min(measure(np.linalg.eigvalsh(hessian(x))) for x in xs)
    strictly = chords_above(g, xs, gap=1e-6)
    return (
        chords_above(g, xs) == (least >= semi)
        and (least < definite or strictly)
        and (not converse or least >= 1e-3 or not strictly)
    )


@given(convex_functions(2), matrices(2, 2), vectors(2), points(2))
def test_holds(convex, M, c, xs):
    # On its eigenvectors a quadratic function, convex or not, shows what it is.
    quadratic = Smooth(M + M.T, np.zeros((1, 2)), c)
    vectors_of = [np.zeros(2), *np.linalg.eigh(M + M.T)[1].T]
    assert conclusion(quadratic, quadratic.hessian, vectors_of)
    assert conclusion(convex, convex.hessian, xs)


def quartic(w):
    return w[0] ** 4


def restless(w):
    """Convex on [-½, ½], with a second derivative that jumps about at 0."""
    return 5 * w[0] ** 2 + w[0] ** 4 * np.sin(1 / w[0]) if w[0] else 0.0


def restless_hessian(w):
    u = w[0]
    rest = (12 * u**2 - 1) * np.sin(1 / u) - 6 * u * np.cos(1 / u) if u else 0.0
    return np.array([[10 + rest]])


def test_near_misses():
    axes = [np.zeros(2), *np.eye(2)]
    saddle = Smooth(np.diag([3.0, -1.0]), np.zeros((1, 2)), np.zeros(2))
    flat = Smooth(np.diag([3.0, -0.01]), np.zeros((1, 2)), np.zeros(2))  # a saddle, nearly not
    plane = Smooth(np.zeros((2, 2)), np.zeros((1, 2)), np.ones(2))
    line = [np.array([u]) for u in (-1.0, 0.0, 1.0)]
    # All entries on the diagonal are positive, and so is the determinant.
    H = np.array([[1.0, 2.0, 2.0], [2.0, 1.0, 2.0], [2.0, 2.0, 1.0]])
    tilted = Smooth(H, np.zeros((1, 3)), np.zeros(3))
    near = [
        (restless, restless_hessian, [u / 2 for u in line]),
        (saddle, saddle.hessian, axes),
        (flat, flat.hessian, axes),
        (plane, plane.hessian, axes),
        (quartic, lambda w: 12 * w[:, None] ** 2, line),
        (lambda w: w[0] ** 3, lambda w: 6 * w[:, None], line),  # bent up on one side alone
        (lambda w: -np.log(w[0]), lambda w: w[:, None] ** -2.0, [u + 1.5 for u in line]),
        (tilted, tilted.hessian, [np.zeros(3), *np.linalg.eigh(H)[1].T]),
    ]
    assert not missed(NEAR_MISSES, near, conclusion)


def test_directions_off_the_domain_do_not_count():
    # On the line v = 0 the Hessian of the formula in the plane looks off the line.
    saddle = Smooth(np.diag([2.0, -2.0]), np.zeros((1, 2)), np.zeros(2))
    on_the_line = [np.array([u, 0.0]) for u in (-1.0, 0.0, 0.5)]
    assert not conclusion(saddle, saddle.hessian, on_the_line)


def test_all_points_but_one_are_not_enough():
    ends = [np.array([-1.0]), np.array([1.0])]
    assert not conclusion(lambda w: -abs(w[0]), lambda w: np.zeros((1, 1)), ends)


def test_a_dome_in_space():
    ends = [*np.eye(3), *-np.eye(3)]
    assert conclusion(lambda w: -w @ w, lambda w: -2 * np.eye(3), ends)
    assert not conclusion(lambda w: -w @ w, lambda w: 2 * np.eye(3), ends)
