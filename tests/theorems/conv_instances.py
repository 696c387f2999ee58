"""Instances for chapter 21: a convolutional layer by its definition, with any border."""

import functools

import numpy as np
from hypothesis import strategies as st

__all__ = ["adjoints", "bordered", "layer", "layers", "places", "with_zeros"]


def with_zeros(x, p):
    return np.pad(x, ((0, 0), (0, 0), (p, p), (p, p)))


def bordered(mode):
    """Return a border of another kind: "wrap", "edge"."""
    return lambda x, p: np.pad(x, ((0, 0), (0, 0), (p, p), (p, p)), mode=mode)


@functools.lru_cache(maxsize=64)
def places(images, kernels, stride, dilation, groups):
    """Return each (n, o, i, j), index of a weight, and that of the entry of x̃ that it meets."""
    (n, _, H, W), (outputs, c, K, K2) = images, kernels
    found = []
    rows = [i for i in range(H) if stride * i + dilation * (K - 1) <= H - 1]
    columns = [j for j in range(W) if stride * j + dilation * (K2 - 1) <= W - 1]
    for m, o, i, j in np.ndindex(n, outputs, len(rows), len(columns)):
        first = (o * groups // outputs) * c
        for k, u, v in np.ndindex(c, K, K2):
            met = (m, first + k, stride * i + dilation * u, stride * j + dilation * v)
            found.append(((m, o, i, j), (o, k, u, v), met))
    return [tuple(np.array(index).T) for index in zip(*found, strict=True)]


def layer(wide, w, stride, dilation, groups):
    """Return y, of the entries of x̃ and w."""
    at, weight, met = places(wide.shape, w.shape, stride, dilation, groups)
    y = np.zeros([index.max() + 1 for index in at])
    np.add.at(y, at, w[weight] * wide[met])
    return y


def adjoints(g, wide, w, p, stride, dilation, groups):
    """Return ∂w and ∂x as the theorem says; those of the border are cut off."""
    at, weight, met = places(wide.shape, w.shape, stride, dilation, groups)
    by_w, by_wide = np.zeros(w.shape), np.zeros(wide.shape)
    np.add.at(by_w, weight, g[at] * wide[met])
    np.add.at(by_wide, met, g[at] * w[weight])
    H, W = wide.shape[2:]
    return by_w, by_wide[:, :, p : H - p, p : W - p]


@st.composite
def layers(draw):
    """Small layers: x, w, padding, stride, dilation, groups."""
    groups, stride, dilation, p = (draw(st.integers(1, 2)) for _ in range(4))
    K, K2, c = draw(st.integers(1, 2)), draw(st.integers(1, 2)), draw(st.integers(1, 2))
    p -= 1
    numbers = np.random.default_rng(draw(st.integers(0, 99)))
    size = draw(st.integers(3, 4)), draw(st.integers(3, 4))
    x = numbers.integers(-4, 5, (draw(st.integers(1, 2)), groups * c, *size)) / 2
    w = numbers.integers(-4, 5, (groups * draw(st.integers(1, 2)), c, K, K2)) / 2
    return x, w, p, stride, dilation, groups
