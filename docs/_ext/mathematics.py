"""Mathematics set by KaTeX while the book is built: no script in the page, MathML for ears.

The formulas of a document go to Node in one batch, and that process ends with it: nothing is
left running when a build ends or is killed. A formula that KaTeX does not understand is an
error of the build.
"""

from __future__ import annotations

import json
import subprocess
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.locale import _
from sphinx.util.math import get_node_equation_number
from sphinx.writers.html5 import HTML5Translator

from _ext.assets import PACKAGES, node

_RENDER = """
const katex = require(process.argv[1]);
const formulas = JSON.parse(require("fs").readFileSync(0, "utf8"));
const html = formulas.map(([latex, displayMode]) => {
  try {
    return katex.renderToString(latex, {displayMode, strict: "error"});
  } catch (error) {
    return {error: error.message};
  }
});
process.stdout.write(JSON.stringify(html));
"""


def render(formulas: list[tuple[str, bool]]) -> list[str]:
    """Return the HTML of each formula, given as LaTeX and whether it is displayed."""
    done = subprocess.run(
        [node(), "-e", _RENDER, PACKAGES / "katex"],
        input=json.dumps(formulas),
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    if done.returncode:
        raise ExtensionError(f"KaTeX did not run: {done.stderr}")
    pieces: list[str | dict[str, str]] = json.loads(done.stdout)
    html = []
    for (latex, _display), piece in zip(formulas, pieces, strict=True):
        if isinstance(piece, dict):
            raise ExtensionError(f"KaTeX cannot set this formula: {latex}\n{piece['error']}")
        html.append(piece)
    return html


def _formula(math: nodes.math | nodes.math_block) -> tuple[str, bool]:
    """Return what KaTeX sets for a node; a display of several lines is aligned, as by Sphinx."""
    latex = math.astext().strip()
    display = isinstance(math, nodes.math_block)
    if display and "\\\\" in latex and not math.get("no-wrap", math.get("nowrap")):
        latex = f"\\begin{{split}}{latex}\\end{{split}}"
    return latex, display


def _render_document(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    if app.builder.format != "html":
        return
    found: list[nodes.math | nodes.math_block] = [
        *doctree.findall(nodes.math),
        *doctree.findall(nodes.math_block),
    ]
    if found:
        for math, html in zip(found, render([_formula(math) for math in found]), strict=True):
            math["katex"] = html


def _html(math: nodes.math | nodes.math_block) -> str:
    # Titles in navigation are not part of the document that was rendered in one batch.
    html: str = math.get("katex") or render([_formula(math)])[0]
    return html


def _visit_math(self: HTML5Translator, node: nodes.math) -> None:
    self.body.append(f'<span class="math">{_html(node)}</span>')
    raise nodes.SkipNode


def _visit_math_block(self: HTML5Translator, node: nodes.math_block) -> None:
    self.body.append(self.starttag(node, "div", CLASS="math"))
    if node["number"]:
        self.body.append(f'<span class="eqno">({get_node_equation_number(self, node)})')
        self.add_permalink_ref(node, _("Link to this equation"))
        self.body.append("</span>")
    self.body.append(_html(node) + "</div>\n")
    raise nodes.SkipNode


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the renderer and its batch."""
    app.add_html_math_renderer("katex", (_visit_math, None), (_visit_math_block, None))
    app.connect("doctree-resolved", _render_document)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
