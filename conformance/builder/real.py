"""The frames of real compressors that collect_frames.py collected."""

import base64
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from builder.contents import content


@dataclass(frozen=True)
class RealFrame:
    """A frame, what made it, and what it holds."""

    id: str
    tool: str
    features: tuple[str, ...]
    places: dict[str, int]
    frame: bytes
    data: bytes


@cache
def real_frames() -> dict[str, RealFrame]:
    """Read real_frames.json."""
    rows = json.loads(Path(__file__).with_name("real_frames.json").read_bytes())
    frames = [
        RealFrame(
            id=row["id"],
            tool=row["tool"],
            features=tuple(row["features"]),
            places=row["places"],
            frame=base64.b64decode(row["frame"]),
            data=content(row["content"], row["size"]),
        )
        for row in rows
    ]
    return {frame.id: frame for frame in frames}
