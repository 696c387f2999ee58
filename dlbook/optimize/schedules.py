"""Learning rates that depend on the step."""

from __future__ import annotations

import math
import numbers
from collections.abc import Callable
from dataclasses import dataclass

__all__ = ["Constant", "InverseRoot", "Schedule", "checked_rate"]

#: Takes the number of a step, 1 for the first, and returns its learning rate, ≥ 0.
Schedule = Callable[[int], float]


def checked_rate(rate: object) -> float:
    """Return a learning rate as a float, so that 1 and 1.0 make equal optimisers.

    Raises
    ------
    ValueError
        If it is no finite number > 0.
    """
    if isinstance(rate, numbers.Real) and not isinstance(rate, bool):
        value = float(rate)
        if 0 < value < math.inf:
            return value
    raise ValueError(f"learning_rate is {rate!r}; expected a finite number > 0")


@dataclass(frozen=True)
class Constant:
    """The same learning rate at every step.

    Parameters
    ----------
    learning_rate
        A finite number > 0.

    Raises
    ------
    ValueError
        If it is anything else.

    Examples
    --------
    >>> rate = Constant(0.5)
    >>> rate(1), rate(100)
    (0.5, 0.5)
    """

    learning_rate: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "learning_rate", checked_rate(self.learning_rate))

    def __call__(self, step: int) -> float:
        """Return the rate of a step, of whatever number."""
        return self.learning_rate


@dataclass(frozen=True)
class InverseRoot:
    """A learning rate that falls with the root of the step: ``learning_rate / √step``.

    Needs no number of steps beforehand, where the best constant rate does.

    Parameters
    ----------
    learning_rate
        That of step 1; a finite number > 0.

    Raises
    ------
    ValueError
        If it is anything else.

    Examples
    --------
    >>> rate = InverseRoot(0.5)
    >>> rate(1), rate(100)
    (0.5, 0.05)
    """

    learning_rate: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "learning_rate", checked_rate(self.learning_rate))

    def __call__(self, step: int) -> float:
        """Return the rate of a step, whose number is ≥ 1."""
        return self.learning_rate / math.sqrt(step)
