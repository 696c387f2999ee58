"""A chapter's cells run in the page: what stands in it for that, and the runtime.

The page's script (`_static/run.js`) loads nothing until its reader asks for it, and then Pyodide,
by a worker. Pyodide comes from its public host at a pinned version; where the site was built with
``DLBOOK_RUNTIME`` set to a folder that holds this version, unpacked, and Hypothesis's wheel, from
the site itself.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.util.osutil import relative_uri

from _ext.cells.downloads import WHEEL
from _ext.logic.exercises import CALL

VERSION = "314.0.7"
#: As npm has it, so that these are its files' very bytes; the packages are on Pyodide's own host.
_CORE_HOST = f"https://cdn.jsdelivr.net/npm/pyodide@{VERSION}/"
_PACKAGES_HOST = f"https://cdn.jsdelivr.net/pyodide/v{VERSION}/full/"
LOCK = "pyodide-lock.json"
CORE = {
    "pyodide.mjs": "sha256-bx1g979Sm+swDw9HmDySHTmCNjZAuiCvDjjv3dvGYQk=",
    "pyodide.asm.mjs": "sha256-983I7OgGeM63EvjmXr5tOoMgOhgMOZhl9JYSoFFpNjU=",
    "pyodide.asm.wasm": "sha256-zDbjyrBP38mmP/E+tS6uK5Eb9GwCXMeygfOUvT3h1eY=",
    "python_stdlib.zip": "sha256-+hlX5XdwaPxPdDf5bYYK4vvpwZcyugbITgBOwW3X3Xo=",
    LOCK: "sha256-XcL8EZEIvBSMdFfchudnW1yH4cr9QgucNMHq73s2wBA=",  # and it names the packages' own
}
#: What the cells import or look into, and what the checkers' Hypothesis imports.
PACKAGES = ("numpy", "matplotlib", "pygments", "sortedcontainers")

#: The last one that is pure Python.
HYPOTHESIS = "hypothesis-6.155.7-py3-none-any.whl"
_HYPOTHESIS_HOST = (
    "https://files.pythonhosted.org/packages/"
    "01/f8/c151e196d4f397ed9436a071e52666c70a2f021138dea828b0a461e245db/"
)
_HYPOTHESIS_INTEGRITY = "sha256-n2NL2x+em4q2uglDHPLe7bdQyWl4Elpvs8Wg9sbbQTE="
_FOLDER = "_static/runtime/"

_ELSEWHERE = (
    "The code runs in your browser. For this, about 20 MB are loaded from cdn.jsdelivr.net "
    f"(Pyodide {VERSION} with NumPy and matplotlib), 0.5 MB from files.pythonhosted.org "
    "(Hypothesis) and 12 MB from this site (the book's library with its data). "
)
_HERE = (
    "The code runs in your browser. For this, about 40 MB are loaded from this site: Pyodide "
    f"{VERSION} with NumPy, matplotlib and Hypothesis, and the book's library with its data. "
)
_PRIVATE = (
    "Nothing that you write is sent anywhere. This browser keeps the code that you change in this "
    "chapter, until you undo it."
)
_TOO_LONG = (
    "The cells of this chapter train networks for minutes, or need what no page can load: to run "
    "them, take the notebook."
)


def carried(folder: Path) -> Iterator[Path]:
    """Yield the files of a folder that the page loads, each package as the lock has it.

    Raises
    ------
    ExtensionError
        If one is missing or is not what the lock says, or the release is another one.
    """
    advice = f"expected the full release of Pyodide {VERSION}, unpacked, with {HYPOTHESIS}"
    for name in (*CORE, HYPOTHESIS, "package.json"):
        if not (folder / name).is_file():
            raise ExtensionError(f"DLBOOK_RUNTIME: {folder} has no {name}; {advice}")
    told = json.loads((folder / "package.json").read_text("utf-8"))["version"]
    if told != VERSION:
        raise ExtensionError(f"DLBOOK_RUNTIME: {folder} holds Pyodide {told}; {advice}")
    yield from (folder / name for name in (*CORE, HYPOTHESIS))
    packages = json.loads((folder / LOCK).read_text("utf-8"))["packages"]
    left, seen = list(PACKAGES), set()
    while left:
        name = left.pop()
        if name in seen:
            continue
        seen.add(name)
        package = packages[name]
        left += package["depends"]
        file = folder / package["file_name"]
        if not file.is_file() or hashlib.sha256(file.read_bytes()).hexdigest() != package["sha256"]:
            raise ExtensionError(
                f"DLBOOK_RUNTIME: {file.name} is missing, or not what {LOCK} names; {advice}"
            )
        yield file


def told(folder: Path | None, packages: Sequence[str] = PACKAGES) -> dict[str, Any]:
    """Return what the page's script asks for: what to load, from where, and what it must be.

    Parameters
    ----------
    folder
        The runtime that the site carries, if it carries one.
    packages
        What to load beside Python, with what that needs.
    """
    if folder is None:
        places = (_CORE_HOST, _PACKAGES_HOST, _HYPOTHESIS_HOST)
        core, checker, notice = CORE, _HYPOTHESIS_INTEGRITY, _ELSEWHERE
    else:
        places = (_FOLDER, _FOLDER, _FOLDER)
        core = {name: _integrity(folder / name) for name in CORE}
        checker, notice = _integrity(folder / HYPOTHESIS), _HERE
    return {
        "notice": notice + _PRIVATE,
        "core": places[0],
        "integrity": core,
        "packages": {"from": places[1], "names": list(packages)},
        "hypothesis": {"from": places[2] + HYPOTHESIS, "integrity": checker},
        "wheel": WHEEL,
    }


def _integrity(file: Path) -> str:
    digest = hashlib.sha256(file.read_bytes()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"


def _carry(app: Sphinx, exception: Exception | None) -> None:
    """Write what the script asks for, and copy the runtime into the site."""
    if exception is not None or app.builder.format != "html":
        return
    folder = Path(app.config.dlbook_runtime) if app.config.dlbook_runtime else None
    if folder:
        into = Path(app.outdir, _FOLDER)
        into.mkdir(parents=True, exist_ok=True)
        for file in carried(folder):
            shutil.copy(file, into)
    Path(app.outdir, "_static", "run.json").write_text(json.dumps(told(folder)), "utf-8")


def _offer(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Put what the script needs below the line that offers the chapter's downloads."""
    downloads = next((one for one in doctree.findall(nodes.raw) if _OFFERED in one.astext()), None)
    if downloads is None:
        return
    blocks = list(doctree.findall(nodes.literal_block))
    lasts = any(_LASTS.search(block.astext()) for block in blocks)
    markup = f'<p class="dl-run-not">{_TOO_LONG}</p>' if lasts else ""
    if not lasts or any(CALL in block["classes"] for block in blocks):
        script = relative_uri(app.builder.get_target_uri(docname), "_static/run.js")
        only = ' data-only="exercises"' if lasts else ""
        markup += f'<div class="dl-run" hidden{only}></div><script defer src="{script}"></script>'
    place = downloads.parent.index(downloads) + 1
    downloads.parent.insert(place, nodes.raw("", markup, format="html"))


_OFFERED = 'class="dl-downloads"'
_LASTS = re.compile(r"^from dlbook(\.| import .*\b)train\b|\bcifar10\b", re.MULTILINE)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the setting and the handlers."""
    app.setup_extension("_ext.cells.downloads")
    folder = os.environ.get("DLBOOK_RUNTIME", "")
    app.add_config_value("dlbook_runtime", default=folder, rebuild="html", types=[str])
    app.connect("doctree-resolved", _offer, priority=460)  # after the downloads
    app.connect("build-finished", _carry)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
