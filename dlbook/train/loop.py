"""The one loop over batches."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dlbook import autodiff, nn, trees
from dlbook.checks import check_integer, check_labels, check_rng, shown
from dlbook.data import Split
from dlbook.optimize import Optimiser
from dlbook.optimize.optimisers import check_optimiser
from dlbook.train.checkpoints import Checkpoint, Place, facts_of
from dlbook.train.progress import progress_bar

__all__ = ["Fitted", "History", "Moment", "evaluate", "fit"]

Model = Callable[[Any, NDArray[Any]], NDArray[Any]]
Loss = Callable[[NDArray[Any], NDArray[Any]], Any]
Augmentation = Callable[[NDArray[Any], np.random.Generator], NDArray[Any]]
Objective = Callable[[Any, NDArray[Any], NDArray[Any]], tuple[Any, Any]]
ValueAndGrad = Callable[..., tuple[tuple[float, Any], Any]]


@dataclass(frozen=True, eq=False)
class History:
    """Curves of a run, ``float64``.

    Parameters
    ----------
    train_loss, train_accuracy
        Shape ``(epochs,)``: means over the examples of the epoch, each measured just before the
        step that its batch took part in. The loss is the data term, in nats, without the penalty.
    validation_loss, validation_accuracy
        Shape ``(epochs,)``: of the parameters at the end of the epoch.
    step_loss, step_accuracy
        Shape ``(steps,)``: means over the batch of each step, measured just before it.

    Raises
    ------
    ValueError
        If the curves of epochs are not of one length, or the two of steps are not.
    """

    train_loss: NDArray[np.float64]
    train_accuracy: NDArray[np.float64]
    validation_loss: NDArray[np.float64]
    validation_accuracy: NDArray[np.float64]
    step_loss: NDArray[np.float64]
    step_accuracy: NDArray[np.float64]

    def __post_init__(self) -> None:
        shapes = {name: np.shape(curve) for name, curve in vars(self).items()}
        for unit in ("epochs", "steps"):
            these = {
                name: shape
                for name, shape in shapes.items()
                if name.startswith("step_") == (unit == "steps")
            }
            if len(set(these.values())) != 1 or len(next(iter(these.values()))) != 1:
                raise ValueError(f"curves have shapes {these}; expected one shape ({unit},)")

    @property
    def best_epoch(self) -> int:
        """The epoch, counted from 1, of the best validation accuracy; the first of equals."""
        return int(self.validation_accuracy.argmax()) + 1


class Moment(NamedTuple):
    """A step of a training, as `fit` shows it to `after_step`.

    Attributes
    ----------
    epoch, step
        Counted from 1; steps on through all epochs.
    loss, accuracy
        Of the step's batch, just before it.
    params
        After the step.
    grads
        That the step was made from.
    """

    epoch: int
    step: int
    loss: float
    accuracy: float
    params: Any
    grads: Any


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
    after_step: Callable[[Moment], object] | None = None,
    after_epoch: Callable[[History, Any], object] | None = None,
    patience: int | None = None,
    checkpoint: str | Path | None = None,
    checkpoint_steps: int | None = None,
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
        ``model(params, x)`` returns the logits, shape ``(n, classes)``. If its attribute
        ``draws`` is true, as where it holds a `dlbook.nn.Dropout`, the objective is called with
        ``rng=rng`` as well. If ``normalises`` is true, as with a `dlbook.nn.BatchNorm`, the
        running statistics of ``aux.params`` replace those of the parameters after each step.
    optimiser
        Such as `dlbook.optimize.GradientDescent`.
    epochs, batch_size
        ≥ 1.
    rng
        Draws the order of the examples, and what `augmentation` and the model draw.
    loss
        ``loss(logits, y)``, a mean over examples: what the validation examples are measured by.
    augmentation
        ``augmentation(x, rng)`` returns a changed copy of a batch, on which the model is trained
        instead.
    value_and_grad
        In place of `dlbook.autodiff.value_and_grad`, a function that returns
        ``((objective, aux), grads)``, such as one derived by hand. Each gradient is used before
        the next is asked for, so the function may write them all to the same arrays.
    after_step
        Called with the `Moment` after each step. Its arrays are the training's own: copy what
        you keep, and write to none.
    after_epoch
        Called with the history so far and the parameters, once an epoch has been evaluated; the
        training ends if it returns ``True``.
    patience
        End after this many epochs, ≥ 1, without a better validation accuracy; by default never.
    checkpoint
        A file to write what is needed to go on, at the end of each epoch. If it is there at the
        start, the training goes on from it, to the same bits as if it had never been interrupted:
        call `fit` again with the same arguments. `epochs` may have grown, and `patience` changed.
    checkpoint_steps
        Write the checkpoint after every so many steps of an epoch as well, ≥ 1.
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
    CheckpointError
        If the checkpoint is damaged, belongs to another training, or to a longer one.
    RuntimeError
        If there is to be a checkpoint, and the library was edited after it was imported.
    ImportError
        If there is to be a checkpoint, and ``dlbook[train]`` is not installed.
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
    functions = {"objective": objective, "model": model}
    callbacks = {"after_step": after_step, "after_epoch": after_epoch}
    functions |= {name: function for name, function in callbacks.items() if function is not None}
    for name, function in functions.items():
        if not callable(function):
            raise TypeError(f"{name} is {shown(function)}; expected a function")
    check_optimiser(optimiser)
    check_rng("rng", rng)
    value_and_grad = value_and_grad or autodiff.value_and_grad(objective, has_aux=True)
    epochs = check_integer("epochs", epochs, 1)
    batch_size = check_integer("batch_size", batch_size, 1)
    if patience is not None:
        patience = check_integer("patience", patience, 1)
    if checkpoint_steps is not None:
        checkpoint_steps = check_integer("checkpoint_steps", checkpoint_steps, 1)
        if checkpoint is None:
            raise ValueError("checkpoint_steps needs checkpoint, the file to write")
    for name, split in (("train", train), ("validation", validation)):
        _check(name, split, model, params)
    n = len(train)
    x, y = np.ascontiguousarray(train.x), train.y.astype(np.intp)  # intp: what indexing wants
    params = trees.map(np.array, params)
    batches = -(-n // batch_size)
    buffer = np.empty((min(batch_size, n), *x.shape[1:]), x.dtype)
    normalises = getattr(model, "normalises", False)
    drawn = {"rng": rng} if getattr(model, "draws", False) else {}
    place = Place(params, optimiser.init(params), params, rng.bit_generator.state, epochs, batches)
    file = None
    if checkpoint is not None:
        splits = {"train": train, "validation": validation}
        parts: dict[str, Any] = {"model": model, "objective": objective, "loss": loss}
        parts |= {"augmentation": augmentation, "optimiser": optimiser}
        file = Checkpoint(Path(checkpoint), facts_of(place, splits, batch_size, parts))
        file.restore(place)
    params, state, curves, steps = place.params, place.state, place.curves, place.steps

    def history(epochs: int) -> History:
        return History(*curves[:, :epochs].copy(), *steps[:, : epochs * batches].copy())

    # What overflows ends in a loss that is not finite, and that is an error of its own.
    with (
        progress_bar(epochs * batches, "batch", progress) as bar,
        np.errstate(over="ignore", invalid="ignore", divide="ignore"),
    ):
        while place.epoch < epochs and not (place.ended or _is_late(place, patience)):
            epoch = place.epoch
            rng.bit_generator.state = place.rng_of_epoch
            order = rng.permutation(n)
            if place.batch > 0:  # in the middle of an epoch that a checkpoint was written in
                rng.bit_generator.state = place.rng
            total, hits = place.total, place.hits
            seen = min(place.batch * batch_size, n)
            for batch in range(place.batch, batches):
                index = order[batch * batch_size : (batch + 1) * batch_size]
                size = len(index)
                # Told to clip, `take` writes straight into the buffer; no index is ever outside.
                rows = x.take(index, axis=0, out=buffer[:size], mode="clip")
                labels = y[index]
                if augmentation is not None:
                    rows = augmentation(rows, rng)
                (_, aux), grads = value_and_grad(params, rows, labels, **drawn)
                if not math.isfinite(aux.loss):
                    raise _diverged(aux.loss, epoch + 1, batch + 1, train.x, index, optimiser)
                loss_here = float(aux.loss)
                hits_here = int(np.count_nonzero(aux.logits.argmax(axis=1) == labels))
                total += size * loss_here
                hits += hits_here
                seen += size
                params, state = optimiser.update(grads, state, params, out=(params, state))
                if normalises:
                    params = nn.with_statistics(params, aux.params)
                done = epoch * batches + batch + 1
                steps[0, done - 1], steps[1, done - 1] = loss_here, hits_here / size
                if bar is not None:
                    description = f"epoch {epoch + 1}/{epochs}"
                    bar.step(done, description, loss=total / seen, accuracy=hits / seen)
                if after_step is not None:
                    after_step(Moment(epoch + 1, done, loss_here, hits_here / size, params, grads))
                if checkpoint_steps and (batch + 1) % checkpoint_steps == 0 and batch + 1 < batches:
                    place.params, place.state, place.batch = params, state, batch + 1
                    place.total, place.hits, place.rng = total, hits, rng.bit_generator.state
                    assert file is not None
                    file.write(place)
            validation_loss, validation_accuracy = evaluate(model, params, validation, loss=loss)
            curves[:, epoch] = total / n, hits / n, validation_loss, validation_accuracy
            if validation_accuracy > place.best_accuracy:
                place.best, place.best_accuracy = trees.map(np.copy, params), validation_accuracy
            place.params, place.state, place.epoch = params, state, epoch + 1
            place.batch, place.total, place.hits = 0, 0.0, 0
            if after_epoch is not None:
                place.ended = after_epoch(history(epoch + 1), params) is True
            place.rng_of_epoch = place.rng = rng.bit_generator.state
            if file is not None:
                file.write(place)
    return Fitted(place.best, history(place.epoch))


def _is_late(place: Place, patience: int | None) -> bool:
    """Whether that many epochs have gone by since the best one."""
    if patience is None or place.epoch == 0:
        return False
    best = int(place.curves[3, : place.epoch].argmax())
    return place.epoch - 1 - best >= patience


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
