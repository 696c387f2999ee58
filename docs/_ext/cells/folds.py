"""Folded cells say what their code makes: a stepper, a slider, a figure, or numbers for the text.

Those that compute numbers and show nothing are out of a reader's way, and of print, until a number
leads there.

A cell that says it itself (``mystnb: {code_prompt_show: …}``) is left alone.
"""

from __future__ import annotations

from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform

from _ext.cells.steppers import moved


def made_by(cell: nodes.Element) -> str:
    """Return what a cell shows below its code, or nothing."""
    for node in cell.findall():
        if isinstance(node, nodes.raw) and (found := moved(node.astext())):
            return found[0]
        if isinstance(node, nodes.image) or (
            isinstance(node, nodes.raw) and "dl-figure" in node["classes"]
        ):
            return "figure"
    return ""


class NameFolds(SphinxPostTransform):
    """Name what is folded, where the cell does not."""

    default_priority = 150  # figures stand in their places, and MyST-NB folds at 199

    def run(self, **kwargs: Any) -> None:
        usual = self.config.nb_code_prompt_show
        for cell in self.document.findall(nodes.container):
            if cell.get("prompt_show") != usual:
                continue
            if made := made_by(cell):
                cell["prompt_show"] = f"The code of this {made}"
                cell["prompt_hide"] = f"Hide the code of this {made}"
            elif len(cell.children) == 1:  # its code, and no output
                cell["classes"].append("dl-glue")


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the transform."""
    app.add_post_transform(NameFolds)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
