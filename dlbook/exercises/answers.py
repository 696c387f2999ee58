"""What a function returned, read as what was asked for; in one place, for all checkers alike.

Each reader of this module returns the answer in a form that can be compared, or raises `UnfitError`
with words that a student understands.
"""

from __future__ import annotations

import math
import reprlib
from collections import deque
from decimal import Decimal
from numbers import Complex, Real
from typing import Any

import numpy as np

from dlbook.checks import with_article
from dlbook.exercises.running import Drawn

__all__ = [
    "UnfitError",
    "close",
    "compared",
    "kind",
    "many",
    "named",
    "number",
    "numbers",
    "sequence",
    "shown",
    "table",
]


class UnfitError(Exception):
    """An answer is not of the kind that was asked for; the message says why."""


class _Short(reprlib.Repr):
    """Values as text, never long, whatever their own `repr` does."""

    def __init__(self) -> None:
        super().__init__()
        self.maxlist = self.maxtuple = self.maxdict = self.maxset = 12
        self.maxstring = self.maxother = 200


def shown(value: Any) -> str:
    """Return a value as text, shortened.

    Examples
    --------
    >>> shown(list(range(100)))
    '[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, ...]'
    """
    if isinstance(value, Drawn):
        return f"{_Short().repr(list(value))}, from {kind(value)}"
    return _Short().repr(value)


def kind(value: Any) -> str:
    """Say of which type a value is, with an article.

    Examples
    --------
    >>> kind("x"), kind(1), kind(None), kind(np.ones(2))
    ('a str', 'an int', 'None', 'an array of shape (2,)')
    """
    if value is None:
        return "None"
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape}" if value.ndim else "a single number"
    name = value.of if isinstance(value, Drawn) else type(value).__name__
    return with_article(name)


def many(count: int, one: str, more: str = "") -> str:
    """Return a number with its noun.

    Examples
    --------
    >>> many(1, "number"), many(2, "number"), many(0, "entry", "entries")
    ('1 number', '2 numbers', '0 entries')
    """
    return f"{count} {one if count == 1 else more or one + 's'}"


def number(value: Any, expected: str = "a number", *, what: str = "it") -> Any:
    """Return an answer that is one finite real number, of whatever type.

    Examples
    --------
    >>> float(number(np.float32(1)))
    1.0
    >>> number("1.0")
    Traceback (most recent call last):
        ...
    dlbook.exercises.answers.UnfitError: it is a str; expected a number
    """
    if isinstance(value, np.ndarray) and not value.ndim:
        value = value[()]
    if isinstance(value, bool) or not isinstance(value, Real | Decimal):
        if isinstance(value, Complex) and not isinstance(value, Real):
            raise UnfitError(f"{what} is complex; expected a real number")
        raise UnfitError(f"{what} is {kind(value)}; expected {expected}")
    try:
        finite = math.isfinite(value)
    except OverflowError:  # a whole number or a fraction beyond all floats
        finite = True
    if not finite:
        text = str(value).lower()
        no_number = "no number" if "nan" in text else "no finite number"
        raise UnfitError(f"{what} is {text}, and {text} is {no_number}")
    return value


def sequence(value: Any, expected: str, *, what: str = "it") -> list[Any]:
    """Return the entries of an answer that is a list, a tuple, an array or came one by one."""
    if isinstance(value, list | tuple | deque | range) or (
        isinstance(value, np.ndarray) and value.ndim
    ):
        return list(value)
    raise UnfitError(f"{what} is {kind(value)}; expected {expected}")


def numbers(value: Any, *shape: int, expected: str = "", what: str = "it") -> list[Any]:
    """Return an answer of the given number of finite real numbers, as lists in lists.

    Examples
    --------
    >>> numbers((1, 2.5), 2)
    [1, 2.5]
    >>> numbers([1, "2"], 2)
    Traceback (most recent call last):
        ...
    dlbook.exercises.answers.UnfitError: entry 1 is a str; expected a number
    """
    length, *rest = shape
    entries = " of ".join([*(many(n, "row") for n in shape[:-1]), many(shape[-1], "number")])
    expected = expected or f"a list of {entries}"
    items = sequence(value, expected, what=what)
    if isinstance(value, np.ndarray) and value.ndim != len(shape):
        raise UnfitError(f"{what} is {kind(value)}; expected {expected}")
    if len(items) != length:
        raise UnfitError(f"{what} has {many(len(items), 'entry', 'entries')}; expected {expected}")
    of = "" if what == "it" else f" of {what}"
    if rest:
        return [numbers(item, *rest, what=f"row {k}{of}") for k, item in enumerate(items)]
    return [number(item, what=f"entry {k}{of}") for k, item in enumerate(items)]


def compared(right: Any, found: Any, what: str) -> str | None:
    """Say that a number is another one, exactly; ``None`` where it is not.

    Examples
    --------
    >>> compared(2, np.float64(2.1), "the value of 'a'")
    "the value of 'a' is 2, not 2.1"
    """
    return None if right == found else f"{what} is {right}, not {found}"


def close(found: Any, right: Any) -> bool:
    """Return whether numbers that were computed in another order would be these.

    Examples
    --------
    >>> close([0.1 + 0.2], [0.3]), close([0.3001], [0.3])
    (True, False)
    """
    return bool(np.allclose(found, right, rtol=1e-6, atol=1e-9))


def table(value: Any, expected: str = "a dictionary") -> dict[Any, Any]:
    """Return an answer that is a dictionary."""
    if isinstance(value, dict):
        return value
    raise UnfitError(f"it is {kind(value)}; expected {expected}")


def named(value: Any, names: list[str]) -> dict[str, Any]:
    """Return an answer that is a dictionary with entries of these names and no others.

    Examples
    --------
    >>> named({"W": 1, "b": 2}, ["W", "b"])
    {'W': 1, 'b': 2}
    >>> named({"W": 1}, ["W", "b"])
    Traceback (most recent call last):
        ...
    dlbook.exercises.answers.UnfitError: it has no 'b'; expected a dictionary with 'W' and 'b'
    """
    *first, last = map(repr, names)
    expected = f"a dictionary with {', '.join(first)} and {last}"
    entries = table(value, expected)
    for name in [*names, *entries]:
        if (name in entries) != (name in names):
            word = "an entry" if name in entries else "no"
            raise UnfitError(f"it has {word} {name!r}; expected {expected}")
    return entries
