"""Discrete Fourier transforms, which are linear.

The matrix of a transform, of entries exp(-2πi jk / n), is symmetric: its transpose is the transform
itself, of the adjoint. Along the way `n` pads or cuts the operand, whose transposes cut and pad.
Those of real numbers keep half of a spectrum, the other half being conjugate to it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from dlbook.autodiff.rules.indexing import scatter
from dlbook.autodiff.table import composed, for_complex, linear
from dlbook.autodiff.traced import form

_TRANSFORM = "a | n axis norm out"


def _resized(g: Any, a: Any, axis: int) -> Any:
    """Return `g` with as many entries along an axis as `a` has: cut, or padded with zeros."""
    shape = list(np.shape(form(g)))
    n, shape[axis] = shape[axis], np.shape(form(a))[axis]
    if n == shape[axis]:
        return g
    kept: list[Any] = [slice(None)] * len(shape)
    kept[axis] = slice(min(n, shape[axis]))
    index = tuple(kept)
    return g[index] if n > shape[axis] else scatter(g, index=index, shape=tuple(shape))


def _fft_vjp(
    g: Any, ans: Any, a: Any, n: int | None = None, axis: int = -1, norm: Any = None
) -> Any:
    return _resized(np.fft.fft(g, n, axis, norm), a, axis)


def _ifft_vjp(
    g: Any, ans: Any, a: Any, n: int | None = None, axis: int = -1, norm: Any = None
) -> Any:
    return _resized(np.fft.ifft(g, n, axis, norm), a, axis)


def _rfft_vjp(
    g: Any, ans: Any, a: Any, n: int | None = None, axis: int = -1, norm: Any = None
) -> Any:
    # The half that is left out has adjoint 0; of the rest, the real part counts.
    n = np.shape(form(a))[axis] if n is None else n
    return _resized(np.fft.fft(g, n, axis, norm), a, axis)


def _irfft_vjp(
    g: Any, ans: Any, a: Any, n: int | None = None, axis: int = -1, norm: Any = None
) -> Any:
    # Each entry stands for its conjugate as well, but for the first and, for an even n, the last.
    n = np.shape(form(ans))[axis]
    spectrum = np.conjugate(np.fft.rfft(g, n, axis, _inverse(norm)))
    twice = np.full(n // 2 + 1, 2, form(g).dtype)
    twice[0] = 1
    if n % 2 == 0:
        twice[-1] = 1
    shape = [1] * np.ndim(form(g))
    shape[axis] = -1
    return _resized(spectrum * twice.reshape(shape), a, axis)


def _inverse(norm: Any) -> Any:
    """Return the norm by which the opposite transform scales as this one does."""
    return {None: "forward", "backward": "forward", "forward": "backward"}.get(norm, norm)


linear(np.fft.fft, _TRANSFORM, _fft_vjp)
linear(np.fft.ifft, _TRANSFORM, _ifft_vjp)
linear(np.fft.rfft, _TRANSFORM, _rfft_vjp)
linear(np.fft.irfft, _TRANSFORM, _irfft_vjp)


@composed(np.fft.hfft)
def _hfft(a: Any, n: int | None = None, axis: int = -1, norm: Any = None, out: None = None) -> Any:
    return np.fft.irfft(np.conjugate(a), n, axis, _inverse(norm))


@composed(np.fft.ihfft)
def _ihfft(a: Any, n: int | None = None, axis: int = -1, norm: Any = None, out: None = None) -> Any:
    return np.conjugate(np.fft.rfft(a, n, axis, _inverse(norm)))


# ---- several axes ------------------------------------------------------------------------

Sizes = Sequence[int | None] | None


def _pairs(a: Any, s: Sizes, axes: Sequence[int] | None) -> list[tuple[int | None, int]]:
    """Return for each axis, in NumPy's order, the size of the transform and the axis."""
    ndim = np.ndim(form(a))
    if axes is None:
        axes = range(ndim) if s is None else range(-len(s), 0)
    if s is None:
        return [(None, axis) for axis in axes]
    if len(s) != len(axes):
        raise ValueError(f"s has {len(s)} sizes for {len(axes)} axes")
    shape = np.shape(form(a))
    return [(shape[axis] if n == -1 else n, axis) for n, axis in zip(s, axes, strict=True)]


def _along_all(transform: Callable[..., Any], name: str, default: Any = None) -> None:
    @composed(getattr(np.fft, name))
    def along_all(
        a: Any, s: Sizes = None, axes: Any = default, norm: Any = None, out: None = None
    ) -> Any:
        for n, axis in reversed(_pairs(a, s, axes)):
            a = transform(a, n, axis, norm)
        return a


def _real_along_all(name: str, default: Any = None) -> None:
    @composed(getattr(np.fft, name))
    def real_along_all(
        a: Any, s: Sizes = None, axes: Any = default, norm: Any = None, out: None = None
    ) -> Any:
        *pairs, (n, axis) = _pairs(a, s, axes)
        shape = np.shape(form(a))  # which counts for an axis that is named twice
        a = np.fft.rfft(a, n, axis, norm)
        for n, axis in reversed(pairs):
            a = np.fft.fft(a, shape[axis] if n is None else n, axis, norm)
        return a


def _inverse_real_along_all(name: str, default: Any = None) -> None:
    @composed(getattr(np.fft, name))
    def inverse_real_along_all(
        a: Any, s: Sizes = None, axes: Any = default, norm: Any = None, out: None = None
    ) -> Any:
        *pairs, (n, axis) = _pairs(a, s, axes)
        for size, other in pairs:
            a = np.fft.ifft(a, size, other, norm)
        return np.fft.irfft(a, n, axis, norm)


_along_all(np.fft.fft, "fftn")
_along_all(np.fft.ifft, "ifftn")
_along_all(np.fft.fft, "fft2", (-2, -1))
_along_all(np.fft.ifft, "ifft2", (-2, -1))
_real_along_all("rfftn")
_real_along_all("rfft2", (-2, -1))
_inverse_real_along_all("irfftn")
_inverse_real_along_all("irfft2", (-2, -1))

# ---- frequency 0 in the middle -----------------------------------------------------------


def _by_half(function: Any, sign: int) -> None:
    @composed(function)
    def shifted(x: Any, axes: Any = None) -> Any:
        axes = tuple(range(np.ndim(x))) if axes is None else axes
        return np.roll(x, sign * (np.take(np.shape(x), axes) // 2), axes)


_by_half(np.fft.fftshift, 1)
_by_half(np.fft.ifftshift, -1)

for_complex(
    *(np.fft.fft, np.fft.ifft, np.fft.rfft, np.fft.irfft, np.fft.hfft, np.fft.ihfft),
    *(np.fft.fftn, np.fft.ifftn, np.fft.fft2, np.fft.ifft2, np.fft.rfftn, np.fft.rfft2),
    *(np.fft.irfftn, np.fft.irfft2, np.fft.fftshift, np.fft.ifftshift),
)
