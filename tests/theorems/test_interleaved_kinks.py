"""prp-interleaved-kinks: a triangular matrix, its determinant, and one solution."""

from itertools import accumulate, pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from interpolation_instances import matrix
from near import broken, missed

NEAR_MISSES = {
    "upper triangular": {"triangle": np.triu},
    "diagonal": {"triangle": lambda m: np.diag(np.diag(m))},
    "the determinant of the gaps": {"factors": lambda z, b: np.diff(z, prepend=b[0])},
    "the diagonal the other way": {"factors": lambda z, b: b - z},
    "the diagonal, a thousandth more": {"factors": lambda z, b: 1.001 * (z - b)},
}


def gaps(z, b):
    return z - b


def hypotheses(z, b):
    before, after = np.append(-np.inf, z[:-1]), z
    return {"interleaved": bool(np.all(before <= b) and np.all(b < after))}


def conclusion(z, b, *, triangle=np.tril, factors=gaps):
    m = matrix(z, b)
    product = np.prod(factors(z, b))
    return (
        np.array_equal(m, triangle(m))
        and abs(np.linalg.det(m) - product) <= 1e-9 * (1 + abs(product))
        and np.linalg.matrix_rank(m) == len(z)
    )


def interleaved(starts, more):
    """Alternate steps that are positive with steps that may be zero."""
    steps = [step for pair in zip(more, starts, strict=True) for step in pair]
    places = list(accumulate(steps, initial=-4.0))[1:]
    return np.array(places[1::2]), np.array(places[::2])


positive = st.sampled_from([0.5, 1.0, 2.0])
free = positive | st.just(0.0)


@given(st.lists(st.tuples(positive, free), min_size=1, max_size=4))
def test_holds(steps):
    z, b = interleaved(*map(list, zip(*steps, strict=True)))
    assert not broken(hypotheses(z, b))
    assert conclusion(z, b)
    assert all(p < q for p, q in pairwise(z))


def test_near_misses():
    near = [
        (np.array([1.0, 2, 3]), np.array([0.5, 1.5, 2.5])),
        (np.array([1.0, 3]), np.array([0.0, 1])),
        (np.array([-3.0, -2, 1]), np.array([-5.0, -3, -1])),
        (np.array([-1.0]), np.array([-1.5])),
    ]
    assert not missed(NEAR_MISSES, near, conclusion, hypotheses)


def test_one_solution_of_the_books_example():
    z, y = np.array([1.0, 2, 3]), np.array([5.0, -1, 4])
    for b, w in (([0.5, 1.5, 2.5], [10, -32, 54]), ([0, 1, 2], [5, -11, 11])):
        np.testing.assert_allclose(np.linalg.solve(matrix(z, b), y), w, rtol=1e-12)


def test_without_interleaved():
    z = np.array([1.0, 2, 3])
    everywhere = [0.1, 0.2, 0.3], [2.5, 2.6, 2.7], [1.0, 2, 3]
    somewhere = [1.0, 1.5, 2.5], [0.5, 2, 2.5], [0.5, 1.5, 3], [0.5, 0.9, 2.5], [0.5, 1.5, 1.9]
    for b in (*everywhere, *somewhere):
        instance = (z, np.array(b))
        assert broken(hypotheses(*instance)) == ["interleaved"]
        assert not conclusion(*instance)
