"""Take the parameters of a trained network to PyTorch and back.

Writes them to a safetensors file under the names and in the layout of
`torch.nn.Sequential(Linear(784, 128), Sigmoid(), Linear(128, 10))`. PyTorch keeps each matrix
transposed: its Linear computes x Wᵀ + b. Where PyTorch is installed the script loads them there,
compares the logits of the two, takes a step of training in PyTorch and brings the result back.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import numpy as np

from dlbook import data, nn, optimize, train
from dlbook.extras import need

with need("train"):
    from safetensors import numpy as safetensors

NAMES = {"W1": "0.weight", "b1": "0.bias", "W2": "2.weight", "b2": "2.bias"}


def to_torch(params):
    """Return the parameters by PyTorch's names, matrices transposed."""
    return {NAMES[name]: np.ascontiguousarray(p.T) for name, p in params.items()}


def from_torch(state):
    """Return what `to_torch` was given."""
    return {name: np.ascontiguousarray(state[theirs].T) for name, theirs in NAMES.items()}


def in_pytorch(file, images, labels, ours):
    """Load the file, compare logits, take a step, save; return the largest difference."""
    import torch
    from safetensors.torch import load_file, save_file

    network = torch.nn.Sequential(
        torch.nn.Linear(784, 128), torch.nn.Sigmoid(), torch.nn.Linear(128, 10)
    )
    network.load_state_dict(load_file(file))
    logits = network(torch.tensor(images))
    apart = np.abs(logits.detach().numpy() - ours).max()
    loss = torch.nn.functional.cross_entropy(logits, torch.tensor(labels.astype(np.int64)))
    loss.backward()
    torch.optim.SGD(network.parameters(), lr=0.1).step()
    save_file(network.state_dict(), file)
    return apart


def main(argv=None):
    """Train, write, load, compare, bring back."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--output", type=Path, help="keep the file; by default it is temporary")
    parser.add_argument("--fast", action="store_true", help="train on 2,000 images, once")
    options = parser.parse_args(argv)

    experiment = train.Experiment(
        data=data.MNIST(validation=58_000 if options.fast else 12_000),
        optimiser=optimize.GradientDescent(1.0),
        epochs=1 if options.fast else 5,
    )
    params = train.run(experiment).params
    test = experiment.data.load("float32").test
    images, labels = test.x[:64], test.y[:64]
    ours = experiment.model(params, images)
    with tempfile.TemporaryDirectory() as folder:
        file = options.output or Path(folder, "network.safetensors")
        safetensors.save_file(to_torch(params), file)
        back = from_torch(safetensors.load_file(file))
        assert all(np.array_equal(back[name], params[name]) for name in params)
        print("written and read again: the same parameters, bit for bit")
        try:
            apart = in_pytorch(file, images, labels, ours)
        except ModuleNotFoundError as error:
            print(f"{error.name} is not installed, so PyTorch's half is left out")
            return
        print(f"logits in PyTorch differ by at most {apart:.1e}")
        back = from_torch(safetensors.load_file(file))

    # The same step with this library's gradient.
    _, gradient = nn.two_layer_value_and_grad(params, images, labels, alpha=0.0)
    sgd = optimize.GradientDescent(0.1)
    stepped, _ = sgd.update(gradient, sgd.init(params), params)
    apart = max(np.abs(back[name] - stepped[name]).max() for name in params)
    print(f"after a step in each, the parameters differ by at most {apart:.1e}")


if __name__ == "__main__":
    main()
