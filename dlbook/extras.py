"""Packages that only some subpackages need, and what to install for them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["need"]


@contextmanager
def need(extra: str) -> Iterator[None]:
    """Import packages of an extra: if one is not installed, say how to install it.

    Parameters
    ----------
    extra
        The extra of dlbook that brings the packages, such as ``"plot"``.

    Raises
    ------
    ModuleNotFoundError
        If a package that is imported inside is not installed. A module of dlbook itself that is
        not found, and every other error, is raised as it is.

    Examples
    --------
    >>> with need("plot"):
    ...     import absent.part
    Traceback (most recent call last):
    ModuleNotFoundError: absent is not installed; pip install "dlbook[plot]" installs it
    """
    try:
        yield
    except ModuleNotFoundError as error:
        package = (error.name or "").partition(".")[0]
        if package in ("", "dlbook"):
            raise
        raise ModuleNotFoundError(
            f'{package} is not installed; pip install "dlbook[{extra}]" installs it',
            name=error.name,
            path=error.path,
        ) from error
