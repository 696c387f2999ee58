"""The NumPy functions that `dlbook.autodiff` knows, read from its table of rules.

``{derivatives} elementwise`` lists those of one kind, each with a link to NumPy's documentation,
the arguments in which it is differentiable, and the others that it takes.
``{derivatives-without-rule}`` lists all that are not in the table, each with what the refusal says
to write instead. ``{derivatives-special}`` lists those of ``scipy.special``, and
``{derivatives-complex}`` those whose rules hold for complex numbers.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import scipy.special
from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.ext.intersphinx import InventoryAdapter
from sphinx.util.docutils import SphinxDirective

import dlbook.autodiff
from dlbook.autodiff.refusals import instead_of
from dlbook.autodiff.table import TABLE, Entry, entry_of, name_of

_HEADINGS = ("function", "differentiable arguments", "other arguments")


def known(kind: str) -> dict[str, Entry]:
    """Return the entries of a kind by the name of the function, as users write it."""
    named = {name_of(function): entry for function, entry in TABLE.items() if entry.kind == kind}
    return {name: named[name] for name in sorted(named, key=str.lower) if name.startswith("np.")}


def arguments(entry: Entry) -> tuple[str, str]:
    """Return the arguments in which a function is differentiable, and its others."""
    others = [name for name in entry.options or () if name not in ("out", "newshape")]
    if entry.kind == "composed":  # what is differentiable follows from its parts
        return ", ".join(others), ""
    return ", ".join(entry.operands or ()), ", ".join(others)


def without_rule() -> dict[str, str]:
    """Return what to write instead of each function that NumPy hands on and the table lacks."""
    found = {}
    for prefix, module in (("np", np), ("np.linalg", np.linalg), ("np.fft", np.fft)):
        for name in module.__all__:
            function = getattr(module, name)
            handed_on = isinstance(function, np.ufunc) or hasattr(function, "_implementation")
            if handed_on and function not in TABLE:
                found[f"{prefix}.{name}"] = instead_of(name) or ""
    return {name: found[name] for name in sorted(found, key=str.lower)}


def for_complex() -> list[str]:
    """Return the functions that are differentiated where values are complex."""
    kinds = {entry.kind for entry in TABLE.values()} - {"constant", "question", "refused"}
    return sorted(
        [name for kind in kinds for name, entry in known(kind).items() if entry.complex],
        key=str.lower,
    )


_POSITIONS = ("the first", "the second", "the third")


def of_scipy() -> tuple[dict[str, str], dict[str, str]]:
    """Return what becomes of each function of SciPy's: its arguments, or what to write instead."""
    rules, without = {}, {}
    for name in sorted(scipy.special.__all__, key=str.lower):
        function = getattr(scipy.special, name)
        if isinstance(function, type):  # of errors and warnings
            continue
        entry = entry_of(getattr(scipy.special._ufuncs, f"_{name}", function))  # that of zeta
        if entry is None:
            without[f"scipy.special.{name}"] = instead_of(name) or ""
        elif entry.rule is None:
            rules[f"scipy.special.{name}"] = "none: its derivative is 0"
        else:
            there = [d is not None for d in entry.rule.vjps]
            which = [_POSITIONS[i] for i, known in enumerate(there) if known]
            rules[f"scipy.special.{name}"] = "all" if all(there) else ", ".join(which)
    return rules, without


class DerivativesDirective(SphinxDirective):
    """``{derivatives}`` lists the functions of a kind."""

    required_arguments = 1
    final_argument_whitespace = True
    option_spec = {"names": directives.flag}  # noqa: RUF012 (as docutils declares it)

    def run(self) -> list[nodes.Node]:
        self._depend()
        entries = known(self.arguments[0])
        if not entries:
            kinds = ", ".join(sorted({entry.kind for entry in TABLE.values()}))
            raise ExtensionError(f"no function of kind {self.arguments[0]!r}; kinds are {kinds}")
        return [self._names(list(entries)) if "names" in self.options else self._table(entries)]

    def _names(self, names: list[str]) -> nodes.paragraph:
        paragraph = nodes.paragraph()
        for position, name in enumerate(names):
            paragraph += [nodes.Text(", ")] * (position > 0) + [self._link(name)]
        paragraph += nodes.Text(".")
        return paragraph

    def _depend(self) -> None:
        for path in Path(dlbook.autodiff.__file__).parent.rglob("*.py"):
            self.env.note_dependency(str(path))

    def _link(self, name: str) -> nodes.Node:
        """Return a function's name, a link where NumPy has a page for it."""
        pages = InventoryAdapter(self.env).named_inventory.get("numpy", {}).get("std:doc", {})
        full = name.replace("np.", "numpy.", 1)
        page = pages.get(f"reference/generated/{full}")
        text = nodes.literal("", name)
        return text if page is None else nodes.reference("", "", text, refuri=page.uri)

    def _table(self, entries: dict[str, Entry]) -> nodes.table:
        rows = [[self._link(name), *map(_code, arguments(e))] for name, e in entries.items()]
        wanted = 3 if any(arguments(entry)[1] for entry in entries.values()) else 2
        return _table(_HEADINGS[:wanted], [row[:wanted] for row in rows])


class WithoutRuleDirective(DerivativesDirective):
    """``{derivatives-without-rule}`` lists the functions that are refused for want of a rule."""

    required_arguments = 0

    def run(self) -> list[nodes.Node]:
        self._depend()
        entries = without_rule().items()
        rows = [[self._link(name), _advice(instead)] for name, instead in entries]
        return [_table(("function", "instead"), rows)]


class ComplexDirective(DerivativesDirective):
    """``{derivatives-complex}`` lists the functions that are right for complex values too."""

    required_arguments = 0

    def run(self) -> list[nodes.Node]:
        self._depend()
        return [self._names(for_complex())]


class SpecialDirective(DerivativesDirective):
    """``{derivatives-special}`` lists the functions of SciPy: by rule, by replacement, the rest."""

    required_arguments = 0

    def run(self) -> list[nodes.Node]:
        self._depend()
        rules, without = of_scipy()
        first = [[_code(name), nodes.Text(which)] for name, which in rules.items()]
        second = [[_code(name), _advice(instead)] for name, instead in without.items() if instead]
        rest = ", ".join(name.rpartition(".")[2] for name in without if not without[name])
        text = "All others are refused, and the error knows no replacement: "
        return [
            _table(("function", "differentiable arguments"), first),
            _table(("function", "instead"), second),
            nodes.paragraph("", "", nodes.Text(f"{text}{rest}.")),
        ]


def _table(headings: tuple[str, ...], rows: list[list[nodes.Node]]) -> nodes.table:
    group = nodes.tgroup(cols=len(headings))
    group += [nodes.colspec(colwidth=1) for _ in headings]
    group += nodes.thead("", _row([nodes.Text(text) for text in headings]))
    group += nodes.tbody("", *[_row(row) for row in rows])
    return nodes.table("", group)


def _advice(text: str) -> nodes.Node:
    """Return words that begin with code, which ends with a bracket."""
    code = text[: 1 + max(text.rfind(")"), text.rfind("]"))]
    return nodes.inline("", "", _code(code), nodes.Text(text.removeprefix(code)))


def _code(text: str) -> nodes.Node:
    return nodes.literal("", text) if text else nodes.Text("")


def _row(cells: list[nodes.Node]) -> nodes.row:
    return nodes.row("", *[nodes.entry("", nodes.paragraph("", "", cell)) for cell in cells])


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directive."""
    app.add_directive("derivatives", DerivativesDirective)
    app.add_directive("derivatives-without-rule", WithoutRuleDirective)
    app.add_directive("derivatives-complex", ComplexDirective)
    app.add_directive("derivatives-special", SpecialDirective)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
