"""Orientations of a picture in prose: what was done, and what undid it."""

from typing import Final

TURNED: Final = {
    "flipped-vertically": "flipped vertically",
    "flipped-horizontally": "flipped horizontally",
    "rotated-180": "rotated by 180 degrees",
    "rotated-90": "rotated by 90 degrees, clockwise",
    "rotated-270": "rotated by 90 degrees, counter-clockwise",
    "transposed": "transposed (mirrored along its diagonal)",
    "transposed-anti": "mirrored along its other diagonal",
}
UNDONE: Final = {
    "flipped-vertically": "flipped it back vertically",
    "flipped-horizontally": "flipped it back horizontally",
    "rotated-180": "rotated it back by 180 degrees",
    "rotated-90": "rotated it back by 90 degrees, counter-clockwise",
    "rotated-270": "rotated it back by 90 degrees, clockwise",
    "transposed": "transposed it back",
    "transposed-anti": "mirrored it back along its other diagonal",
}
