"""Functions with their gradients and Hessians, for Newton's method in chapter 14A."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import strategies as st

__all__ = [
    "Smooth",
    "bowl",
    "cubic",
    "folded",
    "harmonic",
    "lopsided",
    "quartic",
    "ridge",
    "root_like",
    "shaky",
    "smooth_functions",
    "spectral",
    "thin",
    "uv",
]


@dataclass
class Smooth:
    """A function's gradient and Hessian."""

    gradient: Any
    hessian: Any


def spectral(matrix):
    return np.linalg.norm(matrix, 2)


def bowl(matrix):
    """Return wᵀAw/2."""
    matrix = np.array(matrix, float)
    return Smooth(lambda w: matrix @ w, lambda w: matrix)


def cubic(M=1.0):
    """Return w²/2 - M|w|³/6, whose Hessian 1 - M|w| is M-Lipschitz."""
    return Smooth(lambda w: w - M * w * np.abs(w) / 2, lambda w: np.diag(1 - M * np.abs(w)))


def ridge(u):
    """Return |w|²/2 - |u·w|³/6 for a unit vector u: the cubic in its direction."""
    u = np.array(u, float)
    return Smooth(
        lambda w: w - u * (u @ w) * abs(u @ w) / 2,
        lambda w: np.eye(len(u)) - abs(u @ w) * np.outer(u, u),
    )


def harmonic():
    """Return |w|²/2 + (u³ - 3uv²)/6: its Hessian moves by |x - y| in two directions at once."""
    return Smooth(
        lambda w: w + np.array([w[0] ** 2 - w[1] ** 2, -2 * w[0] * w[1]]) / 2,
        lambda w: np.eye(2) + np.array([[w[0], -w[1]], [-w[1], -w[0]]]),
    )


def quartic():
    return Smooth(lambda w: 4 * w**3, lambda w: np.diag(12 * w**2))


def root_like():
    """Return w² + |w|^{5/2}."""
    return Smooth(
        lambda w: 2 * w + 2.5 * np.sign(w) * np.abs(w) ** 1.5,
        lambda w: np.diag(2 + 3.75 * np.sqrt(np.abs(w))),
    )


def folded():
    """Have the Hessian 1 - |w|, which leaps at .3 to 1 + |w|: as near to 1 as it is far from 0."""
    knots, curves = np.array([0.0, 0.3, 0.31, 2.0]), np.array([1.0, 0.7, 1.31, 3.0])
    areas = np.cumsum([0.0, *np.diff(knots) * (curves[1:] + curves[:-1]) / 2])

    def curve(w):
        return np.interp(np.abs(w), knots, curves)

    def gradient(w):
        k = np.searchsorted(knots, np.abs(w), side="right") - 1
        return np.sign(w) * (areas[k] + (np.abs(w) - knots[k]) * (curves[k] + curve(w)) / 2)

    return Smooth(gradient, lambda w: np.diag(curve(w)))


@st.composite
def smooth_functions(draw, d):
    """Draw wᵀAw/2 + Σ cᵢ sin(aᵢ·w) - its slope at 0, which has its critical point at 0.

    Returns the function, a lower bound of the curvature at 0, and a Lipschitz constant.
    """
    rng = np.random.default_rng(draw(st.integers(0, 2**16)))
    A = rng.uniform(-1, 1, (d, d))
    A = A @ A.T + np.eye(d)
    rows, c = rng.uniform(-1, 1, (3, d)), rng.uniform(-0.3, 0.3, 3)

    def gradient(w):
        return A @ w + rows.T @ (c * (np.cos(rows @ w) - 1))

    def hessian(w):
        return A - rows.T @ np.diag(c * np.sin(rows @ w)) @ rows

    lipschitz = sum(abs(ci) * np.linalg.norm(row) ** 3 for ci, row in zip(c, rows, strict=True))
    return (
        Smooth(gradient, hessian),
        float(np.linalg.eigvalsh(hessian(np.zeros(d))).min()),
        lipschitz,
    )


def uv(w):
    """Return uv(u² - v²)/(u² + v²), 0 at the origin: its mixed derivatives there differ."""
    u, v = w
    return u * v * (u * u - v * v) / (u * u + v * v) if u or v else 0.0


def shaky(w):
    """Return uv + u⁴ s(1/u), s a row of parabolas: ∂_1 is differentiable at 0, and not nearby."""
    u, v = w
    turn = (1 / u + 1) % 2 - 1 if u else 0.0
    return u * v + u**4 * turn * (1 - abs(turn))


def lopsided(w):
    """Have the partial derivatives of ∂_1 and ∂_2 at 0, which are 0, and kinks along (1, 1)."""
    u, v = w
    return 4 * u**3 * v**2 / np.hypot(u, v) ** 3 if u or v else 0.0


def thin(w):
    """Return uv·exp(-(v/u²)²), 0 where u = 0: ∂_1 of it is differentiable at 0, and ∂_2 is not."""
    u, v = w
    return u * v * np.exp(-((v / u**2) ** 2)) if u else 0.0
