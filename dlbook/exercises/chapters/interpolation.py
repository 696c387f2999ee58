"""The exercises on memorising and interpolating, chapter 25."""

from __future__ import annotations

from collections import Counter
from itertools import accumulate
from typing import Any

import numpy as np

from dlbook.exercises.answers import UnfitError, close, number, numbers, sequence, table
from dlbook.exercises.checker import Checker, of_any_size

__all__ = ["CHECKERS"]

Given = dict[str, Any]


def interleaved(most: int = 4) -> Any:
    """Return a strategy for kinks and points that interleave, and for values.

    Some distances are 3, so that weights are not all fractions that a float32 holds exactly.
    """
    from hypothesis import strategies as st

    gap, value = st.sampled_from([0.5, 1.0, 2.0, 3.0]), st.integers(-4, 4).map(float)

    def of(n: int) -> Any:
        def placed(start: float, before: list[float], after: list[float], y: list[float]) -> Given:
            steps = [
                step for pair in zip(before, [0.0, *after], strict=False) for step in pair[::-1]
            ]
            ends = list(accumulate(steps[1:], initial=start))
            return {"z": ends[1::2], "b": ends[::2], "y": y}

        free = st.lists(gap | st.just(0.0), min_size=n - 1, max_size=n - 1)
        values = st.lists(value, min_size=n, max_size=n)
        return st.builds(placed, value, st.lists(gap, min_size=n, max_size=n), free, values)

    return of_any_size(1, most, of)


def _matrix(z: Any, b: Any) -> Any:
    return np.maximum(np.array(z)[:, None] - np.array(b), 0)


def _not_the_weights(given: Given, returned: Any) -> str | None:
    w = np.array(numbers(returned, len(given["z"])), dtype=np.float64)
    matrix = _matrix(given["z"], given["b"])
    rounding = 1e-9 * (1 + np.abs(w).max() * matrix.max())
    for z, y, value in zip(given["z"], given["y"], matrix @ w, strict=True):
        if abs(value - y) > rounding:
            return f"at z = {z:g} the sum is {value:.12g}, not {y:g}"
    return None


def points(most: int = 4) -> Any:
    """Return a strategy for different points, often with equal first coordinates, and values.

    Some differ by a vector that is orthogonal to a direction which one would try: (1, 10, 100).
    """
    from hypothesis import strategies as st

    def of(d: int) -> Any:
        point = st.tuples(*[st.integers(-2, 2).map(float)] * d)

        def with_another(some: list[Any], base: int) -> list[Any]:
            first, second, *rest = some[0]
            other = (first - base, second + 1, *rest)
            return [*some[: most - 1], other] if other not in some[: most - 1] else some

        some = st.lists(point, min_size=1, max_size=most, unique=True)
        if d > 1 and most > 1:
            some |= st.builds(
                with_another, some, st.sampled_from([2, 3, 4, 5, 7, 8, 10, 100, 1000])
            )
        return some.flatmap(
            lambda x: st.fixed_dictionaries(
                {
                    "x": st.just([list(row) for row in x]),
                    "y": st.lists(st.integers(-3, 3).map(float), min_size=len(x), max_size=len(x)),
                }
            )
        )

    return of_any_size(1, 3, of)


def _not_such_a_network(given: Given, returned: Any) -> str | None:
    parts = table(returned, "a dictionary with 'a', 'b' and 'w'")
    x, y = np.array(given["x"]), given["y"]
    for name in ("a", "b", "w"):
        if name not in parts:
            raise UnfitError(f"it has no {name!r}")
    sizes = {"a": x.shape[1], "b": len(x), "w": len(x)}
    a, b, w = (
        np.array(numbers(parts[name], size, what=name), dtype=np.float64)
        for name, size in sizes.items()
    )
    reached = _matrix(x @ a, b) @ w
    scale = 1 + np.abs(w).max() * (1 + np.abs(x @ a).max() + np.abs(b).max())
    for point, wanted, value in zip(given["x"], y, reached, strict=True):
        if abs(value - wanted) > 1e-9 * scale:
            return f"at {point} the network is {value:.12g}, not {wanted:g}"
    return None


def systems(most: int = 3) -> Any:
    """Return a strategy for systems that have a solution, often many, and a start."""
    from hypothesis import strategies as st

    entry = st.integers(-2, 2).map(float)

    def of(d: int) -> Any:
        row = st.lists(entry, min_size=d, max_size=d)
        return st.builds(
            lambda X, w, start: {"X": X, "y": (np.array(X) @ w).tolist(), "start": start},
            st.lists(row, min_size=1, max_size=most),
            row,
            row,
        )

    return of_any_size(1, most + 1, of)


def _not_the_nearest(given: Given, returned: Any) -> str | None:
    X, y, start = (np.array(given[name]) for name in ("X", "y", "start"))
    w = np.array(numbers(returned, X.shape[1]), dtype=np.float64)
    if not close(X @ w, y):
        return f"X w is {np.round(X @ w, 6).tolist()}, and not y"
    nearest = start + np.linalg.pinv(X) @ (y - X @ start)
    if close(w, nearest):
        return None
    here, least = (float(np.linalg.norm(v - start)) for v in (w, nearest))
    return f"it interpolates at a distance of {here:.6g}; the nearest does at {least:.6g}"


def labelled(most: int = 5) -> Any:
    """Return a strategy for labels, and for some of their places."""
    from hypothesis import strategies as st

    def of(n: int) -> Any:
        return st.fixed_dictionaries(
            {
                "labels": st.lists(st.integers(0, 2), min_size=n, max_size=n),
                "places": st.permutations(range(n)).flatmap(
                    lambda order: st.integers(0, n).map(lambda k: order[:k])
                ),
            }
        )

    return of_any_size(1, most, of)


def _not_rearranged(given: Given, returned: Any) -> str | None:
    old, places = given["labels"], given["places"]
    new = [number(label) for label in sequence(returned, "a list of labels")]
    if len(new) != len(old):
        return f"it has {len(new)} labels; there were {len(old)}"
    for i, (before, after) in enumerate(zip(old, new, strict=True)):
        if i not in places and before != after:
            return f"label {i} was {before} and is not to be changed"
    if Counter(new) != Counter(old):
        now, before = (dict(sorted(Counter(some).items())) for some in (new, old))
        return f"each label occurs as often as {now} says, where it was {before}"
    if new == old and len({old[i] for i in places}) > 1:
        return "nothing has changed"
    return None


CHECKERS = {
    "memorise-triangular": Checker(
        interleaved,
        _not_the_weights,
        "Solve from the first equation on; each has one unknown that the ones before lack.",
        long=lambda: interleaved(12),
    ),
    "memorise-network": Checker(
        points,
        _not_such_a_network,
        "Which direction a tells all the points apart? Then sort by a·x before you place kinks.",
        long=lambda: points(10),
    ),
    "nearest-interpolant": Checker(
        systems,
        _not_the_nearest,
        "The difference from the start is a combination of rows. Which y has it to produce?",
        long=lambda: systems(5),
    ),
    "corrupt-labels": Checker(
        labelled,
        _not_rearranged,
        "Let the labels at the places go round: each place takes the label of the next.",
        long=lambda: labelled(20),
    ),
}
