"""Training: the one loop over batches, its history, experiments and their stored runs."""

from dlbook.train.checkpoints import CheckpointError
from dlbook.train.experiment import Experiment
from dlbook.train.fingerprint import code_fingerprint
from dlbook.train.loop import Fitted, History, Moment, evaluate, fit
from dlbook.train.run import Run, run
from dlbook.train.runs import results, sweep
from dlbook.train.tables import (
    all_experiments,
    candidate_rates,
    cifar_baselines,
    cifar_habits_left_out,
    cifar_overfitted,
    convnets,
    diagnosis_runs,
    final_runs,
    habits_left_out,
    learning_rate_table,
    long_runs,
    memorised,
    memorised_with_regularisers,
    more_seeds,
    regularisation_table,
    softmax_regression,
    tuning_table,
    wide_start,
)

__all__ = [
    "CheckpointError",
    "Experiment",
    "Fitted",
    "History",
    "Moment",
    "Run",
    "all_experiments",
    "candidate_rates",
    "cifar_baselines",
    "cifar_habits_left_out",
    "cifar_overfitted",
    "code_fingerprint",
    "convnets",
    "diagnosis_runs",
    "evaluate",
    "final_runs",
    "fit",
    "habits_left_out",
    "learning_rate_table",
    "long_runs",
    "memorised",
    "memorised_with_regularisers",
    "more_seeds",
    "regularisation_table",
    "results",
    "run",
    "softmax_regression",
    "sweep",
    "tuning_table",
    "wide_start",
]
