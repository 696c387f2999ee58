"""What a run is determined by."""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from dlbook.checks import check_dtype, check_integer, check_number
from dlbook.data import MNIST, Source
from dlbook.extras import need
from dlbook.nn import CrossEntropy, Model, TwoLayer
from dlbook.optimize import GradientDescent, Optimiser
from dlbook.train.content import content_of, fill, is_frozen

__all__ = ["Experiment"]


@dataclass(frozen=True)
class Experiment:
    """One training run, in full: the same experiment gives the same bits.

    Each part is a frozen dataclass that says its own parameters. One of yours does as well as
    one of the library's.

    Parameters
    ----------
    model
        Has ``init(rng, dtype)`` and ``model(params, x)``, as `dlbook.nn.TwoLayer` does.
    data
        The examples and how they are split, such as `dlbook.data.MNIST`.
    loss
        ``loss(logits, labels)`` returns a number, as `dlbook.nn.CrossEntropy` does.
    optimiser
        How it steps, such as `dlbook.optimize.GradientDescent`, which holds its schedule.
    alpha
        Weight of the penalty ``alpha/2 · ΣW²`` on the weights, ≥ 0.
    batch_size
        Examples per step, ≥ 1.
    epochs
        Passes over the training examples, ≥ 1.
    dtype
        Of examples and parameters: ``"float32"`` or ``"float64"``.
    augmentation
        ``augmentation(x, rng)`` returns a changed copy of a batch, on which the model is trained;
        ``None`` for none.
    seed
        Of the initial weights, of the order of the examples and of their augmentation, ≥ 0.

    Raises
    ------
    ValueError
        If a field is none of these, or the model does not fit the data.

    Examples
    --------
    >>> experiment = Experiment(optimiser=GradientDescent(0.05), seed=1)
    >>> experiment.optimiser
    GradientDescent(learning_rate=0.05)
    >>> text = '''
    ... seed = 1
    ...
    ... [optimiser]
    ... class = "GradientDescent"
    ... learning_rate = 0.05
    ... '''
    >>> Experiment.from_toml(text) == experiment
    True
    """

    model: Model = TwoLayer()  # noqa: RUF009 (frozen)
    data: Source = MNIST()  # noqa: RUF009 (frozen)
    loss: Callable[[Any, Any], Any] = CrossEntropy()  # noqa: RUF009 (frozen)
    optimiser: Optimiser = GradientDescent(0.1)  # noqa: RUF009 (frozen)
    alpha: float = 1e-3
    batch_size: int = 64
    epochs: int = 10
    dtype: str = "float32"
    augmentation: Callable[[Any, np.random.Generator], Any] | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        numbers = {
            "alpha": check_number("alpha", self.alpha, least=0),
            "batch_size": check_integer("batch_size", self.batch_size, 1),
            "epochs": check_integer("epochs", self.epochs, 1),
            "dtype": check_dtype("dtype", self.dtype),
            "seed": check_integer("seed", self.seed, 0),
        }
        for name, number in numbers.items():
            object.__setattr__(self, name, number)
        parts: tuple[tuple[str, Any, str], ...] = (
            ("model", Model, "that has init and can be called, such as nn.TwoLayer()"),
            ("data", Source, "that has shape, classes and load, such as data.MNIST()"),
            ("loss", Callable, "that can be called, such as nn.CrossEntropy()"),
            ("optimiser", Optimiser, "with init and update, such as optimize.GradientDescent(0.1)"),
            ("augmentation", Callable, "that can be called, or None"),
        )
        for name, kind, wanted in parts:
            part = getattr(self, name)
            if part is None and name == "augmentation":
                continue
            if not (is_frozen(part) and isinstance(part, kind)):
                raise ValueError(f"{name} is {part!r}; expected a frozen dataclass {wanted}")
        self._content()  # what cannot be stored is rejected now, not after the training
        self._fit_together()

    def _fit_together(self) -> None:
        """Raise an error if the model cannot read the data's examples, or not tell its classes."""
        one = np.zeros((1, *self.data.shape), self.dtype)
        try:
            logits = self.model(self.model.init(np.random.default_rng(0), self.dtype), one)
        except ValueError as error:
            raise ValueError(f"{self.model} does not fit {self.data}: {error}") from error
        if logits.shape != (1, self.data.classes):
            raise ValueError(
                f"{self.model} does not fit {self.data}: for one example it returns logits of "
                f"shape {logits.shape}; expected (1, {self.data.classes}), one for each class"
            )

    def _content(self) -> dict[str, Any]:
        content: dict[str, Any] = content_of(self, "")
        del content["class"]
        return content

    @property
    def digest(self) -> str:
        """64 hexadecimal digits that depend on all fields and on nothing else.

        Examples
        --------
        >>> Experiment(alpha=1).digest == Experiment(alpha=1.0).digest
        True
        >>> Experiment(seed=1).digest == Experiment(seed=2).digest
        False
        """
        text = json.dumps(self._content(), sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()

    def to_toml(self) -> str:
        """Return the experiment as a TOML file's text, which `from_toml` reads.

        Raises
        ------
        ImportError
            If ``dlbook[train]`` is not installed.

        Examples
        --------
        >>> Experiment().to_toml().splitlines()[-3:]
        ['[optimiser]', 'class = "GradientDescent"', 'learning_rate = 0.1']
        """
        with need("train"):
            import tomli_w
        return tomli_w.dumps(self._content())

    @classmethod
    def from_toml(cls, text: str) -> Experiment:
        """Return the experiment that a TOML file describes.

        A parameter that the text does not mention has its default value. A class of
        `dlbook.nn`, `dlbook.optimize` or `dlbook.data` is named as it is; any other with its
        module, as in ``"mymodels.ThreeLayer"``, which is imported.

        Parameters
        ----------
        text
            As `to_toml` writes it.

        Raises
        ------
        ValueError
            If it is not TOML, if there is no such class or parameter, or if a value is wrong.
        """
        experiment: Experiment = fill(cls, tomllib.loads(text), "")
        return experiment
