"""What a build is made with: some editions lack PyTorch, or the photographs of CIFAR-10.

What a cell of an edition cannot compute comes from the accepted numbers, marked and dated.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

__all__ = [
    "CIFAR10",
    "COMPARISON",
    "lacks_cifar10",
    "needs_cifar10",
    "what_is_lacking",
    "with_cifar10",
    "with_torch",
]

#: Cells with this tag run in the edition that is built with PyTorch alone; so their numbers say.
COMPARISON = "comparison"

#: Says of a number that its page needs the photographs.
CIFAR10 = "cifar10"

_CELL = re.compile(r"^(`{3,})\{code-cell\}.*?^\1\s*$", re.MULTILINE | re.DOTALL)


def with_torch() -> bool:
    """Tell whether this build runs the cells that compare with PyTorch."""
    return os.environ.get("DLBOOK_TORCH") == "1"


def with_cifar10() -> bool:
    """Tell whether this build runs the cells of pages that need CIFAR-10."""
    return os.environ.get("DLBOOK_WITHOUT_CIFAR10") != "1"


def needs_cifar10(source: str) -> bool:
    r"""Tell whether a cell of a page, given as Markdown, speaks of CIFAR-10.

    Examples
    --------
    >>> needs_cifar10("```{code-cell} python\nphotographs = data.cifar10().train\n```\n")
    True
    >>> needs_cifar10("CIFAR-10 holds photographs.\n")
    False
    """
    return any("cifar" in cell[0].lower() for cell in _CELL.finditer(source))


def lacks_cifar10(path: str | os.PathLike[str]) -> bool:
    """Tell whether a page, given by its source file, needs CIFAR-10 and the build is without it."""
    return not with_cifar10() and needs_cifar10(Path(path).read_text("utf-8"))


def what_is_lacking(number: dict[str, Any]) -> str:
    """Return what this build lacks to compute an accepted number; nothing if it lacks nothing."""
    if number.get(CIFAR10) and not with_cifar10():
        return "CIFAR-10"
    if number.get(COMPARISON) and not with_torch():
        return "PyTorch"
    return ""
