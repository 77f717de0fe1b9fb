"""Section 11 of SPEC.md: the canonical bytes of an array.

They are the result: this reader makes no numbers of them, so that every bit stays. [ARR-2]
"""

from reader.conventions import require, sha256
from reader.registry import BOOL


def check_elements(block: bytes, element: int) -> None:
    """Check the elements of a block."""
    require(element != BOOL or max(block) <= 1, "element-invalid")  # [ARR-4]


def check_digest(canonical: bytes, digest: bytes) -> None:
    """Check all elements of an array."""
    require(sha256(canonical) == digest, "array-digest-mismatch")  # [ARR-6]
