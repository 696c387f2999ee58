"""The exercises on diagnosing a run, chapter 18."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dlbook.exercises.answers import UnfitError, kind, many, number, numbers, sequence, shown
from dlbook.exercises.checker import Checker

__all__ = ["CHECKERS", "recorded_runs"]

Record = dict[str, Any]
Case = dict[str, Any]

_FAULTS = ("order", "overfit", "plateau", "leak", "steps", "labels")
_SEEDS = 3


def recorded_runs(seed: int = 0) -> list[Record]:
    """Return the six runs of exercise ``ex-diagnosis-runs``, trained as they are asked for.

    Parameters
    ----------
    seed
        Which six: 0, those that the chapter shows, to 2.

    Returns
    -------
    list of dict
        Each with the lists ``train_loss``, ``train_accuracy``, ``validation_loss`` and
        ``validation_accuracy``, at five times of the run, and the number ``test_accuracy``, of the
        network at its end; all rounded to three decimals.

    Raises
    ------
    ValueError
        If there are no runs of this seed.

    Examples
    --------
    >>> len(recorded_runs())
    6
    """
    if seed not in range(_SEEDS):
        raise ValueError(f"seed is {seed!r}; expected 0 to {_SEEDS - 1}")
    return [_recorded(fault, int(seed)) for fault in _FAULTS]


@functools.cache
def _recorded(fault: str, seed: int) -> Record:
    """Train 784-32-10 on few images, with one thing wrong."""
    from dlbook import data, nn

    images, watched, test = data.MNIST().load("float32")
    rng = np.random.default_rng(seed)
    few = fault in ("leak", "overfit")
    n, every = (200, 6) if few else (1600, 1)
    own, seen = slice(n), slice(1000)
    x, y = images.x[own], images.y[own].astype(np.intp)
    if fault == "labels":
        y = rng.permutation(y)
    if fault == "order":
        by_label = y.argsort(kind="stable")
        x, y = x[by_label], y[by_label]
    x_seen, y_seen = watched.x[seen], watched.y[seen].astype(np.intp)
    if fault == "leak":
        x_seen, y_seen = np.concatenate([x, x_seen[:n]]), np.concatenate([y, y_seen[:n]])
    plateau = fault == "plateau"
    rate = np.float32({"steps": 30.0, "plateau": 0.5}.get(fault, 1.0))
    model = nn.TwoLayer(hidden=32, scale=1e-4 if plateau else 0.05)
    params = model.init(rng)

    def measure(x: NDArray[Any], y: NDArray[Any]) -> tuple[float, float]:
        logits = model(params, x)
        return float(nn.cross_entropy(logits, y)), nn.accuracy(logits, y)

    curves: list[tuple[float, ...]] = []
    for epoch in range(5 * every):
        order = np.arange(n) if fault == "order" else rng.permutation(n)
        loss, hits = 0.0, 0
        for start in range(0, n, 32):
            rows = order[start : start + 32]
            (_, aux), grads = nn.two_layer_value_and_grad(params, x[rows], y[rows], alpha=0.0)
            loss += len(rows) * aux.loss / n
            hits += int(np.sum(aux.logits.argmax(axis=1) == y[rows]))
            params = {name: params[name] - rate * grads[name] for name in params}
        if (epoch + 1) % every == 0:
            curves.append((loss, hits / n, *measure(x_seen, y_seen)))
    parts = ("train_loss", "train_accuracy", "validation_loss", "validation_accuracy")
    record: Record = {
        name: [round(value, 3) for value in curve]
        for name, curve in zip(parts, zip(*curves, strict=True), strict=True)
    }
    return record | {"test_accuracy": round(measure(test.x, test.y)[1], 3)}


@functools.cache
def _all() -> list[tuple[str, Record]]:
    return [(fault, _recorded(fault, seed)) for seed in range(_SEEDS) for fault in _FAULTS]


def _sets() -> Any:
    """Return a strategy for six runs, one of each fault, in any order and of any seeds."""
    from hypothesis import strategies as st

    known = _all()  # trained here, before an answer is timed
    seeds = st.lists(st.integers(0, _SEEDS - 1), min_size=6, max_size=6)
    orders = st.permutations(range(6))
    return st.tuples(seeds, orders).map(
        lambda drawn: [known[6 * seed + at][1] for seed, at in zip(*drawn, strict=True)]
    )


def _not_the_faults(given: list[Record], returned: Any) -> str | None:
    names = ", ".join(sorted(_FAULTS))
    found = sequence(returned, f"a list of six of {names}")
    if len(found) != len(given):
        raise UnfitError(f"it has {many(len(found), 'entry', 'entries')}; expected six")
    for i, (name, record) in enumerate(zip(found, given, strict=True)):
        if not isinstance(name, str) or name not in _FAULTS:
            word = shown(name) if isinstance(name, str) else kind(name)
            raise UnfitError(f"entry {i} is {word}; expected one of {names}")
        (right,) = (fault for fault, known in _all() if known == record)
        if name != right:
            return f"the fault of run {i} is {right}, not {name}"
    return None


# ---- the saddle -------------------------------------------------------------------------


def _labelled(most_images: int, most_pixels: int, most_classes: int) -> Any:
    """Return a strategy for images, labels of which each class has one, and a penalty.

    The penalty is never the rate of a mode: rates of integers are not multiples of 1/1000.
    """
    from hypothesis import strategies as st

    @st.composite
    def case(draw: Any) -> Case:
        classes = draw(st.integers(2, most_classes))
        n = draw(st.integers(classes, most_images))
        pixels = draw(st.integers(1, most_pixels))
        rest = draw(
            st.lists(st.integers(0, classes - 1), min_size=n - classes, max_size=n - classes)
        )
        entry = st.integers(0, 6)
        row = st.lists(entry, min_size=pixels, max_size=pixels)
        return {
            "images": draw(st.lists(row, min_size=n, max_size=n)),
            "labels": [*range(classes), *rest],
            "alpha": draw(st.integers(0, 30)) / 50 + 0.001,
        }

    return case()


def _modes(given: Case) -> list[float]:
    x, labels = np.array(given["images"], dtype=np.float64), np.array(given["labels"])
    Y = np.eye(labels.max() + 1)[labels]
    C = (x - x.mean(axis=0)).T @ (Y - Y.mean(axis=0)) / len(x)
    return [float(value) / 4 for value in np.linalg.svd(C, compute_uv=False)]


def _not_the_count(given: Case, returned: Any) -> str | None:
    found = number(returned)
    rates = _modes(given)
    right = sum(rate > given["alpha"] for rate in rates)
    if found == right:
        return None
    listed = ", ".join(f"{rate:.4g}" for rate in rates)
    return f"a quarter of the singular values is {listed}: {many(right, 'mode')} above alpha"


# ---- constant networks, dead units ------------------------------------------------------


def _counts(most: int, fewest: int = 1, largest: int = 5) -> Any:
    """Return a strategy for how many images each class has, and the accuracies of one class.

    None of these is halfway between two roundings, where rounding errors would decide.
    """
    from hypothesis import strategies as st

    def halfway(given: Case) -> bool:
        pairs = [
            (count, sum(given[part])) for part in ("validation", "test") for count in given[part]
        ]
        return any(20_000 * c % n == 0 and 10_000 * c % n for c, n in pairs)

    @st.composite
    def case(draw: Any) -> Case:
        classes = draw(st.integers(2, most))
        count = st.integers(fewest, largest)
        several = st.lists(count, min_size=classes, max_size=classes)
        given: Case = {"validation": draw(several), "test": draw(several)}
        at = [draw(st.integers(0, classes - 1))] * 2
        if draw(st.integers(0, 3)) == 0:
            at[1] = draw(st.integers(0, classes - 1))
        parts = zip(("validation", "test"), at, strict=True)
        given["accuracies"] = [round(given[name][k] / sum(given[name]), 4) for name, k in parts]
        return given

    return case().filter(lambda given: not halfway(given))


def _listed(returned: Any, right: list[int], of: str) -> str | None:
    found = [number(item) for item in sequence(returned, f"a list of {of}")]
    return None if found == right else f"expected {right}"


def _not_the_classes(given: Case, returned: Any) -> str | None:
    def fits(k: int) -> bool:
        return all(
            round(given[part][k] / sum(given[part]), 4) == accuracy
            for part, accuracy in zip(("validation", "test"), given["accuracies"], strict=True)
        )

    return _listed(returned, [k for k in range(len(given["test"])) if fits(k)], "classes")


def _layers(most_images: int, most_units: int, most_pixels: int = 3) -> Any:
    from hypothesis import strategies as st

    @st.composite
    def case(draw: Any) -> Case:
        n, pixels = draw(st.integers(1, most_images)), draw(st.integers(1, most_pixels))
        units = draw(st.integers(1, most_units))

        def rows(count: int, size: int, least: int, most: int) -> Any:
            row = st.lists(st.integers(least, most), min_size=size, max_size=size)
            return draw(st.lists(row, min_size=count, max_size=count))

        return {
            "images": rows(n, pixels, 0, 2),
            "W": rows(pixels, units, -2, 2),
            "b": rows(1, units, -1, 1)[0],
        }

    return case()


def _not_the_dead(given: Case, returned: Any) -> str | None:
    before = np.array(given["images"]) @ np.array(given["W"]) + np.array(given["b"])
    dead = [int(unit) for unit in np.flatnonzero((before <= 0).all(axis=0))]
    return _listed(returned, dead, "units")


def _answered(most: int, most_classes: int = 4) -> Any:
    from hypothesis import strategies as st

    @st.composite
    def case(draw: Any) -> Case:
        classes = draw(st.integers(1, most_classes))
        pairs = draw(st.lists(st.tuples(*[st.integers(0, classes - 1)] * 2), max_size=most))
        answers, labels = ([pair[i] for pair in pairs] for i in range(2))
        return {"answers": answers, "labels": labels, "classes": classes}

    return case()


def _not_the_confusions(given: Case, returned: Any) -> str | None:
    classes = given["classes"]
    found = numbers(returned, classes, classes)
    right = [[0] * classes for _ in range(classes)]
    for answer, label in zip(given["answers"], given["labels"], strict=True):
        right[label][answer] += 1
    for k, answer in np.ndindex(classes, classes):
        if found[k][answer] != right[k][answer]:
            of = f"images of class {k} answered {answer}"
            return f"{of}: there are {right[k][answer]}, not {found[k][answer]}"
    return None


CHECKERS = {
    "diagnosis-runs": Checker(
        _sets,
        _not_the_faults,
        "Compare losses with log 10, then train with validation and validation with test.",
    ),
    "diagnosis-growing-modes": Checker(
        lambda: _labelled(5, 2, 3),
        _not_the_count,
        "Centre, divide by the number of images, and compare a quarter of each singular value.",
        long=lambda: _labelled(14, 4, 5),
    ),
    "diagnosis-constant-class": Checker(
        lambda: _counts(4),
        _not_the_classes,
        "Round the shares of each class to four decimals, on both sets.",
        long=lambda: _counts(12, 990, 1010),
    ),
    "diagnosis-confusion": Checker(
        lambda: _answered(4),
        _not_the_confusions,
        "Rows belong to labels, columns to answers; the shape does not depend on what occurs.",
        long=lambda: _answered(30, 10),
    ),
    "diagnosis-dead-units": Checker(
        lambda: _layers(3, 3),
        _not_the_dead,
        "A unit is dead where its value before the ReLU is at most 0 on every image.",
        long=lambda: _layers(8, 10, 6),
    ),
}
