"""Runs of experiments: made once, kept, and loaded from then on."""

from __future__ import annotations

import functools
import hashlib
import json
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

import dlbook
from dlbook import data, nn
from dlbook.data.mnist import CHECKSUMS
from dlbook.extras import need
from dlbook.train import store
from dlbook.train.experiment import Experiment
from dlbook.train.fingerprint import code_fingerprint
from dlbook.train.loop import History, evaluate, fit
from dlbook.train.progress import progress_bar

__all__ = ["Run", "results", "sweep"]

# What a run executes; a change of their code makes every run stale.
ROOMS = ("trees.py", "autodiff", "optimize", "nn", "data", "train")


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
        Of these parameters, on MNIST's 10,000 test images.
    seconds
        How long the training took, with its evaluations.
    """

    experiment: Experiment
    history: History
    params: nn.Params
    test_accuracy: float
    seconds: float


def results(experiment: Experiment, *, progress: bool | None = None) -> Run:
    """Return the finished run of an experiment: load it, or train it and keep it.

    It is kept in ``$DLBOOK_CACHE``, else in the user's cache folder, and made anew when the
    code that it uses, the data or the version of NumPy change, or when its file is damaged.

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
    ImportError
        If ``dlbook[train]`` is not installed.
    """
    return _load(experiment) or _make(experiment, progress)


def sweep(
    experiments: Iterable[Experiment], *, jobs: int | None = None, progress: bool | None = None
) -> list[Run]:
    """Return the finished runs of many experiments, training those that are not kept yet.

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
        If training diverges. Runs that ended before are kept.
    ImportError
        If ``dlbook[train]`` is not installed.
    """
    wanted = list(experiments)
    runs = {experiment: _load(experiment) for experiment in wanted}
    missing = [experiment for experiment, run in runs.items() if run is None]
    with need("train"):
        import joblib
    if len(missing) == 1 or jobs == 1:
        for experiment in missing:
            runs[experiment] = _make(experiment, progress)
    elif missing:
        parallel = joblib.Parallel(
            n_jobs=min(jobs or joblib.cpu_count(), len(missing)),
            return_as="generator_unordered",
        )
        tasks = (joblib.delayed(_make)(experiment, False) for experiment in missing)
        with progress_bar(len(missing), "run", progress) as bar:
            for count, run in enumerate(parallel(tasks), start=1):
                runs[run.experiment] = run
                if bar is not None:
                    accuracy = float(run.history.train_accuracy[-1])
                    bar.step(count, "training", loss=run.history.train_loss[-1], accuracy=accuracy)
    return [run for run in (runs[experiment] for experiment in wanted) if run is not None]


def _make(experiment: Experiment, progress: bool | None) -> Run:
    """Train on one BLAS thread (with two the bits differ) and keep the result."""
    with need("train"):
        from threadpoolctl import threadpool_limits
    with threadpool_limits(1):
        run = _train(experiment, progress)
    record = {
        "history": {name: curve.tolist() for name, curve in asdict(run.history).items()},
        "test_accuracy": run.test_accuracy,
        "seconds": run.seconds,
    }
    store.save(_path(experiment), run.params, record)
    return run


def _train(experiment: Experiment, progress: bool | None) -> Run:
    model = experiment.model
    train, validation, test = _mnist(experiment.validation, model.dtype)
    started = time.perf_counter()
    rng = np.random.default_rng(experiment.seed)
    params = model.init(rng)
    best, history = fit(
        functools.partial(nn.two_layer_objective, alpha=experiment.alpha),
        params,
        train,
        validation,
        model=model,
        optimiser=experiment.optimiser,
        epochs=experiment.epochs,
        batch_size=experiment.batch_size,
        rng=rng,
        progress=progress,
    )
    _, test_accuracy = evaluate(model, best, test)
    return Run(experiment, history, best, test_accuracy, time.perf_counter() - started)


@functools.lru_cache(maxsize=1)
def _mnist(validation: int, dtype: str) -> tuple[data.Split, data.Split, data.Split]:
    """Return training, validation and test examples, pixels scaled to [0, 1]."""
    mnist = data.mnist()
    train, rest = mnist.train.divide(len(mnist.train) - validation)

    def scaled(split: data.Split) -> data.Split:
        pixels = split.x.reshape(len(split), -1).astype(dtype)
        pixels /= 255
        return data.Split(pixels, split.y)

    return scaled(train), scaled(rest), scaled(mnist.test)


def _load(experiment: Experiment) -> Run | None:
    kept = store.load(_path(experiment))
    if kept is None:
        return None
    params, record = kept
    history = History(**{name: np.array(curve) for name, curve in record["history"].items()})
    return Run(experiment, history, params, record["test_accuracy"], record["seconds"])


def _path(experiment: Experiment) -> Path:
    """Return the file of a run, named after all that its numbers depend on."""
    parts: dict[str, Any] = {
        "experiment": repr(experiment),
        "code": _code(),
        "data": CHECKSUMS,
        "numpy": np.__version__,
    }
    key = hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
    return store.cache_folder() / f"run-{key[:32]}.safetensors"


@functools.cache
def _code() -> str:
    package = Path(dlbook.__file__).parent
    return code_fingerprint(package / room for room in ROOMS)
