"""The checks of `test_rules` find wrong rules: errors are planted, one at a time.

In one entry of what one argument's rule returns, a relative error of 1e-4; an argument that is
dropped; a wrong axis; and, in the engine, a sum that is left out.
"""

import functools
from collections.abc import Sequence

import numpy as np
import pytest
import samples
from derivatives import check_first, replaced
from hypothesis import HealthCheck, Phase, given, settings

from dlbook.autodiff import fitting, reverse
from dlbook.autodiff.table import TABLE, name_of
from dlbook.autodiff.traced import plain

ERROR = 1e-4


@functools.cache
def drawn(function):
    """Return samples of a function, always the same."""
    strategies, fixed = samples.of(function)
    found = list(fixed)  # Hypothesis draws the rest, without noting what fails
    for strategy in strategies:

        @settings(
            max_examples=25,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
            database=None,
        )
        @given(strategy)
        def collect(sample):
            found.append(sample)

        collect()
    return found


def is_found(function):
    """Whether a sample of the function fails; of large ones first, where more can go wrong."""
    by_size = sorted(drawn(function), key=lambda s: -sum(np.size(a) for a in s.args))
    with np.errstate(all="ignore"):
        for sample in by_size:
            try:
                check_first(sample)
            except (AssertionError, ArithmeticError, ValueError, TypeError, IndexError):
                return True
    return False


class Wrong(Sequence):
    """Rules of which one is changed."""

    def __init__(self, rules, position, change):
        self.rules, self.position, self.change = rules, position, change

    def __getitem__(self, position):
        rule = self.rules[position]
        if position != self.position:
            return rule
        return lambda *args, **options: self.change(rule, *args, **options)

    def __len__(self):
        return len(self.rules)


def planted(rule, mode, position, change):
    """Change the rule of one operand, in one mode."""
    if rule.joint and mode == "jvps":  # forward the function itself maps all tangents
        return replaced(rule, function=_every_second(rule.function, change))
    return replaced(rule, **{mode: Wrong(getattr(rule, mode), position, change)})


def _every_second(function, change):
    """Leave the calls that compute values, and change those that map tangents, which follow."""
    calls = []

    def called(*args, **options):
        calls.append(None)
        if len(calls) % 2:
            return function(*args, **options)
        return change(function, *args, **options)

    return called


def slightly_wrong(rule, *args, **options):
    result = rule(*args, **options)
    if isinstance(result, tuple):  # of several results
        return tuple([_slightly(part) for part in result])
    return _slightly(result)


def _slightly(result):
    size = np.abs(plain(result))
    if np.size(size) == 0:
        return result
    factor = np.ones(np.shape(size))
    factor[np.unravel_index(np.argmax(size), factor.shape)] += ERROR
    return result * factor


def dropped(rule, *args, **options):
    result = rule(*args, **options)
    return tuple([0.0] * len(result)) if isinstance(result, tuple) else result * 0.0


def wrong_axis(rule, g, ans, a, *args, axis=None, **options):
    ndim = np.ndim(plain(a))
    if isinstance(axis, int) and ndim > 1:
        axis = (axis + 1) % ndim
    elif axis is None and ndim:
        axis = 0
    return rule(g, ans, a, *args, axis=axis, **options)


def operands(function):
    """Return how many operands of a function can be traced in its samples."""
    entry = TABLE[function]
    if entry.sequence:
        return 2
    return len(entry.rule.vjps) if entry.operands is not None else 2


RULES = [f for f in samples.inventory() if TABLE[f].rule is not None]
MUTANTS = [
    pytest.param(function, mode, position, id=f"{name_of(function)}-{mode}-{position}")
    for function in RULES
    for mode in ("jvps", "vjps")
    for position in range(operands(function))
    if getattr(TABLE[function].rule, mode)[position] is not None
]


@pytest.mark.parametrize(("function", "mode", "position"), MUTANTS)
def test_finds_an_error_in_one_entry(function, mode, position):
    with planted(TABLE[function].rule, mode, position, slightly_wrong):
        assert is_found(function)


@pytest.mark.slow
@pytest.mark.parametrize(("function", "mode", "position"), MUTANTS)
def test_finds_a_dropped_argument(function, mode, position):
    with planted(TABLE[function].rule, mode, position, dropped):
        assert is_found(function)


ALONG = [
    pytest.param(function, mode, id=f"{name_of(function)}-{mode}")
    for function in RULES
    if "axis" in (TABLE[function].options or ()) and not TABLE[function].rule.joint
    for mode in ("jvps", "vjps")
    if mode == "jvps" or function not in (np.squeeze, np.expand_dims)  # reshaped, by no axis
]


@pytest.mark.filterwarnings("ignore:Mean of empty slice:RuntimeWarning")  # NumPy < 2.3
@pytest.mark.parametrize(("function", "mode"), ALONG)
def test_finds_a_wrong_axis(function, mode):
    with planted(TABLE[function].rule, mode, 0, wrong_axis):
        assert is_found(function)


BROADCASTING = [f for f in RULES if TABLE[f].kind == "elementwise" and operands(f) > 1]


@pytest.mark.parametrize("function", [*BROADCASTING, np.where, np.matmul], ids=name_of)
def test_finds_a_dropped_sum(function, monkeypatch):
    def first_only(g, value):
        given, shape = np.shape(plain(g)), np.shape(plain(value))
        if given == shape or not given:
            return fitting.as_adjoint(g, value)
        extra = len(given) - len(shape)
        index = [0] * extra + [
            slice(0, 1) if n == 1 else slice(None) for n in (shape if extra >= 0 else ())
        ]
        return fitting.as_adjoint(g[tuple(index)], value)

    monkeypatch.setattr(reverse, "as_adjoint", first_only)
    assert is_found(function)


@pytest.mark.parametrize("function", [np.add, np.subtract], ids=name_of)
def test_finds_a_number_that_stands_for_a_broadcast_adjoint(function, monkeypatch):
    monkeypatch.setattr(reverse, "_all_of_shape", lambda *anything: True)
    assert is_found(function)
