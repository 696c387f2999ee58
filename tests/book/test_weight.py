"""No page is heavy: a phone opens each at once."""

from html.parser import HTMLParser

import pytest

#: Bytes of HTML and elements that a page may have.
BYTES, ELEMENTS = 700_000, 15_000


class _Count(HTMLParser):
    """How many elements begin on a page."""

    elements = 0

    def handle_starttag(self, tag, attrs):
        self.elements += 1


def elements(page):
    count = _Count()
    count.feed(page)
    count.close()
    return count.elements


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        ("<p>a<br>b</p>", 2),
        ('<svg><path d="M0 0"/><g></g></svg>', 3),
        ("<script>if (a <b> c) {}</script>", 1),
        ("<!-- <b> --><i>&lt;b></i>", 1),
    ],
)
def test_elements_are_counted(page, expected):
    assert elements(page) == expected


@pytest.mark.site
def test_no_page_is_heavy(site):
    pages = sorted(site.rglob("*.html"))
    assert len(pages) > 50
    heavy = []
    for path in pages:
        text = path.read_text("utf-8")
        size, count = len(text.encode()), elements(text)
        if size > BYTES or count > ELEMENTS:
            heavy.append(f"{path.relative_to(site)}: {size:,} bytes, {count:,} elements")
    assert not heavy, "\n".join(heavy)
