"""Pictures in few elements and few bytes, which look as before.

matplotlib draws a letter by its outline, an element each, so that a picture looks the same where
nothing else is at hand. The pages have a style sheet and fonts: here a label becomes a line of
text in the same face, of which the site carries the letters that labels need, each where
matplotlib put it. Groups without a look of their own go, and paths are written by what changes
from point to point.
"""

from __future__ import annotations

import hashlib
import logging
import re
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import matplotlib
from fontTools import subset
from fontTools.ttLib import TTFont
from sphinx.application import Sphinx

_SVG = "{http://www.w3.org/2000/svg}"
_FONTS = Path(matplotlib.get_data_path(), "fonts", "ttf")

#: matplotlib's faces, as `dlbook.css` names them.
FACES: dict[str, dict[str, str]] = {
    "DejaVuSans": {},
    "DejaVuSans-Oblique": {"font-style": "italic"},
    "DejaVuSans-Bold": {"font-weight": "bold"},
}
#: What labels are written in: Latin, Greek, stops, raised and lowered digits, arrows, signs, joined
#: letters.
LETTERS = {
    *(*range(0x20, 0x7F), *range(0xA0, 0x180), *range(0x391, 0x3D7)),
    *(*range(0x2010, 0x2027), 0x2032, 0x2033, *range(0x2070, 0x2095), 0x210B, 0x2113, 0x211D),
    *(*range(0x2190, 0x219A), *range(0x21D0, 0x21D6), *range(0x2200, 0x2270), 0x22A4, 0x22C5),
    *(0x27E8, 0x27E9, 0x2713, 0x2717, *range(0xFB00, 0xFB05)),
}

_PICTURE = re.compile(r'<svg\b[^>]*?class="dl-figure[^>]*>.*?</svg>', re.DOTALL)
_SHAPES = re.compile(r'<svg class="dl-glyphs"[^>]*><defs>(.*?)</defs></svg>', re.DOTALL)
_SHAPE = re.compile(r'<path id="([^"]*)"[^>]*/>')
_GLYPH = re.compile(rf"#.*?({'|'.join(sorted(FACES, reverse=True))})-([0-9a-f]+)")
_PLACE = re.compile(r"translate\((\S+) (\S+)\)((?: rotate\(\S+\))?) scale\((\S+) -\4\)")
_SHIFT = re.compile(r"(?:translate\((\S+) (\S+)\))? ?(?:scale\((\S+)\))?")


def lighten(body: str) -> str:
    """Return HTML with lighter pictures."""
    body = _PICTURE.sub(lambda match: _light(match[0]), body)

    def kept(shapes: re.Match[str]) -> str:
        used = [one[0] for one in _SHAPE.finditer(shapes[1]) if f'"#{one[1]}"' in body]
        return shapes[0].replace(shapes[1], "".join(used)) if used else ""

    return _SHAPES.sub(kept, body)


def _light(svg: str) -> str:
    root = ElementTree.fromstring(svg)
    for element in root.iter():
        element.tag = element.tag.removeprefix(_SVG)
        element.tail = None
        element.text = (element.text or "").strip() or None
    root.set("xmlns", _SVG.strip("{}"))
    _write_labels(root)
    _drop_unused(root)
    _plain_marks(root)
    _unwrap(root)
    for element in root.iter():
        if style := element.get("style"):
            element.set("style", re.sub(r"\s*([:;,])\s*", r"\1", style).strip("; "))
        if path := element.get("d"):
            element.set("d", by_change(path))
    return ElementTree.tostring(root, encoding="unicode")


# ---- labels -----------------------------------------------------------------------------


@lru_cache
def _face(name: str) -> tuple[dict[int, int], list[float]]:
    """Return which letter each glyph of a face is, and how wide it is in hundredths of an em."""
    with TTFont(_FONTS / f"{name}.ttf", lazy=True) as font:
        place = font.getReverseGlyphMap()
        letters: dict[int, int] = {}
        for letter, glyph in sorted(font.getBestCmap().items()):
            if letter in LETTERS:
                letters.setdefault(place[glyph], letter)
        widths = font["hmtx"].metrics
        em = font["head"].unitsPerEm
        return letters, [100 * widths[glyph][0] / em for glyph in font.getGlyphOrder()]


@dataclass(frozen=True)
class _Letter:
    """One letter of a label: where it stands, in hundredths of an em to the right and up."""

    text: str
    face: str
    scale: float
    x: float
    y: float
    width: float


def _letter(use: Element) -> _Letter | None:
    glyph = _GLYPH.fullmatch(use.get("href", ""))
    shift = _SHIFT.fullmatch(use.get("transform", ""))
    if use.tag != "use" or not glyph or not shift or set(use.attrib) - {"href", "transform"}:
        return None
    face, index = glyph[1], int(glyph[2], 16)
    letters, widths = _face(face)
    if index not in letters:
        return None
    x, y, scale = float(shift[1] or 0), float(shift[2] or 0), float(shift[3] or 1)
    return _Letter(chr(letters[index]), face, scale, x, y, scale * widths[index])


def _write_labels(root: Element) -> None:
    """Make text of the groups that draw the letters of a label."""
    for group in root.iter("g"):
        uses = [child for child in group if child.tag != "defs"]
        place = _PLACE.fullmatch(group.get("transform", ""))
        letters = [_letter(use) for use in uses]
        if not place or not letters or None in letters:
            continue
        shapes = [child for child in group if child.tag == "defs"]
        if shapes:  # which labels that stay may need
            root[:0] = shapes
        group[:] = []
        group.tag = "text"
        group.set("transform", f"translate({place[1]} {place[2]}){place[3].strip()}")
        size = 100 * float(place[4])
        group.set("font-size", _number(size))
        _set_runs(group, list(_runs([one for one in letters if one])), size)


def _runs(letters: Iterable[_Letter]) -> Iterator[list[_Letter]]:
    """Yield the letters that stand on one line, in one face and size."""
    run: list[_Letter] = []
    for letter in letters:
        if run and (run[-1].face, run[-1].scale, run[-1].y) != (
            *(letter.face, letter.scale, letter.y),
        ):
            yield run
            run = []
        run.append(letter)
    yield run


def _set_runs(label: Element, runs: list[list[_Letter]], size: float) -> None:
    for run in runs:
        part = label if len(runs) == 1 else ElementTree.SubElement(label, "tspan")
        part.text = "".join(letter.text for letter in run)
        for key, value in FACES[run[0].face].items():
            part.set(key, value)
        if run[0].scale != 1:
            part.set("font-size", _number(size * run[0].scale))
        where = [_number(letter.x * size / 100) for letter in run]
        # A letter has its place given where it does not stand right behind the one before.
        moved = [abs(letter.x - before.x - before.width) > 0.2 for before, letter in pairwise(run)]
        given = len(moved) - moved[::-1].index(True) + 1 if any(moved) else 1
        if where[:given] != ["0"] or part is not label:
            part.set("x", " ".join(where[:given]))
        if (y := _number(-run[0].y * size / 100)) != "0" or (part is not label):
            part.set("y", y)


# ---- groups and marks -------------------------------------------------------------------


def _drop_unused(root: Element) -> None:
    """Drop shapes that nothing refers to, what cannot be seen, and what is empty then."""
    used = {href[1:] for element in root.iter() if (href := element.get("href", ""))[:1] == "#"}

    def useless(child: Element) -> bool:
        if child.tag == "path" and (name := child.get("id")):
            return name not in used
        if child.tag == "path":
            return re.sub(r"\s", "", child.get("style", "")) == "fill:none"
        return child.tag in ("defs", "g") and not len(child)

    for parent in reversed(list(root.iter())):
        parent[:] = [child for child in parent if not useless(child)]


def _declared(element: Element) -> dict[str, str]:
    pairs = (one.partition(":") for one in element.get("style", "").split(";") if one.strip())
    return {key.strip(): value.strip() for key, _, value in pairs}


def _plain_marks(root: Element) -> None:
    """Take from a mark what its shape says itself, as thousands of ticks do."""
    shapes = {shape.get("id"): shape for shape in root.iter("path") if shape.get("id")}
    for use in root.iter("use"):
        shape = shapes.get(use.get("href", "")[1:])
        if shape is None or "style" not in use.attrib:
            continue
        said = set(_declared(shape))
        if len(re.findall("[A-Za-z]", shape.get("d", ""))) < 3:  # a stroke has no area
            said.add("fill")
        kept = {key: value for key, value in _declared(use).items() if key not in said}
        use.set("style", ";".join(f"{key}:{value}" for key, value in kept.items()))
        if not kept:
            del use.attrib["style"]


def _unwrap(parent: Element) -> None:
    """Put what a group without attributes holds in its place."""
    kept: list[Element] = []
    for child in parent:
        _unwrap(child)
        kept += list(child) if child.tag == "g" and not child.attrib else [child]
    parent[:] = kept


# ---- paths ------------------------------------------------------------------------------


def _number(value: float) -> str:
    """Write a coordinate to a hundredth.

    Examples
    --------
    >>> [_number(x) for x in (0.5, -0.25, -0.001, 12.0)]
    ['.5', '-.25', '0', '12']
    """
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return re.sub(r"^(-?)0\.", r"\1.", "0" if text == "-0" else text)


def by_change(path: str) -> str:
    """Write a path by what changes from point to point, to a hundredth.

    Rounding does not add up: each change leads from where the ones before have led.

    Examples
    --------
    >>> by_change("M 10 20 L 10.333 20 L 11 19.5 L 11 30 z")
    'm10 20h.33l.67-.5v10.5z'
    >>> by_change("M 0 0 C 1 2 3 4 5 6 M 1 1 Q 2 2 3 1")
    'm0 0c1 2 3 4 5 6m-4-5q1 1 2 0'
    """
    if not _PATH.fullmatch(path):
        return path
    made = last = ""
    x = y = start_x = start_y = 0  # in hundredths
    for kind, written in _STEP.findall(path):
        if kind == "z":
            made, last = made + "z", "z"
            x, y = start_x, start_y
            continue
        numbers = [round(100 * float(one)) for one in written.split()]
        change = [one - (y if i % 2 else x) for i, one in enumerate(numbers)]
        x, y = numbers[-2:]
        name = kind.lower()
        if kind == "M":
            start_x, start_y = x, y
        elif kind == "L" and not all(change):
            name, change = ("v", change[1:]) if not change[0] else ("h", change[:1])
        if name != last or name == "m":  # else the command goes on, and needs no name
            made, last = made + name, name
        for one in change:
            text = _number(one / 100)
            between = made[-1] not in _COMMANDS and not text.startswith("-")
            made += " " * between + text
    return made


_NUMBER = r"-?\d+(?:\.\d+)?"
_STEP = re.compile("([MLQCz])((?: [-.0-9]+)*)")
_PATH = re.compile(
    rf"M(?: {_NUMBER}){{2}}"
    rf"(?: [ML](?: {_NUMBER}){{2}}| Q(?: {_NUMBER}){{4}}| C(?: {_NUMBER}){{6}}| z)*"
)
_COMMANDS = "mlhvqcz"


# ---- the site ---------------------------------------------------------------------------


def write_faces(folder: Path) -> None:
    """Write the letters that labels need, with the faces' licence."""
    logging.getLogger("fontTools").setLevel(logging.ERROR)  # it tells of each table
    folder.mkdir(parents=True, exist_ok=True)
    for face in FACES:
        options = subset.Options(
            layout_features=[], hinting=False, flavor="woff", recalc_timestamp=False
        )
        options.drop_tables += ["FFTM", "GDEF", "GPOS", "GSUB", "MATH"]
        with TTFont(_FONTS / f"{face}.ttf", recalcTimestamp=False) as font:
            cutter = subset.Subsetter(options)
            cutter.populate(unicodes=LETTERS)
            cutter.subset(font)
            subset.save_font(font, folder / f"{face}.woff", options)
    shutil.copy(_FONTS / "LICENSE_DEJAVU", folder / "dejavu-LICENSE.txt")


def _write(app: Sphinx) -> None:
    if app.builder.format != "html":
        return
    made_by = hashlib.sha256(Path(__file__).read_bytes() + matplotlib.__version__.encode())
    folder, stamp = Path(app.outdir, "_static", "fonts"), Path(app.doctreedir, "faces")
    wanted = [folder / f"{face}.woff" for face in FACES]
    last = stamp.read_text("utf-8") if stamp.exists() else ""
    if last != made_by.hexdigest() or not all(path.exists() for path in wanted):
        write_faces(folder)
        stamp.parent.mkdir(parents=True, exist_ok=True)
        stamp.write_text(made_by.hexdigest(), "utf-8")


def _lighten_body(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any
) -> None:
    if "body" in context:
        context["body"] = lighten(context["body"])


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the handlers."""
    app.connect("builder-inited", _write)
    app.connect("html-page-context", _lighten_body)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
