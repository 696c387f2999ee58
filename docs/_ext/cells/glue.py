"""A chapter's code without what hands numbers to its text: in a notebook the text has them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Sequence
from typing import Any

__all__ = ["without_glue"]

_SCOPES = (
    *(ast.FunctionDef, ast.Lambda),
    *(ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp),
)


def without_glue(cells: Sequence[Any]) -> list[str]:
    """Return the source of each cell without its calls of `dlbook.book.glue`.

    A function that does nothing else goes as well, with its calls; so does a `partial` of it.

    Of a cell that was folded because it only prepared numbers, nothing stays: an empty text. It
    prepares more if a later cell reads what it defines, if it draws random numbers, which would be
    drawn by another cell without it, or if it does something beside defining names.

    Parameters
    ----------
    cells
        Code cells of nbformat, in their order.
    """
    gluing = {"glue"}
    sources = [_cut(cell.source, gluing) for cell in cells]
    read: set[str] = set()
    for place in reversed(range(len(cells))):
        source = sources[place]
        folded = "hide-input" in cells[place].metadata.get("tags", [])
        if folded and source != cells[place].source and _only_defines(source, read):
            sources[place] = ""
        read |= _names(sources[place], ast.Load)
    return sources


def _cut(source: str, gluing: set[str]) -> str:
    """Return code without its statements that glue, and note which functions do nothing else."""
    try:
        tree = ast.parse(source)
    except SyntaxError:  # a magic command
        return source
    lines: list[str | None] = list(source.splitlines())
    for statement in _gluing(tree.body, gluing):
        first, last = statement.lineno - 1, statement.end_lineno or statement.lineno
        lines[first:last] = [None] * (last - first)
        while first and re.match(r"\s*#", lines[first - 1] or ""):  # what the call was about
            first -= 1
            lines[first] = None
    text = "\n".join(line for line in lines if line is not None)
    return re.sub(r"\n{4,}", "\n\n\n", text).strip("\n")


def _gluing(body: Iterable[ast.stmt], gluing: set[str]) -> list[ast.stmt]:
    """Return the statements that only glue, the outermost of them."""
    found: list[ast.stmt] = []
    for statement in body:
        inner = [*getattr(statement, "body", []), *getattr(statement, "orelse", [])]
        below = _gluing(inner, gluing)
        if _glues(statement, gluing) or (inner and len(below) == len(inner)):
            found.append(statement)
            if isinstance(statement, ast.FunctionDef):
                gluing.add(statement.name)
        else:
            found += below
    return found


def _glues(statement: ast.stmt, gluing: set[str]) -> bool:
    if isinstance(statement, ast.ImportFrom):
        return statement.module == "dlbook.book" and [a.name for a in statement.names] == ["glue"]
    if isinstance(statement, ast.Assign):  # glue with some arguments given
        call, names = statement.value, statement.targets
        if (
            isinstance(call, ast.Call)
            and ast.unparse(call.func) == "partial"
            and ast.unparse(call.args[0]) in gluing
        ):
            gluing.update(map(ast.unparse, names))
            return True
        return False
    said = statement.value if isinstance(statement, ast.Expr) else None
    return isinstance(said, ast.Call) and ast.unparse(said.func) in gluing


def _only_defines(source: str, read: set[str]) -> bool:
    tree = ast.parse(source)
    acts = any(isinstance(node, ast.Expr) for node in ast.walk(tree))
    draws = any(re.search("rng|random", name) for name in _names(source, ast.Load))
    return not acts and not draws and read.isdisjoint(_names(source, ast.Store))


def _names(source: str, context: type[ast.expr_context]) -> set[str]:
    """Return the names that code reads (`ast.Load`) or defines (`ast.Store`)."""
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return set(re.findall(r"\w+", source))
    return _seen(tree, context)


def _seen(node: ast.AST, context: type[ast.expr_context]) -> set[str]:
    """Return the names that a part of the code reads or defines, but for those of its own."""
    if isinstance(node, ast.Name):
        return {node.id} if isinstance(node.ctx, context) else set()
    if isinstance(node, ast.alias):
        name = (node.asname or node.name).partition(".")[0]
        return {name} if context is ast.Store else set()
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and context is ast.Store:
        return {node.name}
    found = set().union(*(_seen(child, context) for child in ast.iter_child_nodes(node)))
    if isinstance(node, _SCOPES):  # what these define is known inside them alone
        found -= {inner.arg for inner in ast.walk(node) if isinstance(inner, ast.arg)}
        found -= {
            inner.id
            for inner in ast.walk(node)
            if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store)
        }
    return found
