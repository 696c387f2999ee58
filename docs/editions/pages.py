"""What of the built site goes into an edition: pages, their articles, and where links lead.

These are the pages of the menu, in its order. The reference stays on the site, and the gallery,
which shows the chapters' pictures once more.
"""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

from bs4 import BeautifulSoup, Tag


def read(site: Path, page: str) -> BeautifulSoup:
    """Return a page of the site."""
    return BeautifulSoup((site / page).read_text("utf-8"), "html.parser")


def parts(site: Path) -> list[tuple[str, list[str]]]:
    """Return the parts of the book, in the order of the menu: title, and addresses of pages.

    What stands above the first title of the menu is a part without one.

    Raises
    ------
    ValueError
        If the folder holds no built book.
    """
    found: list[tuple[str, list[str]]] = [("", [])]
    seen = set()
    for tag in read(site, "index.html").select(
        ".sidebar-tree .caption, .sidebar-tree a.reference.internal[href]"
    ):
        page = str(tag.get("href", "")).partition("#")[0]
        if tag.name != "a":
            found.append((tag.get_text(), []))
        elif page and page not in seen and not page.startswith(("api/", "gallery.")):
            seen.add(page)
            found[-1][1].append(page)
    if not seen:
        raise ValueError(f"{site} holds no built book: expected an index.html whose menu has pages")
    return [(title, pages) for title, pages in found if pages]


def contents(site: Path) -> list[str]:
    """Return the addresses of the book's pages in the order of the menu."""
    return [page for _, pages in parts(site) for page in pages]


def article(site: Path, page: str) -> Tag:
    """Return what a page says, with the tests that the site shows on pages of their own."""
    found = read(site, page).select_one("article")
    if found is None:
        raise ValueError(f"{page} has no article: build the book first, with ./nox -s docs")
    _bring_tests(found, page, site)
    for tag in found.select("script, .headerlink"):
        tag.decompose()
    return found


def _bring_tests(article: Tag, page: str, site: Path) -> None:
    """Put the tests, which the site shows on pages of their own, where an article links them."""
    pages: dict[str, BeautifulSoup] = {}
    for link in article.select(".dl-tests a[href]"):
        path, fragment = target(page, str(link["href"]))
        tests = pages.get(path) or pages.setdefault(path, read(site, path))
        code = tests.select_one(f'[id="{fragment}"] .highlight')
        place = link.find_parent(class_="dl-tests")
        if code is None or place is None:
            raise ValueError(f"{page} links tests that {path} does not show: {fragment}")
        place.insert_after(code.extract())


def target(page: str, address: str) -> tuple[str, str]:
    """Return the file of the site and the place in it to which an address on a page leads.

    Examples
    --------
    >>> target("part/two.html", "../one.html#same")
    ('one.html', 'same')
    """
    whole = urlsplit(urljoin(f"http://site/{page}", address))
    return unquote(whole.path).lstrip("/"), unquote(whole.fragment)
