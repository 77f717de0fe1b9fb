"""Chunk keys that end in .png: the registered chunk key encoding `suffix`.

Specified in zarr-extensions, chunk-key-encodings/suffix: another encoding's key, with a text
behind it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Self

from zarr.core.chunk_key_encodings import (
    ChunkKeyEncoding,
    DefaultChunkKeyEncoding,
    parse_chunk_key_encoding,
)

_MEMBERS = ("suffix", "base-encoding")
_BASES = ("default", "v2")  # a closed list: bases could be nested without end
_SUFFIX = re.compile(r"(?!.*\.\.)[A-Za-z0-9._-]{1,32}")


@dataclass(frozen=True, kw_only=True)
class SuffixKeys(ChunkKeyEncoding):
    """The keys of `base`, and `suffix` behind each: c/0/1.png."""

    name: ClassVar[str] = "suffix"
    suffix: str = ".png"
    base: ChunkKeyEncoding = field(default_factory=DefaultChunkKeyEncoding)

    def __post_init__(self) -> None:
        if not isinstance(self.suffix, str) or not _SUFFIX.fullmatch(self.suffix):
            message = (
                "the suffix of chunk keys has at most 32 letters, digits, dots, - or _, and no "
                f"two dots side by side, such as .png, not {str(self.suffix)[:32]!a}"
            )
            raise ValueError(message)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """The encoding that a zarr.json describes."""
        configuration = data.get("configuration", {})
        for member in configuration:
            if member not in _MEMBERS:
                message = (
                    f"chunk key encoding 'suffix' has no {member!r}: it has suffix, base-encoding"
                )
                raise ValueError(message)
        if "suffix" not in configuration:
            raise ValueError("chunk key encoding 'suffix' needs a suffix")
        said = configuration.get("base-encoding", {"name": "default"})
        if not isinstance(said, dict) or said.get("name") not in _BASES:
            message = f"the base-encoding of 'suffix' is one of {', '.join(_BASES)}"
            raise ValueError(message)
        base = parse_chunk_key_encoding(said)
        return cls(suffix=configuration["suffix"], base=base)

    def to_dict(self) -> dict[str, Any]:
        """What stands in zarr.json."""
        configuration: dict[str, Any] = {"suffix": self.suffix}
        if self.base != DefaultChunkKeyEncoding():
            configuration["base-encoding"] = self.base.to_dict()
        return {"name": self.name, "configuration": configuration}

    def encode_chunk_key(self, chunk_coords: tuple[int, ...]) -> str:
        """The key of the chunk at those places of the grid."""
        return self.base.encode_chunk_key(chunk_coords) + self.suffix

    def decode_chunk_key(self, chunk_key: str) -> tuple[int, ...]:
        """The places in the grid of the chunk with that key."""
        if not chunk_key.endswith(self.suffix):
            message = f"chunk key {chunk_key!r} does not end in {self.suffix!r}"
            raise ValueError(message)
        return self.base.decode_chunk_key(chunk_key.removesuffix(self.suffix))
