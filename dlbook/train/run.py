"""One run of an experiment."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from dlbook import nn
from dlbook.extras import need
from dlbook.train.experiment import Experiment
from dlbook.train.loop import History, evaluate, fit

__all__ = ["Run", "run"]


@dataclass(frozen=True, eq=False)
class Run:
    """A finished run.

    Parameters
    ----------
    experiment
        What was run.
    history
        Its curves.
    params
        Of the epoch with the best validation accuracy.
    test_accuracy
        Of these parameters, on the test examples.
    seconds
        How long the training took, with its evaluations.
    """

    experiment: Experiment
    history: History
    params: Any
    test_accuracy: float
    seconds: float


def run(
    experiment: Experiment,
    *,
    after_epoch: Callable[[History, Any], object] | None = None,
    checkpoint: str | Path | None = None,
    progress: bool | None = None,
) -> Run:
    """Train an experiment, on one BLAS thread: with two the bits differ.

    `results` keeps the run as well, and loads it from then on.

    Parameters
    ----------
    experiment
        What to run.
    after_epoch, checkpoint, progress
        As for `fit`. If `after_epoch` ends the training the run has fewer epochs, and if it was
        taken up from a checkpoint, `seconds` are those since.

    Raises
    ------
    FloatingPointError
        If training diverges.
    CheckpointError
        If the checkpoint is damaged, or one of another experiment.
    ImportError
        If ``dlbook[train]`` is not installed.

    Examples
    --------
    >>> from dlbook import data
    >>> tiny = Experiment(nn.TwoLayer(hidden=2), data.MNIST(validation=59_000), epochs=2)
    >>> run(tiny, progress=False).history.train_loss.shape
    (2,)
    """
    with need("train"):
        from threadpoolctl import threadpool_limits
    model, loss = experiment.model, experiment.loss
    parts: dict[str, Any] = {"model": model, "loss": loss, "alpha": experiment.alpha}
    train, validation, test = experiment.data.load(experiment.dtype)
    started = time.perf_counter()
    rng = np.random.default_rng(experiment.seed)
    with threadpool_limits(1):
        best, history = fit(
            functools.partial(nn.objective, **parts),
            model.init(rng, experiment.dtype),
            train,
            validation,
            model=model,
            optimiser=experiment.optimiser,
            epochs=experiment.epochs,
            batch_size=experiment.batch_size,
            rng=rng,
            loss=loss,
            augmentation=experiment.augmentation,
            value_and_grad=functools.partial(nn.objective_value_and_grad, **parts),
            after_epoch=after_epoch,
            checkpoint=checkpoint,
            progress=progress,
        )
        _, test_accuracy = evaluate(model, best, test, loss=loss)
    return Run(experiment, history, best, test_accuracy, time.perf_counter() - started)
