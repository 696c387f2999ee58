"""Where finished runs are stored: one file each, trusted only if it is whole."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import secrets
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from dlbook.extras import need

__all__ = ["cache_folder", "clean", "load", "probe", "save"]

DAY = 24 * 60 * 60


def cache_folder() -> Path:
    """Return where finished runs are stored: ``$DLBOOK_CACHE``, or the user's cache folder."""
    if chosen := os.environ.get("DLBOOK_CACHE"):
        return Path(chosen)
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local"
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    else:
        base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "dlbook"


def save(path: Path, arrays: Mapping[str, NDArray[Any]], record: Mapping[str, Any]) -> None:
    """Write arrays and a record that JSON can hold to one safetensors file.

    It is written under another name and then renamed: whoever looks sees the whole file or
    none, also when several processes write it at once.
    """
    text = json.dumps({"names": list(arrays), "record": record})  # the file sorts the names
    metadata = {"text": text, "sha256": _digest(arrays, text)}
    with need("train"):
        from safetensors import numpy as safetensors
    content = safetensors.save(dict(arrays), metadata=metadata)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = _new_name(path.parent, path.stem)
    try:
        with part.open("xb") as file:  # so that who may read it is up to the user's umask
            file.write(content)
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


def load(path: Path) -> tuple[dict[str, NDArray[Any]], dict[str, Any]] | None:
    """Read what `save` wrote; ``None`` if there is no such file or it is damaged."""
    with need("train"):
        import safetensors
    try:
        with safetensors.safe_open(path, framework="np") as file:
            metadata = file.metadata()
            text = json.loads(metadata["text"])
            arrays = {name: file.get_tensor(name) for name in text["names"]}
        if metadata["sha256"] == _digest(arrays, metadata["text"]):
            with contextlib.suppress(OSError):
                os.utime(path)  # `clean` sees that it is in use
            return arrays, text["record"]
    except (OSError, KeyError, TypeError, ValueError, safetensors.SafetensorError):
        pass  # absent, truncated or overwritten: as good as never made
    return None


def _digest(arrays: Mapping[str, NDArray[Any]], text: str) -> str:
    total = hashlib.sha256(text.encode())
    for name, array in sorted(arrays.items()):
        total.update(f"{name} {array.dtype} {array.shape}".encode())
        total.update(array.tobytes())
    return total.hexdigest()
