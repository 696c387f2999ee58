"""Linear algebra: inverses, determinants, factors, and what is composed of them.

The formulas are those of M. B. Giles, "Collected matrix derivative results for forward and
reverse mode algorithmic differentiation" (2008), derived again here; each works on stacks of
matrices. They are written with functions of the table, so that second derivatives follow.

`g` is a tangent dA in a forward rule, and in a reverse rule the adjoint of the result. The two
belong together by ⟨g, d ans⟩ = ⟨adjoint of A, dA⟩.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from dlbook.autodiff.primitives import primitive
from dlbook.autodiff.refusals import DerivativeError, describe
from dlbook.autodiff.table import composed, constant, for_complex, general, refused
from dlbook.autodiff.traced import is_complex, plain


def _t(a: Any) -> Any:
    return np.swapaxes(a, -1, -2)


def _conjugate(a: Any) -> Any:
    return np.conjugate(a) if is_complex(a) else a


def _h(a: Any) -> Any:
    """Return the adjoints of matrices: their transposes, conjugate for complex numbers."""
    return _t(_conjugate(a))


def _diagonal(a: Any) -> Any:
    return np.diagonal(a, 0, -2, -1)


def _half(a: Any) -> Any:
    """Return the lower triangle of each matrix, with half of its diagonal."""
    return 0.5 * (np.tril(a) + np.tril(a, -1))


def _from_triangle(a: Any, uplo: str = "L") -> Any:
    """Return the symmetric matrices of which one triangle is given, as LAPACK reads them.

    For complex numbers they are Hermitian, and of the diagonal the real part is read.
    """
    lower = np.tril(_h(a) if uplo in ("U", "u") else a)
    below = np.tril(lower, -1)
    if is_complex(a):
        lower = below + np.real(lower - below)
    return lower + _h(below)


# ---- inverses and solutions --------------------------------------------------------------

general(
    np.linalg.inv,
    "a",
    jvps=[lambda g, ans, a: -(ans @ g @ ans)],
    vjps=[lambda g, ans, a: -(_t(ans) @ g @ _t(ans))],
)


@primitive
def solve(a: Any, b: Any) -> Any:
    """Return the solution of a linear system with several right-hand sides, as columns."""
    return np.linalg.solve(a, b)


general(
    solve,
    "a b",
    jvps=[
        lambda g, ans, a, b: -np.linalg.solve(a, g @ ans),
        lambda g, ans, a, b: np.linalg.solve(a, g),
    ],
    vjps=[
        lambda g, ans, a, b: -(np.linalg.solve(_t(a), g) @ _t(ans)),
        lambda g, ans, a, b: np.linalg.solve(_t(a), g),
    ],
)


@composed(np.linalg.solve)
def _solve_call(a: Any, b: Any) -> Any:
    return solve(a, np.expand_dims(b, -1))[..., 0] if np.ndim(b) == 1 else solve(a, b)


@composed(np.linalg.tensorsolve)
def _tensorsolve(a: Any, b: Any, axes: Any = None) -> Any:
    n = np.ndim(a)
    first = [i for i in range(n) if i not in (axes or ())]
    a = np.transpose(a, [*first, *(axes or ())])
    shape = np.shape(a)[np.ndim(b) :]
    return np.reshape(np.linalg.solve(np.reshape(a, (np.size(b), -1)), np.ravel(b)), shape)


@composed(np.linalg.tensorinv)
def _tensorinv(a: Any, ind: int = 2) -> Any:
    shape = np.shape(a)
    rows = int(np.prod(shape[:ind]))
    return np.reshape(np.linalg.inv(np.reshape(a, (rows, -1))), shape[ind:] + shape[:ind])


@composed(np.linalg.matrix_power)
def _matrix_power(a: Any, n: int) -> Any:
    if n < 0:
        return np.linalg.matrix_power(np.linalg.inv(a), -n)
    if n == 0:
        shape = np.shape(a)
        return np.broadcast_to(np.eye(shape[-1], dtype=plain(a).dtype), shape).copy()
    if n == 1:
        return np.positive(a)
    half = np.linalg.matrix_power(a, n // 2)
    return half @ half @ a if n % 2 else half @ half


# The rank is taken as constant: where it changes, the function jumps, and has no derivative.


def _pinv_jvp(g: Any, ans: Any, a: Any, **options: Any) -> Any:
    adjusted = ans @ _h(ans) @ _h(g)
    return adjusted - adjusted @ a @ ans - ans @ g @ ans + _missed(ans, a, _h(g) @ _h(ans) @ ans)


def _pinv_vjp(g: Any, ans: Any, a: Any, **options: Any) -> Any:
    square = _t(g) @ ans @ _h(ans)
    by_rows = _conjugate(square - a @ (ans @ square))
    missed = _missed(ans, a, _conjugate(g) @ _h(ans) @ ans)
    return by_rows - _t(ans) @ g @ _t(ans) + _t(missed)


def _missed(inverse: Any, a: Any, rows: Any) -> Any:
    """Return the part of `rows` that the matrices map to 0."""
    return rows - inverse @ (a @ rows)


@primitive
def _pinv(a: Any, **options: Any) -> Any:
    return np.linalg.pinv(a, **options)


general(_pinv, "a | rcond rtol", jvps=[_pinv_jvp], vjps=[_pinv_vjp])


@composed(np.linalg.pinv)
def _pinv_call(
    a: Any, rcond: Any = None, hermitian: bool = False, *, rtol: Any = np._NoValue
) -> Any:
    options = {} if rtol is np._NoValue else {"rtol": rtol}
    return _pinv(_from_triangle(a) if hermitian else a, rcond=rcond, **options)


@primitive
def _least_squares(a: Any, b: Any, rcond: Any) -> Any:
    return np.linalg.lstsq(a, b, rcond)[0]


def _least_squares_jvp(g: Any, ans: Any, a: Any, b: Any, rcond: Any) -> Any:
    inverse = np.linalg.pinv(a)
    moved = inverse @ (_h(inverse) @ (_h(g) @ (b - a @ ans)) - g @ ans)
    return moved + _missed(inverse, a, _h(g) @ (_h(inverse) @ ans))


def _least_squares_vjp(g: Any, ans: Any, a: Any, b: Any, rcond: Any) -> Any:
    inverse = np.linalg.pinv(a)
    by_rows = _t(inverse) @ g
    adjoint = _conjugate(b - a @ ans) @ _t(inverse @ _conjugate(by_rows)) - by_rows @ _t(ans)
    return adjoint + _t(inverse) @ _conjugate(ans) @ _t(_missed(inverse, a, _conjugate(g)))


general(
    _least_squares,
    "a b | rcond",
    jvps=[_least_squares_jvp, lambda g, ans, a, b, rcond: np.linalg.pinv(a) @ g],
    vjps=[_least_squares_vjp, lambda g, ans, a, b, rcond: _t(np.linalg.pinv(a)) @ g],
)


@composed(np.linalg.lstsq)
def _lstsq(a: Any, b: Any, rcond: Any = None) -> Any:
    columns = np.expand_dims(b, -1) if np.ndim(b) == 1 else b
    x = _least_squares(a, columns, rcond=rcond)
    _, squares, rank, _ = np.linalg.lstsq(plain(a), plain(columns), rcond)
    if np.size(squares):
        missing = columns - a @ x
        squares = np.sum(np.real(missing * _conjugate(missing)), axis=0)
    return np.reshape(x, (-1, *np.shape(b)[1:])), squares, rank, np.linalg.svdvals(a)


# ---- determinants ------------------------------------------------------------------------


def _cofactors(ans: Any, a: Any) -> Any:
    """Return the slopes of the determinants; singular matrices have them too, at a higher cost."""
    if np.all(plain(ans) != 0):
        return np.expand_dims(ans, (-2, -1)) * _t(np.linalg.inv(a))
    n = np.shape(a)[-1]
    others = np.array([np.delete(np.arange(n), i) for i in range(n)], int).reshape(n, n - 1)
    minors = a[..., others[:, None, :, None], others[None, :, None, :]]
    return np.linalg.det(minors) * np.array(
        (-1.0) ** np.add.outer(range(n), range(n)), minors.dtype
    )


general(
    np.linalg.det,
    "a",
    jvps=[lambda g, ans, a: np.sum(_cofactors(ans, a) * g, axis=(-2, -1))],
    vjps=[lambda g, ans, a: np.expand_dims(g, (-2, -1)) * _cofactors(ans, a)],
)


def _slogdet_jvp(g: Any, ans: Any, a: Any) -> Any:
    # The logarithm of the determinant moves by this: its real part is that of the size, and its
    # imaginary part turns the sign.
    moved = np.sum(_t(np.linalg.inv(a)) * g, axis=(-2, -1))
    return (1j * ans[0] * np.imag(moved), np.real(moved)) if is_complex(a) else (0.0, moved)


def _slogdet_vjp(g: Any, ans: Any, a: Any) -> Any:
    moved = g[1] + 1j * np.imag(g[0] * ans[0]) if is_complex(a) else g[1]
    return np.expand_dims(moved, (-2, -1)) * _t(np.linalg.inv(a))


general(np.linalg.slogdet, "a", jvps=[_slogdet_jvp], vjps=[_slogdet_vjp])

# ---- factors of symmetric matrices -------------------------------------------------------
#
# NumPy reads one triangle, and so do the derivatives: they are 0 in the other one.
#
# A complex vector v may be multiplied by any phase. The tangent here is the one without a turn of
# the phase, v* dv = 0, as in JAX; where the phases drop out, it is right to any order, since each
# rule gives the same for vectors of any phases.


@primitive
def _cholesky(a: Any) -> Any:
    return np.linalg.cholesky(a)


def _cholesky_jvp(g: Any, ans: Any, a: Any) -> Any:
    inverse = np.linalg.inv(ans)
    return ans @ _half(inverse @ g @ _h(inverse))


def _cholesky_vjp(g: Any, ans: Any, a: Any) -> Any:
    inverse = np.linalg.inv(ans)
    return _t(inverse) @ _half(_t(ans) @ g) @ _conjugate(inverse)


general(_cholesky, "a", jvps=[_cholesky_jvp], vjps=[_cholesky_vjp])


@composed(np.linalg.cholesky)
def _cholesky_call(a: Any, /, *, upper: bool = False) -> Any:
    root = _cholesky(_from_triangle(a, "U" if upper else "L"))
    return _h(root) if upper else root


def _coupling(x: Any, name: str, alone: str) -> Any:
    """Return 1 / (xⱼ - xᵢ), and 0 on the diagonal: how much one vector turns into another.

    Raises
    ------
    DerivativeError
        If two entries are the same to rounding: then the vectors of both may be any pair in
        their plane, and none of the pairs has a derivative.
    """
    here = plain(x)
    n = np.shape(here)[-1]
    same = np.eye(n, dtype=bool)
    gaps = np.expand_dims(x, -2) - np.expand_dims(x, -1)
    least = n * np.finfo(here.dtype).eps * np.max(np.abs(here), axis=-1, initial=0.0)
    if np.any((np.abs(plain(gaps)) <= np.expand_dims(least, (-2, -1))) & ~same):
        raise DerivativeError(
            f"{name} has no derivative of its vectors where two values coincide to rounding",
            f"values {here.tolist() if n < 6 else describe(here)}",
            alone,
        )
    return np.where(same, 0.0, 1.0 / np.where(same, 1.0, gaps))


@primitive
def _eigh(a: Any, UPLO: Any) -> Any:
    return np.linalg.eigh(a, UPLO)


_ALONE = "np.linalg.eigvalsh(a) for the eigenvalues alone, and one derivative"


def _eigh_jvp(g: Any, ans: Any, a: Any, UPLO: str) -> Any:
    w, v = ans
    moved = _h(v) @ g @ v
    return _diagonal(moved), v @ (_coupling(w, "np.linalg.eigh", _ALONE) * moved)


def _eigh_vjp(g: Any, ans: Any, a: Any, UPLO: str) -> Any:
    w, v = ans
    left = _conjugate(v)
    adjoint = (left * np.expand_dims(g[0], -2)) @ _t(v)
    if np.any(plain(g[1])):
        adjoint = adjoint + left @ (_coupling(w, "np.linalg.eigh", _ALONE) * (_t(v) @ g[1])) @ _t(v)
    return adjoint


general(_eigh, "a | UPLO", jvps=[_eigh_jvp], vjps=[_eigh_vjp])


@composed(np.linalg.eigh)
def _eigh_call(a: Any, UPLO: str = "L") -> Any:
    return _eigh(_from_triangle(a, UPLO), UPLO=UPLO)


@primitive
def _eigvalsh(a: Any) -> Any:
    return np.linalg.eigvalsh(a)


def _eigvalsh_jvp(g: Any, ans: Any, a: Any) -> Any:
    v = _eigh(a, UPLO="L")[1]
    return np.sum(_conjugate(v) * (g @ v), axis=-2)


def _eigvalsh_vjp(g: Any, ans: Any, a: Any) -> Any:
    v = _eigh(a, UPLO="L")[1]
    return (_conjugate(v) * np.expand_dims(g, -2)) @ _t(v)


general(_eigvalsh, "a", jvps=[_eigvalsh_jvp], vjps=[_eigvalsh_vjp])


@composed(np.linalg.eigvalsh)
def _eigvalsh_call(a: Any, UPLO: str = "L") -> Any:
    return _eigvalsh(_from_triangle(a, UPLO))


# ---- singular values ---------------------------------------------------------------------
#
# With A = U S V*, the matrix P = U* dA V has dS as the real part of its diagonal, and says beside
# it how the vectors turn among themselves; what is outside of their span they turn to by dA V S⁻¹.
# For complex numbers, the imaginary part of the diagonal turns the phase of u against that of v.
# The matrix does not determine how much of it each of them turns: as in JAX, u takes all of it, and
# v* dv = 0.


@primitive
def _svd(a: Any) -> Any:
    return np.linalg.svd(a, full_matrices=False)


def _svd_coupling(s: Any) -> Any:
    """Return 1 / (sⱼ² - sᵢ²), and 0 on the diagonal."""
    alone = "np.linalg.svdvals(a) for the singular values alone, and one derivative"
    _coupling(np.concatenate([s, np.zeros_like(s[..., :1])], axis=-1), "np.linalg.svd", alone)
    return _coupling(np.square(s), "np.linalg.svd", alone)


def _outside(u: Any, x: Any) -> Any:
    """Return the part of the columns that is orthogonal to those of `u`."""
    return x - u @ (_h(u) @ x)


def _phases(x: Any) -> Any:
    """Return the diagonal of each complex matrix without its real part, as a row."""
    return 1j * np.imag(np.expand_dims(_diagonal(x), -2))


def _svd_jvp(g: Any, ans: Any, a: Any) -> Any:
    u, s, vh = ans
    v, columns, rows, f = _h(vh), np.expand_dims(s, -2), np.expand_dims(s, -1), _svd_coupling(s)
    p, q = _h(u) @ g @ v, vh @ _h(g) @ u
    du = u @ (f * (p * columns + rows * q)) + _outside(u, g @ v) / columns
    dv = v @ (f * (rows * p + q * columns)) + _outside(v, _h(g) @ u) / columns
    if is_complex(a):
        du = du + u * (_phases(p) / columns)
    return du, np.real(_diagonal(p)), _h(dv)


def _svd_vjp(g: Any, ans: Any, a: Any) -> Any:
    # For complex numbers: the formulas are for the conjugates of adjoints, as is what they return.
    u, s, vh = ans
    adjoint = (u * np.expand_dims(g[1], -2)) @ vh
    if not (np.any(plain(g[0])) or np.any(plain(g[2]))):
        return _conjugate(adjoint)
    v, columns, rows, f = _h(vh), np.expand_dims(s, -2), np.expand_dims(s, -1), _svd_coupling(s)
    gu, gv = _conjugate(g[0]), _t(g[2])
    turned, other = f * (_h(u) @ gu), f * (vh @ gv)
    moved = (turned + _h(turned)) * columns + rows * (other + _h(other))
    beyond = _outside(u, gu / columns) @ vh + u @ _h(_outside(v, gv / columns))
    if is_complex(a):
        beyond = beyond + (u * (_phases(_h(u) @ gu) / columns)) @ vh
    return _conjugate(adjoint + u @ moved @ vh + beyond)


general(_svd, "a", jvps=[_svd_jvp], vjps=[_svd_vjp])


@composed(np.linalg.svd)
def _svd_call(
    a: Any, full_matrices: bool = True, compute_uv: bool = True, hermitian: bool = False
) -> Any:
    if not compute_uv:
        return np.linalg.svdvals(_from_triangle(a) if hermitian else a)
    rows, columns = np.shape(a)[-2:]
    if hermitian or (full_matrices and rows != columns):
        raise DerivativeError(
            "np.linalg.svd has a rule for the vectors that the matrix determines, hermitian=False",
            describe(a),
            "np.linalg.svd(a, full_matrices=False)",
        )
    return _svd(a)


@primitive
def _svdvals(a: Any) -> Any:
    return np.linalg.svdvals(a)


def _frames(ans: Any, a: Any) -> Any:
    """Return U, with columns 0 where the singular value is 0, and V*."""
    u, _, vh = np.linalg.svd(a, full_matrices=False)
    s = plain(ans)
    least = max(np.shape(a)[-2:]) * np.finfo(s.dtype).eps * np.max(s, axis=-1, initial=0.0)
    zero = s <= np.expand_dims(least, -1)
    return np.where(np.expand_dims(zero, -2), 0.0, u) if np.any(zero) else u, vh


def _svdvals_jvp(g: Any, ans: Any, a: Any) -> Any:
    u, vh = _frames(ans, a)
    return np.real(np.sum(_conjugate(u) * (g @ _h(vh)), axis=-2))


def _svdvals_vjp(g: Any, ans: Any, a: Any) -> Any:
    u, vh = _frames(ans, a)
    return _conjugate((u * np.expand_dims(g, -2)) @ vh)


general(_svdvals, "a", jvps=[_svdvals_jvp], vjps=[_svdvals_vjp])


@composed(np.linalg.svdvals)
def _svdvals_call(x: Any, /) -> Any:
    return _svdvals(x)


@composed(np.linalg.cond)
def _cond(x: Any, p: Any = None) -> Any:
    if p in (None, 2, -2):
        s = np.linalg.svdvals(x)
        return s[..., -1] / s[..., 0] if p == -2 else s[..., 0] / s[..., -1]
    return np.linalg.norm(x, p, (-2, -1)) * np.linalg.norm(np.linalg.inv(x), p, (-2, -1))


# ---- QR: with B = dA R⁻¹ and C = Q* B, an antihermitian matrix Q* dQ has C's lower triangle --
#
# LAPACK makes the diagonal of R real for complex numbers too, so Q* dQ has on its diagonal the
# imaginary part of C's.


@primitive
def _qr(a: Any) -> Any:
    return np.linalg.qr(a)


def _qr_jvp(g: Any, ans: Any, a: Any) -> Any:
    q, r = ans
    b = g @ np.linalg.inv(r)
    c = _h(q) @ b
    below = np.tril(c, -1)
    upper = c - below + _h(below)
    if is_complex(a):
        upper = upper - _phases(c) * np.eye(np.shape(c)[-1], dtype=bool)
    return b - q @ upper, upper @ r


def _qr_vjp(g: Any, ans: Any, a: Any) -> Any:
    # As for `svd`, with the conjugates of adjoints.
    q, r = ans
    gq, gr = _conjugate(g[0]), _conjugate(g[1])
    moved = gq + q @ _from_triangle(r @ _h(gr) - _h(gq) @ q)
    return _conjugate(moved @ _h(np.linalg.inv(r)))


general(_qr, "a", jvps=[_qr_jvp], vjps=[_qr_vjp])


@composed(np.linalg.qr)
def _qr_call(a: Any, mode: str = "reduced") -> Any:
    rows, columns = np.shape(a)[-2:]
    if mode not in ("reduced", "r", "complete") or (mode == "complete" and rows > columns):
        raise DerivativeError(
            f"np.linalg.qr(a, {mode!r}) has no rule: further columns are not determined by a",
            describe(a),
            "np.linalg.qr(a), whose mode is 'reduced'",
        )
    factors = _qr(a[..., :rows])
    q, r = factors
    if rows < columns:  # the first columns determine q
        r = np.concatenate([r, _h(q) @ a[..., rows:]], axis=-1)
    return r if mode == "r" else type(factors)(q, r)


constant(np.linalg.matrix_rank)
refused("np.linalg.eigh(a) or np.linalg.eigvalsh(a), for a symmetric matrix", np.linalg.eig)
refused("np.linalg.eigvalsh(a), for a symmetric matrix", np.linalg.eigvals)
for_complex(
    *(np.linalg.inv, np.linalg.solve, solve, np.linalg.tensorsolve, np.linalg.tensorinv),
    *(np.linalg.matrix_power, np.linalg.det, np.linalg.slogdet, np.linalg.cholesky, _cholesky),
    *(np.linalg.eigvalsh, _eigvalsh, np.linalg.eigh, _eigh, np.linalg.svd, _svd),
    *(np.linalg.svdvals, _svdvals, np.linalg.cond, np.linalg.qr, _qr),
    *(np.linalg.pinv, _pinv, np.linalg.lstsq, _least_squares),
)
