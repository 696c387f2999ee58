"""Train the best network for CIFAR-10 that NumPy manages in about ten minutes on two cores.

Each step takes a batch of photographs, mirrored and shifted at random, and cuts it into two halves.
Two threads differentiate one half each, and the halves are added in a fixed order: the result has
the same bits however the threads are scheduled. What makes few epochs go far:

- The first layer is not learnt. It *whitens*: its kernels are the eigenvectors of the covariance of
  all 2 by 2 patches, divided by the square roots of their eigenvalues, once with each sign. What it
  returns is uncorrelated and of variance 1, so no direction of the photographs learns slowly.
- Images are pooled right after a convolution, before they are normalised: a quarter of the entries.
- Labels are smoothed, the logits scaled down, and the learning rate of Nesterov's method rises for
  a fifth of the steps and then decreases to nothing.
- The network is asked about an image and about its mirror image, and the logits are averaged.

The last 2,000 of the 50,000 training images validate. The test images are looked at once, at the
end. A record of the run is written: settings, machine, code, multiplications, seconds, accuracies.
"""

from __future__ import annotations

import argparse
import functools
import json
import os
import platform
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from dlbook import autodiff, data, nn, optimize, train, trees
from dlbook.extras import need

with need("train"):
    from threadpoolctl import threadpool_limits

EXAMPLES = """\
examples:
  cifar10.py                                ten minutes on two idle cores
  cifar10.py --widths 16 48 96 --epochs 3   a smaller network for a shorter time
  cifar10.py --fast                         seconds, on invented images: to see that it works
"""


@dataclass(frozen=True)
class Times:
    """The layer that multiplies its inputs by a constant."""

    factor: float

    def init(self, rng, dtype="float32"):
        """Return no parameters."""
        return ()

    def __call__(self, params, x):
        """Return the inputs times the constant."""
        return self.factor * x


def network(widths):
    """Return the network: a layer that whitens, three blocks of two convolutions, a dense layer."""
    layers = [nn.Conv(3, 24, 2, bias=False), nn.Relu()]
    inputs = 24
    for width in widths:
        layers += [
            nn.Conv(inputs, width, 3, padding=1, bias=False),
            nn.MaxPool(2),
            nn.BatchNorm(width),
            nn.Relu(),
            nn.Conv(width, width, 3, padding=1, bias=False),
            nn.BatchNorm(width),
            nn.Relu(),
        ]
        inputs = width
    layers += [nn.MaxPool(3), nn.Flatten(), nn.Dense(inputs, 10), Times(1 / 8)]
    return nn.Sequential(tuple(layers))


def whitening(images, size=2, least=5e-4):
    """Return the kernels that whiten patches of images, with both signs, (outputs, c, size, size).

    An eigenvalue has `least` added, so that noise of almost no variance is not blown up.
    """
    patches = np.lib.stride_tricks.sliding_window_view(images, (size, size), axis=(2, 3))
    rows = patches.transpose(0, 2, 3, 1, 4, 5).reshape(-1, images.shape[1] * size**2)
    values, vectors = np.linalg.eigh(np.cov(rows, rowvar=False))
    kernels = (vectors / np.sqrt(values + least)).T.reshape(-1, images.shape[1], size, size)
    return np.concatenate([kernels, -kernels]).astype(images.dtype)


class Halves:
    """The value and the gradient of an objective, each half of a batch in a thread of its own.

    Batch normalisation normalises a half by its own statistics; the running ones are averaged.

    Parameters
    ----------
    objective
        As for `dlbook.train.fit`.
    pool
        Two threads.
    fixed
        How many of the first layers are not learnt: their gradient is 0.
    """

    def __init__(self, objective, pool, fixed=0):
        self.objective, self.pool, self.fixed = objective, pool, fixed

    def __call__(self, params, x, y):
        """Return ``(value, aux), gradient``, as `dlbook.autodiff.value_and_grad` does."""
        middle = -(-len(y) // 2)
        parts = [part for part in (slice(0, middle), slice(middle, None)) if len(y[part])]
        first, learnt = params[: self.fixed], params[self.fixed :]

        def one(part):
            def loss(learnt, x, y):
                return self.objective((*first, *learnt), x, y)

            return autodiff.value_and_grad(loss, has_aux=True)(learnt, x[part], y[part])

        results = list(self.pool.map(one, parts))  # in the order of the halves
        shares = [len(y[part]) / len(y) for part in parts]

        def together(*values):
            return sum(share * value for share, value in zip(shares, values, strict=True))

        values = together(*(value for (value, _), _ in results))
        auxes = [aux for (_, aux), _ in results]
        aux = nn.Aux(
            together(*(float(aux.loss) for aux in auxes)),
            np.concatenate([aux.logits for aux in auxes]),
            trees.map(together, *(aux.params for aux in auxes)),
        )
        grads = trees.map(together, *(grads for _, grads in results))
        return (values, aux), (*trees.map(np.zeros_like, first), *grads)


def accuracy(model, params, split, *, mirrored):
    """Return the share of correct answers, averaged over an image and its mirror image or not."""
    hits = 0
    for start in range(0, len(split), 500):
        x, y = split.x[start : start + 500], split.y[start : start + 500]
        logits = model(params, x)
        if mirrored:
            logits = logits + model(params, np.ascontiguousarray(x[..., ::-1]))
        hits += int(np.count_nonzero(logits.argmax(axis=1) == y))
    return hits / len(split)


def multiplications(model, shape, fixed=0):
    """Return the multiplications per image: of evaluating the network, and of a training step.

    They are those of the products with weights. A layer that is learnt takes as many again for the
    gradient of its weights, and all but the first of these for the gradient of its inputs.
    """
    x, forward, step, seen = np.zeros((1, *shape), "float32"), 0, 0, 0
    params = model.init(np.random.default_rng(0))
    for place, (layer, own) in enumerate(zip(model.layers, params, strict=True)):
        x = layer(own, x)
        if "W" not in own:
            continue
        each = own["W"][0].size * x.size if isinstance(layer, nn.Conv) else own["W"].size
        learnt = place >= fixed
        forward += each
        step += each * (1 + learnt + (learnt and seen > 0))
        seen += learnt
    return forward, step


def learnt(params):
    """Return how many numbers the gradient moves: running statistics are none of them."""
    own = [layer for layer in params if layer]
    return sum(p.size for layer in own for name, p in layer.items() if name != "state")


def machine():
    """Return what the run depends on besides its settings, in general words."""
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
        name = next(line.partition(":")[2].strip() for line in lines if "model name" in line)
    except (OSError, StopIteration):
        name = platform.processor() or platform.machine()
    return {
        "processor": name,
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "numpy": np.__version__,
    }


def code():
    """Return the commit of the code, and whether files differ from it; ``None`` without git."""
    git = ["git", "-C", str(Path(__file__).parent)]
    try:
        commit = subprocess.run([*git, "rev-parse", "HEAD"], capture_output=True, check=True)
        changed = subprocess.run(
            [*git, "status", "--porcelain", "--untracked-files=no"], capture_output=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return {"commit": None, "changed": None}
    return {"commit": commit.stdout.decode().strip(), "changed": bool(changed.stdout.strip())}


@dataclass(frozen=True)
class Plan:
    """All that a long run is determined by, except the data."""

    name: str
    model: nn.Sequential
    learning_rate: float
    momentum: float
    alpha: float
    smoothing: float
    batch_size: int
    epochs: int
    seed: int
    augmentation: data.FlipsAndShifts
    mirrored: bool = False
    rise: float = 0.2
    start: float = 0.2

    def run(self, splits, rng, params, fixed=0):
        """Train, look at the test images once, and return the record of the run."""
        steps = self.epochs * -(-len(splits.train) // self.batch_size)
        rate = optimize.OneCycle(self.learning_rate, steps, rise=self.rise, start=self.start)
        loss = nn.CrossEntropy(self.smoothing)
        objective = functools.partial(nn.objective, model=self.model, loss=loss, alpha=self.alpha)
        source = code()  # before the run: somebody may edit files meanwhile
        curve = []
        began, spent = time.perf_counter(), time.process_time()
        print("epoch   train loss  accuracy   validation accuracy   CPU seconds", flush=True)

        def after_epoch(history, params):
            epoch = {
                "train_loss": float(history.train_loss[-1]),
                "train_accuracy": float(history.train_accuracy[-1]),
                "validation_accuracy": float(history.validation_accuracy[-1]),
                "cpu_seconds": time.process_time() - spent,
            }
            curve.append(epoch)
            print(
                f"{len(curve):5}{epoch['train_loss']:13.4f}{epoch['train_accuracy']:10.4f}"
                f"{epoch['validation_accuracy']:22.4f}{epoch['cpu_seconds']:14.0f}",
                flush=True,
            )

        # One thread for each half, and none besides: those of BLAS would take turns with them.
        with threadpool_limits(1), ThreadPoolExecutor(2) as pool:
            fitted = train.fit(
                objective,
                params,
                splits.train,
                splits.validation,
                model=self.model,
                optimiser=optimize.Nesterov(rate, self.momentum),
                epochs=self.epochs,
                batch_size=self.batch_size,
                rng=rng,
                loss=loss,
                augmentation=self.augmentation,
                value_and_grad=Halves(objective, pool, fixed),
                after_epoch=after_epoch,
            )
            judge = functools.partial(accuracy, self.model, fitted.params, mirrored=self.mirrored)
            validation, test = judge(splits.validation), judge(splits.test)
        forward, step = multiplications(self.model, splits.train.x.shape[1:], fixed)
        asked = self.epochs * len(splits.validation)  # and then once or twice, at the end
        asked += (1 + self.mirrored) * (len(splits.validation) + len(splits.test))
        total = step * self.epochs * len(splits.train) + forward * asked
        return {
            "name": self.name,
            "settings": {
                "layers": [str(layer) for layer in self.model.layers],
                "optimiser": str(optimize.Nesterov(rate, self.momentum)),
                "augmentation": str(self.augmentation),
                "alpha": self.alpha,
                "smoothing": self.smoothing,
                "batch_size": self.batch_size,
                "epochs": self.epochs,
                "seed": self.seed,
                "mirrored": self.mirrored,
            },
            "images": {kind: len(split) for kind, split in splits._asdict().items()},
            "parameters": learnt(fitted.params[fixed:]),
            "multiplications": {"forward": forward, "step": step, "run": total},
            "date": time.strftime("%Y-%m-%d"),
            "machine": machine(),
            "code": source,
            "cpu_seconds": time.process_time() - spent,
            "seconds": time.perf_counter() - began,
            "epochs": curve,
            "best_epoch": fitted.history.best_epoch,
            "validation_accuracy": validation,
            "test_accuracy": test,
        }


def save(record, path):
    """Say how it ended and write the record, whole or not at all."""
    print(
        f"epoch {record['best_epoch']}: validation accuracy {record['validation_accuracy']:.4f}, "
        f"test accuracy {record['test_accuracy']:.4f}"
    )
    print(
        f"{record['multiplications']['run']:.2e} multiplications, "
        f"{record['cpu_seconds']:.0f} CPU seconds, {record['seconds']:.0f} seconds"
    )
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        part.write_text(json.dumps(record, indent=1) + "\n", "utf-8")
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    print("saved", path)


def reader(description, text, name):
    """Return a parser of the options that all long runs have."""
    parser = argparse.ArgumentParser(
        description=description,
        epilog=text,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--epochs",
        type=int,
        metavar="N",
        help="passes over the training images; time grows with them",
    )
    parser.add_argument(
        "--rate", type=float, help="the largest learning rate, for a batch of 128 images"
    )
    parser.add_argument(
        "--seed",
        type=int,
        default=0,
        metavar="N",
        help="of the first weights, the order of the images and their changes (default: 0)",
    )
    parser.add_argument(
        "--output", type=Path, default=Path(name), metavar="FILE", help=f"default: {name}"
    )
    parser.add_argument("--fast", action="store_true", help="few images, few channels: to try it")
    return parser


def invented(rng, counts=(1920, 256, 256)):
    """Return images of noise over a pattern for each class, to try the script without the data."""
    patterns = rng.standard_normal((10, 3, 4, 4)).repeat(8, axis=2).repeat(8, axis=3)

    def split(count):
        labels = rng.integers(0, 10, count)
        x = patterns[labels] + rng.standard_normal((count, 3, 32, 32))
        return data.Split(x.astype(np.float32), labels)

    return data.Splits(*map(split, counts))


def main(argv=None):
    """Train, say how well, write the record."""
    parser = reader(__doc__, EXAMPLES, "cifar10.json")
    parser.add_argument(
        "--widths", type=int, nargs=3, metavar="N", help="channels of the blocks: 32 96 192"
    )
    parser.set_defaults(epochs=None, rate=0.5, widths=None)
    options = parser.parse_args(argv)
    widths = options.widths or ((8, 16, 32) if options.fast else (32, 96, 192))
    rng = np.random.default_rng(options.seed)
    splits = invented(rng) if options.fast else data.CIFAR10(48_000, 2_000).load("float32")
    model = network(widths)
    kernels = whitening(splits.train.x[:5000])
    plan = Plan(
        name="invented images" if options.fast else "CIFAR-10",
        model=model,
        learning_rate=options.rate,
        momentum=0.85,
        alpha=1e-3,
        smoothing=0.2,
        batch_size=128,
        epochs=options.epochs or (3 if options.fast else 6),
        seed=options.seed,
        augmentation=data.FlipsAndShifts(flips=True, most=2),
        mirrored=True,
    )
    _, *others = model.init(rng)
    save(plan.run(splits, rng, ({"W": kernels}, *others), fixed=2), options.output)


if __name__ == "__main__":
    try:
        main()
    except (ValueError, FloatingPointError, OSError) as error:
        sys.exit(f"cifar10.py: {error}")
    except KeyboardInterrupt:
        sys.exit("\ncifar10.py: stopped; nothing is stored before the end")
