"""The IDX format, in which MNIST was published: a magic number, the shape, the entries."""

from __future__ import annotations

import gzip
import math
import os
import zlib
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

__all__ = ["IDXError", "read_idx"]

_TYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
_CHUNK = 1 << 20
_MOST_DIMENSIONS = 32  # what every NumPy can hold


class IDXError(ValueError):
    """A file that is not what the IDX format says it should be."""


def read_idx(path: str | os.PathLike[str]) -> NDArray[Any]:
    """Read an array from an IDX file, gzip-compressed or not.

    The memory taken is bounded by what the file really holds, whatever its header declares.

    Parameters
    ----------
    path
        The file. Compression is recognised by its content, not by its name.

    Returns
    -------
    ndarray
        Shape and type as the header declares, in the machine's byte order.

    Raises
    ------
    IDXError
        If the file is truncated or too long, is no IDX file, or its compression is damaged.
    FileNotFoundError
        If there is no such file.

    Notes
    -----
    Two zero bytes, a byte for the type, a byte for the number of dimensions, each dimension
    as a big-endian 32-bit integer, then the entries, big-endian, the last index fastest
    :cite:`lecun1998mnist`.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = pathlib.Path(folder, "three.idx")
    ...     _ = file.write_bytes(bytes([0, 0, 0x08, 1, 0, 0, 0, 3, 7, 8, 9]))
    ...     read_idx(file)
    array([7, 8, 9], dtype=uint8)
    """
    path = Path(path)
    with path.open("rb") as raw:
        compressed = raw.read(2) == b"\x1f\x8b"
        raw.seek(0)
        if not compressed:
            return _read(raw, path)
        try:
            with gzip.GzipFile(fileobj=raw) as file:
                return _read(file, path)
        except (zlib.error, EOFError, gzip.BadGzipFile) as error:
            raise IDXError(f"{path}: its gzip compression is damaged ({error})") from error


def _read(file: BinaryIO | gzip.GzipFile, path: Path) -> NDArray[Any]:
    magic = file.read(4)
    if len(magic) < 4:
        raise IDXError(f"{path}: ends within the magic number, after {len(magic)} bytes of 4")
    if magic[:2] != b"\0\0" or magic[2] not in _TYPES or not 1 <= magic[3] <= _MOST_DIMENSIONS:
        raise IDXError(
            f"{path}: starts with the bytes {magic.hex(' ')}; expected 00 00, a type among "
            f"{', '.join(f'{code:02x}' for code in _TYPES)}, and 1 to {_MOST_DIMENSIONS} dimensions"
        )
    dtype, n_dimensions = np.dtype(_TYPES[magic[2]]), magic[3]
    header = file.read(4 * n_dimensions)
    if len(header) < 4 * n_dimensions:
        raise IDXError(
            f"{path}: ends within its header, after {len(header)} bytes "
            f"of {n_dimensions} dimensions, 4 bytes each"
        )
    shape = tuple(int(n) for n in np.frombuffer(header, ">u4"))
    if math.prod(max(n, 1) for n in shape) * dtype.itemsize > np.iinfo(np.intp).max:
        raise IDXError(f"{path}: declares the shape {shape}, more than an array can hold")
    n_bytes = math.prod(shape) * dtype.itemsize
    entries = bytearray()
    # Chunk by chunk, so that a header that lies about the size allocates nothing.
    while len(entries) < n_bytes and (chunk := file.read(min(_CHUNK, n_bytes - len(entries)))):
        entries += chunk
    if len(entries) < n_bytes:
        raise IDXError(
            f"{path}: truncated; {len(entries)} bytes of entries where its shape {shape} "
            f"of {dtype.name} needs {n_bytes}"
        )
    if file.read(1):
        raise IDXError(
            f"{path}: too long; more than the {n_bytes} bytes of entries that its shape {shape} "
            f"of {dtype.name} needs"
        )
    array = np.frombuffer(entries, dtype).reshape(shape)
    return array.astype(dtype.newbyteorder("="), copy=False)
