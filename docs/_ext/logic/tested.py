"""How each result of the book is tested, on a page that leads to the tests.

The programs themselves stand on pages of their own, one for each part of the book, which only
those load who open them. The tests of ``thm-dag-has-order`` are the module
``tests/theorems/test_dag_has_order.py``. The requirements on such a module are in `flaws`; a
result whose tests fall short fails the build.
"""

from __future__ import annotations

import ast
import html
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from _ext.logic.arguments import Pages, pages_in_order
from _ext.logic.theorems import UNPROVED, Result, anchor_of, logic_of, warn
from _ext.page.made import is_outdated

#: Where the tests of results are, unless a book's ``dlbook_tests`` says otherwise.
TESTS = Path(__file__).parents[3] / "tests" / "theorems"


def file_of(label: str, folder: Path = TESTS) -> Path:
    """Return where the tests of ``thm-dag-has-order`` are: in ``test_dag_has_order.py``."""
    return folder / f"test_{label.partition('-')[2].replace('-', '_')}.py"


def name_without(name: str) -> str:
    """Return the name of the test that a hypothesis cannot be dropped."""
    return f"test_without_{name.replace('-', '_')}"


def flaws(source: str, hypotheses: list[str], *, bound: bool = False) -> Iterator[str]:
    """Yield what the tests of a result lack.

    ``conclusion(instance)`` is the conclusion of the result as a program, and
    ``hypotheses(instance)`` says which of its hypotheses are true of an instance. What a near
    miss can move, a constant or a step of the algorithm, is a keyword-only parameter of
    ``conclusion``, whose default is what the statement says.

    ``test_holds`` asserts both on instances that Hypothesis draws. ``test_near_misses`` asserts
    that each entry of ``NEAR_MISSES`` makes the conclusion false on an instance that the module
    names. Where the result is a bound, ``test_tight`` asserts that it is false with the bound
    ``times=`` a number near one. For each hypothesis that can be dropped a test asserts that the
    conclusion is false on an instance of which all others, and it alone not, are true.

    Parameters
    ----------
    source
        Of the test module.
    hypotheses
        Names of those that can be dropped, in their order.
    bound
        Whether the result is a bound.
    """
    module = ast.parse(source).body
    functions = {node.name: node for node in module if isinstance(node, ast.FunctionDef)}
    if "conclusion" not in functions:
        yield "no function `conclusion`"
        return
    yield from _holds(functions, hypotheses)
    for name in hypotheses:
        yield from _without(functions, name)
    if hypotheses:
        yield from _names(functions, hypotheses)
    yield from _near_misses(module, functions, bool(hypotheses))
    if bound:
        yield from _tight(functions)


def _holds(functions: dict[str, ast.FunctionDef], hypotheses: list[str]) -> Iterator[str]:
    holds = functions.get("test_holds")
    if holds is None or not any("given" in ast.unparse(d) for d in holds.decorator_list):
        yield "no test `test_holds` with instances that Hypothesis draws (`@given`)"
        return
    instances = _arguments(_asserted(holds), "conclusion(", ")")
    if not instances:
        yield "`test_holds` does not `assert conclusion(…)`"
    if hypotheses:
        shown = _arguments(_asserted(holds), "not broken(hypotheses(", "))")
        for instance in sorted(instances - shown):
            yield f"`test_holds` does not `assert not broken(hypotheses({instance}))`"


def _without(functions: dict[str, ast.FunctionDef], name: str) -> Iterator[str]:
    test = functions.get(name_without(name))
    if test is None:
        yield f"no test `{name_without(name)}`"
        return
    instances = _arguments(_asserted(test), "not conclusion(", ")")
    if not instances:
        yield f"`{test.name}` does not `assert not conclusion(…)`"
    shown = _arguments(_asserted(test), "broken(hypotheses(", f")) == ['{name}']")
    for instance in sorted(instances - shown):
        what = f"broken(hypotheses({instance})) == ['{name}']"
        yield f"`{test.name}` does not show that it lacks this hypothesis only: `assert {what}`"


def _names(functions: dict[str, ast.FunctionDef], hypotheses: list[str]) -> Iterator[str]:
    if "hypotheses" not in functions:
        yield "no function `hypotheses`, which says of an instance what is true of it"
        return
    found = [
        [ast.literal_eval(key) for key in node.value.keys if isinstance(key, ast.Constant)]
        for node in ast.walk(functions["hypotheses"])
        if isinstance(node, ast.Return) and isinstance(node.value, ast.Dict)
    ]
    if found != [hypotheses]:
        yield f"`hypotheses` does not return one dict with the keys {', '.join(hypotheses)}"
    parameters = [_positional(functions[name]) for name in ("hypotheses", "conclusion")]
    if parameters[0] != parameters[1]:
        yield "`hypotheses` and `conclusion` do not take the same instance"


def _near_misses(
    module: list[ast.stmt], functions: dict[str, ast.FunctionDef], hypotheses: bool
) -> Iterator[str]:
    table = next(
        (
            node.value
            for node in module
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "NEAR_MISSES"
        ),
        None,
    )
    if not isinstance(table, ast.Dict) or not all(isinstance(v, ast.Dict) for v in table.values):
        yield "no table `NEAR_MISSES = {words: {parameter of conclusion: value}}`"
        return
    moved = {
        ast.literal_eval(key)
        for miss in table.values
        if isinstance(miss, ast.Dict)
        for key in miss.keys
        if isinstance(key, ast.Constant)
    }
    movable = {argument.arg for argument in functions["conclusion"].args.kwonlyargs}
    for name in sorted(movable - moved - {"times"}):
        yield f"no near miss moves `{name}` of the conclusion"
    for name in sorted(moved - movable):
        yield f"a near miss moves `{name}`, which is not a keyword-only parameter of `conclusion`"
    if len(table.keys) < (count := len(clauses(functions["conclusion"]))):
        yield f"the conclusion has {count} clauses, and only {len(table.keys)} near misses"
    test = functions.get("test_near_misses")
    end = ", conclusion, hypotheses)" if hypotheses else ", conclusion)"
    if test is None or not _arguments(_asserted(test), "not missed(NEAR_MISSES, ", end):
        yield f"no test `test_near_misses` with `assert not missed(NEAR_MISSES, instances{end}`"


def _tight(functions: dict[str, ast.FunctionDef]) -> Iterator[str]:
    test = functions.get("test_tight")
    false = _arguments(_asserted(test), "not conclusion(", ")") if test else set()
    if not any("times=" in instance for instance in false):
        yield "a bound, and no test `test_tight` with `assert not conclusion(…, times=0.99)`"
    elif test and not _arguments(_asserted(test), "conclusion(", ")"):
        yield "`test_tight` does not `assert conclusion(…)` for the bound itself"


def _positional(function: ast.FunctionDef) -> list[str]:
    return [argument.arg for argument in (*function.args.posonlyargs, *function.args.args)]


def _asserted(function: ast.FunctionDef) -> list[str]:
    """Return what a function asserts, as text."""
    found = (node for node in ast.walk(function) if isinstance(node, ast.Assert))
    return [ast.unparse(node.test) for node in found]


def _arguments(texts: list[str], begin: str, end: str) -> set[str]:
    """Return what stands between a beginning and an end, in the texts that have both."""
    return {
        text[len(begin) : len(text) - len(end)]
        for text in texts
        if text.startswith(begin) and text.endswith(end)
    }


def clauses(function: ast.FunctionDef) -> list[ast.expr]:
    """Return the clauses of a conclusion: what its ``return`` joins with ``and``."""
    found: list[ast.expr] = []
    for node in _own_statements(function):
        if isinstance(node, ast.Return) and node.value is not None:
            value = node.value
            joined = isinstance(value, ast.BoolOp) and isinstance(value.op, ast.And)
            found += value.values if joined and isinstance(value, ast.BoolOp) else [value]
    return found


def _own_statements(function: ast.FunctionDef) -> Iterator[ast.stmt]:
    """Yield the statements of a function, without those of functions inside it."""
    waiting: list[ast.stmt] = list(function.body)
    while waiting:
        node = waiting.pop(0)
        yield node
        if not isinstance(node, ast.FunctionDef):
            waiting += [
                child for child in ast.iter_child_nodes(node) if isinstance(child, ast.stmt)
            ]


class checklist(nodes.General, nodes.Element):  # noqa: N801 (docutils names nodes so)
    """How every result is checked, filled in when the whole book has been read."""


class ChecksDirective(SphinxDirective):
    """``{checks}`` lists the results with their tests."""

    def run(self) -> list[nodes.Node]:
        for path in Path(self.env.config.dlbook_tests).glob("*.py"):
            self.env.note_dependency(str(path))
        data = logic_of(self.env).data
        data["lists"].add(self.env.docname)
        data["checks"] = self.env.docname
        return [checklist()]


def _check(pages: Pages, one: Result) -> Iterator[nodes.Node]:
    path = file_of(one.label, _folder(pages.app))
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
    droppable = [h.name for h in one.hypotheses if not h.meaning]
    for flaw in flaws(source, droppable, bound=one.bound):
        warn("tests/theorems/%s: %s", path.name, flaw)
    text = nodes.paragraph("", "The tests: ", classes=["dl-tests"])
    if pages.app.builder.format == "html":
        address = pages.app.builder.get_relative_uri(pages.docname, shown_on(one.docname))
        link = nodes.reference("", "", refuri=f"{address}#tests-{one.label}", internal=True)
        link += nodes.literal("", f"tests/theorems/{path.name}")
        text += link
        yield text
    else:
        text += nodes.literal("", f"tests/theorems/{path.name}")
        yield from (text, nodes.literal_block(source, source, language="python"))


def shown_on(docname: str) -> str:
    """Return the page that shows the tests of a page's results.

    Examples
    --------
    >>> shown_on("part-2-graphs/orders"), shown_on("prerequisites")
    ('tests/part-2-graphs', 'tests/prerequisites')
    """
    return f"tests/{docname.partition('/')[0]}"


def _test_pages(app: Sphinx) -> Iterator[tuple[str, dict[str, Any], str]]:
    """Yield the pages that show the tests."""
    if "checks" not in logic_of(app.env).data:
        return
    shown: dict[str, list[Result]] = {}
    for one in Pages(app, "").order:
        if one.kind not in UNPROVED and file_of(one.label, _folder(app)).exists():
            shown.setdefault(shown_on(one.docname), []).append(one)
    order = pages_in_order(app.env)
    for name, results in shown.items():
        results.sort(key=lambda one: order.index(one.docname))
        title = f"The tests: {_part_of(app, results[0].docname)}"
        tests = [file_of(one.label, _folder(app)).read_text("utf-8") for one in results]
        if not is_outdated(app, name, (title, [(one.title, one.name) for one in results], tests)):
            continue
        body = f"<h1>{html.escape(title)}</h1>" + "".join(_shown(app, name, results))
        yield name, {"title": title, "body": body, "parents": []}, "page.html"


def _part_of(app: Sphinx, docname: str) -> str:
    """Return what the table of contents calls the part that a page belongs to."""
    root = app.env.get_doctree(app.config.root_doc)
    for tree in root.findall(addnodes.toctree):
        if docname in tree["includefiles"] and tree["caption"] and "/" in docname:
            return str(tree["caption"])
    return app.env.titles[docname].astext()


def _shown(app: Sphinx, name: str, results: list[Result]) -> Iterator[str]:
    highlighter = app.builder.highlighter  # type: ignore[attr-defined]
    checks, chapter = logic_of(app.env).data["checks"], ""
    to_checks = app.builder.get_relative_uri(name, checks)
    for one in results:
        if one.docname != chapter:
            chapter = one.docname
            yield f"<h2>{html.escape(app.env.titles[chapter].astext())}</h2>"
        path = file_of(one.label, _folder(app))
        statement = f"{app.builder.get_relative_uri(name, one.docname)}#{one.label}"
        yield (
            f'<section id="tests-{one.label}"><h3><a href="{statement}">{html.escape(one.title)}'
            f"</a>. {html.escape(one.name)}</h3><p><code>tests/theorems/{path.name}</code>, "
            f'<a href="{to_checks}#check-{one.label}">how the statement is checked</a></p>'
            f"{highlighter.highlight_block(path.read_text('utf-8'), 'python')}</section>"
        )


def _folder(app: Sphinx) -> Path:
    return Path(app.config.dlbook_tests)


def _fill(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    for place in list(doctree.findall(checklist)):
        pages = Pages(app, docname)
        proved = [one for one in pages.order if one.kind not in UNPROVED]
        place.replace_self([node for one in proved for node in _check(pages, one)])


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directive."""
    app.setup_extension("_ext.logic.arguments")
    app.setup_extension("_ext.page.made")
    app.add_config_value("dlbook_tests", str(TESTS), "env")
    app.add_directive("checks", ChecksDirective)
    app.add_node(checklist)
    app.connect("doctree-resolved", _fill)
    app.connect("html-collect-pages", _test_pages)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
