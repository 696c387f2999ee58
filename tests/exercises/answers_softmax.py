"""Answers to chapter 4's exercises, right ones of any style and typical wrong ones."""

import math

import numpy as np
from answers import right, taking, wrong


def softmax(z):
    e = np.exp(np.array(z) - np.max(z))
    return e / e.sum()


# ---- softmax-vjp ------------------------------------------------------------------------


@taking(right("softmax-vjp"))
def two_lines(shares, cotangent):
    s, v = np.array(shares), np.array(cotangent)
    return s * (v - s @ v)


@taking(right("softmax-vjp"))
def by_the_matrix(shares, cotangent):
    s = np.array(shares)
    return (np.diag(s) - np.outer(s, s)) @ np.array(cotangent)


@taking(right("softmax-vjp"))
def in_python(shares, cotangent):
    mean = math.fsum(s * v for s, v in zip(shares, cotangent, strict=True))
    return [s * (v - mean) for s, v in zip(shares, cotangent, strict=True)]


@taking(wrong("softmax-vjp"))
def the_plain_mean(shares, cotangent):
    s, v = np.array(shares), np.array(cotangent)
    return s * (v - v.mean())


@taking(wrong("softmax-vjp"))
def the_diagonal_only(shares, cotangent):
    s, v = np.array(shares), np.array(cotangent)
    return s * (1 - s) * v


@taking(wrong("softmax-vjp"))
def no_mean(shares, cotangent):
    return np.array(shares) * np.array(cotangent)


@taking(wrong("softmax-vjp"))
def no_shares(shares, cotangent):
    s, v = np.array(shares), np.array(cotangent)
    return v - s @ v


@taking(wrong("softmax-vjp"))
def the_other_sign(shares, cotangent):
    return -two_lines(shares, cotangent)


@taking(wrong("softmax-vjp"))
def adds_the_mean(shares, cotangent):
    s, v = np.array(shares), np.array(cotangent)
    return s * (v + s @ v)


@taking(wrong("softmax-vjp"))
def softmax_of_the_shares(shares, cotangent):
    return two_lines(softmax(shares), cotangent)


@taking(wrong("softmax-vjp"))
def forgets_to_sum(shares, cotangent):
    s, v = np.array(shares), np.array(cotangent)
    return s * (v - s * v)


@taking(wrong("softmax-vjp"))
def the_variance(shares, cotangent):
    s, v = np.array(shares), np.array(cotangent)
    return s @ (v - s @ v) ** 2


@taking(wrong("softmax-vjp"))
def squared_shares(shares, cotangent):
    s, v = np.array(shares), np.array(cotangent)
    return s**2 * (v - s @ v)


@taking(wrong("softmax-vjp"))
def the_cotangent(shares, cotangent):
    return cotangent


@taking(wrong("softmax-vjp"))
def first_five_in_the_mean(shares, cotangent):
    s, v = np.array(shares), np.array(cotangent)
    return s * (v - s[:5] @ v[:5])


# ---- softmax-log ------------------------------------------------------------------------


@right("softmax-log")
def shifted(logits):
    z = np.array(logits) - max(logits)
    return z - np.log(np.exp(z).sum())


@right("softmax-log")
def by_logaddexp(logits):
    return np.array(logits) - np.logaddexp.reduce(logits)


@right("softmax-log")
def with_log1p(logits):
    z = np.array(logits) - max(logits)
    rest = np.delete(z, np.argmax(z))
    return z - np.log1p(np.exp(rest).sum())


@wrong("softmax-log")
def naive(logits):
    e = np.exp(np.array(logits))
    return np.log(e / e.sum())


@wrong("softmax-log")
def a_little_added_to_the_sum(logits):
    z = np.array(logits) - np.max(logits)
    return z - np.log(np.exp(z).sum() + 1e-6)


@wrong("softmax-log")
def log_of_a_stable_softmax(logits):
    return np.log(softmax(logits))


@wrong("softmax-log")
def a_tiny_number_inside(logits):
    return np.log(softmax(logits) + 1e-12)


@wrong("softmax-log")
def clipped(logits):
    return np.log(np.maximum(softmax(logits), 1e-300))


@wrong("softmax-log")
def the_softmax(logits):
    return softmax(logits)


@wrong("softmax-log")
def forgets_to_shift_back(logits):
    z = np.array(logits)
    return z - np.log(np.exp(z - z.max()).sum())


@wrong("softmax-log")
def subtracts_the_mean(logits):
    z = np.array(logits) - np.mean(logits)
    return z - np.log(np.exp(z).sum())


@wrong("softmax-log")
def subtracts_the_smallest(logits):
    z = np.array(logits) - min(logits)
    return z - np.log(np.exp(z).sum())


@wrong("softmax-log")
def the_largest_for_the_sum(logits):
    return np.array(logits) - max(logits)


@wrong("softmax-log")
def base_two(logits):
    return shifted(logits) / np.log(2)


@wrong("softmax-log")
def the_negative(logits):
    return -shifted(logits)


@wrong("softmax-log")
def log_sum_exp(logits):
    return np.logaddexp.reduce(logits)


@wrong("softmax-log")
def without_the_last(logits):
    return np.array(logits) - np.logaddexp.reduce(logits[:-1] or logits)


# ---- softmax-gradient -------------------------------------------------------------------


@taking(right("softmax-gradient"))
def total_times_shares(logits, labels):
    return np.sum(labels) * softmax(logits) - np.array(labels)


@taking(right("softmax-gradient"))
def by_the_jacobian_of_the_logarithms(logits, labels):
    s = softmax(logits)
    return -(np.eye(len(s)) - s[None]).T @ np.array(labels)


@taking(right("softmax-gradient"))
def a_sum_over_labels(logits, labels):
    s, total = softmax(logits), 0.0
    for i, y in enumerate(labels):
        total = total + y * (s - np.eye(len(s))[i])
    return total


@taking(wrong("softmax-gradient"))
def only_for_sum_one(logits, labels):
    return softmax(logits) - np.array(labels)


@taking(wrong("softmax-gradient"))
def labels_made_a_distribution(logits, labels):
    return softmax(logits) - np.array(labels) / (np.sum(labels) or 1.0)


@taking(wrong("softmax-gradient"))
def the_wrong_sign(logits, labels):
    return -total_times_shares(logits, labels)


@taking(wrong("softmax-gradient"))
def mean_instead_of_sum(logits, labels):
    return np.mean(labels) * softmax(logits) - np.array(labels)


@taking(wrong("softmax-gradient"))
def count_instead_of_sum(logits, labels):
    return np.count_nonzero(labels) * softmax(logits) - np.array(labels)


@taking(wrong("softmax-gradient"))
def an_unstable_softmax(logits, labels):
    e = np.exp(np.array(logits))
    return np.sum(labels) * e / e.sum() - np.array(labels)


@taking(wrong("softmax-gradient"))
def with_respect_to_the_shares(logits, labels):
    return -np.array(labels) / np.maximum(softmax(logits), 1e-300)


@taking(wrong("softmax-gradient"))
def no_labels(logits, labels):
    return np.sum(labels) * softmax(logits)


@taking(wrong("softmax-gradient"))
def divided_by_the_classes(logits, labels):
    return total_times_shares(logits, labels) / (len(labels) + 1)


@taking(wrong("softmax-gradient"))
def logits_for_shares(logits, labels):
    return np.sum(labels) * np.array(logits) - np.array(labels)


@taking(wrong("softmax-gradient"))
def the_largest_label(logits, labels):
    return np.sum(labels) * (softmax(logits) - np.eye(len(labels))[np.argmax(labels)])


@taking(wrong("softmax-gradient"))
def the_loss(logits, labels):
    z = np.array(logits) - max(logits)
    return -np.dot(labels, z - np.log(np.exp(z).sum()))
