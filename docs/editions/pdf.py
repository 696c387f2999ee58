"""The book as a PDF: the articles joined into one document, which Chromium prints.

Its headings become the outline, and a link to another page of the book one to a place in the file.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from pathlib import Path
from urllib.parse import quote, urlsplit

from bs4 import Tag
from playwright.sync_api import sync_playwright

from editions.pages import article, contents, read, target

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


def _anchor(page: str, name: str = "") -> str:
    """Return what an id on a page is called where the pages are one."""
    return f"{page.removesuffix('.html').replace('/', '--')}--{name}"


def _joined(article: Tag, page: str, pages: list[str], root: str) -> Tag:
    """Change an article so that it can stand in one document with others."""
    article.name, article["id"] = "article", ""
    del article["role"]
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
    path, fragment = target(page, address)
    if path in pages:
        tag[name] = f"#{_anchor(path, fragment)}"
    elif tag.name == "a":
        del tag[name]  # what is not in the file, it cannot lead to
    else:
        tag[name] = f"{root}/{quote(path)}"


def join(site: Path) -> str:
    """Return the pages of a built site as one HTML document, which uses the site's own files."""
    pages, whole = contents(site), read(site, "index.html")
    if whole.head is None or whole.body is None:
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
        whole.body.append(_joined(article(site, page), page, pages, site.as_uri()))
    return str(whole)


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
