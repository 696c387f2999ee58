"""Reverse mode: a level appends to a tape, which is swept once from its end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy import ndarray

from dlbook.autodiff.dispatch import NumPyLevel
from dlbook.autodiff.fitting import as_adjoint, filled
from dlbook.autodiff.forward import push
from dlbook.autodiff.locks import Locks, owned
from dlbook.autodiff.refusals import DerivativeError, describe, lacks
from dlbook.autodiff.table import Rule
from dlbook.autodiff.traced import (
    NO_OPTIONS,
    Traced,
    are_results,
    as_operand,
    each_result,
    remembered,
    shape_of,
)

__all__ = ["ReverseLevel", "Tape"]


_HAVE_SHAPES = (ndarray, Traced)


class Tape:
    """The operations of a run, in the order in which they were done.

    That is a topological order of the computation: an operation comes after those that gave
    its operands, by construction. Node i is the i-th entry, and inputs come first.

    Attributes
    ----------
    rules
        How node i is differentiated; ``None`` for an input.
    calls
        A tuple of its value, the values it was computed from, the options of the call, and for
        each of those values the node that it is the value of, or -1 for a constant.
    """

    # The rules stand apart: a tuple without them holds only what the garbage collector need not
    # look at again and again as the tape grows.
    __slots__ = ("calls", "rules")

    def __init__(self) -> None:
        self.rules: list[Rule | None] = []
        self.calls: list[Any] = []

    def pull(self, seeds: dict[int, Any], *, keep: bool = False, once: bool = False) -> list[Any]:
        """Sweep backward; return the adjoints of the nodes, as `filled` takes them.

        ``None`` stands for zero.

        Parameters
        ----------
        seeds
            The adjoint of each node that is a result.
        keep
            Whether to keep the adjoints of all nodes; else those of inputs only.
        once
            Whether this is the last sweep: what it is done with is dropped.
        """
        rules, calls = self.rules, self.calls
        adjoints: list[Any] = [None] * len(rules)
        for node, seed in seeds.items():
            adjoints[node] = seed
        ours: set[int] = set()  # nodes whose adjoint is a sum made here: it may be added to
        for node in range(max(seeds, default=-1), -1, -1):
            g, rule = adjoints[node], rules[node]
            if g is None or rule is None:
                continue
            ans, values, parents, options = calls[node]
            if not keep:
                adjoints[node] = None
            if once:
                calls[node] = None
            number = type(g) is not ndarray and not rule.uniform and type(ans) in _HAVE_SHAPES
            if number and not (rule.elementwise and _all_of_shape(ans, values, parents)):
                g = filled(g, ans)
            parts = None if rule.pull is None else rule.pull(g, ans, *values)
            for position, parent in enumerate(parents):
                if parent < 0:
                    continue
                if rule.add is not None and parent in ours and type(g) is not Traced:
                    rule.add(adjoints[parent], g, ans, *values, **options)
                    continue
                if parts is not None:
                    part = parts[position]
                else:
                    vjp = rule.vjps[position]
                    if vjp is None:
                        raise lacks(rule.name, "reverse", position)
                    part = vjp(g, ans, *values, **options) if options else vjp(g, ans, *values)
                value, kind = values[position], type(part)
                if type(value) is not ndarray:
                    fits = kind is type(value) and kind is not Traced
                elif kind is ndarray:
                    fits = part.shape == value.shape and part.dtype is value.dtype
                else:  # one number for all entries
                    fits = kind is value.dtype.type
                if not fits:
                    part = as_adjoint(part, value)
                before = adjoints[parent]
                if before is not None:
                    part, mine = _added(before, part, parent in ours)
                    if mine:
                        ours.add(parent)
                    else:
                        ours.discard(parent)
                elif rule.add is not None and type(part) is ndarray:
                    ours.add(parent)
                adjoints[parent] = part
        return adjoints

    def push(self, tangents: list[Any]) -> list[Any]:
        """Sweep forward; return the tangents of all nodes, given those of the inputs."""
        tangents = [*tangents]
        for rule, (ans, values, parents, options) in zip(self.rules, self.calls, strict=True):
            if rule is None:
                continue
            mine = [None if p < 0 else tangents[p] for p in parents]
            tangent = None
            if any(t is not None for t in mine):
                given = (options or NO_OPTIONS).items()
                if rule.forward is not None:
                    given = [item for item in given if item[0] != "kept"]
                tangent = push(rule, ans, values, mine, dict(given))
            tangents.append(tangent)
        return tangents


def _added(total: Any, part: Any, ours: bool) -> tuple[Any, bool]:
    """Return a sum of adjoints, and whether it is an array that nobody else knows.

    A rule may return the very array that it was given, a view of it or an array of the
    program's, so `total` is changed only if it is `ours`: a sum that was made here before.
    """
    if ours and type(part) is not Traced:
        return np.add(total, part, out=total), True
    total = total + part
    kind = type(total)
    if kind is ndarray or kind is Traced or type(part) is not ndarray:
        return total, kind is ndarray
    return np.asarray(total), True  # NumPy's sum of two arrays without axes is a scalar


def _forward(rule: Rule, values: list[Any], options: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    """Return what `rule.forward` gives, and the options with what the reverse rules use again."""
    kept = {name: owned(value) for name, value in options.items()}
    both = rule.forward(*values, **options)  # type: ignore[misc]
    if type(both) is not tuple or len(both) != 2:
        raise TypeError(
            f"forward of {rule.name} returned {describe(both)}; "
            "expected a pair, the value and what its reverse rules use again"
        )
    return both[0], {**kept, "kept": both[1]}


def _all_of_shape(ans: Any, values: Sequence[Any], parents: Sequence[int]) -> bool:
    """Whether no operand was broadcast: then one number may stand for an adjoint."""
    shape = shape_of(ans)
    for value, parent in zip(values, parents, strict=True):
        if parent >= 0 and shape_of(value) != shape:
            return False
    return True


class ReverseLevel(NumPyLevel):
    """A level that writes a tape. A value's link is the number of its node.

    Parameters
    ----------
    copies
        For a tape that outlives the run: keep copies of the arrays in the program's reach, which
        it may change again as soon as the run is over. Else they stay read-only until `release`.
    debug
        See `Locks`.
    """

    __slots__ = ("_copies", "_locks", "tape")

    def __init__(self, copies: bool = False, debug: bool = False) -> None:
        super().__init__()
        self.tape = Tape()
        self._locks = Locks(debug)
        self._copies: dict[int, tuple[Any, Any]] | None = {} if copies else None

    def inputs(self, values: list[Any]) -> list[Traced]:
        """Return values, traced: the first nodes of the tape."""
        values = [self._kept(v) if type(v) is ndarray else v for v in values]
        self.tape.rules += [None] * len(values)
        self.tape.calls += [(value, (), (), None) for value in values]
        return [Traced(value, self, node) for node, value in enumerate(values)]

    def record(
        self,
        rule: Rule,
        function: Callable[..., Any],
        operands: tuple[Any, ...],
        options: dict[str, Any],
    ) -> Any:
        """Call a function; append the operation to the tape."""
        inside: Sequence[Any]
        parents: Sequence[int]
        try:
            if self.closed:
                raise self.leak(operands[0])
            if len(operands) == 1 and operands[0]._level is self:  # as for half of all operations
                inside, parents = (operands[0]._value,), (operands[0]._link,)
            else:
                inside, parents = [], []
                for operand in operands:
                    kind = type(operand)
                    if kind is Traced:
                        level = operand._level
                        if level is self:
                            inside.append(operand._value)
                            parents.append(operand._link)
                            continue
                        if level.number > self.number:
                            return level.record(rule, function, operands, options)
                    elif kind is ndarray:
                        if rule.reads:
                            operand = self._kept(operand)
                    elif kind is not float and kind is not int:
                        operand = as_operand(operand)
                    inside.append(operand)
                    parents.append(-1)
            if rule.forward is not None:
                # It only unpacks them: a tuple will do as well as a list.
                ans, kept = _forward(rule, inside, options)  # type: ignore[arg-type]
            elif options:
                kept = {name: owned(value) for name, value in options.items()}
                ans = function(*inside, **options)
            else:
                ans, kept = function(*inside), None
            kind = type(ans)
            floats = kind is float or (kind is ndarray and ans.dtype.kind == "f")
            if not floats and are_results(function, ans, rule):
                return each_result(self, rule, ans, operands, kept or NO_OPTIONS)
        except DerivativeError as error:
            remembered(error, operands)
            raise
        rules = self.tape.rules
        node = len(rules)
        rules.append(rule)
        self.tape.calls.append((ans, tuple(inside), tuple(parents), kept))
        return Traced(ans, self, node)

    def _kept(self, array: Any) -> Any:
        """Return an array that keeps what it holds now for as long as the tape needs it."""
        if not self._locks.hold(array):
            return array.copy("K")  # of now: another use may find other entries
        if self._copies is None:
            return array
        key = id(array)
        if key not in self._copies:  # locked until the run is over, so one copy serves
            # In the same layout, since some orders follow it; beside the array, which keeps its id.
            self._copies[key] = array, array.copy("K")
        return self._copies[key][1]

    def release(self) -> None:
        """Let the program change its arrays again: the tape is done with, or holds copies."""
        self._copies = None
        self._locks.release()
