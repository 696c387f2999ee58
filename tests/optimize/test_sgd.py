"""Plain gradient steps: pure, or written to `out` with the same bits."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlbook import trees
from dlbook.optimize import SGD


def tree(seed, dtype):
    rng = np.random.default_rng(seed)
    return {
        "a": rng.normal(size=(3, 4)).astype(dtype),
        "b": [rng.normal(size=5).astype(dtype), (rng.normal(size=(2, 1)).astype(dtype),)],
    }


@given(
    st.floats(1e-30, 1e3),
    st.integers(0, 99),
    st.sampled_from(["float32", "float64"]),
    st.sampled_from(["params", "other"]),
)
def test_out_gets_the_bits_of_the_pure_step(rate, seed, dtype, where):
    params, grads = tree(seed, dtype), tree(seed + 100, dtype)
    before, pulled = trees.map(np.copy, params), trees.map(np.copy, grads)
    sgd = SGD(rate)
    pure, state = sgd.update(grads, sgd.init(params), params)
    trees.map(np.testing.assert_array_equal, before, params)
    trees.map(lambda n, p, g: np.testing.assert_array_equal(n, p - rate * g), pure, params, grads)
    assert all(leaf.dtype == dtype for leaf in trees.leaves(pure))
    out = params if where == "params" else trees.map(np.empty_like, params)
    written, _ = sgd.update(grads, state, params, out=(out, state))
    assert written is out
    trees.map(np.testing.assert_array_equal, pure, out)
    trees.map(np.testing.assert_array_equal, pulled, grads)
    if where == "other":
        trees.map(np.testing.assert_array_equal, before, params)


@pytest.mark.parametrize(
    "rate", [0, -0.1, float("nan"), float("inf"), "0.1", None, True, 1j, [0.1]]
)
def test_a_learning_rate_is_a_finite_number_above_0(rate):
    with pytest.raises(ValueError, match=r"learning_rate is .*; expected a finite number > 0"):
        SGD(rate)


def test_numbers_that_are_equal_make_equal_optimisers():
    assert repr(SGD(1)) == repr(SGD(1.0)) == repr(SGD(np.float64(1))) == "SGD(learning_rate=1.0)"
