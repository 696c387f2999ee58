"""When cells are executed, what is remembered of it, and what an interrupted build leaves.

Each chapter has a cache of its own, under a key that covers the code of its cells and all that
it can reach: modules of the library, their data, versions of packages. A build marks its folder
as unfinished from its first moment to its last, so that a later one knows what not to trust.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import json
import os
import platform
import re
import shutil
import sys
import threading
import time
from importlib import metadata
from logging import getLogger
from pathlib import Path
from typing import IO, Any

import jupytext
import nbformat
from docutils import nodes
from jupyter_cache import get_cache
from jupyter_cache.cache.db import NbCacheRecord
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.errors import SphinxParallelError
from sphinx.util import logging

import dlbook
from _ext.cells.editions import COMPARISON, lacks_cifar10, with_cifar10, with_torch
from _ext.cells.numbers import only_of
from _ext.cells.reach import Library, versions
from _ext.files import write_whole
from dlbook.train.fingerprint import code_fingerprint

logger = logging.getLogger(__name__)

#: How many earlier executions of a chapter are kept, so that going back is quick.
_KEPT = 4

_MARKER = "unfinished"
_SECONDS = "seconds.json"
_CELL = "{code-cell}"

_held: list[IO[str]] = []

# Small matrix products in parallel workers run many times slower with two threads each.
_THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")


# ---- the key ----------------------------------------------------------------------------


def execution_key(code: str, library: Library, *, torch: bool) -> str:
    """Return the key under which the executed cells of a chapter are cached.

    Parameters
    ----------
    code
        Of the cells, see `code_of`.
    library
        What the cells import. Comments and docstrings in it do not count; its data do.
    torch
        Whether the cells that compare with PyTorch run.
    """
    parts = [code, platform.python_version(), f"torch={torch}"]
    parts += [f"{module} {library.digests[module]}" for module in sorted(library.reached(code))]
    parts += versions(library.packages(code) | {"ipykernel"})
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def code_of(source: str, *, torch: bool) -> str:
    """Return the code of a chapter's cells; some are run in the edition with PyTorch alone."""
    return "\n".join(
        cell.source
        for cell in jupytext.reads(source, fmt="md:myst").cells
        if cell.cell_type == "code" and (torch or COMPARISON not in cell.metadata.get("tags", []))
    )


@functools.cache
def _library() -> Library:
    return Library(
        Path(dlbook.__file__).parent, Path(__file__).parents[2] / "_build" / "reach.json"
    )


def _kept(app: Sphinx) -> Path:
    """Return the folder of what several builds share: what cells gave, and how long they took."""
    return Path(app.config.dlbook_kept or Path(app.outdir).parent)


def _caches(app: Sphinx) -> Path:
    return _kept(app) / "cache"


def _cache_of(app: Sphinx, docname: str, source: str) -> Path:
    code = code_of(source, torch=with_torch())
    key = execution_key(code, _library(), torch=with_torch())
    return _caches(app) / docname.replace("/", ".") / key


def _choose_cache(app: Sphinx, docname: str, source: list[str]) -> None:
    """Have a chapter's cells looked up, and kept, in the chapter's own cache."""
    chosen = {"execution_mode": "off"}
    path = None
    if _CELL in source[0] and not lacks_cifar10(app.env.doc2path(docname)):
        path = _cache_of(app, docname, source[0])
    if path and (_is_executed(path) or _is_wanted(app, docname)):
        chosen = {"execution_cache_path": str(path), "execution_mode": app.config.nb_execution_mode}
        path.mkdir(parents=True, exist_ok=True)
        path.touch()
        others = sorted(path.parent.iterdir(), key=lambda p: p.stat().st_mtime, reverse=True)
        for old in others[_KEPT:]:
            shutil.rmtree(old)
    config = app.env.mystnb_config  # type: ignore[attr-defined]
    app.env.mystnb_config = config.copy(**chosen)  # type: ignore[attr-defined]


def _is_executed(cache: Path) -> bool:
    return next(cache.glob("executed/*/base.ipynb"), None) is not None


# ---- how long it takes ------------------------------------------------------------------


def _seconds(app: Sphinx) -> dict[str, float]:
    """Return how long the cells of each chapter took the last time, here or where accepted."""
    found: dict[str, float] = {}
    for folder in (Path(app.srcdir), _kept(app)):
        with contextlib.suppress(FileNotFoundError):
            found |= json.loads((folder / _SECONDS).read_text("utf-8"))
    return found


def _announce(app: Sphinx, env: BuildEnvironment, docnames: list[str]) -> None:
    """Say whose cells are to run before any does, and for how long they did the last time."""
    last, waiting = _seconds(app), []
    for docname in docnames:
        source = Path(env.doc2path(docname)).read_text("utf-8")
        path = env.doc2path(docname)
        wanted = _CELL in source and _is_wanted(app, docname) and not lacks_cifar10(path)
        if wanted and not _is_executed(_cache_of(app, docname, source)):
            waiting.append(docname)
    if waiting:
        known = sum(last.get(docname, 0.0) for docname in waiting)
        took = f", which took {known:.0f} s the last time" if known else ""
        _tell(f"the cells of {len(waiting)} pages are to run{took}: {', '.join(sorted(waiting))}")
    env.dlbook_waiting = frozenset(waiting)  # type: ignore[attr-defined]


def _progress(app: Sphinx, doctree: nodes.document) -> None:
    docname = app.env.docname
    if docname in getattr(app.env, "dlbook_waiting", ()):
        took = app.env.nb_metadata[docname]["exec_data"]["runtime"]  # type: ignore[attr-defined]
        _tell(f"{docname}: ran for {took:.0f} s")
        _forget_what_changed_meanwhile(app, docname)


def _forget_what_changed_meanwhile(app: Sphinx, docname: str) -> None:
    """Keep nothing under a key of code that was edited while the cells ran."""
    code = code_of(Path(app.env.doc2path(docname)).read_text("utf-8"), torch=with_torch())
    now = execution_key(code, Library(Path(dlbook.__file__).parent), torch=with_torch())
    cache = Path(app.env.mystnb_config.execution_cache_path)  # type: ignore[attr-defined]
    if cache.name != now:
        shutil.rmtree(cache, ignore_errors=True)


def _tell(what: str) -> None:
    """Print at once, out of a worker too: Sphinx shows what workers log when they are done."""
    print(what, file=sys.stderr, flush=True)


def _note_seconds(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """Remember how long cells took, for the next build and for `nox -s accept`."""
    path = _kept(app) / _SECONDS
    known = json.loads(path.read_text("utf-8")) if path.exists() else {}
    for docname, data in env.nb_metadata.items():  # type: ignore[attr-defined]
        if runtime := data.get("exec_data", {}).get("runtime"):
            known[docname] = round(runtime, 1)
    write_whole(path, json.dumps(known, indent=1, sort_keys=True) + "\n")
    return []


# ---- some pages alone -------------------------------------------------------------------


def _is_wanted(app: Sphinx, docname: str) -> bool:
    """Whether a page is among those that are built alone, or all are built."""
    only = only_of(app.config)
    return not only or docname in only


def _read_wanted(app: Sphinx, env: BuildEnvironment, *_: set[str]) -> set[str]:
    """Have pages that are built alone read anew: another build of these left them unexecuted."""
    return only_of(app.config) & env.found_docs


def _refuse_wanted_alone(app: Sphinx, config: Any) -> None:
    """Drop warnings of pages that are not built, of whose cells many were not executed."""
    only = only_of(config)
    sources = {str(Path(app.srcdir, f"{docname}.md")) for docname in only}

    def concerns(record: Any) -> bool:
        place = getattr(record, "location", None)
        if isinstance(place, nodes.Node):
            place = logging.get_node_location(place)
        name = str(place[0] if isinstance(place, tuple) else place or "").partition(":")[0]
        return not name or name in only | sources

    if only:
        for handler in getLogger(logging.NAMESPACE).handlers:
            if isinstance(handler, logging.WarningStreamHandler):
                handler.filters.insert(0, concerns)  # before those that count


# ---- what every page rests on -----------------------------------------------------------


def _note_what_pages_rest_on(app: Sphinx, config: Any) -> None:
    """Have all pages read anew where the library or a package changed; it executes nothing yet.

    Docstrings do not count, nor numbers: the pages that show them are made anew by themselves.
    """
    apart = {"numbers.json", _SECONDS}
    data = [path for path in Path(app.srcdir).glob("*.json") if path.name not in apart]
    data += Path(__file__).parents[2].glob("_inventories/*.inv")
    code = [f"{module} {digest}" for module, digest in sorted(_library().digests.items())]
    installed = sorted(f"{one.name}=={one.version}" for one in metadata.distributions())
    made_with = [f"torch={with_torch()}", f"cifar10={with_cifar10()}"]
    parts = [*code, code_fingerprint(data), platform.python_version(), *made_with, *installed]
    config.dlbook_rests_on = hashlib.sha256("\n".join(parts).encode()).hexdigest()


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
        if COMPARISON in tags and "skip-execution" not in tags and not with_torch():
            logger.warning(
                "a comparison cell ran in a build without PyTorch; write its tags on one line, "
                "such as tags: [comparison]",
                location=cell,
                type="dlbook",
                subtype="cell",
            )
        elif COMPARISON in tags and "skip-execution" in tags:
            cell += nodes.paragraph(
                "",
                "Not executed in this build, which was made without PyTorch.",
                classes=["dl-not-executed"],
            )


# ---- builds that do not finish ----------------------------------------------------------


def _begin(app: Sphinx) -> None:
    """Throw away what an unfinished build left, and mark this one as unfinished."""
    folder = Path(app.outdir).parent
    folder.mkdir(parents=True, exist_ok=True)
    marker = folder / _MARKER
    unfinished = marker.exists()
    _hold(marker)
    if unfinished:
        logger.info("the last build did not finish; its pages are built anew")
        # What other builds made here rests on the same cells' outputs.
        doctrees = (app.doctreedir, folder / "doctrees", *folder.glob("*/.doctrees"))
        for left in (app.outdir, *doctrees, folder / "jupyter_execute"):
            shutil.rmtree(left, ignore_errors=True)
        Path(app.doctreedir).mkdir(parents=True, exist_ok=True)
        for cache in (folder / "cache").glob("*/*"):
            mend_cache(cache)


def _hold(marker: Path) -> None:
    """Make the mark, and keep it from another build until the last process of this one ends."""
    while _held:
        _held.pop().close()
    file = marker.open("a")
    if sys.platform != "win32":  # which has no such lock; there two builds at once are on you
        import fcntl

        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.close()
            message = f"another build is writing into {marker.parent}; wait until it is done"
            print(message, file=sys.stderr)
            # What Sphinx is told to raise, it reports as a crash.
            raise SystemExit(2) from None
    _held.append(file)


def _end_with_parent() -> None:
    """Have a worker end when the build does: killed alone, it leaves workers that wait for ever.

    They would hold the folder as well.
    """
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(0.5)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def mend_cache(path: Path) -> None:
    """Drop from a cache what was not written to its end; all of it where it cannot be read."""
    if path.is_file():  # earlier builds had files where caches are now
        path.unlink()
        return
    executed = path / "executed"
    try:
        for folder in executed.glob("*"):
            try:
                nbformat.read(folder / "base.ipynb", nbformat.NO_CONVERT)
            except (OSError, ValueError, nbformat.reader.NotJSONError):
                shutil.rmtree(folder)
        cache = get_cache(str(path))
        try:
            if not cache.get_version():
                raise ValueError("no version")
            records = cache.list_cache_records()
            gone = [record.pk for record in records if not (executed / record.hashkey).exists()]
            NbCacheRecord.remove_records(gone, cache.db)  # cache.remove_cache asks for the notebook
        finally:
            cache.db.dispose()
    except Exception:
        # Whatever is wrong with a cache, executing again is always right.
        shutil.rmtree(path)


def _forget(
    app: Sphinx, env: BuildEnvironment, added: set[str], changed: set[str], removed: set[str]
) -> list[str]:
    """Remove the pages of documents that are gone: Sphinx leaves them to be found."""
    if app.builder.format == "html":
        for docname in removed:
            Path(app.builder.get_outfilename(docname)).unlink(missing_ok=True)  # type: ignore[attr-defined]
            for download in Path(app.outdir, "_downloads").glob(f"{docname}.*"):
                download.unlink()
            shutil.rmtree(_caches(app) / docname.replace("/", "."), ignore_errors=True)
    return []


def _finish(app: Sphinx, exception: Exception | None) -> None:
    """Show the cell that failed in a worker; take the mark away where nothing failed.

    Pages with warnings are served, and not all made anew for that at the next change.
    """
    if isinstance(exception, SphinxParallelError):
        # A worker's log is lost with it. In a single process myst-nb shows the cell by itself.
        if cell := failed_cell(exception.traceback):
            logger.error("%s", cell, type="dlbook", subtype="cell")
    elif exception is None and (app._warncount == 0 or app.config.dlbook_serves):
        (Path(app.outdir).parent / _MARKER).unlink(missing_ok=True)


def failed_cell(traceback: str) -> str:
    """Return the failed cell's source and its traceback out of a worker's; empty for others."""
    found = re.search(
        r"^nbclient\.exceptions\.CellExecutionError: (.*?)(?=^The above exception|\Z)",
        traceback,
        re.DOTALL | re.MULTILINE,
    )
    return re.sub(r"\x1b\[[0-9;]*m", "", found[1]).strip() if found else ""


def setup(app: Sphinx) -> dict[str, Any]:
    """Prepare the folder and the kernels' environment; register the handlers."""
    for name in _THREADS:
        os.environ.setdefault(name, "1")
    os.environ.setdefault("DLBOOK_CACHE", str(Path(app.outdir).parent / "results"))
    _begin(app)
    if sys.platform != "win32":  # where Sphinx has no workers
        os.register_at_fork(after_in_child=_end_with_parent)
    app.add_config_value("dlbook_rests_on", "", "env", str)
    app.connect("config-inited", _note_what_pages_rest_on)
    app.add_config_value("dlbook_kept", "", "", str)
    app.add_config_value("dlbook_serves", False, "", bool)
    app.connect("config-inited", _refuse_wanted_alone)
    app.connect("env-get-outdated", _forget)
    app.connect("env-get-outdated", _read_wanted)
    app.connect("env-before-read-docs", _announce)
    app.connect("env-updated", _note_seconds)
    app.connect("source-read", _choose_cache, priority=400)  # which reads the tags as written
    app.connect("source-read", _skip_comparisons)
    app.connect("doctree-read", _say_what_was_skipped)
    app.connect("doctree-read", _progress)
    app.connect("build-finished", _finish, priority=999)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
