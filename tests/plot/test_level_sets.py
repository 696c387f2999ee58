"""Level sets lie where the function has its level; gradients start where they are taken."""

import numpy as np
import pytest

from dlbook import plot


def bowl(w):
    return w[0] ** 2 + 4 * w[1] ** 2


def slope(w):
    return np.array([2 * w[0], 8 * w[1]])


@pytest.fixture
def axes():
    return plot.figure()[1]


def test_the_function_has_its_level_on_each_line(axes):
    drawn = plot.level_sets(axes, bowl, (-2, 2), (-1, 1), levels=[0.5, 2.0])
    for level, path in zip(drawn.levels, drawn.get_paths(), strict=True):
        assert len(path.vertices) > 20
        assert [bowl(point) for point in path.vertices] == pytest.approx(
            [level] * len(path.vertices), abs=0.01
        )


def test_right_angles_are_drawn_as_right_angles(axes):
    plot.level_sets(axes, bowl, (-2, 2), (-1, 1))
    assert axes.get_aspect() == 1


def test_arrows_start_at_the_points_and_keep_their_proportions(axes):
    points = np.array([[1.0, 0.0], [0.5, 0.5], [0.0, 0.0]])
    arrows = plot.gradients(axes, slope, points, longest=0.3)
    np.testing.assert_array_equal(arrows.get_offsets(), points)
    drawn, true = np.stack([arrows.U, arrows.V], axis=1), np.array([slope(p) for p in points])
    assert np.hypot(*drawn.T).max() == pytest.approx(0.3)
    np.testing.assert_allclose(drawn * np.hypot(*true.T).max() / 0.3, true)


def test_where_the_gradient_is_zero_there_is_a_dot(axes):
    plot.gradients(axes, slope, [[1.0, 0.0], [0.0, 0.0]])
    np.testing.assert_array_equal(axes.lines[0].get_xydata(), [[0.0, 0.0]])


@pytest.mark.parametrize("f", [lambda w: np.log(w[0] - 5), lambda w: w])
def test_what_is_no_number_is_refused(axes, f):
    with (
        np.errstate(invalid="ignore"),
        pytest.raises(ValueError, match=r"f\(\[-2\.0, -1\.0\]\) is .*; expected one finite number"),
    ):
        plot.level_sets(axes, f, (-2, 2), (-1, 1))


@pytest.mark.parametrize(
    ("gradient", "points", "message"),
    [
        (slope, [1.0, 2.0], r"points has shape \(2,\); expected \(n, 2\)"),
        (lambda w: w[0], [[1.0, 2.0]], r"gradient returns the shape \(\); expected \(2,\)"),
    ],
)
def test_gradients_refuse_shapes_that_do_not_fit(axes, gradient, points, message):
    with pytest.raises(ValueError, match=message):
        plot.gradients(axes, gradient, points)
