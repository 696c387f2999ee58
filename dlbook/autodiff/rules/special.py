"""The ufuncs of `scipy.special`: entered when the first of them arrives, so SciPy stays optional.

Parameters by which a derivative has no formula, such as the order of a Bessel function, are left
without a rule, and refused.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from dlbook.autodiff.primitives import primitive
from dlbook.autodiff.rules.elementwise import _sign
from dlbook.autodiff.table import LATE, constant, elementwise, general
from dlbook.extras import need

_ROOT_PI, _ROOT_2PI, _LOG10 = math.sqrt(math.pi), math.sqrt(2 * math.pi), math.log(10)


def scipy_special() -> Any:
    """Return the module, or say how to install it."""
    with need("special"):
        import scipy.special
    return scipy.special


@primitive
def polygamma(x: Any, n: int) -> Any:
    """Return the n-th derivative of digamma, in the dtype of x."""
    found = scipy_special().polygamma(n, x)
    return found.astype(getattr(x, "dtype", found.dtype))[()]


_NEXT = [lambda g, ans, x, n: g * polygamma(x, n=n + 1)]
general(polygamma, "x | n", jvps=_NEXT, vjps=_NEXT)


_ANGLES = np.linspace(0, 2 * np.pi, 256, endpoint=False)


@primitive
def _i0_derivative(x: Any, n: int) -> Any:
    """Return the n-th derivative of np.i0: a mean over the circle, to all digits up to x = 700."""
    cos = np.cos(_ANGLES)
    powers = np.sinh if n % 2 else np.cosh
    found = np.mean(cos**n * powers(np.multiply.outer(np.asarray(x, float), cos)), axis=-1)
    return found.astype(getattr(x, "dtype", float))[()]


_NEXT_I0 = [lambda g, ans, x, n: g * _i0_derivative(x, n=n + 1)]
general(_i0_derivative, "x | n", jvps=_NEXT_I0, vjps=_NEXT_I0)
_I0 = [lambda g, ans, x: g * _i0_derivative(x, n=1)]
general(np.i0, "x", jvps=_I0, vjps=_I0)


def _over(x: Any, y: Any) -> Any:
    """Return x / y, and 0 where both are 0."""
    both = np.equal(x, 0) & np.equal(y, 0)
    return np.divide(x, np.where(both, 1.0, y) if np.any(both) else y)


def _of(function: Any, *x: Any) -> Any:
    """Return a function's value, a Python number for such numbers: it leaves float32 as it is."""
    found = function(*x)
    return float(found) if all(type(one) in (int, float) for one in x) else found


def _of_erfcx(g: Any, ans: Any, x: Any) -> Any:
    # Far out the terms cancel, to the series (-t + 3 t² - 15 t³ + …) 2/√π with t = 1 / 2x².
    far = np.greater(x, 15)
    t = 0.5 / np.square(np.where(far, x, 15.0))
    series = t * 0.0
    for n in range(9, 0, -1):
        series = -(2 * n - 1) * t * (1 + series)
    near = np.where(far, 0.0, x) * ans - 1 / _ROOT_PI
    return g * (2 * np.where(far, series / _ROOT_PI, near))


def _enter(s: Any) -> None:
    """Enter the rules, given the module `scipy.special`."""
    _enter_distributions(s)
    _enter_gamma(s)
    _enter_logarithms(s)
    _enter_bessel(s)
    elementwise(s.exp2, lambda g, ans, x: g * (ans * math.log(2)))
    elementwise(s.exp10, lambda g, ans, x: g * (ans * _LOG10))
    elementwise(s.expm1, lambda g, ans, x: g * np.exp(x))
    elementwise(s.log1p, lambda g, ans, x: np.divide(g, 1 + x))
    elementwise(s.cbrt, lambda g, ans, x: g / (3 * ans * ans))
    elementwise(s.cosm1, lambda g, ans, x: -g * np.sin(x))
    elementwise(s.expi, lambda g, ans, x: g * np.divide(np.exp(x), x))
    elementwise(s.exp1, lambda g, ans, x: -g * np.divide(np.exp(-x), x))
    constant(s.round)


def _enter_distributions(s: Any) -> None:
    elementwise(s.expit, lambda g, ans, x: g * (ans * s.expit(-x)))
    elementwise(s.log_expit, lambda g, ans, x: g * s.expit(-x))
    elementwise(s.logit, lambda g, ans, x: np.divide(g, x * (1 - x)))
    elementwise(s.erf, lambda g, ans, x: g * (np.exp(-x * x) * (2 / _ROOT_PI)))
    elementwise(s.erfc, lambda g, ans, x: g * (np.exp(-x * x) * (-2 / _ROOT_PI)))
    elementwise(s.erfi, lambda g, ans, x: g * (np.exp(x * x) * (2 / _ROOT_PI)))
    elementwise(s.erfcx, _of_erfcx)
    elementwise(s.erfinv, lambda g, ans, x: g * (np.exp(ans * ans) * (_ROOT_PI / 2)))
    elementwise(s.erfcinv, lambda g, ans, x: g * (np.exp(ans * ans) * (-_ROOT_PI / 2)))
    elementwise(s.ndtr, lambda g, ans, x: g * (np.exp(-x * x / 2) / _ROOT_2PI))
    elementwise(s.ndtri, lambda g, ans, x: g * (np.exp(ans * ans / 2) * _ROOT_2PI))
    # Not exp(-x²/2 - ans), of which few digits are left far out.
    elementwise(
        s.log_ndtr, lambda g, ans, x: g * (math.sqrt(2 / math.pi) / s.erfcx(x * -math.sqrt(0.5)))
    )


def _enter_gamma(s: Any) -> None:
    elementwise(s.gammaln, lambda g, ans, x: g * s.psi(x))
    elementwise(s.loggamma, lambda g, ans, x: g * s.psi(x))
    elementwise(s.gamma, lambda g, ans, x: g * (ans * s.psi(x)))
    elementwise(s.psi, lambda g, ans, x: g * polygamma(x, n=1))
    elementwise(
        s.beta,
        lambda g, ans, x, y: g * (ans * (_of(s.psi, x) - _of(s.psi, x + y))),
        lambda g, ans, x, y: g * (ans * (_of(s.psi, y) - _of(s.psi, x + y))),
    )
    elementwise(
        s.betaln,
        lambda g, ans, x, y: g * (_of(s.psi, x) - _of(s.psi, x + y)),
        lambda g, ans, x, y: g * (_of(s.psi, y) - _of(s.psi, x + y)),
    )
    elementwise(
        s.binom,
        lambda g, ans, x, y: g * (ans * (_of(s.psi, x + 1) - _of(s.psi, x - y + 1))),
        lambda g, ans, x, y: g * (ans * (_of(s.psi, x - y + 1) - _of(s.psi, y + 1))),
    )

    def of_gamma(a: Any, x: Any) -> Any:  # the density, as that of the beta distribution below
        return np.exp(s.xlogy(a - 1, x) - x - _of(s.gammaln, a))

    def of_beta(a: Any, b: Any, x: Any) -> Any:
        return np.exp(s.xlogy(a - 1, x) + s.xlog1py(b - 1, -x) - _of(s.betaln, a, b))

    elementwise(s.gammainc, None, lambda g, ans, a, x: g * of_gamma(a, x))
    elementwise(s.gammaincc, None, lambda g, ans, a, x: -g * of_gamma(a, x))
    elementwise(s.gammaincinv, None, lambda g, ans, a, y: np.divide(g, of_gamma(a, ans)))
    elementwise(s.betainc, None, None, lambda g, ans, a, b, x: g * of_beta(a, b, x))
    hurwitz = getattr(s._ufuncs, "_zeta", None)  # of the function scipy.special.zeta
    if hurwitz is not None:
        elementwise(hurwitz, None, lambda g, ans, x, y: -g * (x * hurwitz(x + 1, y)))
    constant(s.gammasgn)


def _enter_logarithms(s: Any) -> None:
    elementwise(
        s.xlogy, lambda g, ans, x, y: g * _of(np.log, y), lambda g, ans, x, y: g * _over(x, y)
    )
    elementwise(
        s.xlog1py,
        lambda g, ans, x, y: g * _of(np.log1p, y),
        lambda g, ans, x, y: g * _over(x, 1 + y),
    )
    elementwise(s.entr, lambda g, ans, x: g * (-np.log(x) - 1))
    elementwise(
        s.rel_entr,
        lambda g, ans, x, y: g * (np.log(np.divide(x, y)) + 1),
        lambda g, ans, x, y: -g * _over(x, y),
    )
    elementwise(
        s.kl_div,
        lambda g, ans, x, y: g * np.log(np.divide(x, y)),
        lambda g, ans, x, y: g * (1 - _over(x, y)),
    )


def _enter_bessel(s: Any) -> None:
    """Enter Bessel functions by their recurrences that divide by nothing."""
    elementwise(s.j0, lambda g, ans, x: -g * s.j1(x))
    elementwise(s.j1, lambda g, ans, x: g * ((s.j0(x) - s.jv(2, x)) / 2))
    elementwise(s.jv, None, lambda g, ans, v, x: g * ((s.jv(v - 1, x) - s.jv(v + 1, x)) / 2))
    elementwise(s.y0, lambda g, ans, x: -g * s.y1(x))
    elementwise(s.y1, lambda g, ans, x: g * ((s.y0(x) - s.yv(2, x)) / 2))
    elementwise(s.yv, None, lambda g, ans, v, x: g * ((s.yv(v - 1, x) - s.yv(v + 1, x)) / 2))
    elementwise(s.i0, lambda g, ans, x: g * s.i1(x))
    elementwise(s.i1, lambda g, ans, x: g * ((s.i0(x) + s.iv(2, x)) / 2))
    elementwise(s.iv, None, lambda g, ans, v, x: g * ((s.iv(v - 1, x) + s.iv(v + 1, x)) / 2))
    elementwise(s.k0, lambda g, ans, x: -g * s.k1(x))
    elementwise(s.k1, lambda g, ans, x: -g * ((s.k0(x) + s.kv(2, x)) / 2))
    elementwise(s.kv, None, lambda g, ans, v, x: -g * ((s.kv(v - 1, x) + s.kv(v + 1, x)) / 2))
    # Times exp(-|x|), and exp(x).
    elementwise(s.i0e, lambda g, ans, x: g * (s.i1e(x) - _sign(x) * ans))
    elementwise(s.i1e, lambda g, ans, x: g * ((s.i0e(x) + s.ive(2, x)) / 2 - _sign(x) * ans))
    elementwise(
        s.ive,
        None,
        lambda g, ans, v, x: g * ((s.ive(v - 1, x) + s.ive(v + 1, x)) / 2 - _sign(x) * ans),
    )
    elementwise(s.k0e, lambda g, ans, x: g * (ans - s.k1e(x)))
    elementwise(s.k1e, lambda g, ans, x: g * (ans - (s.k0e(x) + s.kve(2, x)) / 2))
    elementwise(
        s.kve, None, lambda g, ans, v, x: g * (ans - (s.kve(v - 1, x) + s.kve(v + 1, x)) / 2)
    )


LATE["scipy.special"] = _enter
