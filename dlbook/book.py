"""What a chapter's cells use to hand a result to the page, and to read what others published."""

from __future__ import annotations

import datetime
import json
import math
import os
import platform
import sys
from pathlib import Path
from typing import Any, Literal

__all__ = ["NUMBER_MIME", "glue", "published"]

NUMBER_MIME = "application/vnd.dlbook.number+json"

Kind = Literal["exact", "seeded", "timing"]


def glue(
    name: str,
    value: float | int | str,
    *,
    format: str = "",
    kind: Kind = "exact",
    tolerance: float | None = None,
) -> None:
    r"""Name a computed value, so that the text can print it.

    In a notebook the value is published as an output that the book's build reads; the role
    ``{num}`` in the chapter prints it. Elsewhere one line is printed.

    Parameters
    ----------
    name
        ``<chapter-slug>.<key>``, unique in the book.
    value
        What was computed: a number, or a word. NumPy scalars are welcome.
    format
        Format specification with which the text prints the value, such as ``".4f"`` or
        ``".1%"``. The number is committed rounded as printed.
    kind
        ``"exact"``: the same on every machine. ``"seeded"``: depends on a seed and, in its
        last digits, on the machine; comes out within `tolerance`. ``"timing"``: measured
        time, never compared.
    tolerance
        Largest accepted difference from the committed value, in units of `value`; required
        for ``"seeded"`` and refused for the other kinds. It is committed too, and has three
        digits at most: one that is itself measured would differ from machine to machine.

    Raises
    ------
    ValueError
        If the name has no chapter, the kind is unknown, `tolerance` and `kind` disagree, or
        `tolerance` has more digits.

    Examples
    --------
    >>> glue("softmax.largest", 0.66524, format=".3f")
    softmax.largest = 0.665
    >>> glue("training.accuracy", 0.9438, format=".1%", kind="seeded", tolerance=0.002)
    training.accuracy = 94.4% (seeded, ± 0.002)
    """
    chapter, dot, key = name.partition(".")
    if not (chapter and dot and key):
        raise ValueError(f"name is {name!r}; expected '<chapter-slug>.<key>'")
    if kind not in ("exact", "seeded", "timing"):
        raise ValueError(f"kind is {kind!r}; expected 'exact', 'seeded' or 'timing'")
    if kind == "seeded" and not (tolerance is not None and tolerance > 0):
        raise ValueError(f"{name!r} is seeded; give a tolerance > 0 (got {tolerance!r})")
    if tolerance is not None and not math.isclose(tolerance, float(f"{tolerance:.2e}")):
        raise ValueError(
            f"the tolerance of {name!r} is {tolerance!r}; expected three digits at most, the same "
            "on every machine"
        )
    if kind != "seeded" and tolerance is not None:
        raise ValueError(f"{name!r} is {kind}; a tolerance ({tolerance!r}) belongs to 'seeded'")

    plain = value.item() if hasattr(value, "item") else value
    number = {
        "name": name,
        # JSON has neither NaN nor infinity.
        "value": plain if not isinstance(plain, float) or math.isfinite(plain) else str(plain),
        "text": f"{plain:{format}}",
        "kind": kind,
        "tolerance": tolerance,
    }
    if kind == "timing":
        number |= {"machine": _machine(), "date": datetime.date.today().isoformat()}
    line = f"{name} = {number['text']}"
    if kind == "seeded":
        line += f" (seeded, ± {tolerance:g})"

    # IPython is asked only where it is already running: the core needs NumPy alone.
    ipython = sys.modules.get("IPython")
    if ipython is not None and ipython.get_ipython() is not None:
        ipython.display.display({NUMBER_MIME: number, "text/plain": line}, raw=True)
    else:
        print(line)  # noqa: T201


def published(source: str) -> dict[str, Any]:
    """Return the values that a publication states.

    Parameters
    ----------
    source
        Its citation key.

    Raises
    ------
    ValueError
        If the book holds no values of this publication.

    Examples
    --------
    >>> published("writeup2022a")["learning_rate_table"]["test"]
    [0.9482, 0.9267, 0.915, 0.7573]
    """
    here = Path(__file__).parent
    for folder in (here / "published", here.parent / "docs" / "published"):  # wheel, checkout
        if (file := folder / f"{source}.json").is_file():
            values: dict[str, Any] = json.loads(file.read_text("utf-8"))
            return values
        if folder.is_dir():
            known = ", ".join(sorted(file.stem for file in folder.glob("*.json")))
            raise ValueError(f"nothing published under {source!r}; expected one of {known}")
    raise FileNotFoundError("the published values are missing; install dlbook again")


def _machine() -> str:
    """Return what a measured time depends on, without naming the machine."""
    return f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
