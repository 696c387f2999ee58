"""The experiments of the book's tables are those of the protocols that they are compared with."""

import json
from pathlib import Path

import pytest

from dlbook import data, nn, optimize
from dlbook.train import (
    Experiment,
    all_experiments,
    cifar_baselines,
    cifar_habits_left_out,
    cifar_overfitted,
    convnets,
    learning_rate_table,
    long_runs,
    more_seeds,
    regularisation_table,
    softmax_regression,
    tuning_table,
    wide_start,
)

PUBLISHED = Path(__file__).parents[2] / "docs" / "published"


def expected(seeds=range(3), **changes):
    return tuple(Experiment(seed=seed, **changes) for seed in seeds)


def test_the_further_runs_of_chapter_17():
    slow = optimize.GradientDescent(0.01)
    assert more_seeds() == expected(range(3, 10), optimiser=slow)
    assert wide_start() == expected(optimiser=slow, model=nn.TwoLayer(784, 128, 10, scale=0.05))
    model = nn.Dense(784, 10, nn.Normal(0.001))
    assert softmax_regression() == expected(optimiser=optimize.GradientDescent(0.1), model=model)


def test_the_penalties():
    assert list(regularisation_table()) == [1, 0.1, 0.01, 0.001, 0.0001]
    for alpha, seeds in regularisation_table().items():
        assert seeds == expected(optimiser=optimize.GradientDescent(0.1), alpha=alpha)


def test_the_eight_settings_are_those_that_were_published():
    table = json.loads((PUBLISHED / "writeup2022a.json").read_text("utf-8"))["tuning_table"]
    points = list(zip(table["alpha"], table["learning_rate"], strict=True))
    assert list(tuning_table()) == points
    for (alpha, rate), seeds in tuning_table().items():
        assert seeds == expected(optimiser=optimize.GradientDescent(rate), alpha=alpha)


@pytest.mark.parametrize("momentum", [0.0, 0.9])
def test_the_fifty_epochs(momentum):
    optimiser = optimize.HeavyBall(0.15, 0.9) if momentum else optimize.GradientDescent(0.15)
    assert list(long_runs()) == [0.0, 0.9]
    assert long_runs()[momentum] == expected(optimiser=optimiser, alpha=1e-4, epochs=50)


def test_the_build_trains_each_of_them_once_and_the_longest_first():
    found = list(all_experiments())
    assert len(found) == len(set(found))
    tables = (learning_rate_table(), regularisation_table(), tuning_table(), long_runs())
    wanted = {experiment for table in tables for seeds in table.values() for experiment in seeds}
    wanted |= {*more_seeds(), *wide_start(), *softmax_regression()}
    assert wanted <= set(found)
    assert all(experiment.epochs == 50 for experiment in found[:6])


def test_each_row_of_chapter_22_leaves_out_one_thing():
    table = {name: seeds[0] for name, seeds in cifar_habits_left_out().items()}
    recipe = table.pop("none")
    departures = {
        name: [field for field in vars(recipe) if getattr(one, field) != getattr(recipe, field)]
        for name, one in table.items()
    }
    assert departures == {
        "augmentation": ["augmentation"],
        "batch normalisation": ["model"],
        "standardised inputs": ["data"],
        "depth": ["model"],
    }


def test_the_cycles_of_chapter_22_end_with_the_training_and_digits_are_not_mirrored():
    runs = [*convnets()["CIFAR-10"], *cifar_habits_left_out()["none"]]
    for one in runs:
        assert one.optimiser.learning_rate.steps == one.epochs * -(-one.data.examples // 64)
        assert one.augmentation == data.FlipsAndShifts(flips=True, most=2)
    for one in convnets()["MNIST"]:
        assert one.optimiser.learning_rate.steps == one.epochs * -(-55_000 // 64)
        assert one.augmentation is None


def test_the_check_on_fifty_images_hinders_nothing_and_all_of_chapter_22_has_two_seeds():
    for one in cifar_overfitted():
        assert (one.alpha, one.augmentation, one.loss) == (0, None, nn.CrossEntropy())
        assert one.model == convnets()["CIFAR-10"][0].model
    tables = [convnets(), cifar_habits_left_out(), cifar_baselines(), {"": cifar_overfitted()}]
    for table in tables:
        for seeds in table.values():
            assert [one.seed for one in seeds] == [0, 1]
