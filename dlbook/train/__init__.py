"""Training: the one loop over batches, its history, and runs that are kept."""

from dlbook.train.experiment import Experiment, learning_rate_table
from dlbook.train.fingerprint import code_fingerprint
from dlbook.train.loop import Fitted, History, evaluate, fit
from dlbook.train.runs import Run, results, sweep

__all__ = [
    "Experiment",
    "Fitted",
    "History",
    "Run",
    "code_fingerprint",
    "evaluate",
    "fit",
    "learning_rate_table",
    "results",
    "sweep",
]
