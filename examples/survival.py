"""Fit a survival model: how long pumps run, of which many have not failed when the study ends.

A pump that still runs at the end is censored: its lifetime is only known to be longer. Lifetimes
are Weibull's, and their scale depends on load and heat. The negative log-likelihood is plain NumPy
code. SciPy minimises it by its gradient and its Hessian, and the Hessian also says how far each
number can be off. The data are made with known parameters, which are printed beside those found.
"""

from __future__ import annotations

import argparse
import sys

import numpy as np

from dlbook import autodiff

try:
    from scipy.optimize import minimize
except ModuleNotFoundError:
    sys.exit("survival.py: SciPy is not installed; pip install scipy installs it")

NAMES = "log of the scale", "effect of load", "effect of heat", "log of the shape"
TRUE = np.array([3.0, -0.7, -0.3, 0.4])
END = 30.0  # months that a study lasts; pumps start at any time in the first half of it


def study(rng, pumps):
    """Return load and heat of each pump, how long it was seen to run, and whether it failed."""
    conditions = np.stack([np.ones(pumps), rng.normal(size=pumps), rng.normal(size=pumps)], axis=1)
    scale, shape = np.exp(conditions @ TRUE[:3]), np.exp(TRUE[3])
    lifetimes, seen = scale * rng.weibull(shape, pumps), rng.uniform(END / 2, END, pumps)
    return conditions, np.minimum(lifetimes, seen), lifetimes <= seen


def surprise(parameters, conditions, months, failed):
    """Return the negative log-likelihood: densities of failures, tails of all that ran on.

    With z = shape log(t / scale) the tail is P(T > t) = exp(-exp(z)); the density is the tail times
    the hazard, which is shape exp(z) / t.
    """
    z = np.exp(parameters[3]) * (np.log(months) - conditions @ parameters[:3])
    log_hazard = parameters[3] + z - np.log(months)
    return np.sum(np.exp(z)) - np.sum(np.where(failed, log_hazard, 0.0))


def fit(*data):
    """Return the most likely parameters, and the standard error of each."""
    gradient, hessian = autodiff.value_and_grad(surprise), autodiff.hessian(surprise)
    guess, newton = np.zeros(len(NAMES)), "trust-exact"
    found = minimize(gradient, guess, data, newton, jac=True, hess=hessian).x
    return found, np.sqrt(np.diag(np.linalg.inv(hessian(found, *data))))


def main(argv=None):
    """Fit the model to a study that was made with known parameters."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pumps", type=int, default=2000, help="in the study (default: 2000)")
    parser.add_argument("--fast", action="store_true", help="300 pumps")
    options = parser.parse_args(argv)
    if options.pumps < 20:
        parser.error("expected --pumps ≥ 20")
    data = study(np.random.default_rng(0), 300 if options.fast else options.pumps)
    print(f"{len(data[2])} pumps, of which {np.mean(~data[2]):.0%} had not failed when last seen")
    for name, one, off, true in zip(NAMES, *fit(*data), TRUE, strict=True):
        print(f"{name:<18}{one:7.3f} ± {off:.3f}, in truth {true:4}")


if __name__ == "__main__":
    main()
