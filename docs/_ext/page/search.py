"""Search: sections, statements, exercises and names of the library, with where they stand.

Sphinx's own search shows no text of what it finds where a site is read from the file system, and
lists a page once for each of its names. Ours has one entry for each thing that a link can lead to,
in one file, which the search page loads; ``search.js`` looks through it. A second file has the
statements alone: ``dlbook.js`` shows them where a reader rests on a link to one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx

from _ext.cells.numbers import computed
from _ext.logic.exercises import exercise
from _ext.logic.theorems import KINDS, foot, result
from _ext.page.mathematics import plain_text
from _ext.page.outline import heading

#: The file that the search page loads, and the one from which a page says what a link leads to.
FILE, STATEMENTS = "search-entries.js", "statements.js"

#: What a reader would not look for, or finds elsewhere.
_LEFT_OUT = (
    *(addnodes.index, addnodes.toctree, foot, nodes.comment, nodes.image, nodes.raw, nodes.target),
    nodes.title,
    *(nodes.system_message, heading),
)

#: What has an entry of its own.
_APART = (nodes.section, result, exercise, addnodes.desc)


_DEFINED = re.compile(r"(?m)^ *((?:def|class) \w+)")


def words(part: nodes.Node) -> str:
    """Return the text of a part of a page, without what has an entry of its own."""
    return " ".join("".join(_pieces(part)).split())


def _pieces(part: nodes.Node) -> Iterator[str]:
    if isinstance(part, nodes.Text):
        yield str(part)
    elif isinstance(part, (nodes.math, nodes.math_block)):
        yield plain_text(part)
    elif isinstance(part, computed) and part.get("kind") == "timing":
        return  # it is another one in the next build
    elif isinstance(part, nodes.literal_block):  # of code what it defines
        yield " ".join(_DEFINED.findall(part.astext())) + " "
    elif isinstance(part, nodes.Element) and not isinstance(part, _LEFT_OUT):
        for child in part.children:
            if not isinstance(child, _APART):
                yield from _pieces(child)
        if not isinstance(part, (nodes.Inline, computed)):
            yield " "


def entries(doctree: nodes.document) -> Iterator[dict[str, str]]:
    """Yield what can be found on a page: its title, kind, anchor and text."""
    for part in doctree.findall(nodes.Element):
        if not isinstance(part, _APART):
            continue
        ids = part.get("ids") or [""]
        kind, title = "", ""
        if isinstance(part, nodes.section):
            head = part.next_node(nodes.title)
            kind, title = "page" if part.parent is doctree else "section", _line(head)
        elif isinstance(part, (result, exercise)):
            kind, title = part.get("kind", "exercise"), _line(part.next_node(heading))
        elif part.get("domain") == "py":
            signature = part.next_node(addnodes.desc_signature)
            if signature is None or not signature["ids"]:
                continue
            ids, kind, title = signature["ids"], str(part["objtype"]), signature["ids"][0]
        if title:
            anchor = "" if kind == "page" else ids[0]
            yield {"title": title, "kind": kind, "anchor": anchor, "text": words(_body(part))}


def _line(title: nodes.Node | None) -> str:
    return (
        words(nodes.inline("", "", *(child.deepcopy() for child in title.children)))
        if title
        else ""
    )


def _body(part: nodes.Element) -> nodes.Element:
    """Return what stands below the title or the signature of a part."""
    body = nodes.inline()
    body.children = [
        child
        for child in part.children
        if not isinstance(child, (nodes.title, addnodes.desc_signature))
    ]
    return body


def _remember(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    if app.builder.format != "html":
        return
    path = _folder(app) / f"{docname}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(list(entries(doctree))), "utf-8")


def _folder(app: Sphinx) -> Path:
    """Return where the entries of pages are kept, for those that are not written again."""
    return Path(app.doctreedir, f"search-{Path(app.outdir).name}")


def _write(app: Sphinx, exception: Exception | None) -> None:
    if exception is not None or app.builder.format != "html":
        return
    found, statements = [], {}
    for docname in sorted(app.env.found_docs):
        path = _folder(app) / f"{docname}.json"
        address = app.builder.get_target_uri(docname)
        page = app.env.titles[docname].astext() if docname in app.env.titles else ""
        for one in json.loads(path.read_text("utf-8")) if path.exists() else ():
            place = f"{address}#{one['anchor']}" if one["anchor"] else address
            where = "" if one["kind"] == "page" else page
            found.append([one["title"], one["kind"], where, place, one["text"]])
            if one["kind"] in KINDS:
                statements[one["anchor"]] = [one["title"], one["text"]]
    for file, name, content in (
        (FILE, "searchEntries", found),
        (STATEMENTS, "dlbookStatements", statements),
    ):
        text = json.dumps(content, ensure_ascii=False, indent=0)
        Path(app.outdir, file).write_text(f"var {name} = {text};\n", "utf-8")


def _replace(app: Sphinx) -> None:
    if app.builder.format == "html":
        app.builder.search = False  # type: ignore[attr-defined]


def _page(app: Sphinx) -> Iterator[tuple[str, dict[str, Any], str]]:
    yield "search", {"title": "Search", "entries": FILE}, "dlbook-search.html"


def setup(app: Sphinx) -> dict[str, Any]:
    """Put our search page in the place of Sphinx's."""
    app.config.templates_path.append(str(Path(__file__).parent / "templates"))
    app.connect("builder-inited", _replace)
    app.connect("doctree-resolved", _remember, priority=950)  # when all is filled in and set
    app.connect("html-collect-pages", _page)
    app.connect("build-finished", _write)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
