"""Type hints as a reader says them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args, get_origin

import numpy as np
import numpy.typing as npt
from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.config import Config


@dataclass(frozen=True)
class NumPyNames:
    """Name NumPy's own aliases, which otherwise unfold into unions of private protocols.

    And `pathlib.Path`, which Python 3.13 calls after the private module that holds it.

    An instance is the value of ``typehints_formatter``: Sphinx stores its settings by pickle,
    which takes an instance of an importable class but no function of a settings module. As a
    dataclass it equals the stored one: a setting that differs has every document read again.
    """

    def __call__(self, annotation: Any, config: Config | None = None) -> str | None:
        """Return reST for an alias of :mod:`numpy.typing`; ``None`` leaves the rest as it is."""
        for name, alias in (("ArrayLike", npt.ArrayLike), ("DTypeLike", npt.DTypeLike)):
            if annotation == alias:
                return f":py:data:`~numpy.typing.{name}`"
        if annotation is Path:
            return ":py:class:`~pathlib.Path`"
        if get_origin(annotation) is np.ndarray:
            dtype = next((get_args(a) for a in get_args(annotation)[1:]), ())
            scalar = dtype[0] if dtype else None
            array = ":py:class:`~numpy.ndarray`"
            if isinstance(scalar, type) and issubclass(scalar, np.generic):
                return f"{array} of :py:obj:`~numpy.{scalar.__name__}`"
            return array
        return None


def _say_types_once(
    app: Sphinx, what: str, name: str, obj: Any, options: Any, lines: list[str]
) -> None:
    """Leave out the type that a docstring gives its result where the annotation's stands."""
    if any(line.startswith(":rtype:") for line in lines):
        only_type = re.compile(r":returns: \*[^*]+\*")
        lines[:] = [
            re.sub(r"^:returns: \*[^*]+\* -- ", ":returns: ", line)
            for line in lines
            if not only_type.fullmatch(line)
        ]


def _bare_fields(
    app: Sphinx, what: str, name: str, obj: Any, options: Any, signature: str, returns: str
) -> tuple[str, None] | None:
    """Leave the types out of a named tuple's signature too, as everywhere else."""
    if what == "class" and hasattr(obj, "_field_defaults"):
        return f"({', '.join(obj._fields)})", None
    return None


def _name_arrays(app: Sphinx, doctree: nodes.document) -> None:
    """Write ``NDArray[float64]`` for an attribute, where autodoc unfolds the alias."""
    for annotation in doctree.findall(addnodes.desc_annotation):
        text = annotation.astext()
        short = re.sub(r"ndarray\[tuple\[.*?\], dtype\[(\w+)\]\]", r"NDArray[\1]", text)
        if short != text:
            annotation.clear()
            annotation += nodes.Text(short)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the handlers, the first after those that write the lines it looks at."""
    app.connect("autodoc-process-docstring", _say_types_once, priority=900)
    app.connect("autodoc-process-signature", _bare_fields)
    app.connect("doctree-read", _name_arrays)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
