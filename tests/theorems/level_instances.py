"""Instances for chapters 1 and 2: landscapes with their gradients."""

import numpy as np

__all__ = [
    "WAYS",
    "basins",
    "basins_gradient",
    "is_differentiable",
    "peano",
    "square",
    "square_gradient",
    "torn",
    "ways",
]

#: Directions all around, in the plane.
WAYS = [np.array([np.cos(a), np.sin(a)]) for a in np.linspace(0, 2 * np.pi, 49)]


def ways(d):
    """Return directions all around, in d dimensions: in space the axes, and some between them."""
    if d == 2:
        return WAYS
    between = [np.array([1.0, -1.0, 0.5])[:d], np.array([0.3, 1.0, 1.0])[:d]]
    return [side * u / np.linalg.norm(u) for u in (*np.eye(d), *between) for side in (1, -1)]


def square(w):
    return np.sum(np.square(w))


def square_gradient(w):
    return 2 * np.asarray(w)


def basins(w):
    """Two basins, with a pass between them at 0."""
    return (w[0] ** 2 - 1) ** 2 + w[1] ** 2


def basins_gradient(w):
    return np.array([4 * w[0] * (w[0] ** 2 - 1), 2 * w[1]])


def torn(w):
    """Differentiable at 0, and torn along the first axis elsewhere."""
    bend = w[0] ** 2 + w[1] ** 2
    return w[1] + bend if w[1] >= 0 else w[1] - bend


def peano(w):
    """Has a minimum at 0 along every line, and none in the plane."""
    return (w[1] - w[0] ** 2) * (w[1] - 3 * w[0] ** 2)


def is_differentiable(f, x0, gradient, others=()):
    """Whether f(x0 + h) = f(x0) + gradient·h + o(|h|), tried on short h all around, and others."""
    return all(
        abs(f(x0 + h * u) - f(x0) - h * np.dot(gradient, u)) < 1e-2 * h * (1 + abs(f(x0)))
        for u in (*ways(len(x0)), *others)
        for h in (1e-4, 1e-5)
    )
