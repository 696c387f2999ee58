"""Convolution, pooling, batch normalisation: by their definitions, adjoints, and PyTorch."""

import re

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from dlbook import nn
from dlbook.autodiff import check_derivatives, grad, hvp, vjp

rng = np.random.default_rng(0)


def by_definition(x, w, stride, padding, dilation, groups):
    """The sum of the docstring, entry by entry."""
    (s, t), (p, q), (d, e) = stride, padding, dilation
    (n, _, H, W), (outputs, c, K, K2) = x.shape, w.shape
    rows = [i for i in range(H + 2 * p) if s * i + d * (K - 1) <= H + 2 * p - 1]
    columns = [j for j in range(W + 2 * q) if t * j + e * (K2 - 1) <= W + 2 * q - 1]
    y = np.zeros((n, outputs, len(rows), len(columns)), x.dtype)
    for m, o, i, j in np.ndindex(y.shape):
        first = o * groups // outputs * c
        for k, u, v in np.ndindex(c, K, K2):
            h, b = s * i + d * u - p, t * j + e * v - q
            if 0 <= h < H and 0 <= b < W:
                y[m, o, i, j] += w[o, k, u, v] * x[m, first + k, h, b]
    return y


@st.composite
def convolutions(draw):
    """Integers, so that equality is exact."""
    small, groups = st.integers(1, 3), draw(st.integers(1, 3))
    c, o = draw(st.integers(1, 2)), draw(st.integers(1, 2))
    kernel = draw(small), draw(small)
    options = {
        "stride": (draw(small), draw(small)),
        "padding": (draw(st.integers(0, 2)), draw(st.integers(0, 2))),
        "dilation": (draw(st.integers(1, 2)), draw(st.integers(1, 2))),
        "groups": groups,
    }
    size = draw(st.integers(1, 7)), draw(st.integers(1, 7))
    n = draw(st.integers(0, 2))
    for axis in (0, 1):
        span = options["dilation"][axis] * (kernel[axis] - 1) + 1
        assume(span <= size[axis] + 2 * options["padding"][axis])
    numbers = np.random.default_rng(draw(st.integers(0, 99)))
    x = numbers.integers(-5, 6, (n, groups * c, *size)).astype(float)
    w = numbers.integers(-5, 6, (groups * o, c, *kernel)).astype(float)
    return x, w, options


@given(convolutions())
def test_it_is_the_sum_that_it_says(case):
    x, w, options = case
    y = nn.conv2d(x, w, **options)
    assert np.array_equal(y, by_definition(x, w, **options))
    given_sizes = {name: options[name] for name in ("stride", "padding", "dilation")}
    assert y.shape[2:] == nn.conv2d_size(x.shape[2:], w.shape[2:], **given_sizes)


@given(convolutions())
def test_the_adjoint_identity_holds_exactly(case):
    """⟨g, y⟩ = ⟨∂x, x⟩ = ⟨∂w, w⟩, for y is linear in x and in w."""
    x, w, options = case
    y, pull = vjp(lambda x, w: nn.conv2d(x, w, **options), x, w)
    g = np.arange(y.size).reshape(y.shape) % 7 - 3.0
    by_x, by_w = pull(g)
    assert by_x.shape == x.shape
    assert by_w.shape == w.shape
    assert np.sum(g * y) == np.sum(by_x * x) == np.sum(by_w * w)


GIVEN = [
    ((2, 4, 5, 4), (6, 2, 3, 2), {"stride": 2, "padding": 1, "groups": 2}),
    ((1, 2, 4, 5), (2, 2, 2, 2), {"padding": 1, "dilation": 2}),
    ((1, 1, 6, 1), (1, 1, 3, 1), {"stride": (2, 1)}),
]


@pytest.mark.parametrize(("images", "kernels", "options"), GIVEN)
def test_its_derivatives_of_both_orders(images, kernels, options):
    x, w = rng.standard_normal(images), rng.standard_normal(kernels)
    check_derivatives(lambda x, w: nn.conv2d(x, w, **options) ** 2, x, w)
    # To a third order, through the rules of the rules.
    f = lambda x: np.sum(nn.conv2d(np.sin(x), w, **options) ** 3)  # noqa: E731
    check_derivatives(lambda x: hvp(f, (x,), (np.cos(x),)), x, order=1, rtol=1e-5)


@pytest.mark.parametrize(
    ("shape", "window", "options"),
    [
        ((2, 2, 4, 5), 2, {}),
        ((1, 2, 5, 4), 3, {"stride": 2, "padding": 1}),
        ((1, 1, 4, 4), (2, 3), {"stride": 1}),
    ],
)
@pytest.mark.parametrize("pool", [nn.max_pool2d, nn.avg_pool2d])
def test_derivatives_of_pooling(pool, shape, window, options):
    apart = np.random.default_rng(1).permutation(np.prod(shape)).reshape(shape) / 7
    check_derivatives(lambda x: pool(x, window, **options) ** 2, apart)


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("shape", [(4, 2), (2, 3, 2, 2)])
def test_derivatives_of_batch_norm(training, shape):
    x = rng.standard_normal(shape)
    gamma, beta = rng.standard_normal((2, shape[1]))
    state = nn.RunningStatistics(*np.abs(rng.standard_normal((2, shape[1]))))

    def f(x, gamma, beta):
        return nn.batch_norm(x, gamma, beta, state, training=training)[0] ** 2

    check_derivatives(f, x, gamma, beta)


def test_derivatives_of_flatten():
    check_derivatives(lambda x: nn.flatten(x) ** 2, rng.standard_normal((2, 2, 3, 2)))
    check_derivatives(lambda x: nn.flatten(x) ** 2, rng.standard_normal((2, 3, 2)))
    x = rng.standard_normal((3, 2, 4, 5))
    assert np.array_equal(nn.flatten(nn.conv2d(x, np.ones((1, 2, 1, 1)))), x.sum(1).reshape(3, -1))


# ---- by hand ---------------------------------------------------------------------------------


def row(*values):
    return np.array(values, float).reshape(1, 1, 1, -1)


def test_a_stride_that_leaves_entries_over():
    x, w = row(1, 2, 3, 4, 5, 6), row(1, 2, -1)
    y, pull = vjp(lambda x, w: nn.conv2d(x, w, stride=2), x, w)
    by_x, by_w = pull(row(1, 10))
    assert y.ravel().tolist() == [2, 6]
    assert by_x.ravel().tolist() == [1, 2, 9, 20, -10, 0]
    assert by_w.ravel().tolist() == [31, 42, 53]
    assert by_x.ravel() @ x.ravel() == by_w.ravel() @ w.ravel() == 62


@pytest.mark.parametrize(
    ("size", "kernel", "options", "result"),
    [
        (32, 7, {"padding": 3}, 32),
        (32, 3, {"stride": 2, "padding": 1}, 16),
        (28, 5, {}, 24),
        (6, 3, {"stride": 2}, 2),
        (5, 3, {"dilation": 2}, 1),
        (4, 4, {"stride": 9}, 1),
    ],
)
def test_sizes(size, kernel, options, result):
    assert nn.conv2d_size(size, kernel, **options) == (result, result)


def test_the_gradient_of_a_maximum_goes_to_the_first_of_equal_ones():
    x = np.array([[[[1.0, 1.0], [3.0, 3.0]]]])
    gradient = grad(lambda x: np.sum(nn.max_pool2d(x, 2)))
    assert gradient(x).tolist() == [[[[0, 0], [1, 0]]]]
    # Windows that overlap add up.
    ones = gradient_of_overlapping(np.ones((1, 1, 3, 3)))
    assert ones.tolist() == [[[[1, 1, 0], [1, 1, 0], [0, 0, 0]]]]


def gradient_of_overlapping(x):
    return grad(lambda x: np.sum(nn.max_pool2d(x, 2, stride=1)))(x)


def test_a_border_never_wins():
    low = np.full((1, 1, 2, 2), -5.0)
    assert np.all(nn.max_pool2d(low, 3, stride=1, padding=1) == -5)
    lowest = np.full((1, 1, 2, 2), -np.inf)
    options = {"stride": 1, "padding": 1}
    _, pull = vjp(lambda x: nn.max_pool2d(x, 3, **options), lowest)
    (by_x,) = np.atleast_1d(pull(np.ones((1, 1, 2, 2)))).reshape(1, 1, 1, 2, 2)
    assert by_x.sum() == 4


def test_a_nan_is_not_lost():
    x = np.zeros((1, 1, 2, 2))
    x[0, 0, 0, 1] = np.nan
    assert np.isnan(nn.max_pool2d(x, 2)).all()


def test_batch_norm_by_hand():
    x, one, zero = np.array([[1.0], [2], [3], [6]]), np.ones(1), np.zeros(1)
    initial = nn.RunningStatistics.initial(1, "float64")

    def f(x, gamma, beta, training=True):
        options = {"training": training, "eps": 0.5}
        return nn.batch_norm(x, gamma, beta, initial, **options)[0]

    y, pull = vjp(f, x, one, zero)
    by_x, by_gamma, by_beta = pull(np.array([[1.0], [0], [0], [0]]))
    assert y.ravel().tolist() == [-1, -0.5, 0, 1.5]
    assert np.allclose(by_x.ravel(), [0.25, -0.1875, -0.125, 0.0625], atol=1e-15)
    assert (by_gamma.tolist(), by_beta.tolist()) == ([-1], [1])
    assert np.array_equal(f(x[:1], one, zero), [[0.0]])  # a batch of one: only the shift
    assert np.array_equal(grad(lambda x: np.sum(f(x, one, zero)))(x[:1]), [[0.0]])


def test_running_statistics_are_a_state():
    x = rng.standard_normal((6, 2)) + 3
    start = nn.RunningStatistics.initial(2, "float64")
    _, new = nn.batch_norm(x, np.ones(2), np.zeros(2), start, training=True, momentum=0.25)
    assert np.allclose(new.mean, 0.25 * x.mean(0))
    assert np.allclose(new.variance, 0.75 + 0.25 * x.var(0, ddof=1))
    assert np.all(start.mean == 0)
    assert np.all(start.variance == 1)
    y, same = nn.batch_norm(x, np.ones(2), np.zeros(2), new, training=False)
    assert same is new
    assert np.allclose(y, (x - new.mean) / np.sqrt(new.variance + 1e-5))


# ---- PyTorch ---------------------------------------------------------------------------------


def close(ours, theirs):
    return np.allclose(ours, theirs.detach().numpy(), rtol=1e-10, atol=1e-10)


@pytest.mark.torch
@pytest.mark.parametrize(("images", "kernels", "options"), GIVEN)
def test_convolution_is_that_of_pytorch(images, kernels, options):
    torch = pytest.importorskip("torch")
    x, w = rng.standard_normal(images), rng.standard_normal(kernels)
    y, pull = vjp(lambda x, w: nn.conv2d(x, w, **options), x, w)
    X, W = torch.tensor(x, requires_grad=True), torch.tensor(w, requires_grad=True)
    Y = torch.nn.functional.conv2d(X, W, **options)
    g = rng.standard_normal(y.shape)
    Y.backward(torch.tensor(g))
    assert all(map(close, (y, *pull(g)), (Y, X.grad, W.grad)))


@pytest.mark.torch
@pytest.mark.parametrize("name", ["max_pool2d", "avg_pool2d"])
@pytest.mark.parametrize(
    ("window", "stride", "padding"), [(2, None, 0), (3, 2, 1), (3, 1, 1), ((3, 2), (1, 3), (1, 0))]
)
def test_pooling_is_that_of_pytorch_with_ties(name, window, stride, padding):
    torch = pytest.importorskip("torch")
    x = rng.integers(-2, 3, (2, 3, 7, 5)).astype(float)
    options = {"stride": stride, "padding": padding}
    y, pull = vjp(lambda x: getattr(nn, name)(x, window, **options), x)
    X = torch.tensor(x, requires_grad=True)
    Y = getattr(torch.nn.functional, name)(X, window, **options)
    g = rng.standard_normal(y.shape)
    Y.backward(torch.tensor(g))
    (by_x,) = pull(g) if isinstance(pull(g), tuple) else (pull(g),)
    assert close(y, Y)
    assert close(by_x, X.grad)


@pytest.mark.torch
@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("shape", [(5, 3), (2, 3, 4, 2)])
def test_batch_norm_is_that_of_pytorch(training, shape):
    torch = pytest.importorskip("torch")
    x, g = rng.standard_normal((2, *shape))
    gamma, beta, mean = rng.standard_normal((3, shape[1]))
    state = nn.RunningStatistics(mean, np.abs(rng.standard_normal(shape[1])))

    def f(x, gamma, beta):
        return nn.batch_norm(x, gamma, beta, state, training=training)[0]

    y, pull = vjp(f, x, gamma, beta)
    new = nn.batch_norm(x, gamma, beta, state, training=training)[1]
    M, V = torch.tensor(state.mean.copy()), torch.tensor(state.variance.copy())
    X, A, B = (torch.tensor(v, requires_grad=True) for v in (x, gamma, beta))
    Y = torch.nn.functional.batch_norm(X, M, V, A, B, training, 0.1, 1e-5)
    Y.backward(torch.tensor(g))
    assert all(map(close, (y, *new, *pull(g)), (Y, M, V, X.grad, A.grad, B.grad)))


# ---- what does not fit -------------------------------------------------------------------------


IMAGES, KERNELS = np.zeros((2, 4, 5, 5)), np.zeros((6, 2, 3, 3))


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: nn.conv2d(IMAGES, KERNELS), "expected w of shape (6, 4, 3, 3)"),
        (lambda: nn.conv2d(IMAGES, KERNELS, groups=3), "multiple of groups=3"),
        (lambda: nn.conv2d(IMAGES, KERNELS, groups=4), "multiple of groups=4"),
        (lambda: nn.conv2d(IMAGES, KERNELS, groups=0), "groups is 0"),
        (lambda: nn.conv2d(IMAGES[0], KERNELS, groups=2), "expected (n, channels, rows, columns)"),
        (lambda: nn.conv2d(IMAGES, KERNELS[0], groups=2), "expected (outputs, channels/groups"),
        (lambda: nn.conv2d(IMAGES, KERNELS, groups=2, stride=0), "stride is 0"),
        (lambda: nn.conv2d(IMAGES, KERNELS, groups=2, padding=-1), "padding is -1"),
        (lambda: nn.conv2d(IMAGES, KERNELS, groups=2, padding=1.0), "padding is 1.0"),
        (lambda: nn.conv2d(IMAGES, KERNELS, groups=2, dilation=(1, 2, 3)), "dilation is (1, 2, 3)"),
        (lambda: nn.conv2d(IMAGES, KERNELS, groups=2, dilation=3), "spans 7 rows"),
        (lambda: nn.conv2d(IMAGES[..., :2], KERNELS, groups=2), "spans 3 columns"),
        (lambda: nn.conv2d_size(4, 5), "spans 5 rows and the padded image has 4"),
        (lambda: nn.conv2d_size(4, 5, stride=2), "spans 5 rows"),
        (lambda: nn.max_pool2d(IMAGES, 6), "spans 6 rows"),
        (lambda: nn.max_pool2d(IMAGES, 2, padding=2), "less padding than window"),
        (lambda: nn.avg_pool2d(IMAGES[0], 2), "expected (n, channels, rows, columns)"),
        (lambda: nn.max_pool2d(IMAGES.astype(int), 2), "x is int64; expected floating point"),
        (lambda: nn.avg_pool2d(IMAGES.astype(int), 2), "x is int64; expected floating point"),
        (lambda: nn.flatten(np.zeros(3)), "two axes or more"),
        (lambda: nn.Conv(3, 4, 3, groups=2), "inputs is 3"),
        (lambda: nn.Conv(4, 4, 0), "kernel is 0"),
        (lambda: norm(np.zeros((3, 2, 1))), "expected (n, channels) or"),
        (lambda: norm(np.zeros((0, 2))), "each ≥ 1"),
        (lambda: norm(np.zeros((3, 3))), "gamma has shape (2,); expected (3,)"),
        (lambda: norm(np.zeros((3, 2)), momentum=2), "momentum"),
        (lambda: norm(np.zeros((3, 2)), eps=0), "eps is 0"),
    ],
)
def test_errors_say_what_does_not_fit(call, words):
    with pytest.raises(ValueError, match=re.escape(words)):
        call()


def norm(x, **options):
    state = nn.RunningStatistics.initial(2)
    return nn.batch_norm(x, np.ones(2), np.zeros(2), state, training=True, **options)


def test_lists_are_no_images():
    with pytest.raises(TypeError, match="x is a list"):
        nn.conv2d([[1.0]], KERNELS)
    with pytest.raises(TypeError, match="state is None"):
        nn.batch_norm(np.ones((3, 2)), np.ones(2), np.ones(2), None, training=True)


# ---- layers ------------------------------------------------------------------------------------


def test_layers_make_a_network():
    model = nn.Sequential(
        (
            nn.Conv(3, 8, 3, padding=1),
            nn.Relu(),
            nn.MaxPool(2),
            nn.Conv(8, 4, 3, stride=2, groups=2),
            nn.AvgPool(2),
            nn.Flatten(),
            nn.Dense(4, 10),
        )
    )
    params = model.init(np.random.default_rng(0), "float64")
    x, y = rng.standard_normal((3, 3, 12, 12)), np.array([1, 5, 9])
    assert model(params, x).shape == (3, 10)
    loss = grad(
        lambda params: nn.objective(params, x, y, model=model, loss=nn.CrossEntropy(), alpha=0.1)[0]
    )
    grads = loss(params)
    assert grads[0]["W"].shape == (8, 3, 3, 3)
    assert np.abs(grads[3]["W"]).max() > 0


def test_he_weights_keep_the_size_of_signals():
    layer = nn.Conv(32, 64, 3, padding=1)
    W = layer.init(np.random.default_rng(0), "float64")["W"]
    assert np.isclose(W.var(), 2 / (32 * 9), rtol=0.05)
    assert W.shape == (64, 32, 3, 3)


def test_float32_stays_float32():
    x, w = np.ones((2, 1, 4, 4), np.float32), np.ones((1, 1, 3, 3), np.float32)
    f = lambda x, w: np.sum(nn.max_pool2d(nn.conv2d(x, w), 2))  # noqa: E731
    by_x, by_w = grad(f, (0, 1))(x, w)
    assert (by_x.dtype, by_w.dtype) == (np.float32, np.float32)
    assert nn.conv2d(x, w.astype(float)).dtype == np.float64
