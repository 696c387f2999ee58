"""A chapter's cells run in the page: what stands in it for that, and the runtime.

The page's script (`_static/run.js`) loads nothing until its reader asks for it, and then Pyodide,
by a worker. Pyodide comes from its public host at a pinned version; where the site was built with
``DLBOOK_RUNTIME`` set to a folder that holds this version, unpacked, and Hypothesis's wheel, from
the site itself.
"""

from __future__ import annotations

import hashlib
import html
import json
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.util.osutil import relative_uri

from _ext.cells.downloads import WHEEL

VERSION = "0.29.5"
HOST = f"https://cdn.jsdelivr.net/pyodide/v{VERSION}/full/"
#: What the cells import, and what the checkers' Hypothesis does.
PACKAGES = ("numpy", "matplotlib", "sortedcontainers")
CORE = ("pyodide.mjs", "pyodide.asm.js", "pyodide.asm.wasm", "python_stdlib.zip")
LOCK = "pyodide-lock.json"

#: The last one that is pure Python.
HYPOTHESIS = "hypothesis-6.155.7-py3-none-any.whl"
_HYPOTHESIS_HOST = (
    "https://files.pythonhosted.org/packages/"
    "01/f8/c151e196d4f397ed9436a071e52666c70a2f021138dea828b0a461e245db/"
)
_INTEGRITY = "sha256-n2NL2x+em4q2uglDHPLe7bdQyWl4Elpvs8Wg9sbbQTE="
_FOLDER = "_static/runtime/"

_ELSEWHERE = (
    "The code runs in your browser. For this, about 20 MB are loaded from cdn.jsdelivr.net "
    f"(Pyodide {VERSION} with NumPy and matplotlib), 0.5 MB from files.pythonhosted.org "
    "(Hypothesis) and 12 MB from this site (the book's library with its data). Nothing that you "
    "write is sent anywhere."
)
_HERE = (
    "The code runs in your browser. For this, about 30 MB are loaded from this site: Pyodide "
    f"{VERSION} with NumPy, matplotlib and Hypothesis, and the book's library with its data. "
    "Nothing that you write is sent anywhere."
)
_TOO_LONG = (
    "The cells of this chapter train networks for minutes and use packages that no page can "
    "load: to run them, take the notebook."
)


def carried(folder: Path) -> Iterator[Path]:
    """Yield the files of a folder that the page loads, each as its lock names it.

    Raises
    ------
    ExtensionError
        If one is missing or is not what the lock says, or the lock is of another version.
    """
    advice = f"expected the full release of Pyodide {VERSION}, unpacked, with {HYPOTHESIS}"
    for name in (*CORE, LOCK, HYPOTHESIS):
        if not (folder / name).is_file():
            raise ExtensionError(f"DLBOOK_RUNTIME: {folder} has no {name}; {advice}")
        yield folder / name
    told = json.loads((folder / "package.json").read_text("utf-8"))["version"]
    if told != VERSION:
        raise ExtensionError(f"DLBOOK_RUNTIME: {folder} holds Pyodide {told}; {advice}")
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


def _carry(app: Sphinx, exception: Exception | None) -> None:
    """Copy the runtime into the site."""
    if exception is None and app.builder.format == "html" and app.config.dlbook_runtime:
        into = Path(app.outdir, _FOLDER)
        into.mkdir(parents=True, exist_ok=True)
        for file in carried(Path(app.config.dlbook_runtime)):
            shutil.copy(file, into)


def _offer(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Put what the script needs below the line that offers the chapter's downloads."""
    downloads = next((one for one in doctree.findall(nodes.raw) if _OFFERED in one.astext()), None)
    if downloads is None:
        return
    codes = [block.astext() for block in doctree.findall(nodes.literal_block)]
    if any(_TRAINS.search(code) for code in codes):
        markup = f'<p class="dl-run">{_TOO_LONG}</p>'
    else:
        here = bool(app.config.dlbook_runtime)
        data = {
            "runtime": _FOLDER if here else HOST,
            "packages": " ".join(PACKAGES),
            "hypothesis": (_FOLDER if here else _HYPOTHESIS_HOST) + HYPOTHESIS,
            "integrity": _INTEGRITY,
            "wheel": WHEEL,
            "notice": _HERE if here else _ELSEWHERE,
        }
        given = " ".join(f'data-{name}="{html.escape(value)}"' for name, value in data.items())
        script = relative_uri(app.builder.get_target_uri(docname), "_static/run.js")
        markup = (
            f'<div class="dl-run" hidden {given}></div>'
            f'<script type="module" src="{script}"></script>'
        )
    place = downloads.parent.index(downloads) + 1
    downloads.parent.insert(place, nodes.raw("", markup, format="html"))


_OFFERED = 'class="dl-downloads"'
_TRAINS = re.compile(r"^from dlbook import .*\btrain\b", re.MULTILINE)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the setting and the handlers."""
    app.setup_extension("_ext.cells.downloads")
    folder = os.environ.get("DLBOOK_RUNTIME", "")
    app.add_config_value("dlbook_runtime", default=folder, rebuild="html", types=[str])
    app.connect("doctree-resolved", _offer, priority=460)  # after the downloads
    app.connect("build-finished", _carry)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
