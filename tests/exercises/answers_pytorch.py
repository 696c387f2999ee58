"""Answers to chapter 23's exercises, right ones of any style and typical wrong ones."""

import math

import numpy as np
from answers import each, right, taking, wrong

# ---- torch-map --------------------------------------------------------------------------


@taking(right("torch-map"))
def by_four_axes(rows, columns, channels, W):
    W = np.array(W).reshape(rows, columns, channels, -1).transpose(2, 0, 1, 3)
    return W.reshape(-1, W.shape[-1]).T


@taking(right("torch-map"))
def by_numbering_the_inputs(rows, columns, channels, W):
    order = np.arange(rows * columns * channels).reshape(rows, columns, channels)
    return np.array(W)[np.moveaxis(order, -1, 0).ravel()].T.tolist()


@taking(right("torch-map"))
def by_loops(rows, columns, channels, W):
    weight = np.zeros((len(W[0]), len(W)))
    for k, r, c in np.ndindex(channels, rows, columns):
        for o in range(len(W[0])):
            weight[o, (k * rows + r) * columns + c] = W[(r * columns + c) * channels + k][o]
    return weight


@taking(right("torch-map"))
def by_slices(rows, columns, channels, W):
    moved = [row for k in range(channels) for row in W[k::channels]]
    return [list(column) for column in zip(*moved, strict=True)]


def axes(W, rows, columns, channels):
    return np.array(W).reshape(rows, columns, channels, -1)


MAPS = {
    "transposed_only": lambda R, C, K, W: np.array(W).T,
    "not_transposed": lambda R, C, K, W: (
        axes(W, R, C, K).transpose(2, 0, 1, 3).reshape(R * C * K, -1)
    ),
    "unchanged": lambda R, C, K, W: W,
    "columns_before_rows": lambda R, C, K, W: (
        axes(W, R, C, K).transpose(2, 1, 0, 3).reshape(R * C * K, -1).T
    ),
    "reshaped_not_moved": lambda R, C, K, W: (
        np.array(W).reshape(K, R, C, -1).reshape(R * C * K, -1).T
    ),
    "the_other_way": lambda R, C, K, W: (
        np.array(W).reshape(K, R, C, -1).transpose(1, 2, 0, 3).reshape(R * C * K, -1).T
    ),
    "reshaped_for_a_transpose": lambda R, C, K, W: np.array(W).reshape(len(W[0]), -1),
    "channels_reversed": lambda R, C, K, W: (
        axes(W, R, C, K)[:, :, ::-1].transpose(2, 0, 1, 3).reshape(R * C * K, -1).T
    ),
    "swaps_first_and_last": lambda R, C, K, W: (
        np.swapaxes(axes(W, R, C, K), 0, 2).reshape(R * C * K, -1).T
    ),
    "flipped": lambda R, C, K, W: (
        axes(W, R, C, K)[::-1, ::-1].transpose(2, 0, 1, 3).reshape(R * C * K, -1).T
    ),
    "two_channels_only": lambda R, C, K, W: (
        np.concatenate([np.array(W)[0::K], np.array(W)[1::K], np.array(W)[2::K]][: min(K, 3)]).T
    ),
    "the_first_output": lambda R, C, K, W: (
        axes(W, R, C, K).transpose(2, 0, 1, 3).reshape(R * C * K, -1).T[:1]
    ),
}
each(wrong("torch-map"), MAPS, "rows", "columns", "channels", "W")


# ---- torch-step -------------------------------------------------------------------------


@taking(right("torch-step"))
def as_described(w, rate, momentum, decay, gradients):
    buffer = None
    for g in gradients:
        g = g + decay * w
        buffer = g if buffer is None else momentum * buffer + g
        w -= rate * buffer
    return w


@taking(right("torch-step"))
def from_a_zero_buffer(w, rate, momentum, decay, gradients):
    buffer = 0.0
    for g in gradients:
        buffer = momentum * buffer + g + decay * w
        w = w - rate * buffer
    return np.float64(w)


@taking(right("torch-step"))
def by_the_difference_of_iterates(w, rate, momentum, decay, gradients):
    before = w
    for g in gradients:
        w, before = w + momentum * (w - before) - rate * (g + decay * w), w
    return w


def steps(w, rate, momentum, decay, gradients, *, damp=0.0, first=1.0, nesterov=False, sign=1):
    buffer = 0.0
    for t, g in enumerate(gradients):
        g = g + sign * decay * w
        share = first if t == 0 else 1 - damp
        buffer = momentum * buffer + share * g
        w -= rate * (g + momentum * buffer if nesterov else buffer)
    return w


def decoupled(w, rate, momentum, decay, gradients):
    buffer = 0.0
    for g in gradients:
        buffer = momentum * buffer + g
        w = w - rate * decay * w - rate * buffer
    return w


def decays_after_the_buffer(w, rate, momentum, decay, gradients):
    buffer = 0.0
    for g in gradients:
        buffer = momentum * buffer + g
        w -= rate * (buffer + decay * w)
    return w


def decays_at_the_start_only(w, rate, momentum, decay, gradients):
    at_first = w
    return steps(w, rate, momentum, 0.0, [g + decay * at_first for g in gradients])


def looks_one_step_back(w, rate, momentum, decay, gradients):
    before = 0.0
    for g in gradients:
        g = g + decay * w
        w, before = w - rate * (g + momentum * before), g
    return w


def skips_the_first(w, rate, momentum, decay, gradients):
    return steps(w, rate, momentum, decay, gradients[1:])


def three_steps(w, rate, momentum, decay, gradients):
    return steps(w, rate, momentum, decay, gradients[:3])


STEPS = {
    "averages": lambda *given: steps(*given, damp=given[2], first=1 - given[2]),
    "dampened_but_for_the_first": lambda *given: steps(*given, damp=given[2]),
    "of_nesterov": lambda *given: steps(*given, nesterov=True),
    "decay_with_the_other_sign": lambda *given: steps(*given, sign=-1),
    "decay_doubled": lambda *given: steps(*given, sign=2),
    "decay_halved": lambda *given: steps(*given, sign=0.5),
    "without_decay": lambda *given: steps(*given, sign=0),
    "without_momentum": lambda w, r, m, d, g: steps(w, r, 0.0, d, g),
    "uphill": lambda w, r, m, d, g: steps(w, -r, m, d, g),
    "adds_one_step_too_many": lambda w, r, m, d, g: steps(w, r, m, d, [*g, 0.0]),
    "decoupled": decoupled,
    "decays_after_the_buffer": decays_after_the_buffer,
    "decays_at_the_start_only": decays_at_the_start_only,
    "looks_one_step_back": looks_one_step_back,
    "skips_the_first": skips_the_first,
    "three_steps": three_steps,
}
each(wrong("torch-step"), STEPS, "w", "rate", "momentum", "decay", "gradients")


# ---- sum-depths -------------------------------------------------------------------------


@taking(right("sum-depths"))
def by_members(n, pairs):
    depths, members = [0] * n, [[k] for k in range(n)]
    for i, j in pairs:
        members[i] = members[i] + members[j]
        members[j] = []
        for k in members[i]:
            depths[k] += 1
    return depths


@taking(right("sum-depths"))
def by_vectors(n, pairs):
    inside, depths = np.eye(n, dtype=int), np.zeros(n, int)
    for i, j in pairs:
        inside[i] += inside[j]
        depths += inside[i]
    return depths


@taking(right("sum-depths"))
def backwards(n, pairs):
    # From the last addition to the first: what is in position i and j has this many to come.
    to_come = [0] * n
    for i, j in reversed(pairs):
        to_come[i] += 1
        to_come[j] = to_come[i]
    return to_come


@taking(right("sum-depths"))
def by_a_tree(n, pairs):
    trees = list(range(n))
    for i, j in pairs:
        trees[i] = (trees[i], trees[j])
    root = trees[pairs[-1][0]] if pairs else 0
    depths, todo = [0] * n, [(root, 0)]
    while todo:
        node, depth = todo.pop()
        if isinstance(node, tuple):
            todo += [(child, depth + 1) for child in node]
        else:
            depths[node] = depth
    return depths


def counted(n, pairs, *, both=True, keep=False, start=0):
    depths, members = [start] * n, [{k} for k in range(n)]
    for i, j in pairs:
        members[i] = members[i] | members[j] if both else members[i]
        if keep:
            members[j] = members[i]
        for k in members[i]:
            depths[k] += 1
    return depths


def only_the_pair(n, pairs):
    depths = [0] * n
    for i, j in pairs:
        depths[i] += 1
        depths[j] += 1
    return depths


def counts_before_joining(n, pairs):
    depths, members = [0] * n, [{k} for k in range(n)]
    for i, j in pairs:
        for k in members[i]:
            depths[k] += 1
        members[i] |= members[j]
    return depths


def heights(n, pairs):
    height = [0] * n
    for i, j in pairs:
        height[i] = 1 + max(height[i], height[j])
    return height


def joins_the_wrong_way(n, pairs):
    depths, members = [0] * n, [{k} for k in range(n)]
    for i, j in pairs:
        members[j] |= members[i]
        for k in members[j]:
            depths[k] += 1
    return depths


DEPTHS = {
    "only_the_pair": only_the_pair,
    "counts_before_joining": counts_before_joining,
    "heights": heights,
    "joins_the_wrong_way": joins_the_wrong_way,
    "never_joins": lambda n, pairs: counted(n, pairs, both=False),
    "one_too_many": lambda n, pairs: counted(n, pairs, start=1),
    "one_by_one": lambda n, pairs: [max(n - max(k, 1), 0) for k in range(n)],
    "all_of_them": lambda n, pairs: [n - 1] * n,
    "in_pairs": lambda n, pairs: [math.ceil(math.log2(n))] * n,
    "the_maximum": lambda n, pairs: max(by_members(n=n, pairs=pairs)),
    "sorted_depths": lambda n, pairs: sorted(counted(n, pairs)),
    "first_three_additions": lambda n, pairs: counted(n, pairs[:3]),
    "without_the_last": lambda n, pairs: counted(n, pairs[:-1]),
}
each(wrong("sum-depths"), DEPTHS, "n", "pairs")


# ---- softmax-twice ----------------------------------------------------------------------


@taking(right("softmax-twice"))
def solved(classes, loss):
    return (1 - (classes - 1) * math.log(math.expm1(loss) / (classes - 1))) / classes


@taking(right("softmax-twice"))
def by_bisection(classes, loss):
    low, high = 0.0, 1.0
    for _ in range(80):
        p = (low + high) / 2
        others = (1 - p) / (classes - 1)
        value = -p + math.log(math.exp(p) + (classes - 1) * math.exp(others))
        low, high = (p, high) if value > loss else (low, p)
    return low


@taking(right("softmax-twice"))
def by_the_distance(classes, loss):
    gap = np.log((np.exp(loss) - 1) / (classes - 1))
    return 1 / classes - gap * (classes - 1) / classes


def gap(C, loss):
    return math.log(math.expm1(loss) / (C - 1))


PROBABILITIES = {
    "one_softmax": lambda C, loss: math.exp(-loss),
    "softmax_thrice": lambda C, loss: math.exp(-math.exp(-loss)),
    "others_are_zero": lambda C, loss: min(max(-gap(C, loss), 0.0), 1.0),
    "all_classes_wrong": lambda C, loss: (1 - (C - 1) * math.log(math.expm1(loss) / C)) / C,
    "without_the_one": lambda C, loss: (1 - (C - 1) * (loss - math.log(C - 1))) / C,
    "of_a_wrong_class": lambda C, loss: (1 + gap(C, loss)) / C,
    "shared_by_all": lambda C, loss: (1 - C * gap(C, loss)) / C,
    "divides_by_the_others": lambda C, loss: (1 - (C - 1) * gap(C, loss)) / (C - 1),
    "with_the_other_sign": lambda C, loss: (1 + (C - 1) * gap(C, loss)) / C,
    "the_difference": lambda C, loss: gap(C, loss),
    "uniform": lambda C, loss: 1 / C,
    "in_bits": lambda C, loss: 2.0**-loss,
    "for_ten_classes": lambda C, loss: (1 - 9 * math.log(math.expm1(loss) / 9)) / 10,
    "certain": lambda C, loss: 1.0,
}
each(wrong("softmax-twice"), PROBABILITIES, "classes", "loss")
