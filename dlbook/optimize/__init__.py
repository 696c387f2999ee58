"""Optimisers, each a frozen dataclass with two pure functions: `init` and `update`."""

from dlbook.optimize.sgd import SGD

__all__ = ["SGD"]
