"""A training that was interrupted goes on to the same bits, or is refused in words."""

import functools
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from dlbook import nn, optimize, trees
from dlbook.data import Split
from dlbook.train import CheckpointError, fit

safetensors = pytest.importorskip("safetensors.numpy")

MODEL = nn.TwoLayer(inputs=2, hidden=3, outputs=2, scale=1.0)
DROPPING = nn.Sequential((nn.Dense(2, 4), nn.Tanh(), nn.Dropout(0.3), nn.Dense(4, 2)))


def points(n, seed):
    x = np.random.default_rng(seed).normal(size=(n, 2)).astype(np.float32)
    return Split(x, (x[:, 0] * x[:, 1] > 0).astype(np.uint8))


TRAIN, VALIDATION = points(33, 0), points(20, 1)


def noisy(x, rng):
    return x + rng.normal(scale=0.1, size=x.shape).astype(x.dtype)


def train(checkpoint=None, *, model=MODEL, loss=nn.cross_entropy, seed=0, start=None, **options):
    rng = np.random.default_rng(seed)
    params = model.init(rng) if start is None else start
    options = {
        "train": TRAIN,
        "validation": VALIDATION,
        "epochs": 3,
        "batch_size": 5,  # the last batch of an epoch has 3
        "optimiser": optimize.HeavyBall(0.3, 0.5),
    } | options
    objective = functools.partial(nn.objective, model=model, loss=loss, alpha=0.01)
    return fit(objective, params, model=model, loss=loss, rng=rng, checkpoint=checkpoint, **options)


def assert_same(a, b):
    ours, theirs = trees.leaves(a), trees.leaves(b)
    assert len(ours) == len(theirs)
    for one, other in zip(ours, theirs, strict=True):
        assert one.dtype == other.dtype
        np.testing.assert_array_equal(one, other)


class StoppedError(Exception):
    pass


def at(step):
    def interrupt(moment):
        if moment.step == step:
            raise StoppedError

    return interrupt


# ---- to the same bits -------------------------------------------------------------------

OPTIMISERS = [
    optimize.GradientDescent(optimize.InverseRoot(0.5)),
    optimize.HeavyBall(0.3, 0.5),
    optimize.Nesterov(0.3, 0.5),
    optimize.Adam(0.1),
    optimize.AdamW(0.1, decay=0.1),
    optimize.Clipped(optimize.Decayed(optimize.HeavyBall(0.3, 0.5), 0.1), 0.2),
]


def check_interruptions(folder, steps, every, **options):
    whole = train(**options)
    assert len(whole.history.step_loss) == 21
    for step in steps:
        file = folder / f"{step}.safetensors"
        with pytest.raises(StoppedError):
            train(file, checkpoint_steps=every, after_step=at(step), **options)
        assert file.exists() == (step > (every or 7)), "written once a step has been shown"
        assert_same(train(file, checkpoint_steps=every, **options), whole)


@pytest.mark.parametrize("every", [1, None])
def test_interrupted_after_any_step_it_ends_as_if_nothing_had_been(tmp_path, every):
    check_interruptions(tmp_path, range(1, 22), every)


@pytest.mark.parametrize("optimiser", OPTIMISERS, ids=lambda o: type(o).__name__)
def test_each_optimiser_goes_on_and_so_does_what_is_drawn(tmp_path, optimiser):
    options = {"optimiser": optimiser, "augmentation": noisy, "model": DROPPING}
    check_interruptions(tmp_path, (2, 7, 8, 12, 21), 3, **options)


def test_what_comes_after_an_interruption_is_trained_once(tmp_path):
    file, seen = tmp_path / "c", []
    with pytest.raises(StoppedError):
        train(file, checkpoint_steps=4, after_step=at(13))
    train(file, checkpoint_steps=4, after_step=lambda moment: seen.append(moment.step))
    assert seen == list(range(12, 22))  # four steps of the second epoch had been written


@pytest.mark.parametrize("kind", [np.random.MT19937, np.random.Philox, np.random.SFC64])
def test_any_generator_goes_on(tmp_path, kind):
    def once(file=None, **options):
        rng = np.random.Generator(kind(3))
        objective = functools.partial(nn.two_layer_objective, alpha=0.0)
        options = {"model": MODEL, "optimiser": optimize.Adam(), "batch_size": 5} | options
        start = MODEL.init(rng)
        return fit(
            objective, start, TRAIN, VALIDATION, epochs=3, rng=rng, checkpoint=file, **options
        )

    with pytest.raises(StoppedError):
        once(tmp_path / "c", checkpoint_steps=2, after_step=at(12), augmentation=noisy)
    assert_same(once(tmp_path / "c", augmentation=noisy), once(augmentation=noisy))


def test_parameters_in_fortrans_order_go_on_in_it(tmp_path):
    start = {name: np.asfortranarray(p) for name, p in MODEL.init(np.random.default_rng(0)).items()}
    orders = []
    with pytest.raises(StoppedError):
        train(tmp_path / "c", start=start, after_step=at(8))
    train(
        tmp_path / "c",
        start=start,
        after_step=lambda moment: orders.append(moment.params["W1"].flags.f_contiguous),
    )
    assert len(orders) == 14
    assert all(orders)


def test_more_epochs_go_on_and_a_finished_training_is_not_repeated(tmp_path):
    file, seen = tmp_path / "c", []
    train(file, epochs=2)
    assert_same(train(file, epochs=5), train(epochs=5))
    content = file.read_bytes()
    again = train(file, epochs=5, after_step=seen.append, after_epoch=lambda *_: seen.append(1))
    assert_same(again, train(epochs=5))
    assert (seen, file.read_bytes()) == ([], content)


KILLED = """
import os, signal, sys, time
from pathlib import Path
import numpy as np
sys.path.insert(0, sys.argv[1])
import test_resuming as t
options = {"epochs": 30, "augmentation": t.noisy, "model": t.DROPPING}
whole, folder = t.train(**options), Path(sys.argv[2])
t.train(folder / "first.safetensors", epochs=1)  # what takes long once is done before the forks
rng, file, kills, torn, ends = np.random.default_rng(0), folder / "c.safetensors", 0, 0, 0
while kills < 50:
    child = os.fork()
    if child == 0:
        t.assert_same(t.train(file, checkpoint_steps=1, **options), whole)
        os._exit(7)
    time.sleep(rng.uniform(0.002, 0.1))
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    if os.WIFEXITED(status):
        assert os.WEXITSTATUS(status) == 7, "went on to other bits, or failed"
        ends += 1
        file.unlink()
        continue
    kills += 1
    parts = list(folder.glob("*.part"))
    torn += bool(parts)
    for part in parts:
        part.unlink()
t.assert_same(t.train(file, checkpoint_steps=1, **options), whole)
print(kills, torn, ends)
"""


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="fork is POSIX's")
def test_killed_at_fifty_moments_it_ends_with_the_same_bits(tmp_path):
    command = [sys.executable, "-c", KILLED, str(Path(__file__).parent), str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    kills, torn, ends = map(int, done.stdout.split())
    assert kills == 50
    assert ends > 0, "no training of many pieces came to its end"
    assert torn > 0, "none of the kills fell into the writing of a file"


# ---- refused ----------------------------------------------------------------------------


def other_loss(logits, labels):
    return 2 * nn.cross_entropy(logits, labels)


DIFFERENT = {
    "batch_size": {"batch_size": 6},
    "params": {"start": MODEL.init(np.random.default_rng(5))},
    "params, rng": {"seed": 1},
    "train": {"train": points(33, 9)},
    "validation": {"validation": points(20, 9)},
    "model, objective": {"model": nn.TwoLayer(inputs=2, hidden=3, outputs=2, scale=2.0)},
    "objective, loss": {"loss": other_loss},
    "augmentation": {"augmentation": noisy},
    "optimiser": {"optimiser": optimize.HeavyBall(0.3, 0.6)},
}


@pytest.mark.parametrize("named", DIFFERENT)
def test_a_checkpoint_of_another_training_is_refused_and_the_difference_named(tmp_path, named):
    start = MODEL.init(np.random.default_rng(0))
    rng_only = {"start": start} if "start" in DIFFERENT[named] or named.startswith("model") else {}
    with pytest.raises(StoppedError):
        train(tmp_path / "c", after_step=at(8), **rng_only)
    before = (tmp_path / "c").read_bytes()
    with pytest.raises(CheckpointError, match="belongs to another training") as error:
        train(tmp_path / "c", **rng_only | DIFFERENT[named])
    assert f"it differs in {named}; call fit" in str(error.value)
    assert (tmp_path / "c").read_bytes() == before


def test_another_version_of_numpy_or_of_the_code_is_named(tmp_path, monkeypatch):
    train(tmp_path / "c", epochs=1)
    monkeypatch.setattr(np, "__version__", "9.9")
    monkeypatch.setattr("dlbook.train.checkpoints.library_code", lambda: "another")
    with pytest.raises(CheckpointError, match="differs in the version of NumPy, dlbook's code;"):
        train(tmp_path / "c")


def test_a_longer_training_is_refused(tmp_path):
    train(tmp_path / "c", epochs=3)
    with pytest.raises(CheckpointError, match="trained for 3 epochs, and epochs is 2; ask for at"):
        train(tmp_path / "c", epochs=2)
    with pytest.raises(StoppedError):
        train(tmp_path / "d", epochs=3, checkpoint_steps=1, after_step=at(9))
    with pytest.raises(CheckpointError, match="trained for 2 epochs, and epochs is 1"):
        train(tmp_path / "d", epochs=1)


def test_a_file_of_somebody_else_is_refused(tmp_path):
    file = tmp_path / "params.safetensors"
    weights = MODEL.init(np.random.default_rng(0))
    text = json.dumps({"names": [], "record": {"seconds": 1.0}})
    foreign = {
        "was cut off, or dlbook did not write it": [
            safetensors.save(weights),
            safetensors.save(weights, {"text": text, "author": "somebody"}),
            b"PK\x03\x04" + bytes(100),
            b"Dear diary, today I trained a network." * 10,
            b"\xff" * 64,
        ],
        "it is empty": [b""],
        "its SHA-256 is another": [safetensors.save(weights, {"text": text, "sha256": "0" * 64})],
    }
    for message, contents in foreign.items():
        for content in contents:
            file.write_bytes(content)
            with pytest.raises(CheckpointError, match=message) as error:
                train(file)
            assert "remove it to train from the start, or name another file" in str(error.value)
            assert str(file) in str(error.value)
            assert file.read_bytes() == content
    file.unlink()
    file.mkdir()
    with pytest.raises(CheckpointError, match=r"cannot be used: .*; remove it"):
        train(file)


def test_a_stored_run_is_no_checkpoint(tmp_path):
    from dlbook.train import store

    store.save(tmp_path / "run", MODEL.init(np.random.default_rng(0)), {"seconds": 1.0})
    with pytest.raises(CheckpointError, match="is not a checkpoint of this version"):
        train(tmp_path / "run")


def mutated(content, rng):
    """Return a file with a few bytes changed, moved, lost, doubled or added."""
    at, to = sorted(rng.integers(len(content) + 1, size=2))
    kind = rng.integers(8)
    if kind < 3:  # one bit, anywhere, in the header, in its length
        i = int(rng.integers([len(content), 1200, 8][kind]))
        return content[:i] + bytes([content[i] ^ 1 << rng.integers(8)]) + content[i + 1 :]
    return [
        content[:at],
        content[:at] + content[to:],
        content[:to] + content[at:],
        content[:at] + rng.bytes(to - at) + content[to:],
        content[:at] + rng.bytes(rng.integers(1, 9)) + content[at:],
    ][kind - 3]


@pytest.mark.slow
def test_ten_thousand_damaged_files_are_refused_or_say_the_same(tmp_path):
    file = tmp_path / "c"
    with pytest.raises(StoppedError):
        train(file, checkpoint_steps=1, after_step=at(18))
    whole, content = train(), file.read_bytes()
    once = train(file)
    assert_same(once, whole)
    rng, refusals = np.random.default_rng(0), []
    for _ in range(10_000):
        file.write_bytes(mutated(content, rng))
        try:
            found = train(file)
        except CheckpointError as error:
            refusals.append(str(error))
        else:  # blanks of the header, and changes that change nothing
            assert_same(found, whole)
    assert len(refusals) > 9_800
    assert all("remove it to train from the start" in refusal for refusal in refusals)


# ---- what else the file does ------------------------------------------------------------


def test_the_folder_has_to_exist(tmp_path):
    with pytest.raises(ValueError, match="folder of it does not exist"):
        train(tmp_path / "absent" / "c")


def test_steps_without_a_file_are_refused():
    with pytest.raises(ValueError, match=r"^checkpoint_steps needs checkpoint"):
        train(checkpoint_steps=3)


def test_a_state_that_no_file_can_hold_is_named(tmp_path):
    class Odd:
        def init(self, params):
            return {"odd": object()}

        def update(self, grads, state, params, out=None):
            return params, state

    with pytest.raises(TypeError, match=r"^state 0 is of type object; a checkpoint can hold"):
        train(tmp_path / "c", optimiser=Odd())


def test_leftovers_of_killed_writers_are_removed_once_they_are_old(tmp_path):
    old, new, other = (tmp_path / f"{name}.part" for name in ("c-1-a", "c-2-b", "d-1-a"))
    for part in (old, new, other):
        part.write_bytes(b"half a file")
    os.utime(old, (0, 0))
    os.utime(other, (0, 0))
    train(tmp_path / "c.safetensors", epochs=1)
    assert {path.name for path in tmp_path.iterdir()} == {new.name, other.name, "c.safetensors"}
