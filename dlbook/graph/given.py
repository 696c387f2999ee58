"""What callers give, read as they mean it or refused in their words."""

from __future__ import annotations

import math
import operator
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from itertools import islice
from typing import Any, NoReturn, TypeVar

import numpy as np

__all__ = [
    "check_key",
    "count",
    "iterated",
    "number_for_each",
    "pair",
    "plain",
    "refuse_unhashable",
    "shown",
]

T = TypeVar("T")

_TEXT = (str, bytes, bytearray)


def shown(value: object, width: int = 40) -> str:
    """Return the `repr` of a value on one line, its middle left out where it is long.

    Examples
    --------
    >>> shown("mix"), shown(list(range(1000)), 20)
    ("'mix'", '[0, 1, 2, 3, 4… 999]')
    """
    text = " ".join(repr(value).split("\n"))
    if len(text) <= width:
        return text
    tail = width // 4
    return f"{text[: width - 1 - tail]}…{text[-tail:]}"


def iterated(name: str, given: Iterable[T], what: str) -> Iterable[T]:
    """Return what is given to iterate over, sets in an order that no hash decides.

    A set is sorted, by `repr` where its elements do not compare.

    Raises
    ------
    TypeError
        If it is not iterable, or is text, which would be taken apart.

    Examples
    --------
    >>> iterated("nodes", {10, 9, 2}, "nodes")
    [2, 9, 10]
    """
    if isinstance(given, _TEXT):
        raise TypeError(f"{name} is the string {shown(given)}; expected {what}")
    if not hasattr(given, "__iter__") and not hasattr(given, "__getitem__"):
        raise TypeError(f"{name} is {shown(given)}; expected {what}")
    if isinstance(given, (set, frozenset)):
        by_text = sorted(given, key=repr)
        try:
            return sorted(by_text)
        except TypeError:
            return by_text
    return given


def pair(edge: Any) -> tuple[Any, Any]:
    """Return tail and head of what is given as an edge.

    Raises
    ------
    ValueError
        If it is not two things in an order: text and sets are not, nor is an edge with its data.

    Examples
    --------
    >>> pair(["socks", "shoes"])
    ('socks', 'shoes')
    """
    if isinstance(edge, (tuple, list)):
        ends = edge
    elif isinstance(edge, (*_TEXT, Set, Mapping)) or not hasattr(edge, "__iter__"):
        ends = ()
    else:
        ends = tuple(islice(edge, 3))
    if len(ends) != 2:
        raise ValueError(
            f"{shown(edge)} is not an edge; expected a pair (tail, head)"
            + (" without a key, a weight or data" if len(ends) > 2 else "")
        )
    return ends[0], ends[1]


def plain(node: Any) -> Any:
    """Return a scalar of NumPy as the value of Python that is equal to it; all else as it is.

    Examples
    --------
    >>> plain(np.int64(3)), plain("mix")
    (3, 'mix')
    """
    if isinstance(node, np.generic) and node.dtype.kind in "biufcSU" and node == node:
        return node.item()
    return node


def refuse_unhashable(error: TypeError, *nodes: object) -> NoReturn:
    """Raise `TypeError` in our words if something in the nodes has no hash; else the error itself.

    Parameters
    ----------
    error
        What came of hashing the nodes, or comparing them: perhaps an error of their own code,
        which is not ours to rename.
    nodes
        Those that were to be hashed.
    """
    for node in nodes:
        for part in _parts(node, (tuple, frozenset)):
            if type(part).__hash__ is None:
                within = "" if part is node else f", with {shown(part, 24)} in it"
                raise TypeError(
                    f"nodes must be hashable: {shown(node)} is a {type(node).__name__}{within}; "
                    "a tuple is hashable, a list is not"
                ) from None
    raise error


def check_key(node: object, key: object) -> None:
    """Raise `ValueError` unless keys like this one sort.

    NaN compares false with every number, a set less only with those that hold it: sorted by
    such keys, nodes come out in an order that means nothing.
    """
    for part in _parts(key, (tuple, list)):
        why = ""
        if isinstance(part, Set):
            why = "sets compare by inclusion; tuple(sorted(…)) has an order"
        elif isinstance(part, np.ndarray):
            why = "arrays compare entry by entry; .tolist() has an order"
        elif part != part:
            why = "it is not equal to itself, and has no place in an order"
        if why:
            raise ValueError(f"the key of {shown(node)} is {shown(key)}: {why}")


def number_for_each(
    name: str, given: Mapping[Any, Any] | None, nodes: Sequence[Any], least: float = 0
) -> list[Any]:
    """Return the number that is given for each node, in their order; 1 where none is given at all.

    Raises
    ------
    ValueError
        If a number is missing, is for something else, is less than `least` or not finite.
    TypeError
        If this is not a mapping, or what is given is not a number.
    """
    if given is None:
        return [1] * len(nodes)
    if not isinstance(given, Mapping):
        raise TypeError(f"{name} is {shown(given)}; expected a mapping {{node: number}}")
    numbers = []
    for node in nodes:
        if node not in given:
            raise ValueError(f"{name} has nothing for {shown(node)}; expected a number for each")
        numbers.append(number(f"{name}[{shown(node)}]", given[node], least))
    if len(given) > len(nodes):
        known = set(nodes)
        stranger = next(node for node in given if node not in known)
        raise ValueError(f"{name}: {shown(stranger)} is not a node of the graph")
    return numbers


def number(name: str, given: Any, least: float = -math.inf) -> Any:
    """Return a number as it is, if it is finite and not too small.

    Examples
    --------
    >>> number("durations['mix']", -1, least=0)
    Traceback (most recent call last):
    ValueError: durations['mix'] is -1; expected a finite number ≥ 0
    """
    try:
        fit = math.isfinite(given) and given >= least
    except (TypeError, ValueError, OverflowError):
        # An integer beyond all floats is finite; a complex number, or text, is none of ours.
        fit = isinstance(given, int) and given >= least
    if not fit:
        limit = f" ≥ {least}" if least > -math.inf else ""
        raise ValueError(f"{name} is {shown(given)}; expected a finite number{limit}")
    return plain(given)


def count(name: str, given: Any, least: int = 0) -> int:
    """Return an integer that counts something.

    Raises
    ------
    TypeError
        If it is not an integer.
    ValueError
        If it is less than `least`.
    """
    try:
        whole = operator.index(given)
    except TypeError:
        raise TypeError(f"{name} is {shown(given)}; expected an integer ≥ {least}") from None
    if whole < least:
        raise ValueError(f"{name} is {whole}; expected an integer ≥ {least}")
    return whole


def _parts(whole: object, containers: tuple[type, ...]) -> Iterator[object]:
    """Yield a value, and what containers in it hold."""
    waiting = [whole]
    while waiting:
        part = waiting.pop()
        yield part
        if isinstance(part, Iterable) and isinstance(part, containers):
            waiting.extend(part)
