r"""Derivatives by evaluating a function at nearby points.

Every method takes a function of a number or array and returns all partial derivatives at a point.
The values of the function may be complex, but for the complex step.
A step :math:`h` that is too large leaves the error of the formula, one that is too small the
rounding of the values, which the division by :math:`h` blows up. With values exact to a relative
:math:`\varepsilon` and derivatives of the size of the values, the sum of both errors is smallest at

==================  ==========================  ====================  ===================
method              error of the formula        best step             error left
==================  ==========================  ====================  ===================
forward             :math:`h |f''| / 2`         :math:`\sim ε^{1/2}`  :math:`\sim ε^{1/2}`
central             :math:`h^2 |f'''| / 6`      :math:`\sim ε^{1/3}`  :math:`\sim ε^{2/3}`
complex step        :math:`h^2 |f'''| / 6`      as small as can be    :math:`\sim ε`
==================  ==========================  ====================  ===================

The default steps are these powers of :math:`ε = 2^{-52}`, times :math:`\max(1, |x_i|)`. A function
that varies on a smaller scale needs a smaller step.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["central_difference", "complex_step", "forward_difference", "richardson"]

_EPS = float(np.finfo(np.float64).eps)

Array = NDArray[Any]


def forward_difference(
    f: Callable[[Any], ArrayLike], x: ArrayLike, step: float | None = None
) -> Array:
    r"""Return :math:`(f(x + h e_i) - f(x)) / h` for each entry :math:`x_i`.

    Parameters
    ----------
    f
        Takes ``float64``, a number or an array like `x`.
    x
        Where; a number or any shape.
    step
        h > 0; by default as above.

    Returns
    -------
    ndarray
        The shape of ``f(x)`` followed by that of `x`.

    Raises
    ------
    ValueError
        If the step is not positive, or x complex.

    Examples
    --------
    >>> float(forward_difference(np.square, 3.0, step=0.5))
    6.5
    """
    _check_place(x)
    base = _values(f(_point(x)))
    return _columns(x, step, _EPS**0.5, lambda moved, h: (_values(f(moved(h))) - base) / h)


def central_difference(
    f: Callable[[Any], ArrayLike], x: ArrayLike, step: float | None = None
) -> Array:
    r"""Return :math:`(f(x + h e_i) - f(x - h e_i)) / 2h` for each entry :math:`x_i`.

    Parameters
    ----------
    f, x, step
        As for `forward_difference`.

    Returns
    -------
    ndarray
        The shape of ``f(x)`` followed by that of `x`.

    Raises
    ------
    ValueError
        If the step is not positive, or x complex.

    Examples
    --------
    >>> float(central_difference(lambda x: x**3, 1.0, step=0.5))
    3.25
    """
    return _columns(x, step, _EPS ** (1 / 3), lambda moved, h: _central(f, moved, h))


def complex_step(f: Callable[[Any], ArrayLike], x: ArrayLike, step: float | None = None) -> Array:
    r"""Return :math:`\operatorname{Im} f(x + i h e_i) / h` for each entry :math:`x_i`.

    Nothing is subtracted, so h may be tiny and the result is exact to rounding (Squire and Trapp,
    1998). `f` must be analytic and written for complex numbers: without absolute values,
    comparisons, maxima or conjugates, which give a silently wrong result.

    Parameters
    ----------
    f
        Takes ``complex128``, a number or an array like `x`.
    x, step
        As for `forward_difference`; the step is 1e-20 by default.

    Returns
    -------
    ndarray
        The shape of ``f(x)`` followed by that of `x`.

    Raises
    ------
    ValueError
        If the step is not positive, x is complex, or the values of `f` are real.

    Examples
    --------
    >>> float(complex_step(np.exp, 0.0))
    1.0
    """

    def column(moved: Any, h: float) -> Any:
        value = np.asarray(f(moved(1j * h)))
        if value.dtype.kind != "c":
            raise ValueError(
                f"f returned {value.dtype} for a complex argument; expected complex: does it take "
                "absolute values, or fill a real array?"
            )
        return value.imag / h

    return _columns(x, step, 1e-20, column, kind=complex)


def richardson(
    f: Callable[[Any], ArrayLike], x: ArrayLike, step: float | None = None, levels: int = 6
) -> Array:
    r"""Return central differences extrapolated to the step 0.

    The error of a central difference is a series in :math:`h^2`. Halving h and subtracting
    removes one term after another (Richardson, 1911; Romberg's scheme). Of all values in the
    scheme, the one that differs least from its neighbours is taken, entry by entry.

    Parameters
    ----------
    f, x
        As for `forward_difference`.
    step
        The largest h; by default 0.05 times :math:`\max(1, |x_i|)`.
    levels
        How many steps, each half of the one before, ≥ 2.

    Returns
    -------
    ndarray
        The shape of ``f(x)`` followed by that of `x`.

    Raises
    ------
    ValueError
        If the step is not positive, x is complex, or there are fewer than two levels.

    Examples
    --------
    >>> abs(float(richardson(np.exp, 0.0)) - 1) < 1e-12
    True
    """
    if levels < 2:
        raise ValueError(f"levels is {levels}; expected 2 or more")

    def column(moved: Any, h: float) -> Any:
        row = [_central(f, moved, h)]
        best, error = row[0], np.full(np.shape(row[0]), np.inf)
        for level in range(1, levels):
            following = [_central(f, moved, h / 2**level)]
            for k, before in enumerate(row, 1):
                following.append(following[-1] + (following[-1] - before) / (4**k - 1))
                change = np.maximum(
                    np.abs(following[-1] - following[-2]), np.abs(following[-1] - before)
                )
                closer = change < error
                best, error = np.where(closer, following[-1], best), np.minimum(change, error)
            row = following
        return best

    return _columns(x, step, 0.05, column)


def _central(f: Callable[[Any], ArrayLike], moved: Callable[[float], Any], h: float) -> Any:
    return (_values(f(moved(h))) - _values(f(moved(-h)))) / (2 * h)


def _values(found: ArrayLike) -> Any:
    """Return the values of a function in double precision, real or complex."""
    return np.asarray(found, complex if np.iscomplexobj(found) else float)


def _check_place(x: ArrayLike) -> None:
    if np.iscomplexobj(x):
        raise ValueError("x is complex; expected real numbers, such as the two parts of it")


def _point(x: ArrayLike, kind: type = float) -> Any:
    point: Any = np.array(x, kind)
    return point if point.ndim else point[()]


def _columns(
    x: ArrayLike,
    step: float | None,
    relative: float,
    column: Callable[[Callable[[complex], Any], float], Any],
    kind: type = float,
) -> Array:
    """Return ``column(moved, h)`` for each entry of `x`, where ``moved(d)`` adds d to it."""
    if step is not None and not step > 0:
        raise ValueError(f"step is {step!r}; expected a number > 0")
    _check_place(x)
    shape = np.shape(x)
    columns = []
    for i, entry in np.ndenumerate(np.asarray(x, float)):

        def moved(d: complex, i: Any = i) -> Any:
            point: Any = np.array(x, kind)
            point[i] += d
            return point if point.ndim else point[()]

        h = relative * max(1.0, abs(entry)) if step is None else float(step)
        h = abs((entry + h) - entry) if relative > 1e-15 else h  # a step that is added exactly
        columns.append(np.asarray(column(moved, h)))
    if not columns:
        return np.zeros((*np.shape(np.asarray(column(lambda d: _point(x, kind), 1.0))), *shape))
    return np.stack(columns, axis=-1).reshape((*columns[0].shape, *shape))
