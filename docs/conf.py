"""What is particular to this book; everything else is in ``_ext/settings.py``."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from _ext.settings import *  # noqa: F403

import dlbook

project = "dlbook"
author = "The dlbook authors"
project_copyright = "The dlbook authors, CC BY 4.0"
version = release = dlbook.__version__
html_title = "Deep learning, proved and run"

dlbook_carries_wheel = True

bibtex_bibfiles = ["references.bib"]
nitpick_ignore = [("py:class", "dlbook.graph.digraph.Node")]  # a type variable
