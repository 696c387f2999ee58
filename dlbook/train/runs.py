"""Runs of experiments: made once, stored, and loaded from then on."""

from __future__ import annotations

import pickle
import traceback
import warnings
from collections.abc import Iterable, Iterator
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from dlbook import trees
from dlbook.extras import need
from dlbook.train import store
from dlbook.train.experiment import Experiment
from dlbook.train.keys import key_of, library_code
from dlbook.train.loop import History
from dlbook.train.progress import progress_bar
from dlbook.train.run import Run, run

__all__ = ["results", "sweep"]

FORMAT = "dlbook run 2"


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
    try:
        return sweep([experiment], progress=progress)[0]
    except ExceptionGroup as group:
        raise group.exceptions[0] from None


def sweep(
    experiments: Iterable[Experiment], *, jobs: int | None = None, progress: bool | None = None
) -> list[Run]:
    """Return the finished runs of many experiments, training those that are not stored yet.

    Each process trains one run at a time on one thread, so the bits are those of `results`. A run
    is stored as soon as it has ended, and no other is lost when one fails. When a process is
    killed, what it was training is trained again, in the end alone. Several sweeps may go on at
    once, on the same experiments too.

    Runs are spread by joblib: within ``joblib.parallel_config("dask")`` the processes are those
    of a Dask cluster, on as many machines as it has. Its workers need ``dlbook[train]`` of the
    same code, and one thread each.

    Parameters
    ----------
    experiments
        What to run.
    jobs
        Processes; by default one for each core. A cluster has the number that it has.
    progress
        Whether to show a bar; by default where standard error is a terminal.

    Returns
    -------
    list of Run
        In the order of `experiments`.

    Raises
    ------
    TypeError
        If something else is given than experiments.
    ExceptionGroup
        If runs failed, once all others have ended: the errors that `results` would raise. A note
        on each says which experiment it was.
    RuntimeError
        If the library was edited after it was imported.
    ImportError
        If ``dlbook[train]`` is not installed.
    """
    wanted = list(experiments)
    for one in wanted:
        if not isinstance(one, Experiment):
            raise TypeError(
                f"sweep was given {one!r}; expected experiments, such as a row of a table: "
                "[sweep(row) for row in table.values()]"
            )
    runs = {experiment: _load(experiment) for experiment in wanted}
    missing = [experiment for experiment, run in runs.items() if run is None]
    errors = []
    if missing:
        folder = store.cache_folder()
        stores = _stores(folder)
        for outcome in _trained(missing, jobs, progress):
            if isinstance(outcome, _Failure):
                errors.append(outcome.error)
                continue
            runs[outcome.experiment] = outcome
            stores = stores and _store(outcome)
        store.clean(folder, f"run-{library_code()[:12]}")
    if errors:
        count = f"{len(errors)} of {len(runs)} runs failed"
        rest = "; the others have ended" if len(errors) < len(runs) else ""
        raise ExceptionGroup(count + rest, errors)
    return [run for run in (runs[experiment] for experiment in wanted) if run is not None]


@dataclass(frozen=True)
class _Failure:
    """What came instead of a run."""

    experiment: Experiment
    error: Exception


#: As often in a row, with no run ending in between, may processes be killed before one experiment
#: is tried alone.
PATIENCE = 3


def _trained(
    experiments: list[Experiment], jobs: int | None, progress: bool | None
) -> Iterator[Run | _Failure]:
    """Yield what became of experiments, as they end."""
    code = library_code()
    if len(experiments) == 1 or jobs == 1:
        for experiment in experiments:
            yield _make(experiment, code, progress)
        return
    failed = 0
    with progress_bar(len(experiments), "run", progress) as bar:
        for done, outcome in enumerate(_spread_again(experiments, code, jobs), 1):
            failed += isinstance(outcome, _Failure)
            if bar is not None:
                text = f"training, {failed} failed" if failed else "training"
                bar.step(done, text, **_note(outcome))
            yield outcome


def _spread_again(
    experiments: list[Experiment], code: str, jobs: int | None
) -> Iterator[Run | _Failure]:
    """Yield what became of experiments, though processes are killed."""
    left, killed = list(experiments), 0
    while left:
        # A killed process takes the others with it, and which one it was isn't told: an
        # experiment is given up only when it was alone.
        tried = left[:] if killed < PATIENCE else left[:1]
        try:
            for outcome in _spread(tried, code, jobs):
                left.remove(outcome.experiment)
                killed = 0
                yield outcome
        except BrokenProcessPool as error:
            killed += 1
            if killed > PATIENCE:
                yield _Failure(left[0], _noted(RuntimeError(str(error)), left[0]))
                del left[0]
                killed = 0


def _note(outcome: Run | _Failure) -> dict[str, float]:
    if isinstance(outcome, _Failure):
        return {}
    history = outcome.history
    loss, accuracy = history.train_loss[-1], history.train_accuracy[-1]
    return {"loss": float(loss), "accuracy": float(accuracy)}


def _spread(experiments: list[Experiment], code: str, jobs: int | None) -> Iterator[Run | _Failure]:
    """Yield what became of experiments, each made in one of joblib's processes."""
    with need("train"):
        import joblib
    parallel = joblib.Parallel(
        # At least two, also for one experiment: a single job would be done in this process, and
        # an experiment may be left over because it kills the process that it is in.
        n_jobs=min(jobs or joblib.cpu_count(), max(len(experiments), 2)),
        batch_size=1,
        return_as="generator_unordered",
    )
    yield from parallel(joblib.delayed(_make)(e, code, False) for e in experiments)


def _make(experiment: Experiment, code: str, progress: bool | None) -> Run | _Failure:
    """Return the run of an experiment, which another sweep may have stored by now, or its error."""
    try:
        if library_code() != code:  # in a process that has just imported what the other has not
            raise RuntimeError("dlbook was edited while a sweep was running; restart Python")
        return _load(experiment) or run(experiment, progress=progress)
    except Exception as error:
        return _Failure(experiment, _noted(error, experiment))


def _noted(error: Exception, experiment: Experiment) -> Exception:
    """Return an error with a note of its run, and as one that another process can be sent."""
    where = "".join(traceback.format_tb(error.__traceback__))
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:
        error = RuntimeError(f"{type(error).__name__}: {error}")
    error.add_note(f"This was the run of {experiment}.")
    error.add_note(f"In the process that trained it:\n{where}" if where else "No process was left.")
    return error


# ---- stored runs ------------------------------------------------------------------------


def _path(experiment: Experiment) -> Path:
    """Return the file of a run, named after all that its numbers depend on."""
    return store.cache_folder() / f"run-{key_of(experiment)}.safetensors"


def _load(experiment: Experiment) -> Run | None:
    stored = store.load(_path(experiment))
    if stored is None:
        return None
    arrays, record = stored
    if record.get("format") != FORMAT:
        return None
    curves = {name: arrays.pop(name) for name in record["curves"]}
    rng = np.random.default_rng(experiment.seed)
    _, structure = trees.flatten(experiment.model.init(rng, experiment.dtype))
    params = trees.unflatten(structure, list(arrays.values()))
    return Run(experiment, History(**curves), params, record["test_accuracy"], record["seconds"])


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
        "format": FORMAT,
        "curves": list(vars(run.history)),
        "test_accuracy": run.test_accuracy,
        "seconds": run.seconds,
    }
    leaves = {str(i): leaf for i, leaf in enumerate(trees.leaves(run.params))}
    try:
        store.save(_path(run.experiment), leaves | vars(run.history), record)
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
