"""Steppers and sliders in the page: scripts and style come from the site, once.

A notebook's output brings its own copy of them (see `dlbook.plot.stepper` and
`dlbook.plot.slider`), which is taken out; pages with a stepper or a slider load those of the site.
Formulas between dollar signs, which a notebook sets when it shows them, are set here.
"""

from __future__ import annotations

import html
import re
import shutil
from importlib import resources
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging

from _ext.page.mathematics import render

logger = logging.getLogger(__name__)

_FILES = ("stepper.css", "stepper.js", "slider.js")
_MOVED = re.compile(r'<div class="dl-(stepper|slider)" id="([^"]+)"')


def moved(markup: str) -> tuple[str, str] | None:
    """Return what a cell's HTML lets a reader move, ``stepper`` or ``slider``, and its name.

    Examples
    --------
    >>> moved('<style></style><div class="dl-slider" id="eta" role="group"></div>')
    ('slider', 'eta')
    >>> moved("<table></table>")
    """
    found = _MOVED.search(markup)
    return (found[1], found[2]) if found else None


def bare(markup: str) -> str:
    """Return HTML of a stepper or a slider without the copies of style and script around it.

    Examples
    --------
    >>> bare("<style>a{}</style><div>1</div><script>2</script>")
    '<div>1</div>'
    """
    return re.sub(r"(?s)^<style>.*?</style>|<script>.*?</script>$", "", markup)


def with_formulas(markup: str) -> tuple[str, list[str]]:
    """Return HTML with its formulas set, and what KaTeX says of those it cannot set."""
    formula = re.compile(r'(?s)<span class="math">\$(.*?)\$</span>')
    latex = list(dict.fromkeys(formula.findall(markup)))
    if not latex:
        return markup, []
    pieces = render([(html.unescape(one), False) for one in latex])
    made = {one: piece for one, piece in zip(latex, pieces, strict=True) if isinstance(piece, str)}
    wrong = [
        f"{one}: {p['error']}" for one, p in zip(latex, pieces, strict=True) if isinstance(p, dict)
    ]

    def put(match: re.Match[str]) -> str:
        return f'<span class="math">{made.get(match[1], match[1])}</span>'

    return formula.sub(put, markup), wrong


def _strip(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    for raw in [one for one in doctree.findall(nodes.raw) if moved(one.astext())]:
        markup, wrong = with_formulas(bare(raw.astext()))
        for what in wrong:
            logger.warning("KaTeX cannot set this formula: %s", what, location=raw)
        raw.replace_self(nodes.raw("", markup, format="html"))


def _load(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any
) -> None:
    for kind in ("stepper", "slider"):
        if f'class="dl-{kind}"' in context.get("body", ""):
            app.add_js_file(f"{kind}.js", defer="defer")


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
