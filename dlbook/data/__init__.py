"""Data sets, and the readers that they come through.

A data set is ``Dataset(train=Split(x, y), test=Split(x, y))`` with the numbers as published;
scaling is the caller's visible step.
"""

from dlbook.data.altered import PIXELS, AlteredMNIST
from dlbook.data.augmentation import FlipsAndShifts
from dlbook.data.cifar10 import CIFAR10, CLASSES, cifar10
from dlbook.data.fetching import FetchError
from dlbook.data.idx import IDXError, read_idx
from dlbook.data.mnist import MNIST, mnist
from dlbook.data.sets import Dataset, Source, Split, Splits

__all__ = [
    "CIFAR10",
    "CLASSES",
    "MNIST",
    "PIXELS",
    "AlteredMNIST",
    "Dataset",
    "FetchError",
    "FlipsAndShifts",
    "IDXError",
    "Source",
    "Split",
    "Splits",
    "cifar10",
    "mnist",
    "read_idx",
]
