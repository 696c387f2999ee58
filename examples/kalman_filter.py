"""Fit a model of time series by differentiating through the Kalman filter.

A level drifts with a slope that wanders itself, and is measured with noise. The filter of Kalman
(1960) follows both and returns, step by step, the likelihood of the measurements. It is plain
NumPy, and its gradient, through all of the steps, tells SciPy how to choose the three standard
deviations. The same likelihood is computed once more from the covariances of all measurements.
"""

from __future__ import annotations

import argparse
import sys

import numpy as np

from dlbook import autodiff

try:
    from scipy.optimize import minimize
    from scipy.stats import multivariate_normal
except ModuleNotFoundError:
    sys.exit("kalman_filter.py: SciPy is not installed; pip install scipy installs it")

NAMES = "steps of the level", "steps of the slope", "noise"
TRUE = np.array([1.0, 0.3, 1.0])  # standard deviations
START = np.array([4.0, 0.25])  # variances of the first level and slope, whose means are 0
STEP = np.array([[1.0, 1.0], [0.0, 1.0]])  # the level moves by the slope


def series(rng, n):
    """Return n measurements."""
    state, found = np.sqrt(START) * rng.normal(size=2), []
    for _ in range(n):
        found.append(state[0] + TRUE[2] * rng.normal())
        state = STEP @ state + TRUE[:2] * rng.normal(size=2)
    return np.array(found)


def surprise(logs, measured):
    """Return the negative log-likelihood, given the logarithms of the standard deviations."""
    variances = np.exp(2 * logs)
    mean, covariance, total = np.zeros(2), np.diag(START), 0.0
    for value in measured:
        variance = covariance[0, 0] + variances[2]  # of the measurement, given those before it
        missed = value - mean[0]
        total = total + 0.5 * (np.log(2 * np.pi * variance) + missed**2 / variance)
        gain = covariance[:, 0] / variance
        mean = STEP @ (mean + gain * missed)
        left = covariance - np.outer(gain, covariance[0])
        covariance = STEP @ left @ STEP.T + np.diag(variances[:2])
    return total


def surprise_at_once(logs, measured):
    """Return the same from the joint density, without a filter.

    The level at time t is the first one, t times the first slope, all steps of the level up to t,
    and each step of the slope as often as it was added.
    """
    level, slope, noise = np.exp(2 * logs)
    t = np.arange(len(measured))
    added = np.maximum(t[:, None] - t[1:], 0)
    covariance = START[0] + START[1] * np.outer(t, t) + slope * added @ added.T
    covariance = covariance + level * np.minimum.outer(t, t) + noise * np.eye(len(t))
    return -multivariate_normal.logpdf(measured, cov=covariance)


def fit(measured):
    """Return the most likely standard deviations, and the standard error of each."""
    gradient, guess = autodiff.value_and_grad(surprise), np.zeros(len(NAMES))
    found = minimize(gradient, guess, args=(measured,), jac=True, method="BFGS")
    information = autodiff.hessian(surprise)(found.x, measured)
    spread = np.exp(found.x) * np.sqrt(np.diag(np.linalg.inv(information)))
    return np.exp(found.x), spread


def main(argv=None):
    """Fit the model to a series that was made with known standard deviations."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--length", type=int, default=400, help="of the series (default: 400)")
    parser.add_argument("--fast", action="store_true", help="150 measurements")
    options = parser.parse_args(argv)
    if options.length < 50:
        parser.error("expected --length ≥ 50")
    measured = series(np.random.default_rng(0), 150 if options.fast else options.length)
    found, spread = fit(measured)
    for name, one, off, true in zip(NAMES, found, spread, TRUE, strict=True):
        print(f"{name:<20}{one:.3f} ± {off:.3f}, in truth {true}")
    print(f"log-likelihood by the filter {-surprise(np.log(found), measured):.6f}")
    print(f"and from all at once         {-surprise_at_once(np.log(found), measured):.6f}")


if __name__ == "__main__":
    main()
