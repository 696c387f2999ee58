"""``{api-summary}``: the library on one page, a line for each subpackage and each name."""

from __future__ import annotations

import importlib
import inspect
import re
from collections.abc import Iterator
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

from _ext.page.lists import add_list

#: In the order of the map in README.md: each imports only what stands before it.
MODULES = (
    *("trees", "graph", "autodiff", "special", "optimize", "nn", "data", "train"),
    *("exercises", "plot", "book"),
)


def first_line(thing: object) -> str:
    """Return the first sentence of a docstring.

    Examples
    --------
    >>> first_line(first_line)
    'Return the first sentence of a docstring.'
    """
    paragraph = (inspect.getdoc(thing) or "").partition("\n\n")[0]
    return " ".join(paragraph.split())


def marked(text: str) -> Iterator[nodes.Node]:
    """Yield a docstring's line, what stands in backticks as code."""
    for place, part in enumerate(re.split(r":\w+:(?=`)|(`+[^`]+`+)", text)):
        if part and place % 2:
            yield nodes.literal("", part.strip("`").removeprefix("~").rpartition(".")[2])
        elif part:
            yield nodes.Text(part)


def _summary(app: Sphinx, docname: str) -> list[nodes.Node]:
    objects = app.env.domains["py"].objects
    made: list[nodes.Node] = []
    for name in MODULES:
        module = importlib.import_module(f"dlbook.{name}")
        address = app.builder.get_relative_uri(docname, f"api/{name}")
        title = nodes.reference("", f"dlbook.{name}", refuri=address, internal=True)
        made.append(nodes.rubric("", "", title))
        made.append(nodes.paragraph("", "", *marked(first_line(module))))
        items = nodes.bullet_list(classes=["dl-summary"])
        for one in module.__all__:
            entry = objects.get(f"dlbook.{name}.{one}")
            thing = getattr(module, one)
            text: nodes.Node = nodes.literal("", one)
            if entry is not None:
                target = app.builder.get_relative_uri(docname, entry.docname)
                text = nodes.reference("", "", text, refuri=f"{target}#{entry.node_id}")
            line = nodes.paragraph("", "", text)
            if callable(thing) and (what := first_line(thing)):
                line += [nodes.Text(": "), *marked(what)]
            items += nodes.list_item("", line)
        made.append(items)
    return made


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the list."""
    add_list(app, "api-summary", _summary)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
