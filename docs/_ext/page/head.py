"""A description in each page's head, taken from its first paragraph."""

from __future__ import annotations

import html
import textwrap
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

from _ext.cells.numbers import computed

_LONGEST = 160


def description(doctree: nodes.document | None, title: str) -> str:
    """Return the first paragraph of a page's text, shortened; its title where it has none."""
    if doctree is not None:
        for paragraph in doctree.findall(nodes.paragraph):
            # A measured time differs from build to build, and here nothing would mark it.
            timed = any(number.get("kind") == "timing" for number in paragraph.findall(computed))
            if isinstance(paragraph.parent, nodes.section) and not timed:
                text = " ".join(paragraph.astext().split())
                return textwrap.shorten(text, _LONGEST, placeholder=" …")
    return title


def _describe(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any
) -> None:
    # The theme names the viewport itself; docutils adds a second one.
    tags = "".join(
        line
        for line in context.get("metatags", "").splitlines(keepends=True)
        if 'name="viewport"' not in line
    )
    if 'name="description"' not in tags:
        title = nodes.unescape(context.get("title", "")) or app.config.project
        text = description(doctree, f"{title}: {app.config.html_title}")
        tags += f'<meta name="description" content="{html.escape(text)}">\n'
    context["metatags"] = tags


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the handler."""
    app.connect("html-page-context", _describe)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
