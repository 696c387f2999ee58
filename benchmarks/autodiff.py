"""What a derivative by `dlbook.autodiff` costs, in time and in memory.

Everything is measured side by side in one process on one thread; a bar that is missed makes the
exit status 1.

    gradient   loss and gradient of the MNIST network, written in plain NumPy as a user would,
               against the same forward run untraced and its backward run by hand
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

import numpy as np
import threadpoolctl

from dlbook import nn
from dlbook.autodiff import value_and_grad

ALPHA = 1e-3
PLAIN_BAR, NN_BAR, CHAIN_BAR, MEMORY_BAR = 1.35, 1.15, 0.25, 1.5


def penalty(p):
    """Return the sum of squares of the weights."""
    return ALPHA / 2 * (np.sum(p["W1"] ** 2) + np.sum(p["W2"] ** 2))


def forward(p, x, y):
    """Return the loss, in plain NumPy."""
    h = 1 / (1 + np.exp(-(x @ p["W1"] + p["b1"])))
    z = h @ p["W2"] + p["b2"]
    z = z - np.max(z, axis=1, keepdims=True)
    logp = z - np.log(np.sum(np.exp(z), axis=1, keepdims=True))
    return -np.mean(logp[np.arange(len(y)), y]) + penalty(p)


def forward_with_nn(p, x, y):
    """Return the loss, with the library's own function of logits and labels."""
    h = 1 / (1 + np.exp(-(x @ p["W1"] + p["b1"])))
    return nn.cross_entropy(h @ p["W2"] + p["b2"], y) + penalty(p)


def by_hand(p, x, y):
    """Return the loss and its gradient: the forward run as above, the backward one by hand."""
    n = len(y)
    h = 1 / (1 + np.exp(-(x @ p["W1"] + p["b1"])))
    z = h @ p["W2"] + p["b2"]
    z = z - np.max(z, axis=1, keepdims=True)
    e = np.exp(z)
    total = np.sum(e, axis=1, keepdims=True)
    logp = z - np.log(total)
    value = -np.mean(logp[np.arange(n), y]) + penalty(p)
    dz = e / total
    dz[np.arange(n), y] -= 1
    dz /= n
    dh = dz @ p["W2"].T * h * (1 - h)
    return value, {
        "W1": x.T @ dh + ALPHA * p["W1"],
        "b1": dh.sum(axis=0),
        "W2": h.T @ dz + ALPHA * p["W2"],
        "b2": dz.sum(axis=0),
    }


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
    plain, with_nn = value_and_grad(forward), value_and_grad(forward_with_nn)
    print("batch   by hand   plain NumPy   with nn")
    for batch in (64, 256, 1024):
        x, y = rng.random((batch, 784), np.float32), rng.integers(0, 10, batch)
        expected = by_hand(params, x, y)
        for found in (plain(params, x, y), with_nn(params, x, y)):
            for name in params:
                np.testing.assert_allclose(found[1][name], expected[1][name], atol=1e-6)
        hand, *ours = medians(
            [
                lambda x=x, y=y: by_hand(params, x, y),
                lambda x=x, y=y: plain(params, x, y),
                lambda x=x, y=y: with_nn(params, x, y),
            ],
            rounds if batch < 1024 else rounds // 4 + 1,
        )
        ratios = [seconds / hand for seconds in ours]
        print(f"{batch:5}{1e6 * hand:8.0f} µs {ratios[0]:13.2f} {ratios[1]:9.2f}")
        if batch < 1024:
            kept &= ratios[0] <= PLAIN_BAR and ratios[1] <= NN_BAR
    print(f"bars: {PLAIN_BAR} and {NN_BAR} at batches 64 and 256")
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
    # maximum, sum, log; the picked entries; squares of the weights.
    values = 6 * hidden + 5 * logits + 4 * column + params["W1"].nbytes + params["W2"].nbytes
    network = peak(lambda: value_and_grad(forward)(params, x, y)) / (values + size)

    big = np.ones(100_000)

    def fifty(x):
        for _ in range(50):
            x = np.sin(x)
        return np.sum(x)

    elementwise = peak(lambda: value_and_grad(fifty)(big)) / (51 * big.nbytes)
    node = peak(lambda: value_and_grad(chain)(1.0)) / 1e5
    print(f"memory: {network:.2f} for the network, {elementwise:.2f} for 50 operations on 10⁵")
    print(f"        entries, bar {MEMORY_BAR}; {node:.0f} bytes a node of a chain of numbers")
    gc.collect()
    gc.disable()
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    value_and_grad(forward)(params, x, y)
    left = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    gc.enable()
    print(f"        {left} bytes left after a call, the garbage collector being off")
    return network <= MEMORY_BAR and elementwise <= MEMORY_BAR and left < 10_000


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
