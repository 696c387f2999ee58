"""The form of a chapter: how long it may be, and how long it takes to read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging

from _ext.logic.exercises import exercise, solution
from _ext.logic.theorems import UNPROVED, chapter_number, result
from _ext.page.prose import is_cell

logger = logging.getLogger(__name__)

#: What a page may have at most: words outside solutions, kilobytes without the figures' code,
#: results from lemma to corollary, exercises.
WORDS, KILOBYTES, RESULTS, EXERCISES = 4000, 45, 8, 8

#: Theorems that a chapter is written for.
HEADLINES = 1, 2

#: A heading that says of a mistake no more than that it is one.
_NAMELESS = re.compile(
    r"(?i)(an?other|an?|the|one more|some)?\s*(common|usual|frequent)?\s*mistakes?\W*"
)

# Markdown reads a fence of backticks as text where its first line holds another backtick.
_UNFENCED = re.compile(
    r"^[ \t>]*(?:(?:[-*+]|\d+[.)])[ \t]+)*`{3,}(\{[^`\n]*\})[^`\n]*`", re.MULTILINE
)

# A reader's minutes: words of prose, formulas in the text, formulas on display, lines of code.
_PER_MINUTE: dict[str, int] = {"words": 180, "inline": 30, "displayed": 5, "lines": 20}


@dataclass
class Size:
    """How much of each there is to read."""

    words: int = 0
    inline: int = 0
    displayed: int = 0
    lines: int = 0

    def minutes(self) -> int:
        """Return how long it takes to read, to five minutes.

        Examples
        --------
        >>> Size(words=3600, inline=300, displayed=50).minutes()
        40
        """
        exact = sum(many / _PER_MINUTE[what] for what, many in vars(self).items())
        return max(5, 5 * round(float(exact) / 5))


def size(doctree: nodes.Element, *, without: tuple[type[nodes.Element], ...] = ()) -> Size:
    """Return how much there is to read in a document, some kinds of blocks left out.

    Code that the page hides, and what cells print, is not counted.
    """
    total = Size()
    for node in _read(doctree, without):
        if isinstance(node, nodes.math):
            total.inline += 1
        elif isinstance(node, nodes.math_block):
            total.displayed += 1
        elif isinstance(node, nodes.literal_block):
            total.lines += node.astext().count("\n") + 1
        else:
            total.words += len(re.findall(r"[^\W\d_][\w'\u2019-]*", node.astext()))
    return total


def _read(node: nodes.Node, without: tuple[type[nodes.Element], ...]) -> Iterator[nodes.Node]:
    if isinstance(node, (nodes.math, nodes.math_block, nodes.literal_block, nodes.Text)):
        yield node
    elif isinstance(node, nodes.Element) and not isinstance(node, (*without, nodes.raw)):
        children = node.children
        if is_cell(node):
            hidden = {"hide-input", "hide-cell", "remove-input", "remove-cell"}
            if hidden & set(node["cell_metadata"].get("tags", [])):
                return
            children = children[:1]  # then come its outputs
        for child in children:
            yield from _read(child, without)


def duration(minutes: int) -> str:
    """Return a length of time in words.

    Examples
    --------
    >>> [duration(minutes) for minutes in (40, 60, 145)]
    ['40 minutes', '1 hour', '2 hours 25 minutes']
    """
    hours, rest = divmod(minutes, 60)
    parts = [(hours, "hour"), (rest, "minute")]
    return " ".join(f"{n} {unit}{'s' * (n > 1)}" for n, unit in parts if n)


def excesses(doctree: nodes.document, source: str) -> Iterator[str]:
    """Yield where a page is longer than a chapter may be.

    Parameters
    ----------
    source
        The text of its file.
    """
    codes = [
        (cell["cell_metadata"], cell.children[0].astext())
        for cell in doctree.findall(nodes.container)
        if is_cell(cell)
    ]
    figures = sum(
        len(code.encode())
        for metadata, code in codes
        if "figure" in metadata.get("mystnb", {})
        or re.search(r"\bplot\.(choice|stepper|slider)\(", code)
    )
    results = [one for one in doctree.findall(result) if one["kind"] not in UNPROVED]
    found = {
        "words outside solutions": (size(doctree, without=(solution,)).words, WORDS),
        "kB of source, without the code of figures": (
            (len(source.encode()) - figures) / 1000,
            KILOBYTES,
        ),
        "results": (len(results), RESULTS),
        "exercises": (len(list(doctree.findall(exercise))), EXERCISES),
    }
    for what, (number, most) in found.items():
        if number > most:
            yield f"has {number:.4g} {what}; expected at most {most}"
    for title in doctree.findall(nodes.title):
        if _NAMELESS.fullmatch(title.astext()):
            yield (
                f"has the heading {title.astext()!r}; expected the mistake's name in it, "
                "such as 'A common mistake: one factor too few'"
            )
    headlines = sum(one["headline"] for one in results)
    if results and chapter_number(doctree).isdigit() and headlines not in HEADLINES:
        yield f"has {headlines} headline theorems; expected one or two, with `:headline:`"


def unfenced(source: str) -> Iterator[tuple[int, str]]:
    r"""Yield the line and the name of each block that begins as a fence, and is none.

    Examples
    --------
    >>> list(unfenced("Text.\n\n```{list-table} What `f` returns\n* - 1\n```"))
    [(3, '{list-table}')]
    >>> list(unfenced(":::{list-table} What `f` returns\n:::\n```{note}\nUse `f`.\n```"))
    []
    """
    for found in _UNFENCED.finditer(source):
        yield source.count("\n", 0, found.start()) + 1, found[1]


def _judge(app: Sphinx, doctree: nodes.document) -> None:
    source = Path(app.env.doc2path(app.env.docname)).read_text("utf-8")
    for line, name in unfenced(source):
        message = "%s is read as text: its first line holds a backtick; begin and end it with :::"
        _warn(message, name, location=(app.env.docname, line))
    if not chapter_number(doctree):
        return
    for excess in excesses(doctree, source):
        _warn("the page %s", excess, location=app.env.docname)
    for head in doctree.findall(nodes.admonition):
        if "chapter-head" in head["classes"]:
            _tell_time(head, doctree)


def _tell_time(head: nodes.Element, doctree: nodes.document) -> None:
    """Add how long the chapter takes to its head."""
    items = head.next_node(nodes.bullet_list)
    if items is None or any(item.astext().startswith("Time") for item in items.children):
        message = "the head of a chapter is a list without its reading time, which is added"
        _warn(message, location=head)
        return
    reading = size(doctree, without=(exercise, solution)).minutes()
    text = f" {duration(reading)} to read"
    if asked := sum(one["minutes"] for one in doctree.findall(exercise)):
        text += f", {duration(asked)} for all exercises"
    items += nodes.list_item(
        "", nodes.paragraph("", "", nodes.strong("", "Time"), nodes.Text(f"{text}."))
    )


def _warn(message: str, *args: object, location: Any = None) -> None:
    logger.warning(message, *args, location=location, type="dlbook", subtype="form")


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the handler, after those that gather blocks and look for typed numbers."""
    app.connect("doctree-read", _judge, priority=800)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
