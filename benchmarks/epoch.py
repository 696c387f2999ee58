"""What the loop over batches costs beside one written by hand.

The hand-written epoch is what one would write for this network alone: every array that NumPy
can write to is made once, nothing is checked, nothing is called that need not be. `fit` with the
gradient of `nn.two_layer_value_and_grad`, which is derived by hand as well, does the same
arithmetic, and the two are compared bit by bit before they are timed. The book's runs are trained
with a gradient by autodiff (`dlbook.train.run`); their losses are compared to rounding.

Three ratios are measured, side by side in one process on one thread: of processor time, since
another program may take the clock's. The first and the last have bars (exit status 1 when one is
missed):

    epoch     one epoch of `fit`, its gradient by hand, against one hand-written epoch
    autodiff  one epoch of `fit` as the runs are trained, against one hand-written epoch
    run       ten epochs of the first with their evaluations, and the test set, against ten of those

Where PyTorch is installed, an epoch of its two usual ways is printed beside them: `nn` and
`optim.SGD` on batches that are indexed from one tensor, and the same with a `DataLoader`.
"""

from __future__ import annotations

import argparse
import functools
import os
import platform
import statistics
import sys
import time

import numpy as np
import threadpoolctl

from dlbook import data, nn, optimize, train, trees

EPOCH_BAR, RUN_BAR = 1.1, 1.4
RATE, ALPHA, BATCH, EPOCHS = 0.1, 1e-3, 64, 10
MODEL = nn.TwoLayer()


def by_hand(params, x, y, rng):
    """Train for one epoch, in place; return running loss and accuracy."""
    W1, b1, W2, b2 = params["W1"], params["b1"], params["W2"], params["b2"]
    G1, g1, G2, g2 = (np.empty_like(p) for p in (W1, b1, W2, b2))
    S1, s1, S2, s2 = (np.empty_like(p) for p in (W1, b1, W2, b2))
    steps = ((W1, G1, S1), (b1, g1, s1), (W2, G2, S2), (b2, g2, s2))
    xb = np.empty((BATCH, x.shape[1]), x.dtype)
    yb = np.empty(BATCH, y.dtype)
    H, D = np.empty((BATCH, len(b1)), x.dtype), np.empty((BATCH, len(b1)), x.dtype)
    Z, row = np.empty((BATCH, len(b2)), x.dtype), np.empty((BATCH, 1), x.dtype)
    best, hit = np.empty(BATCH, np.intp), np.empty(BATCH, bool)
    rows = np.arange(BATCH)
    loss, hits, n = 0.0, 0, len(x)
    order = rng.permutation(n)
    for start in range(0, n, BATCH):  # n is a multiple of BATCH here
        index = order[start : start + BATCH]
        np.take(x, index, axis=0, out=xb, mode="clip")
        np.take(y, index, out=yb, mode="clip")
        np.matmul(xb, W1, out=H)
        np.add(H, b1, out=H)
        np.negative(H, out=H)
        np.exp(H, out=H)
        np.add(H, 1, out=H)
        np.reciprocal(H, out=H)
        np.matmul(H, W2, out=Z)
        np.add(Z, b2, out=Z)
        Z.argmax(axis=1, out=best)
        np.equal(best, yb, out=hit)
        hits += np.count_nonzero(hit)
        np.maximum.reduce(Z, axis=1, keepdims=True, out=row)
        np.subtract(Z, row, out=Z)
        at_label = np.add.reduce(Z[rows, yb])
        np.exp(Z, out=Z)
        np.add.reduce(Z, axis=1, keepdims=True, out=row)
        np.divide(Z, row, out=Z)
        np.log(row, out=row)
        loss += float(np.add.reduce(row, axis=None) - at_label)
        Z[rows, yb] -= 1
        np.divide(Z, BATCH, out=Z)
        np.matmul(H.T, Z, out=G2)
        np.add.reduce(Z, axis=0, out=g2)
        np.matmul(Z, W2.T, out=D)
        np.multiply(D, H, out=D)
        np.subtract(1, H, out=H)
        np.multiply(D, H, out=D)
        np.matmul(xb.T, D, out=G1)
        np.add.reduce(D, axis=0, out=g1)
        np.multiply(W1, ALPHA, out=S1)
        np.add(G1, S1, out=G1)
        np.multiply(W2, ALPHA, out=S2)
        np.add(G2, S2, out=G2)
        for p, g, s in steps:
            np.multiply(g, RATE, out=s)
            np.subtract(p, s, out=p)
    return loss / n, hits / n


def fit(params, x, y, validation, epochs, rng, *, autodiff=False):
    """Train by `dlbook.train.fit`, with a gradient by hand or as `dlbook.train.run` has it."""
    parts = {"model": MODEL, "loss": nn.CrossEntropy(), "alpha": ALPHA}
    if autodiff:
        gradient = functools.partial(nn.objective_value_and_grad, **parts)
    else:
        gradient = functools.partial(
            nn.two_layer_value_and_grad, alpha=ALPHA, out=trees.map(np.empty_like, params)
        )
    return train.fit(
        functools.partial(nn.objective, **parts),
        params,
        data.Split(x, y),
        validation,
        model=MODEL,
        optimiser=optimize.GradientDescent(RATE),
        epochs=epochs,
        batch_size=BATCH,
        rng=rng,
        value_and_grad=gradient,
        progress=False,
    )


def torch_epochs(x, y):
    """Return an epoch in each of PyTorch's usual ways, as functions; none without PyTorch."""
    try:
        import torch
    except ModuleNotFoundError:
        return {}
    torch.set_num_threads(1)
    images, labels = torch.from_numpy(x), torch.from_numpy(y.astype(np.int64))
    network = torch.nn.Sequential(
        torch.nn.Linear(784, 128), torch.nn.Sigmoid(), torch.nn.Linear(128, 10)
    )
    groups = [  # the penalty is on weights alone
        {"params": [p for p in network.parameters() if p.ndim > 1], "weight_decay": ALPHA},
        {"params": [p for p in network.parameters() if p.ndim == 1]},
    ]
    sgd = torch.optim.SGD(groups, lr=RATE)

    def train_on(batches):
        loss_sum, hits = 0.0, 0
        for xb, yb in batches:
            logits = network(xb)
            loss = torch.nn.functional.cross_entropy(logits, yb)
            sgd.zero_grad()
            loss.backward()
            sgd.step()
            loss_sum += len(yb) * loss.item()
            hits += int((logits.argmax(dim=1) == yb).sum())

    loader = torch.utils.data.DataLoader(
        torch.utils.data.TensorDataset(images, labels), BATCH, shuffle=True
    )
    return {
        "nn, indexed": lambda: train_on(
            (images[i], labels[i]) for i in torch.randperm(len(images)).split(BATCH)
        ),
        "nn, loader": lambda: train_on(loader),
    }


def seconds(function):
    """Return the processor time that a call takes."""
    started = time.process_time()
    function()
    return time.process_time() - started


def rows_of(split):
    """Return images as rows of numbers from 0 to 1."""
    return data.Split(split.x.reshape(len(split), -1).astype(np.float32) / 255, split.y)


def main():
    """Compare, measure, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=7, help="epochs of each kind (default: 7)")
    rounds = parser.parse_args().rounds

    mnist = data.mnist()
    first, last = mnist.train.divide(48_000)
    examples, validation, test = rows_of(first), rows_of(last), rows_of(mnist.test)
    x, y = examples.x, examples.y.astype(np.intp)
    few = data.Split(validation.x[:1], validation.y[:1])  # an epoch alone evaluates next to nothing
    start = MODEL.init(np.random.default_rng(0))

    # The same arithmetic, to the last bit: otherwise the comparison would mean nothing.
    params = trees.map(np.copy, start)
    _, accuracy = by_hand(params, x, y, np.random.default_rng(1))
    fitted = fit(start, x, y, few, 1, np.random.default_rng(1))
    same = trees.leaves(trees.map(np.array_equal, params, fitted.params))
    if not all(same) or fitted.history.train_accuracy[0] != accuracy:
        sys.exit("the hand-written epoch and the library's differ in their results")
    by_autodiff = fit(start, x, y, few, 1, np.random.default_rng(1), autodiff=True)
    losses = (fitted.history.step_loss, by_autodiff.history.step_loss)
    if not np.allclose(*losses, rtol=1e-2):  # roundings grow over the steps
        sys.exit("the gradient by hand and the one by autodiff train differently")

    def by_hand_once():
        by_hand(trees.map(np.copy, start), x, y, np.random.default_rng(1))

    def run():
        best = fit(start, x, y, validation, EPOCHS, np.random.default_rng(1))
        train.evaluate(MODEL, best.params, test)

    def once(autodiff):
        fit(start, x, y, few, 1, np.random.default_rng(1), autodiff=autodiff)

    hand, ours, derived = [], [], []
    for _ in range(rounds):
        hand.append(seconds(by_hand_once))
        ours.append(seconds(lambda: once(False)))
        derived.append(seconds(lambda: once(True)))
    runs, tens = [], []
    for _ in range(max(rounds // 2, 1)):
        runs.append(seconds(run))
        tens.append(sum(seconds(by_hand_once) for _ in range(EPOCHS)))

    print(
        f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()},",
        end=" ",
    )
    print(f"NumPy {np.__version__}, one thread; medians of {rounds} and {len(runs)}")
    print(f"{'':8}{'by hand':>10}{'dlbook':>10}{'ratio':>8}{'bar':>6}")
    for name, epoch in torch_epochs(x, y).items():
        quotients = [seconds(epoch) / seconds(by_hand_once) for _ in range(max(rounds // 2, 1))]
        print(f"PyTorch, {name:13} {statistics.median(quotients):17.3f}  of an epoch by hand")
    missed = False
    for name, theirs, mine, bar in (
        ("epoch", hand, ours, EPOCH_BAR),
        ("autodiff", hand, derived, None),
        ("run", tens, runs, RUN_BAR),
    ):
        # A ratio for each pair: what else the machine does disturbs both of a pair alike.
        ratio = statistics.median(b / a for a, b in zip(theirs, mine, strict=True))
        a, b = statistics.median(theirs), statistics.median(mine)
        line = f"{name:8}{a:8.3f} s{b:8.3f} s{ratio:8.3f}"
        if bar is not None:
            missed |= ratio > bar
            line += f"{bar:6.1f}{'  MISSED' * (ratio > bar)}"
        print(line)
    return int(missed)


if __name__ == "__main__":
    with threadpoolctl.threadpool_limits(1):
        sys.exit(main())
