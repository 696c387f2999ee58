"""How each result of the book is tested, on a page that shows the tests.

The tests of ``thm-dag-has-order`` are the module ``tests/theorems/test_dag_has_order.py``. What
such a module must hold is in `flaws`; a result whose tests fall short fails the build.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from _ext.logic.arguments import Pages
from _ext.logic.theorems import UNPROVED, Result, anchor_of, logic_of, warn

_TESTS = Path(__file__).parents[3] / "tests" / "theorems"


def file_of(label: str) -> Path:
    """Return where the tests of ``thm-dag-has-order`` are: in ``test_dag_has_order.py``."""
    return _TESTS / f"test_{label.partition('-')[2].replace('-', '_')}.py"


def name_without(name: str) -> str:
    """Return what the test is called that a hypothesis cannot be dropped."""
    return f"test_without_{name.replace('-', '_')}"


def flaws(source: str, hypotheses: list[str]) -> Iterator[str]:
    """Yield what the tests of a result lack.

    The conclusion of the result is one function, ``conclusion``. ``test_holds`` asserts it on
    instances that Hypothesis draws; for each hypothesis that can be dropped a test asserts that
    it is false on some instance. So neither kind can be empty.

    Parameters
    ----------
    source
        Of the test module.
    hypotheses
        Names of those that can be dropped.
    """
    functions = {
        node.name: node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)
    }
    if "conclusion" not in functions:
        yield "no function `conclusion`"
    holds = functions.get("test_holds")
    if holds is None or not any("given" in ast.unparse(d) for d in holds.decorator_list):
        yield "no test `test_holds` with instances that Hypothesis draws (`@given`)"
    elif not _asserts(holds, "conclusion("):
        yield "`test_holds` does not `assert conclusion(…)`"
    for name in map(name_without, hypotheses):
        if name not in functions:
            yield f"no test `{name}`"
        elif not _asserts(functions[name], "not conclusion("):
            yield f"`{name}` does not `assert not conclusion(…)`"


def _asserts(function: ast.FunctionDef, beginning: str) -> bool:
    return any(
        isinstance(node, ast.Assert) and ast.unparse(node.test).startswith(beginning)
        for node in ast.walk(function)
    )


class checklist(nodes.General, nodes.Element):  # noqa: N801 (docutils names nodes so)
    """How every result is checked, filled in when the whole book has been read."""


class ChecksDirective(SphinxDirective):
    """``{checks}`` lists the results with their tests."""

    def run(self) -> list[nodes.Node]:
        for path in _TESTS.glob("*.py"):
            self.env.note_dependency(str(path))
        data = logic_of(self.env).data
        data["lists"].add(self.env.docname)
        data["checks"] = self.env.docname
        return [checklist()]


def _check(pages: Pages, one: Result) -> Iterator[nodes.Node]:
    path = file_of(one.label)
    heading = nodes.paragraph("", "", pages.link(one), nodes.Text(f". {one.name}"))
    heading["ids"], heading["classes"] = [f"check-{one.label}"], ["dl-check-title"]
    yield heading
    items = nodes.bullet_list()
    for hypothesis in one.hypotheses:
        anchor = anchor_of(one.label, hypothesis.name)
        text = nodes.paragraph("", "", pages.link(one, anchor, hypothesis.letter))
        text += nodes.Text(f" ({hypothesis.name}): ")
        if hypothesis.meaning:
            text += nodes.Text(f"gives the statement its meaning. {hypothesis.meaning}")
        else:
            times = f"{hypothesis.steps} times" if hypothesis.steps > 1 else "once"
            text += nodes.Text(f"used {times} in the proof")
            if hypothesis.without:
                text += nodes.Text("; ")
                text += pages.link(one, f"without-{anchor}", "what fails without it")
                name = name_without(hypothesis.name)
                text += [nodes.Text(", asserted by "), nodes.literal("", name)]
            text += nodes.Text(".")
        items += nodes.list_item("", text)
    if items.children:
        yield items
    if not path.exists():
        warn("%s has no tests: expected tests/theorems/%s", one.label, path.name)
        return
    source = path.read_text("utf-8")
    droppable = [h.name for h in one.hypotheses if h.without]
    for flaw in flaws(source, droppable):
        warn("tests/theorems/%s: %s", path.name, flaw)
    summary = f"<summary>The tests: <code>tests/theorems/{path.name}</code></summary>"
    yield nodes.raw("", f'<details class="dl-fold">{summary}', format="html")
    yield nodes.literal_block(source, source, language="python")
    yield nodes.raw("", "</details>", format="html")


def _fill(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    for place in list(doctree.findall(checklist)):
        pages = Pages(app, docname)
        proved = [one for one in pages.order if one.kind not in UNPROVED]
        place.replace_self([node for one in proved for node in _check(pages, one)])


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directive."""
    app.setup_extension("_ext.logic.arguments")
    app.add_directive("checks", ChecksDirective)
    app.add_node(checklist)
    app.connect("doctree-resolved", _fill)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
