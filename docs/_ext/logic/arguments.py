"""What follows from who uses what: the book's arguments in order, and how they are checked.

Results and their uses form a graph. It is sorted topologically with `dlbook.graph`: an argument
in a circle fails the build, and the cycle is printed as the certificate. So does a proof that
leans on a later chapter, does not refer to a hypothesis, or is missing. ``{logic}`` lists the
results on a page of the book.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import quote

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import SphinxDirective

from _ext.files import write_whole
from _ext.logic.theorems import UNPROVED, Result, anchor_of, foot, logic_of, warn
from _ext.page.lists import add_list
from dlbook import graph


def pages_in_order(env: BuildEnvironment) -> list[str]:
    """Return the documents in the order in which the tables of contents name them."""
    order: dict[str, None] = {}
    waiting = [env.config.root_doc]
    while waiting:
        docname = waiting.pop()
        if docname not in order:
            order[docname] = None
            waiting += reversed(env.toctree_includes.get(docname, []))
    return list(order)


def arguments(results: dict[str, Result]) -> graph.DiGraph[str]:
    """Return the graph of the logic: an edge from each result to those that use it."""
    edges = ((used, one.label) for one in results.values() for used in sorted(one.uses))
    known = ((used, label) for used, label in edges if used in results)
    return graph.DiGraph(known, nodes=results)


def faults(results: dict[str, Result], pages: list[str]) -> Iterator[tuple[Result, str]]:
    """Yield what is wrong with the logic of a book, each with the result to look at.

    Parameters
    ----------
    results
        Label to result.
    pages
        Documents in the order in which they are read.
    """
    place = {docname: i for i, docname in enumerate(pages)}
    for one in results.values():
        if not one.proved and one.kind not in UNPROVED:
            yield one, f"{one.label} has no proof"
        for hypothesis in one.hypotheses:
            called = f"hypothesis {hypothesis.name!r} ({hypothesis.letter}) of {one.label}"
            if one.proved and not hypothesis.meaning and not hypothesis.steps:
                yield one, f"{called} is not used in the proof"
            if hypothesis.meaning or one.kind in UNPROVED:
                continue
            if one.headline and hypothesis.without != "box":
                yield one, f"{called}: no box shows what fails without it, as a headline needs"
            elif not hypothesis.without:
                yield one, f"{called}: nothing shows what fails without it"
        for used in sorted(one.uses & results.keys()):
            if place.get(results[used].docname, 0) > place.get(one.docname, 0):
                yield one, f"{one.label} leans on {used}, of the later {results[used].docname}"
    if cycle := graph.find_cycle(arguments(results)):
        circle = [f"{user} uses {used}" for used, user in reversed(cycle)]
        yield results[cycle[0][0]], f"the book argues in a circle: {', '.join(circle)}"


def sort(results: dict[str, Result], pages: list[str]) -> list[Result]:
    """Return results so that each stands after those that it uses, else in the book's order."""
    place = {docname: i for i, docname in enumerate(pages)}
    keys = {
        one.label: (place.get(one.docname, 0), i)
        for i, one in enumerate(sorted(results.values(), key=lambda one: one.line))
    }
    return [results[x] for x in graph.topological_sort(arguments(results), key=keys.__getitem__)]


def _judge(app: Sphinx, env: BuildEnvironment) -> list[str]:
    results, pages = logic_of(env).results, pages_in_order(env)
    found = list(faults(results, pages))
    for one, what in found:
        warn("%s", what, location=(one.docname, one.line))
    if graph.find_cycle(arguments(results)):
        return []
    content = json.dumps([_record(one) for one in sort(results, pages)], indent=1) + "\n"
    path = Path(app.outdir).parent / "logic.json"
    write_whole(path, content)
    if content == getattr(env, "dlbook_logic", ""):
        return []
    env.dlbook_logic = content  # type: ignore[attr-defined]
    # Whoever uses a result is named below it, perhaps in another document.
    return sorted({one.docname for one in results.values()} | logic_of(env).data["lists"])


def _record(one: Result) -> dict[str, Any]:
    return {
        **{key: getattr(one, key) for key in ("label", "title", "name", "kind", "docname")},
        "uses": sorted(one.uses),
        "proved": one.proved,
        "bound": one.bound,
        "hypotheses": [vars(hypothesis) for hypothesis in one.hypotheses],
    }


# ---- what the pages show ----------------------------------------------------------------


class listing(nodes.General, nodes.Element):  # noqa: N801 (docutils names nodes so)
    """A list of all results, filled in when the whole book has been read."""


class ListDirective(SphinxDirective):
    """``{logic}`` lists the results in a topological order."""

    def run(self) -> list[nodes.Node]:
        logic_of(self.env).data["lists"].add(self.env.docname)
        return [listing()]


class Pages:
    """Makes the parts of pages that need the whole book."""

    def __init__(self, app: Sphinx, docname: str) -> None:
        self.app, self.docname = app, docname
        self.logic = logic_of(app.env)
        self.order: list[Result] = []
        if not graph.find_cycle(arguments(self.logic.results)):  # else the build has failed
            self.order = sort(self.logic.results, pages_in_order(app.env))
        self.users: dict[str, list[Result]] = {}
        for one in self.order:
            for used in one.uses:
                self.users.setdefault(used, []).append(one)

    def link(self, one: Result, anchor: str = "", text: str = "") -> nodes.reference:
        """Return a link to a result, or to a part of it."""
        return self._to(one.docname, anchor or one.label, text or one.title, one.name)

    def _to(self, docname: str, anchor: str, text: str, hint: str = "") -> nodes.reference:
        page = ""
        if docname != self.docname:
            page = self.app.builder.get_relative_uri(self.docname, docname)
        link = nodes.reference("", text, refuri=f"{page}#{anchor}", internal=True)
        link["classes"] = ["dl-thm"]
        if hint:
            link["reftitle"] = hint
        return link

    def foot(self, one: Result) -> list[nodes.Node]:
        """Return the line below a statement: what depends on it, and what checks it."""
        parts: list[list[nodes.Node]] = []
        for hypothesis in one.hypotheses:
            if hypothesis.without:
                anchor = f"without-{anchor_of(one.label, hypothesis.name)}"
                parts.append([self.link(one, anchor, f"Without {hypothesis.letter}")])
        if one.kind not in UNPROVED and (page := self.logic.data.get("checks")):
            parts.append([self._to(page, f"check-{one.label}", "How it is checked")])
        if users := self.users.get(one.label):
            parts.append([nodes.Text("Used by "), *_separated(", ", map(self.link, users))])
        if self.app.config.dlbook_repository:
            about = f"{one.title} ({one.name}), version {self.app.config.release}"
            parts.append([report(self.app, "Report a mistake", about)])
        line = nodes.paragraph()
        for i, part in enumerate(parts):
            line += [nodes.Text(" · ")] * bool(i) + part
        lines: list[nodes.Node] = [line] if parts else []
        return lines + self.neighbourhood(one)

    def neighbourhood(self, one: Result) -> list[nodes.Node]:
        """Return a small map, folded: what a statement stands on, and what stands on it."""
        below = [other for other in self.order if other.label in one.uses]
        above = self.users.get(one.label, [])
        if not below and not above:
            return []

        def listed(label: str, results: list[Result]) -> str:
            items = [
                f'<li><a class="dl-thm" href="{escape(self.link(it)["refuri"])}">{it.title}</a> '
                f"{escape(it.name)}</li>"
                for it in results
            ]
            return f'<ul aria-label="{label}">{"".join(items) or "<li>nothing here</li>"}</ul>'

        place = f"map-{one.label}"
        markup = (
            '<details class="dl-near"><summary>What it stands on, and what stands on it</summary>'
            f'<div class="dl-near-map" id="{place}">{listed("It stands on", below)}'
            f'<p><span><a href="#{place}">{one.title}</a> {escape(one.name)}</span></p>'
            f"{listed('What stands on it', above)}</div></details>"
        )
        return [nodes.raw("", markup, format="html")]

    def logic_list(self) -> list[nodes.Node]:
        """Return all results, each after those that it uses."""
        items = nodes.enumerated_list(enumtype="arabic", classes=["dl-logic"])
        for one in self.order:
            text = nodes.paragraph("", "", self.link(one), nodes.Text(f". {one.name}."))
            used = [other for other in self.order if other.label in one.uses]
            if used:
                names = _separated(", ", map(self.link, used))
                text += nodes.inline("", "", nodes.Text(" Uses "), *names, nodes.Text("."))
            items += nodes.list_item("", text)
        return [items]


def report(app: Sphinx, text: str, about: str) -> nodes.reference:
    """Return a link to where mistakes are reported; nothing is fetched until it is pressed."""
    address = f"{app.config.dlbook_repository.rstrip('/')}/issues/new"
    title = quote(f"A mistake in {about}")
    return nodes.reference("", text, refuri=f"{address}?title={title}", classes=["dl-report"])


def _reports(app: Sphinx, docname: str) -> list[nodes.Node]:
    if not app.config.dlbook_repository:
        return []
    link = report(app, "Report a mistake", f"version {app.config.release}")
    after = nodes.Text(". Below each statement there is a link that names the statement.")
    return [nodes.paragraph("", "", link, after)]


def _separated(separator: str, links: Iterator[nodes.reference]) -> Iterator[nodes.Node]:
    for i, link in enumerate(links):
        if i:
            yield nodes.Text(separator)
        yield link


def _fill(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    pages = Pages(app, docname)
    for node in list(doctree.findall(foot)):
        content = pages.foot(pages.logic.results[node["label"]])
        node["classes"] = ["dl-foot"]
        node += content
        if not content:
            node.parent.remove(node)
    for place in list(doctree.findall(listing)):
        place.replace_self(pages.logic_list())


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directive and handlers."""
    app.setup_extension("_ext.logic.theorems")
    repository = os.environ.get("DLBOOK_REPOSITORY", "")
    app.add_config_value("dlbook_repository", default=repository, rebuild="html", types=[str])
    app.add_directive("logic", ListDirective)
    add_list(app, "report-a-mistake", _reports)
    app.add_node(listing)
    app.connect("env-updated", _judge)
    app.connect("doctree-resolved", _fill)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
