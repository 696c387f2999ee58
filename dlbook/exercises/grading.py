"""Run a notebook, and list which of its exercises were answered correctly."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dlbook.exercises.checking import CHECKERS
from dlbook.exercises.kernel import Kernel, KernelDiedError

__all__ = ["Fault", "Grades", "grade"]

#: How often the process of a notebook may die before the rest of its cells is left alone.
_MOST_DEATHS = 3


@dataclass(frozen=True)
class Fault:
    """A cell that ended with an error.

    Attributes
    ----------
    cell
        Its place among the notebook's code cells, counted from 1.
    exercise
        The exercise that it answers, if it is the cell that the book made for that.
    line
        The line of the cell, counted from 1; 0 where it is not known.
    source
        That line.
    error
        The exception, or what else happened.
    """

    cell: int
    exercise: str
    line: int
    source: str
    error: str

    def __repr__(self) -> str:
        what = f"code cell {self.cell}" + (f" ({self.exercise})" if self.exercise else "")
        what += f", line {self.line}" if self.line else ""
        return f"{what}: {self.error}" + (f"\n    {self.source}" if self.source else "")


@dataclass(frozen=True)
class Grades:
    """Which exercises of a notebook were answered.

    Attributes
    ----------
    answers
        Name of the exercise to whether it passed; ``None`` if `check` was never called.
    faults
        The cells that ended with an error.
    """

    answers: dict[str, bool | None]
    faults: tuple[Fault, ...] = ()

    @property
    def points(self) -> int:
        """Points of the exercises that passed."""
        return sum(CHECKERS[name].points for name, passed in self.answers.items() if passed)

    @property
    def total(self) -> int:
        """Points of all exercises."""
        return sum(CHECKERS[name].points for name in self.answers)

    def __repr__(self) -> str:
        width = max(map(len, self.answers), default=0)
        lines = [
            f"{name:{width}}  {self._word(name):11}  {CHECKERS[name].points if passed else 0}"
            f" of {CHECKERS[name].points}"
            for name, passed in self.answers.items()
        ]
        lines.append(f"{self.points} of {self.total} points. Checkers inform, they do not certify.")
        return "\n".join([*lines, *map(repr, self.faults)])

    def _word(self, name: str) -> str:
        passed = self.answers[name]
        if passed is None:
            failed = any(fault.exercise == name for fault in self.faults)
            return "error" if failed else "not checked"
        return "passed" if passed else "not yet"


def grade(notebook: str | Path, *, seconds: float = 60) -> Grades:
    """Execute a notebook, and list what its calls of `check` found.

    The notebook itself stays as it is. Its cells run in a process and an empty folder of their
    own, and their output is discarded. An exercise passes if some call of `check` for it passed;
    the cells of the book's solutions are not run, so they count for nothing. A cell that fails
    does not keep the others from running. One that never ends is interrupted, or killed: then the
    others run once more without it.

    The author of a notebook can make it say anything, and its code can do anything that you can
    do on your machine: run it where that does no harm.

    Parameters
    ----------
    notebook
        Path of an ``.ipynb`` file, or of a chapter as plain text (``.md``, which needs jupytext).
    seconds
        Time for each cell.

    Returns
    -------
    Grades
        As text, a line for each exercise and each error.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If it is not a notebook.
    ImportError
        If what runs notebooks is not installed.
    """
    path = Path(notebook)
    cells = _read(path)
    code = list(_answered(cells))
    checked, faults = _run(code, seconds)
    answers: dict[str, bool | None] = dict.fromkeys(_asked(cells, code))
    for name, passed in checked:
        if name in CHECKERS:
            answers[name] = bool(answers.get(name)) or passed
    return Grades(answers, tuple(faults))


@dataclass(frozen=True)
class _Cell:
    """A code cell that is to be run."""

    number: int
    source: str
    exercise: str
    may_fail: bool

    def fault(self, error: str, line: int = 0) -> Fault:
        lines = self.source.splitlines()
        source = lines[line - 1].strip()[:100] if 0 < line <= len(lines) else ""
        return Fault(self.number, self.exercise, line, source, error)


def _run(cells: list[_Cell], seconds: float) -> tuple[list[tuple[str, bool]], list[Fault]]:
    """Run the cells; after a death, all of them once more except the one that caused it."""
    deaths: dict[int, Fault] = {}
    while True:
        checked: list[tuple[str, bool]] = []
        faults = []
        with Kernel() as kernel:
            for cell in cells:
                if cell.number in deaths:
                    faults.append(deaths[cell.number])
                    continue
                if len(deaths) >= _MOST_DEATHS and cell.number > max(deaths):
                    faults.append(cell.fault(f"not run: {len(deaths)} cells ended the process"))
                    continue
                try:
                    reply = kernel.run(cell.source, seconds)
                except KernelDiedError as died:
                    deaths[cell.number] = cell.fault(str(died))
                    break
                # What was found stays found, also where a later cell keeps it from being read.
                checked = max(checked, reply.checked, key=len)
                if reply.error and not cell.may_fail:
                    faults.append(cell.fault(reply.error, reply.line))
            else:
                return checked, faults


def _read(path: Path) -> list[dict[str, Any]]:
    """Return the cells of a notebook as nbformat 4 writes them."""
    text = path.read_text("utf-8-sig")
    try:
        if path.suffix == ".md":
            import jupytext

            book: Any = jupytext.reads(text, fmt="md:myst")
        else:
            book = json.loads(text)
        return [
            {
                "type": cell["cell_type"],
                "source": "".join(cell.get("source", "")),
                "metadata": cell.get("metadata", {}),
            }
            for cell in book["cells"]
        ]
    except ImportError:
        raise ImportError("to grade plain text, pip install jupytext") from None
    except Exception as error:
        reason = f"{type(error).__name__}: {error}"
        raise ValueError(
            f"{path} is not a notebook ({reason}); expected an .ipynb file of format 4"
        ) from None


_GATE = re.compile(r"(?m)^:::+\{solution-(start|end)\}")


def _answered(cells: list[dict[str, Any]]) -> Iterator[_Cell]:
    """Yield the code cells except those of the book's solutions."""
    number = 0
    inside = False  # a solution in a chapter's plain text
    for cell in cells:
        if cell["type"] == "markdown":
            for kind in _GATE.findall(cell["source"]):
                inside = kind == "start"
        if cell["type"] != "code":
            continue
        number += 1
        tags = cell["metadata"].get("tags", [])
        if not inside and "solution" not in tags:
            exercise = str(cell["metadata"].get("dlbook", {}).get("exercise", ""))
            yield _Cell(number, cell["source"], exercise, "raises-exception" in tags)


def _asked(cells: list[dict[str, Any]], code: list[_Cell]) -> list[str]:
    """Return the exercises with a checker that the notebook asks or answers.

    A chapter as plain text says ``:label: ex-…``, a downloaded notebook ``checker `…` ``.
    """
    text = "\n\n".join(cell["source"] for cell in cells if cell["type"] == "markdown")
    names = re.findall(r"(?m)^:label: ex-([a-z0-9-]+)$|checker `([a-z0-9-]+)`", text)
    asked = [name for pair in names for name in pair if name in CHECKERS]
    return asked + [cell.exercise for cell in code if cell.exercise in CHECKERS]
