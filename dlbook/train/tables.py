"""The experiments that the book shows, chapter by chapter, fixed before the first was run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from dlbook.optimize import GradientDescent
from dlbook.train.experiment import Experiment

__all__ = ["all_experiments", "diagnosis_runs", "learning_rate_table"]


def all_experiments() -> Iterator[Experiment]:
    """Yield every experiment of the book: what the build trains before it reads a chapter.

    Examples
    --------
    >>> all(isinstance(experiment, Experiment) for experiment in all_experiments())
    True
    """
    for experiments in learning_rate_table().values():
        yield from experiments
    for experiments in diagnosis_runs().values():
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


def diagnosis_runs() -> dict[str, tuple[Experiment, ...]]:
    """Return chapter 18's experiments, by what is wrong with them, three seeds each.

    Examples
    --------
    >>> {name: len(experiments) for name, experiments in diagnosis_runs().items()}
    {'under-trained': 3, 'low rank': 3, 'low rank, longer': 3, 'collapsed': 3}
    """
    experiments = {
        "under-trained": Experiment(optimiser=GradientDescent(0.01), epochs=30),
        "low rank": Experiment(alpha=0.1),
        "low rank, longer": Experiment(alpha=0.1, epochs=20),
        "collapsed": Experiment(alpha=1.0),
    }
    return {
        name: tuple(replace(experiment, seed=seed) for seed in range(3))
        for name, experiment in experiments.items()
    }
