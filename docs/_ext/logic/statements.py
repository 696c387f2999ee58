"""``{statements}`` lists all definitions, theorems and the like, as the chapters have them."""

from __future__ import annotations

from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

from _ext.logic.arguments import Pages, pages_in_order
from _ext.page.lists import add_list


def _statements(app: Sphinx, docname: str) -> list[nodes.Node]:
    pages = Pages(app, docname)
    made: list[nodes.Node] = []
    for page in pages_in_order(app.env):
        here = [one for one in pages.logic.results.values() if one.docname == page]
        if not here:
            continue
        address = app.builder.get_relative_uri(docname, page)
        title = nodes.reference("", app.env.titles[page].astext(), refuri=address, internal=True)
        made.append(nodes.rubric("", "", title))
        items = nodes.bullet_list(classes=["dl-statements"])
        for one in sorted(here, key=lambda one: one.line):
            line = nodes.paragraph("", "", pages.link(one), nodes.Text(f". {one.name}"))
            items += nodes.list_item("", line)
        made.append(items)
    return made


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the list."""
    app.setup_extension("_ext.logic.arguments")
    add_list(app, "statements", _statements)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
