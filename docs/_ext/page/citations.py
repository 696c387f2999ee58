"""Citations by author and year, in the text and in the bibliography alike."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from string import ascii_lowercase
from typing import Any

from docutils import nodes
from pybtex.database import Entry
from pybtex.plugin import register_plugin
from pybtex.richtext import Text
from pybtex.style.formatting.unsrt import Style as Unsorted
from pybtex.style.labels import BaseLabelStyle
from sphinx.application import Sphinx

from _ext.page.lists import add_list


def label(entry: Entry) -> str:
    """Return authors and year, such as ``LeCun et al., 1998``; the title where no author is."""
    names = [
        " ".join(str(part) for part in person.rich_prelast_names + person.rich_last_names)
        for person in entry.persons.get("author", [])
    ]
    match names:
        case []:
            who = str(Text.from_latex(entry.fields["title"]))
        case [_] | [_, _]:
            who = " and ".join(names)
        case _:
            who = f"{names[0]} et al."
    return f"{who}, {entry.fields['year']}"


class AuthorYear(BaseLabelStyle):  # type: ignore[misc]
    """Labels by author and year; equal ones are told apart by a letter."""

    def format_labels(self, sorted_entries: list[Entry]) -> Iterator[str]:
        labels = [label(entry) for entry in sorted_entries]
        several = Counter(labels)
        letters = {text: iter(ascii_lowercase) for text in labels}
        for text in labels:
            yield text + next(letters[text]) if several[text] > 1 else text


class Style(Unsorted):  # type: ignore[misc]
    """Entries as pybtex writes them, by author, under our labels."""

    default_label_style = AuthorYear
    default_sorting_style = "author_year_title"


def _how_to_cite(app: Sphinx, docname: str) -> list[nodes.Node]:
    entry = [
        "@book{dlbook,",
        f"  author = {{{{{app.config.author}}}}},",
        f"  title = {{{app.config.html_title}}},",
        f"  edition = {{{app.config.release}}},",
    ]
    if app.config.dlbook_site:
        entry.append(f"  url = {{{app.config.dlbook_site}}},")
    text = "\n".join([*entry, "}"])
    return [nodes.literal_block(text, text, language="bibtex")]


def setup(app: Sphinx) -> dict[str, Any]:
    """Name the style for ``bibtex_default_style``; register the list."""
    register_plugin("pybtex.style.formatting", "author-year", Style)
    add_list(app, "how-to-cite", _how_to_cite)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
