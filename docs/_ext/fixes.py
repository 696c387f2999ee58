"""Cures for defects in other extensions; each says whose, and goes when it is cured there."""

from __future__ import annotations

from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx_codeautolink import extension
from sphinx_codeautolink.extension.block import CodeBlockAnalyser


class _GuardedAnalyser(CodeBlockAnalyser):  # type: ignore[misc]
    """sphinx-codeautolink 0.19.0 pops a title for each section, also for those without one."""

    def depart_section(self, node: nodes.section) -> None:
        if any(isinstance(child, nodes.title) for child in node.children):
            super().depart_section(node)


def setup(app: Sphinx) -> dict[str, Any]:
    """Apply the cures."""
    extension.CodeBlockAnalyser = _GuardedAnalyser
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
