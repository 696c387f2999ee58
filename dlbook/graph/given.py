"""What callers give, read as they mean it or refused in their words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set
from itertools import islice
from typing import Any, NoReturn, TypeVar

import numpy as np

__all__ = ["check_key", "iterated", "pair", "plain", "refuse_unhashable", "shown"]

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


def _parts(whole: object, containers: tuple[type, ...]) -> Iterator[object]:
    """Yield a value, and what containers in it hold."""
    waiting = [whole]
    while waiting:
        part = waiting.pop()
        yield part
        if isinstance(part, Iterable) and isinstance(part, containers):
            waiting.extend(part)
