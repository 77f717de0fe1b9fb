"""Words: text as whole numbers and a table, since arrays hold no text.

The table lists each word once, in the order in which it first appears; -1 is no word.
"""

from typing import Any, Final

import numpy as np
import numpy.typing as npt

NO_WORD: Final = -1


def split_words(
    values: npt.NDArray[Any], missing: npt.NDArray[np.bool] | None = None
) -> tuple[npt.NDArray[np.int32], list[str]]:
    """Numbers (int32, shaped like `values`) and the table of `values`, strings.

    None, and what `missing` marks, is no word. TypeError for anything that is not a string.
    """
    numbers: dict[str, int] = {}
    flat = values.astype(object).ravel().tolist()
    gone = [item is None for item in flat] if missing is None else missing.ravel().tolist()
    codes = []
    for item, none in zip(flat, gone, strict=True):
        if not none and not isinstance(item, str):
            message = f"{type(item).__name__} among words"
            raise TypeError(message)
        codes.append(NO_WORD if none else numbers.setdefault(item, len(numbers)))
    return np.array(codes, np.int32).reshape(values.shape), [str(word) for word in numbers]


def join_words(codes: npt.NDArray[Any], words: list[str]) -> npt.NDArray[Any]:
    """An object array of str, None for no word. IndexError for a number beyond the table."""
    table = np.array([*words, None], object)
    return table[np.where(codes < 0, len(words), codes)]
