"""What a chapter consists of: numbered sections, headings that a screen reader finds, an outline.

A chapter's sections get numbers, 7.1, 7.2 and so on; the titles of statements, proofs and
exercises become headings of their level; and the outline beside a page lists sections, statements
and exercises in their order. Nothing of it is in the source of a page.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxContentsFilter

from _ext.logic.exercises import exercise
from _ext.logic.theorems import chapter_number, result

#: Classes of the paragraphs that head a block.
HEADS = {"dl-result-title", "dl-proof-title", "dl-without-title", "dl-exercise-title"}

#: Class of an outline's entries that are blocks.
BLOCK = "dl-block"


class heading(nodes.paragraph):  # noqa: N801 (docutils names nodes so)
    """The title of a block, a heading of the ``level`` below that of its section."""


def _number(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    chapter = chapter_number(doctree)
    for count, section in enumerate(_sections(doctree) if chapter else (), 1):
        title = section.next_node(nodes.title)
        assert title is not None
        title.insert(0, nodes.inline("", f"{chapter}.{count} ", classes=["dl-section-number"]))


def _head(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    _head_below(doctree, 1)


def _head_below(part: nodes.Element, level: int) -> None:
    # From above: sections that a parser nests do not all know their parents.
    level += isinstance(part, nodes.section)
    for place, child in enumerate(part.children):
        if isinstance(child, nodes.paragraph) and HEADS & set(child["classes"]):
            part[place] = heading("", "", *child.children, classes=child["classes"], level=level)
        elif isinstance(child, nodes.Element):
            _head_below(child, level)


def _sections(doctree: nodes.Element) -> Iterator[nodes.section]:
    """Yield the sections of a page."""
    for page in doctree.children:
        if isinstance(page, nodes.section):
            yield from (one for one in page.children if isinstance(one, nodes.section))


def entries(part: nodes.Element) -> Iterator[nodes.Element]:
    """Yield the sections and blocks of a page or a section, not those of its own sections."""
    for child in part.children:
        if isinstance(child, (nodes.section, result, exercise)):
            yield child
        elif isinstance(child, nodes.Element):
            yield from entries(child)


def outline(doctree: nodes.document) -> nodes.bullet_list:
    """Return the outline of a page: a list within a list for each of its sections."""

    def listed(part: nodes.Element) -> list[nodes.Node]:
        items = [item(one) for one in entries(part)]
        return [nodes.bullet_list("", *items)] if items else []

    def item(one: nodes.Element) -> nodes.list_item:
        if isinstance(one, nodes.section):
            title = one.next_node(nodes.title)
            assert title is not None
            visitor = SphinxContentsFilter(doctree)
            title.walkabout(visitor)
            text = visitor.get_entry_text()
            inside, classes = listed(one), []
        else:
            head = one.next_node(nodes.strong)
            name = one.next_node(
                lambda node: "dl-name" in getattr(node, "attributes", {}).get("classes", ())
            )
            assert head is not None
            text = [nodes.strong("", head.astext())]
            text += [nodes.Text(f" {name.astext()}")] if name is not None else []
            inside, classes = [], [BLOCK]
        link = nodes.reference("", "", *text, refuri=f"#{one['ids'][0]}", internal=True)
        line = addnodes.compact_paragraph("", "", link)
        return nodes.list_item("", line, *inside, classes=classes)

    return nodes.bullet_list("", *(item(one) for one in entries(doctree)))


def _show(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any
) -> None:
    if doctree is not None and any(doctree.findall(lambda n: isinstance(n, (result, exercise)))):
        builder: Any = app.builder
        context["toc"] = builder.render_partial(outline(doctree))["fragment"]


def _visit(self: Any, node: heading) -> None:
    attributes = {"role": "heading", "aria-level": str(node["level"])}
    self.body.append(self.starttag(node, "p", "", **attributes))


def _depart(self: Any, node: heading) -> None:
    self.body.append("</p>\n")


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the node and handlers."""
    app.add_node(heading, html=(_visit, _depart))
    app.connect("doctree-resolved", _number, priority=410)  # before notebooks are made
    app.connect("doctree-resolved", _head, priority=700)  # when every title is complete
    app.connect("html-page-context", _show)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
