"""Calls of every function that has a derivative: the catalogue that its rules are checked on.

`FAMILIES` holds for each function of the table one strategy or several, from which Hypothesis
draws samples: shapes (empty, 0-d, broadcast), axes, options. Numbers come from a seed, apart from
kinks and from each other. Fixed calls, of functions with a syntax of their own, stand beside
them: `FIXED`. Those of arithmetic, indexing, products and sums are `dlbook.exercises.samples`.
"""

import numpy as np
import scipy.special
from hypothesis import strategies as st

from dlbook.autodiff import stop_gradient
from dlbook.autodiff.rules import (
    elementwise,
    indexing,
    linalg,
    products,
    reductions,
    shapes,
    special,
)
from dlbook.autodiff.rules.elementwise import unknown
from dlbook.autodiff.table import TABLE, entry_of
from dlbook.exercises.samples import (
    ANY,
    FAMILIES,
    FIXED,
    POSITIVE,
    WHOLE,
    calls,
    family,
    noted,
    reduction,
)

entry_of(scipy.special.erf)  # and with it all others of that module

#: What is not NumPy's is reached through functions that are.
INSIDE = {
    elementwise.choose: np.where,
    linalg._cholesky: np.linalg.cholesky,
    linalg._eigh: np.linalg.eigh,
    linalg._eigvalsh: np.linalg.eigvalsh,
    linalg._least_squares: np.linalg.lstsq,
    linalg._pinv: np.linalg.pinv,
    linalg._qr: np.linalg.qr,
    linalg.solve: np.linalg.solve,
    linalg._svd: np.linalg.svd,
    linalg._svdvals: np.linalg.svdvals,
    products.einsum: np.einsum,
    reductions._p_norm: np.linalg.norm,
    shapes.cast: np.ndarray.astype,
}


def _regular(*shape):
    """Return stacks of matrices near diagonal ones with the entries 2, 3.5, 5, …."""
    rng = np.random.default_rng(list(shape))
    return rng.uniform(-0.5, 0.5, shape) + np.eye(*shape[-2:]) * (2 + 1.5 * np.arange(shape[-1]))


def _spectrum(w, v):
    """Return eigenvalues and squares of eigenvectors, where the phase is lost, and a mean."""
    left = np.conjugate(v)
    return w, v * left, v @ (np.expand_dims(np.tanh(w), -1) * np.swapaxes(left, -1, -2))


def inventory():
    """Return the functions that need samples."""
    kinds = {"elementwise", "linear", "jointly linear", "selection", "general", "composed"}
    without = {unknown}  # whose derivative is nan: test_kinks
    return [f for f, entry in TABLE.items() if entry.kind in kinds and f not in without]


# ---- elementwise -------------------------------------------------------------------------


@family(np.clip)
def _clip(function, d):
    shape = d.shape()
    a = d.apart(shape)
    low, high = -0.2, 0.2
    options = d.one(
        {"a_min": low, "a_max": high}, {"a_min": None, "a_max": high}, {"a_min": low, "a_max": None}
    )
    if d.flag():
        lows, highs = np.asarray(d.values(shape, (-0.21, -0.19))), np.full(shape[-1:], 0.21)
        return d.sample(lambda a, b, c: function(a, b, c), a, lows, highs)
    return d.sample(lambda a: function(a, **options), a, note=str(options))


if np.lib.NumpyVersion(np.__version__) >= "2.1.0":
    calls(np.clip, (lambda a: np.clip(a, min=-0.1, max=0.2), (3, 3)))
calls(np.clip, (lambda a: a.clip(-0.1, 0.2), (3, 3)), (lambda a: np.clip(a, -9, 9, out=None), (2,)))


@family(np.where)
def _where(function, d):
    c, x, y = d.shapes(3)
    mask = d.mask(c)
    return d.sample(lambda x, y: function(mask, x, y), d.values(x), d.values(y))


calls(
    np.where,
    (lambda x: np.where(x > 0, x, 0.0), (3, 3)),
    (lambda x: np.where(x > 0, 1.0, x * x), (3, 3)),
    (lambda x: np.where([True, False], x, -x), (2,)),
    (lambda x: x[np.where(x > 0)], np.array([0.5, -0.5, 1.0])),
)

calls(
    np.ldexp,
    (lambda x: np.ldexp(x, [1, -2, 3]), (2, 3)),
    (lambda x: np.ldexp(x, 2), ()),
    (lambda x: np.ldexp(x, [[1], [2]]), (3,)),
)
for _f in (np.fft.fftshift, np.fft.ifftshift):
    calls(_f, (_f, (5,)), (_f, (2, 3)), (lambda x, f=_f: f(x, axes=-1), (2, 3)))
    calls(_f, (lambda x, f=_f: f(x, axes=(0, 1)), (2, 3)))


@family(np.fft.fft, np.fft.ifft, np.fft.rfft, np.fft.irfft, np.fft.hfft, np.fft.ihfft)
def _transform(function, d):
    shape = d.shape(1, least=2)
    options = {"axis": d.axis(len(shape), none=False, several=False)}
    options |= d.some(n=d.one(1, 2, 4, 5), norm=d.one("ortho", "forward", "backward"), out=None)
    return d.sample(_in_parts(function, options), *_parts(function, d, shape), note=noted(options))


@family(
    *(np.fft.fft2, np.fft.ifft2, np.fft.fftn, np.fft.ifftn),
    *(np.fft.rfft2, np.fft.rfftn, np.fft.irfft2, np.fft.irfftn),
)
def _transform_of_axes(function, d):
    shape = d.shape(2, least=2)
    options = d.some(axes=d.one((0, 1), (-1, 0)), norm=d.one("ortho", "forward"), out=None)
    options |= d.some(s=d.one((3, 2), (1, 4), (5, -1))) if "axes" in options else {}
    return d.sample(_in_parts(function, options), *_parts(function, d, shape), note=noted(options))


def _parts(function, d, shape):
    """Return what a transform takes: real numbers, or real and imaginary parts."""
    real = function in (np.fft.rfft, np.fft.ihfft, np.fft.rfft2, np.fft.rfftn)
    return [d.values(shape) for _ in range(1 if real else 2)]


def _in_parts(function, options):
    """Return a transform of real and imaginary parts, with a real result."""

    def f(x, y=None):
        found = function(x if y is None else x + 1j * y, **options)
        return [np.real(found), np.imag(found)] if np.iscomplexobj(found) else found

    return f


for _f in (np.fft.fftn, np.fft.ifftn, np.fft.rfftn, np.fft.irfftn):
    calls(_f, (lambda x, f=_f: np.real(f(x)), (2, 1, 3)))
    calls(_f, (lambda x, f=_f: np.abs(f(x, [2], [1])), (2, 3)))

calls(np.imag, (lambda x: np.imag(x * (1 + 2j)), (2, 3)), (lambda x: (2j * x).imag, (2,)))
calls(np.angle, (lambda x: np.angle(x + 1j), (2, 3)), (lambda x: np.angle(x + 1j, deg=True), (2,)))
calls(np.angle, (lambda x, y: np.angle(x + 1j * y), (2, 3), (3,)))
for _f in (elementwise.real_part, elementwise.imaginary_part):
    calls(_f, (lambda x, f=_f: f(x * (1 + 2j)), (2, 3)))
calls(
    np.ndarray.astype,
    (lambda x: np.real((x * (1 + 2j)).astype(complex) * 1j), (2, 3)),
)
calls(np.conjugate, (lambda x: np.imag(np.conjugate(x * (1 + 2j))), (2, 3)))
calls(np.absolute, (lambda x: np.abs(x * (1 + 2j)), (2, 3)))

# ---- special functions -------------------------------------------------------------------


def _of_scipy(table):
    """Return a table by function, given one by names."""
    split = [(name, intervals) for names, intervals in table.items() for name in names.split()]
    return {getattr(scipy.special, name): intervals for name, intervals in split}


UNARY = _of_scipy(
    {
        "expit log_expit erf erfc erfi ndtr log_ndtr exp2 exp10 expm1 cosm1": WHOLE,
        "i0 i1 i0e i1e j0 j1": [(0.2, 3), (-3, -0.2)],
        "k0 k1 k0e k1e y0 y1 gammaln loggamma entr exp1": [(0.5, 3)],
        "gamma psi": [(0.6, 3), (-0.7, -0.3)],
        "erfcx": [(-1.5, 2), (16, 20)],
        "logit ndtri": [(0.2, 0.8)],
        "erfinv": [(-0.7, 0.7)],
        "erfcinv": [(0.4, 1.6)],
        "log1p": [(-0.6, 2)],
        "cbrt expi": ANY,
    }
)


@family(*UNARY)
def _special(function, d):
    return d.sample(function, d.values(d.shape(), *UNARY[function]))


@family(np.i0)
def _i0(function, d):
    return d.sample(function, d.values(d.shape(), (-3, 3)))


@family(special.polygamma, special._i0_derivative)
def _polygamma(function, d):
    n = d.one(0, 1, 2)
    return d.sample(lambda x: function(x, n=n), d.values(d.shape(), (0.6, 3)))


PAIRS = _of_scipy(
    {
        "xlogy": (WHOLE, POSITIVE),
        "xlog1py": (WHOLE, [(-0.5, 2)]),
        "beta betaln": (POSITIVE, POSITIVE),
        "rel_entr kl_div": ([(1.5, 2.5)], [(0.4, 1)]),
        "binom": ([(3.5, 5)], [(0.3, 1.2)]),
    }
)


@family(*PAIRS)
def _special_pair(function, d):
    x, y = d.shapes(2)
    x, y = (d.values(shape, *i) for shape, i in zip((x, y), PAIRS[function], strict=True))
    return d.sample(function, x, y)


# Their first parameters have no rule.
OF_LAST = _of_scipy(
    {
        "jv yv iv kv ive kve gammainc gammaincc": ([(0.7, 2.5)], [(0.5, 3)]),
        "gammaincinv": ([(0.7, 2.5)], [(0.2, 0.8)]),
        "betainc": ([(0.7, 2.5)], [(0.7, 2.5)], [(0.2, 0.8)]),
    }
)
OF_LAST[scipy.special._ufuncs._zeta] = ([(2.5, 4)], [(0.6, 2)])


@family(*OF_LAST)
def _of_last(function, d):
    *first, last = OF_LAST[function]
    *shapes, shape = d.shapes(1 + len(first))
    fixed = [np.asarray(d.values(s, *i)) for s, i in zip(shapes, first, strict=True)]
    if d.flag():
        fixed = [d.one(2, 3) for _ in first]

    def f(x):
        return function(*[np.asarray(a, np.asarray(stop_gradient(x)).dtype) for a in fixed], x)

    return d.sample(f, d.values(shape, *last))


# ---- indexing ----------------------------------------------------------------------------

calls(
    indexing.scatter,
    (lambda g: indexing.scatter(g, index=slice(1, 3), shape=(4,)), (2,)),
    (lambda g: indexing.scatter(g, index=([0, 1, 1], [2, 0, 0]), shape=(2, 3)), (3,)),
)


def _index(d, n, shape):
    """Return indices, repeated and negative ones among them."""
    return d.rng.integers(-n, n, shape)


@family(np.take)
def _take(function, d):
    shape = d.shape(1, least=1)
    axis = d.axis(len(shape), several=False)
    n = int(np.prod(shape)) if axis is None else shape[axis]
    indices = d.one(_index(d, n, d.shape(0, 2)), int(_index(d, n, ())), [0, 0, n - 1])
    options = d.some(mode=d.one("wrap", "clip", "raise"), out=None)
    if options.get("mode", "raise") != "raise":
        indices = np.asarray(indices) * 3
    return d.sample(
        lambda a: function(a, indices, axis=axis, **options), d.values(shape), note=str(options)
    )


calls(
    np.take,
    (lambda a: a.take([0, 2, 2], axis=1), (2, 3)),
    (lambda a: a.take(-1), (2, 3)),
    (lambda a: np.take(a, [[0, -1]], 0, None, "wrap"), (2, 3)),
)


@family(np.take_along_axis)
def _take_along_axis(function, d):
    shape = d.shape(1, least=1)
    axis = d.axis(len(shape), several=False)
    if axis is None:
        indices = _index(d, int(np.prod(shape)), (4,))
    else:
        wanted = list(shape)
        wanted[axis] = 2
        if d.flag():
            wanted = [2 if i == axis % len(shape) else d.one(1, n) for i, n in enumerate(shape)]
        indices = _index(d, shape[axis], wanted)
    return d.sample(lambda a: function(a, indices, axis=axis), d.values(shape), note=f"{axis}")


calls(
    np.take_along_axis,
    (lambda a: np.take_along_axis(a, np.argsort(a, axis=0), axis=0), (3, 2)),
)
calls(
    np.extract,
    (lambda a: np.extract([[True, False, True], [False, True, True]], a), (2, 3)),
    (lambda a: np.extract(a > 0, a), (6,)),
)
calls(
    np.compress,
    (lambda a: np.compress([True, False, True], a), (2, 3)),
    (lambda a: np.compress([False, True], a, axis=0), (2, 3)),
    (lambda a: np.compress([True, False, True], a, axis=-1, out=None), (2, 3)),
)
calls(
    np.delete,
    (lambda a: np.delete(a, 1), (4,)),
    (lambda a: np.delete(a, [0, -1], axis=1), (2, 3)),
    (lambda a: np.delete(a, slice(0, 4, 2)), (2, 3)),
    (lambda a: np.delete(a, np.array([True, False]), axis=0), (2, 3)),
)

calls(
    np.insert,
    (lambda a: np.insert(a, 1, 2.0), (4,)),
    (lambda a, v: np.insert(a, [1, -1], v), (4,), (2,)),
    (lambda a, v: np.insert(a, 1, v, axis=0), (2, 3), (3,)),
    (lambda a, v: np.insert(a, slice(0, 2), v, axis=1), (2, 3), (2, 1)),
    (lambda a, v: np.insert(a, [2], v, axis=-1), (2, 3), (2, 2)),
    (lambda a: np.insert([0.5, 1.5], 1, a), (3,)),
    (lambda a: np.insert(a, 3, [1, 2]), (2, 3)),
)
calls(
    np.resize,
    (lambda a: np.resize(a, (2, 5)), (2, 3)),
    (lambda a: np.resize(a, 4), (2, 3)),
    (lambda a: np.resize(a, (2, 2)), ()),
    (lambda a: np.resize(a, (0, 2)), (3,)),
    (lambda a: np.resize(a, (2, 2)), (0,)),
)
calls(
    np.bincount,
    (lambda w: np.bincount([0, 2, 2, 1, 0], w), (5,)),
    (lambda w: np.bincount(np.array([4, 2, 2]), weights=w, minlength=7), (3,)),
)
calls(
    np.piecewise,
    (lambda x: np.piecewise(x, [x < 0, x > 1], [lambda v: v * v, 3.0, np.sin]), (3, 3)),
    (lambda x: np.piecewise(x, x < 0, [lambda v, k: v**2 * k, 1.0], k=3.0), (4,)),
    (lambda x: np.piecewise(x, [x < 1, x < 0], [np.sin, np.cos]), (4,)),
    (lambda x: np.piecewise(x, [x < 9], [lambda v, k: v * v * k], 2.0), (4,)),
    (lambda x: np.piecewise(x, x < 0, [np.sin, np.cos]), ()),
    (lambda x: np.piecewise(x, [x < 9], [lambda v: v[::-1] ** 2]), (3,)),
)

# ---- products ----------------------------------------------------------------------------


_DOT = [
    ((), ()), ((), (2,)), ((2, 3), ()), ((3,), (3,)), ((2, 3), (3,)), ((3,), (3, 2)),
    ((2, 3), (3, 2)), ((2, 2, 3), (3,)), ((2, 2, 3), (3, 2)), ((3,), (2, 3, 2)),
    ((2, 3), (2, 3, 2)), ((2, 1, 3), (2, 3, 2)), ((0,), (0,)), ((2, 0), (0, 3)),
]  # fmt: skip
calls(
    np.dot,
    *[(np.dot, *pair) for pair in _DOT],
    (lambda a, b: a.dot(b), (2, 3), (3,)),
    (lambda a: np.dot(a, 2.0), (3,)),
    (lambda a, b: np.dot(a, b, out=None), (2, 3), (3,)),
)
_INNER = [((), (2, 3)), ((3,), (3,)), ((2, 3), (3,)), ((2, 3), (4, 3)), ((3,), (2, 2, 3)),
          ((2, 3), ()), ((2, 2, 3), (2, 3)), ((), ())]  # fmt: skip
calls(np.inner, *[(np.inner, *pair) for pair in _INNER])
calls(np.vdot, (np.vdot, (3,), (3,)), (np.vdot, (2, 3), (3, 2)), (np.vdot, (), ()))
calls(
    np.outer,
    (np.outer, (2,), (3,)),
    (np.outer, (2, 2), (3, 1)),
    (np.outer, (), (3,)),
    (np.outer, (0,), (3,)),
    (lambda a: np.outer(a, [1.0, 2.0], out=None), (3,)),
)
calls(
    np.tensordot,
    (lambda a, b: np.tensordot(a, b), (4, 2, 3), (2, 3, 2)),
    (lambda a, b: np.tensordot(a, b, 0), (2,), (2, 3)),
    (lambda a, b: np.tensordot(a, b, axes=1), (2, 3), (3, 2)),
    (lambda a, b: np.tensordot(a, b, axes=(-1, 0)), (2, 3), (3, 2)),
    (lambda a, b: np.tensordot(a, b, axes=([0, 2], [1, 0])), (2, 2, 3), (3, 2, 2)),
    (lambda a, b: np.tensordot(a, b, axes=([], [])), (2,), (3,)),
    (lambda a, b: np.tensordot(a, b, axes=((1, 0), (0, 1))), (2, 3), (3, 2)),
    (lambda a, b: np.tensordot(a, b, 1), (2, 0), (0, 3)),
)
calls(
    np.kron,
    (np.kron, (2,), (3,)),
    (np.kron, (2, 2), (2, 1)),
    (np.kron, (2,), (2, 3)),
    (np.kron, (2, 1, 2), (3,)),
    (np.kron, (), (2, 2)),
    (np.kron, (2, 0), (3, 1)),
)


def _vectors(d):
    a, b = d.shapes(2)
    n = d.draw(st.integers(0, 3))
    return (*a, n), (*b, n)


if hasattr(np, "vecdot"):

    @family(np.vecdot)
    def _vecdot(function, d):
        a, b = _vectors(d)
        return d.sample(function, d.values(a), d.values(b))

    calls(np.vecdot, (lambda a, b: np.vecdot(a, b, axis=0), (3, 2), (3, 2)))

if hasattr(np, "matvec"):

    @family(np.matvec)
    def _matvec(function, d):
        a, b = _vectors(d)
        return d.sample(function, d.values((*a[:-1], 2, a[-1])), d.values(b))

    @family(np.vecmat)
    def _vecmat(function, d):
        a, b = _vectors(d)
        return d.sample(function, d.values(a), d.values((*b, 2)))


_EINSUMS = [
    ("i", (3,)), ("ij", (2, 3)), ("ji", (2, 3)), ("ii", (3, 3)), ("ii->i", (3, 3)),
    ("ij->", (2, 3)),
    ("ij->j", (2, 3)), ("ij->ji", (2, 3)), ("iij->j", (2, 2, 3)), ("iii->i", (2, 2, 2)),
    ("iijj", (2, 2, 3, 3)), ("iijj->ij", (2, 2, 3, 3)), ("ijij->ji", (2, 3, 2, 3)), ("->", ()),
    ("i,i", (3,), (3,)), ("i,j", (2,), (3,)), ("i,j->ji", (2,), (3,)), ("ij,jk", (2, 3), (3, 2)),
    ("ij,jk->ki", (2, 3), (3, 2)), ("ij,ij->", (2, 3), (2, 3)), ("ij,kj->ik", (2, 3), (2, 3)),
    ("ij,k->i", (2, 3), (2,)), ("ij,ji->", (2, 3), (3, 2)), ("ii,ij->j", (2, 2), (2, 3)),
    ("ab,bc,cd->ad", (2, 3), (3, 2), (2, 2)), ("a,b,c", (2,), (1,), (3,)),
    ("i,i,i->i", *[(3,)] * 3),
    ("bij,bjk->bik", (2, 2, 3), (2, 3, 2)), ("...ij,...jk", (2, 2, 3), (2, 3, 2)),
    ("...ij,jk->...ik", (2, 2, 3), (3, 2)), ("...i,...i->...", (2, 3), (3,)), ("...", (2, 3)),
    ("...i->i...", (2, 2, 3)), ("...ii->...i", (2, 3, 3)), ("i...,i", (2, 3), (2,)),
    ("i...->...", (2, 3)), ("...,...", (2, 3), (3,)), ("...,...->...", (), (2, 3)),
    ("...j,...j", (1, 3), (2, 3)), ("ij...,jk...->ik...", (2, 3, 2), (3, 2, 2)),
    ("...i,i->...", (2, 2, 3), (3,)), ("ij,jk", (2, 1), (3, 2)), ("ij,ij->ij", (2, 1), (1, 3)),
    ("i,i->", (1,), (3,)), ("...i,...i->...i", (1, 3), (2, 1)), ("ba", (2, 3)),
    ("B,a->aB", (2,), (3,)),
    ("i,->i", (3,), ()), (" i j , j k -> i k ", (2, 3), (3, 2)), ("ij,jk->ik", (2, 0), (0, 3)),
    ("ij->i", (0, 3)), ("...a,ab...->b...", (2, 3), (3, 2, 2)),
]  # fmt: skip
calls(
    np.einsum,
    *[(lambda *a, s=s: np.einsum(s, *a), *places) for s, *places in _EINSUMS],
    (lambda a, b: np.einsum(a, [0, 1], b, [1, 2]), (2, 3), (3, 2)),
    (lambda a, b: np.einsum(a, [0, 1], b, [1, 2], [2, 0]), (2, 3), (3, 2)),
    (lambda a: np.einsum(a, [Ellipsis, 0], [0, Ellipsis]), (2, 2, 3)),
    (lambda a: np.einsum(a, [0, 0]), (3, 3)),
    (lambda a: np.einsum(a, [27, 3]), (2, 3)),
    (lambda a: np.einsum(a, (0, 1), ()), (2, 3)),
    (lambda a, b: np.einsum("ij,jk", a, b, optimize=True), (2, 3), (3, 2)),
    (lambda a, b, c: np.einsum("ij,jk,kl", a, b, c, optimize="greedy"), (2, 3), (3, 2), (2, 2)),
    (lambda a, b, c: np.einsum("ij,jk,kl", a, b, c, optimize="optimal"), (2, 3), (3, 2), (2, 2)),
    (
        lambda a, b, c: np.einsum("ij,jk,k", a, b, c, optimize=["einsum_path", (0, 1), (0, 1)]),
        *((2, 3), (3, 2), (2,)),
    ),
    (lambda a: np.einsum("ij,ij", a, a), (2, 3)),
    (lambda a: np.einsum("ij,jk->ik", np.ones((2, 3)), a), (3, 2)),
    (lambda a: np.einsum("ij->ji", a, order="C", casting="safe", dtype=None, out=None), (2, 3)),
)

# ---- reductions --------------------------------------------------------------------------


@family(np.prod, np.multiply.reduce)
def _prod(function, d):
    names = ("keepdims", "where", "initial", "dtype", "out")
    shape, options, a = reduction(function, d, d.values, *names, initial=1.5)
    if function is np.multiply.reduce and not shape:
        options["axis"] = None
    if d.flag() and isinstance(a, np.ndarray):  # factors 0
        a = np.where(d.mask(shape), a, 0.0)
    return d.sample(lambda a: function(a, **options), a, note=noted(options))


calls(
    np.prod,
    (np.prod, (2, 3)),
    (lambda a: a.prod(axis=-1), (2, 3)),
    (np.prod, np.array([0.0, 2.0, 0.0, 3.0])),
    (lambda a: np.prod(a, axis=(0, 2)), np.array([[[1.0, 0.0]], [[0.5, 2.0]]])),
)


def _filled(d, function, *names, ddof=False, **more):
    """Draw a reduction of at least one entry (a mean of none is not a number)."""
    shape = d.shape(least=1)
    options = {"axis": d.axis(len(shape))} | d.some(keepdims=d.flag(), dtype=None, out=None)
    where = np.ones(shape, bool)
    if "where" in names and d.flag():
        where = d.mask(shape)

        first = np.ones(shape, bool)
        if options["axis"] != ():
            axes = range(len(shape)) if options["axis"] is None else np.atleast_1d(options["axis"])
            for axis in axes:
                first &= np.expand_dims(
                    np.arange(shape[axis]) == 0,
                    [i for i in range(len(shape)) if i != axis % len(shape)],
                )
        options["where"] = where | first

    return shape, options


@family(np.mean)
def _mean(function, d):
    shape, options = _filled(d, function, "where")
    return d.sample(lambda a: function(a, **options), d.values(shape), note=noted(options))


calls(np.mean, (lambda a: a.mean(0), (2, 3)), (np.mean, (4,)), (lambda a: np.mean(a, 0), (2, 0)))


@family(np.var, np.std)
def _var(function, d):
    shape, options = _filled(d, function, "where")
    if np.prod(np.shape(np.sum(np.zeros(shape), options["axis"]))) == np.prod(shape):
        options.pop("where", None)
    a = d.values(shape, *WHOLE)
    count = np.sum(np.broadcast_to(options.get("where", True), shape), axis=options["axis"])
    if np.min(count, initial=9) > 1:
        options |= d.one({}, {"ddof": 1}, {"ddof": 0.5}, {"correction": 1})
    if function is np.std and np.min(count, initial=9) < 2:
        return d.sample(lambda a: function(a, axis=0), d.values((3, 2), *WHOLE))
    return d.sample(lambda a: function(a, **options), a, note=noted(options))


calls(np.var, (lambda a: a.var(0), (3, 2)), (lambda a: np.var(a, -1, None, None, 1), (2, 3)))
calls(
    np.std,
    (lambda a: a.std(0), (3, 2)),
    (lambda a: np.std(a, axis=0, keepdims=True, correction=1), (3, 2)),
    (lambda a: np.std(a, -1, None, None, 1), (2, 3)),
)
_W = np.array([[1.0, 2.0, 0.5], [0.5, 1.5, 1.0]])
calls(
    np.average,
    (np.average, (2, 3)),
    (lambda a: np.average(a, 0), (2, 3)),
    (lambda a: np.average(a, -1, keepdims=True), (2, 3)),
    (lambda a: np.average(a, weights=_W), (2, 3)),
    (lambda a: np.average(a, axis=1, weights=[1.0, 2.0, 3.0]), (2, 3)),
    (lambda a, w: np.average(a, axis=0, weights=w), (2, 3), np.array([1.0, 2.0])),
    (lambda a, w: np.average(a, weights=w, axis=(0, 1), keepdims=True), (2, 3), _W),
    (lambda a: np.average(a, axis=0, returned=True), (2, 3)),
    (lambda w: np.average(_W, weights=w, returned=True), _W),
    (lambda w: np.average(_W, axis=1, weights=w, returned=True), np.array([1.0, 0.5, 2.0])),
)


@family(np.max, np.amax, np.min, np.amin, np.maximum.reduce, np.minimum.reduce, np.ptp)
def _extreme(function, d):
    shape = d.shape(least=1)
    options = {"axis": d.axis(len(shape))}
    if function in (np.maximum.reduce, np.minimum.reduce):
        options["axis"] = None if not shape else options["axis"]
        options |= d.some(dtype=None)
    options |= d.some(keepdims=d.flag(), out=None)
    if function is not np.ptp and d.flag():
        smallest = function in (np.min, np.amin, np.minimum.reduce)
        options["initial"] = d.one(9.0, 0.0) if smallest else d.one(-9.0, 0.0)
        options |= d.some(where=d.mask(shape))
    return d.sample(lambda a: function(a, **options), d.apart(shape), note=noted(options))


for _f in (np.max, np.min):
    calls(
        _f,
        (lambda a, f=_f: f(a), (2, 3)),
        (lambda a, f=_f: f(a, 1), (2, 3)),
        (lambda a, name=_f.__name__[-3:]: getattr(a, name)(axis=0, keepdims=True), (2, 3)),
        (lambda a, f=_f: f(a, axis=1), (0, 3)),
    )
calls(np.max, (lambda a: max(a), (3,)))


@family(np.logaddexp.reduce)
def _logaddexp(function, d):
    shape = d.shape(least=1)
    options = {"axis": d.axis(len(shape), several=True) if shape else None}
    options |= d.some(keepdims=d.flag(), dtype=None, out=None)
    if d.flag():
        options["initial"] = d.one(-np.inf, 0.5)
        options |= d.some(where=d.mask(shape))
        if "where" in options:
            options["initial"] = 0.5
    return d.sample(lambda a: function(a, **options), d.values(shape), note=noted(options))


_STEEP = np.linspace(0.3, 1.5, 12).reshape(2, 3, 2) ** 2  # no sums of it are equal
_NORMS = [
    ((), {}), ((3,), {}), ((2, 3), {}), ((2, 1, 2), {}), ((3,), {"ord": 2}), ((3,), {"ord": 1}),
    ((3,), {"ord": 3}), ((3,), {"ord": 2.5}), ((3,), {"ord": -1}), ((3,), {"ord": -2}),
    ((3,), {"ord": 0}), ((3,), {"ord": np.inf}), ((3,), {"ord": -np.inf}), ((3,), {"ord": 0.5}),
    ((2, 3), {"axis": 0}), ((2, 3), {"axis": -1, "keepdims": True}), ((2, 3), {"keepdims": True}),
    ((2, 3), {"ord": 1, "axis": 1}), ((2, 3), {"ord": np.inf, "axis": 0}), ((2, 3), {"ord": "fro"}),
    ((2, 3), {"ord": 3, "axis": (0,)}), ((2, 3), {"ord": 1}), ((2, 3), {"ord": -1}),
    ((2, 3), {"ord": np.inf}), ((2, 3), {"ord": -np.inf}), ((2, 3),
     {"ord": "fro", "keepdims": True}),
    ((2, 3, 2), {"axis": (0, 2)}), (_STEEP, {"ord": 1, "axis": (2, 0)}), ((0,), {}),
    ((2, 3, 2), {"ord": np.inf, "axis": (-1, 0), "keepdims": True}), ((3, 0), {"axis": 0}),
    ((2, 3), {"ord": 3, "axis": 1, "keepdims": True}), ((3,), {"ord": 4}), ((1,), {"ord": 2}),
    ((0, 3), {"axis": 1, "ord": 3}),
]  # fmt: skip
calls(
    np.linalg.norm,
    *[(lambda a, o=options: np.linalg.norm(a, **o), shape) for shape, options in _NORMS],
    (lambda a: np.linalg.norm(a, 1, 0, True), (2, 3)),
    (lambda a: np.linalg.norm(next(iter(a))), (2, 3)),
)


def _along(d, *, flat=True, least=0):
    """Draw a shape and an axis along it; `None` where all entries are taken in a row."""
    shape = d.shape(1, least=least)
    return shape, d.axis(len(shape), none=flat, several=False)


@family(np.cumsum)
def _cumsum(function, d):
    shape, axis = _along(d)
    options = d.some(dtype=None, out=None)
    return d.sample(lambda a: function(a, axis=axis, **options), d.values(shape), note=f"{axis}")


calls(np.cumsum, (lambda a: a.cumsum(0), (2, 3)), (np.cumsum, (2, 3)), (np.cumsum, ()))


@family(np.add.accumulate)
def _accumulate(function, d):
    shape, axis = _along(d, flat=False)
    options = d.some(dtype=None, out=None)
    return d.sample(lambda a: function(a, axis=axis, **options), d.values(shape), note=f"{axis}")


calls(np.add.accumulate, (np.add.accumulate, (3, 2)))

if hasattr(np, "cumulative_sum"):

    @family(np.cumulative_sum)
    def _cumulative(function, d):
        shape, axis = _along(d, flat=False)
        options = d.some(dtype=None, out=None, include_initial=d.flag())
        if len(shape) == 1 and d.flag():
            axis = None
        return d.sample(
            lambda a: function(a, axis=axis, **options), d.values(shape), note=noted(options)
        )


@family(np.diff)
def _diff(function, d):
    shape, axis = _along(d, flat=False)
    n = d.one(1, 2, 0, 3)
    options = d.some(prepend=0.5, append=1.5)
    if d.flag() and n:
        end = d.values(shape)
        return d.sample(
            lambda a, e: function(a, n, axis=axis, append=e), d.values(shape), end, note=f"{n}"
        )
    return d.sample(lambda a: function(a, n, axis=axis, **options), d.values(shape), note=f"{n}")


calls(np.diff, (np.diff, (4,)), (lambda a, b: np.diff(a, prepend=b), (2, 3), ()))
calls(
    np.trapezoid,
    (np.trapezoid, (4,)),
    (lambda y: np.trapezoid(y, dx=0.5, axis=0), (3, 2)),
    (lambda y, x: np.trapezoid(y, x), (2, 3), (3,)),
    (lambda y, x: np.trapezoid(y, x, axis=0), (3, 2), (3,)),
    (lambda y, x: np.trapezoid(y, x, axis=0), (3, 2), (3, 2)),
    (lambda y, h: np.trapezoid(y, dx=h), (2, 4), ()),
)

# ---- shape -------------------------------------------------------------------------------


@family(np.reshape)
def _reshape(function, d):
    shape = d.shape(1)
    wanted = d.one((-1,) if 0 not in shape else (0,), shape[::-1], (1, *shape))
    order = d.one("C", "F")
    return d.sample(lambda a: function(a, wanted, order=order), d.values(shape), note=f"{wanted}")


calls(
    np.reshape,
    (lambda a: a.reshape(3, 2), (2, 3)),
    (lambda a: a.reshape((3, -1), order="F"), (2, 3)),
    (lambda a: a.reshape(-1), (2, 3)),
    (lambda a: np.reshape(a, 6), (2, 3)),
    (lambda a: np.reshape(a, (1, 1)), ()),
    (lambda a: np.reshape(a, ()), (1, 1)),
    (lambda a: np.reshape(a, (3, 2), order="F"), np.asfortranarray(_W)),
)
if np.lib.NumpyVersion(np.__version__) >= "2.1.0":
    calls(np.reshape, (lambda a: np.reshape(a, shape=(3, 2), copy=True), (2, 3)))
if np.lib.NumpyVersion(np.__version__) < "2.1.0":
    calls(np.reshape, (lambda a: np.reshape(a, newshape=(3, 2)), (2, 3)))


@family(np.ravel)
def _ravel(function, d):
    order = d.one("C", "F")
    return d.sample(lambda a: function(a, order=order), d.values(d.shape()), note=order)


calls(
    np.ravel,
    (lambda a: a.ravel(), (2, 3)),
    (lambda a: a.flatten("F"), (2, 3)),
    (lambda a: np.ravel(a, "F"), np.asfortranarray(_W)),
    (lambda a: np.ravel(a.T, "C"), (2, 3)),
)


@family(np.transpose)
def _transpose(function, d):
    shape = d.shape()
    axes = d.draw(st.permutations(range(len(shape))))
    axes = d.one(None, tuple(axes), [a - len(shape) for a in axes])
    return d.sample(lambda a: function(a, axes), d.values(shape), note=f"{axes}")


calls(
    np.transpose,
    (lambda a: a.T, (2, 3)),
    (lambda a: a.transpose(2, 0, 1), (2, 3, 1)),
    (lambda a: a.transpose((1, 2, 0)), (2, 3, 1)),
    (lambda a: a.transpose(), (2, 3, 1)),
    (lambda a: a.transpose(None), (2, 3, 1)),
    (lambda a: np.transpose(a, axes=[1, 2, 0]), (2, 3, 1)),
)
calls(
    np.moveaxis,
    (lambda a: np.moveaxis(a, 0, -1), (2, 3, 1)),
    (lambda a: np.moveaxis(a, [0, -1], [1, 0]), (2, 3, 2)),
    (lambda a: np.moveaxis(a, source=(2, 0), destination=(0, 1)), (2, 3, 2)),
)
calls(
    np.swapaxes,
    (lambda a: np.swapaxes(a, 0, -1), (2, 3, 1)),
    (lambda a: a.swapaxes(1, 2), (2, 3, 2)),
)
calls(
    np.squeeze,
    (np.squeeze, (1, 3, 1)),
    (np.squeeze, (1, 1)),
    (lambda a: np.squeeze(a, axis=0), (1, 3, 1)),
    (lambda a: a.squeeze((0, -1)), (1, 3, 1)),
)
calls(
    np.expand_dims,
    (lambda a: np.expand_dims(a, 0), (2, 3)),
    (lambda a: np.expand_dims(a, axis=(0, -1)), (2, 3)),
    (lambda a: np.expand_dims(a, 0), ()),
)
calls(
    np.copy,
    (np.copy, (2, 3)),
    (lambda a: np.copy(a, order="F", subok=False), (2, 3)),
    (np.copy, ()),
)
calls(
    np.full_like,
    (lambda a, v: np.full_like(a, v), (2, 3), ()),
    (lambda a, v: np.full_like(a, v), (2, 3), (3,)),
    (lambda a, v: np.full_like(a, fill_value=v, dtype=np.float64), (2, 3), ()),
)
calls(np.matrix_transpose, (np.matrix_transpose, (2, 3)), (lambda a: a.mT, (2, 3, 2)))
calls(
    np.rollaxis,
    *[
        (lambda a, i=i, s=s: np.rollaxis(a, i, s), (1, 2, 3))
        for i, s in [(0, 0), (2, 0), (0, 2), (-1, 1), (1, 3), (2, -1), (0, -2)]
    ],
    (lambda a: np.rollaxis(a, 2), (1, 2, 3)),
)
for _f in (np.atleast_1d, np.atleast_2d, np.atleast_3d):
    calls(
        _f,
        *[(_f, shape) for shape in [(), (2,), (2, 3), (1, 2, 3), (0,), (1, 1, 2, 2)]],
        (lambda a, b, f=_f: f(a, b), (), (2,)),
    )


@family(np.broadcast_to)
def _broadcast_to(function, d):
    one, other = d.shapes(2)
    whole = np.broadcast_shapes(one, other)
    return d.sample(lambda a: function(a, whole), d.values(one), note=f"{whole}")


calls(
    np.broadcast_to,
    (lambda a: np.broadcast_to(a, 3), ()),
    (lambda a: np.broadcast_to(a, shape=[2, 3], subok=False), (3,)),
)
calls(
    np.broadcast_arrays,
    (lambda a, b: np.broadcast_arrays(a, b), (2, 1), (3,)),
    (lambda a: np.broadcast_arrays(a, np.ones((2, 2)), subok=False), (2,)),
)


@family(np.tile)
def _tile(function, d):
    reps = d.one(0, 2, (2,), (2, 1), (1, 0, 2), [2, 3], np.array([2, 2]))
    return d.sample(lambda a: function(a, reps), d.values(d.shape()), note=f"{reps}")


@family(np.repeat)
def _repeat(function, d):
    shape, axis = _along(d)
    n = int(np.prod(shape)) if axis is None else shape[axis]
    repeats = d.one(2, 0, [3], d.rng.integers(0, 3, n))
    return d.sample(lambda a: function(a, repeats, axis=axis), d.values(shape), note=f"{repeats}")


calls(np.repeat, (lambda a: a.repeat(2), (2, 3)), (lambda a: a.repeat([1, 2], axis=0), (2, 3)))


@family(np.concatenate, np.stack)
def _join(function, d):
    shape = d.shape(1)
    shapes = [shape] * d.one(1, 2, 3)
    axis = d.axis(len(shape), none=False, several=False)
    if function is np.concatenate:
        axis = d.one(axis, axis, None)
        if axis is not None:
            sizes = [tuple(3 if i == axis % len(shape) else n for i, n in enumerate(shape)), shape]
            shapes = [*shapes[1:], *sizes]
    else:
        axis = d.axis(len(shape) + 1, none=False, several=False)
    options = d.some(dtype=None, casting="same_kind", out=None)
    arrays = [d.values(shape) for shape in shapes]
    return d.sample(lambda *a: function(a, axis=axis, **options), *arrays, note=f"{axis}")


calls(
    np.concatenate,
    (lambda a, b: np.concatenate([a, b]), (2, 3), (1, 3)),
    (lambda a: np.concatenate([a, np.ones((2, 1)), a], 1), (2, 3)),
    (lambda a, b: np.concatenate((a, b), None), (2, 3), (2,)),
    (lambda a: np.concatenate([a, a]), (2,)),
    (lambda a: np.concatenate([a, [1, 2]], dtype=np.float64), (2,)),
)
calls(
    np.stack,
    (lambda a, b: np.stack([a, b]), (), ()),
    (lambda a: np.stack([a, 1.0, a * a]), 0.7),
    (lambda a: np.stack([a, np.ones((2, 3)), a], -1), (2, 3)),
    (lambda a: np.stack(a), (2, 3)),
)
_MIXED = [((3,), (3,)), ((2, 3), (2, 3)), ((2, 3, 2), (2, 3, 2)), ((), ())]
for _f in (np.vstack, np.hstack, np.dstack, np.column_stack):
    calls(
        _f,
        *[
            (lambda a, b, f=_f: f([a, b]), *pair)
            for pair in _MIXED[: 3 if _f is np.column_stack else 4]
        ],
        (lambda a, f=_f: f((a, np.ones(3), 2 * a)), (3,)),
    )
calls(np.vstack, (lambda a: np.vstack([a, a], dtype=np.float64, casting="safe"), (3,)))
calls(np.hstack, (lambda a: np.hstack([a, a], dtype=np.float64, casting="safe"), (3,)))
calls(np.column_stack, (lambda a, b: np.column_stack([a, b]), (3,), (3, 2)))
calls(
    np.append,
    (lambda a, b: np.append(a, b), (2, 3), (2,)),
    (lambda a, b: np.append(a, b, axis=1), (2, 3), (2, 1)),
    (lambda a: np.append(a, 1.0), (3,)),
    (lambda b: np.append([1.0, 2.0], b), ()),
)
calls(
    np.block,
    (lambda a, b: np.block([a, b]), (2,), (3,)),
    (lambda a, b: np.block([[a, b], [b, a]]), (2, 2), (2, 2)),
    (lambda a: np.block([[a, np.zeros((2, 1))], [np.ones((1, 3))]]), (2, 2)),
    (lambda a, b: np.block([[a], [b]]), (3,), (3,)),
    (lambda a: np.block(a), (3,)),
    (lambda a: np.block([a, 1.0]), ()),
    (lambda a, b: np.block([[[a]], [[b]]]), (2,), (2,)),
)
calls(
    np.array_split,
    (lambda a: np.array_split(a, 3), (5, 2)),
    (lambda a: np.array_split(a, [1, 3], axis=1), (2, 4)),
    (lambda a: np.array_split(a, [2, 1, 9], axis=-1), (2, 4)),
)
calls(
    np.split,
    (lambda a: np.split(a, 2), (4,)),
    (lambda a: np.split(a, [1, -1], axis=1)[1], (2, 4)),
    (lambda a: np.split(a, 3, -1), (2, 3)),
)
calls(np.vsplit, (lambda a: np.vsplit(a, 2), (2, 3)), (lambda a: np.vsplit(a, [1]), (3, 1, 2)))
calls(np.hsplit, (lambda a: np.hsplit(a, 3), (3,)), (lambda a: np.hsplit(a, [1, 2]), (2, 3)))
calls(np.dsplit, (lambda a: np.dsplit(a, 2), (2, 1, 2)))
if hasattr(np, "unstack"):
    calls(np.unstack, (np.unstack, (2, 3)), (lambda a: np.unstack(a, axis=-1), (2, 3)))
calls(np.array, (lambda a: np.array([a, 2.0], like=a), np.array(0.5)))
calls(
    np.array,
    (lambda a: np.array([[a[0], 1.0], [a[1], a[0]]], like=a), (2,)),
    (lambda a: np.array(a, like=a), (2,)),
    (lambda a: np.array([a, a], dtype=float, like=a), (2,)),
)
for _f in (np.asarray, np.asanyarray, np.ascontiguousarray):
    calls(
        _f, (lambda a, f=_f: f([a[0], a[1]], like=a), (2,)), (lambda a, f=_f: f(a, like=a), (2, 2))
    )


@family(np.flip)
def _flip(function, d):
    shape = d.shape()
    axis = d.axis(len(shape))
    return d.sample(lambda a: function(a, axis), d.values(shape), note=f"{axis}")


calls(np.flipud, (np.flipud, (2, 3)), (np.flipud, (3,)))
calls(np.fliplr, (np.fliplr, (2, 3)))
calls(
    np.rot90,
    *[(lambda a, k=k: np.rot90(a, k), (2, 3)) for k in range(-1, 4)],
    (lambda a: np.rot90(a, axes=(2, 0)), (2, 3, 2)),
)


@family(np.roll)
def _roll(function, d):
    shape = d.shape()
    axis = d.axis(len(shape))
    shift = d.one(1, -2, 5)
    if isinstance(axis, tuple):
        shift = d.one(shift, tuple(d.rng.integers(-3, 4, len(axis)).tolist()))
    elif axis is not None:
        shift = d.one(shift, (shift,), (1, 2))
        axis = (axis, axis) if shift == (1, 2) else axis
    return d.sample(lambda a: function(a, shift, axis), d.values(shape), note=f"{shift}, {axis}")


calls(
    np.roll,
    (lambda a: np.roll(a, (1, 2)), (4,)),
    (lambda a: np.roll(a, [1, 2], axis=[0, 1]), (2, 3)),
    (lambda a: np.roll(a, np.array([1, -1]), axis=(0, 1)), (2, 3)),
    (lambda a: np.roll(a, np.int64(1), axis=1), (2, 3)),
)
_PADS = [
    (1, {}), ((1, 2), {}), (((1, 0), (0, 2)), {}), (((2, 1),), {"mode": "edge"}),
    (1, {"mode": "constant", "constant_values": 3.0}), (1, {"constant_values": ((1, 2), (3, 4))}),
    (2, {"mode": "reflect"}), (2, {"mode": "symmetric"}), (2, {"mode": "wrap"}), (0, {}),
    (1, {"mode": "edge"}), (3, {"mode": "wrap"}), (((1, 1), (0, 0)), {"mode": "reflect"}),
    (1, {"mode": "reflect", "reflect_type": "even"}),
    (2, {"mode": "symmetric", "reflect_type": "even"}),
]  # fmt: skip
calls(
    np.pad,
    *[(lambda a, w=w, o=o: np.pad(a, w, **o), (3, 4)) for w, o in _PADS],
    *[
        (lambda a, w=w, o=o: np.pad(a, w, **o), (3,))
        for w, o in [(2, {}), ((0, 3), {"mode": "wrap"})]
    ],
    (lambda a: np.pad(a, 1), (0, 2)),
    (lambda a: np.pad(a, 7, mode="reflect"), (3,)),
    (lambda a: np.pad(a, 7, mode="symmetric"), (3,)),
)


@family(np.tril, np.triu)
def _triangle(function, d):
    shape = d.shape(2, 4)
    k = d.one(0, 1, -1, 3, -2)
    return d.sample(lambda a: function(a, k=k), d.values(shape), note=f"{k}")


@family(np.diagonal, np.trace)
def _diagonal(function, d):
    shape = d.shape(2, 4)
    axes = d.draw(st.permutations(range(len(shape))))[:2]
    axes = dict(zip(("axis1", "axis2"), [axes[0], axes[1] - len(shape)], strict=True))
    options = d.some(offset=d.one(0, 1, -1, 5)) | (axes if d.flag() else {})
    if function is np.trace:
        options |= d.some(dtype=None, out=None)
    return d.sample(lambda a: function(a, **options), d.values(shape), note=noted(options))


calls(np.trace, (lambda a: a.trace(), (2, 3)), (lambda a: np.trace(a, 1), (3, 3)))
calls(np.diagonal, (lambda a: a.diagonal(), (2, 3)), (lambda a: a.diagonal(-1), (3, 3)))
calls(
    np.diag,
    *[(lambda a, k=k: np.diag(a, k), (3,)) for k in (0, 1, -2)],
    *[(lambda a, k=k: np.diag(a, k=k), (2, 3)) for k in (0, 1, -1)],
    (np.diag, (0,)),
    (np.diag, (1,)),
)
calls(np.diagflat, (np.diagflat, (2, 2)), (lambda a: np.diagflat(a, 1), (3,)), (np.diagflat, ()))
calls(
    np.ndarray.astype,
    (lambda a: a.astype(np.float64), (2, 3)),
    (lambda a: a.astype(float) * a, (2, 3)),
    (lambda a: a.astype("f8", copy=False), (3,)),
)
calls(
    np.astype,
    (lambda a: np.astype(a, np.float64), (2, 3)),
    (lambda a: np.astype(a, float, copy=False), (3,)),
)

# ---- statistics --------------------------------------------------------------------------


@family(np.sort)
def _sort(function, d):
    shape, axis = _along(d)
    options = d.some(kind=None) if d.flag() else d.some(stable=True)
    return d.sample(lambda a: function(a, axis=axis, **options), d.apart(shape), note=f"{axis}")


@family(np.partition)
def _partition(function, d):
    shape, axis = _along(d, least=1)
    n = int(np.prod(shape)) if axis is None else shape[axis]
    kth = d.one(0, -1, n // 2, (0, n // 2))
    return d.sample(lambda a: function(a, kth, axis=axis), d.apart(shape), note=f"{kth} {axis}")


calls(np.partition, (lambda a: np.partition(a, 1, 0, "introselect"), (3, 2)))


@family(np.median)
def _median(function, d):
    shape = d.shape(least=1)
    options = {"axis": d.axis(len(shape))} | d.some(keepdims=d.flag(), overwrite_input=False)
    if not shape:
        options.pop("keepdims", None)
    return d.sample(lambda a: function(a, **options), d.apart(shape), note=noted(options))


@family(np.quantile, np.percentile)
def _quantile(function, d):
    shape = d.shape(least=1)
    options = {"axis": d.axis(len(shape))} | d.some(keepdims=d.flag(), overwrite_input=False)
    q = d.one(0.3, 0.0, 1.0, np.array([0.2, 0.9]), [[0.1, 0.5]])
    if function is np.percentile:
        q = np.multiply(q, 100)[()]
    return d.sample(
        lambda a: function(a, q, method="linear", **options), d.apart(shape), note=f"{q}, {options}"
    )


_HOLES = np.array([[1.0, np.nan, -0.5], [0.7, 1.4, np.nan]])


def _with_holes(function, **options):
    """Return a sample that puts NaN among its values."""
    return (lambda a: function(np.where(np.isnan(_HOLES), np.nan, a), **options), (2, 3))


for _f in (np.nansum, np.nanprod, np.nanmean, np.nanvar, np.nanstd, np.nanmax, np.nanmin):
    _rest = {"where": np.array([[True, True, True], [True, False, True]])}
    _first = {np.nansum: 1.0, np.nanprod: 2.0, np.nanmax: 0.1, np.nanmin: 0.2}
    calls(
        _f,
        _with_holes(_f),
        _with_holes(_f, axis=0 if _f is not np.nanstd else 1, keepdims=True),
        _with_holes(_f, axis=-1),
        (_f, (2, 3)),
        *(
            [_with_holes(_f, initial=_first[_f], **_rest)]
            if _f in _first
            else [_with_holes(_f, **_rest)]
        ),
        *([] if _f in (np.nanmax, np.nanmin) else [_with_holes(_f, dtype=None)]),
        *(
            [_with_holes(_f, ddof=1), _with_holes(_f, correction=0.5)]
            if _f in (np.nanvar, np.nanstd)
            else []
        ),
    )
for _f in (np.nancumsum, np.nancumprod):
    calls(_f, _with_holes(_f), _with_holes(_f, axis=0), _with_holes(_f, axis=1, dtype=None))
calls(
    np.nan_to_num,
    _with_holes(np.nan_to_num),
    _with_holes(np.nan_to_num, copy=True, nan=2.0, posinf=3.0, neginf=4.0),
    (np.nan_to_num, ()),
)
calls(
    np.cov,
    (np.cov, (2, 3)),
    (np.cov, (4,)),
    (lambda a: np.cov(a, rowvar=False, bias=True), (3, 2)),
    (lambda a, b: np.cov(a, b, ddof=0), (4,), (4,)),
    (lambda a, b: np.cov(a, y=b, rowvar=False), (3, 2), (3, 1)),
)
calls(
    np.cov,
    (lambda a: np.cov(a, fweights=[1, 2, 1]), (2, 3)),
    (lambda a, w: np.cov(a, aweights=w * w), (2, 3), (3,)),
    (lambda a, w: np.cov(a, None, True, False, 1, [1, 2, 1], w * w), (2, 3), (3,)),
)
for _f, _q in ((np.nanquantile, 0.3), (np.nanpercentile, 30.0), (np.nanmedian, None)):
    _g = _f if _q is None else lambda a, q=_q, f=_f, **options: f(a, q, **options)
    calls(
        _f,
        _with_holes(_g),
        _with_holes(_g, axis=0, keepdims=True),
        _with_holes(_g, axis=(0, 1), overwrite_input=False),
        _with_holes(_g, axis=-1, out=None),
        (_g, (3, 2)),
    )
calls(
    np.nanquantile,
    _with_holes(lambda a: np.nanquantile(a, [0.2, 0.9], axis=1, method="linear")),
    (lambda a: np.nanquantile(a, [[0.2]], axis=1), (0, 2)),
)
calls(np.nanpercentile, _with_holes(lambda a: np.nanpercentile(a, [20, 90], axis=1)))
calls(
    np.corrcoef,
    (np.corrcoef, (2, 4)),
    (lambda a, b: np.corrcoef(a, b, rowvar=False), (4, 2), (4, 1)),
    (lambda a, b: np.corrcoef(a, y=b), (4,), (4,)),
)

# ---- numerics ----------------------------------------------------------------------------


@family(np.cumprod)
def _cumprod(function, d):
    shape, axis = _along(d)
    options = d.some(dtype=None, out=None)
    a = d.values(shape)
    return d.sample(
        lambda a: function(a, axis=axis, **options), np.where(d.mask(shape), a, 0.0), note=f"{axis}"
    )


calls(np.cumprod, (np.cumprod, (2, 3)), (lambda a: np.cumprod(a, dtype=np.float64), (3,)))
for _f in (np.multiply, np.maximum, np.minimum, np.logaddexp):
    calls(
        _f.accumulate,
        (_f.accumulate, (3, 2)),
        (lambda a, f=_f: f.accumulate(a, axis=-1, dtype=None), (2, 3)),
        (_f.accumulate, (0, 2)),
    )
if hasattr(np, "cumulative_prod"):
    calls(
        np.cumulative_prod,
        (np.cumulative_prod, (3,)),
        (lambda a: np.cumulative_prod(a, axis=-1, include_initial=True, dtype=None), (2, 3)),
    )
calls(
    np.unwrap,
    (lambda p: np.unwrap(p), np.array([[0.1, 4.0, 8.1, 9.0], [0.1, -4.0, 1.0, 8.0]])),
    (lambda p: np.unwrap(p, discont=0.4, axis=0, period=1.0), (3, 2)),
)
for _f in (np.convolve, np.correlate):
    calls(
        _f,
        *[
            (lambda a, v, f=_f, mode=mode: f(a, v, mode=mode), (n,), (m,))
            for mode in ("full", "same", "valid")
            for n, m in [(5, 3), (3, 5), (4, 4), (4, 1), (4, 2), (2, 4)]
        ],
    )
_GRID = np.array([-1.6, -0.6, 0.1, 1.1, 1.7])
calls(
    np.interp,
    (lambda x, f: np.interp(x, _GRID, f), np.array([[-1.2, 0.5], [2.0, -1.9]]), (5,)),
    (lambda x, g, f: np.interp(x, g, f), np.array([-1.2, 0.5, 1.4]), _GRID, (5,)),
    (lambda x, f: np.interp(x, _GRID, f, left=0.0, right=1.0), np.array([-2.0, 0.5, 1.9]), (5,)),
    (lambda x: np.interp(x, _GRID, _GRID**2), 0.4),
)
calls(
    np.gradient,
    (np.gradient, (4,)),
    (np.gradient, (3, 4)),
    (lambda f: np.gradient(f, 0.5, axis=1, edge_order=2), (2, 4)),
    (lambda f: np.gradient(f, axis=(0, 1)), (2, 3)),
    (lambda f, x: np.gradient(f, x), (5,), _GRID),
    (lambda f, x: np.gradient(f, x, edge_order=2), (5,), _GRID),
    (lambda f, h: np.gradient(f, 2.0, h), (2, 3), ()),
)
calls(
    np.cross,
    (np.cross, (3,), (3,)),
    (np.cross, (2, 3), (3,)),
    (lambda a, b: np.cross(a, b, axis=0), (3, 2), (3, 2)),
    (lambda a, b: np.cross(a, b, axisa=0, axisb=1, axisc=0), (3, 2), (2, 3)),
)
calls(np.linalg.cross, (np.linalg.cross, (2, 3), (2, 3)))
calls(np.linalg.cross, (lambda a, b: np.linalg.cross(a, b, axis=0), (3, 2), (3, 2)))
calls(np.polyval, (np.polyval, (3,), (2, 2)), (np.polyval, (1,), (2,)), (np.polyval, (4,), ()))
_W5 = np.array([0.5, 1.0, 2.0, 1.5, 0.8])
calls(
    np.polyfit,
    (lambda x, y: np.polyfit(x, y, 2), (5,), (5,)),
    (lambda x, y, w: np.polyfit(x, y, 1, w=w), (5,), (5, 2), _W5),
    (lambda x, y: np.polyfit(x, y, 1, None, False, _W5, False), (5,), (5,)),
    (lambda y: np.polyfit([0.0, 1.0, 2.0, 3.5], y, 1, rcond=1e-10, full=False, cov=False), (4,)),
)
calls(np.polyder, (np.polyder, (4,)), (lambda p: np.polyder(p, m=2), (4,)))
calls(
    np.polyint,
    (np.polyint, (3,)),
    (lambda p: np.polyint(p, 2), (3,)),
    (lambda p: np.polyint(p, m=2, k=[0.5, 2.0]), (3,)),
    (lambda p: np.polyint(p, 2, 1.5), (3,)),
)
for _f in (np.polyadd, np.polysub, np.polymul):
    calls(_f, (_f, (4,), (2,)), (_f, (2,), (3,)), (lambda a, f=_f: f([0.0, 1.0, 2.0], a), (2,)))
    calls(_f, (_f, (), (2,)), (lambda a, f=_f: f(a, a), (3,)))
calls(np.poly, (np.poly, (3,)), (np.poly, (0,)), (np.poly, (1,)))
calls(
    np.vander,
    (np.vander, (3,)),
    (lambda x: np.vander(x, N=4, increasing=True), (2,)),
)
calls(
    np.linspace,
    (lambda a, b: np.linspace(a, b, 4), (), ()),
    (lambda a, b: np.linspace(a, b, num=3, endpoint=False, axis=-1, dtype=None), (2,), (2,)),
    (lambda b: np.linspace(0, b, 3, retstep=True), ()),
)
calls(
    np.meshgrid,
    (lambda a, b: np.meshgrid(a, b), (2,), (3,)),
    (lambda a, b, c: np.meshgrid(a, b, c, indexing="ij"), (2,), (3,), (1,)),
    (lambda a, b: np.meshgrid(a, b, sparse=True, copy=True), (2,), ()),
    (lambda a: np.meshgrid(a), (3,)),
)
calls(
    np.select,
    (lambda a: np.select([a > 0.8, a > 0], [a * a, -a], default=2.0), (3, 3)),
    (lambda a, b: np.select([np.array([True, False])], [a], b), (2,), ()),
)
calls(
    np.apply_along_axis,
    (lambda a: np.apply_along_axis(np.sum, 0, a), (2, 3)),
    (lambda a: np.apply_along_axis(lambda r, k: r * k, 1, a, 2.0), (2, 3)),
    (lambda a: np.apply_along_axis(lambda r, k: np.outer(r, r) * k, 1, a, k=2.0), (2, 3, 2)),
)
calls(
    np.copysign,
    (lambda x: np.copysign(x, np.float32([1.0, -1.0, -0.0])), (2, 3)),
)
calls(np.modf, (np.modf, (2, 3)))
calls(np.divmod, (np.divmod, np.array([2.3, 2.7]), np.array([0.8, 0.85])), (divmod, 2.3, 0.8))
calls(np.real, (np.real, (2, 3)), (lambda a: a.real, (2,)))
calls(np.real_if_close, (lambda a: np.real_if_close(a, tol=9), (2, 3)))
calls(np.linalg.matmul, (np.linalg.matmul, (2, 3), (3, 2)))
calls(np.linalg.outer, (np.linalg.outer, (2,), (3,)))
calls(np.linalg.tensordot, (lambda a, b: np.linalg.tensordot(a, b, axes=1), (2, 3), (3, 2)))
calls(np.linalg.vecdot, (lambda a, b: np.linalg.vecdot(a, b, axis=0), (3, 2), (3, 2)))
calls(np.linalg.multi_dot, (lambda a, b, c: np.linalg.multi_dot([a, b, c]), (2,), (2, 3), (3, 2)))
calls(
    np.linalg.matrix_power,
    *[(lambda a, n=n: np.linalg.matrix_power(a, n), (2, 2)) for n in range(6)],
    (lambda a: np.linalg.matrix_power(a, 3), (2, 2, 2)),
    *[(lambda a, n=n: np.linalg.matrix_power(a, n), _regular(2, 2, 2)) for n in (-1, -2, -3)],
)
calls(np.linalg.matrix_transpose, (np.linalg.matrix_transpose, (2, 3)))
calls(np.linalg.diagonal, (lambda x: np.linalg.diagonal(x, offset=1), (2, 3, 3)))
calls(np.linalg.trace, (lambda x: np.linalg.trace(x, offset=-1, dtype=None), (2, 3, 3)))
calls(
    np.linalg.matrix_norm,
    (np.linalg.matrix_norm, (2, 2, 3)),
    (lambda x: np.linalg.matrix_norm(x, ord=1, keepdims=True), (2, 2, 3)),
)
calls(
    np.linalg.vector_norm,
    (np.linalg.vector_norm, (2, 3)),
    (lambda x: np.linalg.vector_norm(x, axis=(0, 2), ord=3, keepdims=True), (2, 3, 2)),
    (lambda x: np.linalg.vector_norm(x, axis=-1), (2, 3)),
)

# ---- linear algebra: far from singular, with values far apart ----------------------------

calls(
    np.linalg.norm,
    *[(lambda a, o=o: np.linalg.norm(a, o), _regular(3, 2)) for o in (2, -2, "nuc")],
    (lambda a: np.linalg.norm(a, 2, (2, 0), keepdims=True), np.moveaxis(_regular(2, 3, 2), 2, 0)),
)
calls(np.linalg.inv, (np.linalg.inv, _regular(3, 3)), (np.linalg.inv, _regular(2, 2, 2)))
calls(
    np.linalg.solve,
    (np.linalg.solve, _regular(3, 3), (3,)),
    (np.linalg.solve, _regular(3, 3), (3, 2)),
    (np.linalg.solve, _regular(2, 3, 3), (3,)),
    (np.linalg.solve, _regular(2, 3, 3), (3, 1)),
    (np.linalg.solve, _regular(1, 2, 2), (3, 2, 2)),
    (lambda a: np.linalg.solve(a, [1.0, 2.0]), _regular(2, 2)),
)
calls(
    np.linalg.tensorsolve,
    (np.linalg.tensorsolve, _regular(6, 6).reshape(2, 3, 6), (2, 3)),
    (
        lambda a, b: np.linalg.tensorsolve(a, b, axes=(1,)),
        np.moveaxis(_regular(6, 6).reshape(2, 3, 6), 2, 1),
        (2, 3),
    ),
)
calls(
    np.linalg.tensorinv,
    (np.linalg.tensorinv, _regular(4, 4).reshape(2, 2, 4, 1)),
    (lambda a: np.linalg.tensorinv(a, ind=1), _regular(4, 4).reshape(4, 2, 2)),
)
calls(
    np.linalg.pinv,
    *[(np.linalg.pinv, _regular(*shape)) for shape in [(3, 2), (2, 3), (2, 3, 2), (2, 2)]],
    (lambda a: np.linalg.pinv(a, rcond=1e-9), _regular(3, 2)),
    (lambda a: np.linalg.pinv(a, hermitian=True), _regular(2, 2)),
    (lambda a: np.linalg.pinv(a, rtol=1e-9), _regular(2, 3)),
)
calls(
    np.linalg.lstsq,
    *[
        (lambda a, b: [np.linalg.lstsq(a, b)[i] for i in (0, 1, 3)], _regular(m, n), b)
        for m, n, b in [(4, 2, (4,)), (4, 2, (4, 2)), (2, 3, (2,)), (2, 2, (2, 1))]
    ],
    (lambda a: np.linalg.lstsq(a, [1.0, 2.0, 0.0], rcond=None)[0], _regular(3, 2)),
)
calls(
    np.linalg.det,
    (np.linalg.det, _regular(3, 3)),
    (np.linalg.det, _regular(2, 2, 2)),
    (np.linalg.det, (1, 1)),
    (np.linalg.det, np.array([[1.0, 2.0], [2.0, 4.0]])),
    (np.linalg.det, np.array([[[0.0, 2.0, 1.0], [0.0, 4.0, 3.0], [0.0, 1.0, 1.0]]])),
    (np.linalg.det, np.zeros((2, 2))),
)
calls(
    np.linalg.slogdet,
    (lambda a: np.linalg.slogdet(a), _regular(3, 3)),
    (lambda a: np.linalg.slogdet(a).logabsdet, -_regular(2, 3, 3)),
)
calls(
    np.linalg.cholesky,
    (np.linalg.cholesky, _regular(3, 3)),
    (lambda a: np.linalg.cholesky(a, upper=True), _regular(2, 3, 3)),
)
calls(
    np.linalg.eigh,
    *[
        (lambda a, o=o: _spectrum(*np.linalg.eigh(a, **o)), _regular(*shape))
        for shape, o in [((3, 3), {}), ((2, 3, 3), {"UPLO": "U"}), ((1, 1), {}), ((0, 0), {})]
    ],
)
calls(
    np.linalg.eigvalsh,
    (np.linalg.eigvalsh, _regular(3, 3)),
    (lambda a: np.linalg.eigvalsh(a, UPLO="U"), _regular(2, 3, 3)),
)


def _triples(u, s, vt):
    """Return the factors with each pair of vectors as a product, where their phase is lost."""
    return np.expand_dims(np.swapaxes(u, -1, -2), -1) * np.expand_dims(vt, -2), s


calls(
    np.linalg.svd,
    *[
        (lambda a: _triples(*np.linalg.svd(a, full_matrices=False)), _regular(*shape))
        for shape in [(3, 3), (4, 2), (2, 3), (2, 3, 2)]
    ],
    (lambda a: _triples(*np.linalg.svd(a)), _regular(2, 2)),
    (lambda a: np.linalg.svd(a, compute_uv=False), _regular(3, 2)),
    (lambda a: np.linalg.svd(a, compute_uv=False, hermitian=True), _regular(2, 2)),
)
calls(
    np.linalg.svdvals,
    (np.linalg.svdvals, _regular(3, 2)),
    (np.linalg.svdvals, _regular(2, 2, 3)),
)
calls(
    np.linalg.cond,
    *[(lambda a, p=p: np.linalg.cond(a, p), _regular(3, 3)) for p in (None, 2, -2, 1, "fro")],
    (np.linalg.cond, _regular(2, 3, 2)),
)
calls(
    np.linalg.qr,
    *[
        (lambda a: tuple(np.linalg.qr(a)), _regular(*shape))
        for shape in [(3, 3), (4, 2), (2, 3), (2, 3, 2), (1, 3)]
    ],
    (lambda a: np.linalg.qr(a, mode="r"), _regular(3, 2)),
    (lambda a: np.linalg.qr(a, "complete")[0], _regular(2, 3)),
)


def of(function):
    """Return the strategies and the fixed samples of a function."""
    function = INSIDE.get(function, function)
    return FAMILIES.get(function, []), FIXED.get(function, [])
