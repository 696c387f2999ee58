"""What a classifier's answers say: counted by hand, bin by bin and pair by pair."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlbook.nn import accuracy, calibration, confusion_matrix, softmax


@given(st.integers(1, 6), st.integers(1, 40), st.integers(0, 2**32 - 1), st.sampled_from("iuq"))
def test_confusion_counts_every_pair(classes, n, seed, kind):
    rng = np.random.default_rng(seed)
    answers, labels = (
        rng.integers(classes, size=n).astype({"i": "i4", "u": "u1", "q": "i8"}[kind])
        for _ in range(2)
    )
    counts = confusion_matrix(answers, labels, classes=classes)
    assert counts.shape == (classes, classes)
    for k in range(classes):
        for answer in range(classes):
            assert counts[k, answer] == np.sum((labels == k) & (answers == answer))


@pytest.mark.parametrize(
    ("answers", "labels", "classes", "message"),
    [
        ([0, 1], [0, 2], 2, r"labels\[1\] is 2; expected 0 to 1"),
        ([0, -1], [0, 1], 2, r"answers\[1\] is -1; expected 0 to 1"),
        ([0, 1, 1], [0, 1], 2, r"answers has shape \(3,\); expected \(2,\)"),
        ([0.5, 1.0], [0, 1], 2, "answers has dtype float64; expected integers"),
        ([0], [0], 0, "classes is 0"),
    ],
)
def test_what_confusion_cannot_count_is_refused(answers, labels, classes, message):
    with pytest.raises(ValueError, match=message):
        confusion_matrix(np.array(answers), np.array(labels), classes=classes)


@given(st.integers(2, 5), st.integers(1, 40), st.integers(1, 12), st.integers(0, 2**32 - 1))
def test_calibration_is_what_a_loop_over_the_bins_finds(classes, n, bins, seed):
    rng = np.random.default_rng(seed)
    logits, labels = rng.normal(scale=2, size=(n, classes)), rng.integers(classes, size=n)
    found = calibration(softmax(logits), labels, bins=bins)
    sure, right = softmax(logits).max(axis=1), logits.argmax(axis=1) == labels
    for i in range(bins):
        inside = (sure >= i / bins) & ((sure < (i + 1) / bins) | (i == bins - 1))
        assert found.counts[i] == inside.sum()
        expected = (sure[inside].mean(), right[inside].mean()) if inside.any() else (np.nan,) * 2
        np.testing.assert_allclose((found.confidence[i], found.accuracy[i]), expected)
    weights = found.counts / n
    assert np.nansum(weights * found.accuracy) == pytest.approx(accuracy(logits, labels))
    apart = np.abs(found.confidence - found.accuracy)
    assert found.error == pytest.approx(np.nansum(weights * apart))


@pytest.mark.parametrize("at", [0.29, 0.57, 0.58])  # times 100 these lose their last digit
def test_an_edge_belongs_to_the_bin_above(at):
    found = calibration(np.array([[at, 0.0]]), np.array([0]), bins=100)
    assert found.counts[round(100 * at)] == 1


def test_certainty_belongs_to_the_last_bin():
    assert calibration(np.array([[1.0, 0.0]]), np.array([1]), bins=4).counts.tolist() == [
        0,
        0,
        0,
        1,
    ]


@pytest.mark.parametrize("value", [1.5, -0.1, float("nan")])
def test_what_is_not_a_probability_is_refused(value):
    with pytest.raises(ValueError, match=r"probabilities holds .*; expected numbers from 0 to 1"):
        calibration(np.array([[0.5, 0.5], [value, 0.2]]), np.array([0, 1]))


def test_labels_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match=r"labels has shape \(1,\)"):
        calibration(np.array([[0.5, 0.5], [0.9, 0.1]]), np.array([0]))
