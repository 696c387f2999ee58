# What type checkers and editors see: subpackages, each of which is imported at first use.

from pathlib import Path

from dlbook import autodiff as autodiff
from dlbook import book as book
from dlbook import data as data
from dlbook import exercises as exercises
from dlbook import graph as graph
from dlbook import nn as nn
from dlbook import optimize as optimize
from dlbook import plot as plot
from dlbook import special as special
from dlbook import train as train
from dlbook import trees as trees

__version__: str

_imported: dict[Path, int]

def _modified() -> dict[Path, int]: ...
