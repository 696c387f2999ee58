"""Mathematics set by KaTeX while the book is built: no script in the page, MathML for ears.

The formulas of a document go to Node in one batch, and that process ends with it: nothing is
left running when a build ends or is killed. A formula that KaTeX does not understand is a
warning, and so fails the build.
"""

from __future__ import annotations

import html
import json
import re
import subprocess
from pathlib import Path
from typing import Any, TypeAlias
from xml.etree import ElementTree

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.locale import _
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number
from sphinx.writers.html5 import HTML5Translator

from _ext.page.assets import PACKAGES, node
from _ext.page.rows import rows

logger = logging.getLogger(__name__)

Formula: TypeAlias = nodes.math | nodes.math_block

_RENDER = (Path(__file__).parent / "mathematics.js").read_text("utf-8")


def render(formulas: list[tuple[str, bool]]) -> list[str | dict[str, str]]:
    """Return the HTML of each formula, given as LaTeX and whether it is displayed.

    What KaTeX cannot set comes back as ``{"error": message}``.
    """
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
    return pieces


def latex_of(math: Formula) -> list[tuple[str, str]]:
    """Return the rows of a formula that KaTeX is to set, each in two parts; most have one row."""
    latex = math.astext().strip()
    if isinstance(math, nodes.math) or "\\\\" not in latex:
        return [("", latex)]
    if math.get("no-wrap", math.get("nowrap")):
        return [("", latex)]
    if found := rows(latex):
        if len(found) == 1:
            return [("", " ".join(found[0]))]
        # After nothing, a relation has its space as after a left-hand side.
        aligned = any(left for left, _ in found)
        return [(left, "{}" * aligned + right) for left, right in found]
    return [("", f"\\begin{{aligned}}{latex}\\end{{aligned}}")]


def _set(found: list[Formula]) -> None:
    """Give each node its HTML."""
    given = [latex_of(math) for math in found]
    parts = [
        (part, isinstance(math, nodes.math_block))
        for math, lines in zip(found, given, strict=True)
        for line in lines
        for part in line
        if part
    ]
    pieces = iter(render(parts))
    for math, lines in zip(found, given, strict=True):
        made = [[next(pieces) if part else "" for part in line] for line in lines]
        for piece in (piece for line in made for piece in line if isinstance(piece, dict)):
            logger.warning(
                "KaTeX cannot set this formula: %s\n%s",
                math.astext(),
                piece["error"],
                location=math,
                type="dlbook",
                subtype="mathematics",
            )
            made = [["", f"<span><code>{html.escape(math.astext())}</code></span>"]]
        math["katex"] = _in_rows(lines, made) if len(made) > 1 else made[0][1]


#: Symbols of a left-hand side that has room for another side beside it on a narrow screen.
_SHORT = 6


def _in_rows(lines: list[tuple[str, str]], made: list[list[Any]]) -> str:
    """Return rows below each other, their right-hand sides at one edge."""
    sides = "".join(f"<span>{left}</span><span>{right}</span>" for left, right in made)
    longest = max(len(re.findall(r"\\[a-zA-Z]+|\w|[-+=]", left)) for left, _ in lines)
    classes = " dl-aligned" * (longest > 0) + " dl-long" * (longest > _SHORT)
    return f'<span class="dl-rows{classes}">{sides}</span>'


def _keep_punctuation(doctree: nodes.document) -> None:
    """Give each formula in the text the brackets and stops that touch it, to keep on its line."""
    for math in list(doctree.findall(nodes.math)):
        siblings, place = math.parent, math.parent.index(math)
        # By their places: `replace` takes the first text that is equal.
        following = siblings[place + 1] if place + 1 < len(siblings) else None
        if isinstance(following, nodes.Text) and (stop := re.match("[,.;:)?]+", following)):
            math["stop"] = stop[0]
            siblings[place + 1] = nodes.Text(following[stop.end() :])
        before = siblings[place - 1] if place else None
        if isinstance(before, nodes.Text) and (opening := re.search(r"[(\[]+$", before)):
            math["opening"] = opening[0]
            siblings[place - 1] = nodes.Text(before[: opening.start()])


def _set_document(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    if app.builder.format == "html":
        _keep_punctuation(doctree)
        found: list[Formula] = [
            *doctree.findall(nodes.math),
            *doctree.findall(nodes.math_block),
        ]
        if found:
            _set(found)


def _html(math: Formula) -> str:
    if "katex" not in math:  # in a title that navigation repeats
        _set([math])
    return str(math["katex"])


def plain_text(math: Formula) -> str:
    """Return a formula in a line of text, as a search shows it."""
    found = re.findall(r"(?s)<math.*?</math>", _html(math))
    line = " ".join(flat(ElementTree.fromstring(one)) for one in found)
    line = line or html.unescape(re.sub(r"<[^>]*>", "", _html(math)))
    return line + str(math.get("stop", ""))


def flat(tree: ElementTree.Element) -> str:
    """Return MathML as a line of text.

    Examples
    --------
    >>> flat(ElementTree.fromstring("<mfrac><mi>a</mi><msup><mi>b</mi><mn>2</mn></msup></mfrac>"))
    'a/(b²)'
    >>> flat(ElementTree.fromstring("<msub><mi>w</mi><mrow><mi>t</mi><mn>1</mn></mrow></msub>"))
    'w_(t1)'
    """
    parts = [flat(part) for part in tree if not part.tag.endswith("annotation")]
    match tree.tag.rpartition("}")[2], parts:
        case "mfrac", [over, under]:
            return f"{_one(over)}/{_one(under)}"
        case "msqrt", _:
            return f"√{_one(''.join(parts))}"
        case (("msub" | "munder"), [base, below]):
            return base + _small(below, "_", _BELOW)
        case (("msup" | "mover"), [base, above]):
            return base + _small(above, "^", _ABOVE)
        case (("msubsup" | "munderover"), [base, below, above]):
            return base + _small(below, "_", _BELOW) + _small(above, "^", _ABOVE)
    return (tree.text or "").strip("\u2061\u2063\u200b") + "".join(parts)


_DIGITS = "0123456789+\u2212"
_BELOW = str.maketrans(_DIGITS, "₀₁₂₃₄₅₆₇₈₉₊₋")
_ABOVE = str.maketrans(_DIGITS, "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻")


def _one(text: str) -> str:
    return text if len(text) < 2 else f"({text})"


def _small(text: str, sign: str, digits: dict[int, int]) -> str:
    if text in ("\u2032", "\u2217", "\u22a4"):
        return text
    return text.translate(digits) if set(text) <= set(_DIGITS) else sign + _one(text)


def inline_html(math: nodes.math) -> str:
    """Return the HTML of a formula in the text, with the stop and bracket that it was given."""
    inner = _html(math)
    # Within KaTeX's box, so that in a formula of two lines a stop stands after the last symbol,
    # and is not pushed behind the box; U+2060 forbids a break between.
    if opening := math.get("opening"):
        start, rest = inner.split(">", 1)
        inner = f'{start}><span class="dl-opening">{opening}\u2060</span>{rest}'
    if stop := math.get("stop"):
        inner = inner.removesuffix("</span>")
        inner += f'<span class="dl-stop">\u2060{stop}</span></span>'
    return inner


def _visit_math(self: HTML5Translator, node: nodes.math) -> None:
    self.body.append(inline_html(node).replace('"katex"', '"katex math"', 1))
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
    app.connect("doctree-resolved", _set_document)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
