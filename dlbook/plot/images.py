"""The pictures that a network is trained on, and pictures of what it has learnt from them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike, NDArray

from dlbook.plot.style import CYCLE, PALETTE, figure

__all__ = ["confusion", "digits", "reliability", "weights"]


def digits(images: ArrayLike, labels: ArrayLike, *, columns: int = 8) -> Figure:
    """Draw grey images in a grid, each under its label.

    Parameters
    ----------
    images
        Shape ``(n, height, width)``; 0 is drawn black and the largest value white, as in
        MNIST.
    labels
        Shape ``(n,)``: the text above each image.
    columns
        Images per row, ≥ 1.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If `images` is not three-dimensional and non-empty, or `labels` has another length.

    Examples
    --------
    >>> fig = digits(np.zeros((3, 28, 28)), [5, 0, 4], columns=2)
    >>> [axes.get_title() for axes in fig.axes]
    ['5', '0', '4']
    """
    return _grid(_pictures("images", images), labels, columns, cmap="gray", vmin=0)


def weights(
    images: ArrayLike, labels: Sequence[Any] | NDArray[Any] | None = None, *, columns: int = 8
) -> Figure:
    """Draw signed images in a grid: the incoming weights of hidden units, laid out as images.

    Blue is negative, white is 0 and red is positive. All images have one scale, which reaches to
    the largest absolute value, so that a unit whose weights are small looks pale.

    Parameters
    ----------
    images
        Shape ``(n, height, width)``; ``W1.T.reshape(-1, 28, 28)`` for units that see MNIST.
    labels
        Shape ``(n,)``: the text above each image; none by default.
    columns
        Images per row, ≥ 1.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If `images` is not three-dimensional and non-empty, or `labels` has another length.

    Examples
    --------
    >>> fig = weights(np.linspace(-2, 1, 8).reshape(2, 2, 2), columns=2)
    >>> [picture.get_clim() for axes in fig.axes for picture in axes.images]
    [(-2.0, 2.0), (-2.0, 2.0)]
    """
    pictures = _pictures("images", images)
    names = np.full(len(pictures), "") if labels is None else labels
    most = float(np.abs(pictures).max())
    return _grid(pictures, names, columns, cmap="RdBu_r", vmin=-most, vmax=most)


def confusion(counts: ArrayLike) -> Figure:
    """Draw a confusion matrix: the errors by true class and by answer.

    Only entries off the diagonal are shaded, since beside the correct answers the errors would
    all look alike; every entry is written as a number.

    Parameters
    ----------
    counts
        Shape ``(classes, classes)``, as `dlbook.nn.confusion_matrix` returns them: entry
        ``[k, l]`` counts the examples of class k that were answered l.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If `counts` is not a square matrix.

    Examples
    --------
    >>> fig = confusion([[3, 1], [0, 2]])
    >>> [text.get_text() for text in fig.axes[0].texts]
    ['3', '1', '0', '2']
    """
    matrix = np.asarray(counts)
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1] or matrix.size == 0:
        raise ValueError(f"counts has shape {matrix.shape}; expected (classes, classes)")
    fig, axes = figure(height=4.4)
    errors = np.where(np.eye(len(matrix), dtype=bool), 0, matrix)
    shades = axes.imshow(errors, cmap="Oranges", vmin=0, vmax=max(errors.max(), 1) * 1.6)
    shades.set_alpha((errors > 0).astype(float))
    for (k, answer), count in np.ndenumerate(matrix):
        colour = PALETTE["muted"] if k == answer or not count else "#1a1a1a"
        axes.text(answer, k, str(count), ha="center", va="center", color=colour, fontsize=9)
    axes.set(xlabel="answer", ylabel="true class")
    axes.set_xticks(range(len(matrix)))
    axes.set_yticks(range(len(matrix)))
    axes.grid(visible=False)
    return fig


def reliability(confidence: ArrayLike, accuracy: ArrayLike) -> Figure:
    """Draw accuracy against confidence, and the diagonal on which they are equal.

    Below the diagonal a classifier is surer than it is right.

    Parameters
    ----------
    confidence, accuracy
        Shape ``(bins,)`` each, as `dlbook.nn.calibration` returns them; NaN for an empty bin.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If the shapes are not ``(bins,)`` and equal.

    Examples
    --------
    >>> fig = reliability([0.5, np.nan, 0.9], [0.4, np.nan, 0.9])
    >>> fig.axes[0].lines[1].get_xdata().tolist()
    [0.5, 0.9]
    """
    x, y = (np.asarray(values, dtype=np.float64) for values in (confidence, accuracy))
    if x.ndim != 1 or x.shape != y.shape:
        raise ValueError(
            f"confidence has shape {x.shape} and accuracy has shape {y.shape}; expected (bins,)"
        )
    full = ~(np.isnan(x) | np.isnan(y))
    fig, axes = figure(height=3.4)
    axes.plot([0, 1], [0, 1], color=PALETTE["muted"], linestyle="--", linewidth=1, label="equal")
    axes.plot(x[full], y[full], color=CYCLE[0][0], linestyle="-", marker="o", label="measured")
    axes.set(xlabel="confidence", ylabel="accuracy", xlim=(0, 1.02), ylim=(0, 1.02))
    axes.legend(loc="upper left")
    return fig


def _pictures(name: str, images: ArrayLike) -> NDArray[Any]:
    pictures = np.asarray(images)
    if pictures.ndim != 3 or len(pictures) == 0:
        raise ValueError(f"{name} has shape {pictures.shape}; expected (n, height, width), n ≥ 1")
    return pictures


def _grid(pictures: NDArray[Any], labels: Any, columns: int, **shown: Any) -> Figure:
    """Draw pictures in rows, each under its label."""
    names = np.asarray(labels)
    if names.shape != (len(pictures),):
        raise ValueError(f"labels has shape {names.shape}; expected ({len(pictures)},)")
    rows = -(-len(pictures) // columns)
    fig, panels = figure(rows, columns, height=0.85 * rows * 8 / columns, squeeze=False)
    for axes, picture, name in zip(panels.flat, pictures, names, strict=False):
        axes.imshow(picture, interpolation="nearest", **shown)
        axes.set_title(str(name), pad=2)
        axes.set_axis_off()
    for axes in panels.flat[len(pictures) :]:
        axes.remove()
    return fig
