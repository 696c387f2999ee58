"""Descent among distributions: SciPy's projection, the mirror step's minimum, what is refused."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import brentq, minimize

from dlbook.optimize import (
    GradientDescent,
    InverseRoot,
    MirrorDescent,
    Optimiser,
    ProjectedDescent,
    descend,
    simplex_projection,
)

BOTH = [ProjectedDescent, MirrorDescent]
both = pytest.mark.parametrize("kind", BOTH)
seeds = st.integers(0, 2**32 - 1)


def distributions(seed, *shape):
    """Rows of a few digits, so that ties and zeros are drawn as well."""
    rng = np.random.default_rng(seed)
    rows = rng.integers(0, 4, shape) + 1e-3 * (rng.integers(0, 2, shape))
    rows[..., 0] += 1
    return rows / rows.sum(axis=-1, keepdims=True)


@given(st.lists(st.integers(-8, 8).map(lambda k: k / 4), min_size=1, max_size=6))
def test_the_projection_is_the_one_that_a_root_finder_finds(x):
    x = np.array(x)
    found = brentq(lambda t: np.maximum(x - t, 0).sum() - 1, x.min() - 2, x.max(), xtol=1e-14)
    np.testing.assert_allclose(simplex_projection(x), np.maximum(x - found, 0), atol=1e-12)


@given(seeds, st.integers(1, 5))
def test_no_other_distribution_is_nearer(seed, n):
    """The angle to every corner is obtuse, which is what nearest means in a convex set."""
    x = np.random.default_rng(seed).normal(size=n)
    p = simplex_projection(x)
    assert (p >= 0).all()
    assert p.sum() == pytest.approx(1, abs=1e-14)
    assert ((x - p) @ (np.eye(n) - p).T <= 1e-14).all()


@given(seeds)
def test_each_vector_is_projected_on_its_own_and_a_distribution_stays(seed):
    x = np.random.default_rng(seed).normal(size=(2, 3, 4))
    alone = [[simplex_projection(row) for row in rows] for rows in x]
    np.testing.assert_array_equal(simplex_projection(x), alone)
    p = distributions(seed, 3, 4)
    np.testing.assert_allclose(simplex_projection(p), p, atol=1e-15)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_large_scores_do_not_spoil_the_sum(dtype):
    far = np.array([1e30, 1e30, -1e30], dtype)
    np.testing.assert_array_equal(simplex_projection(far), np.array([0.5, 0.5, 0], dtype))
    assert simplex_projection(far).dtype == dtype
    assert simplex_projection([3, 1]).tolist() == [1, 0]


@pytest.mark.parametrize(
    ("x", "words"),
    [
        (1.0, r"x has shape \(\)"),
        (np.zeros((2, 0)), r"x has shape \(2, 0\); expected \(\.\.\., n\) with n ≥ 1"),
        ([0.0, np.nan], "x holds nan; expected finite numbers"),
        ([0.0, np.inf], "x holds inf"),
    ],
)
def test_what_has_no_projection_is_refused(x, words):
    with pytest.raises(ValueError, match=words):
        simplex_projection(x)


@given(seeds, st.floats(0.01, 3))
def test_a_projected_step_is_the_nearest_distribution_to_a_step(seed, rate):
    p, g = distributions(seed, 2, 3), np.random.default_rng(seed).normal(size=(2, 3))
    plain, _ = GradientDescent(rate).update(g, 0, p)
    new, state = ProjectedDescent(rate).update(g, 0, p)
    np.testing.assert_array_equal(new, simplex_projection(plain))
    assert state == 1


@given(seeds, st.floats(0.01, 3))
def test_a_mirror_step_minimises_what_it_says(seed, rate):
    rng = np.random.default_rng(seed)
    p, g = rng.dirichlet(np.full(3, 5.0)), rng.normal(size=3)
    new, _ = MirrorDescent(rate).update(g, 0, p)

    def cost(q):
        return rate * g @ q + q @ np.log(q / p)

    inside = [(1e-12, 1)] * 3
    whole = {"type": "eq", "fun": lambda q: q.sum() - 1}
    best = minimize(cost, p, bounds=inside, constraints=whole, method="SLSQP", tol=1e-14)
    assert cost(new) <= best.fun + 1e-9
    np.testing.assert_allclose(new, best.x, atol=1e-4)


@given(seeds)
def test_a_zero_stays_for_the_mirror_and_not_for_the_projection(seed):
    p, g = np.array([0.0, 0.25, 0.75]), np.array([-3.0, 1.0, 1.0])
    assert MirrorDescent(0.5).update(g, 0, p)[0][0] == 0
    assert ProjectedDescent(0.5).update(g, 0, p)[0][0] > 0.5


@pytest.mark.parametrize("kind", BOTH)
def test_both_find_the_least_of_a_quadratic_among_distributions(kind):
    target = np.array([0.5, 0.3, 0.2])
    *_, last = zip(
        range(300),
        descend(lambda p: ((p - target) ** 2).sum(), np.eye(3)[0] * 0.7 + 0.1, kind(0.3)),
        strict=False,
    )
    np.testing.assert_allclose(last[1], target, atol=1e-9)


@both
def test_steps_without_overflow_and_with_a_schedule(kind):
    p, g = np.array([0.5, 0.5]), np.array([1e200, -1e200])
    np.testing.assert_array_equal(kind(InverseRoot(1.0)).update(g, 3, p)[0], [0, 1])


@both
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_out_gets_the_bits_of_the_pure_step(kind, dtype):
    params = {"a": distributions(1, 2, 3).astype(dtype), "b": distributions(2, 4).astype(dtype)}
    grads = {"a": np.ones((2, 3), dtype), "b": np.arange(4, dtype=dtype)}
    new, state = kind(0.3).update(grads, 0, params)
    before = {name: value.copy() for name, value in params.items()}
    same, again = kind(0.3).update(grads, 0, params, out=(params, 0))
    assert same is params
    assert state == again == 1
    for name, value in new.items():
        np.testing.assert_array_equal(params[name], value)
        assert value.dtype == dtype
        assert not np.shares_memory(value, before[name])


@both
def test_it_is_an_optimiser_and_checks_what_it_is_given(kind):
    assert isinstance(kind(0.1), Optimiser)
    p = np.array([0.5, 0.5])
    for wrong in (0, -1, np.nan, "fast"):
        with pytest.raises(ValueError, match="learning_rate is"):
            kind(wrong)
    with pytest.raises(ValueError, match="grads has shape"):
        kind(0.1).update(np.zeros(3), 0, p)
    with pytest.raises(FloatingPointError, match="step 1: grads holds nan"):
        kind(0.1).update(np.array([0, np.nan]), 0, p)
    with pytest.raises(FloatingPointError, match="step 1 leads too far"):
        kind(1e200).update(np.array([0, -1e200]), 0, p)
    with pytest.raises(ValueError, match="state is"):
        kind(0.1).update(p, -1, p)


@pytest.mark.parametrize(
    ("params", "words"),
    [
        (np.array([0.5, 0.6]), "params has the sum 1.1; expected distributions"),
        (np.array([1.5, -0.5]), "params has an entry -0.5"),
        (0.5, "params is a number; expected an array"),
        (np.array([np.nan, 1.0]), "params has"),
    ],
)
def test_the_mirror_wants_distributions(params, words):
    with pytest.raises(ValueError, match=words):
        MirrorDescent(0.1).update(np.zeros(np.shape(params)), 0, params)
