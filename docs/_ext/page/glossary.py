"""``{glossary-of-terms}`` lists the book's terms, each with the words that introduce it.

A term is what an author writes as ``*{index}`convex <convex; set>`*``: set off where it is said
what it means, and in the index. The list takes the paragraph in which it stands, and where that
goes on in a formula, the formula as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import ReferencesResolver
from sphinx.util import docname_join
from sphinx.util.docutils import new_document

from _ext.cells.numbers import PrintNumbers, numbers_of
from _ext.logic.arguments import Pages, pages_in_order
from _ext.logic.theorems import result
from _ext.page.lists import add_list


def terms(doctree: nodes.document) -> Iterator[tuple[str, nodes.emphasis]]:
    """Yield the terms that a page introduces; one of several meanings has its field behind it.

    In "circular convolution", sorted under "convolution; circular", it is there already.
    """
    for set_off in doctree.findall(nodes.emphasis):
        index = next(set_off.findall(addnodes.index), None)
        if index is not None:
            _, _, field = index["entries"][0][1].partition("; ")
            text = " ".join(set_off.astext().split())
            yield text + f" ({field})" * (field not in text), set_off


def _remember(app: Sphinx, doctree: nodes.document) -> None:
    """Remember what the list takes from a page."""
    found = [term + "".join(word.pformat() for word in _words(o)) for term, o in terms(doctree)]
    app.env.metadata[app.env.docname]["dlbook_terms"] = found


def _facts(app: Sphinx) -> object:
    """Return what the list follows from: the words of the pages, and the numbers in them."""
    taken = [(page, app.env.metadata[page].get("dlbook_terms")) for page in pages_in_order(app.env)]
    return taken, sorted((name, one["text"]) for name, one in numbers_of(app.env).items())


def _words(set_off: nodes.emphasis) -> list[nodes.Node]:
    """Return the paragraph of a term, with what is before and after it in its sentences."""
    paragraph: nodes.Node = set_off
    while not isinstance(paragraph, nodes.paragraph):
        if paragraph.parent is None:
            return []
        paragraph = paragraph.parent
    place = paragraph.parent.index(paragraph)
    before: list[nodes.Element] = []
    if _goes_on(paragraph):
        for node in _sentences(reversed(paragraph.parent.children[:place])):
            before.insert(0, node)
            if isinstance(node, nodes.paragraph) and not _goes_on(node):
                break
    taken = []
    for node in _sentences(paragraph.parent.children[place:]):
        taken.append(node)
        if node.astext().rstrip().endswith((".", "?")):
            break
    return [_clean(node.deepcopy()) for node in (*before, *taken)]


def _goes_on(paragraph: nodes.Node) -> bool:
    """Whether a paragraph begins in the middle of a sentence, below a formula."""
    marks = (addnodes.index, nodes.target)
    first = next((child for child in paragraph.children if not isinstance(child, marks)), None)
    return isinstance(first, nodes.Text) and first.astext().lstrip()[:1].islower()


def _sentences(siblings: Iterable[nodes.Node]) -> Iterator[nodes.Element]:
    """Yield the paragraphs and formulas that come first."""
    for node in siblings:
        if isinstance(node, (addnodes.index, nodes.target, nodes.comment)):
            continue
        if not isinstance(node, (nodes.paragraph, nodes.math_block)):
            break
        yield node


def _clean(copy: nodes.Element) -> nodes.Element:
    """Take out of a copy what may stand on one page alone."""
    for node in list(copy.findall()):
        if isinstance(node, (addnodes.index, nodes.target)) or (
            isinstance(node, addnodes.pending_xref) and node["refdomain"] == "cite"
        ):
            place = node.parent.index(node)
            before = node.parent[place - 1] if place else None
            if isinstance(node, addnodes.pending_xref) and isinstance(before, nodes.Text):
                node.parent[place - 1] = nodes.Text(before.rstrip())
            node.parent.remove(node)
        elif isinstance(node, nodes.Element):
            node["ids"] = []
    for formula in copy.findall(nodes.math_block):
        formula["label"] = formula["number"] = None
    return copy


def _place(pages: Pages, page: str, set_off: nodes.Node) -> nodes.paragraph:
    """Return where a term is introduced: a link to the statement, or to the section."""
    above: Any = set_off
    while not isinstance(above, (result, nodes.section)):
        above = above.parent
    line = nodes.paragraph(classes=["dl-where"])
    if isinstance(above, result):
        line += [pages.link(pages.logic.results[above["label"]]), nodes.Text(" in ")]
    address = pages.app.builder.get_relative_uri(pages.docname, page)
    anchor = "" if isinstance(above, result) else f"#{above['ids'][0]}"
    title = pages.app.env.titles[page].astext()
    line += nodes.reference("", title, refuri=address + anchor, internal=True)
    return line


def _glossary(app: Sphinx, docname: str) -> list[nodes.Node]:
    pages = Pages(app, docname)
    found: dict[str, tuple[str, nodes.emphasis]] = {}
    for page in pages_in_order(app.env):
        if not page.startswith("api/"):
            for term, set_off in terms(app.env.get_doctree(page)):
                found.setdefault(term, (page, set_off))
    listed = nodes.definition_list(classes=["dl-glossary"])
    for term in sorted(found, key=str.casefold):
        page, set_off = found[term]
        words = _words(set_off)
        for reference in (one for word in words for one in word.findall(addnodes.pending_xref)):
            if reference["reftype"] == "doc":  # which may be relative to the page
                reference["reftarget"] = "/" + docname_join(page, reference["reftarget"])
        meaning = nodes.definition("", *words, _place(pages, page, set_off))
        name = nodes.term("", term, ids=[nodes.make_id(f"term-{term}")])
        listed += nodes.definition_list_item("", name, meaning)
    draft = new_document(docname)
    draft.settings.env = app.env  # which transforms look for
    draft += listed
    for reference in draft.findall(addnodes.pending_xref):
        reference["refdoc"] = docname
    for transform in (PrintNumbers, ReferencesResolver):
        transform(draft).run()
    return list(draft.children)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the list."""
    app.setup_extension("_ext.logic.arguments")
    app.connect("doctree-read", _remember)
    add_list(app, "glossary-of-terms", _glossary, _facts)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
