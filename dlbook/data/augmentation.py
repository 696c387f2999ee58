"""Changes to images that leave their class what it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dlbook.checks import check_array, check_integer, check_rng, shown

__all__ = ["FlipsAndShifts"]


@dataclass(frozen=True)
class FlipsAndShifts:
    """Mirror images left to right, and shift them, each image at random.

    Parameters
    ----------
    flips
        Whether an image is mirrored with probability 1/2.
    most
        The most pixels by which it is shifted along each axis, ≥ 0; all shifts are equally
        likely. What comes in at the border is 0.

    Raises
    ------
    ValueError
        If a field is none of these.

    Examples
    --------
    >>> x = np.arange(6.0).reshape(1, 1, 2, 3)
    >>> FlipsAndShifts(flips=True, most=0)(x, np.random.default_rng(2))[0, 0]
    array([[2., 1., 0.],
           [5., 4., 3.]])
    >>> FlipsAndShifts(flips=False, most=1)(x, np.random.default_rng(0))[0, 0]
    array([[0., 0., 1.],
           [0., 3., 4.]])
    """

    flips: bool = True
    most: int = 4

    def __post_init__(self) -> None:
        if not isinstance(self.flips, bool):
            raise ValueError(f"flips is {shown(self.flips)}; expected True or False")
        object.__setattr__(self, "most", check_integer("most", self.most, 0))

    def __call__(self, x: NDArray[Any], rng: np.random.Generator) -> NDArray[Any]:
        """Return a changed copy of images, shape ``(n, channels, rows, columns)``.

        Raises
        ------
        TypeError
            If `x` is not an array, or `rng` not a generator.
        ValueError
            If `x` has another number of axes.
        """
        check_array("x", x)
        check_rng("rng", rng)
        if x.ndim != 4:
            raise ValueError(f"x has shape {x.shape}; expected (n, channels, rows, columns)")
        n, _, rows, columns = x.shape
        most = self.most
        mirrored = np.asarray(rng.random(n) < 0.5 * self.flips)
        down, right = rng.integers(0, 2 * most + 1, (2, n))
        padded = np.zeros((*x.shape[:2], rows + 2 * most, columns + 2 * most), x.dtype)
        padded[:, :, most : most + rows, most : most + columns] = x
        result = np.empty_like(x, order="C")
        for i in range(n):
            window = padded[i, :, down[i] : down[i] + rows, right[i] : right[i] + columns]
            result[i] = window[..., ::-1] if mirrored[i] else window
        return result
