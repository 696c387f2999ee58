"""What a checker is: cases to try, and a judge of the answers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

__all__ = ["Checker", "of_any_size"]


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
        It judges by properties, so that every right answer passes. Where the answer is of the wrong
        kind it may raise `UnfitError`, as the readers in `dlbook.exercises.answers` do.
    hint
        Shown on request.
    refuses
        Says why a case must be refused with a `ValueError`; ``None`` for a case that must not.
    long
        Makes a strategy of longer cases, on which to find out who looks at the first few entries
        only. They are tried once the others have passed, so that a short counterexample is
        preferred.
    smaller
        Yields cases that are simpler than a given one; the smallest that Hypothesis found is
        shrunk along them, where it cannot see what is superfluous.
    may_be_none
        Whether ``None`` is an answer to some cases. If not, the judge never meets it.
    points
        For `grade`.
    """

    cases: Callable[[], Any]
    judge: Callable[[Any, Any], str | None]
    hint: str
    refuses: Callable[[Any], str | None] = lambda given: None
    long: Callable[[], Any] | None = None
    smaller: Callable[[Any], Iterable[Any]] = lambda given: ()
    may_be_none: bool = False
    points: int = 1


def of_any_size(least: int, most: int, make: Callable[[int], Any]) -> Any:
    """Return a strategy for cases of any size, from a strategy for each.

    These are made once: making one for each case that is drawn takes longer than checking it.
    """
    from hypothesis import strategies as st

    made = {size: make(size) for size in range(least, most + 1)}
    return st.integers(least, most).flatmap(made.__getitem__)
