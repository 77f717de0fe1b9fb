"""Stores text as whole numbers and a table of strings, because arrays hold no text.

The table lists each string once, in the order in which it first appears. Negative numbers
stand for None (-1) and for the float NaN (-2).
"""

from typing import Any, Final

import numpy as np
import numpy.typing as npt

NO_WORD: Final = -1
_NOT_A_NUMBER: Final = -2


def split_words(
    values: npt.NDArray[Any], missing: npt.NDArray[np.bool] | None = None
) -> tuple[npt.NDArray[np.int32], list[str]]:
    """Numbers (int32, shaped like `values`) and the table of `values`, strings of any rank.

    None, the float NaN, and whatever `missing` marks are no strings and have numbers below 0.
    TypeError for anything else that is not a string, and for text that is not Unicode.
    """
    numbers: dict[str, int] = {}
    flat = values.astype(object).ravel().tolist()
    gone = [False] * len(flat) if missing is None else missing.ravel().tolist()
    codes = []
    for item, none in zip(flat, gone, strict=True):
        if none or item is None:
            codes.append(NO_WORD)
        elif type(item) is str:
            codes.append(numbers.setdefault(item, len(numbers)))
        elif type(item) is float and item != item:
            codes.append(_NOT_A_NUMBER)
        else:
            message = f"{type(item).__name__} among words"
            raise TypeError(message)
    _check_unicode(numbers)
    return np.array(codes, np.int32).reshape(values.shape), list(numbers)


def _check_unicode(words: dict[str, int]) -> None:
    for word in words:
        try:
            word.encode()
        except UnicodeEncodeError as problem:
            message = f"text that is not Unicode ({word[:40]!a} has half of a surrogate pair)"
            raise TypeError(message) from problem


def join_words(codes: npt.NDArray[Any], words: list[str]) -> npt.NDArray[Any]:
    """An object array of str, None and NaN, shaped like `codes`. IndexError for other numbers."""
    if codes.dtype.kind not in "iu":
        message = f"the numbers of words are {codes.dtype}, not integers"
        raise IndexError(message)
    if codes.size and not _NOT_A_NUMBER <= int(codes.min()) <= int(codes.max()) < len(words):
        message = f"the numbers of {len(words)} words go from {codes.min()} to {codes.max()}"
        raise IndexError(message)
    table = np.empty(len(words) + 2, object)  # from the end: None is -1, NaN is -2
    table[: len(words)] = words
    table[-2:] = float("nan"), None
    joined = np.empty(codes.shape, object)  # also of rank 0, where indexing gives no array
    joined[...] = table[codes]
    return joined
