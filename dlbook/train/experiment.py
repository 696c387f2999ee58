"""What a run is determined by, and the runs that the book makes."""

from __future__ import annotations

import math
from dataclasses import dataclass

from dlbook import nn, optimize
from dlbook.checks import check_integer

__all__ = ["Experiment", "learning_rate_table"]


@dataclass(frozen=True)
class Experiment:
    """One training run on MNIST, in full: the same experiment gives the same bits.

    Parameters
    ----------
    model
        The network.
    optimiser
        How it steps.
    alpha
        Weight of the penalty ``alpha/2 · ΣW²`` on the weights, ≥ 0.
    batch_size
        Examples a step, ≥ 1.
    epochs
        Passes over the training examples, ≥ 1.
    validation
        How many examples at the end of MNIST's 60,000 for training are kept from it to
        choose the best epoch: 1 to 59,999.
    seed
        Of the initial weights and of the order of the examples, ≥ 0.

    Raises
    ------
    ValueError
        If a field is none of these.

    Examples
    --------
    >>> Experiment(optimiser=optimize.SGD(0.05), seed=1).optimiser
    SGD(learning_rate=0.05)
    """

    model: nn.TwoLayer = nn.TwoLayer()  # noqa: RUF009 (frozen)
    optimiser: optimize.SGD = optimize.SGD(0.1)  # noqa: RUF009 (frozen)
    alpha: float = 1e-3
    batch_size: int = 64
    epochs: int = 10
    validation: int = 12_000
    seed: int = 0

    def __post_init__(self) -> None:
        if not isinstance(self.model, nn.TwoLayer):
            raise ValueError(f"model is {self.model!r}; expected an nn.TwoLayer")
        if not isinstance(self.optimiser, optimize.SGD):
            raise ValueError(f"optimiser is {self.optimiser!r}; expected an optimize.SGD")
        if (self.model.inputs, self.model.outputs) != (784, 10):
            raise ValueError(
                f"model is {self.model!r}; expected 784 inputs and 10 outputs, as MNIST has"
            )
        if not (isinstance(self.alpha, float | int) and 0 <= self.alpha < math.inf):
            raise ValueError(f"alpha is {self.alpha!r}; expected a finite number ≥ 0")
        object.__setattr__(self, "alpha", float(self.alpha))  # 0 and 0.0 are one experiment
        for name, least, most in (
            ("batch_size", 1, None),
            ("epochs", 1, None),
            ("validation", 1, 59_999),
            ("seed", 0, None),
        ):
            number = check_integer(name, getattr(self, name), least, most)
            object.__setattr__(self, name, number)


def learning_rate_table() -> dict[float, tuple[Experiment, ...]]:
    """Return the book's experiments on the learning rate: four rates, three seeds each.

    They were fixed before the first of them was run.

    Examples
    --------
    >>> {rate: len(experiments) for rate, experiments in learning_rate_table().items()}
    {1.0: 3, 0.1: 3, 0.05: 3, 0.01: 3}
    """
    return {
        rate: tuple(Experiment(optimiser=optimize.SGD(rate), seed=seed) for seed in range(3))
        for rate in (1.0, 0.1, 0.05, 0.01)
    }
