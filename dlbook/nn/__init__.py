"""Networks: their functions, and models as frozen dataclasses. No loop lives here."""

from dlbook.nn.evaluation import Calibration, calibration, confusion_matrix
from dlbook.nn.functions import accuracy, cross_entropy, log_softmax, sigmoid, softmax
from dlbook.nn.objectives import Aux, CrossEntropy, Model, objective
from dlbook.nn.two_layer import (
    Params,
    TwoLayer,
    two_layer_objective,
    two_layer_value_and_grad,
)

__all__ = [
    "Aux",
    "Calibration",
    "CrossEntropy",
    "Model",
    "Params",
    "TwoLayer",
    "accuracy",
    "calibration",
    "confusion_matrix",
    "cross_entropy",
    "log_softmax",
    "objective",
    "sigmoid",
    "softmax",
    "two_layer_objective",
    "two_layer_value_and_grad",
]
