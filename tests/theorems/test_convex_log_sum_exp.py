"""prp-convex-log-sum-exp: log Σ exp(a_i·w) is convex, and strictly if the a_i·v can all differ."""

# Not yet told from its near misses.

import numpy as np
from convex_instances import chords_above, matrices, points
from hypothesis import given
from hypothesis import strategies as st


def conclusion(A, xs):
    """Chords are above the graph; strictly if and only if no direction has all a_i·v equal."""

    def g(w):
        return np.log(np.exp(A @ w).sum())

    differences = A - A[0]
    _, sizes, directions = np.linalg.svd(differences, full_matrices=True)
    flat = directions[np.count_nonzero(sizes > 1e-9) :]  # where all a_i·v are equal
    if len(flat) == 0:
        return chords_above(g, xs, gap=1e-8)
    line = [xs[0] + t * flat[0] for t in (-1, 0, 2)]
    return chords_above(g, xs) and not chords_above(g, line, gap=1e-8)


@given(st.integers(1, 4).flatmap(lambda n: matrices(n, 2, most=1)), points(2))
def test_holds(A, xs):
    assert conclusion(A, xs)
