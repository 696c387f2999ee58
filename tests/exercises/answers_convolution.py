"""Answers to chapter 21's exercises, right ones of any style and typical wrong ones."""

import math
from fractions import Fraction

import numpy as np
from answers import right, taking, wrong

# ---- conv-size --------------------------------------------------------------------------


@taking(right("conv-size"))
def by_the_floor(size, kernel, stride, padding, dilation):
    return max((size + 2 * padding - dilation * (kernel - 1) - 1) // stride + 1, 0)


@taking(right("conv-size"))
def by_counting(size, kernel, stride, padding, dilation):
    count, end = 0, dilation * (kernel - 1)
    while end <= size + 2 * padding - 1:
        count, end = count + 1, end + stride
    return count


@taking(right("conv-size"))
def by_a_range(size, kernel, stride, padding, dilation):
    return len(range(dilation * (kernel - 1), size + 2 * padding, stride))


@taking(right("conv-size"))
def by_cases(size, kernel, stride, padding, dilation):
    span = dilation * (kernel - 1) + 1
    if span > size + 2 * padding:
        return 0
    return math.floor(Fraction(size + 2 * padding - span, stride)) + 1


@taking(wrong("conv-size"))
def without_the_case(size, kernel, stride, padding, dilation):
    return (size + 2 * padding - dilation * (kernel - 1) - 1) // stride + 1


@taking(wrong("conv-size"))
def truncated(size, kernel, stride, padding, dilation):
    return max(int((size + 2 * padding - dilation * (kernel - 1) - 1) / stride) + 1, 0)


@taking(wrong("conv-size"))
def without_the_one(size, kernel, stride, padding, dilation):
    return max((size + 2 * padding - dilation * (kernel - 1) - 1) // stride, 0)


@taking(wrong("conv-size"))
def rounded_up(size, kernel, stride, padding, dilation):
    return max(-(-(size + 2 * padding - dilation * (kernel - 1) - 1) // stride) + 1, 0)


@taking(wrong("conv-size"))
def padded_once(size, kernel, stride, padding, dilation):
    return max((size + padding - dilation * (kernel - 1) - 1) // stride + 1, 0)


@taking(wrong("conv-size"))
def without_dilation(size, kernel, stride, padding, dilation):
    return max((size + 2 * padding - kernel) // stride + 1, 0)


@taking(wrong("conv-size"))
def dilated_too_far(size, kernel, stride, padding, dilation):
    return max((size + 2 * padding - dilation * kernel) // stride + 1, 0)


@taking(wrong("conv-size"))
def same_padding(size, kernel, stride, padding, dilation):
    return -(-size // stride)


@taking(wrong("conv-size"))
def without_stride(size, kernel, stride, padding, dilation):
    return max(size + 2 * padding - dilation * (kernel - 1), 0)


@taking(wrong("conv-size"))
def at_least_one(size, kernel, stride, padding, dilation):
    return max((size + 2 * padding - dilation * (kernel - 1) - 1) // stride + 1, 1)


@taking(wrong("conv-size"))
def absolute(size, kernel, stride, padding, dilation):
    return abs((size + 2 * padding - dilation * (kernel - 1) - 1) // stride + 1)


@taking(wrong("conv-size"))
def compares_the_kernel(size, kernel, stride, padding, dilation):
    if kernel > size + 2 * padding:
        return 0
    return (size + 2 * padding - dilation * (kernel - 1) - 1) // stride + 1


# ---- conv-backward ----------------------------------------------------------------------


def passed_back(x, w, g, stride, padding, *, off=0, flip=False, scale=1, wrap=False):
    dx, dw = [0] * len(x), [0] * len(w)
    for i, g_i in enumerate(g):
        for u in range(len(w)):
            h = stride * i + u - padding + off
            h = h % len(x) if wrap else h
            if 0 <= h < len(x):
                dx[h] += scale * g_i * w[-1 - u if flip else u]
                dw[u] += scale * g_i * x[h]
    return {"x": dx, "w": dw}


@taking(right("conv-backward"))
def by_two_loops(x, w, g, stride, padding):
    return passed_back(x, w, g, stride, padding)


@taking(right("conv-backward"))
def by_slices(x, w, g, stride, padding):
    wide = np.pad(np.array(x), padding)
    d_wide, dw, K = np.zeros(len(wide)), np.zeros(len(w)), len(w)
    for i, g_i in enumerate(g):
        part = slice(stride * i, stride * i + K)
        d_wide[part] += g_i * np.array(w)
        dw += g_i * wide[part]
    return {"x": d_wide[padding : padding + len(x)], "w": dw}


@taking(right("conv-backward"))
def by_a_matrix(x, w, g, stride, padding):
    def of_kernel(w):
        M = np.zeros((len(g), len(x) + 2 * padding))
        for i in range(len(g)):
            M[i, stride * i : stride * i + len(w)] = w
        return M[:, padding : padding + len(x)]

    units = np.eye(len(w))
    dw = [np.array(g) @ of_kernel(e) @ np.array(x) for e in units]
    return {"w": dw, "x": of_kernel(w).T @ np.array(g)}


@taking(right("conv-backward"))
def by_zeros_between(x, w, g, stride, padding):
    n, K = len(x) + 2 * padding, len(w)
    spread = np.zeros(n - K + 1)
    spread[::stride][: len(g)] = g
    wide = np.pad(np.array(x, float), padding)
    d_wide = np.convolve(spread, w)
    return {"x": list(d_wide[padding : padding + len(x)]), "w": list(np.correlate(wide, spread))}


@taking(wrong("conv-backward"))
def unflipped(x, w, g, stride, padding):
    return passed_back(x, w, g, stride, padding, flip=True)


@taking(wrong("conv-backward"))
def off_by_one(x, w, g, stride, padding):
    return passed_back(x, w, g, stride, padding, off=1)


@taking(wrong("conv-backward"))
def forgets_the_stride(x, w, g, stride, padding):
    return passed_back(x, w, g, 1, padding)


@taking(wrong("conv-backward"))
def forgets_the_padding(x, w, g, stride, padding):
    return passed_back(x, w, g, stride, 0)


@taking(wrong("conv-backward"))
def wraps_around(x, w, g, stride, padding):
    return passed_back(x, w, g, stride, padding, wrap=True)


@taking(wrong("conv-backward"))
def the_mean(x, w, g, stride, padding):
    both = passed_back(x, w, g, stride, padding)
    return {"x": both["x"], "w": [v / max(len(g), 1) for v in both["w"]]}


@taking(wrong("conv-backward"))
def with_the_border(x, w, g, stride, padding):
    both = passed_back([0] * padding + x + [0] * padding, w, g, stride, 0)
    return both


@taking(wrong("conv-backward"))
def cut_short(x, w, g, stride, padding):
    both = passed_back(x, w, g, stride, padding)
    read = stride * (len(g) - 1) + len(w) - padding
    return {"x": both["x"][: max(read, 1)], "w": both["w"]}


@taking(wrong("conv-backward"))
def exchanged(x, w, g, stride, padding):
    both = passed_back(x, w, g, stride, padding)
    return {"x": both["w"], "w": both["x"]}


@taking(wrong("conv-backward"))
def overwrites(x, w, g, stride, padding):
    both = passed_back(x, w, g, stride, padding)
    dx = [0] * len(x)
    for i, g_i in enumerate(g):
        for u, w_u in enumerate(w):
            h = stride * i + u - padding
            if 0 <= h < len(x):
                dx[h] = g_i * w_u
    return {"x": dx, "w": both["w"]}


@taking(wrong("conv-backward"))
def of_ones(x, w, g, stride, padding):
    return passed_back(x, w, [1] * len(g), stride, padding)


@taking(wrong("conv-backward"))
def only_the_kernel(x, w, g, stride, padding):
    return {"w": passed_back(x, w, g, stride, padding)["w"]}


@taking(wrong("conv-backward"))
def downhill(x, w, g, stride, padding):
    return passed_back(x, w, g, stride, padding, scale=-1)


@taking(wrong("conv-backward"))
def the_first_four_outputs(x, w, g, stride, padding):
    return passed_back(x, w, g[:4], stride, padding)


# ---- pool-backward ----------------------------------------------------------------------


@taking(right("pool-backward"))
def to_the_first(x, window, stride, g):
    dx = [0] * len(x)
    for i, g_i in enumerate(g):
        part = x[stride * i : stride * i + window]
        dx[stride * i + part.index(max(part))] += g_i
    return dx


@taking(right("pool-backward"))
def by_argmax(x, window, stride, g):
    x, dx = np.array(x), np.zeros(len(x))
    for i, g_i in enumerate(g):
        dx[stride * i + np.argmax(x[stride * i : stride * i + window])] += g_i
    return dx


@taking(right("pool-backward"))
def by_a_view(x, window, stride, g):
    views = np.lib.stride_tricks.sliding_window_view(np.array(x), window)[::stride]
    dx = np.zeros(len(x), int)
    np.add.at(dx, views.argmax(1) + stride * np.arange(len(g)), g)
    return dx


@taking(right("pool-backward"))
def by_a_loop(x, window, stride, g):
    dx = [0] * len(x)
    for i in range(len(g)):
        best = stride * i
        for k in range(best + 1, stride * i + window):
            if x[k] > x[best]:
                best = k
        dx[best] += g[i]
    return dx


@taking(wrong("pool-backward"))
def to_the_last(x, window, stride, g):
    dx = [0] * len(x)
    for i, g_i in enumerate(g):
        part = x[stride * i : stride * i + window]
        dx[max(range(window), key=lambda k: (part[k], k)) + stride * i] += g_i
    return dx


@taking(wrong("pool-backward"))
def to_each(x, window, stride, g):
    dx = [0] * len(x)
    for i, g_i in enumerate(g):
        part = x[stride * i : stride * i + window]
        for k, v in enumerate(part):
            dx[stride * i + k] += g_i * (v == max(part))
    return dx


@taking(wrong("pool-backward"))
def shared_equally(x, window, stride, g):
    dx = [0.0] * len(x)
    for i, g_i in enumerate(g):
        part = x[stride * i : stride * i + window]
        for k, v in enumerate(part):
            dx[stride * i + k] += g_i * (v == max(part)) / part.count(max(part))
    return dx


@taking(wrong("pool-backward"))
def assigned(x, window, stride, g):
    dx = [0] * len(x)
    for i, g_i in enumerate(g):
        part = x[stride * i : stride * i + window]
        dx[stride * i + part.index(max(part))] = g_i
    return dx


@taking(wrong("pool-backward"))
def ignores_the_stride(x, window, stride, g):
    return to_the_first(x, window, window, g[: max((len(x) - window) // window + 1, 0)])


@taking(wrong("pool-backward"))
def finds_it_in_all_of_x(x, window, stride, g):
    dx = [0] * len(x)
    for i, g_i in enumerate(g):
        dx[x.index(max(x[stride * i : stride * i + window]))] += g_i
    return dx


@taking(wrong("pool-backward"))
def as_an_average(x, window, stride, g):
    dx = [0.0] * len(x)
    for i, g_i in enumerate(g):
        for k in range(window):
            dx[stride * i + k] += g_i / window
    return dx


@taking(wrong("pool-backward"))
def at_the_start_of_the_window(x, window, stride, g):
    dx = [0] * len(x)
    for i, g_i in enumerate(g):
        dx[stride * i] += g_i
    return dx


@taking(wrong("pool-backward"))
def forgets_the_offset(x, window, stride, g):
    dx = [0] * len(x)
    for i, g_i in enumerate(g):
        part = x[stride * i : stride * i + window]
        dx[part.index(max(part))] += g_i
    return dx


@taking(wrong("pool-backward"))
def of_the_smallest(x, window, stride, g):
    return to_the_first([-v for v in x], window, stride, g)


@taking(wrong("pool-backward"))
def with_zeros_around(x, window, stride, g):
    dx = [0] * len(x)
    for i, g_i in enumerate(g):
        part = x[stride * i : stride * i + window]
        if max(part) >= 0:
            dx[stride * i + part.index(max(part))] += g_i
    return dx


@taking(wrong("pool-backward"))
def too_short(x, window, stride, g):
    return to_the_first(x, window, stride, g)[: max(stride * (len(g) - 1) + window, 1)]


@taking(wrong("pool-backward"))
def times_the_value(x, window, stride, g):
    return [d * v for d, v in zip(to_the_first(x, window, stride, g), x, strict=True)]


@taking(wrong("pool-backward"))
def the_first_four(x, window, stride, g):
    return to_the_first(x, window, stride, g[:4])


# ---- batch-norm-backward ----------------------------------------------------------------


def norm_back(x, g, gamma, eps, *, first=1, second=1, power=-0.5, less=0):
    x, g = np.array(x), np.array(g)
    variance = np.sum((x - x.mean()) ** 2) / max(len(x) - less, 1)
    r = (variance + eps) ** power
    hat = r * (x - x.mean())
    return gamma * r * (g - first * g.mean() - second * hat * np.mean(g * hat))


@taking(right("batch-norm-backward"))
def by_the_formula(x, g, gamma, eps):
    return norm_back(x, g, gamma, eps)


@taking(right("batch-norm-backward"))
def by_the_jacobian(x, g, gamma, eps):
    m, x = len(x), np.array(x)
    r = 1 / np.sqrt(x.var() + eps)
    hat = r * (x - x.mean())
    return gamma * r * ((np.eye(m) - 1 / m - np.outer(hat, hat) / m) @ np.array(g))


@taking(right("batch-norm-backward"))
def step_by_step(x, g, gamma, eps):
    """As the code of a program that goes back through each operation."""
    m, x = len(x), np.array(x)
    mu = x.mean()
    centred = x - mu
    variance = np.mean(centred**2)
    d_hat = gamma * np.array(g)
    d_variance = np.sum(d_hat * centred) * -0.5 * (variance + eps) ** -1.5
    d_centred = d_hat / np.sqrt(variance + eps) + d_variance * 2 * centred / m
    return list(d_centred - d_centred.sum() / m)


@taking(wrong("batch-norm-backward"))
def constant_statistics(x, g, gamma, eps):
    return norm_back(x, g, gamma, eps, first=0, second=0)


@taking(wrong("batch-norm-backward"))
def constant_variance(x, g, gamma, eps):
    return norm_back(x, g, gamma, eps, second=0)


@taking(wrong("batch-norm-backward"))
def constant_mean(x, g, gamma, eps):
    return norm_back(x, g, gamma, eps, first=0)


@taking(wrong("batch-norm-backward"))
def unbiased(x, g, gamma, eps):
    return norm_back(x, g, gamma, eps, less=1)


@taking(wrong("batch-norm-backward"))
def without_gamma(x, g, gamma, eps):
    return norm_back(x, g, 1.0, eps)


@taking(wrong("batch-norm-backward"))
def without_eps(x, g, gamma, eps):
    return norm_back(x, g, gamma, 1e-12)


@taking(wrong("batch-norm-backward"))
def with_one_for_eps(x, g, gamma, eps):
    return norm_back(x, g, gamma, 1.0)


@taking(wrong("batch-norm-backward"))
def without_the_root(x, g, gamma, eps):
    return norm_back(x, g, gamma, eps, power=-1)


@taking(wrong("batch-norm-backward"))
def eps_after_the_root(x, g, gamma, eps):
    x, g = np.array(x), np.array(g)
    r = 1 / (x.std() + eps)
    hat = r * (x - x.mean())
    return gamma * r * (g - g.mean() - hat * np.mean(g * hat))


@taking(wrong("batch-norm-backward"))
def added(x, g, gamma, eps):
    return norm_back(x, g, gamma, eps, second=-1)


@taking(wrong("batch-norm-backward"))
def twice_the_part(x, g, gamma, eps):
    return norm_back(x, g, gamma, eps, second=2)


@taking(wrong("batch-norm-backward"))
def the_output(x, g, gamma, eps):
    x = np.array(x)
    return gamma * (x - x.mean()) / np.sqrt(x.var() + eps)


@taking(wrong("batch-norm-backward"))
def sums_for_means(x, g, gamma, eps):
    return norm_back(x, g, gamma, eps, first=len(x), second=len(x))


@taking(wrong("batch-norm-backward"))
def of_the_first_four(x, g, gamma, eps):
    rest = [0.0] * (len(x) - 4)
    return [*norm_back(x[:4], g[:4], gamma, eps), *rest]


@taking(wrong("batch-norm-backward"))
def exactly_orthogonal(x, g, gamma, eps):
    """Take the whole part along the normalised x away, which is right for eps = 0."""
    x, g = np.array(x), np.array(g)
    r = 1 / np.sqrt(x.var() + eps)
    hat = r * (x - x.mean())
    return gamma * r * (g - g.mean() - hat * (g @ hat) / (hat @ hat or 1.0))


@taking(wrong("conv-backward"))
def the_first_three_weights(x, w, g, stride, padding):
    wide, n = [0] * padding + list(x) + [0] * padding, len(g)
    by_w = [sum(g[i] * wide[stride * i + u] for i in range(n)) for u in range(len(w))]
    by_wide = [0] * len(wide)
    for i in range(n):
        for u, weight in enumerate(w[:3]):
            by_wide[stride * i + u] += g[i] * weight
    return {"x": by_wide[padding : padding + len(x)], "w": by_w}


@taking(wrong("pool-backward"))
def windows_of_three(x, window, stride, g):
    received = [0] * len(x)
    for i, adjoint in enumerate(g):
        seen = x[stride * i : stride * i + min(window, 3)]
        received[stride * i + seen.index(max(seen))] += adjoint
    return received
