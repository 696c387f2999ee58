"""thm-conv-backward: ∂w and ∂x are the derivatives of the loss, and the three products agree."""

import numpy as np
from conv_instances import adjoints, bordered, layer, layers, with_zeros
from hypothesis import given
from near import broken, missed
from smooth_instances import only_partials, partials_at_zero

NEAR_MISSES = {
    "of the first image only": {"weights": lambda by_w, part: part},
    "the mean over the positions": {"weights": lambda by_w, part: by_w / 2},
    "the kernel turned by half a turn": {"pixels": lambda by_x: by_x[..., ::-1, ::-1]},
    "without the last row": {"pixels": lambda by_x: by_x * (np.arange(by_x.shape[2]) < 2)[:, None]},
    "∂w, with the kernels exchanged": {"weights": lambda by_w, part: by_w[::-1]},
    "∂w, turned by half a turn": {"weights": lambda by_w, part: by_w[..., ::-1, ::-1]},
    "∂w, a thousandth more": {"weights": lambda by_w, part: 1.001 * by_w},
    "∂x, a thousandth more": {"pixels": lambda by_x: 1.001 * by_x},
    "<∂w, w>, a thousandth more": {"times_w": 1.001},
    "<∂x, x>, a thousandth more": {"times_x": 1.001},
}


def output(x, w, p, stride, dilation, groups, border):
    return layer(border(x, p), w, stride, dilation, groups)


def hypotheses(loss, gradient, x, w, p, stride, dilation, groups, border=with_zeros):
    y = output(x, w, p, stride, dilation, groups, border)
    g, h = gradient(y), 1e-6
    ways = np.random.default_rng(0).standard_normal((6, *y.shape))
    slopes = [(loss(y + h * d) - loss(y)) / h - np.sum(g * d) for d in ways]
    borders = [border(z, p) - with_zeros(z, p) for z in (x, np.ones_like(x))]
    return {
        "differentiable": max(map(abs, slopes)) < 1e-3 * (1 + np.abs(g).sum()),
        "zero": all(not np.any(b) for b in borders),
    }


def differences(f, at):
    """Return the partial derivatives of f by symmetric differences."""
    result, h = np.zeros(at.shape), 1e-4
    for index in np.ndindex(at.shape):
        unit = np.zeros(at.shape)
        unit[index] = h
        result[index] = (f(at + unit) - f(at - unit)) / (2 * h)
    return result


def conclusion(
    loss,
    gradient,
    x,
    w,
    p,
    stride,
    dilation,
    groups,
    border=with_zeros,
    *,
    weights=lambda by_w, part: by_w,
    pixels=lambda by_x: by_x,
    times_w=1.0,
    times_x=1.0,
):
    """The two gradients are as the formulas say, and both products are <g, y>."""
    rest = p, stride, dilation, groups, border
    y = output(x, w, *rest)
    g, wide = gradient(y), border(x, p)
    by_w, by_x = adjoints(g, wide, w, p, stride, dilation, groups)
    part, _ = adjoints(g[:1], wide[:1], w, p, stride, dilation, groups)
    measured_w = differences(lambda w: loss(output(x, w, *rest)), w)
    measured_x = differences(lambda x: loss(output(x, w, *rest)), x)
    scale = 1 + np.abs(g).sum() * (1 + np.abs(x).max()) * (1 + np.abs(w).max())

    def close(a, b):
        return bool(np.all(np.abs(a - b) < 1e-6 * scale))

    product = np.sum(g * y)
    return (
        close(weights(by_w, part), measured_w)
        and close(pixels(by_x), measured_x)
        and close(times_w * np.sum(by_w * w), product)
        and close(times_x * np.sum(by_x * x), product)
    )


def loss(y):
    return np.sum(y * np.cos(np.arange(y.size)).reshape(y.shape)) + np.sum(y**2) / 2


def gradient(y):
    return np.cos(np.arange(y.size)).reshape(y.shape) + y


@given(layers())
def test_holds(case):
    instance = (loss, gradient, *case)
    assert not broken(hypotheses(*instance))
    assert conclusion(*instance)


def test_near_misses():
    rng = np.random.default_rng(3)
    x, w = rng.integers(-4, 5, (2, 2, 4, 3)) / 2, rng.integers(-4, 5, (2, 1, 2, 2)) / 2
    near = [(loss, gradient, x, w, 1, 1, 2, 2), (loss, gradient, x, w, 0, 2, 1, 2)]
    # The function may have a kink, as long as it is elsewhere; one image, channel and group.
    bent = (lambda y: np.sum(np.abs(y - 0.1)), lambda y: np.sign(y - 0.1))
    near += [(*bent, x[:1, :1], w[:1], 1, 1, 1, 1)]
    assert not missed(NEAR_MISSES, near, conclusion, hypotheses)


def test_without_differentiable():
    def pinch(y):
        return only_partials(y.ravel())

    w = np.array([-np.cbrt(2), 1.0]).reshape(2, 1, 1, 1)
    x = np.zeros((1, 1, 1, 1))
    instance = (pinch, lambda y: partials_at_zero.reshape(1, 2, 1, 1), x, w, 0, 1, 1, 1)
    assert broken(hypotheses(*instance)) == ["differentiable"]
    assert not conclusion(*instance)


def test_without_zero():
    x = np.arange(1.0, 10.0).reshape(1, 1, 3, 3)
    w = np.array([[1.0, 2.0], [3.0, -1.0]]).reshape(1, 1, 2, 2)

    def ones(x, p):  # whatever x is
        return with_zeros(x, p) + 1 - with_zeros(np.ones_like(x), p)

    def zero_at(other):  # zeros there, and nowhere else
        return lambda x, p: with_zeros(other, p) + bordered("edge")(x - other, p)

    borders = bordered("wrap"), bordered("edge"), ones, zero_at(x), zero_at(np.ones_like(x))
    for border in borders:
        instance = (loss, gradient, x, w, 1, 1, 1, 1, border)
        assert broken(hypotheses(*instance)) == ["zero"]
        assert not conclusion(*instance)
