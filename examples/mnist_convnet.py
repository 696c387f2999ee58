"""Train a convolutional network on MNIST that is wrong about fewer than one digit in 200.

The network has four convolutions, of 5 by 5 and of 3 by 3 pixels, with batch normalisation and
three poolings; digits are shifted at random by up to two pixels. It is trained as `cifar10.py`,
beside this script, trains: two threads differentiate half a batch each, labels are smoothed, the
learning rate rises and then decreases to nothing. The last 5,000 of the 60,000 training images
validate. The test images are looked at once, at the end. A record of the run is written: settings,
machine, code, multiplications, seconds, accuracies.
"""

from __future__ import annotations

import sys

import numpy as np
from cifar10 import Plan, Times, reader, save

from dlbook import data, nn

EXAMPLES = """\
examples:
  mnist_convnet.py             some minutes on two idle cores
  mnist_convnet.py --epochs 2  in a minute or two
  mnist_convnet.py --fast      seconds: to see that everything works
"""


def network(widths):
    """Return the network, of images of shape (1, 28, 28)."""
    a, b, c = widths
    layers = (
        *(nn.Conv(1, a, 5, padding=2, bias=False), nn.MaxPool(2), nn.BatchNorm(a), nn.Relu()),
        *(nn.Conv(a, b, 3, padding=1, bias=False), nn.BatchNorm(b), nn.Relu()),
        *(nn.Conv(b, c, 3, padding=1, bias=False), nn.MaxPool(2), nn.BatchNorm(c), nn.Relu()),
        *(nn.Conv(c, c, 3, padding=1, bias=False), nn.BatchNorm(c), nn.Relu()),
        *(nn.MaxPool(2), nn.Flatten(), nn.Dense(9 * c, 10), Times(1 / 8)),
    )
    return nn.Sequential(layers)


def images(split, count):
    """Return the first rows of 784 numbers as images of one channel."""
    return data.Split(split.x[:count].reshape(-1, 1, 28, 28), split.y[:count])


def main(argv=None):
    """Train, say how well, write the record."""
    parser = reader(__doc__, EXAMPLES, "mnist_convnet.json")
    parser.set_defaults(epochs=None, rate=0.3)
    options = parser.parse_args(argv)
    splits = data.MNIST(validation=5_000).load("float32")
    counts = (2560, 512, 512) if options.fast else map(len, splits)
    splits = data.Splits(*map(images, splits, counts))
    model = network((8, 16, 16) if options.fast else (24, 48, 64))
    rng = np.random.default_rng(options.seed)
    plan = Plan(
        name="MNIST",
        model=model,
        learning_rate=options.rate,
        momentum=0.85,
        alpha=5e-4,
        smoothing=0.1,
        batch_size=128,
        epochs=options.epochs or (2 if options.fast else 7),
        seed=options.seed,
        augmentation=data.FlipsAndShifts(flips=False, most=2),
    )
    save(plan.run(splits, rng, model.init(rng)), options.output)


if __name__ == "__main__":
    try:
        main()
    except (ValueError, FloatingPointError, OSError) as error:
        sys.exit(f"mnist_convnet.py: {error}")
    except KeyboardInterrupt:
        sys.exit("\nmnist_convnet.py: stopped; nothing is stored before the end")
