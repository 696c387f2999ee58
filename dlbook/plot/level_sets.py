"""Functions of two variables, by their level sets and the gradients across them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.contour import QuadContourSet
from matplotlib.quiver import Quiver
from numpy.typing import ArrayLike, NDArray

from dlbook.plot.style import PALETTE

__all__ = ["gradients", "level_sets"]

_GRID = 121  # points a side


def level_sets(
    axes: Axes,
    f: Callable[[NDArray[np.float64]], Any],
    x: tuple[float, float],
    y: tuple[float, float],
    *,
    levels: int | Sequence[float] = 8,
) -> QuadContourSet:
    """Draw the level sets of a function of the plane, on axes with equal units.

    Parameters
    ----------
    axes
        What to draw on.
    f
        Takes a point, shape ``(2,)``, returns a number.
    x, y
        Least and greatest first and second coordinate.
    levels
        The values whose level sets are drawn, increasing; or about how many of them.

    Returns
    -------
    matplotlib.contour.QuadContourSet
        For :meth:`~matplotlib.axes.Axes.clabel`, which writes the values on the lines.

    Raises
    ------
    ValueError
        If `f` returns something other than a finite number at some point of the rectangle.

    Examples
    --------
    >>> from dlbook.plot import figure
    >>> fig, axes = figure()
    >>> drawn = level_sets(axes, lambda w: w @ w, (-1, 1), (-1, 1), levels=[0.25, 1.0])
    >>> drawn.levels
    array([0.25, 1.  ])
    """
    across, up = np.linspace(*x, _GRID), np.linspace(*y, _GRID)
    values = np.array([[_value(f, np.array([a, b])) for a in across] for b in up])
    drawn = axes.contour(
        across, up, values, levels=levels, colors=PALETTE["muted"], linestyles="-", linewidths=1
    )
    axes.set_aspect("equal")
    axes.grid(visible=False)
    return drawn


def _value(f: Callable[[NDArray[np.float64]], Any], point: NDArray[np.float64]) -> float:
    value = np.asarray(f(point))
    if value.shape != () or not np.isfinite(value):
        raise ValueError(
            f"f({point.tolist()}) is {value.tolist()}; expected one finite number at every point "
            "of the rectangle: restrict x and y, or f"
        )
    return float(value)


def gradients(
    axes: Axes,
    gradient: Callable[[NDArray[np.float64]], ArrayLike],
    points: ArrayLike,
    *,
    longest: float = 0.5,
) -> Quiver:
    """Draw the gradient at points of the plane, as arrows from there.

    All lengths are in one scale, so that arrows can be compared; where the gradient is zero
    there is a dot.

    Parameters
    ----------
    axes
        What to draw on, as `level_sets` leaves it.
    gradient
        Takes a point, shape ``(2,)``, returns an array of this shape.
    points
        Shape ``(n, 2)``.
    longest
        Length of the longest arrow, in the units of the axes, > 0.

    Raises
    ------
    ValueError
        If `points`, or what `gradient` returns, has another shape.

    Examples
    --------
    >>> from dlbook.plot import figure
    >>> fig, axes = figure()
    >>> arrows = gradients(axes, lambda w: 2 * w, [[1.0, 0.0], [0.0, 0.5]], longest=0.4)
    >>> arrows.U.tolist(), arrows.V.tolist()
    ([0.4, 0.0], [0.0, 0.2])
    """
    at = np.asarray(points, dtype=np.float64)
    if at.ndim != 2 or at.shape[1] != 2:
        raise ValueError(f"points has shape {at.shape}; expected (n, 2)")
    arrows = np.array([np.asarray(gradient(point), dtype=np.float64) for point in at])
    if arrows.shape != at.shape:
        raise ValueError(f"gradient returns the shape {arrows.shape[1:]}; expected (2,)")
    lengths = np.hypot(*arrows.T)
    arrows *= longest / (lengths.max(initial=0.0) or 1.0)
    axes.plot(*at[lengths == 0].T, "o", ms=5, color=PALETTE["c1"])
    return axes.quiver(
        *at.T,
        *arrows.T,
        angles="xy",
        scale_units="xy",
        scale=1,
        width=0.008,
        color=PALETTE["c1"],
        zorder=3,
    )
