"""Pictures show what they are given, at one scale, and refuse what cannot be drawn."""

import numpy as np
import pytest

from dlbook.plot import confusion, digits, reliability, weights


@pytest.mark.parametrize("draw", [digits, weights], ids=["digits", "weights"])
@pytest.mark.parametrize(
    ("images", "labels", "message"),
    [
        (np.zeros((28, 28)), [1], r"images has shape \(28, 28\); expected \(n, height, width\)"),
        (np.zeros((0, 28, 28)), [], r"images has shape \(0, 28, 28\)"),
        (np.zeros((2, 28, 28)), [1], r"labels has shape \(1,\); expected \(2,\)"),
    ],
)
def test_shapes_that_do_not_fit_are_refused(draw, images, labels, message):
    with pytest.raises(ValueError, match=message):
        draw(images, labels)


@pytest.mark.parametrize("draw", [digits, weights], ids=["digits", "weights"])
def test_no_panel_is_left_empty(draw):
    fig = draw(np.ones((5, 28, 28)), list("abcde"), columns=3)
    assert [axes.get_title() for axes in fig.axes] == list("abcde")


def test_weights_are_drawn_as_they_are_around_a_white_zero():
    images = np.random.default_rng(0).normal(size=(3, 4, 5))
    fig = weights(images)
    drawn = [axes.images[0] for axes in fig.axes]
    np.testing.assert_array_equal([picture.get_array() for picture in drawn], images)
    most = np.abs(images).max()
    for picture in drawn:
        assert picture.get_clim() == (-most, most)
        np.testing.assert_allclose(picture.cmap(picture.norm(0.0))[:3], 0.97, atol=0.01)
    negative, positive = (np.array(picture.cmap(picture.norm(s * most))) for s in (-1, 1))
    assert negative[2] > negative[0]
    assert positive[0] > positive[2]


def test_a_confusion_matrix_shades_errors_alone_and_writes_all_counts():
    counts = np.array([[980, 2, 0], [5, 1000, 7], [1, 0, 950]])
    (axes,) = confusion(counts).axes
    written = {text.get_position(): text.get_text() for text in axes.texts}
    assert written == {(j, i): str(counts[i, j]) for i in range(3) for j in range(3)}
    np.testing.assert_array_equal(axes.images[0].get_array(), counts * (1 - np.eye(3)))
    np.testing.assert_array_equal(
        axes.images[0].get_alpha() > 0, (counts > 0) & ~np.eye(3, dtype=bool)
    )
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("answer", "true class")


@pytest.mark.parametrize("counts", [np.zeros(3), np.zeros((2, 3)), np.zeros((0, 0))], ids=str)
def test_counts_that_are_not_square_are_refused(counts):
    with pytest.raises(ValueError, match=r"counts has shape .*; expected \(classes, classes\)"):
        confusion(counts)


def test_reliability_leaves_out_empty_bins():
    (axes,) = reliability([np.nan, 0.5, 0.9], [np.nan, 0.4, 0.95]).axes
    equal, measured = axes.lines
    np.testing.assert_array_equal(equal.get_xydata(), [[0, 0], [1, 1]])
    np.testing.assert_array_equal(measured.get_xydata(), [[0.5, 0.4], [0.9, 0.95]])


@pytest.mark.parametrize(("x", "y"), [([0.5], [0.1, 0.2]), ([[0.5]], [[0.5]])])
def test_reliability_refuses_shapes_that_do_not_fit(x, y):
    with pytest.raises(ValueError, match=r"expected \(bins,\)"):
        reliability(x, y)
