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
a32 * s
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
s * float(stop_gradient(s))
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
np.nan_to_num(x)
np.exp(x, dtype=None)
np.exp(x, where=True)
np.matmul(X, x)
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
np.ediff1d(x)
np.trapezoid(x)
np.trapezoid(x, a)
np.trapezoid(a, x)
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
np.asarray([s, 1.0], like=x[0] * s)
np.zeros_like(x) + x
np.ones_like(x) * x
np.full_like(x, 2.0) * x
np.empty_like(x).size * x
np.real(x)
x.real
np.meshgrid(x, a)[0]
np.linspace(0, 1, 4) * s
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
np.cross(x, a)
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
x * stop_gradient(x)
copy.copy(x) * x
copy.deepcopy(x) * x
x * 1.0 if isinstance(x, np.ndarray) else 0.0
s * 1.0 if isinstance(s, float) else 0.0
s * 1.0 if np.isscalar(s) else 0.0
x * 1.0 if not np.isscalar(x) else 0.0
x * np.size(x) + np.ndim(x) + len(np.shape(x))
x * x.size + x.ndim
x.dtype.type(2) * x
x * (0.7 in x)
x * (x is not None)
x * hasattr(x, "shape")
x * (str(x) != "")
x * (f"{s:.3f}" != "0.700") * s
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
