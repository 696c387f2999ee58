"""The experiments that the book shows, chapter by chapter, fixed before the first was run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from dlbook.data import CIFAR10, MNIST, AlteredMNIST, FlipsAndShifts
from dlbook.nn import (
    BatchNorm,
    Conv,
    CrossEntropy,
    Dense,
    Dropout,
    Flatten,
    He,
    Initialiser,
    MaxPool,
    Model,
    Normal,
    Relu,
    Reshape,
    Sequential,
    Sigmoid,
    TwoLayer,
)
from dlbook.optimize import Cosine, GradientDescent, HeavyBall, Nesterov, OneCycle, Optimiser
from dlbook.train.experiment import Experiment

__all__ = [
    "all_experiments",
    "candidate_rates",
    "cifar_baselines",
    "cifar_habits_left_out",
    "cifar_overfitted",
    "convnets",
    "diagnosis_runs",
    "final_runs",
    "habits_left_out",
    "learning_rate_table",
    "long_runs",
    "memorised",
    "memorised_with_regularisers",
    "more_seeds",
    "regularisation_table",
    "softmax_regression",
    "tuning_table",
    "wide_start",
]

Seeds = tuple[Experiment, ...]


def all_experiments() -> Iterator[Experiment]:
    """Yield every experiment of the book once: what the build trains before it reads a chapter.

    The longest come first, so that two processes have something to do to the end.

    Examples
    --------
    >>> found = list(all_experiments())
    >>> len(found) == len(set(found)) > 0
    True
    """
    tables: tuple[dict[Any, Seeds], ...] = (
        *(long_runs(), learning_rate_table(), regularisation_table(), tuning_table()),
        *(convnets(), cifar_habits_left_out(), cifar_baselines()),
        *(diagnosis_runs(), candidate_rates(), habits_left_out()),
        *(memorised(), memorised_with_regularisers()),
    )
    found = [experiment for table in tables for seeds in table.values() for experiment in seeds]
    more = (*more_seeds(), *wide_start(), *softmax_regression(), *final_runs(), *cifar_overfitted())
    yield from dict.fromkeys([*found, *more])


def learning_rate_table() -> dict[float, Seeds]:
    """Return chapter 17's experiments on the learning rate: four rates, three seeds each.

    Examples
    --------
    >>> {rate: len(experiments) for rate, experiments in learning_rate_table().items()}
    {1.0: 3, 0.1: 3, 0.05: 3, 0.01: 3}
    """
    return {rate: _seeds(_default(rate)) for rate in (1.0, 0.1, 0.05, 0.01)}


def more_seeds() -> Seeds:
    """Return seven more runs at the smallest rate, added once the first three had been seen.

    Examples
    --------
    >>> [experiment.seed for experiment in more_seeds()]
    [3, 4, 5, 6, 7, 8, 9]
    """
    return tuple(replace(_default(0.01), seed=seed) for seed in range(3, 10))


def wide_start() -> Seeds:
    """Return chapter 17's runs from weights of scale 0.05, at the smallest rate.

    Examples
    --------
    >>> {experiment.model.scale for experiment in wide_start()}
    {0.05}
    """
    return _seeds(replace(_default(0.01), model=TwoLayer(scale=0.05)))


def regularisation_table() -> dict[float, Seeds]:
    """Return chapter 17A's experiments on the penalty: five weights alpha, three seeds each.

    Examples
    --------
    >>> list(regularisation_table())
    [1.0, 0.1, 0.01, 0.001, 0.0001]
    """
    return {
        alpha: _seeds(replace(_default(0.1), alpha=alpha)) for alpha in (1.0, 0.1, 1e-2, 1e-3, 1e-4)
    }


def tuning_table() -> dict[tuple[float, float], Seeds]:
    """Return chapter 17A's experiments on alpha and learning rate together, three seeds each.

    Examples
    --------
    >>> list(tuning_table())[:2]
    [(0.0001, 1.0), (0.0001, 2.0)]
    """
    points = [(1e-4, rate) for rate in (1.0, 2.0, 1.5, 0.5)]
    points += [(alpha, 1.0) for alpha in (1e-5, 5e-5, 1e-6, 1e-7)]
    return {(alpha, rate): _seeds(replace(_default(rate), alpha=alpha)) for alpha, rate in points}


def softmax_regression() -> Seeds:
    """Return chapter 17A's runs of a network without a hidden layer, three seeds.

    Examples
    --------
    >>> softmax_regression()[0].model
    Dense(inputs=784, outputs=10, weights=Normal(scale=0.001))
    """
    return _seeds(replace(_default(0.1), model=Dense(784, 10, Normal(1e-3))))


def long_runs() -> dict[float, Seeds]:
    """Return chapter 17A's runs of fifty epochs, by their momentum: none, and 0.9.

    Examples
    --------
    >>> {momentum: seeds[0].optimiser for momentum, seeds in long_runs().items()}
    {0.0: GradientDescent(learning_rate=0.15), 0.9: HeavyBall(learning_rate=0.15, momentum=0.9)}
    """
    optimisers: dict[float, Optimiser] = {0.0: GradientDescent(0.15), 0.9: HeavyBall(0.15, 0.9)}
    return {
        momentum: _seeds(Experiment(optimiser=optimiser, alpha=1e-4, epochs=50))
        for momentum, optimiser in optimisers.items()
    }


def diagnosis_runs() -> dict[str, Seeds]:
    """Return chapter 18's longer runs, by what is wrong with them, three seeds each.

    Examples
    --------
    >>> {name: seeds[0].epochs for name, seeds in diagnosis_runs().items()}
    {'under-trained': 30, 'low rank': 20}
    """
    return {
        "under-trained": _seeds(replace(_default(0.01), epochs=30)),
        "low rank": _seeds(replace(_default(0.1), alpha=0.1, epochs=20)),
    }


def candidate_rates() -> dict[float, Seeds]:
    """Return chapter 19's candidates for the learning rate: ten epochs, three seeds each.

    Examples
    --------
    >>> list(candidate_rates())
    [0.02, 0.05, 0.1]
    """
    return {rate: _seeds(_habits(rate)) for rate in (0.02, 0.05, 0.1)}


def habits_left_out(rate: float = 0.1) -> dict[str, Seeds]:
    """Return chapter 19's runs with one habit left out: ten epochs, three seeds each.

    Parameters
    ----------
    rate
        The learning rate, > 0; by default the one that wins in the book.

    Examples
    --------
    >>> for name in habits_left_out():
    ...     print(name)
    none
    He weights
    ReLU
    momentum
    momentum, at ten times the rate
    cosine
    penalty
    """
    steps = 10 * 750
    left_out = {
        "none": _habits(rate),
        "He weights": _habits(rate, weights=Normal(1e-3)),
        "ReLU": _habits(rate, activation=Sigmoid()),
        "momentum": _habits(optimiser=GradientDescent(Cosine(rate, steps))),
        "momentum, at ten times the rate": _habits(
            optimiser=GradientDescent(Cosine(10 * rate, steps))
        ),
        "cosine": _habits(optimiser=HeavyBall(rate, 0.9)),
        "penalty": _habits(rate, alpha=0.0),
    }
    return {name: _seeds(experiment) for name, experiment in left_out.items()}


def final_runs(rate: float = 0.1) -> Seeds:
    """Return chapter 19's final runs, with all habits: twenty epochs, five seeds.

    Parameters
    ----------
    rate
        The learning rate, > 0; by default the one that wins in the book.

    Examples
    --------
    >>> final_runs()[0].optimiser
    HeavyBall(learning_rate=Cosine(learning_rate=0.1, steps=15000, least=0.0), momentum=0.9)
    """
    return _seeds(_habits(rate, epochs=20), count=5)


def _habits(
    rate: float = 0.05,
    *,
    weights: Initialiser = He(),  # noqa: B008 (frozen)
    activation: Model = Relu(),  # noqa: B008 (frozen)
    optimiser: Optimiser | None = None,
    alpha: float = 1e-4,
    epochs: int = 10,
) -> Experiment:
    """Return chapter 19's recipe, or one that departs from it."""
    layers = (Dense(784, 128, weights), activation, Dense(128, 10, weights))
    steps = epochs * 750  # of 64 of the 48,000 images each
    return Experiment(
        model=Sequential(layers),
        optimiser=optimiser or HeavyBall(Cosine(rate, steps), 0.9),
        alpha=alpha,
        epochs=epochs,
    )


def memorised() -> dict[str, Seeds]:
    """Return chapter 25's experiments: what is altered, and how soon it is learnt by heart.

    Examples
    --------
    >>> for what, seeds in memorised().items():
    ...     print(f"{what}: {seeds[0].epochs} epochs")
    true labels: 40 epochs
    half random: 100 epochs
    random labels: 90 epochs
    shuffled pixels: 40 epochs
    shuffled each: 30 epochs
    Gaussian noise: 30 epochs
    """
    return {
        "true labels": _by_heart(40),
        "half random": _by_heart(100, random_labels=0.5),
        "random labels": _by_heart(90, random_labels=1.0),
        "shuffled pixels": _by_heart(40, pixels="shuffled"),
        "shuffled each": _by_heart(30, pixels="shuffled each"),
        "Gaussian noise": _by_heart(30, pixels="gaussian"),
    }


def memorised_with_regularisers() -> dict[tuple[str, str], Seeds]:
    """Return chapter 25's experiments with weight decay, and with dropout, on two kinds of labels.

    Examples
    --------
    >>> list(memorised_with_regularisers())[::2]
    [('weight decay', 'true labels'), ('weight decay', 'random labels')]
    """
    found = {}
    for labels, share, epochs in (("true labels", 0.0, 40), ("random labels", 1.0, 90)):
        plain = _by_heart(epochs, random_labels=share)
        dropped = Sequential((Dense(784, 512), Relu(), Dropout(0.5), Dense(512, 10)))
        decayed = tuple(replace(one, alpha=1e-3) for one in plain)
        found["weight decay", labels] = decayed
        found["dropout", labels] = tuple(replace(one, model=dropped) for one in plain)
    return found


def _by_heart(epochs: int, *, random_labels: float = 0.0, pixels: str = "kept") -> Seeds:
    """Return the runs of a wide network on few examples, without a penalty; each seed its own."""
    return tuple(
        Experiment(
            model=Sequential((Dense(784, 512), Relu(), Dense(512, 10))),
            data=AlteredMNIST(2000, random_labels, pixels, seed),
            optimiser=HeavyBall(0.02, 0.9),
            alpha=0.0,
            epochs=epochs,
            seed=seed,
        )
        for seed in range(3)
    )


def convnets() -> dict[str, Seeds]:
    """Return chapter 22's convolutional networks, for CIFAR-10 and for MNIST, two seeds each.

    Examples
    --------
    >>> {name: (seeds[0].epochs, len(seeds)) for name, seeds in convnets().items()}
    {'CIFAR-10': (7, 2), 'MNIST': (4, 2)}
    """
    cifar = _convolutional(CIFAR10(), (16, 32, 64, 128), epochs=7)
    layers = (Reshape((1, 28, 28)), *_blocks(1, (16, 32)), Flatten(), Dense(7 * 7 * 32, 10))
    mnist = _recipe(Sequential(layers), MNIST(validation=5000), 55_000, epochs=4)
    return {"CIFAR-10": _seeds(cifar, 2), "MNIST": _seeds(mnist, 2)}


def cifar_habits_left_out() -> dict[str, Seeds]:
    """Return chapter 22's runs with one habit left out: 10,000 images, two epochs, two seeds.

    Examples
    --------
    >>> list(cifar_habits_left_out())
    ['none', 'augmentation', 'batch normalisation', 'standardised inputs', 'depth']
    """
    some, widths = CIFAR10(examples=10_000), (16, 32, 64)
    recipe = _convolutional(some, widths, epochs=2)
    left_out = {
        "none": recipe,
        "augmentation": replace(recipe, augmentation=None),
        "batch normalisation": _convolutional(some, widths, epochs=2, normalised=False),
        "standardised inputs": replace(recipe, data=replace(some, standardised=False)),
        "depth": _convolutional(some, widths[:-1], epochs=2),
    }
    return {name: _seeds(experiment, 2) for name, experiment in left_out.items()}


def cifar_baselines() -> dict[str, Seeds]:
    """Return chapter 22's baselines, from a linear model to a shallow ConvNet, two seeds each.

    Examples
    --------
    >>> {name: seeds[0].epochs for name, seeds in cifar_baselines().items()}
    {'softmax': 4, 'two-layer': 4, 'shallow ConvNet': 1}
    """
    linear = Sequential((Flatten(), Dense(3072, 10, Normal(1e-3))))
    wide = Sequential((Flatten(), Dense(3072, 128), Relu(), Dense(128, 10)))
    shallow = Sequential((Conv(3, 32, 7), MaxPool(2), Relu(), Flatten(), Dense(32 * 13 * 13, 10)))
    models: dict[str, tuple[Model, int, float]] = {
        "softmax": (linear, 4, 0.01),
        "two-layer": (wide, 4, 0.02),
        "shallow ConvNet": (shallow, 1, 0.01),
    }
    found = {}
    for name, (model, epochs, rate) in models.items():
        optimiser = HeavyBall(Cosine(rate, epochs * -(-45_000 // 64)), 0.9)
        experiment = Experiment(model, CIFAR10(), optimiser=optimiser, epochs=epochs)
        found[name] = _seeds(experiment, 2)
    return found


def cifar_overfitted() -> Seeds:
    """Return chapter 22's sanity check: fifty images, which the network must learn by heart.

    Examples
    --------
    >>> [experiment.data.examples for experiment in cifar_overfitted()]
    [50, 50]
    """
    experiment = Experiment(
        model=convnets()["CIFAR-10"][0].model,
        data=CIFAR10(examples=50, validation=500),
        optimiser=HeavyBall(0.02, 0.9),
        alpha=0.0,
        batch_size=10,
        epochs=15,
    )
    return _seeds(experiment, 2)


def _convolutional(
    data: CIFAR10, widths: tuple[int, ...], *, epochs: int, normalised: bool = True
) -> Experiment:
    """Return chapter 22's recipe on CIFAR-10, or one that departs from it."""
    side = 32 // 2 ** len(widths)
    last = Dense(side * side * widths[-1], 10)
    model = Sequential((*_blocks(3, widths, normalised), Flatten(), last))
    experiment = _recipe(model, data, data.examples, epochs=epochs)
    return replace(experiment, augmentation=FlipsAndShifts(flips=True, most=2))


def _recipe(model: Model, data: CIFAR10 | MNIST, examples: int, *, epochs: int) -> Experiment:
    """Return an experiment with Nesterov's momentum, one cycle and smoothed labels."""
    return Experiment(
        model=model,
        data=data,
        loss=CrossEntropy(smoothing=0.1),
        optimiser=Nesterov(OneCycle(0.05, epochs * -(-examples // 64)), 0.9),
        alpha=5e-4,
        epochs=epochs,
    )


def _blocks(channels: int, widths: tuple[int, ...], normalised: bool = True) -> tuple[Model, ...]:
    """Return a block for each width: a 3 by 3 convolution, pooling, batch norm, ReLU."""
    layers: list[Model] = []
    for width in widths:
        layers += [Conv(channels, width, 3, padding=1, bias=not normalised), MaxPool(2)]
        layers += [BatchNorm(width)] * normalised + [Relu()]
        channels = width
    return tuple(layers)


def _default(rate: float) -> Experiment:
    return Experiment(optimiser=GradientDescent(rate))


def _seeds(experiment: Experiment, count: int = 3) -> Seeds:
    return tuple(replace(experiment, seed=seed) for seed in range(count))
