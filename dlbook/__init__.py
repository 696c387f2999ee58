"""dlbook: deep learning, proved and run.

The library behind the book. Each room is a subpackage; import what you need::

    from dlbook import data, nn, optimize, train

The core needs NumPy alone. Drawing needs ``pip install "dlbook[plot]"``, training with a
progress bar and stored results ``pip install "dlbook[train]"``.
"""

__version__ = "0.1.0"
