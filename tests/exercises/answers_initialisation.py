"""Answers to chapter 15's exercises, right ones of any style and typical wrong ones."""

import itertools
import math

import numpy as np
from answers import right, taking, wrong

# ---- initialisation-weights -------------------------------------------------------------


def drawn(variance, fill=lambda here, m, n: here.reshape(m, n)):
    """Return an answer whose weights have this variance, of fan-in, fan-out and being last."""

    def answer(sizes, normals):
        rest, weights = np.array(normals), []
        pairs = list(itertools.pairwise(sizes))
        for k, (m, n) in enumerate(pairs):
            here, rest = rest[: m * n], rest[m * n :]
            weights.append(math.sqrt(variance(m, n, k == len(pairs) - 1)) * fill(here, m, n))
        return weights

    return answer


def he(m, n, last):
    return (1 if last else 2) / m


taking(right("initialisation-weights"))(drawn(he))


@right("initialisation-weights")
def in_python(network):
    sizes, numbers = network["sizes"], iter(network["normals"])
    weights = []
    for k in range(len(sizes) - 1):
        root = (2 / sizes[k]) ** 0.5 if k < len(sizes) - 2 else sizes[k] ** -0.5
        weights.append(
            [[root * next(numbers) for _ in range(sizes[k + 1])] for _ in range(sizes[k])]
        )
    return weights


@right("initialisation-weights")
def split_by_numpy(network):
    sizes = np.array(network["sizes"])
    parts = np.split(np.array(network["normals"]), np.cumsum(sizes[:-1] * sizes[1:]))[:-1]
    scales = np.sqrt(2 / sizes[:-1])
    scales[-1] /= np.sqrt(2)
    shapes = itertools.pairwise(sizes)
    return tuple(s * p.reshape(shape) for s, p, shape in zip(scales, parts, shapes, strict=True))


for name, answer in {
    "fan_out": drawn(lambda m, n, last: (1 if last else 2) / n),
    "all_he": drawn(lambda m, n, last: 2 / m),
    "none_he": drawn(lambda m, n, last: 1 / m),
    "glorot": drawn(lambda m, n, last: 2 / (m + n)),
    "half_for_double": drawn(lambda m, n, last: (1 if last else 0.5) / m),
    "first_for_last": drawn(lambda m, n, last: (2 if last else 1) / m),
    "deviation_for_variance": drawn(lambda m, n, last: ((1 if last else 2) / m) ** 2),
    "unscaled": drawn(lambda m, n, last: 1.0),
    "by_columns": drawn(he, lambda here, m, n: here.reshape(n, m).T),
    "transposed": drawn(he, lambda here, m, n: here.reshape(n, m)),
    "small": drawn(lambda m, n, last: 1e-6),
    "nearly": drawn(lambda m, n, last: 0.999 * he(m, n, last)),
    "flat": drawn(he, lambda here, m, n: here),
}.items():
    answer.__name__ = name
    taking(wrong("initialisation-weights"))(answer)


@taking(wrong("initialisation-weights"))
def the_same_numbers_in_every_layer(sizes, normals):
    weights = []
    for k, (m, n) in enumerate(itertools.pairwise(sizes)):
        here = np.array(normals[: m * n]).reshape(m, n)
        weights.append(math.sqrt(he(m, n, k == len(sizes) - 2)) * here)
    return weights


@taking(wrong("initialisation-weights"))
def the_first_three_layers(sizes, normals):
    return drawn(lambda m, n, last: (1 if last else 2) / m)(sizes[:4], normals)


# ---- initialisation-mean-squares --------------------------------------------------------


def followed(forward=lambda m, n, v: m * v / 2, backward=lambda m, n, v: n * v / 2, turn=-1):
    def answer(sizes, variances, signal, gradient):
        up, down = [signal], [gradient]
        layers = list(zip(sizes, sizes[1:], variances, strict=False))
        for layer in layers:
            up.append(up[-1] * forward(*layer))
        for layer in reversed(layers):
            down.append(down[-1] * backward(*layer))
        return up, down[::turn]

    return answer


taking(right("initialisation-mean-squares"))(followed())


@right("initialisation-mean-squares")
def by_cumulative_products(network):
    sizes, v = np.array(network["sizes"]), np.array(network["variances"]) / 2
    up = network["signal"] * np.cumprod([1, *(sizes[:-1] * v)])
    down = network["gradient"] * np.cumprod([1, *(sizes[1:] * v)[::-1]])
    return [up, down[::-1]]


@right("initialisation-mean-squares")
def by_products(network):
    sizes, v = network["sizes"], network["variances"]
    depth = len(v)

    def factor(first, last, shift):
        return math.prod(sizes[k + shift] * v[k] / 2 for k in range(first, last))

    return (
        [network["signal"] * factor(0, k, 0) for k in range(depth + 1)],
        [network["gradient"] * factor(k, depth, 1) for k in range(depth + 1)],
    )


for name, answer in {
    "without_the_half": followed(lambda m, n, v: m * v, lambda m, n, v: n * v),
    "half_forward_only": followed(backward=lambda m, n, v: n * v),
    "half_backward_only": followed(forward=lambda m, n, v: m * v),
    "fans_exchanged": followed(lambda m, n, v: n * v / 2, lambda m, n, v: m * v / 2),
    "fan_in_both_ways": followed(backward=lambda m, n, v: m * v / 2),
    "fan_out_both_ways": followed(forward=lambda m, n, v: n * v / 2),
    "no_fans": followed(lambda m, n, v: v / 2, lambda m, n, v: v / 2),
    "deviations": followed(lambda m, n, v: m * v * v / 2, lambda m, n, v: n * v * v / 2),
    "glorot_means": followed(lambda m, n, v: (m + n) * v / 4, lambda m, n, v: (m + n) * v / 4),
    "backward_not_turned": followed(turn=1),
    "quarter": followed(lambda m, n, v: m * v / 4, lambda m, n, v: n * v / 4),
}.items():
    answer.__name__ = name
    taking(wrong("initialisation-mean-squares"))(answer)


@taking(wrong("initialisation-mean-squares"))
def forward_alone(**network):
    return followed()(**network)[0]


@taking(wrong("initialisation-mean-squares"))
def ends_alone(**network):
    up, down = followed()(**network)
    return up[-1], down[0]


@taking(wrong("initialisation-mean-squares"))
def stops_after_four_layers(**network):
    up, down = followed()(**network)
    return [*up[:5], *[up[4]] * (len(up) - 5)] if len(up) > 5 else up, down


# ---- initialisation-groups --------------------------------------------------------------


def units(W1, b1, W2):
    return list(zip(zip(*W1, strict=True), b1, map(tuple, W2), strict=True))


@taking(right("initialisation-groups"))
def as_a_set(W1, b1, W2):
    return len(set(units(W1, b1, W2)))


@taking(right("initialisation-groups"))
def by_numpy(W1, b1, W2):
    table = np.vstack([np.array(W1), np.array(b1), np.array(W2).T])
    return np.unique(table, axis=1).shape[1]


@taking(right("initialisation-groups"))
def one_by_one(W1, b1, W2):
    kinds = []
    for unit in units(W1, b1, W2):
        if unit not in kinds:
            kinds.append(unit)
    return len(kinds)


@taking(wrong("initialisation-groups"))
def incoming_alone(W1, b1, W2):
    return len(set(zip(*W1, strict=True)))


@taking(wrong("initialisation-groups"))
def two_incoming_of_several(W1, b1, W2):
    return len(set(units(W1[:2], b1, W2)))


@taking(wrong("initialisation-groups"))
def two_outgoing_of_several(W1, b1, W2):
    return len(set(units(W1, b1, [row[:2] for row in W2])))


@taking(wrong("initialisation-groups"))
def incoming_in_any_order(W1, b1, W2):
    return len({(tuple(sorted(into)), b, out) for into, b, out in units(W1, b1, W2)})


@taking(wrong("initialisation-groups"))
def outgoing_in_any_order(W1, b1, W2):
    return len({(into, b, tuple(sorted(out))) for into, b, out in units(W1, b1, W2)})


@taking(wrong("initialisation-groups"))
def up_to_the_sign(W1, b1, W2):
    wholes = [np.array([*into, b, *out]) for into, b, out in units(W1, b1, W2)]
    return len({max(tuple(v + 0.0), tuple(0.0 - v)) for v in wholes})


@taking(wrong("initialisation-groups"))
def outgoing_alone(W1, b1, W2):
    return len(set(map(tuple, W2)))


@taking(wrong("initialisation-groups"))
def without_the_bias(W1, b1, W2):
    return len({(one, three) for one, _, three in units(W1, b1, W2)})


@taking(wrong("initialisation-groups"))
def without_the_outgoing(W1, b1, W2):
    return len({unit[:2] for unit in units(W1, b1, W2)})


@taking(wrong("initialisation-groups"))
def without_all_outgoing_but_the_first(W1, b1, W2):
    return len({(one, two, three[0]) for one, two, three in units(W1, b1, W2)})


@taking(wrong("initialisation-groups"))
def without_all_incoming_but_the_first(W1, b1, W2):
    return len({(one[0], two, three) for one, two, three in units(W1, b1, W2)})


@taking(wrong("initialisation-groups"))
def all_units(W1, b1, W2):
    return len(b1)


@taking(wrong("initialisation-groups"))
def one(W1, b1, W2):
    return 1


@taking(wrong("initialisation-groups"))
def duplicates(W1, b1, W2):
    return len(b1) - len(set(units(W1, b1, W2)))


@taking(wrong("initialisation-groups"))
def rank(W1, b1, W2):
    return int(np.linalg.matrix_rank(np.vstack([W1, [b1], np.array(W2).T])))


@taking(wrong("initialisation-groups"))
def neighbours_only(W1, b1, W2):
    all_ = units(W1, b1, W2)
    return 1 + sum(one != other for one, other in itertools.pairwise(all_))


@taking(wrong("initialisation-groups"))
def rows_of_w1(W1, b1, W2):
    return len(set(map(tuple, W1)))


@taking(wrong("initialisation-groups"))
def any_part_equal(W1, b1, W2):
    return min(len(set(part)) for part in zip(*units(W1, b1, W2), strict=True))


@taking(wrong("initialisation-groups"))
def by_sums(W1, b1, W2):
    return len({sum(one) + two + sum(three) for one, two, three in units(W1, b1, W2)})


@taking(wrong("initialisation-groups"))
def the_first_four(W1, b1, W2):
    return len(set(units(W1, b1, W2)[:4]))
