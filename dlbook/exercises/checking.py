"""Check a reader's function on generated cases, and show the smallest one that it gets wrong."""

from __future__ import annotations

import ast
import atexit
import copy
import difflib
import functools
import inspect
import os
import tempfile
import textwrap
import time
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any, NamedTuple

from dlbook.exercises.answers import UnfitError, shown
from dlbook.exercises.chapters import (
    agnostic,
    autodiff,
    backpropagation,
    cifar,
    circulants,
    convexity,
    convolution,
    critical_points,
    descent,
    diagnosis,
    differences,
    dual_numbers,
    engine,
    entropic_projection,
    graphs,
    initialisation,
    interpolation,
    level_sets,
    mnist,
    momentum,
    protocol,
    pytorch,
    softmax,
    stochastic,
)
from dlbook.exercises.checker import Checker
from dlbook.exercises.running import MOST_ITEMS, MOST_LINES, Raised, Record, Stopped, run
from dlbook.extras import need

__all__ = [
    "CHECKERS",
    "Result",
    "check",
    "finished",
    "keep_hypothesis_out_of_the_readers_folder",
    "names",
]

CHECKERS: dict[str, Checker] = {
    **level_sets.CHECKERS,
    **critical_points.CHECKERS,
    **convexity.CHECKERS,
    **softmax.CHECKERS,
    **entropic_projection.CHECKERS,
    **descent.CHECKERS,
    **momentum.CHECKERS,
    **stochastic.CHECKERS,
    **graphs.CHECKERS,
    **differences.CHECKERS,
    **dual_numbers.CHECKERS,
    **autodiff.CHECKERS,
    **diagnosis.CHECKERS,
    **initialisation.CHECKERS,
    **backpropagation.CHECKERS,
    **engine.CHECKERS,
    **protocol.CHECKERS,
    **mnist.CHECKERS,
    **circulants.CHECKERS,
    **convolution.CHECKERS,
    **cifar.CHECKERS,
    **pytorch.CHECKERS,
    **agnostic.CHECKERS,
    **interpolation.CHECKERS,
}

#: What has been checked since Python started, in order: `grade` reads it.
finished: list[Result] = []

_CASES = 200
_LONG_CASES = 50

# Once a wrong answer is known, smaller cases are looked for while a reader likes to wait, first by
# Hypothesis, then by the checker: for so many lines, so that the same answer is met with the same
# case on every machine; where that takes long, for seconds of work, and for seconds of waiting.
_LINES_FOR_SHRINKING = 400_000
_SECONDS_OF_WORK = 1.4
_SECONDS_OF_WAITING = 3.0

_PRINTED_LINES = 3


@dataclass(frozen=True)
class Result:
    """What `check` found. Shown, or printed, it says all that it knows.

    Attributes
    ----------
    name
        Of the exercise.
    passed
        Whether every case was answered correctly.
    cases
        How many were tried; until the first wrong answer was found, if there is one.
    given, returned
        The smallest case that was answered incorrectly, and the answer, as text.
    printed
        What the function printed on that case.
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
    printed: str = ""

    def __bool__(self) -> bool:
        return self.passed

    def __repr__(self) -> str:
        if self.passed:
            lines = [f"✓ {self.name}: right on all {self.cases} cases that were tried"]
        else:
            lines = [f"✗ {self.name}"]
            lines += [f"  given     {self.given}"] if self.given else []
            lines += _beside("printed", self.printed)
            lines += [f"  returned  {self.returned}"] if self.returned else []
            lines += [f"  wrong     {self.wrong}"]
        return "\n".join(lines + ([f"  hint      {self.hint}"] if self.hint else []))


def _beside(word: str, printed: str) -> list[str]:
    """Return the first lines of what was printed, as lines of a result."""
    lines = printed.rstrip().splitlines()
    first = [line if len(line) <= 80 else f"{line[:79]}…" for line in lines[:_PRINTED_LINES]]
    rest = ["…"] if len(lines) > _PRINTED_LINES else []
    return [f"  {'' if i else word:9} {line}" for i, line in enumerate(first + rest)]


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
    argument. It is run in this process, so a checker informs and does not certify. A notebook
    shows what comes back; in a script, print it.

    Parameters
    ----------
    name
        Of the exercise, without ``ex-``.
    function
        Your answer.
    hint
        Whether to show a hint.

    Returns
    -------
    Result
        True where no case was answered incorrectly; as text, it says what was.

    Raises
    ------
    ValueError
        If there is no checker of this name.
    TypeError
        If `function` is not a function.
    ImportError
        If Hypothesis, which makes the cases, is not installed.

    Examples
    --------
    >>> def as_they_come(graph):
    ...     return list(graph)
    >>> print(check("dag-topological-sort", as_they_come))
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
    with need("exercises"):
        import hypothesis
    keep_hypothesis_out_of_the_readers_folder()
    wrong: dict[str, _Answer] = {}  # by the case that was answered incorrectly
    tried = 0
    record = Record()
    patience = _Patience(record)

    def fails(case: Any) -> bool:
        nonlocal tried
        if wrong and patience.is_over():
            return repr(case) in wrong
        tried += not wrong
        answer = _try(checker, function, case, record)
        if answer.wrong and not wrong:
            patience.begin()
        if answer.wrong:
            wrong[repr(case)] = answer
        return answer.wrong is not None

    def smallest(cases: Any, most: int) -> Any:
        settings = hypothesis.settings(
            database=None,
            deadline=None,
            derandomize=True,
            max_examples=most,
            phases=[hypothesis.Phase.generate, hypothesis.Phase.shrink],
            suppress_health_check=list(hypothesis.HealthCheck),
        )
        return hypothesis.find(cases, fails, settings=settings, random=Random(0))

    remark = ""
    try:
        try:
            found = smallest(checker.cases(), _CASES)
        except hypothesis.errors.NoSuchExample:
            if checker.long is None:
                raise
            found = smallest(checker.long(), _LONG_CASES)
        if wrong[repr(found)].shown:  # an answer: to wait for it again and again takes too long
            patience.begin()
            found = _shrunk(found, checker, fails)
        given = repr(found)
    except hypothesis.errors.NoSuchExample:
        return Result(name, True, tried, hint=hint)
    except hypothesis.errors.HypothesisException:
        if not wrong:
            raise
        # It was wrong once and right when asked again: its answers depend on more than the case.
        given = min(wrong, key=len)
        remark = " (not always: the same case was also answered correctly)"
    answer = wrong[given]
    complaint = f"{answer.wrong}{remark}"
    return Result(name, False, tried, given, answer.shown, complaint, hint, answer.printed)


class _Patience:
    """How long a smaller case is looked for."""

    def __init__(self, record: Record) -> None:
        self._record = record
        self._limits = [0.0] * 3

    def _spent(self) -> list[float]:
        return [self._record.lines, time.process_time(), time.monotonic()]

    def begin(self) -> None:
        more = [_LINES_FOR_SHRINKING, _SECONDS_OF_WORK, _SECONDS_OF_WAITING]
        self._limits = [one + other for one, other in zip(self._spent(), more, strict=True)]

    def is_over(self) -> bool:
        return any(one > most for one, most in zip(self._spent(), self._limits, strict=True))


def _shrunk(case: Any, checker: Checker, fails: Callable[[Any], bool]) -> Any:
    """Return a case that fails, of which no simpler one does."""
    for simpler in checker.smaller(case):
        if fails(simpler):
            return _shrunk(simpler, checker, fails)
    return case


@functools.cache
def keep_hypothesis_out_of_the_readers_folder() -> None:
    """Give a place to what it keeps of the modules that it reads, unless it has one."""
    if "HYPOTHESIS_STORAGE_DIRECTORY" not in os.environ:
        folder = tempfile.TemporaryDirectory(prefix="dlbook-")
        os.environ["HYPOTHESIS_STORAGE_DIRECTORY"] = folder.name
        atexit.register(folder.cleanup)


class _Answer(NamedTuple):
    """What came back, as text; what is wrong with it, or ``None``; what was printed meanwhile."""

    shown: str
    wrong: str | None
    printed: str = ""


def _try(checker: Checker, function: Callable[..., Any], case: Any, record: Record) -> _Answer:
    """Return an answer, judged."""
    given = copy.deepcopy(case)
    try:
        returned = run(function, given, record=record)
    except Stopped:
        many = f"more than {MOST_LINES:,} lines were executed"
        return _Answer(
            "",
            f"no answer after a long time ({many}): does a loop never end, "
            "or is the same thing worked out again and again?",
            record.printed,
        )
    printed = record.printed
    if _differ(given, case):
        complaint: str | None = f"the argument was changed, to {_show(given)}; work on a copy"
    else:
        complaint = _judge(checker, function, case, returned, printed)
    return _Answer(_show(returned) if complaint else "", complaint, printed)


def _judge(
    checker: Checker, function: Callable[..., Any], case: Any, returned: Any, printed: str
) -> str | None:
    """Say what is wrong with what came back, which leaves the argument as it was."""
    refusal = checker.refuses(case)
    if isinstance(returned, Raised):
        if refusal and isinstance(returned.error, ValueError):
            return None
        wanted = f"a ValueError: {refusal}" if refusal else "an answer, and no exception"
        return f"expected {wanted}"
    if returned is None and not refusal and not checker.may_be_none:
        return _why_none(function, printed) or "it returned None: is a return missing?"
    if refusal:
        complaint: Any = f"expected a ValueError: {refusal}"
    elif isinstance(returned, list) and len(returned) == MOST_ITEMS:
        return f"more than {MOST_ITEMS:,} items came back: does the generator never end?"
    else:
        try:
            complaint = run(checker.judge, case, returned)
        except Stopped:
            complaint = "it cannot be examined in a reasonable time"
        if isinstance(complaint, Raised):
            unfit = isinstance(complaint.error, UnfitError)
            words = f"it cannot be examined: {_show(complaint)}"
            complaint = str(complaint.error) if unfit else words
    if complaint and returned is None:
        complaint = _why_none(function, printed) or complaint
    return None if complaint is None else str(complaint)


def _why_none(function: Callable[..., Any], printed: str) -> str:
    """Say why ``None`` came back, where no ``return None`` will have been meant."""
    if _is_template(function):
        return "it returned None: the template is not filled in yet"
    text = printed.strip()
    if not text:
        return ""
    short = text if len(text) <= 40 and "\n" not in text else "something"
    return f"it printed {short} and returned None: did you mean return?"


def _is_template(function: Callable[..., Any]) -> bool:
    """Whether the body of a function is still that of the question, ``...``."""
    try:
        [definition] = ast.parse(textwrap.dedent(inspect.getsource(function))).body
    except (OSError, TypeError, ValueError, SyntaxError):  # no source, or not of a definition alone
        return False
    return isinstance(definition, ast.FunctionDef) and all(
        isinstance(line, ast.Pass)
        or (isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant))
        for line in definition.body
    )


def _differ(one: Any, other: Any) -> bool:
    try:
        return run(lambda: bool(one != other)) is not False
    except Stopped:
        return True


def _show(value: Any) -> str:
    raised = isinstance(value, Raised)
    try:
        text = run(repr if raised else shown, value)
    except Stopped:
        text = None
    if raised:
        words = text if isinstance(text, str) else type(value.error).__name__
        return f"nothing: it raised {words}"[:300]
    return text if isinstance(text, str) else f"an object of type {type(value).__name__}"
