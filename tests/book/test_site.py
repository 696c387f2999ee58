"""The built site, page by page: read offline, by anyone, on any screen.

The first half reads the files. The second opens each page in Chromium, without a network,
from the file system and from a server. Every check is shown a broken page, too.
"""

import math
import re
from itertools import combinations
from pathlib import Path

import pytest
from checks import (
    LAYOUT,
    SIDEWAYS,
    TWO_FRAMES,
    Page,
    Visit,
    accessibility,
    broken_links,
    browsed,
    read,
)
from conftest import SITE

PAGES = sorted(path.relative_to(SITE).as_posix() for path in SITE.rglob("*.html")) or [None]

# ---------- the files ----------

GOOD = (
    '<!doctype html><html lang="en"><head><title>T</title><link rel="icon" href="i.svg">'
    '<meta name="viewport" content="w"><meta name="description" content="d"></head>'
    '<body><p id="a">text<br><p>5 and 6 <code>$x$</code></body></html>'
)


@pytest.fixture(scope="module")
def pages(site):
    return read(site)


@pytest.mark.site
def test_pages_are_sound(pages):
    report = [f"{name}: {what}" for name, page in pages.items() for what in page.findings]
    assert not report, "\n".join(report)


@pytest.mark.site
def test_links_lead_somewhere(site, pages):
    report = broken_links(site, pages)
    assert not report, "\n".join(report)


@pytest.mark.site
def test_style_sheets_ask_nobody(site):
    found = [
        f"{path.name}: {address}"
        for path in site.rglob("*.css")
        for address in re.findall(
            r"""(?:url\(|@import\s+)["']?((?:https?:)?//[^"')]+)""", path.read_text()
        )
    ]
    assert found == []


@pytest.mark.site
def test_fonts_bring_their_licences(site):
    fonts = site / "_static"
    assert list(fonts.rglob("*.woff2"))
    for font in fonts.rglob("*.woff2"):
        folder = (
            font.parent
            if font.parent.name == "fonts" and font.parent.parent == fonts
            else font.parent.parent
        )
        assert any("LICENSE" in path.name for path in folder.iterdir()), font


def test_a_good_page_passes():
    assert Page(GOOD).findings == []


@pytest.mark.parametrize(
    ("old", "new", "finding"),
    [
        (' lang="en"', "", "no lang"),
        ("<title>T</title>", "<title> </title>", "no title"),
        ('<meta name="description" content="d">', "", "no description"),
        ('<link rel="icon" href="i.svg">', "", "no icon"),
        ("text", '<b id="a">text</b>', "id 'a' twice"),
        ("text", "<div>text", "</body> comes before </div>"),
        ("text", "text</b>", "</b> closes nothing"),
        ("text", '<img src="x.png" alt=" ">', "image x.png has no alt text"),
        ("text", '<svg class="dl-figure"></svg>', "a drawn figure has no label"),
        (
            "text",
            '<script src="//cdn.example/a.js"></script>',
            "<script> fetches //cdn.example/a.js",
        ),
        ("text", "<script>let x</script>", "a script stands in the page"),
        ("text", '<i onclick="x()">text</i>', "a script stands in onclick"),
        ("text", r"from \(x\) on", r"mathematics that is not set: '\\('"),
        ("text", "from $x^2$ on", "mathematics that is not set: '$x^2$'"),
        ("text", "between x and $x\n", "mathematics that is not set: '$x'"),
    ],
)
def test_a_broken_page_is_found(old, new, finding):
    assert old in GOOD
    assert Page(GOOD.replace(old, new)).findings == [finding]


def test_a_broken_link_is_found(tmp_path):
    (tmp_path / "sub").mkdir()
    (tmp_path / "i.svg").touch()
    (tmp_path / "a.html").write_text(
        GOOD.replace("text", '<a href="sub/b.html#a"></a><a href="sub/b.html#c">')
    )
    (tmp_path / "sub/b.html").write_text(
        GOOD.replace("i.svg", "../i.svg").replace("text", '<a href="gone.html"></a><a href="#a">')
    )
    assert broken_links(tmp_path, read(tmp_path)) == [
        "a.html: sub/b.html#c: no such anchor",
        "sub/b.html: gone.html: no such file",
    ]


# ---------- the browser ----------


@browsed
@pytest.mark.parametrize("name", PAGES)
def test_page(name, roots, context, axe):
    with Visit(context, f"{roots['http']}/{name}", roots["http"]) as visit:
        served = visit.findings
    with Visit(context, f"{roots['file']}/{name}", roots["file"]) as visit:
        page = visit.page
        found = {"http": served, "file": visit.findings}
        page.emulate_media(color_scheme="light")
        found["light"] = accessibility(page, axe) + page.evaluate(LAYOUT)
        page.emulate_media(color_scheme="dark")
        page.set_viewport_size({"width": 360, "height": 780})
        page.evaluate(TWO_FRAMES)  # until the page has noticed
        found["dark and narrow"] = accessibility(page, axe) + page.evaluate(SIDEWAYS)
        found["dark and narrow"] += page.evaluate(LAYOUT)
    report = [f"{kind}: {what}" for kind, findings in found.items() for what in findings]
    assert not report, "\n".join(report)


BROKEN = {
    "foreign": '<img alt="a" src="http://elsewhere.example/a.png">',
    "console": "<script>console.error('oh')</script>",
    "script": "<script>throw Error('oh')</script>",
    "missing": '<img alt="a" src="none.png">',
}


@browsed
@pytest.mark.parametrize("scheme", ["file", "http"])
@pytest.mark.parametrize(
    ("what", "finding"),
    [
        ("foreign", "foreign request: http://elsewhere.example/a.png"),
        ("console", "console error: oh"),
        ("script", "error: oh"),
        ("missing", "not loaded|status 404"),
    ],
)
def test_a_broken_visit_is_found(tmp_path, serve, context, scheme, what, finding):
    (tmp_path / "a.html").write_text(GOOD.replace("text", BROKEN[what]), "utf-8")
    root = tmp_path.as_uri() if scheme == "file" else serve(tmp_path)
    with Visit(context, f"{root}/a.html", root) as visit:
        assert any(re.search(finding, found) for found in visit.findings), visit.findings


@browsed
def test_what_reaches_beyond_the_screen_is_found(tmp_path, context):
    wide = '<div style="width: 500px">wide</div>'
    page = context.new_page()
    page.set_viewport_size({"width": 360, "height": 780})
    for body, sound in (
        ("text", True),
        (f'<div class="table-wrapper" style="overflow-x: auto">{wide}</div>', True),
        (wide, False),
        (f'<div style="overflow-x: auto">{wide}</div>', False),
        (f'<div style="overflow-x: hidden">{wide}</div>', False),
    ):
        page.set_content(GOOD.replace("text", body))
        assert (page.evaluate(SIDEWAYS) == []) is sound, body
    page.close()


@browsed
@pytest.mark.parametrize(
    ("body", "finding"),
    [
        ('<span class="katex"><b>a</b><i class="dl-stop">.</i></span>', None),
        ('<span class="katex">f(x)<i class="dl-stop">.</i></span>', None),
        (
            '<span class="katex">a<i class="dl-stop" style="margin-left: 9px">.</i></span>',
            '"." stands 9 from its formula',
        ),
        (
            '<div class="math-wrapper" style="display: flex; overflow: auto; background: #fff">'
            '<div style="flex: none; width: 2000px"></div><b class="eqno">(1)</b></div>',
            "the number (1) is cut off",
        ),
        (
            '<div class="dl-frame" style="overflow: auto; width: 300px">'
            '<svg class="dl-figure" style="min-width: 320px"></svg></div>',
            "a picture that needs 320 has 300",
        ),
        (
            '<div class="dl-frame" style="overflow: auto; width: 300px; background: #eee">'
            '<div style="width: 400px">wide</div></div>',
            "dl-frame scrolls without a sign on rgb(238, 238, 238)",
        ),
        (
            '<div class="math-wrapper" style="overflow: auto; background: #eee '
            'linear-gradient(#eee, #ddd)"><div style="width: 2000px">x = y</div></div>',
            "a formula 2000 wide scrolls: x = y",
        ),
        (
            '<dl class="py"><dd><div class="math-wrapper" style="overflow: auto; background: #eee '
            'linear-gradient(#eee, #ddd)"><div style="width: 2000px">x = y</div></div></dd></dl>',
            None,
        ),
        (
            '<div class="dl-frame" style="overflow: auto; width: 300px; background: #eee '
            'linear-gradient(#eee, #ddd)"><div style="width: 400px">wide</div></div>',
            None,
        ),
    ],
)
def test_what_is_badly_laid_out_is_found(context, body, finding):
    page = context.new_page()
    page.set_content(GOOD.replace("text", f"<div>{body}</div>"))
    found = page.evaluate(LAYOUT)
    page.close()
    assert finding in found if finding else found == []


@browsed
def test_what_axe_minds_is_found(context, axe):
    page = context.new_page()
    page.set_content(GOOD)
    assert accessibility(page, axe) == []
    page.set_content(GOOD.replace("text", '<span style="color: #ccc">pale</span>'))
    assert "color-contrast" in accessibility(page, axe)[0]
    page.close()


@browsed
@pytest.mark.parametrize("scheme", ["file", "http"])
def test_search_finds(roots, context, scheme):
    with Visit(context, f"{roots[scheme]}/search.html?q=MNIST", roots[scheme]) as visit:
        first = visit.page.locator("ul.search li a").first
        first.wait_for(timeout=10_000)
        assert visit.page.locator("ul.search li a", has_text="17. Training on MNIST").count()
        first.click()
        visit.page.wait_for_load_state()
        assert "MNIST" in visit.page.content()
        assert visit.findings == []


@browsed
def test_pages_pass_a_policy_without_scripts_inline(site, serve, context):
    root = serve(site, headers={"Content-Security-Policy": "script-src 'self'"})
    for name in ("index.html", "search.html?q=MNIST", "part-2-graphs/directed-acyclic-graphs.html"):
        with Visit(context, f"{root}/{name}", root) as visit:
            assert visit.page.evaluate("document.body.dataset.theme") == "auto"
            if "search" in name:
                visit.page.locator("ul.search li a").first.wait_for(timeout=10_000)
            assert visit.findings == []


@browsed
def test_a_policy_is_kept(tmp_path, serve, context):
    (tmp_path / "a.html").write_text(GOOD.replace("text", "<script>let x</script>"), "utf-8")
    root = serve(tmp_path, headers={"Content-Security-Policy": "script-src 'self'"})
    with Visit(context, f"{root}/a.html", root) as visit:
        assert any("Content Security Policy" in found for found in visit.findings)


@browsed
def test_the_theme_can_be_chosen(roots, browser):
    with browser.new_context(color_scheme="light") as fresh:
        page = fresh.new_page()
        page.goto(f"{roots['http']}/index.html")
        background = "getComputedStyle(document.body).backgroundColor"
        light = page.evaluate(background)
        button = page.locator(".theme-toggle:visible").first
        for _ in range(3):  # auto, light, dark
            button.click()
            if page.evaluate("document.body.dataset.theme") == "dark":
                break
        assert page.evaluate(background) != light
        page.goto(f"{roots['http']}/search.html")  # and the choice is kept
        assert page.evaluate("document.body.dataset.theme") == "dark"


@browsed
def test_narrow_screens_have_a_menu_for_the_keyboard(roots, browser):
    with browser.new_context(viewport={"width": 360, "height": 780}) as narrow:
        page = narrow.new_page()
        page.goto(f"{roots['file']}/index.html")
        link = page.locator(".sidebar-drawer a.reference").first
        assert not link.is_visible()
        page.locator("#__navigation").focus()
        page.keyboard.press("Space")
        link.wait_for(state="visible")


NOTE = ".dl-number-note"


@browsed
@pytest.mark.parametrize(
    ("name", "targets", "between", "least"),
    [
        ("for-instructors.html", ".mobile-header :is(label, button)", 24, 8),
        ("genindex.html", ".genindex-jumpbox a", 24, 0),
    ],
)
def test_fingers_tell_neighbours_apart(roots, browser, name, targets, between, least):
    with browser.new_context(viewport={"width": 360, "height": 740}, has_touch=True) as phone:
        page = phone.new_page()
        page.goto(f"{roots['file']}/{name}")
        found = page.locator(targets)
        boxes = [one.bounding_box() for one in found.all() if one.is_visible()]
    assert len(boxes) > 2
    for pair in combinations(sorted(boxes, key=lambda box: box["x"]), 2):
        (x, y, w, h), (x2, y2, w2, h2) = (
            [box[k] for k in ("x", "y", "width", "height")] for box in pair
        )
        assert math.dist((x + w / 2, y + h / 2), (x2 + w2 / 2, y2 + h2 / 2)) >= between
        assert x2 - x - w >= least or y + h <= y2 or y2 + h2 <= y


CAPTIONS = """() => [...document.querySelectorAll(".table-wrapper:has(caption)")].map((frame) => {
  const caption = frame.querySelector("caption");
  const cut = [0, frame.scrollWidth].map((place) => {
    frame.scrollLeft = place;
    const { left, right } = caption.getBoundingClientRect(), edges = frame.getBoundingClientRect();
    return Math.max(edges.left - left, right - edges.right);
  });
  return [frame.scrollWidth > frame.clientWidth, Math.max(...cut)];
})"""


@browsed
def test_a_caption_is_read_whole_where_its_table_scrolls(roots, browser):
    scrolling = 0
    with browser.new_context(viewport={"width": 360, "height": 740}) as narrow:
        page = narrow.new_page()
        for name in ("cifar-10", "the-same-in-pytorch"):
            page.goto(f"{roots['file']}/part-5-convolution/{name}.html")
            for scrolls, cut in page.evaluate(CAPTIONS):
                scrolling += scrolls
                assert cut <= 1
    assert scrolling


@pytest.fixture(scope="module")
def numbers(site, pages, roots):
    """Return the address of the page with the most computed numbers."""
    count = {name: Path(site, name).read_text("utf-8").count("dl-number-note") for name in pages}
    return f"{roots['file']}/{max(count, key=count.get)}"


@browsed
def test_a_number_says_where_it_comes_from(numbers, context):
    page = context.new_page()
    page.goto(numbers)
    number = page.locator(".dl-number").first
    note = number.locator(NOTE)
    assert not note.is_visible()
    number.hover()
    assert note.is_visible()
    note.hover()  # it can be reached, and read at leisure
    assert note.is_visible()
    page.keyboard.press("Escape")
    assert not note.is_visible()
    page.mouse.move(0, 0)
    number.focus()
    assert note.is_visible()
    note.locator("a").click()  # and it leads to the cell
    anchor = page.evaluate("decodeURIComponent(location.hash.slice(1))")
    assert page.locator(f'[id="{anchor}"]').is_visible()
    page.close()


@browsed
def test_a_number_says_it_when_tapped(numbers, browser):
    size = {"width": 360, "height": 780}
    with browser.new_context(viewport=size, has_touch=True, is_mobile=True) as phone:
        page = phone.new_page()
        page.goto(numbers)
        page.locator(".dl-number").first.tap()
        assert page.locator(NOTE).first.is_visible()


@browsed
@pytest.mark.parametrize("width", [360, 800, 1280])
def test_notes_stay_within_the_window(numbers, context, width):
    page = context.new_page()
    page.set_viewport_size({"width": width, "height": 780})
    page.goto(numbers)
    outside = page.evaluate(
        """() => [...document.querySelectorAll(".dl-number")].flatMap((number) => {
          number.focus();
          const { left, right } = number.querySelector(".dl-number-note").getBoundingClientRect();
          return left < 0 || right > innerWidth || left === right ? [`${left} to ${right}`] : [];
        })"""
    )
    page.close()
    assert outside == []


@browsed
def test_mathematics_is_set_in_its_own_fonts(site, pages, roots, context):
    name = next(name for name in pages if 'class="katex"' in Path(site, name).read_text("utf-8"))
    with Visit(context, f"{roots['file']}/{name}", roots["file"]) as visit:
        loaded = visit.page.evaluate(
            "[...document.fonts].filter(({ status }) => status === 'loaded').map((f) => f.family)"
        )
    assert any("KaTeX" in family for family in loaded)


@browsed
def test_text_stays_where_it_is_when_its_font_arrives(roots, context):
    with Visit(context, f"{roots['http']}/how-to-read.html", roots["http"]) as visit:
        shift = visit.page.evaluate(
            """new Promise((resolve) => {
              let sum = 0;
              new PerformanceObserver((list) => {
                for (const { value } of list.getEntries()) sum += value;
              }).observe({ type: "layout-shift", buffered: true });
              setTimeout(() => resolve(sum), 500);
            })"""
        )
    assert shift < 0.05  # half of what web vitals call good
