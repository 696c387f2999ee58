"""The script that a reader starts from."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from dlbook.train import Experiment

SCRIPT = Path(__file__).parents[2] / "examples" / "train_mnist.py"


def start(*options, cwd):
    command = [sys.executable, str(SCRIPT), *map(str, options)]
    return subprocess.run(
        command, cwd=cwd, capture_output=True, text=True, timeout=120, encoding="utf-8"
    )


@pytest.mark.slow
def test_it_trains_says_how_well_and_saves(tmp_path):
    numpy = pytest.importorskip("safetensors.numpy")
    done = start("--fast", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "best on validation: epoch 2; its test accuracy: 0.8" in done.stdout
    assert {file.name for file in tmp_path.iterdir()} == {
        "mnist.svg",
        "mnist.safetensors",
        "mnist.toml",
    }
    described = Experiment.from_toml((tmp_path / "mnist.toml").read_text("utf-8"))
    assert described == Experiment(epochs=2)
    params = numpy.load_file(tmp_path / "mnist.safetensors")
    assert params["W1"].shape == (784, 128)
    assert all(np.isfinite(p).all() for p in params.values())
    assert "<svg" in (tmp_path / "mnist.svg").read_text("utf-8")

    kept = start("--fast", "--keep", cwd=tmp_path)
    assert kept.returncode == 1
    assert "results named mnist exist" in kept.stderr


@pytest.mark.slow
@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--learning-rate", -1), "learning_rate is -1.0; expected a finite number > 0"),
        (("--learning-rate", "fast"), "invalid float value: 'fast'"),
        (("--epochs", 0), "epochs is 0; expected an integer ≥ 1"),
        (("--hidden", 0), "hidden is 0; expected an integer ≥ 1"),
        (("--output", "absent/run"), "the folder absent does not exist"),
    ],
)
def test_bad_options_are_explained_without_a_traceback(options, message, tmp_path):
    done = start(*options, cwd=tmp_path)
    assert done.returncode != 0
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_help_shows_how_to_call_it(tmp_path):
    done = start("--help", cwd=tmp_path)
    assert done.returncode == 0
    assert "train_mnist.py --learning-rate 1 " in done.stdout
