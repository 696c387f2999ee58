"""Each chapter to take home, named in its head: as a Jupyter notebook and as plain text.

The text is the chapter's source; the notebook has the same cells and no outputs, so that it
shows what the reader's own machine computes, and a cell to answer in below each exercise that
can be checked.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jupytext
import nbformat
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.osutil import relative_uri

from _ext.cells.numbers import COMPARISON
from _ext.logic.exercises import for_notebook, without_solutions

_FOLDER = "_downloads"


def notebook(source: str) -> str:
    """Return a MyST notebook's text as a Jupyter notebook."""
    book = jupytext.reads(source, fmt="md:myst")
    book.cells = list(for_notebook(book.cells))
    for number, cell in enumerate(book.cells, 1):
        cell.id = f"cell-{number}"  # the default is drawn at random
        if COMPARISON in cell.metadata.get("tags", []):
            # Where PyTorch is missing, Jupyter shows the error and goes on to the next cell.
            cell.metadata.tags.append("raises-exception")
    book.metadata.pop("jupytext", None)
    return str(nbformat.writes(book)) + "\n"


def _offer(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    metadata = app.env.metadata[docname]
    apart = docname == app.config.root_doc or docname.startswith("api/")
    is_chapter = "kernelspec" in metadata and not apart
    if app.builder.format != "html" or not is_chapter:
        return
    title = doctree.next_node(nodes.title)
    if title is None:
        return
    source = app.env.doc2path(docname).read_text("utf-8")
    if not app.config.dlbook_solutions:
        source = without_solutions(source)
    links = []
    for label, suffix, text in (
        ("Jupyter notebook", ".ipynb", notebook(source)),
        ("plain text", ".md", source),
    ):
        path = Path(app.outdir, _FOLDER, docname + suffix)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        address = relative_uri(app.builder.get_target_uri(docname), f"{_FOLDER}/{docname}{suffix}")
        links.append(f'<a href="{address}" download>{label} <code>{suffix}</code></a>')
    markup = f'<p class="dl-downloads">Download this chapter: {", ".join(links)}</p>'
    title.parent.insert(title.parent.index(title) + 1, nodes.raw("", markup, format="html"))


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the handler."""
    app.setup_extension("_ext.logic.exercises")
    app.connect("doctree-resolved", _offer)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
