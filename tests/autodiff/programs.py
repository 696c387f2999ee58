"""One-line programs as users write them, each with what becomes of it under a transformation.

A program is the body of a function of four arguments, an expression or statements with
``return``. It is differentiated by those arguments that it names:

    s   a Python float, 0.7
    x   a vector of three numbers, one of them negative
    p   a vector of three numbers between 0 and 1
    X   a matrix of shape (3, 3)

It may use these plain values: the vector ``a``, the matrix ``A`` (both float64), the mask ``m``,
the integers ``i = [2, 0, 2]``, ``n = 3``, a generator ``rng``, the float32 vector ``a32``; and the
names of `NAMES` below.

A program that needs a newer NumPy than 2.0 begins with ``# 2.1: `` and the like.
"""

from __future__ import annotations

import copy
import fractions
import functools
import io
import itertools
import math
import operator
import pickle
import statistics
from typing import Any

import numpy as np

from dlbook import autodiff
from dlbook.autodiff import stop_gradient

ARGUMENTS: dict[str, Any] = {
    "s": 0.7,
    "x": np.array([0.7, -1.3, 2.1]),
    "p": np.array([0.3, 0.55, 0.8]),
    "X": np.array([[0.4, -1.1, 2.3], [1.7, 0.6, -0.2], [-0.9, 1.2, 0.8]]),
}

NAMES: dict[str, Any] = {
    "np": np,
    "math": math,
    "copy": copy,
    "functools": functools,
    "io": io,
    "itertools": itertools,
    "operator": operator,
    "pickle": pickle,
    "statistics": statistics,
    "Fraction": fractions.Fraction,
    "autodiff": autodiff,
    "grad": autodiff.grad,
    "stop_gradient": stop_gradient,
}


def plain_values() -> dict[str, Any]:
    """Return the plain values that programs use, fresh, since some programs would change them."""
    return {
        "a": np.array([1.5, -0.4, 0.9]),
        "A": np.array([[1.0, 2.0, -1.0], [0.5, -0.3, 1.1], [2.2, 0.1, 0.7]]),
        "a32": np.array([1.5, -0.5, 0.25], np.float32),
        "m": np.array([True, False, True]),
        "i": np.array([2, 0, 2]),
        "n": 3,
        "rng": np.random.default_rng(5),
    }


#: Differentiated rightly, in both modes.
RIGHT = """
# operators, with operands of every kind on both sides
x + a
a + x
x + 1
1 + x
x - a
a - x
2.5 - x
x * x
x * a
A * x
x * True
np.float64(2.5) * x
x * np.float64(2.5)
np.float32(2.5) * x
np.int64(3) * x
x / p
a / p
1 / p
x / np.array(2.0)
np.array(2.0) / p
x ** 2
x ** 3.0
p ** 0.5
p ** -1
p ** a
2.0 ** x
p ** p
x % 0.4
5.0 % p
-x
+x
abs(x)
divmod(x, 0.8)[1]
X @ x
x @ X
x @ a
a @ x
A @ X
X @ A @ x
x + [1.0, 2.0, 3.0]
[1.0, 2.0, 3.0] * x
(1.0, 2.0, 3.0) * x
x + X
x[:, None] * p
pow(p, 3)
operator.add(x, a)
operator.matmul(X, a)
Fraction(1, 3) * s
s * Fraction(1, 3)
x + np.bool_(True)
x * m
m * x
i * x

# Python floats stay Python floats
s * s
s + 1
2 / s
s ** 3
s ** 0.5
s ** s
2 ** s
abs(-s)
-s
s % 0.3
divmod(s, 0.4)[1]
s * a
a * s
np.exp(s)
np.sqrt(s) * np.pi
np.float64(1.5) ** s
s if s > 0 else -s
max(s, 0.2)
min(s, 0.2, s * s)
sum([s, s * s])
math.prod([s, 2.0, s])
s * math.pi + math.e
(lambda u: u * u)(s)
s.real * 2
s.conjugate() * 2
s + bool(s) * s
round(s, 1) * s
(s > 0.5) * s
functools.reduce(operator.mul, [s, s, s])
[s, s * 2.0]
{"value": s * s, "rest": [s, a]}
(s, (s * 3.0, 1.0))

# loops, comprehensions, unpacking, generators
sum(x)
sum(v * v for v in x)
sum([v * w for v, w in zip(x, a)])
np.stack([v * v for v in x])
np.stack(list(x))
np.stack(sorted(x))
np.stack([max(v, 0.0) for v in x])
max(x) * min(x)
max(x, key=lambda v: abs(v)) * 2
u, v, w = x; return u * v / w
first, *rest = x; return first * rest[-1]
y = 1.0; [y := y * v for v in x]; return y
list(itertools.accumulate(x))[-1]
np.stack([v * k for k, v in enumerate(x)])
np.stack([row @ a for row in X])
sum(row.sum() * k for k, row in enumerate(X))
functools.reduce(lambda u, v: u * v + 1, x)
d = {"u": x, "v": p}; return d["u"] * d["v"]
np.stack(list(reversed([v * v for v in x])))
np.stack([f(v) for f, v in zip((np.sin, np.cos, np.tan), p)])
np.stack([*map(np.exp, x)])
h = x; [h := np.tanh(A @ h) for _ in range(4)]; return h
y = x; y = y * 2; return y + x
len(x) * x
x if x.shape == (3,) else 0.0
next(iter(x)) * 2

# ufuncs
np.add(x, a)
np.add(a, x)
np.subtract(a, x)
np.multiply(x, x)
np.divide(x, p)
np.true_divide(1.0, p)
np.power(p, 1.7)
np.float_power(p, 2)
np.remainder(x, 0.4)
np.mod(x, 0.4)
np.fmod(x, 0.4)
np.negative(x)
np.positive(x)
np.absolute(x)
np.abs(x)
np.fabs(x)
np.exp(x)
np.exp2(x)
np.expm1(x)
np.log(p)
np.log2(p)
np.log10(p)
np.log1p(p)
np.sqrt(p)
np.cbrt(p)
np.square(x)
np.reciprocal(p)
np.sin(x)
np.cos(x)
np.tan(p)
np.arcsin(p)
np.arccos(p)
np.arctan(x)
np.asin(p)
np.arctan2(x, a)
np.arctan2(a, x)
np.hypot(x, a)
np.sinh(x)
np.cosh(x)
np.tanh(x)
np.arcsinh(x)
np.arccosh(1 + p)
np.arctanh(p)
np.deg2rad(x)
np.rad2deg(x)
np.degrees(x)
np.radians(x)
np.sinc(x)
np.sinc(x * 1e-3)
np.logaddexp(x, a)
np.logaddexp2(a, x)
np.maximum(x, 0)
np.maximum(x, a)
np.minimum(a, x)
np.fmax(x, a)
np.fmin(x, a)
np.sign(x) * x
np.floor(x) * x
np.ceil(x) * x
np.trunc(x) * x
np.rint(x) * x
np.heaviside(x, 0.5) * x
np.isnan(x) * x
np.isfinite(x) * x
np.conjugate(x)
np.clip(x, -1, 1)
np.clip(x, -1.0, None)
np.clip(x, None, 1.0)
np.clip(x, a_min=-1.0, a_max=1.0)
np.clip(a, p - 1, p)
x.clip(-1, 1)
x.clip(max=1.0)
# 2.1: np.clip(x, min=-1.0, max=1.0)
np.add.outer(x, a)
np.multiply.outer(a, x)
np.subtract.outer(x, x)
np.add.reduce(x)
np.add.reduce(X, axis=1)
np.add.reduce(X, axis=(0, 1))
np.multiply.reduce(x)
np.maximum.reduce(x)
np.minimum.reduce(X, axis=1)
np.logaddexp.reduce(x)
np.add.accumulate(x)
np.where(m, x, a)
np.where(x > 0, x, 0.0)
np.where(m, s, 0.0)
np.where(m, 1.0, x)
np.exp(x, dtype=None)
np.exp(x, where=True)
np.exp(x, casting="unsafe")
np.exp(s, dtype=float)
np.add(x, 1, dtype=np.float64, casting="safe")
np.multiply(x, [1, 2, 3], dtype=float)
np.add(s, a32, dtype=np.float64)
np.add(x, 0.5, dtype=int, casting="unsafe") * x
np.matmul(X, x)
np.matmul(X, A, axes=[(1, 0), (0, 1), (1, 0)])
np.matmul(X, x, axes=[(1, 0), (0,), (0,)])
# 2.0: np.vecdot(X, A, axes=[(0,), (0,)])
# 2.0: np.vecdot(X, A, axes=[0, 0, ()])
np.spacing(x) * x
np.angle(x) * x
np.isreal(x) * x
np.isposinf(x) * x
np.nanargmax(x) * x
np.argpartition(x, 1) * x
np.lexsort((x, a)) * x
np.isin(x, a) * x
np.bincount(i, weights=x)
np.bincount(i, x, 5)
np.bincount([0, 0, 1], weights=x * x)
np.piecewise(x, [x < 0, x >= 0], [0.0, lambda v: v * v])
np.piecewise(s, s > 0, [lambda v: v * v, -1.0])
np.nextafter(a, 1.0) * x

# reductions
np.sum(x)
np.sum(X, axis=0)
np.sum(X, 1)
np.sum(X, axis=-1, keepdims=True)
np.sum(X, axis=(0, 1))
np.sum(x, where=m)
np.sum(x, initial=3.0)
np.sum(X, axis=0, where=m)
x.sum()
X.sum(0)
X.sum(axis=1, keepdims=True)
np.mean(x)
np.mean(X, axis=0)
np.mean(X, axis=1, keepdims=True)
np.mean(x, where=m)
x.mean()
np.average(x, weights=a)
np.average(x, weights=p)
np.var(x)
np.var(X, axis=0)
np.var(X, axis=0, ddof=1)
x.var()
np.std(x)
np.std(X, axis=1, keepdims=True)
x.std(ddof=1)
np.prod(x)
np.prod(X, axis=0)
x.prod()
np.prod(x * 0.0 + a)
np.max(x)
np.max(X, axis=1)
np.max(x, initial=0.5)
np.amax(x)
np.amin(x)
x.max()
np.min(X, axis=0, keepdims=True)
x.min()
np.ptp(x)
np.linalg.norm(x)
np.linalg.norm(X)
np.linalg.norm(X, axis=1)
np.linalg.norm(x, 1)
np.linalg.norm(x, np.inf)
np.linalg.norm(x, 3)
np.linalg.norm(X, "fro")
np.cumsum(x)
np.cumsum(X, axis=1)
x.cumsum()
np.diff(x)
np.diff(X, axis=0)
np.diff(x, n=2)
np.diff(x, prepend=0.0)
np.diff(a, prepend=s)
np.trapezoid(x)
np.trapezoid(x, a)
np.trapezoid(a, x)
np.nansum(np.where(m, x, np.nan))
np.nanmean(x)
np.nan_to_num(x)
np.cumprod(x)
np.sort(x)
np.sort(X, axis=0)
np.median(x)
np.quantile(x, 0.3)
np.interp(s, [0.0, 1.0, 2.0], a)
np.interp(a, [-1.0, 0.0, 2.0], x)
np.convolve(x, a)
np.gradient(x)
np.cov(X)
np.exp(x).sum() + x.argmax() * x[0]
x[np.argmax(x)]
x[x.argsort()]
np.any(x > 0) * x
np.count_nonzero(x) * x
np.all(x < 5) * x

# shapes
np.reshape(X, (9,))
np.reshape(X, -1)
X.reshape(1, 9)
X.reshape((9, 1))
X.reshape(-1)
np.reshape(X, 9, order="F")
# 2.1: np.reshape(X, shape=(1, 9))
# 2.1: X.reshape(9, copy=True)
np.ravel(X)
X.ravel()
X.flatten()
X.T
X.mT
X.transpose()
X.transpose(1, 0)
X.transpose((1, 0))
np.transpose(X)
np.transpose(X, (1, 0))
np.permute_dims(X, (1, 0))
np.matrix_transpose(X)
np.moveaxis(X, 0, 1)
np.swapaxes(X, 0, 1)
X.swapaxes(0, 1)
np.rollaxis(X, 1)
np.squeeze(x[None])
x[None].squeeze()
np.expand_dims(x, 0)
np.expand_dims(x, axis=(0, 2))
np.broadcast_to(x, (2, 3))
np.broadcast_arrays(x, A)[0]
np.atleast_1d(s)
np.atleast_2d(x)
np.atleast_3d(x)
np.concatenate([x, a])
np.concatenate((a, x, x))
np.concatenate([X, A], 1)
np.concatenate([X, A], axis=0)
np.concatenate([X, A], axis=None)
np.concat([x, p])
np.stack([x, a])
np.stack([x, a], axis=1)
np.stack([x, a], -1)
np.stack([s, 1.0, s * s])
np.vstack([x, a])
np.hstack([x, a])
np.dstack([x, a])
np.column_stack([x, a])
np.block([[X, A], [A, X]])
np.append(x, 1.0)
np.append(x, a)
np.split(x, 3)[1]
np.split(X, [1], axis=1)[0]
np.array_split(x, 2)[0]
np.vsplit(X, 3)[0]
np.hsplit(X, 3)[2]
# 2.1: np.unstack(X)[1]
np.tile(x, 2)
np.tile(x, (2, 1))
np.repeat(x, 2)
np.repeat(X, 2, axis=0)
np.repeat(x, [1, 2, 3])
x.repeat(2)
np.flip(x)
np.flip(X, axis=1)
np.flipud(X)
np.fliplr(X)
np.rot90(X)
np.roll(x, 1)
np.roll(X, 1, axis=0)
np.roll(X, (1, 2), axis=(0, 1))
np.pad(x, 1)
np.pad(x, (1, 2), constant_values=3.0)
np.pad(x, 1, mode="edge")
np.pad(x, 1, mode="reflect")
np.tril(X)
np.triu(X, 1)
np.diag(x)
np.diag(X)
np.diagonal(X)
X.diagonal()
np.diagflat(x)
np.trace(X)
X.trace()
np.delete(x, 1)
np.insert(a, 1, 2.0) @ np.concatenate([x, p[:1]])
np.copy(x)
x.copy()
x.astype(float)
x.astype(np.float64)
np.astype(x, np.float64)
np.array([s, s * s], like=np.ones(1) * s)
np.array(x, like=x)
np.zeros_like(x) + x
np.ones_like(x) * x
np.full_like(x, 2.0) * x
np.full_like(x, s)
np.empty_like(x).size * x
np.real(x)
np.imag(x) + x
x.imag + x
x.real
np.abs(1j * x)
np.abs(s + 1j)
np.real(np.exp(1j * x))
(x * 1j + 1).imag
((1j * s) ** 2).real
np.real((-s) ** 0.5)
np.imag((s - 1.0) ** 0.5 * s)
np.imag((s - 1.0) ** 0.5 * 2.0 ** (1j * s))
np.real(np.sqrt(x + 0.5j) * x.astype(complex))
np.imag(x * np.array(1j) + np.multiply(x, 2j))
np.sum(np.abs(np.fft.fft(x)) ** 2)
np.fft.irfft(np.fft.rfft(x) * np.fft.rfft(a), n)
np.fft.irfft(np.fft.fftfreq(3) * np.fft.fft(x), 3)
np.abs(np.fft.fftshift(np.fft.fft2(X)))
np.abs(np.linalg.solve(X + 1j * A, a))
np.abs(np.linalg.det(X + 1j * A))
np.linalg.norm(X + 1j * A)
np.std(x * (1 + 2j))
abs(np.vdot(x + 1j * a, p * x))
np.angle(x + 1j)
np.meshgrid(x, a)[0]
np.meshgrid(a, x[:2], p, indexing="ij")
np.meshgrid(x, p, sparse=True)
np.linspace(0, 1, 4) * s
np.linspace(0, s, 3)
np.linspace(0, x, 3)
np.select([a > 0, a <= 0], [x, -x])
np.apply_along_axis(np.sum, 0, X)
np.cross(x, a)
np.arange(3) * x
np.eye(3) * x
np.eye(3) @ x
np.identity(3) * s

# indexing
x[0]
x[-1]
x[1:]
x[::-1]
x[...]
x[None, :]
x[np.newaxis]
x[m]
x[~m]
x[i]
x[[0, 2]]
x[i > 0]
X[0]
X[0, 1]
X[:, 1]
X[1:, ::2]
X[..., 0]
X[i]
X[i, i]
X[i, 1]
X[m]
X[m, 0]
X[A > 0]
X[np.arange(3), i]
X[np.ix_([0, 2], [1, 2])]
X[np.triu_indices(3)]
x[x > 0]
x[np.where(x > 0)]
X[0][1]
X[:, None, 0]
np.take(x, i)
np.take(X, i, axis=1)
np.take(x, 5, mode="clip")
x.take([0, 0, 1])
np.take_along_axis(X, np.argsort(A, axis=1), axis=1)
np.compress(m, x)
np.extract(m, x)
a[0] * x
a[m] * x[m]
a[np.argmax(x)] * x

# products
np.dot(x, a)
np.dot(a, x)
np.dot(X, x)
np.dot(X, A)
np.dot(2.0, x)
x.dot(a)
X.dot(A)
np.inner(x, a)
np.inner(X, A)
np.outer(x, a)
np.outer(a, x)
np.vdot(x, a)
np.vdot(X, A)
np.tensordot(X, A)
np.tensordot(X, A, 1)
np.tensordot(X, A, ([0], [1]))
np.tensordot(x, a, axes=0)
np.vecdot(x, a)
# 2.2: np.matvec(X, a)
# 2.2: np.vecmat(x, A)
np.linalg.vecdot(x, a)
np.linalg.matmul(X, x)
np.linalg.outer(x, a)
np.linalg.tensordot(X, A, axes=1)
np.linalg.trace(X, offset=1)
np.linalg.diagonal(X)
np.linalg.matrix_transpose(X)
np.kron(x, a)
np.kron(A, X)
np.einsum("i,i", x, a)
np.einsum("i,i->i", x, a)
np.einsum("i,j->ij", x, a)
np.einsum("ij,jk->ik", X, A)
np.einsum("ij->ji", X)
np.einsum("ii", X)
np.einsum("ii->i", X)
np.einsum("ij,ij", X, A)
np.einsum("...i,i->...", X, x)
np.einsum("ij,jk,kl", A, X, X)
np.einsum("ij,jk,kl->il", A, X, X, optimize=True)
np.einsum(X, [0, 1], x, [1])
np.einsum(X, [0, 1], A, [1, 2], [0, 2])

# everyday formulae
1 / (1 + np.exp(-x))
0.5 * (1 + np.tanh(x / 2))
np.log(np.sum(np.exp(x)))
np.exp(x) / np.sum(np.exp(x))
x - np.log(np.sum(np.exp(x)))
(x - x.mean()) / x.std()
(X - X.mean(axis=0)) / np.sqrt(X.var(axis=0) + 1e-5)
np.mean((X @ a - x) ** 2)
np.sqrt(np.sum(x ** 2))
x @ A @ x
-np.sum(p * np.log(p))
-np.mean(X[np.arange(3), i] - np.logaddexp.reduce(X, axis=1))
x * (x > 0)
np.maximum(x, 0.01 * x)
np.log1p(np.exp(-np.abs(x))) + np.maximum(x, 0)
np.where(x > 0, x, np.exp(np.minimum(x, 0)) - 1)
np.polyval([1.0, 2.0, 3.0], x)
np.polyval(x, a)
np.exp(-np.sum((X[:, None] - A[None]) ** 2, axis=-1))
np.linalg.norm(x - a) ** 2
mu = 0.5; return mu + x * rng.normal(size=3)
x[rng.permutation(3)] * a
x * (rng.random(3) < 0.5) / 0.5
np.sum(np.square(X @ A - 1.0)) / X.size

# nesting, constants, what the value is asked
grad(lambda y: y * s)(2.0) * s
grad(lambda y: np.sum(x * y ** 2))(s) * x
grad(lambda y: np.sum(np.sin(y) * x))(x)
copy.copy(x) * x
copy.deepcopy(x) * x
x * 1.0 if isinstance(x, np.ndarray) else 0.0
s * 1.0 if isinstance(s, float) else 0.0
s * 1.0 if np.isscalar(s) else 0.0
x * 1.0 if not np.isscalar(x) else 0.0
x * np.size(x) + np.ndim(x) + len(np.shape(x))
x * x.size + x.ndim
x.dtype.type(2) * x
x * (x is not None)
round(x[0]) * s
x[0] if x[0] > 0 else -x[0]
x * (x != "auto")
x * hasattr(x, "shape")
x * (str(x) != "")
x * np.allclose(x, x)
x * (x == x)
x * np.array_equal(x, x)
x * np.result_type(x, a32).itemsize
assert x.shape == (3,) and x.dtype == float; return x
print(x, file=io.StringIO()); return x
y = x; y = y + 1; return x * y
y = s; y += s; y *= 2; return y * s
y = x.sum(); y += 1; y **= 2; return y
a += 1; return a * x
b = a.copy(); b[0] = 5.0; return b * x
b = np.zeros(3); b[:] = a; return x + b
warned = np.errstate(divide="ignore"); return x / p if warned else x
x.nbytes * x + x.itemsize
"""


#: Right as well, in float32, where differences of 1e-6 do not see enough.
SINGLE = """
a32 * s
s * a32
np.abs(a32) ** s
x.astype(np.float32)
np.astype(x, np.float32)
np.sum(x, dtype=np.float32)
np.mean(x, dtype=np.float32)
np.float32(2.0) * s
np.stack([x.astype(np.float32), a32])
np.concatenate([x, a32], dtype=np.float32, casting="same_kind")
np.where(m, x.astype(np.float32), a32)
np.exp(x.astype(np.float32)) @ a32
"""

#: Refused with a `DerivativeError` whose last line holds the words above each group.
REFUSED = {
    "np.concatenate of the parts, or one of the modes constant, edge, wrap": """
np.pad(x, 1, mode="mean")
np.pad(x, 1, mode="maximum", stat_length=2)
np.pad(X, 1, mode="linear_ramp")
np.pad(x, 1, mode="reflect", reflect_type="odd")
""",
    "np.diff(np.ravel(x)), with np.concatenate for the ends": """
np.ediff1d(x)
np.ediff1d(a, to_end=x)
""",
    "np.block([[x, y], [z, w]]) for nested lists of numbers": """
np.stack([[s, s], [s, s]])
np.vstack([[s, s], [s, s]])
""",
    "np.mean(x)": """
statistics.fmean(x)
""",
    "np.stack([x, y]) for a list [x, y]": """
np.array([s, 1.0])
np.array(x)
np.array([x, a])
np.array([[s, 0.0], [0.0, 1.0]])
np.asarray(x)
np.asarray(list(x))
np.asanyarray(x)
np.ascontiguousarray(x)
np.array([s, s], dtype=object)
np.sum([s, s])
np.prod([s, 2.0])
np.max([s, 0.0])
np.exp([s, s])
np.diag([s, s])
np.mean([s, 1.0])
np.dot([s, s], a[:2])
np.concatenate([[s], a])
np.where(m, [s, s, s], x)
np.add([s, s, s], x)
x + [s, 1.0, 2.0]
try: b = np.array(x)
 except Exception: b = a
 return b @ x
""",
    "np.ones(shape) * x": """
np.full(3, s)
np.full((2, 3), x)
""",
    "np.concatenate([x, y])": """
np.r_[x, a]
""",
    "np.column_stack([x, y])": """
np.c_[x, a]
""",
    "np.stack(list(values))": """
np.fromiter((v for v in x), float)
np.fromiter([s, s], float)
""",
    "x itself, without the call": """
float(s)
float(x[0]) * x
np.float64(s)
np.float32(s) * x
""",
    # writing into an array
    "np.where(mask, x, a), np.stack of a list, or np.concatenate of parts": """
b = a.copy(); b[:] = x; return b
b = a.copy(); b[m] = x[m]; return b
b = a.copy(); b[i] = x; return b
b = a.copy(); b[0] = x[0]; return b
b = a.copy(); b[0] = s; return b
b = np.zeros(3); b[1] = s; return b
b = np.zeros((3, 3)); b[0] = x; return b
b = np.empty_like(x); b[:] = x; return b
for k in range(3): a[k] = x[k] ** 2
 return a
try: a[0] = s
 except ValueError: pass
 return a * s
""",
    "np.where(mask, x, a)": """
b = a.copy(); b.put(i, x); return b
np.put(a, i, x); return a
np.put(x, i, a); return x
""",
    "np.ones_like(a) * x": """
b = a.copy(); b.fill(s); return b
np.full_like(a, s)
""",
    "np.where(np.eye(n, dtype=bool), x, a)": """
b = np.zeros((3, 3)); np.fill_diagonal(b, x); return b
np.fill_diagonal(X, 1.0); return X
""",
    "a = a + x for a += x": """
b = a.copy(); b += x; return b
b = a.copy(); b -= x; return b
b = a.copy(); b *= s; return b
b = a.copy(); b /= s; return b
b = a.copy(); b **= s; return b
b = A.copy(); b @= X; return b
b = a.copy(); b[:2] += x[:2]; return b
""",
    "without out": """
b = a.copy(); np.add(x, 1.0, out=b); return b
b = a.copy(); np.add(x, 1.0, b); return b
b = a.copy(); np.exp(x, b); return b
b = a.copy(); np.exp(x, out=b); return b
b = a.copy(); np.exp(x, out=(b,)); return b
np.add(a, 1.0, out=x)
np.add(a, 1.0, x)
np.exp(a, x)
b = np.zeros(()); np.sum(x, out=b); return b
b = np.zeros(()); np.sum(x, None, None, b); return b
b = np.zeros(()); x.sum(out=b); return b
b = np.zeros(()); x.sum(None, None, b); return b
b = np.zeros(()); np.add.reduce(x, 0, None, b); return b
b = np.zeros(6); np.concatenate([x, a], out=b); return b
b = np.zeros(6); np.concatenate([x, a], 0, b); return b
b = np.zeros((2, 3)); np.stack([x, a], out=b); return b
b = np.zeros((2, 3)); np.stack([x, a], 0, b); return b
b = np.zeros(3); np.dot(X, x, b); return b
b = np.zeros(3); X.dot(x, b); return b
b = np.zeros(3); np.matmul(X, x, out=b); return b
b = np.zeros(3); np.matmul(X, x, b); return b
b = np.zeros(3); np.clip(x, 0, 1, b); return b
b = np.zeros(3); np.clip(x, 0, 1, out=b); return b
b = np.zeros(3); np.cumsum(x, out=b); return b
b = np.zeros(3); np.cumsum(x, None, None, b); return b
b = np.zeros((3, 3)); np.outer(x, a, out=b); return b
b = np.zeros((3, 3)); np.outer(x, a, b); return b
b = np.zeros(3); np.einsum("ij,j->i", X, x, out=b); return b
b = np.zeros(3); np.take(x, i, out=b); return b
b = np.zeros(3); np.take(x, i, None, b); return b
b = np.zeros(3); np.take(x, i, None, b, "clip"); return b
b = np.zeros(3); np.mean(X, 0, None, b); return b
b = np.zeros(3); np.var(X, 0, None, b); return b
b = np.zeros(()); np.max(x, None, b); return b
b = np.zeros(()); np.trace(X, 0, 0, 1, None, b); return b
b = np.zeros(2); np.compress(m, x, None, b); return b
""",
    "np.where(mask, value, a)": """
np.add.at(a, i, x); return a
np.add.at(x, i, a); return x
np.copyto(a, x); return a
np.copyto(x, a); return x
np.place(a, m, x); return a
np.putmask(a, m, x); return a
np.put_along_axis(a, i, x, 0); return a
""",
    "x = np.where(mask, value, x)": """
x[0] = 1.0; return x
x[m] = 0.0; return x
x[0] += 1.0; return x
X[:, 0] = x; return X
""",
    "np.delete(x, index)": """
del x[0]; return x
""",
    "x = x + v": "y = x; y += 1.0; return y",
    "x = x - v": "y = x; y -= a; return y",
    "x = x * v": "y = x; y *= 2; return y",
    "x = x / v": "y = x; y /= 2; return y",
    "x = x % v": "y = x; y %= 2; return y",
    "x = x // v": "y = x; y //= 2; return y",
    "x = x ** v": "y = x; y **= 2; return y",
    "x = x @ v": "y = X; y @= A; return y",
    "np.where(mask, np.exp(x), 0.0)": "np.exp(x, where=m)",
    "np.where(mask, np.add(x, y), 0.0)": "np.add(x, a, where=m)",
    "np.where(mask, np.log(x), 0.0)": "np.log(p, out=None, where=m)",
    # numbers
    "np.exp(x)": """
math.exp(s)
math.exp(x[0])
try: b = math.exp(s)
 except Exception: b = 1.0
 return b * s
""",
    "np.sin(x)": "math.sin(s)",
    "np.sqrt(x)": "math.sqrt(x[1] ** 2)",
    "np.log(x)": "math.log(s)",
    "np.tanh(x)": "math.tanh(s)",
    "np.atan2(x, y)": "math.atan2(s, 1.0)",
    "np.hypot(x, y)": "math.hypot(s, 1.0)",
    "np.floor(x)": "math.floor(s) * s",
    "np.ceil(x)": "math.ceil(s) * s",
    "np.isclose(x, y)": "math.isclose(s, 0.7) * s",
    "sum(x)": """
math.fsum(x)
""",
    "np.linalg.norm(x - y)": "math.dist(x, a)",
    "x ** y": "math.pow(s, 2)",
    "int(stop_gradient(x))": """
int(s) * s
x[int(s)]
a[s]
a[s:]
[1.0, 2.0][s]
range(s)
np.zeros(x)
np.ones((s, 2)) * s
np.reshape(a, (s,)) * s
np.eye(s)
np.sum(A, axis=s)
bytes(x)
""",
    "x + 0j": "complex(s)",
    "which are real; the reference lists": """
np.sort(1j * x)
np.max(x + 1j)
np.interp(1j * x, a, a)
np.clip(x + 0j, 0, 1)
np.maximum(x, 1j)
""",
    "z / np.abs(z)": "np.sign(1j * x)",
    'f"{x}"': """
"%f" % s
"%d" % s
""",
    # arguments that have no derivative, or that NumPy does not hand over
    "np.sum(a) + x for initial=x": "np.sum(a, initial=s)",
    "np.maximum(np.max(a), x) for initial=x": "np.max(a, initial=s)",
    "np.concatenate([np.ones(n) * x, a])": """
np.pad(a, 1, constant_values=s)
np.pad(x, 1, constant_values=s)
""",
    "stop_gradient(x) in its place": """
np.sum(x, initial=s)
np.max(x, initial=s)
np.roll(x, s)
""",
    "integers computed from plain values": """
np.roll(a, s)
a.take(x)
""",
    "x * np.arange(n)": """
np.arange(0, s, 0.1)
np.arange(s)
""",
    "a * (b / a) ** np.linspace(0, 1, n)": "np.geomspace(1.0, p, 3)",
    "a @ x": """
a.dot(x)
A.dot(x)
""",
    "leave it out": """
x.sum(typo=1)
np.var(x, mean=0.3)
np.std(x, mean=0.3)
""",
    # random numbers
    "mu + sigma * rng.normal(size=n)": """
rng.normal(s)
rng.normal(x)
rng.normal(0.0, s, 3)
np.random.seed(0); return np.random.normal(s)
""",
    "low + (high - low) * rng.random(size=n)": "rng.uniform(0, s)",
    "x[rng.permutation(len(x))]": "rng.permutation(x)",
    "x[rng.integers(len(x), size=n)]": """
rng.choice(x)
rng.choice(3, p=p / p.sum())
""",
    "mean + root @ rng.normal(size=n)": "rng.multivariate_normal(x, A @ A.T)",
    "whole numbers have no derivative": """
rng.poisson(p)
rng.binomial(10, p)
np.histogram(x)
""",
    "x[np.unique(stop_gradient(x), return_index=True)[1]]": "np.unique(x)",
    # loops in NumPy
    "np.stack([f(v) for v in x])": """
np.vectorize(math.sin)(x)
np.vectorize(lambda v: v * v)(x)
""",
    "np.stack([f(row) for row in x])": """
np.apply_along_axis(lambda row: row @ x, 0, A)
""",
    "for v in x": "np.stack([v for v in np.nditer(x)])",
    "for i, v in enumerate(x)": "np.stack([v for k, v in np.ndenumerate(x)])",
    "x[np.arange(windows)[:, None] + np.arange(width)]": """
np.lib.stride_tricks.as_strided(x, (2, 2), (8, 8))
np.lib.stride_tricks.sliding_window_view(x, 2)
""",
    # functions without a rule
    "give it rules by defvjp and defjvp": """
np.frompyfunc(lambda v: v * v, 1, 1)(x)
np.gcd(x, 2)
np.frexp(x)
""",
    "make it one operation with `primitive`": """
np.unravel_index(x, (3, 3))
np.packbits(x)
""",
    "np.stack([x, y])[i, np.arange(len(i))]": """
np.choose(i, [x, a, x])
x.choose([a, a])
""",
    "np.where(np.isnan(x), 0.0, x)": """
np.nan_to_num(a, nan=s)
""",
    "np.stack([np.sum(x[:i]), np.sum(x[i:])])": "np.add.reduceat(x, [0, 2])",
    "np.clip(a, low, high)": "a.clip(s, 1.0)",
    # operands that are not plain arrays
    "np.asarray(operand)": """
np.matrix(A) @ x
X @ np.matrix(A)
np.matrix(A) + X
X + np.matrix(A)
np.add(X, np.matrix(A))
x * np.ma.masked_array(a, m)
np.ma.masked_array(a, m) * x
np.add(np.ma.masked_array(a, m), x)
np.dot(np.matrix(A), x)
""",
    "np.asarray(m) for an np.matrix": """
np.matrix(A) * X
np.matrix(X)
""",
    "np.where(mask, 0.0, x)": "np.ma.masked_array(x, m)",
    "an array or a number": """
x + "a"
"a" * s
x * None
x + {1.0}
try: y = x + None
 except TypeError: y = x
 return y
""",
    "use floating-point arrays": """
x * np.array([1.0, 2.0, 3.0], dtype=object)
np.sum(x, dtype=int)
""",
    # results
    "return numbers and numeric arrays": """
o = np.empty(2, object); o[0] = s; o[1] = s; return o
o = np.empty(2, object); o[0] = s; o[1] = s; return o * 2
{"value": s, "name": "ok"}
(v for v in x)
iter(x)
map(np.exp, x)
lambda: s
s; return None
s; return "0.7"
type("Box", (), {"value": s})()
s; return np.datetime64("2020-01-01")
s; return np.ma.masked_array(a, m)
s; return np.matrix(A)
[x, None]
""",
    # what arrays have and traced values have not
    "x[i], or x itself where it is a number": """
x.item()
x[0].item()
""",
    "list(x)": "x.tolist()",
    "x.reshape(…) or x.astype(…)": """
x.view()
x.view(np.int64)
""",
    "np.ravel(x)": "[v for v in x.flat]",
    "np.full_like(x, value)": "x.fill(1.0); return x",
    "np.sort(x)": """
x.sort(); return x
x.partition(1); return x
""",
    "np.where(mask, value, x)": "x.put(0, 1.0); return x",
    "np.reshape(x, shape)": "x.resize(1, 3); return x",
    "np.compress(mask, x)": "x.compress(m)",
    "stop_gradient(x)": """
x.tobytes()
x.data
x.flags
x.setflags(write=True); return x
s.is_integer() * s
s.hex()
pickle.dumps(x)
pickle.dumps({"a": s})
np.save(io.BytesIO(), x)
np.savetxt(io.StringIO(), x)
np.array2string(x)
np.testing.assert_allclose(x, a)
np.testing.assert_array_equal(x, x)
""",
    # further vectors, which the matrix does not determine
    "np.linalg.svd(a, full_matrices=False)": """
np.linalg.svd(np.stack([x, a]))
np.linalg.svd(X, hermitian=True)
""",
    "whose mode is 'reduced'": """
np.linalg.qr(np.stack([x, a], axis=1), "complete")
np.linalg.qr(X, "raw")
""",
    "for a symmetric matrix": """
np.linalg.eig(X)
np.linalg.eigvals(X)
""",
}

#: Programs that end in an exception of Python or NumPy, as the same mistake does without tracing,
#: or because a traced value lacks what Python asks for.
LOUD = {
    "unhashable type": """
hash(x)
hash(s)
{x: 1}
{s}
s in {0.7}
functools.lru_cache(lambda v: v)(s)
""",
    "has no attribute": """
x.detach()
x.numpy()
x.backward()
x.grad
x.to_numpy()
s.sum()
s.shape
s.T
""",
    "unexpected keyword argument": """
np.sum(x, typo=True)
np.dot(x, a, typo=1)
""",
    "truth value": """
if x: return x
if x > 0: return x
x and s
not x
max(x, a)
""",
    "has no len()": """
len(s)
sum(s)
""",
    "bytes-like object": """
memoryview(x)
np.frombuffer(x)
""",
    "not callable": """
x()
x.T()
""",
    "unsupported operand": """
x << 1
x & 1
""",
    "could not convert string to float": """
float(str(s)) * s
float(f"{s:.8f}") * s
float("{:.3e}".format(s)) * s
""",
    "ZeroDivisionError": """
s / 0
1 / (s - s)
(s - s) ** -1
s % 0
""",
    "bad operand type": "~x",
    "expected a sequence of integers": """
np.zeros(s)
a.reshape(s)
""",
    "index 5 is out of bounds": "x[5]",
    "could not be broadcast": "x + a[:2]",
    "core dimension": "X @ a[:2]",
    "has no callable exp method": "o = np.empty(1, object); o[0] = s; return np.exp(o)",
}
