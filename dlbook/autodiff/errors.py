"""What is said where a derivative would be lost."""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["DerivativeError", "MissingAttributeError", "describe"]


class DerivativeError(TypeError):
    """A program does what no derivative can follow, or asks for one that does not exist.

    Its message has three lines: what happened, what was given, what to write instead.

    Parameters
    ----------
    what, given, instead
        The three lines.
    """

    def __init__(self, what: str, given: str, instead: str) -> None:
        super().__init__(f"{what}\n  given:   {given}\n  instead: {instead}")

    def __reduce__(self) -> tuple[Any, ...]:
        return TypeError, self.args


class MissingAttributeError(DerivativeError, AttributeError):
    """An attribute of arrays that a traced value lacks, since it would lose the derivative.

    `hasattr` is false for it, so a program that asks first goes on.
    """


def describe(value: Any) -> str:
    """Return what kind of value this is, with its shape, in a few words.

    Examples
    --------
    >>> describe(np.zeros((2, 3)))
    'float64 array of shape (2, 3)'
    >>> describe(1.5)
    'float'
    """
    kind = value.__class__
    traced = "" if kind is type(value) else "traced "  # which says that it is what is inside
    if issubclass(kind, np.ndarray):
        name = "array" if kind is np.ndarray else kind.__name__
        return f"{traced}{value.dtype} {name} of shape {value.shape}"
    if issubclass(kind, list | tuple):
        return f"{kind.__name__} of {len(value)}"
    return f"{traced}{kind.__name__}"
