r"""Rows of a displayed formula: what belongs on a line, so that the width of a page breaks it.

Authors break a long formula by hand, for the narrowest screen. Here what they broke is joined: a
row that goes on with ``+`` or ``-`` belongs to the one before, and so does a first ``=`` or ``\le``
with its left-hand side. What remains are rows of left-hand and right-hand sides, each of which a
browser breaks where it has no room.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

_TOKEN = re.compile(r"\\(?:begin|end)\{[a-z*]+\}|\\[a-zA-Z]+|\\.|\s+|.", re.DOTALL)
_RELATIONS = {
    *("=", "<", ">", r"\le", r"\leq", r"\ge", r"\geq", r"\lt", r"\gt", r"\approx", r"\equiv"),
    *(r"\ll", r"\gg", r"\sim", r"\iff", r"\implies", r"\Rightarrow", r"\Leftrightarrow"),
}
_OPERATORS = {"+", "-", r"\pm", r"\mp", r"\cdot", r"\times", r"\circ"}
_OPEN = {"(", "[", r"\{", r"\langle", r"\lvert", r"\lVert", r"\lfloor", r"\lceil"}
_CLOSE = {")", "]", r"\}", r"\rangle", r"\rvert", r"\rVert", r"\rfloor", r"\rceil"}
_BEGIN, _END = {"{", r"\left"}, {"}", r"\right"}
_SPACE = re.compile(r"(?:\\[ ,;:!]|\\q?quad(?![a-zA-Z])|\{\}|\s|~)+")
_SPACE_AT_END = re.compile(r"(?:(?<!\\)\\[ ,;:!]|\s|~)+$")


@dataclass
class _Row:
    """A row as it is written: its tokens outside of groups, and where they stand in its text."""

    text: str = ""
    marks: list[int] = field(default_factory=list)  # of the text, where an & stood
    relations: list[int] = field(default_factory=list)

    def begins(self, kinds: set[str]) -> bool:
        """Whether the first symbol is one of these."""
        start = _SPACE.match(self.text)
        token = _TOKEN.match(self.text, start.end() if start else 0)
        return token is not None and token[0] in kinds

    def goes_on(self) -> bool:
        """Whether its author set it below something, to go on with it."""
        return not self.marks or not _SPACE.sub("", self.text[: self.marks[0]])

    def __add__(self, other: _Row) -> _Row:
        cut = (space.end() if (space := _SPACE.match(other.text)) else 0) - len(self.text) - 1
        relations = [*self.relations, *(place - cut for place in other.relations)]
        return _Row(f"{self.text} {_trim(other.text)}", self.marks, relations)

    def sides(self) -> tuple[str, str]:
        """Return what stands before the first relation, and the rest."""
        if not self.relations:
            return "", self.text
        place = self.relations[0]
        return self.text[:place], self.text[place:]


def _written(latex: str) -> Iterator[_Row]:
    row, groups, brackets = _Row(), 0, 0
    for match in _TOKEN.finditer(latex):
        token = match[0]
        if token == r"\\" and not groups:
            yield row
            row, brackets = _Row(), 0
            continue
        if token == "&" and not groups:
            row.marks.append(len(row.text))
            continue
        groups += token in _BEGIN or token.startswith(r"\begin{")
        groups -= token in _END or token.startswith(r"\end{")
        brackets += (token in _OPEN) - (token in _CLOSE)
        if token in _RELATIONS and not groups and brackets <= 0:
            row.relations.append(len(row.text))
        row.text += token
    yield row


def rows(latex: str) -> list[tuple[str, str]] | None:
    r"""Return the rows of a formula that has several, each by its two sides.

    The second side begins with the relation. ``None`` is returned for a formula that has one row,
    or whose rows have more columns; one whose rows all belong together is returned as one row.

    Examples
    --------
    >>> rows(r"f(x + h) &= f(x) \\ &\quad + h f'(x) \\ &\le 1 + h")
    [('f(x + h)', "= f(x) + h f'(x)"), ('', '\\le 1 + h')]
    >>> rows(r"a(x &+ y) \\ &= b, \\ c &= d")
    [('a(x + y)', '= b,'), ('c', '= d')]
    >>> rows(r"a &\to b \\ &\text{for } c")
    [('', 'a \\to b'), ('', '\\text{for } c')]
    >>> rows(r"&a + b \\ &\ = c \\ &\ = d")
    [('a + b', '= c'), ('', '= d')]
    >>> rows(r"a = b") is rows(r"a &= b, & c &= d \\ e &= f, & g &= h") is None
    True
    """
    latex = latex.strip()
    inner = re.fullmatch(r"(?s)\\begin\{(aligned|split)\}(.*)\\end\{\1\}\s*([.,;]?)", latex)
    if inner and r"\begin{" + inner[1] + "}" not in inner[2]:
        latex = inner[2].strip() + inner[3]
    written = [row for row in _written(latex) if row.text.strip()]
    if len(written) < 2 or any(len(row.marks) > 1 for row in written):
        return None
    joined = [written[0]]
    for row in written[1:]:
        first = row.begins(_RELATIONS) and not joined[-1].relations
        if first or (row.begins(_OPERATORS) and row.goes_on()):
            joined[-1] += row
        else:
            joined.append(row)
    sides = [row.sides() for row in joined]
    if any(not row.relations for row in joined):  # nothing to align them by
        return [("", _trim(left + right)) for left, right in sides]
    return [(_trim(left), _trim(right)) for left, right in sides]


def _trim(side: str) -> str:
    """Return a part of a formula without the space that its author put around it."""
    start = _SPACE.match(side)
    side = re.sub(r"(?<!\\)\s+", " ", side[start.end() :] if start else side)
    end = _SPACE_AT_END.search(side)
    return side[: end.start()] if end else side
