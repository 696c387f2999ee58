"""Exercises: what is asked, a hint and a solution that stay folded, a checker to call.

``{exercise}`` holds the question and its ``{hint}``. The solution stands between
``{solution-start}`` and ``{solution-end}``, since its cells run when the book is built.
``{ex}`` refers to an exercise, ``{exercises}`` lists those of the chapter. How a checker is run
is said once, where the label ``check-an-answer`` stands.

The edition for courses (``dlbook_solutions = False``) is written from the same pages, as they were
read and executed, with the solutions left out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
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
from sphinx_codeautolink.extension import block as code_linker

from _ext.logic.gates import gate, gather
from _ext.logic.labels import Labelled, Labels, numbered
from _ext.logic.theorems import chapter_number, result
from dlbook import exercises

logger = logging.getLogger(__name__)

_LABEL = r"ex-[a-z0-9-]+"
_CALL = r"(\w+)\((.*)\)"

#: Class of what a notebook has a cell for: the call of the checker.
CALL = "dl-exercise-call"


def warn(message: str, *args: object, location: Any = None) -> None:
    """Log a warning of this extension; under ``-W`` it fails the build."""
    logger.warning(message, *args, location=location, type="dlbook", subtype="exercise")


# ---- what authors write -----------------------------------------------------------------


class exercise(nodes.General, nodes.Element):  # noqa: N801 (docutils names nodes so)
    """The block of an exercise."""


class hidden_hint(nodes.General, nodes.Element):  # noqa: N801
    """A hint, folded under its ``summary``; docutils has a node ``hint`` for its admonition."""


class solution(nodes.General, nodes.Element):  # noqa: N801
    """The solution of the exercise ``of``, folded under its ``summary``."""


class listing(nodes.General, nodes.Element):  # noqa: N801
    """A list of the chapter's exercises, filled in when all of them are known."""


def _difficulty(text: str) -> int:
    return int(directives.choice(text, ("1", "2", "3")))


class ExerciseDirective(SphinxDirective):
    """A question, its title as the argument, its hint inside."""

    required_arguments = 1
    final_argument_whitespace = True
    has_content = True
    option_spec: ClassVar[dict[str, Any]] = {
        "label": directives.unchanged_required,
        "difficulty": _difficulty,
        "minutes": directives.positive_int,
        "trains": directives.unchanged_required,
        "checker": directives.unchanged_required,
    }

    def run(self) -> list[nodes.Node]:
        title, options = self.arguments[0], self.options
        missing = sorted({"label", "difficulty", "minutes", "trains"} - options.keys())
        label = options.get("label", "")
        if missing or not re.fullmatch(_LABEL, label):
            what = f"lacks {', '.join(missing)}" if missing else f"has the label {label!r}"
            message = "exercise %r %s; expected a label ex-…, difficulty (1 to 3), minutes, trains"
            warn(message, title, what, location=self.get_location())
            return []
        block = exercise(title=title, ids=[label], classes=["dl-exercise"], **options)
        heading = nodes.paragraph("", "", nodes.strong(), nodes.Text(". "))
        heading["classes"] = ["dl-exercise-title"]
        heading += nodes.inline("", "", *self.parse_inline(title)[0], classes=["dl-name"])
        facts = nodes.paragraph("", "", *_facts(options), classes=["dl-exercise-facts"])
        content = self.parse_content_to_nodes()
        hints = [child for child in content if isinstance(child, hidden_hint)]
        if not hints:
            warn("%s has no {hint}", label, location=self.get_location())
        block += [heading, facts, *(child for child in content if child not in hints)]
        if "checker" in options:
            block += self._call(label, options["checker"])
        block += hints
        self.set_source_info(block)
        return [block]

    def _call(self, label: str, call: str) -> list[nodes.Node]:
        name = label.removeprefix("ex-")
        if name not in exercises.names():
            warn("dlbook.exercises has no checker %r", name, location=self.get_location())
        if not re.fullmatch(_CALL, call):
            message = (
                "%s has the checker %r; expected the reader's function, such as my_sort(graph)"
            )
            warn(message, label, call, location=self.get_location())
            return []
        code = answer_to(name, call)
        how = addnodes.pending_xref(
            "",
            nodes.inline("", "How to run this"),
            refdomain="std",
            reftype="ref",
            reftarget="check-an-answer",
            refexplicit=True,
            refdoc=self.env.docname,
            refwarn=True,
        )
        line = nodes.paragraph("", "", how, classes=["dl-exercise-facts", CALL])
        return [nodes.literal_block(code, code, language="python", classes=[CALL]), line]


def answer_to(name: str, call: str) -> str:
    """Return what the reader fills in and runs."""
    function = call.partition("(")[0]
    lines = ["from dlbook.exercises import check", "", f"def {call}:", "    ...", ""]
    return "\n".join([*lines, f'check("{name}", {function})'])


def _stars(difficulty: int) -> str:
    return "★" * difficulty + "☆" * (3 - difficulty)


def facts_of(options: Mapping[str, Any]) -> str:
    """Return how hard, how long, what for."""
    return f"{_stars(options['difficulty'])} · {options['minutes']} minutes · {options['trains']}"


def _facts(options: Mapping[str, Any]) -> list[nodes.Node]:
    stars, _, words = facts_of(options).partition(" ")
    label = f"difficulty {options['difficulty']} of 3"
    markup = f'<span role="img" aria-label="{label}">{stars}</span>'
    return [nodes.raw("", markup, format="html"), nodes.Text(f" {words}")]


class HintDirective(SphinxDirective):
    """A hint, inside its exercise."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        return [
            hidden_hint("", *self.parse_content_to_nodes(), summary="Hint", classes=["dl-fold"])
        ]


class SolutionStart(SphinxDirective):
    """Begin the solution of the exercise that the argument names."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        of = self.arguments[0]
        node = gate(kind="solution", of=of, ids=[f"solution-{of}"], summary="Solution")
        node["classes"] = ["dl-fold", "dl-solution"]
        self.set_source_info(node)
        return [node]


class SolutionEnd(SphinxDirective):
    """End it."""

    def run(self) -> list[nodes.Node]:
        node = gate(kind="solution", end=True)
        self.set_source_info(node)
        return [node]


class ListDirective(SphinxDirective):
    """List the exercises of the chapter."""

    def run(self) -> list[nodes.Node]:
        return [listing()]


class ExerciseRole(SphinxRole):
    """``{ex}`` prints *Exercise 9.1*, with a link."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        node = addnodes.pending_xref(
            self.rawtext,
            nodes.inline("", self.text),
            refdomain="exercise",
            reftype="ex",
            reftarget=self.text,
            refexplicit=False,
            refdoc=self.env.docname,
            refwarn=True,
        )
        self.set_source_info(node)
        return [node], []


# ---- what is remembered of it -----------------------------------------------------------


@dataclass
class Exercise(Labelled):
    """An exercise, as the rest of the book sees it.

    Attributes
    ----------
    minutes
        What it takes at a first attempt.
    checked
        Whether it has a checker.
    """

    minutes: int = 0
    checked: bool = False


class Exercises(Labels[Exercise]):
    """All exercises of the book, by label."""

    name = "exercise"
    label = "Exercises"
    store = "exercises"
    data_version = 1
    warn = staticmethod(warn)
    object_types: ClassVar[dict[str, ObjType]] = {"exercise": ObjType("Exercise", "ex")}
    initial_data: ClassVar[dict[str, Any]] = {"exercises": {}}

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
        """Return a link to an exercise."""
        one = self.known.get(target)
        if one is None:
            return None
        text = nodes.inline("", one.title)
        link = make_refnode(builder, fromdocname, one.docname, one.label, text, one.name)
        link["classes"] = ["dl-thm"]
        return link


def _collect(app: Sphinx, doctree: nodes.document) -> None:
    gather(doctree, "solution", solution)
    domain = app.env.get_domain("exercise")
    assert isinstance(domain, Exercises)
    chapter = chapter_number(doctree)
    found: dict[str, exercise] = {}
    for count, block in enumerate(doctree.findall(exercise), 1):
        label, number = block["label"], numbered(chapter, count)
        one = Exercise(
            *(label, "exercise", block["title"], app.env.docname, number),
            line=block.line or 0,
            minutes=block["minutes"],
            checked="checker" in block,
        )
        domain.add(one)
        block["name"] = one.title
        heading = block.next_node(nodes.strong)
        assert heading is not None
        heading += nodes.Text(one.title)
        found[label] = block
    _pair(doctree, found)
    for place in list(doctree.findall(listing)):
        place.replace_self(_list(app.env.docname, found) if found else [])


def _pair(doctree: nodes.document, found: dict[str, exercise]) -> None:
    solved = set()
    for block in doctree.findall(solution):
        of = block["of"]
        if of not in found:
            warn("no exercise of this document has the label %r", of, location=block)
        elif of in solved:
            warn("%s is solved twice", of, location=block)
        else:
            block["summary"] = f"Solution of {found[of]['name']}"
            solved.add(of)
        for kind in (nodes.section, nodes.target, addnodes.index, exercise, result):
            if next(block.findall(kind), None) is not None:
                message = "a solution holds a %s, which the edition without solutions would lack"
                warn(message, kind.__name__, location=block)
    for label in found.keys() - solved:
        warn("%s has no solution", label, location=found[label])


def _list(docname: str, found: dict[str, exercise]) -> list[nodes.Node]:
    """Return the list, and the way to the problem sheet: the page with its exercises alone.

    The sheet is a matter of style: the page shows it while ``#problem-sheet`` ends its address.
    """
    items = nodes.bullet_list(classes=["dl-exercises"], ids=["problem-sheet"])
    for label, block in found.items():
        link = nodes.reference("", block["name"], refid=label, internal=True)
        line = nodes.paragraph("", "", link, nodes.Text(f". {block['title']} "))
        line += nodes.inline("", "", *_facts(block.attributes), classes=["dl-exercise-facts"])
        items += nodes.list_item("", line)
    there = nodes.reference("", "Problem sheet", refid="problem-sheet", internal=True)
    sheet = nodes.paragraph("", "", there, nodes.Text(": these questions alone, to print."))
    page = docname.rpartition("/")[2] + ".html"
    back = nodes.reference("", "Back to the whole chapter", refuri=page, internal=True)
    return [items, sheet, nodes.paragraph("", "", back, classes=["dl-sheet-only"])]


# ---- what is taken home -----------------------------------------------------------------

_SOLUTION = re.compile(r"(?ms)^:::+\{solution-start\}.*?^:::+\{solution-end\}\n:::+$\n*")


def without_solutions(source: str) -> str:
    r"""Return a chapter's text without its solutions.

    Examples
    --------
    >>> without_solutions("A\n\n:::{solution-start} ex-a\n:::\nB\n:::{solution-end}\n:::\n\nC")
    'A\n\nC'
    """
    return _SOLUTION.sub("", source)


# ---- how it looks -----------------------------------------------------------------------


def _expect_no_code_of_solutions(app: Sphinx, config: Any) -> None:
    """Keep sphinx-codeautolink, which remembers the solutions' code, from missing it.

    A filter, because a change of ``suppress_warnings`` would have every page read again.
    """
    if not config.dlbook_solutions:
        code_linker.logger.logger.addFilter(
            lambda record: getattr(record, "subtype", "") != "match_block"
        )


def _leave_out(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    if not app.config.dlbook_solutions:
        for block in list(doctree.findall(solution)):
            block.parent.remove(block)


def _visit(self: Any, node: nodes.Element) -> None:
    self.body.append(self.starttag(node, "div"))


def _depart(self: Any, node: nodes.Element) -> None:
    self.body.append("</div>\n")


def _visit_folded(self: Any, node: nodes.Element) -> None:
    self.body.append(self.starttag(node, "details"))
    self.body.append(f"<summary>{node['summary']}</summary>\n")


def _depart_folded(self: Any, node: nodes.Element) -> None:
    self.body.append("</details>\n")


def setup(app: Sphinx) -> dict[str, Any]:
    """Register directives, the role, nodes, the domain and handlers."""
    app.add_config_value("dlbook_solutions", default=True, rebuild="html", types=[bool])
    app.add_domain(Exercises)
    app.add_directive("exercise", ExerciseDirective)
    app.add_directive("hint", HintDirective, override=True)  # instead of the admonition
    app.add_directive("solution-start", SolutionStart)
    app.add_directive("solution-end", SolutionEnd)
    app.add_directive("exercises", ListDirective)
    app.add_role("ex", ExerciseRole())
    app.add_node(exercise, html=(_visit, _depart))
    for node in (hidden_hint, solution):
        app.add_node(node, html=(_visit_folded, _depart_folded))
    app.connect("config-inited", _expect_no_code_of_solutions)
    app.connect("doctree-read", _collect)
    app.connect("doctree-resolved", _leave_out, priority=400)  # before anything is filled in
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
