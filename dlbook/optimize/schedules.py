"""Learning rates that depend on the step: frozen dataclasses that optimisers hold."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from dlbook.checks import check_integer, check_number

__all__ = ["Cosine", "InverseRoot", "OneCycle", "Schedule", "StepDecay", "WarmUp"]

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


@dataclass(frozen=True)
class StepDecay:
    """A learning rate that is multiplied by a factor every so many steps.

    Parameters
    ----------
    learning_rate
        That of step 1; a finite number > 0.
    every
        The number of steps between two changes, an integer ≥ 1.
    factor
        A number > 0 and ≤ 1.

    Raises
    ------
    ValueError
        If one of them is anything else.

    Examples
    --------
    >>> rate = StepDecay(0.5, every=2, factor=0.25)
    >>> [rate(step) for step in (1, 2, 3, 4, 5)]
    [0.5, 0.5, 0.125, 0.125, 0.03125]
    """

    learning_rate: float
    every: int
    factor: float = 0.1

    def __post_init__(self) -> None:
        _check_part(self, "learning_rate")
        object.__setattr__(self, "every", check_integer("every", self.every, 1))
        _check_part(self, "factor", most=1)

    def __call__(self, step: int) -> float:
        """Return the rate of a step, whose number is ≥ 1."""
        return self.learning_rate * self.factor ** ((step - 1) // self.every)


@dataclass(frozen=True)
class Cosine:
    """A learning rate that decreases along half a period of a cosine, and then stays.

    Parameters
    ----------
    learning_rate
        That of step 1; a finite number > 0.
    steps
        After this many further steps the rate is `least`; an integer ≥ 1.
    least
        A finite number ≥ 0 and ≤ `learning_rate`.

    Raises
    ------
    ValueError
        If one of them is anything else.

    Examples
    --------
    >>> rate = Cosine(0.5, steps=4)
    >>> [round(rate(step), 4) for step in (1, 2, 3, 4, 5, 6)]
    [0.5, 0.4268, 0.25, 0.0732, 0.0, 0.0]
    """

    learning_rate: float
    steps: int
    least: float = 0.0

    def __post_init__(self) -> None:
        _check_part(self, "learning_rate")
        object.__setattr__(self, "steps", check_integer("steps", self.steps, 1))
        least = check_number("least", self.least, least=0)
        if least > self.learning_rate:
            raise ValueError(f"least is {least}; expected at most {self.learning_rate}")
        object.__setattr__(self, "least", least)

    def __call__(self, step: int) -> float:
        """Return the rate of a step, whose number is ≥ 1."""
        return _between(self.learning_rate, self.least, (step - 1) / self.steps)


@dataclass(frozen=True)
class WarmUp:
    """A schedule whose rates are reduced at first: to ``step / steps`` of themselves.

    Parameters
    ----------
    schedule
        Another schedule, or a constant learning rate, a finite number > 0.
    steps
        From this step on the rates are those of `schedule`; an integer ≥ 1.

    Raises
    ------
    ValueError
        If one of them is anything else.

    Examples
    --------
    >>> rate = WarmUp(0.5, steps=5)
    >>> [rate(step) for step in (1, 2, 5, 6)]
    [0.1, 0.2, 0.5, 0.5]
    >>> WarmUp(InverseRoot(1.0), steps=4)(1)
    0.25
    """

    schedule: Schedule | float
    steps: int

    def __post_init__(self) -> None:
        if not callable(self.schedule):
            _check_part(self, "schedule")
        object.__setattr__(self, "steps", check_integer("steps", self.steps, 1))

    def __call__(self, step: int) -> float:
        """Return the rate of a step, whose number is ≥ 1."""
        rate = self.schedule(step) if callable(self.schedule) else self.schedule
        return rate * min(1.0, step / self.steps)


@dataclass(frozen=True)
class OneCycle:
    """A learning rate that rises and then decreases to almost nothing, both along cosines.

    Parameters
    ----------
    learning_rate
        The largest; a finite number > 0.
    steps
        The number of the last step, an integer ≥ 2. Later steps have its rate.
    rise
        The part of the steps in which the rate rises, > 0 and < 1.
    start
        The rate of step 1, as a part of the largest, > 0 and ≤ 1.
    end
        The rate of the last step, as a part of that of step 1, > 0 and ≤ 1.

    Raises
    ------
    ValueError
        If one of them is anything else; or if there are so few steps that the rise,
        ``rise · steps``, is at most one step long.

    Notes
    -----
    After Smith and Topin, "Super-convergence", 2019; the numbers are those of PyTorch.

    Examples
    --------
    >>> rate = OneCycle(1.0, steps=10, rise=0.5)
    >>> [round(rate(step), 4) for step in (1, 3, 5, 10)]
    [0.04, 0.52, 1.0, 0.0]
    """

    learning_rate: float
    steps: int
    rise: float = 0.3
    start: float = 0.04
    end: float = 1e-4

    def __post_init__(self) -> None:
        _check_part(self, "learning_rate")
        object.__setattr__(self, "steps", check_integer("steps", self.steps, 2))
        _check_part(self, "rise", most=1)
        _check_part(self, "start", most=1)
        _check_part(self, "end", most=1)
        if not 1 < self.rise * self.steps < self.steps:
            raise ValueError(
                f"rise is {self.rise}; expected more than 1/{self.steps}, one step, and less than 1"
            )

    def __call__(self, step: int) -> float:
        """Return the rate of a step, whose number is ≥ 1."""
        first = self.start * self.learning_rate
        top, passed = self.rise * self.steps - 1, step - 1
        if passed <= top:
            return _between(first, self.learning_rate, passed / top)
        part = (passed - top) / (self.steps - 1 - top)
        return _between(self.learning_rate, self.end * first, part)


def _between(first: float, last: float, part: float) -> float:
    """Return a point between two numbers, by a cosine that is flat at both ends."""
    return last + (first - last) * (1 + math.cos(math.pi * min(1.0, part))) / 2


def _check_part(schedule: object, name: str, most: float | None = None) -> None:
    value = getattr(schedule, name)
    number = check_number(name, value, above=0)
    if most is not None and number > most:
        raise ValueError(f"{name} is {value!r}; expected a number > 0 and ≤ {most:g}")
    object.__setattr__(schedule, name, number)
