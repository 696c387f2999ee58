"""Files of arrays with a record: written whole or not at all, trusted only if whole."""

from __future__ import annotations

import contextlib
import glob
import hashlib
import json
import os
import secrets
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dlbook.data.cache import cache_folder
from dlbook.extras import need

__all__ = ["DamagedError", "cache_folder", "clean", "load", "probe", "read", "remove_parts", "save"]

DAY = 24 * 60 * 60


def save(path: Path, arrays: Mapping[str, NDArray[Any]], record: Mapping[str, Any]) -> None:
    """Write arrays and a record that JSON can hold to one safetensors file.

    It is written under another name and then renamed: whoever looks sees the whole file or
    none, also when several processes write it at once.
    """
    # The format has one order of the entries, and a file in Fortran's would be read as nonsense.
    arrays = {name: np.asarray(array, order="C") for name, array in arrays.items()}
    text = json.dumps({"names": list(arrays), "record": record})  # the file sorts the names
    metadata = {"text": text, "sha256": _digest(arrays, text)}
    with need("train"):
        from safetensors import numpy as safetensors
    content = safetensors.save(arrays, metadata=metadata)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = _new_name(path.parent, path.stem)
    try:
        with part.open("xb") as file:  # so that who may read it is up to the user's umask
            file.write(content)
            file.flush()
            os.fsync(file.fileno())  # before the name: a crash of the system spares it as well
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def probe(folder: Path) -> None:
    """Write a file to a folder and remove it, as a trial before something long.

    Raises
    ------
    OSError
        If nothing can be written there.
    """
    folder.mkdir(parents=True, exist_ok=True)
    part = _new_name(folder, "probe")
    try:
        part.write_bytes(b"as large as the smallest block of a disk, say: " + bytes(4096))
    finally:
        part.unlink(missing_ok=True)


def _new_name(folder: Path, stem: str) -> Path:
    return folder / f"{stem}-{os.getpid()}-{secrets.token_hex(4)}.part"


def clean(folder: Path, current: str, *, days: float = 14) -> None:
    """Remove runs that nobody is going to read, and what writers left that were killed.

    Parameters
    ----------
    folder
        Where the runs are.
    current
        How the names of runs of the current code begin: they are left alone.
    days
        A run of other code is left alone if it was written or read in that many days, since
        several clones may share a folder, and older code may come back.
    """
    now = time.time()
    for pattern, most in (("run-*.safetensors", days * DAY), ("*.part", DAY)):
        for path in folder.glob(pattern):
            try:
                if not path.name.startswith(current) and now - path.stat().st_mtime > most:
                    path.unlink()
            except OSError:
                continue  # somebody else removed it, or may not


class DamagedError(Exception):
    """A file that is not whole, or that `save` did not write; the message says which."""


def read(path: Path) -> tuple[dict[str, NDArray[Any]], dict[str, Any]]:
    """Return the arrays and the record that `save` wrote.

    Raises
    ------
    OSError
        If there is no such file, or it may not be read.
    DamagedError
        If anything in it is not what was written.
    """
    with need("train"):
        from safetensors import SafetensorError
        from safetensors import numpy as safetensors
    content = path.read_bytes()
    try:
        length = int.from_bytes(content[:8], "little")
        metadata = json.loads(content[8 : 8 + length])["__metadata__"]
        text, digest = metadata["text"], metadata["sha256"]
        arrays = safetensors.load(content)
        found = _digest(arrays, text)
    except (AttributeError, LookupError, TypeError, ValueError, SafetensorError) as error:
        raise DamagedError(
            "it was cut off, or dlbook did not write it" if content else "it is empty"
        ) from error
    if digest != found:
        raise DamagedError("its content is not what was written, since its SHA-256 is another")
    parsed = json.loads(text)
    return {name: np.array(arrays[name]) for name in parsed["names"]}, parsed["record"]


def load(path: Path) -> tuple[dict[str, NDArray[Any]], dict[str, Any]] | None:
    """Return what `read` does; ``None`` if there is no such file or it is damaged."""
    try:
        found = read(path)
    except (OSError, DamagedError):
        return None  # absent, truncated or overwritten: as good as never made
    with contextlib.suppress(OSError):
        os.utime(path)  # `clean` sees that it is in use
    return found


def remove_parts(folder: Path, stem: str, seconds: float) -> None:
    """Remove what writers of this file left that were killed that many seconds ago, or earlier."""
    now = time.time()
    for path in folder.glob(f"{glob.escape(stem)}-*.part"):
        with contextlib.suppress(OSError):  # somebody else removed it, or may not
            if now - path.stat().st_mtime > seconds:
                path.unlink()


def _digest(arrays: Mapping[str, NDArray[Any]], text: str) -> str:
    total = hashlib.sha256(text.encode())
    for name, array in sorted(arrays.items()):
        total.update(f"{name} {array.dtype} {array.shape}".encode())
        total.update(array.tobytes())
    return total.hexdigest()
