"""What a run is stored under: all that its numbers depend on."""

from __future__ import annotations

import dataclasses
import dis
import functools
import hashlib
import json
import sys
import sysconfig
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import CodeType, FunctionType, MethodType, ModuleType
from typing import Any

import numpy as np

import dlbook
from dlbook.autodiff.table import TABLE
from dlbook.train.content import is_frozen
from dlbook.train.experiment import Experiment
from dlbook.train.fingerprint import code_fingerprint

__all__ = ["code_of", "code_of_value", "key_of", "library_code"]

# What a run executes; a change of their code makes every run stale. Which experiments the book
# has, how they are spread over processes and how a run is stored change none of its numbers.
ROOMS = (
    "checks.py", "extras.py", "trees.py", "autodiff", "optimize", "nn", "data",
    "train/checkpoints.py", "train/content.py", "train/experiment.py", "train/loop.py",
    "train/run.py",
)  # fmt: skip


def key_of(experiment: Experiment) -> str:
    """Return the name of an experiment's run: of the library's code, a dash, and of all else.

    Raises
    ------
    RuntimeError
        If the library was edited after it was imported.
    """
    parts = {
        "experiment": experiment.digest,
        "parts": sorted({code_of(type(part)) for part in _parts(experiment)}),
        "numpy": np.__version__,
    }
    code = library_code()
    rest = hashlib.sha256(json.dumps([code, parts], sort_keys=True).encode()).hexdigest()
    return f"{code[:12]}-{rest[:32]}"


@functools.cache
def library_code() -> str:
    """Return the fingerprint of the library's code that runs execute, as it was imported.

    Raises
    ------
    RuntimeError
        If a file was edited since: what it says now is not what would be executed.
    """
    package = Path(dlbook.__file__).parent
    rooms = [package / room for room in ROOMS]
    now, imported = dlbook._modified(), dlbook._imported
    for path in sorted(now.keys() | imported.keys()):
        ours = any(room == path or room in path.parents for room in rooms)
        if ours and now.get(path) != imported.get(path):
            raise RuntimeError(
                f"{path} was edited after dlbook was imported: a run of the code in memory "
                "would be stored as one of the code on disk; restart Python"
            )
    return code_fingerprint(rooms)


def _parts(value: Any) -> Iterator[Any]:
    """Yield the frozen dataclasses that an experiment is made of."""
    if is_frozen(value):
        yield value
        for field in dataclasses.fields(value):
            yield from _parts(getattr(value, field.name))
    elif isinstance(value, tuple):
        for entry in value:
            yield from _parts(entry)


# ---- code that is not the library's -----------------------------------------------------


def code_of(kind: type) -> str:
    """Hash the code of a class, as it is in memory, and of what it uses by name.

    Functions, classes and constants of the module `kind` comes from count, and of other modules
    of yours. The library, the standard library and installed packages count by name only.

    Parameters
    ----------
    kind
        A class. A class of the library has its name alone: `library_code` holds the rest.

    Returns
    -------
    str
        64 hexadecimal digits. They depend on the version of Python, whose bytecode is read.

    Examples
    --------
    >>> class Half:
    ...     def __call__(self, x):
    ...         return x / 2
    >>> class Third:
    ...     def __call__(self, x):
    ...         return x / 3
    >>> code_of(Half) == code_of(Third)
    False
    """
    return code_of_value(kind)


def code_of_value(value: Any) -> str:
    """Hash a function, or an object that is used as one, as `code_of` does a class.

    Examples
    --------
    >>> from functools import partial
    >>> code_of_value(partial(pow, 2)) == code_of_value(partial(pow, 3))
    False
    """
    found: list[str] = []
    _read(value, found, {})
    return hashlib.sha256("\n".join(found).encode()).hexdigest()


def _read(value: Any, found: list[str], seen: dict[int, Any]) -> None:
    """Write what a value is, as far as a run could depend on it."""
    if value is None or isinstance(value, (bool, int, float, complex, str, bytes)):
        found.append(repr(value))
        return
    if id(value) in seen:
        found.append("seen")
        return
    seen[id(value)] = value  # kept, so that nothing else gets its id
    found.append(f"{type(value).__qualname__}(")
    if isinstance(value, (type, FunctionType)):
        found.append(f"{value.__module__}.{value.__qualname__}")
        if not _is_foreign(value.__module__):
            pass
        elif isinstance(value, type):
            _read_class(value, found, seen)
        else:
            _read_function(value, found, seen)
    elif isinstance(value, (staticmethod, classmethod)):
        _read(value.__func__, found, seen)
    elif isinstance(value, MethodType):
        _read((value.__func__, value.__self__), found, seen)
    elif isinstance(value, property):
        _read((value.fget, value.fset), found, seen)
    elif isinstance(value, _HOLDS_FUNCTION):
        _read((value.func, getattr(value, "args", ()), getattr(value, "keywords", {})), found, seen)
    elif isinstance(value, (list, tuple)):
        for entry in value:
            _read(entry, found, seen)
    elif isinstance(value, (set, frozenset)):
        found.extend(sorted(map(repr, value)))
    elif isinstance(value, Mapping):
        for key, entry in value.items():
            found.append(repr(key))
            _read(entry, found, seen)
    elif isinstance(value, np.ndarray):
        found.append(f"{value.dtype} {value.shape} {hashlib.sha256(value.tobytes()).hexdigest()}")
    elif hasattr(value, "__wrapped__"):
        _read(value.__wrapped__, found, seen)
    elif dataclasses.is_dataclass(value):
        _read(type(value), found, seen)
        for field in dataclasses.fields(value):
            _read(getattr(value, field.name, None), found, seen)
    elif _is_foreign(type(value).__module__):
        _read(type(value), found, seen)
        _read(getattr(value, "__dict__", {}), found, seen)
    else:
        found.append(str(getattr(value, "__name__", "")))
    if isinstance(value, (FunctionType, np.ufunc)):
        _read_rules(value, found, seen)
    found.append(")")


def _read_rules(function: Any, found: list[str], seen: dict[int, Any]) -> None:
    """Write the rules that `defvjp` and `defjvp` gave a function."""
    entry = TABLE.get(function)
    if entry is not None and entry.kind == "primitive":
        for rule in (*entry.rule.vjps, *entry.rule.jvps, entry.rule.forward):
            if isinstance(rule, FunctionType):  # the library's, around one's own
                _read_cells(rule, found, seen)


_HOLDS_FUNCTION = (functools.partial, functools.partialmethod, functools.cached_property)


#: What every class has, or what a dataclass writes itself from the fields.
_MADE = {
    "__annotations__", "__annotations_cache__", "__dataclass_fields__", "__dataclass_params__",
    "__delattr__", "__dict__", "__doc__", "__eq__", "__firstlineno__", "__hash__", "__init__",
    "__match_args__", "__module__", "__replace__", "__repr__", "__setattr__",
    "__static_attributes__", "__weakref__",
}  # fmt: skip


def _read_class(kind: type, found: list[str], seen: dict[int, Any]) -> None:
    for base in kind.__bases__:
        _read(base, found, seen)
    for name, value in sorted(vars(kind).items()):
        written = getattr(getattr(value, "__code__", None), "co_filename", "<string>")
        if name not in _MADE or written != "<string>":
            found.append(name)
            _read(value, found, seen)


def _read_function(function: FunctionType, found: list[str], seen: dict[int, Any]) -> None:
    _read((function.__defaults__, function.__kwdefaults__), found, seen)
    _read_cells(function, found, seen)
    if not _is_foreign(str(function.__globals__.get("__name__"))):
        return  # what a decorator of the library or of Python made of it
    names = _read_code(function.__code__, found)
    for name in sorted(names & function.__globals__.keys()):
        value = function.__globals__[name]
        found.append(name)
        if isinstance(value, ModuleType) and _is_foreign(value.__name__):
            for inside in sorted(names & vars(value).keys()):  # such as `f` of `helpers.f(x)`
                _read(vars(value)[inside], found, seen)
        else:
            _read(value, found, seen)


def _read_cells(function: FunctionType, found: list[str], seen: dict[int, Any]) -> None:
    """Write the values that a function has from the function around it."""
    for cell in function.__closure__ or ():
        try:
            _read(cell.cell_contents, found, seen)
        except ValueError:  # a variable that has no value yet
            found.append("empty")


def _read_code(code: CodeType, found: list[str]) -> set[str]:
    """Write a function's bytecode; return the names that it uses."""
    kind = code.co_flags & 0x3FF  # such as a generator; higher flags tell of docstrings
    found.append(f"{code.co_varnames} {code.co_argcount} {code.co_kwonlyargcount} {kind}")
    names = set(code.co_names)
    for instruction in dis.get_instructions(code):
        argument = instruction.argval
        if isinstance(argument, CodeType):
            found.append(instruction.opname)
            names |= _read_code(argument, found)
        elif isinstance(argument, frozenset):  # whose order is another in every process
            found.append(f"{instruction.opname} {sorted(map(repr, argument))}")
        elif instruction.opname != "EXTENDED_ARG":
            found.append(f"{instruction.opname} {argument!r}")
    return names


def _is_foreign(module: str) -> bool:
    """Return whether a module is neither the library's nor Python's nor an installed package's."""
    top = module.partition(".")[0]
    if top == "dlbook" or top in sys.stdlib_module_names:
        return False
    file = getattr(sys.modules.get(module), "__file__", None)
    installed = {sysconfig.get_path(name) for name in ("purelib", "platlib")}
    return file is None or not any(Path(folder) in Path(file).parents for folder in installed)
