"""Functions of SciPy that are not ufuncs, written so that `dlbook.autodiff` can follow them.

The ufuncs of ``scipy.special``, such as ``gammaln`` and ``erf``, have rules themselves: they are
called as always. What SciPy computes in other ways takes plain numbers only, and here is its twin,
with the same arguments. `polygamma`, `multigammaln` and the distribution functions call SciPy,
which ``pip install "dlbook[special]"`` installs; the others depend only on NumPy.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from dlbook.autodiff.rules import special as _rules
from dlbook.autodiff.rules.special import scipy_special as _scipy
from dlbook.autodiff.traced import plain as _plain

__all__ = ["log_softmax", "logsumexp", "multigammaln", "norm", "polygamma", "softmax"]

Axis = int | tuple[int, ...] | None


def _shifted(x: Any, axis: Axis) -> tuple[Any, Any]:
    """Return x less its largest entry, and that entry, a constant; 0 where it is infinite."""
    x = x if np.shape(x) else np.reshape(x, ())
    largest = np.max(np.asarray(_plain(x)), axis=axis, keepdims=True, initial=-np.inf)
    largest = np.where(np.isfinite(largest), largest, 0.0).astype(np.asarray(_plain(x)).dtype)
    return x - largest, largest


def logsumexp(a: Any, axis: Axis = None, b: Any = None, keepdims: bool = False) -> Any:
    """Return log(Σ b exp(a)), which overflows nowhere.

    Parameters
    ----------
    a
        Any shape, floating point. An entry -∞ adds nothing, and its derivative is 0; at an entry
        ∞ the derivative is NaN.
    axis
        Along which to sum; all by default.
    b
        Factors, 1 by default, of a shape that broadcasts with that of `a`.
    keepdims
        Whether the axes that are summed remain, with size 1.

    Returns
    -------
    ndarray
        The shape of `a` without these axes. NaN where the sum is negative.

    Examples
    --------
    >>> from dlbook.autodiff import grad
    >>> logsumexp(np.array([1000.0, 1000.0])) - 1000 - np.log(2) < 1e-12
    np.True_
    >>> grad(logsumexp)(np.array([-np.inf, 0.0, 0.0]))
    array([0. , 0.5, 0.5])
    """
    if b is not None:
        a, b = np.broadcast_arrays(a, b)
        a = np.where(np.equal(b, 0), -np.inf, a)  # such an entry adds nothing, even if infinite
    d, largest = _shifted(a, axis)
    total = np.sum(np.exp(d) if b is None else b * np.exp(d), axis=axis, keepdims=True)
    none = np.equal(total, 0)
    with np.errstate(invalid="ignore"):  # a negative sum has no logarithm
        found = np.where(none, -np.inf, np.log(np.where(none, 1.0, total)) + largest)
    return found if keepdims else np.squeeze(found, axis=axis)[()]


def softmax(x: Any, axis: Axis = None) -> Any:
    """Return exp(x) over its sum, which overflows nowhere.

    Parameters
    ----------
    x
        Any shape, floating point.
    axis
        Along which the sums are 1; all by default.

    Returns
    -------
    ndarray
        The shape of `x`, values in [0, 1].

    Examples
    --------
    >>> softmax(np.array([[0.0, 0.0], [1000.0, 0.0]]), axis=1)
    array([[0.5, 0.5],
           [1. , 0. ]])
    """
    e = np.exp(_shifted(x, axis)[0])
    return (e / np.sum(e, axis=axis, keepdims=True))[()]


def log_softmax(x: Any, axis: Axis = None) -> Any:
    """Return the logarithm of `softmax`, with all digits where that is tiny.

    Parameters
    ----------
    x, axis
        As for `softmax`.

    Returns
    -------
    ndarray
        The shape of `x`, values ≤ 0.

    Examples
    --------
    >>> log_softmax(np.array([1000.0, 0.0]))
    array([    0., -1000.])
    """
    d = _shifted(x, axis)[0]
    return (d - np.log(np.sum(np.exp(d), axis=axis, keepdims=True)))[()]


def polygamma(n: int, x: Any) -> Any:
    """Return a derivative of ``scipy.special.digamma``, the n-th.

    Parameters
    ----------
    n
        0, 1, …
    x
        Any shape, floating point.

    Returns
    -------
    ndarray
        The shape of `x`.

    Raises
    ------
    ModuleNotFoundError
        If SciPy is not installed.

    Examples
    --------
    >>> round(float(polygamma(1, 1.0) * 6 / np.pi**2), 12)
    1.0
    """
    return _rules.polygamma(x, n=n)


def multigammaln(a: Any, d: int) -> Any:
    """Return the logarithm of the multivariate gamma function, as Wishart densities need it.

    Parameters
    ----------
    a
        Any shape, floating point, greater than (d - 1) / 2.
    d
        Size of the matrices, 1, 2, …

    Returns
    -------
    ndarray
        The shape of `a`.

    Raises
    ------
    ModuleNotFoundError
        If SciPy is not installed.

    Examples
    --------
    >>> round(float(multigammaln(2.0, 1)), 12) + 0.0
    0.0
    """
    s = _scipy()
    terms = sum([s.gammaln(a - i / 2) for i in range(d)])
    return terms + d * (d - 1) / 4 * math.log(math.pi)


class norm:  # noqa: N801 (as SciPy names it)
    """The normal distribution, as ``scipy.stats.norm``: functions of x, loc and scale.

    Examples
    --------
    >>> from dlbook.autodiff import grad
    >>> grad(lambda mu: norm.logpdf(3.0, mu, 2.0))(1.0)
    0.5
    """

    @staticmethod
    def logpdf(x: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
        """Return the logarithm of the density."""
        z = (x - loc) / scale
        return -z * z / 2 - np.log(scale) - math.log(2 * math.pi) / 2

    @staticmethod
    def pdf(x: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
        """Return the density."""
        z = (x - loc) / scale
        return np.exp(-z * z / 2) / (math.sqrt(2 * math.pi) * scale)

    @staticmethod
    def cdf(x: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
        """Return the probability of at most x."""
        return _scipy().ndtr((x - loc) / scale)

    @staticmethod
    def logcdf(x: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
        """Return the logarithm of the probability of at most x."""
        return _scipy().log_ndtr((x - loc) / scale)

    @staticmethod
    def sf(x: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
        """Return the probability of more than x."""
        return _scipy().ndtr((loc - x) / scale)

    @staticmethod
    def logsf(x: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
        """Return the logarithm of the probability of more than x."""
        return _scipy().log_ndtr((loc - x) / scale)
