"""Make the book files to take along, a PDF and an EPUB, from the built site.

`nox -s editions` calls this. The front page then links what was made.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from build_site import SITE
from editions.epub import complaints, write_epub
from editions.formulas import by_what_is_shown, in_doctrees
from editions.pdf import join, print_pdf

#: Where the front page links the editions, see docs/index.md.
MARK = "<!-- editions -->"
#: The folder of the site that holds them.
EDITIONS = "editions"


def link_on_front_page(site: Path, pdf: Path, epub: Path) -> None:
    """Have the site's front page say what was made."""
    front = site / "index.html"
    text = front.read_text("utf-8")
    if MARK not in text:
        raise ValueError(f"{front} has no place for links to the editions: expected {MARK}")
    line = (
        f"To take along: {_link(site, pdf, 'the book as a PDF')}, or "
        f"{_link(site, epub, 'as an EPUB')}, for e-readers; in both the hints and solutions of a "
        "chapter stand at its end."
    )
    made = f'<p class="dl-editions">{line}</p>'
    text = re.sub(f'(<p class="dl-editions">.*?</p>)?{MARK}', made + MARK, text)
    front.write_text(text, encoding="utf-8")


def _link(site: Path, file: Path, says: str) -> str:
    size = f"{file.stat().st_size / 1e6:.1f}".removesuffix(".0")
    return f'<a href="{file.relative_to(site).as_posix()}">{says}</a> ({size} MB)'


def main() -> int:
    """Make the editions of the site that is built; fail where epubcheck finds fault."""
    pdf, epub = SITE / EDITIONS / "dlbook.pdf", SITE / EDITIONS / "dlbook.epub"
    pdf.parent.mkdir(exist_ok=True)
    write_epub(SITE, by_what_is_shown(in_doctrees(SITE.parent / "doctrees")), epub)
    if wrong := complaints(epub):
        print("epubcheck finds fault with the EPUB:", *wrong, sep="\n", file=sys.stderr)
        return 1
    print_pdf(join(SITE), pdf)
    link_on_front_page(SITE, pdf, epub)
    print(f"The book as a PDF: {pdf.as_uri()}\nThe book as an EPUB: {epub.as_uri()}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
