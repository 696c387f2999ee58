"""A fingerprint of code that changes when the code does, and not when its comments do."""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterable
from pathlib import Path

__all__ = ["code_fingerprint"]


def code_fingerprint(paths: Iterable[str | Path]) -> str:
    r"""Hash what the code in `paths` does: its syntax without comments and docstrings.

    Layout, comments, docstrings and the place of a folder on the disk do not count; names,
    annotations and the names of the files do. The value also depends on the version of Python,
    whose syntax trees it reads.

    Parameters
    ----------
    paths
        Folders, each counting with all ``*.py`` files below it, and single files. A file that
        is not Python counts byte for byte.

    Returns
    -------
    str
        64 hexadecimal digits, whatever the order of `paths`.

    Raises
    ------
    FileNotFoundError
        If a path does not exist.
    SyntaxError
        If a Python file cannot be parsed; the error names it.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder, "half.py")
    ...     _ = file.write_text("def half(x):\n    return x / 2\n")
    ...     plain = code_fingerprint([file])
    ...     _ = file.write_text('def half(x):\n    "Halve."\n    return x/2  # exact\n')
    ...     documented = code_fingerprint([file])
    ...     _ = file.write_text("def half(x):\n    return x / 2.0\n")
    ...     changed = code_fingerprint([file])
    >>> plain == documented, plain == changed
    (True, False)
    """
    entries = []
    for path in (Path(path).absolute() for path in paths):
        if path.is_dir():
            found = (file for file in path.rglob("*.py") if file.is_file())  # no editor's lock
            files = [(file.relative_to(path.parent), file) for file in found]
        else:
            files = [(Path(path.name), path)]
        entries += [f"{name.as_posix()} {_digest(file)}" for name, file in files]
    return hashlib.sha256("\n".join(sorted(entries)).encode()).hexdigest()


def _digest(file: Path) -> str:
    """Hash one file."""
    content = file.read_bytes()
    if file.suffix == ".py":
        tree = _WithoutText().visit(ast.parse(content, filename=str(file)))
        content = ast.dump(tree).encode()
    return hashlib.sha256(content).hexdigest()


class _WithoutText(ast.NodeTransformer):
    """Drops every statement that is only a string: a docstring, or text as good as a comment."""

    def visit_Expr(self, node: ast.Expr) -> ast.Expr | None:
        """Keep any other statement."""
        text = isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        return None if text else node
