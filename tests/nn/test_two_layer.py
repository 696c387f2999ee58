"""The hand-derived gradient, held to differences, JAX and PyTorch."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlbook import nn, trees

NAMES = ("W1", "b1", "W2", "b2")


def problem(seed=0, n=7, inputs=5, hidden=4, outputs=3, scale=1.0, dtype="float64"):
    rng = np.random.default_rng(seed)
    model = nn.TwoLayer(inputs, hidden, outputs, scale)
    start = model.init(rng, dtype)
    params = trees.map(lambda p: p + rng.normal(size=p.shape).astype(dtype), start)
    x = rng.normal(size=(n, inputs)).astype(dtype)
    return model, params, x, rng.integers(0, outputs, n)


def objective(model, params, x, y, alpha):
    penalty = alpha / 2 * sum(np.sum(params[name] ** 2) for name in ("W1", "W2"))
    return nn.cross_entropy(model(params, x), y) + penalty


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 9), st.sampled_from([0.0, 1e-3, 0.7]))
def test_gradient_is_that_of_central_differences(seed, n, alpha):
    model, params, x, y = problem(seed, n)
    (value, aux), grads = nn.two_layer_value_and_grad(params, x, y, alpha=alpha)
    np.testing.assert_allclose(value, objective(model, params, x, y, alpha), rtol=1e-12)
    np.testing.assert_allclose(aux.loss, nn.cross_entropy(aux.logits, y), rtol=1e-12)
    np.testing.assert_array_equal(aux.logits, model(params, x))
    rng = np.random.default_rng(seed)
    for _ in range(4):
        step = trees.map(lambda p: rng.normal(size=p.shape), params)
        ends = [
            objective(model, trees.map(lambda p, s, h=h: p + h * s, params, step), x, y, alpha)
            for h in (1e-5, -1e-5)
        ]
        slope = sum(np.vdot(grads[name], step[name]) for name in NAMES)
        np.testing.assert_allclose(slope, (ends[0] - ends[1]) / 2e-5, rtol=1e-6, atol=1e-8)


def test_gradient_is_jaxs():
    jax = pytest.importorskip("jax")
    _, params, x, y = problem(1)
    with jax.enable_x64():

        def loss(p):
            hidden = jax.nn.sigmoid(x @ p["W1"] + p["b1"])
            logs = jax.nn.log_softmax(hidden @ p["W2"] + p["b2"])
            penalty = 0.05 * ((p["W1"] ** 2).sum() + (p["W2"] ** 2).sum())
            return -logs[np.arange(len(y)), y].mean() + penalty

        value, expected = jax.value_and_grad(loss)(params)
    (found, _), grads = nn.two_layer_value_and_grad(params, x, y, alpha=0.1)
    np.testing.assert_allclose(found, value, rtol=1e-12)
    trees.map(lambda a, b: np.testing.assert_allclose(a, b, atol=1e-12), grads, dict(expected))


@pytest.mark.torch
def test_gradient_is_pytorchs():
    torch = pytest.importorskip("torch")
    _, params, x, y = problem(2)
    p = {name: torch.tensor(params[name], requires_grad=True) for name in NAMES}
    hidden = torch.sigmoid(torch.tensor(x) @ p["W1"] + p["b1"])
    loss = torch.nn.functional.cross_entropy(hidden @ p["W2"] + p["b2"], torch.tensor(y))
    (loss + 0.05 * ((p["W1"] ** 2).sum() + (p["W2"] ** 2).sum())).backward()
    _, grads = nn.two_layer_value_and_grad(params, x, y, alpha=0.1)
    for name in NAMES:
        np.testing.assert_allclose(grads[name], p[name].grad.numpy(), atol=1e-12)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_dtype_stays_and_out_gets_the_same_bits(dtype):
    model, params, x, y = problem(dtype=dtype)
    kept = trees.map(np.copy, (params, x, y))
    (value, aux), grads = nn.two_layer_value_and_grad(params, x, y, alpha=0.1)
    assert {a.dtype for a in [aux.logits, model(params, x), *grads.values()]} == {np.dtype(dtype)}
    out = trees.map(lambda p: np.full_like(p, np.nan), params)
    (again, _), same = nn.two_layer_value_and_grad(params, x, y, alpha=0.1, out=out)
    assert same is out
    assert again == value
    trees.map(np.testing.assert_array_equal, grads, out)
    trees.map(np.testing.assert_array_equal, kept, (params, x, y))


def test_extreme_inputs_stay_finite():
    _, params, x, y = problem(dtype="float32", scale=30.0)
    (value, _), grads = nn.two_layer_value_and_grad(params, 1000 * x, y, alpha=0.0)
    assert np.isfinite(value)
    assert all(np.isfinite(g).all() for g in grads.values())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"x": np.zeros((7, 6))}, r"x has shape \(7, 6\); expected \(n, 5\)"),
        ({"x": np.zeros((7, 5, 1))}, r"expected \(n, 5\); x.reshape"),
        ({"x": np.zeros((7, 5), np.float32)}, "x is float32 and the parameters are float64"),
        ({"x": np.zeros((7, 5), np.uint8)}, "x is uint8 and the parameters are float64"),
        ({"y": np.full(7, 3)}, r"y\[0\] is 3; expected 0 to 2"),
        ({"y": np.zeros(6, int)}, r"y has shape \(6,\); expected \(7,\)"),
        ({"y": np.zeros(7)}, "y has dtype float64; expected integers"),
        ({"alpha": -1.0}, "alpha is -1.0; expected a finite number ≥ 0"),
        ({"alpha": float("nan")}, "alpha is nan"),
    ],
)
def test_what_does_not_fit_is_refused(change, message):
    _, params, x, y = problem()
    with pytest.raises(ValueError, match=message):
        nn.two_layer_value_and_grad(**({"params": params, "x": x, "y": y, "alpha": 0.0} | change))


@pytest.mark.parametrize(
    ("field", "message"),
    [
        ({"hidden": 0}, "hidden is 0; expected an integer ≥ 1"),
        ({"inputs": 2.0}, "inputs is 2.0; expected an integer ≥ 1"),
        ({"scale": -1.0}, "scale is -1.0; expected a finite number ≥ 0"),
        ({"scale": "1"}, "scale is '1'"),
    ],
)
def test_a_model_checks_its_fields(field, message):
    with pytest.raises(ValueError, match=message):
        nn.TwoLayer(**field)


@pytest.mark.parametrize("wrong", ["int8", "float16", None, np.float32])
def test_parameters_are_of_one_of_two_dtypes(wrong):
    with pytest.raises(ValueError, match=r"^dtype is .*; expected 'float32' or 'float64'$"):
        nn.TwoLayer().init(np.random.default_rng(0), wrong)


def test_weights_start_with_the_scale_and_biases_at_zero():
    params = nn.TwoLayer(scale=0.5).init(np.random.default_rng(0))
    assert abs(params["W1"].std() - 0.5) < 0.01
    assert not params["b1"].any()
    assert not params["b2"].any()
    again = nn.TwoLayer(scale=0.5).init(np.random.default_rng(0))
    trees.map(np.testing.assert_array_equal, params, again)


class Frame:
    """What a data frame has, and no more."""

    ndim, shape, dtype = 2, (7, 5), np.dtype("float64")

    def to_numpy(self):
        return np.zeros(self.shape)


MODEL, PARAMS, X, Y = problem()
OBJECTIVES = (nn.two_layer_objective, nn.two_layer_value_and_grad)


@pytest.mark.parametrize(
    "call",
    [MODEL, *(lambda p, x, f=f: f(p, x, Y, alpha=0.0) for f in OBJECTIVES)],
    ids=["model", "objective", "value_and_grad"],
)
@pytest.mark.parametrize(
    ("params", "x", "message"),
    [
        (PARAMS, X.tolist(), r"^x is a list; expected a NumPy array: np.array\(x\) makes one"),
        (PARAMS, Frame(), r"^x is a Frame; expected a NumPy array: x.to_numpy\(\) makes one"),
        (X, PARAMS, r"^params is an ndarray of shape \(7, 5\); .*; are params and x swapped\?$"),
        (
            {"W1": X},
            X,
            r"^params has the keys \['W1'\]; expected a dict of W1, b1, W2 and b2, as i",
        ),
        (list(PARAMS.values()), X, "^params is a list; expected a dict of W1, b1, W2 and b2"),
        (None, X, "^params is None; expected a dict of W1, b1, W2 and b2"),
    ],
)
def test_an_argument_of_another_kind_is_named(call, params, x, message):
    with pytest.raises(TypeError, match=message):
        call(params, x)


@pytest.mark.parametrize("f", OBJECTIVES)
def test_labels_of_another_kind_are_named(f):
    with pytest.raises(TypeError, match=r"^(y|labels) is a list; expected a NumPy array"):
        f(PARAMS, X, Y.tolist(), alpha=0.0)
    with pytest.raises(ValueError, match=r"if its rows are one-hot, (y|labels).argmax\(axis=1\)"):
        f(PARAMS, X, np.eye(3)[Y], alpha=0.0)


@pytest.mark.parametrize("wrong", [0, None, np.random])
def test_parameters_are_drawn_by_a_generator(wrong):
    with pytest.raises(TypeError, match=r"^rng is .*; expected a random generator"):
        MODEL.init(wrong)
