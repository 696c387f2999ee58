"""Polynomials by their coefficients, the highest power first."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlbook.autodiff.refusals import DerivativeError, describe
from dlbook.autodiff.table import composed, for_complex
from dlbook.autodiff.traced import plain


@composed(np.polyfit)
def _polyfit(
    x: Any, y: Any, deg: int, rcond: Any = None, full: bool = False, w: Any = None, cov: Any = False
) -> Any:
    if full or cov:
        raise DerivativeError(
            "np.polyfit has a rule for the coefficients alone",
            f"full={full}, cov={cov}",
            "np.polyfit(x, y, deg), and what else you need from y - np.polyval(p, x)",
        )
    x, y, w = (np.asarray(v) if isinstance(v, list) else v for v in (x, y, w))
    powers, each = np.vander(x + 0.0, deg + 1), (-1,) + (1,) * (np.ndim(y) - 1)
    if w is not None:
        powers = np.astype(powers * np.reshape(w, (-1, 1)), powers.dtype)
        y = np.astype(y * np.reshape(w, each), y.dtype)
    sizes = np.sqrt(np.sum(np.square(powers), axis=0))
    rcond = np.size(x) * np.finfo(powers.dtype).eps if rcond is None else rcond
    return np.linalg.lstsq(powers / sizes, y + 0.0, rcond)[0] / np.reshape(sizes, each)


@composed(np.polyder)
def _polyder(p: Any, m: int = 1) -> Any:
    for _ in range(m):
        p = p[:-1] * np.arange(np.size(p) - 1, 0, -1)
    return p


@composed(np.polyint)
def _polyint(p: Any, m: int = 1, k: Any = None) -> Any:
    constants = [0.0] * m if k is None else list(np.broadcast_to(k, m))
    for i in range(m):
        p = np.append(p / np.arange(np.size(p), 0, -1), constants[i])
    return p


def _padded(a: Any, n: int) -> Any:
    a = np.atleast_1d(a)
    return np.pad(a, (max(n - np.size(a), 0), 0))


@composed(np.polyadd)
def _polyadd(a1: Any, a2: Any) -> Any:
    return _padded(a1, np.size(a2)) + _padded(a2, np.size(a1))


@composed(np.polysub)
def _polysub(a1: Any, a2: Any) -> Any:
    return _padded(a1, np.size(a2)) - _padded(a2, np.size(a1))


@composed(np.polymul)
def _polymul(a1: Any, a2: Any) -> Any:
    def trimmed(a: Any) -> Any:  # as NumPy's own polynomials lose their leading zeros
        a = np.atleast_1d(a)
        return a[max(np.size(a) - len(np.trim_zeros(plain(a), "f")), 0) :] if np.any(a) else a[-1:]

    return np.convolve(trimmed(a1), trimmed(a2))


@composed(np.poly)
def _poly(seq_of_zeros: Any) -> Any:
    if np.ndim(seq_of_zeros) != 1:
        raise DerivativeError(
            "np.poly has a rule for the zeros of a polynomial, not for a matrix",
            describe(seq_of_zeros),
            "np.poly(np.linalg.eigvalsh(a)) for a symmetric matrix",
        )
    dtype = plain(seq_of_zeros).dtype
    found: Any = np.ones(1, dtype)
    for zero in seq_of_zeros:
        found = np.append(found, np.zeros(1, dtype)) - np.append(np.zeros(1, dtype), found * zero)
    return found


for_complex(np.polyder, np.polyint, np.polyadd, np.polysub, np.polymul)
