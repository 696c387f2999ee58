"""thm-cauchy-schwarz: |a·b| ≤ ‖a‖‖b‖, with equality for parallel vectors only."""

# Not yet told from its near misses.

import numpy as np
from convex_instances import vectors
from hypothesis import given
from hypothesis import strategies as st


def conclusion(a, b):
    """The inequality, squared: whole numbers, so that equality can be told."""
    inner, product = (a @ b) ** 2, (a @ a) * (b @ b)
    parallel = np.linalg.matrix_rank(np.stack([a, b])) < 2
    return inner <= product and (inner == product) == parallel


@given(vectors(3), vectors(3), st.integers(-3, 3))
def test_holds(a, b, t):
    assert conclusion(a, b)
    assert conclusion(t * b, b)
