"""The palette is legible and told apart by all eyes; the type is legible on a phone."""

import io
import itertools
import json
import re
from importlib import resources

import matplotlib
import numpy as np
import pytest

from dlbook.plot import CYCLE, PALETTE, WIDTH, figure, use_style

COLOURS = json.loads(resources.files("dlbook.plot").joinpath("palette.json").read_text())
STYLED = ["axes.facecolor", "axes.prop_cycle", "figure.figsize", "font.size", "text.color"]
CURVES = [f"c{i}" for i in range(6)]

# Colour vision with one kind of cone missing: matrices on linear RGB, severity 1, of
# Machado, Oliveira and Fernandes (2009), https://doi.org/10.1109/TVCG.2009.113.
VISION = {
    "full": np.eye(3),
    "no long cones": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "no middle cones": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "no short cones": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}


def linear_rgb(colour):
    value = np.array(matplotlib.colors.to_rgb(colour))
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


def contrast(first, second):
    """Contrast ratio of WCAG 2."""
    dark, light = sorted(linear_rgb(c) @ [0.2126, 0.7152, 0.0722] for c in (first, second))
    return (light + 0.05) / (dark + 0.05)


def cie_lab(rgb):
    to_xyz = np.array(
        [
            [0.4124564, 0.3575761, 0.1804375],
            [0.2126729, 0.7151522, 0.0721750],
            [0.0193339, 0.1191920, 0.9503041],
        ]
    )
    x, y, z = to_xyz @ np.clip(rgb, 0, 1) / [0.95047, 1, 1.08883]
    fx, fy, fz = (np.cbrt(t) if t > 0.008856 else 7.787 * t + 16 / 116 for t in (x, y, z))
    return np.array([116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)])


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", [*CURVES, "fg", "muted", "accent"])
def test_every_colour_may_carry_text(theme, name):
    assert contrast(COLOURS[name][theme], COLOURS["bg"][theme]) >= 4.5


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("vision", VISION)
def test_curves_are_told_apart_by_all_eyes(theme, vision):
    seen = {c: cie_lab(VISION[vision] @ linear_rgb(COLOURS[c][theme])) for c in CURVES}
    for first, second in itertools.combinations(CURVES, 2):
        assert np.linalg.norm(seen[first] - seen[second]) > 18, (first, second)


def test_light_colours_are_distinct_so_that_the_page_can_swap_them():
    hues = [COLOURS[name]["light"] for name in COLOURS if name != "accent"]
    assert len(set(hues)) == len(hues)


def test_curves_are_told_apart_in_grey():
    assert len({dashes for _, dashes in CYCLE}) == len(CYCLE) == len(CURVES)


def test_type_is_nine_pixels_high_on_a_phone():
    text_column_at_360_px = 328
    use_style()
    smallest = min(matplotlib.rcParams[f"{part}.labelsize"] for part in ("axes", "xtick", "ytick"))
    smallest = min(smallest, matplotlib.rcParams["legend.fontsize"])
    assert smallest / 72 * text_column_at_360_px / WIDTH >= 9


def test_figure_has_the_book_s_width_and_does_not_touch_the_caller_s_style():
    before = {key: matplotlib.rcParams[key] for key in STYLED}
    fig, axes = figure(2, 3)
    assert fig.get_size_inches()[0] == WIDTH
    assert axes.shape == (2, 3)
    assert {key: matplotlib.rcParams[key] for key in STYLED} == before


def test_two_drawings_give_the_same_bytes():
    def draw():
        fig, axes = figure()
        axes.plot([1, 2], color=PALETTE["c1"])
        file = io.BytesIO()
        fig.savefig(file, format="svg", metadata={"Date": None})
        return file.getvalue()

    use_style()
    first = draw()
    assert first == draw()
    assert re.search(PALETTE["c1"].encode(), first)
