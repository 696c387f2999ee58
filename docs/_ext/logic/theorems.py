"""Definitions, theorems and proofs, whose references to each other are the book's logic.

A result is a block with a label: ``{definition}``, ``{algorithm}``, ``{lemma}``,
``{proposition}``, ``{theorem}``, ``{corollary}``. Its hypotheses are blocks inside it, called
H1, H2, … in their order; ``{hyp}`` refers to one, in its proof by its name alone. ``{thm}``
refers to a result; in a statement or a proof that makes it one that is used. What fails without
a hypothesis stands between ``{without-start}`` and ``{without-end}``, with the cell that shows it,
or in a row of the table ``{dropped}``, with a number that a cell computed.

What follows from all this, for the whole book, is in `_ext.logic.arguments`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Set
from dataclasses import dataclass, field
from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.builders import Builder
from sphinx.domains import ObjType
from sphinx.environment import BuildEnvironment
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective, SphinxRole
from sphinx.util.nodes import make_refnode

from _ext.cells.numbers import computed
from _ext.logic.gates import gate, gather
from _ext.logic.labels import Labelled, Labels, chapter_of, numbered

logger = logging.getLogger(__name__)

#: What a result may be, and how its labels begin.
KINDS = {
    "algorithm": "alg",
    "corollary": "cor",
    "definition": "def",
    "lemma": "lem",
    "proposition": "prp",
    "theorem": "thm",
}

#: What is taken as it is; everything else needs a proof.
UNPROVED = {"algorithm", "definition"}


def warn(message: str, *args: object, location: Any = None) -> None:
    """Log a warning of this extension; under ``-W`` it fails the build."""
    logger.warning(message, *args, location=location, type="dlbook", subtype="theorem")


@dataclass
class Hypothesis:
    """A hypothesis of a result.

    Attributes
    ----------
    name, letter
        Such as ``finite`` and ``H1``.
    meaning
        Why it cannot be dropped, if without it the statement would have no meaning.
    steps
        How often the proof refers to it.
    without
        How the book shows what fails without it: in a ``"box"``, in a ``"row"``, or not at all.
    """

    name: str
    letter: str
    meaning: str = ""
    steps: int = 0
    without: str = ""


@dataclass
class Result(Labelled):
    """A definition, theorem or the like, as the logic of the book sees it.

    Attributes
    ----------
    uses
        Labels that its statement and its proof refer to.
    headline
        Whether it is the one that its chapter exists for.
    bound
        Whether it is a bound, which has to be tight.
    """

    hypotheses: list[Hypothesis] = field(default_factory=list)
    uses: set[str] = field(default_factory=set)
    proved: bool = False
    headline: bool = False
    bound: bool = False

    def hypothesis(self, name: str) -> Hypothesis | None:
        """Return the hypothesis of this name, if there is one."""
        return next((one for one in self.hypotheses if one.name == name), None)


# ---- what authors write -----------------------------------------------------------------


class result(nodes.General, nodes.Element):  # noqa: N801 (docutils names nodes so)
    """The block of a result."""


class proof(nodes.General, nodes.Element):  # noqa: N801
    """The proof of the result ``of``."""


class without(nodes.General, nodes.Element):  # noqa: N801
    """What fails without the hypothesis ``name`` of the result ``of``."""


class hypothesis(nodes.Element):  # noqa: N801
    """A hypothesis, until its result collects them in a list."""


class foot(nodes.General, nodes.Element):  # noqa: N801
    """The last lines of a result's block, filled in when the whole book has been read."""


class ResultDirective(SphinxDirective):
    """A statement, its name as the argument, its hypotheses as blocks inside."""

    required_arguments = 1
    final_argument_whitespace = True
    has_content = True
    option_spec: ClassVar[dict[str, Any]] = {
        "label": directives.unchanged_required,
        "headline": directives.flag,
        "bound": directives.flag,
    }

    def run(self) -> list[nodes.Node]:
        kind, label = self.name, self.options.get("label", "")
        name = self.arguments[0]
        if not re.fullmatch(rf"{KINDS[kind]}-[a-z0-9-]+", label):
            warn(
                "%s %r has the label %r; expected %s-… of small letters, digits and dashes",
                *(kind, name, label, KINDS[kind]),
                location=self.get_location(),
            )
            return []
        title, _ = self.parse_inline(name)
        heading = nodes.paragraph("", "", nodes.strong(classes=["dl-number-of"]), nodes.Text(". "))
        heading += nodes.inline("", "", *title, classes=["dl-name"])
        heading["classes"] = ["dl-result-title"]
        block = result(kind=kind, label=label, name=name, ids=[label])
        block["headline"], block["bound"] = "headline" in self.options, "bound" in self.options
        block["classes"] = ["dl-result", f"dl-{kind}"]
        block += [heading, *_with_list(label, self.parse_content_to_nodes()), foot(label=label)]
        self.set_source_info(block)
        return [block]


def _with_list(label: str, content: list[nodes.Node]) -> Iterator[nodes.Node]:
    """Yield a statement with its hypotheses as one list after another, their letters before."""
    count = 0
    current: nodes.bullet_list | None = None
    for node in content:
        if not isinstance(node, hypothesis):
            current = None
            yield node
            continue
        count += 1
        item = nodes.list_item("", *node.children, **node.attributes)
        item["letter"] = letter = f"H{count}"
        item["ids"] = [anchor_of(label, node["name"])]
        first = item.next_node(nodes.paragraph)
        if first is not None:
            # The space is for readers of the bare text; a box's last space takes no room.
            first.insert(0, nodes.inline("", f"{letter} ", classes=["dl-letter"]))
        if current is None:
            current = nodes.bullet_list(classes=["dl-hypotheses"])
            yield current
        current += item


def anchor_of(label: str, name: str) -> str:
    """Return the id of a hypothesis."""
    return f"{label}.{name}"


class HypothesisDirective(SphinxDirective):
    """One hypothesis, its name as the argument."""

    required_arguments = 1
    has_content = True
    option_spec: ClassVar[dict[str, Any]] = {"meaning": directives.unchanged_required}

    def run(self) -> list[nodes.Node]:
        node = hypothesis(name=self.arguments[0], meaning=self.options.get("meaning", ""))
        node += self.parse_content_to_nodes()
        return [node]


class ProofDirective(SphinxDirective):
    """The proof of the result that the argument names."""

    required_arguments = 1
    has_content = True

    def run(self) -> list[nodes.Node]:
        label = self.arguments[0]
        block = proof(of=label, classes=["dl-proof"], ids=[f"proof-{label}"])
        block += nodes.paragraph(
            "",
            "",
            nodes.emphasis("", "", nodes.Text("Proof of "), _reference(self, "thm", label)),
            nodes.Text("."),
            classes=["dl-proof-title"],
        )
        block += self.parse_content_to_nodes()
        _mark_end(block)
        self.set_source_info(block)
        return [block]


def _mark_end(block: nodes.Element) -> None:
    """Put ∎ after the last words of a proof, or below the formula, code or table that ends it."""
    place = block
    within = (nodes.bullet_list, nodes.enumerated_list, nodes.list_item, nodes.block_quote)
    while isinstance(last := _last_shown(place), within):
        place = last
    mark = nodes.inline("", "∎", classes=["dl-qed"])
    if isinstance(last, nodes.paragraph):
        last += [nodes.Text(" "), mark]
    else:
        place += nodes.paragraph("", "", mark, classes=["dl-end"])


def _last_shown(place: nodes.Element) -> nodes.Node:
    return next(node for node in reversed(place) if not isinstance(node, nodes.Invisible))


class WithoutStart(SphinxDirective):
    """Begin what fails without a hypothesis; the argument is ``label.hypothesis``."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        of, _, name = self.arguments[0].partition(".")
        node = gate(kind="without", of=of, name=name, classes=["dl-without"])
        node["ids"] = ["without-" + anchor_of(of, name)]
        self.set_source_info(node)
        return [node]


class WithoutEnd(SphinxDirective):
    """End it."""

    def run(self) -> list[nodes.Node]:
        node = gate(kind="without", end=True)
        self.set_source_info(node)
        return [node]


class DroppedDirective(SphinxDirective):
    """The table of dropped hypotheses: a list, each item of which is the list of four cells.

    The first is ``label.hypothesis``, the others are an instance, what comes out, and what the
    statement would say.
    """

    has_content = True
    heads = "without", "instance", "outcome", "the statement would say"

    def run(self) -> list[nodes.Node]:
        rows = [row for node in self.parse_content_to_nodes() for row in self._rows(node)]
        table = nodes.table(classes=["dl-dropped"])
        group = nodes.tgroup(cols=len(self.heads))
        group += [nodes.colspec(colwidth=1) for _ in self.heads]
        head = nodes.row()
        head += [nodes.entry("", nodes.paragraph("", name.capitalize())) for name in self.heads]
        group += [nodes.thead("", head), nodes.tbody("", *rows)]
        table += group
        self.set_source_info(table)
        return [table]

    def _rows(self, content: nodes.Node) -> Iterator[nodes.Node]:
        items = content.children if isinstance(content, nodes.bullet_list) else [content]
        for item in items:
            inner = item.next_node(nodes.bullet_list)
            cells = [] if inner is None else list(inner.children)
            if len(cells) != len(self.heads):
                message = "{dropped}: a row has %d cells; expected %d: label.hypothesis, %s"
                expected = len(self.heads), ", ".join(self.heads[1:])
                warn(message, len(cells), *expected, location=self.get_location())
                continue
            of, _, name = cells[0].astext().strip().partition(".")
            row = nodes.row(of=of, name=name, ids=["without-" + anchor_of(of, name)])
            row.line = self.lineno
            which = nodes.paragraph("", "", _reference(self, "thm", of), nodes.Text(", "))
            which += [_reference(self, "hyp", anchor_of(of, name)), nodes.Text(f" ({name})")]
            row += nodes.entry("", which)
            row += [nodes.entry("", *cell.children) for cell in cells[1:]]
            yield row


class ReferenceRole(SphinxRole):
    """``{thm}`` and ``{hyp}``; ``text <target>`` gives the link words of its own."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        match = re.fullmatch(r"(?s)(.*?)\s*<([^<>]+)>", self.text)
        text, target = match.groups() if match else ("", self.text)
        return [_reference(self, self.name, target, text)], []


def _reference(
    place: SphinxDirective | SphinxRole, role: str, target: str, text: str = ""
) -> addnodes.pending_xref:
    node = addnodes.pending_xref(
        target,
        nodes.inline("", text or target),
        refdomain="logic",
        reftype=role,
        reftarget=target,
        refexplicit=bool(text),
        refdoc=place.env.docname,
        refwarn=True,
    )
    place.set_source_info(node)
    return node


# ---- what is remembered of it -----------------------------------------------------------


class Logic(Labels[Result]):
    """All results of the book, by label."""

    name = "logic"
    label = "Logic"
    store = "results"
    data_version = 1
    warn = staticmethod(warn)
    object_types: ClassVar[dict[str, ObjType]] = {
        kind: ObjType(kind.capitalize(), "thm") for kind in KINDS
    }
    #: Besides the results: documents that list them, and the one that says how they are checked.
    initial_data: ClassVar[dict[str, Any]] = {"results": {}, "lists": set(), "checks": None}

    @property
    def results(self) -> dict[str, Result]:
        """Label to result."""
        return self.known

    def clear_doc(self, docname: str) -> None:
        """Forget the results of a document."""
        super().clear_doc(docname)
        self.data["lists"].discard(docname)
        if self.data["checks"] == docname:
            self.data["checks"] = None

    def merge_domaindata(self, docnames: Set[str], otherdata: dict[str, Any]) -> None:
        """Take over what a worker read."""
        super().merge_domaindata(docnames, otherdata)
        self.data["lists"] |= otherdata["lists"] & docnames
        if otherdata["checks"] in docnames:
            self.data["checks"] = otherdata["checks"]

    def resolve_xref(
        self,
        env: BuildEnvironment,
        fromdocname: str,
        builder: Builder,
        typ: str,
        target: str,
        node: addnodes.pending_xref,
        contnode: nodes.Element,
    ) -> nodes.reference | None:
        """Return a link to a result or to one of its hypotheses."""
        label, _, name = target.partition(".")
        one = self.results.get(label)
        found = one.hypothesis(name) if one and name else None
        if one is None or (typ == "hyp") != (found is not None):
            return None
        text = found.letter if found else one.title
        link = contnode if node["refexplicit"] else nodes.inline("", text)
        hint = f"{one.title}: {one.name}" if found is None else f"{one.title}, {found.name}"
        anchor = anchor_of(label, name) if found else label
        reference = make_refnode(builder, fromdocname, one.docname, anchor, link, hint)
        reference["classes"] = ["dl-hyp" if found else "dl-thm"]
        return reference


def logic_of(env: BuildEnvironment) -> Logic:
    """Return the domain, typed."""
    domain = env.get_domain("logic")
    assert isinstance(domain, Logic)
    return domain


def chapter_number(doctree: nodes.document) -> str:
    """Return the number of a document's chapter, as its title says it, or nothing."""
    title = doctree.next_node(nodes.title)
    return chapter_of(title.astext()) if title else ""


def _collect(app: Sphinx, doctree: nodes.document) -> None:
    gather(doctree, "without", without)
    chapter = chapter_number(doctree)
    here: dict[str, Result] = {}
    for count, block in enumerate(doctree.findall(result), 1):
        made = Result(
            *(block["label"], block["kind"], block["name"]),
            *(app.env.docname, numbered(chapter, count)),
            line=block.line or 0,
            **{"headline": block["headline"], "bound": block["bound"]},
        )
        for item in block.findall(nodes.list_item):
            if "letter" in item:
                made.hypotheses.append(Hypothesis(item["name"], item["letter"], item["meaning"]))
        made.uses |= _used(block)
        if made.kind not in UNPROVED and not made.bound and _displays_bound(block):
            message = "%s concludes with an inequality; if it is a bound, `:bound:` says so"
            warn(message, made.label, location=block)
        heading = block.next_node(nodes.strong)
        assert heading is not None
        heading += nodes.Text(made.title)
        here[made.label] = made
        logic_of(app.env).add(made)

    rows = (row for row in doctree.findall(nodes.row) if "of" in row)
    parts: list[nodes.Element] = [*doctree.findall(proof), *doctree.findall(without), *rows]
    for part in parts:
        of = here.get(part["of"])
        if of is None:
            warn("no result of this document has the label %r", part["of"], location=part)
        elif isinstance(part, proof):
            _collect_proof(part, of)
        else:
            _collect_without(part, of)


def _collect_proof(block: nodes.Element, of: Result) -> None:
    if of.proved:
        warn("%s is proved twice", of.label, location=block)
    of.proved = True
    of.uses |= _used(block) - {of.label}
    for reference in _references(block, "hyp"):
        if "." not in reference["reftarget"]:
            reference["reftarget"] = anchor_of(of.label, reference["reftarget"])
        label, _, name = reference["reftarget"].partition(".")
        found = of.hypothesis(name)
        if label == of.label and found:
            found.steps += 1


def _displays_bound(block: nodes.Element) -> bool:
    """Whether a displayed formula outside the hypotheses is an inequality."""
    return any(
        re.search(r"\\[lg]eq?\b", formula.astext())
        for child in block.children
        if not isinstance(child, nodes.bullet_list)
        for formula in child.findall(nodes.math_block)
    )


def _collect_without(block: nodes.Element, of: Result) -> None:
    found = of.hypothesis(block["name"])
    if found is None:
        warn("%s has no hypothesis %r", of.label, block["name"], location=block)
        return
    if found.without:
        warn("%s without %s is shown twice", of.label, found.letter, location=block)
    if isinstance(block, nodes.row):
        found.without = "row"
        if next(block.findall(computed), None) is None:
            message = "%s without %s: nothing in its row is computed; print a number with {num}"
            warn(message, of.label, found.letter, location=block)
        return
    found.without = "box"
    if not any(cell.get("nb_element") == "cell_code" for cell in block.findall(nodes.container)):
        warn("nothing is computed here: the block has no cell", location=block)
    link = nodes.reference("", found.letter, refid=anchor_of(of.label, found.name), internal=True)
    link["classes"] = ["dl-hyp"]
    heading = nodes.paragraph(classes=["dl-without-title"])
    heading += nodes.strong("", "", nodes.Text(f"{of.title} without "), link)
    block.insert(0, heading)


def _references(block: nodes.Element, role: str) -> Iterator[addnodes.pending_xref]:
    for reference in block.findall(addnodes.pending_xref):
        if reference["refdomain"] == "logic" and reference["reftype"] == role:
            yield reference


def _used(block: nodes.Element) -> set[str]:
    return {reference["reftarget"] for reference in _references(block, "thm")}


# ---- how it looks -----------------------------------------------------------------------


def _visit(self: Any, node: nodes.Element) -> None:
    self.body.append(self.starttag(node, "div"))


def _depart(self: Any, node: nodes.Element) -> None:
    self.body.append("</div>\n")


def setup(app: Sphinx) -> dict[str, Any]:
    """Register directives, roles, nodes and the domain."""
    app.add_domain(Logic)
    for kind in KINDS:
        app.add_directive(kind, ResultDirective)
    app.add_directive("hypothesis", HypothesisDirective)
    app.add_directive("proof", ProofDirective)
    app.add_directive("without-start", WithoutStart)
    app.add_directive("without-end", WithoutEnd)
    app.add_directive("dropped", DroppedDirective)
    for role in ("thm", "hyp"):
        app.add_role(role, ReferenceRole())
    for node in (result, proof, without, foot):
        app.add_node(node, html=(_visit, _depart))
    app.connect("doctree-read", _collect)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
