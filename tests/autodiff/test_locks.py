"""What a tape holds cannot change; what it held is the program's own again, whatever happens."""

import array
import copy
import ctypes
import gc
import linecache
import operator
import os
import signal
import sys
import threading
import time
import warnings
from collections import deque
from dataclasses import dataclass

import numpy as np
import pytest
import scipy.optimize

from dlbook.autodiff import (
    DerivativeError,
    defjvp,
    defvjp,
    grad,
    hessian,
    hvp,
    jacobian,
    jvp,
    linearize,
    locks,
    primitive,
    vjp,
)

X = np.array([0.5, -1.5, 0.8, 1.2])


@pytest.fixture(autouse=True)
def _nothing_stays_locked():
    gc.freeze()  # what other tests loaded takes long to look through, and is no garbage of ours
    yield
    gc.collect()
    gc.unfreeze()
    assert not locks._entries
    assert not locks._abandoned


# ---- options -----------------------------------------------------------------------------


@dataclass
class Weights:
    values: np.ndarray


@primitive
def weighed(x, *, weights):
    return x * (weights.values if isinstance(weights, Weights) else weights["values"])


def _weighed_rule(g, ans, x, *, weights):
    return g * (weights.values if isinstance(weights, Weights) else weights["values"])


defvjp(weighed, _weighed_rule)
defjvp(weighed, _weighed_rule)


class ArrayLike:
    """What NumPy makes an array of, as it does of a column of a data frame."""

    def __init__(self, values):
        self.values = values

    def __array__(self, dtype=None, copy=None):
        return np.array(self.values, dtype)


def entry(position, value):
    """Return a change of an entry; positions lead inside."""

    def change(option):
        *way, last = position if isinstance(position, tuple) else (position,)
        for step in way:
            option = option[step]
        option[last] = value

    return change


def square(x):
    return np.reshape(x, (2, 2))


MASK = [True, False, True, True]
OPTIONS = {
    "a list": ([0, 2], lambda x, o: x[o], entry(0, 1)),
    "a list of lists": ([[0, 1], [2, 3]], lambda x, o: x[o], entry((1, 0), 0)),
    "an array": (np.array([0, 2]), lambda x, o: x[o], entry(0, 1)),
    "a view": (np.arange(4), lambda x, o: x[o[:2]], lambda o: o.__iadd__(1)),
    "a mask": (np.array(MASK), lambda x, o: x[o], lambda o: np.logical_not(o, out=o)),
    "lists in a tuple": (([0, 1], [1, 0]), lambda x, o: square(x)[o], entry((0, 0), 1)),
    "an array in a tuple": (np.array([0, 0]), lambda x, o: square(x)[:, o], entry(1, 1)),
    "an array without axes": (np.array(2), lambda x, o: x[o], lambda o: o.__iadd__(1)),
    "the end of a slice": (np.array(1), lambda x, o: x[o:], lambda o: o.__iadd__(1)),
    "an array of the array module": (array.array("q", [0, 2]), lambda x, o: x[o], entry(0, 1)),
    "an array-like object": (
        ArrayLike([0, 2]),
        lambda x, o: x[o],
        lambda o: o.values.reverse() or o.values.__setitem__(0, 1),
    ),
    "where": (np.array(MASK), lambda x, o: np.where(o, x, 0.0), entry(0, False)),
    "where of a list": (MASK[:], lambda x, o: np.where(o, x, 0.0), entry(0, False)),
    "take": (np.array([0, 2]), np.take, entry(0, 1)),
    "take of a list": ([0, 2], np.take, entry(0, 1)),
    "take, wrapped": (np.array([0, 6]), lambda x, o: np.take(x, o, mode="wrap"), entry(1, 7)),
    "take_along_axis": (
        np.array([[0, 0], [1, 0]]),
        lambda x, o: np.take_along_axis(square(x), o, 1),
        entry((0, 0), 1),
    ),
    "compress": (MASK[:], lambda x, o: np.compress(o, x), entry(0, False)),
    "extract": (np.array(MASK), lambda x, o: np.extract(o, x), entry(0, False)),
    "delete": ([0], lambda x, o: np.delete(x, o), entry(0, 1)),
    "repeat": ([2, 0, 1, 3], lambda x, o: np.repeat(x, o), entry(0, 3)),
    "roll": (np.array(1), np.roll, lambda o: o.__iadd__(1)),
    "roll of several axes": (
        [1, 0],
        lambda x, o: np.roll(square(x), o, [0, 1]) * np.arange(4.0).reshape(2, 2),
        entry(1, 1),
    ),
    "split": ([1, 3], lambda x, o: np.split(x, o)[1], entry(1, 2)),
    "transpose": ([1, 0], lambda x, o: np.transpose(square(x), o)[0], lambda o: o.reverse()),
    "moveaxis": ([0, 1], lambda x, o: np.moveaxis(square(x), o, [1, 0])[0], lambda o: o.reverse()),
    "reshape": (
        [2, 2],
        lambda x, o: np.reshape(x, o)[0],
        entry(slice(2), [4, 1]),
    ),
    "pad": ([1, 2], lambda x, o: np.pad(x, o, mode="edge"), entry(0, 3)),
    "sum": (np.array(MASK), lambda x, o: np.sum(x, where=o), entry(0, False)),
    "mean": (np.array(MASK), lambda x, o: np.mean(x, where=o), entry(0, False)),
    "var": (np.array(MASK), lambda x, o: np.var(x, where=o), entry(0, False)),
    "prod": (np.array(MASK), lambda x, o: np.prod(x, where=o), entry(0, False)),
    "max": (np.array(MASK), lambda x, o: np.max(x, where=o, initial=-9.0), entry(3, False)),
    "einsum": ([0, 1], lambda x, o: np.einsum(square(x), o, [1])[0], lambda o: o.reverse()),
    "tensordot": (
        [[0], [1]],
        lambda x, o: np.tensordot(square(x), np.arange(4.0).reshape(2, 2), o),
        entry((0, 0), 1),
    ),
    "a dict": (
        {"values": np.array([1.0, 2.0, 3.0, 4.0])},
        lambda x, o: weighed(x, weights=o),
        lambda o: o["values"].fill(0.0),
    ),
    "a dataclass": (
        Weights(np.array([1.0, 2.0, 3.0, 4.0])),
        lambda x, o: weighed(x, weights=o),
        lambda o: o.values.fill(0.0),
    ),
}

#: How a derivative of a function of one number is taken; `later` is called before it is wanted.
DERIVATIVES = {
    "grad": lambda f, later: grad(f)(X),
    "vjp": lambda f, later: (vjp(f, X), later())[0][1](1.0)[0],
    "linearize": lambda f, later: (linearize(f, X), later())[0][1](X),
    "hessian": lambda f, later: hessian(f)(X),
    "hvp": lambda f, later: hvp(f, (X,), (X,)),
    "grad of grad": lambda f, later: grad(lambda x: np.sum(grad(f)(x) ** 2))(X),
    "jacobian of grad, backward": lambda f, later: jacobian(grad(f), mode="reverse")(X),
    "linearize of grad": lambda f, later: (linearize(grad(f), X), later())[0][1](X),
}


@pytest.mark.parametrize("derivative", DERIVATIVES.values(), ids=DERIVATIVES)
@pytest.mark.parametrize(("option", "use", "change"), OPTIONS.values(), ids=OPTIONS)
def test_an_option_may_change_afterwards(option, use, change, derivative):
    given = copy.deepcopy(option)
    expected = derivative(lambda x: np.sum(use(x * x, option) ** 2), lambda: None)

    def f(x):
        y = np.sum(use(x * x, given) ** 2)
        if not changed:
            changed.append(change(given))
        return y

    changed = []  # once: the second run of a nested derivative would see another option
    np.testing.assert_allclose(derivative(f, lambda: change(given)), expected, rtol=1e-13)


@pytest.mark.parametrize(("option", "use", "change"), OPTIONS.values(), ids=OPTIONS)
def test_the_change_would_matter(option, use, change):
    """Without this the test above could pass for nothing."""
    given = copy.deepcopy(option)
    before = jvp(lambda x: use(x * x, given), (X,), (X + 3.0,))
    change(given)
    try:
        after = jvp(lambda x: use(x * x, given), (X,), (X + 3.0,))
    except (ValueError, TypeError, IndexError):
        return
    assert np.shape(before[1]) != np.shape(after[1]) or not np.allclose(before[1], after[1])


def test_an_index_may_be_shuffled_in_a_loop():
    def loss(x, shuffle):
        rng, order, total = np.random.default_rng(0), np.arange(4), 0.0
        for _ in range(5):
            shuffle(rng, order)
            total = total + np.sum(x[order[:2]] ** 2)
        return total

    def in_place(rng, order):
        rng.shuffle(order)

    counts, rng, order = np.zeros(4), np.random.default_rng(0), np.arange(4)
    for _ in range(5):
        rng.shuffle(order)
        counts[order[:2]] += 1
    for g in (grad(loss)(X, in_place), vjp(lambda x: loss(x, in_place), X)[1](1.0)[0]):
        np.testing.assert_allclose(g, 2 * counts * X)


@pytest.mark.filterwarnings("ignore:the matrix subclass:PendingDeprecationWarning")
def test_collections_that_stand_for_arrays_are_copied_and_objects_are_not():
    for value in (deque([1]), {1}, bytearray(b"a"), np.matrix([[1.0]]), np.ma.array([1.0])):
        assert locks.owned(value) is not value
    for value in (np.random.default_rng(0), np.float32, np.dtype("f4"), np.int64(3), range(3), len):
        assert locks.owned(value) is value


# ---- one copy for one array --------------------------------------------------------------


def test_a_copy_is_not_taken_for_another_array_with_the_same_id():
    def frozen(value):
        made = np.full(4, value)
        made.setflags(write=False)
        return made

    def f(x):
        first = [frozen(1.0) for _ in range(50)]
        total = sum(np.sum(x * c) for c in first)
        del first
        second = [frozen(5.0) for _ in range(2000)]
        return total + sum(np.sum(x * c) for c in second)

    np.testing.assert_array_equal(vjp(f, X)[1](1.0)[0], np.full(4, 50.0 + 2000 * 5.0))


# ---- memory that NumPy cannot unlock again -----------------------------------------------


class Interface:
    def __init__(self, owner):
        self.owner = owner
        self.__array_interface__ = owner.__array_interface__


def _frozen_base(memory):
    view = memory[:]
    memory.setflags(write=False)
    return view


FOREIGN = {
    "DLPack": np.from_dlpack,
    "a view of DLPack": lambda memory: np.from_dlpack(memory)[::-1],
    "the array interface": lambda memory: np.asarray(Interface(memory)),
    "a strided memoryview": lambda memory: np.asarray(memoryview(np.repeat(memory, 2))[::2]),
    "a view of a frozen array": _frozen_base,
    "a view of a view of a frozen array": lambda memory: _frozen_base(memory)[::-1],
}


@pytest.mark.parametrize("make", FOREIGN.values(), ids=FOREIGN)
def test_what_could_not_be_unlocked_is_copied(make):
    foreign, other = make(X.copy()), np.array([1.0, 2.0, 3.0, 4.0])
    before = foreign.copy()

    def f(x):
        y = np.sum(x * foreign * other)
        foreign[0] += 7.0
        return y + np.sum(x * foreign)

    slope = before * other + before + [7.0, 0.0, 0.0, 0.0]
    np.testing.assert_allclose(grad(f)(X), slope, rtol=1e-14)
    foreign[:] = before
    _, pullback = vjp(f, X)
    foreign[:] = np.nan
    np.testing.assert_allclose(pullback(1.0)[0], slope, rtol=1e-14)
    for one in (foreign, other):
        assert one.flags.writeable


@pytest.mark.parametrize("make", FOREIGN.values(), ids=FOREIGN)
def test_such_an_argument_is_copied_as_well(make):
    foreign = make(X.copy())
    before = foreign.copy()

    def f(x):
        y = np.sum(x**3)
        foreign[:] = 0.0
        return y

    np.testing.assert_allclose(grad(f)(foreign), 3 * before**2)
    assert foreign.flags.writeable


RESTORABLE = {
    "a bytearray": lambda: np.frombuffer(bytearray(X.tobytes())),
    "a view of it": lambda: np.frombuffer(bytearray(X.tobytes()))[::-1],
    "a memoryview": lambda: np.asarray(memoryview(X.copy())),
    "a transposed view": lambda: X.copy().reshape(2, 2).T.ravel("A"),
    "a ctypes array": lambda: np.ctypeslib.as_array((ctypes.c_double * 4)(*X)),
    "an np.matrix": lambda: np.asarray(np.matrix(X, copy=True))[0],
}


@pytest.mark.filterwarnings("ignore:the matrix subclass:PendingDeprecationWarning")
@pytest.mark.parametrize("make", RESTORABLE.values(), ids=RESTORABLE)
def test_other_memory_is_locked_and_unlocked(make):
    captured = make()

    def f(x):
        y = np.sum(x * captured)
        captured[0] = 7.0
        return y

    with pytest.raises(ValueError, match="read-only"):
        grad(f)(X)
    captured[0] = 7.0


@pytest.mark.filterwarnings("ignore:the matrix subclass:PendingDeprecationWarning")
def test_a_base_of_another_class_is_locked_too():
    matrix = np.matrix(X, copy=True).view(np.matrix)
    captured = np.asarray(matrix)
    assert isinstance(captured.base, np.ndarray)

    def f(x):
        y = np.sum(x * captured)
        captured.base[0, 0] = 7.0
        return y

    with pytest.raises(ValueError, match="read-only"):
        grad(f)(X)
    captured.base[0, 0] = 7.0


def circle_and_line(x):
    return np.stack([x[0] ** 2 + x[1] ** 2 - 4.0, x[0] - x[1]])


SOLVERS = {
    "fsolve": lambda f, x: scipy.optimize.fsolve(f, x, fprime=jacobian(f)),
    "root": lambda f, x: scipy.optimize.root(f, x, jac=jacobian(f)).x,
    "root, lm": lambda f, x: scipy.optimize.root(f, x, jac=jacobian(f), method="lm").x,
    "leastsq": lambda f, x: scipy.optimize.leastsq(f, x, Dfun=jacobian(f))[0],
    "least_squares": lambda f, x: scipy.optimize.least_squares(f, x, jac=jacobian(f)).x,
    "minimize": lambda f, x: (
        scipy.optimize.minimize(
            lambda x: np.sum(f(x) ** 2), x, jac=grad(lambda x: np.sum(f(x) ** 2)), tol=1e-12
        ).x
    ),
}


@pytest.mark.parametrize("solve", SOLVERS.values(), ids=SOLVERS)
def test_solvers_of_scipy_take_derivatives(solve):
    start = np.array([1.0, 2.0])
    np.testing.assert_allclose(solve(circle_and_line, start), np.sqrt([2.0, 2.0]), rtol=1e-6)
    assert start.flags.writeable


def test_a_failure_for_one_array_leaves_no_other_read_only(monkeypatch):
    arrays = [np.ones(4) for _ in range(5)]

    def stubborn(one, write):
        if one is arrays[1] and write:
            raise ValueError("cannot set WRITEABLE flag to True of this array")
        np.ndarray.setflags(one, write)

    def f(x):
        return sum(np.sum(x * one) for one in arrays)

    with monkeypatch.context() as patch:
        patch.setattr(locks, "_set_writeable", stubborn)
        with pytest.raises(ValueError, match="cannot set WRITEABLE"):
            grad(f)(X)
    assert [one.flags.writeable for one in arrays] == [True, False, True, True, True]
    grad(f)(X)  # which holds it again, and lets go
    assert all(one.flags.writeable for one in arrays)


# ---- interrupts --------------------------------------------------------------------------


LOCK = "with _mutex:"


def interrupting(positions):
    """Return a trace function that interrupts `locks` at some of its lines, and their number.

    The line of a `with` is passed twice. The second time its block is over and the lock is still
    to be let go: there alone Python looks for no signal.
    """
    count, taken = 0, set()

    def trace(frame, event, argument):
        nonlocal count
        if frame.f_code.co_filename != locks.__file__ or frame.f_code.co_name == "__del__":
            return None  # an exception in `__del__` goes nowhere
        if event == "line" and linecache.getline(locks.__file__, frame.f_lineno).strip() == LOCK:
            if id(frame) in taken:
                taken.discard(id(frame))
                return trace
            taken.add(id(frame))
        if event == "call":
            taken.discard(id(frame))
        if event in ("line", "call"):
            count += 1
            if count in positions:
                raise KeyboardInterrupt
        return trace

    return trace, lambda: count


class Problem:
    """A derivative of two levels that holds an owner, two views of one base, and an argument."""

    def __init__(self):
        self.memory = np.arange(1.0, 9.0)
        self.arrays = [self.memory, self.memory[:4], self.memory[4:], X.copy(), np.ones(4)]

    def run(self, debug=False):
        _, first, second, x, owner = self.arrays

        def inner(z):
            return np.sum(z * z * second * owner)

        def outer(z):
            return np.sum(z * first) * np.sum(grad(inner)(z)) + np.sum(z * owner)

        return grad(outer, debug=debug)(x)


@pytest.mark.parametrize("debug", [False, True])
def test_an_interrupt_at_any_line_leaves_nothing_locked(debug):
    expected = Problem().run()
    position = 0
    while True:
        position += 1
        problem = Problem()
        before = sys.gettrace()
        trace, count = interrupting({position})
        try:
            sys.settrace(trace)
            problem.run(debug)
        except KeyboardInterrupt:
            pass
        else:
            break
        finally:
            sys.settrace(before)
        assert count() == position
        assert all(one.flags.writeable for one in problem.arrays), position
        assert not locks._entries, position
        np.testing.assert_array_equal(problem.run(), expected)
    assert position > 200


def test_a_lost_hold_is_not_inherited_by_another_array():
    lost = locks.Locks()
    old = np.ones(4)
    assert lost.hold(old)
    lost._arrays = {}  # nobody will let go
    key = id(old)
    entry = locks._entries[key]
    del old
    new = np.ones(4)
    locks._entries[id(new)] = locks._entries.pop(key)  # as if it had the same id
    assert entry() is None
    grad(lambda x: np.sum(x * new))(X)
    assert new.flags.writeable


def test_what_goes_away_lets_go():
    captured = X.copy()
    held = locks.Locks()
    held.hold(captured)
    assert not captured.flags.writeable
    del held
    assert captured.flags.writeable


def test_what_goes_away_while_somebody_is_at_work_lets_go_afterwards():
    captured, other = X.copy(), X.copy()
    held = locks.Locks()
    held.hold(captured)
    with locks._mutex:
        del held  # as the garbage collector may do at any time
        assert not captured.flags.writeable
    grad(lambda x: np.sum(x * other))(X)
    assert captured.flags.writeable


# ---- forks -------------------------------------------------------------------------------


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
def test_a_fork_while_another_thread_differentiates():
    shared, memory = np.ones(4), np.arange(8.0)
    view, inside = memory[:4], threading.Event()
    paused = []

    def pause(frame, event, argument):
        if frame.f_code.co_filename != locks.__file__ or paused:
            return None
        if event == "line" and locks._mutex.locked():
            paused.append(frame.f_lineno)
            inside.set()
            time.sleep(0.3)  # the fork comes meanwhile
        return pause

    def f(x):
        return np.sum(x * view) + np.sum(x * shared) + (time.sleep(0.5) or 0.0)

    def work():
        sys.settrace(pause)
        grad(f)(X)

    thread = threading.Thread(target=work)
    thread.start()
    try:
        assert inside.wait(10)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # of forks with threads
            child = os.fork()
        if child == 0:
            status = 1
            try:
                free = all(one.flags.writeable for one in (shared, memory, view))
                g = grad(lambda x: np.sum(x * view) + np.sum(x * shared))(X)
                free = free and all(one.flags.writeable for one in (shared, memory, view))
                status = 0 if free and np.array_equal(g, view + shared) else 2
            finally:
                os._exit(status)
        for _ in range(100):
            done, status = os.waitpid(child, os.WNOHANG)
            if done:
                break
            time.sleep(0.1)
        else:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            pytest.fail("the child waits for a thread that it does not have")
    finally:
        thread.join()
    assert os.waitstatus_to_exitcode(status) == 0
    assert shared.flags.writeable


# ---- the hole that the page names --------------------------------------------------------


@pytest.mark.filterwarnings("ignore:the matrix subclass:PendingDeprecationWarning")
@pytest.mark.parametrize(
    "earlier",
    [
        lambda a: a[:],
        lambda a: memoryview(a),
        lambda a: np.matrix(a, copy=False).A1,
        lambda a: np.ctypeslib.as_array(a.ctypes.data_as(ctypes.POINTER(ctypes.c_double)), (4,)),
        lambda a: np.from_dlpack(a),
        lambda a: np.asarray(Interface(a)),
    ],
    ids=["a view", "a memoryview", "a matrix", "a pointer", "DLPack", "the array interface"],
)
def test_what_writes_past_the_lock_is_found_by_debug(earlier):
    memory = X.copy()
    captured = memory[:]
    door = earlier(memory)

    def f(x):
        y = np.sum(x * captured)
        door[0] = 7.0
        return y

    assert grad(f)(X)[0] == 7.0  # as the page says
    memory[:] = X
    with pytest.raises(DerivativeError, match="was changed before the derivative"):
        grad(f, debug=True)(X)
    assert operator.attrgetter("flags.writeable")(captured)
