"""Runs of experiments: made once, stored, and loaded from then on."""

from __future__ import annotations

import functools
import time
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from dlbook import nn, trees
from dlbook.extras import need
from dlbook.train import store
from dlbook.train.experiment import Experiment
from dlbook.train.keys import key_of, library_code
from dlbook.train.loop import History, evaluate, fit
from dlbook.train.progress import progress_bar

__all__ = ["Run", "results", "sweep"]


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


def results(experiment: Experiment, *, progress: bool | None = None) -> Run:
    """Return the finished run of an experiment: load it, or train it and store it.

    It is stored in ``$DLBOOK_CACHE``, otherwise in the user's cache folder, and made again when
    the code that it uses or the version of NumPy changes, or when its file is damaged. Code that
    counts is the library's and that of the experiment's parts, if they are not the library's.
    Where nothing can be stored, a warning says so before the training, which takes place
    nevertheless. Runs of other code that were not used for two weeks are removed.

    Parameters
    ----------
    experiment
        What to run.
    progress
        Whether training shows a bar; by default where standard error is a terminal.

    Raises
    ------
    FloatingPointError
        If training diverges.
    RuntimeError
        If the library was edited after it was imported.
    ImportError
        If ``dlbook[train]`` is not installed.
    """
    return sweep([experiment], progress=progress)[0]


def sweep(
    experiments: Iterable[Experiment], *, jobs: int | None = None, progress: bool | None = None
) -> list[Run]:
    """Return the finished runs of many experiments, training those that are not stored yet.

    Each process trains one run at a time on one thread, so the bits are those of `results`.

    Parameters
    ----------
    experiments
        What to run.
    jobs
        Processes; by default one for each core.
    progress
        Whether to show a bar; by default where standard error is a terminal.

    Returns
    -------
    list of Run
        In the order of `experiments`.

    Raises
    ------
    FloatingPointError
        If training diverges. Runs that ended before are stored.
    RuntimeError
        If the library was edited after it was imported.
    ImportError
        If ``dlbook[train]`` is not installed.
    """
    wanted = list(experiments)
    runs = {experiment: _load(experiment) for experiment in wanted}
    missing = [experiment for experiment, run in runs.items() if run is None]
    if missing:
        folder = store.cache_folder()
        stores = _stores(folder)
        for run in _trained(missing, jobs, progress):
            runs[run.experiment] = run
            stores = stores and _store(run)
        store.clean(folder, f"run-{library_code()[:12]}")
    return [run for run in (runs[experiment] for experiment in wanted) if run is not None]


def _trained(
    experiments: list[Experiment], jobs: int | None, progress: bool | None
) -> Iterator[Run]:
    """Yield the runs of experiments as they end."""
    code = library_code()
    if len(experiments) == 1 or jobs == 1:
        for experiment in experiments:
            yield _make(experiment, code, progress)
        return
    with need("train"):
        import joblib
    parallel = joblib.Parallel(
        n_jobs=min(jobs or joblib.cpu_count(), len(experiments)),
        return_as="generator_unordered",
    )
    tasks = (joblib.delayed(_make)(experiment, code, False) for experiment in experiments)
    with progress_bar(len(experiments), "run", progress) as bar:
        for count, run in enumerate(parallel(tasks), start=1):
            yield run
            if bar is not None:
                accuracy = float(run.history.train_accuracy[-1])
                bar.step(count, "training", loss=run.history.train_loss[-1], accuracy=accuracy)


def _make(experiment: Experiment, code: str, progress: bool | None) -> Run:
    """Train on one BLAS thread: with two the bits differ."""
    with need("train"):
        from threadpoolctl import threadpool_limits
    if library_code() != code:  # in a process that has just imported what the other has not
        raise RuntimeError("dlbook was edited while a sweep was running; restart Python")
    with threadpool_limits(1):
        return _train(experiment, progress)


def _train(experiment: Experiment, progress: bool | None) -> Run:
    model, loss = experiment.model, experiment.loss
    train, validation, test = experiment.data.load(experiment.dtype)
    started = time.perf_counter()
    rng = np.random.default_rng(experiment.seed)
    best, history = fit(
        functools.partial(nn.objective, model=model, loss=loss, alpha=experiment.alpha),
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
        progress=progress,
    )
    _, test_accuracy = evaluate(model, best, test, loss=loss)
    return Run(experiment, history, best, test_accuracy, time.perf_counter() - started)


# ---- stored runs ------------------------------------------------------------------------


def _path(experiment: Experiment) -> Path:
    """Return the file of a run, named after all that its numbers depend on."""
    return store.cache_folder() / f"run-{key_of(experiment)}.safetensors"


def _load(experiment: Experiment) -> Run | None:
    stored = store.load(_path(experiment))
    if stored is None:
        return None
    arrays, record = stored
    rng = np.random.default_rng(experiment.seed)
    _, structure = trees.flatten(experiment.model.init(rng, experiment.dtype))
    params = trees.unflatten(structure, list(arrays.values()))
    history = History(**{name: np.array(curve) for name, curve in record["history"].items()})
    return Run(experiment, history, params, record["test_accuracy"], record["seconds"])


def _stores(folder: Path) -> bool:
    """Return whether runs can be stored; warn if not, before anything is trained."""
    try:
        store.probe(folder)
    except OSError as error:
        _warn(error)
        return False
    return True


def _store(run: Run) -> bool:
    """Store a run, or warn that it cannot be: the training is not lost for that."""
    record = {
        "history": {name: curve.tolist() for name, curve in asdict(run.history).items()},
        "test_accuracy": run.test_accuracy,
        "seconds": run.seconds,
    }
    leaves = {str(i): leaf for i, leaf in enumerate(trees.leaves(run.params))}
    try:
        store.save(_path(run.experiment), leaves, record)
    except OSError as error:
        _warn(error)
        return False
    return True


def _warn(error: OSError) -> None:
    warnings.warn(
        f"runs cannot be stored ({error}), so they are trained again the next time; set "
        "DLBOOK_CACHE to a folder that can be written to",
        RuntimeWarning,
        stacklevel=2,
    )
