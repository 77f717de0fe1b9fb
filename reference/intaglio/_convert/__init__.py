"""File formats: which module reads and writes which suffix; each is imported when used."""

from importlib import import_module
from pathlib import Path
from typing import Final, NamedTuple

from intaglio._convert.base import Content, ReadOptions
from intaglio.errors import FormatError

__all__ = ["FORMATS", "FORMAT_BY_NAME", "Format", "format_of", "read", "write"]


class Format(NamedTuple):
    """One file format: its module, and what its files hold besides one array's elements."""

    name: str
    suffixes: tuple[str, ...]
    module: str
    many: bool = False  # several arrays with their names
    metadata: bool = False  # metadata and the arrays' attributes
    written: bool = True


FORMATS: Final = (
    Format("npy", (".npy",), "numpy"),
    Format("npz", (".npz",), "numpy", many=True),
    Format("csv", (".csv",), "text"),
    Format("tsv", (".tsv",), "text"),
    Format("txt", (".txt",), "text"),
    Format("h5", (".h5", ".hdf5"), "hdf5", many=True, metadata=True),
    Format("tif", (".tif", ".tiff"), "tiff"),
    Format("safetensors", (".safetensors",), "safetensors", many=True, metadata=True),
    Format("nc", (".nc",), "netcdf", many=True, metadata=True),
    Format(
        "picture",
        (
            *(".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp"),
            *(".ppm", ".pgm", ".pbm", ".pnm", ".pam", ".pfm"),
        ),
        "pictures",
        written=False,
    ),
)
FORMAT_BY_NAME: Final = {form.name: form for form in FORMATS}
_FORMAT_BY_SUFFIX: Final = {suffix: form for form in FORMATS for suffix in form.suffixes}


def format_of(path: Path) -> Format | None:
    """The format that the file's suffix names; None if it is none of ours."""
    return _FORMAT_BY_SUFFIX.get(path.suffix.lower())


def read(path: Path, options: ReadOptions | None = None) -> Content:
    """Everything that the file at `path` holds.

    Errors: FormatError if it holds something else or is damaged, MissingExtraError if the
    library for it is not installed, OSError if it cannot be opened.
    """
    with path.open("rb") as stream:  # missing, forbidden, a folder: the system's own error
        empty = not stream.read(1)
    form = format_of(path)
    if form is None:
        known = " ".join(suffix for form in FORMATS for suffix in form.suffixes)
        ends = f"files that end in {path.suffix!a}" if path.suffix else "files without a suffix"
        message = f"cannot read {ends}; known are {known}"
        raise FormatError(message)
    if empty:
        message = "this file is empty"
        raise FormatError(message)
    content: Content = import_module(f"intaglio._convert.{form.module}").read(
        path, form.name, options or ReadOptions()
    )
    return content


def write(path: Path, name: str, content: Content, *, raw_names: bool = False) -> tuple[str, ...]:
    """Write `content` to `path` in the format of that name; what to know of the result.

    raw_names: names of columns in text may be formulas of a spreadsheet.
    Errors: FormatError if the format cannot hold it exactly, MissingExtraError, OSError.
    """
    form = FORMAT_BY_NAME[name]
    if not form.many and len(content.arrays) != 1:
        message = f".{name} holds one array, not {len(content.arrays)}"
        raise FormatError(message)
    options = {"raw_names": raw_names} if form.module == "text" else {}
    notes: tuple[str, ...] = import_module(f"intaglio._convert.{form.module}").write(
        path, form.name, content, **options
    )
    known = {"columns"} if form.module == "text" else set()  # the writer says what became of them
    others = any(attrs.keys() - known for attrs in content.attrs.values())
    if not form.metadata and (content.metadata or others):
        return (*notes, f".{name} holds no metadata: `intaglio info --json` prints it")
    return notes
