"""A page's text as a notebook reader sees it: Markdown that any Jupyter renders.

What MyST means by a role or a directive has become nodes when a page is about to be written:
numbers are text, references are links. They are written down again, links with their full
addresses, statements as quotes, whatever is folded in the page as ``<details>``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape as html_escape
from typing import TypeAlias
from urllib.parse import urljoin

from docutils import nodes
from sphinx import addnodes

from _ext.cells.numbers import computed
from _ext.logic.arrange import arrangement
from _ext.logic.exercises import CALL, answer_to, exercise, facts_of, hidden_hint, solution
from _ext.logic.theorems import foot, proof, result, without
from _ext.page.maps import chart

__all__ = ["Answer", "Cell", "Page", "blocks"]


@dataclass(frozen=True)
class Cell:
    """A code cell of the chapter.

    Attributes
    ----------
    index
        Its place among the cells of the chapter's source.
    in_solution
        Whether it belongs to the solution of an exercise.
    """

    index: int
    in_solution: bool = False


@dataclass(frozen=True)
class Answer:
    """The cell in which an exercise is answered, and the exercise's name."""

    exercise: str
    source: str


Block: TypeAlias = "str | Cell | Answer"


@dataclass(frozen=True)
class Page:
    """What is known of the page that the text comes from.

    Attributes
    ----------
    address
        The full address of the page.
    name
        Returns what the page calls a figure, a table or a formula, by its kind and its ids: such
        as ``Fig. 9.1``, or nothing where it has no number.
    """

    address: str
    name: Callable[[str, Sequence[str]], str]

    def link(self, text: str, anchor: str) -> str:
        """Return a link to a place on the page."""
        return f"[{text}]({self.address}#{anchor})"


#: What the page shows and a notebook does not need: its reader has the cell itself, or the page.
_LEFT_OUT = (addnodes.index, foot, nodes.comment, nodes.target)


def blocks(node: nodes.Element, page: Page, level: int = 0) -> Iterator[Block]:
    """Yield the blocks of Markdown in a node, and the cells between them."""
    for child in node.children:
        yield from _block(child, page, level)


def _block(node: nodes.Node, page: Page, level: int) -> Iterator[Block]:
    if isinstance(node, _LEFT_OUT) or not isinstance(node, nodes.Element):
        return
    if node.get("nb_element") == "cell_code":
        yield from _cell(node, page)
    elif isinstance(node, nodes.section):
        yield from blocks(node, page, level + 1)
    elif isinstance(node, nodes.title):
        yield "#" * max(level, 1) + " " + _inline(node, page)
    elif isinstance(node, result):
        yield _quote(_result(node, page))
    elif isinstance(node, proof):
        title, *rest = node.children
        yield _fold(title.astext().removesuffix("."), _texts(rest, page))
    elif isinstance(node, without):
        heading, *rest = node.children
        yield _inline(heading, page)
        for child in rest:
            yield from _block(child, page, level)
    elif isinstance(node, exercise):
        yield from _exercise(node, page)
    elif isinstance(node, arrangement):
        yield "\n".join(f"- {_inline(line.children[0], page)}" for line in node.children)
    elif isinstance(node, hidden_hint):
        yield _fold(node["summary"], _texts(node.children, page))
    elif isinstance(node, solution):
        yield from _solution(node, page)
    elif isinstance(node, nodes.admonition):
        title, *rest = node.children
        yield _quote([f"**{_inline(title, page)}**", *_texts(rest, page)])
    elif node.tagname == "dropdown_main":
        summary = next(n for n in node.findall(nodes.inline) if "sd-summary-text" in n["classes"])
        yield _fold(_inline(summary, page), _texts(node.children[-1].children, page))
    elif isinstance(node, nodes.figure):
        yield from _figure(node, page)
    elif isinstance(node, nodes.table):
        yield from _table(node, page)
    elif isinstance(node, chart):
        assert isinstance(node.parent, nodes.Element)
        anchor = node.parent["ids"][0]
        yield f"The map is on {page.link('the page of this chapter', anchor)}."
    elif isinstance(node, (nodes.bullet_list, nodes.enumerated_list)):
        yield _list(node, page)
    elif isinstance(node, nodes.definition_list):
        yield _definitions(node, page)
    elif isinstance(node, nodes.block_quote):
        yield _quote(_texts(node.children, page))
    elif isinstance(node, nodes.literal_block):
        yield f"```{node.get('language', '')}\n{node.astext()}\n```"
    elif isinstance(node, nodes.math_block):
        yield _display(node, page)
    elif isinstance(node, nodes.transition):
        yield "---"
    elif isinstance(node, nodes.rubric):
        yield f"**{_inline(node, page)}**"
    elif isinstance(node, nodes.paragraph):
        if "dl-sheet-only" in node["classes"]:
            return
        if text := _inline(node, page).strip():
            yield re.sub(r"^([#>+-]|\d+(?=[.)]))", r"\\\1", text)
    elif isinstance(node, (nodes.container, nodes.compound)) or "table-wrapper" in node["classes"]:
        yield from blocks(node, page, level)
    else:
        raise TypeError(f"{page.address}: a notebook cannot show a {node.tagname}")


def _texts(children: Iterable[nodes.Node], page: Page) -> list[str]:
    """Return blocks where no cell can be."""
    found = []
    for child in children:
        for block in _block(child, page, 1):
            if not isinstance(block, str):
                raise TypeError(f"{page.address}: a cell within a list, a quote or a proof")
            found.append(block)
    return found


# ---- parts of chapters ------------------------------------------------------------------


def _cell(node: nodes.Element, page: Page) -> Iterator[Block]:
    yield Cell(node["cell_index"])
    for figure in node.findall(nodes.figure):
        yield from _figure(figure, page)
    if "comparison" in node["cell_metadata"].get("tags", []):
        yield "*The cell above needs PyTorch, which* `pip install torch` *adds; skip it otherwise.*"


def _result(node: nodes.Element, page: Page) -> list[str]:
    title, *rest = node.children
    number, _, name = title.children
    heading = page.link(number.astext(), node["ids"][0])
    return [f"**{heading}. {_inline(name, page)}**", *_texts(rest, page)]


def _exercise(node: nodes.Element, page: Page) -> Iterator[Block]:
    title, _, *rest = node.children
    name = next(n for n in title.findall(nodes.inline) if "dl-name" in n["classes"])
    yield f"**{page.link(node['name'], node['ids'][0])}. {_inline(name, page)}**"
    call = node.get("checker")
    short = node["ids"][0].removeprefix("ex-")
    yield facts_of(node.attributes) + (f" · checker `{short}`" if call else "")
    for child in rest:
        if not (isinstance(child, nodes.Element) and CALL in child["classes"]):
            yield from _block(child, page, 1)
    if call:
        yield Answer(short, answer_to(short, call))


def _solution(node: nodes.Element, page: Page) -> Iterator[Block]:
    """Yield the parts of a solution, the text between its cells folded piece by piece."""
    texts: list[str] = []
    for block in blocks(node, page, 1):
        if isinstance(block, str):
            texts.append(block)
            continue
        if texts:
            yield _fold(node["summary"], texts)
            texts = []
        yield Cell(block.index, in_solution=True) if isinstance(block, Cell) else block
    if texts:
        yield _fold(node["summary"], texts)


def _figure(node: nodes.Element, page: Page) -> Iterator[str]:
    for caption in node.findall(nodes.caption):
        yield _caption("figure", node, caption, page)


def _caption(kind: str, node: nodes.Element, text: nodes.Element, page: Page) -> str:
    name = page.name(kind, node["ids"])
    link = page.link(name, node["ids"][0]) + ". " if name else ""
    return f"{link}*{_inline(text, page).strip()}*"


# ---- lists, tables, quotes --------------------------------------------------------------


def _quote(texts: Iterable[str]) -> str:
    lines = "\n\n".join(texts).splitlines()
    return "\n".join(f"> {line}".rstrip() for line in lines)


def _fold(summary: str, texts: Iterable[str]) -> str:
    body = "\n\n".join(texts)
    return f"<details>\n<summary>{summary}</summary>\n\n{body}\n\n</details>"


def _list(node: nodes.Element, page: Page) -> str:
    start = node.get("start", 1)
    items = []
    for place, item in enumerate(node.children, start):
        mark = f"{place}. " if isinstance(node, nodes.enumerated_list) else "- "
        items.append(mark + _indented(_texts(item.children, page), len(mark)))
    return "\n".join(items)


def _indented(texts: list[str], width: int) -> str:
    lines = "\n\n".join(texts).splitlines()
    rest = [(" " * width + line).rstrip() for line in lines[1:]]
    return "\n".join(lines[:1] + rest)


def _definitions(node: nodes.Element, page: Page) -> str:
    items = []
    for item in node.children:
        terms = [_inline(term, page) for term in item.findall(nodes.term)]
        texts = [t for d in item.findall(nodes.definition) for t in _texts(d.children, page)]
        texts[0] = f"**{', '.join(terms)}**: {texts[0]}"
        items.append("- " + _indented(texts, 2))
    return "\n".join(items)


def _table(node: nodes.Element, page: Page) -> Iterator[str]:
    for title in node.findall(nodes.title):
        yield _caption("table", node, title, page)
    rows = [
        [" <br> ".join(_texts(entry.children, page)).replace("\n", " ") for entry in row.children]
        for row in node.findall(nodes.row)
    ]
    if not any(isinstance(part, nodes.thead) for part in node.findall(nodes.thead)):
        rows.insert(0, [""] * len(rows[0]))
    rows.insert(1, ["---"] * len(rows[0]))
    yield "\n".join(f"| {' | '.join(row)} |" for row in rows)


# ---- within a line ----------------------------------------------------------------------

#: What Markdown would read as markup, or Jupyter as the beginning of a formula.
_SPECIAL = re.compile(r"[\\`*\[\]<$~|]|(?<!\w)_|_(?!\w)")


def _inline(node: nodes.Node, page: Page) -> str:
    if isinstance(node, nodes.Element):
        return "".join(_span(child, page) for child in node.children)
    return _escaped(str(node))


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\g<0>", " ".join(re.split(r"\s*\n\s*", text)))


def _span(node: nodes.Node, page: Page) -> str:
    if not isinstance(node, nodes.Element):
        return _escaped(str(node))
    if isinstance(node, nodes.math):
        return f"${_formula(node)}$"
    if isinstance(node, nodes.math_block):
        return f"$${_formula(node)}$$"
    if isinstance(node, nodes.literal):
        return _code(node.astext())
    if isinstance(node, nodes.reference):
        text = _inline(node, page)
        return f"[{text}]({_address(node, page)})" if text else ""
    if isinstance(node, (nodes.strong, nodes.emphasis)):
        return _marked("**" if isinstance(node, nodes.strong) else "*", _inline(node, page))
    if isinstance(node, computed):
        text = _inline(node, page)
        if node.get("kind") == "timing":
            return f'<span title="{html_escape(node["note"])}">{text}</span>'
        return text
    if isinstance(node, nodes.raw):
        return html_escape(re.sub(r"<[^>]*>", "", node.astext()), quote=False)
    if isinstance(node, nodes.inline):
        text = _inline(node, page)
        return _marked("**", text) if "dl-letter" in node["classes"] else text
    if isinstance(node, (nodes.target, addnodes.index)):
        return ""
    if isinstance(node, (nodes.superscript, nodes.subscript)):
        mark = "sup" if isinstance(node, nodes.superscript) else "sub"
        return f"<{mark}>{_inline(node, page)}</{mark}>"
    if isinstance(node, nodes.paragraph):
        return _inline(node, page)
    if isinstance(node, nodes.image):  # its file stays with the page
        return f"[{node.get('alt', 'picture')}]({page.address})"
    raise TypeError(f"{page.address}: a notebook cannot show a {node.tagname} within a line")


def _marked(mark: str, text: str) -> str:
    """Return a text in marks that touch it; its outer spaces stand outside."""
    inner = text.strip()
    before, after = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
    return f"{before}{mark}{inner}{mark}{after}" if inner else text


def _code(text: str) -> str:
    """Return code, in more backticks than it holds."""
    text = " ".join(text.split("\n"))
    ticks = "`" * (1 + max(map(len, re.findall("`+", text)), default=0))
    space = " " if "`" in text else ""
    return f"{ticks}{space}{text}{space}{ticks}"


def _address(node: nodes.Element, page: Page) -> str:
    if node.get("refid"):
        return f"{page.address}#{node['refid']}"
    return urljoin(page.address, node.get("refuri", ""))


def _formula(node: nodes.Element) -> str:
    # On one line, since within a quote or a list each line would begin with its mark.
    latex = " ".join(node.astext().split())
    if isinstance(node, nodes.math_block) and "\\\\" in latex and not _is_whole(node):
        latex = rf"\begin{{aligned}}{latex}\end{{aligned}}"
    return latex


def _is_whole(node: nodes.Element) -> bool:
    """Tell whether a formula brings an environment of its own."""
    return bool(node.get("no-wrap", node.get("nowrap")))


def _display(node: nodes.math_block, page: Page) -> str:
    number = page.name("displaymath", node["ids"]) if node.get("number") else ""
    tag = rf" \tag{{{number}}}" if number else ""
    return f"$${_formula(node)}{tag}$$"
