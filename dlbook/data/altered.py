"""MNIST with labels or pixels that mean less: what a network memorises, it must learn by heart."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from dlbook.checks import check_integer, check_number, shown
from dlbook.data.mnist import MNIST
from dlbook.data.sets import Split, Splits

__all__ = ["PIXELS", "AlteredMNIST"]

#: What `AlteredMNIST` can do to the pixels.
PIXELS = ("kept", "shuffled", "shuffled each", "gaussian")


@dataclass(frozen=True)
class AlteredMNIST:
    """The first images of MNIST, with labels or pixels altered, and all of them to validate.

    The validation examples *are* the training examples, as altered: the validation accuracy of an
    epoch is the share of them that the parameters at its end get right. So an experiment ends
    with the parameters of the first epoch in which most of the training examples are fitted. The
    alteration is that of :cite:`zhang2017`.

    Parameters
    ----------
    examples
        How many of the training images are used, the first ones: 1 to 60,000.
    random_labels
        The probability with which a label is replaced by one of the ten, all equally likely (so
        that one in ten of those stays what it was), from 0 to 1.
    pixels
        ``"kept"``; ``"shuffled"``, by one permutation for all images, those of the test too;
        ``"shuffled each"``, by one for each image; or ``"gaussian"``: noise with the mean and the
        variance of the training pixels, in place of each image.
    seed
        Of the alteration, ≥ 0.

    Raises
    ------
    ValueError
        If a field is none of these.

    Examples
    --------
    >>> train, validation, test = AlteredMNIST(1000, random_labels=1.0).load("float32")
    >>> float((train.y == MNIST().load("float32").train.y[:1000]).mean())
    0.089
    >>> validation is train, len(test)
    (True, 10000)
    """

    examples: int = 2000
    random_labels: float = 0.0
    pixels: str = "kept"
    seed: int = 0

    shape: ClassVar[tuple[int, ...]] = (784,)
    classes: ClassVar[int] = 10

    def __post_init__(self) -> None:
        share = check_number("random_labels", self.random_labels, least=0)
        if share > 1:
            raise ValueError(f"random_labels is {self.random_labels!r}; expected 0 to 1")
        if self.pixels not in PIXELS:
            expected = ", ".join(map(repr, PIXELS))
            raise ValueError(f"pixels is {shown(self.pixels)}; expected one of {expected}")
        object.__setattr__(self, "random_labels", share)
        for name, least, most in (("examples", 1, 60_000), ("seed", 0, None)):
            object.__setattr__(self, name, check_integer(name, getattr(self, name), least, most))

    def load(self, dtype: str) -> Splits:
        """Return the examples, ``"float32"`` or ``"float64"``; they are read-only."""
        return _altered(self, dtype)


@functools.lru_cache(maxsize=2)
def _altered(source: AlteredMNIST, dtype: str) -> Splits:
    rng = np.random.default_rng(source.seed)
    train, validation, test = MNIST().load(dtype)
    x = np.concatenate([train.x, validation.x])[: source.examples]
    y = np.concatenate([train.y, validation.y])[: source.examples]
    drawn = rng.random(len(y)) < source.random_labels
    y = np.where(drawn, rng.integers(0, 10, len(y), y.dtype), y)
    others = test.x
    if source.pixels == "shuffled":
        order = rng.permutation(784)
        x, others = x[:, order], others[:, order]
    elif source.pixels == "shuffled each":
        x, others = rng.permuted(x, axis=1), rng.permuted(others, axis=1)
    elif source.pixels == "gaussian":
        mean, deviation = x.mean(), x.std()
        x, others = (rng.normal(mean, deviation, a.shape).astype(dtype) for a in (x, others))
    for array in (x, y, others):
        array.setflags(write=False)
    altered = Split(x, y)
    return Splits(altered, altered, Split(others, test.y))
