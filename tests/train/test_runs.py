"""A run is made once, kept whole, and made anew when what it depends on changes."""

import dataclasses
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

import dlbook
from dlbook import data, nn, optimize, trees
from dlbook.train import Experiment, fingerprint, learning_rate_table, results, runs, store, sweep

pytest.importorskip("safetensors")

SMALL = Experiment(model=nn.TwoLayer(hidden=3), data=data.MNIST(59_000), epochs=2, batch_size=100)


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("DLBOOK_CACHE", str(tmp_path / "runs"))
    return tmp_path / "runs"


@pytest.fixture
def trained(monkeypatch):
    """Every experiment that is trained in this process."""
    made, train = [], runs._train
    monkeypatch.setattr(runs, "_train", lambda e, p: made.append(e) or train(e, p))
    return made


def assert_same(a, b):
    assert a.experiment == b.experiment
    assert a.test_accuracy == b.test_accuracy
    ours, theirs = (trees.leaves((run.history, run.params)) for run in (a, b))
    assert len(ours) == 8
    for one, other in zip(ours, theirs, strict=True):
        np.testing.assert_array_equal(one, other)
    assert {name: p.dtype for name, p in a.params.items()} == {
        name: p.dtype for name, p in b.params.items()
    }


def test_a_run_is_made_once(cache, trained):
    first = results(SMALL)
    assert_same(first, results(SMALL))
    assert trained == [SMALL]
    assert first.history.train_loss.shape == (2,)
    assert 0 < first.test_accuracy < 1
    assert results(SMALL).seconds == first.seconds
    assert [file.suffix for file in cache.iterdir()] == [".safetensors"]


def test_a_run_alone_has_the_bits_of_a_run_in_a_sweep(cache):
    experiments = [dataclasses.replace(SMALL, seed=seed) for seed in (0, 1, 0)]
    swept = sweep(experiments, jobs=2, progress=False)
    assert [run.experiment.seed for run in swept] == [0, 1, 0]
    shutil.rmtree(cache)
    for run, experiment in zip(swept, experiments, strict=True):
        assert_same(run, results(experiment))
    assert not np.array_equal(swept[0].params["W1"], swept[1].params["W1"])


@pytest.mark.parametrize(
    "change",
    [
        {"seed": 1},
        {"alpha": 0.0},
        {"epochs": 1},
        {"batch_size": 99},
        {"data": data.MNIST(59_001)},
        {"optimiser": optimize.GradientDescent(0.2)},
        {"model": nn.TwoLayer(hidden=4)},
        {"dtype": "float64"},
    ],
)
def test_another_experiment_is_another_run(change):
    assert runs._path(dataclasses.replace(SMALL, **change)) != runs._path(SMALL)


def test_equal_experiments_are_one_run():
    twin = dataclasses.replace(
        SMALL, seed=np.int64(0), alpha=1e-3, optimiser=optimize.GradientDescent(0.1)
    )
    assert runs._path(twin) == runs._path(SMALL)


def test_code_data_and_numpy_count_and_comments_do_not(tmp_path, monkeypatch):
    before = runs._path(SMALL)
    package = shutil.copytree(
        Path(dlbook.__file__).parent, tmp_path / "dlbook", ignore=shutil.ignore_patterns("files")
    )

    def path():
        code = fingerprint.code_fingerprint(package / room for room in runs.ROOMS)
        monkeypatch.setattr(runs, "_code", lambda: code)
        return runs._path(SMALL)

    assert path() == before
    step = package / "optimize" / "optimisers.py"
    text = step.read_text()
    step.write_text(text.replace('"""Take one step.', '# really\n        """Take a step.'))
    assert step.read_text() != text
    assert path() == before
    step.write_text(text.replace("p - rate * g", "p - 2 * rate * g"))
    assert step.read_text() != text
    assert path() != before
    step.write_text(text)
    assert path() == before
    monkeypatch.setattr(np, "__version__", "9.9")
    assert path() != before


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: b"",
        lambda content: content[:7],
        lambda content: content[: len(content) // 2],
        lambda content: content[:-1],
        lambda content: content + b"\0",
        lambda content: content[:-5] + bytes([content[-5] ^ 1]) + content[-4:],
        lambda content: content.replace(b"test_accuracy", b"test_acduracy"),
        lambda content: content.replace(b'"sha256"', b'"sha257"'),
        lambda content: b"\xff" * len(content),
    ],
)
def test_a_damaged_run_is_made_anew(cache, trained, damage):
    first = results(SMALL)
    (file,) = cache.iterdir()
    whole = file.read_bytes()
    file.write_bytes(damage(whole))
    assert file.read_bytes() != whole
    assert_same(results(SMALL), first)
    assert trained == [SMALL, SMALL]


def test_a_failed_write_leaves_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(Path, "replace", lambda *_: (_ for _ in ()).throw(OSError("no")))
    with pytest.raises(OSError, match="no"):
        store.save(tmp_path / "a.safetensors", {"w": np.zeros(3)}, {})
    assert list(tmp_path.iterdir()) == []


WRITER = """
import sys
from pathlib import Path
import numpy as np
from dlbook.train import store
print("ready", flush=True)
while True:
    for value in range(100):
        store.save(Path(sys.argv[1]), {"w": np.full(300_000, value)}, {"value": value})
"""


@pytest.mark.slow
def test_killed_and_concurrent_writers_leave_only_what_is_whole(tmp_path):
    path = tmp_path / "run.safetensors"
    for moment in range(5):
        writers = [
            subprocess.Popen([sys.executable, "-c", WRITER, path], stdout=subprocess.PIPE)
            for _ in range(2)
        ]
        for writer in writers:
            assert writer.stdout.readline() == b"ready\n"
        time.sleep(0.1 + 0.013 * moment)
        for writer in writers:
            writer.send_signal(signal.SIGKILL if os.name == "posix" else signal.SIGTERM)
            writer.wait()
            writer.stdout.close()
        arrays, record = store.load(path)
        assert (arrays["w"] == record["value"]).all()


def test_where_runs_are_kept(monkeypatch):
    monkeypatch.delenv("DLBOOK_CACHE", raising=False)
    assert store.cache_folder().name == "dlbook"
    assert store.cache_folder().is_absolute()


def test_the_learning_rate_table_is_the_protocol():
    table = learning_rate_table()
    assert list(table) == [1.0, 0.1, 0.05, 0.01]
    for rate, experiments in table.items():
        assert [experiment.seed for experiment in experiments] == [0, 1, 2]
        for experiment in experiments:
            assert experiment.optimiser == optimize.GradientDescent(rate)
            assert (experiment.alpha, experiment.batch_size, experiment.epochs) == (1e-3, 64, 10)
            assert experiment.model == nn.TwoLayer(784, 128, 10, 1e-3)
            assert experiment.dtype == "float32"
            assert experiment.data == data.MNIST(validation=12_000)


@pytest.mark.slow
def test_the_protocol_gives_what_an_independent_rerun_gave():
    """Accuracies of an independent rerun with four other seeds."""
    table = learning_rate_table()
    swept = sweep([e for rate in (0.1,) for e in table[rate]], progress=False)
    assert abs(np.mean([run.history.train_accuracy[-1] for run in swept]) - 0.9214) < 0.002
    assert abs(np.mean([run.test_accuracy for run in swept]) - 0.9254) < 0.006
