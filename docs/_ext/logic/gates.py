"""Blocks that hold cells: what stands between a start and an end is gathered afterwards.

MyST-NB finds cells at the top level of a chapter only, never inside a directive. So a block
that holds some is written as two directives, ``{…-start}`` and ``{…-end}``.
"""

from __future__ import annotations

from typing import Any

from docutils import nodes
from sphinx.util import logging

logger = logging.getLogger(__name__)


class gate(nodes.Element):  # noqa: N801 (docutils names nodes so)
    """Where a block of some ``kind`` begins or, if ``end`` is set, ends."""


def gather(doctree: nodes.document, kind: str, block: type[nodes.Element]) -> None:
    """Move what stands between the gates of a kind into blocks, which take the start's attributes.

    A gate without its counterpart in the same section is a warning.
    """
    for start in list(doctree.findall(gate)):
        if start["kind"] != kind or start.parent is None or start.get("end"):
            continue
        siblings: list[Any] = start.parent.children
        begin = siblings.index(start)
        for end in range(begin + 1, len(siblings)):
            if isinstance(siblings[end], gate) and siblings[end]["kind"] == kind:
                break
        else:
            end = begin
        if end == begin or not siblings[end].get("end"):
            _warn("{%s-start} has no {%s-end} in its section", kind, kind, location=start)
            start.parent.remove(start)
            continue
        gathered = block(start.rawsource, **start.attributes)
        gathered.source, gathered.line = start.source, start.line
        gathered += siblings[begin + 1 : end]
        parent = start.parent
        parent[begin : end + 1] = [gathered]
    for stray in list(doctree.findall(gate)):
        if stray["kind"] == kind:
            _warn("{%s-end} has no {%s-start} in its section", kind, kind, location=stray)
            stray.parent.remove(stray)


def _warn(message: str, *args: object, location: Any) -> None:
    logger.warning(message, *args, location=location, type="dlbook", subtype="block")
