"""The maps show the whole book, and lead to what is written."""

import json
import re
from pathlib import Path

import pytest
from conftest import ROOT

from dlbook.graph import DiGraph, find_cycle

CHAPTERS = json.loads((ROOT / "docs" / "chapters.json").read_text("utf-8"))


def links_of(page):
    """Return name to address of the links in a page's map."""
    markup = re.search(r'(?s)<svg[^>]*class="dl-figure dl-map".*?</svg>', page.read_text("utf-8"))[
        0
    ]
    links = [
        dict(re.findall(r'([\w-]+)="([^"]*)"', tag)) for tag in re.findall("<a [^>]*>", markup)
    ]
    return {link["aria-label"]: link["href"] for link in links}


def test_chapters_need_chapters_and_never_themselves():
    needs = [(str(need), number) for number, one in CHAPTERS.items() for need in one["needs"]]
    assert {need for need, _ in needs} <= set(CHAPTERS)
    assert find_cycle(DiGraph(needs)) is None
    assert list(CHAPTERS) == [str(number) for number in range(len(CHAPTERS))]


@pytest.mark.site
def test_the_chapters_that_are_written_are_links(site):
    links = links_of(site / "index.html")
    written = {}
    for path in (ROOT / "docs").glob("part-*/*.md"):
        number = re.search(r"^# (\d+[A-Z]?)\. ", path.read_text("utf-8"), re.MULTILINE)[1]
        if number.isdigit():  # an appendix, such as 3A, goes with its chapter
            written[number] = path.relative_to(ROOT / "docs").with_suffix(".html").as_posix()
    written["0"] = "how-to-read.html"
    assert {name.split()[0]: address for name, address in links.items()} == written


@pytest.mark.site
def test_each_statement_is_a_link(site):
    statements = json.loads((site.parent / "logic.json").read_text("utf-8"))
    links = links_of(site / "logic.html")
    assert {Path(address).name.partition("#")[2] for address in links.values()} == {
        one["label"] for one in statements
    }
    assert {" ".join(name.split()[:2]) for name in links} == {one["title"] for one in statements}


@pytest.mark.site
def test_a_chapter_shows_what_it_stands_on(site):
    statements = json.loads((site.parent / "logic.json").read_text("utf-8"))
    docname = "part-2-graphs/directed-acyclic-graphs"
    own = [one for one in statements if one["docname"] == docname]
    wanted = {one["label"] for one in own} | {used for one in own for used in one["uses"]}
    links = links_of(site / f"{docname}.html")
    assert {address.partition("#")[2] for address in links.values()} == wanted


@pytest.mark.site
@pytest.mark.parametrize("path", sorted((ROOT / "docs").glob("part-*/*.md")), ids=lambda p: p.stem)
def test_the_map_of_a_chapter_is_no_wider_than_its_text(site, path):
    page = site / path.relative_to(ROOT / "docs").with_suffix(".html")
    for style in re.findall(r'<svg[^>]*class="dl-figure dl-map"[^>]*', page.read_text("utf-8")):
        width = re.search(r"min-width:(\d+)px", style)
        assert width is None or int(width[1]) <= 716
