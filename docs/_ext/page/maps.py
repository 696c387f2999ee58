"""Maps of the book, drawn when all of it has been read; each node is a link.

A map of the whole book is as wide as the page, whatever that is, and can be magnified (dlbook.js).
``{chapter-map}`` shows what each chapter needs, as ``chapters.json`` beside ``conf.py`` says; those
that are written are links. ``{logic-map}`` shows which statement uses which: on a page with
statements, these and what they stand on; on any other, all.
"""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from _ext.cells.figures import framed
from _ext.logic.arguments import Pages, arguments
from _ext.logic.theorems import logic_of, warn
from dlbook import graph
from dlbook.plot.graphs import GraphDrawing
from dlbook.plot.svg import inline_svg, svg_of

#: Points: a wider map has type of less than ten pixels in a page's column.
WIDEST = 680

# Of a chapter's map, the better first: how it runs, and characters in a line of a name.
_WAYS = (("left to right", 22), ("top to bottom", 22), ("top to bottom", 15))


class chart(nodes.General, nodes.Element):  # noqa: N801 (docutils names nodes so)
    """The place of a map, of the kind ``of``."""


class MapDirective(SphinxDirective):
    """``{chapter-map}`` and ``{logic-map}``."""

    def run(self) -> list[nodes.Node]:
        logic_of(self.env).data["lists"].add(self.env.docname)  # drawn anew when the logic changes
        place = chart(of=self.name)
        self.set_source_info(place)
        return [place]


def _drawn(
    edges: graph.DiGraph[str], labels: Mapping[str, str], *, down: bool = False
) -> GraphDrawing[str]:
    """Return the drawing of a graph without the edges that longer ways make superfluous."""
    return GraphDrawing(graph.transitive_reduction(edges), labels=labels, down=down)


def _picture(
    drawing: GraphDrawing[str], links: Mapping[str, str], alt: str, *, whole: bool = False
) -> list[nodes.Node]:
    drawing.links = dict(links)
    figure = drawing.figure(marks=dict.fromkeys(drawing.labels.keys() - links.keys(), "dotted"))
    svg = inline_svg(svg_of(figure), alt, classes="dl-figure dl-map")
    if whole:
        svg = re.sub(r";?(?:min|max)-width:\d+px", "", svg, count=2)
    markup = f'<div class="dl-whole">{framed(svg)}</div>' if whole else framed(svg)
    return [nodes.raw("", markup, format="html")]


def _chapter_map(app: Sphinx, docname: str, place: chart) -> list[nodes.Node]:
    planned = json.loads(Path(app.srcdir, "chapters.json").read_text("utf-8"))
    links = {}
    for page, title in app.env.titles.items():
        number = title.astext().partition(". ")[0]
        if number in planned:
            links[number] = app.builder.get_relative_uri(docname, page)
        elif number.isdigit():
            warn("chapter %s is not in chapters.json", number, location=place)
    needs = graph.DiGraph(
        ((str(need), number) for number, chapter in planned.items() for need in chapter["needs"]),
        nodes=planned,
    )
    labels = {
        number: f"{number}\n{_wrapped(chapter['name'], 14)}" for number, chapter in planned.items()
    }
    written = ", ".join(sorted(links, key=int))
    alt = (
        f"The {len(planned)} chapters, from top to bottom, an arrow from each to those that need "
        f"it. Written so far, and links: {written}."
    )
    return _picture(_drawn(needs, labels, down=True), links, alt, whole=True)


def _logic_map(app: Sphinx, docname: str, place: chart) -> list[nodes.Node]:
    pages = Pages(app, docname)
    results = pages.logic.results
    own = {one.label for one in pages.order if one.docname == docname}
    shown = own.union(*(results[label].uses & results.keys() for label in own))
    shown = shown or {one.label for one in pages.order}
    if not shown:
        return []
    edges = arguments({one.label: one for one in pages.order if one.label in shown})
    links = {label: pages.link(results[label])["refuri"] for label in shown}
    for way, width in _WAYS:
        names = {label: _wrapped(results[label].name, width) for label in shown}
        labels = {label: f"{results[label].title}\n{names[label]}" for label in shown}
        drawing = _drawn(edges, labels, down=way == "top to bottom")
        if drawing.layout.width <= WIDEST or not own:
            break
    alt = (
        f"Map of {len(shown)} statements, from {way}, an arrow from each to those that use "
        "it; the list of all statements says the same in words."
    )
    return _picture(drawing, links, alt, whole=not own)


def _wrapped(text: str, width: int) -> str:
    return textwrap.fill(text, width, break_long_words=False)


def _fill(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    for place in list(doctree.findall(chart)):
        draw = {"chapter-map": _chapter_map, "logic-map": _logic_map}[place["of"]]
        made = draw(app, docname, place) if app.builder.format == "html" else []
        place.replace_self(made)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register directives and the handler."""
    app.setup_extension("_ext.logic.arguments")
    for name in ("chapter-map", "logic-map"):
        app.add_directive(name, MapDirective)
    app.add_node(chart)
    app.connect("doctree-resolved", _fill)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
