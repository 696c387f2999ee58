"""Functions that work entry by entry: a local derivative for each operand.

Each rule multiplies ``g`` by the derivative at the operands, and so serves tangents and adjoints
alike. Constants are Python numbers, which leave float32 as it is. What holds at kinks is in the
reference, "Kinks".
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from dlbook.autodiff.primitives import primitive
from dlbook.autodiff.table import composed, constant, elementwise, general
from dlbook.autodiff.traced import Traced, plain

# ---- arithmetic --------------------------------------------------------------------------

elementwise(np.positive, lambda g, ans, x: g, reads=False, also=[np.conjugate])
elementwise(np.negative, lambda g, ans, x: -g, reads=False)
elementwise(np.add, lambda g, ans, x, y: g, lambda g, ans, x, y: g, reads=False)
elementwise(np.subtract, lambda g, ans, x, y: g, lambda g, ans, x, y: -g, reads=False)
elementwise(np.multiply, lambda g, ans, x, y: g * y, lambda g, ans, x, y: g * x)
elementwise(np.divide, lambda g, ans, x, y: g / y, lambda g, ans, x, y: -g * ans / y)
elementwise(np.reciprocal, lambda g, ans, x: -g * ans * ans)
elementwise(np.square, lambda g, ans, x: g * (2 * x))
elementwise(np.remainder, lambda g, ans, x, y: g, lambda g, ans, x, y: -g * (x // y))
elementwise(np.fmod, lambda g, ans, x, y: g, lambda g, ans, x, y: -g * np.trunc(x / y))


def _power_by_base(g: Any, ans: Any, x: Any, y: Any) -> Any:
    if (type(y) is int or type(y) is float) and y == 2:
        return (g * 2) * x
    if np.any(np.equal(y, 0)):  # where the base is 0 too, the derivative is 0, not 0 * infinity
        x = np.where(np.equal(x, 0) & np.equal(y, 0), 1.0, x)
    # Python's own 0.0 ** -0.5 raises, and NumPy's is infinite, as the derivative is.
    return g * (y * (np.power(x, y - 1) if type(plain(x)) is float else x ** (y - 1)))


def _power_by_exponent(g: Any, ans: Any, x: Any, y: Any) -> Any:
    # For a base 0 the power is 0 on both sides of a positive exponent.
    if type(x) is int or type(x) is float:
        return g * (ans * (float(np.log(x)) if x else 0.0))
    return g * (ans * np.log(np.where(np.equal(x, 0), 1.0, x)))


elementwise(np.power, _power_by_base, _power_by_exponent)
elementwise(np.float_power, _power_by_base, _power_by_exponent)

# ---- exponentials and logarithms ---------------------------------------------------------

_LOG2, _LOG10 = math.log(2), math.log(10)

elementwise(np.exp, lambda g, ans, x: g * ans)
elementwise(np.exp2, lambda g, ans, x: g * (ans * _LOG2))
elementwise(np.expm1, lambda g, ans, x: g * np.exp(x))
# Python's own division by 0 raises; NumPy's is infinite, as these slopes are there.
elementwise(np.log, lambda g, ans, x: np.divide(g, x))
elementwise(np.log2, lambda g, ans, x: np.divide(g, x * _LOG2))
elementwise(np.log10, lambda g, ans, x: np.divide(g, x * _LOG10))
elementwise(np.log1p, lambda g, ans, x: np.divide(g, 1 + x))


def _weighed(g: Any, x: Any, y: Any, ans: Any, exp: Any) -> Any:
    """Return `g` times exp(x - ans), the share that x has in the sum of exp(x) and exp(y).

    That is 0 for x = -∞, and 1 for ∞ unless it is halved with another ∞.
    """
    infinite = np.isinf(x)
    weighed = g * exp(np.where(infinite, 0.0, x - ans))
    if not np.any(infinite):
        return weighed
    extreme = np.where(np.equal(x, np.inf), np.where(np.equal(y, np.inf), g * 0.5, g), 0.0)
    return np.where(infinite, extreme, weighed)


elementwise(
    np.logaddexp,
    lambda g, ans, x, y: _weighed(g, x, y, ans, np.exp),
    lambda g, ans, x, y: _weighed(g, y, x, ans, np.exp),
)
elementwise(
    np.logaddexp2,
    lambda g, ans, x, y: _weighed(g, x, y, ans, np.exp2),
    lambda g, ans, x, y: _weighed(g, y, x, ans, np.exp2),
)

# ---- roots and absolute values -----------------------------------------------------------

elementwise(np.sqrt, lambda g, ans, x: g * (0.5 / ans))
elementwise(np.cbrt, lambda g, ans, x: g / (3 * ans * ans))


@primitive
def unknown(x: Any) -> Any:
    """Return zeros whose derivative is nan, except along tangents 0."""
    return np.zeros_like(x)[()]


general(
    unknown,
    "x",
    jvps=[lambda g, ans, x: np.where(np.not_equal(g, 0), np.nan, np.zeros_like(plain(g)))],
    vjps=[lambda g, ans, x: np.full_like(plain(g), np.nan)],
)


def unknown_at(tip: Any, *operands: Any) -> Any:
    """Return 0, to add to a derivative that jumps where `tip` is true.

    At the tip of a cone the derivative is a convention, and a second one does not exist: it is
    nan if the operands move. First derivatives have no use for this and pay nothing.
    """
    traced = [x for x in operands if type(x) is Traced]
    if not traced or not np.any(tip):
        return 0.0
    return sum([unknown(np.where(tip, x, 0.0)) for x in traced])


def _sign(x: Any) -> Any:
    return np.sign(x) + unknown_at(np.equal(x, 0), x)


elementwise(np.absolute, lambda g, ans, x: g * _sign(x), also=[np.fabs])


def _at(x: Any, y: Any, ans: Any) -> Any:
    """Return x / ans for the distance `ans` of (x, y) from 0, and 0 where that is 0."""
    tip = np.equal(ans, 0)
    return x / np.where(tip, 1.0, ans) + unknown_at(tip, x, y)


elementwise(
    np.hypot,
    lambda g, ans, x, y: g * _at(x, y, ans),
    lambda g, ans, x, y: g * _at(y, x, ans),
)

# ---- trigonometric and hyperbolic functions, their inverses ------------------------------

elementwise(np.sin, lambda g, ans, x: g * np.cos(x))
elementwise(np.cos, lambda g, ans, x: -g * np.sin(x))
elementwise(np.tan, lambda g, ans, x: g * (1 + ans * ans))
elementwise(np.arcsin, lambda g, ans, x: g / np.sqrt((1 - x) * (1 + x)))
elementwise(np.arccos, lambda g, ans, x: -g / np.sqrt((1 - x) * (1 + x)))
elementwise(np.arctan, lambda g, ans, x: g / (1 + x * x))
elementwise(  # by the distance, since squares of tiny or huge numbers are 0 or infinite
    np.arctan2,
    lambda g, ans, x, y: g * (y / np.hypot(x, y) / np.hypot(x, y)),
    lambda g, ans, x, y: -g * (x / np.hypot(x, y) / np.hypot(x, y)),
)
elementwise(np.sinh, lambda g, ans, x: g * np.cosh(x))
elementwise(np.cosh, lambda g, ans, x: g * np.sinh(x))


@primitive
def _sech_squared(x: Any) -> Any:
    """Return 1 / cosh(x)², to all digits where 1 - tanh(x)² has none left."""
    with np.errstate(over="ignore"):  # where cosh(x) is infinite, this is 0
        root = np.reciprocal(np.cosh(x))
    return root * root


elementwise(np.tanh, lambda g, ans, x: g * _sech_squared(x))
elementwise(_sech_squared, lambda g, ans, x: g * (-2 * np.tanh(x) * ans))
elementwise(np.arcsinh, lambda g, ans, x: g / np.hypot(x, 1.0))
elementwise(np.arccosh, lambda g, ans, x: g / np.sqrt((x - 1) * (x + 1)))
elementwise(np.arctanh, lambda g, ans, x: np.divide(g, (1 - x) * (1 + x)))
elementwise(np.deg2rad, lambda g, ans, x: np.deg2rad(g), reads=False, also=[np.radians])
elementwise(np.rad2deg, lambda g, ans, x: np.rad2deg(g), reads=False, also=[np.degrees])


def _sinc_slope(g: Any, ans: Any, x: Any) -> Any:
    # Near 0 the quotient loses its digits; the series of sinc' is -π² x / 3 + π⁴ x³ / 30 - ….
    near = np.abs(x) < 1e-2
    y = np.pi * np.where(near, 1.0, x)
    far = np.pi * (np.cos(y) / y - np.sin(y) / (y * y))
    t = np.pi * np.where(near, x, 0.0)
    series = np.pi * t * (-1 / 3 + t * t * (1 / 30 + t * t * (-1 / 840 + t * t / 45360)))
    return g * np.where(near, series, far)


general(np.sinc, "x", jvps=[_sinc_slope], vjps=[_sinc_slope])

# ---- choices between operands: ties share equally ----------------------------------------


def _chosen(g: Any, mine: Any, other: Any, larger: bool) -> Any:
    wins = np.greater(mine, other) if larger else np.less(mine, other)
    return np.where(wins, g, np.where(np.equal(mine, other), g * 0.5, 0.0))


elementwise(
    np.maximum,
    lambda g, ans, x, y: _chosen(g, x, y, larger=True),
    lambda g, ans, x, y: _chosen(g, y, x, larger=True),
)
elementwise(
    np.minimum,
    lambda g, ans, x, y: _chosen(g, x, y, larger=False),
    lambda g, ans, x, y: _chosen(g, y, x, larger=False),
)


def _without_nan(g: Any, mine: Any, other: Any, larger: bool) -> Any:
    """Do as `_chosen`, but a NaN never wins over a number."""
    return np.where(np.isnan(other) & ~np.isnan(mine), g, _chosen(g, mine, other, larger))


elementwise(
    np.fmax,
    lambda g, ans, x, y: _without_nan(g, x, y, larger=True),
    lambda g, ans, x, y: _without_nan(g, y, x, larger=True),
)
elementwise(
    np.fmin,
    lambda g, ans, x, y: _without_nan(g, x, y, larger=False),
    lambda g, ans, x, y: _without_nan(g, y, x, larger=False),
)


_SIGNED = [lambda g, ans, x1, x2: g * (_sign(x1) * np.sign(ans)), None]
general(np.copysign, "x1 x2", jvps=_SIGNED, vjps=_SIGNED)


# Of these two results the whole part is constant between its jumps.
general(np.modf, "x", jvps=[lambda g, ans, x: (g, 0.0)], vjps=[lambda g, ans, x: g[0]])
general(
    np.divmod,
    "x y",
    jvps=[lambda g, ans, x, y: (0.0, g), lambda g, ans, x, y: (0.0, -g * ans[0])],
    vjps=[lambda g, ans, x, y: g[1], lambda g, ans, x, y: -g[1] * ans[0]],
)


@composed(np.real)
def _real(val: Any) -> Any:
    return val


@composed(np.real_if_close)
def _real_if_close(a: Any, tol: float = 100) -> Any:
    return a


@composed(np.clip)
def _clip(
    a: Any,
    a_min: Any = None,
    a_max: Any = None,
    out: None = None,
    *,
    min: Any = None,
    max: Any = None,
) -> Any:
    lowest, highest = (min if a_min is None else a_min), (max if a_max is None else a_max)
    if type(plain(a)) is float:  # which counts here with its dtype, as an array does
        a = np.reshape(a, ())
    if lowest is not None:
        a = np.maximum(a, lowest)
    return a if highest is None else np.minimum(a, highest)


@primitive
def _choose(x: Any, y: Any, condition: Any) -> Any:
    return np.where(condition, x, y)


_CHOSEN = [
    lambda g, ans, x, y, condition: np.where(condition, g, 0.0),
    lambda g, ans, x, y, condition: np.where(condition, 0.0, g),
]
general(_choose, "x y | condition", jvps=_CHOSEN, vjps=_CHOSEN, reads=False)


@composed(np.where)
def _where(condition: Any, x: Any = None, y: Any = None) -> Any:
    condition = plain(condition)
    return np.nonzero(condition) if x is None and y is None else _choose(x, y, condition)


elementwise(np.ldexp, lambda g, ans, x, y: np.ldexp(g, y), None)
constant(
    *(np.isposinf, np.isneginf, np.isreal, np.iscomplex, np.angle, np.spacing),
    *(np.sign, np.floor, np.ceil, np.trunc, np.rint, np.fix, np.round, np.around),
    *(np.floor_divide, np.heaviside, np.signbit, np.imag, np.isnan, np.isinf, np.isfinite),
)
