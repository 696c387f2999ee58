"""Networks: their functions, and models as frozen dataclasses. No loop lives here."""

from dlbook.nn.functions import (
    accuracy,
    cross_entropy,
    leaky_relu,
    log_softmax,
    relu,
    sigmoid,
    softmax,
)
from dlbook.nn.initialisers import Glorot, He, Initialiser, LeCun, Normal
from dlbook.nn.layers import Dense, Dropout, LeakyRelu, Relu, Sequential, Sigmoid, Tanh
from dlbook.nn.objectives import Aux, CrossEntropy, Model, objective
from dlbook.nn.two_layer import (
    Params,
    TwoLayer,
    two_layer_objective,
    two_layer_value_and_grad,
)

__all__ = [
    "Aux",
    "CrossEntropy",
    "Dense",
    "Dropout",
    "Glorot",
    "He",
    "Initialiser",
    "LeCun",
    "LeakyRelu",
    "Model",
    "Normal",
    "Params",
    "Relu",
    "Sequential",
    "Sigmoid",
    "Tanh",
    "TwoLayer",
    "accuracy",
    "cross_entropy",
    "leaky_relu",
    "log_softmax",
    "objective",
    "relu",
    "sigmoid",
    "softmax",
    "two_layer_objective",
    "two_layer_value_and_grad",
]
