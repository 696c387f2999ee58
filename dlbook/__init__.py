"""dlbook: deep learning, proved and run.

The library behind the book. Import the subpackages that you need::

    from dlbook import data, nn, optimize, train

The core depends only on NumPy. Drawing needs ``pip install "dlbook[plot]"``, training with a
progress bar and stored results ``pip install "dlbook[train]"``.
"""

from __future__ import annotations

from pathlib import Path

__version__ = "0.1.0"


def _modified() -> dict[Path, int]:
    """Return when each file of the library was last modified, in nanoseconds.

    Stored runs are told by it whether the code on disk is the code that was imported.
    """
    return {path: path.stat().st_mtime_ns for path in Path(__file__).parent.rglob("*.py")}


_imported = _modified()
