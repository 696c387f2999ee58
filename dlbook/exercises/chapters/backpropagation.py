"""The exercises on backpropagation, chapter 16: a network with one hidden layer of sigmoids."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlbook.exercises.answers import close, named, number, numbers
from dlbook.exercises.checker import Checker, of_any_size

__all__ = ["CHECKERS"]

Given = dict[str, Any]

_PARAMETERS = ["W1", "b1", "W2", "b2"]

#: In the order in which the backward pass finds them.
_BACKWARD = ["W2", "b2", "W1", "b1"]


def _halves(least: int = -4, most: int = 4) -> Any:
    from hypothesis import strategies as st

    return st.integers(least, most).map(lambda k: k / 2)


def _rows(entries: Any, m: int, n: int) -> Any:
    from hypothesis import strategies as st

    row = st.lists(entries, min_size=n, max_size=n)
    return st.lists(row, min_size=m, max_size=m)


def _list(entries: Any, n: int) -> Any:
    from hypothesis import strategies as st

    return st.lists(entries, min_size=n, max_size=n)


def batches(most: int = 3, most_classes: int = 3) -> Any:
    """Return a strategy for logits, moderate or very large, and their labels."""
    from hypothesis import strategies as st

    def of(n: int) -> Any:
        def with_classes(classes: int) -> Any:
            large = st.sampled_from([-1000.0, 0.0, 1000.0])
            logits = st.one_of(_rows(_halves(), n, classes), _rows(large, n, classes))
            labels = _list(st.integers(0, classes - 1), n)
            return st.fixed_dictionaries({"logits": logits, "labels": labels})

        return of_any_size(1, most_classes, with_classes)

    return of_any_size(1, most, of)


def networks(most: int = 3) -> Any:
    """Return a strategy for the parameters of a small network, a batch and a penalty."""
    from hypothesis import strategies as st

    def of(sizes: tuple[int, int, int, int]) -> Any:
        n, inputs, hidden, outputs = sizes
        small = _halves(-2, 2)
        return st.fixed_dictionaries(
            {
                "X": _rows(small, n, inputs),
                "y": _list(st.integers(0, outputs - 1), n),
                "W1": _rows(small, inputs, hidden),
                "b1": _list(small, hidden),
                "W2": _rows(small, hidden, outputs),
                "b2": _list(small, outputs),
                "alpha": st.sampled_from([0.0, 0.5, 2.0]),
            }
        )

    size = st.integers(1, most)
    side = st.integers(1, min(most, 4))
    return st.tuples(size, side, size, st.integers(2, min(most, 4))).flatmap(of)


def descents(most: int = 3) -> Any:
    """Return a strategy for weights, biases, gradients of batches, a rate and a penalty."""
    from hypothesis import strategies as st

    def of(steps: int, inputs: int, units: int) -> Any:
        parameters = st.fixed_dictionaries(
            {"W": _rows(_halves(), inputs, units), "b": _list(_halves(), units)}
        )
        return st.builds(
            lambda start, rest: start | rest,
            parameters,
            st.fixed_dictionaries(
                {
                    "gradients": _list(parameters, steps),
                    "rate": st.sampled_from([0.125, 0.25, 0.5]),
                    "alpha": st.sampled_from([0.0, 0.5, 1.0]),
                }
            ),
        )

    def of_any_width(steps: int) -> Any:
        return of_any_size(
            1, 3, lambda inputs: of_any_size(1, 3, lambda units: of(steps, inputs, units))
        )

    return of_any_size(1, most, of_any_width)


def _log_shares(z: Any) -> Any:
    shifted = z - z.max(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))


def gradients(given: Given) -> dict[str, Any]:
    """Return the derivatives with respect to all parameters, by the six formulas."""
    x, w1, b1, w2, b2 = (np.array(given[name]) for name in ["X", *_PARAMETERS])
    n = len(x)
    h = 1 / (1 + np.exp(-(x @ w1 + b1)))
    g2 = np.exp(_log_shares(h @ w2 + b2))
    g2[np.arange(n), given["y"]] -= 1
    g2 = g2 / n
    g1 = (g2 @ w2.T) * h * (1 - h)
    return {
        "W2": h.T @ g2 + given["alpha"] * w2,
        "b2": g2.sum(axis=0),
        "W1": x.T @ g1 + given["alpha"] * w1,
        "b1": g1.sum(axis=0),
    }


def _first_wrong(returned: Any, right: dict[str, Any], order: list[str], kind: str) -> str | None:
    """Name the first entry that is wrong, in the given order of the arrays."""
    answer = named(returned, order)
    arrays = {
        name: np.array(
            numbers(answer[name], *right[name].shape, what=f"the {kind} {name!r}"), dtype=np.float64
        )
        for name in order
    }
    for name in order:
        wrong = np.argwhere(~np.isclose(arrays[name], right[name], rtol=1e-6, atol=1e-9))
        if len(wrong):
            place = tuple(map(int, wrong[0]))
            where = place[0] if len(place) == 1 else place
            return (
                f"entry {where} of the {kind} {name!r} is {right[name][place]:.6g}, "
                f"not {arrays[name][place]:.6g}"
            )
    return None


def _not_the_loss(given: Given, returned: Any) -> str | None:
    found = float(number(returned))
    logs = _log_shares(np.array(given["logits"]))
    right = -float(np.mean(logs[np.arange(len(logs)), given["labels"]]))
    return None if close(found, right) else f"the loss is {right:.6g}, not {found:.6g}"


def _not_the_gradient(given: Given, returned: Any) -> str | None:
    return _first_wrong(returned, gradients(given), _BACKWARD, "gradient")


def _not_the_descent(given: Given, returned: Any) -> str | None:
    w, b = np.array(given["W"]), np.array(given["b"])
    for gradient in given["gradients"]:
        w = w - given["rate"] * (np.array(gradient["W"]) + given["alpha"] * w)
        b = b - given["rate"] * np.array(gradient["b"])
    return _first_wrong(returned, {"W": w, "b": b}, ["W", "b"], "array")


CHECKERS = {
    "backpropagation-loss": Checker(
        batches,
        _not_the_loss,
        "Subtract each row's largest logit before the exponential, and take the mean over rows.",
        long=lambda: batches(8, 6),
    ),
    "backpropagation-gradient": Checker(
        networks,
        _not_the_gradient,
        "Compute the shares less the unit rows, over n, first; then go back layer by layer.",
        long=lambda: networks(6),
    ),
    "backpropagation-descent": Checker(
        descents,
        _not_the_descent,
        "The derivative of alpha/2 times the sum of W squared is alpha W; the biases have none.",
        long=lambda: descents(8),
    ),
}
