"""The pages of the site as chapters of an EPUB: XHTML that reads well without script or site.

What the site folds stands open, hints and solutions at a chapter's end as in print; formulas are
MathML, figures have the colours of a light page and a ground of their own.
"""

from __future__ import annotations

import base64
import hashlib
import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, unquote_to_bytes, urlsplit
from xml.etree import ElementTree

from _ext.page.mathematics import flat
from bs4 import BeautifulSoup, Tag
from bs4.element import Comment, NavigableString

from editions.formulas import Pieces
from editions.pages import article, target

#: What is of the site alone: to run, to fold out, to point at, to choose a style.
_OF_THE_SITE = (
    ".dl-downloads, .dl-run, .dl-run-not, .dl-near, .dl-sheet-only, .dl-number-note, .dl-start, "
    ".dl-preview, .copybtn, .expanded, .sd-summary-state-marker, "
    'button, input, select, textarea, [hidden], p:has(> a[href="#problem-sheet"])'
)
_ATTRIBUTES = ("tabindex", "title", "download")
_JOINER = "\N{WORD JOINER}"
#: HTML has no capitals; what is drawn has.
_CAPITALS = {"viewbox": "viewBox", "clippath": "clipPath"}
_DATA = re.compile(r"data:image/(png|jpeg|gif|webp);base64,\s*(.*)", re.DOTALL)


@dataclass
class Chapter:
    """A page of the site on its way into an EPUB."""

    page: str
    body: Tag
    title: str
    sections: list[tuple[str, str]]  #: id and title
    ids: set[str]
    images: dict[str, bytes] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """What its file is called."""
        return self.page.removesuffix(".html") + ".xhtml"

    @property
    def properties(self) -> list[str]:
        """What a reader has to be able to show."""
        return [kind for kind in ("math", "svg") if self.body.find(kind)]


def chapter(site: Path, page: str, formulas: Mapping[str, Pieces]) -> Chapter:
    """Return a page of the site as a chapter; its links lead where they led.

    Raises
    ------
    ValueError
        If a formula of the page is not among those given.
    """
    body = article(site, page)
    soup = BeautifulSoup("", "html.parser")
    body.name, body.attrs = "article", {}
    _set_formulas(body, page, formulas, soup)
    for tag in body.select(_OF_THE_SITE):
        if not tag.decomposed:
            tag.decompose()
    for comment in body.find_all(string=lambda text: isinstance(text, Comment)):
        comment.extract()
    _bring_to_the_end(body, soup)
    for fold in body.select("details"):
        _unfold(fold)
    for table in body.select("table"):
        _name_cells(table)
    for link in body.select(".highlight a, .sphinx-codeautolink-a"):
        link.unwrap()
    images: dict[str, bytes] = {}
    for tag in [body, *body.find_all(True)]:
        _simplify(tag)
        if tag.name in ("img", "image"):
            _keep_image(tag, site, page, images)
    heading = body.find("h1")
    sections = [
        (str(section["id"]), text(found))
        for section in body.select("section[id]")
        if (found := section.find("h2", recursive=False)) is not None
    ]
    ids = {str(tag["id"]) for tag in body.select("[id]")}
    title = text(heading) if heading is not None else page
    return Chapter(page, body, title, sections, ids, images)


def text(tag: Tag) -> str:
    """Return what a tag says, in a line."""
    words = ""
    for child in tag.children:
        if isinstance(child, Tag) and child.name == "math":
            words += flat(ElementTree.fromstring(str(child)))
        else:
            words += text(child) if isinstance(child, Tag) else str(child)
    return re.sub(r"\s+", " ", words).strip() if tag.name in ("h1", "h2") else words


# ---- formulas ----


def _set_formulas(
    body: Tag, page: str, formulas: Mapping[str, Pieces], soup: BeautifulSoup
) -> None:
    for katex in body.select(".katex"):
        before, after = (_taken(katex, kind) for kind in ("dl-opening", "dl-stop"))
        katex["class"] = "katex"
        around = katex.find_parent(class_="katex-display")
        whole = around or katex
        pieces = formulas.get(str(whole))
        if pieces is None:
            raise ValueError(
                f"{page} shows a formula that the doctrees do not hold, build the book anew: "
                f"{whole.get_text()}"
            )
        made = [_tag(piece) for piece in pieces]
        if around is not None:
            whole.replace_with(*made)
        else:
            before, after = _neighbours(whole, before, after)
            whole.replace_with(*_held(made, before, after, soup))
    for rows in body.select(".dl-rows"):
        # A row for each pair of sides, whose first may be empty.
        sides = rows.find_all("span", recursive=False)
        for left, right in zip(sides[::2], sides[1::2], strict=True):
            right.name, right["class"] = "span", "row"
            for child in reversed(list(left.contents)):
                right.insert(0, child.extract())
            left.decompose()


def _taken(katex: Tag, kind: str) -> str:
    found = katex.find(class_=kind)
    return found.extract().get_text().strip(_JOINER) if isinstance(found, Tag) else ""


def _tag(markup: str) -> Tag:
    found = BeautifulSoup(markup, "html.parser").find(True)
    assert isinstance(found, Tag)
    return found.extract()


def _neighbours(formula: Tag, before: str, after: str) -> tuple[str, str]:
    """Take the text that touches a formula, up to a space or hyphen, to be held beside it."""
    for near, shape in (
        (formula.previous_sibling, re.compile(r"[^\s\w]+\Z")),
        (formula.next_sibling, re.compile(r"[^\s-]+-?|-")),
    ):
        if not isinstance(near, NavigableString) or isinstance(near, Comment):
            continue
        if near is formula.previous_sibling and (found := shape.search(near)):
            before = found[0] + before
            near.replace_with(NavigableString(near[: found.start()]))
        elif near is formula.next_sibling and (found := shape.match(near)):
            after += found[0]
            near.replace_with(NavigableString(near[found.end() :]))
    return before, after


def _held(pieces: list[Tag], before: str, after: str, soup: BeautifulSoup) -> list[Tag]:
    """Keep on one line with a formula what touches it."""

    def held(*what: str | Tag) -> Tag:
        span = soup.new_tag("span", attrs={"class": "held"})
        span.extend([one for one in what if one])
        return span

    if len(pieces) == 1:
        return [held(before, pieces[0], after)] if before or after else pieces
    first, *middle, last = pieces
    return [
        held(before, first) if before else first,
        *middle,
        held(last, after) if after else last,
    ]


# ---- folds ----


def _bring_to_the_end(body: Tag, soup: BeautifulSoup) -> None:
    """Put formal statements, hints and solutions at a chapter's end, with links to them.

    For hints and solutions _static/print.js does so on paper.
    """
    answers = "Hints and solutions" if body.select_one("details.dl-solution") else "Hints"
    for name, title, which in (
        ("formally", "Formal statements", "details.dl-formal"),
        ("answers", answers, ".dl-exercise > details.dl-fold, details.dl-solution"),
    ):
        folds, top = body.select(which), body.find("section")
        if not folds or not isinstance(top, Tag):
            continue
        end = soup.new_tag("section", attrs={"id": name, "class": "dl-at-end"})
        end.append(soup.new_tag("h2", string=title))
        top.append(end)
        for number, fold in enumerate(folds, 1):
            summary = fold.select_one("summary")
            if summary is None:
                raise ValueError(f"a fold has no line that names it: {fold.get_text()[:60]}")
            fold["id"] = fold.get("id") or f"{name}-{number}"
            link = soup.new_tag("a", attrs={"href": f"#{fold['id']}"}, string=summary.get_text())
            place = soup.new_tag("p", attrs={"class": "dl-to-end"})
            place.append(link)
            whose, name_of = _whose(fold)
            if name_of:
                summary.insert(0, f"{name_of}: ")
            if whose and body.find(id=whose):
                summary.wrap(soup.new_tag("summary"))
                summary.name, summary["href"] = "a", f"#{whose}"
            fold.replace_with(place)
            end.append(fold)


def _whose(fold: Tag) -> tuple[str, str]:
    """Return the id and number of the exercise or statement that a fold belongs to.

    A solution stands behind its exercise, and its line has the number already.
    """
    for kind, name in (
        ("dl-exercise", ".dl-exercise-title > strong"),
        ("dl-result", ".dl-number-of"),
    ):
        whole = fold.find_parent(class_=kind)
        found = whole and whole.select_one(name)
        if whole and found:
            return str(whole.get("id", "")), str(found.get_text())
    return str(fold["id"]).removeprefix("solution-"), ""


def _unfold(fold: Tag) -> None:
    fold.name = "div"
    fold["class"] = " ".join([*fold.get_attribute_list("class"), "fold"])
    fold.attrs.pop("open", None)
    summary = fold.find("summary", recursive=False)
    if isinstance(summary, Tag):
        summary.name = "p"
        summary["class"] = "summary"


# ---- tables ----

_WIDE = 4  # columns


def _name_cells(table: Tag) -> None:
    """Have the cells of a wide table say their columns: where it has no room, they stand alone."""
    heads = [
        re.sub(r"\s+", " ", text(head)).strip() for head in table.select("thead tr:last-child th")
    ]
    if len(heads) < _WIDE:
        return
    table["class"] = "dl-wide"
    for row in table.select("tbody tr"):
        cells = row.find_all("td", recursive=False)
        if len(cells) == len(heads):
            for cell, head in zip(cells, heads, strict=True):
                cell["data-head"] = f"{head}:" if head else ""


# ---- what is drawn, and what a reader has no use for ----


def _simplify(tag: Tag) -> None:
    for name in _ATTRIBUTES:
        tag.attrs.pop(name, None)
    tag.name = _CAPITALS.get(tag.name, tag.name)
    tag.attrs = {_CAPITALS.get(name, name): value for name, value in tag.attrs.items()}
    style = str(tag.get("style", ""))
    if style:
        style = re.sub(r"var\(--[\w-]+,\s*([^()]*)\)", r"\1", style)
        style = re.sub(r"(^|;)\s*(min-width|--[\w-]+):[^;]*", "", style).strip("; ")
    if tag.name == "svg" and tag.has_attr("viewBox"):
        style += ";background:#fff"
    if style:
        tag["style"] = style.strip(";")
    else:
        tag.attrs.pop("style", None)


def _keep_image(tag: Tag, site: Path, page: str, images: dict[str, bytes]) -> None:
    """Make an image a file of the EPUB, named for what it shows."""
    name = "src" if tag.name == "img" else "href"
    address = str(tag[name])
    if embedded := _DATA.match(address):
        content, kind = base64.b64decode(unquote_to_bytes(embedded[2])), embedded[1]
    elif urlsplit(address).scheme:
        raise ValueError(
            f"{page} shows an image from elsewhere, which no book can carry: {address}"
        )
    else:
        path, _ = target(page, address)
        content, kind = (site / path).read_bytes(), path.rpartition(".")[2]
    file = f"images/{hashlib.sha256(content).hexdigest()[:16]}.{kind}"
    images[file] = content
    tag[name] = posixpath.relpath(file, posixpath.dirname(page))


# ---- links, when all chapters are there ----


def lead(chapters: list[Chapter]) -> None:
    """Have links lead to the files of the chapters; one to what no chapter has is none."""
    ids = {one.page: one.ids for one in chapters}
    names = {one.page: one.name for one in chapters}
    for one in chapters:
        for link in one.body.select("a[href]"):
            if urlsplit(str(link["href"])).scheme:
                continue
            path, fragment = target(one.page, str(link["href"]))
            if path not in ids or (fragment and fragment not in ids[path]):
                link.unwrap()
                continue
            file = posixpath.relpath(names[path], posixpath.dirname(one.page))
            file = "" if path == one.page and fragment else quote(file)
            link["href"] = file + (f"#{quote(fragment)}" if fragment else "")
        for anchor in one.body.select("a:not([href])"):
            anchor.unwrap()


def markup(tag: Tag) -> str:
    """Return a tag as XML."""
    return tag.decode(formatter="minimal")
