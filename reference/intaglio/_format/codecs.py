"""SPEC.md section 9, codecs: compresses the filtered bytes of a block, and decompresses them.

One object for each row of the registry of codecs, 14.4. The only module that imports zstandard.
To add a codec, add a subclass of `Codec` here and a row to `registry`.
"""

import threading
from abc import ABC, abstractmethod
from typing import Final

import numpy as np
import numpy.typing as npt
import zstandard

from intaglio._format.fast.kernels import native
from intaglio._format.registry import CODEC_CODE, ZSTD_WINDOW_BYTES_MAX
from intaglio.errors import DecodeError, Reason

Bytes = npt.NDArray[np.uint8]

_FRAME_MAGIC: Final = b"\x28\xb5\x2f\xfd"
_CONTENT_SIZE_BYTES: Final = (0, 2, 4, 8)
_CHECKSUM_BYTES: Final = 4
_ZSTD_BLOCK_BYTES_MAX: Final = 128 * 1024
_LOCAL: Final = threading.local()  # (de)compressors are costly to make and not thread-safe


class Codec(ABC):
    """One codec; `code` is its number in the registry."""

    code: int

    @abstractmethod
    def encode(self, block: Bytes, level: int) -> bytes:
        """The bytes to store; `level` is the zstd level, which other codecs ignore."""

    @abstractmethod
    def decode(self, stored: bytes | memoryview, size: int) -> Bytes:
        """The `size` bytes that were encoded; DecodeError(block-malformed) for any other size."""


class _Stored(Codec):
    code = CODEC_CODE["stored"]

    def encode(self, block: Bytes, level: int) -> bytes:  # noqa: ARG002
        return block.tobytes()

    def decode(self, stored: bytes | memoryview, size: int) -> Bytes:
        if len(stored) != size:  # [BLK-2]
            raise DecodeError(Reason.BLOCK_MALFORMED, f"{len(stored)} bytes stored for {size}")
        return np.frombuffer(stored, np.uint8)


class _Zstd(Codec):
    code = CODEC_CODE["zstd"]

    def encode(self, block: Bytes, level: int) -> bytes:
        # [BLK-2] [BLK-4] one frame, with its content size and no dictionary
        return _compressor(level).compress(block.data)

    def decode(self, stored: bytes | memoryview, size: int) -> Bytes:
        return np.frombuffer(_decompress(bytes(stored), size), np.uint8)


STORED: Final = _Stored()
ZSTD: Final = _Zstd()
CODEC_BY_CODE: Final[dict[int, Codec]] = {codec.code: codec for codec in (STORED, ZSTD)}


def _compressor(level: int) -> zstandard.ZstdCompressor:
    made: dict[int, zstandard.ZstdCompressor] = _LOCAL.__dict__.setdefault("made", {})
    if level not in made:
        made[level] = zstandard.ZstdCompressor(level=level, write_checksum=False)
    return made[level]


def _decompressor() -> zstandard.ZstdDecompressor:
    if not hasattr(_LOCAL, "decompressor"):
        _LOCAL.decompressor = zstandard.ZstdDecompressor()
    decompressor: zstandard.ZstdDecompressor = _LOCAL.decompressor
    return decompressor


def _decompress(frame: bytes, size: int) -> bytes:
    _check_frame(frame, size)
    try:
        content = _decompressor().decompress(frame)
    except zstandard.ZstdError as problem:  # [BLK-5]
        raise DecodeError(Reason.BLOCK_MALFORMED, f"zstd: {problem}") from problem
    if len(content) != size:  # [BLK-5]
        raise DecodeError(Reason.BLOCK_MALFORMED, f"{len(content)} bytes come out of {size}")
    return content


def _check_frame(frame: bytes, size: int) -> None:
    """Refuse anything but exactly one frame of `size` bytes: zstd would trust a forged size."""
    if len(frame) < 5 or not frame.startswith(_FRAME_MAGIC):  # [BLK-3]
        raise _frame_error("no frame")
    descriptor = frame[4]
    single_segment = descriptor >> 5 & 1
    if descriptor & 0b1011:  # [BLK-4] reserved bit, dictionary
        raise _frame_error("a reserved bit or a dictionary")
    position = 5 if single_segment else 6
    size_bytes = _CONTENT_SIZE_BYTES[descriptor >> 6] or single_segment
    content_size = int.from_bytes(frame[position : position + size_bytes], "little")
    content_size += 256 * (size_bytes == 2)
    if not size_bytes or content_size != size or len(frame) < position + size_bytes:  # [BLK-4]
        raise _frame_error(f"content size {content_size if size_bytes else None} for {size}")
    window = content_size if single_segment else _window_size(frame[5])
    if window > ZSTD_WINDOW_BYTES_MAX:  # [BLK-4]
        raise _frame_error(f"a window of {window} bytes")
    end = _frame_end(frame, position + size_bytes, min(window, _ZSTD_BLOCK_BYTES_MAX))
    end += _CHECKSUM_BYTES * (descriptor >> 2 & 1)
    if end != len(frame):  # [BLK-3]
        raise _frame_error(f"frame of {end} bytes in {len(frame)}")


def _window_size(descriptor: int) -> int:
    base = 1 << (10 + (descriptor >> 3))
    return base + base // 8 * (descriptor & 7)


def _frame_end(frame: bytes, position: int, block_bytes_max: int) -> int:
    """The offset after the frame's last block; past the end of `frame` if it is cut off."""
    if native:
        return _frame_end_compiled(frame, position, block_bytes_max)
    last = 0
    while not last and position < len(frame):
        header = int.from_bytes(frame[position : position + 3], "little")
        last, kind, length = header & 1, header >> 1 & 3, header >> 3
        if length > block_bytes_max:  # [BLK-4] zstd does not check raw and RLE blocks
            raise _frame_error(f"a block of {length} bytes")
        position += 3 + (1 if kind == 1 else length)
    return position if last else len(frame) + 1


def _frame_end_compiled(frame: bytes, position: int, block_bytes_max: int) -> int:
    end: int = native.frame_end(frame, position, block_bytes_max)
    if end < 0:
        raise _frame_error(f"a block of {-end} bytes")
    return end


def _frame_error(problem: str) -> DecodeError:
    return DecodeError(Reason.BLOCK_MALFORMED, f"not one plain zstd frame: {problem}")
