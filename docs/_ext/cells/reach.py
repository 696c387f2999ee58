"""What the cells of a chapter can reach: modules of the library, their data, other packages.

Imports are read from the code without running it, wherever they stand, so that an import inside
a function counts. The modules of the library form a `dlbook.graph.DiGraph`, with an edge from
each to those that it imports; a chapter reaches the descendants of what it imports. Code that
finds modules by other ways (``importlib.util``, ``pkgutil``) reaches all of them.
"""

from __future__ import annotations

import ast
import contextlib
import hashlib
import json
import platform
import re
from collections.abc import Iterable, Iterator
from functools import cache, cached_property
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement

from _ext.files import write_whole
from dlbook.graph import DiGraph, descendants
from dlbook.train import fingerprint
from dlbook.train.fingerprint import code_fingerprint

# Ways to a module that need not name it; `importlib.resources` and `importlib.metadata` are none.
_BY_NAME = {"__import__", "eval", "exec"}
_HIDDEN = _BY_NAME | {
    "importlib.*",
    "importlib.import_module",
    "importlib.util",
    "pkgutil",
    "runpy",
}


class Library:
    """A package, read from the folder in which it lies.

    Parameters
    ----------
    folder
        The package's own, whose name is the package's.
    memory
        A file that remembers what was found in modules, by all that it follows from: to parse a
        whole library takes a second.
    """

    def __init__(self, folder: Path, memory: Path | None = None) -> None:
        self.name = folder.name
        self._memory = memory
        self.modules: dict[str, Path] = {}
        for path in sorted(folder.rglob("*.py")):
            *parts, last = path.relative_to(folder.parent).with_suffix("").parts
            self.modules[".".join(parts if last == "__init__" else [*parts, last])] = path

    @cached_property
    def _found(self) -> dict[str, tuple[str, list[str]]]:
        """Module to a hash of what it does, and the names of all that it imports."""
        before = _read(self._memory)
        known, found, remembered = dict(before), {}, {}
        for name, path in self.modules.items():
            files = [path, *(self._data(path.parent) if _is_package(path) else [])]
            key = _key(name, files)
            if key not in known:
                text = path.read_text("utf-8")
                imported = _imported(text, name, is_package=_is_package(path))
                known[key] = code_fingerprint(files), sorted(imported)
            found[name] = remembered[key] = known[key]
        if self._memory and remembered != before:
            write_whole(self._memory, json.dumps(remembered))
        return found

    @cached_property
    def _imports(self) -> dict[str, frozenset[str]]:
        """Module to the names of all that it imports, here and elsewhere."""
        found = {name: frozenset(imported) for name, (_, imported) in self._found.items()}
        # The package itself may find its subpackages as it likes: who uses one, names it.
        found[self.name] = frozenset(name for name in found[self.name] if not _is_hidden(name))
        return found

    @cached_property
    def graph(self) -> DiGraph[str]:
        """The library's modules, with an edge from each to every module that it imports."""
        edges = [
            (name, other)
            for name, imported in self._imports.items()
            for other in sorted(self._own(imported))
            if other != name
        ]
        return DiGraph(edges, nodes=self.modules)

    def _own(self, names: Iterable[str]) -> set[str]:
        """Return the modules of this library among names, and the packages that hold them."""
        found: set[str] = set()
        for name in names:
            if _is_hidden(name) or name == f"{self.name}.*":
                return set(self.modules)
            parts = name.split(".")
            found |= {".".join(parts[:end]) for end in range(1, len(parts) + 1)}
        return found & self.modules.keys()

    def reached(self, code: str) -> set[str]:
        """Return the modules of this library that a piece of code can reach."""
        start = self._own(_imported(code))
        return start.union(*(descendants(self.graph, name) for name in start))

    def packages(self, code: str) -> set[str]:
        """Return the top-level names of what a piece of code, or a module it reaches, imports."""
        names = _imported(code).union(*(self._imports[name] for name in self.reached(code)))
        return {name.partition(".")[0] for name in names} - {self.name}

    @cached_property
    def digests(self) -> dict[str, str]:
        """Module to a hash of its code and, for a package, of the data in its folder."""
        return {name: digest for name, (digest, _) in self._found.items()}

    def _data(self, folder: Path) -> Iterator[Path]:
        """Yield the files below a package that are no code, and lie in no package below it."""
        for path in sorted(folder.iterdir()):
            if path.is_dir() and not (path / "__init__.py").exists():
                yield from self._data(path)
            elif path.is_file() and path.suffix not in (".py", ".pyc"):
                yield path


def _read(memory: Path | None) -> dict[str, tuple[str, list[str]]]:
    """Return what a file remembers: nothing, where it cannot be read."""
    with contextlib.suppress(OSError, ValueError):
        if memory:
            return {key: tuple(found) for key, found in json.loads(memory.read_bytes()).items()}
    return {}


def _key(module: str, files: list[Path]) -> str:
    """Hash all that the findings in a module follow from."""
    found_by = [Path(__file__), Path(fingerprint.__file__)]
    contents = [
        (one.name, hashlib.sha256(one.read_bytes()).digest()) for one in [*found_by, *files]
    ]
    return hashlib.sha256(repr((module, platform.python_version(), contents)).encode()).hexdigest()


def _is_hidden(name: str) -> bool:
    parts = name.split(".")
    return any(".".join(parts[:end]) in _HIDDEN for end in range(1, len(parts) + 1))


def _is_package(path: Path) -> bool:
    return path.name == "__init__.py"


@cache
def _imported(code: str, module: str = "", *, is_package: bool = False) -> frozenset[str]:
    """Return the dotted names that code imports, or uses of a module that it imports.

    A module that is handed on as a whole gives ``module.*``: any part of it may be used. So
    does code that is not Python, such as a command of IPython, by a name in `_HIDDEN`.
    """
    try:
        tree = ast.parse(code)
    except SyntaxError:
        return frozenset(_HIDDEN)
    found: set[str] = set()
    names: dict[str, str] = {}  # what a name in this code stands for
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for one in node.names:
                found.add(one.name)
                top = one.name.partition(".")[0]
                names |= {one.asname: one.name} if one.asname else {top: top}
        elif isinstance(node, ast.ImportFrom):
            parts = module.split(".")[: is_package - node.level or None] if node.level else []
            start = ".".join([*parts, *filter(None, [node.module])])
            found |= {start, *(f"{start}.{one.name}" for one in node.names)}
        elif isinstance(node, ast.Constant) and re.fullmatch(r"\w+(\.\w+)+", str(node.value)):
            found.add(str(node.value))  # the argument of `importlib.resources.files`, or like it
    return frozenset(found.union(_used(tree, names)))


def _used(tree: ast.AST, names: dict[str, str]) -> Iterator[str]:
    """Yield the dotted names under imported modules that stand in a tree."""
    inside: set[ast.AST] = set()  # parts of a longer name
    for node in ast.walk(tree):  # which yields a longer name before its parts
        if node in inside:
            continue
        if isinstance(node, ast.Attribute):
            chain: list[str] = []
            at: ast.expr = node
            while isinstance(at, ast.Attribute):
                chain.append(at.attr)
                at = at.value
                inside.add(at)
            if isinstance(at, ast.Name) and at.id in names:
                yield ".".join([names[at.id], *reversed(chain)])
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            if node.id in names:
                yield f"{names[node.id]}.*"
            elif node.id in _BY_NAME:
                yield node.id


@cache
def _distributions() -> dict[str, list[str]]:
    return dict(metadata.packages_distributions())


def versions(packages: Iterable[str]) -> list[str]:
    """Return name and version of the installed packages, and of all that they require.

    Parameters
    ----------
    packages
        Names to import; those that no installed package provides do not count.
    """
    found: dict[str, str] = {}
    waiting = [name for package in packages for name in _distributions().get(package, [])]
    while waiting:
        name = waiting.pop().lower().replace("_", "-")
        if name not in found and (installed := _installed(name)):
            found[name], required = installed
            waiting += required
    return [f"{name}=={version}" for name, version in sorted(found.items())]


@cache
def _installed(name: str) -> tuple[str, list[str]] | None:
    """Return the version of an installed distribution, and the names of those it requires."""
    try:
        installed = metadata.distribution(name)
    except metadata.PackageNotFoundError:
        return None
    wanted = map(Requirement, installed.requires or [])
    here = (one for one in wanted if one.marker is None or one.marker.evaluate({"extra": ""}))
    return installed.version, [one.name for one in here]
