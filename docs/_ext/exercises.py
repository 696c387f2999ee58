"""Exercises: what is asked, a hint and a solution that stay folded, a checker to call.

``{exercise}`` holds the question and its ``{hint}``. The solution stands between
``{solution-start}`` and ``{solution-end}``, since its cells run when the book is built.
``{ex}`` refers to an exercise, ``{exercises}`` lists those of a chapter.

The edition for courses (``dlbook_solutions = False``) is written from the same pages, as they were
read and executed, with the solutions left out.
"""

from __future__ import annotations

import re
from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective, SphinxRole

from _ext.gates import gate, gather
from _ext.theorems import chapter_number
from dlbook import exercises

logger = logging.getLogger(__name__)

_LABEL = r"ex-[a-z0-9-]+"


def warn(message: str, *args: object, location: Any = None) -> None:
    """Log a warning of this extension; under ``-W`` it fails the build."""
    logger.warning(message, *args, location=location, type="dlbook", subtype="exercise")


# ---- what authors write -----------------------------------------------------------------


class exercise(nodes.General, nodes.Element):  # noqa: N801 (docutils names nodes so)
    """The block of an exercise."""


class folded(nodes.General, nodes.Element):  # noqa: N801
    """What opens on request, under the words ``summary``."""


class hint(folded):  # noqa: N801
    """A hint."""


class solution(folded):  # noqa: N801
    """The solution of the exercise ``of``."""


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
        missing = {"label", "difficulty", "minutes", "trains"} - options.keys()
        label = options.get("label", "")
        if missing or not re.fullmatch(_LABEL, label):
            what = f"lacks {', '.join(sorted(missing))}" if missing else f"has the label {label!r}"
            where = self.get_location()
            warn(
                "exercise %r %s; expected a label ex-…, difficulty 1 to 3, minutes, trains",
                *(title, what),
                location=where,
            )
            return []
        block = exercise(title=title, ids=[label], classes=["dl-exercise"], **options)
        heading = nodes.paragraph("", "", nodes.strong(), nodes.Text(". "))
        heading["classes"] = ["dl-exercise-title"]
        heading += nodes.inline("", "", *self.parse_inline(title)[0], classes=["dl-name"])
        facts = nodes.paragraph("", "", *_facts(options), classes=["dl-exercise-facts"])
        block += [heading, facts, *self.parse_content_to_nodes()]
        if not any(isinstance(child, hint) for child in block.children):
            warn("%s has no {hint}", label, location=self.get_location())
        if "checker" in options:
            block.insert(_place_of_hint(block), self._call(label, options["checker"]))
        self.set_source_info(block)
        return [block]

    def _call(self, label: str, function: str) -> nodes.Node:
        name = label.removeprefix("ex-")
        if name not in exercises.names():
            warn("dlbook.exercises has no checker %r", name, location=self.get_location())
        code = f'from dlbook.exercises import check\n\ncheck("{name}", {function})'
        return nodes.literal_block(code, code, language="python")


def _place_of_hint(block: exercise) -> int:
    found = [i for i, child in enumerate(block.children) if isinstance(child, hint)]
    return found[0] if found else len(block.children)


def _facts(options: dict[str, Any]) -> list[nodes.Node]:
    """Return how hard, how long, what for."""
    difficulty = options["difficulty"]
    stars = "★" * difficulty + "☆" * (3 - difficulty)
    markup = f'<span role="img" aria-label="difficulty {difficulty} of 3">{stars}</span>'
    words = f" · {options['minutes']} minutes · {options['trains']}"
    return [nodes.raw("", markup, format="html"), nodes.Text(words)]


class HintDirective(SphinxDirective):
    """A hint, inside its exercise."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        return [hint("", *self.parse_content_to_nodes(), summary="Hint", classes=["dl-fold"])]


class SolutionStart(SphinxDirective):
    """Begin the solution of the exercise that the argument names."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        of = self.arguments[0]
        node = gate(kind="solution", of=of, ids=[f"solution-{of}"])
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
            refdomain="std",
            reftype="ref",
            reftarget=self.text,
            refexplicit=False,
            refdoc=self.env.docname,
            refwarn=True,
        )
        self.set_source_info(node)
        return [node], []


# ---- what becomes of it -----------------------------------------------------------------


def _collect(app: Sphinx, doctree: nodes.document) -> None:
    gather(doctree, "solution", solution)
    docname, labels = app.env.docname, app.env.domains.standard_domain.labels
    chapter = chapter_number(doctree)
    found: dict[str, exercise] = {}
    for count, block in enumerate(doctree.findall(exercise), 1):
        label = block["label"]
        if label in labels or label in found:
            there = docname if label in found else labels[label][0]
            warn("the label %s is also in %s", label, there, location=block)
        block["name"] = f"Exercise {chapter}.{count}" if chapter else f"Exercise {count}"
        heading = block.next_node(nodes.strong)
        assert heading is not None
        heading += nodes.Text(block["name"])
        found[label] = block
        # As a label of Sphinx's own, it can be referred to from anywhere.
        labels[label] = app.env.domains.standard_domain.anonlabels[label][:2] + (block["name"],)
    _pair(doctree, found)
    for place in list(doctree.findall(listing)):
        place.replace_self(_list(found) if found else [])


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
    for label in found.keys() - solved:
        warn("%s has no solution", label, location=found[label])


def _list(found: dict[str, exercise]) -> nodes.bullet_list:
    items = nodes.bullet_list(classes=["dl-exercises"])
    for label, block in found.items():
        link = nodes.reference("", block["name"], refid=label, internal=True)
        line = nodes.paragraph("", "", link, nodes.Text(f". {block['title']}. "))
        line += nodes.inline("", "", *_facts(block.attributes), classes=["dl-exercise-facts"])
        items += nodes.list_item("", line)
    return items


def without_solutions(source: str) -> str:
    """Return a chapter's text without its solutions.

    Examples
    --------
    >>> without_solutions("A\\n\\n:::{solution-start} ex-a\\n:::\\nB\\n:::{solution-end}\\n:::\\n\\nC")
    'A\\n\\nC'
    """
    return re.sub(r"(?ms)^:::+\{solution-start\}.*?^:::+\{solution-end\}\n:::+$\n*", "", source)


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
    self.body.append(f"<summary>{node.get('summary', 'Solution')}</summary>\n")


def _depart_folded(self: Any, node: nodes.Element) -> None:
    self.body.append("</details>\n")


def setup(app: Sphinx) -> dict[str, Any]:
    """Register directives, the role, nodes and handlers."""
    app.add_config_value("dlbook_solutions", default=True, rebuild="html", types=[bool])
    app.add_directive("exercise", ExerciseDirective)
    app.add_directive("hint", HintDirective, override=True)  # instead of the admonition
    app.add_directive("solution-start", SolutionStart)
    app.add_directive("solution-end", SolutionEnd)
    app.add_directive("exercises", ListDirective)
    app.add_role("ex", ExerciseRole())
    app.add_node(exercise, html=(_visit, _depart))
    for node in (hint, solution):
        app.add_node(node, html=(_visit_folded, _depart_folded))
    app.connect("doctree-read", _collect)
    app.connect("doctree-resolved", _leave_out, priority=400)  # before anything is filled in
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
