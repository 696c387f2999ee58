"""Programs with complex values in them, real from outside: derivatives against differences."""

import cmath

import numpy as np
import pytest
from derivatives import Sample, check_first

from dlbook.autodiff import DerivativeError, defvjp, grad, hessian, jvp, primitive, vjp

X = np.array([0.7, -1.3, 0.4])
FACTORS = [1j, 2, 1 - 1j]  # a list, which has no conjugate of its own


@pytest.mark.parametrize(
    "f",
    [
        lambda x: np.vdot(FACTORS, x),
        lambda x: np.vdot(FACTORS, x + 0.5j),
        lambda x: np.vecdot(FACTORS, x * 1j),
        lambda x: np.linalg.vecdot(tuple(FACTORS), x * 1j),
        lambda x: np.correlate(x + 0j, FACTORS, mode="full"),
        lambda x: np.correlate(x + 0j, FACTORS),
    ],
)
def test_a_list_of_complex_numbers_is_conjugated_as_an_array_is(f):
    def parts(x):
        z = f(x)
        return [np.real(z), np.imag(z)]

    check_first(Sample(parts, (X,)))


def test_complex_spacings_in_a_list_are_refused():
    with pytest.raises(DerivativeError, match="spacing"):
        grad(lambda x: np.sum(np.real(np.gradient(x, [0, 1j, 2]))))(X)


CUT = [np.arcsin, np.arccos, np.arccosh, np.arctanh, np.log, np.sqrt]
ACROSS = [np.arcsinh, np.arctan]  # their cuts lie on the imaginary axis
WAYS = [
    lambda x: x + 0j,
    lambda x: -(x + 0j),
    lambda x: np.conj(x + 0j),
    lambda x: -np.conj(x + 0j),
]


@pytest.mark.parametrize("way", range(len(WAYS)))
@pytest.mark.parametrize("turn", [1, 1j], ids=["real", "imaginary"])
@pytest.mark.parametrize("function", CUT + ACROSS, ids=lambda f: f.__name__)
@pytest.mark.parametrize("x", [2.0, -2.0, 0.5, -0.5])
def test_on_a_cut_the_side_counts(function, way, turn, x):
    def parts(x):
        z = function(turn * WAYS[way](x))
        return [np.real(z), np.imag(z)]

    check_first(Sample(parts, (x,), exact=False))


def test_a_traced_direction_of_a_complex_value_is_complex():
    z, t = np.array([1 + 2j, 0.5 - 1j]), np.array([-0.5, 1.2])

    def f(t):
        return np.sum(np.abs(np.sqrt(jvp(lambda z: z, (z,), (t,))[1])))

    check_first(Sample(f, (t,)))
    _, moved = jvp(lambda t: vjp(np.real, 1 + 2j)[1](t)[0], (0.5,), (1.0,))
    assert np.iscomplexobj(moved)


@pytest.mark.parametrize("transform", [np.fft.rfftn, np.fft.rfft2])
@pytest.mark.parametrize("axes", [(1, 1), (0, 0), (0, 1)])
def test_an_axis_named_twice_has_its_size_from_the_beginning(transform, axes):
    x = np.arange(6.0).reshape(2, 3)
    assert vjp(lambda x: transform(x, axes=axes), x)[0].shape == transform(x, axes=axes).shape


@pytest.mark.parametrize("y", [20.0, -20.0, 200.0])
def test_tan_has_its_slope_far_from_the_real_axis(y):
    z = 0.3 + 1j * y
    exact = 4 * np.exp(2j * z * np.sign(y)) / (1 + np.exp(2j * z * np.sign(y))) ** 2
    slope = jvp(np.tan, (z,), (1 + 0j,))[1]
    np.testing.assert_allclose([slope.real, slope.imag], [exact.real, exact.imag], rtol=1e-12)


@pytest.mark.parametrize("function", [np.arctan, np.arctanh, np.arcsin, np.arccos, np.arcsinh])
def test_huge_arguments_have_finite_slopes(function):
    slope = grad(lambda x: np.real(function(x + 1e200j)))(1e200)
    assert abs(slope) < 1e-190


def test_a_norm_of_order_3_has_a_second_derivative_at_0():
    x = np.array([0.0, 1.0])
    found = hessian(lambda x: np.linalg.norm(x + 0j, 3))(x)
    np.testing.assert_allclose(found, hessian(lambda x: np.linalg.norm(x, 3))(x), atol=1e-12)


# ---- arguments that are no arrays ----------------------------------------------------------


@pytest.mark.parametrize("reduce", [np.maximum.reduce, np.logaddexp.reduce])
def test_a_dtype_is_no_complex_value(reduce):
    np.testing.assert_array_equal(
        grad(lambda x: reduce(x, dtype=np.float64))(X), grad(lambda x: reduce(x))(X)
    )


class Note:
    dtype = "float32"


@pytest.mark.parametrize("option", [np.float32, Note(), Note, "float32"])
def test_a_primitive_takes_options_with_a_dtype(option):
    @primitive
    def double(x, *, dtype):
        return 2 * x

    defvjp(double, lambda g, ans, x, *, dtype: 2 * g)
    assert grad(lambda x: double(x, dtype=option))(3.0) == 2.0


def test_a_primitive_takes_complex_constants():
    @primitive
    def filtered(x, w):
        return np.real(x * w)

    defvjp(filtered, lambda g, ans, x, w: g * np.real(w), None)
    w = np.array([1j, 2, 3])
    np.testing.assert_array_equal(grad(lambda x: np.sum(filtered(x, w)))(X), w.real)
    with pytest.raises(DerivativeError, match="takes real numbers only"):
        grad(lambda x: np.sum(filtered(x + 1j, w)))(X)


# ---- what the refusals advise --------------------------------------------------------------


def assigned(x):
    a = np.zeros(3, complex)
    a[0] = x[0]
    return np.sum(np.abs(a))


def set_real(x):
    z = x + 1j
    z.real = 0.0
    return np.sum(np.abs(z))


@pytest.mark.parametrize(
    ("f", "advice"),
    [
        (assigned, r"np\.(where|stack)"),
        (lambda x: abs(cmath.exp(x[0] + 0j)), r"np\.exp\(x\)"),
        (lambda x: abs(complex(1.0, x[0])), r"x \+ 1j \* y"),
        (lambda x: cmath.phase(x[0] + 1j), r"np\.angle\(z\)"),
        (lambda x: np.sum(np.abs(np.emath.sqrt(x))), r"np\.sqrt\(x \+ 0j\)"),
        (lambda x: np.sum((x + 1j).view(float)), r"np\.stack\(\[z\.real, z\.imag\]"),
        (set_real, r"z = x \+ 1j \* z\.imag"),
    ],
)
def test_a_refusal_says_what_helps(f, advice):
    with pytest.raises(DerivativeError, match=advice):
        grad(f)(X)
