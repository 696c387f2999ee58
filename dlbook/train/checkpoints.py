"""What an interrupted training goes on from: one file, written whole and trusted only if whole."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dlbook import trees
from dlbook.data import Split
from dlbook.train import store
from dlbook.train.keys import code_of_value, library_code

__all__ = ["Checkpoint", "CheckpointError", "Place", "facts_of"]

FORMAT = "dlbook checkpoint 1"


class CheckpointError(ValueError):
    """A file that a training cannot go on from; the message says why, and what to do."""


class Place:
    """Where a training is: all that it needs to go on.

    Parameters
    ----------
    params, state, best
        Parameters and state of the optimiser, and the parameters of the best epoch so far.
    rng
        The generator's state.
    epochs, batches
        How many epochs there are to be, and how many batches in each.

    Attributes
    ----------
    epoch, batch
        Epochs done, and batches done of the one after them.
    total, hits
        Loss and right answers, summed over the examples of these batches.
    rng_of_epoch
        The generator's state before it drew the order of this epoch.
    curves, steps
        Shapes ``(4, epochs)`` and ``(2, epochs * batches)``, filled as far as the training is.
    ended
        Whether a callback ended the training.
    """

    def __init__(
        self, params: Any, state: Any, best: Any, rng: Any, epochs: int, batches: int
    ) -> None:
        self.params, self.state, self.best, self.best_accuracy = params, state, best, -1.0
        self.epoch = self.batch = self.hits = 0
        self.total = 0.0
        self.rng_of_epoch = self.rng = rng
        self.batches = batches
        self.curves, self.steps = np.empty((4, epochs)), np.empty((2, epochs * batches))
        self.ended = False


def facts_of(
    place: Place, splits: Mapping[str, Split], batch_size: int, functions: Mapping[str, Any]
) -> dict[str, str]:
    """Return what the bits of a training depend on, each in a word or as a hash.

    Parameters
    ----------
    place
        Its start.
    splits
        Its examples, by what `fit` calls them.
    batch_size
        Examples per step.
    functions
        Its functions and its optimiser, by what `fit` calls them.
    """
    facts = {"batch_size": str(batch_size), "the version of NumPy": np.__version__}
    facts["dlbook's code"] = library_code()
    facts["params"] = _hash(*trees.leaves(place.params))
    facts["rng"] = hashlib.sha256(json.dumps(_plain(place.rng)).encode()).hexdigest()
    facts |= {name: _hash(split.x, split.y) for name, split in splits.items()}
    return facts | {name: code_of_value(function) for name, function in functions.items()}


class Checkpoint:
    """The file of one training.

    Parameters
    ----------
    path
        Where it is, or will be.
    facts
        What the training depends on, as `facts_of` returns it.

    Raises
    ------
    ValueError
        If there is no folder for it.
    """

    def __init__(self, path: Path, facts: Mapping[str, str]) -> None:
        if not path.absolute().parent.is_dir():
            raise ValueError(f"checkpoint is {str(path)!r}, and the folder of it does not exist")
        self.path, self.facts = path, dict(facts)
        store.remove_parts(path.absolute().parent, path.stem, 60.0)

    def write(self, place: Place) -> None:
        """Write where a training is; who looks sees this, or what was written before, whole.

        Raises
        ------
        TypeError
            If the optimiser's state holds something other than arrays and plain values.
        OSError
            If the file cannot be written.
        """
        arrays: dict[str, NDArray[Any]] = {}
        others: dict[str, Any] = {}
        for name, leaf in _leaves(place).items():
            if isinstance(leaf, (np.ndarray, np.generic)):
                arrays[name] = np.asarray(leaf)
            elif leaf is None or isinstance(leaf, (bool, int, float, str)):
                others[name] = leaf
            else:
                raise TypeError(
                    f"{name} is of type {type(leaf).__name__}; a checkpoint can hold arrays, "
                    "numbers, strings and None"
                )
        arrays["curves"] = place.curves[:, : place.epoch]
        arrays["steps"] = place.steps[:, : place.epoch * place.batches + place.batch]
        record = {
            "format": FORMAT,
            "facts": self.facts,
            "others": others,
            "rng_of_epoch": _plain(place.rng_of_epoch),
            "rng": _plain(place.rng),
        } | {name: getattr(place, name) for name in _NUMBERS}
        store.save(self.path, arrays, record)

    def restore(self, place: Place) -> None:
        """Put the training where the file says it was; leave it at its start if there is none.

        Raises
        ------
        CheckpointError
            If the file is damaged, or not one of this training.
        """
        try:
            arrays, record = store.read(self.path)
        except FileNotFoundError:
            return
        except (OSError, store.DamagedError) as error:
            raise CheckpointError(
                f"checkpoint {self.path} cannot be used: {error}; "
                "remove it to train from the start, or name another file"
            ) from error
        self._check(record, place)
        for part in ("params", "state", "best"):
            start = getattr(place, "params" if part == "best" else part)
            leaves, structure = trees.flatten(start)
            found = [
                _like(leaf, arrays.get(name), record["others"].get(name))
                for name, leaf in zip(_names(part, start), leaves, strict=True)
            ]
            setattr(place, part, trees.unflatten(structure, found))
        for name in (*_NUMBERS, "rng", "rng_of_epoch"):
            setattr(place, name, record[name])
        place.rng, place.rng_of_epoch = _arrays(place.rng), _arrays(place.rng_of_epoch)
        place.curves[:, : place.epoch] = arrays["curves"]
        place.steps[:, : place.epoch * place.batches + place.batch] = arrays["steps"]

    def _check(self, record: Any, place: Place) -> None:
        """Raise an error for a file of another program, of another training, or of a longer one."""
        if not isinstance(record, dict) or record.get("format") != FORMAT:
            raise CheckpointError(
                f"{self.path} is not a checkpoint of this version of dlbook's fit; "
                "name another file for this training"
            )
        theirs = record["facts"]
        other = [name for name, fact in self.facts.items() if theirs.get(name) != fact]
        if other:
            raise CheckpointError(
                f"checkpoint {self.path} belongs to another training: it differs in "
                f"{', '.join(other)}; call fit with the arguments of that training, or name "
                "another file for this one"
            )
        done = record["epoch"] + (record["batch"] > 0)
        epochs = place.curves.shape[1]
        if done > epochs:
            raise CheckpointError(
                f"checkpoint {self.path} has been trained for {done} epochs, and epochs is "
                f"{epochs}; ask for at least as many"
            )


_NUMBERS = ("epoch", "batch", "total", "hits", "best_accuracy", "ended")


def _names(part: str, tree: Any) -> list[str]:
    return [f"{part} {i}" for i in range(len(trees.leaves(tree)))]


def _leaves(place: Place) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for part in ("params", "state", "best"):
        tree = getattr(place, part)
        found |= zip(_names(part, tree), trees.leaves(tree), strict=True)
    return found


def _like(start: Any, array: NDArray[Any] | None, other: Any) -> Any:
    """Return a stored leaf as the kind that the leaf at the start is, laid out as that is."""
    if array is None:
        return other
    if isinstance(start, np.ndarray) and start.shape == array.shape:
        leaf = np.empty_like(start, dtype=array.dtype)  # Fortran's order, where that has it
        leaf[...] = array
        return leaf
    return array[()] if isinstance(start, np.generic) else array


def _hash(*arrays: Any) -> str:
    total = hashlib.sha256()
    for array in map(np.asarray, arrays):
        total.update(f"{array.dtype} {array.shape} {array.strides}".encode())
        total.update(np.ascontiguousarray(array).data)
    return total.hexdigest()


def _plain(state: Any) -> Any:
    """Return a generator's state as what JSON can hold."""
    if isinstance(state, dict):
        return {key: _plain(entry) for key, entry in state.items()}
    if isinstance(state, np.ndarray):  # of MT19937, Philox and SFC64
        return {"array": state.tolist(), "dtype": str(state.dtype)}
    return state.item() if isinstance(state, np.generic) else state


def _arrays(state: Any) -> Any:
    """Return what `_plain` was given."""
    if isinstance(state, dict):
        if state.keys() == {"array", "dtype"}:
            return np.array(state["array"], state["dtype"])
        return {key: _arrays(entry) for key, entry in state.items()}
    return state
