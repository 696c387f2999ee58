"""The table of what is known about each NumPy function, and the kinds of entries in it.

An entry is one of

- *elementwise*: one local derivative for each operand, written as a function that takes ``g`` and
  multiplies it. Forward mode hands it a tangent, reverse mode an adjoint.
- *linear* in each operand, the others held fixed: forward mode calls the function itself on the
  tangent, so only the transpose is written. *Jointly linear*: in all operands together.
- *selection*: linear once it is decided which entries are taken.
- *general*: both rules are written.
- *composed*: written with other functions of the table.
- *constant*: the derivative is 0 wherever there is one, so the result is a plain value.
- *question*: of shape or type, answered from the value inside.
- *refused*: a derivative would be lost; the entry says what to write instead.

A rule is called as ``rule(g, ans, *operands, **options)`` and returns what ``g`` contributes: to
the tangent of the result or to the adjoint of one operand. It is written in NumPy, on values that
may be traced by outer levels, and may only call functions of this table. Its result is brought to
the right shape and dtype by whoever called it: what broadcasting spread is summed there.

Values may be complex where the entry says so, by `for_complex`. The adjoint of z = x + iy is then
∂/∂x - i ∂/∂y of what is differentiated: a change dz adds the real part of adjoint times dz. Thus a
rule that holds for real numbers holds for complex ones where the function is holomorphic; and a
linear map is transposed, never conjugated as well. Of what a rule returns for a real value, the
real part counts.

A function may have several results, in a tuple. Then ``ans`` is that tuple, a forward rule
returns one such, and the ``g`` of a reverse rule is one.
"""

from __future__ import annotations

import inspect
import operator
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, TypeVar

import numpy as np

__all__ = ["LATE", "TABLE", "Entry", "Rule", "entry_of", "name_of", "rebuilt", "result_rule"]

Derivative = Callable[..., Any]
Function = TypeVar("Function", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """How a function is differentiated.

    Attributes
    ----------
    function
        The function, as rules and outer levels call it.
    jvps, vjps
        For each operand, what a tangent of it contributes to that of the result, and what an
        adjoint of the result contributes to that of the operand.
    reads
        Whether the rules read values; else they need shapes, and nobody minds if an operand is
        changed afterwards.
    joint
        Whether the function is linear in all operands together: it maps their tangents.
    elementwise
        Whether the reverse rules work entry by entry, so that an adjoint which is the same
        everywhere may be given to them as one number, unless an operand was broadcast.
    uniform
        Whether the reverse rules take such a number whatever the shapes.
    name
        What a reader calls the function.
    pull
        In place of `vjps`: what an adjoint of the result contributes to those of all operands.
    forward
        In place of `function` in reverse mode: returns the result, and what the reverse rules
        want of the work done for it, which they get as ``kept``.
    add
        For a function that takes entries of its one operand: adds to an array what an adjoint of
        the result contributes, and so touches these entries only, where `vjps` return an array
        that is 0 elsewhere.
    complex
        Whether the rules hold where values are complex; else these are refused.
    """

    function: Callable[..., Any]
    jvps: Sequence[Derivative | None]
    vjps: Sequence[Derivative | None]
    reads: bool = True
    joint: bool = False
    elementwise: bool = False
    uniform: bool = False
    name: str = ""
    pull: Derivative | None = None
    forward: Callable[..., tuple[Any, Any]] | None = None
    add: Callable[..., None] | None = None
    complex: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """What becomes of a call.

    Attributes
    ----------
    kind
        One of those above.
    operands, options
        Names of the arguments, in NumPy's order: those that may be traced, and those that may
        not. NumPy's own signatures cannot all be read. Without names, every positional argument
        is an operand and any keyword an option.
    sequence
        Whether the one operand is a sequence of arrays.
    rule
        For what is differentiable, its `Rule`.
    definition
        For what is composed.
    instead
        For what is refused.
    complex
        Whether arguments may be complex.
    """

    kind: str
    operands: tuple[str, ...] | None = ()
    options: tuple[str, ...] | None = ()
    sequence: bool = False
    rule: Any = None
    definition: Callable[..., Any] | None = None
    instead: str = ""
    complex: bool = False

    def bind(
        self, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Sort the arguments of a call into operands and options.

        Raises
        ------
        UnknownArgumentError
            If an argument is not known here.
        TypeError
            If one is missing.
        """
        if self.operands is not None and len(args) == len(self.operands):  # as most calls are
            for name in kwargs:
                if name not in (self.options or ()):
                    break
            else:
                return (tuple(args[0]) if self.sequence else args), {**kwargs}
        if self.options is not None:
            for name in kwargs:
                if name not in self.options and name not in (self.operands or ()):
                    raise UnknownArgumentError(f"an argument {name}=")
        if self.operands is None or self.options is None:
            options = {**kwargs}
            if self.options is not None and "out" in self.options:
                first = self.options.index("out")
                if len(args) > first:  # by position
                    options.update(zip(self.options[first:], args[first:], strict=False))
                    args = args[:first]
            return args, options
        n = len(self.operands)
        operands, extra = args[:n], args[n:]
        if len(extra) > len(self.options):
            raise UnknownArgumentError(f"{len(args)} arguments without a name")
        options = dict(zip(self.options, extra, strict=False))
        if kwargs:
            kwargs = {**kwargs}
            if len(operands) < n:
                missing = [name for name in self.operands[len(operands) :] if name in kwargs]
                operands += tuple([kwargs.pop(name) for name in missing])
            for name, value in kwargs.items():
                if name in options:
                    raise TypeError(f"{name_of(function)} got two values for {name}")
                options[name] = value
        if len(operands) < n:
            missing = list(self.operands[len(operands) :])
            raise TypeError(f"{name_of(function)} is missing an argument: {', '.join(missing)}")
        if self.sequence:
            operands = tuple(operands[0])
        return operands, options


_MODULES: dict[str, Any] = {
    **{"np": np, "np.linalg": np.linalg, "np.fft": np.fft, "np.random": np.random},
    "np.emath": np.emath,
    **{"np.lib.stride_tricks": np.lib.stride_tricks, "np.ndarray": np.ndarray},
}
_SIGNS = {
    **{"add": "x + y", "sub": "x - y", "mul": "x * y", "truediv": "x / y", "mod": "x % y"},
    **{"pow": "x ** y", "matmul": "x @ y", "neg": "-x", "pos": "+x", "getitem": "x[i]"},
}

#: Every function that is known. Keyed by the function itself: names and modules vary.
TABLE: dict[Any, Entry] = {}

#: For a package that we do not import, what enters the rules of its ufuncs, given its module.
LATE: dict[str, Callable[[Any], None]] = {}
_ENTERING = threading.RLock()


def entry_of(function: Any) -> Entry | None:
    """Return what is known of a function; if it is a package's first, enter all of that package."""
    entry = TABLE.get(function)
    if entry is None and isinstance(function, np.ufunc):
        with _ENTERING:
            for name in [name for name in LATE if name in sys.modules]:
                _MODULES[name] = sys.modules[name]
                LATE.pop(name)(sys.modules[name])
        entry = TABLE.get(function)
    return entry


class UnknownArgumentError(Exception):
    """A call has an argument that the table does not know; it holds words for it."""


def name_of(function: Any) -> str:
    """Return a function's name as a user writes it.

    Examples
    --------
    >>> name_of(np.exp), name_of(np.linalg.norm), name_of(len)
    ('np.exp', 'np.linalg.norm', 'len')
    """
    name = getattr(function, "__name__", None) or repr(function)
    owner = getattr(function, "__self__", None)
    if isinstance(owner, np.ufunc):
        return f"{name_of(owner)}.{name}"
    if getattr(operator, name, None) is function:
        return _SIGNS.get(name, name)
    for prefix, module in _MODULES.items():
        if getattr(module, name, None) is function:
            return f"{prefix}.{name}"
    return name.lstrip("_")


def _short(function: Any) -> str:
    return name_of(function).removeprefix("np.").lstrip("_")


# ---- entries are made by these -----------------------------------------------------------


def _enter(functions: Sequence[Any], entry: Entry) -> None:
    for function in functions:
        if function in TABLE:  # one function may have two names
            raise ValueError(f"{name_of(function)} is in the table already")
        TABLE[function] = entry


def _names(arguments: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    operands, _, options = arguments.partition("|")
    return tuple(operands.split()), tuple(options.split())


def result_rule(rule: Rule, results: tuple[Any, ...], i: int, n: int) -> Rule:
    """Return the rule of one result of a function of n operands that has several.

    Each result is an operation of its own. Its reverse rule is that of the function, with
    adjoint 0 for the others: an adjoint is linear, so the contributions add up.
    """

    def jvp(derivative: Derivative, g: Any, ans: Any, *operands: Any, **options: Any) -> Any:
        return derivative(g, results, *operands, **options)[i]

    def vjp(derivative: Derivative, g: Any, ans: Any, *operands: Any, **options: Any) -> Any:
        gs = [g if j == i else np.zeros_like(r)[()] for j, r in enumerate(results)]
        return derivative(rebuilt(results, gs), results, *operands, **options)

    def forward(*operands: Any, kept: Any, **options: Any) -> tuple[Any, Any]:
        return results[i], kept  # which the run of the function itself gave

    return Rule(
        lambda *operands, **options: rule.function(*operands, **options)[i],
        [d and partial(jvp, d) for d in (rule.jvps[k] for k in range(n))],
        [d and partial(vjp, d) for d in (rule.vjps[k] for k in range(n))],
        name=f"{rule.name}[{i}]",
        forward=rule.forward and forward,
        complex=rule.complex,
    )


def rebuilt(results: tuple[Any, ...], entries: Sequence[Any]) -> Any:
    """Return a tuple, named or not, like `results` with other entries."""
    kind: Any = type(results)
    return kind(*entries) if hasattr(kind, "_fields") else tuple(entries)


class Each(Sequence[Derivative]):
    """One rule for every operand of a function that takes any number; it is told which."""

    def __init__(self, rule: Derivative) -> None:
        self.rule = rule

    def __getitem__(self, position: Any) -> Any:
        return partial(self.rule, position)

    def __len__(self) -> int:
        raise TypeError("there are as many as operands")


def tangent_through(function: Callable[..., Any], position: int) -> Derivative:
    """Return the forward rule of a function that is linear in one operand: the function itself."""

    def jvp(g: Any, ans: Any, *operands: Any, **options: Any) -> Any:
        return function(*operands[:position], g, *operands[position + 1 :], **options)

    return jvp


def elementwise(
    function: Callable[..., Any],
    *local: Derivative | None,
    reads: bool = True,
    also: Sequence[Any] = (),
) -> None:
    """Enter a ufunc by its local derivatives, one for each operand, ``None`` where there is none.

    `also` holds functions that give the same values, and are called as this one.
    """
    entry = Entry(
        "elementwise",
        ("x", "y", "z")[: len(local)],
        rule=Rule(function, local, local, reads, elementwise=True, name=_short(function)),
    )
    _enter([function, *also], entry)


def linear(
    function: Any,
    arguments: str,
    *transposes: Derivative,
    reads: bool | None = None,
    call: Callable[..., Any] | None = None,
    uniform: bool = False,
    add: Callable[..., None] | None = None,
) -> None:
    """Enter a function that is linear in each operand, by its transposes.

    `arguments` are the names of the operands, a bar, the names of the options. With several
    operands the rules of each read the others. `call` takes operands first where NumPy does not.
    """
    operands, options = _names(arguments)
    call = call or function
    jvps = [tangent_through(call, i) for i in range(len(transposes))]
    reads = len(transposes) > 1 if reads is None else reads
    rule = Rule(call, jvps, transposes, reads, uniform=uniform, name=_short(function), add=add)
    _enter([function], Entry("linear", operands, options, rule=rule))


def jointly_linear(function: Any, arguments: str, transpose: Derivative) -> None:
    """Enter a function of a sequence of arrays, linear in all together.

    `transpose` takes the position of the operand first.
    """
    operands, options = _names(arguments)

    def call(*arrays: Any, **kwargs: Any) -> Any:
        return function(arrays, **kwargs)

    each = Each(transpose)
    rule = Rule(call, each, each, reads=False, joint=True, name=_short(function))
    _enter([function], Entry("jointly linear", operands, options, sequence=True, rule=rule))


def selection(
    function: Any, arguments: str, jvp: Derivative, vjp: Derivative, also: Sequence[Any] = ()
) -> None:
    """Enter a function that takes some entries, by both rules."""
    operands, options = _names(arguments)
    entry = Entry(
        "selection", operands, options, rule=Rule(function, [jvp], [vjp], name=_short(function))
    )
    _enter([function, *also], entry)


def general(
    function: Any,
    arguments: str | None,
    *,
    jvps: Sequence[Derivative | None],
    vjps: Sequence[Derivative | None],
    call: Callable[..., Any] | None = None,
    reads: bool = True,
    uniform: bool = False,
) -> None:
    """Enter a function by both rules, for each operand; `arguments` as for `linear`."""
    operands, options = (None, None) if arguments is None else _names(arguments)
    rule = Rule(call or function, jvps, vjps, reads, uniform=uniform, name=_short(function))
    _enter([function], Entry("general", operands, options, rule=rule))


def composed(*functions: Any) -> Callable[[Function], Function]:
    """Enter functions by their definition with other functions of the table."""

    def enter(definition: Function) -> Function:
        parameters = inspect.signature(definition).parameters
        takes_all = any(p.kind is p.VAR_KEYWORD for p in parameters.values())
        names = None if takes_all else tuple(parameters)
        entry = Entry("composed", None, names, definition=definition)
        _enter(functions, entry)
        return definition

    return enter


def alias(name: Any, function: Callable[..., Any], **fixed: Any) -> None:
    """Enter a function that is another one, called the same way, with some options fixed."""

    @composed(name)
    def definition(*args: Any, **options: Any) -> Any:
        return function(*args, **options, **fixed)


def constant(*functions: Any) -> None:
    """Enter functions whose derivative is 0 wherever they have one."""
    _enter(functions, Entry("constant", complex=True))


def question(*functions: Any) -> None:
    """Enter functions that ask for shape or type."""
    _enter(functions, Entry("question", complex=True))


def refused(instead: str, *functions: Any) -> None:
    """Enter functions that would lose a derivative."""
    _enter(functions, Entry("refused", instead=instead))


def for_complex(*functions: Any) -> None:
    """Declare that the entries of functions, and their rules, hold for complex values too."""
    for function in functions:
        entry = TABLE[function]
        rule = entry.rule and replace(entry.rule, complex=True)
        TABLE[function] = replace(entry, rule=rule, complex=True)


def not_complex(instead: str, *functions: Any) -> None:
    """Declare that constant functions are not constant for complex values, which are refused."""
    for function in functions:
        TABLE[function] = replace(TABLE[function], complex=False, instead=instead)
