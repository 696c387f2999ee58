"""Lists of the whole book, made when all of it has been read: a directive for each.

An extension adds one with `add_list`. Any other page may change what a list says, so each is made
once in every build; the page that holds it is written where it says something else than before.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import SphinxDirective

__all__ = ["Maker", "add_list", "table"]

#: Returns the list, for the document in which it stands.
Maker: TypeAlias = Callable[[Sphinx, str], list[nodes.Node]]

_FLAG = "dlbook_lists"


class whole(nodes.General, nodes.Element):  # noqa: N801 (docutils names nodes so)
    """The place of the list ``of``."""


class ListDirective(SphinxDirective):
    """Mark the place of a list."""

    def run(self) -> list[nodes.Node]:
        self.env.metadata[self.env.docname].setdefault(_FLAG, []).append(self.name)
        return [whole(of=self.name)]


def add_list(
    app: Sphinx, name: str, make: Maker, facts: Callable[[Sphinx], object] | None = None
) -> None:
    """Add a directive that shows what `make` returns.

    Parameters
    ----------
    facts
        Returns what the list follows from, where that is quicker than to make it.
    """
    app.setup_extension("_ext.page.lists")
    app.add_directive(name, ListDirective)
    _says[name] = partial(_text, make) if facts is None else lambda app, _: repr(facts(app))
    app.connect("doctree-resolved", partial(_fill, name, make), priority=430)


#: Directive → what its list says in a document, as text.
_says: dict[str, Callable[[Sphinx, str], str]] = {}


def _text(make: Maker, app: Sphinx, docname: str) -> str:
    return "".join(node.pformat() for node in make(app, docname))


def _fill(name: str, make: Maker, app: Sphinx, doctree: nodes.document, docname: str) -> None:
    for place in list(doctree.findall(whole)):
        if place["of"] == name:
            place.replace_self(make(app, docname))


def table(heads: list[str], rows: list[list[list[nodes.Node]]]) -> nodes.container:
    """Return a table in its frame, each entry given by the nodes of its one paragraph."""

    def row(entries: list[list[nodes.Node]]) -> nodes.row:
        return nodes.row("", *(nodes.entry("", nodes.paragraph("", "", *e)) for e in entries))

    group = nodes.tgroup(cols=len(heads))
    group += [nodes.colspec(colwidth=1) for _ in heads]
    group += nodes.thead("", row([[nodes.Text(head)] for head in heads]))
    group += nodes.tbody("", *map(row, rows))
    # furo frames the tables that are there before lists are filled in.
    return nodes.container("", nodes.table("", group), classes=["table-wrapper"])


def _write_again(app: Sphinx, env: BuildEnvironment) -> list[str]:
    now = {
        docname: hashlib.sha256(
            "".join(_says[name](app, docname) for name in facts[_FLAG]).encode()
        ).hexdigest()
        for docname, facts in env.metadata.items()
        if _FLAG in facts
    }
    written: dict[str, dict[str, str]] = getattr(env, "dlbook_lists", {})
    before = written.get(Path(app.outdir).name, {})  # each edition has its own
    env.dlbook_lists = written | {Path(app.outdir).name: now}  # type: ignore[attr-defined]
    return [docname for docname, digest in now.items() if before.get(docname) != digest]


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the node and the handler."""
    app.add_node(whole)
    app.connect("env-updated", _write_again, priority=950)  # when the numbers are known
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
