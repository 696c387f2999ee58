"""A step of training of a small convolutional network, here and in PyTorch.

A step is forward, backward and update, of a batch of 64 images of 3 x 32 x 32 in float32, on one
thread: convolution, max-pooling, bias and ReLU, an affine layer, cross-entropy. Two networks, 16
kernels of 3 x 3 and 32 kernels of 7 x 7, have bars for the ratio of the times (exit status 1 when
one is missed). Both sides start from the same parameters, and their losses are compared first. The
time is that of the processor, and the two take turns.
"""

from __future__ import annotations

import argparse
import platform
import statistics
import sys
import time

import numpy as np
import threadpoolctl
import torch
from torch.nn import functional

from dlbook import nn
from dlbook.autodiff import value_and_grad

CASES = {"16 kernels of 3 x 3": (16, 3, 0.52), "32 kernels of 7 x 7": (32, 7, 1.0)}
BATCH, RATE, STEPS = 64, 0.01, 5


def parameters(outputs, kernel):
    """Return kernels, biases, weights, biases."""
    rng = np.random.default_rng(0)
    shapes = ((outputs, 3, kernel, kernel), (outputs,), (outputs * 256, 10), (10,))
    return [(0.05 * rng.standard_normal(shape)).astype(np.float32) for shape in shapes]


def ours(params, x, y, kernel):
    """Return a function that does one step and returns the loss."""

    def loss(params):
        w, b, W, c = params
        h = nn.max_pool2d(nn.conv2d(x, w, padding=kernel // 2), 2)
        h = nn.relu(h + b.reshape(-1, 1, 1))
        return nn.cross_entropy(nn.flatten(h) @ W + c, y)

    gradient = value_and_grad(loss)
    params = [p.copy() for p in params]

    def step():
        value, grads = gradient(params)
        for p, g in zip(params, grads, strict=True):
            p -= RATE * g
        return float(value)

    return step


def theirs(params, x, y, kernel, layout=torch.contiguous_format):
    """Return the same step in PyTorch."""
    params = [torch.tensor(p, requires_grad=True) for p in params]
    w = params[0].detach().to(memory_format=layout).requires_grad_()
    params[0] = w
    x, y = torch.tensor(x).to(memory_format=layout), torch.tensor(y)

    def step():
        w, b, W, c = params
        h = functional.conv2d(x, w, b, padding=kernel // 2)
        h = functional.relu(functional.max_pool2d(h, 2))
        loss = functional.cross_entropy(h.flatten(1) @ W + c, y)
        loss.backward()
        with torch.no_grad():
            for p in params:
                p -= RATE * p.grad
                p.grad = None
        return float(loss.detach())

    return step


def seconds(step):
    """Return the processor's time per step."""
    start = time.process_time()
    for _ in range(STEPS):
        step()
    return (time.process_time() - start) / STEPS


def measure(name, repeats):
    """Compare the sides, print their times, and return whether the bar is met."""
    outputs, kernel, bar = CASES[name]
    rng = np.random.default_rng(1)
    x = rng.standard_normal((BATCH, 3, 32, 32)).astype(np.float32)
    y = rng.integers(0, 10, BATCH)
    start = parameters(outputs, kernel)
    sides = {
        "dlbook": ours(start, x, y, kernel),
        "PyTorch": theirs(start, x, y, kernel),
        "PyTorch, channels_last": theirs(start, x, y, kernel, torch.channels_last),
    }
    losses = [[step() for _ in range(3)] for step in sides.values()]
    assert np.allclose(losses[0], losses[1], rtol=1e-4), losses
    times = {side: [] for side in sides}
    for _ in range(repeats):
        for side, step in sides.items():
            times[side].append(seconds(step))
    best = {side: statistics.median(values) for side, values in times.items()}
    ratio = statistics.median(a / b for a, b in zip(times["dlbook"], times["PyTorch"], strict=True))
    print(f"{name}:", "  ".join(f"{side} {1e3 * t:.1f} ms" for side, t in best.items()))
    print(f"    dlbook / PyTorch {ratio:.2f}, bar {bar:.2f}: {'ok' if ratio <= bar else 'MISSED'}")
    return ratio <= bar


def main():
    """Measure both networks."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=15)
    repeats = parser.parse_args().repeats
    torch.set_num_threads(1)
    print(f"{platform.machine()}, NumPy {np.__version__}, PyTorch {torch.__version__}, one thread")
    with threadpoolctl.threadpool_limits(1):
        met = [measure(name, repeats) for name in CASES]
    return 0 if all(met) else 1


if __name__ == "__main__":
    sys.exit(main())
