"""Each chapter to take home, named in its head: as a Jupyter notebook and as plain text.

The text is the chapter's source. The notebook is written for its reader: the page's text as
Markdown (`_ext.cells.markdown`), the cells with the outputs that the build computed, a cell to
answer in below each exercise that has a checker, and at the top the line that installs all it
needs. That line names a wheel that the site carries, so it works before there is a release, and
afterwards gives the version that the chapter was written with. A site that does not know its
address names the file alone, and says where it is: a folder of the machine that built it would
mislead all who read it elsewhere.
"""

from __future__ import annotations

import html
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, ClassVar

import nbformat
from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.util.docutils import SphinxDirective
from sphinx.util.osutil import relative_uri

import dlbook
from _ext.cells.editions import COMPARISON
from _ext.cells.glue import without_glue
from _ext.cells.markdown import Answer, Block, Cell, Page, blocks
from _ext.cells.steppers import moved
from _ext.logic.arrange import without_order
from _ext.logic.exercises import without_solutions
from dlbook.book import NUMBER_MIME

_FOLDER = "_downloads"
WHEEL = f"{_FOLDER}/dlbook-{dlbook.__version__}-py3-none-any.whl"

_KERNEL = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def site_of(app: Sphinx) -> str:
    """Return the address of the site: as published, or of its folder."""
    address = app.config.dlbook_site or Path(app.outdir).resolve().as_uri()
    return address.rstrip("/") + "/"


def install_line(app: Sphinx) -> str:
    """Return the command that installs what the chapters need."""
    if app.config.dlbook_site:
        return f'pip install "dlbook[book] @ {site_of(app)}{WHEEL}"'
    return f'pip install "./{Path(WHEEL).name}[book]"'


# ---- the notebook -----------------------------------------------------------------------


def notebook(app: Sphinx, doctree: nodes.document, docname: str) -> str:
    """Return a chapter that is about to be written as a Jupyter notebook."""
    executed = Path(app.outdir).parent / "jupyter_execute" / f"{docname}.ipynb"
    chapter = nbformat.read(executed, as_version=4)
    numbers = app.env.toc_fignumbers.get(docname, {})

    def name(kind: str, ids: Sequence[str]) -> str:
        found = [numbers.get(kind, {}).get(one, ()) for one in ids]
        number = ".".join(map(str, next(filter(None, found), ())))
        form = app.config.numfig_format.get(kind, "%s")
        return form % number if number else ""

    address = site_of(app) + app.builder.get_target_uri(docname)
    title, *rest = blocks(doctree, Page(address, name))
    assert isinstance(title, str)
    first = f"{title}\n\n{_head(app, address)}"
    cells = list(_cells([first, *rest], chapter.cells, address))
    book = nbformat.v4.new_notebook(cells=cells, metadata=_KERNEL)
    count = 0
    for place, cell in enumerate(book.cells, 1):
        cell.id = f"cell-{place}"  # the default is drawn at random
        if cell.cell_type == "code" and cell.execution_count:
            count += 1
            cell.execution_count = count
            for output in cell.outputs:
                if output.output_type == "execute_result":
                    output.execution_count = count
    return str(nbformat.writes(book)) + "\n"


def _head(app: Sphinx, address: str) -> str:
    book = app.config.html_title
    return (
        f"This notebook is [a chapter]({address}) of [{book}]({site_of(app)}), by "
        f"{app.config.author}. Text and figures are under CC BY 4.0, code is under BSD 3-Clause. "
        "To run it, install the book's library and what its chapters use into the environment "
        f"in which Jupyter runs Python:\n\n```sh\n{install_line(app)}\n```\n\n{_where(app)}"
        "Proofs, hints and solutions are folded: click to open them."
    )


def _where(app: Sphinx) -> str:
    """Return where a notebook's reader finds the file that the line installs."""
    if app.config.dlbook_site:
        return ""
    return (
        f"The line is for the folder that holds the file `{Path(WHEEL).name}`. The site that this "
        f"notebook is from has it in its folder `{_FOLDER}`.\n\n"
    )


def _cells(items: Sequence[Block], chapter: Sequence[Any], address: str) -> Iterator[Any]:
    """Yield the notebook's cells: text up to the next heading or cell is one of them."""
    codes = [chapter[item.index] for item in items if isinstance(item, Cell)]
    left = dict(zip(map(id, codes), without_glue(codes), strict=True))
    texts: list[str] = []
    for item in [*items, None]:
        heading = isinstance(item, str) and item.startswith("#")
        if texts and (heading or not isinstance(item, str)):
            yield nbformat.v4.new_markdown_cell("\n\n".join(texts))
            texts = []
        if isinstance(item, str):
            texts.append(item)
        elif isinstance(item, Answer):
            metadata = {"tags": ["answer"], "dlbook": {"exercise": item.exercise}}
            yield nbformat.v4.new_code_cell(item.source, metadata=metadata)
        elif isinstance(item, Cell):
            cell = chapter[item.index]
            source = left[id(cell)]
            if source:
                yield _code(cell, source, address, in_solution=item.in_solution)


def _code(cell: Any, source: str, address: str, *, in_solution: bool) -> Any:
    """Return a cell of the chapter with what a notebook's reader needs of its outputs."""
    given = cell.metadata.get("tags", [])
    tags, hidden = [], {}
    if "hide-input" in given or in_solution:
        hidden["source_hidden"] = True
    if in_solution:
        tags.append("solution")
        hidden["outputs_hidden"] = True
    if "timing" in given:
        tags.append("timing")  # two builds have other outputs here
    if COMPARISON in given:
        # Where PyTorch is missing, Jupyter shows the error and goes on to the next cell.
        tags.append("raises-exception")
    metadata = {"tags": tags} if tags else {}
    if hidden:
        metadata["jupyter"] = hidden  # type: ignore[assignment]
    outputs = [
        _safe(output, address)
        for output in cell.outputs
        if NUMBER_MIME not in output.get("data", {})
    ]
    return nbformat.v4.new_code_cell(
        source, metadata=metadata, outputs=outputs, execution_count=cell.execution_count
    )


def _safe(output: Any, address: str) -> Any:
    """Return an output as Jupyter shows it also in a notebook that its reader has not run.

    There it shows no SVG, and no scripts.
    """
    data = output.get("data", {})
    if found := moved(data.get("text/html", "")):
        kind, name = found
        move = {"stepper": "step", "slider": "move"}[kind]
        there = f"[{move} it on the page]({address}#{name})"
        output.data = {"text/markdown": f"*Run this cell to {move} it here, or {there}.*"}
    elif "image/png" in data:
        output.data.pop("image/svg+xml", None)
        # Figures are drawn for light paper, also where Jupyter is dark.
        output.metadata.setdefault("image/png", {})["needs_background"] = "light"
    return output


# ---- what the page offers ---------------------------------------------------------------


def _offer(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    metadata = app.env.metadata[docname]
    apart = docname == app.config.root_doc or docname.startswith("api/")
    is_chapter = "kernelspec" in metadata and metadata.get("downloads") != "none" and not apart
    if app.builder.format != "html" or not is_chapter:
        return
    title = doctree.next_node(nodes.title)
    if title is None:
        return
    source = app.env.doc2path(docname).read_text("utf-8")
    if not app.config.dlbook_solutions:
        source = without_order(without_solutions(source))
    links = []
    for label, suffix, text in (
        ("Jupyter notebook", ".ipynb", notebook(app, doctree, docname)),
        ("plain text", ".md", source),
    ):
        path = Path(app.outdir, _FOLDER, docname + suffix)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        address = relative_uri(app.builder.get_target_uri(docname), f"{_FOLDER}/{docname}{suffix}")
        links.append(f'<a href="{address}" download>{label} <code>{suffix}</code></a>')
    if "://" in (site := app.config.dlbook_site):
        # Another host, which a reader asks by pressing the link, and the page never.
        scheme, _, place = site.rstrip("/").partition("://")
        reader = f"https://nbviewer.org/url{'s' if scheme == 'https' else ''}"
        address = f"{reader}/{place}/{_FOLDER}/{docname}.ipynb"
        links.append(f'<a href="{address}">open in nbviewer</a>')
    wheel = relative_uri(app.builder.get_target_uri(docname), WHEEL)
    where = "" if site else f', in the folder that holds <a href="{wheel}">the library</a>'
    markup = (
        f'<p class="dl-downloads">Download this chapter: {", ".join(links)}. To run it{where}: '
        f"<code>{html.escape(install_line(app), quote=False)}</code></p>"
    )
    title.parent.insert(title.parent.index(title) + 1, nodes.raw("", markup, format="html"))


class install(nodes.General, nodes.Element):  # noqa: N801 (docutils names nodes so)
    """The place of the command, or of a link to its wheel, filled in when the page is written."""


class InstallDirective(SphinxDirective):
    """``{install}`` shows the command that installs what the chapters need.

    With ``:only: wheel`` it links to the wheel that the command names.
    """

    option_spec: ClassVar[dict[str, Any]] = {"only": directives.unchanged_required}

    def run(self) -> list[nodes.Node]:
        return [install(only=self.options.get("only", ""))]


def _wheel(app: Sphinx, docname: str) -> nodes.reference:
    """Return a page's link to the library's wheel."""
    address = relative_uri(app.builder.get_target_uri(docname), WHEEL)
    return nodes.reference("", Path(WHEEL).name, refuri=address, internal=True)


def _say_how_to_install(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    for place in list(doctree.findall(install)):
        if place["only"] == "wheel":
            place.replace_self(nodes.paragraph("", "", _wheel(app, docname)))
        else:
            line = install_line(app)
            shown: list[nodes.Node] = [nodes.literal_block(line, line, language="sh")]
            if not app.config.dlbook_site:
                before = "The line is for the folder of a file that this site carries: "
                text = [nodes.Text(before), _wheel(app, docname), nodes.Text(".")]
                shown.append(nodes.paragraph("", "", *text))
            place.replace_self(shown)


def _carry_wheel(app: Sphinx, exception: Exception | None) -> None:
    """Build the wheel that `install_line` names into the site."""
    if exception is None and app.builder.format == "html" and app.config.dlbook_carries_wheel:
        folder = Path(app.outdir, _FOLDER)
        done = subprocess.run(
            [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
            cwd=Path(app.srcdir).parent,
            capture_output=True,
            text=True,
        )
        if done.returncode:
            raise ExtensionError(f"the library's wheel could not be built:\n{done.stderr}")


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the settings, the directive and the handlers."""
    app.setup_extension("_ext.logic.exercises")
    site = os.environ.get("DLBOOK_SITE", "")
    app.add_config_value("dlbook_site", default=site, rebuild="html", types=[str])
    app.add_config_value("dlbook_carries_wheel", default=False, rebuild="", types=[bool])
    app.add_directive("install", InstallDirective)
    app.add_node(install)
    # After the solutions are left out, before formulas and maps become markup of the page.
    app.connect("doctree-resolved", _say_how_to_install, priority=420)
    app.connect("doctree-resolved", _offer, priority=450)
    app.connect("build-finished", _carry_wheel)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
