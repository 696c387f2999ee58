"""What a chapter consists of can be seen, heard and reached: outline, headings, keyboard, links."""

import html
import re
from itertools import pairwise

import pytest
from _ext.page.code import lighten
from build_site import ROOT
from checks import TWO_FRAMES, browsed
from test_theorems import CONF, INDEX, ONE, TWO, build, text_of, write

CHAPTERS = sorted(
    path.relative_to(ROOT / "docs").with_suffix(".html").as_posix()
    for path in (ROOT / "docs").glob("part-*/*.md")
    if re.search(r"(?m)^# \d+[A-Z]?\. ", path.read_text("utf-8"))  # not a page beside them
)
LONGEST = "part-2-graphs/directed-acyclic-graphs.html"
BLOCK = r"def|alg|lem|prp|thm|cor|ex"

# ---------- the files ----------


def article(page):
    return page[page.index("<article") : page.index("</article>")]


def outline(page):
    return page[
        page.index('<div class="toc-tree">') : page.index("</aside>", page.index("toc-tree"))
    ]


@pytest.mark.site
@pytest.mark.parametrize("name", CHAPTERS)
def test_the_outline_lists_sections_and_blocks_in_their_order(site, name):
    page = (site / name).read_text("utf-8")
    there = re.findall(
        r'<section [^>]*id="([^"]+)"'
        rf'|<div class="dl-(?:result|exercise)[^>]* id="((?:{BLOCK})-[^"]+)"',
        article(page),
    )
    expected = [section or block for section, block in there]
    assert len(expected) > 5
    assert [html.unescape(one) for one in re.findall(r'href="#([^"]+)"', outline(page))] == expected


@pytest.mark.site
@pytest.mark.parametrize("name", CHAPTERS)
def test_sections_are_numbered(site, name):
    text = article((site / name).read_text("utf-8"))
    chapter = re.search(r"<h1>(\w+)\. ", text)[1]
    heads = [text_of(head) for head in re.findall(r"(?s)<h2>(.*?)</h2>", text)]
    assert [head.split()[0] for head in heads] == [f"{chapter}.{i + 1}" for i in range(len(heads))]


@pytest.mark.site
@pytest.mark.parametrize("name", CHAPTERS)
def test_blocks_have_headings_below_those_of_their_sections(site, name):
    depth, found, wanted = 0, 0, 0
    for tag in re.findall(r"<[^>]+>", article((site / name).read_text("utf-8"))):
        depth += tag.startswith("<section") - tag.startswith("</section")
        wanted += bool(re.match(r'<div class="dl-(result |proof|exercise"|without")', tag))
        if re.search(r'class="dl-(result|proof|exercise|without)-title"', tag):
            assert 'role="heading"' in tag
            assert f'aria-level="{depth + 1}"' in tag
        found += 'role="heading"' in tag
    assert found == wanted > 0


@pytest.mark.site
def test_links_in_code_are_not_stops_of_the_tab_key(site):
    links = [
        tag
        for path in site.rglob("*.html")
        for tag in re.findall(r"<a [^>]*sphinx-codeautolink-a[^>]*>", path.read_text("utf-8"))
    ]
    assert len(links) > 1000
    assert all('tabindex="-1"' in tag for tag in links)


def test_tokens_with_a_look_of_their_own_stay():
    code = '<span class="k">if</span><span class="w"> </span><span class="n">a</span>'
    assert lighten(code) == '<span class="k">if</span> a'
    assert lighten(lighten(code)) == lighten(code)


@pytest.mark.site
def test_tokens_without_an_element_have_the_colour_of_the_text(site):
    rules = (site / "_static" / "pygments.css").read_text("utf-8")
    for theme in ("", r'body\[data-theme="dark"\] '):
        text = re.search(rf"(?m)^{theme}\.highlight {{.*?[ ;]color: (#\w+)", rules)[1]
        for kind in ("n", "nn", "nx", "p", "pm", "w"):
            assert (
                re.search(rf"(?m)^{theme}\.highlight \.{kind} {{ color: (#\w+)", rules)[1] == text
            )


@pytest.mark.slow
def test_a_page_that_is_no_chapter_has_no_numbers(tmp_path):
    write(tmp_path, {"index": INDEX, "one": ONE + "\n## More\n\nText.\n", "two": TWO})
    (tmp_path / "conf.py").write_text(CONF + 'extensions.append("_ext.page.outline")\n')
    assert build(tmp_path) == ""
    page = (tmp_path / "site" / "one.html").read_text()
    assert '<span class="dl-section-number">1.1 </span>More' in page
    assert "dl-section-number" not in (tmp_path / "site" / "index.html").read_text()
    assert 'role="heading"' in page


# ---------- the browser ----------

FOCUSED = "document.activeElement.textContent.trim()"


@browsed
@pytest.mark.parametrize("width", [360, 1280])
def test_the_first_stop_skips_to_the_content(roots, context, width):
    page = context.new_page()
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(f"{roots['file']}/{LONGEST}")
    page.keyboard.press("Tab")
    assert page.evaluate(FOCUSED) == "Skip to content"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('article') !== null")
    page.close()


@browsed
@pytest.mark.parametrize("width", [1100, 1312])
def test_the_outline_is_beside_the_text_and_says_where_one_is(roots, context, width):
    page = context.new_page()
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(f"{roots['file']}/{LONGEST}")
    text = page.locator("article").bounding_box()
    frame = page.locator(".toc-scroll")
    beside = frame.bounding_box()
    assert text["x"] + text["width"] <= beside["x"] + 1
    assert beside["x"] + beside["width"] <= width
    entries = page.evaluate(
        """[...document.querySelectorAll(".toc-tree a")].filter((a) => a.checkVisibility())
          .map((a) => [a.hash, a.getBoundingClientRect().top])"""
    )
    assert all(below - above >= 24 for (_, above), (_, below) in pairwise(entries))
    labels = [label for label, _ in entries]
    for label in labels[:: len(labels) // 6]:
        page.evaluate("(id) => document.getElementById(id).scrollIntoView()", label[1:])
        page.evaluate("window.dispatchEvent(new Event('scroll'))")
        here = page.locator(".toc-tree a[aria-current=location]")
        page.wait_for_function(
            "(hash) => document.querySelector('.toc-tree [aria-current]')?.hash === hash", arg=label
        )
        box = here.bounding_box()
        assert 0 <= box["y"] <= 800 - box["height"], label
    page.close()


@browsed
@pytest.mark.parametrize("width", [360, 1280])
def test_links_arrive_at_once_below_the_header(site, roots, context, width):
    page = context.new_page()
    page.set_viewport_size({"width": width, "height": 800})
    text = (site / LONGEST).read_text("utf-8")
    kinds = (
        r'<section id="([^"]+)"',
        *(rf' id="({kind}-[^"]+)"' for kind in ("thm", "ex", "proof", "without", "cell", "fig")),
        r'<li[^>]* id="(thm-[^".]+\.[^"]+)"',
    )
    anchors = [re.findall(kind, article(text))[-1] for kind in kinds]
    page.goto(f"{roots['file']}/{LONGEST}#{anchors[0]}")
    for i, anchor in enumerate(anchors):
        if i:  # from elsewhere on the page
            page.evaluate("(id) => { scrollTo(0, 0); location.hash = id }", anchor)
        page.evaluate(TWO_FRAMES)
        top, header = page.evaluate(
            """(id) => [document.getElementById(id).getBoundingClientRect().top,
              document.querySelector(".mobile-header").getBoundingClientRect().bottom]""",
            anchor,
        )
        assert header <= top < header + 100, anchor
    page.close()


@browsed
@pytest.mark.parametrize("name", [LONGEST, "part-1-optimization/momentum.html"])
def test_all_ends_at_one_edge(roots, context, name):
    page = context.new_page()
    page.goto(f"{roots['file']}/{name}")
    edges = page.evaluate(
        """() => [...document.querySelectorAll(
          "article :is(.dl-result, .highlight pre, .table-wrapper, .dl-frame, .math-wrapper, p)")]
          .filter((one) => one.checkVisibility() && !one.closest("td, th, .dl-stepper"))
          .map((one) => [
            one.matches(".dl-result") || one.parentElement.matches("section > .cell *"),
            one.getBoundingClientRect().right, one.className || one.tagName])"""
    )
    edge = max(right for _, right, _ in edges)
    column = page.locator("article").bounding_box()
    assert edge <= column["x"] + column["width"] + 1
    assert all(abs(right - edge) <= 1 for fills, right, _ in edges if fills)
    page.close()
