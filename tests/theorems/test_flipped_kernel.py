"""cor-flipped-kernel: at stride 1, ∂x is the convolution of g with w."""

import numpy as np
from conv_instances import adjoints, layer, with_zeros
from hypothesis import given
from hypothesis import strategies as st
from near import broken, missed

NEAR_MISSES = {
    "the kernel as it is": {"turned": lambda w: w[::-1, ::-1]},
    "the kernel turned along one axis": {"turned": lambda w: w[::-1]},
    "one position further": {"off": 1},
    "without the padding": {"shifted": lambda p: 0},
    "without the dilation": {"spread": lambda d: 1},
    "the rows in another order": {"shown": lambda found: found[::-1]},
    "the columns in another order": {"shown": lambda found: found[:, ::-1]},
    "one corner more": {"shown": lambda found: found + corner(found, 0, 0)},
    "the corner opposite": {"shown": lambda found: found + corner(found, -1, -1)},
    "one of the other corners": {"shown": lambda found: found + corner(found, 0, -1)},
    "the last of the corners": {"shown": lambda found: found + corner(found, -1, 0)},
}


def corner(image, i, j):
    """Return an image with a 1 there and zeros elsewhere."""
    found = np.zeros(image.shape)
    found[i, j] = 1
    return found


def hypotheses(x, w, g, p, stride, dilation):
    return {"stride": stride == 1}


def conclusion(
    x,
    w,
    g,
    p,
    stride,
    dilation,
    *,
    turned=lambda w: w,
    off=0,
    shifted=lambda p: p,
    spread=lambda d: d,
    shown=lambda found: found,
):
    """∂x[h] = Σ_u w[u] g[h + p - δu]."""
    _, by_x = adjoints(
        g[None, None], with_zeros(x[None, None], p), w[None, None], p, stride, dilation, 1
    )
    found, kernel = np.zeros(x.shape), turned(w)
    for h in np.ndindex(x.shape):
        for u in np.ndindex(w.shape):
            i = tuple(
                a + shifted(p) + off - spread(dilation) * b for a, b in zip(h, u, strict=True)
            )
            if all(0 <= k < size for k, size in zip(i, g.shape, strict=True)):
                found[h] += kernel[u] * g[i]
    return np.array_equal(shown(found), by_x[0, 0])


def instance_of(seed, size, kernel, p, stride, dilation):
    rng = np.random.default_rng(seed)
    x, w = (rng.integers(-8, 9, shape).astype(float) for shape in (size, kernel))
    y = layer(with_zeros(x[None, None], p), w[None, None], stride, dilation, 1)[0, 0]
    return x, w, rng.integers(-8, 9, y.shape).astype(float), p, stride, dilation


@given(
    st.integers(0, 99),
    st.tuples(st.integers(3, 5), st.integers(3, 5)),
    st.tuples(st.integers(1, 2), st.integers(1, 2)),
    st.integers(0, 2),
    st.integers(1, 2),
)
def test_holds(seed, size, kernel, p, dilation):
    instance = instance_of(seed, size, kernel, p, 1, dilation)
    assert not broken(hypotheses(*instance))
    assert conclusion(*instance)


def test_near_misses():
    near = [instance_of(0, (5, 4), (2, 2), 1, 1, 2), instance_of(1, (3, 4), (2, 3), 1, 1, 1)]
    assert not missed(NEAR_MISSES, near, conclusion, hypotheses)


def test_every_row_is_asked_for():
    # Without the last row of the kernel the first row of ∂x is right, and not the others.
    cut = {"without its last row": {"turned": lambda w: np.vstack([w[:-1], 0 * w[-1:]])}}
    assert not missed(cut, [instance_of(0, (5, 4), (2, 2), 1, 1, 2)], conclusion, hypotheses)


def test_without_stride():
    for kernel, stride, dilation in ((3, 2), 2, 1), ((1, 1), 2, 1), ((2, 2), 2, 2), ((2, 2), 3, 1):
        instance = instance_of(0, (6, 5), kernel, 0, stride, dilation)
        assert broken(hypotheses(*instance)) == ["stride"]
        assert not conclusion(*instance)
