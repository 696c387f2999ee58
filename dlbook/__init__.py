"""dlbook: deep learning, proved and run.

The library behind the book. Import the subpackages that you need::

    from dlbook import data, nn, optimize, train

or write ``import dlbook`` and, for instance, ``dlbook.nn``, which is imported when it is first
used. The core depends only on NumPy. Drawing needs ``pip install "dlbook[plot]"``, training with
a progress bar and stored results ``pip install "dlbook[train]"``.
"""

from __future__ import annotations

import importlib
from pathlib import Path
from types import ModuleType

__version__ = "0.1.0"

_SUBPACKAGES = (
    "autodiff", "book", "data", "exercises", "graph", "nn", "optimize", "plot", "special", "train",
    "trees",
)  # fmt: skip


def __getattr__(name: str) -> ModuleType:
    """Import a subpackage when it is first used."""
    if name in _SUBPACKAGES:
        return importlib.import_module(f"dlbook.{name}")
    raise AttributeError(
        f"module 'dlbook' has no attribute {name!r}; it has {', '.join(_SUBPACKAGES)}"
    )


def __dir__() -> list[str]:
    """List what there is to use, whether it is imported yet or not."""
    return ["__doc__", "__file__", "__name__", "__path__", "__version__", *_SUBPACKAGES]


def _modified() -> dict[Path, int]:
    """Return when each file of the library was last modified, in nanoseconds.

    Stored runs are told by it whether the code on disk is the code that was imported.
    """
    files = (path for path in Path(__file__).parent.rglob("*.py") if path.is_file())
    return {path: path.stat().st_mtime_ns for path in files}


_imported = _modified()
