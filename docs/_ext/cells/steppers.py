"""Steppers in the page: the script and the style come from the site, once.

A notebook's output brings its own copy of both (see `dlbook.plot.stepper`), which is taken out;
pages with a stepper load those of the site.
"""

from __future__ import annotations

import re
import shutil
from importlib import resources
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

_FILES = ("stepper.css", "stepper.js")


def bare(markup: str) -> str:
    """Return a stepper's HTML without the copies of style and script around it.

    Examples
    --------
    >>> bare("<style>a{}</style><div>1</div><script>2</script>")
    '<div>1</div>'
    """
    return re.sub(r"(?s)^<style>.*?</style>|<script>.*?</script>$", "", markup)


def _steppers(doctree: nodes.document) -> list[nodes.raw]:
    return [raw for raw in doctree.findall(nodes.raw) if '<div class="dl-stepper"' in raw.astext()]


def _strip(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    for raw in _steppers(doctree):
        raw.replace_self(nodes.raw("", bare(raw.astext()), format="html"))


def _load(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any
) -> None:
    if 'class="dl-stepper"' in context.get("body", ""):
        app.add_js_file("stepper.js", defer="defer")


def _copy(app: Sphinx) -> None:
    if app.builder.format == "html":
        static = Path(app.outdir, "_static")
        static.mkdir(parents=True, exist_ok=True)
        for name in _FILES:
            with resources.as_file(resources.files("dlbook.plot").joinpath(name)) as path:
                shutil.copyfile(path, static / name)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the handlers and the style sheet."""
    app.connect("builder-inited", _copy)
    app.connect("doctree-resolved", _strip)
    app.connect("html-page-context", _load)
    app.add_css_file("stepper.css")
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
