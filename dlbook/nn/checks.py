"""Refusals that networks and their training share, in the words of whoever called them."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["check_integer", "check_labels"]


def check_integer(name: str, value: Any, least: int, most: int | None = None) -> int:
    """Return `value` as an int, if it is an integer from `least` to `most`; refuse it otherwise.

    Examples
    --------
    >>> check_integer("epochs", np.int64(3), 1)
    3
    >>> check_integer("epochs", 2.5, 1)
    Traceback (most recent call last):
    ValueError: epochs is 2.5; expected an integer ≥ 1
    """
    try:
        number = operator.index(value)
    except TypeError:
        number = least - 1
    if number < least or (most is not None and number > most):
        wanted = f"an integer ≥ {least}" if most is None else f"an integer from {least} to {most}"
        raise ValueError(f"{name} is {value!r}; expected {wanted}")
    return number


def check_labels(labels: NDArray[Any], shape: tuple[int, ...], name: str = "labels") -> None:
    """Refuse labels that do not fit logits of this shape.

    Cheap enough for every batch: with negative labels NumPy would count from the end.
    """
    if len(shape) != 2 or shape[0] == 0:
        raise ValueError(f"logits have shape {shape}; expected (n, classes) with n ≥ 1")
    if labels.dtype.kind not in "iu":
        raise ValueError(f"{name} has dtype {labels.dtype}; expected integers")
    if labels.shape != shape[:1]:
        raise ValueError(
            f"{name} has shape {labels.shape}; expected {shape[:1]}, "
            f"one label for each row of the logits {shape}"
        )
    if np.minimum.reduce(labels) < 0 or np.maximum.reduce(labels) >= shape[1]:
        wrong = np.flatnonzero((labels < 0) | (labels >= shape[1]))[0]
        raise ValueError(f"{name}[{wrong}] is {labels[wrong]}; expected 0 to {shape[1] - 1}")
