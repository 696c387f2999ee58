"""The layer `BatchNorm`: its statistics in training, evaluation, the loop and a checkpoint."""

import functools

import numpy as np
import pytest

from dlbook import data, nn, trees
from dlbook.autodiff import value_and_grad
from dlbook.optimize import AdamW, Nesterov
from dlbook.train import fit

RNG = np.random.default_rng(0)
X = RNG.normal(3, 2, (40, 2, 4, 4))
Y = (X[:, 0].mean(axis=(1, 2)) > 3).astype(int)
MODEL = nn.Sequential(
    (
        nn.Conv(2, 3, 3, padding=1, bias=False),
        nn.BatchNorm(3),
        nn.Relu(),
        nn.Sequential((nn.Flatten(), nn.Dense(48, 4), nn.BatchNorm(4, 0.3), nn.Dropout(0.1))),
        nn.Dense(4, 2),
    )
)


def start():
    return MODEL.init(np.random.default_rng(1), "float64")


def states(params):
    return [params[1]["state"], params[3][2]["state"]]


def test_training_uses_the_batch_and_a_call_the_running_statistics():
    layer = nn.BatchNorm(2, momentum=0.25, eps=0.1)
    params = layer.init(RNG, "float64")
    params |= {"gamma": np.array([2.0, 3.0]), "beta": np.array([-1.0, 1.0])}
    y, after = layer.train(params, X)
    m = X.size // 2
    mean, variance = X.mean(axis=(0, 2, 3)), X.var(axis=(0, 2, 3))
    each = (slice(None), None, None)

    def normal(mean, variance):
        hat = (X - mean[each]) / np.sqrt(variance + 0.1)[each]
        return params["gamma"][each] * hat + params["beta"][each]

    assert np.allclose(y, normal(mean, variance), rtol=1e-12, atol=1e-12)
    state = after["state"]
    assert np.allclose(state.mean, 0.25 * mean, rtol=1e-12)
    assert np.allclose(state.variance, 0.75 + 0.25 * variance * m / (m - 1), rtol=1e-12)
    assert np.allclose(layer(after, X), normal(*state), rtol=1e-12, atol=1e-12)
    assert np.array_equal(params["state"].mean, [0, 0])  # not written to


def test_a_network_trains_each_layer_on_what_the_one_before_returns():
    params = start()
    rng = np.random.default_rng(2)
    y, after = MODEL.train(params, X, rng=rng)
    rng = np.random.default_rng(2)
    conv, norm, relu, inner, last = MODEL.layers
    hidden = conv(params[0], X)
    hidden, first = norm.train(params[1], hidden)
    hidden = relu((), hidden)
    hidden = inner.layers[1](params[3][1], inner.layers[0]((), hidden))
    hidden, second = inner.layers[2].train(params[3][2], hidden)
    hidden = inner.layers[3]((), hidden, rng=rng)
    assert np.array_equal(y, last(params[4], hidden))
    for found, wanted in zip(states(after), [first["state"], second["state"]], strict=True):
        assert np.array_equal(found.mean, wanted.mean)
        assert np.array_equal(found.variance, wanted.variance)


def test_no_gradient_moves_the_statistics_and_others_are_those_of_differences():
    model = nn.Sequential((nn.Conv(2, 3, 3, bias=False), nn.BatchNorm(3), nn.Flatten(),
                           nn.Dense(12, 2)))  # fmt: skip
    params = model.init(np.random.default_rng(1), "float64")
    f = functools.partial(nn.objective, model=model, loss=nn.cross_entropy, alpha=0.1)
    (_, aux), grads = value_and_grad(f, has_aux=True)(params, X, Y)
    assert not np.any(grads[1]["state"].mean)
    assert not np.any(grads[1]["state"].variance)
    assert all(type(leaf) is np.ndarray for leaf in trees.leaves(aux.params))
    direction = trees.map(lambda p: RNG.normal(size=p.shape), params)
    ahead, back = (
        f(trees.map(lambda p, d, h=h: p + h * d, params, direction), X, Y)[0] for h in (1e-6, -1e-6)
    )
    slope = sum(
        np.sum(g * d) for g, d in zip(trees.leaves(grads), trees.leaves(direction), strict=True)
    )
    assert np.isclose((ahead - back) / 2e-6, slope, rtol=1e-7)


@pytest.mark.parametrize("optimiser", [Nesterov(0.05, 0.9), AdamW(0.01, decay=0.5)], ids=["N", "W"])
def test_the_loop_puts_the_new_statistics_in_their_place(optimiser):
    """Whatever an optimiser makes of a gradient of 0, such as decay: they are replaced."""
    seen = []
    examples = data.Split(X, Y)
    f = functools.partial(nn.objective, model=MODEL, loss=nn.cross_entropy, alpha=0.0)

    def look(moment):
        seen.append([trees.map(np.copy, state) for state in states(moment.params)])

    fit(f, start(), examples, examples, model=MODEL, optimiser=optimiser, epochs=2, batch_size=16,
        rng=np.random.default_rng(3), after_step=look, progress=False)  # fmt: skip
    rng = np.random.default_rng(3)
    params, state = start(), optimiser.init(start())
    for step, found in enumerate(seen):
        if step % 3 == 0:
            order = rng.permutation(40)
        index = order[step % 3 * 16 : (step % 3 + 1) * 16]
        (_, aux), grads = value_and_grad(f, has_aux=True)(params, X[index], Y[index], rng=rng)
        params, state = optimiser.update(grads, state, params)
        params = nn.with_statistics(params, aux.params)
        for mine, theirs in zip(states(params), found, strict=True):
            assert np.array_equal(mine.mean, theirs.mean)
            assert np.array_equal(mine.variance, theirs.variance)
    assert len(seen) == 6


def test_a_training_resumed_is_the_training(tmp_path):
    examples = data.Split(X, Y)
    f = functools.partial(nn.objective, model=MODEL, loss=nn.cross_entropy, alpha=0.0)

    def train(epochs, checkpoint):
        return fit(f, start(), examples, examples, model=MODEL, optimiser=Nesterov(0.05, 0.9),
                   epochs=epochs, batch_size=16, rng=np.random.default_rng(3),
                   checkpoint=checkpoint, progress=False)  # fmt: skip

    train(1, tmp_path / "a")
    resumed, whole = train(3, tmp_path / "a"), train(3, tmp_path / "b")
    pairs = zip(trees.leaves(resumed.params), trees.leaves(whole.params), strict=True)
    assert all(np.array_equal(mine, theirs) for mine, theirs in pairs)
    assert np.array_equal(resumed.history.train_loss, whole.history.train_loss)


@pytest.mark.parametrize(
    "wrong", [{"channels": 0}, {"channels": 2, "momentum": 1.5}, {"channels": 2, "eps": 0}]
)
def test_a_layer_rejects(wrong):
    with pytest.raises(ValueError, match=list(wrong)[-1]):
        nn.BatchNorm(**wrong)


def test_what_params_must_be():
    with pytest.raises(TypeError, match="expects a dict of gamma, beta and state"):
        nn.BatchNorm(2)({"gamma": np.ones(2)}, X)
    with pytest.raises(ValueError, match="structure"):
        nn.with_statistics(start(), start()[1:])


@pytest.mark.parametrize("smoothing", [None, 0.0, 0.1, 0.9])
def test_smoothed_labels(smoothing):
    logits, labels = RNG.normal(size=(6, 4)), np.array([0, 1, 2, 3, 0, 1])
    spread = (1 - (smoothing or 0)) * np.eye(4)[labels] + (smoothing or 0) / 4
    wanted = -np.mean(np.sum(spread * nn.log_softmax(logits), axis=1))
    assert np.isclose(nn.CrossEntropy(smoothing)(logits, labels), wanted, rtol=1e-13)


@pytest.mark.parametrize("smoothing", [-0.1, 1.0, float("nan")])
def test_smoothing_is_a_share(smoothing):
    with pytest.raises(ValueError, match="smoothing"):
        nn.CrossEntropy(smoothing)


def test_flips_and_shifts():
    x = np.arange(1.0, 2 * 3 * 5 + 1).reshape(1, 2, 3, 5).repeat(400, axis=0)
    x.setflags(write=False)
    found = data.FlipsAndShifts(True, 1)(x, np.random.default_rng(0))
    padded = np.pad(x[0], ((0, 0), (1, 1), (1, 1)))
    wanted = {
        (window[..., ::-1] if flip else window).tobytes()
        for flip in (False, True)
        for i in range(3)
        for j in range(3)
        for window in [np.ascontiguousarray(padded[:, i : i + 3, j : j + 5])]
    }
    assert {image.tobytes() for image in found} == wanted  # all 18, and no other
    same = data.FlipsAndShifts(False, 0)(x, np.random.default_rng(0))
    assert np.array_equal(same, x)
    with pytest.raises(ValueError, match="channels, rows"):
        data.FlipsAndShifts()(x[0], np.random.default_rng(0))
