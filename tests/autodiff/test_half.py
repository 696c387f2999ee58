"""float16 ends at 65504 and counts to 2048; derivatives of more entries are right all the same."""

import numpy as np
import pytest

from dlbook.autodiff import grad, jvp

N = 70_000
_RNG = np.random.default_rng(0)
X, PAIRS = _RNG.uniform(0.5, 1.5, N), _RNG.uniform(0.5, 1.5, (N, 2))
ONES, THREE = np.ones(N), np.ones(3)
MASK = np.arange(N) % 7 > 0
HALF = np.ones((N, 3), np.float16)
RAMP = (np.arange(N) / N).astype(np.float16)
SMALLEST = 6e-8  # of the numbers > 0, which have no digits to spare

#: Functions whose value is a moderate number that NumPy itself gets right in float16.
CASES = {
    "mean": (np.mean, X),
    "mean of columns": (lambda x: np.sum(np.mean(x, axis=0)), PAIRS),
    "mean where": (lambda x: np.mean(x, where=MASK), X),
    "mean of columns where": (lambda x: np.sum(np.mean(x, 0, where=MASK[:, None])), PAIRS),
    "average": (np.average, X),
    "weighted average": (lambda x: np.average(x, weights=HALF[:, 0] * np.float16(0.01)), X),
    "nanmean": (np.nanmean, X),
    "var": (lambda x: np.var(x * np.float16(0.5)), X),
    "var where": (lambda x: np.var(x, where=MASK), X),
    "var of columns": (lambda x: np.sum(np.var(x, 0)), PAIRS),
    "std": (lambda x: np.std(x * np.float16(0.5)), X),
    "std with ddof": (lambda x: np.std(x * np.float16(0.5), ddof=1), X),
    "ties of max": (np.max, ONES),
    "ties of min": (np.min, ONES),
    "ties of max in columns": (lambda x: np.sum(np.max(x, 0)), np.ones((N, 2))),
    "ties of max where": (lambda x: np.max(x, where=MASK, initial=-1), ONES),
    "ties of nanmax": (np.nanmax, ONES),
    "ptp": (np.ptp, X),
    "quantile": (lambda b: np.quantile(b[0] * RAMP, 0.3), THREE[:1]),
    "a row that is added": (lambda b: np.mean(b + 0 * HALF), THREE),
    "a row that is multiplied": (lambda b: np.mean(b * HALF), THREE),
    "a number that is added": (lambda b: np.mean(b[0] + 0 * HALF), THREE),
    "a column": (lambda b: np.mean(b * HALF.T), np.ones((3, 1))),
    "a number": (lambda b: np.mean(b * HALF[:, 0]), np.float64(1.5)),
    "broadcast_to": (lambda b: np.mean(np.broadcast_to(b, (N, 3))), THREE),
    "tile": (lambda b: np.mean(np.tile(b, N)), THREE),
    "repeat": (lambda b: np.mean(np.repeat(b, N)), THREE),
    "by integers": (lambda b: np.mean(b[np.zeros(N, int)]), THREE),
    "clip": (lambda b: np.mean(np.clip(3 * HALF[:, 0], 0, b)), THREE[:1]),
    "where": (lambda b: np.mean(np.where(MASK, b, 0)), THREE[:1]),
    "cumsum": (lambda x: np.mean(np.cumsum(x)), X * 1e-5),
    "matmul": (lambda b: np.mean(HALF @ b), THREE),
    "einsum": (lambda b: np.mean(np.einsum("ij,j->i", HALF, b)), THREE),
    "outer": (lambda b: np.mean(np.outer(HALF[:, 0], b)), THREE),
    "linspace": (lambda b: np.mean(np.linspace(b[0], b[1], N)), THREE),
}


@pytest.mark.parametrize(("f", "x"), CASES.values(), ids=CASES)
def test_many_entries(f, x):
    half = x.astype(np.float16)
    gradient, wanted = grad(f)(half), grad(f)(half.astype(float))
    assert gradient.dtype == np.float16
    size = np.max(np.abs(wanted))
    np.testing.assert_allclose(gradient, wanted, rtol=5e-3, atol=5e-3 * size + SMALLEST)
    # Forward mode sums in float16 what NumPy sums in float16; single entries it gets right.
    direction = np.zeros_like(half)
    direction[()] = 0.5 * (np.abs(wanted) == size)
    moved = jvp(f, (half,), (direction,))[1]
    wanted = jvp(f, (half.astype(float),), (direction.astype(float),))[1]
    if np.count_nonzero(direction) < 1000:
        np.testing.assert_allclose(moved, wanted, rtol=5e-3)


@pytest.mark.parametrize("f", [np.mean, np.max, np.min, lambda x: np.mean(x, where=MASK)])
def test_forward_mode_of_means_and_ties(f):
    assert jvp(f, (ONES.astype(np.float16),), (HALF[:, 0] / 2,))[1] == 0.5
