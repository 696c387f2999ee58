"""Type hints as a reader says them."""

from __future__ import annotations

from typing import Any, get_args, get_origin

import numpy as np
import numpy.typing as npt
from sphinx.config import Config


class NumPyNames:
    """Name NumPy's own aliases, which otherwise unfold into unions of private protocols.

    An instance is the value of ``typehints_formatter``: Sphinx stores its settings by pickle,
    which takes an instance of an importable class but no function of a settings module.
    """

    def __call__(self, annotation: Any, config: Config | None = None) -> str | None:
        """Return reST for an alias of :mod:`numpy.typing`; ``None`` leaves the rest as it is."""
        for name, alias in (("ArrayLike", npt.ArrayLike), ("DTypeLike", npt.DTypeLike)):
            if annotation == alias:
                return f":py:data:`~numpy.typing.{name}`"
        if get_origin(annotation) is np.ndarray:
            dtype = next((get_args(a) for a in get_args(annotation)[1:]), ())
            scalar = dtype[0] if dtype else None
            array = ":py:class:`~numpy.ndarray`"
            if isinstance(scalar, type) and scalar is not np.generic:
                return f"{array} of :py:class:`~numpy.{scalar.__name__}`"
            return array
        return None
