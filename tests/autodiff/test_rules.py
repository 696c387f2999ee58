"""Every rule, on the samples of its function: values, first and second derivatives."""

import contextlib
import inspect
from collections.abc import Sequence

import numpy as np
import pytest
import samples
from derivatives import Sample, check_first, check_second, check_single, replaced
from hypothesis import HealthCheck, given, settings

from dlbook.autodiff import jvp
from dlbook.autodiff.table import TABLE, Entry, name_of
from dlbook.autodiff.traced import plain

FUNCTIONS = samples.inventory()
EXAMPLES, MORE = 4, 20  # what Hypothesis draws from each strategy, quickly and at leisure


def named(functions):
    return pytest.mark.parametrize("function", functions, ids=name_of)


def each_sample(function, check, examples=EXAMPLES):
    strategies, fixed = samples.of(function)
    with np.errstate(all="ignore"):
        for sample in fixed:
            check(sample)
        for strategy in strategies:
            relaxed = settings(max_examples=examples, suppress_health_check=list(HealthCheck))
            relaxed(given(strategy)(check))()


@named(FUNCTIONS)
def test_has_samples(function):
    strategies, fixed = samples.of(function)
    assert strategies or fixed, f"give {name_of(function)} samples in samples.py"


@named(FUNCTIONS)
def test_first_derivatives(function, careful_rules):
    each_sample(function, check_first)


@named(FUNCTIONS)
def test_second_derivatives(function):
    each_sample(function, check_second)


@named(FUNCTIONS)
def test_float32(function, narrow_rules):
    each_sample(function, check_single)


@pytest.fixture
def narrow_rules():
    """Have every rule refuse to make float64 of float32, before the engine brings it back."""
    with all_rules(Narrow):
        yield


@pytest.fixture
def careful_rules():
    """Have every rule leave alone what it is given, and hand out memory that no operand has."""
    with all_rules(Careful):
        yield


@contextlib.contextmanager
def all_rules(wrapper):
    with contextlib.ExitStack() as stack:
        for entry in TABLE.values():
            if entry.rule is not None:
                jvps, vjps = wrapper(entry.rule.jvps), wrapper(entry.rule.vjps)
                stack.enter_context(replaced(entry.rule, jvps=jvps, vjps=vjps))
        yield


SINGLE = ("float32", "complex64")


def dtype_of(value):
    return str(getattr(plain(value), "dtype", ""))


def test_float32_finds_a_rule_that_widens(narrow_rules):
    rule = TABLE[np.exp].rule
    with (
        replaced(rule, vjps=Narrow([lambda g, ans, x: g * ans * np.float64(1)])),
        pytest.raises(AssertionError, match="widens"),
    ):
        each_sample(np.exp, check_single)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda g, ans, x: np.multiply(g, np.cos(x), out=g), "read-only"),
        (lambda g, ans, x: ans, "shares"),
        (lambda g, ans, x: x[:], "shares"),
    ],
)
def test_the_first_derivatives_find_a_rule_that_is_not_careful(careful_rules, wrong, message):
    rule = TABLE[np.sin].rule
    sample = Sample(np.sin, (np.array([0.5, 1.5]),))
    with (
        replaced(rule, vjps=Careful([wrong])),
        pytest.raises((AssertionError, ValueError), match=message),
    ):
        check_first(sample)


class Wrapper(Sequence):
    def __init__(self, rules):
        self.rules = rules

    def __len__(self):
        return len(self.rules)


class Careful(Wrapper):
    def __getitem__(self, position):
        rule = self.rules[position]

        def checked(g, ans, *operands, **options):
            given = [a for a in (g, ans, *operands) if type(a) is np.ndarray]
            locked = [a for a in given if a.flags.writeable]
            for array in locked:
                array.flags.writeable = False
            try:
                result = rule(g, ans, *operands, **options)
            finally:
                for array in sorted(locked, key=lambda a: a.base is not None):  # bases first
                    array.flags.writeable = True
            if type(result) is np.ndarray:
                for array in given:
                    passed = array is g or result is g or result.base is g
                    assert passed or not np.shares_memory(result, array), f"{rule} shares memory"
            return result

        return checked


class Narrow(Wrapper):
    def __getitem__(self, position):
        rule = self.rules[position]

        def checked(g, ans, *operands, **options):
            result = rule(g, ans, *operands, **options)
            given = {dtype_of(a) for a in (g, ans, *operands)}
            if dtype_of(g) in SINGLE and not given & {"float64", "complex128"}:
                assert dtype_of(result) in ("", *SINGLE), f"{rule} widens"
            return result

        return checked


@pytest.mark.slow
@pytest.mark.parametrize("check", [check_first, check_second, check_single])
@named([f for f in FUNCTIONS if samples.of(f)[0]])
def test_many_samples(function, check, narrow_rules):
    each_sample(function, check, MORE)


def run_once(sample):
    jvp(sample.f, sample.args, sample.args)


@pytest.mark.slow
def test_every_option_is_used(monkeypatch):
    """Samples use each argument of each function, but `out`, which is there to be refused."""
    used = {}
    bind = Entry.bind

    def noting(entry, function, args, kwargs):
        names = used.setdefault(function, set())
        if entry.kind == "composed":
            signature = inspect.signature(entry.definition)
            names |= set(signature.bind(*args, **kwargs).arguments)
        else:
            names |= set(entry.operands or ()) | set(bind(entry, function, args, kwargs)[1])
        return bind(entry, function, args, kwargs)

    monkeypatch.setattr(Entry, "bind", noting)
    for function in FUNCTIONS:
        each_sample(function, run_once, examples=25)
    unused = {
        f"{name_of(function)}: {name}"
        for function in FUNCTIONS
        for name in set(TABLE[function].options or ())
        - used.get(function, set())
        - {"out", "subok"}
    }
    unused -= {"np.ndarray.astype: copy"}  # the method of a traced value has no use for it
    new = {"np.reshape: newshape"} if np.lib.NumpyVersion(np.__version__) >= "2.1.0" else set()
    old = {"np.reshape: copy"} if np.lib.NumpyVersion(np.__version__) < "2.1.0" else set()
    assert unused <= new | old | ({"np.clip: min", "np.clip: max"} if old else set())
