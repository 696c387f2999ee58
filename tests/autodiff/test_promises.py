"""What users of such libraries suffer from, ruled out case by case."""

import copy
import gc
import io
import json
import sys
import threading
import tracemalloc
import weakref
from dataclasses import dataclass

import numpy as np
import pytest

from dlbook import trees
from dlbook.autodiff import (
    DerivativeError,
    checkpoint,
    defvjp,
    grad,
    hessian,
    hvp,
    jacobian,
    jvp,
    linearize,
    primitive,
    stop_gradient,
    value_and_grad,
    vjp,
)

W = np.array([[0.3, -0.7], [1.1, 0.4]])
X = np.array([0.5, -1.5])


def loss(w, x):
    return np.sum(np.tanh(w @ x) ** 2)


@pytest.fixture(name="no_collector")
def _no_collector():
    gc.collect()
    gc.disable()
    yield
    gc.enable()


# ---- arrays that change between forward and backward -------------------------------------

CHANGES = {
    "an assignment": lambda a: a.__setitem__(0, 5.0),
    "an operator": lambda a: a.__iadd__(1.0),
    "out=": lambda a: np.add(a, 1.0, out=a),
    "a method": lambda a: a.sort(),
    "a copy into it": lambda a: np.copyto(a, 0.0),
    "a view of it": lambda a: a[:1].fill(3.0),
    "its base": lambda a: a.base.fill(3.0),
    "numpy.random": lambda a: np.random.default_rng(0).standard_normal(out=a),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_an_array_that_the_derivative_needs_cannot_be_changed(change):
    captured = np.array([[1.0, 2.0], [3.0, 4.0]])[0]  # a view, which has a base

    def f(x):
        y = np.sum(x * captured)
        change(captured)
        return y

    with pytest.raises(ValueError, match=r"read-only|writable") as error:
        grad(f)(X)
    assert "until the derivative is there" in error.value.__notes__[0]
    assert "instead: a = a + x" in error.value.__notes__[0]
    # Afterwards it is the program's own again, and nothing was changed.
    assert captured.flags.writeable
    assert captured.base.flags.writeable
    assert captured.tolist() == [1.0, 2.0]


@pytest.mark.parametrize("debug", [False, True])
def test_the_input_cannot_be_changed(debug):
    w = W.copy()

    def f(traced):
        y = loss(traced, X)
        w[0, 0] = 7.0
        return y

    with pytest.raises(ValueError, match="read-only"):
        grad(f, debug=debug)(w)
    w[0, 0] = 7.0


def test_forward_mode_needs_nothing_afterwards():
    captured = X.copy()

    def f(w):
        y = loss(w, captured)
        captured[:] = 100.0
        return y

    assert jvp(f, (W,), (W,))[1] == jvp(lambda w: loss(w, X), (W,), (W,))[1]


def test_a_pullback_outlives_changes_of_what_it_was_computed_from():
    w, x = W.copy(), X.copy()
    value, pullback = vjp(loss, w, x)
    expected = grad(loss, (0, 1))(W, X)
    w -= 0.1  # as a step of training does
    x[:] = np.nan
    for _ in range(2):
        for gradient, other in zip(pullback(1.0), expected, strict=True):
            np.testing.assert_array_equal(gradient, other)
    assert value == loss(W, X)


def test_a_linear_function_outlives_them_too():
    w = W.copy()
    _, derivative = linearize(lambda w: np.tanh(w @ X), w)
    w[:] = np.nan
    expected = jvp(lambda w: np.tanh(w @ X), (W,), (W,))[1]
    np.testing.assert_allclose(derivative(W), expected, rtol=1e-15)


def test_a_step_inside_of_a_loop():
    w = W.copy()
    for _ in range(3):
        w -= 0.1 * grad(loss)(w, X)
    value, pullback = vjp(loss, w, X)
    w -= 0.1 * pullback(1.0)[0]
    assert loss(w, X) < value


def test_debug_finds_a_change_that_no_lock_can_see():
    memory = np.arange(4.0)
    captured, earlier = memory[:2], memory[:2]  # two views: locking one leaves the other

    def f(x):
        y = np.sum(x * captured)
        earlier[0] = 5.0
        return y

    with pytest.raises(DerivativeError, match="was changed before the derivative") as error:
        grad(f, debug=True)(X)
    assert str(error.value).endswith("work on a copy, array.copy()")
    assert captured.flags.writeable
    assert memory.flags.writeable


@pytest.mark.parametrize("transformation", [grad, value_and_grad])
def test_debug_lets_what_is_right_pass(transformation):
    result = transformation(loss, debug=True)(W, X)
    for one, other in zip(
        trees.leaves(result), trees.leaves(transformation(loss)(W, X)), strict=True
    ):
        np.testing.assert_array_equal(one, other)
    assert vjp(loss, W, X, debug=True)[1](1.0)[0].shape == W.shape


def test_an_array_that_was_read_only_stays_so():
    frozen = X.copy()
    frozen.flags.writeable = False
    grad(loss)(W, frozen)
    assert not frozen.flags.writeable


def test_two_levels_may_hold_two_views_of_one_array():
    memory = np.arange(1.0, 7.0)
    first, second = memory[:2], memory[2:4]

    def outer(x):
        y = np.sum(x * first)
        inner = grad(lambda z: np.sum(z * z * second))(X)  # lets go of one view
        with pytest.raises(ValueError, match="read-only"):
            memory[0] = 9.0
        return y * np.sum(x * inner)

    grad(outer)(X)
    for array in (memory, first, second):
        assert array.flags.writeable


def test_a_view_of_a_frozen_array_stays_as_it_was():
    memory = X.copy()
    view = memory[:]
    memory.flags.writeable = False
    assert view.flags.writeable
    grad(loss)(W, view)
    assert view.flags.writeable
    assert not memory.flags.writeable


def test_a_captured_array_may_change_between_calls():
    captured = X.copy()
    gradient = grad(lambda x: np.sum(x * captured))
    np.testing.assert_array_equal(gradient(X), X)
    captured *= 2
    np.testing.assert_array_equal(gradient(X), 2 * X)


# ---- results share memory with nothing ---------------------------------------------------


def arrays_of(tree):
    return [leaf for leaf in trees.leaves(tree) if isinstance(leaf, np.ndarray)]


SHARING = {
    "the identity": lambda x: x,
    "a view": lambda x: x[:1],
    "a reshaped view": lambda x: np.reshape(x, (2, 1)),
    "the same array twice": lambda x: (x, x),
    "a transposed view": lambda x: x[None].T,
    "a constant": lambda x: [x * 2, X],
    "a broadcast": lambda x: np.broadcast_to(x, (3, 2)),
    "a sum": lambda x: x + x,
}


@pytest.mark.parametrize("f", SHARING.values(), ids=SHARING)
def test_results_share_memory_with_nothing(f):
    x = X.copy()
    value, pullback = vjp(f, x)
    cotangent = trees.map(np.copy, value)
    (first,), (second,) = pullback(cotangent), pullback(cotangent)
    again, tangent = jvp(f, (x,), (x.copy(),))
    _, derivative = linearize(f, x)
    moved = derivative(x)
    results = arrays_of([value, cotangent, first, second, again, tangent, moved, x, X])
    for position, one in enumerate(results):
        for other in results[position + 1 :]:
            assert not np.shares_memory(one, other)
        assert one.flags.writeable
        assert 0 not in one.strides


def test_gradients_share_memory_with_nothing():
    a, b = X.copy(), X.copy()
    gradients = grad(lambda p: np.sum(p["a"] + p["b"]) + np.sum(p["a"]))({"a": a, "b": b})
    both = grad(lambda a, b: np.sum(a + b), (0, 1))(a, a)
    _, aux = grad(lambda a: (np.sum(a), {"a": a, "b": a}), has_aux=True)(a)
    results = [*gradients.values(), *both, *aux.values(), a, b]
    for position, one in enumerate(results):
        assert one.flags.writeable
        assert all(not np.shares_memory(one, other) for other in results[position + 1 :])


# ---- dtypes ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Layer:
    weight: np.ndarray
    bias: np.ndarray


SINGLE = {
    "Python numbers": lambda x: np.sum(2 * x + 0.5 * x**2 - x / 3),
    "means and spreads": lambda x: np.mean(x) + np.var(x) + np.std(x),
    "a network": lambda x: np.log(np.sum(np.exp(np.tanh(x) * np.pi))),
    "clipping": lambda x: np.sum(np.clip(x, -1, 1) + np.maximum(x, 0) + np.where(x > 0, x, 0.0)),
    "float64 on the way": lambda x: np.sum(x * np.float64(2.5)) * np.log(2.0),
    "float64 arrays on the way": lambda x: np.sum(x * np.eye(2)[0] * np.arange(2)),
    "integers": lambda x: np.sum(x * np.int64(3)) / len(x),
    "extremes and norms": lambda x: np.max(x) + np.linalg.norm(x) + np.prod(x),
    "products": lambda x: x @ x + np.einsum("i,j->", x, x) + np.dot(x, x),
    "shapes": lambda x: np.sum(np.concatenate([np.pad(x, 1), np.tile(x, 2), np.diff(x)])),
    "logits": lambda x: np.logaddexp(0, x).sum() + np.logaddexp.reduce(x),
    "running sums": lambda x: np.sum(np.cumsum(x) * np.cumsum(x)),
}


@pytest.mark.parametrize("f", SINGLE.values(), ids=SINGLE)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_derivatives_have_the_dtype_of_their_argument(f, dtype):
    x = X.astype(dtype)
    value, gradient = value_and_grad(f)(x)
    assert gradient.dtype == dtype
    assert value.dtype == f(x).dtype
    _, tangent = jvp(f, (x,), (x,))
    assert tangent.dtype == f(x).dtype
    assert hessian(f)(x).dtype == dtype
    as_double = grad(f)(X)
    tolerance = {4: 1e-5, 8: 1e-15}[np.dtype(dtype).itemsize]
    np.testing.assert_allclose(gradient, as_double, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize(
    "x", [0.7, np.float64(0.7), np.float32(0.7), np.array(0.7), np.array(0.7, np.float32)]
)
def test_a_number_comes_back_as_the_kind_of_number_that_it_was(x):
    for gradient in (grad(lambda v: v * v)(x), vjp(np.sin, x)[1](1.0)[0], grad(grad(np.sin))(x)):
        assert type(gradient) is type(x)
        assert getattr(gradient, "dtype", None) == getattr(x, "dtype", None)


# ---- long computations, many sweeps ------------------------------------------------------


@pytest.mark.slow
def test_a_long_chain_needs_no_recursion():
    def chain(x):
        for _ in range(100_000):
            x = 1.0000001 * x
        return x

    expected = 1.0000001**100_000
    assert grad(chain)(1.0) == pytest.approx(expected)
    assert jvp(chain, (1.0,), (1.0,))[1] == pytest.approx(expected)
    assert linearize(chain, 1.0)[1](1.0) == pytest.approx(expected)
    assert sys.getrecursionlimit() < 100_000


def test_a_chain_beyond_the_recursion_limit():
    n = 2 * sys.getrecursionlimit()

    def chain(x):
        for _ in range(n):
            x = np.sin(x)
        return x

    assert grad(chain)(1.0) == pytest.approx(jvp(chain, (1.0,), (1.0,))[1], rel=1e-12)
    copy.deepcopy(vjp(chain, 1.0)[0])


def test_a_second_backward_sweep_gives_the_same():
    _, pullback = vjp(lambda w: np.tanh(w @ X) * np.sum(w), W)
    cotangent = np.array([1.0, -2.0])
    (first,) = pullback(cotangent)
    kept = first.copy()
    (second,) = pullback(cotangent)
    (doubled,) = pullback(2 * cotangent)
    np.testing.assert_array_equal(first, kept)
    np.testing.assert_array_equal(second, kept)
    np.testing.assert_array_equal(doubled, 2 * kept)


# ---- memory ------------------------------------------------------------------------------

TRANSFORMATIONS = {
    "grad": lambda w: grad(loss)(w, X),
    "grad of grad": lambda w: grad(lambda w: np.sum(grad(loss)(w, X) ** 2))(w),
    "jvp": lambda w: jvp(lambda w: loss(w, X), (w,), (w,)),
    "hvp": lambda w: hvp(lambda w: loss(w, X), (w,), (w,)),
    "jacobian": lambda w: jacobian(lambda v: np.tanh(w @ v))(X),
    "hessian": lambda w: hessian(lambda v: loss(w, v))(X),
    "vjp": lambda w: vjp(loss, w, X)[1](1.0),
    "linearize": lambda w: linearize(lambda w: loss(w, X), w)[1](w),
    "checkpoint": lambda w: grad(lambda w: checkpoint(lambda w: loss(w, X))(w))(w),
}


@pytest.mark.usefixtures("no_collector")
@pytest.mark.parametrize("run", TRANSFORMATIONS.values(), ids=TRANSFORMATIONS)
def test_everything_is_released_without_the_garbage_collector(run):
    rng = np.random.default_rng(0)
    w = rng.normal(size=(200, 2)) / 20  # every intermediate value has 1600 bytes or more
    run(w)  # caches fill once
    tracemalloc.start()
    try:
        run(w)
        before, _ = tracemalloc.get_traced_memory()
        for _ in range(10):
            run(w)
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert after - before < 1600 * 10  # one value kept from each run would be seen
    assert gc.collect() == 0


@pytest.mark.usefixtures("no_collector")
@pytest.mark.parametrize("refused", [False, True])
def test_a_failure_leaves_no_cycle_either(refused):
    def f(w):
        y = np.tanh(w)
        float(y[0, 0]) if refused else 1 / 0
        return y

    def attempt():
        try:
            grad(f)(W)
        except (DerivativeError, ZeroDivisionError):
            return

    attempt()
    gc.collect()
    attempt()
    assert gc.collect() == 0


@pytest.mark.usefixtures("no_collector")
def test_what_a_pullback_holds_goes_with_it():
    class Token:
        pass

    token = Token()
    gone = weakref.ref(token)

    @primitive
    def identity(x, *, kept):
        return x

    defvjp(identity, lambda g, ans, x, *, kept: g)
    _, pullback = vjp(lambda x, kept=[token]: identity(x, kept=kept.pop()) * x, 2.0)
    del token
    assert gone() is not None
    assert pullback(1.0) == (4.0,)
    del pullback
    assert gone() is None


# ---- exceptions --------------------------------------------------------------------------


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, StopIteration, DerivativeError])
@pytest.mark.parametrize(
    "transformation",
    [
        lambda f, w: grad(f)(w),
        lambda f, w: vjp(f, w),
        lambda f, w: jvp(f, (w,), (w,)),
        lambda f, w: hessian(f)(w),
        lambda f, w: linearize(f, w),
        lambda f, w: grad(lambda w: np.sum(grad(f)(w)))(w),
    ],
)
def test_an_exception_leaves_nothing_behind(error, transformation):
    captured, w = X.copy(), W.copy()

    def f(w):
        y = loss(w, captured)
        raise error("stop", "it", "here") if error is DerivativeError else error("stop")
        return y

    with pytest.raises(error):
        transformation(f, w)
    assert captured.flags.writeable
    assert w.flags.writeable
    np.testing.assert_array_equal(grad(loss)(w, captured), grad(loss)(W, X))


def test_an_exception_in_the_backward_sweep_leaves_nothing_behind():
    captured = X.copy()

    @primitive
    def fails(x):
        return x

    def rule(g, ans, x):
        raise RuntimeError("no gradient today")

    defvjp(fails, rule)
    with pytest.raises(RuntimeError, match="no gradient today"):
        grad(lambda x: np.sum(fails(x * captured)))(X)
    assert captured.flags.writeable


def test_a_refusal_is_raised_though_it_was_swallowed():
    def careless(x):
        try:
            b = float(x)
        except TypeError:
            b = 1.0
        return b * x

    with pytest.raises(DerivativeError, match="become a Python number"):
        grad(careless)(2.0)
    # In the outer one as well, from within an inner transformation.
    with pytest.raises(DerivativeError, match="become a Python number"):
        grad(lambda x: grad(lambda y: y * y)(2.0) * careless(x))(2.0)
    with pytest.raises(DerivativeError, match="become a Python number"):
        grad(lambda x: grad(lambda y: careless(x) * y)(2.0))(2.0)


def test_a_refusal_is_raised_though_another_exception_followed():
    def f(x):
        a = np.zeros(2)
        a[0] = x[0]  # NumPy says "setting an array element with a sequence"
        return a

    with pytest.raises(DerivativeError, match=r"np.where\(mask, x, a\)") as error:
        grad(f)(X)
    frames = [entry.name for entry in error.traceback]
    assert frames[-1] == "__float__"
    # NumPy hides the line of the program from the traceback, so the message names it.
    assert f"in `a[0] = …` (line {f.__code__.co_firstlineno + 2} of f)" in str(error.value)


def test_asking_for_an_attribute_loses_nothing():
    def f(x):
        return x * 2 if hasattr(x, "item") or hasattr(x, "toarray") else x * 3

    assert grad(f)(2.0) == 3.0


# ---- values that leak out of their transformation ----------------------------------------

LEAKS = {
    "an operator": lambda v: v * 2,
    "another operator": lambda v: 2 - v,
    "a ufunc": lambda v: np.exp(v),
    "a function": lambda v: np.sum(v),
    "a comparison": lambda v: v > 0,
    "a truth value": lambda v: bool(v > 1),
    "a constant function": lambda v: np.sign(v),
    "a question": lambda v: np.zeros_like(v),
    "an attribute": lambda v: v.shape,
    "a method": lambda v: v.sum(),
    "an index": lambda v: v[0],
    "iteration": lambda v: list(v),
    "a length": lambda v: len(v),
    "a number": lambda v: float(v[0]),
    "an array": lambda v: np.array(v),
    "stop_gradient": lambda v: stop_gradient(v),
    "another transformation": lambda v: grad(lambda x: np.sum(x * v))(X),
    "an argument": lambda v: grad(lambda x: np.sum(x))(v),
    "a result": lambda v: grad(lambda x: v)(1.0),
    "a format": lambda v: f"{v:.3f}",
    "a matrix product": lambda v: v @ v,
}


@pytest.mark.parametrize("use", LEAKS.values(), ids=LEAKS)
@pytest.mark.parametrize("mode", ["reverse", "forward"])
def test_a_leaked_value_is_refused(use, mode):
    leaked = []

    def f(x):
        leaked.append(x * 2.0)
        return np.sum(x)

    grad(f)(X) if mode == "reverse" else jvp(f, (X,), (X,))
    with pytest.raises(DerivativeError, match="after its transformation has ended"):
        use(leaked[0])


def test_a_leaked_value_says_so():
    leaked = []
    grad(lambda x: leaked.append(x) or x)(1.0)
    assert repr(leaked[0]) == "Traced<1.0> (its transformation has ended)"


# ---- two transformations at once ---------------------------------------------------------


def test_generators_may_take_turns():
    def walk(x):
        y = x
        for _ in range(3):
            y = np.sin(y)
            yield y

    def both(x):
        results = [0.0, 0.0]
        for first, second in zip(walk(x), walk(2 * x), strict=True):
            results = [first, second]
        return results[0] * results[1]

    def apart(x):
        return np.sin(np.sin(np.sin(x))) * np.sin(np.sin(np.sin(2 * x)))

    assert grad(both)(0.7) == pytest.approx(grad(apart)(0.7), rel=1e-15)


def test_an_inner_transformation_may_start_while_a_generator_is_half_way():
    def powers(x):
        y = 1.0
        while True:
            y = y * x
            yield y

    def f(x):
        outer = powers(x)
        next(outer)

        def g(z):
            inner = powers(z)
            next(inner)
            return next(inner) * next(outer)  # z² x²

        return grad(g)(x)  # 2 x · x²

    assert grad(f)(3.0) == pytest.approx(54.0)


def test_threads_do_not_meet():
    shared = np.linspace(0.1, 1.0, 100)[::2]  # a view, whose base they share as well
    expected = grad(lambda x: np.sum(np.sin(x * shared) ** 2))(shared)
    wrong = []

    def work():
        for k in range(50):
            other = shared.base[k : k + 50]  # another view of it

            def f(x, other=other):
                return np.sum(np.sin(x * shared) ** 2) + 0 * np.sum(x * other)

            gradient = grad(f)(shared)
            if not np.array_equal(gradient, expected):
                wrong.append(gradient)

    threads = [threading.Thread(target=work) for _ in range(4)]
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)
    assert not wrong
    assert shared.flags.writeable
    assert shared.base.flags.writeable


# ---- a traced value answers as the plain one does ----------------------------------------


@pytest.mark.parametrize("x", [0.7, np.float64(0.7), np.float32(0.7), np.array(0.7), X])
def test_a_traced_value_says_what_it_is(x):
    def f(traced):
        assert isinstance(traced, np.ndarray) == isinstance(x, np.ndarray)
        assert isinstance(traced, float) == isinstance(x, float)
        assert isinstance(traced, np.floating) == isinstance(x, np.floating)
        assert np.isscalar(traced) == np.isscalar(x)
        assert hasattr(traced, "shape") == hasattr(x, "shape")
        assert np.shape(traced) == np.shape(x)
        assert copy.copy(traced) is traced
        match traced:
            case float():
                assert isinstance(x, float)
            case np.ndarray():
                assert isinstance(x, np.ndarray)
        print(traced, file=io.StringIO())
        return np.sum(traced * 1.0)

    grad(f)(x)
    jvp(f, (x,), (x,))
    grad(grad(lambda v: np.sum(f(v))) if np.ndim(x) == 0 else f)(x)


def outcome(value, name):
    """Return what asking for an attribute raises, or nothing."""
    try:
        getattr(value, name)
    except Exception as error:
        return error
    return None


def test_every_attribute_of_arrays_is_there_or_says_what_to_write():
    def f(x):
        for value in (x, x[0], np.sum(x)):
            plain = stop_gradient(value)
            for name in dir(plain):
                if name.startswith("_") or name == "fromhex":
                    continue
                ours, theirs = outcome(value, name), outcome(plain, name)
                refused = isinstance(ours, DerivativeError)
                assert type(ours) is type(theirs) or (refused and "\n  instead: " in str(ours))
        return np.sum(x)

    grad(f)(X)


# ---- arguments and results ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("x", "words"),
    [
        (1, "1.0 for 1"),
        (True, "1.0 for 1"),
        (np.arange(3), "x.astype(float)"),
        (np.array([True]), "x.astype(float)"),
        (None, "1.0 for 1"),
        ("0.7", "1.0 for 1"),
        (np.array([1.0], dtype=object), "x.astype(float)"),
        (np.ma.masked_array([1.0]), "np.asarray(x)"),
        ({"w": np.ones(2), "n": 3}, "1.0 for 1"),
    ],
)
def test_arguments_that_have_no_derivative(x, words):
    for transform in (lambda: grad(lambda v: 1.0)(x), lambda: jvp(lambda v: 1.0, (x,), (x,))):
        with pytest.raises(DerivativeError, match="an argument with respect to which") as error:
            transform()
        assert words in str(error.value)


@pytest.mark.parametrize(
    "f", [lambda x: x, lambda x: (np.sum(x),), lambda x: {"loss": np.sum(x)}, lambda x: x[:1]]
)
def test_a_gradient_is_of_one_number(f):
    with pytest.raises(DerivativeError, match="a gradient is of one number") as error:
        grad(f)(X)
    _, _, instead = str(error.value).split("\n")
    assert "jacobian" in instead


def test_a_refusal_without_the_source_at_hand_says_what_it_can():
    namespace = {"np": np}
    exec(compile("def f(x):\n    return np.array([x, 1.0])", "<nowhere>", "exec"), namespace)
    with pytest.raises(DerivativeError) as error:
        grad(namespace["f"])(2.0)
    what, given, instead = str(error.value).split("\n")
    assert what.startswith("a traced value cannot become a plain array")
    assert given == "  given:   traced float, line 2 of f"
    assert "np.stack([x, y]) for a list [x, y]" in instead


def test_a_composed_function_refuses_what_it_does_not_know():
    for call in (
        lambda x: x.dot(x, typo=1),
        lambda x: x.clip(0, 1, typo=1),
        lambda x: x.trace(typo=1) if x.ndim == 2 else x.take([0], typo=1),
    ):
        with pytest.raises(DerivativeError, match="was called with an argument typo="):
            grad(lambda x, call=call: np.sum(call(x)))(X)


BY_LAYOUT = {
    "ravel": lambda x: np.ravel(x, order="K"),
    "the method": lambda x: x.ravel("K"),
    "flatten": lambda x: x.flatten("A"),
    "reshape": lambda x: x.reshape(-1, order="A"),
    "a copy": lambda x: x.T.copy().ravel(order="K"),
    "a broadcast array": lambda x: np.broadcast_to(x, (3, 2, 2)).ravel(order="K"),
}


@pytest.mark.parametrize("f", BY_LAYOUT.values(), ids=BY_LAYOUT)
@pytest.mark.parametrize("x", [W, W.T, np.asfortranarray(W)])
def test_orders_that_go_by_the_layout_in_memory_are_refused(f, x):
    for attempt in (lambda: vjp(f, x), lambda: jvp(f, (x,), (x,))):
        with pytest.raises(DerivativeError, match="layout of an array in memory") as error:
            attempt()
        assert str(error.value).endswith("order='C' or order='F'")


LAYOUTS = [
    lambda x: x,
    lambda x: x.T,
    lambda x: x.T.copy(),
    lambda x: x.T.copy("F"),
    lambda x: np.copy(x.T, order="F"),
    lambda x: np.copy(x.T),
    lambda x: x[::-1].swapaxes(0, 1),
    lambda x: np.broadcast_to(x, (3, 2, 2)),
    lambda x: np.broadcast_to(x[:, None], (2, 3, 2)).T,
    lambda x: x.astype(np.float32).T,
]


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("flat", [np.ravel, lambda a, order: np.reshape(a, -1, order)])
def test_other_orders_do_not_depend_on_it(order, layout, flat):
    def f(x):
        return flat(layout(x), order=order)

    places = f(np.arange(4.0).reshape(2, 2)).astype(int)
    value, pullback = vjp(f, W)
    np.testing.assert_array_equal(value, f(W))
    weights = np.arange(1.0, 1 + len(places))
    (gradient,) = pullback(weights)
    np.testing.assert_array_equal(np.ravel(gradient), np.bincount(places, weights))
    np.testing.assert_array_equal(jvp(f, (W,), (X + W,))[1], f(X + W))


# ---- advice is about the line that the program's author wrote -----------------------------


PACKAGES = {
    "scipy.linalg.norm(x)": "np.linalg.norm, which has a rule; or make the call one operation",
    "scipy.integrate.trapezoid(x)": "np.trapezoid, which has a rule; or make the call",
    "scipy.special.logsumexp(x)": "dlbook.special.logsumexp(x); or make the call one operation",
    "scipy.special.comb(x, 1.0)": "scipy.special.binom(n, k), which has a rule; or make the call",
    "scipy.special.wofz(x)": "write it with functions that have a rule, or give it rules by defvjp",
    "scipy.spatial.distance.cdist(x[:, None], x[:, None])": (
        "np.linalg.norm(x[:, None] - y, axis=-1); or make the call one operation"
    ),
    "scipy.stats.norm.pdf(x)": "dlbook.special.norm.pdf(x, loc, scale) of the normal distribution",
    "scipy.linalg.expm(np.outer(x, x))": "make the call one operation with `primitive`",
    "scipy.linalg.solve(np.eye(2), x)": "np.linalg.solve, which has a rule; or make the call",
    "scipy.integrate.quad(lambda t: t * x[0], 0, 1)[0]": "make the call one operation",
    "scipy.interpolate.CubicSpline([0, 1, 2], [1, 2, 3])(x)": "make the call one operation",
    "statistics.fmean(x)": "np.mean(x)",
    "math.fsum(x)": "sum(x)",
}


@pytest.mark.parametrize(("call", "instead"), PACKAGES.items())
def test_advice_skips_the_frames_of_other_libraries(call, instead, tmp_path, monkeypatch):
    (tmp_path / "of_a_user.py").write_text(
        "import math, statistics\nimport numpy as np\n"
        "import scipy.integrate, scipy.interpolate, scipy.linalg, scipy.special, scipy.stats\n"
        "import scipy.spatial\n\n"
        f"def f(x):\n    return np.sum({call})\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "of_a_user", raising=False)
    from of_a_user import f

    with pytest.raises(DerivativeError) as error:
        grad(f)(np.abs(X))
    _, given, advice = str(error.value).split("\n")
    assert advice.startswith(f"  instead: {instead}")
    if "wofz" not in call:  # a ufunc, which NumPy hands to us: no frame is asked
        assert "(line 7 of f)" in given
        assert f"`{call[:40]}" in given.replace("`np.sum(", "`")
    if call.startswith("scipy") and "wofz" not in call:
        assert "since scipy computes with plain numbers" in advice


def test_advice_names_the_line_that_calls_the_transformation_if_there_is_no_other():
    import scipy.stats

    with pytest.raises(DerivativeError, match=r"in `grad\(scipy\.stats\.norm\.pdf\)\(1\.0\)`"):
        grad(scipy.stats.norm.pdf)(1.0)


@pytest.mark.parametrize("of", [lambda x: x, lambda x: x[0], lambda x: {"x": x}])
def test_json_says_what_to_write(of):
    with pytest.raises(TypeError, match="JSON serializable") as error:
        grad(lambda x: len(json.dumps(of(x))) * np.sum(x))(X)
    assert "instead: stop_gradient(x)" in error.value.__notes__[0]
    assert json.dumps(stop_gradient(X).tolist())
    with pytest.raises(TypeError, match="JSON serializable") as error:
        json.dumps(X)
    assert not hasattr(error.value, "__notes__")


@pytest.mark.parametrize("make", [np.array, np.asarray, np.stack, np.vstack])
def test_the_advice_for_nested_lists_is_not_refused_itself(make):
    with pytest.raises(DerivativeError, match=r"np\.block\(\[\[x, y\], \[z, w\]\]\)"):
        grad(lambda x: np.sum(make([[x[0], 1.0], [x[1], x[0]]])))(X)
    value, pullback = vjp(lambda x: np.block([[x[0], 1.0], [x[1], x[0]]]), X)
    np.testing.assert_array_equal(value, make([[X[0], 1.0], [X[1], X[0]]]))
    assert pullback(np.array([[1.0, 2.0], [3.0, 4.0]]))[0].tolist() == [5.0, 3.0]
