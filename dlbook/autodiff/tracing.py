"""Values that carry a derivative, and the levels that they belong to.

A transformation such as `grad` runs a function once, on `Traced` values. NumPy hands every call
with such a value to us, by NEP 13 (ufuncs) and NEP 18 (functions); the table says what is known
of the function, and the innermost *level* among the operands records the operation. `forward` and
`reverse` hold the two kinds of level; here nothing is known of derivatives.

A level takes its own values out of the operands and calls the same public function on what is
inside. If that is traced by an outer level, the call comes back here for it: that is all that
nesting needs. A level is an object and there is no stack of levels, so an exception leaves
nothing behind and threads do not meet.
"""

from __future__ import annotations

import itertools
import numbers
import operator
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from dlbook.autodiff.errors import DerivativeError, describe
from dlbook.autodiff.table import TABLE, Rule, name_of

__all__ = ["Level", "Traced", "as_operand", "call", "check_result", "innermost", "plain"]

# Types of a plain number that can have a derivative; an array has one if its dtype is floating.
_FLOATS = frozenset({float, np.float64, np.float32, np.float16, np.longdouble})

_NO_OPTIONS: dict[str, Any] = {}


class Level:
    """One run of a transformation.

    Attributes
    ----------
    number
        Larger than that of every level that was opened before.
    closed
        Whether the run is over: a value that is used afterwards has leaked out of it.
    refusal
        The first refusal met. NumPy and users swallow exceptions, so it is raised again when
        the level closes.
    """

    __slots__ = ("closed", "number", "refusal")

    _opened = itertools.count()

    def __init__(self) -> None:
        self.number = next(Level._opened)
        self.closed = False
        self.refusal: DerivativeError | None = None

    def record(
        self,
        rule: Rule,
        function: Callable[..., Any],
        operands: tuple[Any, ...],
        options: dict[str, Any],
    ) -> Traced:
        """Call a function on what is inside the operands; return its traced result."""
        raise NotImplementedError

    def leak(self, value: Any) -> DerivativeError:
        """Return the refusal of a value that is used after the run is over."""
        return DerivativeError(
            "a traced value is used after its transformation has ended",
            describe(value),
            "return it from the function, or keep stop_gradient(x)",
        )

    def close(self) -> None:
        """End the run."""
        self.closed = True

    def run(self, f: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Call a function of traced values and close; raise what was refused meanwhile."""
        try:
            result = f(*args, **kwargs)
        except Exception as error:
            if self.refusal is None or error is self.refusal:
                self.refusal = None
                raise
        finally:
            self.close()
        if self.refusal is not None:
            refusal, self.refusal = self.refusal, None  # its traceback knows this level
            raise refusal
        return result

    def leaf(self, value: Any) -> Any:
        """Return a leaf of the result: a value of this level, or what is constant for it.

        Raises
        ------
        DerivativeError
            If it may hide a traced value, or belongs to a level that is over.
        """
        kind = type(value)
        if kind is Traced:
            if value._level is not self:
                value._alive()
        elif kind is np.ndarray and value.dtype.kind in "fiub":
            pass
        elif not isinstance(value, numbers.Real | np.bool_):
            raise DerivativeError(
                "a result of the function is neither a real number nor an array of them, "
                "and may hide a derivative",
                describe(value),
                "return numbers and numeric arrays, in dicts, lists, tuples or dataclasses; "
                "np.stack([...]) makes an array of traced numbers",
            )
        return value


def plain(value: Any) -> Any:
    """Return the number or array inside, whatever the number of levels around it."""
    while type(value) is Traced:
        value = value._alive()
    return value


def innermost(values: tuple[Any, ...]) -> Level | None:
    """Return the level that was opened last among those of some values."""
    level = None
    for value in values:
        if type(value) is Traced and (level is None or value._level.number > level.number):
            level = value._level
    return level


def as_operand(value: Any) -> Any:
    """Return an operand as rules expect it: traced, an array, or a number.

    A list of plain numbers becomes an array.

    Raises
    ------
    DerivativeError
        If it is something else, of which NumPy would make something that loses derivatives.
    """
    kind = type(value)
    if kind is np.ndarray or kind is Traced or kind in _FLOATS:
        return value
    if kind is list or kind is tuple:
        return np.asarray(value)  # refused, by `Traced.__array__`, where traced values are inside
    if isinstance(value, numbers.Number | np.number | np.bool_):
        return value
    raise DerivativeError(
        "an operand beside a traced value is neither a NumPy array nor a number",
        describe(value),
        "np.asarray(operand)",
    )


def check_result(function: Callable[..., Any], result: Any) -> None:
    """Refuse a result that has no real derivative.

    Raises
    ------
    DerivativeError
        If it is complex, or an array of objects.
    """
    kind = type(result)
    if kind is Traced or kind in _FLOATS:
        return
    dtype_kind = result.dtype.kind if isinstance(result, np.ndarray | np.generic) else ""
    if dtype_kind == "f":
        return
    if dtype_kind == "c" or kind is complex:
        raise DerivativeError(
            "a complex value appeared, and derivatives are of real functions only",
            f"{name_of(function)} → {describe(result)}",
            "write real and imaginary part as two real values",
        )
    raise DerivativeError(
        "a result is neither a floating-point number nor an array of them",
        f"{name_of(function)} → {describe(result)}",
        "use floating-point arrays; np.stack([...]) makes one of traced numbers",
    )


# ---- what a call becomes -----------------------------------------------------------------


def call(function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Return what a NumPy function gives for arguments of which some are traced."""
    entry = TABLE.get(function)
    if entry is None:
        what = f"there is no rule for {name_of(function)}"
        instead = "write it with functions that have one, or give it one with defvjp and defjvp"
        raise _refusal(what, function, args, kwargs, instead)
    if entry.kind == "refused":
        what = f"{name_of(function)} would lose a derivative"
        raise _refusal(what, function, args, kwargs, entry.instead)
    if entry.kind in ("constant", "question"):
        return function(*_plain_in(args), **_plain_in(kwargs))
    try:
        operands, options = entry.bind(function, args, kwargs)
    except DerivativeError as error:
        raise _remembered(error, args, kwargs) from None
    if options.pop("out", None) is not None:
        what = f"`out=` would write the result of {name_of(function)} into an array others hold"
        raise _refusal(what, function, args, kwargs, "leave it out")
    if entry.definition is not None:
        return entry.definition(*operands, **options)
    for name, value in options.items():
        if type(value) in _HOLDERS and next(_traced_in(value), None) is not None:
            what = f"{name_of(function)} has no derivative in {name}"
            instead = "stop_gradient(x) where no derivative is meant"
            raise _refusal(what, function, args, kwargs, instead)
    level = innermost(operands)
    if level is None:
        what = f"{name_of(function)} found a traced value inside of a list"
        instead = "np.stack([a, b]) makes an array of traced values"
        raise _refusal(what, function, args, kwargs, instead)
    assert entry.rule is not None
    return level.record(entry.rule, entry.rule.function, operands, options)


def call_ufunc(
    ufunc: np.ufunc, method: str, inputs: tuple[Any, ...], kwargs: dict[str, Any]
) -> Any:
    """Return what a ufunc, or one of its methods, gives for operands of which some are traced."""
    if method == "__call__" and not kwargs:
        entry = TABLE.get(ufunc)
        if entry is not None and entry.rule is not None:
            level = innermost(inputs)
            assert level is not None, "NumPy calls us for a traced operand"
            return level.record(entry.rule, ufunc, inputs, _NO_OPTIONS)
        return call(ufunc, inputs, kwargs)
    name = name_of(ufunc)
    if "out" in kwargs:
        what = (
            f"`out=`, or an operator such as `+=`, would write the result of {name} into an "
            "array that others hold"
        )
        raise _refusal(what, ufunc, inputs, kwargs, "a = a + x for a += x, and no out=")
    if method != "__call__":
        if method == "outer" and not kwargs:
            x, y = inputs
            return ufunc(np.reshape(x, (*np.shape(x), *(1,) * np.ndim(y))), y)
        return call(getattr(ufunc, method), inputs, kwargs)
    if kwargs:
        if kwargs.pop("where", True) is not True:
            what = f"{name}(…, where=mask) leaves entries without a value"
            instead = f"np.where(mask, {name}(x), 0.0)"
            raise _refusal(what, ufunc, inputs, kwargs, instead)
        if kwargs.get("dtype", True) is None:
            del kwargs["dtype"]
    return call(ufunc, inputs, kwargs)


_HOLDERS: set[type] = {list, tuple, dict}  # and Traced: what may be or hold a traced value


def _refusal(
    what: str, function: Any, args: Any, kwargs: dict[str, Any], instead: str
) -> DerivativeError:
    given = [describe(a) for a in args] + [f"{k}={describe(v)}" for k, v in kwargs.items()]
    error = DerivativeError(what, f"{name_of(function)}({', '.join(given)})", instead)
    return _remembered(error, args, kwargs)


def _remembered(error: DerivativeError, args: Any, kwargs: dict[str, Any]) -> DerivativeError:
    """Have every level among the arguments remember a refusal."""
    for value in _traced_in((args, kwargs)):
        value._remember(error)
    return error


def _traced_in(value: Any) -> Iterator[Traced]:
    if type(value) is Traced:
        yield value
    elif isinstance(value, dict):
        yield from _traced_in(tuple(value.values()))
    elif isinstance(value, list | tuple):
        for entry in value:
            yield from _traced_in(entry)


def _plain_in(value: Any) -> Any:
    """Return arguments with plain values in place of the traced ones."""
    kind = type(value)
    if kind is Traced:
        return plain(value)
    if kind is dict:
        return {name: _plain_in(entry) for name, entry in value.items()}
    if kind is list or kind is tuple:
        return kind([_plain_in(entry) for entry in value])
    return value


def rule_of(ufunc: np.ufunc) -> Rule:
    """Return the rule of a ufunc that has one."""
    rule = TABLE[ufunc].rule
    assert rule is not None
    return rule


# ---- the traced value --------------------------------------------------------------------


def _binary(function: Callable[..., Any], ufunc: np.ufunc) -> Any:
    """Return an operator and its reflection: Python's own, so that numbers stay numbers."""

    def method(self: Traced, other: Any) -> Any:
        level = self._level
        if type(other) is Traced and other._level.number > level.number:
            level = other._level
        return level.record(rule_of(ufunc), function, (self, other), _NO_OPTIONS)

    def reflected(self: Traced, other: Any) -> Any:
        return self._level.record(rule_of(ufunc), function, (other, self), _NO_OPTIONS)

    return method, reflected


def _unary(function: Callable[..., Any], ufunc: np.ufunc) -> Any:
    def method(self: Traced) -> Any:
        return self._level.record(rule_of(ufunc), function, (self,), _NO_OPTIONS)

    return method


def _in_place(sign: str, function: Callable[..., Any]) -> Any:
    def method(self: Traced, other: Any) -> Any:
        if not isinstance(plain(self), np.ndarray):
            return function(self, other)  # a number is replaced, not changed
        raise self._refuse(
            f"`x {sign}= v` changes an array in place: other names for it would change as well",
            f"x = x {sign} v",
        )

    return method


def _comparison(function: Callable[..., Any]) -> Any:
    def method(self: Traced, other: Any) -> Any:
        return function(plain(self), plain(other))

    return method


def _attribute(name: str) -> Any:
    return property(lambda self: getattr(plain(self), name))


def _method(function: Callable[..., Any]) -> Any:
    """Return the method of the same name as a NumPy function."""
    name = function.__name__

    def method(self: Traced, *args: Any, **kwargs: Any) -> Any:
        getattr(plain(self), name)  # a Python float has none
        return call(function, (self, *args), kwargs)

    return method


class Traced:
    """A number or array that carries a derivative, for as long as a transformation runs.

    It behaves as the number or array inside: methods and operators are recorded, comparisons
    give plain values. What would lose the derivative raises `DerivativeError`. It cannot be
    changed in place, so names that share it are safe.

    A program meets such values only inside a function that is being differentiated.
    """

    __slots__ = ("_level", "_link", "_value")

    def __init__(self, value: Any, level: Level, link: Any) -> None:
        self._value = value
        self._level = level
        self._link = link  # forward: the tangent; reverse: the number of the node

    # `isinstance(x, np.ndarray)` and `np.isscalar(x)` answer as for the value inside. What must
    # know better asks for `type(x) is Traced`.
    @property  # type: ignore[misc]
    def __class__(self) -> Any:
        value: Any = self
        while type(value) is Traced:
            value = value._value
        return type(value)

    def _alive(self) -> Any:
        """Return the value inside, unless this one outlived its transformation."""
        if self._level.closed:
            raise self._level.leak(self._value)
        return self._value

    def _refuse(self, what: str, instead: str) -> DerivativeError:
        """Return a refusal, remembered by every level that would lose the derivative."""
        error = DerivativeError(what, describe(self), instead)
        self._remember(error)
        return error

    def _remember(self, error: DerivativeError) -> None:
        value: Any = self
        while type(value) is Traced:
            if value._level.refusal is None:
                value._level.refusal = error
            value = value._value

    # ---- NumPy's protocols ----

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Any:
        return call_ufunc(ufunc, method, inputs, kwargs)

    def __array_function__(
        self, function: Callable[..., Any], types: Any, args: tuple[Any, ...], kwargs: Any
    ) -> Any:
        return call(function, args, kwargs)

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        raise self._refuse(
            "a traced value was to become a plain array, which would lose its derivative",
            "np.stack([a, b]) for np.array([a, b]), np.where or np.concatenate for a[i] = x, "
            "a @ x for a.dot(x); to give the derivative up, stop_gradient(x)",
        )

    # ---- conversions ----

    def __float__(self) -> float:
        raise self._refuse(
            "a traced value was to become a Python number, which would lose its derivative",
            "np.exp(x) for math.exp(x), np.stack or np.where for a[0] = x; to give the "
            "derivative up, float(stop_gradient(x))",
        )

    def __int__(self) -> int:
        raise self._refuse(
            "a traced value was to become an integer, which has no derivative",
            "int(stop_gradient(x))",
        )

    __trunc__ = __floor__ = __ceil__ = __int__

    def __index__(self) -> int:
        raise self._refuse(
            "a traced value was to become an index, a size or an axis, which has no derivative",
            "an integer that is computed from plain values, or int(stop_gradient(x))",
        )

    def __complex__(self) -> complex:
        raise self._refuse(
            "a traced value was to become complex, and derivatives are of real functions only",
            "write real and imaginary part as two real values",
        )

    def __round__(self, digits: int | None = None) -> Any:
        return round(plain(self), digits)

    def __bool__(self) -> bool:
        return bool(plain(self))

    # ---- in place ----

    def __setitem__(self, index: Any, value: Any) -> None:
        raise self._refuse(
            "a traced array cannot be changed in place: other names for it would change as well",
            "np.where(mask, value, x), np.concatenate or np.stack",
        )

    __iadd__, __isub__ = _in_place("+", operator.add), _in_place("-", operator.sub)
    __imul__, __itruediv__ = _in_place("*", operator.mul), _in_place("/", operator.truediv)
    __ipow__, __imatmul__ = _in_place("**", operator.pow), _in_place("@", operator.matmul)

    # ---- operators: Python's own, applied to what is inside, so that numbers stay numbers ----

    __add__, __radd__ = _binary(operator.add, np.add)
    __sub__, __rsub__ = _binary(operator.sub, np.subtract)
    __mul__, __rmul__ = _binary(operator.mul, np.multiply)
    __truediv__, __rtruediv__ = _binary(operator.truediv, np.divide)
    __pow__, __rpow__ = _binary(operator.pow, np.power)
    __mod__, __rmod__ = _binary(operator.mod, np.remainder)
    __matmul__, __rmatmul__ = _binary(operator.matmul, np.matmul)

    __neg__ = _unary(operator.neg, np.negative)
    __pos__ = _unary(operator.pos, np.positive)
    __abs__ = _unary(operator.abs, np.absolute)

    def __floordiv__(self, other: Any) -> Any:
        return plain(self) // plain(other)

    def __rfloordiv__(self, other: Any) -> Any:
        return plain(other) // plain(self)

    def __divmod__(self, other: Any) -> Any:
        return self // other, self % other

    def __rdivmod__(self, other: Any) -> Any:
        return other // self, other % self

    # ---- comparisons: plain values ----

    __lt__, __le__ = _comparison(operator.lt), _comparison(operator.le)
    __gt__, __ge__ = _comparison(operator.gt), _comparison(operator.ge)
    __eq__, __ne__ = _comparison(operator.eq), _comparison(operator.ne)
    __hash__ = None  # type: ignore[assignment]

    def __contains__(self, value: Any) -> bool:
        return plain(value) in plain(self)

    # ---- containers ----

    def __getitem__(self, index: Any) -> Any:
        return call(operator.getitem, (self, index), _NO_OPTIONS)

    def __len__(self) -> int:
        return len(plain(self))

    def __iter__(self) -> Iterator[Any]:
        return (self[i] for i in range(len(self)))

    # ---- attributes ----

    shape, ndim, size = _attribute("shape"), _attribute("ndim"), _attribute("size")
    dtype, itemsize, nbytes = _attribute("dtype"), _attribute("itemsize"), _attribute("nbytes")

    @property
    def T(self) -> Any:  # noqa: D102, N802 (as of an array)
        return np.transpose(self)

    @property
    def mT(self) -> Any:  # noqa: D102, N802
        return np.matrix_transpose(self)

    @property
    def real(self) -> Any:  # noqa: D102
        return self

    # ---- methods: the functions of the same name ----

    sum, prod, cumsum = _method(np.sum), _method(np.prod), _method(np.cumsum)
    mean, var, std = _method(np.mean), _method(np.var), _method(np.std)
    max, min, clip = _method(np.max), _method(np.min), _method(np.clip)
    argmax, argmin, argsort = _method(np.argmax), _method(np.argmin), _method(np.argsort)
    all, any, nonzero = _method(np.all), _method(np.any), _method(np.nonzero)
    dot, trace, diagonal = _method(np.dot), _method(np.trace), _method(np.diagonal)
    ravel, squeeze, swapaxes = _method(np.ravel), _method(np.squeeze), _method(np.swapaxes)
    repeat, take, round = _method(np.repeat), _method(np.take), _method(np.round)
    searchsorted = _method(np.searchsorted)

    def reshape(self, *shape: Any, **kwargs: Any) -> Any:  # noqa: D102
        return np.reshape(self, shape[0] if len(shape) == 1 else shape, **kwargs)

    def transpose(self, *axes: Any) -> Any:  # noqa: D102
        return np.transpose(self, axes[0] if len(axes) == 1 else axes or None)

    def flatten(self, order: str = "C") -> Any:  # noqa: D102
        return np.ravel(self, order=order)  # type: ignore[call-overload]

    def astype(self, dtype: Any, copy: bool = True) -> Any:  # noqa: D102
        return call(np.ndarray.astype, (self, dtype), _NO_OPTIONS)

    def copy(self, order: str = "C") -> Any:  # noqa: D102
        return self  # nobody can change it

    def conj(self) -> Any:  # noqa: D102
        return self

    conjugate = conj

    def __copy__(self) -> Any:
        return self

    def __deepcopy__(self, memo: Any) -> Any:
        return self

    def __reduce_ex__(self, protocol: Any) -> Any:
        raise self._refuse("a traced value cannot be pickled", "stop_gradient(x)")

    def __getattr__(self, name: str) -> Any:
        instead = _INSTEAD.get(name)
        if instead is None:
            raise AttributeError(f"a {describe(self)} has no attribute {name!r}")
        raise AttributeError(
            f"a {describe(self)} has no {name!r}, which would lose the "
            f"derivative; instead: {instead}"
        )

    # ---- words ----

    def __repr__(self) -> str:
        state = " (its transformation has ended)" if self._level.closed else ""
        value: Any = self
        while type(value) is Traced:
            value = value._value
        return f"Traced<{value!r}>{state}"

    def __format__(self, spec: str) -> str:
        # Marked, so that float(f"{x:.3f}") is an error and not a number without a derivative.
        return f"Traced<{format(plain(self), spec)}>" if spec else repr(self)


_INSTEAD: dict[str, str] = {
    "item": "x[i], or stop_gradient(x).item()",
    "tolist": "list(x), or stop_gradient(x).tolist()",
    "view": "x.reshape(...) or x.astype(...)",
    "flat": "np.ravel(x)",
    "fill": "np.full_like(x, value)",
    "put": "np.where(mask, value, x)",
    "sort": "x[np.argsort(x)]",
    "partition": "x[np.argsort(x)]",
    "resize": "np.reshape(x, shape)",
    "tobytes": "stop_gradient(x).tobytes()",
    "byteswap": "stop_gradient(x)",
}

_HOLDERS.add(Traced)
