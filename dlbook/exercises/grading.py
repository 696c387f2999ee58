"""Run a notebook, and list which of its exercises were answered rightly."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dlbook.exercises.checking import CHECKERS
from dlbook.extras import need

__all__ = ["Grades", "grade"]

_LAST_CELL = """
import json
from dlbook.exercises.checking import finished
print(json.dumps([[result.name, result.passed] for result in finished]))
"""


@dataclass(frozen=True)
class Grades:
    """Which exercises of a notebook were answered.

    Attributes
    ----------
    answers
        Name of the exercise to whether it passed; ``None`` where `check` was never called.
    """

    answers: dict[str, bool | None]

    @property
    def points(self) -> int:
        """Points of the exercises that passed."""
        return sum(CHECKERS[name].points for name, passed in self.answers.items() if passed)

    @property
    def total(self) -> int:
        """Points of all exercises."""
        return sum(CHECKERS[name].points for name in self.answers)

    def __repr__(self) -> str:
        words = {True: "passed", False: "not yet", None: "not checked"}
        width = max(map(len, self.answers), default=0)
        lines = [
            f"{name:{width}}  {words[passed]:11}  {CHECKERS[name].points if passed else 0}"
            f" of {CHECKERS[name].points}"
            for name, passed in self.answers.items()
        ]
        lines.append(f"{self.points} of {self.total} points. Checkers inform, they do not certify.")
        return "\n".join(lines)


def grade(notebook: str | Path, *, seconds: int = 60) -> Grades:
    """Execute a copy of a notebook, and list what its calls of `check` found.

    A cell that fails, or takes too long, does not keep the others from running. An exercise
    counts as passed if any call passed. Whoever wrote the notebook can make it say anything, and
    its code can do anything on your machine: run it where that does no harm.

    Parameters
    ----------
    notebook
        Path of an ``.ipynb`` file, or of a chapter as plain text (``.md``, which needs jupytext).
    seconds
        Time for each cell.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If it is no notebook, or its kernel died.
    ImportError
        If what runs notebooks is not installed.
    """
    with need("exercises"):
        import nbclient
        import nbformat
        from nbclient.exceptions import DeadKernelError
    path = Path(notebook)
    book = _read(path, nbformat)
    new_cell: Any = nbformat.v4.new_code_cell
    book.cells.append(new_cell(_LAST_CELL))
    client = nbclient.NotebookClient(
        book,
        timeout=seconds,
        interrupt_on_timeout=True,
        allow_errors=True,
        resources={"metadata": {"path": str(path.resolve().parent)}},
    )
    try:
        client.execute()
    except DeadKernelError:
        raise ValueError(f"{path}: the kernel died while the notebook was running") from None
    said = "".join(output.get("text", "") for output in book.cells[-1].outputs).strip()
    try:
        found = json.loads(said.rpartition("\n")[2])
    except json.JSONDecodeError:
        raise ValueError(
            f"{path}: dlbook could not be asked for the results: {said or 'no answer'}"
        ) from None
    answers: dict[str, bool | None] = dict.fromkeys(_asked(book))
    for name, passed in found:
        answers[name] = bool(answers.get(name)) or passed
    return Grades(answers)


def _read(path: Path, nbformat: Any) -> Any:
    text = path.read_text("utf-8")
    try:
        if path.suffix == ".md":
            import jupytext

            return jupytext.reads(text, fmt="md:myst")
        return nbformat.reads(text, as_version=4)
    except ImportError:
        raise ImportError("to grade plain text, pip install jupytext") from None
    except Exception as error:
        raise ValueError(f"{path} is no notebook: {error}") from None


def _asked(book: Any) -> list[str]:
    """Return the exercises with a checker that stand in the notebook's text.

    A chapter as plain text says ``:label: ex-…``, a downloaded notebook ``checker `…` ``.
    """
    text = "\n\n".join(cell.source for cell in book.cells if cell.cell_type == "markdown")
    names = re.findall(r"(?m)^:label: ex-([a-z0-9-]+)$|checker `([a-z0-9-]+)`", text)
    return [name for pair in names for name in pair if name in CHECKERS]
