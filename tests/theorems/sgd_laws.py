"""The exact law of stochastic gradient descent on the targets 2 and -1, by all its paths."""

from itertools import product

__all__ = ["SIGNS", "paths", "step"]

#: The samples with their probabilities.
SIGNS = ((1, 0.5), (-1, 0.5))


def step(e, eta, xi, half_gap=1.5):
    """The error after a step."""
    return (1 - eta) * e + half_gap * eta * xi


def paths(steps, samples=SIGNS):
    """Yield every sequence of samples with its probability."""
    for path in product(samples, repeat=steps):
        weight = 1.0
        for _, probability in path:
            weight *= probability
        yield [xi for xi, _ in path], weight
