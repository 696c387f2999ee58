"""Three networks, trained here and in PyTorch from the same parameters on the same batches."""

from functools import partial

import numpy as np
import pytest

from dlbook import nn
from dlbook.autodiff import value_and_grad
from dlbook.optimize import GradientDescent

torch = pytest.importorskip("torch")
safetensors = pytest.importorskip("safetensors.torch")

pytestmark = pytest.mark.torch

ROWS, KERNEL = 12, 5
AFTER = 8 * ((ROWS - KERNEL + 1) // 2) ** 2
MODELS = {
    "softmax": nn.Sequential((nn.Flatten(), nn.Dense(3 * ROWS**2, 10))),
    "two-layer": nn.Sequential(
        (nn.Flatten(), nn.Dense(3 * ROWS**2, 32), nn.Relu(), nn.Dense(32, 10))
    ),
    "ConvNet": nn.Sequential(
        (nn.Conv(3, 8, KERNEL), nn.Relu(), nn.MaxPool(2), nn.Flatten(), nn.Dense(AFTER, 10))
    ),
}
BATCHES, SIZE, RATE = 100, 8, 0.02


def problem(name):
    rng = np.random.default_rng(0)
    x = rng.standard_normal((BATCHES, SIZE, 3, ROWS, ROWS))
    y = rng.integers(0, 10, (BATCHES, SIZE))
    return MODELS[name], MODELS[name].init(rng, "float64"), x, y


def state_of(model, params):
    """Return the parameters by PyTorch's names; its dense matrices are the transposes of ours."""
    state = {}
    for k, (layer, own) in enumerate(zip(model.layers, params, strict=True)):
        if own:
            W = own["W"].T if isinstance(layer, nn.Dense) else own["W"]
            state[f"{k}.weight"] = torch.tensor(np.ascontiguousarray(W))
            state[f"{k}.bias"] = torch.tensor(own["b"])
    return state


def params_of(model, state):
    params = []
    for k, layer in enumerate(model.layers):
        own = ()
        if f"{k}.weight" in state:
            W = state[f"{k}.weight"].numpy()
            W = np.ascontiguousarray(W.T if isinstance(layer, nn.Dense) else W)
            own = {"W": W, "b": state[f"{k}.bias"].numpy()}
        params.append(own)
    return tuple(params)


def in_torch(model):
    def one(layer):
        if isinstance(layer, nn.Dense):
            return torch.nn.Linear(layer.inputs, layer.outputs)
        if isinstance(layer, nn.Conv):
            return torch.nn.Conv2d(layer.inputs, layer.outputs, layer.kernel)
        if isinstance(layer, nn.MaxPool):
            return torch.nn.MaxPool2d(layer.window)
        return {nn.Flatten: torch.nn.Flatten, nn.Relu: torch.nn.ReLU}[type(layer)]()

    return torch.nn.Sequential(*map(one, model.layers)).double()


def trained(model, params, x, y):
    goal = partial(nn.objective, model=model, loss=nn.cross_entropy, alpha=0.0)
    step, sgd = value_and_grad(goal, has_aux=True), GradientDescent(RATE)
    state, losses = sgd.init(params), []
    for images, labels in zip(x, y, strict=True):
        (value, _), grads = step(params, images, labels)
        params, state = sgd.update(grads, state, params)
        losses.append(float(value))
    return losses, params


def trained_in_torch(network, x, y):
    sgd = torch.optim.SGD(network.parameters(), lr=RATE)
    losses = []
    for images, labels in zip(torch.tensor(x), torch.tensor(y), strict=True):
        value = torch.nn.functional.cross_entropy(network(images), labels)
        sgd.zero_grad()
        value.backward()
        sgd.step()
        losses.append(value.item())
    return losses


@pytest.mark.parametrize("name", MODELS)
def test_a_hundred_losses_are_those_of_pytorch(name):
    model, params, x, y = problem(name)
    network = in_torch(model)
    network.load_state_dict(state_of(model, params))
    losses, end = trained(model, params, x, y)
    assert losses[0] != losses[-1]
    np.testing.assert_allclose(losses, trained_in_torch(network, x, y), rtol=0, atol=1e-10)
    for ours, theirs in zip(end, params_of(model, network.state_dict()), strict=True):
        for key in ours:
            np.testing.assert_allclose(ours[key], theirs[key], rtol=0, atol=1e-10)


@pytest.mark.parametrize("name", MODELS)
def test_parameters_go_both_ways_through_a_file(name, tmp_path):
    model, params, x, y = problem(name)
    network, file = in_torch(model), tmp_path / "network.safetensors"
    safetensors.save_file(state_of(model, params), file)
    network.load_state_dict(safetensors.load_file(file))
    same = network(torch.tensor(x[0])).detach().numpy()
    np.testing.assert_allclose(model(params, x[0]), same, rtol=0, atol=1e-12)

    trained_in_torch(network, x[:1], y[:1])
    safetensors.save_file(network.state_dict(), file)
    back = params_of(model, safetensors.load_file(file))
    same = network(torch.tensor(x[0])).detach().numpy()
    np.testing.assert_allclose(model(back, x[0]), same, rtol=0, atol=1e-12)
    assert np.abs(model(back, x[0]) - model(params, x[0])).max() > 1e-6
