"""The numbers of figures, tables and formulas, found without loading all pages.

Sphinx 9.0.4 numbers them anew in each build, and loads every page of the book to do so, though one
word has changed. Here each page leaves an outline when it is read, which holds what the numbering
looks at and nothing else, and Sphinx numbers the outlines.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.domains.std import StandardDomain
from sphinx.environment import BuildEnvironment
from sphinx.environment.collectors.toctree import TocTreeCollector

_OUTLINE = "dlbook_outline"

#: By these children Sphinx tells what has a number from what has none.
_TELLING = (nodes.caption, nodes.title, nodes.literal_block)


def outline(env: BuildEnvironment, page: nodes.Element) -> nodes.Element:
    """Return what gets the numbers that a page would get, with as little in it as that needs."""
    made = nodes.Element()
    made += _kept(env, page)
    return made


def _kept(env: BuildEnvironment, node: nodes.Element) -> Iterator[nodes.Element]:
    """Yield copies of the sections, tables of contents and numbered nodes below a node."""
    for child in node.children:
        if not isinstance(child, nodes.Element):
            continue
        inner = list(_kept(env, child))
        if isinstance(child, (nodes.section, addnodes.toctree)) or _is_numbered(env, child):
            copy = _copy(child)
            for one in child:
                if isinstance(one, _TELLING):
                    caption = _copy(one)
                    caption += nodes.Text(one.astext())
                    copy += caption
            copy += inner
            yield copy
        else:
            yield from inner


def _copy(node: nodes.Element) -> nodes.Element:
    """Return a node without its children, which would bring their whole page along."""
    return type(node)("", **node.attributes)


def _is_numbered(env: BuildEnvironment, node: nodes.Element) -> bool:
    return any(
        domain.get_enumerable_node_type(node)
        and not (isinstance(domain, StandardDomain) and not domain.get_numfig_title(node))
        for domain in env.domains.sorted()
    )


def _leave(app: Sphinx, doctree: nodes.document) -> None:
    app.env.metadata[app.env.docname][_OUTLINE] = outline(app.env, doctree)


def _number(collector: TocTreeCollector, env: BuildEnvironment) -> list[str]:
    """Have Sphinx number the outlines; a page that is gone, and still named, has none."""
    left = {docname: facts.get(_OUTLINE) for docname, facts in env.metadata.items()}
    setattr(env, "get_doctree", lambda docname: left.get(docname) or nodes.Element())  # noqa: B010
    try:
        return number_pages(collector, env)
    finally:
        del env.get_doctree


number_pages = TocTreeCollector.assign_figure_numbers


def setup(app: Sphinx) -> dict[str, Any]:
    """Put the outlines in the place of the pages."""
    setattr(TocTreeCollector, "assign_figure_numbers", _number)  # noqa: B010
    app.connect("doctree-read", _leave, priority=999)  # when a page is as it is kept
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
