"""Each script that a reader starts from does in its fast mode what its first lines say."""

import os
import re
import runpy
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from dlbook.autodiff import grad, numerical

EXAMPLES = Path(__file__).parents[2] / "examples"
SCRIPTS = sorted(path.name for path in EXAMPLES.glob("*.py"))


def start(name, *options, cwd, **environment):
    return subprocess.run(
        [sys.executable, str(EXAMPLES / name), *map(str, options)],
        cwd=cwd,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=300,
        env=os.environ | {"DLBOOK_CACHE": str(cwd / "cache"), **environment},
    )


def said_by(done):
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    return done.stdout


def number(pattern, text):
    return float(re.search(pattern, text).group(1))


@pytest.mark.slow
@pytest.mark.parametrize("name", SCRIPTS)
def test_help_says_what_it_is_for(name, tmp_path):
    if name == "sweep_on_dask.py":
        pytest.importorskip("distributed")
    if name in ("fit_with_scipy.py", "kalman_filter.py", "survival.py"):
        pytest.importorskip("scipy")
    said = said_by(start(name, "--help", cwd=tmp_path))
    first = (EXAMPLES / name).read_text("utf-8").partition('"""')[2].partition("\n")[0]
    assert " ".join(first.split()) in " ".join(said.split())
    assert "--fast" in said
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_a_training_that_was_interrupted_is_resumed(tmp_path):
    numpy = pytest.importorskip("safetensors.numpy")
    name = "train_mnist.py"
    early = start(name, "--fast", "--resume", cwd=tmp_path)
    assert early.returncode == 1
    assert "there is no mnist.checkpoint; without --resume it is trained" in early.stderr

    said_by(start(name, "--fast", "--output", "whole", cwd=tmp_path))
    (tmp_path / "once").mkdir()
    options = ("--fast", "--epochs", "1", "--output", "once/again")
    script = f"""
import sys
sys.path.insert(0, {str(EXAMPLES)!r})
import train_mnist
from dlbook import plot
def stop(*_):
    raise KeyboardInterrupt
plot.learning_curves = stop  # after the training, before anything is saved
train_mnist.main({list(options)!r})
"""
    command = [sys.executable, "-c", script]
    stopped = subprocess.run(command, cwd=tmp_path, capture_output=True, timeout=300)
    assert stopped.returncode != 0
    assert [path.name for path in (tmp_path / "once").iterdir()] == ["again.checkpoint"]

    other = start(name, "--resume", "--alpha", 0.5, "--output", "once/again", cwd=tmp_path)
    assert other.returncode == 1
    assert "belongs to another training: it differs in objective" in other.stderr
    said_by(start(name, "--fast", "--resume", "--output", "once/again", cwd=tmp_path))
    found = numpy.load_file(tmp_path / "once" / "again.safetensors")
    for key, p in numpy.load_file(tmp_path / "whole.safetensors").items():
        np.testing.assert_array_equal(found[key], p)
    assert not list(tmp_path.rglob("*.checkpoint"))


@pytest.mark.slow
def test_a_sweep_compares_rates_and_takes_what_is_stored(tmp_path):
    name = "sweep_learning_rates.py"
    said = said_by(start(name, "--fast", cwd=tmp_path))
    means = {float(line.split()[0]): float(line.split()[1][:-1]) for line in said.splitlines()[1:4]}
    assert list(means) == [0.01, 0.1, 1]
    assert means[1.0] == max(means.values()) > 0.6
    assert "<svg" in (tmp_path / "rates.svg").read_text("utf-8")
    before = {path: path.stat().st_size for path in (tmp_path / "cache").iterdir()}
    assert len(before) == 6
    assert said_by(start(name, "--fast", cwd=tmp_path)) == said
    assert {path: path.stat().st_size for path in (tmp_path / "cache").iterdir()} == before

    failed = start(name, "--fast", "--jobs", 1, 1, 1e38, cwd=tmp_path)
    assert failed.returncode == 1
    assert "2 of 4 runs failed; the others have ended and are stored: call again" in failed.stderr
    assert "This was the run of Experiment(" in failed.stderr


@pytest.mark.slow
@pytest.mark.parametrize("killed", [False, True])
def test_a_cluster_of_two_processes_trains_what_one_does_also_if_one_is_killed(killed, tmp_path):
    pytest.importorskip("distributed")
    said = said_by(start("sweep_on_dask.py", "--fast", *["--kill"] * killed, cwd=tmp_path))
    assert ("which was training" in said) == killed
    assert len(list((tmp_path / "cache").glob("run-*"))) == 4
    alone = said_by(start("sweep_on_dask.py", "--fast", cwd=tmp_path))
    assert "4 runs: mean 0." in alone
    assert said.splitlines()[-1] == alone.splitlines()[-1]

    # The same bits as on this machine without a cluster.
    script = f"""
import sys
sys.path.insert(0, {str(EXAMPLES)!r})
import sweep_on_dask
from dlbook import train
whole = train.sweep(list(sweep_on_dask.planned(4, fast=True)), jobs=1, progress=False)
for run in whole:
    assert run.experiment.seed in range(4)
    print(run.test_accuracy, *(float(p.sum()) for p in run.params.values()))
"""
    outputs = []
    for cache in ("cache", "other"):
        done = subprocess.run(
            [sys.executable, "-c", script],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=300,
            env=os.environ | {"DLBOOK_CACHE": str(tmp_path / cache)},
        )
        outputs.append(said_by(done))
    assert outputs[0] == outputs[1]
    assert len(outputs[0].splitlines()) == 4


def test_a_function_of_ones_own_is_differentiated(tmp_path):
    said = said_by(start("differentiate_your_function.py", "--fast", cwd=tmp_path))
    slope, _ = map(float, re.search(r"gradient  \[(.*)\]", said).group(1).split())
    values = [
        number(
            r"value +([\d.]+)",
            said_by(start("differentiate_your_function.py", "--length", length, cwd=tmp_path)),
        )
        for length in (0.695, 0.705)
    ]
    assert (values[1] - values[0]) / 0.01 == pytest.approx(slope, rel=1e-3)
    assert "refused: " in said
    wrong = start("differentiate_your_function.py", "--length", 0, cwd=tmp_path)
    assert "--length is 0.0; expected a number > 0" in wrong.stderr


@pytest.mark.slow
def test_scipy_fits_both_models(tmp_path):
    pytest.importorskip("scipy")
    said = said_by(start("fit_with_scipy.py", "--fast", cwd=tmp_path))
    assert number(r"([\d.]+)% of the threes", said) > 92
    assert number(r"error ([\d.]+) where", said) < 0.16  # less than the noise, with 40 points
    assert 1 < number(r"length ([\d.]+)", said) < 2.5
    assert 0.15 < number(r"noise ([\d.]+)", said) < 0.3


@pytest.mark.slow
def test_a_filter_is_learnt_that_is_nearly_the_best(tmp_path):
    said = said_by(start("spectral_filter.py", "--fast", cwd=tmp_path))
    without, learnt, best = (float(line.split()[-1]) for line in said.splitlines())
    assert best < 0.25 * without  # as its formula says of these spectra
    assert best * 0.99 < learnt < best * 1.02
    wrong = start("spectral_filter.py", "--steps", 0, cwd=tmp_path)
    assert "expected --steps ≥ 1" in wrong.stderr


@pytest.mark.slow
def test_the_constants_of_a_differential_equation_are_found(tmp_path):
    said = said_by(start("ode.py", "--fast", cwd=tmp_path))
    rows = re.findall(r"([\d.]+) ± ([\d.]+), in truth ([\d.]+)", said)
    assert len(rows) == 4
    for found, off, true in np.array(rows, float):
        assert abs(found - true) < 3 * off < 0.15 * true
    squares = [float(s) for s in re.findall(r"mean square ([\d.]+) of", said)]
    assert squares == sorted(squares, reverse=True)
    assert 0.3 < squares[-1] < 1.7  # with 24 numbers and 4 constants, 0.83 on average
    wrong = start("ode.py", "--counts", 2, cwd=tmp_path)
    assert "expected --counts ≥ 3" in wrong.stderr


PUMPS = np.array([[2.5, -0.6, 0.2, 0.1], [3.2, 0.3, -0.5, -0.4], [1.0, 0.0, 0.0, 0.0]])


@pytest.mark.slow
def test_the_likelihood_of_a_survival_model_is_scipys(tmp_path):
    weibull = pytest.importorskip("scipy.stats").weibull_min
    example = runpy.run_path(str(EXAMPLES / "survival.py"))
    conditions, months, failed = data = example["study"](np.random.default_rng(1), 50)
    assert 0 < np.count_nonzero(failed) < 50

    def wanted(parameters):
        shape, scale = np.exp(parameters[3]), np.exp(conditions @ parameters[:3])
        densities = weibull.logpdf(months, shape, scale=scale)
        tails = weibull.logsf(months, shape, scale=scale)
        return -np.sum(np.where(failed, densities, tails))

    for parameters in PUMPS:
        assert example["surprise"](parameters, *data) == pytest.approx(wanted(parameters), 1e-12)
        found = grad(example["surprise"])(parameters, *data)
        np.testing.assert_allclose(found, numerical.richardson(wanted, parameters), rtol=1e-7)


@pytest.mark.slow
@pytest.mark.parametrize("pumps", [["--fast"], ["--pumps", 2000]])
def test_a_survival_model_finds_the_parameters_of_its_data(pumps, tmp_path):
    pytest.importorskip("scipy")
    said = said_by(start("survival.py", *pumps, cwd=tmp_path, PYTHONWARNINGS="error"))
    assert 25 < number(r"which (\d+)% had not failed", said) < 50
    rows = re.findall(r"(-?[\d.]+) ± ([\d.]+), in truth +(-?[\d.]+)", said)
    assert len(rows) == 4
    for found, off, true in np.array(rows, float):
        assert abs(found - true) < 3 * off < 9 / np.sqrt(300 if "--fast" in pumps else 2000)
    wrong = start("survival.py", "--pumps", 10, cwd=tmp_path)
    assert "expected --pumps ≥ 20" in wrong.stderr


@pytest.mark.slow
def test_standard_errors_are_how_far_fits_are_off(tmp_path):
    """Each parameter of 40 studies, in its standard errors: mean 0 and standard deviation 1."""
    pytest.importorskip("scipy")
    example = runpy.run_path(str(EXAMPLES / "survival.py"))
    fits = [example["fit"](*example["study"](np.random.default_rng(i), 300)) for i in range(40)]
    off = np.array([(found - example["TRUE"]) / error for found, error in fits])
    assert np.all(np.abs(np.mean(off, axis=0)) < 4 / np.sqrt(40))
    assert np.all((np.std(off, axis=0) > 0.6) & (np.std(off, axis=0) < 1.4))


@pytest.mark.slow
def test_the_filter_of_kalman_returns_the_joint_density(tmp_path):
    pytest.importorskip("scipy")
    example = runpy.run_path(str(EXAMPLES / "kalman_filter.py"))
    measured = example["series"](np.random.default_rng(1), 12)
    for logs in np.log([[1.0, 0.3, 1.0], [0.2, 2.0, 0.4], [3.0, 0.1, 0.5]]):
        wanted = example["surprise_at_once"](logs, measured)
        assert example["surprise"](logs, measured) == pytest.approx(wanted, 1e-11)
        found = grad(example["surprise"])(logs, measured)
        slopes = numerical.richardson(lambda s: example["surprise_at_once"](s, measured), logs)
        np.testing.assert_allclose(found, slopes, rtol=1e-7, atol=1e-8)


@pytest.mark.slow
def test_a_filter_finds_the_deviations_of_its_series(tmp_path):
    pytest.importorskip("scipy")
    said = said_by(start("kalman_filter.py", "--fast", cwd=tmp_path, PYTHONWARNINGS="error"))
    rows = re.findall(r"([\d.]+) ± ([\d.]+), in truth ([\d.]+)", said)
    assert len(rows) == 3
    for found, off, true in np.array(rows, float):
        assert abs(found - true) < 3 * off < 0.8 * true
    assert number(r"filter (\S+)", said) == number(r"once +(\S+)", said)
    wrong = start("kalman_filter.py", "--length", 9, cwd=tmp_path)
    assert "expected --length ≥ 50" in wrong.stderr


def test_a_build_is_sorted_planned_and_a_circle_shown(tmp_path):
    name = "sort_build_graph.py"
    said = said_by(start(name, "--fast", cwd=tmp_path))
    order = said.partition("order: ")[2].partition("\n")[0].split()
    steps = "configure grammar.c lex.o link manual package parse.o runtime.o test"
    assert sorted(order) == steps.split()
    assert order.index("parse.o") > order.index("grammar.c")
    assert "at best 19 s, along configure → runtime.o → link → test → package" in said

    build = tmp_path / "build.txt"
    build.write_text("a: b\nb: c  # why\nc: a\nd:\n", "utf-8")
    circle = start(name, build, cwd=tmp_path)
    assert circle.returncode == 1
    steps = circle.stderr.partition("need each other: ")[2].split(" → ")
    assert len(steps) == 4
    assert steps[0].strip() == steps[-1].strip()
    for text, message in (
        ("a: b", "no line says how to make b"),
        ("a b", "line 1 is 'a b'; expected a step, a colon, what it needs"),
        ("a:\na:", "line 2: a has a line of its own already"),
        ("a @soon:", "line 1: 'soon' is not a number"),
    ):
        build.write_text(text, "utf-8")
        wrong = start(name, build, cwd=tmp_path)
        assert (wrong.returncode, "Traceback" in wrong.stderr) == (1, False)
        assert message in wrong.stderr


@pytest.mark.slow
def test_parameters_survive_the_way_to_pytorch_and_back(tmp_path):
    numpy = pytest.importorskip("safetensors.numpy")
    options = ("--fast", "--output", "network.safetensors")
    said = said_by(start("parameters_to_pytorch.py", *options, cwd=tmp_path))
    assert "the same parameters, bit for bit" in said
    state = numpy.load_file(tmp_path / "network.safetensors")
    assert {name: p.shape for name, p in state.items()} == {
        "0.weight": (128, 784), "0.bias": (128,), "2.weight": (10, 128), "2.bias": (10,),
    }  # fmt: skip
    if "left out" not in said:
        assert number(r"logits in PyTorch differ by at most (\S+)", said) < 1e-4
        assert number(r"the parameters differ by at most (\S+)", said) < 1e-6
