"""NumPy's own files, .npy and .npz: never pickled, no time stamps."""

import re
import zipfile
from pathlib import Path
from typing import Final
from urllib.parse import quote

import numpy as np

from intaglio._convert.base import (
    Content,
    ReadOptions,
    check_bytes,
    check_room,
    is_bfloat16,
    partner,
)
from intaglio._convert.npy import NotCarriedError, read_array
from intaglio._convert.zip import check_members
from intaglio.errors import FormatError

_LIKE_ESCAPED: Final = re.compile("%[0-9A-F]{2}")
_OLDEST: Final = (1980, 1, 1, 0, 0, 0)  # the time stamp that says nothing


def read(path: Path, name: str, options: ReadOptions) -> Content:
    """The array of a .npy, under the name ""; or the arrays of a .npz."""
    _no_options(options)
    if name == "npy":
        with partner("not a readable .npy file"), path.open("rb") as stream:
            return Content({"": read_array(stream, path.stat().st_size)})
    with partner("not a readable .npz file"), zipfile.ZipFile(path) as archive:
        members = archive.infolist()
        check_members(path, archive)
        check_bytes(sum(member.file_size for member in members))  # zipfile reads no further
        arrays, skipped = {}, {}
        for member in members:
            if not member.filename.endswith(".npy"):
                skipped[member.filename] = "it is not an array"
                continue
            with partner(ascii(member.filename)), archive.open(member) as stream:
                key = member.filename.removesuffix(".npy")
                try:
                    arrays[key] = read_array(stream, member.file_size)
                except NotCarriedError as problem:
                    skipped[key] = str(problem)
                except FormatError as problem:
                    message = f"{member.filename!a}: {problem}"
                    raise FormatError(message) from problem
        notes = ("the comment of the .npz is left out",) if archive.comment else ()
    return Content(arrays, skipped=skipped, notes=notes)


def write(path: Path, name: str, content: Content) -> tuple[str, ...]:
    """Write one array as .npy, or several as a compressed .npz, the same bytes every time."""
    for key, array in content.arrays.items():
        if is_bfloat16(array.dtype):
            message = f"{key!a}: .{name} cannot say bfloat16; .safetensors and .h5 can"
            raise FormatError(message)
    if name == "npy":
        (array,) = content.arrays.values()
        check_room(path, [array])
        with path.open("wb") as stream:
            np.lib.format.write_array(stream, np.asanyarray(array), allow_pickle=False)
        return ()
    unsafe = [key for key in content.arrays if _member(key) != f"{key}.npy"]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, allowZip64=True) as archive:
        for key, array in content.arrays.items():
            member = zipfile.ZipInfo(_member(key), _OLDEST)
            member.compress_type = zipfile.ZIP_DEFLATED
            with archive.open(member, "w", force_zip64=True) as out:
                np.lib.format.write_array(out, np.asanyarray(array), allow_pickle=False)
    return tuple(f"{key!a} is named {_member(key)!a} in the .npz" for key in unsafe)


def _no_options(options: ReadOptions) -> None:
    if options.inside is not None:
        message = "only .h5 and .nc files have paths inside"
        raise FormatError(message)


def _member(name: str) -> str:
    """The member's name: `name`, but nothing by which unpacking a zip leaves its folder."""
    unsafe = any(part in ("", ".", "..") for part in name.split("/")) or _LIKE_ESCAPED.search(name)
    if unsafe or "\\" in name or ":" in name:
        name = quote(name, safe=" ").replace(".", "%2E")
    return f"{name}.npy"
