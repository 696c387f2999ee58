"""Networks: their functions, and models as frozen dataclasses. No loop lives here."""

from dlbook.nn.convolution import conv2d, conv2d_size
from dlbook.nn.evaluation import Calibration, calibration, confusion_matrix
from dlbook.nn.functions import (
    accuracy,
    cross_entropy,
    leaky_relu,
    log_softmax,
    relu,
    sigmoid,
    softmax,
)
from dlbook.nn.image_layers import AvgPool, Conv, Flatten, MaxPool, Reshape
from dlbook.nn.initialisers import Glorot, He, Initialiser, LeCun, Normal
from dlbook.nn.layers import Dense, Dropout, LeakyRelu, Relu, Sequential, Sigmoid, Tanh
from dlbook.nn.normalisation import BatchNorm, RunningStatistics, batch_norm, with_statistics
from dlbook.nn.objectives import (
    Aux,
    CrossEntropy,
    Model,
    objective,
    objective_value_and_grad,
)
from dlbook.nn.pooling import avg_pool2d, flatten, max_pool2d
from dlbook.nn.two_layer import (
    Params,
    TwoLayer,
    two_layer_objective,
    two_layer_value_and_grad,
)

__all__ = [
    "Aux",
    "AvgPool",
    "BatchNorm",
    "Calibration",
    "Conv",
    "CrossEntropy",
    "Dense",
    "Dropout",
    "Flatten",
    "Glorot",
    "He",
    "Initialiser",
    "LeCun",
    "LeakyRelu",
    "MaxPool",
    "Model",
    "Normal",
    "Params",
    "Relu",
    "Reshape",
    "RunningStatistics",
    "Sequential",
    "Sigmoid",
    "Tanh",
    "TwoLayer",
    "accuracy",
    "avg_pool2d",
    "batch_norm",
    "calibration",
    "confusion_matrix",
    "conv2d",
    "conv2d_size",
    "cross_entropy",
    "flatten",
    "leaky_relu",
    "log_softmax",
    "max_pool2d",
    "objective",
    "objective_value_and_grad",
    "relu",
    "sigmoid",
    "softmax",
    "two_layer_objective",
    "two_layer_value_and_grad",
    "with_statistics",
]
