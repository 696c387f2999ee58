"""Search, glossary and index: each thing once, in words, from the file system as from a server."""

import html
import json
import re

import pytest
from _ext.page.search import FILE, STATEMENTS
from build_site import ROOT
from checks import browsed
from test_lists import anchors, article


def load(site, name):
    text = (site / name).read_text("utf-8")
    return json.loads(text[text.index("= ") + 2 : text.rindex(";")])


@pytest.mark.site
def test_every_section_statement_and_exercise_can_be_found_once(site):
    entries = load(site, FILE)
    places = [place for *_, place, _ in entries]
    assert len(places) == len(set(places))
    for path in (ROOT / "docs").glob("part-*/*.md"):
        name = path.relative_to(ROOT / "docs").with_suffix(".html").as_posix()
        text = article(site, name.removesuffix(".html"))
        here = re.findall(r'<section [^>]*id="([^"]+)"', text)[1:]
        here += re.findall(r'<div class="dl-(?:result|exercise)[^>]* id="([^"]+)"', text)
        here = [f"{name}#{html.unescape(one)}" for one in here]
        assert set(here) | {name} == {one for one in places if one.partition("#")[0] == name}


@pytest.mark.site
def test_what_is_found_is_text(site):
    for title, kind, page, place, text in load(site, FILE):
        for words in (title, page, text):
            assert not re.search(
                r"&(#\d+|quot|lt|gt|amp);|</\w|\\(frac|sum|mathbb|nabla|le)\b|\{\w+\}`", words
            ), (place, words[:200])
        assert title
        assert kind


@pytest.mark.site
def test_each_statement_can_be_shown_where_a_link_leads_to_it(site):
    known = json.loads((site.parent / "logic.json").read_text("utf-8"))
    shown = load(site, STATEMENTS)
    assert {one["label"] for one in known} == set(shown)
    for one in known:
        title, text = shown[one["label"]]
        assert title.startswith(f"{one['title']}. ")
        assert len(text) > 20


@pytest.mark.site
def test_the_glossary_has_every_term_with_its_words(site):
    text = article(site, "glossary")
    names = [
        html.unescape(re.sub("<.*?>", "", one)).replace("\u2019", "'")
        for one in re.findall("(?s)<dt.*?>(.*?)</dt>", text)
    ]
    assert [one.rstrip("¶#") for one in names] == sorted(names, key=str.casefold)
    sources = "".join(path.read_text("utf-8") for path in (ROOT / "docs").glob("part-*/*.md"))
    written = re.findall(r"\*\{index\}`([^`<]+?)(?:\s*<[^`]*>)?`\*", sources)
    for term in {" ".join(one.split()) for one in written}:
        assert any(name.partition(" (")[0] == term for name in names), term
    for name in names:  # a field is there to tell meanings apart, and said once
        field = name.partition(" (")[2].rstrip(")")
        assert not field or field not in name.partition(" (")[0], name
    for meaning in re.findall(r"(?s)<dd>(.*?)</dd>", text):
        assert not re.match(r"(?s)\s*(<p[^>]*>)?\s*[a-z]", meaning), meaning
        assert len(re.sub("<.*?>", "", meaning)) > 40
        assert anchors(meaning)


@pytest.mark.site
def test_the_index_is_linked(site):
    for name in ("glossary", "search"):
        assert 'href="genindex.html"' in article(site, name)


@browsed
def test_the_index_is_one_column_on_a_phone(roots, context):
    page = context.new_page()
    page.set_viewport_size({"width": 360, "height": 780})
    page.goto(f"{roots['file']}/genindex.html")
    cells = page.evaluate(
        """[...document.querySelectorAll(".genindextable td")].map((cell) => {
          const { left, width } = cell.getBoundingClientRect();
          return [left, width];
        })"""
    )
    assert len(cells) > 10
    assert {left for left, _ in cells} == {cells[0][0]}
    assert min(width for _, width in cells) > 300
    page.close()


@browsed
@pytest.mark.parametrize("scheme", ["file", "http"])
@pytest.mark.parametrize(
    ("query", "title"),
    [
        ("softmax jacobian", "Jacobian of the softmax"),
        ("topological_sort", "dlbook.graph.topological_sort"),
        ("Nesterov's method", "s method on a quadratic"),
        ("condition numbers", "condition number"),
    ],
)
def test_what_is_sought_comes_first_with_its_words(roots, context, scheme, query, title):
    page = context.new_page()
    page.goto(f"{roots[scheme]}/search.html")
    page.locator(".dl-search input").fill(query)
    found = page.locator("ul.search li")
    titles = found.locator("> a").all_text_contents()
    assert any(title in one for one in titles[:3]), titles[:3]
    assert found.locator("mark").count()
    assert "Logic" not in " ".join(page.locator(".dl-where").all_text_contents())
    links = page.evaluate("[...document.querySelectorAll('ul.search li > a')].map((a) => a.href)")
    assert len(links) == len(set(links))
    page.locator(".dl-search input").fill("xyzzy")
    assert "Nothing was found" in page.locator(".dl-search-status").text_content()
    page.close()


@browsed
@pytest.mark.parametrize("scheme", ["file", "http"])
def test_resting_on_a_link_shows_the_statement(roots, context, scheme):
    page = context.new_page()
    page.goto(f"{roots[scheme]}/part-1-optimization/momentum.html")
    shown = page.locator("#dl-preview")
    here = page.locator(".dl-proof a.dl-thm[href^='#']").first
    there = page.locator("section p a.dl-thm[href*='.html#thm']").first
    for link in (here, there):
        link.scroll_into_view_if_needed()
        page.wait_for_timeout(100)
        link.hover()
        shown.wait_for(state="visible")
        assert link.text_content().casefold() in shown.text_content().casefold()
        assert len(shown.text_content()) > 60
        box = shown.bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 1280
        shown.hover()  # it can be read at leisure
        page.wait_for_timeout(400)
        assert shown.is_visible()
        page.keyboard.press("Escape")
        assert not shown.is_visible()
    # The Tab key reaches a link out of sight: the browser scrolls to it, before and after.
    here.focus()
    page.keyboard.press("Shift+Tab")
    page.evaluate("scrollTo({top: 0, behavior: 'instant'})")
    page.keyboard.press("Escape")
    assert not shown.is_visible()
    page.keyboard.press("Tab")
    shown.wait_for(state="visible")
    page.evaluate("scrollBy({top: 40, behavior: 'instant'})")
    page.wait_for_timeout(300)
    assert shown.is_visible()
    assert here.get_attribute("aria-describedby") == "dl-preview"
    link, box = here.bounding_box(), shown.bounding_box()
    gaps = box["y"] - link["y"] - link["height"], link["y"] - box["y"] - box["height"]
    assert min(map(abs, gaps)) < 8
    # Where the pointer rests, scrolling takes the link away from under it.
    page.keyboard.press("Escape")
    here.evaluate("(link) => link.blur()")
    here.hover()
    shown.wait_for(state="visible")
    page.evaluate("scrollBy({top: 40, behavior: 'instant'})")
    shown.wait_for(state="hidden")
    page.close()


@browsed
@pytest.mark.parametrize("height", [260, 420, 900])
def test_what_a_link_shows_is_within_the_window(roots, context, height):
    page = context.new_page()
    page.set_viewport_size({"width": 1280, "height": height})
    page.goto(f"{roots['file']}/part-1-optimization/momentum.html")
    shown = page.locator("#dl-preview")
    link = page.locator("a.dl-thm[href='#thm-heavy-ball']:not(.dl-result a)").first
    for share in (0.1, 0.5, 0.9):
        page.mouse.move(0, 0)
        shown.wait_for(state="hidden")
        link.evaluate(
            "(link, y) => scrollBy(0, link.getBoundingClientRect().top - y)",
            share * height,
        )
        page.wait_for_timeout(100)
        link.hover()
        shown.wait_for(state="visible")
        box, at = shown.bounding_box(), link.bounding_box()
        assert box["height"] > 60
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= height
        assert box["y"] >= at["y"] + at["height"] or box["y"] + box["height"] <= at["y"]
        # All of it can be read: the last line comes into sight.
        end = shown.evaluate("""(box) => {
          box.scrollTop = box.scrollHeight;
          return box.lastElementChild.getBoundingClientRect().bottom;
        }""")
        assert end <= box["y"] + box["height"]
    page.close()
