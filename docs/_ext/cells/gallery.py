"""The chapters' figures as files, and ``{gallery}``, which shows all of them."""

from __future__ import annotations

import html
from pathlib import Path
from typing import Any

import nbformat
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.osutil import relative_uri

from _ext.logic.arguments import pages_in_order
from _ext.logic.exercises import solution
from _ext.page.lists import add_list

_FOLDER = "_downloads/figures"


def _file(docname: str, anchor: str) -> str:
    """Return where a figure is, within the site."""
    return f"{_FOLDER}/{docname.rpartition('/')[2]}-{anchor.removeprefix('fig-')}.svg"


def _collect(app: Sphinx, doctree: nodes.document) -> None:
    """Remember the figures that a document's cells draw, by name, except in solutions."""
    found = []
    solved = {id(cell) for block in doctree.findall(solution) for cell in block.findall()}
    for cell in doctree.findall(nodes.container):
        if cell.get("nb_element") == "cell_code" and id(cell) not in solved:
            for figure in cell.findall(nodes.figure):
                named = [one for one in figure["ids"] if one.startswith("fig-")]
                # Of the kinds of picture in it the page takes this one; their order varies.
                images = (one for one in figure.findall(nodes.image) if one["uri"].endswith(".svg"))
                if named and (image := next(images, None)) is not None:
                    found.append((named[0], cell["cell_index"], image.get("alt", "")))
    app.env.metadata[app.env.docname]["dlbook_figures"] = found


def _save(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    figures = app.env.metadata[docname].get("dlbook_figures")
    if app.builder.format != "html" or not figures:
        return
    executed = Path(app.outdir).parent / "jupyter_execute" / f"{docname}.ipynb"
    cells = nbformat.read(executed, as_version=4).cells
    for anchor, index, _ in figures:
        drawn = [
            output.data["image/svg+xml"]
            for output in cells[index].outputs
            if "image/svg+xml" in output.get("data", {})
        ]
        path = Path(app.outdir, _file(docname, anchor))
        path.parent.mkdir(parents=True, exist_ok=True)
        # Of two builds, which a clock makes different; see compare_builds.py.
        timed = "timing" in cells[index].metadata.get("tags", [])
        path.write_text(drawn[-1] + "<!-- timing -->\n" * timed, "utf-8")


def _gallery(app: Sphinx, docname: str) -> list[nodes.Node]:
    made: list[nodes.Node] = []
    for page in pages_in_order(app.env):
        figures = app.env.metadata[page].get("dlbook_figures")
        if not figures:
            continue
        address = app.builder.get_relative_uri(docname, page)
        title = nodes.reference("", app.env.titles[page].astext(), refuri=address, internal=True)
        made.append(nodes.rubric("", "", title))
        pictures = []
        for anchor, _, alt in figures:
            file = relative_uri(app.builder.get_target_uri(docname), _file(page, anchor))
            pictures.append(
                f'<li><a href="{address}#{anchor}"><img src="{file}" alt="{html.escape(alt)}" '
                f'loading="lazy"></a><a href="{file}" download>SVG</a></li>'
            )
        markup = f'<ul class="dl-gallery">{"".join(pictures)}</ul>'
        made.append(nodes.raw("", markup, format="html"))
    return made


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the list and the handlers."""
    app.connect("doctree-read", _collect, priority=600)  # when solutions have been gathered
    app.connect("doctree-resolved", _save)
    add_list(app, "gallery", _gallery)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
