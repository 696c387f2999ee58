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
from dlbook.autodiff.table import (
    composed,
    constant,
    elementwise,
    for_complex,
    general,
    linear,
    not_complex,
    refused,
)
from dlbook.autodiff.traced import Traced, is_complex, plain

# ---- arithmetic --------------------------------------------------------------------------

elementwise(np.positive, lambda g, ans, x: g, reads=False)
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
    x = _as_complex(x, ans)
    if np.any(np.equal(y, 0)):  # where the base is 0 too, the derivative is 0, not 0 * infinity
        x = np.where(np.equal(x, 0) & np.equal(y, 0), 1.0, x)
    # Python's own 0.0 ** -0.5 raises, and NumPy's is infinite, as the derivative is.
    number = type(plain(x)) in (float, complex)
    return g * (y * (np.power(x, y - 1) if number else x ** (y - 1)))


def _as_complex(x: Any, ans: Any) -> Any:
    """Return the base of a power, complex where the power is: so -1 has a logarithm there."""
    return x + 0j if is_complex(ans) and not is_complex(x) else x


def _power_by_exponent(g: Any, ans: Any, x: Any, y: Any) -> Any:
    x = _as_complex(x, ans)
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


def _slope_of_abs(ans: Any, x: Any) -> Any:
    if not is_complex(x):
        return _sign(x)
    tip = np.equal(ans, 0)
    return np.conjugate(x) / np.where(tip, 1.0, ans) + unknown_at(tip, x)


elementwise(np.absolute, lambda g, ans, x: g * _slope_of_abs(ans, x))
elementwise(np.fabs, lambda g, ans, x: g * _sign(x))


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
# For complex numbers the square of tan(x) is near -1 wherever the imaginary part is large.
elementwise(
    np.tan,
    lambda g, ans, x: g * (_sech_squared(1j * x) if is_complex(x) else 1 + ans * ans),
)


def _root_of_arcsin(x: Any) -> Any:
    if not is_complex(x):
        return np.sqrt((1 - x) * (1 + x))
    # On a cut the sign of an imaginary part 0 says on which side of it x lies: subtracting from x
    # keeps that sign, which 1 - x and 1 + x lose.
    return np.sqrt(-(x - 1)) * np.sqrt(x - -1)


elementwise(np.arcsin, lambda g, ans, x: g / _root_of_arcsin(x))
elementwise(np.arccos, lambda g, ans, x: -g / _root_of_arcsin(x))


def _arctan_slope(g: Any, ans: Any, x: Any) -> Any:
    # One factor after the other: squares of huge complex numbers are NaN, and near a pole 1 + x * x
    # has lost its digits.
    return np.divide(np.divide(g, x - 1j), x + 1j) if is_complex(x) else g / (1 + x * x)


elementwise(np.arctan, _arctan_slope)
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
    if not is_complex(x):
        return _over_cosh_squared(1.0, x)
    # The cosh of complex numbers is infinite in no direction.
    small = np.exp(-2 * np.where(np.real(x) < 0, np.negative(x), x)[()])
    return 4 * small / np.square(1 + small)


def _over_cosh_squared(g: Any, x: Any) -> Any:
    with np.errstate(over="ignore"):  # where cosh(x) is infinite, this is 0
        cosh = np.cosh(x)
    return g / cosh / cosh


def _tanh_slope(g: Any, ans: Any, x: Any) -> Any:
    # For a few numbers it would take longer to silence an overflow than to compute all this. The
    # sum of |x|, nearly, says whether there can be one.
    if type(x) is np.ndarray and x.ndim == 1 and x.dtype.char in "fd" and x.dot(ans) < 20:
        cosh = np.cosh(x)
        return g / cosh / cosh
    return g * _sech_squared(x)


elementwise(np.tanh, _tanh_slope)
elementwise(_sech_squared, lambda g, ans, x: g * (-2 * np.tanh(x) * ans))


def _root_of_arcsinh(ans: Any, x: Any) -> Any:
    # For complex numbers by the value, which knows the side of a cut.
    return np.cosh(ans) if is_complex(x) else np.hypot(x, 1.0)


elementwise(np.arcsinh, lambda g, ans, x: g / _root_of_arcsinh(ans, x))
# Two roots, since that of the product has the other sign in half of the complex plane; and x - -1,
# which unlike x + 1 keeps the sign of an imaginary part 0, and with it the side of the cut.
elementwise(np.arccosh, lambda g, ans, x: g / (np.sqrt(x - 1) * np.sqrt(x - -1)))


def _arctanh_slope(g: Any, ans: Any, x: Any) -> Any:
    if is_complex(x):  # one factor after the other, since the product of huge ones is NaN
        return np.divide(np.divide(g, 1 - x), 1 + x)
    return np.divide(g, (1 - x) * (1 + x))


elementwise(np.arctanh, _arctanh_slope)
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
def choose(x: Any, y: Any, condition: Any) -> Any:
    """Return `np.where`, operands first."""
    return np.where(condition, x, y)


_CHOSEN = [
    lambda g, ans, x, y, condition: np.where(condition, g, 0.0),
    lambda g, ans, x, y, condition: np.where(condition, 0.0, g),
]
general(choose, "x y | condition", jvps=_CHOSEN, vjps=_CHOSEN, reads=False)


@composed(np.where)
def _where(condition: Any, x: Any = None, y: Any = None) -> Any:
    condition = plain(condition)
    return np.nonzero(condition) if x is None and y is None else choose(x, y, condition)


elementwise(np.ldexp, lambda g, ans, x, y: np.ldexp(g, y), None)
constant(
    *(np.isposinf, np.isneginf, np.isreal, np.iscomplex, np.spacing, np.sign),
    *(np.floor, np.ceil, np.trunc, np.rint, np.fix, np.round, np.around),
    *(np.floor_divide, np.heaviside, np.signbit, np.isnan, np.isinf, np.isfinite),
)


# ---- complex values ----------------------------------------------------------------------
#
# The functions without a derivative as complex ones. For z = x + iy the adjoint is ∂/∂x - i ∂/∂y.

elementwise(np.conjugate, lambda g, ans, x: np.conjugate(g), reads=False)


@primitive
def real_part(z: Any) -> Any:
    """Return the real part of what is complex."""
    return np.real(z)


@primitive
def imaginary_part(z: Any) -> Any:
    """Return the imaginary part of what is complex."""
    return np.imag(z)


linear(real_part, "z", lambda g, ans, z: g)
linear(imaginary_part, "z", lambda g, ans, z: -1j * g)


@composed(np.real)
def _real(val: Any) -> Any:
    return real_part(val) if is_complex(val) else val


@composed(np.imag)
def _imag(val: Any) -> Any:
    return imaginary_part(val) if is_complex(val) else np.imag(plain(val))


@composed(np.angle)
def _angle(z: Any, deg: bool = False) -> Any:
    if not is_complex(z):
        return np.angle(plain(z), deg)
    angle = np.arctan2(np.imag(z), np.real(z))
    return angle * (180 / np.pi) if deg else angle


for_complex(
    *(np.positive, np.negative, np.add, np.subtract, np.multiply, np.divide, np.reciprocal),
    *(np.square, np.power, np.float_power, np.exp, np.exp2, np.expm1, np.log, np.log2, np.log10),
    *(np.log1p, np.sqrt, np.absolute, np.sin, np.cos, np.tan, np.arcsin, np.arccos, np.arctan),
    *(np.sinh, np.cosh, np.tanh, _sech_squared, np.arcsinh, np.arccosh, np.arctanh, np.sinc),
    *(np.conjugate, np.real, np.imag, np.angle, real_part, imaginary_part),
    *(np.where, choose, unknown),
)
not_complex("z / np.abs(z)", np.sign)

# These give complex numbers for some arguments and real ones for others.
for _name in ("sqrt", "log", "log2", "log10", "arcsin", "arccos", "arctanh"):
    refused(f"np.{_name}(x + 0j)", getattr(np.emath, _name))
refused("np.log(x + 0j) / np.log(n)", np.emath.logn)
refused("(x + 0j) ** p", np.emath.power)
