"""prp-convex-operations: sums, maxima, affine arguments, increasing convex functions of convex."""

# Not yet told from its near misses.

from convex_instances import chords_above, convex_functions, matrices, points, vectors
from hypothesis import given
from hypothesis import strategies as st


def conclusion(g, h, a, b, matrix, shift, xs, us):
    """No chord of the new functions passes below its graph."""
    return (
        chords_above(lambda x: a * g(x) + b * h(x), xs)
        and chords_above(lambda x: max(g(x), h(x)), xs)
        and chords_above(lambda u: g(matrix @ u + shift), us)
        and chords_above(lambda x: max(g(x), 0) ** 2, xs)
    )


weights = st.integers(0, 3)


@given(
    convex_functions(2),
    convex_functions(2),
    weights,
    weights,
    matrices(2, 3),
    vectors(2),
    points(2),
    points(3),
)
def test_holds(g, h, a, b, matrix, shift, xs, us):
    assert conclusion(g, h, a, b, matrix, shift, xs, us)
