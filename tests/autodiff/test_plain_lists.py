"""Lists of plain numbers beside traced values: wherever NumPy takes one, so do we."""

import re

import numpy as np
import pytest
from derivatives import slope

from dlbook import trees
from dlbook.autodiff import jvp, vjp

#: `x` is a traced vector, `X` a traced matrix; `L` is a list, `LL` a list of lists.
CALLS = """
np.average([1., 2.], weights=x)
np.average(x, weights=[1., 2.])
np.average(LL, weights=x, axis=0)
np.average(X, weights=[1.,2.], axis=1)
np.dot(L, x)
np.dot(x, LL)
np.inner(L, x)
np.vdot(L, x)
np.outer(L, x)
np.outer(x, L)
np.cross([1.,2.,3.], np.concatenate([x,x[:1]]))
np.convolve(L, x)
np.convolve(x, L)
np.correlate(L, x)
np.correlate(x, [1.,2.,3.])
np.interp(x, [0.,1.,2.], [1.,3.,5.])
np.interp([.5,1.5], [0.,1.,2.], np.concatenate([x,x[:1]]))
np.interp([.5,.8], x, L)
np.trapezoid(x, L)
np.trapezoid(L, x)
np.polyval(L, x)
np.polyval(x, L)
np.append(x, L)
np.append(L, x)
np.where([True, False], x, L)
np.where([True, False], L, x)
np.kron(L, x)
np.kron(x, LL)
np.tensordot(LL, X)
np.tensordot(X, LL, 1)
np.einsum('i,i', x, L)
np.einsum('i,i', L, x)
np.einsum(L, [0], x, [0])
np.gradient(x, L)
np.gradient(L, x)
np.gradient(LL, x[0])
np.cov(x, L)
np.cov(L, x)
np.corrcoef(X, LL)
np.corrcoef(LL, X)
np.select([[True, False]], [x], L)
np.clip(x, [0.,0.5], [1.,1.])
np.clip(L, x, [9.,9.])
np.concatenate([x, L])
np.vstack([x, L])
np.hstack([L, x])
np.dstack([L, x])
np.column_stack([L, x])
np.stack([L, x])
np.meshgrid(L, x)[1]
np.linspace(x, L, 3)
np.linspace(L, x, 3)
np.diff(x, prepend=[1.])
np.diff([1.,2.], append=x)
np.maximum(x, L)
np.hypot(L, x)
np.matmul(LL, x)
np.linalg.matmul(LL, X)
np.linalg.outer(L, x)
np.linalg.tensordot(LL, X)
np.linalg.vecdot(L, x)
np.linalg.cross([1.,2.,3.], np.concatenate([x,x[:1]]))
np.linalg.multi_dot([LL, X, L])
np.vecdot(L, x)
np.broadcast_arrays(L, X)[1]
np.atleast_2d(L, x)[1]
np.power(L, x)
np.logaddexp(L, x)
np.arctan2(L, x)
np.copysign(x, L)
np.remainder(L, x)
np.divmod(L, x)[1]
np.apply_along_axis(lambda r: r*L, 0, x)
np.take(x, [0,1])
np.extract([True,False], x)
np.compress([True,False], x)
np.delete(x, [0])
np.repeat(x, [1,2])
np.tile(x, [2,1])
np.pad(x, [1,2])
np.pad(x, [(1,2)])
np.mean(x, where=[True,False])
np.sum(x, where=[True,False])
np.max(x, where=[True,False], initial=-9)
np.transpose(X, [1,0])
np.moveaxis(X, [0,1], [1,0])
np.roll(X, [1,0], [0,1])
np.split(x, [1])[0]
np.quantile(x, [.2,.5])
np.median(X, axis=0)
np.matvec(LL, x)
np.vecmat(x, LL)
np.searchsorted([0.,1.], x)*x
np.isclose(x, L)*x
np.array_equal(x, L)*x
np.allclose(L, x)*x
np.heaviside(x,[0.,1.])*x
np.fmod(L,x)
np.float_power(L,x)
np.nansum(x, where=[True,False])
np.logaddexp.reduce(x, where=[True,False], initial=0.)
np.add.reduce(x, where=[True, False])
np.linalg.norm(X, axis=[0][0])
np.outer([1,2], x)
np.maximum.outer(L, x)
np.multiply.outer(x, L)
np.digitize(x,[0.,1.])*x
np.array_split(x,[1])[0]
np.subtract(L,x)
L @ X
L + x
x * L
L / x
L ** x
LL @ X
L % x
L // x * x
divmod(L, x)[1]
""".strip().split("\n")

POINTS = {"x": np.array([0.3, 0.9]), "X": np.array([[0.3, 0.9], [1.2, 0.5]])}
LISTS = {"L": [1.0, 2.0], "LL": [[1.0, 2.0], [3.0, 4.0]]}


@pytest.mark.parametrize("call", CALLS)
def test_a_list_of_plain_numbers(call):
    missing = re.match(r"np\.(\w+)", call)
    if missing and not hasattr(np, missing[1]):
        pytest.skip(f"this NumPy has no np.{missing[1]}")
    names = [name for name in POINTS if re.search(rf"\b{name}\b", call)]
    program = eval(f"lambda {', '.join(names)}: {call}", {"np": np, **LISTS})

    def f(*args):
        return sum([np.sum(leaf * 1.0) for leaf in trees.leaves(program(*args))])

    args = [POINTS[name] for name in names]
    directions = [0.5 + np.arange(float(a.size)).reshape(a.shape) / 3 for a in args]
    (wanted,) = slope(f, args, directions, step=1e-3)
    _, pullback = vjp(f, *args)
    pairs = zip(pullback(1.0), directions, strict=True)
    assert sum([np.sum(g * t) for g, t in pairs]) == pytest.approx(wanted, rel=1e-6, abs=1e-8)
    value, moved = jvp(f, args, directions)
    assert value == pytest.approx(f(*args), rel=1e-14)
    assert moved == pytest.approx(wanted, rel=1e-6, abs=1e-8)
