"""Fit the constants of a differential equation to measurements, by derivatives of its solution.

Hares multiply and lynxes eat them: the equation of Lotka (1925) and Volterra (1926) has four
constants. Its solution is computed in steps, in plain NumPy, and differentiated through all of
them. Gauss's and Newton's method then fits the constants to noisy counts, and the same derivatives
say how far they can be off.
"""

from __future__ import annotations

import argparse

import numpy as np

from dlbook import autodiff

NAMES = "birth of hares", "hares eaten", "death of lynxes", "birth of lynxes"
TRUE = np.array([1.1, 0.4, 0.4, 0.1])
START = np.array([10.0, 2.0])
NOISE = 0.05  # of the logarithm of a count: about 5 %


def slope(state, constants):
    """Return how fast both numbers change."""
    hares, lynxes = state
    a, b, c, d = constants
    return np.stack([a * hares - b * hares * lynxes, d * hares * lynxes - c * lynxes])


def solution(constants, counts, step=0.1):
    """Return hares and lynxes at the times 1, 2, …, by the method of Runge and Kutta."""
    state, found = START, []
    for _ in range(counts):
        for _ in range(round(1 / step)):
            first = slope(state, constants)
            second = slope(state + step / 2 * first, constants)
            third = slope(state + step / 2 * second, constants)
            fourth = slope(state + step * third, constants)
            state = state + step / 6 * (first + 2 * second + 2 * third + fourth)
        found.append(state)
    return np.stack(found)


def fit(measured, guess, steps=20):
    """Return the constants of least squares, and the standard deviation of each."""

    def misses(logs):  # constants are positive, so their logarithms may be anything
        return np.ravel(np.log(solution(np.exp(logs), len(measured))) - np.log(measured)) / NOISE

    def loss(logs):
        return np.sum(misses(logs) ** 2)

    logs, slopes = np.log(guess), autodiff.jacobian(misses)
    for number in range(steps):
        J = slopes(logs)
        change = np.linalg.lstsq(J, -misses(logs), rcond=None)[0]
        while loss(logs + change) > loss(logs) and np.max(np.abs(change)) > 1e-9:
            change = change / 2
        logs = logs + change
        print(f"step {number + 1}: mean square {loss(logs) / len(J):.4f} of the noise's")
        if np.max(np.abs(change)) < 1e-6:
            break
    spread = np.sqrt(np.diag(np.linalg.inv(J.T @ J)))
    return np.exp(logs), np.exp(logs) * spread


def main(argv=None):
    """Fit the constants to counts that were made with known ones."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--counts", type=int, default=40, help="of both kinds (default: 40)")
    parser.add_argument("--fast", action="store_true", help="12 counts")
    options = parser.parse_args(argv)
    if options.counts < 3:
        parser.error("expected --counts ≥ 3")
    counts, rng = 12 if options.fast else options.counts, np.random.default_rng(0)
    measured = solution(TRUE, counts) * np.exp(NOISE * rng.normal(size=(counts, 2)))
    found, spread = fit(measured, guess=np.array([0.8, 0.5, 0.6, 0.15]))
    for name, one, off, true in zip(NAMES, found, spread, TRUE, strict=True):
        print(f"{name:<16}{one:.4f} ± {off:.4f}, in truth {true}")


if __name__ == "__main__":
    main()
