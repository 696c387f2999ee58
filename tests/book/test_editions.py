"""The editions: a page on paper, and the book as one PDF."""

import io
import shutil
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from build_editions import EDITIONS, MARK, link_on_front_page
from editions.pages import contents, parts
from editions.pdf import join, print_pdf
from pypdf import PdfReader

ROOT = Path(__file__).parents[2]

MENU = """<!DOCTYPE html><html><head><title>Small</title>
<style>body { margin: 0; }</style><link href="_static/dlbook.css" rel="stylesheet"></head><body>
<div class="sidebar-tree"><a class="reference internal" href="one.html">1</a>
<a class="reference internal" href="one.html#same">again</a>
<p class="caption"><span class="caption-text">Part I</span></p>
<a class="reference internal" href="part/two.html">2</a>
<a class="reference internal" href="gallery.html">Gallery</a>
<a class="reference internal" href="api/index.html">Reference</a></div>
<article><p>Front</p><!-- editions --></article></body></html>"""
ONE = """<html><body><article id="furo-main-content" role="main"><h1 id="same">One</h1>
<p>Before <a href="part/two.html#same">to two</a>, <a href="part/two.html">its page</a>,
<a href="#same">here</a>, <a href="part/two.html#without">a panel</a>, <a href="https://else.example/a">elsewhere</a>,
<a href="api/index.html#x">the reference</a>.</p>
<div class="dl-exercise"><p class="dl-exercise-title"><strong>Exercise 1.1</strong></p>
<details class="dl-fold"><summary>Hint</summary><p>Think.</p></details></div>
<details class="dl-fold dl-solution" id="solution"><summary>Solution of Exercise 1.1</summary>
<p>Forty-two.</p></details>
<details class="dl-fold"><summary>An aside</summary><p>By the way.</p></details>
<p>After.</p></article></body></html>"""
TWO = """<html><body><article role="main"><h1 id="same">Two</h1><h2 id="more">More</h2>
<div class="dl-without" id="without">Without</div>
<p><a href="../one.html#same">back</a> <img src="../_images/a.png" alt=""></p>
<svg aria-labelledby="t d"><title id="t">T</title><desc id="d">D</desc>
<clipPath id="c"></clipPath><g clip-path="url(#c)"><use xlink:href="#c"></use></g></svg>
</article></body></html>"""


@pytest.fixture
def small(tmp_path):
    """Return the folder of a site of two pages with the same ids, and a reference."""
    for name, text in (("index", MENU), ("one", ONE), ("part/two", TWO), ("api/index", TWO)):
        path = tmp_path / f"{name}.html"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (tmp_path / "_static").mkdir()
    for name in ("dlbook.css", "print.js"):
        shutil.copy(ROOT / "docs" / "_static" / name, tmp_path / "_static")
    return tmp_path


def test_the_contents_are_the_menu_without_the_reference_and_the_gallery(small):
    assert contents(small) == ["one.html", "part/two.html"]


def test_a_title_of_the_menu_begins_a_part(small):
    assert parts(small) == [("", ["one.html"]), ("Part I", ["part/two.html"])]


def test_joined_pages_have_ids_of_their_own_and_every_link_leads_somewhere(small):
    whole = BeautifulSoup(join(small), "html.parser")
    ids = [tag["id"] for tag in whole.select("[id]")]
    assert len(ids) == len(set(ids))
    links = {link.text: link.get("href") for link in whole.select("a")}
    for words, heading in (("to two", "Two"), ("here", "One"), ("back", "One")):
        assert whole.find(id=links[words][1:]).text == heading
    assert whole.find(id=links["its page"][1:]).h1.text == "Two"
    assert links["elsewhere"] == "https://else.example/a"
    assert links["the reference"] is None
    assert whole.img["src"] == f"{small.as_uri()}/_images/a.png"
    assert whole.find(id=whole.g["clip-path"][5:-1]).name == "clippath"
    assert whole.find(id=whole.use["xlink:href"][1:]).name == "clippath"
    named = [whole.find(id=one).name for one in whole.svg["aria-labelledby"].split()]
    assert named == ["title", "desc"]


def test_tests_on_pages_of_their_own_come_along(small):
    (small / "tests").mkdir()
    tests = "".join(
        f'<section id="tests-{name}"><div class="highlight"><pre>def {name}</pre></div></section>'
        for name in ("a", "b")
    )
    (small / "tests" / "part.html").write_text(f"<article>{tests}</article>")
    links = "".join(
        f'<p class="dl-tests">The tests: <a href="../tests/part.html#tests-{name}">{name}</a></p>'
        for name in ("b", "a")
    )
    (small / "part" / "two.html").write_text(TWO.replace("<svg", f"{links}<svg"))
    whole = BeautifulSoup(join(small), "html.parser")
    for said, name in zip(whole.select(".dl-tests"), "ba", strict=True):
        assert said.text == f"The tests: {name}"
        assert said.find_next_sibling().text == f"def {name}"
    (small / "tests" / "part.html").write_text("<article></article>")
    with pytest.raises(ValueError, match=r"links tests that .* does not show: tests-b"):
        join(small)


def test_a_folder_without_a_book_is_refused(small):
    (small / "index.html").write_text("<html><head></head><body></body></html>")
    with pytest.raises(ValueError, match="holds no built book"):
        join(small)


def test_the_front_page_links_what_was_made_once(small):
    pdf, epub = (small / EDITIONS / f"dlbook.{kind}" for kind in ("pdf", "epub"))
    pdf.parent.mkdir()
    for size in (1_200_000, 3_000_000):
        pdf.write_bytes(b"x" * size)
        epub.write_bytes(b"x" * (size // 2))
        link_on_front_page(small, pdf, epub)
    front = BeautifulSoup((small / "index.html").read_text("utf-8"), "html.parser")
    (line,) = front.select(".dl-editions")
    assert [link["href"] for link in line.select("a")] == [
        "editions/dlbook.pdf",
        "editions/dlbook.epub",
    ]
    assert "PDF (3 MB)" in line.text
    assert "EPUB (1.5 MB)" in line.text
    (small / "index.html").write_text(MENU.replace(MARK, ""))
    with pytest.raises(ValueError, match="no place for links"):
        link_on_front_page(small, pdf, epub)


def links(reader):
    """Yield the target of each link: a destination's name, or an address."""
    for page in reader.pages:
        for one in page.get("/Annots") or []:
            note = one.get_object()
            if note["/Subtype"] == "/Link":
                yield note["/Dest"] if "/Dest" in note else note["/A"]["/URI"]


def titles(outline):
    return [titles(one) if isinstance(one, list) else one.title for one in outline]


@pytest.mark.browser
def test_the_pdf_has_an_outline_page_numbers_and_links_that_work_inside(small, tmp_path):
    print_pdf(join(small), tmp_path / "book.pdf")
    reader = PdfReader(tmp_path / "book.pdf")
    assert titles(reader.outline) == ["One", ["Hints and solutions"], "Two", ["More"]]
    texts = [page.extract_text() for page in reader.pages]
    assert [text.split()[-1] for text in texts] == ["1", "2"]  # each page of the site begins one
    # Solutions last and open, and what is no solution in its place.
    words = ("By the way", "After.", "Hint for Exercise 1.1", "Think.", "Solution of", "Forty-two")
    places = [texts[0].index(word) for word in words]
    assert places == sorted(places)
    found = list(links(reader))
    assert "https://else.example/a" in found
    inside = [one for one in found if not one.startswith("https:")]
    assert len(inside) == 5
    assert set(inside) <= reader.named_destinations.keys()


@pytest.mark.browser
def test_printing_leaves_a_page_as_it_was(small, browser):
    with browser.new_context() as context:
        page = context.new_page()
        page.goto((small / "one.html").as_uri())
        page.add_script_tag(path=small / "_static" / "print.js")
        before = page.inner_html("article")
        printed = PdfReader(io.BytesIO(page.pdf())).pages[0].extract_text()
        assert printed.index("After.") < printed.index("Forty-two")
        same = "before => document.querySelector('article').innerHTML === before"
        page.wait_for_function(same, arg=before)


@pytest.mark.weekly
@pytest.mark.browser
def test_the_whole_book_is_one_pdf(site, tmp_path):
    print_pdf(join(site), tmp_path / "book.pdf")
    reader = PdfReader(tmp_path / "book.pdf")
    chapters = [one.title for one in reader.outline if not isinstance(one, list)]
    headings = [
        BeautifulSoup((site / page).read_text("utf-8"), "html.parser").select_one("article h1")
        for page in contents(site)
    ]
    for heading in headings:
        heading.select_one(".headerlink").decompose()
    assert len(chapters) == len(headings)
    plain = [heading.text for heading in headings if not heading.select(".katex")]
    assert set(plain) <= set(chapters)
    inside = [one for one in links(reader) if one.startswith("/")]
    assert len(inside) > 1000
    assert set(inside) <= reader.named_destinations.keys()
    assert not [one for one in links(reader) if one.startswith("file:")]
