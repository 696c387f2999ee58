"""MNIST, as published: the four files are part of the package."""

from __future__ import annotations

import functools
import hashlib
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from dlbook.checks import check_integer
from dlbook.data.idx import read_idx
from dlbook.data.sets import Dataset, Split, Splits

__all__ = ["CHECKSUMS", "MNIST", "mnist"]

#: Name, without ``.gz``, to SHA-256 of each file.
CHECKSUMS = {
    "train-images-idx3-ubyte": "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
    "train-labels-idx1-ubyte": "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
    "t10k-images-idx3-ubyte": "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
    "t10k-labels-idx1-ubyte": "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
}


@functools.cache
def mnist() -> Dataset:
    """Return the MNIST handwritten digits :cite:`lecun1998mnist`, as published.

    The files come with the package; nothing is downloaded. Their checksums are verified on
    the first call; later calls return the same arrays, which are therefore read-only.

    Returns
    -------
    Dataset
        ``train`` with 60,000 and ``test`` with 10,000 examples: ``x`` of shape
        ``(n, 28, 28)``, ``uint8``, 0 for the background to 255 for ink, and ``y`` of shape
        ``(n,)``, ``uint8``, the digit 0 to 9.

    Raises
    ------
    ValueError
        If a file is damaged.

    Examples
    --------
    >>> mnist().test
    Split(x=uint8 (10000, 28, 28), y=uint8 (10000,))
    >>> mnist().train.y[:5]
    array([5, 0, 4, 1, 9], dtype=uint8)
    """
    with resources.as_file(resources.files("dlbook.data") / "files") as folder:
        return load(folder)


@dataclass(frozen=True)
class MNIST:
    """MNIST for an experiment: images as rows of 784 numbers from 0 to 1.

    Parameters
    ----------
    validation
        How many of the 60,000 training examples, the last ones, are kept from training to
        validate with: 1 to 59,999.

    Raises
    ------
    ValueError
        If it is anything else.

    Examples
    --------
    >>> train, validation, test = MNIST(validation=12_000).load("float32")
    >>> train
    Split(x=float32 (48000, 784), y=uint8 (48000,))
    >>> len(validation), len(test)
    (12000, 10000)
    """

    validation: int = 12_000

    shape: ClassVar[tuple[int, ...]] = (784,)
    classes: ClassVar[int] = 10

    def __post_init__(self) -> None:
        number = check_integer("validation", self.validation, 1, 59_999)
        object.__setattr__(self, "validation", number)

    def load(self, dtype: str) -> Splits:
        """Return the examples, ``"float32"`` or ``"float64"``; they are read-only."""
        return _rows(self.validation, dtype)


@functools.lru_cache(maxsize=1)  # the runs of one sweep have their examples in common
def _rows(validation: int, dtype: str) -> Splits:
    published = mnist()
    train, rest = published.train.divide(len(published.train) - validation)

    def scaled(split: Split) -> Split:
        pixels = split.x.reshape(len(split), -1).astype(dtype)
        pixels /= 255
        return Split(frozen(pixels), split.y)

    return Splits(scaled(train), scaled(rest), scaled(published.test))


def load(folder: Path) -> Dataset:
    """Read the four files from a folder, after comparing their checksums."""
    return Dataset(train=_split(folder, "train"), test=_split(folder, "t10k"))


def _split(folder: Path, part: str) -> Split:
    arrays = []
    for name in (f"{part}-images-idx3-ubyte", f"{part}-labels-idx1-ubyte"):
        path = folder / f"{name}.gz"
        found = hashlib.sha256(path.read_bytes()).hexdigest()
        if found != CHECKSUMS[name]:
            raise ValueError(
                f"{path} is damaged: its SHA-256 is {found}, expected {CHECKSUMS[name]}; "
                "reinstall dlbook to restore the file"
            )
        arrays.append(frozen(read_idx(path)))
    return Split(*arrays)


def frozen(array: NDArray[Any]) -> NDArray[Any]:
    """Return an array of the same memory that `setflags` cannot make writeable."""
    return np.asarray(array.data.toreadonly())
