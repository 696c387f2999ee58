"""What a chapter numbers and other pages refer to by its label: statements, exercises."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Set
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar

from docutils import nodes
from sphinx.domains import Domain

__all__ = ["Labelled", "Labels", "chapter_of", "numbered"]


@dataclass
class Labelled:
    """Something with a label, as the rest of the book sees it.

    Attributes
    ----------
    name
        What its author calls it.
    number
        Such as ``9.2``, or ``2`` outside the chapters.
    """

    label: str
    kind: str
    name: str
    docname: str
    number: str
    line: int

    @property
    def title(self) -> str:
        """What references print: ``Theorem 9.2``."""
        return f"{self.kind.capitalize()} {self.number}"


One = TypeVar("One", bound=Labelled)


class Labels(Domain, Generic[One]):
    """All that are labelled, by their labels: `known`, which is kept under the name `store`."""

    store: ClassVar[str]
    warn: ClassVar[Callable[..., None]]

    @property
    def known(self) -> dict[str, One]:
        """Label to what it names."""
        found: dict[str, One] = self.data[self.store]
        return found

    def clear_doc(self, docname: str) -> None:
        """Forget those of a document."""
        for one in [one for one in self.known.values() if one.docname == docname]:
            del self.known[one.label]

    def merge_domaindata(self, docnames: Set[str], otherdata: dict[str, Any]) -> None:
        """Take over what a worker read."""
        for one in otherdata[self.store].values():
            if one.docname in docnames:
                self.add(one)

    def add(self, new: One) -> None:
        """Remember one; two with one label are a warning."""
        if old := self.known.get(new.label):
            where = (new.docname, new.line)
            type(self).warn("the label %s is also in %s", new.label, old.docname, location=where)
        self.known[new.label] = new

    def resolve_any_xref(self, *args: Any, **options: Any) -> list[tuple[str, nodes.reference]]:
        """Return nothing: they have roles of their own."""
        return []

    def get_objects(self) -> Iterator[tuple[str, str, str, str, str, int]]:
        """Yield them, for the search and for the inventory."""
        for one in self.known.values():
            yield one.label, f"{one.title}: {one.name}", one.kind, one.docname, one.label, 1


def chapter_of(title: str) -> str:
    """Return the number of the chapter with a title, and nothing for other pages.

    Examples
    --------
    >>> [chapter_of(title) for title in ("9. Graphs", "9A. More", "P. Facts", "Graphs")]
    ['9', '9A', 'P', '']
    """
    match = re.match(r"(\d+[A-Z]?|[A-Z])\. ", title)
    return match[1] if match else ""


def numbered(chapter: str, count: int) -> str:
    """Return the number of the `count`-th of its kind in a chapter, or on another page."""
    return f"{chapter}.{count}" if chapter else str(count)
