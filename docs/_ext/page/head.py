"""In each page's head: a description, from its first paragraph, and what links to it show."""

from __future__ import annotations

import html
import re
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
            parent = paragraph.parent
            first = isinstance(parent, nodes.section) or (
                isinstance(parent, nodes.container) and "dl-lead" in parent["classes"]
            )
            if first and not timed:
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
        tags += _social(app, pagename, title, text)
    context["metatags"] = tags


def _social(app: Sphinx, pagename: str, title: str, text: str) -> str:
    """Return what other sites show of a page that someone links to."""
    facts = {
        "og:type": "book" if pagename == app.config.root_doc else "article",
        "og:site_name": app.config.html_title,
        "og:title": re.sub(r"<[^>]*>", "", title),
        "og:description": text,
    }
    if app.config.dlbook_site:
        facts["og:url"] = f"{app.config.dlbook_site.rstrip('/')}/{pagename}.html"
    return "".join(
        f'<meta property="{name}" content="{html.escape(value)}">\n'
        for name, value in facts.items()
    )


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the handler."""
    app.connect("html-page-context", _describe)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
