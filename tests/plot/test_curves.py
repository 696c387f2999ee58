"""Curves show what they are given, and refuse what cannot be drawn."""

from types import SimpleNamespace

import numpy as np
import pytest

from dlbook.plot import learning_curves


def history(epochs=4, shift=0.0):
    t = np.arange(epochs, dtype=float)
    return SimpleNamespace(
        train_loss=2 - t / 10 + shift,
        train_accuracy=t / 10,
        validation_loss=2.1 - t / 10,
        validation_accuracy=t / 11,
    )


def test_one_run_draws_its_four_curves():
    one = history()
    loss, accuracy = learning_curves({"lr 0.1": one}).axes
    drawn = [line.get_ydata() for axes in (loss, accuracy) for line in axes.lines]
    expected = [one.train_loss, one.validation_loss, one.train_accuracy, one.validation_accuracy]
    np.testing.assert_array_equal(drawn, expected)
    np.testing.assert_array_equal(loss.lines[0].get_xdata(), [1, 2, 3, 4])


def test_several_seeds_draw_their_mean_and_range():
    loss, _ = learning_curves({"lr 1": [history(), history(shift=0.5)]}).axes
    np.testing.assert_allclose(loss.lines[0].get_ydata(), history(shift=0.25).train_loss)
    band = loss.collections[0].get_paths()[0].get_extents()
    assert (band.ymin, band.ymax) == (pytest.approx(1.7), pytest.approx(2.5))


def test_panels_of_a_column_share_their_axes():
    axes = learning_curves({"a": history(), "b": history(shift=3.0)}).axes
    assert axes[0].get_ylim() == axes[2].get_ylim()
    assert axes[1].get_ylim() != axes[0].get_ylim()


def test_no_run_is_refused():
    with pytest.raises(ValueError, match="runs is empty"):
        learning_curves({})


def test_runs_of_different_length_are_refused():
    with pytest.raises(ValueError, match=r"runs\['a'\].*\(4,\), \(5,\)"):
        learning_curves({"a": [history(4), history(5)]})
