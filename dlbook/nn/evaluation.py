"""What a classifier's answers say beyond their accuracy."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dlbook.checks import check_array, check_integer, check_labels, shown

__all__ = ["Calibration", "calibration", "confusion_matrix"]


class Calibration(NamedTuple):
    """Confidence and accuracy of a classifier, by confidence; each of shape ``(bins,)``.

    Attributes
    ----------
    confidence
        Mean over a bin of the largest probability; NaN for an empty bin.
    accuracy
        Share of a bin that is answered correctly; NaN for an empty bin.
    counts
        Examples in each bin.
    """

    confidence: NDArray[np.float64]
    accuracy: NDArray[np.float64]
    counts: NDArray[np.intp]

    @property
    def error(self) -> float:
        """Mean distance of confidence from accuracy, each bin weighted by its examples."""
        full = self.counts > 0
        apart = np.abs(self.confidence[full] - self.accuracy[full])
        return float(apart @ self.counts[full] / self.counts.sum())


def confusion_matrix(
    answers: NDArray[Any], labels: NDArray[Any], *, classes: int
) -> NDArray[np.intp]:
    """Count the examples of each class by what they were taken for.

    Parameters
    ----------
    answers, labels
        Shape ``(n,)``, integers from 0 to classes - 1.
    classes
        How many there are, ≥ 1.

    Returns
    -------
    numpy.ndarray
        Shape ``(classes, classes)``: entry ``[k, l]`` counts the examples with label k that were
        answered l. The diagonal holds the correct ones.

    Raises
    ------
    TypeError
        If `answers` or `labels` is not an array.
    ValueError
        If they do not fit.

    Examples
    --------
    >>> confusion_matrix(np.array([0, 1, 1, 1]), np.array([0, 1, 1, 0]), classes=2)
    array([[1, 1],
           [0, 2]])
    """
    classes = check_integer("classes", classes, 1)
    check_array("answers", answers)
    check_array("labels", labels)
    check_labels(labels, (len(labels), classes))
    check_labels(answers, (len(labels), classes), "answers")
    pairs = labels.astype(np.intp) * classes + answers.astype(np.intp)
    return np.bincount(pairs, minlength=classes**2).reshape(classes, classes)


def calibration(
    probabilities: NDArray[Any], labels: NDArray[Any], *, bins: int = 10
) -> Calibration:
    """Compare how sure a classifier is with how often it is right :cite:`guo2017`.

    The confidence of an answer is its probability, the largest of the row. The examples are put
    into bins of equal width by their confidence: bin i holds those from i/bins up to, but not
    including, (i + 1)/bins; the last includes 1.

    Parameters
    ----------
    probabilities
        Shape ``(n, classes)``, n ≥ 1, entries from 0 to 1; such as `softmax` of the logits.
    labels
        Shape ``(n,)``, integers from 0 to classes - 1.
    bins
        How many, ≥ 1.

    Raises
    ------
    TypeError
        If `probabilities` or `labels` is not an array.
    ValueError
        If they do not fit, or an entry is not a probability.

    Examples
    --------
    >>> probabilities = np.array([[0.9, 0.1], [0.7, 0.3], [0.2, 0.8], [0.6, 0.4]])
    >>> found = calibration(probabilities, np.array([0, 1, 1, 0]), bins=2)
    >>> found.confidence.round(2), found.accuracy, found.counts
    (array([ nan, 0.75]), array([ nan, 0.75]), array([0, 4]))
    """
    bins = check_integer("bins", bins, 1)
    check_array("probabilities", probabilities)
    check_array("labels", labels)
    check_labels(labels, probabilities.shape)
    outside = ~((probabilities >= 0) & (probabilities <= 1))
    if outside.any():
        raise ValueError(
            f"probabilities holds {shown(probabilities[outside][0].item())}; expected numbers from "
            "0 to 1: nn.softmax makes them from logits"
        )
    confidence = probabilities.max(axis=1).astype(np.float64)
    right = probabilities.argmax(axis=1) == labels
    at = np.searchsorted(np.arange(bins) / bins, confidence, side="right") - 1
    counts = np.bincount(at, minlength=bins)
    with np.errstate(invalid="ignore"):
        sure, correct = (np.bincount(at, v, minlength=bins) / counts for v in (confidence, right))
    return Calibration(sure, correct, counts)
