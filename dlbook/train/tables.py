"""The experiments that the book shows, chapter by chapter, fixed before the first was run."""

from __future__ import annotations

from collections.abc import Iterator

from dlbook.optimize import GradientDescent
from dlbook.train.experiment import Experiment

__all__ = ["all_experiments", "learning_rate_table"]


def all_experiments() -> Iterator[Experiment]:
    """Yield every experiment of the book: what the build trains before it reads a chapter.

    Examples
    --------
    >>> len(list(all_experiments()))
    12
    """
    for experiments in learning_rate_table().values():
        yield from experiments


def learning_rate_table() -> dict[float, tuple[Experiment, ...]]:
    """Return chapter 17's experiments on the learning rate: four rates, three seeds each.

    Examples
    --------
    >>> {rate: len(experiments) for rate, experiments in learning_rate_table().items()}
    {1.0: 3, 0.1: 3, 0.05: 3, 0.01: 3}
    """
    return {
        rate: tuple(Experiment(optimiser=GradientDescent(rate), seed=seed) for seed in range(3))
        for rate in (1.0, 0.1, 0.05, 0.01)
    }
