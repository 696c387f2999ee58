"""Products that sum over axes. Each is linear in each of its operands."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlbook.autodiff.fitting import wide
from dlbook.autodiff.primitives import primitive
from dlbook.autodiff.table import Each, alias, composed, for_complex, general, linear
from dlbook.autodiff.traced import form, holds_complex, plain

# ---- matrix products ---------------------------------------------------------------------


def _flipped(a: Any) -> Any:
    return a.T if a.ndim == 2 else np.swapaxes(a, -1, -2)


def _matmul_vjp_0(g: Any, ans: Any, a: Any, b: Any) -> Any:
    if b.ndim == 1:  # ans sums over the last axis of both
        return (g[..., None] if a.ndim > 1 else g) * b
    if a.ndim == 1 and b.ndim > 2:
        product = g[..., None, :] @ _flipped(b)
        return np.sum(product[..., 0, :], axis=tuple(range(b.ndim - 2)))
    return g @ _flipped(b)


def _matmul_vjp_1(g: Any, ans: Any, a: Any, b: Any) -> Any:
    if a.ndim == 1:
        return g[..., None, :] * a[:, None] if b.ndim > 1 else g * a
    if b.ndim == 1 and a.ndim > 2:
        product = _flipped(a) @ g[..., None]
        return np.sum(product[..., 0], axis=tuple(range(a.ndim - 2)))
    return _flipped(a) @ g


linear(np.matmul, "a b", _matmul_vjp_0, _matmul_vjp_1)


def _scaled(a: Any, b: Any) -> Any:
    """Return the product with a number, which counts here with its dtype as an array does."""
    return np.multiply(np.reshape(a, np.shape(a)), np.reshape(b, np.shape(b)))


@composed(np.dot)
def _dot(a: Any, b: Any, out: None = None) -> Any:
    if np.ndim(a) == 0 or np.ndim(b) == 0:
        return _scaled(a, b)
    if np.ndim(b) == 1 or (np.ndim(a) <= 2 and np.ndim(b) == 2):
        return np.matmul(a, b)
    return np.tensordot(a, b, (-1, -2))


@composed(np.inner)
def _inner(a: Any, b: Any, /) -> Any:
    if np.ndim(a) == 0 or np.ndim(b) == 0:
        return _scaled(a, b)
    if np.ndim(b) == 1:
        return np.matmul(a, b)
    return np.tensordot(a, b, (-1, -1))


def _conjugate(a: Any) -> Any:
    return np.conjugate(a) if holds_complex(a) else a  # which may be a list


@composed(np.vdot)
def _vdot(a: Any, b: Any, /) -> Any:
    return np.matmul(np.ravel(_conjugate(a)), np.ravel(b))


@composed(np.outer)
def _outer(a: Any, b: Any, out: None = None) -> Any:
    return np.reshape(a, (-1, 1)) * np.reshape(b, (1, -1))


@composed(np.tensordot)
def _tensordot(a: Any, b: Any, axes: Any = 2) -> Any:
    if np.ndim(axes) == 0 and not isinstance(axes, tuple | list):
        n = int(axes)
        axes = (list(range(np.ndim(a) - n, np.ndim(a))), list(range(n)))
    summed_a = [axis % np.ndim(a) for axis in np.atleast_1d(axes[0]).tolist()]
    summed_b = [axis % np.ndim(b) for axis in np.atleast_1d(axes[1]).tolist()]
    sizes = [[np.shape(x)[i] for i in s] for x, s in ((a, summed_a), (b, summed_b))]
    if sizes[0] != sizes[1]:
        raise ValueError(
            f"np.tensordot: the summed axes have sizes {sizes[0]} and {sizes[1]}; "
            f"shapes {np.shape(a)} and {np.shape(b)}"
        )
    free_a = [i for i in range(np.ndim(a)) if i not in summed_a]
    free_b = [i for i in range(np.ndim(b)) if i not in summed_b]
    shape = [np.shape(a)[i] for i in free_a] + [np.shape(b)[i] for i in free_b]
    n = int(np.prod(sizes[0], dtype=int))
    rows = np.reshape(np.transpose(a, free_a + summed_a), (_size(a, free_a), n))
    columns = np.reshape(np.transpose(b, summed_b + free_b), (n, _size(b, free_b)))
    return np.reshape(np.matmul(rows, columns), tuple(shape))


def _size(a: Any, axes: list[int]) -> int:
    return int(np.prod([np.shape(a)[i] for i in axes], dtype=int))


@composed(np.kron)
def _kron(a: Any, b: Any) -> Any:
    n = max(np.ndim(a), np.ndim(b))
    shape_a = (1,) * (n - np.ndim(a)) + np.shape(a)
    shape_b = (1,) * (n - np.ndim(b)) + np.shape(b)
    a = np.reshape(a, [size for k in shape_a for size in (k, 1)])
    b = np.reshape(b, [size for k in shape_b for size in (1, k)])
    return np.reshape(a * b, [p * q for p, q in zip(shape_a, shape_b, strict=True)])


if hasattr(np, "vecdot"):

    @composed(np.vecdot)
    def _vecdot(x1: Any, x2: Any, axis: int = -1) -> Any:
        x1 = _conjugate(x1)
        return np.sum(np.moveaxis(x1, axis, -1) * np.moveaxis(x2, axis, -1), axis=-1)


if hasattr(np, "matvec"):  # NumPy ≥ 2.2

    @composed(np.matvec)
    def _matvec(x1: Any, x2: Any) -> Any:
        return np.matmul(x1, np.expand_dims(x2, -1))[..., 0]

    @composed(np.vecmat)
    def _vecmat(x1: Any, x2: Any) -> Any:
        return np.matmul(np.expand_dims(_conjugate(x1), -2), x2)[..., 0, :]


# ---- the names in np.linalg ---------------------------------------------------------------


alias(np.linalg.matmul, np.matmul)
alias(np.linalg.outer, np.outer)
alias(np.linalg.tensordot, np.tensordot)
alias(np.linalg.vecdot, np.vecdot)


@composed(np.linalg.multi_dot)
def _multi_dot(arrays: Any, *, out: None = None) -> Any:
    product = arrays[0]
    for array in arrays[1:]:
        product = np.dot(product, array)
    return product


# ---- einsum ------------------------------------------------------------------------------
#
# Every form of a call is first written with one letter for each axis of each operand, and an
# explicit result. Then the adjoint of an operand is again such a sum: of the adjoint of the result
# and the other operands, to the letters of the operand.


def letters_of(subscripts: str, arrays: tuple[Any, ...]) -> tuple[list[str], str]:
    """Return the letters of each operand and of the result, without dots."""
    inputs, arrow, output = subscripts.replace(" ", "").partition("->")
    terms = inputs.split(",")
    if len(terms) != len(arrays):
        raise ValueError(f"{subscripts!r} names {len(terms)} operands; {len(arrays)} are given")
    used = set(subscripts)
    spare = [c for c in map(chr, range(0x3B1, 0x3B1 + 64)) if c not in used]
    hidden = [
        np.ndim(form(a)) - len(t.replace("...", "")) for t, a in zip(terms, arrays, strict=True)
    ]
    longest = max([n for n, t in zip(hidden, terms, strict=True) if "..." in t], default=0)
    dots = spare[:longest]  # of the axes that dots stand for, aligned at the right
    terms = [
        term.replace("...", "".join(dots[longest - n :] if n else []))
        for term, n in zip(terms, hidden, strict=True)
    ]
    if arrow:
        return terms, output.replace("...", "".join(dots))
    letters = "".join(terms)
    once = sorted(c for c in set(letters) if letters.count(c) == 1 and c not in dots)
    return terms, "".join(dots + once)


def einsum_of(terms: list[str], output: str, arrays: list[Any], **options: Any) -> Any:
    """Return the sum, in the letters that NumPy knows."""
    seen = dict.fromkeys("".join([*terms, output]))
    known = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
    if len(seen) > len(known):
        raise ValueError(f"np.einsum with {len(seen)} axes; at most {len(known)} have letters")
    name = dict(zip(seen, known, strict=False))
    inputs = ",".join("".join(name[c] for c in term) for term in terms)
    subscripts = inputs + "->" + "".join(name[c] for c in output)
    return np.einsum(subscripts, *arrays, **{"dtype": wide(arrays[0])} | options)


@primitive
def einsum(*arrays: Any, subscripts: str, **options: Any) -> Any:
    """Return `np.einsum`, operands first."""
    return np.einsum(subscripts, *arrays, **options)


def _einsum_jvp(
    position: int, g: Any, ans: Any, *arrays: Any, subscripts: str, **options: Any
) -> Any:
    arrays = (*arrays[:position], g, *arrays[position + 1 :])
    return einsum(*arrays, subscripts=subscripts, **options)


def _einsum_vjp(
    position: int, g: Any, ans: Any, *arrays: Any, subscripts: str, **options: Any
) -> Any:
    terms, output = letters_of(subscripts, arrays)
    mine, shape = terms[position], np.shape(form(arrays[position]))
    factors, names = [g], [output]
    for i, array in enumerate(arrays):
        if i != position:
            factors.append(array)
            names.append(terms[i])
    sizes: dict[str, int] = {}
    for factor, name in zip(factors, names, strict=True):
        for letter, n in zip(name, np.shape(form(factor)), strict=True):
            sizes[letter] = n if sizes.get(letter, 1) == 1 else sizes[letter]
    dtype = getattr(plain(ans), "dtype", None)
    wanted = ""  # letters of the adjoint, in the order of the operand's axes
    for axis, letter in enumerate(mine):
        if letter in wanted:  # a diagonal was taken: elsewhere the adjoint is 0
            second = chr(0x1000 + axis)
            factors.append(np.eye(shape[axis], dtype=dtype))
            names.append(letter + second)
            letter = second
        elif sizes.get(letter, -1) < shape[axis]:  # it was summed alone: spread again
            factors.append(np.ones(shape[axis], dtype))
            names.append(letter)
        wanted += letter
    # Letters of size 1 here and of another size elsewhere are summed by whoever called.
    return einsum_of(names, wanted, factors)


general(
    einsum,
    None,
    jvps=Each(_einsum_jvp),
    vjps=Each(_einsum_vjp),
)


@composed(np.einsum)
def _einsum_call(*operands: Any, optimize: Any = False, **options: Any) -> Any:
    first, *rest = operands
    if not isinstance(first, str):  # array, axes, array, axes, …, axes of the result
        arrays, axes = operands[0::2], operands[1::2]
        output = None
        if len(operands) % 2:
            arrays, output = arrays[:-1], operands[-1]
        terms = [_term(one) for one in axes]
        first = ",".join(terms) + ("" if output is None else "->" + _term(output))
        rest = list(arrays)
    return einsum(*rest, subscripts=first, optimize=optimize, **options)


def _term(axes: Any) -> str:
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    return "".join("..." if axis is Ellipsis else letters[axis] for axis in axes)


for_complex(
    *(np.matmul, np.dot, np.inner, np.vdot, np.outer, np.tensordot, np.kron, np.einsum, einsum),
    *(np.linalg.matmul, np.linalg.outer, np.linalg.tensordot, np.linalg.multi_dot),
    *(np.vecdot, np.linalg.vecdot),
)
if hasattr(np, "matvec"):
    for_complex(np.matvec, np.vecmat)
