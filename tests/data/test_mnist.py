"""MNIST comes as published, or not at all."""

import gzip
import hashlib
import shutil
import struct
from importlib import resources
from pathlib import Path

import numpy as np
import pytest

from dlbook import data
from dlbook.data.mnist import CHECKSUMS, load

FILES = Path(str(resources.files("dlbook.data") / "files"))


def test_shapes_and_types():
    for split, n in ((data.mnist().train, 60_000), (data.mnist().test, 10_000)):
        assert split.x.shape == (n, 28, 28)
        assert split.y.shape == (n,)
        assert split.x.dtype == split.y.dtype == np.uint8
        assert set(np.unique(split.y)) == set(range(10))


def test_bytes_are_those_of_the_file():
    content = gzip.decompress((FILES / "t10k-images-idx3-ubyte.gz").read_bytes())
    assert struct.unpack(">4I", content[:16]) == (0x803, 10_000, 28, 28)
    assert data.mnist().test.x.tobytes() == content[16:]


def test_the_attribution_names_the_checksums_that_the_code_checks():
    attribution = (FILES / "README.md").read_text("utf-8")
    for name, checksum in CHECKSUMS.items():
        assert f"`{name}.gz`" in attribution
        assert f"`{checksum}`" in attribution


def test_files_are_hashed_once(monkeypatch):
    data.mnist()
    monkeypatch.setattr(hashlib, "sha256", lambda _: pytest.fail("hashed again"))
    assert data.mnist() is data.mnist()


def test_one_caller_cannot_change_what_another_gets():
    rows = data.MNIST(validation=10_000).load("float32")
    for split in (data.mnist().train, data.mnist().test, *rows):
        with pytest.raises(ValueError, match="read-only"):
            split.x[0] = 0
        with pytest.raises(ValueError, match="read-only"):
            split.y[0] = 0
        for array in (split.x, split.y, split.x[3:], split.x.reshape(-1, 784)):
            assert memoryview(array).readonly
            with pytest.raises(ValueError, match="WRITEABLE"):
                array.setflags(write=True)
            base = array.base
            if isinstance(base, np.ndarray):
                with pytest.raises(ValueError, match="WRITEABLE"):
                    base.setflags(write=True)


@pytest.mark.parametrize("name", sorted(CHECKSUMS))
def test_a_damaged_file_is_named(name, tmp_path):
    shutil.copytree(FILES, tmp_path, dirs_exist_ok=True)
    path = tmp_path / f"{name}.gz"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(ValueError, match=f"{name}.*is damaged.*expected {CHECKSUMS[name]}"):
        load(tmp_path)


def test_swapped_files_are_refused(tmp_path):
    shutil.copytree(FILES, tmp_path, dirs_exist_ok=True)
    images, labels = (tmp_path / f"t10k-{kind}-ubyte.gz" for kind in ("images-idx3", "labels-idx1"))
    content = images.read_bytes()
    labels.replace(images)
    labels.write_bytes(content)
    with pytest.raises(ValueError, match=r"t10k-images-idx3-ubyte.*is damaged"):
        load(tmp_path)


def test_split_refuses_labels_that_do_not_fit():
    with pytest.raises(ValueError, match=r"x has shape \(3, 2\) and y has shape \(4,\)"):
        data.Split(np.zeros((3, 2)), np.zeros(4))
    with pytest.raises(ValueError, match=r"y has shape \(3, 1\)"):
        data.Split(np.zeros((3, 2)), np.zeros((3, 1)))
    with pytest.raises(ValueError, match=r"\(3, 2\); expected .*; are x and y swapped\?$"):
        data.Split(np.zeros(3), np.zeros((3, 2)))
    with pytest.raises(TypeError, match="x is a list; expected a NumPy array"):
        data.Split([1, 2], np.zeros(2))


def test_divide_covers_everything_in_order():
    split = data.Split(np.arange(10).reshape(5, 2), np.arange(5))
    for n in range(6):
        first, rest = split.divide(n)
        np.testing.assert_array_equal(np.concatenate([first.x, rest.x]), split.x)
        np.testing.assert_array_equal(np.concatenate([first.y, rest.y]), split.y)
        assert len(first) == n
    for n in (-1, 6):
        with pytest.raises(ValueError, match=f"n is {n}; expected 0 to 5"):
            split.divide(n)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_an_experiment_gets_rows_from_0_to_1_split_in_three(dtype):
    source = data.MNIST(validation=10_000)
    assert (source.shape, source.classes) == ((784,), 10)
    published, splits = data.mnist(), source.load(dtype)
    ends = {"train": (published.train, 0, 50_000), "validation": (published.train, 50_000, 60_000)}
    ends["test"] = (published.test, 0, 10_000)
    for name, (split, start, end) in ends.items():
        part = getattr(splits, name)
        np.testing.assert_array_equal(part.y, split.y[start:end])
        assert part.x.dtype == dtype
        rows = split.x[start:end].reshape(-1, 784)
        np.testing.assert_array_equal(np.rint(part.x[::97] * 255), rows[::97])
        assert (part.x.min(), part.x.max()) == (0, 1)
        with pytest.raises(ValueError, match="read-only"):
            part.x[0] = 0


@pytest.mark.parametrize("wrong", [0, 60_000, 1.5, True, None])
def test_some_examples_train_and_some_validate(wrong):
    with pytest.raises(
        ValueError, match=r"^validation is .*; expected an integer from 1 to 59999$"
    ):
        data.MNIST(wrong)
