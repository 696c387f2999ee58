"""Learning rates that depend on the step: frozen dataclasses that optimisers hold."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from dlbook.checks import check_number

__all__ = ["InverseRoot", "Schedule"]

#: Takes the number of a step, 1 for the first, and returns its learning rate, ≥ 0.
Schedule = Callable[[int], float]


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
        rate = check_number("learning_rate", self.learning_rate, above=0)
        object.__setattr__(self, "learning_rate", rate)

    def __call__(self, step: int) -> float:
        """Return the rate of a step, whose number is ≥ 1."""
        return self.learning_rate / math.sqrt(step)
