"""The maps show the whole book, and lead to what is written."""

import json
import re
from pathlib import Path

import pytest
from checks import browsed
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
        number = re.search(r"^# (\d+)\. ", path.read_text("utf-8"), re.MULTILINE)
        if number:  # an appendix, such as 3A, goes with its chapter; some pages have no number
            written[number[1]] = path.relative_to(ROOT / "docs").with_suffix(".html").as_posix()
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


@pytest.mark.site
def test_a_statement_has_a_map_of_its_own(site):
    statements = json.loads((site.parent / "logic.json").read_text("utf-8"))
    for one in statements:
        users = {other["label"] for other in statements if one["label"] in other["uses"]}
        page = (site / f"{one['docname']}.html").read_text("utf-8")
        place = f'<div class="dl-near-map" id="map-{one["label"]}">'
        if not users and not one["uses"]:
            assert place not in page
            continue
        start = page.index(place)
        lists = re.findall("(?s)<ul.*?</ul>", page[start : page.index("</details>", start)])
        found = [set(re.findall(r'href="[^"#]*#([^"]+)"', listed)) for listed in lists]
        assert found == [set(one["uses"]), users]


@browsed
def test_a_statements_map_has_an_address(site, roots, context):
    page = context.new_page()
    page.goto(
        f"{roots['file']}/part-2-graphs/directed-acyclic-graphs.html#map-thm-order-implies-dag"
    )
    small = page.locator("#map-thm-order-implies-dag")
    small.wait_for(state="visible")
    assert small.evaluate("(one) => one.getBoundingClientRect().top") < 200
    page.close()


@browsed
@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("name", ["logic", "index"])
def test_a_map_of_the_whole_book_fits_the_page(roots, context, name, width):
    page = context.new_page()
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(f"{roots['file']}/{name}.html")
    frame, drawing = page.locator(".dl-whole .dl-frame"), page.locator(".dl-whole svg")
    reach = "(frame) => [frame.scrollWidth, frame.clientWidth]"
    needed, there = frame.evaluate(reach)
    assert needed <= there + 1
    fits = drawing.bounding_box()
    assert fits["width"] > 0.9 * there
    if name == "logic":  # up to the edge of the window
        assert fits["x"] + fits["width"] > 0.94 * width
    page.get_by_role("button", name="Magnify").click()
    needed, there = frame.evaluate(reach)
    assert needed == pytest.approx(1.5 * there, rel=0.02)
    page.get_by_role("button", name="Fit to the page").click()
    assert drawing.bounding_box()["width"] == pytest.approx(fits["width"], abs=1)
    page.emulate_media(media="print")
    assert not page.locator(".dl-zoom").is_visible()
    page.close()
