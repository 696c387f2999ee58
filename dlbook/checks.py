"""Checks of arguments that several subpackages share; errors name the argument as its user does."""

from __future__ import annotations

import math
import numbers
import operator
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "check_array",
    "check_dtype",
    "check_integer",
    "check_labels",
    "check_number",
    "check_rng",
    "shown",
    "with_article",
]


def shown(value: Any) -> str:
    """Return a value as an error message shows it: in full if it is short, otherwise its kind.

    Examples
    --------
    >>> shown("float16"), shown(list(range(100))), shown(np.zeros((3, 4)))
    ("'float16'", 'a list', 'an ndarray of shape (3, 4)')
    """
    if isinstance(value, np.ndarray) and value.ndim:
        return f"an ndarray of shape {value.shape}"
    text = repr(value)
    if len(text) <= 80 and "\n" not in text:
        return text
    return with_article(type(value).__name__)


def with_article(noun: str) -> str:
    """Return a noun after ``a`` or ``an``.

    Examples
    --------
    >>> with_article("list"), with_article("int"), with_article("OrderedDict")
    ('a list', 'an int', 'an OrderedDict')
    """
    return f"{'an' if noun[:1].lower() in 'aeiou' else 'a'} {noun}"


def check_array(name: str, value: Any) -> None:
    """Raise an error if `value` is neither a NumPy array nor one that is being differentiated.

    Parameters
    ----------
    name
        What the user calls it.
    value
        Anything.

    Raises
    ------
    TypeError
        If it is something else; the error says how to make an array of it, where that is known.

    Examples
    --------
    >>> check_array("x", [1.0, 2.0])
    Traceback (most recent call last):
    TypeError: x is a list; expected a NumPy array: np.array(x) makes one
    """
    kind = type(value)
    if hasattr(kind, "__array_function__"):
        return
    hint = f": np.array({name}) makes one" if kind in (list, tuple) else ""
    hint = f": {name}.to_numpy() makes one" if hasattr(kind, "to_numpy") else hint
    raise TypeError(f"{name} is {with_article(kind.__name__)}; expected a NumPy array{hint}")


def check_rng(name: str, value: Any) -> None:
    """Raise an error if `value` is not a random generator.

    Parameters
    ----------
    name
        What the user calls it.
    value
        A `numpy.random.Generator`.

    Raises
    ------
    TypeError
        If it is something else.

    Examples
    --------
    >>> check_rng("rng", 0)
    Traceback (most recent call last):
    TypeError: rng is 0; expected a random generator: np.random.default_rng(0) makes one
    """
    if not isinstance(value, np.random.Generator):
        seed = shown(value) if isinstance(value, int) else 0
        raise TypeError(
            f"{name} is {shown(value)}; expected a random generator: "
            f"np.random.default_rng({seed}) makes one"
        )


def check_dtype(name: str, value: Any) -> str:
    """Return ``"float32"`` or ``"float64"`` if `value` is one of them.

    Parameters
    ----------
    name
        What the user calls it.
    value
        The dtype's name.

    Raises
    ------
    ValueError
        If it is anything else.

    Examples
    --------
    >>> check_dtype("dtype", "float16")
    Traceback (most recent call last):
    ValueError: dtype is 'float16'; expected 'float32' or 'float64'
    """
    if not (isinstance(value, str) and value in ("float32", "float64")):
        raise ValueError(f"{name} is {shown(value)}; expected 'float32' or 'float64'")
    return value


def check_integer(name: str, value: Any, least: int, most: int | None = None) -> int:
    """Return `value` as an int if it is an integer from `least` to `most`.

    Parameters
    ----------
    name
        What the user calls it.
    value
        An int or a NumPy integer; ``True`` and ``False`` are not integers here.
    least, most
        Bounds; ``None`` for no upper bound.

    Raises
    ------
    ValueError
        If it is anything else.

    Examples
    --------
    >>> check_integer("epochs", np.int64(3), 1)
    3
    >>> check_integer("epochs", 2.5, 1)
    Traceback (most recent call last):
    ValueError: epochs is 2.5; expected an integer ≥ 1
    """
    try:
        number = least - 1 if isinstance(value, bool) else operator.index(value)
    except TypeError:
        number = least - 1
    if number < least or (most is not None and number > most):
        wanted = f"an integer ≥ {least}" if most is None else f"an integer from {least} to {most}"
        raise ValueError(f"{name} is {shown(value)}; expected {wanted}")
    return number


def check_number(
    name: str, value: Any, *, least: float | None = None, above: float | None = None
) -> float:
    """Return `value` as a float if it is a finite real number within the bounds.

    As floats, 1 and 1.0 make equal dataclasses, with the same `repr`.

    Parameters
    ----------
    name
        What the user calls it.
    value
        A Python or NumPy number; ``True`` and ``False`` are not numbers here.
    least
        If given, the number must be ≥ `least`.
    above
        If given, the number must be > `above`.

    Raises
    ------
    ValueError
        If it is anything else.

    Examples
    --------
    >>> check_number("alpha", 1, least=0)
    1.0
    >>> check_number("learning_rate", 0.0, above=0)
    Traceback (most recent call last):
    ValueError: learning_rate is 0.0; expected a finite number > 0
    """
    if isinstance(value, numbers.Real) and not isinstance(value, bool):
        try:
            number = float(value)
        except OverflowError:
            number = math.inf
        low = (least is not None and number < least) or (above is not None and number <= above)
        if math.isfinite(number) and not low:
            return number
    wanted = "a finite number"
    wanted += "" if least is None else f" ≥ {least:g}"
    wanted += "" if above is None else f" > {above:g}"
    raise ValueError(f"{name} is {shown(value)}; expected {wanted}")


def check_labels(labels: NDArray[Any], shape: tuple[int, ...], name: str = "labels") -> None:
    """Raise an error if the labels do not fit logits of this shape.

    Cheap enough for every batch: with negative labels NumPy would count from the end.

    Parameters
    ----------
    labels
        Shape ``(n,)``, integers from 0 to classes - 1.
    shape
        Shape of the logits, ``(n, classes)``.
    name
        What the user calls the labels.

    Raises
    ------
    TypeError
        If they are not an array.
    ValueError
        If shape, dtype or range of the labels do not fit.

    Examples
    --------
    >>> check_labels(np.array([0, 3]), (2, 3))
    Traceback (most recent call last):
    ValueError: labels[1] is 3; expected 0 to 2
    """
    check_array(name, labels)
    if len(shape) != 2 or shape[0] == 0:
        hint = "; are logits and labels swapped?" if labels.ndim == 2 else ""
        raise ValueError(f"logits have shape {shape}; expected (n, classes) with n ≥ 1{hint}")
    if labels.shape != shape[:1]:
        hint = ""
        if labels.shape == shape:
            hint = f"; if its rows are one-hot, {name}.argmax(axis=1) is what is needed"
        elif labels.shape == (shape[0], 1):
            hint = f"; {name}.reshape(-1) has it"
        raise ValueError(
            f"{name} has shape {labels.shape}; expected {shape[:1]}, "
            f"one label for each row of the logits {shape}{hint}"
        )
    if labels.dtype.kind not in "iu":
        raise ValueError(
            f"{name} has dtype {labels.dtype}; expected integers from 0 to {shape[1] - 1}, "
            "the number of the class"
        )
    if np.minimum.reduce(labels) < 0 or np.maximum.reduce(labels) >= shape[1]:
        wrong = np.flatnonzero((labels < 0) | (labels >= shape[1]))[0]
        raise ValueError(f"{name}[{wrong}] is {labels[wrong]}; expected 0 to {shape[1] - 1}")
