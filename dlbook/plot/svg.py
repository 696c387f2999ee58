"""Figures as SVG inside HTML, in the colours of the page that they stand in."""

from __future__ import annotations

import hashlib
import io
import re
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree

import matplotlib
from matplotlib.figure import Figure

from dlbook.plot.style import STYLE, WIDTH, read_palette

__all__ = ["inline_svg", "svg_of"]

_SVG = "{http://www.w3.org/2000/svg}"
_XLINK = "{http://www.w3.org/1999/xlink}"
#: Points: the smallest type of the style.
SMALLEST = 9.5
# A hundredth of a point is less than a fiftieth of a pixel; matplotlib writes a millionth.
_LONG = re.compile(r"-?\d+\.\d{3,}")


def svg_of(figure: Figure) -> str:
    """Return a figure as an SVG file's text, the same for the same figure."""
    file = io.StringIO()
    with matplotlib.rc_context({**STYLE, "savefig.bbox": None}):
        figure.savefig(file, format="svg", metadata={"Date": None})
    return file.getvalue()


def inline_svg(
    svg: str,
    label: str,
    *,
    classes: str = "dl-figure",
    glyphs: dict[str, str] | None = None,
    name: str = "",
    nodes: bool = False,
) -> str:
    """Return an SVG file's text as markup to stand in an HTML page.

    Colours of the palette become custom properties, with the light colour to fall back on. Ids
    that something refers to get a prefix made from the picture, since a page may hold several;
    matplotlib's style sheet, which would reach the whole page, becomes attributes of the root. A
    picture too wide to shrink to a phone with legible type keeps the width that it needs, and its
    frame (``dl-frame``) scrolls. One with links is a group of them, else it is one image.

    Parameters
    ----------
    svg
        As matplotlib writes it.
    label
        What the picture is called, for those who do not see it.
    classes
        Of the root.
    glyphs
        Collects the shapes of letters, by their ids, which several pictures then share; by
        default each picture has its own.
    name
        What ids begin with; by default it is made from the picture.
    nodes
        Give the box of each node of a drawn graph its number, as ``data-node``.

    Examples
    --------
    >>> svg = '<svg xmlns="http://www.w3.org/2000/svg" width="9pt"><path fill="#1d2024"/></svg>'
    >>> inline_svg(svg, "A dot").partition("><")[2]
    'path fill="var(--dl-fg,#1d2024)" /></svg>'
    """
    root = ElementTree.fromstring(svg)
    prefix = (name or "f" + hashlib.sha256((label + svg).encode()).hexdigest()[:8]) + "-"
    colours = {pair["light"].lower(): name for name, pair in reversed(read_palette().items())}

    def recolour(match: re.Match[str]) -> str:
        name = colours.get(match[0].lower())
        return f"var(--dl-{name},{match[0]})" if name else match[0]

    _drop(root, f"{_SVG}metadata", f"{_SVG}style")
    if glyphs is not None:
        _take_glyphs(root, glyphs)
    ids = {element.get("id") for element in root.iter()}
    used = set(re.findall(r"#([^)\"\s]+)", svg))
    for element in root.iter():
        element.tag = element.tag.removeprefix(_SVG)
        for key, value in list(element.attrib.items()):
            del element.attrib[key]
            key = key.removeprefix(_XLINK)
            if key == "target":  # a link of the book opens where it stands
                continue
            if key == "id" and nodes and value.startswith("node "):
                element.set("data-node", value.split()[1])
                continue
            if key == "id" and value not in used and not value.startswith("name "):
                continue
            if key == "id":
                value = prefix + value
            elif key in ("d", "x", "y"):
                value = _shortened(value)
            elif key == "transform":
                value = re.sub(r"translate\([^)]*\)", lambda match: _shortened(match[0]), value)
            elif key == "href" and value[1:] in ids:
                value = "#" + prefix + value[1:]
            elif key in ("style", "fill", "stroke"):
                value = re.sub(r"#[0-9a-fA-F]{6}\b", recolour, value)
            value = value.replace("url(#", f"url(#{prefix}")
            element.set(key, value)
    linked = _name_links(root, prefix)
    width = float(root.attrib.pop("width").removesuffix("pt"))
    for key in ("height", "version"):
        root.attrib.pop(key, None)
    root.set("xmlns", _SVG.strip("{}"))  # which HTML does not need, and XHTML does
    root.set("class", classes)
    root.set("role", "group" if linked else "img")
    root.set("aria-label", label)
    # A figure may grow by a quarter beyond its drawn size, so that its type meets the text's.
    style = f"stroke-linejoin:round;stroke-linecap:butt;max-width:{1.25 * width * 4 / 3:.0f}px"
    if width > 72 * WIDTH:
        style += f";min-width:{width * 9 / SMALLEST:.0f}px"
    root.set("style", style)
    return ElementTree.tostring(root, encoding="unicode", short_empty_elements=True)


def _shortened(numbers: str) -> str:
    """Return coordinates as exactly as an eye can tell, and with single spaces."""
    rounded = _LONG.sub(lambda match: f"{float(match[0]):.2f}".rstrip("0").rstrip("."), numbers)
    return " ".join(rounded.split())


def _drop(root: Any, *tags: str) -> None:
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag in tags:
                parent.remove(child)


def _take_glyphs(root: Any, glyphs: dict[str, str]) -> None:
    """Move the shapes of letters into `glyphs`."""
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag == f"{_SVG}defs":
                for path in list(child):
                    # "DejaVuSans-6d"; ids of clips and markers are hashes
                    if path.tag == f"{_SVG}path" and "-" in path.get("id", ""):
                        child.remove(path)
                        name = path.get("id")
                        transform = path.get("transform")
                        glyphs[name] = f'<path id="{name}" d="{path.get("d", "").strip()}"' + (
                            f' transform="{transform}"/>' if transform else "/>"
                        )
                if not len(child):
                    parent.remove(child)


def _name_links(root: Any, prefix: str) -> bool:
    """Give each link the name that its artist's ``gid`` says; return whether there are links."""
    for group in root.iter("g"):
        name = group.get("id", "").removeprefix(prefix)
        if name.startswith("name "):
            del group.attrib["id"]
            for link in group.iter("a"):
                link.set("aria-label", unquote(name.removeprefix("name ")))
    return any(True for _ in root.iter("a"))
