"""Instances for chapter 4: logits, and the softmax with its matrix."""

import numpy as np
from hypothesis import strategies as st

__all__ = ["distributions", "jacobian", "logits", "shares"]


def logits(least=1, most=4):
    """Draw logits, moderate ones, some of them equal."""
    entries = st.integers(-8, 8).map(lambda k: k / 4)
    return st.lists(entries, min_size=least, max_size=most).map(np.array)


def distributions(size):
    """Draw distributions with positive entries."""
    parts = st.lists(st.integers(1, 9), min_size=size, max_size=size).map(np.array)
    return parts.map(lambda p: p / p.sum())


def shares(z):
    """The softmax, with the limits of infinite logits."""
    z, top = np.asarray(z, float), np.max(z)
    e = np.exp(np.where(z == top, 0.0, z - min(top, 1e300)))
    return e / e.sum()


def jacobian(z, h=1e-6):
    """The softmax's Jacobian, by symmetric quotients."""
    steps = h * np.eye(len(z))
    return np.array([(shares(z + e) - shares(z - e)) / (2 * h) for e in steps]).T
