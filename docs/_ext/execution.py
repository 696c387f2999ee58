"""When cells are executed, what is remembered of it, and what an interrupted build leaves.

Executions are cached under a key that covers the library's code, its data and the numerical
packages. A build marks its folder as unfinished from its first moment to its last, so that a
later one knows what not to trust.
"""

from __future__ import annotations

import hashlib
import os
import platform
import re
import shutil
from importlib import metadata
from pathlib import Path
from typing import Any

import nbformat
from docutils import nodes
from jupyter_cache import get_cache
from nbclient.exceptions import CellExecutionError
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.console import strip_escape_sequences  # type: ignore[attr-defined]

import dlbook
from _ext.numbers import COMPARISON, with_torch
from dlbook.train.fingerprint import code_fingerprint

logger = logging.getLogger(__name__)

#: Packages whose version may change a number.
_NUMERICAL = ("matplotlib", "numpy", "scipy")
_COMPARED = ("jax", "torch")

#: Caches of earlier versions of the library that are kept, so that going back is quick.
_KEPT = 4

_MARKER = "unfinished"

# Small matrix products in parallel workers run many times slower with two threads each.
_THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")


# ---- the key ----------------------------------------------------------------------------


def execution_key(library: Path, *, torch: bool) -> str:
    """Return the key under which executions are cached.

    Parameters
    ----------
    library
        Folder of the library that the cells import. Comments and docstrings in it do not
        count; its data do.
    torch
        Whether the cells that compare with PyTorch run.
    """
    data = [path for path in library.rglob("*") if path.suffix in (".gz", ".json")]
    parts = [code_fingerprint([library, *data]), platform.python_version(), f"torch={torch}"]
    for package in _NUMERICAL + (_COMPARED if torch else ()):
        try:
            parts.append(f"{package}={metadata.version(package)}")
        except metadata.PackageNotFoundError:
            continue
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def _choose_cache(app: Sphinx, config: Any) -> None:
    """Choose the cache by its key, and make it before two workers try to at once."""
    caches = Path(app.outdir).parent / "cache"
    path = caches / execution_key(Path(dlbook.__file__).parent, torch=with_torch())
    config.nb_execution_cache_path = str(path)
    path.mkdir(parents=True, exist_ok=True)
    get_cache(str(path)).list_cache_records()
    path.touch()
    others = sorted(caches.iterdir(), key=lambda p: p.stat().st_mtime, reverse=True)
    for old in others[_KEPT:]:
        shutil.rmtree(old)


# ---- cells that compare with PyTorch ----------------------------------------------------


def _skip_comparisons(app: Sphinx, docname: str, source: list[str]) -> None:
    """Have comparison cells shown and not executed, in a build without PyTorch."""
    if not with_torch():
        source[0] = re.sub(
            rf"^(:?tags: *\[[^]\n]*\b{COMPARISON}\b)", r"\1, skip-execution", source[0], flags=re.M
        )


def _say_what_was_skipped(app: Sphinx, doctree: nodes.document) -> None:
    for cell in doctree.findall(nodes.container):
        if cell.get("nb_element") != "cell_code":
            continue
        tags = cell["cell_metadata"].get("tags", [])
        if COMPARISON in tags and "skip-execution" in tags:
            cell += nodes.paragraph(
                "",
                "Not executed in this build, which was made without PyTorch.",
                classes=["dl-not-executed"],
            )


# ---- builds that do not finish ----------------------------------------------------------


def _begin(app: Sphinx) -> None:
    """Throw away what an unfinished build left, and mark this one as unfinished."""
    folder = Path(app.outdir).parent
    marker = folder / _MARKER
    if marker.exists():
        logger.info("the last build did not finish; its pages are built anew")
        for left in (app.outdir, app.doctreedir, folder / "jupyter_execute"):
            shutil.rmtree(left, ignore_errors=True)
        Path(app.outdir).mkdir(parents=True)
        for cache in (folder / "cache").glob("*"):
            mend_cache(cache)
    folder.mkdir(parents=True, exist_ok=True)
    marker.touch()


def mend_cache(path: Path) -> None:
    """Drop from a cache what was not written to its end; all of it where it cannot be read."""
    executed = path / "executed"
    try:
        for folder in executed.glob("*"):
            try:
                nbformat.read(folder / "base.ipynb", nbformat.NO_CONVERT)
            except (OSError, ValueError, nbformat.reader.NotJSONError):
                shutil.rmtree(folder)
        cache = get_cache(str(path))
        if not cache.get_version():
            raise ValueError("no version")
        for record in cache.list_cache_records():
            if not (executed / record.hashkey).exists():
                cache.remove_cache(record.pk)
    except Exception:
        # Whatever is wrong with a cache, executing again is always right.
        shutil.rmtree(path)


def _finish(app: Sphinx, exception: Exception | None) -> None:
    """Show the cell that failed; take the mark away where nothing did."""
    cause: BaseException | None = exception
    while cause is not None:
        if isinstance(cause, CellExecutionError):
            logger.error(strip_escape_sequences(str(cause)), type="dlbook", subtype="cell")
        cause = cause.__cause__
    if exception is None and app._warncount == 0:
        (Path(app.outdir).parent / _MARKER).unlink()


def setup(app: Sphinx) -> dict[str, Any]:
    """Prepare the folder and the kernels' environment; register the handlers."""
    for name in _THREADS:
        os.environ.setdefault(name, "1")
    os.environ.setdefault("DLBOOK_CACHE", str(Path(app.outdir).parent / "results"))
    _begin(app)
    app.connect("config-inited", _choose_cache)
    app.connect("source-read", _skip_comparisons)
    app.connect("doctree-read", _say_what_was_skipped)
    app.connect("build-finished", _finish, priority=999)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
