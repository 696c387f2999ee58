"""What a checker is: cases to try, and a judge of the answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

__all__ = ["Checker"]


@dataclass(frozen=True)
class Checker:
    """How one exercise is checked.

    Attributes
    ----------
    cases
        Makes a Hypothesis strategy of what the function is given, its one argument. A function,
        so that Hypothesis is loaded when something is checked and not before.
    judge
        Takes what was given and what came back; says what is wrong, in a few words, or ``None``.
        It judges by properties, so that every right answer passes.
    hint
        For who asks.
    refuses
        Says why a case must be refused with a `ValueError`; ``None`` for a case that must not.
    points
        For `grade`.
    """

    cases: Callable[[], Any]
    judge: Callable[[Any, Any], str | None]
    hint: str
    refuses: Callable[[Any], str | None] = lambda given: None
    points: int = 1
