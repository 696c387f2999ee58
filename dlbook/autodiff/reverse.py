"""Reverse mode: a level appends to a tape, which is swept once from its end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from dlbook.autodiff.errors import describe
from dlbook.autodiff.forward import push
from dlbook.autodiff.locks import Locks
from dlbook.autodiff.shapes import as_adjoint, filled
from dlbook.autodiff.table import Rule
from dlbook.autodiff.tracing import (
    NO_OPTIONS,
    Level,
    Traced,
    as_operand,
    check_result,
    shape_of,
)

__all__ = ["ReverseLevel", "Tape"]


class Tape:
    """The operations of a run, in the order in which they were done.

    That is a topological order of the computation: an operation comes after those that gave
    its operands, by construction. Node i is the i-th entry of each list; inputs come first.

    Attributes
    ----------
    rules
        How node i is differentiated; ``None`` for an input.
    answers
        Its value.
    operands
        The values it was computed from.
    options
        Those of the call.
    parents
        For each operand the node that it is the value of, or -1 for a constant.
    """

    # Lists of plain entries rather than one object for each node: the garbage collector need not
    # look at them again and again as the tape grows.
    __slots__ = ("answers", "operands", "options", "parents", "rules")

    def __init__(self) -> None:
        self.rules: list[Rule | None] = []
        self.answers: list[Any] = []
        self.operands: list[tuple[Any, ...]] = []
        self.options: list[dict[str, Any]] = []
        self.parents: list[tuple[int, ...]] = []

    def __len__(self) -> int:
        return len(self.rules)

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
        adjoints: list[Any] = [None] * len(self.rules)
        for node, seed in seeds.items():
            adjoints[node] = seed
        ours = set()  # nodes whose adjoint is an array made here, so that it may be added to
        rules, answers, operands = self.rules, self.answers, self.operands
        for node in range(max(seeds, default=-1), -1, -1):
            g, rule = adjoints[node], rules[node]
            if g is None or rule is None:
                continue
            if not keep:
                adjoints[node] = None
            values, ans, options = operands[node], answers[node], self.options[node]
            parents = self.parents[node]
            number = type(g) is not np.ndarray and type(ans) in (np.ndarray, Traced)
            elementwise = number and rule.elementwise and _all_of_shape(ans, values, parents)
            if number and not (elementwise or rule.uniform):
                g = filled(g, ans)
            if once:
                operands[node] = ()
                answers[node] = None
            parts = rule.pull and rule.pull(g, ans, *values, **options)
            vjps, fresh = rule.vjps, rule.fresh and not keep
            for position, parent in enumerate(parents):
                if parent < 0:
                    continue
                if parts is not None:
                    part = parts[position]
                else:
                    vjp = vjps[position]
                    if vjp is None:
                        raise rule.lacks("reverse", position)
                    part = vjp(g, ans, *values, **options)
                value = values[position]
                kind = type(part)
                if type(value) is not np.ndarray:
                    fits = kind is type(value) and kind is not Traced
                elif kind is np.ndarray:
                    fits = part.shape == value.shape and part.dtype is value.dtype
                else:  # one number for all entries
                    fits = kind is value.dtype.type
                if not fits:
                    part = as_adjoint(part, value)
                before = adjoints[parent]
                mine = fresh and type(part) is np.ndarray and part.base is None
                if before is None:
                    adjoints[parent] = part
                    if mine:
                        ours.add(parent)
                elif type(part) is not np.ndarray or type(before) is Traced:
                    ours.discard(parent)
                    adjoints[parent] = before + part
                elif parent in ours:
                    np.add(before, part, out=before)
                elif mine:
                    ours.add(parent)
                    adjoints[parent] = np.add(before, part, out=part)
                else:
                    total = before + part
                    # A sum of two arrays without axes is a scalar.
                    adjoints[parent] = total if type(total) is Traced else np.asarray(total)
                    if type(total) is np.ndarray and not keep:
                        ours.add(parent)
        return adjoints

    def push(self, tangents: list[Any]) -> list[Any]:
        """Sweep forward; return the tangents of all nodes, given those of the inputs."""
        tangents = tangents + [None] * (len(self.rules) - len(tangents))
        for node, rule in enumerate(self.rules):
            if rule is None:
                continue
            mine = [None if p < 0 else tangents[p] for p in self.parents[node]]
            if any(t is not None for t in mine):
                values, options = self.operands[node], self.options[node]
                if rule.forward is not None:
                    options = {name: value for name, value in options.items() if name != "kept"}
                tangents[node] = push(rule, self.answers[node], values, mine, options)
        return tangents


def _all_of_shape(ans: Any, values: Sequence[Any], parents: Sequence[int]) -> bool:
    """Whether no operand was broadcast: then one number may stand for an adjoint."""
    shape = shape_of(ans)
    for value, parent in zip(values, parents, strict=True):
        if parent >= 0 and shape_of(value) != shape:
            return False
    return True


class ReverseLevel(Level):
    """A level that writes a tape. A value's link is the number of its node.

    Parameters
    ----------
    copies
        For a tape that outlives the run: keep copies of the arrays in the program's reach, which
        it may change again as soon as the run is over. Else they stay read-only until `release`.
    debug
        See `Locks`.
    """

    __slots__ = ("_columns", "_copies", "_locks", "tape")

    def __init__(self, copies: bool = False, debug: bool = False) -> None:
        super().__init__()
        self.tape = tape = Tape()
        self._columns = tape.rules, tape.answers, tape.operands, tape.options, tape.parents
        self._locks = Locks(debug)
        self._copies: dict[int, Any] | None = {} if copies else None

    def inputs(self, values: list[Any]) -> list[Traced]:
        """Return values, traced: the first nodes of the tape."""
        self._locks.hold(*[value for value in values if type(value) is np.ndarray])
        if self._copies is not None:
            values = [self._kept(v) if type(v) is np.ndarray else v for v in values]
        tape, n = self.tape, len(values)
        tape.rules += [None] * n
        tape.answers += values
        tape.operands += [()] * n
        tape.options += [NO_OPTIONS] * n
        tape.parents += [()] * n
        return [Traced(value, self, node) for node, value in enumerate(values)]

    def record(
        self,
        rule: Rule,
        function: Callable[..., Any],
        operands: tuple[Any, ...],
        options: dict[str, Any],
    ) -> Traced:
        """Call a function; append the operation to the tape."""
        if self.closed:
            raise self.leak(operands[0])
        values, parents = [], []
        for operand in operands:
            kind = type(operand)
            if kind is Traced and operand._level is self:
                values.append(operand._value)
                parents.append(operand._link)
                continue
            if kind is np.ndarray:
                if rule.reads:
                    operand = self._kept(operand)
            elif kind is not float:
                operand = as_operand(operand)
            values.append(operand)
            parents.append(-1)
        if rule.forward is None:
            ans = function(*values, **options)
        else:
            both = rule.forward(*values, **options)
            if type(both) is not tuple or len(both) != 2:
                raise TypeError(
                    f"forward of {rule.name} returned {describe(both)}; "
                    "expected a pair, the value and what its reverse rules use again"
                )
            ans, options = both[0], {**options, "kept": both[1]}
        if type(ans) is not np.ndarray or ans.dtype.kind != "f":
            check_result(function, ans)
        rules, answers, operands_, options_, parents_ = self._columns
        rules.append(rule)
        answers.append(ans)
        operands_.append(tuple(values))
        options_.append(options)
        parents_.append(tuple(parents))
        return Traced(ans, self, len(rules) - 1)

    def _kept(self, array: Any) -> Any:
        """Return an array that keeps what it holds now for as long as the tape needs it."""
        self._locks.hold(array)
        if self._copies is None:
            return array
        key = id(array)
        if key not in self._copies:  # locked until the run is over, so one copy serves
            self._copies[key] = array.copy("K")  # in the same layout: some orders follow it
        return self._copies[key]

    def release(self) -> None:
        """Let the program change its arrays again: the tape is done with, or holds copies."""
        try:
            self._locks.check()
        finally:
            self._locks.release()
            self._copies = None
