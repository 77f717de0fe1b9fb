"""Small edits of bytes that reject cases make."""


def flipped(data: bytes, at: int, bits: int = 0x10) -> bytes:
    """Give the bytes with some bits of one byte changed."""
    return data[:at] + bytes([data[at] ^ bits]) + data[at + 1 :]


def put(data: bytes, at: int, new: bytes) -> bytes:
    """Give the bytes with those from `at` on replaced by as many others."""
    return data[:at] + new + data[at + len(new) :]


def inserted(data: bytes, at: int, new: bytes) -> bytes:
    """Give the bytes with others put in at `at`."""
    return data[:at] + new + data[at:]


def removed(data: bytes, at: int, size: int = 1) -> bytes:
    """Give the bytes without `size` of them from `at` on."""
    return data[:at] + data[at + size :]
