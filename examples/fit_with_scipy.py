"""Fit two models with SciPy's optimisers, which get their gradients from dlbook.autodiff.

Both losses are plain NumPy, so nothing has to be derived by hand. A logistic model tells threes
from fives among MNIST's digits. A Gaussian process chooses its length scale, amplitude and noise
by its marginal likelihood, which contains a solution of linear equations and a determinant.
"""

from __future__ import annotations

import argparse
import sys

import numpy as np

from dlbook import autodiff, data

try:
    from scipy.optimize import minimize
except ModuleNotFoundError:
    sys.exit("fit_with_scipy.py: SciPy is not installed; pip install scipy installs it")


def logistic(images):
    """Fit a logistic model to threes and fives; return its share of right answers on new ones."""

    def threes_and_fives(split):
        chosen = np.isin(split.y, (3, 5))
        rows = split.x[chosen].reshape(np.count_nonzero(chosen), -1) / 255
        return rows, np.where(split.y[chosen] == 5, 1.0, -1.0)

    mnist = data.mnist()
    x, sign = threes_and_fives(mnist.train)
    x, sign = x[:images], sign[:images]

    def loss(weights):
        margins = sign * (x @ weights[1:] + weights[0])
        return np.mean(np.logaddexp(0, -margins)) + 1e-2 / 2 * np.sum(weights[1:] ** 2)

    found = minimize(autodiff.value_and_grad(loss), np.zeros(785), jac=True, method="L-BFGS-B")
    test, expected = threes_and_fives(mnist.test)
    right = np.mean(np.sign(test @ found.x[1:] + found.x[0]) == expected)
    print(
        f"logistic model: loss {found.fun:.4f} after {found.nit} iterations, {found.nfev} gradients"
    )
    print(f"                {right:.1%} of the threes and fives of the test images read correctly")
    return right


def surprise(K, y):
    """Return -log N(y; 0, K), for a positive definite matrix K."""
    return 0.5 * y @ np.linalg.solve(K, y) + 0.5 * np.linalg.slogdet(2 * np.pi * K)[1]


def gaussian_process(points):
    """Fit a Gaussian process to noisy values of a sine; return its error on the sine itself."""
    rng = np.random.default_rng(0)
    x = np.sort(rng.uniform(0, 10, points))
    y = np.sin(x) + 0.2 * rng.normal(size=points)

    def covariance(a, b, logs):
        length, amplitude = np.exp(logs[0]), np.exp(logs[1])
        return amplitude**2 * np.exp(-((a[:, None] - b[None, :]) ** 2) / (2 * length**2))

    def objective(logs):  # logarithms, so that every number is allowed
        return surprise(covariance(x, x, logs) + np.exp(2 * logs[2]) * np.eye(points), y)

    found = minimize(autodiff.value_and_grad(objective), np.zeros(3), jac=True, method="BFGS")
    length, amplitude, noise = np.exp(found.x)
    K = covariance(x, x, found.x) + noise**2 * np.eye(points)
    new = np.linspace(0.5, 9.5, 200)
    mean = covariance(new, x, found.x) @ np.linalg.solve(K, y)
    error = np.sqrt(np.mean((mean - np.sin(new)) ** 2))
    print(f"Gaussian process: length {length:.2f}, amplitude {amplitude:.2f}, noise {noise:.3f}")
    print(f"                  error {error:.3f} where the noise has standard deviation 0.2")
    return error


def main(argv=None):
    """Fit both models."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=int, default=6000, help="to train on (default: 6000)")
    parser.add_argument("--points", type=int, default=100, help="of the sine (default: 100)")
    parser.add_argument("--fast", action="store_true", help="500 images and 40 points")
    options = parser.parse_args(argv)
    if options.images < 1 or options.points < 2:
        parser.error("expected --images ≥ 1 and --points ≥ 2")
    logistic(500 if options.fast else options.images)
    gaussian_process(40 if options.fast else options.points)


if __name__ == "__main__":
    main()
