"""Nested containers of arrays: the one place that knows how to walk them.

A *tree* is a leaf, or a dict, list, tuple, named tuple or dataclass whose entries are trees.
Whatever is no such container is a leaf: an array, a number, ``None``. A dict is walked in its
own order; a dataclass in the order of the fields that its constructor takes.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable
from typing import Any

import numpy as np

__all__ = ["Structure", "flatten", "flatten_like", "leaves", "map", "places", "unflatten"]


@dataclasses.dataclass(slots=True)  # not frozen: that would take four times as long
class Structure:
    """A tree without its leaves.

    Attributes
    ----------
    kind
        Type of the container; ``None`` for a leaf.
    keys
        Where its entries stand: keys of a dict, positions in a sequence, names of fields.
    children
        The entries' structures, in the order of `keys`.
    size
        How many leaves it holds.
    """

    kind: type | None
    keys: tuple[Any, ...] = ()
    children: tuple[Structure, ...] = ()
    size: int = 1


_LEAF = Structure(None)


def flatten(tree: Any) -> tuple[list[Any], Structure]:
    """Return a tree's leaves, in order, and the structure that puts them back.

    Examples
    --------
    >>> values, structure = flatten({"w": [1, 2], "b": 3})
    >>> values
    [1, 2, 3]
    >>> unflatten(structure, values)
    {'w': [1, 2], 'b': 3}
    """
    found: list[Any] = []
    return found, _flatten(tree, found)


def _flatten(tree: Any, found: list[Any]) -> Structure:
    entries = _entries(tree)
    if entries is None:
        found.append(tree)
        return _LEAF
    keys, values = entries
    before = len(found)
    children = []
    for value in values:
        if type(value) is np.ndarray:  # as most leaves are
            found.append(value)
            children.append(_LEAF)
        else:
            children.append(_flatten(value, found))
    return Structure(type(tree), keys, tuple(children), len(found) - before)


def unflatten(structure: Structure, values: list[Any]) -> Any:
    """Return the tree of this structure with these leaves.

    Raises
    ------
    ValueError
        If the number of leaves does not fit.

    Examples
    --------
    >>> _, structure = flatten((0.0, {"b": 0.0}))
    >>> unflatten(structure, [1, 2])
    (1, {'b': 2})
    """
    if len(values) != structure.size:
        raise ValueError(f"values has {len(values)} leaves; the structure has {structure.size}")
    return _unflatten(structure, values)


def _unflatten(structure: Structure, values: list[Any]) -> Any:
    kind, keys = structure.kind, structure.keys
    if kind is None:
        return values[0]
    entries, start = [], 0
    for child in structure.children:
        stop = start + child.size
        leaf = child.kind is None
        entries.append(values[start] if leaf else _unflatten(child, values[start:stop]))
        start = stop
    if issubclass(kind, dict):
        return kind(zip(keys, entries, strict=True))
    if issubclass(kind, (list, tuple)):
        return kind(*entries) if hasattr(kind, "_fields") else kind(entries)
    return kind(**dict(zip(keys, entries, strict=True)))


def leaves(tree: Any) -> list[Any]:
    """Return a tree's leaves, in order.

    Examples
    --------
    >>> leaves([1, (2, {"a": None})])
    [1, 2, None]
    """
    return flatten(tree)[0]


def places(tree: Any, name: str = "tree") -> list[str]:
    """Return what Python would write for each leaf, in the order of `leaves`.

    Parameters
    ----------
    tree
        A tree.
    name
        What the tree is called.

    Examples
    --------
    >>> places({"layers": [{"W": 1, "b": 2}]}, "params")
    ["params['layers'][0]['W']", "params['layers'][0]['b']"]
    """
    entries = _entries(tree)
    if entries is None:
        return [name]
    kind: Any = type(tree)
    return [
        place
        for key, value in zip(*entries, strict=True)
        for place in places(value, name + _step(kind, key))
    ]


def map(f: Callable[..., Any], tree: Any, *others: Any) -> Any:
    """Apply a function to each leaf, or to the leaves that several trees have in one place.

    Parameters
    ----------
    f
        Called with one leaf of each tree.
    tree, *others
        Trees of one structure. Dicts correspond by key, whatever their order.

    Returns
    -------
    tree
        What `f` returned, in containers like those of `tree`.

    Raises
    ------
    ValueError
        If the structures differ; the message names the first place where they do.

    Examples
    --------
    >>> map(lambda w, g: w - 0.5 * g, {"w": 1.0, "b": [2.0]}, {"b": [4.0], "w": 0.0})
    {'w': 1.0, 'b': [0.0]}
    """
    first, structure = flatten(tree)
    columns = [flatten_like(structure, other) for other in others]
    return _unflatten(structure, [f(*row) for row in zip(first, *columns, strict=True)])


def flatten_like(structure: Structure, tree: Any) -> list[Any]:
    """Return the leaves of a tree that must have this structure, in the structure's order.

    Raises
    ------
    ValueError
        If it has another; the message names the first place where they differ.

    Examples
    --------
    >>> _, structure = flatten({"w": 0.0, "b": 0.0})
    >>> flatten_like(structure, {"b": 1, "w": 2})
    [2, 1]
    """
    found: list[Any] = []
    _match(structure, tree, (), found)
    return found


def _match(structure: Structure, tree: Any, path: tuple[Any, ...], found: list[Any]) -> None:
    entries = _entries(tree)
    if structure.kind is None and entries is None:
        found.append(tree)
        return
    if entries is None or type(tree) is not structure.kind:
        expected = "a leaf" if structure.kind is None else structure.kind.__name__
        raise ValueError(
            f"trees differ at {_place(path)}: {expected} there, {type(tree).__name__} here"
        )
    keys, values = entries
    if keys != structure.keys:
        here = dict(zip(keys, values, strict=True))
        if set(keys) != set(structure.keys):
            raise ValueError(
                f"trees differ at {_place(path)}: entries {list(structure.keys)} there, "
                f"{list(keys)} here"
            )
        values = tuple([here[key] for key in structure.keys])
    for key, child, value in zip(structure.keys, structure.children, values, strict=True):
        if child.kind is None and type(value) is np.ndarray:  # as most are
            found.append(value)
        else:
            _match(child, value, (path, structure.kind, key), found)


def _place(path: tuple[Any, ...]) -> str:
    """Write a path, which is (path of the container, its type, key), as Python would."""
    if not path:
        return "tree"
    container, kind, key = path
    return _place(container) + _step(kind, key)


def _step(kind: type, key: Any) -> str:
    """Write the step from a container to its entry, as Python would."""
    named = not issubclass(kind, dict) and isinstance(key, str)
    return f".{key}" if named else f"[{key!r}]"


def _entries(tree: Any) -> tuple[tuple[Any, ...], tuple[Any, ...]] | None:
    """Return keys and values of a container; ``None`` for a leaf."""
    kind: Any = type(tree)  # mypy holds that `type[Any]` cannot be hashed
    if kind is np.ndarray:
        return None
    if issubclass(kind, dict):
        return tuple(tree), tuple(tree.values())
    if issubclass(kind, (list, tuple)):
        return _names(kind) or tuple(range(len(tree))), tuple(tree)
    names = _names(kind)
    return None if names is None else (names, tuple([getattr(tree, name) for name in names]))


@functools.lru_cache(maxsize=256)  # a training loop asks about the same few types
def _names(kind: type) -> tuple[str, ...] | None:
    """Return the names of a named tuple's or a dataclass's entries; ``None`` if it is neither."""
    if issubclass(kind, (list, tuple)):
        return getattr(kind, "_fields", None)
    if not dataclasses.is_dataclass(kind):
        return None
    return tuple([field.name for field in dataclasses.fields(kind) if field.init])
