"""Values and gradients are those of JAX, in float64, where jax.numpy has the function."""

import numpy as np
import pytest
import scipy.special
from derivatives import flat

from dlbook import special
from dlbook.autodiff import jvp, vjp

jax = pytest.importorskip("jax")

A, B = (2, 3), (3,)
POSITIVE = [np.array([[0.4, 1.5, 2.2], [0.9, 3.1, 0.6]])]
INNER = [np.array([[0.4, -0.5, 0.2], [0.9, -0.1, 0.6]])]
APART = [np.array([[0.4, -1.5, 2.2], [-0.9, 3.1, 0.6]]), np.array([1.0, -2.0, 0.7])]

UNARY = {
    "positive negative square exp exp2 expm1 sin cos tan arctan sinh cosh tanh arcsinh "
    "absolute fabs reciprocal cbrt deg2rad rad2deg sinc": APART[:1],
    "log log2 log10 log1p sqrt": POSITIVE,
    "arcsin arccos arctanh": INNER,
    "arccosh": [POSITIVE[0] + 1],
    "sum mean var std prod max min ptp median cumsum cumprod ravel transpose flip fliplr flipud": (
        APART[:1]
    ),
    "diff atleast_1d atleast_2d atleast_3d rot90 tril triu trace diagonal diag nansum": (APART[:1]),
    "nanmean nanmax nanmin nanprod nanvar nanstd sort average squeeze diagflat trapezoid "
    "gradient": (APART[:1]),
}
BINARY = (
    "add subtract multiply divide hypot arctan2 logaddexp logaddexp2 maximum minimum fmax fmin "
    "remainder fmod dot inner outer kron matmul"
)

CASES = {
    **{
        name: (lambda xp, a, name=name: getattr(xp, name)(a), *args)
        for names, args in UNARY.items()
        for name in names.split()
    },
    **{
        name: (lambda xp, a, b, name=name: getattr(xp, name)(a, b), *APART)
        for name in BINARY.split()
    },
    "power": (lambda xp, a, b: xp.power(a, b), POSITIVE[0], APART[1]),
    "float_power": (lambda xp, a, b: xp.float_power(a, b), POSITIVE[0], APART[1]),
    "clip": (lambda xp, a: xp.clip(a, -1.0, 1.0), *APART[:1]),
    "where": (lambda xp, a, b: xp.where(a > 0, a, b), *APART),
    "sum over axes": (lambda xp, a: xp.sum(a, axis=(0, 2), keepdims=True), (2, 3, 2)),
    "mean where": (lambda xp, a: xp.mean(a, axis=1, where=np.array([True, True, False])), A),
    "var ddof": (lambda xp, a: xp.var(a, axis=1, ddof=1, keepdims=True), A),
    "std of an axis": (lambda xp, a: xp.std(a, axis=0), A),
    "prod with zeros": (lambda xp, a: xp.prod(a, axis=1), np.array([[0.0, 2.0], [0.0, 0.0]])),
    "max of an axis": (lambda xp, a: xp.max(a, axis=1, initial=1.0), APART[0]),
    "min where": (
        lambda xp, a: xp.min(a, axis=0, initial=9.0, where=np.array([[True], [False]])),
        APART[0],
    ),
    **{
        f"norm {ord} {axis}": (
            lambda xp, a, ord=ord, axis=axis: xp.linalg.norm(a, ord=ord, axis=axis),
            A,
        )
        for ord, axis in [(None, None), (1, 0), (2, 1), (3, 1), (np.inf, 1), (-np.inf, 0),
                          ("fro", None), (1, None), (np.inf, None), (-1, None)]
    },
    "cumsum of an axis": (lambda xp, a: xp.cumsum(a, axis=1), A),
    "diff twice": (lambda xp, a: xp.diff(a, n=2, axis=1, prepend=1.0), A),
    "reshape": (lambda xp, a: xp.reshape(a, (3, 2), order="F"), A),
    "moveaxis": (lambda xp, a: xp.moveaxis(a, [0, 2], [1, 0]), (2, 3, 1)),
    "swapaxes": (lambda xp, a: xp.swapaxes(a, 0, 1), A),
    "expand_dims": (lambda xp, a: xp.expand_dims(a, (0, 2)), A),
    "broadcast_to": (lambda xp, a: xp.broadcast_to(a, (2, 2, 3)), A),
    "concatenate": (lambda xp, a, b: xp.concatenate([a, b[None], a], axis=0), A, B),
    "stack": (lambda xp, a, b: xp.stack([b, a[0], b], axis=-1), A, B),
    "vstack": (lambda xp, a, b: xp.vstack([a, b]), A, B),
    "hstack": (lambda xp, a, b: xp.hstack([a[0], b]), A, B),
    "dstack": (lambda xp, a: xp.dstack([a, a]), A),
    "column_stack": (lambda xp, a, b: xp.column_stack([b, a.T]), A, B),
    "block": (lambda xp, a, b: xp.block([[a, a], [b, b]]), A, B),
    "append": (lambda xp, a, b: xp.append(a, b), A, B),
    "split": (lambda xp, a: xp.split(a, [1, 2], axis=1), A),
    "array_split": (lambda xp, a: xp.array_split(a, 2, axis=1), A),
    "tile": (lambda xp, a: xp.tile(a, (2, 1, 2)), A),
    "repeat": (lambda xp, a: xp.repeat(a, np.array([2, 0, 1]), axis=1, total_repeat_length=3)
               if xp is not np else xp.repeat(a, np.array([2, 0, 1]), axis=1), A),
    "roll": (lambda xp, a: xp.roll(a, (1, -1), axis=(0, 1)), A),
    **{
        f"pad {mode}": (lambda xp, a, mode=mode: xp.pad(a, ((1, 2), (2, 1)), mode=mode), (4, 3))
        for mode in ("constant", "edge", "reflect", "symmetric", "wrap")
    },
    "take": (lambda xp, a: xp.take(a, np.array([[0, -1], [2, 2]]), axis=1), A),
    "take_along_axis": (
        lambda xp, a: xp.take_along_axis(a, np.array([[0, 0], [2, 1]]), axis=1), A),
    "index": (lambda xp, a: a[:, np.array([0, 0, 2])] * a[::-1, -1:], A),
    "index mixed": (lambda xp, a: a[np.array([1, 1]), None, :, np.array([0, 1])], (2, 2, 3)),
    "mask": (lambda xp, a: a[np.array([[True, False, True], [False, True, True]])], A),
    "delete": (lambda xp, a: xp.delete(a, 1, axis=1), A),
    "vdot": (lambda xp, a, b: xp.vdot(a, b), A, A),
    "tensordot": (lambda xp, a, b: xp.tensordot(a, b, axes=([0, 2], [1, 0])), (2, 3, 4), (4, 2)),
    "matmul of batches": (lambda xp, a, b: a @ b, (2, 1, 2, 3), (2, 3, 2)),
    "matmul of a vector": (lambda xp, a, b: b @ a, (2, 3, 2), B),
    "vecdot": (lambda xp, a, b: xp.vecdot(a, b), A, B),
    "matvec": (lambda xp, a, b: xp.matvec(a, b), (2, 2, 3), B),
    "vecmat": (lambda xp, a, b: xp.vecmat(b, a), (2, 3, 2), B),
    **{
        f"einsum {s}": (lambda xp, *a, s=s: xp.einsum(s, *a), *shapes)
        for s, *shapes in [
            ("ii->i", (3, 3)), ("iij->j", (2, 2, 3)), ("ij,jk", A, (3, 2)), ("ij,k->i", A, B),
            ("...ij,jk->...ik", (2, 2, 3), (3, 2)), ("i,i,i->", B, B, B), ("...i->i...", A),
        ]
    },
    "cross": (lambda xp, a, b: xp.cross(a, b), A, B),
    "interp": (lambda xp, a, b: xp.interp(a, np.arange(3.0), b), INNER[0] + 1.05, B),
    "convolve": (lambda xp, a, b: xp.convolve(a[0], b, mode="same"), (1, 5), B),
    "median of an axis": (lambda xp, a: xp.median(a, axis=1), APART[0]),
    "sort of an axis": (lambda xp, a: xp.sort(a, axis=0), APART[0]),
    "outer of a ufunc": (lambda xp, a, b: xp.multiply.outer(a, b), A, B),
    "add.reduce": (lambda xp, a: xp.add.reduce(a, axis=1), A),
    "logaddexp.reduce": (lambda xp, a: xp.logaddexp.reduce(a, axis=1), A),
    "nan_to_num": (lambda xp, a: xp.nan_to_num(a), A),
    "meshgrid": (lambda xp, a, b: xp.meshgrid(a[0], b), A, B),
    "polyval": (lambda xp, a, b: xp.polyval(b, a), A, B),
    "cov": (lambda xp, a: xp.cov(a), A),
    "vander": (lambda xp, b: xp.vander(b), B),
    "linspace": (lambda xp, b: xp.linspace(b[0], b[1], 4), B),
    "select": (lambda xp, a: xp.select([a > 1, a > 0], [a * a, a], 0.0), APART[0]),
    "unwrap": (lambda xp, a: xp.unwrap(a), A),
    "percentile": (lambda xp, a: xp.percentile(a, 30.0, axis=1), APART[0]),
    "quantile": (lambda xp, a: xp.quantile(a, np.array([0.2, 0.9]), axis=0), APART[0]),
    "corrcoef": (lambda xp, a: xp.corrcoef(a), A),
    "inv": (lambda xp, a: xp.linalg.inv(a), (2, 3, 3)),
    "solve": (lambda xp, a, b: xp.linalg.solve(a, b), (3, 3), (3, 2)),
    "solve of batches": (lambda xp, a, b: xp.linalg.solve(a, b), (4, 3, 3), (3, 2)),
    "det": (lambda xp, a: xp.linalg.det(a), (2, 3, 3)),
    "slogdet": (lambda xp, a: xp.linalg.slogdet(a)[1], (2, 3, 3)),
    "cholesky": (lambda xp, a: xp.linalg.cholesky(a @ a.mT + np.eye(3)), (2, 3, 3)),
    "eigh": (lambda xp, a: [w := xp.linalg.eigh(a + a.T), w[0], w[1] ** 2][1:], (4, 4)),
    "eigvalsh": (lambda xp, a: xp.linalg.eigvalsh(a + a.mT), (2, 3, 3)),
    "svd": (lambda xp, a: [w := xp.linalg.svd(a, full_matrices=False), w[1], w[0] ** 2,
                           w[0] @ w[2]][1:], (4, 3)),
    "svd of a wide matrix": (lambda xp, a: xp.linalg.svd(a, full_matrices=False)[2] ** 2, A),
    "singular values": (lambda xp, a: xp.linalg.svd(a, compute_uv=False), (2, 4, 3)),
    "pinv": (lambda xp, a: xp.linalg.pinv(a), A),
    "lstsq": (lambda xp, a, b: xp.linalg.lstsq(a, b)[0], (4, 3), (4,)),
    "qr": (lambda xp, a: list(xp.linalg.qr(a)), (4, 3)),
    "matrix_power": (lambda xp, a: xp.linalg.matrix_power(a, -2), (3, 3)),
    "multi_dot": (lambda xp, a, b: xp.linalg.multi_dot([a, b, a]), A, (3, 2)),
    **{f"norm {o}": (lambda xp, a, o=o: xp.linalg.norm(a, o), A) for o in (2, -2, "nuc")},
}  # fmt: skip


def _special(xp):
    return scipy.special if xp is np else jax.scipy.special


SPECIAL = {
    "expit erf erfc erfinv ndtr log_ndtr i0 i1 i0e i1e": INNER,
    "gammaln gamma digamma entr exp1 expi": POSITIVE,
    "logit ndtri": [INNER[0] / 3 + 0.5],
    "xlogy xlog1py rel_entr kl_div beta betaln": [*POSITIVE, np.array([1.0, 2.0, 0.7])],
}
CASES |= {
    f"special.{name}": (lambda xp, *a, name=name: getattr(_special(xp), name)(*a), *args)
    for names, args in SPECIAL.items()
    for name in names.split()
}
for name in ("logsumexp", "softmax", "log_softmax"):
    CASES[f"special.{name} of an axis"] = (
        lambda xp, a, name=name: getattr(special if xp is np else jax.scipy.special, name)(
            a, axis=1
        ),
        A,
    )
if not hasattr(np, "matvec"):  # NumPy < 2.2
    del CASES["matvec"], CASES["vecmat"]


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_is_jaxs(name):
    f, *places = CASES[name]
    rng = np.random.default_rng(7)
    args = [rng.normal(size=p) if isinstance(p, tuple) else p for p in places]
    value, pullback = vjp(lambda *a: f(np, *a), *args)
    with jax.enable_x64():
        expected, pull = jax.vjp(lambda *a: f(jax.numpy, *a), *map(jax.numpy.asarray, args))
        weights, structure = jax.tree_util.tree_flatten(expected)
        weights = [rng.normal(size=np.shape(w)) for w in weights]
        np.testing.assert_allclose(
            flat(value),
            flat([np.asarray(w) for w in jax.tree_util.tree_leaves(expected)]),
            1e-12,
            1e-14,
        )
        wanted = pull(jax.tree_util.tree_unflatten(structure, weights))
        given = weights[0] if len(weights) == 1 else type(value)(weights)
        for one, other in zip(pullback(given), wanted, strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-10, atol=1e-12)


# ---- complex values: the same convention ---------------------------------------------------


def _mean(xp, w, v):
    return v @ (xp.tanh(w)[..., None] * xp.conj(v).mT)


def _low_rank(xp, u, s, vh):
    return (u * xp.tanh(s)[..., None, :]) @ vh


COMPLEX = (
    "positive negative square exp exp2 expm1 sin cos tan arctan sinh cosh tanh arcsinh absolute "
    "reciprocal sinc log log2 log10 log1p sqrt arcsin arccos arctanh arccosh sum mean var std prod "
    "cumsum cumprod ravel transpose flip diff rot90 tril triu trace diagonal diag average squeeze "
    "add subtract multiply divide dot inner outer kron matmul power where trapezoid "
    "reshape moveaxis broadcast_to concatenate stack block tile repeat roll take index mask vdot "
    "tensordot vecdot matvec vecmat cross convolve polyval vander linspace inv solve det "
    "matrix_power multi_dot"
)
TRANSFORMS = {
    **{
        f"{name} {options}": (
            lambda xp, z, name=name, options=options: getattr(xp.fft, name)(z, **options), (3, 4)
        )
        for name in ("fft", "ifft", "irfft", "hfft")
        for options in ({}, {"n": 3, "axis": 0, "norm": "ortho"}, {"n": 6, "norm": "forward"})
    },
    **{
        f"{name} {options}": (
            lambda xp, z, name=name, options=options: getattr(xp.fft, name)(z, **options), (2, 3, 4)
        )
        for name in ("fft2", "ifft2", "irfft2", "fftn", "ifftn", "irfftn")
        for options in ({}, {"s": (4, 2), "axes": (2, 0)})
    },
    **{
        f"{name} {shift}": (lambda xp, z, name=name: getattr(xp.fft, name)(z, axes=1), (3, 4))
        for name in ("fftshift", "ifftshift")
        for shift in ("axes",)
    },
    "real": (lambda xp, z: xp.real(z), A),
    "imag": (lambda xp, z: xp.imag(z), A),
    "conj": (lambda xp, z: xp.conj(z), A),
    "angle": (lambda xp, z: xp.angle(z), A),
    "sign of slogdet": (lambda xp, z: xp.linalg.slogdet(z)[0], (2, 3, 3)),
    "size of slogdet": (lambda xp, z: xp.linalg.slogdet(z)[1], (2, 3, 3)),
    "cholesky": (
        lambda xp, z: xp.linalg.cholesky(z @ xp.conj(z).mT + np.eye(3)), (2, 3, 3)
    ),
    "eigvalsh": (lambda xp, z: xp.linalg.eigvalsh(z + xp.conj(z).mT), (2, 3, 3)),
    "eigh": (lambda xp, z: _mean(xp, *xp.linalg.eigh(z + xp.conj(z).mT)), (2, 3, 3)),
    **{
        f"{name} {shape}": (f, shape)
        for name, f in {
            "svdvals": lambda xp, z: xp.linalg.svdvals(z),
            "svd": lambda xp, z: _low_rank(xp, *xp.linalg.svd(z, full_matrices=False)),
            "pinv": lambda xp, z: xp.linalg.pinv(z),
        }.items()
        for shape in [(3, 3), (2, 4, 2), (2, 4)]
    },
    **{
        f"{name} of qr {shape}": (lambda xp, z, i=i: xp.linalg.qr(z)[i], shape)
        for shape in [(3, 3), (2, 4, 2)]
        for i, name in enumerate("QR")
    },
    "lstsq": (lambda xp, a, b: xp.linalg.lstsq(a, b)[0], (4, 2), (4, 3)),
    "nuclear norm": (lambda xp, z: xp.linalg.norm(z, "nuc"), A),
    "norm": (lambda xp, z: xp.linalg.norm(z), A),
    "norm of rows": (lambda xp, z: xp.linalg.norm(z, 3, axis=1), A),
    "largest column": (lambda xp, z: xp.linalg.norm(z, 1), A),
}  # fmt: skip
REAL_TRANSFORMS = {
    f"{name} {options}": (
        lambda xp, x, name=name, options=options: getattr(xp.fft, name)(x, **options), (3, 4)
    )
    for name in ("fft", "rfft", "ihfft", "rfft2", "rfftn", "fftn")
    for options in (({}, {"norm": "forward"}) if name.endswith(("2", "n")) else (
        {}, {"n": 3, "axis": 0, "norm": "ortho"}, {"n": 7}))
}  # fmt: skip
WITH_COMPLEX = {
    **{name: CASES[name] for name in COMPLEX.split() if name in CASES},
    **TRANSFORMS,
    **{f"{name} of real numbers": case for name, case in REAL_TRANSFORMS.items()},
}


@pytest.mark.slow
@pytest.mark.parametrize("name", WITH_COMPLEX)
def test_complex_values_are_jaxs(name):
    f, *places = WITH_COMPLEX[name]
    rng = np.random.default_rng(8)
    args = [rng.normal(size=p) if isinstance(p, tuple) else p for p in places]
    if not name.endswith("real numbers"):
        args = [a + 1j * rng.uniform(0.3, 0.9, np.shape(a)) for a in args]
    value, pullback = vjp(lambda *a: f(np, *a), *args)
    with jax.enable_x64():
        expected, pull = jax.vjp(lambda *a: f(jax.numpy, *a), *map(jax.numpy.asarray, args))
        np.testing.assert_allclose(value, np.asarray(expected), 1e-12, 1e-13)
        weights = rng.normal(size=np.shape(value))
        if np.iscomplexobj(value):
            weights = weights + 1j * rng.normal(size=np.shape(value))
        wanted = pull(jax.numpy.asarray(weights))
    for one, other in zip(pullback(weights), wanted, strict=True):
        assert one.dtype == other.dtype
        np.testing.assert_allclose(one, other, rtol=1e-10, atol=1e-12)


FACTORS = {
    "eigh": (lambda xp, z: xp.linalg.eigh(z + xp.conj(z).mT)[::-1], (2, 3, 3)),
    "svd": (lambda xp, z: xp.linalg.svd(z, full_matrices=False), (2, 3, 3)),
    "tall svd": (lambda xp, z: xp.linalg.svd(z, full_matrices=False), (4, 2)),
    "wide svd": (lambda xp, z: xp.linalg.svd(z, full_matrices=False), (2, 4)),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", FACTORS)
def test_phases_of_complex_vectors_turn_as_in_jax(name):
    """Which a matrix does not determine. JAX's vectors may have others, which are given to ours."""
    f, shape = FACTORS[name]
    rng = np.random.default_rng(9)
    z, dz = (rng.normal(size=shape) + 1j * rng.normal(size=shape) for _ in range(2))
    value, moved = jvp(lambda z: f(np, z), (z,), (dz,))
    with jax.enable_x64():
        wanted = jax.jvp(lambda z: f(jax.numpy, z), (z,), (dz,))
    phases = np.sum(np.conj(value[0]) * np.asarray(wanted[0][0]), axis=-2, keepdims=True)
    np.testing.assert_allclose(np.abs(phases), 1.0, rtol=1e-12)
    for found, other in zip((value, moved), wanted, strict=True):
        first, values, *last = found
        alike = [first * phases, values, *[part * np.conj(phases).mT for part in last]]
        for one, part in zip(alike, other, strict=True):
            np.testing.assert_allclose(one, part, rtol=1e-9, atol=1e-12)

    turn = [1 - 2j if np.iscomplexobj(part) else 1 for part in value]
    weights = [rng.normal(size=np.shape(p)) * t for p, t in zip(value, turn, strict=True)]
    (adjoint,) = vjp(lambda z: list(f(np, z)), z)[1](weights)
    along = sum(np.sum(w * part).real for w, part in zip(weights, moved, strict=True))
    np.testing.assert_allclose(np.sum(adjoint * dz).real, along, rtol=1e-10)
