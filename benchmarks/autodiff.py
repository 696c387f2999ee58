"""What a derivative by `dlbook.autodiff` costs, in time and in memory.

Everything is measured side by side in one process on one thread; a bar that is missed makes the
exit status 1.

    gradient   loss and gradient of the MNIST network, written in plain NumPy as a user would,
               against the same forward run untraced and its backward run by hand; beside it,
               without a bar, the objective, which adds the penalty
    with nn    the same with `nn.cross_entropy` in it, which has a rule of its own
    chain      a chain of 10⁵ operations on numbers, against PyTorch where it is installed
    memory     the peak, against the values that the forward run creates and the gradients
"""

from __future__ import annotations

import argparse
import gc
import os
import platform
import statistics
import sys
import time
import tracemalloc
from functools import partial

import numpy as np
import threadpoolctl

from dlbook import nn
from dlbook.autodiff import value_and_grad

ALPHA = 1e-3
PLAIN_BAR, NN_BAR, CHAIN_BAR, MEMORY_BAR = 1.35, 1.15, 0.25, 1.5


def penalty(p, alpha):
    """Return the sum of squares of the weights, weighed."""
    return alpha / 2 * (np.sum(p["W1"] ** 2) + np.sum(p["W2"] ** 2))


def forward(p, x, y, alpha=0.0):
    """Return the loss, in plain NumPy."""
    h = 1 / (1 + np.exp(-(x @ p["W1"] + p["b1"])))
    z = h @ p["W2"] + p["b2"]
    z = z - np.max(z, axis=1, keepdims=True)
    logp = z - np.log(np.sum(np.exp(z), axis=1, keepdims=True))
    loss = -np.mean(logp[np.arange(len(y)), y])
    return loss + penalty(p, alpha) if alpha else loss


def forward_with_nn(p, x, y, alpha=0.0):
    """Return the loss, with the library's own function of logits and labels."""
    h = 1 / (1 + np.exp(-(x @ p["W1"] + p["b1"])))
    loss = nn.cross_entropy(h @ p["W2"] + p["b2"], y)
    return loss + penalty(p, alpha) if alpha else loss


def by_hand(p, x, y, alpha=0.0):
    """Return the loss and its gradient: the forward run as above, the backward one by hand."""
    n = len(y)
    h = 1 / (1 + np.exp(-(x @ p["W1"] + p["b1"])))
    z = h @ p["W2"] + p["b2"]
    z = z - np.max(z, axis=1, keepdims=True)
    e = np.exp(z)
    total = np.sum(e, axis=1, keepdims=True)
    logp = z - np.log(total)
    value = -np.mean(logp[np.arange(n), y])
    dz = e / total
    dz[np.arange(n), y] -= 1
    dz /= n
    dh = dz @ p["W2"].T * h * (1 - h)
    gradient = {"W1": x.T @ dh, "b1": dh.sum(axis=0), "W2": h.T @ dz, "b2": dz.sum(axis=0)}
    if alpha:
        value = value + penalty(p, alpha)
        gradient["W1"] += alpha * p["W1"]
        gradient["W2"] += alpha * p["W2"]
    return value, gradient


def medians(functions, rounds):
    """Return the median seconds of each function, called in turn."""
    times = [[] for _ in functions]
    for _ in range(rounds):
        for function, mine in zip(functions, times, strict=True):
            started = time.perf_counter()
            function()
            mine.append(time.perf_counter() - started)
    return [statistics.median(mine) for mine in times]


def gradients(rounds):
    """Measure the MNIST loss at three batch sizes; return whether the bars were kept."""
    kept, rng = True, np.random.default_rng(0)
    params = nn.TwoLayer().init(rng)
    functions = [by_hand, value_and_grad(forward), value_and_grad(forward_with_nn)]
    print("            batch   by hand   plain NumPy   with nn")
    for name, alpha in (("loss", 0.0), ("objective", ALPHA)):
        for batch in (64, 256, 1024):
            x, y = rng.random((batch, 784), np.float32), rng.integers(0, 10, batch)
            runs = [partial(f, params, x, y, alpha) for f in functions]
            expected, *found = [run()[1] for run in runs]
            for gradient in found:
                for leaf in params:
                    np.testing.assert_allclose(gradient[leaf], expected[leaf], atol=1e-6)
            hand, *ours = medians(runs, rounds if batch < 1024 else rounds // 4 + 1)
            plain, with_nn = [seconds / hand for seconds in ours]
            print(f"{name:10}{batch:7}{1e6 * hand:7.0f} µs {plain:13.2f} {with_nn:9.2f}")
            if name == "loss" and batch < 1024:
                kept &= plain <= PLAIN_BAR and with_nn <= NN_BAR
    print(f"bars: {PLAIN_BAR} and {NN_BAR} for the loss at batches 64 and 256")
    return kept


def chain(x, n=100_000):
    """Return what n operations on a number give."""
    for _ in range(n // 2):
        x = x * 1.0000001 + 1e-9
    return x


def chains(rounds):
    """Measure the time of a node in chains of numbers; return whether the bar was kept."""
    gradient = value_and_grad(chain)

    def torch_chain():
        import torch

        x = torch.tensor(1.0, requires_grad=True)
        chain(x).backward()

    short, long = medians([lambda: gradient(1.0, 10_000), lambda: gradient(1.0)], rounds)
    print(f"chain: {1e6 * short / 1e4:.2f} µs a node at 10⁴ nodes, {1e6 * long / 1e5:.2f} at 10⁵")
    kept = long < 20 * short
    try:
        import torch

        torch.set_num_threads(1)
    except ImportError:
        print("PyTorch is not installed: no comparison")
        return kept
    ours, theirs = medians([lambda: gradient(1.0), torch_chain], rounds)
    print(f"       {ours / theirs:.2f} of PyTorch's {1e6 * theirs / 1e5:.2f} µs; bar {CHAIN_BAR}")
    return kept and ours <= CHAIN_BAR * theirs


def peak(function):
    """Return the peak of memory of a call, in bytes, over what was there before."""
    gc.collect()
    tracemalloc.start()
    function()
    found = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return found


def memory():
    """Measure the peak of memory; return whether the bar was kept."""
    rng = np.random.default_rng(0)
    params = nn.TwoLayer().init(rng)
    x, y = rng.random((64, 784), np.float32), rng.integers(0, 10, 64)
    hidden, logits, column = 64 * 128 * 4, 64 * 10 * 4, 64 * 4
    size = sum(p.nbytes for p in params.values())
    # h: product, sum, negative, exp, sum, quotient; z: product, sum, shifted, exp, logp; columns:
    # maximum, sum, log; the picked entries. The objective adds squares of the weights.
    values = 6 * hidden + 5 * logits + 4 * column
    squares = params["W1"].nbytes + params["W2"].nbytes
    gradient = value_and_grad(forward)
    loss = peak(lambda: gradient(params, x, y)) / (values + size)
    objective = peak(lambda: gradient(params, x, y, ALPHA)) / (values + squares + size)

    big = np.ones(100_000)

    def fifty(x):
        for _ in range(50):
            x = np.sin(x)
        return np.sum(x)

    elementwise = peak(lambda: value_and_grad(fifty)(big)) / (51 * big.nbytes)
    node = peak(lambda: value_and_grad(chain)(1.0)) / 1e5
    print(f"memory: {loss:.2f} for the loss, {objective:.2f} for the objective, {elementwise:.2f}")
    print(f"        for 50 operations on 10⁵ entries; bar {MEMORY_BAR}")
    print(f"        {node:.0f} bytes a node of a chain of numbers")
    gc.collect()
    gc.disable()
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    gradient(params, x, y)
    left = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    gc.enable()
    print(f"        {left} bytes left after a call, the garbage collector being off")
    return max(loss, objective, elementwise) <= MEMORY_BAR and left < 10_000


def main():
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=200, help="calls of each (default 200)")
    options = parser.parse_args()
    print(f"{platform.machine()}, {os.cpu_count()} cores, NumPy {np.__version__}")
    with threadpoolctl.threadpool_limits(1):
        kept = [gradients(options.rounds), chains(5), memory()]
    return 0 if all(kept) else 1


if __name__ == "__main__":
    sys.exit(main())
