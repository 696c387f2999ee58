"""The exercises on starting weights, chapter 15."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from typing import Any

import numpy as np

from dlbook.exercises.answers import UnfitError, close, number, numbers, sequence
from dlbook.exercises.checker import Checker

__all__ = ["CHECKERS"]

Given = dict[str, Any]


def _quarters(least: int, most: int) -> Any:
    from hypothesis import strategies as st

    return st.integers(least, most).map(lambda k: k / 4)


def _by_sizes(most_layers: int, most: int, make: Callable[[list[int]], Any]) -> Any:
    from hypothesis import strategies as st

    sizes = st.lists(st.integers(1, most), min_size=2, max_size=most_layers + 1)
    return sizes.flatmap(make)


def normals(most_layers: int = 3) -> Any:
    """Return a strategy for widths and as many numbers as there are weights."""
    from hypothesis import strategies as st

    def of(sizes: list[int]) -> Any:
        count = sum(math.prod(pair) for pair in itertools.pairwise(sizes))
        entries = st.lists(_quarters(-8, 8), min_size=count, max_size=count)
        return st.fixed_dictionaries({"sizes": st.just(sizes), "normals": entries})

    return _by_sizes(most_layers, 3, of)


def laws(most_layers: int = 3) -> Any:
    """Return a strategy for widths, variances, and mean squares at both ends."""
    from hypothesis import strategies as st

    def of(sizes: list[int]) -> Any:
        layers = len(sizes) - 1
        return st.fixed_dictionaries(
            {
                "sizes": st.just(sizes),
                "variances": st.lists(_quarters(1, 8), min_size=layers, max_size=layers),
                "signal": _quarters(1, 8),
                "gradient": _quarters(1, 8),
            }
        )

    return _by_sizes(most_layers, 5, of)


def units(most: int = 4, sides: int = 3) -> Any:
    """Return a strategy for networks with one hidden layer, some of whose units may be equal.

    Others are equal except for one number, for all signs or for the order of their incoming or
    outgoing weights, so that every number counts, where it stands.
    """
    from hypothesis import strategies as st

    few = st.sampled_from([0.0, 0.5, -1.0])

    def of(inputs: int, outputs: int) -> Any:
        def vectors(size: int) -> Any:
            return st.lists(few, min_size=size, max_size=size)

        def with_another(
            kinds: list[list[float]], how: int, place: int, number: float
        ) -> list[list[float]]:
            first = kinds[0]
            others = (
                [number if k == place else x for k, x in enumerate(first)],
                [0.0 - x for x in first],
                [*first[:inputs][::-1], *first[inputs:]],
                [*first[: inputs + 1], *first[inputs + 1 :][::-1]],
            )
            return [*kinds, others[how]]

        numbers = inputs + 1 + outputs
        some = st.lists(vectors(numbers), min_size=1, max_size=2)
        how = st.sampled_from([0, 0, 0, 1, 2, 3, 3])
        last = st.sampled_from([inputs - 1, inputs, numbers - 1])
        place = last | st.integers(0, numbers - 1)
        chosen = st.builds(with_another, some, how, place, few).flatmap(
            lambda kinds: st.lists(st.sampled_from(kinds), min_size=1, max_size=most)
        )
        return chosen.map(
            lambda all_: {
                "W1": [[one[i] for one in all_] for i in range(inputs)],
                "b1": [one[inputs] for one in all_],
                "W2": [one[inputs + 1 :] for one in all_],
            }
        )

    side = st.integers(1, sides)
    return st.tuples(side, side).flatmap(lambda sizes: of(*sizes))


def _not_the_weights(given: Given, returned: Any) -> str | None:
    sizes, rest = given["sizes"], np.array(given["normals"])
    layers = len(sizes) - 1
    answer = sequence(returned, f"a list of {layers} weight matrices")
    if len(answer) != layers:
        raise UnfitError(f"it has {len(answer)} entries; expected {layers} weight matrices")
    for k, (rows, columns) in enumerate(itertools.pairwise(sizes)):
        here, rest = rest[: rows * columns], rest[rows * columns :]
        right = math.sqrt((1 if k == layers - 1 else 2) / rows) * here.reshape(rows, columns)
        what = f"matrix {k}"
        found = np.array(numbers(answer[k], rows, columns, what=what), dtype=np.float64)
        if not close(found, right):
            i, j = np.unravel_index(np.argmax(np.abs(found - right)), right.shape)
            return (
                f"entry ({i}, {j}) of matrix {k} is {right[i, j]:.6g}, not {found[i, j]:.6g}"
                f"; the fan-in is {rows}"
            )
    return None


def _not_the_laws(given: Given, returned: Any) -> str | None:
    sizes, variances = given["sizes"], given["variances"]
    forward, backward = [given["signal"]], [given["gradient"]]
    for k, v in enumerate(variances):
        forward.append(forward[-1] * sizes[k] * v / 2)
    for k in reversed(range(len(variances))):
        backward.append(backward[-1] * sizes[k + 1] * variances[k] / 2)
    pair = sequence(returned, "a pair of lists")
    if len(pair) != 2:
        raise UnfitError(f"it has {len(pair)} entries; expected a pair of lists")
    for what, found, right in zip(
        ("the units", "the derivatives"), pair, (forward, backward[::-1]), strict=True
    ):
        for k, (one, expected) in enumerate(
            zip(numbers(found, len(right), what=f"the list of {what}"), right, strict=True)
        ):
            if not close(float(one), expected):
                return f"the mean square of {what} in layer {k} is {expected:.6g}, not {one:.6g}"
    return None


def _not_the_groups(given: Given, returned: Any) -> str | None:
    found = number(returned, "a number of groups")
    all_ = list(
        zip(zip(*given["W1"], strict=True), given["b1"], map(tuple, given["W2"]), strict=True)
    )
    if found == len(set(all_)):
        return None
    for j in range(len(all_)):
        for k in range(j):
            if found < len(set(all_)) and all_[j] != all_[k]:
                parts = zip(
                    ("incoming weights", "bias", "outgoing weights"), all_[j], all_[k], strict=True
                )
                name = next(name for name, one, other in parts if one != other)
                return (
                    f"there are {len(set(all_))} groups; units {k} and {j} differ in their {name}"
                )
            if found > len(set(all_)) and all_[j] == all_[k]:
                return f"there are {len(set(all_))} groups; units {k} and {j} are equal"
    return f"there are {len(set(all_))} groups"


CHECKERS = {
    "initialisation-weights": Checker(
        normals,
        _not_the_weights,
        "The variance is 2 over the fan-in before a ReLU, and 1 over it in the last layer.",
        long=lambda: normals(6),
    ),
    "initialisation-mean-squares": Checker(
        laws,
        _not_the_laws,
        "Forward: half the variance times the fan-in. Backward: half of it times the fan-out.",
        long=lambda: laws(8),
    ),
    "initialisation-groups": Checker(
        units,
        _not_the_groups,
        "Compare the column of W1, the entry of b1 and the row of W2, all three.",
        long=lambda: units(10, 5),
    ),
}
