"""The objective of any model: its loss, and a penalty on its weights alone."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlbook import autodiff, nn, trees


def layers(params, x):
    for p in params:
        x = np.tanh(x @ p["W"] + p["b"])
    return x


def problem(seed):
    rng = np.random.default_rng(seed)
    shapes = [(5, 4), (4, 3)]
    params = [{"W": rng.normal(size=s), "b": rng.normal(size=s[1])} for s in shapes]
    return params, rng.normal(size=(6, 5)), rng.integers(0, 3, 6)


@given(st.integers(0, 99), st.floats(0, 10))
def test_the_penalty_pulls_weights_towards_0_and_leaves_biases_alone(seed, alpha):
    params, x, y = problem(seed)

    def value(params, alpha):
        return nn.objective(params, x, y, model=layers, loss=nn.CrossEntropy(), alpha=alpha)[0]

    plain, penalised = (autodiff.grad(lambda p, a=a: value(p, a))(params) for a in (0.0, alpha))
    for p, g, h in zip(params, plain, penalised, strict=True):
        np.testing.assert_allclose(h["W"], g["W"] + alpha * p["W"], rtol=1e-12, atol=1e-12)
        np.testing.assert_array_equal(h["b"], g["b"])
    squares = sum(np.sum(p["W"] ** 2) for p in params)
    expected = nn.cross_entropy(layers(params, x), y) + alpha / 2 * squares
    np.testing.assert_allclose(value(params, alpha), expected, rtol=1e-12)


@given(st.integers(0, 99), st.sampled_from([0.0, 1e-3]))
def test_of_two_layers_it_is_their_objective_to_the_bit(seed, alpha):
    rng = np.random.default_rng(seed)
    model = nn.TwoLayer(inputs=3, hidden=4, outputs=2, scale=1)
    params, x = model.init(rng), rng.normal(size=(5, 3)).astype(np.float32)
    y = rng.integers(0, 2, 5)
    found = nn.objective(params, x, y, model=model, loss=nn.cross_entropy, alpha=alpha)
    trees.map(
        np.testing.assert_array_equal, found, nn.two_layer_objective(params, x, y, alpha=alpha)
    )


BEFORE = (nn.Dense(5, 4), nn.Sigmoid(), nn.Dropout(0.3), nn.Reshape((4, 1, 1)))
NORMALISED = nn.Sequential((*BEFORE, nn.BatchNorm(4), nn.Flatten(), nn.Dense(4, 3)))


@given(st.integers(0, 99), st.floats(0, 10), st.sampled_from(["float32", "float64"]))
@pytest.mark.parametrize("model", [layers, NORMALISED], ids=["a function", "a network that draws"])
def test_value_and_gradient_are_those_of_the_objective(model, seed, alpha, dtype):
    params, x, y = problem(seed)
    if model is not layers:
        params = model.init(np.random.default_rng(seed))
    params, x = trees.map(lambda p: p.astype(dtype), params), x.astype(dtype)
    before = trees.map(np.copy, params)
    rest = {"model": model, "loss": nn.CrossEntropy(smoothing=0.1), "alpha": alpha}

    def draw():
        return {} if model is layers else {"rng": np.random.default_rng(seed)}

    (value, aux), grads = nn.objective_value_and_grad(params, x, y, **rest, **draw())
    both = autodiff.value_and_grad(nn.objective, has_aux=True)
    (expected, wanted), derived = both(params, x, y, **rest, **draw())
    accuracy = 1e-12 if dtype == "float64" else 1e-5
    np.testing.assert_allclose(value, expected, rtol=accuracy)
    trees.map(np.testing.assert_array_equal, aux, wanted)
    trees.map(lambda g, h: np.testing.assert_allclose(g, h, accuracy, accuracy), grads, derived)
    assert {g.dtype.name for g in trees.leaves(grads)} == {dtype} == {value.dtype.name}
    trees.map(np.testing.assert_array_equal, params, before)


@pytest.mark.parametrize("alpha", [-1, float("nan"), float("inf"), "1"])
@pytest.mark.parametrize("function", [nn.objective, nn.objective_value_and_grad])
def test_alpha_is_a_finite_number_from_0(function, alpha):
    with pytest.raises(ValueError, match=r"^alpha is .*; expected a finite number ≥ 0$"):
        function(*problem(0), model=layers, loss=nn.cross_entropy, alpha=alpha)
