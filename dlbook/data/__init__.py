"""Data sets, and the readers that they come through.

A data set is ``Dataset(train=Split(x, y), test=Split(x, y))`` with the numbers as published;
scaling is the caller's visible step.
"""

from dlbook.data.idx import IDXError, read_idx
from dlbook.data.mnist import mnist
from dlbook.data.sets import Dataset, Split

__all__ = ["Dataset", "IDXError", "Split", "mnist", "read_idx"]
