"""Check a reader's function on generated cases, and show the smallest one that it gets wrong."""

from __future__ import annotations

import atexit
import copy
import difflib
import functools
import os
import reprlib
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

from dlbook.exercises import autodiff, convexity, descent, graphs
from dlbook.exercises.checker import Checker
from dlbook.exercises.running import MOST_ITEMS, MOST_LINES, Raised, Stopped, run

__all__ = ["CHECKERS", "Result", "check", "finished", "names"]

CHECKERS: dict[str, Checker] = {
    **convexity.CHECKERS,
    **descent.CHECKERS,
    **graphs.CHECKERS,
    **autodiff.CHECKERS,
}

#: What has been checked since Python started, in order: `grade` reads it.
finished: list[Result] = []

_CASES = 200


@dataclass(frozen=True)
class Result:
    """What `check` found. Shown, it says all that it knows.

    Attributes
    ----------
    name
        Of the exercise.
    passed
        Whether every case was answered rightly.
    cases
        How many were tried; until the first wrong answer was found, if there is one.
    given, returned
        The smallest case that was answered wrongly, and the answer, as text.
    wrong
        What is wrong with it.
    hint
        Shown only where it was asked for.
    """

    name: str
    passed: bool
    cases: int
    given: str = ""
    returned: str = ""
    wrong: str = ""
    hint: str = ""

    def __bool__(self) -> bool:
        return self.passed

    def __repr__(self) -> str:
        if self.passed:
            lines = [f"✓ {self.name}: right on all {self.cases} cases that were tried"]
        else:
            lines = [f"✗ {self.name}"]
            lines += [f"  given     {self.given}"] if self.given else []
            lines += [f"  returned  {self.returned}"] if self.returned else []
            lines += [f"  wrong     {self.wrong}"]
        return "\n".join(lines + ([f"  hint      {self.hint}"] if self.hint else []))


def names() -> list[str]:
    """Return the names of all exercises that have a checker.

    Examples
    --------
    >>> "dag-topological-sort" in names()
    True
    """
    return list(CHECKERS)


def check(name: str, function: Callable[..., Any], *, hint: bool = False) -> Result:
    """Try a function on many cases, and show the smallest one that it gets wrong.

    Whatever the function does is part of the answer: an exception, a loop without end, a changed
    argument. It is run in this process, so a checker informs and does not certify.

    Parameters
    ----------
    name
        Of the exercise, without ``ex-``.
    function
        Your answer.
    hint
        Whether to show a hint.

    Raises
    ------
    ValueError
        If there is no checker of this name.
    TypeError
        If `function` is no function.
    ImportError
        If Hypothesis, which makes the cases, is not installed.

    Examples
    --------
    >>> def as_they_come(graph):
    ...     return list(graph)
    >>> check("dag-topological-sort", as_they_come)
    ✗ dag-topological-sort
      given     {'a': ['a']}
      returned  ['a']
      wrong     expected a ValueError: there is the cycle a → a
    """
    if name not in CHECKERS:
        near = difflib.get_close_matches(name.removeprefix("ex-"), CHECKERS, n=3, cutoff=0.3)
        known = ", ".join(map(repr, near or CHECKERS))
        raise ValueError(f"there is no checker {name!r}; do you mean one of {known}?")
    if not callable(function):
        raise TypeError(
            f"the second argument is {_show(function)}; expected a function: "
            f'write check("{name}", my_function), without calling it'
        )
    result = _examine(name, CHECKERS[name], function, CHECKERS[name].hint if hint else "")
    finished.append(result)
    return result


def _examine(name: str, checker: Checker, function: Callable[..., Any], hint: str) -> Result:
    try:
        import hypothesis
    except ImportError:
        raise ImportError('checkers need Hypothesis: pip install "dlbook[exercises]"') from None
    _keep_hypothesis_out_of_the_readers_folder()
    wrong: dict[str, tuple[str, str]] = {}  # case to answer and complaint
    tried = 0

    def fails(case: Any) -> bool:
        nonlocal tried
        tried += not wrong
        answer, complaint = _try(checker, function, case)
        if complaint:
            wrong[repr(case)] = answer, complaint
        return complaint is not None

    settings = hypothesis.settings(
        database=None,
        deadline=None,
        derandomize=True,
        max_examples=_CASES,
        phases=[hypothesis.Phase.generate, hypothesis.Phase.shrink],
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    try:
        smallest = hypothesis.find(checker.cases(), fails, settings=settings, random=Random(0))
        given = repr(smallest)
    except hypothesis.errors.NoSuchExample:
        return Result(name, True, tried, hint=hint)
    except hypothesis.errors.HypothesisException:
        if not wrong:
            raise
        # It was wrong once and right when asked again: its answers depend on more than the case.
        given = min(wrong, key=len)
        answer, complaint = wrong[given]
        wrong[given] = answer, f"{complaint} (not always: the same case was also answered rightly)"
    return Result(name, False, tried, given, *wrong[given], hint=hint)


@functools.cache
def _keep_hypothesis_out_of_the_readers_folder() -> None:
    """Give a place to what it keeps of the modules that it reads, unless it has one."""
    if "HYPOTHESIS_STORAGE_DIRECTORY" not in os.environ:
        folder = tempfile.TemporaryDirectory(prefix="dlbook-")
        os.environ["HYPOTHESIS_STORAGE_DIRECTORY"] = folder.name
        atexit.register(folder.cleanup)


def _try(checker: Checker, function: Callable[..., Any], case: Any) -> tuple[str, str | None]:
    """Return an answer as text, and what is wrong with it."""
    given = copy.deepcopy(case)
    try:
        returned = run(function, given)
    except Stopped:
        many = f"more than {MOST_LINES:,} lines were executed"
        return "", f"no answer after a long time ({many}): does a loop never end?"
    shown = _show(returned)
    if _differ(given, case):
        return shown, f"the argument was changed, to {_show(given)}; work on a copy"
    refusal = checker.refuses(case)
    if isinstance(returned, Raised):
        if refusal and isinstance(returned.error, ValueError):
            return shown, None
        return (
            shown,
            f"expected {'a ValueError: ' + refusal if refusal else 'an answer, and no exception'}",
        )
    if refusal:
        return shown, f"expected a ValueError: {refusal}"
    if isinstance(returned, list) and len(returned) == MOST_ITEMS:
        return shown, f"more than {MOST_ITEMS:,} items came back: does the generator never end?"
    try:
        complaint = run(checker.judge, case, returned)
    except Stopped:
        complaint = "it cannot be examined in a reasonable time"
    if isinstance(complaint, Raised):
        complaint = f"it cannot be examined: {_show(complaint)}"
    return shown, complaint


def _differ(one: Any, other: Any) -> bool:
    try:
        return run(lambda: bool(one != other)) is not False
    except Stopped:
        return True


class _Short(reprlib.Repr):
    """Values as text, never long, whatever their own `repr` does."""

    def __init__(self) -> None:
        super().__init__()
        self.maxlist = self.maxtuple = self.maxdict = self.maxset = 12
        self.maxstring = self.maxother = 200


def _show(value: Any) -> str:
    raised = isinstance(value, Raised)
    try:
        text = run(repr if raised else _Short().repr, value)
    except Stopped:
        text = None
    if raised:
        words = text if isinstance(text, str) else type(value.error).__name__
        return f"nothing: it raised {words}"[:300]
    return text if isinstance(text, str) else f"an object of type {type(value).__name__}"
