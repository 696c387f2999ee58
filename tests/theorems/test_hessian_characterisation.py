"""thm-hessian-characterisation: convex if and only if all Hessians are positive semidefinite."""

# Not yet told from its near misses.

import numpy as np
from convex_instances import Smooth, chords_above, convex_functions, matrices, points, vectors
from hypothesis import given


def conclusion(g, hessian, xs, at=None):
    """Chords between the points and Hessians agree; Hessians ≻ 0 give strict chords.

    The Hessians are taken at the points, or where `at` says.
    """
    least = min(np.linalg.eigvalsh(hessian(x))[0] for x in (xs if at is None else at))
    agree = chords_above(g, xs) == (least >= -1e-9)
    return agree and (least < 1e-3 or chords_above(g, xs, gap=1e-6))


@given(convex_functions(2), matrices(2, 2), vectors(2), points(2))
def test_holds(convex, M, c, xs):
    # On its eigenvectors a quadratic function, convex or not, shows what it is.
    quadratic = Smooth(M + M.T, np.zeros((1, 2)), c)
    vectors_of = [np.zeros(2), *np.linalg.eigh(M + M.T)[1].T]
    assert conclusion(quadratic, quadratic.hessian, vectors_of)
    assert conclusion(convex, convex.hessian, xs)


def test_without_open():
    on_the_line = [np.array([u, 0.0]) for u in (-1.0, 0.0, 0.5)]
    saddle = Smooth(np.diag([2.0, -2.0]), np.zeros((1, 2)), np.zeros(2))
    assert not conclusion(saddle, saddle.hessian, on_the_line)


def test_without_twice():
    ends = [np.array([-1.0]), np.array([1.0])]
    assert not conclusion(lambda w: -abs(w[0]), lambda w: np.zeros((1, 1)), ends)
