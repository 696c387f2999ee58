"""Layers and networks of them: gradients by differences and by PyTorch, dropout, files, errors."""

import functools
import warnings
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlbook import autodiff, nn, optimize, trees
from dlbook.nn import Dense, Dropout, Glorot, He, LeakyRelu, Normal, Relu, Sequential, Sigmoid, Tanh
from dlbook.train import Experiment

ACTIVATIONS = [Relu(), LeakyRelu(0.1), Sigmoid(), Tanh()]


def problem(seed, activation, dtype="float64"):
    rng = np.random.default_rng(seed)
    inner = Sequential((Dense(4, 6, Glorot()), activation))
    model = Sequential((Dense(5, 4), activation, inner, Dense(6, 3, Normal(0.5))))
    params = trees.map(lambda p: p + 0.3 * rng.normal(size=p.shape), model.init(rng, "float64"))
    x = rng.normal(size=(7, 5)).astype(dtype)
    return model, trees.map(lambda p: p.astype(dtype), params), x, rng.integers(0, 3, 7)


def value_of(model, x, y, alpha=0.0, **more):
    return functools.partial(
        nn.objective, x=x, y=y, model=model, loss=nn.cross_entropy, alpha=alpha, **more
    )


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from(ACTIVATIONS))
def test_a_gradient_is_that_of_central_differences(seed, activation):
    model, params, x, y = problem(seed, activation)
    objective = value_of(model, x, y, alpha=0.1)
    _, grads = autodiff.value_and_grad(objective, has_aux=True)(params)
    rng = np.random.default_rng(seed)
    step = trees.map(lambda p: rng.normal(size=p.shape), params)
    ends = [
        objective(trees.map(lambda p, s, h=h: p + h * s, params, step))[0] for h in (1e-6, -1e-6)
    ]
    slope = sum(np.vdot(g, s) for g, s in zip(trees.leaves(grads), trees.leaves(step), strict=True))
    # A kink of the ReLU within the step (rarely) costs at most its share of the step.
    np.testing.assert_allclose(slope, (ends[0] - ends[1]) / 2e-6, rtol=1e-4, atol=1e-5)


@pytest.mark.torch
@pytest.mark.parametrize("activation", ACTIVATIONS, ids=repr)
def test_a_gradient_is_pytorchs(activation):
    torch = pytest.importorskip("torch")
    theirs = {
        Relu: torch.relu,
        Sigmoid: torch.sigmoid,
        Tanh: torch.tanh,
        LeakyRelu: lambda z: torch.nn.functional.leaky_relu(z, 0.1),
    }[type(activation)]
    model, params, x, y = problem(3, activation)
    p = trees.map(lambda a: torch.tensor(a, requires_grad=True), params)
    z = theirs(torch.tensor(x) @ p[0]["W"] + p[0]["b"])
    z = theirs(z @ p[2][0]["W"] + p[2][0]["b"])
    z = z @ p[3]["W"] + p[3]["b"]
    torch.nn.functional.cross_entropy(z, torch.tensor(y)).backward()
    _, grads = autodiff.value_and_grad(value_of(model, x, y), has_aux=True)(params)
    np.testing.assert_allclose(model(params, x), z.detach().numpy(), atol=1e-12)
    trees.map(
        lambda g, t: np.testing.assert_allclose(g, t.grad.numpy(), rtol=0, atol=1e-12), grads, p
    )


@pytest.mark.parametrize("alpha", [0.0, 0.1])
def test_two_layers_are_an_instance_of_it(alpha):
    rng = np.random.default_rng(0)
    two = nn.TwoLayer(5, 4, 3, scale=1.0)
    params = two.init(rng, "float64")
    x, y = rng.normal(size=(7, 5)), rng.integers(0, 3, 7)
    model = Sequential((Dense(5, 4), Sigmoid(), Dense(4, 3)))
    layered = (
        {"W": params["W1"], "b": params["b1"]},
        (),
        {"W": params["W2"], "b": params["b2"]},
    )
    np.testing.assert_array_equal(model(layered, x), two(params, x))
    (_, _), by_hand = nn.two_layer_value_and_grad(params, x, y, alpha=alpha)
    _, found = autodiff.value_and_grad(value_of(model, x, y, alpha), has_aux=True)(layered)
    for name, expected in by_hand.items():
        entry = found[0 if name[1] == "1" else 2][name[0]]
        np.testing.assert_allclose(entry, expected, rtol=0, atol=1e-14)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("activation", [*ACTIVATIONS, Dropout(0.3)], ids=repr)
def test_a_dtype_stays(activation, dtype):
    model = Sequential((Dense(5, 4), activation, Dense(4, 3)))
    params = model.init(np.random.default_rng(0), dtype)
    x, y = np.ones((2, 5), dtype), np.array([0, 2])
    objective = value_of(model, x, y, **({"rng": np.random.default_rng(0)} if model.draws else {}))
    (_, aux), grads = autodiff.value_and_grad(objective, has_aux=True)(params)
    found = {a.dtype for a in [aux.logits, *trees.leaves(params), *trees.leaves(grads)]}
    assert found == {np.dtype(dtype)}


def test_layers_draw_in_their_order_and_biases_start_at_0():
    model = Sequential((Dense(50, 40), Relu(), Dense(40, 30, Glorot())))
    first, none, last = model.init(np.random.default_rng(0), "float64")
    rng = np.random.default_rng(0)
    np.testing.assert_array_equal(first["W"], He()(rng, (50, 40), 50, 40))
    np.testing.assert_array_equal(last["W"], Glorot()(rng, (40, 30), 40, 30))
    assert none == ()
    assert not first["b"].any()
    assert not last["b"].any()


# ---- rectifiers -------------------------------------------------------------------------


@given(st.floats(-1e30, 1e30), st.sampled_from([0.0, 0.01, 0.3]))
def test_rectifiers_and_their_slopes(z, slope):
    assert nn.relu(np.array(z)) == max(z, 0)
    assert nn.leaky_relu(np.array(z), slope) == (z if z > 0 else slope * z)
    for function, below in (
        (nn.relu, 0.0),
        (functools.partial(nn.leaky_relu, slope=slope), slope),
    ):
        assert autodiff.grad(function)(z) == (1.0 if z > 0 else below)
        assert autodiff.jvp(function, (z,), (1.0,))[1] == (1.0 if z > 0 else below)


@pytest.mark.parametrize("function", [nn.relu, nn.leaky_relu])
def test_rectifiers_take_arrays_and_numbers_only(function):
    with pytest.raises(TypeError, match=r"^z is a list; expected a NumPy array"):
        function([1.0, -1.0])
    assert function(np.float32(2)).dtype == np.float32
    assert np.isnan(function(np.array([np.nan]))).all()


# ---- dropout ----------------------------------------------------------------------------


@pytest.mark.parametrize("rate", [0.0, 0.2, 0.5, 0.9])
def test_dropout_keeps_the_mean_and_that_share_of_the_entries(rate):
    x = np.ones((400, 500))
    found = Dropout(rate)((), x, rng=np.random.default_rng(0))
    kept = found != 0
    np.testing.assert_allclose(found[kept], 1 / (1 - rate), rtol=1e-15)
    error = np.sqrt(rate * (1 - rate) / x.size)
    assert abs(kept.mean() - (1 - rate)) <= 5 * error
    for axis in (0, 1):  # entries are dropped one by one, not by rows or columns
        n = x.shape[axis]
        assert kept.mean(axis).std() <= 2 * np.sqrt(rate * (1 - rate) / n)


def test_dropout_changes_nothing_where_a_network_is_evaluated():
    model = Sequential((Dense(5, 4), Sequential((Dropout(0.5),)), Dense(4, 3)))
    plain = Sequential((Dense(5, 4), Sequential((Relu(),)), Dense(4, 3)))
    params = model.init(np.random.default_rng(0))
    x = np.ones((2, 5), np.float32)
    expected = (x @ params[0]["W"]) @ params[2]["W"]
    np.testing.assert_array_equal(model(params, x), expected)
    assert model.draws
    assert not plain.draws
    np.testing.assert_array_equal(
        plain(params, x, rng=np.random.default_rng(0)), plain(params, x)
    )  # a generator that nothing asks for does no harm


def test_a_gradient_under_dropout_is_that_of_the_network_that_was_drawn():
    model = Sequential((Dense(5, 40), Dropout(0.5), Dense(40, 3)))
    params = model.init(np.random.default_rng(0), "float64")
    x, y = np.random.default_rng(1).normal(size=(7, 5)), np.arange(7) % 3

    def value(params, x):
        rng = np.random.default_rng(2)
        return nn.objective(params, x, y, model=model, loss=nn.cross_entropy, alpha=0, rng=rng)[0]

    autodiff.check_derivatives(value, params, x)
    masks = [
        autodiff.grad(lambda p, s=s: np.sum(model(p, x, rng=np.random.default_rng(s))))(params)
        for s in (2, 3)
    ]
    assert not np.array_equal(masks[0][0]["W"], masks[1][0]["W"])


@pytest.mark.parametrize("rate", [1, 1.5, -0.1, float("nan"), "0.5"])
def test_a_rate_of_dropout_is_less_than_1(rate):
    with pytest.raises(ValueError, match=r"^rate is .*; expected a"):
        Dropout(rate)


# ---- in an experiment -------------------------------------------------------------------


@dataclass(frozen=True)
class Square:
    """A reader's own layer."""

    power: int = 2

    def init(self, rng, dtype="float32"):
        return ()

    def __call__(self, params, x):
        return x**self.power


MODELS = [
    Sequential((Dense(784, 10),)),
    Sequential((Dense(784, 16, He()), Relu(), Dropout(0.2), Dense(16, 10, Glorot()))),
    Sequential((Sequential((Dense(784, 16, Normal(0.01)), LeakyRelu(0.2))), Dense(16, 10))),
    Sequential((Dense(784, 16, nn.LeCun()), Tanh(), Square(3), Dense(16, 10), Sigmoid())),
    Sequential((nn.TwoLayer(784, 8, 12), Relu(), Dense(12, 10))),
]


@pytest.mark.parametrize("model", MODELS, ids=range(len(MODELS)))
def test_a_file_gives_a_network_back(model):
    experiment = Experiment(model=model)
    again = Experiment.from_toml(experiment.to_toml())
    assert again == experiment
    assert again.digest == experiment.digest
    assert len({Experiment(model=other).digest for other in MODELS}) == len(MODELS)


@pytest.mark.parametrize("model", MODELS[:2], ids=["linear", "dropout"])
def test_a_few_steps_lower_the_loss(model):
    rng = np.random.default_rng(0)
    x, y = rng.random((20, 784)).astype(np.float32), rng.integers(0, 10, 20)
    params, step = model.init(rng), optimize.GradientDescent(0.02)
    state, losses = step.init(params), []
    gradient = autodiff.value_and_grad(value_of(model, x, y), has_aux=True)
    for _ in range(20):
        extra = {"rng": rng} if getattr(model, "draws", False) else {}
        (loss, _), grads = gradient(params, **extra)
        params, state = step.update(grads, state, params)
        losses.append(loss)
    assert np.mean(losses[-3:]) < np.mean(losses[:3]) - 0.2


# ---- errors -----------------------------------------------------------------------------

MODEL, PARAMS, X, _ = problem(0, Relu())


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: Sequential([Dense(2, 2)]), ValueError, "layers is .*; expected a tuple of at l"),
        (lambda: Sequential(()), ValueError, r"layers is \(\); expected a tuple of at least one"),
        (lambda: Sequential((Dense(2, 2), Relu)), ValueError, r"layers\[1\] is <class .*Relu\(\)"),
        (lambda: Sequential((np.tanh,)), ValueError, r"layers\[0\] is <ufunc 'tanh'>; expected a"),
        (lambda: Dense(0, 2), ValueError, "inputs is 0; expected an integer ≥ 1"),
        (lambda: Dense(2, 1.5), ValueError, "outputs is 1.5; expected an integer ≥ 1"),
        (lambda: Dense(2, 2, He), ValueError, r"weights is <class .*; expected .* as nn.He\(\)"),
        (lambda: Dense(2, 2, 0.1), ValueError, "weights is 0.1; expected an initialiser"),
        (lambda: LeakyRelu(-1), ValueError, "slope is -1; expected a finite number ≥ 0"),
        (lambda: MODEL.init(0), TypeError, "rng is 0; expected a random generator"),
        (
            lambda: MODEL.init(np.random.default_rng(0), "float16"),
            ValueError,
            "dtype is 'float16'; expected",
        ),
        (
            lambda: MODEL(PARAMS[:2], X),
            TypeError,
            "params has 2 entries; expected a tuple of 4 entries, one for each layer",
        ),
        (lambda: MODEL(X, PARAMS), TypeError, r"params is an ndarray of shape \(7, 5\); expected"),
        (lambda: MODEL(None, X), TypeError, "params is None; expected a tuple of 4 entries"),
        (
            lambda: MODEL(PARAMS[::-1], X),
            ValueError,
            r"x has shape \(7, 5\); Dense\(.*\) expects \(n, 6\)",
        ),
        (
            lambda: MODEL(((),) * 4, X),
            TypeError,
            r"params is \(\); Dense\(.*\) expects a dict of W and b",
        ),
        (lambda: MODEL(PARAMS, X.tolist()), TypeError, "x is a list; expected a NumPy array"),
        (
            lambda: MODEL(PARAMS, np.ones((2, 28, 28))),
            ValueError,
            r"x has shape \(2, 28, 28\); Dense.* expects \(n, 5\); x.reshape\(len\(x\), -1\)",
        ),
        (lambda: Tanh()((), [1.0]), TypeError, "x is a list; expected a NumPy array"),
        (lambda: Dropout(0.5)((), X, rng=3), TypeError, "rng is 3; expected a random generator"),
    ],
    ids=range(20),
)
def test_an_error_names_what_was_given(call, error, message):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(error, match=f"^{message}"):
            call()


def test_an_experiment_says_which_layer_does_not_fit():
    with pytest.raises(ValueError, match=r"does not fit .*x has shape \(1, 784\); Dense\(inputs=5"):
        Experiment(model=MODEL)
