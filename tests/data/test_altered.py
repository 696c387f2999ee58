"""Altered MNIST: what is kept, what is changed, and how often."""

import numpy as np
import pytest

from dlbook.data import MNIST, PIXELS, AlteredMNIST, Source
from dlbook.train import Experiment

TRUE = MNIST().load("float32")


def load(**fields):
    return AlteredMNIST(**fields).load("float32")


def test_unaltered_it_is_the_beginning_of_mnist():
    train, validation, test = load(examples=500)
    assert validation is train
    np.testing.assert_array_equal(train.x, TRUE.train.x[:500])
    np.testing.assert_array_equal(train.y, TRUE.train.y[:500])
    np.testing.assert_array_equal(test.x, TRUE.test.x)
    np.testing.assert_array_equal(test.y, TRUE.test.y)
    assert len(load(examples=50_000).train) == 50_000


@pytest.mark.parametrize("share", [0.25, 1.0])
def test_that_share_of_the_labels_is_drawn_anew(share):
    """Of those drawn, a tenth stays what it was by chance; the draw is uniform."""
    n = 40_000
    train = load(examples=n, random_labels=share).train
    changed = (train.y != TRUE.train.y[:n]).mean()
    expected = share * 0.9
    assert abs(changed - expected) < 5 * np.sqrt(expected * (1 - expected) / n)
    if share == 1:
        counts = np.bincount(train.y, minlength=10)
        assert np.abs(counts - n / 10).max() < 5 * np.sqrt(n * 0.09)
    np.testing.assert_array_equal(train.x, TRUE.train.x[:n])
    np.testing.assert_array_equal(load(random_labels=share).test.y, TRUE.test.y)


def test_one_permutation_for_all_images_or_one_for_each():
    plain = load(examples=200)
    for pixels in ("shuffled", "shuffled each"):
        train, _, test = load(examples=200, pixels=pixels)
        np.testing.assert_array_equal(np.sort(train.x), np.sort(plain.train.x))
        np.testing.assert_array_equal(np.sort(test.x[:200]), np.sort(plain.test.x[:200]))
        assert not np.array_equal(train.x, plain.train.x)
        # Pixels are exchanged together exactly if each column keeps its mean, in some order.
        together = np.allclose(np.sort(train.x.mean(0)), np.sort(plain.train.x.mean(0)), atol=1e-6)
        assert together == (pixels == "shuffled")
    train, _, test = load(examples=200, pixels="shuffled")
    order = [np.flatnonzero((plain.train.x == column[:, None]).all(0)) for column in train.x.T]
    unique = [(i, found[0]) for i, found in enumerate(order) if len(found) == 1]
    assert unique
    assert all(np.array_equal(test.x[:, i], plain.test.x[:, j]) for i, j in unique)


def test_noise_has_the_mean_and_the_variance_of_the_pixels():
    plain, noise = load(examples=1000).train.x, load(examples=1000, pixels="gaussian").train.x
    assert abs(noise.mean() - plain.mean()) < 5 * plain.std() / np.sqrt(plain.size)
    assert noise.std() == pytest.approx(plain.std(), rel=0.01)
    assert abs(np.corrcoef(noise.ravel(), plain.ravel())[0, 1]) < 0.01


@pytest.mark.parametrize("pixels", PIXELS)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_seed_gives_the_same_bits_and_another_others(pixels, dtype):
    one, same, other = (
        AlteredMNIST(100, 0.5, pixels, seed).load(dtype).train for seed in (1, 1, 2)
    )
    assert one.x.dtype == dtype
    np.testing.assert_array_equal(one.x, same.x)
    np.testing.assert_array_equal(one.y, same.y)
    assert not np.array_equal(one.y, other.y)
    with pytest.raises(ValueError, match="read-only"):
        one.x[0] = 0


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"examples": 0}, "examples is 0; expected"),
        ({"examples": 60_001}, "examples is 60001; expected"),
        ({"random_labels": -0.1}, r"random_labels is -0\.1; expected"),
        ({"random_labels": 1.1}, r"random_labels is 1\.1; expected 0 to 1"),
        ({"pixels": "blurred"}, "pixels is 'blurred'; expected one of 'kept', 'shuffled'"),
        ({"seed": -1}, "seed is -1"),
    ],
)
def test_what_cannot_be_is_rejected(fields, words):
    with pytest.raises(ValueError, match=words):
        AlteredMNIST(**fields)


def test_an_experiment_holds_it():
    experiment = Experiment(data=AlteredMNIST(random_labels=1))
    assert isinstance(experiment.data, Source)
    assert Experiment.from_toml(experiment.to_toml()) == experiment
