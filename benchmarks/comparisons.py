"""What a derivative costs beside other tools, and what each device of the engine saves.

Seconds are of the processor, on one thread, in one process; the contestants take turns, and the
median of each is taken. What is compared is checked to agree first. A bar that is missed makes
the exit status 1.

    small     a chain of tanh on 8 numbers and an LSTM of width 8, against PyTorch and HIPS autograd
    gradbench GradBench's functions: gradient over function
    matrices  Jacobians and Hessians, against torch.func
    operation where the time of an operation on few numbers goes
    devices   a program for each device, without it and with it

With ``--record`` the tables are written to docs/measured, from which the book prints them.
"""

from __future__ import annotations

import argparse
import csv
import dataclasses
import datetime
import operator
import os
import platform
import statistics
import sys
import time
import tracemalloc
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from unittest import mock

import numpy as np
import threadpoolctl

from dlbook import nn
from dlbook.autodiff import grad, hessian, jacobian, primitive, reverse, value_and_grad
from dlbook.autodiff.dispatch import NumPyLevel
from dlbook.autodiff.table import TABLE
from dlbook.autodiff.traced import Traced
from dlbook.autodiff.transforms import Recorded

sys.path.insert(0, str(Path(__file__).parent / "gradbench"))
from objectives import MODULES

try:
    import autograd
    import autograd.numpy
    import torch
except ImportError as missing:
    print(f"{missing}: no comparisons")
    sys.exit(0)

#: Of PyTorch's time at most.
CHAIN_BAR, LSTM_BAR, MATRICES_BAR = 0.9, 0.65, 1.0
WIDTH, STEPS, LENGTH = 8, 300, 4000


def medians(functions, rounds):
    """Return the median seconds of each function, called in turn."""
    times = [[] for _ in functions]
    for _ in range(rounds):
        for function, mine in zip(functions, times, strict=True):
            started = time.process_time()
            function()
            mine.append(time.process_time() - started)
    return [statistics.median(mine) for mine in times]


def ms(seconds):
    """Return seconds in words."""
    return f"{1e3 * seconds:.3g} ms"


# ---- many small arrays -------------------------------------------------------------------


def chain(x, np=np):
    """Return the sum of what is left of some numbers after many steps."""
    for _ in range(LENGTH):
        x = np.tanh(x) * 1.01
    return np.sum(x)


def lstm(W, b, inputs, np=np, join=np.concatenate):
    """Return the squared length of what an LSTM remembers."""
    h, c = inputs[0] * 0, inputs[0] * 0
    for x in inputs:
        z = join([x, h]) @ W + b
        i, f, o = (1 / (1 + np.exp(-z[k : k + WIDTH])) for k in range(0, 3 * WIDTH, WIDTH))
        c = f * c + i * np.tanh(z[3 * WIDTH :])
        h = o * np.tanh(c)
    return np.sum(h * h)


def with_torch(f, *inputs):
    """Return the gradient of a function by the first of its inputs, by PyTorch."""
    first, *rest = (torch.tensor(x) for x in inputs)
    first.requires_grad_()
    f(first, *rest).backward()
    return first.grad.numpy()


def small(rounds):
    """Measure chains of operations on small arrays."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=WIDTH)
    W, b = rng.normal(size=(2 * WIDTH, 4 * WIDTH)) / 4, np.zeros(4 * WIDTH)
    inputs = rng.normal(size=(STEPS, WIDTH))
    others = autograd.numpy

    def torch_lstm(W, b, inputs):
        return lstm(W, b, inputs, torch, torch.cat)

    def others_lstm(W):
        return lstm(W, b, inputs, others, others.concatenate)

    cases = {
        f"chain of {LENGTH} tanh(v) * 1.01": [
            lambda: chain(x),
            lambda: grad(chain)(x),
            lambda: with_torch(lambda x: chain(x, torch), x),
            lambda: autograd.grad(lambda x: chain(x, others))(x),
        ],
        f"{STEPS} steps of an LSTM of width {WIDTH}": [
            lambda: lstm(W, b, inputs),
            lambda: grad(lstm)(W, b, inputs),
            lambda: with_torch(torch_lstm, W, b, inputs),
            lambda: autograd.grad(others_lstm)(W),
        ],
    }
    rows, kept = [], True
    for (name, runs), bar in zip(cases.items(), (CHAIN_BAR, LSTM_BAR), strict=True):
        for run in runs[2:]:
            np.testing.assert_allclose(run(), runs[1](), rtol=1e-8, atol=1e-12)
        forward, ours, *theirs = medians(runs, rounds)
        rows.append([name, ms(forward), ms(ours), *[f"{ours / t:.2f}" for t in theirs]])
        kept &= ours <= bar * theirs[0]
    head = ["program", "NumPy, without gradient", "gradient", "of PyTorch's", "of autograd's"]
    return [head, *rows], kept


# ---- GradBench ---------------------------------------------------------------------------


def gradbench_inputs():
    """Yield inputs of some modules, with the names of their function and its derivative."""
    rng = np.random.default_rng(0)
    for d, k, n in (2, 5, 1000), (10, 25, 1000), (32, 50, 1000), (10, 25, 10_000):
        arrays = {
            **{"alpha": rng.normal(size=k), "means": rng.normal(size=(k, d))},
            **{"icf": rng.normal(size=(k, d * (d + 1) // 2)), "x": rng.normal(size=(n, d))},
        }
        what = f"gmm, {n} points, {k} components, {d} dimensions"
        yield what, "gmm", "objective", "jacobian", {**arrays, "gamma": 1.0, "m": 0}
    for layers, length in (2, 256), (2, 1024), (4, 1024):
        arrays = {
            "main_params": rng.normal(size=(2 * layers, 56)),
            "extra_params": rng.normal(size=(3, 14)),
            "state": rng.normal(size=(2 * layers, 14)),
            "sequence": rng.random((length, 14)),
        }
        yield f"lstm, {layers} layers, {length} steps", "lstm", "objective", "jacobian", arrays
    repeated = {"cam": rng.normal(size=11), "x": rng.normal(size=3), "w": 0.7, "feat": [0.1, 0.2]}
    what = "ba, 5000 observations"
    yield what, "ba", "objective", "jacobian", {**repeated, "n": 20, "m": 1000, "p": 5000}
    points = {"points": rng.normal(size=(10_000, 8)), "centroids": rng.normal(size=(20, 8))}
    yield "kmeans, 10000 points, 20 centroids", "kmeans", "cost", "dir", points
    simple = "primal", "gradient"
    yield "llsq, 128 of 1024", "llsq", *simple, {"x": rng.normal(size=128), "n": 1024}
    yield "lse, 100000", "lse", *simple, {"x": rng.normal(size=100_000)}
    yield "det, 6 by 6", "det", *simple, {"A": rng.normal(size=36), "ell": 6}
    yield "ode, 100 equations, 100 steps", "ode", *simple, {"x": rng.normal(size=100), "s": 100}


def gradbench(rounds):
    """Measure derivatives over functions."""
    rows = [["function", "function alone", "its derivative", "ratio"]]
    for what, module, name, derivative, given in gradbench_inputs():
        functions = [MODULES[module][f] for f in (name, derivative)]
        arguments = functions[0].prepare(given)
        function, gradient = medians([partial(f.run, *arguments) for f in functions], rounds)
        rows.append([what, ms(function), ms(gradient), f"{gradient / function:.1f}"])
    return rows, True


# ---- matrices of derivatives -------------------------------------------------------------


def matrices(rounds):
    """Measure Jacobians and Hessians."""
    rows, kept = [["matrix", "n", "here", "of torch.func's"]], True
    rng = np.random.default_rng(0)
    for n in 10, 100, 1000:
        A, x = rng.normal(size=(n, n)) / n**0.5, rng.normal(size=n)
        S = A @ A.T
        tA, tS, tx = (torch.tensor(a) for a in (A, S, x))
        cases = {
            "Jacobian of tanh(Ax), backward": (
                lambda A=A, x=x: jacobian(lambda x: np.tanh(A @ x), mode="reverse")(x),
                lambda A=tA, x=tx: torch.func.jacrev(lambda x: torch.tanh(A @ x))(x),
            ),
            "Jacobian of tanh(Ax), forward": (
                lambda A=A, x=x: jacobian(lambda x: np.tanh(A @ x), mode="forward")(x),
                lambda A=tA, x=tx: torch.func.jacfwd(lambda x: torch.tanh(A @ x))(x),
            ),
            "Hessian of a quadratic form": (
                lambda S=S, x=x: hessian(lambda x: x @ (S @ x))(x),
                lambda S=tS, x=tx: torch.func.hessian(lambda x: x @ (S @ x))(x),
            ),
            "Hessian of log-sum-exp": (
                lambda x=x: hessian(lambda x: np.log(np.sum(np.exp(x))))(x),
                lambda x=tx: torch.func.hessian(lambda x: torch.logsumexp(x, 0))(x),
            ),
        }
        for name, (ours, theirs) in cases.items():
            np.testing.assert_allclose(ours(), theirs().numpy(), rtol=1e-9, atol=1e-12)
            mine, other = medians([ours, theirs], rounds)
            rows.append([name, n, ms(mine), f"{mine / other:.2f}"])
            kept &= mine < MATRICES_BAR * other
    return rows, kept


# ---- where the time of an operation goes -------------------------------------------------


class IdleLevel(NumPyLevel):
    """A level that is handed each operation, and does nothing."""

    __slots__ = ("answer",)

    def __init__(self, value):
        super().__init__()
        self.answer = Traced(value, self, None)

    def record(self, rule, function, operands, options):
        """Return always the same."""
        return self.answer


def local_derivatives(tape, seeds):
    """Return the calls of rules that a sweep makes, in its order."""
    adjoints, calls, seen = tape.pull(seeds, keep=True), [], set()
    for node in reversed(range(len(tape.rules))):
        rule, g = tape.rules[node], adjoints[node]
        if rule is None or g is None:
            continue
        ans, values, parents, options = tape.calls[node]
        for parent, vjp, value in zip(parents, rule.vjps, values, strict=False):
            if parent >= 0 and parent in seen and rule.add is not None:
                total = np.zeros_like(value)
                calls.append(partial(rule.add, total, g, ans, *values, **options))
            elif parent >= 0:
                calls.append(partial(vjp, g, ans, *values, **(options or {})))
            seen.add(parent)
    return calls


def operation(rounds):
    """Measure the parts of a gradient, for each operation of a program."""
    rng = np.random.default_rng(0)
    W, b = rng.normal(size=(2 * WIDTH, 4 * WIDTH)) / 4, np.zeros(4 * WIDTH)
    inputs = rng.normal(size=(STEPS, WIDTH))
    cases = {
        f"chain of {LENGTH} tanh(v) * 1.01": (chain, (rng.normal(size=WIDTH),), (torch,)),
        f"{STEPS} steps of an LSTM of width {WIDTH}": (lstm, (W, b, inputs), (torch, torch.cat)),
    }
    parts = ["NumPy alone", "handing over", "recording", "local derivatives", "sweep"]
    columns = [["µs an operation", *parts, "together", "PyTorch"]]
    for name, (f, args, theirs) in cases.items():

        def record(f=f, args=args):
            run = Recorded(f, args, {}, argnums=(0,))
            run.level.release()
            return run

        run = record()
        calls = local_derivatives(run.level.tape, {run.nodes[0]: 1.0})

        def derive(calls=calls):
            for call in calls:
                call()

        runs = [
            partial(f, *args),
            partial(f, IdleLevel(args[0]).answer, *args[1:]),
            record,
            derive,
            partial(grad(f), *args),
            partial(with_torch, lambda *given, f=f, theirs=theirs: f(*given, *theirs), *args),
        ]
        alone, handing, recorded, derived, whole, other = medians(runs, rounds)
        n = len(run.level.tape.rules) - 1
        found = [alone, handing, recorded - alone - handing, derived, whole - recorded - derived]
        found += [whole, other]
        columns.append([name, *[f"{1e6 * seconds / n:.2f}" for seconds in found]])
    return [list(row) for row in zip(*columns, strict=True)], True


# ---- devices -----------------------------------------------------------------------------


@contextmanager
def rule_changed(function, **changes):
    """Enter a function's rule with changes, for a while."""
    entry = TABLE[function]
    changed = dataclasses.replace(entry, rule=dataclasses.replace(entry.rule, **changes))
    with mock.patch.dict(TABLE, {function: changed}):
        yield


def without_entries():
    """Return an adjoint with zeros elsewhere for each entry that is taken."""
    return rule_changed(operator.getitem, add=None)


def without_sums_in_place():
    """Make a new array for each sum of adjoints."""
    added = reverse._added
    return mock.patch.object(reverse, "_added", lambda total, part, ours: added(total, part, False))


def without_one_number():
    """Fill an array for each adjoint that is the same everywhere."""
    return mock.patch.object(reverse, "_all_of_shape", return_value=False)


def without_short_slope():
    """Write the slope of tanh with its decaying exponential, in eight calls of NumPy."""

    @primitive
    def slope(x):
        e = np.exp(-2 * np.abs(x))
        return 4 * e / ((1 + e) * (1 + e))

    return rule_changed(np.tanh, vjps=[lambda g, ans, x: g * slope(x)])


@contextmanager
def without_own_rule():
    """Spell the loss out with functions of NumPy."""

    def spelled_out(z, y):
        z = z - np.max(z, axis=1, keepdims=True)
        scores = z - np.log(np.sum(np.exp(z), axis=1, keepdims=True))
        return -np.mean(scores[np.arange(len(y)), y])

    with mock.patch.object(nn, "cross_entropy", spelled_out):
        yield


def devices(rounds):
    """Measure a program for each device, without it and with it."""
    rng = np.random.default_rng(0)
    row, eight, wide, long = (rng.normal(size=n) for n in (2000, WIDTH, 10**5, 10**6))
    logits, labels = rng.normal(size=(256, 10)), rng.integers(0, 10, 256)
    cases = [
        (
            "entries add to one array",
            "sum of x[i] * x[i + 1]",
            without_entries,
            lambda: grad(lambda x: sum([x[i] * x[i + 1] for i in range(len(x) - 1)]))(row),
        ),
        (
            "sums of adjoints in place",
            "sum of 20 multiples of 10⁶ numbers",
            without_sums_in_place,
            lambda: grad(lambda x: np.sum(sum([x * float(i) for i in range(1, 21)])))(long),
        ),
        (
            "one number for an even adjoint",
            "sum of -2x, of 10⁵ numbers",
            without_one_number,
            lambda: grad(lambda x: np.sum(np.negative(x * 2.0)))(wide),
        ),
        (
            "slope of tanh in four calls",
            f"chain of {LENGTH} tanh",
            without_short_slope,
            lambda: grad(chain)(eight),
        ),
        (
            "a loss with a rule of its own",
            "cross-entropy of 256 examples",
            without_own_rule,
            lambda: value_and_grad(lambda z: nn.cross_entropy(z, labels))(logits),
        ),
    ]
    rows = [["device", "program", "without it", "with it"]]
    for device, program, without, run in cases:

        def bare(without=without, run=run):
            with without():
                return run()

        off, on = medians([bare, run], rounds)
        rows.append([device, program, ms(off), ms(on)])
    rows.append(["dropping what the sweep has used", "50 sines of 10⁵ numbers", *peaks(wide)])
    return rows, True


def peaks(x):
    """Return the peak of memory of a gradient if the sweep drops nothing, and as it is."""

    def f(x):
        for _ in range(50):
            x = np.sin(x)
        return np.sum(x)

    pull, found = reverse.Tape.pull, []

    def keeping(self, seeds, *, keep=False, once=False):
        return pull(self, seeds, keep=True)

    for patched in (keeping, pull):
        with mock.patch.object(reverse.Tape, "pull", patched):
            tracemalloc.start()
            grad(f)(x)
            found.append(f"{tracemalloc.get_traced_memory()[1] / 2**20:.0f} MiB")
            tracemalloc.stop()
    return found


# ---- the tables --------------------------------------------------------------------------


def machine():
    """Return on what this runs, and when."""
    rows = [
        ["date", datetime.datetime.now(datetime.UTC).date().isoformat()],
        ["processor", f"{platform.machine()}, {os.cpu_count()} cores, of which one is used"],
        ["Python", platform.python_version()],
        ["NumPy", np.__version__],
        ["PyTorch", torch.__version__],
    ]
    return [["measured", "on"], *rows]


def main():
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=7, help="calls of each (default 7)")
    parser.add_argument("--record", action="store_true", help="write docs/measured")
    options = parser.parse_args()
    torch.set_num_threads(1)
    tables, all_kept = {"machine": machine()}, True
    with threadpoolctl.threadpool_limits(1):
        for measure in (small, operation, gradbench, matrices, devices):
            tables[measure.__name__], kept = measure(options.rounds)
            all_kept &= kept
    for name, rows in tables.items():
        print(name)
        for row in rows:
            print(
                "   ", *[f"{cell!s:44}" if i == 0 else f"{cell!s:24}" for i, cell in enumerate(row)]
            )
        if options.record:
            folder = Path(__file__).parents[1] / "docs" / "measured"
            folder.mkdir(exist_ok=True)
            with (folder / f"autodiff-{name}.csv").open("w", newline="", encoding="utf-8") as file:
                csv.writer(file, lineterminator="\n").writerows(rows)
    print(
        f"bars: {CHAIN_BAR} and {LSTM_BAR} of PyTorch's time for many small arrays, "
        f"{MATRICES_BAR} for matrices"
    )
    return 0 if all_kept else 1


if __name__ == "__main__":
    sys.exit(main())
