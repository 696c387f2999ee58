"""What holds where there is no derivative, and near infinity and 0, where formulas lose digits."""

import numpy as np
import pytest

from dlbook.autodiff import grad, jvp

INF = np.inf


def both(f, *args):
    """Return the gradients of a function of numbers, which both modes have to agree on."""
    reverse = grad(f, tuple(range(len(args))))(*args)
    for i, slope in enumerate(reverse):
        tangents = tuple([1.0 if i == j else 0.0 for j in range(len(args))])
        forward = jvp(f, args, tangents)[1]
        np.testing.assert_allclose(forward, slope, rtol=1e-14)
    return reverse[0] if len(reverse) == 1 else reverse


def of_sum(f, x):
    """Return the gradient of an array function's sum, which both modes have to agree on."""
    x = np.asarray(x, float)
    found = grad(lambda x: np.sum(f(x)))(x)
    moved = [np.sum(jvp(f, (x,), (row.reshape(x.shape),))[1]) for row in np.eye(x.size)]
    np.testing.assert_allclose(np.reshape(moved, x.shape), found, rtol=1e-14)
    return found


# ---- kinks -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("f", "x", "slope"),
    [
        (lambda x: np.maximum(x, 0.0), 0.0, 0.5),
        (lambda x: np.where(x > 0, x, 0.0), 0.0, 0.0),
        (lambda x: np.maximum(x, x), 2.0, 1.0),
        (lambda x: np.minimum(x, x), 2.0, 1.0),
        (lambda x: np.fmax(x, 1.0), 1.0, 0.5),
        (np.abs, 0.0, 0.0),
        (abs, 0.0, 0.0),
        (np.sqrt, 0.0, INF),
        (np.cbrt, 0.0, INF),
        (lambda x: x**0.5, 0.0, INF),
        (lambda x: x**1, 0.0, 1.0),
        (lambda x: x**0, 0.0, 0.0),
        (lambda x: np.power(x, 0.0), 0.0, 0.0),
        (lambda x: x**2, 0.0, 0.0),
        (lambda x: np.power(0.0, x), 2.0, 0.0),
        (np.sign, 0.0, 0.0),
        (np.floor, 1.0, 0.0),
        (np.sinc, 0.0, 0.0),
        (lambda x: np.hypot(x, 0.0), 0.0, 0.0),
        (lambda x: np.clip(x, 0.0, 1.0), 0.5, 1.0),
        (lambda x: np.clip(x, 0.0, 1.0), 2.0, 0.0),
    ],
)
@pytest.mark.filterwarnings("ignore:divide by zero")
def test_at_a_kink(f, x, slope):
    assert both(f, x) == slope
    assert both(f, np.float64(x)) == slope


def test_ties_share_equally():
    assert both(np.maximum, 1.0, 1.0) == (0.5, 0.5)
    assert both(np.minimum, 1.0, 1.0) == (0.5, 0.5)
    for extreme in (np.max, np.min, np.maximum.reduce, np.minimum.reduce):
        np.testing.assert_array_equal(of_sum(extreme, [1.0, 1.0, 1.0]), [1 / 3] * 3)
    np.testing.assert_array_equal(of_sum(np.max, [2.0, 1.0, 2.0]), [0.5, 0.0, 0.5])
    np.testing.assert_array_equal(of_sum(lambda x: np.max(x, initial=2.0), [2.0, 1.0]), [0.5, 0])
    rows = of_sum(lambda x: np.max(x, axis=1), [[1.0, 1.0], [1.0, 2.0]])
    np.testing.assert_array_equal(rows, [[0.5, 0.5], [0.0, 1.0]])
    where = np.array([True, False, True])
    tied = of_sum(lambda x: np.max(x, where=where, initial=-INF), [1.0, 1.0, 1.0])
    np.testing.assert_array_equal(tied, [0.5, 0.0, 0.5])


@pytest.mark.parametrize("norm", [np.linalg.norm, lambda x: np.linalg.norm(x, 3), np.std])
def test_zero_where_all_is_zero(norm):
    np.testing.assert_array_equal(of_sum(norm, np.zeros(3)), np.zeros(3))


def test_zero_variance():
    np.testing.assert_array_equal(of_sum(np.std, np.full(3, 2.0)), np.zeros(3))
    rows = np.array([[1.0, 1.0], [1.0, 2.0]])
    assert np.all(np.isfinite(of_sum(lambda x: np.std(x, axis=1), rows)))


def test_products_with_zeros():
    np.testing.assert_array_equal(of_sum(np.prod, [0.0, 2.0, 3.0]), [6.0, 0.0, 0.0])
    np.testing.assert_array_equal(of_sum(np.prod, [0.0, 0.0, 3.0]), [0.0, 0.0, 0.0])
    np.testing.assert_array_equal(of_sum(np.cumprod, [0.0, 2.0, 3.0]), [9.0, 0.0, 0.0])


def test_ties_beside_nan():
    rows = of_sum(lambda x: np.max(x, axis=1)[1], [[np.nan, 1.0], [2.0, 2.0]])
    np.testing.assert_array_equal(rows, [[0.0, 0.0], [0.5, 0.5]])


def test_nan_never_wins():
    assert both(np.fmax, np.nan, 1.0) == (0.0, 1.0)
    assert both(np.fmin, 1.0, np.nan) == (1.0, 0.0)


# ---- near infinity, near 0 ---------------------------------------------------------------


def test_logaddexp_at_infinities():
    with np.errstate(invalid="ignore"):
        assert both(np.logaddexp, -INF, 1.0) == (0.0, 1.0)
        assert both(np.logaddexp, -INF, -INF) == (0.0, 0.0)
        assert both(np.logaddexp, INF, 1.0) == (1.0, 0.0)
        assert both(np.logaddexp, INF, INF) == (0.5, 0.5)
        assert both(np.logaddexp2, INF, 1.0) == (1.0, 0.0)
    assert both(np.logaddexp, 1e4, -1e4) == (1.0, 0.0)
    np.testing.assert_array_equal(of_sum(np.logaddexp.reduce, [-INF, 0.0, 0.0]), [0.0, 0.5, 0.5])
    with np.errstate(invalid="ignore"):
        np.testing.assert_array_equal(of_sum(np.logaddexp.reduce, [INF, 0.0]), [1.0, 0.0])
        np.testing.assert_array_equal(of_sum(np.logaddexp.reduce, [-INF, -INF]), [0.0, 0.0])


@pytest.mark.parametrize("size", [1e-200, 1e-8, 1e8, 1e200])
def test_directions_of_tiny_and_huge_vectors(size):
    np.testing.assert_allclose(both(np.hypot, 3 * size, 4 * size), (0.6, 0.8), rtol=1e-15)
    slopes = np.multiply(both(np.arctan2, 3 * size, 4 * size), size)
    np.testing.assert_allclose(slopes, (4 / 25, -3 / 25), rtol=1e-14)


def test_arcsinh_of_huge_numbers():
    assert both(np.arcsinh, 1e200) == pytest.approx(1e-200, rel=1e-15)
    assert both(np.arctan, 1e100) == pytest.approx(1e-200, rel=1e-15)


@pytest.mark.parametrize("x", [0.0, 0.3, 3.0, 10.0, 18.0, 40.0, -25.0])
def test_tails_of_tanh(x):
    exact = 4 / (np.exp(x) + np.exp(-x)) ** 2
    assert both(np.tanh, x) == pytest.approx(exact, rel=1e-14)
    second = -2 * np.tanh(x) * exact
    assert both(lambda x: grad(np.tanh)(x), x) == pytest.approx(second, rel=1e-13, abs=0)
    third = exact * (4 * np.tanh(x) ** 2 - 2 * exact)
    assert grad(grad(grad(np.tanh)))(x) == pytest.approx(third, rel=1e-12)


def test_far_tails_of_tanh_are_silent():
    for x in (400.0, 1e3, INF, -INF):
        assert both(np.tanh, x) < 1e-300
        assert both(lambda x: grad(np.tanh)(x), x) == pytest.approx(0, abs=1e-300)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
@pytest.mark.parametrize("x", [[0.0], [0.3, -0.7], [4.9], [-5.1], [4.0, 4.0], [9.0], [0.5, 9e3]])
@pytest.mark.filterwarnings("error")
def test_the_slope_of_tanh_in_a_row_and_in_a_table(x, dtype):
    """A row of a few small numbers has a way of its own, which no number of them may overflow."""
    x = np.array(x, dtype)
    near_one = np.exp(-2 * np.abs(x.astype(float)))
    expected = 4 * near_one / (1 + near_one) ** 2
    info = np.finfo(dtype)
    for shape in (x.shape, (1, *x.shape)):
        found = grad(lambda x: np.sum(np.tanh(x)))(x.reshape(shape))
        assert found.dtype == dtype
        tolerance = {"rtol": 10 * info.eps, "atol": 2 * info.smallest_subnormal}
        np.testing.assert_allclose(found.ravel(), expected, **tolerance)


@pytest.mark.parametrize("x", [1e-300, 1e-12, -0.999999999999, -1 + 2**-53])
def test_log1p_and_expm1(x):
    assert both(np.log1p, x) == 1 / (1 + x)
    assert both(np.expm1, x) == np.exp(x)


def test_edges_of_the_inverses():
    x = 1 - 2.0**-40
    assert both(np.arcsin, x) == pytest.approx(1 / np.sqrt(2.0**-40 * (2 - 2.0**-40)), rel=1e-14)
    assert both(np.arctanh, x) == pytest.approx(1 / (2.0**-40 * (2 - 2.0**-40)), rel=1e-14)
    x = 1 + 2.0**-40
    assert both(np.arccosh, x) == pytest.approx(1 / np.sqrt(2.0**-40 * (2 + 2.0**-40)), rel=1e-14)


@pytest.mark.parametrize("x", [0.0, 1e-9, 1e-4, 0.0099, 0.0101, 0.5, 7.3])
def test_sinc(x):
    """Its slope is found with a complex step, which loses no digits."""
    h = 1e-30
    z = np.pi * (x + 1j * h)
    slope = (np.sin(z) / z).imag / h if x else 0.0
    if 0 < x < 1e-2:  # where the quotient above cancels: by the series
        t = np.pi * x
        slope = np.pi * (-t / 3 + t**3 / 30 - t**5 / 840)
    assert both(np.sinc, x) == pytest.approx(slope, rel=1e-12, abs=1e-15)


def test_variance_of_large_means():
    x = 1e8 + np.array([0.0, 1.0, 2.0])
    np.testing.assert_allclose(of_sum(np.var, x), [-2 / 3, 0, 2 / 3], rtol=1e-12, atol=1e-12)


def test_products_that_overflow():
    with np.errstate(over="ignore"):
        np.testing.assert_allclose(of_sum(np.prod, [1e200, 1e200]), [1e200, 1e200], rtol=1e-14)
        np.testing.assert_allclose(of_sum(np.prod, [1e-200, 1e-200]), [1e-200] * 2, rtol=1e-14)


def test_the_second_derivative_of_a_power_by_both_arguments():
    """At exponent 0 the derivative by the base is 0, but not its derivative by the exponent."""
    assert grad(lambda y: grad(lambda x: x**y)(2.0))(0.0) == 0.5
    mixed = grad(lambda x: grad(lambda y: x**y)(0.0))(2.0)
    assert mixed == 0.5


def test_where_guards_what_is_not_computed():
    """The guard has to stand inside: what is infinite outside is 0 times infinity, not a number."""
    x = np.array([-1.0, 0.0, 2.0])
    inner = of_sum(lambda x: np.where(x > 0, np.log(np.where(x > 0, x, 1.0)), 0.0), x)
    np.testing.assert_array_equal(inner, [0.0, 0.0, 0.5])
