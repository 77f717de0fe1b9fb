"""What every file format shares: what is read and written, and the two errors."""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from intaglio.errors import FormatError, IntaglioError, MissingExtraError, need
from intaglio.limits import DEFAULT_LIMITS, OUTPUT_BYTES_VARIABLE, VariableError

Array: TypeAlias = npt.NDArray[Any]

_HEAD_BYTES: Final = 2**14  # what a file has beside its arrays, or more


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """dtype: of text, if it is not to be inferred. inside: one object of a file with paths.

    indices: of pictures, the indices of a palette instead of its colours.
    delimiter, decimal: of text, if not the suffix's own; a space is any number of spaces and tabs.
    """

    dtype: str | None = None
    inside: str | None = None
    indices: bool = False
    delimiter: str | None = None
    decimal: str | None = None


@dataclass(frozen=True, slots=True)
class Content:
    """What a file holds. The name "" is that of an array that has none.

    skipped: what cannot be carried, with the reason. notes: what else to know.
    """

    arrays: dict[str, Array]
    attrs: dict[str, dict[str, Any]] = field(default_factory=dict)
    metadata: dict[str, Any] = field(default_factory=dict)
    skipped: dict[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


@contextmanager
def partner(what: str) -> Iterator[None]:
    """Let no partner's exception out: FormatError says `what` and the first line of it.

    OSError with an errno passes, for then it is the system that speaks; so do errors of ours.
    """
    try:
        yield
    except (FormatError, MissingExtraError, IntaglioError, VariableError):
        raise
    except OSError as problem:
        if problem.errno is not None:
            raise
        raise FormatError(_told(what, problem)) from problem
    except Exception as problem:  # partners raise many types
        raise FormatError(_told(what, problem)) from problem


def _told(what: str, problem: Exception) -> str:
    lines = str(problem).strip().splitlines() or [type(problem).__name__]
    return f"{what}: {lines[0]}"


def native(array: Array) -> Array:
    """`array` in native byte order, every bit kept."""
    return array if array.dtype.isnative else array.astype(array.dtype.newbyteorder("="))


def check_bytes(count: int) -> None:
    """Refuse what no picture can carry before memory is taken for it."""
    most = DEFAULT_LIMITS.output_bytes_max
    if count > most:
        message = f"its arrays have {count:,} bytes together, "
        if DEFAULT_LIMITS.is_output_given:
            message += f"the environment variable {OUTPUT_BYTES_VARIABLE} allows {most:,}"
        else:
            message += f"too many for one picture, of which readers allow {most:,}"
        raise FormatError(message)


def check_room(path: Path, arrays: Iterable[Array]) -> None:
    """OSError if the disk has no room for the arrays, before a partner writes them.

    For those that fall over a full disk, as HDF5 does, or call it something else. The room is
    theirs again as soon as they open the file.
    """
    if hasattr(os, "posix_fallocate"):
        with path.open("wb") as stream:
            total = sum(array.nbytes for array in arrays) + _HEAD_BYTES
            os.posix_fallocate(stream.fileno(), 0, total)


def is_bfloat16(dtype: np.dtype[Any]) -> bool:
    """Whether `dtype` is ml_dtypes' bfloat16."""
    return dtype.kind == "V" and dtype.name == "bfloat16"


def bfloat16() -> np.dtype[Any]:
    """ml_dtypes' bfloat16; MissingExtraError without it."""
    dtype: np.dtype[Any] = np.dtype(need("ml_dtypes", "bfloat16").bfloat16)
    return dtype
