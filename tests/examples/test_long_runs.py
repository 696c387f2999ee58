"""The two long runs: their parts by what they claim, and a short training of each."""

import functools
import importlib
import json
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from dlbook import autodiff, data, nn, trees

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture(scope="module")
def cifar10():
    pytest.importorskip("threadpoolctl")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(EXAMPLES))
        yield importlib.import_module("cifar10")


@pytest.fixture(scope="module")
def mnist_convnet(cifar10):
    return importlib.import_module("mnist_convnet")


def test_patches_that_are_whitened_are_uncorrelated_and_of_variance_1(cifar10):
    rng = np.random.default_rng(0)
    mixed = np.einsum("dc,nchw->ndhw", rng.standard_normal((3, 3)), rng.random((40, 3, 9, 9)))
    smooth = mixed + np.roll(mixed, 1, axis=2) + np.roll(mixed, 1, axis=3)
    kernels = cifar10.whitening(smooth, least=0.0)
    assert kernels.shape == (24, 3, 2, 2)
    np.testing.assert_array_equal(kernels[12:], -kernels[:12])
    found = nn.conv2d(smooth, kernels[:12]).transpose(1, 0, 2, 3).reshape(12, -1)
    np.testing.assert_allclose(np.cov(found), np.eye(12), atol=1e-9)
    damped = cifar10.whitening(smooth, least=0.5)
    norms = [np.sum(k[:12] ** 2, axis=(1, 2, 3)) for k in (kernels, damped)]
    np.testing.assert_allclose(1 / norms[1], 1 / norms[0] + 0.5)


def halves_of(cifar10, model, size, fixed):
    rng = np.random.default_rng(1)
    params = model.init(rng, "float64")
    x, y = rng.standard_normal((size, 3, 8, 8)), rng.integers(0, 4, size)
    loss = nn.CrossEntropy(0.1)
    objective = functools.partial(nn.objective, model=model, loss=loss, alpha=0.3)
    with ThreadPoolExecutor(2) as pool:
        halves = cifar10.Halves(objective, pool, fixed)(params, x, y)
    return halves, autodiff.value_and_grad(objective, has_aux=True), params, x, y


@pytest.mark.parametrize("size", [1, 2, 7, 8])
@pytest.mark.parametrize("fixed", [0, 2])
def test_halves_make_the_whole(size, fixed, cifar10):
    layers = (nn.Conv(3, 4, 3), nn.Relu(), nn.MaxPool(2), nn.Flatten(), nn.Dense(36, 4))
    model = nn.Sequential((*layers, cifar10.Times(0.5)))
    ((value, aux), grads), whole, params, x, y = halves_of(cifar10, model, size, fixed)
    (expected, its), expected_grads = whole(params, x, y)
    assert value == pytest.approx(expected, rel=1e-12)
    assert aux.loss == pytest.approx(its.loss, rel=1e-12)
    np.testing.assert_allclose(aux.logits, its.logits, rtol=1e-12)
    for place, (found, wanted) in enumerate(zip(grads, expected_grads, strict=True)):
        for g, w in zip(trees.leaves(found), trees.leaves(wanted), strict=True):
            np.testing.assert_allclose(g, 0 * w if place < fixed else w, rtol=1e-9, atol=1e-12)
            assert np.any(w)


def test_a_half_is_normalised_by_itself_and_the_statistics_are_averaged(cifar10):
    model = nn.Sequential((nn.Flatten(), nn.BatchNorm(192), nn.Dense(192, 4)))
    ((value, aux), grads), whole, params, x, y = halves_of(cifar10, model, 7, 0)
    results = [whole(params, x[part], y[part]) for part in (slice(0, 4), slice(4, 7))]
    (first, one), (second, other) = (result[0] for result in results)
    assert value == pytest.approx((4 * first + 3 * second) / 7, rel=1e-12)
    for name in ("mean", "variance"):
        a, b, c = (getattr(its.params[1]["state"], name) for its in (one, other, aux))
        np.testing.assert_allclose(c, (4 * a + 3 * b) / 7, rtol=1e-12)
    for g, a, b in zip(*map(trees.leaves, (grads, results[0][1], results[1][1])), strict=True):
        np.testing.assert_allclose(g, (4 * a + 3 * b) / 7, rtol=1e-9, atol=1e-15)


def test_multiplications_are_those_of_loops(cifar10):
    model = nn.Sequential(
        (
            *(nn.Conv(3, 4, 2), nn.Relu(), nn.Conv(4, 6, 3, padding=1, groups=2), nn.MaxPool(2)),
            *(nn.BatchNorm(6), nn.Flatten(), nn.Dense(54, 10)),
        )
    )
    first, second, dense = 4 * 6 * 6 * (3 * 4), 6 * 6 * 6 * (2 * 9), 540
    whole = first + second + dense
    assert cifar10.multiplications(model, (3, 7, 7)) == (whole, 3 * whole - first)
    assert cifar10.multiplications(model, (3, 7, 7), fixed=2) == (
        whole,
        first + 2 * second + 3 * dense,
    )


def test_only_what_a_gradient_moves_is_a_parameter(cifar10):
    model = nn.Sequential((nn.Conv(3, 4, 2), nn.BatchNorm(4), nn.Relu(), nn.Dense(5, 2)))
    params = model.init(np.random.default_rng(0))
    assert cifar10.learnt(params) == (4 * 3 * 4 + 4) + (4 + 4) + (5 * 2 + 2)


def test_both_views_of_an_image_are_asked(cifar10):
    left = np.zeros((3, 1, 1, 2))
    left[0, 0, 0, 0], left[1, 0, 0, 1], left[2, 0, 0] = 1, 1, (1, -3)

    def model(params, x):  # class 1 if there is light on the left
        return np.stack([np.zeros(len(x)), x[:, 0, 0, 0]], axis=1) - [0, 0.1]

    split = data.Split(left, np.array([1, 1, 0]))
    assert cifar10.accuracy(model, None, split, mirrored=False) == pytest.approx(1 / 3)
    assert cifar10.accuracy(model, None, split, mirrored=True) == 1


def test_the_networks_take_the_images_they_are_for(cifar10, mnist_convnet):
    for model, shape in (
        (cifar10.network((4, 5, 6)), (2, 3, 32, 32)),
        (mnist_convnet.network((4, 5, 6)), (2, 1, 28, 28)),
    ):
        params = model.init(np.random.default_rng(0))
        assert model(params, np.zeros(shape, np.float32)).shape == (2, 10)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "images", "least"), [("cifar10", 1920, 0.6), ("mnist_convnet", 2560, 0.5)]
)
def test_a_short_run_learns_and_leaves_a_record(name, images, least, tmp_path):
    pytest.importorskip("threadpoolctl")
    texts = []
    for file in ("one.json", "two.json"):
        command = [sys.executable, str(EXAMPLES / f"{name}.py"), "--fast", "--output", file]
        done = subprocess.run(
            command, cwd=tmp_path, capture_output=True, text=True, timeout=300, encoding="utf-8"
        )
        assert (done.returncode, done.stderr) == (0, "")
        texts.append(json.loads((tmp_path / file).read_text("utf-8")))
    one, two = texts
    assert done.stdout.endswith("saved two.json\n")
    assert f"test accuracy {one['test_accuracy']:.4f}" in done.stdout
    assert one["test_accuracy"] > least
    assert len(one["epochs"]) == one["settings"]["epochs"]
    seconds = [epoch.pop("cpu_seconds") for epoch in (*one["epochs"], *two["epochs"])]
    assert min(seconds) > 0
    assert one["images"]["train"] == images
    assert set(one["machine"]) == {"processor", "cores", "python", "numpy"}
    assert set(one["code"]) == {"commit", "changed"}
    counted = one["multiplications"]
    assert counted["run"] > counted["step"] * images * len(one["epochs"])
    for record in texts:
        for name in ("cpu_seconds", "seconds"):
            assert record.pop(name) > 0
        assert re.fullmatch(r"\d{4}-\d\d-\d\d", record.pop("date"))
    assert one == two  # to the same bits, whichever thread was first


def test_the_records_are_of_what_the_scripts_train(cifar10, mnist_convnet):
    for name, model, shape, fixed in (
        ("cifar10", cifar10.network((32, 96, 192)), (3, 32, 32), 2),
        ("mnist_convnet", mnist_convnet.network((24, 48, 64)), (1, 28, 28), 0),
    ):
        file = EXAMPLES.parent / "docs" / "measured" / f"{name}.json"
        record = json.loads(file.read_text("utf-8"))
        assert record["settings"]["layers"] == [str(layer) for layer in model.layers]
        assert record["code"]["changed"] is False
        assert re.fullmatch("[0-9a-f]{40}", record["code"]["commit"])
        params = model.init(np.random.default_rng(0))
        assert record["parameters"] == cifar10.learnt(params[fixed:])
        forward, step = cifar10.multiplications(model, shape, fixed)
        counted, images = record["multiplications"], record["images"]
        assert (counted["forward"], counted["step"]) == (forward, step)
        epochs = record["settings"]["epochs"]
        assert len(record["epochs"]) == epochs
        views = 1 + record["settings"]["mirrored"]
        asked = (epochs + views) * images["validation"] + views * images["test"]
        assert counted["run"] == step * epochs * images["train"] + forward * asked
        accuracies = [epoch["validation_accuracy"] for epoch in record["epochs"]]
        assert record["best_epoch"] == np.argmax(accuracies) + 1
