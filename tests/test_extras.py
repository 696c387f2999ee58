"""Whoever lacks an optional package is told which extra brings it."""

import dataclasses
import functools
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import numpy as np
import pytest

from dlbook import data, exercises, nn, optimize, train
from dlbook.data import Split
from dlbook.exercises.kernel import Kernel
from dlbook.extras import need

ROOT = Path(__file__).resolve().parent.parent
EXTRAS = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"][
    "optional-dependencies"
]
SMALL = train.Experiment(model=nn.TwoLayer(hidden=2), epochs=1, data=data.MNIST(59_000))


def fit():
    model, rng = nn.TwoLayer(inputs=1, hidden=1, outputs=2), np.random.default_rng(0)
    points = Split(np.zeros((2, 1), np.float32), np.zeros(2, int))
    train.fit(
        functools.partial(nn.two_layer_objective, alpha=0.0), model.init(rng), points, points,
        model=model, optimiser=optimize.GradientDescent(0.1), epochs=1, batch_size=2, rng=rng,
        progress=True,
    )  # fmt: skip


USES = {
    ("train", "joblib"): lambda: train.sweep([SMALL, dataclasses.replace(SMALL, seed=1)]),
    ("train", "safetensors"): lambda: train.results(SMALL),
    ("train", "threadpoolctl"): lambda: train.results(SMALL),
    ("train", "tomli_w"): SMALL.to_toml,
    ("train", "tqdm"): fit,
    ("exercises", "hypothesis"): lambda: exercises.check("dag-topological-sort", list),
    ("exercises", "ipykernel"): Kernel,
    ("exercises", "jupyter_client"): Kernel,
}


def told(extra, package):
    return f'{package} is not installed; pip install "dlbook[{extra}]" installs it'


@pytest.mark.parametrize(("extra", "package"), USES)
def test_a_package_that_is_missing_is_named_with_its_extra(extra, package, monkeypatch, tmp_path):
    monkeypatch.setenv("DLBOOK_CACHE", str(tmp_path))
    monkeypatch.setitem(sys.modules, package, None)  # importing it fails as if it were absent
    with pytest.raises(ModuleNotFoundError, match=re.escape(told(extra, package))):
        USES[extra, package]()


@pytest.mark.parametrize("code", ["from dlbook import plot", "import dlbook.plot.svg"])
def test_plot_without_its_package_says_so_when_it_is_imported(code):
    hide = "import sys; sys.modules['matplotlib'] = None; "
    done = subprocess.run([sys.executable, "-c", hide + code], capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == "ModuleNotFoundError: " + told("plot", "matplotlib")


def test_every_package_of_these_extras_is_asked_for():
    tested = {*USES, ("plot", "matplotlib")}
    declared = {
        (extra, re.split(r"[^\w-]", line)[0].replace("-", "_"))
        for extra in ("plot", "train", "exercises")
        for line in EXTRAS[extra]
    }
    assert tested == declared


@pytest.mark.parametrize("module", ["dlbook.absent", "dlbook.plot.absent"])
def test_a_module_of_ours_that_is_missing_is_a_fault_of_ours(module):
    with pytest.raises(ModuleNotFoundError, match=f"No module named '{module}'"), need("plot"):
        __import__(module)


def test_a_package_that_is_there_and_fails_says_why_itself(tmp_path, monkeypatch):
    (tmp_path / "broken_package.py").write_text("raise ImportError('a library is too old')")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ImportError, match=r"^a library is too old$"), need("plot"):
        __import__("broken_package")
