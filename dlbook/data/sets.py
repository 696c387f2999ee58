"""What a data set is: examples with their labels, in two parts or, for an experiment, three."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol, runtime_checkable

from numpy.typing import NDArray

from dlbook.checks import check_array

__all__ = ["Dataset", "Source", "Split", "Splits"]


@dataclass(frozen=True, eq=False, repr=False)
class Split:
    """Examples and their labels.

    Parameters
    ----------
    x
        Examples, shape ``(n, …)``.
    y
        Labels, shape ``(n,)``: ``y[i]`` belongs to ``x[i]``.

    Raises
    ------
    TypeError
        If `x` or `y` is not an array.
    ValueError
        If the shapes do not fit.

    Examples
    --------
    >>> import numpy as np
    >>> split = Split(np.zeros((5, 2)), np.array([0, 1, 0, 1, 0]))
    >>> split
    Split(x=float64 (5, 2), y=int64 (5,))
    >>> len(split)
    5
    """

    x: NDArray[Any]
    y: NDArray[Any]

    def __post_init__(self) -> None:
        for name, value in (("x", self.x), ("y", self.y)):
            check_array(name, value)
        if self.y.ndim != 1 or self.x.shape[:1] != self.y.shape:
            hint = "; are x and y swapped?" if self.x.ndim == 1 == self.y.ndim - 1 else ""
            raise ValueError(
                f"x has shape {self.x.shape} and y has shape {self.y.shape}; "
                f"expected (n, …) and (n,): one label for each example{hint}"
            )

    def __len__(self) -> int:
        return len(self.y)

    def __repr__(self) -> str:
        x, y = (f"{a.dtype} {a.shape}" for a in (self.x, self.y))
        return f"Split(x={x}, y={y})"

    def divide(self, n: int) -> tuple[Split, Split]:
        """Return the first `n` examples and the rest, as views in the original order.

        Parameters
        ----------
        n
            Between 0 and the number of examples.

        Raises
        ------
        ValueError
            If there are fewer than `n` examples.

        Examples
        --------
        >>> import numpy as np
        >>> first, rest = Split(np.zeros((5, 2)), np.arange(5)).divide(3)
        >>> first.y, rest.y
        (array([0, 1, 2]), array([3, 4]))
        """
        if not 0 <= n <= len(self):
            raise ValueError(f"n is {n}; expected 0 to {len(self)}, the number of examples")
        return Split(self.x[:n], self.y[:n]), Split(self.x[n:], self.y[n:])


@dataclass(frozen=True, eq=False)
class Dataset:
    """Examples to train on, and examples to test on.

    Parameters
    ----------
    train, test
        Two splits with examples of one kind.

    Examples
    --------
    >>> import numpy as np
    >>> part = Split(np.zeros((2, 3)), np.array([0, 1]))
    >>> Dataset(train=part, test=part)
    Dataset(train=Split(x=float64 (2, 3), y=int64 (2,)), test=Split(x=float64 (2, 3), y=int64 (2,)))
    """

    train: Split
    test: Split


class Splits(NamedTuple):
    """A data set as an experiment uses it.

    Attributes
    ----------
    train
        Trains.
    validation
        Chooses, such as the best epoch.
    test
        Judges, once, at the end.
    """

    train: Split
    validation: Split
    test: Split


@runtime_checkable
class Source(Protocol):
    """Where an experiment's examples come from: a frozen dataclass that says how it splits."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of one example."""

    @property
    def classes(self) -> int:
        """Number of classes; the labels are 0 to ``classes - 1``."""

    def load(self, dtype: str) -> Splits:
        """Return the examples in this dtype; arrays that nobody writes to."""
