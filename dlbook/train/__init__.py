"""Training: the one loop over batches, its history, experiments and their stored runs."""

from dlbook.train.experiment import Experiment
from dlbook.train.fingerprint import code_fingerprint
from dlbook.train.loop import Fitted, History, evaluate, fit
from dlbook.train.runs import Run, results, sweep
from dlbook.train.tables import all_experiments, diagnosis_runs, learning_rate_table

__all__ = [
    "Experiment",
    "Fitted",
    "History",
    "Run",
    "all_experiments",
    "code_fingerprint",
    "diagnosis_runs",
    "evaluate",
    "fit",
    "learning_rate_table",
    "results",
    "sweep",
]
