"""Instances for chapter 7: functions between two bowls, by gradient, and the chapter's methods."""

import numpy as np
from descents import log_cosh, vectors
from hypothesis import strategies as st

from dlbook.autodiff import grad
from dlbook.optimize import HeavyBall, Nesterov

__all__ = [
    "Function",
    "above",
    "around",
    "below",
    "bent",
    "bowl",
    "descent",
    "falling",
    "flat",
    "heavy_ball",
    "hill",
    "huber",
    "late",
    "moved",
    "nesterov",
    "plateau",
    "power",
    "quadratic",
    "quadratics",
    "sloped",
    "smooth_functions",
    "steep",
]

ONE = np.array([1.0])


class Function:
    """A function with its gradient: by hand, or else by autodiff."""

    def __init__(self, value, slope=None):
        self.value, self.slope = value, grad(value) if slope is None else slope

    def __call__(self, w):
        return float(self.value(w))


def bowl(m):
    """Return m/2 |w|²."""
    return Function(lambda w: m / 2 * np.sum(w * w), lambda w: m * w)


def huber(delta=1.0):
    """Return the Huber function, its slope cut off at ±delta."""

    def value(w):
        a = np.abs(w)
        return np.sum(np.where(a <= delta, w * w / 2, delta * a - delta**2 / 2))

    return Function(value, lambda w: np.clip(w, -delta, delta))


def power():
    """Return |w|^(3/2), whose slope changes infinitely fast at 0."""
    return Function(
        lambda w: np.sum(np.abs(w) ** 1.5), lambda w: 1.5 * np.sign(w) * np.sqrt(np.abs(w))
    )


def steep():
    """Return w²/4 + |w|^(3/2): strongly convex with m = ½, and not smooth."""
    return Function(
        lambda w: np.sum(w * w / 4 + np.abs(w) ** 1.5),
        lambda w: w / 2 + 1.5 * np.sign(w) * np.sqrt(np.abs(w)),
    )


def hill(sign=1):
    """Return ±cos w, which is 1-smooth and not convex."""
    return Function(lambda w: sign * np.sum(np.cos(w)), lambda w: -sign * np.sin(w))


def falling():
    """Return log(1 + e^-w), which has no minimiser."""
    return Function(lambda w: np.sum(np.logaddexp(0, -w)), lambda w: -1 / (1 + np.exp(w)))


def flat():
    """Return half the squared distance from [-1, 1], whose points are all minimisers."""
    return Function(
        lambda w: np.sum(np.maximum(np.abs(w) - 1, 0.0) ** 2) / 2,
        lambda w: np.sign(w) * np.maximum(np.abs(w) - 1, 0.0),
    )


def plateau():
    """Return a function with the minimiser 0 and, higher up, a critical point at 1."""

    def value(w):
        w = np.abs(w)
        return np.sum(np.where(w < 0.5, w * w / 2, 0.25 + (w - 1) * np.abs(w - 1) / 2))

    def slope(w):
        size = np.abs(w)
        return np.sign(w) * np.where(size < 0.5, size, np.abs(size - 1))

    return Function(value, slope)


def bent():
    """Return the function on which heavy ball cycles: slopes 25, 1 from 1 to 2, and 25."""

    def value(w):
        outer = np.where(w < 1, 12.5 * w * w, 12.5 * w * w - 24 * w + 36)
        return np.sum(np.where((w >= 1) & (w < 2), w * w / 2 + 24 * w - 12, outer))

    def slope(w):
        return np.where(w < 1, 25 * w, np.where(w < 2, w + 24, 25 * w - 24))

    return Function(value, slope)


def late():
    """Return a function with slopes 1 up to 1 and 25 beyond."""
    return Function(
        lambda w: np.sum(np.where(w < 1, w * w / 2, 12.5 * w * w - 24 * w + 12)),
        lambda w: np.where(w < 1, w, 25 * w - 24),
    )


def sloped(*places):
    """Return a function of one variable: its value at 0 is 0, its slope at each place is given.

    The slope is linear from place to place, and constant before the first and behind the last.
    """
    x, y = np.array(sorted(places), float).T
    ends = np.concatenate([[0.0], np.cumsum(np.diff(x) * (y[1:] + y[:-1]) / 2)])

    def integral(t):
        k = max(np.searchsorted(x, t) - 1, 0)
        return ends[k] + (t - x[k]) * (y[k] + np.interp(t, x, y)) / 2

    return Function(
        lambda w: integral(w[0]) - integral(0.0), lambda w: np.array([np.interp(w[0], x, y)])
    )


def moved(f, star, by):
    """Return the function whose graph is that of f, moved from 0 to w* and up."""
    return Function(lambda w: f(w - star) + by, lambda w: f.slope(w - star))


def quadratic(A):
    """Return ½ wᵀAw."""
    A = np.atleast_2d(np.asarray(A, float))
    return Function(lambda w: w @ A @ w / 2, lambda w: A @ w)


@st.composite
def quadratics(draw, most=3):
    """Draw a symmetric matrix with eigenvalues from m to L, and both."""
    d = draw(st.integers(1, most))
    values = np.array(draw(st.lists(st.floats(0.05, 4), min_size=d, max_size=d)))
    low, high = values.min() * draw(st.floats(0.5, 1)), values.max() * draw(st.floats(1.01, 2))
    directions = np.linalg.qr(np.array([draw(vectors(d, 3)) for _ in range(d)]) + np.eye(d))[0]
    return directions @ np.diag(values) @ directions.T, low, high


@st.composite
def smooth_functions(draw, d, least=0.0):
    """Draw f with a minimiser w*, m ≥ `least` and L: it is m-strongly convex and L-smooth.

    A bowl m/2 |w - w*|², and log cosh along some rows, tilted so that the gradient is 0 at w*.
    """
    rows = np.array(draw(st.lists(vectors(d, 2), min_size=1, max_size=3)))
    offsets, star = draw(vectors(len(rows), 2)), draw(vectors(d, 3))
    m = draw(st.floats(max(least, 0.05), 2)) if least else 0.0
    tilt = rows.T @ np.tanh(rows @ star - offsets)

    def value(w):
        bent = np.sum(log_cosh(rows @ w - offsets)) - tilt @ w
        return m / 2 * np.sum((w - star) ** 2) + bent

    def slope(w):
        return m * (w - star) + rows.T @ np.tanh(rows @ w - offsets) - tilt

    return Function(value, slope), star, m, m + max(np.sum(rows**2), 0.05)


def around(*points):
    """Return points to try a property of all points at: these, and some far and near them."""
    away = [1.0, -0.01, 0.3, -5.0]
    return [*points, *(p + a * (1 + np.arange(len(p))) for p in points for a in away)]


def _sides(f, points):
    """Return f(y) - tangent at x, half the squared distance, and rounding's size, of all (x, y)."""
    places = np.array(points)
    values, slopes = (np.array([of(x) for x in points]) for of in (f, f.slope))
    way = places - places[:, None]
    along = np.einsum("xd,xyd->xy", slopes, way)
    rest = values - values[:, None] - along
    size = 1e-9 * (1 + np.abs(values) + np.abs(values[:, None]) + np.abs(along))
    return rest, np.sum(way**2, axis=-1) / 2, size


def below(f, lipschitz, points):
    """Whether f is L-smooth, as far as these points tell."""
    rest, half, size = _sides(f, points)
    return bool(np.all(rest <= lipschitz * half + size))


def above(f, m, points):
    """Whether f is m-strongly convex, or convex for m = 0, as far as these points tell."""
    rest, half, size = _sides(f, points)
    return bool(np.all(rest >= m * half - size))


def descent(f, start, rate, steps):
    """Return the iterates of gradient descent, the start first."""
    points = [start]
    for _ in range(steps):
        points.append(points[-1] - rate * f.slope(points[-1]))
    return points


def _path(method, f, start, steps):
    params, state, points = start, method.init(start), [start]
    for _ in range(steps):
        params, state = method.update(f.slope(params), state, params)
        points.append(method.last(params, state) if isinstance(method, Nesterov) else params)
    return points


def heavy_ball(f, start, alpha, beta, steps):
    """Return the iterates of heavy ball, by the library."""
    return _path(HeavyBall(alpha, beta), f, start, steps)


def nesterov(f, start, eta, beta, steps):
    """Return the points w of Nesterov's method, by the library."""
    return _path(Nesterov(eta, beta), f, start, steps)
