"""Glyphs: bitmaps of the characters of numbers, times and units, 5 x 7 pixels each."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

LINE_HEIGHT: Final = 10  # pixels from one line of text to the next
ADVANCE: Final = 6  # pixels from one character to the next
MARGIN: Final = 3
_WIDTH: Final = 5
_HEIGHT: Final = 7
_COLUMNS: Final = {  # five columns each, the lowest bit on top
    " ": "0000000000", "+": "08083E0808", "-": "0808080808", ".": "0060600000",
    ":": "0036360000", "(": "001C224100", ")": "0041221C00",
    "0": "3E5149453E", "1": "00427F4000", "2": "4261514946", "3": "2141454B31",
    "4": "1814127F10", "5": "2745454539", "6": "3C4A494930", "7": "0171090503",
    "8": "3649494936", "9": "064949291E",
    "a": "2054545478", "b": "7F48444438", "c": "3844444420", "d": "384444487F",
    "e": "3854545418", "f": "087E090102", "g": "0C5252523E", "h": "7F08040478",
    "i": "00447D4000", "j": "2040443D00", "k": "7F10284400", "l": "00417F4000",
    "m": "7C04180478", "n": "7C08040478", "o": "3844444438", "p": "7C14141408",
    "q": "081414187C", "r": "7C08040408", "s": "4854545420", "t": "043F444020",
    "u": "3C4040207C", "v": "1C2040201C", "w": "3C4030403C", "x": "4428102844",
    "y": "0C5050503C", "z": "4464544C44", "F": "7F09090901", "N": "7F0408107F",
    "T": "01017F0101",
}  # fmt: skip
_UNKNOWN: Final = "7F7F7F7F7F"


def extent(columns: int, lines: int) -> tuple[int, int]:
    """Return the width and height in pixels of text of that many columns and lines."""
    width = columns * ADVANCE - (ADVANCE - _WIDTH) + 2 * MARGIN
    height = lines * LINE_HEIGHT - (LINE_HEIGHT - _HEIGHT) + 2 * MARGIN
    return width, height


def text_mask(text: str, columns: int) -> NDArray[np.bool]:
    """(height, width) True where there is ink; `text` is cut into lines of `columns` characters."""
    lines = [text[start : start + columns] for start in range(0, len(text), columns)]
    width, height = extent(columns, len(lines))
    mask = np.zeros((height, width), np.bool)
    for row, line in enumerate(lines):
        for column, character in enumerate(line):
            bits = np.frombuffer(bytes.fromhex(_COLUMNS.get(character, _UNKNOWN)), np.uint8)
            glyph = np.unpackbits(bits[None], axis=0, bitorder="little")[:_HEIGHT]
            y, x = MARGIN + row * LINE_HEIGHT, MARGIN + column * ADVANCE
            mask[y : y + _HEIGHT, x : x + _WIDTH] = glyph
    return mask
