"""The one loop over batches."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dlbook import autodiff, nn, trees
from dlbook.checks import check_integer, check_labels, check_rng, shown
from dlbook.data import Split
from dlbook.optimize import Optimiser
from dlbook.optimize.optimisers import check_optimiser
from dlbook.train.progress import progress_bar

__all__ = ["Fitted", "History", "evaluate", "fit"]

Model = Callable[[Any, NDArray[Any]], NDArray[Any]]
Loss = Callable[[NDArray[Any], NDArray[Any]], Any]
Augmentation = Callable[[NDArray[Any], np.random.Generator], NDArray[Any]]
Objective = Callable[[Any, NDArray[Any], NDArray[Any]], tuple[Any, Any]]
ValueAndGrad = Callable[[Any, NDArray[Any], NDArray[Any]], tuple[tuple[float, Any], Any]]


@dataclass(frozen=True, eq=False)
class History:
    """Curves of a run, each of shape ``(epochs,)``, ``float64``.

    Parameters
    ----------
    train_loss, train_accuracy
        Means over the examples of the epoch, each measured just before the step that its batch
        took part in. The loss is the data term, in nats, without the penalty.
    validation_loss, validation_accuracy
        Of the parameters at the end of the epoch.

    Raises
    ------
    ValueError
        If the curves are not of one length.
    """

    train_loss: NDArray[np.float64]
    train_accuracy: NDArray[np.float64]
    validation_loss: NDArray[np.float64]
    validation_accuracy: NDArray[np.float64]

    def __post_init__(self) -> None:
        shapes = {field.name: np.shape(getattr(self, field.name)) for field in fields(self)}
        if len(set(shapes.values())) != 1 or len(shapes["train_loss"]) != 1:
            raise ValueError(f"curves have shapes {shapes}; expected one shape (epochs,)")

    @property
    def best_epoch(self) -> int:
        """The epoch, counted from 1, of the best validation accuracy; the first of equals."""
        return int(self.validation_accuracy.argmax()) + 1


class Fitted(NamedTuple):
    """What `fit` returns.

    Attributes
    ----------
    params
        At the end of ``history.best_epoch``.
    history
        The curves.
    """

    params: Any
    history: History


def fit(
    objective: Objective,
    params: Any,
    train: Split,
    validation: Split,
    *,
    model: Model,
    optimiser: Optimiser,
    epochs: int,
    batch_size: int,
    rng: np.random.Generator,
    loss: Loss = nn.cross_entropy,
    augmentation: Augmentation | None = None,
    value_and_grad: ValueAndGrad | None = None,
    progress: bool | None = None,
) -> Fitted:
    """Train a classifier, and keep the parameters that do best on the validation examples.

    Every epoch visits all examples of `train` once, in an order that `rng` draws, in batches; the
    last batch holds what is left, and counts by its size.

    Parameters
    ----------
    objective
        ``objective(params, x, y)`` returns ``(objective, aux)``: the number to minimise, and
        with it ``aux.loss``, the data term, a mean over the batch, and ``aux.logits`` of shape
        ``(n, classes)``. Written in NumPy: `dlbook.autodiff` differentiates it.
    params
        Where to start: a tree of arrays. It is copied, never written to.
    train, validation
        Examples, as `model` takes them, with labels from 0 to classes - 1.
    model
        ``model(params, x)`` returns the logits, shape ``(n, classes)``.
    optimiser
        Such as `dlbook.optimize.GradientDescent`.
    epochs, batch_size
        ≥ 1.
    rng
        Draws the order of the examples, and what `augmentation` draws.
    loss
        ``loss(logits, y)``, a mean over examples: what the validation examples are measured by.
    augmentation
        ``augmentation(x, rng)`` returns a changed copy of a batch, on which the model is trained
        instead.
    value_and_grad
        In place of `dlbook.autodiff.value_and_grad`, a function that returns
        ``((objective, aux), grads)``, such as one derived by hand. Each gradient is used before
        the next is asked for, so the function may write them all to the same arrays.
    progress
        Whether to show a bar with loss and accuracy; by default where standard error is a
        terminal.

    Returns
    -------
    Fitted

    Raises
    ------
    TypeError
        If an argument is of another kind, such as a seed for a generator.
    ValueError
        If shapes, labels or counts do not fit, or `train` holds NaN or infinity.
    FloatingPointError
        If the loss stops being finite; or a gradient or a parameter does, in a step of the
        optimiser.

    Examples
    --------
    >>> from functools import partial
    >>> from dlbook.optimize import GradientDescent
    >>> x = np.linspace(-1, 1, 20)[:, None]
    >>> points = Split(x, (x[:, 0] > 0).astype(int))
    >>> model = nn.TwoLayer(inputs=1, hidden=2, outputs=2, scale=1.0)
    >>> rng = np.random.default_rng(0)
    >>> fitted = fit(
    ...     partial(nn.objective, model=model, loss=nn.cross_entropy, alpha=0.0),
    ...     model.init(rng, "float64"), points, points,
    ...     model=model, optimiser=GradientDescent(2.0), epochs=20, batch_size=4, rng=rng,
    ... )
    >>> fitted.history.validation_accuracy[-1]
    np.float64(1.0)
    """
    for name, function in (("objective", objective), ("model", model)):
        if not callable(function):
            raise TypeError(f"{name} is {shown(function)}; expected a function")
    check_optimiser(optimiser)
    check_rng("rng", rng)
    value_and_grad = value_and_grad or autodiff.value_and_grad(objective, has_aux=True)
    epochs = check_integer("epochs", epochs, 1)
    batch_size = check_integer("batch_size", batch_size, 1)
    for name, split in (("train", train), ("validation", validation)):
        _check(name, split, model, params)
    n = len(train)
    x, y = np.ascontiguousarray(train.x), train.y.astype(np.intp)  # intp: what indexing wants
    params = trees.map(np.array, params)
    state = optimiser.init(params)
    batches = -(-n // batch_size)
    buffer = np.empty((min(batch_size, n), *x.shape[1:]), x.dtype)
    curves = np.empty((4, epochs))
    best, best_accuracy = params, -1.0

    # What overflows ends in a loss that is not finite, and that is an error of its own.
    with (
        progress_bar(epochs * batches, "batch", progress) as bar,
        np.errstate(over="ignore", invalid="ignore", divide="ignore"),
    ):
        for epoch in range(epochs):
            order = rng.permutation(n)
            total, hits, seen = 0.0, 0, 0
            for batch in range(batches):
                index = order[batch * batch_size : (batch + 1) * batch_size]
                size = len(index)
                # Told to clip, `take` writes straight into the buffer; no index is ever outside.
                rows = x.take(index, axis=0, out=buffer[:size], mode="clip")
                labels = y[index]
                if augmentation is not None:
                    rows = augmentation(rows, rng)
                (_, aux), grads = value_and_grad(params, rows, labels)
                if not math.isfinite(aux.loss):
                    raise _diverged(aux.loss, epoch + 1, batch + 1, train.x, index, optimiser)
                total += size * float(aux.loss)
                hits += int(np.count_nonzero(aux.logits.argmax(axis=1) == labels))
                seen += size
                params, state = optimiser.update(grads, state, params, out=(params, state))
                if bar is not None:
                    done, description = epoch * batches + batch + 1, f"epoch {epoch + 1}/{epochs}"
                    bar.step(done, description, loss=total / seen, accuracy=hits / seen)
            validation_loss, validation_accuracy = evaluate(model, params, validation, loss=loss)
            curves[:, epoch] = total / n, hits / n, validation_loss, validation_accuracy
            if validation_accuracy > best_accuracy:
                best, best_accuracy = trees.map(np.copy, params), validation_accuracy
    return Fitted(best, History(*curves))


def evaluate(
    model: Model, params: Any, split: Split, *, loss: Loss = nn.cross_entropy
) -> tuple[float, float]:
    """Return mean loss and accuracy of a classifier.

    Parameters
    ----------
    model
        ``model(params, x)`` returns the logits, shape ``(n, classes)``.
    params
        Its parameters.
    split
        Examples, at least one, with labels from 0 to classes - 1.
    loss
        ``loss(logits, y)``, a mean over examples; by default the cross-entropy, in nats.

    Raises
    ------
    TypeError
        If `split` is not a `Split`.
    ValueError
        If shapes or labels do not fit.

    Examples
    --------
    >>> split = Split(np.array([[1.0, 2.0], [4.0, 3.0]]), np.array([1, 1]))
    >>> loss, accuracy = evaluate(lambda params, x: x, None, split)
    >>> round(loss, 4), accuracy
    (0.8133, 0.5)
    """
    _check_split("split", split)
    total, hits, chunk = 0.0, 0.0, 1000  # a thousand rows at a time stay in the processor's cache
    for start in range(0, max(len(split), 1), chunk):
        x, y = split.x[start : start + chunk], split.y[start : start + chunk]
        logits = model(params, x)
        total += len(y) * float(loss(logits, y))
        hits += len(y) * nn.accuracy(logits, y)
    return total / len(split), hits / len(split)


def _check(name: str, split: Split, model: Model, params: Any) -> None:
    """Raise an error for examples that the model cannot take, or labels it has no output for."""
    _check_split(name, split)
    if len(split) == 0:
        raise ValueError(f"{name} is empty; expected at least one example")
    classes = model(params, split.x[:1]).shape[1:]
    check_labels(split.y, (len(split), *classes), f"{name}.y")


def _check_split(name: str, split: Any) -> None:
    if not isinstance(split, Split):
        raise TypeError(f"{name} is {shown(split)}; expected a Split: data.Split(x, y) makes one")


def _diverged(
    loss: float, epoch: int, batch: int, x: NDArray[Any], index: NDArray[Any], optimiser: Optimiser
) -> Exception:
    where = f"in epoch {epoch}, batch {batch}"
    for i in index:
        if not np.isfinite(x[i]).all():
            return ValueError(
                f"train.x[{i}] holds NaN or infinity, met {where}; expected finite numbers"
            )
    return FloatingPointError(
        f"the loss is {loss} {where}, with {optimiser}: training diverged; "
        "a smaller learning rate, or inputs scaled to about [0, 1], usually helps"
    )
