"""Frozen dataclasses as plain dicts, which can be hashed and written to a file, and back."""

from __future__ import annotations

import dataclasses
import importlib
import inspect
from collections.abc import Mapping
from typing import Any

import numpy as np

from dlbook import data, nn, optimize

__all__ = ["content_of", "is_frozen", "made_of"]

#: A class that one of these subpackages offers is named without its module.
_SUBPACKAGES = (nn, optimize, data)


def is_frozen(value: Any) -> bool:
    """Return whether a value is an instance of a frozen dataclass."""
    parameters = getattr(type(value), "__dataclass_params__", None)
    return parameters is not None and bool(parameters.frozen)


def content_of(part: Any, place: str) -> Any:
    """Return what a part of an experiment says, as dicts, lists and plain values.

    Parameters
    ----------
    part
        A frozen dataclass, a tuple of parts, a number, a word, a truth value.
    place
        What the user calls it, such as ``"model.hidden"``.

    Returns
    -------
    dict, list or plain value
        The dict of a dataclass has its class's name under ``"class"``, and no entry for a field
        that is ``None`` by default and in fact.

    Raises
    ------
    ValueError
        If the part, or one in it, is anything else.

    Examples
    --------
    >>> content_of(optimize.GradientDescent(optimize.InverseRoot(1)), "optimiser")
    {'class': 'GradientDescent', 'learning_rate': {'class': 'InverseRoot', 'learning_rate': 1.0}}
    """
    if is_frozen(part):
        entries = {"class": _name_of(type(part), place)}
        for field in dataclasses.fields(part):
            value = getattr(part, field.name)
            if field.init and not (value is None and field.default is None):
                where = f"{place}.{field.name}" if place else field.name
                entries[field.name] = content_of(value, where)
        return entries
    if isinstance(part, tuple):
        return [content_of(entry, f"{place}[{i}]") for i, entry in enumerate(part)]
    if isinstance(part, np.generic):
        part = part.item()  # what NumPy computed is a number as well
    if type(part) in (bool, int, float, str):
        return part
    raise ValueError(
        f"{place} is {part!r}; expected a number, a string, a frozen dataclass or a tuple of such: "
        "only these can be stored and compared"
    )


def made_of(content: Any, place: str) -> Any:
    """Return the part that `content_of` said this of.

    Raises
    ------
    ValueError
        If a class or one of its parameters is unknown, or rejects its value.

    Examples
    --------
    >>> made_of({"class": "InverseRoot", "learning_rate": 1.0}, "schedule")
    InverseRoot(learning_rate=1.0)
    >>> made_of({"class": "InverseRoot", "rate": 1.0}, "schedule")
    Traceback (most recent call last):
    ValueError: schedule.rate: InverseRoot has no such parameter; it has learning_rate
    """
    if isinstance(content, list):
        return tuple([made_of(entry, f"{place}[{i}]") for i, entry in enumerate(content)])
    if not isinstance(content, Mapping):
        return content
    if not isinstance(content.get("class"), str):
        raise ValueError(f'{place} has no class; expected its name, such as class = "TwoLayer"')
    kind = _class_of(content["class"], place)
    return fill(kind, {key: entry for key, entry in content.items() if key != "class"}, place)


def fill(kind: Any, content: Mapping[str, Any], place: str) -> Any:
    """Return an instance of a dataclass whose parameters have this content."""
    names = [field.name for field in dataclasses.fields(kind) if field.init]
    parts = {}
    for key, entry in content.items():
        where = f"{place}.{key}" if place else key
        if key not in names:
            known = ", ".join(names) or "none"
            raise ValueError(f"{where}: {kind.__name__} has no such parameter; it has {known}")
        parts[key] = made_of(entry, where)
    for name, parameter in inspect.signature(kind).parameters.items():
        if name not in parts and parameter.default is inspect.Parameter.empty:
            raise ValueError(f"{place} has no {name}, which {kind.__name__} needs")
    return kind(**parts)


def _name_of(kind: type, place: str) -> str:
    if any(getattr(room, kind.__name__, None) is kind for room in _SUBPACKAGES):
        return kind.__name__
    name = f"{kind.__module__}.{kind.__qualname__}"
    if "<locals>" in name:
        raise ValueError(f"{place} is of class {name}; define the class outside any function")
    return name


def _class_of(name: str, place: str) -> type:
    module, _, last = name.rpartition(".")
    try:
        if module:
            kind = getattr(importlib.import_module(module), last)
        else:
            kind = next(getattr(room, name) for room in _SUBPACKAGES if hasattr(room, name))
    except (ImportError, AttributeError, StopIteration):
        raise ValueError(
            f"{place}: there is no class {name!r}; expected one of dlbook.nn, dlbook.optimize or "
            "dlbook.data, or module.Class for one of yours"
        ) from None
    parameters = getattr(kind, "__dataclass_params__", None)
    if not (isinstance(kind, type) and parameters is not None and parameters.frozen):
        raise ValueError(f"{place}: {name} is not a frozen dataclass")
    return kind
