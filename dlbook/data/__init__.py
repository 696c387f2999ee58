"""Data sets, and the readers that they come through.

A data set is ``Dataset(train=Split(x, y), test=Split(x, y))`` with the numbers as published;
scaling is the caller's visible step.
"""

from dlbook.data.altered import PIXELS, AlteredMNIST
from dlbook.data.idx import IDXError, read_idx
from dlbook.data.mnist import MNIST, mnist
from dlbook.data.sets import Dataset, Source, Split, Splits

__all__ = [
    "MNIST",
    "PIXELS",
    "AlteredMNIST",
    "Dataset",
    "IDXError",
    "Source",
    "Split",
    "Splits",
    "mnist",
    "read_idx",
]
