"""What runs a chapter's cells in the page, within Pyodide; `run-worker.js` loads it.

Cells share one namespace. A cell's outputs are pairs of a kind and its content: `text`, `html`,
`svg` (a file's text), or `error` (a traceback); `absent` names a package that no page can have.
"""

import ast
import contextlib
import io
import linecache
import sys
import traceback
from collections.abc import Iterator
from typing import Any

namespace: dict[str, Any] = {"__name__": "__main__"}


class _Into(io.TextIOBase):
    """A stream whose text joins the outputs, in order."""

    def __init__(self, outputs: list[tuple[str, str]]) -> None:
        self.outputs = outputs

    def write(self, text: str) -> int:
        if self.outputs and self.outputs[-1][0] == "text":
            self.outputs[-1] = ("text", self.outputs[-1][1] + text)
        elif text:
            self.outputs.append(("text", text))
        return len(text)


def run(source: str, name: str) -> list[tuple[str, str]]:
    """Execute a cell as Jupyter does, and return its outputs: the last one is an error, if any."""
    outputs: list[tuple[str, str]] = []
    # With its lines known, a traceback shows them, and a checker can read a function.
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
    into = _Into(outputs)
    with contextlib.redirect_stdout(into), contextlib.redirect_stderr(into):
        try:
            value = _execute(ast.parse(source, name), name)
            outputs.extend(_shown(value))
        except BaseException as error:  # SystemExit and KeyboardInterrupt, too
            here = error.__traceback__
            while here and here.tb_frame.f_code.co_filename != name:
                here = here.tb_next
            told = traceback.TracebackException(type(error), error, here)
            outputs.append(("error", "".join(told.format())))
            if isinstance(error, ModuleNotFoundError) and error.name:
                outputs.append(("absent", error.name.partition(".")[0]))
    return outputs


def _execute(tree: ast.Module, name: str) -> Any:
    """Execute a module's statements; return the value of the last, where it is an expression."""
    last = tree.body[-1] if tree.body else None
    if not isinstance(last, ast.Expr):
        exec(compile(tree, name, "exec"), namespace)
        return None
    exec(compile(ast.Module(tree.body[:-1], []), name, "exec"), namespace)
    return eval(compile(ast.Expression(last.value), name, "eval"), namespace)


def _shown(value: Any) -> Iterator[tuple[str, str]]:
    """Yield a value as a notebook shows it, and the figures that pyplot holds."""
    if value is not None:
        if hasattr(value, "savefig"):
            yield "svg", _drawn(value)
        elif hasattr(value, "_repr_html_"):
            yield "html", value._repr_html_()
        elif hasattr(value, "_repr_svg_"):
            yield "svg", value._repr_svg_()
        else:
            yield "text", f"{value!r}\n"
    if pyplot := sys.modules.get("matplotlib.pyplot"):
        for number in pyplot.get_fignums():
            if pyplot.figure(number) is not value:
                yield "svg", _drawn(pyplot.figure(number))
        pyplot.close("all")


def _drawn(figure: Any) -> str:
    file = io.StringIO()
    figure.savefig(file, format="svg")
    return file.getvalue()
