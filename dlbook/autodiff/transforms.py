"""The transformations: what a user calls."""

from __future__ import annotations

import numbers
from collections.abc import Callable, Sequence
from typing import Any, Literal

import numpy as np

from dlbook import trees
from dlbook.autodiff import rules  # noqa: F401 (fills the table)
from dlbook.autodiff.batched import BatchLevel, NotBatchedError
from dlbook.autodiff.fitting import as_adjoint, filled
from dlbook.autodiff.forward import ForwardLevel
from dlbook.autodiff.levels import Level
from dlbook.autodiff.refusals import DerivativeError, describe
from dlbook.autodiff.reverse import ReverseLevel
from dlbook.autodiff.traced import Traced, is_complex, plain, shape_of

__all__ = [
    "grad",
    "hessian",
    "hvp",
    "jacobian",
    "jvp",
    "linearize",
    "stop_gradient",
    "value_and_grad",
    "vjp",
]

Pullback = Callable[[Any], tuple[Any, ...]]


def jvp(f: Callable[..., Any], primals: Sequence[Any], tangents: Sequence[Any]) -> tuple[Any, Any]:
    """Return the value of a function, and its derivative along tangents, in forward mode.

    Parameters
    ----------
    f
        Takes and returns floating-point numbers, arrays, or trees of them, real or complex.
    primals
        The arguments of `f`.
    tangents
        Directions in which they move, trees of the same shapes; real where the primal is.

    Returns
    -------
    value, tangent
        Trees as `f` returns them.

    Raises
    ------
    DerivativeError
        If `f` does what no derivative can follow, or an argument or a result is not floating
        point.
    ValueError
        If the tangents do not fit the primals, in shape or in being real.

    Examples
    --------
    >>> jvp(np.sin, (0.0,), (2.0,))
    (np.float64(0.0), np.float64(2.0))
    """
    if len(primals) != len(tangents):
        raise ValueError(f"there are {len(primals)} primals and {len(tangents)} tangents")
    level = ForwardLevel()

    def pair(primal: Any, tangent: Any) -> Traced:
        _check_input(primal, "fc")
        return Traced(primal, level, like(tangent, primal, "tangent"))

    inputs = trees.map(pair, tuple(primals), tuple(tangents))
    out, structure = trees.flatten(level.run(f, *inputs))
    values, directions = [], []
    for leaf in out:
        mine = type(_result(level, leaf)) is Traced and leaf._level is level
        value = leaf._value if mine else leaf
        values.append(_fresh(value))
        directions.append(_fresh(leaf._link) if mine else _zeros(value))
    return trees.unflatten(structure, values), trees.unflatten(structure, directions)


def vjp(
    f: Callable[..., Any], *primals: Any, has_aux: bool = False, debug: bool = False
) -> tuple[Any, ...]:
    """Return the value of a function, and the pullback that maps adjoints to gradients.

    Parameters
    ----------
    f
        Takes and returns floating-point numbers, arrays, or trees of them, real or complex.
    primals
        The arguments of `f`.
    has_aux
        Whether `f` returns a pair, of which only the first is differentiated.
    debug
        Whether to compare checksums of all arrays that the derivative depends on.

    Returns
    -------
    value, pullback
        The pullback takes a tree like the value, and returns a tuple with the gradient of each
        argument. It can be called any number of times, and may outlive changes of the arguments.
        The adjoint of a complex z = x + iy is ∂/∂x - i ∂/∂y: a change dz adds the real part of
        the adjoint times dz.
    aux
        With `has_aux`, in third place.

    Raises
    ------
    DerivativeError
        As `jvp`.

    Examples
    --------
    >>> value, pullback = vjp(np.multiply, 2.0, np.array([3.0, 4.0]))
    >>> value
    array([6., 8.])
    >>> pullback(np.array([1.0, 1.0]))
    (7.0, array([2., 2.]))
    >>> value, pullback = vjp(lambda z: z.real**2 + z.imag**2, 3 + 4j)
    >>> pullback(1.0)
    ((6-8j),)
    """
    run = Recorded(f, primals, {}, has_aux=has_aux, copies=True, debug=debug)
    run.level.release()
    return (run.value(), run.pull, run.aux) if has_aux else (run.value(), run.pull)


class Recorded:
    """One run of a function in reverse mode, ready to be swept.

    Attributes
    ----------
    inputs
        Leaves of the arguments with respect to which is differentiated; nodes 0, 1, … of the tape.
    arguments
        The structures of these arguments.
    values
        Leaves of the result, as they are outside this level.
    nodes
        For each its node, or ``None`` where it is constant.
    """

    __slots__ = ("arguments", "aux", "inputs", "level", "nodes", "structure", "values")

    def __init__(
        self,
        f: Callable[..., Any],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        *,
        argnums: Sequence[int] | None = None,
        has_aux: bool = False,
        copies: bool = False,
        debug: bool = False,
        kinds: str = "fc",
    ) -> None:
        chosen = range(len(args)) if argnums is None else argnums
        self.inputs, self.arguments = [], []
        for i in chosen:
            leaves, structure = trees.flatten(args[i])
            self.inputs += leaves
            self.arguments.append(structure)
        for leaf in self.inputs:
            if type(leaf) is not np.ndarray or leaf.dtype.kind != "f":
                _check_input(leaf, kinds)
        self.level = ReverseLevel(copies, debug)
        try:
            all_args = list(args)
            replaced = self._like_arguments(self.level.inputs(self.inputs))
            for i, argument in zip(chosen, replaced, strict=True):
                all_args[i] = argument
            result = self.level.run(f, *all_args, **kwargs)
            self.aux: Any = None
            if has_aux:
                if not isinstance(result, tuple) or len(result) != 2:
                    raise TypeError(
                        f"with has_aux, f returns a pair (value, aux); here {describe(result)}"
                    )
                result, aux = result
                self.aux = trees.map(self._auxiliary, aux)
            leaves, self.structure = trees.flatten(result)
            self.values, self.nodes = [], []
            for leaf in leaves:
                mine = type(leaf) is Traced and leaf._level is self.level
                self.values.append(leaf._value if mine else _result(self.level, leaf))
                self.nodes.append(leaf._link if mine else None)
        except BaseException:
            self.level.release()
            raise

    def _auxiliary(self, leaf: Any) -> Any:
        if leaf is None or isinstance(leaf, str | bytes):
            return leaf
        mine = type(_leaf(self.level, leaf)) is Traced and leaf._level is self.level
        return _fresh(leaf._value if mine else leaf)

    def value(self) -> Any:
        """Return the value of the function."""
        if self.structure.kind is None:
            return _fresh(self.values[0])
        return trees.unflatten(self.structure, [_fresh(value) for value in self.values])

    def pull(self, cotangent: Any) -> tuple[Any, ...]:
        """Return the gradient of each argument."""
        given = trees.flatten_like(self.structure, cotangent)
        seeds: dict[int, Any] = {}
        for c, value, node in zip(given, self.values, self.nodes, strict=True):
            c = like(c, value, "cotangent")
            if node is not None:
                seeds[node] = seeds[node] + c if node in seeds else c
        return self.gradients(seeds)

    def gradients(self, seeds: dict[int, Any], *, once: bool = False) -> tuple[Any, ...]:
        """Sweep; return the gradient of each argument. After a sweep `once` there is no other."""
        adjoints = self.level.tape.pull(seeds, once=once)[: len(self.inputs)]
        found, seen = [], set()
        for adjoint, leaf in zip(adjoints, self.inputs, strict=True):
            if type(adjoint) is not np.ndarray:
                adjoint = _zeros(leaf) if adjoint is None else filled(adjoint, leaf)
                if type(leaf) is np.ndarray and type(adjoint) is not np.ndarray:
                    adjoint = as_adjoint(adjoint, leaf)  # NumPy's sum of 0-d arrays is a scalar
            elif adjoint.base is not None or id(adjoint) in seen:
                adjoint = adjoint.copy()  # a view of another's memory, or one array for two
            seen.add(id(adjoint))
            found.append(adjoint)
        return self._like_arguments(found)

    def _like_arguments(self, leaves: list[Any]) -> tuple[Any, ...]:
        """Return trees like the arguments, with these leaves."""
        if len(self.arguments) == 1:
            return (trees.unflatten(self.arguments[0], leaves),)
        found, start = [], 0
        for structure in self.arguments:
            stop = start + structure.size
            found.append(trees.unflatten(structure, leaves[start:stop]))
            start = stop
        return tuple(found)

    def tangents(self, directions: list[Any]) -> list[Any]:
        """Replay; return the tangent of each leaf of the result."""
        moved = self.level.tape.push(directions)
        found = [None if node is None else moved[node] for node in self.nodes]
        pairs = zip(found, self.values, strict=True)
        return [_zeros(value) if t is None else _fresh(t) for t, value in pairs]


def value_and_grad(
    f: Callable[..., Any],
    argnums: int | Sequence[int] = 0,
    has_aux: bool = False,
    debug: bool = False,
    holomorphic: bool = False,
) -> Callable[..., tuple[Any, Any]]:
    """Return a function that computes the value of `f` and its gradient, in reverse mode.

    Parameters
    ----------
    f
        Returns one floating-point number.
    argnums
        By which positional argument to differentiate, or by which ones. Each is a number, an
        array or a tree of them.
    has_aux
        Whether `f` returns a pair ``(value, aux)``, of which only the value is differentiated.
    debug
        Whether to compare checksums of all arrays that the derivative depends on.
    holomorphic
        As for `grad`.

    Returns
    -------
    callable
        Takes the arguments of `f`, returns ``(value, gradient)``, or ``((value, aux), gradient)``.
        The gradient is a tree like the argument, or a tuple of those. It shares no memory with
        anything.

    Raises
    ------
    DerivativeError
        When called: if `f` does what no derivative can follow, if its value is not one number,
        or if an argument is not floating point.

    Examples
    --------
    >>> value_and_grad(lambda w: np.sum(w**2))(np.array([1.0, 3.0]))
    (np.float64(10.0), array([2., 6.]))
    """
    several = not isinstance(argnums, int)

    def wrapped(*args: Any, **kwargs: Any) -> tuple[Any, Any]:
        chosen = _positions(argnums, len(args))
        kinds = "c" if holomorphic else "f"
        run = Recorded(f, args, kwargs, argnums=chosen, has_aux=has_aux, debug=debug, kinds=kinds)
        try:
            if run.structure.kind is not None or shape_of(run.values[0]):
                raise DerivativeError(
                    "a gradient is of one number, and the function returned something else",
                    describe(run.value()),
                    "np.sum or np.mean over the result, jacobian for all derivatives, or vjp",
                )
            (node,) = run.nodes
            if is_complex(run.values[0]) != holomorphic:
                raise _other_field(run.values[0], holomorphic)
            seeds = {} if node is None else {node: _one(run.values[0])}
            gradients = run.gradients(seeds, once=True)
        finally:
            run.level.release()
        gradient = gradients if several else gradients[0]
        return ((run.value(), run.aux) if has_aux else run.value()), gradient

    return wrapped


def grad(
    f: Callable[..., Any],
    argnums: int | Sequence[int] = 0,
    has_aux: bool = False,
    debug: bool = False,
    holomorphic: bool = False,
) -> Callable[..., Any]:
    """Return a function that computes the gradient of `f`, in reverse mode.

    What `f` takes and returns is real, unless it is `holomorphic`; complex values may appear in
    between, as in a Fourier transform.

    Parameters
    ----------
    f
        Returns one floating-point number.
    argnums
        By which positional argument to differentiate, or by which ones. Each is a number, an
        array or a tree of them.
    has_aux
        Whether `f` returns a pair ``(value, aux)``, of which only the value is differentiated.
    debug
        Whether to compare checksums of all arrays that the derivative depends on.
    holomorphic
        Whether `f` takes complex arguments and returns one complex number, on which it depends
        holomorphically: then the gradient holds its complex derivatives.

    Returns
    -------
    callable
        Takes the arguments of `f`, returns the gradient, or ``(gradient, aux)``. The gradient is
        a tree like the argument, or a tuple of those.

    Raises
    ------
    DerivativeError
        When called: if `f` does what no derivative can follow, if its value is not one number,
        if an argument is not floating point, or if one of these is complex and `f` is not
        `holomorphic`, or the other way round.

    Examples
    --------
    >>> grad(lambda x: x**2)(3.0)
    6.0
    >>> w, x = np.array([1.0, 2.0]), np.array([3.0, 4.0])
    >>> grad(lambda w, x: np.sum(w * x))(w, x)
    array([3., 4.])

    A gradient can be differentiated again:

    >>> grad(lambda x: x * grad(lambda y: x + y)(1.0))(1.0)
    1.0

    The derivative of z³ is 3z², of complex numbers too:

    >>> grad(lambda z: z**3, holomorphic=True)(1 + 2j)
    (-9+12j)
    """
    both = value_and_grad(f, argnums, has_aux, debug, holomorphic)

    def wrapped(*args: Any, **kwargs: Any) -> Any:
        value, gradient = both(*args, **kwargs)
        return (gradient, value[1]) if has_aux else gradient

    return wrapped


def linearize(f: Callable[..., Any], *primals: Any) -> tuple[Any, Callable[..., Any]]:
    """Return the value of a function, and its derivative as a linear function of tangents.

    `f` runs once; the linear function replays what was recorded, as often as it is called.

    Parameters
    ----------
    f, primals
        As for `vjp`.

    Returns
    -------
    value, derivative
        The derivative takes as many tangents as there are primals.

    Examples
    --------
    >>> value, derivative = linearize(lambda x: x**3, 2.0)
    >>> value, derivative(1.0), derivative(10.0)
    (8.0, 12.0, 120.0)
    """
    run = Recorded(f, primals, {}, copies=True)
    run.level.release()
    _, structure = trees.flatten(primals)

    def derivative(*tangents: Any) -> Any:
        given = trees.flatten_like(structure, tangents)
        pairs = zip(given, run.inputs, strict=True)
        moved = run.tangents([like(t, leaf, "tangent") for t, leaf in pairs])
        return trees.unflatten(run.structure, moved)

    return run.value(), derivative


def jacobian(
    f: Callable[..., Any],
    argnums: int = 0,
    mode: Literal["forward", "reverse"] | None = None,
) -> Callable[..., Any]:
    """Return a function that computes all partial derivatives.

    Parameters
    ----------
    f
        Takes floating-point numbers, arrays or trees of them, and returns such, real or complex.
    argnums
        By which positional argument to differentiate.
    mode
        ``"forward"`` takes a tangent for each entry of the argument, ``"reverse"`` an adjoint
        for each entry of the result; by default the mode that takes fewer.

    Returns
    -------
    callable
        Takes the arguments of `f`. Returns, for each leaf of the result, a tree like the
        argument, of arrays of the result's shape followed by the argument's.

    Notes
    -----
    All tangents, or adjoints, go in one sweep: those of a value lie in one array, and what a rule
    does to one is done to all. For each value that `f` computes this takes as many times its
    memory as there are tangents. Where they would be more than 2²² numbers together, 32 MB of
    float64, they go in several sweeps with as many as that leaves room for.

    A rule of your own that branches on a tangent or adjoint, makes a Python number of it or writes
    it into an array is given one after the other.

    Examples
    --------
    >>> jacobian(lambda x: np.stack([x[0] * x[1], x[0]]))(np.array([2.0, 3.0]))
    array([[3., 2.],
           [1., 0.]])
    """
    if mode not in (None, "forward", "reverse"):
        raise ValueError(f"mode is {mode!r}; expected 'forward', 'reverse' or None")

    def wrapped(*args: Any, **kwargs: Any) -> Any:
        (position,) = _positions(argnums, len(args))

        def g(x: Any) -> Any:
            return f(*args[:position], x, *args[position + 1 :], **kwargs)

        run = Recorded(g, (args[position],), {}, kinds="f")
        try:
            entries, results = map(_size, run.inputs), map(_size, run.values)
            forward = sum(entries) < sum(results) if mode is None else mode == "forward"
            if not forward and any(map(is_complex, run.values)):
                if mode == "reverse":
                    raise DerivativeError(
                        "the derivatives of complex values by real ones come from forward mode",
                        describe(next(filter(is_complex, run.values))),
                        'mode="forward", or no mode',
                    )
                forward = True
            blocks = _by_columns(run) if forward else _by_rows(run)
        finally:
            run.level.release()
        (argument,) = run.arguments
        return trees.unflatten(run.structure, [trees.unflatten(argument, row) for row in blocks])

    return wrapped


def _by_rows(run: Recorded) -> list[list[Any]]:
    """Return Jacobians [result][argument], by backward sweeps from each entry of the results."""
    blocks = []
    for value, node in zip(run.values, run.nodes, strict=True):

        def sweep(unit: Any, node: int | None = node) -> list[Any]:
            return trees.leaves(run.gradients({} if node is None else {node: unit}))

        rows = _sweeps(run, sweep, value, len(run.inputs))
        pairs = zip(rows, run.inputs, strict=True)
        blocks.append([_stacked(row, shape_of(value), x, first=True) for row, x in pairs])
    return blocks


def _by_columns(run: Recorded) -> list[list[Any]]:
    """Return Jacobians [result][argument], by forward sweeps from each entry of the arguments."""
    blocks: list[list[Any]] = [[] for _ in run.values]
    for i, x in enumerate(run.inputs):
        still: list[Any] = [None] * len(run.inputs)

        def sweep(unit: Any, i: int = i, still: list[Any] = still) -> list[Any]:
            return run.tangents([*still[:i], unit, *still[i + 1 :]])

        columns = _sweeps(run, sweep, x, len(run.values))
        for block, part, value in zip(blocks, columns, run.values, strict=True):
            block.append(_stacked(part, shape_of(x), value, first=False))
    return blocks


#: How many numbers the tangents, or adjoints, of all values of a program may be in one sweep.
_IN_ONE_SWEEP = 1 << 22


def _sweeps(run: Recorded, sweep: Callable[[Any], list[Any]], start: Any, ends: int) -> list[Any]:
    """Return, for each end, what sweeps from the unit vectors of a value give: stacked, or a list.

    One sweep goes with as many unit vectors as memory allows. If a rule cannot, each goes alone.
    """
    size = _IN_ONE_SWEEP // max(sum([_size(call[0]) for call in run.level.tape.calls]), 1)
    if min(_size(start), size) > 1 and not any(type(plain(x)) is float for x in run.inputs):
        try:
            return _at_once(sweep, start, size)
        except Exception:
            pass  # of a rule that was written for one; what is wrong with that one, it says again
    sweeps = [sweep(unit) for unit in _basis(start)]
    return [[found[i] for found in sweeps] for i in range(ends)]


def _at_once(sweep: Callable[[Any], list[Any]], start: Any, size: int) -> list[Any]:
    """Return, for each end, what sweeps with so many unit vectors give, stacked.

    Raises
    ------
    NotBatchedError
        If a rule asks for the value of one.
    """
    n, zeros, blocks = _size(start), _zeros(start), []
    for first in range(0, n, size):
        units = np.eye(min(size, n - first), n, first, zeros.dtype)
        level = BatchLevel(len(units))
        found = sweep(level.value(units.reshape(-1, *zeros.shape)))
        if level.failed or level.refusal is not None:  # and the rule went on
            raise NotBatchedError
        blocks.append([level.stack(leaf) for leaf in found])
    if len(blocks) == len(blocks[0]) == 1 and _is_alone(blocks[0][0]):
        return blocks[0]
    return [np.concatenate(parts) for parts in zip(*blocks, strict=True)]


def _is_alone(array: Any) -> bool:
    return type(array) is np.ndarray and bool(array.flags.owndata)


def _stacked(parts: Any, swept: tuple[int, ...], like: Any, *, first: bool) -> Any:
    """Return what sweeps gave as one array; the axes swept over come first or last."""
    each = shape_of(like)
    if not swept and not each:
        return parts[0]
    shape = (*swept, *each) if first else (*each, *swept)
    if isinstance(parts, list):
        if not parts:
            return np.zeros(shape, np.asarray(_zeros(like)).dtype)
        parts = np.stack(parts)
    return np.reshape(parts if first else np.moveaxis(parts, 0, -1), shape)


def hessian(f: Callable[..., Any], argnums: int = 0) -> Callable[..., Any]:
    """Return a function that computes all second partial derivatives.

    Parameters
    ----------
    f
        Returns one floating-point number.
    argnums
        By which positional argument to differentiate.

    Returns
    -------
    callable
        Takes the arguments of `f`; returns an array of the argument's shape, twice. For a tree,
        a tree like it whose leaves are such trees.

    Examples
    --------
    >>> hessian(lambda x: x[0] ** 2 * x[1])(np.array([1.0, 3.0]))
    array([[6., 2.],
           [2., 0.]])
    """
    return jacobian(grad(f, argnums), argnums, mode="forward")


def hvp(f: Callable[..., Any], primals: Sequence[Any], tangents: Sequence[Any]) -> Any:
    """Return the Hessian times a vector, without the Hessian: forward mode over reverse mode.

    Parameters
    ----------
    f
        Returns one floating-point number.
    primals
        The arguments of `f`.
    tangents
        The vector, trees like the primals.

    Returns
    -------
    product
        A tree like the first argument; with several arguments a tuple of those.

    Examples
    --------
    >>> hvp(lambda x: np.sum(x**3), (np.array([1.0, 2.0]),), (np.array([1.0, 1.0]),))
    array([ 6., 12.])
    """
    argnums = 0 if len(primals) == 1 else tuple(range(len(primals)))
    return jvp(grad(f, argnums), primals, tangents)[1]


def stop_gradient(x: Any) -> Any:
    """Return a tree of plain values: what is computed from them is constant for derivatives.

    Examples
    --------
    >>> grad(lambda x: x * stop_gradient(x))(3.0)
    3.0
    """
    return trees.map(lambda leaf: _fresh(plain(leaf)), x)


# ---- what goes in and what comes out -----------------------------------------------------


def _check_input(leaf: Any, kinds: str) -> None:
    """Refuse what is not floating point, real for the kind ``"f"`` and complex for ``"c"``."""
    inside = plain(leaf)
    kind = type(inside)
    if kind is np.ndarray and inside.dtype.kind in kinds:
        return
    number = isinstance(inside, float | complex | np.inexact)
    if number or (kind is np.ndarray and inside.dtype.kind in "fc"):
        if ("c" if is_complex(inside) else "f") in kinds:
            return
        raise _other_field(leaf, "c" in kinds, "an argument")
    words = "1.0 for 1, x.astype(float) for integers"
    if isinstance(inside, np.ndarray) and kind is not np.ndarray:
        words = "np.asarray(x)"
    raise DerivativeError(
        "an argument with respect to which you differentiate is not a floating-point number or "
        "array",
        describe(leaf),
        words,
    )


def _other_field(value: Any, holomorphic: bool, what: str = "the value") -> DerivativeError:
    """Return the refusal of a real value where a complex one is due, or the other way round."""
    if holomorphic:
        return DerivativeError(
            f"holomorphic=True is for functions of complex numbers, and {what} is real",
            describe(value),
            "z.astype(complex) for an argument; grad without holomorphic=True if the value is real",
        )
    return DerivativeError(
        f"a gradient is that of a real function of real numbers, and {what} is complex",
        describe(value),
        "np.real, np.imag or np.abs for a value; holomorphic=True of grad for the complex "
        "derivative of a holomorphic function; or vjp, whose convention the reference states",
    )


def _leaf(level: Level, value: Any) -> Any:
    """Return a leaf of what a function returned: a value of a level, or constant for it.

    Raises
    ------
    DerivativeError
        If it may hide a traced value, or belongs to a level that is over.
    """
    kind = type(value)
    if kind is Traced:
        if value._level is not level:
            value._alive()
    elif kind is np.ndarray and value.dtype.kind in "fiubc":
        pass
    elif not isinstance(value, numbers.Complex | np.bool_):
        raise DerivativeError(
            "a result of the function is neither a number nor an array of them, "
            "and may hide a derivative",
            describe(value),
            "return numbers and numeric arrays, in dicts, lists, tuples or dataclasses; "
            "np.stack([...]) makes an array of traced numbers",
        )
    return value


def _result(level: Level, leaf: Any) -> Any:
    """Return a leaf of the result, which must be floating point."""
    if type(_leaf(level, leaf)) is not Traced and np.asarray(leaf).dtype.kind not in "fc":
        raise DerivativeError(
            "a result of the function is not floating point, so it has no derivative",
            describe(leaf),
            "return the floating-point value that it was computed from; grad, value_and_grad and "
            "vjp take has_aux=True for a pair (value, aux) whose second part is not differentiated",
        )
    return leaf


def like(given: Any, value: Any, what: str) -> Any:
    """Return a tangent or cotangent for a value, of its type and dtype, in memory of its own."""
    shape = shape_of(value)
    if shape_of(given) != shape:
        raise ValueError(f"the {what} has shape {shape_of(given)}; the value has shape {shape}")
    if is_complex(given) and not is_complex(value):
        raise ValueError(f"the {what} is complex; the value is real, and so must its {what} be")
    if type(given) is Traced:  # that of a complex value is complex, be it real inside
        return as_adjoint(given, value) if is_complex(value) else given
    return as_adjoint(np.array(given) if isinstance(given, np.ndarray) else given, value)


def _fresh(value: Any) -> Any:
    return value.copy() if type(value) is np.ndarray else value


def _zeros(value: Any) -> Any:
    inside = plain(value)
    if isinstance(inside, np.ndarray | np.generic):
        dtype = inside.dtype if inside.dtype.kind in "fc" else float
        return np.zeros(inside.shape, dtype)[() if isinstance(inside, np.generic) else ...]
    return 0j if isinstance(inside, complex) else 0.0


def _basis(value: Any) -> Any:
    """Yield the unit vectors of a value's shape, each in memory of its own."""
    zeros = _zeros(value)
    if not isinstance(zeros, np.ndarray):
        yield _one(value)
        return
    for i in range(zeros.size):
        unit = zeros.copy()
        unit.reshape(-1)[i] = 1
        yield unit


def _one(value: Any) -> Any:
    kind = type(value)
    return as_adjoint(1.0, value) if kind is np.ndarray or kind is Traced else kind(1)


def _size(value: Any) -> int:
    return int(np.size(plain(value)))


def _positions(argnums: int | Sequence[int], n: int) -> tuple[int, ...]:
    if isinstance(argnums, int) and 0 <= argnums < n:
        return (argnums,)
    chosen = (argnums,) if isinstance(argnums, int) else tuple(argnums)
    for i in chosen:
        if not -n <= i < n:
            raise TypeError(f"argnums names argument {i}; the function was called with {n}")
    positions = tuple([i % n for i in chosen])
    if len({*positions}) < len(positions):
        raise TypeError(f"argnums is {argnums!r}; expected each argument once")
    return positions
