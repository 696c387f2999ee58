"""Many tangents or adjoints in one sweep: what each alone gives, for every rule.

The oracle is `jacobian` with a sweep for each unit vector, which other tests hold against
differences.
"""

import contextlib

import numpy as np
import programs
import pytest
import samples
from test_complex import HOLDING, in_parts, numpy_refuses
from test_programs import compiled, listed
from test_rules import each_sample, named

from dlbook import trees
from dlbook.autodiff import (
    DerivativeError,
    checkpoint,
    defjvp,
    defvjp,
    grad,
    hessian,
    jacobian,
    primitive,
    stop_gradient,
    transforms,
)
from dlbook.autodiff.batched import BatchLevel
from dlbook.autodiff.table import name_of
from dlbook.exercises.samples import Sample, flat

FUNCTIONS = samples.inventory()
MODES = ["forward", "reverse"]

# NumPy discourages np.matrix, and so do we.
pytestmark = pytest.mark.filterwarnings("ignore:the matrix subclass:PendingDeprecationWarning")


@contextlib.contextmanager
def numbers_in_one_sweep(n):
    before = transforms._IN_ONE_SWEEP
    transforms._IN_ONE_SWEEP = n
    try:
        yield
    finally:
        transforms._IN_ONE_SWEEP = before


def outcome(compute):
    """Return what a computation gives, or the words of its error."""
    try:
        return compute()
    except Exception as error:
        return type(error).__name__, str(error)


def same(f, args, of=jacobian, **options):
    """Assert that the derivatives by each argument are those of one sweep for each unit vector."""
    for i in range(len(args)):
        by_one = of(f, i, **options)
        with numbers_in_one_sweep(0):
            expected = outcome(lambda by_one=by_one: by_one(*args))
        wanted, structure = trees.flatten(expected)
        # all at once; and in blocks, where these numbers are enough for two tangents
        for n in (1 << 22, 40):
            with numbers_in_one_sweep(n):
                found, like = trees.flatten(outcome(lambda by_one=by_one: by_one(*args)))
            assert like == structure
            for one, other in zip(found, wanted, strict=True):
                assert type(one) is type(other)
                if isinstance(one, str):
                    assert one == other
                    continue
                assert np.asarray(one).dtype == np.asarray(other).dtype
                assert np.shape(one) == np.shape(other)
                digits = np.finfo(np.asarray(one).dtype).eps
                scale = np.max(np.abs(other), initial=0.0, where=np.isfinite(other))
                np.testing.assert_allclose(
                    one, other, rtol=1e3 * digits, atol=1e3 * digits * max(scale, 1.0)
                )


def all_modes(sample):
    for mode in MODES:
        same(sample.f, sample.args, mode=mode)


@named(FUNCTIONS)
def test_each_rule(function):
    each_sample(function, all_modes)


@named(HOLDING)
def test_each_rule_of_complex_numbers(function):
    def check(sample):
        one = in_parts(sample, range(len(sample.args)))
        if not numpy_refuses(one):
            all_modes(one)

    each_sample(function, check, 2)


@named(FUNCTIONS)
def test_each_rule_in_single_precision(function):
    def check(sample):
        narrow = tuple(
            np.asarray(a, np.float32) if isinstance(a, np.ndarray) else a for a in sample.args
        )
        all_modes(Sample(sample.f, narrow, sample.note))

    each_sample(function, check, 2)


@pytest.mark.slow
@named(FUNCTIONS)
def test_second_derivatives(function):
    """Of a batch by forward and by reverse mode: the stacks themselves are traced."""

    def check(sample):
        if sum(map(np.size, sample.args)) > 6:
            return

        def total(*args):
            return np.sum(np.sin(_flat(sample.f(*args))))

        same(total, sample.args, hessian)
        for mode in MODES:
            same(jacobian(sample.f, mode=mode), sample.args, mode=mode)

    each_sample(function, check, 1)


def _flat(tree):
    leaves = [np.ravel(leaf) for leaf in trees.leaves(tree)]
    return np.concatenate([np.zeros(0), *leaves])


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("text", listed(programs.RIGHT) + listed(programs.SINGLE))
def test_each_program(text, mode):
    names, program = compiled(text)
    same(program, tuple(programs.ARGUMENTS[name] for name in names), mode=mode)


def by_each_argument(mode):
    def check(sample):
        for i in range(len(sample.args)):
            jacobian(sample.f, i, mode)(*sample.args)

    return check


#: Rules that look whether an adjoint is 0.
LOOKING = {"np.linalg.eigh", "eigh", "np.linalg.svd", "svd"}


@named(FUNCTIONS)
def test_each_rule_goes_at_once(function, monkeypatch):
    """No rule asks for one value, nor calls a function for one entry of a batch at a time."""
    asked, entries = [], []
    leak, value = BatchLevel.leak, BatchLevel.one_by_one

    def asking(level, inside):
        asked.append(inside)
        leak(level, inside)

    def by_entries(level, function, *args):
        entries.append(name_of(function))
        return value(level, function, *args)

    monkeypatch.setattr(BatchLevel, "leak", asking)
    monkeypatch.setattr(BatchLevel, "one_by_one", by_entries)
    for mode in MODES:
        each_sample(function, by_each_argument(mode))
    assert bool(asked) == (name_of(function) in LOOKING)
    assert not entries
