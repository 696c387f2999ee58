"""Make the book one file to take along, a PDF, from the built site. `nox -s editions` calls this.

The articles of the site's pages are joined into one document, in the order of the menu, and
Chromium prints it: its headings become the outline, and a link to another page of the book one
to a place in the file. The reference and the gallery stay on the site. The front page then links
what was made.
"""

from __future__ import annotations

import re
import shutil
import sys
import tempfile
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

from bs4 import BeautifulSoup, Tag
from build_site import SITE
from playwright.sync_api import sync_playwright

#: Where the front page links the editions, see docs/index.md.
MARK = "<!-- editions -->"
#: The folder of the site that holds them.
EDITIONS = "editions"
_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_IDS = {"aria-controls", "aria-describedby", "aria-labelledby", "for", "headers", "id"}
_MARGIN = "18mm"
_FOOTER = (
    '<div style="width:100%;font:8px sans-serif;text-align:center">'
    '<span class="pageNumber"></span></div>'
)
_STYLE = """
article { break-before: page; }
article:first-of-type { break-before: auto; }
"""


def contents(site: Path) -> list[str]:
    """Return the addresses of the book's pages in the order of the menu, without the reference.

    The gallery, which shows the chapters' pictures once more, is left out too.
    """
    menu = _read(site, "index.html").select(".sidebar-tree a.reference.internal[href]")
    found = dict.fromkeys(str(link["href"]).partition("#")[0] for link in menu)
    return [page for page in found if page and not page.startswith(("api/", "gallery."))]


def _read(site: Path, page: str) -> BeautifulSoup:
    return BeautifulSoup((site / page).read_text("utf-8"), "html.parser")


def _anchor(page: str, name: str = "") -> str:
    """Return what an id on a page is called where the pages are one."""
    return f"{page.removesuffix('.html').replace('/', '--')}--{name}"


def _joined(article: Tag, page: str, pages: list[str], root: str) -> Tag:
    """Change an article so that it can stand in one document with others."""
    article.name, article["id"] = "article", ""
    del article["role"]
    for script in article.select("script, .headerlink"):
        script.decompose()
    for tag in [article, *article.find_all(True)]:
        for name, value in list(tag.attrs.items()):
            words = " ".join(value) if isinstance(value, list) else str(value)
            if name in _IDS:
                tag[name] = " ".join(_anchor(page, word) for word in words.split() or [""])
            elif name in ("href", "xlink:href", "src"):
                _lead(tag, name, words, page, pages, root)
            elif "url(#" in words:
                tag[name] = re.sub(
                    r"url\(#([^)]*)\)", lambda m: f"url(#{_anchor(page, m[1])})", words
                )
    return article


def _lead(tag: Tag, name: str, address: str, page: str, pages: list[str], root: str) -> None:
    """Have an address lead into the document, to a file of the site, or elsewhere as it did."""
    if urlsplit(address).scheme:
        return
    whole = urlsplit(urljoin(f"http://site/{page}", address))
    path = unquote(whole.path).lstrip("/")
    if path in pages:
        tag[name] = f"#{_anchor(path, unquote(whole.fragment))}"
    elif tag.name == "a":
        del tag[name]  # what is not in the file, it cannot lead to
    else:
        tag[name] = f"{root}/{whole.path.lstrip('/')}"


def join(site: Path) -> str:
    """Return the pages of a built site as one HTML document, which uses the site's own files."""
    pages, whole = contents(site), _read(site, "index.html")
    if not pages or whole.head is None or whole.body is None:
        raise ValueError(f"{site} holds no built book: expected an index.html whose menu has pages")
    for script in whole.select("script"):
        script.decompose()
    for link in whole.head.select("link[href]"):
        link["href"] = f"{site.as_uri()}/{link['href']}"
    whole.head.append(whole.new_tag("style", string=_STYLE))
    arrange = f"{site.as_uri()}/_static/print.js"
    whole.head.append(whole.new_tag("script", attrs={"src": arrange}))
    whole.body.clear()
    for page in pages:
        article = _read(site, page).select_one("article")
        if article is None:
            raise ValueError(f"{page} has no article: build the book first, with ./nox -s docs")
        _bring_tests(article, page, site)
        whole.body.append(_joined(article, page, pages, site.as_uri()))
    return str(whole)


def _bring_tests(article: Tag, page: str, site: Path) -> None:
    """Put the tests, which the site shows on pages of their own, where an article links them."""
    read: dict[str, BeautifulSoup] = {}
    for link in article.select(".dl-tests a[href]"):
        whole = urlsplit(urljoin(f"http://site/{page}", str(link["href"])))
        path = unquote(whole.path).lstrip("/")
        tests = read.get(path) or read.setdefault(path, _read(site, path))
        code = tests.select_one(f'[id="{unquote(whole.fragment)}"] .highlight')
        place = link.find_parent(class_="dl-tests")
        if code is None or place is None:
            raise ValueError(f"{page} links tests that {path} does not show: {whole.fragment}")
        place.insert_after(code.extract())


def print_pdf(document: str, pdf: Path) -> None:
    """Have Chromium print an HTML document, with page numbers and its headings as outline."""
    found = filter(None, map(shutil.which, _BROWSERS))
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        file = Path(folder, "book.html")
        file.write_text(document, encoding="utf-8")
        browser = playwright.chromium.launch(
            executable_path=next(found, None), args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page(color_scheme="light")
        page.set_default_timeout(600_000)
        page.goto(file.as_uri(), wait_until="load")
        page.evaluate("document.fonts.ready")
        page.pdf(
            path=pdf,
            format="A4",
            margin={"top": _MARGIN, "right": _MARGIN, "bottom": _MARGIN, "left": _MARGIN},
            display_header_footer=True,
            header_template="<span></span>",
            footer_template=_FOOTER,
            outline=True,
            tagged=True,
            print_background=True,
        )
        browser.close()


def link_on_front_page(site: Path, pdf: Path) -> None:
    """Have the site's front page say what was made."""
    front = site / "index.html"
    text = front.read_text("utf-8")
    if MARK not in text:
        raise ValueError(f"{front} has no place for a link to {pdf.name}: expected {MARK}")
    size = f"{pdf.stat().st_size / 1e6:.0f} MB"
    address = pdf.relative_to(site).as_posix()
    link = f'<a href="{address}">the book as a PDF</a>, {size}'
    line = f'<p class="dl-editions">To take along: {link}.</p>'
    text = re.sub(f'(<p class="dl-editions">.*?</p>)?{MARK}', line + MARK, text)
    front.write_text(text, encoding="utf-8")


def main() -> int:
    """Make the editions of the site that is built."""
    pdf = SITE / EDITIONS / "dlbook.pdf"
    pdf.parent.mkdir(exist_ok=True)
    print_pdf(join(SITE), pdf)
    link_on_front_page(SITE, pdf)
    print(f"The book as a PDF: {pdf.as_uri()}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
