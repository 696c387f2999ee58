"""The IDX reader gives the right data or says what is wrong, whatever the file holds."""

import gzip
import os
import socket
import struct
import tracemalloc
import zlib
from importlib import resources
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from dlbook.data import IDXError, read_idx

CODES = {"u1": 0x08, "i1": 0x09, "i2": 0x0B, "i4": 0x0C, "f4": 0x0D, "f8": 0x0E}
LETTERS = {"u1": "B", "i1": "b", "i2": "h", "i4": "i", "f4": "f", "f8": "d"}


def encode(array):
    """Write the format with `struct`, independently of the reader."""
    code = array.dtype.str[1:]
    header = struct.pack(f">4B{array.ndim}I", 0, 0, CODES[code], array.ndim, *array.shape)
    return header + struct.pack(f">{array.size}{LETTERS[code]}", *array.ravel().tolist())


SMALL = np.arange(2 * 3 * 4, dtype=np.uint8).reshape(2, 3, 4)


@pytest.fixture
def write(tmp_path):
    def to_file(content):
        path = tmp_path / "file"
        path.write_bytes(content)
        return path

    return to_file


@settings(max_examples=60, deadline=None)  # a busy machine is no failure
@given(
    array=st.sampled_from(sorted(CODES)).flatmap(
        lambda code: hnp.arrays(
            code,
            hnp.array_shapes(min_dims=1, max_dims=4, min_side=0, max_side=4),
            elements={"allow_nan": False} if code[0] == "f" else None,
        )
    ),
    compress=st.booleans(),
)
def test_every_type_and_shape_comes_back(array, compress, tmp_path_factory):
    path = tmp_path_factory.mktemp("idx") / "file"
    path.write_bytes(gzip.compress(encode(array)) if compress else encode(array))
    found = read_idx(path)
    assert found.dtype == array.dtype
    assert found.dtype.isnative
    np.testing.assert_array_equal(found, array)


@pytest.mark.parametrize("compress", [gzip.compress, bytes], ids=["gz", "plain"])
@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "ends within the magic number, after 0 bytes of 4"),
        (b"\0\0\x08", "ends within the magic number, after 3 bytes of 4"),
        (b"PK\x03\x04....", "starts with the bytes 50 4b 03 04; expected 00 00, a type among 08,"),
        (b"\0\0\x0a\x01\0\0\0\0", "starts with the bytes 00 00 0a 01"),
        (b"\0\0\x08\x00", "starts with the bytes 00 00 08 00.* 1 to 32 dimensions"),
        (b"\0\0\x08\xff" + 1020 * b"\0", "starts with the bytes 00 00 08 ff"),
        (b"\0\0\x08\x02\0\0\0\x01\0", "ends within its header, after 5 bytes of 2 dimensions"),
        (
            encode(SMALL)[:-1],
            r"truncated; 23 bytes of entries where its shape \(2, 3, 4\) of uint8",
        ),
        (encode(SMALL) + b"\0", "too long; more than the 24 bytes"),
        (b"\0\0\x08\x02\0\x01\0\0\0\0\x10\x01", "is 268500992 bytes; the limit is 268435456; if"),
        (b"\0\0\x0e\x03" + 12 * b"\xff", "declares the shape .*, more than an array can hold"),
        # No entry, and two dimensions that no array can have beside it.
        (b"\0\0\x08\x03\0\0\0\0" + 8 * b"\xff", "more than an array can hold"),
    ],
)
def test_what_is_wrong_is_said(content, message, compress, write):
    with pytest.raises(IDXError, match=message):
        read_idx(write(compress(content)))


def test_damaged_compression_is_said(write):
    packed = gzip.compress(encode(SMALL))
    for content in (packed[:-5], packed + b"tail", packed[:-6] + b"\0\0\0\0\0\0"):
        with pytest.raises(IDXError, match="its gzip compression is damaged"):
            read_idx(write(content))


def test_a_missing_file_stays_a_missing_file(tmp_path):
    with pytest.raises(FileNotFoundError):
        read_idx(tmp_path / "none.gz")


@pytest.mark.parametrize("compress", [gzip.compress, bytes], ids=["gz", "plain"])
def test_the_caller_sets_the_limit(compress, write):
    path = write(compress(encode(SMALL)))
    np.testing.assert_array_equal(read_idx(path, limit=24), SMALL)
    with pytest.raises(IDXError, match=r"is 24 bytes; the limit is 23; .* limit=24\)"):
        read_idx(path, limit=23)


def test_a_bomb_is_not_unpacked(write):
    size = 300 << 20
    packer = zlib.compressobj(9, wbits=31)
    content = packer.compress(b"\0\0\x08\x01" + struct.pack(">I", size))
    for _ in range(300):
        content += packer.compress(bytes(1 << 20))
    path = write(content + packer.flush())
    assert path.stat().st_size < size / 500
    tracemalloc.start()
    with pytest.raises(IDXError, match="if you trust the file"):
        read_idx(path)
    peak = tracemalloc.get_traced_memory()[1]
    # Nor is what comes after the entries that were declared.
    short = gzip.compress(b"\0\0\x08\x01\0\0\0\1" + bytes(64 << 20))
    tracemalloc.reset_peak()
    with pytest.raises(IDXError, match="too long"):
        read_idx(write(short))
    peak = max(peak, tracemalloc.get_traced_memory()[1])
    tracemalloc.stop()
    assert peak < 4 << 20


@pytest.mark.parametrize("kind", ["a directory", "a named pipe", "a device", "a socket"])
def test_what_is_not_a_file_is_refused_in_words(kind, tmp_path, monkeypatch):
    path = tmp_path / "it"
    if kind == "a directory":
        path.mkdir()
    elif kind == "a device":
        path = Path(os.devnull)
    elif kind == "a named pipe":
        pytest.importorskip("posix")
        os.mkfifo(path)
    else:
        pytest.importorskip("posix")
        monkeypatch.chdir(tmp_path)  # the name of a socket must be short
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(path.name)
    with pytest.raises(IDXError, match=f"is {kind}; expected a regular file"):
        read_idx(path)


@pytest.mark.parametrize("compress", [gzip.compress, bytes], ids=["gz", "plain"])
def test_a_header_that_lies_allocates_nothing(compress, write):
    path = write(compress(b"\0\0\x08\x02\x7f\xff\xff\xff\0\0\0\x7f" + 100 * b"\1"))
    tracemalloc.start()
    with pytest.raises(IDXError, match="truncated; 100 bytes"):
        read_idx(path, limit=1 << 40)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8 << 20


def mutate(rng, packed):
    """Damage a compressed IDX file in one of many ways; return the new content."""
    kind = rng.integers(7)
    content = bytearray(packed)
    at = int(rng.integers(len(content)))
    if kind == 0:  # a flipped bit
        content[at] ^= 1 << int(rng.integers(8))
    elif kind == 1:  # a cut
        del content[at:]
    elif kind == 2:  # a splice: some bytes from elsewhere
        source = int(rng.integers(len(content)))
        content[at : at + 8] = content[source : source + 8]
    elif kind == 3:  # a tail
        content += rng.bytes(int(rng.integers(1, 20)))
    elif kind == 4:  # a random byte
        content[at] = int(rng.integers(256))
    else:  # valid compression around damaged content
        inner = bytearray(gzip.decompress(packed))
        inner[int(rng.integers(16 if kind == 5 else len(inner)))] = int(rng.integers(256))
        if rng.random() < 0.3:
            del inner[int(rng.integers(len(inner))) :]
        content = bytearray(gzip.compress(bytes(inner), mtime=0))
    return bytes(content)


def expected(content):
    """Decode by other means: the array, or None for a file to be refused."""
    unpack = zlib.decompressobj(wbits=31)
    if len(content) > 3:  # zlib refuses flags that mean nothing yet; gzip ignores them
        content = content[:3] + bytes([content[3] & 0x1F]) + content[4:]
    try:
        inner = unpack.decompress(content)
    except zlib.error:
        return None
    if not unpack.eof or unpack.unused_data.strip(b"\0"):
        return None
    if len(inner) < 4 or inner[:2] != b"\0\0" or inner[2] not in CODES.values():
        return None
    n_dimensions = inner[3]
    if not 1 <= n_dimensions <= 32 or len(inner) < 4 + 4 * n_dimensions:
        return None
    shape = struct.unpack(f">{n_dimensions}I", inner[4 : 4 + 4 * n_dimensions])
    code = next(code for code, value in CODES.items() if value == inner[2])
    size = np.dtype(code).itemsize
    for n in shape:
        size *= n
    body = inner[4 + 4 * n_dimensions :]
    return np.frombuffer(body, f">{code}").reshape(shape) if size == len(body) else None


def fuzz(n, packed, write, seed):
    """Return how many of `n` mutated files were read and how many refused."""
    rng = np.random.default_rng(seed)
    read = refused = 0
    for _ in range(n):
        content = mutate(rng, packed)
        right = expected(content)
        try:
            found = read_idx(write(content))
        except IDXError:
            assert right is None, content.hex()
            refused += 1
        else:
            assert right is not None, content.hex()
            assert found.shape == right.shape
            assert found.tobytes() == right.astype(found.dtype).tobytes()
            read += 1
    return read, refused


def small_file():
    images = np.random.default_rng(0).integers(0, 256, size=(5, 7, 6), dtype=np.uint8)
    return gzip.compress(encode(images), mtime=0)


def test_mutated_files_are_read_right_or_refused(write):
    read, refused = fuzz(500, small_file(), write, seed=1)
    # Both occur: damage to a time stamp in the compression's header changes no data.
    assert read > 5
    assert refused > 100


@pytest.mark.slow
def test_ten_thousand_mutated_files_are_read_right_or_refused(write):
    tracemalloc.start()
    fuzz(9_000, small_file(), write, seed=2)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 16 << 20
    labels = resources.files("dlbook.data") / "files" / "t10k-labels-idx1-ubyte.gz"
    _, refused = fuzz(1_000, labels.read_bytes(), write, seed=3)
    assert refused > 500
