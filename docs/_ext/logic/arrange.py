"""``{arrange}``: the lines of a proof to put in order, checked in the page by a script alone.

In an exercise the author numbers the lines of a proof in an order in which they prove it, and
lists lines that do not belong, each with the reason::

    :::{arrange}
    :needs: 2:, 3: 1 2

    1. Let $a = 2m$.
    2. Let $b = 2n$.
    3. So $a + b = 2(m + n)$.
    4. So $a + b$ is even.

    - Since $a$ is even, so is $a / 2$.

      The number $a = 2$ is even, and $a / 2 = 1$ is not.
    :::

A line uses the one before it, or the lines that ``:needs:`` names. An arrangement is a proof if it
is a topological order of the lines, each after those that it uses, without the others. The lines
are shown in an order that depends on the exercise's label and is not such an order, with letters;
the exercise's solution begins with the right letters and the reasons.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from itertools import count, islice
from string import ascii_uppercase
from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from _ext.logic.exercises import exercise, solution, warn
from dlbook.graph import DiGraph, all_topological_sorts, is_topological_order

__all__ = ["BLOCK", "Puzzle", "read", "without_order"]

#: What a reader without the script does, on paper or in a notebook.
_HOW = (
    "Some of these lines are a proof. Write down their letters in an order in which each line uses "
    "only what is above it. The other lines do not belong."
)
_FEWEST, _MOST = 4, len(ascii_uppercase)


# ---- what authors write -----------------------------------------------------------------


@dataclass(frozen=True)
class Puzzle:
    """A proof in lines, and lines that do not belong to it.

    Attributes
    ----------
    lines
        The lines of the proof, in a right order.
    strays
        The others, each with the reason why it does not belong.
    needs
        For each line of the proof, the indices of the lines that it uses.
    """

    lines: tuple[str, ...]
    strays: tuple[tuple[str, str], ...]
    needs: tuple[tuple[int, ...], ...]

    @property
    def graph(self) -> DiGraph[int]:
        """The lines of the proof, with an edge to each from every line that it uses."""
        edges = [(used, line) for line, needs in enumerate(self.needs) for used in needs]
        return DiGraph(edges, nodes=range(len(self.lines)))

    @property
    def texts(self) -> list[str]:
        """All lines, those of the proof first."""
        return [*self.lines, *(text for text, _ in self.strays)]

    @property
    def is_rigid(self) -> bool:
        """Whether only one order is right."""
        return len(list(islice(all_topological_sorts(self.graph), 2))) == 1

    def shown(self, label: str) -> list[int]:
        """Return the indices of all lines in the order in which they are shown."""
        for attempt in count():
            drawn = sorted(
                range(len(self.texts)),
                key=lambda line: sha256(f"{label} {attempt} {line}".encode()).digest(),
            )
            proof = [line for line in drawn if line < len(self.lines)]
            if not is_topological_order(self.graph, proof):
                return drawn
        raise AssertionError  # the reverse of a right order is wrong: some line uses another


def read(text: str, needs: str = "") -> Puzzle:
    r"""Return what an author has written, with the option ``needs``.

    Raises
    ------
    ValueError
        If it is not a proof in lines, and others with reasons.

    Examples
    --------
    >>> puzzle = read("1. A\n2. B\n3. C\n   D\n4. E\n\n- F\n\n  Why not.", "3: 1")
    >>> puzzle.lines
    ('A', 'B', 'C D', 'E')
    >>> puzzle.needs
    ((), (0,), (0,), (2,))
    >>> puzzle.strays
    (('F', 'Why not.'),)
    """
    lines: list[str] = []
    strays: list[tuple[str, str]] = []
    for mark, paragraphs in _items(text):
        if mark == "-":
            if len(paragraphs) != 2:
                raise ValueError(
                    f"the line {paragraphs[0]!r} does not belong, for {len(paragraphs) - 1} "
                    "reasons; expected one, as a paragraph below it, indented"
                )
            strays.append((paragraphs[0], paragraphs[1]))
            continue
        lines.append(paragraphs[0])
        if mark != f"{len(lines)}.":
            raise ValueError(f"line {len(lines)} of the proof has the number {mark}")
        if len(paragraphs) > 1:
            raise ValueError(f"line {mark} has {len(paragraphs)} paragraphs; expected one")
    if len(lines) < _FEWEST or not strays:
        raise ValueError(
            f"there are {len(lines)} numbered lines, and {len(strays)} with `-` that do not "
            f"belong; expected at least {_FEWEST} and 1"
        )
    puzzle = Puzzle(tuple(lines), tuple(strays), _needs(needs, len(lines)))
    if len(puzzle.texts) > _MOST:
        raise ValueError(f"there are {len(puzzle.texts)} lines; expected at most {_MOST}")
    for text in puzzle.texts:
        if puzzle.texts.count(text) > 1:
            raise ValueError(f"the line {text!r} is there twice")
    if not any(puzzle.needs):
        raise ValueError("no line uses another, so that every order is right")
    return puzzle


def _items(text: str) -> Iterator[tuple[str, list[str]]]:
    """Yield each item of a list with its mark, as paragraphs."""
    for item in re.split(r"\n(?=\S)", text.strip()):
        match = re.match(r"(\d+\.|-) +(?=\S)", item)
        if match is None:
            first = item.partition("\n")[0]
            raise ValueError(
                f"{first!r} is not an item; expected numbered lines, and lines "
                "with `-` that do not belong, what continues a line indented"
            )
        paragraphs = re.split(r"\n\s*\n", item[match.end() :])
        yield match[1], [" ".join(one.split()) for one in paragraphs]


def _needs(option: str, many: int) -> tuple[tuple[int, ...], ...]:
    found: list[tuple[int, ...]] = [(line - 1,) * (line > 0) for line in range(many)]
    for entry in filter(None, map(str.strip, re.split(r"[,\n]", option))):
        match = re.fullmatch(r"(\d+):\s*((?:\d+\s*)*)", entry)
        if match is None:
            raise ValueError(f"needs {entry!r}; expected a line and those that it uses: 4: 1 3")
        line, used = int(match[1]), [int(one) for one in match[2].split()]
        for one in (line, *used):
            if not 1 <= one <= many:
                raise ValueError(f"needs {entry!r}, but the proof has no line {one}")
        if used and max(used) >= line:
            raise ValueError(
                f"line {line} needs line {max(used)}, which is not above it; expected the lines in "
                "a right order"
            )
        found[line - 1] = tuple(one - 1 for one in used)
    return tuple(found)


class arrangement(nodes.General, nodes.Element):  # noqa: N801 (docutils names nodes so)
    """The lines of a ``puzzle``: `proof_line` nodes, in the order in which they are shown."""


class proof_line(nodes.General, nodes.Element):  # noqa: N801
    """One of them: a paragraph and, if it does not belong, the `reason`."""


class reason(nodes.General, nodes.Element):  # noqa: N801
    """Why a line does not belong, in a paragraph, hidden until the script says it."""


class ArrangeDirective(SphinxDirective):
    """The lines of a proof, inside an exercise."""

    has_content = True
    option_spec: ClassVar[dict[str, Any]] = {"needs": directives.unchanged}

    def run(self) -> list[nodes.Node]:
        try:
            puzzle = read("\n".join(self.content), self.options.get("needs", ""))
        except ValueError as error:
            warn("{arrange}: %s", error, location=self.get_location())
            return []
        block = arrangement(puzzle=puzzle, classes=["dl-arrange"])
        block += [proof_line("", self._paragraph(text)) for text in puzzle.lines]
        for text, why in puzzle.strays:
            block += proof_line("", self._paragraph(text), reason("", self._paragraph(why)))
        self.set_source_info(block)
        return [nodes.paragraph("", _HOW, classes=["dl-arrange-how"]), block]

    def _paragraph(self, text: str) -> nodes.paragraph:
        made = nodes.paragraph("", "", *self.parse_inline(text)[0])
        self.set_source_info(made)
        return made


# ---- letters, and the solution ----------------------------------------------------------


def _letter(app: Sphinx, doctree: nodes.document) -> None:
    """Put the lines of each arrangement in the order in which they are shown, with letters."""
    solutions = {one["of"]: one for one in doctree.findall(solution)}
    lettered = set()
    for block in list(doctree.findall(arrangement)):
        owner = block.parent
        if not isinstance(owner, exercise):
            warn("{arrange} stands outside of an exercise", location=block)
            owner.remove(block)
        elif owner["label"] in lettered:
            warn("%s has a second {arrange}", owner["label"], location=block)
            owner.remove(block)
        else:
            lettered.add(owner["label"])
            answer = _arrange(block, owner["label"])
            if owner["label"] in solutions:
                solutions[owner["label"]].insert(0, answer)


def _arrange(block: arrangement, label: str) -> list[nodes.Node]:
    """Order the lines of a block; return what its solution begins with."""
    puzzle: Puzzle = block["puzzle"]
    shown = puzzle.shown(label)
    letters = dict(zip(shown, ascii_uppercase, strict=False))
    block.children = [block.children[place] for place in shown]
    reasons = nodes.bullet_list()
    for place, one in zip(shown, block.children, strict=True):
        assert isinstance(one, proof_line)
        one["letter"] = letters[place]
        if place < len(puzzle.lines):
            one["needs"] = sorted(letters[used] for used in puzzle.needs[place])
        for why in one.findall(reason):
            copy = why.children[0].deepcopy()
            reasons += nodes.list_item("", _led(copy, letters[place], " does not belong. "))
        _led(one.children[0], letters[place], " ")
    right = ", ".join(letters[place] for place in range(len(puzzle.lines)))
    says = f"The lines in order: {right}."
    if not puzzle.is_rigid:
        uses = "; ".join(
            f"{letters[place]} uses {' and '.join(sorted(letters[used] for used in needs))}"
            for place, needs in enumerate(puzzle.needs)
            if needs
        )
        says = (
            f"One right order is {right}. So is every other in which each line is below those that "
            f"it uses: {uses}."
        )
    return [nodes.paragraph("", says), reasons]


def _led(paragraph: nodes.Node, letter: str, words: str) -> nodes.Node:
    """Let a paragraph begin with a letter and words; return it."""
    assert isinstance(paragraph, nodes.Element)
    paragraph.insert(0, [nodes.inline("", letter, classes=["dl-letter"]), nodes.Text(words)])
    return paragraph


# ---- what is taken home -----------------------------------------------------------------

#: An arrangement in a chapter's text.
BLOCK = re.compile(
    r"^(?P<fence>:::+)\{arrange\}\n(?::needs:(?P<needs>[^\n]*)\n)?(?P<text>.*?)^(?P=fence)$",
    re.MULTILINE | re.DOTALL,
)


def without_order(source: str) -> str:
    r"""Return a chapter's text with the lines of its proofs as the page shows them.

    Examples
    --------
    >>> lines = "1. A\n2. B\n3. C\n4. D\n\n- E\n\n  Why not.\n"
    >>> text = without_order(f":label: ex-a\n\n:::{{arrange}}\n{lines}:::")
    >>> print(text.partition("belong.\n\n")[2])
    - **A** C
    - **B** D
    - **C** B
    - **D** A
    - **E** E
    """

    def lettered(match: re.Match[str]) -> str:
        label = re.findall(r"(?m)^:label: (ex-[a-z0-9-]+)$", source[: match.start()])[-1]
        puzzle = read(match["text"], match["needs"] or "")
        letters = zip(ascii_uppercase, puzzle.shown(label), strict=False)
        items = (f"- **{letter}** {puzzle.texts[place]}" for letter, place in letters)
        return "\n".join([_HOW, "", *items])

    return BLOCK.sub(lettered, source)


# ---- how it looks -----------------------------------------------------------------------


def _load(app: Sphinx, name: str, template: str, context: Any, doctree: nodes.document) -> None:
    """Give the script and its style to a page that has something to arrange, and to no other."""
    if doctree is not None and next(doctree.findall(arrangement), None) is not None:
        app.add_js_file("arrange.js", defer="defer")
        app.add_css_file("arrange.css")


def _visit_list(self: Any, node: arrangement) -> None:
    self.body.append(self.starttag(node, "ul", role="list"))


def _depart_list(self: Any, node: arrangement) -> None:
    self.body.append("</ul>\n")


def _visit_line(self: Any, node: proof_line) -> None:
    told = {"data-letter": node["letter"]}
    if "needs" in node:
        told["data-needs"] = " ".join(node["needs"])
    self.body.append(self.starttag(node, "li", "", **told))


def _depart_line(self: Any, node: proof_line) -> None:
    self.body.append("</li>\n")


def _visit_reason(self: Any, node: reason) -> None:
    self.body.append(self.starttag(node, "div", "", hidden="", CLASS="dl-arrange-why"))


def _depart_reason(self: Any, node: reason) -> None:
    self.body.append("</div>")


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directive, its nodes and handlers."""
    app.setup_extension("_ext.logic.exercises")
    app.add_directive("arrange", ArrangeDirective)
    app.add_node(arrangement, html=(_visit_list, _depart_list))
    app.add_node(proof_line, html=(_visit_line, _depart_line))
    app.add_node(reason, html=(_visit_reason, _depart_reason))
    app.connect("doctree-read", _letter, priority=600)  # when solutions have their place
    app.connect("html-page-context", _load)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
