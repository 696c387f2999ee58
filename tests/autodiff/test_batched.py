"""Many tangents or adjoints in one sweep: what each alone gives, for every rule.

The oracle is `jacobian` with a sweep for each unit vector, which other tests hold against
differences.
"""

import contextlib
import operator

import numpy as np
import programs
import pytest
import samples
from test_complex import HOLDING, in_parts, numpy_refuses
from test_programs import compiled, listed
from test_rules import each_sample, named

from dlbook import trees
from dlbook.autodiff import (
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
from dlbook.autodiff.rules import linalg
from dlbook.exercises.samples import Sample

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
            outcome(lambda i=i: jacobian(sample.f, i, mode)(*sample.args))

    return check


#: Rules that look whether an adjoint is 0.
LOOKING = {np.linalg.eigh, np.linalg.svd, linalg._eigh, linalg._svd}

#: Functions of which some calls are made for one entry at a time: those that take all entries in a
#: row, or in another order than C's, and indices among which are truth values or arrays apart.
BY_ENTRIES = {
    *(np.cumsum, np.nancumsum, np.roll, np.concatenate, np.reshape, np.ravel),
    operator.getitem,
}


@named(FUNCTIONS)
def test_each_rule_goes_at_once(function, monkeypatch):
    """Hardly a rule asks for one value, or calls a function for one entry of a batch at a time."""
    alone, entries = [], []
    at_once, one_by_one = transforms._at_once, BatchLevel.one_by_one

    def trying(*args):
        try:
            return at_once(*args)
        except Exception as error:
            alone.append(error)
            raise

    def by_entries(level, function, *args):
        entries.append(function)
        return one_by_one(level, function, *args)

    monkeypatch.setattr(transforms, "_at_once", trying)
    monkeypatch.setattr(BatchLevel, "one_by_one", by_entries)
    for mode in MODES:
        each_sample(function, by_each_argument(mode))
    assert bool(alone) == (function in LOOKING)
    assert bool(entries) == (function in BY_ENTRIES)


# ---- what a program, or a rule of its own, may do ------------------------------------------

X = np.array([0.7, -1.3, 2.1])


@primitive
def cubes(x):
    return x * x * x


#: Reverse rules of x³ for an adjoint that is a plain array: each must do for a batch of them.
RULES = {
    "plain": lambda g, ans, x: g * 3 * x**2,
    "branching on one value": lambda g, ans, x: g * 3 * x**2 if np.any(g) else g * 0,
    "if": lambda g, ans, x: g * 3 * x**2 if g[0] else g * 5 * x**2,
    "comparison": lambda g, ans, x: np.where(g == 0, 0.0, g * 3 * x**2),
    "a norm": lambda g, ans, x: g * 3 * x**2 / np.linalg.norm(g) * float(np.sqrt(np.sum(g**2))),
    "clipped": lambda g, ans, x: np.clip(g, -0.5, 0.5) * 3 * x**2,
    "another function": lambda g, ans, x: g * 3 * np.square(x) + np.frompyfunc(abs, 1, 1)(g) * 0.0,
    "float": lambda g, ans, x: np.array([float(a) * 3 * b**2 for a, b in zip(g, x, strict=True)]),
    "a list": lambda g, ans, x: np.array(list(g * 3 * x**2)),
    "text": lambda g, ans, x: g * 3 * x**2 * len(f"{g[0]:.0f}"),
    "a copy": lambda g, ans, x: _scaled_in_place(g.copy(), 3 * x**2),
    "in place": lambda g, ans, x: _added_in_place(g, 3 * x**2),
    "filled": lambda g, ans, x: _filled(g, 3 * x**2),
    "one entry filled": lambda g, ans, x: _one_filled(g, 3 * x**2),
    "type": lambda g, ans, x: _of_type(g, 3 * x**2),
    "out": lambda g, ans, x: np.multiply(g, 3 * x**2, out=np.zeros(3)),
    "an exception": lambda g, ans, x: _swallowing(g, 3 * x**2),
    "stopped": lambda g, ans, x: stop_gradient(g) * 3 * x**2,
    "its own derivative": lambda g, ans, x: grad(lambda x: np.sum(g * x**3))(x),
    "by keyword": lambda g, ans, x: np.sum(np.stack([g, g]), axis=0, initial=g[0] * 0) * 1.5 * x**2,
    "sorted": lambda g, ans, x: np.sort(g)[np.argsort(np.argsort(g))] * 3 * x**2,
    "a constant": lambda g, ans, x: np.zeros(3),
}


def _scaled_in_place(copy, slope):
    copy *= slope
    return copy


def _added_in_place(g, slope):
    total = np.zeros(3)
    total += g * slope
    return total


def _filled(g, slope):
    total = np.zeros(3)
    total[:2] = g[:2] * slope[:2]
    total[2] = g[2] * slope[2]
    return total


def _one_filled(g, slope):
    total = g * slope
    rest = np.zeros(3)
    rest[0] = total[0]
    return np.where([True, False, False], rest, total)


def _of_type(g, slope):
    assert type(g) is np.ndarray
    return g * slope


def _swallowing(g, slope):
    try:
        return slope * g if g[0] > 0 else slope * g * 2
    except Exception:
        return slope * 7.0


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_rules_that_do_what_they_may_to_one_adjoint(rule):
    defvjp(cubes, rule)
    A = np.arange(9.0).reshape(3, 3)
    same(lambda x: A @ cubes(np.sin(x)), (X,), mode="reverse")
    defjvp(cubes, rule)
    same(lambda x: A @ cubes(np.sin(x)), (X,), mode="forward")
    # inside another derivative, which must not take for refused what the batch could not do
    same(lambda y: jacobian(lambda x: cubes(x) * y, mode="reverse")(X), (X[0],), mode="forward")


TREES = {
    "dicts": lambda t: {"a": t["x"][:, None] * t["y"], "b": (np.sum(t["y"]), t["s"] * t["x"])},
    "constant parts": lambda t: [np.ones(2), t["x"], 0.0 * t["s"]],
    "one part twice": lambda t: [t["x"], t["x"], np.reshape(t["x"], (3, 1))],
    "nothing": lambda t: np.sum(t["x"]) * np.zeros((2, 0)) + t["empty"],
    "zero-d": lambda t: np.reshape(np.sum(t["x"] * np.sum(t["y"])), ()),
    "entries": lambda t: np.stack([t["x"][i] * t["x"][i - 1] for i in range(3)]),
    "the triangle of a vector": lambda t: np.tril(t["x"] * t["s"]),
    "a truth value apart": lambda t: np.outer(t["x"], t["y"])[True, :, 1],
    "an axis of a number": lambda t: np.sum(np.sum(t["x"]) * t["s"], axis=0) * t["y"],
    "complex": lambda t: np.fft.fft(t["x"]) * np.exp(1j * t["s"]),
    "a checkpoint": lambda t: checkpoint(lambda x, s: np.tanh(np.outer(x, x)) * s)(t["x"], t["s"]),
    "several results": lambda t: np.linalg.eigh(np.outer(t["x"], t["x"]) + np.diag(t["y"])),
    "derivatives": lambda t: jacobian(lambda x: np.outer(x, x) * t["s"])(t["x"]),
}


@pytest.mark.parametrize("f", TREES.values(), ids=TREES)
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("s", [0.5, np.array(0.5)], ids=["number", "array"])
def test_trees(f, dtype, s):
    x, y = X.astype(dtype), np.array([1.0, 2.0, 4.0], dtype)
    tree = {"x": x, "y": y, "s": s, "empty": np.zeros((2, 0), dtype)}
    for mode in (None, *MODES):
        same(f, (tree,), mode=mode)


def test_derivatives_of_jacobians():
    def f(x, y):
        return np.tanh(np.outer(x, y) @ x)

    def total(x, y, mode):
        return np.sum(np.cos(jacobian(f, mode=mode)(x, y)))

    for mode in MODES:
        for outer in (grad, hessian):
            same(lambda x, y, mode=mode: total(x, y, mode), (X, X[::-1] * 0.5), outer)
        same(jacobian(jacobian(f, mode=mode), 1, mode), (X, X[::-1] * 0.5))


@pytest.mark.parametrize("mode", MODES)
def test_results_are_arrays_of_their_own(mode):
    A = np.arange(9.0).reshape(3, 3)
    found = jacobian(lambda x: [x, x, A @ x, np.reshape(x, (1, 3))], mode=mode)(X)
    for i, one in enumerate(found):
        assert one.flags.writeable
        assert not any(np.may_share_memory(one, other) for other in (*found[:i], A, X))


def test_a_sweep_takes_no_more_memory_than_is_said(monkeypatch):
    """The stacks of all values together have so many numbers; or there is a sweep for each."""
    sizes = []
    opened = BatchLevel.__init__

    def opening(level, size):
        sizes.append(size)
        opened(level, size)

    monkeypatch.setattr(BatchLevel, "__init__", opening)
    x = np.linspace(0.0, 1.0, 10)  # and so three values of 10 numbers
    for numbers, expected in [(300, [10]), (90, [3, 3, 3, 1]), (60, [2] * 5), (59, []), (0, [])]:
        sizes.clear()
        with numbers_in_one_sweep(numbers):
            found = jacobian(lambda x: np.sin(np.cos(x)), mode="reverse")(x)
        np.testing.assert_allclose(found, np.diag(-np.cos(np.cos(x)) * np.sin(x)), rtol=1e-14)
        assert sizes == expected
