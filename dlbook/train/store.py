"""Where finished runs are kept: one file each, trusted only if it is whole."""

from __future__ import annotations

import hashlib
import json
import os
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from dlbook.extras import need

__all__ = ["cache_folder", "load", "save"]


def cache_folder() -> Path:
    """Return where finished runs are kept: ``$DLBOOK_CACHE``, or the user's cache folder."""
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
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f"{path.stem}-", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


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
