"""The IDX format, in which MNIST was published: a magic number, the shape, the entries."""

from __future__ import annotations

import gzip
import math
import os
import stat
import zlib
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

__all__ = ["IDXError", "read_idx"]

_TYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
_CHUNK = 1 << 20
_MOST_DIMENSIONS = 32  # what every NumPy can hold
_LIMIT = 1 << 28  # five times the largest file of MNIST

_KINDS = (
    (stat.S_ISDIR, "a directory"),
    (stat.S_ISFIFO, "a named pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


class IDXError(ValueError):
    """A file that is not what the IDX format says it should be."""


def read_idx(path: str | os.PathLike[str], *, limit: int = _LIMIT) -> NDArray[Any]:
    """Read an array from an IDX file, gzip-compressed or not.

    The memory taken is bounded by the entries that the file really holds, whatever its header
    declares, and by `limit`: a small compressed file can hold a thousand times its size.

    Parameters
    ----------
    path
        The file. Compression is recognised by its content, not by its name.
    limit
        The most bytes of entries to read; by default 2²⁸, a quarter of a gibibyte.

    Returns
    -------
    ndarray
        Shape and type as the header declares, in the machine's byte order.

    Raises
    ------
    IDXError
        If the file is truncated or too long, is not an IDX file, or its compression is damaged;
        if it declares more than `limit` bytes; if the path is not that of a regular file.
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
    mode = path.stat().st_mode  # before it is opened, which would wait for a pipe
    if not stat.S_ISREG(mode):
        kind = next((words for test, words in _KINDS if test(mode)), "something else")
        raise IDXError(f"{path}: is {kind}; expected a regular file")
    with path.open("rb") as raw:
        compressed = raw.read(2) == b"\x1f\x8b"
        raw.seek(0)
        if not compressed:
            return _read(raw, path, limit)
        try:
            with gzip.GzipFile(fileobj=raw) as file:
                return _read(file, path, limit)
        except (zlib.error, EOFError, gzip.BadGzipFile) as error:
            raise IDXError(f"{path}: its gzip compression is damaged ({error})") from error


def _read(file: BinaryIO | gzip.GzipFile, path: Path, limit: int) -> NDArray[Any]:
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
    if n_bytes > limit:
        raise IDXError(
            f"{path}: declares the shape {shape} of {dtype.name}, which is {n_bytes} bytes; "
            f"the limit is {limit}; if you trust the file, read_idx(path, limit={n_bytes})"
        )
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
