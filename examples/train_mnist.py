"""Train a two-layer network on MNIST from the command line.

The network has 784 inputs (the pixels), one hidden layer of sigmoids and 10 outputs. Plain
stochastic gradient descent trains it on the first 48,000 of MNIST's training images; the last
12,000 choose the best epoch; the 10,000 test images judge that one. With the defaults this takes
about five seconds and ends near .922 of the training and .926 of the test images.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from dlbook import nn, optimize, plot, train
from dlbook.extras import need

with need("train"):
    import safetensors.numpy

EXAMPLES = """\
examples:
  train_mnist.py                               the defaults
  train_mnist.py --learning-rate 1             the best rate of the book's table
  train_mnist.py --learning-rate 0.01          under-trained after 10 epochs: try --epochs 50
  train_mnist.py --alpha 0.1                   a penalty so strong that little is learnt
  train_mnist.py --fast --output /tmp/try      two epochs, to see that everything works
  train_mnist.py --resume                      continue an interrupted training, to the same bits

A bar shows loss and accuracy as they stand, and how long the rest takes.

--output NAME writes NAME.safetensors (W1, b1, W2, b2 of the best epoch), NAME.svg (the
learning curves) and NAME.toml (the experiment, for train.Experiment.from_toml). Each is
written under another name and then renamed, so that a file of an earlier run is replaced whole
or not at all; --keep refuses to replace one. While it trains, NAME.checkpoint holds all that
--resume needs, renewed after every epoch; it is removed once the results are there.
"""


def arguments(argv: list[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add(
        "--learning-rate",
        type=float,
        default=0.1,
        metavar="RATE",
        help="length of a step per unit of gradient, > 0; .01 is slow, 1 works (default: 0.1)",
    )
    add(
        "--alpha",
        type=float,
        default=1e-3,
        help="weight of the penalty alpha/2 · ΣW² that keeps weights small, ≥ 0 (default: 0.001)",
    )
    add(
        "--hidden",
        type=int,
        default=128,
        metavar="UNITS",
        help="units of the hidden layer; time grows in proportion (default: 128)",
    )
    add(
        "--batch-size",
        type=int,
        default=64,
        metavar="N",
        help="examples a step; more make steps fewer and less noisy (default: 64)",
    )
    add(
        "--epochs",
        type=int,
        default=None,
        metavar="N",
        help="passes over the training images (default: 10; with --fast 2)",
    )
    add(
        "--seed",
        type=int,
        default=0,
        metavar="N",
        help="of the first weights and the order of the images: one seed, one result (default: 0)",
    )
    add(
        "--output",
        type=Path,
        default=Path("mnist"),
        metavar="NAME",
        help="where the results go: NAME.safetensors, NAME.svg, NAME.toml (default: mnist)",
    )
    add("--keep", action="store_true", help="stop rather than replace existing results")
    add(
        "--resume",
        action="store_true",
        help="continue an interrupted training of the same options; --epochs may be larger",
    )
    add("--fast", action="store_true", help="two epochs: to try the script")
    options = parser.parse_args(argv)
    if options.epochs is None:
        options.epochs = 2 if options.fast else 10
    return options


def write(path: Path, save) -> None:
    """Let `save` write a file under another name, then give it its own."""
    part = path.with_name(f"{path.stem}.{os.getpid()}.part{path.suffix}")
    try:
        save(part)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def main(argv: list[str] | None = None) -> None:
    """Train, say how well, save."""
    options = arguments(argv)
    outputs = {
        end: options.output.with_name(options.output.name + end)
        for end in (".safetensors", ".svg", ".toml")
    }
    if not options.output.parent.is_dir():
        raise ValueError(f"--output: the folder {options.output.parent} does not exist")
    if options.keep and any(path.exists() for path in outputs.values()):
        raise ValueError(f"--keep: results named {options.output} exist; choose another --output")

    # The experiment checks all that it is given before anything is computed.
    experiment = train.Experiment(
        model=nn.TwoLayer(hidden=options.hidden),
        optimiser=optimize.GradientDescent(options.learning_rate),
        alpha=options.alpha,
        batch_size=options.batch_size,
        epochs=options.epochs,
        seed=options.seed,
    )
    checkpoint = options.output.with_name(options.output.name + ".checkpoint")
    if not options.resume:
        checkpoint.unlink(missing_ok=True)
    elif not checkpoint.exists():
        raise ValueError(f"--resume: there is no {checkpoint}; without --resume it is trained")

    run = train.run(experiment, checkpoint=checkpoint)
    history = run.history
    print("epoch   train loss  accuracy   validation loss  accuracy")
    for epoch in range(experiment.epochs):
        print(
            f"{epoch + 1:5}{history.train_loss[epoch]:13.4f}{history.train_accuracy[epoch]:10.4f}"
            f"{history.validation_loss[epoch]:18.4f}{history.validation_accuracy[epoch]:10.4f}"
        )
    accuracy = run.test_accuracy
    print(f"best on validation: epoch {history.best_epoch}; its test accuracy: {accuracy:.4f}")

    label = f"learning rate {options.learning_rate:g}, alpha {options.alpha:g}"
    curves = plot.learning_curves({label: history})
    write(outputs[".svg"], curves.savefig)
    write(outputs[".safetensors"], lambda p: p.write_bytes(safetensors.numpy.save(run.params)))
    write(outputs[".toml"], lambda p: p.write_text(experiment.to_toml(), "utf-8"))
    checkpoint.unlink()
    print("saved", *outputs.values())


if __name__ == "__main__":
    try:
        main()
    except (ValueError, FloatingPointError, OSError) as error:
        sys.exit(f"train_mnist.py: {error}")
    except KeyboardInterrupt:
        sys.exit("\ntrain_mnist.py: stopped; the same with --resume continues after the last epoch")
