"""The book's formulas as MathML, which an e-reader sets itself.

The site shows KaTeX's boxes, and of its MathML only what ears need. The whole of it comes from
LaTeX once more: from that of the doctrees which the site was written from. A formula of the site
is found there by what the site shows of it.

An e-reader breaks no line within a formula, and a column of text may be narrow. So a formula
comes in pieces, between which a line may end: each begins with a relation, or with a sum's
operator outside of brackets.
"""

from __future__ import annotations

import html
import json
import pickle
import re
import subprocess
import unicodedata
from collections.abc import Iterable
from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from _ext.page.assets import PACKAGES, node
from _ext.page.mathematics import Formula, latex_of, render
from bs4 import BeautifulSoup
from docutils import nodes

NAMESPACE = "http://www.w3.org/1998/Math/MathML"
#: Elements that hold a formula; each a piece of it.
Pieces = list[str]

_KATEX = """
const katex = require(process.argv[1]);
const formulas = JSON.parse(require("fs").readFileSync(0, "utf8"));
const set = ([latex, displayMode]) =>
  katex.renderToString(latex, { displayMode, output: "mathml", strict: "error" });
process.stdout.write(JSON.stringify(formulas.map(set)));
"""
_IN_STEPPERS = re.compile(r'(?s)<span class="math">\$(.*?)\$</span>')

_RELATIONS = set("=≠<>≤≥≈≡\N{TILDE OPERATOR}∝∈∉∋⊂⊆⊇≪≫≺≻⪯⪰→↦⟶⟼⇒⟹⟸⇔⟺≔⊢⊨")
_SUMS = set("+\N{MINUS SIGN}±∓")
_BARS, _APPLY = set("|\N{DIVIDES}‖∥"), "\N{FUNCTION APPLICATION}"
_POSTFIX = set("!\N{PRIME}…⋯")
_OPEN, _CLOSE = set("([{⟨⌊⌈"), set(")]}⟩⌋⌉")
#: What a formula in the text may have without being broken: no line is as short.
_SHORT = 12


def in_doctrees(folder: Path) -> list[tuple[str, bool]]:
    """Return each formula of the documents that Sphinx read: LaTeX, and whether it is displayed."""
    found: dict[tuple[str, bool], None] = {}
    for path in sorted(folder.rglob("*.doctree")):
        with path.open("rb") as file:
            tree: nodes.document = pickle.load(file)  # what our own build wrote
        formulas: list[Formula] = [*tree.findall(nodes.math), *tree.findall(nodes.math_block)]
        for math in formulas:
            shown = isinstance(math, nodes.math_block)
            found |= {(part, shown): None for row in latex_of(math) for part in row if part}
        for raw in tree.findall(nodes.raw):
            parts = _IN_STEPPERS.findall(raw.astext())
            found |= {(html.unescape(part), False): None for part in parts}
    return list(found)


def by_what_is_shown(formulas: list[tuple[str, bool]]) -> dict[str, Pieces]:
    """Return the MathML of formulas, in pieces, under what the site shows of each."""
    done = subprocess.run(
        [node(), "-e", _KATEX, PACKAGES / "katex"],
        input=json.dumps(formulas),
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=True,
    )
    shown = render(formulas)
    made = zip(formulas, shown, json.loads(done.stdout), strict=True)
    return {
        normal(site): pieces(mathml, displayed=displayed)
        for (_, displayed), site, mathml in made
        if isinstance(site, str)
    }


def normal(markup: str) -> str:
    """Return HTML as it reads after it was parsed."""
    return str(BeautifulSoup(markup, "html.parser"))


def pieces(mathml: str, *, displayed: bool) -> Pieces:
    """Return KaTeX's MathML in pieces of a line.

    Examples
    --------
    >>> from_katex = "<math><semantics><mrow>{}</mrow></semantics></math>".format
    >>> for piece in pieces(from_katex("<mi>a</mi><mo>=</mo><mi>b</mi>"), displayed=True):
    ...     print(piece.replace(f' xmlns="{NAMESPACE}"', ""))
    <math displaystyle="true"><mi>a</mi></math>
    <math displaystyle="true"><mo form="infix">=</mo><mi>b</mi></math>
    """
    found = re.search(r"(?s)<semantics>(.*?)<annotation", mathml + "<annotation")
    if found is None:
        raise ValueError(f"expected the MathML that KaTeX makes, was given {mathml}")
    tree = ElementTree.fromstring(f"<mrow>{found[1].removesuffix('</semantics></math>')}</mrow>")
    for element in tree.iter():
        _plain(element)
    _join_letters(tree)
    _space_names(tree)
    _mark_signs(tree)
    whole = list(tree)
    while len(whole) == 1 and whole[0].tag == "mrow":
        whole = list(whole[0])
    signs = sum(len(element.text or "") for element in tree.iter())
    if not displayed:
        _trim(whole)
    lines = _broken(whole) if displayed or signs > _SHORT else [whole]
    attributes = {"xmlns": NAMESPACE} | ({"displaystyle": "true"} if displayed else {})
    return [_markup(line, attributes) for line in lines]


def _markup(line: Iterable[Element], attributes: dict[str, str]) -> str:
    math = Element("math", attributes)
    math.extend(line)
    return ElementTree.tostring(math, encoding="unicode")


def _plain(element: Element) -> None:
    """Say with characters and style what browsers do not take from attributes."""
    variant = element.attrib.pop("mathvariant", "")
    if variant == "normal" and element.tag == "mi":
        element.set("mathvariant", variant)
    elif variant not in ("", "normal"):
        element.text = "".join(_variant(letter, variant) for letter in element.text or "")
    if (
        element.tag == "mo"
        and element.text in _BARS
        and ("stretchy" in element.attrib or "fence" in element.attrib)
    ):
        element.attrib |= {"lspace": "0em", "rspace": "0em"}  # brackets, and no relation
    if not element.get("columnspacing", "1em"):
        del element.attrib["columnspacing"]  # of a single column
    sides = element.attrib.pop("columnalign", "").split()
    if sides:
        for row in element.findall("mtr"):
            for place, cell in enumerate(row.findall("mtd")):
                cell.set("style", f"text-align:{sides[min(place, len(sides) - 1)]}")


def _variant(letter: str, variant: str) -> str:
    """Return the character that is a letter in some variant.

    Examples
    --------
    >>> unicodedata.name(_variant("R", "double-struck")), unicodedata.name(_variant("w", "bold"))
    ('DOUBLE-STRUCK CAPITAL R', 'MATHEMATICAL BOLD SMALL W')
    """
    kind, name = variant.upper().replace("-ITALIC", " ITALIC"), unicodedata.name(letter, "")
    words = name.removeprefix("LATIN ").replace(" LETTER", "").removeprefix("GREEK ")
    for start in ("MATHEMATICAL ", ""):
        try:
            return unicodedata.lookup(f"{start}{kind} {words}")
        except KeyError:
            continue
    return letter


def _join_letters(tree: Element) -> None:
    """Make upright letters that follow each other one name."""
    for row in tree.iter():
        kept: list[Element] = []
        for child in row:
            if kept and _is_upright(child) and _is_upright(kept[-1]):
                kept[-1].text = f"{kept[-1].text}{child.text}"
            else:
                kept.append(child)
        if row.tag == "mrow":
            row[:] = kept


def _is_upright(element: Element) -> bool:
    text = element.text or ""
    return element.get("mathvariant") == "normal" and text.isascii() and text.isalpha()


def _space_names(tree: Element) -> None:
    """Set the name of a function apart from what stands beside it, where no bracket does."""
    for row in _rows(tree):
        spaced: list[Element] = []
        for place, child in enumerate(row):
            following = row[place + 1] if place + 1 < len(row) else None
            if spaced and _begins_name(child, following) and spaced[-1].tag not in ("mo", "mspace"):
                spaced.append(_thin())
            spaced.append(child)
            if (
                following is not None
                and _ends_name(child)
                and following.tag not in ("mo", "mspace")
            ):
                spaced.append(_thin())
        row[:] = spaced


def _rows(tree: Element) -> list[Element]:
    return [element for element in tree.iter() if element.tag in ("mrow", "mtd", "mstyle")]


def _mark_signs(tree: Element) -> None:
    """Tell the minus of a number from that of a difference: MathML goes by the place alone."""
    for row in _rows(tree):
        ended, bars = False, 0  # whether something stands before that a sign can follow
        for element in row:
            sign = (element.text or "") if element.tag == "mo" else ""
            if sign in _SUMS:
                element.set("form", "infix" if ended else "prefix")
            bars += sign in _BARS
            if element.tag == "mo":
                ended = sign in _CLOSE or (sign in _BARS and bars % 2 == 0) or sign in _POSTFIX
            elif element.tag != "mspace" and (element.tag != "mrow" or len(element)):
                ended = True


def _thin() -> Element:
    return Element("mspace", {"width": "0.1667em"})


def _begins_name(element: Element, following: Element | None) -> bool:
    alone = element.tag == "mi" and following is not None and following.text == _APPLY
    return alone or (element.text != _APPLY and _ends_name(element))


def _ends_name(element: Element) -> bool:
    """Whether an element ends with the sign that KaTeX puts behind the name of a function."""
    if element.tag in ("msub", "msup", "msubsup", "munder", "mover", "munderover"):
        return _ends_name(element[0])
    if element.tag == "mrow" and len(element):
        return _ends_name(element[-1])
    return element.text == _APPLY


def _trim(row: list[Element]) -> None:
    """Take the space of a relation on which the text goes on, or with which it does: it has one."""
    for end, side in ((0, "lspace"), (-1, "rspace")):
        if len(row) > 1 and row[end].tag == "mo" and row[end].text in _RELATIONS:
            row[end].attrib |= {"form": "infix", side: "0em"}


def _broken(row: list[Element]) -> list[list[Element]]:
    """Return the elements of a row in pieces between which a line may end."""
    found: list[list[Element]] = [[]]
    depth = 0
    for element in row:
        sign = (element.text or "") if element.tag == "mo" else ""
        wide = element.tag == "mspace" and float(element.get("width", "0")[:-2]) >= 1
        before = found[-1][-1] if found[-1] else None
        if before is not None and depth == 0 and not wide:
            if sign in _RELATIONS:
                element.set("form", "infix")
            if element.get("form") == "infix":
                if any(one.tag != "mrow" or len(one) for one in found[-1]):
                    found.append([])
            elif before.tag == "mspace" and float(before.get("width", "0")[:-2]) >= 1:
                found.append([])
        depth += (sign in _OPEN) - (sign in _CLOSE)
        found[-1].append(element)
    return found
