"""No computed number is typed by hand: a lint over the text of the chapters.

A decimal, a per cent or an integer of two digits and more in a chapter's running text is
reported, unless the text says what it is by its form: code font for an input, a formula, a
citation or a link, a number that the build prints (``{num}``, ``{published}``), a statement
or its proof, or a number that names something (*chapter 17*, *in 1951*).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.util import logging

from _ext.cells.numbers import computed
from _ext.logic.theorems import proof, result

logger = logging.getLogger(__name__)

#: What makes an integer after it a name and no result.
_NAMED = (
    r"chapters?|parts?|sections?|figures?|tables?|equations?|theorems?|lemmas?|propositions?"
    r"|corollar(?:y|ies)|definitions?|examples?|exercises?|algorithms?|pages?|lines?|steps?|cells?"
    r"|versions?|python|numpy"
    r"|january|february|march|april|may|june|july|august|september|october|november|december"
)
# "Chapters 16 and 17", "Figure 2.1", "Python 3.11"; "in 1951, …", "In 1951 Robbins …"
_NAME = re.compile(
    rf"\b(?i:{_NAMED})\s+[1-9]\d*(?:\.\d+)*(?:\s*(?:,|\u2013|and|or|to)\s*[1-9]\d*(?:\.\d+)*)*"
    r"|\b(?i:in|since|until|before|after)\s+(?:1[5-9]|20)\d\d\b(?!\s+[a-z])"
)

_NUMBER = re.compile(
    r"(?<![\w.,-])[-\u2212+]?"
    r"(?:"
    r"(?:\d+(?:,\d{3})+(?:\.\d+)?|\d*\.\d+|\d+(?=\s?(?:%|‰|per\s?cent\b)|[eE][-+]?\d))"
    r"(?:[eE][-+]?\d+)?(?:\s?(?:%|‰|per\s?cent\b))?"  # a result also in 0.5s or 1.5x
    r"|\d+(?![\w-]))"
)

#: Nodes whose text is not prose, or says by its form where its numbers are from.
_EXEMPT = (
    addnodes.desc,  # of the reference: docstrings, whose examples run as tests
    addnodes.pending_xref,
    computed,
    nodes.citation,
    nodes.citation_reference,
    nodes.footnote,
    nodes.literal,
    nodes.literal_block,
    nodes.math,
    nodes.math_block,
    nodes.raw,
    nodes.reference,
    nodes.title,
    proof,  # what is proved was not computed
    result,
)

#: A part of this class says how long an exercise takes.
_FACTS = "dl-exercise-facts"


def typed_numbers(text: str) -> list[str]:
    """Return the numbers in a text that look like results.

    Examples
    --------
    >>> typed_numbers("It reached 94.4 % after 3 of 20 epochs, in 0.5 s.")
    ['94.4 %', '20', '0.5']
    >>> typed_numbers("Chapters 16 and 17, Python 3.11 and March 2022 are names; so is MNIST-10.")
    []
    """
    named = [match.span() for match in _NAME.finditer(text)]
    found = []
    for match in _NUMBER.finditer(text):
        number = match[0].strip()
        single = len(number.lstrip("-+\u2212")) == 1
        if not single and not any(start <= match.start() < end for start, end in named):
            found.append(number)
    return found


def suspects(doctree: nodes.Element) -> Iterator[tuple[nodes.Element, str]]:
    """Yield each number typed in prose, with the element whose text it stands in."""
    for child in doctree.children:
        if isinstance(child, nodes.TextElement):
            if not _exempt(child):
                yield from ((child, number) for number in typed_numbers(_prose(child)))
        elif isinstance(child, nodes.Element) and not _exempt(child):
            yield from suspects(child)


def is_cell(node: nodes.Node) -> bool:
    """Tell whether a node is a code cell with what it prints."""
    return isinstance(node, nodes.container) and node.get("nb_element") == "cell_code"


def _exempt(node: nodes.Element) -> bool:
    return isinstance(node, _EXEMPT) or is_cell(node) or _FACTS in node["classes"]


def _prose(node: nodes.Element) -> str:
    """Return a paragraph's text, a placeholder for what is exempt in it.

    The words of a paragraph belong together: *chapter* may stand before an emphasised number.
    """
    parts = []
    for child in node.children:
        if isinstance(child, nodes.Element):
            parts.append(" · " if _exempt(child) else _prose(child))
        else:
            parts.append(str(child))
    return "".join(parts)


def _lint(app: Sphinx, doctree: nodes.document) -> None:
    if "kernelspec" not in app.env.metadata[app.env.docname]:  # a page, not a chapter
        return
    for node, number in suspects(doctree):
        logger.warning(
            "%s is typed in prose. A result is glued and printed with {num}, an input stands in "
            "code font (`%s`) or a formula, what others found comes by {published}",
            number,
            number,
            location=node,
            type="dlbook",
            subtype="prose",
        )


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the lint, ahead of what turns numbers and references into text."""
    app.connect("doctree-read", _lint)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
