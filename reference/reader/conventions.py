"""Section 2 of SPEC.md: integers, checksums, and the refusal of a file."""

import hashlib
import zlib


class Refused(Exception):  # noqa: N818 - a verdict on the file, not a fault of the program
    """The file must be refused. `reason` is one of section 14.7; `detail` is for people."""

    def __init__(self, reason: str, detail: str = "") -> None:
        self.reason = reason
        self.detail = detail


def require(condition: object, reason: str) -> None:
    """Refuse the file unless the condition holds."""
    if not condition:
        raise Refused(reason)


def crc32(data: bytes) -> int:
    """Return the CRC-32 of PNG, zlib and gzip."""
    return zlib.crc32(data)


def sha256(data: bytes) -> bytes:
    """Return the SHA-256 as its 32 bytes."""
    return hashlib.sha256(data).digest()


class Cursor:
    """Takes one field after the other from a byte string.

    A field that reaches beyond the end makes the reader refuse the file with `reason`.
    """

    def __init__(self, data: bytes, reason: str) -> None:
        self.data = data
        self.reason = reason
        self.position = 0

    def take(self, name: str, size: int) -> bytes:
        """Return the next `size` bytes, the field of that name."""
        start, end = self.position, self.position + size
        if end > len(self.data):
            raise Refused(self.reason, f"{name} reaches beyond the end")
        self.position = end
        return self.data[start:end]

    def number(self, name: str, size: int) -> int:
        """Return the next field of `size` bytes as an unsigned little-endian integer."""
        return int.from_bytes(self.take(name, size), "little")

    @property
    def is_at_end(self) -> bool:
        """Whether every byte has been taken."""
        return self.position == len(self.data)
