"""Curves of a training run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike, NDArray

from dlbook.plot.style import CYCLE, figure

__all__ = ["History", "learning_curves"]


class History(Protocol):
    """What a drawable history holds: one entry an epoch, shapes ``(epochs,)``."""

    @property
    def train_loss(self) -> NDArray[np.float64]:
        """Mean loss over the epoch's batches."""

    @property
    def train_accuracy(self) -> NDArray[np.float64]:
        """Mean accuracy over the epoch's batches."""

    @property
    def validation_loss(self) -> NDArray[np.float64]:
        """Loss on the validation set at the epoch's end."""

    @property
    def validation_accuracy(self) -> NDArray[np.float64]:
        """Accuracy on the validation set at the epoch's end."""


def learning_curves(runs: Mapping[str, History | Sequence[History]]) -> Figure:
    """Draw loss and accuracy by epoch, train and validation: one row of panels a label.

    Parameters
    ----------
    runs
        Label to the history of one run, or to those of several runs that differ in the seed
        alone: then the line is their mean and the band reaches from the least to the
        largest. All panels of a column share their axes, so that rows can be compared.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If there is no run to draw, or the runs under one label differ in length.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> fall, rise = np.array([2.0, 1.0]), np.array([0.5, 0.8])
    >>> history = SimpleNamespace(
    ...     train_loss=fall, train_accuracy=rise, validation_loss=fall, validation_accuracy=rise
    ... )
    >>> [axes.get_ylabel() for axes in learning_curves({"lr 0.1": history}).axes]
    ['loss (nats)', 'accuracy']
    """
    if not runs:
        raise ValueError("runs is empty; give at least one label with its history")
    fig, panels = figure(
        len(runs), 2, height=0.7 + 1.5 * len(runs), sharex=True, sharey="col", squeeze=False
    )
    for row, (label, histories) in zip(panels, runs.items(), strict=True):
        several = list(histories) if isinstance(histories, Sequence) else [histories]
        for axes, quantity, name in zip(
            row, ("loss", "accuracy"), ("loss (nats)", "accuracy"), strict=True
        ):
            for (colour, dashes), part in zip(CYCLE, ("train", "validation"), strict=False):
                curves = _stack([getattr(h, f"{part}_{quantity}") for h in several], label)
                _band(axes, curves, colour, dashes, part)
            axes.set_ylabel(name)
            axes.xaxis.set_major_locator(MaxNLocator(6, integer=True, min_n_ticks=1))
        row[0].set_title(label, loc="left")
    for axes in panels[-1]:
        axes.set_xlabel("epoch")
    panels[0, 1].legend(loc="lower right")
    return fig


def _stack(curves: Sequence[ArrayLike], label: str) -> NDArray[np.float64]:
    lengths = {np.shape(curve) for curve in curves}
    if len(lengths) != 1:
        raise ValueError(f"runs[{label!r}] has curves of shapes {sorted(lengths)}; expected one")
    return np.array(curves, dtype=np.float64)


def _band(axes: Axes, curves: NDArray[np.float64], colour: str, dashes: Any, label: str) -> None:
    epochs = np.arange(1, curves.shape[1] + 1)
    axes.plot(epochs, curves.mean(axis=0), color=colour, linestyle=dashes, label=label)
    if len(curves) > 1:
        axes.fill_between(
            epochs, curves.min(axis=0), curves.max(axis=0), color=colour, alpha=0.2, linewidth=0
        )
