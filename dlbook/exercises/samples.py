"""Calls of NumPy functions with derivatives, on which an engine is tried: the library's, or yours.

`FAMILIES` holds for each function strategies, from which Hypothesis draws samples: shapes (empty,
0-d, broadcast), axes, options. Numbers come from a seed, apart from kinks and from each other.
Fixed calls, of functions with a syntax of their own, stand beside them: `FIXED`. Here are the
arithmetic functions, indexing, products and sums; the tests of the library add all others.

The right derivatives of a `Sample` come from differences, extrapolated by Richardson's method:
with steps of 0.02 on values of size 1 they are right to about 1e-10.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from dlbook import trees
from dlbook.autodiff.rules import elementwise
from dlbook.autodiff.table import TABLE, name_of
from dlbook.exercises.checking import keep_hypothesis_out_of_the_readers_folder
from dlbook.extras import need

with need("exercises"):
    from hypothesis import HealthCheck, given, settings
    from hypothesis import strategies as st
    from hypothesis.extra.numpy import mutually_broadcastable_shapes

__all__ = [
    "ANY",
    "FAMILIES",
    "FIXED",
    "INNER",
    "POSITIVE",
    "WHOLE",
    "Draw",
    "Sample",
    "calls",
    "drawn",
    "family",
    "flat",
    "like",
    "noted",
    "pairs",
    "reduction",
    "slope",
]

FAMILIES: dict[Any, list[Any]] = {}  # function → strategies of samples
FIXED: dict[Any, list[Sample]] = {}  # function → lists of samples

STEP = 0.02


@dataclass(eq=False)
class Sample:
    """A function of floating-point numbers and arrays, where it is to be differentiated."""

    f: Callable[..., Any]
    args: tuple[Any, ...]
    note: str = ""
    exact: bool = True  # whether the traced value is NumPy's own, bit by bit
    twice: bool = True  # whether the second derivative can be compared with differences
    seed: int = field(default=0, repr=False)

    def __repr__(self) -> str:
        shapes = ", ".join(f"{type(a).__name__}{np.shape(a)}" for a in self.args)
        return f"Sample({self.note or self.f}; {shapes})"

    @functools.cached_property
    def value(self) -> Any:
        """What the function returns there."""
        return self.f(*self.args)

    @functools.cached_property
    def jacobian(self) -> list[Any]:
        """All derivatives: one matrix for each argument, computed once."""
        return [
            np.stack([*self._columns(i), np.zeros(len(flat(self.value)))], axis=-1)[:, :-1]
            for i in range(len(self.args))
        ]

    def _columns(self, i: int) -> Iterator[Any]:
        for entry in range(np.size(self.args[i])):
            unit = np.zeros(np.size(self.args[i]))
            unit[entry] = 1
            directions = [np.zeros(np.shape(a)) for a in self.args]
            directions[i] = unit.reshape(np.shape(self.args[i]))
            yield slope(self.f, self.args, directions)

    def directions(self, which: int) -> Any:
        """Return random tangents of the arguments, or cotangents of the value."""
        rng = np.random.default_rng([self.seed, which])
        return trees.map(lambda a: like(rng.uniform(0.5, 1.5, np.shape(a)), a), self.args)

    def weights(self, value: Any) -> Any:
        """Return random weights, one for each entry of the value."""
        rng = np.random.default_rng([self.seed, 99])
        return trees.map(lambda a: like(rng.uniform(0.5, 1.5, np.shape(a)), a), value)


def like(new: Any, old: Any) -> Any:
    """Return numbers in the type of others: Python float, NumPy scalar or array."""
    if isinstance(old, np.ndarray):
        array = np.empty_like(old, dtype=old.dtype if old.dtype.kind == "f" else float)
        array[...] = new
        return array
    if isinstance(old, np.floating):
        return old.dtype.type(new)
    return float(new)


def flat(tree: Any) -> Any:
    """Return all numbers of a tree, in one array."""
    return np.concatenate([np.zeros(0), *[np.ravel(leaf) for leaf in trees.leaves(tree)]])


def slope(f: Callable[..., Any], args: tuple[Any, ...], directions: Any, step: float = STEP) -> Any:
    """Return the derivative of all results along a direction, by differences of order 6."""

    def central(h: float) -> Any:
        ahead, back = (
            flat(
                f(
                    *[
                        like(a + s * h * np.asarray(d), a)
                        for a, d in zip(args, directions, strict=True)
                    ]
                )
            )
            for s in (1, -1)
        )
        return (ahead - back) / (2 * h)

    coarse, middle, fine = central(step), central(step / 2), central(step / 4)
    first, second = (4 * middle - coarse) / 3, (4 * fine - middle) / 3
    return (16 * second - first) / 15


class Draw:
    """Hypothesis's draw, with the words that samples need."""

    def __init__(self, draw: Any) -> None:
        self.draw = draw
        self.seed = draw(st.integers(0, 2**16))
        self.rng = np.random.default_rng(self.seed)

    def one(self, *choices: Any) -> Any:
        """Draw one of these."""
        return self.draw(st.sampled_from(choices))

    def flag(self) -> bool:
        """Draw yes or no."""
        return bool(self.draw(st.booleans()))

    def shape(self, low: int = 0, high: int = 3, least: int = 0, most: int = 3) -> tuple[int, ...]:
        """Draw a shape of low to high axes, each of least to most entries."""
        side = st.integers(least, most)
        return tuple(self.draw(st.lists(side, min_size=low, max_size=high)))

    def shapes(self, n: int, least: int = 0) -> Any:
        """Draw shapes that broadcast to one."""
        drawn = mutually_broadcastable_shapes(num_shapes=n, max_dims=3, min_side=least, max_side=3)
        return self.draw(drawn).input_shapes

    def axis(self, ndim: int, none: bool = True, several: bool = True) -> Any:
        """Draw an axis, negative or not; none; or a tuple of them."""
        choices: list[Any] = [st.none()] if none else []
        if ndim:
            choices.append(st.integers(-ndim, ndim - 1))
            if several:
                axes = st.lists(st.integers(0, ndim - 1), unique=True, max_size=ndim)
                choices.append(axes.map(tuple))
        return self.draw(st.one_of(*choices))

    def values(self, shape: tuple[int, ...], *intervals: tuple[float, float]) -> Any:
        """Return numbers from these intervals; for the shape () an array or a number."""
        low, high = np.transpose(intervals or [(-2, -0.3), (0.3, 2)])
        which = self.rng.integers(len(low), size=shape)
        return self.dress(self.rng.uniform(low[which], high[which]))

    def apart(self, shape: tuple[int, ...], gap: float = 0.2) -> Any:
        """Return numbers of which no two are near each other, nor near 0."""
        n = int(np.prod(shape, dtype=int))
        places = self.rng.permutation(np.arange(n) - n // 2 + 0.5)
        return self.dress(np.reshape(gap * (places + self.rng.uniform(-0.1, 0.1, n)), shape))

    def dress(self, numbers: Any) -> Any:
        """Return an array as it is; a number as one of the types that numbers come in."""
        numbers = np.asarray(numbers, float)
        if numbers.shape:
            return numbers
        return self.one(numbers, numbers[()], float(numbers))

    def mask(self, shape: tuple[int, ...]) -> Any:
        """Return a mask, true more often than not."""
        return self.rng.random(shape) < 0.6

    def some(self, **options: Any) -> dict[str, Any]:
        """Return some of the options."""
        return {name: value for name, value in options.items() if self.flag()}

    def sample(self, f: Callable[..., Any], *args: Any, note: str = "", **facts: Any) -> Sample:
        """Return a sample with the seed that was drawn."""
        return Sample(f, args, note, seed=self.seed, **facts)


def family(*functions: Any) -> Callable[[Any], Any]:
    """Register samples of functions: `of(function, d)` draws one."""

    def register(of: Any) -> Any:
        for function in functions:

            @st.composite
            def samples(draw: Any, function: Any = function) -> Sample:
                d = Draw(draw)
                sample: Sample = of(function, d)
                sample.note = f"{name_of(function)} {sample.note}".strip()
                sample.exact = sample.exact and TABLE[function].kind != "composed"
                return sample

            FAMILIES.setdefault(function, []).append(samples())
        return of

    return register


def calls(function: Any, *cases: tuple[Any, ...]) -> None:
    """Register fixed calls: pairs of a function and of shapes, or arrays, of its arguments."""
    for i, (f, *places) in enumerate(cases):
        rng = np.random.default_rng(i)

        def array(place: Any, rng: np.random.Generator = rng) -> Any:
            if not isinstance(place, tuple):
                return place
            n = int(np.prod(place, dtype=int))  # numbers apart from each other and from 0
            sizes = 0.3 + 1.2 * (rng.permutation(n) + rng.uniform(0, 0.3, n)) / max(n, 3)
            return np.reshape(sizes * rng.choice([-1.0, 1.0], n), place)

        note = f"{name_of(function)}, call {i}"
        exact = TABLE[function].kind != "composed"
        sample = Sample(f, tuple(map(array, places)), note, exact, seed=i)
        FIXED.setdefault(function, []).append(sample)


# ---- elementwise -------------------------------------------------------------------------

ANY = [(-2, -0.3), (0.3, 2)]
POSITIVE = [(0.4, 2.5)]
INNER = [(-0.8, -0.2), (0.2, 0.8)]
WHOLE = [(-2, 2)]

UNARY: dict[Any, Any] = {
    np.positive: WHOLE,
    np.negative: WHOLE,
    np.conjugate: WHOLE,
    np.reciprocal: ANY,
    np.square: WHOLE,
    np.exp: WHOLE,
    np.exp2: WHOLE,
    np.expm1: WHOLE,
    np.log: POSITIVE,
    np.log2: POSITIVE,
    np.log10: POSITIVE,
    np.log1p: [(-0.6, 2)],
    np.sqrt: POSITIVE,
    np.cbrt: ANY,
    np.absolute: ANY,
    np.fabs: ANY,
    np.sin: WHOLE,
    np.cos: WHOLE,
    np.tan: [(-1.2, 1.2)],
    np.arcsin: INNER,
    np.arccos: INNER,
    np.arctan: WHOLE,
    np.sinh: WHOLE,
    np.cosh: WHOLE,
    np.tanh: WHOLE,
    np.arcsinh: WHOLE,
    np.arccosh: [(1.4, 3)],
    np.arctanh: INNER,
    np.deg2rad: WHOLE,
    np.radians: WHOLE,
    np.rad2deg: WHOLE,
    np.degrees: WHOLE,
    np.sinc: [*ANY, (-0.02, 0.02)],
    elementwise._sech_squared: WHOLE,
}


@family(*UNARY)
def _unary(function: Any, d: Draw) -> Sample:
    return d.sample(function, d.values(d.shape(), *UNARY[function]))


BINARY: dict[Any, Any] = {
    np.add: (WHOLE, WHOLE),
    np.subtract: (WHOLE, WHOLE),
    np.multiply: (WHOLE, WHOLE),
    np.divide: (ANY, ANY),
    np.power: (POSITIVE, WHOLE),
    np.float_power: (POSITIVE, WHOLE),
    np.logaddexp: (WHOLE, WHOLE),
    np.logaddexp2: (WHOLE, WHOLE),
    np.hypot: (ANY, WHOLE),
    np.arctan2: (ANY, ANY),
    np.remainder: ([(2.2, 2.6), (-2.6, -2.2)], [(0.93, 0.97), (-0.97, -0.93)]),
    np.fmod: ([(2.2, 2.6), (-2.6, -2.2)], [(0.93, 0.97), (-0.97, -0.93)]),
}
CHOICES = [np.maximum, np.minimum, np.fmax, np.fmin]


@family(*BINARY)
def _binary(function: Any, d: Draw) -> Sample:
    x, y = d.shapes(2)
    return d.sample(function, d.values(x, *BINARY[function][0]), d.values(y, *BINARY[function][1]))


@family(*CHOICES)
def _choice(function: Any, d: Draw) -> Sample:
    x, y = d.shapes(2)
    return d.sample(function, d.apart(x), np.asarray(d.apart(y)) + 0.1)


# Beside a constant of either side, and of a value with itself, with Python's operators.
for ufunc, sign in {
    np.add: operator.add,
    np.subtract: operator.sub,
    np.multiply: operator.mul,
    np.divide: operator.truediv,
    np.power: operator.pow,
    np.remainder: operator.mod,
}.items():
    beside = np.array([[2.5, 0.95], [2.5, 0.95]])
    calls(
        ufunc,
        (lambda x, sign=sign: sign(x, 0.8), 2.3),
        (lambda x, sign=sign: sign(2.3, x), 0.8),
        (lambda x, sign=sign: sign(x, 2), np.array([2.3, 2.7])),
        (lambda x, sign=sign: sign(3, x), np.array([0.8, 1.2])),
        (lambda x, sign=sign: sign(x, [0.8, 0.85]), np.array([[2.3], [2.7]])),
        (lambda x, sign=sign, beside=beside: sign(beside, x), np.array([0.7, 0.8])),
        (lambda x, y, sign=sign: sign(x, y), np.float64(2.3), np.array([0.8, 0.85])),
    )
calls(
    np.power,
    (lambda x: x**2, (3,)),
    (lambda x: x**3.0, (2, 2)),
    (lambda x: x**-1, (3,)),
    (lambda x: x**0, (3,)),
    (lambda x: x**1, np.array([0.0, -1.0, 2.0])),
    (lambda x: x**2, np.array([0.0, -1.0, 2.0])),
    (lambda x: np.power(x, [0, 1, 2, 3]), np.array([[0.5], [-0.5]])),
    (lambda x: np.power(x, np.array([0.0, 1.0, 2.0, 3.0])), (3, 4)),
    (lambda x: 2.0**x, (3,)),
)
calls(np.negative, (lambda x: -x, (2, 3)), (lambda x: -x, 1.5))
calls(np.positive, (lambda x: +x, (2, 3)), (lambda x: +x, 1.5))
calls(np.absolute, (abs, (2, 3)), (abs, -1.5))
calls(
    np.multiply,
    (lambda x: x * x, (3,)),
    (lambda x: np.multiply.outer(x, x), (3,)),
    (lambda x, y: np.multiply.outer(x, y), (2, 2), (3,)),
    (lambda x: x[None] * np.float32(2), (2,)),
)
calls(np.add, (lambda x: x + x, (3,)), (lambda x, y: np.add.outer(x, y), (2,), (3, 1)))
calls(np.subtract, (lambda x, y: np.subtract.outer(x, y), (2,), ()))

# ---- indexing ----------------------------------------------------------------------------

INDICES: dict[Any, Any] = {
    (4,): [0, -1, np.int64(2), slice(None), slice(1, 3), slice(None, None, -1), slice(3, 0, -2),
           slice(2, 2), None, Ellipsis, (None, 1), [0, 2], [0, 0, 3], np.array([[1, 1], [0, 3]]),
           np.array([], int), np.array([True, False, True, True]), [True, False, False, True],
           np.array(2), True, (True, slice(None)), np.zeros(4, bool)],
    (2, 3): [0, (1, 2), (slice(None), 1), (Ellipsis, 0), (0, Ellipsis), (None, Ellipsis, None),
             ([0, 1], [1, 1]), ([0, 0], [1, 1]), (slice(None), [2, 0, 2]), ([1], slice(None, 2)),
             np.array([[True, False, True], [False, True, True]]), (np.array([True, False]), 1),
             (np.array([True, True]), [0, 2]), np.array([False, True]), (0, [1, 1]),
             (np.array([[0], [1]]), np.array([0, 2, 2])),
             (slice(None, None, -1), slice(None, 0, -1)),
             (0, np.array([True, False, True])), (Ellipsis, np.array([True, False, True])),
             (1, -1)],
    (2, 3, 2): [1, (0, slice(None), 1), (slice(None), 0), (Ellipsis, [1, 0, 1]),
                ([0, 1, 1], slice(None), [1, 1, 1]), (0, slice(None), [1, 1]),
                (slice(None), [0, 2], None, [1, 1]), (slice(None), np.ones((3, 2), bool)),
                np.ix_([0, 1], [2, 2], [0]), (None, [1, 1], Ellipsis, None), (0, 1, 0)],
    (): [(), Ellipsis, None, True, False, (None, None)],
    (0, 2): [slice(None), (slice(None), 1), (slice(None), [0, 0, 1]), np.zeros((0, 2), bool), []],
}  # fmt: skip
calls(
    operator.getitem,
    *[
        (lambda a, index=index: a[index], shape)
        for shape, indices in INDICES.items()
        for index in indices
    ],
    (lambda a: a[1] * a[1] + a[2], (3, 2)),
    (lambda a: np.stack(list(a)), (3, 2)),
    (lambda a: a[np.argsort(a)], (5,)),
    (lambda a: a[a > 0], (5,)),
)
for sample in FIXED[operator.getitem]:
    if sample.args[0].shape == ():  # 0-d arrays, since numbers have no index
        sample.args = (np.array(sample.args[0]),)

# ---- products ----------------------------------------------------------------------------


def pairs(d: Draw) -> tuple[Any, Any]:
    """Draw shapes of operands of `matmul`."""
    n, m, k = (d.draw(st.integers(0, 3)) for _ in "nmk")
    a, b = d.shapes(2)
    left = d.one((n,), (m, n), (*a, m, n))
    right = d.one((n,), (n, k), (*b, n, k))
    return left, right


@family(np.matmul)
def _matmul(function: Any, d: Draw) -> Sample:
    left, right = pairs(d)
    return d.sample(function, d.values(left), d.values(right))


calls(
    np.matmul,
    (lambda a, b: np.matmul(a, b), (3,), (3,)),
    (lambda a, b: a @ b, (3,), (3, 2)),
    (lambda a, b: a @ b, (2, 3), (3,)),
    (lambda a, b: a @ b, (2, 3), (3, 4)),
    (lambda a, b: a @ b, (3,), (2, 3, 4)),
    (lambda a, b: a @ b, (2, 4, 3), (3,)),
    (lambda a, b: a @ b, (2, 1, 4, 3), (5, 3, 2)),
    (lambda a, b: a @ b, (4, 3), (5, 3, 2)),
    (lambda a, b: a @ b, (1, 4, 3), (5, 3, 2)),
    (lambda a: a @ a, (3, 3)),
    (lambda a: np.ones((2, 3)) @ a, (3,)),
)

# ---- sums --------------------------------------------------------------------------------


def reduction(
    function: Any,
    d: Draw,
    values: Callable[..., Any],
    *names: str,
    initial: float | None = None,
    tuples: bool = True,
) -> tuple[Any, dict[str, Any], Any]:
    """Draw a reduction with some of its options."""
    shape = d.shape()
    ndim = len(shape)
    axis = d.axis(ndim, several=tuples)
    options = {"axis": axis}
    if "keepdims" in names and d.flag():
        options["keepdims"] = d.flag()
    if "where" in names and d.flag():
        options["where"] = d.mask(d.one(shape, shape[-1:]))
    if "initial" in names and d.flag():
        options["initial"] = initial
    if "dtype" in names:
        options |= d.some(dtype=None)
    if "out" in names:
        options |= d.some(out=None)
    return shape, options, values(shape)


def noted(options: dict[str, Any]) -> str:
    """Return options as a note of a sample."""
    return ", ".join(f"{k}={v!r}" for k, v in options.items())


@family(np.sum, np.add.reduce)
def _sum(function: Any, d: Draw) -> Sample:
    names = ("keepdims", "where", "initial", "dtype", "out")
    shape, options, a = reduction(function, d, d.values, *names, initial=1.5)
    if function is np.add.reduce and not shape:
        options["axis"] = None
    return d.sample(lambda a: function(a, **options), a, note=noted(options))


calls(
    np.sum,
    (np.sum, (2, 3)),
    (lambda a: np.sum(a, 0), (2, 3)),
    (lambda a: a.sum(axis=(0, -1), keepdims=True), (2, 3)),
    (lambda a: np.sum(a, 1, None, None, True, 2.0, [[True], [False]]), (2, 3)),
    (lambda a: np.sum(a, dtype=np.float64), (2, 3)),
    (lambda a: sum(a), (3, 2)),
)


def drawn(function: Any, most: int = 20) -> list[Sample]:
    """Return the fixed samples of a function and, from each strategy, at most so many more.

    They are the same in every run.

    Examples
    --------
    >>> samples = drawn(np.tanh)
    >>> np.allclose(samples[0].jacobian[0], np.diag(1 - np.tanh(samples[0].args[0].ravel()) ** 2))
    True
    """
    keep_hypothesis_out_of_the_readers_folder()
    found = list(FIXED.get(function, []))
    same = settings(
        max_examples=most,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )

    def keep(sample: Sample) -> None:
        found.append(sample)

    with_samples: Any = given
    for strategy in FAMILIES.get(function, []):
        draw: Any = same(with_samples(strategy)(keep))
        draw()
    return found
